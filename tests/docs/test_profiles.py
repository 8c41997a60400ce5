"""A page for each device."""

import tomllib
from pathlib import Path

import pytest

from magnetkit import applications
from tests.scripts import script

FOLDER = Path(__file__).resolve().parents[2] / "docs/profiles"
page = script("docs/profiles.py").page


@pytest.fixture(scope="module")
def motor():
    return page("energy-traction-motor", "An engineer's word.\n")


def test_it_says_best_runner_up_grounds_and_what_would_overturn_it(motor):
    assert "An engineer's word." in motor
    for heading in ("## What it rests on", "## What would overturn it", "- Runner-up: "):
        assert heading in motor
    rows = [line for line in motor.splitlines() if line.startswith("| ") and line[2].isdigit()]
    assert [row.split(" | ")[0] for row in rows] == [f"| {k}" for k in range(1, 11)]
    assert "Today's magnet keeps HcJ 366 ± 26 kA/m, guaranteed at 180 °C" in motor
    # Terbium is what the first pays for.
    assert "- With terbium and dysprosium at three times their price: " in motor


def test_every_device_has_its_page_and_its_judgement():
    with (FOLDER / "judgements.toml").open("rb") as stream:
        judgements = tomllib.load(stream)
    assert sorted(judgements) == sorted(applications.names())
    for name, text in judgements.items():
        assert len(text) > 100
        assert text.strip() in (FOLDER / f"{name}.md").read_text(encoding="utf-8"), name
