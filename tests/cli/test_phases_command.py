"""``magnetkit phases``, and the systems that a pull asks for."""

import json

import pytest
from magnetkit.errors import InputError

import magnetkit as mk
from magnetkit.cli.data import _systems
from magnetkit.cli.predict import _state
from tests.command import invoke


def test_a_magnet_and_what_it_falls_into():
    done = invoke("phases SmCo5 --temperature 600C")
    assert done.exit_code == 0, done.output
    assert "SmCo5: metastable at 873" in done.stdout
    assert "0.58 Sm2Co17 + 0.42 SmCo3" in done.stdout


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


def test_a_block_has_probability_energy_and_products():
    (row,) = mk.phases.stability("SmCo5").to_dict("records")
    done = invoke("phases SmCo5")
    texts = done.stdout.splitlines()
    at = "at the temperature at which it is made"
    assert texts[0] == f"SmCo5: forms {at}"
    name = "probability_phase_forms"
    chance = f"{row[name]:.2f}  (90 %: {row[f'{name}_lo']:.2f} to "
    assert f"{chance}{row[f'{name}_hi']:.2f})" in texts[1]
    assert texts[1].startswith("  probability of forming  ")
    name = "energy_above_hull_eV_atom"
    above, low, high = (1e3 * row[f"{name}{e}"] for e in ("", "_lo", "_hi"))
    assert f"{above:.1f} meV/atom  (90 %: {low:.1f} to {high:.1f})" in texts[2]
    assert texts[3].split("  ")[-1].strip() == row["decomposes_to"]
    assert len(texts) == 4


def test_one_object_a_formula_with_its_state():
    done = invoke("phases SmCo5 Sm2Co17 --json --temperature 600C")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["formula"] for row in rows] == ["SmCo5", "Sm2Co17"]
    assert list(rows[0])[:2] == ["formula", "state"]
    assert rows[0]["state"] == "metastable"


def test_an_unknown_phase_says_why_and_ends_with_1():
    done = invoke("phases EuCo5")
    assert done.exit_code == 1
    first, second = done.stdout.splitlines()
    assert first.startswith("EuCo5: unknown at the temperature")
    assert second.strip()


@pytest.mark.parametrize("option", ["--section Sm-Co-Fe", "--out x.png"])
def test_a_section_needs_its_picture(option):
    done = invoke(f"phases SmCo5 {option}")
    assert isinstance(done.exception, InputError)
    assert "give both" in str(done.exception)
