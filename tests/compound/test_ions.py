"""Tables of the ions against diagonalizations of the test's own, and published figures."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from magnetkit.elements import INDEX
from numpy.testing import assert_allclose

from magnetkit._core._arrays import BY_A2, BY_A4, BY_FIELD, N_WORK, respond
from magnetkit.compound.parameters import ion_tables, ions, published_fields
from tests.compound import naive_magnetism as naive

TABLES = ion_tables()
TURN = 0.2


def response(symbol, kelvin, strength, a2, a4=0.0, group=0, respond=respond):
    """Return what one ion does, K per ion, and its derivatives."""
    first, *facts = TABLES.facts[group, INDEX[symbol]]
    ion = np.array([[first, strength, 1.0, a2, a4, 1.0, *facts]])
    work = np.empty((1, N_WORK))
    respond(kelvin, 0, 1, ion, (1.0, 1.0, 1.0), TABLES, work, 2)
    return work[0]


def constants(energy):
    """Return K_1 to K_3 from a function of theta, phi, averaged over the plane."""
    angles = [TURN, math.pi / 2 - TURN, math.pi / 2]
    around = [k * math.pi / 4 for k in range(4)]
    rise = []
    for theta in angles:
        mean = np.mean([energy(theta, phi) for phi in around])
        rise.append(mean - energy(0.0, 0.0))
    return np.linalg.solve(
        np.sin(angles)[:, None] ** np.array([2, 4, 6]), rise
    )


# L, S, J of the ions whose multiplets the table mixes.
TERMS = {"Pr": (5, 1, 4), "Nd": (6, 1.5, 4.5), "Sm": (5, 2.5, 2.5)}


@settings(max_examples=12, deadline=None)
@given(
    symbol=st.sampled_from(["Pr", "Nd", "Sm", "Tb", "Dy", "Er", "Tm"]),
    kelvin=st.floats(150.0, 900.0),
    share=st.floats(0.3, 1.5),
    a2=st.floats(-350.0, 350.0),
)
def test_axial_table_agrees_with_a_diagonalization(symbol, kelvin, share, a2):
    ion = ions()[symbol]
    f = published_fields()[symbol]
    strength = share * f["H_m_K"]
    amplitude = a2 * ion["r2_a0_2"] * ion["alpha_J"]

    def energy(theta, phi):
        if symbol in TERMS:
            return naive.term_energy(
                TERMS[symbol],
                f["lambda_K"],
                {2: amplitude},
                strength,
                theta,
                phi,
                kelvin,
            )
        exchange = 2 * (ion["g_J"] - 1) * strength
        return naive.multiplet_energy(
            ion["J"], {("z", 2): amplitude}, exchange, theta, phi, kelvin
        )

    expected = constants(energy)
    got = response(symbol, kelvin, strength, a2, group=1)[1:4]
    # Cubics through four A_2^0 trade a little of K_2 for K_3 where light ions are cold: what
    # decides are K_1, the energy of the plane and the field across it.
    decisive = np.array([[1.0, 0.0, 0.0], [1.0, 1.0, 1.0], [1.0, 2.0, 3.0]])
    assert_allclose(
        decisive @ got,
        decisive @ expected,
        rtol=0.02,
        atol=0.012 * abs(expected[0]) + 0.02,
    )


@pytest.mark.parametrize("kelvin", [77.0, 410.0])
def test_field_of_R2Fe14B_agrees_with_one_multiplet(kelvin):
    # Terbium without its term O_6^4, which the average over the plane takes out in first order.
    ion = ions()["Tb"]
    f = published_fields()["Tb"]
    terms = {
        ("z", 2): f["A20"] * f["r2_a0_2"] * ion["alpha_J"],
        ("xy",): f["A2-2"] * f["r2_a0_2"] * ion["alpha_J"],
        ("z", 4): f["A40"] * f["r4_a0_4"] * ion["beta_J"],
        ("z", 6): f["A60"] * f["r6_a0_6"] * ion["gamma_J"],
    }
    exchange = 2 * (ion["g_J"] - 1) * f["H_m_K"]

    def energy(theta, phi):
        return naive.multiplet_energy(
            ion["J"], terms, exchange, theta, phi, kelvin
        )

    got = response("Tb", kelvin, f["H_m_K"], f["A20"])[1:4]
    assert_allclose(got, constants(energy), rtol=0.03, atol=1.5)


@pytest.mark.parametrize(
    ("symbol", "volume", "at_295", "at_423"),
    [
        ("Nd", 236.2, 3.71, 2.25),
        ("Pr", 238.0, 5.11, 2.26),
        ("Dy", 230.4, 6.36, 3.28),
    ],
)
def test_published_fields_give_the_published_anisotropy(
    symbol, volume, at_295, at_423
):
    # K_R1 (MJ/m3) by another exact diagonalization with the same published fields.
    f = published_fields()[symbol]
    for kelvin, expected in ((295.0, at_295), (423.0, at_423)):
        m = naive.reduced_moment(kelvin / 588.0, 0.65)
        k1 = response(symbol, kelvin, f["H_m_K"] * m, f["A20"])[1]
        assert 2 * naive.PER_KELVIN / volume * k1 == pytest.approx(
            expected, rel=0.035
        )


def test_mixing_multiplets_hardens_samarium():
    # Over the ground multiplet alone: +22 % at 295 K with a spin-orbit coupling of 411 K.
    ion = ions()["Sm"]
    f = published_fields()["Sm"]
    strength = 200.0
    a2 = -200.0
    terms = {("z", 2): a2 * ion["r2_a0_2"] * ion["alpha_J"]}
    exchange = 2 * (ion["g_J"] - 1) * strength

    def energy(theta, phi):
        return naive.multiplet_energy(2.5, terms, exchange, theta, phi, 295.0)

    alone = constants(energy)[0]
    mixture = response("Sm", 295.0, strength, a2, group=1)[1]
    assert 1.15 < mixture / alone < 1.40
    # Its moment turns against that of iron when hot.
    cold = response("Sm", 4.2, f["H_m_K"], f["A20"])[0]
    hot = response("Sm", 500.0, f["H_m_K"], f["A20"])[0]
    assert cold > 0.0 > hot


@settings(max_examples=30, deadline=None)
@given(
    symbol=st.sampled_from(["Nd", "Sm", "Gd", "Dy"]),
    group=st.integers(0, 1),
    kelvin=st.floats(4.0, 1100.0),
    strength=st.floats(20.0, 220.0),
    a2=st.floats(130.0, 400.0),
    a4=st.floats(-6.0, 6.0),
)
def test_response_equals_its_twin_and_its_derivatives(
    symbol, group, kelvin, strength, a2, a4
):
    def twin(h, b, c):
        return naive.ion(TABLES, group, INDEX[symbol], kelvin, h, b, c)

    for function in {respond, getattr(respond, "py_func", respond)}:
        got = response(symbol, kelvin, strength, a2, a4, group, function)
        scale = 1e-6 * (1.0 + np.abs(got[:4]).max())
        assert_allclose(got[:4], twin(strength, a2, a4), rtol=1e-6, atol=scale)
    for at, step in (
        (BY_FIELD, (1e-3, 0, 0)),
        (BY_A2, (0, 1e-3, 0)),
        (BY_A4, (0, 0, 1e-3)),
    ):
        up = twin(strength + step[0], a2 + step[1], a4 + step[2])
        down = twin(strength - step[0], a2 - step[1], a4 - step[2])
        # At a node the line changes: there the slope is that of one side.
        assert_allclose(
            got[at : at + 4],
            (up - down) / 2e-3,
            rtol=0.02,
            atol=2e-3 + 20 * scale,
        )
