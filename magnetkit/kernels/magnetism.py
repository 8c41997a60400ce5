"""Intrinsic magnetism of a hard phase at temperature: two sublattices, one crystal field.

Parameters by host and element stand in one array `p` of shape (6, 118, 43), those of the host
alone in `q` of shape (6, 30); `magnetkit.magnetism.parameters` names each slot. `dp` and `dq`
hold their standard deviations.

A composition is condensed first into what temperature does not change: a `state` of the alloy and
one row an ion. `at` then gives polarization and anisotropy at a temperature.
"""

import numpy as np

from ._accelerate import jit
from .hosts import ON_R, ON_T, ON_X
from .multiplet import polarization, reduced_moment
from .threads import share_rows

# Five properties mix over both sites: slots 6 k to 6 k + 5 of an element hold, for property k,
# its value with this rare earth in the iron (+0) and the cobalt compound (+1), the slope per
# share of the T sites in either (+2, +3) and the curvature in that share (+4, +5).
VOLUME, EXCHANGE, MOMENT, K_BROAD, K_STEEP = range(5)
ION_MOMENT, ION_EXCHANGE, ION_K2, ION_K4, ION_K6, ION_COUPLING = 30, 32, 34, 36, 38, 40
CRYSTAL_FIELD_SLOPE = 42
BOW, CRYSTAL_FIELD_BOW, FILLING, CRYSTAL_FIELD_FILLING, SHAPE = 0, 15, 16, 21, 22
RESIDUAL_TC, RESIDUAL_J, RESIDUAL_K, CARBON, DILUTION, PAIRS = range(24, 30)
N_HOST = 30

OK, PLANAR, CONE, PARAMAGNETIC, UNKNOWN_HOST, OUTSIDE = range(6)

# A state: Curie temperature (K), shape of m(t), moment (mu_B), broad and steep part of K_1
# (MJ/m3), tesla per mu_B, factor on the crystal field, and for deviations the share of moment that
# dilution left, share of cobalt, exchange of the metals (K), empty interstitial share, weights of a
# substituent's two slopes in the exchange, derivatives of the exchange with `DILUTION` and `PAIRS`;
# then `OK`, `UNKNOWN_HOST` or `OUTSIDE`, the first row of its ions and their number.
CURIE, FORM, MOMENT_T, BROAD, STEEP, TO_TESLA, CRYSTAL_FIELD, KEPT, COBALT, T_EXCHANGE, EMPTY = (
    range(11)
)
ON_IRON, ON_COBALT, BY_DILUTION, BY_PAIRS = 11, 12, 13, 14
STATE, FIRST, IONS = 15, 16, 17
N_STATE = 18
# An ion: J, exchange field (K), moment (mu_B) and crystal-field terms of order 2, 4, 6 (MJ/m3), all
# but the first two times its share; its share of the site.
SPIN, STRENGTH, ION_J, ION_2, ION_4, ION_6, SITE = range(7)
N_ION = 7
# What each ion contributes at a temperature: J_z and the operators of order 2, 4, 6, and slopes.
N_WORK = 8
# Boltzmann constant over a cubic angstrom, MJ/m3 per kelvin, and steps of the search for a field.
_MJ_PER_K = 1.380649e-23 / 1e-30 * 1e-6
_STEPS = 4
# Rows that one thread takes at a time, with one room to work in.
CHUNK = 256

_IRON, _COBALT = 25, 26
_CARBON = 5
_YTTRIUM = 38
# mu_0 times the Bohr magneton over a cubic angstrom, T.
TESLA = 1.25663706127e-6 * 9.2740100657e-24 / 1e-30
_T_SITES_OUTSIDE = 1e-4


