"""Constants and unit factors."""

import pytest
from scipy import constants

from magnetkit import units


def test_constants_are_those_of_codata():
    # Of CODATA 2018 or 2022, by the version of scipy: they differ in the ninth digit.
    assert units.MU_0 == pytest.approx(constants.mu_0, rel=1e-8)
    assert units.MU_B == pytest.approx(constants.physical_constants["Bohr magneton"][0], rel=1e-8)
    assert (units.K_B, units.N_A) == (constants.k, constants.N_A)
    assert units.ZERO_CELSIUS == constants.zero_Celsius


def test_factors_of_the_cgs_tradition():
    # 1 kOe = 79.5775 kA/m, 1 MGOe = 7.95775 kJ/m3, 1 kG = 0.1 T.
    assert units.KILO_OERSTED == pytest.approx(79577.5, rel=1e-6)
    assert units.MEGA_GAUSS_OERSTED == pytest.approx(7957.75, rel=1e-6)
    assert units.KILO_GAUSS == 0.1
    assert units.ROOM_K == units.parse_temperature("20C")
