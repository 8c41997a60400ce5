"""``magnetkit grades`` and what becomes of a grade where a composition is expected."""

import json
import os
import re

import magnetkit as mk
from tests.command import invoke, run
from tests.printed import cells, sentences


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


def test_grade_by_number_and_class_has_no_sheet():
    text = " ".join(run("grades", "N43SH").stdout.split())
    assert "No maker's sheet is known" in text
    assert "Sold by" not in text


def call(words):
    done = invoke(f"grades {words}")
    assert done.exit_code == 0, done.output
    return done.stdout


def test_one_grade_with_the_range_between_its_makers(terminal):
    (row,) = mk.magnetism.grades("N42SH", "150C").to_dict("records")
    text = call("N42SH --temperature 150C")
    title = f"N42SH ({row['host']}, {row['kind']}), at 150 °C"
    assert text.splitlines()[0].strip() == title
    head, *rows = cells(text)
    assert head == ["Property", "Value", "Between makers", "Unit", "From"]
    printed = {line[0]: line[1:] for line in rows}
    for label, name, unit in (
        ("Remanence", "remanence_T", "T"),
        ("Coercivity HcJ, guaranteed", "coercivity_kA_m", "kA/m"),
    ):
        value, low, high = (row[f"{name}{e}"] for e in ("", "_lo", "_hi"))
        assert printed[label] == [
            f"{value:.4g}",
            f"{low:.4g} to {high:.4g}",
            unit,
            row[f"{name}_provenance"],
        ]
    sheets = mk.magnetism.grades("N42SH", sheets=True)
    words = sentences(text)
    sold = f"Sold by {row['makers']}; {len(sheets)} published values from:"
    assert sold in words
    sources = list(dict.fromkeys(sheets["source"]))
    for source in sources:
        assert f"- {source}" in words
    assert words.endswith("Makers publish no composition.")
    assert "estimate, ! extrapolated" not in words


def test_the_list_marks_estimates_and_what_is_extrapolated(terminal):
    table = mk.magnetism.grades(None, "150C")
    text = call("--temperature 150C")
    title = f"{len(table)} grades, at 150 °C"
    assert text.splitlines()[0].strip() == title
    marks = {"estimate": "*", "extrapolated": "!"}
    rows = {row[0]: row for row in cells(text)}
    head = [" ".join(x) for x in zip(*cells(text)[:2], strict=True)]
    at = next(i for i, x in enumerate(head) if x.startswith("HcJ"))
    assert head[at] == "HcJ kA/m"
    shown = 0
    for row in table.to_dict("records"):
        cell = rows.get(row["grade"])
        if cell is None or row["coercivity_kA_m"] != row["coercivity_kA_m"]:
            continue
        value = f"{row['coercivity_kA_m']:.3g}"
        if "e+" in value:
            value = f"{row['coercivity_kA_m']:.0f}"
        mark = marks.get(row["coercivity_kA_m_provenance"], "")
        assert cell[at] == f"{value}{mark}"
        shown += 1
    assert shown > 20
    assert sentences(text).startswith(title)
    assert "* estimate, ! extrapolated: an" in text


def test_all_grades_as_json():
    rows = [json.loads(line) for line in call("--json").splitlines()]
    assert len(rows) == len(mk.magnetism.grades())
    assert "sheets" not in rows[0]


def test_a_grade_ends_with_what_its_marks_rest_on():
    said = " ".join(run("grades", "N42SH").stdout.split())
    assert said.endswith(
        "An estimate comes from similar grades of the same structure; beyond a grade's highest "
        "temperature its coefficients are extrapolated; curve: where the curve of `magnetkit "
        "curve` has B = 0. Makers publish no composition."
    )
