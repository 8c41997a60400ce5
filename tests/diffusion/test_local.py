"""Local B_r and H_cJ beside the shell model that they come from."""

from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from magnetkit.elements import INDEX
from magnetkit.errors import InputError
from magnetkit.units import MU_0

import magnetkit as mk
from magnetkit.alloy import CompositionTable
from magnetkit.diffusion._local import (
    Case,
    Circuit,
    Magnet,
    Target,
    added_wt_pct,
    alloyed_magnet,
    alloyed_table,
    count_magnets,
    design_probability,
    diffused_magnet,
    flux_loss,
    read_target,
    retained_share,
    shape_case,
    shell_texts,
)
from magnetkit.diffusion._shapes import SelfField, cut, read_shape
from tests.recipes import make_table

BASE = make_table("Nd30.5Co0.9Cu0.1B1.0Fe bal.", basis="weight")


@pytest.fixture(scope="module")
def magnet():
    return diffused_magnet(BASE, "Tb", 423.15, None, 4.0)


def make_magnet(most=4.0, last=0.2):
    amount = np.array([0.0, 1.0, 2.0, 6.0])
    h_cj = 1e5 * np.array([4.0, 6.0, 7.0, 7.0])
    factor = np.exp([0.1, 0.1, last, last])
    b_r = 1.2 - 0.02 * amount
    return Magnet(
        "Tb",
        400.0,
        amount,
        b_r,
        h_cj,
        np.array([b_r, b_r]),
        np.array([h_cj / factor, h_cj * factor]),
        np.full(4, 0.92),
        1.05,
        7500.0,
        most,
        np.zeros(4),
        shares_producer=True,
    )


def test_magnet_equals_the_prediction(magnet):
    row = mk.magnetism.sintered(
        BASE, temperature="150C", shell="Tb 0.5 wt%"
    ).iloc[0]
    assert magnet.h_cj(np.array([0.5]))[0] / 1e3 == pytest.approx(
        row.coercivity_kA_m, rel=5e-3
    )
    assert magnet.b_r(np.array([0.5]))[0] == pytest.approx(
        row.remanence_T, rel=1e-4
    )
    # The 90 % interval ends 1.645 standard deviations below.
    low = magnet.h_cj(np.array([0.5]), -1.6449)[0] / 1e3
    assert low == pytest.approx(row.coercivity_kA_m_lo, rel=5e-3)


def test_terbium_serves_more_than_dysprosium_and_than_alloying(magnet):
    one = np.array([0.6])
    assert (
        magnet.h_cj(one)[0]
        > diffused_magnet(BASE, "Dy", 423.15, None, 4.0).h_cj(one)[0]
    )
    assert (
        magnet.h_cj(one)[0]
        > alloyed_magnet(BASE, "Tb", 423.15, None).h_cj(one)[0]
    )


def test_needed_content_is_the_inverse():
    content = make_magnet().needed(np.array([3e5, 4e5, 5e5, 6.5e5, 8e5]))
    assert content[:4] == pytest.approx([0.0, 0.0, 0.5, 1.5], abs=1e-9)
    assert np.isinf(content[4])
    # One deviation low, 0.1 in ln H_cJ.
    assert make_magnet().needed(np.array([5e5 * np.exp(-0.1)]), -1.0)[
        0
    ] == pytest.approx(0.5, abs=1e-3)


def test_grown_grains_keep_no_gain():
    assert make_magnet().h_cj(np.array([3.9, 4.1])).tolist() == [7e5, 4e5]
    # The largest content in use still counts.
    edge = make_magnet(most=2.0)
    assert edge.h_cj(np.array([2.0])).tolist() == [7e5]
    assert edge.needed(np.array([7e5]))[0] == pytest.approx(2.0)
    assert edge.most_coercive == 7e5
    assert make_magnet(most=1.0).most_coercive == 6e5
    # A level stretch has its least amount at its start.
    assert make_magnet(most=6.0).needed(np.array([7e5]))[0] == pytest.approx(
        2.0, abs=1e-3
    )


def test_local_loops_lose_a_tenth_at_the_knee():
    some = make_magnet()
    where = np.zeros(4)
    share = retained_share(some, where, np.array([0.0, 0.92 * 4e5, 4e5, 2e6]))
    # J at the knee is 0.9 B_r, of which the recoil line takes its part.
    slope = 0.05 * 4e-7 * np.pi * 0.92 * 4e5 / 1.2
    assert share[:3] == pytest.approx(
        [1.0, 0.9 / (1.0 - slope), 0.0], abs=2e-3
    )
    assert share[3] == -1.0


@pytest.mark.parametrize(
    ("alloy", "kelvin"), [("SmCo5", 300.0), ("Nd2Fe14B", 700.0)]
)
def test_refuses_an_impossible_magnet(alloy, kelvin):
    table = CompositionTable.from_strings([alloy])
    with pytest.raises(InputError, match="2:14:1"):
        diffused_magnet(table, "Tb", kelvin, None, 4.0)


