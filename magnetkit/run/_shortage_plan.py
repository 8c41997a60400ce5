"""What a shortage does to a parts list: which parts stop, in what order to change them, and why."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .._core._words import write_subject
from ..choose.exposure import mass_shares
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

    ``need`` is kg a year of what is scarce (of other prices: USD a year that
    the part gets dearer), ``weight_need`` kg a year of it that cannot be had,
    ``freed`` kg a year of it that the best way frees, ``way`` that `Way` (None
    where there is none), ``saved_USD`` what it saves, USD a year, at the
    shortage's prices (NaN where that is not known).
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

    Parts without an amount a year (``kg_year`` NaN) are in neither table. A
    shortage is planned by its cuts if it has any, else by its delays, else by
    its prices.

    Parameters
    ----------
    parts : sequence of Part
        The parts, of which ``name``, ``magnet``, ``kg_year``, ``today``
        (`Amount` of wt.% by symbol) and ``answer`` (a `Replacement` or None)
        are used.
    shortages : sequence of Shortage
        What `load_shortage` returns, not names: each has ``title``, ``name``
        and one of ``cuts``, ``delays`` and ``prices``.
    scenario : Scenario
        What `load_scenario` returns: prices without the shortage, and with one
        that names no prices.

    Returns
    -------
    changes : pandas.DataFrame
        The parts that each shortage touches, shortages in the order given:
        ``Shortage`` (its title), ``Order`` (from 1 within it), ``Part``,
        ``Magnet``, ``What to do`` ("change", "stops", "can stay", "keep a
        stock" or "pay") and ``Why``; then ``Change to`` (name of a way, empty
        without one), ``P``, ``Freed, kg a year`` and ``Saved, USD a year``.
        ``Needed, kg a year`` is of cuts and delays, ``Cannot be had before, kg
        a year`` and the column that is called just ``after, kg a year`` of
        cuts, ``Stock, kg of magnets`` and ``Stock, USD`` of delays, ``Dearer,
        USD a year`` of prices: NaN in other rows, and no column where no row
        has it. Without any row only the first six columns.
    summary : pandas.DataFrame
        One row a shortage: ``Shortage`` (title), ``Name``, ``Parts concerned``,
        ``To change``, ``Stop`` and ``In words``; of cuts also ``Needed, kg a
        year`` and ``Cannot be had, kg a year``, of cuts and prices ``USD a year
        saved at its prices``. Without shortages it has no row and no column.
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
        summary.append(
            {"Shortage": shortage.title, "Name": shortage.name, **row}
        )
    columns = ["Shortage", "Order", "Part", "Magnet", "What to do", "Why"]
    return pd.DataFrame(
        changes, columns=None if changes else columns
    ), pd.DataFrame(summary)


def _plan_cut(
    parts: Sequence[Part], shortage: Shortage, prices: Prices
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Plan for elements of which a share cannot be bought; parts that free most change first.

    A part is left out if its amount a year is NaN, or it holds less than 0.05
    wt.% of these elements together. Where nothing of any of them can be bought,
    only ways with less than 0.05 wt.% count.

    Parameters
    ----------
    parts : sequence of Part
        The parts, with ``today`` (`Amount` of wt.% by symbol), ``kg_year`` and
        ``answer``.
    shortage : Shortage
        One with ``cuts``, a tuple of `Cut` with ``elements`` (symbols) and
        ``share`` (above 0, up to 1, of what is bought); the largest share of an
        element counts. ValueError without cuts.
    prices : dict of float
        USD/kg by element.

    Returns
    -------
    rows : list of dict
        One for each part that holds some, in order of change: the keys of
        `_row`, whose ``What to do`` is "change", "stops" or "can stay", with
        ``Cannot be had before, kg a year`` and, by just this name, ``after, kg
        a year``.
    summary : dict
        ``Parts concerned``, ``To change`` and ``Stop`` (counts), ``Needed, kg a
        year``, ``Cannot be had, kg a year``, ``USD a year saved at its prices``
        (unknown savings left out) and ``In words``.
    """
    missing = shortage.missing_shares()
    whole = min(missing.values()) >= 1.0
    every_change = (_change(part, missing, prices, whole) for part in parts)
    changes = [change for change in every_change if change is not None]
    changes.sort(key=lambda c: (c.way is None, -c.freed, -c.need))
    gap = sum(c.weight_need for c in changes)
    total = sum(c.need for c in changes)
    gap_left = gap
    table = []
    for order, change in enumerate(changes, start=1):
        status, why = _judge_cut(change, gap_left, missing)
        before = gap_left
        if status == "change":
            gap_left = _without_residue(gap_left - change.freed)
        elif status == "stops":
            gap_left = _without_residue(gap_left - change.need)
        table.append(
            _row(shortage, order, change, status, why)
            | {
                "Cannot be had before, kg a year": before,
                "after, kg a year": gap_left,
            }
        )
    changed = _rows_with_status(table, "change")
    stopped = _rows_with_status(table, "stops")
    elements = ", ".join(missing)
    words = f"{write_subject(len(changes), 'part', 'need')} {total:,.1f} kg {elements} a year, "
    words += f"of which {gap:,.1f} cannot be had: change {len(changed)}, "
    words += f"{len(stopped)} {'stops' if len(stopped) == 1 else 'stop'}"
    if stopped:
        names = [row["Part"] for row in stopped[:5]]
        if len(stopped) > 5:
            names.append("...")
        words += f" ({', '.join(names)})"
    if changed:
        first = changed[0]
        words += f"; first {first['Part']}, which frees {first['Freed, kg a year']:,.1f} kg"
    return table, {
        "Parts concerned": len(changes),
        "To change": len(changed),
        "Stop": len(stopped),
        "Needed, kg a year": total,
        "Cannot be had, kg a year": gap,
        "USD a year saved at its prices": _dollars(changed),
        "In words": f"{words}.",
    }


