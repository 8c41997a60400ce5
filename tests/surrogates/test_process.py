import numpy as np
import pytest

import magnetkit as mk
from magnetkit.errors import InputError
from magnetkit.surrogates import CompositionProcess, ProcessAverage, likelihood, store, training_set


@pytest.fixture(scope="module")
def known():
    whole = training_set("formation_energy_eV_atom")
    whole = whole[whole.learn]
    return whole[np.arange(0, len(whole), 20)]


@pytest.fixture(scope="module")
def model(known):
    return CompositionProcess("statistics", smooth=False, search_rows=150, search_iterations=8).fit(
        known.table, known.values
    )


@pytest.mark.parametrize("smooth", [False, True])
def test_the_gradient_is_that_of_the_likelihood(smooth):
    rng = np.random.default_rng(0)
    x, z, t = rng.normal(size=(40, 5)), rng.dirichlet(np.ones(4), 40), rng.normal(size=40)
    theta = likelihood.start(5, smooth) + 0.1 * rng.normal(size=9)

    def value(at):
        return likelihood.negative(at, x, z, t, np.ones(40), smooth)[0]

    step = 1e-2 * np.eye(9)
    slope = [(value(theta + s) - value(theta - s)) / 2e-2 for s in step]
    found = likelihood.negative(theta, x, z, t, np.ones(40), smooth)[1]
    np.testing.assert_allclose(found, slope, rtol=5e-3, atol=5e-3)


def test_known_rows_come_back_and_nothing_gives_nothing(model, known):
    error = np.abs(model.predict(known.table) - known.values)
    assert np.median(error) < 0.02
    assert model.predict(known.table[:0]).shape == (0,)


def test_the_search_betters_the_prediction_of_rows_left_out(known):
    inside = np.arange(len(known)) % 4 > 0
    errors = []
    for steps in (0, 15):
        model = CompositionProcess(
            "statistics", smooth=False, search_rows=150, search_iterations=steps
        )
        model.fit(known.table[inside], known.values[inside])
        errors.append(np.abs(model.predict(known.table[~inside]) - known.values[~inside]).mean())
    assert errors[1] < errors[0] < np.abs(known.values - known.values.mean()).mean()


def test_parts_add_up_and_neighbours_include_the_row_itself(model, known):
    some = known.table[:4]
    total = sum(model.parts(some).values())
    np.testing.assert_allclose(total, model.predict(some), atol=1e-3)
    assert (model.similarity(some).argmax(axis=1) == np.arange(4)).all()
    np.testing.assert_allclose(model.similarity(some).max(axis=1), 1.0, atol=1e-5)


def test_novelty_is_nought_at_known_rows_and_one_for_unknown_elements(model, known):
    far = mk.CompositionTable.from_strings(["U2Au3", "HfN0.01"], basis="atomic")
    assert model.estimate(known.table).novelty.max() < 1e-4
    novelty = model.estimate(far).novelty
    assert novelty[0] == 1.0
    assert 0.05 < novelty[1] < 1.0


def test_a_row_that_all_others_contradict_is_doubted(known):
    values = known.values.copy()
    values[7] += 3.0
    model = CompositionProcess("statistics", smooth=False, search_rows=150, search_iterations=8)
    noise = model.fit(known.table, values).noise_
    assert noise[7] == noise.max() > 10 * np.median(noise)


def test_refit_on_the_same_rows_changes_little(model, known):
    again = model.refit(known.table, known.values)
    assert np.abs(again.predict(known.table) - model.predict(known.table)).mean() < 0.01


def test_the_model_survives_the_store(model, known, tmp_path):
    file = store.save(tmp_path / "e.model", {"estimator": model}, {})
    again = store.read(file)[0]["estimator"]
    np.testing.assert_array_equal(again.predict(known.table), model.predict(known.table))


def test_what_cannot_be_fitted_is_refused(known):
    with pytest.raises(InputError, match="finite value"):
        CompositionProcess().fit(known.table, np.full(len(known), np.nan))
    with pytest.raises(InputError, match="is not known"):
        CompositionProcess("colours").fit(known.table, known.values)


def test_the_average_lies_between_its_processes_and_adds_their_gap():
    known = training_set("saturation_polarization_T")
    model = ProcessAverage().fit(known.table, known.values)
    new = mk.CompositionTable.from_strings(["Nd1.5Dy0.5Fe13CoB", "Sm2Fe17"], basis="atomic")
    one, two = (process.estimate(new) for process in model.processes_)
    got = model.estimate(new)
    np.testing.assert_allclose(got.mean, (one.mean + two.mean) / 2)
    assert (got.local >= np.abs(one.mean - two.mean) / 2).all()
    np.testing.assert_allclose(sum(model.parts(new).values()), got.mean, atol=1e-3)
    order = np.arange(len(known))
    for _, unmoved in model.shuffled(known.table, order):
        np.testing.assert_allclose(unmoved, model.predict(known.table), atol=1e-3)
