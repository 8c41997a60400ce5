"""The obvious way to compute composition statistics, one property of one row at a time."""

import math

import numpy as np


def composition_statistics(indptr, indices, values, table):
    """Return minimum, maximum, range, mean, average deviation and mode, shape (n, 6 * p)."""
    n = len(indptr) - 1
    p = table.shape[1]
    out = np.full((n, 6 * p), np.nan)
    for i in range(n):
        row = slice(indptr[i], indptr[i + 1])
        weights = list(values[row])
        if not weights:
            continue
        for j in range(p):
            x = [table[c, j] for c in indices[row]]
            modes = [
                a
                for a, w in zip(x, weights, strict=True)
                if np.isclose(w, max(weights))
            ]
            mode = math.nan if any(map(math.isnan, modes)) else min(modes)
            out[i, 6 * j + 5] = mode
            if any(map(math.isnan, x)):
                continue
            mean = sum(w * a for w, a in zip(weights, x, strict=True))
            deviation = sum(
                w * abs(a - mean) for w, a in zip(weights, x, strict=True)
            )
            out[i, 6 * j : 6 * j + 2] = min(x), max(x)
            out[i, 6 * j + 2 : 6 * j + 5] = max(x) - min(x), mean, deviation
    return out
