"""Scenarios from TOML."""

import pytest
from magnetkit.errors import InputError

from magnetkit import supply
from magnetkit.supply.scenario import validate_recycled_shares

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
        (
            "factor = 2.0",
            "factor = 2.0\nprice_USD_kg = 9.0",
            "expected one of factor and price_USD_kg",
        ),
        ("factor = 2.0", "", "expected one of factor and price_USD_kg"),
        ('["Dy", "Tb"]\nfactor', '["*"]\nprice_USD_kg', "no price of Ac"),
        ('["Dy", "Tb"]', '["*", "Tb"]', r"'\*' is no chemical element"),
        ('["Dy", "Tb"]', "[]", "elements"),
        ("{ Co = 0.25 }", "{ Kobalt = 0.1 }", "'Kobalt' is no chemical"),
        ("withheld = 0.5", "withheld = -0.1", "got -0.1"),
        ('name = "mine"', 'name = "Mine"', "name"),
        ('description = "Half', 'description = ""  # "', "description"),
        ('status = "assumption"', 'status = "sure"', "status"),
    ],
)
def test_names_a_bad_field(file, old, new, message):
    assert old in MINE
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
    with pytest.raises(InputError, match="'Xx' is no chemical element"):
        supply.with_prices("baseline", {"Xx": text})


def test_later_factors_act_on_a_set_price():
    today = supply.element_table().set_index("element")["price_USD_kg"]["Dy"]
    price = supply.with_prices("embargo", {"Dy": "500 USD/kg"})
    # What the embargo made of it, 26 times the price, is replaced.
    assert price.price_factor("Dy") == pytest.approx(500.0 / today)
    dearer = supply.with_prices(price, {"Dy": " 2x ", "Tb": ".5x"})
    assert dearer.price_factor("Dy") == pytest.approx(1000.0 / today)
    assert dearer.price_factor("Tb") == 4.0
    assert dearer.name == "embargo"
    own = supply.load_scenario("embargo")
    assert dearer.prices[:-3] == own.prices
    assert dearer.restrictions == own.restrictions
    assert supply.with_prices("embargo", {}) is own


@pytest.mark.parametrize(
    "text",
    ["3", "3X", "3 EUR/kg", "-3x", "0x", "0USD/kg", "1e999x", "3xx", "x"],
)
def test_refuses_what_is_no_price(text):
    with pytest.raises(InputError, match="expected a factor above 0, as Dy=3"):
        supply.with_prices("baseline", {"Dy": text})


@pytest.mark.parametrize(
    ("believed", "not_believed"),
    [
        ("200x", "201x"),
        ("0.01x", "0.0099x"),
        ("5e5USD/kg", "500001USD/kg"),
        ("0.02USD/kg", "0.019USD/kg"),
    ],
)
def test_prices_are_believed_up_to_their_limits(believed, not_believed):
    assert supply.with_prices("baseline", {"Tb": believed}).prices
    with pytest.raises(InputError, match=f"^price Tb={not_believed}: "):
        supply.with_prices("baseline", {"Tb": not_believed})


def test_shares_up_to_their_ends_are_taken(file):
    ends = MINE.replace("withheld = 0.5", "withheld = 1").replace(
        "withheld = 0.2", "withheld = 0"
    )
    file.write_text(ends.replace("Co = 0.25", "Co = 1, Dy = 0"), "utf-8")
    scenario = supply.load_scenario(str(file))
    assert scenario.withheld("China", "Dy") == 1.0
    assert scenario.withheld("China", "Nd") == 0.0
    assert scenario.recycled == {"Co": 1.0, "Dy": 0.0}


def test_recycled_shares_are_numbers_by_symbol():
    shares = validate_recycled_shares({"Dy": "0.25", "Co": 1, "Al": 0})
    assert list(shares.items()) == [("Dy", 0.25), ("Co", 1.0), ("Al", 0.0)]
    assert validate_recycled_shares(None) == {}
    with pytest.raises(InputError, match="must map elements to shares"):
        validate_recycled_shares(["Co"])
    for share in ("much", None, -0.01, 1.01):
        with pytest.raises(
            InputError, match=r"^recycled Co: expected a share"
        ):
            validate_recycled_shares({"Co": share})
    with pytest.raises(InputError, match="'Xx' is no chemical element"):
        validate_recycled_shares({"Co": 0.1, "Xx": 0.1})
