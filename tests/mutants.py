"""One change at a time in the rooms, and whether a test sees it.

``python -m tests.mutants OUT.jsonl [COUNT] [SEED]`` copies the checkout, changes one place, runs
the tests that reach the module, its own file and its room first, and writes a line a change: killed
(and by what) or survived. It goes on where a file was left; the copy stands beside that. ``again``
after the file tries what survived once more, with the tests as they now stand and more of them; the
last line of a change counts. Not part of `make test`: it takes hours.
"""

import ast
import json
import os
import random
import re
import resource
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROOMS = (
    "anchors", "applications", "catalogue", "composition", "hosts", "kernels", "learning",
    "magnetism", "phases", "prediction", "ranking", "replacement", "run", "supply", "surrogates",
)  # fmt: skip
"""Rooms that answers come from; what shows and judges them has tests of another kind."""
LEFT_OUT = re.compile(
    r"tests/(cli|docs|show|faults|evaluation|features)/|test_(cluster|fork|notebooks|rooms)"
)
"""Test files that are slow, or of rooms that are not changed; the rest alone must kill."""
BUDGET_S, AGAIN_S = 12.0, 60.0
"""Tests of one change end where the next file would exceed this time of a processor; again more."""
UNKNOWN_S = 3.0
"""Taken for a test file of which no time is stored beside the results."""
LIMIT_S = 120
"""A change that makes its tests take more of a processor's time, or ten times that of the clock, is
seen."""
FACTOR = 1.1

_SWAPS: dict[type, type] = {
    ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip
_NAMES = {"sorted": "list"}
for _a, _b in (
    ("min", "max"), ("minimum", "maximum"), ("any", "all"), ("argmin", "argmax"),
    ("fmin", "fmax"), ("floor", "ceil"), ("nanmin", "nanmax"),
):  # fmt: skip
    _NAMES |= {_a: _b, _b: _a}


@dataclass(frozen=True)
class Change:
    """One change: a file, the number of its place there, and how it reads."""

    module: str
    place: int
    line: int
    before: str
    after: str

    @property
    def room(self) -> str:
        return self.module.split(".")[1]


class _Changer(ast.NodeTransformer):
    """Counts the places that can be changed and changes one of them."""

    def __init__(self, wanted: int = -1) -> None:
        self.wanted, self.seen = wanted, 0
        self.told: list[tuple[int, str, str]] = []

    def _place(self, node: ast.AST, changed: ast.AST) -> ast.AST:
        self.told.append((node.lineno, _short(node), _short(changed)))
        self.seen += 1
        return ast.copy_location(changed, node) if self.seen - 1 == self.wanted else node

    def visit(self, node: ast.AST) -> ast.AST:
        # Types, and what is said to a person.
        if isinstance(node, (ast.JoinedStr, ast.Raise, ast.Import, ast.ImportFrom)):
            return node
        if isinstance(node, ast.AnnAssign):
            if node.value is not None:
                node.value = self.visit(node.value)
            return node
        if isinstance(node, ast.arg):
            return node
        if isinstance(node, ast.FunctionDef):
            returns, node.returns = node.returns, None
            node = self.generic_visit(node)
            node.returns = returns
            return node
        return super().visit(node)

    def visit_If(self, node: ast.If) -> ast.AST:
        return node if _of_types(node.test) else self.generic_visit(node)

    def _operator(self, node: ast.AST) -> ast.AST:
        self.generic_visit(node)
        swap = _SWAPS.get(type(node.op))
        if isinstance(node.op, ast.BitOr) and _short(node).endswith("| None"):
            return node
        if swap is None or isinstance(getattr(node, "left", None), ast.JoinedStr):
            return node
        return self._place(node, _with(node, op=swap()))

    visit_BinOp = visit_AugAssign = visit_BoolOp = _operator

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        swap = _SWAPS[type(node.ops[0])]
        return self._place(node, _with(node, ops=[swap(), *node.ops[1:]]))

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, (ast.USub, ast.Not)):
            return self._place(node, node.operand)
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        value = node.value
        if isinstance(value, bool):
            return self._place(node, ast.Constant(not value))
        if isinstance(value, float) or (isinstance(value, int) and abs(value) >= 10):
            other = value * FACTOR if value else 0.1
            return self._place(node, ast.Constant(type(value)(other)))
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        f = node.func
        name = f.id if isinstance(f, ast.Name) else getattr(f, "attr", "")
        if name not in _NAMES or (name == "sorted" and len(node.args) != 1):
            return node
        other = _NAMES[name]
        func = ast.Name(other) if isinstance(f, ast.Name) else _with(f, attr=other)
        return self._place(node, _with(node, func=func))


def _with(node: ast.AST, **fields: object) -> ast.AST:
    return type(node)(**{name: getattr(node, name, None) for name in node._fields} | fields)


def _short(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())[:90]


def _of_types(test: ast.expr) -> bool:
    return isinstance(test, ast.Name) and test.id == "TYPE_CHECKING"


def file_of(module: str) -> Path:
    return Path(*module.split(".")).with_suffix(".py")


