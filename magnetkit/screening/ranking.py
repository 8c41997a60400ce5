"""The order of candidates for a device."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import InputError
from .pareto import fronts
from .requirements import MEETS_PROBABILITY

OUTPUT = ("meets_requirements", "pareto_front", "rank")


@dataclass(frozen=True)
class Objective:
    """One objective of the ranking: a column and whether it is to be made small (+1) or large."""

    column: str
    sign: int

    @classmethod
    def parse(cls, text: str) -> "Objective":
        """Read ``"column:min"`` or ``"column:max"``; ``"margin"`` is the performance margin."""
        name, _, direction = text.partition(":")
        if direction not in ("min", "max"):
            raise InputError(f"objective {text!r} must end in :min or :max")
        name = "performance_margin" if name == "margin" else name
        return cls(name, 1 if direction == "min" else -1)


def needed_columns(objectives: Sequence[str]) -> list[str]:
    """Return the columns that `rank` reads."""
    fixed = [
        "status",
        "probability_meets_requirements",
        "heavy_rare_earth_wt_pct",
        "performance_margin",
    ]
    return list(dict.fromkeys(fixed + [Objective.parse(o).column for o in objectives]))


def rank(
    frame: pd.DataFrame, objectives: Sequence[str], threshold: float = MEETS_PROBABILITY
) -> pd.DataFrame:
    """Rank candidates.

    Candidates that meet the requirements come first: by Pareto front over the objectives, then by
    least heavy rare earth, then by margin. Those that miss follow by margin. A candidate that is
    no uniaxial magnet over the whole range, or cannot be made, has no rank.

    Parameters
    ----------
    frame : DataFrame, n rows
        At least the `needed_columns`.
    objectives : sequence of str
        Up to three, e.g. ``["heavy_rare_earth_wt_pct:min", "margin:max"]``.
    threshold : float
        Probability from which the requirements count as met.

    Returns
    -------
    DataFrame, n rows
        ``meets_requirements``, ``pareto_front`` (missing where they are not met) and ``rank``
        (from 1, missing where there is none), in the order of `frame`.
    """
    usable = (frame["status"] == "ok").to_numpy()
    margin = frame["performance_margin"].to_numpy(np.float64)
    heavy = frame["heavy_rare_earth_wt_pct"].to_numpy(np.float64)
    chance = frame["probability_meets_requirements"].to_numpy(np.float64)
    meets = usable & (chance >= threshold)

    front = np.zeros(len(frame), np.int32)
    parsed = [Objective.parse(o) for o in objectives]
    points = np.column_stack([o.sign * frame[o.column].to_numpy(np.float64) for o in parsed])
    front[meets] = fronts(points[meets])

    position = positions(meets, usable, front, heavy, margin)
    return pd.DataFrame(
        {
            "meets_requirements": meets,
            "pareto_front": _masked(front, front > 0, "Int32"),
            "rank": _masked(position, usable, "Int64"),
        },
        index=frame.index,
    )


def weighted_scores(frame: pd.DataFrame, weights: Mapping[str, float]) -> pd.Series:
    """Return the weighted sum of some goals over candidates, 0 for the best in every goal.

    Each goal is scaled to run from 0 at the best of `frame` to 1 at the worst, and the weights to
    a sum of one. A score depends on who else is compared, as weights always do.

    Parameters
    ----------
    frame : DataFrame, n rows
    weights : mapping of str to float
        Goal as in a profile's objectives (``"cost_USD_kg:min"``, ``"margin:max"``) to its weight.

    Returns
    -------
    Series, n rows
        Missing where a goal is.

    Raises
    ------
    InputError
        If a goal cannot be read or is no column, or the weights are negative or all zero.
    """
    total = float(sum(weights.values()))
    if not weights or min(weights.values()) < 0 or not total > 0:
        raise InputError(f"weights must be 0 or more and not all 0, got {dict(weights)}")
    score = np.zeros(len(frame))
    for text, weight in weights.items():
        goal = Objective.parse(text)
        if goal.column not in frame:
            raise InputError(f"weight on {text!r}: no result column {goal.column!r}")
        value = goal.sign * frame[goal.column].to_numpy(np.float64)
        if len(value) and np.isfinite(value).any():
            low, high = np.nanmin(value), np.nanmax(value)
            value = (value - low) / ((high - low) or 1.0)
        score += weight / total * value
    return pd.Series(score, frame.index, name="weighted_score")


def positions(
    meets: NDArray[np.bool_],
    usable: NDArray[np.bool_],
    front: NDArray[np.int32],
    heavy: NDArray[np.float64],
    margin: NDArray[np.float64],
) -> NDArray[np.int64]:
    """Return the place of each candidate, from 1, every argument of shape (n,).

    What cannot be used comes last; equal candidates keep their order.
    """
    last = np.iinfo(np.int32).max
    order = np.lexsort(
        (
            -np.nan_to_num(margin, nan=-np.inf),
            np.where(meets, heavy, 0.0),
            np.where(meets & (front > 0), front, last),
            ~meets,
            ~usable,
        )
    )
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(1, len(order) + 1)
    return place


def _masked(values: NDArray, known: NDArray[np.bool_], dtype: str) -> pd.Series:
    result = pd.Series(values, dtype=dtype)
    return result.mask(~known)
