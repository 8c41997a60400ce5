"""The sintered magnet: its properties at temperature from its phases."""

from typing import Any, NamedTuple

import numpy as np

from .._core._arrays import N_WORK
from .._core._constants import ROOM_K
from .._core._jit import jit
from .._core._threads import share_rows
from ..compound._intrinsic_kernels import (
    CHUNK,
    CONE,
    CURIE,
    OK,
    PARAMAGNETIC,
    STATE,
    TO_TESLA,
    barrier,
    chunks,
    direction,
    easy_angle,
    evaluate_state,
    most_ions,
    switching,
)
from ._demagnetization_kernels import MU_0, crossing, energy_product

# Temperature (K) at which a process states coercivity: 20 C, as catalogues do.
# numpy's float: a plain one would leave what is read of the ions' tables in single precision where
# kernels run as plain Python.
ROOM = np.float64(ROOM_K)

# Laws of H_cJ with temperature, `Rules.temperature_law`: a power of the nucleation field; alpha_K
# H_N - N_eff M_s with an alpha_K that falls; a straight line.
POWER, NUCLEATION, LINEAR = 0, 1, 2
# What H_k lies below H_cJ by, `Rules.knee_law`: a share of H_cJ; a spread of local fields, which
# goes as J_s does.
SHARE, LOCAL_FIELDS = 0, 1


class Phases(NamedTuple):
    """Phases of n alloys: their condensed hard phases, then walls, skins and shells.

    Rows of `state` and `ion`, see `_intrinsic_kernels.condense`; ``tables``: `Ions`. ``walls``,
    ``skins``, ``shells`` int64 (n): rows of those of each alloy, -1 without (a skin is the surface
    of its grains; its rows are of ``own``, state and ion again, or those of skins alone).
    ``cells``, ``fraction`` float64 (n): volume of the cells, of the shell in the hard phase;
    ``cover`` (n): share of its gain that a shell of its thickness gives; ``efficiency``: of a shell
    thick enough.
    """

    state: Any
    ion: Any
    tables: Any
    walls: Any
    skins: Any
    shells: Any
    cells: Any
    fraction: Any
    cover: Any
    efficiency: float
    own: Any


class TemperatureBook(NamedTuple):
    """Constants of the laws of temperature, float64 each: ``datasets/laws/temperature.toml``."""

    settles_hot: Any
    settles_cold: Any
    most_cold: Any
    order_power: Any
    least_left: Any
    unsure_below: Any
    unsure_slope: Any
    widest_ln: Any
    wall_coupling: Any
    wall_reference: Any
    small_alpha: Any
    small_doubt: Any


class Rules(NamedTuple):
    """What a process makes of the phases, float64 (n) each, laws int8 (n).

    ``factor``: B_r / J_s; ``alpha_k``, ``n_eff``: Kronmueller's parameters at `ROOM`; ``pinned``:
    H_cJ at `ROOM` where walls are held, A/m, 0 elsewhere; ``level``: H_cJ at `ROOM` of the
    producer's magnets, without a shell, over what these make; ``decay``: of ``temperature_law``
    `POWER` the power of the nucleation field that coercivity follows, of `NUCLEATION` the fall of
    alpha_K at `ROOM`, per 1000 K, of magnets whose T_C is ``usual_curie``, K, of `LINEAR` the fall
    of H_cJ over that at `ROOM`, of such magnets unless they are pinned; ``knee_law``: `SHARE` or
    `LOCAL_FIELDS`; ``squareness``: H_k over H_cJ, of `LOCAL_FIELDS` at `ROOM` (see `knee_field`);
    ``recoil``: permeability; ``limit``: T_max is no higher, K, and 0 where no coercivity is wanted;
    ``bend``: what a measured alpha adds to polarization from `ROOM` on, 1/K; ``book``: a
    `TemperatureBook` for all alloys.
    """

    factor: Any
    alpha_k: Any
    n_eff: Any
    pinned: Any
    level: Any
    decay: Any
    temperature_law: Any
    knee_law: Any
    usual_curie: Any
    squareness: Any
    recoil: Any
    limit: Any
    bend: Any
    book: Any


def pick_rules(rules, rows):
    """Return the `Rules` of some alloys, by their rows."""
    return Rules._make([*(rule[rows] for rule in rules[:-1]), rules.book])


