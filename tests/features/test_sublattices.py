"""The sublattice kernel against its slow twin."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from magnetkit._core._arrays import Rows
from magnetkit.features._descriptor_kernels import describe_sublattices
from tests.features import naive_sublattices
from tests.features.compositions import random_rows

RATIOS = 7


def made_up_weights(rng):
    weights = (rng.random((118, 4 + 2 * RATIOS)) < 0.4).astype(float)
    # R and M, the first two, do not overlap.
    weights[:, 1] *= 1 - weights[:, 0]
    # Numerators of any sign; rows of few elements have denominators of zero.
    weights[:, 4 : 4 + RATIOS] = rng.normal(size=(118, RATIOS))
    ions = rng.normal(size=(118, 5)) * weights[:, [0]]
    return weights, ions


@pytest.mark.parametrize("n", [0, 1, 80])
def test_agrees_with_the_slow_twin(n):
    rng = np.random.default_rng(n)
    rows = random_rows(rng, n)
    weights, ions = made_up_weights(rng)
    targets = rng.dirichlet(np.ones(3), 2)
    carbon = np.array([1.0, 0.0])
    out = np.full((n, RATIOS + 2 + 10), -1.0)
    describe_sublattices(
        Rows(*rows), weights, ions, targets, carbon, out, 0, n
    )
    expected = naive_sublattices.describe_sublattices(
        *rows, weights, ions, targets, carbon
    )
    assert_allclose(out, expected.reshape(out.shape), rtol=1e-10, atol=1e-10)


def test_empty_row_is_zero_except_distances():
    rng = np.random.default_rng(2)
    weights, ions = made_up_weights(rng)
    out = np.full((1, RATIOS + 1 + 10), -1.0)
    target = np.array([[0.2, 0.8, 0.0]])
    carbon = np.zeros(1)
    describe_sublattices(
        Rows(np.array([0, 0]), np.zeros(0, np.int32), np.zeros(0)),
        weights,
        ions,
        target,
        carbon,
        out,
        0,
        1,
    )
    assert out[0, RATIOS] == 0.5
    assert not np.delete(out[0], RATIOS).any()


def test_writes_only_its_rows():
    rng = np.random.default_rng(4)
    rows = random_rows(rng, 6)
    weights, ions = made_up_weights(rng)
    out = np.full((6, RATIOS + 1 + 10), -1.0)
    target = np.array([[0.2, 0.8, 0.0]])
    carbon = np.zeros(1)
    describe_sublattices(Rows(*rows), weights, ions, target, carbon, out, 2, 4)
    assert (out[[0, 1, 4, 5]] == -1).all()
    assert (out[2:4] != -1).all()
