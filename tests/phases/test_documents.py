"""What is taken from the documents of a server, and what stands in for what they lack."""

import pytest
from magnetkit.errors import InputError, NetworkError
from pymatgen.core import Lattice, Structure

from magnetkit.phases._documents import (
    _choose_scheme,
    _make_row,
    make_tables,
    read_document,
)

# Cubic cell of 3 A with two atoms: 27 A^3; alpha-iron-like.
CRYSTAL = Structure(
    Lattice.cubic(3.0), ["Fe", "Fe"], [[0, 0, 0], [0.5, 0.5, 0.5]]
)
# 2 x 55.845 g/mol / 6.022e23 / 27e-24 cm3
DENSITY = 6.869

SUMMARY = {
    "material_id": "mp-13",
    "structure": CRYSTAL.as_dict(),
    "total_magnetization": -4.4,
    "total_magnetization_normalized_formula_units": 2.2,
    "ordering": "FM",
    "volume": 23.0,
    "density": 7.9,
}
THERMO = read_document(
    "thermo", {"material_id": "mp-13", "thermo_type": "R2SCAN"}
)


def row(magnetism: dict | None = None, **changes):
    document = (
        {} if magnetism is None else {"material_id": "mp-13", **magnetism}
    )
    return _make_row(
        read_document("summary", {**SUMMARY, **changes}),
        THERMO,
        read_document("magnetism", document) if document else {},
    )


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("mp-aaaaaage", "mp-160"),
        ("mp-aaackyhw", "mp-1106140"),
        ("mp-54", "mp-54"),
        ("mp-zzzzzzzz", "mp-zzzzzzzz"),
    ],
)
def test_identifiers_in_letters_are_those_in_numbers(sent: str, meant: str):
    """The server code of the Materials Project writes mp-160 as mp-aaaaaage."""
    assert (
        read_document("thermo", {"material_id": sent, "thermo_type": "x"})[
            "material_id"
        ]
        == meant
    )


def test_document_takes_precedence_over_its_crystal():
    assert (row()["volume_A3"], row()["density_g_cm3"]) == (23.0, 7.9)
    bare = row(volume=None, density=None)
    assert bare["volume_A3"] == pytest.approx(27.0)
    assert bare["density_g_cm3"] == pytest.approx(DENSITY, abs=0.001)


def test_moments_belong_to_the_cell_in_the_file():
    assert row()["magnetic_moment_muB_atom"] == 2.2
    assert row()["moments_muB"] is row()["magnetic_sites"] is None
    primitive = row({"magmoms": [2.2], "num_magnetic_sites": 1})
    assert (primitive["magnetic_sites"], primitive["moments_muB"]) == (2, None)
    assert primitive["ordering"] == "FM"
    whole = row(
        {"magmoms": [2.2, 2.3], "num_magnetic_sites": 2, "ordering": "FiM"}
    )
    assert (whole["moments_muB"], whole["ordering"]) == ([2.2, 2.3], "FiM")


def test_the_scheme_of_most_pure_elements_is_chosen():
    crystals = {"a": {"system": "Co"}, "b": {"system": "Sm"}}
    crystals["c"] = {"system": "Co-Sm"}
    energies = [{"material_id": one, "thermo_type": "GGA"} for one in "ac"]
    schemes = ("GGA", "R2SCAN")
    assert _choose_scheme(energies, crystals, schemes) == "GGA"
    other = [{"material_id": one, "thermo_type": "r2SCAN"} for one in "abc"]
    assert _choose_scheme(other + energies, crystals, schemes) == "R2SCAN"
    assert _choose_scheme(other[:1] + energies, crystals, schemes) == "GGA"
    with pytest.raises(InputError, match=r"has gga: .* with thermo_type="):
        _choose_scheme(energies, crystals, ("R2SCAN",))
    with pytest.raises(InputError, match=r"energies of these systems$"):
        _choose_scheme([], {}, ("R2SCAN",))


def test_a_scheme_without_formation_energies_is_none_to_choose():
    summary = read_document("summary", SUMMARY)
    energy = read_document(
        "thermo",
        {
            "material_id": "mp-13",
            "thermo_type": "GGA_GGA+U",
            "formation_energy_per_atom": 0.0,
        },
    )

    def tables(*thermo):
        records = {"summary": [summary], "thermo": thermo, "magnetism": []}
        return make_tables(["Fe"], ["R2SCAN", "GGA_GGA+U"], records)

    with pytest.raises(InputError, match="has no R2SCAN or GGA_GGA"):
        tables(THERMO)
    entries, _, facts = tables(THERMO, energy)
    assert facts["thermo_type"] == "GGA_GGA+U"
    assert entries["formula"].tolist() == ["Fe"]


def test_names_a_field_that_a_document_lacks():
    with pytest.raises(NetworkError, match="document lacks thermo_type;"):
        read_document("thermo", {"material_id": "mp-1"})
