"""Figures of merit of a model's predictions, for the pages of accuracy."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from magnetkit._core._types import FloatArray
from magnetkit.surrogates._merit import group_sums


def pairs_in_order(
    values: FloatArray,
    predicted: FloatArray,
    groups: NDArray,
    tolerance: float,
) -> float:
    """Return the share of pairs of one group, further apart than `tolerance`, ordered right.

    A tie in the prediction counts half; NaN where there is no such pair.

    Examples
    --------
    >>> pairs_in_order(np.array([1.0, 2.0, 3.0]), np.array([1.0, 3.0, 2.0]), np.zeros(3), 0.5)
    0.6666666666666666
    """
    return float(
        group_sums(values, predicted, groups, tolerance).pairs_in_order()
    )


def accuracy(
    values: FloatArray,
    predicted: FloatArray,
    groups: NDArray,
    tolerance: float,
) -> dict[str, Any]:
    """Compute the figures of merit of predictions.

    Arguments are those of `group_sums`. Values nearer than `tolerance` are no pair.

    Returns
    -------
    dict
        ``rows``, ``mae`` and ``median`` (absolute errors), ``r2`` and ``pairs``, the share of pairs
        within groups in the right order.
    """
    error = np.abs(values - predicted)
    about = ((values - values.mean()) ** 2).sum()
    return {
        "rows": len(values),
        "mae": float(error.mean()),
        "median": float(np.median(error)),
        "r2": float(1.0 - (error**2).sum() / about)
        if about > 0
        else float("nan"),
        "pairs": pairs_in_order(values, predicted, groups, tolerance),
    }
