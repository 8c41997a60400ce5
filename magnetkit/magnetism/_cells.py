"""Precipitation-hardened magnets: Sm2(Co,Fe)17 cells in Sm(Co,Cu)5 walls, by their charge.

A wall is held by the step in its energy that copper makes; zirconium's platelets are the paths of
copper into the walls. Shares are of the metal; recipes/SOURCE.md says what is fitted.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .._core.elements import ATOMIC_MASS, INDEX, N_ELEMENTS, RARE_EARTHS
from .._core.units import ROOM_K
from ..alloy._row_kernels import sums
from ..alloy.table import CompositionTable

Array = NDArray[np.float64]

_LEAST_COPPER = 0.035
# What zirconium leaves without it, where it sets in, over what; beyond the next it falls over the
# last, as Zr-rich precipitates take Cu and Sm (from memory).
_ZIRCONIUM = 0.15, 0.019, 0.003, 0.045, 0.02
# Copper and zirconium that make cells, how much of both together, over what, and the least: at Cu
# 0.088 and Zr 0 rods of 1:5 were seen, at 0.168 cells (Tang et al., J. Appl. Phys. 87 (2000) 5308).
_CELL, _LEAST_CELL = (0.15, 0.03, 0.85, 0.08), 0.11 / 0.15
# Metal atoms per rare earth, 6.7 to 8.5 where made: assumed edges, and over what.
_RATIO = 6.2, 8.9, 0.12
# An iron-cobalt phase appears from 0.24 on (Acta Metall. Sin. 38 (2002) 866); magnets are sold with
# 0.28 (20 wt.%, adopted/adopted.csv), some were made with 0.35 (from memory): an assumed edge.
_IRON, MOST_IRON = (0.33, 0.02), 0.36
# Where hot magnets are compared, K above 20 C; the power of iron (0.15 to 0.21 fix it). No sheet
# has H_cJ fall by more than 2.6 to 2.7 per 1000 K, whatever iron its B_r asks for: a soft bound.
_HOT, _POWER, _MOST_FALL, _ROUNDED = 480.0, 6, 2.6, 0.1
# What ordinary magnets end with and charges in print do not name, wt.% (memory).
_USUAL = {"C": 0.05, "O": 0.3}
# Standard deviation of H_cJ at 500 C, A/m, to an iron of 0.16, and what is added to 0.20; the least
# share of H_cJ, and the largest deviation of its logarithm, that mean something.
_DEVIATION, _MORE, _FROM, _OVER, _LEAST_LEFT, _MOST = 100e3, 150e3, 0.16, 0.04, 0.1, 1.5


class Shares(NamedTuple):
    """Shares of the metal of n charges, metal per rare earth, and by what R changes H_cJ; (n,)."""

    iron: Array
    copper: Array
    zirconium: Array
    ratio: Array
    earth: Array


def shares(
    charge: CompositionTable, carbon: Array | float = 0.0, oxygen: Array | float = 0.0
) -> Shares:
    """Return what hardening depends on; `carbon` and `oxygen`, wt.%, (n,), are beside the charge.

    Ti and Hf count as Zr up to as much as there is of it: claims ask for half at least (memory).
    Beyond the usual carbon takes an atom of them each as ZrC, seen from 0.21 wt.% on; above 0.43
    no cells are left; oxygen takes Sm (moulded magnets; abstract of jmonline.org,
    article ad33b4ae-eea6-4b87-ba4f-fd1171c5f2f7).
    """
    rare, zirconium = charge.fraction(*RARE_EARTHS), charge.fraction("Zr")
    zirconium = zirconium + np.minimum(zirconium, charge.fraction("Ti", "Hf"))
    mass = 0.01 * sums(charge.rows, ATOMIC_MASS)
    bound, oxide = (
        np.maximum(np.nan_to_num(weight) - usual, 0.0) * mass / ATOMIC_MASS[INDEX[symbol]]
        for weight, (symbol, usual) in zip((carbon, oxygen), _USUAL.items(), strict=True)
    )
    zirconium, earth = np.maximum(zirconium - bound, 0.0), np.maximum(rare - 2.0 / 3.0 * oxide, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        metals = charge.fraction("Fe"), charge.fraction("Cu"), zirconium
        iron, copper, zirconium = (np.nan_to_num(metal / (1.0 - rare)) for metal in metals)
        return Shares(iron, copper, zirconium, (1.0 - rare) / earth, _earth(charge))


@lru_cache(maxsize=1)
def _earths() -> Array:
    """Return K_1 and J_s of each R2Co17 at 20 C over those of Sm2Co17, shape (2, 118)."""
    from ..compound.evaluate import PROPERTIES, evaluate_with
    from ..compound.parameters import load
    from ..phases.partition import partition
    from ..phases.records import HOSTS

    pure = CompositionTable.from_strings([f"{symbol}2Co17" for symbol in RARE_EARTHS])
    cells = next(name for name, host in HOSTS.items() if host.magnet.hardening == "cells")
    found = evaluate_with(partition(pure, cells), np.array([ROOM_K]), load(), spread=False)
    names = "anisotropy_constant_MJ_m3", "saturation_polarization_T"
    own = np.nan_to_num(found.value[:, 0, [PROPERTIES.index(name) for name in names]])
    each = np.zeros((2, N_ELEMENTS))
    each[:, [INDEX[symbol] for symbol in RARE_EARTHS]] = (own / own[RARE_EARTHS.index("Sm")]).T
    return each


def _earth(charge: CompositionTable) -> Array:
    """Return wall energy over J_s by the rare earths, sqrt(K_1) / J_s, over that of Sm alone."""
    rare = charge.fraction(*RARE_EARTHS)
    if np.array_equal(charge.fraction("Sm"), rare):
        return np.ones(len(charge))
    k, j = (sums(charge.rows, own) / rare for own in _earths())
    return np.sqrt(np.maximum(k, 0.0)) / np.maximum(j, 0.1)


def _step(x: Array) -> Array:
    return np.exp(-np.logaddexp(0.0, -x))


def strength(rows: dict[str, Array], structure: dict[str, Array]) -> tuple[Array, Array]:
    """Return H_cJ of cells at 20 C, A/m, and its fall from there, per 1000 K; 0, `decay` elsewhere.

    A straight line leads to a value at 500 C that hardly depends on that at 20 C. Magnets aged for
    300 C fall as ordinary grades do at least. Arguments as of `microstructure`.
    """
    pinned, fall = np.zeros(len(rows["decay"])), rows["decay"].copy()
    cells = np.isfinite(structure["iron"])
    if not cells.any():
        return pinned, fall
    iron, copper, zirconium, ratio, earth = (structure[name][cells] for name in Shares._fields)
    own = {name: rows[name][cells] for name in _OWN}
    h = 1e3 * own["pinning_kA_m"] * earth
    h *= -np.expm1(-np.maximum(copper - _LEAST_COPPER, 0.0) / own["copper_scale"])
    without, sets_in, over, most, falls_over = _ZIRCONIUM
    h *= without + (1.0 - without) * _step((zirconium - sets_in) / over)
    h *= np.exp(-((np.maximum(zirconium - most, 0.0) / falls_over) ** 2))
    h *= _step((copper / _CELL[0] + zirconium / _CELL[1] - _CELL[2]) / _CELL[3])
    h *= _step((ratio - _RATIO[0]) / _RATIO[2]) * _step((_RATIO[1] - ratio) / _RATIO[2])
    h *= _step((_IRON[0] - iron) / _IRON[1])
    left = 1e3 * own["hot_kA_m"] * earth * (1.0 - (iron / own["iron_limit"]) ** _POWER)
    hard = h * rows["harder"][cells] if "harder" in rows else h
    with np.errstate(divide="ignore", invalid="ignore"):
        line = np.nan_to_num((1.0 - left / hard) / _HOT * 1e3, posinf=0.0, neginf=0.0)
    line = -_ROUNDED * np.logaddexp(-line / _ROUNDED, -_MOST_FALL / _ROUNDED)
    short = np.clip((500.0 - own["aged_for_C"]) / 200.0, 0.0, 1.0)
    line += np.nan_to_num(short * np.maximum(own["ordinary_fall"] - line, 0.0))
    pinned[cells], fall[cells] = h, line
    return pinned, fall


_OWN = "pinning_kA_m", "copper_scale", "hot_kA_m", "iron_limit", "ordinary_fall", "aged_for_C"


def hot_deviation(rules: Any, iron: Array, kelvin: Array) -> Array:
    """Return the deviation of ln H_cJ of cells by that at 500 C, (m, n), at kelvin (m, 1)."""
    away = kelvin - ROOM_K
    left = rules.level * rules.pinned * np.maximum(1.0 - 1e-3 * rules.decay * away, _LEAST_LEFT)
    deviation = _DEVIATION + _MORE * np.clip((iron - _FROM) / _OVER, 0.0, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.nan_to_num(deviation * np.maximum(away, 0.0) / _HOT / left)
    return np.where(rules.pinned > 0.0, np.minimum(found, _MOST), 0.0)


def squareness(usual: Array, ratio: Array) -> Array:
    """Return H_k / H_cJ: it falls by 0.05 for 0.5 more metal (sign in print, size assumed)."""
    return usual - 0.1 * np.nan_to_num(np.clip(ratio, *_RATIO[:2]) - 7.5)


def closed(found: Any, structure: dict[str, Array]) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Yield the gates of cells, see `magnetkit.magnetism._gates`."""
    iron, copper, zirconium, ratio, _ = (structure[name] for name in Shares._fields)
    yield "no hardening known: no copper", ~(copper > _LEAST_COPPER)
    cell = copper / _CELL[0] + zirconium / _CELL[1]
    yield "no hardening known: no zirconium", cell < _LEAST_CELL
    inside = (ratio >= _RATIO[0]) & (ratio <= _RATIO[1])
    yield "no hardening known: ratio of metal to rare earth", ~inside
    yield "no hardening known: too much iron", iron > MOST_IRON
