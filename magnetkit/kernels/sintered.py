"""Kernels of the sintered magnet: the charge of a 2:17 alloy, and the magnet's properties."""

import numpy as np

from ._accelerate import jit
from .magnetism import (
    CHUNK,
    CURIE,
    N_WORK,
    OK,
    PARAMAGNETIC,
    STATE,
    TO_TESLA,
    at,
    chunks,
    direction,
    most_ions,
)
from .threads import share_rows

MU_0 = 1.25663706127e-6
# The walls of cellular magnets are a few nanometres thick and coupled to the cells: half of their
# polarization follows that of the cells, from this temperature (K) on.
WALL_COUPLING = 0.5
WALL_REFERENCE = 300.0


# indptr int64 (n + 1), indices int32 (nnz), values float64 (nnz): atomic fractions in CSR, columns
#   ascending. column int64 (n): the column each row is to have an entry of, -1 for none.
# Returns the three CSR arrays with zeros where such an entry was missing.
@jit
def with_room(indptr, indices, values, column):
    """Give each row an entry of a column."""
    n = indptr.size - 1
    out_indptr = np.zeros(n + 1, np.int64)
    for i in range(n):
        extra = 1 if column[i] >= 0 else 0
        for k in range(indptr[i], indptr[i + 1]):
            if indices[k] == column[i]:
                extra = 0
        out_indptr[i + 1] = out_indptr[i] + indptr[i + 1] - indptr[i] + extra
    out_indices = np.empty(out_indptr[n], np.int32)
    out = np.zeros(out_indptr[n])
    for i in range(n):
        to = out_indptr[i]
        room = out_indptr[i + 1] - to > indptr[i + 1] - indptr[i]
        for k in range(indptr[i], indptr[i + 1]):
            if room and indices[k] > column[i]:
                out_indices[to] = column[i]
                to += 1
                room = False
            out_indices[to], out[to] = indices[k], values[k]
            to += 1
        if room:
            out_indices[to] = column[i]
    return out_indptr, out_indices, out


# As `with_room`; is_rare_earth float64 (118): one at rare earths; share float64 (n).
# Returns the three CSR arrays in which that share of each row's rare earth is the column's element
# instead.
@jit
def replace_rare_earth(indptr, indices, values, is_rare_earth, column, share):
    """Put another rare earth in place of a share of each row's."""
    indptr, indices, values = with_room(indptr, indices, values, column)
    for i in range(indptr.size - 1):
        rare = 0.0
        for k in range(indptr[i], indptr[i + 1]):
            part = values[k] * is_rare_earth[indices[k]]
            rare += part
            values[k] -= share[i] * part
        for k in range(indptr[i], indptr[i + 1]):
            if indices[k] == column[i]:
                values[k] += share[i] * rare
    return indptr, indices, values


# As `with_room`; rows bool (n): the rows to rewrite. is_rare_earth float64 (118): one at rare
#   earths. copper: column of Cu. ratio, share: metal atoms per rare-earth atom and least share of
#   Cu in the metal of the charge.
# Returns the three CSR arrays of the table in which each of `rows` has that ratio and at least
# that share of Cu; other rows, and rows without rare earth or metal, come back as they were.
@jit
def hardening_charge(indptr, indices, values, rows, is_rare_earth, copper, ratio, share):
    """Turn 2:17 formulas into charges that a precipitation-hardened magnet is made from."""
    column = np.where(rows, copper, -1)
    indptr, indices, values = with_room(indptr, indices, values, column)
    for i in range(indptr.size - 1):
        rare, cu = 0.0, 0.0
        for k in range(indptr[i], indptr[i + 1]):
            rare += values[k] * is_rare_earth[indices[k]]
            if indices[k] == copper:
                cu = values[k]
        metal = 1.0 - rare
        if not (rows[i] and rare > 0.0 and metal > cu):
            continue
        total = 1.0 + ratio
        new_cu = max(cu / metal, share) * ratio / total
        on_metal = (ratio / total - new_cu) / (metal - cu)
        for k in range(indptr[i], indptr[i + 1]):
            c = indices[k]
            if c == copper:
                values[k] = new_cu
            else:
                values[k] *= 1.0 / (total * rare) if is_rare_earth[c] > 0.0 else on_metal
    return indptr, indices, values


# B_r T, H_k A/m, mu_rec: scalars. Returns J/m3; NaN gives NaN.
@jit
def energy_product(b_r, h_knee, mu_rec):
    """Return the largest product of B and H on a line of slope mu_rec cut at the knee."""
    h_best = b_r / (2.0 * MU_0 * mu_rec)
    h = min(h_best, h_knee)
    return max((b_r - MU_0 * mu_rec * h) * h, 0.0)


