"""The axis of a crystal and what does not depend on how its cell is set."""

import numpy as np
import pytest

from magnetkit.features._crystal_kernels import (
    Atoms,
    axis_component,
    describe_crystals,
    principal_axis,
)


def test_principal_axis_is_the_eigenvector_of_largest_size():
    rng = np.random.default_rng(0)
    out = np.empty(3)
    for _ in range(20):
        full = rng.normal(size=(3, 3))
        full = full + full.T - np.eye(3) * 2 * np.trace(full) / 3
        parts = full[[0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]]
        principal_axis(parts, out)
        values = np.linalg.eigvalsh(full)
        assert axis_component(parts, out) == pytest.approx(
            values[np.argmax(np.abs(values))]
        )
    principal_axis(np.zeros(6), out)
    assert out.tolist() == [0, 0, 1]


def describe(lattice, frac, kinds):
    out = np.full((1, 26), -1.0)
    weights = np.stack([3.0 * (kinds == 0), 2.0 * (kinds == 1)], axis=1)
    atoms = Atoms(
        np.array([0, len(frac)]),
        np.array([lattice], float),
        np.array(frac, float),
        kinds,
        weights,
    )
    describe_crystals(atoms, np.full((3, 3), 4.0), 2.5, np.ones(3), out, 0, 1)
    return out[0]


def test_sites_that_are_not_there_are_nan():
    row = describe(np.eye(3) * 2.5, np.zeros((1, 3)), np.array([1]))
    assert row[0] == pytest.approx(2.5**3)
    assert np.isnan(row[[1, 7, 10, 13, 20, 24]]).all()
    assert row[25] == pytest.approx(0.0, abs=1e-12)
    assert np.isnan(
        describe(np.eye(3), np.zeros((0, 3)), np.zeros(0, int))
    ).all()
