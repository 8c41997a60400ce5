"""Lists of pairs against the slow twin, in any cell."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from magnetkit.features._crystal_kernels import _bin, half_pairs, triangular
from magnetkit.features.crystals import both_ways
from tests.features import naive_crystals
from tests.features.crystals import random_crystal


def list_pairs(lattice, frac, cutoff):
    first, second, shift, distance = half_pairs(lattice, frac, cutoff)
    assert (first <= second).all()
    vectors = (frac[second] + shift - frac[first]) @ lattice
    assert_allclose(np.linalg.norm(vectors, axis=1), distance, atol=1e-12)
    pairs = both_ways(first, second, shift, distance)
    assert (np.diff(pairs.atom) >= 0).all()
    return sorted(
        (int(i), int(j), tuple(map(int, s)), round(float(d), 8))
        for i, j, s, d in zip(*pairs, strict=True)
    )


@pytest.mark.parametrize("seed", range(6))
def test_agrees_with_the_slow_twin(seed):
    rng = np.random.default_rng(seed)
    lattice, frac = random_crystal(
        rng, int(rng.integers(1, 7)), skewed=seed % 3 > 0
    )
    cutoff = float(rng.uniform(1.0, 6.0))
    expected = sorted(
        (i, j, image, round(float(d), 8))
        for i, j, image, _, d in naive_crystals.pairs(lattice, frac, cutoff)
    )
    assert list_pairs(lattice, frac, cutoff) == expected


def test_linked_cells_find_what_one_cell_finds():
    # Twenty by three by three bins against a supercell of the same atoms.
    rng = np.random.default_rng(1)
    lattice, frac = random_crystal(rng, 80, outside=False)
    small = list_pairs(lattice, frac, 2.0)
    cell = np.diag([5, 1, 1]) @ lattice
    large = np.concatenate(
        [(frac + np.array([k, 0, 0])) / [5, 1, 1] for k in range(5)]
    )
    assert len(list_pairs(cell, large, 2.0)) == 5 * len(small)
    distances = [round(d, 6) for *_, d in small] * 5
    assert sorted(distances) == sorted(
        round(d, 6) for *_, d in list_pairs(cell, large, 2.0)
    )


def test_cutoff_is_inclusive_and_the_list_grows():
    # 400 atoms in one corner of a large cell: far more pairs than a uniform crystal has.
    corner = np.random.default_rng(0).random((400, 3)) * 0.01
    first, *_ = half_pairs(np.eye(3) * 100.0, corner, 5.0)
    assert len(first) == 400 * 399 // 2
    simple = list_pairs(np.eye(3) * 3.0, np.zeros((1, 3)), 3.0)
    assert len(simple) == 6


def test_empty_cell_coincident_and_unknown_atoms():
    assert list_pairs(np.eye(3), np.zeros((0, 3)), 5.0) == []
    assert (0, 1, (0, 0, 0), 0.0) in list_pairs(
        np.eye(3) * 9, np.zeros((2, 3)), 1.0
    )
    unknown = np.array([[0.0, 0.0, 0.0], [np.nan, 0.5, 0.5]])
    first, second, *_ = half_pairs(np.eye(3) * 3.0, unknown, 3.5)
    assert len(first) == 3
    assert not second.any()


def test_triangular_form_keeps_lengths_and_angles():
    lattice, _ = random_crystal(np.random.default_rng(5), 4)
    cell = triangular(lattice)
    assert_allclose(cell @ cell.T, lattice @ lattice.T, rtol=1e-12)
    assert not np.triu(cell, 1).any()


def test_coordinate_lies_in_its_bin():
    assert [_bin(x, 4) for x in (0.0, 0.24, 0.25, 0.6, 0.99, 1.0)] == [
        0,
        0,
        1,
        2,
        3,
        3,
    ]
    assert _bin(0.7, 1) == 0
