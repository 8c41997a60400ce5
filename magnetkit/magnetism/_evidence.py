"""How near a magnet is to measured ones, in the coordinates that its properties depend on.

A coordinate is an amount over the length on which it matters: 1 apart is as far as a maker's
neighbouring recipes, 2 is beyond what measured magnets tell. Each quantity has magnets of its own.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np

from .._core import datasets
from .._core._columnar import Coded
from .._core._types import FloatArray
from .._core.elements import (
    ATOMIC_MASS,
    HEAVY_LANTHANIDES,
    INDEX,
    RARE_EARTHS,
    mask,
)
from ..alloy.notation import Basis
from ..alloy.table import CompositionTable
from ..phases.records import HOSTS
from ._boundary import boundary_composition
from .laws import law
from .measured_magnets import (
    NO_ROUTE,
    USUAL,
    magnet_recipes,
    measured_magnets,
    papers_left_out,
    serves_as_evidence,
)
from .process import Process, parameters, usual_of_hosts

if TYPE_CHECKING:
    from ._measured import Producer


DISTANCE = "evidence_distance"
UNPROVEN = 2.0
UNKNOWN = 3.0
"""Distance from which no rank among the first is borne out, and from which no coercivity is."""

_HARD = ("Dy", "Tb")
_SOFT = tuple(e for e in HEAVY_LANTHANIDES if e not in _HARD)
_LIGHT = ("Ce", "La", "Y")
EVIDENCE = law("evidence")

_METALS = {
    "iron": EVIDENCE.metal_iron,
    "copper": EVIDENCE.metal_copper,
    "zirconium": EVIDENCE.metal_zirconium,
    "metal per rare earth": EVIDENCE.metal_ratio,
    "heavy rare earth": EVIDENCE.metal_heavy,
    "light rare earth": EVIDENCE.metal_light,
    "other elements": EVIDENCE.metal_others,
}
# Lengths by `records.HARDENING`.
_LENGTHS: dict[str, dict[str, float]] = {
    "boundary": {
        "free rare earth": EVIDENCE.free_rare_earth,
        "boron": EVIDENCE.boron,
        "copper and gallium": EVIDENCE.copper_and_gallium,
        "aluminium": EVIDENCE.aluminium,
        "cobalt": EVIDENCE.cobalt,
        "dysprosium and terbium": EVIDENCE.dysprosium_and_terbium,
        "gadolinium, holmium, erbium": EVIDENCE.other_heavy,
        "cerium, lanthanum, yttrium": EVIDENCE.light,
        "other elements": EVIDENCE.others,
        "carbon": EVIDENCE.carbon,
    },
    "grains": _METALS,
    "cells": _METALS,
}
_LONGER = {"remanence_T": EVIDENCE.remanence_longer}
# Gases that ordinary magnets hold at most, wt.%, and the lengths beyond.
_OXYGEN_OF_COBALT = (EVIDENCE.oxygen_cobalt, EVIDENCE.oxygen_cobalt_length)
_OXYGEN = {
    "boundary": (EVIDENCE.oxygen_neodymium, EVIDENCE.oxygen_neodymium_length),
    "grains": _OXYGEN_OF_COBALT,
    "cells": _OXYGEN_OF_COBALT,
}
_GASES = {
    "carbon_wt_pct": (EVIDENCE.carbon_most, EVIDENCE.carbon_length),
    "nitrogen_wt_pct": (EVIDENCE.nitrogen_most, EVIDENCE.nitrogen_length),
}
# How far settings of a process may lie from its usual ones, and the lengths beyond; logarithms.
_LAW_SETTING = (EVIDENCE.law_most, EVIDENCE.law_length)
_SETTINGS = {
    "grain_size_um": (EVIDENCE.grain_most, EVIDENCE.grain_length),
    "alpha_k": _LAW_SETTING,
    "decay": _LAW_SETTING,
}
_PART_SETTING = (EVIDENCE.part_most, EVIDENCE.part_length)
_PARTS = {"alignment": _PART_SETTING, "density": _PART_SETTING}
COMPARED_FROM = 250.0
"""Coldest temperature at which coercivities were compared with measured ones, K."""
_LADDER = "grades/dysprosium_classes.csv"
_COMPENSATED = "recipes/compensated.csv"


class Evidence(NamedTuple):
    """Of n magnets: distance to the nearest measured one, its name, the coordinate farthest off.

    Fields are ``distance``, (n,), without a unit (from `UNPROVEN` on no rank
    is borne out, beyond `UNKNOWN` no coercivity), ``nearest`` and
    ``farthest``, each a `Coded` of texts.
    """

    distance: FloatArray
    nearest: Coded
    farthest: Coded

    def beyond(self, distance: FloatArray, name: str) -> "Evidence":
        """Return evidence of n magnets that one more coordinate sets apart from all measured ones.

        `distance`, (n,), is how far in that coordinate, in the unit of
        `Evidence.distance`, to which it adds as the root of the sum of
        squares. `name` is that of the coordinate, the farthest where it
        exceeds the distance so far. ``distance`` and ``farthest`` of the
        result are new, ``nearest`` stays. This evidence is not changed; it is
        returned itself where all of `distance` is 0.
        """
        if not distance.any():
            return self
        farther = self.farthest.put(distance > self.distance, name)
        return Evidence(
            np.hypot(self.distance, distance), self.nearest, farther
        )


def process_distance(
    process: Process, rows: dict[str, FloatArray], hosts: Coded
) -> FloatArray:
    """Compute how far gases and given settings of n magnets lie beyond those of measured magnets, (n,).

    The result has no unit, as `Evidence.distance`; zero within the measured
    range.

    Parameters
    ----------
    process : Process
        As checked by `process.read_process`. Its settings that are None were not given and add
        nothing, and so do those that are the route's own.
    rows : dict of ndarray, shape (n,)
        Settings of the process by name, as of `process.by_row`: ``oxygen_wt_pct``,
        ``carbon_wt_pct`` and ``nitrogen_wt_pct`` in wt.%, where NaN counts as none, and those of
        ``grain_size_um``, ``alpha_k``, ``decay``, ``alignment`` and ``density`` that `process`
        has.
    hosts : Coded
        Host of each magnet, by names of `HOSTS` such as "2:14:1"; code -1 for
        none, whose oxygen does not count.
    """
    hardening = (
        HOSTS[word].magnet.hardening if word in HOSTS else ""
        for word in hosts.words
    )
    oxygen = [_OXYGEN.get(word, (np.inf, 1.0)) for word in hardening]
    limit, length = np.array([*oxygen, (np.inf, 1.0)])[hosts.codes].T
    excess = (np.nan_to_num(rows["oxygen_wt_pct"]) - limit).clip(0.0) / length
    for name, (threshold, unit) in _GASES.items():
        excess = np.hypot(
            excess, (np.nan_to_num(rows[name]) - threshold).clip(0.0) / unit
        )
    route_settings = {} if process.route is None else process.route.process
    usual = usual_of_hosts(hosts.words)
    for name, (threshold, unit) in (_SETTINGS | _PARTS).items():
        setting = getattr(process, name)
        if setting is None or np.array_equal(
            setting, route_settings.get(name, np.nan)
        ):
            continue
        value = rows[name]
        reference = route_settings.get(name, usual[name][hosts.codes])
        if name in _SETTINGS:
            with np.errstate(divide="ignore", invalid="ignore"):
                value = np.log(value)
                reference = np.log(reference)
        off = np.nan_to_num(np.abs(value - reference), posinf=0.0)
        excess = np.hypot(excess, (off - threshold).clip(0.0) / unit)
    return excess


def coordinates(table: CompositionTable, root: str) -> FloatArray:
    """Compute the coordinates of recipes of one host, for distances between magnets.

    Parameters
    ----------
    table : CompositionTable
        Recipes of n magnets.
    root : str
        Name of their host's family in `ROOTS`, such as "2:14:1", hardened by a boundary, grains or
        cells. Any other name, a formula too, is a KeyError.

    Returns
    -------
    ndarray of float64, shape (n, k)
        One column for each content that matters to the family's hardening, in
        units of the length on which it matters. Of 2:14:1 they are 10: free
        rare earth, boron, copper and gallium, aluminium, cobalt, Dy and Tb, Gd
        with Ho and Er, Ce with La and Y, other elements, carbon. Boron and
        carbon are what lies beyond the usual, 0 within it (boron below 0 where
        it is short); the free rare earth of a bare formula counts as the
        usual, and what is beyond much by a third. Of others they are 7: iron,
        copper, zirconium, metal per rare earth, heavy rare earth, light rare
        earth, other elements.
    """
    hardening = HOSTS[root].magnet.hardening
    lengths = _LENGTHS[hardening]
    scaled_contents = (
        _boundary(table)
        if hardening == "boundary"
        else _metals(table, hardening)
    )
    return np.column_stack(
        [scaled_contents[name] / length for name, length in lengths.items()]
    )


# What is summed by weight, in this order.
_USUAL = (
    "Nd",
    "Pr",
    "Fe",
    "Co",
    "Cu",
    "Ga",
    "Al",
    "B",
    "O",
    "C",
    "N",
    *_HARD,
    *_SOFT,
    *_LIGHT,
)
_WEIGHED = (
    ("C",),
    ("B",),
    ("Cu", "Ga"),
    ("Al",),
    ("Co",),
    _HARD,
    _SOFT,
    _LIGHT,
    _USUAL,
)
# Mass, Fe and Co, and the masses of what is weighed, by element: shape (118, 11).
_FIGURES = np.column_stack(
    [
        ATOMIC_MASS,
        mask(("Fe", "Co")),
        *(mask(symbols) * ATOMIC_MASS for symbols in _WEIGHED),
    ]
)


def _boundary(table: CompositionTable) -> dict[str, FloatArray]:
    """Compute the coordinates of n recipes of sintered Nd-Fe-B, wt.%, before they are scaled.

    `table` holds the recipes.

    Returns
    -------
    dict of ndarray, shape (n,)
        "free rare earth", below 0 where it is short (that of a bare formula,
        next to 0, counts as the usual, and what is beyond much by a third);
        "boron", beyond the usual range, 0 within it and below 0 where it is
        short; "copper and gallium",
        "aluminium", "cobalt", "dysprosium and terbium", "gadolinium, holmium,
        erbium", "cerium, lanthanum, yttrium"; "other elements"; and "carbon",
        beyond the usual, 0 or more.
    """
    from ..alloy._row_kernels import sums_of_each

    free = boundary_composition(table, 0.0, None)["free"]
    mass, metal, *weights = sums_of_each(table.rows, _FIGURES).T
    carbon, boron, *amounts, usual = (
        100.0 * weight / mass for weight in weights
    )
    free = free - (free - EVIDENCE.much_free).clip(0.0) * 2.0 / 3.0
    stoichiometric = ATOMIC_MASS[INDEX["B"]] / 14.0 * metal * 100.0 / mass
    # Carbon that stands for boron counts as much of it.
    boron = (
        boron
        + ATOMIC_MASS[INDEX["B"]] / ATOMIC_MASS[INDEX["C"]] * carbon
        - stoichiometric
    )
    names = list(_LENGTHS["boundary"])[2:-2]
    return {
        "free rare earth": np.where(
            np.abs(free) < EVIDENCE.formula_free, EVIDENCE.usual_free, free
        ),
        "boron": boron
        - np.clip(boron, EVIDENCE.boron_least, EVIDENCE.boron_most),
        **dict(zip(names, amounts, strict=True)),
        "other elements": 100.0 - usual,
        "carbon": (carbon - _GASES["carbon_wt_pct"][0]).clip(0.0),
    }


def _metals(table: CompositionTable, hardening: str) -> dict[str, FloatArray]:
    """Compute the coordinates of magnets hardened by cells or grains, before they are scaled.

    `hardening` is "cells" or "grains". A bare formula of cells, without Cu and Zr, counts as the
    charge that the model gives it. `table` holds n recipes; one without rare earth gives NaN or
    infinity.

    Returns
    -------
    dict of ndarray, shape (n,)
        The same keys for both, by atoms: "iron", "copper", "zirconium" and
        "other elements" (Ti and Hf too), shares of the metal; "metal per rare
        earth"; "heavy rare earth" and "light rare earth" (Y too, all but
        samarium), shares of the rare earth. "iron" of grains with little
        copper is larger than its share.
    """
    rare = table.fraction(*RARE_EARTHS)
    with np.errstate(divide="ignore", invalid="ignore"):
        metal = {
            s: table.fraction(s) / (1.0 - rare)
            for s in ("Co", "Fe", "Cu", "Zr")
        }
        ratio = (1.0 - rare) / rare
        heavy, samarium = (
            table.fraction(*e) / rare for e in (HEAVY_LANTHANIDES, ("Sm",))
        )
    if hardening == "cells":
        # A bare formula stands for the charge that it is given.
        usual = parameters().cells
        bare = (metal["Cu"] == 0.0) & (metal["Zr"] == 0.0)
        for symbol, name in (("Cu", "copper"), ("Zr", "zirconium")):
            metal[symbol] = metal[symbol] + bare * usual[name]
            metal["Co"] = metal["Co"] - bare * usual[name]
        ratio = np.where(bare, usual["ratio"], ratio)
    # No magnet of RCo5 with iron is known: copper widens the range in which iron dissolves, by the
    # abstract of "Microstructural evolutions, phase transformations ..." on Ce-Co-Fe-Cu alloys.
    apart: FloatArray | float = 0.0
    if hardening == "grains":
        fading = np.exp(-metal["Cu"] / EVIDENCE.without_copper_over)
        apart = EVIDENCE.without_copper * fading
    return {
        "iron": (1.0 + apart) * metal["Fe"],
        "copper": metal["Cu"],
        "zirconium": metal["Zr"],
        "metal per rare earth": ratio,
        "heavy rare earth": heavy,
        "light rare earth": 1.0 - heavy - samarium,
        "other elements": 1.0 - np.sum(list(metal.values()), axis=0),
    }


@lru_cache(maxsize=64)
def _measured_points(
    root: str, quantity: str, family: str, left_out: frozenset[str]
) -> tuple[FloatArray, tuple[str, ...]]:
    """Return the m measured magnets of a host as points, and their names.

    Parameters
    ----------
    root : str
        Name of a host's family in `ROOTS`, such as "2:14:1", hardened as in `coordinates`; any
        other name, a formula too, is a KeyError.
    quantity : str
        Column that must have been measured, a key of `measured_magnets.LETTERS` such as
        "coercivity_kA_m"; other names are a KeyError.
    family : str
        Class of magnets to compare with, of the column ``family`` of `measured_magnets`, such as
        "isotropic"; empty for the host's own by its usual route, and those that are sold.
    left_out : frozenset of str
        The papers that are left out at present, of `measured_magnets.papers_left_out`. It only
        tells stored results apart: others are not left out by it.

    Returns
    -------
    points : ndarray of float64, shape (m, k)
        Coordinates, as `coordinates` gives them, without a unit; (0, k) where
        nothing was measured. The array is shared: do not change it.
    names : tuple of str, length m
        Recipe and, in brackets, ``id`` of each magnet, or such as "class SH as sold".
    """
    rows = measured_magnets()
    rows = rows[(rows["host"] == root) & serves_as_evidence(rows, quantity)]
    if family:
        rows = rows[(rows["family"] == family) & (rows["route"] != NO_ROUTE)]
    else:
        rows = rows[rows["route"] == USUAL]
    tables = [magnet_recipes(rows)] if len(rows) else []
    names = [
        f"{recipe} ({name})"
        for recipe, name in zip(rows["recipe"], rows["id"], strict=True)
    ]
    if not family:
        # Makers of compensated magnets print all of a grade, and no recipe.
        grades = [
            row for row in datasets.rows(_COMPENSATED) if row["host"] == root
        ]
        for grade in grades:
            basis = cast(Basis, grade["basis"])
            tables.append(
                CompositionTable.from_strings([grade["recipe"]], basis=basis)
            )
            names.append(f"{grade['recipe']} ({grade['id']})")
    if HOSTS[root].magnet.hardening == "boundary" and not family:
        # Magnets are sold in every class, whose usual amounts of dysprosium are known.
        for name, recipe in _sold_recipes():
            tables.append(
                CompositionTable.from_strings([recipe], basis="weight")
            )
            names.append(f"class {name} as sold")
    if not tables:
        return np.zeros((0, len(_LENGTHS[HOSTS[root].magnet.hardening]))), ()
    return coordinates(CompositionTable.concat(tables), root), tuple(names)


def _sold_recipes() -> Iterator[tuple[str, str]]:
    """Yield the name and a recipe in wt.% of each commercial class of sintered Nd-Fe-B that is alloyed.

    A pair is such as ("M", "Nd30Dy0.5B1Fe bal."): the text names no basis. All
    rows of the route "alloyed" come in the order of the file, the class
    without dysprosium too; a class may come twice. Dysprosium is the middle of
    the amounts of the class, and left out where that is 0.
    """
    for row in datasets.rows(_LADDER):
        if row["route"] != "alloyed":
            continue
        low = float(row["heavy_rare_earth_min_wt_pct"])
        high = float(row["heavy_rare_earth_max_wt_pct"] or low)
        amount = (low + high) / 2.0
        dysprosium = f"Dy{amount:g}" if amount else ""
        yield row["class"], f"Nd{30.5 - amount:g}{dysprosium}B1Fe bal."


def evidence(
    table: CompositionTable,
    hosts: Coded,
    quantity: str,
    producer: "Producer | None" = None,
    family: str = "",
    places: dict[str, FloatArray] | None = None,
) -> Evidence:
    """Compute how far n magnets are from those of which a quantity was measured.

    Parameters
    ----------
    table : CompositionTable
        Recipes of the n magnets.
    hosts : Coded
        Their hosts, each by its root, such as ``Coded.of(["2:14:1", "1:5", ""])``; an empty text,
        code -1, for none. Another name is a KeyError.
    quantity : str
        Column that must have been measured, a key of `measured_magnets.LETTERS` such as
        "coercivity_kA_m"; other names are a KeyError.
    producer : Producer, optional
        Whose measured magnets of the usual route count too.
    family : str
        Family of ``magnets.csv``, such as "isotropic", whose magnets count too; the others are then
        as far as another class is, along the coordinate "route". Empty for none.
    places : dict of ndarray, optional
        Coordinates of the rows of each host, (rows, k), by root. Those that are there are not
        computed again; others are entered, for a call of another quantity with the same recipes.

    Returns
    -------
    Evidence
        ``distance``, (n,), without a unit: 2.5 for a host without a measured
        magnet, 0 without a host; ``nearest`` and ``farthest``, `Coded`: name
        of the nearest magnet ("NAME's" of a producer) and of the coordinate
        farthest off (such as "boron" or "iron"), no text where there is none.
        Their method ``texts()`` gives a list of n texts.
    """
    from ..alloy._row_kernels import nearest_points

    distance = np.where(hosts.codes >= 0, UNPROVEN + 0.5, 0.0)
    names = np.full(len(table), -1)
    axes = np.full(len(table), -1)
    places = {} if places is None else places
    left_out = papers_left_out()
    words: list[str] = []
    labels: list[str] = []
    for root in hosts.counts():
        lengths = _LENGTHS.get(HOSTS[root].magnet.hardening)
        if lengths is None:
            continue
        rows = np.flatnonzero(hosts.says(root))
        points, magnet_names = _measured_points(root, quantity, "", left_out)
        if producer and (measured := producer.known(root, quantity)):
            producer_points = coordinates(measured.table, root)
            points = np.concatenate([points, producer_points])
            producer_names = [f"{producer.name}'s"] * len(producer_points)
            magnet_names = (*magnet_names, *producer_names)
        if root not in places:
            places[root] = coordinates(table[rows], root)
        measured_places = places[root]
        if family:
            alike, names_alike = _measured_points(
                root, quantity, family, left_out
            )
            points = np.pad(
                points, ((0, 0), (0, 1)), constant_values=EVIDENCE.sister
            )
            points = np.concatenate([np.pad(alike, ((0, 0), (0, 1))), points])
            magnet_names = (*names_alike, *magnet_names)
            measured_places = np.pad(measured_places, ((0, 0), (0, 1)))
        if not len(points):
            continue
        apart, which, axis = nearest_points(measured_places, points)
        apart /= _LONGER.get(quantity, 1.0)
        distance[rows] = apart
        names[rows] = which + len(words)
        axes[rows] = axis + len(labels)
        words += magnet_names
        labels += [*lengths, "route"] if family else lengths
    nearest = Coded(names, tuple(words)).renamed(str)
    return Evidence(distance, nearest, Coded(axes, tuple(labels)).renamed(str))


def evidence_at_temperature(
    found: Evidence, hosts: Coded, kelvin: float
) -> Evidence:
    """Return `found` with the distances that coercivity has at a temperature, `kelvin`, K.

    The distance grows above the hottest temperature at which magnets of the
    host were compared, and below 250 K; ``farthest`` is then "temperature"
    where that adds most. It adds as the root of the sum of squares. Without a
    host the cold alone counts. `found` is the `Evidence` of coercivity; it is
    not changed. `hosts` is a `Coded` of the host of each magnet, by its root.
    """
    limits = [
        HOSTS[word].magnet.compared_to_K if word in HOSTS else np.inf
        for word in hosts.words
    ]
    hottest = np.array([*limits, np.inf])
    beyond = np.maximum(kelvin - hottest[hosts.codes], 0.0) / EVIDENCE.hot
    beyond += max(COMPARED_FROM - kelvin, 0.0) / EVIDENCE.cold
    return found.beyond(beyond, "temperature")


def cap_probability(
    probability: FloatArray, distance: FloatArray
) -> FloatArray:
    """Lower probabilities to what the nearest measured magnets bear out, shape (n,).

    With the distance D the result is w P + (1 - w) min(P, 1/2), w = exp(-D^2 / 4). `probability`,
    (n,), is 0 to 1 and not changed; `distance`, (n,), is that of `Evidence`, without a unit.
    Probabilities below 1/2 stay; a NaN in either gives NaN.
    """
    weight = np.exp(-0.25 * distance**2)
    return np.asarray(
        weight * probability + (1.0 - weight) * np.minimum(probability, 0.5)
    )
