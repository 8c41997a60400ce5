"""A temperature on the command line carries its unit."""

import pytest
from magnetkit.errors import InputError
from magnetkit.units import TemperatureWarning, parse_temperatures

from magnetkit.cli._options import with_unit


@pytest.mark.parametrize(
    ("text", "number"),
    [("150", 150), ("20C,150", 150), ("20:200:10", 20), ("1e2", 100)],
)
def test_refuses_a_bare_temperature_with_both_spellings(text, number):
    with pytest.raises(InputError, match=rf"\b{number}C\b.*\b{number}K\b"):
        with_unit(text)


@pytest.mark.parametrize(
    "text", [None, "150C", "423K", "20C,100C,150C", "20C:200C:10"]
)
def test_a_unit_is_enough(text):
    assert with_unit(text) == text


def test_lists_and_ranges():
    assert parse_temperatures("20C,150C") == [293.15, 423.15]
    temperatures = parse_temperatures("20C:200C:10")
    assert len(temperatures) == 19
    assert temperatures[-1] == pytest.approx(473.15)
    assert parse_temperatures([300.0, "150C"]) == [300.0, 423.15]
    for bad in ("200C:20C:10", "20C:200C:0", "", []):
        with pytest.raises(InputError):
            parse_temperatures(bad)


def test_a_number_that_may_be_celsius_warns():
    with pytest.warns(TemperatureWarning, match=r"150 K \(-123 °C\)"):
        assert parse_temperatures(150) == [150.0]


@pytest.mark.parametrize("text", ["150", "20C,150", "150:400:50"])
def test_a_text_without_unit_warns_too(text):
    with pytest.warns(TemperatureWarning, match="write '150C'"):
        parse_temperatures(text)


@pytest.mark.parametrize("odd", [None, b"150C", object(), 1j, True])
def test_refuses_texts_without_a_temperature(odd):
    with pytest.raises(InputError, match="temperature"):
        parse_temperatures(odd)
