"""The answer to a question of replacement in words, from ways whose figures are plain."""

from types import SimpleNamespace

import pytest

from magnetkit import datasets
from magnetkit.choose._candidates import HEAVY
from magnetkit.choose._request import (
    KNEE,
    MARGIN_OF_DUTY,
    PRODUCT,
    REMANENCE,
)
from magnetkit.magnetism._measured import ALPHA, COERCIVITY
from magnetkit.run import _lines
from magnetkit.supply import ledger
from magnetkit.supply.scenario import load_scenario, scenarios
from tests.recipes import make_table

NAN = float("nan")
BASE = "Nd29.0Dy2.0Fe68.0B1.0"


def make_way(**changes):
    way = {
        "number": 1,
        "kind": "bulk",
        "name": "Nd30.0Dy1.0Fe68.0B1.0",
        "candidate": "Nd30.0Dy1.0Fe68.0B1.0",
        "shell": "",
        "grade": "",
        "host": "2:14:1",
        "makers": "",
        "heavy_rare_earth_wt_pct": 1.0,
        "saved": 1.0,
        "chance": 0.876,
        "remanence_T": 1.25,
        "coercivity_kA_m": 1700.0,
        "remanence_guaranteed_T": 1.234,
        "coercivity_guaranteed_kA_m": 1592.4,
        "knee_guaranteed_kA_m": 1500.4,
        "field_kA_m": 800.0,
        "demagnetization_safety": 1.109,
        "cost_per_flux_ratio": 0.954,
        "density_kg_m3": 7600.0,
        "unknown": "its grains",
        "failed_requirements": "",
        "order_line": "",
        "probability_meets_requirements": 0.876,
    }
    return SimpleNamespace(**way | changes)


def make_answer(**changes):
    own_recipe = SimpleNamespace(text=BASE, shell="", heavy_wt_pct=2.0)
    answer = {
        "kind": "dysprosium in the alloy",
        "weight": 0.7,
        "sentence": "Melt it",
        "ways": [make_way()],
        "recommended": make_way(),
        "own": make_way(),
        "own_probability": 0.987,
        "recipe": own_recipe,
        "reach": 0.8,
        "is_level_sound": True,
        "level_reason": "",
    }
    return SimpleNamespace(**answer | changes)


def make_replacement(**changes):
    reference = {
        "grade": "N42SH",
        "kind": "sintered",
        "host": "2:14:1",
        "temperature_K": 423.15,
        "density_kg_m3": 7500.0,
        HEAVY: 2.0,
        f"{HEAVY}_lo": 1.5,
        f"{HEAVY}_hi": 2.5,
        REMANENCE: 1.2,
        COERCIVITY: 1600.0,
        MARGIN_OF_DUTY: 1.2,
        ALPHA: -0.12,
    }
    request = SimpleNamespace(
        mass_kg=0.5,
        per_year=1000,
        most_cost=1.1,
        on_duty=False,
        lasting=False,
    )
    values = {
        "reference": reference | changes.pop("reference", {}),
        "request": request,
        "limits": {},
        "basis": "its sheet",
        "estimate": False,
        "answers": [make_answer()],
        "duty_line": "",
        "spread": "B_r 1 %",
    }
    return SimpleNamespace(**values | changes)


@pytest.mark.parametrize(
    ("units", "column", "values", "text"),
    [
        ("si", REMANENCE, (1.23456,), "1.235 T"),
        ("si", COERCIVITY, (1592.4,), "1592 kA/m"),
        ("si", PRODUCT, (310.4, 300.0), "310 / 300 kJ/m3"),
        # 1 kOe is 79.5775 kA/m, 1 MGOe 7.9577 kJ/m3.
        ("cgs", REMANENCE, (1.23456,), "12.35 kG"),
        ("cgs", COERCIVITY, (1592.4,), "20.01 kOe"),
        ("cgs", PRODUCT, (310.4,), "39.0 MGOe"),
    ],
)
def test_values_with_their_unit(units, column, values, text):
    assert _lines._show(units, column, *values) == text


