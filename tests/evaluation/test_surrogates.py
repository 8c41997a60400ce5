import numpy as np
import pandas as pd
import pytest

from magnetkit.evaluation.surrogates import peers, validate, validation
from magnetkit.magnetism import believing


@pytest.fixture(scope="module")
def report():
    return validate("curie_temperature_K", peers=False)


def test_model_physics_and_data_stand_beside_each_other(report):
    error = {
        name: np.abs(report.made[name] - report.made["value"]).mean()
        for name in ("model", "physics alone", "data alone")
    }
    # Families left out: without the physics the data know nothing of them.
    assert error["model"] < 0.7 * error["data alone"]
    assert "| papers" not in report.text.split("Intervals")[0].split("compilations")[1]
    for part in ("model", "physics alone", "data alone", "Intervals of 90%", "The worst 50"):
        assert part in report.text


def test_every_row_was_left_out_once(report):
    assert len(report.made) == len(believing.training_set())
    assert report.made["model"].notna().all()


def test_a_fold_takes_its_compounds_out_of_every_source():
    known = believing.training_set()
    compounds = np.array(validation.keys(known.table.to_array()), object)
    seen = np.zeros(len(known), int)
    for train, test in validation._splits(known):
        assert not set(compounds[train]) & set(compounds[test])
        seen[test] += 1
    assert (seen == 1).all()


def test_peers_are_trained_on_the_same_rows():
    known = believing.training_set()
    for name, fit in peers.peers().items():
        predict = fit(known.table[:60], known.values[:60])
        error = np.abs(predict(known.table[:60]) - known.values[:60])
        assert np.nanmean(error) < 60.0, name
        assert isinstance(pd.Series(predict(known.table[60:])).mean(), float)


def test_the_vote_speaks_of_2_14_1_alone():
    known = believing.training_set()
    fit = peers.peers()["vote on element counts (2:14:1)"]
    own = peers.phases_of(known.table)[0] == peers.HOST_NAMES.index("2:14:1")
    assert 30 <= own.sum() < 100
    made = fit(known.table, known.values)(known.table)
    assert np.isfinite(made).tolist() == own.tolist()
    few = known[np.flatnonzero(~own)]
    assert np.isnan(fit(few.table, few.values)(known.table)).all()
