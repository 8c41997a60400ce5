"""How firmly a candidate holds its rank when everything moves within its interval.

The leading candidates are ranked anew in many draws. In a draw every predicted property has one
value, met or not met is a fact, and the rules of `ranking` apply. A property is its prediction
plus a standard score times the standard deviation of that side of its interval. The score of
B_r, H_cj and the coefficients each has two parts: one that all magnets of a host share in the
draw (a model that is wrong is wrong for all of them, and so is the process), and one of the
composition alone; `SHARED` says how much of the variance is shared. One score serves every
temperature, and (BH)max, knee and T_max follow B_r and H_cj (`requirements.FOLLOWS`). Prices and
supply risk move as `magnetkit.supply.sampled_supply` says, for all candidates alike.
"""

from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from ..applications import Profile
from ..columns import ROBUSTNESS
from ..composition import CompositionTable
from ..errors import InputError
from ..prediction.properties import magnets
from .judged import Job, job_from
from .order import Objective, positions
from .pareto import fronts
from .requirements import FOLLOWS, interval_of

DRAWS = 500
POOL = 300
TOP = 10

SHARED = 0.8
"""Share of a property's variance that all magnets of one host have in common.

Measured on 2:14:1 series of papers left out of the fit: at compositions less than 0.05 apart (sum
of the differences of atomic fractions) the errors of one paper differ by a standard deviation of
7 % (mu0 H_a) and 1.5 % (J_s) each, where the intervals of H_cj and B_r stand for 18 % and 3.9 %.
What is left to the composition is thus about a fifth of the variance, in either.
"""

IDENTITY = ("rank", "candidate", "formula", "shell", "host")
Draws = NDArray[np.float64]


class Ranked(Protocol):
    """What is needed of a screening: its best rows, its device and what was asked."""

    @property
    def profile(self) -> Profile:
        """The device."""

    @property
    def manifest(self) -> dict[str, Any]:
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
        of the draws.

    Raises
    ------
    InputError
        If a number is out of its range.
    """
    for name, value in (("top", top), ("draws", draws), ("pool", pool)):
        if value < 1:
            raise InputError(f"{name} must be 1 or more, got {value}")
    if not 0.5 < interval < 1.0:
        raise InputError(f"interval must lie between 0.5 and 1, got {interval}")
    leading = _leading(result, pool)
    frame = leading[[*IDENTITY]].copy()
    if not len(frame):
        return frame.assign(**dict.fromkeys(ROBUSTNESS, np.array([])))
    meets, place = _ranked_anew(leading, job_of(result), draws, np.random.default_rng(seed))
    tail = (1.0 - interval) / 2.0
    low, middle, high = np.quantile(place, [tail, 0.5, 1.0 - tail], axis=1, method="nearest")
    frame["top_ten_share"] = (place <= top).mean(axis=1)
    frame["meets_share"] = meets.mean(axis=1)
    frame["rank_median"], frame["rank_lo"], frame["rank_hi"] = middle, low, high
    frame["tie_group"] = _tie_groups(place, interval)
    return frame


def _leading(result: Ranked, pool: int) -> pd.DataFrame:
    """Return the best rows in order of rank."""
    frame = result.best(pool)
    frame["shell"] = frame["shell"].astype(object).fillna("")
    return frame.reset_index(drop=True)


def job_of(result: Ranked) -> Job:
    """Return the job that the result came from."""
    return job_from(result.profile, result.manifest["identity"])


def _ranked_anew(
    leading: pd.DataFrame, job: Job, draws: int, rng: np.random.Generator
) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Return whether each candidate meets the requirements and its place, each (n, draws)."""
    from ..supply import sampled_supply

    profile, conditions = job.profile, job.conditions
    table = CompositionTable.from_strings(list(leading["formula"]), basis="atomic")
    shells = list(leading["shell"]) if any(leading["shell"]) else None
    at = sorted({r.temperature_K or job.temperature for r in profile.requirements})
    frames = dict(zip(at, magnets(table, shells, at, conditions), strict=True))
    values = _Values(leading, frames, draws, rng)
    values.known |= sampled_supply(
        table, draws, rng, conditions.scenario, conditions.recycled, shells
    )

    margin = np.full((len(leading), draws), np.inf)
    for requirement in profile.requirements:
        drawn = values.at(requirement.column, requirement.temperature_K or job.temperature)
        margin = np.minimum(margin, requirement.margin(drawn))
    values.known["performance_margin"] = margin
    meets = (margin >= 0.0) & leading["host"].isin(list(profile.hosts)).to_numpy()[:, None]

    heavy = leading["heavy_rare_earth_wt_pct"].to_numpy(np.float64)
    parsed = [Objective.parse(text) for text in profile.objectives]
    points = np.stack([o.points(values.at(o.column, job.temperature)) for o in parsed], axis=-1)
    place = np.empty(margin.shape, np.int64)
    for draw in range(draws):
        met = meets[:, draw]
        front = fronts(points[met, draw])
        place[:, draw] = positions(met, ~met, front, heavy[met], margin[:, draw])
    return meets, place


class _Values:
    """Drawn values of any result column, each of shape (n, draws)."""

    def __init__(
        self,
        leading: pd.DataFrame,
        frames: dict[float, pd.DataFrame],
        draws: int,
        rng: np.random.Generator,
    ) -> None:
        self.known: dict[str, Draws] = {}
        self._leading, self._frames, self._draws, self._rng = leading, frames, draws, rng
        hosts = leading["host"].astype("category").cat
        self._host, self._hosts = hosts.codes.to_numpy(), len(hosts.categories)
        self._scores: dict[str, Draws] = {}

    def at(self, column: str, temperature: float) -> Draws:
        """Return a column at a temperature, K."""
        if column in self.known:
            return self.known[column]
        frame = self._frames.get(temperature, self._leading)
        value, lo, hi = interval_of(frame if column in frame else self._leading, column)
        z = self._score(FOLLOWS.get(column, column)) / ndtri(0.95)
        half = np.where(z > 0, (hi - value)[:, None], (value - lo)[:, None])
        return value[:, None] + np.nan_to_num(half) * z

    def _score(self, column: str) -> Draws:
        if column not in self._scores:
            # The shared part decides most, so its draws are spread evenly (Latin hypercube).
            place = self._rng.permuted(
                np.tile(np.arange(self._draws), (self._hosts, 1)), axis=1
            ) + self._rng.random((self._hosts, self._draws))
            shared = ndtri(place / self._draws)[self._host]
            own = self._rng.standard_normal((len(self._leading), self._draws))
            self._scores[column] = np.sqrt(SHARED) * shared + np.sqrt(1.0 - SHARED) * own
        return self._scores[column]


def _tie_groups(place: NDArray[np.int64], interval: float) -> NDArray[np.int64]:
    """Return the group of each candidate, from 1: who is not told from the group's first."""
    group = np.empty(len(place), np.int64)
    first = number = 0
    for i in range(len(place)):
        if i == 0 or (place[first] < place[i]).mean() >= interval:
            first, number = i, number + 1
        group[i] = number
    return group
