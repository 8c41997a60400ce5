"""The order of candidates for a device."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ..errors import InputError
from .pareto import compared, fronts
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

    def points(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return values of its column as Pareto fronts take them: to be made small, to be told.

        Parameters
        ----------
        values : ndarray
            Of any shape.

        Returns
        -------
        ndarray of float64
            Of the same shape, to three digits.
        """
        return self.sign * compared(values)


def needed_columns(objectives: Sequence[str]) -> list[str]:
    """Return the columns that `rank` reads."""
    fixed = [
        "status",
        "probability_meets_requirements",
        "heavy_rare_earth_wt_pct",
        "performance_margin",
    ]
    return list(dict.fromkeys(fixed + [Objective.parse(o).column for o in objectives]))


@dataclass(frozen=True)
class Ranking:
    """Where each candidate stands.

    Attributes
    ----------
    meets : ndarray of bool, shape (n,)
        Whether the requirements count as met.
    front : ndarray of int32, shape (n,)
        Pareto front from 1 among those that meet; 0 for none.
    place : ndarray of int64, shape (n,)
        Rank from 1; 0 for none.
    """

    meets: NDArray[np.bool_]
    front: NDArray[np.int32]
    place: NDArray[np.int64]

    def columns(self, start: int = 0, stop: int | None = None) -> pa.Table:
        """Return the columns of the result for some rows, missing where there is no place."""
        rows = slice(start, stop)
        front, place = self.front[rows], self.place[rows]
        columns = (
            pa.array(self.meets[rows]),
            pa.array(front, mask=front == 0),
            pa.array(place, mask=place == 0),
        )
        return pa.table(dict(zip(OUTPUT, columns, strict=True)))


def rank(
    tables: Iterable[pa.Table], objectives: Sequence[str], threshold: float = MEETS_PROBABILITY
) -> Ranking:
    """Rank candidates.

    Candidates that meet the requirements come first: by Pareto front over the objectives, compared
    to three digits, then by least heavy rare earth, then by margin. Those that miss follow by
    margin. A candidate that is no uniaxial magnet over the whole range, or cannot be made, has no
    rank.

    Only the margin is held of every candidate, the rest of those that meet.

    Parameters
    ----------
    tables : iterable of pyarrow.Table
        n rows in all; at least the `needed_columns`.
    objectives : sequence of str
        Up to three, e.g. ``["heavy_rare_earth_wt_pct:min", "margin:max"]``.
    threshold : float
        Probability from which the requirements count as met.

    Returns
    -------
    Ranking
        In the order of the rows.
    """
    parsed = [Objective.parse(o) for o in objectives]
    parts = [_Judged.of(table, parsed, threshold) for table in tables]
    columns = list(zip(*parts, strict=True))
    del parts
    # One column after the other, so that no more than one is held twice.
    meets, missed, margin, heavy, points = (np.concatenate(columns.pop(0)) for _ in range(5))
    found = fronts(points)
    del points
    front = np.zeros(len(meets), np.int32)
    front[meets] = found
    return Ranking(meets, front, positions(meets, missed, found, heavy, margin))


class _Judged(NamedTuple):
    """What the ranking needs of n rows, m of which meet the requirements."""

    meets: NDArray[np.bool_]
    missed: NDArray[np.bool_]
    margin: NDArray[np.float64]
    heavy: NDArray[np.float64]  # (m,)
    points: NDArray[np.float64]  # (m, number of objectives)

    @classmethod
    def of(cls, table: pa.Table, objectives: Sequence[Objective], threshold: float) -> "_Judged":
        usable = _array(pc.equal(table["status"], "ok"))
        meets = usable & (_array(table["probability_meets_requirements"]) >= threshold)
        heavy = _array(table["heavy_rare_earth_wt_pct"])[meets]
        points = [o.points(_array(table[o.column])[meets]) for o in objectives]
        margin = _array(table["performance_margin"])
        return cls(meets, usable & ~meets, margin, heavy, np.column_stack(points))


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
    missed: NDArray[np.bool_],
    front: NDArray[np.int32],
    heavy: NDArray[np.float64],
    margin: NDArray[np.float64],
) -> NDArray[np.int64]:
    """Return the place of each candidate, from 1; those that meet come first.

    Parameters
    ----------
    meets, missed : ndarray of bool, shape (n,)
        Who meets the requirements, m of them, and who misses them; the rest has no place.
    front : ndarray of int32, shape (m,)
        Pareto front of those that meet; 0, where an objective is unknown, comes last of them.
    heavy : ndarray, shape (m,)
        Heavy rare earth of those that meet.
    margin : ndarray, shape (n,)
        An unknown one comes last.

    Returns
    -------
    ndarray of int64, shape (n,)
        0 for those without a place. Equal candidates keep their order.
    """
    place = np.zeros(len(meets), np.int64)
    rows = np.flatnonzero(meets)
    met = len(rows)
    keys = _falling(margin[rows]), heavy, np.where(front > 0, front, np.iinfo(np.int32).max)
    place[rows[np.lexsort(keys)]] = np.arange(1, met + 1)
    # Most rows are here, so what is done with is let go.
    rows = np.flatnonzero(missed)
    order = np.argsort(_falling(margin[rows]), kind="stable")
    rows = rows[order]
    del order
    place[rows] = np.arange(met, met + len(rows)) + 1
    return place


def _falling(margin: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn margins (a copy of them) into keys that sort large ones first, unknown ones last."""
    keys = np.nan_to_num(margin, copy=False, nan=-np.inf)
    return np.negative(keys, out=keys)


def _array(column: pa.ChunkedArray) -> NDArray:
    return column.to_numpy()
