"""The sums whose ratios the model of the Curie temperature is learnt over."""

import numpy as np
import pytest
from magnetkit.elements import index

import magnetkit as mk
from magnetkit.features._elements import magnetic_valence, ratio_sums


def count_ratios(formula):
    """Return the ratios of a formula by name."""
    names, sums = ratio_sums()
    (atoms,) = mk.CompositionTable.from_strings([formula]).to_array()
    row = atoms @ sums.upper / (atoms @ sums.lower)[sums.which]
    return dict(zip(names, row, strict=True))


def test_ratios_equal_a_manual_count():
    features = count_ratios("Nd1.5Ce0.5Fe12Co2B")
    assert features["R_lattice"] == pytest.approx(2.0 / 16.0)
    assert features["cobalt_share"] == pytest.approx(2.0 / 14.0)
    assert features["Ce_R"] == pytest.approx(0.25)
    assert features["B_lattice"] == pytest.approx(1.0 / 16.0)
    # 12 of iron by 2, 2 of cobalt by 1, three valences each of two rare earths and boron, of 17.
    assert features["magnetic_valence"] == pytest.approx(
        (12 * 2 + 2 - 2 * 3 - 3) / 17.0
    )
    assert np.isfinite(list(features.values())).all()
    names, sums = ratio_sums()
    assert sums.upper[index("Ce"), names.index("Ce_R")] == 1.0


def test_each_ratio_counts_its_elements():
    features = count_ratios("Nd2Y1Dy1Fe10Ni2Mn1Cu4Zr3Si2Ga1C1N2H4")
    # 27 atoms beside 7 of interstitials; 23 of metals and 4 of rare earths.
    lattice = {
        "R": 4,
        "main_group": 3,
        "early_metals": 3,
        "late_metals": 4,
        "Ni": 2,
        "Mn": 1,
        "C": 1,
        "N": 2,
        "H": 4,
        "Si": 2,
        "Ga": 1,
        "Zr": 3,
        "Cu": 4,
        "Al": 0,
        "de_gennes": 2 * 81 / 44 + 85 / 12,
        "coupled_moment": 2 * 36 / 11 - 10,
    }
    for name, count in lattice.items():
        assert features[f"{name}_lattice"] == pytest.approx(count / 27), name
    # Valence of Fe 2, Ni 0, Mn 3, Cu -1, Zr -4, Si -4, Ga -3; of R -3, C -4, N -5 and H -1.
    metals = 20 + 3 - 4 - 12 - 8 - 3
    rest = -12 - 4 - 10 - 4
    assert features["magnetic_valence_metals"] == pytest.approx(metals / 23)
    assert features["magnetic_valence"] == pytest.approx((metals + rest) / 34)
    assert features["Fe_metals"] == pytest.approx(10 / 23)
    earths = {
        "Y": 1,
        "La": 0,
        "Ce": 0,
        "light": 2,
        "de_gennes": 2 * 81 / 44 + 85 / 12,
        "spin_projection": 2 * -27 / 22 + 2.5,
        "radius": 2 * 1.109 + 1.019 + 1.027,
    }
    for name, count in earths.items():
        assert features[f"{name}_R"] == pytest.approx(count / 4), name
    # Both ions are oblate.
    assert features["quadrupole_R"] < 0.0


@pytest.mark.parametrize(
    ("symbol", "valence"),
    [
        # Less the electrons outside closed shells, plus ten from manganese on.
        ("H", -1),
        ("La", -3),
        ("Ti", -4),
        ("Cr", -6),
        ("Mn", 10 - 7),
        ("Ni", 0),
        ("Cu", -1),
        ("Al", -3),
        ("Ar", 0),
        ("Nd", -3),
    ],
)
def test_magnetic_valence_counts_filled_d_states(symbol, valence):
    assert magnetic_valence()[index(symbol)] == valence