class Widths(NamedTuple):
    """Half widths of ranges: ``on_b`` and ``on_h`` float64 (m, n) of ln B_r and ln H_cJ.

    (n) the others: ``on_alpha`` of alpha relative to itself and ``floor`` in 1/K; ``on_beta``
    of beta relative to itself; ``on_q`` of H_k / H_cJ.
    """

    on_b: Any
    on_h: Any
    on_alpha: Any
    floor: Any
    on_beta: Any
    on_q: Any


# i: row of state and ion; kelvin: temperature; state, ion, tables: of `Phases`, handed over one by
# one, since all its arrays at each call would take as long as the work; work float64 (ions, N_WORK),
# overwritten, see `_intrinsic_kernels.evaluate_state`; reverses: whether the field is wanted
# -> J_s along the axis, T, 0 or more; field at which a moment reverses, A/m, 0 in an easy plane or not
#    wanted; status, int, index into `STATUS`, 0 for `OK`. NaN and 0 where there is no order.
@jit(part="linked")
def phase_state(i, kelvin, state, ion, tables, work, reverses):
    """Return polarization (T), switching field (A/m) and status of a phase at a temperature."""
    if state[i, STATE] != OK:
        return np.nan, 0.0, int(state[i, STATE])
    if not kelvin < state[i, CURIE]:
        return np.nan, 0.0, PARAMAGNETIC
    m, j, k1, k2, k3 = evaluate_state(
        kelvin, i, state, ion, work, tables, int(reverses)
    )
    easy = direction(k1, k2, k3)
    field = 0.0
    along = 1.0
    if reverses and easy in (OK, CONE) and j != 0.0:
        at_hard = barrier(k1, k2, k3)
        field = (
            switching(i, state, ion, work, (m, j, k1, k2, k3), at_hard) / MU_0
        )
    if easy == CONE:
        along = np.sqrt(1.0 - easy_angle(k1, k2, k3))
    return abs(j) * state[i, TO_TESLA] * along, field, easy


# kelvin: temperature; i: alloy; phases: `Phases`; carried: J_s of its wall over that of its cell at
# the reference; coupling: how far the wall follows the cells, 0 to 1; hard: whether the field is
# wanted; work: as of `phase_state`, overwritten
# -> J_s of the hard phase, T, the mean over its cells, shell and walls, NaN without order; what other
#    phases, density and alignment take is in `Rules.factor`; the field at which reversal starts, A/m,
#    0 if not wanted; the status of the hard phase, int, index into `STATUS`, 0 for `OK`
@jit(part="merged")
def alloy_state(kelvin, i, phases, carried, coupling, hard, work):
    """Return polarization (T), nucleation field (A/m) and status of an alloy at a temperature."""
    # No True and False below: `phase_state` would be compiled once more for each literal.
    has_skin = phases.skins[i] >= 0
    has_shell = phases.shells[i] >= 0
    has_wall = phases.walls[i] >= 0
    state = phases.state
    ion = phases.ion
    tables = phases.tables
    cell, field, status = phase_state(
        i, kelvin, state, ion, tables, work, hard and not has_skin
    )
    j = cell
    if has_skin and hard:
        of, ions = phases.own
        _, field, _ = phase_state(
            phases.skins[i], kelvin, of, ions, tables, work, has_skin
        )
    if has_shell:
        rim, outer, _ = phase_state(
            phases.shells[i], kelvin, state, ion, tables, work, hard
        )
        j = (1.0 - phases.fraction[i]) * j + phases.fraction[i] * rim
        # A weaker rim lets reversal start in it, however good the core.
        gain = outer - field
        field += phases.cover[i] * (
            phases.efficiency * gain if gain > 0.0 else gain
        )
    if has_wall:
        rim, _, _ = phase_state(
            phases.walls[i], kelvin, state, ion, tables, work, not has_wall
        )
        # Above its own Curie temperature a wall keeps what the cells induce.
        rim = 0.0 if np.isnan(rim) else rim
        rim = (1.0 - coupling) * rim + coupling * carried * cell
        j = phases.cells[i] * j + (1.0 - phases.cells[i]) * rim
    return j, field, status


