"""The kernel of forming against its obvious twin."""

import math

import numpy as np
import pytest

from magnetkit.phases import _stability_kernels as _stability
from magnetkit.phases._stability_kernels import INTERSTITIAL, METAL, RARE_EARTH
from tests.phases import naive_forming
from tests.phases.dense import kernel_rows

EARTHS = [56, 59, 61]
THIRDS = [4, 6]
METALS = [21, 24, 25, 26, 27, 28, 13, 39]


def setup(seed=0, n=40):
    rng = np.random.default_rng(seed)
    kind = np.full(118, METAL, np.int8)
    kind[EARTHS] = RARE_EARTH
    kind[THIRDS] = INTERSTITIAL
    guest = np.zeros((2, 118), bool)
    guest[1, 39] = True
    enough = np.zeros((2, 118))
    enough[0, 21] = 24.0
    enough[1, 13] = 10.0
    maximum = enough / 4.0
    early = np.zeros(118, bool)
    sp = np.zeros(118, bool)
    early[[21, 39]] = True
    sp[13] = True
    less = np.zeros(118)
    less[59] = 0.085
    radius = rng.uniform(1.2, 1.9, 118)
    # About 1.42 times as large as the metals, some more and some less.
    radius[EARTHS] = [2.0, 2.2, 2.5]
    atoms = _stability.Atoms(
        kind, radius, less, early, sp, guest, enough, maximum
    )
    x = np.zeros((n, 118))
    for row in x:
        for columns, share in ((EARTHS, 0.15), (METALS, 0.8), (THIRDS, 0.05)):
            row[columns] = share * rng.dirichlet(np.full(len(columns), 0.5))
    x[0, EARTHS] = 0.0
    x[1, METALS] = 0.0
    x /= x.sum(axis=1, keepdims=True)
    distance = rng.normal(0.0, 0.05, n)
    distance[2] = np.nan
    state = _stability.State(
        rng.integers(0, 2, n).astype(np.int8),
        rng.random(n) < 0.5,
        distance,
        np.where(np.isnan(distance), np.nan, rng.uniform(0.0, 0.3, n)),
        rng.uniform(0.0, 0.05, n),
        rng.normal(0.0, 300.0, n),
    )
    return kernel_rows(x), x, atoms, state


def test_terms_agree_with_the_twin():
    rows, x, atoms, state = setup()
    values = np.full((len(x), len(_stability.TERMS)), np.inf)
    _stability.describe(rows, atoms, state, values, 0, len(x))
    large = values[:, _stability.TERMS.index("large radius ratio")]
    assert 5 < np.count_nonzero(large > 0.0) < len(x) - 5
    for i, row in enumerate(x):
        f = state.family[i]
        expected = naive_forming.describe(
            {e: row[e] for e in np.flatnonzero(row)},
            atoms.kind,
            atoms.radius,
            atoms.less,
            atoms.early,
            atoms.sp,
            atoms.guest[f],
            atoms.enough[f],
            atoms.most[f],
            state.named[i],
            (state.distance[i], state.deviation[i], state.mixing[i]),
            state.warmer[i],
        )
        assert values[i] == pytest.approx(
            [expected.get(t, 0.0) for t in _stability.TERMS], abs=1e-9
        )


def test_odds_are_weights_times_terms():
    rows, x, atoms, state = setup(1)
    n = len(x)
    k = len(_stability.TERMS)
    rng = np.random.default_rng(2)
    weights = _stability.Weights(
        rng.normal(size=(2, k)), rng.normal(size=(2, k, k)) * 0.1
    )
    terms = np.zeros((n, k))
    mean = np.empty(n)
    deviation = np.empty(n)
    _stability.describe(rows, atoms, state, terms, 0, n)
    _stability.odds(rows, atoms, state, weights, mean, deviation, 0, n)
    for i in range(n):
        w = weights.mean[state.family[i]]
        root = weights.root[state.family[i]]
        assert mean[i] == pytest.approx(w @ terms[i])
        variance = terms[i] @ root @ root.T @ terms[i]
        assert deviation[i] == pytest.approx(math.sqrt(variance))


def test_ratios_name_the_structure():
    _, _, atoms, _ = setup()
    x = np.zeros((5, 118))
    x[0, [59, 26]] = 1, 5
    x[1, [59, 61, 26, 39]] = 1, 1, 13, 4
    x[2, [59, 26, 6]] = 2, 14, 1
    x[3, [59, 26, 4]] = 2, 14, 1
    x[4, [59, 26]] = 1.01, 5
    x /= x.sum(axis=1, keepdims=True)
    third = np.zeros((3, 118), bool)
    third[2, 6] = True
    hosts = _stability.ratios(
        kernel_rows(x),
        atoms.kind,
        np.array([1 / 6, 2 / 19, 2 / 17]),
        np.array([0, 0, 1 / 17]),
        third,
    )
    assert hosts.tolist() == [0, 1, 2, -1, -1]


def test_rivals_mix_rare_earths_and_late_metals_alone():
    x = np.zeros((3, 118))
    x[0, [59, 61, 26]] = 0.1, 0.1, 0.8
    x[1, [59, 25, 26]] = 0.2, 0.4, 0.4
    x[2, [59, 13, 26]] = 0.2, 0.4, 0.4
    _, _, atoms, _ = setup()
    late = np.zeros(118, bool)
    entropy = np.full(3, np.nan)
    late[[25, 26]] = True
    _stability.rivals_entropy(
        kernel_rows(x), np.arange(3), atoms.kind, late, entropy, 0, 3
    )
    assert entropy == pytest.approx([0.2 * np.log(2), 0.8 * np.log(2), 0.0])
