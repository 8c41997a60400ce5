"""``magnetkit grades`` and what becomes of a grade where a composition is expected."""

import json
import os
import re

import magnetkit as mk
from tests.command import invoke, run


def test_one_grade_as_json():
    done = run("grades", "NdFeB N42SH", "--temperature", "150C", "--json")
    assert done.returncode == 0
    row = json.loads(done.stdout)
    assert row["grade"] == "N42SH"
    assert round(row["coercivity_kA_m"]) == 454
    assert {s["maker"] for s in row["sheets"]} == {"Arnold", "K&J"}
    assert next(iter(row["sheets"][0])) == "maker"


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


def call(words):
    done = invoke(f"grades {words}")
    assert done.exit_code == 0, done.output
    return done.stdout


def test_all_grades_as_json():
    rows = [json.loads(line) for line in call("--json").splitlines()]
    assert len(rows) == len(mk.magnetism.grades())
    assert "sheets" not in rows[0]
