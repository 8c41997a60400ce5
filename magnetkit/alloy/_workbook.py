"""A sheet of an Excel workbook: which sheet, which header, which rows, and of which type a column is."""

import datetime
import re
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import compress, zip_longest
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from .._core._types import IntArray
from .._core.errors import InputError
from ._blocks import COMPOSITION_COLUMN, LARGEST_BYTES, Rejected
from ._element_columns import element_columns
from .table import same_name

# Excel's own last row; and a table of 30 columns down to there.
_LAST_ROW = 1 << 20
_MOST_CELLS = 30 * _LAST_ROW
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml$")
# Places of cells, and of rows, that are not empty elements.
_PLACE = re.compile(
    rb'<c\b[^<>]*?\br="([A-Z]{1,7})(\d{1,18})"[^<>]*(?<!/)>|<row\b[^<>]*?\br="(\d{1,18})"[^<>]*(?<!/)>'
)
_LONGEST_TAG = 400

_ERRORS = frozenset(
    {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"}
)
_WAY_OUT = "open it in a spreadsheet and save it as .xlsx or .csv"


@dataclass(frozen=True)
class SheetRows:
    """What a sheet of a workbook holds."""

    table: pa.Table  # n rows, all columns
    lines: IntArray  # row of the sheet of each, from 1, (n,)
    rejected: list[Rejected]  # rows with a formula that has no value
    notes: tuple[str, ...]  # which sheet was chosen, which rows are hidden


def read_sheet(given: Path) -> SheetRows:
    """Read a sheet of an ``.xlsx`` file.

    Titles above the header and a row of units below it are left out; a header of two rows is
    joined. Numbers, dates and truth values keep their type where all cells of a column have it,
    else cells are text. Blank and hidden rows are left out, the latter with a note. Cells that are
    merged below the header all have the value of the first. A row with a formula that no program
    has calculated is rejected. Cells with an error such as #N/A count as empty.

    Parameters
    ----------
    given : Path
        File, which may name sheet and header row as `split_sheet` reads them:
        ``alloys.xlsx#Melts:3``. The first visible sheet is read otherwise, and the header is
        sought.

    Returns
    -------
    SheetRows
        ``table`` (Arrow, n rows), ``lines`` (row of the sheet of each, from
        1), ``rejected``, a list of `Rejected` (``line``, ``text``,
        ``reason``) that are not in the table, and ``notes``, a tuple of str.
        Whole numbers are int64, dates without a time date32, with one
        timestamps.

    Raises
    ------
    InputError
        If the file is missing, no workbook, too large when unpacked, has no such sheet or header
        row, or its header has an empty name or one that comes twice.
    """
    path, sheet, header = split_sheet(given)
    _check_workbook(path)
    marks, lines, rows = _read_rows(path, sheet)
    if header is not None and header not in lines:
        raise InputError(
            f"{path}: row {header} of the sheet is empty; the header belongs there"
        )
    if not lines:
        raise InputError(
            f"{path}: the sheet is empty; name another with --sheet"
        )
    names, below = _headings(
        rows, None if header is None else lines.index(header)
    )
    _refuse_ambiguous(names, f"{path}: row {lines[below - 1]}")
    cells = _fill_merged_ranges(rows[below:], lines[below:], marks.merged)
    bad_rows = _without_values(marks.formulas, lines[below:], cells)
    row_numbers = np.array(lines[below:], np.int64)
    is_used = ~np.isin(row_numbers, [row.line for row in bad_rows])
    cells = list(compress(cells, is_used))
    columns = {}
    for j, name in enumerate(names):
        columns[name] = _column(
            [row[j] if j < len(row) else None for row in cells]
        )
    return SheetRows(
        pa.table(columns), row_numbers[is_used], bad_rows, marks.notes
    )


def _refuse_ambiguous(names: list[str], place: str) -> None:
    """Raise InputError if a name of a header is empty or comes twice.

    Parameters
    ----------
    names : list of str
        Names of the columns.
    place : str
        Where the header stands, for the message, such as "alloys.xlsx: row 3".
    """
    ambiguous = sorted(
        n for n, times in Counter(names).items() if times > 1 or not n
    )
    if ambiguous:
        raise InputError(
            f"{place} is taken for the header; column {ambiguous[0]!r} stands "
            "there twice or has no name; name another row with --header-row"
        )


def _without_values(
    formulas: Sequence[str], lines: list[int], rows: list[tuple[Any, ...]]
) -> list[Rejected]:
    """List the rows with a formula that no program calculated.

    Parameters
    ----------
    formulas : sequence of str
        Cells such as "B7" that have a formula without its value.
    lines : list of int
        Numbers of the rows in the sheet, from 1.
    rows : list of tuple
        Their cells, in the same order. Nothing is taken out of it. None is an empty cell.

    Returns
    -------
    list of Rejected
        One for each such row, with its cells as text; the reason names the first such cell. Each
        has ``line``, ``text`` and ``reason``.
    """
    first: dict[int, str] = {}
    for cell in formulas:
        first.setdefault(
            int(cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") or 0), cell
        )
    bad_rows = []
    for line, row in zip(lines, rows, strict=True):
        if line in first:
            text = ", ".join(str(cell) for cell in row if cell is not None)
            reason = f"cell {first[line]} holds a formula without its value; open the workbook in a "
            reason += "spreadsheet, let it calculate, and save it"
            bad_rows.append(Rejected(line, text, reason))
    return bad_rows


def _fill_merged_ranges(
    rows: list[tuple[Any, ...]], lines: list[int], merged: Sequence[str]
) -> list[tuple[Any, ...]]:
    """Copy the first value of each merged range to all its cells.

    Cells count from column A; a row is a tuple from there.

    Parameters
    ----------
    rows : list of tuple
        Cells of the rows; not changed.
    lines : list of int
        Numbers of the rows in the sheet, from 1.
    merged : sequence of str
        Ranges such as "A5:A6". One whose first row is none of `rows` is passed over.

    Returns
    -------
    list of tuple
        New rows of the same lengths; `rows` themselves if there is no range.
    """
    from openpyxl.utils import range_boundaries

    if not merged:
        return rows
    cells = list(map(list, rows))
    place = {line: i for i, line in enumerate(lines)}
    for text in merged:
        first_column, top, right, bottom = range_boundaries(text)
        if top not in place or first_column > len(cells[place[top]]):
            continue
        value = cells[place[top]][first_column - 1]
        for line in range(top, bottom + 1):
            row = cells[place[line]] if line in place else []
            for column in range(first_column - 1, min(right, len(row))):
                row[column] = value
    return list(map(tuple, cells))


_PLACED = re.compile(
    r"(?P<file>.+\.xlsx)#(?P<sheet>[^:]*)(?::(?P<row>\d+))?", re.IGNORECASE
)


def split_sheet(path: Path) -> tuple[Path, str, int | None]:
    """Split a path such as ``alloys.xlsx#Melts:3`` into file, sheet and header row.

    >>> split_sheet(Path("alloys.xlsx#Melts"))[1:]
    ('Melts', None)

    The suffix must be .xlsx in any case; another path is returned as it is.

    Parameters
    ----------
    path : Path
        Any path. A file that exists under the whole name is taken as it is.

    Returns
    -------
    file : Path
        Path of the file.
    sheet : str
        Title of the sheet, without a colon; empty where none is named, as in
        ``a.xlsx#:3``.
    row : int or None
        Row of the header in the sheet, from 1; None where none is named.
    """
    match = _PLACED.fullmatch(str(path))
    if match is None or path.is_file():
        return path, "", None
    return (
        Path(match["file"]),
        match["sheet"],
        None if match["row"] is None else int(match["row"]),
    )


_UNITS = frozenset(
    "% wt% wt.% wt-% mass% at% at.% at-% ppm t mt g kg mg mm µm um k c °c ka/m a/m koe oe kg/m3 "
    "g/cm3 gs kgs mgoe kj/m3 usd usd/kg eur eur/kg $/kg h min pcs text - – —".split()
)
_SAMPLED_LINES = 20


def _headings(
    rows: list[tuple[Any, ...]], at: int | None
) -> tuple[list[str], int]:
    """Find the names of the columns, and how many rows stand above the first row of data.

    Without `at` the header is that of `_find_header`. An empty name is taken from the row above the
    header, if that holds texts alone and at least two of them.

    Parameters
    ----------
    rows : list of tuple
        Cells of the rows with content, at least one row. None is an empty cell.
    at : int or None
        Index in `rows`, from 0, of the header row that the user gave.

    Returns
    -------
    names : list of str
        Without empty ones at the end.
    below : int
        Index in `rows` of the first row of data. A row of units below the header counts as above
        the data.
    """
    sample = rows[: _SAMPLED_LINES if at is None else at + 2]
    texts = [_cell_texts(row) for row in sample]
    plain = [i for i, row in enumerate(sample) if _holds_texts_alone(row)]
    if at is None:
        at = _find_header(texts, plain)
    names = texts[at]
    if at and at - 1 in plain:
        names = _join_upper_row(names, texts[at - 1])
    while names and not names[-1]:
        names.pop()
    below = texts[at + 1 : at + 2]
    has_units = bool(below) and {c.lower() for c in below[0] if c} <= _UNITS
    return names, at + 1 + has_units


def _join_upper_row(names: list[str], above: list[str]) -> list[str]:
    """Give columns without a name that of the row above, where that is more than a title.

    Both are lists of texts, empty for an empty cell. The result is as long as the longer of them;
    it is `names` itself if `above` has fewer than two texts.
    """
    if _count_cells(above) < 2:
        return names
    pairs = zip_longest(names, above, fillvalue="")
    return [name or higher for name, higher in pairs]


def _find_header(texts: list[list[str]], plain: list[int]) -> int:
    """Find the header among the first rows, and return its index.

    It is the first row of texts that names a composition or two elements; else the first row of
    texts with more than half as many cells as the widest row; else the first row. A row of texts
    right behind it that names two elements is taken instead.

    Parameters
    ----------
    texts : list of list of str
        Cells of the rows as texts, at least one row. An empty cell is an empty text.
    plain : list of int
        Indices, ascending, of rows that hold texts alone.

    Returns
    -------
    int
        Index in `texts`.
    """
    widest = max(map(_count_cells, texts))
    at = next((i for i in plain if 2 * _count_cells(texts[i]) > widest), 0)
    at = next((i for i in plain if _names_recipe(texts[i])), at)
    # The elements may stand below a heading of all of them.
    if at + 1 in plain and len(element_columns(texts[at + 1])) > 1:
        return at + 1
    return at


def _cell_texts(row: tuple[Any, ...]) -> list[str]:
    return ["" if cell is None else str(cell).strip() for cell in row]


def _holds_texts_alone(row: tuple[Any, ...]) -> bool:
    return all(isinstance(cell, str | None) for cell in row)


def _count_cells(texts: list[str]) -> int:
    """Return how many cells of a row are not empty."""
    return sum(map(bool, texts))


def _names_recipe(row: list[str]) -> bool:
    """Return whether a row names a column of compositions, or those of two elements or more."""
    has_recipe = any(same_name(text, COMPOSITION_COLUMN) for text in row)
    return has_recipe or len(element_columns(row)) > 1


def _check_workbook(path: Path) -> None:
    """Raise InputError for a file that is missing or no .xlsx workbook, or takes too much memory.

    Its unpacked size and the number of cells up to the last content of its sheets are looked at.
    `path` is that of the file, without a sheet behind it.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            size = sum(member.file_size for member in members)
            if size <= LARGEST_BYTES:
                rows, columns = _extent(
                    archive, [m for m in members if _SHEET.match(m.filename)]
                )
    except (zipfile.BadZipFile, OSError, EOFError, zlib.error) as error:
        raise InputError(
            f"{path} is no Excel workbook (.xlsx: {error}); {_WAY_OUT}"
        ) from None
    if size > LARGEST_BYTES:
        raise InputError(
            f"{path} unpacks to {size / 2**20:,.0f} MiB, over {LARGEST_BYTES >> 20}; save the "
            "candidates as .csv or .parquet"
        )
    if rows > _LAST_ROW or rows * columns > _MOST_CELLS:
        raise InputError(
            f"a sheet of {path} reaches to row {rows:,} and column {columns:,}, which no memory "
            "holds; delete what stands far from the table, or save that as .csv"
        )


def _extent(
    packed: zipfile.ZipFile, sheets: list[zipfile.ZipInfo]
) -> tuple[int, int]:
    """Return number of rows and columns up to the last content, over all sheets.

    Parameters
    ----------
    packed : zipfile.ZipFile
        The open archive.
    sheets : list of zipfile.ZipInfo
        Its members that hold sheets; their XML is searched, not parsed.

    Returns
    -------
    rows, columns : int
        The largest of any sheet, counted from 1 (column A is 1); 0 of a sheet that holds no cell.
        A cell that is written without a value, such as a formatted one, counts too.
    """
    rows = columns = 0
    for sheet in sheets:
        with packed.open(sheet) as stream:
            tail = b""
            while block := stream.read(1 << 20):
                text = tail + block
                for letters, row, whole in _PLACE.findall(text):
                    rows = max(rows, int(row or whole))
                    column = 0
                    for letter in letters:
                        column = 26 * column + letter - ord("A") + 1
                    columns = max(columns, column)
                tail = text[-_LONGEST_TAG:]
    return rows, columns


@dataclass(frozen=True)
class _Marks:
    """What a sheet hides, merges or left uncalculated."""

    hidden: frozenset[int] = frozenset()  # rows, from 1
    merged: tuple[str, ...] = ()  # ranges such as A5:A6
    formulas: tuple[str, ...] = ()  # cells with a formula and no value
    notes: tuple[str, ...] = ()


def _read_rows(
    path: Path, wanted: str
) -> tuple[_Marks, list[int], list[tuple[Any, ...]]]:
    """Read the rows of one sheet that are visible and have content.

    Parameters
    ----------
    path : Path
        The workbook, without a sheet behind it.
    wanted : str
        Title of the sheet, in any case, with or without its blanks; empty for
        the first visible one.

    Returns
    -------
    marks : _Marks
        ``hidden`` rows, ``merged`` ranges, cells with ``formulas`` without a value, and ``notes``
        for the user.
    lines : list of int
        Numbers, from 1, of the visible rows with content.
    rows : list of tuple
        Their cells from column A on: number, text, truth value, date, or None
        where a cell is empty or an error. Rows may have different lengths.

    Raises
    ------
    InputError
        If no sheet is called so, or openpyxl cannot read the file.
    """
    from openpyxl import load_workbook

    lines = []
    rows = []
    try:
        with path.open("rb") as stream, warnings.catch_warnings():
            # openpyxl warns of what it would not write again, such as rules of validation.
            warnings.simplefilter("ignore")
            book = load_workbook(
                stream, read_only=True, data_only=True, keep_links=False
            )
            sheet, note = _choose_sheet(book, wanted, path)
            marks = _read_marks(path, sheet)
            # Some programs state another size than the sheet has.
            sheet.reset_dimensions()
            for number, cells in enumerate(
                sheet.iter_rows(values_only=True), start=1
            ):
                row = tuple(
                    None if c == "" or c in _ERRORS else c for c in cells
                )
                if (
                    any(cell is not None for cell in row)
                    and number not in marks.hidden
                ):
                    lines.append(number)
                    rows.append(row)
            book.close()
    except InputError:
        raise
    except Exception as error:
        # A spoiled workbook makes openpyxl raise of every kind.
        raise InputError(
            f"{path} is no Excel workbook that can be read ({type(error).__name__}: {error}); "
            f"{_WAY_OUT}"
        ) from None
    notes = [note] if note else []
    if marks.hidden:
        first_rows = ", ".join(map(str, sorted(marks.hidden)[:8]))
        ellipsis = ", ..." if len(marks.hidden) > 8 else ""
        notes.append(
            f"{len(marks.hidden)} hidden rows are left out ({first_rows}{ellipsis})"
        )
    return replace(marks, notes=tuple(notes)), lines, rows


def _choose_sheet(book: Any, wanted: str, path: Path) -> tuple[Any, str]:
    """Choose the sheet of an openpyxl workbook to read.

    Parameters
    ----------
    book : openpyxl.Workbook
        The open workbook.
    wanted : str
        Title of the sheet; case and blanks make no difference. An empty text asks for the first
        visible sheet, or the first of all where none is visible.
    path : Path
        File, for messages.

    Returns
    -------
    sheet : openpyxl worksheet
    note : str
        Names up to five other sheets that could be meant, hidden ones too. Empty without any, or
        if `wanted` names the sheet. A sheet called "columns" is not named.

    Raises
    ------
    InputError
        If no sheet is called so.
    """
    sheets = book.worksheets
    if wanted:
        matches = [sheet for sheet in sheets if same_name(sheet.title, wanted)]
        if not matches:
            sheet_names = ", ".join(book.sheetnames)
            raise InputError(
                f"{path}: no sheet {wanted!r}; there is {sheet_names}"
            )
        return matches[0], ""
    visible = [
        sheet for sheet in sheets if sheet.sheet_state == "visible"
    ] or sheets
    # "columns" says what the columns of the package's own workbooks mean.
    rest = [sheet for sheet in sheets if sheet is not visible[0]]
    other_titles = [sheet.title for sheet in rest if sheet.title != "columns"]
    if not other_titles:
        return visible[0], ""
    hidden_count = len(sheets) - len(visible)
    state = f", {hidden_count} of them hidden" if hidden_count else ""
    first_titles = ", ".join(other_titles[:5])
    return (
        visible[0],
        f"sheet {visible[0].title!r} is read; there are {len(other_titles)} more{state} ({first_titles}), "
        "which --sheet names",
    )


_MARKED = re.compile(rb"<f[ >/]|hidden=|<mergeCell ")


def _read_marks(path: Path, sheet: Any) -> _Marks:
    """Read from a sheet's XML which rows are hidden, cells merged, and formulas without values.

    Parameters
    ----------
    path : Path
        The workbook, which is opened once more.
    sheet : openpyxl worksheet
        One of its sheets, opened read-only.

    Returns
    -------
    _Marks
        ``hidden`` (a frozenset of rows, from 1), ``merged`` (a tuple of ranges
        such as "A5:A6"), ``formulas`` (a tuple of cells such as "B7"); the
        notes are empty.
    """
    from xml.etree.ElementTree import iterparse

    member = sheet._worksheet_path
    with zipfile.ZipFile(path) as archive:
        with archive.open(member) as stream:
            tail = b""
            has_mark = False
            while not has_mark and (block := stream.read(1 << 20)):
                has_mark = _MARKED.search(tail + block) is not None
                tail = block[-16:]
        if not has_mark:
            return _Marks()
        hidden_rows: set[int] = set()
        merged_ranges: list[str] = []
        formulas: list[str] = []
        number = 0
        with archive.open(member) as stream:
            for _, element in iterparse(stream):
                kind = element.tag.rpartition("}")[2]
                if kind == "mergeCell":
                    merged_ranges.append(element.get("ref", ""))
                elif kind == "row":
                    # A row without a number follows the one above it.
                    number = int(element.get("r", number + 1))
                    if element.get("hidden") in ("1", "true"):
                        hidden_rows.add(number)
                    formulas += _cells_without_value(element, number)
                    element.clear()
    ranges = tuple(text for text in merged_ranges if ":" in text)
    return _Marks(frozenset(hidden_rows), ranges, tuple(formulas))


def _cells_without_value(row: Any, number: int) -> list[str]:
    """List the cells of a row, such as "B7", that have a formula without a value.

    `row` is the XML element ``row``, `number` its number from 1. A cell that does not say where it
    is stands behind the one before it.
    """
    from openpyxl.utils import column_index_from_string, get_column_letter

    cells: list[str] = []
    column = 0
    for cell in row:
        place = cell.get("r")
        column += 1
        if place is not None:
            column = column_index_from_string(place.rstrip("0123456789"))
        if _lacks_value(cell):
            cells.append(f"{get_column_letter(column)}{number}")
    return cells


def _lacks_value(cell: Any) -> bool:
    """Say whether a cell has a formula without a value that a program calculated.

    `cell` is the XML element ``c``. Its children are ``f``, the formula, and ``v``, the value.
    """
    parts = {part.tag.rpartition("}")[2]: part for part in cell}
    if "f" not in parts:
        return False
    value = parts.get("v")
    return value is None or not value.text


def _is_midnight(moment: datetime.datetime) -> bool:
    return moment.time() == datetime.time()


def _convert_cells(
    convert: Callable[[Any], Any], cells: Sequence[Any]
) -> list[Any]:
    """Return cells converted one by one; None, an empty cell, stays None."""
    return [None if cell is None else convert(cell) for cell in cells]


def _plain_text(value: Any) -> str:
    """Return a value as text, a whole number without its point."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _column(cells: Sequence[Any]) -> pa.Array:
    """Convert the cells of a column to an Arrow array: of one type, else of text.

    Parameters
    ----------
    cells : sequence
        Number, text, truth value, datetime or None, which becomes null.

    Returns
    -------
    pyarrow.Array
        int64 if all numbers are whole and fit, else float64; dates where no cell has a
        time. 2.0 is whole. Cells of several types, or without any value, give
        an array of text (string), in which 2.0 is "2" and True is "True".
        Columns of truth values alone are bool, those of dates with times are
        timestamps.
    """
    # Whether a file writes a number as an integer is invisible to its user.
    values: list[Any] = [float(c) if type(c) is int else c for c in cells]
    present = [v for v in values if v is not None]
    kinds = {type(v) for v in present}
    if kinds == {float} and all(
        value.is_integer() and abs(value) < 2.0**63 for value in present
    ):
        return pa.array(_convert_cells(int, values), pa.int64())
    if kinds == {datetime.datetime} and all(map(_is_midnight, present)):
        return pa.array(_convert_cells(datetime.datetime.date, values))
    if len(kinds) == 1 and kinds <= {float, bool, datetime.datetime}:
        return pa.array(values)
    return pa.array(_convert_cells(_plain_text, values), pa.string())
