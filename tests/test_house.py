"""Rooms form no circle, kernels stand alone, and the package needs neither tests nor benchmarks."""

import ast
import sys

import pytest

from tests.scripts import ROOT, script

PACKAGE = ROOT / "magnetkit"
ROOMS = 15
"""Folders right under the package, at most."""
STORED_BYTES = 150_000
"""Texts that tests compare with, at most."""


@pytest.fixture(scope="module")
def rooms():
    return script("docs/rooms.py")


def test_floors_circles_and_graph(rooms):
    graph = {"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": set()}
    assert rooms.circles(graph) == [{"a", "b", "c"}]
    assert (
        rooms.floors({"a": {"b", "d"}, "b": {"c"}, "c": {"d"}, "d": set()})
        == 4
    )
    graph = rooms.module_graph()
    # Inside a function, through a lazy name, and by a relative name of two dots.
    assert "magnetkit.phases.stability" in graph["magnetkit.magnetism._stages"]
    assert (
        "magnetkit.phases.partition" in graph["magnetkit.surrogates.intrinsic"]
    )


def test_neither_rooms_nor_modules_form_a_circle(rooms):
    assert rooms.circles(rooms.room_graph()) == []
    assert rooms.circles(rooms.module_graph()) == []


def test_rooms_are_few(rooms):
    assert len(rooms.room_graph().keys() - {"magnetkit", "__main__"}) <= ROOMS


def test_display_stands_in_nobodys_way(rooms):
    users = {
        room
        for room, targets in rooms.room_graph().items()
        if "report" in targets
    }
    assert users <= {"cli", "run"}


def test_the_package_stands_without_benchmarks_and_tests(rooms):
    for name, file in rooms.modules().items():
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = (
                [a.name for a in node.names]
                if isinstance(node, ast.Import)
                else []
            )
            names += (
                [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            )
            assert not {n.split(".")[0] for n in names} & {
                "benchmarks",
                "tests",
            }, name


def test_kernels_import_numpy_numba_and_each_other_alone(rooms):
    libraries = {*sys.stdlib_module_names, "numpy", "numba"}
    helpers = {
        "_arrays",
        "_constants",
        "_hooks",
        "_jit",
        "_linear",
        "_threads",
    }
    for name, file in rooms.modules().items():
        if not name.endswith("_kernels"):
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                assert {alias.name for alias in node.names} <= libraries, name
            elif isinstance(node, ast.ImportFrom) and not node.level:
                assert node.module.split(".")[0] in libraries, name
                # No inner name of numba's.
                assert not node.module.startswith("numba."), name
            elif isinstance(node, ast.ImportFrom):
                modules = {
                    node.module.split(".")[-1],
                    *(alias.name for alias in node.names),
                }
                assert any(
                    m in helpers or m.endswith("_kernels") for m in modules
                ), name


def test_contributing_names_every_room(rooms):
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    table = [
        line.split("|")[1]
        for line in text.splitlines()
        if line.startswith("| `")
    ]
    names = {
        name.removesuffix("/").removesuffix(".py")
        for c in table
        for name in c.split("`")[1::2]
    }
    assert names == rooms.room_graph().keys() - {"magnetkit", "__main__"}


def test_stored_text_is_little():
    stored = [
        file.stat().st_size
        for file in (ROOT / "tests").rglob("*")
        if file.suffix in (".json", ".csv", ".txt")
    ]
    assert len(stored) > 50
    assert sum(stored) <= STORED_BYTES
