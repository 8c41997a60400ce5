"""What a shortage does to parts whose figures are plain."""

import math
from types import SimpleNamespace

import pytest

from magnetkit.run import _shortage_plan as plan
from magnetkit.run._part import Amount, Part
from magnetkit.supply.scenario import load_scenario, with_prices

PRICES = {"Nd": 100.0, "Fe": 1.0, "Dy": 500.0, "B": 2.0}
BARE = "Nd30.0Fe69.0B1.0"
HALF = "Nd30.0Dy1.0Fe68.0B1.0"


def exactly(value):
    return Amount(value, value, value)


def make_way(candidate=BARE, chance=0.9, kind="composition", shell=""):
    return SimpleNamespace(
        name=f"way {candidate}",
        candidate=candidate,
        kind=kind,
        shell=shell,
        probability_meets_requirements=chance,
    )


def make_part(name, kg_year=1000.0, dysprosium=2.0, ways=(), answer=True):
    today = {"Nd": exactly(28.0), "Fe": exactly(70.0 - dysprosium)}
    today |= {"B": exactly(2.0), "Dy": exactly(dysprosium)}
    answers = SimpleNamespace(ways=list(ways), verdict="replace")
    return Part(
        line=1,
        name=name,
        magnet="N42SH",
        maker="",
        temperature_K=400.0,
        kg_year=kg_year,
        answer=answers if answer else None,
        way=None,
        today=today,
        then=today,
        heavy_today=exactly(dysprosium),
    )


def make_shortage(missing=None, weeks=None, prices=()):
    missing = missing or {}
    return SimpleNamespace(
        title="Dysprosium stops",
        name="dy-stop",
        cuts=bool(missing),
        delays=bool(weeks),
        prices=prices,
        missing_shares=lambda: missing,
        weeks_late=lambda: weeks,
    )


def test_what_frees_most_changes_first_and_the_rest_stays():
    parts = [
        make_part("small", 100.0, ways=[make_way()]),
        make_part("large", 1000.0, ways=[make_way(HALF), make_way()]),
        make_part("free", dysprosium=0.04, ways=[make_way()]),
        make_part("unknown", math.nan, ways=[make_way()]),
        make_part("stuck", 500.0, ways=[make_way(chance=0.79)]),
    ]
    # Half of the dysprosium is missing: 0.5 of 2 + 20 + 10 kg.
    rows, summary = plan._plan_cut(parts, make_shortage({"Dy": 0.5}), PRICES)
    assert [row["Part"] for row in rows] == ["large", "small", "stuck"]
    large, small, stuck = rows
    assert large["What to do"] == "change"
    assert large["Needed, kg a year"] == pytest.approx(20.0)
    assert large["Freed, kg a year"] == pytest.approx(20.0)
    assert large["Change to"] == f"way {BARE}"
    assert large["P"] == 0.9
    assert large["Why"] == (
        f"way {BARE} (P 0.90) frees 20.00 kg a year, the most that is left"
    )
    before = "Cannot be had before, kg a year"
    assert large[before] == pytest.approx(16.0)
    assert large["after, kg a year"] == 0.0
    assert small["What to do"] == stuck["What to do"] == "can stay"
    assert small["Why"] == "what the parts above free covers the rest"
    assert [row["Order"] for row in rows] == [1, 2, 3]
    # 28 of 100, 2 of 500, 68 of 1 and 2 of 2 against 30.71 USD/kg.
    saved = 1000.0 * (38.72 - 30.71)
    assert large["Saved, USD a year"] == pytest.approx(saved)
    assert summary["Needed, kg a year"] == pytest.approx(32.0)
    assert summary["Cannot be had, kg a year"] == pytest.approx(16.0)
    assert (summary["Parts concerned"], summary["To change"]) == (3, 1)
    assert summary["Stop"] == 0
    dollars = summary["USD a year saved at its prices"]
    assert dollars == pytest.approx(saved)
    assert summary["In words"] == (
        "3 parts need 32.0 kg Dy a year, of which 16.0 cannot be had: change "
        "1, 0 stop; first large, which frees 20.0 kg."
    )


