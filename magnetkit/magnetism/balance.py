"""What a recipe with its oxygen, carbon and nitrogen becomes: the balance of its phases."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..composition.table import CompositionTable
from ..elements import ATOMIC_MASS, INDEX, RARE_EARTHS, mask

if TYPE_CHECKING:
    from ..hosts.partition import Partition

# Rare-earth atoms bound by an atom of each: R2O3, RN; carbon as R2C3.
BOUND = {
    "oxygen_wt_pct": ("O", 2.0 / 3.0),
    "nitrogen_wt_pct": ("N", 1.0),
    "carbon_wt_pct": ("C", 2.0 / 3.0),
}
# Volume of R2O3 for each rare-earth atom, A3: Nd2O3 has 336.5 g/mol and 7.24 g/cm3.
_OXIDE_VOLUME = 38.6


@dataclass(frozen=True, eq=False)
class Balance:
    """Recipes less what oxygen, carbon and nitrogen bind, split into phases.

    Attributes
    ----------
    parts : Partition
        Hard phase and the rest of the metal.
    hard : ndarray of float64, shape (n,)
        Volume fraction of the hard phase in the whole, oxide included.
    oxide : ndarray of float64, shape (n,)
        Volume fraction of oxide, nitride and carbide.
    free : ndarray of float64, shape (n,)
        Volume fraction of boundary phase weighed by its share of rare earth: what parts grains.
    soft : ndarray of float64, shape (n,)
        Volume fraction of a soft phase: alpha-iron or R2(Fe,Co)17 where rare earth is short.
    second : ndarray of float64, shape (n,)
        Polarization of the phases beside the hard one over J_s of the hard one, by volume.
    """

    parts: "Partition"
    hard: NDArray[np.float64]
    oxide: NDArray[np.float64]
    free: NDArray[np.float64]
    soft: NDArray[np.float64]
    second: NDArray[np.float64]


def bound_share(
    table: CompositionTable, rows: dict[str, NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Return the share of each recipe's rare earth that oxygen, nitrogen and carbon bind.

    Oxygen binds 6.0 times its mass of Nd, 6.27 of Sm.

    Parameters
    ----------
    table : CompositionTable
        n recipes.
    rows : dict of str to ndarray, shape (n,)
        ``oxygen_wt_pct``, ``nitrogen_wt_pct`` and ``carbon_wt_pct`` of the process.
    """
    from ..kernels.row_sums import sums

    rare = table.fraction(*RARE_EARTHS)
    mass = sums(table.rows, ATOMIC_MASS)
    atoms = np.zeros(len(table))
    for name, (symbol, ratio) in BOUND.items():
        atoms += ratio * np.nan_to_num(rows[name]) / 100.0 * mass / ATOMIC_MASS[INDEX[symbol]]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.nan_to_num(np.clip(atoms / rare, 0.0, 0.99))


def balance(
    table: CompositionTable,
    parts: "Partition",
    rows: dict[str, NDArray[np.float64]],
    formula: NDArray[np.bool_],
) -> Balance:
    """Take from each recipe the rare earth that is bound, then split what is left.

    Parameters
    ----------
    table : CompositionTable
        n recipes.
    parts : Partition
        The same, split as they stand.
    rows : dict of str to ndarray, shape (n,)
        Process of each.
    formula : ndarray of bool, shape (n,)
        Bare formulas: they name a hard phase and stay as they are.
    """
    from ..hosts.partition import HOST_NAMES, HOSTS, atomic_volumes, partition
    from ..kernels.row_sums import sums

    codes = parts.host
    beside = {name: host.magnet.second_phases for name, host in HOSTS.items()}
    # Elsewhere oxide is part of the process's grain boundary.
    balanced = [HOST_NAMES.index(name) for name, phases in beside.items() if phases]
    known = np.isin(codes, balanced) & ~formula
    oxide = np.zeros(len(table))
    if known.any():
        share = np.where(known, bound_share(table, rows), 0.0)
        rare = mask(RARE_EARTHS)[table.indices]
        row = np.repeat(np.arange(len(table)), np.diff(table.indptr))
        values = table.values * (1.0 - rare * share[row])
        # Rows that keep all stay to the last digit, whatever else is in the table.
        values /= np.where(known, np.bincount(row, values, len(table)), 1.0)[row]
        less = CompositionTable(table.indptr, table.indices, values, table.row_index, table.errors)
        parts = partition(less, codes)
        bound, volume = share * table.fraction(*RARE_EARTHS), atomic_volumes()
        metal = sums(table.rows, volume) - bound * _rare_volume(table, volume)
        oxide = bound * _OXIDE_VOLUME / (metal + bound * _OXIDE_VOLUME)
    hard = parts.hard_volume_fraction * (1.0 - oxide)
    outside = (1.0 - parts.hard_volume_fraction) * (1.0 - oxide)
    earth = parts.grain_boundary.fraction(*RARE_EARTHS)
    soft, second = np.zeros(len(table)), np.zeros(len(table))
    for name, phases in beside.items():
        if phases is None:
            continue
        rows_of = known & (codes == HOST_NAMES.index(name))
        short = rows_of & (earth < phases.poor_below)
        soft = np.where(short, outside, soft)
        polarization = np.where(short, phases.poor_polarization_T, phases.rich_polarization_T)
        second = np.where(rows_of, outside * polarization / phases.own_polarization_T, second)
    return Balance(parts, hard, oxide, outside * earth, soft, second)


def _rare_volume(table: CompositionTable, volume: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean atomic volume of each row's rare earth, A3."""
    from ..kernels.row_sums import sums

    total = sums(table.rows, mask(RARE_EARTHS) * volume)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.nan_to_num(total / table.fraction(*RARE_EARTHS))
