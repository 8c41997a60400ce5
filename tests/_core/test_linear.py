"""Products, inverses and factors against NumPy's, and to the last bit whatever stands beside."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from magnetkit._core._linear import factor, invert, multiply
from magnetkit._core._threads import limited_threads


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(3)


def covariance(rng: np.random.Generator, n: int) -> np.ndarray:
    root = rng.normal(size=(n, n))
    return root @ root.T + 0.1 * np.eye(n)


@pytest.mark.parametrize(
    "shape", [(1, 1, 1), (5, 0, 3), (0, 4, 2), (300, 37, 11)]
)
def test_a_product_is_that_of_numpy(rng, shape):
    n, k, m = shape
    a = rng.normal(size=(n, k))
    b = rng.normal(size=(k, m))
    assert_allclose(multiply(a, b), a @ b, atol=1e-13)
    if m == 1:
        assert_allclose(multiply(a, b[:, 0]), a @ b[:, 0], atol=1e-13)
    # Laid out otherwise in memory.
    assert_array_equal(multiply(a, b.T.copy().T), multiply(a, b))


def test_product_of_a_row_ignores_the_other_rows(rng):
    a = rng.normal(size=(300, 37))
    b = rng.normal(size=(37, 11))
    product = multiply(a, b)
    for some in (slice(0, 1), slice(7, 200), slice(299, 300)):
        assert_array_equal(multiply(a[some], b), product[some])
    assert_array_equal(multiply(a, b[:, 4:5]), product[:, 4:5])
    for threads in (1, 3):
        with limited_threads(threads):
            assert_array_equal(multiply(a, b), product)
    # Term after term, each step rounded.
    total = np.zeros(len(a))
    for k in range(37):
        total += a[:, k] * b[k, 2]
    assert_array_equal(product[:, 2], total)


def test_keeps_nan():
    assert np.isnan(multiply(np.array([[np.nan, 1.0]]), np.ones((2, 1)))).all()


@pytest.mark.parametrize("n", [1, 2, 60])
def test_inverse_and_factor_equal_numpy(rng, n):
    matrix = covariance(rng, n)
    original = matrix.copy()
    assert_allclose(
        invert(matrix), np.linalg.inv(matrix), rtol=1e-8, atol=1e-10
    )
    assert_allclose(factor(matrix), np.linalg.cholesky(matrix), atol=1e-11)
    assert_array_equal(matrix, original)


def test_factor_of_a_dependent_column_is_empty():
    root = np.array([[2.0, 0.0], [1.0, 3.0], [2.0, 0.0]])
    triangle = factor(root @ root.T)
    assert (triangle[:, 2] == 0.0).all()
    assert_allclose(triangle @ triangle.T, root @ root.T, atol=1e-14)


def test_factor_of_whole_numbers_is_not_rounded():
    # L L^T = C by hand: 2 and 1 below it, and the root of 3 - 1.
    assert_allclose(factor([[4, 2], [2, 3]]), [[2.0, 0.0], [1.0, 2.0**0.5]])
