"""The law by which coercivity falls with temperature: limits, signs, scale and published numbers.

Nothing here is a stored answer of the model: what is compared is printed by makers or papers, or
follows from the law's definition.
"""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import magnetkit as mk
from magnetkit import datasets
from magnetkit.magnetism.laws import law, shift_constant
from magnetkit.magnetism.levels import find_level
from magnetkit.magnetism.printed_temperature import (
    _shape,
    chord_end,
    coercivity_ratio,
    remanence_ratio,
)
from tests.recipes import make_table

H = "coercivity_kA_m"
J = "saturation_polarization_T"
K = "knee_field_kA_m"
ROOM = 293.15
MU_0 = 1.25663706127e-6
PLAIN = "Nd24.6Pr6.2Co1Cu0.15B0.96Fe bal."
HARD = "Nd20.6Pr5.2Dy5Co1Cu0.15B0.96Fe bal."
CURVES = pd.read_csv(datasets.path("recipes/hot_curves.csv"))


def magnet(recipe, kelvin, basis="weight", **keywords):
    return mk.magnetism.sintered(recipe, kelvin, basis=basis, **keywords).iloc[
        0
    ]


def remaining_coercivity(recipe, kelvin, basis="weight", **keywords):
    """Return H_cJ at a temperature over that at 20 C."""
    cold = magnet(recipe, ROOM, basis, **keywords)[H]
    hot = magnet(recipe, kelvin, basis, **keywords)[H]
    return hot / cold


def curve_errors(rows):
    """Return by how much H_cJ(T) / H_cJ(20 C) misses printed curves at the level of each."""
    errors = []
    for row in rows.itertuples():
        process = {} if row.route == "sintered" else {"route": "hot-deformed"}
        if row.grain_size_um == row.grain_size_um:
            process["grain_size_um"] = row.grain_size_um
        bare = magnet(row.stands_for, ROOM, "atomic", process=process or None)[
            H
        ]
        process["level"] = row.coercivity_kA_m / bare
        sheet = 1.0 + row.coefficient_pct_K / 100.0 * (row.to_K - ROOM)
        errors.append(
            remaining_coercivity(
                row.stands_for, row.to_K, "atomic", process=process
            )
            - sheet
        )
    return np.array(errors)


def test_printed_curves_of_all_classes_agree():
    rows = CURVES[CURVES["fit"] == "yes"]
    errors = curve_errors(rows)
    # Two sheets of one class (M, EH) and two of one maker differ by 0.06 to 0.09.
    assert np.sqrt(np.mean(errors**2)) < 0.052
    assert np.abs(errors).max() < 0.095
    assert abs(errors.mean()) < 0.02


def test_higher_level_keeps_more_when_hot():
    rows = CURVES[CURVES["maker"] == "Vacuumschmelze"].sort_values(
        "coercivity_kA_m"
    )
    errors = curve_errors(rows)
    assert (np.abs(errors) < 0.03).sum() >= 4
    assert np.abs(errors).max() < 0.055
    sheet = 1.0 + rows["coefficient_pct_K"] / 100.0 * (rows["to_K"] - ROOM)
    rise = (sheet.iloc[-1] + errors[-1]) - (sheet.iloc[0] + errors[0])
    # 0.384 to 0.560 from 875 to 2230 kA/m.
    assert rise == pytest.approx(0.176, abs=0.04)


def test_unfitted_hot_deformed_magnets_obey_the_law():
    rows = CURVES[CURVES["route"] == "hot deformed"]
    assert (rows["fit"] == "no").all()
    assert np.abs(curve_errors(rows)).max() < 0.03


def test_a_level_is_a_number_at_20_C():
    for recipe in (PLAIN, HARD):
        bare = magnet(recipe, ROOM)
        hard_magnet = magnet(recipe, ROOM, process={"level": 1.2})
        assert hard_magnet[H] == pytest.approx(1.2 * bare[H], rel=1e-9)
        assert hard_magnet["remanence_T"] == bare["remanence_T"]
    samarium = "Sm25.5Fe15Cu6Zr2.7Co bal."
    for recipe, basis in ((samarium, "weight"), ("SmCo5", "atomic")):
        ratio = magnet(recipe, ROOM, basis, process={"level": 1.2})[H]
        assert ratio / magnet(recipe, ROOM, basis)[H] == pytest.approx(
            1.2, rel=1e-9
        )


