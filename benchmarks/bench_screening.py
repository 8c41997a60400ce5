"""Cost of a whole screening: rate, memory, stages, the best of a space, processes, peers.

Run with ``python benchmarks/bench_screening.py [PART ...]``, all parts without one:

- ``devices``: the best 1,000 of 1.15 million for every device, the slowest first;
- ``growth``: what more candidates, more kept, more temperatures and more elements cost, as lines
  with what they are off by;
- ``command``: ``magnetkit screen`` on a CSV of a million recipes, from start to exit, with the
  columns that are read and with all;
- ``spaces``: the best of spaces of 10^6, 1.3 x 10^7 and 10^8 candidates, from call to written
  result, the straight line through them and what 10^9 takes by it;
- ``equal``: seven spaces on every device, bounded and not, which must leave the same (by name
  alone: a quarter of an hour);
- ``stages``: CPU of each stage of one chunk on one thread;
- ``processes``: one and two Dask workers, two into a store, two of which one is lost, what travels
  and what the one that asks does meanwhile;
- ``peers``: matminer with a random forest, pymatgen's parser (also where they live: ``--peers``).

Each run has a process of its own, so that its peak memory is its own; figures are medians of
``--repeat`` runs (3). A run is made before that compiles and loads what is kept. On two quiet cores
all takes some twenty minutes, seven of them for 10^8 thrice; ``--quick`` takes devices, growth and
processes once on small spaces, a minute and a half.
"""

import argparse
import json
import logging
import os
import pickle
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

ROWS = 1_000_000
DEVICE = "hot-servo-motor"
SPACE_DEVICE = "aerospace-reaction-wheel"
# Steps on the sites of Nd and Fe, and how many of the best are kept.
QUICK = (0.05, 0.02)
SPACES = ((0.04, 0.01, 10_000), (0.025, 0.0125, 10_000), (0.02, 0.005, 100_000))


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


def time_command(*command: str) -> dict[str, float]:
    """Run a command; return its seconds, its CPU seconds, and what it printed as JSON."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *command], check=True, capture_output=True, text=True
    )
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    output = (
        json.loads(done.stdout.splitlines()[-1])
        if done.stdout.startswith("{")
        else {}
    )
    return {"seconds": seconds, "cpu": cpu, **output}


def median(runs: list[dict[str, float]], name: str) -> float:
    """Return the median of a figure over runs."""
    return statistics.median(run[name] for run in runs)


def command(repeat: int) -> None:
    """Print what ``magnetkit screen`` takes on a CSV, from start to exit, all rows written."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "candidates.csv"
        write_candidates(path, 1000)
        time_command(
            "-m",
            "magnetkit",
            "screen",
            str(path),
            "--application",
            DEVICE,
            "--quiet",
            "--out",
            f"{folder}/warm",
        )
        write_candidates(path, ROWS)
        # A process of its own, for the peak memory of children is that of the largest.
        for options in ((), ("--all-columns",)):
            runs = [
                time_command(
                    __file__, "--command", str(path), f"{folder}/out", *options
                )
                for _ in range(repeat)
            ]
            seconds = median(runs, "seconds")
            cpu = median(runs, "cpu")
            print(
                f"command on {ROWS:,} rows {' '.join(options)}: {seconds:.1f} s, "
                f"{ROWS / seconds:,.0f} rows/s, CPU {1e6 * cpu / ROWS:.1f} s per million rows, "
                f"peak {median(runs, 'peak'):.2f} GiB",
                flush=True,
            )


def run_command(path: str, out: str, *more: str) -> None:
    """Run the command in this process and print its peak memory."""
    sys.argv = ["magnetkit", "screen", path, "--application", DEVICE, *more]
    sys.argv += ["--quiet", "--force", "--out", out]
    from magnetkit.cli import main

    stdout = sys.stdout
    sys.stdout = open(os.devnull, "w")  # noqa: SIM115
    try:
        main()
    except SystemExit as end:
        if end.code:
            raise
    finally:
        sys.stdout = stdout
    print(json.dumps({"peak": peak()}))


