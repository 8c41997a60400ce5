"""The unit of work of a screening: a piece of the candidates becomes a finished part.

A part depends on its piece and the job alone: it has the same bytes whatever thread, process or
machine makes it. Data, models, code and packages that it depends on besides are named by hashes
(`dependencies`), by which another machine, or a later run, finds whether it would answer the same.
"""

import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .._core import datasets
from .._core._columnar import Columns
from .._core._version import __version__
from .._core.columns import COLUMNS, order_columns
from .._core.errors import StoreError
from .._core.settings import get_settings
from ..alloy._blocks import Rejected
from ..choose._decisions import BEST, Choices, choices
from ..choose._evaluate import (
    Bound,
    Evaluated,
    Tally,
    count_leading_rows,
    evaluate,
)
from ..choose._job import Job
from ..choose._order import COPIES, OUTPUT, Keys
from ..magnetism._stages import ENERGY
from ..surrogates._measured import TARGET
from ..surrogates._store import syntax_sha256
from ._candidates import CHUNK_ROWS, Chunk, Piece, batches
from ._files import Place, file_digest

_TEXT = pa.dictionary(pa.int32(), pa.string())
# Each candidate has its own; all other texts repeat.
_DISTINCT = ("candidate", "formula")

_VERSIONED = ("numba", "numpy", "pandas", "pyarrow", "scikit-learn", "scipy")
"""Packages on whose version a figure may depend."""

GIVEN = "given: "
"""Before the name of a result column: an input's column that takes its place."""

GIVEN_RANK = f"{GIVEN}rank"
"""An input's column whose numbers are the ranks."""

# Rooms on which no evaluated candidate depends; whatever is not named here may decide.
APART = ("cli", "curves", "diffusion", "report")


@dataclass(frozen=True)
class Part:
    """A finished piece."""

    rows: int  # candidates evaluated
    table: (
        bytes  # their properties as an Arrow file; empty where there are none
    )
    rejected: bytes  # lines that could not be used, as an Arrow file; empty where there are none
    lines: int  # how many those are
    first: Rejected | None  # the first of them
    # property to hash of the model that predicted it
    models: Mapping[str, str] = field(default_factory=dict)
    keys: Keys | None = None  # what the ranking needs of them
    choices: Choices | None = None  # the best of each decision among them
    # counts over them, of a pass with a bound
    tally: Mapping[str, Any] = field(default_factory=dict)
    # names and SHA-256 of files that the worker wrote; `table`, `rejected` are then empty
    files: Mapping[str, str] = field(default_factory=dict)


Work = Callable[[tuple[int, Piece]], tuple[int, Part]]
"""Makes the part of a numbered piece."""


@lru_cache(maxsize=1)
def code_sha256() -> str:
    """Return a hash of the syntax of all modules that can change an answer.

    Comments, docstrings and layout do not count, nor do the rooms of `APART`.
    It is computed once a process.

    It is a hexadecimal SHA-256.
    """
    package = Path(__file__).resolve().parents[1]
    whole = sorted(package.rglob("*.py"))
    return syntax_sha256(
        f for f in whole if f.relative_to(package).parts[0] not in APART
    )


def evaluate_piece(
    numbered: tuple[int, Piece], job: Job, want: Sequence[str] | None = None
) -> tuple[int, Part]:
    """Read and evaluate one piece.

    Parameters
    ----------
    numbered : tuple of int and Piece
        Number of the piece, passed on, and the piece, a callable that takes
        nothing and returns a `Chunk` of candidates.
    job : Job
        What it is evaluated for.
    want : sequence of str, optional
        Columns of results wanted, as of `magnetkit.columns`, among them all
        that the ranking reads (`columns_read`; KeyError otherwise). Without it
        all columns.

    Returns
    -------
    number : int
    part : Part
        ``rows`` (number of candidates), ``table`` and ``rejected`` (Arrow
        files as bytes), ``lines`` (number of rejected lines), ``first`` (the
        first of them, a `Rejected`, or None), ``models`` (fingerprint by
        target), ``keys`` (a `Keys`) and ``choices`` (a `Choices`). Without
        candidates ``table`` is empty bytes, ``models`` empty, and ``keys`` and
        ``choices`` are None.
    """
    number, piece = numbered
    chunk = piece()
    table = chunk_table(chunk, job, want) if len(chunk.table) else None
    part = _part(len(chunk.table), table, chunk.rejected)
    if table is None:
        return number, part
    trial_keys = job.rule.near(table)
    keys = trial_keys.at(job.threshold)
    best = choices(table, job.rule, trial_keys)
    return number, replace(
        part, models=_load_models(table, job), keys=keys, choices=best
    )


