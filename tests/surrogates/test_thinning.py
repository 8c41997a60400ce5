import numpy as np
import pytest

from magnetkit.surrogates._process import kept_points


def _kernel(x):
    return np.exp(-((x[:, None] - x[None, :]) ** 2))


def test_thinning_takes_the_worst_points():
    # A bump at 1.5 that the points named, at 0 to 1, do not show; 9 is unlike all of them.
    x = np.array([0.0, 0.5, 1.0, 1.5, 9.0])
    mean = np.array([0.0, 0.0, 0.0, 1.0, 5.0])
    close = np.array([True, True, True, False, False])
    assert kept_points(_kernel(x), mean, close, 0).tolist() == [0, 1, 2]
    assert kept_points(_kernel(x), mean, close, 1).tolist() == [0, 1, 2, 3]
    assert kept_points(_kernel(x), mean, close, 7).tolist() == [0, 1, 2, 3, 4]


def test_each_new_point_is_the_worst_of_its_interpolant():
    rng = np.random.default_rng(0)
    x = rng.uniform(0.0, 4.0, 40)
    covariance = _kernel(x)
    mean = np.sin(3.0 * x)
    close = x < 1.0
    at = kept_points(covariance, mean, close, 6)
    alike = covariance[:, close].max(axis=1)
    for k in range(close.sum(), len(at)):
        some = at[:k]
        inner = covariance[np.ix_(some, some)] + 1e-6 * np.eye(k)
        interpolant = covariance[:, some] @ np.linalg.solve(inner, mean[some])
        score = np.abs(mean - interpolant) * alike
        score[some] = 0.0
        assert score[at[k]] == pytest.approx(score.max(), rel=0.05)
