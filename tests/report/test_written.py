"""Results as files: kinds, formats, widths and meanings."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from magnetkit.errors import InputError
from openpyxl import load_workbook

from magnetkit.report import _written
from magnetkit.report._written import (
    _as_numbers,
    _number_format,
    meaning,
    write_results,
    write_table,
    write_workbook,
)
from tests.command import invoke
from tests.transcript import write_inputs

FRAME = pd.DataFrame(
    {"melt": ["=1", "b"], "remanence_T": [1.25, np.nan]}, index=[7, 8]
)


def rows(sheet):
    return list(sheet.iter_rows(values_only=True))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "melt,remanence_T\n'=1,1.25\nb,\n"),
        ("a.tsv", "melt\tremanence_T\n'=1\t1.25\nb\t\n"),
        (
            "a.jsonl",
            '{"melt":"=1","remanence_T":1.25}\n{"melt":"b","remanence_T":null}\n',
        ),
    ],
)
def test_the_suffix_is_the_form(name, text, tmp_path):
    path = tmp_path / name
    assert write_table(FRAME, path) == path
    assert path.read_text("utf-8") == text


def test_other_forms_hold_the_same(tmp_path):
    path = write_table(FRAME, tmp_path / "a.parquet")
    back = pd.read_parquet(path)
    assert back.to_dict("list")["melt"] == ["=1", "b"]
    assert list(back.columns) == list(FRAME.columns)
    book = load_workbook(write_table(FRAME, tmp_path / "a.XLSX"))
    assert book.sheetnames == ["results", "columns"]
    assert rows(book["results"])[1:] == [("=1", 1.25), ("b", None)]
    odd = write_table(FRAME, tmp_path / "a.json")
    assert odd.read_text("utf-8").count("\n") == 2


def test_a_workbook_explains_its_columns(tmp_path):
    frame = FRAME.assign(remanence_T_lo=1.1, remanence_T_provenance="given")
    book = load_workbook(write_table(frame, tmp_path / "a.xlsx"))
    sheet = book["columns"]
    head, *lines = rows(sheet)
    assert head == ("column", "label", "unit", "meaning")
    assert lines[0] == ("melt", "melt", None, "Column of the input.")
    assert lines[1][:3] == ("remanence_T", "Remanence", "T")
    assert lines[2] == (
        "remanence_T_lo",
        "Remanence",
        "T",
        "Lower end of the interval.",
    )
    assert lines[3] == (
        "remanence_T_provenance",
        "Remanence",
        None,
        "What the value rests on.",
    )
    widths = [sheet.column_dimensions[c].width for c in "ABCD"]
    assert widths == [42, 28, 10, 90]
    assert sheet["A1"].font.bold
    assert not sheet["A2"].font.bold
    results = book["results"]
    assert results.freeze_panes == "A2"
    assert results["A1"].font.bold
    assert results["B2"].number_format == "0.000"
    assert results["A2"].data_type == "s"


def test_results_have_answer_rows_and_what_was_refused(tmp_path):
    frame = pd.DataFrame({"candidate": ["SmCo5"], "cost_USD_kg": [23.456]})
    path = write_results(
        frame,
        tmp_path / "a.xlsx",
        ["First.", "Second."],
        [(2, "Xx", "no element")],
        "cgs",
    )
    book = load_workbook(path)
    assert book.sheetnames == [
        "Answer",
        "Rows",
        "Refused",
        "columns",
        "All columns",
    ]
    assert rows(book["Answer"]) == [("Answer",), ("First.",), ("Second.",)]
    assert book["Answer"].column_dimensions["A"].width == 110
    assert rows(book["Refused"]) == [
        ("Line", "Text", "Why refused"),
        (2, "Xx", "no element"),
    ]
    assert rows(book["Rows"])[0] == ("Candidate", "Material cost (USD/kg)")
    assert rows(book["All columns"])[0] == ("candidate", "cost_USD_kg")
    assert book["Rows"]["B2"].number_format == "0.00"


def test_cells_keep_their_kind_and_no_control_characters(tmp_path):
    day = date(2026, 5, 4)
    frame = pd.DataFrame(
        {
            "day": [day],
            "flag": [True],
            "text": ["a\x07b"],
            "long": ["x" * 40_000],
            "other": [("a", 1)],
            "digits": ["12"],
        }
    )
    book = load_workbook(write_workbook({"A": frame}, tmp_path / "a.xlsx"))
    values = rows(book["A"])[1]
    assert values[0].date() == day
    assert values[1] is True
    assert values[2] == "a\ufffdb"
    assert len(values[3]) == 32_767
    assert values[4] == "('a', 1)"
    assert values[5] == 12


def test_refuses_other_names_clocks_and_too_many_rows(tmp_path, monkeypatch):
    with pytest.raises(InputError, match="names no workbook; expected a file"):
        write_workbook({"A": FRAME}, tmp_path / "a.csv")
    monkeypatch.setattr(_written, "_SHEET_ROWS", 1)
    with pytest.raises(
        InputError, match="2 rows do not fit into a sheet of 1"
    ):
        write_workbook({"A": FRAME}, tmp_path / "a.xlsx")

    class Early(date):
        @classmethod
        def today(cls):
            return cls(1979, 12, 31)

    monkeypatch.setattr(_written, "date", Early)
    with pytest.raises(InputError, match="set the clock"):
        write_workbook({"A": FRAME[:1]}, tmp_path / "a.xlsx")


@pytest.mark.parametrize(
    ("values", "numbers"),
    [
        (["1", "2.5", None, ""], [1, 2.5, None, None]),
        (["1", "x"], ["1", "x"]),
        (["007", "8"], ["007", "8"]),
        (["-3", "0"], [-3, 0]),
        (["1e5"], ["1e5"]),
        (["1234567890123456"], ["1234567890123456"]),
        ([1, 2], [1, 2]),
        ([1, "2"], [1, "2"]),
        (["2", 1.5], ["2", 1.5]),
        (["123456789012345"], [123456789012345]),
        (["+1"], ["+1"]),
        (["1."], ["1."]),
        ([None], [None]),
    ],
)
def test_texts_of_a_users_column_that_are_all_numbers(values, numbers):
    result = _as_numbers(values, "price")
    assert result == numbers
    assert list(map(type, result)) == list(map(type, numbers))
    assert _as_numbers(values, "remanence_T") is values


@pytest.mark.parametrize(
    ("values", "digits"),
    [
        ([1.2, -123.4], "0.0"),
        ([12345.0, 0.1], "0"),
        ([0.0001], "0.000000"),
        ([0.012, 0.0, float("nan"), float("inf")], "0.00000"),
        ([1, 2], "General"),
        ([0.0], "General"),
        (["x"], "General"),
    ],
)
def test_a_column_has_four_digits_of_its_largest(values, digits):
    assert _number_format(values) == digits


@pytest.mark.parametrize(
    ("name", "text", "width"),
    [("a", "x", 10), ("a", "x" * 20, 22), ("a" * 50, "x", 40)],
)
def test_a_column_is_as_wide_as_its_longest_text(name, text, width, tmp_path):
    frame = pd.DataFrame({name: [text, "x"], "price": [1.0, 2.0]})
    place = write_workbook({"Rows": frame}, tmp_path / "answer.xlsx")
    assert load_workbook(place)["Rows"].column_dimensions["A"].width == width


def test_meanings_of_ends():
    label, unit, text = meaning("coercivity_kA_m_hi")
    assert (label, unit) == ("Intrinsic coercivity", "kA/m")
    assert text == "Upper end of the interval."
    assert meaning("cost_USD_kg_hi") == (
        "cost_USD_kg_hi",
        "",
        "Column of the input.",
    )


def test_a_buyer_opens_the_answers_to_a_workbook(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_inputs(tmp_path)
    line = "predict buyer.xlsx --basis weight --temperature 150C"
    done = invoke(f"{line} --out answers.xlsx")
    assert done.exit_code == 0, done.output
    book = load_workbook("answers.xlsx")
    names, first, *_ = book["All columns"].iter_rows(values_only=True)
    values = dict(zip(names, first, strict=True))
    assert values["id"] == "x1"
    # A number stays one.
    assert values["offer EUR/kg"] == 61.5
    assert values["coercivity_kA_m"] > 0
