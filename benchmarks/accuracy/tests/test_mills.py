"""A simulated mill."""

import numpy as np
import pytest

from benchmarks.accuracy.magnetism.mills import simulate_mills


@pytest.fixture(scope="module")
def simulation():
    return simulate_mills().set_index("magnets")


def test_a_few_magnets_bring_what_the_split_allows(simulation):
    assert list(simulation.index) == [1, 3, 10]
    assert (simulation["plain"] <= 1.1 * simulation["allowed"]).all()
    # What scatter costs where it is larger than the split's by chance alone.
    assert (simulation["width"] <= 1.15 * simulation["plain"]).all()
    assert (np.diff(simulation["plain"]) < 0).all()
    assert simulation.loc[1, "width"] < 0.75


def test_the_intervals_hold_nine_in_ten(simulation):
    # Four standard errors of 500 mills.
    assert simulation["coverage"].between(0.9 - 0.054, 0.9 + 0.054).all()


def test_scatter_over_the_split_improves_the_mill():
    table = simulate_mills(wider=2.0).set_index("magnets")
    # One magnet says nothing of scatter; of ten it is known.
    assert table.loc[1, "coverage"] == table.loc[1, "unmoved"]
    assert table.loc[10, "unmoved"] < 0.7
    assert table.loc[10, "coverage"] > 0.8
    assert table.loc[3, "coverage"] > table.loc[3, "unmoved"] + 0.1
