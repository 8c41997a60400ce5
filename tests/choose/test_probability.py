"""The probability of meeting limits, against draws and sums by hand."""

import numpy as np
import pytest

from magnetkit.choose.probability import (
    limit_deviation,
    probability_of_grades,
    probability_of_limits,
    producer_deviations,
    sample_limit,
    score_at_limit,
)

NONE = np.zeros(2)


@pytest.mark.parametrize(
    ("flux", "hardness", "flux_deviation", "hardness_deviation"),
    [
        (0.0, 0.0, 0.0105, 0.1),
        (-0.01, 0.05, 0.01, 0.1),
        (0.01, -0.05, 0.012, 0.12),
    ],
)
def test_a_probability_is_that_of_draws(
    flux, hardness, flux_deviation, hardness_deviation
):
    rng = np.random.default_rng(3)
    x = flux_deviation * rng.standard_normal(200_000)
    y = hardness_deviation * rng.standard_normal(200_000)
    of_flux = flux + 0.0055 + x
    of_hardness = hardness + 0.0274 + y
    # Some trade of 0.6 % of B_r for 4 % of H_cJ meets both.
    low = of_flux / 0.006
    high = -of_hardness / 0.04
    share = np.mean(np.minimum(low, 1) >= np.maximum(high, -1))

    def probability(**options):
        return probability_of_limits(
            [flux + 0.0055],
            [hardness + 0.0274],
            [flux_deviation],
            [hardness_deviation],
            **options,
        )

    with_trade = probability(trade=True)
    assert with_trade[0] == pytest.approx(share, abs=0.004)
    plain = probability()
    success = (of_flux >= 0.0) & (of_hardness >= 0.0)
    assert plain[0] == pytest.approx(np.mean(success), abs=0.004)
    # A magnet of more flux has more of its own field against it.
    with_pull = probability(pull=0.8)
    success = (of_flux >= 0.0) & (of_hardness - 0.8 * x >= 0.0)
    assert with_pull[0] == pytest.approx(np.mean(success), abs=0.004)


def test_sign_decides_without_a_deviation():
    probability = probability_of_limits(
        [0.0005, -0.0145], [0.0, 0.0], NONE, NONE
    )
    assert probability == pytest.approx([1.0, 0.0], abs=1e-12)
    at_the_limit = probability_of_limits([0.0, 0.0], [0.0, -1e-6], NONE, NONE)
    assert at_the_limit == pytest.approx([1.0, 0.0], abs=1e-12)


def test_uncertain_limits_widen_like_their_draws():
    rng = np.random.default_rng(4)
    x, y, of_flux, of_hardness = rng.standard_normal((4, 400_000))
    # One deviation of ln each: magnets 1 and 10 %, limits 2 and 8 %.
    flux = 0.01 + 0.01 * x - 0.02 * of_flux
    hardness = 0.1 + 0.1 * y - 0.08 * of_hardness
    one = np.ones(1)
    limits = {
        "flux_limit_deviation": 0.02 * one,
        "hardness_limit_deviation": 0.08 * one,
    }
    for pull in (0.0, 3.0):
        share = np.mean((flux >= 0.0) & (hardness - pull * 0.01 * x >= 0.0))
        probability = probability_of_limits(
            [0.01], [0.1], 0.01 * one, 0.1 * one, pull=pull, **limits
        )
        assert probability[0] == pytest.approx(share, abs=0.003)


def test_half_the_range_of_a_limit_is_one_side_of_nine_in_ten():
    # 1,000 (1,000 / 1.1 to 1,100) kA/m, of nine engineers in ten, is 5.8 % of one deviation.
    deviation = limit_deviation(
        np.array([1100.0]), 1000.0, (1000.0 / 1.1, 1100.0)
    )
    assert deviation[0] == pytest.approx(np.log(1.1) / 1.6449, rel=1e-4)


def test_nine_limits_in_ten_lie_in_their_range():
    scores = np.random.default_rng(6).standard_normal(200_000)
    for side in (1, -1):
        limits = sample_limit(955.0, side, (875.0, 1114.0), scores)
        assert np.mean(limits < 875.0) == pytest.approx(0.05, abs=0.002)
        assert np.mean(limits > 1114.0) == pytest.approx(0.05, abs=0.002)
        assert np.median(limits) == pytest.approx(955.0, abs=1.0)
        assert np.sign(np.corrcoef(scores, limits)[0, 1]) == side


def test_grades_of_the_market_are_as_sure_as_print():
    # Two per cent of H_cJ is one deviation.
    flux = np.array([1.0])
    hardness = np.array([0.02])
    sure = np.zeros(1)
    chance = probability_of_grades([[flux], [hardness]], [[sure], [sure]])
    assert chance[0] == pytest.approx(0.841, abs=0.002)
    # Of two limits the less likely one decides, which need not be that of less margin.
    wide = np.array([0.15])
    ratios = [[flux], [hardness + 0.1, hardness + 0.08]]
    probability = probability_of_grades(ratios, [[sure], [wide, sure]])
    assert probability[0] == pytest.approx(0.786, abs=0.002)


def test_two_recipes_of_a_producer_differ():
    no = np.zeros(1, bool)
    distances = [np.array([x]) for x in (0.0, 1e9, 0.0)]
    b_r, h_cj = producer_deviations("2:14:1", *distances, no, no)
    # 1 % of B_r; 7 % each of H_cJ far off.
    assert (b_r[0], h_cj[0]) == pytest.approx((0.01, 0.07 * 2**0.5))
    assert producer_deviations("2:17", *distances, no, no)[1][
        0
    ] == pytest.approx(0.12 * 2**0.5)
    same = [np.array([-0.05]), np.zeros(1), np.array([0.2])]
    b_r, h_cj = producer_deviations("2:14:1", *same, ~no, no)
    assert b_r[0] == pytest.approx(np.hypot(0.10 * 0.05, 0.007))
    assert h_cj[0] == pytest.approx(np.hypot(0.44 * 0.2, 0.03))
    none = producer_deviations(
        "1:5", np.zeros(1), np.zeros(1), np.zeros(1), no, no
    )
    assert (none[0][0], none[1][0]) == (0.0, 0.0)


def test_correlation_length_and_route_separate_recipes():
    no = np.zeros(1, bool)
    zero = np.zeros(1)
    distances = [zero, np.array([0.05]), zero]
    # 2 x 0.07^2 (1 - 1/e) at the length of 0.05, and 18 % of H_cJ for another route.
    _, h_cj = producer_deviations("2:14:1", *distances, no, no)
    assert h_cj[0] == pytest.approx(0.07 * np.sqrt(2.0 * (1.0 - np.exp(-1.0))))
    b_r, h_cj = producer_deviations("2:14:1", zero, zero, zero, no, ~no)
    assert (b_r[0], h_cj[0]) == pytest.approx((0.03, 0.18))


def test_range_end_towards_the_limit_sets_the_width():
    value, low, high = np.array([[10.0], [8.0], [13.0]])
    # Above by 2 of 3: two thirds of 1.645; below by 1 of 2: a half.
    above = score_at_limit(12.0, -1, value, low, high)
    assert abs(above[0]) == pytest.approx(1.645 * 2 / 3, abs=1e-3)
    below = score_at_limit(9.0, -1, value, low, high)
    assert abs(below[0]) == pytest.approx(1.645 / 2, abs=1e-3)
