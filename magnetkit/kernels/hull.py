"""The lower convex hull of formation energies, as one linear program a composition.

For a composition x the hull energy is min sum(a_k e_k) over amounts a_k >= 0 of phases with
sum(a_k c_k) = x. A basis is one phase for each element of the chemical system; it stays optimal
in price for every composition, so the next row starts from the last row's basis and needs dual
simplex steps only where one of its amounts turned negative. Nothing is approximated.

Phases and compositions are sparse rows over the same element columns; the first phases, one for
each column, are the elements themselves.
"""

import numpy as np

from ._accelerate import jit
from .systems import subsystem

# A price or an amount this small is rounding.
TOLERANCE = 1e-10
# Steps after which the smallest index is taken first, which cannot cycle.
BLAND_AFTER = 200
# Steps after which the inverse is computed anew.
REFACTOR_AFTER = 40
# Most bases that a run of rows remembers.
KEEP = 1024


# basis int64 (m,), phases as sparse rows over the m columns -> inverse float64 (m, m), basis
# phase by element; False in the second place if the phases are linearly dependent.
@jit
def invert(basis, ptr, col, val):
    """Return the inverse of a basis."""
    m = len(basis)
    work = np.zeros((m, 2 * m))
    for b in range(m):
        for p in range(ptr[basis[b]], ptr[basis[b] + 1]):
            work[col[p], b] = val[p]
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


# Chemical potentials price float64 (m,) and what each phase costs above them, cost (phases,).
@jit
def _prices(basis, inverse, ptr, col, val, energy, price, cost):
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


# Put phase `enter` in place `leave` of the basis: inverse (m, m) and amounts (m,) follow.
@jit
def _pivot(enter, leave, ptr, col, val, basis, inverse, amounts):
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
@jit
def start(x, ptr, col, val, energy, basis, inverse, amounts, price, cost):
    """Find a basis that is optimal in price, from the elements."""
    m = len(x)
    for b in range(m):
        basis[b] = b
        for c in range(m):
            inverse[b, c] = 1.0 if b == c else 0.0
        amounts[b] = x[b]
    step = 0
    column = np.zeros(m)
    while True:
        _prices(basis, inverse, ptr, col, val, energy, price, cost)
        enter = -1
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
        leave = -1
        ratio = np.inf
        for b in range(m):
            if column[b] > 1e-9:
                r = max(amounts[b], 0.0) / column[b]
                if r < ratio or (r == ratio and basis[b] < basis[leave]):
                    ratio = r
                    leave = b
        if leave < 0:
            return -1
        _pivot(enter, leave, ptr, col, val, basis, inverse, amounts)
        step += 1


# Loops and not slices: a slice assignment takes numba a second to compile.
@jit
def _copy(source, target):
    for i in range(len(source)):
        for j in range(source.shape[1]):
            target[i, j] = source[i, j]


# prices float64 (m, keep), of which the first `kept` columns count; x float64 (m,), worth float64
# (keep,) for work -> the column that prices x highest. Over the columns, to fill vector units.
@jit
def _nearest(prices, kept, x, worth):
    for j in range(kept):
        worth[j] = 0.0
    for c in range(len(x)):
        if x[c] != 0.0:
            for j in range(kept):
                worth[j] += prices[c, j] * x[c]
    best = 0
    for j in range(1, kept):
        if worth[j] > worth[best]:
            best = j
    return best


# Amounts of the basis phases in x; whether none is negative.
@jit
def _mix(inverse, x, amounts):
    inside = True
    for b in range(len(x)):
        total = 0.0
        for c in range(len(x)):
            total += inverse[b, c] * x[c]
        amounts[b] = total
        if total < -TOLERANCE:
            inside = False
    return inside


# Dual simplex: from a basis optimal in price to the one that is optimal for x float64 (m,).
# `since` counts the steps since the inverse was computed; returns it (-1: no solution).
@jit
def move(x, ptr, col, val, energy, basis, inverse, amounts, price, cost, share, since):
    """Find the optimal basis of a composition from a basis that is optimal in price."""
    m = len(x)
    _mix(inverse, x, amounts)
    step = 0
    while True:
        # Steepest edge: the largest shortfall for the length of its row takes far fewer steps.
        leave = -1
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
        enter = -1
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
        _pivot(enter, leave, ptr, col, val, basis, inverse, amounts)
        cost[enter] = 0.0
        step += 1
        since += 1
        if since >= REFACTOR_AFTER:
            _copy(invert(basis, ptr, col, val)[0], inverse)
            _prices(basis, inverse, ptr, col, val, energy, price, cost)
            _mix(inverse, x, amounts)
            since = 0


