"""Rows a second of the surrogates, one by one and all, what distilling costs, and the training.

    pytest benchmarks/bench_surrogates.py        or, for a plain list of figures,
    python benchmarks/bench_surrogates.py [--loss]

With ``--loss`` the processes and what was distilled from them are compared on chemical systems
left out, which takes some minutes. The peer is scikit-learn's Gaussian process on as many points
and descriptors as the Curie temperature's.
"""

import argparse
import time

import numpy as np
import pytest

import magnetkit as mk
from magnetkit import conformal as intervals
from magnetkit.evaluation.surrogates import figures
from magnetkit.surrogates import TARGETS, training_set
from magnetkit.surrogates.neighbourhood import around
from magnetkit.surrogates.surrogate import make_estimator

ROWS = 100_000
EXACT_ROWS = 10_000


def _table(rows: int) -> mk.CompositionTable:
    rng = np.random.default_rng(0)
    share = rng.random((rows, 3))
    texts = [f"Sm{1 - a / 2:.4f}Gd{a / 2:.4f}Co{5 - b:.4f}Fe{b:.4f}" for a, b, _ in share]
    return mk.CompositionTable.from_strings(texts, basis="atomic")


def _space(rows: int) -> mk.CompositionTable:
    space = mk.substitutions("Nd2Fe14B", {"Nd": ["Ce", "La", "Pr", "Dy"], "Fe": ["Co"]}, step=0.02)
    return space[np.linspace(0, len(space) - 1, rows).astype(np.int64)]


def _peer(points: int, width: int):  # type: ignore[no-untyped-def]
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import Matern

    x = np.random.default_rng(0).random((points, width))
    return GaussianProcessRegressor(Matern(nu=0.5), alpha=0.1, optimizer=None).fit(x, x[:, 0])


@pytest.mark.parametrize("target", TARGETS)
def test_predict(benchmark, target):
    table = _table(ROWS)
    model = mk.surrogates.load(target)
    model.predict(table[:100])
    benchmark.pedantic(model.predict, (table,), rounds=3)
    benchmark.extra_info["rows_per_s"] = ROWS / benchmark.stats.stats.min


def test_predict_all_targets(benchmark):
    table = _table(ROWS)
    mk.surrogates.predict_all(table[:100])
    benchmark.pedantic(mk.surrogates.predict_all, (table,), rounds=3)
    benchmark.extra_info["rows_per_s"] = ROWS / benchmark.stats.stats.min


def test_scikit_learn_gaussian_process(benchmark):
    peer = _peer(1_900, 24)
    inputs = np.random.default_rng(1).random((5_000, 24))
    benchmark.pedantic(peer.predict, (inputs,), {"return_std": True}, rounds=3)
    benchmark.extra_info["rows_per_s"] = 5_000 / benchmark.stats.stats.min


def _train() -> None:
    whole = 0.0
    for target in TARGETS[:-1]:
        begun = time.perf_counter()
        mk.surrogates.train(target)
        whole += time.perf_counter() - begun
        print(f"train {target}: {time.perf_counter() - begun:.1f} s")
    print(f"train all from nothing: {whole:.1f} s")


def _rates(name: str, table: mk.CompositionTable) -> None:
    print(f"{len(table):,} {name}, rows/s with interval and domain on two cores:")
    for target in TARGETS:
        model = mk.surrogates.load(target)
        rate = len(table) / min(_seconds(model.predict, table) for _ in range(3))
        exact = model.estimator_.undistilled.estimate
        few = table[:EXACT_ROWS]
        slow = len(few) / min(_seconds(exact, few) for _ in range(3))
        inside = model.predict(table)["in_domain"].mean()
        print(f"  {target}: {rate:,.0f}; the exact process {slow:,.0f}; {inside:.0%} in domain")
    best = min(_seconds(mk.surrogates.predict_all, table) for _ in range(5))
    print(f"  all targets: {len(table) / best:,.0f}")


def _loss(target: str, folds: int = 5) -> None:
    known = training_set(target)
    whole = known[known.learn]
    estimator = make_estimator(target).fit(whole.table, whole.values)
    made = np.empty((2, len(known)))
    for inside, outside in intervals.folds(known.groups, folds):
        learnt = known[inside[known.learn[inside]]]
        model = estimator.refit(learnt.table, learnt.values)
        rows = known.table[outside]
        made[:, outside] = model.undistilled.predict(rows), model.predict(rows)
    print(f"{target}, {folds} folds of chemical systems left out, {len(known):,} rows:")
    for name, mean in zip(("exact", "distilled"), made, strict=True):
        scores = figures.accuracy(known.values, mean, known.groups, figures.TOLERANCE[target])
        print(f"  {name}: " + ", ".join(f"{k} {v:.4g}" for k, v in scores.items()))
    gap = np.abs(made[1] - made[0])
    print(f"  distilled less exact: mean {gap.mean():.4g}, median {np.median(gap):.4g}")
    table = _space(20_000)
    fast, slow = estimator.predict(table), estimator.undistilled.predict(table)
    one, other = np.random.default_rng(0).integers(len(table), size=(2, 200_000))
    apart = np.abs(slow[one] - slow[other]) > figures.TOLERANCE[target]
    same = np.sign(fast[one] - fast[other]) == np.sign(slow[one] - slow[other])
    print(
        f"  candidates of one host: gap {np.abs(fast - slow).mean():.4g}, pairs as the exact "
        f"process orders them {same[apart].mean():.4f}"
    )


def main() -> None:
    """Print training times, rates and losses."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--loss", action="store_true", help="measure what distilling costs")
    _train()
    _rates("random Sm-Gd-Co-Fe alloys", _table(ROWS))
    _rates("substituted 2:14:1 alloys", _space(ROWS))
    known = training_set(TARGETS[0]).table
    _rates("compositions of any kind around known ones, some far away", around(known, 20_000, 1))
    peer = _peer(1_900, 24)
    inputs = np.random.default_rng(1).random((5_000, 24))
    best = min(_seconds(lambda x: peer.predict(x, return_std=True), inputs) for _ in range(3))
    print(f"scikit-learn Gaussian process, 1,900 points: {5_000 / best:,.0f} rows/s")
    if parser.parse_args().loss:
        for target in (TARGETS[0], TARGETS[-2]):
            _loss(target)


def _seconds(call, argument) -> float:  # type: ignore[no-untyped-def]
    begun = time.perf_counter()
    call(argument)
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
