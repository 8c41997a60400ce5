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
from .process import level_route
from .sintered import sintered_at
from .spread import lots

GUARANTEE = law("makeup").guarantee
"""Standard deviation of ln H_cJ of a magnet as sold over that of the typical one."""


def typical_over_minimum(host: str) -> float:
    """Return H_cJ of a magnet as sold over its guaranteed minimum, which 99 % of lots reach.

    `host` is such as "2:14:1"; an unknown one counts as that.
    """
    return 1.0 / lots(host).share("coercivity_kA_m")


if TYPE_CHECKING:
    import pandas as pd

    from ..surrogates._curie import CurieModel


@dataclass(frozen=True)
class KnownValue:
    """One known value of a reference magnet.

    ``quantity`` is "coercivity_kA_m", "remanence_T" or
    "remanence_coefficient_pct_K", ``value`` is in the unit of that name and
    ``kelvin`` its temperature, K.
    `deviation` is the standard deviation of the logarithm (of alpha: of the value itself) from the
    measurement and from the uncertainty of the recipe.
    """

    quantity: str  # "coercivity_kA_m", "remanence_T" or "remanence_coefficient_pct_K"
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
        Known values of the reference: ``quantity`` ("coercivity_kA_m", "remanence_T" or
        "remanence_coefficient_pct_K"), ``value`` in its unit, ``kelvin``, and ``deviation``, the
        standard deviation of ln of the value (of alpha: of itself, %/K).
    between : tuple of float, optional
        Chord of alpha, K, the lower temperature first; 20 to 100 degrees C otherwise.
    curie : CurieModel, optional
        Model of the Curie temperature; the shipped one otherwise.

    Returns
    -------
    Producer
        Its ``magnets`` are a record for each known value, those of alpha
        first. Without a magnet if the recipe makes none in the model, or
        `seen` is empty. It is not stored.

    Raises
    ------
    InputError
        If no level of a producer gives a known H_cJ (NaN too), or the shell
        cannot be read.
    KeyError
        If a ``quantity`` is another name and the recipe makes a magnet.
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
        Its shell, such as "Tb 0.5 wt%".
    seen : sequence of KnownValue
        What is known of it: ``quantity``, ``value``, ``kelvin`` and ``deviation``.
    known : Producer or None
        Calibration that the model is conditional on already.
    between : tuple of float or None
        Chord of alpha, K; None takes 20 to 100 degrees C.
    curie : CurieModel or None
        Model of the Curie temperature; None takes the shipped one.

    Returns
    -------
    tuple of dict
        Records as `Producer.magnets` has them: ``host``, ``magnet`` (`name`),
        ``composition``, ``temperature_K``, ``quantity``, ``route``, ``score``,
        ``deviation``, ``noise``, ``slope`` (0), ``shell_share`` and
        ``grain_effect``. Values for which the model has no magnet or no range
        are left out; empty where `seen` is.

    Raises
    ------
    InputError
        If no level of a producer gives a known H_cJ, or the shell cannot be
        read.
    """
    if not seen:
        return ()
    at = sorted({ROOM_K, *(s.kelvin for s in seen)})
    process: dict[str, Any] = {}
    if known is not None and known.magnets:
        process["producer"] = known.record()
    frames = sintered_at(
        table, at, process, shell, between=between or BETWEEN, curie=curie
    )
    rows_by_kelvin = {k: f.iloc[0] for k, f in zip(at, frames, strict=True)}
    model = alloys(table, process, read_shells(shell, 1), curie=curie)
    # A reference has usual grains.
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
        magnet = {
            "host": root_host(str(row["host"])),
            "magnet": name,
            "composition": atomic_fractions(table, 0),
            "temperature_K": one.kelvin,
            "quantity": one.quantity,
            "route": level_route(model.process.route),
            **score,
            # What a reference says is of one temperature.
            "slope": 0.0,
            **effects,
        }
        magnets.append(magnet)
    return tuple(magnets)


def score_known_value(
    one: KnownValue, row: "pd.Series", room: "pd.Series", model: Alloys
) -> dict[str, float] | None:
    """Compare one known value with the model.

    Parameters
    ----------
    one : KnownValue
        ``quantity`` ("coercivity_kA_m", "remanence_T" or
        "remanence_coefficient_pct_K"), ``value`` in its unit, ``kelvin`` and
        ``deviation``, the standard deviation of ln of the value (of alpha: of
        itself, %/K).
    row : Series
        The modelled magnet at that temperature: of the columns of `sintered` the quantity with
        ``_lo`` and ``_hi`` is read.
    room : Series
        The same at 20 degrees C; of H_cJ it is read in place of `row`.
    model : Alloys
        Its alloy, one row.

    Returns
    -------
    dict or None
        ``score``, in units of ``deviation``, above 0 where the known value is
        above the model's; ``deviation``, standard deviation of the model's
        error (of ln; of alpha itself, %/K); ``noise``, the variance of the
        score by the measurement; ``slope``, what a standard deviation of the
        fall of coercivity shifts the score by, 0 but for H_cJ. A known B_r or
        alpha of NaN has a score of NaN. None where the model has no value, its
        range has no width, or that of B_r or H_cJ reaches to 0.

    Raises
    ------
    InputError
        If no level of a producer gives a known H_cJ.
    KeyError
        If `row` has no such quantity.
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
