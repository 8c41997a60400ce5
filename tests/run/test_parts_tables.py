"""Tables and sentences of a parts list, from parts whose figures are plain."""

import math
from types import SimpleNamespace

import pandas as pd
import pytest

from magnetkit.run._part import Amount, Part, sum_heavy
from magnetkit.run._parts_tables import (
    _dollars_line,
    _report_defaults,
    _unsplit,
    lines,
    main_table,
    notes,
    symbol_prices,
    then_cost,
    today_cost,
    totals,
    way_cost,
    ways_table,
)
from magnetkit.supply.scenario import load_scenario

PRICES = {
    "Nd": 100.0,
    "Fe": 1.0,
    "Dy": 500.0,
    "B": 2.0,
    "Sm": 20.0,
    "Co": 30.0,
}


def exactly(value):
    return Amount(value, value, value)


def make_way(**changes):
    way = {
        "kind": "melt",
        "name": "Nd30.0Fe69.0B1.0",
        "candidate": "Nd30.0Fe69.0B1.0",
        "shell": "",
        "makers": "",
        "probability_meets_requirements": 0.91,
        "heavy_rare_earth_wt_pct": 0.0,
        "heavy_rare_earth_saved_wt_pct": 2.0,
        "demagnetization_safety": 1.25,
        "remanence_guaranteed_T": 1.21,
        "coercivity_guaranteed_kA_m": 1500.0,
        "order_line": "melt Nd30",
    }
    return SimpleNamespace(**(way | changes))


def make_part(**changes):
    way = changes.pop("way", None)
    answer = SimpleNamespace(
        verdict="replace" if way else "keep",
        ways=[make_way(), way] if way else [],
        answers=[SimpleNamespace(sentence="Melt it")],
    )
    recipe = {
        "Nd": Amount(27.0, 28.0, 29.0),
        "Dy": Amount(1.0, 2.0, 4.0),
        "Fe": exactly(70.0),
    }
    values = {
        "line": 2,
        "name": "Rotor",
        "magnet": "N42SH",
        "maker": "X",
        "temperature_K": 423.15,
        "kg_year": 200.0,
        "answer": answer,
        "way": way,
        "today": recipe,
        "then": {"Nd": exactly(30.0), "Fe": exactly(70.0)} if way else recipe,
        "heavy_today": Amount(1.0, 2.0, 4.0),
        "order": "melt Nd30",
    }
    return Part(**(values | changes))


@pytest.fixture
def parts():
    way = make_way()
    return [make_part(way=way), make_part(line=3, name="Ring", kg_year=100.0)]


def own(rows):
    return pd.DataFrame({0: list(range(rows)), 1: ["x"] * rows})


COLUMNS = [SimpleNamespace(header="P"), SimpleNamespace(header="Colour")]


def test_costs_are_means_over_the_mass_that_is_known():
    part = make_part()
    # 28 of 100, 2 of 500 and 70 of 1 USD/kg.
    assert today_cost(part, PRICES) == pytest.approx(38.7)
    assert then_cost(part, PRICES) == today_cost(part, PRICES)
    changed = make_part(way=make_way())
    recipe = 0.3 * 100.0 + 0.69 * 1.0 + 0.01 * 2.0
    assert then_cost(changed, PRICES) == pytest.approx(recipe)
    assert way_cost(changed.way, PRICES) == pytest.approx(recipe)
    other = make_part(way=make_way(kind="other-family"))
    assert math.isnan(then_cost(other, PRICES))
    half = make_part(today={"Dy": exactly(1.0), "Fe": exactly(1.0)})
    assert today_cost(half, PRICES) == pytest.approx(250.5)
    assert math.isnan(today_cost(make_part(today={}), PRICES))
    assert math.isnan(today_cost(part, {"Nd": 1.0}))


def test_a_price_for_each_element_that_has_one():
    prices = symbol_prices(load_scenario("baseline"))
    assert prices["Tb"] > prices["Dy"] > prices["Nd"] > prices["Fe"] > 0.0
    assert all(price == price for price in prices.values())
    assert "He" not in prices