# t float64 (3): ascending temperatures, the last two bracketing; room float64 (m, 3): what is left
# at them, here of row s, positive but at the last, which may be NaN (no magnet any more). Without a
# third point t[0] and room[s, 0] are NaN.
# Returns the temperature at which nothing is left: root of the parabola through three points, of
# the line through two; of the line through the first two, up to the last, where that is NaN.
@jit
def crossing(t, room, s):
    """Return where the room before the knee is used up."""
    if np.isnan(room[s, 2]):
        if np.isnan(room[s, 0]) or room[s, 1] >= room[s, 0]:
            return t[1]
        return min(t[1] + (t[1] - t[0]) * room[s, 1] / (room[s, 0] - room[s, 1]), t[2])
    slope = (room[s, 2] - room[s, 1]) / (t[2] - t[1])
    if np.isnan(room[s, 0]):
        return t[1] - room[s, 1] / slope
    bend = (slope - (room[s, 1] - room[s, 0]) / (t[1] - t[0])) / (t[2] - t[0])
    # room = room[s, 1] + steep u + bend u^2, with u counted from t[1]: the root next to it.
    steep = slope - bend * (t[2] - t[1])
    root = np.sqrt(max(steep * steep - 4.0 * bend * room[s, 1], 0.0))
    return t[1] + 2.0 * room[s, 1] / (root - steep)


# i: row of state and ion, as `magnetism.condense` returns them; work float64 (ions, 8), see
# `magnetism.at`
# -> J_s T; anisotropy field 2 (K_1 + 2 K_2) / J_s, A/m, 0 where no axis; status. NaN, 0 where there
#    is no order.
@jit
def phase_at(i, kelvin, state, ion, work):
    """Return polarization, anisotropy field and status of a phase at a temperature."""
    if state[i, STATE] != OK:
        return np.nan, 0.0, int(state[i, STATE])
    if not kelvin < state[i, CURIE]:
        return np.nan, 0.0, PARAMAGNETIC
    _, j, k1, k2, _, _ = at(kelvin, i, state, ion, work, False)
    j = abs(j) * state[i, TO_TESLA]
    found = direction(k1, k2)
    return j, 2e6 * (k1 + 2.0 * k2) / j if found == OK and j > 0.0 else 0.0, found


# hard, wall, skin, shell: rows of an alloy's phases in state and ion, -1 without (skin: the surface
# of its grains); cells, fraction: volume of the cells, of the shell in the hard phase; cover: share
# of its gain that a shell of its thickness gives; efficiency: of a shell thick enough; carried: J_s
# of the wall over that of the cell at the reference
# -> as `phase_at`: the mean J_s, the field that nucleation feels, the status of the hard phase
@jit
def alloy_at(
    kelvin,
    hard,
    wall,
    skin,
    shell,
    state,
    ion,
    cells,
    fraction,
    cover,
    efficiency,
    carried,
    work,
):
    """Return polarization, anisotropy field and status of an alloy at a temperature."""
    cell, field, status = phase_at(hard, kelvin, state, ion, work)
    j = cell
    if skin >= 0:
        _, field, _ = phase_at(skin, kelvin, state, ion, work)
    if shell >= 0:
        own, outer, _ = phase_at(shell, kelvin, state, ion, work)
        j = (1.0 - fraction) * j + fraction * own
        # A weaker rim lets reversal start in it, however good the core.
        gain = outer - field
        field += cover * (efficiency * gain if gain > 0.0 else gain)
    if wall >= 0:
        own, _, _ = phase_at(wall, kelvin, state, ion, work)
        # Above its own Curie temperature a wall keeps what the cells induce.
        own = 0.0 if np.isnan(own) else own
        own = (1.0 - WALL_COUPLING) * own + WALL_COUPLING * carried * cell
        j = cells * j + (1.0 - cells) * own
    return j, field, status


@jit
def _carried(hard, wall, state, ion, work):
    """Return J_s of a wall over that of its cell at the reference temperature."""
    if wall < 0:
        return 0.0
    own, _, _ = phase_at(wall, WALL_REFERENCE, state, ion, work)
    cell, _, _ = phase_at(hard, WALL_REFERENCE, state, ion, work)
    return (0.0 if np.isnan(own) else own) / cell


