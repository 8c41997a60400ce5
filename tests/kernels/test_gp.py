import numpy as np
import pytest

from magnetkit.composition import CompositionTable
from magnetkit.kernels import gp
from tests.kernels import naive_gp


def _case(n, m=7, d=4, p=3, seed=0):
    rng = np.random.default_rng(seed)
    texts = ["SmCo5", "Nd2Fe14B", "Sm2Co17", "Fe", "CeFe11Ti", "Pr0.3Nd1.7Fe13CoB"]
    table = CompositionTable.from_strings([texts[i % 6] for i in range(n)], basis="atomic")
    other = CompositionTable.from_strings([texts[(i * 2) % 6] for i in range(m)], basis="atomic")
    shrink = 2.5
    fractions = (other.to_array() * shrink).T
    arrays = {
        "descriptors": rng.normal(size=(n, d)),
        "points": rng.normal(size=(d, m)),
        "fractions": fractions,
        "variances": np.array([0.6, 0.3]),
        "weights": rng.normal(size=m),
        "factor": 0.2 * rng.normal(size=(p, m)),
    }
    return table, shrink, {k: np.ascontiguousarray(v, np.float32) for k, v in arrays.items()}


def _run(function, table, shrink, a):
    n = len(table)
    mean, spread = np.empty(n, np.float32), np.empty(n, np.float32)
    norms = (a["fractions"] ** 2).sum(axis=0)
    function(
        table.indptr,
        table.indices,
        table.values,
        a["descriptors"],
        a["points"],
        a["fractions"],
        norms,
        np.float32(shrink),
        a["variances"],
        a["weights"],
        a["factor"],
        mean,
        spread,
        0,
        n,
    )
    return mean, spread


@pytest.mark.parametrize("plain", [False, True])
def test_process_equals_its_twin(plain):
    table, shrink, a = _case(5 if plain else 40)
    if plain and not hasattr(gp.process, "py_func"):
        pytest.skip("compilation is off")
    mean, spread = _run(gp.process.py_func if plain else gp.process, table, shrink, a)
    expected = naive_gp.process(
        table.to_array(),
        a["descriptors"].astype(float),
        a["points"].astype(float),
        a["fractions"].astype(float),
        shrink,
        a["variances"].astype(float),
        a["weights"].astype(float),
        a["factor"].astype(float),
    )
    np.testing.assert_allclose(mean, expected[0], atol=2e-5)
    np.testing.assert_allclose(spread, expected[1], atol=2e-5)


def test_process_gives_nan_for_nan_and_empty_rows():
    table, shrink, a = _case(4)
    a["descriptors"][1, 2] = np.nan
    empty = CompositionTable(
        np.array([0, *table.indptr[1:]]), table.indices, table.values, table.row_index
    )
    empty.indptr[1] = 0
    empty.indptr[2] = table.indptr[2]
    mean, spread = _run(gp.process, empty, shrink, a)
    assert np.isnan(mean).tolist() == [True, True, False, False]
    assert np.isnan(spread).tolist() == [True, True, False, False]
    none, _ = _run(gp.process, table[:0], shrink, {**a, "descriptors": a["descriptors"][:0]})
    assert none.shape == (0,)


def test_process_far_from_all_points_knows_nothing():
    table, shrink, a = _case(3)
    a["descriptors"][:] = 1e4
    a["variances"][1] = 0.0
    mean, spread = _run(gp.process, table, shrink, a)
    np.testing.assert_allclose(mean, 0.0, atol=1e-6)
    np.testing.assert_allclose(spread, 1.0, atol=1e-6)


def test_ratios_equal_their_twin():
    table, _, _ = _case(12)
    rng = np.random.default_rng(1)
    top = rng.normal(size=(118, 5))
    bottom = np.ones((118, 2))
    bottom[61, 1] = 0.0
    which = np.array([0, 1, 0, 1, 1])
    out = np.empty((12, 5), np.float32)
    gp.ratios(table.indptr, table.indices, table.values, top, bottom, which, out, 0, 12)
    expected = naive_gp.ratios(table.to_array(), top, bottom, which)
    np.testing.assert_allclose(out, expected, rtol=1e-5, atol=1e-6)


def test_ratio_over_nothing_is_zero():
    table, _, _ = _case(1)
    out = np.empty((1, 1), np.float32)
    zero = np.zeros((118, 1))
    args = (np.ones((118, 1)), zero, np.zeros(1, np.int64), out, 0, 1)
    gp.ratios(table.indptr, table.indices, table.values, *args)
    assert out[0, 0] == 0.0
