"""Means and spreads of ion properties over the rare-earth sublattice, and what else is there."""

import numpy as np

from ._accelerate import jit


# indptr int64[n + 1], indices int32[nnz], values float64[nnz]   compositions, rows summing to 1
# ions   float64[118, q]   properties of each element as a member of the sublattice
# member float64[118]      1 where the element belongs to the sublattice, else 0
# out    float64[n, 1 + 2 q]   share of the sublattice, then mean and standard deviation of each
#                              property over it, interleaved; zero where the sublattice is empty
# Writes rows start to stop. A NaN property of a member gives NaN.
@jit
def sublattice_statistics(indptr, indices, values, ions, member, out, start, stop):
    """Write share, means and spreads of the sublattice for rows `start` to `stop`."""
    q = ions.shape[1]
    for i in range(start, stop):
        out[i, :] = 0.0
        total = 0.0
        for e in range(indptr[i], indptr[i + 1]):
            weight = values[e] * member[indices[e]]
            if weight > 0.0:
                total += weight
                for p in range(q):
                    out[i, 1 + 2 * p] += weight * ions[indices[e], p]
        out[i, 0] = total
        if total == 0.0:
            continue
        for p in range(q):
            out[i, 1 + 2 * p] /= total
        for e in range(indptr[i], indptr[i + 1]):
            weight = values[e] * member[indices[e]]
            if weight > 0.0:
                for p in range(q):
                    away = ions[indices[e], p] - out[i, 1 + 2 * p]
                    out[i, 2 + 2 * p] += weight * away * away
        for p in range(q):
            out[i, 2 + 2 * p] = np.sqrt(out[i, 2 + 2 * p] / total)


# indptr int64[n + 1], indices int32[nnz], values float64[nnz]   compositions
# weights float64[118, m]   one column a sum
# out     float64[n, m]     sum over the row's elements of fraction times weight; 0 for no element
# Writes rows start to stop.
@jit
def weighted_sums(indptr, indices, values, weights, out, start, stop):
    """Write the weighted sums of rows `start` to `stop`."""
    for i in range(start, stop):
        out[i, :] = 0.0
        for e in range(indptr[i], indptr[i + 1]):
            for p in range(weights.shape[1]):
                out[i, p] += values[e] * weights[indices[e], p]
