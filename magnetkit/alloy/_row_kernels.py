"""Rows of compositions: sums over elements, elements present, rows picked, distances, nearest.

The distance of two compositions is the sum over elements of the difference in atomic fraction.
"""

import numpy as np

from .._core._arrays import Phases
from .._core._jit import jit
from .._core._threads import share_rows


# rows: `Rows`; kind int8 (n): which weights are a row's; weights float64 (kinds, 118)
# -> out float64 (n), rows start to stop - 1
@jit
def _sums(rows, kind, weights, out, start, stop):
    """Write the sum of fractions times weights of rows `start` to `stop` - 1.

    `rows` is `Rows`: (indptr, indices, values). `kind`, int8 (n,), picks a row of `weights`,
    float64 (kinds, 118), for each composition. `out`, float64 (n,), is overwritten at these rows
    alone.
    """
    for i in range(start, stop):
        row_weights = weights[kind[i]]
        total = 0.0
        for p in range(rows.indptr[i], rows.indptr[i + 1]):
            total += rows.values[p] * row_weights[rows.indices[p]]
        out[i] = total


def sums(rows, weights, kind=None):
    """Return the sum of each row's fractions times a weight of the element.

    Parameters
    ----------
    rows : Rows
        A `Rows` of n compositions, as `CompositionTable.rows`: indptr, indices and values
        by name, so a plain tuple will not do.
    weights : array_like of float64, shape (118,) or (kinds, 118)
        Weight of each element, such as its atomic mass.
    kind : ndarray of int8, shape (n,), optional
        Row of `weights` for each composition, -1 the last. Without it the first row is for all.

    Returns
    -------
    ndarray of float64, shape (n,)
        In the unit of the weights; 0 for a row without elements.
    """
    n = len(rows.indptr) - 1
    out = np.empty(n)
    weights = np.atleast_2d(np.asarray(weights, np.float64))
    share_rows(
        _sums,
        n,
        rows,
        np.zeros(n, np.int8) if kind is None else kind,
        weights,
        out,
    )
    return out


# rows: `Rows`; figures float64 (118, k), contiguous; out float64 (n, k), zeros on entry
# Adds to out, rows start to stop - 1
@jit
def _sums_of_each(rows, figures, out, start, stop):
    """Add the sums of fractions times each of k figures, of rows `start` to `stop` - 1.

    `rows` is `Rows`: (indptr, indices, values). `figures` is float64 (118, k). `out`, float64 (n,
    k), is added to and must come in as zeros.
    """
    for i in range(start, stop):
        for p in range(rows.indptr[i], rows.indptr[i + 1]):
            amount = rows.values[p]
            element = rows.indices[p]
            for k in range(figures.shape[1]):
                out[i, k] += amount * figures[element, k]


def sums_of_each(rows, figures):
    """Return the sum of each row's fractions times each of several figures of the element.

    Parameters
    ----------
    rows : Rows
        A `Rows` of n compositions, as `CompositionTable.rows`: indptr, indices and values
        by name, so a plain tuple will not do.
    figures : ndarray of float64, shape (118, k)
        Figures of each element, such as prices.

    Returns
    -------
    ndarray of float64, shape (n, k)
        In the units of `figures`; 0 for a row without elements.
    """
    n = len(rows.indptr) - 1
    out = np.zeros((n, figures.shape[1]))
    share_rows(
        _sums_of_each, n, rows, np.ascontiguousarray(figures, np.float64), out
    )
    return out


# rows: `Rows`; weights float64 (118); figures float64 (118, k); least float64; out float64 (n, k),
# zeros on entry. Writes rows start to stop - 1
@jit
def _largest_of_each(rows, weights, figures, least, out, start, stop):
    """Write the largest of each figure over the elements of rows `start` to `stop` - 1.

    Elements count whose share of the weight is `least` or more. NaN stays NaN. `rows` is `Rows`:
    (indptr, indices, values). `weights`, float64 (118,), are such as atomic masses; `figures` is
    float64 (118, k). `out`, float64 (n, k), must come in as zeros, so the largest is at least 0.
    """
    for i in range(start, stop):
        total = 0.0
        for p in range(rows.indptr[i], rows.indptr[i + 1]):
            total += rows.values[p] * weights[rows.indices[p]]
        for p in range(rows.indptr[i], rows.indptr[i + 1]):
            element = rows.indices[p]
            if rows.values[p] * weights[element] / total >= least:
                for k in range(figures.shape[1]):
                    # What is unknown stays so.
                    if figures[element, k] > out[i, k] or np.isnan(
                        figures[element, k]
                    ):
                        out[i, k] = figures[element, k]


