"""What all regressors over compositions promise, whatever they are made of."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

import magnetkit as mk
from magnetkit.errors import InputError
from magnetkit.surrogates import (
    CompositionProcess,
    DistilledProcess,
    PhysicsResidual,
    ProcessAverage,
)

FORMULAS = [f"Nd{2 - x:.2f}Dy{x:.2f}Fe14B" for x in np.linspace(0, 2, 12)] + ["SmCo5", "YCo5"]
VALUES = np.linspace(500.0, 900.0, len(FORMULAS))
MODELS = [
    CompositionProcess(search_iterations=3),
    ProcessAverage(),
    DistilledProcess(CompositionProcess(search_iterations=3)),
    PhysicsResidual(CompositionProcess(search_iterations=3), "curie_temperature_K"),
]


@pytest.fixture(scope="module", params=MODELS, ids=lambda m: type(m).__name__)
def model(request):
    return clone(request.param).fit(FORMULAS, VALUES)


def test_texts_and_tables_are_the_same(model):
    table = mk.CompositionTable.from_strings(FORMULAS, basis="atomic")
    for one, other in zip(model.estimate(FORMULAS), model.estimate(table), strict=True):
        np.testing.assert_array_equal(one, other)


def test_parts_sum_to_the_prediction(model):
    total = sum(model.parts(FORMULAS).values())
    np.testing.assert_allclose(total, model.predict(FORMULAS), rtol=1e-4)


def test_a_known_composition_is_most_like_itself(model):
    assert (model.similarity(FORMULAS).argmax(axis=1) == np.arange(len(FORMULAS))).all()


def test_inputs_left_in_place_change_nothing(model):
    for _, predicted in model.shuffled(FORMULAS, np.arange(len(FORMULAS))):
        np.testing.assert_allclose(predicted, model.predict(FORMULAS), rtol=1e-4)


def test_a_refit_is_another_model_of_the_same_type(model):
    other = model.refit(FORMULAS[:8], VALUES[:8])
    assert type(other) is type(model)
    assert other.similarity(FORMULAS).shape == (len(FORMULAS), 8)
    assert model.similarity(FORMULAS).shape == (len(FORMULAS), len(FORMULAS))


@pytest.mark.parametrize("ask", ["estimate", "parts", "similarity", "predict"])
def test_what_is_not_fitted_says_so(model, ask):
    with pytest.raises(NotFittedError):
        getattr(clone(model), ask)(FORMULAS)


@pytest.mark.parametrize("values", [VALUES[:-1], np.full(len(FORMULAS), np.nan)])
def test_a_fit_wants_a_finite_value_for_each(model, values):
    for fit in (clone(model).fit, model.refit):
        with pytest.raises(InputError, match="one finite value for each"):
            fit(FORMULAS, values)