def test_nothing_to_be_had_stops_what_has_no_way():
    parts = [make_part(f"P{i}", 100.0) for i in range(7)]
    parts.append(make_part("way", 10.0, ways=[make_way(HALF), make_way()]))
    parts.append(make_part("recipe", 10.0, answer=False))
    shortage = make_shortage({"Dy": 1.0})
    rows, summary = plan._plan_cut(parts, shortage, PRICES)
    assert rows[0]["Part"] == "way"
    assert rows[0]["Change to"] == f"way {BARE}"
    assert {row["What to do"] for row in rows[1:]} == {"stops"}
    assert rows[1]["Why"] == (
        "no way without Dy has P 0.8 or more; every way holds some"
    )
    assert rows[-1]["Part"] == "recipe"
    assert rows[-1]["Why"].endswith("; a recipe alone has no ways")
    assert rows[-1]["after, kg a year"] == 0.0
    assert math.isnan(rows[1]["P"])
    assert rows[1]["Change to"] == ""
    assert summary["Stop"] == 8
    assert (
        " 8 stop (P0, P1, P2, P3, P4, ...); first way, "
        in (summary["In words"])
    )


def test_the_best_way_holds_least_then_is_of_its_family_then_likelier():
    missing = {"Dy": 1.0}
    ways = [
        make_way(HALF, 0.99),
        make_way(BARE, 0.81),
        make_way(BARE, 0.95),
        make_way("Sm36.0Co64.0", 0.99, "other-family"),
    ]
    part = make_part("a", ways=ways)
    assert plan._best_way(part, missing, True, 2.0) is ways[2]
    only = make_part("a", ways=[ways[0]])
    assert plan._best_way(only, missing, True, 2.0) is None
    assert plan._best_way(only, missing, False, 2.0) is ways[0]
    assert plan._best_way(only, missing, False, 1.05) is None
    rimmed = make_way(shell="Dy 0.5 wt%")
    assert plan._scarce(rimmed, missing) == pytest.approx(0.5, rel=0.02)


def test_a_stock_bridges_what_comes_late():
    parts = [
        make_part("cheap", 52.0, dysprosium=0.1, ways=[make_way()]),
        make_part("dear", 520.0, ways=[make_way(HALF)]),
        make_part("free", dysprosium=0.04),
        make_part("unknown", math.nan),
    ]
    shortage = make_shortage(weeks={"Dy": 13.0, "Tb": 26.0})
    rows, summary = plan._plan_delay(parts, shortage, PRICES)
    dear, cheap = rows
    assert (dear["Part"], cheap["Part"]) == ("dear", "cheap")
    assert (dear["Order"], cheap["Order"]) == (1, 2)
    # 26 of 52 weeks.
    assert dear["Stock, kg of magnets"] == pytest.approx(260.0)
    assert dear["Stock, USD"] == pytest.approx(260.0 * 38.72)
    assert dear["What to do"] == "keep a stock"
    assert dear["Why"] == (
        "holds Dy: 260.0 kg of magnets for 26 weeks; no likely way without"
    )
    assert dear["Needed, kg a year"] == pytest.approx(10.4)
    assert cheap["What to do"] == "change"
    assert cheap["Why"].endswith(f"; way {BARE} needs no licence")
    counts = {"Parts concerned": 2, "To change": 1, "Stop": 0}
    assert counts.items() <= summary.items()
    assert summary["In words"].startswith(
        "2 parts wait 26 weeks: a stock of 286 kg of magnets (elements "
    )
    assert summary["In words"].endswith("; first dear, the dearest stock.")
    none, summary = plan._plan_delay(parts[2:], shortage, PRICES)
    assert none == []
    assert summary["In words"].endswith("that needs no licence.")


