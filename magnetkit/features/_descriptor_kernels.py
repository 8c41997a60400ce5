"""Descriptors of compositions: statistics of element properties, sublattices, ratios of sums.

The last part turns ratios into the columns of a model's design.
"""

from typing import NamedTuple

import numpy as np

from .._core._jit import jit
from .._core._threads import share_rows

STATISTICS = ("minimum", "maximum", "range", "mean", "avg_dev", "mode")

# Two amounts are as frequent as each other under numpy.isclose, which the published
# definition of the mode uses.
_ABSOLUTE = 1e-8
_RELATIVE = 1e-5


# indptr   int64[n + 1]      row i is indptr[i]:indptr[i + 1]
# indices  int32[nnz]        column of the element
# values   float64[nnz]      atomic fraction, positive, summing to one in each row
# table    float64[118, q]   property of each element, padded with zeros from n_properties to q
# out      float[n, 6 * n_properties]   property-major, statistics in the order above
# Writes rows start to stop. A NaN property of a present element makes minimum, maximum, range,
# mean and deviation NaN, and the mode if that element is among the most frequent; a row without
# elements is NaN throughout.
@jit(fastmath=True)
def composition_statistics(
    indptr, indices, values, table, n_properties, out, start, stop
):
    """Write the six statistics of every property for rows `start` to `stop` - 1.

    Parameters
    ----------
    indptr : ndarray of int64, shape (n + 1,)
        Entries of row i are ``indptr[i]:indptr[i + 1]``.
    indices : ndarray of int32, shape (nnz,)
        Element of each entry, its atomic number less one.
    values : ndarray of float64, shape (nnz,)
        Atomic fractions, positive, summing to one in each row.
    table : ndarray of float64, shape (118, q)
        Property of each element. Columns from `n_properties` to q are padding with zeros.
    n_properties : int
        Number of properties.
    out : ndarray of float, shape (n, 6 * n_properties)
        Rows are overwritten: minimum, maximum, range, mean, mean absolute
        deviation and mode of the first property, then of the next. A row
        without elements is NaN. Mean and deviation are weighted by the
        fractions; of equally frequent elements the mode is the smallest value.
        A NaN property of an element that is there makes all but the mode NaN,
        and the mode too if that element is among the most frequent.
    start, stop : int
        Range of rows.
    """
    q = table.shape[1]
    low = np.empty(q)
    high = np.empty(q)
    mean = np.empty(q)
    deviation = np.empty(q)
    mode = np.empty(q)
    for i in range(start, stop):
        first = indptr[i]
        last = indptr[i + 1]
        if first == last:
            out[i, :] = np.nan
            continue
        top = values[first]
        weight = top
        row = indices[first]
        for p in range(q):
            x = table[row, p]
            low[p] = x
            high[p] = x
            mean[p] = weight * x
            deviation[p] = 0.0
            mode[p] = np.inf
        for e in range(first + 1, last):
            weight = values[e]
            row = indices[e]
            top = max(top, weight)
            for p in range(q):
                x = table[row, p]
                low[p] = x if x < low[p] else low[p]
                high[p] = x if x > high[p] else high[p]
                mean[p] += weight * x
        frequent = top - (_ABSOLUTE + _RELATIVE * top)
        for e in range(first, last):
            weight = values[e]
            row = indices[e]
            if weight >= frequent:
                for p in range(q):
                    x = table[row, p]
                    deviation[p] += weight * abs(x - mean[p])
                    # A NaN once taken stays, as no comparison with it holds.
                    mode[p] = x if x < mode[p] or x != x else mode[p]
            else:
                for p in range(q):
                    deviation[p] += weight * abs(table[row, p] - mean[p])
        for p in range(n_properties):
            is_number = mean[p] == mean[p]
            o = 6 * p
            out[i, o] = low[p] if is_number else np.nan
            out[i, o + 1] = high[p] if is_number else np.nan
            out[i, o + 2] = high[p] - low[p] if is_number else np.nan
            out[i, o + 3] = mean[p]
            out[i, o + 4] = deviation[p]
            out[i, o + 5] = mode[p]


@jit(part="copied")
def _ratio(part, whole):
    if whole > 0.0:
        return part / whole
    return 0.0


# The first columns of `weights` below; those of the ratios follow.
_R, _M, _B, _C = range(4)
_N_ATOMS = 4


