"""A simulated mill."""

import numpy as np
import pytest

from magnetkit.evaluation.magnetism.mills import simulated


@pytest.fixture(scope="module")
def found():
    return simulated().set_index("magnets")


def test_a_few_magnets_bring_what_the_split_allows(found):
    assert list(found.index) == [1, 3, 10]
    assert (found["width"] <= 1.1 * found["allowed"]).all()
    assert (np.diff(found["width"]) < 0).all()
    assert found.loc[1, "width"] < 0.75


def test_the_intervals_hold_nine_in_ten(found):
    # Four standard errors of 500 mills.
    assert found["coverage"].between(0.9 - 0.054, 0.9 + 0.054).all()
