"""What the tests of the live pull share."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from magnetkit.settings import get_settings


@contextmanager
def serve_documents(patch: pytest.MonkeyPatch) -> Iterator:
    """Run a server like the Materials Project's, named in the environment with a key.

    It is asked in the test's own process, and at once again where it fails.
    """
    from magnetkit.phases import _transport
    from tests.phases.mp_server import KEY, Server, ask_here

    server = Server()
    patch.setattr(_transport, "_ask_in_child", ask_here)
    patch.setattr(_transport, "PAUSE_S", 0.0)
    patch.setenv("MP_API_ENDPOINT", server.url)
    patch.setenv("MP_API_KEY", KEY)
    yield server
    server.close()


@pytest.fixture
def mp_server(monkeypatch: pytest.MonkeyPatch) -> Iterator:
    """A server like the Materials Project's, as of `serve_documents`."""
    with serve_documents(monkeypatch) as server:
        yield server


@contextmanager
def separate_cache(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Use a cache in a folder, with the models that are trained already and nothing else."""
    models = get_settings().cache_dir / "surrogates"
    if models.is_dir():
        shutil.copytree(models, folder / "cache" / "surrogates")
    patch.setenv("MAGNETKIT_CACHE_DIR", str(folder / "cache"))
    get_settings.cache_clear()
    yield folder / "cache"
    get_settings.cache_clear()


@pytest.fixture
def own_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """A cache for one test, as of `separate_cache`."""
    with separate_cache(tmp_path, monkeypatch) as cache:
        yield cache
