"""Devices made of what is said at the moment."""

import pytest
from magnetkit.applications import load
from magnetkit.errors import CompositionError, InputError

import magnetkit as mk
from magnetkit.choose.applications import requirements_alone, with_reference


def test_requirements_keep_the_temperature_that_they_name():
    device = requirements_alone(
        [
            "coercivity_kA_m>=800 at 20C",
            "remanence_T<=1.3",
            "|remanence_coefficient_pct_K|<=0.12",
            # It says nothing alone: `require` of the screening takes it.
            "cost_USD_kg<=1.1*reference",
        ],
        "Nd1.8Dy0.2Fe14B",
        "150C",
        2.0,
    )
    cold, warm, slope = device.requirements
    assert (cold.minimum, cold.temperature_K) == (800.0, 293.15)
    assert (warm.maximum, warm.temperature_K) == (1.3, None)
    assert slope.absolute_maximum == 0.12
    assert (
        device.temperature_K,
        device.temperature_min_K,
        device.load_line,
    ) == (
        423.15,
        293.15,
        2,
    )


def test_room_temperature_limit_spares_the_hot_magnet():
    # 800 kA/m at 20 C, which is an ordinary magnet; at 150 C only a rich one has it.
    require = ["coercivity_kA_m>=800 at 20C"]
    device = requirements_alone(require, "Nd2Fe14B", "150C")
    row = mk.screen(["Nd2Fe14B"], device, require=require).table.iloc[0]
    assert row["coercivity_kA_m"] < 800.0
    assert row["probability_meets_requirements"] > 0.8


@pytest.mark.parametrize(
    ("temperature", "ends"),
    [("-40C", (233.15, 293.15)), ("25C", (293.15, 303.15))],
)
def test_range_has_room_temperature_and_ten_kelvin(temperature, ends):
    asked = requirements_alone(["remanence_T>=1"], "Nd2Fe14B", temperature)
    assert (
        asked.temperature_min_K,
        asked.temperature_max_K,
    ) == pytest.approx(ends)
    assert (asked.load_line, asked.magnet_mass_kg) == (1.0, 1.0)
    # Nobody named a time of use.
    assert asked.service_hours == 0.0
    # Gadolinium or erbium is there for the coefficient alone.
    for recipe, is_flat in (
        ("Sm0.8Gd0.2Co5", True),
        ("Sm0.8Er0.2Co5", True),
        ("SmCo5", False),
    ):
        assert with_reference(asked, recipe).is_compensated is is_flat


@pytest.mark.parametrize("require", [[], ["remanence_T>=0.98*reference"]])
def test_needs_exactly_one_number(require):
    with pytest.raises(InputError, match="with a number"):
        requirements_alone(require, "Nd2Fe14B", "150C")


def test_another_reference():
    device = load("energy-traction-motor")
    profile = with_reference(device, "SmCo5", shell=None)
    assert (profile.reference.formula, profile.reference.host) == (
        "SmCo5",
        "1:5",
    )
    assert profile.reference.anchors != device.reference.anchors
    assert profile.requirements == device.requirements
    with pytest.raises(CompositionError):
        with_reference(device, "??")
    with pytest.raises(InputError, match="no structure"):
        with_reference(device, "Fe3O4")
