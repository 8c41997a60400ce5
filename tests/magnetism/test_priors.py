"""What the parameters are taken to be before any measurement."""

import pytest

from magnetkit.elements import INDEX
from magnetkit.magnetism.parameters import ELEMENT_SLOTS, ions
from magnetkit.magnetism.priors import build, read_priors


def of(symbol, slot, host="2:14:1"):
    return build(host).mean[INDEX[symbol], ELEMENT_SLOTS.index(slot)]


def test_the_crystal_field_of_ions_follows_stevens():
    # Hutchings 1964: <O_2> = J (2 J - 1) at saturation, 36 of Nd (9/2), 28 of Pr (4), 66 of Tb (6).
    adjusted = read_priors()["host"]["2:14:1"].get("ion_k2_MJ_m3", {})
    saturated = {"Pr": 28.0, "Nd": 36.0, "Tb": 66.0, "Dy": 105.0, "Ho": 120.0, "Er": 105.0}
    saturated |= {"Tm": 66.0}
    known = {r: o2 for r, o2 in saturated.items() if r not in adjusted}
    assert len(known) > 2
    ratios = []
    for r, o2 in known.items():
        ion = ions()[r]
        ratios.append(of(r, "ion_k2_MJ_m3:iron") / (ion["alpha_J"] * ion["r2_a0_2"] * o2))
    assert ratios == pytest.approx([ratios[0]] * len(ratios))
    # Uniaxial for ions that are flat (alpha_J < 0), planar for long ones.
    assert all((of(r, "ion_k2_MJ_m3:iron") > 0) == (ions()[r]["alpha_J"] < 0) for r in known)


def test_moments_are_those_of_the_free_ions_against_iron_for_the_heavy():
    # g_J J: 3.27 Nd, 3.2 Pr, 7 Gd, 9 Tb, 10 Dy and Ho, 9 Er.
    free = {"Gd": -7.0, "Tb": -9.0, "Dy": -10.0, "Ho": -10.0, "Er": -9.0, "Nd": 3.27, "Pr": 3.2}
    for r, moment in free.items():
        assert of(r, "ion_moment_muB:iron") == pytest.approx(moment, rel=0.25), r
