"""Rows a second of a whole screening, from CSV to ranked Parquet, and its peak memory.

Run with ``python benchmarks/bench_screening.py [ROWS ...]``; each size has a process of its own,
so that its peak memory is its own. Rows are distinct 2:14:1 and 1:5 substitutions.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

SIZES = (10_000, 100_000, 1_000_000)


def write_candidates(path: Path, rows: int) -> None:
    """Write a CSV of random substitutions, the same at every call."""
    rng = np.random.default_rng(0)
    with path.open("w", encoding="utf-8") as stream:
        stream.write("composition\n")
        for i, (a, b, c) in enumerate(rng.random((rows, 3)).tolist()):
            if i % 2:
                ce, dy, co = 0.6 * a, 0.4 * b, 3.0 * c
                text = f"Nd{2 - ce - dy:.6f}Ce{ce:.6f}Dy{dy:.6f}Fe{14 - co:.6f}Co{co:.6f}B"
            else:
                gd, cu, fe = 0.4 * a, 0.5 * b, 0.3 * c
                text = f"Sm{1 - gd:.6f}Gd{gd:.6f}Co{5 - cu - fe:.6f}Cu{cu:.6f}Fe{fe:.6f}"
            stream.write(text + "\n")


def measure(rows: int) -> None:
    """Screen so many rows once everything is compiled and loaded, and print the figures."""
    import magnetkit as mk

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "candidates.csv"
        write_candidates(path, 1000)
        mk.screen(path)
        write_candidates(path, rows)
        start = time.perf_counter()
        result = mk.screen(path, out=Path(folder) / "out")
        seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    rate = len(result.data) / seconds
    print(f"{rows:>9,} rows {seconds:8.2f} s {rate:>9,.0f} rows/s, peak {peak:.2f} GiB", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        measure(int(sys.argv[2]))
    else:
        for size in sys.argv[1:] or SIZES:
            subprocess.run([sys.executable, __file__, "--one", str(size)], check=True)
