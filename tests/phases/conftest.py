"""What the tests of the live pull share."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from magnetkit.settings import get_settings


@pytest.fixture
def mp_server(monkeypatch: pytest.MonkeyPatch) -> Iterator:
    """A server like the Materials Project's, named in the environment with a key.

    It is asked in the test's own process, and at once again where it fails.
    """
    from magnetkit.phases import _transport
    from tests.phases.mp_server import KEY, Server, ask_here

    server = Server()
    monkeypatch.setattr(_transport, "_ask_in_child", ask_here)
    monkeypatch.setattr(_transport, "PAUSE_S", 0.0)
    monkeypatch.setenv("MP_API_ENDPOINT", server.url)
    monkeypatch.setenv("MP_API_KEY", KEY)
    yield server
    server.close()


@pytest.fixture
def own_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """A cache for one test, with the models that are trained already and nothing else."""
    models = get_settings().cache_dir / "surrogates"
    if models.is_dir():
        shutil.copytree(models, tmp_path / "cache" / "surrogates")
    monkeypatch.setenv("MAGNETKIT_CACHE_DIR", str(tmp_path / "cache"))
    get_settings.cache_clear()
    yield tmp_path / "cache"
    get_settings.cache_clear()
