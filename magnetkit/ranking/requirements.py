"""What a device asks, and how likely a candidate gives it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..columnar import Coded, Columns
from ..columns import COLUMNS, STATUSES

if TYPE_CHECKING:
    from ..applications.parts import Requirement
    from ..applications.profile import Profile

MEETS_PROBABILITY = 0.8
"""A candidate meets the requirements from this probability on."""

Tables = Mapping[float, Columns]
"""Properties by temperature, K; the rows are the same in each."""

FOLLOWS = {
    "max_energy_product_kJ_m3": "remanence_T",
    "knee_field_kA_m": "coercivity_kA_m",
    "max_working_temperature_K": "coercivity_kA_m",
    "demagnetization_safety": "coercivity_kA_m",
    "irreversible_loss_pct": "coercivity_kA_m",
}
"""Column to the one whose error it shares: (BH)max goes with B_r^2, the knee and what follows from
it with H_cj."""

AGAINST = frozenset({"irreversible_loss_pct"})
"""Columns of `FOLLOWS` that fall as what they follow rises."""

OUTSIDE = -1.0
"""Largest margin of a host that the device does not allow: it misses the whole of a limit."""

Window = tuple[NDArray[np.float64] | float, NDArray[np.float64] | float]
"""Lowest and highest standard score of a prediction at which a requirement is met, shape (n,); one
number where all rows share it."""


@dataclass(frozen=True)
class Verdict:
    """How a set of candidates stands to the requirements of a device.

    Attributes
    ----------
    probability : ndarray, shape (n,)
        Probability that every requirement is met. Requirements on quantities that share an error
        (`FOLLOWS`, and one quantity at several temperatures) rise and fall together; the others
        are taken as independent.
    margin : ndarray, shape (n,)
        Smallest slack over the requirements as a share of the limit; below zero is a miss.
    failed : Coded, length n
        The requirements whose own probability is too small, by name; the least likely of all
        where only their product is too small.
    """

    probability: NDArray[np.float64]
    margin: NDArray[np.float64]
    failed: Coded


def judge(
    profile: "Profile",
    tables: Tables,
    temperature: float,
    threshold: float = MEETS_PROBABILITY,
    interval: float = 0.9,
    beside: Mapping[str, NDArray[np.float64]] | None = None,
) -> Verdict:
    """Judge candidates by the requirements of a device.

    Parameters
    ----------
    profile : Profile
        The device.
    tables : mapping of float to Columns
        Properties at each temperature the requirements name, and at `temperature`.
    temperature : float
        Temperature of requirements that name none, K.
    threshold : float
        A requirement counts as failed below this probability.
    interval : float
        Coverage of the intervals in `tables`.
    beside : mapping of str to ndarray, shape (n,), optional
        By quantity (the values of `FOLLOWS`, or the column itself) the width of the difference to
        the reference magnet over that of the value itself, where requirements are relative to it;
        two magnets that share nothing, a factor of sqrt(2), otherwise.

    Returns
    -------
    Verdict
    """
    from scipy.special import ndtr

    host = tables[temperature]["host"]
    windows: dict[tuple[str, bool], tuple[Window, NDArray[np.float64]]] = {}
    margin = np.full(len(host), np.inf)
    least, least_bit = np.ones(len(host)), np.zeros(len(host), np.int64)
    failed = np.zeros(len(host), np.int64)
    names = [str(requirement) for requirement in profile.requirements]
    for bit, requirement in enumerate(profile.requirements):
        table = tables[requirement.temperature_K or temperature]
        column = requirement.column
        width = None
        if requirement.share_of_reference is not None:
            width = (beside or {}).get(FOLLOWS.get(column, column), 2.0**0.5)
        low, high = _window(requirement, table, interval, width)
        if column in AGAINST:
            low, high = -high, -low
        chance = ndtr(high) - ndtr(low)
        failed[chance < threshold] |= 1 << bit
        least_bit[chance < least] = 1 << bit
        least = np.fmin(chance, least)
        margin = np.fmin(margin, requirement.margin(table[column]))
        # A difference to the reference has another error than the value itself.
        key = FOLLOWS.get(column, column), requirement.share_of_reference is not None
        if key in windows:
            (lowest, highest), _ = windows[key]
            low, high = np.maximum(low, lowest), np.minimum(high, highest)
            chance = ndtr(high) - ndtr(low)
        windows[key] = (low, high), chance
    probability = np.ones(len(host))
    for _, chance in windows.values():
        probability *= np.maximum(chance, 0.0)
    together = (probability < threshold) & (failed == 0)
    failed[together] = least_bit[together]
    outside = ~host.says(*profile.allowed_hosts)
    probability[outside] = 0.0
    failed[outside] |= 1 << len(names)
    names.append("host in " + ", ".join(profile.hosts))
    # Of what is not known there is no margin, whatever its host.
    margin[~np.isfinite(margin)] = np.nan
    margin[outside] = np.minimum(margin[outside], OUTSIDE)
    return Verdict(probability, margin, name_sets(failed, names))


def status_over(tables: Tables, temperature: float) -> Coded:
    """Return the status over the whole range: the first that is not ok, the table's own first.

    The table is that of `temperature`, K.
    """
    found = tables[temperature]["status"].codes
    for table in tables.values():
        found = np.where(found == STATUSES.index("ok"), table["status"].codes, found)
    return Coded(found, STATUSES)


def interval_of(table: Any, column: str) -> tuple[NDArray[np.float64], ...]:
    """Return value, lower and upper end of a column; the value thrice where it is exact.

    The table is of `Columns` or a frame.
    """
    value = np.asarray(table[column], np.float64)
    if not COLUMNS[column].predicted:
        return value, value, value
    lower, upper = (np.asarray(table[f"{column}_{end}"], np.float64) for end in ("lo", "hi"))
    return value, lower, upper


def _window(
    requirement: "Requirement",
    table: Columns,
    interval: float,
    width: NDArray[np.float64] | float | None,
) -> Window:
    """Return where the standard score of a prediction must lie; an empty window for NaN."""
    value, lo, hi = interval_of(table, requirement.column)
    if width is not None:
        lo, hi = value - width * (value - lo), value + width * (hi - value)
    limit = requirement.limit
    low: NDArray[np.float64] | float = -np.inf
    high: NDArray[np.float64] | float = np.inf
    unknown = np.isnan(value)
    if requirement.minimum is not None:
        low = score(limit, 1, value, lo, hi, interval)
    else:
        high = score(limit, -1, value, lo, hi, interval)
        if requirement.absolute_maximum is not None:
            low = score(-limit, 1, value, lo, hi, interval)
    for end, empty in ((low, np.inf), (high, -np.inf)):
        if isinstance(end, np.ndarray):
            end[unknown] = empty
    return low, high


def score(
    bound: float,
    side: int,
    value: NDArray[np.float64],
    lo: NDArray[np.float64],
    hi: NDArray[np.float64],
    interval: float = 0.9,
) -> NDArray[np.float64]:
    """Return the standard score at which a predicted quantity reaches a bound.

    The prediction is read as a normal distribution about `value`, with the standard deviation of
    each side from its own half of the interval: the quantity is ``value + z sigma``.

    Parameters
    ----------
    bound : float
        The bound, in the unit of `value`.
    side : {1, -1}
        1 where being at the bound or above is good, -1 for at or below: an exact value at the
        bound is good.
    value, lo, hi : ndarray, shape (n,)
        Prediction and its interval.
    interval : float
        Share of the distribution inside the interval.

    Returns
    -------
    ndarray, shape (n,)
        z, infinite where the interval has no width.
    """
    from scipy.special import ndtri

    half = np.where(bound > value, hi - value, value - lo)
    distance = bound - value
    with np.errstate(divide="ignore", invalid="ignore"):
        found = ndtri(0.5 + interval / 2.0) * distance / half
    certain = ~(half > 0)
    away = distance[certain]
    found[certain] = np.where(away == 0, -side, np.sign(away)) * np.inf
    return found


def name_sets(bits: NDArray[np.int64], names: Sequence[str]) -> Coded:
    """Return each bit set as the joined names."""
    distinct, codes = np.unique(bits, return_inverse=True)
    texts = ["; ".join(n for k, n in enumerate(names) if int(b) >> k & 1) for b in distinct]
    return Coded(codes, tuple(texts))
