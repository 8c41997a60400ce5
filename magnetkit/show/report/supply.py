"""What the report says of supply: scenarios, elements, claims and recycling."""

from collections.abc import Hashable
from dataclasses import replace
from typing import Any

import numpy as np

from ...elements import SYMBOLS
from ...magnetism.shell import with_shell
from ...prediction.properties import supplies
from ...supply import (
    break_even_recycled_share,
    element_table,
    overdue,
    scenarios,
)
from ...supply import claims as claims_table
from .content import Magnets, number


def by_scenario(shown: Magnets) -> list[dict[str, Any]]:
    """Return title, supply risk and cost of the shown magnets in every scenario."""
    names = scenarios()
    own = shown.conditions.scenario
    found = []
    for name in names if own in names else [own, *names]:
        there = replace(shown.conditions, scenario=name)
        frame = supplies(shown.table, shown.shells, there)
        found.append(
            {
                "title": there.supply_scenario.title,
                "supply_risk": frame["supply_risk"].tolist(),
                "cost_USD_kg": frame["cost_USD_kg"].tolist(),
            }
        )
    return found


def elements(shown: Magnets) -> list[list[str]]:
    """Return the supply of each element in the shown magnets, the riskiest first.

    Element, import reliance, stage and concentration, largest producer, risk, price and its
    range, export controls.
    """
    table = element_table(shown.conditions.scenario, shown.conditions.recycled)
    table = table[table["element"].isin(_present(shown))]
    rows = []
    for row in table.sort_values("supply_risk", ascending=False).to_dict("records"):
        low, high = number(row["price_low_USD_kg"]), number(row["price_high_USD_kg"])
        spread = "" if low == "–" else f" ({low} to {high})"
        rows.append(
            [
                row["element"],
                f"{100.0 * row['import_reliance']:.0f} %",
                f"{number(row['concentration'], 2)} ({row['stage']})",
                f"{row['largest_producer']}, {100.0 * row['largest_share']:.0f} %",
                number(row["supply_risk"], 2),
                f"{number(row['price_USD_kg'])}{spread}",
                row["export_control"],
            ]
        )
    return rows


def late(shown: Magnets) -> list[str]:
    """Return the facts on those elements that are past the day to look at them again."""
    return overdue(symbols=_present(shown))


def _present(shown: Magnets) -> list[str]:
    whole = with_shell(shown.table, shown.shells) if any(shown.shells) else shown.table
    return [SYMBOLS[i] for i in np.flatnonzero(whole.to_array().sum(axis=0))]


def claims() -> list[dict[Hashable, Any]]:
    """Return what is often said of US supply beside today's figures."""
    return claims_table().to_dict("records")


def break_even(shown: Magnets) -> str:
    """Return how much cobalt must be recycled for the best to carry today's supply risk."""
    if len(shown.rows) < 2:
        return ""
    best, today = shown.rows.iloc[0], shown.rows.iloc[-1]
    risk = f"{number(best['supply_risk'])} against {number(today['supply_risk'])} of today's magnet"
    if not best["cobalt_wt_pct"] > 0.0:
        return f"Supply risk of the best candidate: {risk}; it has no cobalt to recycle."
    conditions = shown.conditions
    (share,) = break_even_recycled_share(
        shown.table[:1],
        "Co",
        float(today["supply_risk"]),
        conditions.scenario,
        conditions.recycled,
        shell=shown.shells[:1],
    )
    if share == 0.0:
        text = "no recycled cobalt is needed to come down to it"
    elif share == share:
        text = f"it comes down to it with {100.0 * share:.0f} % of its cobalt recycled at home"
    else:
        text = "not even all its cobalt from recycling brings it down to it"
    return f"Supply risk of the best candidate: {risk}; {text}."
