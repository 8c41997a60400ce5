"""Which of the magnets named is recommended."""

from types import SimpleNamespace

import pandas as pd
import pytest

from magnetkit.replacement.answer import _choice


def named(candidate, saved, heavy, cost, probability, **more):
    return {
        "candidate": candidate, "shell": "", "heavy_rare_earth_saved_wt_pct": saved,
        "heavy_rare_earth_wt_pct": heavy, "cost_USD_kg": cost,
        "probability_meets_requirements": probability, **more,
    }  # fmt: skip


def asked(heavy=2.0):
    best = SimpleNamespace(heavy_wt_pct=heavy, text="own", shell="")
    table = pd.DataFrame([named("own", 0.0, heavy, 10.0, 0.66), named("a", 1.0, 1.0, 10.0, 0.3)])
    made = SimpleNamespace(best=best)
    return SimpleNamespace(reference={"grade": "N42SH"}, made=made, table=table)


def test_the_cheapest_without_heavy_rare_earth_that_does_it_is_recommended():
    rows = [
        named("dear", 2.0, 0.0, 90.0, 0.95),
        named("cheap", 2.0, 0.0, 60.0, 0.85),
        named("cheaper, holds some", 1.5, 0.5, 50.0, 0.99),
        named("unlikely", 2.0, 0.0, 40.0, 0.79),
    ]
    found = _choice(rows, asked())
    assert (found["kind"], found["candidate"]) == ("recommendation", "cheap")
    assert "2.00 wt.% less heavy rare earth" in found["text"]


@pytest.mark.parametrize("saved", [0.0, 0.04, -1.0])
def test_what_saves_next_to_nothing_is_no_reason_to_change(saved):
    found = _choice([named("same", saved, 2.0, 10.0, 1.0)], asked())
    assert found["kind"] == "keep"
    assert "no candidate with less heavy rare earth" in found["text"]


def test_the_nearest_that_saves_is_named_where_none_does_it():
    rows = [
        named("a", 1.0, 1.0, 10.0, 0.3, failed_requirements="remanence_T >= 1.2"),
        named("b", 1.0, 1.0, 10.0, 0.6, failed_requirements="coercivity_kA_m >= 900"),
    ]
    text = _choice(rows, asked())["text"]
    assert "the nearest has 0.60, in the way stands coercivity_kA_m >= 900" in text
    assert "its own recipe, judged alike, has 0.66" in text
    assert "none to save" in _choice([], asked(heavy=0.0))["text"]