# temperature float64 (k); state, ion: the condensed hard phases of n alloys, then their walls,
#   skins and shells, those of alloy i in rows walls[i], skins[i] and shells[i] (int64 (n), -1
#   without); cells, fraction, cover float64 (n); efficiency as for `alloy_at`
# -> polarization T, anisotropy field A/m float64 (k, n); status int8 (k, n)
def states(temperature, state, ion, walls, skins, shells, cells, fraction, cover, efficiency):
    """Return what each alloy is at each temperature."""
    n, k = walls.size, temperature.size
    polarization, field = np.empty((k, n)), np.empty((k, n))
    status = np.empty((k, n), np.int8)
    share_rows(
        _states_chunks, chunks(n), temperature, state, ion, walls, skins, shells, cells, fraction,
        cover, efficiency, polarization, field, status, chunk=1,
    )  # fmt: skip
    return polarization, field, status


# As `states`, of chunks start to stop - 1; the last three arrays are written to.
@jit
def _states_chunks(
    temperature, state, ion, walls, skins, shells, cells, fraction, cover, efficiency, polarization,
    field, status, start, stop,
):  # fmt: skip
    n, k = walls.size, temperature.size
    most = most_ions(state)
    for chunk in range(start, stop):
        work = np.empty((most, N_WORK))
        for i in range(chunk * CHUNK, min(n, (chunk + 1) * CHUNK)):
            carried = _carried(i, walls[i], state, ion, work)
            for l in range(k):  # noqa: E741
                polarization[l, i], field[l, i], status[l, i] = alloy_at(
                    temperature[l], i, walls[i], skins[i], shells[i], state, ion, cells[i],
                    fraction[i], cover[i], efficiency, carried, work,
                )  # fmt: skip


# j T, h_cj A/m; on_j, on_k: factors that make them B_r (T) and H_k (A/m); permeance: MU_0 times
# load line and recoil together. NaN without order.
@jit
def _room(j, h_cj, on_j, on_k, permeance):
    """Return the reverse field left between the working point and the knee, A/m."""
    return h_cj * on_k - j * on_j / permeance if j * on_j > 0.0 else np.nan


# asked float64 (m): the temperatures the figures are wanted at, K; grid float64 (g) ascending: the
#   first of the two temperatures of alpha and beta, then those tried for T_max; second: the other.
# factor (n): B_r / J_s; alpha_k, n_eff, squareness, mu_rec float64 (n): Kronmueller's parameters,
#   knee over coercivity, recoil permeability; limit float64 (n): T_max is no higher, K.
# load: permeance coefficient -B/(mu_0 H).
# on_b float64 (m, n), on_h, on_alpha, floor, on_beta float64 (n): half widths of ln B_r and of
#   ln H_cj, of alpha relative to itself and in 1/K, of beta; T_max takes the on_b of asked[0].
# -> float64 (7, 3, m, n): B_r T, H_cj A/m, H_k A/m, (BH)max J/m3, T_max K, alpha, beta 1/K, each
#    with lower and upper end; status int8 (m, n): the first that is not `OK` among that of the
#    temperature asked and those from grid[0] to second. NaN where the status is not `OK`, and for
#    T_max where the load line lies beyond the knee already at the lowest temperature.
def figures(
    asked, second, grid, state, ion, walls, skins, shells, cells, fraction, cover, efficiency,
    factor, alpha_k, n_eff, squareness, mu_rec, limit, load, on_b, on_h, on_alpha, floor, on_beta,
):  # fmt: skip
    """Return the properties of the magnet made of each alloy."""
    n, m = walls.size, asked.size
    out = np.full((7, 3, m, n), np.nan)
    status = np.empty((m, n), np.int8)
    share_rows(
        _figures_chunks, chunks(n), asked, second, grid, state, ion, walls, skins, shells, cells,
        fraction, cover, efficiency, factor, alpha_k, n_eff, squareness, mu_rec, limit, load, on_b,
        on_h, on_alpha, floor, on_beta, out, status, chunk=1,
    )  # fmt: skip
    return out, status


