"""Cost of a whole screening: rows a second, CPU and peak memory.

Run with ``python benchmarks/bench_screening.py [PART ...]``, both parts without one:

- ``command``: ``magnetkit screen`` on a CSV of a million recipes, from start to exit;
- ``spaces``: the best of spaces of 10^6, 1.3 x 10^7 and 10^8 candidates, from call to written
  result.

Each run has a process of its own, so that its peak memory is its own; figures are medians of
``--repeat`` runs (3). A run is made before that compiles and loads what is kept. Two quiet cores
take some twelve minutes, seven of them for 10^8 thrice.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

ROWS = 1_000_000
DEVICE = "hot-servo-motor"
SPACE_DEVICE = "aerospace-reaction-wheel"
# Steps on the sites of Nd and Fe, and how many of the best are kept.
SPACES = (
    (0.04, 0.01, 10_000),
    (0.025, 0.0125, 10_000),
    (0.02, 0.005, 100_000),
)


def write_candidates(path: Path, rows: int) -> None:
    """Write a CSV of random substitutions, the same at every call."""
    rng = np.random.default_rng(0)
    with path.open("w", encoding="utf-8") as stream:
        stream.write("composition\n")
        # In blocks: the list of all numbers would take more memory than the screening.
        for start in range(0, rows, 65_536):
            block = rng.random((min(65_536, rows - start), 3)).tolist()
            for i, (a, b, c) in enumerate(block, start):
                if i % 2:
                    ce = 0.6 * a
                    dy = 0.4 * b
                    co = 3.0 * c
                    text = f"Nd{2 - ce - dy:.6f}Ce{ce:.6f}Dy{dy:.6f}Fe{14 - co:.6f}Co{co:.6f}B"
                else:
                    gd = 0.4 * a
                    cu = 0.5 * b
                    fe = 0.3 * c
                    text = f"Sm{1 - gd:.6f}Gd{gd:.6f}Co{5 - cu - fe:.6f}Cu{cu:.6f}Fe{fe:.6f}"
                stream.write(text + "\n")


def run_apart(*words: str) -> dict[str, float]:
    """Run this file with some words in a process of its own; return the figures it prints."""
    done = subprocess.run(
        [sys.executable, __file__, *words],
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def print_medians(name: str, runs: list[dict[str, float]]) -> None:
    """Print rows a second, CPU and peak memory of some runs."""
    run = pd.DataFrame(runs).median()
    print(
        f"{name} {run.rows:,.0f}: {run.seconds:.1f} s, {run.rows / run.seconds:,.0f} rows/s, "
        f"CPU {1e6 * run.cpu / run.rows:.2f} s per million, peak {run.peak:.2f} GiB",
        flush=True,
    )


def command(repeat: int) -> None:
    """Print what ``magnetkit screen`` takes on a CSV, from start to exit, all rows written."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "candidates.csv"
        for rows in (1000, ROWS):
            write_candidates(path, rows)
            runs = [
                run_apart("--command", str(path), f"{folder}/out")
                for _ in range(repeat)
            ]
            print_medians(
                "command on", [{**run, "rows": rows} for run in runs]
            )


def run_command(path: str, out: str) -> None:
    """Run the command in a child and print its figures."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "magnetkit", "screen", path]
    command += ["--application", DEVICE, "--out", out, "--quiet", "--force"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - start
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(json.dumps({"seconds": seconds, **figures_of(usage)}))


def figures_of(usage: resource.struct_rusage) -> dict[str, float]:
    """Return CPU (s) and peak memory (GiB) of a process."""
    return {
        "cpu": usage.ru_utime + usage.ru_stime,
        "peak": usage.ru_maxrss / 1024**2,
    }


def make_space(on_nd: float, on_fe: float) -> object:
    """Return a space of 2:14:1 with six substitutes of neodymium, and cobalt."""
    import magnetkit as mk

    limits = {
        "Dy": 0.2,
        "Tb": 0.1,
        "Ce": 0.4,
        "La": 0.2,
        "Y": 0.2,
        "Pr": 0.3,
        "Co": 0.2,
    }
    replace = {"Nd": ["Dy", "Pr", "Ce", "Tb", "La", "Y"], "Fe": ["Co"]}
    step = {"Nd": on_nd, "Fe": on_fe}
    return mk.substitutions("Nd2Fe14B", replace, step=step, limits=limits)


def spaces(repeat: int) -> None:
    """Print what the best of spaces take."""
    for on_nd, on_fe, keep in SPACES:
        runs = [
            run_apart("--space", str(on_nd), str(on_fe), str(keep))
            for _ in range(repeat)
        ]
        print_medians(f"best {keep:,} of", runs)


def run_space(on_nd: float, on_fe: float, keep: int) -> None:
    """Screen a space for its best once what is kept is loaded, and print the figures."""
    import magnetkit as mk

    mk.screen(make_space(0.1, 0.1), SPACE_DEVICE, keep=10)
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        cpu = time.process_time()
        result = mk.screen(
            make_space(on_nd, on_fe), SPACE_DEVICE, keep=keep, out=folder
        )
        seconds = time.perf_counter() - start
        cpu = time.process_time() - cpu
    usage = figures_of(resource.getrusage(resource.RUSAGE_SELF))
    row = {**usage, "rows": result.judged, "seconds": seconds, "cpu": cpu}
    print(json.dumps(row))


PARTS = {"command": command, "spaces": spaces}


if __name__ == "__main__":
    words = sys.argv[1:]
    if words[:1] == ["--command"]:
        run_command(*words[1:])
    elif words[:1] == ["--space"]:
        run_space(float(words[1]), float(words[2]), int(words[3]))
    else:
        parser = argparse.ArgumentParser(
            description=__doc__.partition("\n")[0]
        )
        parser.add_argument("parts", nargs="*", choices=[*PARTS, []])
        parser.add_argument("--repeat", type=int, default=3)
        options = parser.parse_args()
        for name in options.parts or PARTS:
            PARTS[name](options.repeat)
