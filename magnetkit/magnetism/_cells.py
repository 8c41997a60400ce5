"""Precipitation-hardened magnets of Sm2(Co,Fe)17 cells in Sm(Co,Cu)5 walls: what they need.

Copper in the walls makes the step in wall energy that holds domain walls; zirconium's platelets are
the paths along which it gets there. Shares are of the metal.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .._core.elements import RARE_EARTHS

if TYPE_CHECKING:
    from ..composition.table import CompositionTable
    from ._balance import Balance

Array = NDArray[np.float64]

# Least copper; what copper and zirconium do for cells: without either none were seen (Tang et al.,
# J. Appl. Phys. 87 (2000) 5308: at Cu 0.088 and Zr 0 rods of 1:5, at 0.168 cells).
LEAST_COPPER = 0.035
CELL_COPPER, CELL_ZIRCONIUM, LEAST_CELL = 0.15, 0.03, 0.11 / 0.15
# Metal atoms per rare earth: made from 6.7 to 8.5; the edges beyond are assumed.
LEAST_RATIO, MOST_RATIO = 6.2, 8.9


class Shares(NamedTuple):
    """Shares of the metal of n charges, and the metal atoms per rare earth, float64 (n,) each."""

    iron: Array
    copper: Array
    zirconium: Array
    ratio: Array


def shares(charge: "CompositionTable") -> Shares:
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
        return Shares(*map(np.nan_to_num, per_metal), metal / rare)


def closed(
    found: "Balance", structure: dict[str, Array]
) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Yield the gates of cellular magnets, see `magnetkit.magnetism._gates`."""
    own = shares(found.charge)
    cell = own.copper / CELL_COPPER + own.zirconium / CELL_ZIRCONIUM
    yield "no hardening known: no copper", own.copper <= LEAST_COPPER
    yield "no hardening known: no zirconium", cell < LEAST_CELL
    outside = ~((own.ratio >= LEAST_RATIO) & (own.ratio <= MOST_RATIO))
    yield "no hardening known: ratio of metal to rare earth", outside
