"""Values of the hard phase that a user gives, from first principles or a spin model.

They enter where phases are condensed, as factors on T_C, moments and anisotropy constants of the
model's phase, its surface and its shell; how these go with temperature, and all that a magnet makes
of them, stays the model's.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._core._arrays import Condensed
from .._core._constants import DEVIATIONS_90
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

Widths = dict[str, NDArray[np.float64]]
"""Half a 90 % range over the value, by quantity of `GIVEN`, (n,); NaN where nothing was given."""


def put(
    given: Widths,
    phases: Any,
    first: int,
    written: Partition,
    predicted: PredictedCurie,
) -> tuple[PredictedCurie, Widths, NDArray[np.float64]]:
    """Scale the model's values of n alloys in `phases` to given ones, in place.

    Parameters
    ----------
    given : dict of str to ndarray, shape (n,)
        Values, the ends of their 90 % ranges (``_lo``, ``_hi``) and ``temperature_K``;
        NaN where nothing is given.
    phases : object
        State of all phases, changed.
    first : int
        Row of `phases` at which the n hard phases as `written` begin.
    written : Partition
        The n hard phases.
    predicted : PredictedCurie
        Curie temperatures of the model.

    Returns
    -------
    predicted : PredictedCurie
        Curie temperatures with the given ones in place.
    widths : dict of str to ndarray, shape (n,)
        Half a 90 % range divided by the value, NaN where nothing is given. Without a
        range it is the model's width or the difference from the model, the larger one.
    harder : ndarray, shape (n,)
        Factor by which the anisotropy field rises, 1 for none.

    Raises
    ------
    InputError
        If a value that needs a temperature has none, if that is above the Curie
        temperature, or if the value is of another sign than the model's.
    """
    n = len(written.host)
    none = np.full(n, np.nan)
    cells = np.arange(n)
    widths = dict[str, NDArray[np.float64]]()
    places = [cells, phases.skins, phases.shells, cells + first][: 4 if first else 3]
    hard = Condensed(phases.state[first : first + n], phases.ion)
    harder = np.ones(n)
    for what, name in enumerate(GIVEN):
        value, low, high = (
            given.get(f"{name}{end}", none) for end in ("", "_lo", "_hi")
        )
        at = np.where(
            np.isnan(value), np.nan, given.get(GIVEN_AT, none) if what else ROOM_K
        )
        if (np.isfinite(value) & np.isnan(at)).any():
            raise InputError(
                f"a given {name} needs its {GIVEN_AT}, 0 for one of first principles, as "
                f"given={{'{GIVEN_AT}': 0}} or the column given_{GIVEN_AT}"
            )
        widths[name] = none.copy()
        for kelvin in np.unique(at[np.isfinite(at)]):
            got = evaluate_phases(
                written, np.array([kelvin]), load(), predicted, condensed=hard
            )
            model = got.curie
            half = got.curie_sd
            if what:
                k = PROPERTIES.index(name)
                model = got.value[:, 0, k]
                half = got.sd[:, 0, k]
            factor = np.where(at == kelvin, value, np.nan) / model
            paramagnetic = got.status[:, 0] == STATUS.index("paramagnetic")
            if (factor <= 0.0).any() or (
                what and (paramagnetic & (at == kelvin)).any()
            ):
                raise InputError(
                    f"a given {name} at {kelvin:g} K is above T_C, or of another sign than the "
                    "model's: how it goes with temperature is not known"
                )
            beyond = np.fmax(value - low, high - value)
            width = np.where(
                np.isnan(beyond),
                np.fmax(DEVIATIONS_90 * half, abs(value - model)),
                beyond,
            )
            rows = np.flatnonzero(np.isfinite(factor))
            widths[name][rows] = np.abs(width / value)[rows]
            if what:
                harder[rows] *= (
                    factor[rows] if "constant" in name else 1.0 / factor[rows]
                )
            for place in places:
                rows_present = rows[place[rows] >= 0]
                scale(phases, place[rows_present], what, factor[rows_present])
        if not what:
            has_width = np.isfinite(widths[name])
            half = np.where(has_width, widths[name] * value, predicted.half)
            predicted = predicted._replace(
                value=np.where(has_width, value, predicted.value), half=half
            )
    return predicted, widths, harder


def widen(got: Intrinsic, widths: Widths) -> None:
    """Widen the standard deviations of hard phases to what the user gave, in place.

    `got.sd` changes. `widths` maps the names of `GIVEN` to the half widths of 90 % of n phases,
    relative, (n,); NaN where nothing was given.
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
