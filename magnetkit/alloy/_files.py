"""A user's table, read in blocks with its bad lines listed: text, CSV, Parquet or Excel.

The composition is one column, or one column per element as spreadsheets of melts have them.
"""

import codecs
import csv
import datetime
import re
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from .._core._arguments import warn
from .._core._files import describe_no_file
from .._core.elements import INDEX
from .._core.errors import InputError
from .table import composition_name, is_string, same_name, valid_text

_SUFFIXES = (".csv", ".tsv", ".txt", ".parquet", ".xlsx")
_SPREADSHEETS = (".ods", ".xls", ".xlsm", ".xlsb", ".numbers")
"""Workbooks of other kinds, which a spreadsheet program saves as .xlsx."""
_COMPOSITION_COLUMN = "composition"
ELEMENT_COLUMNS = "*"
"""Name of the composition column that means one column per element instead."""

_BALANCE = ("bal", "bal.", "balance", "rest", "remainder")
_DELIMITERS = (",", ";", "\t")
_BLOCK_BYTES = 4 << 20
_DECIMAL_COMMA = r"^\s*([-+]?\d+),(\d+)\s*$"
# Largest number of characters of a header, and of a rejected text that is shown.
_LONGEST_HEADER = 1 << 20
_LONGEST_CELL = 1000


@dataclass(frozen=True)
class Rejected:
    """A line of the input that could not be used."""

    line: int
    text: str
    reason: str

    def __post_init__(self) -> None:
        if len(self.text) > _LONGEST_CELL:
            object.__setattr__(self, "text", self.text[: _LONGEST_CELL - 3] + "...")


@dataclass(frozen=True)
class Block:
    """Some consecutive rows of a file."""

    table: pa.Table  # n rows, all columns; those of a text file are text
    start: int  # number of rows before this block
    lines: NDArray[
        np.int64
    ]  # line of the file of each row, (n,), from 1 (row for Parquet)
    rejected: list[Rejected] = field(
        default_factory=list
    )  # lines that were no row of the table
    notes: tuple[
        str, ...
    ] = ()  # what was chosen or left out, of a workbook's first block


def check_file(path: Path) -> None:
    """Raise InputError if a table is missing, empty or of another kind."""
    path = split_sheet(path)[0]
    if path.suffix.lower() in _SPREADSHEETS:
        raise InputError(
            f"{path}: {path.suffix} is not read; save it as .xlsx or .csv (File > Save as) and "
            "give that"
        )
    if path.suffix.lower() not in _SUFFIXES:
        raise InputError(
            f"{path}: expected a file ending in {', '.join(_SUFFIXES)}; a recipe goes into a list"
        )
    if kind := describe_no_file(path):
        raise InputError(f"{path} is {kind}, not a file; give the path of a table")
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    if path.stat().st_size == 0:
        raise InputError(
            f"{path} is empty; expected a header line and one candidate a line"
        )


def read_blocks(
    path: Path, size: int, notes: list[str] | None = None
) -> Iterator[Block]:
    """Read a table in blocks of about `size` rows.

    What was left out of a workbook is appended to `notes`, or a warning where `notes` is None.
    InputError if the table cannot be read: missing, without a row, of another kind or encoding.
    """
    check_file(path)
    readers = {".parquet": _read_parquet, ".txt": _read_lines, ".xlsx": _read_excel}
    suffix = split_sheet(path)[0].suffix.lower()
    block_count = 0
    try:
        for block in readers.get(suffix, _read_csv)(path, size):
            block_count += len(block.lines) + len(block.rejected)
            for note in block.notes:
                if notes is None:
                    warn(f"{path}: {note}", UserWarning)
                else:
                    notes.append(note)
            yield block
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path} is neither UTF-8 nor of a Windows code page ({error.reason}); save it as UTF-8"
        ) from None
    except pa.ArrowException as error:
        reason = str(error).splitlines()[0]
        if "straddl" in reason:
            reason = _long_line(path)
        raise InputError(f"{path} cannot be read: {reason}") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from None
    if not block_count:
        raise InputError(
            f"{path} holds no row below its header; expected one candidate a line"
        )


