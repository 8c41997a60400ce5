"""What a printed magnet keeps at temperature: curves through the ends of its maker's chords.

A sheet prints a coefficient from 20 degrees C to another temperature. Between the two a straight
line promises more coercivity than there is: the curve of sintered Nd-Fe-B is hollow. It is taken
to have the shape of the model's law, through both printed ends.
"""

from functools import lru_cache
from typing import Any

import numpy as np

from .._core._types import FloatArray
from .._core.units import MU_0, ROOM_K
from ..alloy.table import CompositionTable
from .laws import law
from .squareness import has_boundary

# The hard phase of which the shape is taken, and a level at which its magnet keeps coercivity up to
# near its Curie temperature, K.
_SHAPE_OF = "Nd2Fe14B"
_SHAPE_LEVEL = 5.0
_GRID = np.append(np.arange(20.0, 560.0, 5.0), ROOM_K)


@lru_cache(maxsize=1)
def _shape() -> tuple[FloatArray, FloatArray, FloatArray, float]:
    """Return the shape of H_cJ(T) of sintered Nd-Fe-B.

    Returns
    -------
    kelvin : ndarray of float64, shape (k,)
        Rising temperatures, K.
    poles, field : ndarray of float64, shape (k,)
        What polarization and the field alpha_K H_N keep of their values at 20
        degrees C. The arrays are shared: do not change them.
    room : float
        N_eff M_s at 20 degrees C, kA/m.
    """
    from ._magnets import alloys

    magnet = alloys(CompositionTable.from_strings([_SHAPE_OF])).with_level(
        _SHAPE_LEVEL
    )
    kelvin = np.sort(_GRID)
    magnets = magnet.at(kelvin)
    poles = (
        1e-3 * float(magnet.rules().n_eff[0]) * magnets.polarization[0] / MU_0
    )
    field = 1e-3 * magnets.coercivity()[0] + poles
    room = int(np.searchsorted(kelvin, ROOM_K))
    return kelvin, poles / poles[room], field / field[room], float(poles[room])


def chord_end(to_K: Any, max_working_temperature_K: Any) -> FloatArray:
    """Return the upper temperature of printed chords, K, an array in the shape of the arguments.

    Both are floats, or arrays or columns of one shape. `to_K`, K, is what is printed, NaN for
    nothing. A chord without one is taken to reach to 100 degrees
    C (``datasets/laws/printed.toml``) or to `max_working_temperature_K`, K, whichever is more; a
    NaN of the latter does not count.
    """
    highest_use = np.asarray(max_working_temperature_K, float)
    otherwise = np.fmax(highest_use, law("printed").chord_end)
    to = np.asarray(to_K, float)
    return np.where(np.isnan(to), otherwise, to)


def remanence_ratio(
    coefficient_pct_K: Any, kelvin: Any, host: Any, to_K: Any
) -> FloatArray:
    """Return B_r at a temperature over that at 20 degrees C, of n printed magnets.

    Parameters
    ----------
    coefficient_pct_K : float or array, shape (n,)
        Printed chord alpha from 20 degrees C, %/K.
    kelvin : float or array
        Temperature, K.
    host : str or array of str, shape (n,)
        Hosts; of others than sintered 2:14:1 the chord is a straight line, so that magnets of other
        kinds take an empty text.
    to_K : float or array, shape (n,)
        Upper temperature of the chord, K, of `chord_end`.

    Returns
    -------
    ndarray of float64, shape (n,) or as broadcast with `kelvin`
        0 or more; NaN where the coefficient is. Of shape () where all are
        floats. A kelvin beyond the chord is extrapolated.

    Examples
    --------
    >>> print(f"{remanence_ratio(-0.12, 423.15, '2:14:1', 423.15):.3f}")
    0.844
    """
    grid, polarization, _, _ = _shape()
    end = _linear_ratio(coefficient_pct_K, to_K)
    at_end, now = (
        np.interp(t, grid, polarization, right=0.0) for t in (to_K, kelvin)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        power = np.log(end) / np.log(at_end)
        curve = now**power
    return _choose_curve(host, curve, _linear_ratio(coefficient_pct_K, kelvin))


def coercivity_ratio(
    coefficient_pct_K: Any,
    kelvin: Any,
    host: Any,
    to_K: Any,
    coercivity_kA_m: Any,
) -> FloatArray:
    """Return H_cJ at a temperature over that at 20 degrees C, of n printed magnets.

    Parameters
    ----------
    coefficient_pct_K : float or array, shape (n,)
        Printed chord beta from 20 degrees C, %/K.
    kelvin : float or array
        Temperature, K.
    host : str or array of str, shape (n,)
        As of `remanence_ratio`.
    to_K : float or array, shape (n,)
        Upper temperature of the chord, K, of `chord_end`.
    coercivity_kA_m : float or array, shape (n,)
        H_cJ at 20 degrees C, kA/m; where it is NaN the chord is a straight line.

    Returns
    -------
    ndarray of float64, shape (n,) or as broadcast with `kelvin`
        0 where none is left; NaN where the coefficient is. Of shape () where
        all are floats.

    Examples
    --------
    >>> ends = (coercivity_ratio(-0.55, t, "2:14:1", 423.15, 1592.0) for t in (373.15, 423.15))
    >>> print(*(f"{left:.3f}" for left in ends))
    0.513 0.285
    """
    grid, polarization, field, poles = _shape()
    end = _linear_ratio(coefficient_pct_K, to_K)
    share = poles / np.asarray(coercivity_kA_m, float)
    at_end, now = (
        np.interp(t, grid, field, right=0.0) for t in (to_K, kelvin)
    )
    own_end, polarization_now = (
        np.interp(t, grid, polarization, right=0.0) for t in (to_K, kelvin)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        power = np.log((end + share * own_end) / (1.0 + share)) / np.log(
            at_end
        )
        curve = np.maximum(
            (1.0 + share) * now**power - share * polarization_now, 0.0
        )
    return _choose_curve(host, curve, _linear_ratio(coefficient_pct_K, kelvin))


def _linear_ratio(coefficient_pct_K: Any, kelvin: Any) -> Any:
    """Compute the share of a value at 20 degrees C that is left at a temperature, not below 0.

    `coefficient_pct_K`, %/K, usually negative, is the chord from 20 degrees C and `kelvin` the
    temperature, K: floats or arrays that broadcast. Below 20 degrees C the share is above 1. NaN
    stays NaN.
    """
    step = np.asarray(kelvin, float) - ROOM_K
    return np.maximum(
        1.0 + np.asarray(coefficient_pct_K, float) / 100.0 * step, 0.0
    )


def _choose_curve(
    host: Any, curve: FloatArray, line: FloatArray
) -> FloatArray:
    """Return `curve` for hosts with a boundary phase where it is finite, `line` for others.

    `host` is a name such as "2:14:1", which has such a phase, or an array of names, which
    broadcasts with the two arrays; an empty text is none.
    """
    return np.where(has_boundary(host) & np.isfinite(curve), curve, line)
