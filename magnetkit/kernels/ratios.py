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
@jit(part="linked")
def _ratios_row(rows, i, sums, low, out):
    low[:] = 0.0
    out[:] = 0.0
    for entry in range(rows.indptr[i], rows.indptr[i + 1]):
        v, e = rows.values[entry], rows.indices[entry]
        for c in range(len(low)):
            low[c] += v * sums.lower[e, c]
        for c in range(len(out)):
            out[c] += v * sums.upper[e, c]
    for c in range(len(low)):
        low[c] = 1.0 / low[c] if low[c] > 0.0 else 0.0
    for c in range(len(out)):
        out[c] *= low[sums.which[c]]


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


@jit(part="copied")
def width(layout):
    """Return the number of columns."""
    sums, kinds = layout.sums, layout.kinds
    return 2 * (kinds + 1) + len(sums.which) + 1 + kinds + len(sums.upper)


# rows: see `arrays.Rows`; picked int64 (p): some of them; kind int64 (n): 0 to kinds, the last
# where there is no physics; at float64 (n): the physical mean, reduced
# Writes x float64 (p, 2 (kinds + 1) + k + 1 + kinds + 118): offsets and slopes by kind; ratios,
# mean and kind; fractions.
@jit(part="merged")
def design_rows(rows, picked, layout, kind, at, x):
    """Write the columns of some compositions."""
    sums, kinds, offset, slope = layout.sums, layout.kinds, layout.offset, layout.slope
    indptr, indices, values = rows.indptr, rows.indices, rows.values
    low = np.empty(sums.lower.shape[1])
    first = 2 * (kinds + 1)
    last = first + len(sums.which)
    atoms = last + 1 + kinds
    for r in range(len(picked)):
        i = picked[r]
        x[r] = 0.0
        x[r, kind[i]] = offset
        x[r, kinds + 1 + kind[i]] = slope * at[i]
        _ratios_row(rows, i, sums, low, x[r, first:last])
        x[r, last] = at[i]
        if kind[i] < kinds:
            x[r, last + 1 + kind[i]] = 1.0
        for entry in range(indptr[i], indptr[i + 1]):
            x[r, atoms + indices[entry]] = values[entry]


@jit
def _design(rows, picked, layout, kind, at, x, start, stop):
    design_rows(rows, picked[start:stop], layout, kind, at, x[start:stop])


# kind int64 (n), at float64 (n): as in `design_rows`, of each row -> x float64 (n, columns)
def design(rows, layout, kind, at):
    """Return trend, smooth and local columns of each composition."""
    x = np.empty((len(kind), width(layout)))
    every = np.arange(len(x))
    share_rows(_design, len(x), rows, every, layout, kind, at, x, chunk=_CHUNK)
    return x
