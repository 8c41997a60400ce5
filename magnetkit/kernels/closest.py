"""The nearest of some points of a plane."""

import numpy as np

from ._accelerate import jit
from .threads import share_rows


# x, y float64 (n); points float64 (2, k), k at least 1; unit float64 (2): what is one along x and y
# -> out int64 (n), start to stop - 1
@jit
def _closest(x, y, points, unit, out, start, stop):
    k = points.shape[1]
    apart = np.empty(k)
    for i in range(start, stop):
        for p in range(k):
            along, across = (x[i] - points[0, p]) / unit[0], (y[i] - points[1, p]) / unit[1]
            apart[p] = along * along + across * across
        best = 0
        for p in range(1, k):
            if apart[p] < apart[best]:
                best = p
        out[i] = best


# As `_closest` -> int64 (n)
def closest(x, y, points, unit):
    """Return which point is nearest to each place, the first of equals."""
    out = np.empty(len(x), np.int64)
    share_rows(_closest, len(x), x, y, points, unit, out)
    return out
