"""The unit of work: a piece of the candidates to a finished part, wherever it is done.

A part depends on its piece and the job alone, so that it has the same bytes in whatever thread,
process or machine it is made. What else it depends on, data, models, code and packages, is named by
the bytes that are read (`dependencies`), so that a process on another machine, or a later run, can
tell whether it would answer the same.
"""

import hashlib
import io
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .._core import datasets
from .._core._files import whole
from .._core._version import __version__
from .._core.columns import ordered
from .._core.errors import StoreError
from .._core.settings import get_settings
from ..composition._files import Rejected
from ..prediction._stages import ENERGY
from ..ranking._job import Job, evaluate
from ..ranking._order import OUTPUT as RANKING
from ..ranking._order import Judged, Rule
from ..ranking._staged import Left, Sieve, Tally, needed_for, sift
from ..surrogates._measured import TARGET
from ..surrogates._store import syntax_sha256
from ._candidates import CHUNK_ROWS, Chunk, Piece, batches
from ._files import Place, digest_of

_TEXT = pa.dictionary(pa.int32(), pa.string())
# Each candidate has its own; all other texts repeat.
_DISTINCT = ("candidate", "formula")

VERSIONED = ("numba", "numpy", "pandas", "pyarrow", "scikit-learn", "scipy")
"""Packages on whose version a figure may depend."""

# Rooms that no judged candidate depends on; whatever is not named here may decide.
APART = ("cli", "curves", "diffusion", "explorer", "replacement", "show")


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
    judged : Judged or None
        What the ranking needs of them.
    tally : mapping
        What a sieve counted over them.
    files : mapping of str to str
        Names and SHA-256 of what the worker has written itself; `table` and `rejected` are then
        empty.
    """

    rows: int
    table: bytes
    rejected: bytes
    lines: int
    first: Rejected | None
    models: Mapping[str, str] = field(default_factory=dict)
    judged: Judged | None = None
    tally: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)


Work = Callable[[tuple[int, Piece]], tuple[int, Part]]
"""Makes the part of a numbered piece."""


@lru_cache(maxsize=1)
def code_sha256() -> str:
    """Return a hash of the syntax of the modules that decide an answer."""
    package = Path(__file__).resolve().parents[1]
    whole_package = sorted(package.rglob("*.py"))
    files = [file for file in whole_package if file.relative_to(package).parts[0] not in APART]
    written = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    # To parse all these takes most of a second: once for each state of the files.
    note = get_settings().cache_dir / "syntax" / f"{sys.implementation.cache_tag}-{written}"
    with suppress(OSError, ValueError):
        if re.fullmatch(r"[0-9a-f]{64}", known := note.read_text()):
            return known
    found = syntax_sha256(files)
    with suppress(OSError):
        note.parent.mkdir(parents=True, exist_ok=True)
        with whole(note) as work:
            work.write_text(found)
    return found


def finished(numbered: tuple[int, Piece], job: Job, rule: Rule) -> tuple[int, Part]:
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
        {} if table is None else _models_of(table, job),
        None if table is None else rule.judge(table),
    )
    return number, part


def sieved(
    numbered: tuple[int, Piece], job: Job, rule: Rule, sieve: Sieve, keep: int
) -> tuple[int, Part]:
    """Read a piece and leave out what cannot be among the first `keep`.

    The table of the part has, of each candidate that is left, its number within the piece
    (``row``), whether it ``meets`` the requirements, and what it is ordered ``by``: its loss or
    margin, then its ``key``.
    """
    number, piece = numbered
    rows, tally = 0, Tally()
    left: list[pa.Table] = []
    rejected: list[Rejected] = []
    for chunk in batches(piece, CHUNK_ROWS):
        rejected += chunk.rejected
        if len(chunk.table):
            found, counted = sift(chunk.table, chunk.shells, job, rule, sieve)
            tally.add(counted)
            left.append(_left_table(found, rows))
            rows += len(chunk.table)
    table = leading(pa.concat_tables(left), needed_for(keep)) if left else None
    part = Part(
        rows,
        b"" if table is None else encode(table),
        encode(_rejected_table(rejected)) if rejected else b"",
        len(rejected),
        rejected[0] if rejected else None,
        tally=tally.plain(),
    )
    return number, part


def _left_table(left: Left, start: int) -> pa.Table:
    judged = left.judged
    by = judged.margin.copy()
    by[judged.meets] = judged.loss
    columns = {"row": left.rows + start, "meets": judged.meets, "by": by, "key": judged.keys}
    return pa.table(columns)


def leading(table: pa.Table, count: int) -> pa.Table:
    """Return the first rows of what `sieved` left, in the order in which they stood."""
    if len(table) <= count:
        return table
    columns = (table[name].to_numpy() for name in ("key", "by", "meets"))
    keys, by, meets = columns
    return table.take(pa.array(np.sort(np.lexsort((keys, by, ~meets))[:count])))


def written(numbered: tuple[int, Piece], work: Work, place: Place, phase: str) -> tuple[int, Part]:
    """Do some work, and leave what it made in a place that all workers reach.

    Done twice, by a worker that was given up and another, it is the same file.
    """
    number, part = work(numbered)
    return number, put_part(number, part, place, phase)


def put_part(number: int, part: Part, place: Place, phase: str) -> Part:
    """Write the files of a part, unless that is done; return what is left of it."""
    files = dict(part.files)
    for suffix, content in (("arrow", part.table), ("rejected.arrow", part.rejected)):
        if content:
            name = file_name(phase, number, suffix)
            place.put(name, content)
            files[name] = digest_of(content)
    return replace(part, table=b"", rejected=b"", files=files)


def file_name(phase: str, number: int, suffix: str) -> str:
    """Return the name of a chunk's file."""
    return f"{phase}-{number:06d}.{suffix}"