def _part(rows: int, table: pa.Table | None, rejected: list[Rejected]) -> Part:
    """Build the part of a piece without keys: table and rejected lines become Arrow files.

    `rows` counts the candidates evaluated, which the table need not hold. Empty
    bytes stand for no table (None) and for no `rejected` lines.

    The rejected lines become a table of ``line``, ``text`` and ``reason``;
    ``lines`` counts them and ``first`` is the first, or None. The rest of the
    `Part` is empty: ``models``, ``tally`` and ``files`` are empty mappings,
    ``keys`` and ``choices`` None.
    """
    content = b""
    if table is not None:
        content = encode(table)
    if not rejected:
        return Part(rows, content, rejected=b"", lines=0, first=None)
    refusals = encode(pa.Table.from_pylist(list(map(asdict, rejected))))
    return Part(rows, content, refusals, len(rejected), rejected[0])


def evaluate_best(
    numbered: tuple[int, Piece], job: Job, bound: Bound, keep: int
) -> tuple[int, Part]:
    """Read one piece and evaluate what can lie within a bound, as far as the first `keep` need it.

    Parameters
    ----------
    numbered : tuple of int and Piece
        Number of the piece, passed on, and the piece, a callable that takes
        nothing and returns a `Chunk` of candidates.
    job : Job
        What candidates are evaluated for, each by its route.
    bound : Bound
        Candidates beyond it are dropped.
    keep : int
        Number of best candidates that are wanted in all.

    Returns
    -------
    number : int
    part : Part
        Its table has these columns of the leading candidates within the bound,
        in the order of the piece:
        the number in the piece from 0 (``row``), whether it ``meets`` the
        requirements, its ``decision``, the loss or margin that it is ordered
        ``by``, its ``hash``, and the ``loss`` of those that meet or are worth a
        trial (infinite for others). ``table`` and ``rejected`` are bytes that
        `decode` reads. ``tally`` is a dict of the counts of `Tally` over all
        candidates: ``stages``, ``ended``, ``copies`` and ``status``.
        The table is empty bytes if none lies within the bound; ``keys`` and
        ``choices`` are None.
    """
    number, piece = numbered
    rows = 0
    tally = Tally()
    tables_to_write: list[pa.Table] = []
    bad_rows: list[Rejected] = []
    # What is left of a few chunks is evaluated in full together.
    for chunk in batches(piece, 4 * CHUNK_ROWS):
        bad_rows += chunk.rejected
        if len(chunk.table):
            route_job = job.by(chunk.route)
            evaluation = evaluate(
                chunk.table, chunk.shells, route_job, bound, job.rule.columns()
            )
            tally.add(evaluation.tally)
            if evaluation.keys is not None and evaluation.near is not None:
                tables_to_write.append(
                    _key_table(
                        rows, evaluation, evaluation.keys, evaluation.near
                    )
                )
            rows += len(chunk.table)
    table = (
        leading(pa.concat_tables(tables_to_write), count_leading_rows(keep))
        if tables_to_write
        else None
    )
    return number, replace(_part(rows, table, bad_rows), tally=tally.plain())


def _key_table(
    start: int, found: Evaluated, keys: Keys, near: Keys
) -> pa.Table:
    """Build the table of `evaluate_best` from evaluated candidates and their keys.

    The columns are ``row`` (number in the piece), ``meets``, ``by`` (loss of
    those that meet, margin of others), ``loss`` (infinite for what is not worth
    a trial), ``decision`` and ``hash``, uint64.

    Parameters
    ----------
    start : int
        Number in the piece of the first candidate that was evaluated.
    found : Evaluated
        ``rows``, numbers of k candidates from there, and
        ``columns["decision"]``, theirs.
    keys, near : Keys
        Theirs, k rows: ``meets``, bool (k,), ``loss`` of those alone that
        meet, in their order, ``margin``, (k,), the negative of
        ``performance_margin``, and ``hashes``, uint64 (k,). In `near` what is
        worth a trial counts as meeting.
    """
    by = keys.margin.copy()
    loss = np.full(len(keys.meets), np.inf)
    by[keys.meets] = keys.loss
    loss[near.meets] = near.loss
    decision = found.columns["decision"]
    key_columns = Columns(
        row=found.rows + start,
        meets=keys.meets,
        by=by,
        loss=loss,
        decision=decision,
    )
    return key_columns.arrow().append_column("hash", pa.array(keys.hashes))


