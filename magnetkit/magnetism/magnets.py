"""What a process makes of hard phases: polarization, nucleation field, Kronmueller's parameters."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..composition.table import CompositionTable
from ..elements import INDEX, RARE_EARTHS, mask
from ..units import MU_0
from .process import Process, by_row, parameters, read_process
from .shell import ShellRows, replace_rare_earth

if TYPE_CHECKING:
    from ..phases.hosts import Partition

# A recipe with less than this outside its hard phase is a bare formula, see `Process`.
_FORMULA = 0.995
# Atomic fraction of Ga and Cu that does 63 % of what they do; a few tenths of a per cent is usual.
_ADDITIVE = 0.002
# Share of K_2 in the field at which grains reverse. Aligned grains start to turn at 2 K_1 / M_s
# whatever K_2 (below K_1 / 4), misaligned ones feel it (Kronmueller and Faehnle 2003, ch. 6); the
# barrier K_1 + K_2 stands between the two.
_K2_SHARE = 1.0
# The walls of cellular magnets are a few nanometres thick and coupled to the cells: half of their
# polarization follows that of the cells.
_WALL_COUPLING = 0.5
_WALL_REFERENCE = 300.0


@dataclass(frozen=True, eq=False)
class Magnets:
    """Hard phases at temperatures, and what turns them into magnets.

    Attributes
    ----------
    temperature : ndarray of float64, shape (k,)
        K.
    polarization : ndarray of float64, shape (n, k)
        Mean J_s of the hard phase (cells and walls, core and shell), T; NaN above T_C.
    nucleation_field : ndarray of float64, shape (n, k)
        H_a of Kronmueller's relation, from K_1 and part of K_2, A/m; 0 where the easy direction
        is no axis.
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
        Process and family parameters of each row, see `process.by_row`.
    alpha_k, n_eff : ndarray of float64, shape (n,)
        Kronmueller's parameters of the row, from `microstructure`.
    """

    temperature: NDArray[np.float64]
    polarization: NDArray[np.float64]
    nucleation_field: NDArray[np.float64]
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
        field = self.alpha_k[:, None] * self.nucleation_field
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
    little rare-earth-rich phase parts them, or where it does not wet them: both parameters then
    fall, and with them coercivity by the same share. In cellular magnets iron in the cells and
    copper in the walls move them.
    """
    alpha_k = rows["alpha_k"].copy()
    n_eff = rows["n_eff"] + rows["grain_slope"] * np.log(
        rows["grain_size_um"] / rows["grain_reference_um"]
    )
    with np.errstate(over="ignore"):
        parted = -np.expm1(-boundary / rows["wetting_volume"])
    parted *= 1.0 - (1.0 - rows["dry"]) * np.exp(-additive / _ADDITIVE)
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