def recovered(number: int, piece: Piece, digest: str, work: Work, place: Place) -> pa.Table:
    """Read a chunk that a worker has written; make it again where it is lost or damaged.

    Raises
    ------
    StoreError
        If what is made now is not what was written.
    """
    name = file_name("chunk", number, "arrow")
    try:
        content = place.get(name)
    except OSError:
        content = b""
    if digest_of(content) != digest:
        content = work((number, piece))[1].table
        if digest_of(content) != digest:
            raise StoreError(f"{place.name_of(name)} is lost and cannot be made again; screen anew")
        place.put(name, content)
    return decode(content)


def _models_of(table: pa.Table, job: Job) -> dict[str, str]:
    """Return the models that were asked: that of T_C by every row, that of the energy by some."""
    from ..surrogates import _curie_training, energy

    curie = _curie_training.load(job.conditions.data, job.conditions.add)
    found = {TARGET: curie.fingerprint}
    if pc.any(pc.equal(table[f"{ENERGY}_provenance"], "surrogate")).as_py():
        found[ENERGY] = energy.load().fingerprint
    return found


def table_of(chunk: Chunk, job: Job) -> pa.Table:
    """Return the judged properties of a chunk, with the user's other columns."""
    table = _plain(evaluate(chunk.table, job, chunk.labels, chunk.shells).arrow())
    if chunk.extra is not None:
        for name in chunk.extra.column_names:
            own = name
            while own in table.column_names or own in RANKING:
                own = f"input_{own}"
            table = table.append_column(own, chunk.extra.column(name))
    return table.select(ordered(table.column_names))


def _plain(table: pa.Table) -> pa.Table:
    """Give every chunk the same schema: texts that repeat as dictionaries."""
    for place, entry in enumerate(table.schema):
        if pa.types.is_string(entry.type) and entry.name not in _DISTINCT:
            table = table.set_column(place, entry.name, table.column(place).cast(_TEXT))
    return table


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
    # Arrow's own stream takes new pages each time it grows.
    sink = io.BytesIO()
    # One thread: the other chunks keep the rest busy.
    options = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)
    with pa.ipc.new_file(sink, table.schema, options=options) as out:
        out.write_table(table.combine_chunks())
    return sink.getvalue()


def decode(source: bytes | pa.MemoryMappedFile, columns: list[str] | None = None) -> pa.Table:
    """Read a table, or some columns of it, from an Arrow file."""
    file = pa.ipc.open_file(source)
    if columns is None:
        return file.read_all()
    # The reader returns them in the order of the file.
    wanted = [file.schema.get_field_index(name) for name in columns]
    options = pa.ipc.IpcReadOptions(included_fields=wanted)
    return pa.ipc.open_file(source, options=options).read_all().select(columns)


def dependencies(job: Job) -> dict[str, Any]:
    """Return what the answers to a job depend on in this process, as JSON values.

    Parameters
    ----------
    job : Job
        Says which scenario and which phases are read.

    Returns
    -------
    dict
        Version and syntax of the code; hashes of the embedded tables, of the phases and of the
        model that every row asks; the supply scenario in full; settings; versions of packages.

    Raises
    ------
    DataError
        If an embedded table was changed after this process had read it.
    """
    from ..phases.snapshot import open_snapshot
    from ..supply.scenario import load_scenario
    from ..surrogates._curie_training import load

    datasets.refuse_changed()
    conditions = job.conditions
    # The model of T_C is asked of every row; that of the formation energy where the phase data
    # have no answer, and then named by the part (`work.Part`).
    curie = load(conditions.data, conditions.add)
    return {
        "magnetkit": __version__,
        "code": code_sha256(),
        "data": datasets.digests(),
        "model": {TARGET: curie.fingerprint},
        "phases_files": dict(open_snapshot(conditions.snapshot).manifest.get("files", {})),
        "scenario_content": load_scenario(conditions.scenario).model_dump(mode="json"),
        "settings": {"heavy_rare_earths": list(get_settings().heavy_rare_earths)},
        "versions": _versions(),
    }


@lru_cache(maxsize=1)
def _versions() -> dict[str, str]:
    return {package: version(package) for package in VERSIONED}


def differences(before: Any, now: Any, name: str = "") -> Iterator[str]:
    """Yield in what two JSON values differ, by name."""
    if isinstance(before, dict) and isinstance(now, dict):
        for key in sorted(set(before) | set(now)):
            yield from differences(before.get(key), now.get(key), f"{name} {key}".strip())
    elif before != now:
        there, here = (_short(value) for value in (before, now))
        yield f"{name} {there} there, {here} here".strip()


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else f"{text[:12]}..."
