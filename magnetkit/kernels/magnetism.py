"""Intrinsic magnetism of a hard phase at temperature: two sublattices, one crystal field.

Parameters by host and element stand in one array `p` of shape (6, 118, 38), those of the host
alone in `q` of shape (6, 28); `magnetkit.magnetism.parameters` names each slot. `dp` and `dq`
hold their standard deviations.
"""

import numpy as np

from ._accelerate import jit, prange
from .hosts import ON_R, ON_T, ON_X

# Five properties mix over both sites: slots 5 k to 5 k + 4 of an element hold, for property k,
# its value with this rare earth in the iron (+0) and the cobalt compound (+1), the slope per
# share of the T sites in either (+2, +3) and the curvature in that share (+4).
VOLUME, EXCHANGE, MOMENT, K_BROAD, K_STEEP = range(5)
ION_MOMENT, ION_EXCHANGE, ION_K2, ION_K4, ION_K6, ION_COUPLING = 25, 27, 29, 31, 33, 35
CRYSTAL_FIELD_SLOPE = 37
BOW, CRYSTAL_FIELD_BOW, FILLING, CRYSTAL_FIELD_FILLING, SHAPE = 0, 15, 16, 21, 22
RESIDUAL_TC, RESIDUAL_J, RESIDUAL_K, CARBON = 24, 25, 26, 27
N_HOST = 28

OK, PLANAR, CONE, PARAMAGNETIC, UNKNOWN_HOST, OUTSIDE = range(6)
POLARIZATION, K1, K2, FIELD, HARDNESS = range(5)

_IRON, _COBALT = 25, 26
_CARBON = 5
_YTTRIUM = 38
_MOST_IONS = 20
_MU_0 = 1.25663706127e-6
# mu_0 times the Bohr magneton over a cubic angstrom, T.
_TESLA = 1.25663706127e-6 * 9.2740100657e-24 / 1e-30
_T_SITES_OUTSIDE = 1e-4


# j: quantum number; x: g J mu_B B / k T -> means of J_z and of the tensor operators of order 2, 4
# and 6, each over its largest value, and their derivatives with x.
@jit
def polarization(j, x):
    """Return (J_z, O_2, O_4, O_6) of a multiplet in a field and their derivatives."""
    size = 2.0 * j + 1.0
    a = x / j
    n2 = size * size
    # The means E_n of the monic discrete Legendre polynomials in m obey
    # E_n+1 = (n2 - n^2) n (n + 1) / (16 n^2 - 4) E_n-1 - (n + 1) / 2 coth(a / 2) E_n.
    g1 = (n2 - 1.0) / 12.0
    g2 = (n2 - 4.0) / 15.0
    g3 = 9.0 * (n2 - 9.0) / 140.0
    g4 = 16.0 * (n2 - 16.0) / 252.0
    g5 = 25.0 * (n2 - 25.0) / 396.0
    g6 = 36.0 * (n2 - 36.0) / 572.0
    top2 = j * j - g1
    top3 = j * (top2 - g2)
    top4 = j * top3 - g3 * top2
    top6 = j * (j * top4 - g4 * top3) - g5 * top4
    if a < 2e-3:
        e1 = g1 * a
        e2 = g2 * e1 * a / 2.0
        e3 = g3 * e2 * a / 3.0
    else:
        small = np.exp(-a)
        large = np.exp(-size * a)
        coth = (1.0 + small) / (1.0 - small)
        e1 = 0.5 * size * (1.0 + large) / (1.0 - large) - 0.5 * coth
        e2 = (n2 - 1.0) / 6.0 - coth * e1
        e3 = (n2 - 4.0) * 0.1 * e1 - 1.5 * coth * e2
    if a < 0.05:
        # The recursion cancels here; the leading power is all there is.
        e4 = g4 * e3 * a / 4.0
        e5 = g5 * e4 * a / 5.0
        e6 = g6 * e5 * a / 6.0
        e7 = 0.0
    else:
        e4 = (n2 - 9.0) * 3.0 / 35.0 * e2 - 2.0 * coth * e3
        e5 = (n2 - 16.0) * 5.0 / 63.0 * e3 - 2.5 * coth * e4
        e6 = (n2 - 25.0) * 5.0 / 66.0 * e4 - 3.0 * coth * e5
        e7 = (n2 - 36.0) * 21.0 / 286.0 * e5 - 3.5 * coth * e6
    d1 = (e2 + g1 - e1 * e1) / (j * j)
    d2 = (e3 + g2 * e1 - e1 * e2) / (j * top2)
    f4, d4, f6, d6 = 0.0, 0.0, 0.0, 0.0
    if j >= 2.0:
        f4 = e4 / top4
        d4 = (e5 + g4 * e3 - e1 * e4) / (j * top4)
    if j >= 3.0:
        f6 = e6 / top6
        d6 = (e7 + g6 * e5 - e1 * e6) / (j * top6)
    return e1 / j, e2 / top2, f4, f6, d1, d2, d4, d6


