"""Magnets beside each other."""

import numpy as np
import pandas as pd
import pytest
from magnetkit.errors import InputError
from magnetkit.units import MU_0

import magnetkit as mk
from magnetkit.curves.compare import (
    ROWS,
    SHORT,
    Margin,
    _distinct_names,
    _property_rows,
    find_margin,
)
from magnetkit.magnetism._composition_estimate import find_makeup, grade_magnet
from magnetkit.magnetism.conditions import Conditions
from magnetkit.magnetism.sintered import Duty


def test_numbers_repeated_names():
    assert _distinct_names(["a", "b", "a", "a"]) == [
        "a",
        "b",
        "a (2)",
        "a (3)",
    ]


def test_a_difference_is_the_second_less_the_first():
    table = mk.compare(["Nd2Fe14B", "Nd2Fe14B", "Nd1.8Dy0.2Fe14B"], "150C")
    one = "Nd2Fe14B"
    two = "Nd2Fe14B (2)"
    three = "Nd1.8Dy0.2Fe14B"
    row = table.loc["coercivity_kA_m"]
    assert row["difference_2"] == row[two] - row[one] == 0.0
    assert row["difference_3"] == row[three] - row[one] > 0.0
    # Formulas, though of two magnets, have none; nor do two texts alike.
    assert np.isnan(table.loc["formula", "difference_3"])


def test_compares_at_300_kelvin_by_default():
    plain = mk.compare(["Nd2Fe14B", "SmCo5"]).loc[
        "coercivity_kA_m", "Nd2Fe14B"
    ]
    at, warmer = mk.predict("Nd2Fe14B", [300.0, 330.0])["coercivity_kA_m"]
    assert plain == at > warmer


def test_a_grade_anchors_the_recipes_beside_it():
    table = mk.compare(["Nd2Fe14B", "N42SH"], "150C")
    grade = grade_magnet("N42SH", 423.15)
    for name, recipe, shell in (
        ("Nd2Fe14B", "Nd2Fe14B", None),
        ("N42SH", grade.table, grade.shell),
    ):
        row = mk.predict(
            recipe, "150C", shell=shell, process=grade.process
        ).iloc[0]
        assert table.loc["coercivity_kA_m", name] == row["coercivity_kA_m"]
    plain = mk.predict("Nd2Fe14B", "150C").iloc[0]
    assert table.loc["coercivity_kA_m", "Nd2Fe14B"] != plain["coercivity_kA_m"]
    assert grade.made.best.text in table.attrs["notes"][0]
    assert "of the producer that makes N42SH" in table.attrs["notes"][1]


def test_two_grades_follow_their_own_makers():
    table = mk.compare(["N42SH", "N38UH"], "150C").loc["coercivity_kA_m"]
    for name in ("N42SH", "N38UH"):
        grade = grade_magnet(name, 423.15)
        row = mk.predict(
            grade.table, "150C", shell=grade.shell, process=grade.process
        ).iloc[0]
        assert table[name] == row["coercivity_kA_m"]


def test_refuses_recipe_options_beside_a_grade():
    with pytest.raises(InputError, match="are of a recipe"):
        mk.compare(["N42SH", "Nd2Fe14B"], shell="Tb 0.3 wt%")
    with pytest.raises(InputError, match="are of a recipe"):
        mk.compare(["N42SH", "Nd2Fe14B"], process={"grain_size_um": 3.0})
    frame = mk.compare(["N42SH", "Nd2Fe14B"], shell=["", "Tb 0.3 wt%"])
    assert frame.loc["shell", "Nd2Fe14B + Tb 0.3 wt%"] == "Tb 0.3 wt%"


def test_duty_adds_margins_and_equal_flux():
    table = mk.compare(
        ["N42SH", "N35SH"], "150C", load_line=2.0, outside_field_kA_m=50.0
    )
    one = "N42SH"
    other = "N35SH"
    assert len(SHORT) <= 15
    assert set(SHORT) <= set(table.index)
    curve = mk.curve(one, "150C", bound="guaranteed", load_line=2.0).curves
    duty = Duty(2.0, 50.0)
    safety = duty.safety(
        curve.remanence[0], curve.knee_field[0], curve.recoil[0]
    )[0]
    assert table.loc[
        "demagnetization_safety_guaranteed", one
    ] == pytest.approx(safety)
    assert table.loc["same_flux_thickness", one] == pytest.approx(1.0)
    # By hand: B_0 = B_r P / (P + mu_rec), and P = mu_rec / (B_r / B_0 - 1) carries as much.
    b_r = table.loc["remanence_T"]
    induction = b_r[one] * 2.0 / 3.05
    thickness = 1.05 / (b_r[other] / induction - 1.0) / 2.0
    assert table.loc["same_flux_thickness", other] == pytest.approx(
        thickness, rel=2e-3
    )
    assert thickness > 1.0
    heavy = (
        10.0
        * table.loc["heavy_rare_earth_wt_pct", other]
        * table.loc["same_flux_mass", other]
    )
    assert table.loc["same_flux_heavy_rare_earth_g", other] == pytest.approx(
        heavy
    )
    line = table.attrs["margins"][one]
    assert line.startswith("margin at 150 °C with load line 2 and 50 kA/m: ")
    assert f"{safety:.2f} guaranteed" in line
    assert "loses 5 % from" in line


