"""Units of regret, and what candidates are in draws."""

import dataclasses

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import magnetkit as mk
from magnetkit.choose._draws import (
    Properties,
    Samples,
    _kinds_by_route,
    sample,
)
from magnetkit.choose._evaluate import evaluate
from magnetkit.choose._job import make_job, reference_row
from magnetkit.choose._profile_parts import CHANCE
from magnetkit.magnetism._figures import kinds
from tests.recipes import make_table


def test_unit_of_a_profile_is_a_share_of_the_reference():
    profile = mk.applications.load("hot-servo-motor")
    bare = profile.model_copy(
        update={"units": (), "objectives": ("density_kg_m3:min",)}
    )
    scales = make_job(bare).scales
    row = reference_row(bare, make_job(bare).conditions, bare.temperature_K)
    assert 7000.0 < row["density_kg_m3"] < 8600.0
    assert scales["density_kg_m3"] == pytest.approx(
        0.25 * row["density_kg_m3"]
    )
    # Nothing is evaluated where all units are known.
    device = profile.model_copy(
        update={"objectives": ("cost_per_flux_USD_m3_T:min",)}
    )
    assert "density_kg_m3" not in make_job(device).scales


def make_samples(loss, margin, meets=None):
    loss = np.array(loss, float)
    margin = np.array(margin, float)
    return Samples(margin >= 0.0 if meets is None else meets, margin, loss, {})


def test_places_count_each_draw_and_keep_ties():
    places = [[3, 1, 2], [1, 1, 5], [2, 0, 2], [1, 4, 1]]
    samples = make_samples(places, np.ones((4, 3)))
    # By hand, draw by draw: the least loss first.
    assert samples.place().tolist() == [
        [4, 2, 2],
        [1, 3, 4],
        [3, 1, 3],
        [2, 4, 1],
    ]
    assert_allclose(samples.loss.mean(axis=1), [2.0, 7 / 3, 4 / 3, 2.0])
    # Who is too unlikely to meet stands behind, the larger margin first.
    last = np.array([True, False, True, False])
    losses = [[0, 0], [5, 6], [0, 0], [7, 4]]
    margins = [[-1, -3], [1, 1], [-2, -2], [1, 1]]
    samples = make_samples(losses, margins)
    assert samples.place(last).tolist() == [[3, 4], [1, 2], [4, 3], [2, 1]]


def test_draws_have_the_ends_of_their_interval():
    rows = ["Nd1.8Dy0.2Fe14B", "SmCo5"]
    job = make_job(mk.applications.load("energy-traction-motor"))
    table = mk.CompositionTable.from_strings(rows, basis="atomic")
    leading = evaluate(table, None, job).columns.frame()
    error_kinds = (
        kinds(table, list(leading["host"]), ["", ""], None, job.temperature),
        None,
    )
    rng = np.random.default_rng(1)
    properties = Properties(leading, {}, 4000, rng, error_kinds)
    for column in ("remanence_T", "coercivity_kA_m", "curie_temperature_K"):
        values = properties.at(column, job.temperature)
        assert values.shape == (2, 4000)
        low, middle, high = np.quantile(values, [0.05, 0.5, 0.95], axis=1)
        assert_allclose(middle, leading[column], rtol=5e-3)
        assert_allclose(low, leading[f"{column}_lo"], rtol=2e-2)
        assert_allclose(high, leading[f"{column}_hi"], rtol=2e-2)
    # Loss goes against coercivity, the knee with it.
    hard = properties.score("coercivity_kA_m")
    assert hard.std(axis=1) == pytest.approx([1.0, 1.0], abs=0.03)
    knee = properties.at("knee_field_kA_m", job.temperature)
    assert (np.corrcoef(hard[0], knee[0])[0, 1]) > 0.9
    # One magnet twice is one.
    twice = (
        kinds(table[[0, 0]], ["2:14:1"] * 2, ["", ""], None, job.temperature),
        None,
    )
    twins = Properties(leading.iloc[[0, 0]], {}, 300, rng, twice).score(
        "remanence_T"
    )
    assert_allclose(twins[0], twins[1], atol=1e-3)


def test_draws_repeat_for_a_seed():
    job = make_job(mk.applications.load("energy-traction-motor"))
    table = make_table("Nd1.8Dy0.2Fe14B", "SmCo5")
    leading = evaluate(table, None, job).columns.frame()
    one = sample(leading, job, 200, 3)
    same = sample(leading, job, 200, 3)
    other = sample(leading, job, 200, 4)
    assert_array_equal(one.loss, same.loss)
    assert not np.array_equal(one.loss, other.loss)
    assert one.loss.shape == one.meets.shape == one.margin.shape == (2, 200)
    assert_array_equal(one.meets, one.margin >= 0.0)
    # As often as the ranking says, to what two hundred draws tell.
    chance = leading[CHANCE].to_numpy()
    assert_allclose(one.meets.mean(axis=1), chance, atol=0.1)
    # A miss costs one over its unit of regret, which is 0.2 here.
    units = [
        unit.model_copy(update={"value": 0.4})
        if unit.column == CHANCE
        else unit
        for unit in job.profile.units
    ]
    lenient = job.profile.model_copy(update={"units": tuple(units)})
    less = sample(leading, dataclasses.replace(job, profile=lenient), 200, 3)
    assert_allclose(one.loss - less.loss, 2.5 * ~one.meets, atol=1e-9)
    # A host that the device does not allow misses the whole of a limit.
    other_device = job.profile.model_copy(update={"hosts": ("1:5",)})
    outside = sample(
        leading, dataclasses.replace(job, profile=other_device), 50, 0
    )
    assert (outside.margin[0] <= -1.0).all()
    assert not outside.meets[0].any()


def test_share_of_the_reference_uses_its_draws():
    # The device's own magnet: 99.9 % of what it has it always has; another, weaker one never.
    motor = mk.applications.load("energy-traction-motor")
    job = make_job(motor, require=["remanence_T>=0.999*reference"])
    only = [
        r for r in job.profile.requirements if r.share_of_reference is not None
    ]
    job = dataclasses.replace(
        job,
        profile=job.profile.model_copy(update={"requirements": tuple(only)}),
    )
    reference, shell = motor.reference.table(), motor.reference.shell or ""
    weak = make_table("SmCo5", "Nd1.2Dy0.8Fe14B")
    table = mk.CompositionTable.concat([reference, weak])
    leading = evaluate(table, [shell, "", ""], job).columns.frame()
    samples = sample(leading, job, 100, 0)
    assert samples.meets.mean(axis=1).tolist() == pytest.approx(
        [1.0, 0.0, 0.0], abs=0.02
    )


def test_errors_of_a_route_are_those_of_its_process():
    job = make_job(mk.applications.load("energy-traction-motor"))
    table = make_table("Nd1.8Dy0.2Fe14B", "Nd2Fe14B", "Nd2Fe14B")
    groups = job.groups(["sintered-fine-grained", "", ""])
    assert [rows.tolist() for _, rows in groups] == [[1, 2], [0]]
    hosts, shells = ["2:14:1"] * 3, [""] * 3
    found = _kinds_by_route(table, hosts, shells, job, groups)
    made = groups[1][0].conditions.process
    fine = kinds(table[:1], ["2:14:1"], [""], made, job.temperature)
    # Fine grains have an error of their own.
    assert found.effects[0].tolist() == fine.effects[0].tolist()
    assert found.effects[0, 1] > 0.0
    assert found.effects[1:, 1].tolist() == [0.0, 0.0]
