"""Pareto fronts of candidates."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import InputError
from ..kernels.pareto import sorted_first_front, sorted_fronts

MAX_OBJECTIVES = 3


def _prepare(points: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    given = np.asarray(points, np.float64)
    if given.ndim != 2 or not 1 <= given.shape[1] <= MAX_OBJECTIVES:
        raise InputError(
            f"objectives must be an array (n, 1 to {MAX_OBJECTIVES}), got shape {given.shape}"
        )
    padded = np.zeros((len(given), MAX_OBJECTIVES))
    padded[:, : given.shape[1]] = given
    return padded, np.lexsort(padded.T[::-1])


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
