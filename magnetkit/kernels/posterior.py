"""One pass over known rows: what a Gaussian process says of new ones.

Distances are sums of squared differences, not products less norms, so that single precision does,
and each row is worked out alone: what else is asked, and how many threads ask, changes no bit.
"""

from typing import NamedTuple

import numpy as np

from ._accelerate import jit
from .threads import share_rows

_FAR = np.float32(60.0)
_SQRT5 = np.float32(np.sqrt(5.0))
# Rows that one thread takes at a time.
_CHUNK = 256


class Block(NamedTuple):
    """Columns between which one distance is taken, d of them, and the known rows, m of them.

    Attributes
    ----------
    column : ndarray of int64, shape (d,)
        Where each stands in a new row; those in which known rows differ first, p of them.
    shift, factor : ndarray of float64, shape (d,)
        A coordinate is (value - shift) * factor.
    moving : ndarray of float32, shape (p, m)
        Coordinates of the known rows where they differ.
    still : ndarray of float64, shape (d - p,)
        The one coordinate of all known rows in the other columns.
    """

    column: np.ndarray
    shift: np.ndarray
    factor: np.ndarray
    moving: np.ndarray
    still: np.ndarray


class Known(NamedTuple):
    """Known rows, m of them, and what is known of each.

    Attributes
    ----------
    smooth, local : Block
        The two distances.
    one, two : float32
        Variances of the smooth (Matern-5/2) and of the local (exponential) part.
    slopes : ndarray of float64, shape (k,)
        Of the trend, over the first k columns of a new row.
    weights : ndarray of float64, shape (m,)
        The mean without trend is covariance @ weights.
    residual : ndarray of float32, shape (m,)
        How badly the others predict each known row.
    """

    smooth: Block
    local: Block
    one: np.float32
    two: np.float32
    slopes: np.ndarray
    weights: np.ndarray
    residual: np.ndarray


# f = exp(-t) - 1 as a Taylor polynomial of t / 64, squared six times as (1 + f)^2 - 1 = f (2 + f),
# which keeps the digits that squaring 1 + f would lose; LLVM vectorises it, which it does not the
# library's exp.
@jit(fastmath=True)
def decay(t):
    """Return exp(-t) for t of 0 or more, to a millionth."""
    u = min(t, _FAR) * np.float32(-1.0 / 64.0)
    f = u * (
        np.float32(1.0)
        + u
        * (
            np.float32(0.5)
            + u * (np.float32(1 / 6) + u * (np.float32(1 / 24) + u * np.float32(1 / 120)))
        )
    )
    f = f * (np.float32(2.0) + f)
    f = f * (np.float32(2.0) + f)
    f = f * (np.float32(2.0) + f)
    f = f * (np.float32(2.0) + f)
    f = f * (np.float32(2.0) + f)
    return np.float32(1.0) + f * (np.float32(2.0) + f)


# x float64 (d,): one new row; block: see `Block`; out float32 (m,)
@jit(fastmath=True)
def _squares(x, block, out):
    """Write the squared distances of a row to the known ones."""
    moving, m = block.moving, block.moving.shape[1]
    p, d = len(moving), len(block.column)
    rest = 0.0
    for c in range(p, d):
        apart = (x[block.column[c]] - block.shift[c]) * block.factor[c] - block.still[c - p]
        rest += apart * apart
    out[:] = np.float32(rest)
    c = 0
    while c + 4 <= p:
        a0 = np.float32((x[block.column[c]] - block.shift[c]) * block.factor[c])
        a1 = np.float32((x[block.column[c + 1]] - block.shift[c + 1]) * block.factor[c + 1])
        a2 = np.float32((x[block.column[c + 2]] - block.shift[c + 2]) * block.factor[c + 2])
        a3 = np.float32((x[block.column[c + 3]] - block.shift[c + 3]) * block.factor[c + 3])
        z0, z1, z2, z3 = moving[c], moving[c + 1], moving[c + 2], moving[c + 3]
        for j in range(m):
            d0, d1, d2, d3 = a0 - z0[j], a1 - z1[j], a2 - z2[j], a3 - z3[j]
            out[j] += (d0 * d0 + d1 * d1) + (d2 * d2 + d3 * d3)
        c += 4
    while c < p:
        a0 = np.float32((x[block.column[c]] - block.shift[c]) * block.factor[c])
        z0 = moving[c]
        for j in range(m):
            d0 = a0 - z0[j]
            out[j] += d0 * d0
        c += 1


# X float64 (n, d): new rows; known: see `Known`; out float64 (3, n): mean, largest correlation with
# a known row, and the mean of `residual` weighted by the covariance's fourth power; start, stop:
# rows to write. A NaN gives NaN.
@jit(fastmath=True)
def _rows(X, known, out, start, stop):
    m = len(known.weights)
    smooth, local = np.empty(m, np.float32), np.empty(m, np.float32)
    bits = smooth.view(np.int32)
    one, two = known.one, known.two
    for i in range(start, stop):
        _squares(X[i], known.smooth, smooth)
        _squares(X[i], known.local, local)
        total, mass, bad = 0.0, np.float32(0.0), np.float32(0.0)
        for j in range(m):
            t = _SQRT5 * np.sqrt(smooth[j])
            k = one * (np.float32(1.0) + t * (np.float32(1.0) + t * np.float32(1 / 3))) * decay(t)
            k += two * decay(np.sqrt(local[j]))
            smooth[j] = k
            total += np.float64(k) * known.weights[j]
            k *= k
            k *= k
            mass += k
            bad += k * known.residual[j]
        # Of floats above zero the largest is also that of the largest bits, and integers vectorise.
        most = np.int32(0)
        for j in range(m):
            most = max(most, bits[j])
        bits[0] = most
        for c in range(len(known.slopes)):
            total += X[i, c] * known.slopes[c]
        out[0, i] = total
        out[1, i] = smooth[0] / (one + two)
        out[2, i] = bad / mass


# As `_rows`, for all rows -> out
def posterior(X, known):
    """Return mean, nearest correlation and neighbours' residual of each row, shape (3, n)."""
    out = np.empty((3, len(X)))
    share_rows(_rows, len(X), X, known, out, chunk=_CHUNK)
    return out
