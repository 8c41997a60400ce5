import sys

import numpy as np
import pandas as pd
import pytest
from magnetkit.errors import InputError
from numpy.testing import assert_allclose

from benchmarks.accuracy.surrogates import (
    beside,
    peers,
    validate,
    validation,
)
from magnetkit.surrogates import _curie_training, training_set


@pytest.fixture(scope="module")
def report():
    return validate("curie_temperature_K", peers=False)


def test_model_physics_and_data_stand_beside_each_other(report):
    frame = report.made[report.made["physics alone"].notna()]
    error = {
        name: np.abs(frame[name] - frame["value"]).mean()
        for name in ("model", "physics alone", "data alone")
    }
    # Families left out: without the physics the data know little of them.
    assert error["model"] < 0.8 * error["data alone"]
    assert (
        "| papers"
        not in report.text.split("Intervals")[0].split("compilations")[1]
    )
    for part in (
        "model",
        "physics alone",
        "data alone",
        "Intervals of 90%",
    ):
        assert part in report.text


def test_every_row_is_left_out_in_one_fold(report):
    assert len(report.made) == len(_curie_training.training_set())
    assert report.made["model"].notna().all()


def test_left_out_rows_are_asked_as_a_user_asks():
    """What a fold says of its rows is `predict` of a model trained on the others."""
    dataset = _curie_training.training_set()
    result = _curie_training.left_out(_curie_training.fit_model(dataset))
    train, test = next(validation._splits(dataset))
    frame = _curie_training.fit_model(dataset[train]).predict(
        dataset.table[test]
    )
    is_finite = frame["curie_temperature_K"].notna().to_numpy()
    assert is_finite.sum() > 0.9 * len(test)
    got = frame["curie_temperature_K"].to_numpy()[is_finite]
    assert_allclose(got, result.mean[test][is_finite], rtol=1e-6)


def test_a_fold_takes_its_compounds_out_of_every_source():
    dataset = _curie_training.training_set()
    compounds = np.array(validation.keys(dataset.table.to_array()), object)
    visits = np.zeros(len(dataset), int)
    for train, test in validation._splits(dataset):
        assert not set(compounds[train]) & set(compounds[test])
        visits[test] += 1
    assert (visits == 1).all()


def _require_boosters():
    for name in ("lightgbm", "xgboost"):
        pytest.importorskip(name)


def test_peers_are_trained_on_the_same_rows():
    _require_boosters()
    dataset = _curie_training.training_set()
    for name, fit in peers.peers().items():
        predict = fit(dataset.table[:60], dataset.values[:60])
        error = np.abs(predict(dataset.table[:60]) - dataset.values[:60])
        assert np.nanmean(error) < 60.0, name
        assert isinstance(pd.Series(predict(dataset.table[60:])).mean(), float)


def test_the_vote_speaks_of_2_14_1_alone():
    _require_boosters()
    dataset = _curie_training.training_set()
    fit = peers.peers()["vote on element counts (2:14:1)"]
    is_host = peers.curie_phases(dataset.table)[0] == peers.HOST_NAMES.index(
        "2:14:1"
    )
    assert 30 <= is_host.sum() < 100
    prediction = fit(dataset.table, dataset.values)(dataset.table)
    assert np.isfinite(prediction).tolist() == is_host.tolist()
    few = dataset[np.flatnonzero(~is_host)]
    assert np.isnan(fit(few.table, few.values)(dataset.table)).all()


def test_missing_extra_names_the_way_out(monkeypatch):
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    with pytest.raises(
        InputError,
        match=r"(lightgbm|xgboost).*magnetkit\[evaluation\].*--no-peers",
    ):
        peers.peers()


def test_the_four_families_together_are_those_named_and_no_nitride(report):
    lines = [
        line
        for line in report.text.splitlines()
        if "2:14:1, 1:5, 2:17 and 1:12" in line
    ]
    count = int(
        next(line for line in lines if "| model |" in line).split("|")[3]
    )
    frame = report.made[~report.made["group"].str.startswith("system ")]
    assert count == frame["host"].isin(["2:14:1", "1:5", "2:17", "1:12"]).sum()
    assert (frame["host"] == "2:17:3").any()


@pytest.mark.parametrize("target", ["x", "", "saturation_polarization_T"])
def test_validates_only_learnable_targets(target):
    with pytest.raises(
        InputError, match="not validated; use one of curie_temperature_K"
    ):
        validate(target)


def test_glasses_and_films_of_the_series_are_told_from_crystals(
    monkeypatch, tmp_path
):
    columns = [
        "Material_Name",
        "Curie",
        "DOI",
        "Experimental",
        "Crystal_Structure",
    ]
    cells = [
        ("Fe83Nd5Cr8B4", "322", "10.1/A", "True", "Amorphous"),
        ("Nd2Fe14B", "585", "10.1/A", "True", "Tetragonal"),
        ("SmCo5", "1000", "10.1/B", "True", "thin film"),
    ]
    file = tmp_path / "papers.csv"
    pd.DataFrame(cells, columns=columns).assign(Lattice_Structure="").to_csv(
        file, index=False
    )
    monkeypatch.setattr(beside, "fetch", lambda name: file)
    data = {"composition": ["Nd5Fe83B4Cr8", "Nd2Fe14B", "SmCo5", "SmCo5"]}
    data |= {"curie_temperature_K": [322.0, 585.0, 1000.0, 1000.0]}
    data |= {
        "group": ["10.1/a", "10.1/a", "10.1/b", "10.1/c"],
        "basis": "atomic",
    }
    rows = training_set("curie_temperature_K", pd.DataFrame(data))
    assert beside.mark_crystals(rows).tolist() == [False, True, False, True]
