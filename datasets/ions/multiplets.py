"""A rare-earth ion in crystal field, exchange field and outside field, as matrices.

    H = lambda L.S + sum A_n^m <r^n> theta_n O_n^m + 2 S.H_m - mu_B (L + 2 S).B

for the Hund term, or for its ground multiplet alone where ``datasets/ions/crystal_fields.csv``
gives no lambda. All moments are turned over, so that H_m along the metals' moment leaves that of a
light rare earth along it. Energies in kelvin.
"""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from magnetkit._core._types import FloatArray
from magnetkit.compound.parameters import ions, published_fields
from magnetkit.phases.records import CRYSTAL_FIELDS

WHOLE, AXIAL = CRYSTAL_FIELDS
"""Crystal fields: that of R2Fe14B, scaled; a field of A_2^0 and A_4^0 alone."""

Matrix = NDArray[np.complexfloating[Any, Any]]


# Order and component of the terms of a crystal field.
_TERMS = ((2, 0), (2, -2), (4, 0), (6, 0), (6, -2), (6, 4), (6, -6))


def angular(j: float) -> tuple[NDArray, NDArray, NDArray]:
    """Return J_x, J_y, J_z on the states from m = j down to -j."""
    m = np.arange(j, -j - 0.5, -1.0)
    upper = m[1:]
    up = np.diag(np.sqrt(j * (j + 1) - upper * (upper + 1)), 1)
    return (up + up.T) / 2, (up - up.T) / 2j, np.diag(m).astype(complex)


def stevens(j: float, n: int, m: int) -> NDArray:
    """Return the Stevens operator O_n^m of a moment `j` as a matrix; m below zero is the sine-like one.

    M. T. Hutchings, Solid State Physics 16 (1964) 227, gives them in J_z and J_+-.
    """
    x, y, z = angular(j)
    one = np.eye(len(z))
    s = j * (j + 1)
    up = x + 1j * y
    down = x - 1j * y
    if m == 0:
        d = np.diag(z).real
        return np.diag(
            {
                2: 3 * d**2 - s,
                4: 35 * d**4 - (30 * s - 25) * d**2
                + 3 * s**2 - 6 * s,
                6: 231 * d**6 - (315 * s - 735) * d**4
                + (105 * s**2 - 525 * s + 294) * d**2
                - 5 * s**3 + 40 * s**2 - 60 * s,
            }[n]
        ).astype(complex)  # fmt: skip
    k = abs(m)
    raising = np.linalg.matrix_power(up, k)
    lowering = np.linalg.matrix_power(down, k)
    turn = (raising + lowering) / 2 if m > 0 else (raising - lowering) / 2j
    if n == k:
        return turn
    z2 = z @ z
    if (n, k) == (6, 2):
        inner = 33 * z2 @ z2 - (18 * s + 123) * z2
        inner = inner + (s**2 + 10 * s + 102) * one
    elif (n, k) == (6, 4):
        inner = 11 * z2 - (s + 38) * one
    else:
        raise KeyError((n, k))
    return (inner @ turn + turn @ inner) / 2


def hund(n: int) -> tuple[float, int, float]:
    """Return S, L, J of 4f^n, by Hund's rules."""
    s = min(n, 14 - n) / 2
    last_shell = n if n <= 7 else n - 7
    orbital = sum(range(3, 3 - last_shell, -1))
    return s, orbital, abs(orbital - s) if n <= 7 else orbital + s


def stevens_factor(n: int, k: int) -> float:
    """Return the Stevens factor of order k between the states of L alone.

    One-electron sum over the determinant of largest M_L: 3 z^2 - r^2 and its like on f states
    are -2/45, 2/495 and -4/3861 of the operators of l = 3 (Hutchings 1964).
    """
    _, orbital, _ = hund(n)
    one = {2: -2 / 45, 4: 2 / 495, 6: -4 / 3861}[k]
    single = np.diag(stevens(3, k, 0)).real
    count = n if n <= 7 else n - 7
    whole = np.diag(stevens(orbital, k, 0)).real[0]
    if whole:
        return one * single[:count].sum() / whole
    return 0.0


