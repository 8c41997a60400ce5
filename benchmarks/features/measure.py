"""Clocks: rates of a piece of work, of filling memory, and of a first call."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from magnetkit._core._jit import jit
from magnetkit._core._threads import limited_threads, share_rows


def best_seconds(
    work: Callable[[], Any], budget: float = 1.0, least: int = 3
) -> float:
    """Return the least time of one call, over `least` calls or more within the budget (s)."""
    times: list[float] = []
    start = time.perf_counter()
    while len(times) < least or time.perf_counter() - start < budget:
        before = time.perf_counter()
        work()
        times.append(time.perf_counter() - before)
    return min(times)


# out float64[n, m]   rows start to stop are set to a value
@jit
def _fill(value, out, start, stop):
    for i in range(start, stop):
        for j in range(out.shape[1]):
            out[i, j] = value


def fill_rate(shape: tuple[int, int], threads: int, fresh: bool) -> float:
    """Return the rate (bytes/s) at which threads fill float64 memory of a shape.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns.
    threads : int
        Number of threads.
    fresh : bool
        Fill a newly allocated array each time, page faults included; else one used before.
    """
    buffer = np.zeros(shape)

    def work() -> None:
        out = np.empty(shape) if fresh else buffer
        share_rows(_fill, shape[0], 1.0, out)

    with limited_threads(threads):
        work()
        return buffer.nbytes / best_seconds(work)


# Runs in a process of its own: the kernels' first call, imports not counted.
_FIRST = """
import json, sys, time
from benchmarks.features.cases import CASES
case = next(c for c in CASES if c.name == sys.argv[1])
work = case.prepare(2)
start = time.perf_counter()
work()
print(json.dumps(time.perf_counter() - start))
"""


def first_call_seconds(name: str) -> tuple[float, float]:
    """Return the seconds of a case's first call without and with compiled kernels on disk."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "NUMBA_CACHE_DIR": folder}
        times = []
        for _ in range(2):
            answer = subprocess.run(
                [sys.executable, "-W", "ignore", "-c", _FIRST, name],
                env=environment,
                cwd=Path(__file__).resolve().parents[2],
                capture_output=True,
                text=True,
                check=True,
            )
            times.append(json.loads(answer.stdout.splitlines()[-1]))
    return times[0], times[1]
