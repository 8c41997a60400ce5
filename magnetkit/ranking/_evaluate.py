"""The evaluation of candidates, stage by stage from cheap to dear.

1. Composition: heavy rare earth, risk, cost and the host.
2. Central B_r and H_cJ, without their ranges: a requirement that such a value misses is met with
   a probability of half at most, and no other value makes the margin larger than theirs.
3. Ranges, all other properties of the magnet, and the requirements.
4. Stability: whether the phase can be made.

With a `Bound` a candidate goes no further once its best possible key (`best_possible_loss`) lies
beyond it. What the ranking needs of the others is the same as without one, since the same
functions compute it. The limit comes from a sample (`limit_of`): a loss that more candidates stay
below than can be requested. Whether they do is counted afterwards, so that nothing rests on the
sample.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .._core._columnar import Coded, Columns
from ..composition.table import CompositionTable
from ..hosts.partition import assign_hosts
from ..hosts.records import HOST_NAMES
from ..intrinsic.evaluate import status_column
from ..prediction import _stages
from ._decisions import BEST, PLAUSIBLE, decision_of
from ._job import Job
from ._leading import POOL
from ._order import CLIMB, Keys, Rule
from ._profile_parts import CHANCE, COST_PER_FLUX, MARGIN
from ._requirements import (
    host_condition,
    name_sets,
    needed_elsewhere,
    needed_temperatures,
    verdict_columns,
)

HALF = 0.5
"""A requirement is met with no larger probability where the central value misses it."""
FLUX_PER_MASS = 3.2e-4
"""No magnet has more B_r over density, T m3/kg: iron with 35 % of cobalt has mu_0 times 240 A m2/kg
(Bozorth, Ferromagnetism, 1951; from memory) = 3.0e-4 at saturation, the most of any alloy; tests
hold the model's magnets to it."""
_SELDOM = 512
"""Of a decision that is not more often in a sample all candidates are evaluated."""
# Rounding of what is computed in another order.
_SLACK = 1e-6
_COUNTERS = ("stages", "ended", "copies", "status", "failed")
_FORMS = "probability_phase_forms"
_CENTRAL = ("remanence_T", "coercivity_kA_m")

_Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Bound:
    """The loss up to which candidates that meet the requirements are evaluated.

    An infinite `limit` admits all that have a rank. `limits` are those of some decisions, where
    they are larger: the best of each go on. `trials` are those of candidates of each decision that
    do not meet the requirements, and are worth a trial.
    """

    limit: float = np.inf
    limits: Mapping[str, float] = field(default_factory=dict)
    trials: Mapping[str, float] = field(default_factory=dict)

    @property
    def is_finite(self) -> bool:
        """Whether anything that can be ranked is left out."""
        return bool(np.isfinite(self.limit))

    def of(self, decisions: Coded) -> NDArray[np.float64]:
        """Return the limit of each candidate that meets the requirements, shape (n,)."""
        own = [max(self.limit, self.limits.get(word, self.limit)) for word in decisions.words]
        return np.array([*own, self.limit])[decisions.codes]

    def of_trials(self, decisions: Coded) -> NDArray[np.float64]:
        """Return the limit of each that is worth a trial, shape (n,)."""
        own = [self.trials.get(word, -np.inf) for word in decisions.words]
        return np.array([*own, -np.inf])[decisions.codes]

    def widest(self, decisions: Coded) -> NDArray[np.float64]:
        """Return the larger of the two limits, shape (n,)."""
        return np.maximum(self.of(decisions), self.of_trials(decisions))


