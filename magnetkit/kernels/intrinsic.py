"""Intrinsic properties of hard phases at temperature, and their deviations.

The deviations of the parameters are taken as independent and propagated linearly.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ._accelerate import jit
from .hosts import ON_R, ON_T
from .ions import (
    A_2,
    A_4,
    BY_A2,
    BY_A4,
    BY_FIELD,
    ION_J,
    N_ION,
    N_WORK,
    STRENGTH,
    reduced_moment,
)
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
    FIELD_TABLE,
    FILLING,
    FIRST,
    FORM,
    ION_A2,
    ION_A4,
    ION_COUPLING,
    ION_EXCHANGE,
    ION_MOMENT,
    IONS,
    K_BROAD,
    K_STEEP,
    KEPT,
    MOMENT,
    MOMENT_T,
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
    SUBLATTICES,
    T_EXCHANGE,
    TESLA,
    TO_TESLA,
    VOLUME,
    across,
    at,
    chunks,
    condense,
    direction,
    most_ions,
    nucleation,
)  # fmt: skip
from .threads import share_rows

POLARIZATION, K1, K2, K3, FIELD, NUCLEATION, HARDNESS = range(7)

# Variances of a composition: of the moment, of both parts of K_1, of the volume (relative), of the
# crystal field; the deviations of the Curie temperature (K) and of the shape; the relative scatter
# that the model leaves of J_s and of K.
V_MOMENT, V_BROAD, V_STEEP, V_VOLUME, V_FIELD, D_CURIE, D_FORM, LEFT_J, LEFT_K = range(9)
N_VARIANCE = 9

_IRON, _COBALT = 25, 26
_MU_0 = 1.25663706127e-6


class Evaluated(NamedTuple):
    """Intrinsic properties of n hard phases at m temperatures, NaN where there is no number.

    Attributes
    ----------
    curie, curie_sd : ndarray of float64, shape (n,)
        Curie temperature and its deviation, K.
    value, sd : ndarray of float64, shape (7, m, n)
        J_s (T), K_1, K_2, K_3 (MJ/m3), mu0 H_a, mu0 H_N (T) and hardness, and their deviations;
        `sd` is empty if not asked for.
    status : ndarray of int8, shape (m, n)
        What the easy direction or the lack of a number is, see `magnetism`.
    """

    curie: NDArray[np.float64]
    curie_sd: NDArray[np.float64]
    value: NDArray[np.float64]
    sd: NDArray[np.float64]
    status: NDArray[np.int8]


class Room(NamedTuple):
    """Room to work in, for one composition after another.

    Attributes
    ----------
    work : ndarray of float64, shape (ions, 64)
        Response of the ions, see `ions`.
    ion : ndarray of float64, shape (ions, 10)
        Deviations of the exchange field, of how often the moment counts, of A_2^0 and of A_4^0, at
        their places in `ions`.
    variance : ndarray of float64, shape (9,)
        ``V_MOMENT`` to ``LEFT_K``.
    mix : ndarray of float64, shape (5,)
        Variances of the properties that mix over both sites.
    by : ndarray of float64, shape (2, 4)
        Derivatives of moment and constants with the metals' moment and with the crystal field.
    out : ndarray of float64, shape (7,)
        ``_J`` to ``_J_1``.
    """

    work: NDArray[np.float64]
    ion: NDArray[np.float64]
    variance: NDArray[np.float64]
    mix: NDArray[np.float64]
    by: NDArray[np.float64]
    out: NDArray[np.float64]


# i: row of `Rows`; h: its host; state as `condense` wrote it. Writes ion and variance of the room.
@jit(part="copied")
def spread_row(i, rows, h, model, state, room):
    """Condense the deviations of a composition's parameters."""
    first, last, indices, values = rows.indptr[i], rows.indptr[i + 1], rows.indices, rows.values
    role, counts, facts = model.role, model.counts, model.ions.facts
    dp, dq, v, ion, mix = model.element_sd, model.host_sd, room.variance, room.ion, room.mix
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
    coupled = model.kind[h, SUBLATTICES] > 1
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
            if coupled and facts[model.kind[h, FIELD_TABLE], e, 0] >= 0.0:
                for j, slot in ((STRENGTH, ION_EXCHANGE), (ION_J, ION_MOMENT), (A_2, ION_A2),
                                (A_4, ION_A4)):  # fmt: skip
                    ion[ions, j] = np.hypot((1.0 - c) * dp[h, e, slot], c * dp[h, e, slot + 1])
                ion[ions, STRENGTH] *= kept
                ion[ions, ION_J] *= x * counts[h, 0]
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
    coupling = coupling if coupled else 0.0
    curie = state[i, CURIE]
    root = 2.0 * curie - state[i, T_EXCHANGE]
    v[D_CURIE] = np.sqrt((curie / root) ** 2 * mix[EXCHANGE] + coupling * (kept / root) ** 2)
    v[D_FORM] = np.sqrt(((1.0 - c) * dq[h, SHAPE]) ** 2 + (c * dq[h, SHAPE + 1]) ** 2)
    v[LEFT_J], v[LEFT_K] = model.host[h, RESIDUAL_J], model.host[h, RESIDUAL_K]