def test_a_row_a_part_with_kilograms_dollars_and_own_columns(parts):
    table = main_table(parts, own(2), COLUMNS, PRICES)
    assert list(table.columns) == [
        "Row",
        "Part",
        "Magnet",
        "Temperature, °C",
        "Verdict",
        "Replacement",
        "P",
        "kg a year",
        "Heavy rare earth today, kg a year",
        "Today, low",
        "Today, high",
        "Heavy rare earth then, kg a year",
        "Saved, kg a year",
        "Elements today, USD a year",
        "Elements then, USD a year",
        "Order line",
        "Why",
        "P (yours)",
        "Colour",
    ]
    first, second = table.to_dict("records")
    assert first["Temperature, °C"] == pytest.approx(150.0)
    assert (first["Verdict"], first["P"]) == ("replace", 0.91)
    assert first["Replacement"] == "Nd30.0Fe69.0B1.0"
    # Of 200 kg 2 wt.%, 1 to 4 wt.%.
    heavy = [first["Heavy rare earth today, kg a year"]]
    heavy += [first["Today, low"], first["Today, high"]]
    assert heavy == pytest.approx([4.0, 2.0, 8.0])
    assert first["Heavy rare earth then, kg a year"] == 0.0
    assert first["Saved, kg a year"] == pytest.approx(4.0)
    dollars = first["Elements today, USD a year"]
    assert dollars == pytest.approx(200 * 38.7)
    assert first["Elements then, USD a year"] == pytest.approx(200 * 30.71)
    assert (first["Order line"], first["Why"]) == ("melt Nd30", "Melt it.")
    assert (first["P (yours)"], first["Colour"]) == (0, "x")
    assert (second["Verdict"], second["Replacement"]) == ("keep", "")
    assert math.isnan(second["P"])
    assert second["Saved, kg a year"] == 0.0
    assert second["Heavy rare earth then, kg a year"] == pytest.approx(2.0)
    recipe = make_part(answer=None)
    (row,) = main_table([recipe], own(1), [], PRICES).to_dict("records")
    assert row["Verdict"] == ""
    assert row["Why"].startswith("recipe alone: counted, not replaced")


def test_elements_are_summed_today_and_then_with_ranges(parts):
    unknown = make_part(line=4, kg_year=float("nan"))
    table = totals([*parts, unknown]).set_index("Element")
    assert list(table.index) == ["heavy rare earth", "Dy", "Nd"]
    heads = [f"{w}, {x}" for w in ("today", "then") for x in ("low", "high")]
    assert set(table.columns) == {
        *heads,
        "today, kg a year",
        "then, kg a year",
        "change, kg a year",
    }
    heavy = table.loc["heavy rare earth"]
    # Of one maker: errors add.
    assert heavy["today, kg a year"] == pytest.approx(6.0)
    assert heavy["today, low"] == pytest.approx(3.0)
    assert heavy["today, high"] == pytest.approx(12.0)
    assert heavy["then, kg a year"] == pytest.approx(2.0)
    assert heavy["change, kg a year"] == pytest.approx(-4.0)
    neodymium = table.loc["Nd"]
    assert neodymium["today, kg a year"] == pytest.approx(84.0)
    assert neodymium["then, kg a year"] == pytest.approx(88.0)
    assert neodymium["today, low"] == pytest.approx(81.0)


def test_heavy_rare_earth_of_which_no_element_is_known_has_a_row():
    heavy = Amount(0.0, 0.5, 1.0)
    today = {"Nd": exactly(30.0), "Fe": exactly(70.0)}
    part = make_part(today=today, then=today, heavy_today=heavy)
    rows = totals([part])["Element"].tolist()
    assert rows == ["heavy rare earth", "heavy, not known which", "Nd"]
    amount = _unsplit(heavy, today, 200.0)
    assert (amount.low, amount.mean, amount.high) == (0.0, 1.0, 2.0)
    assert _unsplit(exactly(0.01), today, 200.0) is None
    assert _unsplit(heavy, {"Dy": exactly(0.1)}, 200.0) is None


def test_heavy_rare_earths_are_summed_alone():
    amounts = {"Dy": Amount(1.0, 2.0, 3.0), "Tb": exactly(0.5)}
    heavy = sum_heavy(amounts | {"Nd": exactly(30.0)})
    assert (heavy.low, heavy.mean, heavy.high) == (1.5, 2.5, 3.5)


def test_what_changes_is_what_the_way_holds():
    part = make_part(way=make_way(heavy_rare_earth_wt_pct=0.5))
    then = part.heavy_then
    assert (then.low, then.mean, then.high) == (0.5, 0.5, 0.5)
    assert part.kilograms(part.today)["Dy"].high == pytest.approx(8.0)
    assert make_part(kg_year=math.nan).kilograms(part.today) == {}
    stays = make_part()
    assert stays.heavy_then is stays.heavy_today


