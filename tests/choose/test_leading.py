"""Which leading candidates add an element to another and gain nothing that counts."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from magnetkit.columns import ROBUSTNESS

import magnetkit as mk
from magnetkit.choose._leading import (
    _columns,
    _ingredients,
    by_regret,
    robustness,
    simpler_rank,
)

# Plain, with a tenth of an element beside it, with a shell, of another host.
ALLOYS = [
    "Nd2Fe14B",
    "Nd1.8Ce0.2Fe14B",
    "Nd2Fe14B",
    "Nd1.8Pr0.2Fe14B",
    "SmCo5",
    "Sm0.9Pr0.1Co5",
]
SHELLS = ["", "", "Tb 0.3 wt%", "Tb 0.3 wt%", "", ""]


@pytest.fixture(scope="module")
def job():
    return mk.screen(
        ["Nd2Fe14B", "SmCo5"], application="energy-traction-motor"
    ).job


def leading(**columns):
    """Return candidates that are alike in all that the motor is judged by, but for `columns`."""
    n = len(ALLOYS)
    even = {
        "heavy_rare_earth_wt_pct": [1.0] * n,
        "supply_risk": [0.3] * n,
        "cost_per_flux_USD_m3_T": [1e5] * n,
        "performance_margin": [0.0] * n,
        "probability_meets_requirements": [0.9] * n,
    }
    hosts = ["2:14:1"] * 4 + ["1:5"] * 2
    names = {
        "rank": range(1, n + 1),
        "formula": ALLOYS,
        "shell": SHELLS,
        "host": hosts,
    }
    return pd.DataFrame(names | even | columns)


def test_names_the_first_simpler_candidate_as_good(job):
    # An alloy of another host is another magnet, and one of other elements is no simpler.
    assert simpler_rank(leading(), job).tolist() == [0, 1, 1, 1, 0, 5]


@pytest.mark.parametrize(
    ("column", "gain", "less"),
    # One unit is 1 wt.%, 0.1, 10 %, 0.1 and 0.2 (energy-traction-motor.toml).
    [
        ("heavy_rare_earth_wt_pct", 0.74, 0.76),
        ("supply_risk", 0.274, 0.276),
        ("cost_per_flux_USD_m3_T", 0.976e5, 0.977e5),
        ("performance_margin", 0.026, 0.024),
        ("probability_meets_requirements", 0.951, 0.949),
    ],
)
def test_gain_of_a_quarter_unit_is_no_copy(job, column, gain, less):
    even = leading()[column].tolist()
    for value, expected in ((gain, 0), (less, 1)):
        values = [even[0], value, *even[2:]]
        assert simpler_rank(leading(**{column: values}), job)[1] == expected


def test_only_required_properties_are_a_gain(job):
    profile = job.profile.model_copy(
        update={"objectives": ("supply_risk:min",)}
    )
    saves = [1.0, 0.0, *[1.0] * 4]
    frame = leading(heavy_rare_earth_wt_pct=saves)
    assert simpler_rank(frame, job)[1] == 0
    assert simpler_rank(frame, replace(job, profile=profile))[1] == 1


def test_a_simpler_alloy_may_stand_below(job):
    reverse = leading().iloc[::-1].assign(rank=range(1, 7))
    # With praseodymium and a shell: as with the shell alone, which comes before the plain alloy.
    assert simpler_rank(reverse, job).tolist() == [2, 0, 4, 6, 6, 0]


def test_unknown_objectives_are_no_gain(job):
    unknown = leading(supply_risk=[0.3, float("nan"), *[0.3] * 4])
    assert simpler_rank(unknown, job)[1] == 1


def test_no_candidate_has_no_robustness():
    frame = leading().head(0).assign(candidate="", meets_requirements=True)
    found = robustness(frame, None, top=10, draws=5, seed=0, interval=0.9)
    assert len(found) == 0
    head = ["rank", "candidate", "formula", "shell", "host"]
    assert list(found.columns) == [*head, *ROBUSTNESS]


def test_candidates_are_made_of_elements_and_a_shell():
    frame = pd.DataFrame(
        {
            "formula": ["Nd2Fe14B", "SmCo5", "Nd2Fe14B", "Nd2Fe14B"],
            "shell": ["Tb 0.3 wt%", None, "Dy 0.3 wt%", "Tb 0.5 wt%"],
        }
    )
    holds = _ingredients(frame)
    assert holds.shape == (4, 118 + 2)
    # Boron, iron and neodymium; dysprosium comes before terbium.
    assert np.flatnonzero(holds[0]).tolist() == [4, 25, 59, 119]
    assert np.flatnonzero(holds[1]).tolist() == [26, 61]
    assert np.flatnonzero(holds[2]).tolist() == [4, 25, 59, 118]
    assert (holds[0] == holds[3]).all()


def test_columns_of_leaders_are_named_once():
    rule = SimpleNamespace(columns=lambda: ["cost_USD_kg", "remanence_T"])
    asked = [SimpleNamespace(column="coercivity_kA_m")]
    profile = SimpleNamespace(requirements=asked)
    names = _columns(SimpleNamespace(profile=profile, rule=rule))
    head = ["formula", "shell", "host", "route", "evidence_distance"]
    assert names[:5] == head
    assert names[5:] == [
        "density_kg_m3",
        "remanence_T",
        "remanence_T_lo",
        "remanence_T_hi",
        "coercivity_kA_m",
        "coercivity_kA_m_lo",
        "coercivity_kA_m_hi",
        "cost_USD_kg",
    ]


def test_one_leader_stands_as_it_is():
    ranking = SimpleNamespace(leading=lambda n: np.array([4]))
    assert by_regret(ranking, None, None) is ranking
