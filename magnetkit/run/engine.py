"""Candidates through every stage, ranked for a device."""

import operator
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from ..arguments import named
from ..columns import ordered
from ..composition.blocks import Rejected
from ..composition.notation import Basis
from ..errors import CompositionError, InputError
from ..files import write_csv, write_parquet
from ..ranking.draws import scales
from ..ranking.judged import Job, evaluate, identity_of, job_for
from ..ranking.order import Ranking, needed_columns, rank
from ..ranking.regret import by_regret
from ..units import parse_temperature
from . import manifest as folders
from .candidates import CHUNK_ROWS, Candidates, Piece, as_candidates
from .cluster import opened
from .dependencies import dependencies
from .folder import Folder
from .pool import Pool, in_order
from .progress import Progress, reporting
from .result import TOP_ROWS, Ranked
from .work import Part, decode, finished, rejected_lines

if TYPE_CHECKING:
    from ..applications.profile import Profile
    from ..magnetism.process import Process


@named
def screen(
    compositions: Any = None,
    application: "str | Path | Profile" = "patriot-beam-focusing",
    temperature: float | str | None = None,
    scenario: str | Path | None = None,
    *,
    recycled: Mapping[str, float] | None = None,
    process: "Process | dict[str, Any] | str | None" = None,
    shell: Any = None,
    load_line: float | None = None,
    outside_kA_m: float | None = None,
    hours: float | None = None,
    interval: float = 0.9,
    between: tuple[float | str, float | str] | None = None,
    snapshot: str | Path | None = None,
    data: str | Path | None = None,
    add: str | Path | None = None,
    prices: dict[str, float] | None = None,
    reference: str | None = None,
    require: Sequence[str] = (),
    objectives: Sequence[str] = (),
    basis: Basis = "auto",
    column: str | None = None,
    out: str | Path | None = None,
    resume: bool = False,
    strict: bool = False,
    chunk_rows: int = CHUNK_ROWS,
    workers: int | None = None,
    dask: str | None = None,
    progress: bool | Progress = False,
) -> Ranked:
    """Rank candidates for a device.

    Parameters
    ----------
    compositions : CompositionTable, Substitutions, frame, path, column of recipes, or None
        What to judge; None takes the substitution space of the device's profile. A frame is one
        of pandas, polars or Arrow: like a file's, its column ``shell`` gives grain-boundary
        shells and its other columns are carried through. A column is a list, series or array of
        texts or pymatgen compositions.
    application : str, Path or Profile
        Name of a device, path of a profile, or a profile.
    temperature : float or str, optional
        Temperature of the table, and of the requirements that name none, K or a text such as
        ``"150C"``; the profile's otherwise.
    scenario : str, optional
        Supply scenario.
    recycled : dict of str to float, optional
        Share of an element that comes from recycling.
    prices : dict of str to float, optional
        Times the scenario's price of an element, e.g. ``{"Tb": 3.0}``.
    reference : str, optional
        Composition of today's magnet, instead of the device's.
    require : sequence of str
        Requirements beside the device's, e.g. ``["remanence_T >= 0.98*reference"]``; one on the
        same side of the same column takes its place.
    objectives : sequence of str
        Objectives in place of the device's, e.g. ``["cost:min=2", "margin:max"]``.
    process, interval, snapshot, data, add : optional
        As of `magnetkit.predict`.
    shell : str, dict or Shell, optional
        Grain-boundary shell, e.g. ``"Tb 0.5 wt%"``, of all candidates that name none.
    load_line, outside_kA_m, hours : float, optional
        Permeance coefficient -B / (mu_0 H), outside field against the magnetization (kA/m) and
        time of use (h); the profile's otherwise.
    between : tuple of float or str, optional
        Temperatures of the chords alpha and beta, K or texts, lower first; the coldest and the
        hottest of the device otherwise.
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
    workers : int, optional
        Processes to work in, started by Dask; the threads of this process otherwise. A script
        that asks for them needs ``if __name__ == "__main__":``.
    dask : str, optional
        Scheduler of a Dask cluster to work on, e.g. ``"tcp://10.0.0.1:8786"``; every worker
        needs the same magnetkit.
    progress : bool or callable
        Show a progress bar on stderr, or call this with rows done and rows in all.

    Returns
    -------
    Ranked

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
    from ..applications import Profile, load, with_reference

    chunk_rows = _whole_number(chunk_rows, "chunk_rows")
    if workers is not None:
        workers = _whole_number(workers, "workers")
    place = results_place(out)
    profile = application if isinstance(application, Profile) else load(application)
    if reference is not None:
        profile = with_reference(profile, reference, basis)
    kelvin = None if temperature is None else parse_temperature(temperature)
    job = job_for(
        profile,
        kelvin,
        scenario=scenario,
        recycled=recycled,
        process=process,
        load_line=load_line,
        outside_kA_m=outside_kA_m,
        hours=hours,
        interval=interval,
        between=between,
        snapshot=snapshot,
        data=data,
        add=add,
        prices=prices,
        require=require,
        objectives=objectives,
    )
    source = as_candidates(compositions, profile, basis, column, shell)
    opened_store: AbstractContextManager[Any] = (
        nullcontext(_Store()) if place is None else Folder(place)
    )
    with opened_store as store:
        if job.conditions.reference is not None:
            # What is trained or compiled at first use is so before several threads or processes
            # ask.
            evaluate(job.conditions.reference, job)
        needed = dependencies(job)
        known = identity(source, job, chunk_rows, needed)
        if place is not None and not store.begin(known, resume):
            return Ranked.from_folder(place)
        # Set once for all threads: each would undo what another set, and the last digits move
        # with it.
        single = threadpool_limits(limits=1, user_api="blas")
        with (
            single,
            opened(workers, dask, job, needed) as pool,
            reporting(progress, "screening") as tell,
        ):
            counts = _run(source, job, store, pool, chunk_rows, strict, tell)
        if not counts.rows:
            _refuse_nothing(store)
        with reporting(progress is True, "ranking and writing") as tell:
            return _finish(store, job, known, counts, tell)


def _whole_number(value: Any, name: str) -> int:
    try:
        number = operator.index(value)
    except TypeError:
        raise InputError(f"{name} must be a whole number, got {value!r}") from None
    if number < 1:
        raise InputError(f"{name} must be 1 or more, got {value}")
    return number


def results_place(out: Any) -> Path | None:
    """Return the folder that a user named for the results, None where none was."""
    if out is None:
        return None
    if not isinstance(out, str | Path) or not str(out).strip():
        raise InputError(
            f"out must be the path of a folder for the results, got {out!r}; leave it out to keep "
            "them in memory"
        )
    return Path(out)


class _Store:
    """Finished chunks in memory, with the face of a results folder."""

    path = None

    def __init__(self) -> None:
        self._tables: list[bytes] = []
        self._rejected: list[bytes] = []

    def chunk(self, number: int) -> None:
        """Nothing is finished before."""

    def add(self, number: int, part: Part) -> None:
        """Take the next chunk."""
        self._tables.append(part.table)
        self._rejected.append(part.rejected)

    def tables(self, columns: list[str] | None = None) -> Iterator[pa.Table]:
        """Yield the chunks in order."""
        return (decode(table, columns) for table in self._tables if table)

    def rejected(self) -> Iterator[Rejected]:
        """Yield the rejected lines in order."""
        for table in filter(None, self._rejected):
            yield from rejected_lines(decode(table))


def identity(
    source: Candidates, job: Job, chunk_rows: int, needed: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what the results depend on, for the manifest and for resuming.

    Parameters
    ----------
    source : Candidates
    job : Job
    chunk_rows : int
        Candidates a chunk.
    needed : mapping
        What `dependencies` says of this process.
    """
    return {
        "candidates": dict(source.describe()),
        **identity_of(job),
        "chunk_rows": chunk_rows,
        **needed,
    }