# i: alloy; phases: `Phases`; reference: temperature, K; work float64 (ions, N_WORK), overwritten
# -> NaN where the cell has no order
@jit(part="linked")
def _wall_polarization_ratio(i, phases, reference, work):
    """Return J_s of an alloy's wall divided by that of its cell at a reference temperature.

    It is 0 without walls, or where the wall has no order, and NaN where the
    cell has none.
    """
    bare = phases.walls[i] < 0
    if bare:
        return 0.0
    state = phases.state
    ion = phases.ion
    tables = phases.tables
    wall, _, _ = phase_state(
        phases.walls[i], reference, state, ion, tables, work, bare
    )
    cell, _, _ = phase_state(i, reference, state, ion, tables, work, bare)
    return (0.0 if np.isnan(wall) else wall) / cell


# i: alloy; phases: `Phases`; work: as of `phase_state`, overwritten
# -> of the grains without a shell at `ROOM`: J_s, T, and the field at which reversal starts, A/m
@jit(part="linked")
def _core(i, phases, work):
    """Return polarization and nucleation field at `ROOM` of an alloy's grains without a shell."""
    has_skin = phases.skins[i] >= 0
    bare = phases.skins[i] < 0
    state = phases.state
    ion = phases.ion
    tables = phases.tables
    j, field, _ = phase_state(i, ROOM, state, ion, tables, work, bare)
    if has_skin:
        of, ions = phases.own
        _, field, _ = phase_state(
            phases.skins[i], ROOM, of, ions, tables, work, has_skin
        )
    return j, field


# alpha_k, n_eff: of Kronmueller's relation; level: wanted H_cJ over the model's; j T, field A/m: J_s
# and H_N of the grains without a shell at `ROOM`; least: share of alpha_K H_N that is left
# -> alpha_k itself at a level of 1 or without a field
@jit(part="copied")
def producer_alpha(alpha_k, n_eff, level, j, field, least):
    """Return alpha_K of a producer: that which makes H_cJ at `ROOM` `level` times the model's.

    N_eff M_s stays: it is a matter of the grains' shape.
    """
    if level == 1.0 or not field > 0.0:
        return alpha_k
    h_cj = max(alpha_k * field - n_eff * j / MU_0, least * alpha_k * field)
    return alpha_k + (level - 1.0) * h_cj / field


# i: alloy; phases: `Phases`; rules: `Rules`; work: as of `phase_state`, overwritten
# -> two tuples. start: J_s of the wall over that of the cell; field and H_cJ at `ROOM`, A/m; J_s there,
#    T; H_cJ but for poles, A/m; alpha_K there. state: the magnet at `ROOM`, J_s T, H_cJ A/m, status
#    (index into `STATUS`, 0 for `OK`)
@jit(part="linked")
def _start(i, phases, rules, work):
    """Evaluate an alloy at `ROOM`, from which its coercivity at other temperatures follows."""
    book = rules.book
    wall_ratio = _wall_polarization_ratio(i, phases, book.wall_reference, work)
    hard = rules.limit[i] > 0.0
    j, field, status = alloy_state(
        ROOM, i, phases, wall_ratio, book.wall_coupling, hard, work
    )
    level = rules.level[i]
    core_j = j
    core_field = field
    if level != 1.0 and phases.shells[i] >= 0:
        core_j, core_field = _core(i, phases, work)
    alpha_k = producer_alpha(
        rules.alpha_k[i],
        rules.n_eff[i],
        level,
        core_j,
        core_field,
        book.least_left,
    )
    by_poles = 0.0 if np.isnan(j) else rules.n_eff[i] * j / MU_0
    whole = alpha_k * field
    h_cj = max(whole - by_poles, book.least_left * whole)
    if rules.pinned[i] > 0.0 and field > 0.0:
        h_cj = whole = level * rules.pinned[i]
    return (wall_ratio, field, h_cj, j, whole, alpha_k), (j, h_cj, status)


# kelvin: temperature; decay: per 1000 K; curie: T_C of the cells, K; usual: that of the magnets it was
# seen of, K; book: `TemperatureBook`
# -> alpha_K over alpha_K at `ROOM`, below 1 above it where decay is above 0
@jit(part="copied")
def alpha_ratio(kelvin, decay, curie, usual, book):
    """Return alpha_K over that at `ROOM`: exp(-decay s tanh(d / s)), d from `ROOM` over T_C.

    d is the distance of `kelvin` from `ROOM`, in 1000 K, times ``usual /
    curie``. alpha_K settles over s, ``settles_hot`` above and ``settles_cold``
    below `ROOM`.
    """
    d = 1e-3 * (kelvin - ROOM) * usual / curie
    settles = book.settles_hot if d > 0.0 else book.settles_cold
    return np.exp(-decay * settles * np.tanh(d / settles))


