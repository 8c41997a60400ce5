"""Shortages: embedded ones, a file, and what a scenario's restrictions cut."""

import sys

import pytest
from magnetkit.errors import InputError

from magnetkit.supply.scenario import Scenario, load_scenario
from magnetkit.supply.shortage import (
    find_shortage,
    load_shortage,
    shortages,
)


def test_the_embedded_shortages():
    assert shortages() == ["dy-tb-price-x3", "dy-tb-stop", "licence-delay"]
    assert load_shortage("dy-tb-stop").missing_shares() == {
        "Dy": 1.0,
        "Tb": 1.0,
    }
    weeks = load_shortage("licence-delay").weeks_late()
    assert set(weeks) == {"Sm", "Gd", "Tb", "Dy", "Lu", "Y"}
    dearer = load_shortage("dy-tb-price-x3").price_scenario(
        load_scenario("baseline")
    )
    assert dearer.price_factor("Dy") == 3.0
    assert dearer.price_factor("Nd") == 1.0


def test_an_embargo_cuts_chinas_share():
    # China separates 99 % of the heavy rare earths and withholds all (datasets/supply).
    shares = load_shortage("embargo").missing_shares()
    assert shares["Dy"] == pytest.approx(0.99, abs=0.01)
    assert "Fe" not in shares


def test_an_unknown_shortage_offers_the_embedded_ones():
    with pytest.raises(
        InputError, match="known are dy-tb-price-x3, dy-tb-stop, licence-delay"
    ):
        load_shortage("war")


PARTS = """
name = "fire"
title = "A fire"
description = "At the maker of terbium."

[[cuts]]
elements = ["Tb", "Dy"]
share = 0.3
source = "me"
status = "assumption"

[[cuts]]
elements = ["Dy"]
share = 1
source = "me"
status = "assumption"

[[cuts]]
elements = ["Dy", "Tb", "Ho"]
share = 0.02
source = "me"
status = "assumption"

[[delays]]
elements = ["Nd"]
weeks = 520
source = "me"
status = "assumption"

[[delays]]
elements = ["Nd", "Pr"]
weeks = 10
source = "me"
status = "assumption"

[[prices]]
elements = ["Dy"]
factor = 2.0
source = "me"
status = "assumption"
"""


def test_the_largest_cut_and_delay_of_elements_count(tmp_path):
    path = tmp_path / "fire.toml"
    path.write_text(PARTS)
    shortage = load_shortage(str(path))
    assert shortage.missing_shares() == {"Tb": 0.3, "Dy": 1.0, "Ho": 0.02}
    assert shortage.weeks_late() == {"Nd": 520.0, "Pr": 10.0}
    # Its factor acts on what the embargo made, 26 times the price.
    embargo = load_scenario("embargo")
    dearer = shortage.price_scenario(embargo)
    assert dearer.price_factor("Dy") == 52.0
    assert dearer.restrictions == embargo.restrictions
    assert embargo.price_factor("Dy") == 26.0
    assert load_shortage(shortage) is shortage


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("share = 0.3", "share = 0"),
        ("share = 1", "share = 1.01"),
        ("weeks = 520", "weeks = 521"),
        ("weeks = 10", "weeks = 0"),
    ],
)
def test_refuses_shares_and_weeks_beyond_their_ends(tmp_path, old, new):
    path = tmp_path / "fire.toml"
    path.write_text(PARTS.replace(old, new))
    with pytest.raises(InputError, match=r"greater than|less than"):
        load_shortage(path)


def restriction(country, withheld, *elements):
    source = {"source": "me", "status": "assumption"}
    return {
        "country": country,
        "elements": elements,
        "withheld": withheld,
        **source,
    }


def test_restrictions_cut_the_worst_stage_of_production():
    restrictions = [
        restriction("China", 1.0, "Sm"),
        restriction("Australia", 1.0, "La"),
        restriction("Malaysia", 0.5, "La"),
        restriction("Burma", 0.8, "Dy"),
        restriction("China", 0.0, "Nd"),
        restriction("Russia", 1.0, "*"),
    ]
    scenario = Scenario.model_validate(
        {
            "name": "mine",
            "title": "Mine",
            "description": "Of many countries.",
            "restrictions": restrictions,
            "recycled": {"Dy": 0.9},
        }
    )
    shortage = find_shortage(scenario)
    shares = shortage.missing_shares()
    # datasets/supply/production.csv: China separates all samarium and mines 69.4 %, Australia
    # mines 7.4 % of lanthanum (and separates 1 %, Malaysia 5 %), Burma mines half of dysprosium,
    # Russia 2.4 % of cobalt.
    assert shares["Sm"] == 1.0
    assert shares["La"] == pytest.approx(0.074)
    assert shares["Dy"] == pytest.approx(0.4)
    assert shares["Co"] == pytest.approx(0.024)
    assert not {"Nd", "Ac"} & set(shares)
    assert list(shares) == sorted(shares)
    assert (shortage.name, shortage.title) == ("mine", "Mine")
    assert shortage.description == "Of many countries."
    assert shortage.delays == shortage.prices == ()
    assert {cut.status for cut in shortage.cuts} == {"assumption"}
    assert "restrictions of mine" in shortage.cuts[0].source


def test_refuses_an_empty_shortage(tmp_path):
    file = tmp_path / "none.toml"
    file.write_text('name="x"\ntitle="t"\ndescription="d"\n')
    with pytest.raises(InputError, match="one of cuts, delays and prices"):
        load_shortage(file)


def test_scenario_without_restrictions_is_no_shortage():
    with pytest.raises(InputError, match="'baseline' restricts nothing"):
        load_shortage("baseline")


def test_prices_alone_are_a_shortage(monkeypatch):
    module = sys.modules["magnetkit.supply.shortage"]
    prices = load_scenario("embargo").prices[:1]
    dear = load_scenario("baseline").model_copy(update={"prices": prices})
    monkeypatch.setattr(module, "load_scenario", lambda name: dear)
    shortage = load_shortage("baseline")
    assert (shortage.cuts, shortage.prices) == ((), prices)
