import numpy as np
import pytest
from numpy.testing import assert_allclose

from magnetkit.surrogates._process import loss, squares


@pytest.mark.parametrize("linear", [False, True])
def test_gradient_equals_differences(linear):
    # The gradient by differences: two trends, three smooth and two local columns.
    rng = np.random.default_rng(11)
    x = rng.uniform(-1.0, 1.0, (25, 7))
    y = rng.normal(size=25)
    local = x[:, 5:]
    apart = np.sqrt(((local[:, None] - local[None, :]) ** 2).sum(axis=2))
    apart = local @ local.T if linear else apart
    sides = x[:, :2] @ x[:, :2].T, x[:, 2:5], apart
    theta = np.log([0.8, 0.5, 0.7, 1.1, 1.6, 2.0, 0.3])
    noise = rng.uniform(0.5, 2.0, 25)
    prior = theta + 0.1

    def value_and_slope(point):
        return loss(point, sides, linear, y, noise, prior, np.full(7, 0.6))

    value, slope = value_and_slope(theta)
    assert np.isfinite(value)
    for k in range(7):
        step = np.zeros(7)
        step[k] = 1e-5
        change = (
            value_and_slope(theta + step)[0] - value_and_slope(theta - step)[0]
        ) / 2e-5
        assert slope[k] == pytest.approx(change, rel=1e-4, abs=1e-5), k


def test_loss_is_the_normal_distribution():
    # One row: no smooth distance, so that the variance is the sum of trend, both parts and noise.
    theta = np.log([0.8, 0.5, 1.0, 2.0, 0.3])
    sides = np.array([[0.2]]), np.zeros((1, 1)), np.zeros((1, 1))
    value, _ = loss(
        theta,
        sides,
        False,
        np.array([0.7]),
        np.array([2.0]),
        theta,
        np.ones(5),
    )
    variance = 0.2 + 0.8**2 + 0.5**2 + 0.3**2 * 2.0
    assert value == pytest.approx(
        0.5 * 0.7**2 / variance + 0.5 * np.log(variance), rel=1e-4
    )


def test_squares_are_sums_and_never_negative():
    rng = np.random.default_rng(2)
    a = rng.normal(size=(5, 3))
    b = rng.normal(size=(4, 3))
    assert_allclose(
        squares(a, b), ((a[:, None] - b[None, :]) ** 2).sum(axis=2)
    )
    assert squares(1e8 + a, 1e8 + a).min() == 0.0