class _Counts(NamedTuple):
    """Candidates judged, and lines rejected."""

    rows: int
    rejected: int


def _run(
    source: Candidates,
    job: Job,
    store: Any,
    pool: Pool,
    chunk_rows: int,
    strict: bool,
    tell: Progress,
) -> _Counts:
    """Evaluate what is not finished yet."""
    total = source.count()
    rows = lines = 0

    def unfinished() -> Iterator[tuple[int, Piece]]:
        nonlocal rows, lines
        for number, piece in enumerate(source.pieces(chunk_rows)):
            before = store.chunk(number)
            if before is None:
                yield number, piece
            else:
                rows, lines = rows + before[0], lines + before[1]
                tell(rows, total)

    for number, part in in_order(pool, partial(finished, job=job), unfinished()):
        if strict and part.first is not None:
            first = part.first
            raise CompositionError(f"line {first.line}: {first.reason}", first.text)
        store.add(number, part)
        rows, lines = rows + part.rows, lines + part.lines
        tell(rows, total)
    return _Counts(rows, lines)


def _refuse_nothing(store: Any) -> None:
    """Say why there is nothing to rank; what was rejected is still written."""
    rejected = list(store.rejected())
    if not rejected:
        raise InputError("there is no candidate; give at least one composition")
    listed = ""
    if store.path is not None:
        # Beside the parts: an earlier result stands as it was.
        folders.write_rejected(rejected, store.parts / folders.REJECTED)
        listed = f"; all are listed in {store.parts / folders.REJECTED}"
    first = rejected[0]
    raise InputError(
        f"no candidate could be read; the first of {len(rejected)}, line {first.line} "
        f"({first.text!r}): {first.reason}{listed}"
    )


