"""Intrinsic properties of hard phases at temperature, and their deviations.

The deviations of the parameters are taken as independent and propagated linearly.
"""

import numpy as np

from ._accelerate import jit
from .hosts import ON_R, ON_T
from .magnetism import (
    BOW,
    BROAD,
    BY_DILUTION,
    BY_PAIRS,
    CHUNK,
    COBALT,
    CRYSTAL_FIELD,
    CRYSTAL_FIELD_BOW,
    CRYSTAL_FIELD_FILLING,
    CRYSTAL_FIELD_SLOPE,
    CURIE,
    DILUTION,
    EMPTY,
    EXCHANGE,
    FILLING,
    FIRST,
    FORM,
    ION_2,
    ION_4,
    ION_6,
    ION_COUPLING,
    ION_EXCHANGE,
    ION_J,
    ION_K2,
    ION_K4,
    ION_K6,
    ION_MOMENT,
    IONS,
    K_BROAD,
    K_STEEP,
    KEPT,
    MOMENT,
    MOMENT_T,
    N_ION,
    N_WORK,
    OK,
    ON_COBALT,
    ON_IRON,
    PAIRS,
    PARAMAGNETIC,
    RESIDUAL_J,
    RESIDUAL_K,
    RESIDUAL_TC,
    SHAPE,
    STATE,
    STEEP,
    STRENGTH,
    T_EXCHANGE,
    TESLA,
    TO_TESLA,
    VOLUME,
    at,
    chunks,
    condense,
    direction,
    most_ions,
    nucleation,
)  # fmt: skip
from .multiplet import reduced_moment
from .threads import share_rows

POLARIZATION, K1, K2, FIELD, NUCLEATION, HARDNESS = range(6)

# Variances of a composition: of the moment, of both parts of K_1, of the volume (relative), of the
# crystal field; the deviations of the Curie temperature (K) and of the shape.
V_MOMENT, V_BROAD, V_STEEP, V_VOLUME, V_FIELD, D_CURIE, D_FORM = range(7)
N_VARIANCE = 7

_IRON, _COBALT = 25, 26
_MU_0 = 1.25663706127e-6


