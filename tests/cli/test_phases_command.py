"""``magnetkit phases``, and the systems that a pull asks for."""

import pytest
from magnetkit.errors import InputError
from typer.testing import CliRunner

from magnetkit.cli.app import app
from magnetkit.cli.data import _systems


def run(*arguments):
    return CliRunner().invoke(app, [str(a) for a in arguments])


def test_a_magnet_and_what_it_falls_into():
    done = run("phases", "SmCo5", "--temperature", "600C")
    assert done.exit_code == 0, done.output
    assert "SmCo5: metastable at 873" in done.stdout
    assert "0.58 Sm2Co17 + 0.42 SmCo3" in done.stdout
    assert (
        "forms at the temperature at which it is made"
        in run("phases", "SmCo5").stdout
    )


def test_draws_a_section(tmp_path):
    picture = tmp_path / "section.png"
    done = run(
        "phases",
        "SmCo5",
        "Sm2Fe8Co9",
        "--section",
        "Sm-Co-Fe",
        "--out",
        picture,
    )
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
