"""The licence of every run-time dependency, as its own installed metadata states it.

``python -m benchmarks.faults.licences`` writes THIRD_PARTY.md.
"""

import re
import tomllib
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
FILE = ROOT / "THIRD_PARTY.md"
RUN_TIME_EXTRAS = ("cluster", "plots", "pull")

PERMISSIVE = re.compile(
    r"MIT|BSD|Apache|ISC|PSF|Python Software Foundation|HPND|Zlib|0BSD|CC0|Unlicense|CMU|BSL",
    re.IGNORECASE,
)
# Weak copyleft: a library used unchanged, as these are, sets no terms for what uses it.
WEAK_COPYLEFT = re.compile(r"MPL|Mozilla|LGPL", re.IGNORECASE)
_HEAD = """# Licences of what magnetkit runs on

Every package that `pip install magnetkit[cluster,plots]` brings along (Python 3.11, Linux),
with the licence its installed metadata state. None of them is part of magnetkit's wheel, except
what the HTML report embeds: plotly.js, MIT. Written by
`python -m benchmarks.faults.licences`; the tests check it against what is installed.

| package | licence | needed by |
| --- | --- | --- |
"""

_TAIL = """
# Known advisories of them

Not known as of 2026-11-26: no service that knows advisories of security could be reached where this
was written (`make audit` asks one with pip-audit). The one list that can be had as a package,
safety-db of July 2021, names none of the versions in constraints.txt; what was found since is not
in it. Run pip-audit on your own environment where such a service can be reached.
"""


def project() -> dict:
    with (ROOT / "pyproject.toml").open("rb") as stream:
        return tomllib.load(stream)["project"]


def direct() -> list[Requirement]:
    """Return the run-time requirements of the project."""
    whole = project()
    extras = [
        r
        for extra in RUN_TIME_EXTRAS
        for r in whole["optional-dependencies"][extra]
    ]
    return [Requirement(text) for text in (*whole["dependencies"], *extras)]


def closure() -> dict[str, str]:
    """Return every package needed at run time, and one that needs it."""
    licences: dict[str, str] = {}
    queue = [(r, "magnetkit") for r in direct()]
    while queue:
        requirement, needed_by = queue.pop(0)
        name = canonicalize_name(requirement.name)
        if requirement.marker and not any(
            requirement.marker.evaluate({"extra": extra})
            for extra in (*requirement.extras, "")
        ):
            continue
        if name in licences:
            continue
        try:
            package = distribution(name)
        except PackageNotFoundError:
            if needed_by == "magnetkit":
                raise
            continue
        licences[name] = needed_by
        for text in package.requires or []:
            inner = Requirement(text)
            extras = requirement.extras | {""}
            if inner.marker is None or any(
                inner.marker.evaluate({"extra": e}) for e in extras
            ):
                inner.marker = None
                queue.append((inner, name))
    return licences


def licence(package: Distribution) -> str:
    """Return the licence of a package: SPDX expression, classifier, or the short text field."""
    meta = package.metadata
    if meta.get("License-Expression"):
        return meta["License-Expression"]
    kinds = [
        c.split(" :: ")[-1]
        for c in meta.get_all("Classifier") or []
        if "License ::" in c
    ]
    kinds = [k for k in kinds if k != "OSI Approved"]
    if kinds:
        return " / ".join(kinds)
    field = (meta.get("License") or "").strip()
    if field and "\n" not in field and len(field) < 60:
        return field
    return ""


def table() -> str:
    rows = [
        f"| {name} | {licence(distribution(name))} | {needed_by} |"
        for name, needed_by in sorted(closure().items())
    ]
    return _HEAD + "\n".join(rows) + "\n" + _TAIL


if __name__ == "__main__":
    FILE.write_text(table(), encoding="utf-8")
    print(f"{FILE}: {len(closure())} packages")