def test_shell_gain_ignores_the_level():
    gains = []
    for level in (0.8, 1.0, 1.3):
        process = {"level": level}
        with_shell = magnet(PLAIN, ROOM, process=process, shell="Tb 0.5 wt%")
        gains.append(with_shell[H] - magnet(PLAIN, ROOM, process=process)[H])
    # alpha_K goes from 0.93 to 1.1 of its own where the level goes from 0.8 to 1.3.
    assert gains[0] / gains[1] == pytest.approx(0.9, abs=0.07)
    assert gains[2] / gains[1] == pytest.approx(1.15, abs=0.1)


def test_everything_falls_to_zero_at_the_curie_temperature():
    kelvin = [ROOM, *np.arange(300.0, 580.0, 20.0)]
    for recipe in (PLAIN, HARD):
        frame = mk.magnetism.sintered(recipe, kelvin, basis="weight")
        h_cj = frame[H].dropna().to_numpy()
        assert (np.diff(h_cj) < 0.0).all()
        assert h_cj[-1] < 0.01 * h_cj[0]


def test_grades_of_the_hottest_classes_stand_their_rating():
    """EH and AH at 200 and 220 C: what is left carries a load line of 2."""
    for level, recipe, kelvin in (
        (2620.0, HARD, 473.15),
        (2970.0, HARD, 493.15),
    ):
        table = make_table(recipe, basis="weight")
        process = {"level": find_level(table, level).value}
        hot = magnet(recipe, kelvin, process=process)
        assert hot[K] > 1e-3 * hot["remanence_T"] / MU_0 / 3.05


def test_the_fall_setting_acts_when_hot_alone():
    for recipe, basis in ((PLAIN, "weight"), ("SmCo5", "atomic")):
        ends = [
            magnet(recipe, t, basis, process={"fall": 1.2})[H]
            for t in (ROOM, 423.15)
        ]
        bare = [magnet(recipe, t, basis)[H] for t in (ROOM, 423.15)]
        assert ends[0] == pytest.approx(bare[0], rel=1e-9)
        assert ends[1] < bare[1]


@pytest.mark.parametrize(
    ("recipe", "basis", "least", "most"),
    [
        # Printed betas, %/K: SmCo5 -0.19 to -0.40, Sm2Co17 -0.15 to -0.35 (grades/values.csv).
        ("SmCo5", "atomic", -0.40, -0.19),
        ("Sm25.5Fe15Cu6Zr2.7Co bal.", "weight", -0.35, -0.12),
    ],
)
def test_samarium_cobalt_falls_along_a_straight_line(
    recipe, basis, least, most
):
    kelvin = np.array([ROOM, 343.15, 393.15, 443.15, 493.15])
    h_cj = np.array([magnet(recipe, t, basis)[H] for t in kelvin])
    steps = np.diff(h_cj)
    assert_allclose(steps, steps[0], rtol=1e-6)
    assert least < 100.0 * steps[0] / 50.0 / h_cj[0] < most


