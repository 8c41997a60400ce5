"""How far price and supply risk of an alloy may lie from the table: draws within the spread.

The range of yearly prices of five years is read as the 90 % interval of an element's price; where
the table has none, half to twice the price. The rare earths move together, as they did in each of
those years; every other element moves alone. The supply risk of an element has a relative
standard deviation of 10 %: the World Bank prints its governance estimates with standard errors
near 0.2 of a scale of 5, 7 % of China's instability, and production shares are rounded estimates,
which is another 7 % of a concentration.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arguments import named
from ..composition.table import CompositionTable
from ..elements import INDEX, N_ELEMENTS, RARE_EARTHS, mask
from ..magnetism.shell import mean_over_mass
from .ledger import weakest_link
from .scenario import Scenario, scenarios, with_prices
from .tables import element_table

RISK_SPREAD = 0.10
UNKNOWN_PRICE_FACTOR = 2.0


@named
def sampled_supply(
    table: CompositionTable,
    draws: int,
    rng: np.random.Generator,
    scenario: str | Path | Scenario = "baseline",
    recycled: Mapping[str, float] | None = None,
    shell: Any = None,
    prices: Mapping[str, float] | None = None,
    others: float = 0.0,
) -> dict[str, NDArray[np.float64]]:
    """Return price and supply risk of each alloy in a number of draws.

    Parameters
    ----------
    table : CompositionTable
        n alloys.
    draws : int
    rng : numpy.random.Generator
    scenario, recycled, shell
        As in `magnetkit.supply.ledger`.
    prices : mapping of str to float, optional
        Times the price of an element, in every scenario.
    others : float
        Share of the draws, the last, in which one of the other embedded scenarios holds in place
        of the one asked for, each as often.

    Returns
    -------
    dict of str to ndarray, shape (n, draws)
        ``cost_USD_kg``, ``supply_risk`` and ``weakest_link_risk``; NaN where an element has no
        supply data.
    """
    from scipy.special import ndtri

    states = _states(scenario, draws, prices or {}, others)
    distinct = {state.name: state for state in states}
    tables = {name: element_table(state, recycled) for name, state in distinct.items()}
    first = tables[states[0].name]
    at = [INDEX[e] for e in first["element"]]
    low, high = (
        first[name].to_numpy(np.float64) for name in ("price_low_USD_kg", "price_high_USD_kg")
    )
    # A scenario multiplies the price; the range of the past is relative to the past's price.
    today = element_table()["price_USD_kg"].to_numpy(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        fall = np.nan_to_num(np.log(today / low), nan=np.log(UNKNOWN_PRICE_FACTOR))
        rise = np.nan_to_num(np.log(high / today), nan=np.log(UNKNOWN_PRICE_FACTOR))
    at_five_percent = ndtri(0.95)

    def scores() -> NDArray[np.float64]:
        own = rng.standard_normal((N_ELEMENTS, draws))
        own[mask(RARE_EARTHS) > 0] = rng.standard_normal(draws)
        return own[at]

    def stated(name: str) -> NDArray[np.float64]:
        known = {key: figures[name].to_numpy(np.float64) for key, figures in tables.items()}
        return np.column_stack([known[state.name] for state in states])

    z = scores() / at_five_percent
    spread = np.exp(np.where(z > 0, rise[:, None], fall[:, None]) * z)
    per_element = {
        "cost_USD_kg": stated("price_USD_kg") * spread,
        "supply_risk": stated("supply_risk") * np.exp(RISK_SPREAD * scores()),
    }
    result = {}
    matrix = np.full((N_ELEMENTS, 1 + draws), np.nan)
    matrix[:, 0] = 1.0
    for name, values in per_element.items():
        matrix[at, 1:] = values
        result[name] = mean_over_mass(table, matrix, shell)[:, 1:]
    result["weakest_link_risk"] = weakest_link(table, matrix[:, 1:], shell)
    return result


def _states(
    scenario: str | Path | Scenario, draws: int, prices: Mapping[str, float], share: float
) -> list[Scenario]:
    """Return the scenario that holds in each draw."""
    asked = with_prices(scenario, prices)
    others = [with_prices(name, prices) for name in scenarios() if name != asked.name]
    count = round(share * draws) if others else 0
    return [asked] * (draws - count) + [others[k % len(others)] for k in range(count)]