def largest_of_each(rows, weights, figures, least):
    """Return the largest of each figure over the elements of which a row has enough.

    Parameters
    ----------
    rows : Rows
        A `Rows` of n compositions, as `CompositionTable.rows`: indptr, indices and values
        by name, so a plain tuple will not do.
    weights : ndarray of float64, shape (118,)
        Weight of each element, such as its atomic mass for shares by mass.
    figures : ndarray of float64, shape (118, k)
        Figures of each element.
    least : float
        Least share of a row's weight from which an element counts, 0 to 1.

    Returns
    -------
    ndarray of float64, shape (n, k)
        At least 0; NaN where the figure of an element that counts is NaN.
    """
    out = np.zeros((len(rows.indptr) - 1, figures.shape[1]))
    figures = np.ascontiguousarray(figures, np.float64)
    share_rows(_largest_of_each, len(out), rows, weights, figures, least, out)
    return out


@jit
def _risks_of_sources(rows, weights, source, risk, half, out, start, stop):
    """Write the risk that one of the sources of each row's elements fails; see `risks_of_sources`.

    Parameters
    ----------
    rows : Rows
        A `Rows` of n compositions, as `CompositionTable.rows`: indptr, indices and values
        by name, so a plain tuple will not do.
    weights : ndarray of float64, shape (118,)
        Weight of each element, such as its atomic mass.
    source : ndarray of int64, shape (118,)
        Number of the source of each element.
    risk : ndarray of float64, shape (118, k)
        Probability that the supply of each element fails, in k cases. A source
        fails with the mean of what comes from it, by weight.
    half : float
        Share of the weight at which a source counts half.
    out : ndarray of float64, shape (n, k)
        Written at the rows `start` to `stop` - 1, where it must come in as ones.
    start, stop : int
        Range of rows.
    """
    for i in range(start, stop):
        first = rows.indptr[i]
        end = rows.indptr[i + 1]
        total = 0.0
        for p in range(first, end):
            total += rows.values[p] * weights[rows.indices[p]]
        for p in range(first, end):
            this_source = source[rows.indices[p]]
            counted = False
            for q in range(first, p):
                counted |= source[rows.indices[q]] == this_source
            if counted:
                continue
            share = 0.0
            for q in range(p, end):
                if source[rows.indices[q]] == this_source:
                    share += rows.values[q] * weights[rows.indices[q]] / total
            for k in range(risk.shape[1]):
                at_risk = 0.0
                for q in range(p, end):
                    element = rows.indices[q]
                    if source[element] == this_source:
                        mass = rows.values[q] * weights[element] / total
                        at_risk += mass * risk[element, k]
                out[i, k] *= 1.0 - at_risk / (share + half)
        for k in range(risk.shape[1]):
            out[i, k] = 1.0 - out[i, k]


def risks_of_sources(rows, weights, source, risk, half):
    """Return the risk that one of the sources of each row's elements fails.

    A source fails with the mean risk of what comes from it, by weight. It
    matters by its share x of the weight as x / (x + half). Sources fail
    independently.

    Parameters
    ----------
    rows : Rows
        A `Rows` of n compositions, as `CompositionTable.rows`: indptr, indices and values
        by name, so a plain tuple will not do.
    weights : ndarray of float64, shape (118,)
        Weight of each element, such as its atomic mass.
    source : ndarray of int64, shape (118,)
        Number of the source of each element; equal numbers are one source.
    risk : ndarray of float64, shape (118, k)
        Probability that the supply of each element fails, in k cases.
    half : float
        Share of the weight at which a source counts half, above 0.

    Returns
    -------
    ndarray of float64, shape (n, k)
        Probability, 0 to 1; NaN where the risk of one of the elements is NaN.
    """
    out = np.ones((len(rows.indptr) - 1, risk.shape[1]))
    risk = np.ascontiguousarray(risk, np.float64)
    share_rows(
        _risks_of_sources, len(out), rows, weights, source, risk, half, out
    )
    return out