def changes(module: str) -> list[Change]:
    """Return every change that can be made in a module."""
    changer = _Changer()
    changer.visit(ast.parse((ROOT / file_of(module)).read_text(encoding="utf-8")))
    return [Change(module, i, *told) for i, told in enumerate(changer.told)]


def changed(change: Change) -> str:
    """Return the source of a module after a change."""
    tree = ast.parse((ROOT / file_of(change.module)).read_text(encoding="utf-8"))
    tree = _Changer(change.place).visit(tree)
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def modules() -> list[str]:
    files = sorted(f for room in ROOMS for f in (ROOT / "magnetkit" / room).rglob("*.py"))
    names = (f.relative_to(ROOT).with_suffix("") for f in files if f.name != "__init__.py")
    return [".".join(name.parts) for name in names]


def sample(count: int, seed: int) -> list[Change]:
    """Return changes of all rooms in turn, more of larger rooms (by the root of their places)."""
    chance = random.Random(seed)
    places: dict[str, list[Change]] = {room: [] for room in ROOMS}
    for module in modules():
        places[module.split(".")[1]] += changes(module)
    weight = {room: len(found) ** 0.5 for room, found in places.items()}
    chosen = []
    for room, found in places.items():
        number = max(8, round(count * weight[room] / sum(weight.values())))
        picked = chance.sample(found, min(number, len(found)))
        chosen += [((i + 0.5) / number, change) for i, change in enumerate(picked)]
    return [change for _, change in sorted(chosen, key=lambda pair: pair[0])][:count]


_IMPORT = re.compile(r"^\s*(?:from (magnetkit[\w.]*|\.+[\w.]*) import ([^#\n]+|\([^)]+\))|"
                     r"import (magnetkit[\w.]+))", re.MULTILINE)  # fmt: skip


def _imports(file: Path, known: set[str]) -> Iterator[str]:
    """Yield the modules of the package that a file imports, at its top or inside functions."""
    here = file.relative_to(ROOT).with_suffix("").parts
    for base, names, whole in _IMPORT.findall(file.read_text(encoding="utf-8")):
        if whole:
            yield whole
            continue
        dots = len(base) - len(base.lstrip("."))
        start = ".".join((*here[: len(here) - dots], base.lstrip("."))) if dots else base
        start = start.strip(".")
        yield from {start, *(f"{start}.{n}" for n in re.findall(r"\w+", names))} & known


def tests_of(module: str, seconds: dict[str, float], budget: float) -> list[str]:
    """Return the test files that reach a module within the budget: its own, its room's, nearest."""
    known = {
        ".".join(f.relative_to(ROOT).with_suffix("").parts)
        for f in (ROOT / "magnetkit").rglob("*.py")
    }
    importers: dict[str, set[str]] = {}
    for name in known:
        for used in _imports(ROOT / file_of(name), known):
            importers.setdefault(used, set()).add(name)
    distance, edge = {module: 0}, [module]
    while edge:
        near = edge.pop(0)
        for name in importers.get(near, ()):
            if name not in distance:
                distance[name] = distance[near] + 1
                edge.append(name)
    # What `import magnetkit as mk` reaches is as far as anything.
    far = max(distance.values()) + 1
    order = []
    for name, took in seconds.items():
        reached = [distance[m] for m in _imports(ROOT / name, known) if m in distance]
        text = (ROOT / name).read_text(encoding="utf-8")
        beside = f"tests/{'/'.join(module.split('.')[1:-1])}/" in name
        own = beside and module.rsplit(".", 1)[-1].strip("_") in Path(name).stem
        if own or reached or "import magnetkit as mk" in text:
            order.append((min([*reached, far]) - 1.5 * beside - 2.0 * own, took, name))
    chosen, left = [], budget
    # Examples of its docstrings hold numbers.
    if ">>> " in (ROOT / file_of(module)).read_text(encoding="utf-8"):
        order.append((-2.0, 1.0, f"tests/test_docstrings.py::test_examples_run[{module}]"))
    for near, took, name in sorted(order):
        if took <= left or near < -2.0:
            chosen.append(name)
            left -= took
    return chosen


def copied(folder: Path) -> Path:
    """Copy what tests need, with the kernels that are compiled, and byte code that is checked."""
    skip = shutil.ignore_patterns("*.pyc", ".git", "notebooks", ".venv*", "demo", "*_cache")
    tree = folder / "tree"
    shutil.copytree(ROOT, tree, ignore=skip)
    import compileall
    from py_compile import PycInvalidationMode

    mode = PycInvalidationMode.CHECKED_HASH
    for part in ("magnetkit", "tests"):
        compileall.compile_dir(tree / part, quiet=2, invalidation_mode=mode)
    return tree


def preload() -> None:
    """Import what tests use and no change touches: a test run is a fork of this process."""
    import mp_api.client
    import numba
    import pandas
    import plotly.graph_objects
    import pyarrow.parquet
    import pymatgen.core
    import pytest
    import scipy.optimize
    import sklearn.gaussian_process

    loaded = (mp_api, numba, pandas, plotly, pyarrow, pymatgen, pytest, scipy)
    assert all((*loaded, sklearn)), "imported for what comes after the fork"
    assert not [name for name in sys.modules if name.split(".")[0] == "magnetkit"]


