"""Products, inverses and factors of matrices, each element a sum in one fixed order.

Libraries of linear algebra add in an order that follows their kind, their threads and how many
rows they are given. Here no element depends on the others, and no step is fused: a row has the same
bits alone and among many, on every processor.
"""

import numpy as np

from ._jit import jit
from ._threads import share_rows

# Rows of a product that one thread takes at a time, at least.
_PRODUCT_ROWS = 64
# Rows of a matrix that is inverted that others are swept by together.
_PIVOTS = 8


# a float64 (n, k), b float64 (k, m) -> rows start to stop of out float64 (n, m)
@jit
def _multiply(a, b, out, start, stop):
    """Write rows `start` to `stop` - 1 of the product of two matrices into `out`.

    Parameters
    ----------
    a : ndarray of float64, shape (n, k)
        Zeros are skipped, whatever `b` holds there.
    b : ndarray of float64, shape (k, m)
    out : ndarray of float64, shape (n, m)
        Written in place; any values may come in. Other rows stay as they were.
    start, stop : int
        First row, and the one after the last.
    """
    for i in range(start, stop):
        for j in range(b.shape[1]):
            out[i, j] = 0.0
        for k in range(b.shape[0]):
            x = a[i, k]
            if x != 0.0:
                for j in range(b.shape[1]):
                    out[i, j] += x * b[k, j]


def multiply(a, b):
    """Compute the product of a matrix and a matrix or vector.

    The order of additions is fixed, so that results agree to the last digit. The inputs stay as
    they are.

    Parameters
    ----------
    a : array_like, shape (n, k)
    b : array_like, shape (k, m) or (k,)
        All numbers of both must be finite; they are converted to float64.
        Their sizes must fit; that is not checked.

    Returns
    -------
    ndarray of float64, shape (n, m) or (n,)
        A vector may be a view with strides.
    """
    a = np.ascontiguousarray(a, np.float64)
    b = np.ascontiguousarray(b, np.float64)
    right = b if b.ndim == 2 else b[:, None]
    out = np.empty((len(a), right.shape[1]))
    share_rows(_multiply, len(a), a, right, out, chunk=_PRODUCT_ROWS)
    if b.ndim == 2:
        return out
    return out[:, 0]


# a float64 (n, n): symmetric, positive definite; its inverse takes its place (Gauss and Jordan)
@jit
def _invert(a):
    """Replace a symmetric positive definite matrix by its inverse, in place (Gauss and Jordan).

    `a` is float64, shape (n, n), filled in both triangles; nothing is returned. Another matrix is
    not refused and gives wrong numbers.
    """
    n = len(a)
    pivots = np.empty((_PIVOTS, n))
    for first in range(0, n, _PIVOTS):
        last = min(first + _PIVOTS, n)
        for k in range(first, last):
            pivot = 1.0 / a[k, k]
            a[k, k] = 1.0
            for j in range(n):
                a[k, j] *= pivot
                pivots[k - first, j] = a[k, j]
            for i in range(first, last):
                if i != k:
                    x = a[i, k]
                    a[i, k] = 0.0
                    for j in range(n):
                        a[i, j] -= x * pivots[k - first, j]
        # A row takes some pivots while it is in hand.
        for i in range(n):
            if not first <= i < last:
                for k in range(first, last):
                    x = a[i, k]
                    a[i, k] = 0.0
                    for j in range(n):
                        a[i, j] -= x * pivots[k - first, j]


def invert(covariance):
    """Return the inverse of a symmetric positive definite matrix."""
    matrix = np.array(covariance, np.float64, order="C")
    _invert(matrix)
    return matrix


# a float64 (n, n): symmetric; the upper factor takes the place of its upper half, 0 below
@jit
def _factor(a):
    """Replace a symmetric matrix by its upper Cholesky factor U, in place: a = U^T U.

    `a` is float64, shape (n, n); its upper triangle is read, and zeros are written below the
    diagonal. A row that others determine already becomes zero; no matrix is refused. Nothing is
    returned.
    """
    n = len(a)
    for i in range(n):
        for j in range(i):
            a[i, j] = 0.0
        # One row after the other, as elements are summed; four of them while they are in hand.
        for k in range(0, i - 3, 4):
            x0 = a[k, i]
            x1 = a[k + 1, i]
            x2 = a[k + 2, i]
            x3 = a[k + 3, i]
            for j in range(i, n):
                rest = a[i, j] - x0 * a[k, j]
                rest -= x1 * a[k + 1, j]
                rest -= x2 * a[k + 2, j]
                a[i, j] = rest - x3 * a[k + 3, j]
        for k in range(i - i % 4, i):
            x = a[k, i]
            for j in range(i, n):
                a[i, j] -= x * a[k, j]
        # Rounding may leave nothing, or less, of a row that others make up.
        root = np.sqrt(max(a[i, i], 0.0))
        for j in range(i, n):
            a[i, j] = a[i, j] / root if root > 0.0 else 0.0


def factor(covariance):
    """Return the lower matrix that times its transpose is a covariance (Cholesky)."""
    matrix = np.array(covariance, np.float64, order="C")
    _factor(matrix)
    return matrix.T
