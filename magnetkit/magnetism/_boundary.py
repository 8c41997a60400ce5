"""The boundary of sintered Nd-Fe-B by counting atoms: what parts its grains, what couples them.

Boron that is short leaves iron, which gallium binds as R6Fe13Ga and which else becomes soft R2Fe17;
boron beyond makes R1.1Fe4B4. Rare earth that neither these, nor the hard phase, nor oxygen takes is
free to part the grains, and aluminium, copper and gallium make it wet them.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .._core.elements import ATOMIC_MASS, INDEX, RARE_EARTHS, mask

if TYPE_CHECKING:
    from ..alloy.table import CompositionTable
    from ._balance import Balance

Array = NDArray[np.float64]

# Volume of R2Fe17 an atom of iron, A3: 265 a formula unit of Nd2Fe17 (a 8.58, c 12.46 A; memory).
_SOFT_VOLUME = 265.0 / 17.0
# wt.% of free rare earth that brings 63 % of the coercivity: recipe N6 of magnets.csv has 758 kA/m
# with 0.6 to 1.2 wt.% (its oxygen is not printed).
_PARTED = 0.8
# wt.% of rare earth by which charges of one recipe differ, weighed and burnt off (assumed): with
# about none free one magnet in two has some.
_WEIGHED = 0.15
# Volume fraction of R2Fe17 at which a third of the coercivity is left, and more than any magnet
# has (from memory: 0.015 to 0.045).
_SOFT, _MOST_SOFT = 0.03, 0.08
# kA/m that an addition brings at most and the wt.% that bring 63 % of it (from memory; Al: 0.1 wt.%
# are worth 25 to 40 kA/m), what all together bring at most, and the field of Nd2Fe14B at 20 C that
# makes it a share of alpha_K, kA/m. Copper and gallium stand in for each other.
_ALUMINIUM, _COPPER, _GALLIUM = (260.0, 0.6), (180.0, 0.10), (220.0, 0.20)
_MOST_WETTED, _FIELD = 400.0, 5330.0
# Copper beyond this many wt.% makes phases of its own, and as much again takes most (memory).
_MOST_COPPER = 0.5
# Fall of ln H_cJ where all rare earth is Ce, whose Laves phase eats what parts the grains (from
# memory); from which share on, how gradually (assumptions); and deviation of ln H_cJ there.
_LAVES, _HALF, _ONSET, _UNSURE = 1.25, 0.55, 0.05, 0.5
# Deviation of ln H_cJ where a formula and a charge are as likely meant (an assumption): of the two
# one is a magnet, the other hardly.
_EITHER = 0.4
# wt.% of boron of magnets that were made: claims of Ga-rich magnets at the one end, N1 of
# magnets.csv at the other.
_LEAST_BORON, _MOST_BORON = 0.82, 1.6
# Finer grains, um, are melt-spun: exchange holds them, not a boundary phase.
_SINTERED = 0.6


def count(table: "CompositionTable", bound: Any, grain_um: Array | None) -> dict[str, Array]:
    """Return what parts and what couples the grains of n melted recipes, for `microstructure`.

    `bound` is the share of rare earth that oxygen, nitrogen and carbon bind, `grain_um` the grain
    size. ``free``: rare earth left for the boundary, wt.%, below 0 where it is short; ``r2fe17``:
    volume fraction; ``boron``: wt.%; ``wetted``: what additions add to alpha_K; ``cerium``: share
    beyond about half, 1 where all is Ce; ``sintered``: 1 where grains need a boundary phase. It is
    ``free`` alone without a grain size.
    """
    from ..alloy._row_kernels import sums_of_each

    # All sums in one pass.
    found = sums_of_each(table.rows, _summed()).T
    rare, boron, titanium, metal, cerium, mass, heavy, volume, *atoms = found
    own = dict(zip(_ADDED_TO, atoms, strict=True))
    boron = np.maximum(boron - 2.0 * titanium, 0.0)
    short = np.maximum(metal / 14.0 - boron, 0.0)
    # With boron beyond, R2T14B and R1.1T4B4 share metal and boron.
    units = np.minimum(boron, (metal - boron) / 13.0)
    borides = 0.25 * (boron - units)
    with_gallium = np.minimum(13.0 * own["Ga"], 14.0 * short)
    soft = 14.0 * short - with_gallium
    taken = 2.0 * units + 1.1 * borides + 6.0 / 13.0 * with_gallium + 2.0 / 17.0 * soft
    per_rare = 100.0 * heavy / mass
    with np.errstate(divide="ignore", invalid="ignore"):
        taken /= rare
        cerium = np.nan_to_num(cerium / rare)
        free = np.nan_to_num(per_rare * (1.0 - bound - taken))
    if grain_um is None:
        return {"free": free}
    weight = {s: 100.0 * own[s] * ATOMIC_MASS[INDEX[s]] / mass for s in _ADDED_TO}
    return {
        "free": free,
        "r2fe17": soft * _SOFT_VOLUME / volume,
        "boron": weight["B"],
        "wetted": wetted(weight["Al"], weight["Cu"], weight["Ga"]),
        "cerium": _ONSET / (1.0 - _HALF) * np.logaddexp(0.0, (cerium - _HALF) / _ONSET),
        "sintered": np.where(grain_um >= _SINTERED, 1.0, 0.0),
    }


_ADDED_TO = ("B", "Al", "Cu", "Ga")


@lru_cache(maxsize=1)
def _summed() -> Array:
    """Return what `count` sums over the elements of a recipe, shape (118, k)."""
    from ..phases.partition import atomic_volumes

    earths = mask(RARE_EARTHS)
    groups = [("B", "C"), ("Ti",), ("Fe", "Co", "Ni", "Mn"), ("Ce",)]
    first = [earths, *map(mask, groups), ATOMIC_MASS, earths * ATOMIC_MASS, atomic_volumes()]
    return np.column_stack([*first, *(mask((s,)) for s in _ADDED_TO)])


# Amounts of a formula, atomic fractions, are printed to the first at least. From the second on a
# recipe of 2:14:1 with additives is taken as it stands, without them from the third: N6 of
# magnets.csv, the charge nearest to the formula, lies 6e-3 from it.
_PRINTED, _RECIPE, _PLAIN = 2e-4, 9.5e-4, 4e-3
# Atomic fraction of additives that tells a charge by 63 %: no charge has less.
_TELLS = 5e-4
# From so little hard phase on another host is a recipe, and 2:14:1 has additives beside it.
_BARE, _MIXED, _ADDED = 0.995, 0.94, 0.985


def named(table: "CompositionTable", host: NDArray[np.int8], hard: Array) -> Array:
    """Return how far rows are bare formulas, 1 to 0, of which `hard` by volume is the hard phase.

    A formula names a hard phase, whose maker adds what the process takes; beside it, within an
    amount as small, its maker is thought to add less and less.
    """
    from ..phases.partition import hardened_by

    rare, boron = table.fraction(*RARE_EARTHS), table.fraction("B", "C")
    off = np.maximum(np.abs(rare - 2.0 / 17.0), np.abs(boron - 1.0 / 17.0))
    others = np.maximum(1.0 - rare - boron - table.fraction("Fe", "Co"), 0.0)
    tells = -np.expm1(-others / _TELLS)
    edge = _PLAIN + (_RECIPE - _PLAIN) * tells
    just = (edge - off) / (edge - _PRINTED)
    alone = (np.nan_to_num(hard) - _MIXED) / (_BARE - _MIXED)
    most = (_BARE - _MIXED) / (_BARE - _ADDED)
    just = np.minimum(just, 1.0 + tells * most * (alone - 1.0))
    return np.clip(np.where(hardened_by(host, "boundary"), just, alone), 0.0, 1.0)


def wetted(aluminium: Array, copper: Array, gallium: Array) -> Array:
    """Return what additions (wt.%) add to alpha_K where rare earth is free, shape (n,)."""
    by_copper, by_gallium = copper / _COPPER[1], gallium / _GALLIUM[1]
    both = by_copper + by_gallium
    with np.errstate(divide="ignore", invalid="ignore"):
        most = np.nan_to_num((_COPPER[0] * by_copper + _GALLIUM[0] * by_gallium) / both)
    gain = -_ALUMINIUM[0] * np.expm1(-aluminium / _ALUMINIUM[1]) - most * np.expm1(-both)
    gain = _MOST_WETTED * np.tanh(gain / _MOST_WETTED)
    rejected = np.maximum(copper - _MOST_COPPER, 0.0) / _MOST_COPPER
    return np.asarray(gain * np.exp(-(rejected**2)) / _FIELD)


def parted(structure: dict[str, Array]) -> Array:
    """Return the share of coercivity that free rare earth, R2Fe17 and cerium leave, shape (n,)."""
    free = _WEIGHED * np.logaddexp(0.0, structure["free"] / _WEIGHED)
    free = -np.expm1(-free / _PARTED)
    return free * np.exp(-structure["r2fe17"] / _SOFT - _LAVES * structure["cerium"])


def extra_deviation(structure: dict[str, Array]) -> Array:
    """Return the deviation of ln H_cJ that much cerium adds, or being half a formula, (n,)."""
    cerium = _UNSURE * -np.expm1(-((structure["cerium"] / 0.2) ** 2))
    half = structure["formula"] * (1.0 - structure["formula"])
    return np.hypot(cerium, 4.0 * _EITHER * half)


def closed(
    found: "Balance", structure: dict[str, Array]
) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Yield the gates of sintered Nd-Fe-B, see `magnetkit.magnetism._gates`."""
    sintered = structure["sintered"] > 0.0
    outside = (structure["boron"] < _LEAST_BORON) | (structure["boron"] > _MOST_BORON)
    yield "no free rare earth", sintered & (structure["free"] <= 0.0)
    yield "soft R2Fe17: boron is short", sintered & (structure["r2fe17"] > _MOST_SOFT)
    yield "coercivity unknown: amount of boron", sintered & outside
