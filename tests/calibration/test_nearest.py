"""The grade that a magnet is called by: that of its crystal, nearest in B_r and H_cJ."""

import numpy as np
import pytest
from magnetkit.errors import InputError

from magnetkit.calibration.grades import nearest_grades

# T and kA/m; a grade's own name says them: 53 MGOe and 11 kOe, 20 MGOe, 32 MGOe.
NAMED = {
    "N5311": ("2:14:1", 1.445, 915.0),
    "Recoma 20": ("1:5", 0.90, 2400.0),
    "SmCo 32H": ("2:17", 1.16, 2070.0),
}


def test_what_has_no_figures_or_no_known_host_is_like_no_grade():
    hosts = ["2:14:1", "2:14:1", "", "1:12", "2:14:1"]
    found = nearest_grades(hosts, [np.nan, 1.2, 1.2, 1.2, 1.2], [1000.0, 0.0, 1e3, 1e3, np.nan])
    assert found.tolist() == [""] * 5


@pytest.mark.parametrize("turn", range(3))
def test_a_magnet_is_named_by_a_grade_of_its_own_crystal(turn):
    rows = list(NAMED.items())
    rows = rows[turn:] + rows[:turn]
    hosts, remanence, coercivity = zip(*(row for _, row in rows), strict=True)
    assert nearest_grades(hosts, remanence, coercivity).tolist() == [name for name, _ in rows]


@pytest.mark.parametrize(
    ("hosts", "remanence", "coercivity"),
    [
        (None, [1.2], [1000.0]),
        ("2:14:1", 1.2, 1000.0),
        (["2:14:1"], ["x"], [1000.0]),
        (["2:14:1"], 1.2, 1000.0),
        (["2:14:1", "1:5"], [1.2, 0.9], [1000.0]),
    ],
)
def test_what_is_not_one_number_for_each_host_is_refused(hosts, remanence, coercivity):
    with pytest.raises(InputError, match="B_r and H_cJ of"):
        nearest_grades(hosts, remanence, coercivity)
