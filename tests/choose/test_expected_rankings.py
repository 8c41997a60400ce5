"""What a magnet engineer expects of the rankings, each on a small space."""

import numpy as np
import pandas as pd
import pytest

import magnetkit as mk
from magnetkit import applications
from magnetkit.run._candidates import SpaceCandidates
from tests.recipes import make_table

SHELLS = [
    f"{R} {amount} wt%"
    for R in ("Tb", "Dy")
    for amount in (0.2, 0.3, 0.4, 0.5, 0.6, 0.8)
]
BASE = "Nd2Fe13.5Co0.5B"
"""Nd-Fe-B with 2.7 wt.% of cobalt, as motor grades have, near measured magnets."""

HT_217 = "Sm(Co0.787Fe0.10Cu0.088Zr0.025)7.5"
"""High-temperature 2:17: little iron, see the profile f22-engine."""


def screen(application, candidates, hosts=None, **change):
    profile = applications.load(application)
    if hosts:
        change["hosts"] = hosts
    return mk.screen(candidates, application=profile.model_copy(update=change))


def screen_dysprosium(application):
    """Screen dysprosium through the alloy, and Dy and Tb diffused into the alloy without."""
    bulk = mk.substitutions(
        BASE, {"Nd": ["Dy"]}, step=0.02, limits={"Dy": 0.5}
    )
    shells = [(BASE, shell) for shell in SHELLS]
    return mk.screen(SpaceCandidates([bulk], shells), application)


def reference_row(name):
    profile = applications.load(name)
    reference = profile.reference
    (formula,) = reference.table().formulas()
    candidates = SpaceCandidates([], [(formula, reference.shell or "")])
    return mk.screen(candidates, application=profile).table.iloc[0]


@pytest.mark.parametrize("name", applications.names())
def test_todays_magnet_is_likely_to_do_its_job(name):
    row = reference_row(name)
    assert row["host"] == applications.load(name).reference.host
    assert row["probability_meets_requirements"] > 0.5
    assert row["performance_margin"] > 0


def test_motor_anchor_lies_on_the_chord_of_its_class():
    # Class UH: 1990 kA/m at 20 C and -0.51 %/K from 20 to 180 C (Arnold's sheet of N38UH).
    anchor = applications.load("energy-traction-motor").reference.anchors[0]
    assert anchor.temperature_K == 453.15
    assert anchor.value == pytest.approx(
        1990.0 * (1.0 - 0.0051 * 160.0), rel=0.005
    )


@pytest.mark.parametrize("name", applications.names())
def test_every_profile_lists_all_requirements(name):
    profile = applications.load(name)
    columns = {r.column for r in profile.requirements}
    assert columns >= {
        "remanence_T",
        "coercivity_kA_m",
        "max_energy_product_kJ_m3",
        "max_working_temperature_K",
        "demagnetization_safety",
    }
    for requirement in profile.requirements:
        if requirement.column == "max_energy_product_kJ_m3":
            remanence = next(
                r.limit
                for r in profile.requirements
                if r.column == "remanence_T"
            )
            ideal = remanence**2 / (4 * 4e-7 * np.pi * 1.05) / 1e3
            assert 0.85 * ideal < requirement.limit < ideal
        if requirement.column == "demagnetization_safety":
            assert requirement.limit == 1.1
            assert requirement.limit_range == (1.0, 1.2)
            # At the hottest point.
            kelvin = profile.requirement_temperature(requirement)
            assert kelvin == profile.temperature_max_K


def test_shells_come_ahead_of_bulk_dysprosium():
    # What 150 C asks the richest terbium shell reaches; dysprosium through the alloy costs too
    # much remanence before it is as sure.
    motor = screen_dysprosium("energy-traction-motor")
    best = motor.best(1)
    assert best["probability_meets_requirements"].iloc[0] > 0.5
    assert (best["shell"].astype(str) != "").all()
    # Makers name less than 0.6 wt.% after diffusion in thin magnets, more than 3 through the alloy.
    assert best["heavy_rare_earth_wt_pct"].iloc[0] <= 0.8
    meets = motor.table[motor.table["meets_requirements"]]
    in_bulk = meets[meets["shell"].astype(str) == ""]
    assert not (in_bulk["heavy_rare_earth_wt_pct"].round(1) < 3.0).any()
    assert not (in_bulk["rank"] < best["rank"].max()).any()


