"""The benchmarks run, on few rows, and print their table."""

import io

import pytest
from rich.console import Console

from benchmarks.features.cases import CASES
from benchmarks.features.measure import (
    best_seconds,
    fill_rate,
    first_call_seconds,
)
from benchmarks.features.printing import show
from benchmarks.features.timing import run


@pytest.mark.filterwarnings("ignore")
def test_run_and_show():
    table, curve = run(rows=2000, first_calls=False, peers=False, curve=False)
    names = [c.name for c in CASES]
    assert table["name"][: len(names)].tolist() == names
    assert (table["rows_per_second_1"].dropna() > 0).all()
    assert table["share_of_fill"].notna().sum() == 4
    stream = io.StringIO()
    show(table, curve, Console(file=stream, width=200))
    assert "composition statistics" in stream.getvalue()
    assert "fill fresh memory" in stream.getvalue()


@pytest.mark.slow
def test_first_call_is_quicker_from_the_cache():
    cold, warm = first_call_seconds("rare-earth descriptors")
    assert warm < cold


def test_clocks():
    calls = []
    assert best_seconds(lambda: calls.append(1), budget=0.0, least=4) >= 0
    assert len(calls) == 4
    assert fill_rate((1000, 8), 1, fresh=True) > 0