def read_small_table(path: Path, notes: list[str] | None = None) -> pa.Table:
    """Read a small table other than candidates, each line of which must be a row.

    Cells of text files are text; where semicolons separate them, a decimal comma is read as a
    point. `notes` is as for `read_blocks`. InputError as there, and for the first line that is no
    row.
    """
    blocks = list(read_blocks(path, _BLOCK_BYTES, notes))
    for line in (line for block in blocks for line in block.rejected):
        raise InputError(f"{path}, line {line.line}: {line.reason}")
    table = pa.concat_tables(
        [block.table for block in blocks], promote_options="default"
    )
    if (
        path.suffix.lower() in (".csv", ".tsv")
        and _header(path, _detect_encoding(path))[0] == ";"
    ):
        for i, column in enumerate(table.columns):
            point = pc.replace_substring_regex(column, _DECIMAL_COMMA, r"\1.\2")
            table = table.set_column(i, table.column_names[i], point)
    return table


def with_composition_column(
    table: pa.Table, wanted: str | None, path: Path
) -> tuple[pa.Table, str]:
    """Return the table and the name of its composition column.

    If `wanted` asks for columns of elements, they are joined to a column of recipes first.
    InputError as from `composition_name`, or if columns of elements cannot be joined.
    """
    if wanted != ELEMENT_COLUMNS:
        return table, composition_name(table, wanted, f"{path}: ")
    if _COMPOSITION_COLUMN in table.column_names:
        raise InputError(
            f"{path} has a column {_COMPOSITION_COLUMN!r} and need not be joined"
        )
    recipes = _joined_recipes(table, path)
    return table.append_column(_COMPOSITION_COLUMN, recipes), _COMPOSITION_COLUMN


def _joined_recipes(table: pa.Table, source: object) -> pa.Array:
    """Join the columns that are named after elements to one recipe a row, length n.

    A unit or more may follow the symbol, as in ``Nd wt%``. An empty cell is none of the element,
    and ``bal.`` takes what is left to 100. InputError if fewer than two columns are named after
    elements, or two after the same; `source` names the table in messages.
    """
    columns: dict[str, str] = {}
    for column, symbol in _element_columns(table.column_names):
        if symbol in columns:
            raise InputError(
                f"{source}: columns {columns[symbol]!r} and {column!r} are both {symbol}"
            )
        columns[symbol] = column
    if len(columns) < 2:
        raise InputError(
            f"{source}: expected a column for each element, such as Nd, Fe and B, found "
            f"{', '.join(table.column_names)}"
        )
    cells = {
        symbol: table.column(column).to_pylist() for symbol, column in columns.items()
    }
    rows = zip(*cells.values(), strict=True)
    return pa.array([_recipe(dict(zip(cells, row, strict=True))) for row in rows])


def _element_columns(names: Sequence[str]) -> list[tuple[str, str]]:
    """Return the names of columns that begin with an element, and the element of each."""
    words = [(name, name.replace("(", " ").replace("[", " ").split()) for name in names]
    return [(name, word[0]) for name, word in words if word and word[0] in INDEX]


def _recipe(amounts: dict[str, object]) -> str:
    """Write a recipe from the cells of a row, by symbol; empty and zero cells are left out."""
    parts = []
    balance = []
    for symbol, amount in amounts.items():
        text = "" if amount is None or amount != amount else str(amount).strip()
        if text.lower() in _BALANCE:
            balance.append(f"{symbol} bal.")
        elif text and text.strip("0.,") != "":
            # A decimal comma, as half of the world's spreadsheets write it.
            parts.append(f"{symbol}{text.replace(',', '.')}")
    return "".join([*parts, *balance])


def _read_parquet(path: Path, size: int) -> Iterator[Block]:
    """Read a Parquet file in blocks of `size` rows; InputError if the texts of a block are too large."""
    start = 0
    duplicates = _dictionary_columns(path)
    for batch in pq.ParquetFile(path, read_dictionary=duplicates).iter_batches(size):
        columns = []
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            kind = column.type
            if pa.types.is_dictionary(kind) and is_string(kind.value_type):
                lengths = pc.binary_length(column.dictionary).take(column.indices)
                if (pc.sum(lengths).as_py() or 0) > _LARGEST_BYTES:
                    raise InputError(
                        f"{path}: the texts of column {name!r} take over "
                        f"{_LARGEST_BYTES >> 20} MiB in {batch.num_rows:,} rows; leave it out"
                    )
                column = column.cast(kind.value_type) if name in duplicates else column
            columns.append(valid_text(column) if is_string(column.type) else column)
        table = pa.table(columns, names=batch.schema.names)
        yield Block(table, start, np.arange(start, start + len(table)) + 1)
        start += len(table)


