"""Weights, fading and intervals of the two learnt parts, by hand."""

from dataclasses import replace

import numpy as np
import pytest

from magnetkit.surrogates import _mixture
from magnetkit.surrogates._mixture import Guess, Mixture


def make_parts(process, trees, novelty=0.0, local=0.0, mean=0.0):
    rows = np.broadcast_arrays(mean, process, trees, novelty, local)
    return _mixture._Parts(*map(np.asarray, rows))


def test_the_mean_takes_what_the_weights_leave():
    parts = make_parts(14.0, 20.0, [0.5, 0.75, 1.0], mean=10.0)
    mixed = _mixture._mix(parts, np.array([0.5, 0.2]), 0.5)
    # Half of 4 for the process; a fifth of 10 for the trees, which fade beyond 0.5.
    assert mixed.tolist() == pytest.approx([14.0, 13.0, 12.0])


def test_an_error_grows_with_novelty_neighbours_and_disagreement():
    parts = make_parts([1.0, 0.0], [3.0, 0.0], 0.1, [0.0, 0.5])
    size = _mixture._size(parts, np.array([1.0, 2.0, 3.0, 4.0]))
    assert size == pytest.approx([1.0 + 0.2 + 8.0, 1.0 + 0.2 + 1.5])


def test_few_rows_pull_the_weights_to_one_half():
    def choose(count):
        y = np.tile([-1.0, 1.0], count // 2)
        return _mixture._choose_weights(make_parts(y, -y), y, 1.0).tolist()

    assert choose(1000) == [1.0, 0.0]
    # Error 1 - 2 d and pull 3 d^2 at a distance d from one half: least at a third.
    assert choose(4) == pytest.approx([0.8, 0.2])
    # Both wrong: error 1 + 2 w and pull 6 (w - 1/2)^2, least at a third.
    y = np.array([-1.0, 1.0])
    weights = _mixture._choose_weights(make_parts(-y, -y), y, 1.0)
    assert weights == pytest.approx([0.3, 0.3])


def test_an_interval_is_wider_outside_the_domain():
    values = np.array([-1.0, 0.0, 1.0])
    guess = Guess(np.zeros(2), np.full(2, 2.0), np.array([1.0, 1.01]))
    alone = Mixture.of_mean(values)
    # Student's t of two degrees of freedom at 95 %, for a new value of three.
    wide = 2.92 * np.sqrt(4.0 / 3.0)
    assert alone.half_widths(guess, 0.9) == pytest.approx(wide, rel=1e-3)
    many = replace(alone, scores=np.full(19, 1.5), groups=np.arange(19))
    inside, outside = many.half_widths(guess, 0.9)
    assert inside == pytest.approx(3.0)
    assert outside == pytest.approx(wide, rel=1e-3)
    few = replace(alone, scores=np.array([2.0, 1.0]), groups=np.arange(2))
    assert few.half_widths(guess, 0.9) == pytest.approx(4.0)


def test_equal_or_few_values_leave_the_mean():
    x = np.arange(8.0).reshape(4, 2)
    for model in (
        _mixture.fit(x, np.full(4, 5.0), np.arange(4)),
        _mixture.fit(x[:2], np.array([4.0, 6.0]), np.arange(2)),
    ):
        guess = model.predict(x)
        assert guess.value.tolist() == [5.0] * 4
        assert guess.size.tolist() == [model.spread] * 4
        assert guess.distance.tolist() == [2.0] * 4


def test_rows_of_one_group_are_left_out_one_by_one():
    x = np.arange(12.0)[:, None]
    model = _mixture.fit(x, np.sin(x[:, 0]), np.zeros(12), trees=3)
    assert np.unique(model.groups).size == 12
    sizes = model.predict(x).size
    assert (sizes > 0.0).all()
    # In units of the spread the mean of what was left out.
    assert 0.0 < model.error < 3.0 * model.spread


def test_both_parts_meet_what_they_were_fitted_to():
    x = np.linspace(0.0, 3.0, 30)[:, None]
    y = 50.0 + np.sin(2.0 * x[:, 0])
    process, forest = _mixture._fit_parts(x, y, 0, 10, 0)
    parts = _mixture._predict_parts(x, y.mean(), process, forest)
    assert parts.mean.tolist() == [y.mean()] * 30
    assert parts.process == pytest.approx(y, abs=0.05)
    assert parts.trees == pytest.approx(y, abs=0.05)
    assert parts.novelty == pytest.approx(0.0, abs=1e-3)


def test_each_row_is_predicted_from_other_groups():
    x = np.arange(6.0)[:, None]
    y = np.array([1.0, 3.0, 5.0, 7.0, 10.0, 20.0])
    parts = _mixture._left_out(x, y, np.repeat([4, 2, 9], 2), 0, 2, 0)
    # Four rows are left for each of three groups.
    assert parts.mean.tolist() == [10.5, 10.5, 8.5, 8.5, 4.0, 4.0]
    assert parts._fields[0] == "mean"


def test_the_mean_alone_knows_its_spread():
    alone = Mixture.of_mean(np.array([4.0, 6.0, 8.0]))
    assert (alone.mean, alone.spread, alone.rows) == (6.0, 2.0, 3)
    assert (alone.edge, alone.reach) == (1.0, 1.0)
    assert np.isnan(alone.error)
    guess = alone.predict(np.zeros((2, 1)))
    assert alone.half_widths(guess, 0.9).shape == (2,)
    one = Mixture.of_mean(np.array([4.0]))
    assert (one.mean, one.spread) == (4.0, 0.0)
    assert one.half_widths(guess, 0.9).tolist() == [np.inf] * 2