# kelvin: temperature; fall: of H_cJ over that at `ROOM`, per 1000 K; curie: T_C, K; book:
# `TemperatureBook`
# -> H_cJ over that at `ROOM`
@jit(part="copied")
def linear_fraction(kelvin, fall, curie, book):
    """Return what a straight line leaves of H_cJ: nothing at T_C, near it no more than order does.

    1 - f (T - T_0), with f a thousandth of `fall`, at most ((T_C - T) / (T_C -
    T_0))^p, as walls of energy sqrt(A K) lose theirs, and at least a share
    ``least_left`` of that; below `ROOM`, T_0, it stops at ``most_cold``.
    """
    fraction = 1.0 - 1e-3 * fall * (kelvin - ROOM)
    if kelvin <= ROOM:
        return min(max(fraction, 1.0), book.most_cold)
    if not kelvin < curie:
        return 0.0
    order = ((curie - kelvin) / (curie - ROOM)) ** book.order_power
    return max(min(fraction, order), book.least_left * order)


# kelvin: temperature; i: alloy; phases: `Phases`; rules: `Rules`, whose bend and book are read;
# carried: J_s of the wall over that of the cell, 0 without walls; hard: whether the field is wanted;
# work: as of `phase_state`, overwritten
# -> J_s T; field at which reversal starts, A/m, 0 if not wanted; status
@jit(part="merged")
def alpha_corrected_state(kelvin, i, phases, rules, carried, hard, work):
    """Return what `alloy_state` does, corrected for a measured alpha.

    An easy axis that becomes a cone on cooling counts as `OK`.
    """
    coupling = rules.book.wall_coupling
    j, field, status = alloy_state(
        kelvin, i, phases, carried, coupling, hard, work
    )
    if status == CONE and kelvin < ROOM:
        # No field is wanted; no False either, see `alloy_state`.
        none = phases.walls[i] < -1
        _, _, before = alloy_state(
            ROOM, i, phases, carried, coupling, none, work
        )
        status = OK if before == OK else CONE
    return j * (1.0 + rules.bend[i] * (kelvin - ROOM)), field, status


# kelvin: temperature; i: alloy; phases: `Phases`; rules: `Rules`; start: first of `_start`; work: as of
# `phase_state`, overwritten
# -> J_s T; H_cJ A/m, 0 where its `Rules.limit` is 0; status
@jit(part="linked")
def magnet_state(kelvin, i, phases, rules, start, work):
    """Return polarization, coercivity and status of an alloy's magnet at a temperature.

    Kronmueller's relation with an alpha_K that falls, one function of temperature for all magnets
    of a route; or H_cJ at `ROOM`, which then follows a straight line or a power of the nucleation
    field, the latter but for what is no magnet at `ROOM`. A cone that an easy axis becomes on
    cooling is a magnet.
    """
    wall_ratio, field_room, h_room, _, _, alpha_k = start
    law = rules.temperature_law[i]
    book = rules.book
    # A straight line asks for no field but that at `ROOM`.
    hard = rules.limit[i] > 0.0 and law != LINEAR
    j, field, status = alpha_corrected_state(
        kelvin, i, phases, rules, wall_ratio, hard, work
    )
    curie = phases.state[i, CURIE]
    if law == LINEAR:
        fall = rules.decay[i]
        if rules.pinned[i] == 0.0:
            fall *= rules.usual_curie[i] / curie
        return j, h_room * linear_fraction(kelvin, fall, curie, book), status
    if law == NUCLEATION:
        usual = rules.usual_curie[i]
        alpha_k *= alpha_ratio(kelvin, rules.decay[i], curie, usual, book)
    elif field_room > 0.0:
        return j, h_room * (field / field_room) ** rules.decay[i], status
    poles = 0.0 if np.isnan(j) else rules.n_eff[i] * j / MU_0
    return (
        j,
        max(alpha_k * field - poles, book.least_left * alpha_k * field),
        status,
    )


# on_h: half width of ln H_cJ of a magnet far from losing it; h_cj A/m, at the temperature; start: first
# of `_start`, whose H_cJ but for poles (start[4]) is read; book: `TemperatureBook`
# -> on_h itself where h_cj is 0 or NaN, or enough of it is left; otherwise no more than
#    book.widest_ln, unless on_h is more already
@jit(part="copied")
def unsure(on_h, h_cj, start, book):
    """Return the half width of ln H_cJ, which is wider the less of H_cJ is left."""
    share = h_cj / (book.unsure_below * start[4]) if start[4] > 0.0 else 1.0
    if not 0.0 < share < 1.0:
        return on_h
    # The upper end falls on with what is left, but slower.
    return max(
        on_h, min(on_h - book.unsure_slope * np.log(share), book.widest_ln)
    )


