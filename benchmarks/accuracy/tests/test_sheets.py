"""Grades from B_r and H_cJ alone."""

import pandas as pd
import pytest

import magnetkit as mk
from benchmarks.accuracy.magnetism.sheets import (
    ALPHA,
    BETA,
    HOTTEST,
    _grade_rows,
    _maker_lines,
    by_definition,
    report,
)


@pytest.fixture(scope="module")
def sheet_rows():
    rows = []
    for name in ("N42SH", "Recoma 20"):
        rows += _grade_rows(mk.grades(name).iloc[0])
    frame = pd.DataFrame(rows)
    return frame.assign(
        error=frame["predicted"] - frame["printed"], inside=True
    )


def test_what_sheets_print_is_compared_over_its_own_range(sheet_rows):
    rows = sheet_rows[sheet_rows["grade"] == "N42SH"].set_index("quantity")
    # Arnold's sheet: -0.12 and -0.55 %/K from 20 to 150 C, 150 C.
    assert rows.loc[ALPHA, ["from_K", "to_K", "printed"]].tolist() == [
        293.15,
        423.15,
        -0.12,
    ]
    assert rows.loc[BETA, "printed"] == -0.55
    assert rows.loc[BETA, "predicted"] == pytest.approx(-0.55, rel=0.15)
    assert rows.loc[ALPHA, "predicted"] == pytest.approx(-0.12, abs=0.025)
    # Load line 1 and 0.92 H_cJ on the sheet's own numbers make 148 C of class SH.
    assert rows.loc[HOTTEST, "printed"] == pytest.approx(
        148.0 + 273.15, abs=3.0
    )
    assert rows.loc[HOTTEST, "predicted"] == pytest.approx(
        rows.loc[HOTTEST, "printed"], abs=10.0
    )
    assert rows.loc[HOTTEST, "rated"] == 423.15


def test_the_definition_of_the_highest_temperature_is_that_of_the_classes():
    # From the makers' own minima: N42 96, N42M 113, N42H 134, N38UH 173, N35EH 197 C.
    for b_r, h_cj, beta, limit in (
        (1.30, 955.0, -0.62, 96.0),
        (1.30, 1114.0, -0.60, 113.0),
        (1.30, 1353.0, -0.57, 134.0),
        (1.24, 1990.0, -0.51, 173.0),
        (1.19, 2388.0, -0.47, 197.0),
    ):
        kelvin = by_definition(b_r, h_cj, -0.12, beta) - 273.15
        assert kelvin == pytest.approx(limit, abs=2.0)


def test_the_page_lists_every_pair(sheet_rows):
    page = report(sheet_rows)
    assert page.count("| N42SH |") == (sheet_rows["grade"] == "N42SH").sum()


def test_what_makers_print_of_one_magnet_is_farther_apart_than_any_rule_can_be():
    # Recoma 20 and 22 of one catalogue, and the maker's technical note on temperature effects.
    frame = pd.DataFrame(
        {
            "maker": ["Arnold"],
            "host": ["1:5"],
            "printed": [740.0],
            "predicted": [604.0],
            "low": [551.0],
            "high": [685.0],
        }
    )
    lines = _maker_lines(frame)
    row = next(
        line
        for line in lines
        if line.startswith("| 1:5 | 0.92 | 1592 | Arnold |")
    )
    beta_cell, kelvin_cell = row.strip("| ").split(" | ")[-2:]
    betas = [float(value) for value in beta_cell.split(",")]
    kelvin = [float(value) for value in kelvin_cell.split(",")]
    assert betas == [-0.4, -0.25, -0.19]
    assert kelvin[-1] - kelvin[0] > 200.0
    assert "0 of 1 within 40 K, 0 within the range" in "\n".join(lines)
