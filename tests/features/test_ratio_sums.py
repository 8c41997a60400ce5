"""The sums whose ratios the model of the Curie temperature is learnt over."""

import numpy as np
import pytest
from magnetkit.elements import index

import magnetkit as mk
from magnetkit.features._elements import magnetic_valence, ratio_sums


def test_ratios_equal_a_manual_count():
    names, sums = ratio_sums()
    (atoms,) = mk.CompositionTable.from_strings(
        ["Nd1.5Ce0.5Fe12Co2B"]
    ).to_array()
    row = atoms @ sums.upper / (atoms @ sums.lower)[sums.which]
    features = dict(zip(names, row, strict=True))
    assert features["R_lattice"] == pytest.approx(2.0 / 16.0)
    assert features["cobalt_share"] == pytest.approx(2.0 / 14.0)
    assert features["Ce_R"] == pytest.approx(0.25)
    assert features["B_lattice"] == pytest.approx(1.0 / 16.0)
    # 12 of iron by 2, 2 of cobalt by 1, three valences each of two rare earths and boron, of 17.
    assert features["magnetic_valence"] == pytest.approx(
        (12 * 2 + 2 - 2 * 3 - 3) / 17.0
    )
    assert np.isfinite(row).all()
    assert sums.upper[index("Ce"), names.index("Ce_R")] == 1.0


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
