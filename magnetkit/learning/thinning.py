"""Which points of a kernel expansion to keep where only some of them are asked about."""

import numpy as np
from numpy.typing import NDArray

from .likelihood import JITTER

Array = NDArray[np.float64]


def kept_points(
    covariance: Array, mean: Array, near: NDArray[np.bool_], others: int
) -> NDArray[np.int64]:
    """Return points from which a function is interpolated well about some of them.

    Those named, and one by one the point that those before miss most (f-greedy: R. Schaback, H.
    Wendland, Numer. Algorithms 24 (2000) 239), times its largest covariance with those named. The
    basis is Newton's: S. Müller, R. Schaback, J. Approx. Theory 161 (2009) 645.

    Parameters
    ----------
    covariance : ndarray of float64, shape (m, m)
        The kernel between all points.
    mean : ndarray of float64, shape (m,)
        The function at each.
    near : ndarray of bool, shape (m,)
        The points named, one or more.
    others : int
        How many more to take, if there are so many.

    Returns
    -------
    ndarray of int64
        The points named, ascending, then the others as they were taken.
    """
    from scipy.linalg import cholesky, solve_triangular

    chosen = np.flatnonzero(near)
    first = len(chosen)
    others = min(others, len(near) - first)
    alike = covariance[:, chosen].max(axis=1)
    inner = covariance[np.ix_(chosen, chosen)]
    inner[np.diag_indices(first)] += JITTER
    lower = cholesky(inner, lower=True, overwrite_a=True)
    basis = np.empty((first + others, len(near)))
    basis[:first] = solve_triangular(lower, covariance[chosen], lower=True)
    left = mean - solve_triangular(lower, mean[chosen], lower=True) @ basis[:first]
    free = covariance.diagonal() - (basis[:first] ** 2).sum(axis=0)
    at = np.concatenate([chosen, np.empty(others, np.int64)])
    for k in range(first, len(at)):
        score = np.abs(left) * alike
        score[at[:k]] = -1.0
        i = at[k] = score.argmax()
        new = (covariance[i] - basis[:k, i] @ basis[:k]) / np.sqrt(max(free[i], JITTER))
        left -= new * (left[i] / new[i])
        free -= new**2
        basis[k] = new
    return at
