"""``magnetkit grades`` and what becomes of a grade where a composition is expected."""

import json

import pytest

from tests.command import run


def test_one_grade_as_json():
    done = run("grades", "NdFeB N42SH", "--temperature", "150C", "--json")
    assert done.returncode == 0
    row = json.loads(done.stdout)
    assert row["grade"] == "N42SH"
    assert round(row["coercivity_kA_m"]) == 454
    assert {s["maker"] for s in row["sheets"]} == {"Arnold", "K&J"}
    assert next(iter(row["sheets"][0])) == "maker"


def test_a_grade_is_refused_as_a_composition_with_the_way_out():
    done = run("predict", "N42SH")
    assert done.returncode == 1
    assert "magnetkit grades 'N42SH'" in done.stderr
    assert done.stdout == ""


def test_an_unknown_grade_names_its_neighbours():
    done = run("grades", "N42SU")
    assert done.returncode == 1
    assert "nearest names" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "start"), [(("N42SH",), "An"), ((), "* estimate, ! extrapolated: an")]
)
def test_what_marks_mean_is_said_where_there_are_marks(words, start):
    last = run("grades", *words).stdout.splitlines()[-1]
    assert last.startswith(f"{start} estimate comes from similar grades")
