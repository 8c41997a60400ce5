"""The report on phases: each table on little data, and what the text tells."""

import numpy as np
import pandas as pd
from magnetkit.elements import INDEX

from benchmarks.accuracy.phases import validation
from magnetkit.phases._mixing import all_slopes
from magnetkit.phases.snapshot import open_snapshot


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
        table, table, sites, table, table, table
    ).to_text()
    assert "1 of 2 met" in text
    assert "Zn" not in text


def test_the_parts_make_the_report(monkeypatch):
    table = pd.DataFrame({"a": [1.0]})
    for name in ("leave_one_out", "metals_left_out"):
        monkeypatch.setattr(validation, name, lambda snapshot: table)
    monkeypatch.setattr(validation, "read_table", lambda: None)
    monkeypatch.setattr(
        validation, "table_of_scores", lambda made: (table, table, table)
    )
    messages = []
    result = validation.validate(report=messages.append)
    assert len(messages) == 3
    assert result.sites["hit"].sum() >= 27
    assert result.to_text().count("\n\n") == 5
