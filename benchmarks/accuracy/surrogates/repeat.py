"""Whether the same data give the same model, whatever machine, threads and order.

    python -m benchmarks.accuracy.surrogates.repeat [HOST ...]

trains on all at hand (or on the hosts named) anew in a process each, leaves papers out, and prints
a table: as it is, on one thread, with another BLAS kernel, with rows in another order, and with
fractions and values moved by 1e-10.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.accuracy import table_row
from benchmarks.accuracy.surrogates import figures
from magnetkit.alloy import CompositionTable
from magnetkit.phases.records import HOST_NAMES
from magnetkit.surrogates import _curie_training
from magnetkit.surrogates._curie import curie_phases
from magnetkit.surrogates._measured import (
    NO_PAPER,
    TARGET,
    TrainingSet,
    curie_set,
)
from magnetkit.surrogates._merit import TOLERANCE

_MODULE = "benchmarks.accuracy.surrogates.repeat"
_ROOT = Path(__file__).resolve().parents[3]
_HAIR = 1e-10
# Title, environment, and what is done to the rows.
_RUNS: tuple[tuple[str, dict[str, str], str], ...] = (
    ("as it is", {}, ""),
    ("one thread", {"NUMBA_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}, ""),
    ("BLAS kernel of Haswell", {"OPENBLAS_CORETYPE": "Haswell"}, ""),
    ("BLAS kernel of Sandy Bridge", {"OPENBLAS_CORETYPE": "Sandybridge"}, ""),
    ("rows in another order", {}, "order"),
    ("moved by 1e-10", {}, "move"),
)


def left_out(data: TrainingSet, change: str = "") -> NDArray[np.float64]:
    """Return what is said of each row while its paper is left out, K, shape (n,).

    Parameters
    ----------
    data : TrainingSet
        What is learnt from.
    change : str
        ``"order"`` shuffles its rows first, ``"move"`` moves fractions and values by 1e-10.
    """
    rng = np.random.default_rng(0)
    order = (
        rng.permutation(len(data))
        if change == "order"
        else np.arange(len(data))
    )
    rows = data[order]
    if change == "move":
        t = rows.table
        fractions = t.values * (
            1.0 + _HAIR * rng.uniform(-1.0, 1.0, len(t.values))
        )
        values = rows.values * (1.0 + _HAIR * rng.uniform(-1.0, 1.0, len(rows)))
        table = CompositionTable(t.indptr, t.indices, fractions, t.row_index)
        rows = TrainingSet(
            rows.target,
            table,
            values,
            rows.groups,
            rows.sources,
            rows.origin,
            rows.removed,
        )
    result = np.empty(len(data))
    result[order] = _curie_training.left_out(
        _curie_training.fit_model(rows)
    ).mean
    return result


def report(data: TrainingSet, made: dict[str, NDArray[np.float64]]) -> str:
    """Return the table, in Markdown: figures on rows of papers, beside the first run."""
    lines = [
        "| | MAE, K | pairs | median change, K | largest change, K |",
        "|---|---|---|---|---|",
    ]
    rows = ~np.char.startswith(data.groups, NO_PAPER)
    first = next(iter(made.values()))
    for title, values in made.items():
        f = figures.accuracy(
            data.values[rows],
            values[rows],
            data.groups[rows],
            TOLERANCE[TARGET],
        )
        apart = np.abs(values - first)
        lines.append(
            table_row(
                title,
                f"{f['mae']:.3f}",
                f"{f['pairs']:.5f}",
                f"{np.median(apart):.1e}",
                f"{apart.max():.1e}",
            )
        )
    return "\n".join(lines)


def _data(hosts: list[str]) -> TrainingSet:
    data = curie_set()
    if not hosts:
        return data
    names = np.array([*HOST_NAMES, ""])
    return data[np.isin(names[curie_phases(data.table)[0]], hosts)]


def main(arguments: list[str]) -> None:
    """Print the table, or write what one run says where a file is named."""
    if arguments[:1] == ["--run"]:
        change, file, *hosts = arguments[1:]
        np.save(file, left_out(_data(hosts), change))
        return
    data = _data(arguments)
    results = {}
    print(
        f"{len(data)} values, {pd.Series(data.groups).nunique()} papers and systems\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        for title, settings, change in _RUNS:
            file = str(Path(folder) / "said.npy")
            command = [
                sys.executable,
                "-m",
                _MODULE,
                "--run",
                change,
                file,
                *arguments,
            ]
            subprocess.run(
                command, check=True, env=os.environ | settings, cwd=_ROOT
            )
            results[title] = np.load(file)
    print(report(data, results))


if __name__ == "__main__":
    main(sys.argv[1:])
