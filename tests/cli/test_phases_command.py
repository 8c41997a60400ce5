"""``magnetkit phases`` and ``magnetkit data diff``."""

from importlib import import_module

import numpy as np
import pandas as pd
import pytest
from magnetkit.errors import InputError
from typer.testing import CliRunner

from magnetkit.cli.app import app
from magnetkit.cli.data import _moved, _systems


def run(*arguments):
    return CliRunner().invoke(app, [str(a) for a in arguments])


def test_a_magnet_and_what_it_falls_into():
    done = run("phases", "SmCo5", "--temperature", "600C")
    assert done.exit_code == 0, done.output
    assert "SmCo5: metastable at 873" in done.stdout
    assert "0.58 Sm2Co17 + 0.42 SmCo3" in done.stdout
    assert "forms at the temperature at which it is made" in run("phases", "SmCo5").stdout


def test_a_section_is_drawn(tmp_path):
    picture = tmp_path / "section.png"
    done = run("phases", "SmCo5", "Sm2Fe8Co9", "--section", "Sm-Co-Fe", "--out", picture)
    assert done.exit_code == 0, done.output
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_nothing_moved_between_a_snapshot_and_itself():
    done = run("data", "diff", "embedded", "embedded")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("0 new, 0 gone, 0 moved")


def test_a_device_names_the_systems_that_its_substitutes_touch():
    found = _systems(None, "communication-twt-compensated")
    assert "Co-Fe-Gd-Sm" in found
    assert max(system.count("-") for system in found) == 3
    assert _systems(["Sm-Co"], None) == ["Sm-Co"]
    with pytest.raises(InputError, match="--application"):
        _systems(None, None)


def test_who_moved_between_snapshots_is_named(monkeypatch, capsys):
    class Result:
        def changes(self, other, top):
            return pd.DataFrame(
                {
                    "candidate": ["SmCo5", "PrCo5"], "shell": "", "rank": [1, 2],
                    "rank_before": [1, 9], "places": [0, 7], "change": ["stayed", "rose"],
                }
            )  # fmt: skip

    asked = []
    monkeypatch.setattr(
        import_module("magnetkit.run.screen"),
        "screen",
        lambda given, device, snapshot, progress: asked.append(snapshot) or Result(),
    )
    _moved("f22-engine", [None, "mine"], 5, json=False, quiet=True)
    told = capsys.readouterr().out
    assert asked == [None, "mine"]
    assert "PrCo5" in told
    assert "SmCo5" not in told


def test_what_moved_between_two_snapshots_is_said_in_meV(monkeypatch):
    rows = [("SmCo5", "moved", 0.0125, 0.104), ("CeFe7", "new", np.nan, 0.02)]
    names = ["formula", "change", "energy_above_hull_eV_atom_before", "energy_above_hull_eV_atom"]
    sides = []

    def found(before, after):
        sides.append((before, str(after)))
        return pd.DataFrame(rows, columns=names)

    monkeypatch.setattr(import_module("magnetkit.phases.differences"), "differences", found)
    done = run("data", "diff", "embedded", "there")
    assert sides == [(None, "there")]
    said = done.stdout.splitlines()
    assert len(said) == 2
    assert said[0].startswith("1 new, 0 gone, 1 moved by more than 10 meV/atom, over the elements")
    assert said[1].split() == "SmCo5 12.5 -> 104.0 meV/atom above the hull".split()
