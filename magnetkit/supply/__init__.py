"""Heavy rare earth, supply risk and cost of an alloy."""

from .dates import overdue
from .heavy import heavy_rare_earth_ledger
from .ledger import break_even_recycled_share, ledger
from .scenario import PriceChange, Restriction, Scenario, load_scenario, scenarios, with_prices
from .spread import sampled_supply
from .tables import claims, controls, element_table

__all__ = [
    "PriceChange",
    "Restriction",
    "Scenario",
    "break_even_recycled_share",
    "claims",
    "controls",
    "element_table",
    "heavy_rare_earth_ledger",
    "ledger",
    "load_scenario",
    "overdue",
    "sampled_supply",
    "scenarios",
    "with_prices",
]