def leading(table: pa.Table, count: int) -> pa.Table:
    """Return the first `count` rows of tables of `evaluate_best`, and the best of each decision.

    First are those that meet, then by the least ``by``. Of each decision up to
    `BEST`, 200, that meet, and as many that do not, are added, by ``loss``, if
    that is finite. Rows stay in their order. A table of no more than `count`
    rows is returned as it is. It must have ``hash`` (which breaks ties),
    ``by``, ``loss``, ``meets`` (bool) and ``decision``, a dictionary of texts.
    """
    if len(table) <= count:
        return table
    table = table.unify_dictionaries()
    hashes, by, loss, meets = (
        table[n].to_numpy() for n in ("hash", "by", "loss", "meets")
    )
    first = np.lexsort((hashes, by, ~meets))[:count]
    group = (
        2
        * table["decision"]
        .combine_chunks()
        .indices.to_numpy()
        .astype(np.int64)
        + ~meets
    )
    order = np.lexsort((hashes, loss, group))
    place = np.arange(len(order)) - np.searchsorted(group[order], group[order])
    best = order[(place < BEST) & np.isfinite(loss[order])]
    return table.take(pa.array(np.union1d(first, best)))


def write_piece(
    numbered: tuple[int, Piece], work: Work, place: Place, phase: str
) -> tuple[int, Part]:
    """Do some work on a piece and write its part into a place that all workers reach.

    Where two workers do the same, both write the same file.

    Parameters
    ----------
    numbered : tuple of (int, Piece)
        Number, from 0, and piece: a callable that takes nothing and returns a
        `Chunk`.
    work : callable
        Takes `numbered`, returns the number and a `Part`.
    place : Place
        Where the files go.
    phase : str
        Phase of the screening, such as "chunk": a file is called
        ``chunk-000012.arrow`` for number 12.

    Returns
    -------
    number : int
    part : Part
        With ``files``, SHA-256 by name, in place of ``table`` and ``rejected``,
        which are empty bytes. Rejected lines go to
        ``chunk-000012.rejected.arrow``.
    """
    number, part = work(numbered)
    return number, put_part(number, part, place, phase)


def put_part(number: int, part: Part, place: Place, phase: str) -> Part:
    """Write the files of a part into a place; return the part with their hashes and without content.

    They are called ``chunk-000012.arrow`` and ``chunk-000012.rejected.arrow``
    for the `phase` "chunk" and the `number` 12. ``files`` of the result maps
    names to SHA-256, those of before included, and ``table`` and ``rejected``
    are empty bytes; `part` is not changed. Its ``table`` and ``rejected``,
    Arrow files as bytes, are written unless empty, and replace files of these
    names. InputError if a file cannot be written.
    """
    files = dict(part.files)
    for suffix, content in (
        ("arrow", part.table),
        ("rejected.arrow", part.rejected),
    ):
        if content:
            name = file_name(phase, number, suffix)
            place.put(name, content)
            files[name] = file_digest(content)
    return replace(part, table=b"", rejected=b"", files=files)


def file_name(phase: str, number: int, suffix: str) -> str:
    """Return the name of a chunk's file."""
    return f"{phase}-{number:06d}.{suffix}"


