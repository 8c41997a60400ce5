"""Write ions.csv: the ground multiplets of the trivalent rare-earth ions.

Run from anywhere: ``python datasets/ions/build.py``. S, L, J follow from Hund's rules, g_J from
Lande's formula, and the Stevens factors from operator equivalents within the ground multiplet
(Stevens, Proc. Phys. Soc. A 65 (1952) 209), all exact; only the radial averages are typed in.
Ionic radii are those that pymatgen carries.
"""

import csv
from importlib.metadata import version
from pathlib import Path

from pymatgen.core import Element
from sympy import Rational, sqrt
from sympy.physics.wigner import wigner_3j, wigner_6j

OUT = Path(__file__).with_name("ions.csv")
IONS = "La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu".split()
# <r^2>, <r^4>, <r^6> of the 4f shell in powers of the Bohr radius.
RADIAL = {
    "Ce": (1.309, 3.964, 23.31),
    "Pr": (1.1963, 3.3335, 18.353),
    "Nd": (1.114, 2.910, 15.03),
    "Pm": (1.0353, 2.5390, 12.546),
    "Sm": (0.9743, 2.260, 10.55),
    "Eu": (0.9175, 2.020, 9.039),
    "Gd": (0.8671, 1.820, 7.831),
    "Tb": (0.8220, 1.651, 6.852),
    "Dy": (0.7814, 1.505, 6.048),
    "Ho": (0.7446, 1.379, 5.379),
    "Er": (0.7111, 1.270, 4.816),
    "Tm": (0.6804, 1.174, 4.340),
    "Yb": (0.6522, 1.089, 3.932),
}
FREEMAN = (
    "A. J. Freeman and J. P. Desclaux, J. Magn. Magn. Mater. 12 (1979) 11"
)
SHANNON = "R. D. Shannon, Acta Cryst. A 32 (1976) 751"


def multiplet(n: int) -> tuple[Rational, int, Rational]:
    """Return S, L, J of the ground multiplet of 4f^n by Hund's rules."""
    spin = Rational(min(n, 14 - n), 2)
    orbital = (
        sum(range(3, 3 - n, -1)) if n <= 7 else sum(range(3, 3 - (n - 7), -1))
    )
    return spin, orbital, abs(orbital - spin) if n <= 7 else orbital + spin


def lande(n: int) -> Rational:
    """Return g_J with the electron's g of 2, zero for J = 0."""
    s, orbital, j = multiplet(n)
    if j == 0:
        return Rational(0)
    return 1 + (j * (j + 1) + s * (s + 1) - orbital * (orbital + 1)) / (
        2 * j * (j + 1)
    )


def stretched_operator(k: int, j: Rational) -> Rational:
    """Return <J, J| O_k^0 |J, J> of the Stevens operators."""
    x, z = j * (j + 1), j
    return {
        2: 3 * z**2 - x,
        4: 35 * z**4 - (30 * x - 25) * z**2 + 3 * x**2 - 6 * x,
        6: (
            231 * z**6
            - (315 * x - 735) * z**4
            + (105 * x**2 - 525 * x + 294) * z**2
            - 5 * x**3
            + 40 * x**2
            - 60 * x
        ),
    }[k]


def stevens(n: int, k: int) -> Rational:
    """Return the Stevens factor of order k (2: alpha, 4: beta, 6: gamma) of 4f^n."""
    s, orbital, j = multiplet(n)
    if orbital == 0 or 2 * j < k:
        return Rational(0)
    # One-electron sum of C_k^0 over the determinant with M_L = L, M_S = S.
    occupied = [3 - i for i in range(n if n <= 7 else n - 7)]
    single = sum(
        (-1) ** m
        * 7
        * wigner_3j(3, k, 3, 0, 0, 0)
        * wigner_3j(3, k, 3, -m, 0, m)
        for m in occupied
    )
    # Wigner-Eckart: reduce in L, recouple to J, and take the stretched state again.
    in_l = single / wigner_3j(orbital, k, orbital, -orbital, 0, orbital)
    phase = (-1) ** int(s + orbital + j + k)
    in_j = phase * (2 * j + 1) * wigner_6j(j, j, k, orbital, orbital, s) * in_l
    stretched = in_j * wigner_3j(j, k, j, -j, 0, j)
    # 3z^2 - r^2 = 2 r^2 C_2, and likewise 8 C_4 and 16 C_6.
    factor = {2: 2, 4: 8, 6: 16}[k] * stretched / stretched_operator(k, j)
    # The roots of the 3j and 6j symbols cancel; squaring makes sympy see it.
    return sqrt(factor**2) * (-1 if factor < 0 else 1)


def rows() -> list[list[object]]:
    """Return the rows of the table."""
    result: list[list[object]] = []
    radius = f"ionic radius: {SHANNON}, as in pymatgen-core {version('pymatgen-core')}"
    for n, symbol in enumerate([*IONS, "Y"]):
        electrons = n if symbol in IONS else 0
        s, orbital, j = multiplet(electrons)
        radial = RADIAL.get(symbol, ("", "", ""))
        origin = (
            FREEMAN
            if symbol != "Pr"
            else f"U. Walter, dissertation, beside {FREEMAN}"
        )
        source = (
            f"radial averages: {origin}; {radius}"
            if symbol in RADIAL
            else radius
        )
        result.append(
            [
                symbol,
                f"{symbol}3+",
                electrons,
                float(s),
                orbital,
                float(j),
                float(lande(electrons)),
                *(float(stevens(electrons, k)) for k in (2, 4, 6)),
                *radial,
                Element(symbol).data["Shannon radii"]["3"]["VIII"][""][
                    "ionic_radius"
                ],
                source,
                "secondary" if symbol in RADIAL else "computed",
            ]
        )
    return result


def main() -> None:
    """Write the table."""
    with OUT.open("w", newline="", encoding="utf-8") as stream:
        out = csv.writer(stream, lineterminator="\n")
        out.writerow(
            "symbol ion n_4f S L J g_J alpha_J beta_J gamma_J r2_a0_2 r4_a0_4 r6_a0_6 "
            "ionic_radius_A source verification".split()
        )
        out.writerows(rows())


if __name__ == "__main__":
    main()