def _rows_with_status(
    table: Sequence[dict[str, Any]], status: str
) -> list[dict[str, Any]]:
    return [row for row in table if row["What to do"] == status]


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
        Its ``way`` (a `Way` or None), ``freed`` (kg a year) and ``part`` are
        used.
    left : float
        What still cannot be bought, kg a year; at exactly 0 the part can stay.
    missing : mapping
        Its keys, symbols of elements, are named in the reason; the values do
        not count.

    Returns
    -------
    status, reason : str
        "can stay" where nothing is left, else "stops" without a way and
        "change" with one; the reason is a phrase without a full stop.
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
    """Say in words which way of the part of `change`, without the missing elements, is likeliest.

    Such as "nearest N38UH, P 0.42". The ways are ``change.part.answer.ways``.
    Only the keys of `missing`, symbols, are used; without them is less than
    0.05 wt.% in all. A part whose ``answer`` is None gives "a recipe alone has
    no ways", one without such a way "every way holds some".
    """
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
    """Compute what a part needs of the missing elements and its best way.

    None if it holds less than 0.05 wt.% of them together, or its amount a year
    is NaN. In the `Change`, ``need`` is kg a year of all these elements,
    ``weight_need`` kg a year of it that cannot be had, ``way`` that of
    `_best_way`, ``freed`` kg a year of ``need`` that it does not need,
    ``saved_USD`` USD a year at `prices`. Without a way ``way`` is None and
    ``freed`` 0. ``saved_USD`` is NaN without one, for another family, and
    where an element has no price.

    Parameters
    ----------
    part : Part
        Its ``today`` (`Amount` of wt.% by symbol), ``kg_year`` and ``answer``
        are used.
    missing : mapping
        Missing share, 0 to 1, by element.
    prices : dict of float
        USD/kg by element.
    whole : bool
        Nothing of the elements can be bought: only ways with less than 0.05
        wt.% of them count.
    """
    shares = {e: part.today[e].mean for e in missing if e in part.today}
    if sum(shares.values()) < TRACE_WT_PCT or part.kg_year != part.kg_year:
        return None
    need = part.kg_year / 100.0 * sum(shares.values())
    weighted_shares = (
        part.kg_year
        / 100.0
        * sum(missing[e] * share for e, share in shares.items())
    )
    way = _best_way(part, missing, whole, sum(shares.values()))
    freed_mass = 0.0
    if way is not None:
        freed_mass = need - part.kg_year / 100.0 * _scarce(way, missing)
    return Change(
        part,
        need,
        freed_mass,
        way,
        _saved_dollars(part, way, prices),
        weighted_shares,
    )


