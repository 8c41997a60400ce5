"""Cost of a whole screening, from CSV to ranked Parquet: rate, memory, stages, processes, peers.

Run with ``python benchmarks/bench_screening.py [ROWS ...]``; each size has a process of its own,
so that its peak memory is its own. Rows are distinct 2:14:1 and 1:5 substitutions. The stages are
one chunk on one thread. Peers that live in an environment of their own are measured there with
``--peers``. The processes are Dask's, and what a hundred of them take for 10^10
candidates follows from the seconds and bytes of a chunk, if reading and transfer keep up.
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
        # In blocks: the list of all numbers would take more memory than the screening.
        for start in range(0, rows, 65_536):
            block = rng.random((min(65_536, rows - start), 3)).tolist()
            for i, (a, b, c) in enumerate(block, start):
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
        start, cpu = time.perf_counter(), time.process_time()
        result = mk.screen(path, out=Path(folder) / "out")
        seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(
        f"{rows:>9,} rows {seconds:8.2f} s {len(result) / seconds:>9,.0f} rows/s, "
        f"CPU {1e6 * cpu / rows:5.1f} s per million rows, peak {peak:.2f} GiB",
        flush=True,
    )


def stages(rows: int = 65_536) -> None:
    """Print what each stage of one chunk costs in CPU, on one thread."""
    from magnetkit import hosts, phases, supply
    from magnetkit.applications import load
    from magnetkit.composition import CompositionTable
    from magnetkit.files import write_parquet
    from magnetkit.kernels.threads import limit_threads
    from magnetkit.magnetism import sintered_at
    from magnetkit.ranking.judged import job_for
    from magnetkit.ranking.order import rank
    from magnetkit.run import work
    from magnetkit.run.candidates import FileCandidates
    from magnetkit.surrogates import load as surrogate

    limit_threads(1)
    profile = load("patriot-beam-focusing")
    job = job_for(profile)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "candidates.csv"
        write_candidates(path, rows)
        source = FileCandidates(path)
        pieces = list(source.pieces(rows))
        chunk = max((piece() for piece in pieces), key=lambda c: len(c.table))
        table, n = chunk.table, len(chunk.table)
        judged = work.table_of(chunk, job)
        part = work.encode(judged)
        at = sorted({r.temperature_K or job.temperature for r in profile.requirements})
        hard = hosts.partition(table).hard_phase
        cases = {
            "reading CSV": (lambda: list(source.pieces(rows)), rows),
            "parsing": (lambda: CompositionTable.from_arrow(chunk.labels), n),
            "formulas": (table.to_arrow, n),
            f"magnetism at {len(at)} temperatures": (lambda: sintered_at(table, at), n),
            "stability": (lambda: phases.stability(table), n),
            "surrogate and domain": (lambda: surrogate("curie_temperature_K").predict(hard), n),
            "supply": (lambda: supply.ledger(table), n),
            "whole evaluation": (lambda: work.table_of(chunk, job), n),
            "ranking": (lambda: rank([judged], profile.objectives), n),
            "writing a part": (lambda: work.encode(judged), n),
            "reading a part": (lambda: work.decode(part), n),
            "writing Parquet": (
                lambda: write_parquet([judged], judged.schema, Path(folder) / "x.parquet"),
                n,
            ),
        }
        print(f"one chunk of {n:,} rows, {len(part) / n:,.0f} bytes a row to send back")
        for name, (run, count) in cases.items():
            run()
            start = time.process_time()
            run()
            cost = (time.process_time() - start) / count
            print(f"{name:>32} {1e6 * cost:6.2f} CPU s per million rows", flush=True)


def processes(rows: int = 400_000) -> None:
    """Print the rate of one and two Dask workers and what a hundred would do."""
    import magnetkit as mk

    rates = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "candidates.csv"
        write_candidates(path, rows)
        for workers in (1, 2):
            marks: list[tuple[float, int]] = []

            def mark(done: int, total: int | None, marks: list = marks) -> None:
                marks.append((time.perf_counter(), done))

            mk.screen(path, out=Path(folder) / "out", workers=workers, progress=mark)
            # Between the first part and the last: without the start of the processes.
            (begin, first), (end, last) = marks[0], marks[-1]
            rates[workers] = (last - first) / (end - begin)
            print(f"{workers} Dask workers {rates[workers]:>9,.0f} rows/s", flush=True)
    print(f"efficiency of two workers {rates[2] / (2 * rates[1]):.0%}")
    hours = 1e10 / (100 * rates[1]) / 3600
    print(f"on paper, 100 such workers judge 10^10 candidates in {hours:.1f} h")


def peers(rows: int = 300) -> None:
    """Print what matminer with a random forest, and pymatgen's parser, take a million rows."""
    try:
        from matminer.featurizers.composition import ElementProperty
        from pymatgen.core import Composition
        from sklearn.ensemble import RandomForestRegressor
    except ImportError as error:
        print(f"no peers: {error}")
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "candidates.csv"
        write_candidates(path, rows)
        texts = path.read_text(encoding="utf-8").splitlines()[1:]
    start = time.perf_counter()
    compositions = [Composition(text) for text in texts]
    print(f"pymatgen parses {(time.perf_counter() - start) / rows * 1e6:,.0f} s per million rows")
    features = ElementProperty.from_preset("magpie")
    x = np.array([features.featurize(c) for c in compositions])
    forest = RandomForestRegressor(100, random_state=0).fit(x, x[:, 0])
    start_predict = time.perf_counter()
    forest.predict(x)
    seconds = time.perf_counter() - start_predict
    # Fitting is no part of the comparison.
    print(
        f"matminer + random forest: prediction {seconds / rows * 1e6:,.0f} s, "
        f"features by matminer {_featurized(features, compositions) * 1e6:,.0f} s per million rows"
    )


def _featurized(features: object, compositions: list) -> float:
    start = time.perf_counter()
    for composition in compositions:
        features.featurize(composition)  # type: ignore[attr-defined]
    return (time.perf_counter() - start) / len(compositions)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        measure(int(sys.argv[2]))
    elif sys.argv[1:2] == ["--peers"]:
        peers()
    else:
        for size in sys.argv[1:] or SIZES:
            subprocess.run([sys.executable, __file__, "--one", str(size)], check=True)
        stages()
        processes()
        peers()
