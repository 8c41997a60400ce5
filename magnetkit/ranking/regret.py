"""The leading candidates by what an engineer would regret least."""

from collections.abc import Callable
from itertools import chain

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..columns import with_interval
from .draws import COST_PER_FLUX, drawn
from .judged import Job
from .order import Ranking, needed_columns

DRAWS, POOL, SEED, TOP = 500, 1000, 0, 10
"""Draws, leading candidates that they re-order, seed of the random numbers, and how many are
the best of a draw: as `robustness` has it, so that a rank and its share agree."""

Take = Callable[[NDArray[np.int64], list[str]], pa.Table]
"""Returns some columns of some candidates, whose numbers ascend."""


def by_regret(ranking: Ranking, take: Take, job: Job) -> Ranking:
    """Order the leading candidates by how often they are among the best over draws (`draws`).

    Those that are so equally often, or never, follow by their mean loss: the expected regret.

    Parameters
    ----------
    ranking : Ranking
        What `order.rank` returned.
    take : callable
        Returns columns of some of the candidates that were ranked.
    job : Job

    Returns
    -------
    Ranking
        The rest keeps its order, which agrees: the same loss, of what is expected.
    """
    rows = ranking.leading(POOL)
    if len(rows) < 2:
        return ranking
    order = np.argsort(rows)
    frame = take(rows[order], _columns(job)).unify_dictionaries().to_pandas()
    leading = frame.iloc[np.argsort(order)].reset_index(drop=True)
    found = drawn(leading, job, DRAWS, SEED)
    share = (found.place() <= TOP).mean(axis=1)
    return ranking.reordered(rows, share, found.expected(), found.meets.mean(axis=1))


def _columns(job: Job) -> list[str]:
    """Return the columns that draws are made from."""
    profile = job.profile
    asked = [r.column for r in profile.requirements]
    asked += [c for c in needed_columns(profile.objectives) if c != COST_PER_FLUX]
    found = chain.from_iterable(with_interval(name) for name in asked)
    fixed = ["formula", "shell", "host", "density_kg_m3", *with_interval("remanence_T")]
    return [n for n in dict.fromkeys([*fixed, *found]) if not n.endswith("_provenance")]
