"""Measured curves of one magnet at any temperature between the coldest and the hottest of them.

At a temperature that was measured the points stand as they are. Between two of them B_r, the slope
of the recoil line and ln H_cJ go monotonously with temperature (piecewise cubic by Fritsch and
Carlson where three or more are known), and so does the share of the field, H / H_cJ, at which a
given part of the polarization is left: a knee moves and is never doubled.
"""

from collections.abc import Sequence

import numpy as np

from .._core._types import FloatArray
from .._core.errors import InputError
from .._core.units import MU_0, ZERO_CELSIUS
from ..magnetism.demagnetization import CURVE_POINTS, Demagnetization
from ..magnetism.measured_curve import (
    MeasuredCurve,
    derive_figures,
    find_crossing,
)

# A temperature this close to a measured one, K, is that one.
_MEASURED_WITHIN_K = 2.0
# Levels of J / B_r at which curves are blended, and most points of a measured curve in a file.
_LEVELS = 401
_MOST_POINTS = 401


def interpolate_curves(
    curves: Sequence[MeasuredCurve], kelvin: Sequence[float], load_line: float
) -> tuple[Demagnetization, tuple[MeasuredCurve, ...]]:
    """Compute the curves of a measured magnet at k temperatures, as arrays and as points.

    Parameters
    ----------
    curves : sequence of MeasuredCurve
        At rising ``temperature_K``, one or more, each to J = 0: ``field``
        (A/m, positive) and ``polarization`` (T) are its points, and figures
        such as ``remanence_T`` and ``coercivity_kA_m``.
    kelvin : sequence of float
        k temperatures, K, in any order. One within 2 K of a measured one takes
        that curve, also beyond the ends.
    load_line : float
        Permeance coefficient -B / (mu_0 H).

    Returns
    -------
    Demagnetization
        Of one magnet: arrays of shape (1, k), such as ``remanence`` (T) and
        ``coercivity`` (A/m), and (1, k, points) of the curves, with H
        negative, A/m. ``temperature`` holds `kelvin` as given, also where a
        curve measured within 2 K stands for it. The working point is NaN where
        the curve ends before the load line.
    tuple of MeasuredCurve
        Length k, in the order of `kelvin`; the measured object itself where its temperature was
        measured.

    Raises
    ------
    InputError
        If a curve ends before J = 0, or a temperature lies beyond those measured.
    """
    for curve in curves:
        if np.isnan(curve.coercivity_kA_m):
            raise InputError(
                f"the curve at {_celsius(curve)} °C ends at {1e-3 * curve.field[-1]:.0f} kA/m, "
                "before J = 0: its H_cJ is not known; measure to a larger field"
            )
    curves_at_temperatures = tuple(
        _interpolate_curve(curves, one) for one in kelvin
    )
    largest = max(one.field.size for one in curves_at_temperatures)
    size = max(CURVE_POINTS, min(largest, _MOST_POINTS) + 2)

    figures = {
        name: np.array(
            [[getattr(one, name) for one in curves_at_temperatures]]
        )
        for name in (
            "remanence_T",
            "coercivity_kA_m",
            "coercivity_b_kA_m",
            "knee_field_kA_m",
            "recoil_permeability",
        )
    }
    points = [_curve_points(one, size) for one in curves_at_temperatures]
    field = np.array([[-one[0] for one in points]])
    polarization = np.array([[one[1] for one in points]])
    knee_field = 1e3 * figures["knee_field_kA_m"]
    # On the load line J = (1 + load_line) mu_0 |H|.
    slope = (1.0 + load_line) * MU_0
    working = np.array(
        [[find_crossing(h, j - slope * h, 0.0) for h, j in points]]
    )
    demagnetization = Demagnetization(
        temperature=np.array(kelvin, np.float64),
        field=field,
        polarization=polarization,
        induction=polarization + MU_0 * field,
        remanence=figures["remanence_T"],
        coercivity=1e3 * figures["coercivity_kA_m"],
        coercivity_b=1e3 * figures["coercivity_b_kA_m"],
        knee_field=knee_field,
        recoil=figures["recoil_permeability"],
        working_field=-working,
        working_induction=load_line * MU_0 * working,
        above_knee=working <= knee_field,
        load_line=load_line,
    )
    return demagnetization, curves_at_temperatures


def _celsius(curve: MeasuredCurve) -> str:
    """Write the temperature of a `MeasuredCurve` in whole degrees C, such as "150", without unit."""
    return f"{curve.temperature_K - ZERO_CELSIUS:.0f}"


