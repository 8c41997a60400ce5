"""Which magnets are named, which of them is recommended, and what that changes."""

from types import SimpleNamespace

import pandas as pd
import pytest

import magnetkit as mk
from magnetkit.calibration._composition_estimate import CompositionEstimate, Recipe
from magnetkit.prediction import Conditions
from magnetkit.replacement._request import Wish
from magnetkit.replacement.answer import Question, _choice, answers


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
    assert "the nearest has 0.60, not met: coercivity_kA_m >= 900" in text
    assert "its own recipe has 0.66 in the same evaluation" in text
    assert "none to save" in _choice([], asked(heavy=0.0))["text"]


WORDS = (
    "some",
    "free",
    "less",
    "hardly",
    "coated",
    "lean",
    "rich",
    "other",
    "unranked",
    "a",
    "b",
    "c",
)
RECIPES = {word: f"Sm{20 + i}Co{80 - i}" for i, word in enumerate(WORDS)}


def magnet(name, heavy, chance, host="2:17", shell="", rank=1.0, **more):
    """Return a row of candidates with its own numbers, 0.05 T and 100 kA/m about the reference."""
    return {
        "candidate": RECIPES.get(name, name), "shell": shell, "host": host, "rank": rank,
        "nearest_grade": "X30",
        "heavy_rare_earth_wt_pct": heavy, "probability_meets_requirements": chance,
        "meets_requirements": chance >= 0.8, "cost_USD_kg": 50.0, "failed_requirements": "",
        "remanence_T": 1.05, "remanence_T_lo": 1.0, "remanence_T_hi": 1.1,
        "coercivity_kA_m": 900.0, "coercivity_kA_m_lo": 850.0, "coercivity_kA_m_hi": 980.0, **more,
    }  # fmt: skip


def question(rows, heavy=4.0, **reference):
    """Ask about a 2:17 magnet (no finer grains of it are tried) with so much heavy rare earth."""
    own = {
        "grade": "X28", "host": "2:17", "makers": "x", "temperature_K": 423.15, "load_line": None,
        "remanence_T": 1.0, "coercivity_kA_m": 1000.0, "provenance": "printed", "cost_USD_kg": 60.0,
        **reference,
    }  # fmt: skip
    best = Recipe("Sm21Gd4Co50Fe18Cu5Zr2", "", heavy, 1.0)
    made = CompositionEstimate((best,), (heavy, heavy, heavy), 0.0, 0.0, estimate=False)
    wish = Wish(Conditions.of(temperature=423.15), None, (), 0.25, 2000)
    mill = SimpleNamespace(name="X28")
    return Question(own, made, None, pd.DataFrame(rows), mill, wish)


def by_kind(rows, **more):
    return {answer["kind"]: answer for answer in answers(question(rows, **more))}


def test_each_line_has_the_first_of_its_kind_and_its_edges_are_those_documented():
    rows = [
        magnet("some", 0.011, 0.9),
        magnet("free", 0.009, 0.85),
        magnet("less", 3.69, 0.9),
        magnet("hardly", 3.71, 0.95),
        magnet("coated", 2.0, 0.9, shell="Tb 0.5 wt%"),
        magnet("lean", 1.0, 0.81, shell="Tb 0.3 wt%"),
        magnet("rich", 4.1, 0.9, shell="Tb 0.9 wt%"),
        magnet("other", 0.0, 0.7, host="1:5"),
        magnet("unranked", 0.0, 0.99, rank=float("nan")),
    ]
    found = by_kind(rows)
    words = {recipe: word for word, recipe in RECIPES.items()}
    names = {kind: words.get(answer.get("candidate")) for kind, answer in found.items()}
    # None is up to a hundredth of a per cent; less is less by 0.3 of it, without a shell.
    assert names["no_heavy_rare_earth"] == "free"
    assert names["less_in_the_alloy"] == "some"
    assert names["least_by_diffusion"] == "lean"
    assert names["other_family"] == "other"
    assert "finer_grains" not in found
    less = by_kind(rows[2:])
    assert less["less_in_the_alloy"]["candidate"] == RECIPES["less"]
    none = by_kind([rows[3]])["less_in_the_alloy"]
    assert "at least 0.3 wt.% less" in none["text"]


