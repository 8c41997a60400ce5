"""What is left out before it is computed, and the bounds on which that rests."""

from collections import Counter
from dataclasses import replace
from importlib import import_module
from types import SimpleNamespace
from unittest.mock import Mock

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import magnetkit as mk
from magnetkit import applications
from magnetkit._core._columnar import Coded
from magnetkit.choose import _decisions, _evaluate
from magnetkit.choose._evaluate import (
    Bound,
    Tally,
    best_possible_loss,
    estimate_bound,
    evaluate,
    sample_place,
)
from magnetkit.choose._job import make_job
from magnetkit.choose._order import Rule
from magnetkit.magnetism._stages import magnets, supplies
from magnetkit.run import _work
from magnetkit.run._candidates import Chunk

SPACES = {
    "energy-traction-motor": (
        "Nd1.7Dy0.3Fe14B",
        {"Nd": ["Pr", "Ce", "Tb"], "Fe": ["Co"]},
        {"Pr": 0.5, "Ce": 0.2, "Tb": 0.2, "Co": 0.1},
    ),
    "patriot-beam-focusing": (
        "SmCo5.3Fe1.5Cu0.6Zr0.2",
        {"Sm": ["Gd", "Pr", "Ce"], "Co": ["Fe"]},
        {"Gd": 0.3, "Pr": 0.3, "Ce": 0.3, "Fe": 0.2},
    ),
    "f22-engine": (
        "SmCo6.5Cu0.7Zr0.2",
        {"Sm": ["Gd", "Er", "Pr"], "Co": ["Fe"]},
        {"Fe": 0.4},
    ),
}


def case(device):
    host, replace, limits = SPACES[device]
    table = mk.substitutions(host, replace, step=0.05, limits=limits).sample(
        400, seed=7
    )
    job = make_job(applications.load(device))
    return table, job


def full(table, job):
    return evaluate(table, None, job).columns


def evaluate_with_bound(table, job, bound):
    return evaluate(table, None, job, bound, job.rule.columns())


@pytest.mark.parametrize("device", SPACES)
def test_loss_is_never_under_its_composition_bound(device):
    table, job = case(device)
    floor = best_possible_loss(supplies(table, None, job.conditions), job.rule)
    frame = full(table, job)
    # Whoever meets has a loss; let all who are magnets count as meeting.
    frame["probability_meets_requirements"] = np.where(
        frame["status"].says("ok"), 1.0, 0.0
    )
    keys = job.rule.keys(frame.arrow())
    assert keys.meets.sum() > 50
    assert (floor[keys.meets] <= keys.loss + 1e-6).all()
    # The bound is of use: it tells candidates apart.
    assert np.ptp(floor[keys.meets]) > 0.3


# Of R2Fe14B that of Pr: Nd's moments lie on a cone at 77 K, where it is no magnet of this model.
@pytest.mark.parametrize(
    "host", ["Pr2Fe14B", "Sm2Co17", "Sm2Fe17N3", "SmFe11Ti", "YCo5"]
)
def test_iron_cobalt_bounds_the_flux_for_mass(host):
    _, job = case("f22-engine")
    metal = "Co" if "Fe" not in host else "Fe"
    space = mk.substitutions(
        host, {metal: ["Co" if metal == "Fe" else "Fe"]}, step=0.05
    )
    for magnet in magnets(space[:], None, [77.0, 293.15], job.conditions):
        flux = magnet["remanence_T"] / magnet["density_kg_m3"]
        # Whatever has no number would pass any bound.
        assert np.nanmax(flux) > 0.25 * _evaluate.FLUX_PER_MASS
        assert not (flux >= _evaluate.FLUX_PER_MASS).any()
    # 240 A m2/kg, Bozorth: Fe65Co35.
    assert pytest.approx(3.0e-4, rel=0.07) == _evaluate.FLUX_PER_MASS


