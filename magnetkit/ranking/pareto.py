"""Pareto fronts of candidates."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import InputError
from ..kernels.pareto import sorted_first_front, sorted_fronts

MAX_OBJECTIVES = 3
_DIGITS = 3
# What differs by rounding of sums alone is equal to this many digits.
_STEADY = 12


def steady(values: ArrayLike) -> NDArray[np.float64]:
    """Return values without the digits in which the order of the rows shows.

    Parameters
    ----------
    values : array_like
        Of any shape.

    Returns
    -------
    ndarray of float64
        Of the same shape, to twelve digits.
    """
    return _rounded(values, _STEADY)


def compared(values: ArrayLike) -> NDArray[np.float64]:
    """Return an objective's values as candidates are compared by them: to three digits, as shown.

    A fourth is beyond what is known of any magnet, yet it would put a candidate on a front that is
    worse in all that can be told (compare the epsilon-dominance of Laumanns et al., Evol. Comput.
    10 (2002) 263).

    Parameters
    ----------
    values : array_like
        Of any shape.

    Returns
    -------
    ndarray of float64
        Of the same shape; zeros, infinities and NaN stay.

    Examples
    --------
    >>> compared([17.447, 17.444, 0.0]).tolist()
    [17.4, 17.4, 0.0]
    """
    return _rounded(steady(values), _DIGITS)


def _rounded(values: ArrayLike, digits: int) -> NDArray[np.float64]:
    values = np.asarray(values, np.float64)
    size = np.abs(values)
    plain = (size > 0.0) & np.isfinite(size)
    scale = 10.0 ** (digits - 1 - np.floor(np.log10(np.where(plain, size, 1.0))))
    return np.where(plain, np.round(values * scale) / scale, values)


def _prepare(points: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    given = np.asarray(points, np.float64)
    if given.ndim != 2 or not 1 <= given.shape[1] <= MAX_OBJECTIVES:
        raise InputError(
            f"objectives must be an array (n, 1 to {MAX_OBJECTIVES}), got shape {given.shape}"
        )
    # Which objective comes first is free; one with few ties leaves little to sort twice.
    distinct = [len(np.unique(column[:: len(given) // 1000 + 1])) for column in given.T]
    padded = np.zeros((len(given), MAX_OBJECTIVES))
    for place, column in enumerate(np.argsort(distinct)[::-1]):
        padded[:, place] = given[:, column]
    return padded, _lexicographic(padded)


def _lexicographic(points: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the order of the rows: a fast sort by the first column, then of the ties alone."""
    order = np.argsort(points[:, 0])
    lead = points[order, 0]
    new = np.ones(len(points) + 1, bool)
    new[1:-1] = lead[1:] != lead[:-1]
    tied = np.flatnonzero(~(new[:-1] & new[1:]))
    rows = order[tied]
    run = np.cumsum(new[:-1])[tied]
    order[tied] = rows[np.lexsort((points[rows, 2], points[rows, 1], run))]
    return order


def fronts(points: ArrayLike) -> NDArray[np.int32]:
    """Sort points into non-dominated fronts; every objective is to be made small.

    Parameters
    ----------
    points : array_like, shape (n, d), d from 1 to 3
        Objectives by column. A row with NaN takes no part.

    Returns
    -------
    ndarray of int32, shape (n,)
        Front from 1 (nobody dominates it); 0 for rows with NaN. Equal points share a front.

    Raises
    ------
    InputError
        If the shape is another.

    Examples
    --------
    >>> fronts([[0, 1], [1, 0], [1, 1], [2, 2]]).tolist()
    [1, 1, 2, 3]
    """
    return sorted_fronts(*_prepare(points))


def first_front(points: ArrayLike) -> NDArray[np.bool_]:
    """Return which points nobody dominates, shape (n,); cheaper than all `fronts`."""
    return sorted_first_front(*_prepare(points))
