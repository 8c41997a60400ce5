"""What a shortage does to a parts list: which parts stop, in what order to change them, and why."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..choose.order_line import mass_shares
from ..supply.scenario import Scenario
from ..supply.shortage import Shortage
from ._part import Part
from ._parts_tables import Prices, symbol_prices, today_cost, way_cost

if TYPE_CHECKING:
    import pandas as pd

LIKELY = 0.8
"""Probability from which a way is counted on."""
TRACE_WT_PCT = 0.05
"""Content below which a magnet does not need an element."""
_WEEKS = 52.0


@dataclass(frozen=True, eq=False)
class Change:
    """One part under a shortage.

    ``need`` is kg a year of what is scarce, ``freed`` what the best way frees of it, ``way`` that
    way (None where there is none), ``saved_USD`` what it saves a year at the shortage's prices.
    """

    part: Part
    need: float
    freed: float
    way: Any
    saved_USD: float
    weight_need: float


def plan_changes(
    parts: Sequence[Part], shortages: Sequence[Shortage], scenario: Scenario
) -> "tuple[pd.DataFrame, pd.DataFrame]":
    """Plan which parts to change under each shortage.

    Parameters
    ----------
    parts : sequence of Part
        The parts with their answers.
    shortages : sequence of Shortage
        Cuts, delays or prices.
    scenario : Scenario
        Usual prices.

    Returns
    -------
    changes : pandas.DataFrame
        The parts that each shortage touches, in order of change.
    summary : pandas.DataFrame
        One row a shortage.
    """
    import pandas as pd

    changes: list[dict[str, Any]] = []
    summary: list[dict[str, Any]] = []
    usual = symbol_prices(scenario)
    for shortage in shortages:
        prices = (
            symbol_prices(shortage.price_scenario(scenario))
            if shortage.prices
            else usual
        )
        if shortage.cuts:
            table, row = _plan_cut(parts, shortage, prices)
        elif shortage.delays:
            table, row = _plan_delay(parts, shortage, prices)
        else:
            table, row = _plan_prices(parts, shortage, usual, prices)
        changes += table
        summary.append({"Shortage": shortage.title, "Name": shortage.name, **row})
    columns = ["Shortage", "Order", "Part", "Magnet", "What to do", "Why"]
    return pd.DataFrame(changes, columns=None if changes else columns), pd.DataFrame(
        summary
    )


def _plan_cut(
    parts: Sequence[Part], shortage: Shortage, prices: Prices
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Plan for elements of which a share cannot be bought; parts that free most change first.

    Returns
    -------
    rows : list of dict
        One for each part that holds some, in order of change.
    summary : dict
        Counts, kg a year and a sentence.
    """
    missing = shortage.missing_shares()
    whole = min(missing.values()) >= 1.0
    changes = [
        c for part in parts if (c := _change(part, missing, prices, whole)) is not None
    ]
    changes.sort(key=lambda c: (c.way is None, -c.freed, -c.need))
    gap = sum(c.weight_need for c in changes)
    total = sum(c.need for c in changes)
    remaining_gap = gap
    table = []
    for order, change in enumerate(changes, start=1):
        status, why = _judge_cut(change, remaining_gap, missing)
        before = remaining_gap
        if status == "change":
            remaining_gap = _without_residue(remaining_gap - change.freed)
        elif status == "stops":
            remaining_gap = _without_residue(remaining_gap - change.need)
        table.append(
            _row(shortage, order, change, status, why)
            | {
                "Cannot be had before, kg a year": before,
                "after, kg a year": remaining_gap,
            }
        )
    count = Counter(row["What to do"] for row in table)
    elements = ", ".join(missing)
    words = (
        f"{len(changes)} parts need {total:,.1f} kg {elements} a year, of which {gap:,.1f} cannot "
        f"be had: change {count['change']}, {count['stops']} stop"
    )
    stopping_parts = [row["Part"] for row in table if row["What to do"] == "stops"]
    if stopping_parts:
        words += f" ({', '.join(stopping_parts[:5])}{', ...' if len(stopping_parts) > 5 else ''})"
    first = next((row for row in table if row["What to do"] == "change"), None)
    if first is not None:
        words += (
            f"; first {first['Part']}, which frees {first['Freed, kg a year']:,.1f} kg"
        )
    row: dict[str, float] = {
        "Parts concerned": len(changes),
        "To change": count["change"],
        "Stop": count["stops"],
    }
    row |= {"Needed, kg a year": total, "Cannot be had, kg a year": gap}
    row["USD a year saved at its prices"] = _dollars(table)
    return table, row | {"In words": f"{words}."}


def _without_residue(kilograms: float) -> float:
    """Return kilograms with a residue of rounding set to 0."""
    if kilograms <= 1e-9:
        return 0.0
    return kilograms