@pytest.mark.parametrize(
    ("device", "quantile", "threshold"),
    [
        *[(device, 0.1, 0.8) for device in SPACES],
        *[(device, 0.6, 0.8) for device in SPACES],
        # Below one half composition alone decides what is left out.
        ("patriot-beam-focusing", 0.1, 0.4),
    ],
)
def test_bound_keeps_winners_within_the_limit(device, quantile, threshold):
    table, job = case(device)
    job = replace(job, threshold=threshold)
    every = job.rule.near(full(table, job).arrow())
    assert every.meets.any()
    limit = float(np.quantile(every.loss, quantile, method="lower"))
    survivors = evaluate_with_bound(table, job, Bound(limit, np.inf))
    tally = survivors.tally
    assert (
        survivors.rows.tolist()
        == np.flatnonzero(every.meets)[every.loss <= limit].tolist()
    )
    assert (
        survivors.keys.hashes.tolist() == every.hashes[survivors.rows].tolist()
    )
    loss = every.loss[
        (every.loss <= limit) & (every.chance >= job.rule.threshold)
    ]
    assert_allclose(survivors.keys.loss, loss, rtol=1e-12)
    assert tally.stages["composition"] == len(table)
    # A report names these.
    early = [
        "distance to measured magnets",
        "nominal remanence and coercivity",
    ]
    stages = ["composition", *early, "magnetism", "stability"]
    assert list(tally.stages) == [
        one for one in stages if threshold >= 0.5 or one not in early
    ]
    counts = list(tally.stages.values())
    assert counts == sorted(counts, reverse=True)
    failures = sum(
        count for status, count in tally.status.items() if status != "ok"
    )
    ends = sum(tally.ended.values()) + failures
    assert len(table) - ends == len(survivors.rows)


@pytest.mark.parametrize("device", SPACES)
@pytest.mark.parametrize("quantile", [0.3, 0.9])
def test_bound_keeps_near_misses(device, quantile):
    table, job = case(device)
    columns = full(table, job)
    every = job.rule.keys(columns.arrow())
    bound = job.rule.near(columns.arrow())
    margin = columns["performance_margin"]
    minimum = float(np.quantile(margin[every.missed], quantile))
    survivors = evaluate_with_bound(table, job, Bound(margin=minimum))
    assert (
        survivors.rows.tolist()
        == np.flatnonzero(
            bound.meets | every.missed & (margin >= minimum - 1e-6)
        ).tolist()
    )
    assert survivors.tally.stages["magnetism"] < len(table)
    assert_allclose(
        survivors.keys.margin, every.margin[survivors.rows], rtol=1e-12
    )


@pytest.mark.parametrize("device", SPACES)
def test_best_of_each_decision_equal_a_full_evaluation(device, monkeypatch):
    for module in (_decisions, _work):
        monkeypatch.setattr(module, "BEST", 3)
    table, job = case(device)
    _, part = _work.evaluate_best(
        (0, lambda: Chunk(table, table.to_arrow())), job, Bound(), 1
    )
    options = _decisions.choices(full(table, job).arrow(), job.rule)
    assert len(options.rows) > 4
    assert (
        _work.leading(_work.decode(part.table), 0)["row"].to_pylist()
        == options.rows.tolist()
    )


def test_near_copies_share_what_follows_from_their_alloy(monkeypatch):
    table, job = case("energy-traction-motor")
    rows = np.tile([5, 9, 70], 40)
    shells = [f"Tb {0.01 + 0.001 * k:.3f} @ 0.2" for k in range(120)]
    parts = []
    for k in range(0, 120, 30):
        parts.append((rows[k : k + 30], shells[k : k + 30]))
    few = pd.concat(
        [
            evaluate(table[rows], rims, job).columns.frame()
            for rows, rims in parts
        ]
    )
    stability = import_module("magnetkit.phases.stability")
    calls = Mock(wraps=stability.stability_columns)
    monkeypatch.setattr(stability, "stability_columns", calls)
    frame = evaluate(table[rows], shells, job).columns.frame()
    assert [len(call.args[0]) for call in calls.call_args_list] == [3]
    alike = {
        "check_exact": True,
        "check_dtype": False,
        "check_categorical": False,
    }
    pd.testing.assert_frame_equal(frame, few.reset_index(drop=True), **alike)


def test_no_bound_keeps_every_rank():
    table, job = case("patriot-beam-focusing")
    status = full(table, job)["status"]
    survivors = evaluate_with_bound(table, job, Bound())
    assert (
        survivors.rows.tolist() == np.flatnonzero(status.says("ok")).tolist()
    )
    assert survivors.tally.status == Counter(status.texts())


def test_unbounded_objective_drops_nothing():
    table, job = case("patriot-beam-focusing")
    rule = Rule.of(["remanence_T:max"], 0.8)
    assert np.isneginf(
        best_possible_loss(supplies(table, None, job.conditions), rule)
    ).all()


