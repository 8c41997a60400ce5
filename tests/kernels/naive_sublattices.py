"""The obvious way to average over a sublattice, one composition at a time."""

import numpy as np


def sublattice_statistics(indptr, indices, values, ions, member):
    """Return share, and mean and standard deviation of each property, interleaved."""
    n, q = len(indptr) - 1, ions.shape[1]
    out = np.zeros((n, 1 + 2 * q))
    for i in range(n):
        inside = [e for e in range(indptr[i], indptr[i + 1]) if member[indices[e]]]
        if not inside:
            continue
        weights = values[inside]
        out[i, 0] = sum(weights)
        for p in range(q):
            x = ions[indices[inside], p]
            mean = np.average(x, weights=weights)
            out[i, 1 + 2 * p] = mean
            out[i, 2 + 2 * p] = np.sqrt(np.average((x - mean) ** 2, weights=weights))
    return out


def weighted_sums(indptr, indices, values, weights):
    """Return the product of the compositions as a dense matrix with the weights."""
    dense = np.zeros((len(indptr) - 1, len(weights)))
    for i in range(len(indptr) - 1):
        for e in range(indptr[i], indptr[i + 1]):
            dense[i, indices[e]] += values[e]
    return dense @ weights
