"""The screening of candidates for a device, and of the best of a space.

For the best of a space that is too large to be written out, a first pass evaluates all of it up to
a bound (`magnetkit.choose._evaluate`) and counts over all; those within go through an ordinary
screening, of which only the rows requested are written. So ranks and rows are those of a full one.
"""

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import fields, replace
from functools import partial
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple, Self, Unpack

import numpy as np
import pyarrow as pa

from .._core._arguments import (
    as_texts,
    check_arguments,
    parse_whole_number,
)
from .._core._blas import one_thread
from .._core._files import is_url
from .._core._types import IntArray
from .._core.errors import CompositionError, InputError
from .._core.units import parse_temperature
from ..alloy._read import Compositions
from ..alloy.notation import Basis
from ..choose._decisions import trial_threshold
from ..choose._evaluate import (
    Bound,
    Tally,
    columns_read,
    count_leading_rows,
    estimate_bound,
    evaluate,
    reference_candidate,
)
from ..choose._job import Job, job_identity, make_job
from ..choose._profile_parts import CHANCE
from ..choose.result import ANSWER, REPORT, WRITTEN, Ranked
from ..magnetism.conditions import UseKeywords, with_conditions
from . import _candidates, _files
from ._files import check_report, open_result
from ._pool import (
    Pool,
    Progress,
    iterate_results,
    open_workers,
    parse_worker_count,
    reporting,
)
from ._store import Memory, Store
from ._work import (
    GIVEN_RANK,
    Work,
    dependencies,
    evaluate_best,
    evaluate_piece,
    leading,
)
from ._writing import Crew, finish, refuse_nothing

if TYPE_CHECKING:
    from ..choose.applications import Profile


MOST_ROWS = 10_000_000
_DEFAULT_KEEP = 100_000
"""Of spaces of more than so many candidates so many are kept where `keep` is not given."""
MANY_ROWS = 100_000
"""Of more rows only the leading ones get every column, unless all are asked."""
PIECE_ROWS = 1 << 17
"""Candidates in a piece of the first pass: half a second of work, so that all threads have some."""
_SAMPLE = 32_768
"""Candidates sampled for a bound."""


class ScreenResult(Ranked):
    """Ranked candidates for a device, with their report; see `Ranked`."""

    @classmethod
    def from_folder(cls, path: str | Path) -> Self:
        """Open a finished results folder.

        Parameters
        ----------
        path : str or Path
            Folder that `magnetkit.screen` wrote, or its URL in a store.

        Returns
        -------
        ScreenResult

        Raises
        ------
        StoreError
            If it is no results folder, is not finished or is damaged.
        InputError
            If a URL cannot be reached.
        """
        return _files.open_result(path, cls)

    def _repr_html_(self) -> str:
        """Return name, answer and decisions as HTML, for notebooks.

        The answer is always there, that of `magnetkit.report._content.answer`,
        not that of `set_answer`; the decisions follow as a table.
        """
        from ..report._content import answer
        from ..report._tables import DECIDED, table_html

        lines = "<br>".join(map(escape, answer(self)))
        return f"<p>{escape(repr(self))}</p><p>{lines}</p>{table_html(self.decisions, first=DECIDED)}"

    def set_answer(
        self, answer: str | Sequence[str], out: str | Path | None = None
    ) -> None:
        """Let every report begin with an answer, as that of `magnetkit.replace`.

        ``manifest["answer"]`` is set, in place of an earlier one.

        Parameters
        ----------
        answer : str or sequence of str
            Sentence, or several.
        out : str or Path, optional
            Results folder of this screening, or its URL in a store: later reports of it begin so
            too.

        Raises
        ------
        StoreError
            If `out` is no results folder, or was screened anew.
        InputError
            If it cannot be written.
        """
        self.manifest[ANSWER] = list(as_texts(answer))
        if out is not None:
            _files.save_answer(out, self.manifest)

    def report(self, path: str | Path = "report.html") -> Path:
        """Write the self-contained HTML report and return its path.

        Parameters
        ----------
        path : str or Path
            File to write, or its URL in a store; a report that is there is
            replaced.

        Returns
        -------
        Path
            The file. Of a URL it is its text as a path, which is no URL any
            more.

        Raises
        ------
        InputError
            If the file is there and no report, or one that was changed since
            it was written; or if it cannot be written, as into a folder that
            is not there.
        """
        from ..report.report import write_report

        if is_url(path):
            with TemporaryDirectory() as folder:
                page = write_report(self, Path(folder) / REPORT).read_bytes()
            base, _, name = str(path).rpartition("/")
            _files.Place(base).put(name, page)
            return Path(path)
        check_report(Path(path))
        return write_report(self, Path(path))

    def to_excel(
        self, path: str | Path = "results.xlsx", n: int = 10_000
    ) -> Path:
        """Write a workbook: the answer, the rows in their order, what was refused, all columns.

        Parameters
        ----------
        path : str or Path
            File to write, .xlsx; an existing one is replaced.
        n : int
            How many rows at most; of more, the `n` best by rank, without those
            that have no rank.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        InputError
            If `path` does not end in .xlsx or cannot be written, or `n` is no
            whole number of 0 or more.
        """
        from ..report._content import answer, lead
        from ..report._written import write_results

        rows = self.best(n) if len(self) > n else self.table
        rejections = [(r.line, r.text, r.reason) for r in self.rejected]
        return write_results(
            rows, Path(path), [*lead(self), *answer(self)], rejections
        )


