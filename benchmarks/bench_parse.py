"""Formulas read a second, beside pymatgen, chemparse, smact and a regular expression.

Run with ``python -m pytest benchmarks/bench_parse.py``. Peers that are not installed are
skipped. Each row of the result tells formulas and bytes a second in its extra columns.
"""

import os
import re
import subprocess
import sys
from collections import defaultdict

import numpy as np
import pyarrow as pa
import pytest

from magnetkit import CompositionTable

ROWS = 1_000_000
# What reads so slowly is given fewer rows; rates compare all the same.
PEER_ROWS = 20_000


def formulas(rows):
    """Distinct formulas of 20 to 40 characters, half of them with brackets."""
    rng = np.random.default_rng(0)
    elements = np.array(["Dy", "Tb", "Pr", "Ce", "La", "Gd", "Y"])[
        rng.integers(0, 7, rows)
    ]
    numbers = rng.integers(1, 1000, (rows, 3)) / 1000
    texts = [
        f"(Nd{a}{e}{b})2Fe{13 + c:.3f}Co{i % 97 / 100}B"
        if i % 2
        else f"Nd{a}{e}{b}Fe{12 + c:.3f}Cu0.{i % 89 + 10}B"
        for i, (e, (a, b, c)) in enumerate(
            zip(elements.tolist(), numbers.tolist(), strict=True)
        )
    ]
    return list(dict.fromkeys(texts))


@pytest.fixture(scope="module")
def texts():
    row_formulas = formulas(ROWS)
    lengths = [len(t) for t in row_formulas]
    assert len(row_formulas) > 0.99 * ROWS
    assert 20 <= np.percentile(lengths, 1) <= np.percentile(lengths, 99) <= 40
    return row_formulas


def note(benchmark, rows, size):
    seconds = benchmark.stats.stats.min
    benchmark.extra_info["rows_per_second"] = round(rows / seconds)
    benchmark.extra_info["MB_per_second"] = round(size / seconds / 1e6, 1)


@pytest.mark.parametrize("threads", [1, 2])
def test_magnetkit(benchmark, texts, threads):
    from magnetkit._core._compiling import most_threads
    from magnetkit._core._threads import limited_threads

    if threads > most_threads():
        pytest.skip(f"fewer than {threads} threads here")
    array = pa.array(texts, pa.large_string())
    with limited_threads(threads):
        table = benchmark.pedantic(
            CompositionTable.from_arrow, (array,), rounds=7, warmup_rounds=1
        )
    assert len(table) == len(texts)
    note(benchmark, len(texts), sum(map(len, texts)))


def test_magnetkit_from_a_list(benchmark, texts):
    table = benchmark.pedantic(
        CompositionTable.from_strings, (texts,), rounds=5, warmup_rounds=1
    )
    assert len(table) == len(texts)
    note(benchmark, len(texts), sum(map(len, texts)))


@pytest.mark.parametrize("power", [3, 4, 5, 6, 7])
def test_magnetkit_cost_curve(benchmark, texts, power):
    array = pa.array(texts, pa.large_string())
    if power == 7:
        array = pa.chunked_array([array] * (10**7 // len(texts)))
    array = array[: 10**power]
    benchmark.pedantic(
        CompositionTable.from_arrow, (array,), rounds=3, warmup_rounds=1
    )
    note(benchmark, len(array), array.nbytes)


def pymatgen():
    from pymatgen.core import Composition

    return lambda text: Composition(text)


def chemparse():
    return pytest.importorskip("chemparse").parse_formula


def smact():
    pytest.importorskip("smact")
    from smact.utils.composition import parse_formula

    return parse_formula


def expression():
    """Read flat formulas as one would by hand; brackets are lost on it."""
    token = re.compile(r"([A-Z][a-z]?)(\d*\.?\d*)")

    def read(text):
        amounts = defaultdict(float)
        for symbol, amount in token.findall(text):
            amounts[symbol] += float(amount or 1)
        return amounts

    return read


@pytest.mark.parametrize("peer", [pymatgen, chemparse, smact, expression])
def test_peer(benchmark, texts, peer):
    parse = peer()
    some = texts[:PEER_ROWS]
    benchmark.pedantic(
        lambda: [parse(t) for t in some], rounds=3, warmup_rounds=0
    )
    note(benchmark, len(some), sum(map(len, some)))


@pytest.mark.parametrize("cache", ["cold", "kept"])
def test_first_call(benchmark, tmp_path, cache):
    """Seconds from having the package to the first table, in a fresh process."""
    code = (
        "import time, pyarrow, pandas, numba\n"
        "from magnetkit import CompositionTable\n"
        "t = time.perf_counter()\n"
        "CompositionTable.from_strings(['Nd2Fe14B'])\n"
        "print(time.perf_counter() - t)"
    )

    def start():
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        )
        return float(done.stdout)

    if cache == "kept":
        start()
    seconds = benchmark.pedantic(start, rounds=1)
    benchmark.extra_info["first_call_seconds"] = round(seconds, 2)
