"""Intrinsic magnetism: points (composition, temperature) per second, with and without spread.

Run alone: ``python benchmarks/bench_magnetism.py``. Points per second of the kernel on the hard
phases, on one thread and on all, after compilation (reported apart); and of the whole call that
assigns hosts and splits the recipes as well. No other package evaluates compositions at
temperature; the slow twin of the tests is the peer.
"""

import time
from collections.abc import Callable

import numpy as np

from magnetkit import CompositionTable
from magnetkit._core._threads import limit_threads, thread_count
from magnetkit.phases.partition import partition
from magnetkit.surrogates.intrinsic import evaluate

TEMPERATURES = np.linspace(220.0, 480.0, 10)


def compositions(n: int = 40_000) -> CompositionTable:
    """Return `n` distinct alloys of the three big families."""
    generator = np.random.default_rng(1)
    x = generator.random((n, 3))
    texts = []
    for i, (a, b, c) in enumerate(x):
        if i % 3 == 0:
            texts.append(
                f"Nd{2 - a:.5f}Dy{a:.5f}Fe{14 - 3 * b - c:.5f}Co{3 * b:.5f}Al{c:.5f}B"
            )
        elif i % 3 == 1:
            texts.append(
                f"Sm{1 - 0.5 * a:.5f}Gd{0.5 * a:.5f}Co{5 - b - c:.5f}Fe{b:.5f}Cu{c:.5f}"
            )
        else:
            texts.append(
                f"Sm{2 - a:.5f}Er{a:.5f}Co{17 - 4 * b - c:.5f}Fe{4 * b:.5f}Cu{c:.5f}"
            )
    return CompositionTable.from_strings(texts, basis="atomic")


def best(call: Callable[[], object], repeats: int = 5) -> float:
    """Return the shortest time of some repeats, s."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def test_intrinsic_points_per_second(benchmark) -> None:
    part = partition(compositions(6_000))
    benchmark(evaluate, part, TEMPERATURES, True)


def main() -> None:
    table = compositions()
    start = time.perf_counter()
    part = partition(table[:10])
    evaluate(part, TEMPERATURES)
    print(
        f"first call (compiles, or reads the cache): {time.perf_counter() - start:.1f} s"
    )
    part = partition(table)
    points = len(table) * len(TEMPERATURES)
    limit = thread_count()
    for threads in sorted({1, limit}):
        limit_threads(threads)
        for with_spread in (False, True):
            seconds = best(
                lambda spread=with_spread: evaluate(part, TEMPERATURES, spread)
            )
            label = "with spread" if with_spread else "values only"
            print(
                f"{threads} thread(s), {label}: {points / seconds / 1e6:.2f} million points/s"
            )
    seconds = best(lambda: evaluate(partition(table), np.array([423.0])))
    print(
        f"split, values and spread at one temperature: {len(table) / seconds / 1e6:.2f} M rows/s"
    )


if __name__ == "__main__":
    main()
