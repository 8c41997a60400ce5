"""The negative log posterior of a process's scales, and the distances it rests on."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

JITTER = 1e-6
"""Added to the diagonal of a covariance of variances about one, so that it has an inverse."""
_SQRT5 = np.sqrt(5.0)
_TOO_FAR = 1e10


def squares(a: NDArray, b: NDArray) -> NDArray:
    """Return squared distances between rows, by one matrix product."""
    found = a @ b.T
    found *= -2.0
    found += (a * a).sum(axis=1)[:, None]
    found += (b * b).sum(axis=1)
    return np.maximum(found, 0.0, out=found)


def loss(
    theta: Array, sides: tuple[Array, Array, Array], linear: bool, y: Array, noise: Array,
    about: Array, sd: Array,
) -> tuple[float, Array]:  # fmt: skip
    """Return the negative logarithm of the posterior of `theta`, and its gradient.

    `sides` are the trend's covariance, the smooth columns and either products or distances of the
    last ones.
    """
    from scipy.linalg import LinAlgError, cho_solve, cholesky
    from scipy.linalg.lapack import dpotri

    trend, smooth, apart = sides
    one, two, rate = np.exp(2.0 * theta[0]), np.exp(2.0 * theta[1]), np.exp(theta[-2])
    own = np.exp(2.0 * theta[-1]) * noise
    x = smooth * np.exp(-theta[2:-2])
    t = _SQRT5 * np.sqrt(squares(x, x))
    decay = np.exp(-t)
    first = one * (1.0 + t + t * t / 3.0) * decay
    second = two * apart if linear else two * np.exp(-rate * apart)
    total = trend + first + second
    total[np.diag_indices(len(y))] += own + JITTER
    try:
        lower = cholesky(total, lower=True, overwrite_a=True)
    except (LinAlgError, ValueError):
        # A step that leaves nothing to invert, or overflows, went too far.
        return _TOO_FAR, np.zeros_like(theta)
    weights = cho_solve((lower, True), y)
    value = 0.5 * float(y @ weights) + float(np.log(np.diag(lower)).sum())
    inverse = dpotri(lower, lower=1)[0]
    inverse = np.tril(inverse) + np.tril(inverse, -1).T
    slope = np.outer(weights, weights) - inverse
    gradient = np.empty_like(theta)
    gradient[0] = -np.sum(slope * first)
    gradient[1] = -np.sum(slope * second)
    pull = slope * (one * 5.0 / 3.0 * (1.0 + t) * decay)
    gradient[2:-2] = -(pull.sum(axis=1) @ x**2 - np.einsum("ij,ij->j", x, pull @ x))
    gradient[-2] = 0.0 if linear else 0.5 * rate * np.sum(slope * apart * second)
    gradient[-1] = -float(np.diag(slope) @ own)
    off = (theta - about) / sd
    return value + 0.5 * float(off @ off), gradient + off / sd
