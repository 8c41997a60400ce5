"""Arrays that belong together, as kernels take them, and the response of a rare-earth ion.

The ion in its crystal and exchange field comes from tables of exact diagonalizations.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ._jit import jit


class Rows(NamedTuple):
    """Compositions as compressed sparse rows."""

    # (n + 1,), row i is the slice ``indptr[i]:indptr[i + 1]`` of the others
    indptr: NDArray[np.int64]
    indices: NDArray[
        np.int32
    ]  # column of the element: its atomic number minus one
    values: NDArray[np.float64]  # atomic fractions


class Phases(NamedTuple):
    """Competing phases as compressed sparse rows over the columns of a phase space."""

    # phase k is the slice ``ptr[k]:ptr[k + 1]`` of `col` and `val`
    ptr: NDArray[np.int64]
    col: NDArray[np.int64]
    val: NDArray[np.float64]  # atomic fractions
    # formation energy, eV/atom, (phases,); first the elements, at zero, one a column
    energy: NDArray[np.float64]


class Model(NamedTuple):
    """Parameters of the intrinsic model, by host (6) and element (118).

    `element` and `host` have those of an element in a host and of the host alone, `_sd` their
    deviations; slots: see `compound.parameters`.
    """

    role: NDArray[
        np.int8
    ]  # site of an element, see `phases._host_kernels`, (6, 118)
    # rare-earth, metal and interstitial atoms per formula unit, (6, 3)
    counts: NDArray[np.float64]
    # 1 with parameters on the rare-earth site, 2 on T sites, 3 both, (6, 118)
    known: NDArray[np.int8]
    ions: "Ions"  # what the rare-earth ions do in their fields
    element: NDArray[np.float64]  # (6, 118, 41)
    host: NDArray[np.float64]  # (6, 30)
    element_sd: NDArray[np.float64]  # (6, 118, 41)
    host_sd: NDArray[np.float64]  # (6, 30)
    kind: NDArray[np.int8]  # what a host is to the model, (6, 5)


class Condensed(NamedTuple):
    """Hard phases reduced to what does not change with temperature."""

    # (n, 20), a row a phase; columns: see `compound._intrinsic_kernels`
    state: NDArray[np.float64]
    # (entries, 10), rows of the ions of all phases; columns: `TABLE` on
    ion: NDArray[np.float64]


# What is tabulated of an ion: its moment along the axis (mu_B), K_1, K_2, K_3 (K). A node holds
# these four in six lines: the polynomial in A_2^0 that gives them without A_4^0, constant term
# first (the constants are over A_2^0, with which they vanish), then constant and slope of their
# derivative with A_4^0.
N_RESPONSE = 4
_N_TABLED = 24
# An ion: first row of its table, exchange field (K), how often its moment counts in a formula unit,
# A_2^0 and A_4^0 (K a0^-2, K a0^-4, the latter beside what the former carries along) before the
# factor on the crystal field, share of a site; nodes per kelvin of exchange field, what acts on J
# as a tesla does (K), and the polynomials are in (A_2^0 - `_MIDDLE`) * `_PER_A2`.
(
    TABLE,
    STRENGTH,
    ION_J,
    A_2,
    A_4,
    SITE,
    PER_KELVIN,
    PER_TESLA,
    _MIDDLE,
    _PER_A2,
) = range(10)
N_ION = 10
# A row of working room: the response, its derivatives with exchange field, A_2^0 and A_4^0 (K a0^-2
# and K a0^-4), then a node's lines there and their slopes with the exchange field.
BY_FIELD = 4
BY_A2 = 8
BY_A4 = 12
_WORK_OFFSET = 16
_SLOPE_OFFSET = 40
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
# Writes work float64 (n, 64): moment (mu_B), K_1, K_2, K_3 (MJ/m3) of a formula unit, derivatives:
# none where `slopes` is 0, that with the exchange field where it is 1, all where it is 2.
@jit
def respond(kelvin, first, n, ion, scales, tables, work, slopes):
    """Write what the rare-earth ions of one phase do in their fields into the rows of `work`.

    The response is interpolated from the tables of exact diagonalizations.

    Parameters
    ----------
    kelvin : float
        Temperature, K.
    first, n : int
        First row in `ion` and number of the phase's ions.
    ion : ndarray of float64, shape (entries, `N_ION`)
        Ions of all phases, as `Condensed.ion`; `N_ION` is 10. Columns 0 to 5:
        first row of its table, exchange field (K), weight of its moment, A_2^0
        and A_4^0 (K a0^-2 and K a0^-4), share of a site. Columns 6 to 9: nodes
        per kelvin of exchange field, what acts on J as a tesla does (K), and
        the middle and the inverse scale of A_2^0, as in ``Ions.facts``.
    scales : tuple of float
        Factor on the exchange fields, factor on the crystal fields, and MJ/m3 per kelvin of a
        site's ion.
    tables : Ions
        Tables of the ions: ``values``, (rows, 24), of ``kelvins`` times
        ``fields`` rows an ion, and the uniform ``step`` of T / (T + ``scale``)
        between them. Beyond the last temperature or field the last straight
        line goes on.
    work : ndarray of float64, shape (n or more, `N_WORK`)
        Written in place, rows 0 to n - 1; any values may come in. `N_WORK` is
        64. Columns 0 to 3: moment (mu_B), K_1, K_2 and K_3 (MJ/m3) of a
        formula unit. From `BY_FIELD` (4), `BY_A2` (8) and `BY_A4` (12) on,
        four columns each: their slopes by exchange field, A2 and A4. The rest
        is scratch.
    slopes : int
        0 writes no slopes, 1 those by the exchange field, 2 all. The columns of other slopes keep
        their values.
    """
    m, field, density = scales
    values = tables.values
    fields = tables.fields
    argument = kelvin / ((kelvin + tables.scale) * tables.step)
    i = min(int(argument), tables.kelvins - 2)
    later = argument - i
    for r in range(n):
        a = first + r
        per = ion[a, PER_KELVIN]
        x = ion[a, STRENGTH] * m * per
        j = min(int(x), fields - 2)
        x -= j
        low = int(ion[a, TABLE]) + i * fields + j
        high = low + fields
        for k in range(_N_TABLED):
            weak = values[low, k] + later * (values[high, k] - values[low, k])
            strong = values[high + 1, k] - values[low + 1, k]
            strong = values[low + 1, k] + later * strong
            work[r, _SLOPE_OFFSET + k] = (strong - weak) * per
            work[r, _WORK_OFFSET + k] = weak + x * (strong - weak)
        a2 = field * ion[a, A_2]
        a4 = field * ion[a, A_4]
        per = ion[a, _PER_A2]
        x = (a2 - ion[a, _MIDDLE]) * per
        for k in range(N_RESPONSE):
            factor = a2
            scale = 1.0
            unit = density * ion[a, SITE]
            if k == 0:
                factor = 1.0
                scale = 0.0
                unit = ion[a, ION_J]
            at = _WORK_OFFSET + k
            up = _SLOPE_OFFSET + k
            c0 = work[r, at]
            c1 = work[r, at + 4]
            c2 = work[r, at + 8]
            c3 = work[r, at + 12]
            value = c0 + x * (c1 + x * (c2 + x * c3))
            by_a4 = work[r, at + 16] + x * work[r, at + 20]
            work[r, k] = unit * (factor * value + a4 * by_a4)
            if slopes == 0:
                continue
            by_field = work[r, up + 8] + x * work[r, up + 12]
            by_field = work[r, up] + x * (work[r, up + 4] + x * by_field)
            curvature = work[r, up + 16] + x * work[r, up + 20]
            work[r, BY_FIELD + k] = unit * (factor * by_field + a4 * curvature)
            if slopes == 1:
                continue
            slope = c1 + x * (2.0 * c2 + 3.0 * x * c3)
            slope = per * (factor * slope + a4 * work[r, at + 20])
            work[r, BY_A2 + k] = unit * (slope + scale * value)
            work[r, BY_A4 + k] = unit * by_a4


# t: temperature over T_C; s: shape -> m(t) of Kuz'min's form, 0 above T_C
@jit
def reduced_moment(t, s):
    """Return the reduced moment, 0 to 1, of the transition-metal sublattice (Kuz'min's form).

    `t` is the temperature over the Curie temperature, 0 or more; the moment is 0 from 1 on. `s` is
    the shape of the curve, a pure number: the cube of the moment is 1 - s t^1.5 - (1 - s) t^2.5.
    Both are single floats.
    """
    if t >= 1.0:
        return 0.0
    root = t * np.sqrt(t)
    # A power takes less time than a cube root.
    return max(1.0 - s * root - (1.0 - s) * root * t, 0.0) ** (1.0 / 3.0)
