"""Primal and dual simplex over the phases of one chemical system; see `magnetkit.kernels.hull`."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ._accelerate import jit

# A price or an amount this small is rounding.
TOLERANCE = 1e-10
# Steps after which the smallest index is taken first, which cannot cycle.
BLAND_AFTER = 200
# Steps after which the inverse is computed anew.
REFACTOR_AFTER = 40


class Simplex(NamedTuple):
    """State of the simplex over m elements and k phases.

    Attributes
    ----------
    basis : ndarray of int64, shape (m,)
        Phases of the basis.
    inverse : ndarray of float64, shape (m, m)
        Basis phase by element.
    amounts, price : ndarray of float64, shape (m,)
        Of the basis phases; chemical potentials.
    cost, share : ndarray of float64, shape (k,)
        Energy of each phase above the potentials; room for a row of the tableau.
    """

    basis: NDArray[np.int64]
    inverse: NDArray[np.float64]
    amounts: NDArray[np.float64]
    price: NDArray[np.float64]
    cost: NDArray[np.float64]
    share: NDArray[np.float64]


# basis int64 (m,), phases as sparse rows over the m columns -> inverse float64 (m, m), basis
# phase by element; False in the second place if the phases are linearly dependent.
@jit(part="copied")
def invert(basis, phases):
    """Return the inverse of a basis."""
    m = len(basis)
    work = np.zeros((m, 2 * m))
    for b in range(m):
        for p in range(phases.ptr[basis[b]], phases.ptr[basis[b] + 1]):
            work[phases.col[p], b] = phases.val[p]
        work[b, m + b] = 1.0
    for i in range(m):
        best = i
        for r in range(i + 1, m):
            if abs(work[r, i]) > abs(work[best, i]):
                best = r
        if abs(work[best, i]) < 1e-12:
            return np.full((m, m), np.nan), False
        if best != i:
            for c in range(2 * m):
                swap = work[i, c]
                work[i, c] = work[best, c]
                work[best, c] = swap
        scale = 1.0 / work[i, i]
        for c in range(2 * m):
            work[i, c] *= scale
        for r in range(m):
            factor = work[r, i]
            if r != i and factor != 0.0:
                for c in range(2 * m):
                    work[r, c] -= factor * work[i, c]
    inverse = np.empty((m, m))
    for r in range(m):
        for c in range(m):
            inverse[r, c] = work[r, m + c]
    return inverse, True


# Chemical potentials and what each phase costs above them, into `price` and `cost` of the state.
@jit(part="linked")
def prices(phases, state):
    """Work out the chemical potentials of a basis, and each phase's energy above them."""
    ptr, col, val, energy = phases
    basis, inverse, _, price, cost, _ = state
    m = len(basis)
    for c in range(m):
        total = 0.0
        for b in range(m):
            total += energy[basis[b]] * inverse[b, c]
        price[c] = total
    for k in range(len(energy)):
        total = energy[k]
        for p in range(ptr[k], ptr[k + 1]):
            total -= price[col[p]] * val[p]
        cost[k] = total


# Callers begin with np.int64(-1): a bare -1 is a type of its own, for which this is compiled anew.
# Put phase `enter` in place `leave` of the basis: inverse (m, m) and amounts (m,) follow.
@jit(part="linked")
def _pivot(enter, leave, phases, state):
    ptr, col, val, _ = phases
    basis, inverse, amounts, _, _, _ = state
    m = len(basis)
    column = np.zeros(m)
    for p in range(ptr[enter], ptr[enter + 1]):
        for b in range(m):
            column[b] += inverse[b, col[p]] * val[p]
    scale = 1.0 / column[leave]
    for c in range(m):
        inverse[leave, c] *= scale
    amounts[leave] *= scale
    for b in range(m):
        factor = column[b]
        if b != leave and factor != 0.0:
            for c in range(m):
                inverse[b, c] -= factor * inverse[leave, c]
            amounts[b] -= factor * amounts[leave]
    basis[leave] = enter


