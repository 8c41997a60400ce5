"""The evaluation of candidates, stage by stage from cheap to dear.

1. Composition: heavy rare earth, risk, cost and the host; then the distance to measured magnets,
   beyond which no coercivity is known, and which limits the probability.
2. Central B_r and alpha, then H_cJ, without their ranges: a requirement that such a value misses is
   met with a probability of half at most, one that it meets with that of the narrowest range at
   most, and no other value makes the margin larger than theirs.
3. Ranges, all other properties of the magnet, and the requirements.
4. Stability: whether the phase can be made.

With a `Bound` a candidate goes no further once its best possible key (`best_possible_loss`) lies
beyond it. What the ranking needs of the others is the same as without one, since the same
functions compute it. The limit comes from a sample (`estimate_bound`): a loss, or where
fewer meet the requirements a margin, that more candidates keep to than can be requested. Whether
they do is counted afterwards, so that nothing rests on the sample.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from scipy.special import ndtr, ndtri

from .._core._books import choice
from .._core._columnar import Coded, Columns
from .._core._constants import DEVIATIONS_90
from .._core._types import BoolArray, FloatArray, IntArray
from .._core.columns import with_interval
from .._core.units import MU_0
from ..alloy.shell_rows import read_shells, shell_texts
from ..alloy.table import CompositionTable
from ..compound.evaluate import status_column
from ..magnetism import _stages
from ..magnetism._evidence import DISTANCE, UNKNOWN, cap_probability
from ..magnetism._figures import least_widths
from ..magnetism._gates import FAR
from ..magnetism._magnets import Magnets, nearest_recipes
from ..magnetism._measured import ALPHA
from ..magnetism.process import read_process
from ..magnetism.sintered import MADE, figure_columns
from ..phases.partition import Partition, assign_hosts, purify
from ..phases.records import HOST_NAMES
from ._beside import is_beside_grade, judge_beside_grade
from ._decisions import BEST, classify_decisions
from ._job import Job
from ._leading import POOL
from ._order import CLIMB, Keys, Rule, candidate_hashes
from ._profile_parts import CHANCE, COST_PER_FLUX, MARGIN, Requirement
from ._requirements import (
    FOLLOWS,
    OUTSIDE,
    host_condition,
    needed_elsewhere,
    needed_temperatures,
    verdict_columns,
)

HALF = 0.5
"""A requirement is met with no larger probability where the central value misses it."""
FLUX_PER_MASS = choice("decision").flux_per_mass
"""No magnet has more B_r over density, T m3/kg; tests hold the model's magnets to it."""
_ROWS_A_BLOCK = 32_768
"""Candidates of which all is computed at a time: more would leave the caches, fewer cost calls."""
_SELDOM = 256
"""Of a decision that is not more often in a sample all candidates are evaluated."""
# Rounding of what is computed in another order.
_ORDER_SLACK = 1e-6
_COUNTERS = ("stages", "ended", "copies", "status")
_FORMS = "probability_phase_forms"
_HASH = "hash"
_HOSTS = "hosts"
# Distances by coercivity, and by the quantity by which they are largest.
_HARD = "distance by coercivity"
_MOST = "largest distance"
_REMANENCE = "remanence_T"
_COERCIVITY = "coercivity_kA_m"
_CENTRAL = (_REMANENCE, _COERCIVITY)
_PRODUCT = "max_energy_product_kJ_m3"
_SAFETY = "demagnetization_safety"

# Columns that are computed apart from those of a magnet, and those that computing them needs.
_COMPUTED = frozenset(
    {
        COST_PER_FLUX,
        CHANCE,
        MARGIN,
        "failed_requirements",
        "formula",
        "decision",
    }
)
_READ_BELOW = frozenset({DISTANCE, "shell", "density_kg_m3", _REMANENCE})

_Shells = Sequence[str] | None
_Want = Collection[str] | None
# Requirements, each with its temperature, K.
_Required = list[tuple[float, Requirement]]


@dataclass(frozen=True)
class Bound:
    """Up to where candidates are evaluated; by default all that have a rank are.

    `limit` is the largest loss of those that meet the requirements, in units of regret, `margin`
    the least of those that miss, as a share of a limit. `limits` are losses by decision, such as
    "2:14:1: diffused Tb", which count where they are larger than `limit`: the best of each go on;
    `trials` those of what does not meet the requirements, and is worth a trial. A decision that is
    in neither has the `limit`. Where many miss by exactly `margin`, as all of a host that the
    device does not allow, `last` is the largest hash.
    """

    limit: float = np.inf
    margin: float = -np.inf
    limits: Mapping[str, float] = field(default_factory=dict)
    trials: Mapping[str, float] = field(default_factory=dict)
    last: int | None = None

    @property
    def is_finite(self) -> bool:
        """Whether anything that can be ranked is left out, by `limit` or `margin`."""
        return self.limit < np.inf or self.margin > -np.inf

    def admits(
        self,
        decision: Coded,
        meets: BoolArray,
        worth: BoolArray,
        loss: FloatArray,
        margin: FloatArray,
        hashes: Any,
    ) -> BoolArray:
        """Say which of n candidates lie within the bound, bool (n,).

        Parameters
        ----------
        decision : Coded
            Decision of each. For what may meet, one that ``limits`` names has
            the larger of that limit and ``limit``; for a trial, one that
            ``trials`` names has that limit alone; all others, and rows without
            a decision, have ``limit``.
        meets : ndarray of bool, shape (n,)
            True where the requirements may be met.
        worth : ndarray of bool, shape (n,)
            True where a trial may be worth it.
        loss : ndarray, shape (n,)
            Smallest possible loss, in units of regret; inf and NaN are beyond any finite limit.
        margin : ndarray, shape (n,)
            Largest possible margin, as a share of a limit, negative where one misses; inf where it
            is not known.
        hashes : ndarray of uint64, shape (n,), or None
            Hashes that decide ties of the margin: those up to ``last`` are in.
            None lets all ties in.

        Returns
        -------
        ndarray of bool, shape (n,)
            True for what keeps to the margin, whether it meets or not (nothing
            where the bound's ``margin`` is inf), and for what keeps to the
            loss and may meet or be worth a trial.
        """
        # An unknown margin is infinite, and so is the bound where none that miss are admitted.
        is_inside = (margin >= self.margin - _ORDER_SLACK) & (
            self.margin < np.inf
        )
        if self.last is not None and hashes is not None:
            is_inside &= (margin != self.margin) | (
                hashes <= np.uint64(self.last)
            )
        for may, limits_by_word, smallest_limit in (
            (meets, self.limits, self.limit),
            (worth, self.trials, -np.inf),
        ):
            limit_per_word = [
                max(smallest_limit, limits_by_word.get(word, self.limit))
                for word in decision.words
            ]
            is_inside |= may & (
                loss
                <= np.array([*limit_per_word, self.limit])[decision.codes]
                + _ORDER_SLACK
            )
        return is_inside


