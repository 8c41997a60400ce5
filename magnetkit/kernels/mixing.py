"""Energy of a substituted phase from the corners and middles of its sublattices.

The energy is linear in the occupation of the rare-earth and interstitial sites and quadratic in
that of the transition-metal sites, so it is fixed by its values at nodes: one rare earth, one
interstitial, and one metal or two in equal parts. Between the nodes the quadratic Lagrange
weights y (2 y - 1) and 4 y y' hold; the variance follows from the covariance of the nodes.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ._accelerate import jit

RARE_EARTH, METAL, INTERSTITIAL = 0, 1, 2
_FLOOR = 1e-12


class Sites(NamedTuple):
    """Sites of a host and the elements that a snapshot has on them.

    Attributes
    ----------
    role : ndarray of int8, shape (118,)
        Site of each element, -1 where it has none.
    place : ndarray of int64, shape (118,)
        Its place among the elements of its site.
    atoms : ndarray of float64, shape (3,)
        Atoms of each site in a formula unit.
    """

    role: NDArray[np.int8]
    place: NDArray[np.int64]
    atoms: NDArray[np.float64]


class Energies(NamedTuple):
    """Energies at the nodes and their covariance.

    Attributes
    ----------
    node : ndarray of int64, shape (R, X, M, M)
        Node of two metals; a metal with itself is the corner.
    mean : ndarray of float64, shape (k,)
        eV/atom.
    covariance : ndarray of float64, shape (k, k)
    noise : ndarray of float64, shape (3,)
        Variance of a corner, of mixed rare earths and of mixed metals.
    """

    node: NDArray[np.int64]
    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]
    noise: NDArray[np.float64]


class Interpolated(NamedTuple):
    """What `interpolate` writes.

    Attributes
    ----------
    energy, deviation : ndarray of float64, shape (n,)
        eV/atom.
    entropy : ndarray of float64, shape (n,)
        Of ideal mixing, in units of Boltzmann's constant an atom.
    ideal : ndarray of float64, shape (nnz,)
        The composition at the host's exact stoichiometry.
    """

    energy: NDArray[np.float64]
    deviation: NDArray[np.float64]
    entropy: NDArray[np.float64]
    ideal: NDArray[np.float64]


class Members(NamedTuple):
    """End members of a host in a snapshot.

    Attributes
    ----------
    known : ndarray of bool, shape (R, X, M)
        Whether the snapshot has it.
    borrowed : ndarray of bool, shape (118, 118)
        Main metal and metal whose slope is of another source.
    significant, trace : float
        Share from which an end member counts, and from which a metal does.
    """

    known: NDArray[np.bool_]
    borrowed: NDArray[np.bool_]
    significant: float
    trace: float


class Compared(NamedTuple):
    """What `compare` writes.

    Attributes
    ----------
    borrows : ndarray of bool, shape (n,)
        Leaning on a borrowed slope.
    missing : ndarray of int64, shape (n,)
        A key of the significant end members that the snapshot lacks, 0 without any.
    """

    borrows: NDArray[np.bool_]
    missing: NDArray[np.int64]


# table: hard phases; rows int64 (r,): those of the host. Writes at rows[start:stop]; NaN where a
# site is empty or an element has no site.
@jit
def interpolate(table, rows, host, nodes, found, start, stop):
    """Interpolate energies and their deviations between nodes."""
    indptr, indices, values = table
    role, index, sites = host
    node, mean, covariance, noise = nodes
    energy, deviation, entropy, ideal = found
    atoms = sites[0] + sites[1] + sites[2]
    total, squares = np.empty(3), np.empty(3)
    # The nodes of a row, and how much each counts: no row has more than all.
    own, share_of = np.empty(len(mean), np.int64), np.empty(len(mean))
    for o in range(start, stop):
        row = rows[o]
        first, last = indptr[row], indptr[row + 1]
        if not _site_totals(indices, values, first, last, role, sites, total):
            energy[row] = np.nan
            deviation[row] = np.nan
            entropy[row] = np.nan
            continue
        mixing = 0.0
        squares[:] = 0.0
        for p in range(first, last):
            s = role[indices[p]]
            share = values[p] / total[s]
            ideal[p] = share * sites[s] / atoms
            if share > _FLOOR and sites[s] > 0.0:
                mixing -= sites[s] / atoms * share * np.log(share)
            squares[s] += share * share
        value, count = 0.0, 0
        for p in range(first, last):
            if role[indices[p]] != RARE_EARTH:
                continue
            earth = values[p] / total[RARE_EARTH]
            for q in range(first, last):
                third = 0
                outer = earth
                if sites[INTERSTITIAL] > 0.0:
                    if role[indices[q]] != INTERSTITIAL:
                        continue
                    third = index[indices[q]]
                    outer = earth * values[q] / total[INTERSTITIAL]
                elif q > first:
                    break
                for i in range(first, last):
                    if role[indices[i]] != METAL:
                        continue
                    y = values[i] / total[METAL]
                    for j in range(first, i + 1):
                        if role[indices[j]] != METAL:
                            continue
                        w = outer * y
                        w *= 2.0 * y - 1.0 if j == i else 4.0 * values[j] / total[METAL]
                        at = node[index[indices[p]], third, index[indices[i]], index[indices[j]]]
                        value += w * mean[at]
                        own[count], share_of[count] = at, w
                        count += 1
        variance = noise[0] + noise[1] * 2.0 * (1.0 - squares[RARE_EARTH])
        variance += noise[2] * 2.0 * (1.0 - squares[METAL])
        # Term by term, so that it does not depend on which nodes other rows have.
        for a in range(count):
            known = 0.5 * share_of[a] * covariance[own[a], own[a]]
            for b in range(a):
                known += share_of[b] * covariance[own[a], own[b]]
            variance += 2.0 * share_of[a] * known
        energy[row] = value
        deviation[row] = np.sqrt(max(variance, 0.0))
        entropy[row] = mixing


# total float64 (3,): amount on each site; False where a site is empty or an element has none.
@jit(part="copied")
def _site_totals(indices, values, first, last, role, sites, total):
    total[:] = 0.0
    for p in range(first, last):
        if role[indices[p]] < 0:
            return False
        total[role[indices[p]]] += values[p]
    filled = True
    for s in range(3):
        if sites[s] > 0.0 and total[s] <= _FLOOR:
            filled = False
    return filled


# Which elements occur in some rows: bool (118,).
@jit
def elements_of(indptr, indices, rows):
    """Return the elements that occur in some rows."""
    found = np.zeros(118, np.bool_)
    for row in rows:
        for p in range(indptr[row], indptr[row + 1]):
            found[indices[p]] = True
    return found


# table, rows and host as above. Writes at rows[start:stop].
@jit
def compare(table, rows, host, members, found, start, stop):
    """Compare phases with the end members that a snapshot has."""
    indptr, indices, values = table
    role, index, _ = host
    has, borrowed, significant, trace = members
    borrows, missing = found
    of_role = np.empty(3)
    for o in range(start, stop):
        row = rows[o]
        first, last = indptr[row], indptr[row + 1]
        of_role[:] = 0.0
        major = -1
        for p in range(first, last):
            e = indices[p]
            if role[e] >= 0:
                of_role[role[e]] += values[p]
            if role[e] == METAL and (major < 0 or values[p] > values[major]):
                major = p
        for p in range(first, last):
            e = indices[p]
            counts = values[p] >= trace * of_role[METAL]
            if role[e] == METAL and counts and borrowed[indices[major], e]:
                borrows[row] = True
        key = np.int64(0)
        for p in range(first, last):
            r = indices[p]
            if role[r] != RARE_EARTH:
                continue
            for q in range(first, last):
                m = indices[q]
                if role[m] != METAL:
                    continue
                outer = values[p] / of_role[RARE_EARTH] * values[q] / of_role[METAL]
                if outer < significant:
                    continue
                if of_role[INTERSTITIAL] > 0.0:
                    for t in range(first, last):
                        z = indices[t]
                        if role[z] == INTERSTITIAL:
                            share = outer * values[t] / of_role[INTERSTITIAL]
                            if share >= significant and not has[index[r], index[z], index[m]]:
                                key = key * 1000003 + (r * 118 + z) * 118 + m + 1
                elif not has[index[r], 0, index[m]]:
                    key = key * 1000003 + r * 118 * 118 + m + 1
        missing[row] = key
