from contextlib import contextmanager

import numpy as np
import pandas as pd
import pytest
from magnetkit.errors import DataError, InputError
from magnetkit.settings import get_settings
from numpy.testing import assert_allclose

import magnetkit as mk
from magnetkit._core import _progress, datasets
from magnetkit.surrogates import energy
from magnetkit.surrogates.training_sets import Computed
from tests.recipes import make_table, mix

CURIE = "curie_temperature_K"
ENERGY = "formation_energy_eV_atom"
J_S = "saturation_polarization_T"


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("MAGNETKIT_CACHE_DIR", str(tmp_path / "cache"))
    get_settings.cache_clear()
    yield tmp_path / "cache"
    get_settings.cache_clear()


@pytest.fixture(scope="module")
def small():
    whole = mk.surrogates.training_set(ENERGY)
    return energy.fit(whole[np.arange(0, len(whole), 30)])


def test_load_reads_the_model_of_train(cache, tmp_path):
    file = tmp_path / "mine.csv"
    rows = []
    for x in (0.1, 0.2, 0.3, 0.4, 0.5):
        rows.append((f"{mix('Sm', 'Gd', x)}Co5", 1020.0 - 20.0 * x, f"p{x}"))
    pd.DataFrame(rows, columns=["composition", CURIE, "group"]).to_csv(
        file, index=False
    )
    model = mk.surrogates.train(CURIE, data=file)
    (model_file,) = (cache / "surrogates").glob("*.model")
    model_time = model_file.stat().st_mtime_ns
    again = mk.surrogates.load(CURIE, data=file, progress=False)
    assert again is not model
    assert model_file.stat().st_mtime_ns == model_time
    table = make_table("SmCo5", "Sm0.75Gd0.25Co5")
    pd.testing.assert_frame_equal(again.predict(table), model.predict(table))
    assert str(again).endswith(str(model_file))


@pytest.mark.parametrize(
    ("target", "name", "value"),
    [(CURIE, "add", 990.0), (ENERGY, "data", -0.1)],
)
def test_loads_anew_what_the_file_says_now(target, name, value, tmp_path):
    file = tmp_path / "mine.csv"
    rows = {"composition": ["SmCo5", "GdFe2"], target: [value, 0.9 * value]}
    pd.DataFrame(rows).to_csv(file, index=False)
    before = mk.surrogates.load(target, progress=False, **{name: file})
    same = mk.surrogates.load(target, progress=False, **{name: file})
    assert same.known is before.known
    file.write_text(file.read_text().replace("SmCo5", "SmCo4"))
    after = mk.surrogates.load(target, progress=False, **{name: file})
    assert before.fingerprint != after.fingerprint


def test_the_energy_has_the_columns_of_the_contract(small):
    table = small.known.table[:5]
    frame = small.predict(table)
    assert list(frame) == [
        ENERGY,
        f"{ENERGY}_lo",
        f"{ENERGY}_hi",
        "in_domain",
        "domain_distance",
    ]
    assert (frame[f"{ENERGY}_lo"] <= frame[ENERGY]).all()
    assert (frame[ENERGY] <= frame[f"{ENERGY}_hi"]).all()


def test_tries_rows_without_learning_them(small):
    assert (~small.known.learn).sum() > 0
    assert len(small.process.points_) == small.known.learn.sum()


def test_prefit_model_belongs_to_its_rows(small):
    whole = mk.surrogates.training_set(ENERGY)
    model = energy.stored_model(whole)
    assert model is not None
    assert energy.stored_model(whole[np.arange(len(whole) - 1)]) is None
    # (K + N) w = y: what the mean leaves of a known value is its noise times its weight.
    process = model.process
    learn = whole.learn
    some = np.arange(0, learn.sum(), 50)
    x = energy.columns(whole.table[learn])
    y = whole.values[learn]
    place = {row.tobytes(): i for i, row in enumerate(process.points_)}
    weight = np.array([process.weights_[place[x[i].tobytes()]] for i in some])
    noise = np.exp(2.0 * process.theta_[-1]) * process.inflation_[some] + 1e-6
    residual = y[some] - process.estimate(x[some]).mean
    # Single precision over 5,976 rows: 0.5 meV/atom.
    assert_allclose(residual, process.scale_ * noise * weight, atol=1e-3)
    assert np.abs(residual).max() > 0.02
    assert model.manifest["error"] < 0.065


