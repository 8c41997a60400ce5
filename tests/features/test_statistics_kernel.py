"""The statistics kernel against its slow twin."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from magnetkit.features._descriptor_kernels import composition_statistics
from tests.features import naive_statistics
from tests.features.compositions import random_rows


def run(indptr, indices, values, table, dtype=np.float64):
    n = len(indptr) - 1
    p = table.shape[1]
    out = np.full((n, 6 * p), -1.0, dtype)
    aligned_table = np.zeros((118, -(-p // 8) * 8))
    aligned_table[:, :p] = table
    composition_statistics(
        indptr, indices, values, aligned_table, p, out, 0, n
    )
    return out


@pytest.mark.parametrize("properties", [1, 7, 8, 22])
def test_agrees_with_the_slow_twin_on_random_rows(properties):
    rng = np.random.default_rng(properties)
    table = rng.normal(size=(118, properties)) * 1000
    table[rng.random(table.shape) < 0.1] = np.nan
    rows = random_rows(rng, 60)
    expected = naive_statistics.composition_statistics(*rows, table)
    assert_allclose(run(*rows, table), expected, rtol=1e-12, atol=1e-9)


def test_ties_follow_isclose():
    table = np.arange(118.0)[:, None]
    indptr = np.array([0, 2, 4, 6])
    indices = np.array([3, 9] * 3, np.int32)
    values = np.array([0.5, 0.5, 0.4999985, 0.5000015, 0.49999, 0.50001])
    assert run(indptr, indices, values, table)[:, 5].tolist() == [
        3.0,
        3.0,
        9.0,
    ]


def test_no_rows_and_rows_without_elements():
    table = np.ones((118, 3))
    none = np.zeros(0)
    assert run(np.array([0]), none.astype(np.int32), none, table).shape == (
        0,
        18,
    )
    assert np.isnan(
        run(np.array([0, 0, 0]), none.astype(np.int32), none, table)
    ).all()


def test_writes_only_its_rows_in_float32():
    rng = np.random.default_rng(3)
    rows = random_rows(rng, 10, empty=0.0)
    table = rng.random((118, 8))
    out = np.full((10, 48), -1.0, np.float32)
    composition_statistics(*rows, table, 8, out, 4, 7)
    assert (out[:4] == -1).all()
    assert (out[7:] == -1).all()
    assert_array_equal(out[4:7], run(*rows, table).astype(np.float32)[4:7])