# As `figures`, of chunks start to stop - 1; out and status are written to.
@jit
def _figures_chunks(
    asked, second, grid, state, ion, walls, skins, shells, cells, fraction, cover, efficiency,
    factor, alpha_k, n_eff, squareness, mu_rec, limit, load, on_b, on_h, on_alpha, floor, on_beta,
    out, status, start, stop,
):  # fmt: skip
    n, m = walls.size, asked.size
    most = most_ions(state)
    for chunk in range(start, stop):
        work = np.empty((most, N_WORK))
        t_max, on_j, on_k, before = np.empty(3), np.empty(3), np.empty(3), np.empty(3)
        open_, room = np.empty(3, np.bool_), np.empty((3, 3))
        for i in range(chunk * CHUNK, min(n, (chunk + 1) * CHUNK)):
            if state[i, STATE] != OK:
                for l in range(m):  # noqa: E741
                    status[l, i] = int(state[i, STATE])
                continue
            carried = _carried(i, walls[i], state, ion, work)
            j2, field, end = alloy_at(
                second, i, walls[i], skins[i], shells[i], state, ion, cells[i],
                fraction[i], cover[i], efficiency, carried, work,
            )  # fmt: skip
            h2 = max(alpha_k[i] * field - n_eff[i] * j2 / MU_0, 0.0)
            j1, h1, start = np.nan, np.nan, OK
            over = OK
            permeance = MU_0 * (load + mu_rec[i])
            # The largest working temperature of the weak, the nominal and the strong magnet.
            t_max[:], room[:], open_[:] = np.nan, np.nan, True
            for s in range(3):
                on_j[s] = factor[i] * np.exp((s - 1) * on_b[0, i])
                on_k[s] = squareness[i] * np.exp((s - 1) * on_h[i])
            for g in range(grid.size):
                kelvin = grid[g]
                wanted = over == OK and (open_[0] or open_[1] or open_[2])
                if not wanted and kelvin > second:
                    break
                if kelvin > second and grid[g - 1] <= second and kelvin < limit[i] < np.inf:
                    # What the weak magnet bears at its limit it bears below.
                    j, field, _ = alloy_at(
                        limit[i], i, walls[i], skins[i], shells[i], state, ion, cells[i],
                        fraction[i], cover[i], efficiency, carried, work,
                    )  # fmt: skip
                    h_cj = max(alpha_k[i] * field - n_eff[i] * j / MU_0, 0.0)
                    enough = open_[0] and open_[1] and open_[2]
                    for s in range(3):
                        enough = enough and _room(j, h_cj, on_j[s], on_k[s], permeance) > 0.0
                    if enough:
                        t_max[:] = limit[i]
                        break
                j, field, found = alloy_at(
                    kelvin, i, walls[i], skins[i], shells[i], state, ion, cells[i],
                    fraction[i], cover[i], efficiency, carried, work,
                )  # fmt: skip
                h_cj = max(alpha_k[i] * field - n_eff[i] * j / MU_0, 0.0)
                if g == 0:
                    j1, h1, start = j, h_cj, found
                    over = found if found != OK else end
                elif kelvin <= second and over == OK:
                    over = found
                for s in range(3):
                    if not open_[s]:
                        continue
                    room[s, 0], room[s, 1] = room[s, 1], room[s, 2]
                    room[s, 2] = _room(j, h_cj, on_j[s], on_k[s], permeance)
                    if room[s, 2] > 0.0:
                        t_max[s] = min(kelvin, limit[i])
                        open_[s] = kelvin < limit[i]
                        continue
                    if g > 0:
                        before[0] = grid[g - 2] if g > 1 else np.nan
                        before[1], before[2] = grid[g - 1], kelvin
                        t_max[s] = min(crossing(before, room, s), limit[i])
                    open_[s] = False
            for l in range(m):  # noqa: E741
                if asked[l] == grid[0]:
                    j, h_cj, found = j1, h1, start
                elif asked[l] == second:
                    j, h_cj, found = j2, h2, end
                else:
                    j, field, found = alloy_at(
                        asked[l], i, walls[i], skins[i], shells[i], state, ion, cells[i],
                        fraction[i], cover[i], efficiency, carried, work,
                    )  # fmt: skip
                    h_cj = max(alpha_k[i] * field - n_eff[i] * j / MU_0, 0.0)
                found = found if found != OK else over
                status[l, i] = found
                if found != OK or not np.isfinite(factor[i]):
                    continue
                for s, to in ((1, 0), (0, 1), (2, 2)):
                    b_r = j * factor[i] * np.exp((s - 1) * on_b[l, i])
                    h_k = h_cj * on_k[s]
                    out[0, to, l, i], out[1, to, l, i] = b_r, h_k / squareness[i]
                    out[2, to, l, i] = h_k
                    out[3, to, l, i] = energy_product(b_r, h_k, mu_rec[i])
                # A weaker magnet also demagnetizes itself less: ends may change places.
                out[4, 0, l, i] = t_max[1]
                out[4, 1, l, i] = np.fmin(np.fmin(t_max[0], t_max[2]), t_max[1])
                out[4, 2, l, i] = np.fmax(np.fmax(t_max[0], t_max[2]), t_max[1])
                span = second - grid[0]
                for k, slope, half in (
                    (5, (j2 / j1 - 1.0) / span, on_alpha[i]),
                    (6, (h2 / h1 - 1.0) / span if h1 > 0.0 else np.nan, on_beta[i]),
                ):
                    # alpha of a compensated magnet is a small difference: it keeps an uncertainty.
                    half = np.hypot(slope * half, floor[i] if k == 5 else 0.0)
                    out[k, 0, l, i] = slope
                    out[k, 1, l, i], out[k, 2, l, i] = slope - half, slope + half
