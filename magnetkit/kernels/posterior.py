"""One pass over known rows: what a Gaussian process says of new ones.

Distances are sums of squared differences, not products less norms, so that single precision does.
What the columns that are 0 in a row add to them is kept until a row has others. Each row's sums are
its own: what else is asked, and how many threads ask, changes no bit.
"""

from typing import NamedTuple

import numpy as np

from ._accelerate import jit
from .threads import share_rows

_FAR = np.float32(60.0)
_SQRT5 = np.float32(np.sqrt(5.0))
CHUNK = 256
"""Rows that one thread takes at a time."""


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
        Variances of the smooth (Matern-5/2) and of the local (exponential) part; `local` is not
        looked at where its variance is 0.
    level : float64
        The mean far from all known rows, before the slopes.
    at : ndarray of int64, shape (k,)
        Columns of a new row that the mean is linear in.
    slopes : ndarray of float64, shape (k,)
        And the slopes over them.
    weights : ndarray of float64, shape (m,)
        The mean without trend is covariance @ weights.
    residual : ndarray of float32, shape (m,)
        How badly the others predict each known row.
    """

    smooth: Block
    local: Block
    one: np.float32
    two: np.float32
    level: float
    at: np.ndarray
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


# x float64 (d,): one new row; moving columns of the block that are not 0 in it -> at, how many
# Says also whether they are those in `at` already.
@jit
def _present(x, block, at, before):
    count, same = 0, True
    for c in range(len(block.moving)):
        if x[block.column[c]] != 0.0:
            same = same and count < before and at[count] == c
            at[count] = c
            count += 1
    return count, same and count == before


# block: see `Block`; at int64 (count, ascending): the columns left out; out float32 (m,)
@jit(fastmath=True)
def _absent(block, at, count, out):
    """Write what the columns that are 0 in a row add to its squared distances."""
    moving, m = block.moving, block.moving.shape[1]
    out[:] = np.float32(0.0)
    k = 0
    for c in range(len(moving)):
        if k < count and at[k] == c:
            k += 1
            continue
        a, z = np.float32(-block.shift[c] * block.factor[c]), moving[c]
        for j in range(m):
            d = a - z[j]
            out[j] += d * d


@jit(fastmath=True)
def _coordinate(x, block, c):
    return (x[block.column[c]] - block.shift[c]) * block.factor[c]


# x float64 (d,): one new row; at int64 (count): its columns that are not 0; absent float32 (m,):
# what the others add; out float32 (m,)
@jit(fastmath=True)
def _squares(x, block, at, count, absent, out):
    """Write the squared distances of a row to the known ones."""
    moving, m = block.moving, block.moving.shape[1]
    p, d = len(moving), len(block.column)
    rest = 0.0
    for c in range(p, d):
        apart = _coordinate(x, block, c) - block.still[c - p]
        rest += apart * apart
    still = np.float32(rest)
    for j in range(m):
        out[j] = absent[j] + still
    k = 0
    while k + 4 <= count:
        c0, c1, c2, c3 = at[k], at[k + 1], at[k + 2], at[k + 3]
        a0, a1 = np.float32(_coordinate(x, block, c0)), np.float32(_coordinate(x, block, c1))
        a2, a3 = np.float32(_coordinate(x, block, c2)), np.float32(_coordinate(x, block, c3))
        z0, z1, z2, z3 = moving[c0], moving[c1], moving[c2], moving[c3]
        for j in range(m):
            d0, d1, d2, d3 = a0 - z0[j], a1 - z1[j], a2 - z2[j], a3 - z3[j]
            out[j] += (d0 * d0 + d1 * d1) + (d2 * d2 + d3 * d3)
        k += 4
    while k < count:
        a0, z0 = np.float32(_coordinate(x, block, at[k])), moving[at[k]]
        for j in range(m):
            d0 = a0 - z0[j]
            out[j] += d0 * d0
        k += 1


class Room(NamedTuple):
    """Room to work in, m known rows wide.

    Attributes
    ----------
    smooth, local : ndarray of float32, shape (m,)
        Squared distances, then covariances.
    bits : ndarray of int32, shape (m,)
        The bits of `smooth`.
    first, last : ndarray of float32, shape (m,)
        What the columns that are 0 in a row add to the squared distances.
    ones, twos : ndarray of int64
        Moving columns that are not 0 in a row.
    held : ndarray of int64, shape (2,)
        How many of them; -1 before the first row.
    """

    smooth: np.ndarray
    local: np.ndarray
    bits: np.ndarray
    first: np.ndarray
    last: np.ndarray
    ones: np.ndarray
    twos: np.ndarray
    held: np.ndarray


@jit
def room_for(known):
    """Return room to work in."""
    m = len(known.weights)
    smooth = np.empty(m, np.float32)
    return Room(
        smooth, np.empty(m, np.float32), smooth.view(np.int32),
        np.empty(m, np.float32), np.empty(m, np.float32),
        np.empty(len(known.smooth.moving), np.int64), np.empty(len(known.local.moving), np.int64),
        np.full(2, -1),
    )  # fmt: skip


# x float64 (d,): a new row; known: see `Known`; room: see `Room`, as the row before left it
# Writes column i of out float64 (3, n): mean, largest correlation with a known row, and the mean of
# `residual` weighted by the covariance's fourth power. A NaN gives NaN.
@jit(fastmath=True)
def posterior_row(x, known, room, out, i):
    """Write what is said of one row."""
    m = len(known.weights)
    smooth, bits, one, two = room.smooth, room.bits, known.one, known.two
    # Candidates next to each other mostly hold the same elements: what the others add stays.
    room.held[0], same = _present(x, known.smooth, room.ones, room.held[0])
    if not same:
        _absent(known.smooth, room.ones, room.held[0], room.first)
    _squares(x, known.smooth, room.ones, room.held[0], room.first, smooth)
    for j in range(m):
        t = _SQRT5 * np.sqrt(smooth[j])
        k = np.float32(1.0) + t * (np.float32(1.0) + t * np.float32(1 / 3))
        smooth[j] = one * k * decay(t)
    if two > 0.0:
        local = room.local
        room.held[1], same = _present(x, known.local, room.twos, room.held[1])
        if not same:
            _absent(known.local, room.twos, room.held[1], room.last)
        _squares(x, known.local, room.twos, room.held[1], room.last, local)
        for j in range(m):
            smooth[j] += two * decay(np.sqrt(local[j]))
    total, mass, bad = known.level, np.float32(0.0), np.float32(0.0)
    for j in range(m):
        k = smooth[j]
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
        total += x[known.at[c]] * known.slopes[c]
    out[0, i] = total
    out[1, i] = smooth[0] / (one + two)
    out[2, i] = bad / mass


# As `posterior`, of rows start to stop
@jit
def _rows(X, known, out, start, stop):
    room = room_for(known)
    for i in range(start, stop):
        posterior_row(X[i], known, room, out, i)


# X float64 (n, d): new rows; known: see `Known` -> out float64 (3, n), see `posterior_row`
def posterior(X, known):
    """Return mean, nearest correlation and neighbours' residual of each row, shape (3, n)."""
    out = np.empty((3, len(X)))
    share_rows(_rows, len(X), X, known, out, chunk=CHUNK)
    return out
