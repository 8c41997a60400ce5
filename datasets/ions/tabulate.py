"""Write crystal_field.npz: each rare-earth ion in its crystal field, diagonalized exactly.

``python datasets/ions/tabulate.py`` diagonalizes

    H = lambda L.S + sum A_n^m <r^n> theta_n O_n^m + 2 S.H_m

for the Hund term of each ion (the ground multiplet alone where crystal_fields.csv gives no lambda),
with the exchange field H_m turned from the axis to the plane, and tabulates moment and anisotropy
constants by temperature, exchange field and crystal field, with the weights of the splines that
make the nodes close. SOURCE.md says how the table is read.
"""

import csv
import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

HERE = Path(__file__).resolve().parent
NAMES = ("2:14:1", "axial")
"""Tables: the full field of R2Fe14B, scaled; a field of A_2^0 alone, of either sign."""
A2 = np.array([[120.0, 240.0, 360.0, 480.0], [-350.0, -90.0, 90.0, 350.0]])
"""A_2^0 of the nodes of either table, K a0^-2."""
A4_STEP = 4.0
"""Step to either side for the derivative with A_4^0, K a0^-4."""
SCALE, TEMPERATURES = 100.0, 22
"""Temperatures are uniform in ln(1 + T / SCALE), from 0 to 1400 K."""
FIELDS = 12
"""Exchange fields are uniform from 0 to 1.6 times that of crystal_fields.csv (2 for heavy ions)."""
MIDDLE, CLOSE = 300.0, (129, 48)
"""Close nodes: temperatures uniform in T / (T + MIDDLE), fields as those of the table; how many."""
_TURN = 0.2
"""Angle from the axis, and from the plane, at which energies are compared."""
_AROUND = np.arange(4) * math.pi / 4.0


def angular(j: float) -> tuple[NDArray, NDArray, NDArray]:
    """Return J_x, J_y, J_z on the states from m = j down to -j."""
    m = np.arange(j, -j - 0.5, -1.0)
    up = np.diag(np.sqrt(j * (j + 1) - m[1:] * (m[1:] + 1)), 1)
    return (up + up.T) / 2, (up - up.T) / 2j, np.diag(m).astype(complex)


def stevens(j: float, n: int, m: int) -> NDArray:
    """Return the Stevens operator O_n^m, below zero the sine-like one."""
    x, y, z = angular(j)
    one = np.eye(len(z))
    s = j * (j + 1)
    up, down = x + 1j * y, x - 1j * y
    if m == 0:
        d = np.diag(z).real
        return np.diag(
            {
                2: 3 * d**2 - s,
                4: 35 * d**4 - (30 * s - 25) * d**2 + 3 * s**2 - 6 * s,
                6: 231 * d**6 - (315 * s - 735) * d**4
                + (105 * s**2 - 525 * s + 294) * d**2 - 5 * s**3 + 40 * s**2 - 60 * s,
            }[n]
        ).astype(complex)  # fmt: skip
    k = abs(m)
    raised, lowered = np.linalg.matrix_power(up, k), np.linalg.matrix_power(down, k)
    turn = (raised + lowered) / 2 if m > 0 else (raised - lowered) / 2j
    if n == k:
        return turn
    z2 = z @ z
    inner = {
        (6, 2): 33 * z2 @ z2 - (18 * s + 123) * z2 + (s**2 + 10 * s + 102) * one,
        (6, 4): 11 * z2 - (s + 38) * one,
    }[n, k]
    return (inner @ turn + turn @ inner) / 2


def hund(n: int) -> tuple[float, int, float]:
    """Return S, L, J of 4f^n."""
    s = min(n, 14 - n) / 2
    orbital = sum(range(3, 3 - n, -1)) if n <= 7 else sum(range(3, 3 - (n - 7), -1))
    return s, orbital, abs(orbital - s) if n <= 7 else orbital + s


def in_term(n: int, k: int) -> float:
    """Return the Stevens factor of order k between the states of L alone.

    One-electron sum over the determinant of largest M_L: 3 z^2 - r^2 and its like on f states
    are -2/45, 2/495 and -4/3861 of the operators of l = 3.
    """
    _, orbital, _ = hund(n)
    one = {2: -2 / 45, 4: 2 / 495, 6: -4 / 3861}[k]
    single = np.diag(stevens(3, k, 0)).real
    count = n if n <= 7 else n - 7
    whole = np.diag(stevens(orbital, k, 0)).real[0]
    return one * single[:count].sum() / whole if whole else 0.0


