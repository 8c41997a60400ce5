"""Ions as matrices: operators, multiplets and free energies against textbook values."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from magnetkit.compound.parameters import ions
from tests.scripts import script

multiplets = script("datasets/ions/multiplets.py")


@pytest.mark.parametrize(
    ("n", "expected"),
    # Hund's rules, e.g. Jensen and Mackintosh, Rare Earth Magnetism (1991), table 1.1.
    [
        (2, (1.0, 5, 4.0)),
        (5, (2.5, 5, 2.5)),
        (9, (2.5, 5, 7.5)),
    ],
)
def test_hunds_rules(n, expected):
    assert multiplets.hund(n) == expected


def test_angular_momentum_commutes_as_it_should():
    x, y, z = multiplets.angular(4.5)
    assert_allclose(x @ y - y @ x, 1j * z, atol=1e-12)
    square = x @ x + y @ y + z @ z
    assert_allclose(square, 4.5 * 5.5 * np.eye(10), atol=1e-12)


@pytest.mark.parametrize(
    ("n", "m"), [(2, -2), (4, 0), (6, 0), (6, 4), (6, -6)]
)
def test_operators_are_hermitian_and_traceless(n, m):
    operator = multiplets.stevens(4, n, m)
    assert_allclose(operator, operator.conj().T, atol=1e-9)
    assert abs(np.trace(operator)) < 1e-6


def test_quarter_turn_flips_sine_operators():
    turn = np.diag(np.exp(-0.5j * np.pi * np.arange(4, -5, -1.0)))
    for n, m, sign in ((2, -2, -1), (6, -2, -1), (6, -6, -1), (6, 4, 1)):
        operator = multiplets.stevens(4, n, m)
        assert_allclose(
            turn @ operator @ turn.conj().T, sign * operator, atol=1e-8
        )


def test_levels_of_the_term_are_multiplets():
    # Lande's interval rule: J and J - 1 are lambda J apart; the ground multiplet is 2 J + 1 wide.
    levels = np.linalg.eigvalsh(multiplets.get_ion("Sm").base)
    assert_allclose(levels[:6], levels[0], atol=1e-6)
    assert levels[6] - levels[0] == pytest.approx(350.0 * 3.5)


def test_light_moments_are_parallel_and_heavy_ones_antiparallel():
    for symbol, moment in (
        ("Nd", 3.27),
        ("Pr", 3.2),
        ("Tb", -9.0),
        ("Dy", -10.0),
    ):
        ion = multiplets.get_ion(symbol)
        _, states = np.linalg.eigh(ion.base + 300.0 * ion.exchange[2])
        lowest = states[:, 0]
        projection = (lowest.conj() @ ion.moment[2] @ lowest).real
        # g_J J; exchange mixes a little of the next multiplet in.
        assert projection == pytest.approx(moment, rel=0.06)


def test_free_energy_of_two_levels():
    energy = multiplets.free_energy(
        np.array([[1.0, 3.0]]), np.array([1e-9, 2.0])
    )
    second = 1.0 - 2.0 * np.log(1.0 + np.exp(-1.0))
    assert_allclose(energy[0], [1.0, second])


def test_axial_field_has_no_direction_in_the_plane():
    ion = multiplets.get_ion("Nd")
    for name, same in ((multiplets.AXIAL, True), (multiplets.WHOLE, False)):
        one = ion.crystal(name)[0]
        other = ion.crystal(name, turned=True)[0]
        assert np.allclose(one, other) == same


@pytest.mark.parametrize("symbol", ["Nd", "Sm"])
@pytest.mark.parametrize(
    ("order", "name"), [(2, "alpha_J"), (4, "beta_J"), (6, "gamma_J")]
)
def test_within_the_ground_multiplet_operators_have_stevens_factors(
    symbol, order, name
):
    ion = multiplets.get_ion(symbol)
    constants = ions()[symbol]
    assert ion.field["lambda_K"] != 0.0
    _, states = np.linalg.eigh(ion.base)
    ground = states[:, : round(2 * ion.j + 1)]
    block = ground.conj().T @ ion.operator(order, 0, 1.0) @ ground
    twin = constants[name] * multiplets.stevens(ion.j, order, 0)
    assert_allclose(
        np.linalg.eigvalsh(block),
        np.linalg.eigvalsh(twin),
        atol=1e-6 * abs(twin).max() + 1e-12,
    )


@pytest.mark.parametrize("symbol", ["Nd", "Sm", "Dy", "Er"])
def test_moment_is_g_times_j(symbol):
    # Within the ground multiplet L + 2 S is g_J J, and 2 S is 2 (g_J - 1) J.
    ion = multiplets.get_ion(symbol)
    constants = ions()[symbol]
    _, states = np.linalg.eigh(ion.base)
    ground = states[:, : round(2 * ion.j + 1)]
    maximum = np.linalg.eigvalsh(
        ground.conj().T @ ion.moment[2] @ ground
    ).max()
    assert maximum == pytest.approx(constants["g_J"] * ion.j, rel=2e-3)
    spin = np.linalg.eigvalsh(ground.conj().T @ ion.exchange[2] @ ground).max()
    assert spin == pytest.approx(
        2.0 * abs(constants["g_J"] - 1.0) * ion.j, rel=2e-2
    )
