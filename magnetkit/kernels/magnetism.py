"""Intrinsic magnetism of a hard phase at temperature: two sublattices, one crystal field.

Parameters by host and element stand in one array `p` of shape (6, 118, 41), those of the host
alone in `q` of shape (6, 30); `magnetkit.magnetism.parameters` names each slot. `dp` and `dq`
hold their standard deviations.

A composition is condensed first into what temperature does not change: a `state` of the alloy and
one row an ion. `at` then gives polarization and anisotropy at a temperature.
"""

import numpy as np

from ._accelerate import jit
from .arrays import Condensed
from .hosts import ON_R, ON_T, ON_X
from .ions import (
    A_2,
    A_4,
    BY_A2,
    BY_A4,
    BY_FIELD,
    ION_J,
    N_ION,
    N_RESPONSE,
    PER_KELVIN,
    PER_TESLA,
    SITE,
    STRENGTH,
    TABLE,
    reduced_moment,
    respond,
)
from .threads import share_rows

# Five properties mix over both sites: slots 6 k to 6 k + 5 of an element hold, for property k,
# its value with this rare earth in the iron (+0) and the cobalt compound (+1), the slope per
# share of the T sites in either (+2, +3) and the curvature in that share (+4, +5).
VOLUME, EXCHANGE, MOMENT, K_BROAD, K_STEEP = range(5)
ION_MOMENT, ION_EXCHANGE, ION_A2, ION_A4, ION_COUPLING = 30, 32, 34, 36, 38
CRYSTAL_FIELD_SLOPE = 40
BOW, CRYSTAL_FIELD_BOW, FILLING, CRYSTAL_FIELD_FILLING, SHAPE = 0, 15, 16, 21, 22
RESIDUAL_TC, RESIDUAL_J, RESIDUAL_K, CARBON, DILUTION, PAIRS = range(24, 30)
N_HOST = 30

# What a host is to the model: how many sublattices are coupled (1: rare earths bear no moment), how
# many anisotropy constants count, which of the ions' tables holds their crystal field, what fills
# the interstitial sites, and whether the exchange saturates as they fill.
SUBLATTICES, CONSTANTS, FIELD_TABLE, FILLED_BY, SATURATES = range(5)
BY_NOTHING, BY_CARBON_SHARE, BY_VACANCY = range(3)

OK, PLANAR, CONE, PARAMAGNETIC, UNKNOWN_HOST, OUTSIDE = range(6)

# A state: Curie temperature (K), shape of m(t), moment (mu_B), broad and steep part of K_1
# (MJ/m3), tesla per mu_B, factor on the crystal field, and for deviations the share of moment that
# dilution left, share of cobalt, exchange of the metals (K), empty interstitial share, weights of a
# substituent's two slopes in the exchange, derivatives of the exchange with `DILUTION` and `PAIRS`;
# then MJ/m3 per kelvin of a rare-earth atom, and `OK`, `UNKNOWN_HOST` or `OUTSIDE`, the first row
# of its ions and their number, and how many of their anisotropy constants count.
CURIE, FORM, MOMENT_T, BROAD, STEEP, TO_TESLA, CRYSTAL_FIELD, KEPT, COBALT, T_EXCHANGE, EMPTY = (
    range(11)
)
ON_IRON, ON_COBALT, BY_DILUTION, BY_PAIRS = 11, 12, 13, 14
PER_ION, STATE, FIRST, IONS, ORDER = 15, 16, 17, 18, 19
N_STATE = 20
# Boltzmann constant over a cubic angstrom, MJ/m3 per kelvin; most steps of the search for a field,
# and the last step's share of it (the next would be its square).
_MJ_PER_K = 1.380649e-23 / 1e-30 * 1e-6
_STEPS, _CLOSE = 5, 3e-3
_TO_ENERGY = 1e-6 / 1.25663706127e-6
# Rows that one thread takes at a time, with one room to work in.
CHUNK = 256

