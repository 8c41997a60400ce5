"""What the physics alone answers, as a model; and any model as a regressor."""

import pandas as pd
import pytest
from magnetkit.errors import InputError
from numpy.testing import assert_allclose
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

import magnetkit as mk
from magnetkit.surrogates import CompositionRegressor
from tests.recipes import mix

J_S = "saturation_polarization_T"
K_1 = "anisotropy_constant_MJ_m3"
CURIE = "curie_temperature_K"


@pytest.mark.parametrize("target", [J_S, K_1])
def test_the_model_says_what_predict_prints(target):
    recipes = ["Nd2Fe14B", "SmCo5", "Fe2O3"]
    prediction = mk.surrogates.load(target).predict(
        recipes, interval=0.5, temperature="150C"
    )
    frame = mk.predict(recipes, "150C", interval=0.5)
    for name in (target, f"{target}_lo", f"{target}_hi"):
        assert_allclose(prediction[name], frame[name], rtol=1e-12)
    assert (prediction[f"{target}_data_share"] == 0.0).all()
    assert prediction["in_domain"].tolist() == frame["in_domain"].tolist()


def test_without_a_file_there_is_nothing_to_train():
    with pytest.raises(InputError, match="comes from physics"):
        mk.surrogates.train(J_S)
    with pytest.raises(InputError, match="add= takes rows of"):
        mk.surrogates.load(J_S, add="mine.csv")


def test_a_users_file_is_learnt_from_alone(tmp_path):
    rows = []
    for x in (0.1, 0.3, 0.5, 0.7, 0.9):
        rows.append((f"{mix('Sm', 'Y', x)}Co5", 2.0 + x, f"p{x}"))
    pd.DataFrame(rows, columns=["composition", J_S, "group"]).to_csv(
        tmp_path / "mine.csv"
    )
    model = mk.surrogates.train(J_S, data=tmp_path / "mine.csv")
    # Twice what SmCo5 has: no value of ours has entered.
    assert model.predict("Sm0.6Y0.4Co5")[J_S][0] == pytest.approx(2.4, abs=0.1)


@pytest.mark.parametrize("target", [CURIE, "energy_above_hull_eV_atom"])
def test_a_loaded_model_is_a_regressor_of_compositions(target):
    estimator = mk.surrogates.load(target).estimator_
    table = mk.CompositionTable.from_strings(["SmCo5", "Nd2Fe14B"])
    expected = mk.surrogates.load(target).predict(table)[target].to_numpy()
    for argument in (table, ["SmCo5", "Nd2Fe14B"], table.to_array()):
        answer = estimator.predict(argument)
        assert answer.shape == (2,)
        assert_allclose(answer, expected, rtol=1e-9)
    with pytest.raises(NotFittedError):
        clone(estimator).predict(["SmCo5"])


def test_a_regressor_is_trained_anew():
    recipes = [
        f"{mix('Sm', 'Gd', x)}Co5" for x in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
    ]
    values = [1000.0 + 10.0 * k for k in range(6)]
    regressor = CompositionRegressor(CURIE).fit(
        recipes, values, groups=list("abcdef")
    )
    assert regressor.predict(recipes) == pytest.approx(values, abs=15.0)
    with pytest.raises(InputError, match="y must be 6 numbers"):
        regressor.fit(recipes, values[:3])
