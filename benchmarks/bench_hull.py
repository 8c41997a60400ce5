"""Hull energies, products and stability beside pymatgen's phase diagram, in one process run.

``pytest benchmarks/bench_hull.py`` runs the cases; each has its rows a second.
"""

import numpy as np
import pytest

import magnetkit as mk
from benchmarks.accuracy.phases.diagram import (
    SYSTEMS,
    phase_diagram,
    random_compositions,
)
from magnetkit.alloy.table import CompositionTable
from magnetkit.phases import hull
from magnetkit.phases.snapshot import open_snapshot

SIX = SYSTEMS[0]
MANY = {
    10: "Nd-Dy-Pr-Ce-Fe-Co-B-Al-Cu-Ga",
    12: "Nd-Dy-Pr-Ce-Tb-Fe-Co-B-Al-Cu-Ga-Zr",
    14: "Nd-Dy-Pr-Ce-Tb-Gd-La-Fe-Co-B-Al-Cu-Ga-Zr",
}
SPACES = {
    "Nd2Fe14B": {
        "Nd": ["Dy", "Tb", "Pr", "Ce", "La", "Y", "Gd"],
        "Fe": ["Co"],
    },
    "SmCo5": {"Sm": ["Gd", "Er", "Pr", "Ce", "Y", "La"], "Co": ["Fe", "Cu"]},
}
LIMITS = {"Nd2Fe14B": {}, "SmCo5": {"Fe": 0.3, "Cu": 0.2}}


def stable_space():
    return hull.stable_space(open_snapshot())


def energies(system, n):
    table = random_compositions(system, n)
    phases = stable_space()
    return n, lambda: hull.solve(table, phases)


def products(system, n):
    table = random_compositions(system, n)
    phases = stable_space()
    return n, lambda: hull.solve(table, phases, products=True)


def stability(formula, n):
    """Every property of `stability`, rows of many chemical systems in the order of the space."""
    space = mk.substitutions(
        formula, SPACES[formula], step=0.05, limits=LIMITS[formula]
    )
    table = next(iter(space.chunks(n)))
    return len(table), lambda: mk.phases.stability(table)


def six_elements(n):
    """Grid points of (Nd, Ce, Dy)2(Fe, Co)14B drawn at random: a million candidates of six."""
    rng = np.random.default_rng(0)
    earths = rng.multinomial(50, [0.6, 0.2, 0.2], n) / 50
    cobalt = rng.integers(0, 40, n) / 100
    x = (
        np.column_stack(
            [np.ones(n), 14 * (1 - cobalt), 14 * cobalt, 2 * earths]
        )
        / 17
    )
    columns = np.array(
        [mk.elements.INDEX[s] for s in ("B", "Fe", "Co", "Nd", "Ce", "Dy")]
    )
    order = np.argsort(columns)
    indices = np.tile(columns[order], n).astype(np.int32)
    table = CompositionTable(
        np.arange(n + 1) * 6, indices, x[:, order].ravel(), np.arange(n)
    )
    return n, lambda: mk.phases.stability(table)


def pymatgen(method, n):
    from pymatgen.core import Composition

    diagram = phase_diagram(open_snapshot(), SIX)
    rows = random_compositions(SIX, n).to_array()
    symbols = mk.elements.SYMBOLS
    table = []
    for row in rows:
        amounts = {
            symbols[column]: row[column] for column in np.flatnonzero(row)
        }
        table.append(Composition(amounts))
    return n, lambda: [
        getattr(diagram, method)(composition) for composition in table
    ]


# Name to a function that returns the number of rows and the work.
CASES = {
    f"energies, {SIX}": lambda: energies(SIX, 1_000_000),
    "  pymatgen": lambda: pymatgen("get_hull_energy_per_atom", 2_000),
    f"products, {SIX}": lambda: products(SIX, 1_000_000),
    "  pymatgen products": lambda: pymatgen("get_decomposition", 2_000),
    "products, 10 elements": lambda: products(MANY[10], 50_000),
    "products, 12 elements": lambda: products(MANY[12], 50_000),
    "products, 14 elements": lambda: products(MANY[14], 50_000),
    "stability, six elements": lambda: six_elements(1_000_000),
    "stability, Nd2Fe14B space": lambda: stability("Nd2Fe14B", 1_000_000),
    "stability, SmCo5 space": lambda: stability("SmCo5", 1_000_000),
}


@pytest.mark.parametrize("name", CASES)
def test_rate(benchmark, name):
    rows, work = CASES[name]()
    benchmark.pedantic(work, rounds=3, warmup_rounds=1)
    benchmark.extra_info["rows_per_second"] = round(
        rows / benchmark.stats.stats.min
    )
