"""What the lots of a producer differ by."""

from statistics import NormalDist

import numpy as np
import pytest
from magnetkit.errors import InputError

from magnetkit.magnetism.spread import Spread, constants, lots, shares


def test_lots_follow_the_family_or_the_user():
    # 99 % of lots: 2.33 deviations; printed typical over least of 1:5 is 1.20, of 2:17 1.54, 1.67.
    assert 1 / lots("1:5").share("coercivity_kA_m") == pytest.approx(
        1.20, abs=0.01
    )
    assert 1.45 < 1 / lots("2:17").share("coercivity_kA_m") < 1.67
    assert lots("2:14:1").slack("remanence_T") == pytest.approx(
        0.685 * 0.008, rel=1e-3
    )
    assert lots("2:14:1", {"H_cJ": 6.0}).coercivity_kA_m == 0.06
    assert lots("2:14:1", {"H_cJ": 6.0}).source == "as you say"
    assert constants()["level"] == [0.72, 1.39]
    for wrong in ({"B_r": 0.0}, {"B": 1.0}, {"B_r": True}, {"B_r": "1.5"}):
        with pytest.raises(InputError, match="percent of one lot"):
            lots("2:14:1", wrong)


def test_shares_follow_from_deviations():
    spread = Spread(0.01, 0.06)
    assert str(spread) == "B_r 1.0 %, H_cJ 6 %, assumed of the family"
    # 99 % of a normal distribution lie above 2.33 deviations below its middle, 95 % above 1.645.
    share = spread.share("coercivity_kA_m")
    below = np.log(share) / 0.06
    assert NormalDist().cdf(below) == pytest.approx(0.01, rel=0.02)
    slack = spread.slack("coercivity_kA_m")
    assert NormalDist().cdf(below + slack / 0.06) == pytest.approx(0.05)
    assert slack == pytest.approx(6.0 * spread.slack("remanence_T"))
    hosts = ("1:5", "2:14:1", "3:29")
    listed = shares(hosts, "remanence_T")
    expected = [lots(host).share("remanence_T") for host in hosts]
    assert listed[:-1].tolist() == expected
    assert np.isnan(listed[-1])
    # Nobody knows 3:29: it counts as 2:14:1.
    assert expected[1] == expected[2] != expected[0]


def test_a_given_deviation_leaves_the_other():
    given = lots("1:5", {"B_r": 49.9})
    assert given.remanence_T == pytest.approx(0.499)
    assert given.coercivity_kA_m == lots("1:5").coercivity_kA_m
    assert lots("1:5").source == lots("1:5", {}).source
    assert lots("1:5").source == "assumed of the family"
    for wrong in (50.0, -1.0, float("nan")):
        with pytest.raises(InputError, match="percent of one lot"):
            lots("1:5", {"H_cJ": wrong})
