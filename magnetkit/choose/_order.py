"""The order of candidates for a device: keys, ranks and Pareto fronts."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import ArrayLike, NDArray

from .._core._types import BoolArray, FloatArray, IntArray
from .._core.errors import InputError
from ._profile_parts import (
    CHANCE,
    COST_PER_FLUX,
    MARGIN,
    MEETS_PROBABILITY,
    UNITS,
    Objective,
)
from ._ranking_kernels import (
    settle,
    sorted_first_front,
    sorted_fronts,
    text_keys,
)
from .thresholds import TRIAL

_MAX_OBJECTIVES = 3
_SHOWN_DIGITS = 3
# What differs by rounding of sums alone is equal to this many digits.
_EQUAL_DIGITS = 12


def _round_steadily(values: ArrayLike) -> FloatArray:
    """Return values to twelve digits, without those in which the order of the rows shows."""
    return _to_digits(values, _EQUAL_DIGITS)


def comparable_values(values: ArrayLike) -> FloatArray:
    """Round values of an objective to three digits, as shown, by which candidates are compared.

    A fourth is beyond what is known of any magnet, yet it would put on a front
    a candidate that is worse in all that is known (compare the
    epsilon-dominance of Laumanns et al., Evol. Comput. 10 (2002) 263). Zeros,
    infinities and NaN stay. The result is a new float64 array.

    Examples
    --------
    >>> comparable_values([17.447, 17.444, 0.0]).tolist()
    [17.4, 17.4, 0.0]
    """
    return _to_digits(_round_steadily(values), _SHOWN_DIGITS)


def _to_digits(values: ArrayLike, digits: int) -> FloatArray:
    """Round `values` to so many significant `digits`, 1 or more; zeros, infinities and NaN stay.

    The result is a new float64 array of their shape: 17.447 gives 17.4 with 3 digits.
    """
    values = np.asarray(values, np.float64)
    size = np.abs(values)
    plain = (size > 0.0) & np.isfinite(size)
    exponent = digits - 1 - np.floor(np.log10(np.where(plain, size, 1.0)))
    # Beyond that a power is infinite; a size below 1e-300 becomes 0.
    scale = 10.0 ** np.minimum(exponent, 300.0)
    return np.where(plain, np.round(values * scale) / scale, values)


def _prepare(points: ArrayLike) -> tuple[FloatArray, IntArray]:
    """Check objectives and sort the rows, for the kernels.

    Parameters
    ----------
    points : array_like, shape (n, 1 to 3)
        Objectives, smaller is better; NaN is allowed.

    Returns
    -------
    padded_points : ndarray of float64, shape (n, 3)
        A new array: the objectives, that with the most distinct values first (by a sample of the
        rows where there are many), then columns of zeros.
    order : ndarray of int64, shape (n,)
        Numbers of its rows, from 0, in ascending lexicographic order, by the
        first column first; NaN comes last. Equal rows come in no fixed order.

    Raises
    ------
    InputError
        If the shape is another.
    """
    points_array = np.asarray(points, np.float64)
    if (
        points_array.ndim != 2
        or not 1 <= points_array.shape[1] <= _MAX_OBJECTIVES
    ):
        raise InputError(
            f"objectives must be an array (n, 1 to {_MAX_OBJECTIVES}), got shape {points_array.shape}"
        )
    # Which objective comes first is free; one with few ties leaves little to sort twice.
    distinct = [
        len(np.unique(column[:: len(points_array) // 1000 + 1]))
        for column in points_array.T
    ]
    padded_points = np.zeros((len(points_array), _MAX_OBJECTIVES))
    for place, column in enumerate(np.argsort(distinct)[::-1]):
        padded_points[:, place] = points_array[:, column]
    return padded_points, _lexicographic(padded_points)


def _lexicographic(points: FloatArray) -> IntArray:
    """Return the numbers of rows of three columns in lexicographic order, int64 (n,).

    `points` is float64 (n, 3). The rows are sorted by the first column, then the ties alone by
    the others, which is faster. Equal rows come in no fixed order: the sort is not stable.
    """
    order = np.argsort(points[:, 0])
    lead = points[order, 0]
    new = np.ones(len(points) + 1, bool)
    new[1:-1] = lead[1:] != lead[:-1]
    tie_rows = np.flatnonzero(~(new[:-1] & new[1:]))
    rows = order[tie_rows]
    run = np.cumsum(new[:-1])[tie_rows]
    order[tie_rows] = rows[np.lexsort((points[rows, 2], points[rows, 1], run))]
    return order


def fronts(points: ArrayLike) -> NDArray[np.int32]:
    """Return the number of the non-dominated front of each point, from 1, int32 (n,).

    `points` has shape (n, d), d from 1 to 3; every objective is to be made
    small. A row with NaN has front 0. Equal points share a front. No points,
    of shape (0, d), give an empty array. InputError for another shape, also
    that of an empty list.

    Examples
    --------
    >>> fronts([[0, 1], [1, 0], [1, 1], [2, 2]]).tolist()
    [1, 1, 2, 3]
    """
    return sorted_fronts(*_prepare(points))


def first_front(points: ArrayLike) -> BoolArray:
    """Say which points no other point dominates, bool (n,); cheaper than all `fronts`.

    `points` is as for `fronts`: (n, 1 to 3), smaller is better, InputError
    otherwise, also for an empty list. Equal points do not dominate each other.
    A row with NaN is False.
    """
    return sorted_first_front(*_prepare(points))


OUTPUT = ("meets_requirements", "pareto_front", "rank", "simpler_rank")
COPIES = "copies"
BURDEN = (COST_PER_FLUX, "heavy_rare_earth_wt_pct", "supply_risk")
"""No candidate stands directly above one that is no worse in these and better in one.

