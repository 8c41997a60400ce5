"""Writing whole files: Parquet, CSV that spreadsheets read safely, and sealed HTML pages.

A file is written beside its place and renamed into it: no reader meets half a file, and the old one
is kept until the new one is complete.
"""

import csv
import errno
import hashlib
import os
import re
import stat
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from threading import get_ident
from typing import TYPE_CHECKING, BinaryIO, TextIO

from .errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq


# Readers skip row groups by these; extremes of the other columns help nobody.
_SORTED = ("row_index", "rank", "pareto_front")
_PAGE_BYTES = 8 << 20
# Spreadsheet programs run a cell that starts with one of these as a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def is_url(text: object) -> bool:
    """Return whether a text names a place of another kind than this machine's folders.

    Such is any text with "://" in it.
    """
    return isinstance(text, str) and "://" in text


def describe_no_file(path: Path) -> str:
    """Say what lies at a path in place of a file.

    Links are followed. The result is "a folder", "a pipe", "a device", "a link to nothing" or "a
    ring of links"; it is empty for a file, for nothing, and where the path cannot be examined.
    A socket counts as a device.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return "a link to nothing" if path.is_symlink() else ""
    except OSError as error:
        return "a ring of links" if error.errno == errno.ELOOP else ""
    if stat.S_ISREG(mode):
        return ""
    if stat.S_ISDIR(mode):
        return "a folder"
    if stat.S_ISFIFO(mode):
        return "a pipe"
    return "a device"


@contextmanager
def replace_file(path: Path) -> Iterator[Path]:
    """Provide a temporary path to write to in a ``with`` block, which replaces `path` at its end.

    The temporary file lies in the same folder, and its name ends in ".tmp". If
    the block succeeds it is renamed to `path`; if it raises, it is removed and
    `path` stays as it was. The block must create the file. A link stays, and
    the file that it points to is replaced.

    Parameters
    ----------
    path : Path
        File to write; it need not exist, its folder must.

    Yields
    ------
    Path
        Where the block writes.

    Raises
    ------
    OSError
        If it cannot be written, or is a folder, a device or a pipe, which a file in its place would
        destroy.
    """
    place = Path(os.path.realpath(path))
    kind = describe_no_file(place)
    if kind:
        raise OSError(errno.EINVAL, f"it is {kind}, not a file")
    temporary = place.with_name(
        f".{place.name}.{os.getpid()}-{get_ident()}.tmp"
    )
    try:
        yield temporary
        os.replace(temporary, place)
    finally:
        with suppress(OSError):
            temporary.unlink()


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Provide a temporary path to write to in a ``with`` block, which replaces `path` at its end.

    The temporary file lies in the same folder, its name ends in ".tmp", and
    the block must create it. If the block raises, it is removed and `path`
    stays as it was. As of `replace_file`, but every OSError, of the block too,
    becomes an InputError that names the file and the way out. The folder of
    `path` must exist. The block gets the temporary path.
    """
    try:
        with replace_file(path) as temporary:
            yield temporary
    except OSError as error:
        full = error.errno in _FULL or "No space left" in str(error)
        more_room = "free some space (a screening goes on with --resume)"
        way_out = more_room if full else "choose another place"
        raise InputError(
            f"cannot write {path}: {error.strerror or error}; {way_out}"
        ) from None


def _parquet(target: object, schema: "pa.Schema") -> "pq.ParquetWriter":
    """Open a Parquet writer for tables of one schema, compressed by Snappy.

    Parameters
    ----------
    target : str, Path or binary stream
        Where it writes.
    schema : pyarrow.Schema
        Of every table that is written.

    Returns
    -------
    pyarrow.parquet.ParquetWriter
        The caller closes it.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    # Repeated values alone get a dictionary; looking for one among numbers takes most of the time.
    dictionary_columns = [
        f.name for f in schema if pa.types.is_dictionary(f.type)
    ]
    return pq.ParquetWriter(
        target,
        schema,
        compression="snappy",
        use_dictionary=[*dictionary_columns, "temperature_K"],
        write_statistics=[name for name in _SORTED if name in schema.names],
        data_page_size=_PAGE_BYTES,
    )


class _Hashed:
    """A stream whose SHA-256 a thread computes while it is written."""

    closed = False

    def __init__(self, stream: BinaryIO, pool: ThreadPoolExecutor) -> None:
        self._stream = stream
        self._pool = pool
        self.found = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self._pool.submit(self.found.update, data)
        return self._stream.write(data)

    def flush(self) -> None:
        self._stream.flush()


def write_parquet(
    tables: Iterable["pa.Table"], schema: "pa.Schema", path: Path
) -> str:
    """Write tables of one schema to a Parquet file, one after the other.

    An existing file is replaced once all tables are written; it stays if one
    of them raises.

    Parameters
    ----------
    tables : iterable of pyarrow.Table
        May be a generator; none gives a file without rows.
    schema : pyarrow.Schema
        Of every table; another one raises ValueError.
    path : Path
        File to write. Its folder must exist.

    Returns
    -------
    str
        SHA-256 of the file, hexadecimal.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    with (
        replacing(path) as temporary,
        temporary.open("wb") as stream,
        ThreadPoolExecutor(1, "hashing") as pool,
    ):
        digest_stream = _Hashed(stream, pool)
        with _parquet(digest_stream, schema) as out:
            for table in tables:
                out.write_table(table)
    return digest_stream.found.hexdigest()


