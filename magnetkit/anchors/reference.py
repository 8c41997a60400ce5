"""A reference magnet as an anchor: what it is known to keep, beside what the model makes of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from ..composition.table import CompositionTable
from ..magnetism.mill import Mill, fractions_of, splits

TYPICAL = 1.12
"""H_cJ of a magnet as sold over the least that its maker guarantees: 1.05 to 1.25 as a rule."""

GUARANTEE = 0.06
"""Standard deviation of ln of that ratio."""

_Z = NormalDist().inv_cdf(0.95)


@dataclass(frozen=True)
class Seen:
    """One value of a reference magnet.

    Attributes
    ----------
    quantity : str
        ``"coercivity_kA_m"`` or ``"remanence_T"``.
    value : float
        In the unit of its name.
    kelvin : float
        Where it holds, K.
    log_deviation : float
        Standard deviation of its logarithm: of the value, and of what the recipe is.
    """

    quantity: str
    value: float
    kelvin: float
    log_deviation: float


def anchored_on(
    name: str, table: CompositionTable, shell: str | None, seen: Sequence[Seen]
) -> Mill:
    """Return a mill of one magnet, the reference, on which predictions are conditional.

    Parameters
    ----------
    name : str
        What the magnet is called.
    table : CompositionTable
        Its recipe, one row.
    shell : str or None
        What is diffused into it.
    seen : sequence of Seen
        What it keeps.

    Returns
    -------
    Mill
        Without a magnet where the model makes none of the recipe.
    """
    from ..magnetism.sintered import sintered_at

    at = sorted({s.kelvin for s in seen})
    frames = sintered_at(table, at, shell=shell or None) if at else []
    made = {k: f.iloc[0] for k, f in zip(at, frames, strict=True)}
    magnets = []
    for one in seen:
        row = made[one.kelvin]
        if row["status"] != "ok":
            continue
        value, low, high = (float(row[f"{one.quantity}{end}"]) for end in ("", "_lo", "_hi"))
        if not 0.0 < low < high:
            continue
        deviation = min(float(np.log(high / low)) / (2.0 * _Z), splits()[one.quantity].deviation)
        magnets.append(
            {
                "host": str(row["host"]),
                "quantity": one.quantity,
                "magnet": name,
                "composition": fractions_of(table, 0),
                "temperature_K": one.kelvin,
                "score": float(np.log(one.value / value)) / deviation,
                "deviation": deviation,
                "noise": (one.log_deviation / deviation) ** 2,
                "slope": 0.0,
            }
        )
    return Mill(name, tuple(magnets))
