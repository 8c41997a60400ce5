"""What makers print, brought together."""

from importlib import import_module

import numpy as np
import pandas as pd
import pytest

from magnetkit import datasets
from magnetkit.magnetism.grades import (
    SECOND_FILE,
    ladder,
    printed_values,
    reconcile_makers,
    secondhand,
)

GRADES = import_module("magnetkit.magnetism.grades")

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
    assert np.isnan(b_r["to_K"])
    # Of what makers guarantee, the least value.
    assert h_cj["value"] == pytest.approx((1592.0 + 1600.0) / 2)
    assert (h_cj["lo"], h_cj["hi"]) == (1592.0, 1700.0)


ALPHA = "remanence_coefficient_pct_K"
BETA = "coercivity_coefficient_pct_K"


@pytest.mark.parametrize(
    ("bounds", "value"),
    [
        # One maker's figures by bound; only of H_cJ the minimum stands for it.
        ({"min": 1.2, "max": 1.4}, 1.3),
        ({"min": 1.2, "max": 1.4, "typical": 1.31}, 1.31),
        ({"": 1.25, "max": 1.4}, 1.25),
        ({"max": 1.4}, 1.4),
        ({"lower bound": 1.1, "max": 1.4}, 1.1),
        ({"min": 1.2, "lower bound": 1.1}, 1.2),
    ],
)
def test_a_makers_value_follows_its_bounds(bounds, value):
    frame = pd.DataFrame({"bound": list(bounds), "value": bounds.values()})
    frame = frame.assign(grade="N1", maker="a", temperature_K=303.15)
    frame = frame.assign(quantity="remanence_T", to_K=np.nan)
    table = reconcile_makers(frame)
    assert table["value"].tolist() == pytest.approx([value])
    # Ten kelvin from 20 degrees C is room temperature still.
    assert not len(reconcile_makers(frame.assign(temperature_K=303.2)))
    assert len(reconcile_makers(frame.assign(temperature_K=np.nan))) == 1


@pytest.mark.parametrize(
    ("ends", "expected"),
    [([400.0, 420.0], 410.0), ([400.0, np.nan], np.nan), ([400.0], 400.0)],
)
def test_a_chord_ends_where_most_sheets_say(ends, expected):
    frame = pd.DataFrame({"to_K": ends, "maker": list("ab")[: len(ends)]})
    frame = frame.assign(grade="N1", quantity=ALPHA, bound="typical")
    frame = frame.assign(value=-0.1, temperature_K=393.15)
    table = reconcile_makers(frame)
    assert table["to_K"].tolist() == pytest.approx([expected], nan_ok=True)
    own = GRADES._chord_ends(frame)
    assert list(own) == [ALPHA, BETA]
    assert own.index.names == ["grade", "maker"]
    finite = [end for end in ends if end == end]
    assert own[ALPHA].tolist() == finite


def test_printed_values_have_their_columns():
    every = printed_values()
    names = "host kind grade maker quantity bound value temperature_K to_K"
    assert list(every) == [*names.split(), "source", "note"]
    assert set(every["kind"][every["grade"] == ""]) == {"family"}
    rows = printed_values("N42SH")
    assert rows.index.tolist() == list(range(len(rows)))
    assert set(rows["grade"]) == {"N42SH"}
    assert not len(printed_values("n42sh"))
    copies = pd.read_csv(datasets.path(SECOND_FILE), keep_default_na=False)
    assert secondhand() == set(copies["grade"])
    second = every.tail(len(copies)).reset_index(drop=True)
    assert second["value"].tolist() == copies["value"].tolist()
    # What is no number, as an end that is not printed, is NaN.
    assert {every[name].dtype.kind for name in names.split()[-3:]} == {"f"}


def test_a_ladder_falls_from_class_to_class(monkeypatch):
    # B_r as H_cJ^-0.2 over the best of four classes; the second of one class is worse.
    rows = []
    for maker, power, names in (
        ("a", -0.2, ("N50", "N48M", "N45H", "N42SH", "N38SH")),
        ("b", -0.4, ("N50", "N48M", "N45H", "N42SH")),
        ("c", -0.6, ("N50", "N48M", "N45H")),
    ):
        for step, name in enumerate(names):
            h = 1000.0 * 1.25**step
            b = 1.4 * (h / 1000.0) ** power * (0.9 if step == 4 else 1.0)
            rows += [(maker, name, "remanence_T", b)]
            # What is guaranteed counts, not what is typical.
            rows += [(maker, name, "coercivity_kA_m", x) for x in (h, 2 * h)]
    frame = pd.DataFrame(rows, columns=["maker", "grade", "quantity", "value"])
    frame = frame.assign(kind="sintered")
    monkeypatch.setattr(GRADES, "printed_values", lambda: frame)
    monkeypatch.setattr(GRADES, "secondhand", frozenset)
    make_ladders = GRADES._ladders.__wrapped__
    ladders = make_ladders()
    assert ladders == pytest.approx({"a": -0.2, "b": -0.4})
    monkeypatch.setattr(GRADES, "_ladders", lambda: ladders)
    assert ladder("a, b, c") == pytest.approx(-0.3)
    assert ladder("b") == pytest.approx(-0.4)
    assert ladder("c") is ladder("") is None
    # Three classes of its own sheets are no ladder.
    monkeypatch.setattr(GRADES, "secondhand", lambda: frozenset(["N50"]))
    assert make_ladders() == {}
