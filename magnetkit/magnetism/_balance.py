"""What a recipe with its oxygen, carbon and nitrogen becomes: the balance of its phases.

What grains, boundaries and cells make of Kronmueller's parameters.

What the error of the law of grain size does to coercivity.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core._types import FloatArray
from .._core.elements import ATOMIC_MASS, INDEX, RARE_EARTHS, mask
from .._core.units import MU_0
from ..alloy.table import CompositionTable
from ..phases.records import HOSTS
from ._cells import cellular_coercivity
from .laws import law

if TYPE_CHECKING:
    from ..phases.partition import Partition


# Rare-earth atoms bound by an atom of each: R2O3, RN; carbon as R2C3.
BOUND = {
    "oxygen_wt_pct": ("O", 2.0 / 3.0),
    "nitrogen_wt_pct": ("N", 1.0),
    "carbon_wt_pct": ("C", 2.0 / 3.0),
}
# By the code of the host. Elsewhere oxide is part of the process's grain boundary.
_SECOND_PHASES = {
    code: host.magnet.second_phases
    for code, host in enumerate(HOSTS.values())
    if host.magnet.second_phases
}
GRAINS = law("grains")


@dataclass(frozen=True, eq=False)
class Balance:
    """Recipes less what oxygen, carbon and nitrogen bind, split into phases; arrays (n,).

    Fields are ``parts`` (a `Partition`), the volume fractions ``hard``,
    ``oxide`` and ``soft`` of the whole magnet, ``second`` (polarization over
    J_s of the hard phase), ``bound`` (share of the rare earth) and ``charge``
    (the recipes as melted).
    """

    parts: "Partition"  # hard phase and the rest of the metal
    hard: FloatArray  # volume fraction of the hard phase in the whole, oxide included
    oxide: FloatArray  # volume fraction of oxide, nitride and carbide
    # volume fraction of alpha-iron or R2(Fe,Co)17 where rare earth is short
    soft: FloatArray
    # polarization of the phases beside the hard one over J_s of that, by volume
    second: FloatArray
    bound: FloatArray  # share of the rare earth that oxygen, nitrogen and carbon bind
    # the recipes as melted: as written, but for formulas that stand for a charge
    charge: CompositionTable


def bound_share(
    table: CompositionTable, rows: dict[str, FloatArray]
) -> FloatArray:
    """Compute the share of each recipe's rare earth that oxygen, nitrogen and carbon bind, (n,).

    Oxygen binds 6.0 times its mass of Nd, 6.27 of Sm.

    Parameters
    ----------
    table : CompositionTable
        n recipes.
    rows : dict of ndarray, shape (n,)
        ``oxygen_wt_pct``, ``nitrogen_wt_pct`` and ``carbon_wt_pct``, of the
        recipe or else of the process. All three must be there. NaN counts as
        none.

    Returns
    -------
    ndarray of float64, shape (n,)
        Share of the rare-earth atoms, 0 to 0.99. A recipe without rare earth
        has 0.99, or 0 where it has none of the three either.
    """
    from ..alloy._row_kernels import sums

    rare = table.fraction(*RARE_EARTHS)
    mass = sums(table.rows, ATOMIC_MASS)
    atoms = np.zeros(len(table))
    for name, (symbol, ratio) in BOUND.items():
        mass_share = (
            np.nan_to_num(rows[name])
            / 100.0
            * mass
            / ATOMIC_MASS[INDEX[symbol]]
        )
        atoms += ratio * mass_share
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.nan_to_num(np.clip(atoms / rare, 0.0, 0.99))


def balance(
    table: CompositionTable,
    parts: "Partition",
    rows: dict[str, FloatArray],
    formula: FloatArray,
) -> Balance:
    """Take from each recipe the rare earth that is bound, then split what is left into phases.

    Only hosts whose second phases are on file, and rows that are not wholly a formula, lose rare
    earth.

    Parameters
    ----------
    table : CompositionTable
        n recipes; not changed.
    parts : Partition
        The same recipes split by `phases.partition.partition`, nothing bound.
    rows : dict of ndarray, shape (n,)
        Process of each, as of `process.by_row`; ``oxygen_wt_pct``,
        ``nitrogen_wt_pct`` and ``carbon_wt_pct`` are read; NaN counts as none.
    formula : ndarray of float64, shape (n,)
        How far a recipe is a bare formula, 0 to 1. Those name a hard phase and stay as they are.

    Returns
    -------
    Balance
        Phases of the n magnets: ``parts`` (a `Partition`); ``hard``, ``oxide``
        and ``soft``, (n,), volume fractions of the whole magnet, oxide
        included; ``second``, (n,), polarization of what lies beside the hard
        phase over J_s of the hard phase, times its volume fraction; ``bound``,
        (n,), the bound share of the rare earth, 0 to 0.99; and ``charge``,
        which is `table` itself. ``hard`` is NaN without a host.
    """
    from ..alloy._row_kernels import sums
    from ..phases.partition import atomic_volumes, partition

    codes = parts.host
    has_second_phases = np.isin(codes, list(_SECOND_PHASES)) & (formula < 1.0)
    oxide = share = np.zeros(len(table))
    if has_second_phases.any():
        share = np.where(
            has_second_phases, bound_share(table, rows) * (1.0 - formula), 0.0
        )
        rare = mask(RARE_EARTHS)[table.indices]
        row = np.repeat(np.arange(len(table)), np.diff(table.indptr))
        values = table.values * (1.0 - rare * share[row])
        # Rows that keep all stay to the last digit, whatever else is in the table.
        values /= np.where(
            has_second_phases, np.bincount(row, values, len(table)), 1.0
        )[row]
        less = CompositionTable(
            table.indptr, table.indices, values, table.row_index, table.errors
        )
        parts = partition(less, codes)
        earth = table.fraction(*RARE_EARTHS)
        volume = atomic_volumes()
        with np.errstate(divide="ignore", invalid="ignore"):
            volume_per_earth = np.nan_to_num(
                sums(table.rows, mask(RARE_EARTHS) * volume) / earth
            )
        bound = share * earth
        metal = sums(table.rows, volume) - bound * volume_per_earth
        oxide = (
            bound * GRAINS.oxide_volume / (metal + bound * GRAINS.oxide_volume)
        )
    hard = parts.hard_volume_fraction * (1.0 - oxide)
    outside = (1.0 - parts.hard_volume_fraction) * (1.0 - oxide)
    earth = parts.grain_boundary.fraction(*RARE_EARTHS)
    soft = np.zeros(len(table))
    second = np.zeros(len(table))
    for code, phases in _SECOND_PHASES.items():
        rows_of = has_second_phases & (codes == code)
        # Both phases lie side by side about the composition that parts them.
        short = np.clip(
            0.5 + (1.0 - earth / phases.poor_below) / GRAINS.beside, 0.0, 1.0
        )
        soft = np.where(rows_of, short * outside, soft)
        poor = phases.poor_polarization_T
        rich = phases.rich_polarization_T
        polarization = rich + short * (poor - rich)
        second = np.where(
            rows_of, outside * polarization / phases.own_polarization_T, second
        )
    # What lies beside a formula is the process's.
    soft = soft * (1.0 - formula)
    second = second * (1.0 - formula)
    return Balance(parts, hard, oxide, soft, second, share, table)


def microstructure(
    rows: dict[str, FloatArray], structure: dict[str, FloatArray]
) -> tuple[FloatArray, ...]:
    """Compute alpha_K, N_eff, H_cJ of cells (A/m), what coupled grains keep, and the decay.

    N_eff = N_0 + n ln(D / D_0), not below 0, rises with grain size, alpha_K = alpha_0 + w wetting +
    decoupling. H_cJ at 20 degrees C is multiplied by what couples the grains, by way of alpha_K as
    a producer's level is: p = factor exp(-v_soft/v_0) [1 - (1 - exp(-k_Co Co)) exp(-x/x_0)]
    exp(-(k_La + k_m Ce) La), Ce and La being shares of the rare earth. Grains that a soft phase or
    too little rare-earth-rich phase couples reverse together. Cobalt that no additive x accompanies
    turns the boundary phase into a magnetic Laves phase R(Fe,Co)2. Lanthanum, whose 2:14:1 barely
    forms, leaves iron behind, and more of it beside cerium, as in mischmetal. Carbides leave
    exp(-k_C c) and ribbons with refractory metals have exp(g (1 - exp(-y/y_0))) as much, see
    `solid_state_loss` and `ribbon_refinement`. Cellular magnets are those of
    `_cells.cellular_coercivity`.

    Parameters
    ----------
    rows : dict of str to ndarray, shape (n,)
        Of `process.by_row`: ``alpha_k``, ``n_eff``, ``grain_size_um``,
        ``grain_reference_um``, ``grain_slope``, ``wetted``, ``decay``,
        ``cobalt_loss``, ``lanthanum_loss`` and ``mischmetal_loss``; where
        there are cells ``pinning_kA_m``, ``copper_scale``, ``hot_kA_m``,
        ``iron_limit``, ``aged_for_C``, ``ordinary_fall`` and ``harder`` too.
        With ``lanthanum`` and ``cerium``, the shares of La and Ce in the rare
        earth, ``cobalt``, that of Co in iron and cobalt, ``carbide``, that of
        C in boron and carbon, and ``refractory``, the atomic fraction of Ti,
        Zr, Hf, V, Nb and Ta.
    structure : dict of str to ndarray, shape (n,)
        Volume fraction ``soft``; ``decoupling_factor``, the share of
        coercivity that the boundary leaves; ``wetting`` and ``decoupling``,
        what additions and R6Fe13Ga add to alpha_K; ``additive``, the atomic
        fraction of Ga and Cu; and ``iron``, ``copper``, ``zirconium``,
        ``ratio`` and ``earth``, the fields of `_cells.Shares`, NaN without
        cells.

    Returns
    -------
    alpha_k, n_eff : ndarray, shape (n,)
        Kronmueller's parameters at 20 degrees C.
    pinning : ndarray, shape (n,)
        H_cJ of cells at 20 degrees C, A/m; 0 of magnets without cells.
    remaining : ndarray, shape (n,)
        Factor on H_cJ at 20 degrees C of coupled grains, 0 or more; above 1
        where refractory metals refine ribbons; 1 of cells.
    decay : ndarray, shape (n,)
        ``rows["decay"]``, a power or a fall per 1000 K as
        `Family.temperature_law` says; of cells the relative fall of H_cJ per
        1000 K.
    """
    size = rows["grain_size_um"] / rows["grain_reference_um"]
    n_eff = rows["n_eff"] + rows["grain_slope"] * np.log(size)
    remaining_decoupling = grain_decoupling(rows, structure)
    gain = rows["wetted"] * structure["wetting"] + structure["decoupling"]
    alpha_k = rows["alpha_k"] + gain
    n_eff = np.maximum(n_eff, 0.0)
    pinning, decay = cellular_coercivity(rows, structure)
    return (
        alpha_k,
        n_eff,
        pinning,
        np.where(pinning > 0.0, 1.0, remaining_decoupling),
        decay,
    )


def grain_decoupling(
    rows: dict[str, FloatArray], structure: dict[str, FloatArray]
) -> FloatArray:
    """Compute the share, 0 to 1 or more, of H_cJ at 20 degrees C that coupled grains keep.

    Parameters
    ----------
    rows : dict of ndarray, shape (n,)
        Falls of ln H_cJ per share, 0 for no loss: ``cobalt_loss``,
        ``lanthanum_loss`` and ``mischmetal_loss``; ``cobalt``, share of Co in
        Fe and Co; ``cerium`` and ``lanthanum``, shares of the rare earth;
        ``carbide``, share of C in B and C; ``refractory``, the atomic fraction
        of Ti, Zr, Hf, V, Nb and Ta; and ``grain_size_um``.
    structure : dict of ndarray, shape (n,)
        What `magnetkit.magnetism._magnets._structure` returns; ``decoupling_factor``, ``soft`` and
        ``additive`` are read.

    Returns
    -------
    ndarray of float64, shape (n,)
        Above 1 where refractory metals refine ribbons. A ``carbide`` of NaN
        counts as none; NaN elsewhere stays NaN.
    """
    with np.errstate(over="ignore"):
        decoupling = structure["decoupling_factor"] * np.exp(
            -structure["soft"] / GRAINS.soft_scale
        )
    laves = -np.expm1(-rows["cobalt_loss"] * rows["cobalt"])
    decoupling = decoupling * (
        1.0 - laves * np.exp(-structure["additive"] / GRAINS.additive)
    )
    loss = rows["lanthanum_loss"] + rows["mischmetal_loss"] * rows["cerium"]
    ribbon = rows["grain_size_um"] < GRAINS.ribbon_grain
    lanthanum = np.where(ribbon, 0.0, loss * rows["lanthanum"])
    refinement = np.where(ribbon, ribbon_refinement(rows["refractory"]), 0.0)
    change = refinement - lanthanum - solid_state_loss(rows["carbide"])
    return np.asarray(decoupling * np.exp(change))


def solid_state_loss(carbide: FloatArray) -> FloatArray:
    """Compute by how much ln H_cJ of carbides lies below that of borides: k_C c, 0 or more, (n,).

    R2Fe14C forms in the solid, from R2Fe17Cx of which some stays between its
    grains; a quarter of boron lets it form from the melt. c rises in a
    straight line from 0 at ``carbide_from`` of ``datasets/laws/grains.toml``
    to 1 without boron. `carbide`, (n,), is the share of C in boron and carbon
    by atoms; NaN counts as none.
    """
    smallest_carbon = GRAINS.carbide_from
    beyond = np.clip(
        (carbide - smallest_carbon) / (1.0 - smallest_carbon), 0.0, 1.0
    )
    return np.asarray(GRAINS.carbide_loss * np.nan_to_num(beyond))


def ribbon_refinement(refractory: FloatArray) -> FloatArray:
    """Compute by how much ln H_cJ of ribbons rises with refractory metals: g (1 - exp(-y/y_0)), (n,).

    `refractory`, (n,), is y, the fraction of all atoms that are Ti, Zr, Hf, V,
    Nb and Ta, which keep the grains of ribbons fine. The result is 0 or more;
    NaN stays NaN.
    """
    return np.asarray(
        -GRAINS.refining_gain * np.expm1(-refractory / GRAINS.refining_amount)
    )


def reduced_remanence(
    alignment: FloatArray, soft: FloatArray, fine: FloatArray
) -> FloatArray:
    """Compute B_r over the polarization of all phases: alignment, and exchange of fine grains.

    a + g [1 - exp(-v / v_0)] 2 (1 - a): isotropic grains (a = 1/2) that share iron of volume
    fraction v turn it by exchange; aligned ones have nothing to gain.

    Parameters
    ----------
    alignment : ndarray, shape (n,)
        Mean cosine to the texture axis.
    soft : ndarray, shape (n,)
        Volume fraction of iron.
    fine : ndarray of bool, shape (n,)
        Whether grains are as fine as a wall is wide; others are not coupled by exchange.

    Returns
    -------
    ndarray of float64, shape (n,)
        Without a unit; `alignment` where grains are not fine. g and v_0 are
        ``exchange_remanence`` and ``exchange_volume`` of
        ``datasets/laws/grains.toml``.
    """
    exchange_share = -GRAINS.exchange_remanence * np.expm1(
        -soft / GRAINS.exchange_volume
    )
    return np.asarray(
        alignment
        + np.where(fine, 2.0 * exchange_share * (1.0 - alignment), 0.0)
    )


def slope_deviation(rows: dict[str, FloatArray]) -> FloatArray:
    """Compute what one standard deviation of the slope with grain size adds to N_eff, shape (n,).

    The slope counts from the grain size of the magnets that the family's level
    was fitted to. `rows` has ``grain_size_um``, ``fitted_grain_um`` (um) and
    ``grain_deviation`` (N_eff per unit of ln of the grain size) of each
    magnet, (n,) each (KeyError otherwise). The result is above 0 for larger
    grains than the fitted ones and below 0 for smaller ones; NaN gives 0.
    """
    away = np.log(rows["grain_size_um"] / rows["fitted_grain_um"])
    return np.nan_to_num(rows["grain_deviation"] * away)


def grain_effect(
    phases: Any, rules: Any, rows: dict[str, FloatArray], temperature: Any
) -> FloatArray:
    """Compute what one standard deviation of the slope with grain size does to ln H_cJ, shape (m, n).

    A steeper slope lowers H_cJ of larger grains than those that the family's
    level was fitted to, at 20 degrees C and above: the effect is below 0
    there, and above 0 for smaller grains. It is 0 at that grain size, where
    N_eff is 0, where the grain size is NaN and where no coercivity is left. It
    is large where little is left.

    Parameters
    ----------
    phases : Phases
        Of n alloys, see `magnetkit.magnetism._magnet_kernels`, such as ``made.phases`` of `Alloys`.
    rules : Rules
        Of the same alloys, see there, such as ``made.rules()``.
    rows : dict of ndarray, shape (n,)
        Process of each magnet by the name of the setting, as of
        `process.by_row`; ``grain_size_um``, ``fitted_grain_um`` (um) and
        ``grain_deviation`` (N_eff per unit of ln of the grain size) are read.
    temperature : float or ndarray, shape (m,)
        Temperature or temperatures, K; a float counts as m = 1.
    """
    from ._magnet_kernels import ROOM, states

    kelvin = np.atleast_1d(np.asarray(temperature, float))
    off = slope_deviation(rows)
    off[~(rules.n_eff > 0.0)] = 0.0
    if not off.any():
        return np.zeros((kelvin.size, off.size))
    polarization, coercivity, *_ = states(kelvin, phases, rules)
    room_polarization, room_coercivity, *_ = states(
        np.array([ROOM]), phases, rules
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        # A level holds H_cJ at 20 C to its share of the model's: alpha_K H_N, which it sets, takes
        # up what N_eff takes away but for that share, here as at 20 C.
        nucleation = coercivity + rules.n_eff * polarization / MU_0
        room_nucleation = (
            room_coercivity + rules.n_eff * room_polarization / MU_0
        )
        restoration = (
            (1.0 - rules.level)
            * room_polarization
            * nucleation
            / room_nucleation
        )
        shift = -off * (polarization - restoration) / MU_0 / coercivity
    # The logarithm bounds what a straight line would make of a coercivity next to nothing.
    effect = np.copysign(np.log1p(np.abs(shift)), shift)
    return np.where(np.isfinite(effect), effect, 0.0)