# Variances of J_s (mu_B, then T), of K_1, K_2, K_3 and K_1 + 2 K_2 + 3 K_3 (MJ/m3), covariances of
# J_s with that sum and with K_1.
_J, _1, _2, _3, _SUM, _J_SUM, _J_1 = range(7)


# g float64: from `at` on, what one deviation makes of moment and constants; factor: on it; adds to
# out float64 (7)
@jit(part="copied")
def _add(g, at, factor, out):
    moment, first, second, third = (
        factor * g[at], factor * g[at + 1], factor * g[at + 2], factor * g[at + 3],
    )  # fmt: skip
    total = first + 2.0 * second + 3.0 * third
    out[_J] += moment * moment
    out[_1] += first * first
    out[_2] += second * second
    out[_3] += third * third
    out[_SUM] += total * total
    out[_J_SUM] += moment * total
    out[_J_1] += moment * first


# i: row of condensed; found: what `at` returned; room as `at` and `spread_row` left it, whose out
# is written to
@jit(part="copied")
def variances(kelvin, i, condensed, found, room):
    """Propagate the deviations of the parameters to a temperature, linearly."""
    state, ion, (mt, j, k1, k2, k3) = condensed.state, condensed.ion, found
    work, spread, v, out = room.work, room.ion, room.variance, room.out
    m2 = mt * mt
    out[:] = 0.0
    out[_J] = v[V_MOMENT] * m2
    out[_1] = v[V_BROAD] * (m2 * (0.6 + 0.4 * m2)) ** 2 + v[V_STEEP] * m2**10
    out[_SUM] = out[_1]
    # What the reduced moment of the metals and the factor on the crystal field do.
    by_m, by_field = room.by[0], room.by[1]
    by_m[:], by_field[:] = 0.0, 0.0
    by_m[0] = state[i, MOMENT_T]
    by_m[1] = state[i, BROAD] * mt * (1.2 + 1.6 * m2) + 10.0 * state[i, STEEP] * m2**4 * mt
    field = state[i, CRYSTAL_FIELD]
    first = int(state[i, FIRST])
    for r in range(int(state[i, IONS])):
        a, own = first + r, work[r]
        for k in range(4):
            by_m[k] += own[BY_FIELD + k] * ion[a, STRENGTH]
            by_field[k] += own[BY_A2 + k] * ion[a, A_2] + own[BY_A4 + k] * ion[a, A_4]
        _add(own, BY_FIELD, mt * spread[r, STRENGTH], out)
        _add(own, BY_A2, field * spread[r, A_2], out)
        _add(own, BY_A4, field * spread[r, A_4], out)
        if ion[a, ION_J] > 0.0:
            out[_J] += (own[0] * spread[r, ION_J] / ion[a, ION_J]) ** 2
    # T_C by a finite step, which stays bounded where m(t) turns vertical.
    t = kelvin / state[i, CURIE]
    step = v[D_CURIE] / state[i, CURIE]
    up, down = t / (1.0 + step), t / (1.0 - step)
    dm = 0.5 * (reduced_moment(up, state[i, FORM]) - reduced_moment(down, state[i, FORM]))
    ds = v[D_FORM] * t * np.sqrt(t) * (1.0 - t) / (3.0 * m2)
    _add(by_m, 0, np.sqrt(dm * dm + ds * ds), out)
    _add(by_field, 0, np.sqrt(v[V_FIELD]), out)
    tesla = state[i, TO_TESLA] if j >= 0.0 else -state[i, TO_TESLA]
    out[_J] = out[_J] * tesla * tesla + (j * tesla) ** 2 * (v[V_VOLUME] + v[LEFT_J] * v[LEFT_J])
    out[_J_SUM] *= tesla
    out[_J_1] *= tesla
    left = v[LEFT_K] * v[LEFT_K]
    out[_1] += left * k1 * k1
    out[_2] += left * k2 * k2
    out[_3] += left * k3 * k3
    out[_SUM] += left * (k1 + 2.0 * k2 + 3.0 * k3) ** 2


# As `condense`; temperatures float64 (m), K; spread: whether to compute deviations
# believed float64 (2, n): Curie temperature and its deviation, K, NaN where the model's own stand
# -> `Evaluated`
def evaluate(rows, codes, model, temperatures, spread, believed):
    """Return intrinsic properties of each hard phase at each temperature."""
    condensed = condense(rows, codes, model)
    n, m = len(codes), len(temperatures)
    out = Evaluated(
        np.full(n, np.nan), np.full(n, np.nan), np.full((7, m, n), np.nan),
        np.full((7, m, n) if spread else (7, 0, 0), np.nan), np.empty((m, n), np.int8),
    )  # fmt: skip
    given = rows, codes, model, (temperatures, spread, believed), condensed, out
    share_rows(_evaluate_chunks, chunks(n), *given, chunk=1)
    return out


