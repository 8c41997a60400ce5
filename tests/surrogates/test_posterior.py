import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from magnetkit._core._threads import limited_threads
from magnetkit.surrogates._gaussian_process_kernels import (
    Block,
    Known,
    decay,
    posterior,
)


def _make_model(m=37, seed=0):
    """Known rows over five columns: a trend, two smooth (one of which stands still), two local."""
    rng = np.random.default_rng(seed)
    smooth = Block(
        np.array([1, 2]),
        np.array([0.5, 0.0]),
        np.array([2.0, 3.0]),
        rng.normal(size=(1, m)).astype(np.float32),
        np.array([0.3]),
    )
    local = Block(
        np.array([3, 4]),
        np.zeros(2),
        np.array([1.5, 1.5]),
        rng.normal(size=(2, m)).astype(np.float32),
        np.empty(0),
    )
    one = np.float32(0.8)
    two = np.float32(0.3)
    return Known(
        smooth,
        local,
        one,
        two,
        0.7,
        np.array([2.0, 0.0, 0.0, 0.0, 0.0]),
        rng.normal(size=m),
        rng.random(m).astype(np.float32),
    )


def _naive(X, model):
    result = []
    for x in X:
        total = model.level + x @ model.slopes
        best = 0.0
        mass = 0.0
        bad = 0.0
        for j in range(len(model.weights)):
            squares = []
            for block in (model.smooth, model.local):
                values = [*block.moving[:, j], *block.still]
                at = (x[block.column] - block.shift) * block.factor
                squares.append(np.sum((at - values) ** 2))
            t = np.sqrt(5.0 * squares[0])
            k = model.one * (1.0 + t + t * t / 3.0) * np.exp(-t)
            k += model.two * np.exp(-np.sqrt(squares[1]))
            total += k * model.weights[j]
            best = max(best, k / (model.one + model.two))
            mass += k**4
            bad += k**4 * model.residual[j]
        result.append((total, best, bad / mass))
    return np.array(result).T


# Single precision: 37 terms of order one, each a few units of 6e-8 off.
CLOSE = {"rtol": 2e-5, "atol": 2e-5}


def test_the_kernel_is_the_formula():
    model = _make_model()
    X = np.random.default_rng(1).normal(size=(23, 5))
    assert_allclose(posterior(X, model), _naive(X, model), **CLOSE)


def test_posterior_of_very_many_columns():
    rng = np.random.default_rng(2)
    plain = _make_model()
    wide = Block(
        np.arange(11),
        np.zeros(11),
        np.ones(11),
        rng.normal(size=(11, 37)).astype(np.float32),
        np.empty(0),
    )
    model = plain._replace(smooth=wide, local=wide, slopes=rng.normal(size=11))
    X = 0.3 * rng.normal(size=(9, 11))
    assert_allclose(posterior(X, model), _naive(X, model), **CLOSE)


def test_columns_that_are_zero_count_as_any_other():
    model = _make_model()
    rng = np.random.default_rng(4)
    # Rows of the same and of other columns, one after another.
    X = rng.normal(size=(40, 5)) * (rng.random((40, 5)) < 0.6)
    X[5:9] = X[5]
    result = posterior(X, model)
    assert_allclose(result, _naive(X, model), **CLOSE)
    order = rng.permutation(40)
    assert_array_equal(posterior(X[order], model), result[:, order])


def test_skips_a_local_part_without_variance():
    model = _make_model()
    X = 0.3 * np.random.default_rng(5).normal(size=(9, 5))
    empty = np.empty(0)
    none = Block(
        np.empty(0, int), empty, empty, np.empty((0, 37), np.float32), empty
    )
    result = posterior(X, model._replace(local=none, two=np.float32(0.0)))
    assert_allclose(
        result, _naive(X, model._replace(two=np.float32(0.0))), **CLOSE
    )


def test_no_bit_depends_on_company_or_threads():
    model = _make_model(301)
    X = np.random.default_rng(3).normal(size=(1500, 5))
    whole = posterior(X, model)
    with limited_threads(1):
        assert_array_equal(posterior(X, model), whole)
    assert_array_equal(posterior(X[700:707], model), whole[:, 700:707])


def test_no_row_and_not_a_number():
    model = _make_model()
    assert posterior(np.empty((0, 5)), model).shape == (3, 0)
    assert np.isnan(posterior(np.full((1, 5), np.nan), model)[0, 0])


@pytest.mark.parametrize("t", [0.0, 1e-6, 2.0, 30.0])
def test_the_decay_is_exp_to_a_millionth(t):
    assert decay(np.float32(t)) == pytest.approx(
        np.exp(-np.float32(t)), rel=5e-6, abs=1e-7
    )
