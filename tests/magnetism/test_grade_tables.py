"""Tables of grades and sentences on what they are made of, from plain rows."""

from importlib import import_module

import numpy as np
import pandas as pd
import pytest

from magnetkit.magnetism import _composition_estimate as makeup
from magnetkit.magnetism import grades, levels
from magnetkit.magnetism.margin import margin_line
from tests.recipes import make_table

NAN = float("nan")
GRADES = import_module("magnetkit.magnetism.grades")


def test_sintered_grades_stand_by_the_letters_of_their_class():
    table = pd.DataFrame(
        {
            "grade": ["N42SH", "N40SH", "N35", "Recoma 26", "N42SH bonded"],
            "kind": ["sintered"] * 4 + ["bonded"],
        },
        index=[5, 6, 7, 8, 9],
    )
    classes = GRADES._sold_by_class(table)
    assert classes["SH"] == [(42, 5), (40, 6)]
    assert [pair for pairs in classes.values() for pair in pairs][-1] == (
        35,
        7,
    )
    assert len(classes) == 2


def test_gaps_are_filled_by_the_median_of_the_class():
    table = pd.DataFrame(
        {
            "grade": ["N42SH", "N40SH", "N38SH", "N36SH", "N35"],
            "kind": "sintered",
            "density_kg_m3": [7500.0, 7600.0, 7530.0, NAN, NAN],
        }
    )
    for end in ("_lo", "_hi"):
        table[f"density_kg_m3{end}"] = table["density_kg_m3"]
    table["density_kg_m3_provenance"] = "catalogue"
    GRADES._fill_from_class(table, ["density_kg_m3"])
    row = table.iloc[3]
    assert row["density_kg_m3"] == 7530.0
    ends = (row["density_kg_m3_lo"], row["density_kg_m3_hi"])
    assert ends == (7500.0, 7600.0)
    assert row["density_kg_m3_provenance"] == "estimate"
    assert table["density_kg_m3_provenance"][0] == "catalogue"
    assert np.isnan(table["density_kg_m3"][4])


def test_a_cold_value_comes_back_hot():
    row = grades("N42SH").iloc[0]
    for quantity in ("remanence_T", "coercivity_kA_m"):
        hot = GRADES.remaining_shares(row, 423.15)[quantity] * row[quantity]
        cold = GRADES.cold_value(row, quantity, float(hot), 423.15)
        assert cold == pytest.approx(row[quantity], rel=1e-3)
    square = GRADES.hot_squareness(293.15)
    assert square["N42SH"] == pytest.approx(row["squareness"])
    assert GRADES.hot_squareness(423.15)["N42SH"] < square["N42SH"]


def make_recipe(kind="bulk", weight=0.62, heavy=3.04, shell=""):
    return makeup.Recipe("Nd24Pr6Dy3Fe bal.", shell, heavy, weight, kind)


def test_a_kind_of_recipe_in_words():
    text = makeup._kind_words(make_recipe())
    assert text == "bulk (0.62): Nd24Pr6Dy3Fe bal., 3.0 wt.%"
    shelled = makeup._kind_words(
        make_recipe("diffused", 0.3, 0.5, "Tb 0.5 wt%")
    )
    assert shelled == (
        "diffused (0.30): Nd24Pr6Dy3Fe bal. with Tb 0.5 wt% diffused in, "
        "0.5 wt.%"
    )


def test_a_magnet_that_has_nothing_left_names_its_highest_temperature():
    start = "X has no B_r or H_cJ left at 150 °C by its maker's coefficients"
    known = str(makeup.no_magnet_error("X", 423.15, 373.15))
    assert known.startswith(f"{start}; its highest temperature is 100 °C: ")
    unknown = str(makeup.no_magnet_error("X", 423.15, NAN))
    assert unknown.startswith(f"{start}: choose a lower temperature")


def test_usual_lots_lie_above_what_is_guaranteed():
    sheet = grades("N42SH").iloc[0]
    usual = makeup.typical_values(sheet, 293.15)
    sold = GRADES.guaranteed_values(sheet, 293.15)
    assert set(usual) == {"remanence_T", "coercivity_kA_m"}
    for quantity, value in usual.items():
        assert sold[quantity] < value < 1.2 * sold[quantity]
    alpha = makeup.printed_alpha(sheet)
    assert alpha.value == sheet["remanence_coefficient_pct_K"]
    classes = makeup._classes()
    assert classes["coercivity_kA_m"].is_monotonic_increasing
    assert set(classes["route"]) == {"alloyed"}


def test_neodymium_takes_the_place_of_dysprosium_and_terbium():
    table = make_table("Nd1.6Dy0.3Tb0.1Fe14B", "SmCo5")
    bare = levels._without_heavy_rare_earth(table)
    (share,) = bare.fraction("Nd")[:1]
    assert share == pytest.approx(2 / 17)
    assert bare.fraction("Dy", "Tb").tolist() == [0.0, 0.0]
    assert table.fraction("Dy")[0] > 0.0
    assert bare.fraction("Sm")[1] == pytest.approx(1 / 6)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "margin at 150 °C: 1.21 guaranteed, 1.34 typical"),
        ({"typical": NAN}, "margin at 150 °C: 1.21 guaranteed"),
        (
            {"typical": NAN, "guaranteed": NAN},
            "margin at 150 °C: unknown",
        ),
        (
            {"load_line": 2.0, "outside_field_kA_m": 150.0},
            "margin at 150 °C with load line 2 and 150 kA/m: 1.21 guaranteed, "
            "1.34 typical",
        ),
        (
            {"loses_from_K": 436.15, "loss_pct": 0.2},
            "margin at 150 °C: 1.21 guaranteed, 1.34 typical; loses 0.2 % from "
            "163 °C",
        ),
    ],
)
def test_a_margin_in_one_line(changes, text):
    usual = {"temperature_K": 423.15, "guaranteed": 1.21, "typical": 1.34}
    line = margin_line(**usual | {"loses_from_K": NAN} | changes)
    assert line == text
