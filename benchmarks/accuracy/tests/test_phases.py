"""The report on phases: each table on little data, and what the text tells."""

import numpy as np
import pandas as pd
import pytest
from magnetkit.elements import INDEX
from numpy.testing import assert_allclose

from benchmarks.accuracy.phases import validation
from magnetkit.phases._mixing import all_slopes
from magnetkit.phases.hull import Decomposition
from magnetkit.phases.snapshot import open_snapshot, write_snapshot


def test_the_hull_agrees_both_ways():
    table = validation.hull_agreement(n=40)
    assert table["way"].tolist() == ["facets", "linear programs"] * 2
    assert table["facets"].tolist() == [262, 262, 130, 130]
    assert (table["largest_difference_eV_atom"] < 1e-9).all()
    assert (table["same_products"] == 40).all()


def test_systems_that_a_snapshot_lacks_are_left_out(tmp_path):
    snapshot = open_snapshot()
    entries = snapshot.entries[
        snapshot.entries["formula"].str.fullmatch(r"(Sm|Co|\d)+")
    ]
    about = {
        name: snapshot.manifest[name]
        for name in ("scheme", "source", "licence")
    }
    folder = write_snapshot(
        tmp_path / "Sm-Co", entries.reset_index(drop=True), about
    )
    assert validation.hull_agreement(folder, n=5).empty


def test_detects_other_products_and_amounts():
    solution = Decomposition(
        np.zeros(1),
        np.array([[0, 2, -1]], np.int32),
        np.array([[0.4, 0.6, 0.0]]),
        ["A", "B", "C"],
    )
    assert validation._same_products(solution, 0, {"A": 0.4, "C": 0.6})
    assert not validation._same_products(solution, 0, {"A": 0.4, "B": 0.6})
    assert not validation._same_products(solution, 0, {"A": 0.5, "C": 0.5})
    assert not validation._same_products(
        solution, 0, {"A": 0.4, "C": 0.6, "B": 1e-3}
    )


def test_a_metal_is_predicted_without_its_entries(monkeypatch):
    monkeypatch.setattr(validation, "VALIDATED", ("1:5",))
    aluminium = tuple(s for s in all_slopes("1:5") if s.metal == INDEX["Al"])
    table = validation.metals_left_out(open_snapshot(), lambda host: aluminium)
    table = table.set_index("metal_content")
    some = table.loc["13%-26%"]
    assert some["entries"] > 20
    assert some["used"]
    # Aluminium binds strongly, which nothing else in the snapshot tells.
    assert some["mae_with_slopes_eV_atom"] < 0.7 * some["mae_without_eV_atom"]


def test_text_counts_agreements():
    table = pd.DataFrame({"a": [1.0]})
    sites = pd.DataFrame(
        {
            "host": "2:17",
            "stacking": "standard",
            "transition_metal": "Fe",
            "element": ["Al", "Si", "Zn"],
            "relation": "prefers",
            "sites": "18h",
            "found": "6c",
            "margin_eV": [-0.1, 0.1, np.nan],
            "hit": pd.array([False, True, None], "boolean"),
        }
    )
    text = validation.PhaseValidation(
        table, table, table, sites, table, table, table
    ).to_text()
    assert "1 of 2 met" in text
    assert "Zn" not in text


def test_the_parts_make_the_report(monkeypatch):
    table = pd.DataFrame({"a": [1.0]})
    for name in ("hull_agreement", "leave_one_out", "metals_left_out"):
        monkeypatch.setattr(validation, name, lambda snapshot: table)
    monkeypatch.setattr(validation, "read_table", lambda: None)
    monkeypatch.setattr(
        validation, "table_of_scores", lambda made: (table, table, table)
    )
    messages = []
    result = validation.validate(report=messages.append)
    assert len(messages) == 4
    assert result.sites["hit"].sum() >= 27
    assert result.to_text().count("\n\n") == 6


@pytest.mark.parametrize("system", validation.SYSTEMS)
def test_random_compositions_hold_every_element(system):
    table = validation.random_compositions(system, 10)
    assert (table.to_array() > 0).sum(axis=1).tolist() == [6] * 10
    assert_allclose(table.to_array().sum(axis=1), 1.0)
