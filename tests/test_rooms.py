"""The rooms of the package form no circle, whichever way an import is written."""

import importlib.util
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "docs/rooms.py"


@pytest.fixture(scope="module")
def rooms():
    spec = importlib.util.spec_from_file_location("rooms", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


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
    found = rooms.circles(rooms.module_graph())
    # To be untied with the room they stand in.
    assert [sorted(circle) for circle in found] == [
        ["magnetkit.surrogates.curie", "magnetkit.surrogates.training_sets"],
    ]


@pytest.mark.parametrize("private", ["evaluation", "show"])
def test_offline_work_and_display_stand_in_nobodys_way(rooms, private):
    above = {"cli", "evaluation", "screening", "show", "magnetkit"}
    users = {room for room, targets in rooms.room_graph().items() if private in targets}
    assert users <= above


def test_kernels_know_no_tables_and_no_crystal_libraries(rooms):
    for name, file in rooms.modules().items():
        if name.startswith("magnetkit.kernels"):
            text = file.read_text("utf-8")
            assert "pandas" not in text.replace("knows pandas", ""), name
            assert "import pymatgen" not in text, name
