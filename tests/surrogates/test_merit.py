import numpy as np
import pytest

from magnetkit.surrogates import _merit


def test_pairs_count_within_a_group():
    values = np.array([1.0, 2.0, 2.1, 5.0])
    groups = np.array(["a", "a", "a", "b"])

    def pairs_in_order(predictions, groups=groups):
        sums = _merit.group_sums(values, predictions, groups, 0.5)
        return float(sums.pairs_in_order())

    assert pairs_in_order(values) == 1.0
    assert pairs_in_order(-values) == 0.0
    assert pairs_in_order(np.zeros(4)) == 0.5
    assert np.isnan(pairs_in_order(values, np.arange(4)))


def test_a_difference_within_the_tolerance_is_no_order():
    values = np.array([0.0, 4.0])
    assert _merit.order_tolerance("curie_temperature_K", values) == 10.0
    # A twentieth of the standard deviation, 2, of a user's own target.
    assert _merit.order_tolerance("melting / K", values) == pytest.approx(0.1)


def test_a_bootstrap_over_groups_knows_who_is_better():
    rng = np.random.default_rng(1)
    groups = np.repeat(np.arange(40), 5)
    values = rng.normal(size=200)
    good = values + 0.1 * rng.normal(size=200)
    bad = rng.normal(size=200)
    one = _merit.group_sums(values, good, groups, 0.05)
    other = _merit.group_sums(values, bad, groups, 0.05)
    assert float(one.mean_error()) == pytest.approx(
        np.abs(values - good).mean()
    )
    limits = _merit.bootstrap(one, other)
    gain = np.abs(values - bad).mean() - np.abs(values - good).mean()
    assert 0.0 < limits["error_gain_lo"] < gain < limits["error_gain_hi"]
    assert 0.3 < limits["pairs_gain_lo"] < limits["pairs_gain_hi"] < 0.6
    same = _merit.bootstrap(one, one)
    assert set(same.values()) == {0.0}
