"""Workbooks in and out: kinds of values, lines, and what is no workbook."""

import datetime

import pandas as pd
import pyarrow as pa
from openpyxl import Workbook, load_workbook

from magnetkit.alloy._files import read_sheet
from magnetkit.alloy._read import read_inputs
from magnetkit.report._written import write_table


def test_a_workbook_comes_back_with_its_kinds_of_values(tmp_path):
    frame = pd.DataFrame(
        {"composition": ["SmCo5", "=1+1", "Sm2Co17"], "melt": [7, 8, 9], "price": [1.5, 2.0, None]}
    )
    path = write_table(frame, tmp_path / "alloys.xlsx")
    got = read_inputs(path)
    assert got.labels.to_pylist() == ["SmCo5", "Sm2Co17"]
    assert [r.line for r in got.rejected] == [3]
    assert got.others["melt"].to_pylist() == [7, 8, 9]
    assert got.others["price"].to_pylist() == [1.5, 2.0, None]


def test_a_text_like_a_formula_stays_a_text(tmp_path):
    path = write_table(pd.DataFrame({"candidate": ["=1+1"]}), tmp_path / "a.xlsx")
    book = load_workbook(path)
    assert book["results"]["A2"].data_type == "s"
    assert book["columns"]["A2"].value == "candidate"
    assert book["columns"]["D2"].value == "The candidate as given or generated."


def test_each_kind_of_cell_is_read_as_a_person_sees_it(tmp_path):
    """Merged cells count for their first, blank rows for none; errors and formulas are empty."""
    day, night = datetime.datetime(2026, 1, 2), datetime.datetime(2026, 1, 2, 23, 30)
    book = Workbook()
    sheet = book.active
    for row in (
        [],
        ["composition", "melt", "price", "day", "time", "cast", "code", "error", "sum"],
        ["SmCo5", 1, 1, day, day, True, "007", "#N/A", "=1+1"],
        [],
        ["Sm2Co17", 2.0, 1.5, day, night, False, 8, 2, None],
        [None, None, 3],
    ):
        sheet.append(row)
    sheet.merge_cells("A5:A6")
    book.save(tmp_path / "a.xlsx")
    table, lines = read_sheet(tmp_path / "a.xlsx")
    assert lines.tolist() == [3, 5, 6]
    assert table.to_pydict() == {
        "composition": ["SmCo5", "Sm2Co17", None], "melt": [1, 2, None], "price": [1.0, 1.5, 3.0],
        "day": [day.date(), day.date(), None], "time": [day, night, None],
        "cast": [True, False, None], "code": ["007", "8", None], "error": [None, 2, None],
        "sum": [None] * 3,
    }  # fmt: skip
    assert table.schema.field("melt").type == pa.int64()


def test_a_sheet_that_states_another_size_is_read_whole(tmp_path):
    import zipfile

    book = Workbook()
    for row in (["composition", "melt"], ["SmCo5", 1], ["Nd2Fe14B", 2]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, content.replace(b'ref="A1:B3"', b'ref="A1"'))
    table, _ = read_sheet(tmp_path / "b.xlsx")
    assert table.num_rows == 2
    assert table.column_names == ["composition", "melt"]