# rows: `Rows`; bits int64 (118); least float64 (118) -> out int64 (n), rows start to stop - 1
@jit
def _marks(rows, bits, least, out, start, stop):
    """Write the bits of the elements whose fraction is above `least`, joined by or.

    `rows` is `Rows`: (indptr, indices, values). `bits` is int64 (118,) and `least` float64 (118,).
    `out`, int64 (n,), is overwritten at the rows `start` to `stop` - 1; 0 is for none.
    """
    for i in range(start, stop):
        mark = np.int64(0)
        for p in range(rows.indptr[i], rows.indptr[i + 1]):
            if rows.values[p] > least[rows.indices[p]]:
                mark |= bits[rows.indices[p]]
        out[i] = mark


def marks(rows, bits, least):
    """Return the bits of the elements of which each row has more than `least`, joined by or.

    Parameters
    ----------
    rows : Rows
        A `Rows` of n compositions, as `CompositionTable.rows`: indptr, indices and values
        by name, so a plain tuple will not do.
    bits : ndarray of int64, shape (118,)
        Bits of each element.
    least : ndarray of float64, shape (118,)
        Atomic fraction above which each element counts.

    Returns
    -------
    ndarray of int64, shape (n,)
        0 for a row of none.
    """
    out = np.empty(len(rows.indptr) - 1, np.int64)
    share_rows(_marks, len(out), rows, bits, least, out)
    return out


# rows: `Rows`; picked int64 (p): which, 0 to n - 1 -> indptr int64 (p + 1), indices int32, values
# float64
@jit
def take_rows(rows, picked):
    """Return some rows, in the order in which they are picked.

    `rows` is `Rows`: (indptr, indices, values) of n compositions. `picked`, int64 (p,), has numbers
    0 to n - 1; a row may be picked twice. Returned are new indptr, int64 (p + 1,), indices, int32,
    and values, float64.
    """
    indptr = np.zeros(len(picked) + 1, np.int64)
    for i in range(len(picked)):
        source = picked[i]
        indptr[i + 1] = (
            indptr[i] + rows.indptr[source + 1] - rows.indptr[source]
        )
    indices = np.empty(indptr[-1], np.int32)
    values = np.empty(indptr[-1])
    for i in range(len(picked)):
        at = indptr[i]
        for p in range(rows.indptr[picked[i]], rows.indptr[picked[i] + 1]):
            indices[at] = rows.indices[p]
            values[at] = rows.values[p]
            at += 1
    return indptr, indices, values


_NO_COLUMN = 118


# i: row of rows; used int64 (u): columns that any other has, ascending; others float64 (u, k):
# their fractions -> found float64 (k), summed in the order of the elements
@jit(part="merged")
def _row_share(rows, i, used, others, found):
    """Write the sums of absolute differences between row i and each of k other compositions.

    `rows` is `Rows`: (indptr, indices, values), indices ascending in a row. `used`, int64 (u,), are
    the element columns that any other composition has, ascending, and `others`, float64 (u, k),
    their fractions. `found`, float64 (k,), is overwritten.
    """
    found[:] = 0.0
    p = rows.indptr[i]
    last = rows.indptr[i + 1]
    q = 0
    while p < last or q < len(used):
        element = rows.indices[p] if p < last else _NO_COLUMN
        theirs = used[q] if q < len(used) else _NO_COLUMN
        value = 0.0
        if element <= theirs:
            value = rows.values[p]
            p += 1
        if theirs <= element:
            for k in range(len(found)):
                found[k] += abs(value - others[q, k])
            q += 1
        else:
            found += value