def test_refuses_a_model_with_code(tmp_path, monkeypatch):
    file = tmp_path / "energy.npz"
    np.savez(file, data_sha256=np.array([print], dtype=object))
    monkeypatch.setattr(datasets, "path", lambda _: file)
    with pytest.raises(ValueError, match="allow_pickle=False"):
        energy.stored_model(mk.surrogates.training_set(ENERGY))


def test_refuses_invalid_arguments(tmp_path):
    with pytest.raises(InputError, match="use one of curie_temperature_K"):
        mk.surrogates.load("colour")
    with pytest.raises(
        InputError, match="follows from formation_energy_eV_atom"
    ):
        mk.surrogates.train(
            "energy_above_hull_eV_atom", data=tmp_path / "mine.csv"
        )
    with pytest.raises(InputError, match="takes rows of curie_temperature_K"):
        mk.surrogates.load(ENERGY, add=tmp_path / "mine.csv")
    with pytest.raises(DataError, match="cannot read"):
        mk.surrogates.train(CURIE, data=tmp_path / "none.csv")


def test_refuses_another_target_and_two_sets(small, tmp_path):
    with pytest.raises(InputError, match=f"of {ENERGY}, not of {CURIE}"):
        mk.surrogates.train(CURIE, small.known)
    with pytest.raises(InputError, match="not both"):
        mk.surrogates.train(ENERGY, small.known, data=tmp_path / "mine.csv")
    with pytest.raises(InputError, match="follows from"):
        mk.surrogates.train("energy_above_hull_eV_atom", small.known)


def test_a_frame_is_loaded_as_its_file_is(cache, tmp_path):
    frame = pd.DataFrame(
        {"composition": ["SmCo5", "GdCo5", "YCo5"], J_S: [1.07, 0.36, 1.06]}
    )
    frame.to_csv(tmp_path / "mine.csv", index=False)
    by_frame = mk.surrogates.load(J_S, data=frame)
    by_path = mk.surrogates.load(J_S, data=tmp_path / "mine.csv")
    assert by_frame.fingerprint == by_path.fingerprint
    assert list((cache / "tables").glob("frame-*.csv"))


def test_learns_any_column_of_a_table(cache):
    frame = pd.DataFrame(
        {
            "composition": ["SmCo5", "Sm2Co17", "Nd2Fe14B", "Y2Fe14B", "YCo5"],
            "melting / K": [1593.0, 1610.0, 1450.0, 1480.0, 1630.0],
        }
    )
    model = mk.surrogates.train("melting / K", data=frame)
    row = model.predict(["PrCo5"]).iloc[0]
    assert list(row.index)[:3] == [
        "melting / K",
        "melting / K_lo",
        "melting / K_hi",
    ]
    assert row["melting / K_lo"] < 1600.0 < row["melting / K_hi"]
    assert model.file.is_file()
    again = mk.surrogates.load("melting / K", data=frame)
    assert again.fingerprint == model.fingerprint
    assert "5 rows of 4 groups" in repr(again)
    # A row that only tests is not learnt from.
    some = frame.assign(learn=["true"] * 4 + ["false"])
    few = mk.surrogates.train("melting / K", data=some)
    assert few.estimator_.mixture_.rows == 4


def test_learns_the_set_of_the_user(small):
    few = small.known[np.arange(0, len(small.known), 4)]
    model = mk.surrogates.train(ENERGY, few)
    assert len(model.known) == len(few)
    assert model.target == ENERGY


def test_progress_counts_what_is_trained(tmp_path, monkeypatch):
    bars = []

    @contextmanager
    def bar(title, steps, is_shown):
        done = []
        yield lambda: done.append(title)
        bars.append((title, steps - len(done), is_shown))

    monkeypatch.setattr(_progress, "bar", bar)
    rows = {"composition": ["SmCo5", "GdCo5"], CURIE: [1020.0, 1014.0]}
    pd.DataFrame(rows).to_csv(tmp_path / "mine.csv")
    for options in ({}, {"progress": True}):
        mk.surrogates.train(CURIE, data=tmp_path / "mine.csv", **options)
    title = "training curie_temperature_K"
    assert bars == [(title, 0, False), (title, 0, True)]


def test_physics_names_itself():
    text = str(Computed("saturation_polarization_T"))
    assert (
        text
        == "saturation_polarization_T: from physics, see `magnetkit validate magnetism`"
    )
