"""Ratios of sums over the elements of compositions, and the columns of a belief with them."""

from typing import NamedTuple

import numpy as np

from ._accelerate import jit
from .threads import share_rows

_CHUNK = 1024


class Sums(NamedTuple):
    """What is summed over the elements: k upper sums, each over one of l lower sums.

    Attributes
    ----------
    upper : ndarray of float64, shape (118, k)
        Weights of the upper sums.
    lower : ndarray of float64, shape (118, l)
        Weights of the lower sums.
    which : ndarray of int64, shape (k,)
        The lower sum below each upper one.
    """

    upper: np.ndarray
    lower: np.ndarray
    which: np.ndarray


# rows: see `arrays.Rows`; i: one of them; low float64 (l): room to work in
# Writes out float64 (k), 0 over an empty sum.
@jit
def _ratios_row(rows, i, sums, low, out):
    low[:] = 0.0
    out[:] = 0.0
    for entry in range(rows.indptr[i], rows.indptr[i + 1]):
        v, e = rows.values[entry], rows.indices[entry]
        for c in range(len(low)):
            low[c] += v * sums.lower[e, c]
        for c in range(len(out)):
            out[c] += v * sums.upper[e, c]
    for c in range(len(out)):
        below = low[sums.which[c]]
        out[c] = out[c] / below if below > 0.0 else 0.0


# out float64 (n, k), of which rows start to stop are written
@jit
def _ratios(rows, sums, out, start, stop):
    low = np.empty(sums.lower.shape[1])
    for i in range(start, stop):
        _ratios_row(rows, i, sums, low, out[i])


# rows: see `arrays.Rows` -> float64 (n, k)
def ratios(rows, sums):
    """Return the ratios of each composition."""
    out = np.empty((len(rows.indptr) - 1, len(sums.which)))
    share_rows(_ratios, len(out), rows, sums, out, chunk=_CHUNK)
    return out


class Layout(NamedTuple):
    """What the columns of a belief are made of.

    Attributes
    ----------
    sums : Sums
        The ratios, k of them.
    kinds : int
        Number of hosts; a row of that kind has no physics.
    offset, slope : float
        Deviations of the trend.
    """

    sums: Sums
    kinds: int
    offset: float
    slope: float


@jit
def width(layout):
    """Return the number of columns."""
    sums, kinds = layout.sums, layout.kinds
    return 2 * (kinds + 1) + len(sums.which) + 1 + kinds + len(sums.upper)


# rows: see `arrays.Rows`; i: one of them; kind: 0 to kinds, the last where there is no physics;
# at: the physical mean, reduced; low float64 (l): room to work in
# Writes x float64 (2 (kinds + 1) + k + 1 + kinds + 118): offsets and slopes by kind; ratios, mean
# and kind; fractions.
@jit
def design_row(rows, i, layout, kind, at, low, x):
    """Write the columns of one composition."""
    sums, kinds = layout.sums, layout.kinds
    first = 2 * (kinds + 1)
    last = first + len(sums.which)
    atoms = last + 1 + kinds
    x[:] = 0.0
    x[kind] = layout.offset
    x[kinds + 1 + kind] = layout.slope * at
    _ratios_row(rows, i, sums, low, x[first:last])
    x[last] = at
    if kind < kinds:
        x[last + 1 + kind] = 1.0
    for entry in range(rows.indptr[i], rows.indptr[i + 1]):
        x[atoms + rows.indices[entry]] = rows.values[entry]


@jit
def _design(rows, layout, kind, at, x, start, stop):
    low = np.empty(layout.sums.lower.shape[1])
    for i in range(start, stop):
        design_row(rows, i, layout, kind[i], at[i], low, x[i])


# kind int64 (n), at float64 (n): as in `design_row`, of each row -> x float64 (n, columns)
def design(rows, layout, kind, at):
    """Return trend, smooth and local columns of each composition."""
    x = np.empty((len(kind), width(layout)))
    share_rows(_design, len(x), rows, layout, kind, at, x, chunk=_CHUNK)
    return x
