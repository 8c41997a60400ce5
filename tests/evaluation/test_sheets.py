"""Grades from B_r and H_cJ alone."""

import pandas as pd
import pytest

import magnetkit as mk
from magnetkit.evaluation.magnetism.sheets import ALPHA, BETA, HOTTEST, _of, report


@pytest.fixture(scope="module")
def found():
    rows = []
    for name in ("N42SH", "Recoma 20"):
        rows += _of(mk.grades(name).iloc[0])
    frame = pd.DataFrame(rows)
    return frame.assign(error=frame["predicted"] - frame["printed"], inside=True)


def test_what_sheets_print_is_compared_over_its_own_range(found):
    own = found[found["grade"] == "N42SH"].set_index("quantity")
    # Arnold's sheet: -0.12 and -0.55 %/K from 20 to 150 C, 150 C.
    assert own.loc[ALPHA, ["from_K", "to_K", "printed"]].tolist() == [293.15, 423.15, -0.12]
    assert own.loc[BETA, "printed"] == -0.55
    assert own.loc[BETA, "predicted"] == pytest.approx(-0.55, rel=0.15)
    assert own.loc[ALPHA, "predicted"] == pytest.approx(-0.12, abs=0.025)
    assert own.loc[HOTTEST, "printed"] == 423.15


def test_the_page_lists_every_pair(found):
    page = report(found)
    assert page.count("| N42SH |") == (found["grade"] == "N42SH").sum()
