"""The figures of magnets with their ranges, from their hard phases and their process."""

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from .grains import grain_effect
from .likeness import HALF_WIDTH
from .magnets import Alloys
from .near_curie import widen
from .two_sublattices import PROPERTIES, STATUS, Intrinsic

FIGURES = (
    "remanence_T",
    "coercivity_kA_m",
    "knee_field_kA_m",
    "max_energy_product_kJ_m3",
    "max_working_temperature_K",
    "remanence_coefficient_pct_K",
    "coercivity_coefficient_pct_K",
)
"""The columns that `sintered` adds, in the order of the kernel's output."""

# Temperatures at which the load line is tried, K: closer where Nd-Fe-B loses its order.
_STEPS = (50.0, 100.0)
_TURN, _LAST = 650.0, 1150.0

# The last two of the figures are chords; a range too short for anything to change in it, K.
_CHORDS, _INSTANT = 5, 1e-3

_TO_COLUMN_UNIT = np.array([1.0, 1e-3, 1e-3, 1e-3, 1.0, 100.0, 100.0])


def figures_of(
    made: Alloys,
    bulk: Intrinsic,
    asked: NDArray[np.float64],
    between: tuple[float, float],
    load: float,
    z: float,
) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    """Return the figures of magnets at temperatures.

    Parameters
    ----------
    made : Alloys
        n magnets.
    bulk : Intrinsic
        Their hard phases at the first of the temperatures; at the others ranges are not to be used.
    asked : ndarray of float64, shape (m,)
        The temperatures, K.
    between : tuple of float
        Those of the chords alpha and beta, K, and the range of use.
    load : float
        Permeance coefficient of the load line.
    z : float
        Deviations to each side.

    Returns
    -------
    values : ndarray of float64, shape (7, 3, m, n)
        `FIGURES` with lower and upper ends in the columns' units.
    status : ndarray of int8, shape (m, n)
        Index into `intrinsic.STATUS`: the first that is not ``ok`` of that at the temperature and
        those from one end of the range of use to the other, both ends included.
    """
    from ..kernels.sintered import Widths, figures

    rows, known = made.rows, bulk.temperatures.size
    scale = z / NormalDist().inv_cdf(0.95)
    # The spread of B_r is that of magnets left out, which holds the doubt of J_s where there are
    # measured magnets; where J_s is known worse than that, its doubt counts instead.
    j_s = PROPERTIES.index("saturation_polarization_T")
    unsure = np.zeros((asked.size, len(made.factor)))
    with np.errstate(divide="ignore", invalid="ignore"):
        np.divide(z * bulk.sd[:, :, j_s].T, bulk.value[:, :, j_s].T, out=unsure[:known])
    alone = np.maximum(rows["remanence_spread"] * scale, np.nan_to_num(unsure, nan=0.0))
    widths = Widths(
        np.minimum(alone, rows["remanence_cap"] * scale) * rows["remanence_left"],
        _hard(made, asked) * scale,
        rows["alpha_spread"] * rows["alpha_left"] * scale,
        # per cent to shares
        rows["alpha_floor"] * rows["alpha_left"] * scale / 100.0,
        rows["beta_spread"] * scale,
    )
    rules = made.rules()._replace(bend=bend(made, between))
    first, second = between
    grid = _grid(first, second)
    values, status = figures(asked, second, grid, made.phases, rules, load, widths)
    spread = rows["remanence_spread"] * scale
    widen(made, bulk, values[:, :, :known], status[:known], spread, z)
    for figure, unit in zip(values, _TO_COLUMN_UNIT, strict=True):
        if unit != 1.0:
            figure *= unit
    outside = (status == 0) & ~np.isfinite(made.factor)
    return values, np.where(outside, STATUS.index("outside the model"), status).astype(np.int8)


def at_each(
    made: Alloys,
    bulk: Intrinsic,
    values: NDArray[np.float64],
    status: NDArray[np.int8],
    load: float,
    z: float,
) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    """Return figures and status at each temperature of `bulk` by itself, as `figures_of`.

    Chords stay those of the range.
    """
    own = bulk.status.T
    lost = (status != 0) & (own == 0)
    for j in np.flatnonzero(lost.any(axis=1)):
        kelvin = float(bulk.temperatures[j])
        instant = kelvin, kelvin + _INSTANT
        alone, found = figures_of(made, bulk, bulk.temperatures, instant, load, z)
        rows = lost[j]
        values[:_CHORDS, :, j, rows] = alone[:_CHORDS, :, j, rows]
        status[j, rows] = found[j, rows]
    return values, status


def _grid(first: float, second: float) -> NDArray[np.float64]:
    """Return the temperatures at which the load line is tried, from the first of use on."""
    fine = np.arange(first, max(_TURN, first + _STEPS[0]), _STEPS[0])
    coarse = np.arange(fine[-1] + _STEPS[1], max(_LAST, fine[-1] + 2.0 * _STEPS[1]), _STEPS[1])
    return np.concatenate([fine, coarse])


def _hard(made: Alloys, kelvin: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the half width of the 90 % range of ln H_cJ at temperatures, shape (m, n).

    What the law of grain size may be off by is the more of it the less is left.
    """
    spread = np.broadcast_to(made.rows["spread"], (kelvin.size, len(made.factor)))
    if not made.rows["grain_effect"].any():
        return spread
    here = grain_effect(made.phases, made.rules(), made.rows, kelvin)
    more = here**2 - made.rows["grain_effect"] ** 2
    wider = np.sqrt(np.maximum(spread**2 + HALF_WIDTH**2 * more, 0.0))
    # Magnets of usual grains keep theirs to the last digit, whatever others the table has.
    return np.where(more != 0.0, wider, spread)


def bend(made: Alloys, between: tuple[float, float]) -> NDArray[np.float64]:
    """Return what a reference magnet's alpha adds to the polarization, 1/K from 20 degrees C on.

    The chord between the two temperatures then differs by what the reference says it is off.
    """
    from ..kernels.sintered import ROOM

    shift = made.rows["alpha_shift"] / 100.0
    if not shift.any():
        return shift
    first, second = between
    span, j = second - first, made.at(np.array(between)).polarization
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = 1.0 + shift * span * j[:, 0] / j[:, 1]
        found = (ratio - 1.0) / ((second - ROOM) - ratio * (first - ROOM))
    return np.where(np.isfinite(found), found, 0.0)
