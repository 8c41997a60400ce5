"""What a process makes of hard phases: polarization, anisotropy field, Kronmueller's parameters."""

from dataclasses import dataclass, fields
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..composition.table import CompositionTable
from ..elements import ATOMIC_MASS, INDEX, RARE_EARTHS, mask
from ..units import MU_0, N_A
from .intrinsic import condensed, joined
from .mill import Mill, splits
from .process import Process, by_row, parameters, read_process
from .shell import SURFACE, ShellRows, covering, enriched, replace_rare_earth

if TYPE_CHECKING:
    from ..hosts.partition import Partition

# A recipe with less than this outside its hard phase is a bare formula, see `Process`.
_FORMULA = 0.995
# Atomic fraction of Ga and Cu that does 63 % of what they do; a few tenths of a per cent is usual.
_ADDITIVE = 0.002
# A formula names no additives, its maker uses them: 0.05 to 0.15 wt.% of copper are the makers'
# own figures for ordinary magnets (couragemagnet.com/faq/324).
_USUAL_ADDITIVE = 0.001


@dataclass(frozen=True, eq=False)
class Magnets:
    """Hard phases at temperatures, and what turns them into magnets.

    Attributes
    ----------
    temperature : ndarray of float64, shape (k,)
        K.
    polarization : ndarray of float64, shape (n, k)
        Mean J_s of the hard phase (cells and walls, core and shell), T; NaN above T_C.
    anisotropy_field : ndarray of float64, shape (n, k)
        H_a of Kronmueller's relation, at the surface of the grains, A/m; 0 where the easy
        direction is no axis.
    status : ndarray of int8, shape (n, k)
        Index into `magnetkit.columns.STATUSES`.
    factor : ndarray of float64, shape (n,)
        B_r / J_s: hard-phase volume times density times alignment.
    boundary : ndarray of float64, shape (n,)
        Volume fraction of rare earth in the grain boundary.
    additive : ndarray of float64, shape (n,)
        Atomic fraction of what makes the boundary phase wet the grains (Ga, Cu).
    iron, copper : ndarray of float64, shape (n,)
        Share of Fe in the metal of the cells, of Cu in that of the walls; NaN without cells.
    rows : dict of str to ndarray, shape (n,)
        Process and family parameters of each row, see `process.by_row`; ``lanthanum``, the share
        of La in the rare earth, and ``cobalt``, that of Co in iron and cobalt.
    alpha_k, n_eff : ndarray of float64, shape (n,)
        Kronmueller's parameters of the row, from `microstructure`.
    """

    temperature: NDArray[np.float64]
    polarization: NDArray[np.float64]
    anisotropy_field: NDArray[np.float64]
    status: NDArray[np.int8]
    factor: NDArray[np.float64]
    boundary: NDArray[np.float64]
    additive: NDArray[np.float64]
    iron: NDArray[np.float64]
    copper: NDArray[np.float64]
    rows: dict[str, NDArray[np.float64]]
    alpha_k: NDArray[np.float64]
    n_eff: NDArray[np.float64]

    def remanence(self) -> NDArray[np.float64]:
        """Return B_r, T, shape (n, k)."""
        return self.polarization * self.factor[:, None]

    def coercivity(self) -> NDArray[np.float64]:
        """Return H_cj = alpha_K H_a - N_eff M_s, A/m, shape (n, k)."""
        field = self.alpha_k[:, None] * self.anisotropy_field
        return np.maximum(field - self.n_eff[:, None] * self.polarization / MU_0, 0.0)