_IRON, _COBALT = 25, 26
_CARBON = 5
_YTTRIUM = 38
# mu_0 times the Bohr magneton over a cubic angstrom, T.
TESLA = 1.25663706127e-6 * 9.2740100657e-24 / 1e-30
_T_SITES_OUTSIDE = 1e-4


# i: row of `Rows`; h: its host; model: `Model`
# -> whether it is inside the model, atoms on the rare-earth and T sites, share of cobalt, filling
#    of the interstitial sites (their empty share, or that of carbon), carbon's share beside it
@jit(part="copied")
def _occupation(i, rows, h, model):
    """Return how a composition fills the sites of its host."""
    indices, values, role, known = rows.indices, rows.values, model.role, model.known
    sum_r, sum_t, sum_x = 0.0, 0.0, 0.0
    iron, cobalt, carbon, unknown = 0.0, 0.0, 0.0, 0.0
    for k in range(rows.indptr[i], rows.indptr[i + 1]):
        e = indices[k]
        v = values[k]
        if role[h, e] == ON_R:
            sum_r += v
            if known[h, e] & 1 == 0:
                unknown += v
        elif role[h, e] == ON_T:
            sum_t += v
            if e == _IRON:
                iron = v
            elif e == _COBALT:
                cobalt = v
            elif known[h, e] & 2 == 0:
                unknown += v
        elif role[h, e] == ON_X:
            sum_x += v
            if e == _CARBON:
                carbon = v
    metal = iron + cobalt
    if not (sum_r > 0.0 and metal > 0.0) or unknown > _T_SITES_OUTSIDE * sum_t:
        return False, sum_r, sum_t, 0.0, 0.0, 0.0
    w = 0.0
    carbon = carbon / sum_x if sum_x > 0.0 else 0.0
    if model.kind[h, FILLED_BY] == BY_CARBON_SHARE:
        w = carbon
        carbon = 0.0
    elif model.kind[h, FILLED_BY] == BY_VACANCY:
        w = 1.0 - sum_x / sum_r * model.counts[h, 0] / model.counts[h, 2]
        w = min(max(w, 0.0), 1.0)
    return True, sum_r, sum_t, cobalt / metal, w, carbon


