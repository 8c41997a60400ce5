"""Hull energies, products and stability beside pymatgen's phase diagram, in one process run.

``pytest benchmarks/bench_hull.py``; compile time stands apart, in the first test.
"""

import time
import warnings

import numpy as np
import pytest

import magnetkit as mk
from magnetkit.composition.table import CompositionTable
from magnetkit.phases import hull, space
from magnetkit.phases.snapshot import open_snapshot

SIX = "Nd-Dy-Ce-Fe-Co-B"
MANY = {
    10: "Nd-Dy-Pr-Ce-Fe-Co-B-Al-Cu-Ga",
    12: "Nd-Dy-Pr-Ce-Tb-Fe-Co-B-Al-Cu-Ga-Zr",
    14: "Nd-Dy-Pr-Ce-Tb-Gd-La-Fe-Co-B-Al-Cu-Ga-Zr",
}


def random_table(system, n):
    """Return random compositions that hold every element of a system, in no order."""
    columns = np.sort([mk.elements.INDEX[s] for s in system.split("-")]).astype(np.int32)
    x = np.random.default_rng(0).dirichlet(np.ones(len(columns)), n)
    indptr = np.arange(n + 1) * len(columns)
    return CompositionTable(indptr, np.tile(columns, n), x.ravel(), np.arange(n))


@pytest.fixture(scope="module")
def stable():
    return space.stable_space(open_snapshot())


def measure(benchmark, group, rows, work):
    benchmark.group = group
    benchmark.pedantic(work, rounds=5, warmup_rounds=1)
    benchmark.extra_info["rows_per_second"] = round(rows / benchmark.stats.stats.min)


def test_first_call(benchmark):
    """Reading the snapshot, compiling (or loading) the kernels and finding the stable phases."""

    def work():
        start = time.perf_counter()
        mk.phases.hull_energy(random_table(SIX, 30_000))
        return time.perf_counter() - start

    benchmark.group = "first call"
    benchmark.pedantic(work, rounds=1)


def test_energies_of_six_elements(benchmark, stable):
    table = random_table(SIX, 1_000_000)
    measure(benchmark, f"energies, {SIX}", len(table), lambda: hull.solve(table, stable))


def test_products_of_six_elements(benchmark, stable):
    table = random_table(SIX, 1_000_000)
    measure(
        benchmark, f"products, {SIX}", len(table), lambda: hull.solve(table, stable, products=True)
    )


@pytest.mark.parametrize("elements", MANY)
def test_many_elements(benchmark, stable, elements):
    table = random_table(MANY[elements], 50_000)
    measure(
        benchmark,
        f"products, {elements} elements",
        len(table),
        lambda: hull.solve(table, stable, products=True),
    )


@pytest.mark.parametrize(
    ("formula", "replace"),
    [
        ("Nd2Fe14B", {"Nd": ["Dy", "Tb", "Pr", "Ce", "La", "Y", "Gd"], "Fe": ["Co"]}),
        ("SmCo5", {"Sm": ["Gd", "Er", "Pr", "Ce", "Y", "La"], "Co": ["Fe", "Cu"]}),
    ],
    ids=["Nd2Fe14B", "SmCo5"],
)
def test_stability_of_a_substitution_space(benchmark, formula, replace):
    """Every property of `stability`, rows of many chemical systems in the order of the space."""
    limits = {"Fe": 0.3, "Cu": 0.2} if "Cu" in replace.get("Co", []) else {}
    space_of = mk.substitutions(formula, replace, step=0.05, limits=limits)
    table = next(iter(space_of.chunks(200_000)))
    measure(benchmark, f"stability, {formula}", len(table), lambda: mk.phases.stability(table))


def peer():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pymatgen.analysis.phase_diagram import PDEntry, PhaseDiagram
    from pymatgen.core import Composition

    inside = set(SIX.split("-"))
    entries = []
    listed = mk.phases.load()
    for formula, energy in zip(listed["formula"], listed["formation_energy_eV_atom"], strict=True):
        composition = Composition(formula)
        if {e.symbol for e in composition} <= inside:
            entries.append(PDEntry(composition, energy * composition.num_atoms))
    rows = random_table(SIX, 2_000).to_array()
    used = [(c, mk.elements.SYMBOLS[c]) for c in np.flatnonzero(rows.any(axis=0))]
    return PhaseDiagram(entries), [Composition({s: r[c] for c, s in used}) for r in rows]


@pytest.mark.peer
def test_pymatgen_energies(benchmark):
    diagram, compositions = peer()
    measure(
        benchmark,
        f"energies, {SIX}",
        len(compositions),
        lambda: [diagram.get_hull_energy_per_atom(c) for c in compositions],
    )


@pytest.mark.peer
def test_pymatgen_products(benchmark):
    diagram, compositions = peer()
    measure(
        benchmark,
        f"products, {SIX}",
        len(compositions),
        lambda: [diagram.get_decomposition(c) for c in compositions],
    )


@pytest.mark.peer
def test_numpy_energies(benchmark, stable):
    """The largest of all facets' planes as one matrix product."""
    from magnetkit.phases.facets import find_facets

    members = np.zeros(stable.columns, bool)
    members[stable.column[[mk.elements.INDEX[s] for s in SIX.split("-")]]] = True
    price = find_facets(stable, members).price
    table = random_table(SIX, 1_000_000)
    x = table.to_array()[:, np.unique(table.indices)]

    def work():
        return [(x[i : i + 10_000] @ price.T).max(axis=1) for i in range(0, len(x), 10_000)]

    measure(benchmark, f"energies, {SIX}", len(table), work)
