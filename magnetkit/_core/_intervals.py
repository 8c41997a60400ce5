"""Conformal intervals normalised by difficulty, calibrated on left-out groups.

The calibration is our own rather than MAPIE's or crepes': the scores come from refits without each
group that keep the length scales, and prediction multiplies two arrays, which must run at half a
million rows a second.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ._types import FloatArray, IntArray
from .errors import InputError


def folds(groups: NDArray, count: int) -> Iterator[tuple[IntArray, IntArray]]:
    """Yield training and test rows of cross-validation with no group on both sides.

    The folds are the same at each call.

    Parameters
    ----------
    groups : ndarray, shape (n,)
        Label of each row's group, such as its paper. Texts or numbers.
    count : int
        Number of folds, 2 or more; fewer groups give one fold for each group.

    Yields
    ------
    train, test : ndarray of int64
        Row numbers from 0, ascending; each row is a test row once, and a
        training row in the other folds. Rows of a group are all on one side.

    Raises
    ------
    InputError
        If there are fewer than two groups, or `count` is below 2. It is raised
        when the first fold is taken.
    """
    from sklearn.model_selection import GroupKFold

    count = min(count, len(np.unique(groups)))
    if count < 2:
        raise InputError(
            "intervals need two groups or more; give the column 'group' one value a paper or series"
        )
    yield from GroupKFold(count, shuffle=True, random_state=0).split(
        groups, groups=groups
    )


def _check_coverage(coverage: float) -> None:
    """Raise InputError unless a coverage lies between 0 and 1."""
    if not 0.0 < coverage < 1.0:
        raise InputError(
            f"interval must lie between 0 and 1, such as 0.9; got {coverage!r}"
        )


def quantile(scores: FloatArray, coverage: float) -> float:
    """Compute the score that a new one stays below with probability `coverage` or more.

    The result is the ``ceil((n + 1) coverage)``-th smallest, the largest where that exceeds n (Vovk
    et al., Algorithmic Learning in a Random World, 2005).

    Parameters
    ----------
    scores : ndarray, shape (n,)
        Absolute residuals divided by difficulty, of rows that the model was not trained on; n is 1
        or more. A single one gives itself.
    coverage : float
        Such as 0.9.

    Returns
    -------
    float
        In the unit of the scores.

    Raises
    ------
    InputError
        Unless `coverage` lies between 0 and 1.
    """
    _check_coverage(coverage)
    n = len(scores)
    rank = min(n, int(np.ceil((n + 1) * coverage)))
    return float(np.partition(scores, rank - 1)[rank - 1])


def group_quantile(
    scores: FloatArray, groups: NDArray, coverage: float
) -> float:
    """Compute the score that a row of a new group stays below with probability `coverage` or more.

    Unlike in `quantile`, each group has the same weight however many rows it has.

    Parameters
    ----------
    scores : ndarray, shape (n,)
        Absolute residuals divided by difficulty, of rows that the model was not trained on.
    groups : ndarray, shape (n,)
        Label of each row's group, such as its paper. Texts or numbers.
    coverage : float
        Such as 0.9.

    Returns
    -------
    float
        One of the scores, in their unit. Infinity where there are too few groups: nine are needed
        for a coverage of 0.9.

    Raises
    ------
    InputError
        Unless `coverage` lies between 0 and 1.
    """
    _check_coverage(coverage)
    _, code, counts = np.unique(
        groups, return_inverse=True, return_counts=True
    )
    order = np.argsort(scores, kind="stable")
    # The group to come has a weight as well, and its score may be any.
    weight = 1.0 / (counts[code[order]] * (len(counts) + 1.0))
    is_enough = np.cumsum(weight) >= coverage - 1e-12
    if not is_enough.any():
        return float("inf")
    return float(scores[order][np.argmax(is_enough)])


def fit_difficulty(
    residuals: FloatArray, known: FloatArray, clip: float
) -> FloatArray:
    """Fit the size of an error to what is known of each row, by non-negative least squares.

    The first coefficient is at least a twentieth of the mean of the residuals,
    clipped as `clip` says, so that no interval closes.

    Parameters
    ----------
    residuals : ndarray, shape (n,)
        Absolute residuals of left-out rows.
    known : ndarray, shape (n, k)
        What was known of each row, such as its novelty.
    clip : float
        Quantile beyond which a residual counts as that quantile. 0 to 1, such as 0.95.

    Returns
    -------
    ndarray, shape (1 + k,)
        Coefficients of a constant and of each column, none below 0, in the unit of the residuals
        over that of the column.
    """
    from scipy.optimize import nnls

    size = np.minimum(residuals, np.quantile(residuals, clip))
    coefficients, _ = nnls(np.column_stack([np.ones_like(size), known]), size)
    coefficients[0] = max(coefficients[0], 0.05 * float(size.mean()), 1e-12)
    return coefficients
