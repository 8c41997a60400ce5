"""A user's table, read in blocks with its bad lines listed: text, CSV, Parquet or Excel.

The composition is one column, or one column per element as spreadsheets of melts have them.
"""

import codecs
import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from .._core._arguments import warn
from .._core._files import describe_no_file
from .._core._types import BoolArray, IntArray
from .._core.errors import InputError
from ._blocks import COMPOSITION_COLUMN, LARGEST_BYTES, Block, Rejected
from ._workbook import read_sheet, split_sheet
from .table import is_string, valid_text

_SUFFIXES = (".csv", ".tsv", ".txt", ".parquet", ".xlsx")
_SPREADSHEETS = (".ods", ".xls", ".xlsm", ".xlsb", ".numbers")
"""Workbooks of other kinds, which a spreadsheet program saves as .xlsx."""
_DELIMITERS = (",", ";", "\t")
_BLOCK_BYTES = 4 << 20
_DECIMAL_COMMA = r"^\s*([-+]?\d+),(\d+)\s*$"
# Largest number of characters of a header.
_LONGEST_HEADER = 1 << 20


def check_file(path: Path) -> None:
    """Raise InputError if the path of a table has an unknown suffix, or no file or an empty one.

    A sheet behind the path, such as ``alloys.xlsx#Melts``, is allowed. The content is not read.
    Known are .csv, .tsv, .txt, .parquet and .xlsx, in any case.
    """
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
        raise InputError(
            f"{path} is {kind}, not a file; give the path of a table"
        )
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    if path.stat().st_size == 0:
        raise InputError(
            f"{path} is empty; expected a header line and one candidate a line"
        )


def read_blocks(
    path: Path, size: int, notes: list[str] | None = None
) -> Iterator[Block]:
    """Read a table in blocks of at most `size` rows.

    The file is opened when the first block is taken, and errors come from then on. A block may
    have no row.

    Parameters
    ----------
    path : Path
        File ending in .csv, .tsv, .txt, .parquet or .xlsx; for the last a sheet and a header row
        may follow, ``a.xlsx#Sheet:3``.
    size : int
        Most rows of a block.
    notes : list of str, optional
        What was left out of a workbook is appended to it. Without it each such note is a
        UserWarning.

    Yields
    ------
    Block
        ``table`` (Arrow), ``start`` (rows before it), ``lines`` (int64, of the
        file, from 1, the header included; of Parquet, numbers of rows from 1)
        and ``rejected``, a list of `Rejected` (``line``, ``text``, ``reason``)
        for lines that are no row. Cells of text files are text. The cells of a
        .csv or .tsv file are parted by comma, semicolon or tab, whichever
        stands most often in the header. A .txt file has one recipe a line and
        no header. ``notes`` say what was left out of a workbook, in its first
        block.

    Raises
    ------
    InputError
        If the table cannot be read: missing, without a row, of another kind or encoding.
    """
    check_file(path)
    readers = {
        ".parquet": _read_parquet,
        ".txt": _read_lines,
        ".xlsx": _read_excel,
    }
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
        raise InputError(
            f"{path} cannot be read: {error.strerror or error}"
        ) from None
    if not block_count:
        raise InputError(
            f"{path} holds no row below its header; expected one candidate a line"
        )


def read_small_table(path: Path, notes: list[str] | None = None) -> pa.Table:
    """Read a small table other than candidates, each line of which must be a row.

    Parameters
    ----------
    path : Path
        File ending in .csv, .tsv, .txt, .parquet or .xlsx; for the last a
        sheet may follow, ``a.xlsx#Sheet``. A .txt file has one recipe a line
        and no header.
    notes : list of str, optional
        What was left out of a workbook is appended to it. A warning is issued without it.

    Returns
    -------
    pyarrow.Table
        All rows. Cells of text files are text, empty for an empty cell; those
        of a workbook have the types of `read_sheet`. Where semicolons separate
        them, a decimal comma is written as a point. Line numbers of the file
        are lost.

    Raises
    ------
    InputError
        As from `read_blocks`, and for the first line that is no row.
    """
    blocks = list(read_blocks(path, _BLOCK_BYTES, notes))
    for block in blocks:
        for rejected in block.rejected:
            raise InputError(
                f"{path}, line {rejected.line}: {rejected.reason}"
            )
    table = pa.concat_tables(
        [block.table for block in blocks], promote_options="default"
    )
    if (
        path.suffix.lower() in (".csv", ".tsv")
        and _header(path, _detect_encoding(path))[0] == ";"
    ):
        for i, column in enumerate(table.columns):
            point = pc.replace_substring_regex(
                column, _DECIMAL_COMMA, r"\1.\2"
            )
            table = table.set_column(i, table.column_names[i], point)
    return table


