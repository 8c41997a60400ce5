"""Figures of merit: error, order within a series, coverage and width of intervals."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

TOLERANCE = {
    "curie_temperature_K": 10.0,
    "saturation_polarization_T": 0.02,
    "anisotropy_field_T": 0.5,
    "anisotropy_constant_MJ_m3": 0.2,
    "formation_energy_eV_atom": 0.02,
}
"""Differences up to this, in the target's unit, do not count as an order."""


def pairs_in_order(values: Array, predicted: Array, groups: NDArray, tolerance: float) -> float:
    """Return the share of pairs of one group, further apart than `tolerance`, ordered right.

    A tie in the prediction counts half; NaN where there is no such pair.

    Examples
    --------
    >>> pairs_in_order(np.array([1.0, 2.0, 3.0]), np.array([1.0, 3.0, 2.0]), np.zeros(3), 0.5)
    0.6666666666666666
    """
    right = count = 0.0
    order = np.argsort(groups, kind="stable")
    _, starts = np.unique(groups[order], return_index=True)
    for rows in np.split(order, starts[1:]):
        above = values[rows][:, None] - values[rows][None, :] > tolerance
        gap = predicted[rows][:, None] - predicted[rows][None, :]
        right += (gap[above] > 0).sum() + 0.5 * (gap[above] == 0).sum()
        count += above.sum()
    return float(right / count) if count else float("nan")


def accuracy(values: Array, predicted: Array, groups: NDArray, tolerance: float) -> dict[str, Any]:
    """Return mean and median absolute error, R2 and pairs in order."""
    error = np.abs(values - predicted)
    about = ((values - values.mean()) ** 2).sum()
    return {
        "rows": len(values),
        "mae": float(error.mean()),
        "median": float(np.median(error)),
        "r2": float(1.0 - (error**2).sum() / about) if about > 0 else float("nan"),
        "pairs": pairs_in_order(values, predicted, groups, tolerance),
    }


def winkler(values: Array, low: Array, high: Array, coverage: float) -> float:
    """Return the mean interval score: width, and ``2 / (1 - coverage)`` times what it misses by.

    Gneiting and Raftery, J. Am. Stat. Assoc. 102 (2007) 359. Smaller is better.
    """
    missed = np.maximum(low - values, 0.0) + np.maximum(values - high, 0.0)
    return float(np.mean(high - low + 2.0 / (1.0 - coverage) * missed))


def coverage_by_group(
    inside: NDArray[np.bool_], groups: NDArray, draws: int = 2000
) -> tuple[float, float, float]:
    """Return the share inside and its 95 % confidence interval, groups drawn with replacement."""
    _, code = np.unique(groups, return_inverse=True)
    hits, size = np.bincount(code, inside), np.bincount(code)
    picks = np.random.default_rng(0).integers(0, len(size), (draws, len(size)))
    shares = hits[picks].sum(axis=1) / size[picks].sum(axis=1)
    low, high = np.quantile(shares, [0.025, 0.975])
    return float(inside.mean()), float(low), float(high)


def calibration(
    values: Array, predicted: Array, low: Array, high: Array, groups: NDArray, constant: Array,
    coverage: float,
) -> dict[str, Any]:  # fmt: skip
    """Return coverage with its confidence interval, mean width, and interval scores.

    Parameters
    ----------
    values, predicted, low, high : ndarray, shape (n,)
        Measured, predicted and the interval.
    groups : ndarray, shape (n,)
        What was left out together.
    constant : ndarray, shape (n,)
        Half width of the constant-width conformal interval to compare with.
    coverage : float
        What the intervals promise.
    """
    share, least, most = coverage_by_group((low <= values) & (values <= high), groups)
    return {
        "coverage": share,
        "coverage_ci95": [least, most],
        "width": float(np.mean(high - low)),
        "winkler": winkler(values, low, high, coverage),
        "winkler_constant_width": winkler(
            values, predicted - constant, predicted + constant, coverage
        ),
    }