def _dictionary_columns(path: Path) -> list[str]:
    """Return the columns of text that take so few bytes a row that their values must be repeated.

    Such columns are read as dictionaries: expanded, a file of some kB could fill the memory.
    """
    file = pq.ParquetFile(path)
    texts = {field.name for field in file.schema_arrow if is_string(field.type)}
    names = set()
    for group in map(file.metadata.row_group, range(file.metadata.num_row_groups)):
        for chunk in map(group.column, range(group.num_columns)):
            if chunk.total_uncompressed_size < 8 * chunk.num_values + _BLOCK_BYTES:
                names.add(chunk.path_in_schema)
    return sorted(names & texts)


def _read_lines(path: Path, size: int) -> Iterator[Block]:
    """Read a text file of one recipe a line in blocks of `size`; blank lines are skipped."""
    texts: list[str] = []
    lines: list[int] = []
    start = 0
    with path.open(encoding=_detect_encoding(path)) as stream:
        for number, line in enumerate(stream, start=1):
            if text := line.strip():
                texts.append(text)
                lines.append(number)
            if len(texts) == size:
                yield _make_block(texts, start, lines)
                start += len(texts)
                texts = []
                lines = []
    if texts or not start:
        yield _make_block(texts, start, lines)


def _make_block(texts: list[str], start: int, lines: list[int]) -> Block:
    table = pa.table({_COMPOSITION_COLUMN: pa.array(texts, pa.string())})
    return Block(table, start, np.array(lines, np.int64))


@dataclass
class _LineCount:
    """Where in a CSV file the rows of its blocks stand.

    The reader counts rows; a quoted cell may run over several lines.
    """

    # rows of another number of columns since the last block, with the line ends in each
    skipped: list[tuple[Rejected, int]] = field(default_factory=list)
    row: int = 1  # last row that was read, the header being 1
    inner_ends: int = 0  # line ends inside of the cells read so far

    def skip(self, row: pacsv.InvalidRow) -> str:
        """Note a row of another number of columns and have the reader skip it."""
        text = row.text if row.text.strip() else ""
        reason = ""
        if text:
            reason = (
                f"expected {row.expected_columns} columns, found {row.actual_columns}; "
                "quote a recipe that contains the separator"
            )
        rejected = Rejected(row.number, text, reason)
        self.skipped.append((rejected, row.text.count("\n")))
        return "skip"

    def place(self, table: pa.Table) -> tuple[NDArray[np.int64], list[Rejected]]:
        """Return the line of each row of the next block, (n,), and the rows rejected in it."""
        bad_rows = [rejected for rejected, _ in self.skipped]
        ends = np.array([count for _, count in self.skipped], np.int64)
        self.skipped.clear()
        bad_lines = np.array([one.line for one in bad_rows], np.int64)
        rows = np.arange(self.row + 1, self.row + 1 + len(table) + len(bad_lines))
        rows = rows[~np.isin(rows, bad_lines)][: len(table)]
        numbers = np.concatenate([rows, bad_lines])
        self.row = int(numbers.max(initial=self.row))
        ends = np.concatenate([_line_ends(table), ends])
        order = np.argsort(numbers)
        numbers[order] += self.inner_ends + np.cumsum(ends[order]) - ends[order]
        self.inner_ends += int(ends.sum())
        pairs = zip(bad_rows, numbers[len(rows) :].tolist(), strict=True)
        rejected = [replace(one, line=line) for one, line in pairs if one.reason]
        return numbers[: len(rows)], rejected


def _open_csv(
    path: Path, encoding: str, delimiter: str, header: list[str], lines: _LineCount
) -> Iterable[pa.RecordBatch]:
    """Open a CSV file for reading in batches, all of whose cells are text.

    One thread reads: only then does the reader give `lines` the number of a bad line.
    """
    return pacsv.open_csv(
        path,
        read_options=pacsv.ReadOptions(
            use_threads=False,
            block_size=_BLOCK_BYTES,
            encoding="utf8" if encoding == "utf-8-sig" else encoding,
        ),
        parse_options=pacsv.ParseOptions(
            delimiter=delimiter,
            invalid_row_handler=lines.skip,
            ignore_empty_lines=False,
            newlines_in_values=True,
        ),
        # Text as written: 007 stays 007, and no block can contradict the one before.
        convert_options=pacsv.ConvertOptions(
            column_types=dict.fromkeys(header, pa.string())
        ),
    )


