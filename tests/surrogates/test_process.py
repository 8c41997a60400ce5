import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from magnetkit.surrogates._process import (
    JITTER,
    TrendProcess,
    _block,
    _order,
    _thin_block,
    kept_points,
)


def _data(n=60, seed=0):
    """Two smooth columns and two local ones; a trend of slope 3 on the first column."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1.0, 1.0, (n, 5))
    y = 3.0 * x[:, 0] + np.sin(2.0 * x[:, 1]) + 0.1 * x[:, 3]
    return x, y


@pytest.fixture(scope="module")
def fitted_process():
    x, y = _data()
    return TrendProcess(trend=1, local=2).fit(x, y), x, y


def _naive(model, x):
    """Return mean, novelty and local residual by the formulas, one pair at a time."""
    theta = model.theta_
    scale = model.scale_
    one, two = np.exp(2.0 * theta[:2])
    result = []
    for new in x:
        total = 0.0
        best = 0.0
        mass = 0.0
        bad = 0.0
        residual = model._known[-1]
        for j, old in enumerate(model.points_):
            t = np.sqrt(
                5.0
                * np.sum(
                    ((new - old)[1:3] / model.width_ * np.exp(-theta[2:4]))
                    ** 2
                )
            )
            u = np.exp(theta[-2]) * np.linalg.norm((new - old)[3:])
            smooth = (1.0 + t + t * t / 3.0) * np.exp(-t)
            k = one * smooth + two * np.exp(-u)
            total += (k + new[0] * old[0] / scale**2) * model.weights_[j]
            best = max(best, k / (one + two))
            mass += k**4
            bad += k**4 * residual[j]
        result.append((scale * total, 1.0 - best, bad / mass))
    return np.array(result).T


def test_the_kernel_does_what_the_formulas_say(fitted_process):
    model, _, _ = fitted_process
    new = _data(7, seed=1)[0]
    got = model.estimate(new)
    mean, novelty, local = _naive(model, new)
    assert_allclose(got.mean, mean, atol=2e-3)
    assert_allclose(got.novelty, novelty, atol=1e-3)
    assert_allclose(got.local, local, rtol=1e-2)


def test_predicts_unseen_values(fitted_process):
    model, _, _ = fitted_process
    new, value = _data(200, seed=2)
    assert np.abs(model.estimate(new).mean - value).mean() < 0.1
    # Far outside, the trend alone goes on.
    distant = np.array(
        [[4.0, 30.0, 30.0, 30.0, 30.0], [5.0, 30.0, 30.0, 30.0, 30.0]]
    )
    slope = np.diff(model.estimate(distant).mean)[0]
    assert 2.0 < slope < 3.5
    assert model.estimate(distant).novelty.min() > 0.5


def test_doubts_a_row_in_contradiction():
    x, y = _data()
    wrong = y.copy()
    wrong[10] += 8.0
    model = TrendProcess(trend=1, local=2).fit(x, wrong)
    assert model.inflation_.argmax() == 10
    assert model.residual_[10] == pytest.approx(8.0, abs=2.0)


def test_a_refit_keeps_the_scales(fitted_process):
    model, x, y = fitted_process
    other = model.refit(x[:30], y[:30])
    assert_array_equal(other.theta_, model.theta_)
    assert len(other.points_) == 30
    assert (other.trend, other.local) == (model.trend, model.local)


def test_second_search_discounts_outliers():
    x, y = _data()
    y[::12] += 6.0
    once = TrendProcess(trend=1, local=2).fit(x, y)
    twice = TrendProcess(trend=1, local=2, searches=2).fit(x, y)
    # The noise of the others is 0.
    assert twice.theta_[-1] < once.theta_[-1]


def test_a_search_ends_after_its_iterations():
    x, y = _data()
    process = TrendProcess(trend=1, local=2, search_iterations=1).fit(x, y)
    longer = TrendProcess(trend=1, local=2, search_iterations=50).fit(x, y)
    start = process._start(2)
    # A step of the search moves the logarithm of no scale by more than one.
    assert 0.0 < np.abs(process.theta_ - start).max() <= 1.0
    assert np.abs(longer.theta_ - start).max() > 1.0


def test_a_plane_goes_on_where_nearness_ends():
    rng = np.random.default_rng(6)
    x = rng.uniform(0.0, 1.0, (80, 4))
    y = np.sin(3.0 * x[:, 0]) + x[:, 1:] @ [2.0, -1.0, 0.0]
    plane = TrendProcess(local=3, linear=True).fit(x, y)
    distant = np.array(
        [[0.5, 3.0, 0.0, 0.0], [0.5, 0.0, 3.0, 0.0], [0.5, 0.0, 0.0, 3.0]]
    )
    error = plane.estimate(distant).mean - np.sin(1.5)
    assert_allclose(error, [6.0, -3.0, 0.0], atol=0.15)
    copy = TrendProcess(local=3, linear=True).from_arrays(x, y, vars(plane))
    assert_array_equal(
        copy.estimate(distant).mean, plane.estimate(distant).mean
    )
    # What is alike is so in the smooth columns alone.
    assert plane.estimate(distant).novelty.max() < 0.1


@pytest.mark.parametrize("linear", [False, True])
def test_a_sparse_process_loses_little_about_its_points(linear):
    x, y = _data(120)
    model = TrendProcess(trend=1, local=2, linear=linear).fit(x, y)
    close = model.points_[:, 1] < -0.5
    few = model.make_sparse(close, 25)
    assert len(few.points_) == close.sum() + 25
    new = _data(200, seed=3)[0]
    new = new[new[:, 1] < -0.5]
    whole = model.estimate(new).mean
    # The spread there is 0.4 without the trend; with no other points some is lost, with all none.
    off = [
        np.abs(model.make_sparse(close, n).estimate(new).mean - whole).max()
        for n in (0, 25, 200)
    ]
    assert off[1] < 0.02
    assert off[2] < 2e-3
    assert off[0] > off[1]
    # At the points themselves nothing is: neither the mean nor how alike they are.
    points = model.points_[close]
    assert_allclose(
        few.estimate(points).mean, model.estimate(points).mean, atol=2e-3
    )
    assert_allclose(few.estimate(points).novelty, 0.0, atol=1e-5)
    # The model itself is as it was.
    assert_array_equal(model.estimate(new).mean, whole)


def test_scales_are_means_of_disjoint_draws(monkeypatch):
    rows = []

    def record_rows(self, X, y, noise):
        rows.extend(X[:, 1])
        return self.theta_ + len(rows)

    monkeypatch.setattr(TrendProcess, "_search", record_rows)
    process = TrendProcess(trend=1, local=2, search_rows=9, draws=3).fit(
        *_data()[:2]
    )
    assert process.theta_[-1] - process._start(0)[-1] == pytest.approx(
        18.0, abs=0.01
    )
    assert len(set(rows)) == 27


def test_columns_that_never_move_stand_last():
    known = np.array([[7.0, 1.0, 9.0], [7.0, 2.0, 9.0], [7.0, 4.0, 9.0]])
    shift = np.array([0.1, 0.2, 0.3])
    block = _block(known, 5, shift, 10.0 * shift)
    column, at_zero, factor, moving, still = block
    # The second column moves; columns of a new row begin at number 5.
    assert column.tolist() == [6, 5, 7]
    assert at_zero.tolist() == [0.2, 0.1, 0.3]
    assert factor.tolist() == [2.0, 1.0, 3.0]
    assert moving.tolist() == [[1.0, 2.0, 4.0]]
    assert still.tolist() == [7.0, 9.0]
    assert (moving.dtype, still.dtype) == (np.float32, np.float64)
    thin = _thin_block(block, np.array([2, 0]))
    assert thin[3].tolist() == [[4.0, 1.0]]
    assert [thin[k] is block[k] for k in (0, 1, 2, 4)] == [True] * 4


def test_rows_are_ordered_by_columns_then_values():
    x = np.array([[1.0, 0.0], [0.0, 2.0], [0.0, 1.0], [0.0, 1.0 + 1e-9]])
    order = _order(x, np.array([0.0, 0.0, 3.0, 2.0]))
    # The last digits do not count: the value decides between the last two.
    assert order.tolist() == [3, 2, 1, 0]
    assert _order(np.array([[0.0], [-1e-9]]), np.zeros(2)).tolist() == [0, 1]


def test_points_far_from_the_function_are_kept_first():
    # No point says anything of another; only those with a covariance to the near one count.
    covariance = np.eye(4)
    covariance[0, 1:] = covariance[1:, 0] = [0.1, 0.2, 0.05]
    mean = np.array([0.0, 3.0, 1.0, -4.0])
    near = np.array([True, False, False, False])
    # 3 x 0.1 before 1 x 0.2 and 4 x 0.05, which come at a tie within 2 %.
    assert kept_points(covariance, mean, near, 1).tolist() == [0, 1]
    every = kept_points(covariance, mean, near, 9)
    assert every[:2].tolist() == [0, 1]
    assert sorted(every) == [0, 1, 2, 3]
    assert kept_points(covariance, mean, near, 0).tolist() == [0]


def test_each_new_point_is_the_worst_of_its_interpolant():
    rng = np.random.default_rng(0)
    x = rng.uniform(0.0, 4.0, 40)
    covariance = np.exp(-((x[:, None] - x[None, :]) ** 2))
    mean = np.sin(3.0 * x)
    close = x < 1.0
    at = kept_points(covariance, mean, close, 6)
    alike = covariance[:, close].max(axis=1)
    for k in range(close.sum(), len(at)):
        some = at[:k]
        inner = covariance[np.ix_(some, some)] + 1e-6 * np.eye(k)
        interpolant = covariance[:, some] @ np.linalg.solve(inner, mean[some])
        score = np.abs(mean - interpolant) * alike
        score[some] = 0.0
        assert score[at[k]] == pytest.approx(score.max(), rel=0.05)


def test_residuals_are_those_of_rows_left_out():
    x, y = _data(25)
    y[3] += 4.0
    model = TrendProcess(trend=1, local=2, search_iterations=3).fit(x, y)
    order = _order(x, y)
    blocks = model._blocks(x[order])
    covariance = sum(model._parts(blocks, blocks))
    noise = np.exp(2.0 * model.theta_[-1]) + JITTER
    t = y[order] / model.scale_
    for i in range(len(t)):
        others = np.arange(len(t)) != i
        inner = covariance[np.ix_(others, others)]
        solved = np.linalg.solve(
            inner + noise * np.eye(len(t) - 1), covariance[others, i]
        )
        residual = t[i] - solved @ t[others]
        variance = covariance[i, i] + noise - solved @ covariance[others, i]
        row = order[i]
        assert model.residual_[row] == pytest.approx(model.scale_ * residual)
        # Student's t of four degrees of freedom: the variance that the residual asks for.
        inflation = (4.0 + residual**2 / variance) / 5.0
        assert model.inflation_[row] == pytest.approx(
            np.clip(inflation, 0.5, 100.0), rel=1e-4
        )
    assert model.inflation_[3] > 1.0 > np.median(model.inflation_)


def test_a_posterior_gets_the_unit_of_the_values(fitted_process):
    model, _, _ = fitted_process
    raw = np.array([[0.5, -1.0], [1.0 + 1e-7, 0.25], [3.0, 4.0]])
    estimate = model.in_units(raw)
    assert_allclose(estimate.mean, model.scale_ * raw[0])
    # Rounding makes nothing less new than what is known.
    assert estimate.novelty.tolist() == [0.0, 0.75]
    assert estimate.local.tolist() == [3.0, 4.0]


def test_what_stands_still_has_a_unit_scale():
    x = np.column_stack([np.arange(6.0), np.full(6, 7.0)])
    model = TrendProcess(search_iterations=1).fit(x, np.full(6, 3.0))
    assert model.scale_ == 1.0
    assert model.width_.tolist() == [x[:, 0].std(), 1.0]
    assert model.center_.tolist() == [2.5, 7.0]
    assert "middle_" not in model.kept
    assert TrendProcess(linear=True).kept == (*model.kept, "middle_")
    with pytest.raises(ValueError, match="inconsistent numbers"):
        TrendProcess().fit(x, np.zeros(5))


def test_noisy_rows_weigh_less():
    x = np.zeros((4, 1))
    y = np.array([1.0, 1.0, -1.0, -1.0])
    noise = np.array([0.01, 0.01, 100.0, 100.0])
    model = TrendProcess(search_iterations=1).fit(x, y, noise)
    assert model.estimate(x[:1]).mean[0] > 0.5
    other = model.refit(x, y, noise[::-1])
    assert other.estimate(x[:1]).mean[0] < -0.5
    assert abs(model.refit(x, y).estimate(x[:1]).mean[0]) < 1e-6
