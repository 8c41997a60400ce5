"""The mixing kernel against its obvious twin."""

import numpy as np
import pytest

from magnetkit.phases import _stability_kernels as _stability
from tests.phases import naive_mixing
from tests.phases.dense import kernel_rows

# Elements by column: two rare earths, two interstitials, three metals, one without a site.
EARTHS = [0, 5]
THIRDS = [1, 6]
METALS = [2, 3, 4]
FOREIGN = 7


def setup(rng, sites):
    role = np.full(118, -1, np.int8)
    index = np.zeros(118, np.int64)
    groups = [(EARTHS, _stability.RARE_EARTH), (METALS, _stability.METAL)]
    if sites[2]:
        groups.append((THIRDS, _stability.INTERSTITIAL))
    for columns, code in groups:
        role[columns] = code
        index[columns] = range(len(columns))
    n_third = 2 if sites[2] else 1
    node = np.zeros((2, n_third, 3, 3), np.int64)
    k = 0
    for r in range(2):
        for x in range(n_third):
            for i in range(3):
                for j in range(i + 1):
                    node[r, x, i, j] = node[r, x, j, i] = k
                    k += 1
    root = rng.normal(size=(k, k)) * 0.05
    return (
        role,
        index,
        np.array(sites, float),
        node,
        rng.normal(size=k),
        root @ root.T,
    )


def run(x, role, index, sites, node, mean, covariance, noise):
    rows = kernel_rows(x)
    out = [np.full(len(x), np.inf) for _ in range(3)]
    ideal = np.zeros(len(rows.values))
    _stability.interpolate(
        rows,
        np.arange(len(x)),
        _stability.Sites(role, index, sites),
        _stability.Energies(node, mean, covariance, noise),
        _stability.Interpolated(*out, ideal),
        0,
        len(x),
    )
    dense = np.zeros_like(x)
    dense[np.nonzero(x)] = ideal
    return *out, dense


@pytest.mark.parametrize("sites", [(2, 14, 1), (1, 5, 0)])
def test_agrees_with_the_twin(sites):
    rng = np.random.default_rng(0)
    model = setup(rng, sites)
    noise = np.array([1e-4, 2e-4, 3e-4])
    x = np.zeros((40, 8))
    groups = [EARTHS, METALS, THIRDS if sites[2] else []]
    for i, row in enumerate(x):
        for columns, count in zip(groups, sites, strict=True):
            if columns:
                share = rng.dirichlet(np.ones(len(columns)))
                # Not at the exact stoichiometry, and some elements absent.
                share[1:] *= rng.random(len(share) - 1) < 0.7
                row[columns] = (
                    share / share.sum() * count * (1 + 0.05 * (i % 3))
                )
    x /= x.sum(axis=1, keepdims=True)
    energy, deviation, entropy, ideal = run(x, *model, noise)
    for i, row in enumerate(x):
        shares = [
            (row[c] / row[c].sum()).tolist() if c else [] for c in groups
        ]
        expected = naive_mixing.interpolate(
            shares[0], shares[2], shares[1], sites, *model[3:6], noise
        )
        assert (energy[i], deviation[i], entropy[i]) == pytest.approx(
            expected, abs=1e-12
        )
        for columns, count in zip(groups, sites, strict=True):
            if columns:
                assert ideal[i, columns].sum() == pytest.approx(
                    count / sum(sites)
                )
    assert ideal.sum(axis=1) == pytest.approx(np.ones(40))


def test_unknown_and_empty_sites_give_nan():
    model = setup(np.random.default_rng(2), (1, 5, 0))
    x = np.zeros((3, 8))
    x[0, [0, 3, FOREIGN]] = 0.2, 0.7, 0.1
    x[1, 3] = 1.0
    energy, deviation, entropy, _ = run(x, *model, np.zeros(3))
    assert np.isnan([energy, deviation, entropy]).all()


@pytest.mark.parametrize("sites", [(2, 14, 1), (1, 5, 0)])
def test_compare_agrees_with_the_twin(sites):
    rng = np.random.default_rng(3)
    role, index, *_ = setup(rng, sites)
    has = rng.random((2, 2, 3)) < 0.5
    loans = np.zeros((118, 118), bool)
    loans[METALS[0], METALS[2]] = True
    groups = [EARTHS, METALS, THIRDS if sites[2] else []]
    x = np.zeros((60, 8))
    shares = []
    for row in x:
        mine = []
        for columns, count in zip(groups, sites, strict=True):
            share = rng.dirichlet(np.full(max(len(columns), 1), 0.5))
            share = np.where(share < 0.02, 0.0, share)
            row[columns] = (share / share.sum() * count)[: len(columns)]
            mine.append({c: row[c] / count for c in columns if row[c] > 0})
        shares.append(mine)
    borrows = np.zeros(60, bool)
    missing = np.zeros(60, np.int64)
    _stability.compare(
        kernel_rows(x),
        np.arange(60),
        _stability.Sites(role, index, np.array(sites, float)),
        _stability.Members(has, loans, 0.05, 0.01),
        _stability.Compared(borrows, missing),
        0,
        60,
    )
    whole = {
        (r, k, m): has[index[r], index[k] if k is not None else 0, index[m]]
        for r in EARTHS
        for k in [*THIRDS, None]
        for m in METALS
    }
    texts = {}
    for i in range(60):
        expected = naive_mixing.compare(
            shares[i], sites, whole, loans, 0.05, 0.01
        )
        assert borrows[i] == expected[0]
        assert bool(missing[i]) == bool(expected[1])
        # One key for one set of end members.
        assert texts.setdefault(int(missing[i]), expected[1]) == expected[1]
    assert len(set(map(frozenset, texts.values()))) == len(texts)
    assert 0 < borrows.sum() < 60


def test_elements_in_the_rows():
    indptr = np.array([0, 2, 3])
    indices = np.array([0, 5, 7], np.int32)
    mask = _stability.present_elements(indptr, indices, np.array([0]))
    assert np.flatnonzero(mask).tolist() == [0, 5]