# Primal simplex from the elements to an optimal basis for the composition x float64 (m,).
@jit(part="copied")
def start(x, phases, state):
    """Find a basis that is optimal in price, from the elements."""
    ptr, col, val, energy = phases
    basis, inverse, amounts, _, cost, _ = state
    m = len(x)
    for b in range(m):
        basis[b] = b
        for c in range(m):
            inverse[b, c] = 1.0 if b == c else 0.0
        amounts[b] = x[b]
    step = 0
    column = np.zeros(m)
    while True:
        prices(phases, state)
        enter: Any = np.int64(-1)
        lowest = -TOLERANCE
        for k in range(len(energy)):
            if cost[k] < lowest:
                enter = k
                lowest = cost[k]
                if step > BLAND_AFTER:
                    break
        if enter < 0:
            return step
        for b in range(m):
            column[b] = 0.0
        for p in range(ptr[enter], ptr[enter + 1]):
            for b in range(m):
                column[b] += inverse[b, col[p]] * val[p]
        leave: Any = np.int64(-1)
        ratio = np.inf
        for b in range(m):
            if column[b] > 1e-9:
                r = max(amounts[b], 0.0) / column[b]
                if r < ratio or (r == ratio and basis[b] < basis[leave]):
                    ratio = r
                    leave = b
        if leave < 0:
            return -1
        _pivot(enter, leave, phases, state)
        step += 1


# Loops and not slices: a slice assignment takes numba a second to compile.
@jit(part="copied")
def copy(source, target):
    """Copy a matrix."""
    for i in range(len(source)):
        for j in range(source.shape[1]):
            target[i, j] = source[i, j]


# Amounts of the basis phases in x; whether none is negative.
@jit(part="copied")
def mix(inverse, x, amounts):
    """Work out how much of each phase of a basis makes a composition."""
    inside = True
    for b in range(len(x)):
        total = 0.0
        for c in range(len(x)):
            total += inverse[b, c] * x[c]
        amounts[b] = total
        if total < -TOLERANCE:
            inside = False
    return inside


# An amount below this is rounding, or a trace that changes no energy.
LEAST = 1e-12


# work float64 (m, n + 1 or more): n phases by element, in column n the composition; overwritten.
# Which basis was found first, or what other rows were solved, shows in none of the digits.
@jit
def settle(work, n):
    """Work out the amounts of phases that make up a composition, into column n, first rows."""
    m = len(work)
    for c in range(n):
        best = c
        for r in range(c + 1, m):
            if abs(work[r, c]) > abs(work[best, c]):
                best = r
        for k in range(c, n + 1):
            swap = work[c, k]
            work[c, k] = work[best, k]
            work[best, k] = swap
        for r in range(c + 1, m):
            factor = work[r, c] / work[c, c]
            for k in range(c, n + 1):
                work[r, k] -= factor * work[c, k]
    for c in range(n - 1, -1, -1):
        for k in range(c + 1, n):
            work[c, n] -= work[c, k] * work[k, n]
        work[c, n] /= work[c, c]


# Dual simplex: from a basis optimal in price to the one that is optimal for x float64 (m,).
# `since` counts the steps since the inverse was computed; returns it (-1: no solution).
@jit(part="copied")
def move(x, phases, state, since):
    """Find the optimal basis of a composition from a basis that is optimal in price."""
    ptr, col, val, energy = phases
    basis, inverse, amounts, _, cost, share = state
    m = len(x)
    mix(inverse, x, amounts)
    step = 0
    while True:
        # Steepest edge: the largest shortfall for the length of its row takes far fewer steps.
        leave: Any = np.int64(-1)
        steepest = 0.0
        for b in range(m):
            if amounts[b] < -TOLERANCE:
                norm = 0.0
                for c in range(m):
                    norm += inverse[b, c] * inverse[b, c]
                slope = amounts[b] * amounts[b] / norm
                if slope > steepest:
                    leave = b
                    steepest = slope
                    if step > BLAND_AFTER:
                        break
        if leave < 0:
            return since
        enter: Any = np.int64(-1)
        ratio = np.inf
        for k in range(len(energy)):
            total = 0.0
            for p in range(ptr[k], ptr[k + 1]):
                total += inverse[leave, col[p]] * val[p]
            share[k] = total
            if total < -1e-9:
                r = max(cost[k], 0.0) / -total
                if r < ratio:
                    ratio = r
                    enter = k
        if enter < 0:
            return -1
        rate = cost[enter] / share[enter]
        for k in range(len(energy)):
            cost[k] -= rate * share[k]
        _pivot(enter, leave, phases, state)
        cost[enter] = 0.0
        step += 1
        since += 1
        if since >= REFACTOR_AFTER:
            copy(invert(basis, phases)[0], inverse)
            prices(phases, state)
            mix(inverse, x, amounts)
            since = 0


# Room for a system of m elements and k phases.
@jit(part="copied")
def room_for(m, k):
    """Return room for the state of the simplex."""
    return Simplex(
        np.empty(m, np.int64), np.empty((m, m)), np.empty(m), np.empty(m), np.empty(k), np.empty(k)
    )