def _read_parquet(path: Path, size: int) -> Iterator[Block]:
    """Read a Parquet file in blocks of `size` rows.

    Texts that are no UTF-8 are mended.

    Parameters
    ----------
    path : Path
        The Parquet file.
    size : int
        Most rows of a block.

    Yields
    ------
    Block
        ``table`` has all columns. They keep their types, dictionaries too;
        texts that were mended are large_string. ``start`` counts the rows
        before it. ``lines`` are numbers of rows, from 1. ``rejected`` is
        empty. A file without rows may give no block.

    Raises
    ------
    InputError
        If the texts of a repetitive column take over `LARGEST_BYTES` in one block. ArrowException
        or OSError if the file cannot be read.
    """
    start = 0
    duplicates = _dictionary_columns(path)
    for batch in pq.ParquetFile(path, read_dictionary=duplicates).iter_batches(
        size
    ):
        columns = []
        for name, column in zip(
            batch.schema.names, batch.columns, strict=True
        ):
            kind = column.type
            if pa.types.is_dictionary(kind) and is_string(kind.value_type):
                lengths = pc.binary_length(column.dictionary).take(
                    column.indices
                )
                if (pc.sum(lengths).as_py() or 0) > LARGEST_BYTES:
                    raise InputError(
                        f"{path}: the texts of column {name!r} take over "
                        f"{LARGEST_BYTES >> 20} MiB in {batch.num_rows:,} rows; leave it out"
                    )
                if name in duplicates:
                    column = column.cast(kind.value_type)
            if is_string(column.type):
                column = valid_text(column)
            columns.append(column)
        table = pa.table(columns, names=batch.schema.names)
        yield Block(table, start, np.arange(start, start + len(table)) + 1)
        start += len(table)


def _dictionary_columns(path: Path) -> list[str]:
    """Return the text columns of a Parquet file that may expand far beyond their size in it.

    One of their chunks takes less than 8 bytes a value and 4 MiB in all, so
    values may be repeated. Every text column of a small file is among them.
    Such columns are read as dictionaries: expanded, a file of some kB could
    fill the memory.

    Parameters
    ----------
    path : Path
        The Parquet file, of which only the metadata is read.

    Returns
    -------
    list of str
        Names, sorted.
    """
    file = pq.ParquetFile(path)
    texts = {
        field.name for field in file.schema_arrow if is_string(field.type)
    }
    names = set()
    for group in map(
        file.metadata.row_group, range(file.metadata.num_row_groups)
    ):
        for chunk in map(group.column, range(group.num_columns)):
            if (
                chunk.total_uncompressed_size
                < 8 * chunk.num_values + _BLOCK_BYTES
            ):
                names.add(chunk.path_in_schema)
    return sorted(names & texts)


def _read_lines(path: Path, size: int) -> Iterator[Block]:
    """Read a text file of one recipe a line in blocks of `size`; blank lines are skipped.

    Blanks at the ends of a line are dropped.

    Parameters
    ----------
    path : Path
        The text file, without a header.
    size : int
        Rows of a block; the last may have fewer.

    Yields
    ------
    Block
        ``table`` has one column of texts, `COMPOSITION_COLUMN`; ``lines`` count from 1, blank ones
        included. A file without a recipe gives one empty block.
    """
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
    """Build a block of recipes in one column, `COMPOSITION_COLUMN`; `start` is the number of rows before."""
    table = pa.table({COMPOSITION_COLUMN: pa.array(texts, pa.string())})
    return Block(table, start, np.array(lines, np.int64))


