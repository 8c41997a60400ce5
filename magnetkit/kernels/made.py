"""Holding compositions against the largest amounts that alloys were made with."""

import numpy as np

from ._accelerate import jit

# What a share is of.
OF_METAL, OF_EARTH, OF_ALLOY = range(3)


# indptr, indices, values: compositions; codes int8 (n): host, -1 unknown
# group int8 (6, 118): what an element's share is of: `OF_EARTH`, `OF_ALLOY`, else of the metals;
# most float64 (6, 118): the largest share
# -> bool (n): whether every share is within; True where the host is unknown
@jit
def within(indptr, indices, values, codes, group, most):
    """Return which compositions have no more of any element than was made with their host."""
    n = len(indptr) - 1
    inside = np.ones(n, np.bool_)
    whole = np.empty(3)
    for i in range(n):
        h = codes[i]
        if h < 0:
            continue
        whole[:] = 0.0
        for k in range(indptr[i], indptr[i + 1]):
            whole[group[h, indices[k]]] += values[k]
        whole[OF_ALLOY] = 1.0
        for k in range(indptr[i], indptr[i + 1]):
            e = indices[k]
            if values[k] > most[h, e] * whole[group[h, e]]:
                inside[i] = False
    return inside
