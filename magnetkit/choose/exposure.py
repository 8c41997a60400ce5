"""Exposure of a magnet to scarce elements: how much of each it holds, and what it is worth.

Exposure is the sum over the heavy rare earths of their mass times their price, USD per kilogram of
magnet: 0.5 wt.% of dysprosium replaced by 0.2 wt.% of terbium lowers the mass and no exposure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .._core._types import FloatArray
from .._core.elements import INDEX, N_ELEMENTS
from .._core.settings import get_settings
from ..alloy.table import CompositionTable
from ..supply.scenario import Scenario
from ..supply.tables import element_table
from .thresholds import NONE_WT_PCT, SAVING_SHARE, SAVING_WT_PCT

_BESIDE = ("Sm", "Co")


def element_prices(scenario: Scenario) -> FloatArray:
    """Return the price of each element, USD/kg, shape (118,), by atomic number; NaN where unknown."""
    return _prices_by_record(scenario.model_dump_json()).copy()


@lru_cache(maxsize=32)
def _prices_by_record(scenario: str) -> FloatArray:
    """Return `element_prices` of a scenario given as JSON, USD/kg, shape (118,).

    `scenario` is the text of ``Scenario.model_dump_json()``. Entry k is the
    element of atomic number k + 1, NaN where no price is known. The array
    comes from a cache and is shared: do not change it.
    """
    table = element_table(Scenario.model_validate_json(scenario))
    prices = np.full(N_ELEMENTS, np.nan)
    places = [INDEX[symbol] for symbol in table["element"]]
    prices[places] = table["price_USD_kg"].to_numpy(float)
    return prices


def mass_percents(
    table: CompositionTable, shells: Sequence[str] | None
) -> FloatArray:
    """Return the mass of each element in n magnets with their shells, wt.%, shape (n, 118).

    `table` holds the n alloys without shells. `shells` has a text for each,
    such as "Tb 0.5 wt%", empty for none, or is None or empty; InputError for
    another number of texts. Column k is the element of atomic number k + 1;
    rows sum to 100, shells counted in.
    """
    from ..alloy.shell_rows import mean_over_mass

    put_in = None
    if shells is not None and any(shells):
        put_in = list(shells)
    figures = np.column_stack([np.ones(N_ELEMENTS), np.eye(N_ELEMENTS)])
    return 100.0 * np.asarray(mean_over_mass(table, figures, put_in))[:, 1:]


def heavy_exposure(
    table: CompositionTable, shells: Sequence[str] | None, scenario: Scenario
) -> FloatArray:
    """Compute the exposure of n magnets to heavy rare earths, USD per kg of magnet, shape (n,).

    It is the mass of each heavy rare earth (the setting ``heavy_rare_earths``), shells included,
    times its price in `scenario`, a `Scenario`, no name; one without a price counts as free.
    `table` holds the n alloys without shells. `shells` has a text for each, such as "Tb 0.5 wt%",
    empty for none, or is None.
    """
    heavy = [INDEX[symbol] for symbol in get_settings().heavy_rare_earths]
    prices = np.nan_to_num(element_prices(scenario)[heavy])
    return mass_percents(table, shells)[:, heavy] @ prices / 100.0


@lru_cache(maxsize=4096)
def mass_shares(recipe: str, shell: str) -> dict[str, float]:
    """Return the mass of each element over that of the magnet, wt.%, its shell included, by symbol.

    `recipe` is the alloy in wt.%, such as "Nd30Fe69B1"; one that cannot be read is an IndexError.
    `shell` is a text such as "Tb 0.5 wt%", empty for none; InputError for another. The values sum
    to 100, with those left out. Keys stand by atomic number.
    Elements of 1e-6 wt.% and less are left out. The dict comes from a cache: do not change it.

    Examples
    --------
    >>> round(mass_shares("Nd30Fe69B1", "Tb 0.5 wt%")["Nd"], 2)
    29.53
    """
    table = CompositionTable.from_strings([recipe], basis="weight")
    shares = mass_percents(table, [shell])[0]
    return {
        symbol: float(shares[i])
        for symbol, i in INDEX.items()
        if shares[i] > 1e-6
    }


def element_contents(
    text: str, shell: str, symbols: Sequence[str]
) -> dict[str, float]:
    """Return how much of each element a recipe with its shell holds, wt.%, by symbol.

    Elements of 0.005 wt.% and less are left out.

    Parameters
    ----------
    text : str
        Recipe, wt.%, such as "Nd30Fe69B1"; IndexError if it cannot be read.
    shell : str
        Such as "Tb 0.5 wt%"; empty for none. InputError if it cannot be read.
    symbols : sequence of str
        The elements that are looked for, such as ["Dy", "Tb"]; the keys of the result follow
        their order.

    Returns
    -------
    dict of str to float
        A new dict; empty where the magnet holds none of them.
    """
    shares = mass_shares(text, shell)
    return {e: shares[e] for e in symbols if shares.get(e, 0.0) > 0.005}


def heavy_rare_earth_contents(text: str, shell: str) -> dict[str, float]:
    """Return the heavy rare earths that a recipe with its shell holds, wt.%."""
    return element_contents(text, shell, get_settings().heavy_rare_earths)


def samarium_cobalt_contents(text: str, shell: str) -> dict[str, float]:
    """Return the samarium and cobalt that a recipe holds, wt.%."""
    return element_contents(text, shell, _BESIDE)


@dataclass(frozen=True)
class HeavyToday:
    """What the magnet in use holds.

    Attributes
    ----------
    wt_pct : float
        Heavy rare earth, wt.%, its shell included.
    exposure_USD_kg : float
        What it is worth, USD per kg of magnet.
    """

    wt_pct: float
    exposure_USD_kg: float

    @property
    def saving_USD_kg(self) -> float:
        """Least fall of exposure that is worth a change, USD/kg.

        A property. It is the larger of a fifth of the exposure and what 0.3
        wt.% of its heavy rare earth is worth; infinite where the magnet holds
        less than 0.05 wt.%.
        """
        if self.wt_pct < NONE_WT_PCT:
            return float("inf")
        worth = SAVING_WT_PCT / self.wt_pct * self.exposure_USD_kg
        return max(SAVING_SHARE * self.exposure_USD_kg, worth)

    def is_lowered_by(self, exposure_USD_kg: float) -> bool:
        """Return whether a magnet of another exposure lowers it by what is worth a change."""
        return (
            self.exposure_USD_kg - exposure_USD_kg >= self.saving_USD_kg - 1e-9
        )
