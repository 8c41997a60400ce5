"""``magnetkit phases``, and the systems that a pull asks for."""

import json

import pytest
from magnetkit.errors import InputError

from magnetkit.cli.data import _systems
from magnetkit.cli.predict import _state
from tests.command import invoke


def test_draws_a_section(tmp_path):
    picture = tmp_path / "section.png"
    done = invoke(f"phases SmCo5 Sm2Fe8Co9 --section Sm-Co-Fe --out {picture}")
    assert done.exit_code == 0, done.output
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_device_names_the_systems_of_its_substitutes():
    systems = _systems(None, "communication-twt-compensated")
    assert "Co-Fe-Gd-Sm" in systems
    assert max(system.count("-") for system in systems) == 3
    # Compensated magnets of Sm-Co, and nothing that none of them is melted of.
    elements = {symbol for system in systems for symbol in system.split("-")}
    assert elements == {"Co", "Cu", "Er", "Fe", "Gd", "Pr", "Sm", "Zr"}
    assert len(systems) < 100
    assert _systems(["Sm-Co"], None) == ["Sm-Co"]
    with pytest.raises(InputError, match="--application"):
        _systems(None, None)


@pytest.mark.parametrize(
    ("here", "made", "state"),
    [
        (float("nan"), 0.9, "unknown"),
        (0.5, 0.9, "forms"),
        (0.9, 0.0, "forms"),
        (0.4, 0.9, "metastable"),
        (0.0, 0.9, "does not form"),
        (0.4, 0.4, "does not form"),
    ],
)
def test_a_phase_forms_stays_or_does_neither(here, made, state):
    assert _state(here, made) == state


def test_one_object_a_formula_with_its_state():
    done = invoke(
        "phases - --json --temperature 600C", input="SmCo5\nNd?\nSm2Co17\n"
    )
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["formula"] for row in rows] == ["SmCo5", "Sm2Co17"]
    assert list(rows[0])[:2] == ["formula", "state"]
    assert rows[0]["state"] == "metastable"
    assert "line 2 ('Nd?'): unexpected '?'" in done.stderr