def _judge_cut(
    change: Change, left: float, missing: Mapping[str, float]
) -> tuple[str, str]:
    """Decide what happens to a part: "change", "stops" or "can stay".

    Parameters
    ----------
    change : Change
        What the part needs and its best way.
    left : float
        What still cannot be bought, kg a year.
    missing : mapping
        Missing share, 0 to 1, by element.

    Returns
    -------
    status, reason : str
    """
    elements = ", ".join(missing)
    if not left:
        return "can stay", "what the parts above free covers the rest"
    if change.way is None:
        return (
            "stops",
            f"no way without {elements} has P {LIKELY:g} or more; {_nearest_way(change, missing)}",
        )
    name = change.way.name
    chance = float(change.way.probability_meets_requirements)
    return (
        "change",
        f"{name} (P {chance:.2f}) frees {change.freed:,.2f} kg a year, the most that is left",
    )


def _nearest_way(change: Change, missing: Mapping[str, float]) -> str:
    """Say in words which way without the missing elements is likeliest."""
    answer = change.part.answer
    if answer is None:
        return "a recipe alone has no ways"
    ways = [way for way in answer.ways if _scarce(way, missing) < TRACE_WT_PCT]
    if not ways:
        return "every way holds some"
    best = max(ways, key=lambda way: way.probability_meets_requirements)
    return f"nearest {best.name}, P {best.probability_meets_requirements:.2f}"


def _change(
    part: Part, missing: Mapping[str, float], prices: Prices, whole: bool
) -> Change | None:
    """Compute what a part needs of the missing elements and its best way; None if it holds none.

    Parameters
    ----------
    part : Part
        The part.
    missing : mapping
        Missing share, 0 to 1, by element.
    prices : dict of float
        USD/kg by element.
    whole : bool
        Nothing of the elements can be bought.
    """
    shares = {e: part.today[e].mean for e in missing if e in part.today}
    if sum(shares.values()) < TRACE_WT_PCT or part.kg_year != part.kg_year:
        return None
    need = part.kg_year / 100.0 * sum(shares.values())
    weighted_shares = (
        part.kg_year / 100.0 * sum(missing[e] * share for e, share in shares.items())
    )
    way = _best_way(part, missing, whole, sum(shares.values()))
    freed_mass = 0.0
    if way is not None:
        freed_mass = need - part.kg_year / 100.0 * _scarce(way, missing)
    return Change(
        part, need, freed_mass, way, _saved_dollars(part, way, prices), weighted_shares
    )


def _best_way(
    part: Part, missing: Mapping[str, float], whole: bool, today: float
) -> Any:
    """Return the way to replace a part that holds least of the missing elements; None without one.

    A way counts if it is likely to meet the requirements and holds less of them than 95 % of
    `today`, what the part holds of them now, wt.%. If `whole`, nothing of them can be bought: a way
    counts only if it holds hardly a trace. Only the keys of `missing`, chemical symbols, are used.
    """
    ways = part.answer.ways if part.answer is not None else ()
    largest_wt_pct = TRACE_WT_PCT if whole else 0.95 * today
    good = [
        way
        for way in ways
        if way.probability_meets_requirements >= LIKELY
        and _scarce(way, missing) < largest_wt_pct
    ]
    if not good:
        return None
    return min(
        good, key=lambda way: (round(_scarce(way, missing), 2), _order_of_kind(way))
    )


def _order_of_kind(way: Any) -> tuple[bool, float]:
    """Return a key that puts magnets of the same family, then likelier ones, first."""
    return way.kind == "other-family", -float(way.probability_meets_requirements)


def _scarce(way: Any, elements: Mapping[str, float]) -> float:
    """Sum the amounts of some elements in a way, wt.%."""
    shares = mass_shares(way.candidate, way.shell or "")
    return sum(shares.get(element, 0.0) for element in elements)