# t: temperature over T_C; s: shape -> m(t) of Kuz'min's form, 0 above T_C
@jit
def reduced_moment(t, s):
    """Return the reduced moment of the transition-metal sublattice."""
    if t >= 1.0:
        return 0.0
    root = t * np.sqrt(t)
    return np.cbrt(1.0 - s * root - (1.0 - s) * root * t)


# indptr int64 (n+1), indices int32 (nnz), values float64 (nnz): hard phases, not normalized
# codes int8 (n): host, -1 unknown; temperatures float64 (m), K
# role int8 (6, 118), counts float64 (6, 3), known int8 (6, 118): 1 has parameters on the R site,
# 2 on the T sites, 3 both; spin float64 (118): J of the ion, 0 without moment
# p, dp float64 (6, 118, 38); q, dq float64 (6, 28); spread: whether to compute deviations
# -> tc, tc_sd float64 (n); value, sd float64 (n, m, 5): J_s (T), K_1, K_2 (MJ/m3), mu0 H_a (T),
#    hardness; status int8 (n, m). NaN where there is no number.
@jit(parallel=True)
def evaluate(
    indptr, indices, values, codes, temperatures, role, counts, known, spin, p, q, dp, dq, spread
):
    """Return intrinsic properties of each hard phase at each temperature."""
    n = len(indptr) - 1
    m = len(temperatures)
    tc = np.full(n, np.nan)
    tc_sd = np.full(n, np.nan)
    value = np.full((n, m, 5), np.nan)
    sd = np.full((n, m, 5) if spread else (0, 0, 5), np.nan)
    status = np.full((n, m), UNKNOWN_HOST, np.int8)
    for i in prange(n):
        h = codes[i]
        if h < 0:
            continue
        sum_r = 0.0
        sum_t = 0.0
        sum_x = 0.0
        iron = 0.0
        cobalt = 0.0
        carbon = 0.0
        unknown = 0.0
        for k in range(indptr[i], indptr[i + 1]):
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
        status[i, :] = OUTSIDE
        if not (sum_r > 0.0 and iron + cobalt > 0.0) or unknown > _T_SITES_OUTSIDE * sum_t:
            continue
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

        mix = np.zeros(5)
        mix_var = np.zeros(5)
        field = 1.0 + c * (1.0 - c) * q[h, CRYSTAL_FIELD_BOW] + w * q[h, CRYSTAL_FIELD_FILLING]
        field_var = 0.0
        coupling = 0.0
        coupling_var = 0.0
        for k in range(5):
            b = BOW + 3 * k
            mix[k] = c * (1.0 - c) * (q[h, b] + d * (q[h, b + 1] + d * q[h, b + 2]))
            mix[k] += w * q[h, FILLING + k]
        if h > 0:
            # Exchange saturates as the interstitial sites fill.
            mix[EXCHANGE] += (w * w - w) * q[h, FILLING + EXCHANGE] + carbon * q[h, CARBON]
        if spread:
            for k in range(5):
                b = BOW + 3 * k
                bow_var = dq[h, b] ** 2 + d * d * (dq[h, b + 1] ** 2 + d * d * dq[h, b + 2] ** 2)
                mix_var[k] = (c * (1.0 - c)) ** 2 * bow_var + (w * dq[h, FILLING + k]) ** 2
            field_var = (c * (1.0 - c) * dq[h, CRYSTAL_FIELD_BOW]) ** 2
            field_var += (w * dq[h, CRYSTAL_FIELD_FILLING]) ** 2
        ion = np.empty(_MOST_IONS, np.int64)
        share = np.empty(_MOST_IONS)
        ions = 0
        diluted = 0.0
        exchange = 0.0
        for k in range(indptr[i], indptr[i + 1]):
            e = indices[k]
            if role[h, e] == ON_R:
                x = values[k] / sum_r
                for j in range(5):
                    mix[j] += x * ((1.0 - c) * p[h, e, 5 * j] + c * p[h, e, 5 * j + 1])
                coupling += x * ((1.0 - c) * p[h, e, ION_COUPLING] + c * p[h, e, ION_COUPLING + 1])
                if spread:
                    for j in range(5):
                        mix_var[j] += (
                            x
                            * x
                            * (((1.0 - c) * dp[h, e, 5 * j]) ** 2 + (c * dp[h, e, 5 * j + 1]) ** 2)
                        )
                    coupling_var += (
                        x
                        * x
                        * (
                            ((1.0 - c) * dp[h, e, ION_COUPLING]) ** 2
                            + (c * dp[h, e, ION_COUPLING + 1]) ** 2
                        )
                    )
                if spin[e] > 0.0 and ions < _MOST_IONS:
                    ion[ions] = e
                    share[ions] = x * counts[h, 0]
                    ions += 1
            elif role[h, e] == ON_T and e != _IRON and e != _COBALT:
                y = values[k] / sum_t
                for j in range(5):
                    slope = (1.0 - c) * p[h, e, 5 * j + 2] + c * p[h, e, 5 * j + 3]
                    part = y * (slope + y * p[h, e, 5 * j + 4])
                    mix[j] += part
                    if j == MOMENT:
                        diluted += part
                    elif j == EXCHANGE:
                        exchange += part
                field += y * p[h, e, CRYSTAL_FIELD_SLOPE]
                if spread:
                    for j in range(5):
                        mix_var[j] += (
                            y
                            * y
                            * (
                                ((1.0 - c) * dp[h, e, 5 * j + 2]) ** 2
                                + (c * dp[h, e, 5 * j + 3]) ** 2
                                + (y * dp[h, e, 5 * j + 4]) ** 2
                            )
                        )
                    field_var += (y * dp[h, e, CRYSTAL_FIELD_SLOPE]) ** 2
        if not (mix[MOMENT] > 0.0 and mix[VOLUME] > 0.0):
            continue
        # Dilution takes its share of whatever exchange there is: the slopes are those with yttrium.
        level = (1.0 - c) * p[h, _YTTRIUM, 5 * EXCHANGE] + c * p[h, _YTTRIUM, 5 * EXCHANGE + 1]
        bow = c * (1.0 - c) * q[h, BOW + 3 * EXCHANGE]
        if level + bow > 0.0:
            mix[EXCHANGE] += exchange * ((mix[EXCHANGE] - exchange) / (level + bow) - 1.0)
        # The exchange field that the rare earth feels follows the moment left by dilution.
        kept = mix[MOMENT] / (mix[MOMENT] - diluted)
        coupling = max(coupling * kept, 0.0)
        root = np.sqrt(mix[EXCHANGE] ** 2 + 4.0 * coupling)
        curie = 0.5 * (mix[EXCHANGE] + root)
        tc[i] = curie
        curie_sd = 0.0
        if spread:
            curie_sd = np.sqrt(
                (curie / root) ** 2 * mix_var[EXCHANGE]
                + coupling_var * (kept / root) ** 2
                + q[h, RESIDUAL_TC] ** 2
            )
            tc_sd[i] = curie_sd
        s = (1.0 - c) * q[h, SHAPE] + c * q[h, SHAPE + 1]
        to_tesla = _TESLA / mix[VOLUME]

        for l in range(m):  # noqa: E741
            temperature = temperatures[l]
            if not temperature < curie:
                status[i, l] = PARAMAGNETIC
                continue
            t = temperature / curie
            mt = reduced_moment(t, s)
            # Between m^3 at low temperature and m^2 near T_C, as Callen and Callen's law does;
            # and a part that falls much faster.
            m2 = mt * mt
            broad = m2 * (0.6 + 0.4 * m2)
            steep = m2 * m2
            steep *= steep * m2
            j_sum = mix[MOMENT] * mt
            k1 = mix[K_BROAD] * broad + mix[K_STEEP] * steep
            k2 = 0.0
            # Derivatives with the reduced moment, and variances.
            j_m = mix[MOMENT]
            k1_m = mix[K_BROAD] * mt * (1.2 + 1.6 * m2) + 10.0 * mix[K_STEEP] * m2**4 * mt
            k2_m = 0.0
            v_j = 0.0
            v_1 = 0.0
            v_2 = 0.0
            v_a = 0.0  # of K_1 + 2 K_2
            v_ja = 0.0
            v_j1 = 0.0
            f_1 = 0.0
            f_2 = 0.0
            if spread:
                v_j = mix_var[MOMENT] * mt * mt
                v_1 = mix_var[K_BROAD] * broad**2 + mix_var[K_STEEP] * steep**2
                v_a = v_1
            for r in range(ions):
                e = ion[r]
                strength = (1.0 - c) * p[h, e, ION_EXCHANGE] + c * p[h, e, ION_EXCHANGE + 1]
                strength *= kept / temperature
                o1, o2, o4, o6, d1, d2, d4, d6 = polarization(spin[e], strength * mt)
                mu = (1.0 - c) * p[h, e, ION_MOMENT] + c * p[h, e, ION_MOMENT + 1]
                a2 = (1.0 - c) * p[h, e, ION_K2] + c * p[h, e, ION_K2 + 1]
                a4 = (1.0 - c) * p[h, e, ION_K4] + c * p[h, e, ION_K4 + 1]
                a6 = (1.0 - c) * p[h, e, ION_K6] + c * p[h, e, ION_K6 + 1]
                x = share[r] / counts[h, 0]
                j_sum += share[r] * mu * o1
                one = x * (a2 * o2 - 8.0 / 7.0 * a4 * o4 - 4.0 / 9.0 * a6 * o6)
                two = x * (a4 * o4 + a6 * o6)
                f_1 += one
                f_2 += two
                if spread:
                    g_j = share[r] * mu * d1
                    g_1 = x * field * (a2 * d2 - 8.0 / 7.0 * a4 * d4 - 4.0 / 9.0 * a6 * d6)
                    g_2 = x * field * (a4 * d4 + a6 * d6)
                    j_m += g_j * strength
                    k1_m += g_1 * strength
                    k2_m += g_2 * strength
                    dx = mt * kept / temperature
                    dx *= np.sqrt(
                        ((1.0 - c) * dp[h, e, ION_EXCHANGE]) ** 2
                        + (c * dp[h, e, ION_EXCHANGE + 1]) ** 2
                    )
                    g_a = (g_1 + 2.0 * g_2) * dx
                    g_j *= dx
                    v_j += g_j * g_j
                    v_1 += (g_1 * dx) ** 2
                    v_2 += (g_2 * dx) ** 2
                    v_a += g_a * g_a
                    v_ja += g_j * g_a
                    v_j1 += g_j * g_1 * dx
                    v_j += (share[r] * o1) ** 2 * (
                        ((1.0 - c) * dp[h, e, ION_MOMENT]) ** 2
                        + (c * dp[h, e, ION_MOMENT + 1]) ** 2
                    )
                    w2 = (x * field * o2) ** 2 * (
                        ((1.0 - c) * dp[h, e, ION_K2]) ** 2 + (c * dp[h, e, ION_K2 + 1]) ** 2
                    )
                    w4 = (x * field * o4) ** 2 * (
                        ((1.0 - c) * dp[h, e, ION_K4]) ** 2 + (c * dp[h, e, ION_K4 + 1]) ** 2
                    )
                    w6 = (x * field * o6) ** 2 * (
                        ((1.0 - c) * dp[h, e, ION_K6]) ** 2 + (c * dp[h, e, ION_K6 + 1]) ** 2
                    )
                    v_1 += w2 + 64.0 / 49.0 * w4 + 16.0 / 81.0 * w6
                    v_2 += w4 + w6
                    v_a += w2 + 36.0 / 49.0 * w4 + 196.0 / 81.0 * w6
            k1 += field * f_1
            k2 += field * f_2
            sign = 1.0 if j_sum >= 0.0 else -1.0
            j_s = abs(j_sum) * to_tesla
            total = k1 + 2.0 * k2
            value[i, l, POLARIZATION] = j_s
            value[i, l, K1] = k1
            value[i, l, K2] = k2
            uniaxial = k1 > 0.0 and k1 + k2 > 0.0 and total > 0.0
            if uniaxial:
                status[i, l] = OK
            elif k1 <= 0.0 and total > 0.0:
                status[i, l] = CONE
            else:
                status[i, l] = PLANAR
            if uniaxial:
                value[i, l, FIELD] = 2e6 * _MU_0 * total / j_s
                value[i, l, HARDNESS] = np.sqrt(1e6 * _MU_0 * k1) / j_s
            if not spread:
                continue
            # T_C by a finite step, which stays bounded where m(t) turns vertical.
            step = curie_sd / curie
            dm = 0.5 * (reduced_moment(t / (1.0 + step), s) - reduced_moment(t / (1.0 - step), s))
            shape_sd = np.sqrt(((1.0 - c) * dq[h, SHAPE]) ** 2 + (c * dq[h, SHAPE + 1]) ** 2)
            root = t * np.sqrt(t)
            ds = shape_sd * root * (1.0 - t) / (3.0 * mt * mt)
            dm2 = dm * dm + ds * ds
            v_j += j_m * j_m * dm2
            v_1 += k1_m * k1_m * dm2
            v_2 += k2_m * k2_m * dm2
            a_m = k1_m + 2.0 * k2_m
            v_a += a_m * a_m * dm2
            v_ja += j_m * a_m * dm2
            v_j1 += j_m * k1_m * dm2
            f_a = f_1 + 2.0 * f_2
            v_1 += f_1 * f_1 * field_var
            v_2 += f_2 * f_2 * field_var
            v_a += f_a * f_a * field_var
            v_j = v_j * to_tesla * to_tesla
            v_j += j_s * j_s * mix_var[VOLUME] / (mix[VOLUME] * mix[VOLUME])
            v_ja *= sign * to_tesla
            v_j1 *= sign * to_tesla
            r_j = q[h, RESIDUAL_J] * j_s
            v_j += r_j * r_j
            r_k = q[h, RESIDUAL_K]
            v_1 += r_k * r_k * k1 * k1
            v_2 += r_k * r_k * k2 * k2
            v_a += r_k * r_k * total * total
            sd[i, l, POLARIZATION] = np.sqrt(v_j)
            sd[i, l, K1] = np.sqrt(v_1)
            sd[i, l, K2] = np.sqrt(v_2)
            if uniaxial:
                rel = v_a / total**2 + v_j / j_s**2 - 2.0 * v_ja / (total * j_s)
                sd[i, l, FIELD] = value[i, l, FIELD] * np.sqrt(max(rel, 0.0))
                rel = 0.25 * v_1 / k1**2 + v_j / j_s**2 - v_j1 / (k1 * j_s)
                sd[i, l, HARDNESS] = value[i, l, HARDNESS] * np.sqrt(max(rel, 0.0))
    return tc, tc_sd, value, sd, status