def _interpolate_curve(
    curves: Sequence[MeasuredCurve], kelvin: float
) -> MeasuredCurve:
    """Return the measured curve at a temperature, or one interpolated between two.

    Parameters
    ----------
    curves : sequence of MeasuredCurve
        One or more, at rising ``temperature_K``.
    kelvin : float
        Temperature, K.

    Returns
    -------
    MeasuredCurve
        The measured object itself, with its own temperature, where the nearest
        is within `_MEASURED_WITHIN_K` (2 K, inclusive); a new one at `kelvin`
        otherwise, see `_blend`.

    Raises
    ------
    InputError
        If it lies more than that beyond the measured temperatures.
    """
    measured_at = np.array([one.temperature_K for one in curves])
    nearest = int(np.argmin(np.abs(measured_at - kelvin)))
    if abs(measured_at[nearest] - kelvin) <= _MEASURED_WITHIN_K:
        return curves[nearest]
    if not measured_at[0] < kelvin < measured_at[-1]:
        ends = f"{_celsius(curves[0])} to {_celsius(curves[-1])}"
        if len(curves) == 1:
            ends = _celsius(curves[0])
        raise InputError(
            f"measured at {ends} °C, asked at {kelvin - ZERO_CELSIUS:.0f} °C: give a curve "
            "measured on its other side too, or `magnetkit replace --measured`, which takes alpha "
            "and beta"
        )
    upper = int(np.searchsorted(measured_at, kelvin))
    return _blend(curves, upper, kelvin)


def _blend(
    curves: Sequence[MeasuredCurve], upper: int, kelvin: float
) -> MeasuredCurve:
    """Interpolate between curves, at rising temperatures, to one between those before and of `upper`.

    B_r and ln H_cJ go monotonically over all curves, the shape and the recoil permeability linearly
    between two. The result ends at J = 0.
    """
    from scipy.interpolate import PchipInterpolator

    cold = curves[upper - 1]
    hot = curves[upper]
    at = [one.temperature_K for one in curves]
    figures = [
        (one.remanence_T, np.log(1e3 * one.coercivity_kA_m)) for one in curves
    ]
    b_r, log_h_cj = PchipInterpolator(at, figures)(kelvin)
    share = (kelvin - cold.temperature_K) / (
        hot.temperature_K - cold.temperature_K
    )
    recoil = (1.0 - share) * cold.recoil_permeability
    recoil += share * hot.recoil_permeability
    levels = np.linspace(1.0, 0.0, _LEVELS)
    reduced_fields = (1.0 - share) * _reduced_fields(cold, levels)
    reduced_fields += share * _reduced_fields(hot, levels)
    field = np.maximum.accumulate(reduced_fields) * np.exp(log_h_cj)
    polarization = levels * (b_r - (recoil - 1.0) * MU_0 * field)
    return derive_figures(
        np.append(0.0, field),
        np.append(b_r, polarization),
        recoil,
        kelvin,
        "between measured temperatures",
    )


def _reduced_fields(curve: MeasuredCurve, levels: FloatArray) -> FloatArray:
    """Compute the fields at which given shares of the polarization are left.

    Parameters
    ----------
    curve : MeasuredCurve
        A curve to J = 0.
    levels : ndarray, shape (m,)
        Shares of the recoil line's polarization, each from 1, all, to 0, none,
        in any order.

    Returns
    -------
    ndarray of float64, shape (m,)
        Reverse field divided by H_cJ, 0 to 1, one for each of `levels`; on a plateau the last
        field of it.
    """
    line = (
        curve.remanence_T
        - (curve.recoil_permeability - 1.0) * MU_0 * curve.field
    )
    remaining_share = np.minimum.accumulate(
        np.clip(curve.polarization / line, 0.0, 1.0)
    )
    # The last field at which so much is left: a plateau ends there.
    place = (
        remaining_share.size
        - 1
        - np.searchsorted(remaining_share[::-1], levels, side="left")
    )
    place = np.clip(place, 0, remaining_share.size - 2)
    drop = np.maximum(
        remaining_share[place] - remaining_share[place + 1], 1e-12
    )
    part = np.clip((remaining_share[place] - levels) / drop, 0.0, 1.0)
    field = curve.field[place] + part * (
        curve.field[place + 1] - curve.field[place]
    )
    return field / (1e3 * curve.coercivity_kA_m)


def _curve_points(
    curve: MeasuredCurve, size: int
) -> tuple[FloatArray, FloatArray]:
    """Sample a measured curve at `size` reverse fields up to H_cJ, H_cB among them.

    All measured points are among them, thinned where there are more than `size` - 2. The widest
    steps are halved until there are enough.

    Parameters
    ----------
    curve : MeasuredCurve
        A curve to J = 0: ``field`` (A/m), ``polarization`` (T),
        ``coercivity_kA_m`` and ``coercivity_b_kA_m`` are read.
    size : int
        Number of points, more than 2.

    Returns
    -------
    field : ndarray of float64, shape (size,)
        Reverse field, A/m, rising from the first of the curve, usually 0; the
        last is H_cJ.
    polarization : ndarray of float64, shape (size,)
        J, T.
    """
    h_cj = 1e3 * curve.coercivity_kA_m
    h_cb = 1e3 * curve.coercivity_b_kA_m
    inside = curve.field[curve.field < h_cj]
    if inside.size > size - 2:
        inside = inside[np.linspace(0, inside.size - 1, size - 2).astype(int)]
    fields = np.unique(np.concatenate([inside, [h_cb, h_cj]]))
    while fields.size < size:
        # Halve the widest steps: on the straight lines between points nothing changes.
        widest = np.argsort(np.diff(fields))[::-1][: size - fields.size]
        middles = 0.5 * (fields[widest] + fields[widest + 1])
        fields = np.unique(np.concatenate([fields, middles]))
    return fields, np.interp(fields, curve.field, curve.polarization)
