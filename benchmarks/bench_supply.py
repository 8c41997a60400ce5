"""Rows a second of the supply ledger: a million alloys of five elements."""

import numpy as np
import pytest
from magnetkit.elements import INDEX

from magnetkit import CompositionTable, supply

ROWS = 1_000_000
ELEMENTS = ("Fe", "Co", "Cu", "Zr", "Ce", "Pr", "Nd", "Sm", "Gd", "Dy")


@pytest.fixture(scope="module")
def alloys():
    rng = np.random.default_rng(0)
    columns = np.tile(
        np.array([INDEX[e] for e in ELEMENTS], np.int32), (ROWS, 1)
    )
    columns = np.sort(rng.permuted(columns, axis=1)[:, :5], axis=1)
    values = rng.random((ROWS, 5))
    values /= values.sum(axis=1, keepdims=True)
    indptr = np.arange(0, 5 * ROWS + 1, 5, dtype=np.int64)
    return CompositionTable(
        indptr, columns.ravel(), values.ravel(), np.arange(ROWS)
    )


@pytest.mark.parametrize("scenario", ["baseline", "magnet-rule-2027"])
def test_ledger(benchmark, alloys, scenario):
    result = benchmark.pedantic(
        supply.ledger,
        (alloys, scenario, {"Co": 0.25}),
        {"reference": alloys[:1]},
        rounds=3,
        warmup_rounds=1,
    )
    assert len(result) == ROWS
    benchmark.extra_info["rows_per_second"] = round(
        ROWS / benchmark.stats.stats.min
    )
