"""Arrays that belong together, as kernels take them: one argument instead of four.

A rare-earth ion in its crystal and exchange field, from tables of exact diagonalizations.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ._jit import jit


class Rows(NamedTuple):
    """Compositions as compressed sparse rows.

    Attributes
    ----------
    indptr : ndarray of int64, shape (n + 1,)
        Row i is the slice ``indptr[i]:indptr[i + 1]`` of the others.
    indices : ndarray of int32
        Column of the element: its atomic number minus one.
    values : ndarray of float64
        Atomic fractions.
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    values: NDArray[np.float64]


class Phases(NamedTuple):
    """Competing phases as compressed sparse rows over the columns of a phase space.

    Attributes
    ----------
    ptr, col : ndarray of int64
        Phase k is the slice ``ptr[k]:ptr[k + 1]`` of `col` and `val`.
    val : ndarray of float64
        Atomic fractions.
    energy : ndarray of float64, shape (phases,)
        Formation energy, eV/atom; the first phases, one a column, are the elements at zero.
    """

    ptr: NDArray[np.int64]
    col: NDArray[np.int64]
    val: NDArray[np.float64]
    energy: NDArray[np.float64]


class Model(NamedTuple):
    """Parameters of the intrinsic model, by host (6) and element (118).

    Attributes
    ----------
    role : ndarray of int8, shape (6, 118)
        Site of an element, see `hosts`.
    counts : ndarray of float64, shape (6, 3)
        Rare-earth, transition-metal and interstitial atoms per formula unit.
    known : ndarray of int8, shape (6, 118)
        1 with parameters on the rare-earth site, 2 on the T sites, 3 on both.
    ions : Ions
        What the rare-earth ions do in their fields.
    element, element_sd : ndarray of float64, shape (6, 118, 41)
        Parameters of an element in a host and their deviations; slots: see `magnetism`.
    host, host_sd : ndarray of float64, shape (6, 30)
        Those of the host alone.
    kind : ndarray of int8, shape (6, 5)
        What a host is to the model; columns: see `magnetism`.
    """

    role: NDArray[np.int8]
    counts: NDArray[np.float64]
    known: NDArray[np.int8]
    ions: "Ions"
    element: NDArray[np.float64]
    host: NDArray[np.float64]
    element_sd: NDArray[np.float64]
    host_sd: NDArray[np.float64]
    kind: NDArray[np.int8]


class Condensed(NamedTuple):
    """Hard phases reduced to what does not change with temperature.

    Attributes
    ----------
    state : ndarray of float64, shape (n, 20)
        A row a phase; columns: see `magnetism`.
    ion : ndarray of float64, shape (entries, 10)
        Rows of the ions of all phases; columns: see `ions`.
    """

    state: NDArray[np.float64]
    ion: NDArray[np.float64]


# What is tabulated of an ion: its moment along the axis (mu_B), K_1, K_2, K_3 (K). A node holds
# these four in six lines: the polynomial in A_2^0 that gives them without A_4^0, constant term
# first (the constants are over A_2^0, with which they vanish), then constant and slope of their
# derivative with A_4^0.
N_RESPONSE, N_TABLED = 4, 24
# An ion: first row of its table, exchange field (K), how often its moment counts in a formula unit,
# A_2^0 and A_4^0 (K a0^-2, K a0^-4, the latter beside what the former carries along) before the
# factor on the crystal field, share of a site; nodes per kelvin of exchange field, what acts on J
# as a tesla does (K), and the polynomials are in (A_2^0 - `MIDDLE`) * `PER_A2`.
TABLE, STRENGTH, ION_J, A_2, A_4, SITE, PER_KELVIN, PER_TESLA, MIDDLE, PER_A2 = range(10)
N_ION = 10
# A row of working room: the response, its derivatives with exchange field, A_2^0 and A_4^0 (K a0^-2
# and K a0^-4), then a node's lines there and their slopes with the exchange field.
BY_FIELD, BY_A2, BY_A4, _AT, _SLOPE = 4, 8, 12, 16, 40
N_WORK = 64


class Ions(NamedTuple):
    """Tables of the ions, see ``datasets/ions``.

    ``values`` float32 (rows, 24): an ion's table is of ``kelvins`` times ``fields`` rows, at nodes
    so close that straight lines between them do. ``facts`` float64 (2, 118, 5): by field, that of
    R2Fe14B or an axial one, and element the first row of its table, -1 without a moment of its own,
    and the last four of an ion. Temperatures are uniform, by ``step``, in T / (T + ``scale``).
    """

    values: Any
    facts: Any
    kelvins: int
    fields: int
    scale: float
    step: float


# ion float64 (rows, 10), see the constants; its rows first to first + n - 1 are asked, at kelvin;
# scales: of their exchange fields and crystal fields, and MJ/m3 per kelvin of a site's ion
# Writes work float64 (n, 64): moment (mu_B), K_1, K_2, K_3 (MJ/m3) of a formula unit, derivatives.
@jit
def respond(kelvin, first, n, ion, scales, tables, work):
    """Interpolate what ions do in their fields."""
    m, field, density = scales
    values, fields = tables.values, tables.fields
    scaled = kelvin / ((kelvin + tables.scale) * tables.step)
    i = min(int(scaled), tables.kelvins - 2)
    later = scaled - i
    for r in range(n):
        a = first + r
        per = ion[a, PER_KELVIN]
        x = ion[a, STRENGTH] * m * per
        j = min(int(x), fields - 2)
        x -= j
        low = int(ion[a, TABLE]) + i * fields + j
        high = low + fields
        for k in range(N_TABLED):
            weak = values[low, k] + later * (values[high, k] - values[low, k])
            strong = values[high + 1, k] - values[low + 1, k]
            strong = values[low + 1, k] + later * strong
            work[r, _SLOPE + k] = (strong - weak) * per
            work[r, _AT + k] = weak + x * (strong - weak)
        a2, a4, per = field * ion[a, A_2], field * ion[a, A_4], ion[a, PER_A2]
        x = (a2 - ion[a, MIDDLE]) * per
        for k in range(N_RESPONSE):
            factor, own, unit = a2, 1.0, density * ion[a, SITE]
            if k == 0:
                factor, own, unit = 1.0, 0.0, ion[a, ION_J]
            at, up = _AT + k, _SLOPE + k
            c0, c1, c2, c3 = work[r, at], work[r, at + 4], work[r, at + 8], work[r, at + 12]
            value = c0 + x * (c1 + x * (c2 + x * c3))
            slope = c1 + x * (2.0 * c2 + 3.0 * x * c3)
            by_field = work[r, up + 8] + x * work[r, up + 12]
            by_field = work[r, up] + x * (work[r, up + 4] + x * by_field)
            by_a4 = work[r, at + 16] + x * work[r, at + 20]
            bent = work[r, up + 16] + x * work[r, up + 20]
            work[r, k] = unit * (factor * value + a4 * by_a4)
            work[r, BY_FIELD + k] = unit * (factor * by_field + a4 * bent)
            slope = per * (factor * slope + a4 * work[r, at + 20])
            work[r, BY_A2 + k] = unit * (slope + own * value)
            work[r, BY_A4 + k] = unit * by_a4


# t: temperature over T_C; s: shape -> m(t) of Kuz'min's form, 0 above T_C
@jit
def reduced_moment(t, s):
    """Return the reduced moment of the transition-metal sublattice."""
    if t >= 1.0:
        return 0.0
    root = t * np.sqrt(t)
    return np.cbrt(1.0 - s * root - (1.0 - s) * root * t)
