"""The probability that what is delivered meets what is asked.

The level of an unknown producer cancels where two of its magnets are compared. What is left is the
difference of two recipes, and the lots of each (``datasets/recipes/spread.toml``, of which
``python -m benchmarks.accuracy spread`` estimates anew what data say).
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from .._core._constants import DEVIATIONS_90
from .._core._types import BoolArray, FloatArray
from ..magnetism.spread import constants
from ..phases.records import root_host

_Range = tuple[float, float]

_NODES = 48
SAME_RECIPE = 1e-3
"""Distance, the sum over atomic fractions, to which two recipes differ by rounding alone."""
# Deviations that are less than this decide nothing, and slack that rounding takes.
_LEAST = 1e-9
_ROUNDING = 1e-8


def producer_deviations(
    host: str,
    rise: FloatArray,
    distance: FloatArray,
    share: FloatArray,
    other_shell: BoolArray,
    other_route: BoolArray,
) -> tuple[FloatArray, FloatArray]:
    """Return the standard deviations of ln B_r and ln H_cJ of n magnets over one of the same producer.

    Parameters
    ----------
    host : str
        Host of the magnets, such as "2:14:1"; one that the data do not name counts as usual.
    rise : ndarray of float64, shape (n,)
        Predicted ln of the ratio of B_r to that of the other magnet.
    distance : ndarray of float64, shape (n,)
        Distance of the alloys, the sum of absolute differences of atomic fractions.
    share : ndarray of float64, shape (n,)
        Share of H_cJ that the shell gives, 0 to 1, less that of the other magnet.
    other_shell, other_route : ndarray of bool, shape (n,)
        Whether the shells differ, and whether another route makes it, of which no producer
        cancels.

    Returns
    -------
    tuple of two ndarrays of float64, shape (n,)
        Of ln B_r, and of ln H_cJ.
    """
    alloy, shell, route = (
        constants()[name] for name in ("alloy", "shell", "route")
    )
    remanence = (alloy["remanence_T"] * (distance > SAME_RECIPE)) ** 2
    remanence = remanence + (alloy["of_difference"] * rise) ** 2
    remanence = remanence + (shell["remanence_T"] * other_shell) ** 2
    remanence = remanence + (route["remanence_T"] * other_route) ** 2
    by_quantity = alloy["of_host"].get(
        root_host(host), alloy["coercivity_kA_m"]
    )
    coercivity = 2.0 * by_quantity**2 * -np.expm1(-distance / alloy["length"])
    coercivity = coercivity + (shell["gain"] * share) ** 2
    coercivity = coercivity + (shell["coercivity_kA_m"] * other_shell) ** 2
    coercivity = coercivity + (route["coercivity_kA_m"] * other_route) ** 2
    return np.sqrt(remanence), np.sqrt(coercivity)


def limit_half_width(
    value: Any, limit: float, limit_range: _Range
) -> FloatArray:
    """Return the 90 % half width of a limit, on the side on which values lie, in the shape of `value`.

    `value` is a number or an array. `value`, `limit` and both ends of
    `limit_range`, (low, high) with low <= limit <= high, are in one unit. What
    nine of ten engineers of the device would ask lies in `limit_range`; as
    many ask more than `limit` as ask less. A value above the limit is judged
    by those who ask more (the result is high - limit), one at the limit or
    below, or NaN, by those who ask less (limit - low).
    """
    low, high = limit_range
    return np.where(
        np.asarray(value, float) > limit, high - limit, limit - low
    )


def limit_deviation(
    value: Any, limit: float, limit_range: _Range
) -> FloatArray:
    """Return the standard deviation of ln of a limit above 0, on the side of values, (n,).

    `value`, (n,), `limit` and the ends of `limit_range`, (low, high), all
    above 0, are in one unit, see `limit_half_width`: the range holds 90 %,
    that is 1.645 deviations on either side, and a value above the limit is
    judged by `high`. A value of 0 or less, or NaN, is judged as one below the
    limit. The result is 0 for a limit whose ends are equal.
    """
    low, high = limit_range
    if low == high:
        return np.zeros(np.shape(value))
    logarithms = float(np.log(low)), float(np.log(high))
    logarithm = np.log(np.maximum(value, _LEAST))
    half = limit_half_width(logarithm, float(np.log(limit)), logarithms)
    return half / DEVIATIONS_90


def least_likely(
    ratios: Sequence[FloatArray],
    limit_deviations: Sequence[FloatArray],
    deviation: Any,
) -> tuple[FloatArray, FloatArray]:
    """Return of several limits on one quantity the one that each of n magnets least likely meets.

    Parameters
    ----------
    ratios : sequence of ndarray of float64, shape (n,)
        ln of what is expected over each limit, one array a limit; at least one.
    limit_deviations : sequence of ndarray of float64, shape (n,)
        Standard deviations of ln of the limits, in the same order.
    deviation : array_like, shape (n,) or ()
        Standard deviation of ln of the quantity.

    Returns
    -------
    ratio, limit_deviation : ndarray of float64, shape (n,)
        Those of that limit, which may differ from magnet to magnet; of equals
        the first. Least likely is the smallest ratio over the deviation of
        quantity and limit together.
    """
    over = np.stack(ratios)
    width = np.stack(limit_deviations)
    score = over / np.maximum(np.hypot(deviation, width), _LEAST)
    weakest = score.argmin(axis=0)[None]
    ratio = np.take_along_axis(over, weakest, axis=0)[0]
    return ratio, np.take_along_axis(width, weakest, axis=0)[0]


def sample_limit(
    limit: float, side: int, limit_range: _Range, strictness: FloatArray
) -> FloatArray:
    """Draw values of a limit that has a range, (draws,), in the limit's unit.

    Parameters
    ----------
    limit : float
        The limit; as many ask more as ask less.
    side : {1, -1}
        1 for a minimum, -1 for a maximum.
    limit_range : tuple of float
        (low, high), low <= limit <= high, between which lies what nine of ten
        engineers would ask: the ends have scores of 1.645 either way.
    strictness : ndarray, shape (draws,)
        Standard scores of who asks, which need not lie within the range: above
        0 a minimum is larger, and a maximum smaller, than `limit`.
    """
    toward = side * strictness
    low, high = limit_range
    width = np.where(toward > 0.0, high - limit, limit - low) / DEVIATIONS_90
    return limit + width * toward


def score_at_limit(
    limit: float,
    side: int,
    values: FloatArray,
    low: FloatArray,
    high: FloatArray,
    *,
    interval: float = 0.9,
    limit_range: _Range | None = None,
) -> FloatArray:
    """Return the standard score at which predicted quantities reach a limit, (n,).

    A prediction is a normal distribution about its value, with the standard deviation of each
    side from its own half of the range, and so is a limit that has a range: their difference has
    the sum of both variances. The limit is met with the probability that a standard score is
    above that returned (`side` 1), or below it (-1).

    Parameters
    ----------
    limit : float
        What is asked, in the column's unit.
    side : {1, -1}
        1 where being at the limit or above is good, -1 for at or below.
    values, low, high : ndarray of float64, shape (n,)
        Predictions, and the ends of their ranges.
    interval : float
        Coverage of these ranges.
    limit_range : tuple of float or None
        Range of the limit, (low, high), of nine engineers in ten; None where it is cited.

    Returns
    -------
    ndarray of float64, shape (n,)
        Limit less value over the deviation, so negative for values above the limit. Infinite
        where neither has a width; an exact value at the limit is good. NaN where the value is
        NaN.

    Examples
    --------
    A limit as wide as the prediction doubles the variance: 1.645 deviations are 1.163.

    >>> ends = np.array([10.0]), np.array([8.0]), np.array([12.0])
    >>> score_at_limit(12.0, -1, *ends).round(3)
    array([1.645])
    >>> score_at_limit(12.0, -1, *ends, limit_range=(10.0, 14.0)).round(3)
    array([1.163])
    """
    from scipy.special import ndtri

    half = np.where(limit > values, high - values, values - low)
    deviation = half / ndtri(0.5 + interval / 2.0)
    if limit_range is not None:
        of_limit = limit_half_width(values, limit, limit_range) / DEVIATIONS_90
        deviation = np.hypot(deviation, of_limit)
    distance = limit - values
    with np.errstate(divide="ignore", invalid="ignore"):
        score = distance / deviation
    certain = ~(deviation > 0)
    exact = distance[certain]
    score[certain] = np.where(exact == 0, -side, np.sign(exact)) * np.inf
    return score


@lru_cache(maxsize=1)
def _legendre_nodes() -> tuple[FloatArray, FloatArray]:
    """Return nodes and weights of Gauss-Legendre on -1 to 1, each of shape (`_NODES`,)."""
    return np.polynomial.legendre.leggauss(_NODES)


def probability_of_limits(
    flux: Any,
    hardness: Any,
    flux_deviation: FloatArray,
    hardness_deviation: FloatArray,
    *,
    pull: Any = 0.0,
    trade: bool = False,
    flux_limit_deviation: Any = 0.0,
    hardness_limit_deviation: Any = 0.0,
) -> FloatArray:
    """Return the probability that n magnets meet a limit on B_r and one on H_cJ or the knee.

    With x and y the errors of ln B_r and ln H_cJ, both normal, B_r is met where ``flux + x >= 0``
    and the other where ``hardness + y - pull x >= 0``. A producer that may `trade` a little of
    one for the other (``datasets/recipes/spread.toml``) meets both if some u in (-1, 1) gives
    ``flux + x >= a u`` and ``hardness + y - pull x >= -b u``.

    Parameters
    ----------
    flux, hardness : array_like, shape (n,)
        ln of what is expected over what is asked, tolerance included; large where nothing is.
    flux_deviation, hardness_deviation : ndarray of float64, shape (n,)
        Standard deviations of the errors.
    pull : array_like, shape (n,) or ()
        By how much ln of the field against a magnet rises with ln of its B_r.
    trade : bool
        Whether one may be traded for the other.
    flux_limit_deviation, hardness_limit_deviation : array_like, shape (n,) or ()
        Standard deviations of ln of the limits, where they have a range (`limit_deviation`).

    Returns
    -------
    ndarray of float64, shape (n,)
        0 to 1; NaN where `flux` or `hardness` is NaN.

    Examples
    --------
    >>> none = np.zeros(1)
    >>> probability_of_limits([0.0], [0.0], none, none)
    array([1.])
    """
    from scipy.special import ndtr, ndtri

    sizes = constants()["trade"]
    unit_flux = sizes["remanence_T"] if trade else 1.0
    unit_hardness = sizes["coercivity_kA_m"] if trade else 1.0
    largest_move = 1.0 if trade else 0.0
    expected_flux = (np.asarray(flux, float) + _ROUNDING) / unit_flux
    expected_hardness = (
        np.asarray(hardness, float) + _ROUNDING
    ) / unit_hardness
    # What is missed or met is the difference to a limit; only the magnet's part of it pulls.
    both_flux = np.hypot(flux_deviation, flux_limit_deviation)
    of_magnet = (flux_deviation / np.maximum(both_flux, _LEAST)) ** 2
    rest = (
        np.asarray(pull)
        * flux_deviation
        * np.sqrt(np.maximum(1.0 - of_magnet, 0.0))
    )
    rest = np.where(both_flux > _LEAST, rest, 0.0)
    both_hardness = np.hypot(hardness_deviation, hardness_limit_deviation)
    wide_flux = np.maximum(both_flux / unit_flux, _LEAST)
    wide_hardness = np.maximum(
        np.hypot(both_hardness, rest) / unit_hardness, _LEAST
    )
    pull = np.asarray(pull) * of_magnet
    # Over the quantiles of remanence that meet their limit, so that a narrow range is met.
    low = ndtr((-largest_move - expected_flux) / wide_flux)
    node, weight = _legendre_nodes()
    quantile = low + (1.0 - low) * (node[:, None] + 1.0) / 2.0
    error = wide_flux * ndtri(np.clip(quantile, 1e-300, 1.0 - 1e-16))
    move = np.clip(expected_flux + error, -largest_move, largest_move)
    remaining = (
        expected_hardness + move - pull * error * unit_flux / unit_hardness
    )
    chance = ndtr(remaining / wide_hardness)
    return np.clip(
        (weight[:, None] * chance).sum(axis=0) / 2.0 * (1.0 - low), 0.0, 1.0
    )


def probability_of_grades(
    ratios: Sequence[Sequence[FloatArray]],
    limit_deviations: Sequence[Sequence[FloatArray]],
) -> FloatArray:
    """Return the probability (0 to 1) that each of n grades meets all limits, as sold.

    It is judged by the least value that the maker prints, with the small error of that.

    Parameters
    ----------
    ratios : pair of lists of ndarray of float64, shape (n,)
        ``ratios[0]`` of B_r, ``ratios[1]`` of H_cJ; each holds one array per limit on
        it: ln(printed least value / limit). Neither list may be empty: an array of a large
        number, such as 10, stands where nothing is asked.
    limit_deviations : pair of lists of ndarray of float64, shape (n,)
        Standard deviations of ln(limit), in the same order; zeros for a limit
        without a range.

    Returns
    -------
    ndarray of float64, shape (n,)
    """
    sale_rule = constants()["sold"]
    flux, flux_limit = least_likely(
        ratios[0], limit_deviations[0], sale_rule["remanence_T"]
    )
    hardness, hardness_limit = least_likely(
        ratios[1], limit_deviations[1], sale_rule["coercivity_kA_m"]
    )
    return probability_of_limits(
        flux,
        hardness,
        np.full(len(flux), sale_rule["remanence_T"]),
        np.full(len(flux), sale_rule["coercivity_kA_m"]),
        flux_limit_deviation=flux_limit,
        hardness_limit_deviation=hardness_limit,
    )