@dataclass
class Tally:
    """Counts over candidates, whatever became of them.

    Each is a Counter by text. How many came to each of the ``stages`` ("composition",
    "distance to measured magnets", "nominal remanence and coercivity", "magnetism",
    "stability"); how many ``ended`` before the last, by the reason; how many within the bound meet
    the requirements (``copies``), by decision; and of those whose magnet was computed, how many
    are of each ``status``.
    """

    stages: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    copies: Counter[str] = field(default_factory=Counter)
    status: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Tally") -> None:
        """Add to these counts, in place, those over other candidates."""
        for name in _COUNTERS:
            getattr(self, name).update(getattr(other, name))

    def end(self, reason: str, rows: BoolArray) -> None:
        """Count, in place, the candidates that end for a `reason`: those marked in `rows`, bool (n,)."""
        if count := int(np.count_nonzero(rows)):
            self.ended[reason] += count

    def plain(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {name: dict(getattr(self, name)) for name in _COUNTERS}

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> "Tally":
        """Build a tally from plain counts, as a manifest has them."""
        return cls(
            **{name: Counter(plain.get(name, {})) for name in _COUNTERS}
        )


class Evaluated(NamedTuple):
    """What an evaluation found of n candidates.

    Attributes
    ----------
    rows : ndarray of int64, shape (k,)
        Numbers, from 0, of those evaluated to the end, ascending; all without a
        bound.
    columns : Columns
        Their columns, k rows.
    keys : Keys or None
        What the ranking needs of them; None without a bound.
    near : Keys or None
        The same where what is worth a trial counts as meeting (`Rule.near`).
    tally : Tally
        Counts over all n.
    """

    rows: IntArray
    columns: Columns
    keys: Keys | None
    near: Keys | None
    tally: Tally


def evaluate(
    table: CompositionTable,
    shells: _Shells,
    job: Job,
    bound: Bound | None = None,
    want: _Want = None,
) -> Evaluated:
    """Evaluate n candidates for a device, those beyond a bound no further than needed.

    Parameters
    ----------
    table : CompositionTable
        n candidates.
    shells : sequence of str or None
        Grain-boundary shell of each, a text such as "Tb 0.5 wt%", empty for none.
    job : Job
        Device, temperature and conditions that they are evaluated for.
    bound : Bound, optional
        Candidates beyond its ``limit`` of the loss or its ``margin`` are
        dropped, and those that cannot be ranked (whose status is not "ok"),
        which are all that ``Bound()`` drops; without it none is.
    want : collection of str, optional
        Columns needed; those of the requirements are added, and others may be there too. With a
        bound it must hold those of ``job.rule.columns()`` and ``decision``. "status" in it asks for
        stability too. Without it all but those of the ranking are computed, in the order of the
        registry, ``candidate`` being the formula.

    Returns
    -------
    Evaluated
        ``rows``, numbers from 0 of the k candidates that remain, ascending;
        their ``columns`` by name, numbers as arrays and texts as `Coded` or
        Arrow text; ``keys`` and ``near``, their keys at the job's
        threshold and at that of a trial (None without a bound); and ``tally``,
        counts of all: Counters by text, ``stages``, ``ended`` (by reason),
        ``copies`` (by decision) and ``status``. ``stages`` and ``status`` are
        filled without a bound too; the others are empty then.
    """
    tally = Tally()
    rows = np.arange(len(table))
    tally.stages["composition"] = len(table)
    if bound is not None:
        parts = [rows[:0]]
        for start in range(0, len(table), _ROWS_A_BLOCK):
            block = slice(start, start + _ROWS_A_BLOCK)
            block_rows = _candidates_within_bound(
                table[block], shells and shells[block], job, bound, tally
            )
            parts.append(start + block_rows)
        rows = np.concatenate(parts)
        table, shells, _ = _take(rows, table, shells, Columns())
    supply = _supply_columns(table, shells, job)
    tally.stages["magnetism"] = len(rows)
    columns, hard_phase_split = _with_requirements(
        table, shells, supply, job, want
    )
    open_ = columns["status"].says("ok")
    near_keys = None
    if bound is not None:
        near_keys = job.rule.near(
            Columns((n, columns[n]) for n in job.rule.columns()).arrow()
        )
        if bound.is_finite:
            keys = near_keys.at(job.threshold)
            word = columns["decision"]
            open_ = _requirement_bound(
                word, keys, near_keys, open_, bound, tally
            )
    last = np.flatnonzero(open_)
    tally.stages["stability"] = len(last)
    needs_stability = want is not None and "status" in want
    if len(last) and needs_stability and _FORMS not in columns:
        _apply_stability(columns, last, hard_phase_split, job)
    tally.status.update(columns["status"].counts())
    if near_keys is None:
        return Evaluated(rows, columns, None, None, tally)
    kept_rows = np.flatnonzero(open_ & columns["status"].says("ok"))
    columns = columns.take(kept_rows)
    near_keys = near_keys.take(kept_rows)
    keys = near_keys.at(job.threshold)
    tally.copies.update(columns["decision"].counts(keys.meets))
    return Evaluated(rows[kept_rows], columns, keys, near_keys, tally)


def _apply_stability(
    columns: Columns, rows: IntArray, split: Partition, job: Job
) -> None:
    """Set status and probability, in place, of candidates whose phase cannot be made.

    Parameters
    ----------
    columns : Columns
        n candidates with ``status``, a `Coded`, and
        ``probability_meets_requirements``; the first becomes "not makeable"
        and the second 0 where that is so. Both entries are replaced by new
        ones.
    rows : ndarray of int64
        Numbers, from 0, of the candidates that are judged; the others stay.
    split : Partition
        The n recipes split into hard phase and grain boundary.
    job : Job
        Host and phase data; the embedded data without a snapshot of its own.
    """
    split_rows = split[rows]
    _, is_makeable = _stages.makeable(
        split_rows.recipe, job.conditions, split_rows, words=False
    )
    unstable = np.zeros(len(columns["status"]), bool)
    unstable[rows] = ~is_makeable
    columns["status"] = columns["status"].put(unstable, "not makeable")
    columns[CHANCE] = np.where(unstable, 0.0, columns[CHANCE])


def columns_read(job: Job) -> list[str]:
    """List the columns that readers of a result of `job` need of every row, beside name and number.

    They are ``host``, ``temperature_K``, ``route`` and ``decision``;
    ``formula``, ``shell``, ``status``, ``probability_meets_requirements``,
    ``performance_margin``, ``cost_per_flux_USD_m3_T``,
    ``heavy_rare_earth_wt_pct``, ``supply_risk`` and the objectives; the
    columns of the requirements; ``remanence_T``, ``coercivity_kA_m`` and
    ``max_energy_product_kJ_m3``; ``heavy_rare_earth_saved_wt_pct``,
    ``cost_USD_kg``, ``density_kg_m3``, ``evidence_distance`` and
    ``failed_requirements``. Each name is there once. An objective or
    requirement that is predicted is followed by its ``_lo``, ``_hi`` and
    ``_provenance``; ``remanence_T`` has ``_lo`` and ``_hi`` in any case.
    """
    names = ["host", "temperature_K", "route", "decision"]
    for column in job.rule.columns():
        names += with_interval(column)
    for requirement in job.profile.requirements:
        names += with_interval(requirement.column)
    names += [
        "remanence_T",
        "remanence_T_lo",
        "remanence_T_hi",
        *_CENTRAL,
        _PRODUCT,
    ]
    names += [
        "heavy_rare_earth_saved_wt_pct",
        "cost_USD_kg",
        "density_kg_m3",
        DISTANCE,
    ]
    names.append("failed_requirements")
    return list(dict.fromkeys(names))


def reference_candidate(job: Job) -> Columns:
    """Evaluate today's magnet of the device of `job` as a candidate: all columns, one row.

    They are those of `evaluate` without a bound, which lack those of the
    ranking; ``candidate`` is the reference's formula as it is written in the
    profile. Numbers are arrays (1,), texts such as ``candidate`` and
    ``status`` a `Coded`, read by ``.texts()[0]``, or Arrow text.
    """
    reference = job.profile.reference
    row = evaluate(reference.table(), [reference.shell or ""], job).columns
    row["candidate"] = Coded.of([reference.formula])
    return row


def _supply_columns(
    table: CompositionTable, shells: _Shells, job: Job
) -> Columns:
    """Compute the columns of supply, the host codes and the decision of n candidates.

    `table` holds the candidates, `shells` a text for each, such as "Tb 0.5
    wt%" (empty for none), or None; `job` is what they are evaluated for. The
    `Columns`, a dict by name, are those of `supplies`, arrays such as
    ``heavy_rare_earth_wt_pct`` and ``cost_USD_kg``; the codes under the name
    `_HOSTS`, int8 (n,), indices into `HOST_NAMES`, -1 for none; and
    ``decision``, a `Coded` as of `classify_decisions`.
    """
    supply = _stages.supplies(table, shells, job.conditions)
    supply[_HOSTS] = hosts = assign_hosts(table, job.conditions.host)
    supply["decision"] = classify_decisions(
        table, shells, supply["heavy_rare_earth_wt_pct"], job, hosts
    )
    return supply


def _candidates_within_bound(
    table: CompositionTable,
    shells: _Shells,
    job: Job,
    bound: Bound,
    tally: Tally,
) -> IntArray:
    """Return the numbers, from 0, of the candidates that can lie within the bound, int64, ascending.

    Composition, nominal values and distance to measured magnets decide; ranges and stability are
    not computed. Where a probability below one half is enough, or candidates are judged beside a
    grade, composition alone decides.

    Parameters
    ----------
    table : CompositionTable
        n candidates.
    shells : sequence of str or None
        Shell of each, a text such as "Tb 0.5 wt%", empty for none.
    job : Job
        Device, temperature and conditions that they are evaluated for.
    bound : Bound
        Limits of loss and margin.
    tally : Tally
        Changed in place: what became of the others is counted in ``ended``, and the stages after
        the composition that were reached in ``stages``.
    """
    supply = _supply_columns(table, shells, job)
    if bound.last is not None:
        shell_names = shell_texts(read_shells(shells, len(table)), len(table))
        supply[_HASH] = candidate_hashes(
            pa.table({"formula": table.to_arrow(), "shell": shell_names})
        )
    rows = _composition_bound(supply, job, bound, tally)
    if job.threshold < HALF or is_beside_grade(job):
        return rows
    table, shells, supply = _take(rows, table, shells, supply)
    columns = with_distances(table, supply, job)
    open_rows = np.flatnonzero(
        _open(columns, job, bound, (tally, "distance to measured magnets"))
    )
    if not bound.is_finite:
        return rows[open_rows]
    columns = central_values(
        *_take(open_rows, table, shells, columns), job, bound
    )
    return rows[
        open_rows[
            _open(
                columns,
                job,
                bound,
                (tally, "nominal remanence and coercivity"),
            )
        ]
    ]


def with_distances(
    table: CompositionTable, supply: Columns, job: Job
) -> Columns:
    """Add to the columns of n recipes how far they are from measured magnets.

    Parameters
    ----------
    table : CompositionTable
        n recipes.
    supply : Columns
        As of `_supply_columns`, with the host codes (`_HOSTS`); not changed.
    job : Job
        Names the process. What process and traces add to the distances is not counted.

    Returns
    -------
    Columns
        A new dict with all of `supply`. Added are two distances (n,) without a
        unit, by coercivity (under the name `_HARD`) and the largest (`_MOST`);
        ``status``, a `Coded` of "ok" or, beyond 3 (`UNKNOWN`) by coercivity,
        `FAR`, "coercivity unknown: far from every measured magnet"; and
        ``probability_meets_requirements``, the largest that the distance
        allows.
    """
    made = read_process(job.conditions.process, len(table))
    near = nearest_recipes(
        purify(table, supply[_HOSTS])[0], supply[_HOSTS], made
    )
    hard = near[_COERCIVITY].distance
    most = np.max([one.distance for one in near.values()], axis=0)
    known = {
        _HARD: hard,
        _MOST: most,
        CHANCE: cap_probability(np.ones(len(table)), most),
    }
    far = Coded((hard > UNKNOWN).astype(np.int8), ("ok", FAR))
    return Columns(supply | known | {"status": far})


def _take(
    rows: IntArray, table: CompositionTable, shells: _Shells, supply: Columns
) -> tuple[CompositionTable, _Shells, Columns]:
    """Select rows of candidates, shells and supply columns together.

    `rows`, int64, are numbers from 0 of rows of `table`, `shells` (a sequence
    of a text each, or None) and `supply`, which are not changed; the result is
    the tuple of all three in that order, each with these rows. Where the
    numbers are as many as the table has rows, whatever their order, all three
    are returned as they are.
    """
    if len(rows) == len(table):
        return table, shells, supply
    own_shells = (
        None if shells is None else [shells[row] for row in rows.tolist()]
    )
    return table[rows], own_shells, supply.take(rows)


def best_possible_loss(found: Columns, rule: Rule) -> FloatArray:
    """Compute the smallest loss that n candidates can have by what is known of them, shape (n,).

    No magnet has more flux for its mass than `FLUX_PER_MASS`, a margin is
    worth no more than one unit of regret, and no probability is above
    ``probability_meets_requirements`` in `found`, or 1 where it is not there.
    `found` has the columns of `supplies`, ``cost_USD_kg`` among them, or those
    of `central_values`; it is not changed. `rule` names objectives and units.
    The loss, in units of regret, is -inf throughout where an objective is not
    bounded (its column is not in `found`, and it is neither the margin nor a
    small cost per flux), and inf where a value is NaN.
    """
    n = len(found["cost_USD_kg"])
    best = (
        (1.0 - found[CHANCE]) / rule.miss if CHANCE in found else np.zeros(n)
    )
    for objective, unit in zip(rule.objectives, rule.units, strict=True):
        column = objective.column
        if column in found:
            smallest_loss = objective.loss(found[column], unit)
        elif column == MARGIN:
            smallest_loss = objective.loss(np.full(n, np.inf), unit)
        elif column == COST_PER_FLUX and objective.sign > 0:
            smallest_loss = objective.loss(
                found["cost_USD_kg"] / FLUX_PER_MASS, unit
            )
        else:
            return np.full(n, -np.inf)
        best = best + smallest_loss
    return np.where(np.isnan(best), np.inf, best)


def _composition_bound(
    supply: Columns, job: Job, bound: Bound, tally: Tally
) -> IntArray:
    """Return the numbers of the candidates that can lie within the bound by composition alone.

    The result is int64, from 0, ascending. A candidate stays if it keeps to
    ``bound.margin``, of equal ones those with a hash up to ``bound.last``, or
    if it meets what composition decides and keeps to the limit of the loss.

    Parameters
    ----------
    supply : Columns
        n candidates, as of `_supply_columns`, with their hashes (`_HASH`) where ``bound.last``
        counts. The largest margin that composition leaves them is written into
        it as ``performance_margin``: infinite where nothing limits it,
        `OUTSIDE`, -1, at most for a host that is not allowed. A value of NaN
        misses its requirement but does not lower the margin.
    job : Job
        Names allowed hosts, requirements and objectives.
    bound : Bound
        ``limit`` of the loss (units of regret) and ``margin`` (share of a
        limit).
    tally : Tally
        Changed in place: each of the others is counted in ``ended`` by the first condition that
        it misses: "host in ...", a requirement such as "cost_USD_kg <= 60", or "loss by
        composition".
    """
    host_indices = [
        HOST_NAMES.index(host) for host in job.profile.allowed_hosts
    ]
    inside = np.isin(supply[_HOSTS], host_indices)
    conditions = [(host_condition(job.profile), inside)]
    margin = np.where(inside, np.inf, OUTSIDE)
    for requirement in job.profile.requirements:
        if requirement.column in supply:
            margin_per_row = requirement.margin(supply[requirement.column])
            holds = margin_per_row >= 0.0
            lower_limit, upper_limit = requirement.limit_range
            if lower_limit < upper_limit and job.threshold < HALF:
                # What misses the limit may meet what some ask.
                holds = np.ones(len(margin_per_row), bool)
            conditions.append((str(requirement), holds))
            margin = np.fmin(margin, margin_per_row)
    supply[MARGIN] = margin
    may = np.logical_and.reduce([holds for _, holds in conditions])
    loss = best_possible_loss(supply, job.rule)
    alive = bound.admits(
        supply["decision"], may, may, loss, margin, supply.get(_HASH)
    )
    is_out = ~alive
    for reason, holds in [*conditions, ("loss by composition", alive)]:
        tally.end(reason, is_out & ~holds)
        is_out &= holds
    return np.flatnonzero(alive)


@dataclass
class _CentralVerdict:
    """Margin and probability of n candidates, as central values at k temperatures come in.

    Attributes
    ----------
    here : Columns
        Columns of n rows; ``performance_margin`` and ``probability_meets_requirements`` are
        changed in place.
    at : list of float
        The k temperatures, K.
    required : list of tuple of float and Requirement
        Requirements that central values decide, each with its temperature, K.
    values : dict of str to array
        Central values by column, (n, k).
    below : dict of str to array
        Least relative width of a range below its value, by column, (k, n) or (1, n).
    score : float
        Standard score at the end of a range.
    apart : array
        Distance to measured magnets, (n,).
    chances : dict of str to array
        Probability by quantity, (n,).
    """

    here: Columns
    at: list[float]
    required: _Required
    values: dict[str, FloatArray]
    below: dict[str, FloatArray]
    score: float
    apart: FloatArray
    chances: dict[str, FloatArray] = field(default_factory=dict)

    def enter(self, rows: Any, columns: Collection[str]) -> None:
        """Lower margin and probability of some candidates by their values in some columns, in place.

        `rows` are positions from 0 (int64, each once) or a slice; `columns` is
        a collection of names of columns whose ``values`` are in, such as
        {"remanence_T"}. Those that no requirement asks for are ignored.
        Changed are ``performance_margin`` of ``here`` (a dict of arrays),
        whose array is written to, ``probability_meets_requirements``, which is
        a new array, and ``chances`` (arrays by quantity, which must not be
        reset between calls). A value of NaN leaves margin and probability as
        they are.
        """
        margin = self.here[MARGIN]
        for kelvin, requirement in self.required:
            column = requirement.column
            if column not in columns:
                continue
            k = self.at.index(kelvin)
            value = self.values[column][rows, k]
            inside = requirement.margin(value)
            margin[rows] = np.fmin(margin[rows], inside)
            chance = self._largest_chance(requirement, value, k, rows)
            chance[inside < -_ORDER_SLACK] = HALF
            quantity = FOLLOWS.get(column, column)
            best = self.chances.setdefault(quantity, np.ones(len(margin)))
            best[rows] = np.fmin(best[rows], chance)
        product = np.prod(
            [np.ones(len(margin)), *self.chances.values()], axis=0
        )
        self.here[CHANCE] = cap_probability(product, self.apart)

    def _largest_chance(
        self, requirement: Requirement, value: FloatArray, k: int, rows: Any
    ) -> FloatArray:
        """Return the largest probability of a requirement that some rows have, (rows,).

        It is that of the narrowest range about the central value; 1 where the width of the column
        is not known, or the limit is a share of the reference, 0, or no minimum. A `value` of NaN
        gives NaN.

        Parameters
        ----------
        requirement : Requirement
            The limit.
        value : ndarray, shape (rows,)
            Central values, in the unit of the column.
        k : int
            Number of their temperature in ``at``, from 0.
        rows : ndarray of int or slice
            Which candidates these are, from 0.
        """
        widths = self.below.get(requirement.column)
        # The difference to a reference has another width.
        relative = requirement.share_of_reference is not None
        if widths is None or relative or not requirement.minimum:
            return np.ones(len(value))
        width = widths[min(k, len(widths) - 1), rows]
        with np.errstate(divide="ignore", invalid="ignore"):
            slack = 1.0 - requirement.minimum / value
            return np.asarray(ndtr(self.score * slack / width))


def central_values(
    table: CompositionTable,
    shells: _Shells,
    supply: Columns,
    job: Job,
    bound: Bound,
) -> Columns:
    """Bound margin and probability of n candidates by their central remanence and coercivity.

    Remanence is computed first. Candidates that it puts outside the bound get no coercivity.
    Candidates that both put outside get no safety by their knee, which counts only where few meet
    the requirements.

    Parameters
    ----------
    table : CompositionTable
        n candidates.
    shells : sequence of str or None
        Shell of each, a text such as "Tb 0.5 wt%", empty for none.
    supply : Columns
        As of `with_distances`; not changed.
    job : Job
        Device, temperature and conditions that they are evaluated for.
    bound : Bound
        ``limit`` of the loss (units of regret) and ``margin`` (share of a
        limit).

    Returns
    -------
    Columns
        Those of `supply`; ``remanence_T``, ``cost_per_flux_USD_m3_T`` and, if
        a requirement or an objective asks for it at the job's temperature,
        ``coercivity_kA_m`` (NaN where not computed), all at that temperature;
        ``performance_margin`` and ``probability_meets_requirements``, the
        largest they can be; ``status``, a `Coded`, the first that is not "ok"
        over the job's temperature and those of the requirements.
    """
    use = job.conditions.use
    required = _central_requirements(job, bound)
    at = _central_temperatures(required, job)
    made = _stages.nominal_magnets(
        table,
        shells,
        at,
        job.conditions,
        np.zeros(len(at), bool),
        host=supply[_HOSTS],
    )
    values = _values_by_remanence(made, at, use.between)
    hard_apart, apart = _distances_with_grains(supply, made)
    here = Columns(supply | {_REMANENCE: values[_REMANENCE][:, 0]})
    here[COST_PER_FLUX] = _stages.cost_per_flux(
        made.alloys.density(), here["cost_USD_kg"], here[_REMANENCE]
    )
    here["status"] = _central_status(made, hard_apart)
    here[MARGIN] = np.array(supply.get(MARGIN, np.full(len(table), np.inf)))
    score = ndtri(0.5 + 0.5 * use.interval)
    widths = least_widths(made.alloys, np.array(at), score / DEVIATIONS_90)
    # A range ends no nearer below than its half width in the logarithm.
    below = {
        name: -np.expm1(-width)
        for name, width in zip(_CENTRAL, widths, strict=True)
    }
    verdict = _CentralVerdict(here, at, required, values, below, score, apart)
    verdict.enter(slice(None), {_REMANENCE, ALPHA, _PRODUCT})
    wanted = _temperatures_of_coercivity(required, at, job)
    if wanted.size:
        picked = np.flatnonzero(_open(here, job, bound))
        field_A_m = made.field_of(picked, wanted, False)
        values[_COERCIVITY][np.ix_(picked, wanted)] = 1e-3 * field_A_m
        verdict.enter(picked, {_COERCIVITY})
        if wanted[0] == 0:
            here[_COERCIVITY] = values[_COERCIVITY][:, 0]
    knees = np.array(
        [at.index(kelvin) for kelvin, r in required if r.column == _SAFETY],
        int,
    )
    if knees.size:
        picked = np.flatnonzero(_open(here, job, bound))
        places = np.ix_(picked, knees)
        recoil = made.rows["recoil"][picked, None]
        knee_A_m = made.field_of(picked, knees, True)
        b_r = values[_REMANENCE][places]
        values[_SAFETY] = np.full((len(table), len(at)), np.nan)
        values[_SAFETY][places] = use.duty.safety(b_r, knee_A_m, recoil)
        verdict.enter(picked, {_SAFETY})
    return here


def _central_status(made: Magnets, hard_apart: FloatArray) -> Coded:
    """Return the first status of n magnets `made`, over their temperatures, that is not "ok".

    One that is "ok" at all temperatures has the status `FAR` if its distance
    to measured magnets by coercivity, `hard_apart`, (n,), is above `UNKNOWN`,
    3. A distance of NaN is not above. The words are those of `STATUSES`.
    """
    first = (made.status != 0).argmax(axis=1)
    codes = np.take_along_axis(made.status, first[:, None], axis=1)[:, 0]
    status = status_column(codes)
    return status.put((hard_apart > UNKNOWN) & status.says("ok"), FAR)


def _central_requirements(job: Job, bound: Bound) -> _Required:
    """Return the requirements of `job` that central values decide, each with its temperature, K.

    They are those on ``remanence_T``, ``coercivity_kA_m`` and
    ``remanence_coefficient_pct_K``, minima of ``max_energy_product_kJ_m3``,
    and, where ``bound.limit`` is infinite, those on
    ``demagnetization_safety``. The result is a list of tuples (temperature,
    `Requirement`), in the order of the profile; the temperature is the job's
    where the requirement names none.
    """
    columns = {*_CENTRAL, ALPHA}
    if bound.limit == np.inf:
        # Where few meet the requirements, many miss by their safety alone.
        columns.add(_SAFETY)
    required = []
    for requirement in job.profile.requirements:
        column = requirement.column
        # A loop holds no more than a square one: that bounds a product from above.
        bounded = column == _PRODUCT and requirement.minimum is not None
        if column in columns or bounded:
            kelvin = requirement.temperature_K or job.temperature
            required.append((kelvin, requirement))
    return required


def _central_temperatures(required: _Required, job: Job) -> list[float]:
    """Return the temperatures, K, of central values: the job's, then the others ascending.

    `required` are pairs of temperature, K, and requirement, as of `_central_requirements`. One on
    alpha adds the ends of its chord (``job.conditions.use.between``), and not its own. Each
    temperature is there once; that of the job always.
    """
    needed = {kelvin for kelvin, r in required if r.column != ALPHA}
    if any(r.column == ALPHA for _, r in required):
        needed |= set(job.conditions.use.between)
    return [job.temperature, *sorted(needed - {job.temperature})]


def _temperatures_of_coercivity(
    required: _Required, at: list[float], job: Job
) -> IntArray:
    """Return the positions in `at` of the temperatures at which a coercivity is asked, int64.

    `required` are pairs of temperature, K, and requirement; those on
    ``coercivity_kA_m`` ask, and an objective of `job` on it asks at the job's
    temperature. `at` are temperatures, K, which match to the last digit.
    Positions count from 0 and ascend; there are none where nothing asks.
    """
    kelvins = [kelvin for kelvin, r in required if r.column == _COERCIVITY]
    if any(
        objective.column == _COERCIVITY for objective in job.rule.objectives
    ):
        kelvins.append(job.temperature)
    return np.flatnonzero(np.isin(at, kelvins))


def _values_by_remanence(
    made: Magnets, at: list[float], between: tuple[float, float]
) -> dict[str, FloatArray]:
    """Return what n magnets' polarization says at k temperatures, by column, each (n, k).

    They are ``remanence_T``; ``coercivity_kA_m``, NaN throughout, to be filled in;
    ``max_energy_product_kJ_m3``, that of a square loop, which no magnet exceeds; and
    ``remanence_coefficient_pct_K``, the same at each temperature, where `at` has both of the
    temperatures that it lies `between`; without them there is no such key.

    Parameters
    ----------
    made : Magnets
        n magnets at the k temperatures.
    at : list of float
        The temperatures, K.
    between : tuple of float
        Chord of alpha, K, the lower end first.
    """
    remanence = made.remanence()
    values = {
        _REMANENCE: remanence,
        _COERCIVITY: np.full(remanence.shape, np.nan),
    }
    # No loop holds more than a square one.
    values[_PRODUCT] = 1e-3 * remanence**2 / (4.0 * MU_0)
    if set(at) >= set(between):
        cold, hot = (
            made.polarization[:, [at.index(kelvin)]] for kelvin in between
        )
        alpha = 100.0 * (hot / cold - 1.0) / (between[1] - between[0])
        values[ALPHA] = np.broadcast_to(alpha, remanence.shape)
    return values


def _distances_with_grains(
    supply: Columns, made: Magnets
) -> tuple[FloatArray, FloatArray]:
    """Return distances to measured magnets by coercivity and the largest, float64 (n,) each.

    What process and traces add is counted in. `supply` must have the two
    columns of distances that `with_distances` adds, named `_HARD` and `_MOST`
    (KeyError otherwise); it is not changed. `made` are its n magnets.
    """
    hard = supply[_HARD]
    most = supply[_MOST]
    for side in filter(np.any, made.alloys.apart().values()):
        hard = np.hypot(hard, side)
        most = np.hypot(most, side)
    return hard, most


def _open(
    here: Columns,
    job: Job,
    bound: Bound,
    counted: tuple[Tally, str] | None = None,
) -> BoolArray:
    """Say which of n candidates can lie within the bound by what is known so far, bool (n,).

    Parameters
    ----------
    here : Columns
        ``status``, ``performance_margin``, ``probability_meets_requirements``,
        ``decision`` and the columns of supply, ``cost_USD_kg`` among them; not
        changed. A row whose status is not "ok" is out. A margin of NaN counts
        as not missed.
    job : Job
        Thresholds and objectives.
    bound : Bound
        ``limit`` of the loss (units of regret) and ``margin`` (share of a
        limit).
    counted : tuple of (Tally, str), optional
        A tally, changed in place, and the name of the stage: all are counted
        in ``stages``, the dropped ones by reason in ``ended`` ("requirements
        missed" or "loss", of those that are "ok") and in ``status``.
    """
    magnet = here["status"].says("ok")
    inside = ~(here[MARGIN] < -_ORDER_SLACK)
    # What a central value misses has half a chance at most.
    may, worth = (
        (inside | (threshold < HALF))
        & (here[CHANCE] >= threshold - _ORDER_SLACK)
        for threshold in (job.threshold, min(job.trial, job.threshold))
    )
    loss = best_possible_loss(here, job.rule)
    within = magnet & bound.admits(
        here["decision"], may, worth, loss, here[MARGIN], here.get(_HASH)
    )
    if counted is None:
        return within
    tally = counted[0]
    tally.stages[counted[1]] += len(here["status"])
    tally.end("requirements missed", magnet & ~may & ~within)
    tally.end("loss", magnet & may & ~within)
    tally.status.update(here["status"].counts(~within))
    return within


def _with_requirements(
    table: CompositionTable,
    shells: _Shells,
    supply: Columns,
    job: Job,
    want: _Want,
) -> tuple[Columns, Partition]:
    """Evaluate magnets with their ranges and how they meet the requirements.

    All properties, stability too, are computed where `want` is None or names columns other than
    those of a magnet and of supply, since phases take memory and time.

    Parameters
    ----------
    table : CompositionTable
        n recipes.
    shells : sequence of str or None
        Shell of each, a text such as "Tb 0.5 wt%", an empty text for none.
    supply : Columns
        As of `_supply_columns`; changed: the host codes are taken out, so that it serves once.
    job : Job
        Device with its requirements, temperature and conditions.
    want : collection of str or None
        Columns that are wanted; None for all, in the order of the registry.

    Returns
    -------
    columns : Columns
        n rows at the job's temperature, with ``decision`` and those of `verdict_columns`; where
        the calibration names a grade, judged beside it (`judge_beside_grade`).
    split : Partition
        The recipes, as they are written, split into hard phase and grain boundary.
    """
    at = needed_temperatures(job)
    only = needed_elsewhere(job)
    requirement_columns = [
        with_interval(r.column) for r in job.profile.requirements
    ]
    kelvins = [*at, _stages.ROOM_K]
    column_names = (
        None if want is None else {*want}.union(*requirement_columns)
    )
    computed_columns = _COMPUTED.union(supply)
    if column_names is not None:
        kelvins = at
        if column_names - computed_columns <= MADE:
            only[at[0]] = column_names | _READ_BELOW
    magnets = _stages.make_alloys(
        table, shells, job.conditions, ranges=True, host=supply.pop(_HOSTS)
    )
    columns, *other_columns = figure_columns(
        magnets, kelvins, job.conditions.use, only
    )
    hard_phase_split = magnets.written
    # A hundred arrays that nothing below asks for.
    del magnets
    room = other_columns.pop() if want is None else None
    if column_names is None or not column_names <= computed_columns.union(
        columns
    ):
        columns = _stages.describe(
            table,
            at[0],
            job.conditions,
            None,
            shells,
            columns,
            room,
            supply,
            hard_phase_split,
        )
    else:
        columns |= supply
        columns[COST_PER_FLUX] = _stages.cost_per_flux(
            columns["density_kg_m3"],
            columns["cost_USD_kg"],
            columns[_REMANENCE],
        )
        columns["formula"] = table.to_arrow()
    columns["decision"] = supply["decision"]
    columns |= verdict_columns(
        table, dict(zip(at, [columns, *other_columns], strict=True)), job
    )
    if is_beside_grade(job):
        columns = judge_beside_grade(table, shells, columns, job)
    return (
        columns.sort_columns() if want is None else columns,
        hard_phase_split,
    )


def _requirement_bound(
    decision: Coded,
    keys: Keys,
    near: Keys,
    open_: BoolArray,
    bound: Bound,
    tally: Tally,
) -> BoolArray:
    """Say which of the open candidates lie within the bound, bool (n,), and count the others in `tally`.

    Parameters
    ----------
    decision : Coded
        Decision of each of n candidates.
    keys : Keys
        Of the n, at the job's threshold.
    near : Keys
        Of the n, at the threshold of a trial.
    open_ : ndarray of bool, shape (n,)
        Candidates that are still evaluated; not changed. The result is False
        for the others.
    bound : Bound
        ``limit`` of the loss (units of regret) and ``margin`` (share of a
        limit).
    tally : Tally
        Changed in place: ``ended`` for "requirements missed" and "loss".
    """
    loss = np.full(len(open_), np.inf)
    loss[near.meets] = near.loss
    worth_a_trial = near.meets & ~keys.meets
    within = bound.admits(
        decision, keys.meets, worth_a_trial, loss, -keys.margin, keys.hashes
    )
    tally.end("requirements missed", open_ & ~keys.meets & ~within)
    tally.end("loss", keys.meets & ~within)
    return open_ & within


def count_leading_rows(keep: int) -> int:
    """Return how many leading rows of a ranking decide which are its first `keep`, more than `keep`.

    Those that draws re-order are sampled together, and each of two passes moves some rows up.
    """
    return max(keep, POOL) + 2 * CLIMB


def estimate_bound(
    found: Sequence[Evaluated], rule: Rule, rows: int, keep: int
) -> Bound:
    """Estimate a bound that probably more than `count_leading_rows` of all candidates keep to.

    It bounds the loss where enough meet the requirements, and the margin where few or none do.
    The limits of `_limits_of_decisions` let the best of each decision go on.

    Parameters
    ----------
    found : sequence of Evaluated
        Parts of a random sample, evaluated with a bound that admits all (``Bound()``), so that
        they have keys, and with ``decision`` among the columns. At least one.
    rule : Rule
        By what candidates are ranked.
    rows : int
        Number of all candidates.
    keep : int
        Number of leading candidates to find.

    Returns
    -------
    Bound
        With a finite ``limit`` (units of regret) and a ``margin`` of inf, so
        that none that misses goes on; or with an infinite ``limit`` and a
        ``margin`` (share of a limit) and, where many have just that margin,
        ``last``, the largest hash. ``limits`` and ``trials`` are losses by
        decision. Where the sample is too small ``limit`` is inf and ``margin``
        -inf, so that all go on.
    """
    sample = sum(one.tally.stages["composition"] for one in found)
    keys = [one.keys for one in found if one.keys is not None]
    place_of_best = sample_place(BEST, sample, rows)
    limits, trials = _limits_of_decisions(found, rule, place_of_best)
    losses = np.concatenate([key.loss for key in keys])
    place = sample_place(count_leading_rows(keep), sample, rows)
    if place <= len(losses):
        return Bound(_value_at_place(losses, place), np.inf, limits, trials)
    left = place - len(losses)
    margins = np.concatenate([key.margin[key.missed] for key in keys])
    least = _value_at_place(margins, left)
    if least != -OUTSIDE:
        return Bound(margin=-least, trials=trials)
    tied = np.concatenate([key.hashes[key.missed] for key in keys])[
        margins == least
    ]
    last = np.sort(tied)[left - int((margins < least).sum()) - 1]
    return Bound(margin=-least, trials=trials, last=int(last))


def _limits_of_decisions(
    found: Sequence[Evaluated], rule: Rule, place: int
) -> tuple[dict[str, float], dict[str, float]]:
    """Find the losses up to which candidates of each decision go on.

    Losses are in units of regret. A decision that is rare in the sample
    (256 (`_SELDOM`) times or less) has no limit of its own: infinite where fewer
    than `place` of it meet. Of a decision that is frequent, but hardly meets
    the requirements, all that meet are admitted. Both dicts have each decision
    of the sample for a key.

    Parameters
    ----------
    found : sequence of Evaluated
        A random sample of candidates, each part with ``near`` and the column ``decision``.
    rule : Rule
        By which they are ranked.
    place : int
        Place in the order of losses, from 1, at which the limit stands.

    Returns
    -------
    limits : dict of str to float
        Largest loss of those that meet the requirements, by decision.
    trials : dict of str to float
        Largest loss of those that are worth a trial, by decision; where a
        candidate of the decision meets the requirements 0, or infinite for a
        rare decision.
    """
    near = [one.near for one in found if one.near is not None]
    texts = [one.columns["decision"].texts() for one in found]
    decision = np.concatenate(texts).astype(str)
    worth = decision[np.concatenate([key.meets for key in near])]
    loss = np.concatenate([key.loss for key in near])
    sure = np.concatenate([key.chance for key in near]) >= rule.threshold
    limits: dict[str, float] = {}
    trials: dict[str, float] = {}
    for word, seen in Counter(decision.tolist()).items():
        kind = worth == word
        limits[word] = _limit_of_losses(loss[sure & kind], place, seen)
        # A trial is for what no candidate of its kind does.
        of_trials = ~sure & kind & ~(sure & kind).any()
        trials[word] = _limit_of_losses(loss[of_trials], place, seen)
    return limits, trials


def _limit_of_losses(loss: FloatArray, place: int, seen: int) -> float:
    """Return the loss at a place in ascending order, from 1, of candidates of one decision.

    `loss`, (m,), are theirs. If m is less than `place` the result is infinite, but the largest
    loss (0 without any) where the decision is `seen` more than 256 (`_SELDOM`) times in the
    sample.
    """
    limit = _value_at_place(loss, place)
    if np.isinf(limit) and seen > _SELDOM:
        return float(loss.max(initial=0.0))
    return limit


def sample_place(count: int, sample: int, rows: int) -> int:
    """Return the place in a sample, from 1, before which probably stand `count` of all `rows`.

    `sample` is the size of the sample and `rows` that of the whole, above 0.
    The place is a little behind `count` times `sample` over `rows`, 8 for a
    `count` of 0, and may lie beyond the sample.
    """
    share = count * sample / rows
    # Four deviations of a count, and some for a count of few: once in 30 000 it falls short.
    return int(np.ceil(share + 4.0 * np.sqrt(share) + 8.0))


def _value_at_place(values: FloatArray, place: int) -> float:
    """Return the value at a place of `values`, (m,), in ascending order, from 1; infinite beyond the last."""
    if place <= len(values):
        return float(np.partition(values, place - 1)[place - 1])
    return np.inf
