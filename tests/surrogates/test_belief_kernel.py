import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from magnetkit._core._arrays import Rows
from magnetkit._core._threads import limited_threads
from magnetkit.features._descriptor_kernels import Layout, Sums, design
from magnetkit.surrogates._gaussian_process_kernels import (
    Block,
    Known,
    familiarity,
    posterior,
    posterior_of_rows,
)

EDGE = 0.5


def _layout():
    """Two ratios over three elements; one host, and no physics."""
    sums = Sums(
        np.array([[1.0, 0.0], [0.0, 1.0], [2.0, 0.0]]),
        np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 1.0]]),
        np.array([0, 1]),
    )
    return Layout(sums, 1, 140.0, 60.0)


def _rows(n, seed=0):
    fractions = np.random.default_rng(seed).dirichlet(np.ones(3), n)
    fractions[::5] = [0.25, 0.75, 0.0]
    at = fractions > 0.0
    indptr = np.concatenate([[0], np.cumsum(at.sum(axis=1))])
    return Rows(indptr, np.nonzero(at)[1].astype(np.int32), fractions[at])


def _make_model(wide, m=19):
    rng = np.random.default_rng(1)
    empty = np.empty(0)
    none = Block(
        np.empty(0, int), empty, empty, np.empty((0, m), np.float32), empty
    )
    smooth = Block(
        np.array([4, 5, 6, 7]),
        np.full(4, 0.1),
        np.full(4, 2.0),
        rng.normal(size=(3, m)).astype(np.float32),
        np.array([0.3]),
    )
    return Known(
        smooth,
        none,
        np.float32(0.8),
        np.float32(0.0),
        0.7,
        rng.normal(size=wide),
        rng.normal(size=m),
        rng.random(m).astype(np.float32),
    )


def test_one_pass_equals_columns_and_posterior():
    rows = _rows(1100)
    layout = _layout()
    rng = np.random.default_rng(2)
    kind = rng.integers(0, 2, 1100)
    at = rng.normal(size=1100)
    x = design(rows, layout, kind, at)
    model = _make_model(x.shape[1])
    order = rng.permutation(1100)[:1070]
    whole = posterior(x, model)[:, order]
    assert_array_equal(
        posterior_of_rows(rows, order, layout, kind, at, model), whole
    )
    with limited_threads(1):
        assert_array_equal(
            posterior_of_rows(rows, order, layout, kind, at, model), whole
        )
    assert posterior_of_rows(
        rows, order[:0], layout, kind, at, model
    ).shape == (3, 0)


def test_a_composition_is_known_by_its_rounded_fractions():
    rows = Rows(
        np.array([0, 2, 4, 6, 8], np.int64),
        np.array([0, 2, 0, 2, 0, 2, 0, 1], np.int32),
        np.array([0.25, 0.75, 0.2504, 0.7496, 0.251, 0.749, np.nan, np.nan]),
    )
    weights = np.array([3, 5, 2**40 + 1])
    foreign = np.zeros(3, bool)
    first = 250 * 3 + (1000 - 250) * (2**40 + 1)
    other = 251 * 3 + (1000 - 251) * (2**40 + 1)
    for hashes, same in (
        (first, [1, 1, 0, 0]),
        (other, [0, 0, 1, 0]),
        (0, [0, 0, 0, 1]),
    ):
        assert (
            familiarity(rows, weights, EDGE, np.array([hashes]), foreign)[
                1
            ].tolist()
            == same
        )


def test_matches_known_compositions_and_foreign_elements():
    rows = _rows(40)
    weights = np.array([3, 5, 2**40 + 1])
    parts = (
        np.floor(1000.0 * rows.values + EDGE).astype(np.int64)
        * weights[rows.indices]
    )
    hashes = np.add.reduceat(parts, rows.indptr[:-1])
    members = np.unique(hashes[[0, 7, 33]])
    other, same = familiarity(
        rows, weights, EDGE, members, np.array([False, True, False])
    )
    assert_array_equal(same, np.isin(hashes, members))
    assert same.sum() == 8 + 2
    assert_allclose(other[::5], 0.75)
    nothing = familiarity(rows, weights, EDGE, members[:0], np.zeros(3, bool))
    assert not nothing[0].any()
    assert not nothing[1].any()
