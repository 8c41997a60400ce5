"""Magnets beside each other."""

import magnetkit as mk
from magnetkit.prediction.comparison import _distinct


def test_names_that_come_again_are_numbered():
    assert _distinct(["a", "b", "a", "a"]) == ["a", "b", "a (2)", "a (3)"]


def test_a_difference_is_the_second_less_the_first():
    table = mk.compare(["Nd2Fe14B", "Nd2Fe14B", "Nd1.8Dy0.2Fe14B"], "150C")
    one, two, three = "Nd2Fe14B", "Nd2Fe14B (2)", "Nd1.8Dy0.2Fe14B"
    row = table.loc["coercivity_kA_m"]
    assert row["difference_2"] == row[two] - row[one] == 0.0
    assert row["difference_3"] == row[three] - row[one] > 0.0


def test_without_a_temperature_magnets_are_compared_at_300_kelvin():
    plain = mk.compare(["Nd2Fe14B", "SmCo5"]).loc["coercivity_kA_m", "Nd2Fe14B"]
    at, warmer = mk.predict("Nd2Fe14B", [300.0, 330.0])["coercivity_kA_m"]
    assert plain == at > warmer
