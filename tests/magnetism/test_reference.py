"""Profiles judged from their reference magnet."""

import numpy as np
import pytest
from magnetkit.applications import load, names

import magnetkit as mk
from magnetkit.alloy import CompositionTable
from magnetkit.choose._job import get_producer, make_job
from magnetkit.magnetism._measured import ALPHA, splits
from magnetkit.magnetism._reference import KnownValue, calibrate_on_reference
from magnetkit.magnetism.process import routes

H = "coercivity_kA_m"
B = "remanence_T"


def calibrate_on_magnet(text, values, between=None):
    producer = calibrate_on_reference(
        "it", CompositionTable.from_strings([text]), None, values, between
    )
    return {"producer": producer.record()}


def test_known_reference_is_predicted_exactly():
    values = [
        KnownValue(H, 2500.0, 293.15, 1e-4),
        KnownValue(B, 1.0, 293.15, 1e-4),
        KnownValue(ALPHA, -0.09, 293.15, 1e-5),
    ]
    result = mk.magnetism.sintered(
        "Nd1.65Dy0.35Fe14B",
        293.15,
        process=calibrate_on_magnet("Nd1.65Dy0.35Fe14B", values),
    ).iloc[0]
    variances = splits()
    # What is each magnet's own is left: a second magnet of the recipe has another one.
    for name, value in ((H, 2500.0), (B, 1.0)):
        # What it is off by is counted from the model that already falls as it does.
        fall = calibrate_on_magnet("Nd1.65Dy0.35Fe14B", values[2:])
        alone = mk.magnetism.sintered(
            "Nd1.65Dy0.35Fe14B", 293.15, process=fall
        ).iloc[0][name]
        share = np.log(result[name] / alone) / np.log(value / alone)
        assert share == pytest.approx(1.0 - variances[name].residue, abs=0.02)
    assert result[f"{ALPHA}_lo"] < -0.09 < result[f"{ALPHA}_hi"]


def test_hot_measurement_anchors_the_hot_value():
    process = calibrate_on_magnet(
        "Nd1.65Dy0.35Fe14B", [KnownValue(H, 900.0, 423.15, 1e-3)]
    )
    hot_value = mk.magnetism.sintered(
        "Nd1.65Dy0.35Fe14B", 423.15, process=process
    )[H][0]
    assert hot_value == pytest.approx(900.0, rel=0.08)
    # The level is that at 20 C: a magnet that has more when hot has more when cold, but less so.
    kelvin = [293.15, 423.15]
    alone = mk.magnetism.sintered("Nd1.65Dy0.35Fe14B", kelvin)[H]
    anchor = mk.magnetism.sintered(
        "Nd1.65Dy0.35Fe14B", kelvin, process=process
    )[H]
    rise = np.log(anchor / alone)
    assert rise[0] / rise[1] == pytest.approx(0.55, abs=0.2)


def test_anchor_leaves_other_routes_alone():
    process = calibrate_on_magnet(
        "Nd1.65Dy0.35Fe14B", [KnownValue(H, 2500.0, 293.15, 0.05)]
    )
    for route in ("sintered-fine-grained", "hot-deformed", "bonded-isotropic"):
        plain = mk.magnetism.sintered("Nd2Fe14B", 293.15, process=route)[H][0]
        hot = mk.magnetism.sintered(
            "Nd2Fe14B", 293.15, process={**process, "route": route}
        )[H][0]
        assert hot == plain
    pressing = mk.magnetism.sintered(
        "Nd2Fe14B", 293.15, process={**process, "route": "sintered-axial"}
    )
    assert (
        pressing[H][0]
        != mk.magnetism.sintered("Nd2Fe14B", 293.15, process="sintered-axial")[
            H
        ][0]
    )


def test_anchor_leaves_other_hosts_alone():
    process = calibrate_on_magnet(
        "Nd1.65Dy0.35Fe14B", [KnownValue(H, 900.0, 423.15, 0.05)]
    )
    for column in (H, f"{H}_lo", B):
        plain = mk.magnetism.sintered("SmCo5", 423.15)[column][0]
        assert (
            mk.magnetism.sintered("SmCo5", 423.15, process=process)[column][0]
            == plain
        )


def test_soft_reference_anchors_nothing():
    table = CompositionTable.from_strings(["NdNi5"])
    assert (
        calibrate_on_reference(
            "it", table, None, [KnownValue(H, 900.0, 300.0, 0.05)]
        ).magnets
        == ()
    )


@pytest.mark.parametrize("name", names())
def test_the_reference_does_what_its_device_asks(name):
    profile = load(name)
    reference = profile.reference
    table = mk.screen(
        [reference.formula], application=name, basis=reference.basis
    ).table
    # The knee of Nd-Fe-B at 180 C and a small alpha that no maker prints are known no better; of
    # gyroscopes and of focusing over a range of temperature what is asked is known in a range alone.
    minima = {
        "hot-servo-motor": 0.6,
        "instrumentation-sensor": 0.6,
        "inertial-navigation": 0.65,
        "patriot-beam-focusing-compensated": 0.65,
    }
    assert table["probability_meets_requirements"][0] > minima.get(name, 0.75)


def test_todays_magnet_is_known_to_do_its_work():
    from scipy.stats import truncnorm

    from magnetkit.choose._job import _working
    from magnetkit.choose._profile_parts import Anchor

    profile = load("hot-servo-motor")
    origin = {
        "source": "test",
        "status": "assumption",
        "temperature_K": 453.15,
    }
    one = Anchor(column=H, value=400.0, spread=40.0, **origin)
    # The device asks for 366 kA/m.
    value, doubt = _working(400.0, 0.1, one, profile)
    distribution = truncnorm(
        (np.log(366.0) - np.log(400.0)) / 0.1, np.inf, np.log(400.0), 0.1
    )
    assert value == pytest.approx(np.exp(distribution.mean()))
    assert doubt == pytest.approx(distribution.std())
    # Where nothing is asked, nothing is cut off.
    cold = Anchor(
        column=H,
        value=400.0,
        spread=40.0,
        **{**origin, "temperature_K": 293.15},
    )
    assert _working(400.0, 0.1, cold, profile) == (400.0, 0.1)


