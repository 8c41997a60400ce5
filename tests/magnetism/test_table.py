"""The table of grades against the makers' sheets it is made from."""

import numpy as np
import pytest
from magnetkit.units import MU_0
from numpy.testing import assert_allclose

import magnetkit as mk
from magnetkit.magnetism.grades import (
    _range_of_alike,
    coercivity_b,
    curve_shapes,
    grades_at_room_temperature,
    guaranteed_minima,
    printed_values,
    reconcile_makers,
    remaining_shares,
)


def _row(name, temperature=None):
    table = mk.grades(name, temperature)
    assert len(table) == 1
    return table.iloc[0]


def test_sheet_equals_its_print():
    # Arnold N42SH-151021: B_r 1.28-1.34 T (nominal 1.31), H_cJ >= 1592 kA/m, -0.12 and -0.55 %/K.
    # K&J: 13.0-13.3 kG, >= 20 kOe.
    row = _row("N42SH")
    assert (row["remanence_T_lo"], row["remanence_T_hi"]) == (1.28, 1.34)
    assert row["remanence_T"] == pytest.approx((1.31 + 1.315) / 2)
    assert row["coercivity_kA_m"] == pytest.approx(1592, abs=1)
    assert row["coercivity_coefficient_pct_K"] == -0.55
    assert row["max_working_temperature_K"] == 423.15
    assert row["makers"] == "Arnold, K&J"
    assert row["remanence_T_provenance"] == "catalogue"


def test_table_has_grades_of_both_sources():
    assert _row("YXG28H")["remanence_T"] == pytest.approx((1.03 + 1.08) / 2)
    assert set(mk.grades()["grade"]) >= {
        "N33AH",
        "YXG24H",
        "EEC 2:17TC-16",
        "BNP-6",
        "N3330",
    }


def test_marks_estimates_of_unprinted_values():
    row = _row("EEC 2:17TC-16")
    assert (
        row["remanence_T_provenance"]
        == row["coercivity_kA_m_provenance"]
        == "estimate"
    )
    assert row["max_energy_product_kJ_m3_provenance"] == "catalogue"
    # (BH)max of 127 kJ/m3 needs B_r of 0.799 T at least.
    assert row["remanence_T_lo"] > np.sqrt(4e3 * MU_0 * 127)
    assert (
        _row("EEC24-T400")["coercivity_coefficient_pct_K_provenance"]
        == "estimate"
    )


def test_a_hot_grade_follows_its_chords():
    # The N48SH that was measured at 150 C: 1.169 T, 500.5 kA/m (advancedmagnets.com).
    row = _row("N48SH", "150C")
    assert row["remanence_T"] == pytest.approx(1.169, rel=0.01)
    assert row["coercivity_kA_m_lo"] < 500.5 < row["coercivity_kA_m_hi"]
    assert row["temperature_K"] == 423.15
    assert (
        _row("N42SH", "180C")["coercivity_kA_m_provenance"] == "extrapolated"
    )
    assert _row("N42SH", 423.15)["coercivity_kA_m"] == pytest.approx(
        1591.75 * (1 - 0.0055 * 130)
    )


def test_sheets_carry_their_citations():
    sheets = mk.grades("N42SH", sheets=True)
    assert set(sheets["maker"]) == {"Arnold", "K&J"}
    assert sheets["source"].str.len().min() > 20
    assert len(mk.grades(sheets=True)) > 1800


def test_printed_values_are_consistent():
    values = printed_values()
    wide = reconcile_makers(values)["value"].unstack("quantity")
    field = wide["remanence_T"] / MU_0 / 1e3
    assert not (wide["coercivity_b_kA_m"] > field).any()
    assert not values.duplicated(
        [
            "grade",
            "host",
            "maker",
            "quantity",
            "bound",
            "temperature_K",
            "value",
            "source",
        ]
    ).any()


def test_estimated_remanence_is_that_of_a_square_loop():
    table = mk.grades()
    share = (
        table["max_energy_product_kJ_m3"]
        * 4e3
        * MU_0
        / table["remanence_T"] ** 2
    )
    estimates = table["remanence_T_provenance"] == "estimate"
    printed_too = table["remanence_T_provenance"] == "catalogue"
    assert estimates.sum() > 1
    # The estimate takes the share of grades alike: it lies among theirs.
    low, high = share[printed_too].quantile([0.1, 0.9])
    middle = share[estimates].median()
    assert low < middle < high
    assert middle == pytest.approx(share[printed_too].median(), rel=0.03)


def test_estimate_uses_similar_grades():
    values = np.array([5.0, 4.0, 9.0, 1.0, 100.0])
    by = np.array([1.0, 1.05, 1.09, 1.12, 3.0])
    # Within a tenth of 1.0 are three; of 3.0 itself alone, and the nearest three reach to 1.09.
    assert _range_of_alike(values, by, 1.0) == (5.0, 4.0, 9.0)
    assert _range_of_alike(values, by, 3.0) == (100.0, 1.0, 100.0)
    # Of ten no grade is alike: all count.
    assert _range_of_alike(values, by, 10.0) == (5.0, 1.0, 100.0)


def test_a_bonded_grade_has_no_hot_h_cb():
    # No sheet prints its knee, and `mk.curve` refuses it.
    assert _row("BNP-6")["coercivity_b_kA_m"] > 0.0
    hot = _row("BNP-6", "100C")
    assert np.isnan(hot["coercivity_b_kA_m"])
    assert hot["coercivity_b_kA_m_provenance"] == ""


def test_some_quantities_are_as_among_all():
    few = grades_at_room_temperature(
        (
            "remanence_T",
            "coercivity_kA_m",
            "max_energy_product_kJ_m3",
            "coercivity_b_kA_m",
            "knee_field_kA_m",
        )
    )
    assert few.equals(grades_at_room_temperature()[few.columns])
    assert "density_kg_m3" not in few


