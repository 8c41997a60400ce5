"""The boundary of sintered Nd-Fe-B: what decouples its grains and what couples them.

Atoms are counted, in moles of a recipe. T is Fe, Co, Ni and Mn; X is Ti, Zr, Hf, Nb, Ta and V;
constants are those of ``datasets/laws/boundary.toml`` (kappa: carbon_on_titanium, q: borides,
k_Cu, k_Al: copper_for_gallium, aluminium_for_gallium, s: iron_in_boundary).

1. Borides: B' = B - q max(X - kappa C, 0), with C what is named or the usual, whichever is more.
   With q of 2 and kappa of 1/2 it is B + C - 2 X that counts, as claims have it (US 2022/0406495).
2. Carbon in the recipe fills what boron lacks, C' = min(C, T/14 - B'); the rest binds 2/3 R each.
3. Iron that boron leaves, D = T - 14 (B' + C'), goes first to R6T13Ga (13 T for each Ga), then to
   R6T13Cu and R6T11Al3 of k_Cu Cu and k_Al Al, then into the rare-earth-rich phase (s times its
   mass), and what is left becomes soft R2T17.
4. Boron beyond, B' + C' > T/14, makes R1.1T4B4.
5. Free rare earth f, wt.%: what hard phase, R6T13Ga, R2T17, borides, carbide and oxygen leave.

The share of coercivity that is left is

    [1 - (1-w) exp(-f/f_1) - w exp(-f/f_2)] exp(-v_17/v_0 - laves c)

with v_17 the volume fraction of R2T17 and c the share of cerium beyond about half; additions raise
alpha_K (`wetting_gain`), and so does R6T13Ga (`decoupling_gain`; R6T13Cu is antiferromagnetic and
not seen to). Range: R 27 to 36, B 0.82 to 1.6,
Al to 1, Cu to 0.5, Ga to 0.8 wt.%.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core._types import BoolArray, FloatArray, Int8Array
from .._core.elements import ATOMIC_MASS, INDEX, RARE_EARTHS, mask
from .laws import law

if TYPE_CHECKING:
    from ..alloy.table import CompositionTable


BOUNDARY = law("boundary")
FORMULA = law("formula")

# Atoms of T in R6T13Ga, R6T11Al3, R2T17 and R2T14B for an atom of Ga, Al, R and B.
_T_PER_GALLIUM = 13.0
_T_PER_ALUMINIUM = 11.0 / 3.0
_R_PER_T_DECOUPLING = 6.0 / 13.0
_R_PER_T_SOFT = 2.0 / 17.0
_T_PER_BORON = 14.0
# R1.1T4B4.
_R_PER_BORIDE = 1.1
# R2C3.
_R_PER_CARBON = 2.0 / 3.0

_SINGLE = ("B", "C", "Al", "Cu", "Ga", "Co")
_BORIDE_FORMERS = ("Ti", "Zr", "Hf", "Nb", "Ta", "V")


def boundary_composition(
    table: "CompositionTable", bound: Any, grain_um: FloatArray | None
) -> dict[str, FloatArray]:
    """Compute what lies between the grains of n melted recipes of 2:14:1.

    Parameters
    ----------
    table : CompositionTable
        The recipes.
    bound : ndarray, shape (n,), or float
        Share of the rare earth that oxygen, nitrogen and carbon of the process
        bind, 0 to 1.
    grain_um : ndarray, shape (n,), or None
        Mean grain size, um; None if free rare earth alone is wanted.

    Returns
    -------
    dict of str to ndarray, shape (n,)
        ``free``: free rare earth, wt.%, below 0 where it is short; the only entry where `grain_um`
        is None. ``decoupling_earth``: rare earth in R6T13Ga, wt.%; ``r2fe17``, ``r6fe13ga``,
        ``r6fe13x``, ``boride``: volume fractions of R2T17, of R6T13Ga, of that with what copper and
        aluminium make like it, and of R1.1T4B4; ``soft_doubt``: standard deviation of ``r2fe17`` by
        the doubt of boron; ``boron``: wt.%; ``wetting``, ``decoupling``: what additions and R6T13Ga
        add to alpha_K; ``cerium``: share of cerium beyond about half, 1 where all is Ce;
        ``sintered``: 1 where grains need a boundary phase, else 0.
    """
    from ..alloy._row_kernels import sums_of_each

    sums = sums_of_each(table.rows, _element_sums()).T
    rare, metal, former, cerium, mass, heavy, volume, earth_volume = sums[:8]
    atoms = dict(zip(_SINGLE, sums[8:], strict=True))
    boron, carbide = _split_boron(atoms, former, metal, mass)
    units = np.minimum(boron, (metal - boron) / (_T_PER_BORON - 1.0))
    borides = 0.25 * np.maximum(boron - units, 0.0)
    # Below zero where boron is in excess.
    free_iron = metal - _T_PER_BORON * boron
    by_gallium = np.clip(free_iron, 0.0, _T_PER_GALLIUM * atoms["Ga"])
    capacity = _decoupling_capacity(atoms)
    decoupling = np.clip(free_iron, 0.0, capacity)
    bound_earth = 2.0 * units + _R_PER_BORIDE * borides
    bound_earth = (
        bound_earth
        + _R_PER_T_DECOUPLING * decoupling
        + _R_PER_CARBON * carbide
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        earth_mass = heavy / rare
        unbound = np.nan_to_num(rare * (1.0 - bound) - bound_earth)
        iron_share = np.maximum(unbound, 0.0) * BOUNDARY.iron_in_boundary
        iron_in_boundary = np.nan_to_num(
            iron_share * earth_mass / ATOMIC_MASS[INDEX["Fe"]]
        )
        soft_balance = free_iron - capacity - iron_in_boundary
        soft = np.maximum(soft_balance, 0.0)
        per_rare = np.nan_to_num(100.0 * earth_mass / mass)
        cerium = np.nan_to_num(cerium / rare)
    free = per_rare * (unbound - _R_PER_T_SOFT * soft)
    if grain_um is None:
        return {"free": free}

    r6fe13ga = by_gallium * BOUNDARY.decoupling_volume / volume
    with np.errstate(divide="ignore", invalid="ignore"):
        cobalt = np.nan_to_num(atoms["Co"] / metal)
    weight = {
        s: 100.0 * atoms[s] * ATOMIC_MASS[INDEX[s]] / mass for s in _SINGLE
    }
    soft_doubt = _soft_deviation(soft_balance, mass)
    return {
        "free": free,
        "decoupling_earth": per_rare * _R_PER_T_DECOUPLING * by_gallium,
        "r2fe17": soft * BOUNDARY.soft_volume / volume,
        "r6fe13ga": r6fe13ga,
        "r6fe13x": decoupling * BOUNDARY.decoupling_volume / volume,
        "boride": borides * _boride_volume(rare, earth_volume) / volume,
        "soft_doubt": soft_doubt * BOUNDARY.soft_volume / volume,
        "boron": weight["B"],
        "wetting": wetting_gain(weight["Al"], weight["Cu"], weight["Ga"]),
        "decoupling": decoupling_gain(r6fe13ga, cobalt),
        "cerium": _cerium_beyond_half(cerium),
        "sintered": np.where(grain_um >= BOUNDARY.finest_sintered, 1.0, 0.0),
    }


def _split_boron(
    atoms: dict[str, FloatArray],
    former: FloatArray,
    metal: FloatArray,
    mass: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Split boron and carbon of n recipes: what makes 2:14:1, and what carbon is left.

    Parameters
    ----------
    atoms : dict of ndarray, shape (n,)
        Moles of ``B`` and ``C``, in the same amount of the recipe as those of the others.
    former : ndarray, shape (n,)
        Moles of X, which binds boron.
    metal : ndarray, shape (n,)
        Moles of T.
    mass : ndarray, shape (n,)
        Mass of the recipe, g.

    Returns
    -------
    boron : ndarray, shape (n,)
        Moles of boron that X leaves and of carbon in its place.
    carbide : ndarray, shape (n,)
        Moles of carbon that binds rare earth.
    """
    usual_carbon = (
        0.01 * BOUNDARY.usual_carbon * mass / ATOMIC_MASS[INDEX["C"]]
    )
    # A recipe that names more says all that there is.
    carbon = np.maximum(atoms["C"], usual_carbon)
    unbound_former = np.maximum(
        former - BOUNDARY.carbon_on_titanium * carbon, 0.0
    )
    boron = np.maximum(atoms["B"] - BOUNDARY.borides * unbound_former, 0.0)
    lacking = np.maximum(metal / _T_PER_BORON - boron, 0.0)
    filling = np.minimum(atoms["C"], lacking)
    return boron + filling, atoms["C"] - filling


