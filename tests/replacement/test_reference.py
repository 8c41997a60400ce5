"""The magnet to replace is the one with its shell."""

import re
from dataclasses import replace

import pandas as pd
import pytest
from magnetkit.settings import get_settings

import magnetkit as mk
from magnetkit.calibration._composition_estimate import calibrate_on_grade, estimate_composition
from magnetkit.calibration.calibrate import calibrate
from magnetkit.prediction import Conditions
from magnetkit.replacement._request import Wish, _measured, given_recipe, reference_of

SHELL = "Tb 0.6 wt%"


@pytest.fixture(scope="module")
def made():
    """N42SH of a bare alloy, and the same alloy with terbium diffused in."""
    whole = estimate_composition(mk.grades("N42SH").iloc[0])
    bare = replace(whole.best, text="Nd24.64Pr6.16Co1Cu0.15B0.96Fe bal.", shell="")
    return {shell: replace(whole, recipes=(replace(bare, shell=shell),)) for shell in ("", SHELL)}


def test_a_shell_is_paid_for(made):
    here = mk.grades("N42SH", "150C").iloc[0]
    wish = Wish(Conditions.of(temperature=423.15), 2.0, (), 1.0, 1)
    rows = {
        shell: reference_of(here, wish, one, calibrate_on_grade(here, one))
        for shell, one in made.items()
    }
    bare, shelled = rows[""], rows[SHELL]
    # 0.6 wt.% of terbium at some 1,000 USD/kg and more.
    assert shelled["cost_USD_kg"] - bare["cost_USD_kg"] > 3.0
    assert shelled["supply_risk"] > bare["supply_risk"]
    assert shelled["coercivity_kA_m"] == bare["coercivity_kA_m"]


def test_the_grade_says_nothing_new_of_a_recipe_that_was_expected_to_give_it(made):
    # With its shell the alloy is expected to be harder: the same guaranteed value says less of it.
    here = mk.grades("N42SH", "150C").iloc[0]
    scores = [
        next(m["score"] for m in calibrate_on_grade(here, one).magnets
             if m["quantity"] == "coercivity_kA_m")
        for one in made.values()
    ]  # fmt: skip
    assert scores[1] < scores[0] - 0.5


def test_measured_magnets_of_a_replacement_are_kept_under_no_name(tmp_path, monkeypatch):
    monkeypatch.setenv("MAGNETKIT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("MAGNETKIT_DATA_DIR", str(tmp_path / "data"))
    get_settings.cache_clear()
    rows = {
        "composition": ["Nd24.64Pr6.16Co1Cu0.15B0.96Fe bal."],
        "basis": ["weight"],
        "temperature_K": [293.15],
        "coercivity_kA_m": [1100.0],
    }
    try:
        said, mill = _measured(pd.DataFrame(rows), None, "weight", None, None)
        assert not said.estimate
        assert mill.hosts == ("2:14:1",)
        assert not list(tmp_path.rglob("*measured*"))
        calibrate(pd.DataFrame(rows), "measured", keep=True)
        assert list(tmp_path.rglob("*measured*"))
    finally:
        get_settings.cache_clear()


def test_a_recipe_that_is_given_is_said_in_round_figures():
    table = mk.CompositionTable.from_strings(["Nd29.5Dy1.5B1.0Fe bal."], basis="weight")
    text = given_recipe(table, None).best.text
    assert sorted(re.findall(r"[A-Z][a-z]?[\d.]+", text)) == ["B1", "Dy1.5", "Fe68", "Nd29.5"]