def test_the_limit_leaves_room_for_chance(monkeypatch):
    monkeypatch.setattr(_evaluate, "CLIMB", 0)
    monkeypatch.setattr(_evaluate, "POOL", 0)
    rng = np.random.default_rng(0)
    everyone = rng.random(1_000_000)
    for _ in range(200):
        sample = rng.choice(everyone, 10_000, replace=False)
        place = sample_place(
            _evaluate.count_leading_rows(2000), len(sample), len(everyone)
        )
        limit = np.sort(sample)[place - 1]
        assert np.count_nonzero(everyone <= limit) >= 2000
    assert np.count_nonzero(everyone <= limit) < 8000
    # Ten are looked for; four deviations of it are 12.6, and eight more.
    assert sample_place(100, 1_000, 10_000) == 31
    assert sample_place(0, 1_000, 10_000) == 8


def test_losses_of_a_common_decision_have_a_limit():
    losses = np.array([1.0, 3.0, 2.0])
    assert _evaluate._limit_of_losses(losses, 2, 300) == 2.0
    assert _evaluate._limit_of_losses(losses, 4, 300) == 3.0
    assert _evaluate._limit_of_losses(losses[:0], 4, 300) == 0.0
    # Of a rare one all go on.
    assert _evaluate._limit_of_losses(losses, 4, 256) == np.inf


def sampled(losses, margins, decision="", near=(), hashes=None):
    """Return a part of a sample of 50: losses of those that meet, margins of those that miss."""
    n = len(losses) + len(margins)
    near = np.array(near, float).reshape(-1, 3)
    meets = near[:, 0] > 0.0
    return SimpleNamespace(
        tally=SimpleNamespace(stages=Counter(composition=50)),
        keys=SimpleNamespace(
            loss=np.array(losses, float),
            # A ranking sorts by the negative of the margin; those that meet have some too.
            margin=-np.concatenate([np.full(len(losses), 9.0), margins]),
            missed=np.arange(n) >= len(losses),
            hashes=np.arange(n) if hashes is None else hashes,
        ),
        near=SimpleNamespace(
            meets=meets, loss=near[meets, 1], chance=near[meets, 2]
        ),
        columns={"decision": Coded.of(list(decision))},
    )


def test_a_sample_bounds_losses_or_else_margins(monkeypatch):
    monkeypatch.setattr(_evaluate, "CLIMB", 0)
    monkeypatch.setattr(_evaluate, "POOL", 0)
    rule = SimpleNamespace(threshold=0.8)

    def bound(*parts):
        # Of a sample of all, 100, one is looked for: the place is 1 + 4 + 8.
        return estimate_bound(parts, rule, 100, 1)

    many = sampled(range(19, -1, -2), [])
    found = bound(many, sampled(range(0, 19, 2), [-0.1]))
    assert (found.limit, found.margin, found.last) == (12.0, np.inf, None)
    just = bound(sampled(range(13), []), sampled([], [-0.1]))
    assert (just.limit, just.margin) == (12.0, np.inf)
    # Five meet, of which all go on, and the eight that miss by least.
    misses = -np.arange(0.1, 0.65, 0.1)
    found = bound(sampled([5.0] * 5, misses), sampled([], misses - 0.05))
    assert (found.limit, found.last) == (np.inf, None)
    assert found.margin == pytest.approx(-0.45)
    # All of a host that is not allowed miss the whole limit: these go by their hashes.
    hashes = np.array([0, 0, 3, 9, 4, 8, 5, 7, 6])
    outside = sampled([1.0] * 2, [-0.5] + [-1.0] * 6, hashes=hashes)
    found = bound(outside, sampled([1.0] * 5, [-0.9] * 2))
    assert (found.limit, found.margin, found.last) == (np.inf, -1.0, 6)
    small = bound(sampled([1.0], []), sampled([], [-0.1]))
    assert (small.limit, small.margin, small.last) == (np.inf, -np.inf, None)


def test_each_decision_has_a_limit_of_its_best():
    rows = [(1, 3.0, 0.9), (1, 1.0, 0.8), (1, 2.0, 0.79), (1, 7.0, 0.5)]
    near = [*rows, (0, 9.0, 0.9), *[(0, 9.0, 0.0)] * 253, (1, 4.0, 0.85)]
    first = sampled([], [], "aaabb" + "a" * 253 + "a", near=near)
    second = sampled([], [], "c", near=[(1, 6.0, 0.6)])
    rule = SimpleNamespace(threshold=0.8)

    def limits(place):
        return _evaluate._limits_of_decisions([first, second], rule, place)

    of_losses, of_trials = limits(1)
    # What is as likely as it must be counts; a trial does where none of its decision is.
    assert of_losses == {"a": 1.0, "b": np.inf, "c": np.inf}
    assert of_trials == {"a": 0.0, "b": 7.0, "c": 6.0}
    of_losses, of_trials = limits(4)
    # All go on of a frequent decision that has fewer, and of a rare one.
    assert of_losses == {"a": 4.0, "b": np.inf, "c": np.inf}
    assert of_trials == {"a": 0.0, "b": np.inf, "c": np.inf}