def _soft_deviation(balance: FloatArray, mass: FloatArray) -> FloatArray:
    """Compute the standard deviation of T in R2T17 that the doubt of boron brings, moles, (n,).

    `balance`, (n,), is the moles of T that go to R2T17, below 0 where there is
    too little of it; `mass`, (n,), is that of the recipe, g. The result is 0
    where no boron within its doubt would let R2T17 form.
    """
    boron = 0.01 * BOUNDARY.boron_doubt * mass / ATOMIC_MASS[INDEX["B"]]
    soft = np.maximum(balance, 0.0)
    less_boron = np.maximum(balance + _T_PER_BORON * boron, 0.0)
    more_boron = np.maximum(balance - _T_PER_BORON * boron, 0.0)
    return np.sqrt(0.5 * ((less_boron - soft) ** 2 + (more_boron - soft) ** 2))


def _boride_volume(rare: FloatArray, earth_volume: FloatArray) -> FloatArray:
    """Compute the volume of a formula unit of R1.1T4B4 with the rare earths of n recipes, A3, (n,).

    R is the mean by atoms of the rare earths of a recipe, with no volume where
    there are none; T is taken as iron. `rare` are the moles of the rare earths
    and `earth_volume` is their volume, A3 times moles, (n,) each.
    """
    from ..phases.partition import atomic_volumes

    volumes = atomic_volumes()
    with np.errstate(divide="ignore", invalid="ignore"):
        earth = earth_volume / rare
    iron = float(volumes[INDEX["Fe"]])
    boron = float(volumes[INDEX["B"]])
    return _R_PER_BORIDE * np.nan_to_num(earth) + 4.0 * (iron + boron)