Cost is that of the flux: a kilogram of a weak magnet is cheap.
"""
_PROBABILITY_TOLERANCE = 0.05
"""Unless the one above is likelier by more than this to meet the requirements."""
PLAUSIBLE = TRIAL
"""Probability of meeting the requirements from which a candidate is worth a trial."""
CLIMB = 1000
"""A row moves up at most so many places for it, so that the first of a ranking depend on no more
rows than that behind them: the best of a space are found without ranking all of it (`Bound`)."""
# A difference of two probabilities that are rounded is the tolerance to so much.
_PROBABILITY_SLACK = 1e-9
# Sums of what differs by rounding alone are equal to this many decimals.
_DECIMALS = 9


@dataclass(frozen=True)
class Ranking:
    """Where each of n candidates stands, m of which meet the requirements.

    Attributes
    ----------
    meets : ndarray of bool, shape (n,)
        Whether each meets the requirements.
    front : ndarray of int32, shape (n,)
        Pareto front, from 1, among those that meet; 0 for none.
    place : ndarray of int64, shape (n,)
        Rank, from 1; 0 for none.
    burden : ndarray of float64, shape (m, 3)
        `BURDEN` of those that meet, in the order of the rows.
    chance : ndarray of float64, shape (m,)
        Their probability of meeting the requirements, 0 to 1.
    simpler : mapping of int to int
        Number of a row, from 0, to the rank of the simpler alloy that is as good,
        where there is one.
    copies : mapping of str to int
        How many of each decision meet the requirements.
    """

    meets: BoolArray
    front: NDArray[np.int32]
    place: IntArray
    burden: FloatArray
    chance: FloatArray
    simpler: Mapping[int, int] = field(default_factory=dict)
    copies: Mapping[str, int] = field(default_factory=dict)

    def columns(self, start: int = 0, stop: int | None = None) -> pa.Table:
        """Return the result's columns of the rows from `start` to `stop` - 1; all without them.

        Rows count from 0. The columns of the table are those of `OUTPUT`:
        ``meets_requirements`` (bool), ``pareto_front`` and ``rank``, both from 1, and
        ``simpler_rank``, the rank of a simpler candidate that is as good; each null where there is
        none. The schema's metadata hold ``copies`` as JSON, which `with_copies` needs.
        """
        stop = len(self.place) if stop is None else stop
        front = self.front[start:stop]
        place = self.place[start:stop]
        simpler = np.zeros(len(place), np.int64)
        for row, other in self.simpler.items():
            if start <= row < stop:
                simpler[row - start] = other
        columns = (
            pa.array(self.meets[start:stop]),
            pa.array(front, mask=front == 0),
            pa.array(place, mask=place == 0),
            pa.array(simpler, mask=simpler == 0),
        )
        rank_table = pa.table(dict(zip(OUTPUT, columns, strict=True)))
        return rank_table.replace_schema_metadata(
            {COPIES: json.dumps(dict(self.copies))}
        )

    def leading(self, n: int) -> IntArray:
        """Return the numbers of the rows of the first `n` that meet the requirements, the best first.

        The result is int64 (k,), row numbers of the ranking from 0. It has
        fewer than `n` where fewer meet, and is empty where none does.
        """
        rows = np.flatnonzero(self.meets)
        rows = rows[self.place[rows] <= n]
        return rows[np.argsort(self.place[rows])]

    def order_by(self, ranks: IntArray) -> "Ranking":
        """Return a ranking in which the candidates that have a place stand in the order of `ranks`.

        `ranks`, (n,), is any number for each row, the smallest first; entries
        of rows without a place are ignored. Rows of equal rank keep the order
        of their numbers. The new ranking has no simpler candidates entered;
        this one is not changed.
        """
        rows = np.flatnonzero(self.place > 0)
        place = np.zeros_like(self.place)
        place[rows[np.argsort(ranks[rows], kind="stable")]] = np.arange(
            1, len(rows) + 1
        )
        return replace(self, place=place, simpler={})

    def reorder_leaders(
        self,
        rows: IntArray,
        share: FloatArray,
        loss: FloatArray,
        chance: FloatArray,
    ) -> "Ranking":
        """Return a ranking with its k leading candidates in another order.

        First comes the candidate that is among the best in the largest share of the draws; of
        equals the one of smallest mean loss. Then rows move up past those that they beat
        (`settle`).

        Parameters
        ----------
        rows : ndarray of int64, shape (k,)
            What `leading` returned: the first k, the best first. The arrays below follow it.
        share : ndarray, shape (k,)
            Share of the draws in which each is among the best, 0 to 1.
        loss : ndarray, shape (k,)
            Mean loss, in units of regret.
        chance : ndarray, shape (k,)
            Probability of meeting the requirements in the same draws, 0 to 1.

        Returns
        -------
        Ranking
            A new one, which differs in ``place`` (from 1) alone; ``simpler``
            is taken over as it is. Rows behind the leaders may move too, by at
            most `CLIMB` places upwards.
        """
        rows_that_meet = np.flatnonzero(self.meets)
        order = np.argsort(self.place[rows_that_meet])
        order[: len(rows)] = order[: len(rows)][
            np.lexsort((_round_loss(loss), -share))
        ]
        both_chances = np.column_stack([self.chance, self.chance])
        both_chances[np.searchsorted(rows_that_meet, rows), 1] = chance
        settle(
            order,
            self.burden,
            both_chances,
            _PROBABILITY_TOLERANCE + _PROBABILITY_SLACK,
            CLIMB,
        )
        place = self.place.copy()
        place[rows_that_meet[order]] = np.arange(1, len(rows_that_meet) + 1)
        return replace(self, place=place)


def with_copies(table: pa.Table, ranks: pa.Table) -> pa.Table:
    """Append to a chunk of candidates the columns of its ranking, and ``copies`` of each decision.

    `table` is the chunk; ``copies`` (int64), how many of all candidates, not
    of this chunk, of its decision meet the requirements, 0 where none does, is
    left out where `table` has no ``decision``, which must be
    dictionary-encoded text without nulls. `ranks` is what `Ranking.columns`
    returned for the same rows (KeyError or TypeError without its metadata);
    its columns must not be in `table` yet. A new table is returned: the
    columns of `table`, those of `ranks`, then ``copies``.
    """
    copies = json.loads(ranks.schema.metadata[COPIES.encode()])
    for name in ranks.column_names:
        table = table.append_column(name, ranks.column(name))
    if "decision" not in table.column_names:
        return table
    chunks = []
    for part in table["decision"].chunks:
        of_word = [copies.get(word, 0) for word in part.dictionary.to_pylist()]
        chunks.append(pa.array(of_word, pa.int64()).take(part.indices))
    return table.append_column(COPIES, pa.chunked_array(chunks, pa.int64()))


def rank_keys(parts: Iterable["Keys"]) -> Ranking:
    """Rank candidates by the `Keys` of tables that follow each other.

    Candidates that meet the requirements come first, by their loss: the sum of their objectives,
    each in its unit of regret, and of the probability of missing in its own. No candidate stands
    directly above one that beats it (`BURDEN`, `_PROBABILITY_TOLERANCE`). Those that miss follow by
    margin. A candidate that is no uniaxial magnet over the whole range, or cannot be made, has no
    rank. Ties are broken by a hash of formula and shell, whatever the order of the rows.
    `by_regret` re-orders the first by draws.

    `parts` must yield at least one `Keys` (of `Rule.keys`). The `Ranking`
    counts rows over all of them, in order: ``place`` is the rank, from 1, and
    ``front`` the Pareto front, from 1, both 0 for none; ``meets`` is bool. Its
    ``simpler`` and ``copies`` are empty.
    """
    columns = list(zip(*parts, strict=True))
    # One column after the other, so that no more than one is in memory twice.
    meets, misses, margin, hashes, loss, burden, chance, points = (
        np.concatenate(columns.pop(0)) for _ in range(8)
    )
    front = np.zeros(len(meets), np.int32)
    front[meets] = fronts(points)
    del points
    place = np.zeros(len(meets), np.int64)
    rows = np.flatnonzero(meets)
    order = np.lexsort((hashes[rows], loss))
    settle(
        order,
        burden,
        chance[:, None],
        _PROBABILITY_TOLERANCE + _PROBABILITY_SLACK,
        CLIMB,
    )
    place[rows[order]] = np.arange(1, len(rows) + 1)
    # Most rows are here: arrays that are not needed again are freed by their reuse.
    key_count = len(rows)
    rows = np.flatnonzero(misses)
    order = np.lexsort((hashes[rows], margin[rows]))
    place[rows[order]] = key_count + np.arange(1, len(rows) + 1)
    return Ranking(meets, front, place, burden, chance)


class Keys(NamedTuple):
    """What the ranking needs of n rows, m of which meet the requirements.

    Attributes
    ----------
    meets : ndarray of bool, shape (n,)
        Whether each meets the requirements.
    missed : ndarray of bool, shape (n,)
        Whether each can be ranked and misses them.
    margin : ndarray of float64, shape (n,)
        The negative of ``performance_margin``, so that the largest sorts first.
    hashes : ndarray of uint64, shape (n,)
        Of formula and shell: they break ties.
    loss : ndarray of float64, shape (m,)
        In units of regret.
    burden : ndarray of float64, shape (m, 3)
        `BURDEN`, to be made small.
    chance : ndarray of float64, shape (m,)
        Probability of meeting the requirements, 0 to 1.
    points : ndarray of float64, shape (m, number of objectives, at most three)
        Objectives, each turned so that it is to be made small.
    """

    meets: BoolArray
    missed: BoolArray
    margin: FloatArray
    hashes: NDArray[np.uint64]
    loss: FloatArray
    burden: FloatArray
    chance: FloatArray
    points: FloatArray

    def at(self, threshold: float) -> "Keys":
        """Return the keys with another threshold of the probability of meeting the requirements.

        `threshold`, 0 to 1, must be no less than the present one, which is not
        checked. Rows whose ``chance`` is below it no longer meet and count as
        missed; ``loss``, ``burden``, ``chance`` and ``points`` lose their
        entries. New arrays; these keys are not changed.
        """
        sure = self.chance >= threshold
        meets = self.meets.copy()
        meets[meets] = sure
        misses = self.missed | (self.meets & ~meets)
        return Keys(
            meets,
            misses,
            self.margin,
            self.hashes,
            *(part[sure] for part in self[4:]),
        )

    def take(self, rows: IntArray) -> "Keys":
        """Return the keys of some rows of the n; `rows`, int64, are their numbers from 0, ascending.

        ``meets``, ``missed``, ``margin`` and ``hashes`` then have an entry for
        each of `rows`; ``loss``, ``burden``, ``chance`` and ``points`` keep
        the entries of those among these rows that meet.
        """
        among = (np.cumsum(self.meets) - 1)[rows][self.meets[rows]]
        firsts = [part[rows] for part in self[:4]]
        return Keys._make([*firsts, *(part[among] for part in self[4:])])


@dataclass(frozen=True)
class Rule:
    """By what candidates are ranked.

    Attributes
    ----------
    objectives : tuple of Objective
        The first three span the Pareto fronts.
    units : tuple of float
        One unit of regret in each, in the unit of its column; for costs a share.
    miss : float
        One unit of regret in the probability of meeting the requirements.
    threshold : float
        Probability, 0 to 1, from which the requirements count as met.
    trial : float
        Probability from which a candidate is worth a trial.
    """

    objectives: tuple[Objective, ...]
    units: tuple[float, ...]
    miss: float
    threshold: float
    trial: float = PLAUSIBLE

    @classmethod
    def of(
        cls,
        objectives: Sequence[str],
        threshold: float = MEETS_PROBABILITY,
        scales: Mapping[str, float] | None = None,
    ) -> "Rule":
        """Build the rule of some objectives.

        Parameters
        ----------
        objectives : sequence of str
            Such as "cost_USD_kg:min" or "remanence_T:max", see
            `Objective.parse`; InputError if one cannot be read. A list or
            tuple, no single text; `keys` needs one at least.
        threshold : float
            Least probability that counts as meeting the requirements, 0 to 1.
        scales : mapping of str to float, optional
            One unit of regret by column, in its unit (a share for costs), also of
            ``probability_meets_requirements``; `UNITS` count for the others, and 1 for a column of
            neither.

        Returns
        -------
        Rule
            With ``objectives`` and ``units`` in the order of `objectives`, and the usual
            ``trial``.
        """
        objective_list = tuple(map(Objective.parse, objectives))
        unit_scales = UNITS | dict(scales or {})
        units = tuple(unit_scales.get(o.column, 1.0) for o in objective_list)
        return cls(objective_list, units, unit_scales[CHANCE], threshold)

    def columns(self) -> list[str]:
        """Return the names of the columns that `keys` reads, each once.

        They are ``formula``, ``shell``, ``status``,
        ``probability_meets_requirements``, ``performance_margin``, those of
        `BURDEN` and those of the objectives, in this order.
        """
        names = ["formula", "shell", "status", CHANCE, MARGIN, *BURDEN]
        names += [objective.column for objective in self.objectives]
        return list(dict.fromkeys(names))

    def near(self, table: pa.Table) -> Keys:
        """Return `keys` of `table` in which all that are worth a trial count as meeting."""
        return replace(self, threshold=min(self.trial, self.threshold)).keys(
            table
        )

    def keys(self, table: pa.Table) -> Keys:
        """Compute the keys of n evaluated candidates.

        `table`, of Arrow, has the columns of `Rule.columns`; ``status`` is a
        text and ``probability_meets_requirements`` 0 to 1. Of the n rows m
        have the status "ok" and meet the requirements with the threshold's
        probability or more; ``loss``, ``burden``, ``chance`` and ``points``
        have m rows, ``meets``, ``missed``, ``margin`` and ``hashes`` n. Rows
        of another status neither meet nor count as ``missed``. A loss is
        infinite where an objective is unknown; an unknown
        ``performance_margin`` counts as -inf. ``margin`` is the negative of
        ``performance_margin``, so that the smallest comes first. ``points``
        has a column for each of the first three objectives, smaller is better.
        """
        usable = pc.equal(table["status"], "ok").to_numpy()
        chance = _round_steadily(table[CHANCE].to_numpy())
        meets = usable & (chance >= self.threshold)
        values = [table[o.column].to_numpy()[meets] for o in self.objectives]
        chance = chance[meets]
        loss = self.total_loss(values, (1.0 - chance) / self.miss)
        burden = np.column_stack(
            [_round_steadily(table[name].to_numpy()[meets]) for name in BURDEN]
        )
        points = []
        leading = self.objectives[:_MAX_OBJECTIVES]
        for objective, value in zip(leading, values, strict=False):
            points.append(objective.sign * comparable_values(value))
        return Keys(
            meets,
            usable & ~meets,
            -_round_steadily(
                np.nan_to_num(table[MARGIN].to_numpy(), nan=-np.inf)
            ),
            candidate_hashes(table),
            _round_loss(loss),
            burden,
            chance,
            np.column_stack(points),
        )

    def total_loss(
        self, values: Sequence[FloatArray], missed: FloatArray
    ) -> FloatArray:
        """Sum the loss of candidates over all objectives, in units of regret; inf where one is NaN.

        `values` has an array of each objective's column, in the order of
        ``objectives`` and the unit of the column (ValueError if there are more
        or fewer). `missed`, and the result, are of the shape of these: the
        probability that requirements are missed, in units of regret, which is
        added. A smaller loss is better; it may be negative.
        """
        loss = missed
        for objective, unit, value in zip(
            self.objectives, self.units, values, strict=True
        ):
            loss = loss + objective.loss(value, unit)
        return np.where(np.isnan(loss), np.inf, loss)


def _round_loss(loss: FloatArray) -> FloatArray:
    return np.round(loss, _DECIMALS)


def candidate_hashes(table: pa.Table) -> NDArray[np.uint64]:
    """Hash each row of `table` by its ``formula`` and ``shell`` alone, uint64 (n,).

    `table` is of Arrow; both columns are texts, plain or dictionary-encoded, and must be there
    (KeyError). Equal rows have equal hashes, in every process; a null counts as an empty text.
    """
    hashes = np.empty(len(table), np.uint64)
    start = 0
    for batch in table.select(["formula", "shell"]).to_batches():
        part = slice(start, start + len(batch))
        start += len(batch)
        hashes[part] = _text_hashes(batch["formula"])
        hashes[part] ^= _text_hashes(batch["shell"]) * np.uint64(
            0x9E3779B97F4A7C15
        )
    return hashes


def _text_hashes(texts: pa.Array) -> NDArray[np.uint64]:
    """Hash each text of an Arrow array, plain or dictionary-encoded, uint64 (n,).

    A null of `texts` counts as an empty text. Equal texts have equal hashes, in every process.
    """
    if pa.types.is_dictionary(texts.type):
        codes = texts.indices.fill_null(0).to_numpy(zero_copy_only=False)
        if len(texts.dictionary):
            return _text_hashes(texts.dictionary)[codes]
        return _hashes_of_empty_texts(len(texts))
    texts = pc.fill_null(texts.cast(pa.large_string()), "")
    _, offsets, data = texts.buffers()
    if data is None:
        return _hashes_of_empty_texts(len(texts))
    places = np.frombuffer(offsets, np.int64)[
        texts.offset : texts.offset + len(texts) + 1
    ]
    return text_keys(places, np.frombuffer(data, np.uint8))


def _hashes_of_empty_texts(n: int) -> NDArray[np.uint64]:
    return text_keys(np.zeros(n + 1, np.int64), np.zeros(0, np.uint8))
