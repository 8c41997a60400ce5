"""Temperatures as people write them, and as they are printed."""

import warnings

import numpy as np
import pytest
from magnetkit.errors import InputError

from magnetkit._core import units
from magnetkit._core.units import (
    TemperatureWarning,
    celsius_range,
    kelvin_text,
    parse_temperature,
    parse_temperatures,
)


@pytest.mark.parametrize(
    ("value", "kelvin"),
    [
        ("423K", 423.0),
        ("150C", 423.15),
        ("150 °C", 423.15),
        ("-40C", 233.15),
        ("300", 300.0),
        (300, 300.0),
        (np.float64(77.5), 77.5),
    ],
)
def test_one_temperature(value, kelvin):
    assert parse_temperature(value) == pytest.approx(kelvin)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("warm", "not understood; write kelvin as 423K"),
        ("150F", "not understood"),
        (0, "must be above 0 K, got 0"),
        ("-274C", "must be above 0 K"),
        (float("inf"), "must be above 0 K"),
        (True, "must be above 0 K, got True"),
        ([300.0], "expected one temperature such as 300.0"),
        (None, "expected one temperature"),
        (10**400, "expected one temperature"),
        (b"\x14", "expected one temperature"),
    ],
)
def test_no_temperature(value, says):
    with pytest.raises(InputError, match=says):
        parse_temperature(value)
    if not isinstance(value, list):
        with pytest.raises(InputError, match=says):
            parse_temperatures(value)


@pytest.mark.parametrize(
    ("value", "celsius"),
    [
        ("20C,100C", [20, 100]),
        ("20C:100C:40", [20, 60, 100]),
        ("20C:99C:40", [20, 60]),
        ("0C:1C:0.1,5C", [*(0.1 * i for i in range(11)), 5]),
        (["20C", 373.15], [20, 100]),
        (np.array([293.15]), [20]),
        (np.array(293.15), [20]),
    ],
)
def test_lists_and_ranges(value, celsius):
    kelvins = parse_temperatures(value)
    assert kelvins == pytest.approx([273.15 + c for c in celsius])


@pytest.mark.parametrize(
    "value", ["100C:20C:10", "20C:20C:5", "20C:100C:0", "20C:100C:0.001"]
)
def test_a_range_rises_in_no_more_than_a_thousand_steps(value):
    with pytest.raises(InputError, match="expected first:last:step"):
        parse_temperatures(value)
    steps = parse_temperatures("300K:301K:0.001")
    assert len(steps) == 1001
    with pytest.raises(InputError, match="got an empty list"):
        parse_temperatures([])


def test_cold_numbers_without_a_unit_are_asked():
    for value in (150, "150", "20,300", [150.0]):
        with pytest.warns(TemperatureWarning, match=r"write '\d+C'"):
            parse_temperatures(value)
    with pytest.warns(
        TemperatureWarning, match=r"taken as 20 K \(-253 °C\)"
    ) as caught:
        parse_temperatures("20")
    # The warning is of the line that calls, not of one inside the package.
    assert caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        parse_temperatures("150K")
        parse_temperatures(200.0)
        parse_temperatures("-40C")


def test_temperatures_as_printed():
    assert kelvin_text(423.15) == "423 K (150 °C)"
    assert celsius_range((293.15, 373.15)) == "20 to 100 °C"
    assert celsius_range((233.15, 423.65)) == "-40 to 150.5 °C"


def test_units_of_the_cgs_tradition():
    # 4 pi 1e-7 within a millionth; 1 kOe = 1e6 / (4 pi) A/m.
    assert pytest.approx(4e-7 * np.pi, rel=1e-6) == units.MU_0
    assert pytest.approx(1e6 / (4 * np.pi)) == units.KILO_OERSTED
    assert pytest.approx(0.1) == units.KILO_GAUSS
    product = units.MEGA_GAUSS_OERSTED
    assert product == pytest.approx(1e5 / (4 * np.pi))


def test_conditions_of_use_by_default():
    # A short block, ten years of 365 days, 20 to 100 degrees C.
    assert units.LOAD_LINE == 1.0
    assert units.TEN_YEARS == 10 * 365 * 24
    assert pytest.approx((293.15, 373.15)) == units.BETWEEN


def test_only_below_200_kelvin_is_cold():
    with pytest.warns(TemperatureWarning):
        assert units.mind_the_cold("199.9", [199.9]) == [199.9]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert units.mind_the_cold("200", [200.0]) == [200.0]
        assert units.mind_the_cold("", []) == []
        assert units.mind_the_cold("20K:30K:5", [20.0]) == [20.0]