def _decoupling_capacity(atoms: dict[str, FloatArray]) -> FloatArray:
    """Compute the atoms of T that gallium, copper and aluminium can bind as R6T13Ga, shape (n,).

    `atoms` has the moles of ``Ga``, ``Cu`` and ``Al`` in each recipe; the
    result is in moles too. T are Fe, Co, Ni and Mn.
    """
    like_gallium = atoms["Ga"] + BOUNDARY.copper_for_gallium * atoms["Cu"]
    like_aluminium = BOUNDARY.aluminium_for_gallium * atoms["Al"]
    return _T_PER_GALLIUM * like_gallium + _T_PER_ALUMINIUM * like_aluminium


def _cerium_beyond_half(share: FloatArray) -> FloatArray:
    """Return the share of cerium beyond `laves_from`, over 1 less `laves_from`; shape (n,).

    `share`, (n,), is that of cerium in the rare earth, 0 to 1. The result
    rises without a corner: it is nearly 0 well below `laves_from` (a constant
    of ``datasets/laws/boundary.toml``, about half) and 1 for cerium alone.
    """
    over = BOUNDARY.laves_over
    beyond = over * np.logaddexp(0.0, (share - BOUNDARY.laves_from) / over)
    return np.asarray(beyond / (1.0 - BOUNDARY.laves_from))


@lru_cache(maxsize=1)
def _element_sums() -> FloatArray:
    """Build the weights by which sums over the elements of a recipe are taken, shape (118, 14).

    The columns are: rare earths, metals (Fe, Co, Ni, Mn), boride formers (Ti,
    Zr, Hf, Nb, Ta, V), Ce, atomic mass, mass of the rare earths, atomic volume
    (A3), that of the rare earths, and B, C, Al, Cu, Ga and Co by themselves.
    Rows are elements by atomic number less 1. The array is shared: do not
    change it.
    """
    from ..phases.partition import atomic_volumes

    earths = mask(RARE_EARTHS)
    metals = mask(("Fe", "Co", "Ni", "Mn"))
    columns = [
        earths,
        metals,
        mask(_BORIDE_FORMERS),
        mask(("Ce",)),
        ATOMIC_MASS,
    ]
    volumes = atomic_volumes()
    columns += [earths * ATOMIC_MASS, volumes, earths * volumes]
    columns += [mask((symbol,)) for symbol in _SINGLE]
    return np.column_stack(columns)


def wetting_gain(
    aluminium: FloatArray, copper: FloatArray, gallium: FloatArray
) -> FloatArray:
    """Compute what additions that make the boundary wet the grains add to alpha_K.

    Each saturates as G (1 - exp(-w / w_0)); copper and gallium stand in for
    each other, so that their w / w_0 add; all together reach M tanh(sum / M).
    Copper beyond `most_copper` makes phases of its own and lowers all of it:
    exp(-((w - most) / most)^2).

    Parameters
    ----------
    aluminium, copper, gallium : ndarray, shape (n,)
        Contents, wt.%.

    Returns
    -------
    ndarray, shape (n,)
        Gain of alpha_K, without a unit: 0 or more.
    """
    book = BOUNDARY
    by_copper = copper / book.copper_scale
    by_gallium = gallium / book.gallium_scale
    wetting = by_copper + by_gallium
    with np.errstate(divide="ignore", invalid="ignore"):
        largest_gain = (
            book.copper_gain * by_copper + book.gallium_gain * by_gallium
        ) / wetting
    gain = -book.aluminium_gain * np.expm1(-aluminium / book.aluminium_scale)
    gain = gain - np.nan_to_num(largest_gain) * np.expm1(-wetting)
    gain = book.most_wetting * np.tanh(gain / book.most_wetting)
    excess_copper = (
        np.maximum(copper - book.most_copper, 0.0) / book.most_copper
    )
    return np.asarray(
        gain * np.exp(-(excess_copper**2)) / book.nucleation_field
    )


