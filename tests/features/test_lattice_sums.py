"""Lattice sums: slow twins, known lattices, independence of how they are cut."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from magnetkit.features._crystal_kernels import (
    dipole_tensors,
    ewald_cutoff,
    fourth_order_sums,
)
from tests.features import naive_crystals
from tests.features.crystals import random_crystal


def tensors(lattice, frac, weights, cutoff, ewald=True):
    out = np.full((len(frac), weights.shape[1], 6), -1.0)
    dipole_tensors(
        np.array(lattice, float),
        np.array(frac, float),
        weights,
        cutoff,
        ewald,
        out,
    )
    return out


def fourth(lattice, frac, weights, axis, cutoff):
    out = np.full(len(frac), -1.0)
    fourth_order_sums(
        lattice, frac, weights, np.array(axis, float), cutoff, out
    )
    return out


@pytest.mark.parametrize("seed", range(4))
def test_plain_sphere_agrees_with_the_slow_twin(seed):
    rng = np.random.default_rng(seed)
    lattice, frac = random_crystal(rng, seed + 1)
    weights = rng.normal(size=(len(frac), 2))
    full = naive_crystals.dipole_tensors(lattice, frac, weights, 8.0)
    expected = full[..., [0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]]
    got = tensors(lattice, frac, weights, 8.0, ewald=False)
    assert_allclose(got, expected, atol=1e-10)


@pytest.mark.parametrize("seed", range(4))
def test_ewald_sums_ignore_the_cutoff(seed):
    rng = np.random.default_rng(seed)
    lattice, frac = random_crystal(rng, 5, outside=False)
    weights = rng.normal(size=(5, 1))
    start = ewald_cutoff(5, abs(np.linalg.det(lattice)))
    once = tensors(lattice, frac, weights, start)
    scale = np.abs(once).max()
    for factor in (0.8, 1.5):
        assert_allclose(
            tensors(lattice, frac, weights, factor * start),
            once,
            atol=1e-6 * scale,
        )
    assert_allclose(once[..., :3].sum(-1), 0.0, atol=1e-9 * scale)


@pytest.mark.parametrize("seed", range(3))
def test_fourth_order_agrees_with_a_large_plain_sphere(seed):
    rng = np.random.default_rng(seed)
    lattice, frac = random_crystal(rng, 2)
    weights = rng.normal(size=2)
    axis = rng.normal(size=3)
    axis /= np.linalg.norm(axis)
    expected = naive_crystals.fourth_order_sums(
        lattice, frac, weights, axis, 22.0
    )
    got = fourth(lattice, frac, weights, axis, 9.0)
    assert_allclose(got, expected, atol=2e-3 * np.abs(expected).max())
    again = fourth(lattice, frac, weights, axis, 13.0)
    assert_allclose(got, again, rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize(
    "basis",
    [
        [[0, 0, 0]],
        [[0, 0, 0], [0.5, 0.5, 0.5]],
        [[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]],
    ],
    ids=["simple", "body-centred", "face-centred"],
)
def test_cubic_lattices_have_no_dipolar_anisotropy(basis):
    # Every axis has the demagnetising factor 1/3: a sphere's sum vanishes.
    frac = np.array(basis, float)
    for ewald, cutoff in ((True, 9.0), (False, 12.0)):
        got = tensors(
            np.eye(3) * 2.87, frac, np.ones((len(frac), 1)), cutoff, ewald
        )
        assert_allclose(got, 0.0, atol=1e-14)


def test_hexagonal_close_packing_has_its_published_field_gradient():
    # T. P. Das and M. Pomerantz, Phys. Rev. 123 (1961) 2070: about the ideal ratio the field
    # gradient times a^3 over the charge is 0.0065 - 4.3584 (c/a - 1.633), a linear fit.
    a = 3.0
    frac = np.array([[1 / 3, 2 / 3, 0.25], [2 / 3, 1 / 3, 0.75]])

    def gradient(ratio):
        lattice = [[a, 0, 0], [-a / 2, a * 3**0.5 / 2, 0], [0, 0, a * ratio]]
        return tensors(lattice, frac, np.ones((2, 1)), 8.0)[0, 0, 2] * a**3

    assert gradient(1.633) == pytest.approx(0.0065, abs=5e-4)
    assert (gradient(1.733) - gradient(1.533)) / 0.2 == pytest.approx(
        -4.3584, rel=0.02
    )


def test_no_atoms():
    assert tensors(
        np.eye(3), np.zeros((0, 3)), np.zeros((0, 1)), 5.0
    ).shape == (
        0,
        1,
        6,
    )
    assert fourth(
        np.eye(3), np.zeros((0, 3)), np.zeros(0), [0, 0, 1], 5.0
    ).shape == (0,)
