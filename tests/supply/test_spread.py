"""Prices and risks drawn within their spread."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from magnetkit import CompositionTable, supply


@pytest.fixture(scope="module")
def alloys():
    return CompositionTable.from_strings(
        ["Nd2Fe14B", "Nd1.6Dy0.4Fe14B", "SmCo5", "Dy2Pt"]
    )


@pytest.fixture(scope="module")
def sample(alloys):
    return supply.sampled_supply(alloys, 4000, np.random.default_rng(0))


def test_median_is_the_ledger_without_unknown_elements(alloys, sample):
    ledger = supply.ledger(alloys)
    for column in ("cost_USD_kg", "supply_risk"):
        middle = np.median(sample[column][:3], axis=1)
        assert_allclose(middle, ledger[column][:3], rtol=0.02)
        assert np.isnan(sample[column][3]).all()


def test_prices_stay_near_five_years(sample):
    table = supply.element_table().set_index("element")
    samarium = table.loc["Sm"]
    pure = CompositionTable.from_strings(["Sm", "Nd", "Co"])
    cost = supply.sampled_supply(pure, 4000, np.random.default_rng(1))[
        "cost_USD_kg"
    ]
    inside = (cost[0] >= samarium["price_low_USD_kg"]) & (
        cost[0] <= samarium["price_high_USD_kg"]
    )
    assert inside.mean() == pytest.approx(0.9, abs=0.02)
    ranks = np.argsort(np.argsort(cost, axis=1), axis=1)
    assert np.corrcoef(ranks)[0, 1] == pytest.approx(1.0)
    assert abs(np.corrcoef(ranks)[0, 2]) < 0.05
    assert np.corrcoef(sample["cost_USD_kg"][:2])[0, 1] > 0.9


@pytest.mark.parametrize(
    ("element", "low", "high"),
    [
        # USGS 2026: the lowest price of five years is today's.
        ("Dy", 274.296, 470.55),
        ("Sm", 2.331, 3.873),
        # A single quote of 902 USD/kg: half to twice of it.
        ("Tm", 451.0, 1804.0),
    ],
)
def test_a_twentieth_of_prices_lies_beyond_each_end(element, low, high):
    pure = CompositionTable.from_strings([element])
    cost = supply.sampled_supply(pure, 4000, np.random.default_rng(3))
    beyond = (cost["cost_USD_kg"] > high).mean()
    below = (cost["cost_USD_kg"] < low).mean()
    assert beyond == pytest.approx(0.05, abs=0.012)
    # What is at its lowest falls no further.
    expected = 0.0 if element == "Dy" else 0.05
    assert below == pytest.approx(expected, abs=0.012)


def test_samples_follow_scenario_shell_and_recycling(alloys):
    rng = np.random.default_rng
    base = supply.sampled_supply(alloys, 50, rng(0))
    dear = supply.sampled_supply(alloys, 50, rng(0), "embargo")
    assert (dear["cost_USD_kg"][1] > base["cost_USD_kg"][1]).all()
    sample = supply.sampled_supply(alloys, 50, rng(0), shell="Tb 0.30 @ 0.10")
    assert (sample["cost_USD_kg"][0] > base["cost_USD_kg"][0]).all()
    safe = supply.sampled_supply(alloys, 50, rng(0), recycled={"Co": 1.0})
    assert (safe["supply_risk"][2] < base["supply_risk"][2]).all()


def test_other_scenarios_get_a_share_of_draws(alloys):
    sample = supply.sampled_supply(alloys, 80, np.random.default_rng(0))
    mixture = supply.sampled_supply(
        alloys, 80, np.random.default_rng(0), others=0.5
    )
    embargo = supply.sampled_supply(
        alloys, 80, np.random.default_rng(0), "embargo"
    )
    cost = "cost_USD_kg"
    assert_array_equal(mixture[cost][:, :40], sample[cost][:, :40])
    assert (
        mixture["supply_risk"][0, 40:] != sample["supply_risk"][0, 40:]
    ).any()
    # There are five others, each in a fifth of half the draws.
    same = np.isclose(mixture[cost][1], embargo[cost][1]).sum()
    assert same == 8


def test_a_price_moves_alloys_that_hold_the_element(alloys):
    rng = np.random.default_rng
    base = supply.sampled_supply(alloys, 20, rng(0))["cost_USD_kg"]
    dear = supply.sampled_supply(alloys, 20, rng(0), prices={"Dy": "3x"})[
        "cost_USD_kg"
    ]
    ratio = dear / base
    assert (ratio[0] == 1.0).all()
    assert ((ratio[1] > 1.0) & (ratio[1] < 3.0)).all()


def test_risks_have_ten_percent_and_cobalt_its_own():
    pure = CompositionTable.from_strings(["Sm", "Co"])
    risk = supply.sampled_supply(pure, 4000, np.random.default_rng(2))[
        "supply_risk"
    ]
    logs = np.log(risk)
    assert_allclose(logs.std(axis=1), 0.10, rtol=0.04)
    assert abs(np.corrcoef(logs)[0, 1]) < 0.05


def test_trace_is_under_a_thousandth_of_mass():
    table = supply.element_table().set_index("element")["supply_risk"]
    texts = ["Nd30Dy0.15Fe68.85B1", "Nd30Dy0.08Fe68.92B1"]
    got = supply.ledger(texts, basis="weight")["weakest_link_risk"]
    # 0.15 wt.% counts, 0.08 does not.
    assert got[0] == table["Dy"]
    assert got[1] == max(table[s] for s in ("Nd", "Fe", "B"))
    # What a shell holds counts with the rest.
    diffused = supply.ledger("Nd30Fe69B1", basis="weight", shell="Tb 0.5 wt%")
    assert diffused["weakest_link_risk"][0] == table["Tb"] > got[1]