# i, rows, h, model: as above. Writes row i of `Condensed`; mix float64 (5) is room to work in.
# Returns how many ions, -1 for what is outside the model.
@jit(part="copied")
def condense_row(i, rows, h, model, condensed, mix):
    """Condense a composition to what does not change with temperature."""
    inside, sum_r, sum_t, c, w, carbon = _occupation(i, rows, h, model)
    if not inside:
        return -1
    indices, values, role = rows.indices, rows.values, model.role
    p, q, state = model.element, model.host, condensed.state
    d = 1.0 - 2.0 * c
    field = 1.0 + c * (1.0 - c) * q[h, CRYSTAL_FIELD_BOW] + w * q[h, CRYSTAL_FIELD_FILLING]
    for k in range(5):
        b = BOW + 3 * k
        mix[k] = c * (1.0 - c) * (q[h, b] + d * (q[h, b + 1] + d * q[h, b + 2]))
        mix[k] += w * q[h, FILLING + k]
    # Slopes in the exchange are those with yttrium. Between iron and cobalt a substituent dilutes
    # all pairs as it does in cobalt, and what it does to iron besides goes with the pairs of iron,
    # (1 - c)^2, if `PAIRS` is 1; its two slopes are mixed as the metals are if it is 0.
    iron, cobalt = p[h, _YTTRIUM, 6 * EXCHANGE], p[h, _YTTRIUM, 6 * EXCHANGE + 1]
    own = mix[EXCHANGE] - w * q[h, FILLING + EXCHANGE]
    all_pairs = (c * (1.0 - c) * iron + own) / cobalt if cobalt > 0.0 else 0.0
    on_iron = (1.0 - c) * (1.0 - q[h, PAIRS] * c)
    on_cobalt = c + q[h, PAIRS] * all_pairs
    level = (1.0 - c) * iron + c * cobalt + own
    if model.kind[h, SATURATES] > 0:
        # Exchange saturates as the interstitial sites fill.
        mix[EXCHANGE] += (w * w - w) * q[h, FILLING + EXCHANGE] + carbon * q[h, CARBON]
    coupling, diluted, exchange, by_pairs = 0.0, 0.0, 0.0, 0.0
    for k in range(rows.indptr[i], rows.indptr[i + 1]):
        e = indices[k]
        if role[h, e] == ON_R:
            x = values[k] / sum_r
            for j in range(5):
                mix[j] += x * ((1.0 - c) * p[h, e, 6 * j] + c * p[h, e, 6 * j + 1])
            own += x * ((1.0 - c) * p[h, e, 6 * EXCHANGE] + c * p[h, e, 6 * EXCHANGE + 1])
            coupling += x * ((1.0 - c) * p[h, e, ION_COUPLING] + c * p[h, e, ION_COUPLING + 1])
        elif role[h, e] == ON_T and e != _IRON and e != _COBALT:
            y = values[k] / sum_t
            for j in range(5):
                iron = y * (p[h, e, 6 * j + 2] + y * p[h, e, 6 * j + 4])
                cobalt = y * (p[h, e, 6 * j + 3] + y * p[h, e, 6 * j + 5])
                part = (1.0 - c) * iron + c * cobalt
                if j == EXCHANGE:
                    exchange += on_iron * iron + on_cobalt * cobalt
                    by_pairs += all_pairs * cobalt - c * (1.0 - c) * iron
                else:
                    mix[j] += part
                if j == MOMENT:
                    diluted += part
            field += y * p[h, e, CRYSTAL_FIELD_SLOPE]
    if not (mix[MOMENT] > 0.0 and mix[VOLUME] > 0.0):
        return -1
    # Dilution takes its share of what interstitials make of the exchange. What the rare earth makes
    # of it, `DILUTION` decides: 1 in proportion; below 0, cerium, whose fourth electron fills the
    # band as a diluent's does, leaves less for the diluent to take.
    away, filled = 0.0, 1.0
    if level > 0.0 and own > 0.0:
        away, filled = own / level - 1.0, mix[EXCHANGE] / own
    factor = filled * (1.0 + q[h, DILUTION] * away)
    mix[EXCHANGE] += exchange * factor
    # The exchange field that the rare earth feels follows the moment left by dilution.
    kept = mix[MOMENT] / (mix[MOMENT] - diluted)
    coupling = max(coupling * kept, 0.0) if model.kind[h, SUBLATTICES] > 1 else 0.0
    state[i, CURIE] = 0.5 * (mix[EXCHANGE] + np.sqrt(mix[EXCHANGE] ** 2 + 4.0 * coupling))
    state[i, FORM] = (1.0 - c) * q[h, SHAPE] + c * q[h, SHAPE + 1]
    state[i, MOMENT_T] = mix[MOMENT]
    state[i, BROAD] = mix[K_BROAD]
    state[i, STEEP] = mix[K_STEEP]
    state[i, TO_TESLA] = TESLA / mix[VOLUME]
    state[i, PER_ION] = model.counts[h, 0] * _MJ_PER_K / mix[VOLUME]
    state[i, CRYSTAL_FIELD] = field
    state[i, KEPT] = kept
    state[i, COBALT] = c
    state[i, T_EXCHANGE] = mix[EXCHANGE]
    state[i, EMPTY] = w
    state[i, ON_IRON], state[i, ON_COBALT] = factor * on_iron, factor * on_cobalt
    state[i, BY_DILUTION], state[i, BY_PAIRS] = filled * away * exchange, factor * by_pairs
    state[i, ORDER] = model.kind[h, CONSTANTS]
    return _write_ions(i, rows, h, model, (sum_r, c, kept), condensed.ion)


