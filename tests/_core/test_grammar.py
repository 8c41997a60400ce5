"""Requirements in one line of text."""

import pytest
from magnetkit.errors import InputError

from magnetkit._core._requirement_text import ParsedRequirement as Parsed
from magnetkit._core._requirement_text import parse_requirement


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("coercivity_kA_m>=800", Parsed("coercivity_kA_m", ">=", 800.0)),
        (" remanence_T <= 1.2e0 ", Parsed("remanence_T", "<=", 1.2)),
        ("remanence_T>=reference", Parsed("remanence_T", ">=", share=1.0)),
        (
            "remanence_T >= 0.98 * reference",
            Parsed("remanence_T", ">=", share=0.98),
        ),
        (
            "|cost_USD_kg|<=.03",
            Parsed("cost_USD_kg", "<=", 0.03, absolute=True),
        ),
        (
            "coercivity_kA_m>=500 at 150C",
            Parsed("coercivity_kA_m", ">=", 500.0, temperature_K=423.15),
        ),
        (
            "coercivity_kA_m>=0.9*reference @ 20C",
            Parsed("coercivity_kA_m", ">=", share=0.9, temperature_K=293.15),
        ),
    ],
)
def test_reads_requirements(text, parts):
    assert parse_requirement(text) == parts


def test_a_temperature_without_unit_warns():
    with pytest.warns(
        UserWarning, match="temperature 20 is taken as 20 K.*write '20C'"
    ):
        assert parse_requirement("remanence_T>=1 at 20").temperature_K == 20.0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "remanence_T",
        "remanence_T>1",
        "remanence_T>=",
        "1>=remanence_T",
        "remanence_T>=nan",
        "remanence_T>=1*",
        "remanence_T>=2 reference",
        "|remanence_T>=1",
        "remanence_T|<=1",
        "|remanence_T|>=1",
        "|remanence_T|<=reference",
        "remanence_T>=0*reference",
        "remanence_T>=-1*reference",
        "remanence_T>=1 at warm",
        "remanence_T>=1e999",
        "remanence_T>=1e999*reference",
    ],
)
def test_refuses_other_texts(text):
    with pytest.raises(InputError):
        parse_requirement(text)


def test_a_limit_belongs_to_a_field_of_a_requirement():
    texts = ("a>=1", "a<=1", "|a|<=1")
    fields = [parse_requirement(text).limit_field for text in texts]
    assert fields == ["minimum", "maximum", "absolute_maximum"]