@dataclass
class _LineCount:
    """Where in a CSV file the rows of its blocks stand.

    The reader counts rows; a quoted cell may run over several lines.
    """

    # rows of another number of columns that no block has yet, with the line ends in each
    skipped: list[tuple[Rejected, int]] = field(default_factory=list)
    row: int = 1  # last row that was read, the header being 1
    inner_ends: int = 0  # line ends inside of the cells read so far

    def skip(self, row: pacsv.InvalidRow) -> str:
        """Note a row of another number of columns and have Arrow's reader skip it.

        A blank row is noted without a reason, so that it is not rejected later.

        Parameters
        ----------
        row : pyarrow.csv.InvalidRow
            Has ``number`` (of the row, the header being 1), ``text``, ``expected_columns`` and
            ``actual_columns``.

        Returns
        -------
        str
            The text "skip", as Arrow wants it. A pair is appended to
            ``skipped``: a `Rejected` with ``line`` (the row's number),
            ``text`` and ``reason``, both empty for a blank row, and the number
            of line ends in the row.
        """
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

    def place(self, table: pa.Table) -> tuple[IntArray, list[Rejected]]:
        """Return the line of the file of each row of the next block, and the rows rejected in it.

        Blocks must come in order: what belongs to this one is taken out of ``skipped``, and lines
        counted so far are kept. Blank lines that were skipped are not among the rejected.

        Parameters
        ----------
        table : pyarrow.Table
            The next n rows as Arrow read them, all columns texts.

        Returns
        -------
        lines : ndarray of int64, shape (n,)
            Line of each row, from 1, the header included.
        rejected : list of Rejected
            Rows of another number of columns that were skipped since the block before. Each has
            ``line``, ``text`` and ``reason``.
        """
        skipped_lines = [one.line for one, _ in self.skipped]
        rows = np.arange(
            self.row + 1, self.row + 1 + len(table) + len(skipped_lines)
        )
        rows = rows[~np.isin(rows, skipped_lines)][: len(table)]
        last = int(rows.max(initial=self.row))
        # The reader may be ahead: rows behind those of this block belong to a later one.
        count = int(np.searchsorted(skipped_lines, last))
        while count < len(skipped_lines) and skipped_lines[count] == last + 1:
            last += 1
            count += 1
        self.row = last
        bad_rows = [rejected for rejected, _ in self.skipped[:count]]
        bad_ends = np.array([n for _, n in self.skipped[:count]], np.int64)
        del self.skipped[:count]
        bad_lines = np.array([one.line for one in bad_rows], np.int64)
        numbers = np.concatenate([rows, bad_lines])
        ends = np.concatenate([_line_ends(table), bad_ends])
        order = np.argsort(numbers)
        numbers[order] += (
            self.inner_ends + np.cumsum(ends[order]) - ends[order]
        )
        self.inner_ends += int(ends.sum())
        pairs = zip(bad_rows, numbers[len(rows) :].tolist(), strict=True)
        rejected = [
            replace(one, line=line) for one, line in pairs if one.reason
        ]
        return numbers[: len(rows)], rejected


