"""The lower convex hull of formation energies, as one linear program a composition.

For a composition x the hull energy is min sum(a_k e_k) over amounts a_k >= 0 of phases with
sum(a_k c_k) = x. A basis is one phase for each element of the chemical system; it stays optimal
in price for every composition, so the next row starts from the last row's basis and needs dual
simplex steps only where one of its amounts turned negative. Nothing is approximated.

Phases and compositions are sparse rows over the same element columns; the first phases, one for
each column, are the elements themselves.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ._accelerate import jit
from .simplex import LEAST, copy, mix, move, prices, room_for, settle, start
from .systems import subsystem

# Most bases that a run of rows remembers.
KEEP = 1024


class Runs(NamedTuple):
    """Rows to solve, in runs of one chemical system.

    Attributes
    ----------
    order : ndarray of int64, shape (rows,)
        Rows of the table.
    system, first, last : ndarray of int64, shape (t,)
        System of each run, and its slice of `order`.
    """

    order: NDArray[np.int64]
    system: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]


class Found(NamedTuple):
    """What is written.

    Attributes
    ----------
    hull : ndarray of float64, shape (n,)
        Hull energy, eV/atom.
    products : ndarray of int32, shape (n, width)
        Phases by id in ascending order, -1 beyond the last; without columns none are written.
    fractions : ndarray of float64, shape (n, width)
        Share of the atoms.
    """

    hull: NDArray[np.float64]
    products: NDArray[np.int32]
    fractions: NDArray[np.float64]


class Remembered(NamedTuple):
    """Bases that were optimal before, `keep` at most.

    Attributes
    ----------
    prices : ndarray of float64, shape (m, keep)
    bases : ndarray of int64, shape (keep, m)
    inverses : ndarray of float64, shape (keep, m, m)
    sinces : ndarray of int64, shape (keep,)
        Steps since each inverse was computed.
    worth : ndarray of float64, shape (keep,)
        Room for what each prices a composition.
    """

    prices: NDArray[np.float64]
    bases: NDArray[np.int64]
    inverses: NDArray[np.float64]
    sinces: NDArray[np.int64]
    worth: NDArray[np.float64]


# prices float64 (m, keep), of which the first `kept` columns count; x float64 (m,), worth float64
# (keep,) for work -> the column that prices x highest. Over the columns, to fill vector units.
@jit(part="copied")
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


# Phases of a basis with an amount, ascending, into held; how many, and what x is worth in them.
# work float64 (m, m + 1): room, in which `settle` leaves their amounts.
@jit(part="linked")
def _settled(x, phases, state, held, work):
    n = 0
    for b in range(len(state.basis)):
        if state.amounts[b] > LEAST:
            j = n
            k = state.basis[b]
            while j > 0 and held[j - 1] > k:
                held[j] = held[j - 1]
                j -= 1
            held[j] = k
            n += 1
    for c in range(len(x)):
        for j in range(n):
            work[c, j] = 0.0
        work[c, n] = x[c]
    for j in range(n):
        for p in range(phases.ptr[held[j]], phases.ptr[held[j] + 1]):
            work[phases.col[p], j] = phases.val[p]
    settle(work, n)
    total = 0.0
    for j in range(n):
        total += work[j, n] * phases.energy[held[j]]
    return n, total


# The n phases held with an amount above 1e-8 (pymatgen's limit), in ascending order of their ids.
@jit(part="copied")
def _write(ids, held, n, work, products, fractions):
    count = 0
    for j in range(n):
        if work[j, n] > 1e-8:
            products[count] = ids[held[j]]
            fractions[count] = work[j, n]
            count += 1
    for j in range(count, len(products)):
        products[j] = -1
        fractions[j] = 0.0


# Room for `keep` bases of m elements.
@jit(part="copied")
def _memory(m, keep):
    return Remembered(
        np.empty((m, keep)),
        np.empty((keep, m), np.int64),
        np.empty((keep, m, m)),
        np.empty(keep, np.int64),
        np.empty(keep),
    )


# Take a remembered basis up; store the state's as number `at`.
@jit(part="copied")
def _recall(memory, at, state):
    for b in range(len(state.basis)):
        state.basis[b] = memory.bases[at, b]
    copy(memory.inverses[at], state.inverse)


@jit(part="copied")
def _remember(state, since, at, memory):
    for b in range(len(state.basis)):
        memory.prices[b, at] = state.price[b]
        memory.bases[at, b] = state.basis[b]
    copy(state.inverse, memory.inverses[at])
    memory.sinces[at] = since


# Inside the simplex and in no special position, so that no step from here is degenerate.
@jit(part="copied")
def _begin(x, inner, phases, state):
    m = len(x)
    for c in range(m):
        inner[c] = 0.9 * x[c] + 0.1 * (1.0 + 0.3 * ((c * 0.6180339887) % 1.0)) / m
    return start(inner, phases, state)


# One run of `solve`: rows order[first:last] of the system with the elements `inside`.
@jit(part="copied")
def _run(rows, column, order, first, last, inside, phases, found):
    ids, within, place = subsystem(inside, phases)
    m = np.int64(0)
    for c in range(len(place)):
        if place[c] >= 0:
            m += 1
    state = room_for(m, len(ids))
    keep = min(KEEP, last - first)
    memory = _memory(m, keep)
    x, inner = np.zeros(m), np.empty(m)
    held, work = np.empty(m, np.int64), np.empty((m, m + 1))
    since, kept, at = -1, 0, -1
    costed = False
    for o in range(first, last):
        row = order[o]
        for c in range(m):
            x[c] = 0.0
        for p in range(rows.indptr[row], rows.indptr[row + 1]):
            if rows.values[p] > 0.0:
                x[place[column[rows.indices[p]]]] = rows.values[p]
        new = False
        if since < 0:
            since = _begin(x, inner, within, state)
            new = costed = True
        else:
            # The remembered basis that prices x highest is the nearest to its own.
            best = _nearest(memory.prices, min(kept, keep), x, memory.worth)
            if best != at:
                at = best
                _recall(memory, at, state)
                since = memory.sinces[at]
                costed = False
        if since >= 0 and not mix(state.inverse, x, state.amounts):
            if not costed:
                prices(within, state)
            since = move(x, within, state, since)
            if since >= 0:
                prices(within, state)
            new = costed = True
        if new and since >= 0:
            at = kept % keep
            _remember(state, since, at, memory)
            kept += 1
        n, total = _settled(x, within, state, held, work)
        found.hull[row] = total if since >= 0 else np.nan
        if found.products.shape[1] > 0:
            _write(ids, held, n, work, found.products[row], found.fractions[row])


# rows: compositions; column int64 (118,): column of each element; systems bool (s, columns).
@jit
def solve(rows, column, runs, systems, phases, found, begin, end):
    """Find the hull energy and the products of each composition of the runs `begin` to `end`."""
    for t in range(begin, end):
        inside = systems[runs.system[t]]
        _run(rows, column, runs.order, runs.first[t], runs.last[t], inside, phases, found)
