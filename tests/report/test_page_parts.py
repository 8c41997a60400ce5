"""Parts of the report's page: cells, tables for its script, and figures of the decisions."""

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import magnetkit as mk
from magnetkit.report import report
from magnetkit.report._figures import BLACK, COLOURS


def ranked():
    return pd.DataFrame(
        {
            "rank": pd.array([1, 2], dtype="Int64"),
            "candidate": ["SmCo5", "<b>"],
            "shell": ["", "Tb 1 wt%"],
            "host": ["1:5", "1:5"],
            "remanence_T": [1.23456, np.nan],
            "remanence_T_lo": [1.1, np.nan],
            "remanence_T_hi": [1.3, np.nan],
            "max_working_temperature_K": [573.15, 473.15],
            "probability_meets_requirements": [0.0004, 0.876],
            "remanence_coefficient_pct_K": [-0.0412, -0.05],
            "remanence_coefficient_pct_K_lo": [-0.0456, -0.06],
            "remanence_coefficient_pct_K_hi": [-0.0378, -0.04],
            "copies": pd.array([3, None], dtype="Int64"),
        }
    )


def test_cells_have_a_text_and_a_range_beneath():
    row = ranked().iloc[0]
    cells = {name: report._cell(row, name) for name in ranked().columns[:5]}
    assert cells["rank"] == {"text": "1", "range": ""}
    assert cells["remanence_T"] == {"text": "1.23", "range": "1.10 to 1.30"}
    chance = report._cell(row, "probability_meets_requirements")
    assert chance == {"text": "< 0.001", "range": ""}
    alpha = report._cell(row, "remanence_coefficient_pct_K")
    assert alpha == {"text": "−0.0412", "range": "−0.046 to −0.038"}
    shelled = report._cell(ranked().iloc[1], "candidate")
    assert shelled == {"text": "<b>", "range": "Tb 1 wt%"}
    missing = report._cell(ranked().iloc[1], "remanence_T")
    assert missing == {"text": "–", "range": ""}


def test_rows_stand_under_names_or_numbers():
    names = ("candidate", "max_working_temperature_K")
    table = report._rows(ranked(), names, named=False)
    assert [one.unit for one in table["headings"]] == ["", "°C"]
    assert table["named"] is False
    texts = [[cell["text"] for cell in row] for row in table["rows"]]
    assert texts == [["SmCo5", "300"], ["<b>", "200"]]
    assert report._rows(ranked(), names)["named"] is True


def test_columns_for_the_script_are_compact():
    names = ("rank", "candidate", "shell", "remanence_T", "copies")
    table = report._table(ranked(), names)
    assert table["rows"] == 2
    by_name = {one["name"]: one for one in table["columns"]}
    assert list(by_name) == [
        "rank",
        "candidate",
        "shell",
        "remanence_T",
        "remanence_T_lo",
        "remanence_T_hi",
        "copies",
    ]
    assert by_name["rank"]["values"] == [1, 2]
    assert by_name["copies"]["values"] == [3, None]
    assert by_name["candidate"]["values"] == ["SmCo5", "<b>"]
    shell = by_name["shell"]
    assert (shell["values"], shell["texts"]) == ([0, 1], ["", "Tb 1 wt%"])
    remanence = by_name["remanence_T"]
    assert remanence["values"] == [1.235, None]
    assert (remanence["label"], remanence["unit"]) == ("Br", "T")
    assert remanence["title"] == "Remanence (T)"
    assert (remanence["text"], by_name["shell"]["text"]) == (False, True)
    shown = {name for name, one in by_name.items() if one["shown"]}
    assert shown == {"rank", "candidate", "shell", "remanence_T"}
    minor = {name for name, one in by_name.items() if one["minor"]}
    assert minor == {"copies"}


def test_columns_change_their_name_with_their_unit(monkeypatch):
    monkeypatch.setattr("magnetkit.report._text.is_cgs", lambda *_: True)
    table = report._table(
        ranked(), ("remanence_T", "max_working_temperature_K")
    )
    names = [one["name"] for one in table["columns"]]
    assert names == [
        "remanence_kG",
        "remanence_kG_lo",
        "remanence_kG_hi",
        "max_working_temperature_C",
    ]
    assert table["columns"][0]["values"] == [12.35, None]
    assert table["columns"][3]["values"] == [300.0, 200.0]


def test_code_and_texts_are_marked_and_escaped():
    assert report._mark_code("a `b <c>` d & e") == (
        "a <code>b &lt;c&gt;</code> d &amp; e"
    )
    assert report._render_text(np.nan) == ""
    assert report._render_text(5) == "5"