def _as_screen_result(found: Ranked) -> ScreenResult:
    """Return the ranked rows as a `ScreenResult`, with the same fields."""
    return ScreenResult(
        *(getattr(found, field.name) for field in fields(Ranked))
    )


@check_arguments
@with_conditions("use", "magnet", "supply", "models", without=("host",))
def screen(
    compositions: Compositions = None,
    application: "str | Path | Profile | None" = None,
    temperature: float | str | None = None,
    scenario: str | Path | None = None,
    *,
    reference: str | None = None,
    require: str | Sequence[str] = (),
    objectives: str | Sequence[str] = (),
    basis: Basis = "auto",
    column: str | None = None,
    out: str | Path | None = None,
    resume: bool = False,
    force: bool = False,
    strict: bool = False,
    keep: int | None = None,
    all_columns: bool = False,
    chunk_rows: int = _candidates.CHUNK_ROWS,
    workers: int | None = None,
    dask: str | None = None,
    progress: bool | Progress = False,
    **keywords: Unpack[UseKeywords],
) -> ScreenResult:
    """Rank candidates for a device.

    Parameters
    ----------
    compositions : CompositionTable, Substitutions, frame, path, column of recipes, or None
        The candidates; None takes the substitution space of the device's
        profile. A frame is one of pandas, polars or Arrow: like a file's, its
        column ``composition`` (or `column`) has the recipes, its column
        ``shell`` gives grain-boundary shells and its other columns are carried
        through. A column is a list, series or array of texts or pymatgen
        compositions; a text alone that names a file is its path.
    application : str, Path, Profile or None
        Name of a device, of `magnetkit.applications.names`, path of a profile,
        or a profile; without one, `require`, `reference` and `temperature` say
        what is asked, and all three are needed.
    temperature : float or str, optional
        Temperature of the table, and of the requirements that name none, K or a text such as
        ``"150C"``; the profile's otherwise.
    scenario : str, optional
        Supply scenario, a name or the path of a TOML file.
    reference : str, optional
        Composition of today's magnet, instead of the device's, read by `basis`.
    require : str or sequence of str
        Requirements beside the device's, e.g. ``"remanence_T >= 0.98*reference"``, of columns of
        `magnetkit.columns`. One on the same side of the same column at the same
        temperature replaces the device's; where it names none, it is asked at
        that of the table. At other temperatures the device's holds beside it.
    objectives : str or sequence of str
        Objectives in place of the device's, six at most, e.g. ``["cost:min=2",
        "margin:max"]``: a column or "cost", "risk"
        or "margin", with ":min" or ":max", and a weight behind "=", 1 without
        it. The device's hold if it is empty.
    basis : {"auto", "atomic", "weight"}
        What the amounts of a text are; "auto" reads a formula as atomic and
        needs "wt.%" or "at.%" in a text with a balance or one that sums to 100.
    column : str, optional
        Composition column of a table.
    out : path or str, optional
        Results folder to write; or the URL of one in a store that all workers reach, such as
        ``"s3://bucket/run"``: they write there, and rows do not travel to this process.
    resume : bool
        Go on with the finished chunks in `out`.
    force : bool
        Replace a finished result in `out`, which is refused otherwise.
    strict : bool
        Fail on the first candidate that cannot be read; otherwise it is among
        ``result.rejected`` and has no row.
    keep : int, optional
        Write only so many of the best, and count over all. By default 100,000 of a space of more
        than ten million, every candidate otherwise. Rows and ranks are those of a full screening;
        Pareto fronts are those among the candidates that are kept: another one, less likely to
        meet the requirements, may dominate them.
    all_columns : bool
        Write every column of all rows. Where `out` takes more than 100,000 rows only the best
        10,000 have every column otherwise (in ``ranked.csv``), all what stands first,
        identity, status, probability and failures, evidence, objectives, and required
        properties with range and provenance.
    chunk_rows : int
        Candidates in a chunk.
    workers : int, optional
        Processes to work in, started by Dask; the threads of this process otherwise. A script
        that asks for them needs ``if __name__ == "__main__":``.
    dask : str, optional
        Scheduler of a Dask cluster to work on, e.g. ``"tcp://10.0.0.1:8786"``; every worker
        needs the same magnetkit.
    progress : bool or callable
        Show a progress bar on stderr, or call this with rows done and rows in
        all (None if not known).
    **keywords
        Conditions, as of `magnetkit.predict`; what is not given is the device's.

    Returns
    -------
    ScreenResult
        ``decisions``, ``table`` (all rows, in the order of the input) and
        ``pareto`` are frames with the columns of `magnetkit.columns`;
        ``best(n)`` has the first n rows in order of rank, ``rejected`` a list
        of records of ``line``, ``text`` and ``reason``; ``report(path)``
        writes the page.

    Raises
    ------
    InputError
        If an argument cannot be used, `out` has a finished result (without
        `resume` and `force`), or no candidate can be read; with `strict`,
        `CompositionError` on a bad candidate.

    Examples
    --------
    >>> result = screen(["SmCo5", "Sm0.6Gd0.4Co5"], application="patriot-beam-focusing")
    >>> result.best(1)["candidate"].tolist()
    ['SmCo5']
    """
    chunk_rows = parse_whole_number("chunk_rows", chunk_rows)
    if workers is not None:
        workers = parse_worker_count(workers)
    require = as_texts(require)
    objectives = as_texts(objectives)
    place = _results_place(out, resume or force)
    profile = _read_profile(
        application,
        reference,
        basis,
        require=require,
        temperature=temperature,
        load_line=keywords.get("load_line"),
    )
    kelvin = None if temperature is None else parse_temperature(temperature)
    shell = keywords.pop("shell", None)
    source = _candidates.as_candidates(
        compositions, profile, basis, column, shell
    )
    job = make_job(
        profile,
        kelvin,
        require=require,
        objectives=objectives,
        scenario=scenario,
        **keywords,
    )
    keep = count_kept_rows(keep, source)
    with _store(place, near=dask is None) as store:
        if job.conditions.reference is not None:
            # Models are trained and kernels compiled before several threads or processes need them.
            evaluate(job.conditions.reference, None, job)
        needed = dependencies(job)
        job = replace(
            job, trial=trial_threshold(reference_candidate(job)[CHANCE][0])
        )
        lean = (
            not all_columns and place is not None and _is_large(source, keep)
        )
        want = columns_read(job) if lean else None
        known = identity(source, job, chunk_rows, needed, keep) | {
            WRITTEN: want
        }
        if place is not None and not store.begin(known, resume):
            return open_result(place, ScreenResult)
        run = _Run(source, job, known, want, keep, chunk_rows, strict)
        with (
            _frozen(),
            one_thread(),
            open_workers(workers, dask, job, needed) as pool,
        ):
            return _as_screen_result(
                _evaluate_and_rank(run, store, pool, progress)
            )


