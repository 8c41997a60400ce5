"""Reading a user's table in blocks, whatever is wrong with some of its lines."""

import codecs
import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ..errors import InputError
from .columns_of_elements import ELEMENT_COLUMNS, recipes
from .reading import listed, valid_text

SUFFIXES = (".csv", ".tsv", ".txt", ".parquet", ".xlsx")
COMPOSITION_COLUMN = "composition"
_DELIMITERS = (",", ";", "\t")
_BLOCK_BYTES = 4 << 20
_DECIMAL_COMMA = r"^\s*([-+]?\d+),(\d+)\s*$"
# A header, or a rejected text, is kept up to so many characters.
_LONGEST_HEADER = 1 << 20
_LONGEST_TEXT = 1000


@dataclass(frozen=True)
class Rejected:
    """A line of the input that could not be used."""

    line: int
    text: str
    reason: str

    def __post_init__(self) -> None:
        if len(self.text) > _LONGEST_TEXT:
            object.__setattr__(self, "text", self.text[: _LONGEST_TEXT - 3] + "...")


@dataclass(frozen=True)
class Block:
    """Some consecutive rows of a file.

    Attributes
    ----------
    table : pyarrow.Table, n rows
        All columns; those of a text file are text.
    start : int
        Number of rows before this block.
    lines : ndarray of int64, shape (n,)
        Line of the file each row stands on, from 1 (row for Parquet).
    rejected : list of Rejected
        Lines that were no row of the table.
    """

    table: pa.Table
    start: int
    lines: NDArray[np.int64]
    rejected: list[Rejected] = field(default_factory=list)


def check_file(path: Path) -> None:
    """Raise InputError if a table is missing, empty or of another kind."""
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(
            f"{path}: expected a file ending in {', '.join(SUFFIXES)}; a recipe goes into a list"
        )
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    if path.stat().st_size == 0:
        raise InputError(f"{path} is empty; expected a header line and one candidate a line")


def read_blocks(path: Path, size: int) -> Iterator[Block]:
    """Read a table in blocks of about `size` rows.

    Raises
    ------
    InputError
        If the file cannot be read at all: missing, empty, of another kind or encoding.
    """
    check_file(path)
    readers = {".parquet": _read_parquet, ".txt": _read_lines, ".xlsx": _read_excel}
    try:
        yield from readers.get(path.suffix.lower(), _read_csv)(path, size)
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


def read_whole(path: Path) -> pa.Table:
    """Read a small table that is no list of candidates, each of whose lines must be one of it.

    Cells of text files are text. Where semicolons part them, a decimal comma is one.

    Raises
    ------
    InputError
        As `read_blocks`, and of the first line that is no row.
    """
    blocks = list(read_blocks(path, _BLOCK_BYTES))
    for line in (line for block in blocks for line in block.rejected):
        raise InputError(f"{path}, line {line.line}: {line.reason}")
    table = pa.concat_tables([block.table for block in blocks], promote_options="default")
    if path.suffix.lower() in (".csv", ".tsv") and _header(path, encoding_of(path))[0] == ";":
        for i, column in enumerate(table.columns):
            point = pc.replace_substring_regex(column, _DECIMAL_COMMA, r"\1.\2")
            table = table.set_column(i, table.column_names[i], point)
    return table


def _read_parquet(path: Path, size: int) -> Iterator[Block]:
    start = 0
    for batch in pq.ParquetFile(path).iter_batches(size):
        table = pa.table(
            [
                valid_text(c)
                if pa.types.is_string(c.type) or pa.types.is_large_string(c.type)
                else c
                for c in batch.columns
            ],
            names=batch.schema.names,
        )
        yield Block(table, start, np.arange(start, start + len(table)) + 1)
        start += len(table)


def _read_excel(path: Path, size: int) -> Iterator[Block]:
    from .excel import read_sheet

    table, lines = read_sheet(path)
    for start in range(0, max(len(table), 1), size):
        yield Block(table.slice(start, size), start, lines[start : start + size])


def _read_lines(path: Path, size: int) -> Iterator[Block]:
    texts: list[str] = []
    lines: list[int] = []
    start = 0
    with path.open(encoding=encoding_of(path)) as stream:
        for number, line in enumerate(stream, start=1):
            text = line.strip()
            if text:
                texts.append(text)
                lines.append(number)
            if len(texts) == size:
                yield Block(pa.table({COMPOSITION_COLUMN: texts}), start, np.array(lines))
                start += len(texts)
                texts, lines = [], []
    if texts or not start:
        yield Block(
            pa.table({COMPOSITION_COLUMN: pa.array(texts, pa.string())}),
            start,
            np.array(lines, np.int64),
        )