# As `condense_row`, with the deviations dp, dq in place of p, q and the state it wrote.
# Writes v float64 (7) and ion float64 (ions, 7): deviation of the exchange field (K), variances of
# the moment and of the three crystal-field terms.
@jit
def spread_row(i, first, last, indices, values, h, role, counts, spin, dp, dq, state, v, ion, mix):
    """Condense the deviations of a composition's parameters."""
    c, kept, w = state[i, COBALT], state[i, KEPT], state[i, EMPTY]
    d = 1.0 - 2.0 * c
    sum_r, sum_t = 0.0, 0.0
    for k in range(first, last):
        if role[h, indices[k]] == ON_R:
            sum_r += values[k]
        elif role[h, indices[k]] == ON_T:
            sum_t += values[k]
    for k in range(5):
        b = BOW + 3 * k
        bow = dq[h, b] ** 2 + d * d * (dq[h, b + 1] ** 2 + d * d * dq[h, b + 2] ** 2)
        mix[k] = (c * (1.0 - c)) ** 2 * bow + (w * dq[h, FILLING + k]) ** 2
    v[V_FIELD] = (c * (1.0 - c) * dq[h, CRYSTAL_FIELD_BOW]) ** 2
    v[V_FIELD] += (w * dq[h, CRYSTAL_FIELD_FILLING]) ** 2
    coupling = 0.0
    ions = 0
    for k in range(first, last):
        e = indices[k]
        if role[h, e] == ON_R:
            x = values[k] / sum_r
            on_iron, on_cobalt = (x * (1.0 - c)) ** 2, (x * c) ** 2
            for j in range(5):
                mix[j] += on_iron * dp[h, e, 6 * j] ** 2 + on_cobalt * dp[h, e, 6 * j + 1] ** 2
            coupling += on_iron * dp[h, e, ION_COUPLING] ** 2
            coupling += on_cobalt * dp[h, e, ION_COUPLING + 1] ** 2
            if spin[e] > 0.0:
                ion[ions, STRENGTH] = ((1.0 - c) * dp[h, e, ION_EXCHANGE]) ** 2
                ion[ions, STRENGTH] += (c * dp[h, e, ION_EXCHANGE + 1]) ** 2
                ion[ions, STRENGTH] = kept * np.sqrt(ion[ions, STRENGTH])
                for j, slot in ((ION_J, ION_MOMENT), (ION_2, ION_K2), (ION_4, ION_K4),
                                (ION_6, ION_K6)):  # fmt: skip
                    ion[ions, j] = (
                        on_iron * dp[h, e, slot] ** 2 + on_cobalt * dp[h, e, slot + 1] ** 2
                    )
                ion[ions, ION_J] *= counts[h, 0] ** 2
                ions += 1
        elif role[h, e] == ON_T and e != _IRON and e != _COBALT:
            y = values[k] / sum_t
            for j in range(5):
                on_iron, on_cobalt = 1.0 - c, c
                if j == EXCHANGE:
                    on_iron, on_cobalt = state[i, ON_IRON], state[i, ON_COBALT]
                iron = dp[h, e, 6 * j + 2] ** 2 + (y * dp[h, e, 6 * j + 4]) ** 2
                cobalt = dp[h, e, 6 * j + 3] ** 2 + (y * dp[h, e, 6 * j + 5]) ** 2
                mix[j] += y * y * (on_iron**2 * iron + on_cobalt**2 * cobalt)
            v[V_FIELD] += (y * dp[h, e, CRYSTAL_FIELD_SLOPE]) ** 2
    mix[EXCHANGE] += (state[i, BY_DILUTION] * dq[h, DILUTION]) ** 2
    mix[EXCHANGE] += (state[i, BY_PAIRS] * dq[h, PAIRS]) ** 2
    v[V_MOMENT], v[V_BROAD], v[V_STEEP] = mix[MOMENT], mix[K_BROAD], mix[K_STEEP]
    v[V_VOLUME] = mix[VOLUME] * (state[i, TO_TESLA] / TESLA) ** 2
    curie = state[i, CURIE]
    root = 2.0 * curie - state[i, T_EXCHANGE]
    v[D_CURIE] = np.sqrt((curie / root) ** 2 * mix[EXCHANGE] + coupling * (kept / root) ** 2)
    v[D_FORM] = np.sqrt(((1.0 - c) * dq[h, SHAPE]) ** 2 + (c * dq[h, SHAPE + 1]) ** 2)