def test_magnets_without_rare_earth_have_source_and_note():
    records = report._comparators(293.15)
    names = [one["cells"][0]["text"] for one in records]
    frame = mk.magnetism.comparators(293.15).set_index("candidate")
    assert set(names) < set(frame.index)
    first = records[0]
    row = frame.loc[names[0]]
    assert first["source"] == row["source"]
    assert set(first) == {"cells", "kind", "source", "confidence", "note"}
    assert len(first["cells"]) == 6


def shown(labels):
    return SimpleNamespace(labels=labels)


def test_today_is_dashed_and_the_others_have_colours():
    assert report._styles(shown(["a", "b", "c"])) == [
        (BLACK, "dash"),
        (COLOURS[0], "solid"),
        (COLOURS[1], "solid"),
    ]


def test_a_second_pair_of_axes_stands_below():
    layout = {"xaxis": {"a": 1}, "yaxis": {"b": 2}}
    report._add_lower_axes(layout, {"c": 3}, {"d": 4}, (0.4, 0.6))
    assert layout["yaxis"] == {"b": 2, "domain": [0.6, 1.0]}
    assert layout["xaxis"] == {"a": 1, "anchor": "y"}
    assert layout["xaxis2"]["anchor"] == "y2"
    assert layout["yaxis2"]["domain"] == [0.0, 0.4]
    assert layout["yaxis2"]["anchor"] == "x2"
    assert (layout["xaxis2"]["c"], layout["yaxis2"]["d"]) == (3, 4)


def test_supply_has_a_bar_for_each_magnet_and_scenario(monkeypatch):
    states = [
        {"title": "now & then", "supply_risk": [0.1, 0.2]},
        {
            "title": "A title that is much longer than 26",
            "supply_risk": [0.3, 0.4],
        },
    ]
    for state, cost in zip(states, ([10, 20], [30, 40]), strict=True):
        state["cost_USD_kg"] = cost
    monkeypatch.setattr(report._content, "by_scenario", lambda _: states)
    figure = report._supply(shown(["0. Today", "1. <Best>"]))
    risk, cost, other, _ = figure["data"]
    assert risk["y"] == [
        "now &amp; then",
        "A title that is much<br>longer than 26",
    ]
    assert (risk["x"], cost["x"]) == ([0.1, 0.3], [10.0, 30.0])
    assert other["x"] == [0.2, 0.4]
    assert other["name"] == "1. &lt;Best&gt;"
    assert (risk["xaxis"], cost["xaxis"]) == ("x", "x2")
    assert (risk["showlegend"], cost["showlegend"]) == (True, False)
    assert (risk["orientation"], risk["type"]) == ("h", "bar")
    assert other["marker"] == {"color": COLOURS[0]}
    layout = figure["layout"]
    assert (layout["barmode"], layout["height"]) == ("group", 1060)
    titles = [layout[f"xaxis{n}"]["title"]["text"] for n in ("", "2")]
    assert titles == ["Supply risk", "Material cost (USD/kg)"]
    json.dumps(figure)


def test_decisions_over_temperature_have_one_band():
    def at(kelvins):
        frames = []
        for kelvin in kelvins:
            frame = pd.DataFrame({"remanence_T": [1.3 - 1e-3 * kelvin, 1.0]})
            frame["coercivity_kA_m"] = [2000.0 - kelvin, 500.0]
            for name in ("remanence_T", "coercivity_kA_m"):
                frame[f"{name}_lo"] = 0.9 * frame[name]
                frame[f"{name}_hi"] = 1.1 * frame[name]
            frames.append(frame)
        return frames

    decided = SimpleNamespace(labels=["0. Today", "1. Best"], at=at)
    figure = report._temperature_figure(decided, 273.15, 393.15)
    band, today, best, lower_band, lower, _ = figure["data"]
    assert (band["fill"], lower_band["fill"]) == ("toself", "toself")
    assert today["x"] == pytest.approx(np.linspace(0.0, 120.0, 13))
    assert (today["name"], best["name"]) == ("0. Today", "1. Best")
    assert lower["yaxis"] == "y2"
    assert lower["showlegend"] is False
    assert today["line"]["dash"] == "dash"
    layout = figure["layout"]
    assert layout["height"] == 640
    assert layout["yaxis2"]["rangemode"] == "tozero"
    assert layout["xaxis"]["title"]["text"] == "Temperature (°C)"
