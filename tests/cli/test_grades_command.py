"""``magnetkit grades`` and what becomes of a grade where a composition is expected."""

import json
import os
import re

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


@pytest.mark.parametrize(
    ("words", "start"),
    [(("N42SH",), "An"), ((), "* estimate, ! extrapolated: an")],
)
def test_explains_marks_in_the_table(words, start):
    last = run("grades", *words).stdout.splitlines()[-1]
    assert last.startswith(f"{start} estimate comes from similar grades")


def test_wide_table_counts_the_makers_of_a_grade():
    lines = run(
        "grades", env=os.environ | {"COLUMNS": "200"}
    ).stdout.splitlines()
    cells = [
        [cell.strip() for cell in re.split("[│┃]", line)] for line in lines
    ]
    heads = next(row for row in cells if "Grade" in row)
    values = next(row for row in cells if "N42SH" in row)
    # Arnold and K&J.
    assert dict(zip(heads, values, strict=True))["Makers"] == "2"


def test_grade_by_number_and_class_has_no_sheet():
    text = " ".join(run("grades", "N43SH").stdout.split())
    assert "No maker's sheet is known" in text
    assert "Sold by" not in text
