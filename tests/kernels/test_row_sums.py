"""Sums over elements, beside whole arrays of fractions."""

import numpy as np

from magnetkit.composition import CompositionTable
from magnetkit.kernels.row_sums import sums


def test_they_are_products_with_whole_arrays():
    rng = np.random.default_rng(3)
    whole = np.where(rng.random((50, 118)) < 0.1, rng.random((50, 118)), 0.0)
    whole[7] = 0.0
    rows = CompositionTable.from_array(whole).rows
    weights = rng.random((3, 118))
    np.testing.assert_allclose(sums(rows, weights[0]), whole @ weights[0], rtol=1e-13)
    assert sums(rows, weights[0])[7] == 0.0
    kind = rng.integers(-1, 3, 50).astype(np.int8)
    expected = (whole * weights[kind]).sum(axis=1)
    np.testing.assert_allclose(sums(rows, weights, kind), expected, rtol=1e-13)
    flags = weights > 0.5
    np.testing.assert_allclose(sums(rows, flags[1]), whole @ flags[1], rtol=1e-13)


def test_of_no_rows_there_are_none():
    assert sums(CompositionTable.from_strings([]).rows, np.ones(118)).shape == (0,)
