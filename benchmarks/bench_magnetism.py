"""Intrinsic points (composition, temperature) a second, and sintered magnets, with ranges.

No other package evaluates compositions at temperature; the slow twin of the tests is the peer.
"""

import numpy as np
import pytest

from magnetkit import CompositionTable
from magnetkit.magnetism import sintered
from magnetkit.phases.partition import partition
from magnetkit.surrogates.intrinsic import evaluate

FAMILIES = ("2:14:1", "1:5", "2:17")
TEMPERATURES = np.linspace(220.0, 480.0, 10)


def compositions(n: int) -> CompositionTable:
    """Return `n` distinct alloys of `FAMILIES` in turn."""
    generator = np.random.default_rng(1)
    x = generator.random((n, 3))
    texts = []
    for i, (a, b, c) in enumerate(x):
        if i % 3 == 0:
            texts.append(
                f"Nd{2 - a:.5f}Dy{a:.5f}Fe{14 - 3 * b - c:.5f}Co{3 * b:.5f}Al{c:.5f}B"
            )
        elif i % 3 == 1:
            texts.append(
                f"Sm{1 - 0.5 * a:.5f}Gd{0.5 * a:.5f}Co{5 - b - c:.5f}Fe{b:.5f}Cu{c:.5f}"
            )
        else:
            texts.append(
                f"Sm{2 - a:.5f}Er{a:.5f}Co{17 - 4 * b - c:.5f}Fe{4 * b:.5f}Cu{c:.5f}"
            )
    return CompositionTable.from_strings(texts, basis="atomic")


def test_intrinsic_points_per_second(benchmark) -> None:
    part = partition(compositions(6_000))
    benchmark(evaluate, part, TEMPERATURES, True)


@pytest.mark.parametrize("family", FAMILIES)
def test_sintered_magnets_per_second(benchmark, family) -> None:
    rows = np.arange(FAMILIES.index(family), 30_000, len(FAMILIES))
    table = compositions(30_000)[rows]
    sintered(table[:10])
    benchmark.pedantic(sintered, args=(table,), rounds=3)
    benchmark.extra_info["rows a second"] = round(
        len(table) / benchmark.stats.stats.min
    )
