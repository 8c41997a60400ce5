"""Settings from the environment."""

from pathlib import Path

import platformdirs
import pytest
from magnetkit.errors import InputError
from magnetkit.settings import HEAVY_RARE_EARTHS, get_settings

from magnetkit._core.settings import kernel_places


@pytest.fixture(autouse=True)
def _anew():
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("Dy", ("Dy",)),
        ("Dy,Tb", ("Dy", "Tb")),
        (" Dy, Tb ", ("Dy", "Tb")),
        ('["Dy", "Tb"]', ("Dy", "Tb")),
        ("", HEAVY_RARE_EARTHS),
    ],
)
def test_reads_a_list_of_elements_as_people_write_it(monkeypatch, text, want):
    monkeypatch.setenv("MAGNETKIT_HEAVY_RARE_EARTHS", text)
    assert get_settings().heavy_rare_earths == want


@pytest.mark.parametrize(
    "text", ["Xx", "Dy;Tb", "Dy,dysprosium", "{}", ",", "Dy,Dy", "Dy,Fe"]
)
def test_names_the_variable_of_a_wrong_element_list(monkeypatch, text):
    monkeypatch.setenv("MAGNETKIT_HEAVY_RARE_EARTHS", text)
    with pytest.raises(
        InputError, match=r"EARTHS is .* (is no rare earth|twice, or none)"
    ):
        get_settings()


@pytest.mark.parametrize("count", ["0", "-1", "many", "1.5"])
def test_names_an_invalid_thread_count(monkeypatch, count):
    monkeypatch.setenv("NUMBA_NUM_THREADS", count)
    with pytest.raises(InputError, match=f"NUMBA_NUM_THREADS is '{count}'"):
        kernel_places()


def test_an_empty_folder_is_not_the_current_one(monkeypatch):
    monkeypatch.setenv("MAGNETKIT_CACHE_DIR", "")
    want = Path(platformdirs.user_cache_dir("magnetkit", appauthor=False))
    assert get_settings().cache_dir == want


def test_home_unknown_name_and_missing_mirror(monkeypatch, caplog):
    monkeypatch.setenv("MAGNETKIT_DATA_DIR", "~/mine")
    monkeypatch.setenv("MAGNETKIT_MIROR", "/x")
    assert get_settings().data_dir == Path.home() / "mine"
    assert (
        "MAGNETKIT_MIROR is no setting; did you mean MAGNETKIT_MIRROR?"
        in caplog.text
    )
    get_settings.cache_clear()
    monkeypatch.setenv("MAGNETKIT_MIRROR", "/no/such/folder")
    with pytest.raises(
        InputError,
        match="MAGNETKIT_MIRROR is '/no/such/folder': it is no folder",
    ):
        get_settings()
