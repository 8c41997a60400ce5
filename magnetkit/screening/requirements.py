"""What a device asks, and how likely a candidate gives it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from ..columns import COLUMNS

if TYPE_CHECKING:
    from ..applications.profile import Profile, Requirement

MEETS_PROBABILITY = 0.8
"""A candidate meets the requirements from this probability on."""

Frames = Mapping[float, pd.DataFrame]
"""Properties by temperature, K; the rows are the same in each."""


@dataclass(frozen=True)
class Verdict:
    """How a set of candidates stands to the requirements of a device.

    Attributes
    ----------
    probability : ndarray, shape (n,)
        Probability that every requirement is met. The requirements are taken as independent,
        which understates it where they rise and fall together.
    margin : ndarray, shape (n,)
        Smallest slack over the requirements as a share of the limit; below zero is a miss.
    failed : pandas.Categorical, length n
        The requirements whose own probability is too small, by name.
    """

    probability: NDArray[np.float64]
    margin: NDArray[np.float64]
    failed: pd.Categorical


def judge(
    profile: "Profile", frames: Frames, temperature: float, threshold: float = MEETS_PROBABILITY
) -> Verdict:
    """Judge candidates by the requirements of a device.

    Parameters
    ----------
    profile : Profile
        The device.
    frames : mapping of float to DataFrame
        Properties at each temperature the requirements name, and at `temperature`.
    temperature : float
        Temperature of requirements that name none, K.
    threshold : float
        A requirement counts as failed below this probability.

    Returns
    -------
    Verdict
    """
    here = frames[temperature]
    probability = np.ones(len(here))
    margin = np.full(len(here), np.inf)
    failed = np.zeros(len(here), np.int64)
    names = [str(requirement) for requirement in profile.requirements]
    for bit, requirement in enumerate(profile.requirements):
        frame = frames[requirement.temperature_K or temperature]
        chance = _probability(requirement, frame)
        probability *= chance
        margin = np.fmin(margin, requirement.margin(frame[requirement.column]))
        failed[chance < threshold] |= 1 << bit
    outside = ~here["host"].isin(list(profile.hosts)).to_numpy()
    probability[outside] = 0.0
    failed[outside] |= 1 << len(names)
    names.append("host in " + ", ".join(profile.hosts))
    margin[~np.isfinite(margin)] = np.nan
    return Verdict(probability, margin, _name_sets(failed, names))


def _probability(requirement: "Requirement", frame: pd.DataFrame) -> NDArray[np.float64]:
    column = requirement.column
    value = frame[column].to_numpy(np.float64)
    predicted = COLUMNS[column].predicted
    lo = frame[f"{column}_lo"].to_numpy(np.float64) if predicted else value
    hi = frame[f"{column}_hi"].to_numpy(np.float64) if predicted else value
    limit = requirement.limit
    if requirement.minimum is not None:
        return probability_beyond(limit, 1, value, lo, hi)
    below = probability_beyond(limit, -1, value, lo, hi)
    if requirement.maximum is not None:
        return below
    above = probability_beyond(-limit, 1, value, lo, hi)
    return np.clip(below + above - 1.0, 0.0, 1.0)


def probability_beyond(
    bound: float,
    side: int,
    value: NDArray[np.float64],
    lo: NDArray[np.float64],
    hi: NDArray[np.float64],
    interval: float = 0.9,
) -> NDArray[np.float64]:
    """Return the probability that a predicted quantity lies on one side of a bound.

    The prediction is read as a normal distribution about `value`, with the standard deviation of
    each side from its own half of the interval. NaN means not known and gives zero.

    Parameters
    ----------
    bound : float
        The bound, in the unit of `value`.
    side : {1, -1}
        1 for at or above the bound, -1 for at or below.
    value, lo, hi : ndarray, shape (n,)
        Prediction and its interval.
    interval : float
        Share of the distribution inside the interval.

    Returns
    -------
    ndarray, shape (n,)
    """
    z = norm.ppf(0.5 + interval / 2.0)
    above = bound > value
    sigma = np.where(above, hi - value, value - lo) / z
    distance = side * (value - bound)
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = np.where(sigma > 0, distance / sigma, np.where(distance >= 0, np.inf, -np.inf))
    return np.where(np.isnan(value), 0.0, norm.cdf(scaled))


def _name_sets(bits: NDArray[np.int64], names: Sequence[str]) -> pd.Categorical:
    """Return each bit set as the joined names, dictionary-encoded."""
    distinct, codes = np.unique(bits, return_inverse=True)
    texts = ["; ".join(n for k, n in enumerate(names) if int(b) >> k & 1) for b in distinct]
    return pd.Categorical.from_codes(codes, categories=pd.Index(texts, dtype="str"))
