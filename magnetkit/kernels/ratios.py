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


# kind int64 (n): 0 to kinds, the last where there is no physics; at float64 (n): the physical mean,
# reduced; offset, slope: deviations of the trend
# Writes rows start to stop of x float64 (n, 2 (kinds + 1) + k + 1 + kinds + 118): offsets and
# slopes by kind; ratios, mean and kind; fractions.
@jit
def _design(rows, sums, kind, at, kinds, offset, slope, x, start, stop):
    low = np.empty(sums.lower.shape[1])
    first = 2 * (kinds + 1)
    last = first + len(sums.which)
    atoms = last + 1 + kinds
    for i in range(start, stop):
        x[i] = 0.0
        x[i, kind[i]] = offset
        x[i, kinds + 1 + kind[i]] = slope * at[i]
        _ratios_row(rows, i, sums, low, x[i, first:last])
        x[i, last] = at[i]
        if kind[i] < kinds:
            x[i, last + 1 + kind[i]] = 1.0
        for entry in range(rows.indptr[i], rows.indptr[i + 1]):
            x[i, atoms + rows.indices[entry]] = rows.values[entry]


# As `_design` -> x
def design(rows, sums, kind, at, kinds, offset, slope):
    """Return trend, smooth and local columns of each composition."""
    wide = 2 * (kinds + 1) + len(sums.which) + 1 + kinds + len(sums.upper)
    x = np.empty((len(kind), wide))
    share_rows(_design, len(x), rows, sums, kind, at, kinds, offset, slope, x, chunk=_CHUNK)
    return x
