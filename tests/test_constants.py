"""Numbers that have a source outside the package: CODATA, pymatgen, standards, papers."""

from importlib import import_module
from math import exp, log, pi

import numpy as np
import pytest
from pymatgen.core import Element
from scipy.constants import N_A, convert_temperature, physical_constants
from scipy.stats import norm

from magnetkit import elements
from magnetkit.magnetism.sintered import Duty

BOLTZMANN = physical_constants["Boltzmann constant"][0]
BOHR_MAGNETON = physical_constants["Bohr magneton"][0]
MU_0 = physical_constants["vacuum mag. permeability"][0]
A3 = 1e-30
ROOM = convert_temperature(20.0, "Celsius", "Kelvin")
# Half of a range of nine in ten, in standard deviations.
HALF = norm.ppf(0.95)

SOURCED = {
    "_core._constants": {
        "DEVIATIONS_90": HALF,
        "K_B": BOLTZMANN,
        "MU_0": MU_0,
        "MU_B": BOHR_MAGNETON,
        "N_A": N_A,
        "ROOM_K": ROOM,
        "ZERO_CELSIUS": 273.15,
    },
    # The trade prints coefficients from 20 to 100 C. 1 kOe, 1 MGOe and 1 kG in A/m, J/m3 and T.
    "_core.units": {
        "BETWEEN": (ROOM, ROOM + 80.0),
        "KILO_GAUSS": 0.1,
        "KILO_OERSTED": 1e6 / (4.0 * pi),
        "MEGA_GAUSS_OERSTED": 1e5 / (4.0 * pi),
        "TEN_YEARS": 10 * 365 * 24,
    },
    # Excel's last row (Microsoft, specifications and limits).
    "alloy._workbook": {"_LAST_ROW": 1_048_576},
    "alloy.substitution": {"_MAX_ROWS": np.iinfo(np.int64).max},
    # FNV-1a of 64 bits (RFC 9923): offset basis and prime.
    "choose._ranking_kernels": {
        "_OFFSET": 0xCBF29CE484222325,
        "_PRIME": 2**40 + 2**8 + 0xB3,
    },
    "compound._intrinsic_kernels": {
        "_MJ_PER_K": BOLTZMANN / A3 * 1e-6,
        "_TO_ENERGY": 1e-6 / MU_0,
        "TESLA": MU_0 * BOHR_MAGNETON / A3,
    },
    # As numpy.isclose has them.
    "features._descriptor_kernels": {"_ABSOLUTE": 1e-8, "_RELATIVE": 1e-5},
    "magnetism._magnet_kernels": {"ROOM": ROOM},
    # Iron at room temperature: Cullity and Graham (2009).
    "magnetism.phase_balance": {"IRON_POLARIZATION_T": 2.15},
    "phases._judged": {
        "BOLTZMANN_EV_K": physical_constants["Boltzmann constant in eV/K"][0]
    },
    # A folder of more rows keeps fewer columns, as the manual says.
    "run.screen": {"MANY_ROWS": 100_000},
    "surrogates._gaussian_process_kernels": {"_SQRT5": np.float32(5.0**0.5)},
    "surrogates._process": {"_SQRT5": 5.0**0.5},
}
PLACES = {
    "compound._intrinsic_kernels": {
        "_IRON": "Fe",
        "_COBALT": "Co",
        "_YTTRIUM": "Y",
        "_CARBON": "C",
    },
    "alloy._notation_kernels": {
        "_HYDROGEN": "H",
        "_NITROGEN": "N",
        "_SODIUM": "Na",
        "_COBALT": "Co",
        "_PRASEODYMIUM": "Pr",
        "_NEODYMIUM": "Nd",
        "_SAMARIUM": "Sm",
    },
    "phases._stability_kernels": {
        "_FE": "Fe",
        "_CO": "Co",
        "_NI": "Ni",
        "_MN": "Mn",
        "_CU": "Cu",
    },
}


def rows(table):
    return [
        (module, name, value)
        for module, constants in table.items()
        for name, value in constants.items()
    ]


@pytest.mark.parametrize(("module", "name", "value"), rows(SOURCED))
def test_a_number_is_that_of_its_source(module, name, value):
    number = getattr(import_module(f"magnetkit.{module}"), name)
    assert number == pytest.approx(value, rel=1e-9, abs=0.0)


@pytest.mark.parametrize(("module", "name", "symbol"), rows(PLACES))
def test_an_element_stands_at_its_atomic_number(module, name, symbol):
    assert (
        getattr(import_module(f"magnetkit.{module}"), name)
        == Element(symbol).Z - 1
    )


def test_masses_are_those_of_others():
    for symbol, mass in zip(
        elements.SYMBOLS, elements.ATOMIC_MASS, strict=True
    ):
        assert mass == pytest.approx(
            float(Element(symbol).atomic_mass), rel=2e-3
        ), symbol


def test_numbers_that_stand_for_others_are_near_them():
    from magnetkit.alloy import shells
    from magnetkit.choose import _evaluate
    from magnetkit.features import crystals as _crystals
    from magnetkit.magnetism.laws import law
    from magnetkit.phases.records import HOSTS

    # Nd2Fe14B orders at 585 to 588 K (Herbst 1991; Hirosawa 1986); sheets say 7.4 to 7.7 g/cm3.
    assert 585.0 <= HOSTS["2:14:1"].magnet.usual_curie_K <= 588.0
    assert 7.4 <= shells._DENSITY <= 7.7
    # Nd2O3: 336.48 g/mol, 7.24 g/cm3.
    assert (
        pytest.approx(336.48 / 7.24 / 2.0 / N_A * 1e24, abs=0.05)
        == law("grains").oxide_volume
    )
    assert exp(-(_crystals._CUT**2)) == pytest.approx(1e-8, rel=0.2)
    # No magnet has more flux for its mass than Fe65Co35: 240 A m2/kg (Bozorth 1951).
    assert 1.0 < _evaluate.FLUX_PER_MASS / (MU_0 * 240.0) < 1.1


def test_durations_equal_the_documentation():
    # docs/physics.md: 35 kA/m in a hundred hours, 62 in ten years.
    assert Duty(hours=100.0).creep == pytest.approx(35e3, rel=0.02)
    assert Duty(hours=87_600.0).creep == pytest.approx(62e3, rel=0.01)
    assert Duty(hours=1.0).creep == pytest.approx(
        0.005 / (4e-7 * pi) * log(60.0), rel=1e-6
    )
    # Nothing is lost before a loop is measured.
    assert Duty(hours=1.0 / 60.0).creep == Duty(hours=0.0).creep == 0.0
