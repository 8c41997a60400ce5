"""Ions and valences against textbooks."""

import pytest
from magnetkit.elements import index

from magnetkit.features._elements import (
    ION_PROPERTIES,
    ion_properties,
    magnetic_valence,
)


def test_de_gennes_factors_and_moments():
    # (g - 1)^2 J (J + 1) and g J of the free ions: Jensen and Mackintosh, Rare Earth Magnetism
    # (1991), table 1.1.
    column = {
        name: ion_properties()[:, k] for k, name in enumerate(ION_PROPERTIES)
    }
    for symbol, de_gennes, moment in (
        ("Nd", 1.84, 3.27),
        ("Gd", 15.75, 7.0),
        ("Tb", 10.5, 9.0),
        ("Dy", 7.08, 10.0),
        ("Er", 2.55, 9.0),
    ):
        assert column["de_gennes"][index(symbol)] == pytest.approx(
            de_gennes, abs=0.01
        )
        assert column["moment_muB"][index(symbol)] == pytest.approx(
            moment, abs=0.01
        )
    assert (
        column["coupled_moment_muB"][index("Nd")]
        > 0
        > column["coupled_moment_muB"][index("Dy")]
    )
    # Mixed-valent cerium has no 4f moment of its own, but a size.
    assert column["moment_muB"][index("Ce")] == 0.0
    assert column["ionic_radius_A"][index("Ce")] > 0.9


def test_the_magnetic_valence_is_that_of_williams():
    # Williams et al., IEEE Trans. Magn. 19 (1983) 1983.
    valence = magnetic_valence()
    assert [valence[index(s)] for s in ("Fe", "Co", "Ni", "B")] == [
        2.0,
        1.0,
        0.0,
        -3.0,
    ]