# As `_row_share`, of rows start to stop - 1 -> out float64 (n, k)
@jit
def _distances(rows, used, others, out, start, stop):
    for i in range(start, stop):
        _row_share(rows, i, used, others, out[i])


# rows: `Rows` of n compositions; others float64 (k, 118) -> float64 (n, k)
def distances(rows, others):
    """Return the sums of absolute differences of atomic fractions, shape (n, k).

    0 is for equal compositions, 2 for those without a common element. `rows` is a `Rows` of n
    compositions, as `CompositionTable.rows`, and no plain tuple. `others`, float64 (k, 118), are
    dense atomic fractions of k compositions. The result is float64.
    """
    out = np.empty((len(rows.indptr) - 1, len(others)))
    columns = np.flatnonzero(others.any(axis=0))
    share_rows(
        _distances,
        len(out),
        rows,
        columns,
        np.ascontiguousarray(others[:, columns].T),
        out,
    )
    return out


@jit
def _nearest_points(places, points, apart, which, axis, start, stop):
    """Write distance and number of the nearest point, and the axis of the largest difference to it.

    Parameters
    ----------
    places : ndarray of float64, shape (n, d)
        Coordinates of the rows.
    points : ndarray of float64, shape (d, k)
        Coordinates of the points, one point a column, at least one.
    apart : ndarray of float64, shape (n,)
        Written: Euclidean distance, infinite where no distance is a number.
    which : ndarray of int64, shape (n,)
        Written: number of the nearest point, 0 where there is none.
    axis : ndarray of int64, shape (n,)
        Written: the axis. It stays as it was where no distance is a number.
    start, stop : int
        Range of rows; others stay as they were.
    """
    d, k = points.shape
    # Of all points at once: none is left out early, several are added in one step.
    squares = np.zeros((d + 1, k))
    for i in range(start, stop):
        # A row that begins as the one before it goes on from there.
        same = 0
        while (
            i > start and same < d and places[i, same] == places[i - 1, same]
        ):
            same += 1
        for c in range(same, d):
            for p in range(k):
                difference = places[i, c] - points[c, p]
                squares[c + 1, p] = squares[c, p] + difference**2
        smallest = np.inf
        best = -1
        largest = -1.0
        for p in range(k):
            if squares[d, p] < smallest:
                smallest = squares[d, p]
                best = p
        apart[i] = np.sqrt(smallest)
        which[i] = max(best, 0)
        for c in range(d if best >= 0 else 0):
            square = (places[i, c] - points[c, best]) ** 2
            if square > largest:
                largest = square
                axis[i] = c


def nearest_points(places, points):
    """Return distance and number of the nearest point, and the axis of the largest difference.

    Of equal distances the first point counts.

    Parameters
    ----------
    places : ndarray of float64, shape (n, d)
        Coordinates of the rows.
    points : ndarray of float64, shape (k, d)
        Coordinates of the points, at least one.

    Returns
    -------
    apart : ndarray of float64, shape (n,)
        Euclidean distance, infinite where a coordinate of the row is NaN.
    which : ndarray of int64, shape (n,)
        Number of the nearest point, 0 where there is none.
    axis : ndarray of int64, shape (n,)
        Axis, 0 to d - 1, along which that point is farthest; 0 where there is none.
    """
    n = len(places)
    result = np.empty(n), np.zeros(n, np.int64), np.zeros(n, np.int64)
    share_rows(
        _nearest_points,
        n,
        np.ascontiguousarray(places),
        np.ascontiguousarray(points.T),
        *result,
    )
    return result


