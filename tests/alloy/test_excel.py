"""Workbooks in and out: kinds of values, lines, and what is no workbook."""

import datetime
import re
from pathlib import Path
from zipfile import ZipFile

import pandas as pd
import pyarrow as pa
import pytest
from magnetkit.errors import InputError
from openpyxl import Workbook, load_workbook

from magnetkit.alloy import _workbook
from magnetkit.alloy._files import read_blocks
from magnetkit.alloy._read import read_inputs
from magnetkit.alloy._workbook import read_sheet, split_sheet
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


def test_cells_without_a_reference_stand_in_their_order(tmp_path):
    path = write_book(tmp_path / "a.xlsx", formula=True)
    bare = tmp_path / "bare.xlsx"
    with ZipFile(path) as archive, ZipFile(bare, "w") as copy:
        for name in archive.namelist():
            content = archive.read(name)
            if "worksheets/sheet" in name:
                content = re.sub(
                    rb'(<(?:c|row)\b[^>]*?) r="\w+"', rb"\1", content
                )
            copy.writestr(name, content)
    assert b' r="' not in ZipFile(bare).read("xl/worksheets/sheet1.xml")
    sheet = read_sheet(Path(f"{bare}#Melts"))
    assert sheet.rejected[0].reason.startswith("cell B4 holds a formula")


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


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a.xlsx#Melts:3", ("a.xlsx", "Melts", 3)),
        ("A.XLSX#Melts 1", ("A.XLSX", "Melts 1", None)),
        ("a.xlsx#:12", ("a.xlsx", "", 12)),
        ("a.xlsx#", ("a.xlsx", "", None)),
        ("a.xlsx", ("a.xlsx", "", None)),
        ("a.csv#Melts:3", ("a.csv#Melts:3", "", None)),
        ("a.xlsx#Melts:x", ("a.xlsx#Melts:x", "", None)),
    ],
)
def test_a_path_names_sheet_and_header(text, parts):
    file, sheet, row = split_sheet(Path(text))
    assert (str(file), sheet, row) == parts


def test_a_file_of_the_whole_name_goes_first(tmp_path):
    path = tmp_path / "a.xlsx#Melts"
    path.write_text("")
    assert split_sheet(path) == (path, "", None)


DAY = datetime.datetime(2026, 1, 2)
NOON = DAY.replace(hour=12)


@pytest.mark.parametrize(
    ("cells", "kind", "values"),
    [
        ([1, 2.0, None], pa.int64(), [1, 2, None]),
        ([1, 2.5], pa.float64(), [1.0, 2.5]),
        ([2**62, 2], pa.int64(), [2**62, 2]),
        ([2**63, 2], pa.float64(), [2.0**63, 2.0]),
        ([-(2**63)], pa.float64(), [-(2.0**63)]),
        ([True, None], pa.bool_(), [True, None]),
        ([True, 1], pa.string(), ["True", "1"]),
        ([2.0, 0.5, "x", None], pa.string(), ["2", "0.5", "x", None]),
        ([None, None], pa.string(), [None, None]),
        ([DAY, None], pa.date32(), [DAY.date(), None]),
        ([DAY, NOON], pa.timestamp("us"), [DAY, NOON]),
    ],
)
def test_a_column_has_the_type_of_its_cells(cells, kind, values):
    column = _workbook._column(cells)
    assert column.type == kind
    assert column.to_pylist() == values


@pytest.mark.parametrize(
    ("rows", "at", "names", "below"),
    [
        # A title has one cell, fewer than half of the widest row.
        ([("Melts",), ("a", "b", "c"), (1, 2, 3)], None, ["a", "b", "c"], 2),
        ([("a", "b"), ("c", "d", "e", "f")], None, ["c", "d", "e", "f"], 2),
        # The row that names a composition, or two elements, goes before a longer one, which
        # names the other columns.
        (
            [("a", "b", "c", "d"), (" Composition ", "n"), ("SmCo5", 1)],
            None,
            ["Composition", "n", "c", "d"],
            2,
        ),
        (
            [("a", "b", "c", "d"), ("Nd", "Fe"), (30, 70)],
            None,
            ["Nd", "Fe", "c", "d"],
            2,
        ),
        ([("Nd", "x"), (30, 70)], None, ["Nd", "x"], 1),
        # Elements below a heading of all of them, which names the first column.
        (
            [("composition", "wt.%"), ("Nd", "Fe"), (30, 70)],
            None,
            ["Nd", "Fe"],
            2,
        ),
        (
            [("melt", "weights"), (None, "Nd", "Fe"), ("A", 30, 70)],
            None,
            ["melt", "Nd", "Fe"],
            2,
        ),
        ([("title",), (None, "Nd", "Fe")], None, ["", "Nd", "Fe"], 2),
        # A row of units is none of data, a row with one other text is.
        ([("a", "b"), ("KG", None), (1, 2)], None, ["a", "b"], 2),
        ([("a", "b"), ("kg", "x"), (1, 2)], None, ["a", "b"], 1),
        # The row that the user names.
        ([("a", "b"), ("c", "d"), ("e", "f")], 1, ["c", "d"], 2),
        ([("a", "b"), (1, None)], 0, ["a", "b"], 1),
        ([("a", None, None), (1, 2, 3)], None, ["a"], 1),
        ([(1, 2), (3, 4)], None, ["1", "2"], 1),
        # It is sought in twenty rows.
        ([("x",)] * 19 + [("composition",)], None, ["composition"], 20),
        ([("x",)] * 20 + [("composition",)], None, ["x"], 1),
    ],
)
def test_names_of_columns_stand_in_the_header(rows, at, names, below):
    assert _workbook._headings(rows, at) == (names, below)