def test_guarantee_has_the_knee_of_its_temperature():
    # N42SH at 150 C: H_k / H_cJ 0.852, not 0.95 as at 20 C.
    sheet = guaranteed_minima(423.15).set_index("grade").loc["N42SH"]
    square = sheet["knee_field_kA_m"] / sheet["coercivity_kA_m"]
    assert (square < 0.86).all()
    curve = mk.curve("N42SH", "150C", bound="guaranteed")
    assert sheet["knee_field_kA_m"].median() == pytest.approx(
        1e-3 * curve.curves.knee_field[0, 0], rel=0.01
    )


def test_hot_grade_has_the_h_cb_of_its_curve():
    # Where the knee lies above B = 0, H_cB is less than H_cJ: it was printed as equal.
    row = _row("N42SH", "150C")
    for end, bound in (("", "centre"), ("_lo", "low"), ("_hi", "high")):
        curve = mk.curve("N42SH", "150C", bound=bound).curves
        h_cb = 1e-3 * curve.coercivity_b[0, 0]
        assert row[f"coercivity_b_kA_m{end}"] == pytest.approx(h_cb)
    assert row["coercivity_b_kA_m"] < 0.98 * row["coercivity_kA_m"]
    # At 60 degrees C what makers guarantee is less than the curve of a usual one; beyond its
    # highest temperature of use it is extrapolated, as H_cJ is.
    for celsius, source in (
        (60, "catalogue"),
        (150, "curve"),
        (180, "extrapolated"),
    ):
        row = _row("N42SH", f"{celsius}C")
        assert row["coercivity_b_kA_m_provenance"] == source


@pytest.mark.parametrize("kelvin", [233.15, 473.15])
def test_hot_table_follows_its_chords(kelvin):
    cold = mk.grades()
    hot = mk.grades(None, kelvin)
    assert cold["grade"].tolist() == hot["grade"].tolist()
    step = kelvin - 293.15
    sinters = (cold["host"] == "2:14:1") & (cold["kind"] != "bonded")
    # Of two chords the steeper leaves less when it is hot, more when it is cold.
    low, high = ("_lo", "_hi") if step > 0.0 else ("_hi", "_lo")
    for quantity in ("remanence_T", "coercivity_kA_m"):
        chord = f"{quantity.split('_')[0]}_coefficient_pct_K"
        for end, of in (("", ""), ("_lo", low), ("_hi", high)):
            share = remaining_shares(cold, kelvin, of)[quantity]
            # Of all but sintered Nd-Fe-B the chord is the curve.
            line = np.maximum(1.0 + cold[f"{chord}{of}"] / 100.0 * step, 0.0)
            assert_allclose(share[~sinters], line[~sinters], rtol=1e-12)
            expected = cold[f"{quantity}{end}"] * share
            assert_allclose(hot[f"{quantity}{end}"], expected, rtol=1e-12)
        source = hot[f"{quantity}_provenance"]
        beyond = (hot["max_working_temperature_K"] < kelvin) | (step < 0.0)
        known = hot[quantity].notna()
        extrapolated = source[known] == "extrapolated"
        assert (extrapolated == beyond[known]).all()
    h_cj = hot["coercivity_kA_m"]
    knee = hot["squareness"] * h_cj
    has_knee = hot["knee_field_kA_m"].notna() & (h_cj > 0.0)
    assert_allclose(
        hot["knee_field_kA_m"][has_knee], knee[has_knee], rtol=1e-9
    )
    if step > 0.0:
        lower = hot["squareness"] <= cold["squareness"] + 1e-12
        assert lower[has_knee].all()
    # (BH)max goes as B_r^2, until the coercivity cuts the line of B(H) before half of B_r / mu_0.
    b_r = hot["remanence_T"]
    keep = remaining_shares(cold, kelvin, "")["remanence_T"]
    end = h_cj * (b_r - 1e3 * MU_0 * h_cj)
    whole = cold["max_energy_product_kJ_m3"] * keep**2
    is_low = 1e3 * h_cj < b_r / (2.0 * MU_0)
    assert is_low.any() or step < 0.0
    expected = np.where(is_low, np.minimum(whole, end), whole)
    assert_allclose(hot["max_energy_product_kJ_m3"], expected, rtol=1e-12)
    # H_cB falls as B_r, no further out than where B of the hot curve is zero.
    expected = np.minimum(
        cold["coercivity_b_kA_m"] * keep,
        coercivity_b(hot, "", curve_shapes(hot)),
    )
    assert_allclose(hot["coercivity_b_kA_m"], expected, rtol=1e-9)


@pytest.mark.parametrize("quantity", ["remanence_T", "coercivity_kA_m"])
def test_estimates_use_grades_of_crystal_and_kind(quantity):
    table = mk.grades()
    source = f"{quantity}_provenance"
    count = 0
    for _, alike in table.groupby(["host", "kind"]):
        estimates = alike[alike[source] == "estimate"]
        count += len(estimates)
        assert (estimates[f"{quantity}_lo"] <= estimates[quantity]).all()
        assert (estimates[quantity] <= estimates[f"{quantity}_hi"]).all()
        if quantity == "coercivity_kA_m":
            sheets = alike.loc[alike[source] == "catalogue", quantity]
            # A printed H_cB or knee may be beyond all of them.
            printed = estimates[["coercivity_b_kA_m", "knee_field_kA_m"]]
            most = np.fmax(printed.max(axis=1), sheets.max())
            inside = estimates[quantity].between(sheets.min(), most)
            assert inside.all()
    assert count
