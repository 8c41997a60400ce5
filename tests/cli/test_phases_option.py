"""``--snapshot SNAPSHOT`` of the commands that use phases."""

import json

import pytest
from magnetkit.errors import DataError

from magnetkit.phases import open_snapshot, write_snapshot
from magnetkit.surrogates.training_sets import training_set
from tests.command import run


@pytest.fixture
def snapshot(tmp_path):
    """Phases of Sm-Co-Fe alone, SmCo5 far above the hull."""
    full = open_snapshot()
    inside = full.entries["formula"].str.fullmatch(
        r"(?:(?:Sm|Co|Fe)[\d.]*|[()\d.])+"
    )
    entries = full.entries[inside].reset_index(drop=True)
    entries.loc[entries["formula"] == "SmCo5", "formation_energy_eV_atom"] += (
        0.2
    )
    about = {
        name: full.manifest[name] for name in ("scheme", "source", "licence")
    }
    return write_snapshot(tmp_path / "mine", entries, about)


def test_predict_takes_the_phases_of_the_snapshot(snapshot):
    done = run(
        "predict", "SmCo5", "Nd2Fe14B", "--snapshot", str(snapshot), "--json"
    )
    assert done.returncode == 0, done.stderr
    one, other = map(json.loads, done.stdout.splitlines())
    assert one["energy_above_hull_eV_atom"] > 0.15
    assert other["energy_above_hull_eV_atom"] is None  # No Nd, no B.


def test_a_snapshot_is_a_training_set_of_energies(snapshot):
    rows = training_set("formation_energy_eV_atom", snapshot)
    assert rows.origin == "snapshot mine"
    assert 20 < len(rows) < len(training_set("formation_energy_eV_atom"))


def test_a_snapshot_of_elements_alone_teaches_nothing(tmp_path):
    full = open_snapshot()
    entries = full.entries[full.entries["formula"].isin(["Sm", "Co"])]
    about = {
        name: full.manifest[name] for name in ("scheme", "source", "licence")
    }
    folder = write_snapshot(
        tmp_path / "pure", entries.reset_index(drop=True), about
    )
    with pytest.raises(DataError, match="too few phases"):
        training_set("formation_energy_eV_atom", folder)
