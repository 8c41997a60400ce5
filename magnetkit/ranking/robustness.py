"""How firmly a candidate holds its rank when everything moves within its interval.

The leading candidates are ranked anew, by their loss, in many draws of what they may be (`draws`).
"""

from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..applications import Profile
from ..arguments import whole
from ..columns import ROBUSTNESS
from ..errors import InputError
from .draws import drawn
from .judged import Job
from .simpler import simpler_rank

DRAWS = 500
POOL = 300
TOP = 10

IDENTITY = ("rank", "candidate", "formula", "shell", "host")


class Ranked(Protocol):
    """What is needed of a screening: its best rows, its device and what was asked."""

    @property
    def profile(self) -> Profile:
        """The device."""

    @property
    def job(self) -> Job:
        """What was asked."""

    def best(self, n: int) -> pd.DataFrame:
        """Return the first `n` rows by rank."""


def robustness(
    result: Ranked,
    top: int = TOP,
    draws: int = DRAWS,
    pool: int = POOL,
    seed: int = 0,
    interval: float = 0.9,
) -> pd.DataFrame:
    """Return how often each leading candidate stays at the top when inputs move.

    Parameters
    ----------
    result : Ranked
    top : int
        Places that count as the top.
    draws : int
        How often to draw and rank anew.
    pool : int
        How many of the best are ranked anew.
    seed : int
        Of the random draws.
    interval : float
        Certainty with which a candidate must beat another to be told from it, and coverage of the
        range of ranks.

    Returns
    -------
    DataFrame
        The best `pool` candidates by rank: ``rank``, ``candidate``, ``formula``, ``shell``,
        ``host``, then the columns of `magnetkit.columns.ROBUSTNESS`. Candidates of one
        ``tie_group`` cannot be told from its first: that one beats them in fewer than `interval`
        of the draws. Those of a ``simpler_rank`` add an element for nothing (`simpler`).

    Raises
    ------
    InputError
        If a number is out of its range.
    """
    for name, value in (("top", top), ("draws", draws), ("pool", pool)):
        whole(name, value)
    whole("seed", seed, 0)
    if not 0.5 < interval < 1.0:
        raise InputError(f"interval must lie between 0.5 and 1, got {interval}")
    leading = _leading(result, pool)
    frame = leading[[*IDENTITY]].copy()
    if not len(frame):
        return frame.assign(**dict.fromkeys(ROBUSTNESS, np.array([])))
    job = result.job
    found = drawn(leading, job, draws, seed)
    # As in the ranking itself, nobody too unlikely to meet passes one that is likely to.
    place = found.place(~leading["meets_requirements"].to_numpy(bool))
    tail = (1.0 - interval) / 2.0
    low, middle, high = np.quantile(place, [tail, 0.5, 1.0 - tail], axis=1, method="nearest")
    frame["top_ten_share"] = (place <= top).mean(axis=1)
    frame["meets_share"] = found.meets.mean(axis=1)
    frame["rank_median"], frame["rank_lo"], frame["rank_hi"] = middle, low, high
    frame["tie_group"] = _tie_groups(place, interval)
    simpler = simpler_rank(leading, job)
    frame["simpler_rank"] = pd.arrays.IntegerArray(simpler, simpler == 0)
    return frame


def _leading(result: Ranked, pool: int) -> pd.DataFrame:
    """Return the best rows in order of rank."""
    frame = result.best(pool)
    frame["shell"] = frame["shell"].astype(object).fillna("")
    return frame.reset_index(drop=True)


def _tie_groups(place: NDArray[np.int64], interval: float) -> NDArray[np.int64]:
    """Return the group of each candidate, from 1: who is not told from the group's first."""
    group = np.empty(len(place), np.int64)
    first = number = 0
    for i in range(len(place)):
        if i == 0 or (place[first] < place[i]).mean() >= interval:
            first, number = i, number + 1
        group[i] = number
    return group
