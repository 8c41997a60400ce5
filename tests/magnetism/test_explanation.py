"""Why a magnet is what it is: terms add up, shares add up, and each acts with its sign."""

import numpy as np
import pandas as pd
import pytest
from magnetkit.errors import InputError

from magnetkit.magnetism import explain_magnet, sintered
from magnetkit.magnetism.explanation import _NARROWEST, Explanation
from magnetkit.magnetism.laws import STATUS, law, shift_constant
from magnetkit.magnetism.process import parameters

H = "coercivity_kA_m"
B = "remanence_T"
MAGNETS = {
    "gallium": ("Nd30.5B0.92Co1.0Cu0.15Al0.15Ga0.5Fe bal.", "20C", None),
    "shell, hot": ("Nd30.5Co1Cu0.15Al0.15B1Fe bal.", "150C", "Tb 0.5 wt%"),
    "carrier": (
        "Nd30.5Co1Cu0.15Al0.15B1Fe bal.",
        "20C",
        "Dy 0.5 wt% + Pr 0.7 wt%",
    ),
    "cells": ("Sm25.5Fe15Cu6Zr2.7Co bal.", "300C", None),
    "1:5": ("Sm36.5Co63.5", "20C", None),
}


@pytest.fixture(scope="module")
def explanations():
    return {
        name: explain_magnet(text, at, shell=shell, basis="weight")
        for name, (text, at, shell) in MAGNETS.items()
    }


def term_values(explanation, quantity=H):
    part = explanation.terms[explanation.terms["quantity"] == quantity]
    return dict(zip(part["term"], part["value"], strict=True))


@pytest.mark.parametrize("name", MAGNETS)
def test_terms_add_up_to_the_prediction(explanations, name):
    text, at, shell = MAGNETS[name]
    magnet = sintered(text, at, shell=shell, basis="weight").iloc[0]
    for quantity in (H, B):
        total = sum(term_values(explanations[name], quantity).values())
        assert total == pytest.approx(magnet[quantity], rel=2e-3)


@pytest.mark.parametrize("name", MAGNETS)
def test_shares_of_the_range_add_up(explanations, name):
    shares = explanations[name].shares
    assert list(shares) == [*STATUS, "producer", "fit"]
    assert sum(shares.values()) == pytest.approx(1.0)
    assert min(shares.values()) >= 0.0
    constants = explanations[name].constants
    assert (np.diff(constants["share"]) <= 0.0).all()
    assert constants["share"].sum() == pytest.approx(
        sum(shares[status] for status in STATUS)
    )


def test_terms_have_their_signs(explanations):
    gallium = term_values(explanations["gallium"])
    assert gallium["R6Fe13Ga between the grains"] > 200.0
    assert gallium["stray field of neighbours"] < 0.0
    assert gallium["coupled grains"] < 0.0
    hot = term_values(explanations["shell, hot"])
    assert hot["shell"] > 0.0
    assert hot["150 C"] < 0.0
    cells = term_values(explanations["cells"])
    assert cells["copper"] < 0.0 < cells["iron"]
    for name in MAGNETS:
        remanence = term_values(explanations[name], B)
        assert remanence.pop("J_s of the hard phase") > 0.5
        assert remanence["grains off the axis"] < 0.0
        assert remanence["pores"] < 0.0


def test_the_law_names_a_temperature_but_room(explanations):
    laws = {name: why.law for name, why in explanations.items()}
    assert laws["gallium"] == laws["carrier"]
    assert laws["gallium"].endswith("boundary decouples")
    assert laws["shell, hot"] == f"{laws['gallium']}, at 150 C"
    assert laws["cells"].startswith("pinning of walls by cells")
    assert laws["cells"].endswith(", at 300 C")


NUCLEATION = [
    "alpha_K of the family times H_N",
    "Al, Cu, Ga in the boundary",
    "R6Fe13Ga between the grains",
    "stray field of neighbours",
    "coupled grains",
]
CELLS = ["most that walls can hold", "copper", "iron", "zirconium", "ratio"]
REMANENCE = [
    "J_s of the hard phase",
    "oxide, boundary and other phases",
    "polarization of those",
    "pores",
    "grains off the axis",
    "exchange, carriers, producer",
]


def test_terms_stand_in_the_order_applied(explanations):
    for name, first in {
        "gallium": NUCLEATION,
        "shell, hot": [*NUCLEATION, "shell", "150 C"],
        "carrier": [*NUCLEATION, "shell"],
        "cells": [*CELLS, "300 C"],
        "1:5": NUCLEATION,
    }.items():
        terms = term_values(explanations[name])
        # A rest is that of rounding, and stands only where there is one.
        assert terms.pop("rest", 1e-9) != 0.0
        assert list(terms) == first
        assert list(term_values(explanations[name], B)) == REMANENCE


def test_laws_of_temperature_count_when_hot(explanations):
    laws = {
        name: set(why.constants["law"]) for name, why in explanations.items()
    }
    assert "temperature" not in laws["gallium"] | laws["1:5"]
    assert laws["shell, hot"] == laws["gallium"] | {"temperature"}
    assert "temperature" in laws["cells"]
    for name, (text, _, _) in MAGNETS.items():
        assert explanations[name].candidate == text