def test_each_side_of_values_has_its_own_deviation():
    ends = np.array([[3e5] * 4, [6e5, 8e5, 9e5, 9e5]])
    b_r_ends = np.array([[1.1] * 4, [1.25] * 4])
    sold = replace(make_magnet(), coercivity_ends=ends)
    sold = replace(sold, remanence_ends=b_r_ends)
    none = np.zeros(1)
    # What a producer guarantees is off by a ratio, and its B_r not at all.
    assert sold.h_cj(none, -2.0)[0] == pytest.approx(4e5 * 0.75**2)
    assert sold.h_cj(none, 0.5)[0] == pytest.approx(4e5 * 1.5**0.5)
    assert sold.b_r(none, -1.0)[0] == 1.2
    predicted = replace(sold, shares_producer=False)
    assert predicted.h_cj(none, -0.5)[0] == pytest.approx(3.5e5)
    assert predicted.h_cj(none, 2.0)[0] == pytest.approx(8e5)
    assert predicted.b_r(none, -1.0)[0] == pytest.approx(1.1)
    assert predicted.b_r(none, 2.0)[0] == pytest.approx(1.3)
    # Never nothing: a millionth is left.
    assert predicted.h_cj(none, -5.0)[0] == pytest.approx(0.4)
    deviations = sold.log_deviations(np.array([0.0, 1.0]), np.array([3.0, 1]))
    remanence = np.log([1.2 / 1.1, 1.18 / 1.1])
    coercivity = np.log([4.0 / 3.0, 6.0 / 3.0])
    assert deviations == pytest.approx(
        (
            0.75 * remanence[0] + 0.25 * remanence[1],
            0.75 * coercivity[0] + 0.25 * coercivity[1],
        )
    )


def test_the_knee_follows_the_coercivity():
    magnet = make_magnet()
    assert magnet.knee(np.array([1.0, 5.0])) == pytest.approx(
        [0.92 * 6e5, 0.92 * 4e5]
    )
    content = magnet.needed(np.array([0.92 * 5e5]), by_knee=True)
    assert content[0] == pytest.approx(0.5)
    assert np.isinf(magnet.needed(np.array([0.93 * 7e5]), by_knee=True)[0])
    assert magnet.as_sold is magnet
    assert replace(magnet, sold=make_magnet(2.0)).as_sold.most_wt_pct == 2.0


def test_contents_are_forty_steps_by_one_factor():
    texts = shell_texts("Dy")
    assert len(texts) == 41
    assert texts[:2] == ["", "Dy 0.010000 wt%"]
    assert texts[-1] == "Dy 8.000000 wt%"
    alloys = alloyed_table(BASE, "Tb")
    assert len(alloys) == 41
    shares = alloys.fraction("Tb") / (
        alloys.fraction("Tb") + alloys.fraction("Nd")
    )
    assert shares[[0, 1, -1]] == pytest.approx([0.0, 0.005, 0.6])
    ratios = shares[2:] / shares[1:-1]
    assert ratios == pytest.approx(120.0 ** (1.0 / 39.0))
    added = added_wt_pct(alloys[5:], "Tb")
    assert added[0] == 0.0
    weight = 100.0 * alloys.weight_fractions()[:, INDEX["Tb"]]
    assert added[-1] == pytest.approx(weight[-1] - weight[5])


@pytest.mark.parametrize(
    ("status", "coercivity", "count"),
    [
        ("ok ok ok ok", [5.0, 4.0, 3.0, 2.0], 4),
        ("ok ok no ok", [5.0, 4.0, 3.0, 2.0], 2),
        ("ok ok ok ok", [5.0, 4.0, 3.0, np.nan], 3),
        ("ok ok ok ok", [5.0, 4.0, 0.0, 2.0], 2),
        ("ok no ok ok", [5.0, 4.0, 3.0, 2.0], r"at 423 K \(150 °C\): no; "),
        ("bad ok ok ok", [5.0, 4.0, 3.0, 2.0], r"at 423 K \(150 °C\): bad; "),
        ("ok ok ok ok", [0.0, 4.0, 3.0, 2.0], "it has no coercivity"),
    ],
)
def test_contents_count_up_to_the_first_without_magnet(
    status, coercivity, count
):
    frame = pd.DataFrame(
        {
            "status": status.split(),
            "coercivity_kA_m": coercivity,
            "temperature_K": 423.15,
        }
    )
    if isinstance(count, int):
        assert count_magnets(frame, "Nd2Fe14B", "Tb") == count
        return
    with pytest.raises(InputError, match=count) as refusal:
        count_magnets(frame, "Nd2Fe14B", "Tb")
    assert str(refusal.value).startswith("Nd2Fe14B makes no magnet with Tb at")
    assert str(refusal.value).endswith("diffusion is known in 2:14:1 alone")