def _finish(store: Any, job: Job, known: dict[str, Any], counts: _Counts, tell: Progress) -> Ranked:
    """Rank over all chunks, and write the files of the contract if there is a folder."""
    objectives = job.profile.objectives
    # What evaluation left in Arrow's pool is more than the ranking takes.
    pa.default_memory_pool().release_unused()
    tables = store.tables(needed_columns(objectives))
    ranking = by_regret(rank(tables, objectives, job.threshold, scales(job)), store.tables, job)
    summary = {
        "candidates": counts.rows,
        "meet_requirements": int(ranking.meets.sum()),
        "rejected": counts.rejected,
    }
    tables = _with_ranks(store.tables(), ranking)
    if store.path is None:
        data = pa.concat_tables(tables).unify_dictionaries()
        manifest = {"identity": known, "summary": summary}
        return Ranked(data, job.profile, manifest, list(store.rejected()))
    path: Path = store.path
    best: list[pa.Table] = []
    first = next(tables)
    written = _watched(chain([first], tables), _leading(ranking.place), best, counts.rows, tell)
    write_parquet(written, first.schema, store.staged(folders.RANKED))
    top = pa.concat_tables(best).sort_by("rank")
    rows = zip(*(c.to_pylist() for c in top.columns), strict=True)
    write_csv(top.column_names, rows, store.staged(folders.RANKED_CSV))
    folders.write_rejected(store.rejected(), store.staged(folders.REJECTED))
    store.finish(summary)
    manifest = folders.read_manifest(path)
    return Ranked(path / folders.RANKED, job.profile, manifest, path / folders.REJECTED)


def _leading(place: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the rows of ``ranked.csv``, ascending; unranked ones where there are too few."""
    rows = np.flatnonzero((place > 0) & (place <= TOP_ROWS))
    others = np.flatnonzero(place == 0)[: TOP_ROWS - len(rows)]
    return np.sort(np.concatenate([rows, others]))


def _watched(
    tables: Iterable[pa.Table],
    leading: NDArray[np.int64],
    best: list[pa.Table],
    total: int,
    tell: Progress,
) -> Iterator[pa.Table]:
    """Pass tables on, put the `leading` rows of each into `best`, and tell how far it is."""
    stop = 0
    for table in tables:
        start, stop = stop, stop + len(table)
        own = leading[np.searchsorted(leading, start) : np.searchsorted(leading, stop)]
        best.append(table.take(pa.array(own - start)))
        yield table
        tell(stop, total)


def _with_ranks(tables: Iterator[pa.Table], ranking: Ranking) -> Iterator[pa.Table]:
    """Yield the chunks with the columns of the ranking, in the registry's order."""
    start = 0
    for table in tables:
        part = ranking.columns(start, start + len(table))
        start += len(table)
        for name in part.column_names:
            table = table.append_column(name, part.column(name))
        yield table.select(ordered(table.column_names))
