"""Tables and lines of a parts list's answer: parts, elements, ways, and what they rest on."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .._core._words import write_count, write_subject
from .._core.elements import INDEX
from .._core.settings import get_settings
from .._core.units import ZERO_CELSIUS
from ..alloy.user_tables import Column, UserTable
from ..choose.exposure import element_prices, mass_shares
from ..choose.order_line import order_line
from ..supply.scenario import Scenario, rows
from ._part import Amount, Part, sum_amounts, sum_heavy

if TYPE_CHECKING:
    import pandas as pd

Prices = Mapping[str, float]
"""Price of each element, USD/kg."""
TAKEN_ON = ("Sm", "Co", "Pr", "Nd")
"""Elements that may be taken on in place of heavy rare earth."""
_SHOWN_LINES = 12
_LEAST_SPLIT_WT_PCT = 0.01


def symbol_prices(scenario: Scenario) -> Prices:
    """Return the price of each element that has one under `scenario`, USD/kg by symbol.

    The price is that of the contained element, of a rare earth as oxide.
    `scenario` is a `Scenario`, as of `load_scenario`, not its name
    (AttributeError). Elements without a price are left out. The result is a
    dict in the order of atomic numbers.
    """
    prices = element_prices(scenario).tolist()
    return {
        element: prices[i]
        for element, i in INDEX.items()
        if prices[i] == prices[i]
    }


def today_cost(part: Part, prices: Prices) -> float:
    """Compute the cost of a part's elements today, USD/kg: the mean over its possible recipes."""
    return _cost(
        {element: amount.mean for element, amount in part.today.items()},
        prices,
    )


def way_cost(way: Any, prices: Prices) -> float:
    """Return the cost of the elements of a way, USD/kg."""
    return _cost(mass_shares(way.candidate, way.shell or ""), prices)


def then_cost(part: Part, prices: Prices) -> float:
    """Compute the cost of the elements of a part after the change, USD per kg of magnet.

    `prices` maps symbols to USD/kg. Of `part` its ``way`` counts (a `Way`, or
    None for one that stays); a part that stays costs what it costs today, by
    the means of ``today`` (`Amount` of wt.% by symbol). NaN for a way of
    another family, whose elements say nothing of its price, and where an
    element has no price.
    """
    if part.way is None:
        return today_cost(part, prices)
    if part.way.kind == "other-family":
        return math.nan
    return way_cost(part.way, prices)


def _cost(shares: Mapping[str, float], prices: Prices) -> float:
    """Compute the cost of elements given in wt.%, USD per kg of these elements; NaN if one has no price.

    `shares` maps elements to wt.%, `prices` elements to USD/kg. NaN too without
    any element, or if the amounts sum to 0. An element of amount 0 needs a
    price as well.
    """
    total = sum(shares.values())
    if not total:
        return math.nan
    return (
        sum(x * prices.get(element, math.nan) for element, x in shares.items())
        / total
    )


def main_table(
    parts: Sequence[Part],
    own: "pd.DataFrame",
    columns: Sequence[Column],
    prices: Prices,
) -> "pd.DataFrame":
    """Build the table with one row a part; the user's own columns follow.

    ValueError if there are parts and a column of `own` has not one value for each.

    Parameters
    ----------
    parts : sequence of Part
        The parts. Without any the table has the user's columns alone.
    own : pandas.DataFrame
        The user's columns, one row a part, in the same order; it has one column
        for each of `columns`, in their order.
    columns : sequence of Column
        Their ``header`` names the user's columns; one that exists already gets
        " (yours)" behind it.
    prices : dict of float
        USD/kg by element.

    Returns
    -------
    pandas.DataFrame
        The columns of `_main_row`, then the user's; rows from 0. The former
        are ``Row``, ``Part``, ``Magnet``, ``Temperature, °C``, ``Verdict``,
        ``Replacement``, ``P``, ``kg a year``, ``Heavy rare earth today, kg a
        year``, ``Today, low``, ``Today, high``, ``Heavy rare earth then, kg a
        year``, ``Saved, kg a year``, ``Elements today, USD a year``,
        ``Elements then, USD a year``, ``Order line`` and ``Why``; figures that
        are not known, as a cost without a price, are NaN.
    """
    import pandas as pd

    table = pd.DataFrame([_main_row(part, prices) for part in parts])
    for place, column in enumerate(columns):
        header = column.header
        while header in table.columns:
            header = f"{header} (yours)"
        table[header] = own.iloc[:, place].tolist()
    return table


