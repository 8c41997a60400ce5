"""Order of candidates: keys of texts to break ties, and no row above one that dominates it."""

import numpy as np

from ._accelerate import jit

# FNV-1a on 64 bits (Fowler, Noll and Vo).
_OFFSET, _PRIME = np.uint64(14695981039346656037), np.uint64(1099511628211)


# offsets int32 or int64 (n + 1), data uint8: texts as Arrow holds them -> uint64 (n)
@jit
def text_keys(offsets, data):
    """Return a key of each text that depends on nothing else."""
    keys = np.empty(len(offsets) - 1, np.uint64)
    for i in range(len(keys)):
        key = _OFFSET
        for k in range(offsets[i], offsets[i + 1]):
            key = (key ^ np.uint64(data[k])) * _PRIME
        keys[i] = key
    return keys


# a, b: rows of burden float64 (n, 3), to be made small, and chance float64 (n, 2)
@jit(part="copied")
def _beats(a, b, burden, chance, tolerance):
    better = False
    for j in range(burden.shape[1]):
        if not burden[a, j] <= burden[b, j]:
            return False
        better = better or burden[a, j] < burden[b, j]
    lower = np.inf
    for j in range(chance.shape[1]):
        lower = min(lower, chance[b, j] - chance[a, j])
    return better and lower <= tolerance


# order int64 (n): rows of burden, the best first; changed in place
@jit
def settle(order, burden, chance, tolerance, most):
    """Move each row up past those directly above that it beats, at most so many places.

    A row beats another that is no better in any burden, worse in one, and more likely to do by no
    more than the tolerance, in either reading of the chance. Returns the most places that one rose.
    """
    highest = 0
    for i in range(1, len(order)):
        row, at = order[i], i
        last = max(i - most, 0)
        while at > last and _beats(row, order[at - 1], burden, chance, tolerance):
            order[at] = order[at - 1]
            at -= 1
        order[at] = row
        highest = max(highest, i - at)
    return highest