def _read_csv(path: Path, size: int) -> Iterator[Block]:
    """Read a CSV file in blocks of at most `size` rows, one without rows if it has none."""
    encoding = _detect_encoding(path)
    delimiter, header = _header(path, encoding)
    # Spreadsheets write columns that were used once, without a name.
    columns = [
        i for i, name in enumerate(header) if name.strip() or header.count("") == 1
    ]
    line_count = _LineCount()
    start = 0
    is_empty = True
    for batch in _open_csv(path, encoding, delimiter, header, line_count):
        is_empty = False
        table = pa.Table.from_batches([batch])
        lines, rejected = line_count.place(table)
        has_text = ~_blank(table)
        table = table.select(columns).filter(pa.array(has_text))
        lines = lines[has_text]
        for offset in range(0, max(len(table), 1), size):
            part = table.slice(offset, size)
            yield Block(part, start, lines[offset : offset + size], rejected)
            rejected = []
            start += part.num_rows
    if is_empty:
        empty = pa.table({name: pa.array([], pa.string()) for name in header})
        yield Block(empty, 0, *line_count.place(empty))


def _blank(table: pa.Table) -> NDArray[np.bool_]:
    """Return which rows have only empty cells: the blank lines of the file."""
    blank = np.ones(len(table), bool)
    for column in table.columns:
        blank &= pc.equal(pc.fill_null(column, ""), "").to_numpy()
    return blank


def _line_ends(table: pa.Table) -> NDArray[np.int64]:
    """Return the number of line ends in the cells of each row."""
    breaks = np.zeros(len(table), np.int64)
    for column in table.columns:
        # Arrow's own search looks into one text after the other.
        content = [chunk.buffers()[-1] for chunk in column.chunks]
        if any(value is not None and b"\n" in value.to_pybytes() for value in content):
            breaks += pc.count_substring(pc.fill_null(column, ""), "\n").to_numpy()
    return breaks


def _header(path: Path, encoding: str) -> tuple[str, list[str]]:
    """Read the header line of a CSV file.

    Returns
    -------
    delimiter : str
        Comma, semicolon or tab.
    names : list of str
        Names of the columns.

    Raises
    ------
    InputError
        If the line is blank, too long, or names a column twice.
    """
    with path.open(encoding=encoding, newline="") as stream:
        first = stream.readline(_LONGEST_HEADER)
    if len(first) == _LONGEST_HEADER:
        raise InputError(
            f"{path}: the first line is longer than {_LONGEST_HEADER:,} characters; expected a "
            "header line such as composition,shell"
        )
    if not first.strip():
        raise InputError(f"{path}: the first line is blank; the header belongs there")
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        names = next(csv.reader([first], delimiter=delimiter), [])
    except csv.Error as error:
        raise InputError(f"{path}: the header line cannot be read: {error}") from None
    duplicates = sorted(n for n, times in Counter(names).items() if n and times > 1)
    if duplicates:
        raise InputError(
            f"{path}: column {duplicates[0]!r} stands twice in the header; rename one"
        )
    return delimiter, names


def _detect_encoding(path: Path) -> str:
    """Return the encoding of a text file: UTF-8, UTF-16 by its mark, else Windows-1252."""
    with path.open("rb") as stream:
        if stream.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
    try:
        with path.open(encoding="utf-8", newline="") as text:
            while text.read(_BLOCK_BYTES):
                pass
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _long_line(path: Path) -> str:
    """Say which line does not fit into a block, for an error message."""
    number = 1
    at = 0
    with path.open("rb") as stream:
        for line in iter(lambda: stream.readline(_BLOCK_BYTES), b""):
            at += len(line)
            if at >= _BLOCK_BYTES:
                return f"line {number} is longer than {_BLOCK_BYTES >> 20} MiB; cut it or take it out"
            if line.endswith(b"\n"):
                number = number + 1
                at = 0
    return (
        f"a quoted cell runs over more than {_BLOCK_BYTES >> 20} MiB; close its quote"
    )


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

