"""Settings from the environment."""

from pathlib import Path

import platformdirs
import pytest
from magnetkit.errors import InputError
from magnetkit.settings import HEAVY_RARE_EARTHS, get_settings

from magnetkit._core import settings
from magnetkit._core.settings import kernel_places

STRANGE = "MAGNETKIT_" + "Q" * 40


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


def test_unknown_names_are_told_once_each(monkeypatch, caplog):
    for name in ("MAGNETKIT_DATA_DIR", "MAGNETKIT_MIROR", STRANGE):
        monkeypatch.setenv(name, "~/mine")
    monkeypatch.setenv("MAGNETKI_DATA_DIR", "x")
    assert get_settings().data_dir == Path.home() / "mine"
    misspelt, strange = caplog.messages
    question = "did you mean MAGNETKIT_MIRROR?"
    assert misspelt == f"MAGNETKIT_MIROR is no setting; {question}"
    assert strange.startswith(f"{STRANGE} is no setting; there is MAGNETKIT_")


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("MAGNETKIT_MIRROR", "/none", " is '/none': it is no folder"),
        ("MAGNETKIT_CHARGE_INPUTS", "x", ": expected JSON"),
    ],
)
def test_names_a_setting_that_cannot_be_used(monkeypatch, name, text, says):
    monkeypatch.setenv(name, text)
    with pytest.raises(InputError, match=name + says):
        get_settings()


def test_kernels_lie_beside_the_package_or_where_a_variable_says(monkeypatch):
    for name in ("MAGNETKIT_NUMBA_CACHE", "NUMBA_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    beside = Path(settings.__file__).parent / "__pycache__"
    of_user = get_settings().cache_dir / "kernels"
    assert kernel_places() == (beside, of_user)
    monkeypatch.setenv("NUMBA_CACHE_DIR", "/kept")
    assert kernel_places() == (Path("/kept"),)
    monkeypatch.setenv("MAGNETKIT_NUMBA_CACHE", "0")
    assert kernel_places() == ()


@pytest.mark.parametrize(
    ("name", "taken", "refused"),
    [
        ("SCRAP", ('{"share": 0}', '{"share": 100}'), '{"share": 100.1}'),
        ("SCRAP", ('{"O": 0.5}',), '{"O": -0.1}'),
        ("YIELDS", ('{"milling": 1}',), '{"milling": 1.01}'),
        ("YIELDS", ('{"milling": 0.01}',), '{"milling": 0}'),
        ("UNITS", ("si", "cgs"), "SI"),
    ],
)
def test_numbers_of_a_setting_have_limits(monkeypatch, name, taken, refused):
    for text in taken:
        monkeypatch.setenv(f"MAGNETKIT_{name}", text)
        get_settings.cache_clear()
        get_settings()
    monkeypatch.setenv(f"MAGNETKIT_{name}", refused)
    get_settings.cache_clear()
    with pytest.raises(InputError, match=f"MAGNETKIT_{name}"):
        get_settings()


def test_nothing_set_is_the_default(monkeypatch):
    for name in settings.Settings.model_fields:
        monkeypatch.delenv(f"MAGNETKIT_{name.upper()}", raising=False)
    plain = get_settings()
    assert (plain.mirror, plain.units) == (None, "si")
    assert plain.charge_inputs == plain.scrap == plain.yields == {}
    data = Path(platformdirs.user_data_dir("magnetkit", appauthor=False))
    assert plain.data_dir == data
    assert plain.heavy_rare_earths == tuple(
        "Gd Tb Dy Ho Er Tm Yb Lu Y".split()
    )
    assert get_settings() is plain


@pytest.mark.parametrize("count", ["1", "04", "128", ""])
def test_a_thread_count_is_whole(monkeypatch, count):
    monkeypatch.setenv("NUMBA_NUM_THREADS", count)
    assert kernel_places() is not None