def test_merged_cells_share_the_first_value():
    rows = [("a", None, None), (None, None, "c"), ("d",)]
    fill = _workbook._fill_merged_ranges
    assert fill(rows, [4, 5, 7], []) is rows
    # From B5 on nothing is below row 7; a range above the first row is passed over.
    filled = fill(rows, [4, 5, 7], ["A4:B5", "C5:D6", "A2:A4", "C7:C8"])
    assert filled == [("a", "a", None), ("a", "a", "c"), ("d",)]
    assert rows[1] == (None, None, "c")


def test_rows_without_a_value_are_named_once():
    (row,) = _workbook._without_values(
        ["AB7", "B7", "C9"], [6, 7], [("x", 1), ("y", None, 2)]
    )
    assert (row.line, row.text) == (7, "y, 2")
    assert row.reason.startswith("cell AB7 holds a formula without its")
    assert row.reason.endswith("spreadsheet, let it calculate, and save it")


def make_book(titles, hidden=()):
    book = Workbook()
    book.remove(book.active)
    for title in titles:
        state = "hidden" if title in hidden else "visible"
        book.create_sheet(title).sheet_state = state
    return book


@pytest.mark.parametrize(
    ("titles", "hidden", "chosen", "note"),
    [
        (["a"], (), "a", ""),
        (["a", "columns"], (), "a", ""),
        (["a", "b"], (), "a", "there are 1 more (b), which --sheet names"),
        (["a", "b"], "a", "b", "there are 1 more, 1 of them hidden (a), "),
        (["a", "b"], "ab", "a", "there are 1 more (b), "),
        (
            list("abcdefg"),
            "ac",
            "b",
            "6 more, 2 of them hidden (a, c, d, e, f)",
        ),
    ],
)
def test_the_first_visible_sheet_is_read(titles, hidden, chosen, note):
    book = make_book(titles, hidden)
    sheet, said = _workbook._choose_sheet(book, "", Path("a.xlsx"))
    assert sheet.title == chosen
    assert note in said
    assert said.startswith(f"sheet {chosen!r} is read; " if note else "")
    assert bool(said) is bool(note)


def test_a_sheet_is_named_in_any_case():
    book = make_book(["Old", "New Melts"])
    sheet, note = _workbook._choose_sheet(book, "newmelts", Path("a.xlsx"))
    assert (sheet.title, note) == ("New Melts", "")
    with pytest.raises(
        InputError, match=r"^a.xlsx: no sheet 'x'; there is Old, New Melts$"
    ):
        _workbook._choose_sheet(book, "x", Path("a.xlsx"))


@pytest.mark.parametrize(
    ("rows", "sheet", "says"),
    [
        ([["a"], [], [1]], "#:2", "row 2 of the sheet is empty; the header"),
        ([], "", "the sheet is empty; name another with --sheet"),
        (
            [["a", "a"], [1, 2]],
            "",
            "row 1 is taken for the header; column 'a'",
        ),
        ([["a", None, "b"], [1, 2, 3]], "", "column '' stands there twice or"),
    ],
)
def test_a_sheet_without_a_header_is_refused(tmp_path, rows, sheet, says):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(InputError, match=says):
        read_sheet(Path(f"{tmp_path / 'a.xlsx'}{sheet}"))


def test_names_eight_hidden_rows(tmp_path):
    book = Workbook()
    for n in range(12):
        book.active.append(["composition" if n == 0 else f"SmCo{n}"])
    for count, rest in ((8, ")"), (9, ", ...)")):
        book.active.row_dimensions[count + 1].hidden = True
        for line in range(2, count + 1):
            book.active.row_dimensions[line].hidden = True
        book.save(tmp_path / "a.xlsx")
        (note,) = read_sheet(tmp_path / "a.xlsx").notes
        start = f"{count} hidden rows are left out (2, 3, 4, 5, 6, 7, 8, 9"
        assert note == start + rest


def test_a_sheet_reaches_to_its_last_content(tmp_path, monkeypatch):
    book = Workbook()
    book.active["A1"] = "composition"
    book.active["AB3"] = 1
    path = tmp_path / "a.xlsx"
    book.save(path)
    # To row 3 and column 28.
    for rows, cells, fits in ((3, 84, True), (2, 84, False), (3, 83, False)):
        monkeypatch.setattr(_workbook, "_LAST_ROW", rows)
        monkeypatch.setattr(_workbook, "_MOST_CELLS", cells)
        if fits:
            _workbook._check_workbook(path)
            continue
        with pytest.raises(InputError, match="to row 3 and column 28, which"):
            _workbook._check_workbook(path)
    monkeypatch.setattr(_workbook, "LARGEST_BYTES", 1)
    with pytest.raises(InputError, match=r"unpacks to .* MiB, over 0; save"):
        _workbook._check_workbook(path)
