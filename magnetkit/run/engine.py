"""Candidates through every stage, ranked for a device."""

import gc
import operator
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._blas import one_thread
from ..arguments import named
from ..composition.notation import Basis
from ..errors import InputError
from ..files import is_url
from ..ranking.draws import scales
from ..ranking.judged import Job, evaluate, identity_of, job_for
from ..ranking.order import Rule
from ..units import parse_temperature
from .candidates import CHUNK_ROWS, Candidates, as_candidates
from .cluster import opened
from .dependencies import dependencies
from .folder import Folder
from .fragments import Crew
from .keeping import chosen, kept_rows
from .passes import Counts, Memory, telling, through
from .progress import Progress, reporting
from .result import Ranked
from .work import finished
from .writing import finish, refuse_nothing

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
    keep: int | None = None,
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
    out : path or str, optional
        Results folder to write; or the URL of one in a store that all workers reach, such as
        ``"s3://bucket/run"``: they write there, and rows do not travel to this process.
    resume : bool
        Go on with the finished chunks in `out`.
    strict : bool
        Fail on the first candidate that cannot be read.
    keep : int, optional
        Write so many of the best alone, and count over all: of a space of more than ten million
        100,000, of all else every candidate, where it is not given. Rows and ranks are those of a
        full screening; Pareto fronts are those among the candidates whose loss is small enough to
        be kept: one that is unlikelier to meet the requirements, and so is not, may dominate them.
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
    keep = kept_rows(keep, source)
    with _store(place, near=dask is None) as store:
        if job.conditions.reference is not None:
            # What is trained or compiled at first use is so before several threads or processes
            # ask.
            evaluate(job.conditions.reference, job)
        needed = dependencies(job)
        known = identity(source, job, chunk_rows, needed, keep)
        if place is not None and not store.begin(known, resume):
            return Ranked.from_folder(place)
        rule = Rule.of(job.profile.objectives, job.threshold, scales(job))
        with (
            _frozen(),
            one_thread(),
            opened(workers, dask, job, needed) as pool,
            reporting(progress, "screening") as tell,
        ):
            counts: Counts | None = None
            summary: dict[str, Any] = {}
            if keep is not None:
                source, counts, summary = chosen(source, job, rule, keep, store, pool, tell, strict)
            work = partial(finished, job=job, rule=rule)
            done = through(
                source.pieces(chunk_rows), work, store, pool, telling(tell, source.count()), strict
            )
            counts = counts or done
            refuse_nothing(store, counts)
            found = {"candidates": counts.rows, "rejected": counts.rejected, **summary}
            crew = Crew(pool, partial(source.pieces, chunk_rows), work)
            with reporting(progress is True, "ranking and writing") as told:
                return finish(store, job, rule, known, found, told, crew, keep)


@contextmanager
def _frozen() -> Iterator[None]:
    """Let the garbage collector look through what comes now alone.

    What imports and models made stays, and takes most of its time.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _store(place: Path | str | None, near: bool) -> AbstractContextManager[Any]:
    if place is None:
        return nullcontext(Memory())
    if isinstance(place, Path):
        return Folder(place, near)
    from .bucket import Bucket

    return Bucket(place)


def _whole_number(value: Any, name: str) -> int:
    try:
        number = operator.index(value)
    except TypeError:
        raise InputError(f"{name} must be a whole number, got {value!r}") from None
    if number < 1:
        raise InputError(f"{name} must be 1 or more, got {value}")
    return number


def results_place(out: Any) -> Path | str | None:
    """Return the folder, or the URL, that a user named for the results, None where none was."""
    if out is None or is_url(out):
        return out
    if not isinstance(out, str | Path) or not str(out).strip() or "\0" in str(out):
        raise InputError(
            f"out must be the path of a folder for the results, got {out!r}; leave it out to keep "
            "them in memory"
        )
    return Path(out)


def identity(
    source: Candidates,
    job: Job,
    chunk_rows: int,
    needed: Mapping[str, Any],
    keep: int | None = None,
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
    keep : int, optional
        How many of the best are written; all otherwise.
    """
    return {
        "candidates": dict(source.describe()),
        **identity_of(job),
        "chunk_rows": chunk_rows,
        "keep": keep,
        **needed,
    }