# rows                      compositions, each sums to one
# weights float64[118, 4 + 2 k]   what each element adds to the atoms of R, M, B and C, to the
#                                    numerators of k ratios, and to their denominators
# ions    float64[118, q]    properties of each rare earth, zero for other elements
# targets float64[h, 3]      atomic fractions of R, M and boron in each stoichiometry
# carbon  float64[h]         1 where carbon stands in for boron there, 0 where it is left out
# out     float64[n, k + h + 2 q]   ratios, distances to the stoichiometries, then mean and
#                                    standard deviation over R of each property, interleaved
# Writes rows start to stop. What is over an empty sublattice, or a row without elements, is zero,
# but a distance is a half there.
@jit(fastmath=True)
def describe_sublattices(
    rows, weights, ions, targets, carbon, out, start, stop
):
    """Write the descriptors of rows `start` to `stop` - 1 into `out`.

    Parameters
    ----------
    rows : Rows
        (indptr, indices, values) of atomic fractions, which sum to one in each row.
    weights : ndarray of float64, shape (118, 4 + 2 k)
        What each element adds: 1 or 0 to the atoms of R, M, boron and carbon, then its share of
        the numerators of k ratios, then of their denominators.
    ions : ndarray of float64, shape (118, q)
        Properties of each rare earth, 0 for other elements.
    targets : ndarray of float64, shape (h, 3)
        Atomic fractions of R, metals and boron in each stoichiometry.
    carbon : ndarray of float64, shape (h,)
        1 where carbon stands in for boron, 0 where it is left out.
    out : ndarray of float64, shape (n, k + h + 2 q)
        Rows are overwritten: the ratios, then the distances to the
        stoichiometries, then mean and standard deviation over R (not n - 1) of
        each property by turns. A distance is half the sum of absolute
        differences of the three fractions, N and H left out. What is over an
        empty sum is 0, and a distance without R, M and boron 0.5.
    start, stop : int
        Range of rows.
    """
    indptr, indices, values = rows
    n_sums = weights.shape[1]
    k = (n_sums - _N_ATOMS) // 2
    q = ions.shape[1]
    h = len(carbon)
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
            if weights[row, _R] > 0.0:
                for p in range(q):
                    mean[p] += weight * ions[row, p]
        r = sums[_R]
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
        for c in range(k):
            numerator = sums[_N_ATOMS + c]
            out[i, c] = _ratio(numerator, sums[_N_ATOMS + k + c])
        m = sums[_M]
        for s in range(h):
            boron = sums[_B] + carbon[s] * sums[_C]
            share = _ratio(1.0, r + m + boron)
            away = abs(r * share - targets[s, 0])
            away += abs(m * share - targets[s, 1])
            away += abs(boron * share - targets[s, 2])
            out[i, k + s] = 0.5 * away
        for p in range(q):
            out[i, k + h + 2 * p] = mean[p]
            out[i, k + h + 2 * p + 1] = np.sqrt(square[p])


_DESCRIPTOR_ROWS = 1024


class Sums(NamedTuple):
    """What is summed over the elements: k upper sums, each over one of l lower sums.

    Attributes
    ----------
    upper : ndarray of float64, shape (118, k)
        What each element adds to each upper sum, by atomic number less one.
    lower : ndarray of float64, shape (118, l)
        What each element adds to each lower sum.
    which : ndarray of int64, shape (k,)
        Column of ``lower`` that is below each upper sum.
    """

    upper: np.ndarray
    lower: np.ndarray
    which: np.ndarray


# rows: see `_core._arrays.Rows`; i: one of them; low float64 (l): room to work in
# Writes out float64 (k), 0 over an empty sum.
@jit(part="linked")
def _ratios_row(rows, i, sums, low, out):
    """Write the ratios of sums of one composition into `out`. A ratio over a sum of 0 or less is 0.

    Parameters
    ----------
    rows : Rows
        (indptr, indices, values) of atomic fractions.
    i : int
        Row of the composition.
    sums : Sums
        ``upper``, float64 (118, k), and ``lower``, float64 (118, l), what each
        element adds to the sums above and below; ``which``, int64 (k,), the
        column of ``lower`` that is below each ratio.
    low : ndarray of float64, shape (l,)
        Overwritten; working room.
    out : ndarray of float64, shape (k,)
        Overwritten.
    """
    low[:] = 0.0
    out[:] = 0.0
    for entry in range(rows.indptr[i], rows.indptr[i + 1]):
        v = rows.values[entry]
        e = rows.indices[entry]
        for c in range(len(low)):
            low[c] += v * sums.lower[e, c]
        for c in range(len(out)):
            out[c] += v * sums.upper[e, c]
    for c in range(len(low)):
        low[c] = 1.0 / low[c] if low[c] > 0.0 else 0.0
    for c in range(len(out)):
        out[c] *= low[sums.which[c]]