def test_loss_of_the_margin_equals_that_of_the_limits():
    duty = {"load_line": 1.0, "hours": 1000.0, "outside_field_kA_m": 100.0}
    table = mk.compare(["Nd1.8Dy0.2Fe14B", "Nd2Fe14B"], "120C", **duty)
    limits = mk.curves.use_limits("Nd1.8Dy0.2Fe14B", losses=[5.0], **duty)
    assert (
        table.loc["loses_5_pct_K", "Nd1.8Dy0.2Fe14B"]
        == limits["loss_5_pct_K"].iloc[0]
    )


def test_shape_makes_load_line_and_whole_magnets():
    table = mk.compare(["Nd1.8Dy0.2Fe14B", "SmCo5"], "150C", shape="20x20x5mm")
    first = "Nd1.8Dy0.2Fe14B"
    mass = 2e-6 * table.loc["density_kg_m3", first]
    heavy = 10.0 * mass * table.loc["heavy_rare_earth_wt_pct", first]
    assert table.loc["same_flux_heavy_rare_earth_g", first] == pytest.approx(
        heavy, rel=1e-4
    )
    assert table.loc["same_flux_heavy_rare_earth_g", "unit"] == "g/magnet"
    # A cube, whose demagnetizing factor is a third, has a load line of 2.
    cube = mk.compare(first, "150C", shape="10x10x10mm")
    line = mk.compare(first, "150C", load_line=2.0)
    for name in ("working_field_kA_m", "demagnetization_safety_guaranteed"):
        of_line = line.loc[name, first]
        assert cube.loc[name, first] == pytest.approx(of_line, rel=1e-3)
    with pytest.raises(InputError, match="makes its own load line"):
        mk.compare([first, "SmCo5"], "150C", shape="20x20x5mm", load_line=2.0)


def test_grade_holds_the_mean_of_its_possible_recipes():
    table = mk.compare(["N42SH", "N38SH"], "150C", load_line=2.0)
    mean, low, high = find_makeup("N42SH").heavy_wt_pct
    assert table.loc["heavy_rare_earth_wt_pct", "N42SH"] == pytest.approx(mean)
    note = f"{mean:.1f} ({low:.1f} to {high:.1f}) wt.%"
    assert note in table.attrs["notes"][0]
    # A note each, and none on recipes.
    assert len(table.attrs["notes"]) == 2


def test_rows_are_those_of_the_registry_with_label_and_unit():
    frame = pd.DataFrame(
        {
            "mine": [1, 2],
            "remanence_T": [1.2, 1.3],
            "candidate": ["a", "b"],
            "row_index": [0, 1],
            "formula": ["A", "B"],
        }
    )
    table = _property_rows(frame, ["x", "y"])
    assert table.index.name == "property"
    assert table.reset_index().to_numpy().tolist() == [
        ["formula", "Formula", "", "A", "B"],
        ["remanence_T", "Remanence", "T", 1.2, 1.3],
    ]


def test_rows_of_a_duty_stand_below_with_their_units():
    duty = {"load_line": 2.0, "outside_field_kA_m": 150.0}
    table = mk.compare("Nd2Fe14B", "150C", **duty)
    assert list(table.columns) == ["label", "unit", "Nd2Fe14B"]
    # By hand, the field of the magnet on its load line, and 150 of the currents.
    own = table.loc["remanence_T", "Nd2Fe14B"] / (1e3 * MU_0 * 3.05)
    assert table.loc["working_field_kA_m", "Nd2Fe14B"] == pytest.approx(
        own + 150.0, rel=0.01
    )
    below = table.iloc[-len(ROWS) :]
    assert list(below.index) == list(ROWS)
    heads = zip(below["label"], below["unit"], strict=True)
    assert list(heads) == list(ROWS.values())
    values = below["Nd2Fe14B"]
    assert values["same_flux_thickness"] == pytest.approx(1.0)
    assert values["same_flux_mass"] == pytest.approx(1.0)
    cost = table.loc["cost_USD_kg", "Nd2Fe14B"]
    assert values["same_flux_cost_USD"] == pytest.approx(cost)
    assert values["same_flux_heavy_rare_earth_g"] == 0.0
    margin = values["demagnetization_safety_guaranteed"]
    then = values["same_flux_safety_guaranteed"]
    assert then == pytest.approx(margin, rel=1e-6)
    assert table.attrs["calibration"] == "none"
    assert table.attrs["notes"] == []


def test_a_margin_at_another_duty_and_none_without_a_curve():
    conditions = Conditions.of(temperature="150C", load_line=2.0)
    margin = Margin(
        conditions,
        guaranteed=1.2,
        typical=1.5,
        remanence_guaranteed_T=1.2,
        knee_guaranteed_kA_m=500.0,
        recoil=1.05,
    )
    # The field against it is B_r / (mu_0 (P + mu_rec)).
    field = 1.2 / (1.256637e-3 * (3.0 + 1.05))
    other = margin.guaranteed_margin(Duty(3.0))
    assert other == pytest.approx(500.0 / field, rel=1e-4)
    assert "1.2" in str(margin)
    # The middle of what makers print is no typical magnet.
    assert np.isnan(find_margin("N42SH", conditions).typical)
    with pytest.raises(InputError, match="compare takes one temperature"):
        mk.compare(["Nd2Fe14B", "SmCo5"], "20C,150C")
    with pytest.raises(InputError, match="expected a shell for each of 2"):
        mk.compare(["N42SH", "SmCo5"], shell=[""])
    with pytest.raises(InputError, match="3 shells were given for 2 magnets"):
        mk.compare(["SmCo5", "Nd2Fe14B"], shell=["", "", "Tb 0.3 wt%"])


def test_recipes_rest_on_the_first_grade_of_all():
    table = mk.compare(["Nd2Fe14B", "N42SH", "N38UH"], "20C")
    assert table.attrs["calibration"] == "N42SH"