# sites: atoms on the rare-earth sites, share of cobalt, share of the moment that dilution left
# Writes rows of ion float64 (entries, 10) from the first entry of row i on; returns how many.
@jit(part="copied")
def _write_ions(i, rows, h, model, sites, ion):
    (sum_r, c, kept), facts, p = sites, model.ions.facts, model.element
    a, group = rows.indptr[i], model.kind[h, FIELD_TABLE]
    if model.kind[h, SUBLATTICES] < 2:
        return 0
    for k in range(rows.indptr[i], rows.indptr[i + 1]):
        e = rows.indices[k]
        if model.role[h, e] == ON_R and facts[group, e, 0] >= 0.0:
            ion[a, TABLE] = facts[group, e, 0]
            for j in range(4):
                ion[a, PER_KELVIN + j] = facts[group, e, 1 + j]
            ion[a, SITE] = rows.values[k] / sum_r
            for j, slot in ((STRENGTH, ION_EXCHANGE), (ION_J, ION_MOMENT), (A_2, ION_A2),
                            (A_4, ION_A4)):  # fmt: skip
                ion[a, j] = (1.0 - c) * p[h, e, slot] + c * p[h, e, slot + 1]
            ion[a, STRENGTH] *= kept
            ion[a, ION_J] *= ion[a, SITE] * model.counts[h, 0]
            a += 1
    return a - rows.indptr[i]


# i: row of state float64 (n, 20), whose ions stand in ion float64 (nnz, 10), as `condense` returns
# them; kelvin below state[i, CURIE]
# Writes work float64 (ions, 64): what each ion adds to moment (mu_B) and K_1, K_2, K_3 (MJ/m3), and
# the derivatives, see `ions`; returns the reduced moment of the metals, the moment (mu_B, below
# zero where the rare earth outweighs) and K_1, K_2, K_3.
@jit(part="merged")
def at(kelvin, i, state, ion, work, tables):
    """Return what a condensed composition is at a temperature below its Curie temperature."""
    mt = reduced_moment(kelvin / state[i, CURIE], state[i, FORM])
    # Between m^3 at low temperature and m^2 near T_C, as Callen and Callen's law does; and a part
    # that falls much faster.
    m2 = mt * mt
    steep = m2 * m2
    steep *= steep * m2
    j = state[i, MOMENT_T] * mt
    k1 = state[i, BROAD] * m2 * (0.6 + 0.4 * m2) + state[i, STEEP] * steep
    k2, k3 = 0.0, 0.0
    n = int(state[i, IONS])
    scales = mt, state[i, CRYSTAL_FIELD], state[i, PER_ION]
    respond(kelvin, int(state[i, FIRST]), n, ion, scales, tables, work)
    for k in range(int(state[i, ORDER]) + 1, N_RESPONSE):
        for r in range(n):
            for slope in (0, BY_FIELD, BY_A2, BY_A4):
                work[r, slope + k] = 0.0
    for r in range(n):
        j += work[r, 0]
        k1 += work[r, 1]
        k2 += work[r, 2]
        k3 += work[r, 3]
    return mt, j, k1, k2, k3


# i, state, ion, work as for `at`, m, j, k1 as it returned them -> mu_0 H_N, T: 0 where the
# axis is not stable
@jit(part="merged")
def nucleation(i, state, ion, work, m, j, k1):
    """Return the reverse field at which the moment leaves the axis, each rare earth free to cant.

    The 4f shell feels exchange and outside field as one: turned by a small angle with the metals,
    the exchange field h, lengthened or shortened by b, turns the sum by h / (h + b) of it.
    """
    if not k1 > 0.0:
        return 0.0
    sign = 1.0 if j > 0.0 else -1.0
    metals = k1
    first, n = int(state[i, FIRST]), int(state[i, IONS])
    for r in range(n):
        metals -= work[r, 1]
    # MJ/m3 per mu_B and tesla.
    torque = sign * state[i, TO_TESLA] * _TO_ENERGY
    field = 2.0 * k1 / (abs(j) * state[i, TO_TESLA] * _TO_ENERGY)
    for _ in range(_STEPS):
        slope = -torque * state[i, MOMENT_T] * m
        stiff = 2.0 * metals + slope * field
        for r in range(n):
            a = first + r
            h = ion[a, STRENGTH] * m
            b = sign * ion[a, PER_TESLA]
            # Beyond half of the exchange field the linear response means nothing.
            b_field = max(b * field, -0.5 * h)
            y = h / (h + b_field)
            own = 2.0 * (work[r, 1] + work[r, BY_FIELD + 1] * b_field) * y
            pull = torque * (work[r, 0] + work[r, BY_FIELD] * b_field)
            # y falls with the field by y^2 b / h, and y / h is y^2 over h + b_field.
            fall = y * b / (h + b_field)
            stiff += own * y - pull * field * y
            slope += 2.0 * work[r, BY_FIELD + 1] * b * y * y - 2.0 * own * fall
            slope -= pull * (y - field * fall) + torque * work[r, BY_FIELD] * b * field * y
        if not slope < 0.0:
            break
        step = stiff / slope
        field = max(field - step, 0.0)
        if abs(step) < _CLOSE * field:
            break
    return field