# h_cj A/m, j T: H_cJ and J_s at the temperature; start: first of `_start`, whose H_cJ and J_s at `ROOM`
# (start[2], start[3]) are read; shape: tuple of H_k over H_cJ at `ROOM`, its half width, and the
# `Rules.knee_law` (`SHARE` or `LOCAL_FIELDS`); on_h: half width
# of ln H_cJ; widest: largest half width of ln(H_k / H_cJ)
# -> A/m, of the weak, the nominal and the strong magnet; zeros where no knee is left
@jit(part="copied")
def knee_field(h_cj, j, start, shape, on_h, widest):
    """Return the knee field: a share of H_cJ, or H_cJ less a spread that goes as J_s does.

    Of local fields H_k = H_cJ(T) - (1 - Q) H_cJ(T_0) J_s(T) / J_s(T_0).
    """
    q, on_q, law = shape
    scale = 1.0
    if law == LOCAL_FIELDS and h_cj > 0.0 and start[2] > 0.0:
        scale = start[2] / h_cj * j / start[3]
    q = 1.0 - (1.0 - q) * scale
    if not q > 0.0:
        return 0.0, 0.0, 0.0
    on_q = min(on_q * scale / q, widest)
    combined = np.exp(-np.sqrt(on_h * on_h + on_q * on_q))
    alone = np.exp(-on_h)
    return (
        h_cj * min(q * combined, alone),
        h_cj * q,
        h_cj * min(q / combined, 1.0 / alone),
    )


# temperature float64 (k), K; phases, rules: `Phases` and `Rules` of n alloys; hard bool (k): at which
# coercivity is wanted, that and the knee field at all if None; picked int64 (m): numbers of the alloys
# wanted, all n if None
# -> polarization J_s T (B_r is `Rules.factor` times it), coercivity and knee field A/m float64 (k, m);
#    status int8 (k, m), index into `STATUS`
def states(temperature, phases, rules, hard=None, picked=None):
    """Return J_s, coercivity, knee field and status of each alloy's magnet at each temperature.

    What is not wanted is NaN; with `hard` the knee field is wanted nowhere.
    """
    picked = np.arange(phases.walls.size) if picked is None else picked
    shape = (temperature.size, picked.size)
    whole = hard is None
    hard = np.ones(shape[0], np.bool_) if whole else hard
    result = *np.empty((3, *shape)), np.empty(shape, np.int8)
    wanted = hard.any(), whole
    request = temperature, hard, wanted, picked
    share_rows(
        _states_chunks,
        chunks(picked.size),
        request,
        phases,
        rules,
        result,
        chunk=1,
    )
    return result


# asked: temperature float64 (k), K; hard bool (k), at which coercivity is wanted; wanted, two bools:
#   whether any coercivity is, and the knee field; picked int64 (m), numbers of
#   the alloys. phases, rules: `Phases` and `Rules` of all alloys.
# found: polarization (T), coercivity and knee field (A/m) float64, status int8, (k, m) each: written to
#   in the columns of chunks begin to end - 1, of `CHUNK` columns each, the last of as many as are left.
#   What is not wanted becomes NaN.
@jit
def _states_chunks(asked, phases, rules, found, begin, end):
    """Evaluate the magnets of some chunks at all temperatures into the arrays of `found`."""
    (
        (temperature, hard, wanted, picked),
        (polarization, coercivity, knee, status),
    ) = (
        asked,
        found,
    )
    any_hard, knees = wanted
    ion_count = most_ions(phases.state)
    for chunk in range(begin, end):
        work = np.empty((ion_count, N_WORK))
        for p in range(chunk * CHUNK, min(picked.size, (chunk + 1) * CHUNK)):
            i = picked[p]
            ratio = _wall_polarization_ratio(
                i, phases, rules.book.wall_reference, work
            )
            start = (ratio, 0.0, 0.0, 0.0, 0.0, 0.0)
            state = (0.0, 0.0, OK)
            # Coercivity at any temperature follows from that at `ROOM`.
            if any_hard:
                start, state = _start(i, phases, rules, work)
            for l in range(temperature.size):  # noqa: E741
                kelvin = temperature[l]
                h_cj = np.nan
                if hard[l] and kelvin == ROOM:
                    j, h_cj, status[l, p] = state
                elif hard[l]:
                    j, h_cj, status[l, p] = magnet_state(
                        kelvin, i, phases, rules, start, work
                    )
                else:
                    j, _, status[l, p] = alpha_corrected_state(
                        kelvin, i, phases, rules, start[0], hard[l], work
                    )
                polarization[l, p] = j
                coercivity[l, p] = h_cj
                knee[l, p] = np.nan
                if knees:
                    shape = rules.squareness[i], 0.0, rules.knee_law[i]
                    widest = rules.book.widest_ln
                    _, knee[l, p], _ = knee_field(
                        h_cj, j, start, shape, 0.0, widest
                    )


