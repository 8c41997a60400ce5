"""The posterior of a belief for compositions, in one pass, and whether one was measured.

The columns of a row are made where they are used, so that those of all rows are never in memory.
"""

import numpy as np

from ._accelerate import jit
from .posterior import CHUNK, posterior_rows, room_for
from .ratios import design_rows, width
from .threads import share_rows

# Rows whose columns are made at a time: they stay in the nearest cache but one.
_TILE = 32


# picked int64 (p): rows to speak of; the rest as `design_rows` and `posterior_rows` take it
@jit
def _said(rows, picked, layout, kind, at, known, out, start, stop):
    room, x = room_for(known), np.empty((_TILE, width(layout)))
    for first in range(start, stop, _TILE):
        some = picked[first : min(stop, first + _TILE)]
        design_rows(rows, some, layout, kind, at, x)
        posterior_rows(x[: len(some)], known, room, out, first)


# As `_said`, for all picked rows -> out float64 (3, p)
def said(rows, picked, layout, kind, at, known):
    """Return mean, nearest correlation and neighbours' residual of each picked row."""
    out = np.empty((3, len(picked)))
    share_rows(_said, len(picked), rows, picked, layout, kind, at, known, out, chunk=CHUNK)
    return out


# weights int64 (118), edge: as `numbers` takes them
@jit(part="merged")
def _number(rows, i, weights, edge):
    total = np.int64(0)
    for entry in range(rows.indptr[i], rows.indptr[i + 1]):
        value = rows.values[entry]
        # An alloy without a magnet has a rim or skin of no composition: it is nothing known.
        if not np.isnan(value):
            part = np.int64(np.floor(1000.0 * value + edge))
            total += part * weights[rows.indices[entry]]
    return total


# out int64 (n)
@jit
def _numbers(rows, weights, edge, out, start, stop):
    for i in range(start, stop):
        out[i] = _number(rows, i, weights, edge)


# weights int64 (118): odd; edge: what is added to a thousandth before it is cut -> int64 (n)
def numbers(rows, weights, edge):
    """Return one number a composition, that tells compositions apart."""
    found = np.empty(len(rows.indptr) - 1, np.int64)
    share_rows(_numbers, len(found), rows, weights, edge, found)
    return found


# known int64 (k): numbers of known compositions, ascending; foreign bool (118): elements that none
# of them holds; other float64 (n), same bool (n): written to
@jit
def _met(rows, weights, edge, known, foreign, other, same, start, stop):
    for i in range(start, stop):
        amount = 0.0
        for entry in range(rows.indptr[i], rows.indptr[i + 1]):
            if foreign[rows.indices[entry]]:
                amount += rows.values[entry]
        other[i] = amount
        number = _number(rows, i, weights, edge)
        # numba's searchsorted would import all of its linear algebra at the start of a process.
        low, high = 0, len(known)
        while low < high:
            middle = (low + high) // 2
            if known[middle] < number:
                low = middle + 1
            else:
                high = middle
        same[i] = low < len(known) and known[low] == number


# As `_met` -> float64 (n), bool (n)
def met(rows, weights, edge, known, foreign):
    """Return the amount of foreign elements, and whether each composition is a known one."""
    n = len(rows.indptr) - 1
    other, same = np.empty(n), np.empty(n, np.bool_)
    share_rows(_met, n, rows, weights, edge, known, foreign, other, same)
    return other, same