def test_mill_of_the_user_replaces_the_anchor():
    profile = load("energy-traction-motor")
    producer = calibrate_on_magnet(
        "Nd2Fe14B", [KnownValue(H, 400.0, 423.15, 0.03)]
    )
    assert (
        get_producer(
            make_job(profile, process=producer).conditions.process
        ).name
        == "it"
    )
    process = make_job(
        profile, process={"grain_size_um": 3.0}
    ).conditions.process
    assert process["grain_size_um"] == 3.0
    assert get_producer(process).name == profile.reference.grade


@pytest.fixture(scope="module")
def motor():
    """Give the best for the motor, by usual routes, and the place of today's magnet."""
    ranks = mk.screen(application="energy-traction-motor").best(200)
    # Special routes are trials: nobody makes today's magnet by them.
    usual = ~ranks["route"].astype(str).str.split(";").str[0].isin(routes())
    ranks = ranks[(ranks["host"] == "2:14:1") & usual]
    return ranks, list(ranks["candidate"]).index("Nd1.67Dy0.33Fe13.8Co0.2B")


def test_motor_pays_for_no_terbium_in_the_alloy(motor):
    ranks, ahead = motor
    assert ahead >= 6
    # What stands before today's magnet is diffused, and holds less.
    before = ranks.iloc[:ahead]
    today = ranks.iloc[ahead]
    assert (before["shell"].astype(str) != "").all()
    # The least is 1.5 wt.% of dysprosium on 3 in the alloy, 4.4 for 4.9.
    saving = 0.1 * today["heavy_rare_earth_wt_pct"]
    assert (before["heavy_rare_earth_saved_wt_pct"] > saving).all()
    assert before["shell"].iloc[:3].astype(str).str.startswith("Tb").all()


def test_a_screening_takes_requirements_relative_to_todays_magnet():
    requirements = [
        "coercivity_kA_m>=0.85*reference",
        "remanence_T>=0.98*reference",
    ]
    result = mk.screen(
        application="energy-traction-motor", require=requirements
    )
    row = result.table[
        result.table["candidate"] == "Nd1.67Dy0.33Fe13.8Co0.2B"
    ].iloc[0]
    # It does what it does, whatever that is, and so counts as meeting.
    assert row["probability_meets_requirements"] >= result.job.threshold
    assert row["meets_requirements"]
    best = result.best(1).iloc[0]
    assert best["meets_requirements"]
    assert best["heavy_rare_earth_wt_pct"] < row["heavy_rare_earth_wt_pct"]


def test_modulus_limit_truncates_alpha_on_both_sides():
    from scipy.stats import truncnorm

    from magnetkit.choose._job import _working
    from magnetkit.choose._profile_parts import Anchor, Requirement
    from magnetkit.magnetism._measured import ALPHA

    origin = {"source": "test", "status": "assumption"}
    requirement = Requirement(column=ALPHA, absolute_maximum=0.02, **origin)
    profile = load("hot-servo-motor").model_copy(
        update={"requirements": (requirement,)}
    )
    one = Anchor(
        column=ALPHA, value=-0.015, spread=0.02, temperature_K=453.15, **origin
    )
    value, doubt = _working(-0.015, 0.02, one, profile)
    distribution = truncnorm(
        (-0.02 + 0.015) / 0.02, (0.02 + 0.015) / 0.02, -0.015, 0.02
    )
    assert value == pytest.approx(distribution.mean())
    assert doubt == pytest.approx(distribution.std())


def test_a_measured_alpha_bends_remanence_over_temperature():
    # Anchored on alpha alone B_r stays at 20 C, and follows the chord that was measured.
    table = CompositionTable.from_strings(["Nd2Fe14B"])
    values = [KnownValue(ALPHA, -0.10, 293.15, 1e-5)]
    process = {
        "producer": calibrate_on_reference("one", table, None, values).record()
    }
    at = [293.15, 373.15]
    bare = mk.magnetism.sintered(table, at)
    frame = mk.magnetism.sintered(table, at, process=process)
    assert frame[B][0] == pytest.approx(bare[B][0], rel=1e-9)
    chord = 100.0 * (frame[B][1] / frame[B][0] - 1.0) / 80.0
    assert chord == pytest.approx(frame[ALPHA][0], rel=1e-6)
    assert bare[ALPHA][0] < chord < -0.10 + 0.006


def test_anchor_holds_at_one_temperature():
    table = CompositionTable.from_strings(["Nd1.65Dy0.35Fe14B"])
    magnets = calibrate_on_reference(
        "it", table, None, [KnownValue(H, 900.0, 423.15, 0.05)]
    ).magnets
    assert [
        (m["quantity"], m["temperature_K"], m["slope"]) for m in magnets
    ] == [(H, 423.15, 0.0)]


@pytest.mark.xfail(
    strict=True,
    reason="1.0 wt.%: what is asked is known in a range, which asks for more margin",
)
def test_first_motor_choice_takes_as_much_terbium_as_diffusion(motor):
    ranks, _ = motor
    # Diffusion as it is done puts in 0.2 to 0.8 wt.% of terbium on average.
    assert ranks["heavy_rare_earth_wt_pct"].iloc[0] <= 0.8 + 1e-9
