"""Random and degenerate compositions in compressed sparse rows."""

import numpy as np


def random_rows(rng, n, most=7, empty=0.1, tied=0.2, columns=118):
    """Return indptr, indices and values of `n` rows of none to `most` elements."""
    lengths = rng.integers(1, most + 1, n)
    lengths[rng.random(n) < empty] = 0
    indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    indices = np.empty(indptr[-1], np.int32)
    values = np.empty(indptr[-1])
    for i in range(n):
        row = slice(indptr[i], indptr[i + 1])
        k = lengths[i]
        indices[row] = np.sort(rng.choice(columns, k, replace=False))
        amounts = np.ones(k) if rng.random() < tied else rng.random(k) + 1e-3
        values[row] = amounts / amounts.sum() if k else amounts
    return indptr, indices, values
