"""Values of the hard phase that a user gives, from first principles or a spin model.

They enter where phases are condensed, as factors on T_C, moments and anisotropy constants of the
model's phase, its surface and its shell; how these go with temperature, and all that a magnet makes
of them, stays the model's.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .._core.errors import InputError
from .._core.units import ROOM_K
from ..composition.table import GIVEN, GIVEN_AT
from ..intrinsic.evaluate import PROPERTIES, STATUS, Intrinsic, evaluate_with
from ..intrinsic.parameters import load
from ._uncertainty import HALF_WIDTH

if TYPE_CHECKING:
    from ..hosts.partition import Partition
    from ..intrinsic.evaluate import PredictedCurie

Array = NDArray[np.float64]
CURIE, POLARIZATION, ANISOTROPY = GIVEN
Widths = dict[str, Array]
"""Half a 90 % range over the value, by quantity of `GIVEN`, (n,); NaN where nothing was given."""


def put(
    given: dict[str, Array],
    phases: Any,
    first: int,
    written: "Partition",
    predicted: "PredictedCurie",
) -> "tuple[PredictedCurie, Widths]":
    """Let given values of n alloys stand for the model's in `phases`, in place; return T_C too.

    Their hard phases as `written` begin at the row `first`. A value without a range reaches as far
    as the model's own, and is as wide as the model's at least. InputError if it has no temperature,
    or no place in the model.
    """
    from ..kernels._arrays import Condensed
    from ..kernels._intrinsic import scale

    n = len(written.host)
    none, cells = np.full(n, np.nan), np.arange(n)
    places = [cells, phases.skins, phases.shells, *([cells + first] if first else [])]
    widths = {name: none.copy() for name in GIVEN}

    def enter(name: str, model: Array, half: Array) -> None:
        value = np.where(np.isnan(model), np.nan, given.get(name, none))
        low, high = (given.get(f"{name}_{end}", none) for end in ("lo", "hi"))
        told = np.fmax(value - low, high - value)
        with np.errstate(divide="ignore", invalid="ignore"):
            factor = value / model
            own = np.where(np.isnan(told), np.fmax(half, np.abs(value - model)), told) / value
        for row in np.flatnonzero(factor <= 0.0):
            raise InputError(
                f"given_{name} {value[row]:g} is of another sign than the model's "
                f"{model[row]:.3g}: how it goes with temperature is not known"
            )
        rows = np.flatnonzero(np.isfinite(factor))
        widths[name][rows] = np.abs(own[rows])
        for at in places:
            kept = rows[at[rows] >= 0]
            scale(phases, at[kept], GIVEN.index(name), factor[kept])

    hard = Condensed(phases.state[first : first + n], phases.ion)
    base = evaluate_with(written, np.array([ROOM_K]), load(), predicted, condensed=hard)
    enter(CURIE, base.curie, HALF_WIDTH * base.curie_sd)
    known = np.isfinite(widths[CURIE])
    value = np.where(known, given.get(CURIE, none), predicted.value)
    half = np.where(known, widths[CURIE] * value, predicted.half)
    predicted = predicted._replace(value=value, half=half)
    kelvin = given.get(GIVEN_AT, none)
    asked = np.isfinite([given.get(name, none) for name in (POLARIZATION, ANISOTROPY)]).any(axis=0)
    if np.isnan(kelvin[asked]).any():
        raise InputError(
            f"given_{POLARIZATION} and given_{ANISOTROPY} need given_{GIVEN_AT}, K; 0 is that of "
            "first principles"
        )
    for at in np.unique(kelvin[asked]):
        got = evaluate_with(written, np.array([at]), load(), predicted, condensed=hard)
        if (got.status[kelvin == at, 0] == STATUS.index("paramagnetic")).any():
            raise InputError(f"given_{GIVEN_AT} {at:g} is above the Curie temperature of its phase")
        for name in (POLARIZATION, ANISOTROPY):
            k = PROPERTIES.index(name)
            model = np.where(kelvin == at, got.value[:, 0, k], np.nan)
            enter(name, model, HALF_WIDTH * got.sd[:, 0, k])
    return predicted, widths


def widen(got: Intrinsic, widths: Widths) -> None:
    """Let hard phases be as uncertain as what was given, in place."""
    on_j, on_k = (np.nan_to_num(widths[name])[:, None] for name in (POLARIZATION, ANISOTROPY))
    for k, name in enumerate(PROPERTIES):
        own = on_j if name == POLARIZATION else on_k if "constant" in name else np.hypot(on_j, on_k)
        own = own / HALF_WIDTH * np.abs(got.value[:, :, k])
        wider = np.hypot(got.sd[:, :, k], own)
        got.sd[:, :, k] = np.where(own > 0.0, own, wider) if name in GIVEN else wider
