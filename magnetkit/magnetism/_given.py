"""Values of the hard phase that a user gives, from first principles or a spin model.

They enter where phases are condensed, as factors on T_C, moments and anisotropy constants of the
model's phase, its surface and its shell; how these go with temperature, and all that a magnet makes
of them, stays the model's.
"""

from typing import Any

import numpy as np

from .._core._arrays import Condensed
from .._core._constants import DEVIATIONS_90
from .._core._types import FloatArray
from .._core.errors import InputError
from .._core.units import ROOM_K
from ..alloy.table import GIVEN, GIVEN_AT
from ..compound._intrinsic_kernels import scale
from ..compound.evaluate import (
    PROPERTIES,
    STATUS,
    Intrinsic,
    PredictedCurie,
    evaluate_phases,
)
from ..compound.parameters import load
from ..phases.partition import Partition

Widths = dict[str, FloatArray]
"""Half a 90 % range over the value, by quantity of `GIVEN`, (n,); NaN where nothing was given."""


def apply_given(
    given: Widths,
    phases: Any,
    first: int,
    written: Partition,
    predicted: PredictedCurie,
) -> tuple[PredictedCurie, Widths, FloatArray]:
    """Scale the model's values of n alloys in `phases` to given ones, in place.

    Parameters
    ----------
    given : dict of str to ndarray, shape (n,)
        Values by the names of `GIVEN` ("curie_temperature_K",
        "saturation_polarization_T", "anisotropy_constant_MJ_m3"), the ends of
        their 90 % ranges (``_lo``, ``_hi``) and ``temperature_K``, at which
        the latter two hold, 0 of first principles; NaN where nothing is given.
        Names may lack.
    phases : Phases
        Phases of the alloys, see `magnetkit.magnetism._magnet_kernels`; its state and ions change.
    first : int
        Row of the state of `phases` at which the n hard phases as `written` begin; 0 where these
        are the alloys' own.
    written : Partition
        The n hard phases.
    predicted : PredictedCurie
        Curie temperatures of the model; not changed.

    Returns
    -------
    predicted : PredictedCurie
        Curie temperatures with the given ones in place.
    widths : dict of str to ndarray, shape (n,)
        Half a 90 % range divided by the value, by all names of `GIVEN`; NaN where nothing is given.
        Without a range it is the model's width or the difference from the model, the larger one.
    harder : ndarray, shape (n,)
        Factor by which the anisotropy field rises, 1 for none.

    Raises
    ------
    InputError
        If a value that needs a temperature has none, if that is above the Curie temperature, or if
        the value is of another sign than the model's.
    """
    n = len(written.host)
    none = np.full(n, np.nan)
    cells = np.arange(n)
    widths = dict[str, FloatArray]()
    places = [cells, phases.skins, phases.shells, cells + first][
        : 4 if first else 3
    ]
    hard = Condensed(phases.state[first : first + n], phases.ion)
    harder = np.ones(n)
    for what, name in enumerate(GIVEN):
        value = given.get(name, none)
        at = np.full(n, ROOM_K) if what == 0 else given.get(GIVEN_AT, none)
        at = np.where(np.isnan(value), np.nan, at)
        if (np.isfinite(value) & np.isnan(at)).any():
            raise InputError(
                f"a given {name} needs its {GIVEN_AT}, 0 for one of first principles, as "
                f"given={{'{GIVEN_AT}': 0}} or the column given_{GIVEN_AT}"
            )
        widths[name] = none.copy()
        for kelvin in np.unique(at[np.isfinite(at)]):
            temperature = np.array([kelvin])
            got = evaluate_phases(
                written, temperature, load(), predicted, condensed=hard
            )
            model, half = _predict_quantity(got, name)
            factor = np.where(at == kelvin, value, np.nan) / model
            if what > 0:
                paramagnetic = got.status[:, 0] == STATUS.index("paramagnetic")
                # Refused below, as is what has another sign than the model's.
                factor[paramagnetic & (at == kelvin)] = 0.0
            if (factor <= 0.0).any():
                raise InputError(
                    f"a given {name} at {kelvin:g} K is above T_C, or of another sign than the "
                    "model's: how it goes with temperature is not known"
                )
            below = value - given.get(f"{name}_lo", none)
            above = given.get(f"{name}_hi", none) - value
            beyond = np.fmax(below, above)
            unstated = np.fmax(DEVIATIONS_90 * half, abs(value - model))
            width = np.where(np.isnan(beyond), unstated, beyond)
            rows = np.flatnonzero(np.isfinite(factor))
            widths[name][rows] = np.abs(width / value)[rows]
            if "constant" in name:
                harder[rows] *= factor[rows]
            elif what > 0:
                harder[rows] *= 1.0 / factor[rows]
            for place in places:
                rows_present = rows[place[rows] >= 0]
                scale(phases, place[rows_present], what, factor[rows_present])
        if what == 0:
            predicted = _with_given_curie(predicted, value, widths[name])
    return predicted, widths, harder


def _predict_quantity(
    got: Intrinsic, name: str
) -> tuple[FloatArray, FloatArray]:
    """Return what the model says of a quantity at the first temperature, and its standard deviation.

    `got` are n hard phases of the model and `name` is one of `GIVEN` ("curie_temperature_K",
    "saturation_polarization_T", "anisotropy_constant_MJ_m3"), in whose unit both arrays, (n,), are.
    Any name that is none of `PROPERTIES` gives the Curie temperature.
    """
    if name not in PROPERTIES:
        return got.curie, got.curie_sd
    k = PROPERTIES.index(name)
    return got.value[:, 0, k], got.sd[:, 0, k]


def _with_given_curie(
    predicted: PredictedCurie, value: FloatArray, width: FloatArray
) -> PredictedCurie:
    """Return predicted Curie temperatures in which the values that a user gave take their place.

    Parameters
    ----------
    predicted : PredictedCurie
        Predictions of n phases; not changed.
    value : ndarray of float64, shape (n,)
        Given Curie temperatures, K.
    width : ndarray of float64, shape (n,)
        Half widths of their 90 % ranges divided by the values; NaN where none was given.

    Returns
    -------
    PredictedCurie
        ``value`` and ``half`` (half the 90 % range), K, are replaced in those rows; ``share``,
        ``distance`` and ``measured`` stay those of the prediction.
    """
    has_width = np.isfinite(width)
    return predicted._replace(
        value=np.where(has_width, value, predicted.value),
        half=np.where(has_width, width * value, predicted.half),
    )


def widen(got: Intrinsic, widths: Widths) -> None:
    """Widen the standard deviations of hard phases to what the user gave, in place.

    ``got.sd``, (n, m, 7), changes: those of given quantities are replaced,
    those of quantities that follow from them grow. `widths` maps the names of
    `GIVEN` to the half widths of 90 % of n phases, relative, (n,); NaN where
    nothing was given. "saturation_polarization_T" and
    "anisotropy_constant_MJ_m3" must be there (KeyError otherwise); the Curie
    temperature does not count.
    """
    on_j, on_k = (np.nan_to_num(widths[name])[:, None] for name in GIVEN[1:])
    for k, name in enumerate(PROPERTIES):
        width = (
            on_j
            if name == GIVEN[1]
            else on_k
            if "constant" in name
            else np.hypot(on_j, on_k)
        )
        width = width / DEVIATIONS_90 * np.abs(got.value[:, :, k])
        wider = np.hypot(got.sd[:, :, k], width)
        got.sd[:, :, k] = (
            np.where(width > 0.0, width, wider) if name in GIVEN else wider
        )
