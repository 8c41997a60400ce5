"""What the parameters are taken to be before any measurement."""

import pytest
from pymatgen.core import Element

from magnetkit.elements import INDEX
from magnetkit.magnetism.parameters import ELEMENT_SLOTS, ions
from magnetkit.magnetism.priors import _SUBSTITUENT_VOLUME, build, read_priors


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


def test_the_crystal_field_of_neodymium_in_joules():
    # K_1 = -3/2 A_2 alpha_J <r^2> <O_2> an ion, two in a formula unit.
    own = read_priors()["host"]["2:14:1"]
    ion = ions()["Nd"]
    kelvin = -1.5 * own["crystal_field_A2_K"][0] * ion["alpha_J"] * ion["r2_a0_2"] * 36.0
    joules = kelvin * 2 * 1.380649e-23 / (own["volume_A3"][0] * 1e-30)
    assert of("Nd", "ion_k2_MJ_m3:iron") == pytest.approx(joules / 1e6, rel=1e-6)


def test_a_rare_earth_of_which_nothing_is_said_has_the_level_of_its_host():
    data = read_priors()
    own, common = data["host"]["2:14:1"], data["rare_earth"]
    plain = [r for r in ("Y", "La", "Nd", "Gd", "Dy") if r not in common["exchange"]]
    assert plain
    for r in plain:
        assert of(r, "exchange_K:iron") == own["exchange_K"][0]


def test_volumes_of_substituents_are_those_of_the_elements():
    # A metalloid takes less room among metals than in its own open lattice.
    open_ones = {"Si", "Ge", "Sn"}
    for symbol, volume in _SUBSTITUENT_VOLUME.items():
        own = float(Element(symbol).molar_volume) / 0.602214
        if symbol in open_ones:
            assert 0.75 * own < volume < own, symbol
        else:
            assert volume == pytest.approx(own, rel=0.006), symbol
