"""The lower convex hull of formation energies, as one linear program a composition.

For a composition x the hull energy is min sum(a_k e_k) over amounts a_k >= 0 of phases with sum(a_k
c_k) = x. A basis is one phase for each element of the chemical system; it stays optimal in price
for every composition, so the next row starts from the last row's basis and needs dual simplex steps
only where one of its amounts turned negative. Nothing is approximated.

Phases and compositions are sparse rows over the same element columns; the first phases, one for
each column, are the elements themselves.

First comes the simplex, primal and dual, over the phases of one chemical system, then `solve`,
which runs it over many rows. The hull of a small system can also be taken from all its facets: a
facet prices every composition x with its plane, price . x; the hull energy is the largest price of
all facets, and the products are the corners of the facet that gives it.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .._core._jit import jit
from ..alloy._row_kernels import subsystem

# A price or an amount this small is rounding.
_PRICE_SLACK = 1e-10
# Steps after which the smallest index is taken first, which cannot cycle.
_BLAND_AFTER = 200
# Steps after which the inverse is computed anew.
_REFACTOR_AFTER = 40


class Simplex(NamedTuple):
    """State of the simplex over m elements and k phases."""

    basis: NDArray[np.int64]  # phases of the basis, (m,)
    inverse: NDArray[np.float64]  # basis phase by element, (m, m)
    amounts: NDArray[np.float64]  # of the basis phases, (m,)
    price: NDArray[np.float64]  # chemical potentials, (m,)
    cost: NDArray[
        np.float64
    ]  # energy of each phase above the potentials, (k,)
    share: NDArray[np.float64]  # room for a row of the tableau, (k,)


# work float64 (m, n or more): in its first n columns independent phases by element, whose factors
# take their place; order int64 (m): of its rows.
@jit
def factor(work, n, order):
    """Factor the matrix of some phases in place, each step with the largest element left (Gauss).

    Nothing is returned. Dependent phases leave a pivot near 0; no error is raised.

    Parameters
    ----------
    work : ndarray of float64, shape (m, n or more)
        Its first n columns are independent phases, elements as rows. Their factors take their
        place, rows permuted; further columns stay.
    n : int
        Number of phases, at most m.
    order : ndarray of int64, shape (m,)
        Overwritten: ``order[r]`` is the row that stood where row r is now.
    """
    m = len(order)
    for r in range(m):
        order[r] = r
    for c in range(n):
        best = c
        for r in range(c + 1, m):
            if abs(work[r, c]) > abs(work[best, c]):
                best = r
        if best != c:
            order[c], order[best] = order[best], order[c]
            for k in range(n):
                value = work[c, k]
                work[c, k] = work[best, k]
                work[best, k] = value
        for r in range(c + 1, m):
            # Most are 0: a phase has few elements.
            if work[r, c] != 0.0:
                work[r, c] /= work[c, c]
                for k in range(c + 1, n):
                    work[r, k] -= work[r, c] * work[c, k]


# work, n, order as `factor` left them; x float64 (m,) -> amounts float64 (m,), the first n.
# Which basis was found first, or what other rows were solved, shows in none of the digits.
@jit
def settle(work, n, order, x, amounts):
    """Compute the amounts of phases that make up a composition; return the smallest of them.

    A negative result says that the composition is outside these phases. For n of 0 it is
    infinite.

    Parameters
    ----------
    work, order : ndarray
        As `factor` left them; only read.
    n : int
        Number of phases that were factored.
    x : ndarray of float64, shape (m,)
        The composition, elements in the order in which `factor` got them; only
        read.
    amounts : ndarray of float64, shape (n or more,)
        The first n are overwritten, further ones stay.

    Returns
    -------
    float
    """
    for c in range(n):
        total = x[order[c]]
        for k in range(c):
            total -= work[c, k] * amounts[k]
        amounts[c] = total
    least = np.inf
    for c in range(n - 1, -1, -1):
        for k in range(c + 1, n):
            amounts[c] -= work[c, k] * amounts[k]
        amounts[c] /= work[c, c]
        least = min(least, amounts[c])
    return least


# basis int64 (m,), phases as sparse rows over the m columns -> inverse float64 (m, m), basis
# phase by element; False in the second place if the phases are linearly dependent.
@jit
def invert(basis, phases):
    """Return the inverse of a basis, float64 (m, m), and whether its phases are independent.

    `basis`, int64 (m,), numbers phases of `phases`, a `Phases`: (ptr, col,
    val) of atomic fractions over the m columns and their energy in eV/atom.
    ``inverse @ x`` gives the amounts of the basis phases, in the order of
    `basis`, in a composition x. An inverse of dependent phases has no meaning.
    """
    m = len(basis)
    work = np.zeros((m, m))
    order = np.empty(m, np.int64)
    inverse = np.empty((m, m))
    for b in range(m):
        for p in range(phases.ptr[basis[b]], phases.ptr[basis[b] + 1]):
            work[phases.col[p], b] = phases.val[p]
    factor(work, m, order)
    one = np.zeros(m)
    independent = True
    for c in range(m):
        independent = independent and abs(work[c, c]) >= 1e-12
        one[c] = 1.0
        settle(work, m, order, one, inverse[:, c])
        one[c] = 0.0
    return inverse, independent


# Chemical potentials and what each phase costs above them, into `price` and `cost` of the state.
@jit(part="linked")
def prices(phases, state):
    """Write the chemical potentials of a basis, and each phase's energy above them, into `state`.

    Basis, inverse and `phases` are read; ``price``, (m,), and ``cost``, (k,),
    of the `Simplex` are overwritten, eV/atom. `phases` is a `Phases`: (ptr,
    col, val) of atomic fractions and ``energy``, eV/atom. ``cost`` is the
    energy of a phase less the sum of ``price`` over its atoms. ``inverse`` of
    the state must be that of its ``basis``.
    """
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


# Put phase `enter` in place `leave` of the basis: inverse (m, m) and amounts (m,) follow.
@jit(part="linked")
def _pivot(enter, leave, phases, state):
    """Put a phase into the basis, in place of another one.

    ``basis``, ``inverse`` and ``amounts`` of the state follow; its ``price``
    and ``cost`` stay as they were. Nothing is returned.

    Parameters
    ----------
    enter : int
        Number of the phase that enters, 0 to k - 1, np.int64. Another type is
        compiled anew.
    leave : int
        Place in the basis, 0 to m - 1, of the phase that leaves. Row `leave` of the new column
        must not be 0; this is not checked.
    phases : Phases
        (ptr, col, val) of atomic fractions and their energy.
    state : Simplex
        Changed.
    """
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
@jit
def start(x, phases, state):
    """Find the basis of least energy for a composition by the primal simplex.

    It begins with the elements.

    Parameters
    ----------
    x : ndarray of float64, shape (m,)
        The composition, atomic fractions over the columns of the system.
    phases : Phases
        (ptr, col, val) of atomic fractions, and energy, eV/atom. The first m
        are the elements, in the order of the columns.
    state : Simplex
        Overwritten, in any state on entry: ``basis``, ``inverse``,
        ``amounts``, ``price`` and ``cost`` are those of the optimum.

    Returns
    -------
    int
        Number of steps, -1 if there is no least energy.
    """
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
        lowest = -_PRICE_SLACK
        for k in range(len(energy)):
            if cost[k] < lowest:
                enter = k
                lowest = cost[k]
                if step > _BLAND_AFTER:
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
@jit(part="linked")
def copy(source, target):
    """Copy the matrix `source`, (m, k), into `target`, which is as large."""
    for i in range(len(source)):
        for j in range(source.shape[1]):
            target[i, j] = source[i, j]


# Amounts of the basis phases in x; whether none is below -rounding.
@jit
def mix(inverse, x, amounts, rounding):
    """Write how much of each phase of a basis makes up a composition; say whether none is negative.

    `inverse`, float64 (m, m), is that of the basis as `invert` returns it,
    `x`, float64 (m,), the composition; `amounts`, float64 (m,), is
    overwritten. An amount down to minus `rounding` counts as none. The result
    is a bool; all amounts are written as they are, negative ones too.
    """
    inside = True
    for b in range(len(x)):
        total = 0.0
        for c in range(len(x)):
            total += inverse[b, c] * x[c]
        amounts[b] = total
        if total < -rounding:
            inside = False
    return inside


# An amount below this is rounding, or a trace that changes no energy.
_TRACE_AMOUNT = 1e-12


# Dual simplex: from a basis optimal in price to the one that is optimal for x float64 (m,).
# `since` counts the steps since the inverse was computed; returns it (-1: no solution).
@jit
def move(x, phases, state, since):
    """Move to the optimal basis of a composition from a basis that is optimal in price, in place.

    Parameters
    ----------
    x : ndarray of float64, shape (m,)
        The composition, atomic fractions over the columns of the system.
    phases : Phases
        The phases of the system: (ptr, col, val) of atomic fractions, and
        energy, eV/atom.
    state : Simplex
        Changed: ``basis``, ``inverse``, ``amounts`` and ``cost``; ``share`` is
        room for work; ``price`` only where the inverse is computed anew, so
        `prices` must be called before it is read. ``inverse`` and ``cost``
        must be those of the basis on entry.
    since : int
        Number of steps since the inverse was computed.

    Returns
    -------
    int
        `since` after the move, -1 if there is no solution.
    """
    ptr, col, val, energy = phases
    basis, inverse, amounts, _, cost, share = state
    m = len(x)
    mix(inverse, x, amounts, _PRICE_SLACK)
    step = 0
    while True:
        # Steepest edge: the largest shortfall for the length of its row takes far fewer steps.
        leave: Any = np.int64(-1)
        steepest = 0.0
        for b in range(m):
            if amounts[b] < -_PRICE_SLACK:
                norm = 0.0
                for c in range(m):
                    norm += inverse[b, c] * inverse[b, c]
                slope = amounts[b] * amounts[b] / norm
                if slope > steepest:
                    leave = b
                    steepest = slope
                    if step > _BLAND_AFTER:
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
        if since >= _REFACTOR_AFTER:
            copy(invert(basis, phases)[0], inverse)
            prices(phases, state)
            mix(inverse, x, amounts, _PRICE_SLACK)
            since = 0


# Room for a system of m elements and k phases.
@jit(part="copied")
def allocate_workspace(m, k):
    """Allocate the `Simplex` of a system of m elements and k phases.

    ``basis`` is int64 (m,); float64 are ``inverse``, (m, m), ``amounts`` and
    ``price``, (m,), ``cost`` and ``share``, (k,). No value is set. k counts
    all phases, the elements too.
    """
    return Simplex(
        np.empty(m, np.int64),
        np.empty((m, m)),
        np.empty(m),
        np.empty(m),
        np.empty(k),
        np.empty(k),
    )


# Most bases that a run of rows remembers.
_KEPT_BASES = 1024


class Runs(NamedTuple):
    """Rows to solve, in runs of one chemical system."""

    order: NDArray[np.int64]  # rows of the table, (rows,)
    system: NDArray[np.int64]  # of each run, (t,)
    first: NDArray[np.int64]  # and `last`, its slice of `order`, (t,)
    last: NDArray[np.int64]


class Found(NamedTuple):
    """Hull energies and products of n compositions, which kernels write."""

    hull: NDArray[np.float64]  # hull energy, eV/atom, (n,)
    # (n, width), phases by id, ascending, -1 beyond the last; (n, 0): not written
    products: NDArray[np.int32]
    fractions: NDArray[np.float64]  # share of the atoms, (n, width)


class Remembered(NamedTuple):
    """Bases that were optimal before, `keep` at most."""

    prices: NDArray[np.float64]  # (m, keep)
    bases: NDArray[np.int64]  # (keep, m)
    inverses: NDArray[np.float64]  # (keep, m, m)
    sinces: NDArray[np.int64]  # steps since each inverse was computed, (keep,)
    worth: NDArray[
        np.float64
    ]  # room for what each prices a composition, (keep,)


# prices float64 (m, keep), of which the first `kept` columns count; x float64 (m,), worth float64
# (keep,) for work -> the column that prices x highest. Over the columns, to fill vector units.
@jit(part="copied")
def _nearest_basis(prices, kept, x, worth):
    """Return which of the stored bases prices a composition highest.

    Parameters
    ----------
    prices : ndarray of float64, shape (m, keep)
        Chemical potentials of each basis, one basis a column, eV/atom.
    kept : int
        Number of columns that count, at least one.
    x : ndarray of float64, shape (m,)
        The composition.
    worth : ndarray of float64, shape (keep,)
        Overwritten up to `kept`: what each basis prices the composition at, eV/atom.

    Returns
    -------
    int
        The column, the first of equal ones.
    """
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
# room: held and order int64 (m,), work float64 (m, m), settled float64 (m,), their amounts.
@jit(part="merged")
def _settle_products(x, phases, state, room):
    """Sort the phases of the basis in `state` and settle their amounts, into `room`.

    Parameters
    ----------
    x : ndarray of float64, shape (m,)
        The composition, atomic fractions over the columns of the system.
    phases : Phases
        The phases of the system: (ptr, col, val) of atomic fractions, and
        energy, eV/atom.
    state : Simplex
        Only read. Its basis is optimal already, and its amounts are those of `x`.
    room : tuple of ndarray
        Overwritten: phases, int64 (m,), ascending; order of the rows, int64
        (m,); factors, float64 (m, m); amounts of these phases, float64 (m,).
        The first n of phases and amounts count.

    Returns
    -------
    n : int
        Number of phases with an amount above 1e-12.
    total : float
        Energy of the composition in them, eV/atom.
    """
    held, order, work, settled = room
    n = 0
    for b in range(len(state.basis)):
        if state.amounts[b] > _TRACE_AMOUNT:
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
    for j in range(n):
        for p in range(phases.ptr[held[j]], phases.ptr[held[j] + 1]):
            work[phases.col[p], j] = phases.val[p]
    factor(work, n, order)
    settle(work, n, order, x, settled)
    total = 0.0
    for j in range(n):
        total += settled[j] * phases.energy[held[j]]
    return n, total


# The n phases held with an amount above 1e-8 (pymatgen's limit), in ascending order of their ids.
@jit(part="copied")
def _write(ids, held, n, settled, products, fractions):
    """Write ids and shares of the phases of one composition; -1 and 0 behind the last.

    Phases with an amount up to 1e-8 are left out.

    Parameters
    ----------
    ids : ndarray of int64
        Id of each phase of the system.
    held : ndarray of int64
        The first n are phases of the system, ascending.
    n : int
        Number of phases.
    settled : ndarray of float64
        Amounts of these, the first n. They are written as they are.
    products : ndarray of int32, shape (width,)
        One row of the result, overwritten; the width must hold all of the phases.
    fractions : ndarray of float64, shape (width,)
        One row of the result, overwritten.
    """
    count = 0
    for j in range(n):
        if settled[j] > 1e-8:
            products[count] = ids[held[j]]
            fractions[count] = settled[j]
            count += 1
    for j in range(count, len(products)):
        products[j] = -1
        fractions[j] = 0.0


# Take a stored basis up.
@jit(part="copied")
def _recall(basis_store, at, state):
    """Copy a stored basis and its inverse into a state of the simplex.

    `basis_store`, a `Remembered`, is read: ``bases``, (keep, m), and
    ``inverses``, (keep, m, m). `at` is the number of the basis in it, from 0. ``basis`` and
    ``inverse`` of `state`, a `Simplex`, are overwritten; ``amounts``,
    ``price`` and ``cost`` stay as they were.
    """
    for b in range(len(state.basis)):
        state.basis[b] = basis_store.bases[at, b]
    copy(basis_store.inverses[at], state.inverse)


@jit(part="copied")
def _remember(state, since, at, basis_store):
    """Store basis, inverse and prices of a state as number `at` of `basis_store`.

    `state`, a `Simplex`, is only read and its prices must be those of its
    basis. `since` is the number of steps since its inverse was computed.
    Column `at` (from 0) of ``prices``, (m, keep), and entry `at` of ``bases``,
    ``inverses`` and ``sinces`` of `basis_store`, a `Remembered`, are changed.
    """
    for b in range(len(state.basis)):
        basis_store.prices[b, at] = state.price[b]
        basis_store.bases[at, b] = state.basis[b]
    copy(state.inverse, basis_store.inverses[at])
    basis_store.sinces[at] = since


# Inside the simplex and in no special position, so that no step from here is degenerate.
@jit(part="copied")
def _begin(x, inner, phases, state):
    """Find a first optimal basis, for a composition moved a tenth of the way inwards.

    `x`, float64 (m,), is the composition. `inner`, float64 (m,), is overwritten with the moved one,
    for which `state`, a `Simplex`, is solved by `start`. Returned is the number of steps, -1 if
    there is no solution. The amounts of the state are those of `inner`, not of `x`. `phases` is a
    `Phases` of the system, (ptr, col, val) and energy in eV/atom, the elements first.
    """
    m = len(x)
    for c in range(m):
        offset = (c * 0.6180339887) % 1.0
        inner[c] = 0.9 * x[c] + 0.1 * (1.0 + 0.3 * offset) / m
    return start(inner, phases, state)


# One run of `solve`: rows order[first:last] of the system with the elements `inside`.
@jit(part="linked")
def _run(rows, column, order, first, last, inside, phases, found):
    """Solve the rows of one run, which share a chemical system, into `found`.

    Parameters
    ----------
    rows : Rows
        (indptr, indices, values) of the atomic fractions of all compositions.
    column : ndarray of int64, shape (118,)
        Column of `phases` of each element; it must be there for those of the
        rows.
    order : ndarray of int64
        Rows of all runs.
    first, last : int
        Range of this run in `order`.
    inside : ndarray of bool, shape (columns,)
        Columns of the chemical system; it must hold every element of the rows.
    phases : Phases
        (ptr, col, val) of all phases and their energy, eV/atom. The first, one a column, are the
        elements.
    found : Found
        Written at these rows alone: ``hull`` (eV/atom, NaN without a
        solution), ``products`` (numbers of phases, ascending, -1 behind the
        last) and ``fractions`` (0 there); neither of these if their width is
        0.
    """
    ids, within, place = subsystem(inside, phases)
    m = np.int64(0)
    for c in range(len(place)):
        if place[c] >= 0:
            m += 1
    state = allocate_workspace(m, len(ids))
    keep = min(_KEPT_BASES, last - first)
    basis_store = Remembered(
        np.empty((m, keep)), np.empty((keep, m), np.int64), np.empty((keep, m, m)),
        np.empty(keep, np.int64), np.empty(keep),
    )  # fmt: skip
    x = np.zeros(m)
    inner = np.empty(m)
    numbers = np.empty(m, np.int64)
    room = numbers, np.empty(m, np.int64), np.empty((m, m)), np.empty(m)
    since = -1
    kept = 0
    at = -1
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
            best = _nearest_basis(
                basis_store.prices, min(kept, keep), x, basis_store.worth
            )
            if best != at:
                at = best
                _recall(basis_store, at, state)
                since = basis_store.sinces[at]
                costed = False
        if since >= 0 and not mix(
            state.inverse, x, state.amounts, _PRICE_SLACK
        ):
            if not costed:
                prices(within, state)
            since = move(x, within, state, since)
            if since >= 0:
                prices(within, state)
            new = costed = True
        if new and since >= 0:
            at = kept % keep
            _remember(state, since, at, basis_store)
            kept += 1
        n, total = _settle_products(x, within, state, room)
        found.hull[row] = total if since >= 0 else np.nan
        if found.products.shape[1] > 0:
            _write(
                ids,
                room[0],
                n,
                room[3],
                found.products[row],
                found.fractions[row],
            )


# rows: compositions; column int64 (118,): column of each element; systems bool (s, columns).
@jit
def solve(rows, column, runs, systems, phases, found, begin, end):
    """Write hull energy and products of the compositions of runs `begin` to `end` - 1 into `found`.

    Parameters
    ----------
    rows : Rows
        (indptr, indices, values) of atomic fractions.
    column : ndarray of int64, shape (118,)
        Column of `phases` of each element.
    runs : Runs
        ``order``, the rows sorted by system, and ``system``, ``first`` and ``last`` of each run.
    systems : ndarray of bool, shape (s, columns)
        Columns of each chemical system.
    phases : Phases
        (ptr, col, val) of all phases and their energy, eV/atom. The first, one a column, are the
        elements.
    found : Found
        Written at the rows of the runs: ``hull``, float64 (n,), eV/atom, NaN
        without a solution; ``products``, int32 (n, width), numbers of phases
        from 0, ascending, -1 behind the last; ``fractions``, float64 (n,
        width), shares of the atoms, 0 behind the last. A width of 0 leaves
        products out.
    begin, end : int
        Range of runs.
    """
    for t in range(begin, end):
        inside = systems[runs.system[t]]
        _run(
            rows,
            column,
            runs.order,
            runs.first[t],
            runs.last[t],
            inside,
            phases,
            found,
        )


# Rows priced together: the inner loops run over them and fill the vector units.
_LANES = 32
# Most elements of a system.
_MOST_ELEMENTS = 8
_HULL_TOLERANCE = 1e-9


class Planes(NamedTuple):
    """Facets of a system of m elements."""

    price: NDArray[
        np.float64
    ]  # the plane of each: chemical potentials, (facets, m)
    corner: NDArray[np.int32]  # phases by id, ascending, (facets, m)
    # of `matrix`, as `factor` leaves them, (facets, m, m) and (facets, m)
    factors: NDArray[np.float64]
    order: NDArray[np.int64]
    matrix: NDArray[
        np.float64
    ]  # element by corner: what the corners are made of, (facets, m, m)
    energy: NDArray[np.float64]  # of the corners, eV/atom, (facets, m)


# base, s1 to s5 float64: price of a facet and its slopes; x float64 (elements, lanes)
@jit(part="copied")
def _price_six(base, s1, s2, s3, s4, s5, x, lane):
    """Return what a facet prices a composition of six elements at, eV/atom.

    Parameters
    ----------
    base : float
        Price of the first element, eV/atom.
    s1, s2, s3, s4, s5 : float
        What each of the other elements costs above the first, eV/atom; 0 for an element too many.
    x : ndarray of float64, shape (elements, lanes)
        Atomic fractions that sum to one, elements in the same order, one
        composition a column. There are six rows or more, 0 for an element too
        many.
    lane : int
        Column that is priced.
    """
    total = base + s1 * x[1, lane] + s2 * x[2, lane]
    total += s3 * x[3, lane]
    total += s4 * x[4, lane] + s5 * x[5, lane]
    return total


# table: compositions; place int64 (118,): column of each element in the system; rows int64 (r,):
# all of this system; price float64 (facets, m), m <= 8.
# Writes hull float64 (n,) and facet int32 (n,) at rows[begin:end].
@jit(fastmath=True)
def highest(table, place, rows, price, hull, facet, begin, end):
    """Write for each composition the highest price of all facets, and which facet has it.

    Parameters
    ----------
    table : Rows
        (indptr, indices, values) of atomic fractions, which sum to one.
    place : ndarray of int64, shape (118,)
        Column of `price` of each element; it must be there for those of the
        rows.
    rows : ndarray of int64, shape (r,)
        Rows of `table`, all of this system.
    price : ndarray of float64, shape (facets, m)
        Chemical potentials of each facet, eV/atom, for at most 8 elements.
    hull : ndarray of float64, shape (n,)
        Written at ``rows[begin:end]`` alone: hull energy, eV/atom.
    facet : ndarray of int32, shape (n,)
        Written there: number of the facet, from 0, the first of equal ones.
    begin, end : int
        Range in `rows`.
    """
    indptr, indices, values = table
    m = price.shape[1]
    # Fractions sum to one: the first element's price is paid whole, the others' by difference.
    base = price[:, 0].copy()
    slope = np.zeros((len(price), _MOST_ELEMENTS - 1))
    for f in range(len(price)):
        for c in range(1, m):
            slope[f, c - 1] = price[f, c] - price[f, 0]
    x = np.zeros((_MOST_ELEMENTS, _LANES))
    best = np.empty(_LANES)
    at = np.empty(_LANES)
    for start in range(begin, end, _LANES):
        n = min(_LANES, end - start)
        x[:] = 0.0
        for lane in range(n):
            row = rows[start + lane]
            for p in range(indptr[row], indptr[row + 1]):
                if values[p] > 0.0:
                    x[place[indices[p]], lane] = values[p]
        best[:] = -np.inf
        at[:] = 0.0
        if m <= 6:
            for f in range(len(base)):
                b = base[f]
                s1 = slope[f, 0]
                s2 = slope[f, 1]
                s3 = slope[f, 2]
                s4 = slope[f, 3]
                s5 = slope[f, 4]
                for lane in range(_LANES):
                    total = _price_six(b, s1, s2, s3, s4, s5, x, lane)
                    better = total > best[lane]
                    best[lane] = total if better else best[lane]
                    at[lane] = f if better else at[lane]
        else:
            for f in range(len(base)):
                b = base[f]
                s1 = slope[f, 0]
                s2 = slope[f, 1]
                s3 = slope[f, 2]
                s4 = slope[f, 3]
                s5 = slope[f, 4]
                s6 = slope[f, 5]
                s7 = slope[f, 6]
                for lane in range(_LANES):
                    total = _price_six(b, s1, s2, s3, s4, s5, x, lane)
                    total += s6 * x[6, lane] + s7 * x[7, lane]
                    better = total > best[lane]
                    best[lane] = total if better else best[lane]
                    at[lane] = f if better else at[lane]
        for lane in range(n):
            hull[rows[start + lane]] = best[lane]
            facet[rows[start + lane]] = np.int32(at[lane])


# As above. Where facet int32 (n,) and found.hull hold what `highest` wrote, writes found.hull and
# the products of `found` (width >= m, or 0: none) from the corners that are there alone, and done
# bool (r,): False where no facet of this price holds the composition.
# planes: price and energy (of the corners) eV/atom, and corner int32, ids of phases, (facets, m); order
# int64 (facets, m) and factors float64 (facets, m, m), those of matrix, element by corner.
@jit
def split(table, place, rows, planes, facet, found, done, begin, end):
    """Write the products of each composition from the corners of its facet.

    Parameters
    ----------
    table : Rows
        (indptr, indices, values) of atomic fractions.
    place : ndarray of int64, shape (118,)
        Column of each element in the system.
    rows : ndarray of int64, shape (r,)
        Rows of `table`, all of this system.
    planes : Planes
        Facets of the system, as `magnetkit.phases._space.find_facets` returns
        them.
    facet : ndarray of int32, shape (n,)
        Facet of each row, as `highest` wrote it.
    found : Found
        ``hull`` comes in as `highest` wrote it, eV/atom, and is computed anew
        from the corners. ``products`` (numbers of phases, -1 behind the last)
        and ``fractions`` (0 there) are overwritten; a width of 0 leaves them
        out, any other is at least m.
    done : ndarray of bool, shape (r,)
        Written at `begin` to `end` - 1: False where no facet of this price
        holds the composition. The hull of such a row stays as it was, and it
        gets no products.
    begin, end : int
        Range in `rows`.
    """
    indptr, indices, values = table
    price, corner, factors, order, matrix, energy = planes
    hull, products, fractions = found
    m = price.shape[1]
    x = np.empty(m)
    amount = np.empty(m)
    work = np.empty((m, m))
    held = np.empty(m, np.int64)
    own = np.empty(m, np.int64)
    for r in range(begin, end):
        row = rows[r]
        x[:] = 0.0
        for p in range(indptr[row], indptr[row + 1]):
            if values[p] > 0.0:
                x[place[indices[p]]] = values[p]
        f = facet[row]
        least = settle(factors[f], m, order[f], x, amount)
        other = 0
        # Facets in one plane price alike; one of them holds the composition.
        while not least >= -_HULL_TOLERANCE and other < len(price):
            total = 0.0
            for c in range(m):
                total += price[other, c] * x[c]
            if total > hull[row] - _HULL_TOLERANCE:
                f = other
                least = settle(factors[f], m, order[f], x, amount)
            other += 1
        n = 0
        count = 0
        done[r] = least >= -_HULL_TOLERANCE
        if done[r]:
            for b in range(m):
                if amount[b] > _TRACE_AMOUNT:
                    held[n] = b
                    n += 1
            if n < m:
                for c in range(m):
                    for j in range(n):
                        work[c, j] = matrix[f, c, held[j]]
                factor(work, n, own)
                settle(work, n, own, x, amount)
            total = 0.0
            for j in range(n):
                total += amount[j] * energy[f, held[j]]
                if amount[j] > 1e-8 and products.shape[1] > 0:
                    products[row, count] = corner[f, held[j]]
                    fractions[row, count] = amount[j]
                    count += 1
            hull[row] = total
        for j in range(count, products.shape[1]):
            products[row, j] = -1
            fractions[row, j] = 0.0
