"""Hosts of compositions: assignment, split into phases, rewriting, comparison with known ones.

Recipes are rewritten with another rare earth; the last kernel compares them with the largest
amounts with which alloys of a host were made.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .._core._jit import jit

# Roles of an element in `split`.
OUTSIDE, ON_R, ON_T, ON_X = range(4)
# Of two equal amounts, as in YFe6Ga6, the last digit does not choose the major element.
_MORE = 1.0 + 1e-6


class SiteRules(NamedTuple):
    """Rules of the sites of each host and of the phases beside it."""

    role: NDArray[np.int8]  # `OUTSIDE`, `ON_R`, `ON_T` or `ON_X`, (hosts, 118)
    limit: NDArray[np.float64]  # largest share of the T sites, (hosts, 118)
    preference: NDArray[
        np.float64
    ]  # how much rather an element stays outside, (hosts, 118)
    counts: NDArray[
        np.float64
    ]  # R, T and X atoms of a formula unit, (hosts, 3)
    # T/R of the phases that take excess R and excess T (infinite: no R), (hosts, 2)
    ratios: NDArray[np.float64]
    # T atoms that an excess atom of the third kind binds; 0 where the host can do without, (hosts,)
    boride: NDArray[np.float64]
    volume: NDArray[np.float64]  # cubic angstrom an atom, (118,)


class AssignmentRules(NamedTuple):
    """Which compositions are of which host: windows of ratios of sums of atoms."""

    sums: int  # how many sums there are
    first: NDArray[
        np.int64
    ]  # where the sums of each element begin in `where`, (119,)
    where: NDArray[np.int64]  # the sums that an element counts in
    above: NDArray[np.int64]  # the two sums of each ratio, (conditions,)
    below: NDArray[np.int64]
    low: NDArray[np.float64]  # its window, (conditions,)
    high: NDArray[np.float64]
    start: NDArray[
        np.int64
    ]  # where the conditions of each rule begin, (rules + 1,)
    host: NDArray[
        np.int8
    ]  # of each rule; the first that holds whole decides, (rules,)


# rows: compositions; writes at the rows begin to end: codes int8 (n), the index of the host, -1
# where none fits. A ratio of nothing to nothing, and NaN fractions, lie in no window.
@jit
def assign(rows, rules, codes, begin, end):
    """Write the index of the host of each composition from `begin` to `end` - 1 into `codes`.

    A ratio whose lower sum is 0, and NaN fractions, fit no rule.

    Parameters
    ----------
    rows : Rows
        (indptr, indices, values) of atomic fractions.
    rules : AssignmentRules
        Conditions of each rule, which are windows of ratios of sums of atoms,
        both ends included, and its host. Of the rules whose conditions all
        hold the first decides.
    codes : ndarray of int8, shape (n,)
        Overwritten at these rows alone: index into `HOST_NAMES`, -1 for none.
    begin, end : int
        Range of rows.
    """
    indptr, indices, values = rows
    sums, first, where, above, below, low, high, start, host = rules
    amount = np.empty(sums)
    for i in range(begin, end):
        amount[:] = 0.0
        for k in range(indptr[i], indptr[i + 1]):
            for j in range(first[indices[k]], first[indices[k] + 1]):
                amount[where[j]] += values[k]
        codes[i] = -1
        for rule in range(len(host)):
            fits = True
            for c in range(start[rule], start[rule + 1]):
                top = amount[above[c]]
                bottom = amount[below[c]]
                if not (
                    bottom > 0.0
                    and top >= low[c] * bottom
                    and top <= high[c] * bottom
                ):
                    fits = False
                    break
            if fits:
                codes[i] = host[rule]
                break


# per: atoms of a formula unit on the R, T and X sites, (3,); ratios float64 (2,), boride float64: of
# the host; total_r, total_t, total_x float64: atoms on these sites -> float64
@jit(part="copied")
def _count_units(per, ratios, boride, total_r, total_t, total_x):
    """Return the formula units of the hard phase by the lever rule, at least 0.

    Parameters
    ----------
    per : ndarray of float64, shape (3,)
        Atoms of a formula unit on the R, T and X sites.
    ratios : ndarray of float64, shape (2,)
        T/R of the phases that take excess R and excess T; infinite for no R.
    boride : float
        Number of T atoms that an excess X atom binds, 0 where the host can do without.
    total_r, total_t, total_x : float
        Atoms on these sites, per atom of alloy.

    Returns
    -------
    float
        Formula units per atom of alloy.
    """
    r_per = per[0]
    t_per = per[1]
    x_per = per[2]
    excess_r = total_r - r_per * total_t / t_per
    if excess_r > 0.0:
        units = (total_t - ratios[0] * total_r) / (t_per - ratios[0] * r_per)
    elif np.isinf(ratios[1]):
        units = total_r / r_per
    else:
        units = (ratios[1] * total_r - total_t) / (ratios[1] * r_per - t_per)
    if boride > 0.0:
        if total_x < x_per * units:
            units = total_x / x_per
        else:
            bound = (total_t - boride * total_x) / (t_per - boride * x_per)
            units = min(units, bound)
    return max(units, 0.0)


# role int8 (118,): of one host; entries start to stop - 1
# -> atoms on the R, T and X sites, and the entry of the T site of which there is most, -1 for none
@jit(part="copied")
def _add_up_sites(indices, values, start, stop, role):
    """Add up what a composition has for each site of a host.

    Parameters
    ----------
    indices, values : ndarray, shape (nnz,)
        Elements (atomic numbers less one) and atomic fractions of all rows.
    start, stop : int
        First entry of the row and the one behind its last.
    role : ndarray of int8, shape (118,)
        `OUTSIDE`, `ON_R`, `ON_T` or `ON_X` of each element.

    Returns
    -------
    total_r, total_t, total_x : float
        Atoms on the R, T and X sites.
    major : int
        Entry (an index into `values`) of the T element of which there is most, -1 without any.
    """
    total_r = 0.0
    total_t = 0.0
    total_x = 0.0
    major = -1
    for k in range(start, stop):
        site = role[indices[k]]
        if site == ON_R:
            total_r += values[k]
        elif site == ON_X:
            total_x += values[k]
        elif site == ON_T:
            total_t += values[k]
            if major < 0 or values[k] > _MORE * values[major]:
                major = k
    return total_r, total_t, total_x, major


# span: first entry and the one behind the last; h: host; totals: what `_add_up_sites` returned.
# Writes hard float64 (nnz) of the span: atoms of each element inside the hard phase.
@jit(part="copied")
def _fill_sites(indices, values, span, h, rules, totals, hard):
    """Fill the sites of the hard phase by the lever rule, bounded by what can enter the T sites.

    Parameters
    ----------
    indices, values : ndarray, shape (nnz,)
        Elements (atomic numbers less one) and atomic fractions of all rows.
    span : tuple of int
        First entry of the row and the one behind its last.
    h : int
        Index of its host, 0 or more.
    rules : SiteRules
        Sites of each host and the phases beside it: ``role``, ``limit``,
        ``preference``, ``counts``, ``ratios`` and ``boride`` are read.
    totals : tuple
        What `_add_up_sites` returned, with rare earth above 0 and a T element.
    hard : ndarray of float64, shape (nnz,)
        The span must come in as zeros. Written there: atoms of each element inside the hard
        phase, per atom of alloy; elements without a site stay 0.
    """
    start, stop = span
    role, limit, preference, counts, ratios, boride, _ = rules
    total_r, total_t, total_x, major = totals
    r_per = counts[h, 0]
    t_per = counts[h, 1]
    x_per = counts[h, 2]
    units = _count_units(
        counts[h], ratios[h], boride[h], total_r, total_t, total_x
    )
    for _ in range(4):
        inside_x = min(total_x, x_per * units)
        size = units * (r_per + t_per) + inside_x
        outside = max(1.0 - size, 0.0)
        minor = 0.0
        for k in range(start, stop):
            e = indices[k]
            if role[h, e] == ON_T and k != major:
                share = size / (size + outside * preference[h, e])
                hard[k] = min(values[k] * share, limit[h, e] * t_per * units)
                minor += hard[k]
        units = min(units, (values[major] + minor) / t_per)
    inside_x = min(total_x, x_per * units)
    hard[major] = max(min(t_per * units - minor, values[major]), 0.0)
    weight = 0.0
    for k in range(start, stop):
        e = indices[k]
        if role[h, e] == ON_R:
            hard[k] = values[k] * size / (size + outside * preference[h, e])
            weight += hard[k]
        elif role[h, e] == ON_X:
            hard[k] = values[k] * inside_x / total_x
    for k in range(start, stop):
        if role[h, indices[k]] == ON_R and weight > 0.0:
            hard[k] = min(hard[k] * r_per * units / weight, values[k])


# hard float64 (nnz): atoms inside; volume float64 (118,): cubic angstrom an atom
@jit(part="copied")
def _volume_share(indices, values, start, stop, hard, volume):
    """Return the share of the volume that is inside the hard phase.

    Entries `start` to `stop` - 1 of `indices` (atomic numbers less one) and
    `values` (atomic fractions) count; `hard`, float64 (nnz,), holds the atoms
    of each entry that are inside, per atom of alloy. `volume`, float64 (118,),
    is in cubic angstrom an atom. The row must not be empty.
    """
    inside = 0.0
    whole = 0.0
    for k in range(start, stop):
        v = volume[indices[k]]
        inside += hard[k] * v
        whole += values[k] * v
    return inside / whole


# rows: compositions; codes int8 (n): host, -1 unknown.
# Writes at the rows start to stop: hard float64 (nnz), zero before: atoms of each element inside
# the hard phase, per atom of alloy; fraction float64 (n): its share of the volume. Unknown host, or
# one of whose sites nothing is there: all inside, fraction NaN.
@jit
def split(rows, codes, rules, hard, fraction, begin, end):
    """Write what of each composition lies inside its hard phase, and the phase's volume share.

    Where the host is unknown, or rare earth or T element is missing, all atoms count as inside and
    the share is NaN.

    Parameters
    ----------
    rows : Rows
        (indptr, indices, values) of atomic fractions.
    codes : ndarray of int8, shape (n,)
        Index of the host of each row, -1 where it is unknown.
    rules : SiteRules
        Sites of each host and the phases beside it: ``role``, ``limit``,
        ``preference``, ``counts``, ``ratios``, ``boride`` and ``volume`` are
        read.
    hard : ndarray of float64, shape (nnz,)
        Written: atoms of each entry inside the hard phase, per atom of alloy. It must come in as
        zeros.
    fraction : ndarray of float64, shape (n,)
        Written, any state on entry: volume share of the hard phase, 0 to 1.
    begin, end : int
        Range of rows; others stay as they were.
    """
    indptr, indices, values = rows
    for i in range(begin, end):
        start = indptr[i]
        stop = indptr[i + 1]
        h = codes[i]
        totals = (0.0, 0.0, 0.0, -1)
        if h >= 0:
            totals = _add_up_sites(indices, values, start, stop, rules.role[h])
        if totals[0] <= 0.0 or totals[3] < 0:
            for k in range(start, stop):
                hard[k] = values[k]
            fraction[i] = np.nan
            continue
        _fill_sites(indices, values, (start, stop), h, rules, totals, hard)
        fraction[i] = _volume_share(
            indices, values, start, stop, hard, rules.volume
        )


# Writes count int64 (n,) at the rows start to stop: entries of amounts float64 (nnz,) over floor.
@jit
def count_entries(indptr, amounts, floor, count, start, stop):
    """Write into `count` how many entries of each row are above `floor`, which `compact` keeps.

    `indptr`, int64 (n + 1,), says which of `amounts`, float64 (nnz,), are of each row. `count`,
    int64 (n,), is overwritten at the rows `start` to `stop` - 1 alone.
    """
    for i in range(start, stop):
        count[i] = 0
        for k in range(indptr[i], indptr[i + 1]):
            if amounts[k] > floor:
                count[i] += 1


# rows: amounts of each composition; kept: where they go, its indptr filled before. Writes its
# indices and values at the rows start to stop.
@jit
def compact(rows, floor, kept, start, stop):
    """Write compositions without their entries up to a floor, as fractions that sum to one.

    A row whose amounts are all up to the floor gets no entries.

    Parameters
    ----------
    rows : tuple
        (indptr, indices, amounts) of the compositions.
    floor : float
        Amount above which an entry stays.
    kept : tuple
        (indptr, indices, fractions) of the result. Its indptr, (n + 1,),
        begins with 0 and is summed up from `count_entries` before; the other
        two are written for the rows of the range.
    start, stop : int
        Range of rows.
    """
    indptr, indices, amounts = rows
    ptr, columns, fractions = kept
    for i in range(start, stop):
        total = 0.0
        for k in range(indptr[i], indptr[i + 1]):
            if amounts[k] > floor:
                total += amounts[k]
        at = ptr[i]
        for k in range(indptr[i], indptr[i + 1]):
            if amounts[k] > floor:
                columns[at] = indices[k]
                fractions[at] = amounts[k] / total
                at += 1


# What a share is of.
OF_METAL, OF_EARTH, OF_ALLOY = range(3)


# indptr, indices, values: compositions; codes int8 (n): host, -1 unknown
# group int8 (6, 118): what an element's share is of: `OF_EARTH`, `OF_ALLOY`, else of the metals;
# most float64 (6, 118): the largest share
# -> bool (n): whether every share is within; True where the host is unknown
@jit
def check_limits(indptr, indices, values, codes, group, most):
    """Say which compositions have no more of any element than was ever made with their host.

    Parameters
    ----------
    indptr, indices, values : ndarray
        Sparse atomic fractions of n compositions.
    codes : ndarray of int8, shape (n,)
        Index of the host of each row, -1 where it is unknown.
    group : ndarray of int8, shape (hosts, 118)
        What the share of an element is of: `OF_METAL` or `OF_EARTH`, the sum
        of all elements with the same word, or `OF_ALLOY`, all atoms.
    most : ndarray of float64, shape (hosts, 118)
        Largest share of each element, 0 to 1. It is within itself; there is no
        tolerance.

    Returns
    -------
    ndarray of bool, shape (n,)
        True too where the host is unknown.
    """
    n = len(indptr) - 1
    inside = np.ones(n, np.bool_)
    whole = np.empty(3)
    for i in range(n):
        h = codes[i]
        if h < 0:
            continue
        whole[:] = 0.0
        for k in range(indptr[i], indptr[i + 1]):
            whole[group[h, indices[k]]] += values[k]
        whole[OF_ALLOY] = 1.0
        for k in range(indptr[i], indptr[i + 1]):
            e = indices[k]
            if values[k] > most[h, e] * whole[group[h, e]]:
                inside[i] = False
    return inside
