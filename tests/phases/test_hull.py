"""Hull energies and products of the embedded snapshot against pymatgen's phase diagram."""

from functools import partial

import numpy as np
import pytest
from numpy.testing import assert_allclose

import magnetkit as mk
from benchmarks.accuracy.phases.diagram import (
    SYSTEMS,
    phase_diagram,
    random_compositions,
)
from magnetkit._core import _threads
from magnetkit.alloy.table import CompositionTable
from magnetkit.phases import hull
from magnetkit.phases._space import lowest_entries
from magnetkit.phases.snapshot import open_snapshot


@pytest.fixture(scope="module")
def stable_space():
    return hull.stable_space(open_snapshot())


@pytest.mark.parametrize("system", SYSTEMS)
def test_same_energy_and_products_as_pymatgen(
    system, stable_space, monkeypatch
):
    table = random_compositions(system, 150)
    diagram = phase_diagram(open_snapshot(), system)
    expected = [
        diagram.get_decomp_and_hull_energy_per_atom(composition)
        for composition in table.to_pymatgen()
    ]
    # By facets, and by linear programs.
    for rows_to_pay in ((0,) * 7, ()):
        monkeypatch.setattr(hull, "_ROWS_TO_PAY", rows_to_pay)
        solution = hull.solve(table, stable_space, products=True)
        for i, (products, energy) in enumerate(expected):
            assert solution.energy[i] == pytest.approx(energy, abs=1e-6)
            shares = {
                e.composition.reduced_formula: share
                for e, share in products.items()
            }
            mask = solution.products[i] >= 0
            names = [solution.formulas[k] for k in solution.products[i][mask]]
            assert dict(
                zip(names, solution.fractions[i][mask], strict=True)
            ) == pytest.approx(shares, abs=1e-6)


def test_eleven_elements_by_the_phases_they_decompose_into(stable_space):
    table = random_compositions("Nd-Pr-Dy-Tb-Fe-Co-B-Al-Cu-Ga-Zr", 100)
    solution = hull.solve(table, stable_space, products=True)
    dense = stable_space.table().to_array()
    inside = np.isin(np.arange(118), table.indices)
    rivals = ~dense[:, ~inside].any(axis=1)
    for i in range(len(table)):
        mask = solution.products[i] >= 0
        share = solution.fractions[i][mask]
        phase = solution.products[i][mask]
        assert_allclose(share @ dense[phase], table.to_array()[i], atol=1e-9)
        assert share @ stable_space.energy[phase] == pytest.approx(
            solution.energy[i], abs=1e-9
        )
        # No phase lies below the plane through the products: no mixture is better.
        if len(phase) == 11:
            price = np.linalg.solve(
                dense[phase][:, inside], stable_space.energy[phase]
            )
            assert (
                stable_space.energy[rivals] - dense[rivals][:, inside] @ price
            ).min() > -1e-8


def test_reproduces_snapshot_distances():
    source = open_snapshot()
    distances = source.entries["energy_above_hull_eV_atom"]
    assert_allclose(source.distances(), distances, atol=1e-6)


def test_only_phases_on_the_hull_are_products(stable_space):
    source = open_snapshot()
    lowest = lowest_entries(source)
    above = lowest.energy - mk.phases.hull_energy(lowest.table())
    # The elements come first, and each phase of the hull once.
    on_hull = {*lowest.formulas[: lowest.columns]}
    on_hull |= {*np.array(lowest.formulas)[above < 1e-9].tolist()}
    assert sorted(stable_space.formulas) == sorted(on_hull)
    assert len(on_hull) < 0.5 * len(lowest.formulas)


def test_rows_of_many_systems_and_unknown_elements(stable_space):
    texts = "SmCo5 Nd2Fe14B Fe Fe2O3 Fe Nd1.9Dy0.1Fe13Co1B PtCo Sm2Co17"
    table = CompositionTable.from_strings(texts.split())
    energy = mk.phases.hull_energy(table)
    assert np.flatnonzero(np.isnan(energy)).tolist() == [3, 6]
    assert energy[2] == pytest.approx(0.0, abs=1e-12)
    one_by_one = [
        mk.phases.hull_energy(table[i : i + 1])[0] for i in range(len(table))
    ]
    assert_allclose(energy, one_by_one, atol=1e-12)


def test_facets_solve_each_system_of_a_table(stable_space, monkeypatch):
    texts = ["SmCo5", "Fe", "NdFe5", "Sm2Co17", "NdCo5", "Nd2Fe17", "Co", "O"]
    table = CompositionTable.from_strings(texts)
    monkeypatch.setattr(hull, "_ROWS_TO_PAY", ())
    programs = hull.solve(table, stable_space, products=True)
    monkeypatch.setattr(hull, "_ROWS_TO_PAY", (0,) * 7)
    facets = hull.solve(table, stable_space, products=True)
    for result in (programs, facets):
        # Elements are at 0 by definition, and rest on themselves; a binary has two columns.
        assert_allclose(result.energy[[1, 6]], 0.0, atol=1e-12)
        assert (result.energy[[0, 3, 4]] < 0.0).all()
        assert np.isnan(result.energy[7])
        assert result.products.shape == result.fractions.shape == (8, 2)
        assert result.products.dtype == np.int32
        assert result.products[7].tolist() == [-1, -1]
        elements = [result.formulas[k] for k in result.products[[1, 6], 0]]
        assert elements == ["Fe", "Co"]
        assert_allclose(result.fractions[:7].sum(axis=1), 1.0)
    assert_allclose(facets.energy, programs.energy, atol=1e-9)
    assert hull.solve(table, stable_space).products.shape == (8, 0)


def test_empty_table():
    table = CompositionTable.from_strings([])
    assert mk.phases.hull_energy(table).shape == (0,)


def test_many_rows_of_one_system_are_solved_by_its_facets(
    stable_space, monkeypatch
):
    tasks = []
    share = _threads.share_rows

    def spy(kernel, n, *arguments, **options):
        if kernel.__name__ in ("highest", "split", "solve"):
            tasks.append((kernel.__name__, n))
        share(kernel, n, *arguments, **options)

    monkeypatch.setattr(_threads, "share_rows", spy)
    # On both sides of Sm2Co17.
    rows = [f"Sm{0.4 + i / 1000:.3f}Co5" for i in range(500)]
    table = CompositionTable.from_strings(rows)
    many = hull.solve(table, stable_space)
    assert tasks == [("highest", 500), ("split", 500), ("solve", 0)]
    tasks.clear()
    few = hull.solve(table[:499], stable_space)
    assert tasks == [("solve", 1)]
    assert_allclose(few.energy, many.energy[:499], atol=1e-9)
    # Where qhull fails, or no facet holds some of the rows, these are solved one by one.
    search = hull.find_facets

    def find_one(number, *arguments):
        facets = search(*arguments)
        return type(facets)(*(part[number : number + 1] for part in facets))

    searches = [partial(find_one, number) for number in range(5)]
    for find in (lambda *_: None, *searches):
        monkeypatch.setattr(hull, "find_facets", find)
        tasks.clear()
        slow = hull.solve(table, stable_space)
        assert tasks[-1] == ("solve", 1)
        assert_allclose(slow.energy, many.energy, atol=1e-9)
