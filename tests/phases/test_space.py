"""Phases as arrays and rows gathered by chemical system."""

import numpy as np
import pytest

from magnetkit.composition.table import CompositionTable
from magnetkit.elements import INDEX
from magnetkit.errors import DataError
from magnetkit.phases.space import build_space, composition_keys, gather


@pytest.fixture
def small():
    formulas = ["Fe", "Fe2B", "FeB", "Fe4B2", "Nd", "Nd2Fe14B", "Nd2(Fe7B)2"]
    return build_space(formulas, np.array([0.0, -0.3, -0.4, -0.2, 0.0, -0.06, -0.1]))


def test_lowest_energy_of_each_composition_and_elements_at_zero(small):
    assert small.formulas == ["B", "Fe", "Nd", "Fe2B", "FeB", "Nd2Fe14B", "Nd2(Fe7B)2"]
    assert small.energy.tolist() == [0.0, 0.0, 0.0, -0.3, -0.4, -0.06, -0.1]
    assert small.columns == 3
    assert small.column[[INDEX["B"], INDEX["Fe"], INDEX["Nd"], INDEX["Co"]]].tolist() == [
        0,
        1,
        2,
        -1,
    ]
    dense = small.table().to_array()
    np.testing.assert_allclose(dense.sum(axis=1), 1.0)
    assert dense[3, INDEX["Fe"]] == pytest.approx(2 / 3)


def test_take(small):
    part = small.take(np.array([1, 1, 1, 0, 1, 0, 0], bool))
    assert part.formulas == ["B", "Fe", "Nd", "FeB"]
    np.testing.assert_array_equal(part.table().to_array()[3], small.table().to_array()[4])


@pytest.mark.parametrize(
    ("formulas", "energies", "message"),
    [
        (["Fe", "FeB"], [0.0, np.nan], "FeB is no number"),
        (["Fe", "B"], [-0.5, 0.0], "Fe lies 0.500 eV/atom below zero"),
        (["Fe", "Xx2"], [0.0, 0.0], "'Xx2'"),
    ],
)
def test_a_broken_snapshot_is_named(formulas, energies, message):
    with pytest.raises(DataError, match=message):
        build_space(formulas, np.array(energies))


def test_rows_join_the_largest_system_that_holds_them(small):
    table = CompositionTable.from_strings(["Nd2Fe14B", "Fe2B", "Co", "Fe", "NdFe5", "CoB", "FeB"])
    systems = gather(table, small)
    assert systems.members.tolist() == [[True, True, True]]
    assert systems.order.tolist() == [0, 1, 3, 4, 6]
    assert systems.bounds.tolist() == [0, 5]


def test_systems_apart(small):
    table = CompositionTable.from_strings(["NdFe5", "Fe2B", "Nd2Fe17", "FeB"])
    systems = gather(table, small)
    assert sorted(map(tuple, systems.members.tolist())) == [
        (False, True, True),
        (True, True, False),
    ]
    for s, members in enumerate(systems.members):
        rows = systems.order[systems.bounds[s] : systems.bounds[s + 1]]
        assert rows.tolist() == ([0, 2] if members[2] else [1, 3])
    system, first, last = systems.runs(np.array([True, False]))
    assert (system.tolist(), first.tolist(), last.tolist()) == ([0], [0], [2])


def test_more_elements_than_a_word_holds():
    symbols = [s for s in INDEX if INDEX[s] < 70]
    space = build_space([*symbols, "HYb"], np.zeros(71))
    table = CompositionTable.from_strings(["HYb", "H", "LiYb"])
    systems = gather(table, space)
    assert sorted(systems.members.sum(axis=1).tolist()) == [2, 2]
    assert len(systems.order) == 3


def test_keys():
    table = CompositionTable.from_strings(["Fe2B", "Fe4B2", "FeB"])
    first, same, other = composition_keys(table)
    assert first == same != other