def test_counts_of_parts_add_up_to_the_total():
    table, job = case("energy-traction-motor")
    bound = Bound()
    whole = evaluate_with_bound(table, job, bound).tally
    total = Tally()
    for part in (table[:150], table[150:]):
        total.add(
            Tally.of(evaluate_with_bound(part, job, bound).tally.plain())
        )
    assert total.plain() == whole.plain()
    assert whole.stages["composition"] == len(table)


def test_evaluates_requested_columns_without_stability():
    table, job = case("energy-traction-motor")
    columns = evaluate(
        table[:20], None, job, want=["performance_margin"]
    ).columns
    margin = full(table[:20], job)["performance_margin"]
    assert_array_equal(columns["performance_margin"], margin)
    assert "probability_phase_forms" not in columns
    assert (
        "not makeable" not in columns["status"].words
        or not columns["status"].says("not makeable").any()
    )


def test_coercivity_is_asked_by_requirements_and_objectives():
    def positions(objectives, *asked):
        columns = [SimpleNamespace(column=column) for column in objectives]
        job = SimpleNamespace(
            temperature=400.0, rule=SimpleNamespace(objectives=columns)
        )
        required = []
        for kelvin, column in asked:
            required.append((kelvin, SimpleNamespace(column=column)))
        return _evaluate._temperatures_of_coercivity(
            required, [400.0, 300.0, 500.0], job
        ).tolist()

    hard, flux = "coercivity_kA_m", "remanence_T"
    assert positions([flux]) == []
    assert positions([flux, hard]) == [0]
    assert positions([flux], (500.0, hard), (300.0, flux)) == [2]
    assert positions([hard], (500.0, hard), (300.0, hard)) == [0, 1, 2]


def test_a_bound_is_finite_by_its_loss_or_its_margin():
    assert not Bound().is_finite
    assert Bound(limit=3.0).is_finite
    assert Bound(margin=-0.5).is_finite


def test_candidates_within_a_bound():
    def admits(bound, decision="abab", hashes=None, **columns):
        n = len(decision)
        fields = {
            "meets": [False] * n,
            "worth": [False] * n,
            "loss": [np.inf] * n,
            "margin": [-np.inf] * n,
        }
        arrays = {
            name: np.array(column)
            for name, column in (fields | columns).items()
        }
        return bound.admits(
            Coded.of(list(decision)), **arrays, hashes=hashes
        ).tolist()

    yes, no = True, False
    # By loss: what may meet its decision's limit where that is larger, and what is worth a trial.
    bound = Bound(limit=2.0, margin=np.inf, limits={"a": 3.0, "b": 1.0})
    losses = [3.0, 2.0, 3.1, 2.1]
    assert admits(bound, meets=[yes] * 4, loss=losses) == [yes, yes, no, no]
    assert admits(bound, meets=[no] * 4, loss=losses) == [no] * 4
    # Decisions without a limit of their own have that of all.
    trials = replace(bound, trials={"a": 1.0})
    worth = admits(trials, worth=[yes] * 4, loss=[1.0, 2.0, 1.1, 2.1])
    assert worth == [yes, yes, no, no]
    # By margin, whether it meets or not; an unknown one is infinite.
    by_margin = Bound(limit=-1.0, margin=-0.5)
    margins = [-0.5, -0.51, np.inf, 0.0]
    assert admits(by_margin, margin=margins) == [yes, no, yes, yes]
    none = Bound(limit=-1.0, margin=np.inf)
    assert admits(none, margin=margins) == [no] * 4
    # Of equal margins the hashes up to the last, if they are known.
    hashes = np.array([7, 9, 8, 9], np.uint64)
    last = replace(by_margin, last=8)
    equal = [-0.5, -0.5, -0.5, 0.0]
    assert admits(last, margin=equal, hashes=hashes) == [yes, no, yes, yes]
    assert admits(last, margin=equal) == [yes] * 4