def run(tree: Path, tests: list[str]) -> str:
    """Run tests in a fork; return what killed: a test, a signal, the limit; empty where none."""
    log = tree.parent / "log"
    child = os.fork()
    if child == 0:
        code = 70
        try:
            os.setsid()
            resource.setrlimit(resource.RLIMIT_CPU, (LIMIT_S, LIMIT_S + 10))
            os.chdir(tree)
            sys.path[:] = [str(tree), *(p for p in sys.path if p not in ("", str(ROOT)))]
            os.environ["PYTHONPATH"] = str(tree)
            out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(out, 1)
            os.dup2(out, 2)
            sys.modules.pop("tests", None)
            import pytest

            known = "no:xdist", "no:cacheprovider", "no:benchmark"
            plugins = [word for name in known for word in ("-p", name)]
            code = int(pytest.main(["-x", "-q", "--tb=line", *plugins, *tests]))
            sys.stdout.flush()
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    end = time.monotonic() + 10.0 * LIMIT_S
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            break
        if time.monotonic() > end:
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return "no end"
        time.sleep(0.05)
    code = os.waitstatus_to_exitcode(status)
    if code in (0, 5):
        return ""
    said = re.findall(r"^(?:FAILED|ERROR) (\S+)", log.read_text(errors="replace"), re.MULTILINE)
    return said[0] if said else f"exit {code}"


def baseline(file: Path) -> dict[str, float]:
    """Return the test files that changes are tried with, and the time they were seen to take."""
    known = json.loads(file.read_text()) if file.is_file() else {}
    names = (str(f.relative_to(ROOT)) for f in sorted((ROOT / "tests").rglob("test_*.py")))
    return {
        name: known.get(name, UNKNOWN_S)
        for name in names
        if not LEFT_OUT.search(name) and name != "tests/test_docstrings.py"
    }


def sound(tree: Path, test: str, passed: dict[str, bool]) -> bool:
    """Return whether a test that failed after a change passes without one."""
    if test not in passed:
        passed[test] = not test.startswith("tests/") or not attempt(tree, [test])
    return passed[test]


# Replaced where a machine is shared and each run waits for its turn.
attempt = run


def rows(out: Path) -> dict[tuple[str, int], dict]:
    """Return the last line of every change that was tried."""
    lines = out.read_text().splitlines() if out.is_file() else []
    return {(row["module"], row["place"]): row for row in map(json.loads, lines)}


def left(out: Path, count: int, seed: int) -> list[Change]:
    """Return the changes of a sample that have not been tried."""
    done = rows(out)
    return [c for c in sample(count, seed) if (c.module, c.place) not in done]


def survivors(out: Path) -> list[Change]:
    """Return the changes that no test saw."""
    names = Change.__dataclass_fields__
    return [Change(**{n: row[n] for n in names}) for row in rows(out).values() if not row["killed"]]


def ready(out: Path) -> tuple[Path, dict[str, float]]:
    """Return the copy of the checkout that is changed, and the time of each test file there."""
    preload()
    threads = "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"
    off = "PYTHONDONTWRITEBYTECODE", "PYTEST_DISABLE_PLUGIN_AUTOLOAD"
    os.environ |= dict.fromkeys((*threads, *off), "1")
    folder = out.with_suffix(".tree")
    tree = folder / "tree" if folder.is_dir() else copied(folder)
    os.environ["MAGNETKIT_TESTS_CACHE"] = str(folder / "cache")
    return tree, baseline(out.with_suffix(".baseline.json"))


def tried(change: Change, tree: Path, tests: list[str], passed: dict[str, bool]) -> dict:
    """Make a change in the copy, run tests until one fails that passes without it, and undo it."""
    place = tree / file_of(change.module)
    whole = (ROOT / file_of(change.module)).read_text(encoding="utf-8")
    start, killed, failing = time.monotonic(), "", [t for t in passed if not passed[t]]
    while True:
        place.write_text(changed(change), encoding="utf-8")
        try:
            killed = attempt(tree, [*tests, *(f"--deselect={test}" for test in failing)])
        finally:
            place.write_text(whole, encoding="utf-8")
        if not killed or sound(tree, killed, passed):
            break
        failing.append(killed)
    return {**asdict(change), "killed": killed, "s": round(time.monotonic() - start, 1)}


def main(out: Path, words: list[str]) -> None:
    again = words[:1] == ["again"]
    numbers = [int(word) for word in words[again:]]
    chosen = survivors(out) if again else left(out, *[*numbers, *(200, 20_261_125)[len(numbers) :]])
    tree, seconds = ready(out)
    if again:
        shutil.copytree(ROOT / "tests", tree / "tests", dirs_exist_ok=True)
    passed: dict[str, bool] = {}
    for change in chosen:
        tests = tests_of(change.module, seconds, AGAIN_S if again else BUDGET_S)
        row = tried(change, tree, tests, passed)
        with out.open("a") as stream:
            stream.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
