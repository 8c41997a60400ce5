"""Distances of compositions, beside whole arrays of fractions."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from magnetkit.alloy import CompositionTable
from magnetkit.alloy._row_kernels import distances, nearest_points


def dense(one, other):
    """Return what `distances` does of arrays with a column an element."""
    return np.abs(one[:, None, :] - other[None, :, :]).sum(axis=2)


def test_distances_are_sums_over_elements():
    one = CompositionTable.from_strings(["Fe", "FeCo"])
    other = CompositionTable.from_strings(["Fe9Co"])
    assert distances(one.rows, other.to_array()).ravel() == pytest.approx(
        [0.2, 0.8]
    )


def test_distances_equal_those_of_dense_arrays():
    rng = np.random.default_rng(5)
    many = np.where(rng.random((60, 118)) < 0.05, rng.random((60, 118)), 0.0)
    many[0] = 0.0
    one = many[:40]
    other = many[40:]
    rows = CompositionTable.from_array(one).rows
    result = distances(rows, other)
    assert_allclose(result, dense(one, other), rtol=1e-13)


def test_empty_tables_have_no_distances():
    table = CompositionTable.from_strings(["SmCo5"])
    assert distances(table.rows, np.zeros((0, 118))).shape == (1, 0)
    assert distances(table[:0].rows, np.zeros((2, 118))).shape == (0, 2)


def test_names_the_nearest_point_and_its_main_axis():
    rng = np.random.default_rng(6)
    places = rng.normal(size=(50, 7))
    points = rng.normal(size=(12, 7))
    # Of equals it is the first.
    points[9] = points[4]
    places[7] = points[4]
    places[8] = points[4] + 1e-3
    apart, which, axis = nearest_points(places, points)
    squares = (places[:, None] - points[None]) ** 2
    expected = squares.sum(axis=2).argmin(axis=1)
    assert which.tolist() == expected.tolist()
    assert which[7] == which[8] == 4
    host_squares = squares[np.arange(50), expected]
    assert_allclose(apart, np.sqrt(host_squares.sum(axis=1)), rtol=1e-13)
    assert axis.tolist() == host_squares.argmax(axis=1).tolist()