def parquet_bytes(table: "pa.Table") -> bytes:
    """Return a table as the content of a Parquet file."""
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with _parquet(sink, table.schema) as out:
        out.write_table(table)
    return sink.getvalue().to_pybytes()


def safe_cell(text: object) -> object:
    """Return a cell that no spreadsheet runs as a formula; `plain_cell` gives the text back.

    A text that begins with ``= + - @``, a tab or a line end, or with
    apostrophes before one, gets an apostrophe in front. A plain number such as
    -0.5 or +5 stays. What is no text is returned as it is.
    """
    if isinstance(text, str) and _like_formula(text):
        return "'" + text
    return text


def plain_cell(cell: str) -> str:
    """Return the text of a cell of `safe_cell`."""
    if cell.startswith("'") and _like_formula(cell):
        return cell[1:]
    return cell


def _like_formula(text: str) -> bool:
    if not text.lstrip("'").startswith(_FORMULA_STARTS):
        return False
    return not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text)


def write_csv(
    header: Iterable[object], rows: Iterable[Iterable[object]], path: Path
) -> None:
    """Write rows to a CSV file, or with tabs if its name ends in .tsv, in any case.

    The file is UTF-8 without a mark, and its lines end in LF. An existing file
    is replaced. Texts that a spreadsheet would run as formulas get an
    apostrophe in front.

    Parameters
    ----------
    header : iterable of object
        Names of the columns.
    rows : iterable of iterable
        Cells of each row, as many as names. None is an empty cell; NaN is
        written as nan.
    path : Path
        File to write.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    with (
        replacing(path) as temporary,
        temporary.open("w", newline="", encoding="utf-8") as stream,
    ):
        put_csv(
            header,
            rows,
            stream,
            "\t" if path.suffix.lower() == ".tsv" else ",",
        )


def write_csv_table(table: "pa.Table", path: Path) -> None:
    """Write an Arrow table to a CSV file.

    A file at `path` is replaced. It is UTF-8 without a mark, and its lines end
    in LF. Flags are written as true and false. Columns that are no numbers or
    flags are written as quoted texts; those that a spreadsheet would run as
    formulas get an apostrophe in front. Null becomes an empty cell, NaN is
    written as nan. Names of columns are treated alike. The cells are parted by
    commas whatever the ending. InputError if the file cannot be written.
    """
    import pyarrow as pa
    import pyarrow.csv as pacsv

    safe = lru_cache(4096)(safe_cell)
    plain = ("int", "uint", "float", "double", "bool")
    columns = []
    for column in table.columns:
        if pa.types.is_dictionary(column.type):
            column = column.cast("string")
        if not str(column.type).startswith(plain):
            texts = (
                None if v is None else safe(str(v)) for v in column.to_pylist()
            )
            column = pa.array(texts, pa.string())
        columns.append(column)
    with replacing(path) as temporary:
        pacsv.write_csv(
            pa.table(columns, [*map(safe_cell, table.column_names)]), temporary
        )


def put_csv(
    header: Iterable[object],
    rows: Iterable[Iterable[object]],
    stream: TextIO,
    delimiter: str = ",",
) -> None:
    """Write a header and rows as CSV to an open text stream, which stays open.

    Lines end in LF. Texts that a spreadsheet would run as formulas get an
    apostrophe in front; the header's do, too. `safe_cell` says which texts
    these are.

    Parameters
    ----------
    header : iterable of object
        Names of the columns.
    rows : iterable of iterable
        Cells of each row. None is an empty cell; NaN is written as nan.
    stream : text stream
        Open for writing, with ``newline=""``.
    delimiter : str
        One character that stands between cells.
    """
    out = csv.writer(stream, delimiter=delimiter, lineterminator="\n")
    # Numbers are safe, texts repeat.
    safe = lru_cache(4096)(safe_cell)
    out.writerow([safe(str(name)) for name in header])
    for row in rows:
        out.writerow(
            [safe(cell) if isinstance(cell, str) else cell for cell in row]
        )


_SEAL = re.compile(rb"<!-- magnetkit sha256 ([0-9a-f]{64}) -->\n")


def seal(page: str) -> str:
    """Return an HTML page with its own hash behind it, which `is_sealed` checks.

    The mark is a comment with the SHA-256 of `page` and a line end.
    """
    return f"{page}<!-- magnetkit sha256 {hashlib.sha256(page.encode()).hexdigest()} -->\n"


def is_sealed(file: Path) -> bool:
    """Say whether a file is a page of magnetkit that was not changed since it was written.

    False for a file without a seal (`has_seal`), and for one that cannot be read.
    """
    try:
        content = file.read_bytes()
    except OSError:
        return False
    return has_seal(content)


def has_seal(content: bytes) -> bool:
    """Say whether `content` is a page of magnetkit that was not changed since it was written.

    Such a page ends in a comment with the SHA-256 of what stands before it. Nothing may follow the
    comment but its line end.
    """
    start = content.rfind(b"<!-- magnetkit sha256 ")
    mark = _SEAL.fullmatch(content, start) if start >= 0 else None
    return (
        mark is not None
        and hashlib.sha256(content[:start]).hexdigest() == mark[1].decode()
    )