def test_a_stock_without_a_price_stands_last_and_is_not_called_dear():
    tin = make_part("tin", 900.0)
    tin.today["Sn"] = exactly(0.2)
    parts = [tin, make_part("low", 52.0), make_part("high", 520.0)]
    shortage = make_shortage(weeks={"Dy": 13.0})
    rows, summary = plan._plan_delay(parts, shortage, PRICES)
    assert [row["Part"] for row in rows] == ["high", "low", "tin"]
    assert math.isnan(rows[2]["Stock, USD"])
    assert "; first high, the dearest stock." in summary["In words"]
    _, summary = plan._plan_delay([tin], shortage, PRICES)
    assert summary["In words"].endswith("that needs no licence.")


def test_dearer_elements_are_paid_or_saved():
    dear = PRICES | {"Dy": 1500.0}
    parts = [
        make_part("pays", 2000.0, ways=[make_way(chance=0.7)]),
        make_part("saves", 100.0, ways=[make_way(HALF), make_way()]),
        make_part("more", 200.0, ways=[make_way()]),
        make_part("bare", dysprosium=0.0),
        make_part("unknown", math.nan),
    ]
    rows, summary = plan._plan_prices(parts, make_shortage(), PRICES, dear)
    assert [row["Part"] for row in rows] == ["more", "saves", "pays"]
    more, saves, pays = rows
    assert [row["Order"] for row in rows] == [1, 2, 3]
    # 2 wt.% of 1,000 USD/kg more.
    assert more["Dearer, USD a year"] == pytest.approx(4000.0)
    assert "Needed, kg a year" not in more
    assert more["Saved, USD a year"] == pytest.approx(200 * (58.72 - 30.71))
    assert saves["Change to"] == f"way {BARE}"
    assert saves["Why"] == (
        f"2,000 USD a year dearer; way {BARE} saves 2,801 USD a year"
    )
    assert pays["What to do"] == "pay"
    assert pays["Why"] == (
        "40,000 USD a year dearer; no likely way prices less"
    )
    assert summary["In words"] == (
        "3 parts cost 46,000 USD a year more; 2 changes save 8,403, first "
        "more (5,602)."
    )
    assert summary["To change"] == 2
    saving = summary["USD a year saved at its prices"]
    assert saving == pytest.approx(300 * (58.72 - 30.71))


def test_another_family_has_no_price():
    other = make_way("Sm36.0Co64.0", 0.99, "other-family")
    part = make_part("a", ways=[other])
    assert plan._cheapest(part, PRICES) == (None, 0.0)
    assert math.isnan(plan._saved_dollars(part, other, PRICES))
    assert math.isnan(plan._saved_dollars(part, None, PRICES))
    rows = [{"Saved, USD a year": 5.0}, {"Saved, USD a year": math.nan}]
    assert plan._dollars(rows) == 5.0


def test_each_shortage_has_its_rows_and_its_summary():
    parts = [make_part("a", ways=[make_way()])]
    cut, wait = make_shortage({"Dy": 1.0}), make_shortage(weeks={"Dy": 5.0})
    changes, summary = plan.plan_changes(
        parts, [cut, wait], load_scenario("baseline")
    )
    assert changes["What to do"].tolist() == ["change", "change"]
    assert summary["Name"].tolist() == ["dy-stop"] * 2
    assert list(summary.columns[:2]) == ["Shortage", "Name"]
    nothing, _ = plan.plan_changes([], [], load_scenario("baseline"))
    assert list(nothing.columns) == [
        "Shortage",
        "Order",
        "Part",
        "Magnet",
        "What to do",
        "Why",
    ]


