"""Precipitation-hardened magnets: Sm2(Co,Fe)17 cells in Sm(Co,Cu)5 walls, by their charge.

A wall is held by the step in its energy that copper makes; zirconium's platelets are the paths of
copper into the walls, and iron drives copper out of the cells. With shares of the metal (Fe, Cu,
Zr), z metal atoms a rare earth and S(x) = 1 / (1 + exp(-x)), at 20 C

    H_cJ = H_0 e {1 - exp[-(Cu - c_0) / c(Fe)]} [a + (1-a) S((Zr - z_0)/z_1)]
           S((Cu/c_2 + Zr/z_2 - x_0)/x_1) S((z - z_min)/w) S((z_max - z)/w) S((Fe_max - Fe)/f)

with e = sqrt(K_1)/J_s of the rare earths over that of samarium, c(Fe) the copper that gives 63 %
(`copper_scale`) and a fall beyond most_zirconium. A straight line leads from there to
H_500 e (1 - (Fe/Fe_0)^n) at 500 C. H_0, c(0), H_500 and Fe_0 are fitted
(recipes/parameters.toml), the others are those of ``datasets/laws/cells.toml``. Range: Fe to 0.3,
Cu 0.045 to 0.17, Zr 0 to 0.04, z 6.7 to 8.5.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from .._core._types import BoolArray, FloatArray
from .._core.elements import ATOMIC_MASS, INDEX, N_ELEMENTS, RARE_EARTHS
from .._core.units import ROOM_K
from ..alloy._row_kernels import sums
from ..alloy.table import CompositionTable
from .laws import law

CELLS = law("cells")


class Shares(NamedTuple):
    """Shares of the metal of n charges, metal per rare earth, and by what R changes H_cJ; (n,).

    Fields are ``iron``, ``copper`` and ``zirconium`` (atomic shares of the
    metal, 0 to 1), ``ratio`` (metal atoms per rare earth) and ``earth`` (factor
    of the rare earths on H_cJ, 1 for Sm alone).
    """

    iron: FloatArray
    copper: FloatArray
    zirconium: FloatArray
    ratio: FloatArray
    earth: FloatArray


def shares(
    charge: CompositionTable,
    carbon: FloatArray | float = 0.0,
    oxygen: FloatArray | float = 0.0,
) -> Shares:
    """Compute the shares of the metal and of the rare earths that hardening by cells depends on.

    Ti and Hf count as Zr up to as much as there is of it. Carbon beyond the
    usual amount (``usual_carbon`` of ``datasets/laws/cells.toml``) binds one
    atom of zirconium each as ZrC, seen from 0.21 wt.% on; above 0.43 wt.% no
    cells are left. Oxygen beyond the usual amount (``usual_oxygen``) binds Sm
    (moulded magnets; abstract of jmonline.org, article
    ad33b4ae-eea6-4b87-ba4f-fd1171c5f2f7).

    Parameters
    ----------
    charge : CompositionTable
        n charges.
    carbon, oxygen : float or ndarray, shape (n,)
        What there is of them beside the charge, wt.%; NaN counts as none.

    Returns
    -------
    Shares
        Named tuple of arrays (n,): ``iron``, ``copper`` and ``zirconium``
        (with Ti and Hf, less what carbon binds), atomic shares of the metal
        (all that is no rare earth), 0 where there is no metal; ``ratio``,
        metal atoms per rare earth that is not bound, infinite without any;
        ``earth``, by which factor the rare earths change H_cJ, 1 for Sm alone.
    """
    rare = charge.fraction(*RARE_EARTHS)
    zirconium = charge.fraction("Zr")
    most_alike = CELLS.titanium_for_zirconium * zirconium
    zirconium = zirconium + np.minimum(most_alike, charge.fraction("Ti", "Hf"))
    mass = 0.01 * sums(charge.rows, ATOMIC_MASS)
    carbide = np.maximum(np.nan_to_num(carbon) - CELLS.usual_carbon, 0.0)
    carbide = carbide * mass / ATOMIC_MASS[INDEX["C"]]
    oxide = np.maximum(np.nan_to_num(oxygen) - CELLS.usual_oxygen, 0.0)
    oxide = oxide * mass / ATOMIC_MASS[INDEX["O"]]
    zirconium = np.maximum(zirconium - carbide, 0.0)
    earth = np.maximum(rare - 2.0 / 3.0 * oxide, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        metals = charge.fraction("Fe"), charge.fraction("Cu"), zirconium
        iron, copper, zirconium = (
            np.nan_to_num(metal / (1.0 - rare)) for metal in metals
        )
        return Shares(
            iron, copper, zirconium, (1.0 - rare) / earth, _earth(charge)
        )


@lru_cache(maxsize=1)
def _earths() -> FloatArray:
    """Compute K_1 and J_s of each R2Co17 at 20 C, divided by those of Sm2Co17, shape (2, 118).

    The first row is K_1, the second J_s; columns are elements by atomic number
    less 1, 0 for those that are no rare earth or of which the model has no
    value. K_1 of an easy plane is below 0. The array is shared: do not change
    it.
    """
    from ..compound.evaluate import PROPERTIES, evaluate_phases
    from ..compound.parameters import load
    from ..phases.partition import partition
    from ..phases.records import HOSTS

    pure = CompositionTable.from_strings(
        [f"{symbol}2Co17" for symbol in RARE_EARTHS]
    )
    cells = next(
        name
        for name, host in HOSTS.items()
        if host.magnet.hardening == "cells"
    )
    properties = evaluate_phases(
        partition(pure, cells), np.array([ROOM_K]), load(), spread=False
    )
    names = "anisotropy_constant_MJ_m3", "saturation_polarization_T"
    cell_values = np.nan_to_num(
        properties.value[:, 0, [PROPERTIES.index(name) for name in names]]
    )
    weights = np.zeros((2, N_ELEMENTS))
    weights[:, [INDEX[symbol] for symbol in RARE_EARTHS]] = (
        cell_values / cell_values[RARE_EARTHS.index("Sm")]
    ).T
    return weights


def _earth(charge: CompositionTable) -> FloatArray:
    """Compute the wall energy divided by J_s, sqrt(K_1) / J_s, of n charges, shape (n,).

    It is relative to that with Sm as the only rare earth, and 0 where K_1 is negative. `charge` is
    the table of the charges. A charge without rare earth gives NaN or 1.
    """
    rare = charge.fraction(*RARE_EARTHS)
    if np.array_equal(charge.fraction("Sm"), rare):
        return np.ones(len(charge))
    k, j = (
        sums(charge.rows, earth_weights) / rare for earth_weights in _earths()
    )
    return np.sqrt(np.maximum(k, 0.0)) / np.maximum(j, 0.1)


def _step(x: FloatArray) -> FloatArray:
    return np.exp(-np.logaddexp(0.0, -x))


def scale_of_copper(iron: FloatArray, scale: FloatArray) -> FloatArray:
    """Compute the copper that gives 63 % of its gain; iron, which drives copper into walls, lowers it.

    `iron`, (n,), is its share of the metal by atoms, 0 to 1. The result, (n,),
    is a share of the metal too: `scale`, (n,), up to an iron of
    `iron_drives_from`, and `copper_driven` times `scale` from `iron_drives_to`
    on; between them it falls in a straight line (these are constants of
    ``datasets/laws/cells.toml``).
    """
    span = CELLS.iron_drives_to - CELLS.iron_drives_from
    driven = np.clip((iron - CELLS.iron_drives_from) / span, 0.0, 1.0)
    return np.asarray(scale * (1.0 - (1.0 - CELLS.copper_driven) * driven))


def room_coercivity(
    iron: FloatArray,
    copper: FloatArray,
    zirconium: FloatArray,
    ratio: FloatArray,
    pinning: FloatArray,
    copper_scale: FloatArray,
) -> FloatArray:
    """Compute H_cJ of cells of samarium at 20 C from their shares, (n,) each.

    Parameters
    ----------
    iron, copper, zirconium : ndarray, shape (n,)
        Shares of the metal, by atoms.
    ratio : ndarray, shape (n,)
        Metal per rare earth.
    pinning : ndarray, shape (n,)
        The most that copper gives, in the unit of the result.
    copper_scale : ndarray, shape (n,)
        Copper that gives 63 % of it, a share of the metal.

    Returns
    -------
    ndarray, shape (n,)
        In the unit of `pinning`; 0 where copper is no more than
        ``least_copper`` of ``datasets/laws/cells.toml``.
    """
    book = CELLS
    in_walls = np.maximum(copper - book.least_copper, 0.0)
    h = -pinning * np.expm1(-in_walls / scale_of_copper(iron, copper_scale))
    paths = _step((zirconium - book.zirconium_from) / book.zirconium_over)
    h = h * (book.zirconium_without + (1.0 - book.zirconium_without) * paths)
    rich = (
        np.maximum(zirconium - book.most_zirconium, 0.0)
        / book.zirconium_falls_over
    )
    h = h * np.exp(-(rich**2))
    cells = copper / book.cell_copper + zirconium / book.cell_zirconium
    h = h * _step((cells - book.cell_from) / book.cell_over)
    h = h * _step((ratio - book.least_ratio) / book.ratio_over)
    h = h * _step((book.most_ratio - ratio) / book.ratio_over)
    return np.asarray(h * _step((book.iron_edge - iron) / book.iron_over))


def cellular_coercivity(
    rows: dict[str, FloatArray], structure: dict[str, FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """Compute H_cJ of cells at 20 C, and by how much it falls from there.

    A straight line leads to a value at 500 C that hardly depends on that at 20 C. Magnets aged for
    300 C fall at least as ordinary grades do.

    Parameters
    ----------
    rows : dict of ndarray, shape (n,)
        Process of each magnet: ``decay``, ``pinning_kA_m``, ``copper_scale``, ``hot_kA_m``,
        ``iron_limit``, ``aged_for_C`` (NaN for those made for 450 to 500 C) and ``ordinary_fall``
        (per 1000 K). ``harder`` is a factor of H_cJ at 20 C by which the fall alone is steeper. All
        eight must be there where there are cells, else ``decay`` alone; none is changed.
    structure : dict of ndarray, shape (n,)
        The fields of `Shares`: ``iron``, ``copper``, ``zirconium``, ``ratio``
        and ``earth``; NaN for magnets without cells.

    Returns
    -------
    coercivity : ndarray, shape (n,)
        H_cJ at 20 C, A/m, without ``harder``; 0 for magnets without cells.
    fall : ndarray, shape (n,)
        Relative fall per 1000 K, above 0 where H_cJ falls; ``rows["decay"]``
        for magnets without cells.
    """
    pinning = np.zeros(len(rows["decay"]))
    fall = rows["decay"].copy()
    cells = np.isfinite(structure["iron"])
    if not cells.any():
        return pinning, fall
    iron, copper, zirconium, ratio, earth = (
        structure[name][cells] for name in Shares._fields
    )
    cell_rows = {name: rows[name][cells] for name in _OWN}
    h = room_coercivity(
        iron=iron,
        copper=copper,
        zirconium=zirconium,
        ratio=ratio,
        pinning=1e3 * cell_rows["pinning_kA_m"] * earth,
        copper_scale=cell_rows["copper_scale"],
    )
    hot_share = 1.0 - (iron / cell_rows["iron_limit"]) ** CELLS.iron_power
    hot_share = 1e3 * cell_rows["hot_kA_m"] * earth * hot_share
    hard = h * cell_rows["harder"]
    with np.errstate(divide="ignore", invalid="ignore"):
        line = (1.0 - hot_share / hard) / CELLS.hot_span * 1e3
    line = np.nan_to_num(line, posinf=0.0, neginf=0.0)
    rounding = CELLS.fall_rounding
    line = -rounding * np.logaddexp(
        -line / rounding, -CELLS.most_fall / rounding
    )
    short = np.clip((500.0 - cell_rows["aged_for_C"]) / 200.0, 0.0, 1.0)
    line += np.nan_to_num(
        short * np.maximum(cell_rows["ordinary_fall"] - line, 0.0)
    )
    pinning[cells] = h
    fall[cells] = line
    return pinning, fall


_OWN = (
    "pinning_kA_m",
    "copper_scale",
    "hot_kA_m",
    "iron_limit",
    "ordinary_fall",
    "aged_for_C",
    "harder",
)


def hot_deviation(
    rules: Any, iron: FloatArray, kelvin: FloatArray
) -> FloatArray:
    """Compute the standard deviation of ln H_cJ of cells that the value at 500 C brings, (m, n).

    The result is zero for magnets that are not hardened by cells, and at 20 C and below.

    Parameters
    ----------
    rules : Rules
        Of n alloys, see `magnetkit.magnetism._magnet_kernels`; ``level``,
        ``pinned`` (H_cJ of cells at 20 degrees C, A/m, 0 without) and
        ``decay`` (per 1000 K) are read.
    iron : ndarray, shape (n,)
        Share of iron in the metal, by atoms, 0 to 1.
    kelvin : ndarray, shape (m, 1)
        Temperatures, K.
    """
    book = CELLS
    away = kelvin - ROOM_K
    hot_field = (
        rules.level
        * rules.pinned
        * np.maximum(1.0 - 1e-3 * rules.decay * away, book.least_left)
    )
    doubt = np.clip(
        (iron - book.hot_doubt_from) / book.hot_doubt_over, 0.0, 1.0
    )
    deviation = book.hot_doubt + book.hot_doubt_more * doubt
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.nan_to_num(
            deviation * np.maximum(away, 0.0) / book.hot_span / hot_field
        )
    return np.where(
        rules.pinned > 0.0, np.minimum(relative, book.widest_hot), 0.0
    )


def squareness(usual: FloatArray, ratio: FloatArray) -> FloatArray:
    """Compute H_k / H_cJ of cells, (n,): it falls as the ratio of metal to rare earth rises.

    `usual`, (n,), is that at the usual ratio. `ratio`, (n,), is in atoms;
    beyond the ratios at which cells form it counts as the nearer of these.
    Below the usual ratio the result is above `usual`, also above 1. Where the
    ratio is NaN the result is `usual`.
    """
    inside = np.clip(ratio, CELLS.least_ratio, CELLS.most_ratio)
    return usual - CELLS.squareness_slope * np.nan_to_num(
        inside - CELLS.usual_ratio
    )


def failed_conditions(
    structure: dict[str, FloatArray],
) -> Iterator[tuple[str, BoolArray]]:
    """Yield each condition of cells that some rows may fail.

    Parameters
    ----------
    structure : dict of ndarray, shape (n,)
        The fields of `Shares`: ``iron``, ``copper``, ``zirconium`` (shares of
        the metal), ``ratio`` (metal per rare earth) and ``earth``, which must
        be there and is not used. NaN marks magnets without cells.

    Yields
    ------
    words : str
        Of the status: "no hardening known: no copper", "no hardening known: no
        zirconium", "no hardening known: ratio of metal to rare earth" and "no
        hardening known: too much iron", in this order.
    fails : ndarray of bool, shape (n,)
        True where the row fails; rows of NaN may be among them. All four conditions come, also
        those that no row fails.
    """
    iron, copper, zirconium, ratio, _ = (
        structure[name] for name in Shares._fields
    )
    yield "no hardening known: no copper", ~(copper > CELLS.least_copper)
    cells = copper / CELLS.cell_copper + zirconium / CELLS.cell_zirconium
    yield "no hardening known: no zirconium", cells < CELLS.least_cell
    inside = (ratio >= CELLS.least_ratio) & (ratio <= CELLS.most_ratio)
    yield "no hardening known: ratio of metal to rare earth", ~inside
    yield "no hardening known: too much iron", iron > CELLS.most_iron