def _main_row(part: Part, prices: Prices) -> dict[str, Any]:
    """Build the row of a part of the main table, by header.

    The headers are ``Row`` (line in the user's list), ``Part``, ``Magnet``,
    ``Temperature, °C``, ``Verdict`` ("keep", "replace", "reach", or empty of a
    recipe alone), ``Replacement`` (name of the way, empty
    without one), ``P`` (0 to 1), ``kg a year`` (of magnets), ``Heavy rare
    earth today, kg a year``, ``Today, low``, ``Today, high`` (of the same, kg
    a year), ``Heavy rare earth then, kg a year``, ``Saved, kg a year``,
    ``Elements today, USD a year``, ``Elements then, USD a year``, ``Order
    line`` and ``Why``. Figures that are not known are NaN.

    `prices` maps elements to USD/kg. Of `part` all fields count.
    """
    today = part.heavy_today
    then = part.heavy_then
    kg = part.kg_year / 100.0
    way = part.way
    row: dict[str, Any] = {
        "Row": part.line,
        "Part": part.name,
        "Magnet": part.magnet,
    }
    row["Temperature, °C"] = part.temperature_K - ZERO_CELSIUS
    row["Verdict"] = part.verdict
    row |= {"Replacement": "", "P": math.nan}
    if way is not None:
        row["Replacement"] = way.name
        row["P"] = float(way.probability_meets_requirements)
    row["kg a year"] = part.kg_year
    row["Heavy rare earth today, kg a year"] = kg * today.mean
    row["Today, low"] = kg * today.low
    row["Today, high"] = kg * today.high
    row["Heavy rare earth then, kg a year"] = kg * then.mean
    row["Saved, kg a year"] = kg * (today.mean - then.mean)
    row["Elements today, USD a year"] = part.kg_year * today_cost(part, prices)
    row["Elements then, USD a year"] = part.kg_year * then_cost(part, prices)
    row["Order line"] = part.order
    row["Why"] = _reason(part)
    return row


def _reason(part: Part) -> str:
    if part.answer is None:
        return "recipe alone: counted, not replaced (give its grade)"
    return f"{part.answer.answers[0].sentence}."


def totals(parts: Sequence[Part]) -> "pd.DataFrame":
    """Sum heavy rare earth and each element over all parts, kg a year, today and then, with ranges.

    Parts whose ``kg_year`` is NaN are left out. The rows are: heavy rare
    earth, each such element, heavy rare earth of which the element is not
    known, and Sm, Co, Pr and Nd (`TAKEN_ON`); those that no part holds are
    left out, except the first.

    Of `parts`, ``maker``, ``kg_year``, ``heavy_today``, ``heavy_then``,
    ``today`` and ``then`` are used; the middle two are `Amount` (``low``,
    ``mean``, ``high``, wt.%), the last two map symbols to such. Ranges are of
    90 %. Errors of one maker add, those of several are independent. Without
    any part the one row is 0.

    Returns
    -------
    pandas.DataFrame
        ``Element`` ("heavy rare earth", a symbol, or "heavy, not known which");
        ``today, kg a year``, ``today, low``, ``today, high``; ``then, kg a
        year``, ``then, low``, ``then, high``; and ``change, kg a year``, then
        less today.
    """
    import pandas as pd

    weighed_parts = [part for part in parts if part.kg_year == part.kg_year]
    heavy = get_settings().heavy_rare_earths
    today = [
        (part.maker, part.heavy_today.times(part.kg_year / 100.0))
        for part in weighed_parts
    ]
    then = [
        (part.maker, part.heavy_then.times(part.kg_year / 100.0))
        for part in weighed_parts
    ]
    table = [_total_row("heavy rare earth", today, then)]
    unsplit = [
        (part.maker, _unsplit(part.heavy_today, part.today, part.kg_year))
        for part in weighed_parts
    ]
    unsplit_then = [
        (part.maker, _unsplit(part.heavy_then, part.then, part.kg_year))
        for part in weighed_parts
    ]
    rows_of_elements = []
    for element in (*heavy, *TAKEN_ON):
        if element == TAKEN_ON[0]:
            rows_of_elements.append(
                ("heavy, not known which", unsplit, unsplit_then)
            )
        now = [
            (part.maker, part.kilograms(part.today).get(element))
            for part in weighed_parts
        ]
        later = [
            (part.maker, part.kilograms(part.then).get(element))
            for part in weighed_parts
        ]
        rows_of_elements.append((element, now, later))
    for name, now, later in rows_of_elements:
        if any(amount is not None for _, amount in [*now, *later]):
            table.append(_total_row(name, now, later))
    return pd.DataFrame(table)


