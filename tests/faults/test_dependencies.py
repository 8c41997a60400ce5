"""Every dependency has a lowest and a highest tested version, and a licence that sets no terms."""

import re
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from benchmarks.faults import licences

# What the notebooks need is opened by hand and not pinned.
TESTED_EXTRAS = ("cluster", "plots", "pull", "dev")


def pins(name: str) -> dict[str, Version]:
    versions = {}
    for line in (
        (licences.ROOT / name).read_text(encoding="utf-8").splitlines()
    ):
        if not line.startswith("#") and line.strip():
            requirement = Requirement(line)
            (specifier,) = requirement.specifier
            assert specifier.operator == "==", line
            versions[canonicalize_name(requirement.name)] = Version(
                specifier.version
            )
    return versions


LOWEST = pins("constraints-lowest.txt")
HIGHEST = pins("constraints.txt")


def requirements() -> list[Requirement]:
    whole = licences.project()
    extras = [
        r
        for extra in TESTED_EXTRAS
        for r in whole["optional-dependencies"][extra]
    ]
    by_name = {
        Requirement(t).name: Requirement(t)
        for t in (*whole["dependencies"], *extras)
    }
    return list(by_name.values())


@pytest.mark.parametrize("requirement", requirements(), ids=lambda r: r.name)
def test_each_dependency_is_pinned_at_both_ends(requirement: Requirement):
    name = canonicalize_name(requirement.name)
    (floor,) = [s.version for s in requirement.specifier if s.operator == ">="]
    lowest = LOWEST[name]
    highest = HIGHEST[name]
    assert Version(floor) <= lowest <= highest
    # The lowest tested version is the floor itself: its first figures are the same.
    assert str(lowest).startswith(re.sub(r"(\.0)+$", "", floor))


def test_installed_versions_lie_between_the_pins():
    outside = []
    for name in licences.closure():
        have = Version(version(name))
        low = LOWEST.get(name)
        high = HIGHEST.get(name)
        # Packages that a package needed only at other versions have one pin, or none.
        if (
            low and high and not min(low, high) <= have <= max(low, high)
        ) or not (low or high):
            outside.append(f"{name} {have}: {low} to {high}")
    assert outside == []


def test_every_dependency_has_a_permissive_licence():
    from importlib.metadata import distribution

    unknown = []
    for name in licences.closure():
        text = licences.licence(distribution(name))
        if not (
            licences.PERMISSIVE.search(text)
            or licences.WEAK_COPYLEFT.search(text)
        ):
            unknown.append(f"{name}: {text!r}")
    assert unknown == []


@pytest.mark.skipif(
    sys.version_info[:2] != (3, 11), reason="the table is of Python 3.11"
)
def test_the_table_of_licences_names_every_dependency():
    text = licences.FILE.read_text(encoding="utf-8")
    names = set(re.findall(r"^\| ([\w.-]+) \|", text, re.MULTILINE)) - {
        "package",
        "---",
    }
    dependencies = set(licences.closure())
    # The lowest versions need a few other packages than the highest.
    if all(
        version(r.name) == str(HIGHEST[canonicalize_name(r.name)])
        for r in licences.direct()
    ):
        assert names == dependencies
    assert "# Known advisories" in text
    missing = (
        {r.name for r in licences.direct()}
        - {n.replace("-", "_") for n in names}
        - names
    )
    assert not missing


def test_pins_hold_no_address():
    for name in ("constraints.txt", "constraints-lowest.txt"):
        text = (Path(licences.ROOT) / name).read_text(encoding="utf-8")
        assert "://" not in text
        assert "@" not in text