# i: alloy -> what `knee_field` asks of it: squareness, its half width, law
@jit(part="copied")
def _shape(rules, widths, i):
    return rules.squareness[i], widths.on_q[i], rules.knee_law[i]


# j T, knee A/m; on_j: factor that makes J B_r; permeance: MU_0 times load line and recoil together.
# NaN without order.
@jit(part="copied")
def _room(j, knee, on_j, permeance):
    """Return the reverse field left between the working point and the knee, A/m."""
    if j * on_j > 0.0:
        return knee - j * on_j / permeance
    return np.nan


# asked float64 (m): the temperatures the figures are wanted at, K; grid float64 (g) ascending: the
#   first of the two temperatures of alpha and beta, then those tried for T_max; second: the other, K.
# phases, rules: `Phases` and `Rules` of n alloys; widths: their `Widths` at the m temperatures.
# load: permeance coefficient -B/(mu_0 H). T_max takes the widths at asked[0].
# -> float64 (7, 3, m, n): B_r T, H_cj A/m, H_k A/m, (BH)max J/m3, T_max K, alpha, beta 1/K, each
#    as centre, lower and upper end; status int8 (m, n): the first that is not `OK` among that of the
#    temperature asked and those from grid[0] to second. NaN where the status is not `OK`, and for
#    T_max where the load line lies beyond the knee already at the lowest temperature. Where
#    `Rules.limit` is 0, H_cJ, H_k and (BH)max are 0, T_max and beta NaN.
def figures(asked, second, grid, phases, rules, load, widths):
    """Return the figures of the magnet made of each alloy, with their ranges, and the status."""
    n = phases.walls.size
    m = asked.size
    out = np.full((7, 3, m, n), np.nan)
    status = np.empty((m, n), np.int8)
    share_rows(
        _figures_chunks,
        chunks(n),
        (asked, np.float64(second), grid, float(load)),
        phases,
        rules,
        widths,
        out,
        status,
        chunk=1,
    )
    return out, status


# out float64 (7, 3), to whose first five rows B_r (T), H_cJ, H_k (A/m), (BH)max (J/m3) and T_max (K)
# are written, each as centre, lower and upper end; at: pair of J (T) and H_cJ (A/m); place: pair of the
# numbers of temperature and alloy, from 0; start: first of `_start`; rules, widths: `Rules` and `Widths`
# of all alloys; t_max float64 (3), K: of the weak, the nominal and the strong magnet.
@jit(part="copied")
def _write(out, at, place, start, rules, widths, t_max):
    """Write the figures of one magnet at one temperature, with their ranges, into `out`."""
    (j, h_cj), (l, i) = at, place  # noqa: E741
    book = rules.book
    on_h = unsure(widths.on_h[l, i], h_cj, start, book)
    knees = knee_field(
        h_cj, j, start, _shape(rules, widths, i), on_h, book.widest_ln
    )
    for s, to in ((1, 0), (0, 1), (2, 2)):
        b_r = j * rules.factor[i] * np.exp((s - 1) * widths.on_b[l, i])
        hard = h_cj * np.exp((s - 1) * on_h)
        out[0, to] = b_r
        out[1, to] = hard
        out[2, to] = knees[s]
        out[3, to] = energy_product(b_r, knees[s], rules.recoil[i])
    # A weaker magnet also demagnetizes itself less: ends may change places.
    out[4, 0] = t_max[1]
    out[4, 1] = np.fmin(np.fmin(t_max[0], t_max[2]), t_max[1])
    out[4, 2] = np.fmax(np.fmax(t_max[0], t_max[2]), t_max[1])


