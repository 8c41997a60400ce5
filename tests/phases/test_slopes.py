"""Which slopes no entry of a snapshot tells of."""

import numpy as np
from magnetkit.elements import INDEX

from magnetkit.phases._mixing import Slope, unknown_pairs

CO, CU, FE, ZR = (INDEX[s] for s in ("Co", "Cu", "Fe", "Zr"))
METALS = np.array([CO, CU, FE, ZR])


def slope(main, metal):
    return Slope(INDEX["Sm"], main, metal, 0.0)


def test_pair_without_a_common_entry_is_unknown():
    slopes = (slope(CO, CU), slope(CO, FE), slope(CO, ZR), slope(FE, CU))
    sites = np.array(
        [
            [0.8, 0.2, 0.0, 0.0],  # cobalt with copper
            [1.0, 0.0, 0.0, 0.0],
            # iron alone: the slope of iron is told by its end
            [0.0, 0.0, 1.0, 0.0],
            # zirconium with no more than three tenths of cobalt
            [0.3, 0.0, 0.0, 0.7],
        ]
    )
    # One of two entries with the metal is enough, so one that has none of it changes nothing.
    assert unknown_pairs(slopes, METALS, sites) == [(CO, ZR), (FE, CU)]


def test_metals_that_no_entry_has_are_left_out():
    assert unknown_pairs((slope(CO, INDEX["Ag"]),), METALS, np.eye(4)) == []
