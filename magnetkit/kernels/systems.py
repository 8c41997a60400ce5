"""Which elements compositions hold, and the phases of a chemical system."""

import numpy as np

from ._accelerate import jit
from .arrays import Phases


# rows: compositions, where 0 is absent; word, bit int64 (118,): where an element's bit lies, word
# -1 for an element without phases. Writes at the rows start to stop: sets uint64 (n, words), zero
# before, and known bool (n,): every element has phases and there is at least one.
@jit
def element_sets(rows, word, bit, sets, known, start, stop):
    """Write the set of elements of each composition as bits."""
    indptr, indices, values = rows
    for i in range(start, stop):
        ok = True
        some = False
        for p in range(indptr[i], indptr[i + 1]):
            if values[p] <= 0.0:
                continue
            some = True
            w = word[indices[p]]
            if w < 0:
                ok = False
            else:
                sets[i, w] |= np.uint64(1) << np.uint64(bit[indices[p]])
        known[i] = ok and some


# inside bool (columns,): elements of the chemical system -> id int64 of the phases made of them
# alone, these phases over the system's own columns, and place int64 (columns,): column of the
# system, -1 outside.
@jit(part="copied")
def subsystem(inside, phases):
    """Return the phases of a chemical system."""
    ptr, col, val, energy = phases
    place = np.full(len(inside), -1, np.int64)
    m = 0
    for c in range(len(inside)):
        if inside[c]:
            place[c] = m
            m += 1
    n = 0
    nnz = 0
    chosen = np.zeros(len(energy), np.bool_)
    for k in range(len(energy)):
        ok = True
        for p in range(ptr[k], ptr[k + 1]):
            if not inside[col[p]]:
                ok = False
                break
        if ok:
            chosen[k] = True
            n += 1
            nnz += ptr[k + 1] - ptr[k]
    ids = np.empty(n, np.int64)
    ptr_in = np.zeros(n + 1, np.int64)
    col_in = np.empty(nnz, np.int64)
    val_in = np.empty(nnz)
    energy_in = np.empty(n)
    j = 0
    q = 0
    for k in range(len(energy)):
        if chosen[k]:
            ids[j] = k
            energy_in[j] = energy[k]
            for p in range(ptr[k], ptr[k + 1]):
                col_in[q] = place[col[p]]
                val_in[q] = val[p]
                q += 1
            j += 1
            ptr_in[j] = q
    return ids, Phases(ptr_in, col_in, val_in, energy_in), place
