"""Statistics of element properties over the elements of each composition."""

import numpy as np

from ._accelerate import jit

STATISTICS = ("minimum", "maximum", "range", "mean", "avg_dev", "mode")

# Two amounts are as frequent as each other under numpy.isclose, which the published
# definition of the mode uses.
_ABSOLUTE = 1e-8
_RELATIVE = 1e-5


# indptr   int64[n + 1]      row i is indptr[i]:indptr[i + 1]
# indices  int32[nnz]        column of the element
# values   float64[nnz]      atomic fraction, positive, summing to one in each row
# table    float64[118, q]   property of each element, padded with zeros from n_properties to q
# out      float[n, 6 * n_properties]   property-major, statistics in the order above
# Writes rows start to stop. A NaN property of a present element makes minimum, maximum, range,
# mean and deviation NaN, and the mode if that element is among the most frequent; a row without
# elements is NaN throughout.
@jit(fastmath=True)
def composition_statistics(indptr, indices, values, table, n_properties, out, start, stop):
    """Write the six statistics of every property for rows `start` to `stop`."""
    q = table.shape[1]
    low = np.empty(q)
    high = np.empty(q)
    mean = np.empty(q)
    deviation = np.empty(q)
    mode = np.empty(q)
    for i in range(start, stop):
        first = indptr[i]
        last = indptr[i + 1]
        if first == last:
            out[i, :] = np.nan
            continue
        top = values[first]
        weight = top
        row = indices[first]
        for p in range(q):
            x = table[row, p]
            low[p] = x
            high[p] = x
            mean[p] = weight * x
            deviation[p] = 0.0
            mode[p] = np.inf
        for e in range(first + 1, last):
            weight = values[e]
            row = indices[e]
            top = max(top, weight)
            for p in range(q):
                x = table[row, p]
                low[p] = x if x < low[p] else low[p]
                high[p] = x if x > high[p] else high[p]
                mean[p] += weight * x
        frequent = top - (_ABSOLUTE + _RELATIVE * top)
        for e in range(first, last):
            weight = values[e]
            row = indices[e]
            if weight >= frequent:
                for p in range(q):
                    x = table[row, p]
                    deviation[p] += weight * abs(x - mean[p])
                    # A NaN once taken stays, as no comparison with it holds.
                    mode[p] = x if x < mode[p] or x != x else mode[p]
            else:
                for p in range(q):
                    deviation[p] += weight * abs(table[row, p] - mean[p])
        for p in range(n_properties):
            known = mean[p] == mean[p]
            o = 6 * p
            out[i, o] = low[p] if known else np.nan
            out[i, o + 1] = high[p] if known else np.nan
            out[i, o + 2] = high[p] - low[p] if known else np.nan
            out[i, o + 3] = mean[p]
            out[i, o + 4] = deviation[p]
            out[i, o + 5] = mode[p]