class Ion:
    """Matrices of one ion: crystal field by order, exchange and moment along x, y, z.

    `symbol` is one of `magnetkit.compound.parameters.published_fields`. `base` is lambda L.S, K,
    complex128, (states, states); `exchange` and `moment` are 2 S and L + 2 S along x, y, z.
    """

    def __init__(self, symbol: str) -> None:
        self.field = published_fields()[symbol]
        facts = ions()[symbol]
        n = int(facts["n_4f"])
        self.s, self.orbital, self.j = hund(n)
        self.g = facts["g_J"]
        self._size = 1
        self.space: float = self.j
        self.base: Matrix
        if self.field["lambda_K"] != 0.0:
            self._size = round(2 * self.s + 1)
            self.space = self.orbital
            self.theta = {k: stevens_factor(n, k) for k in (2, 4, 6)}
            of_l = [self._widen(a) for a in angular(self.orbital)]
            of_s = [
                np.kron(np.eye(2 * self.orbital + 1), a)
                for a in angular(self.s)
            ]
            self.exchange = [2 * a for a in of_s]
            self.moment = [a + 2 * b for a, b in zip(of_l, of_s, strict=True)]
            x, y, z = (a @ b for a, b in zip(of_l, of_s, strict=True))
            self.base = self.field["lambda_K"] * (x + y + z)
        else:
            names = {2: "alpha_J", 4: "beta_J", 6: "gamma_J"}
            self.theta = {k: facts[v] for k, v in names.items()}
            of_j = angular(self.j)
            self.exchange = [2 * (self.g - 1) * a for a in of_j]
            self.moment = [self.g * a for a in of_j]
            self.base = np.zeros_like(of_j[0])
        self._axial_r = [np.nan_to_num(facts[f"r{k}_a0_{k}"]) for k in (2, 4)]

    def _widen(self, matrix: Matrix) -> Matrix:
        return np.kron(matrix, np.eye(self._size))

    def operator(self, n: int, m: int, radius: float) -> Matrix:
        """Return <r^n> theta_n O_n^m."""
        if not self.theta[n] or 2 * self.space < n:
            return np.zeros_like(self.base)
        return radius * self.theta[n] * self._widen(stevens(self.space, n, m))

    def crystal(
        self, name: str, turned: bool = False
    ) -> tuple[Matrix, Matrix]:
        """Return the crystal field per unit of A_2^0 and the operator of A_4^0, as matrices.

        `name` is `WHOLE` or `AXIAL`. `turned` means sites whose sine-like coefficients have the
        other sign.
        """
        if name == AXIAL:
            r2, r4 = self._axial_r
            return self.operator(2, 0, r2), self.operator(4, 0, r4)
        f = self.field
        r = {k: f[f"r{k}_a0_{k}"] for k in (2, 4, 6)}
        whole: Matrix = np.zeros_like(self.base)
        for n, m in _TERMS:
            strength = f[f"A{n}{m}"]
            if strength:
                sign = -1.0 if turned and m < 0 else 1.0
                whole = whole + sign * strength * self.operator(n, m, r[n])
        return whole / max(f["A20"], 1.0), self.operator(4, 0, r[4])


@lru_cache(maxsize=16)
def get_ion(symbol: str) -> Ion:
    """Return the ion of an element."""
    return Ion(symbol)


def free_energy(
    level: NDArray[np.floating[Any]], kelvin: FloatArray
) -> NDArray[np.floating[Any]]:
    """Return -T ln Z, K, (..., k), of ascending `level`, K, (..., states), at `kelvin`, (k,)."""
    low = level - level[..., :1]
    weight = np.exp(-low[..., None] / kelvin)
    return level[..., :1] - kelvin * np.log(weight.sum(axis=-2))