def test_a_line_holds_the_numbers_of_its_magnet_less_those_of_the_reference():
    line = by_kind([magnet("free", 0.0, 0.79, failed_requirements="remanence_T >= 1.1")])
    line = line["no_heavy_rare_earth"]
    assert line["remanence_T_difference"] == pytest.approx(0.05)
    assert line["remanence_T_difference_lo"] == pytest.approx(0.0)
    assert line["remanence_T_difference_hi"] == pytest.approx(0.1)
    assert line["coercivity_kA_m_difference"] == pytest.approx(-100.0)
    assert line["coercivity_kA_m_difference_lo"] == pytest.approx(-150.0)
    assert line["coercivity_kA_m_difference_hi"] == pytest.approx(-20.0)
    assert line["heavy_rare_earth_saved_wt_pct"] == 4.0
    assert (line["rank"], line["shell"], line["nearest_grade"]) == (1, "", "X30")
    assert line["failed_requirements"] in line["text"]
    # From 0.8 on no requirement is named.
    assert (
        "not met"
        not in by_kind([magnet("free", 0.0, 0.8, failed_requirements="x")])["no_heavy_rare_earth"][
            "text"
        ]
    )


def test_savings_and_flux_are_those_of_what_is_recommended():
    found = by_kind([magnet("Sm25Co50Fe18Cu5Zr2", 0.0, 0.9)])
    assert found["recommendation"]["candidate"] == "Sm25Co50Fe18Cu5Zr2"
    # 4 wt.% of a quarter of a kilogram, of two thousand magnets a year.
    assert found["savings"]["saved_kg_per_magnet"] == pytest.approx(0.01)
    assert found["savings"]["saved_kg_per_year"] == pytest.approx(20.0)
    assert "10.0 g per magnet of 0.25 kg, 20.0 kg a year at 2,000" in found["savings"]["text"]
    assert "50 against 60 USD/kg" in found["savings"]["text"]
    # 0.05 of 1.0 T.
    assert found["changes"]["flux_pct"] == pytest.approx(5.0)
    assert "flux +5.0 % at 150 °C" in found["changes"]["text"]
    assert "the nearest grade on the market is X30" in found["changes"]["text"]
    risk = found["exposure"]
    assert set(risk["supply_risk"]) == set(mk.supply.scenarios())
    for name in risk["supply_risk"]:
        for text, at in (("Sm25Co50Fe18Cu5Zr2", risk["supply_risk"]),
                         ("Sm21Gd4Co50Fe18Cu5Zr2", risk["supply_risk_reference"])):  # fmt: skip
            ledger = mk.supply.ledger([text], name, basis="weight")
            assert at[name] == pytest.approx(ledger["supply_risk"].iloc[0])
    recycled = mk.supply.ledger(["Sm25Co50Fe18Cu5Zr2"], recycled={"Co": 0.25}, basis="weight")
    assert found["recycled_cobalt"]["supply_risk"] == pytest.approx(recycled["supply_risk"].iloc[0])


def test_nothing_changes_where_nothing_is_replaced():
    found = by_kind([magnet("hardly", 3.0, 0.5)])
    assert "the grade is kept" in found["savings"]["text"]
    assert "unchanged" in found["exposure"]["text"]
    assert found["changes"]["text"] == "Changes to the design: none, the grade is kept."
    assert "keep" in found


def test_the_next_melt_decides_most():
    # p (1 - p) times what is saved: 0.75, 0.96 and 0.36.
    rows = [magnet("a", 1.0, 0.5), magnet("b", 0.0, 0.6), magnet("c", 0.0, 0.9)]
    assert by_kind(rows)["next_melt"]["candidate"] == RECIPES["b"]
    assert "it would save 4.00 wt.%" in by_kind(rows)["next_melt"]["text"]
    assert "at 20 and 150 °C" in by_kind(rows)["next_melt"]["text"]
    # More than there is now, or what is sure already, decides nothing.
    for row in (magnet("a", 4.5, 0.5), magnet("a", 0.0, 1.0)):
        assert "none would change" in by_kind([row])["next_melt"]["text"]


def test_the_reference_says_whether_it_bears_its_load_line():
    # B_r of 1 T at a load line of 2 with mu_rec 1.05: 1 / mu_0 / 3.05 is 260.9 kA/m.
    for knee, bears in ((262.0, True), (260.0, False)):
        line = by_kind([magnet("a", 0.0, 0.9)], load_line=2.0, knee_field_kA_m=knee)["reference"]
        assert line["bears_load_line"] is bears
        assert "requires a knee field of 261 kA/m" in line["text"]
    assert by_kind([magnet("a", 0.0, 0.9)])["reference"]["bears_load_line"] is None