def _unsplit(
    heavy: Amount, shares: Mapping[str, Amount], kg_year: float
) -> Amount | None:
    """Compute kg a year of heavy rare earth whose element is not known; None where there is none.

    The estimate of a grade may hold some where its likeliest recipe has none.
    If `shares` have any heavy rare earth, or `heavy` exceeds them by no more
    than 0.01 wt.%, the result is None; the means count. `heavy`, an `Amount`
    (``low``, ``mean``, ``high``), is the content of heavy rare earth, `shares`
    that of each element by symbol, wt.%; `kg_year` the magnets' mass, kg a
    year.
    """
    known_heavy = sum_heavy(shares)
    if (
        known_heavy.mean > 1e-6
        or not heavy.mean - known_heavy.mean > _LEAST_SPLIT_WT_PCT
    ):
        return None
    return heavy.times(kg_year / 100.0)


def _total_row(
    element: str,
    today: Sequence[tuple[str, Amount | None]],
    then: Sequence[tuple[str, Amount | None]],
) -> dict[str, Any]:
    """Sum the amounts of one element today and then into a row of the table of totals.

    `today` and `then` are pairs of maker and `Amount` (``low``, ``mean``,
    ``high``), kg a year, None for nothing; errors of one maker add up.
    `element` is entered as it is. The keys are ``Element``; ``today,
    kg a year``, ``today, low``, ``today, high``; ``then, kg a year``, ``then,
    low``, ``then, high``; and ``change, kg a year``, then less today. Sums are
    those of `sum_amounts`, 0 for no amounts.
    """
    now = sum_amounts(today)
    later = sum_amounts(then)
    row: dict[str, Any] = {"Element": element}
    for name, amount in (("today", now), ("then", later)):
        row[f"{name}, kg a year"] = amount.mean
        row[f"{name}, low"] = amount.low
        row[f"{name}, high"] = amount.high
    row["change, kg a year"] = later.mean - now.mean
    return row


def ways_table(parts: Sequence[Part], prices: Prices) -> "pd.DataFrame":
    """Build the table with one row for each way of each of `parts`.

    The columns are those of `_way_row`: ``Row`` (the line in the user's list),
    ``Part``, ``Magnet``, ``Way``, ``Kind``, ``What``, ``Sold by``,
    ``Recommended``, ``P`` (0 to 1), ``Margin H_k / H``, ``Heavy rare earth,
    wt.%``, ``Saved, wt.%``, ``Saved, kg a year``, ``B_r guaranteed, T``,
    ``H_cJ guaranteed, kA/m``, ``Elements, USD/kg`` and ``Order line``.
    ``Kind`` is a text such as "lower-class" or "diffused", ``What`` the grade,
    or recipe in wt.% with its shell, ``Recommended`` "yes" or empty. Ways
    are numbered from 1 for each part. `prices` maps elements to USD/kg. A part
    without an answer has none. Without any way the frame is empty, with the
    columns ``Row``, ``Part``, ``Magnet``, ``Way``, ``Kind``, ``What`` and
    ``P`` alone.
    """
    import pandas as pd

    table = []
    for part in parts:
        ways = part.answer.ways if part.answer is not None else ()
        for number, way in enumerate(ways, start=1):
            table.append(_way_row(part, number, way, prices))
    columns = ["Row", "Part", "Magnet", "Way", "Kind", "What", "P"]
    return pd.DataFrame(table, columns=None if table else columns)


