"""Constants and unit factors."""

import pytest
from scipy import constants

from magnetkit import units

BOHR = constants.physical_constants["Bohr magneton"][0]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # Of CODATA 2018 or 2022, by the version of scipy: two differ in the ninth digit.
        ("MU_0", constants.mu_0), ("MU_B", BOHR), ("K_B", constants.k), ("N_A", constants.N_A),
        ("ZERO_CELSIUS", constants.zero_Celsius),
        # 1 kOe, 1 MGOe and 1 kG in SI.
        ("KILO_OERSTED", 79577.4715), ("MEGA_GAUSS_OERSTED", 7957.74715), ("KILO_GAUSS", 0.1),
        ("ROOM_K", 293.15),
    ],
)  # fmt: skip
def test_constants_and_factors_are_those_of_the_si(name, expected):
    assert getattr(units, name) == pytest.approx(expected, rel=1e-8)