def test_shells_save_half_of_the_heavy_rare_earth():
    table = screen_dysprosium("hot-servo-motor").table
    rows = table[table["rank"].notna()]
    is_bulk = rows["shell"].astype(str) == ""
    bulk = rows[is_bulk]
    saving = {}
    for number, row in rows[~is_bulk].iterrows():
        as_hard = bulk["coercivity_kA_m"] >= row["coercivity_kA_m"]
        minimum = bulk[as_hard & (bulk["host"] == row["host"])][
            "heavy_rare_earth_wt_pct"
        ].min()
        saving[number] = 100.0 * (
            1.0 - row["heavy_rare_earth_wt_pct"] / minimum
        )
    saving = pd.Series(saving).dropna()
    assert len(saving) >= 12
    # Half of the atoms is 49.96 % of the mass of the magnet.
    # A supplier: up to 10 wt.% through the alloy, less than 0.6 wt.% by diffusion, 94 % less.
    assert saving.between(49.9, 94).all(), saving.describe()
    # Like with like: terbium saves more, as an atom of it does more than one of dysprosium.
    of_dysprosium = (
        rows.loc[saving.index, "shell"].astype(str).str.startswith("Dy")
    )
    assert of_dysprosium.sum() == 6
    assert 60 < saving[of_dysprosium].median() < 85


def test_only_high_temperature_2_17_meets_the_engine():
    every = ("2:14:1", "1:5", "2:17", "2:17:3", "1:12", "1:12:1")
    rich = mk.substitutions(
        "Nd2Fe14B",
        {"Nd": ["Dy", "Tb"], "Fe": ["Co"]},
        step=0.25,
        limits={"Co": 0.5},
    )
    small = mk.substitutions(
        "SmCo5",
        {"Sm": ["Pr", "Gd"], "Co": ["Cu"]},
        step=0.25,
        limits={"Cu": 0.25},
    )
    table = screen(
        "f22-engine",
        SpaceCandidates([rich, small], [(HT_217, "")]),
        hosts=every,
    ).table
    assert set(table["host"]) >= {"2:14:1", "1:5", "2:17"}
    assert list(table.loc[table["meets_requirements"], "candidate"]) == [
        HT_217
    ]
    rivals = table[table["candidate"] != HT_217]
    assert (rivals["probability_meets_requirements"] < 0.05).all()


def test_ratings_stay_within_those_of_makers():
    # 250 and 220 C are the most that makers state for 1:5 and Nd-Fe-B.
    magnets = mk.predict(
        ["SmCo5", "Nd1.4Dy0.2Tb0.4Fe13.5Co0.5B", HT_217], "20C"
    )
    limits = magnets["max_working_temperature_K"].round(2)
    assert limits[0] == 523.15
    assert not limits[1] > 493.15
    assert limits[2] > 673.15


def test_standard_2_17_fails_at_400_degrees():
    formulas = [HT_217, "Sm(Co0.63Fe0.26Cu0.08Zr0.03)7.6", "SmCo5"]
    table = screen("f22-engine", formulas).table
    assert list(table["meets_requirements"]) == [True, False, False]
    cold = mk.predict(["SmCo5"], temperature="20C")["coercivity_kA_m"].iloc[0]
    assert table["coercivity_kA_m"].iloc[2] < cold / 4


@pytest.mark.parametrize(
    "tube", ["patriot-beam-focusing", "communication-twt"]
)
def test_only_a_compensated_tube_needs_heavy_rare_earth(tube):
    assert (
        not mk.screen(application=tube)
        .decisions["heavy_rare_earth_wt_pct"]
        .any()
    )
    # Fine enough for an alpha of nothing: its own error leaves no more.
    space = mk.substitutions(
        "SmCo5", {"Sm": ["Gd", "Er"]}, step=0.025, limits={"Er": 0.4}
    )
    best = screen(f"{tube}-compensated", space).best(1).iloc[0]
    assert abs(best["remanence_coefficient_pct_K"]) <= 0.01
    # The least Gd and Er that hold it, by mass of magnet.
    assert 8 < best["heavy_rare_earth_wt_pct"] < 16


def test_cerium_and_lanthanum_win_at_low_coercivity():
    limits = {"Ce": 0.3, "La": 0.2, "Dy": 0.4}
    space = mk.substitutions(
        BASE, {"Nd": ["Ce", "La", "Dy"]}, step=0.05, limits=limits
    )

    def light_share(formula):
        """Return the share of Ce and La in the rare earth of a formula."""
        table = make_table(formula)
        return float(
            table.fraction("Ce", "La")[0]
            / table.fraction("Ce", "La", "Nd", "Dy")[0]
        )

    shares = {}
    for name in ("medical-imaging", "energy-traction-motor"):
        result = screen(name, space)
        best = result.best(1).iloc[0]
        if name == "medical-imaging":
            # Some engineers ask 1,114 kA/m, as today's class has it: not all are content.
            assert best["probability_meets_requirements"] > 0.5
            shares[name] = max(map(light_share, result.best(3)["candidate"]))
        meets = result.table[result.table["meets_requirements"]]
        with_light = meets[meets["candidate"].str.contains("Ce|La")]
        if name != "medical-imaging":
            # Where they meet at all, dysprosium carries them.
            assert not (
                with_light["heavy_rare_earth_wt_pct"].round(1) < 3.0
            ).any()
    # Step of the space: 5 % of the rare earth.
    assert shares["medical-imaging"] >= 0.05
