"""What is counted of rows that were left out, and which rows are learnt from beside them."""

from dataclasses import replace

import numpy as np
import pytest
from magnetkit.errors import DataError

from magnetkit.surrogates import _validation
from magnetkit.surrogates._measured import TrainingSet
from magnetkit.surrogates._validation import LeftOut, Prediction
from tests.recipes import make_table

CURIE = "curie_temperature_K"
J_S = "saturation_polarization_T"
NAN = np.nan


def make_rows(target=J_S, groups="aabc", sources="xxyz"):
    table = make_table("SmCo5", "Nd2Fe14B", "SmCo5", "YCo5")
    values = np.array([1.0, 2.0, 3.0, 4.0])
    return TrainingSet(
        target,
        table,
        values,
        np.array(list(groups)),
        np.array(list(sources)),
        "a test",
    )


def predict(value, low=NAN, high=NAN):
    ends = np.broadcast_arrays(np.array(value, float), low, high)
    return Prediction(*map(np.array, ends))


def test_figures_of_each_model_by_hand():
    own = predict(
        [1.0, 2.5, 3.0, NAN], [1.0, 2.25, 2.0, NAN], [2.0, 3.0, 3.5, NAN]
    )
    other = predict([2.0, 1.5, 3.0, 9.0])
    result = LeftOut(make_rows(), {"own": own, "other": other}, 0.9)
    figures = result.figures()
    # The last row is no answer of the first model, and counts for none.
    assert figures["rows"].tolist() == [3, 3]
    assert figures["groups"].tolist() == [2, 2]
    errors = figures["mean_absolute_error"].tolist()
    assert errors == pytest.approx([0.5 / 3, 0.5])
    assert figures["median_absolute_error"].tolist() == [0.0, 0.5]
    assert figures["error_gain"].tolist() == pytest.approx([0.0, 1.0 / 3])
    # In the group of two rows the first keeps their order, the other turns it.
    assert figures["pairs_in_order"].tolist() == [1.0, 0.0]
    assert figures["pairs_gain"].tolist() == [0.0, 1.0]
    # An end counts as inside; 2.0 lies below its range.
    assert figures["coverage"].tolist()[0] == pytest.approx(2 / 3)
    assert figures["half_width"].tolist()[0] == 0.5
    assert np.isnan(figures.loc["other", ["coverage", "half_width"]]).all()
    frame = result.to_frame()
    assert frame["low"].tolist()[:3] == [1.0, 2.25, 2.0]
    assert frame["other"].tolist() == [2.0, 1.5, 3.0, 9.0]
    assert frame["measured"].tolist() == [1.0, 2.0, 3.0, 4.0]
    with pytest.raises(DataError, match="no row of a test was answered"):
        LeftOut(make_rows(), {"own": predict([NAN] * 4)}, 0.9).figures()


def test_steps_count_the_models_that_are_trained():
    assert _validation.steps(make_rows(CURIE), "known", False) == 1
    assert _validation.steps(make_rows(CURIE), "known", True) == 4
    # Three groups: as many parts, and those of the shipped model once more.
    assert _validation.steps(make_rows(), "data", True) == 12
    assert _validation.steps(make_rows(CURIE), "data", False) == 3 + 4


def test_nothing_is_learnt_of_a_compound_that_is_left_out():
    def split(rows):
        pairs = _validation.splits(rows)
        return {(*test.tolist(),): train.tolist() for train, test in pairs}

    rows = make_rows()
    assert split(rows) == {(0, 1): [3], (2,): [1, 3], (3,): [0, 1, 2]}
    learn = np.array([True, False, True, True])
    assert split(replace(rows, learn=learn)) == {
        (0, 1): [3],
        (2,): [3],
        (3,): [0, 2],
    }


def test_known_rows_of_the_same_paper_or_compound_are_left_out(monkeypatch):
    learnt = []

    def fit(rows):
        learnt.append(rows)
        return lambda table: predict([0.0] * len(table))

    monkeypatch.setattr(_validation, "models", lambda *_: {"own": fit})
    monkeypatch.setattr(_validation, "_physics", lambda *_: {"laws": None})
    known = make_rows(groups="efgh", sources="pqrs")
    mine = known[np.array([3])]

    def rest(group, source, target=J_S):
        rows = replace(
            mine,
            target=target,
            groups=np.array([group]),
            sources=np.array([source]),
        )
        result = _validation.leave_known_out(rows, known)
        return learnt[-1].groups.tolist(), list(result.predictions)

    # YCo5 itself, a paper under either of its names, in any case.
    assert rest("z", "z") == (["e", "f", "g"], ["laws", "own"])
    assert rest("E", "Q")[0] == ["g"]
    assert rest("z", "g")[0] == ["e", "f"]
    assert rest("z", "z", CURIE)[1] == ["own", "laws"]
