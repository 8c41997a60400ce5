import numpy as np
import pytest
from magnetkit.errors import DataError
from numpy.testing import assert_allclose

from magnetkit._core._intervals import fit_difficulty
from magnetkit.alloy import CompositionTable
from magnetkit.phases.partition import partition
from magnetkit.surrogates import _curie_training
from magnetkit.surrogates._curie import curie_phases
from magnetkit.surrogates._measured import TrainingSet
from tests.recipes import make_table, mix

CURIE = "curie_temperature_K"


def _set(names, values, groups):
    table = make_table(*names)
    groups = np.array(groups, np.str_)
    return TrainingSet(
        CURIE, table, np.array(values, float), groups, groups, "a test"
    )


@pytest.fixture(scope="module")
def large():
    """130 compounds of 2:14:1, where the physics is right within 20 K, and 130 of 1:5 that are not.

    The former are as this model says, the latter lie 150 K low.
    """
    rng = np.random.default_rng(0)
    names = []
    low = []
    for x, y in rng.random((130, 2)):
        names.append(mix("Nd", "Y", x, 2) + mix("Fe", "Co", 2 * y, 14) + "B")
        low.append(0.0)
    for x, y in rng.random((130, 2)):
        names.append(mix("Sm", "Y", x) + mix("Co", "Cu", y, 5))
        low.append(150.0)
    papers = [f"p{i % 20}" for i in range(len(names))]
    data = _set(names, np.zeros(len(names)), papers)
    codes, phases = curie_phases(data.table)
    base = _curie_training.physical(phases, codes)
    values = base - np.array(low) + rng.normal(0.0, 3.0, len(base))
    return _set(names, values, data.groups)


def test_large_families_have_their_own_scales(large):
    model, (result,) = _curie_training.train_model(large)
    assert len(model.branches) == 3
    assert model.of_host[0] != model.of_host[1] != 0
    assert model.of_host[-1] == 0
    error = np.abs(result.mean - large.values)
    # Noise of 3 K: what is off by 150 K next door does not spoil what is right.
    assert error[:130].mean() < 5.0
    assert error[130:].mean() < 10.0
    # Intervals know as well.
    frame = model.predict(large.table)
    width = (frame[f"{CURIE}_hi"] - frame[f"{CURIE}_lo"]).to_numpy()
    inside = np.abs(result.mean - large.values) <= 0.5 * width
    assert inside.mean() > 0.85


def test_large_host_uses_its_points_and_some_others(
    monkeypatch,
):
    """110 nitrides of 2:17, which learn from all rows, among 130 compounds of 2:14:1."""
    rng = np.random.default_rng(1)
    names = []
    for x, y in rng.random((130, 2)):
        names.append(mix("Nd", "Y", x, 2) + mix("Fe", "Co", y, 14) + "B")
    for x, y in rng.random((110, 2)):
        names.append(mix("Sm", "Y", x, 2) + mix("Fe", "Co", y, 17) + "N3")
    papers = [f"p{i % 20}" for i in range(240)]
    data = _set(names, 600.0 + rng.normal(0.0, 40.0, 240), papers)
    monkeypatch.setattr(_curie_training, "_SPARSE_POINTS", 20)
    model = _curie_training.fit_model(data)
    host = _curie_training.ROOTS.index("2:17:3")
    branch = model.branches[model.of_host[host]]
    assert branch.sparse_for == host
    count = len(
        np.unique(_curie_training.training_rows(data, True).compound[130:])
    )
    assert len(branch.process.points_) == count + 20
    rows = data.table[np.arange(130, 240)]
    whose = _curie_training.prepare_query(partition(rows))
    base = model.base(whose.phases, whose.codes)
    few = model.residual(whose, base)
    whole = _curie_training.replace(
        model, of_host=np.zeros_like(model.of_host)
    )
    every = whole.residual(whose, base)
    assert_allclose(few.mean, every.mean, atol=0.5)
    assert_allclose(few.novelty, every.novelty, atol=1e-5)
    # Rows of one's own come in as points of their own, and a paper's points go with it.
    enlargement = _curie_training.with_rows(
        model, _set(["SmYFe14.3Co2.7N3"], [900.0], ["mine"])
    )
    assert (
        len(enlargement.branches[model.of_host[host]].process.points_)
        == count + 21
    )
    assert np.isfinite(_curie_training.left_out(model).mean).all()