class Ion:
    """Matrices of one ion: crystal field by order, exchange and moment along x, y, z."""

    def __init__(self, row: dict[str, str]):
        self.field = {k: float(v) for k, v in row.items() if k not in ("ion", "source")}
        with (HERE / "ions.csv").open(encoding="utf-8", newline="") as stream:
            own = next(r for r in csv.DictReader(stream) if r["symbol"] == row["ion"])
        n = int(own["n_4f"])
        self.s, self.orbital, self.j = hund(n)
        self.g = float(own["g_J"])
        full = self.field["lambda_K"] != 0.0
        if full:
            size = round(2 * self.s + 1)
            space, self.theta = self.orbital, {k: in_term(n, k) for k in (2, 4, 6)}
            of_l = [np.kron(a, np.eye(size)) for a in angular(self.orbital)]
            of_s = [np.kron(np.eye(2 * self.orbital + 1), a) for a in angular(self.s)]
            self.exchange = [2 * a for a in of_s]
            self.moment = of_l[2] + 2 * of_s[2]
            self.base = self.field["lambda_K"] * sum(a @ b for a, b in zip(of_l, of_s, strict=True))
            self._widen = lambda a: np.kron(a, np.eye(size))
        else:
            space = self.j
            names = {2: "alpha_J", 4: "beta_J", 6: "gamma_J"}
            self.theta = {k: float(own[v]) for k, v in names.items()}
            of_j = angular(self.j)
            self.exchange = [2 * (self.g - 1) * a for a in of_j]
            self.moment = self.g * of_j[2]
            self.base = np.zeros_like(self.moment)
            self._widen = lambda a: a
        self.space = space
        self.axial_r = [float(own[f"r{k}_a0_{k}"] or 0.0) for k in (2, 4)]

    def operator(self, n: int, m: int, radius: float) -> NDArray:
        """Return <r^n> theta_n O_n^m."""
        if not self.theta[n] or 2 * self.space < n:
            return np.zeros_like(self.base)
        return radius * self.theta[n] * self._widen(stevens(self.space, n, m))

    def fields(self, name: str) -> tuple[NDArray, NDArray]:
        """Return the crystal field per unit of A_2^0 and the operator of A_4^0."""
        if name == "axial":
            r2, r4 = self.axial_r
            return self.operator(2, 0, r2), self.operator(4, 0, r4)
        f = self.field
        r = {k: f[f"r{k}_a0_{k}"] for k in (2, 4, 6)}
        whole = sum(
            f[f"A{n}{m}"] * self.operator(n, m, r[n])
            for n, m in ((2, 0), (2, -2), (4, 0), (6, 0), (6, -2), (6, 4), (6, -6))
            if f[f"A{n}{m}"]
        )
        return whole / max(f["A20"], 1.0) + np.zeros_like(self.base), self.operator(4, 0, r[4])

    def top(self) -> float:
        """Return the largest exchange field of the table, K."""
        return (1.6 if self.field["lambda_K"] else 2.0) * self.field["H_m_K"]


def free_energy(level: NDArray, kelvin: NDArray) -> NDArray:
    """Return -T ln Z of levels (K), of shape (temperatures,), from their lowest counted."""
    low = level - level[0]
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        weight = np.exp(-low[None, :] / kelvin[:, None])
    weight[:, 0] = 1.0
    return level[0] - kelvin * np.log(np.nan_to_num(weight).sum(axis=1))


