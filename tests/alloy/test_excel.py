"""Workbooks in and out: kinds of values, lines, and what is no workbook."""

import datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from openpyxl import Workbook, load_workbook

from magnetkit.alloy._files import read_blocks
from magnetkit.alloy._read import read_inputs
from magnetkit.alloy._workbook import read_sheet
from magnetkit.report._written import write_table


def test_workbook_returns_its_types_of_values(tmp_path):
    frame = pd.DataFrame(
        {
            "composition": ["SmCo5", "=1+1", "Sm2Co17"],
            "melt": [7, 8, 9],
            "price": [1.5, 2.0, None],
            "large": [1.0, 1e20, 3.0],
        }
    )
    path = write_table(frame, tmp_path / "alloys.xlsx")
    got = read_inputs(path)
    assert got.labels.to_pylist() == ["SmCo5", "Sm2Co17"]
    assert [r.line for r in got.rejected] == [3]
    assert got.others["melt"].to_pylist() == [7, 8, 9]
    assert got.others["price"].to_pylist() == [1.5, 2.0, None]
    # No int64 holds it.
    assert got.others["large"].to_pylist() == [1.0, 1e20, 3.0]


def test_a_text_like_a_formula_stays_a_text(tmp_path):
    path = write_table(
        pd.DataFrame({"candidate": ["=1+1"]}), tmp_path / "a.xlsx"
    )
    book = load_workbook(path)
    assert book["results"]["A2"].data_type == "s"
    assert book["columns"]["A2"].value == "candidate"
    assert (
        book["columns"]["D2"].value == "The candidate as given or generated."
    )


def test_reads_each_kind_of_cell_as_shown_by_excel(tmp_path):
    """Merged cells share the value of their first, blank rows are none; errors are empty."""
    day = datetime.datetime(2026, 1, 2)
    night = datetime.datetime(2026, 1, 2, 23, 30)
    book = Workbook()
    sheet = book.active
    for row in (
        [],
        [
            "composition",
            "melt",
            "price",
            "day",
            "time",
            "cast",
            "code",
            "error",
        ],
        ["SmCo5", 1, 1, day, day, True, "007", "#N/A"],
        [],
        ["Sm2Co17", 2.0, 1.5, day, night, False, 8, 2],
        [None, None, 3],
    ):
        sheet.append(row)
    sheet.merge_cells("A5:A6")
    book.save(tmp_path / "a.xlsx")
    sheet = read_sheet(tmp_path / "a.xlsx")
    table = sheet.table
    assert sheet.lines.tolist() == [3, 5, 6]
    assert sheet.notes == ()
    assert table.to_pydict() == {
        "composition": ["SmCo5", "Sm2Co17", "Sm2Co17"],
        "melt": [1, 2, None],
        "price": [1.0, 1.5, 3.0],
        "day": [day.date(), day.date(), None],
        "time": [day, night, None],
        "cast": [True, False, None],
        "code": ["007", "8", None],
        "error": [None, 2, None],
    }
    assert table.schema.field("melt").type == pa.int64()


def test_reads_all_of_a_sheet_with_a_wrong_size(tmp_path):
    import zipfile

    book = Workbook()
    for row in (["composition", "melt"], ["SmCo5", 1], ["Nd2Fe14B", 2]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as source:
        parts = {name: source.read(name) for name in source.namelist()}
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w") as source:
        for name, content in parts.items():
            source.writestr(name, content.replace(b'ref="A1:B3"', b'ref="A1"'))
    table = read_sheet(tmp_path / "b.xlsx").table
    assert table.num_rows == 2
    assert table.column_names == ["composition", "melt"]


def write_book(path, *, hidden_first=False, formula=False):
    book = Workbook()
    old = book.active
    old.title = "Old"
    old.append(["composition"])
    old.append(["NdFe"])
    old.sheet_state = "hidden" if hidden_first else "visible"
    sheet = book.create_sheet("Melts")
    for row in (
        ["composition", "melt"],
        ["SmCo5", 1],
        ["Nd2Fe14B", 2],
        ["Sm2Co17", 3],
    ):
        sheet.append(row)
    sheet.row_dimensions[3].hidden = True
    if formula:
        sheet["B4"] = "=B2+2"
    book.save(path)
    return path


def test_reads_visible_sheet_and_rows(tmp_path):
    sheet = read_sheet(write_book(tmp_path / "a.xlsx", hidden_first=True))
    table = sheet.table
    lines = sheet.lines
    notes = sheet.notes
    assert table["composition"].to_pylist() == ["SmCo5", "Sm2Co17"]
    assert lines.tolist() == [2, 4]
    assert "sheet 'Melts' is read" in notes[0]
    assert "hidden (Old)" in notes[0]
    assert notes[1] == "1 hidden rows are left out (3)"
    blocks = list(read_blocks(tmp_path / "a.xlsx", 1, []))
    assert [block.start for block in blocks] == [0, 1]
    assert [block.lines.tolist() for block in blocks] == [[2], [4]]
    assert [block.notes for block in blocks] == [notes, ()]
    with pytest.warns(UserWarning, match="hidden rows"):
        read_inputs(f"{tmp_path / 'a.xlsx'}#Melts")


def test_reads_a_hidden_sheet_by_name(tmp_path):
    path = write_book(tmp_path / "a.xlsx", hidden_first=True)
    sheet = read_sheet(Path(f"{path}#Old"))
    assert sheet.table["composition"].to_pylist() == ["NdFe"]
    assert sheet.notes == ()


def test_rejects_a_formula_without_value_by_its_cell(tmp_path):
    path = write_book(tmp_path / "a.xlsx", formula=True)
    sheet = read_sheet(Path(f"{path}#Melts"))
    assert sheet.table["composition"].to_pylist() == ["SmCo5"]
    assert [row.line for row in sheet.rejected] == [4]
    assert (
        "cell B4 holds a formula without its value" in sheet.rejected[0].reason
    )


def test_a_header_may_take_names_from_above_and_units_from_below(tmp_path):
    book = Workbook()
    for row in (
        ["Melts of 2026"],
        [None, "melt", "note"],
        ["composition"],
        [None, "kg"],
        ["SmCo5", 1, "x"],
    ):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    sheet = read_sheet(Path(f"{tmp_path / 'a.xlsx'}#:3"))
    assert sheet.lines.tolist() == [5]
    row = {"composition": "SmCo5", "melt": 1, "note": "x"}
    assert sheet.table.to_pylist() == [row]
