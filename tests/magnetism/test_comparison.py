"""Magnets beside each other."""

import pytest
from magnetkit.errors import InputError

import magnetkit as mk
from magnetkit.magnetism._composition_estimate import grade_magnet
from magnetkit.magnetism.predict import _distinct


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


def test_a_grade_anchors_the_recipes_beside_it():
    table = mk.compare(["Nd2Fe14B", "N42SH"], "150C")
    own = grade_magnet("N42SH", 423.15)
    for name, recipe, shell in (("Nd2Fe14B", "Nd2Fe14B", None), ("N42SH", own.table, own.shell)):
        row = mk.predict(recipe, "150C", shell=shell, process=own.process).iloc[0]
        assert table.loc["coercivity_kA_m", name] == row["coercivity_kA_m"]
    plain = mk.predict("Nd2Fe14B", "150C").iloc[0]
    assert table.loc["coercivity_kA_m", "Nd2Fe14B"] != plain["coercivity_kA_m"]
    assert own.made.best.text in table.attrs["notes"][0]
    assert "of the producer that makes N42SH" in table.attrs["notes"][1]


def test_two_grades_are_each_as_its_own_maker_prints():
    table = mk.compare(["N42SH", "N38UH"], "150C").loc["coercivity_kA_m"]
    for name in ("N42SH", "N38UH"):
        own = grade_magnet(name, 423.15)
        row = mk.predict(own.table, "150C", shell=own.shell, process=own.process).iloc[0]
        assert table[name] == row["coercivity_kA_m"]


def test_what_is_of_a_recipe_is_refused_beside_a_grade():
    with pytest.raises(InputError, match="are of a recipe"):
        mk.compare(["N42SH", "Nd2Fe14B"], shell="Tb 0.3 wt%")
    with pytest.raises(InputError, match="are of a recipe"):
        mk.compare(["N42SH", "Nd2Fe14B"], process={"grain_size_um": 3.0})
    for alone in ("N42SH", ["N42SH"]):
        with pytest.raises(InputError, match="two magnets"):
            mk.compare(alone)
    shelled = mk.compare(["N42SH", "Nd2Fe14B"], shell=["", "Tb 0.3 wt%"])
    assert shelled.loc["shell", "Nd2Fe14B + Tb 0.3 wt%"] == "Tb 0.3 wt%"