def _best_way(
    part: Part, missing: Mapping[str, float], whole: bool, today: float
) -> Any:
    """Return the `Way` to replace a part that holds least of the missing elements; None without one.

    A way counts if it is likely to meet the requirements and holds less of them
    than 95 % of `today`, what the part holds of them now, wt.%. If `whole`,
    nothing of them can be bought: a way counts only if it holds less than a
    trace, 0.05 wt.%, whatever `today` is. Only the keys of `missing`, chemical
    symbols, are used.

    Likely is P of 0.8 or more. Of ways alike to 0.01 wt.% one of the same
    family, then the likelier, is taken. A part without an answer gives None.
    """
    largest_wt_pct = TRACE_WT_PCT if whole else 0.95 * today
    return min(
        _likely_ways(part, missing, largest_wt_pct),
        key=lambda way: (round(_scarce(way, missing), 2), _order_of_kind(way)),
        default=None,
    )


def _likely_ways(
    part: Part, elements: Mapping[str, float], largest_wt_pct: float
) -> list[Any]:
    """Return the likely ways to replace a part that hold less of some elements than a limit.

    Likely is P of 0.8 or more. Only the keys of `elements`, symbols, are used;
    their amounts are added. `largest_wt_pct` is wt.%. The ways stand in the
    order of the answer; a part without an answer has none.
    """
    ways = part.answer.ways if part.answer is not None else ()
    likely_ways = []
    for way in ways:
        is_likely = way.probability_meets_requirements >= LIKELY
        if is_likely and _scarce(way, elements) < largest_wt_pct:
            likely_ways.append(way)
    return likely_ways


def _order_of_kind(way: Any) -> tuple[bool, float]:
    """Return a key that puts magnets of the same family, then likelier ones, first."""
    return way.kind == "other-family", -float(
        way.probability_meets_requirements
    )


def _scarce(way: Any, elements: Mapping[str, float]) -> float:
    """Sum the amounts of some elements in a way, wt.%."""
    shares = mass_shares(way.candidate, way.shell or "")
    return sum(shares.get(element, 0.0) for element in elements)


@dataclass(frozen=True, eq=False)
class _Wait:
    """A part whose elements come late, and the stock of magnets that bridges the wait.

    ``elements`` are those that come late, ``stock`` kg, ``value`` USD, ``way`` the likeliest magnet
    without any of them (None where there is none).
    """

    part: Part
    elements: list[str]
    stock: float
    value: float
    way: Any


