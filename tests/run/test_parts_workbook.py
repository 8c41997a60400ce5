"""The workbook of a parts list: sheets, formats, widths and titles."""

from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from magnetkit.errors import InputError
from openpyxl import load_workbook

from magnetkit.run._parts_workbook import (
    _number_format,
    _plain_value,
    _title,
    _width,
    write_parts_workbook,
)


@pytest.fixture
def answer():
    """Return an answer of two parts, of which one has ways."""
    frame = pd.DataFrame(
        {
            "Row": [2, 3],
            "Part": ["Rotor/1", "=2+2"],
            "P": [0.912, np.nan],
            "Temperature, °C": [150.0, 80.0],
            "Order line": ["melt it", ""],
        }
    )
    ways = pd.DataFrame(
        {"Row": [2, 2], "Way": [1, 2], "P": [0.9, 0.8], "Empty": [None, None]}
    )
    totals = pd.DataFrame({"Element": ["Dy"], "today, kg a year": [1.5]})
    parts = [
        SimpleNamespace(line=2, name="Rotor/1"),
        SimpleNamespace(line=3, name="=2+2"),
    ]
    return SimpleNamespace(
        frame=frame,
        totals=totals,
        shortages=pd.DataFrame({"Shortage": ["Dysprosium stops"]}),
        changes=pd.DataFrame(columns=["Order"]),
        refused=pd.DataFrame({"Row": [4], "Why": ["no grade"]}),
        notes=["First.", "Second."],
        parts=parts,
        ways=ways,
    )


@pytest.fixture
def book(answer, tmp_path):
    path = tmp_path / "answer.XLSX"
    assert write_parts_workbook(answer, path) == path
    return load_workbook(path)


def values(sheet):
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def test_each_table_has_its_sheet_and_each_part_with_ways(book):
    assert book.sheetnames == [
        "Answer",
        "Totals",
        "Shortages",
        "Order of change",
        "Not understood",
        "Assumptions",
        "2 Rotor 1",
    ]
    # Where there is nothing the cell is empty.
    assert values(book["Answer"])[1:] == [
        [2, "Rotor/1", 0.912, 150, "melt it"],
        [3, "=2+2", None, 80, None],
    ]
    assert values(book["Totals"]) == [
        ["Element", "today, kg a year"],
        ["Dy", 1.5],
    ]
    assert values(book["Not understood"])[1] == [4, "no grade"]
    assert values(book["Assumptions"]) == [["Note"], ["First."], ["Second."]]
    # A column of the ways that is empty for a part is left out of its sheet.
    assert values(book["2 Rotor 1"]) == [
        ["Row", "Way", "P"],
        [2, 1, 0.9],
        [2, 2, 0.8],
    ]


def test_sheets_stay_readable_while_scrolled_and_printed(book):
    assert book["Answer"].freeze_panes == "C2"
    assert book["Totals"].freeze_panes == "A2"
    sheet = book["Answer"]
    assert sheet.auto_filter.ref == "A1:E3"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.page_setup.paperSize == 8
    assert sheet.page_setup.fitToWidth == 1
    assert sheet.page_setup.fitToHeight == 0
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$1:$1"
    head = sheet["A1"]
    assert head.font.bold
    assert head.fill.fgColor.rgb == "00DDE6EE"
    assert (head.alignment.wrap_text, head.alignment.vertical) == (True, "top")


def test_cells_are_formatted_by_unit_and_texts_stay_texts(book):
    sheet = book["Answer"]
    assert sheet["C2"].number_format == "0.00"
    assert sheet["D2"].number_format == "0"
    assert sheet["A2"].number_format == "General"
    assert sheet["B3"].data_type == "s"
    text = sheet["B2"].alignment
    assert (text.horizontal, text.indent, text.vertical) == ("left", 1, "top")
    assert not text.wrap_text
    figure = sheet["C2"].alignment
    assert (figure.horizontal, figure.indent) == (None, 0)
    assert sheet["E2"].alignment.wrap_text
    widths = {c: sheet.column_dimensions[c].width for c in "ABCE"}
    assert widths == {"A": 10, "B": 10, "C": 10, "E": 70}
    assert book["Assumptions"].column_dimensions["A"].width == 130


def test_many_parts_share_one_sheet_of_ways(answer, tmp_path):
    answer.parts = answer.parts * 31
    path = write_parts_workbook(answer, tmp_path / "a.xlsx")
    book = load_workbook(path)
    assert book.sheetnames[6:] == ["Ways"]
    assert len(values(book["Ways"])) == 3
    with pytest.raises(InputError, match=r"a\.csv names no workbook.*\.xlsx"):
        write_parts_workbook(answer, tmp_path / "a.csv")


@pytest.mark.parametrize(
    ("name", "digits"),
    [
        ("P", "0.00"),
        ("Margin H_k / H", "0.00"),
        ("Row", "0"),
        ("Elements today, USD a year", "#,##0"),
        ("Dearer, USD a year", "#,##0"),
        ("Stock, USD", "#,##0"),
        ("kg a year", "#,##0.0"),
        ("today, low", "#,##0.0"),
        ("Today, high", "#,##0.0"),
        ("Magnets", "General"),
        ("Lost magnets", "#,##0.0"),
        ("B_r guaranteed, T", "0.000"),
        ("H_cJ guaranteed, kA/m", "0"),
        ("Temperature, °C", "0"),
        ("Saved, wt.%", "0.00"),
        ("Elements, USD/kg", "0.00"),
        ("Colour", "General"),
    ],
)
def test_numbers_have_the_digits_of_their_unit(name, digits):
    assert _number_format(name) == digits


@pytest.mark.parametrize(
    ("name", "cells", "width"),
    [
        ("a", [], 10.0),
        ("a", ["x" * 12, "y", 5.0], 14.0),
        ("Temperature, °C", [1.0], 15.0),
        ("a", ["x" * 99], 34.0),
    ],
)
def test_a_column_is_as_wide_as_its_longest_word_or_text(name, cells, width):
    assert _width(name, cells) == width


def test_values_of_cells_keep_their_kind():
    day = date(2026, 1, 2)
    for value in (None, True, 5, 1.5, day):
        assert _plain_value(value) is value
    number = _plain_value(np.float64(2.5))
    assert (type(number), number) == (float, 2.5)
    assert _plain_value("a\x07b") == "a b"
    assert _plain_value(("a", 1)) == "('a', 1)"
    assert len(_plain_value("x" * 40_000)) == 32_767


@pytest.mark.parametrize(
    ("text", "taken", "title"),
    [
        ("2 Rotor", set(), "2 Rotor"),
        ("a/b:c[d]", set(), "a b c d"),
        ("***", set(), "part"),
        ("x" * 40, set(), "x" * 31),
        ("Part", {"part"}, "Part 2"),
        ("Part", {"part", "PART 2"}, "Part 3"),
        ("x" * 40, {"x" * 31}, "x" * 27 + " 2"),
    ],
)
def test_titles_are_allowed_and_differ(text, taken, title):
    assert _title(text, taken) == title
