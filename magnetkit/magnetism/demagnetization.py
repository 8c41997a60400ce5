"""Demagnetization curves J(H) and B(H) of magnets at temperatures, with knee and load line."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..composition.inputs import read_inputs
from ..composition.notation import Basis
from ..errors import InputError
from ..units import MU_0, parse_temperatures
from .magnets import magnets
from .process import Process
from .shell import read_shells
from .sintered import read_load_line


@dataclass(frozen=True, eq=False)
class Demagnetization:
    """Second-quadrant curves of n magnets at k temperatures on m fields.

    Attributes
    ----------
    temperature : ndarray of float64, shape (k,)
        K.
    field : ndarray of float64, shape (m,)
        H, A/m, from 0 down to the most negative.
    polarization, induction : ndarray of float64, shape (n, k, m)
        J and B, T.
    remanence : ndarray of float64, shape (n, k)
        B_r, T.
    coercivity, knee_field : ndarray of float64, shape (n, k)
        H_cj and the reverse field of the knee, A/m, both positive.
    working_field, working_induction : ndarray of float64, shape (n, k)
        Where the load line meets the curve: H (negative), A/m, and B, T.
    above_knee : ndarray of bool, shape (n, k)
        Whether that point lies before the knee, so that cooling brings all of the field back.
    load_line : float
        Permeance coefficient -B / (mu_0 H).
    """

    temperature: NDArray[np.float64]
    field: NDArray[np.float64]
    polarization: NDArray[np.float64]
    induction: NDArray[np.float64]
    remanence: NDArray[np.float64]
    coercivity: NDArray[np.float64]
    knee_field: NDArray[np.float64]
    working_field: NDArray[np.float64]
    working_induction: NDArray[np.float64]
    above_knee: NDArray[np.bool_]
    load_line: float


def demagnetization(
    compositions: Any,
    temperature: float | str | Sequence[float | str] = 300.0,
    fields: NDArray[np.float64] | None = None,
    process: "Process | dict[str, Any] | str | None" = None,
    shell: Any = None,
    host: str = "auto",
    load_line: float | None = None,
    *,
    basis: Basis = "auto",
) -> Demagnetization:
    """Return the demagnetization curves of each recipe's magnet.

    Parameters
    ----------
    compositions : text, list, column, frame, path, pymatgen Composition or CompositionTable
        n recipes, each of which must be readable; see `magnetkit.predict`.
    temperature : float, str or sequence of them
        k temperatures, K or texts such as ``"150C"``; see `magnetkit.units.parse_temperatures`.
    fields : ndarray of float64, shape (m,), optional
        H, A/m, zero or negative; by default 201 from 0 to just past the largest coercivity.
    process, shell, host, load_line, basis : optional
        As for `sintered`.

    Returns
    -------
    Demagnetization
        Arrays; rows without a uniaxial magnet are NaN.

    Raises
    ------
    InputError
        If a field is positive or a temperature cannot be read.
    """
    from ..kernels.demagnetization import curves, working_fields

    kelvin = np.array(parse_temperatures(temperature))
    load = read_load_line(load_line)
    inputs = read_inputs(compositions, basis, strict=True)
    table, shell = inputs.table, inputs.shells_with(shell)
    made = magnets(table, kelvin, process, read_shells(shell, len(table)), host)
    axial = made.status == 0
    b_r = np.where(axial, made.remanence(), np.nan)
    h_cj = np.where(axial, made.coercivity(), np.nan)
    knee = h_cj * made.rows["squareness"][:, None]
    recoil = made.rows["recoil"][:, None] * np.ones_like(b_r)
    if fields is None:
        most = np.nanmax(h_cj) if np.isfinite(h_cj).any() else 1e6
        fields = np.linspace(0.0, -1.05 * max(most, 1e3), 201)
    fields = np.asarray(fields, float)
    if fields.ndim != 1 or not (fields <= 0.0).all():
        raise InputError("fields must be a vector of zero or negative H, A/m (second quadrant)")
    figures = b_r.ravel(), h_cj.ravel(), knee.ravel(), recoil.ravel()
    j = curves(*figures, -fields).reshape(*b_r.shape, fields.size)
    working = -working_fields(*figures, load).reshape(b_r.shape)
    return Demagnetization(
        kelvin,
        fields,
        j,
        j + MU_0 * fields,
        b_r,
        h_cj,
        knee,
        working,
        -load * MU_0 * working,
        -working <= knee,
        load,
    )
