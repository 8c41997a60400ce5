from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import magnetkit as mk
from magnetkit.errors import DataError, InputError
from magnetkit.settings import get_settings
from magnetkit.surrogates.surrogate import fit

TARGET = "saturation_polarization_T"


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("MAGNETKIT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("MAGNETKIT_MIRROR", raising=False)
    get_settings.cache_clear()
    yield tmp_path / "cache"
    get_settings.cache_clear()


@pytest.fixture
def table():
    return mk.CompositionTable.from_strings(
        ["SmCo5", "Sm0.8Gd0.2Co5", "Nd2Fe14B", "Nd1.8Dy0.2Fe14B", "Cu"], basis="atomic"
    )


def test_predict_has_the_columns_of_the_contract(table):
    frame = mk.surrogates.load(TARGET, progress=False).predict(table)
    assert list(frame) == [
        TARGET,
        f"{TARGET}_lo",
        f"{TARGET}_hi",
        "in_domain",
        "domain_distance",
    ]
    assert frame.index.equals(pd.RangeIndex(5))
    assert (frame[f"{TARGET}_lo"] <= frame[TARGET]).all()
    assert (frame[TARGET] <= frame[f"{TARGET}_hi"]).all()
    assert frame["in_domain"].tolist() == [True, True, True, True, False]
    assert frame["domain_distance"].idxmax() == 4


def test_a_wider_interval_holds_a_narrower_one(table):
    model = mk.surrogates.load(TARGET, progress=False)
    narrow, wide = model.predict(table, 0.5), model.predict(table, 0.95)
    assert (wide[f"{TARGET}_hi"] > narrow[f"{TARGET}_hi"]).all()
    np.testing.assert_array_equal(wide[TARGET], narrow[TARGET])


@pytest.mark.parametrize("interval", [0, 1, 90])
def test_an_interval_outside_zero_to_one_is_refused(table, interval):
    with pytest.raises(InputError, match="between 0 and 1"):
        mk.surrogates.load(TARGET, progress=False).predict(table, interval)


def test_the_estimator_is_a_regressor_that_gives_the_same_values(table):
    model = mk.surrogates.load(TARGET, progress=False)
    values = model.estimator_.predict(table)
    assert values.shape == (5,)
    np.testing.assert_array_equal(values, model.predict(table)[TARGET])
    assert len(model.predict(table[:0])) == 0


def test_gadolinium_lowers_polarization(table):
    values = mk.surrogates.load(TARGET, progress=False).predict(table)[TARGET]
    assert values[1] < values[0]
    assert values[3] < values[2]


def test_training_again_gives_the_same_model(table):
    first = mk.surrogates.train(TARGET).predict(table)
    second = mk.surrogates.train(TARGET).predict(table)
    pd.testing.assert_frame_equal(first, second)


def test_load_reads_what_train_kept(cache, table, capsys):
    trained = mk.surrogates.load(TARGET)
    assert capsys.readouterr().out == ""
    (file,) = (cache / "surrogates").glob("*.model")
    written = file.stat().st_mtime_ns
    mk.surrogates.surrogate._load.cache_clear()
    again = mk.surrogates.load(TARGET)
    assert again is not trained
    assert file.stat().st_mtime_ns == written
    pd.testing.assert_frame_equal(again.predict(table), trained.predict(table))


def test_a_user_table_trains_another_model(tmp_path, cache, table):
    file = tmp_path / "mine.csv"
    texts = ["SmCo5", "Sm0.9Gd0.1Co5", "Sm0.7Gd0.3Co5", "Nd2Fe14B", "Pr2Fe14B", "?"]
    pd.DataFrame(
        {
            "composition": texts,
            TARGET: [1.1, 1.0, 0.8, 1.6, 1.55, 1.0],
            "group": ["a", "a", "a", "b", "b", "b"],
        }
    ).to_csv(file, index=False)
    model = mk.surrogates.train(TARGET, data=file)
    assert len(model.known) == 5
    assert model.manifest["removed"]["composition that cannot be read"] == 1
    assert mk.surrogates.load(TARGET, data=file, progress=False).manifest["rows"] == 5
    assert len(list((cache / "surrogates").glob("*.model"))) == 1


def test_the_distance_to_the_hull_is_the_energy_less_the_hull():
    whole = mk.surrogates.training_set("formation_energy_eV_atom")
    energy = fit(whole[np.arange(0, len(whole), 40)])
    few = whole.table[np.arange(7, 12)]
    distance = replace(energy, target="energy_above_hull_eV_atom").predict(few)
    expected = energy.predict(few)["formation_energy_eV_atom"] - mk.phases.hull_energy(few)
    np.testing.assert_allclose(
        distance["energy_above_hull_eV_atom"], expected.clip(lower=0.0), atol=1e-12
    )
    assert (distance["energy_above_hull_eV_atom_lo"] >= 0.0).all()


def test_the_distance_to_the_hull_learns_from_no_data_of_its_own(tmp_path):
    with pytest.raises(InputError, match="follows from formation_energy_eV_atom"):
        mk.surrogates.train("energy_above_hull_eV_atom", data=tmp_path / "mine.csv")


def test_what_was_only_tried_is_tested_on_but_not_learnt():
    whole = mk.surrogates.training_set("formation_energy_eV_atom")
    part = whole[np.arange(0, len(whole), 40)]
    assert 0 < (~part.learn).sum() < 20
    model = fit(part)
    assert len(model.residuals) == len(part)
    assert len(model.estimator_.exact_.noise_) == part.learn.sum()


def test_a_model_says_what_it_is_in_one_line():
    text = str(mk.surrogates.load(TARGET, progress=False))
    known = mk.surrogates.training_set(TARGET)
    groups = len(set(known.groups))
    assert text.startswith(f"{TARGET}: {len(known)} compositions in {groups} groups")
    assert text.endswith(".model")


def test_unknown_targets_and_files_are_refused(tmp_path):
    with pytest.raises(InputError, match="use one of curie_temperature_K"):
        mk.surrogates.load("colour")
    with pytest.raises(DataError, match="cannot read"):
        mk.surrogates.train(TARGET, data=tmp_path / "none.csv")
    file = tmp_path / "bad.csv"
    file.write_text("composition,x\nSmCo5,1\n")
    with pytest.raises(InputError, match="needs a column 'saturation_polarization_T'"):
        mk.surrogates.train(TARGET, data=file)