def properties(ion: Ion, crystal: NDArray, strength: float, kelvin: NDArray, flat: bool):
    """Return moment along the axis (mu_B) and K_1, K_2, K_3 (K), shape (4, temperatures).

    The moment is below zero where it opposes the metals'. K_1 to K_3 give the energy near the axis,
    near the plane and in it, averaged over the plane.
    """
    base = ion.base + crystal
    x, y, z = ion.exchange
    level, vector = np.linalg.eigh(base + strength * z)
    along = np.einsum("ij,ik,kj->j", vector.conj(), ion.moment, vector).real
    low = level - level[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = np.exp(-low[None, :] / kelvin[:, None])
    weight[:, 0] = 1.0
    weight = np.nan_to_num(weight)
    moment = (weight @ along) / weight.sum(axis=1)
    on_axis = free_energy(level, kelvin)
    energy = np.zeros((3, len(kelvin)))
    around = _AROUND[:1] if flat else _AROUND
    angles = np.array([_TURN, math.pi / 2 - _TURN, math.pi / 2])
    for phi in around:
        direction = math.cos(phi) * x + math.sin(phi) * y
        for k, theta in enumerate(angles.tolist()):
            h = base + strength * (math.sin(theta) * direction + math.cos(theta) * z)
            energy[k] += free_energy(np.linalg.eigvalsh(h), kelvin) / len(around)
    powers = np.sin(angles[:, None]) ** np.array([2, 4, 6])
    return np.concatenate([moment[None], np.linalg.solve(powers, energy - on_axis)])


def tabulate(ion: Ion, name: str) -> NDArray[np.float64]:
    """Return the table of an ion, shape (temperatures, fields, 24)."""
    unit, fourth = ion.fields(name)
    kelvin = SCALE * np.expm1(np.linspace(0.0, math.log1p(1400.0 / SCALE), TEMPERATURES))
    kelvin[0] = 1e-9
    nodes = A2[NAMES.index(name)]
    out = np.zeros((TEMPERATURES, FIELDS, 24))
    for b, strength in enumerate(np.linspace(0.0, ion.top(), FIELDS)):
        for k, a2 in enumerate(nodes.tolist()):
            out[:, b, 4 * k : 4 * k + 4] = properties(
                ion, a2 * unit, strength, kelvin, name == "axial"
            ).T
        for k, a2 in enumerate((nodes[0], nodes[3])):
            pair = [
                properties(ion, a2 * unit + step * fourth, strength, kelvin, name == "axial").T
                for step in (-A4_STEP, A4_STEP)
            ]
            out[:, b, 16 + 4 * k : 20 + 4 * k] = (pair[1] - pair[0]) / (2.0 * A4_STEP)
    return out


def lines(table: NDArray[np.float64], a2: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn values at four A_2^0 into polynomials, constant term first, shape (..., 24).

    K_1 to K_3, which vanish with the crystal field, are taken over A_2^0. Then constant and slope
    of the derivative with A_4^0. All in A_2^0 less the middle of the four, over half their range.
    """
    four = table[..., :16].reshape(*table.shape[:-1], 4, 4).copy()
    four[..., 1:] /= a2[:, None]
    low, high = table[..., None, 16:20], table[..., None, 20:]
    at = (2.0 * a2 - a2[0] - a2[3]) / (a2[3] - a2[0])
    powers = np.linalg.inv(np.vander(at, increasing=True))
    parts = [powers @ four, (low + high) / 2.0, (high - low) / 2.0]
    return np.concatenate(parts, axis=-2).reshape(table.shape)


def closer() -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Return what splines make close nodes of the table's with, and the step between close ones.

    Shapes (close temperatures, temperatures) and (close fields, fields).
    """
    even = np.linspace(0.0, 1400.0 / (1400.0 + MIDDLE), CLOSE[0])
    place = np.log1p(MIDDLE * even / (1.0 - even) / SCALE)
    nodes = np.linspace(0.0, math.log1p(1400.0 / SCALE), TEMPERATURES)
    by_kelvin = CubicSpline(nodes, np.eye(TEMPERATURES))(place)
    by_field = CubicSpline(np.linspace(0.0, 1.0, FIELDS), np.eye(FIELDS))(
        np.linspace(0.0, 1.0, CLOSE[1])
    )
    return by_kelvin, by_field, float(even[1])


def main() -> None:
    """Diagonalize every ion in both fields."""
    with (HERE / "crystal_fields.csv").open(encoding="utf-8", newline="") as stream:
        found = {row["ion"]: Ion(row) for row in csv.DictReader(stream)}
    values = [
        [lines(tabulate(ion, name), a2) for ion in found.values()]
        for name, a2 in zip(NAMES, A2, strict=True)
    ]
    by_kelvin, by_field, step = closer()
    np.savez_compressed(
        HERE / "crystal_field.npz",
        values=np.array(values, np.float32),
        by_kelvin=by_kelvin,
        by_field=by_field,
        symbols=np.array(list(found)),
        top=np.array([ion.top() for ion in found.values()]),
        # Exchange field that acts on J as a tesla does, K; 0 where multiplets mix.
        per_tesla=np.array(
            [
                0.0 if ion.orbital == 5 and ion.s == 2.5 and ion.j == 2.5
                else ion.g * 0.67171381 / (2.0 * (ion.g - 1.0))
                for ion in found.values()
            ]
        ),
        middle=A2[:, [0, 3]].mean(axis=1),
        half=(A2[:, 3] - A2[:, 0]) / 2.0,
        scale=np.array(MIDDLE),
        step=np.array(step),
    )  # fmt: skip


if __name__ == "__main__":
    main()
