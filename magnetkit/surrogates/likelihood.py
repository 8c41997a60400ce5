"""Length scales, variances and noise of the process by marginal likelihood.

The covariance is the sum of two Matern-5/2 kernels: one with a length scale for each descriptor,
one with a single length scale over atomic fractions. Parameters are logarithms, in the order
``[s_1, l_1 ... l_d, s_2, l_f, noise]`` with s and noise as standard deviations.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve, cholesky
from scipy.optimize import minimize

Array = NDArray[np.float64]

_SQRT5 = np.sqrt(5.0)
JITTER = 1e-8


def squares(a: Array, b: Array) -> Array:
    """Return the squared distances between the rows of `a` and `b`, shape (len(a), len(b))."""
    result = (a * a).sum(axis=1)[:, None] + (b * b).sum(axis=1)[None, :] - 2.0 * a @ b.T
    return np.maximum(result, 0.0, out=result)


def matern(a: Array, b: Array) -> tuple[Array, Array]:
    """Return the Matern-5/2 correlation of rows and its slope, minus twice dk/d(d^2)."""
    t = _SQRT5 * np.sqrt(squares(a, b))
    e = np.exp(-t)
    return (1.0 + t + t * t / 3.0) * e, 5.0 / 3.0 * (1.0 + t) * e


def covariance(theta: Array, d: int, a: tuple[Array, Array], b: tuple[Array, Array]) -> Array:
    """Return the covariance between two sets of (descriptors, fractions)."""
    one, _ = matern(a[0] / np.exp(theta[1 : d + 1]), b[0] / np.exp(theta[1 : d + 1]))
    two, _ = matern(a[1] / np.exp(theta[d + 2]), b[1] / np.exp(theta[d + 2]))
    return np.exp(2 * theta[0]) * one + np.exp(2 * theta[d + 1]) * two


def start(d: int) -> Array:
    """Return the parameters a search starts from, for standardised descriptors and target."""
    theta = np.zeros(d + 4)
    theta[[0, d + 1]] = np.log(0.7)
    theta[1 : d + 1] = np.log(np.sqrt(d))
    theta[d + 2] = np.log(1.0)
    theta[d + 3] = np.log(0.2)
    return theta


def negative(
    theta: Array, descriptors: Array, fractions: Array, y: Array, noise: Array
) -> tuple[float, Array]:
    """Return minus the log marginal likelihood and its gradient.

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
    """
    n, d = descriptors.shape
    x, z = descriptors / np.exp(theta[1 : d + 1]), fractions / np.exp(theta[d + 2])
    (k1, slope1), (k2, slope2) = matern(x, x), matern(z, z)
    v1, v2, vn = np.exp(2 * theta[[0, d + 1, d + 3]])
    total = v1 * k1 + v2 * k2
    total[np.diag_indices(n)] += vn * noise + JITTER
    try:
        lower = cholesky(total, lower=True)
    except np.linalg.LinAlgError:
        return 1e10, np.zeros_like(theta)
    inverse = cho_solve((lower, True), np.eye(n))
    weights = inverse @ y
    value = 0.5 * y @ weights + np.log(np.diag(lower)).sum()
    outer = np.outer(weights, weights) - inverse
    gradient = np.empty_like(theta)
    gradient[0] = -v1 * np.vdot(outer, k1)
    gradient[d + 1] = -v2 * np.vdot(outer, k2)
    # sum_ij W_ij (x_i - x_j)^2 for every column at once, without an n x n x d array.
    w1 = v1 * outer * slope1
    gradient[1 : d + 1] = -(w1.sum(axis=1) @ (x * x) - np.einsum("id,id->d", x, w1 @ x))
    w2 = v2 * outer * slope2
    gradient[d + 2] = -(w2.sum(axis=1) @ (z * z) - np.einsum("id,id->d", z, w2 @ z)).sum()
    gradient[d + 3] = -vn * (np.diag(outer) @ noise)
    return float(value), gradient


def fit(
    theta: Array, descriptors: Array, fractions: Array, y: Array, noise: Array, iterations: int
) -> Array:
    """Return the parameters of largest marginal likelihood, searched from `theta`."""
    found = minimize(
        negative,
        theta,
        args=(descriptors, fractions, y, noise),
        jac=True,
        method="L-BFGS-B",
        bounds=[(-5.0, 5.0)] * len(theta),
        options={"maxiter": iterations},
    )
    return found.x
