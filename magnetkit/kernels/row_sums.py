"""Sums over the elements of each composition."""

import numpy as np

from ._accelerate import jit
from .threads import share_rows


# rows: `Rows`; kind int8 (n): which weights are a row's; weights float64 (kinds, 118)
# -> out float64 (n), rows start to stop - 1
@jit
def _sums(rows, kind, weights, out, start, stop):
    for i in range(start, stop):
        own = weights[kind[i]]
        total = 0.0
        for p in range(rows.indptr[i], rows.indptr[i + 1]):
            total += rows.values[p] * own[rows.indices[p]]
        out[i] = total


# rows: `Rows` of n compositions; weights float64 (118), or (kinds, 118) with kind int8 (n): which
# are a row's, -1 the last -> float64 (n), 0 for a row of no elements
def sums(rows, weights, kind=None):
    """Return the sum of each row's fractions times a weight of the element."""
    n = len(rows.indptr) - 1
    out, weights = np.empty(n), np.atleast_2d(np.asarray(weights, np.float64))
    share_rows(_sums, n, rows, np.zeros(n, np.int8) if kind is None else kind, weights, out)
    return out


# rows: `Rows`; figures float64 (118, k), contiguous; out float64 (n, k), zeros on entry
# Adds to out, rows start to stop - 1
@jit
def _sums_of_each(rows, figures, out, start, stop):
    for i in range(start, stop):
        for p in range(rows.indptr[i], rows.indptr[i + 1]):
            amount, element = rows.values[p], rows.indices[p]
            for k in range(figures.shape[1]):
                out[i, k] += amount * figures[element, k]


# rows: `Rows` of n compositions; figures float64 (118, k) -> float64 (n, k)
def sums_of_each(rows, figures):
    """Return the sum of each row's fractions times each of several figures of the element."""
    n = len(rows.indptr) - 1
    out = np.zeros((n, figures.shape[1]))
    share_rows(_sums_of_each, n, rows, np.ascontiguousarray(figures, np.float64), out)
    return out
