"""Calibration on a reference magnet: its known values against those of the model."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core._constants import DEVIATIONS_90
from .._core.units import BETWEEN, ROOM_K
from ..alloy.shell_rows import read_shells
from ..alloy.table import CompositionTable
from ..phases.records import root_host
from ._figures import kinds
from ._magnets import Alloys, alloys
from ._measured import (
    ALPHA,
    COERCIVITY,
    EFFECTS,
    Producer,
    atomic_fractions,
    splits,
)
from .laws import law
from .levels import equivalent_level
from .process import level_route, read_process
from .sintered import sintered_at
from .spread import lots

GUARANTEE = law("makeup").guarantee
"""Standard deviation of ln H_cJ of a magnet as sold over that of the typical one."""


def typical_over_minimum(host: str) -> float:
    """Return H_cJ of a magnet as sold over its guaranteed minimum, which 99 % of lots reach."""
    return 1.0 / lots(host).share("coercivity_kA_m")


if TYPE_CHECKING:
    import pandas as pd

    from ..surrogates._curie import CurieModel


@dataclass(frozen=True)
class KnownValue:
    """One known value of a reference magnet.

    `deviation` is the standard deviation of the logarithm (of alpha: of the value itself) from the
    measurement and from the uncertainty of the recipe.
    """

    quantity: (
        str  # "coercivity_kA_m", "remanence_T" or "remanence_coefficient_pct_K"
    )
    value: float  # in the unit of its name
    kelvin: float
    deviation: float


def calibrate_on_reference(
    name: str,
    table: CompositionTable,
    shell: str | None,
    seen: Sequence[KnownValue],
    between: tuple[float, float] | None = None,
    curie: "CurieModel | None" = None,
) -> Producer:
    """Calibrate the model on one reference magnet, on which predictions then depend.

    Parameters
    ----------
    name : str
        Name of the calibration.
    table : CompositionTable
        Recipe of the reference, one row.
    shell : str or None
        Shell that is diffused in, such as "Tb 0.5 wt%".
    seen : sequence of KnownValue
        Known values of the reference.
    between : tuple of float, optional
        Chord of alpha, K; 20 to 100 degrees C otherwise.
    curie : CurieModel, optional
        Model of the Curie temperature.

    Returns
    -------
    Producer
        Without a magnet if the recipe makes none in the model.
    """
    # Alpha first: the error of B_r at a temperature depends on how it falls up to there.
    alphas = [s for s in seen if s.quantity == ALPHA]
    bent_producer = Producer(
        name, _records(name, table, shell, alphas, None, between, curie)
    )
    rest = [s for s in seen if s.quantity != ALPHA]
    return Producer(
        name,
        bent_producer.magnets
        + _records(name, table, shell, rest, bent_producer, between, curie),
    )


def _records(
    name: str,
    table: CompositionTable,
    shell: str | None,
    seen: Sequence[KnownValue],
    known: Producer | None,
    between: tuple[float, float] | None,
    curie: "CurieModel | None",
) -> tuple[dict[str, Any], ...]:
    """Score each known value of a reference magnet against the model.

    Parameters
    ----------
    name : str
        Name of the magnet.
    table : CompositionTable
        Its recipe, one row.
    shell : str or None
        Its shell.
    seen : sequence of KnownValue
        What is known of it.
    known : Producer or None
        Calibration that the model is conditional on already.
    between : tuple of float or None
        Chord of alpha, K; None takes 20 to 100 degrees C.
    curie : CurieModel or None
        Model of the Curie temperature; None takes the shipped one.

    Returns
    -------
    tuple of dict
        Records as `Producer.magnets` has them; values for which the model has no magnet are left
        out.

    Raises
    ------
    InputError
        If no level of a producer gives a known H_cJ.
    """
    if not seen:
        return ()
    at = sorted({ROOM_K, *(s.kelvin for s in seen)})
    process = (
        {"producer": known.record()}
        if known is not None and known.magnets
        else None
    )
    use: dict[str, Any] = {"between": between or BETWEEN, "curie": curie}
    frames = sintered_at(table, at, process, shell, **use)
    rows_by_kelvin = {k: f.iloc[0] for k, f in zip(at, frames, strict=True)}
    model = alloys(
        table, read_process(process, 1), read_shells(shell, 1), curie=curie
    )
    # A reference is assumed to have usual grains.
    process_effects = kinds(table, [""], [shell or ""], curie=curie).effects[0]
    effects = dict(zip(EFFECTS, process_effects.tolist(), strict=True))
    magnets = []
    for one in seen:
        row = rows_by_kelvin[one.kelvin]
        if row["status"] != "ok":
            continue
        score = score_known_value(one, row, rows_by_kelvin[ROOM_K], model)
        if score is None:
            continue
        magnet: dict[str, Any] = {
            "host": root_host(str(row["host"])),
            "magnet": name,
        }
        magnet |= {
            "composition": atomic_fractions(table, 0),
            "temperature_K": one.kelvin,
        }
        magnet |= {
            "quantity": one.quantity,
            "route": level_route(model.process.route),
        }
        # What a reference says is of one temperature.
        magnets.append({**magnet, **score, "slope": 0.0, **effects})
    return tuple(magnets)


def score_known_value(
    one: KnownValue, row: "pd.Series", room: "pd.Series", model: Alloys
) -> dict[str, float] | None:
    """Compare one known value with the model.

    Parameters
    ----------
    one : KnownValue
        The value and its temperature.
    row : Series
        The modelled magnet at that temperature: columns of `sintered`, with ``_lo`` and ``_hi``.
    room : Series
        The same at 20 degrees C, which counts for H_cJ.
    model : Alloys
        Its alloy, one row.

    Returns
    -------
    dict or None
        ``score``, in units of ``deviation``; ``deviation``, standard deviation of the model's error
        (of ln; of alpha itself, %/K); ``noise``, the variance of the score by the measurement;
        ``slope``, what a standard deviation of the fall of coercivity shifts the score by, 0 but
        for H_cJ. None where the model has no value.

    Raises
    ------
    InputError
        If no level of a producer gives a known H_cJ.
    """
    of = room if one.quantity == COERCIVITY else row
    value, low, high = (
        float(of[f"{one.quantity}{end}"]) for end in ("", "_lo", "_hi")
    )
    if not low < high or (one.quantity != ALPHA and low <= 0.0):
        return None
    split_deviation = splits()[one.quantity].deviation
    width = high - low if one.quantity == ALPHA else float(np.log(high / low))
    deviation = min(width / (2.0 * DEVIATIONS_90), split_deviation)
    noise = one.deviation
    slope = 0.0
    if one.quantity == ALPHA:
        off = one.value - value
    elif one.quantity == COERCIVITY:
        level = equivalent_level(model, one.kelvin, one.value)
        off = float(np.log(level.level))
        noise = noise / level.lever
        slope = level.slope
    else:
        off = float(np.log(one.value / value))
    return {
        "score": off / deviation,
        "deviation": deviation,
        "noise": (noise / deviation) ** 2,
        "slope": slope / deviation,
    }
