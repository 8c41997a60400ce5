"""A grade that stands where a recipe may."""

import numpy as np
import pytest
from magnetkit.errors import InputError

import magnetkit as mk
from magnetkit.magnetism._composition_estimate import (
    calibrate_on_grade,
    given_composition,
    grade_magnet,
    grade_row,
    typical_values,
)
from magnetkit.magnetism._reference import typical_over_minimum


def test_grade_prediction_lies_near_its_print():
    grade = grade_magnet("N42SH", 423.15)
    free = mk.predict(grade.table, 423.15, shell=grade.shell).iloc[0]
    row = mk.predict(
        grade.table, 423.15, shell=grade.shell, process=grade.process
    ).iloc[0]
    sheet = mk.grades("N42SH", 423.15).iloc[0]
    usual = typical_over_minimum("2:14:1") * sheet["coercivity_kA_m"]
    # The level is that of 20 degrees C; what is left when hot is the law's.
    assert row["coercivity_kA_m"] == pytest.approx(usual, rel=0.1)
    spans = [
        np.log(r["coercivity_kA_m_hi"] / r["coercivity_kA_m_lo"])
        for r in (row, free)
    ]
    assert spans[0] < 0.8 * spans[1]
    assert row["remanence_T"] == pytest.approx(sheet["remanence_T"], rel=0.02)


@pytest.mark.parametrize("shell", ["", "Tb 0.3 wt%"])
def test_a_recipe_of_a_grade_gets_what_its_lots_have(shell):
    text = "Nd29Dy1.5B1Co1Cu0.1Fe bal." if shell else "Nd28Dy2.5B1Fe bal."
    made = given_composition(text, shell, 0.0)
    producer = calibrate_on_grade(mk.grades("N42SH", "150C").iloc[0], made)
    assert producer.name == "N42SH"
    process = {"producer": producer.record()}
    room = mk.grades("N42SH").iloc[0]
    for kelvin in (293.15, 423.15):
        row = mk.magnetism.sintered(
            text, kelvin, process, shell or None, basis="weight"
        ).iloc[0]
        usual = typical_values(room, kelvin)["coercivity_kA_m"]
        assert row["coercivity_kA_m"] == pytest.approx(usual, rel=1e-6)
    # The remanence is that of use.
    usual = typical_values(room, 423.15)["remanence_T"]
    assert row["remanence_T"] == pytest.approx(usual, rel=1e-6)


def test_grade_is_the_reference_of_replace():
    grade = grade_magnet("N42SH", 423.15)
    answer = mk.replace("N42SH", "150C")
    first = answer.reference["made_of"][0]
    assert (grade.made.best.text, grade.shell or "") == (
        first["composition"],
        first["shell"],
    )
    assert first["composition"] in grade.sentence()


def test_grade_without_sheet_names_its_highest_temperature():
    with pytest.raises(
        InputError, match=r"left at 310 °C.*temperature is 150 °C"
    ):
        grade_row("N42SH", 583.15)
    # At 280 °C the sheet leaves a remanence, and no coercivity.
    assert mk.grades("N42SH", 553.15).iloc[0]["remanence_T"] > 0.5
    with pytest.raises(InputError, match="left at 280 °C"):
        grade_row("N42SH", 553.15)
    with pytest.raises(InputError, match="nearest names"):
        grade_magnet("N42SU", 293.15)