# As `evaluate`, of chunks start to stop - 1; asked: temperatures, spread and believed; condensed as
# `condense` returns it, whose Curie temperatures become those believed; out is written to.
@jit
def _evaluate_chunks(rows, codes, model, asked, condensed, out, start, stop):
    n, most = len(codes), most_ions(condensed.state)
    for chunk in range(start, stop):
        room = Room(
            np.empty((most, N_WORK)), np.zeros((most, N_ION)), np.zeros(N_VARIANCE), np.empty(5),
            np.empty((2, 4)), np.empty(7),
        )  # fmt: skip
        for i in range(chunk * CHUNK, min(n, (chunk + 1) * CHUNK)):
            _evaluate_row(i, rows, codes[i], model, asked, condensed, room, out)


# As `_evaluate_chunks`, of row i, whose host is h
@jit(part="copied")
def _evaluate_row(i, rows, h, model, asked, condensed, room, out):
    temperatures, spread, believed = asked
    state, v = condensed.state, room.variance
    for l in range(len(temperatures)):  # noqa: E741
        out.status[l, i] = int(state[i, STATE])
    learnt = not np.isnan(believed[0, i])
    if learnt:
        out.curie[i], out.curie_sd[i] = believed[0, i], believed[1, i]
    if state[i, STATE] != OK:
        return
    curie = believed[0, i] if learnt else state[i, CURIE]
    out.curie[i] = curie
    if spread:
        spread_row(i, rows, h, model, state, room)
        v[D_CURIE] = np.hypot(v[D_CURIE], model.host[h, RESIDUAL_TC])
        if learnt and not np.isnan(believed[1, i]):
            v[D_CURIE] = believed[1, i]
        out.curie_sd[i] = v[D_CURIE]
    state[i, CURIE] = curie
    for l in range(len(temperatures)):  # noqa: E741
        if not temperatures[l] < curie:
            out.status[l, i] = PARAMAGNETIC
            continue
        found = at(temperatures[l], i, state, condensed.ion, room.work, model.ions)
        _write_values(l, i, condensed, found, room.work, out)
        if spread:
            variances(temperatures[l], i, condensed, found, room)
            _write_deviations(l, i, found, room.out, out)


# l, i: temperature and phase; found: what `at` returned. Writes value and status of out.
@jit(part="copied")
def _write_values(l, i, condensed, found, work, out):  # noqa: E741
    (mt, j, k1, k2, k3), state, value = found, condensed.state, out.value
    j_s = abs(j) * state[i, TO_TESLA]
    value[POLARIZATION, l, i] = j_s
    value[K1, l, i], value[K2, l, i], value[K3, l, i] = k1, k2, k3
    out.status[l, i] = direction(k1, k2, k3)
    if out.status[l, i] == OK:
        value[FIELD, l, i] = 2e6 * _MU_0 * (k1 + 2.0 * k2 + 3.0 * k3) / j_s
        value[NUCLEATION, l, i] = nucleation(i, state, condensed.ion, work, mt, j, k1)
        value[HARDNESS, l, i] = np.sqrt(1e6 * _MU_0 * k1) / j_s


# As `_write_values`; var float64 (7): `_J` to `_J_1`. Writes sd of out.
@jit(part="copied")
def _write_deviations(l, i, found, var, out):  # noqa: E741
    (_, _, k1, k2, k3), value, sd = found, out.value, out.sd
    j_s, total = value[POLARIZATION, l, i], k1 + 2.0 * k2 + 3.0 * k3
    sd[POLARIZATION, l, i] = np.sqrt(var[_J])
    for k in range(3):
        sd[K1 + k, l, i] = np.sqrt(var[_1 + k])
    if out.status[l, i] == OK:
        on_j = var[_J] / j_s**2
        rel = var[_SUM] / total**2 + on_j - 2.0 * var[_J_SUM] / (total * j_s)
        sd[FIELD, l, i] = value[FIELD, l, i] * np.sqrt(max(rel, 0.0))
        rel = var[_1] / k1**2 + on_j - 2.0 * var[_J_1] / (k1 * j_s)
        sd[NUCLEATION, l, i] = value[NUCLEATION, l, i] * np.sqrt(max(rel, 0.0))
        rel = 0.25 * var[_1] / k1**2 + on_j - var[_J_1] / (k1 * j_s)
        sd[HARDNESS, l, i] = value[HARDNESS, l, i] * np.sqrt(max(rel, 0.0))


# condensed as `condense` returns it, tables: `Ions` -> float64 (n), T: NaN where no axis is easy
@jit
def fields_across(kelvin, condensed, tables):
    """Return the field at which a curve measured across the axis meets saturation."""
    state, ion = condensed.state, condensed.ion
    result = np.full(len(state), np.nan)
    work = np.empty((most_ions(state), N_WORK))
    for i in range(len(state)):
        if state[i, STATE] == OK and kelvin < state[i, CURIE]:
            mt, j, k1, k2, k3 = at(kelvin, i, state, ion, work, tables)
            if direction(k1, k2, k3) == OK:
                result[i] = across(i, state, ion, work, mt, j, k1)
    return result
