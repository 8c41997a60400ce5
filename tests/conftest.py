"""What every test shares: a cache of its own, no mirror, no deadline that compiling would miss."""

import os
import shutil
import tempfile

import hypothesis

_CACHE = tempfile.mkdtemp(prefix="magnetkit-tests-")
# Set before anything reads the settings; commands run in subprocesses inherit it.
os.environ["MAGNETKIT_CACHE_DIR"] = _CACHE
for name in ("MAGNETKIT_MIRROR", "MP_API_KEY", "MP_API_ENDPOINT"):
    os.environ.pop(name, None)

hypothesis.settings.register_profile("magnetkit", deadline=None, print_blob=True)
hypothesis.settings.load_profile("magnetkit")


def pytest_unconfigure():
    shutil.rmtree(_CACHE, ignore_errors=True)