class _Run(NamedTuple):
    """A screening whose arguments are read: what is screened, for what, and how."""

    source: _candidates.Candidates
    job: Job
    identity: dict[str, Any]  # for the manifest
    want: list[str] | None  # columns of every row, None for all
    keep: int | None  # best rows that are written, None for all
    chunk_rows: int
    strict: bool  # fail on the first candidate that cannot be read


def _evaluate_and_rank(
    run: _Run, store: Memory | Store, pool: Pool, progress: bool | Progress
) -> Ranked:
    """Evaluate all candidates that the store does not have yet, rank them and write the result.

    Parameters
    ----------
    run : _Run
        The screening, with ``source``, ``job``, ``identity``, ``want``,
        ``keep``, ``chunk_rows`` and ``strict``.
    store : Memory or Store
        Begun already; it gets the finished parts and the result.
    pool : Pool
        Workers.
    progress : bool or callable
        True for bars on stderr, False for none, or a callable that takes the
        rows done and the rows in all (None if not known).

    Returns
    -------
    Ranked
        The result of `finish`, which is also written if `store` is a `Store`.

    Raises
    ------
    InputError
        If no candidate can be read, or the best are wanted and none has a rank.
    CompositionError
        If the run is strict, for the first candidate that cannot be read.
    """
    source: _candidates.Candidates = run.source
    counts: dict[str, Any] = {}
    with reporting(progress, "screening") as report:
        if run.keep is not None:
            source, counts = _collect_best(
                source, run.job, run.keep, store, pool, report, run.strict
            )
        work = partial(evaluate_piece, job=run.job, want=run.want)
        total = source.count()
        pieces = source.pieces(run.chunk_rows)
        done = _run_pieces(
            pieces, work, store, pool, lambda n: report(n, total), run.strict
        )
        summary = {
            "candidates": done.rows,
            "rejected": done.rejected,
            **counts,
        }
        refuse_nothing(store, summary["candidates"])
        crew = Crew(pool, partial(source.pieces, run.chunk_rows), work)
        with reporting(progress is True, "ranking and writing") as report_end:
            return finish(
                store,
                run.job,
                run.identity,
                summary,
                report_end,
                crew,
                keep=run.keep,
                given_ranks=_given_ranks(source),
            )


