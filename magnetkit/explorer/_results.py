"""A results folder in memory: what the explorer filters and draws, as arrays."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from .._core._types import FloatArray, IntArray
from .._core.elements import SYMBOLS
from .._core.errors import StoreError
from .._core.units import ZERO_CELSIUS
from ..alloy.shell_rows import read_shells
from ..alloy.table import CompositionTable
from ..choose._draws import magnets_by_route
from ..choose._order import comparable_values, first_front
from ..choose.result import Ranked
from ..magnetism._stages import magnets, supplies
from ..run._files import open_result

if TYPE_CHECKING:
    from ..choose.applications import Profile


MAGNET = ("remanence_T", "coercivity_kA_m", "max_energy_product_kJ_m3")
"""Columns that change with temperature."""
_SUPPLY = ("supply_risk", "cost_USD_kg")
"""Columns that change with scenario and recycling."""
_FIXED = (
    "heavy_rare_earth_wt_pct",
    "performance_margin",
    "probability_meets_requirements",
)
"""Columns that stay as they were screened."""
_TEXTS = ("candidate", "formula", "host", "shell", "route")
_CHUNK_ROWS = 16_384
_STOPS = 13


@dataclass(frozen=True)
class Question:
    """The state of the controls: temperature, limits by column, supply. The default limits nothing.

    Attributes
    ----------
    stop : int
        Number of the temperature in `Results.temperatures`, from 0.
    at_least, at_most : tuple of (str, float)
        Columns with their limits, inclusive, in the unit of the column.
    scenario : str
        Name of the supply scenario.
    recycled : tuple of (str, float)
        Symbols of elements with their recycled shares, 0 to 1.
    only : frozenset of str
        "decisions" keeps rows of the decisions, "meets" those that meet all
        requirements; both may be named.
    """

    stop: int = 0
    at_least: tuple[tuple[str, float], ...] = ()
    at_most: tuple[tuple[str, float], ...] = ()
    scenario: str = "baseline"
    recycled: tuple[tuple[str, float], ...] = ()
    only: frozenset[str] = frozenset()


class Results:
    """The ranked candidates of a results folder, best first.

    `temperatures` are the stops of the temperature control in K, the first that of the screening;
    `evaluated` rows are evaluated at the other stops. `reference` is today's magnet: its heavy rare
    earth and margin, and its properties at each stop.
    """

    def __init__(self, path: Path) -> None:
        """Read the ranked candidates of the finished results folder `path`.

        StoreError if it is no results folder, is unfinished or damaged, or ranks no
        candidate. Only the temperature of the screening is filled in; `evaluate`
        does the others. Columns of texts are in ``texts`` by name; ``meets`` and
        ``decided`` say, bool (n,), which rows meet the requirements and are among
        the decisions; ``bare`` that no magnet has a shell; ``elements`` are the
        symbols that occur.
        """
        result = open_result(path, Ranked)
        self.profile = result.profile
        self.job = result.job
        data = _ranked_rows(result)
        if not len(data):
            raise StoreError(
                f"{path} ranks no candidate; there is nothing to explore"
            )
        self.conditions = self.job.conditions
        self.texts = {name: data[name].combine_chunks() for name in _TEXTS}
        self._columns: dict[str, FloatArray] = {
            name: data[name].to_numpy().astype(np.float64)
            for name in (*_SUPPLY, *_FIXED)
        }
        self.meets = data["meets_requirements"].to_numpy(zero_copy_only=False)
        self.decided = np.isin(
            data["rank"].to_numpy(), result.decisions["rank"].dropna()
        )
        self.temperatures = _stops(
            self.profile, data["temperature_K"][0].as_py()
        )
        shape = len(self.temperatures), len(data)
        self._magnet = {
            name: np.full(shape, np.nan, np.float32) for name in MAGNET
        }
        for name in MAGNET:
            self._magnet[name][0] = data[name].to_numpy()
        self.evaluated = 0
        self.table = CompositionTable.from_arrow(
            self.texts["formula"], basis="atomic"
        )
        if self.table.errors:
            first = self.table.errors[0]
            raise StoreError(
                f"{path} holds the formula {first.text!r}: {first.reason}"
            )
        shells = self.texts["shell"]
        self.bare = not pa.compute.any(
            pa.compute.not_equal(shells.cast(pa.string()), "")
        ).as_py()
        self.shells = None if self.bare else shells.to_pylist()
        present = set(self.table.indices.tolist())
        rims = read_shells(self.shells, len(self.table))
        if rims is not None:
            present.update(rims.column.tolist())
        self.elements = [SYMBOLS[i] for i in sorted(present)]
        self.supply = lru_cache(maxsize=8)(self._supply)
        self.reference = self._today()

    def _today(self) -> dict[str, FloatArray]:
        """Evaluate today's magnet at the temperatures of the explorer.

        Returns
        -------
        dict of str to ndarray
            ``remanence_T``, ``coercivity_kA_m`` and
            ``max_energy_product_kJ_m3`` with one value for each of
            ``temperatures``, and ``heavy_rare_earth_wt_pct`` and
            ``performance_margin``, shape (1,), under the conditions of the
            screening, ``self.job``.
        """
        from ..choose._evaluate import evaluate

        today = self.profile.reference
        table = today.table()
        shells = [today.shell or ""]
        supply = supplies(table, shells, self.conditions)
        frames = magnets(table, shells, self.temperatures, self.conditions)
        columns = {}
        for name in MAGNET:
            columns[name] = np.array([frame[name][0] for frame in frames])
        margin = evaluate(
            table, shells, self.job, want=["performance_margin"]
        ).columns
        return columns | {
            "heavy_rare_earth_wt_pct": supply["heavy_rare_earth_wt_pct"],
            "performance_margin": margin["performance_margin"],
        }

    def __len__(self) -> int:
        return len(self.meets)

    @property
    def ready(self) -> bool:
        """Whether every stop of the temperature control is evaluated."""
        return self.evaluated >= len(self)

    def evaluate(self, stopped: Callable[[], bool] = lambda: False) -> None:
        """Evaluate the magnets at the other temperatures, in pieces.

        The columns of this object are filled in, and ``evaluated`` counts the rows that are done.
        Nothing is returned.

        A call after an end begins with the first piece again.

        Parameters
        ----------
        stopped : callable
            Takes nothing; asked before each piece, the evaluation ends early once it returns True.
        """
        temperatures = self.temperatures[1:]
        for start in range(0, len(self), _CHUNK_ROWS):
            if stopped():
                return
            rows = slice(start, start + _CHUNK_ROWS)
            shells = (
                self.shells[rows]
                if self.shells
                else [""] * len(self.table[rows])
            )
            groups = self.job.groups(self.texts["route"][rows].to_pylist())
            frames = magnets_by_route(
                self.table[rows], shells, temperatures, groups
            )
            for stop, frame in enumerate(frames, start=1):
                for name in MAGNET:
                    self._magnet[name][stop, rows] = frame[name]
            self.evaluated = min(start + _CHUNK_ROWS, len(self))

    def _supply(
        self, scenario: str, recycled: tuple[tuple[str, float], ...]
    ) -> dict[str, FloatArray]:
        """Compute supply risk and cost of all rows under a scenario.

        Parameters
        ----------
        scenario : str
            Name of a scenario, such as "baseline"; InputError if there is
            none.
        recycled : tuple of (str, float)
            Element and its recycled share, 0 to 1.

        Returns
        -------
        dict of str to ndarray, shape (n,)
            ``supply_risk`` (0 to 1) and ``cost_USD_kg`` (USD/kg) are always
            there; which other columns are depends on the arguments. Rows are
            in order of rank. Under the conditions of the screening these are
            the columns of this object itself; do not change them.
        """
        conditions = self.conditions
        if (
            scenario == conditions.scenario
            and dict(recycled) == conditions.recycled
        ):
            return self._columns
        changed_conditions = replace(
            conditions, scenario=scenario, recycled=dict(recycled)
        )
        return dict(supplies(self.table, self.shells, changed_conditions))

    def column(self, name: str, question: Question) -> NDArray[Any]:
        """Return a column of all rows under the conditions of a question.

        Parameters
        ----------
        name : str
            "remanence_T", "coercivity_kA_m", "max_energy_product_kJ_m3",
            "supply_risk", "cost_USD_kg", "heavy_rare_earth_wt_pct",
            "performance_margin", "probability_meets_requirements", or "rank",
            which counts from 1. KeyError otherwise.
        question : Question
            ``stop``, a number in ``temperatures`` from 0, counts for the first
            three; ``scenario`` and ``recycled`` (pairs of symbol and share, 0
            to 1) count for supply risk and cost. The others are those of the
            screening.

        Returns
        -------
        ndarray, shape (n,)
            In order of rank and in the unit of the name; the object's own array, not to be changed,
            but for a new one of "rank". NaN at temperatures that are not evaluated yet. IndexError
            for a ``stop`` beyond the last, InputError for a scenario or an element that is none.
        """
        if name in MAGNET:
            return self._magnet[name][question.stop]
        if name in _SUPPLY:
            return self.supply(question.scenario, question.recycled)[name]
        if name == "rank":
            return np.arange(1, len(self) + 1)
        return self._columns[name]

    def select(self, question: Question) -> IntArray:
        """Return the numbers of the rows that keep the limits of a question, int64, in order of rank.

        Numbers count from 0. ``question.at_least`` and ``question.at_most``
        are pairs of a column of numbers and a limit, inclusive, in the unit of
        the column; a row whose value is NaN is dropped. Rows must also have
        all that ``question.only`` names: "meets" the requirements, or belong
        to the "decisions" (KeyError for anything else). Columns are those of
        `column`, KeyError for another.
        """
        is_selection = np.ones(len(self), bool)
        for name in question.only:
            is_selection &= {"meets": self.meets, "decisions": self.decided}[
                name
            ]
        for name, limit in question.at_least:
            is_selection &= self.column(name, question) >= limit
        for name, limit in question.at_most:
            is_selection &= self.column(name, question) <= limit
        return np.flatnonzero(is_selection)

    def front(self, rows: IntArray, question: Question, goal: str) -> IntArray:
        """Choose the rows on the Pareto front.

        The objectives are least heavy rare earth, least supply risk and most
        of the column `goal`. Values that are equal to three significant digits
        count as equal; of rows that are equal in all three all or none are on
        it. A row with NaN is not on it.

        Parameters
        ----------
        rows : ndarray of int64
            Numbers, from 0, of the rows to choose from.
        question : Question
            ``stop``, ``scenario`` and ``recycled`` of the values; its limits do
            not count.
        goal : str
            A column of numbers of which most is best, such as "remanence_T".

        Returns
        -------
        ndarray of int64
            In the order of `rows`.
        """
        names = "heavy_rare_earth_wt_pct", "supply_risk", goal
        heavy, risk, gain = (
            self.column(name, question)[rows] for name in names
        )
        return rows[
            first_front(
                comparable_values(np.column_stack([heavy, risk, -gain]))
            )
        ]

    def page(
        self,
        rows: IntArray,
        question: Question,
        by: str,
        descending: bool,
        page: slice,
    ) -> IntArray:
        """Sort rows by a column and return one page of them; NaN comes last in either order.

        Parameters
        ----------
        rows : ndarray of int64
            Numbers of the rows from 0, in order of rank.
        question : Question
            ``stop`` (a number in ``temperatures`` from 0), ``scenario`` and
            ``recycled`` of the values; its limits do not count.
        by : str
            A column of numbers, such as "rank", see `column`; KeyError for a
            text.
        descending : bool
            The largest first.
        page : slice
            Of the sorted rows, such as ``slice(0, 25)``.

        Returns
        -------
        ndarray of int64
            Numbers of rows; equal values stay in order of rank, but for "rank"
            itself, which is reversed if `descending`.
        """
        if by == "rank":
            return (rows[::-1] if descending else rows)[page]
        values = self.column(by, question)[rows]
        keys = -values if descending else values
        return rows[np.argsort(keys, kind="stable")[page]]

    def text(self, name: str, rows: IntArray) -> list[str]:
        """Return the texts of some rows in the column `name`, such as "candidate".

        `rows` are numbers of rows from 0. Other columns of texts are "formula",
        "host", "shell" and "route"; KeyError for any other.
        """
        return self.texts[name].take(pa.array(rows)).to_pylist()


def _ranked_rows(result: Ranked) -> pa.Table:
    """Read the candidates that have a rank, with the columns of the explorer, best first.

    The table has ``rank`` (from 1), ``meets_requirements``, ``temperature_K``,
    ``remanence_T``, ``coercivity_kA_m``, ``max_energy_product_kJ_m3``,
    ``supply_risk``, ``cost_USD_kg``, ``heavy_rare_earth_wt_pct``,
    ``performance_margin``, ``probability_meets_requirements``, ``candidate``,
    ``formula``, ``host``, ``shell`` and ``route``. Candidates without a rank
    are left out; it may have no rows. InputError if `result` lacks a column.
    """
    names = [
        "rank",
        "meets_requirements",
        "temperature_K",
        *MAGNET,
        *_SUPPLY,
        *_FIXED,
        *_TEXTS,
    ]
    data = result.select(names)
    data = data.filter(data["rank"].is_valid())
    return data.sort_by("rank").combine_chunks()


def _stops(profile: "Profile", screened: float) -> list[float]:
    """List the temperatures of the explorer, K: that of the screening, then round degrees C.

    The first is `screened`, K, which may lie anywhere. The others rise from
    ``temperature_min_K`` to ``temperature_max_K`` of `profile`, in steps of 5,
    10, 20, 25, 50 or 100 degrees C, the least that gives at most 12 steps.
    Both ends are listed too. One that is closer than a third of the step to
    one listed before it is left out, be it an end.
    """
    low = profile.temperature_min_K
    high = profile.temperature_max_K
    least_step = (high - low) / (_STOPS - 1)
    step = next((s for s in (5, 10, 20, 25, 50) if s >= least_step), 100)
    first = np.ceil((low - ZERO_CELSIUS) / step) * step + ZERO_CELSIUS
    round_ones = [low, *np.arange(first, high + 1e-6, step).tolist(), high]
    stops = [float(screened)]
    for kelvin in round_ones:
        if all(abs(kelvin - stop) >= step / 3.0 for stop in stops):
            stops.append(float(kelvin))
    return stops
