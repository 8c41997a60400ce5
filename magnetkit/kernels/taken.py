"""Some rows of compressed sparse rows."""

import numpy as np

from ._accelerate import jit


# rows: `Rows`; picked int64 (p): which, 0 to n - 1 -> indptr int64 (p + 1), indices int32, values
# float64
@jit
def taken(rows, picked):
    """Return some rows, in the order in which they are picked."""
    indptr = np.zeros(len(picked) + 1, np.int64)
    for i in range(len(picked)):
        own = picked[i]
        indptr[i + 1] = indptr[i] + rows.indptr[own + 1] - rows.indptr[own]
    indices, values = np.empty(indptr[-1], np.int32), np.empty(indptr[-1])
    for i in range(len(picked)):
        at = indptr[i]
        for p in range(rows.indptr[picked[i]], rows.indptr[picked[i] + 1]):
            indices[at], values[at] = rows.indices[p], rows.values[p]
            at += 1
    return indptr, indices, values
