"""Energy of a substituted phase from the corners and middles of its sublattices.

The energy is linear in the occupation of the rare-earth and interstitial sites and quadratic in
that of the transition-metal sites, so it is fixed by its values at nodes: one rare earth, one
interstitial, and one metal or two in equal parts. Between the nodes the quadratic Lagrange
weights y (2 y - 1) and 4 y y' hold; the variance follows from the covariance of the nodes.
"""

import numpy as np

from ._accelerate import jit, prange

RARE_EARTH, METAL, INTERSTITIAL = 0, 1, 2
_FLOOR = 1e-12


# Hard phases indptr int64 (n + 1,), indices int32, values float64; rows int64 (r,): those of the
# host; role int8 (118,): site of each element, -1 where it has none; index int64 (118,): its place
# among the elements of its site; sites float64 (3,): atoms of each site in a formula unit; node
# int64 (R, X, M, M): node of two metals (a metal with itself: the corner); mean float64 (k,),
# covariance float64 (k, k); noise float64 (3,): variance of
# a corner, of mixed rare earths and of mixed metals.
# Writes at the rows: energy, deviation, entropy float64 (n,), entropy of ideal mixing in units of
# Boltzmann's constant an atom, NaN where a site is empty or an element has no site; and ideal
# float64 (nnz,), the composition at the host's exact stoichiometry.
@jit(parallel=True)
def interpolate(
    indptr, indices, values, rows, role, index, sites, node, mean, covariance, noise,
    energy, deviation, entropy, ideal,
):  # fmt: skip
    """Interpolate energies and their deviations between nodes."""
    atoms = sites.sum()
    for r in prange(len(rows)):
        row = rows[r]
        first, last = indptr[row], indptr[row + 1]
        total = np.zeros(3)
        ok = True
        for p in range(first, last):
            if role[indices[p]] < 0:
                ok = False
            else:
                total[role[indices[p]]] += values[p]
        for s in range(3):
            if sites[s] > 0.0 and total[s] <= _FLOOR:
                ok = False
        if not ok:
            energy[row] = np.nan
            deviation[row] = np.nan
            entropy[row] = np.nan
            continue
        mixing = 0.0
        squares = np.zeros(3)
        for p in range(first, last):
            s = role[indices[p]]
            share = values[p] / total[s]
            ideal[p] = share * sites[s] / atoms
            if share > _FLOOR and sites[s] > 0.0:
                mixing -= sites[s] / atoms * share * np.log(share)
            squares[s] += share * share
        width = last - first
        at = np.empty(width * width * (width + 1), np.int64)
        weight = np.empty(len(at))
        n = 0
        for p in range(first, last):
            if role[indices[p]] != RARE_EARTH:
                continue
            earth = values[p] / total[RARE_EARTH]
            for q in range(first, last):
                if sites[INTERSTITIAL] > 0.0:
                    if role[indices[q]] != INTERSTITIAL:
                        continue
                    third = index[indices[q]]
                    outer = earth * values[q] / total[INTERSTITIAL]
                else:
                    if q > first:
                        break
                    third = 0
                    outer = earth
                for i in range(first, last):
                    if role[indices[i]] != METAL:
                        continue
                    y = values[i] / total[METAL]
                    for j in range(first, i + 1):
                        if role[indices[j]] != METAL:
                            continue
                        w = y * (2.0 * y - 1.0) if j == i else 4.0 * y * values[j] / total[METAL]
                        at[n] = node[index[indices[p]], third, index[indices[i]], index[indices[j]]]
                        weight[n] = outer * w
                        n += 1
        value = 0.0
        variance = noise[0] + noise[1] * 2.0 * (1.0 - squares[RARE_EARTH])
        variance += noise[2] * 2.0 * (1.0 - squares[METAL])
        for i in range(n):
            value += weight[i] * mean[at[i]]
            variance += weight[i] * weight[i] * covariance[at[i], at[i]]
            for j in range(i):
                variance += 2.0 * weight[i] * weight[j] * covariance[at[i], at[j]]
        energy[row] = value
        deviation[row] = np.sqrt(max(variance, 0.0))
        entropy[row] = mixing
