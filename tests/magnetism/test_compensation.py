import re

import numpy as np
import pytest
from magnetkit.elements import HEAVY_LANTHANIDES
from magnetkit.errors import InputError

from magnetkit.alloy import CompositionTable
from magnetkit.magnetism import compensate, sintered, sintered_at
from magnetkit.magnetism.compensation import _Search, _shares
from tests.recipes import make_table


def test_gadolinium_makes_smco5_flat_near_forty_percent():
    # Sm0.6Gd0.4Co5 is the known compensated magnet.
    result = compensate("SmCo5", with_=["Gd"], between=(223.15, 423.15))
    assert 0.25 <= result.share["Gd"] <= 0.55
    assert result.remanence_coefficient_pct_K == pytest.approx(0.0, abs=0.003)


def test_solution_is_what_the_magnet_model_says():
    result = compensate(
        "SmCo5", with_=["Gd", "Er"], between=(223.15, 423.15), alpha=-0.01
    )
    # Rare earths come first.
    order = r"Sm[\d.]+(Gd[\d.]+)?(Er[\d.]+)?Co5"
    assert re.fullmatch(order, result.formula)
    table = CompositionTable.from_strings([result.formula])
    row = sintered(table, between=(223.15, 423.15), host="1:5").iloc[0]
    assert row["remanence_coefficient_pct_K"] == pytest.approx(
        result.remanence_coefficient_pct_K, abs=2e-4
    )
    assert 100 * table.weight_fractions()[0, 63:71].sum() == pytest.approx(
        result.added_wt_pct, abs=0.02
    )
    assert len(HEAVY_LANTHANIDES) == 8


def test_more_freedom_never_needs_more():
    one = compensate("SmCo5", with_=["Gd"], alpha=-0.02)
    two = compensate("SmCo5", with_=["Gd", "Er"], alpha=-0.02)
    assert two.added_wt_pct <= one.added_wt_pct + 0.02


def test_a_flatter_magnet_needs_more():
    amounts = [
        compensate(
            "SmCo5.2Fe1.5Cu0.6Zr0.2", with_=["Gd"], alpha=a
        ).added_wt_pct
        for a in (-0.025, -0.015, -0.005)
    ]
    assert amounts == sorted(amounts)
    assert amounts[0] < amounts[2]


def test_adds_nothing_to_a_sufficient_magnet():
    result = compensate("SmCo5", with_=["Gd"], alpha=-0.2)
    assert result.added_wt_pct == 0.0


@pytest.mark.parametrize(
    ("names", "steps"),
    [(["Gd"], 100), (["Gd", "Er"], 100), (["Gd", "Er", "Tb"], 33)],
)
def test_tries_three_substituents_in_steps_of_three_percent(
    monkeypatch, names, steps
):
    class Asked(Exception):
        pass

    def shares(count, number):
        raise Asked((count, number))

    monkeypatch.setattr("magnetkit.magnetism.compensation._shares", shares)
    with pytest.raises(Asked) as error:
        compensate("SmCo5", with_=names)
    assert error.value.args[0] == (len(names), steps)


@pytest.mark.parametrize(
    ("keywords", "says"),
    [
        ({"compositions": "SmCo"}, "no mixture of Gd, Er in Sm0.5Co0.5"),
        ({"compositions": "Sm5"}, "is a uniaxial magnet from 293.15 to"),
        ({"compositions": "what"}, "unexpected 'what'"),
        ({"compositions": ["SmCo5", "YCo5"]}, "one base alloy, got 2"),
        ({"with_": []}, "one to three different rare earths"),
        ({"with_": ["Fe"]}, "one to three different rare earths"),
        ({"with_": ["Gd", "Gd"]}, "one to three different rare earths"),
        ({"with_": ["Gd", "Er", "Tb", "Ho"]}, "one to three different"),
        ({"between": (300, 300)}, "needs the lower temperature first"),
        ({"step": 0.5}, "step must lie between 0.002 and 0.1, got 0.5"),
        ({"step": 0.0019}, "step must lie between 0.002 and 0.1"),
        ({"alpha": 5.0}, "no share of Gd, Er reaches alpha 5 %/K"),
    ],
)
def test_refuses_bad_arguments(keywords, says):
    with pytest.raises(InputError, match=says):
        compensate(**{"compositions": "SmCo5", **keywords})


def test_shares_are_all_mixtures_in_order():
    every = [(a, b) for a in range(4) for b in range(4) if a + b < 4]
    assert list(_shares(2, 4)) == every


def test_sag_is_the_largest_distance_to_the_chord():
    base = make_table("SmCo5")
    kelvin = np.linspace(223.15, 423.15, 9)
    row = _Search(base, ["Gd"], kelvin, "1:5").tried(np.array([[0.2]])).iloc[0]
    table = make_table("Sm0.8Gd0.2Co5")
    b_r = np.array(
        [
            f["remanence_T"].iloc[0]
            for f in sintered_at(table, kelvin, host="1:5")
        ]
    )
    chord = np.interp(kelvin, kelvin[[0, -1]], b_r[[0, -1]])
    sag = 100 * np.abs(b_r - chord).max() / b_r[0]
    assert row["sag_pct"] == pytest.approx(sag, rel=1e-3)
    assert row["remanence_T"] == pytest.approx(b_r[0], rel=1e-6)
    coefficient = 100 * (b_r[-1] / b_r[0] - 1) / 200
    assert row["remanence_coefficient_pct_K"] == pytest.approx(
        coefficient, rel=1e-3
    )


def test_a_host_that_is_never_uniaxial_is_named():
    with pytest.raises(InputError, match="no mixture of Gd in Sm"):
        compensate("Sm2Fe17", with_=["Gd"], alpha=0.0)
