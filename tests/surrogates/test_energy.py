import numpy as np
import pytest

import magnetkit as mk
from magnetkit.errors import InputError
from magnetkit.surrogates import EnergyEnsemble, store, training_set


@pytest.fixture(scope="module")
def known():
    whole = training_set("formation_energy_eV_atom")
    return whole[np.arange(0, len(whole), 20)]


@pytest.fixture(scope="module")
def model(known):
    return EnergyEnsemble(trees=10).fit(known.table, known.values)


def test_known_rows_come_back_within_the_tube_and_the_trees(model, known):
    error = np.abs(model.predict(known.table) - known.values)
    assert np.median(error) < 0.02
    assert model.predict(known.table[:0]).shape == (0,)


def test_parts_add_up_and_neighbours_include_the_row_itself(model, known):
    some = known.table[:4]
    total = sum(model.parts(some).values())
    np.testing.assert_allclose(total, model.predict(some), rtol=1e-9)
    assert (model.similarity(some, known.table).argmax(axis=1) == np.arange(4)).all()


def test_spread_grows_away_from_what_is_known(model, known):
    far = mk.CompositionTable.from_strings(["HfN0.01"], basis="atomic")
    assert model.mean_and_spread(far)[1][0] > np.median(model.mean_and_spread(known.table)[1])


def test_the_model_survives_the_store(model, known, tmp_path):
    file = store.save(tmp_path / "e.model", {"estimator": model}, {})
    again = store.read(file)[0]["estimator"]
    np.testing.assert_array_equal(again.predict(known.table), model.predict(known.table))


def test_values_that_are_not_finite_are_refused(known):
    with pytest.raises(InputError, match="finite value"):
        EnergyEnsemble().fit(known.table, np.full(len(known), np.nan))
