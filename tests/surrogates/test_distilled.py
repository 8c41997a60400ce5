import numpy as np
import pytest

import magnetkit as mk
from magnetkit import conformal as intervals
from magnetkit.kernels.threads import limited_threads
from magnetkit.surrogates import CompositionProcess, DistilledProcess, store, training_set
from magnetkit.surrogates.distilled import FEW
from magnetkit.surrogates.neighbourhood import around

SERIES = [f"Nd{2 - x:.3f}Dy{x:.3f}Fe14B" for x in np.linspace(0.0, 1.0, 41)]


@pytest.fixture(scope="module")
def known():
    whole = training_set("formation_energy_eV_atom")
    whole = whole[whole.learn]
    return whole[np.arange(0, len(whole), 8)]


@pytest.fixture(scope="module")
def split(known):
    return next(intervals.folds(known.groups, 4))


@pytest.fixture(scope="module")
def model(known, split):
    exact = CompositionProcess("statistics", smooth=False, search_rows=150, search_iterations=8)
    distilled = DistilledProcess(exact, sample_rows=20_000)
    return distilled.fit(known.table[split[0]], known.values[split[0]])


def test_what_distilling_costs_on_systems_left_out(model, known, split):
    table, values = known.table[split[1]], known.values[split[1]]
    fast = np.abs(model.predict(table) - values).mean()
    exact = np.abs(model.exact_.predict(table) - values).mean()
    assert fast < 1.06 * exact
    network, _ = model._network(table, model._descriptors(table))
    alone = np.abs(model.center_ + model.deviation_ * network - values).mean()
    assert fast < alone


def test_known_rows_come_back_nearly_as_from_the_process(model, known, split):
    table = known.table[split[0]]
    gap = np.abs(model.predict(table) - model.exact_.predict(table))
    assert gap.mean() < 0.01
    assert model.estimate(table).novelty.max() < 1e-5


def test_the_novelty_is_that_of_the_process_where_compositions_are_alike(model, known, split):
    table = known.table[split[1]]
    fast, exact = model.estimate(table).novelty, model.exact_.estimate(table).novelty
    near = exact < 0.2
    assert np.abs(fast - exact)[near].mean() < 0.03
    assert np.corrcoef(fast[near], exact[near])[0, 1] > 0.95


def test_far_from_the_sample_the_process_answers(model):
    far = mk.CompositionTable.from_strings(["N", "B3C", "YbB12"], basis="atomic")
    distance = -np.log1p(-model.estimate(far).novelty)
    assert (distance > 1.5 * model.taught_).any()
    rows = distance > 1.5 * model.taught_
    np.testing.assert_array_equal(model.predict(far)[rows], model.exact_.predict(far)[rows])
    assert model.estimate(
        mk.CompositionTable.from_strings(["U2Au3"], basis="atomic")
    ).novelty == pytest.approx(1.0)


def test_a_series_has_no_steps(model):
    table = mk.CompositionTable.from_strings(SERIES, basis="atomic")
    steps = np.abs(np.diff(model.predict(table)))
    assert steps.max() < 0.03


def test_rows_do_not_depend_on_chunk_order_or_threads(model, known):
    table = around(known.table, 3000, 9)
    together = model.estimate(table)
    order = np.random.default_rng(0).permutation(len(table))
    with limited_threads(1):
        shuffled = model.estimate(table[order])
    for one, other in zip(shuffled, together, strict=True):
        np.testing.assert_array_equal(one, other[order])


def test_teaching_again_gives_the_same(model, known, split):
    again = model.refit(known.table[split[0]], known.values[split[0]])
    once_more = model.refit(known.table[split[0]], known.values[split[0]])
    rows = known.table[split[1]]
    np.testing.assert_array_equal(again.predict(rows), once_more.predict(rows))


def test_parts_add_up_to_the_prediction(model, known, split):
    table = known.table[split[1]][:5]
    parts = model.parts(table)
    np.testing.assert_allclose(sum(parts.values()), model.predict(table), atol=1e-9)
    assert np.abs(parts["distilling"]).max() < 0.2


def test_inputs_left_as_they_are_change_nothing(model, known, split):
    table = known.table[split[1]][:20]
    for _, unmoved in model.shuffled(table, np.arange(20)):
        np.testing.assert_allclose(unmoved, model.predict(table), atol=1e-3)


def test_the_model_survives_the_store(model, known, tmp_path):
    file = store.save(tmp_path / "e.model", {"estimator": model}, {})
    again = store.read(file)[0]["estimator"]
    np.testing.assert_array_equal(again.predict(known.table), model.predict(known.table))


def test_few_rows_are_answered_by_the_process(known):
    few = known[np.arange(min(FEW, 60))]
    exact = CompositionProcess("statistics", smooth=False, search_rows=50, search_iterations=2)
    model = DistilledProcess(exact).fit(few.table, few.values)
    np.testing.assert_array_equal(model.predict(known.table), model.exact_.predict(known.table))
    assert "distilling" not in model.parts(known.table[:2])
