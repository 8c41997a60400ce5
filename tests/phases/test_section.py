"""The hull of a ternary system against pymatgen's phase diagram."""

import pytest
from numpy.testing import assert_allclose

from benchmarks.accuracy.phases.diagram import phase_diagram
from magnetkit.phases.hull import hull_section
from magnetkit.phases.snapshot import open_snapshot


@pytest.mark.parametrize("system", ["Nd-Fe-B", "Sm-Co-Fe"])
def test_phases_and_sides_are_pymatgens(system):
    from pymatgen.core import Composition

    section = hull_section(open_snapshot(), system.split("-"))
    peer = phase_diagram(open_snapshot(), system)
    names = [Composition(name).reduced_formula for name in section.names]
    assert set(names) == {
        entry.composition.reduced_formula for entry in peer.stable_entries
    }
    lowest = {}
    for entry in peer.all_entries:
        formula = entry.composition.reduced_formula
        energy = entry.energy_per_atom
        lowest[formula] = min(energy, lowest.get(formula, energy))
    others = [Composition(n).reduced_formula for n in section.others.names]
    assert sorted(others) == sorted(lowest.keys() - set(names))
    assert_allclose(section.others.shares.sum(axis=1), 1.0)
    energies = [*section.energies, *section.others.energies]
    expected = [lowest[name] for name in (*names, *others)]
    assert_allclose(energies, expected, atol=1e-9)
    sides = set()
    for facet in peer.facets:
        for i, j in ((0, 1), (0, 2), (1, 2)):
            ends = (
                peer.qhull_entries[facet[k]].composition.reduced_formula
                for k in (i, j)
            )
            sides.add(frozenset(ends))
    edges = set()
    for start, end in section.edges:
        edges.add(frozenset((names[start], names[end])))
    assert edges == sides
    for name, row in zip(section.names, section.shares, strict=True):
        shares = [
            Composition(name).get_atomic_fraction(e) for e in section.elements
        ]
        assert_allclose(row, shares, atol=1e-12)