# i, state, ion, work as in `at` and mt, j, k1, k2, one, two what it returned;
# v float64 (7) and spread float64 (ions, 7) as `spread_row` writes them; left_j, left_k: relative
# scatter that the model leaves of J_s and of K
# -> variances of J_s (T2), K_1, K_2, K_1 + 2 K_2 ((MJ/m3)2); covariances of J_s with K_1 + 2 K_2
#    and with K_1
@jit
def variances(
    kelvin, i, state, ion, work, mt, j, k1, k2, one, two, v, spread, left_j, left_k
):  # fmt: skip
    """Propagate the deviations of the parameters to a temperature, linearly."""
    m2 = mt * mt
    field = state[i, CRYSTAL_FIELD]
    # Derivatives with the reduced moment, and variances.
    j_m = state[i, MOMENT_T]
    k1_m = state[i, BROAD] * mt * (1.2 + 1.6 * m2) + 10.0 * state[i, STEEP] * m2**4 * mt
    k2_m = 0.0
    v_j = v[V_MOMENT] * m2
    v_1 = v[V_BROAD] * (m2 * (0.6 + 0.4 * m2)) ** 2 + v[V_STEEP] * m2**10
    v_a, v_2, v_ja, v_j1 = v_1, 0.0, 0.0, 0.0
    first = int(state[i, FIRST])
    for r in range(int(state[i, IONS])):
        a = first + r
        g_j = ion[a, ION_J] * work[r, 4]
        g_1 = (
            ion[a, ION_2] * work[r, 5]
            - 8.0 / 7.0 * ion[a, ION_4] * work[r, 6]
            - 4.0 / 9.0 * ion[a, ION_6] * work[r, 7]
        )
        g_1 *= field
        g_2 = field * (ion[a, ION_4] * work[r, 6] + ion[a, ION_6] * work[r, 7])
        strength = ion[a, STRENGTH] / kelvin
        j_m += g_j * strength
        k1_m += g_1 * strength
        k2_m += g_2 * strength
        dx = mt * spread[r, STRENGTH] / kelvin
        g_j, g_1, g_2 = g_j * dx, g_1 * dx, g_2 * dx
        g_a = g_1 + 2.0 * g_2
        v_j += g_j * g_j + spread[r, ION_J] * work[r, 0] ** 2
        v_ja += g_j * g_a
        v_j1 += g_j * g_1
        w2, w4, w6 = (
            spread[r, ION_2] * work[r, 1] ** 2,
            spread[r, ION_4] * work[r, 2] ** 2,
            spread[r, ION_6] * work[r, 3] ** 2,
        )
        w2, w4, w6 = w2 * field**2, w4 * field**2, w6 * field**2
        v_1 += g_1 * g_1 + w2 + 64.0 / 49.0 * w4 + 16.0 / 81.0 * w6
        v_2 += g_2 * g_2 + w4 + w6
        v_a += g_a * g_a + w2 + 36.0 / 49.0 * w4 + 196.0 / 81.0 * w6
    # T_C by a finite step, which stays bounded where m(t) turns vertical.
    t = kelvin / state[i, CURIE]
    step = v[D_CURIE] / state[i, CURIE]
    up, down = t / (1.0 + step), t / (1.0 - step)
    dm = 0.5 * (reduced_moment(up, state[i, FORM]) - reduced_moment(down, state[i, FORM]))
    ds = v[D_FORM] * t * np.sqrt(t) * (1.0 - t) / (3.0 * m2)
    dm2 = dm * dm + ds * ds
    k1_a = k1_m + 2.0 * k2_m
    v_j += j_m * j_m * dm2
    v_1 += k1_m * k1_m * dm2 + one * one * v[V_FIELD]
    v_2 += k2_m * k2_m * dm2 + two * two * v[V_FIELD]
    v_a += k1_a * k1_a * dm2 + (one + 2.0 * two) ** 2 * v[V_FIELD]
    v_ja += j_m * k1_a * dm2
    v_j1 += j_m * k1_m * dm2
    tesla = state[i, TO_TESLA] if j >= 0.0 else -state[i, TO_TESLA]
    v_j = v_j * tesla * tesla + (j * tesla) ** 2 * (v[V_VOLUME] + left_j * left_j)
    left = left_k * left_k
    v_1 += left * k1 * k1
    v_2 += left * k2 * k2
    v_a += left * (k1 + 2.0 * k2) ** 2
    return v_j, v_1, v_2, v_a, v_ja * tesla, v_j1 * tesla


# As `condense`; temperatures float64 (m), K; dp, dq: deviations; spread: whether to compute theirs
# believed float64 (2, n): Curie temperature and its deviation, K, NaN where the model's own stand
# -> tc, tc_sd float64 (n); value, sd float64 (6, m, n): J_s (T), K_1, K_2 (MJ/m3), mu0 H_a,
#    mu0 H_N (T), hardness; status int8 (m, n). NaN where there is no number.
def evaluate(
    indptr, indices, values, codes, temperatures, role, counts, known, spin, p, q, dp, dq, spread,
    believed,
):  # fmt: skip
    """Return intrinsic properties of each hard phase at each temperature."""
    state, ion = condense(indptr, indices, values, codes, role, counts, known, spin, p, q)
    n = len(indptr) - 1
    m = len(temperatures)
    tc = np.full(n, np.nan)
    tc_sd = np.full(n, np.nan)
    value = np.full((6, m, n), np.nan)
    sd = np.full((6, m, n) if spread else (6, 0, 0), np.nan)
    status = np.empty((m, n), np.int8)
    share_rows(
        _evaluate_chunks, chunks(n), indptr, indices, values, codes, temperatures, role, counts,
        spin, q, dp, dq, spread, believed, state, ion, tc, tc_sd, value, sd, status, chunk=1,
    )  # fmt: skip
    return tc, tc_sd, value, sd, status