def test_sheets_meet_their_ends_and_sag_between_them():
    for beta, to, h_cj in (
        (-0.55, 423.15, 1592.0),
        (-0.47, 473.15, 2388.0),
        (-0.75, 373.15, 955.0),
    ):
        ends = coercivity_ratio(beta, np.array([ROOM, to]), "2:14:1", to, h_cj)
        assert_allclose(
            ends, [1.0, 1.0 + beta / 100.0 * (to - ROOM)], atol=1e-9
        )
        middle = (ROOM + to) / 2.0
        chord = 1.0 + beta / 100.0 * (middle - ROOM)
        assert (
            coercivity_ratio(beta, middle, "2:14:1", to, h_cj) < chord - 0.01
        )
        assert remanence_ratio(-0.12, middle, "2:14:1", to) > 1.0 - 0.0012 * (
            middle - ROOM
        )
    # Of Sm-Co the chord is the curve.
    line = coercivity_ratio(-0.25, 373.15, "2:17", 473.15, 1700.0)
    assert line == pytest.approx(0.8)
    # So it is of bonded magnets, and where H_cJ is not known; nothing is less than nothing.
    for host, h_cj in (("", 1700.0), ("2:14:1", np.nan)):
        line = coercivity_ratio(-0.25, 373.15, host, 473.15, h_cj)
        assert line == pytest.approx(0.8)
        assert coercivity_ratio(-0.25, 800.0, host, 473.15, h_cj) == 0.0
    assert remanence_ratio(-0.1, 393.15, "", 473.15) == pytest.approx(0.9)
    assert remanence_ratio(-0.1, 193.15, "", 473.15) == pytest.approx(1.1)
    assert np.isnan(remanence_ratio(np.nan, 393.15, "2:14:1", 473.15))
    # Both are shares of 20 degrees C, and more in the cold.
    for kelvin, sign in ((ROOM, 0.0), (253.15, 1.0), (423.15, -1.0)):
        b_r = remanence_ratio(-0.12, kelvin, "2:14:1", 423.15)
        h_cj = coercivity_ratio(-0.55, kelvin, "2:14:1", 423.15, 1592.0)
        assert np.sign(np.round(b_r - 1.0, 9)) == sign
        assert np.sign(np.round(h_cj - 1.0, 9)) == sign


def test_a_chord_ends_where_said_or_used():
    to = np.array([400.0, np.nan, np.nan, np.nan, 350.0])
    working = np.array([500.0, 423.15, 353.15, np.nan, np.nan])
    # Without an end it reaches to 100 degrees C at least.
    assert chord_end(to, working).tolist() == [
        400.0,
        423.15,
        373.15,
        373.15,
        350.0,
    ]


# The spread of local fields is that of other families a share of H_cJ; of sintered Nd-Fe-B see
# `test_nd_fe_b_edges`.
@pytest.mark.parametrize(
    ("recipe", "basis", "process"),
    [
        ("SmCo5", "atomic", None),
        ("Sm25.5Fe15Cu6Zr2.7Co bal.", "weight", None),
        (PLAIN, "weight", "bonded-isotropic"),
    ],
)
def test_knee_of_other_families_is_a_share_of_coercivity(
    recipe, basis, process
):
    cold, hot = (
        magnet(recipe, kelvin, basis, process=process)
        for kelvin in (ROOM, 373.15)
    )
    assert hot[K] / hot[H] == pytest.approx(cold[K] / cold[H], rel=1e-6)


@pytest.mark.parametrize(
    ("name", "recipe", "basis", "kelvin"),
    [
        ("settles_hot", HARD, "weight", 453.15),
        ("most_cold", "SmCo5", "atomic", "77K"),
    ],
)
def test_a_constant_moves_the_answer_where_its_law_acts(
    name, recipe, basis, kelvin
):
    constant = next(c for c in law("temperature") if c.name == name)
    before = magnet(recipe, kelvin, basis)[H]
    at_room = magnet(recipe, ROOM, basis)[H]
    with shift_constant(constant, 0.8 * constant.value):
        after = magnet(recipe, kelvin, basis)[H]
        assert after != pytest.approx(before, rel=0.005)
        assert magnet(recipe, ROOM, basis)[H] == at_room


def test_the_shape_of_printed_curves_is_that_of_its_polarization():
    kelvin, poles, field, room = _shape()
    assert (np.diff(kelvin) > 0.0).all()
    at = [200.0, ROOM, 400.0, 500.0]
    polarization = np.array([magnet("Nd2Fe14B", k, "atomic")[J] for k in at])
    places = np.searchsorted(kelvin, at)
    assert kelvin[places].tolist() == at
    expected = polarization / polarization[1]
    assert poles[places] == pytest.approx(expected, rel=1e-6)
    # Grains lose about their own magnetization, in kA/m.
    assert 0.5 < room / (polarization[1] / MU_0 / 1e3) < 2.0
    # The field falls faster, with the anisotropy.
    share = field[places]
    assert share[1] == 1.0
    assert (np.diff(share) < np.diff(poles[places])).all()
