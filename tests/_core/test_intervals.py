"""Quantiles of errors, and the size of an error by what is known."""

import numpy as np
import pytest
from magnetkit.errors import InputError

from magnetkit._core._intervals import (
    fit_difficulty,
    folds,
    group_quantile,
    quantile,
)


@pytest.mark.parametrize(
    ("n", "coverage", "rank"),
    [(9, 0.9, 9), (19, 0.9, 18), (19, 0.5, 10), (5, 0.9, 5), (1, 0.1, 1)],
)
def test_the_score_that_a_new_one_stays_below(n, coverage, rank):
    # The ceil((n + 1) coverage)-th smallest.
    scores = np.random.default_rng(0).permutation(np.arange(1.0, n + 1))
    assert quantile(scores, coverage) == rank


def test_groups_weigh_alike_however_many_rows_they_have():
    scores = np.arange(1.0, 10.0)
    assert group_quantile(scores, np.arange(9), 0.9) == 9.0
    assert group_quantile(scores[:8], np.arange(8), 0.9) == float("inf")
    # Of three groups one has seven rows: three quarters of the weight are known.
    groups = np.array(list("aaaaaaabc"))
    assert group_quantile(scores, groups, 0.5) == 8.0
    assert group_quantile(scores, groups, 0.25) == 7.0
    assert group_quantile(scores[::-1], groups[::-1], 0.5) == 8.0
    assert group_quantile(scores, groups, 0.75) == 9.0


@pytest.mark.parametrize("coverage", [0.0, 1.0, -1.0, float("nan")])
def test_a_coverage_lies_between_nothing_and_all(coverage):
    for call in (quantile, lambda s, c: group_quantile(s, np.arange(3), c)):
        with pytest.raises(InputError, match="interval must lie between 0"):
            call(np.arange(3.0), coverage)


def test_folds_split_no_group():
    groups = np.repeat(list("abcde"), [3, 1, 2, 2, 4])
    parts = list(folds(groups, 3))
    assert len(parts) == 3
    for train, test in parts:
        assert not set(groups[train]) & set(groups[test])
        assert sorted([*train, *test]) == list(range(12))
    tested = np.concatenate([test for _, test in parts])
    assert sorted(tested) == list(range(12))
    assert len(list(folds(groups, 99))) == 5
    assert len(list(folds(np.array(["a", "b"]), 5))) == 2
    with pytest.raises(InputError, match="two groups or more"):
        list(folds(np.array(["a", "a"]), 5))


def test_the_size_of_an_error_follows_what_is_known():
    rng = np.random.default_rng(1)
    novelty = rng.uniform(0.0, 1.0, 400)
    sizes = fit_difficulty(1.0 + 2.0 * novelty, novelty[:, None], 1.0)
    assert sizes == pytest.approx([1.0, 2.0], abs=0.05)
    # No interval closes where everything is exact at no novelty.
    floor = fit_difficulty(2.0 * novelty, novelty[:, None], 1.0)
    mean = 2.0 * novelty.mean()
    assert floor[0] >= mean / 20.0 - 1e-9
    # A residual beyond the quantile counts as that quantile.
    wild = np.where(np.arange(400) < 4, 1e6, 1.0)
    clipped = fit_difficulty(wild, np.zeros((400, 1)), 0.9)
    assert clipped == pytest.approx([1.0, 0.0])