def _open_csv(
    path: Path,
    encoding: str,
    delimiter: str,
    header: list[str],
    lines: _LineCount,
) -> Iterable[pa.RecordBatch]:
    """Open a CSV file for reading in batches, all of whose cells are text.

    One thread reads: only then does the reader give `lines` the number of a bad line.

    Parameters
    ----------
    path : Path
        CSV file, with a header.
    encoding : str
        As of `_detect_encoding`.
    delimiter : str
        Comma, semicolon or tab.
    header : list of str
        Names of all columns, as of `_header`.
    lines : _LineCount
        Rows of another number of columns are noted in it while batches are taken, and left out.

    Returns
    -------
    iterable of pyarrow.RecordBatch
        All columns, as texts, without the header; an empty cell is an empty
        text. ArrowInvalid is raised, also while it is read, for what Arrow
        cannot read.
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
    """Read a CSV file in blocks of at most `size` rows; a file without rows gives one empty block.

    An empty cell is an empty text.

    Parameters
    ----------
    path : Path
        CSV file with a header, separated by comma, semicolon or tab.
    size : int
        Most rows of a block.

    Yields
    ------
    Block
        ``table`` of texts, without blank rows and columns without a name (a
        single one stays); ``lines`` of the file, from 1, the header included;
        ``rejected``, a list of `Rejected` (``line``, ``text``, ``reason``),
        with the first block of each piece that is read.

    Raises
    ------
    InputError
        As from `_header`. ArrowInvalid for what Arrow cannot read.
    """
    encoding = _detect_encoding(path)
    delimiter, header = _header(path, encoding)
    # Spreadsheets write columns that were used once, without a name.
    columns = [
        i
        for i, name in enumerate(header)
        if name.strip() or header.count("") == 1
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


def _blank(table: pa.Table) -> BoolArray:
    """Say which rows have only empty cells, bool (n,): the blank lines of the file."""
    blank = np.ones(len(table), bool)
    for column in table.columns:
        blank &= pc.equal(pc.fill_null(column, ""), "").to_numpy()
    return blank


def _line_ends(table: pa.Table) -> IntArray:
    """Count the line ends (the character LF) in the cells of each row.

    Parameters
    ----------
    table : pyarrow.Table
        n rows, all columns texts; null cells count as empty.

    Returns
    -------
    ndarray of int64, shape (n,)
    """
    breaks = np.zeros(len(table), np.int64)
    for column in table.columns:
        # Arrow's own search looks into one text after the other.
        content = [chunk.buffers()[-1] for chunk in column.chunks]
        if any(
            value is not None and b"\n" in value.to_pybytes()
            for value in content
        ):
            breaks += pc.count_substring(
                pc.fill_null(column, ""), "\n"
            ).to_numpy()
    return breaks


def _header(path: Path, encoding: str) -> tuple[str, list[str]]:
    """Read the header line of a CSV file.

    Parameters
    ----------
    path : Path
        The CSV file.
    encoding : str
        As of `_detect_encoding`, such as "utf-8-sig".

    Returns
    -------
    delimiter : str
        Comma, semicolon or tab: that which stands most often in the line; the
        first of these where they are equal.
    names : list of str
        Names of the columns; a name may be empty, and that more than once.
        Blanks around a name stay, quotes do not.

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
        raise InputError(
            f"{path}: the first line is blank; the header belongs there"
        )
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        names = next(csv.reader([first], delimiter=delimiter), [])
    except csv.Error as error:
        raise InputError(
            f"{path}: the header line cannot be read: {error}"
        ) from None
    duplicates = sorted(
        n for n, times in Counter(names).items() if n and times > 1
    )
    if duplicates:
        raise InputError(
            f"{path}: column {duplicates[0]!r} stands twice in the header; rename one"
        )
    return delimiter, names


def _detect_encoding(path: Path) -> str:
    """Return the encoding of a text file: UTF-16 by its mark, UTF-8, else Windows-1252.

    Parameters
    ----------
    path : Path
        The file, which may be read as a whole.

    Returns
    -------
    str
        "utf-16", "utf-8-sig" or "cp1252", names of Python's codecs.
    """
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
    """Say which line of a text file does not fit into a block, for an error message.

    Parameters
    ----------
    path : Path
        The file, which is read up to that line.

    Returns
    -------
    str
        A phrase that names the first line of over 4 MiB or, if there is none, an open quote.
    """
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
    return f"a quoted cell runs over more than {_BLOCK_BYTES >> 20} MiB; close its quote"


def _read_excel(path: Path, size: int) -> Iterator[Block]:
    """Read the sheet of a workbook in blocks of `size` rows.

    Cells have the types of `read_sheet`.

    Parameters
    ----------
    path : Path
        The workbook; sheet and header row may follow, ``a.xlsx#Sheet:3``.
    size : int
        Most rows of a block, the header not counted.

    Yields
    ------
    Block
        ``table``, a pyarrow.Table, ``start`` (rows before it), ``lines`` (of
        the sheet, from 1, an array), ``rejected``, a list of `Rejected`
        (``line``, ``text``, ``reason``), and ``notes``, a tuple of texts. The
        first has all rejected lines and notes. A sheet without rows gives one empty block.

    Raises
    ------
    InputError
        As from `read_sheet`.
    """
    sheet = read_sheet(path)
    table = sheet.table
    lines = sheet.lines
    for start in range(0, max(len(table), 1), size):
        block = Block(
            table.slice(start, size), start, lines[start : start + size]
        )
        if start == 0:
            block = replace(block, rejected=sheet.rejected, notes=sheet.notes)
        yield block
