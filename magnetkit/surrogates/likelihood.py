"""Scales, variances and noise of the process by marginal likelihood.

The covariance is the sum of two kernels: one with a weight for each descriptor, Matern-5/2 or
Laplacian, and a Laplacian one with a single rate over atomic fractions. Parameters are
logarithms, in the order ``[s_1, w_1 ... w_d, s_2, rate, noise]`` with s and noise as standard
deviations. Few rows say little on many weights, so that these have a log-normal prior.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve, cholesky
from scipy.optimize import minimize

from ..kernels.threads import share_rows

Array = NDArray[np.float64]

JITTER = 1e-6
_PRIOR = 2.0
"""Standard deviation of the logarithm of a weight."""


def padded(x: Array) -> NDArray[np.float32]:
    """Return `x` in float32 with zero columns up to a multiple of eight, as the kernels take it."""
    result = np.zeros((len(x), -(-x.shape[1] // 8) * 8), np.float32)
    result[:, : x.shape[1]] = x
    return result


def distances(a: Array, b: Array, smooth: bool = False) -> NDArray[np.float32]:
    """Return the sums of absolute, or squared, differences between rows of `a` and `b`."""
    from ..kernels.gp import distances as kernel

    result = np.empty((len(a), len(b)), np.float32)
    points = np.ascontiguousarray(padded(b).T)
    share_rows(kernel, len(a), padded(a), points, smooth, result, chunk=64)
    return result


def parts(
    theta: Array, a: tuple[Array, Array], b: tuple[Array, Array], smooth: bool
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Return both covariances between two sets of (descriptors, fractions), and a slope.

    The slope is minus the derivative of the first by the logarithm of a weight, over the
    difference in the weighted descriptor: absolute, or squared where `smooth`.
    """
    weights, rate = np.exp(theta[1:-3]), np.exp(theta[-2])
    one = distances(a[0] * weights, b[0] * weights, smooth)
    if smooth:
        t = np.sqrt(5.0 * one)
        decay = np.float32(np.exp(2 * theta[0])) * np.exp(-t)
        slope = np.float32(5 / 3) * (1.0 + t) * decay
        one = (1.0 + t + t * t / 3.0) * decay
    else:
        one = slope = np.float32(np.exp(2 * theta[0])) * np.exp(-one)
    two = distances(a[1] * rate, b[1] * rate)
    np.exp(np.negative(two, out=two), out=two)
    two *= np.float32(np.exp(2 * theta[-3]))
    return one, two, slope


def covariance(theta: Array, a: tuple[Array, Array], b: tuple[Array, Array], smooth: bool) -> Array:
    """Return the covariance between two sets of (descriptors, fractions)."""
    one, two, _ = parts(theta, a, b, smooth)
    return one.astype(np.float64) + two


def start(d: int, smooth: bool) -> Array:
    """Return the parameters a search starts from, for standardised descriptors and target."""
    theta = np.full(d + 4, -0.5 * np.log(d) if smooth else np.log(0.5 / d))
    theta[[0, -3, -2, -1]] = np.log([0.5, 0.5, 1.0, 0.15])
    return theta


def negative(
    theta: Array, descriptors: Array, fractions: Array, y: Array, noise: Array, smooth: bool
) -> tuple[float, Array]:
    """Return minus the log posterior of the parameters and its gradient.

    Parameters
    ----------
    theta : ndarray, shape (d + 4,)
        The parameters.
    descriptors : ndarray, shape (n, d)
        Standardised descriptors.
    fractions : ndarray, shape (n, k)
        Atomic fractions.
    y : ndarray, shape (n,)
        Standardised target.
    noise : ndarray, shape (n,)
        Noise variance of each row relative to the common one.
    smooth : bool
        Matern-5/2 over the descriptors.
    """
    from ..kernels.gp import slopes

    n, d = descriptors.shape
    side = (descriptors, fractions)
    one, two, slope = parts(theta, side, side, smooth)
    v = np.exp(2 * theta[-1])
    total = one.astype(np.float64) + two
    total[np.diag_indices(n)] += v * noise + JITTER
    try:
        lower = cholesky(total, lower=True)
    except np.linalg.LinAlgError:
        return 1e10, np.zeros_like(theta)
    inverse = cho_solve((lower, True), np.eye(n))
    weights = inverse @ y
    away = (theta - start(d, smooth))[1:-3] / _PRIOR
    value = 0.5 * y @ weights + np.log(np.diag(lower)).sum() + 0.5 * away @ away
    outer = np.outer(weights, weights) - inverse
    gradient = np.empty_like(theta)
    gradient[0] = -np.vdot(outer, one)
    gradient[-3] = -np.vdot(outer, two)
    gradient[-1] = -v * (np.diag(outer) @ noise)
    pull = np.empty(d)
    scaled = np.ascontiguousarray((descriptors * np.exp(theta[1:-3])).T, np.float32)
    share_rows(slopes, d, scaled, (outer * slope).astype(np.float32), smooth, pull, chunk=4)
    gradient[1:-3] = 0.5 * pull + away / _PRIOR
    # Of rate |z - z'|, the logarithm of the kernel is the distance itself.
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = np.where(two > 0, 2 * theta[-3] - np.log(two), 0.0)
    gradient[-2] = 0.5 * np.vdot(outer * two, gap)
    return float(value), gradient


def fit(
    theta: Array,
    descriptors: Array,
    fractions: Array,
    y: Array,
    noise: Array,
    smooth: bool,
    iterations: int,
) -> Array:
    """Return the parameters of largest posterior, searched from `theta`."""
    bounds = [(-9.0, 5.0)] * (len(theta) - 1) + [(-4.0, 2.0)]
    found = minimize(
        negative,
        theta,
        args=(descriptors, fractions, y, noise, smooth),
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"maxiter": iterations},
    )
    return found.x
