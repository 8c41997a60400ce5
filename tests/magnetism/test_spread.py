"""What the lots of a producer differ by."""

import pytest
from magnetkit.errors import InputError

from magnetkit.magnetism.spread import constants, lots


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
