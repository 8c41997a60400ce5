"""The end of a screening: ranks over all finished chunks, and the files of the result.

In a store that all workers reach they write the table: each chunk with its ranks is a fragment.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import chain, islice
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from .._core._files import parquet_bytes, write_csv_table, write_parquet
from .._core._types import BoolArray, IntArray
from .._core.columns import order_columns
from .._core.errors import InputError
from ..choose import result as ranked
from ..choose._decisions import Choices, Take, decide, join_choices
from ..choose._evaluate import reference_candidate
from ..choose._job import Job
from ..choose._leading import by_regret
from ..choose._order import Ranking, rank_keys, with_copies
from ..choose._sold import lower_class
from . import _files
from ._candidates import Chunk, Piece, take_rows
from ._pool import Pool, Progress, ahead, iterate_results
from ._store import Memory, Store, fragments_folder
from ._work import GIVEN_RANK, Work, chunk_table, decode, encode, recover_chunk

# Numbers of rows, ascending; which rows of all are written, None for all.
_Kept = BoolArray | None


class Crew(NamedTuple):
    """The pool that works on the chunks of a screening, and what it needs to make one again."""

    pool: Pool
    pieces: Callable[[], Iterable[Piece]]
    work: Work


def finish(
    store: Memory | Store,
    job: Job,
    identity: Mapping[str, Any],
    summary: Mapping[str, Any],
    report: Progress,
    crew: Crew,
    keep: int | None = None,
    given_ranks: "IntArray | None" = None,
) -> ranked.Ranked:
    """Rank over all chunks and write the files of the result, if there is a place for them.

    The workers write where the place is one that all reach. Today's magnet and
    a lower class of it as sold are judged among the decisions.

    Parameters
    ----------
    store : Memory or Store
        Finished chunks, at least one with candidates; a `Store` is moved to its
        place.
    job : Job
        Device, temperature and conditions that they were evaluated for.
    identity, summary : mapping
        For the manifest, JSON values. `identity` is that of `screen.identity`,
        whose ``columns`` (a list, or None for all) says which were written;
        `summary` has ``candidates`` and ``rejected``, and ``sieve`` after a
        first pass. ``meet_requirements``, ``lower_class`` (why there is none)
        and, with `keep`, ``kept`` are added to a copy of it.
    report : callable
        Called as ``report(done, total)`` with rows, or in a store that all
        workers reach with chunks and None.
    crew : Crew
        Workers, and what they need to compute a chunk again.
    keep : int, optional
        Number of best rows that are written; all otherwise. Unranked rows are
        then left out.
    given_ranks : ndarray of int64, shape (n,), optional
        Ranks from 1 that the input itself names, one a candidate, in the order
        of the chunks' rows.

    Returns
    -------
    Ranked
        The result: of a `Memory` with its rows in memory, of a `Store` with
        those that it reads from the files.
    """
    # Evaluation leaves more memory in Arrow's pool than the ranking takes.
    pa.default_memory_pool().release_unused()
    some = identity.get(ranked.WRITTEN) is not None
    take: Take = (
        partial(_rows_of_workers, store, crew) if store.shared else store.take
    )
    whole: Take = (
        partial(_read_complete_rows, store, crew, job, take) if some else take
    )
    ranking = by_regret(rank_keys(store.keys(job.rule)), take, job)
    if given_ranks is not None:
        ranking = ranking.order_by(given_ranks)
    choices = join_choices(store.choices(job.rule))
    ranking = replace(ranking, copies=_count_copies(summary, choices))
    is_kept = (
        None if keep is None else (ranking.place > 0) & (ranking.place <= keep)
    )
    place = ranking.place if is_kept is None else ranking.place[is_kept]
    rows = rows_in_memory(place, ranked.TOP_ROWS)
    with ThreadPoolExecutor(1, "writing") as beside:
        if isinstance(store, Store):
            write: Callable[..., pa.Table] = partial(_write, store)
            if store.shared:
                write = partial(_write_fragments, store, crew)
            writing = beside.submit(write, ranking, is_kept, rows, report)
        anyway, why = _magnets_in_trade(job)
        decisions = decide(choices, ranking, whole, job, anyway)
        meeting = int(ranking.meets.sum())
        summary = {"meet_requirements": meeting, "lower_class": why, **summary}
        if keep is not None and is_kept is not None:
            summary["meet_requirements"] = sum(ranking.copies.values())
            summary["kept"] = int(is_kept.sum())
            _drop_ranks_beyond(keep, decisions)
        if isinstance(store, Memory):
            tables = _with_ranks(store.tables(), ranking, is_kept)
            manifest = {
                "identity": dict(identity),
                "summary": summary,
                ranked.DECISIONS: decisions,
            }
            return ranked.Ranked(
                pa.concat_tables(tables).unify_dictionaries(),
                job.profile,
                manifest,
                list(store.rejected()),
                job,
            )
        row_limit = ranked.TOP_ROWS
        if some:
            row_limit = ranked.LEADING_ROWS
            numbers = (
                rows if is_kept is None else np.flatnonzero(is_kept)[rows]
            )
            best_rows = _complete_rows(ranking, whole, numbers)
        else:
            best_rows = writing.result()
        in_memory = _files.RowsInMemory(rows, best_rows)
        top = in_memory.take(_leading(place, row_limit))
        _write_csv_files(store, top)
        writing.result()
    manifest = store.finish(summary, decisions)
    return _files.load_result(
        store.place, manifest, ranked.Ranked, in_memory, job
    )


def _write_csv_files(store: Store, top: pa.Table) -> None:
    """Write ``ranked.csv`` with the rows `top` in order of rank, and ``rejected.csv``, to the staging folder.

    `top` has the column ``rank``; rows without one come last. `store` has the
    rejected lines; nothing of the result's place is changed.
    """
    write_csv_table(top.sort_by("rank"), store.staging_path(_files.RANKED_CSV))
    _files.write_rejections(
        store.rejected(), store.staging_path(_files.REJECTED)
    )


def _complete_rows(
    ranking: Ranking, whole: Take, numbers: IntArray
) -> pa.Table:
    """Return all columns of some candidates with those of the ranking, as a table in one chunk.

    The columns stand in the registry's order; those of the ranking are
    ``meets_requirements``, ``pareto_front``, ``rank``, ``simpler_rank`` and
    ``copies``.

    Parameters
    ----------
    ranking : Ranking
        Of all candidates.
    whole : callable
        ``whole(numbers, None)`` returns all columns of rows, a `pyarrow.Table`.
    numbers : ndarray of int64
        Numbers of the rows over all candidates, from 0, ascending; the table
        has their order.
    """
    ranks = ranking.columns().take(pa.array(numbers))
    return ranked.compact(_order_columns(whole(numbers, None), ranks))


def _magnets_in_trade(job: Job) -> tuple[list[pa.Table], str]:
    """Evaluate for `job` today's magnet and, if there is one, a lower class of it as sold.

    Returns
    -------
    tables : list of pyarrow.Table
        One or two tables of one row, with the columns of results, without
        those of the ranking: today's magnet first.
    reason : str
        Why there is no lower class; empty otherwise.
    """
    today = reference_candidate(job)
    lower_rows, why = lower_class(job, today)
    if lower_rows is None:
        return [today.arrow()], why
    return [today.arrow(), lower_rows], why


def _count_copies(
    summary: Mapping[str, Any], choices: Choices | None
) -> Mapping[str, int]:
    """Return how many candidates meet the requirements, by decision (a text).

    The first pass, if there was one (``summary["sieve"]["copies"]`` is returned
    as it is), counted over all that are within its bound; else
    ``choices.counts`` is returned, and the dict is empty without these (None).
    """
    if "sieve" in summary:
        copies: Mapping[str, int] = summary["sieve"]["copies"]
        return copies
    return choices.counts if choices else {}


def _drop_ranks_beyond(keep: int, decisions: list[dict[str, Any]]) -> None:
    """Set ranks of decisions beyond those that are kept to None: there not all were ranked.

    `decisions` are dicts with ``rank``, from 1 or None, and are changed in
    place; a rank equal to `keep` stays.
    """
    for record in decisions:
        if (record["rank"] or 0) > keep:
            record["rank"] = None


def _read_complete_rows(
    store: Any,
    crew: Crew,
    job: Job,
    take: Take,
    rows: IntArray,
    columns: list[str] | None = None,
) -> pa.Table:
    """Return rows of candidates with some columns, or evaluate them anew for all columns.

    Parameters
    ----------
    store : Store
        Finished chunks.
    crew : Crew
        Its workers evaluate the rows again where all columns are wanted, since
        a large result keeps few; ``pool``, ``pieces`` and ``work`` are used.
    job : Job
        What they are evaluated for.
    take : callable
        ``take(rows, columns)`` reads the given columns.
    rows : ndarray of int64
        Numbers over all chunks, from 0, ascending; at least one if `columns` is
        None.
    columns : list of str, optional
        Columns to read; all otherwise.

    Returns
    -------
    pyarrow.Table
        In the order of `rows`.
    """
    if columns is not None:
        return take(rows, columns)

    tasks = _row_tasks(store, crew, rows)
    groups = iter(lambda: list(islice(tasks, _JOINED_PIECES)), [])
    tables = iterate_results(
        crew.pool, partial(_evaluate_rows, job=job), groups
    )
    return pa.concat_tables(map(decode, tables)).unify_dictionaries()


def _write(
    store: Store,
    ranking: Ranking,
    kept: _Kept,
    in_memory: IntArray,
    report: Progress,
) -> pa.Table:
    """Write ``ranked.parquet`` with the columns of the ranking; return the rows that stay in memory.

    The file is staged, and its hash entered in ``store.hashed``, in place, by
    its name. Rows keep the order of the input.

    Parameters
    ----------
    store : Store
        Finished chunks.
    ranking : Ranking
        Of all n rows.
    kept : ndarray of bool, shape (n,), or None
        Rows that are written; None for all.
    in_memory : ndarray of int64
        Numbers, among the rows that are written, of those to return, ascending.
    report : callable
        Called with the number of rows written and n.
    """
    tables = _with_ranks(store.tables(), ranking, kept)
    pieces: list[pa.Table] = []
    first = next(tables)
    watched_tables = _watch_tables(
        chain([first], ahead(tables)),
        in_memory,
        pieces,
        len(ranking.place),
        report,
    )
    store.hashed[_files.RANKED] = write_parquet(
        watched_tables, first.schema, store.staging_path(_files.RANKED)
    )
    return ranked.compact(pa.concat_tables(pieces))


def refuse_nothing(store: Memory | Store, rows: int) -> None:
    """Raise InputError with the reason if no candidate could be read (`rows` is 0).

    The rejected lines, if there are any, are written to ``rejected.csv`` among
    the parts of `store` first, unless that is a `Memory`.

    Rejected lines alone do not raise where `rows` is above 0. The message names
    the first of them.
    """
    if rows:
        return
    bad_rows = list(store.rejected())
    if not bad_rows:
        raise InputError(
            "there is no candidate; give at least one composition"
        )
    list_text = (
        f"; all are listed in {store.list_rejected_lines()}"
        if isinstance(store, Store)
        else ""
    )
    first = bad_rows[0]
    raise InputError(
        f"no candidate could be read; the first of {len(bad_rows)}, line {first.line} "
        f"({first.text!r}): {first.reason}{list_text}"
    )


def _leading(place: IntArray, first: int) -> IntArray:
    """Return the rows of ``ranked.csv``, int64 and ascending: those of rank 1 to `first`.

    `place` is the rank of each row from 1, 0 for none; rows count from 0. If
    those are fewer than 1000 (`TOP_ROWS`), the first unranked rows are added
    up to that number.
    """
    rows = np.flatnonzero((place > 0) & (place <= first))
    other_rows = np.flatnonzero(place == 0)[
        : max(ranked.TOP_ROWS - len(rows), 0)
    ]
    return np.sort(np.concatenate([rows, other_rows]))


def _watch_tables(
    tables: Iterable[pa.Table],
    rows: IntArray,
    found: list[pa.Table],
    total: int,
    report: Progress,
) -> Iterator[pa.Table]:
    """Yield tables unchanged, append some of their rows to `found`, and report the progress.

    Parameters
    ----------
    tables : iterable of pyarrow.Table
        Tables that follow each other.
    rows : ndarray of int64
        Numbers from 0, over all tables, of the rows to append, ascending.
    found : list of pyarrow.Table
        Changed in place: gets a table for each of `tables`, be it empty.
    total : int
        Number of rows of all tables, passed to `report`.
    report : callable
        Called with the rows done and `total` after each table was used.
    """
    stop = 0
    for table in tables:
        start = stop
        stop = stop + len(table)
        own_rows = ranked.slice_rows(rows, start, stop)
        found.append(table.take(pa.array(own_rows - start)))
        yield table
        report(stop, total)


def _with_ranks(
    tables: Iterator[pa.Table], ranking: Ranking, kept: _Kept
) -> Iterator[pa.Table]:
    """Yield each of `tables`, or its kept rows, with the columns of the ranking in the registry's order.

    `tables` are the chunks in the order of the rows of `ranking`, all of them;
    the columns are ``meets_requirements``, ``pareto_front``, ``rank`` and
    ``simpler_rank``, null where there is none, and ``copies``; `kept` is bool
    over all rows, or None for all.
    """
    start = 0
    for table in tables:
        rows = slice(start, start + len(table))
        start += len(table)
        part = None if kept is None else kept[rows]
        yield _order_columns(
            table, ranking.columns(rows.start, rows.stop), part
        )


def rows_in_memory(place: IntArray, first: int) -> IntArray:
    """Return the numbers of the rows, int64 and ascending, that stay in memory when a screening ends.

    `place` is the rank of each row from 1, without gaps, 0 for none. They are,
    from 0, the rows of the first 10,000 ranks and of 1000 ranks spread evenly
    from rank 1001 to the last, some of which are among the first 10,000. Where
    fewer than `first` rows have a rank, the first unranked ones are added up
    to that number.
    """
    ranked_count = int(np.count_nonzero(place))
    need_mask = np.zeros(ranked_count + 1, bool)
    need_mask[1 : ranked.LEADING_ROWS + 1] = True
    need_mask[ranked.spread_places(ranked_count, ranked.SPREAD_ROWS)] = True
    other_rows = np.flatnonzero(place == 0)[: max(first - ranked_count, 0)]
    return np.sort(
        np.concatenate([np.flatnonzero(need_mask[place]), other_rows])
    )


class _Ranks(NamedTuple):
    """For a fragment: an Arrow file of the ranking's columns, and which rows are written.

    ``kept`` is None for all; ``back``: which of those written come back.
    """

    columns: bytes
    kept: _Kept
    back: IntArray


class _Fragment(NamedTuple):
    """A file that was written: its name and SHA-256, and rows that come back as an Arrow file."""

    name: str
    digest: str
    rows: bytes


Task = tuple[int, Piece, str, Any]
# Of how many pieces the few rows that get every column are evaluated at once.
_JOINED_PIECES = 8


def _order_columns(
    table: pa.Table, ranks: pa.Table, kept: _Kept = None
) -> pa.Table:
    """Return a chunk, or its kept rows, with the columns of its ranking in the registry's order.

    `table` has the candidates; `ranks`, a table, is what `Ranking.columns`
    returned for the same rows, all of them; `kept` is a bool array of these
    rows or None for all. The column "given: rank" of the user is dropped.

    ``meets_requirements``, ``pareto_front``, ``rank``, ``simpler_rank`` and
    ``copies`` are added; columns that the registry does not have stand last.
    `table` is not changed.
    """
    table = with_copies(table, ranks)
    if GIVEN_RANK in table.column_names:
        table = table.drop_columns([GIVEN_RANK])
    if kept is not None:
        table = table.filter(pa.array(kept))
    return table.select(order_columns(table.column_names))


def _write_fragment(
    task: Task, work: Work, place: _files.Place, folder: str
) -> _Fragment:
    """Write one chunk with its ranks as a Parquet file in a place; runs in a worker.

    Parameters
    ----------
    task : tuple
        (number, piece, digest, ranks): `number` counts from 0, `digest` is the
        SHA-256 of the chunk's table, `ranks` a `_Ranks`: ``columns``, an Arrow
        file as bytes of what `Ranking.columns` returned; ``kept``, bool, or
        None for all rows; ``back``, int64, rows to return among those kept.
    work : callable
        Makes a damaged chunk again: takes the tuple (number, piece), returns
        the number and a `Part`.
    place : Place
        That of the result.
    folder : str
        Folder in the place for the file, which is called
        ``part-000012.parquet`` for number 12.

    Returns
    -------
    _Fragment
        ``name`` of the file with its folder, ``digest``, its SHA-256, and
        ``rows``, those of ``ranks.back`` as bytes of an Arrow file.
    """
    number, piece, digest, ranks = task
    table = recover_chunk(
        number, piece, digest, work, place.subfolder(_files.PARTS)
    )
    table = _order_columns(table, decode(ranks.columns), ranks.kept)
    name = f"{folder}/part-{number:06d}.parquet"
    content = parquet_bytes(table)
    place.put(name, content)
    return _Fragment(
        name,
        _files.file_digest(content),
        encode(table.take(pa.array(ranks.back))),
    )


def _read_rows(
    task: Task, work: Work, place: _files.Place, columns: list[str] | None
) -> bytes:
    """Return some rows and columns of one chunk as bytes of an Arrow file; runs in a worker.

    `task` is one of `_row_tasks`, (number, piece, digest, rows), whose rows
    count from 0 within the chunk, in whatever order; `columns` None are all.
    `place` is that of the result. A damaged chunk is made again by `work` and
    written. `decode` reads the bytes.
    """
    number, piece, digest, rows = task
    table = recover_chunk(
        number, piece, digest, work, place.subfolder(_files.PARTS)
    )
    if columns is not None:
        table = table.select(columns)
    return encode(table.take(pa.array(rows)))


def _evaluate_rows(tasks: Sequence[Task], job: Job) -> bytes:
    """Evaluate all columns of some rows of several pieces; return the table as bytes of an Arrow file.

    Each of `tasks`, as of `_row_tasks`, is (number, piece, digest, rows); of
    these piece and rows are used, which count from 0 within the piece. There
    must be at least one. The table has their order and the columns of
    `chunk_table`; `decode` reads the bytes. `job` is what they are evaluated
    for. It runs in a worker.
    """
    chunks = Chunk.join(
        [take_rows(piece, rows) for _, piece, _, rows in tasks]
    )
    return encode(
        pa.concat_tables(
            chunk_table(chunk, job) for chunk in chunks
        ).unify_dictionaries()
    )


def _chunks(
    store: Store, crew: Crew
) -> Iterator[tuple[int, Piece, str, slice]]:
    """Yield number, piece, digest and rows of each finished chunk that has rows, in order.

    `store` has the chunks, of which those of its present phase count, and
    ``crew.pieces()`` are theirs. `digest` is the SHA-256 of the chunk's table;
    its rows are a slice of those over all chunks. Pieces are numbered from 0;
    one that is not finished has no rows.
    """
    chunks = store.digests()
    start = 0
    for number, piece in enumerate(crew.pieces()):
        digest, rows = chunks.get(number, ("", 0))
        if rows:
            yield number, piece, digest, slice(start, start + rows)
        start += rows


def _row_tasks(store: Store, crew: Crew, rows: IntArray) -> Iterator[Task]:
    """Yield (number, piece, digest, rows) of each chunk of which rows are wanted.

    `rows`, int64, are numbers over all chunks of `store` and ascend; those of a
    task count from 0 within its chunk. `number`, from 0, is that of the chunk,
    `digest` the SHA-256 of its table, `piece` its candidates, one of
    ``crew.pieces()``.
    """
    for number, piece, digest, place in _chunks(store, crew):
        own_rows = ranked.slice_rows(rows, place.start, place.stop)
        if len(own_rows):
            yield number, piece, digest, own_rows - place.start


def _rows_of_workers(
    store: Any, crew: Crew, rows: IntArray, columns: list[str] | None = None
) -> pa.Table:
    """Return rows of candidates that the workers read out of their chunks, with some columns or all.

    Parameters
    ----------
    store : Store
        Finished chunks, in a place that all workers reach.
    crew : Crew
        Workers; they evaluate a damaged chunk again.
    rows : ndarray of int64
        Numbers over all chunks, from 0, ascending; at least one.
    columns : list of str, optional
        Columns to read; all otherwise.

    Returns
    -------
    pyarrow.Table
        In the order of `rows`.
    """
    tasks = _row_tasks(store, crew, rows)
    work = partial(
        _read_rows, work=crew.work, place=store.place, columns=columns
    )
    return pa.concat_tables(
        map(decode, iterate_results(crew.pool, work, tasks))
    )


def _write_fragments(
    store: Store,
    crew: Crew,
    ranking: Ranking,
    kept: _Kept,
    in_memory: IntArray,
    report: Progress,
) -> pa.Table:
    """Let the workers write every chunk with its ranks; return the rows that stay in memory.

    The hashes of the files are entered in ``store.hashed``, in place, by their
    names, such as "ranked-0123456789ab.parquet/part-000012.parquet". They have
    all columns of the chunks and those of the ranking.

    Parameters
    ----------
    store : Store
        Finished chunks, in a place that all workers reach.
    crew : Crew
        Workers, which evaluate a damaged chunk again: ``pool``, ``pieces`` and
        ``work``.
    ranking : Ranking
        Of all n rows.
    kept : ndarray of bool, shape (n,), or None
        Rows that are written, all without it.
    in_memory : ndarray of int64
        Numbers from 0, among the rows that are written, of those to return,
        ascending; the table has their order.
    report : callable
        Called with the number of chunks done and None.
    """
    total = len(ranking.place)
    count_before = np.concatenate(
        [[0], np.cumsum(np.ones(total, bool) if kept is None else kept)]
    )

    def tasks() -> Iterator[Task]:
        """Yield (number, piece, digest, ranks) of each chunk with rows; `ranks` is a `_Ranks`.

        The first three are those of `_chunks`. All rows of `ranks` count from
        0 within the chunk.
        """
        for number, piece, digest, rows in _chunks(store, crew):
            first = count_before[rows.start]
            own_rows = ranked.slice_rows(
                in_memory, first, count_before[rows.stop]
            )
            columns = encode(ranking.columns(rows.start, rows.stop))
            part = None if kept is None else kept[rows]
            ranks = _Ranks(columns, part, own_rows - first)
            yield number, piece, digest, ranks

    folder = fragments_folder(store.identity)
    work = partial(
        _write_fragment, work=crew.work, place=store.place, folder=folder
    )
    fragments = []
    for fragment in iterate_results(crew.pool, work, tasks()):
        store.hashed[fragment.name] = fragment.digest
        fragments.append(decode(fragment.rows))
        report(len(fragments), None)
    return ranked.compact(pa.concat_tables(fragments))