# Products with an amount above 1e-8 (pymatgen's limit), in ascending order of their ids.
@jit
def _write(ids, basis, amounts, products, fractions):
    n = 0
    for b in range(len(basis)):
        if amounts[b] > 1e-8:
            j = n
            k = ids[basis[b]]
            while j > 0 and products[j - 1] > k:
                products[j] = products[j - 1]
                fractions[j] = fractions[j - 1]
                j -= 1
            products[j] = k
            fractions[j] = amounts[b]
            n += 1
    for j in range(n, len(products)):
        products[j] = -1
        fractions[j] = 0.0


# One run of `solve`: rows order[first:last] of the system with these elements.
@jit
def _run(
    indptr, indices, values, column, order, first, last, inside, ptr, col, val, energy, hull,
    products, fractions,
):  # fmt: skip
    ids, p_in, c_in, v_in, e_in, place = subsystem(inside, ptr, col, val, energy)
    m = 0
    for c in range(len(place)):
        if place[c] >= 0:
            m += 1
    basis = np.empty(m, np.int64)
    inverse = np.empty((m, m))
    amounts = np.empty(m)
    price = np.empty(m)
    cost = np.empty(len(ids))
    share = np.empty(len(ids))
    x = np.zeros(m)
    inner = np.empty(m)
    since = -1
    kept = 0
    keep = min(KEEP, last - first)
    prices = np.empty((m, keep))
    worth = np.empty(keep)
    at = -1
    costed = False
    bases = np.empty((keep, m), np.int64)
    inverses = np.empty((keep, m, m))
    sinces = np.empty(keep, np.int64)
    for o in range(first, last):
        row = order[o]
        for c in range(m):
            x[c] = 0.0
        for p in range(indptr[row], indptr[row + 1]):
            if values[p] > 0.0:
                x[place[column[indices[p]]]] = values[p]
        new = False
        if since < 0:
            # Inside the simplex and in no special position, so that no step is degenerate.
            for c in range(m):
                inner[c] = 0.9 * x[c] + 0.1 * (1.0 + 0.3 * ((c * 0.6180339887) % 1.0)) / m
            since = start(inner, p_in, c_in, v_in, e_in, basis, inverse, amounts, price, cost)
            new = costed = True
        else:
            # The remembered basis that prices x highest is the nearest to its own.
            best = _nearest(prices, min(kept, keep), x, worth)
            if best != at:
                at = best
                for b in range(m):
                    basis[b] = bases[at, b]
                _copy(inverses[at], inverse)
                since = sinces[at]
                costed = False
        if since >= 0 and not _mix(inverse, x, amounts):
            if not costed:
                _prices(basis, inverse, p_in, c_in, v_in, e_in, price, cost)
            since = move(
                x, p_in, c_in, v_in, e_in, basis, inverse, amounts, price, cost, share, since
            )
            if since >= 0:
                _prices(basis, inverse, p_in, c_in, v_in, e_in, price, cost)
            new = costed = True
        if new and since >= 0:
            at = kept % keep
            for b in range(m):
                prices[b, at] = price[b]
                bases[at, b] = basis[b]
            _copy(inverse, inverses[at])
            sinces[at] = since
            kept += 1
        total = 0.0
        for b in range(m):
            total += amounts[b] * e_in[basis[b]]
        hull[row] = total if since >= 0 else np.nan
        if products.shape[1] > 0:
            _write(ids, basis, amounts, products[row], fractions[row])


# Compositions indptr int64 (n + 1,), indices int32, values float64 with column int64 (118,) of
# each element; order int64 (rows,): rows to solve, in runs of one chemical system; runs: system,
# first, last int64 (t,) into order; systems bool (s, columns); phases ptr, col, val, energy.
# Writes hull float64 (n,), and where they have columns: products int32 (n, width) by id, in
# ascending order, -1 beyond the last, and fractions float64 (n, width) of the atoms.
@jit
def solve(
    indptr, indices, values, column, order, system, first, last, systems, ptr, col, val, energy,
    hull, products, fractions, begin, end,
):  # fmt: skip
    """Find the hull energy and the products of each composition of the runs `begin` to `end`."""
    for t in range(begin, end):
        _run(
            indptr, indices, values, column, order, first[t], last[t], systems[system[t]],
            ptr, col, val, energy, hull, products, fractions,
        )  # fmt: skip
