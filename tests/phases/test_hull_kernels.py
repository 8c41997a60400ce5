"""The linear program of the hull against a general solver."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from magnetkit._core._arrays import Phases
from magnetkit.phases import _hull_kernels as _hull
from tests.phases import naive_hull
from tests.phases.dense import kernel_rows, to_sparse


def random_phases(rng, columns, phases):
    """Return phases of up to three elements with small integer amounts, the elements first."""
    dense = np.zeros((phases, columns))
    for row in dense:
        at = rng.choice(columns, min(3, columns), replace=False)
        row[at] = rng.integers(0, 6, len(at))
        row[at[0]] += 1
    dense = np.vstack(
        [np.eye(columns), dense / dense.sum(axis=1, keepdims=True)]
    )
    energy = np.append(np.zeros(columns), rng.normal(-0.2, 0.3, phases))
    return dense, energy


def solve(dense, energy, x, width=0):
    n, columns = x.shape
    runs = _hull.Runs(
        np.arange(n), np.array([0]), np.array([0]), np.array([n])
    )
    energies = np.full(n, np.nan)
    products = np.full((n, width), -7, np.int32)
    fractions = np.zeros((n, width))
    _hull.solve(
        kernel_rows(x),
        np.arange(columns),
        runs,
        np.ones((1, columns), bool),
        Phases(*to_sparse(dense), energy),
        _hull.Found(energies, products, fractions),
        0,
        1,
    )
    return energies, products, fractions


def equal(energies, dense, energy, x, rows):
    for i in rows:
        assert energies[i] == pytest.approx(
            naive_hull.hull(dense, energy, x[i])[0], abs=1e-9
        )


@pytest.mark.parametrize(
    ("columns", "phases"), [(1, 0), (2, 5), (4, 30), (7, 60), (12, 200)]
)
def test_agrees_with_a_general_solver(columns, phases):
    rng = np.random.default_rng(columns)
    dense, energy = random_phases(rng, columns, phases)
    x = rng.dirichlet(np.ones(columns), 60)
    # Compositions without some elements, and phases themselves, are degenerate.
    x[20:40] *= rng.random((20, columns)) < 0.5
    x[20:40, 0] += 1e-3
    x[40:60] = dense[rng.integers(0, len(dense), 20)]
    x /= x.sum(axis=1, keepdims=True)
    energies, products, fractions = solve(dense, energy, x, width=columns)
    equal(energies, dense, energy, x, range(len(x)))
    for i in range(len(x)):
        columns_in_use = products[i][products[i] >= 0]
        assert (np.diff(columns_in_use) > 0).all()
        share = fractions[i][: len(columns_in_use)]
        assert (share > 0).all()
        assert_allclose(share @ dense[columns_in_use], x[i], atol=1e-9)
        assert share @ energy[columns_in_use] == pytest.approx(
            energies[i], abs=1e-9
        )
        assert (products[i][len(columns_in_use) :] == -1).all()


def test_phases_in_one_plane_do_not_cycle():
    # Many phases of the same plane: every step is a tie.
    rng = np.random.default_rng(3)
    dense, _ = random_phases(rng, 5, 80)
    energy = dense @ np.array([-0.1, -0.2, 0.0, -0.3, -0.1])
    energy[:5] = 0.0
    x = rng.dirichlet(np.ones(5), 200)
    energies, _, _ = solve(dense, energy, x)
    equal(energies, dense, energy, x, range(0, 200, 10))


def test_many_steps_stay_exact():
    # Well past the point where the inverse is computed anew, and where remembered bases run out.
    rng = np.random.default_rng(8)
    dense, energy = random_phases(rng, 9, 150)
    x = rng.dirichlet(np.full(9, 0.5), 3000)
    energies, _, _ = solve(dense, energy, x)
    equal(energies, dense, energy, x, range(2900, 3000, 7))


def test_invert():
    rng = np.random.default_rng(4)
    dense, energy = random_phases(rng, 5, 30)
    phases = Phases(*to_sparse(dense), energy)
    basis = np.array([0, 5, 9, 17, 25])
    assert np.linalg.matrix_rank(dense[basis]) == 5
    inverse, ok = _hull.invert(basis, phases)
    assert ok
    assert_allclose(inverse @ dense[basis].T, np.eye(5), atol=1e-10)
    _, ok = _hull.invert(np.array([0, 0, 1, 2, 3]), phases)
    assert not ok


def test_edge_mixture_belongs_to_the_facet():
    # Phases AB and B, by hand: their amounts in x are solved from A = AB / 2.
    inverse = np.linalg.inv(np.array([[0.5, 0.0], [0.5, 1.0]]))
    amounts = np.empty(2)
    assert _hull.mix(inverse, np.array([0.5, 0.5]), amounts, 1e-10)
    assert_allclose(amounts, [1.0, 0.0], atol=1e-15)
    assert _hull.mix(inverse, np.array([0.25, 0.75]), amounts, 1e-10)
    assert_allclose(amounts, [0.5, 0.5])
    assert not _hull.mix(inverse, np.array([0.51, 0.49]), amounts, 1e-10)
    assert_allclose(amounts, [1.02, -0.02])


def test_keeps_a_correct_basis():
    # A composition that is a phase: the other amounts of the basis are nothing, which is no lack.
    phases = Phases(
        *to_sparse(np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]])),
        np.array([0, 0, -0.1]),
    )
    state = _hull.allocate_workspace(2, 3)
    _hull.start(np.array([0.5, 0.5]), phases, state)
    basis = sorted(state.basis.tolist())
    assert _hull.move(np.array([0.5, 0.5]), phases, state, 0) == 0
    assert sorted(state.basis.tolist()) == basis
    assert 2 in basis
