"""Sintered magnets a second: every figure with its range, per family and number of temperatures.

Run with ``python -m benchmarks.bench_sintered [ROWS]``: the kernel's points a second
(`bench_magnetism`), then rows a second. Rows are distinct alloys. No other package
makes a magnet of a composition; the rates stand alone. Processor seconds, of all threads together,
say what a busy machine hides.
"""

import sys
import time
from collections.abc import Callable

import numpy as np
import pytest

from benchmarks import bench_magnetism
from magnetkit import CompositionTable
from magnetkit.magnetism import sintered, sintered_at
from magnetkit.surrogates.intrinsic import intrinsic

FAMILIES = ("2:14:1", "1:5", "2:17")
TEMPERATURES = (293.15, 373.15, 423.15, 473.15)


def alloys(rows: int) -> dict[str, CompositionTable]:
    """Return about so many alloys of each family, and of all mixed."""
    mixture = bench_magnetism.compositions(rows)
    return {"mixed": mixture} | {
        f: mixture[np.arange(i, rows, 3)] for i, f in enumerate(FAMILIES)
    }


@pytest.mark.parametrize("family", FAMILIES)
def test_evaluates_sintered_magnets(benchmark, family):
    table = alloys(30_000)[family]
    sintered(table[:10])
    benchmark.pedantic(sintered, args=(table,), rounds=3)
    benchmark.extra_info["rows a second"] = round(
        len(table) / benchmark.stats.stats.min
    )


def rate(call: Callable[[], object], rows: int, repeats: int = 5) -> str:
    """Return rows a second, by the clock and per second of processor time, best of some repeats."""
    clock = []
    cpu = []
    for _ in range(repeats):
        wall = time.perf_counter()
        process = time.process_time()
        call()
        clock.append(time.perf_counter() - wall)
        cpu.append(time.process_time() - process)
    return f"{rows / min(clock):>11,.0f} ({rows / min(cpu):>9,.0f} a processor second)"


def main() -> None:
    bench_magnetism.main()
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    sintered(alloys(30)["mixed"])
    for name, table in alloys(rows).items():
        n = len(table)
        print(f"{name}, {n:,} rows a second:")
        print(
            f"  intrinsic, one temperature {rate(lambda t=table: intrinsic(t), n)}"
        )
        print(
            f"  sintered, one temperature  {rate(lambda t=table: sintered(t), n)}"
        )
        several = rate(lambda t=table: sintered_at(t, TEMPERATURES), n)
        print(
            f"  sintered, {len(TEMPERATURES)} temperatures   {several}",
            flush=True,
        )


if __name__ == "__main__":
    main()
