"""Scenarios from TOML."""

import pytest
from magnetkit.errors import InputError

from magnetkit import supply

MINE = """
name = "mine"
title = "A user's own"
description = "Half of China's dysprosium stays at home."
recycled = { Co = 0.25 }

[[restrictions]]
country = "China"
elements = ["Dy"]
withheld = 0.5
source = "a guess"
status = "assumption"

[[restrictions]]
country = "China"
elements = ["*"]
withheld = 0.2
source = "a guess"
status = "assumption"

[[prices]]
elements = ["Dy", "Tb"]
factor = 2.0
source = "a guess"
status = "assumption"
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(MINE, encoding="utf-8")
    return path


def test_lists_the_scenarios():
    assert (
        supply.scenarios()
        == (
            "baseline controls-2025 controls-2026-all embargo export-quota magnet-rule-2027"
        ).split()
    )
    for name in supply.scenarios():
        assert supply.load_scenario(name).name == name


def test_price_is_share_of_today_plus_cost():
    today = supply.element_table().set_index("element")["price_USD_kg"]
    state = supply.with_prices("baseline", {"Dy": "800USD/kg", "Nd": "3x"})
    assert state.price_factor("Dy") == pytest.approx(800.0 / today["Dy"])
    # Half of the mass dysprosium, half neodymium.
    (cost,) = supply.ledger("Nd50Dy50", state, basis="weight")["cost_USD_kg"]
    assert cost == pytest.approx(0.5 * 800.0 + 0.5 * 3.0 * today["Nd"])


def test_restrictions_and_prices_combine(file):
    scenario = supply.load_scenario(file)
    assert scenario.withheld("China", "Dy") == pytest.approx(1 - 0.5 * 0.8)
    assert scenario.withheld("China", "Nd") == pytest.approx(0.2)
    assert scenario.withheld("Australia", "Dy") == 0.0
    assert [scenario.price_factor(e) for e in ("Tb", "Nd")] == [2.0, 1.0]
    assert scenario.recycled == {"Co": 0.25}
    assert supply.load_scenario(scenario) is scenario


def test_a_factor_on_all_elements_acts_on_those_with_a_price(file):
    text = MINE.replace('["Dy", "Tb"]', '["*"]')
    file.write_text(text, encoding="utf-8")
    state = supply.load_scenario(file)
    assert [state.price_factor(e) for e in ("Nd", "Dy")] == [2.0, 2.0]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            '"China"',
            '"Cathay"',
            "country 'Cathay' is not in supply/countries.csv",
        ),
        ('["Dy"]', '["Dx"]', "'Dx' is no chemical element"),
        (
            "withheld = 0.5",
            "withheld = 1.5",
            "less than or equal to 1, got 1.5",
        ),
        ("factor = 2.0", "factor = 0.0", "greater than 0, got 0.0"),
        (
            '["Dy", "Tb"]',
            '["Dy", "Eu"]',
            "no price of Eu is known that another could replace; `magnetkit",
        ),
        ("{ Co = 0.25 }", "{ Co = -1.0 }", "field recycled.Co"),
        ('title = "A user\'s own"', "", "field title: field required"),
        ("factor = 2.0", "factr = 2.0", "field prices.0.fact"),
    ],
)
def test_names_a_bad_field(file, old, new, message):
    file.write_text(MINE.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError, match=message) as error:
        supply.load_scenario(file)
    assert "\n" not in str(error.value)


def test_unknown_scenario_offers_the_nearest():
    with pytest.raises(
        InputError, match=r"no scenario 'embrago' \(did you mean embargo\?\)"
    ):
        supply.load_scenario("embrago")


@pytest.mark.parametrize("text", ["5USD/kg", "3x"])
def test_a_price_that_replaces_none_says_why(text):
    with pytest.raises(
        InputError,
        match=rf"^price Xe={text}: no price of Xe is known that another",
    ):
        supply.with_prices("baseline", {"Xe": text})
