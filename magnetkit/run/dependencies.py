"""What a part depends on beside its piece and its job, as it is in this process.

Data, models, code and packages are named by the bytes that are read, so that a process on another
machine, or a later run, can tell whether it would answer the same.
"""

import hashlib
import json
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from .. import datasets
from .._version import __version__
from ..files import whole
from ..learning.curie import TARGET
from ..learning.fingerprint import syntax_sha256
from ..ranking.judged import Job
from ..settings import get_settings

VERSIONED = ("numba", "numpy", "pandas", "pyarrow", "scikit-learn", "scipy")
"""Packages on whose version a figure may depend."""

# Rooms that no judged candidate depends on; whatever is not named here may decide.
APART = ("cli", "diffusion", "replacement", "show")


def dependencies(job: Job) -> dict[str, Any]:
    """Return what the answers to a job depend on in this process, as JSON values.

    Parameters
    ----------
    job : Job
        Says which scenario and which phases are read.

    Returns
    -------
    dict
        Version and syntax of the code; hashes of the embedded tables, of the phases and of the
        model that every row asks; the supply scenario in full; settings; versions of packages.

    Raises
    ------
    DataError
        If an embedded table was changed after this process had read it.
    """
    from ..magnetism.believing import load
    from ..phases import open_snapshot
    from ..supply.scenario import load_scenario

    datasets.refuse_changed()
    conditions = job.conditions
    # The belief is asked of every row; the formation energy's model where the phase data have no
    # answer, and then named by the part (`work.Part`).
    belief = load(conditions.data, conditions.add)
    return {
        "magnetkit": __version__,
        "code": code_sha256(),
        "data": datasets.digests(),
        "model": {TARGET: belief.fingerprint},
        "phases_files": dict(open_snapshot(conditions.snapshot).manifest.get("files", {})),
        "scenario_content": load_scenario(conditions.scenario).model_dump(mode="json"),
        "settings": {"heavy_rare_earths": list(get_settings().heavy_rare_earths)},
        "versions": _versions(),
    }


@lru_cache(maxsize=1)
def code_sha256() -> str:
    """Return a hash of the syntax of the modules that decide an answer."""
    package = Path(__file__).resolve().parents[1]
    whole_package = sorted(package.rglob("*.py"))
    files = [file for file in whole_package if file.relative_to(package).parts[0] not in APART]
    written = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    # To parse all these takes most of a second: once for each state of the files.
    note = get_settings().cache_dir / "syntax" / f"{sys.implementation.cache_tag}-{written}"
    with suppress(OSError, ValueError):
        if re.fullmatch(r"[0-9a-f]{64}", known := note.read_text()):
            return known
    found = syntax_sha256(files)
    with suppress(OSError):
        note.parent.mkdir(parents=True, exist_ok=True)
        with whole(note) as work:
            work.write_text(found)
    return found


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