def _read_profile(
    application: "str | Path | Profile | None",
    reference: str | None,
    basis: Basis,
    *,
    require: Sequence[str],
    temperature: float | str | None,
    load_line: float | None,
) -> "Profile":
    """Return the profile of a device, with another magnet of today's where one is named.

    Parameters
    ----------
    application : str, Path, Profile or None
        Name, path or profile of a device. Without one the profile is one of
        requirements alone.
    reference : str or None
        Recipe of today's magnet, which replaces the device's; None for that.
    basis : {"auto", "atomic", "weight"}
        Of `reference`; "auto" reads a formula as atomic and needs "wt.%" or
        "at.%" in a text with a balance or one that sums to 100.
    require : sequence of str
        Requirements, a list such as ``["remanence_T >= 1.1"]``; like the next
        two they count without a device alone, else they are ignored.
    temperature : float or str or None
        K, or a text such as "150C".
    load_line : float or None
        Permeance coefficient; 1 without it.

    Returns
    -------
    Profile
        That of the device, a copy if `reference` is given.

    Raises
    ------
    InputError
        If there is no such device, `reference` cannot be read, or, without a
        device, `require`, `reference` or `temperature` is missing.
    """
    from ..choose.applications import (
        Profile,
        load,
        requirements_alone,
        with_reference,
    )

    if application is None:
        if not (require and reference and temperature is not None):
            raise InputError(
                "name the device, application= of magnetkit.applications.names(), or give "
                "require, reference and temperature"
            )
        line = load_line or 1.0
        return requirements_alone(
            require, reference, temperature, line, basis=basis
        )
    profile = (
        application if isinstance(application, Profile) else load(application)
    )
    if reference is None:
        return profile
    return with_reference(profile, reference, basis)


