"""Compositions a second of what is learnt, beside scikit-learn's process and a forest.

    python benchmarks/bench_surrogates.py [ROWS]

Of each host: the Curie temperature with interval, where its time goes, and all intrinsic
properties with intervals at three temperatures. The model is the one in force, of what is fetched
or embedded. The peers learn the same columns of the same rows. Compile time is not counted.
"""

import sys
import time

import numpy as np
from sklearn.ensemble import RandomForestRegressor
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, WhiteKernel

import magnetkit as mk
from magnetkit._core._threads import thread_count
from magnetkit.phases.partition import partition
from magnetkit.surrogates import _curie_training
from magnetkit.surrogates._curie import physical, prepare_query, trend_columns
from magnetkit.surrogates.intrinsic import evaluate

QUERY_ROWS = 100_000
TEMPERATURES = np.array([300.0, 393.0, 423.0])


def candidates(rows: int) -> dict[str, mk.CompositionTable]:
    """Return compositions evenly spread on both sites, by host."""
    draw = np.random.default_rng(0).dirichlet([1.0, 1.0, 1.0, 3.0], rows)
    texts = {
        "2:14:1": [
            f"Nd{2 * d:.4f}Ce{2 * a:.4f}La{2 * b:.4f}Dy{2 * c:.4f}Fe{14 - 4 * a:.4f}Co{4 * a:.4f}B"
            for a, b, c, d in draw
        ],
        "1:5": [
            f"Sm{d:.4f}Ce{1 - d:.4f}Co{5 - a - b:.4f}Cu{a:.4f}Fe{b:.4f}"
            for a, b, c, d in draw
        ],
        "2:17": [
            f"Sm{2 * d:.4f}Ce{2 - 2 * d:.4f}Co{17 - 5 * a - b:.4f}Fe{5 * a:.4f}Cu{b:.4f}"
            for a, b, c, d in draw
        ],
        "1:12": [
            f"Sm{d:.4f}Ce{1 - d:.4f}Fe{11 - 3 * a:.4f}Co{3 * a:.4f}Ti{1 - b:.4f}V{b:.4f}"
            for a, b, c, d in draw
        ],
    }
    return {
        h: mk.CompositionTable.from_strings(t, basis="atomic")
        for h, t in texts.items()
    }


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
    _curie_training.train_model(_curie_training.training_set())
    print(f"training: {time.perf_counter() - start:.0f} s")
    model = _curie_training.load()
    print(f"{len(model.known)} values, {model.known.origin}")
    print(f"{thread_count()} threads")
    for host, table in candidates(rows).items():
        part = partition(table)
        codes = part.host
        evaluate(partition(table[:100]), TEMPERATURES)
        branch = model.branches[model.of_host[codes[0]]].process
        base = physical(table, codes)
        x = trend_columns(table, codes, base)
        rate = rows / seconds(model.predict_phases, prepare_query(part))
        every = rows / seconds(evaluate, part, TEMPERATURES)
        print(
            f"{host}, {len(branch.points_)} points: Curie temperature {rate:,.0f} rows/s, all at "
            f"three temperatures {every:,.0f} rows/s"
        )
        stages = {
            "physics": seconds(physical, table, codes),
            "learnt": seconds(model.residual, table, codes, base),
        }
        print(
            "  "
            + ", ".join(
                f"{k} {1e6 * t / rows:.2f} us" for k, t in stages.items()
            )
        )
    x = x[:2000]
    process = branch
    y = process.predict(process.points_)
    for name, peer in (
        (
            "scikit-learn process",
            GaussianProcessRegressor(RBF(3.0) + WhiteKernel(), optimizer=None),
        ),
        ("random forest", RandomForestRegressor(100, random_state=0, n_jobs=1)),
    ):
        peer.fit(process.points_, y)
        print(f"{name}: {len(x) / seconds(peer.predict, x):,.0f} rows/s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else QUERY_ROWS)
