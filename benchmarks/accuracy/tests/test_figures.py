import numpy as np
import pytest
from magnetkit.errors import InputError

from benchmarks.accuracy.surrogates import figures
from magnetkit._core import _intervals


def test_pairs_count_within_a_group_and_beyond_the_tolerance():
    values = np.array([1.0, 2.0, 2.1, 5.0])
    groups = np.array(["a", "a", "a", "b"])
    assert figures.pairs_in_order(values, values, groups, 0.5) == 1.0
    assert figures.pairs_in_order(values, -values, groups, 0.5) == 0.0
    assert figures.pairs_in_order(values, np.zeros(4), groups, 0.5) == 0.5
    assert np.isnan(figures.pairs_in_order(values, values, np.arange(4), 0.5))


def test_winkler_is_the_width_where_all_is_covered():
    v = np.zeros(3)
    assert figures.winkler(v, v - 1, v + 1, 0.9) == 2.0
    assert figures.winkler(v + 2, v - 1, v + 1, 0.9) == pytest.approx(2 + 20)


def test_coverage_interval_widens_with_fewer_groups():
    inside = np.random.default_rng(0).random(200) < 0.9
    _, a, b = figures.coverage_by_group(inside, np.arange(200))
    _, c, d = figures.coverage_by_group(np.repeat(inside[:10], 20), np.repeat(np.arange(10), 20))
    assert b - a < d - c


def test_the_conformal_quantile_covers_new_scores():
    rng = np.random.default_rng(0)
    hits = [
        rng.exponential() <= _intervals.quantile(rng.exponential(size=50), 0.9) for _ in range(2000)
    ]
    assert 0.88 < np.mean(hits) < 0.93


def test_folds_keep_groups_whole_and_need_two():
    groups = np.array(["a", "a", "b", "c", "c", "d"])
    for inside, outside in _intervals.folds(groups, 3):
        assert not set(groups[inside]) & set(groups[outside])
    with pytest.raises(InputError, match="two groups"):
        list(_intervals.folds(np.zeros(4), 3))


def test_calibration_counts_and_measures_by_hand():
    values, predicted = np.array([1.0, 5.0, 9.0]), np.array([2.0, 2.0, 9.0])
    low, high = np.array([0.0, 1.0, 8.0]), np.array([4.0, 3.0, 11.0])
    found = figures.calibration(values, predicted, low, high, np.arange(3), np.full(3, 2.0), 0.9)
    # 1 lies in [0, 4], 9 in [8, 11], 5 beyond [1, 3].
    assert found["coverage"] == pytest.approx(2 / 3)
    assert found["width"] == pytest.approx((4 + 2 + 3) / 3)
    # The interval score of Gneiting and Raftery (2007): width, and 2 / 0.1 of what lies beyond.
    assert found["winkler"] == pytest.approx((4 + (2 + 20 * 2) + 3) / 3)
    assert found["winkler_constant_width"] == pytest.approx((4 + (4 + 20 * 1) + 4) / 3)