# As `evaluate`, of chunks start to stop - 1; state, ion as `condense` returns them; the rest is
# written to.
@jit
def _evaluate_chunks(
    indptr, indices, values, codes, temperatures, role, counts, spin, q, dp, dq, spread, believed,
    state, ion, tc, tc_sd, value, sd, status, start, stop,
):  # fmt: skip
    n = len(indptr) - 1
    m = len(temperatures)
    most = most_ions(state)
    for chunk in range(start, stop):
        work, deviation = np.empty((most, N_WORK)), np.zeros((most, N_ION))
        v, mix = np.zeros(N_VARIANCE), np.empty(5)
        for i in range(chunk * CHUNK, min(n, (chunk + 1) * CHUNK)):
            for l in range(m):  # noqa: E741
                status[l, i] = int(state[i, STATE])
            learnt = not np.isnan(believed[0, i])
            if learnt:
                tc[i], tc_sd[i] = believed[0, i], believed[1, i]
            if state[i, STATE] != OK:
                continue
            h, first = codes[i], indptr[i]
            curie = believed[0, i] if learnt else state[i, CURIE]
            tc[i] = curie
            if spread:
                spread_row(
                    i, first, indptr[i + 1], indices, values, h, role, counts, spin, dp, dq,
                    state, v, deviation, mix,
                )  # fmt: skip
                v[D_CURIE] = np.hypot(v[D_CURIE], q[h, RESIDUAL_TC])
                if learnt and not np.isnan(believed[1, i]):
                    v[D_CURIE] = believed[1, i]
                tc_sd[i] = v[D_CURIE]
            state[i, CURIE] = curie
            for l in range(m):  # noqa: E741
                kelvin = temperatures[l]
                if not kelvin < curie:
                    status[l, i] = PARAMAGNETIC
                    continue
                mt, j, k1, k2, one, two = at(kelvin, i, state, ion, work, True)
                j_s = abs(j) * state[i, TO_TESLA]
                total = k1 + 2.0 * k2
                value[POLARIZATION, l, i], value[K1, l, i], value[K2, l, i] = j_s, k1, k2
                found = direction(k1, k2)
                status[l, i] = found
                if found == OK:
                    value[FIELD, l, i] = 2e6 * _MU_0 * total / j_s
                    value[NUCLEATION, l, i] = nucleation(
                        i, state, ion, work, mt, j, k1, counts[h, 0]
                    )
                    value[HARDNESS, l, i] = np.sqrt(1e6 * _MU_0 * k1) / j_s
                if not spread:
                    continue
                v_j, v_1, v_2, v_a, v_ja, v_j1 = variances(
                    kelvin, i, state, ion, work, mt, j, k1, k2, one, two, v,
                    deviation, q[h, RESIDUAL_J], q[h, RESIDUAL_K],
                )  # fmt: skip
                sd[POLARIZATION, l, i] = np.sqrt(v_j)
                sd[K1, l, i] = np.sqrt(v_1)
                sd[K2, l, i] = np.sqrt(v_2)
                if found == OK:
                    rel = v_a / total**2 + v_j / j_s**2 - 2.0 * v_ja / (total * j_s)
                    sd[FIELD, l, i] = value[FIELD, l, i] * np.sqrt(max(rel, 0.0))
                    rel = v_1 / k1**2 + v_j / j_s**2 - 2.0 * v_j1 / (k1 * j_s)
                    sd[NUCLEATION, l, i] = value[NUCLEATION, l, i] * np.sqrt(max(rel, 0.0))
                    rel = 0.25 * v_1 / k1**2 + v_j / j_s**2 - v_j1 / (k1 * j_s)
                    sd[HARDNESS, l, i] = value[HARDNESS, l, i] * np.sqrt(max(rel, 0.0))
