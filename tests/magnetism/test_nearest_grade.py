"""The grade that a magnet is called by: that of its crystal, nearest in B_r and H_cJ."""

import numpy as np
import pytest

from magnetkit._core._columnar import Coded
from magnetkit.magnetism.grades import nearest_grade_column

# T and kA/m; a grade's own name says them: 53 MGOe and 11 kOe, 20 MGOe, 32 MGOe.
NAMED = {
    "N5311": ("2:14:1", 1.445, 915.0),
    "Recoma 20": ("1:5", 0.90, 2400.0),
    "SmCo 32H": ("2:17", 1.16, 2070.0),
}


def nearest_grades(hosts, remanence, coercivity):
    return nearest_grade_column(
        Coded.of(hosts), np.array(remanence), np.array(coercivity)
    ).texts()


def test_missing_figures_match_no_grade():
    hosts = ["2:14:1", "2:14:1", "", "1:12", "2:14:1"]
    names = nearest_grades(
        hosts, [np.nan, 1.2, 1.2, 1.2, 1.2], [1000.0, 0.0, 1e3, 1e3, np.nan]
    )
    assert names == [""] * 5


@pytest.mark.parametrize("turn", range(3))
def test_grade_has_the_crystal_of_the_magnet(turn):
    rows = list(NAMED.items())
    rows = rows[turn:] + rows[:turn]
    hosts, remanence, coercivity = zip(*(row for _, row in rows), strict=True)
    assert nearest_grades(hosts, remanence, coercivity) == [
        name for name, _ in rows
    ]
