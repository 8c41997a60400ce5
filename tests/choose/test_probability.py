"""The probability of meeting limits, against draws and sums by hand."""

import numpy as np
import pytest

from magnetkit.choose.probability import (
    probability_of_grades,
    probability_of_limits,
    producer_deviations,
)

NONE = np.zeros(2)


@pytest.mark.parametrize(
    ("flux", "hardness", "flux_deviation", "hardness_deviation"),
    [(0.0, 0.0, 0.0105, 0.1), (-0.01, 0.05, 0.01, 0.1), (0.01, -0.05, 0.012, 0.12)],
)
def test_a_probability_is_that_of_draws(flux, hardness, flux_deviation, hardness_deviation):
    rng = np.random.default_rng(3)
    x = flux_deviation * rng.standard_normal(200_000)
    y = hardness_deviation * rng.standard_normal(200_000)
    of_flux, of_hardness = flux + 0.0055 + x, hardness + 0.0274 + y
    # Some trade of 0.6 % of B_r for 4 % of H_cJ meets both.
    low, high = of_flux / 0.006, -of_hardness / 0.04
    seen = np.mean(np.minimum(low, 1) >= np.maximum(high, -1))
    expected = np.array([flux + 0.0055]), np.array([hardness + 0.0274])
    deviations = np.array([flux_deviation]), np.array([hardness_deviation])
    traded = probability_of_limits(*expected, *deviations, trade=True)
    assert traded[0] == pytest.approx(seen, abs=0.004)
    plain = probability_of_limits(*expected, *deviations)
    both = (of_flux >= 0.0) & (of_hardness >= 0.0)
    assert plain[0] == pytest.approx(np.mean(both), abs=0.004)
    # A magnet of more flux has more of its own field against it.
    pulled = probability_of_limits(*expected, *deviations, pull=0.8)
    both = (of_flux >= 0.0) & (of_hardness - 0.8 * x >= 0.0)
    assert pulled[0] == pytest.approx(np.mean(both), abs=0.004)


def test_what_has_no_deviation_is_decided_by_its_sign():
    decided = probability_of_limits([0.0005, -0.0145], [0.0, 0.0], NONE, NONE)
    assert decided == pytest.approx([1.0, 0.0], abs=1e-12)
    at_the_limit = probability_of_limits([0.0, 0.0], [0.0, -1e-6], NONE, NONE)
    assert at_the_limit == pytest.approx([1.0, 0.0], abs=1e-12)


def test_what_is_sold_is_as_sure_as_print():
    # Two per cent of H_cJ is one deviation.
    assert probability_of_grades(np.array([1.0]), np.array([0.02]))[0] == pytest.approx(
        0.841, abs=0.002
    )


def test_two_recipes_of_a_producer_differ_as_the_design_has_it():
    no = np.zeros(1, bool)
    far = [np.array([x]) for x in (0.0, 1e9, 0.0)]
    b_r, h_cj = producer_deviations("2:14:1", *far, no, no)
    # 1 % of B_r; 7 % each of H_cJ far off.
    assert (b_r[0], h_cj[0]) == pytest.approx((0.01, 0.07 * 2**0.5))
    assert producer_deviations("2:17", *far, no, no)[1][0] == pytest.approx(0.12 * 2**0.5)
    same = [np.array([-0.05]), np.zeros(1), np.array([0.2])]
    b_r, h_cj = producer_deviations("2:14:1", *same, ~no, no)
    assert b_r[0] == pytest.approx(np.hypot(0.10 * 0.05, 0.007))
    assert h_cj[0] == pytest.approx(np.hypot(0.44 * 0.2, 0.03))
    none = producer_deviations("1:5", np.zeros(1), np.zeros(1), np.zeros(1), no, no)
    assert (none[0][0], none[1][0]) == (0.0, 0.0)