def _plan_delay(
    parts: Sequence[Part], shortage: Shortage, prices: Prices
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Plan for elements that come late: the stock that bridges the wait.

    Returns
    -------
    rows : list of dict
        One for each part that holds some, the dearest stock first.
    summary : dict
        Counts and a sentence.
    """
    weeks = shortage.weeks_late()
    longest = max(weeks.values())
    waiting_parts = []
    for part in parts:
        elements = [
            e for e in weeks if e in part.today and part.today[e].mean >= TRACE_WT_PCT
        ]
        if elements and part.kg_year == part.kg_year:
            waiting_parts.append((part, elements))
    stock = {part.line: part.kg_year * longest / _WEEKS for part, _ in waiting_parts}
    value = {
        part.line: stock[part.line] * today_cost(part, prices)
        for part, _ in waiting_parts
    }
    waiting_parts.sort(key=lambda pair: -value[pair[0].line])
    table = []
    for order, (part, elements) in enumerate(waiting_parts, start=1):
        way = _free_way(part, weeks)
        status = "change" if way is not None else "keep a stock"
        why = f"holds {', '.join(elements)}: {stock[part.line]:,.1f} kg of magnets for "
        why += f"{longest:g} weeks"
        why += (
            f"; {way.name} needs no licence"
            if way is not None
            else "; no likely way without"
        )
        shares = sum(part.today[e].mean for e in elements)
        change = Change(part, part.kg_year * shares / 100.0, 0.0, way, math.nan, 0.0)
        row = _row(shortage, order, change, status, why)
        table.append(
            row
            | {"Stock, kg of magnets": stock[part.line], "Stock, USD": value[part.line]}
        )
    kilograms = sum(stock.values())
    dollars = sum(v for v in value.values() if v == v)
    count = sum(row["What to do"] == "change" for row in table)
    words = (
        f"{len(waiting_parts)} parts wait {longest:g} weeks: a stock of {kilograms:,.0f} kg of "
        f"magnets (elements {dollars:,.0f} USD) bridges it; {count} can change to a magnet "
        "that needs no licence"
    )
    if table:
        words += f"; first {table[0]['Part']}, the dearest stock"
    summary = {"Parts concerned": len(waiting_parts), "To change": count, "Stop": 0}
    return table, summary | {"In words": f"{words}."}


def _free_way(part: Part, elements: Mapping[str, float]) -> Any:
    """Return the likeliest way of a part that holds none of some elements; None if none is likely."""
    ways = part.answer.ways if part.answer is not None else ()
    good = [
        way
        for way in ways
        if way.probability_meets_requirements >= LIKELY
        and _scarce(way, elements) < TRACE_WT_PCT
    ]
    return max(good, key=lambda way: way.probability_meets_requirements, default=None)


def _plan_prices(
    parts: Sequence[Part], shortage: Shortage, usual: Prices, prices: Prices
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Plan for other prices: what each change saves, USD a year, at `prices` against `usual`.

    Returns
    -------
    rows : list of dict
        One for each part that gets dearer, the largest saving first.
    summary : dict
        Counts, savings and a sentence.
    """
    changes = []
    for part in parts:
        before = today_cost(part, usual)
        after = today_cost(part, prices)
        if not after > before + 1e-9 or part.kg_year != part.kg_year:
            continue
        way, saving = _cheapest(part, prices)
        need = part.kg_year * (after - before)
        changes.append(Change(part, need, 0.0, way, saving, 0.0))
    changes.sort(
        key=lambda c: (c.way is None, -c.saved_USD if c.way is not None else -c.need)
    )
    table = []
    for order, change in enumerate(changes, start=1):
        price_rise = f"{change.need:,.0f} USD a year dearer"
        if change.way is None:
            row = _row(
                shortage,
                order,
                change,
                "pay",
                f"{price_rise}; no likely way prices less",
            )
        else:
            why = f"{price_rise}; {change.way.name} saves {change.saved_USD:,.0f} USD a year"
            row = _row(shortage, order, change, "change", why)
        del row["Needed, kg a year"]
        table.append(row | {"Dearer, USD a year": change.need})
    dearer = sum(c.need for c in changes)
    saving = sum(c.saved_USD for c in changes if c.way is not None)
    count = sum(c.way is not None for c in changes)
    words = f"{len(changes)} parts cost {dearer:,.0f} USD a year more; "
    words += f"{count} changes save {saving:,.0f}"
    if count:
        words += f", first {changes[0].part.name} ({changes[0].saved_USD:,.0f})"
    summary: dict[str, Any] = {
        "Parts concerned": len(changes),
        "To change": count,
        "Stop": 0,
    }
    summary["USD a year saved at its prices"] = saving
    return table, summary | {"In words": f"{words}."}


def _cheapest(part: Part, prices: Prices) -> tuple[Any, float]:
    """Return the likely way of the same family that saves most at `prices`, and USD a year saved.

    The way is None and the saving 0 if none saves anything.
    """
    ways = part.answer.ways if part.answer is not None else ()
    best = None
    largest_saving = 0.0
    for way in ways:
        saving = _saved_dollars(part, way, prices)
        # What another family's elements cost says nothing of its price.
        likely = (
            way.probability_meets_requirements >= LIKELY and way.kind != "other-family"
        )
        if likely and saving > largest_saving:
            best = way
            largest_saving = saving
    return best, largest_saving


def _saved_dollars(part: Part, way: Any, prices: Prices) -> float:
    """Compute what a way saves at prices, USD a year; NaN for another family, whose price is not known."""
    if way is None or way.kind == "other-family":
        return math.nan
    return part.kg_year * (today_cost(part, prices) - way_cost(way, prices))


def _row(
    shortage: Shortage, order: int, change: Change, status: str, why: str
) -> dict[str, Any]:
    """Build the row of a part under a shortage, by header.

    Parameters
    ----------
    order : int
        Number in the order of change.
    status, why : str
        What to do, and the reason.
    """
    part = change.part
    row: dict[str, Any] = {
        "Shortage": shortage.title,
        "Order": order,
        "Part": part.name,
    }
    row |= {"Magnet": part.magnet, "What to do": status, "Why": why}
    row["Change to"] = "" if change.way is None else change.way.name
    row["P"] = math.nan
    if change.way is not None:
        row["P"] = float(change.way.probability_meets_requirements)
    row["Needed, kg a year"] = change.need
    row["Freed, kg a year"] = change.freed
    row["Saved, USD a year"] = change.saved_USD
    return row


def _dollars(table: Sequence[Mapping[str, Any]]) -> float:
    values = [
        row["Saved, USD a year"] for row in table if row["What to do"] == "change"
    ]
    return sum(value for value in values if value == value)