def test_margins_are_cut_and_not_rounded():
    assert _lines._two(1.0999) == "1.09"
    assert _lines._two(1.1) == "1.10"
    assert _lines._two(NAN) == "-"
    assert _lines._print_value("si", REMANENCE, NAN) == "-"
    assert _lines._print_value("si", REMANENCE, 1.2) == "1.200"


def test_a_table_of_todays_magnet_and_the_ways():
    ways = [
        make_way(),
        make_way(number=2, kind="other-family", shell="Tb 1 wt%"),
        make_way(number=3, cost_per_flux_ratio=NAN),
    ]
    answer = make_answer(ways=ways)
    rows = _lines.table_cells(make_replacement(), answer, "si")
    assert rows[0] == (
        "",
        "today: N42SH",
        "2.0 (1.5-2.5)",
        "",
        "0.99",
        "1.200",
        "1600",
        "1.20",
        "1.00",
    )
    assert rows[1][0] == "1"
    assert rows[1][2:] == (
        "1.0",
        "1.0",
        "0.88",
        "1.234",
        "1592",
        "1.10",
        "0.95",
    )
    assert [row[-1] for row in rows[2:]] == ["ask", "ask"]
    exact = {f"{HEAVY}_lo": 2.0, f"{HEAVY}_hi": 2.04}
    known = _lines.table_cells(
        make_replacement(reference=exact), answer, "cgs"
    )
    assert known[0][2] == "2.0"
    assert known[0][5:7] == ("12.00", "20.11")
    without = make_answer(own=None, recipe=None)
    (row,) = _lines.table_cells(make_replacement(), without, "si")
    assert row[3] == ""


def limit(minimum=None, **more):
    return SimpleNamespace(minimum=minimum, limit=minimum, **more)


class Other(SimpleNamespace):
    def __str__(self):
        return "cost_USD_kg <= 50"


def test_limits_are_named_with_where_they_come_from():
    assert _lines._request_text(make_replacement(), "si") == (
        "Nothing is asked."
    )
    limits = {
        REMANENCE: limit(1.2),
        COERCIVITY: limit(1592.0),
        MARGIN_OF_DUTY: limit(1.1),
        "cost_USD_kg": Other(minimum=None),
    }
    text = _lines._request_text(make_replacement(limits=limits), "si")
    assert text == (
        "Required at 150 °C of what 99 % of lots reach: B_r >= 1.200 T, "
        "H_cJ >= 1592 kA/m, H_k at least 1.1 times the field, with each "
        "magnet's own B_r, cost_USD_kg <= 50 (its sheet)."
    )
    asked = {KNEE: limit(1000.0), PRODUCT: limit(300.0)}
    cold = make_replacement(limits=asked, reference={"temperature_K": 200.0})
    text = _lines._request_text(cold, "cgs")
    start = "Required at -73 °C of what 99 % of lots reach: H_k >= 12.57 kOe"
    assert text.startswith(start)
    assert "(BH)max >= 37.7 MGOe (its sheet). " in text
    assert text.count(".") >= 3


def test_a_way_that_holds_more_takes_and_a_gram_is_not_said():
    replacement = make_replacement()
    more = make_answer(recommended=make_way(saved=-1.0))
    # 1 wt.% of 1,000 magnets of half a kilogram.
    text = _lines._describe_savings(replacement, more)
    assert text.startswith("Way 1 takes 5 kg of heavy rare earth a year in 1,")
    replacement.request.per_year = 1_000_000
    text = _lines._describe_savings(replacement, more)
    assert text.startswith("Way 1 takes 5,000 kg of heavy rare earth a year")
    replacement.request.per_year = 1
    few = make_answer(recommended=make_way(saved=0.01))
    text = _lines._describe_savings(replacement, few)
    assert text.startswith("Way 1: Dy 2.00 to 1.00 wt.%; ")
    for nothing in ({"recommended": None}, {"recipe": None}):
        answer = make_answer(**nothing)
        assert _lines._describe_savings(replacement, answer) is None


