"""How far compositions are apart: the sum over elements of the difference in atomic fraction."""

import numpy as np

from ._accelerate import jit
from .threads import share_rows

_BEYOND = 118


# i: row of rows; used int64 (u): columns that any other has, ascending; others float64 (u, k):
# their fractions -> found float64 (k), summed in the order of the elements
@jit(part="merged")
def _of_row(rows, i, used, others, found):
    found[:] = 0.0
    p, last, q = rows.indptr[i], rows.indptr[i + 1], 0
    while p < last or q < len(used):
        own = rows.indices[p] if p < last else _BEYOND
        theirs = used[q] if q < len(used) else _BEYOND
        value = 0.0
        if own <= theirs:
            value = rows.values[p]
            p += 1
        if theirs <= own:
            for k in range(len(found)):
                found[k] += abs(value - others[q, k])
            q += 1
        else:
            found += value


# As `_of_row`, of rows start to stop - 1 -> out float64 (n, k)
@jit
def _distances(rows, used, others, out, start, stop):
    for i in range(start, stop):
        _of_row(rows, i, used, others, out[i])


# As `_distances` -> out float64 (n): the least of each row
@jit
def _nearest(rows, used, others, out, start, stop):
    found = np.empty(others.shape[1])
    for i in range(start, stop):
        _of_row(rows, i, used, others, found)
        out[i] = found.min()


# rows: `Rows` of n compositions; others float64 (k, 118) -> float64 (n, k)
def distances(rows, others):
    """Return the distances of compositions from others."""
    out = np.empty((len(rows.indptr) - 1, len(others)))
    return _filled(_distances, rows, others, out)


# As `distances`; k at least 1 -> float64 (n)
def nearest(rows, others):
    """Return the distance of each composition from the nearest of others."""
    return _filled(_nearest, rows, others, np.empty(len(rows.indptr) - 1))


def _filled(kernel, rows, others, out):
    used = np.flatnonzero(others.any(axis=0))
    share_rows(kernel, len(out), rows, used, np.ascontiguousarray(others[:, used].T), out)
    return out
