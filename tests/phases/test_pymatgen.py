"""Snapshots as pymatgen has them: entries and phase diagrams, out and in."""

import numpy as np
import pytest
from magnetkit.errors import InputError
from numpy.testing import assert_allclose

import magnetkit as mk
from magnetkit.phases import Snapshot, pull
from tests.phases.mp_server import ALL, Server


def test_project_documents_survive_a_round_trip(mp_server: Server, own_cache):
    """The energies are those of the server's thermo documents, cell by cell."""
    snapshot = pull(["Sm-Co", "Nd-Fe-B"])
    entries = {
        entry.entry_id: entry for entry in snapshot.to_entries(structures=True)
    }
    documents = [d for d in ALL["thermo"] if d["thermo_type"] == "GGA_GGA+U"]
    sample = [d for d in documents if d["material_id"] in entries]
    assert len(sample) == len(entries) == 8
    for document in sample:
        entry = entries[document["material_id"]]
        assert entry.energy_per_atom == pytest.approx(
            document["energy_per_atom"]
        )
        assert entry.composition.reduced_formula == document["formula_pretty"]
        assert len(entry.structure) == document["nsites"]
    again = Snapshot.from_entries(entries.values())
    columns = [
        "formation_energy_eV_atom",
        "energy_eV_atom",
        "uncorrected_energy_eV_atom",
    ]
    before = snapshot.entries.set_index("material_id").sort_index()
    after = again.entries.set_index("material_id").sort_index()
    assert_allclose(after[columns], before[columns], atol=1e-12)
    assert after["cell"].tolist() == before["cell"].tolist()
    assert set(again.structures()["material_id"]) == set(entries)


def test_refuses_entries_without_an_element():
    entries = mk.phases.load()
    part = entries[entries["formula"].isin(["Sm", "Co", "SmCo5"])]
    source = Snapshot("part", part.reset_index(drop=True), {})
    entries = [
        entry
        for entry in source.to_entries()
        if entry.composition.reduced_formula != "Sm"
    ]
    with pytest.raises(InputError, match=r"none of the element\(s\) Sm alone"):
        Snapshot.from_entries(entries)
    with pytest.raises(InputError, match="got none"):
        Snapshot.from_entries([])


@pytest.mark.parametrize("system", ["Sm-Co", "Nd-Fe-B"])
def test_phase_diagram_has_the_snapshot_hull(system):
    source = mk.phases.open_snapshot()
    diagram = source.phase_diagram(system)
    entries = diagram.all_entries
    theirs = [diagram.get_e_above_hull(entry) for entry in entries]
    formulas = [entry.composition.reduced_formula for entry in entries]
    hull = mk.phases.hull_energy(formulas)
    energies = [entry.energy_per_atom for entry in entries]
    assert_allclose(np.array(energies) - hull, theirs, atol=1e-9)
    with pytest.raises(InputError, match="no phases of Ge"):
        source.phase_diagram("Sm-Ge")


def test_elements_without_entries_stand_at_zero_in_order():
    entries = mk.phases.load()
    names = ["SmCo5", "Nd2Fe14B"]
    part = entries[entries["formula"].isin(names)].reset_index(drop=True)
    made = Snapshot("part", part, {}).to_entries()
    absent = [e for e in made if e.entry_id.endswith("-at-zero")]
    assert [e.entry_id[:-8] for e in absent] == ["B", "Co", "Fe", "Nd", "Sm"]
    assert {e.energy for e in absent} == {0.0}
    assert [e.composition.reduced_formula for e in absent][1:] == (
        ["Co", "Fe", "Nd", "Sm"]
    )


def test_phase_diagram_drops_collapsed_entries():
    entries = mk.phases.load()
    part = entries[
        entries["formula"].isin(["Sm", "Co", "SmCo5", "Sm2Co17"])
    ].reset_index(drop=True)
    part["magnetic_moment_muB_atom"] = np.where(
        part["formula"] == "SmCo5", 0.0, 1.0
    )
    with pytest.warns(UserWarning, match="SmCo5"):
        diagram = Snapshot("part", part, {}).phase_diagram("Sm-Co")
    formulas = {
        entry.composition.reduced_formula for entry in diagram.all_entries
    }
    assert formulas == {"Sm", "Co", "Sm2Co17"}


@pytest.mark.parametrize("entries", [None, "Nd2Fe14B", ["a"], {"a": 1}, 5])
def test_refuses_objects_other_than_entries(entries):
    with pytest.raises(InputError, match="expected entries of pymatgen"):
        Snapshot.from_entries(entries)
