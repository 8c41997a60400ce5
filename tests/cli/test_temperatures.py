"""A temperature on the command line carries its unit."""

import pytest
from magnetkit.errors import InputError
from magnetkit.units import parse_temperatures

from magnetkit.cli._options import with_unit


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("150", 150),
        ("20C,150", 150),
        ("20:200:10", 20),
        ("20C:200:10", 200),
        ("1e2", 100),
    ],
)
def test_refuses_a_bare_temperature_with_both_spellings(text, number):
    with pytest.raises(InputError, match=rf"\b{number}C\b.*\b{number}K\b"):
        with_unit(text)


@pytest.mark.parametrize(
    "text", [None, "150C", "423K", "20C,100C,150C", "20C:200C:10"]
)
def test_a_unit_is_enough(text):
    assert with_unit(text) == text


@pytest.mark.parametrize("odd", [None, b"150C", object(), 1j, True])
def test_refuses_texts_without_a_temperature(odd):
    with pytest.raises(InputError, match="temperature"):
        parse_temperatures(odd)
