"""Precipitation-hardened magnets of Sm2(Co,Fe)17 cells in Sm(Co,Cu)5 walls: what they need.

Copper in the walls makes the step in wall energy that holds domain walls; zirconium's platelets are
the paths along which it gets there. Shares are of the metal.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .._core.elements import INDEX, N_ELEMENTS, RARE_EARTHS
from .._core.units import ROOM_K
from ..composition.table import CompositionTable

if TYPE_CHECKING:
    from ._balance import Balance

Array = NDArray[np.float64]

# Least copper; what copper and zirconium do for cells: without either none were seen (Tang et al.,
# J. Appl. Phys. 87 (2000) 5308: at Cu 0.088 and Zr 0 rods of 1:5, at 0.168 cells).
LEAST_COPPER = 0.035
CELL_COPPER, CELL_ZIRCONIUM, LEAST_CELL = 0.15, 0.03, 0.11 / 0.15
# Metal atoms per rare earth: made from 6.7 to 8.5; the edges beyond are assumed.
LEAST_RATIO, MOST_RATIO = 6.2, 8.9


# Copper's walls need zirconium: what is left without it, where it sets in, over what; beyond
# `_MOST_ZIRCONIUM` Zr-rich precipitates take Cu and Sm (from memory).
_NO_ZIRCONIUM, _ZIRCONIUM, _ZIRCONIUM_WIDTH = 0.15, 0.019, 0.003
_MOST_ZIRCONIUM, _ZIRCONIUM_FALL = 0.045, 0.02
# Widths of the two other gates.
_CELL, _CELL_WIDTH, _RATIO_WIDTH = 0.85, 0.08, 0.12
# An iron-cobalt phase appears from 0.24 on (Acta Metall. Sin. 38 (2002) 866); ordinary magnets have
# up to 0.28, with a treatment of their own some 0.35 (from memory): an assumed edge between.
_IRON, _IRON_WIDTH, MOST_IRON = 0.33, 0.02, 0.36
# Temperature at which hot magnets are compared, from 20 C, K; power of iron, of which shares of
# 0.15 to 0.21 of the metal say something.
_HOT, _IRON_POWER = 480.0, 6
# No sheet has H_cJ fall by more than 0.26 to 0.27 %/K (Recoma 28HE, Intemag), however much iron its
# B_r asks for; per 1000 K, and how softly that bounds the law of iron.
_MOST_FALL, _ROUNDED = 2.6, 0.1
# Standard deviation of H_cJ at 500 C, A/m, to a share of iron of 0.16, and beyond 0.20.
_DEVIATION, _MORE, _FROM, _OVER = 100e3, 150e3, 0.16, 0.04
# Least share of H_cJ at which a relative range means something.
_LEAST_LEFT, _MOST_DEVIATION = 0.1, 1.5
# H_k / H_cJ falls by 0.05 for 0.5 more metal per rare earth (sign in print, size assumed).
_USUAL_RATIO, _SQUARE_SLOPE = 7.5, -0.1


class Shares(NamedTuple):
    """Shares of the metal of n charges, float64 (n,) each.

    ``zirconium`` with what counts as it; ``ratio``: metal atoms per rare earth; ``earth``: what the
    rare earths make of H_cJ over what Sm does.
    """

    iron: Array
    copper: Array
    zirconium: Array
    ratio: Array
    earth: Array


def shares(charge: CompositionTable) -> Shares:
    """Return what hardening depends on.

    Titanium and hafnium count as zirconium up to as much as there is of it (claims on such alloys
    ask that half at least be Zr; from memory).
    """
    rare = charge.fraction(*RARE_EARTHS)
    metal = 1.0 - rare
    zirconium = charge.fraction("Zr")
    zirconium = zirconium + np.minimum(zirconium, charge.fraction("Ti", "Hf"))
    with np.errstate(divide="ignore", invalid="ignore"):
        per_metal = charge.fraction("Fe") / metal, charge.fraction("Cu") / metal, zirconium / metal
        return Shares(*map(np.nan_to_num, per_metal), metal / rare, _earth(charge))


@lru_cache(maxsize=1)
def _earths() -> tuple[Array, Array]:
    """Return K_1 and J_s of each R2Co17 at 20 C over those of Sm2Co17, shape (118,) each."""
    from ..hosts.partition import partition
    from ..intrinsic.evaluate import PROPERTIES, evaluate_with
    from ..intrinsic.parameters import load

    formulas = [f"{symbol}2Co17" for symbol in RARE_EARTHS]
    pure = partition(CompositionTable.from_strings(formulas), "2:17")
    found = evaluate_with(pure, np.array([ROOM_K]), load(), spread=False).value[:, 0]
    each = np.zeros((2, N_ELEMENTS))
    for to, name in zip(
        each, ("anisotropy_constant_MJ_m3", "saturation_polarization_T"), strict=True
    ):
        value = np.nan_to_num(found[:, PROPERTIES.index(name)])
        to[[INDEX[symbol] for symbol in RARE_EARTHS]] = value / value[RARE_EARTHS.index("Sm")]
    return each[0], each[1]


def _earth(charge: CompositionTable) -> Array:
    """Return what wall energy over J_s is by its rare earths, sqrt(K_1) / J_s over that with Sm."""
    from ..kernels._rows import sums

    if charge.fraction("Sm").tolist() == charge.fraction(*RARE_EARTHS).tolist():
        return np.ones(len(charge))
    k, j = (sums(charge.rows, own) for own in _earths())
    rare = charge.fraction(*RARE_EARTHS)
    return np.sqrt(np.maximum(k / rare, 0.0)) / np.maximum(j / rare, 0.1)


def _step(x: Array) -> Array:
    """Return 1 / (1 + exp(-x)) without overflow."""
    return np.exp(-np.logaddexp(0.0, -x))


def strength(rows: dict[str, Array], structure: dict[str, Array]) -> tuple[Array, Array]:
    """Return H_cJ at 20 C of cellular magnets, A/m, and its fall from there, per 1000 K; (n,).

    A wall is held by the step in its energy that copper makes; zirconium and copper make the cells.
    H_cJ falls along a straight line to a value at 500 C that hardly depends on it: strong magnets
    fall faster. Magnets that are aged for 300 C fall as ordinary grades do at least.

    Parameters
    ----------
    rows : dict of str to ndarray, shape (n,)
        ``pinning_kA_m``, ``copper_scale``, ``hot_kA_m``, ``iron_limit``, ``ordinary_fall``,
        ``aged_for_C``, ``harder`` if a mill is known, ``decay``.
    structure : dict of str to ndarray, shape (n,)
        The fields of `Shares`, NaN where a magnet has no cells: then 0 and ``decay``.
    """
    pinned, fall = np.zeros(len(rows["decay"])), rows["decay"]
    cells = np.isfinite(structure["iron"])
    if not cells.any():
        return pinned, fall
    own = Shares(*(structure[name][cells] for name in Shares._fields))
    scale, hot, limit, least, aged = (
        rows[name][cells]
        for name in ("copper_scale", "hot_kA_m", "iron_limit", "ordinary_fall", "aged_for_C")
    )
    h = 1e3 * rows["pinning_kA_m"][cells] * own.earth
    h *= -np.expm1(-np.maximum(own.copper - LEAST_COPPER, 0.0) / scale)
    there = _step((own.zirconium - _ZIRCONIUM) / _ZIRCONIUM_WIDTH)
    excess = np.maximum(own.zirconium - _MOST_ZIRCONIUM, 0.0) / _ZIRCONIUM_FALL
    h *= (_NO_ZIRCONIUM + (1.0 - _NO_ZIRCONIUM) * there) * np.exp(-(excess**2))
    h *= _step((own.copper / CELL_COPPER + own.zirconium / CELL_ZIRCONIUM - _CELL) / _CELL_WIDTH)
    h *= _step((own.ratio - LEAST_RATIO) / _RATIO_WIDTH)
    h *= _step((MOST_RATIO - own.ratio) / _RATIO_WIDTH)
    h *= _step((_IRON - own.iron) / _IRON_WIDTH)
    left = 1e3 * hot * own.earth * (1.0 - (own.iron / limit) ** _IRON_POWER)
    hard = h * rows["harder"][cells] if "harder" in rows else h
    with np.errstate(divide="ignore", invalid="ignore"):
        by_iron = np.nan_to_num((1.0 - left / hard) / _HOT * 1e3, posinf=0.0, neginf=0.0)
    by_iron = -_ROUNDED * np.logaddexp(-by_iron / _ROUNDED, -_MOST_FALL / _ROUNDED)
    ordinary = np.clip((500.0 - aged) / 200.0, 0.0, 1.0) * np.maximum(least - by_iron, 0.0)
    fall = fall.copy()
    pinned[cells], fall[cells] = h, by_iron + np.nan_to_num(ordinary)
    return pinned, fall


def hot_deviation(rules: Any, structure: dict[str, Array], kelvin: Array) -> Array:
    """Return the standard deviation of ln H_cJ by that of H_cJ at 500 C, shape (m, n).

    Parameters
    ----------
    rules : Rules
        Of `magnetkit.kernels._magnets`, n magnets.
    structure : dict of str to ndarray, shape (n,)
        As for `strength`.
    kelvin : ndarray of float64, shape (m, 1)
    """
    away = kelvin - ROOM_K
    left = np.maximum(1.0 - 1e-3 * rules.decay * away, _LEAST_LEFT)
    deviation = _DEVIATION + _MORE * np.clip((structure["iron"] - _FROM) / _OVER, 0.0, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = deviation * np.maximum(away, 0.0) / _HOT / (rules.pinned * left)
    return np.where(rules.pinned > 0.0, np.minimum(np.nan_to_num(found), _MOST_DEVIATION), 0.0)


def squareness(usual: Array, ratio: Array) -> Array:
    """Return H_k / H_cJ by metal atoms per rare earth, NaN where there are no cells; (n,)."""
    more = np.clip(ratio, LEAST_RATIO, MOST_RATIO) - _USUAL_RATIO
    return usual + _SQUARE_SLOPE * np.nan_to_num(more)


def closed(
    found: "Balance", structure: dict[str, Array]
) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Yield the gates of cellular magnets, see `magnetkit.magnetism._gates`."""
    own = {name: structure[name] for name in Shares._fields}
    cell = own["copper"] / CELL_COPPER + own["zirconium"] / CELL_ZIRCONIUM
    yield "no hardening known: no copper", ~(own["copper"] > LEAST_COPPER)
    yield "no hardening known: no zirconium", cell < LEAST_CELL
    outside = ~((own["ratio"] >= LEAST_RATIO) & (own["ratio"] <= MOST_RATIO))
    yield "no hardening known: ratio of metal to rare earth", outside
    yield "no hardening known: too much iron", own["iron"] > MOST_IRON