def test_a_way_frees_what_it_does_not_hold():
    parts = [make_part("a", 1000.0, ways=[make_way(HALF, 0.8)])]
    rows, summary = plan._plan_cut(parts, make_shortage({"Dy": 0.9}), PRICES)
    (row,) = rows
    # Of 20 kg the way needs 10; 18 kg cannot be had.
    assert row["What to do"] == "change"
    assert row["P"] == 0.8
    assert row["Freed, kg a year"] == pytest.approx(10.0)
    assert row["Cannot be had before, kg a year"] == pytest.approx(18.0)
    assert row["after, kg a year"] == pytest.approx(8.0)
    assert (row["Shortage"], row["Magnet"]) == ("Dysprosium stops", "N42SH")
    assert summary["To change"] == 1


def test_five_parts_that_stop_are_all_named():
    low = [make_way(chance=0.4), make_way(chance=0.6), make_way(HALF, 0.7)]
    parts = [make_part(f"P{i}", 100.0 - i, ways=low) for i in range(5)]
    # What is a trace counts from 0.05 wt.%.
    parts.append(make_part("less", 1.0, dysprosium=0.0499))
    rows, summary = plan._plan_cut(parts, make_shortage({"Dy": 1.0}), PRICES)
    assert [row["Part"] for row in rows] == ["P0", "P1", "P2", "P3", "P4"]
    assert rows[0]["Why"].endswith(f"; nearest way {BARE}, P 0.60")
    assert summary["In words"].endswith("5 stop (P0, P1, P2, P3, P4).")
    assert rows[-1]["after, kg a year"] == 0.0
    assert summary["USD a year saved at its prices"] == 0.0
    trace = make_part("trace", 100.0, dysprosium=0.05)
    assert plan._change(trace, {"Dy": 1.0}, PRICES, True).freed == 0.0


def test_several_missing_elements_add_up():
    part = make_part("a", 1000.0, ways=[make_way(HALF)])
    part.today["Tb"] = exactly(1.0)
    missing = {"Tb": 0.5, "Dy": 1.0, "Ho": 1.0}
    change = plan._change(part, missing, PRICES, False)
    assert change.need == pytest.approx(30.0)
    assert change.weight_need == pytest.approx(25.0)
    assert change.freed == pytest.approx(20.0)
    # Only where none of any can be had do ways have to be without.
    rows, summary = plan._plan_cut([part], make_shortage(missing), PRICES)
    assert rows[0]["What to do"] == "change"
    assert "1 part needs 30.0 kg Tb, Dy, Ho a year" in summary["In words"]
    whole = dict.fromkeys(missing, 1.0)
    rows, _ = plan._plan_cut([part], make_shortage(whole), PRICES)
    assert rows[0]["What to do"] == "stops"


def test_the_likeliest_way_ends_a_wait():
    ways = [make_way(chance=0.8), make_way(chance=0.9), make_way(HALF, 0.99)]
    part = make_part("a", 52.0, ways=ways)
    part.today["Tb"] = exactly(0.05)
    part.today["Ho"] = exactly(0.049)
    weeks = {"Ho": 8.0, "Tb": 2.0, "Dy": 4.0}
    wait = plan._compute_wait(part, weeks, PRICES | {"Tb": 1e3, "Ho": 0.0})
    assert wait.elements == ["Tb", "Dy"]
    assert wait.way is ways[1]
    assert wait.stock == pytest.approx(8.0)
    assert plan._compute_wait(part, {"Gd": 8.0}, PRICES) is None


def test_a_saving_is_at_prices_of_the_shortage():
    part = make_part("a", ways=[make_way()])
    baseline = load_scenario("baseline")

    def saving(factor):
        shortage = make_shortage({"Dy": 1.0}, prices=("dearer",))
        shortage.price_scenario = lambda scenario: with_prices(
            scenario, {"Dy": f"{factor}x"}
        )
        changes, _ = plan.plan_changes([part], [shortage], baseline)
        return changes["Saved, USD a year"].item()

    # 20 kg of dysprosium a year at 274.296 USD/kg more.
    assert saving(2) - saving(1) == pytest.approx(20.0 * 274.296)