@jit(part="copied")
def _about(out, value, half):
    out[0] = value
    out[1] = value - half
    out[2] = value + half


# when: asked, second, grid and load, as of `figures`; phases, rules, widths: of all n alloys; out
# float64 (7, 3, m, n), of NaN, and status int8 (m, n), as of `figures`: written to for the alloys of
# chunks begin to end - 1, of `CHUNK` alloys each, the last of as many as are left.
@jit
def _figures_chunks(when, phases, rules, widths, out, status, begin, end):
    """Compute the figures of the alloys of some chunks into `out` and `status`."""
    n = phases.walls.size
    ion_count = most_ions(phases.state)
    for chunk in range(begin, end):
        room = (
            np.empty((ion_count, N_WORK)),
            np.empty((6, 3)),
            np.empty(3, np.bool_),
        )
        for i in range(chunk * CHUNK, min(n, (chunk + 1) * CHUNK)):
            _figures_row(i, when, phases, rules, widths, room, out, status)


# one, other int: codes of a status -> the first that is not `OK`
@jit(part="copied")
def _first_fault(one, other):
    """Return the first of two statuses that is not `OK`."""
    return one if one != OK else other


# kelvin: temperature; i: alloy; phases: `Phases`; rules: `Rules`; at_room: both tuples of `_start` of
# the alloy; work: as of `phase_state`, overwritten -> J T, H_cJ A/m, status
@jit(part="copied")
def _state_at(kelvin, i, phases, rules, at_room, work):
    """Return the magnet at a temperature; that at `ROOM` is there already."""
    start, state = at_room
    if kelvin == ROOM:
        return state
    return magnet_state(kelvin, i, phases, rules, start, work)


# i: alloy; phases, rules, widths: `Phases`, `Rules`, `Widths`; start: first of `_start`; permeance: MU_0
# times the sum of load line and recoil permeability; room: the three of `_figures_row`, whose on_j
# (room[1][1]) and open_ (room[2]) are read and whose work (room[0]) is overwritten -> bool
@jit(part="copied")
def _bears_limit(i, phases, rules, widths, start, permeance, room):
    """Return whether weak, nominal and strong magnet all have reverse field left at `Rules.limit`.

    A magnet whose largest working temperature is not open any more has none.
    """
    work, scratch, open_ = room
    book = rules.book
    j, h_cj, _ = magnet_state(rules.limit[i], i, phases, rules, start, work)
    on_h = unsure(widths.on_h[0, i], h_cj, start, book)
    shape = _shape(rules, widths, i)
    knees = knee_field(h_cj, j, start, shape, on_h, book.widest_ln)
    bears = True
    for s in range(3):
        left = _room(j, knees[s], scratch[1, s], permeance)
        bears = bears and open_[s] and left > 0.0
    return bears


# g: number in grid float64, ascending temperatures, K; limit: highest temperature of use, K; field A/m:
# what is left at grid[g] to magnet s of the three (0 weak, 1 nominal, 2 strong); calls go by ascending
# g; room: the three of `_figures_row`, of which rows t_max (0), before (2) and left (3 to 5) of room[1]
# and open_, room[2], are written to
@jit(part="copied")
def _follow_field(g, grid, limit, s, field, room):
    """Raise the largest working temperature of magnet s, or end it where no reverse field is left."""
    _, scratch, open_ = room
    kelvin = grid[g]
    t_max = scratch[0]
    before = scratch[2]
    left = scratch[3:]
    left[s, 0] = left[s, 1]
    left[s, 1] = left[s, 2]
    left[s, 2] = field
    if field > 0.0:
        t_max[s] = min(kelvin, limit)
        open_[s] = kelvin < limit
        return
    if g > 0:
        before[0] = grid[g - 2] if g > 1 else np.nan
        before[1] = grid[g - 1]
        before[2] = kelvin
        t_max[s] = min(crossing(before, left, s), limit)
    open_[s] = False


