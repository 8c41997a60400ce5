"""What the sublattices of a composition are made of: shares, ratios, means and spreads."""

import numpy as np

from ._accelerate import jit

SUMS = (
    *("R", "T", "M", "light", "heavy", "cerium", "nonmagnetic", "oblate", "prolate"),
    *("electrons", "cobalt", "iron", "valence", "valence_M", "B", "C", "N", "H"),
)
"""Columns of `weights` below: the sums over a row that the ratios are made of."""
_R, _T, _M, _LIGHT, _HEAVY, _CERIUM, _NONMAGNETIC, _OBLATE, _PROLATE = range(9)
_ELECTRONS, _COBALT, _IRON, _VALENCE, _VALENCE_M, _B, _C, _N, _H = range(9, 18)

RATIOS = (
    *("R_fraction", "T_fraction", "R_share_of_metals", "R_light_share", "R_heavy_share"),
    *("R_light_heavy_balance", "R_cerium_share", "R_nonmagnetic_share"),
    *("R_oblate_quadrupole_a0_2", "R_prolate_quadrupole_a0_2", "T_valence_electrons"),
    *("cobalt_share", "magnetic_valence", "magnetic_valence_M", "diluent_share"),
    *("boron_ratio", "carbon_ratio", "nitrogen_ratio", "hydrogen_ratio"),
)
"""The first columns of `out` below."""


@jit(part="copied")
def _ratio(part, whole):
    return part / whole if whole > 0.0 else 0.0


# rows                      compositions, each sums to one
# weights float64[118, 18]   what each element adds to the sums of SUMS
# ions    float64[118, q]    properties of each rare earth, zero for other elements
# targets float64[h, 3]      atomic fractions of R, M and boron in each stoichiometry
# carbon  float64[h]         1 where carbon stands in for boron there, 0 where it is left out
# out     float64[n, 19 + h + 2 q]   RATIOS, distances to the stoichiometries, then mean and
#                                    standard deviation over R of each property, interleaved
# Writes rows start to stop. What is over an empty sublattice, or a row without elements, is zero.
@jit(fastmath=True)
def describe_sublattices(rows, weights, ions, targets, carbon, out, start, stop):
    """Write the descriptors of rows `start` to `stop`."""
    indptr, indices, values = rows
    n_sums = weights.shape[1]
    q = ions.shape[1]
    sums = np.empty(n_sums)
    mean = np.empty(q)
    square = np.empty(q)
    for i in range(start, stop):
        first = indptr[i]
        last = indptr[i + 1]
        sums[:] = 0.0
        mean[:] = 0.0
        square[:] = 0.0
        for e in range(first, last):
            weight = values[e]
            row = indices[e]
            for p in range(n_sums):
                sums[p] += weight * weights[row, p]
            for p in range(q):
                mean[p] += weight * ions[row, p]
        r = sums[_R]
        m = sums[_M]
        if r > 0.0:
            for p in range(q):
                mean[p] /= r
            for e in range(first, last):
                row = indices[e]
                weight = values[e] * weights[row, _R] / r
                if weight > 0.0:
                    for p in range(q):
                        away = ions[row, p] - mean[p]
                        square[p] += weight * away * away
        metals = r + m
        out[i, 0] = r
        out[i, 1] = sums[_T]
        out[i, 2] = _ratio(r, metals)
        out[i, 3] = _ratio(sums[_LIGHT], r)
        out[i, 4] = _ratio(sums[_HEAVY], r)
        out[i, 5] = _ratio(sums[_LIGHT] - sums[_HEAVY], r)
        out[i, 6] = _ratio(sums[_CERIUM], r)
        out[i, 7] = _ratio(sums[_NONMAGNETIC], r)
        out[i, 8] = _ratio(sums[_OBLATE], r)
        out[i, 9] = _ratio(sums[_PROLATE], r)
        out[i, 10] = _ratio(sums[_ELECTRONS], sums[_T])
        out[i, 11] = _ratio(sums[_COBALT], sums[_COBALT] + sums[_IRON])
        out[i, 12] = sums[_VALENCE]
        out[i, 13] = _ratio(sums[_VALENCE_M], m)
        out[i, 14] = _ratio(m - sums[_T], m)
        out[i, 15] = _ratio(sums[_B], metals)
        out[i, 16] = _ratio(sums[_C], metals)
        out[i, 17] = _ratio(sums[_N], metals)
        out[i, 18] = _ratio(sums[_H], metals)
        for h in range(targets.shape[0]):
            boron = sums[_B] + carbon[h] * sums[_C]
            whole = metals + boron
            away = abs(_ratio(r, whole) - targets[h, 0])
            away += abs(_ratio(m, whole) - targets[h, 1])
            away += abs(_ratio(boron, whole) - targets[h, 2])
            out[i, 19 + h] = 0.5 * away
        o = 19 + targets.shape[0]
        for p in range(q):
            out[i, o + 2 * p] = mean[p]
            out[i, o + 2 * p + 1] = np.sqrt(square[p])
