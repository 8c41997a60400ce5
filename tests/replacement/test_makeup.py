"""What grades are thought to be made of, against what the trade says of the classes."""

import pytest

import magnetkit as mk
from magnetkit.replacement import makeup
from magnetkit.supply import ledger


def _made(name):
    return makeup(mk.grades(name).iloc[0])


def test_weights_are_probabilities_and_recipes_are_recipes():
    made = _made("N42SH")
    assert sum(r.weight for r in made.recipes) == pytest.approx(1.0)
    assert made.recipes[0].weight == max(r.weight for r in made.recipes)
    low, high = made.heavy_wt_pct[1:]
    assert low <= made.heavy_wt_pct[0] <= high
    for recipe in made.recipes:
        table = mk.CompositionTable.from_strings([recipe.text], basis="weight")
        found = ledger(table, shell=recipe.shell or None)["heavy_rare_earth_wt_pct"].iloc[0]
        assert found == pytest.approx(recipe.heavy_wt_pct)


def test_heavy_rare_earth_rises_with_the_class_as_the_trade_has_it():
    # dysprosium_classes.csv, alloyed: N 0, SH 2 to 4, UH 4 to 6, EH 6 to 9 wt.%; diffusion needs
    # a third of that.
    classes = {"N35": (0.0, 1.0), "N42SH": (0.7, 4.0), "N38UH": (1.3, 6.0), "N35EH": (2.0, 9.0)}
    means = []
    for name, (low, high) in classes.items():
        mean = _made(name).heavy_wt_pct[0]
        assert low <= mean <= high, name
        means.append(mean)
    assert means == sorted(means)


def test_samarium_cobalt_holds_heavy_rare_earth_only_where_it_is_compensated():
    assert _made("YXG28H").heavy_wt_pct[0] < 0.3
    assert _made("Recoma 20").heavy_wt_pct[0] < 0.3
    # Gadolinium and erbium of compensated 2:17: order of a third of the rare earth.
    assert 5.0 < _made("2:17TC-16").heavy_wt_pct[0] < 18.0
