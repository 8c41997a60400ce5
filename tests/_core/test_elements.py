"""The elements, their groups, and the order in which formulas name them."""

import numpy as np
import pytest
from magnetkit.errors import CompositionError

from magnetkit._core import elements


def test_elements_stand_by_atomic_number():
    assert len(elements.SYMBOLS) == elements.N_ELEMENTS == 118
    numbers = {"H": 1, "B": 5, "Fe": 26, "Y": 39, "Nd": 60, "U": 92, "Og": 118}
    for symbol, number in numbers.items():
        assert elements.SYMBOLS[number - 1] == symbol
        assert elements.index(symbol) == elements.INDEX[symbol] == number - 1
    # IUPAC's abridged standard atomic weights.
    weights = {"H": 1.008, "B": 10.81, "Fe": 55.845, "Nd": 144.24, "Dy": 162.5}
    for symbol, weight in weights.items():
        mass = elements.ATOMIC_MASS[elements.INDEX[symbol]]
        assert mass == pytest.approx(weight, abs=5e-3)
    with pytest.raises(ValueError, match="read-only"):
        elements.ATOMIC_MASS[0] = 1.0


def test_a_column_of_numbers_is_a_property(monkeypatch):
    numbers = elements.PROPERTIES["atomic_number"].tolist()
    assert numbers == list(range(1, 119))
    cells = {"symbol": "H", "radius_A": "0.5", "charge": "", "source": "x"}
    monkeypatch.setattr(elements.datasets, "rows", lambda file: [cells])
    symbols, properties = elements._read()
    assert symbols == ("H",)
    assert list(properties) == ["radius_A", "charge"]
    assert properties["radius_A"].tolist() == [0.5]
    # A cell that is empty is not known.
    assert np.isnan(properties["charge"][0])


def test_rare_earths_are_lanthanides_and_yttrium():
    series = (*elements.LIGHT_RARE_EARTHS, *elements.HEAVY_LANTHANIDES)
    assert series == elements.SYMBOLS[56:71]
    assert elements.HEAVY_LANTHANIDES[0] == "Gd"
    assert (*series, "Y") == elements.RARE_EARTHS
    assert set(elements.TRANSITION_METALS) == {"Mn", "Fe", "Co", "Ni"}
    assert set(elements.INTERSTITIALS) == set("BCNH")


def test_formulas_begin_with_rare_earths_and_end_with_light_atoms():
    rank = elements.WRITING_RANK
    symbols = "N H C B Og Fe Sc Li Lu La Y".split()
    ordered = sorted(symbols, key=lambda s: rank[elements.INDEX[s]])
    assert ordered == "Y La Lu Li Sc Fe Og H B C N".split()
    assert len(set(rank.tolist())) == 118
    with pytest.raises(ValueError, match="read-only"):
        rank[0] = 1


@pytest.mark.parametrize("symbol", ["nd", "Xx", "", "Neodymium"])
def test_names_what_is_no_element(symbol):
    for call in (elements.index, lambda s: elements.mask(("Fe", s))):
        with pytest.raises(CompositionError, match=f"{symbol!r} is no chem"):
            call(symbol)


def test_a_mask_marks_each_element_once():
    mask = elements.mask(("Fe", "Co", "Fe"))
    assert np.flatnonzero(mask).tolist() == [25, 26]
    assert mask.sum() == 2.0
    assert elements.mask(("Fe", "Co", "Fe")) is mask
    assert elements.mask(()).tolist() == [0.0] * 118
    with pytest.raises(ValueError, match="read-only"):
        mask[0] = 1.0
