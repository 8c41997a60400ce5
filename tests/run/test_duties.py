"""What must be true of answers to duties, and what the commands say of one duty."""

import pytest
from magnetkit.units import MU_0

import magnetkit as mk

SAFETY = "demagnetization_safety"
CHANCE = "probability_meets_requirements"


def make_duty(kelvin, load_line, outside=0.0):
    return {
        "temperature": kelvin,
        "load_line": load_line,
        "outside_field_kA_m": outside,
    }


def rated_temperature(grade):
    """Return the highest temperature that the sheet of a grade names, K."""
    return mk.grades(grade).iloc[0]["max_working_temperature_K"]


def field_against(remanence, recoil, duty):
    """Return the field, kA/m, on a magnet of that B_r, T, at a duty."""
    own = remanence / (MU_0 * (duty["load_line"] + recoil))
    return 1e-3 * own + duty["outside_field_kA_m"]


def knee_and_field(grade, duty):
    """Return the guaranteed knee of a sold grade and the field on it, kA/m, by its curve."""
    curve = mk.curve(grade, duty["temperature"], bound="guaranteed").curves
    field = field_against(curve.remanence[0, 0], curve.recoil[0, 0], duty)
    return 1e-3 * curve.knee_field[0, 0], field


def check_way(way, duty, recoil):
    """Hold a recommended way against its own field; a melt has the recoil of today's magnet."""
    if way.grade:
        knee, field = knee_and_field(way.grade, duty)
        assert rated_temperature(way.grade) >= duty["temperature"] - 0.01
    else:
        knee = way.knee_guaranteed_kA_m
        field = field_against(way.remanence_guaranteed_T, recoil, duty)
    assert knee / field >= 1.1 - 1e-4
    assert way.demagnetization_safety == pytest.approx(knee / field, rel=0.01)


def check_answer(grade, duty):
    """Hold the answer to a duty against the curve of what is used and sold; return it."""
    answer = mk.replace(grade, **duty)
    for one in answer.answers:
        if one.recommended is not None:
            check_way(one.recommended, duty, answer.incumbent.recoil)
    knee, field = knee_and_field(grade, duty)
    reference = answer.reference
    assert reference["knee_field_kA_m"] == pytest.approx(knee, rel=0.01)
    assert reference["field_kA_m"] == pytest.approx(field, rel=0.01)
    assert reference[SAFETY] == pytest.approx(knee / field, rel=0.01)
    # Today's magnet has P 1 where it stands the duty; else the first line says so.
    stands = knee / field >= 1.1
    assert answer.own_probability == (1.0 if stands else 0.0)
    first = answer.lines()[0]
    fails = "does not stand" in first or "too little margin" in first
    assert fails == (not stands), first
    return answer


def check_order(easier, harder):
    """Require that no candidate, melted or sold, is likelier at the harder of two duties."""
    keys = ["candidate", "shell", "route", "grade"]
    easy, hard = (
        answer.candidates.fillna({"route": ""}).set_index(keys)[CHANCE]
        for answer in (easier, harder)
    )
    both = easy.to_frame("easy").join(hard.to_frame("hard"), how="inner")
    assert len(both)
    assert (both["hard"] <= both["easy"] + 1e-6).all()


@pytest.mark.parametrize("grade", ["N45M", "N42SH"])
@pytest.mark.parametrize("below", [0.0, 30.0])
def test_no_answer_violates_what_must_hold(grade, below):
    kelvin = rated_temperature(grade) - below
    easy, middle, hard = (
        check_answer(grade, make_duty(kelvin, line, outside))
        for line, outside in ((2.0, 0.0), (1.0, 0.0), (1.0, 150.0))
    )
    check_order(easy, middle)
    check_order(middle, hard)


@pytest.mark.parametrize("grade", ["N38UH", "N33EH", "N33AH"])
def test_no_lean_melt_reaches_the_high_classes(grade):
    duty = make_duty(rated_temperature(grade), 1.0)
    table = check_answer(grade, duty).candidates
    # By the route of today's magnet; another one is a trial of a wide range.
    melts = table[
        (table["grade"] == "")
        & (table["heavy_rare_earth_wt_pct"] < 0.05)
        & (table["route"].fillna("") == "")
    ]
    assert (melts[CHANCE] < 0.05).all()


def test_replacements_see_one_magnet_under_its_grades():
    # A recipe that K&J could sell under many grades; all tell levels of producers.
    recipe = "Nd23.9Pr6Dy0.5Co1Cu0.15Ga0.1B0.96Fe bal."
    values = []
    for grade in ("N42", "N42M", "N42SH"):
        answer = mk.replace(grade, "100C")
        assert answer.answers[0].is_level_sound
        values.append(answer.judge(recipe, basis="weight").coercivity_kA_m)
    assert max(values) / min(values) < 1.1


def test_replace_screen_and_curve_agree():
    duty = make_duty(393.15, 1.0, 50.0)
    answer = check_answer("N42SH", duty)
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
            [way.candidate], shell=way.shell or None, **options, **duty
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
    # Up to which temperature it keeps its flux: where that margin is 1.
    limits = mk.curves.use_limits(
        "N42SH", 1.0, 0.0, outside_field_kA_m=50.0, bound="guaranteed"
    )
    knee_K = float(limits["knee_K"].iloc[0])
    hot = mk.replace("N42SH", **duty | {"temperature": knee_K})
    assert hot.reference[SAFETY] == pytest.approx(1.0, abs=0.01)
