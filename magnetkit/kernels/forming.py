"""How likely phases form: what a composition is described by, and the odds that follow.

A phase is described by `TERMS` numbers; its log odds are a family's weights times these, and their
variance comes from the covariance of the weights. A family is a structure, or none.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ._accelerate import jit
from .mixing import INTERSTITIAL, METAL, RARE_EARTH

TERMS = (
    "constant", "hull distance", "Fe", "Co", "Ni", "Mn", "Cu",
    "early", "early squared", "sp", "sp squared",
    "radius ratio", "radius ratio, Fe", "radius ratio, Co", "large radius ratio", "misfit",
    "stabilizer", "no entry", "eutectoid", "Fe beside Cu", "radius ratio, metal content",
    "metal content", "uncertainty", "mixing entropy",
)  # fmt: skip
"""The terms, in order; `_describe` says what each is."""
FE, CO, NI, MN, CU = 25, 26, 27, 24, 28
_DISTANCE, _NO_ENTRY, _EUTECTOID, _UNCERTAINTY, _MIXING = 1, 17, 18, 22, 23


class Atoms(NamedTuple):
    """What the terms know of the elements.

    Attributes
    ----------
    kind : ndarray of int8, shape (118,)
        `RARE_EARTH`, `METAL` or `INTERSTITIAL`.
    radius : ndarray of float64, shape (118,)
        For twelve neighbours, angstrom.
    less : ndarray of float64, shape (118,)
        What a rare earth's radius loses where all metal is iron and cobalt (mixed valence).
    early, sp : ndarray of bool, shape (118,)
        Groups 4 to 6, and Al, Si, Ga and the like.
    guest : ndarray of bool, shape (families, 118)
        Metals that sit with the rare earth.
    enough : ndarray of float64, shape (families, 118)
        One over the share of the metals at which an element alone stabilizes the structure.
    """

    kind: NDArray[np.int8]
    radius: NDArray[np.float64]
    less: NDArray[np.float64]
    early: NDArray[np.bool_]
    sp: NDArray[np.bool_]
    guest: NDArray[np.bool_]
    enough: NDArray[np.float64]


class State(NamedTuple):
    """What is known of each phase.

    Attributes
    ----------
    family : ndarray of int8, shape (n,)
        Its structure, the last family where it has none.
    named : ndarray of bool, shape (n,)
        Whether the composition itself is the phase: no metal is a guest then.
    distance, deviation : ndarray of float64, shape (n,)
        Free energy above the competing phases, eV/atom; NaN where there is no energy.
    mixing : ndarray of float64, shape (n,)
        Temperature times the entropy of ideal mixing on the sites, eV/atom.
    warmer : ndarray of float64, shape (n,)
        Temperature less that at which phases of the structure are made, K.
    """

    family: NDArray[np.int8]
    named: NDArray[np.bool_]
    distance: NDArray[np.float64]
    deviation: NDArray[np.float64]
    mixing: NDArray[np.float64]
    warmer: NDArray[np.float64]


class Weights(NamedTuple):
    """Weights by family.

    Attributes
    ----------
    mean : ndarray of float64, shape (families, terms)
    root : ndarray of float64, shape (families, terms, terms)
        The covariance is ``root @ root.T``.
    """

    mean: NDArray[np.float64]
    root: NDArray[np.float64]


# Terms of row i into x float64 (terms,); what has to do with energies alone without rare earth or
# without metal. A distance of 30 meV, and as large a deviation, stand where there is no entry; a
# phase below what competes forms no more surely than one level with it, the less since most such
# energies are extrapolated. Deviations above 0.2 eV say no more than that nothing is known.
# The radius ratio of rare earth to metals is centred at 1.42 (middle of the rows) in steps of 0.03;
# energies are in 20 meV; a misfit is the variance of the metals' radii over their mean squared, in
# 0.002; early metals in fifths and sp elements in halves of the metals.
@jit(part="merged")
def _describe(i, rows, atoms, state, x):
    indptr, indices, values = rows
    family = state.family[i]
    earth = metal = iron = cobalt = nickel = manganese = copper = early = sp = 0.0
    small = large = squares = support = 0.0
    for p in range(indptr[i], indptr[i + 1]):
        e, a = indices[p], values[p]
        if atoms.kind[e] == RARE_EARTH:
            earth += a
        elif atoms.kind[e] == METAL and (state.named[i] or not atoms.guest[family, e]):
            metal += a
            small += a * atoms.radius[e]
            squares += a * atoms.radius[e] ** 2
            support += a * atoms.enough[family, e]
            iron += a * (e == FE)
            cobalt += a * (e == CO)
            nickel += a * (e == NI)
            manganese += a * (e == MN)
            copper += a * (e == CU)
            early += a * atoms.early[e]
            sp += a * atoms.sp[e]
    x[:] = 0.0
    x[0] = 1.0
    if math.isnan(state.distance[i]):
        x[_NO_ENTRY] = 1.0
        x[_DISTANCE] = -1.5
    else:
        x[_DISTANCE] = -max(state.distance[i], 0.0) / 0.02
    spread = 0.03 if math.isnan(state.deviation[i]) else min(state.deviation[i], 0.2)
    x[_UNCERTAINTY] = -math.sqrt(spread / 0.02)
    x[_MIXING] = state.mixing[i] / 0.02
    if earth <= 0.0 or metal <= 0.0:
        return
    valence = (iron + cobalt) / metal
    for p in range(indptr[i], indptr[i + 1]):
        e = indices[p]
        if atoms.kind[e] == RARE_EARTH:
            large += values[p] * (atoms.radius[e] - atoms.less[e] * valence)
    mean = small / metal
    ratio = (large / earth / mean - 1.42) / 0.03
    early /= 0.2 * metal
    sp /= 0.5 * metal
    content = (metal - 0.8) / 0.1
    x[2], x[3], x[4] = iron / metal, cobalt / metal, nickel / metal
    x[5], x[6] = manganese / metal, copper / metal
    x[7], x[8], x[9], x[10] = early, early**2, sp, sp**2
    x[11], x[12], x[13] = ratio, ratio * x[2], ratio * x[3]
    x[14] = max(ratio, 0.0) ** 2
    x[15] = -max(squares / metal / mean**2 - 1.0, 0.0) / 0.002
    x[16] = min(support / metal, 1.0)
    x[_EUTECTOID] = state.warmer[i] / 200.0 * x[3]
    x[19] = 4.0 * x[2] * x[6]
    x[20], x[21] = ratio * content, content


# Writes rows start to stop of x float64 (n, terms).
@jit
def describe(rows, atoms, state, x, start, stop):
    """Write the terms of phases."""
    for i in range(start, stop):
        _describe(i, rows, atoms, state, x[i])


# Writes at start to stop: mean and deviation float64 (n,) of the log odds.
@jit
def odds(rows, atoms, state, weights, mean, deviation, start, stop):
    """Write the log odds that phases form."""
    k = weights.mean.shape[1]
    x, part = np.empty(k), np.empty(k)
    for i in range(start, stop):
        _describe(i, rows, atoms, state, x)
        w, root = weights.mean[state.family[i]], weights.root[state.family[i]]
        total = variance = 0.0
        part[:] = 0.0
        for a in range(k):
            # Most terms of a phase are zero.
            if x[a] != 0.0:
                total += w[a] * x[a]
                for b in range(k):
                    part[b] += root[a, b] * x[a]
        for b in range(k):
            variance += part[b] * part[b]
        mean[i] = total
        deviation[i] = math.sqrt(variance)


# earths, thirds: atoms of rare earth and interstitials a formula unit over all its atoms, float64
# (structures,); third bool (structures, 118): what counts as its interstitial.
# -> int8 (n,): the structure whose ratio a composition has, -1 where none
@jit
def ratios(rows, kind, earths, thirds, third):
    """Return the structure whose ratio of rare earth, metals and interstitials each row has."""
    indptr, indices, values = rows
    n = len(indptr) - 1
    found = np.full(n, -1, np.int8)
    for i in range(n):
        earth = small = 0.0
        for p in range(indptr[i], indptr[i + 1]):
            if kind[indices[p]] == RARE_EARTH:
                earth += values[p]
            elif kind[indices[p]] == INTERSTITIAL:
                small += values[p]
        for s in range(len(earths)):
            if abs(earth - earths[s]) > 1e-4 or abs(small - thirds[s]) > 1e-4:
                continue
            own = True
            for p in range(indptr[i], indptr[i + 1]):
                e = indices[p]
                if kind[e] == INTERSTITIAL and values[p] > 0.0 and not third[s, e]:
                    own = False
            if own:
                found[i] = s
    return found


# Entropy of ideal mixing, Boltzmann's constants an atom, of the rare earths among each other and of
# the late 3d metals (`late`, bool (118,)) among each other: the most that competing phases, which
# dissolve these alone, can have. Writes at rows[start:stop].
@jit
def rivals_entropy(table, rows, kind, late, entropy, start, stop):
    """Write the mixing entropy that the phases beside a candidate can have."""
    indptr, indices, values = table
    for o in range(start, stop):
        i = rows[o]
        earth = metal = total = 0.0
        for p in range(indptr[i], indptr[i + 1]):
            if values[p] <= 0.0:
                continue
            if kind[indices[p]] == RARE_EARTH:
                earth += values[p]
            elif late[indices[p]]:
                metal += values[p]
            else:
                continue
            total -= values[p] * math.log(values[p])
        if earth > 0.0:
            total += earth * math.log(earth)
        if metal > 0.0:
            total += metal * math.log(metal)
        entropy[i] = total