def recover_chunk(
    number: int, piece: Piece, digest: str, work: Work, place: Place
) -> pa.Table:
    """Read the table of a chunk that a worker wrote; make and write it again if damaged or missing.

    Parameters
    ----------
    number : int
        Number of the chunk, from 0.
    piece : Piece
        Its candidates: a callable that takes nothing and returns a `Chunk`. It
        is passed on to `work`.
    digest : str
        SHA-256 of its file, hexadecimal. The file is that of the phase "chunk".
    work : callable
        Takes one argument, the tuple (number, piece); returns the number and a
        `Part` with its ``table``.
    place : Place
        Folder of the parts, where the file is.

    Returns
    -------
    pyarrow.Table
        All columns and rows of the chunk.

    Raises
    ------
    StoreError
        If the file made anew has another SHA-256 too.
    """
    name = file_name("chunk", number, "arrow")
    try:
        content = place.get(name)
    except OSError:
        content = b""
    if file_digest(content) != digest:
        content = work((number, piece))[1].table
        if file_digest(content) != digest:
            raise StoreError(
                f"{place.path_text(name)} is lost and cannot be made again; screen anew"
            )
        place.put(name, content)
    return decode(content)


def _load_models(table: pa.Table, job: Job) -> dict[str, str]:
    """Load the models that `table` was predicted with, and return their fingerprints by target.

    These are the model of the Curie temperature, by the data of `job`, with
    the key "curie_temperature_K", and, if any row of the column
    ``formation_energy_eV_atom_provenance`` of `table` is "surrogate", that of
    the formation energy, with the key "formation_energy_eV_atom". A model that
    is not in the cache is trained.
    """
    from ..surrogates import _curie_training, energy

    fingerprints = {
        TARGET: _curie_training.load(
            job.conditions.data, job.conditions.add
        ).fingerprint
    }
    made_by = f"{ENERGY}_provenance"
    if (
        made_by in table.column_names
        and pc.any(pc.equal(table[made_by], "surrogate")).as_py()
    ):
        fingerprints[ENERGY] = energy.load().fingerprint
    return fingerprints


def chunk_table(
    chunk: Chunk, job: Job, want: Sequence[str] | None = None
) -> pa.Table:
    """Evaluate a chunk for a job, by its route, and return its table, in the registry's order of columns.

    Of `chunk` its ``table``, ``labels``, ``shells``, ``extra`` and ``route``
    are used. `want` names the columns, all otherwise, KeyError for an unknown
    one; ``candidate`` (as written) and ``row_index`` (number over the whole
    input, from 0) are always there. The user's other columns (``chunk.extra``)
    are added; one whose name is taken gets the prefix ``input_``. One whose
    name begins with `GIVEN`, "given: ", takes the place of the result column
    of that name if the table has it, its values and unit as they are, and is
    added under that name otherwise; "given: rank" keeps its name.

    Rejected lines of the chunk are not in the table. `chunk` is not changed.
    """
    all_columns = evaluate(
        chunk.table, chunk.shells, job.by(chunk.route), want=want
    ).columns
    all_columns |= zip(
        _OWN, (chunk.labels, chunk.table.row_index), strict=True
    )
    if want is not None:
        all_columns = Columns(
            (name, all_columns[name]) for name in (*_OWN, *want)
        )
    table = _unify_schema(all_columns.arrow())
    if chunk.extra is not None:
        for name in chunk.extra.column_names:
            own_name = name.removeprefix(GIVEN)
            own_column = chunk.extra.column(name)
            if name == GIVEN_RANK:
                table = table.append_column(name, own_column.cast(pa.int64()))
                continue
            if own_name != name and own_name in table.column_names:
                place = table.schema.get_field_index(own_name)
                kind = table.schema.field(place).type
                table = table.set_column(
                    place, own_name, own_column.cast(kind)
                )
                continue
            names_in_use = {*table.column_names, *OUTPUT, COPIES, *COLUMNS}
            while own_name in names_in_use:
                own_name = f"input_{own_name}"
            table = table.append_column(own_name, own_column)
    return table.select(order_columns(table.column_names))


_OWN = ("candidate", "row_index")


def _unify_schema(table: pa.Table) -> pa.Table:
    """Return a new table with the schema that all chunks share: texts that repeat as dictionaries.

    Every column of texts becomes a dictionary, but for ``candidate`` and
    ``formula``, which stay plain texts. Columns of other types stay as they
    are, missing texts stay null.
    """
    for place, entry in enumerate(table.schema):
        if pa.types.is_string(entry.type) and entry.name not in _DISTINCT:
            table = table.set_column(
                place, entry.name, table.column(place).cast(_TEXT)
            )
    return table


