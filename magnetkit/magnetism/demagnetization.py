"""Demagnetization curves J(H) and B(H) of magnets at temperatures, with knee and load line."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core._arguments import check_arguments
from .._core._types import BoolArray, FloatArray
from .._core.errors import InputError
from .._core.units import MU_0, parse_temperatures
from ..alloy._read import Compositions, read_inputs
from ..alloy.notation import Basis
from ..alloy.shell_rows import read_shells
from ..alloy.shells import Shells
from ._magnets import alloys, evaluate_magnets
from .process import Process
from .sintered import read_duty

if TYPE_CHECKING:
    import pandas as pd


CURVE_POINTS = 201
"""Fields that a curve is drawn on."""


@dataclass(frozen=True, eq=False)
class Demagnetization:
    """Second-quadrant curves of n magnets at k temperatures, on m fields each.

    Attributes
    ----------
    temperature : ndarray of float64, shape (k,)
        Temperatures, K.
    field : ndarray of float64, shape (n, k, m)
        H, A/m, from 0 down to exactly -H_cj, with -H_cb among them and close round the knee.
    polarization, induction : ndarray of float64, shape (n, k, m)
        J and B, T.
    remanence : ndarray of float64, shape (n, k)
        B_r, T.
    coercivity, coercivity_b, knee_field : ndarray of float64, shape (n, k)
        H_cj, H_cb and the reverse field of the knee, where J is 0.9 B_r; A/m, all positive.
    recoil : ndarray of float64, shape (n, k)
        Recoil permeability.
    working_field, working_induction : ndarray of float64, shape (n, k)
        Where the load line meets the curve: H (negative), A/m, and B, T.
    above_knee : ndarray of bool, shape (n, k)
        Whether that point lies before the knee, so that cooling brings all of the field back.
    load_line : float
        Permeance coefficient -B / (mu_0 H).
    """

    temperature: FloatArray
    field: FloatArray
    polarization: FloatArray
    induction: FloatArray
    remanence: FloatArray
    coercivity: FloatArray
    coercivity_b: FloatArray
    knee_field: FloatArray
    recoil: FloatArray
    working_field: FloatArray
    working_induction: FloatArray
    above_knee: BoolArray
    load_line: float

    def to_frame(self, labels: Sequence[str] | None = None) -> "pd.DataFrame":
        """Return the points of all curves as one long table.

        Parameters
        ----------
        labels : sequence of str, length n, optional
            Names of the magnets; ``magnet 1`` and so on otherwise.

        Returns
        -------
        DataFrame
            ``candidate``, ``temperature_K``, ``field_kA_m`` (H, 0 or
            negative), ``polarization_T`` and ``induction_T``; n k m rows,
            magnet after magnet, in it temperature after temperature, in it
            field after field. The other figures are left out; points of NaN
            stay.

        Raises
        ------
        InputError
            If there is not one label for each magnet.
        """
        import pandas as pd

        n, k, m = self.field.shape
        names = (
            [f"magnet {i + 1}" for i in range(n)]
            if labels is None
            else list(labels)
        )
        if len(names) != n:
            raise InputError(
                f"expected {n} labels, one for each magnet, got {len(names)}"
            )
        return pd.DataFrame(
            {
                "candidate": np.repeat(np.array(names, object), k * m),
                "temperature_K": np.tile(np.repeat(self.temperature, m), n),
                "field_kA_m": 1e-3 * self.field.ravel(),
                "polarization_T": self.polarization.ravel(),
                "induction_T": self.induction.ravel(),
            }
        )


def magnet_curves(
    temperature: FloatArray,
    remanence: FloatArray,
    coercivity: FloatArray,
    knee_field: FloatArray,
    recoil: FloatArray,
    fields: FloatArray | None = None,
    load_line: float | None = None,
) -> Demagnetization:
    """Compute the curves that the figures of n magnets at k temperatures make.

    J = (B_r - (mu_rec - 1) mu_0 |H|) (1 - (|H| / H_cj)^p), with p such that J is 0.9 B_r at the
    knee. Beyond H_cj the polarization is negative, down to -B_r. NaN figures give curves of NaN.

    Parameters
    ----------
    temperature : ndarray of float64, shape (k,)
        Temperatures, K.
    remanence : ndarray of float64, shape (n, k)
        B_r, T.
    coercivity, knee_field : ndarray of float64, shape (n, k)
        A/m, positive.
    recoil : ndarray of float64, shape (n, k)
        Recoil permeability.
    fields : ndarray of float64, shape (m,), optional
        H of all curves, A/m, zero or negative; otherwise each has `CURVE_POINTS` of its own.
    load_line : float, Duty or None
        Permeance coefficient, 0 or more; None takes the usual one, 1. Of a `Duty` its load line
        alone counts.

    Returns
    -------
    Demagnetization
        ``temperature``; ``field`` (A/m, 0 or negative, from 0 on),
        ``polarization`` and ``induction`` (T), (n, k, m); ``remanence`` (T),
        ``coercivity``, ``coercivity_b`` and ``knee_field`` (A/m, positive),
        ``recoil``, ``working_field`` (A/m, negative), ``working_induction``
        (T) and ``above_knee`` (bool), (n, k); and ``load_line``.

    Raises
    ------
    InputError
        If a field is positive, or the load line is no number of 0 or more.
    """
    from ._demagnetization_kernels import curves, own_fields, working_fields

    load = read_duty(load_line).load_line
    shape = remanence.shape
    b_r = remanence.ravel()
    h_cj = coercivity.ravel()
    h_k = knee_field.ravel()
    mu_rec = recoil.ravel()
    h_cb = working_fields(b_r, h_cj, h_k, mu_rec, 0.0)
    if fields is None:
        reverse = own_fields(b_r, h_cj, h_k, mu_rec, h_cb, CURVE_POINTS)
    else:
        fields = np.asarray(fields, float)
        if fields.ndim != 1 or not (fields <= 0.0).all():
            raise InputError(
                "fields must be a vector of zero or negative H, A/m (second quadrant)"
            )
        reverse = np.tile(-fields, (h_cb.size, 1))
    j = curves(b_r, h_cj, h_k, mu_rec, reverse).reshape(*shape, -1)
    field = -reverse.reshape(j.shape)
    working = -working_fields(b_r, h_cj, h_k, mu_rec, load).reshape(shape)
    return Demagnetization(
        temperature,
        field,
        j,
        j + MU_0 * field,
        remanence,
        coercivity,
        h_cb.reshape(shape),
        knee_field,
        recoil,
        working,
        -load * MU_0 * working,
        -working <= knee_field,
        load,
    )


@check_arguments
def demagnetization(
    compositions: Compositions,
    temperature: float | str | Sequence[float | str] = 300.0,
    fields: FloatArray | None = None,
    process: Process | dict[str, Any] | str | None = None,
    shell: Shells = None,
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
        H, A/m, zero or negative, for all magnets; by default 201 of each curve's own, from 0 to
        exactly -H_cj and close round the knee.
    process, shell, host, load_line, basis : optional
        As for `sintered`.

    Returns
    -------
    Demagnetization
        Arrays for n magnets, k temperatures and m fields: ``field`` (H, A/m, 0
        or negative), ``polarization`` and ``induction`` (T), (n, k, m);
        ``remanence`` (T), ``coercivity``, ``coercivity_b`` and ``knee_field``
        (A/m, positive), ``recoil``, ``working_field`` (A/m, negative),
        ``working_induction`` (T) and ``above_knee`` (bool), (n, k). There is
        no status. NaN where the status of a magnet is not "ok".

    Raises
    ------
    InputError
        If there is no recipe, one cannot be read, a field is positive, or the
        temperature, process, shell, host or load line cannot be used.
    """
    kelvin = np.array(parse_temperatures(temperature))
    inputs = read_inputs(compositions, basis, strict=True)
    table = inputs.table
    shell = inputs.shells_with(shell)
    magnets = evaluate_magnets(
        alloys(table, process, read_shells(shell, len(table)), host), kelvin
    )
    axial = magnets.status == 0
    if not len(table):
        raise InputError("expected one composition or more, got none")
    figures = magnets.remanence(), magnets.coercivity(), magnets.knee_field
    b_r, h_cj, knee = (np.where(axial, figure, np.nan) for figure in figures)
    recoil = np.broadcast_to(magnets.rows["recoil"][:, None], axial.shape)
    return magnet_curves(kelvin, b_r, h_cj, knee, recoil, fields, load_line)
