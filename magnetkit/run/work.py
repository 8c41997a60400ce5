"""The unit of work: a piece of the candidates to a finished part, wherever it is done.

A part depends on its piece and the job alone, so that it has the same bytes in whatever thread,
process or machine it is made.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from ..columns import COLUMNS, ordered
from ..composition.blocks import Rejected
from ..prediction.properties import SURROGATE_FALLBACKS
from ..ranking.judged import Job, evaluate
from ..ranking.order import OUTPUT as RANKING
from .candidates import Chunk, Piece

if TYPE_CHECKING:
    import pandas as pd

_TEXT = pa.dictionary(pa.int32(), pa.string())
# Each candidate has its own; all other texts repeat.
_DISTINCT = ("candidate", "formula")


@dataclass(frozen=True)
class Part:
    """A finished piece.

    Attributes
    ----------
    rows : int
        Candidates judged.
    table : bytes
        Their judged properties as an Arrow file; empty where there are none.
    rejected : bytes
        Lines that could not be used, as an Arrow file; empty where there are none.
    lines : int
        How many those are.
    first : Rejected or None
        The first of them.
    models : mapping of str to str
        Property to the hash of the trained model that was asked for it.
    """

    rows: int
    table: bytes
    rejected: bytes
    lines: int
    first: Rejected | None
    models: Mapping[str, str] = field(default_factory=dict)


@lru_cache(maxsize=1)
def code_sha256() -> str:
    """Return a hash of the code that decides what the results are."""
    package = Path(__file__).resolve().parents[1]
    found = hashlib.sha256()
    for file in sorted(package.rglob("*.py")):
        name = file.relative_to(package)
        if name.parts[0] not in ("cli", "evaluation", "show"):
            found.update(name.as_posix().encode() + b"\0" + file.read_bytes())
    return found.hexdigest()


def finished(numbered: tuple[int, Piece], job: Job) -> tuple[int, Part]:
    """Read, evaluate and judge a piece; its number is passed on."""
    number, piece = numbered
    chunk = piece()
    rows, rejected = len(chunk.table), chunk.rejected
    table = table_of(chunk, job) if rows else None
    part = Part(
        rows,
        b"" if table is None else encode(table),
        encode(_rejected_table(rejected)) if rejected else b"",
        len(rejected),
        rejected[0] if rejected else None,
        {} if table is None else _models_of(table),
    )
    return number, part


def _models_of(table: pa.Table) -> dict[str, str]:
    """Return the models that were asked: the first of them for every row's domain."""
    from ..surrogates import load

    first, *others = SURROGATE_FALLBACKS
    asked = [
        target
        for target in others
        if pc.any(pc.equal(table[f"{target}_provenance"], "surrogate")).as_py()
    ]
    return {target: load(target).fingerprint for target in (first, *asked)}


def table_of(chunk: Chunk, job: Job) -> pa.Table:
    """Return the judged properties of a chunk, with the user's other columns."""
    table = _plain(evaluate(chunk.table, job, chunk.labels, chunk.shells))
    if chunk.extra is not None:
        for name in chunk.extra.column_names:
            own = name
            while own in table.column_names or own in RANKING:
                own = f"input_{own}"
            table = table.append_column(own, chunk.extra.column(name))
    return table.select(ordered(table.column_names))


def _plain(frame: "pd.DataFrame") -> pa.Table:
    """Give every chunk the same schema: one kind of dictionary, one kind of text."""
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    fields = []
    for entry in table.schema:
        kind = entry.type
        if entry.name in _DISTINCT:
            kind = pa.string()
        elif entry.name not in COLUMNS or COLUMNS[entry.name].kind in ("text", "category"):
            kind = _TEXT if not pa.types.is_floating(kind) else kind
        fields.append(pa.field(entry.name, kind))
    return table.cast(pa.schema(fields))


def rejected_lines(table: pa.Table) -> Iterator[Rejected]:
    """Yield the lines of a part's rejected table."""
    return (Rejected(**row) for row in table.to_pylist())


def _rejected_table(rejected: list[Rejected]) -> pa.Table:
    return pa.table(
        {
            "line": pa.array([r.line for r in rejected], pa.int64()),
            "text": pa.array([r.text for r in rejected], pa.string()),
            "reason": pa.array([r.reason for r in rejected], pa.string()),
        }
    )


def encode(table: pa.Table) -> bytes:
    """Write a table as an Arrow file."""
    sink = pa.BufferOutputStream()
    # One thread: the other chunks keep the rest busy.
    options = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)
    with pa.ipc.new_file(sink, table.schema, options=options) as out:
        out.write_table(table.combine_chunks())
    return sink.getvalue().to_pybytes()


def decode(source: bytes | pa.MemoryMappedFile, columns: list[str] | None = None) -> pa.Table:
    """Read a table, or some columns of it, from an Arrow file."""
    file = pa.ipc.open_file(source)
    if columns is None:
        return file.read_all()
    # The reader returns them in the order of the file.
    wanted = [file.schema.get_field_index(name) for name in columns]
    options = pa.ipc.IpcReadOptions(included_fields=wanted)
    return pa.ipc.open_file(source, options=options).read_all().select(columns)
