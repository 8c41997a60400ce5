"""Local B_r and H_cJ beside the shell model that they come from."""

import numpy as np
import pytest
from magnetkit.errors import InputError

import magnetkit as mk
from magnetkit.alloy import CompositionTable
from magnetkit.diffusion._local import (
    Magnet,
    alloyed_magnet,
    diffused_magnet,
    retained_share,
)
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
