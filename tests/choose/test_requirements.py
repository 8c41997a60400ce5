"""Probabilities and margins of a device's requirements."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from magnetkit.columns import STATUSES
from magnetkit.errors import InputError
from scipy.special import ndtr

from magnetkit import applications
from magnetkit._core._columnar import Coded, Columns
from magnetkit._core._requirement_text import parse_requirement
from magnetkit.choose._job import held_beside, make_job
from magnetkit.choose._profile_parts import Requirement
from magnetkit.choose._requirements import (
    _first_status,
    evaluate_requirements,
)
from magnetkit.choose.probability import sample_limit, score_at_limit


def _judge(profile, frame, kelvin=None, **keywords):
    """Evaluate one frame at all temperatures."""
    kelvin = kelvin or profile.temperature_K
    tables = dict.fromkeys([*profile.temperatures, kelvin], _columns(frame))
    return evaluate_requirements(profile, tables, kelvin, **keywords)


def _columns(frame):
    texts = {n: _encode(frame[n]) for n in ("host", "status") if n in frame}
    return Columns({name: frame[name].to_numpy() for name in frame} | texts)


def _range(column, value, half):
    """Return a column and the ends of its range."""
    return {
        column: value,
        f"{column}_lo": value - half,
        f"{column}_hi": value + half,
    }


def _encode(column):
    words = (
        STATUSES if column.name == "status" else tuple(dict.fromkeys(column))
    )
    return Coded(np.array([words.index(text) for text in column]), words)


def _profile_of_cited_limits(name):
    """Return a profile whose limits are as sure as if each were cited."""
    profile = applications.load(name)
    sure = {"limit_lo": None, "limit_hi": None}
    requirements = tuple(
        one.model_copy(update=sure) for one in profile.requirements
    )
    return profile.model_copy(update={"requirements": requirements})


def _probability(bound, side, value, lo, hi):
    """Return the probability that a quantity lies on one side of a bound."""
    z = float(
        score_at_limit(bound, side, *(np.array([x]) for x in (value, lo, hi)))[
            0
        ]
    )
    return ndtr(-side * z)


def test_a_number_without_interval_is_met_or_not():
    assert _probability(1.0, 1, 1.0, 1.0, 1.0) == 1.0
    assert _probability(1.0, -1, 1.0, 1.0, 1.0) == 1.0
    assert _probability(1.0, -1, 1.1, 1.1, 1.1) == 0.0


@given(
    st.floats(-5, 5), st.floats(0.1, 3), st.floats(0.1, 3), st.floats(-5, 5)
)
def test_both_sides_of_a_bound_add_up_to_one(value, below, above, bound):
    sides = [
        _probability(bound, s, value, value - below, value + above)
        for s in (1, -1)
    ]
    assert sum(sides) == pytest.approx(1.0)


def _make_profile(column="remanence_T", **limit):
    """Return a profile of one requirement, and frames for it."""
    profile = applications.load("patriot-beam-focusing")
    one = Requirement(
        column=column, source="by hand", status="assumption", **limit
    )
    return profile.model_copy(update={"requirements": (one,)})


def test_uncertain_limit_gives_exact_values_a_chance():
    # No heavy rare earth beyond 0.1 wt.%, 0.05 to 0.3: of 0.3 one engineer in twenty says yes.
    profile = _make_profile(
        "heavy_rare_earth_wt_pct", maximum=0.1, limit_lo=0.05, limit_hi=0.3
    )
    values = [0.0, 0.05, 0.1, 0.3, 1.0]
    chance = _judge(
        profile, _frame(profile, heavy_rare_earth_wt_pct=values)
    ).probability
    assert chance == pytest.approx([0.9995, 0.95, 0.5, 0.05, 0.0], abs=6e-4)


@given(
    st.floats(0.5, 1.5),
    st.floats(0.02, 0.3),
    st.floats(0.02, 0.3),
    st.floats(0.01, 0.3),
)
def test_range_of_a_limit_keeps_the_verdict_of_the_value(
    value, below, above, half
):
    # What the sieve of a screening rests on: a miss stays below a half, and a hit falls.
    sides = [np.array([x]) for x in (value, value - half, value + half)]
    exact = score_at_limit(1.0, 1, *sides)[0]
    uncertain = score_at_limit(
        1.0, 1, *sides, limit_range=(1.0 - below, 1.0 + above)
    )[0]
    assert np.sign(uncertain) == np.sign(exact)
    assert abs(uncertain) <= abs(exact)


@pytest.mark.parametrize(
    "limit", [{"minimum": 0.04}, {"absolute_maximum": 0.04}]
)
def test_probability_of_an_uncertain_limit_equals_draws(limit):
    profile = _make_profile(
        "remanence_coefficient_pct_K", **limit, limit_lo=0.02, limit_hi=0.06
    )
    # A change down is as large as one up.
    sign = 1.0 if "minimum" in limit else -1.0
    values = sign * np.array([0.01, 0.03, 0.05])
    columns = _range("remanence_coefficient_pct_K", values, 0.02)
    chance = _judge(profile, _frame(profile, **columns)).probability
    rng = np.random.default_rng(5)
    limit_draws = values[:, None] + 0.02 / 1.6449 * rng.standard_normal(
        (3, 100_000)
    )
    side = 1 if "minimum" in limit else -1
    limits = sample_limit(
        0.04, side, (0.02, 0.06), rng.standard_normal(100_000)
    )
    success = (
        np.abs(limit_draws) <= limits if side < 0 else limit_draws >= limits
    )
    assert chance == pytest.approx(success.mean(axis=1), abs=0.006)


@pytest.mark.parametrize(
    ("column", "limit", "value"),
    [
        (
            "demagnetization_safety",
            {"minimum": 1.1, "limit_lo": 1.0, "limit_hi": 1.2},
            1.2,
        ),
        ("irreversible_loss_pct", {"maximum": 5.0}, 4.9),
    ],
)
def test_limits_of_one_error_take_the_less_likely(column, limit, value):
    # H_cJ, the margin and the loss follow one quantity: together they are as likely as the less
    # likely one.
    hard = _make_profile(
        "coercivity_kA_m", minimum=1000.0, limit_lo=900.0, limit_hi=1100.0
    )
    safe = _make_profile(column, **limit)
    joint = hard.model_copy(
        update={"requirements": hard.requirements + safe.requirements}
    )
    columns = _range("coercivity_kA_m", np.array([1050.0]), 100.0)
    columns |= _range(column, np.array([value]), 0.1)
    frame = _frame(joint, **columns)
    one, other, both = (
        _judge(profile, frame).probability[0]
        for profile in (hard, safe, joint)
    )
    assert one != other
    assert both == pytest.approx(min(one, other))


def _frame(profile, **values):
    n = len(next(iter(values.values())))
    frame = pd.DataFrame({"host": [profile.hosts[0]] * n})
    for requirement in profile.requirements:
        middle = (
            requirement.limit if requirement.absolute_maximum is None else 0.0
        )
        for end in ("", "_lo", "_hi"):
            frame[f"{requirement.column}{end}"] = middle
    return frame.assign(**values)


def test_names_failures_and_the_smallest_margin():
    profile = _profile_of_cited_limits("patriot-beam-focusing")
    first = profile.requirements[0]
    low = first.limit * 0.9
    ends = _range(first.column, np.array([low, first.limit]), 0.0)
    frame = _frame(profile, **ends)
    verdict = _judge(profile, frame, 423.15)
    assert verdict.probability.tolist() == [0.0, 1.0]
    assert verdict.failed.texts() == [str(first), ""]
    assert verdict.margin[0] == pytest.approx(-0.1)
    assert verdict.margin[1] == pytest.approx(0.0)


def test_a_host_the_device_does_not_allow_fails():
    profile = applications.load("patriot-beam-focusing")
    frame = _frame(profile, host=["1:12"])
    verdict = _judge(profile, frame, 423.15)
    assert verdict.probability[0] == 0.0
    assert "host in" in verdict.failed.texts()[0]
    # It misses by more than any magnet of a host that is allowed and keeps something.
    assert verdict.margin[0] <= -1.0


def test_unknown_value_never_meets():
    profile = applications.load("patriot-beam-focusing")
    frame = _frame(profile, remanence_T=[np.nan])
    verdict = _judge(profile, frame, 423.15)
    assert verdict.probability[0] == 0.0
    # The margin is that of what is known.
    assert verdict.margin[0] == 0.0
    frame[frame.select_dtypes("number").columns] = np.nan
    verdict = _judge(profile, frame.assign(host="unknown"), 423.15)
    assert np.isnan(verdict.margin[0])
    assert verdict.probability[0] == 0.0


def test_energy_product_and_remanence_are_not_counted_twice():
    at_the_limit = [(1.0, 0.1)]
    joint = _motor(
        remanence_T=at_the_limit, max_energy_product_kJ_m3=at_the_limit
    )
    assert joint.probability[0] == pytest.approx(0.5)
    apart = _motor(remanence_T=at_the_limit, coercivity_kA_m=at_the_limit)
    assert apart.probability[0] == pytest.approx(0.25)


def _motor(**figures):
    """Judge magnets of the motor; each figure is (value, half width) over its limit."""
    profile = _profile_of_cited_limits("energy-traction-motor")
    limits = {r.column: r.limit for r in profile.requirements}
    n = len(next(iter(figures.values())))
    columns = {"host": ["2:14:1"] * n}
    for column, pairs in figures.items():
        value, half = limits[column] * np.array(pairs).T
        columns |= _range(column, value, half)
    frame = _frame(profile, **columns)
    return _judge(profile, frame)


def test_names_every_failure_of_a_magnet():
    verdict = _motor(
        remanence_T=[(1.2, 0.1), (0.8, 0.1), (0.8, 0.1)],
        coercivity_kA_m=[(1.2, 0.1), (0.8, 0.1), (1.2, 0.1)],
    )
    two_failures = (
        "remanence_T >= 1.17 at 293.15 K; coercivity_kA_m >= 1592 at 293.15 K"
    )
    assert verdict.failed.texts() == [
        "",
        two_failures,
        "remanence_T >= 1.17 at 293.15 K",
    ]
    assert verdict.probability[0] == pytest.approx(1.0, abs=0.002)


def test_probability_follows_the_normal_distribution():
    # The limit lies at the lower end of the 90 % interval: 95 % are above it (any table of the
    # normal distribution), at half of the way 79.46 %.
    verdict = _motor(coercivity_kA_m=[(1.1, 0.1), (1.05, 0.1), (1.0, 0.1)])
    assert verdict.probability == pytest.approx([0.95, 0.7946, 0.5], abs=1e-4)
    assert verdict.failed.texts() == [
        "",
        *["coercivity_kA_m >= 1592 at 293.15 K"] * 2,
    ]


def test_names_the_least_likely_requirement():
    verdict = _motor(remanence_T=[(1.07, 0.1)], coercivity_kA_m=[(1.06, 0.1)])
    # 87.5 % and 83.8 % together are 73 %.
    assert verdict.probability == pytest.approx([0.733], abs=0.002)
    assert verdict.failed.texts() == ["coercivity_kA_m >= 1592 at 293.15 K"]


def test_a_limit_on_the_modulus_has_two_sides():
    profile = _profile_of_cited_limits("energy-traction-motor")
    alpha = "remanence_coefficient_pct_K"
    values = np.array([-0.10, -0.16, 0.16, 0.13])
    frame = _frame(
        profile,
        host=["2:14:1"] * 4,
        **_range(alpha, values, 0.01),
    )
    verdict = _judge(profile, frame)
    assert verdict.probability == pytest.approx([1.0, 0.0, 0.0, 0.5], abs=1e-3)
    assert verdict.failed.texts() == [
        "",
        *["|remanence_coefficient_pct_K| <= 0.13"] * 3,
    ]


def test_narrowest_window_of_a_quantity_counts():
    profile = applications.load("energy-traction-motor")
    fields = {
        "column": "remanence_T",
        "source": "asked for",
        "status": "assumption",
    }
    limits = (
        {"minimum": 1.1},
        {"maximum": 1.3},
        {"maximum": 1.2},
        {"minimum": 1.0},
        {"minimum": 1.25},
    )
    requirements = tuple(Requirement(**fields, **limit) for limit in limits)
    probabilities = []
    for some in (
        requirements[:1],
        requirements[:2],
        requirements[:3],
        requirements[:4],
        requirements[3::-1],
        # Above 1.25 T and below 1.2 T lies nothing.
        requirements,
    ):
        narrow = profile.model_copy(update={"requirements": some})
        # One standard deviation is 0.1 T; 1.6449 of them to each side hold 90 %.
        frame = _frame(profile, host=["2:14:1"]).assign(
            **_range("remanence_T", 1.2, 0.16449)
        )
        probabilities.append(_judge(narrow, frame).probability[0])
    assert probabilities == pytest.approx(
        [0.8413, 0.6827, 0.3413, 0.3413, 0.3413, 0.0], abs=2e-4
    )


def _compare_with_reference(share, width, side="minimum"):
    """Judge a magnet 4 % more coercive than the reference, and the reference, against a share."""
    profile = applications.load("energy-traction-motor")
    h = "coercivity_kA_m"
    origin = {"source": "asked for", "status": "assumption"}
    limit = {side: 500.0 * share, "share_of_reference": share}
    requirement = Requirement(column=h, **limit, **origin)
    profile = profile.model_copy(
        update={"requirements": (requirement,), "hosts": ("2:14:1", "2:17")}
    )
    values = np.array([520.0, 500.0])
    frame = pd.DataFrame({"host": "2:14:1"} | _range(h, values, 0.2 * values))
    widths = None if width is None else {h: np.array([width, 0.0])}
    return _judge(profile, frame, widths=widths).probability


def test_errors_common_with_the_reference_cancel():
    # 20 against a sigma of 104 / 1.645 = 63.2 alone; a fifth of the variance is each one's own, so
    # that of the difference is two fifths: sigma 40.0, 0.5 of it, 69.1 %.
    assert _compare_with_reference(1.0, 0.4**0.5)[0] == pytest.approx(
        0.6915, abs=1e-3
    )
    # As far from a limit above it, the rest.
    assert _compare_with_reference(1.08, 0.4**0.5)[0] == pytest.approx(
        0.3085, abs=1e-3
    )
    # It stays below one above it, and exceeds one below it.
    below = [
        _compare_with_reference(share, 0.4**0.5, "maximum")[0]
        for share in (1.08, 1.0)
    ]
    assert below == pytest.approx([0.6915, 0.3085], abs=1e-3)
    # Another host shares nothing: sigma 89.4, 0.2237 of it, 58.8 %; nor does who knows nothing.
    for width in (2.0**0.5, None):
        assert _compare_with_reference(1.0, width)[0] == pytest.approx(
            0.5885, abs=1e-3
        )


def test_the_reference_does_what_the_reference_does():
    assert _compare_with_reference(1.0, 1.0)[1] == 1.0
    assert _compare_with_reference(1.01, 1.0)[1] < 0.5


def test_replaces_requirements_on_one_side_alone():
    profile = applications.load("energy-traction-motor")
    texts = [
        "remanence_T>=0.98*reference at 20C",
        "remanence_T <= 1.2",
        "curie_temperature_K >= 600",
    ]
    job = make_job(profile, require=texts)
    names = [str(r) for r in job.profile.requirements]
    assert "remanence_T >= 0.98*reference at 293.15 K" in names
    assert "remanence_T >= 1.17 at 293.15 K" not in names
    assert {"remanence_T <= 1.2", "curie_temperature_K >= 600"} <= set(names)
    assert len(names) == len(profile.requirements) + 2
    relative = job.profile.requirements[
        names.index("remanence_T >= 0.98*reference at 293.15 K")
    ]
    # N35UH has 1.17 to 1.22 T at 20 C.
    assert relative.limit == pytest.approx(0.98 * 1.195, rel=0.03)


def test_replaces_requirements_at_one_temperature_alone():
    # The servo motor asks 366 kA/m at its own temperature, 180 °C, and 1.14 T at 20 °C.
    servo = applications.load("hot-servo-motor")
    hot = make_job(servo, require=["coercivity_kA_m>=300 at 180C"]).profile
    names = [str(r) for r in hot.requirements]
    assert "coercivity_kA_m >= 300 at 453.15 K" in names
    assert "coercivity_kA_m >= 366" not in names
    assert held_beside(hot) == []
    (cold,) = [r for r in servo.requirements if r.column == "remanence_T"]
    beside = make_job(servo, require=["remanence_T >= 1.0"]).profile
    assert held_beside(beside) == [cold]
    above = make_job(servo, require=["remanence_T <= 1.3"]).profile
    assert held_beside(above) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("remanence_T", "not understood; write e.g."),
        ("remanence_T > 1", "not understood"),
        ("beauty >= 1", "'beauty' is no numeric result column"),
        (
            "curie_temperature_K >= 600 at 300K",
            "belongs to no one temperature",
        ),
        (
            "remanence_T >= reference at 900K",
            "reference magnet has none at 900 K",
        ),
        (
            "coercivity_kA_m >= 0*reference",
            "share of the reference must be above 0",
        ),
        ("coercivity_kA_m >= 1e999", "expected a finite number"),
        ("coercivity_kA_m >= 1e999*reference", "expected a finite number"),
        ("|remanence_coefficient_pct_K| >= 1", "takes <= and a number"),
        ("beauty >= reference", "'beauty' is no numeric result column"),
        ("status >= reference", "'status' is no numeric result column"),
        ("remanence_T >= 1 at noon", "noon"),
    ],
)
def test_refuses_an_unusable_requirement_with_the_way_out(text, message):
    with pytest.raises(InputError, match=message):
        make_job(applications.load("energy-traction-motor"), require=[text])


@pytest.mark.parametrize("name", applications.names())
def test_every_requirement_is_written_as_it_is_read(name):
    for requirement in applications.load(name).requirements:
        reread = parse_requirement(str(requirement))
        assert reread.column == requirement.column
        assert reread.limit == pytest.approx(requirement.limit, rel=1e-5)
        assert reread.temperature_K == requirement.temperature_K
        assert reread.absolute == (requirement.absolute_maximum is not None)


def test_status_is_the_first_failure():
    words = {
        300.0: ["ok", "ok", "cone", "not makeable", "paramagnetic"],
        400.0: ["ok", "planar", "ok", "ok", "planar"],
        200.0: ["ok", "cone", "planar", "ok", "ok"],
    }
    frames = {
        k: _columns(pd.DataFrame({"status": texts}))
        for k, texts in words.items()
    }
    expected = ["ok", "planar", "cone", "not makeable", "paramagnetic"]
    assert _first_status(frames, 300.0).texts() == expected