def magnets(
    table: CompositionTable,
    temperature: NDArray[np.float64],
    process: "Process | dict[str, Any] | None" = None,
    shells: ShellRows | None = None,
    host: str = "auto",
) -> Magnets:
    """Evaluate hard phases at temperatures and what the process makes of them.

    A 2:17 alloy is split into cells and walls (`magnetkit.phases.hosts.partition`); polarization
    is the volume average of both, the cells' anisotropy sets the scale of coercivity, and iron in
    the cells and copper in the walls set its parameters. With a shell, polarization is the average
    of core and shell, and the nucleation field lies between theirs by the calibrated efficiency
    of a shell.

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
    from ..phases.hosts import HOST_NAMES, assign_hosts, partition

    n = len(table)
    cellular, wall_code = HOST_NAMES.index("2:17"), HOST_NAMES.index("1:5")
    codes = assign_hosts(table, host)
    parts = partition(_charge(table, codes, cellular), host)
    rows = by_row(read_process(process, n), codes, HOST_NAMES)
    at = np.concatenate([[_WALL_REFERENCE], temperature])
    with_reference, field, status = _phase(parts, at)
    polarization, field, status = with_reference[:, 1:].copy(), field[:, 1:], status[:, 1:]
    if shells is not None:
        own = replace_rare_earth(parts.hard_phase, shells.column, shells.content)
        shell_polarization, shell_field, _ = _phase(replace(parts, hard_phase=own), temperature)
        share = shells.fraction[:, None]
        polarization = (1.0 - share) * polarization + share * shell_polarization
        efficiency = parameters().shell_efficiency * (shells.fraction > 0.0)
        field = field + efficiency[:, None] * (shell_field - field)
    volume = parts.hard_volume_fraction
    formula = volume > _FORMULA
    hard = np.where(formula, 1.0 - rows["grain_boundary"], volume)
    outside = (1.0 - volume) * _rare_earth(parts.grain_boundary)
    boundary = np.where(formula, rows["grain_boundary"], outside)
    # A formula names no additives, its maker uses them.
    additive = np.where(formula, np.inf, table.fraction("Ga", "Cu"))
    iron, copper = np.full(n, np.nan), np.full(n, np.nan)
    walls = np.flatnonzero((codes == cellular) & ~formula)
    if walls.size:
        phase, cells = parts.grain_boundary[walls], parts.hard_phase[walls]
        in_walls = replace(parts, hard_phase=phase, host=np.full(walls.size, wall_code, np.int8))
        mean = _wall_polarization(in_walls, at, with_reference[walls])
        share = volume[walls, None]
        polarization[walls] = share * polarization[walls] + (1.0 - share) * mean
        iron[walls] = cells.fraction("Fe") / (1.0 - cells.fraction(*RARE_EARTHS))
        copper[walls] = phase.fraction("Cu") / (1.0 - phase.fraction(*RARE_EARTHS))
        hard[walls] = 1.0 - rows["grain_boundary"][walls]
        boundary[walls] = rows["grain_boundary"][walls]
    return Magnets(
        temperature,
        polarization,
        field,
        status,
        hard * rows["density"] * rows["alignment"],
        boundary,
        additive,
        iron,
        copper,
        rows,
        *microstructure(rows, boundary, additive, iron, copper),
    )


def _rare_earth(table: CompositionTable) -> NDArray[np.float64]:
    """Return the share of rare earth of each row, 0 where a row is empty (no grain boundary)."""
    row = np.repeat(np.arange(len(table)), np.diff(table.indptr))
    share = table.values * mask(RARE_EARTHS)[table.indices]
    return np.bincount(row, share, len(table)).astype(np.float64)


def _wall_polarization(
    walls: "Partition", at: NDArray[np.float64], cell: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the polarization of walls, T, at all of `at` but its first, the reference.

    `cell` is that of the cells around them, shape (n, k + 1) as `at`.
    """
    own, _, _ = _phase(walls, at)
    # Above its own Curie temperature a wall keeps what the cells induce.
    own = np.nan_to_num(own)
    with np.errstate(divide="ignore", invalid="ignore"):
        carried = own[:, :1] * cell[:, 1:] / cell[:, :1]
    return (1.0 - _WALL_COUPLING) * own[:, 1:] + _WALL_COUPLING * carried


def _phase(
    part: "Partition", temperature: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int8]]:
    """Return J_s (T), the nucleation field (A/m, 0 where no axis) and the status, (n, k)."""
    from .intrinsic import PROPERTIES, evaluate

    found = evaluate(part, temperature, spread=False)
    names = ("saturation_polarization_T", "anisotropy_constant_MJ_m3")
    polarization, k1 = (found.value[:, :, PROPERTIES.index(name)] for name in names)
    k2 = found.value[:, :, PROPERTIES.index("anisotropy_constant_2_MJ_m3")]
    axial = (found.status == 0) & (polarization > 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        field = 2e6 * (k1 + _K2_SHARE * k2) / polarization
    return polarization, np.where(axial, field, 0.0), found.status