@jit
def element_sets(rows, word, bit, sets, known, start, stop):
    """Write the set of elements of each composition as bits, rows `start` to `stop` - 1.

    Parameters
    ----------
    rows : Rows
        (indptr, indices, values) of n compositions. A fraction of 0 counts as absent.
    word, bit : ndarray of int64, shape (118,)
        Column of `sets`, and number of the bit in it (0 to 63), of each element. The word is -1 for
        an element without phases, which is left out of the set.
    sets : ndarray of uint64, shape (n, words)
        Bits are joined to it, so it must come in as zeros.
    known : ndarray of bool, shape (n,)
        Overwritten: whether there is an element and every one has phases.
    start, stop : int
        Range of rows; others stay as they were.
    """
    indptr, indices, values = rows
    for i in range(start, stop):
        ok = True
        some = False
        for p in range(indptr[i], indptr[i + 1]):
            if values[p] <= 0.0:
                continue
            some = True
            w = word[indices[p]]
            if w < 0:
                ok = False
            else:
                sets[i, w] |= np.uint64(1) << np.uint64(bit[indices[p]])
        known[i] = ok and some


@jit
def subsystem(inside, phases):
    """Return the phases that consist of the elements of a chemical system alone.

    Parameters
    ----------
    inside : ndarray of bool, shape (columns,)
        Columns of the elements of the system.
    phases : Phases
        (ptr, col, val) of all phases and ``energy``, eV/atom.

    Returns
    -------
    ids : ndarray of int64
        Numbers of these phases among all, ascending.
    within : Phases
        These phases, copied, over the m columns of the system.
    place : ndarray of int64, shape (columns,)
        Column of each element in the system, -1 outside.
    """
    ptr, col, val, energy = phases
    place = np.full(len(inside), -1, np.int64)
    m = 0
    for c in range(len(inside)):
        if inside[c]:
            place[c] = m
            m += 1
    n = 0
    nnz = 0
    chosen = np.zeros(len(energy), np.bool_)
    for k in range(len(energy)):
        ok = True
        for p in range(ptr[k], ptr[k + 1]):
            if not inside[col[p]]:
                ok = False
                break
        if ok:
            chosen[k] = True
            n += 1
            nnz += ptr[k + 1] - ptr[k]
    ids = np.empty(n, np.int64)
    ptr_in = np.zeros(n + 1, np.int64)
    col_in = np.empty(nnz, np.int64)
    val_in = np.empty(nnz)
    energy_in = np.empty(n)
    j = 0
    q = 0
    for k in range(len(energy)):
        if chosen[k]:
            ids[j] = k
            energy_in[j] = energy[k]
            for p in range(ptr[k], ptr[k + 1]):
                col_in[q] = place[col[p]]
                val_in[q] = val[p]
                q += 1
            j += 1
            ptr_in[j] = q
    return ids, Phases(ptr_in, col_in, val_in, energy_in), place


@jit
def insert_column(indptr, indices, values, column):
    """Give each row an entry of its column, zero where it had none.

    Parameters
    ----------
    indptr, indices, values : ndarray
        Compressed sparse rows of n compositions, columns ascending; not changed.
    column : ndarray of int64, shape (n,)
        Element column that each row is to have, -1 for none.

    Returns
    -------
    out_indptr : ndarray of int64, shape (n + 1,)
        Begin of each row.
    out_indices : ndarray of int32
        Element columns, ascending in a row.
    out : ndarray of float64
        Fractions, 0 at the new entries.
    """
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
            out_indices[to] = indices[k]
            out[to] = values[k]
            to += 1
        if room:
            out_indices[to] = column[i]
    return out_indptr, out_indices, out


@jit
def replace_rare_earth(indptr, indices, values, is_rare_earth, column, share):
    """Replace a share of each row's rare earth, of all rare earths alike, by another rare earth.

    Parameters
    ----------
    indptr, indices, values : ndarray
        Compressed sparse rows of n compositions, columns ascending; not changed.
    is_rare_earth : ndarray of float64, shape (118,)
        1 for rare earths, 0 for other elements.
    column : ndarray of int64, shape (n,)
        Element column of the new rare earth in each row.
    share : ndarray of float64, shape (n,)
        Share of the atoms of rare earth that is replaced, 0 to 1.

    Returns
    -------
    tuple of ndarray
        New indptr, int64 (n + 1,), indices, int32, and values, float64. What is replaced whole
        stays as an entry of 0.
    """
    indptr, indices, values = insert_column(indptr, indices, values, column)
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
