"""The ions: Hund's rules, Lande's formula, Stevens factors and the order of the radii."""

from fractions import Fraction

import numpy as np
import pytest
from magnetkit.elements import (
    HEAVY_LANTHANIDES,
    INDEX,
    LIGHT_RARE_EARTHS,
    RARE_EARTHS,
)

from magnetkit.features._elements import (
    ion_properties,
    load_ions,
)

# M. T. Hutchings, Solid State Physics 16 (1964) 227, table VI: alpha, beta, gamma.
HUTCHINGS = {
    "Ce": ("-2/35", "2/315", "0"),
    "Pr": ("-52/2475", "-4/5445", "272/4459455"),
    "Nd": ("-7/1089", "-136/467181", "-1615/42513471"),
    "Pm": ("14/1815", "952/2335905", "2584/42513471"),
    "Sm": ("13/315", "26/10395", "0"),
    "Eu": ("0", "0", "0"),
    "Gd": ("0", "0", "0"),
    "Tb": ("-1/99", "2/16335", "-1/891891"),
    "Dy": ("-2/315", "-8/135135", "4/3864861"),
    "Ho": ("-1/450", "-1/30030", "-5/3864861"),
    "Er": ("4/1575", "2/45045", "8/3864861"),
    "Tm": ("1/99", "8/49005", "-5/891891"),
    "Yb": ("2/63", "-2/1155", "4/27027"),
}


def test_stevens_factors_equal_the_tabulated_fractions():
    ions = load_ions()
    for symbol, fractions in HUTCHINGS.items():
        names = ("alpha_J", "beta_J", "gamma_J")
        factors = [ions[name][INDEX[symbol]] for name in names]
        expected = [float(Fraction(fraction)) for fraction in fractions]
        assert factors == pytest.approx(expected, rel=1e-12), symbol


@pytest.mark.parametrize("symbol", RARE_EARTHS)
def test_hunds_rules_and_landes_formula(symbol):
    ions = {
        name: column[INDEX[symbol]] for name, column in load_ions().items()
    }
    n = 0 if symbol == "Y" else INDEX[symbol] - INDEX["La"]
    assert ions["n_4f"] == n
    # Fill orbitals 3, 2, ..., -3 with spin up, then again with spin down.
    orbitals = [3 - i % 7 for i in range(n)]
    spin = sum(0.5 if i < 7 else -0.5 for i in range(n))
    orbital = sum(orbitals)
    j = abs(orbital - spin) if n < 7 else orbital + spin
    assert (ions["S"], ions["L"], ions["J"]) == (spin, orbital, j)
    if j:
        difference = spin * (spin + 1) - orbital * (orbital + 1)
        g = 1.5 + difference / (2 * j * (j + 1))
        assert ions["g_J"] == pytest.approx(g)
    else:
        assert ions["g_J"] == 0


def test_the_lanthanides_contract():
    ions = load_ions()
    series = [INDEX[s] for s in (*LIGHT_RARE_EARTHS, *HEAVY_LANTHANIDES)]
    assert (np.diff(ions["ionic_radius_A"][series]) < 0).all()
    for name in ("r2_a0_2", "r4_a0_4", "r6_a0_6"):
        assert (np.diff(ions[name][series[1:-1]]) < 0).all()


def test_other_elements_have_no_value():
    ions = load_ions()
    for column in ions.values():
        assert np.isnan(column[INDEX["Fe"]])
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 1.0


@pytest.mark.parametrize(
    ("symbol", "values"),
    [
        # g_J 8/11 and J 9/2; alpha -7/1089 and 1.114 a0^2: (g-1)^2 J (J+1) is 9/121 of 99/4.
        (
            "Nd",
            (3, 81 / 44, 36 / 11, 36 / 11, -27 / 22, -7.798e-3 / 1.089),
        ),
        # g_J 2/7 and J 5/2, below its spin: the moment is along that of cobalt. 0.9743 a0^2.
        (
            "Sm",
            (5, 125 / 28, 5 / 7, 5 / 7, -25 / 14, 12.6659 / 315),
        ),
        # g_J 4/3 and J 15/2; a heavy one is antiparallel. alpha -2/315 and 0.7814 a0^2.
        ("Dy", (9, 85 / 12, 10, -10, 2.5, -1.5628 / 315)),
        ("Gd", (7, 63 / 4, 7, -7, 3.5, 0)),
        # Without a localised moment; a mixed-valent ion has its radius alone.
        ("Ce", (0, 0, 0, 0, 0, 0)),
        ("Eu", (6, 0, 0, 0, 0, 0)),
        ("Lu", (14, 0, 0, 0, 0, 0)),
        ("Y", (0, 0, 0, 0, 0, 0)),
        ("Fe", (0, 0, 0, 0, 0, 0)),
    ],
)
def test_properties_follow_from_the_ground_state(symbol, values):
    properties = ion_properties()
    row = {name: column[INDEX[symbol]] for name, column in properties.items()}
    assert list(row.values())[:6] == pytest.approx(values, rel=2e-3, abs=1e-12)
    ions = load_ions()
    j = ions["J"][INDEX[symbol]] if symbol != "Fe" else 0.0
    moments = values[5] * j * (2 * j - 1)
    assert row["quadrupole_a0_2"] == pytest.approx(moments, rel=2e-3)
    radius = ions["ionic_radius_A"][INDEX[symbol]]
    expected = 0.0 if symbol == "Fe" else radius
    assert row["ionic_radius_A"] == expected
    for column in properties.values():
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 1.0
