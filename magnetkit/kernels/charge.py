"""Kernels that rewrite recipes: another rare earth, the charge of a cellular 2:17 magnet."""

import numpy as np

from ._accelerate import jit


# indptr int64 (n + 1), indices int32 (nnz), values float64 (nnz): atomic fractions in CSR, columns
#   ascending. column int64 (n): the column each row is to have an entry of, -1 for none.
# Returns the three CSR arrays with zeros where such an entry was missing.
@jit(part="copied")
def with_room(indptr, indices, values, column):
    """Give each row an entry of a column."""
    n = indptr.size - 1
    out_indptr = np.zeros(n + 1, np.int64)
    for i in range(n):
        extra = 1 if column[i] >= 0 else 0
        for k in range(indptr[i], indptr[i + 1]):
            if indices[k] == column[i]:
                extra = 0
        out_indptr[i + 1] = out_indptr[i] + indptr[i + 1] - indptr[i] + extra
    out_indices = np.empty(out_indptr[n], np.int32)
    out = np.zeros(out_indptr[n])
    for i in range(n):
        to = out_indptr[i]
        room = out_indptr[i + 1] - to > indptr[i + 1] - indptr[i]
        for k in range(indptr[i], indptr[i + 1]):
            if room and indices[k] > column[i]:
                out_indices[to] = column[i]
                to += 1
                room = False
            out_indices[to], out[to] = indices[k], values[k]
            to += 1
        if room:
            out_indices[to] = column[i]
    return out_indptr, out_indices, out


# As `with_room`; is_rare_earth float64 (118): one at rare earths; share float64 (n).
# Returns the three CSR arrays in which that share of each row's rare earth is the column's element
# instead.
@jit
def replace_rare_earth(indptr, indices, values, is_rare_earth, column, share):
    """Put another rare earth in place of a share of each row's."""
    indptr, indices, values = with_room(indptr, indices, values, column)
    for i in range(indptr.size - 1):
        rare = 0.0
        for k in range(indptr[i], indptr[i + 1]):
            part = values[k] * is_rare_earth[indices[k]]
            rare += part
            values[k] -= share[i] * part
        for k in range(indptr[i], indptr[i + 1]):
            if indices[k] == column[i]:
                values[k] += share[i] * rare
    return indptr, indices, values


# As `with_room`; rows bool (n): the rows to rewrite. is_rare_earth float64 (118): one at rare
#   earths. copper: column of Cu. ratio, share: metal atoms per rare-earth atom and least share of
#   Cu in the metal of the charge.
# Returns the three CSR arrays of the table in which each of `rows` has that ratio and at least
# that share of Cu; other rows, and rows without rare earth or metal, come back as they were.
@jit
def hardening_charge(indptr, indices, values, rows, is_rare_earth, copper, ratio, share):
    """Turn 2:17 formulas into charges that a precipitation-hardened magnet is made from."""
    column = np.where(rows, copper, -1)
    indptr, indices, values = with_room(indptr, indices, values, column)
    for i in range(indptr.size - 1):
        rare, cu = 0.0, 0.0
        for k in range(indptr[i], indptr[i + 1]):
            rare += values[k] * is_rare_earth[indices[k]]
            if indices[k] == copper:
                cu = values[k]
        metal = 1.0 - rare
        if not (rows[i] and rare > 0.0 and metal > cu):
            continue
        total = 1.0 + ratio
        new_cu = max(cu / metal, share) * ratio / total
        on_metal = (ratio / total - new_cu) / (metal - cu)
        for k in range(indptr[i], indptr[i + 1]):
            c = indices[k]
            if c == copper:
                values[k] = new_cu
            else:
                values[k] *= 1.0 / (total * rare) if is_rare_earth[c] > 0.0 else on_metal
    return indptr, indices, values