def test_asks_a_charge_for_its_hard_phase():
    names = ["Nd15Fe77B8", "Nd2Fe14BH3", "Y2Co13Ru4", "Nd2Fe14B"]
    query = _curie_training.prepare_query(
        partition(CompositionTable.from_strings(names, basis="atomic"))
    )
    assert query.codes.tolist() == [0, 0, -1, 0]
    assert query.phases.fraction("Nd")[0] == pytest.approx(2 / 17, abs=2e-3)
    assert query.phases.fraction("H")[1] == pytest.approx(3 / 20)
    assert query.phases.fraction("Ru")[2] == pytest.approx(4 / 19)
    # Fifteen atoms of a hundred are three more than 77 of iron take.
    assert 0.05 < query.outside[0] < 0.2
    assert query.outside[1:].tolist() == [0.0, 1.0, 0.0]


@pytest.fixture(scope="module")
def shipped():
    """Return the model of half of the measured compounds that come with the package."""
    return _curie_training.fit_model(_curie_training.training_set()[::2])


def test_a_small_set_has_one_process(shipped):
    assert len(shipped.known) < 300
    assert len(shipped.branches) == 1
    assert not shipped.of_host.any()


def test_left_out_paper_takes_its_compounds(shipped):
    dataset = shipped.known
    alone = _curie_training.left_out(shipped)
    row = np.nanargmax(np.abs(alone.mean - dataset.values))
    twice = _curie_training._join_rows(dataset, dataset[[row]])
    twice.groups[-1] = (
        "~ another paper"  # the last: the others keep their folds
    )
    folds = _curie_training.assign_folds(twice)
    assert folds[row] != folds[-1]
    result = _curie_training.left_out(_curie_training.fit_model(twice))
    # Neither rows nor scales know of it; with one of its sources it would be met to 1 K.
    assert result.mean[row] == pytest.approx(alone.mean[row], abs=1e-6)
    assert abs(result.mean[row] - dataset.values[row]) > 10.0


def test_training_ignores_the_order_of_rows():
    dataset = _curie_training.training_set()[np.arange(0, 250, 6)]
    order = np.random.default_rng(0).permutation(len(dataset))
    mean = _curie_training.left_out(_curie_training.fit_model(dataset)).mean
    other = _curie_training.left_out(
        _curie_training.fit_model(dataset[order])
    ).mean
    assert_allclose(other, mean[order], atol=1e-6)


def test_without_physics_the_data_speak_alone():
    rows = _curie_training.training_set()[:80]
    model = _curie_training.fit_model(rows, physics=False)
    base = model.base(model.known.table, curie_phases(model.known.table)[0])
    assert np.isnan(base).all()


@pytest.mark.parametrize("names", [["Nd2Fe14B"] * 3, ["SmCo5", "SmCo5"]])
def test_refuses_values_of_one_compound(names):
    papers = [f"p{i}" for i in range(len(names))]
    data = _set(names, np.arange(500.0, 500.0 + len(names)), papers)
    with pytest.raises(DataError, match="no compound that could be left out"):
        _curie_training.train_model(data)


def test_isolated_row_counts_for_no_error():
    # Without the compound that both papers have, the second paper has nothing to learn from.
    names = ["Y2Fe14B", "Y2Co14B", "Y2Fe14B"]
    model, (result,) = _curie_training.train_model(
        _set(names, [570.0, 1015.0, 572.0], ["a", "a", "b"])
    )
    assert np.isfinite(result.mean).tolist() == [False, False, True]
    assert np.isfinite(model.manifest["error"])
    row = model.predict(["Nd2Fe14B"]).iloc[0]
    assert 0.0 <= row[f"{CURIE}_lo"] < row[CURIE] < row[f"{CURIE}_hi"]


def test_large_error_counts_as_the_quantile():
    # Nineteen of 1 and one of 1000: the quantile of nine in ten is 1, and so is the mean.
    size = np.array([1.0] * 19 + [1000.0])
    assert fit_difficulty(size, np.zeros((20, 0)), 0.9) == pytest.approx([1.0])
    # 1 + 2 x, exactly; without a constant part, a twentieth of the mean of 2 x.
    x = np.linspace(0.0, 1.0, 21)
    assert fit_difficulty(1.0 + 2.0 * x, x[:, None], 1.0) == pytest.approx(
        [1.0, 2.0]
    )
    assert fit_difficulty(2.0 * x, x[:, None], 1.0) == pytest.approx(
        [0.05, 2.0]
    )