def _way_row(
    part: Part, number: int, way: Any, prices: Prices
) -> dict[str, Any]:
    """Build the row of a way of a part, by header.

    The headers are ``Row`` (line in the user's list), ``Part``, ``Magnet``,
    ``Way`` (`number`), ``Kind``, ``What``, ``Sold by``, ``Recommended`` ("yes"
    or empty), ``P`` (0 to 1), ``Margin H_k / H``, ``Heavy rare earth, wt.%``,
    ``Saved, wt.%``, ``Saved, kg a year``, ``B_r guaranteed, T``, ``H_cJ
    guaranteed, kA/m``, ``Elements, USD/kg`` and ``Order line``. Figures that
    are not known are NaN.

    `way` is a `Way` of the part's answer, recommended if it is ``part.way``
    itself; `number` is its rank from 1, `prices` maps elements to USD/kg.
    """
    row: dict[str, Any] = {
        "Row": part.line,
        "Part": part.name,
        "Magnet": part.magnet,
    }
    row |= {
        "Way": number,
        "Kind": way.kind,
        "What": way.name,
        "Sold by": way.makers,
    }
    row["Recommended"] = "yes" if way is part.way else ""
    row["P"] = float(way.probability_meets_requirements)
    row["Margin H_k / H"] = float(way.demagnetization_safety)
    row["Heavy rare earth, wt.%"] = float(way.heavy_rare_earth_wt_pct)
    row["Saved, wt.%"] = float(way.heavy_rare_earth_saved_wt_pct)
    row["Saved, kg a year"] = part.kg_year * row["Saved, wt.%"] / 100.0
    row["B_r guaranteed, T"] = float(way.remanence_guaranteed_T)
    row["H_cJ guaranteed, kA/m"] = float(way.coercivity_guaranteed_kA_m)
    row["Elements, USD/kg"] = way_cost(way, prices)
    row["Order line"] = way.order_line or order_line(
        way,
        temperature_K=part.temperature_K,
        drawing=part.magnet,
        today_cost_USD_kg=today_cost(part, prices),
    )
    return row


def notes(
    listed: UserTable,
    parts: Sequence[Part],
    scenario: Scenario,
    questions: int,
    gaps: Sequence[str],
) -> list[str]:
    """Write what was read, how gaps were filled, and what the numbers rest on, one text each.

    Parameters
    ----------
    listed : UserTable
        The parts list as read: ``sentence()`` and ``notes`` are said.
    parts : sequence of Part
        Its parts: ``kg_year``, ``line``, ``name``, ``today`` and ``then`` (by
        symbol) count; the sources of the prices of the elements that they hold
        are named.
    scenario : Scenario
        Prices; its ``name`` and ``title`` are said.
    questions : int
        Number of different questions.
    gaps : sequence of str
        Texts about gaps that were filled before, taken over as they are.

    Returns
    -------
    list of str
        Each is a sentence or several; the sources of prices stand last, one
        each.
    """
    texts = [
        f"Columns: {listed.sentence()}.",
        *(f"{note}." for note in listed.notes),
    ]
    texts += [*gaps, *_report_defaults(parts)]
    texts.append(
        f"{questions} different questions were asked of the rows, equal ones once."
    )
    texts.append(
        "What a grade is made of is an estimate from printed values (makers print no composition); "
        "low and high are the ends of its 90 % range. In totals errors of one maker add up and "
        "those of several are independent; without a column of makers all count as of one."
    )
    texts.append(
        "Then: the recommended way of each row that is replaced, its recipe taken as ordered; the "
        "others stay as they are."
    )
    texts.append(
        f"USD: contained elements at the prices of '{scenario.name}' ({scenario.title}), rare "
        "earths as oxide, no melting, no yield, no margin: a price is to be asked."
    )
    elements = set[str]()
    for part in parts:
        elements.update(part.today, part.then)
    price_rows = [
        row for row in rows("elements") if row["element"] in elements
    ]
    sources = sorted(
        {row["price_source"] for row in price_rows if row["price_source"]}
    )
    texts += [f"Price: {source}" for source in sources]
    return texts


