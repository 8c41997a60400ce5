"""An objective and what is lost in it."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from magnetkit.choose._profile_parts import Objective


def test_loss_falls_with_a_maximized_column():
    values = np.array([1.0, 1.2])
    maximum = Objective.parse("remanence_T:max")
    minimum = Objective.parse("remanence_T:min")
    assert_allclose(maximum.loss(values, 0.1), [-10.0, -12.0])
    assert_allclose(minimum.loss(values, 0.1), [10.0, 12.0])


def test_cost_counts_by_ratio_and_margin_saturates():
    cost = Objective.parse("cost:min=2").loss(
        np.array([100.0, 125.0, 80.0]), 0.25
    )
    # A quarter dearer is one unit of regret, at the weight given.
    assert np.diff(cost) == pytest.approx([2.0, -4.0])
    margin = Objective.parse("margin:max").loss(
        np.array([-0.2, 0.0, 0.05, 0.1, 0.9]), 0.1
    )
    assert_allclose(margin, [0.0, 0.0, -0.5, -1.0, -1.0], atol=1e-12)