# As `nucleation`
@jit(part="copied")
def across(i, state, ion, work, m, j, k1):
    """Return the field (T) at which a curve measured across the axis, straight, meets saturation.

    In a field across the axis metals and rare earth cant apart, which adds to the moment along it.
    """
    tesla = state[i, TO_TESLA] * _TO_ENERGY
    whole, own = j * tesla, 0.0
    first = int(state[i, FIRST])
    for r in range(int(state[i, IONS])):
        a = first + r
        b = ion[a, PER_TESLA] / (ion[a, STRENGTH] * m)
        whole += 2.0 * work[r, 1] * b
        own -= 2.0 * work[r, 1] * b * b + work[r, 0] * tesla * b
    return abs(j) * tesla / (whole * whole / (2.0 * k1) + own)


@jit(part="merged")
def direction(k1, k2, k3):
    """Return the status that the easy direction gives: `OK`, `CONE` or `PLANAR`.

    The lowest of k1 x + k2 x^2 + k3 x^3 with x = sin^2 between 0 and 1. An axis without saturation
    field across it, the plane being a lesser minimum, counts as planar.
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
    if 0.0 < inside < 1.0 and inside * (k1 + inside * (k2 + inside * k3)) < min(0.0, plane):
        return CONE
    return OK if k1 > 0.0 and plane > 0.0 and k1 + 2.0 * k2 + 3.0 * k3 > 0.0 else PLANAR


# rows: `Rows` of n hard phases, not normalized; codes int8 (n): host, -1 unknown; model: `Model`
# -> `Condensed`
def condense(rows, codes, model):
    """Condense each hard phase to what does not change with temperature."""
    n = len(codes)
    condensed = Condensed(np.full((n, N_STATE), np.nan), np.empty((len(rows.indices), N_ION)))
    share_rows(_condense_chunks, chunks(n), rows, codes, model, condensed, chunk=1)
    return condensed


def chunks(n):
    """Return how many chunks of `CHUNK` rows there are in n rows."""
    return (n + CHUNK - 1) // CHUNK


# state as `condense` returns it -> the most ions of an alloy, at least 1
@jit(part="copied")
def most_ions(state):
    """Return how many rows of working room the alloys need."""
    most = 1
    for i in range(len(state)):
        most = max(most, int(state[i, IONS]))
    return most


# As `condense`, of chunks start to stop - 1; condensed is written to.
@jit
def _condense_chunks(rows, codes, model, condensed, start, stop):
    n, indptr, state = len(codes), rows.indptr, condensed.state
    for chunk in range(start, stop):
        mix = np.empty(5)
        for i in range(chunk * CHUNK, min(n, (chunk + 1) * CHUNK)):
            state[i, STATE], state[i, FIRST], state[i, IONS] = UNKNOWN_HOST, indptr[i], 0
            if codes[i] < 0:
                continue
            ions = condense_row(i, rows, codes[i], model, condensed, mix)
            state[i, STATE] = OUTSIDE if ions < 0 else OK
            state[i, IONS] = max(ions, 0)
