"""`mk.diffuse` of a thin magnet says of a duty what `mk.replace` and `predict --require` say."""

import numpy as np
import pytest

import magnetkit as mk
from magnetkit.choose.thresholds import SAFETY
from magnetkit.curves.compare import find_margin
from magnetkit.diffusion._local import design_probability, read_target
from magnetkit.magnetism import Conditions

COLUMN = "demagnetization_safety"
REQUIRE = f"{COLUMN}>={SAFETY}"
THIN = "40x40x1mm"
# Plain, with dysprosium, diffused already; that stand and that do not; with and without a field.
DUTIES = [
    ("N42", "60C", 2.0, 0.0),
    ("N48H", "110C", 1.0, 100.0),
    ("N45SH", "150C", 1.0, 0.0),
    ("N33AH", "220C", 2.0, 0.0),
]
CONTENT = 0.4


@pytest.mark.parametrize(("grade", "temperature", "line", "outside"), DUTIES)
def test_the_commands_agree_of_a_duty(grade, temperature, line, outside):
    duty = {"load_line": line, "outside_field_kA_m": outside}
    answer = mk.replace(
        grade, temperature, require=["remanence_T>=0.1"], **duty
    )
    design = mk.diffuse(
        grade,
        THIN,
        temperature=temperature,
        element="Tb",
        cells=200,
        require=REQUIRE,
        anneal=900,
        anneal_hours=8,
        **duty,
    )
    bare = design.bare
    reference = answer.reference
    assert bare.knee_kA_m == pytest.approx(
        reference["knee_field_kA_m"], rel=0.01
    )
    assert bare.field_kA_m == pytest.approx(reference["field_kA_m"], rel=0.01)
    assert bare.margin == pytest.approx(reference[COLUMN], rel=0.01)
    curve = mk.curve(grade, temperature, bound="guaranteed").curves
    assert bare.knee_kA_m == pytest.approx(
        1e-3 * curve.knee_field[0, 0], rel=0.01
    )
    assert bare.probability == pytest.approx(answer.own_probability, abs=0.02)
    # The base alloy with one content of terbium throughout, in one field.
    recipe = answer.incumbent.makeup.best.text
    shell = f"Tb {CONTENT} wt%"
    way = answer.judge(recipe, shell, basis="weight")
    ((magnet, case),) = design.search["Tb"].each
    uniform = type(case)(
        case.kelvin,
        np.array([case.reverse.mean()]),
        np.array([case.own.mean()]),
        case.b_r,
    )
    content = np.array([CONTENT])
    chance = design_probability(
        read_target(REQUIRE), [(magnet, uniform)], [content], np.ones(1)
    )
    knee = 1e-3 * magnet.knee(content)[0]
    field = 1e-3 * uniform.field(magnet.b_r(content))[0]
    assert knee == pytest.approx(way.knee_guaranteed_kA_m, rel=0.01)
    assert field == pytest.approx(way.field_kA_m, rel=0.01)
    assert knee / field == pytest.approx(way.demagnetization_safety, rel=0.01)
    assert chance == pytest.approx(way.chance, abs=0.02)
    row = mk.screen(
        [recipe],
        None,
        temperature,
        shell=shell,
        reference=recipe,
        require=[REQUIRE],
        basis="weight",
        calibration=grade,
        **duty,
    ).table.iloc[0]
    assert chance == pytest.approx(
        row["probability_meets_requirements"], abs=0.02
    )
    assert knee / field == pytest.approx(row[COLUMN], rel=0.01)
    # What predict and curve print of the recipe in a sentence.
    use = Conditions.of(
        temperature=temperature, shell=shell, calibration=grade, **duty
    )
    said = find_margin(
        recipe, use, process=use.process, shell=use.shell, basis="weight"
    )
    assert said.guaranteed == pytest.approx(row[COLUMN], rel=0.01)


@pytest.mark.parametrize("calibration", [None, "N48H"])
def test_a_recipe_is_as_likely_as_predict_says(calibration):
    recipe = "Nd29.5Dy1.0Co0.9Cu0.1B1.0Fe bal."
    duty = {
        "load_line": 1.0,
        "outside_field_kA_m": 40.0,
        "calibration": calibration,
    }
    design = mk.diffuse(
        recipe,
        THIN,
        temperature="110C",
        element="Tb",
        cells=200,
        basis="weight",
        anneal=900,
        anneal_hours=8,
        **duty,
    )
    row = mk.screen(
        [recipe],
        None,
        "110C",
        reference=recipe,
        require=[REQUIRE],
        basis="weight",
        **duty,
    ).table.iloc[0]
    assert design.bare.margin == pytest.approx(row[COLUMN], rel=0.01)
    chance = row["probability_meets_requirements"]
    assert design.bare.probability == pytest.approx(chance, abs=0.02)
    assert 0.01 < chance < 0.99
