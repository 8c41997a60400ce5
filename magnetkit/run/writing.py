"""The end of a screening: ranks over all finished chunks, and the files of the contract."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..errors import InputError
from ..files import write_csv, write_parquet
from ..ranking.judged import Job
from ..ranking.order import Ranking, Rule, ranked
from ..ranking.regret import by_regret
from . import manifest as folders
from .bucket import Bucket
from .folder import Folder
from .fragments import Crew, taken, with_ranks, write_fragments
from .held import Held, compact, held_rows
from .passes import Counts
from .pool import ahead
from .progress import Progress
from .result import TOP_ROWS, Ranked


def finish(
    store: Any,
    job: Job,
    rule: Rule,
    identity: Mapping[str, Any],
    summary: Mapping[str, Any],
    tell: Progress,
    crew: Crew,
    keep: int | None = None,
) -> Ranked:
    """Rank over all chunks, and write the files of the contract if there is a place for them.

    Parameters
    ----------
    store : Folder or Memory
        With every chunk.
    job, rule
        What was asked, and by what it is ranked.
    identity, summary : mapping
        For the manifest; whoever meets the requirements is counted here.
    tell : Progress
    crew : Crew
        Who writes where the place is one that all workers reach.
    keep : int, optional
        Rows by rank that are written; all otherwise.

    Returns
    -------
    Ranked
    """
    # What evaluation left in Arrow's pool is more than the ranking takes.
    pa.default_memory_pool().release_unused()
    remote = isinstance(store, Bucket)
    take = partial(taken, store, crew) if remote else partial(_taken, store)
    ranking = by_regret(ranked(store.judged(rule)), take, job)
    summary = {"meet_requirements": int(ranking.meets.sum()), **summary}
    kept = None
    if keep is not None:
        kept = (ranking.place > 0) & (ranking.place <= keep)
        summary |= {"meet_requirements": int(ranking.meets[kept].sum()), "kept": int(kept.sum())}
    if store.path is None:
        data = pa.concat_tables(_with_ranks(store.tables(), ranking, kept)).unify_dictionaries()
        manifest = {"identity": dict(identity), "summary": summary}
        return Ranked(data, job.profile, manifest, list(store.rejected()))
    place = ranking.place if kept is None else ranking.place[kept]
    rows = held_rows(place, TOP_ROWS)
    write = partial(write_fragments, store, crew) if remote else partial(_write, store)
    held = Held(rows, write(ranking, kept, rows, tell))
    top = held.take(_leading(place)).sort_by("rank")
    write_csv(
        top.column_names,
        zip(*(c.to_pylist() for c in top.columns), strict=True),
        store.staged(folders.RANKED_CSV),
    )
    folders.write_rejected(store.rejected(), store.staged(folders.REJECTED))
    store.finish(summary)
    if remote:
        return Ranked.from_folder(store.path, held)
    path: Path = store.path
    manifest = folders.read_manifest(path)
    return Ranked(path / folders.RANKED, job.profile, manifest, path / folders.REJECTED, held)


def _write(
    store: Folder,
    ranking: Ranking,
    kept: NDArray[np.bool_] | None,
    held: NDArray[np.int64],
    tell: Progress,
) -> pa.Table:
    """Write ``ranked.parquet``; return the rows that are held."""
    tables = _with_ranks(store.tables(), ranking, kept)
    found: list[pa.Table] = []
    first = next(tables)
    passed = _watched(chain([first], ahead(tables)), held, found, len(ranking.place), tell)
    path = store.staged(folders.RANKED)
    store.hashed[folders.RANKED] = write_parquet(passed, first.schema, path)
    return compact(pa.concat_tables(found))


def _taken(store: Any, rows: NDArray[np.int64], columns: list[str]) -> pa.Table:
    """Return some columns of some candidates."""
    found: list[pa.Table] = []
    for _ in _watched(store.tables(columns), rows, found, 0, lambda *_: None):
        pass
    return pa.concat_tables(found)


def refuse_nothing(store: Any, counts: Counts) -> None:
    """Say why there is nothing to rank, if there is nothing; what was rejected is still written.

    Raises
    ------
    InputError
        If no candidate could be read.
    """
    if counts.rows:
        return
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


def _leading(place: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the rows of ``ranked.csv``, ascending; unranked ones where there are too few."""
    rows = np.flatnonzero((place > 0) & (place <= TOP_ROWS))
    others = np.flatnonzero(place == 0)[: TOP_ROWS - len(rows)]
    return np.sort(np.concatenate([rows, others]))


def _watched(
    tables: Iterable[pa.Table],
    rows: NDArray[np.int64],
    found: list[pa.Table],
    total: int,
    tell: Progress,
) -> Iterator[pa.Table]:
    """Pass tables on, put some `rows` of all into `found`, and tell how far it is."""
    stop = 0
    for table in tables:
        start, stop = stop, stop + len(table)
        own = rows[np.searchsorted(rows, start) : np.searchsorted(rows, stop)]
        found.append(table.take(pa.array(own - start)))
        yield table
        tell(stop, total)


def _with_ranks(
    tables: Iterator[pa.Table], ranking: Ranking, kept: NDArray[np.bool_] | None
) -> Iterator[pa.Table]:
    """Yield the chunks, or what is kept of them, with the columns of the ranking in order."""
    start = 0
    for table in tables:
        rows = slice(start, start + len(table))
        start += len(table)
        part = None if kept is None else kept[rows]
        yield with_ranks(table, ranking.columns(rows.start, rows.stop), part)
