"""Pricing by facets against the obvious maximum."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from magnetkit.phases import _hull_kernels as _hull
from magnetkit.phases._hull_kernels import Found
from tests.phases import naive_hull
from tests.phases.dense import kernel_rows


@pytest.mark.parametrize("m", [1, 6, 7, 8])
@pytest.mark.parametrize("n", [0, 31, 32, 100])
def test_highest(m, n):
    rng = np.random.default_rng(m)
    price = rng.normal(size=(17, m))
    x = rng.dirichlet(np.ones(m), n)
    rows = np.arange(n)[::-1].copy()
    hull = np.full(n, np.nan)
    facet = np.full(n, -1, np.int32)
    place = np.arange(118)
    _hull.highest(kernel_rows(x), place, rows, price, hull, facet, 0, n)
    if n:
        expected, at = naive_hull.highest(price, x)
        assert_allclose(hull, expected, atol=1e-13)
        assert_array_equal(facet, at)


def make_planes(matrix, price, corners, energy):
    factors = matrix.copy()
    order = np.empty(corners.shape, np.int64)
    for factor, rows in zip(factors, order, strict=True):
        _hull.factor(factor, len(rows), rows)
    return _hull.Planes(
        price, corners.astype(np.int32), factors, order, matrix, energy
    )


def test_split_finds_the_facet_that_holds_the_composition():
    # A square of four phases in one plane, cut along a diagonal: both halves price alike.
    corners = np.array([[0, 1, 2], [1, 2, 3]])
    phase = np.array(
        [[0.6, 0.2, 0.2], [0.2, 0.6, 0.2], [0.4, 0.1, 0.5], [0.1, 0.4, 0.5]]
    )
    plane = np.array([-1.0, -2.0, -3.0])
    price = np.tile(plane, (2, 1))
    first = phase[[0, 1, 2]].mean(axis=0)
    second = phase[[1, 2, 3]].mean(axis=0)
    x = np.array([first, second, [0.9, 0.05, 0.05]])
    hull = x @ plane
    facet = np.zeros(3, np.int32)
    products = np.zeros((3, 4), np.int32)
    fractions = np.zeros((3, 4))
    done = np.ones(3, bool)
    matrix = np.ascontiguousarray(phase[corners].transpose(0, 2, 1))
    planes = make_planes(matrix, price, corners, (phase @ plane)[corners])
    solution = Found(hull, products, fractions)
    place = np.arange(118)
    rows = np.arange(3)
    _hull.split(
        kernel_rows(x), place, rows, planes, facet, solution, done, 0, 3
    )
    assert done.tolist() == [True, True, False]
    assert products.tolist() == [
        [0, 1, 2, -1],
        [1, 2, 3, -1],
        [-1, -1, -1, -1],
    ]
    assert_allclose(fractions[:2, :3], 1 / 3)
    assert_allclose(
        hull[:2], (phase @ plane)[corners].mean(axis=1), rtol=1e-14
    )


def test_rounding_noise_is_no_negative_amount():
    # An element at 1 eV/atom; at zero a mixture, of which twice the second share is made.
    matrix = np.array([[[1.0, 0.5], [0.0, 0.5]]])
    price = np.array([[1.0, -1.0]])
    planes = make_planes(
        matrix, price, np.array([[0, 1]]), np.array([[1.0, 0.0]])
    )
    for amount, is_inside in (
        (0.0, True),
        (-9e-10, True),
        (-2e-9, False),
        (-0.1, False),
    ):
        x = np.array([[0.5 * (1.0 + amount), 0.5 * (1.0 - amount)]])
        solution = Found(
            x @ price[0], np.zeros((1, 2), np.int32), np.zeros((1, 2))
        )
        done = np.ones(1, bool)
        facet = np.zeros(1, np.int32)
        _hull.split(
            kernel_rows(x),
            np.arange(118),
            facet.astype(np.int64),
            planes,
            facet,
            solution,
            done,
            0,
            1,
        )
        assert done.tolist() == [is_inside]
        assert not is_inside or solution.products.tolist() == [[1, -1]]