# indices int32, values float64 (entries first to last - 1): one composition; h: its host
# role int8 (6, 118), counts float64 (6, 3), known int8 (6, 118): 1 has parameters on the R site,
# 2 on the T sites, 3 both; spin float64 (118): J of the ion, 0 without moment
# p float64 (6, 118, 43), q float64 (6, 30)
# Writes row i of state float64 (n, 18) and rows of ion float64 (nnz, 7) from `first` on; mix
# float64 (5) is room to work in. Returns how many ions, -1 for what is outside the model.
@jit
def condense_row(
    i, first, last, indices, values, h, role, counts, known, spin, p, q, state, ion, mix
):
    """Condense a composition to what does not change with temperature."""
    sum_r, sum_t, sum_x = 0.0, 0.0, 0.0
    iron, cobalt, carbon, unknown = 0.0, 0.0, 0.0, 0.0
    for k in range(first, last):
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
    if not (sum_r > 0.0 and iron + cobalt > 0.0) or unknown > _T_SITES_OUTSIDE * sum_t:
        return -1
    c = cobalt / (iron + cobalt)
    d = 1.0 - 2.0 * c
    # What departs from the full host: carbon for boron, or empty interstitial sites.
    w = 0.0
    carbon = carbon / sum_x if sum_x > 0.0 else 0.0
    if h == 0:
        w = carbon
        carbon = 0.0
    elif counts[h, 2] > 0.0:
        w = min(max(1.0 - sum_x / sum_r * counts[h, 0] / counts[h, 2], 0.0), 1.0)

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
    if h > 0:
        # Exchange saturates as the interstitial sites fill.
        mix[EXCHANGE] += (w * w - w) * q[h, FILLING + EXCHANGE] + carbon * q[h, CARBON]
    coupling, diluted, exchange, by_pairs = 0.0, 0.0, 0.0, 0.0
    for k in range(first, last):
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
    coupling = max(coupling * kept, 0.0)
    state[i, CURIE] = 0.5 * (mix[EXCHANGE] + np.sqrt(mix[EXCHANGE] ** 2 + 4.0 * coupling))
    state[i, FORM] = (1.0 - c) * q[h, SHAPE] + c * q[h, SHAPE + 1]
    state[i, MOMENT_T] = mix[MOMENT]
    state[i, BROAD] = mix[K_BROAD]
    state[i, STEEP] = mix[K_STEEP]
    state[i, TO_TESLA] = TESLA / mix[VOLUME]
    state[i, CRYSTAL_FIELD] = field
    state[i, KEPT] = kept
    state[i, COBALT] = c
    state[i, T_EXCHANGE] = mix[EXCHANGE]
    state[i, EMPTY] = w
    state[i, ON_IRON], state[i, ON_COBALT] = factor * on_iron, factor * on_cobalt
    state[i, BY_DILUTION], state[i, BY_PAIRS] = filled * away * exchange, factor * by_pairs
    ions = 0
    for k in range(first, last):
        e = indices[k]
        if role[h, e] == ON_R and spin[e] > 0.0:
            x = values[k] / sum_r
            a = first + ions
            ion[a, SPIN] = spin[e]
            ion[a, SITE] = x
            ion[a, STRENGTH] = (1.0 - c) * p[h, e, ION_EXCHANGE] + c * p[h, e, ION_EXCHANGE + 1]
            ion[a, STRENGTH] *= kept
            mu = (1.0 - c) * p[h, e, ION_MOMENT] + c * p[h, e, ION_MOMENT + 1]
            ion[a, ION_J] = x * counts[h, 0] * mu
            ion[a, ION_2] = x * ((1.0 - c) * p[h, e, ION_K2] + c * p[h, e, ION_K2 + 1])
            ion[a, ION_4] = x * ((1.0 - c) * p[h, e, ION_K4] + c * p[h, e, ION_K4 + 1])
            ion[a, ION_6] = x * ((1.0 - c) * p[h, e, ION_K6] + c * p[h, e, ION_K6 + 1])
            ions += 1
    return ions


# i: row of state float64 (n, 18), whose ions stand in ion float64 (nnz, 7), as `condense` returns
# them; kelvin below state[i, CURIE]
# Writes work float64 (ions, 8) if keep; returns the reduced moment of the metals, the moment (mu_B,
# below zero where the rare earth outweighs), K_1 and K_2 (MJ/m3) and the crystal-field parts of
# both before the factor on the crystal field.
@jit
def at(kelvin, i, state, ion, work, keep):
    """Return what a condensed composition is at a temperature below its Curie temperature."""
    mt = reduced_moment(kelvin / state[i, CURIE], state[i, FORM])
    # Between m^3 at low temperature and m^2 near T_C, as Callen and Callen's law does; and a part
    # that falls much faster.
    m2 = mt * mt
    steep = m2 * m2
    steep *= steep * m2
    j = state[i, MOMENT_T] * mt
    one, two = 0.0, 0.0
    first = int(state[i, FIRST])
    for r in range(int(state[i, IONS])):
        a = first + r
        x = ion[a, STRENGTH] / kelvin * mt
        o1, o2, o4, o6, d1, d2, d4, d6 = polarization(ion[a, SPIN], x)
        if keep:
            work[r, 0], work[r, 1], work[r, 2], work[r, 3] = o1, o2, o4, o6
            work[r, 4], work[r, 5], work[r, 6], work[r, 7] = d1, d2, d4, d6
        j += ion[a, ION_J] * o1
        one += ion[a, ION_2] * o2
        one -= 8.0 / 7.0 * ion[a, ION_4] * o4 + 4.0 / 9.0 * ion[a, ION_6] * o6
        two += ion[a, ION_4] * o4 + ion[a, ION_6] * o6
    field = state[i, CRYSTAL_FIELD]
    k1 = state[i, BROAD] * m2 * (0.6 + 0.4 * m2) + state[i, STEEP] * steep
    return mt, j, k1 + field * one, field * two, one, two