def _report_defaults(parts: Sequence[Part]) -> list[str]:
    """Write at most two texts about gaps of a parts list.

    They name those of `parts` without an amount a year (``kg_year`` is NaN),
    by ``line``, at most ten, and the first ``name`` that stands in several
    rows, with its lines, at most ten. The list is empty without such gaps.
    """
    texts = []
    lines_without_mass = [
        str(part.line) for part in parts if part.kg_year != part.kg_year
    ]
    if lines_without_mass:
        texts.append(
            f"No amount a year in {write_count(len(lines_without_mass), 'row')} "
            f"({', '.join(lines_without_mass[:10])}): judged, not counted in kilograms and dollars."
        )
    lines_by_name: dict[str, list[str]] = {}
    for part in parts:
        lines_by_name.setdefault(part.name, []).append(str(part.line))
    repeats = {
        name: rows for name, rows in lines_by_name.items() if len(rows) > 1
    }
    if repeats:
        name, lines_of_name = next(iter(repeats.items()))
        texts.append(
            f"Part names that stand in several rows, {len(repeats)} in all, as {name} in rows "
            f"{', '.join(lines_of_name[:10])}: each row is counted."
        )
    return texts


def _dollars_line(frame: "pd.DataFrame") -> str:
    """Write the line of the elements' cost, USD a year, today and then.

    `frame` has ``Elements today, USD a year`` and ``Elements then, USD a
    year``, as of `main_table`. NaN is left out of the sums, which are 0 if
    nothing is known. A part with a cost today and none then counts as one that
    goes to another family, and the comparison leaves it out.
    """
    today, then = (
        frame[f"Elements {name}, USD a year"] for name in ("today", "then")
    )
    text = f"Elements {today.sum():,.0f} USD a year today"
    is_other_family = then.isna() & today.notna()
    if not is_other_family.any():
        return f"{text}, {then.sum():,.0f} then; elements only, no price."
    parts_text = write_subject(int(is_other_family.sum()), "part", "go")
    text += f", of which {parts_text} to another family (price: ask)"
    rest = today[~is_other_family].sum()
    return f"{text}; the others {rest:,.0f} today and {then.sum():,.0f} then, as elements."


_HEAVY_TOTAL = (
    "Heavy rare earth {today, kg a year:,.1f} kg a year ({today, low:,.1f} to {today, high:,.1f}), "
    "then {then, kg a year:,.1f} ({then, low:,.1f} to {then, high:,.1f})."
)
_ELEMENT_TOTAL = (
    "{Element} {today, kg a year:,.0f} ({today, low:,.0f} to {today, high:,.0f}) -> "
    "{then, kg a year:,.0f}"
)
"""What is said of a row of the totals: of the first, and of one element."""


def lines(answer: Any) -> list[str]:
    """Write the answer to a parts list: verdicts, kilograms, dollars, shortages, rows not understood.

    `answer` is a `PartsAnswer`, as `magnetkit.replace_parts` returns it: its
    ``parts``, ``notes`` (texts) and the frames ``frame``, ``totals``,
    ``shortages`` and ``refused`` are read. The result is a list of lines of
    text: counts, kilograms, dollars, one for each shortage, then of the parts
    at most 12, those to replace first; all refused rows and all notes.
    """
    parts = answer.parts
    replacements = [part for part in parts if part.way is not None]
    heavy, *elements = answer.totals.to_dict("records")
    texts = [
        f"{write_count(len(parts), 'part')}: {len(replacements)} to replace, "
        f"{len(parts) - len(replacements)} stay; "
        f"{write_count(len(answer.refused), 'row')} not understood."
    ]
    texts.append(_HEAVY_TOTAL.format_map(heavy))
    element_texts = [_ELEMENT_TOTAL.format_map(row) for row in elements]
    texts.append(f"By element, kg a year: {'; '.join(element_texts)}.")
    texts.append(_dollars_line(answer.frame))
    texts += [
        f"{row['Shortage']}: {row['In words']}"
        for _, row in answer.shortages.iterrows()
    ]
    # What is to be ordered stands first.
    sorted_parts = sorted(parts, key=lambda part: part.way is None)
    for part in sorted_parts[:_SHOWN_LINES]:
        what = part.verdict or "counted"
        if part.way is not None:
            what = f"{part.way.name}, P {part.way.probability_meets_requirements:.2f}"
        texts.append(f"{part.name} ({part.magnet}): {what}")
    if len(parts) > _SHOWN_LINES:
        texts.append(
            f"... and {len(parts) - _SHOWN_LINES} more parts (all stand in the workbook that "
            "--out FILE.xlsx writes)"
        )
    texts += [
        f"row {row['Row']} not understood: {row['Why']}"
        for _, row in answer.refused.iterrows()
    ]
    return texts + answer.notes
