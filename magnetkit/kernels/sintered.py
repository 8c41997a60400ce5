"""Kernels of the sintered magnet: the charge of a 2:17 alloy, and the magnet's properties."""

import numpy as np

from ._accelerate import jit, prange

MU_0 = 1.25663706127e-6


# indptr int64 (n + 1), indices int32 (nnz), values float64 (nnz): atomic fractions in CSR.
# rows bool (n): the rows to rewrite. is_rare_earth float64 (118): one at rare earths.
# copper: column of Cu. ratio, share: metal atoms per rare-earth atom and least share of Cu in the
#   metal of the charge.
# Returns the three CSR arrays of the table in which each of `rows` has that ratio and at least
# that share of Cu; other rows, and rows without rare earth or metal, come back as they were.
@jit
def hardening_charge(indptr, indices, values, rows, is_rare_earth, copper, ratio, share):
    """Turn 2:17 formulas into charges that a precipitation-hardened magnet is made from."""
    n = indptr.size - 1
    out_indptr = np.zeros(n + 1, np.int64)
    for i in range(n):
        extra = 1 if rows[i] else 0
        for k in range(indptr[i], indptr[i + 1]):
            if indices[k] == copper:
                extra = 0
        out_indptr[i + 1] = out_indptr[i] + indptr[i + 1] - indptr[i] + extra
    out_indices = np.empty(out_indptr[n], np.int32)
    out = np.zeros(out_indptr[n])
    for i in range(n):
        rare, cu = 0.0, 0.0
        for k in range(indptr[i], indptr[i + 1]):
            rare += values[k] * is_rare_earth[indices[k]]
            if indices[k] == copper:
                cu = values[k]
        metal = 1.0 - rare
        on_rare, on_metal, new_cu = 1.0, 1.0, cu
        if rows[i] and rare > 0.0 and metal > cu:
            total = 1.0 + ratio
            on_rare = 1.0 / (total * rare)
            new_cu = max(cu / metal, share) * ratio / total
            on_metal = (ratio / total - new_cu) / (metal - cu)
        to = out_indptr[i]
        room = out_indptr[i + 1] - out_indptr[i] > indptr[i + 1] - indptr[i]
        for k in range(indptr[i], indptr[i + 1]):
            c = indices[k]
            if room and c > copper:
                out_indices[to], out[to] = copper, new_cu
                to += 1
                room = False
            if c == copper:
                out[to] = new_cu
            else:
                out[to] = values[k] * (on_rare if is_rare_earth[c] > 0.0 else on_metal)
            out_indices[to] = c
            to += 1
        if room:
            out_indices[to], out[to] = copper, new_cu
    return out_indptr, out_indices, out


# B_r T, H_k A/m, mu_rec: scalars. Returns J/m3; NaN gives NaN.
@jit
def energy_product(b_r, h_knee, mu_rec):
    """Return the largest product of B and H on a line of slope mu_rec cut at the knee."""
    h_best = b_r / (2.0 * MU_0 * mu_rec)
    h = min(h_best, h_knee)
    return max((b_r - MU_0 * mu_rec * h) * h, 0.0)


# t float64 (2 or 3): ascending temperatures, the last two bracketing; room float64 (same): what is
# left at them, positive but at the last, which may be NaN (no magnet any more).
# Returns the temperature at which nothing is left: root of the parabola through three points, of
# the line through two; of the line through the first two, up to the last, where that is NaN.
@jit
def crossing(t, room):
    """Return where the room before the knee is used up."""
    n = t.size
    if np.isnan(room[n - 1]):
        if n < 3 or room[1] >= room[0]:
            return t[n - 2]
        return min(t[1] + (t[1] - t[0]) * room[1] / (room[0] - room[1]), t[2])
    if n < 3:
        return t[0] + (t[1] - t[0]) * room[0] / (room[0] - room[1])
    low, high = t[1], t[2]
    for _ in range(40):
        x = 0.5 * (low + high)
        value = room[0] * (x - t[1]) * (x - t[2]) / ((t[0] - t[1]) * (t[0] - t[2]))
        value += room[1] * (x - t[0]) * (x - t[2]) / ((t[1] - t[0]) * (t[1] - t[2]))
        value += room[2] * (x - t[0]) * (x - t[1]) / ((t[2] - t[0]) * (t[2] - t[1]))
        if value > 0.0:
            low = x
        else:
            high = x
    return low


# polarization float64 (n, k): J_s of the hard phase, T; field float64 (n, k): H_a, A/m.
# temperature float64 (k): column 0 the temperature asked, 1 and 2 the two of the coefficients,
#   from 3 on ascending for the maximum working temperature.
# factor (n): B_r / J_s; alpha_k, n_eff, squareness, mu_rec float64 (n): Kronmueller's parameters,
#   knee over coercivity, recoil permeability; limit float64 (n): T_max is no higher, K.
# load: permeance coefficient -B/(mu_0 H).
# scale_b, scale_h float64 (n): factors on B_r and H_cj (one for the centre).
# Returns float64 (n, 7): B_r T, H_cj A/m, H_k A/m, (BH)max J/m3, T_max K, alpha 1/K, beta 1/K.
# NaN in a column of polarization or field gives NaN in what rests on it; T_max is NaN where the
# load line lies beyond the knee already at the lowest temperature.
@jit(parallel=True)
def magnet(
    polarization,
    field,
    temperature,
    factor,
    alpha_k,
    n_eff,
    squareness,
    mu_rec,
    limit,
    load,
    scale_b,
    scale_h,
):
    """Return the properties of the magnet made of a hard phase."""
    n, k = polarization.shape
    out = np.full((n, 7), np.nan)
    span = temperature[2] - temperature[1]
    for i in prange(n):
        b = np.empty(3)
        h = np.empty(3)
        for j in range(3):
            b[j] = polarization[i, j] * factor[i] * scale_b[i]
            h[j] = alpha_k[i] * field[i, j] - n_eff[i] * polarization[i, j] / MU_0
            h[j] = max(h[j], 0.0) * scale_h[i]
        out[i, 0] = b[0]
        out[i, 1] = h[0]
        out[i, 2] = h[0] * squareness[i]
        out[i, 3] = energy_product(b[0], h[0] * squareness[i], mu_rec[i])
        out[i, 5] = (b[2] / b[1] - 1.0) / span if b[1] > 0.0 else np.nan
        out[i, 6] = (h[2] / h[1] - 1.0) / span if h[1] > 0.0 else np.nan
        room = np.full(3, np.nan)
        for j in range(3, k):
            h_cj = alpha_k[i] * field[i, j] - n_eff[i] * polarization[i, j] / MU_0
            b_r = polarization[i, j] * factor[i] * scale_b[i]
            margin = max(h_cj, 0.0) * scale_h[i] * squareness[i]
            room[0], room[1] = room[1], room[2]
            room[2] = margin - b_r / (MU_0 * (load + mu_rec[i])) if b_r > 0.0 else np.nan
            if not room[2] > 0.0:
                if j > 3:
                    out[i, 4] = crossing(temperature[max(j - 2, 3) : j + 1], room[max(5 - j, 0) :])
                break
            out[i, 4] = temperature[j]
        if out[i, 4] > limit[i]:
            out[i, 4] = limit[i]
    return out
