"""Words of sentences that depend on a number: one, none, several, thousands."""

import pytest

from magnetkit._core._words import write_count, write_subject


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
