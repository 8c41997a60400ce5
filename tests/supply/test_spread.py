"""Prices and risks drawn within their spread."""

import numpy as np
import pytest

from magnetkit import CompositionTable, supply


@pytest.fixture(scope="module")
def alloys():
    return CompositionTable.from_strings(["Nd2Fe14B", "Nd1.6Dy0.4Fe14B", "SmCo5", "Dy2Pt"])


@pytest.fixture(scope="module")
def drawn(alloys):
    return supply.sampled_supply(alloys, 4000, np.random.default_rng(0))


def test_the_middle_is_the_ledger_and_unknown_elements_are_not_guessed(alloys, drawn):
    ledger = supply.ledger(alloys)
    for column in ("cost_USD_kg", "supply_risk"):
        middle = np.median(drawn[column][:3], axis=1)
        np.testing.assert_allclose(middle, ledger[column][:3], rtol=0.02)
        assert np.isnan(drawn[column][3]).all()


def test_prices_stay_near_the_range_of_five_years_and_rare_earths_move_together(drawn):
    table = supply.element_table().set_index("element")
    samarium = table.loc["Sm"]
    pure = CompositionTable.from_strings(["Sm", "Nd", "Co"])
    cost = supply.sampled_supply(pure, 4000, np.random.default_rng(1))["cost_USD_kg"]
    inside = (cost[0] >= samarium["price_low_USD_kg"]) & (cost[0] <= samarium["price_high_USD_kg"])
    assert inside.mean() == pytest.approx(0.9, abs=0.02)
    ranks = np.argsort(np.argsort(cost, axis=1), axis=1)
    assert np.corrcoef(ranks)[0, 1] == pytest.approx(1.0)
    assert abs(np.corrcoef(ranks)[0, 2]) < 0.05
    assert np.corrcoef(drawn["cost_USD_kg"][:2])[0, 1] > 0.9


def test_scenario_shell_and_recycling_are_heeded(alloys):
    rng = np.random.default_rng
    base = supply.sampled_supply(alloys, 50, rng(0))
    dear = supply.sampled_supply(alloys, 50, rng(0), "embargo")
    assert (dear["cost_USD_kg"][1] > base["cost_USD_kg"][1]).all()
    spent = supply.sampled_supply(alloys, 50, rng(0), shell="Tb 0.30 @ 0.10")
    assert (spent["cost_USD_kg"][0] > base["cost_USD_kg"][0]).all()
    safe = supply.sampled_supply(alloys, 50, rng(0), recycled={"Co": 1.0})
    assert (safe["supply_risk"][2] < base["supply_risk"][2]).all()