class Layout(NamedTuple):
    """Layout of the columns of a model's design.

    Attributes
    ----------
    sums : Sums
        The ratios, k of them.
    kinds : int
        Number of hosts; a row of that kind has no physics.
    offset, slope : float
        Deviations of the trend.
    """

    sums: Sums
    kinds: int
    offset: float
    slope: float


@jit(part="copied")
def width(layout):
    """Return the number of columns that `design_rows` writes for a `Layout`."""
    sums = layout.sums
    kinds = layout.kinds
    return 2 * (kinds + 1) + len(sums.which) + 1 + kinds + len(sums.upper)


# rows: see `_core._arrays.Rows`; picked int64 (p): some of them; kind int64 (n): 0 to kinds, the last
# where there is no physics; at float64 (n): the physical mean, reduced
# Writes x float64 (p, 2 (kinds + 1) + k + 1 + kinds + 118): offsets and slopes by kind; ratios,
# mean and kind; fractions.
@jit(part="merged")
def design_rows(rows, picked, layout, kind, at, x):
    """Write the trend, smooth and local columns of the compositions `picked` into `x`.

    Parameters
    ----------
    rows : Rows
        (indptr, indices, values) of the atomic fractions of n compositions.
    picked : ndarray of int64, shape (p,)
        Rows to write, in any order.
    layout : Layout
        Ratios (``sums``, k of them), number of hosts (``kinds``), and the deviations ``offset`` and
        ``slope`` of the trend.
    kind : ndarray of int64, shape (n,)
        Host of each row, 0 to ``kinds`` - 1, and ``kinds`` where there is no physics.
    at : ndarray of float64, shape (n,)
        Mean of the physics for each row, a number of about one as of
        `magnetkit.surrogates._curie.classify_rows`; finite also where there is
        no physics.
    x : ndarray of float64, shape (p, 2 * (kinds + 1) + k + 1 + kinds + 118)
        Overwritten, row r for ``picked[r]``: ``offset`` in the column of the
        kind (of kinds + 1), ``slope`` times `at` likewise, ratios, `at`, 1 in
        the column of the kind (of kinds; none without physics), atomic
        fractions. The number of columns is `width`.
    """
    sums = layout.sums
    kinds = layout.kinds
    offset = layout.offset
    slope = layout.slope
    indptr = rows.indptr
    indices = rows.indices
    values = rows.values
    low = np.empty(sums.lower.shape[1])
    first = 2 * (kinds + 1)
    last = first + len(sums.which)
    atoms = last + 1 + kinds
    for r in range(len(picked)):
        i = picked[r]
        x[r] = 0.0
        x[r, kind[i]] = offset
        x[r, kinds + 1 + kind[i]] = slope * at[i]
        _ratios_row(rows, i, sums, low, x[r, first:last])
        x[r, last] = at[i]
        if kind[i] < kinds:
            x[r, last + 1 + kind[i]] = 1.0
        for entry in range(indptr[i], indptr[i + 1]):
            x[r, atoms + indices[entry]] = values[entry]


@jit
def _design(rows, picked, layout, kind, at, x, start, stop):
    design_rows(rows, picked[start:stop], layout, kind, at, x[start:stop])


# kind int64 (n), at float64 (n): as in `design_rows`, of each row -> x float64 (n, columns)
def design(rows, layout, kind, at):
    """Compute trend, smooth and local columns of each composition, see `design_rows`.

    Parameters
    ----------
    rows : Rows
        (indptr, indices, values) of the atomic fractions of n compositions.
    layout : Layout
        Ratios (``sums``), number of hosts (``kinds``) and deviations of the
        trend (``offset``, ``slope``).
    kind : ndarray of int64, shape (n,)
        Host of each row, 0 to ``layout.kinds`` - 1, and ``layout.kinds`` where there is no
        physics.
    at : ndarray of float64, shape (n,)
        Mean of the physics for each row, a number of about one as of
        `magnetkit.surrogates._curie.classify_rows`.

    Returns
    -------
    ndarray of float64, shape (n, ``width(layout)``)
        New, one row a composition in order.
    """
    x = np.empty((len(kind), width(layout)))
    every = np.arange(len(x))
    share_rows(
        _design,
        len(x),
        rows,
        every,
        layout,
        kind,
        at,
        x,
        chunk=_DESCRIPTOR_ROWS,
    )
    return x
