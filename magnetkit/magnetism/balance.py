"""What a recipe with its oxygen, carbon and nitrogen becomes: the balance of its phases."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..composition.table import CompositionTable
from ..elements import ATOMIC_MASS, INDEX, RARE_EARTHS, mask

if TYPE_CHECKING:
    import pandas as pd

    from ..hosts.partition import Partition

# Rare-earth atoms bound by an atom of each: R2O3, RN; carbon as R2C3.
BOUND = {
    "oxygen_wt_pct": ("O", 2.0 / 3.0),
    "nitrogen_wt_pct": ("N", 1.0),
    "carbon_wt_pct": ("C", 2.0 / 3.0),
}
# Volume of R2O3 for each rare-earth atom, A3: Nd2O3 has 336.5 g/mol and 7.24 g/cm3.
_OXIDE_VOLUME = 38.6
# J_s at room temperature, T, of phases beside the hard one: alpha-iron (Cullity), Sm2Co7 about 0.75
# (memory), R2Co17 1.2 (intrinsic/compounds.csv); the hosts' own J_s that they are compared with.
_SECOND = {"2:14:1": (0.0, 2.15, 1.60), "1:5": (0.75, 1.20, 1.07)}
# Above this share of iron and cobalt in its metals a boundary phase of 2:14:1 is ferromagnetic:
# micromagnetics and holography of boundary films with 60 to 70 at.% Fe and Co (memory).
_FERROMAGNETIC = 0.6
# Hosts whose oxygen is balanced; elsewhere oxide is part of the process's grain boundary.
_BALANCED = ("2:14:1", "1:5")


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


def _by_row(table: CompositionTable, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sum of each row's fractions times a weight of the element."""
    row = np.repeat(np.arange(len(table)), np.diff(table.indptr))
    return np.bincount(row, table.values * weights[table.indices], len(table)).astype(np.float64)


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
    rare = _by_row(table, mask(RARE_EARTHS))
    mass = _by_row(table, ATOMIC_MASS)
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
    from ..hosts.partition import HOST_NAMES, atomic_volumes, partition

    codes = parts.host
    known = np.isin(codes, [HOST_NAMES.index(name) for name in _BALANCED]) & ~formula
    share = np.where(known, bound_share(table, rows), 0.0)
    if known.any():
        rare = mask(RARE_EARTHS)[table.indices]
        row = np.repeat(np.arange(len(table)), np.diff(table.indptr))
        values = table.values * (1.0 - rare * share[row])
        values /= np.bincount(row, values, len(table))[row]
        less = CompositionTable(table.indptr, table.indices, values, table.row_index, table.errors)
        parts = partition(less, codes)
    bound = share * _by_row(table, mask(RARE_EARTHS))
    metal = _by_row(table, atomic_volumes()) - bound * _rare_volume(table, atomic_volumes())
    oxide = bound * _OXIDE_VOLUME / (metal + bound * _OXIDE_VOLUME)
    hard = parts.hard_volume_fraction * (1.0 - oxide)
    outside = (1.0 - parts.hard_volume_fraction) * (1.0 - oxide)
    in_boundary = parts.grain_boundary
    earth = _by_row(in_boundary, mask(RARE_EARTHS))
    soft, second = np.zeros(len(table)), np.zeros(len(table))
    for name, (rich, poor, own) in _SECOND.items():
        rows_of = known & (codes == HOST_NAMES.index(name))
        # Cobalt-rich 1:5 short of samarium leaves R2Co17 (0.105 of R), 2:14:1 leaves iron.
        short = rows_of & (earth < (0.16 if name == "1:5" else 0.02))
        soft = np.where(short, outside, soft)
        second = np.where(rows_of, outside * np.where(short, poor, rich) / own, second)
    return Balance(parts, hard, oxide, outside * earth, soft, second)


