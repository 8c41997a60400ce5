"""Profiles judged from their reference magnet."""

import numpy as np
import pytest
from magnetkit.applications import load, names
from scipy.stats import truncnorm

import magnetkit as mk
from magnetkit.alloy import CompositionTable
from magnetkit.choose._job import _working, get_producer, make_job
from magnetkit.choose._profile_parts import Anchor, Requirement
from magnetkit.magnetism._measured import ALPHA, splits
from magnetkit.magnetism._reference import KnownValue, calibrate_on_reference
from magnetkit.magnetism.process import routes

H = "coercivity_kA_m"
B = "remanence_T"
MAGNET = "Nd1.65Dy0.35Fe14B"


def calibrate_on_magnet(text, *values):
    """Return the process of a magnet of which values are known."""
    producer = calibrate_on_reference(
        "it", CompositionTable.from_strings([text]), None, values
    )
    return {"producer": producer.record()}


def predict(text, process=None, kelvin=293.15, column=H):
    """Return a column of a magnet, a value for each temperature."""
    frame = mk.magnetism.sintered(text, kelvin, process=process)
    return frame[column].to_numpy()


def test_known_reference_is_predicted_exactly():
    alpha = KnownValue(ALPHA, -0.09, 293.15, 1e-5)
    known = {H: 2500.0, B: 1.0}
    values = [KnownValue(name, x, 293.15, 1e-4) for name, x in known.items()]
    process = calibrate_on_magnet(MAGNET, *values, alpha)
    # What is each magnet's own is left: a second magnet of the recipe has another one. What it is
    # off by is counted from the model that already falls as it does.
    fall = calibrate_on_magnet(MAGNET, alpha)
    for name, value in known.items():
        alone = predict(MAGNET, fall, column=name)[0]
        result = predict(MAGNET, process, column=name)[0]
        share = np.log(result / alone) / np.log(value / alone)
        assert share == pytest.approx(1.0 - splits()[name].residue, abs=0.02)
    low, high = (
        predict(MAGNET, process, column=f"{ALPHA}_{end}")[0]
        for end in ("lo", "hi")
    )
    assert low < -0.09 < high


def test_hot_measurement_anchors_the_hot_value():
    process = calibrate_on_magnet(MAGNET, KnownValue(H, 900.0, 423.15, 1e-3))
    kelvin = [293.15, 423.15]
    anchored = predict(MAGNET, process, kelvin)
    assert anchored[1] == pytest.approx(900.0, rel=0.08)
    # The level is that at 20 C: a magnet that has more when hot has more when cold, but less so.
    rise = np.log(anchored / predict(MAGNET, kelvin=kelvin))
    assert rise[0] / rise[1] == pytest.approx(0.55, abs=0.2)
    (magnet,) = process["producer"]["magnets"]
    names = ("quantity", "temperature_K", "slope")
    assert [magnet[name] for name in names] == [H, 423.15, 0.0]
    # Another host knows nothing of it.
    for column in (H, f"{H}_lo", B):
        same = predict("SmCo5", process, 423.15, column)
        assert same == predict("SmCo5", None, 423.15, column)


@pytest.mark.parametrize(
    ("route", "is_known"),
    [
        ("sintered-fine-grained", False),
        ("hot-deformed", False),
        ("bonded-isotropic", False),
        ("sintered-axial", True),
    ],
)
def test_anchor_leaves_other_routes_alone(route, is_known):
    process = calibrate_on_magnet(MAGNET, KnownValue(H, 2500.0, 293.15, 0.05))
    plain = predict("Nd2Fe14B", {"route": route})
    anchored = predict("Nd2Fe14B", process | {"route": route})
    assert (anchored != plain) == is_known


def test_soft_reference_anchors_nothing():
    process = calibrate_on_magnet("NdNi5", KnownValue(H, 900.0, 300.0, 0.05))
    assert not process["producer"]["magnets"]


def test_a_measured_alpha_bends_remanence_over_temperature():
    # Anchored on alpha alone B_r stays at 20 C, and follows the chord that was measured.
    process = calibrate_on_magnet(
        "Nd2Fe14B", KnownValue(ALPHA, -0.10, 293.15, 1e-5)
    )
    at = [293.15, 373.15]
    bare = predict("Nd2Fe14B", None, at, B)
    bent = predict("Nd2Fe14B", process, at, B)
    assert bent[0] == pytest.approx(bare[0], rel=1e-9)
    chord = 100.0 * (bent[1] / bent[0] - 1.0) / 80.0
    alpha = predict("Nd2Fe14B", process, column=ALPHA)[0]
    assert chord == pytest.approx(alpha, rel=1e-6)
    plain = predict("Nd2Fe14B", column=ALPHA)[0]
    assert plain < chord < -0.10 + 0.006


ORIGIN = {"source": "test", "status": "assumption"}


@pytest.mark.parametrize(
    ("kelvin", "is_asked"), [(453.15, True), (293.15, False)]
)
def test_todays_magnet_is_known_to_do_its_work(kelvin, is_asked):
    # The device asks for 366 kA/m when hot; where nothing is asked, nothing is cut off.
    known = Anchor(
        column=H, value=400.0, spread=40.0, temperature_K=kelvin, **ORIGIN
    )
    value, doubt = _working(400.0, 0.1, known, load("hot-servo-motor"))
    expected = (400.0, 0.1)
    if is_asked:
        cut = truncnorm(np.log(366 / 400) / 0.1, np.inf, np.log(400), 0.1)
        expected = (np.exp(cut.mean()), cut.std())
    assert (value, doubt) == pytest.approx(expected)


def test_modulus_limit_truncates_alpha_on_both_sides():
    limit = Requirement(column=ALPHA, absolute_maximum=0.02, **ORIGIN)
    profile = load("hot-servo-motor").model_copy(
        update={"requirements": (limit,)}
    )
    known = Anchor(
        column=ALPHA, value=-0.015, spread=0.02, temperature_K=453.15, **ORIGIN
    )
    working = _working(-0.015, 0.02, known, profile)
    cut = truncnorm(-0.25, 1.75, -0.015, 0.02)
    assert working == pytest.approx((cut.mean(), cut.std()))


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


def test_mill_of_the_user_replaces_the_anchor():
    profile = load("energy-traction-motor")
    producer = calibrate_on_magnet(
        "Nd2Fe14B", KnownValue(H, 400.0, 423.15, 0.03)
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


@pytest.mark.xfail(
    strict=True,
    reason="1.0 wt.%: what is asked is known in a range, which asks for more margin",
)
def test_first_motor_choice_takes_as_much_terbium_as_diffusion(motor):
    ranks, _ = motor
    # Diffusion as it is done puts in 0.2 to 0.8 wt.% of terbium on average.
    assert ranks["heavy_rare_earth_wt_pct"].iloc[0] <= 0.8 + 1e-9