def rejected_lines(table: pa.Table) -> Iterator[Rejected]:
    """Yield the lines of a part's rejected table, a `Rejected` a row."""
    return (Rejected(**row) for row in table.to_pylist())


def encode(table: pa.Table) -> bytes:
    """Return a table as the bytes of an Arrow file, compressed.

    Compression is LZ4. The same table gives the same bytes on every machine;
    `decode` reads them.
    """
    # Arrow's own stream takes new pages each time it grows.
    sink = io.BytesIO()
    # One thread: the other chunks keep the rest busy.
    options = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)
    with pa.ipc.new_file(sink, table.schema, options=options) as out:
        out.write_table(table.combine_chunks())
    return sink.getvalue()


def decode(
    source: bytes | pa.MemoryMappedFile, columns: list[str] | None = None
) -> pa.Table:
    """Read a table, or some columns of it in the given order, from an Arrow file in memory.

    `source` is what `encode` returned, or a file that is mapped into memory.
    `columns` are names that must be in it; None are all. ArrowInvalid if it is
    damaged or empty, or has no such column.
    """
    file = pa.ipc.open_file(source)
    if columns is None:
        return file.read_all()
    # The reader returns them in the order of the file.
    field_numbers = [file.schema.get_field_index(name) for name in columns]
    options = pa.ipc.IpcReadOptions(included_fields=field_numbers)
    return pa.ipc.open_file(source, options=options).read_all().select(columns)


def dependencies(job: Job) -> dict[str, Any]:
    """Return everything that answers to `job` depend on in this process, as JSON values.

    Hashes and fingerprints are hexadecimal texts. The keys are ``magnetkit``
    (version), ``code`` (hash of its syntax),
    ``data`` (hash by embedded table), ``model`` (fingerprint of that of
    "curie_temperature_K", which is trained if it is not cached),
    ``phases_files`` (hash by file of the phases), ``scenario_content`` (the
    supply scenario in full), ``settings`` (``heavy_rare_earths``) and
    ``versions`` (by package). Of `job` only the conditions count. DataError if
    an embedded table was changed after this process had read it.
    """
    from ..phases.snapshot import open_snapshot
    from ..supply.scenario import load_scenario
    from ..surrogates._curie_training import load

    datasets.check_for_changes()
    conditions = job.conditions
    # Every row needs this model; that of the formation energy, needed where the phase data have no
    # answer, is then named by the part (`Part.models`).
    curie = load(conditions.data, conditions.add)
    return {
        "magnetkit": __version__,
        "code": code_sha256(),
        "data": datasets.digests(),
        "model": {TARGET: curie.fingerprint},
        "phases_files": dict(
            open_snapshot(conditions.snapshot).manifest.get("files", {})
        ),
        "scenario_content": load_scenario(conditions.scenario).model_dump(
            mode="json"
        ),
        "settings": {
            "heavy_rare_earths": list(get_settings().heavy_rare_earths)
        },
        "versions": _versions(),
    }


@lru_cache(maxsize=1)
def _versions() -> dict[str, str]:
    return {package: version(package) for package in _VERSIONED}


def differences(before: Any, now: Any, name: str = "") -> Iterator[str]:
    """Yield a text for each value in which two JSON values differ, such as "version 1 there, 2 here".

    `before` is the value "there", `now` that "here"; `name` is the path of
    keys that leads to both, separated by blanks. Dicts are compared key by
    key, a missing key as null; lists are compared as a whole. Keys go by the
    alphabet, values are written as JSON; one longer than 40 characters is cut
    to 12 and gets "...".

    >>> list(differences({"a": {"b": 1}}, {"a": {"b": 2}}))
    ['a b 1 there, 2 here']
    """
    if isinstance(before, dict) and isinstance(now, dict):
        for key in sorted(set(before) | set(now)):
            yield from differences(
                before.get(key), now.get(key), f"{name} {key}".strip()
            )
    elif before != now:
        texts = (
            json.dumps(value, ensure_ascii=False) for value in (before, now)
        )
        other_text, own_text = (
            t if len(t) <= 40 else f"{t[:12]}..." for t in texts
        )
        yield f"{name} {other_text} there, {own_text} here".strip()