def microstructure(
    rows: dict[str, NDArray[np.float64]],
    boundary: NDArray[np.float64],
    additive: NDArray[np.float64],
    iron: NDArray[np.float64],
    copper: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return alpha_K and N_eff of each row, from its family's parameters and its structure.

    N_eff rises with the logarithm of grain size. Grains couple and reverse together where too
    little rare-earth-rich phase parts them (what is oxide does not), or where it does not wet them:
    both parameters then fall, and with them coercivity by the same share. Cobalt that no additive
    accompanies turns the boundary phase into a magnetic Laves phase R(Fe,Co)2, and lanthanum, whose
    2:14:1 barely forms, leaves iron behind: both take their share too. In cellular magnets iron in
    the cells and copper in the walls move the parameters.
    """
    alpha_k = rows["alpha_k"].copy()
    n_eff = rows["n_eff"] + rows["grain_slope"] * np.log(
        rows["grain_size_um"] / rows["grain_reference_um"]
    )
    with np.errstate(over="ignore"):
        free = np.maximum(boundary - rows["oxide"], 0.0)
        parted = -np.expm1(-free / rows["wetting_volume"])
    dry = rows["dry"] * np.exp(-rows["cobalt_loss"] * rows["cobalt"])
    parted *= 1.0 - (1.0 - dry) * np.exp(-additive / _ADDITIVE)
    parted *= np.exp(-rows["lanthanum_loss"] * rows["lanthanum"])
    alpha_k *= parted
    n_eff *= parted
    iron = np.nan_to_num(iron - rows["iron_reference"])
    copper = np.nan_to_num(copper - rows["copper_reference"])
    alpha_k += rows["alpha_k_iron"] * iron + rows["alpha_k_copper"] * copper
    n_eff += rows["n_eff_iron"] * iron + rows["n_eff_copper"] * copper
    return alpha_k, n_eff


def _charge(table: CompositionTable, host: NDArray[np.int8], code: int) -> CompositionTable:
    """Turn bare 2:17 formulas into the charge of a precipitation-hardened magnet."""
    from ..kernels.sintered import hardening_charge

    cells = parameters().cells
    rare = table.fraction(*RARE_EARTHS)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (1.0 - rare) / rare
    rows = (host == code) & (ratio > cells["ratio_formula"])
    if not rows.any():
        return table
    indptr, indices, values = hardening_charge(
        table.indptr,
        table.indices,
        table.values,
        rows,
        mask(RARE_EARTHS),
        INDEX["Cu"],
        cells["ratio"],
        cells["copper"],
    )
    return CompositionTable(indptr, indices, values, table.row_index, table.errors)


@dataclass(frozen=True, eq=False)
class Alloys:
    """What a process makes of recipes, before any temperature is named.

    Attributes
    ----------
    parts : Partition
        The recipes in their phases.
    phases : tuple
        Arguments of the kernels of `magnetkit.kernels.sintered` from `state` to `efficiency`.
    factor, boundary, additive, iron, copper, rows, alpha_k, n_eff
        As in `Magnets`.
    """

    parts: "Partition"
    phases: tuple
    factor: NDArray[np.float64]
    boundary: NDArray[np.float64]
    additive: NDArray[np.float64]
    iron: NDArray[np.float64]
    copper: NDArray[np.float64]
    rows: dict[str, NDArray[np.float64]]
    alpha_k: NDArray[np.float64]
    n_eff: NDArray[np.float64]

    def density(self) -> NDArray[np.float64]:
        """Return the density of the magnets, kg/m3, shape (n,).

        That of the hard phase by its cell, whose volume the intrinsic model mixes from those of
        the end members, times the density reached in sintering. The grain boundary, a few per
        cent of the volume, is taken to be as dense.
        """
        from ..hosts.partition import site_rules
        from ..kernels.hosts import ON_R
        from ..kernels.magnetism import TESLA, TO_TESLA

        phase = self.parts.hard_phase
        row = np.repeat(np.arange(len(phase)), np.diff(phase.indptr))
        role, counts = site_rules()
        codes = self.parts.host
        earths = role[codes[row], phase.indices] == ON_R
        n = len(phase)
        mass = np.bincount(row, phase.values * ATOMIC_MASS[phase.indices], n)
        with np.errstate(divide="ignore", invalid="ignore"):
            units = np.bincount(row, phase.values * earths, n) / counts[codes, 0]
            volume = TESLA / self.phases[0][:n, TO_TESLA]
            # Masses are in g/mol, volumes in A^3.
            density = 1e-3 * mass / N_A / units / (1e-30 * volume) * self.rows["density"]
        return np.where(codes >= 0, density, np.nan)

    def at(self, temperature: NDArray[np.float64]) -> Magnets:
        """Return the magnets at temperatures, K."""
        from ..kernels.sintered import states

        found = states(temperature, *self.phases)
        polarization, field, status = (array.T for array in found)
        names = [f.name for f in fields(Magnets)[4:]]
        own = {name: getattr(self, name) for name in names}
        return Magnets(temperature, polarization, field, status, **own)


def magnets(
    table: CompositionTable,
    temperature: NDArray[np.float64],
    process: "Process | dict[str, Any] | None" = None,
    shells: ShellRows | None = None,
    host: str = "auto",
) -> Magnets:
    """Evaluate hard phases at temperatures and what the process makes of them.

    Parameters
    ----------
    table : CompositionTable
        n recipes.
    temperature : ndarray of float64, shape (k,)
        K.
    process, host
        As for `sintered`.
    shells : ShellRows, optional
        As read by `shell.read_shells`.
    """
    from ..hosts.partition import assign_hosts, partition

    parts = partition(table, assign_hosts(table, host))
    return alloys(table, parts, process, shells).at(np.asarray(temperature, float))


def alloys(
    table: CompositionTable,
    parts: "Partition",
    process: "Process | dict[str, Any] | None" = None,
    shells: ShellRows | None = None,
) -> Alloys:
    """Split recipes into what the kernels of the magnet need.

    A 2:17 alloy is split into cells and walls (`magnetkit.hosts.partition.partition`); polarization
    is the volume average of both, the cells' anisotropy sets the scale of coercivity, and iron in
    the cells and copper in the walls set its parameters. Dysprosium and terbium of a 2:14:1 alloy
    act where reversal starts, on the grains' surface, as if they were enriched there. With a shell,
    polarization is the average of core and shell, and the anisotropy field lies between those of
    the surface and of the shell by the calibrated efficiency of a shell, as far as the shell is
    thick enough (`shell.covering`). A shell about other grains than those of 2:14:1 is not known:
    its magnet is outside the model.

    Parameters
    ----------
    table : CompositionTable
        n recipes.
    parts : Partition
        The same, split as they stand.
    process, shells
        As for `magnets`.
    """
    from ..hosts.partition import HOST_NAMES, partition

    n, codes = len(table), parts.host
    cellular, wall_code = HOST_NAMES.index("2:17"), HOST_NAMES.index("1:5")
    charge = _charge(table, codes, cellular)
    if charge is not table:
        parts = partition(charge, codes)
    made = read_process(process, n)
    rows = by_row(made, codes, HOST_NAMES)
    # Where magnets were measured the errors are no larger than those of such magnets, and less.
    rows["remanence_cap"], rows["remanence_left"] = np.full(n, np.inf), np.ones(n)
    with np.errstate(divide="ignore", invalid="ignore"):
        rows["lanthanum"] = table.fraction("La") / table.fraction(*RARE_EARTHS)
        rows["cobalt"] = table.fraction("Co") / table.fraction("Fe", "Co")
    volume = parts.hard_volume_fraction
    formula = volume > _FORMULA
    hard = np.where(formula, 1.0 - rows["grain_boundary"], volume)
    outside = (1.0 - volume) * _rare_earth(parts.grain_boundary)
    boundary = np.where(formula, rows["grain_boundary"], outside)
    additive = np.where(formula, _USUAL_ADDITIVE, table.fraction("Ga", "Cu"))
    iron, copper = np.full(n, np.nan), np.full(n, np.nan)
    walls = np.flatnonzero((codes == cellular) & ~formula)
    wall, cells = parts.grain_boundary[walls], parts.hard_phase[walls]
    if walls.size:
        iron[walls] = cells.fraction("Fe") / (1.0 - cells.fraction(*RARE_EARTHS))
        copper[walls] = wall.fraction("Cu") / (1.0 - wall.fraction(*RARE_EARTHS))
        hard[walls] = 1.0 - rows["grain_boundary"][walls]
        boundary[walls] = rows["grain_boundary"][walls]
    fraction, content = np.zeros(n), np.zeros(n)
    if shells is not None:
        fraction, content = shells.resolved(table)
    shelled = np.flatnonzero(fraction > 0.0)
    surface = enriched(parts.hard_phase, rows["surface_enrichment"])
    skinned = np.flatnonzero(
        (rows["surface_enrichment"] > 1.0) & (parts.hard_phase.fraction(*SURFACE) > 0.0)
    )
    shell = surface[shelled]
    cover = np.zeros(n)
    if shells is not None:
        shell = replace_rare_earth(shell, shells.column[shelled], content[shelled])
        cover = covering(fraction, np.nan_to_num(rows["grain_size_um"]))
    condensed_phases = [condensed(parts.hard_phase, codes)]
    if walls.size:
        condensed_phases.append(condensed(wall, np.full(walls.size, wall_code, np.int8)))
    if skinned.size:
        condensed_phases.append(condensed(surface[skinned], codes[skinned]))
    if shelled.size:
        condensed_phases.append(condensed(shell, codes[shelled]))
    phases = (
        *joined(condensed_phases),
        _places(walls, n, n),
        _places(skinned, n, n + walls.size),
        _places(shelled, n, n + walls.size + skinned.size),
        volume,
        fraction,
        cover,
        parameters().shell["efficiency"],
    )
    factor = hard * rows["density"] * rows["alignment"]
    # Whether a rim forms about other grains than those of 2:14:1, and what it does, nobody knows.
    factor[shelled[codes[shelled] != HOST_NAMES.index("2:14:1")]] = np.nan
    alpha_k, n_eff = microstructure(rows, boundary, additive, iron, copper)
    if made.mill is not None:
        hosts = np.array([*HOST_NAMES, ""])[codes]
        harder = _as_measured(made.mill, table, hosts, "coercivity_kA_m", rows)
        alpha_k, n_eff = alpha_k * harder, n_eff * harder
        factor = factor * _as_measured(made.mill, table, hosts, "remanence_T", rows)
    return Alloys(parts, phases, factor, boundary, additive, iron, copper, rows, alpha_k, n_eff)


_HALF_WIDTH = NormalDist().inv_cdf(0.95)


def _as_measured(
    mill: Mill,
    table: CompositionTable,
    hosts: NDArray[np.str_],
    quantity: str,
    rows: dict[str, NDArray[np.float64]],
) -> NDArray[np.float64]:
    """Return the factor that a mill's measured magnets put on a quantity; narrow its spread."""
    shift, left = mill.shifts(table, hosts, quantity)
    half = _HALF_WIDTH * splits()[quantity].deviation
    if quantity == "coercivity_kA_m":
        spread = rows["spread"]
        rows["spread"] = np.where(left < 1.0, np.minimum(spread, half) * left, spread)
    else:
        rows["remanence_cap"] = np.where(left < 1.0, half, np.inf)
        rows["remanence_left"] = left
    return np.exp(shift)


def _places(rows: NDArray[np.int64], n: int, first: int) -> NDArray[np.int64]:
    """Return the place of each of `n` rows among `rows`, counted from `first`, -1 elsewhere."""
    places = np.full(n, -1)
    places[rows] = first + np.arange(rows.size)
    return places


def _rare_earth(table: CompositionTable) -> NDArray[np.float64]:
    """Return the share of rare earth of each row, 0 where a row is empty (no grain boundary)."""
    row = np.repeat(np.arange(len(table)), np.diff(table.indptr))
    share = table.values * mask(RARE_EARTHS)[table.indices]
    return np.bincount(row, share, len(table)).astype(np.float64)