def test_a_tally_counts_what_ended():
    tally = Tally()
    tally.end("too soft", np.array([True, False, True]))
    tally.end("too dear", np.zeros(3, bool))
    assert tally.plain()["ended"] == {"too soft": 2}
    other = Tally.of({"copies": {"a": 4}})
    other.end("too soft", np.ones(1, bool))
    tally.add(other)
    assert tally.plain() == {
        "stages": {},
        "ended": {"too soft": 3},
        "copies": {"a": 4},
        "status": {},
    }


def asked(column, kelvin=None, minimum=None):
    return SimpleNamespace(
        column=column, temperature_K=kelvin, minimum=minimum
    )


def test_central_values_decide_some_requirements():
    some = [
        asked("coercivity_kA_m", minimum=800.0),
        asked("max_energy_product_kJ_m3", 300.0, 200.0),
        asked("max_energy_product_kJ_m3", 310.0),
        asked("demagnetization_safety", 500.0, 1.1),
        asked("cost_USD_kg"),
        asked("remanence_coefficient_pct_K", 320.0),
        asked("remanence_T", 250.0),
    ]
    use = SimpleNamespace(between=(233.15, 423.15))
    job = SimpleNamespace(
        temperature=400.0,
        profile=SimpleNamespace(requirements=some),
        conditions=SimpleNamespace(use=use),
    )

    def find(limit):
        found = _evaluate._central_requirements(job, Bound(limit=limit))
        return found, [(kelvin, one.column) for kelvin, one in found]

    finite, names = find(2.0)
    assert names == [
        (400.0, "coercivity_kA_m"),
        (300.0, "max_energy_product_kJ_m3"),
        (320.0, "remanence_coefficient_pct_K"),
        (250.0, "remanence_T"),
    ]
    # Safety counts where few meet the requirements.
    _, names = find(np.inf)
    assert names[2] == (500.0, "demagnetization_safety")
    at = _evaluate._central_temperatures(finite, job)
    # Alpha is asked at the ends of its chord.
    assert at == [400.0, 233.15, 250.0, 300.0, 423.15]
    assert _evaluate._central_temperatures(finite[:1], job) == [400.0]


def test_remanence_bounds_energy_product_and_alpha():
    remanence = np.array([[1.2, 1.3, 1.0]])
    made = SimpleNamespace(
        remanence=lambda: remanence, polarization=np.array([[1.3, 1.4, 1.05]])
    )
    at, between = [400.0, 300.0, 500.0], (300.0, 500.0)
    values = _evaluate._values_by_remanence(made, at, between)
    # A square loop holds B_r squared over four mu_0.
    product = 1.2**2 / (16e-4 * np.pi)
    assert values["max_energy_product_kJ_m3"][0, 0] == pytest.approx(product)
    assert np.isnan(values["coercivity_kA_m"]).all()
    # A quarter of J is lost over 200 K.
    alpha = values["remanence_coefficient_pct_K"]
    assert alpha == pytest.approx(np.full((1, 3), -0.125))
    some = _evaluate._values_by_remanence(made, at, (300.0, 501.0))
    assert "remanence_coefficient_pct_K" not in some


def test_a_magnet_far_from_all_measured_is_told_so():
    made = SimpleNamespace(status=np.array([[0, 0], [0, 0], [0, 0], [0, 2]]))
    hard_apart = np.array([3.0, 3.1, np.nan, 9.0])
    status = _evaluate._central_status(made, hard_apart)
    words = status.texts()
    assert (words[0], words[2]) == ("ok", "ok")
    assert words[1] == _evaluate.FAR
    assert words[3] not in ("ok", _evaluate.FAR)


def test_rounding_puts_no_candidate_out():
    # A millionth is that of another order of sums; an unknown margin misses nothing.
    margins = np.array([0.0, -5e-7, -2e-6, 0.0, 0.0, np.nan])
    chances = np.array([0.8, 0.8, 0.8, 0.8 - 5e-7, 0.8 - 2e-6, 0.8])
    known = {
        "status": Coded.of(["ok"] * 6),
        "decision": Coded.of(["alloyed"] * 6),
        "performance_margin": margins,
        "probability_meets_requirements": chances,
        "cost_USD_kg": np.ones(6),
    }
    rule = Rule.of(["cost_USD_kg:min"], 0.8)
    job = SimpleNamespace(threshold=0.8, trial=0.8, rule=rule)
    tally = Tally()
    within = _evaluate._open(known, job, Bound(margin=np.inf), (tally, "one"))
    assert within.tolist() == [True, True, False, True, False, True]
    assert tally.plain()["ended"] == {"requirements missed": 2}
