"""Intrinsic magnetism of a hard phase at temperature: two sublattices, one crystal field.

Parameters by host and element are in one array `p` of shape (6, 118, 41), those of the host alone
in `q` of shape (6, 30); `magnetkit.compound.parameters` names each slot. `dp` and `dq` hold their
standard deviations, which are taken as independent and propagated linearly.

A composition is condensed first into what temperature does not change: a `state` of the alloy and
one row an ion. `evaluate_state` then gives polarization and anisotropy at a temperature, `evaluate` the
properties and their deviations.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .._core._arrays import (
    A_2,
    A_4,
    BY_A2,
    BY_A4,
    BY_FIELD,
    ION_J,
    N_ION,
    N_RESPONSE,
    N_WORK,
    PER_KELVIN,
    PER_TESLA,
    SITE,
    STRENGTH,
    TABLE,
    Condensed,
    reduced_moment,
    respond,
)
from .._core._constants import K_B, MU_0, MU_B
from .._core._jit import jit
from .._core._threads import share_rows
from ..phases._host_kernels import ON_R, ON_T, ON_X

# Five properties mix over both sites: slots 6 k to 6 k + 5 of an element hold, for property k,
# its value with this rare earth in the iron (+0) and the cobalt compound (+1), the slope per
# share of the T sites in either (+2, +3) and the curvature in that share (+4, +5).
_VOLUME, EXCHANGE, _MOMENT, _K_BROAD, _K_STEEP = range(5)
_ION_MOMENT = 30
_ION_EXCHANGE = 32
ION_A2 = 34
_ION_A4 = 36
_ION_COUPLING = 38
CRYSTAL_FIELD_SLOPE = 40
# Columns of an ion that lie between those with iron and with cobalt, and their slots.
_BLENDED = (
    (STRENGTH, _ION_EXCHANGE),
    (ION_J, _ION_MOMENT),
    (A_2, ION_A2),
    (A_4, _ION_A4),
)
_BOW = 0
_CRYSTAL_FIELD_BOW = 15
_FILLING = 16
_CRYSTAL_FIELD_FILLING = 21
SHAPE = 22
_RESIDUAL_TC, _RESIDUAL_J, _RESIDUAL_K, CARBON, _DILUTION, _PAIRS = range(
    24, 30
)
N_HOST = 30

# What a host is to the model: how many sublattices are coupled (1: rare earths bear no moment), how
# many anisotropy constants count, which of the ions' tables holds their crystal field, what fills
# the interstitial sites, and whether the exchange saturates as they fill.
_SUBLATTICES, _CONSTANTS, _FIELD_TABLE, _FILLED_BY, _SATURATES = range(5)
BY_NOTHING, _BY_CARBON_SHARE, _BY_VACANCY = range(3)

OK, _PLANAR, CONE, PARAMAGNETIC, _UNKNOWN_HOST, _OUTSIDE = range(6)

# A state: Curie temperature (K), shape of m(t), moment (mu_B), broad and steep part of K_1
# (MJ/m3), tesla per mu_B, factor on the crystal field, and for deviations the share of moment that
# dilution left, share of cobalt, exchange of the metals (K), empty interstitial share, weights of a
# substituent's two slopes in the exchange, derivatives of the exchange with `_DILUTION` and
# `_PAIRS`; then MJ/m3 per kelvin of a rare-earth atom, and `OK`, `_UNKNOWN_HOST` or `_OUTSIDE`, the
# first row of its ions and their number, and how many of their anisotropy constants count.
(
    CURIE,
    _FORM,
    MOMENT_T,
    _BROAD,
    _STEEP,
    TO_TESLA,
    CRYSTAL_FIELD,
    _KEPT,
    COBALT,
    _T_EXCHANGE,
    _EMPTY,
) = range(11)
_ON_IRON = 11
_ON_COBALT = 12
_BY_DILUTION = 13
_BY_PAIRS = 14
PER_ION = 15
STATE = 16
FIRST = 17
IONS = 18
_ORDER = 19
_N_STATE = 20
# Boltzmann constant over a cubic angstrom, MJ/m3 per kelvin; most steps of the search for a field,
# and the last step's share of it (the next would be its square).
_MJ_PER_K = K_B / 1e-30 * 1e-6
_FIELD_STEPS = 5
_CLOSE = 3e-3
_TO_ENERGY = 1e-6 / MU_0
# Rows that one thread takes at a time, with one room to work in.
CHUNK = 256

_IRON = 25
_COBALT = 26
_CARBON = 5
_YTTRIUM = 38
# mu_0 times the Bohr magneton over a cubic angstrom, T.
TESLA = MU_0 * MU_B / 1e-30
_T_SITES_OUTSIDE = 1e-4


@jit(part="copied")
def _fill_interstices(h, model, sum_r, sum_x, carbon):
    """Return how interstitial sites are filled, and carbon's share where that is something else.

    Parameters
    ----------
    h : int
        Index of the host in `HOST_NAMES`.
    model : Model
        As of `Parameters.kernel_parameters`; ``kind`` and ``counts`` are read.
    sum_r, sum_x, carbon : float
        Atoms of rare earth (above 0), on interstitial sites and of carbon, in one unit.

    Returns
    -------
    filling : float
        Carbon's share of the interstitial atoms, or the empty share of the
        sites, as the model says for the host; 0 if it says neither.
    carbon : float
        Carbon's share of the interstitial atoms; 0 where that is the filling.
    """
    share = carbon / sum_x if sum_x > 0.0 else 0.0
    if model.kind[h, _FILLED_BY] == _BY_CARBON_SHARE:
        return share, 0.0
    if model.kind[h, _FILLED_BY] == _BY_VACANCY:
        w = 1.0 - sum_x / sum_r * model.counts[h, 0] / model.counts[h, 2]
        return min(max(w, 0.0), 1.0), share
    return 0.0, share


@jit
def _occupation(i, rows, h, model):
    """Return how a composition fills the sites of its host.

    Parameters
    ----------
    i : int
        Row of `rows`.
    rows : Rows
        (indptr, indices, values) of the atoms of the hard phases, not
        normalized.
    h : int
        Index of its host in `HOST_NAMES`.
    model : Model
        As of `Parameters.kernel_parameters`.

    Returns
    -------
    inside : bool
        Whether the model knows enough of the elements that are there.
    sum_r : float
        Atoms on the rare-earth sites.
    sum_t : float
        Atoms on the T sites.
    c : float
        Cobalt over cobalt and iron.
    w : float
        Filling of the interstitial sites: their empty share, or carbon's share
        of their atoms, as the model says for the host; 0 if it says neither.
    carbon : float
        Carbon's share of the interstitial atoms; 0 where that is `w`. The last
        three are 0 outside the model.
    """
    indices = rows.indices
    values = rows.values
    role = model.role[h]
    known = model.known[h]
    sum_r = 0.0
    sum_t = 0.0
    sum_x = 0.0
    iron = 0.0
    cobalt = 0.0
    carbon = 0.0
    unknown = 0.0
    for k in range(rows.indptr[i], rows.indptr[i + 1]):
        e = indices[k]
        v = values[k]
        if role[e] == ON_R:
            sum_r += v
            if known[e] & 1 == 0:
                unknown += v
        elif role[e] == ON_T:
            sum_t += v
            if e == _IRON:
                iron = v
            elif e == _COBALT:
                cobalt = v
            elif known[e] & 2 == 0:
                unknown += v
        elif role[e] == ON_X:
            sum_x += v
            if e == _CARBON:
                carbon = v
    metal = iron + cobalt
    if not (sum_r > 0.0 and metal > 0.0) or unknown > _T_SITES_OUTSIDE * sum_t:
        return False, sum_r, sum_t, 0.0, 0.0, 0.0
    w, carbon = _fill_interstices(h, model, sum_r, sum_x, carbon)
    return True, sum_r, sum_t, cobalt / metal, w, carbon


# values float64: of the iron compound at `at` and of the cobalt compound behind it; c float64: share
# of cobalt
@jit(part="copied")
def _blend(values, at, c):
    """Return a value between those with iron and with cobalt."""
    return (1.0 - c) * values[at] + c * values[at + 1]


# values float64: coefficients from `at` on; d float64: 1 - 2 c
@jit(part="copied")
def _bow(values, at, d):
    """Return by how much a property bows between iron and cobalt, over c (1 - c)."""
    return values[at] + d * (values[at + 1] + d * values[at + 2])


# values float64: slopes and curvatures of an element, in turn for iron and cobalt; y float64: its
# share of the metals' sites
@jit(part="copied")
def _effect(values, at, y):
    """Return what a substituent does to a property of the one compound."""
    return y * (values[at] + y * values[at + 2])


# p float64: parameters of a rare earth; x: its share of its sites; c: share of cobalt. Adds to mix
# float64 (5) -> its parts of exchange and coupling of ions
@jit(part="copied")
def _add_rare_earth(p, x, c, mix):
    """Add what a rare earth makes of the properties of a compound."""
    for j in range(5):
        mix[j] += x * _blend(p, 6 * j, c)
    return x * _blend(p, 6 * EXCHANGE, c), x * _blend(p, _ION_COUPLING, c)


@jit(part="copied")
def _add_metal(p, y, c, pairs, mix):
    """Add what a substituent on the metals' sites makes of the properties of a compound.

    Parameters
    ----------
    p : ndarray of float64, shape (41,)
        Parameters of the substituent in the host, in the order of
        `ELEMENT_SLOTS`.
    y : float
        Its share of the metals' sites.
    c : float
        Cobalt over cobalt and iron.
    pairs : tuple of three floats
        How much of its effect on the exchange of iron counts, how much of that
        on cobalt, and the exchange of all pairs over that of cobalt.
    mix : ndarray of float64, shape (5,)
        Volume (A^3), exchange (K), moment (Bohr magnetons), and the two parts
        of K_1 (MJ/m^3). Added to, but for the exchange.

    Returns
    -------
    exchange : float
        Its part of the exchange, K.
    by_pairs : float
        Derivative of that part with the host's parameter "exchange_K:pairs".
    dilution : float
        What was added to the moment, Bohr magnetons; below 0 where it is lost.
    """
    on_iron, on_cobalt, all_pairs = pairs
    exchange = 0.0
    by_pairs = 0.0
    dilution = 0.0
    for j in range(5):
        iron = _effect(p, 6 * j + 2, y)
        cobalt = _effect(p, 6 * j + 3, y)
        part = (1.0 - c) * iron + c * cobalt
        if j == EXCHANGE:
            exchange = on_iron * iron + on_cobalt * cobalt
            by_pairs = all_pairs * cobalt - c * (1.0 - c) * iron
        else:
            mix[j] += part
        if j == _MOMENT:
            dilution = part
    return exchange, by_pairs, dilution


@jit(part="merged")
def condense_row(i, rows, h, model, condensed, mix):
    """Write what of a composition does not change with temperature into `condensed`.

    Parameters
    ----------
    i : int
        Row of `rows` and of `condensed`.
    rows : Rows
        (indptr, indices, values) of the atoms of the hard phases, not normalized.
    h : int
        Index of its host in `HOST_NAMES`, 0 or more.
    model : Model
        As of `Parameters.kernel_parameters`.
    condensed : Condensed
        Row i of ``state``, and ``ion`` from the first entry of the row on, are overwritten. The
        caller sets status, first entry and number of ions.
    mix : ndarray of float64, shape (5,)
        Room to work in.

    Returns
    -------
    int
        Number of ions written; -1 for a composition outside the model, of which nothing is written.
    """
    inside, sum_r, sum_t, c, w, carbon = _occupation(i, rows, h, model)
    if not inside:
        return -1
    indices = rows.indices
    values = rows.values
    role = model.role[h]
    p = model.element[h]
    q = model.host[h]
    state = condensed.state[i]
    d = 1.0 - 2.0 * c
    field = (
        1.0
        + c * (1.0 - c) * q[_CRYSTAL_FIELD_BOW]
        + w * q[_CRYSTAL_FIELD_FILLING]
    )
    for k in range(5):
        mix[k] = c * (1.0 - c) * _bow(q, _BOW + 3 * k, d)
        mix[k] += w * q[_FILLING + k]
    # Slopes in the exchange are those with yttrium. Between iron and cobalt a substituent dilutes
    # all pairs as it does in cobalt, and what it does to iron besides goes with the pairs of iron,
    # (1 - c)^2, if `_PAIRS` is 1; its two slopes are mixed as the metals are if it is 0.
    iron = p[_YTTRIUM, 6 * EXCHANGE]
    cobalt = p[_YTTRIUM, 6 * EXCHANGE + 1]
    ion_exchange = mix[EXCHANGE] - w * q[_FILLING + EXCHANGE]
    all_pairs = (
        (c * (1.0 - c) * iron + ion_exchange) / cobalt if cobalt > 0.0 else 0.0
    )
    on_iron = (1.0 - c) * (1.0 - q[_PAIRS] * c)
    on_cobalt = c + q[_PAIRS] * all_pairs
    level = (1.0 - c) * iron + c * cobalt + ion_exchange
    if model.kind[h, _SATURATES] > 0:
        # Exchange saturates as the interstitial sites fill.
        by_carbon = carbon * q[CARBON]
        mix[EXCHANGE] += (w * w - w) * q[_FILLING + EXCHANGE] + by_carbon
    coupling = 0.0
    dilution = 0.0
    exchange = 0.0
    by_pairs = 0.0
    for k in range(rows.indptr[i], rows.indptr[i + 1]):
        e = indices[k]
        if role[e] == ON_R:
            x = values[k] / sum_r
            of_exchange, of_coupling = _add_rare_earth(p[e], x, c, mix)
            ion_exchange += of_exchange
            coupling += of_coupling
        elif role[e] == ON_T and e != _IRON and e != _COBALT:
            y = values[k] / sum_t
            parts = _add_metal(
                p[e], y, c, (on_iron, on_cobalt, all_pairs), mix
            )
            exchange += parts[0]
            by_pairs += parts[1]
            dilution += parts[2]
            field += y * p[e, CRYSTAL_FIELD_SLOPE]
    if not (mix[_MOMENT] > 0.0 and mix[_VOLUME] > 0.0):
        return -1
    # Dilution takes its share of what interstitials make of the exchange. What the rare earth makes
    # of it, `_DILUTION` decides: 1 in proportion; below 0, cerium, whose fourth electron fills the
    # band as a diluent's does, leaves less for the diluent to take.
    away = 0.0
    filling = 1.0
    if level > 0.0 and ion_exchange > 0.0:
        away = ion_exchange / level - 1.0
        filling = mix[EXCHANGE] / ion_exchange
    factor = filling * (1.0 + q[_DILUTION] * away)
    mix[EXCHANGE] += exchange * factor
    # The exchange field that the rare earth feels follows the moment left by dilution.
    moment_share = mix[_MOMENT] / (mix[_MOMENT] - dilution)
    coupling = (
        max(coupling * moment_share, 0.0)
        if model.kind[h, _SUBLATTICES] > 1
        else 0.0
    )
    state[CURIE] = 0.5 * (
        mix[EXCHANGE] + np.sqrt(mix[EXCHANGE] ** 2 + 4.0 * coupling)
    )
    state[_FORM] = _blend(q, SHAPE, c)
    state[MOMENT_T] = mix[_MOMENT]
    state[_BROAD] = mix[_K_BROAD]
    state[_STEEP] = mix[_K_STEEP]
    state[TO_TESLA] = TESLA / mix[_VOLUME]
    state[PER_ION] = model.counts[h, 0] * _MJ_PER_K / mix[_VOLUME]
    state[CRYSTAL_FIELD] = field
    state[_KEPT] = moment_share
    state[COBALT] = c
    state[_T_EXCHANGE] = mix[EXCHANGE]
    state[_EMPTY] = w
    state[_ON_IRON] = factor * on_iron
    state[_ON_COBALT] = factor * on_cobalt
    state[_BY_DILUTION] = filling * away * exchange
    state[_BY_PAIRS] = factor * by_pairs
    state[_ORDER] = model.kind[h, _CONSTANTS]
    return _write_ions(
        i, rows, h, model, (sum_r, c, moment_share), condensed.ion
    )


@jit(part="merged")
def _write_ions(i, rows, h, model, sites, ion):
    """Write the rare-earth ions of one composition and return how many were written.

    Parameters
    ----------
    i : int
        Row of `rows`.
    rows : Rows
        (indptr, indices, values) of the hard phases.
    h : int
        Index of its host in `HOST_NAMES`. A host with one sublattice has no
        ions.
    model : Model
        As of `Parameters.kernel_parameters`.
    sites : tuple of float
        Atoms on the rare-earth sites, share of cobalt, and share of the moment
        that dilution left.
    ion : ndarray of float64, shape (nnz, 10)
        Overwritten from the first entry of row i on, one ion a row, with the
        columns of `_core._arrays`.

    Returns
    -------
    int
        Number of ions written, 0 or more. A rare earth without a table of its
        crystal field is none.
    """
    sum_r, c, moment_share = sites
    facts = model.ions.facts
    p = model.element
    a = rows.indptr[i]
    group = model.kind[h, _FIELD_TABLE]
    if model.kind[h, _SUBLATTICES] < 2:
        return 0
    for k in range(rows.indptr[i], rows.indptr[i + 1]):
        e = rows.indices[k]
        if model.role[h, e] == ON_R and facts[group, e, 0] >= 0.0:
            one = ion[a]
            one[TABLE] = facts[group, e, 0]
            for j in range(4):
                one[PER_KELVIN + j] = facts[group, e, 1 + j]
            one[SITE] = rows.values[k] / sum_r
            for column, slot in _BLENDED:
                one[column] = _blend(p[h, e], slot, c)
            one[STRENGTH] *= moment_share
            one[ION_J] *= one[SITE] * model.counts[h, 0]
            a += 1
    return a - rows.indptr[i]


@jit(part="merged")
def evaluate_state(kelvin, i, state, ion, work, tables, slopes):
    """Compute what a condensed composition is at a temperature below its Curie temperature.

    Parameters
    ----------
    kelvin : float
        Temperature, K, below ``state[i, CURIE]``; this is not checked.
    i : int
        Row of `state`.
    state, ion : ndarray of float64, shapes (n, 20) and (nnz, 10)
        As `condense` returns them; only read.
    work : ndarray of float64, shape (ions, 64)
        One row for each ion of the composition is overwritten, from 0 on: what it adds to moment
        and constants, and the derivatives that `slopes` asks for.
    tables : Ions
        Tables of the ions, ``model.ions``.
    slopes : int
        Which derivatives are written: 0 none, 1 by the exchange field, 2 all, as of `respond`.

    Returns
    -------
    mt : float
        Reduced moment of the metals, 0 to 1.
    j : float
        Moment per formula unit, Bohr magnetons, below 0 where the rare earth outweighs.
    k1, k2, k3 : float
        K_1, K_2 and K_3, MJ/m^3.
    """
    mt = reduced_moment(kelvin / state[i, CURIE], state[i, _FORM])
    # Between m^3 at low temperature and m^2 near T_C, as Callen and Callen's law does; and a part
    # that falls much faster.
    m2 = mt * mt
    steep = m2 * m2
    steep *= steep * m2
    j = state[i, MOMENT_T] * mt
    broad = state[i, _BROAD] * m2 * (0.6 + 0.4 * m2)
    k1 = broad + state[i, _STEEP] * steep
    k2 = 0.0
    k3 = 0.0
    n = int(state[i, IONS])
    scales = mt, state[i, CRYSTAL_FIELD], state[i, PER_ION]
    respond(kelvin, int(state[i, FIRST]), n, ion, scales, tables, work, slopes)
    for k in range(int(state[i, _ORDER]) + 1, N_RESPONSE):
        for r in range(n):
            for slope in (0, BY_FIELD, BY_A2, BY_A4):
                work[r, slope + k] = 0.0
    for r in range(n):
        j += work[r, 0]
        k1 += work[r, 1]
        k2 += work[r, 2]
        k3 += work[r, 3]
    return mt, j, k1, k2, k3


# Scalars -> sin^2 of the lowest energy's angle with the axis where that is inside, on a cone; 0 on
# the axis, 1 in the plane
@jit(part="copied")
def easy_angle(k1, k2, k3):
    """Return sin^2 of the easy angle: where k1 x + k2 x^2 + k3 x^3 is lowest, 0 <= x <= 1.

    `k1`, `k2` and `k3` are K_1, K_2 and K_3 in any one unit. The result is 0
    on the axis, 1 in the plane and between them on a cone. It is 1 too where
    all three are 0, and for an axis without saturation field across it, where
    the plane is a lesser minimum.
    """
    plane = k1 + k2 + k3
    inside = 0.0
    root = k2 * k2 - 3.0 * k1 * k3
    if root >= 0.0:
        root = np.sqrt(root)
        if k2 > 0.0 or (k2 == 0.0 and root > 0.0):
            inside = -k1 / (k2 + root)
        elif k2 < 0.0 and k3 > 0.0:
            inside = (root - k2) / (3.0 * k3)
    if 0.0 < inside < 1.0 and inside * (
        k1 + inside * (k2 + inside * k3)
    ) < min(0.0, plane):
        return inside
    if k1 > 0.0 and plane > 0.0 and k1 + 2.0 * k2 + 3.0 * k3 > 0.0:
        return 0.0
    return 1.0


@jit(part="merged")
def direction(k1, k2, k3):
    """Return the status that the easy direction gives: `OK` (0), `CONE` (2) or `_PLANAR` (1).

    `k1`, `k2` and `k3` are K_1, K_2 and K_3 in any one unit. An axis without
    saturation field across it, the plane being a lesser minimum, counts as
    planar, and so do constants that are all 0.
    """
    angle = easy_angle(k1, k2, k3)
    if 0.0 < angle < 1.0:
        return CONE
    if angle == 0.0:
        return OK
    return _PLANAR


# Scalars -> cosine of the angle with the axis at which a reverse field meets the highest barrier, 1
# where that is on the axis itself, 0 where there is none
@jit(part="merged")
def barrier(k1, k2, k3):
    """Return where u (k1 + 2 k2 (1 - u^2) + 3 k3 (1 - u^2)^2) is largest, 0 <= u <= 1.

    u is the cosine of the angle with the axis at which a reverse field meets the highest barrier.
    `k1`, `k2` and `k3` are K_1, K_2 and K_3 in any one unit. 1 is on the axis itself; 0 says that
    there is no barrier.
    """
    # u (a + b w + c w^2), w = u^2, whose slope is a + 3 b w + 5 c w^2.
    a = k1 + 2.0 * k2 + 3.0 * k3
    b = -2.0 * k2 - 6.0 * k3
    c = 3.0 * k3
    best = max(k1, 0.0)
    at_best = 1.0 if k1 > 0.0 else 0.0
    root = 9.0 * b * b - 20.0 * a * c
    if root < 0.0:
        return at_best
    half = -0.5 * (3.0 * b + np.copysign(np.sqrt(root), b))
    for side in range(2):
        above, below = (half, 5.0 * c) if side == 0 else (a, half)
        w = above / below if below != 0.0 else -1.0
        if 0.0 < w < 1.0:
            u = np.sqrt(w)
            height = u * (a + w * (b + w * c))
            if height > best:
                best = height
                at_best = u
    return at_best


@jit(part="merged")
def switching(i, state, ion, work, found, u):
    """Return the reverse field that turns a moment which is at an angle, each rare earth canting.

    On the axis that is the nucleation field. At `barrier` it is the field at which a moment passes
    the hard plane: where K_1 < 4 K_2, as in Nd2Fe14B when cold, it leaves the axis long before, or
    rests on a cone, and the torque of the anisotropy, 2 u (K_1 + 2 K_2 s2 + 3 K_3 s2^2) sin(theta)
    with u = cos(theta) and s2 = 1 - u^2, is largest at an angle that is still to be overcome.

    Parameters
    ----------
    i : int
        Row of `state`.
    state, ion, work : ndarray of float64
        As of `evaluate_state`, which must have filled `work` with all derivatives or those by the
        exchange field; only read.
    found : tuple of float
        What `evaluate_state` returned: reduced moment, moment (Bohr magnetons), K_1, K_2 and K_3
        (MJ/m^3).
    u : float
        Cosine of the angle with the axis, 1 on it, or what `barrier` returned for the three
        constants.

    Returns
    -------
    float
        mu_0 H, T; 0 where nothing holds the moment there.
    """
    _, j, k1, k2, k3 = found
    s2 = 1.0 - u * u
    torque = 2.0 * u * (k1 + s2 * (2.0 * k2 + 3.0 * k3 * s2))
    if not torque > 0.0:
        return 0.0
    before = 0.0
    field = torque / (abs(j) * state[i, TO_TESLA] * _TO_ENERGY)
    for _ in range(_FIELD_STEPS):
        left = _torque(i, state, ion, work, found, u, field)
        if left == torque:
            break
        step = left * (field - before) / (left - torque)
        before = field
        torque = left
        field = max(field - step, 0.0)
        if abs(step) < _CLOSE * field:
            break
    return field


@jit(part="merged")
def _torque(i, state, ion, work, found, u, field):
    """Return the torque on the metals in a reverse field, each rare earth free to cant.

    The 4f shell feels exchange and outside field as one: a sum of two vectors.

    Parameters
    ----------
    i : int
        Row of `state`.
    state, ion, work : ndarray of float64
        As of `evaluate_state`, which must have filled `work` with the derivatives by the exchange
        field; only read.
    found : tuple of float
        What `evaluate_state` returned: reduced moment, moment (Bohr magnetons) and K_1 (MJ/m^3) of
        it are read.
    u : float
        Cosine of the angle with the axis.
    field : float
        Reverse field, mu_0 H, T.

    Returns
    -------
    float
        MJ/m^3, over the sine of the angle. Above 0 it turns the moment back to the axis.
    """
    m = found[0]
    j = found[1]
    metals = found[2]
    sign = 1.0 if j > 0.0 else -1.0
    first = int(state[i, FIRST])
    n = int(state[i, IONS])
    scale = sign * state[i, TO_TESLA] * _TO_ENERGY * field
    torque = -scale * state[i, MOMENT_T] * m
    for r in range(n):
        h = ion[first + r, STRENGTH] * m
        ion_work = work[r]
        metals -= ion_work[1]
        # Beyond half of the exchange field the linear response means nothing.
        b = max(sign * ion[first + r, PER_TESLA] * field, -0.5 * h)
        whole = np.sqrt(h * h + 2.0 * h * b * u + b * b)
        # One division, as they take most of the time.
        turn = 1.0 / whole
        stiffness = whole - h
        cosine = (h * u + b) * turn
        share = h * turn
        x = 1.0 - cosine * cosine
        one = BY_FIELD + 1
        two = BY_FIELD + 2
        three = BY_FIELD + 3
        stiff = ion_work[1] + ion_work[one] * stiffness
        stiff += x * (
            2.0 * (ion_work[2] + ion_work[two] * stiffness)
            + 3.0 * x * (ion_work[3] + ion_work[three] * stiffness)
        )
        # How the sum's angle and its length turn with the metals.
        torque += 2.0 * stiff * cosine * share * share * (h + b * u) * turn
        torque -= (
            x
            * (ion_work[one] + x * (ion_work[two] + x * ion_work[three]))
            * share
            * b
        )
        torque -= (
            scale * (ion_work[0] + ion_work[BY_FIELD] * stiffness) * share
        )
    return torque + 2.0 * u * metals


def condense(rows, codes, model):
    """Condense each hard phase to what does not change with temperature.

    Parameters
    ----------
    rows : Rows
        (indptr, indices, values) of the atoms of n hard phases, not
        normalized.
    codes : ndarray of int8, shape (n,)
        Index of the host in `HOST_NAMES`, -1 where it is unknown.
    model : Model
        As of `Parameters.kernel_parameters`.

    Returns
    -------
    Condensed
        ``state``, float64 (n, 20), and ``ion``, float64 (nnz, 10). The columns
        of ``state`` are constants of this module, such as `CURIE` (K), `STATE`
        (the status), `FIRST` and `IONS`. A row of unknown host, or outside the
        model, has its status and no ions; the rest of its state is NaN.
    """
    n = len(codes)
    condensed = Condensed(
        np.full((n, _N_STATE), np.nan), np.empty((len(rows.indices), N_ION))
    )
    share_rows(
        _condense_chunks, chunks(n), rows, codes, model, condensed, chunk=1
    )
    return condensed


def scale(condensed, rows, what, factor):
    """Multiply a property of some phases at all temperatures, in place.

    Parameters
    ----------
    condensed : Condensed, or Phases of `magnetism._magnet_kernels`
        Its ``state`` and ``ion`` are changed at these rows.
    rows : ndarray of int64, shape (k,)
        Rows of ``state``, each once.
    what : int
        0 Curie temperature, 1 moment (of metals and of ions), 2 anisotropy
        constants.
    factor : ndarray of float64, shape (k,)
        Factor of each phase.
    """
    state = condensed.state
    ion = condensed.ion
    for slot in ((CURIE,), (MOMENT_T,), (_BROAD, _STEEP, PER_ION))[what]:
        state[rows, slot] *= factor
    if what == 1:
        for row, factors in zip(rows, factor, strict=True):
            first = int(state[row, FIRST])
            ion[first : first + int(state[row, IONS]), ION_J] *= factors


def chunks(n):
    """Return how many chunks of `CHUNK` rows there are in n rows."""
    return (n + CHUNK - 1) // CHUNK


# state as `condense` returns it -> the most ions of an alloy, at least 1
@jit(part="linked")
def most_ions(state):
    """Return how many rows of working room the alloys need."""
    count = 1
    for i in range(len(state)):
        count = max(count, int(state[i, IONS]))
    return count


@jit
def _condense_chunks(rows, codes, model, condensed, start, stop):
    """Condense the compositions of some chunks into `condensed`, in place.

    Parameters
    ----------
    rows : Rows
        (indptr, indices, values) of n hard phases.
    codes : ndarray of int8, shape (n,)
        Index of the host of each, -1 where it is unknown.
    model : Model
        As of `Parameters.kernel_parameters`.
    condensed : Condensed
        State and ions of the rows in these chunks are overwritten. What a row outside the model
        does not set must come in as NaN.
    start, stop : int
        Chunks `start` to `stop` - 1, of `CHUNK` rows each; other rows stay as they were.
    """
    n = len(codes)
    indptr = rows.indptr
    state = condensed.state
    for chunk in range(start, stop):
        mix = np.empty(5)
        for i in range(chunk * CHUNK, min(n, (chunk + 1) * CHUNK)):
            state[i, STATE] = _UNKNOWN_HOST
            state[i, FIRST] = indptr[i]
            state[i, IONS] = 0
            if codes[i] < 0:
                continue
            ions = condense_row(i, rows, codes[i], model, condensed, mix)
            state[i, STATE] = _OUTSIDE if ions < 0 else OK
            state[i, IONS] = max(ions, 0)


POLARIZATION, K1, K2, K3, _FIELD, _NUCLEATION, HARDNESS = range(7)

# Variances of a composition: of the moment, of both parts of K_1, of the volume (relative), of the
# crystal field; the deviations of the Curie temperature (K) and of the shape; the relative scatter
# that the model leaves of J_s and of K.
(
    _V_MOMENT,
    _V_BROAD,
    _V_STEEP,
    _V_VOLUME,
    _V_FIELD,
    _D_CURIE,
    _D_FORM,
    _LEFT_J,
    _LEFT_K,
) = range(9)
_N_VARIANCE = 9


class Evaluated(NamedTuple):
    """Intrinsic properties of n hard phases at m temperatures, NaN where there is no number."""

    curie: NDArray[np.float64]  # Curie temperature, K, (n,), and its deviation
    curie_sd: NDArray[np.float64]
    # J_s (T), K_1, K_2, K_3 (MJ/m3), mu0 H_a, mu0 H_N (T) and hardness, (7, m, n)
    value: NDArray[np.float64]
    sd: NDArray[np.float64]  # their deviations, empty if not asked for
    # what the easy direction or the lack of a number is, index into `evaluate.STATUS`, (m, n)
    status: NDArray[np.int8]


class Room(NamedTuple):
    """Room to work in, for one composition after another."""

    # response of the ions, as `_core._arrays.respond` leaves it, (ions, 64)
    work: NDArray[np.float64]
    # Deviations of the exchange field, of how often the moment counts, of A_2^0 and of A_4^0, at
    # their columns of the rows of ions, (ions, 10).
    ion: NDArray[np.float64]
    variance: NDArray[np.float64]  # `_V_MOMENT` to `_LEFT_K`, (9,)
    # variances of the properties that mix over both sites, (5,)
    mix: NDArray[np.float64]
    # Derivatives of moment and constants with the metals' moment and with the crystal field, (2, 4)
    by: NDArray[np.float64]
    out: NDArray[np.float64]  # `_J` to `_J_1`, (7,)


# role int8 (118,): of one host; entries first to last - 1 -> atoms on the R and T sites
@jit(part="copied")
def _add_up_metals(indices, values, first, last, role):
    """Add up what a composition has of rare earth and of metals.

    Entries `first` to `last` - 1 of `indices` (element columns) and `values` (atoms) count. `role`,
    int8 (118,), is that of one host. Returned are the atoms on the rare-earth sites and those on
    the T sites, iron and cobalt included.
    """
    sum_r = 0.0
    sum_t = 0.0
    for k in range(first, last):
        if role[indices[k]] == ON_R:
            sum_r += values[k]
        elif role[indices[k]] == ON_T:
            sum_t += values[k]
    return sum_r, sum_t


@jit(part="copied")
def _spread_metal(dp, y, c, state, mix):
    """Add the variance that a substituent on the metals' sites brings to `mix`, in place.

    Parameters
    ----------
    dp : ndarray of float64, shape (41,)
        Deviations of the substituent's parameters, in the order of
        `ELEMENT_SLOTS`.
    y : float
        Its share of the metals' sites.
    c : float
        Share of cobalt.
    state : ndarray of float64, shape (20,)
        One row of the state of `condense`.
    mix : ndarray of float64, shape (5,)
        Variances of the properties, in the order of `MIXED`; added to.
    """
    for j in range(5):
        on_iron = 1.0 - c
        on_cobalt = c
        if j == EXCHANGE:
            on_iron = state[_ON_IRON]
            on_cobalt = state[_ON_COBALT]
        curved = y * dp[6 * j + 4]
        iron = dp[6 * j + 2] ** 2 + curved**2
        curved = y * dp[6 * j + 5]
        cobalt = dp[6 * j + 3] ** 2 + curved**2
        mix[j] += y * y * (on_iron**2 * iron + on_cobalt**2 * cobalt)


@jit(part="merged")
def spread_row(i, rows, h, model, state, room):
    """Write the deviations of one composition's parameters into the room.

    Parameters
    ----------
    i : int
        Row of `rows` and of `state`.
    rows : Rows
        (indptr, indices, values) of the hard phases.
    h : int
        Index of its host in `HOST_NAMES`.
    model : Model
        As of `Parameters.kernel_parameters`.
    state : ndarray of float64, shape (n, 20)
        As `condense` wrote it; row i must be inside the model.
    room : Room
        ``ion`` (deviations, a row for each ion), ``variance`` (9,) and ``mix``
        (variances, (5,)) are overwritten. Of the places in ``variance`` those
        named ``_V_`` hold variances, those named ``_D_`` and ``_LEFT_``
        standard deviations.
    """
    first = rows.indptr[i]
    last = rows.indptr[i + 1]
    indices = rows.indices
    values = rows.values
    role = model.role[h]
    counts = model.counts
    facts = model.ions.facts
    dp = model.element_sd[h]
    dq = model.host_sd[h]
    alloy = state[i]
    v = room.variance
    ion = room.ion
    mix = room.mix
    c = alloy[COBALT]
    moment_share = alloy[_KEPT]
    w = alloy[_EMPTY]
    d = 1.0 - 2.0 * c
    sum_r, sum_t = _add_up_metals(indices, values, first, last, role)
    for k in range(5):
        b = _BOW + 3 * k
        linear = dq[b + 1] ** 2
        square = dq[b + 2] ** 2
        bow = dq[b] ** 2 + d * d * (linear + d * d * square)
        filling = (w * dq[_FILLING + k]) ** 2
        mix[k] = (c * (1.0 - c)) ** 2 * bow + filling
    v[_V_FIELD] = (c * (1.0 - c) * dq[_CRYSTAL_FIELD_BOW]) ** 2
    v[_V_FIELD] += (w * dq[_CRYSTAL_FIELD_FILLING]) ** 2
    has_sublattices = model.kind[h, _SUBLATTICES] > 1
    coupling = 0.0
    ions = 0
    for k in range(first, last):
        e = indices[k]
        if role[e] == ON_R:
            x = values[k] / sum_r
            on_iron = (x * (1.0 - c)) ** 2
            on_cobalt = (x * c) ** 2
            for j in range(5):
                mix[j] += (
                    on_iron * dp[e, 6 * j] ** 2
                    + on_cobalt * dp[e, 6 * j + 1] ** 2
                )
            coupling += on_iron * dp[e, _ION_COUPLING] ** 2
            coupling += on_cobalt * dp[e, _ION_COUPLING + 1] ** 2
            if (
                has_sublattices
                and facts[model.kind[h, _FIELD_TABLE], e, 0] >= 0.0
            ):
                for column, slot in _BLENDED:
                    ion[ions, column] = np.hypot(
                        (1.0 - c) * dp[e, slot], c * dp[e, slot + 1]
                    )
                ion[ions, STRENGTH] *= moment_share
                ion[ions, ION_J] *= x * counts[h, 0]
                ions += 1
        elif role[e] == ON_T and e != _IRON and e != _COBALT:
            y = values[k] / sum_t
            _spread_metal(dp[e], y, c, alloy, mix)
            v[_V_FIELD] += (y * dp[e, CRYSTAL_FIELD_SLOPE]) ** 2
    mix[EXCHANGE] += (alloy[_BY_DILUTION] * dq[_DILUTION]) ** 2
    mix[EXCHANGE] += (alloy[_BY_PAIRS] * dq[_PAIRS]) ** 2
    v[_V_MOMENT] = mix[_MOMENT]
    v[_V_BROAD] = mix[_K_BROAD]
    v[_V_STEEP] = mix[_K_STEEP]
    v[_V_VOLUME] = mix[_VOLUME] * (alloy[TO_TESLA] / TESLA) ** 2
    coupling = coupling if has_sublattices else 0.0
    curie = alloy[CURIE]
    root = 2.0 * curie - alloy[_T_EXCHANGE]
    v[_D_CURIE] = np.sqrt(
        (curie / root) ** 2 * mix[EXCHANGE]
        + coupling * (moment_share / root) ** 2
    )
    iron = (1.0 - c) * dq[SHAPE]
    cobalt = c * dq[SHAPE + 1]
    v[_D_FORM] = np.sqrt(iron**2 + cobalt**2)
    v[_LEFT_J] = model.host[h, _RESIDUAL_J]
    v[_LEFT_K] = model.host[h, _RESIDUAL_K]


# Variances of J_s (mu_B, then T), of K_1, K_2, K_3 and K_1 + 2 K_2 + 3 K_3 (MJ/m3), covariances of
# J_s with that sum and with K_1.
_J, _1, _2, _3, _SUM, _J_SUM, _J_1 = range(7)


@jit
def _add(g, at, factor, out):
    """Add the squares and products of what one deviation makes of moment and constants to `out`.

    Parameters
    ----------
    g : ndarray of float64
        Derivatives of moment, K_1, K_2 and K_3 from `at` on.
    at : int
        Place of the first of these four.
    factor : float
        The deviation, by which each is multiplied.
    out : ndarray of float64, shape (7,)
        Added to: variances of the moment, of K_1, K_2, K_3 and of K_1 + 2 K_2 + 3 K_3, and
        covariances of the moment with that sum and with K_1.
    """
    moment = factor * g[at]
    first = factor * g[at + 1]
    second = factor * g[at + 2]
    third = factor * g[at + 3]
    total = first + 2.0 * second + 3.0 * third
    out[_J] += moment * moment
    out[_1] += first * first
    out[_2] += second * second
    out[_3] += third * third
    out[_SUM] += total * total
    out[_J_SUM] += moment * total
    out[_J_1] += moment * first


@jit(part="merged")
def variances(kelvin, i, condensed, found, room):
    """Propagate the deviations of the parameters to one temperature, linearly, into ``room.out``.

    Parameters
    ----------
    kelvin : float
        Temperature, K.
    i : int
        Row of `condensed`.
    condensed : Condensed
        What `condense` returned; only read.
    found : tuple of float
        What `evaluate_state` returned, called with all slopes: reduced moment,
        moment (Bohr magnetons), K_1, K_2 and K_3 (MJ/m^3).
    room : Room
        ``work`` as `evaluate_state` and ``ion`` and ``variance`` as
        `spread_row` left them. ``by`` and ``out`` are overwritten. ``out``,
        float64 (7,), has the variances of J_s (T), of K_1, K_2, K_3 (MJ/m^3)
        and of K_1 + 2 K_2 + 3 K_3, then the covariances of J_s with that sum
        and with K_1.
    """
    mt, j, k1, k2, k3 = found
    alloy = condensed.state[i]
    ion = condensed.ion
    work = room.work
    v = room.variance
    out = room.out
    m2 = mt * mt
    out[:] = 0.0
    out[_J] = v[_V_MOMENT] * m2
    broad = v[_V_BROAD] * (m2 * (0.6 + 0.4 * m2)) ** 2
    out[_1] = broad + v[_V_STEEP] * m2**10
    out[_SUM] = out[_1]
    # What the reduced moment of the metals and the factor on the crystal field do.
    by_m = room.by[0]
    by_field = room.by[1]
    by_m[:] = 0.0
    by_field[:] = 0.0
    by_m[0] = alloy[MOMENT_T]
    by_broad = alloy[_BROAD] * mt * (1.2 + 1.6 * m2)
    by_m[1] = by_broad + 10.0 * alloy[_STEEP] * m2**4 * mt
    field = alloy[CRYSTAL_FIELD]
    first = int(alloy[FIRST])
    for r in range(int(alloy[IONS])):
        one = ion[first + r]
        deviation = room.ion[r]
        ion_work = work[r]
        for k in range(4):
            by_m[k] += ion_work[BY_FIELD + k] * one[STRENGTH]
            by_fourth = ion_work[BY_A4 + k] * one[A_4]
            by_field[k] += ion_work[BY_A2 + k] * one[A_2] + by_fourth
        _add(ion_work, BY_FIELD, mt * deviation[STRENGTH], out)
        _add(ion_work, BY_A2, field * deviation[A_2], out)
        _add(ion_work, BY_A4, field * deviation[A_4], out)
        if one[ION_J] > 0.0:
            out[_J] += (ion_work[0] * deviation[ION_J] / one[ION_J]) ** 2
    # T_C by a finite step, which stays bounded where m(t) turns vertical.
    t = kelvin / alloy[CURIE]
    step = v[_D_CURIE] / alloy[CURIE]
    up = t / (1.0 + step)
    down = t / (1.0 - step)
    dm = 0.5 * (
        reduced_moment(up, alloy[_FORM]) - reduced_moment(down, alloy[_FORM])
    )
    ds = v[_D_FORM] * t * np.sqrt(t) * (1.0 - t) / (3.0 * m2)
    _add(by_m, 0, np.sqrt(dm * dm + ds * ds), out)
    _add(by_field, 0, np.sqrt(v[_V_FIELD]), out)
    tesla = alloy[TO_TESLA] if j >= 0.0 else -alloy[TO_TESLA]
    out[_J] = out[_J] * tesla * tesla + (j * tesla) ** 2 * (
        v[_V_VOLUME] + v[_LEFT_J] * v[_LEFT_J]
    )
    out[_J_SUM] *= tesla
    out[_J_1] *= tesla
    rest = v[_LEFT_K] * v[_LEFT_K]
    out[_1] += rest * k1 * k1
    out[_2] += rest * k2 * k2
    out[_3] += rest * k3 * k3
    out[_SUM] += rest * (k1 + 2.0 * k2 + 3.0 * k3) ** 2


def evaluate(
    rows, codes, model, temperatures, spread, learnt_curie, condensed=None
):
    """Return intrinsic properties of each hard phase at each temperature.

    Parameters
    ----------
    rows : Rows
        (indptr, indices, values) of the atoms of n hard phases, not
        normalized.
    codes : ndarray of int8, shape (n,)
        Index of the host of each phase in `HOST_NAMES`, -1 where it is
        unknown.
    model : Model
        The property ``kernel_parameters`` of `Parameters`.
    temperatures : ndarray of float64, shape (m,)
        Temperatures, K.
    spread : bool
        Whether deviations are computed.
    learnt_curie : ndarray of float64, shape (2, n)
        Curie temperature and its deviation from elsewhere, K. NaN leaves those
        of the model.
    condensed : Condensed, optional
        What `condense` returned of these rows. Its Curie temperatures become
        those learnt, in place. Without it `condense` is called.

    Returns
    -------
    Evaluated
        ``curie`` and ``curie_sd``, (n,), K; ``value``, (7, m, n): J_s (T),
        K_1, K_2, K_3 (MJ/m^3), mu_0 H_a and mu_0 H_N (T), hardness; ``sd``,
        its deviations, (7, 0, 0) without `spread`; ``status``, int8 (m, n), an
        index into `evaluate.STATUS`. What has no number is NaN.
    """
    if condensed is None:
        condensed = condense(rows, codes, model)
    n = len(codes)
    m = len(temperatures)
    shape = (7, m, n) if spread else (7, 0, 0)
    out = Evaluated(
        np.full(n, np.nan),
        np.full(n, np.nan),
        np.full((7, m, n), np.nan),
        np.full(shape, np.nan),
        np.empty((m, n), np.int8),
    )
    share_rows(
        _evaluate_chunks,
        chunks(n),
        rows,
        codes,
        model,
        (temperatures, spread, learnt_curie),
        condensed,
        out,
        chunk=1,
    )
    return out


@jit
def _evaluate_chunks(rows, codes, model, asked, condensed, out, start, stop):
    """Evaluate the compositions of some chunks at all temperatures into `out`, in place.

    Parameters
    ----------
    rows, codes, model
        As of `evaluate`.
    asked : tuple
        Temperatures (K), whether deviations are computed, and learnt Curie
        temperatures with their deviations, (2, n), as of `evaluate`.
    condensed : Condensed
        What `condense` returned. Its Curie temperatures become those learnt.
    out : Evaluated
        Written at the rows of these chunks. Numbers must come in as NaN.
    start, stop : int
        Chunks `start` to `stop` - 1, of `CHUNK` rows each.
    """
    n = len(codes)
    ion_count = most_ions(condensed.state)
    for chunk in range(start, stop):
        room = Room(
            np.empty((ion_count, N_WORK)),
            np.zeros((ion_count, N_ION)),
            np.zeros(_N_VARIANCE),
            np.empty(5),
            np.empty((2, 4)),
            np.empty(7),
        )
        for i in range(chunk * CHUNK, min(n, (chunk + 1) * CHUNK)):
            _evaluate_row(
                i, rows, codes[i], model, asked, condensed, room, out
            )


@jit(part="merged")
def _evaluate_row(i, rows, h, model, asked, condensed, room, out):
    """Evaluate one composition at all temperatures into `out`, in place.

    Parameters
    ----------
    i : int
        Row of `rows`.
    rows : Rows
        (indptr, indices, values) of the hard phases.
    h : int
        Index of its host in `HOST_NAMES`, -1 where it is unknown.
    model : Model
        As of `Parameters.kernel_parameters`.
    asked : tuple
        Temperatures, float64 (m,), K; whether deviations are computed; learnt Curie temperatures
        and their deviations, float64 (2, n), K, NaN for none.
    condensed : Condensed
        What `condense` returned. The Curie temperature of a row inside the model becomes the learnt
        one.
    room : Room
        Room to work in, with as many rows as the composition has ions; overwritten.
    out : Evaluated
        Column i is written. Numbers must come in as NaN, as those without meaning are not written.
        At and above the Curie temperature the status is `PARAMAGNETIC`. A row outside the model
        gets its status, and a learnt Curie temperature.
    """
    temperatures, spread, learnt_curie = asked
    state = condensed.state
    v = room.variance
    out.status[:, i] = int(state[i, STATE])
    is_learnt = not np.isnan(learnt_curie[0, i])
    if is_learnt:
        out.curie[i] = learnt_curie[0, i]
        out.curie_sd[i] = learnt_curie[1, i]
    if state[i, STATE] != OK:
        return
    curie = learnt_curie[0, i] if is_learnt else state[i, CURIE]
    out.curie[i] = curie
    if spread:
        spread_row(i, rows, h, model, state, room)
        v[_D_CURIE] = np.hypot(v[_D_CURIE], model.host[h, _RESIDUAL_TC])
        if is_learnt and not np.isnan(learnt_curie[1, i]):
            v[_D_CURIE] = learnt_curie[1, i]
        out.curie_sd[i] = v[_D_CURIE]
    state[i, CURIE] = curie
    for t in range(len(temperatures)):
        if not temperatures[t] < curie:
            out.status[t, i] = PARAMAGNETIC
            continue
        values = evaluate_state(
            temperatures[t], i, state, condensed.ion, room.work, model.ions, 2
        )
        _write_values(t, i, condensed, values, room.work, out)
        if spread:
            variances(temperatures[t], i, condensed, values, room)
            _write_deviations(t, i, values, room.out, out)


@jit(part="copied")
def _write_values(t, i, condensed, found, work, out):
    """Write polarization, constants, fields and status of a phase at a temperature into `out`.

    Fields and hardness are written only where the easy direction is the axis.

    Parameters
    ----------
    t, i : int
        Number of the temperature and of the phase.
    condensed : Condensed
        What `condense` returned; only read.
    found : tuple of float
        What `evaluate_state` returned: reduced moment, moment (Bohr
        magnetons), K_1, K_2 and K_3 (MJ/m^3).
    work : ndarray of float64, shape (ions, 64)
        As `evaluate_state` left it, with all derivatives; only read.
    out : Evaluated
        ``value[:, t, i]``, J_s (T), K_1, K_2, K_3 (MJ/m^3), mu_0 H_a, mu_0 H_N
        (T) and hardness, and ``status[t, i]`` are written. What is not written
        stays.
    """
    _, j, k1, k2, k3 = found
    state = condensed.state
    value = out.value[:, t, i]
    j_s = abs(j) * state[i, TO_TESLA]
    value[POLARIZATION] = j_s
    value[K1] = k1
    value[K2] = k2
    value[K3] = k3
    status = direction(k1, k2, k3)
    out.status[t, i] = status
    if status == OK:
        value[_FIELD] = 2e6 * MU_0 * (k1 + 2.0 * k2 + 3.0 * k3) / j_s
        value[_NUCLEATION] = switching(
            i, state, condensed.ion, work, found, 1.0
        )
        value[HARDNESS] = np.sqrt(1e6 * MU_0 * k1) / j_s


@jit(part="copied")
def _write_deviations(t, i, found, var, out):
    """Write the standard deviations of the values that `_write_values` wrote.

    Those of fields and hardness are written only where the easy direction is
    the axis.

    Parameters
    ----------
    t, i : int
        Number of the temperature and of the phase.
    found : tuple of float
        What `evaluate_state` returned, of which K_1, K_2 and K_3 (MJ/m^3) are
        read.
    var : ndarray of float64, shape (7,)
        Variances of J_s, K_1, K_2, K_3 and K_1 + 2 K_2 + 3 K_3, and
        covariances of J_s with that sum and with K_1, as `variances` left them
        in ``room.out``.
    out : Evaluated
        ``sd[:, t, i]`` is written, in the units of ``value``, which must be
        there.
    """
    _, _, k1, k2, k3 = found
    value = out.value[:, t, i]
    sd = out.sd[:, t, i]
    j_s = value[POLARIZATION]
    total = k1 + 2.0 * k2 + 3.0 * k3
    sd[POLARIZATION] = np.sqrt(var[_J])
    for k in range(3):
        sd[K1 + k] = np.sqrt(var[_1 + k])
    if out.status[t, i] == OK:
        on_j = var[_J] / j_s**2
        rel = var[_SUM] / total**2 + on_j - 2.0 * var[_J_SUM] / (total * j_s)
        sd[_FIELD] = value[_FIELD] * np.sqrt(max(rel, 0.0))
        rel = var[_1] / k1**2 + on_j - 2.0 * var[_J_1] / (k1 * j_s)
        sd[_NUCLEATION] = value[_NUCLEATION] * np.sqrt(max(rel, 0.0))
        rel = 0.25 * var[_1] / k1**2 + on_j - var[_J_1] / (k1 * j_s)
        sd[HARDNESS] = value[HARDNESS] * np.sqrt(max(rel, 0.0))
