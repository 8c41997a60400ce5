"""What nominal remanence and coercivity say before all of magnetism is computed."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import magnetkit as mk
from magnetkit import applications
from magnetkit.choose._evaluate import (
    Bound,
    _supply_columns,
    central_values,
    evaluate,
    with_distances,
)
from magnetkit.choose._job import make_job
from magnetkit.magnetism._evidence import cap_probability
from magnetkit.magnetism._stages import magnets, nominal_magnets
from tests.recipes import make_table

SPACES = {
    "aerospace-reaction-wheel": (
        "Nd2Fe14B",
        {"Nd": ["Ho", "Sm", "Tb"], "Fe": ["Co"]},
        {"Ho": 0.15, "Sm": 0.1, "Tb": 0.2, "Co": 0.1},
    ),
    "patriot-beam-focusing": (
        "SmCo5.3Fe1.5Cu0.6Zr0.2",
        {"Sm": ["Gd", "Pr", "Ce"], "Co": ["Fe"]},
        {"Gd": 0.3, "Pr": 0.3, "Ce": 0.3, "Fe": 0.25},
    ),
    "f22-engine": (
        "SmCo5.6Fe0.9Cu0.7Zr0.2",
        {"Sm": ["Gd", "Er", "Pr"], "Co": ["Fe"]},
        {"Gd": 0.2, "Er": 0.2, "Pr": 0.2, "Fe": 0.15},
    ),
}


@pytest.fixture(params=SPACES, scope="module")
def case(request):
    host, replace, limits = SPACES[request.param]
    table = mk.substitutions(host, replace, step=0.025, limits=limits).sample(
        300, seed=3
    )
    shells = [
        "Tb 0.4 wt%" if k % 3 == 0 and host == "Nd2Fe14B" else ""
        for k in range(len(table))
    ]
    job = make_job(applications.load(request.param))
    supply = with_distances(table, _supply_columns(table, shells, job), job)
    bounds = central_values(table, shells, supply, job, Bound())
    return job, bounds, evaluate(table, shells, job).columns


def test_values_are_those_of_a_full_evaluation(case):
    _, bounds, full = case
    magnet = ~full["status"].says("not makeable") & np.isfinite(
        full["coercivity_kA_m"]
    )
    assert magnet.sum() > 50
    for name in {
        "remanence_T",
        "coercivity_kA_m",
        "cost_per_flux_USD_m3_T",
    } & set(bounds):
        assert_allclose(
            bounds[name][magnet], full[name][magnet], rtol=1e-9, err_msg=name
        )


def test_measured_alpha_bends_the_values_of_its_host():
    job = make_job(applications.load("communication-twt-compensated"))
    cold = 233.15
    hot = 373.15
    table = job.profile.reference.table()
    magnets = nominal_magnets(table, None, [cold, hot], job.conditions)
    assert magnets.rows["alpha_shift"][0] != 0.0
    (b_cold,), (b_hot,) = (
        full_remanence(table, job, kelvin) for kelvin in (cold, hot)
    )
    assert_allclose(magnets.remanence(), [[b_cold, b_hot]], rtol=1e-9)
    # Without the bend they differ by more than rounding.
    remanence = magnets.alloys.at(np.array([hot])).remanence()[0, 0]
    assert abs(remanence / b_hot - 1.0) > 1e-4


def full_remanence(table, job, kelvin):
    (frame,) = magnets(table, None, [kelvin], job.conditions)
    return frame["remanence_T"]


def test_nominal_failure_is_a_full_failure(case):
    job, bounds, full = case
    chance = "probability_meets_requirements"
    failures = bounds[chance] < job.threshold
    assert 0 < failures.sum() < len(failures)
    assert (full[chance][failures] < job.threshold).all()
    assert (full[chance] <= bounds[chance] + 1e-9).all()
    assert (misses := bounds["performance_margin"] < 0.0).any()
    assert (full[chance][misses] < 0.5).all()
    # What a central value misses has half a chance at most.
    assert (bounds[chance][misses] <= 0.5).all()
    # Nothing is surer than its distance to measured magnets lets it be.
    most = cap_probability(np.ones(len(failures)), full["evidence_distance"])
    assert (bounds[chance] <= most + 1e-9).all()
    # What is no magnet at the temperatures asked is none over the whole range.
    assert not (full["status"].says("ok") & ~bounds["status"].says("ok")).any()


def test_no_margin_is_larger_than_it_says(case):
    _, bounds, full = case
    finite = ~np.isnan(full["performance_margin"]) & ~np.isnan(
        bounds["performance_margin"]
    )
    assert finite.sum() > 50
    slack = bounds["performance_margin"] - full["performance_margin"]
    assert (slack[finite] >= -1e-9).all()
    # It is of use: of some it is the margin itself.
    assert (slack[finite] < 1e-9).any()


def test_knee_gives_the_margin_where_few_meet():
    job = make_job(applications.load("weapon-fin-actuator"))
    table = make_table("Nd30Dy1Co1Cu0.1B1Fe66.9", basis="weight")
    supply = with_distances(table, _supply_columns(table, None, job), job)
    full = evaluate(table, None, job)
    few = central_values(table, None, supply, job, Bound(np.inf))
    many = central_values(table, None, supply, job, Bound(9000000000.0))
    margin = full.columns["demagnetization_safety"][0] / 1.1 - 1.0
    assert (
        many["performance_margin"][0]
        > few["performance_margin"][0]
        == pytest.approx(margin)
    )
