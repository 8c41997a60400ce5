"""Tables of grades and sentences on what they are made of, from plain rows."""

from importlib import import_module

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from magnetkit.magnetism import _composition_estimate as makeup
from magnetkit.magnetism import grades
from magnetkit.magnetism.margin import margin_line

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


def test_figures_at_temperatures_are_those_of_grades():
    row = grades("N42SH").iloc[0]
    kelvin = np.array([253.15, 293.15, 423.15])
    for end in ("", "_lo", "_hi"):
        b_r, h_cj, square = GRADES.figures_at(row, kelvin, end)
        for i, at in enumerate(kelvin):
            sheet = grades("N42SH", at).iloc[0]
            assert b_r[i] == pytest.approx(sheet[f"remanence_T{end}"])
            assert h_cj[i] == pytest.approx(sheet[f"coercivity_kA_m{end}"])
            assert square[i] == pytest.approx(sheet["squareness"])


def test_a_printed_knee_is_the_squareness():
    cold = grades("SmCo 32H").iloc[0]
    hot = grades("SmCo 32H", 423.15).iloc[0]
    for row in (cold, hot):
        square = row["knee_field_kA_m"] / row["coercivity_kA_m"]
        assert row["squareness"] == pytest.approx(square)
    # Without a knee it is the usual one of the host, and none of bonded magnets.
    usual = grades("N42SH").iloc[0]
    assert np.isnan(usual["knee_field_kA_m"])
    family = GRADES.parameters().families["2:14:1"]
    assert usual["squareness"] == family.squareness
    table = GRADES.grades_at_room_temperature()
    bonded = table[
        (table["kind"] == "bonded") & table["knee_field_kA_m"].isna()
    ]
    assert len(bonded)
    assert bonded["squareness"].isna().all()


@pytest.mark.parametrize("temperature", ["20C", "100C", "150C"])
def test_no_knee_and_no_flux_coercivity_is_beyond_the_coercivity(temperature):
    table = grades(temperature=temperature)
    for field in ("knee_field_kA_m", "coercivity_b_kA_m"):
        beyond = table[field] > table["coercivity_kA_m"] * (1.0 + 1e-9)
        assert table.loc[beyond, "grade"].tolist() == []


def test_guaranteed_values_fall_along_their_chords():
    table = GRADES._minima_with_chords()
    ends = [f"{name}_coefficient_to_K" for name in ("remanence", "coercivity")]
    # At its upper end a chord is what it says, whatever the curve between.
    same = table[table[ends[0]] == table[ends[1]]]
    row = same[same["kind"] == "sintered"].iloc[0]
    kelvin = float(row[ends[0]])
    hot = GRADES.guaranteed_minima(kelvin).set_index(["grade", "maker"])
    hot = hot.loc[row.name]
    for name, unit in (("remanence", "T"), ("coercivity", "kA_m")):
        slope = row[f"{name}_coefficient_pct_K"] / 100.0
        share = 1.0 + slope * (kelvin - 293.15)
        expected = share * row[f"{name}_{unit}"]
        assert hot[f"{name}_{unit}"] == pytest.approx(expected, rel=1e-6)
    assert list(hot.index) == [
        "remanence_T",
        "coercivity_kA_m",
        "host",
        "kind",
        "density_kg_m3",
        "max_working_temperature_K",
        "knee_field_kA_m",
        "recoil",
    ]


def test_a_guarantee_at_room_temperature_is_what_sheets_print():
    table = GRADES.guaranteed_minima(293.15)
    pairs = table[["grade", "maker"]].apply(tuple, axis=1).tolist()
    assert pairs == sorted(set(pairs))
    table = table.set_index(["grade", "maker"])
    rows = GRADES.printed_values()
    rows = rows[~((rows["temperature_K"] - 293.15).abs() > 10.0)]
    by_bound = rows.groupby(["bound", "quantity", "grade", "maker"])["value"]
    printed = by_bound.median()
    for quantity in ("remanence_T", "coercivity_kA_m"):
        least = printed["min", quantity]
        both = least.index.intersection(table.index)
        assert len(both) > 100
        assert_allclose(table.loc[both, quantity], least[both])
        typical = printed["typical", quantity]
        # A typical value alone is lowered by what lots differ by, B_r by 3.3 per cent.
        alone = typical.index.intersection(table.index).difference(both)
        share = table.loc[alone, quantity] / typical[alone]
        if quantity == "remanence_T":
            assert_allclose(share, np.exp(-0.033), atol=5e-4)
        else:
            hosts = table.loc[alone, "host"]
            lots = [GRADES.lots(host).share(quantity) for host in hosts]
            assert_allclose(share, lots)


def test_plain_classes_need_no_heavy_rare_earth():
    assert GRADES.named_host() == "2:14:1"
    every = GRADES.most_without_heavy_rare_earth()
    assert GRADES.most_without_heavy_rare_earth("nobody") == every
    table = grades()
    plain = table["grade"].str.fullmatch(r"N\d\d[MH]?")
    plain = table[plain & (table["kind"] == "sintered")]
    share = GRADES.lots("2:14:1").share("coercivity_kA_m")
    hardest = plain["coercivity_kA_m"].max()
    assert every == pytest.approx(hardest / share)
    makers = plain.loc[plain["coercivity_kA_m"].idxmin(), "makers"]
    maker = makers.split(", ")[0]
    theirs = plain["makers"].str.split(", ").map(lambda m: maker in m)
    hardest = plain.loc[theirs, "coercivity_kA_m"].max()
    limit = GRADES.most_without_heavy_rare_earth(maker)
    assert limit == pytest.approx(hardest / share)


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
            {"load_line": 0.5},
            "margin at 150 °C with load line 0.5: 1.21 guaranteed, 1.34 typical",
        ),
        (
            {"outside_field_kA_m": 1200.0, "guaranteed": NAN},
            "margin at 150 °C with 1200 kA/m: 1.34 typical",
        ),
        (
            {"outside_field_kA_m": 99.96, "guaranteed": NAN},
            "margin at 150 °C with 100 kA/m: 1.34 typical",
        ),
        (
            {"outside_field_kA_m": 2.346, "guaranteed": NAN},
            "margin at 150 °C with 2.35 kA/m: 1.34 typical",
        ),
        (
            {"loses_from_K": 436.15},
            "margin at 150 °C: 1.21 guaranteed, 1.34 typical; loses 5 % from "
            "163 °C",
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
