"""The posterior of a Gaussian process at new rows, in one pass over the known ones.

Distances are sums of squared differences, not products less norms, so that single precision is
enough. The part of columns that are 0 in a row is stored until a row has others. Each row has its
own sums: neither other rows nor the number of threads changes a bit. The columns of compositions
are made where they are used, so that those of all rows are never in memory.
"""

from typing import NamedTuple

import numpy as np

from .._core._jit import jit
from .._core._threads import share_rows
from ..features._descriptor_kernels import design_rows, width

_FAR = np.float32(60.0)
_SQRT5 = np.float32(np.sqrt(5.0))
_PREDICTION_ROWS = 1024
"""Rows that one thread takes at a time: handing over what is known takes as long as 50 rows."""


class Block(NamedTuple):
    """Columns between which one distance is taken, d of them, and the known rows, m of them."""

    # int64, (d,), where each stands in a new row; first p where known rows differ
    column: np.ndarray
    shift: (
        np.ndarray
    )  # float64, (d,); a coordinate is (value - shift) * factor
    factor: np.ndarray  # float64, (d,)
    moving: (
        np.ndarray
    )  # float32, (p, m), coordinates of the known rows where they differ
    # float64, (d - p,), the one coordinate of all known rows in the other columns
    still: np.ndarray


class Known(NamedTuple):
    """Known rows, m of them, and what is known of each."""

    smooth: Block  # one distance, and `local` the other
    local: Block
    one: np.float32  # variance of the smooth (Matern-5/2) part
    two: np.float32  # of the local (exponential) part; `local` is not looked at where it is 0
    level: float  # the mean far from all known rows, before the slopes
    slopes: (
        np.ndarray
    )  # float64, (d,), and the slope over each column of a new row, many 0
    weights: (
        np.ndarray
    )  # float64, (m,); the mean without trend is covariance @ weights
    residual: (
        np.ndarray
    )  # float32, (m,), how badly the others predict each known row