def _plan_delay(
    parts: Sequence[Part], shortage: Shortage, prices: Prices
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Plan for elements that come late: the stock of magnets that bridges the wait.

    A part is left out if its amount a year is NaN, or it holds 0.05 wt.% or
    more of none of these elements. The stock of each part lasts for the longest
    of all delays, whatever the part holds.

    Parameters
    ----------
    parts : sequence of Part
        The parts, with ``today`` (`Amount` of wt.% by symbol), ``kg_year`` and
        ``answer``.
    shortage : Shortage
        One with ``delays``, a tuple of `Delay` with ``elements`` (symbols) and
        ``weeks``. ValueError without delays.
    prices : dict of float
        USD/kg by element.

    Returns
    -------
    rows : list of dict
        One for each part that waits, the dearest stock first and those of
        unknown value last: the keys of `_row` (``Shortage``, ``Order``,
        ``Part``, ``Magnet``, ``What to do``, ``Why``, ``Change to``, ``P``,
        ``Needed, kg a year``, ``Freed, kg a year``, ``Saved, USD a year``),
        with ``Stock, kg of magnets`` and ``Stock, USD`` (its elements; NaN
        where one has no price). ``What to do`` is "change" where a way with P
        of 0.8 or more holds less than 0.05 wt.% of the elements, else "keep a
        stock"; ``Freed, kg a year`` is 0, ``Saved, USD a year`` NaN.
    summary : dict
        ``Parts concerned`` and ``To change`` (counts), ``Stop`` (0) and ``In
        words``.
    """
    weeks = shortage.weeks_late()
    longest = max(weeks.values())
    every_wait = (_compute_wait(part, weeks, prices) for part in parts)
    waits = [wait for wait in every_wait if wait is not None]
    waits.sort(
        key=lambda wait: math.inf if math.isnan(wait.value) else -wait.value
    )
    table = []
    for order, wait in enumerate(waits, start=1):
        part = wait.part
        status = "keep a stock"
        remedy = "no likely way without"
        if wait.way is not None:
            status = "change"
            remedy = f"{wait.way.name} needs no licence"
        why = (
            f"holds {', '.join(wait.elements)}: {wait.stock:,.1f} kg of magnets for "
            f"{longest:g} weeks; {remedy}"
        )
        shares = sum(part.today[element].mean for element in wait.elements)
        need = part.kg_year * shares / 100.0
        change = Change(part, need, 0.0, wait.way, math.nan, 0.0)
        row = _row(shortage, order, change, status, why)
        row |= {"Stock, kg of magnets": wait.stock, "Stock, USD": wait.value}
        table.append(row)
    kilograms = sum(wait.stock for wait in waits)
    dollars = sum(wait.value for wait in waits if wait.value == wait.value)
    count = len(_rows_with_status(table, "change"))
    subject = write_subject(len(waits), "part", "wait")
    words = (
        f"{subject} {longest:g} weeks: a stock of {kilograms:,.0f} kg of "
        f"magnets (elements {dollars:,.0f} USD) bridges it; {count} can change to a magnet "
        "that needs no licence"
    )
    if waits and not math.isnan(waits[0].value):
        words += f"; first {waits[0].part.name}, the dearest stock"
    return table, {
        "Parts concerned": len(waits),
        "To change": count,
        "Stop": 0,
        "In words": f"{words}.",
    }


def _compute_wait(
    part: Part, weeks: Mapping[str, float], prices: Prices
) -> _Wait | None:
    """Return the wait of a part for elements that come late, None without one.

    `weeks` maps symbols of elements to weeks, `prices` symbols to USD/kg. The
    stock that bridges the wait is in kg of magnets, its value in USD: it lasts
    for the longest of all `weeks`, 52 a year, whatever the part holds. A part
    without an amount a year, or without such elements, does not wait.

    Its ``elements`` are those of which the part holds 0.05 wt.% or more, each
    for itself; ``way`` is the likeliest with P of 0.8 or more and less than
    0.05 wt.% of all `weeks` together, or None; ``stock`` is kg of magnets,
    ``value`` USD, NaN where an element of the part has no price.
    """
    elements = [
        element
        for element in weeks
        if element in part.today and part.today[element].mean >= TRACE_WT_PCT
    ]
    if not elements or part.kg_year != part.kg_year:
        return None
    stock = part.kg_year * max(weeks.values()) / _WEEKS
    ways = _likely_ways(part, weeks, TRACE_WT_PCT)
    likeliest = max(
        ways, key=lambda way: way.probability_meets_requirements, default=None
    )
    return _Wait(
        part, elements, stock, stock * today_cost(part, prices), likeliest
    )


def _plan_prices(
    parts: Sequence[Part], shortage: Shortage, usual: Prices, prices: Prices
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Plan for other prices: what each change saves, USD a year.

    A part is left out if its amount a year is NaN, it does not get dearer, or
    the price of one of its elements is not known.

    Parameters
    ----------
    parts : sequence of Part
        The parts, with ``today`` (`Amount` of wt.% by symbol), ``kg_year`` and
        ``answer``.
    shortage : Shortage
        Only its ``title`` is used.
    usual, prices : dict of float
        USD/kg by element, without and with the shortage.

    Returns
    -------
    rows : list of dict
        One for each part that gets dearer, the largest saving first, then
        those without a way: the keys of `_row` (``Shortage``, ``Order``,
        ``Part``, ``Magnet``, ``What to do``, ``Why``, ``Change to``, ``P``,
        ``Freed, kg a year``, ``Saved, USD a year``), less ``Needed, kg a
        year``, with ``Dearer, USD a year``. ``What to do`` is "change" or
        "pay"; ``Freed, kg a year`` is 0, and so is ``Saved, USD a year``
        without a way.
    summary : dict
        ``Parts concerned`` and ``To change`` (counts), ``Stop`` (0), ``USD a
        year saved at its prices`` and ``In words``.
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
        key=lambda c: (
            c.way is None,
            -c.saved_USD if c.way is not None else -c.need,
        )
    )
    table = []
    for order, change in enumerate(changes, start=1):
        status = "pay"
        remedy = "no likely way prices less"
        if change.way is not None:
            status = "change"
            remedy = (
                f"{change.way.name} saves {change.saved_USD:,.0f} USD a year"
            )
        why = f"{change.need:,.0f} USD a year dearer; {remedy}"
        row = _row(shortage, order, change, status, why)
        del row["Needed, kg a year"]
        row["Dearer, USD a year"] = change.need
        table.append(row)
    dearer = sum(c.need for c in changes)
    saving = sum(c.saved_USD for c in changes if c.way is not None)
    count = len(_rows_with_status(table, "change"))
    words = (
        f"{write_subject(len(changes), 'part', 'cost')} {dearer:,.0f} USD a year more; "
        f"{write_subject(count, 'change', 'save')} {saving:,.0f}"
    )
    if count:
        words += (
            f", first {changes[0].part.name} ({changes[0].saved_USD:,.0f})"
        )
    return table, {
        "Parts concerned": len(changes),
        "To change": count,
        "Stop": 0,
        "USD a year saved at its prices": saving,
        "In words": f"{words}.",
    }


def _cheapest(part: Part, prices: Prices) -> tuple[Any, float]:
    """Return the likely way of the same family that saves most at `prices`, and USD a year saved.

    Likely is P of 0.8 or more; ways of another family do not count. `prices`
    maps elements to USD/kg. The way is None and the saving 0 if none saves
    anything, or the part has no answer.
    """
    ways = part.answer.ways if part.answer is not None else ()
    best = None
    largest_saving = 0.0
    for way in ways:
        saving = _saved_dollars(part, way, prices)
        # What another family's elements cost says nothing of its price.
        likely = (
            way.probability_meets_requirements >= LIKELY
            and way.kind != "other-family"
        )
        if likely and saving > largest_saving:
            best = way
            largest_saving = saving
    return best, largest_saving


def _saved_dollars(part: Part, way: Any, prices: Prices) -> float:
    """Compute what a way saves at `prices`, USD/kg by element, in USD a year.

    NaN without a way (None), for another family, whose price is not known, and
    where the part states no amount a year.

    It is the difference of the elements' cost per kg times ``part.kg_year``,
    the same mass of magnets. NaN too where an element of the part or of the
    way has no price. Negative where the way costs more. `way` is a `Way`.
    """
    if way is None or way.kind == "other-family":
        return math.nan
    return part.kg_year * (today_cost(part, prices) - way_cost(way, prices))


def _row(
    shortage: Shortage, order: int, change: Change, status: str, why: str
) -> dict[str, Any]:
    """Build the row of a part under a shortage, by header.

    Parameters
    ----------
    shortage : Shortage
        Its ``title`` is entered.
    order : int
        Number in the order of change, from 1.
    change : Change
        Its ``part``, ``way`` (None without one), ``need``, ``freed`` (kg a
        year) and ``saved_USD`` (USD a year) are entered as they are.
    status, why : str
        What to do, and the reason.

    Returns
    -------
    dict
        ``Shortage``, ``Order``, ``Part`` (``change.part.name``), ``Magnet``
        (``change.part.magnet``), ``What to do``, ``Why``, ``Change to`` (name
        of the way, empty without one), ``P`` (NaN without one), ``Needed, kg a
        year``, ``Freed, kg a year`` and ``Saved, USD a
        year``.
    """
    name = ""
    chance = math.nan
    if change.way is not None:
        name = change.way.name
        chance = float(change.way.probability_meets_requirements)
    return {
        "Shortage": shortage.title,
        "Order": order,
        "Part": change.part.name,
        "Magnet": change.part.magnet,
        "What to do": status,
        "Why": why,
        "Change to": name,
        "P": chance,
        "Needed, kg a year": change.need,
        "Freed, kg a year": change.freed,
        "Saved, USD a year": change.saved_USD,
    }


def _dollars(changed: Sequence[Mapping[str, Any]]) -> float:
    """Return what rows save in all, USD a year, without those of which it is not known."""
    values = [row["Saved, USD a year"] for row in changed]
    return sum(value for value in values if value == value)