def test_notes_end_with_the_sources_of_prices():
    listed = SimpleNamespace(
        sentence=lambda: "grade is A", notes=["a row was empty"]
    )
    today = {"Nd": exactly(30.0), "Tm": exactly(1.0)}
    part = make_part(today=today, then={"Fe": exactly(70.0)})
    texts = notes(
        listed, [part], load_scenario("baseline"), 3, ["A gap was filled."]
    )
    assert texts[:4] == [
        "Columns: grade is A.",
        "a row was empty.",
        "A gap was filled.",
        "3 different questions were asked of the rows, equal ones once.",
    ]
    prices = [text for text in texts if text.startswith("Price: ")]
    assert texts[-len(prices) :] == prices == sorted(prices)
    # Of neodymium, thulium and iron: a source each.
    starts = ("Price: Pig iron", "Price: Stans Energy", "Price: USGS")
    assert len(prices) == 3
    assert all(map(str.startswith, prices, starts))
    assert any("prices of 'baseline'" in text for text in texts)


def test_a_row_a_way_and_the_recommended_one_marked():
    best = make_way(name="Best", shell="Tb 1 wt%")
    part = make_part(way=best)
    table = ways_table([part, make_part(line=3)], PRICES)
    assert list(table.columns) == [
        "Row",
        "Part",
        "Magnet",
        "Way",
        "Kind",
        "What",
        "Sold by",
        "Recommended",
        "P",
        "Margin H_k / H",
        "Heavy rare earth, wt.%",
        "Saved, wt.%",
        "Saved, kg a year",
        "B_r guaranteed, T",
        "H_cJ guaranteed, kA/m",
        "Elements, USD/kg",
        "Order line",
    ]
    assert table["Way"].tolist() == [1, 2]
    assert table["Recommended"].tolist() == ["", "yes"]
    first = table.iloc[0]
    assert first["Margin H_k / H"] == 1.25
    assert first["Saved, kg a year"] == pytest.approx(4.0)
    assert first["Elements, USD/kg"] == pytest.approx(30.71)
    assert first["Order line"] == "melt Nd30"
    heads = ["Row", "Part", "Magnet", "Way", "Kind", "What", "P"]
    assert list(ways_table([make_part()], PRICES).columns) == heads


def test_rows_without_an_amount_and_names_that_repeat_are_told():
    parts = [make_part(line=i, kg_year=float("nan")) for i in range(2, 14)]
    first, second = _report_defaults(parts)
    ten = ", ".join(map(str, range(2, 12)))
    assert first == (
        f"No amount a year in 12 rows ({ten}): judged, not counted in "
        "kilograms and dollars."
    )
    assert second == (
        "Part names that stand in several rows, 1 in all, as Rotor in rows "
        f"{ten}: each row is counted."
    )
    assert _report_defaults([make_part(), make_part(name="Ring")]) == []


def dollars(today, then):
    heads = ("Elements today, USD a year", "Elements then, USD a year")
    return pd.DataFrame(dict(zip(heads, (today, then), strict=True)))


def test_dollars_of_another_family_are_no_price():
    assert _dollars_line(dollars([1000.0, 500.4], [900.0, 1.0])) == (
        "Elements 1,500 USD a year today, 901 then; elements only, no price."
    )
    nothing = float("nan")
    assert _dollars_line(
        dollars([1000.0, 500.0, nothing], [nothing, 1, 2])
    ) == (
        "Elements 1,500 USD a year today, of which 1 part goes to another "
        "family (price: ask); the others 500 today and 3 then, as elements."
    )


def test_lines_count_sum_and_name_what_is_ordered_first(parts):
    shortages = pd.DataFrame({"Shortage": ["Dy stops"], "In words": ["all."]})
    many = [make_part(line=i, name=f"P{i}") for i in range(4, 15)]
    answer = SimpleNamespace(
        parts=[*many, *parts],
        totals=totals(parts),
        frame=main_table(parts, own(2), [], PRICES),
        shortages=shortages,
        refused=pd.DataFrame({"Row": [9], "Why": ["no grade"]}),
        notes=["The end."],
    )
    texts = lines(answer)
    assert texts[:3] == [
        "13 parts: 1 to replace, 12 stay; 1 row not understood.",
        "Heavy rare earth 6.0 kg a year (3.0 to 12.0), then 2.0 (1.0 to 4.0).",
        "By element, kg a year: Dy 6 (3 to 12) -> 2; Nd 84 (81 to 87) -> 88.",
    ]
    assert texts[3].startswith("Elements 11,610 USD a year today, ")
    assert texts[4] == "Dy stops: all."
    assert texts[5] == "Rotor (N42SH): Nd30.0Fe69.0B1.0, P 0.91"
    assert texts[6] == "P4 (N42SH): keep"
    shown = [text for text in texts if "(N42SH)" in text]
    assert len(shown) == 12
    assert texts[-3:] == [
        "... and 1 more parts (all stand in the workbook that --out FILE.xlsx "
        "writes)",
        "row 9 not understood: no grade",
        "The end.",
    ]
