"""Sintered magnets a second: every figure with its range, per family.

Run with ``python -m pytest benchmarks/bench_sintered.py``. No other package makes a magnet of a
composition; the rates stand alone.
"""

import numpy as np
import pytest

from magnetkit import CompositionTable
from magnetkit.magnetism import sintered

ROWS = 200_000


@pytest.mark.parametrize("formula", ["Nd1.8Dy0.2Fe14B", "Sm0.8Gd0.2Co5", "Sm1.6Gd0.4Co14Fe3"])
def test_sintered(benchmark, formula):
    table = CompositionTable.from_strings([formula])[np.zeros(ROWS, int)]
    sintered(table[:10])
    benchmark.pedantic(sintered, args=(table,), rounds=3)
    benchmark.extra_info["rows a second"] = round(ROWS / benchmark.stats.stats.min)
