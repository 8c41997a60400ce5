"""Rows a second of the surrogates, one by one and all, and what the training takes.

    pytest benchmarks/bench_surrogates.py        or, for a plain list of figures,
    python benchmarks/bench_surrogates.py

The peer is scikit-learn's Gaussian process on as many points and descriptors as the Curie
temperature's.
"""

import time

import numpy as np
import pytest

import magnetkit as mk
from magnetkit.surrogates import TARGETS

ROWS = 100_000


def _table(rows: int) -> mk.CompositionTable:
    rng = np.random.default_rng(0)
    share = rng.random((rows, 3))
    texts = [f"Sm{1 - a / 2:.4f}Gd{a / 2:.4f}Co{5 - b:.4f}Fe{b:.4f}" for a, b, _ in share]
    return mk.CompositionTable.from_strings(texts, basis="atomic")


def _peer(points: int, width: int):  # type: ignore[no-untyped-def]
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import Matern

    x = np.random.default_rng(0).random((points, width))
    return GaussianProcessRegressor(Matern(nu=0.5), alpha=0.1, optimizer=None).fit(x, x[:, 0])


def _predict_all(table: mk.CompositionTable) -> None:
    for target in TARGETS:
        mk.surrogates.load(target).predict(table)


@pytest.mark.parametrize("target", TARGETS)
def test_predict(benchmark, target):
    table = _table(ROWS)
    model = mk.surrogates.load(target)
    model.predict(table[:100])
    benchmark.pedantic(model.predict, (table,), rounds=3)
    benchmark.extra_info["rows_per_s"] = ROWS / benchmark.stats.stats.min


def test_predict_all_targets(benchmark):
    table = _table(ROWS)
    _predict_all(table[:100])
    benchmark.pedantic(_predict_all, (table,), rounds=3)
    benchmark.extra_info["rows_per_s"] = ROWS / benchmark.stats.stats.min


def test_scikit_learn_gaussian_process(benchmark):
    peer = _peer(1_900, 24)
    inputs = np.random.default_rng(1).random((5_000, 24))
    benchmark.pedantic(peer.predict, (inputs,), {"return_std": True}, rounds=3)
    benchmark.extra_info["rows_per_s"] = 5_000 / benchmark.stats.stats.min


def main() -> None:
    """Print training times and rates."""
    whole = 0.0
    for target in TARGETS[:-1]:
        begun = time.perf_counter()
        mk.surrogates.train(target)
        whole += time.perf_counter() - begun
        print(f"train {target}: {time.perf_counter() - begun:.1f} s")
    print(f"train all from nothing: {whole:.1f} s")
    table = _table(ROWS)
    _predict_all(table[:100])
    calls = {target: mk.surrogates.load(target).predict for target in TARGETS}
    for name, call in {**calls, "all targets": _predict_all}.items():
        best = min(_seconds(call, table) for _ in range(3))
        print(f"{name}: {ROWS / best:,.0f} rows/s with interval and domain")
    peer = _peer(1_900, 24)
    inputs = np.random.default_rng(1).random((5_000, 24))
    best = min(_seconds(lambda x: peer.predict(x, return_std=True), inputs) for _ in range(3))
    print(f"scikit-learn Gaussian process, 1,900 points: {5_000 / best:,.0f} rows/s")


def _seconds(call, argument) -> float:  # type: ignore[no-untyped-def]
    begun = time.perf_counter()
    call(argument)
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
