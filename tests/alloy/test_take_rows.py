"""Some rows of a table, beside whole arrays."""

import numpy as np
from numpy.testing import assert_array_equal

from magnetkit.alloy import CompositionTable
from magnetkit.alloy._row_kernels import take_rows


def test_rows_equal_those_of_the_dense_array():
    rng = np.random.default_rng(4)
    whole = np.where(rng.random((30, 118)) < 0.06, rng.random((30, 118)), 0.0)
    whole[3] = 0.0
    table = CompositionTable.from_array(whole)
    indices = rng.integers(0, 30, 50)
    selection = CompositionTable(*take_rows(table.rows, indices), indices)
    assert 3 in indices
    assert_array_equal(selection.to_array(), whole[indices])


def test_takes_no_rows():
    table = CompositionTable.from_strings(["SmCo5"])
    indptr, indices, values = take_rows(table.rows, np.zeros(0, np.int64))
    assert indptr.tolist() == [0]
    assert indices.size == values.size == 0