# f = exp(-t) - 1 as a Taylor polynomial of t / 64, squared six times as (1 + f)^2 - 1 = f (2 + f),
# which keeps the digits that squaring 1 + f would lose; LLVM vectorises it, which it does not the
# library's exp.
@jit
def decay(t):
    """Compute exp(-t) for one number `t`, float32, of 0 or more, to a millionth; float32.

    A `t` above 60 counts as 60.
    """
    u = min(t, _FAR) * np.float32(-1.0 / 64.0)
    f = u * (
        np.float32(1.0)
        + u
        * (
            np.float32(0.5)
            + u
            * (
                np.float32(1 / 6)
                + u * (np.float32(1 / 24) + u * np.float32(1 / 120))
            )
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
@jit(part="linked")
def _present_elements(x, block, at, before):
    """Write the moving columns of a block that are not 0 in row `x` into `at`, ascending.

    `x`, float64 (d,), is not scaled. `block` is `Block`: ``column`` (where its
    columns stand in `x`) and ``moving``, (p, m), are read. `at`, int64 (p,),
    holds the `before` columns of the row before on entry, -1 of them if there
    is none. Its numbers are rows of ``block.moving``, not columns of `x`.
    Returned are the number of columns now, and whether they are the same ones
    as before. `at` behind that number stays as it was.
    """
    count = 0
    same = True
    for c in range(len(block.moving)):
        if x[block.column[c]] != 0.0:
            same = same and count < before and at[count] == c
            at[count] = c
            count += 1
    return count, same and count == before


# block: see `Block`; at int64 (count, ascending): the columns left out; out float32 (m,)
@jit(part="linked")
def _absent(block, at, count, out):
    """Write what the columns that are 0 in a row add to its squared distances from the known rows.

    `block` is `Block`: ``moving``, ``shift`` and ``factor`` are read. `at` holds in its first
    `count` entries the columns that are not 0, rows of ``block.moving``, ascending, which are left
    out. `out`, float32 (m,), is overwritten.
    """
    moving = block.moving
    m = moving.shape[1]
    out[:] = np.float32(0.0)
    k = 0
    for c in range(len(moving)):
        if k < count and at[k] == c:
            k += 1
            continue
        a = np.float32(-block.shift[c] * block.factor[c])
        for j in range(m):
            d = a - moving[c, j]
            out[j] += d * d


@jit(part="copied")
def _coordinate(x, block, c):
    return (x[block.column[c]] - block.shift[c]) * block.factor[c]


# x float64 (d,): one new row; at int64 (count): its columns that are not 0; absent float32 (m,):
# what the others add; out float32 (m,)
@jit(part="linked")
def _squares(x, block, at, count, absent, out):
    """Write the squared distances of a row to the m known ones into `out`, which is overwritten.

    Distances are between scaled columns, (value - shift) * factor. `block` is `Block`; `x`, `at`,
    `count` are as of `_present_elements`, `absent` as `_absent` wrote it. `absent` and `out` are
    float32 (m,); `x` is not scaled yet.
    """
    moving = block.moving
    m = moving.shape[1]
    p = len(moving)
    d = len(block.column)
    rest = 0.0
    for c in range(p, d):
        apart = _coordinate(x, block, c) - block.still[c - p]
        rest += apart * apart
    still = np.float32(rest)
    for j in range(m):
        out[j] = absent[j] + still
    k = 0
    while k + 4 <= count:
        c0 = at[k]
        c1 = at[k + 1]
        c2 = at[k + 2]
        c3 = at[k + 3]
        a0 = np.float32(_coordinate(x, block, c0))
        a1 = np.float32(_coordinate(x, block, c1))
        a2 = np.float32(_coordinate(x, block, c2))
        a3 = np.float32(_coordinate(x, block, c3))
        for j in range(m):
            d0 = a0 - moving[c0, j]
            d1 = a1 - moving[c1, j]
            d2 = a2 - moving[c2, j]
            d3 = a3 - moving[c3, j]
            out[j] += (d0 * d0 + d1 * d1) + (d2 * d2 + d3 * d3)
        k += 4
    while k < count:
        c0 = at[k]
        a0 = np.float32(_coordinate(x, block, c0))
        for j in range(m):
            d0 = a0 - moving[c0, j]
            out[j] += d0 * d0
        k += 1


class Room(NamedTuple):
    """Room to work in, m known rows wide."""

    smooth: np.ndarray  # float32, (m,), squared distances, then covariances
    local: np.ndarray  # float32, (m,), likewise
    bits: np.ndarray  # int32, (m,), the bits of `smooth`
    first: np.ndarray  # float32, (m,), what columns that are 0 in a row add to squared distances
    last: np.ndarray  # float32, (m,), likewise
    ones: np.ndarray  # int64, moving columns that are not 0 in a row
    twos: np.ndarray  # int64, likewise
    held: np.ndarray  # int64, (2,), how many of them; -1 before the first row


@jit(part="merged")
def allocate_workspace(known):
    """Allocate a `Room` for the known rows of `known`, a `Known`.

    Its arrays are not initialised; ``held``, int64 (2,), is -1, so that the
    first row computes all anew.
    """
    m = len(known.weights)
    smooth = np.empty(m, np.float32)
    return Room(
        smooth, np.empty(m, np.float32), smooth.view(np.int32),
        np.empty(m, np.float32), np.empty(m, np.float32),
        np.empty(len(known.smooth.moving), np.int64), np.empty(len(known.local.moving), np.int64),
        np.full(2, -1),
    )  # fmt: skip


# X float64 (n, d): new rows; known: see `Known`; room: see `Room`, as the rows before left it
# Writes columns first to first + n of out float64 (3, ...): mean, largest correlation with a known
# row, and the mean of `residual` weighted by the covariance's fourth power. A NaN gives NaN.
# Several rows a call: taking a group of arrays apart counts references, as dear as a row.
@jit(part="merged")
def posterior_rows(X, known, room, out, first):
    """Write mean, largest correlation and neighbours' residual of n rows into `out`.

    Parameters
    ----------
    X : ndarray of float64, shape (n, d)
        New rows; NaN gives NaN.
    known : Known
        The known rows, m of them.
    room : Room
        Workspace of `allocate_workspace`, as the rows before left it; overwritten.
    out : ndarray of float64, shape (3, k)
        Columns `first` to `first` + n - 1 are overwritten. Rows are the mean,
        in the process's own unit (over ``scale_``), the largest correlation,
        0 to 1, and the residual, in the unit of the values.
    first : int
        Column of the first row.
    """
    m = len(known.weights)
    wide = X.shape[1]
    near = known.smooth
    far = known.local
    one = known.one
    two = known.two
    weights = known.weights
    residual = known.residual
    slopes = known.slopes
    level = known.level
    smooth = room.smooth
    local = room.local
    bits = room.bits
    ones = room.ones
    twos = room.twos
    rest = room.first
    last = room.last
    n_ones, n_twos = room.held
    for i in range(len(X)):
        x = X[i]
        # Candidates next to each other mostly hold the same elements: what the others add stays.
        n_ones, same = _present_elements(x, near, ones, n_ones)
        if not same:
            _absent(near, ones, n_ones, rest)
        _squares(x, near, ones, n_ones, rest, smooth)
        for j in range(m):
            t = _SQRT5 * np.sqrt(smooth[j])
            k = np.float32(1.0) + t * (np.float32(1.0) + t * np.float32(1 / 3))
            smooth[j] = one * k * decay(t)
        if two > 0.0:
            n_twos, same = _present_elements(x, far, twos, n_twos)
            if not same:
                _absent(far, twos, n_twos, last)
            _squares(x, far, twos, n_twos, last, local)
            for j in range(m):
                smooth[j] += two * decay(np.sqrt(local[j]))
        total = level
        mass = np.float32(0.0)
        bad = np.float32(0.0)
        for j in range(m):
            k = smooth[j]
            total += np.float64(k) * weights[j]
            k *= k
            k *= k
            mass += k
            bad += k * residual[j]
        # Of floats above zero the largest is also that of the largest bits; integers vectorise.
        most = np.int32(0)
        for j in range(m):
            most = max(most, bits[j])
        bits[0] = most
        for c in range(wide):
            total += x[c] * slopes[c]
        out[0, first + i] = total
        out[1, first + i] = smooth[0] / (one + two)
        if mass == 0.0:
            # Nothing known is near: all of it says as much.
            mass = np.float32(m)
            for j in range(m):
                bad += residual[j]
        out[2, first + i] = bad / mass
    room.held[0] = n_ones
    room.held[1] = n_twos


# As `posterior`, of rows start to stop
@jit
def _rows(X, known, out, start, stop):
    posterior_rows(X[start:stop], known, allocate_workspace(known), out, start)


# X float64 (n, d): new rows; known: see `Known` -> out float64 (3, n), see `posterior_rows`
def posterior(X, known):
    """Compute mean, nearest correlation and neighbours' residual of new rows, float64 (3, n).

    `X`, float64 (n, d), are the rows; `known` is `Known`. The mean is in the
    process's own unit (over ``scale_``), the correlation 0 to 1, the residual
    in the unit of the values.
    """
    out = np.empty((3, len(X)))
    share_rows(_rows, len(X), X, known, out, chunk=_PREDICTION_ROWS)
    return out


# Rows whose columns are made at a time: they stay in the nearest cache but one.
_TILE = 32


# picked int64 (p): rows to speak of; the rest as `design_rows` and `posterior_rows` take it
@jit
def _posterior_row(rows, picked, layout, kind, at, known, out, start, stop):
    """Write mean, largest correlation and neighbours' residual of ``picked[start:stop]`` into `out`.

    `rows` is `Rows`: (indptr, indices, values) of atomic fractions; `layout`, `kind` and `at` are
    as of `design_rows`, `known` is `Known`. `out`, float64 (3, p), is written in columns `start` to
    `stop` - 1.
    """
    room = allocate_workspace(known)
    x = np.empty((_TILE, width(layout)))
    for first in range(start, stop, _TILE):
        some = picked[first : min(stop, first + _TILE)]
        design_rows(rows, some, layout, kind, at, x)
        posterior_rows(x[: len(some)], known, room, out, first)


# As `_posterior_row`, for all picked rows -> out float64 (3, p)
def posterior_of_rows(rows, picked, layout, kind, at, known):
    """Compute mean, largest correlation with a known row, and neighbours' residual of each picked row.

    `rows` is `Rows`: (indptr, indices, values) of the atomic fractions of n compositions; `picked`,
    int64 (p,), are rows of it; `layout`, `kind` and `at` are as of `design_rows`, `known` is
    `Known`. The result is float64 (3, p), a column for each picked row in order: the mean in the
    process's own unit (over ``scale_``), the correlation, 0 to 1, and the residual in the unit of
    the values.
    """
    out = np.empty((3, len(picked)))
    share_rows(
        _posterior_row,
        len(picked),
        rows,
        picked,
        layout,
        kind,
        at,
        known,
        out,
        chunk=_PREDICTION_ROWS,
    )
    return out


# weights int64 (118): odd; edge: what is added to a thousandth before it is cut: the thousandths of
# a row times the weights sum to its number; known int64 (k): numbers of known compositions,
# ascending; foreign bool (118): elements that none of them holds
# Writes other float64 (n), same bool (n).
@jit
def _familiarity_row(
    rows, weights, edge, known, foreign, other, same, start, stop
):
    """Write the amount of foreign elements, and whether a composition is a known one.

    `rows` is `Rows`: (indptr, indices, values) of n compositions, atomic fractions; `weights`,
    `edge`, `known` and `foreign` are described above. Written are entries `start` to `stop` - 1 of
    `other`, float64 (n,), the atomic fraction of foreign elements, and of `same`, bool (n,).
    """
    for i in range(start, stop):
        amount = 0.0
        number = np.int64(0)
        for entry in range(rows.indptr[i], rows.indptr[i + 1]):
            element = rows.indices[entry]
            value = rows.values[entry]
            if foreign[element]:
                amount += value
            # An alloy without a magnet has a rim or skin of no composition: it is nothing known.
            if not np.isnan(value):
                number += (
                    np.int64(np.floor(1000.0 * value + edge))
                    * weights[element]
                )
        other[i] = amount
        # numba's searchsorted would import all of its linear algebra at the start of a process.
        low = 0
        high = len(known)
        while low < high:
            middle = (low + high) // 2
            if known[middle] < number:
                low = middle + 1
            else:
                high = middle
        same[i] = low < len(known) and known[low] == number


# As `_familiarity_row` -> float64 (n), bool (n)
def familiarity(rows, weights, edge, known, foreign):
    """Compute the amount of foreign elements, and whether each composition is a known one.

    Parameters
    ----------
    rows : Rows
        (indptr, indices, values) of n compositions, atomic fractions.
    weights : ndarray of int64, shape (118,)
        Odd multipliers: the thousandths of a row times these sum to its number.
    edge : float
        Added to a thousandth before it is cut to an integer; `EDGE` of
        `_measured` as a rule.
    known : ndarray of int64, shape (k,)
        Numbers of known compositions, ascending.
    foreign : ndarray of bool, shape (118,)
        Elements that no known composition holds.

    Returns
    -------
    other : ndarray of float64, shape (n,)
        Atomic fraction of elements that no known composition holds.
    same : ndarray of bool, shape (n,)
        Whether the composition, in thousandths, is a known one.
    """
    n = len(rows.indptr) - 1
    other = np.empty(n)
    same = np.empty(n, np.bool_)
    share_rows(
        _familiarity_row, n, rows, weights, edge, known, foreign, other, same
    )
    return other, same
