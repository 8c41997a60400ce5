"""``magnetkit supply`` as a user calls it."""

import csv
import io
import json

import pytest

from magnetkit import supply
from tests.command import invoke
from tests.printed import cells


def run_supply(words):
    done = invoke(f"supply {words}")
    assert done.exit_code == 0, done.output
    return done.stdout


def test_elements_are_listed_under_a_scenario():
    text = run_supply("elements --scenario embargo --recycled Co=0.25")
    lines = csv.DictReader(io.StringIO(text))
    rows = {row["element"]: row for row in lines}
    assert set(supply.element_table()["element"]) <= set(rows)
    assert rows["Dy"]["stage"] == "separation"
    # 79 % of cobalt comes from abroad, a quarter of it no longer.
    assert float(rows["Co"]["import_reliance"]) == pytest.approx(
        0.593, abs=0.0005
    )


def test_elements_on_a_terminal_under_their_headings(terminal):
    head, unit, *rows = cells(run_supply("elements"))
    assert (head[0], unit[0]) == ("", "Element")
    heads = [" ".join(pair).strip() for pair in zip(head, unit, strict=True)]
    assert heads[:2] == ["Element", "US import reliance"]
    assert "Risk" in heads
    assert "Price USD/kg" in heads
    table = supply.element_table().set_index("element")
    printed = {row[0]: dict(zip(heads, row, strict=True)) for row in rows}
    dysprosium = printed["Dy"]
    risk = table.loc["Dy", "supply_risk"]
    assert dysprosium["Risk"] == f"{risk:.3g}"
    price = table.loc["Dy", "price_USD_kg"]
    assert dysprosium["Price USD/kg"] == f"{price:.3g}"


def test_alloys_with_shell_prices_and_scenario():
    words = "--scenario embargo --price Dy=1000USD/kg"
    text = run_supply(f"alloys Nd1.8Dy0.2Fe14B {words} --json")
    row = json.loads(text)
    state = supply.with_prices("embargo", {"Dy": "1000USD/kg"})
    frame = supply.ledger(["Nd1.8Dy0.2Fe14B"], state)
    assert row["formula"] == "Nd1.8Dy0.2Fe14B"
    for name in ("supply_risk", "cost_USD_kg", "heavy_rare_earth_wt_pct"):
        assert row[name] == pytest.approx(frame[name].iloc[0])
    text = run_supply("alloys Nd2Fe14B --shell 'Tb 1 wt%' --json")
    rimmed = json.loads(text)
    assert rimmed["heavy_rare_earth_wt_pct"] == pytest.approx(1.0, rel=0.02)


def test_controls_say_state_and_date_of_each():
    table = supply.controls().to_dict("records")
    lines = run_supply("controls").splitlines()
    assert len(lines) == 3 * len(table)
    for i, row in enumerate(table):
        until = f" to {row['until']}" if row["until"] else ""
        head = f"{row['country']}, {row['effective']}{until}: {row['measure']}"
        assert lines[3 * i] == head
        assert lines[3 * i + 1] == f"    {row['elements']}"
        state = f"{row['status_2026_11']} (as of {row['known_as_of']})"
        assert lines[3 * i + 2] == f"    {state}; {row['verification']}"
    objects = run_supply("controls --json").splitlines()
    assert len(objects) == len(table)


def test_claims_stand_beside_todays_figures():
    lines = run_supply("claims").splitlines()
    table = supply.claims().to_dict("records")
    assert len(lines) == 2 * len(table)
    row = table[0]
    assert lines[0] == (
        f"{row['topic']}: {row['claimed']} {row['claimed_unit']} "
        f"({row['claimed_as_of']}), today {row['today']} {row['today_unit']} "
        f"({row['today_as_of']})"
    )
    assert lines[1] == f"    {row['today_source']}"
    assert len(run_supply("claims --json").splitlines()) == len(table)


def test_facts_that_are_overdue_are_told(monkeypatch):
    monkeypatch.setattr("magnetkit.supply.tables.overdue", lambda: ["a", "b"])
    for words in ("alloys SmCo5", "elements", "controls"):
        done = invoke(f"supply {words}")
        notes = [x for x in done.stderr.splitlines() if "note: " in x]
        assert notes == ["magnetkit: note: a", "magnetkit: note: b"]
