"""Rows a second of the surrogates, beside scikit-learn's Gaussian process on the same points."""

import numpy as np
import pytest

import magnetkit as mk
from magnetkit.surrogates import TARGETS

ROWS = 200_000


def _table(rows: int) -> mk.CompositionTable:
    rng = np.random.default_rng(0)
    share = rng.random((rows, 3))
    texts = [f"Sm{1 - a / 2:.4f}Gd{a / 2:.4f}Co{5 - b:.4f}Fe{b:.4f}" for a, b, _ in share]
    return mk.CompositionTable.from_strings(texts, basis="atomic")


@pytest.mark.parametrize("target", TARGETS)
def test_predict(benchmark, target):
    rows = ROWS if target != "formation_energy_eV_atom" else 5_000
    table = _table(rows)
    model = mk.surrogates.load(target)
    model.predict(table[:100])
    benchmark.pedantic(model.predict, (table,), rounds=3)
    benchmark.extra_info["rows_per_s"] = rows / benchmark.stats.stats.min


def test_scikit_learn_gaussian_process(benchmark):
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import Matern

    rng = np.random.default_rng(0)
    x = rng.random((2_000, 23))
    peer = GaussianProcessRegressor(Matern(nu=2.5), alpha=0.1, optimizer=None).fit(x, x[:, 0])
    inputs = rng.random((5_000, 23))
    benchmark.pedantic(peer.predict, (inputs,), rounds=3)
    benchmark.extra_info["rows_per_s"] = 5_000 / benchmark.stats.stats.min
