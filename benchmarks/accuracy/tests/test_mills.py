"""A simulated mill."""

import numpy as np
import pytest

from benchmarks.accuracy.magnetism.mills import simulated


@pytest.fixture(scope="module")
def found():
    return simulated().set_index("magnets")


def test_a_few_magnets_bring_what_the_split_allows(found):
    assert list(found.index) == [1, 3, 10]
    assert (found["plain"] <= 1.1 * found["allowed"]).all()
    # What scatter costs where it is larger than the split's by chance alone.
    assert (found["width"] <= 1.15 * found["plain"]).all()
    assert (np.diff(found["plain"]) < 0).all()
    assert found.loc[1, "width"] < 0.75


def test_the_intervals_hold_nine_in_ten(found):
    # Four standard errors of 500 mills.
    assert found["coverage"].between(0.9 - 0.054, 0.9 + 0.054).all()


def test_mills_that_scatter_beyond_the_split_are_held_better_than_without():
    found = simulated(wider=2.0).set_index("magnets")
    # One magnet says nothing of scatter; of ten it is known.
    assert found.loc[1, "coverage"] == found.loc[1, "unmoved"]
    assert found.loc[10, "unmoved"] < 0.7
    assert found.loc[10, "coverage"] > 0.8
    assert found.loc[3, "coverage"] > found.loc[3, "unmoved"] + 0.1
