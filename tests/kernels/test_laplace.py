import numpy as np

from magnetkit.kernels import laplace
from tests.kernels import naive_laplace


def test_equals_its_twin_compiled_and_plain():
    rng = np.random.default_rng(0)
    x = rng.random((9, 4)).astype(np.float32)
    points = rng.random((4, 6)).astype(np.float32)
    weights = rng.normal(size=6).astype(np.float32)
    expected = naive_laplace.laplace(x, points, weights)
    kernel = laplace.laplace
    for function in (kernel, getattr(kernel, "py_func", kernel)):
        value, nearest = np.empty(9, np.float32), np.empty(9, np.float32)
        function(x, points, weights, value, nearest, 0, 9)
        np.testing.assert_allclose(value, expected[0], atol=1e-5)
        np.testing.assert_allclose(nearest, expected[1], atol=1e-6)


def test_nan_and_nothing():
    x = np.array([[np.nan], [0.0]], np.float32)
    value, nearest = np.empty(2, np.float32), np.empty(2, np.float32)
    point, weight = np.zeros((1, 1), np.float32), np.ones(1, np.float32)
    laplace.laplace(x, point, weight, value, nearest, 0, 2)
    assert np.isnan(value[0])
    assert value[1] == nearest[1] == 1.0
    none = np.zeros((1, 0), np.float32)
    laplace.laplace(x, none, np.zeros(0, np.float32), value, nearest, 0, 2)
    assert value.tolist() == [0.0, 0.0]
