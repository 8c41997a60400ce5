"""What a producer's magnets differ by, against draws and sums by hand."""

import numpy as np
import pytest
from magnetkit.errors import InputError

from magnetkit.magnetism.spread import constants, deviations, lots, probability


@pytest.mark.parametrize(
    ("b", "h", "wide_b", "wide_h"),
    [(0.0, 0.0, 0.0105, 0.1), (-0.01, 0.05, 0.01, 0.1), (0.01, -0.05, 0.012, 0.12)],
)
def test_a_probability_is_that_of_draws(b, h, wide_b, wide_h):
    rng = np.random.default_rng(3)
    d_b, d_h = b + wide_b * rng.standard_normal(200_000), h + wide_h * rng.standard_normal(200_000)
    # Some trade of 0.6 % of B_r for 4 % of H_cJ meets both.
    low, high = (d_b + 0.0055) / 0.006, -(d_h + 0.0274) / 0.04
    seen = np.mean(np.minimum(low, 1) >= np.maximum(high, -1))
    one = [np.array([x]) for x in (b, h, wide_b, wide_h)]
    found = probability(tuple(one[:2]), tuple(one[2:]), (0.0055, 0.0274))
    assert found[0] == pytest.approx(seen, abs=0.004)
    bought = probability(tuple(one[:2]), tuple(one[2:]), (0.0055, 0.0274), trade=False)
    assert bought[0] == pytest.approx(np.mean((d_b >= -0.0055) & (d_h >= -0.0274)), abs=0.004)


def test_what_has_no_deviation_is_decided_by_its_sign():
    none = np.zeros(2)
    found = probability((np.array([-0.005, -0.02]), none), (none, none), (0.0055, 0.0274))
    assert found.tolist() == [1.0, 0.0]


def test_two_recipes_of_a_mill_differ_as_the_design_has_it():
    no = np.zeros(1, bool)
    at = [np.array([x]) for x in (0.0, 1e9, 0.0)]
    b_r, h_cj = deviations("2:14:1", *at, no, no)
    # 1 % of B_r; 7 % each of H_cJ far off.
    assert (b_r[0], h_cj[0]) == pytest.approx((0.01, 0.07 * 2**0.5))
    assert deviations("2:17", *at, no, no)[1][0] == pytest.approx(0.12 * 2**0.5)
    b_r, h_cj = deviations("2:14:1", np.array([-0.05]), np.zeros(1), np.array([0.2]), ~no, no)
    assert b_r[0] == pytest.approx(np.hypot(0.10 * 0.05, 0.007))
    assert h_cj[0] == pytest.approx(np.hypot(0.44 * 0.2, 0.03))
    same = deviations("1:5", np.zeros(1), np.zeros(1), np.zeros(1), no, no)
    assert (same[0][0], same[1][0]) == (0.0, 0.0)


def test_lots_are_those_of_a_family_or_as_told():
    # 99 % of lots: 2.33 deviations; printed typical over least of 1:5 is 1.20, of 2:17 1.54, 1.67.
    assert 1 / lots("1:5").share("coercivity_kA_m") == pytest.approx(1.20, abs=0.01)
    assert 1.45 < 1 / lots("2:17").share("coercivity_kA_m") < 1.67
    assert lots("2:14:1").slack("remanence_T") == pytest.approx(0.685 * 0.008, rel=1e-3)
    assert lots("2:14:1", {"H_cJ": 6.0}).coercivity_kA_m == 0.06
    assert lots("2:14:1", {"H_cJ": 6.0}).source == "as you say"
    assert constants()["level"] == [0.72, 1.39]
    for wrong in ({"B_r": 0.0}, {"B": 1.0}, {"B_r": True}, {"B_r": "1.5"}):
        with pytest.raises(InputError, match="percent of one lot"):
            lots("2:14:1", wrong)
