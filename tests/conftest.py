"""What every test shares: a cache of its own, no mirror, no deadline that compiling would miss."""

import gc
import os
import shutil
import tempfile
from contextlib import closing

import hypothesis
import pytest

# One cache for all workers of a run. TESTS_CACHE names a folder that is kept between
# runs, so that trying one file again compiles and trains nothing anew.
_KEPT = os.environ.pop("TESTS_CACHE", "")
_SHARED = (
    os.environ.get("MAGNETKIT_CACHE_DIR")
    if "PYTEST_XDIST_WORKER" in os.environ
    else ""
)
_OWN = "" if _KEPT or _SHARED else tempfile.mkdtemp(prefix="magnetkit-tests-")
# Set before anything reads the settings; commands run in subprocesses inherit it.
os.environ["MAGNETKIT_CACHE_DIR"] = _KEPT or _SHARED or _OWN
for name in ("MAGNETKIT_MIRROR", "MP_API_KEY", "MP_API_ENDPOINT"):
    os.environ.pop(name, None)

hypothesis.settings.register_profile(
    "magnetkit", deadline=None, print_blob=True
)
hypothesis.settings.load_profile("magnetkit")


@pytest.fixture
def terminal(monkeypatch):
    """Print as on a terminal of 100 columns."""
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr("magnetkit.report._text.to_terminal", lambda: True)


@pytest.fixture(scope="module")
def module_browser(tmp_path_factory):
    """Give the browser of a file of tests: to start one takes longer than most tests."""
    from tests.report.browser.browser import Browser

    with closing(Browser(tmp_path_factory.mktemp("browser"))) as started:
        yield started


@pytest.fixture
def browser_window(module_browser, tmp_path):
    """Give a window without a page, which takes downloads into the test's folder."""
    module_browser.clear(tmp_path)
    return module_browser


# Files of few tests that take long; two workers that begin with them end together.
_LONG = (
    "test_notebooks",
    "test_jit",
    "test_howtos",
    "test_transcripts",
    "test_pages",
    "test_regressor",
    "test_scientist",
    "test_bucket",
    "test_examples",
    "test_cluster",
    "test_data",
    "test_training",
    "test_validation",
    "test_types",
)


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.path.stem not in _LONG)


def pytest_collection_finish():
    # What was imported and collected stays: it need not be looked through for garbage again.
    gc.freeze()


def pytest_unconfigure():
    if _OWN:
        shutil.rmtree(_OWN, ignore_errors=True)
