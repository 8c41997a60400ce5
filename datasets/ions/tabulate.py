"""Write crystal_field.npz: each rare-earth ion in its crystal field, diagonalized exactly.

``python datasets/ions/tabulate.py`` diagonalizes

    H = lambda L.S + sum A_n^m <r^n> theta_n O_n^m + 2 S.H_m

for the Hund term of each ion (the ground multiplet alone where crystal_fields.csv gives no lambda),
with the exchange field H_m turned from the axis to the plane, and tabulates moment and anisotropy
constants by temperature, exchange field and crystal field, with the weights of the splines that
make the nodes close. SOURCE.md says how the table is read.
"""

import math
from pathlib import Path

import numpy as np
from multiplets import AXIAL, WHOLE, Ion, free_energy, get_ion
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from magnetkit.compound.parameters import published_fields

HERE = Path(__file__).resolve().parent
NAMES = WHOLE, AXIAL
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


def top(ion: Ion) -> float:
    """Return the largest exchange field of the table, K."""
    return (1.6 if ion.field["lambda_K"] else 2.0) * ion.field["H_m_K"]


def properties(
    ion: Ion, crystal: NDArray, strength: float, kelvin: NDArray, flat: bool
):
    """Return moment along the axis (mu_B) and K_1, K_2, K_3 (K), shape (4, temperatures).

    The moment is below zero where it opposes the metals'. K_1 to K_3 give the energy near the axis,
    near the plane and in it, averaged over the plane.
    """
    base = ion.base + crystal
    x, y, z = ion.exchange
    level, vector = np.linalg.eigh(base + strength * z)
    along = np.einsum("ij,ik,kj->j", vector.conj(), ion.moment[2], vector).real
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
            h = base + strength * (
                math.sin(theta) * direction + math.cos(theta) * z
            )
            energy[k] += free_energy(np.linalg.eigvalsh(h), kelvin) / len(
                around
            )
    powers = np.sin(angles[:, None]) ** np.array([2, 4, 6])
    return np.concatenate(
        [moment[None], np.linalg.solve(powers, energy - on_axis)]
    )


def tabulate(ion: Ion, name: str) -> NDArray[np.float64]:
    """Return the table of an ion, shape (temperatures, fields, 24)."""
    unit, fourth = ion.crystal(name)
    kelvin = SCALE * np.expm1(
        np.linspace(0.0, math.log1p(1400.0 / SCALE), TEMPERATURES)
    )
    kelvin[0] = 1e-9
    nodes = A2[NAMES.index(name)]
    out = np.zeros((TEMPERATURES, FIELDS, 24))
    for b, strength in enumerate(np.linspace(0.0, top(ion), FIELDS)):
        for k, a2 in enumerate(nodes.tolist()):
            out[:, b, 4 * k : 4 * k + 4] = properties(
                ion, a2 * unit, strength, kelvin, name == "axial"
            ).T
        for k, a2 in enumerate((nodes[0], nodes[3])):
            pair = [
                properties(
                    ion,
                    a2 * unit + step * fourth,
                    strength,
                    kelvin,
                    name == "axial",
                ).T
                for step in (-A4_STEP, A4_STEP)
            ]
            out[:, b, 16 + 4 * k : 20 + 4 * k] = (pair[1] - pair[0]) / (
                2.0 * A4_STEP
            )
    return out


def lines(
    table: NDArray[np.float64], a2: NDArray[np.float64]
) -> NDArray[np.float64]:
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
    found = {symbol: get_ion(symbol) for symbol in published_fields()}
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
        top=np.array([top(ion) for ion in found.values()]),
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
