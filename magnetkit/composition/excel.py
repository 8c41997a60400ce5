"""Candidate tables in Excel workbooks: the first sheet, its first filled row as header."""

import datetime
import re
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..errors import InputError

# A workbook is a zip of XML, which a small file can make arbitrarily long.
_LARGEST_BYTES = 1 << 29
# Excel's own last row; and a table of 30 columns down to there.
_LAST_ROW = 1 << 20
_MOST_CELLS = 30 * _LAST_ROW
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml$")
# Places of cells, and of rows, that are not empty elements.
_PLACE = re.compile(
    rb'<c\b[^<>]*?\br="([A-Z]{1,7})(\d{1,18})"[^<>]*(?<!/)>|<row\b[^<>]*?\br="(\d{1,18})"[^<>]*(?<!/)>'
)
_LONGEST_TAG = 400

_ERRORS = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"})
_WAY_OUT = "open it in a spreadsheet and save it as .xlsx or .csv"


def read_sheet(path: Path) -> tuple[pa.Table, NDArray[np.int64]]:
    """Read the first sheet of a workbook.

    Parameters
    ----------
    path : Path
        An ``.xlsx`` file.

    Returns
    -------
    pyarrow.Table, n rows
        Numbers, dates and truths keep their kind where all cells of a column have it; text
        otherwise. Blank rows are left out.
    ndarray of int64, shape (n,)
        Row of the sheet that each stands on, from 1.

    Raises
    ------
    InputError
        If the file is no workbook, too large when unpacked, or has no header.
    """
    _check(path)
    lines, rows = _read_rows(path)
    if not lines:
        raise InputError(f"{path}: the first sheet is empty; the candidates belong there")
    names = ["" if cell is None else str(cell).strip() for cell in rows[0]]
    while names and not names[-1]:
        names.pop()
    doubled = sorted(n for n, times in Counter(names).items() if times > 1 or not n)
    if doubled:
        raise InputError(
            f"{path}: row {lines[0]} is the header; column {doubled[0]!r} stands there twice "
            "or has no name"
        )
    columns = {
        name: _column([row[j] if j < len(row) else None for row in rows[1:]])
        for j, name in enumerate(names)
    }
    return pa.table(columns), np.array(lines[1:], np.int64)


def _read_rows(path: Path) -> tuple[list[int], list[tuple[Any, ...]]]:
    """Return number and cells of each row that holds anything."""
    from openpyxl import load_workbook

    lines, rows = [], []
    try:
        with path.open("rb") as stream, warnings.catch_warnings():
            # openpyxl warns of what it would not write again, such as rules of validation.
            warnings.simplefilter("ignore")
            book = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
            sheet = book.worksheets[0]
            # Some programs state another size than the sheet has.
            sheet.reset_dimensions()
            for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
                row = tuple(None if c == "" or c in _ERRORS else c for c in cells)
                if any(cell is not None for cell in row):
                    lines.append(number)
                    rows.append(row)
            book.close()
    except Exception as error:
        # A spoiled workbook makes openpyxl raise of every kind.
        raise InputError(
            f"{path} is no Excel workbook that can be read ({type(error).__name__}: {error}); "
            f"{_WAY_OUT}"
        ) from None
    return lines, rows


def _check(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as packed:
            members = packed.infolist()
            size = sum(member.file_size for member in members)
            if size <= _LARGEST_BYTES:
                rows, columns = _reach(packed, [m for m in members if _SHEET.match(m.filename)])
    except (zipfile.BadZipFile, OSError, EOFError, zlib.error) as error:
        raise InputError(f"{path} is no Excel workbook (.xlsx: {error}); {_WAY_OUT}") from None
    if size > _LARGEST_BYTES:
        raise InputError(
            f"{path} unpacks to {size / 2**20:,.0f} MiB, over {_LARGEST_BYTES >> 20}; save the "
            "candidates as .csv or .parquet"
        )
    if rows > _LAST_ROW or rows * columns > _MOST_CELLS:
        raise InputError(
            f"a sheet of {path} reaches to row {rows:,} and column {columns:,}, which no memory "
            "holds; delete what stands far from the table, or save that as .csv"
        )


def _reach(packed: zipfile.ZipFile, sheets: list[zipfile.ZipInfo]) -> tuple[int, int]:
    """Return the last row and column that hold anything: the reader fills all up to them."""
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


def _column(cells: Sequence[Any]) -> pa.Array:
    """Return cells as one kind of value, or as text."""
    # A number is an integer or not as it is written in the file, which nobody sees.
    values: list[Any] = [float(c) if type(c) is int else c for c in cells]
    present = [v for v in values if v is not None]
    kinds = {type(v) for v in present}
    if kinds == {float} and all(v.is_integer() for v in present):
        return pa.array([None if v is None else int(v) for v in values], pa.int64())
    if kinds == {datetime.datetime} and all(v.time() == datetime.time() for v in present):
        return pa.array([None if v is None else v.date() for v in values])
    if len(kinds) == 1 and kinds <= {float, bool, datetime.datetime}:
        return pa.array(values)
    return pa.array([None if v is None else _text(v) for v in values], pa.string())


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