def test_a_producers_level_is_a_term(explanations):
    text, at, _ = MAGNETS["gallium"]
    why = explain_magnet(text, at, process={"level": 1.2}, basis="weight")
    terms = term_values(why)
    assert list(terms) == [*NUCLEATION, "level of family and producer"]
    level = terms.pop("level of family and producer")
    assert level == pytest.approx(0.2 * sum(terms.values()))


def test_second_phases_add_their_polarization(explanations):
    # What is not hard phase takes its share of J_s; in SmCo5 R2Co7 gives back some of it.
    for name, is_more in (("gallium", False), ("1:5", True)):
        terms = term_values(explanations[name], B)
        assert terms["oxide, boundary and other phases"] < 0.0
        assert (terms["polarization of those"] > 0.0) == is_more
        assert terms["polarization of those"] >= 0.0
    why = explain_magnet("SmCo5", "20C")
    assert why.candidate == "SmCo5"


def test_finer_grains_have_weaker_poles():
    family = parameters().families["2:14:1"]
    terms = []
    for size in (2.5, 5.0):
        process = {"grain_size_um": size}
        fine = explain_magnet(
            "Nd30.5Co1Cu0.15Al0.15B1Fe bal.", process=process, basis="weight"
        )
        terms.append(term_values(fine)["stray field of neighbours"])
    factor = 1.0 - family.grain_slope * np.log(2.0) / family.n_eff
    assert family.grain_reference_um == 5.0
    assert terms[0] == pytest.approx(factor * terms[1], rel=1e-6)


def test_refuses_everything_but_one_magnet():
    with pytest.raises(InputError, match="no copper"):
        explain_magnet("Sm23.3Fe16Co bal.", basis="weight")
    with pytest.raises(InputError, match="one recipe"):
        explain_magnet(["SmCo5", "PrCo5"])


def make_explanation(shares):
    constants = pd.DataFrame(
        {
            "meaning": [f"constant {i}" for i in range(len(shares))],
            "value": 0.5,
            "deviation": 0.1,
            "unit": "K",
            "status": "fitted",
            "share": shares,
        }
    )
    terms = pd.DataFrame(
        [
            (H, "walls", 1200.4),
            (H, "nothing", 0.0),
            (H, "rest", -1e-10),
            (H, "150 C", -700.2),
            (B, "J_s", 1.5),
            (B, "pores", -0.25),
        ],
        columns=["quantity", "term", "value"],
    )
    return Explanation(
        "SmCo5", "cells", terms, {"fitted": 0.25, "fit": 0.75}, constants
    )


def test_an_explanation_is_terms_shares_and_what_to_measure():
    lines = str(make_explanation([0.4, 0.3, 0.001])).splitlines()
    assert lines[:4] == [
        "SmCo5: cells",
        "500 kA/m = walls +1200, 150 C -700",
        "1.250 T = J_s +1.500, pores -0.250",
        "range of H_cJ: fitted 25 %, fit 75 %",
    ]
    assert lines[4:] == [
        "measure: constant 0 (0.5 +- 0.1 K, fitted): 40 % of the range",
        "measure: constant 1 (0.5 +- 0.1 K, fitted): 30 % of the range",
    ]
    none = make_explanation([0.001]).measurements()
    assert none == [
        "magnets of this producer; no constant of the law book narrows the "
        "range"
    ]
    # One per cent of the variance is the least that is named.
    few = make_explanation([0.01, 0.0099]).measurements()
    assert few == ["constant 0 (0.5 +- 0.1 K, fitted): 1 % of the range"]
    many = make_explanation([0.3] * 9).measurements()
    assert len(many) == _NARROWEST


# Short of boron without gallium all hangs on what R2Fe17 does. Where laws tell little, no share is
# bounded: half of what both ends are apart, squared.
@pytest.mark.parametrize(
    ("recipe", "rel"),
    [
        ("Nd30.5B0.9Co1Fe bal.", 0.25),
        ("Nd30.5Co1Cu0.15Al0.15B1Fe bal.", 0.05),
    ],
)
def test_constant_has_the_share_of_one_deviation(recipe, rel):
    def magnet():
        return sintered(recipe, "20C", basis="weight").iloc[0]

    first = explain_magnet(recipe, basis="weight").constants.iloc[0]
    constant = next(c for c in law(first["law"]) if c.name == first["name"])
    ends = []
    for sign in (-1, 1):
        value = constant.value + sign * constant.deviation
        with shift_constant(constant, value):
            ends.append(magnet()[H])
    change = 0.5 * np.log(ends[1] / ends[0])
    row = magnet()
    half = np.log(row[f"{H}_hi"] / row[f"{H}_lo"]) / 2.0
    share = (change / (half / 1.645)) ** 2
    assert first["share"] == pytest.approx(share, rel=rel)


def test_the_constant_that_matters_is_named_first():
    short = explain_magnet("Nd30.5B0.9Co1Fe bal.", basis="weight")
    assert short.constants["name"][0] == "soft_scale"
    assert short.shares["memory"] > 0.4
    assert "R2Fe17" in short.measurements()[0]