# i: alloy; when: asked, second, grid and load, as of `figures`; phases, rules, widths: `Phases`, `Rules`,
# `Widths`; room: the three of `_figures_row`, whose t_max, left, open_ and work are written to; at_room: both
# tuples of `_start` of the alloy; end: its status at second
# -> J T, H_cJ A/m and status at grid[0]; the first status that is not `OK` from there up to second
@jit(part="copied")
def _find_working_temperature(
    i, when, phases, rules, widths, room, at_room, end
):
    """Find the largest working temperature, K, of the weak, the nominal and the strong magnet.

    The three are written to t_max, ``room[1][0]``, NaN where the load line lies beyond the knee at
    the lowest temperature.
    """
    _, second, grid, load = when
    work, scratch, open_ = room
    start, _ = at_room
    book = rules.book
    limit = rules.limit[i]
    shape = _shape(rules, widths, i)
    permeance = MU_0 * (load + rules.recoil[i])
    j1 = np.nan
    h1 = np.nan
    first = OK
    over = OK
    for g in range(grid.size):
        kelvin = grid[g]
        is_needed = open_[0] or open_[1] or open_[2]
        if over != OK or (not is_needed and kelvin > second):
            break
        # What the weak magnet bears at its limit it bears below.
        passes_second = kelvin > second and grid[g - 1] <= second
        is_inside = passes_second and kelvin < limit < np.inf
        if is_inside and _bears_limit(
            i, phases, rules, widths, start, permeance, room
        ):
            scratch[0, :] = limit
            break
        j, h_cj, found = _state_at(kelvin, i, phases, rules, at_room, work)
        on_h = unsure(widths.on_h[0, i], h_cj, start, book)
        knees = knee_field(h_cj, j, start, shape, on_h, book.widest_ln)
        if g == 0:
            j1 = j
            h1 = h_cj
            first = found
            over = _first_fault(found, end)
        elif kelvin <= second:
            over = found
        for s in range(3):
            if open_[s]:
                field = _room(j, knees[s], scratch[1, s], permeance)
                _follow_field(g, grid, limit, s, field, room)
    return j1, h1, first, over


# i: alloy; when: asked, second, grid and load, as of `figures`; phases, rules, widths: `Phases`, `Rules`,
# `Widths`; out float64 (7, 3, m, n), of NaN, and status int8 (m, n), as of `figures`: written to in
# column i.
# room to work in, a tuple of three, overwritten: work float64 (most ions, N_WORK); float64 (6, 3), whose
# rows are the largest working temperatures t_max, what makes J the B_r (on_j), the temperatures before,
# and from row 3 on the last three reverse fields of weak, nominal and strong magnet (left); and open_,
# whether the largest working temperature of each is still open, bool (3).
@jit(part="merged")
def _figures_row(i, when, phases, rules, widths, room, out, status):
    """Compute the figures of alloy i at all temperatures into `out` and `status`."""
    asked, second, grid, _ = when
    work, scratch, open_ = room
    t_max = scratch[0]
    if phases.state[i, STATE] != OK:
        status[:, i] = int(phases.state[i, STATE])
        return
    book = rules.book
    start, state = _start(i, phases, rules, work)
    at_room = (start, state)
    j2, h2, end = magnet_state(second, i, phases, rules, start, work)
    t_max[:] = np.nan
    scratch[3:] = np.nan
    open_[:] = rules.limit[i] > 0.0
    for s in range(3):
        scratch[1, s] = rules.factor[i] * np.exp((s - 1) * widths.on_b[0, i])
    j1, h1, first, over = _find_working_temperature(
        i, when, phases, rules, widths, room, at_room, end
    )
    for l in range(asked.size):  # noqa: E741
        if asked[l] == grid[0]:
            j = j1
            h_cj = h1
            found = first
        elif asked[l] == second:
            j = j2
            h_cj = h2
            found = end
        else:
            j, h_cj, found = _state_at(
                asked[l], i, phases, rules, at_room, work
            )
        found = _first_fault(found, over)
        status[l, i] = found
        if found != OK or not np.isfinite(rules.factor[i]):
            continue
        _write(out[:, :, l, i], (j, h_cj), (l, i), start, rules, widths, t_max)
        span = second - grid[0]
        alpha = (j2 / j1 - 1.0) / span
        beta = (h2 / h1 - 1.0) / span if h1 > 0.0 else np.nan
        # alpha of a compensated magnet is a small difference: it keeps an uncertainty.
        small = book.small_doubt / (1.0 + (alpha / book.small_alpha) ** 4)
        floor = widths.floor[i] * np.hypot(1.0, small)
        _about(
            out[5, :, l, i], alpha, np.hypot(alpha * widths.on_alpha[i], floor)
        )
        _about(out[6, :, l, i], beta, abs(beta * widths.on_beta[i]))
