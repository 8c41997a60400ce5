import numpy as np
import pytest

from magnetkit.composition import CompositionTable
from magnetkit.kernels import gp
from tests.kernels import naive_gp


def _case(n, m=7, smooth=False, d=8, seed=0):
    rng = np.random.default_rng(seed)
    texts = ["SmCo5", "Nd2Fe14B", "Sm2Co17", "Fe", "CeFe11Ti", "Pr0.3Nd1.7Fe13CoB"]
    table = CompositionTable.from_strings([texts[i % 6] for i in range(n)], basis="atomic")
    other = CompositionTable.from_strings([texts[(i * 2) % 6] for i in range(m)], basis="atomic")
    arrays = {
        "descriptors": 0.3 * rng.normal(size=(n, d)),
        "points": 0.3 * rng.normal(size=(d, m)),
        "smooth": np.array(float(smooth)),
        "fractions": (other.to_array() * 2.5).T,
        "rate": np.array(2.5),
        "variances": np.array([0.6, 0.3]),
        "weights": rng.normal(size=m),
        "residuals": rng.random(m),
    }
    return table, {k: np.ascontiguousarray(v, np.float32) for k, v in arrays.items()}


def _run(function, table, a):
    n = len(table)
    out = np.empty((3, n), np.float32)
    known = {k: v[0] if v.shape == (1,) else v for k, v in a.items()}
    known["smooth"] = bool(known["smooth"])
    function(table.indptr, table.indices, table.values, *known.values(), *out, 0, n)
    return out


def _twin(table, a):
    return naive_gp.process(table.to_array(), *(v.astype(float) for v in a.values()))


# More points than one tile of the kernel, which must join.
@pytest.mark.parametrize("smooth", [False, True])
@pytest.mark.parametrize(("plain", "points"), [(False, 7), (False, 600), (True, 7)])
def test_process_equals_its_twin(plain, points, smooth):
    table, a = _case(5 if plain else 40, points, smooth)
    function = getattr(gp.process, "py_func", gp.process) if plain else gp.process
    np.testing.assert_allclose(_run(function, table, a), _twin(table, a), atol=1e-4)


def test_process_gives_nan_for_nan_and_empty_rows():
    table, a = _case(4)
    a["descriptors"][1, 2] = np.nan
    empty = CompositionTable(
        np.array([0, *table.indptr[1:]]), table.indices, table.values, table.row_index
    )
    empty.indptr[1] = 0
    empty.indptr[2] = table.indptr[2]
    out = _run(gp.process, empty, a)
    assert np.isnan(out).tolist() == [[True, True, False, False]] * 3
    none = _run(gp.process, table[:0], {**a, "descriptors": a["descriptors"][:0]})
    assert none.shape == (3, 0)


def test_process_far_from_all_points_knows_nothing():
    table, a = _case(3)
    a["descriptors"][:] = 1e4
    a["variances"][1] = 0.0
    mean, novelty, _ = _run(gp.process, table, a)
    np.testing.assert_allclose(mean, 0.0, atol=1e-6)
    np.testing.assert_allclose(novelty, 1.0, atol=1e-6)


@pytest.mark.parametrize("smooth", [False, True])
def test_distances_and_slopes_equal_their_twins(smooth):
    rng = np.random.default_rng(2)
    x, points = rng.random((5, 16)).astype(np.float32), rng.random((16, 9)).astype(np.float32)
    result = np.empty((5, 9), np.float32)
    gp.distances(x, points, smooth, result, 0, 5)
    np.testing.assert_allclose(result, naive_gp.distances(x, points, smooth), rtol=1e-5)
    weight = rng.normal(size=(9, 9)).astype(np.float32)
    weight += weight.T
    slope = np.empty(16)
    gp.slopes(points, weight, smooth, slope, 0, 16)
    np.testing.assert_allclose(slope, naive_gp.slopes(points, weight, smooth), atol=1e-4)


def test_descriptors_equal_their_twin():
    table, _ = _case(12)
    rng = np.random.default_rng(1)
    top = rng.normal(size=(118, 5))
    bottom = np.ones((118, 2))
    bottom[61, 1] = 0.0
    which = np.array([0, 1, 0, 1, 1])
    args = (top, bottom, which, rng.normal(size=(118, 3)), np.array([2, 3, 10]))
    out = np.empty((12, 11), np.float32)
    gp.descriptors(table.indptr, table.indices, table.values, *args, out, 0, 12)
    expected = naive_gp.descriptors(table.to_array(), *args)
    np.testing.assert_allclose(out, expected, rtol=1e-5, atol=1e-6)


def test_ratio_over_nothing_is_zero():
    table, _ = _case(1)
    out = np.empty((1, 1), np.float32)
    zero = np.zeros((118, 1))
    none = (np.zeros((118, 0)), np.zeros(0, np.int64))
    args = (np.ones((118, 1)), zero, np.zeros(1, np.int64), *none, out, 0, 1)
    gp.descriptors(table.indptr, table.indices, table.values, *args)
    assert out[0, 0] == 0.0
