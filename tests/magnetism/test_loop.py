"""Curves of grades from printed figures."""

import numpy as np
import pandas as pd
import pytest
from magnetkit.units import MU_0

from magnetkit.magnetism.grades import (
    _usual_shapes,
    coercivity_b,
    curve_shapes,
)
from magnetkit.magnetism.process import parameters


def _table(**changes):
    row = {
        "host": "2:14:1",
        "kind": "sintered",
        "remanence_T": 1.2,
        "coercivity_kA_m": 2000.0,
        "knee_field_kA_m": np.nan,
        "recoil_permeability": np.nan,
        "squareness": 0.95,
    }
    return pd.DataFrame([row | changes])


def test_usual_shape_is_that_of_the_model():
    for host, family in parameters().families.items():
        usual = _usual_shapes(_table(host=host)).iloc[0]
        assert usual.tolist() == [family.squareness, family.recoil]
    assert _usual_shapes(_table(kind="bonded"))["squareness"].isna().all()
    assert _usual_shapes(_table(host="ferrite")).iloc[0].tolist() == [
        0.85,
        1.1,
    ]


def test_printed_figures_come_before_usual_ones():
    shape = curve_shapes(
        _table(knee_field_kA_m=1900.0, recoil_permeability=1.1)
    ).iloc[0]
    assert shape.tolist() == [0.95, 1.1, False, False]
    usual_shape = curve_shapes(_table()).iloc[0]
    assert usual_shape.tolist() == [
        0.95,
        parameters().families["2:14:1"].recoil,
        True,
        True,
    ]


def test_a_far_knee_leaves_the_recoil_line():
    table = _table()
    field = coercivity_b(table, "", curve_shapes(table))
    assert field == pytest.approx([1.2 / (1.05 * MU_0) / 1e3], rel=1e-3)


def test_no_curve_no_coercivity():
    table = _table(kind="bonded", squareness=np.nan)
    assert np.isnan(coercivity_b(table, "", curve_shapes(table))).all()
    no_coercivity = _table(coercivity_kA_m=0.0)
    assert coercivity_b(
        no_coercivity, "", curve_shapes(no_coercivity)
    ).tolist() == [0.0]