def test_targets_are_met_at_their_limits():
    magnet = make_magnet()
    none = np.zeros(2)
    cells = np.ones(2)

    def meets(target, *fields):
        case = Case(400.0, np.array(fields), none)
        return target.met(magnet, none, case, cells, 0.0)

    # Every cell counts: H_cJ is 400 kA/m, the knee 368.
    assert meets(Target(margin=5e4), 3.5e5, 1e5)
    assert not meets(Target(margin=5e4), 3.5e5 + 1.0, 1e5)
    assert meets(Target(safety=1.15), 3.2e5, 1e5)
    assert not meets(Target(safety=1.15), 3.21e5, 1e5)
    # One of two cells is turned: all flux is gone.
    assert meets(Target(100.0), 2e6, 0.0)
    assert not meets(Target(99.9), 2e6, 0.0)


def test_requirements_have_open_ends():
    assert read_target("demagnetization_safety>=1.1") == Target(safety=1.1)
    assert read_target("irreversible_loss_pct<=99.9") == Target(99.9)
    for limit in (0, 100):
        with pytest.raises(InputError, match=r"between 0 and 100, got"):
            read_target(f"irreversible_loss_pct<={limit}")
    with pytest.raises(InputError, match=r"got 2$"):
        read_target(["margin_kA_m>=50"] * 2)


def test_lost_flux_is_weighted_by_volume():
    magnet = make_magnet()
    none = np.zeros(2)
    cells = np.array([3.0, 1.0])
    # A quarter of the magnet is reversed, which takes its flux twice.
    fields = [[0.0, 2e6], [2e6, 2e6], [-1e5, 0.0]]
    losses = [flux_loss(magnet, none, np.array(f), cells) for f in fields]
    assert losses == pytest.approx([50.0, 200.0, 0.0], abs=1e-9)


def test_probability_weighs_three_coefficients():
    magnet = make_magnet(last=0.1)
    cells = np.ones(2)
    none = np.zeros(2)
    case = Case(400.0, np.array([6e5, 5e5]), none)
    contents = [np.full(2, content) for content in (0.9, 1.0, 1.05)]

    def chance(amounts, *cases):
        each = [(magnet, one) for one in cases]
        return design_probability(Target(), each, amounts, cells)

    low, middle, high = (chance([content], case) for content in contents)
    assert low < middle < high
    # Gauss's three points of a normal distribution: 1/6, 2/3 and 1/6.
    whole = chance(contents, case)
    assert whole == pytest.approx((low + 4.0 * middle + high) / 6.0)
    # Errors are the same in every case: the worst counts.
    harder = Case(400.0, 1.02 * case.reverse, none)
    assert chance(contents, case, harder) == chance(contents, harder)


def test_circuits_scale_the_own_field_and_add_another():
    field = SelfField(cut(read_shape("20x10x3mm"), 300), "y")
    assert Circuit("y").scale(field) == 1.0
    # A load line of 3 leaves a quarter of the magnetization as field.
    assert Circuit("y", 3.0).scale(field) * field.factor == pytest.approx(0.25)
    circuit = Circuit("y", 3.0, 80.0, creep=5e3)
    assert circuit.outside().tolist() == [0.0, -85e3, 0.0]
    plain = shape_case(field, Circuit("y", 3.0), 400.0, 1.2, 1.0)
    case = shape_case(field, circuit, 400.0, 1.2, 1.0)
    assert case.reverse == pytest.approx(plain.reverse + 85e3)
    assert case.own == pytest.approx(plain.own) == plain.reverse
    assert (case.kelvin, case.b_r) == (400.0, 1.2)
    mean = np.average(plain.own, weights=field.cells.volumes)
    assert mean == pytest.approx(0.25 * 1.2 / MU_0)


def test_the_own_field_falls_with_remanence():
    case = Case(400.0, np.array([3e5, 2e5]), np.array([2e5, 1e5]), 1.2)
    # A tenth less on average: a tenth of the own part is gone.
    field = case.field(np.array([1.02, 1.14]))
    assert field == pytest.approx([2.8e5, 1.9e5])
    outside = Case(400.0, case.reverse, np.zeros(2))
    assert outside.field(np.array([0.5, 0.5])).tolist() == [3e5, 2e5]


def test_errors_of_both_values_count_in_own_field():
    magnet = make_magnet(last=0.1)
    # A standard deviation of 5 % of B_r, beside 10 % of H_cJ.
    ends = magnet.remanence * np.exp([[-0.05], [0.05]])
    magnet = replace(magnet, remanence_ends=ends)
    field = np.full(2, 5e5)
    contents = [np.ones(2)]

    def chance(own):
        case = Case(400.0, field, own * field, 1.18)
        each = [(magnet, case)]
        return design_probability(Target(), each, contents, np.ones(2))

    # H_cJ of 600 kA/m against 500: ln 1.2 over the deviations.
    normal = NormalDist()
    assert chance(0.0) == pytest.approx(
        normal.cdf(np.log(1.2) / 0.1), abs=2e-3
    )
    both = np.hypot(0.1, 0.05)
    assert chance(1.0) == pytest.approx(
        normal.cdf(np.log(1.2) / both), abs=2e-3
    )