def _rare_volume(table: CompositionTable, volume: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean atomic volume of each row's rare earth, A3."""
    rare = mask(RARE_EARTHS)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.nan_to_num(_by_row(table, rare * volume) / _by_row(table, rare))


def phase_balance(
    table: CompositionTable, process: Any = None, host: str = "auto"
) -> "pd.DataFrame":
    """Return the phases that each recipe's magnet is made of.

    Oxygen, carbon and nitrogen (of the process; wt.%) bind their share of the rare earth first;
    what is left is split between the hard phase and its neighbours. A bare formula names a hard
    phase: the process's grain boundary stands for all else.

    Parameters
    ----------
    table : CompositionTable
        n recipes.
    process : Process, dict, str or None
        As for `magnetkit.magnetism.sintered`.
    host : str
        ``"auto"`` or a host's name.

    Returns
    -------
    pandas.DataFrame
        A row for each recipe and phase of more than 0.01 % of the volume: ``row_index``, ``phase``,
        ``volume_pct`` and ``polarization_T`` (J_s at 20 C; 0 where the phase is not ferromagnetic).

    Raises
    ------
    InputError
        If the process or the host is not known.

    Examples
    --------
    >>> charge = CompositionTable.from_strings(["Sm36.5Co63.5"], basis="weight")
    >>> found = phase_balance(charge, {"oxygen_wt_pct": 0.35}).set_index("phase")["volume_pct"]
    >>> [name for name in found.index]
    ['1:5', 'oxide', 'R2Co7']
    >>> bool(found["1:5"] > 80)
    True
    """
    import pandas as pd

    from ..hosts.partition import HOST_NAMES
    from .intrinsic import evaluate
    from .magnets import recipes_in_phases

    made = recipes_in_phases(table, process, host)
    polarization = evaluate(made.parts, np.array([293.15]), spread=False).value[:, 0, 0]
    lines: list[tuple[int, str, float, float]] = []
    for i in range(len(table)):
        code = int(made.parts.host[i])
        name = HOST_NAMES[code] if code >= 0 else "unknown"
        found = [(name, made.hard[i], polarization[i]), ("oxide", made.oxide[i], 0.0)]
        found += _boundary_phases(made, i, name)
        lines += [
            (int(table.row_index[i]), phase, 100.0 * float(part), float(j))
            for phase, part, j in found
            if not part <= 1e-4
        ]
    return pd.DataFrame(lines, columns=["row_index", "phase", "volume_pct", "polarization_T"])


def _boundary_phases(made: Balance, i: int, name: str) -> list[tuple[str, float, float]]:
    """Return what lies outside the hard phase of a row: name, volume fraction, J_s."""
    outside = 1.0 - made.hard[i] - made.oxide[i]
    rest = made.parts.grain_boundary[i : i + 1]
    if not len(rest.values) or not outside > 0.0:
        return [("grain boundary", outside, 0.0)]
    if name == "2:17":
        return [("Sm(Co,Cu)5 walls", outside, np.nan)]
    if name == "1:5":
        soft = made.soft[i] > 0.0
        return [("R2Co17" if soft else "R2Co7", outside, _SECOND["1:5"][1 if soft else 0])]
    if name != "2:14:1":
        return [("grain boundary", outside, 0.0)]
    return [(phase, outside * part, j) for phase, part, j in _boundary_of_iron(rest)]


def _boundary_of_iron(rest: CompositionTable) -> list[tuple[str, float, float]]:
    """Return the phases of the boundary of 2:14:1, by share of its atoms, with their J_s.

    R6(Fe,Co)13X takes what gallium, copper and aluminium there is while iron is left; boron in
    excess makes R(1.1)Fe4B4; the rest is the rare-earth-rich phase, ferromagnetic where it holds
    much iron and cobalt, or alpha-iron where there is no rare earth.
    """
    earth = float(rest.fraction(*RARE_EARTHS)[0])
    metals = float(rest.fraction("Fe", "Co")[0])
    boron = float(rest.fraction("B", "C")[0])
    boride = min(boron / 4.0, earth / 1.1, metals / 4.0)
    earth, metals = earth - 1.1 * boride, metals - 4.0 * boride
    with_x = min(float(rest.fraction("Ga", "Cu", "Al")[0]), earth / 6.0, metals / 13.0)
    earth, metals = earth - 6.0 * with_x, metals - 13.0 * with_x
    left = 1.0 - 9.1 * boride - 20.0 * with_x
    found = [("R1.1Fe4B4", 9.1 * boride, 0.0), ("R6(Fe,Co)13X", 20.0 * with_x, 0.0)]
    if earth < 0.02:
        return [*found, ("alpha-iron", left, _SECOND["2:14:1"][1])]
    share = metals / (earth + metals)
    if share > _FERROMAGNETIC:
        return [*found, ("ferromagnetic boundary", left, _SECOND["2:14:1"][1] * (share - 0.3))]
    return [*found, ("rare-earth-rich", left, 0.0)]