@dataclass
class Tally:
    """Counts over candidates, whatever became of them.

    How many came to each of the ``stages``; how many ``ended`` before the last, by the reason; how
    many were found to meet the requirements (``copies``), by decision; and of those whose magnet
    was computed, how many are of each ``status`` and ``failed`` each set of requirements.
    """

    stages: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    copies: Counter[str] = field(default_factory=Counter)
    status: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Tally") -> None:
        """Add what was counted over other candidates."""
        for name in _COUNTERS:
            getattr(self, name).update(getattr(other, name))

    def end(self, reason: str, rows: _Mask) -> None:
        """Count candidates that end here."""
        if count := int(np.count_nonzero(rows)):
            self.ended[reason] += count

    def fail(self, found: Columns, rows: _Mask) -> None:
        """Count candidates by the requirements that they fail."""
        self.failed.update(found["failed_requirements"].counts(rows))

    def plain(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {name: dict(getattr(self, name)) for name in _COUNTERS}

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> "Tally":
        """Return what `plain` was made of."""
        return cls(**{name: Counter(plain.get(name, {})) for name in _COUNTERS})


class Evaluated(NamedTuple):
    """What an evaluation found of n candidates."""

    rows: NDArray[np.int64]  # (k,), of those evaluated to the end, ascending; all without a bound
    columns: Columns  # k rows
    keys: Keys | None  # what the ranking needs of them, with a bound
    tally: Tally  # over all n


def evaluate(
    table: CompositionTable,
    shells: Sequence[str] | None,
    job: Job,
    bound: Bound | None = None,
    want: Collection[str] | None = None,
) -> Evaluated:
    """Evaluate n candidates for a device, those beyond a bound no further than needed.

    `shells` has the grain-boundary shell of each; `want` the columns that are needed, all but those
    of the ranking without it, in the order of the registry, ``candidate`` being the formula.
    """
    tally, rows = Tally(), np.arange(len(table))
    supply = _stages.supplies(table, shells, job.conditions)
    supply["decision"] = decision_of(table, shells, supply["heavy_rare_earth_wt_pct"], job)
    tally.stages["composition"] = len(table)
    if bound is not None and bound.is_finite:
        rows = _within_by_composition(table, supply, job, bound, tally)
        if job.threshold >= HALF:
            here = central_values(*_take(rows, table, shells, supply), job)
            rows = rows[_within_by_central_values(here, job, bound, tally)]
    tally.stages["magnetism"] = len(rows)
    if len(rows) < len(table):
        table, shells, supply = _take(rows, table, shells, supply)
    found = _with_requirements(table, shells, supply, job, want)
    open_, keys = found["status"].says("ok"), None
    if bound is not None:
        keys = job.rule.keys(Columns((n, found[n]) for n in job.rule.columns()).arrow())
        tally.copies.update(found["decision"].counts(keys.meets))
        if bound.is_finite:
            open_ = _within_by_requirements(found, keys, job.rule, open_, bound, tally)
    last = np.flatnonzero(open_)
    tally.stages["stability"] = len(last)
    if len(last) and want is not None and "status" in want and _FORMS not in found:
        unstable = np.zeros(len(rows), bool)
        unstable[last] = ~_stages.makeable(table[last], job.conditions)[1]
        found["status"] = found["status"].put(unstable, "not makeable")
    tally.status.update(found["status"].counts())
    if bound is None or keys is None:
        return Evaluated(rows, found, None, tally)
    kept = np.flatnonzero(open_ & found["status"].says("ok"))
    found, keys = found.take(kept), keys.take(kept)
    if not bound.is_finite:
        tally.fail(found, ~keys.meets)
    return Evaluated(rows[kept], found, keys, tally)


def today_of(job: Job) -> Columns:
    """Return today's magnet of the device as a candidate, one row."""
    reference = job.profile.reference
    shells = [reference.shell] if reference.shell else None
    row = evaluate(reference.table(), shells, job).columns
    row["candidate"] = Coded.of([reference.formula])
    return row


def _take(
    rows: NDArray[np.int64],
    table: CompositionTable,
    shells: Sequence[str] | None,
    supply: Columns,
) -> tuple[CompositionTable, Sequence[str] | None, Columns]:
    own = None if shells is None else [shells[row] for row in rows.tolist()]
    return table[rows], own, supply.take(rows)


def best_possible_loss(found: Columns, rule: Rule) -> NDArray[np.float64]:
    """Return the least loss that candidates can have by what is known of them, shape (n,).

    No magnet has more flux for its mass than `FLUX_PER_MASS`, a margin is worth no more than one
    unit of regret, and no probability is above 1. `found` has the columns of `supplies`, or those
    of `central_values`. -inf where an objective is not bounded.
    """
    n = len(found["cost_USD_kg"])
    best = np.zeros(n)
    for objective, unit in zip(rule.objectives, rule.units, strict=True):
        column = objective.column
        if column in found:
            least = objective.loss(found[column], unit)
        elif column == MARGIN:
            least = objective.loss(np.full(n, np.inf), unit)
        elif column == COST_PER_FLUX and objective.sign > 0:
            least = objective.loss(found["cost_USD_kg"] / FLUX_PER_MASS, unit)
        else:
            return np.full(n, -np.inf)
        best = best + least
    return np.where(np.isnan(best), np.inf, best)


def _within_by_composition(
    table: CompositionTable, supply: Columns, job: Job, bound: Bound, tally: Tally
) -> NDArray[np.int64]:
    """Return which candidates can be within the bound by their composition alone."""
    profile = job.profile
    allowed = [HOST_NAMES.index(host) for host in profile.allowed_hosts]
    conditions = [(host_condition(profile), np.isin(assign_hosts(table), allowed))]
    for requirement in profile.requirements:
        if requirement.column in supply:
            inside = requirement.margin(supply[requirement.column]) >= 0.0
            conditions.append((str(requirement), inside))
    within = best_possible_loss(supply, job.rule) <= bound.widest(supply["decision"]) + _SLACK
    conditions.append(("loss by composition", within))
    alive = np.ones(len(table), bool)
    for reason, holds in conditions:
        tally.end(reason, alive & ~holds)
        alive &= holds
    return np.flatnonzero(alive)


def central_values(
    table: CompositionTable, shells: Sequence[str] | None, supply: Columns, job: Job
) -> Columns:
    """Return what central remanence and coercivity say of n candidates.

    The columns are those of `supply` (as `supplies` returns them); ``remanence_T``,
    ``coercivity_kA_m`` and ``cost_per_flux_USD_m3_T`` as a full evaluation has them;
    ``performance_margin``: the largest it can be; ``status`` at the temperatures of the
    requirements, the table's own first; ``failed_requirements``: those that a central value misses.
    """
    required = [
        (requirement.temperature_K or job.temperature, requirement)
        for requirement in job.profile.requirements
        if requirement.column in _CENTRAL
    ]
    at = [job.temperature, *sorted({kelvin for kelvin, _ in required} - {job.temperature})]
    made = _stages.nominal_magnets(table, shells, at, job.conditions)
    values = dict(zip(_CENTRAL, (made.remanence(), 1e-3 * made.coercivity()), strict=True))
    margin = np.full(len(table), np.inf)
    failed = np.zeros(len(table), np.int64)
    for bit, (kelvin, requirement) in enumerate(required):
        inside = requirement.margin(values[requirement.column][:, at.index(kelvin)])
        margin = np.fmin(margin, inside)
        failed[inside < -_SLACK] |= 1 << bit
    status = made.status[:, 0].copy()
    for other in made.status.T[1:]:
        status = np.where(status == 0, other, status)
    here = Columns(supply | {name: column[:, 0] for name, column in values.items()})
    density, cost = made.alloys.density(), here["cost_USD_kg"]
    here[COST_PER_FLUX] = _stages.cost_per_flux(density, cost, here["remanence_T"])
    here[MARGIN] = margin
    here["status"] = status_column(status)
    names = [str(requirement) for _, requirement in required]
    here["failed_requirements"] = name_sets(failed, names)
    return here


def _within_by_central_values(here: Columns, job: Job, bound: Bound, tally: Tally) -> _Mask:
    """Return which candidates can be within the bound by their `central_values`."""
    tally.stages["nominal remanence and coercivity"] = len(here["status"])
    magnet = here["status"].says("ok")
    missed = magnet & ~here["failed_requirements"].says("")
    limit = bound.widest(here["decision"])
    within = magnet & ~missed & (best_possible_loss(here, job.rule) <= limit + _SLACK)
    tally.end("requirements missed", missed)
    tally.end("loss", magnet & ~missed & ~within)
    tally.status.update(here["status"].counts(~within))
    tally.fail(here, missed)
    return within


def _with_requirements(
    table: CompositionTable,
    shells: Sequence[str] | None,
    supply: Columns,
    job: Job,
    want: Collection[str] | None,
) -> Columns:
    """Return magnets with their ranges and how they meet the requirements.

    All properties, stability too, where all are wanted or others than those of a magnet and of
    supply are needed: phases take memory and time.
    """
    at = needed_temperatures(job)
    kelvins = at if want is not None else [*at, _stages.ROOM_K]
    here, *others = _stages.magnets(table, shells, kelvins, job.conditions, needed_elsewhere(job))
    room = others.pop() if want is None else None
    own = (COST_PER_FLUX, CHANCE, MARGIN, "failed_requirements", "formula", "decision")
    known = {*here, *supply, *own}
    if want is None or not {*want, *(r.column for r in job.profile.requirements)} <= known:
        here = _stages.describe(table, at[0], job.conditions, None, shells, here, room, supply)
    else:
        here |= supply
        per_mass = here["density_kg_m3"], here["cost_USD_kg"]
        here[COST_PER_FLUX] = _stages.cost_per_flux(*per_mass, here["remanence_T"])
        here["formula"] = table.to_arrow()
    here["decision"] = supply["decision"]
    here |= verdict_columns(table, dict(zip(at, [here, *others], strict=True)), job)
    return here.ordered() if want is None else here


def _within_by_requirements(
    found: Columns, keys: Keys, rule: Rule, open_: _Mask, bound: Bound, tally: Tally
) -> _Mask:
    """Return which of the open candidates meet the requirements, or may, within the bound."""
    within, near = keys.meets.copy(), plausible(rule, found)
    within[near.meets] = near.loss <= bound.of_trials(found["decision"])[near.meets]
    within[keys.meets] = keys.loss <= bound.of(found["decision"])[keys.meets]
    missed = open_ & ~keys.meets & ~within
    tally.end("requirements missed", missed)
    tally.end("loss", keys.meets & ~within)
    tally.fail(found, missed)
    return open_ & within


def plausible(rule: Rule, found: Columns) -> Keys:
    """Return the keys of candidates of which all that are worth a trial count as meeting."""
    easy = replace(rule, threshold=min(PLAUSIBLE, rule.threshold))
    return easy.keys(Columns((n, found[n]) for n in rule.columns()).arrow())


def needed_for(keep: int) -> int:
    """Return how many leading rows the first `keep` depend on.

    Those that draws re-order are sampled together, and each of two passes moves some rows up.
    """
    return max(keep, POOL) + 2 * CLIMB


def limit_of(loss: NDArray[np.float64], sample: int, rows: int, keep: int) -> float:
    """Return a loss that probably more than `needed_for` of all candidates stay below.

    `loss` is that of those of an even sample that meet the requirements, `sample` of `rows`
    candidates. Infinite where too few meet them.
    """
    return limit_for(needed_for(keep), loss, sample, rows)


def limit_for(count: int, loss: NDArray[np.float64], sample: int, rows: int) -> float:
    """Return a loss that probably more than `count` of all candidates stay below."""
    share = count * sample / rows
    # Four deviations of a count, and some for a count of few: once in 30 000 it falls short.
    place = int(np.ceil(share + 4.0 * np.sqrt(share) + 8.0))
    if place > len(loss):
        return np.inf
    return float(np.partition(loss, place - 1)[place - 1])


def limits_of(
    found: Sequence[Evaluated], rule: Rule, sample: int, rows: int
) -> tuple[dict[str, float], dict[str, float]]:
    """Return the limits of the decisions in an even sample, so that the best of each go on.

    First those of what meets the requirements, then of what is worth a trial. A decision that is
    seldom in the sample has none; of one that is often there, and hardly meets the requirements,
    what does is admitted.
    """
    losses: dict[tuple[str, bool], list[NDArray[np.float64]]] = {}
    seen: Counter[str] = Counter()
    for one in found:
        decisions, near = one.columns["decision"], plausible(rule, one.columns)
        meets = one.columns[CHANCE][near.meets] >= rule.threshold
        seen.update(decisions.counts())
        for word in decisions.words:
            own = decisions.says(word)[near.meets]
            for sure in (True, False):
                part = near.loss[own & (meets == sure)]
                losses.setdefault((word, sure), []).append(part)
    limits: tuple[dict[str, float], dict[str, float]] = {}, {}
    for (word, sure), parts in losses.items():
        every = np.concatenate(parts)
        limit = limit_for(BEST, every, sample, rows)
        if np.isinf(limit) and seen[word] > _SELDOM:
            limit = every.max(initial=0.0)
        limits[not sure][word] = limit
    return limits