def _given_ranks(source: Any) -> "IntArray | None":
    """Return the ranks that the table of candidates `source` names, int64, one a candidate.

    Ranks count from 1. They are the column "given: rank" of ``source.extra``,
    a pyarrow.Table, in which none may be missing. None for candidates without
    such a table, and without such a column.
    """
    extra = getattr(source, "extra", None)
    if extra is None or GIVEN_RANK not in extra.column_names:
        return None
    return np.asarray(extra[GIVEN_RANK], np.int64)


@contextmanager
def _frozen() -> Iterator[None]:
    """Exclude present objects, those of imports and models, from garbage collection in the block.

    Collections would spend most of their time on them otherwise.

    It is a context manager that yields nothing.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _store(
    place: Path | str | None, near: bool
) -> AbstractContextManager[Any]:
    if place is None:
        return nullcontext(Memory())
    return Store(place, near)


def _results_place(out: Any, again: bool) -> Path | str | None:
    """Check the folder or URL for the results that a user named and return it; None without one.

    A folder is returned as a path, a URL as text; nothing is created.
    InputError if `out` is no path or an empty text, or a finished result of
    this program is there, unless it may be used or replaced (`again`). Whether
    a folder can be written, or holds files of others, is not checked.
    """
    if out is None:
        return out
    if (
        not isinstance(out, str | Path)
        or not str(out).strip()
        or "\0" in str(out)
    ):
        raise InputError(
            f"out must be the path of a folder for the results, got {out!r}; leave it out to keep "
            "them in memory"
        )
    if not again and (_files.own_manifest(_files.Place.of(out)) or {}).get(
        "done"
    ):
        raise InputError(
            f"{out} holds a finished screening; choose another --out folder, or --force to replace "
            "it (in Python force=True)"
        )
    if is_url(out):
        return out
    return Path(out)


def identity(
    source: _candidates.Candidates,
    job: Job,
    chunk_rows: int,
    needed: Mapping[str, Any],
    keep: int | None = None,
) -> dict[str, Any]:
    """Collect everything the results depend on, as JSON values for the manifest and for resuming.

    The keys are ``candidates`` (what `source` describes), those of
    `job_identity` (``application``, ``temperature_K``, ``scenario`` and the
    other conditions), ``chunk_rows``, ``keep`` and those of `needed`.

    ``keep`` is None for all. Keys of `needed` go before others of the same
    name.

    Parameters
    ----------
    source : Candidates
        What is screened.
    job : Job
        What for.
    chunk_rows : int
        Rows a chunk.
    needed : mapping
        `dependencies` of the job in this process.
    keep : int, optional
        Number of best rows that are written; all otherwise.
    """
    description = {"candidates": dict(source.describe()), **job_identity(job)}
    return {**description, "chunk_rows": chunk_rows, "keep": keep, **needed}


class _Counts(NamedTuple):
    """Candidates evaluated, and lines rejected."""

    rows: int
    rejected: int


def _run_pieces(
    pieces: Iterable[_candidates.Piece],
    work: Work,
    store: Memory | Store,
    pool: Pool,
    report: Callable[[int], None],
    strict: bool = False,
) -> _Counts:
    """Do the work on all pieces that are not finished yet, in order, and add their parts to the store.

    Parameters
    ----------
    pieces : iterable of Piece
        All pieces, numbered from 0 in their order.
    work : callable
        Takes one argument, the tuple (number, piece), returns the number and a
        `Part`: `evaluate_piece` or `evaluate_best` with its other arguments.
    store : Memory or Store
        Gets the finished parts; changed.
    pool : Pool
        Workers, which take pieces by ``submit``.
    report : callable
        Called with the number of candidates done so far, also for finished
        pieces.
    strict : bool
        Raise CompositionError for the first line that cannot be read.

    Returns
    -------
    _Counts
        ``rows``, candidates evaluated, and ``rejected``, lines rejected, over
        all pieces, finished ones among them.
    """
    rows = lines = 0

    def iterate_unfinished() -> Iterator[tuple[int, _candidates.Piece]]:
        """Yield number, from 0, and piece of those that the store lacks; count and report the others.

        It adds their candidates and rejected lines to ``rows`` and ``lines``
        of `_run_pieces`.
        """
        nonlocal rows, lines
        for number, piece in enumerate(pieces):
            before = store.chunk(number)
            if before is None:
                yield number, piece
            else:
                rows = rows + before[0]
                lines = lines + before[1]
                report(rows)

    for number, part in iterate_results(
        pool, store.prepare_work(work), iterate_unfinished()
    ):
        if strict and part.first is not None:
            first = part.first
            raise CompositionError(
                f"line {first.line}: {first.reason}", first.text
            )
        store.add(number, part)
        rows = rows + part.rows
        lines = lines + part.lines
        report(rows)
    return _Counts(rows, lines)


def count_kept_rows(
    keep: int | None, source: _candidates.Candidates
) -> int | None:
    """Return how many of the best rows are kept: `keep`, a default for a large space, or None for all.

    `source` are the candidates. The default is 100,000 of a space of more than
    ten million candidates, and None otherwise. InputError if `keep` is no whole
    number above 0.
    """
    if keep is not None:
        return parse_whole_number("keep", keep)
    rows = source.count()
    is_space = isinstance(source, _candidates.SpaceCandidates)
    if is_space and rows is not None and rows > MOST_ROWS:
        return _DEFAULT_KEEP
    return None


def _is_large(source: _candidates.Candidates, keep: int | None) -> bool:
    """Say whether more than `MANY_ROWS` rows are written, so that not all get every column.

    `source` are the candidates, `keep` the number of rows to write, None for
    all. A file is read as far as needed.

    `MANY_ROWS` is 100,000; so many rows are not large.
    """
    if keep is not None and keep <= MANY_ROWS:
        return False
    rows = source.count()
    if rows is None and isinstance(source, _candidates.FileCandidates):
        return source.exceeds(MANY_ROWS)
    return rows is not None and rows > MANY_ROWS


def _collect_best(
    source: _candidates.Candidates,
    job: Job,
    keep: int,
    store: Memory | Store,
    pool: Pool,
    report: Progress,
    strict: bool = False,
) -> tuple[_candidates.Chosen, dict[str, Any]]:
    """Find candidates that can be among the first `keep`, and count over all.

    All candidates are evaluated in pieces, once more without a bound if that
    from a sample proves too tight.

    Parameters
    ----------
    source : Candidates
        The candidates.
    job : Job
        Device with its requirements, temperature and conditions.
    keep : int
        Number of candidates to find; more are chosen, since some of them move
        up.
    store : Memory or Store
        Changed: it keeps the results of each piece, and its ``phase`` is
        "chunk" at the end.
    pool : Pool
        Workers, which take pieces by ``submit``.
    report : callable
        Called with the candidates done and their total, which may be None.
    strict : bool
        Whether to fail on the first candidate that cannot be read.

    Returns
    -------
    chosen : Chosen
        The candidates, in the order of the source.
    summary : dict
        Counts of ``candidates`` and of ``rejected`` ones; ``sieve``, a dict of
        the counts of `Tally`, among them ``copies``, with the bound's
        ``limit`` and ``least_margin`` (None where there is no bound).

    Raises
    ------
    InputError
        If none has a rank.
    CompositionError
        With `strict`, for the first that cannot be read.
    """
    total = source.count()
    for number, bound in enumerate(_bounds(source, job, keep)):
        store.phase = f"bound{number}"
        work = partial(evaluate_best, job=job, bound=bound, keep=keep)
        pieces = source.pieces(PIECE_ROWS)
        counts = _run_pieces(
            pieces, work, store, pool, lambda n: report(n, total), strict
        )
        tally = Tally()
        for plain in store.tallies():
            tally.add(Tally.of(plain))
        leading_rows = _first(store, count_leading_rows(keep))
        # Those within the limit were counted, so that nothing rests on the sample.
        if not bound.is_finite:
            break
        meets, by, hashes = (
            leading_rows[name].to_numpy() for name in ("meets", "by", "hash")
        )
        is_tie = (
            True if bound.last is None else hashes <= np.uint64(bound.last)
        )
        misses = (by < -bound.margin) | (by == -bound.margin) & is_tie
        if np.where(
            meets, by <= bound.limit, misses
        ).sum() >= count_leading_rows(keep):
            break
    store.phase = "chunk"
    if counts.rows and not len(leading_rows):
        reasons = ", ".join(
            f"{n:,} {why}" for why, n in tally.status.most_common()
        )
        raise InputError(
            f"none of {counts.rows:,} candidates has a rank: {reasons}"
        )
    summary = {
        "candidates": counts.rows,
        "rejected": counts.rejected,
        "sieve": tally.plain()
        | {"limit": bound.limit if bound.limit < np.inf else None}
        | {
            "least_margin": bound.margin if np.isfinite(bound.margin) else None
        },
    }
    numbers = leading_rows["piece"].to_numpy()
    rows = leading_rows["row"].to_numpy()
    chosen_rows = {
        int(number): rows[numbers == number] for number in np.unique(numbers)
    }
    return _candidates.Chosen(source, PIECE_ROWS, chosen_rows), summary


def _first(store: Memory | Store, count: int) -> pa.Table:
    """Return the first `count` rows over all chunks of `store`, and the best of each decision.

    Rows stand in the order of the chunks. The table has the columns of
    `evaluate_best`, ``row``, ``meets``, ``by``, ``loss``, ``decision`` and
    ``hash``, and ``piece``, the number from 0 of the piece that each row comes
    from. Without any chunk it has no rows, and neither ``loss`` nor
    ``decision``.
    """
    parts: list[pa.Table] = []
    for number, table in store.number_chunks():
        table = table.append_column(
            "piece", pa.array(np.full(len(table), number, np.int32))
        )
        parts.append(table)
        if sum(map(len, parts)) > 4 * count:
            parts = [leading(pa.concat_tables(parts), count)]
    if not parts:
        kinds = {
            "row": "int64",
            "piece": "int32",
            "meets": "bool",
            "by": "float64",
        }
        return pa.table(
            {
                n: pa.array([], k)
                for n, k in (kinds | {"hash": "uint64"}).items()
            }
        )
    return leading(pa.concat_tables(parts), count)


def _bounds(
    source: _candidates.Candidates, job: Job, keep: int
) -> Iterator[Bound]:
    """Yield the bounds to try: one estimated from a sample of a space, if finite, then an open one.

    The open bound drops nothing that can be ranked. A space of up to 32,768
    candidates, a table and a file have the open bound alone. `keep` is the
    number of candidates to find. The sample of `source`, if that is a large
    space, is evaluated for `job` first.
    """
    rows = source.count() or 0
    if isinstance(source, _candidates.SpaceCandidates) and rows > _SAMPLE:
        parts = source.sample(_SAMPLE)
        want = job.rule.columns()
        evaluations = [
            evaluate(part.table, part.shells, job, Bound(), want)
            for part in parts
        ]
        bound = estimate_bound(evaluations, job.rule, rows, keep)
        if bound.is_finite:
            yield bound
    yield Bound()
