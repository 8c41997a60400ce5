"""Figures of merit of predictions: error, order within a group, coverage, and their differences."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .._core._types import FloatArray, IntArray

TOLERANCE = {
    "curie_temperature_K": 10.0,
    "saturation_polarization_T": 0.02,
    "anisotropy_field_T": 0.5,
    "anisotropy_constant_MJ_m3": 0.2,
    "formation_energy_eV_atom": 0.02,
}
"""Differences up to this, in the target's unit, do not count as an order."""

# Of any other target: this share of the standard deviation of its values.
_SHARE_OF_SPREAD = 0.05
_DRAWS = 2000


def order_tolerance(target: str, values: FloatArray) -> float:
    """Return the difference up to which two values of a target do not count as an order."""
    if target in TOLERANCE:
        return TOLERANCE[target]
    return _SHARE_OF_SPREAD * float(values.std())


@dataclass(frozen=True, eq=False)
class GroupSums:
    """Sums over the rows of each group, arrays of shape (groups,).

    Attributes
    ----------
    rows : ndarray
        Number of rows.
    error : ndarray
        Sum of absolute errors.
    right, pairs : ndarray
        Pairs of the group further apart than the tolerance: ordered as measured, and all. A tie in
        the prediction counts half.
    """

    rows: FloatArray
    error: FloatArray
    right: FloatArray
    pairs: FloatArray

    def mean_error(self, draws: IntArray | slice = slice(None)) -> FloatArray:
        """Return the mean absolute error over groups, taken along the last axis of `draws`.

        `draws` are numbers of groups from 0, of any shape; without it each group counts once. The
        result has that shape without the last axis, one number without `draws`. Each row of a group
        counts, so that large groups weigh more. The unit is that of the values.
        """
        return self.error[draws].sum(axis=-1) / self.rows[draws].sum(axis=-1)

    def pairs_in_order(
        self, draws: IntArray | slice = slice(None)
    ) -> FloatArray:
        """Return the share of pairs in order over groups, 0 to 1, taken along the last axis of `draws`.

        `draws` are numbers of groups from 0, of any shape; without it each group counts once. The
        result has that shape without the last axis, one number without `draws`. Each pair of a
        group counts alike. The share is NaN where there is no pair.
        """
        count = self.pairs[draws].sum(axis=-1)
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.right[draws].sum(axis=-1) / count


def group_sums(
    values: FloatArray,
    predicted: FloatArray,
    groups: NDArray,
    tolerance: float,
) -> GroupSums:
    """Sum, over the rows of each group, what the figures of merit follow from.

    Parameters
    ----------
    values, predicted : ndarray, shape (n,)
        Measured and predicted values, in one unit, no NaN; one row or more.
    groups : ndarray, shape (n,)
        Group of each row, a label such as its paper.
    tolerance : float
        Pairs whose measured values differ by this or less do not count.

    Returns
    -------
    GroupSums
        ``rows`` (their number), ``error`` (sum of absolute errors, in the unit
        of the values), ``right`` (pairs predicted in the measured order, a tie
        counts half) and ``pairs``, one entry for each group, in sorted order
        of the labels. A group without pairs has 0 of them.
    """
    names, code = np.unique(groups, return_inverse=True)
    order = np.argsort(code, kind="stable")
    starts = np.searchsorted(code[order], np.arange(1, len(names)))
    right = np.zeros(len(names))
    pairs = np.zeros(len(names))
    for group, rows in enumerate(np.split(order, starts)):
        above = values[rows][:, None] - values[rows][None, :] > tolerance
        gap = predicted[rows][:, None] - predicted[rows][None, :]
        right[group] = (gap[above] > 0).sum() + 0.5 * (gap[above] == 0).sum()
        pairs[group] = above.sum()
    return GroupSums(
        rows=np.bincount(code).astype(np.float64),
        error=np.bincount(code, np.abs(values - predicted)).astype(np.float64),
        right=right,
        pairs=pairs,
    )


def bootstrap(one: GroupSums, other: GroupSums) -> dict[str, float]:
    """Compute 95 % intervals of the gain of `one` on `other`, groups drawn with replacement.

    Both are `GroupSums` of the same groups in the same order. The draws are the same at each call.

    Returns
    -------
    dict of str to float
        ``error_gain_lo`` and ``error_gain_hi`` belong to the mean error of `other` less that of
        `one`, in the unit of the values, ``pairs_gain_lo`` and ``pairs_gain_hi`` to the share of
        pairs in order of `one` less that of `other`: above 0 where `one` is better. NaN where no
        draw has a number.
    """
    size = len(one.rows)
    draws = np.random.default_rng(0).integers(0, size, (_DRAWS, size))
    error = other.mean_error(draws) - one.mean_error(draws)
    pairs = one.pairs_in_order(draws) - other.pairs_in_order(draws)
    limits = {}
    for name, gain in (("error_gain", error), ("pairs_gain", pairs)):
        low, high = (
            np.nanquantile(gain, [0.025, 0.975])
            if np.isfinite(gain).any()
            else (np.nan,) * 2
        )
        limits[f"{name}_lo"] = float(low)
        limits[f"{name}_hi"] = float(high)
    return limits
