"""Settings from the environment."""

from pathlib import Path

import platformdirs
import pytest
from magnetkit.errors import InputError
from magnetkit.settings import HEAVY_RARE_EARTHS, get_settings


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
def test_a_list_of_elements_is_read_as_people_write_it(monkeypatch, text, want):
    monkeypatch.setenv("MAGNETKIT_HEAVY_RARE_EARTHS", text)
    assert get_settings().heavy_rare_earths == want


@pytest.mark.parametrize("text", ["Xx", "Dy;Tb", "Dy,dysprosium", "{}"])
def test_what_is_no_element_is_named_with_the_variable(monkeypatch, text):
    monkeypatch.setenv("MAGNETKIT_HEAVY_RARE_EARTHS", text)
    with pytest.raises(InputError, match=r"MAGNETKIT_HEAVY_RARE_EARTHS is .* is no element"):
        get_settings()


def test_an_empty_folder_is_not_the_current_one(monkeypatch):
    monkeypatch.setenv("MAGNETKIT_CACHE_DIR", "")
    want = Path(platformdirs.user_cache_dir("magnetkit", appauthor=False))
    assert get_settings().cache_dir == want
