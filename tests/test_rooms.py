"""The rooms of the package form no circle, whichever way an import is written."""

import ast
import sys
from pathlib import Path

import pytest

from tests.scripts import script

SCRIPT = Path(__file__).resolve().parents[1] / "docs/rooms.py"


@pytest.fixture(scope="module")
def rooms():
    return script("docs/rooms.py")


def test_every_way_of_importing_is_seen(rooms):
    graph = rooms.module_graph()
    # Inside a function, through a lazy name, and by a relative name of two dots.
    assert "magnetkit.phases.makeable" in graph["magnetkit.prediction.properties"]
    assert "magnetkit.evaluation.phases.validation" in graph["magnetkit.cli.models"]
    assert "magnetkit.hosts.partition" in graph["magnetkit.magnetism.intrinsic"]


def test_a_circle_is_found(rooms):
    graph = {"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": set()}
    assert rooms.circles(graph) == [{"a", "b", "c"}]


def test_the_rooms_form_no_circle(rooms):
    assert rooms.circles(rooms.room_graph()) == []


def test_the_modules_form_no_circle(rooms):
    assert rooms.circles(rooms.module_graph()) == []


@pytest.mark.parametrize("private", ["evaluation", "show"])
def test_offline_work_and_display_stand_in_nobodys_way(rooms, private):
    above = {"cli", "evaluation", "screening", "show", "magnetkit"}
    users = {room for room, targets in rooms.room_graph().items() if private in targets}
    assert users <= above


def test_kernels_import_numpy_and_numba_alone(rooms):
    allowed = {*sys.stdlib_module_names, "numpy", "numba"}
    for name, file in rooms.modules().items():
        if not name.startswith("magnetkit.kernels"):
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                assert {alias.name for alias in node.names} <= allowed, name
            elif isinstance(node, ast.ImportFrom) and not node.level:
                assert node.module.split(".")[0] in allowed, name
                # No inner name of numba's.
                assert not node.module.startswith("numba."), name
            elif isinstance(node, ast.ImportFrom) and node.level == 2:
                assert [alias.name for alias in node.names] == ["kernels"], name


def test_the_table_of_contributing_names_every_room_and_no_other(rooms):
    text = (SCRIPT.parents[1] / "CONTRIBUTING.md").read_text("utf-8")
    table = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    named = {
        name.removesuffix("/").removesuffix(".py") for c in table for name in c.split("`")[1::2]
    }
    there = {f"{name}" for name in rooms.room_graph() if not name.startswith("_")} - {"magnetkit"}
    assert named == there
