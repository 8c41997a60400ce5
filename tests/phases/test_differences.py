"""What moved between two snapshots."""

import numpy as np
import pandas as pd
import pytest

from magnetkit.phases import differences, touched_systems
from magnetkit.phases.snapshot import Snapshot


def snapshot(name, **energies):
    frame = pd.DataFrame(
        {"formula": list(energies), "formation_energy_eV_atom": list(energies.values())}
    )
    return Snapshot(name, frame, {})


def test_new_gone_and_moved_are_told_by_each_ones_own_hull():
    old = snapshot("old", Sm=0.0, Co=0.0, SmCo5=-0.10, SmCo2=-0.10, SmCo3=-0.11)
    new = snapshot("new", Sm=0.0, Co=0.0, SmCo5=-0.10, SmCo2=-0.06, Sm2Co17=-0.05, Fe=0.0)
    found = differences(old, new).set_index("formula")
    assert found["change"].to_dict() == {"SmCo3": "gone", "Sm2Co17": "new", "SmCo2": "moved"}
    row = found.loc["SmCo2"]
    # On the line of SmCo5 and Sm: SmCo2 is 2/5 of a SmCo5 (six atoms) in three, -0.1 * 0.8.
    assert row["energy_above_hull_eV_atom"] == pytest.approx(0.08 - 0.06)
    # Before, SmCo3 and Sm: eight atoms in nine at -0.11; SmCo2 lay below them, on the hull.
    assert row["energy_above_hull_eV_atom_before"] == pytest.approx(0.0)
    assert np.isnan(found.loc["Sm2Co17", "energy_above_hull_eV_atom_before"])


def test_the_same_twice_is_no_difference():
    assert differences(None, None).empty


def test_elements_that_one_lacks_are_left_aside():
    old = snapshot("old", Sm=0.0, Co=0.0)
    new = snapshot("new", Sm=0.0, Co=0.0, Fe=0.0, FeCo=-0.05)
    assert differences(old, new).empty


def test_systems_of_four_hold_every_compound_of_as_many():
    found = touched_systems(["Nd", "Dy", "Fe", "Co", "B", "Nd"])
    assert len(found) == 5
    assert "B-Co-Fe-Nd" in found
    assert touched_systems(["Sm", "Co"]) == ["Co-Sm"]


def test_the_largest_change_comes_first():
    old = snapshot("old", Sm=0.0, Co=0.0, Fe=0.0, SmCo5=-0.10, SmFe2=0.03, SmFe3=0.09)
    new = snapshot("new", Sm=0.0, Co=0.0, Fe=0.0, SmCo5=-0.10, SmFe2=0.07, SmFe3=0.08)
    found = differences(old, new, moved=0.001)
    # SmFe2 by 0.04, SmFe3 by 0.01, though the latter lies higher in both.
    assert found["formula"].tolist() == ["SmFe2", "SmFe3"]
    name = "energy_above_hull_eV_atom"
    moved = (found[name] - found[f"{name}_before"]).tolist()
    assert moved == pytest.approx([0.04, -0.01])
