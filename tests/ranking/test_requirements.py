"""Probabilities and margins of a device's requirements."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

from magnetkit import applications
from magnetkit.ranking.requirements import judge, score


def _met(bound, side, value, lo, hi):
    """Return the probability that a quantity lies on one side of a bound."""
    z = float(score(bound, side, *(np.array([x]) for x in (value, lo, hi)))[0])
    return ndtr(-side * z)


def test_the_interval_end_is_exceeded_in_five_of_a_hundred():
    assert _met(12.0, 1, 10.0, 8.0, 12.0) == pytest.approx(0.05)
    assert _met(8.0, 1, 10.0, 8.0, 12.0) == pytest.approx(0.95)
    assert _met(10.0, 1, 10.0, 8.0, 12.0) == pytest.approx(0.5)


def test_a_number_without_interval_is_met_or_not():
    assert _met(1.0, 1, 1.0, 1.0, 1.0) == 1.0
    assert _met(1.0, -1, 1.0, 1.0, 1.0) == 1.0
    assert _met(1.0, -1, 1.1, 1.1, 1.1) == 0.0


@given(st.floats(-5, 5), st.floats(0.1, 3), st.floats(0.1, 3), st.floats(-5, 5))
def test_both_sides_of_a_bound_make_a_whole(value, below, above, bound):
    sides = [_met(bound, s, value, value - below, value + above) for s in (1, -1)]
    assert sum(sides) == pytest.approx(1.0)


def _frame(profile, **values):
    n = len(next(iter(values.values())))
    frame = pd.DataFrame({"host": [profile.hosts[0]] * n})
    for requirement in profile.requirements:
        middle = requirement.limit if requirement.absolute_maximum is None else 0.0
        frame[requirement.column] = middle
        frame[f"{requirement.column}_lo"] = middle
        frame[f"{requirement.column}_hi"] = middle
    return frame.assign(**values)


def test_failed_requirements_are_named_and_the_margin_is_the_smallest():
    profile = applications.load("patriot-beam-focusing")
    first = profile.requirements[0]
    low = first.limit * 0.9
    frame = _frame(
        profile,
        **{
            first.column: [low, first.limit],
            f"{first.column}_lo": [low, first.limit],
            f"{first.column}_hi": [low, first.limit],
        },
    )
    frames = dict.fromkeys([*profile.temperatures, 423.15], frame)
    verdict = judge(profile, frames, 423.15)
    assert verdict.probability.tolist() == [0.0, 1.0]
    assert list(verdict.failed) == [str(first), ""]
    assert verdict.margin[0] == pytest.approx(-0.1)
    assert verdict.margin[1] == pytest.approx(0.0)


def test_a_host_the_device_does_not_allow_fails():
    profile = applications.load("patriot-beam-focusing")
    frame = _frame(profile, host=["1:12"])
    verdict = judge(profile, dict.fromkeys([*profile.temperatures, 423.15], frame), 423.15)
    assert verdict.probability[0] == 0.0
    assert "host in" in str(verdict.failed[0])


def test_what_is_not_known_is_never_met():
    profile = applications.load("patriot-beam-focusing")
    frame = _frame(profile, remanence_T=[np.nan])
    verdict = judge(profile, dict.fromkeys([*profile.temperatures, 423.15], frame), 423.15)
    assert verdict.probability[0] == 0.0


def test_energy_product_and_remanence_are_not_counted_twice():
    profile = applications.load("energy-traction-motor")
    limits = {r.column: r.limit for r in profile.requirements}

    def chance(**halves):
        frame = _frame(profile, host=["2:14:1"])
        for column, half in halves.items():
            frame[f"{column}_lo"] -= half
            frame[f"{column}_hi"] += half
        return judge(profile, dict.fromkeys(profile.temperatures, frame), profile.temperature_K)

    both = chance(remanence_T=0.1, max_energy_product_kJ_m3=20.0)
    assert both.probability[0] == pytest.approx(0.5)
    apart = chance(remanence_T=0.1, coercivity_kA_m=100.0)
    assert apart.probability[0] == pytest.approx(0.25)
    assert {"remanence_T", "max_energy_product_kJ_m3", "coercivity_kA_m"} <= set(limits)
