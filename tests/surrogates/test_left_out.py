"""What is counted of rows that were left out, and which rows are learnt from beside them."""

from dataclasses import replace

import numpy as np
import pytest
from magnetkit.errors import DataError
from numpy.testing import assert_allclose

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


@pytest.mark.parametrize("target", [CURIE, "formation_energy_eV_atom", J_S])
def test_models_answer_with_the_ends_of_their_intervals(target):
    rows = make_rows(target)
    rows = replace(rows, values=100.0 * rows.values + 400.0)
    (half,) = _validation.models(target, 0.5, False).values()
    half = half(rows)(rows.table)
    (more,) = _validation.models(target, 0.95, False).values()
    more = more(rows)(rows.table)
    assert_allclose(half.high - half.value, half.value - half.low)
    assert (half.high > half.value).all()
    assert_allclose(more.value, half.value)
    assert (more.high > half.high).all()


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


def test_folds_are_ten_or_one_a_group():
    groups = np.array([f"p{i % 23}" for i in range(46)])
    folds = _validation._even_folds(groups)
    # A group is in one fold; of 23, three folds have three groups and seven have two.
    assert (folds[:23] == folds[23:]).all()
    assert np.sort(np.bincount(folds)).tolist() == [4] * 7 + [6] * 3
    three = _validation._even_folds(np.array(list("aabc")))
    assert three[0] == three[1]
    assert sorted(three[1:]) == [0, 1, 2]


@pytest.mark.parametrize("target", [J_S, CURIE])
def test_rows_are_predicted_by_what_left_them_out(monkeypatch, target):
    steps = []

    def fit(rows):
        return lambda table: predict(
            [rows.values.sum()] * len(table), rows.values.min(), len(rows)
        )

    def physics(data, coverage, temperature):
        return {"laws": (coverage, temperature)}

    names = {"own": fit, _validation.MODEL: fit}
    monkeypatch.setattr(_validation, "models", lambda *_: names)
    monkeypatch.setattr(_validation, "_physics", physics)
    monkeypatch.setattr(
        _validation, "_curie_left_out", lambda *_: "by the trained model"
    )
    rows = make_rows(target)
    result = _validation.leave_groups_out(
        rows, 0.8, True, 250.0, lambda: steps.append(1)
    )
    assert list(result.predictions) == ["own", _validation.MODEL, "laws"]
    assert result.predictions["laws"] == (0.8, 250.0)
    assert result.coverage == 0.8
    assert result.data is rows
    folds = list(_validation.splits(rows))
    value, low, high = result.predictions["own"]
    for train, test in folds:
        assert (value[test] == rows.values[train].sum()).all()
        assert (low[test] == rows.values[train].min()).all()
        assert (high[test] == len(train)).all()
    other = result.predictions[_validation.MODEL]
    # The model of the Curie temperature is left out as it is trained.
    if target == CURIE:
        assert other == "by the trained model"
    else:
        assert np.array_equal(other, result.predictions["own"], equal_nan=True)
    assert len(steps) == len(folds) * (1 + (target == J_S))


def test_an_interval_of_temperature_ends_at_zero(monkeypatch):
    class Estimate:
        mean = np.array([500.0, 20.0, NAN])

    halves = [np.array([30.0, 50.0, NAN]), np.full(3, 9.0)]
    training = _validation._curie_training
    monkeypatch.setattr(
        training, "train_model", lambda *_: ("model", [Estimate, None])
    )
    monkeypatch.setattr(training, "left_out_half_widths", lambda *_: halves)
    result = _validation._curie_left_out(None, 0.9, None)
    expected = [[500.0, 20.0, NAN], [470.0, 0.0, NAN], [530.0, 70.0, NAN]]
    assert np.array_equal(result, expected, equal_nan=True)


def test_shipped_physics_predicts_what_it_knows():
    result = _validation._physics(make_rows(), 0.9, 300.0)
    (prediction,) = result.values()
    assert list(result) == ["predict, as shipped"]
    # Nd2Fe14B has 1.60 T at room temperature (J. F. Herbst, Rev. Mod. Phys. 63 (1991) 819).
    assert prediction.value[1] == pytest.approx(1.60, rel=0.03)
    assert (prediction.low < prediction.value).all()
    assert (prediction.value < prediction.high).all()
    wide = _validation._physics(make_rows(), 0.99, 300.0)
    (wide,) = wide.values()
    assert (wide.low < prediction.low).all()
    hot = _validation._physics(make_rows(), 0.9, 500.0)
    assert (hot["predict, as shipped"].value < prediction.value).all()
    assert _validation._physics(make_rows("energy"), 0.9, 300.0) == {}


def test_other_groups_are_texts():
    rows = _validation.with_groups(make_rows(), [1, 1, 2, 3])
    assert rows.groups.tolist() == ["1", "1", "2", "3"]


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
