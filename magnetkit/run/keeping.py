"""Screening for the best of a space that is too large to be written out.

A first pass leaves out what cannot be among them (`ranking.sieve`) and counts over all; what is
left goes through an ordinary screening, whose rows beyond those asked for are not written. So ranks
and rows are those of a full screening.
"""

from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa

from ..arguments import whole
from ..errors import InputError
from ..ranking.judged import Job
from ..ranking.order import Rule
from ..ranking.sieve import Sieve, Tally, edges_of, limit_of, needed_for, properties_of, sift
from .candidates import CHUNK_ROWS, Candidates, Chosen, SpaceCandidates
from .passes import Counts, Store, telling, through
from .pool import Pool
from .progress import Progress
from .work import leading, sieved

MOST_ROWS, KEEP = 10_000_000, 100_000
"""Spaces of more than so many candidates keep so many where nothing else is asked."""
PIECE_ROWS = 1 << 20
"""Candidates a piece of the first pass: seconds of work."""
_SAMPLE = 65_536
_FOR_EDGES = 4096


def kept_rows(keep: int | None, source: Candidates) -> int | None:
    """Return how many of the best are kept; None for all.

    Raises
    ------
    InputError
        If `keep` is no whole number of 1 or more.
    """
    if keep is not None:
        return whole("keep", keep, 1)
    rows = source.count()
    is_space = isinstance(source, SpaceCandidates)
    return KEEP if is_space and rows is not None and rows > MOST_ROWS else None


def chosen(
    source: Candidates,
    job: Job,
    rule: Rule,
    keep: int,
    store: Store,
    pool: Pool,
    tell: Progress,
    strict: bool = False,
) -> tuple[Chosen, Counts, dict[str, Any]]:
    """Return the candidates that can be among the first `keep`, and what was counted over all.

    Raises
    ------
    InputError
        If none has a rank.
    """
    told = telling(tell, source.count())
    for number, sieve in enumerate(_sieves(source, job, rule, keep)):
        store.phase = f"sieve{number}"
        work = partial(sieved, job=job, rule=rule, sieve=sieve, keep=keep)
        counts = through(source.pieces(PIECE_ROWS), work, store, pool, told, strict)
        tally = Tally()
        for plain in store.tallies():
            tally.add(Tally.of(plain))
        found = _first(store, needed_for(keep))
        # Nothing rests on the sample: what is below the limit was counted.
        if not sieve.closed or len(found) >= needed_for(keep):
            break
    store.phase = "chunk"
    if counts.rows and not len(found):
        reasons = ", ".join(f"{n:,} {why}" for why, n in tally.status.most_common())
        raise InputError(f"none of {counts.rows:,} candidates has a rank: {reasons}")
    summary = {
        "candidates": counts.rows,
        "rejected": counts.rejected,
        "sieve": tally.plain()
        | {"limit": sieve.limit if sieve.closed else None, "edges": dict(sieve.edges)},
    }
    pieces, rows = found["piece"].to_numpy(), found["row"].to_numpy()
    chosen_rows = {int(number): rows[pieces == number] for number in np.unique(pieces)}
    return Chosen(source, PIECE_ROWS, chosen_rows), counts, summary


def _first(store: Store, count: int) -> pa.Table:
    """Return the first `count` rows that the pass left, by piece."""
    found: list[pa.Table] = []
    for number, table in store.numbered():
        table = table.append_column("piece", pa.array(np.full(len(table), number, np.int32)))
        found.append(table)
        if sum(len(part) for part in found) > 4 * count:
            found = [leading(pa.concat_tables(found), count)]
    if not found:
        return pa.table({"row": pa.array([], pa.int64()), "piece": pa.array([], pa.int32())})
    return leading(pa.concat_tables(found), count)


def _sieves(source: Candidates, job: Job, rule: Rule, keep: int) -> Iterator[Sieve]:
    """Yield the sieve to try first, then one that leaves out nothing that can be ranked."""
    rows = source.count() or 0
    sampled = isinstance(source, SpaceCandidates) and rows > _SAMPLE
    if isinstance(source, SpaceCandidates) and rows > _SAMPLE:
        parts = source.sample(_SAMPLE)
    else:
        parts = [piece() for piece in islice(source.pieces(CHUNK_ROWS), 1)]
    few = [part.take(np.arange(min(_FOR_EDGES, len(part.table)))) for part in parts]
    edges = edges_of([properties_of(part.table, part.shells, job) for part in few])
    if sampled:
        left = [sift(part.table, part.shells, job, rule, Sieve())[0] for part in parts]
        losses = np.concatenate([part.judged.loss for part in left])
        limit = limit_of(losses, sum(len(part.table) for part in parts), rows, keep)
        if np.isfinite(limit):
            yield Sieve(limit, edges)
    yield Sieve(np.inf, edges)