def _read_csv(path: Path, size: int) -> Iterator[Block]:
    """Read CSV in one thread: only then does the reader tell the number of a bad line."""
    encoding = encoding_of(path)
    delimiter, header = _header(path, encoding)
    # With the number of line ends in each.
    bad: list[tuple[Rejected, int]] = []

    def skip(row: pacsv.InvalidRow) -> str:
        reason = (
            f"expected {row.expected_columns} columns, found {row.actual_columns}; "
            "quote a recipe that contains the separator"
        )
        blank = not row.text.strip()
        rejected = Rejected(row.number, "" if blank else row.text, "" if blank else reason)
        bad.append((rejected, row.text.count("\n")))
        return "skip"

    reader = pacsv.open_csv(
        path,
        read_options=pacsv.ReadOptions(
            use_threads=False,
            block_size=_BLOCK_BYTES,
            encoding="utf8" if encoding == "utf-8-sig" else encoding,
        ),
        parse_options=pacsv.ParseOptions(
            delimiter=delimiter,
            invalid_row_handler=skip,
            ignore_empty_lines=False,
            newlines_in_values=True,
        ),
        # Text as written: 007 stays 007, and no block can contradict the one before.
        convert_options=pacsv.ConvertOptions(column_types={name: pa.string() for name in header}),
    )
    # The reader counts rows; a quoted cell may run over several lines.
    start, row, broken, none = 0, 1, 0, True
    # Spreadsheets write columns that were used once, without a name.
    told = [i for i, name in enumerate(header) if name.strip() or header.count("") == 1]
    for batch in reader:
        none = False
        skipped = [rejected for rejected, _ in bad]
        breaks = np.array([ends for _, ends in bad], np.int64)
        bad.clear()
        table = pa.Table.from_batches([batch])
        rows = _row_numbers(row, batch.num_rows, [r.line for r in skipped])
        row = max([row, *rows[-1:], *(r.line for r in skipped)])
        breaks = np.concatenate([_breaks(table), breaks])
        numbers = np.concatenate([rows, [r.line for r in skipped]]).astype(np.int64)
        order = np.argsort(numbers)
        numbers[order] += broken + np.cumsum(breaks[order]) - breaks[order]
        broken += int(breaks.sum())
        lines = numbers[: len(rows)]
        rejected = [
            replace(r, line=int(number))
            for r, number in zip(skipped, numbers[len(rows) :], strict=True)
            if r.reason
        ]
        written = ~_blank(table)
        table, lines = table.select(told).filter(pa.array(written)), lines[written]
        for offset in range(0, max(len(table), 1), size):
            part = table.slice(offset, size)
            yield Block(
                part,
                start,
                lines[offset : offset + size],
                rejected if offset == 0 else [],
            )
            start += part.num_rows
    if none:
        empty = pa.table({name: pa.array([], pa.string()) for name in header})
        yield Block(empty, 0, np.empty(0, np.int64), [r for r, _ in bad if r.reason])


def _blank(table: pa.Table) -> NDArray[np.bool_]:
    """Return which rows have nothing in any cell: the blank lines of the file."""
    blank = np.ones(len(table), bool)
    for column in table.columns:
        blank &= pc.equal(pc.fill_null(column, ""), "").to_numpy()
    return blank


def _breaks(table: pa.Table) -> NDArray[np.int64]:
    """Return how many line ends the cells of each row hold."""
    breaks = np.zeros(len(table), np.int64)
    for column in table.columns:
        if pc.any(pc.match_substring(column, "\n")).as_py():
            breaks += pc.count_substring(pc.fill_null(column, ""), "\n").to_numpy()
    return breaks


def _row_numbers(before: int, rows: int, skipped: list[int]) -> NDArray[np.int64]:
    """Return the numbers of `rows` rows after number `before`, stepping over `skipped`."""
    candidates = np.arange(before + 1, before + 1 + rows + len(skipped))
    return candidates[~np.isin(candidates, skipped)][:rows]


def _long_line(path: Path) -> str:
    """Say which line does not fit into a block."""
    number, at = 1, 0
    with path.open("rb") as stream:
        for line in iter(lambda: stream.readline(_BLOCK_BYTES), b""):
            at += len(line)
            if at >= _BLOCK_BYTES:
                return (
                    f"line {number} is longer than {_BLOCK_BYTES >> 20} MiB; cut it or take it out"
                )
            if line.endswith(b"\n"):
                number, at = number + 1, 0
    return f"a quoted cell runs over more than {_BLOCK_BYTES >> 20} MiB; close its quote"


def encoding_of(path: Path) -> str:
    """Return the encoding of a text file: UTF-8, UTF-16 by its mark, else Windows-1252."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as stream:
        block = stream.read(_BLOCK_BYTES)
        if block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        try:
            while block:
                decoder.decode(block)
                block = stream.read(_BLOCK_BYTES)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"


def _header(path: Path, encoding: str) -> tuple[str, list[str]]:
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
    doubled = sorted(n for n, times in Counter(names).items() if n and times > 1)
    if doubled:
        raise InputError(f"{path}: column {doubled[0]!r} stands twice in the header; rename one")
    return delimiter, names


def composed(table: pa.Table, wanted: str | None, path: Path) -> tuple[pa.Table, str]:
    """Return the table and the name of its composition column, made of elements' if wanted so.

    Raises
    ------
    InputError
        As `composition_column`, and of columns of elements that cannot be joined.
    """
    if wanted != ELEMENT_COLUMNS:
        return table, composition_column(table, wanted, path)
    if COMPOSITION_COLUMN in table.column_names:
        raise InputError(f"{path} has a column {COMPOSITION_COLUMN!r} and need not be joined")
    joined = recipes(table, path)
    return table.append_column(COMPOSITION_COLUMN, joined), COMPOSITION_COLUMN


def composition_column(table: pa.Table, wanted: str | None, path: Path) -> str:
    """Return the name of the composition column.

    Raises
    ------
    InputError
        If there is none, or several texts to choose from.
    """
    names = table.column_names
    if wanted is not None:
        if wanted not in names:
            raise InputError(f"{path}: no column {wanted!r}; found {listed(names)}")
        return wanted
    if COMPOSITION_COLUMN in names:
        return COMPOSITION_COLUMN
    texts = [
        f.name
        for f in table.schema
        if pa.types.is_string(f.type) or pa.types.is_large_string(f.type)
    ]
    if len(texts) != 1:
        raise InputError(
            f"{path}: no column {COMPOSITION_COLUMN!r}; found {listed(names)}; "
            "name the one to use with --column"
        )
    return texts[0]
