"""Candidates through every stage, ranked for a device."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from .. import __version__, datasets
from ..columns import ordered
from ..composition import CompositionTable, Substitutions, reading
from ..composition.notation import Basis
from ..errors import CompositionError, InputError
from ..units import parse_temperature
from . import folder as folders
from .candidates import (
    CHUNK_ROWS,
    Candidates,
    Chunk,
    FileCandidates,
    SpaceCandidates,
    TableCandidates,
)
from .evaluation import Job, evaluate, job_for
from .progress import Progress, reporting
from .ranking import needed_columns, rank
from .reading import Rejected
from .result import TOP_ROWS, ScreenResult

if TYPE_CHECKING:
    from ..applications.profile import Profile

VERSIONED = ("numpy", "numba", "pandas", "pyarrow", "scikit-learn")
"""Packages on whose version a figure may depend."""


def screen(
    candidates: Any = None,
    application: "str | Path | Profile" = "patriot-beam-focusing",
    temperature: float | str | None = None,
    scenario: str | None = None,
    *,
    recycled: dict[str, float] | None = None,
    basis: Basis = "auto",
    column: str | None = None,
    out: str | Path | None = None,
    resume: bool = False,
    strict: bool = False,
    chunk_rows: int = CHUNK_ROWS,
    progress: bool | Progress = False,
    **conditions: Any,
) -> ScreenResult:
    """Rank candidates for a device.

    Parameters
    ----------
    candidates : CompositionTable, Substitutions, frame, path, sequence of str, or None
        What to judge, a frame being one of pandas, polars or Arrow; None takes the substitution
        space of the device's profile.
    application : str, Path or Profile
        Name of a device, path of a profile, or a profile.
    temperature : float or str, optional
        Temperature of the table, and of the requirements that name none, K or a text such as
        ``"150C"``; the profile's otherwise.
    scenario : str, optional
        Supply scenario.
    recycled : dict of str to float, optional
        Share of an element that comes from recycling.
    basis : {"auto", "atomic", "weight"}
        What the amounts of a text are.
    column : str, optional
        Composition column of a table.
    out : path, optional
        Results folder to write.
    resume : bool
        Go on with the finished chunks in `out`.
    strict : bool
        Fail on the first candidate that cannot be read.
    chunk_rows : int
        Candidates a chunk.
    progress : bool or callable
        Show a progress bar on stderr, or call this with rows done and rows in all.
    **conditions
        ``process``, ``load_line`` or ``snapshot`` of `Conditions`.

    Returns
    -------
    ScreenResult

    Raises
    ------
    InputError
        If an argument cannot be used; with `strict`, `CompositionError` on a bad candidate.

    Examples
    --------
    >>> result = screen(["SmCo5", "Sm0.6Gd0.4Co5"], application="patriot-beam-focusing")
    >>> result.best(1)["candidate"].tolist()
    ['SmCo5']
    """
    from ..applications import Profile, load

    profile = application if isinstance(application, Profile) else load(application)
    kelvin = None if temperature is None else parse_temperature(temperature)
    job = job_for(profile, kelvin, scenario, recycled, **conditions)
    source = as_candidates(candidates, profile, basis, column)
    if out is None:
        store: _Store | folders.Folder = _Store()
    else:
        store = folders.Folder(Path(out), identity(source, job, chunk_rows), resume)
    with reporting(progress) as tell:
        done = _run(source, job, store, chunk_rows, strict, tell)
    if not done:
        _refuse_nothing(store)
    return _finish(store, job, identity(source, job, chunk_rows))


class _Store:
    """Finished chunks in memory, with the face of a results folder."""

    path = None
    finished = 0

    def __init__(self) -> None:
        self._tables: list[pa.Table] = []
        self._rejected: list[Rejected] = []

    def add(self, table: pa.Table | None, rejected: list[Rejected]) -> None:
        if table is not None:
            self._tables.append(table)
        self._rejected += rejected

    def tables(self, columns: list[str] | None = None) -> Iterator[pa.Table]:
        for table in self._tables:
            yield table if columns is None else table.select(columns)

    def rejected(self) -> Iterator[Rejected]:
        yield from self._rejected


def as_candidates(
    given: Any, profile: "Profile", basis: Basis = "auto", column: str | None = None
) -> Candidates:
    """Take candidates in any form `screen` accepts."""
    if given is None:
        return profile_space(profile)
    if isinstance(given, CompositionTable):
        return TableCandidates(given)
    if isinstance(given, Substitutions):
        return SpaceCandidates([given])
    if isinstance(given, (str, Path)):
        return FileCandidates(Path(given), column, basis)
    if hasattr(given, "__arrow_c_stream__") and hasattr(given, "columns"):
        # A pandas or polars frame, or an Arrow table.
        array, odd = reading.frame_column(given, column)
        table = reading.read(array, odd, basis)
        texts = array.to_pylist()
        return TableCandidates(table, [texts[row] for row in table.row_index])
    if hasattr(given, "chunks"):
        return given
    if isinstance(given, Sequence):
        texts = list(given)
        table = CompositionTable.from_strings(texts, basis=basis)
        return TableCandidates(table, [texts[row] for row in table.row_index])
    raise InputError(
        "candidates must be a CompositionTable, substitutions, a pandas or polars frame, an "
        f"Arrow table, a list of texts or the path of a table; got {type(given).__name__}"
    )


def profile_space(profile: "Profile") -> SpaceCandidates:
    """Return the default candidates of a device: its reference magnet, then its space."""
    from ..composition import substitutions

    if not profile.space:
        raise InputError(
            f"application {profile.name} has no substitution space; give a candidate table, or "
            "--host and --replace"
        )
    leading = [(profile.reference.formula, profile.reference.shell or "")]
    spaces = []
    for part in profile.space:
        spaces.append(substitutions(part.formula, part.replace, step=part.step, limits=part.limits))
        leading += [(part.formula, shell) for shell in part.shell]
    return SpaceCandidates(spaces, leading)


def identity(source: Candidates, job: Job, chunk_rows: int) -> dict[str, Any]:
    """Return what the results depend on, for the manifest and for resuming."""
    from importlib.metadata import version

    conditions = job.conditions
    return {
        "magnetkit": __version__,
        "candidates": dict(source.describe()),
        "application": job.profile.model_dump(mode="json"),
        "temperature_K": job.temperature,
        "scenario": conditions.scenario,
        "recycled": conditions.recycled,
        "process": conditions.process,
        "phases": None if conditions.snapshot is None else str(conditions.snapshot),
        "chunk_rows": chunk_rows,
        "data": {name: entry["sha256"] for name, entry in datasets.registry()["files"].items()},
        "versions": {package: version(package) for package in VERSIONED},
    }


def _run(
    source: Candidates, job: Job, store: Any, chunk_rows: int, strict: bool, tell: Progress
) -> int:
    total = source.count()
    done = 0
    for number, chunk in enumerate(source.chunks(chunk_rows)):
        if strict and chunk.rejected:
            first = chunk.rejected[0]
            raise CompositionError(f"line {first.line}: {first.reason}", first.text)
        if number >= store.finished:
            store.add(_table_of(chunk, job) if len(chunk.table) else None, chunk.rejected)
        done += len(chunk.table)
        tell(done, total)
    return done


def _refuse_nothing(store: Any) -> None:
    """Say why there is nothing to rank; what was rejected is still written."""
    rejected = list(store.rejected())
    if not rejected:
        raise InputError("there is no candidate; give at least one composition")
    if store.path is not None:
        _write_rejected(store.path, rejected)
    first = rejected[0]
    raise InputError(
        f"no candidate could be read; the first of {len(rejected)}, line {first.line} "
        f"({first.text!r}): {first.reason}"
    )


def _write_rejected(path: Path, rejected: list[Rejected]) -> None:
    rows = ((r.line, r.text, r.reason) for r in rejected)
    folders.write_csv(("line", "text", "reason"), rows, path / folders.REJECTED)


def _table_of(chunk: Chunk, job: Job) -> pa.Table:
    frame = evaluate(chunk.table, job, chunk.labels, chunk.shells)
    table = pa.Table.from_pandas(frame, preserve_index=False)
    if chunk.extra is not None:
        for name in chunk.extra.column_names:
            own = f"input_{name}" if name in table.column_names else name
            table = table.append_column(own, chunk.extra.column(name))
    return _plain(table)


def _plain(table: pa.Table) -> pa.Table:
    """Give every chunk the same schema: one kind of dictionary, one kind of text."""
    text = pa.dictionary(pa.int32(), pa.string())
    fields = []
    for entry in table.schema:
        kind = entry.type
        if pa.types.is_dictionary(kind):
            kind = text
        elif pa.types.is_large_string(kind):
            kind = pa.string()
        fields.append(pa.field(entry.name, kind))
    return table.cast(pa.schema(fields))


def _finish(store: Any, job: Job, identified: dict[str, Any]) -> ScreenResult:
    """Rank over all chunks, and write the files of the contract if there is a folder."""
    objectives = job.profile.objectives
    judged = pa.concat_tables(store.tables(needed_columns(objectives))).to_pandas()
    ranked = pa.Table.from_pandas(rank(judged, objectives, job.threshold), preserve_index=False)
    summary = {
        "candidates": len(judged),
        "meet_requirements": int(pa.compute.sum(ranked["meets_requirements"]).as_py() or 0),
        "rejected": sum(1 for _ in store.rejected()),
    }
    rejected = list(store.rejected())
    if store.path is None:
        data = pa.concat_tables(_with_ranks(store.tables(), ranked))
        manifest = {"identity": identified, "summary": summary}
        return ScreenResult(data, job.profile, manifest, rejected)
    path: Path = store.path
    schema = next(_with_ranks(store.tables(), ranked)).schema
    folders.write_parquet(_with_ranks(store.tables(), ranked), schema, path / folders.RANKED)
    data = pa.parquet.read_table(path / folders.RANKED, memory_map=True)
    best = data.take(pa.compute.sort_indices(data["rank"])[:TOP_ROWS])
    folders.write_csv(
        best.column_names,
        zip(*(c.to_pylist() for c in best.columns), strict=True),
        path / folders.RANKED_CSV,
    )
    _write_rejected(path, rejected)
    store.finish(summary)
    return ScreenResult(data, job.profile, folders.read_manifest(path), rejected)


def _with_ranks(tables: Iterator[pa.Table], ranked: pa.Table) -> Iterator[pa.Table]:
    """Yield the chunks with the columns of the ranking, in the registry's order."""
    start = 0
    for table in tables:
        part = ranked.slice(start, len(table))
        start += len(table)
        for name in part.column_names:
            table = table.append_column(name, part.column(name))
        yield table.select(ordered(table.column_names))
