"""Files of magnetkit 0.1 are read, or refused with the way to make them anew.

`of_0_1.zip` was written by 0.1.0: two recipes and a refused row screened for an actuator (without
the report's page), the same stopped before its end (without its chunk), a producer of two
magnets, a new profile, and the head of a trained model. A pull of 0.1 lies in tests/phases.
"""

import zipfile
from pathlib import Path

import numpy as np
import pytest
from magnetkit.errors import InputError, StoreError
from magnetkit.settings import get_settings

import magnetkit as mk
from magnetkit.explorer._results import Results
from magnetkit.run import ScreenResult

RECIPES = ["Nd2Fe14B", "Nd1.8Dy0.2Fe14B"]


@pytest.fixture
def old(tmp_path):
    with zipfile.ZipFile(Path(__file__).with_name("of_0_1.zip")) as files:
        files.extractall(tmp_path)
    return tmp_path


@pytest.fixture
def settings(old, monkeypatch):
    """Variables as 0.1 had them, set to the folder of old files."""
    monkeypatch.setenv("MAGNETKIT_CACHE_DIR", str(old))
    monkeypatch.setenv("MAGNETKIT_DATA_DIR", str(old / "data"))
    monkeypatch.setenv("MAGNETKIT_MIRROR", str(old))
    monkeypatch.setenv("MAGNETKIT_HEAVY_RARE_EARTHS", "Dy,Tb")
    get_settings.cache_clear()
    yield get_settings()
    monkeypatch.undo()
    get_settings.cache_clear()


def test_a_results_folder_is_refused_with_the_way_to_make_it_anew(old):
    for read in (ScreenResult.from_folder, Results):
        with pytest.raises(
            StoreError, match=r"0\.1\.0, which knew no decisions; screen its"
        ) as said:
            read(old / "res")
        assert "\n" not in str(said.value)


def test_an_unfinished_screening_is_refused_with_the_way_out(old):
    device = "aviation-actuator"
    with pytest.raises(InputError, match="start anew without --resume") as refusal:
        mk.screen(RECIPES, application=device, out=old / "unfinished", resume=True)
    assert "\n" not in str(refusal.value)
    assert "0.1.0" in str(refusal.value)


def test_a_calibration_and_the_settings_are_read(old, settings):
    assert settings.heavy_rare_earths == ("Dy", "Tb")
    assert settings.mirror == old
    (old / "data/mills").mkdir(parents=True)
    (old / "old-mill.json").rename(old / "data/mills/old-mill.json")
    asked = {"basis": "weight", "temperature": "150C"}
    row = mk.predict("Nd30.0Dy1.0B1.0Fe bal.", calibration="old-mill", **asked).iloc[0]
    bare = mk.predict("Nd30.0Dy1.0B1.0Fe bal.", **asked).iloc[0]
    # Its own magnets are near, and leave a narrower range.
    width = [np.log(r["coercivity_kA_m_hi"] / r["coercivity_kA_m_lo"]) for r in (row, bare)]
    assert width[0] < 0.6 * width[1]


def test_a_profile_is_read(old):
    profile = mk.applications.load(old / "my-pump.toml")
    assert profile.requirements
    assert profile.reference.formula


def test_a_trained_model_of_0_1_is_no_model_of_today(old, settings):
    from magnetkit.surrogates._store import file_of

    (found,) = (old / "surrogates").iterdir()
    assert file_of("curie_temperature_K", "780756364c913356") == found
    loaded = mk.surrogates.load("curie_temperature_K")
    assert loaded.predict(["Nd2Fe14B"]).loc[0, "curie_temperature_K"] == pytest.approx(582, abs=6)
    assert found.is_file()