# i, state, ion, work as `at` wrote them (keep); m: reduced moment of the metals; j: J_s with its
# sign, T; k1: K_1 of all, MJ/m3; sites: rare-earth atoms of a formula unit
# -> mu_0 H_N, T: 0 where the axis is not stable
@jit
def nucleation(i, state, ion, work, m, j, k1, sites):
    """Return the reverse field at which the moment leaves the axis, each rare earth free to cant.

    With the moments of iron and of each rare earth as vectors in their exchange field; the
    anisotropy of the metals, exchange and torques in MJ/m3 (the field in T times J / mu_0).
    """
    if not k1 > 0.0:
        return 0.0
    tesla = state[i, TO_TESLA]
    to_energy = 1e-6 / 1.25663706127e-6
    sign = 1.0 if j > 0.0 else -1.0
    factor = state[i, CRYSTAL_FIELD]
    volume = TESLA / tesla
    first, n = int(state[i, FIRST]), int(state[i, IONS])
    metals = k1
    for r in range(n):
        a = first + r
        metals -= factor * (
            ion[a, ION_2] * work[r, 1]
            - 8.0 / 7.0 * ion[a, ION_4] * work[r, 2]
            - 4.0 / 9.0 * ion[a, ION_6] * work[r, 3]
        )
    field = 2.0 * k1 / (abs(j) * to_energy)
    for _ in range(_STEPS):
        stiff = 2.0 * metals - sign * state[i, MOMENT_T] * m * tesla * to_energy * field
        slope = -sign * state[i, MOMENT_T] * m * tesla * to_energy
        for r in range(n):
            a = first + r
            own = factor * (
                ion[a, ION_2] * work[r, 1]
                - 8.0 / 7.0 * ion[a, ION_4] * work[r, 2]
                - 4.0 / 9.0 * ion[a, ION_6] * work[r, 3]
            )
            torque = -sign * ion[a, ION_J] * work[r, 0] * tesla * to_energy
            bound = ion[a, STRENGTH] * m * work[r, 0] * ion[a, SITE] * sites * _MJ_PER_K / volume
            free = 2.0 * own + torque * field
            both = free + bound
            if not both > 0.0:
                continue
            stiff += free * bound / both
            slope += torque * (bound / both) ** 2
        if not slope < 0.0:
            break
        field = max(field - stiff / slope, 0.0)
    return field


@jit
def direction(k1, k2):
    """Return the status that the easy direction gives: `OK`, `CONE` or `PLANAR`."""
    if k1 > 0.0 and k1 + k2 > 0.0 and k1 + 2.0 * k2 > 0.0:
        return OK
    return CONE if k1 <= 0.0 and k1 + 2.0 * k2 > 0.0 else PLANAR


# indptr int64 (n+1), indices int32 (nnz), values float64 (nnz): hard phases, not normalized
# codes int8 (n): host, -1 unknown; the rest as for `condense_row`
# -> state float64 (n, 18), ion float64 (nnz, 7)
def condense(indptr, indices, values, codes, role, counts, known, spin, p, q):
    """Condense each hard phase to what does not change with temperature."""
    n = len(indptr) - 1
    state = np.full((n, N_STATE), np.nan)
    ion = np.empty((len(indices), N_ION))
    share_rows(
        _condense_chunks, chunks(n), indptr, indices, values, codes, role, counts, known, spin, p,
        q, state, ion, chunk=1,
    )  # fmt: skip
    return state, ion


def chunks(n):
    """Return how many chunks of `CHUNK` rows there are in n rows."""
    return (n + CHUNK - 1) // CHUNK


# state as `condense` returns it -> the most ions of an alloy, at least 1
@jit
def most_ions(state):
    """Return how many rows of working room the alloys need."""
    most = 1
    for i in range(len(state)):
        most = max(most, int(state[i, IONS]))
    return most


# As `condense`, of chunks start to stop - 1; state and ion are written to.
@jit
def _condense_chunks(
    indptr, indices, values, codes, role, counts, known, spin, p, q, state, ion, start, stop
):
    n = len(indptr) - 1
    for chunk in range(start, stop):
        mix = np.empty(5)
        for i in range(chunk * CHUNK, min(n, (chunk + 1) * CHUNK)):
            state[i, STATE], state[i, FIRST], state[i, IONS] = UNKNOWN_HOST, indptr[i], 0
            if codes[i] < 0:
                continue
            ions = condense_row(
                i, indptr[i], indptr[i + 1], indices, values, codes[i], role, counts, known, spin,
                p, q, state, ion, mix,
            )  # fmt: skip
            state[i, STATE] = OUTSIDE if ions < 0 else OK
            state[i, IONS] = max(ions, 0)