def peak() -> float:
    """Return the peak memory of this process, GiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def make_space(on_nd: float, on_fe: float, substitutes: int = 6) -> object:
    """Return a space of 2:14:1 with substitutes of neodymium, six by default, and cobalt."""
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
    replace = {
        "Nd": ["Dy", "Pr", "Ce", "Tb", "La", "Y"][:substitutes],
        "Fe": ["Co"],
    }
    limits = {e: limits[e] for e in (*replace["Nd"], "Co")}
    step = {"Nd": on_nd, "Fe": on_fe}
    return mk.substitutions("Nd2Fe14B", replace, step=step, limits=limits)


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
        took = time.perf_counter() - start
        cpu = time.process_time() - cpu
    stages_of_sieve = result.manifest["summary"]["sieve"]["stages"]
    row = {
        "rows": result.judged,
        "took": took,
        "own": cpu,
        "peak": peak(),
        **stages_of_sieve,
    }
    print(json.dumps(row))


def time_search(
    space: object, device: str, keep: int = 1000, **options: object
) -> dict[str, float]:
    """Screen a space for its best in memory; return rows, seconds and CPU seconds."""
    import magnetkit as mk

    start = time.perf_counter()
    cpu = time.process_time()
    result = mk.screen(space, device, keep=keep, **options)
    took = time.perf_counter() - start
    own = time.process_time() - cpu
    stages_of = result.manifest["summary"]["sieve"]["stages"]
    return {"rows": result.judged, "took": took, "own": own, **stages_of}


def devices(repeat: int, quick: bool = False) -> None:
    """Print what the best of one space take for every device, the slowest first."""
    from magnetkit.applications import names

    space = make_space(*QUICK) if quick else make_space(*SPACES[0][:2])
    time_search(make_space(0.1, 0.1), DEVICE, 10)
    rows = []
    for device in names():
        time_search(make_space(0.1, 0.1), device, 10)
        runs = [time_search(space, device) for _ in range(repeat)]
        n = runs[0]["rows"]
        took = median(runs, "took")
        part = runs[0].get("magnetism", 0) / n
        rows.append(
            (n / took, took, 1e6 * median(runs, "own") / n, part, device)
        )
    rows.sort()
    print(
        f"slowest of {len(rows)} devices: {rows[0][0]:,.0f} candidates/s ({rows[0][-1]})"
    )
    for rate, took, seconds, part, device in rows:
        print(
            f"{device:>36} {rate:10,.0f}/s {took:6.1f} s, CPU {seconds:5.2f} s per million, magnetism "
            f"of {part:.1%}",
            flush=True,
        )


def growth(repeat: int, quick: bool = False) -> None:
    """Print how the time of the best of a space grows, with what straight lines are off by."""
    steps = QUICK if quick else SPACES[0][:2]
    space = make_space(*steps)
    at = (350.0, 375.0, 400.0, 425.0)
    time_search(space, DEVICE)
    requirements = [f"coercivity_kA_m >= 300 at {kelvin} K" for kelvin in at]
    hot = [requirements[:count] for count in range(len(at) + 1)]
    sizes = [make_space(steps[0], part * steps[1]) for part in (4, 2, 1)]
    # About as many candidates of each, else what a small space takes anyway is most of it.
    finer = (
        [steps] * 4
        if quick
        else [(0.01, 0.005), (0.02, 0.005), (0.04, 0.002), steps]
    )
    cases = {
        "candidates": [(len(s), {"space": s}) for s in sizes],  # type: ignore[arg-type]
        "kept": [
            (k, {"space": space, "keep": k}) for k in (10, 1000, 10_000, 50_000)
        ],
        "temperatures": [
            (k, {"space": space, "require": r}) for k, r in enumerate(hot)
        ],
        "elements": [
            (k + 7, {"space": make_space(*s, k + 3)})
            for k, s in enumerate(finer)
        ],
    }
    for name, points in cases.items():
        x = []
        y = []
        for many, options in points:
            runs = [
                time_search(device=DEVICE, **options) for _ in range(repeat)
            ]  # type: ignore[arg-type]
            # CPU: other jobs show less in it.
            seconds = median(runs, "own")
            x.append(float(many))
            y.append(
                1e6 * seconds / runs[0]["rows"]
                if name == "elements"
                else seconds
            )
        slope, rest = np.polyfit(x, y, 1)
        off = [
            f"{(rest + slope * a) / b - 1.0:+.0%}"
            for a, b in zip(x, y, strict=True)
        ]
        unit = "CPU s per million" if name == "elements" else "CPU s"
        print(
            f"{name}: {rest:.2f} {unit} + {slope:.3g} each ({x[0]:,.0f} to {x[-1]:,.0f}; off by "
            f"{', '.join(off)})",
            flush=True,
        )


def spaces(repeat: int) -> None:
    """Print what the best of spaces take, and the straight line through them."""
    rows = []
    took = []
    for on_nd, on_fe, keep in SPACES:
        one = partial(
            time_command, __file__, "--space", str(on_nd), str(on_fe), str(keep)
        )
        runs = [one() for _ in range(repeat)]
        n = int(runs[0]["rows"])
        seconds = median(runs, "took")
        rows.append(n)
        took.append(seconds)
        print(
            f"best {keep:,} of {n:,}: {seconds:.1f} s, {n / seconds:,.0f} candidates/s, "
            f"CPU {1e6 * median(runs, 'own') / n:.2f} s per million, peak "
            f"{median(runs, 'peak'):.2f} GiB; magnetism of {runs[0]['magnetism'] / n:.1%}, "
            f"stability of {runs[0]['stability'] / n:.2%}",
            flush=True,
        )
    slope, rest = np.polyfit(rows, took, 1, w=1.0 / np.array(took))
    away = [
        f"{(rest + slope * n) / t - 1.0:+.0%}"
        for n, t in zip(rows, took, strict=True)
    ]
    print(
        f"straight line: {rest:.1f} s + {1e6 * slope:.3f} s per million (off by {', '.join(away)})"
    )
    cores = os.cpu_count() or 1
    for many in (2, 200):
        hours = (rest + slope * 1e9 * cores / many) / 3600
        print(f"on paper, 10^9 take {hours:.2f} h on {many} cores")


def compare_spaces() -> dict[str, tuple[object, dict[str, object]]]:
    """Return the seven spaces of ``equal``, each with what is asked of it besides."""
    import magnetkit as mk

    cells = {"Sm": ["Gd", "Er", "Ho"], "Co": ["Fe", "Cu", "Zr"]}
    cell_limits = {
        "Gd": 0.4,
        "Er": 0.4,
        "Ho": 0.3,
        "Fe": 0.3,
        "Cu": 0.12,
        "Zr": 0.04,
    }
    grains = {"Sm": ["Gd", "Pr", "Er", "Ce"], "Co": ["Cu", "Fe"]}
    grain_limits = {
        "Gd": 0.5,
        "Pr": 0.4,
        "Er": 0.3,
        "Ce": 0.3,
        "Cu": 0.3,
        "Fe": 0.2,
    }
    at = [
        f"coercivity_kA_m >= 200 at {kelvin} K"
        for kelvin in (233.15, 373.15, 423.15)
    ]
    iron = make_space(0.05, 0.05)
    return {
        "2:14:1": (iron, {}),
        # A bound rests on few of so many.
        "2:14:1, a million": (make_space(*SPACES[0][:2]), {}),
        "2:14:1, terbium diffused": (iron, {"shell": "Tb 0.3 wt%"}),
        "2:14:1, three more temperatures": (iron, {"require": at}),
        # Today's is then as unlikely to do as what is worth a trial beside it.
        "2:14:1, another magnet today": (
            iron,
            {"reference": "Nd1.8Dy0.2Fe14B"},
        ),
        "2:17": (
            mk.substitutions(
                "Sm2Co17",
                cells,
                step={"Sm": 0.1, "Co": 0.015},
                limits=cell_limits,
            ),
            {},
        ),
        "1:5 beside the device's own charges and spaces": (
            mk.substitutions(
                "SmCo5",
                grains,
                step={"Sm": 0.1, "Co": 0.02},
                limits=grain_limits,
            ),
            {},
        ),
    }


def equal(most: int = 100_000) -> None:
    """Print in how many comparisons the best of a bounded evaluation are those of a full one."""
    from dataclasses import replace
    from importlib import import_module

    from magnetkit.applications import load, names

    screening = import_module("magnetkit.run.screen")
    candidates = import_module("magnetkit.run._candidates")
    bounds = screening._bounds
    same = is_bound_used = total = 0
    for device in names():
        for name, (space, options) in compare_spaces().items():
            source: object = space
            if "own" in name:
                device_source = candidates.profile_space(load(device))
                source = replace(
                    device_source, spaces=[*device_source.spaces, space]
                )
            for keep in (10, 1000, most):
                results = []
                for of in (bounds, lambda *_: iter([screening.Bound()])):
                    screening._bounds = of
                    results.append(read_result(source, device, keep, **options))
                (best, has_bound), (whole, _) = results
                is_same = best.equals(whole)
                total = total + 1
                same = same + is_same
                is_bound_used = is_bound_used + has_bound
                if not is_same:
                    print(
                        f"{device}, {name}, keep {keep:,}: not the same",
                        flush=True,
                    )
        print(
            f"{device}: {same} of {total} the same so far, {is_bound_used} with a bound",
            flush=True,
        )
    screening._bounds = bounds


def read_result(
    source: object, device: str, keep: int, **options: object
) -> tuple[Any, bool]:
    """Return ranks, candidates, figures and decisions of the best, and whether a bound was used."""
    import pandas as pd

    import magnetkit as mk
    from magnetkit._core.errors import MagnetkitError

    try:
        result = mk.screen(source, device, keep=keep, **options)
    except MagnetkitError as error:
        return pd.DataFrame([str(error).partition(":")[0]]), False
    sieve = result.manifest["summary"]["sieve"]
    has_bound = not (sieve["limit"] is None and sieve["least_margin"] is None)
    # How many are alike is counted within the bound.
    decisions = [{**one, "copies": 0} for one in result.manifest["decisions"]]
    best = result.best(keep).drop(columns="copies")
    return best.assign(decided=json.dumps(decisions)), has_bound


def stages(rows: int = 65_536) -> None:
    """Print what each stage of one chunk costs in CPU, on one thread."""
    from magnetkit.applications import load

    from magnetkit import phases as hosts
    from magnetkit._core._files import write_parquet
    from magnetkit._core._threads import limit_threads
    from magnetkit.alloy import CompositionTable
    from magnetkit.choose._job import make_job
    from magnetkit.choose._order import rank_keys
    from magnetkit.choose._requirements import (
        needed_elsewhere,
        needed_temperatures,
    )
    from magnetkit.magnetism import _stages
    from magnetkit.run import _work
    from magnetkit.run._candidates import FileCandidates
    from magnetkit.surrogates import load as surrogate

    limit_threads(1)
    profile = load(DEVICE)
    job = make_job(profile)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "candidates.csv"
        write_candidates(path, rows)
        source = FileCandidates(path)
        pieces = list(source.pieces(rows))
        chunk = max((piece() for piece in pieces), key=lambda c: len(c.table))
        table, n = chunk.table, len(chunk.table)
        judged = _work.chunk_table(chunk, job)
        part = _work.encode(judged)
        at = [*needed_temperatures(job), _stages.ROOM_K]
        conditions = job.conditions
        only = needed_elsewhere(job)
        hard = hosts.partition(table).hard_phase
        cases = {
            "reading CSV": (lambda: list(source.pieces(rows)), rows),
            "parsing": (lambda: CompositionTable.from_arrow(chunk.labels), n),
            "formulas": (table.to_arrow, n),
            f"magnetism at {len(at)} temperatures": (
                lambda: _stages.figure_columns(
                    _stages.make_alloys(table, None, conditions, ranges=True),
                    at,
                    conditions.use,
                    only,
                ),
                n,
            ),
            "stability": (lambda: _stages.makeable(table, conditions), n),
            "surrogate and domain": (
                lambda: surrogate("curie_temperature_K").predict(hard),
                n,
            ),
            "supply": (lambda: _stages.supplies(table, None, conditions), n),
            "whole evaluation": (lambda: _work.chunk_table(chunk, job), n),
            "what the ranking needs": (lambda: job.rule.keys(judged), n),
            "ranking": (lambda: rank_keys([job.rule.keys(judged)]), n),
            "writing a part": (lambda: _work.encode(judged), n),
            "reading a part": (lambda: _work.decode(part), n),
            "writing Parquet": (
                lambda: write_parquet(
                    [judged], judged.schema, Path(folder) / "x.parquet"
                ),
                n,
            ),
        }
        print(
            f"one chunk of {n:,} rows, {len(part) / n:,.0f} bytes a row to send back"
        )
        for name, (run, count) in cases.items():
            run()
            start = time.process_time()
            run()
            cost = (time.process_time() - start) / count
            print(
                f"{name:>32} {1e6 * cost:6.2f} CPU s per million rows",
                flush=True,
            )


def processes(repeat: int, rows: int = 400_000) -> None:
    """Print the rates of Dask workers, and what the one that asks has to do."""
    import magnetkit as mk

    cases = {
        "one worker": 1,
        "two": 2,
        "two into a store": 2,
        "two, one lost on the way": 2,
    }
    rates: dict[str, list[float]] = {name: [] for name in cases}
    shares = []
    with tempfile.TemporaryDirectory() as folder, store() as bucket:
        path = Path(folder) / "candidates.csv"
        write_candidates(path, rows)
        for name, workers in [
            case for case in cases.items() for _ in range(repeat)
        ]:
            in_store = "store" in name
            if in_store and not bucket:
                continue
            marks: list[tuple[float, float, int]] = []

            def mark(
                done: int,
                total: int | None,
                marks: list = marks,
                lost: bool = "lost" in name,
            ) -> None:
                if lost and not marks:
                    lose_worker()
                marks.append((time.perf_counter(), time.process_time(), done))

            out = bucket if in_store else f"{folder}/out"
            chunk = min(32_768, rows // 8)
            mk.screen(
                path,
                DEVICE,
                out=out,
                force=True,
                workers=workers,
                progress=mark,
                chunk_rows=chunk,
            )
            # Between the first part and the last: without the start of the processes.
            (begin, _, first), (end, _, last) = marks[0], marks[-1]
            rates[name].append((last - first) / (end - begin))
            if not in_store:
                shares.append((marks[-1][1] - marks[0][1]) / (last - first))
        one = statistics.median(rates["one worker"])
        for name, values in rates.items():
            if values:
                rate = statistics.median(values)
                print(
                    f"Dask, {name}: {rate:,.0f} rows/s, {rate / one:.2f} times one"
                )
        sizes = travelling(path)
    for kind, size in sizes.items():
        print(
            f"{kind}: {size:,.1f} MB per million rows travel to the one that asks"
        )
    cost = statistics.median(shares)
    print(
        f"it works {1e6 * cost:.2f} CPU s per million rows, and is busy with {1 / (cost * one):.0f}"
    )


def lose_worker() -> None:
    """Kill one of the worker processes of this one."""
    import psutil

    children = psutil.Process().children(recursive=True)
    next(c for c in children if "spawn_main" in " ".join(c.cmdline())).kill()


@contextmanager
def store() -> Iterator[str]:
    """Give the URL of a folder on an S3 server of this machine, empty without moto."""
    try:
        from moto.server import ThreadedMotoServer
        from pyarrow.fs import FileSystem
    except ImportError as error:
        print(f"no store: {error}")
        yield ""
        return
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    os.environ |= dict.fromkeys(names, "testing") | {
        "AWS_DEFAULT_REGION": "us-east-1"
    }
    os.environ["AWS_ENDPOINT_URL"] = "http://{}:{}".format(
        *server.get_host_and_port()
    )
    try:
        files, _ = FileSystem.from_uri("s3://bench/?allow_bucket_creation=true")
        files.create_dir("bench")
        yield "s3://bench/run"
    finally:
        server.stop()


def travelling(path: Path) -> dict[str, float]:
    """Return what comes back of a chunk to a folder of this machine and to a store, bytes a row."""
    from dataclasses import replace

    from magnetkit.applications import load

    from magnetkit.choose._evaluate import Bound
    from magnetkit.choose._job import make_job
    from magnetkit.run._candidates import FileCandidates, SpaceCandidates
    from magnetkit.run._work import evaluate_best, evaluate_piece

    job = make_job(load(DEVICE))
    _, part = evaluate_piece((0, next(FileCandidates(path).pieces())), job)
    remote = replace(
        part, table=b"", rejected=b"", files={"chunk-000000.arrow": "0" * 64}
    )
    sizes = {
        "all rows, into a folder": len(pickle.dumps(part)) / part.rows,
        "all rows, into a store": len(pickle.dumps(remote)) / part.rows,
    }
    space = SpaceCandidates([make_space(0.05, 0.025)])  # type: ignore[list-item]
    _, best_part = evaluate_best(
        (0, next(space.pieces(1 << 18))), job, Bound(140.0, np.inf), 10_000
    )
    sizes["the best of a space"] = len(pickle.dumps(best_part)) / best_part.rows
    return sizes


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
    print(
        f"pymatgen parses {(time.perf_counter() - start) / rows * 1e6:,.0f} s per million rows"
    )
    features = ElementProperty.from_preset("magpie")
    x = np.array([features.featurize(c) for c in compositions])
    forest = RandomForestRegressor(100, random_state=0).fit(x, x[:, 0])
    start_predict = time.perf_counter()
    forest.predict(x)
    seconds = time.perf_counter() - start_predict
    # Fitting is no part of the comparison.
    print(
        f"matminer + random forest: prediction {seconds / rows * 1e6:,.0f} s, "
        f"features by matminer {_time_featurizer(features, compositions) * 1e6:,.0f} s per million rows"
    )


def _time_featurizer(features: object, compositions: list) -> float:
    start = time.perf_counter()
    for composition in compositions:
        features.featurize(composition)  # type: ignore[attr-defined]
    return (time.perf_counter() - start) / len(compositions)


PARTS = {
    "devices": devices,
    "growth": growth,
    "command": command,
    "spaces": spaces,
    "equal": lambda repeat: equal(),
    "stages": lambda repeat: stages(),
    "processes": processes,
    "peers": lambda repeat: peers(),
}


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments[:1] == ["--command"]:
        run_command(*arguments[1:])
    elif arguments[:1] == ["--space"]:
        run_space(float(arguments[1]), float(arguments[2]), int(arguments[3]))
    elif arguments[:1] == ["--peers"]:
        peers()
    else:
        parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
        parser.add_argument(
            "parts", nargs="*", choices=[*PARTS, []], metavar="PART"
        )
        parser.add_argument("--repeat", type=int, default=3)
        parser.add_argument("--quick", action="store_true")
        options = parser.parse_args()
        if options.quick:
            devices(1, quick=True)
            growth(1, quick=True)
            processes(1, 60_000)
        for name in (
            ()
            if options.quick
            else options.parts or [p for p in PARTS if p != "equal"]
        ):
            PARTS[name](options.repeat)
