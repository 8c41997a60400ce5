"""What a part depends on beside its piece and its job, as it is in this process.

Data, models, code and packages are named by the bytes that are read, so that a process on another
machine, or a later run, can tell whether it would answer the same.
"""

import json
from collections.abc import Iterator
from functools import lru_cache
from importlib.metadata import version
from typing import Any

from .. import datasets
from .._version import __version__
from ..prediction.properties import SURROGATE_FALLBACKS
from ..ranking.judged import Job
from ..settings import get_settings
from .work import code_sha256

VERSIONED = ("numba", "numpy", "pandas", "pyarrow", "scikit-learn", "scipy")
"""Packages on whose version a figure may depend."""


def dependencies(job: Job) -> dict[str, Any]:
    """Return what the answers to a job depend on in this process, as JSON values.

    Parameters
    ----------
    job : Job
        Says which scenario and which phases are read.

    Returns
    -------
    dict
        Version and hash of the code; hashes of the embedded tables, of the phases and of the model
        that every row asks; the supply scenario in full; settings; versions of packages.

    Raises
    ------
    DataError
        If an embedded table was changed after this process had read it.
    """
    from ..phases import open_snapshot
    from ..supply.scenario import load_scenario
    from ..surrogates import load

    datasets.refuse_changed()
    conditions = job.conditions
    # The domain of every row is that of the first; the other is asked where the physics has no
    # answer, and then named by the part (`work.Part`).
    target = SURROGATE_FALLBACKS[0]
    return {
        "magnetkit": __version__,
        "code": code_sha256(),
        "data": datasets.digests(),
        "model": {target: load(target).fingerprint},
        "phases_files": dict(open_snapshot(conditions.snapshot).manifest.get("files", {})),
        "scenario_content": load_scenario(conditions.scenario).model_dump(mode="json"),
        "settings": {"heavy_rare_earths": list(get_settings().heavy_rare_earths)},
        "versions": _versions(),
    }


@lru_cache(maxsize=1)
def _versions() -> dict[str, str]:
    return {package: version(package) for package in VERSIONED}


def differences(before: Any, now: Any, name: str = "") -> Iterator[str]:
    """Yield in what two JSON values differ, by name."""
    if isinstance(before, dict) and isinstance(now, dict):
        for key in sorted(set(before) | set(now)):
            yield from differences(before.get(key), now.get(key), f"{name} {key}".strip())
    elif before != now:
        there, here = (_short(value) for value in (before, now))
        yield f"{name} {there} there, {here} here".strip()


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else f"{text[:12]}..."
