"""Sentences and choices of an answer, from rows whose figures are plain."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from magnetkit.diffusion import Diffusion
from magnetkit.diffusion._local import Case, Circuit, Target
from magnetkit.diffusion.diffuse import (
    Bare,
    _alloy_text,
    _coating_text,
    _target_text,
)
from tests.diffusion.test_local import make_magnet

ROW = {
    "element": "Tb",
    "meets": True,
    "probability": 0.876,
    "put_on_g": 0.5,
    "amount_wt_pct": 1.234,
    "mg_cm2": 4.56,
    "hours": 8.0,
    "anneal_C": 900.0,
    "flux_lost_pct": 1.25,
    "cost_USD": 2.0,
    "kg_year": 5e-4,
}


def test_a_coating_in_a_sentence():
    assert _coating_text(ROW, "z+") == (
        "Tb on z+: 0.5 g per magnet (1.23 wt.%), 4.6 mg/cm2 at most, 8 h at "
        "900 C; flux -1.2 %, 2.00 USD, probability 0.88"
    )
    some = _coating_text(ROW | {"kg_year": 0.05}, "z+")
    assert "2.00 USD, 50 g a year for 100 magnets, prob" in some
    many = _coating_text(ROW | {"kg_year": 500.0}, "z+")
    assert ", 500 kg a year for 1,000,000 magnets, prob" in many
    edge = _coating_text(ROW | {"kg_year": 0.1}, "z+")
    assert ", 0.1 kg a year for 200 magnets, prob" in edge
    none = _coating_text(ROW | {"put_on_g": 0.0}, "")
    assert "a year" not in none
    missed = _coating_text(ROW | {"meets": False}, "z+")
    assert missed == "Tb on the faces: does not do it, probability 0.88"


def test_alloys_in_a_sentence():
    rows = [ROW, ROW | {"element": "Dy", "meets": False}]
    assert _alloy_text(rows) == (
        "Alloyed throughout instead: Tb 0.5 g (1.23 wt.%), flux -1.2 %, "
        "probability 0.88; Dy does not do it, probability 0.88"
    )


@pytest.mark.parametrize(
    ("target", "circuit", "mapped", "text"),
    [
        (
            Target(3.0),
            Circuit("z", 2.0),
            False,
            "irreversible_loss_pct <= 3 with probability 0.8 at 423 K (150 °C) "
            "at load line 2",
        ),
        (
            Target(None, 5e4),
            Circuit("z", None, 40.0),
            False,
            "H_cJ 50 kA/m above the reverse field everywhere with probability "
            "0.8 at 423 K (150 °C) in open circuit and 40 kA/m from outside",
        ),
        (
            Target(safety=1.1),
            Circuit("z", 2.0),
            True,
            "H_k 1.1 times the reverse field everywhere with probability 0.8 "
            "at 423 K (150 °C) in the field of the map",
        ),
    ],
)
def test_the_question_names_target_and_duty(target, circuit, mapped, text):
    said = _target_text(target, circuit, 423.15, 0.8, mapped)
    assert said == text


def test_the_best_element_is_the_cheapest_that_meets_or_the_likeliest():
    rows = pd.DataFrame([ROW, ROW | {"element": "Dy", "cost_USD": 1.5}])
    alloy = rows.assign(way="bulk alloy", cost_USD=0.1)
    rows = pd.concat([rows.assign(way="faces"), alloy], ignore_index=True)

    def find_best():
        return Diffusion.best.fget(SimpleNamespace(designs=rows))

    assert find_best() == "Dy"
    rows.loc[1, "meets"] = False
    assert find_best() == "Tb"
    rows["meets"] = False
    rows.loc[1, "probability"] = 0.9
    assert find_best() == "Dy"


def test_the_bare_magnet_counts_where_its_margin_is_least():
    magnet = make_magnet()
    cells = np.array([1.0, 3.0])
    zeros = np.zeros(2)
    cases = [
        Case(400.0, np.array([1e5, 2e5]), zeros),
        Case(400.0, np.array([3e5, 2e5]), zeros),
        Case(400.0, np.array([-1e5, -2e5]), zeros),
    ]

    def find_bare(some):
        each = [(magnet, case) for case in some]
        return Bare.of(SimpleNamespace(each=each, cells=cells))

    bare = find_bare(cases)
    # The knee is 0.92 of 400 kA/m; the mean field (300 + 3 200) / 4.
    assert bare.knee_kA_m == pytest.approx(368.0)
    assert bare.field_kA_m == pytest.approx(225.0)
    assert bare.worst_kA_m == pytest.approx(300.0)
    assert bare.margin == pytest.approx(368.0 / 225.0)
    assert bare.remanence_T == 1.2
    helped = find_bare(cases[2:])
    assert helped.margin == np.inf
    assert bare.sentence() == (
        "As it is: H_k 368 kA/m, mean field 225 (worst 300), margin 1.64, "
        f"P {bare.probability:.2f} of 1.1 times"
    )
