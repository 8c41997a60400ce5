"""What is taken from the documents of a server, and what stands in for what they lack."""

from types import SimpleNamespace

import pytest
from pymatgen.core import Lattice, Structure

from magnetkit.phases.materials_project.documents import _row

# Cubic cell of 3 A with two atoms: 27 A^3; alpha-iron-like, 111.7 u.
CRYSTAL = Structure(Lattice.cubic(3.0), ["Fe", "Fe"], [[0, 0, 0], [0.5, 0.5, 0.5]])
# 111.69 g/mol / 6.022e23 / 27e-24 cm3
DENSITY = 6.869


def summary(**values):
    given = {
        "structure": CRYSTAL,
        "symmetry": None,
        "total_magnetization": -4.4,
        "total_magnetization_normalized_formula_units": 2.2,
        "ordering": "FM",
        "material_id": "mp-13",
        "theoretical": False,
        "volume": 23.0,
        "density": 7.9,
        "formula_pretty": "Fe",
        "composition": CRYSTAL.composition,
        "composition_reduced": CRYSTAL.composition.reduced_composition,
    }
    return SimpleNamespace(**{**given, **values})


THERMO = SimpleNamespace(
    formation_energy_per_atom=0.0,
    energy_above_hull=0.0,
    energy_per_atom=-8.4,
    uncorrected_energy_per_atom=-8.4,
)


def test_what_a_document_says_stands_before_what_its_crystal_gives():
    row = _row(summary(), THERMO, None, "x")
    assert (row["volume_A3"], row["density_g_cm3"]) == (23.0, 7.9)
    bare = _row(summary(volume=None, density=None), THERMO, None, "x")
    assert bare["volume_A3"] == pytest.approx(27.0)
    assert bare["density_g_cm3"] == pytest.approx(DENSITY, abs=0.001)


def test_moments_are_told_of_the_cell_that_is_stored():
    row = _row(summary(), THERMO, None, "x")
    assert row["magnetic_moment_muB_atom"] == 2.2
    assert row["moments_muB"] is row["magnetic_sites"] is None
    primitive = SimpleNamespace(magmoms=[2.2], num_magnetic_sites=1, ordering=None)
    row = _row(summary(), THERMO, primitive, "x")
    assert row["magnetic_sites"] == 2
    assert row["moments_muB"] is None
    assert row["ordering"] == "FM"
    whole = SimpleNamespace(magmoms=[2.2, 2.3], num_magnetic_sites=2, ordering="FiM")
    row = _row(summary(), THERMO, whole, "x")
    assert row["moments_muB"] == [2.2, 2.3]
    assert row["ordering"] == "FiM"