def decoupling_gain(volume: FloatArray, cobalt: FloatArray) -> FloatArray:
    """Compute what R6T13Ga adds to alpha_K: G (1 - exp(-v / v_0)) exp(-(Co / c_0)^2).

    `volume` is its volume fraction, 0 to 1, `cobalt` the share of cobalt in T
    (Fe, Co, Ni and Mn), 0 to 1, with which the phase is not ordered enough to
    decouple; shape (n,). The result is 0 or more and has no unit, as alpha_K.
    """
    gain = -BOUNDARY.decoupling_gain * np.expm1(
        -volume / BOUNDARY.decoupling_scale
    )
    gain = gain * np.exp(-((cobalt / BOUNDARY.decoupling_cobalt) ** 2))
    return np.asarray(gain / BOUNDARY.nucleation_field)


def decoupling_factor(structure: dict[str, FloatArray]) -> FloatArray:
    """Compute the share of coercivity that free rare earth, R2T17 and cerium leave, shape (n,).

    `structure` is what `boundary_composition` returns: ``free`` and ``decoupling_earth`` (wt.%),
    ``r2fe17`` (volume fraction) and ``cerium`` (share beyond about half), (n,) each, are read. The
    share is 0 to 1.
    """
    return np.asarray(np.exp(log_decoupling(structure)))


def log_decoupling(structure: dict[str, FloatArray]) -> FloatArray:
    """Compute the logarithm of `decoupling_factor`, shape (n,).

    `structure` is what `boundary_composition` returns; ``free`` and
    ``decoupling_earth`` (both wt.%), ``r2fe17`` (volume fraction) and
    ``cerium`` (share beyond about half) are read. It is 0 or less, and -inf
    where nothing is left.
    """
    wetting_share = _wetted_share(
        structure["free"], structure["decoupling_earth"]
    )
    soft = structure["r2fe17"] / BOUNDARY.soft_scale
    with np.errstate(divide="ignore"):
        return (
            np.log(wetting_share)
            - soft
            - BOUNDARY.laves_loss * structure["cerium"]
        )


def _wetted_share(
    free: FloatArray, decoupling_earth: FloatArray
) -> FloatArray:
    """Compute the share, 0 to 1, of the coercivity that free rare earth brings, shape (n,).

    `free`, free rare earth, below 0 where it is short, and `decoupling_earth`,
    rare earth in R6T13Ga, are wt.%, (n,). Where rare earth is short the share
    goes to 0.
    """
    book = BOUNDARY
    earth = free + book.decoupling_rare_earth * decoupling_earth
    earth = book.weighing * np.logaddexp(0.0, earth / book.weighing)
    thin = -(1.0 - book.thick_share) * np.expm1(-earth / book.free_scale_thin)
    return np.asarray(
        thin - book.thick_share * np.expm1(-earth / book.free_scale_thick)
    )


def usual_boundary(structure: dict[str, FloatArray]) -> dict[str, FloatArray]:
    """Return the boundary composition of the charge that a bare formula stands for.

    `structure` is a dictionary of arrays (n,), as `boundary_composition`
    returns; it is not changed. The result is a new dictionary: ``free`` is the
    usual amount (wt.%); ``decoupling_earth``, ``r2fe17`` and ``r6fe13ga`` are
    zero. Every other entry, ``cerium``, ``boride`` and ``r6fe13x`` among them,
    is the same array as in `structure`.
    """
    none = np.zeros_like(structure["free"])
    return {
        **structure,
        "free": np.full_like(none, BOUNDARY.usual_free),
        "decoupling_earth": none,
        "r2fe17": none,
        "r6fe13ga": none,
    }


