"""Figures of magnets with ranges, whatever is known of their hard phases."""

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from magnetkit.alloy import CompositionTable
from magnetkit.magnetism._figures import FIGURES, magnet_figures
from magnetkit.magnetism._magnets import alloys

TABLE = CompositionTable.from_strings(["Nd2Fe14B", "SmCo5", "Er2Fe14B"])
BETWEEN = 293.15, 423.15


def figures_in_two_steps(kelvins, count):
    magnet_alloys = alloys(TABLE, ranges=True)
    bulk = magnet_alloys.hard_phases(np.array(kelvins[:count]))
    return magnet_figures(
        magnet_alloys, bulk, np.array(kelvins), BETWEEN, 1.0, 1.645
    )


def test_central_values_need_no_hot_hard_phase():
    kelvins = [423.15, 350.0, 293.15]
    values, status = figures_in_two_steps(kelvins, 3)
    fewer, same = figures_in_two_steps(kelvins, 1)
    assert status.tolist() == same.tolist()
    assert_array_equal(fewer[:, 0], values[:, 0])
    assert_array_equal(fewer[:, :, 0], values[:, :, 0])


def test_hot_coercivity_alone_is_that_beside_room_temperature():
    recipes = ["Nd30Fe69B1", "Nd30Dy1Co1Cu0.1B1Fe66.9", "Sm35Co65"]
    table = CompositionTable.from_strings(recipes, basis="weight")
    magnet_alloys = alloys(table)
    kelvins = np.array([293.15, 423.15])
    both = magnet_alloys.at(kelvins).intrinsic_coercivity
    assert (both > 0.0).all()
    hot = magnet_alloys.at(kelvins[1:], hard=np.array([True]))
    assert_array_equal(hot.intrinsic_coercivity[:, 0], both[:, 1])
    hot = magnet_alloys.at(kelvins, hard=np.array([False, True]))
    assert np.isnan(hot.intrinsic_coercivity[:, 0]).all()
    assert_array_equal(hot.intrinsic_coercivity[:, 1], both[:, 1])


def test_ends_enclose_the_centre():
    values, status = figures_in_two_steps([423.15, 293.15], 2)
    assert (status[:, :2] == 0).all()
    assert (status[:, 2] != 0).all()
    assert np.isnan(values[..., 2]).all()
    centre, low, high = np.moveaxis(values[..., :2], 1, 0)
    assert (low <= centre).all()
    assert (centre <= high).all()


def test_chords_are_those_between_the_two_temperatures():
    values, _ = figures_in_two_steps([293.15, 423.15], 2)
    b_r = values[FIGURES.index(FIGURES[0]), 0]
    alpha = values[FIGURES.index("remanence_coefficient_pct_K"), 0]
    expected = 100.0 * (b_r[1] / b_r[0] - 1.0) / (BETWEEN[1] - BETWEEN[0])
    assert_allclose(alpha[0, :2], expected[:2], rtol=1e-9)
