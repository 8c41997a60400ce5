"""Compositions a second of what is learnt, beside scikit-learn's process and a forest.

    python benchmarks/bench_surrogates.py [ROWS]

The peers learn the same columns of the same rows. Compile time is not counted.
"""

import sys
import time

import numpy as np
from sklearn.ensemble import RandomForestRegressor
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, WhiteKernel

import magnetkit as mk
from magnetkit.hosts.partition import assign_hosts
from magnetkit.magnetism import believing

ROWS = 100_000


def candidates(rows: int) -> mk.CompositionTable:
    """Return compositions of 2:14:1 on both sites, evenly spread."""
    draw = np.random.default_rng(0).dirichlet([1.0, 1.0, 1.0, 3.0], rows)
    texts = [
        f"Nd{2 * d:.4f}Ce{2 * a:.4f}La{2 * b:.4f}Dy{2 * c:.4f}Fe{14 - 4 * a:.4f}Co{4 * a:.4f}B"
        for a, b, c, d in draw
    ]
    return mk.CompositionTable.from_strings(texts, basis="atomic")


def seconds(work, *arguments) -> float:
    """Return the least of three times."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        work(*arguments)
        times.append(time.perf_counter() - start)
    return min(times)


def main(rows: int) -> None:
    """Print one line a model."""
    start = time.perf_counter()
    belief = believing.train(believing.training_set())
    print(f"training, {len(belief.known)} values: {time.perf_counter() - start:.0f} s")
    table = candidates(rows)
    codes = assign_hosts(table)
    belief.of_phases(table[:100], codes[:100])
    print(f"belief with intervals: {rows / seconds(belief.of_phases, table, codes):,.0f} rows/s")
    x, _ = belief.columns(table[:2000], codes[:2000])
    known = belief.process
    y = known.predict(known.points_)
    for name, peer in (
        (
            "scikit-learn process",
            GaussianProcessRegressor(RBF(3.0) + WhiteKernel(), optimizer=None),
        ),
        ("random forest", RandomForestRegressor(100, random_state=0, n_jobs=1)),
    ):
        peer.fit(known.points_, y)
        print(f"{name}: {len(x) / seconds(peer.predict, x):,.0f} rows/s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