def boundary_deviation(structure: dict[str, FloatArray]) -> FloatArray:
    """Compute the standard deviation of ln H_cJ that the boundary phase adds to that of ordinary magnets.

    The volume of R2T17 is known as well as boron is weighed and as iron in the
    boundary and carbon on titanium are, and so is what it does; much cerium
    and being half a formula add theirs. The result, 0 or more, has shape (n,);
    it adds to that of ordinary magnets as squares do.

    `structure` is what `_magnets._structure` returns, arrays (n,): ``r2fe17`` (volume fraction),
    ``soft_doubt`` (its standard deviation), ``cerium`` (share beyond about half) and ``formula``
    (how far a row is a bare formula, 0 to 1) are read.
    """
    book = BOUNDARY
    soft = structure["r2fe17"]
    on_scale = (
        soft / book.soft_scale * _deviation("soft_scale") / book.soft_scale
    )
    on_boron = structure["soft_doubt"] / book.soft_scale
    share = structure["cerium"] / book.cerium_doubt_over
    cerium = -book.cerium_doubt * np.expm1(-(share**2))
    half = (
        4.0
        * book.formula_doubt
        * structure["formula"]
        * (1.0 - structure["formula"])
    )
    return np.sqrt(on_scale**2 + on_boron**2 + cerium**2 + half**2)


def _deviation(name: str) -> float:
    """Return the standard deviation of a constant of the boundary, in the unit of the constant.

    `name` is that of a constant of ``datasets/laws/boundary.toml``, such as "soft_scale";
    StopIteration for another.
    """
    return next(
        constant.deviation for constant in BOUNDARY if constant.name == name
    )


def formula_likelihood(
    table: "CompositionTable", host: Int8Array, hard: FloatArray
) -> FloatArray:
    """Compute how likely n rows name a compound (Nd2Fe14B) rather than a furnace charge, 0 to 1, (n,).

    A formula names a hard phase, whose maker adds what the process takes; within an amount as small
    beside it the likelihood falls from 1 to 0. A charge by weight is no formula.

    Parameters
    ----------
    table : CompositionTable
        The recipes, and whether each is written by weight.
    host : ndarray of int8, shape (n,)
        Indices of their hosts in `HOST_NAMES`, -1 for none, which counts as a
        host other than 2:14:1.
    hard : ndarray, shape (n,)
        Volume fraction that is the hard phase; NaN counts as 0. It decides alone for other hosts
        than 2:14:1.
    """
    from ..phases.partition import hosts_by_hardening

    book = FORMULA
    rare = table.fraction(*RARE_EARTHS)
    boron = table.fraction("B", "C")
    distance = np.maximum(
        np.abs(rare - 2.0 / 17.0), np.abs(boron - 1.0 / 17.0)
    )
    other_share = np.maximum(
        1.0 - rare - boron - table.fraction("Fe", "Co"), 0.0
    )
    additives = -np.expm1(-other_share / book.additives)
    edge = book.plain + (book.recipe - book.plain) * additives
    likelihood = (edge - distance) / (edge - book.printed)
    pure = (np.nan_to_num(hard) - book.mixed) / (book.bare - book.mixed)
    steepness = (book.bare - book.mixed) / (book.bare - book.added)
    likelihood = np.minimum(
        likelihood, 1.0 + additives * steepness * (pure - 1.0)
    )
    likelihood = np.where(
        hosts_by_hardening(host, "boundary"), likelihood, pure
    )
    likelihood = np.where(table.is_by_weight, 0.0, likelihood)
    return np.clip(likelihood, 0.0, 1.0)


def failed_conditions(
    structure: dict[str, FloatArray],
) -> Iterator[tuple[str, BoolArray]]:
    """Yield each condition of sintered Nd-Fe-B that some rows may fail.

    Parameters
    ----------
    structure : dict of ndarray, shape (n,)
        ``sintered`` (above 0 for sintered Nd-Fe-B), ``boron``, ``free``, ``decoupling_earth``
        (wt.%) and ``r2fe17`` (volume fraction).

    Yields
    ------
    words : str
        Of the status: "no free rare earth", "soft R2Fe17: boron is short" and "coercivity unknown:
        amount of boron", in this order.
    fails : ndarray of bool, shape (n,)
        True where the row fails; False where ``sintered`` is 0.
    """
    is_sintered = structure["sintered"] > 0.0
    too_little = BOUNDARY.least_boron
    too_much = BOUNDARY.most_boron
    outside = (structure["boron"] < too_little) | (
        structure["boron"] > too_much
    )
    earth = (
        structure["free"]
        + BOUNDARY.decoupling_rare_earth * structure["decoupling_earth"]
    )
    yield "no free rare earth", is_sintered & (earth <= 0.0)
    yield (
        "soft R2Fe17: boron is short",
        is_sintered & (structure["r2fe17"] > BOUNDARY.most_soft),
    )
    yield "coercivity unknown: amount of boron", is_sintered & outside
