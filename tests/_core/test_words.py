"""Words of sentences that depend on a number: one, none, several, thousands."""

import pytest

from magnetkit._core._words import write_count, write_kilograms, write_subject


@pytest.mark.parametrize(
    ("number", "count", "subject"),
    [
        (0, "0 parts", "0 parts wait"),
        (1, "1 part", "1 part waits"),
        (2, "2 parts", "2 parts wait"),
        (1000, "1,000 parts", "1,000 parts wait"),
    ],
)
def test_nouns_and_verbs_follow_the_number(number, count, subject):
    assert write_count(number, "part") == count
    assert write_subject(number, "part", "wait") == subject


def test_a_verb_in_o_takes_es():
    assert write_subject(1, "part", "go") == "1 part goes"
    assert write_subject(3, "part", "go") == "3 parts go"


@pytest.mark.parametrize(
    ("mass", "text"),
    [
        (0.0, "0 kg"),
        (5e-5, "0.05 g"),
        (1e-4, "0.0001 kg"),
        (3.541, "3.54 kg"),
        (999.4, "999 kg"),
        (999.6, "1,000 kg"),
        (123456.7, "123,457 kg"),
    ],
)
def test_a_mass_has_no_exponent(mass, text):
    assert write_kilograms(mass) == text


def test_a_mass_keeps_the_digits_that_were_given():
    assert write_kilograms(0.012345, digits=6) == "0.012345 kg"
    assert write_kilograms(1234567.0, digits=6) == "1,234,567 kg"
