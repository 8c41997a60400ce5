"""What makers print, brought together."""

import pandas as pd
import pytest

from magnetkit.magnetism.grades import reconcile_makers

ROWS = [
    # grade, quantity, maker, bound, value, K
    ("N1", "remanence_T", "a", "min", 1.28, 293.15),
    ("N1", "remanence_T", "a", "max", 1.32, 293.15),
    ("N1", "remanence_T", "b", "typical", 1.34, 293.15),
    ("N1", "remanence_T", "b", "min", 1.25, 293.15),
    # Measured hot, and of no grade.
    ("N1", "remanence_T", "b", "typical", 0.90, 423.15),
    ("", "remanence_T", "b", "typical", 5.0, 293.15),
    ("N1", "coercivity_kA_m", "a", "min", 1592.0, 293.15),
    ("N1", "coercivity_kA_m", "b", "min", 1600.0, 293.15),
    ("N1", "coercivity_kA_m", "b", "typical", 1700.0, 293.15),
]


def test_grade_lies_between_its_printed_values():
    names = ["grade", "quantity", "maker", "bound", "value", "temperature_K"]
    table = reconcile_makers(
        pd.DataFrame(ROWS, columns=names).assign(to_K=float("nan"))
    )
    assert set(table.index) == {
        ("N1", "remanence_T"),
        ("N1", "coercivity_kA_m"),
    }
    b_r = table.loc[("N1", "remanence_T")]
    h_cj = table.loc[("N1", "coercivity_kA_m")]
    # The middle of a range of one maker, the typical value of the other.
    assert b_r["value"] == pytest.approx((1.30 + 1.34) / 2)
    assert (b_r["lo"], b_r["hi"]) == (1.25, 1.34)
    # Of what makers guarantee, the least value.
    assert h_cj["value"] == pytest.approx((1592.0 + 1600.0) / 2)
    assert (h_cj["lo"], h_cj["hi"]) == (1592.0, 1700.0)