def test_what_would_change_the_answer():
    replacement = make_replacement()
    spread = "lots that vary otherwise than B_r 1 % (--spread)"
    assert _lines._changes(replacement, make_answer()) == [spread]
    replacement.duty_line = "its duty"
    replacement.estimate = True
    replacement.request.on_duty = True
    diffused = make_answer(recommended=make_way(kind="diffused"))
    assert _lines._changes(replacement, diffused) == [
        "its duty",
        "what it is really made of (--recipe, --measured)",
        "a thickness over 5 to 10 mm (`magnetkit diffuse`)",
        spread,
        "a time of use (--hours: ten years act as 62 kA/m more)",
    ]
    replacement.request.lasting = True
    replacement.duty_line = ""
    light = SimpleNamespace(text=BASE, shell="", heavy_wt_pct=0.05)
    sold = make_answer(recommended=make_way(grade="N42"), recipe=light)
    assert _lines._changes(replacement, sold) == []


def test_a_charge_takes_inputs_as_far_as_they_reach():
    amounts = {"Nd": 24.0, "Pr": 6.0, "Fe": 68.0, "B": 1.0, "Dy": 1.0}
    charged = _lines._charge_inputs(amounts)
    assert sum(charged.values()) == pytest.approx(100.0, abs=0.02)
    assert amounts["Nd"] == 24.0
    assert charged["FeB"] == pytest.approx(1.0 / 0.19, abs=0.3)
    assert "B" not in charged
    assert _lines._charge_inputs({"Co": 0.004, "Sm": 2.0}) == {"Sm": 2.0}


def test_details_begin_with_the_risk_by_the_scenario_asked():
    replacement = make_replacement()
    replacement.request.conditions = SimpleNamespace(
        scenario="embargo", supply_scenario=load_scenario("baseline")
    )
    *risks, charge = _lines._details(replacement, make_answer())
    names = ["embargo", *(n for n in scenarios() if n != "embargo")]
    starts = [text.split(":")[0] for text in risks]
    assert starts == [f"Supply risk, {name}" for name in names]
    recipes = make_table(make_way().candidate, BASE, basis="weight")
    new, old = ledger(recipes, "embargo")["supply_risk"]
    assert risks[0] == f"Supply risk, embargo: {new:.2f} (now {old:.2f})."
    assert charge.startswith("To charge, wt.%: ")
    for nothing in ({"recommended": None}, {"recipe": None}):
        assert _lines._details(replacement, make_answer(**nothing)) == []


def test_a_charge_costs_its_inputs():
    text = _lines._charge_text(make_way(), load_scenario("baseline"))
    charge, costs, *rest = text.split("; ")
    amounts = {
        part.split()[0]: float(part.split()[1])
        for part in charge.removeprefix("To charge, wt.%: ").split(", ")
    }
    assert sum(amounts.values()) == pytest.approx(100.0, abs=0.05)
    assert amounts["Nd"] == pytest.approx(30.0)
    # Ferroboron has 19 % of boron, dysprosium iron 80 % of dysprosium.
    assert amounts["FeB"] == pytest.approx(1.0 / 0.19, abs=0.01)
    assert amounts["DyFe"] == pytest.approx(1.25)
    rows = datasets.rows("supply/inputs.csv")
    quoted = {r["input"]: r["price_USD_kg"] for r in rows}
    dollars = 0.0
    for name, amount in amounts.items():
        price = quoted.get(name)
        if price is None:
            price = ledger(make_table(name), "baseline")["cost_USD_kg"].iloc[0]
        dollars += amount * float(price or 0.0) / 100.0
    assert float(costs.split()[0]) == pytest.approx(dollars, abs=0.06)
    recipe = make_table(make_way().candidate, basis="weight")
    elements = float(ledger(recipe, "baseline")["cost_USD_kg"].iloc[0])
    assert f"its elements {elements:.1f} USD/kg." in rest[0]
    assert rest[0].endswith("metals by one inventory.")
