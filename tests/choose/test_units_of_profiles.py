"""Units, ranges and slips in the file of a device."""

from pathlib import Path

import pytest
from magnetkit.errors import InputError

import magnetkit
from magnetkit import applications

NEW = {
    "e-bike",
    "hard-disc",
    "hot-servo-motor",
    "loudspeaker",
    "ship-motor",
    "wind-generator",
}
TEMPLATE = Path(magnetkit.__file__).parent / "choose/new.toml"
MASS = 'magnet_mass = "0.3 kg"'
HOT = '\ntemperature = "120C"'


def load(tmp_path, old="", new=""):
    text = TEMPLATE.read_text(encoding="utf-8").replace("NAME", "mine")
    assert old in text
    file = tmp_path / "mine.toml"
    file.write_text(
        text.replace(old, new, 1) if old else text, encoding="utf-8"
    )
    return applications.load(file)


def test_degrees_and_masses_are_read_with_their_units(tmp_path):
    profile = load(tmp_path)
    assert profile.temperature_K == pytest.approx(393.15)
    assert profile.temperature_min_K == pytest.approx(253.15)
    assert profile.magnet_mass_kg == pytest.approx(0.3)
    assert (
        load(tmp_path, MASS, 'magnet_mass = "1.5 t"').magnet_mass_kg == 1500.0
    )
    assert (
        load(tmp_path, HOT, "\ntemperature_K = 393.15").temperature_K == 393.15
    )


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            MASS,
            "magnet_mass_kg = 1200.0",
            r'1200 g\? If it is meant: magnet_mass = "1200kg"',
        ),
        (
            HOT,
            "\ntemperature_K = 120.0",
            r'120 C\? If it is meant: temperature = "120K"',
        ),
        (HOT, '\ntemperature = "120"', "120C or 120K"),
        (HOT, "\ntemperature = 120.0", "a text with its unit"),
        (HOT, '\ntemperature = "120C"\ntemperature_K = 393.15', "not both"),
        (
            "load_line = 1.5",
            "load_line = 1500.0",
            "1500 lies outside 0.01 to 100",
        ),
        ("minimum = 450.0", "minimum = 450000.0", r"450000 A/m\?"),
        ("minimum = 1.0", "minimum = 10000.0", r"10000 gauss\?"),
        (
            "limit_hi = 1.05",
            "limit_hi = 0.97",
            "limit_lo <= limit <= limit_hi",
        ),
        ("limit_hi = 1.05\n", "", "give both or none"),
    ],
)
def test_questions_a_wrong_unit_in_a_profile(tmp_path, old, new, says):
    with pytest.raises(InputError, match=says):
        load(tmp_path, old, new)


def test_questions_an_anchor_in_A_m(tmp_path):
    anchor = '\n[[reference.anchors]]\ncolumn = "coercivity_kA_m"\nvalue = {}\nspread = {}\n'
    anchor += 'temperature = "180C"\nsource = "sheet"\nstatus = "cited"\n'
    place = "# What the magnet must do"
    with pytest.raises(
        InputError,
        match=r"366000 kA/m lies outside 1 to 6000 kA/m: 366000 A/m\?",
    ):
        load(tmp_path, place, anchor.format(366000.0, 20.0) + place)
    with pytest.raises(
        InputError, match="spread 400 is a standard deviation of 366"
    ):
        load(tmp_path, place, anchor.format(366.0, 400.0) + place)
    profile = load(tmp_path, place, anchor.format(366.0, 20.0) + place)
    assert profile.reference.anchors[0].temperature_K == pytest.approx(453.15)


@pytest.mark.parametrize("name", applications.names())
def test_only_assumptions_have_a_range(name):
    for requirement in applications.load(name).requirements:
        low, high = requirement.limit_range
        assert (low < high) == (requirement.status == "assumption"), str(
            requirement
        )


def test_half_of_the_requirements_cite_a_source():
    twelve = set(applications.names())
    twelve -= NEW
    status = [
        r.status
        for name in twelve
        for r in applications.load(name).requirements
    ]
    assert len(status) == 72
    assert status.count("cited") >= 36