_ERRORS = frozenset(
    {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"}
)
_WAY_OUT = "open it in a spreadsheet and save it as .xlsx or .csv"


def _read_excel(path: Path, size: int) -> Iterator[Block]:
    """Read the sheet of a workbook in blocks of `size` rows; the first has rejected lines and notes."""
    sheet = read_sheet(path)
    table = sheet.table
    lines = sheet.lines
    for start in range(0, max(len(table), 1), size):
        block = Block(table.slice(start, size), start, lines[start : start + size])
        if start == 0:
            block = replace(block, rejected=sheet.rejected, notes=sheet.notes)
        yield block


@dataclass(frozen=True)
class SheetRows:
    """What a sheet of a workbook holds."""

    table: pa.Table  # n rows, all columns
    lines: NDArray[np.int64]  # row of the sheet of each, from 1, (n,)
    rejected: list[Rejected]  # rows with a formula that has no value
    notes: tuple[str, ...]  # which sheet was chosen, which rows are hidden


def read_sheet(given: Path) -> SheetRows:
    """Read a sheet of an ``.xlsx`` file.

    `given` may name sheet and header row, as `split_sheet` reads them; the first visible sheet is
    read otherwise. Titles above the header and a row of units below it are left out; a header of
    two rows is joined. Numbers, dates and truth values keep their type where all cells of a column
    have it, else cells are text. Blank and hidden rows are left out, the latter with a note; the
    cells that are merged below the header all have the value of the first; a row with a formula
    that no program has calculated is rejected. Raises InputError if the file is no workbook, too
    large when unpacked, or has no such sheet or header.
    """
    path, sheet, header = split_sheet(given)
    _check_workbook(path)
    marks, lines, rows = _read_rows(path, sheet)
    if header is not None and header not in lines:
        raise InputError(
            f"{path}: row {header} of the sheet is empty; the header belongs there"
        )
    if not lines:
        raise InputError(f"{path}: the sheet is empty; name another with --sheet")
    names, below = _headings(rows, None if header is None else lines.index(header))
    _refuse_ambiguous(names, f"{path}: row {lines[below - 1]}")
    cells = _fill_merged_ranges(rows[below:], lines[below:], marks.merged)
    bad_rows = _without_values(marks.formulas, lines[below:], cells)
    bad_lines = {one.line for one in bad_rows}
    used_rows = [i for i, line in enumerate(lines[below:]) if line not in bad_lines]
    cells = [cells[i] for i in used_rows]
    columns = {}
    for j, name in enumerate(names):
        columns[name] = _column([row[j] if j < len(row) else None for row in cells])
    numbers = np.array([lines[below + i] for i in used_rows], np.int64)
    return SheetRows(pa.table(columns), numbers, bad_rows, marks.notes)


def _refuse_ambiguous(names: list[str], place: str) -> None:
    """Raise InputError if a name of a header, which stands at `place`, is empty or comes twice."""
    ambiguous = sorted(n for n, times in Counter(names).items() if times > 1 or not n)
    if ambiguous:
        raise InputError(
            f"{place} is taken for the header; column {ambiguous[0]!r} stands "
            "there twice or has no name; name another row with --header-row"
        )


def _without_values(
    formulas: Sequence[str], lines: list[int], rows: list[tuple[Any, ...]]
) -> list[Rejected]:
    """Reject the rows with a formula that no program calculated.

    Parameters
    ----------
    formulas : sequence of str
        Cells such as "B7" that have a formula without its value.
    lines : list of int
        Numbers of the rows.
    rows : list of tuple
        Their cells.

    Returns
    -------
    list of Rejected
        One for each such row, by its first cell.
    """
    first: dict[int, str] = {}
    for cell in formulas:
        first.setdefault(int(cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") or 0), cell)
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
    """Copy the first value of each merged range, such as ``A5:A6``, to all its cells.

    `lines` are the numbers of the rows; new rows are returned.
    """
    from openpyxl.utils import range_boundaries

    if not merged:
        return rows
    cells = [list(row) for row in rows]
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
    return [tuple(row) for row in cells]


_PLACED = re.compile(
    r"(?P<file>.+\.xlsx)#(?P<sheet>[^:]*)(?::(?P<row>\d+))?", re.IGNORECASE
)


def split_sheet(path: Path) -> tuple[Path, str, int | None]:
    """Return file, sheet and header row that ``alloys.xlsx#Melts:3`` names; one of each may lack.

    >>> split_sheet(Path("alloys.xlsx#Melts"))[1:]
    ('Melts', None)
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


def _headings(rows: list[tuple[Any, ...]], at: int | None) -> tuple[list[str], int]:
    """Find the names of the columns, and how many rows stand above the first row of data.

    `at` is the header row that the user gave. Without it the header is the first row of texts that
    names a composition or two elements, or that has more than half as many cells as the widest row.
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
    """Give columns without a name that of the row above, where that is more than a title."""
    if _count_cells(above) < 2:
        return names
    pairs = zip_longest(names, above, fillvalue="")
    return [name or higher for name, higher in pairs]


def _find_header(texts: list[list[str]], plain: list[int]) -> int:
    """Find the header among the first rows, and return its index.

    `plain` are the indices of rows that hold texts alone.
    """
    widest = max(map(_count_cells, texts))
    at = next((i for i in plain if 2 * _count_cells(texts[i]) > widest), 0)
    at = next((i for i in plain if _names_recipe(texts[i])), at)
    # The elements may stand below a heading of all of them.
    if at + 1 in plain and len(_element_columns(texts[at + 1])) > 1:
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
    has_recipe = any(same_name(text, _COMPOSITION_COLUMN) for text in row)
    return has_recipe or len(_element_columns(row)) > 1


def _check_workbook(path: Path) -> None:
    """Raise InputError for a file that is no .xlsx workbook, or would take too much memory."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            size = sum(member.file_size for member in members)
            if size <= _LARGEST_BYTES:
                rows, columns = _extent(
                    archive, [m for m in members if _SHEET.match(m.filename)]
                )
    except (zipfile.BadZipFile, OSError, EOFError, zlib.error) as error:
        raise InputError(
            f"{path} is no Excel workbook (.xlsx: {error}); {_WAY_OUT}"
        ) from None
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


def _extent(packed: zipfile.ZipFile, sheets: list[zipfile.ZipInfo]) -> tuple[int, int]:
    """Return the last row and column with content over all sheets; the reader fills cells up to them."""
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
    """Read one sheet: the one called `wanted`, or the first that is visible.

    Returns
    -------
    marks : _Marks
        What is hidden, merged or not calculated.
    lines : list of int
        Numbers of the visible rows with content.
    rows : list of tuple
        Their cells.
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
            for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
                row = tuple(None if c == "" or c in _ERRORS else c for c in cells)
                if any(cell is not None for cell in row) and number not in marks.hidden:
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
    """Choose the sheet to read: the one called `wanted`, or the first that is visible.

    Returns
    -------
    sheet : openpyxl worksheet
    note : str
        Names other sheets that could be meant, empty without any.

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
            raise InputError(f"{path}: no sheet {wanted!r}; there is {sheet_names}")
        return matches[0], ""
    visible = [sheet for sheet in sheets if sheet.sheet_state == "visible"] or sheets
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
    """Return what a sheet hides, merges or left uncalculated, from its XML."""
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
        with archive.open(member) as stream:
            for _, element in iterparse(stream):
                kind = element.tag.rpartition("}")[2]
                if kind == "mergeCell":
                    merged_ranges.append(element.get("ref", ""))
                elif kind == "c" and _lacks_value(element):
                    formulas.append(element.get("r", "?"))
                elif kind == "row":
                    if element.get("hidden") in ("1", "true"):
                        hidden_rows.add(int(element.get("r", "0")))
                    element.clear()
    ranges = tuple(text for text in merged_ranges if ":" in text)
    return _Marks(frozenset(hidden_rows), ranges, tuple(formulas))


def _lacks_value(cell: Any) -> bool:
    """Return whether a cell has a formula and no value that a program calculated."""
    parts = {part.tag.rpartition("}")[2]: part for part in cell}
    if "f" not in parts:
        return False
    value = parts.get("v")
    return value is None or not value.text


def _is_midnight(moment: datetime.datetime) -> bool:
    return moment.time() == datetime.time()


def _convert_cells(convert: Callable[[Any], Any], cells: Sequence[Any]) -> list[Any]:
    """Return cells converted one by one; None, an empty cell, stays None."""
    return [None if cell is None else convert(cell) for cell in cells]


def _plain_text(value: Any) -> str:
    """Return a value as text, a whole number without its point."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _column(cells: Sequence[Any]) -> pa.Array:
    """Convert cells to an Arrow array of one type, or of text if their types differ.

    Whole numbers are integers, dates without a time are dates.
    """
    # Whether a file writes a number as an integer is invisible to its user.
    values: list[Any] = [float(c) if type(c) is int else c for c in cells]
    present = [v for v in values if v is not None]
    kinds = {type(v) for v in present}
    if kinds == {float} and all(map(float.is_integer, present)):
        return pa.array(_convert_cells(int, values), pa.int64())
    if kinds == {datetime.datetime} and all(map(_is_midnight, present)):
        return pa.array(_convert_cells(datetime.datetime.date, values))
    if len(kinds) == 1 and kinds <= {float, bool, datetime.datetime}:
        return pa.array(values)
    return pa.array(_convert_cells(_plain_text, values), pa.string())
