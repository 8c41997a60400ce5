"""Answers to duties by the rules of `duty_rules`, and what the commands say of one duty."""

import pytest
from magnetkit.units import MU_0

import magnetkit as mk
from tests.run.duty_rules import (
    Check,
    check_answer,
    check_order,
    coercivities_of_one_recipe,
    duty_keywords,
    likeliest_heavy_free,
    rated_temperature,
)

SAFETY = "demagnetization_safety"


@pytest.mark.parametrize("grade", ["N45M", "N42SH"])
def test_no_answer_violates_what_must_hold(grade):
    rating = float(mk.grades(grade).iloc[0]["max_working_temperature_K"])
    check = Check()
    answers = {}
    for below in (0.0, 30.0):
        for line, outside in ((2.0, 0.0), (1.0, 0.0), (1.0, 150.0)):
            duty = {
                "temperature": rating - below,
                "load_line": line,
                "outside_field_kA_m": outside,
            }
            answers[below, line, outside] = check_answer(check, grade, duty)
    for below in (0.0, 30.0):
        easy = answers[below, 2.0, 0.0]
        middle = answers[below, 1.0, 0.0]
        hard = answers[below, 1.0, 150.0]
        check_order(check, easy, middle, f"{grade} {below} lower load line")
        check_order(check, middle, hard, f"{grade} {below} larger field")
    assert check.violations == []
    assert sum(check.answers.values()) == 6


@pytest.mark.parametrize("grade", ["N38UH", "N33EH", "N33AH"])
def test_no_lean_melt_reaches_the_high_classes(
    grade,
):
    check = Check()
    answer = check_answer(
        check, grade, duty_keywords(rated_temperature(grade), 1.0, 0.0)
    )
    assert check.tried[3] == 1
    assert check.violations == []
    assert likeliest_heavy_free(answer) < 0.05


def test_replacements_see_one_magnet_under_its_grades():
    # Of K&J.
    values = coercivities_of_one_recipe(["N42", "N42M", "N42SH"])
    assert len(values) == 3
    assert max(values) / min(values) < 1.1


def test_replace_screen_and_curve_agree():
    duty = {"load_line": 1.0, "outside_field_kA_m": 50.0}
    answer = mk.replace("N42SH", "120C", **duty)
    melts = [way for way in answer.ways if not way.grade and not way.route]
    limit = answer.limits["remanence_T"].limit
    options = {
        "reference": answer.incumbent.makeup.best.text,
        "require": [f"{SAFETY}>=1.1", f"remanence_T>={limit:.10g}"],
        "basis": "weight",
        "calibration": "N42SH",
    }
    assert melts
    for way in melts:
        result = mk.screen(
            [way.candidate],
            None,
            "120C",
            shell=way.shell or None,
            **options,
            **duty,
        )
        row = result.table.iloc[0]
        assert row["probability_meets_requirements"] == pytest.approx(
            way.chance, abs=0.02
        )
        assert row[SAFETY] == pytest.approx(
            way.demagnetization_safety, rel=0.01
        )
        guarantee = row["coercivity_guaranteed_kA_m"]
        assert guarantee == pytest.approx(
            way.coercivity_guaranteed_kA_m, rel=0.01
        )
    # The magnet in use, by the curve that is exported of it.
    curve = mk.curve("N42SH", "120C", bound="guaranteed").curves
    field = curve.remanence[0, 0] / (MU_0 * (1.0 + curve.recoil[0, 0])) + 50e3
    assert answer.reference["field_kA_m"] == pytest.approx(
        1e-3 * field, rel=0.01
    )
    assert answer.reference[SAFETY] == pytest.approx(
        curve.knee_field[0, 0] / field, rel=0.01
    )
    # Up to which temperature it keeps its flux: where that margin is 1.
    limits = mk.curves.use_limits(
        "N42SH", 1.0, 0.0, outside_field_kA_m=50.0, bound="guaranteed"
    )
    knee_K = float(limits["knee_K"].iloc[0])
    hot = mk.replace("N42SH", knee_K, **duty)
    assert hot.reference[SAFETY] == pytest.approx(1.0, abs=0.01)
