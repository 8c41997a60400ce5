"""Which test files see a module: its own, those of its room, then those that reach it nearest."""

import re
from functools import cache
from pathlib import Path

from .changes import ROOT, source_path

LEFT_OUT = re.compile(
    r"tests/(docs|faults)/|test_(browser|cluster|fork|howtos|notebooks|readme|docstrings)"
)
"""Test files that are slow; the rest alone must kill."""
SHOWN = "cli", "curves", "diffusion", "report", "run", "supply"
"""Rooms that the tests of commands see too; of the others the nearer tests alone must kill."""
EVERYWHERE = ("tests/test_constants.py", "tests/test_answers.py")
"""Test files that reach all rooms, tried after those that mirror a module."""
ACROSS = ("tests/test_edges.py", "tests/test_handover.py")
"""Test files of several rooms, which mirror what they import."""
PLAIN_NOT = re.compile(r"test_(accelerate|hull|hull_facets)\.py")
"""Tests of kernels that need them compiled: the Makefile's `test-plain` leaves them out too."""

_IMPORT = re.compile(
    r"^\s*(?:from (magnetkit[\w.]*|\.+[\w.]*) import ([^#\n]+|\([^)]+\))|"
    r"import (magnetkit[\w.]+))",
    re.MULTILINE,
)


@cache
def _imports(file: Path) -> tuple[str, ...]:
    """Return the modules of the package that a file imports, at its top or inside functions."""
    found = set()
    modules = _module_names()
    package = file.relative_to(ROOT).with_suffix("").parts
    for base, names, whole in _IMPORT.findall(
        file.read_text(encoding="utf-8")
    ):
        if whole:
            found.add(whole)
            continue
        dots = len(base) - len(base.lstrip("."))
        start = (
            ".".join((*package[: len(package) - dots], base.lstrip(".")))
            if dots
            else base
        )
        start = start.strip(".")
        found |= {
            start,
            *(f"{start}.{n}" for n in re.findall(r"\w+", names)),
        } & modules
    return tuple(found)


def test_files() -> list[str]:
    """Return the files of tests that changes are tried with."""
    names = (
        str(f.relative_to(ROOT))
        for f in sorted((ROOT / "tests").rglob("test_*.py"))
    )
    return [name for name in names if not LEFT_OUT.search(name)]


@cache
def _importers() -> dict[str, set[str]]:
    """Return the modules that import each module of the package."""
    importers: dict[str, set[str]] = {}
    for name in _module_names():
        for dependency in _imports(ROOT / source_path(name)):
            importers.setdefault(dependency, set()).add(name)
    return importers


@cache
def _module_names() -> frozenset[str]:
    files = (ROOT / "magnetkit").rglob("*.py")
    return frozenset(
        ".".join(f.relative_to(ROOT).with_suffix("").parts) for f in files
    )


def _distances(module: str) -> dict[str, int]:
    """Return how many imports lie between each module that reaches this one and it."""
    distance = {module: 0}
    edge = [module]
    while edge:
        module_near = edge.pop(0)
        for name in _importers().get(module_near, ()):
            if name not in distance:
                distance[name] = distance[module_near] + 1
                edge.append(name)
    return distance


def _is_own(module: str, name: str) -> bool:
    """Return whether a test file mirrors a module."""
    beside = f"tests/{'/'.join(module.split('.')[1:-1]).strip('_')}/" in name
    return beside and module.rsplit(".", 1)[-1].strip("_") in Path(name).stem


def mirror_tests(module: str) -> list[str]:
    """Return what mirrors a module: its test files, tests of all rooms, examples of docstrings."""
    files = [name for name in test_files() if _is_own(module, name)]
    files += [name for name in ACROSS if module in _imports(ROOT / name)]
    if ">>> " in (ROOT / source_path(module)).read_text(encoding="utf-8"):
        files.append(f"tests/test_docstrings.py::test_examples_run[{module}]")
    return [*files, *EVERYWHERE]


def _steps(name: str, distance: dict[str, int]) -> list[int]:
    """Return the distances of the modules that the test file `name` imports."""
    return [distance[m] for m in _imports(ROOT / name) if m in distance]


def nearest_tests(
    module: str, seconds: dict[str, float], budget: float, unknown: float
) -> list[str]:
    """Return the test files that reach a module within a budget of time, nearest first."""
    distance = _distances(module)
    # What `import magnetkit as mk` reaches is as far as anything.
    limit = max(distance.values()) + 1
    room = f"tests/{module.split('.')[1].strip('_')}/"
    is_command = module.split(".")[1] in SHOWN
    order = []
    for name in test_files():
        of_commands = name.startswith(("tests/cli/", "tests/test_transcripts"))
        if of_commands and not is_command:
            continue
        steps = _steps(name, distance)
        text = (ROOT / name).read_text(encoding="utf-8")
        if steps or of_commands or "import magnetkit as mk" in text:
            score = min([*steps, limit]) - 1.5 * name.startswith(room)
            order.append((score, seconds.get(name, unknown), name))
    files = []
    for _, took, name in sorted(order):
        if took <= budget:
            files.append(name)
            budget -= took
    return files


def uncompiled_tests(module: str) -> list[str]:
    """Return the test files of a kernel's module that bear running without compilation."""
    distance = _distances(module)

    def is_near(name: str) -> bool:
        steps = _steps(name, distance)
        return _is_own(module, name) or min(steps, default=9) <= 1

    kernels = [
        name
        for name in test_files()
        if name.endswith(("_kernels.py", "_kernel.py"))
    ]
    return [
        name
        for name in kernels
        if not PLAIN_NOT.search(name) and is_near(name)
    ]
