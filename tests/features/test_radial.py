"""Histograms, coordination numbers and distance statistics against their slow twins."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from magnetkit.features import _crystal_kernels as _crystals
from magnetkit.features.crystals import radial_counts
from tests.features import naive_crystals
from tests.features.crystals import random_crystal


@pytest.fixture(params=range(2))
def crystal(request):
    rng = np.random.default_rng(request.param)
    lattice, frac = random_crystal(rng, 6)
    kinds = np.array([0, 1, 2, 0, 1, -1])
    first, second, _, distance = _crystals.half_pairs(lattice, frac, 6.0)
    return (
        (first, second, distance),
        kinds,
        naive_crystals.pairs(lattice, frac, 6.0),
        rng,
    )


def test_radial_histogram(crystal):
    half, kinds, neighbours, _ = crystal
    kinds = kinds % 3
    first, second, distance = half
    out = radial_counts((kinds[first], kinds[second], distance), 3, 0.28, 20)
    assert_array_equal(
        out, naive_crystals.radial_histogram(neighbours, kinds, 0.28, 20)
    )
    assert_array_equal(out, out.transpose(1, 0, 2))


def test_coordination_numbers(crystal):
    half, kinds, neighbours, rng = crystal
    reach = rng.uniform(2, 6, (3, 3))
    out = np.zeros((6, 3), np.int64)
    _crystals.coordination_numbers(*half, kinds, reach, out)
    assert_array_equal(
        out, naive_crystals.coordination_numbers(neighbours, kinds, reach)
    )


@pytest.mark.parametrize(("a", "b"), [(0, 0), (0, 1), (2, 1)])
def test_distance_statistics(crystal, a, b):
    half, kinds, neighbours, _ = crystal
    got = _crystals.distance_statistics(*half, kinds, a, b, 5.0, 3.0)
    expected = naive_crystals.distance_statistics(
        neighbours, kinds, a, b, 5.0, 3.0
    )
    assert_allclose(got, expected, rtol=1e-9)


def test_no_pairs():
    none = np.zeros(0, np.int32)
    got = _crystals.distance_statistics(
        none, none, np.zeros(0), np.zeros(0, int), 0, 1, 5.0, 3.0
    )
    assert np.isnan(got).all()
