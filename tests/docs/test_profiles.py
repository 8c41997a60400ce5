"""A page for each device."""

from pathlib import Path

import pytest

from magnetkit import applications
from tests.scripts import script

FOLDER = Path(__file__).resolve().parents[2] / "docs/profiles"
page = script("docs/profiles.py").page


@pytest.fixture(scope="module")
def motor():
    return page("energy-traction-motor")


def test_profile_page_gives_decision_and_grounds(motor):
    assert "0. Keep: " in motor
    assert "Decision: " in motor
    for heading in (
        "## What it rests on",
        "## What would overturn it",
        "- Runner-up: ",
    ):
        assert heading in motor
    assert (
        "Today's magnet keeps HcJ 366 ± 26 kA/m, guaranteed at 180 °C" in motor
    )
    # Terbium is what the first pays for.
    assert (
        "- With terbium and dysprosium at three times their price: " in motor
    )


def test_every_device_has_its_page():
    assert {file.stem for file in FOLDER.glob("*.md")} == set(
        applications.names()
    )
