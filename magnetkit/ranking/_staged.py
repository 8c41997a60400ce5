"""Which of very many candidates can be among the first of a ranking: cheap facts first.

Heavy rare earth, risk and cost follow from a composition alone, and the host from a rule. With
them stands a bound: no magnet has more flux for its mass than `FLUX_PER_MASS`, a margin is worth
no more than one unit of regret, and no probability is above 1, so that the loss is at least what
the rest of it comes to. Of what is below the limit, remanence and coercivity are computed without
their ranges (`nominal`): a requirement that they miss is met with a probability of half at most,
and no other value makes the margin larger than theirs. Only what is left goes on to the whole of
magnetism, and of that only what meets the requirements to stability. What the ranking needs of the
rows that are left is computed by the functions of a full screening and is the same.

The limit comes from a sample (`limit_of`): a loss that more candidates stay below than can be
asked for. Whether they do is counted afterwards, so that nothing rests on the sample.

Remanence and coercivity of candidates without their ranges: what can be said before all else.
"""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from .._core._columnar import Columns
from ..composition.table import CompositionTable
from ..hosts.partition import assign_hosts
from ..hosts.records import HOST_NAMES
from ..intrinsic.evaluate import status_column
from ..prediction._stages import cost_per_flux, magnets, makeable, nominal_magnets, supplies
from ._draws import COST_PER_FLUX
from ._job import Job, asked_elsewhere, asked_temperatures, evaluate, name_sets, verdict_of
from ._leading import POOL
from ._order import CLIMB, Judged, Rule
from ._profile_parts import MARGIN

REMANENCE, COERCIVITY = "remanence_T", "coercivity_kA_m"
HALF = 0.5
"""A requirement is met with no larger probability where the nominal value misses it."""
# Rounding of what is computed in another order.
_SLACK = 1e-6


def nominal(
    table: CompositionTable, shells: Sequence[str] | None, supply: Columns, job: Job
) -> Columns:
    """Return what nominal remanence and coercivity say of candidates.

    Parameters
    ----------
    table : CompositionTable, n rows
    shells : sequence of str, optional
        Grain-boundary shell of each.
    supply : Columns, n rows
        What `supplies` returns of them.
    job : Job

    Returns
    -------
    Columns, n rows
        Those of `supply`; ``remanence_T``, ``coercivity_kA_m`` and
        ``cost_per_flux_USD_m3_T`` as a full evaluation has them; ``performance_margin``: the
        largest it can be; ``status`` at the temperatures that are asked, the table's own first;
        ``failed_requirements``: those that the nominal value misses.
    """
    asked = [
        (requirement.temperature_K or job.temperature, requirement)
        for requirement in job.profile.requirements
        if requirement.column in (REMANENCE, COERCIVITY)
    ]
    at = [job.temperature, *sorted({kelvin for kelvin, _ in asked} - {job.temperature})]
    made = nominal_magnets(table, shells, at, job.conditions)
    values = {REMANENCE: made.remanence(), COERCIVITY: 1e-3 * made.coercivity()}
    margin = np.full(len(table), np.inf)
    failed = np.zeros(len(table), np.int64)
    for bit, (kelvin, requirement) in enumerate(asked):
        inside = requirement.margin(values[requirement.column][:, at.index(kelvin)])
        margin = np.fmin(margin, inside)
        failed[inside < -_SLACK] |= 1 << bit
    status = made.status[:, 0].copy()
    for other in made.status.T[1:]:
        status = np.where(status == 0, other, status)
    here = Columns(supply | {name: column[:, 0] for name, column in values.items()})
    density, cost = made.alloys.density(), here["cost_USD_kg"]
    here[COST_PER_FLUX] = cost_per_flux(density, cost, here[REMANENCE])
    here[MARGIN] = margin
    here["status"] = status_column(status)
    here["failed_requirements"] = name_sets(failed, [str(requirement) for _, requirement in asked])
    return here


FLUX_PER_MASS = 3.2e-4
"""No magnet has more B_r over density, T m3/kg: iron with 35 % of cobalt has mu_0 times 240 A m2/kg
(Bozorth, Ferromagnetism, 1951; from memory) = 3.0e-4 at saturation, the most of any alloy; tests
hold the model's magnets to it."""
BINS = 40
"""Bins of a histogram between the ends of the sample, one more at either side."""
# Rounding of sums and logarithms.
_BY_COMPOSITION = ("heavy_rare_earth_wt_pct", "supply_risk", "cost_USD_kg")
_BY_NOMINAL = (REMANENCE, COERCIVITY, COST_PER_FLUX)
_BY_MAGNETISM = (
    "max_energy_product_kJ_m3",
    "max_working_temperature_K",
    "probability_meets_requirements",
)
PROPERTIES = (*_BY_COMPOSITION, *_BY_NOMINAL, *_BY_MAGNETISM)
"""Whose histograms are kept, each of the candidates that came to where it is computed."""

Mask = NDArray[np.bool_]


def needed_for(keep: int) -> int:
    """Return how many leading rows the first `keep` depend on.

    Those that draws re-order are drawn together, and each of two passes moves some rows up.
    """
    return max(keep, POOL) + 2 * CLIMB


@dataclass(frozen=True)
class Sieve:
    """What is left out.

    Attributes
    ----------
    limit : float
        Loss of a candidate from which it is left out; infinite where all that can be ranked stay.
    edges : mapping of str to list of float
        Edges of the bins of each histogram, ascending.
    """

    limit: float = np.inf
    edges: Mapping[str, Sequence[float]] = field(default_factory=dict)

    @property
    def closed(self) -> bool:
        """Whether anything that can be ranked is left out."""
        return bool(np.isfinite(self.limit))


@dataclass
class Tally:
    """Counts over candidates, whatever became of them.

    Attributes
    ----------
    stages : Counter
        How many each stage saw.
    ended : Counter
        How many ended before the last stage, by the reason.
    status, failed : Counter
        Of those whose magnet was computed: by status, and by the requirements failed.
    histograms : dict of str to ndarray of int64, shape (BINS + 2,)
        Below, in and above the bins.
    """

    stages: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    status: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    histograms: dict[str, NDArray[np.int64]] = field(default_factory=dict)

    def add(self, other: "Tally") -> None:
        """Add what was counted over other candidates."""
        for name in ("stages", "ended", "status", "failed"):
            getattr(self, name).update(getattr(other, name))
        for name, counts in other.histograms.items():
            self.histograms[name] = self.histograms.get(name, 0) + counts

    def count(self, sieve: Sieve, found: Columns, names: Sequence[str]) -> None:
        """Count values into the histograms."""
        for name in names:
            if name in sieve.edges and name in found:
                values = found[name]
                bins = np.searchsorted(sieve.edges[name], values[~np.isnan(values)], "right")
                counts = np.bincount(bins, minlength=len(sieve.edges[name]) + 1)
                self.histograms[name] = self.histograms.get(name, 0) + counts

    def end(self, reason: str, rows: Mask) -> None:
        """Count candidates that end here."""
        if count := int(np.count_nonzero(rows)):
            self.ended[reason] += count

    def plain(self) -> dict[str, Any]:
        """Return it as JSON values."""
        counters = ("stages", "ended", "status", "failed")
        found: dict[str, Any] = {name: dict(getattr(self, name)) for name in counters}
        histograms = {name: counts.tolist() for name, counts in self.histograms.items()}
        return {**found, "histograms": histograms}

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> "Tally":
        """Return what `plain` was made of."""
        counters = {n: Counter(plain[n]) for n in ("stages", "ended", "status", "failed")}
        histograms = {n: np.array(c, np.int64) for n, c in plain["histograms"].items()}
        return cls(**counters, histograms=histograms)


class Left(NamedTuple):
    """What a sieve left of n candidates.

    ``rows`` int64 (k): their numbers, ascending; ``judged``: what the ranking needs of those.
    """

    rows: NDArray[np.int64]
    judged: Judged


def sift(
    table: CompositionTable,
    shells: Sequence[str] | None,
    job: Job,
    rule: Rule,
    sieve: Sieve,
) -> tuple[Left, Tally]:
    """Leave out the candidates whose loss is above a limit, whatever they turn out to be.

    Parameters
    ----------
    table : CompositionTable, n rows
    shells : sequence of str or None
        Grain-boundary shell of each.
    job : Job
    rule : Rule
        By which they are ranked.
    sieve : Sieve

    Returns
    -------
    Left, Tally
        Without a limit all that have a rank are left; with one, only those that meet the
        requirements with no larger loss.
    """
    tally = Tally()
    supply = supplies(table, shells, job.conditions)
    tally.stages["composition"] = len(table)
    tally.count(sieve, supply, _BY_COMPOSITION)
    alive = np.ones(len(table), bool)
    if sieve.closed:
        for reason, fits in _facts(table, supply, job, rule, sieve.limit):
            tally.end(reason, alive & ~fits)
            alive &= fits
    rows = np.flatnonzero(alive)
    seen: tuple[str, ...] = (*_BY_NOMINAL, *_BY_MAGNETISM)
    if sieve.closed and job.threshold >= HALF:
        here = nominal(table[rows], _of(shells, rows), supply.take(rows), job)
        rows, seen = rows[_able(here, rule, sieve, tally)], _BY_MAGNETISM
    tally.stages["magnetism"] = len(rows)
    asked = {objective.column for objective in rule.objectives}
    found = by_magnetism(table[rows], _of(shells, rows), supply.take(rows), job, asked)
    tally.count(sieve, found, seen)
    whole = "probability_phase_forms" in found
    open_ = found["status"].says("ok")
    if sieve.closed:
        judged = rule.judge(_arrow(found, rule))
        fits = judged.meets.copy()
        fits[judged.meets] = judged.loss <= sieve.limit
        tally.end("requirements missed", open_ & ~judged.meets)
        tally.end("loss", judged.meets & ~fits)
        _count_failures(tally, found, open_ & ~judged.meets)
        open_ &= fits
    last = np.flatnonzero(open_)
    tally.stages["stability"] = len(last)
    if len(last) and not whole:
        short = np.zeros(len(rows), bool)
        short[last] = ~makeable(table[rows[last]], job.conditions)[1]
        found["status"] = found["status"].put(short, "not makeable")
    tally.status.update(found["status"].counts())
    kept = np.flatnonzero(open_ & found["status"].says("ok"))
    left = found.take(kept)
    judged = rule.judge(_arrow(left, rule))
    if not sieve.closed:
        _count_failures(tally, left, judged.missed)
    return Left(rows[kept], judged), tally


def _of(shells: Sequence[str] | None, rows: NDArray[np.int64]) -> list[str] | None:
    return None if shells is None else [shells[row] for row in rows.tolist()]


def _able(here: Columns, rule: Rule, sieve: Sieve, tally: Tally) -> Mask:
    """Return which candidates go on by what `nominal` says of them, and count."""
    tally.stages["nominal remanence and coercivity"] = len(here["status"])
    tally.count(sieve, here, _BY_NOMINAL)
    magnet = here["status"].says("ok")
    missed = magnet & ~here["failed_requirements"].says("")
    fits = magnet & ~missed & (floor_of(here, rule) <= sieve.limit + _SLACK)
    tally.end("requirements missed", missed)
    tally.end("loss", magnet & ~missed & ~fits)
    tally.status.update(here["status"].counts(~fits))
    _count_failures(tally, here, missed)
    return fits


def _count_failures(tally: Tally, found: Columns, rows: Mask) -> None:
    tally.failed.update(found["failed_requirements"].counts(rows))


def _facts(
    table: CompositionTable, supply: Columns, job: Job, rule: Rule, limit: float
) -> "list[tuple[str, Mask]]":
    """Return what must hold of a candidate by its composition alone, with a reason each."""
    found = []
    codes = assign_hosts(table)
    allowed = [HOST_NAMES.index(host) for host in job.profile.allowed_hosts]
    found.append(("host in " + ", ".join(job.profile.hosts), np.isin(codes, allowed)))
    for requirement in job.profile.requirements:
        if requirement.column in supply:
            found.append((str(requirement), requirement.margin(supply[requirement.column]) >= 0.0))
    found.append(("loss by composition", floor_of(supply, rule) <= limit + _SLACK))
    return found


def floor_of(supply: Columns, rule: Rule) -> NDArray[np.float64]:
    """Return the least loss that candidates can have, shape (n,).

    Parameters
    ----------
    supply : Columns, n rows
        What `supplies` returns, or `nominal`.
    rule : Rule
    """
    n = len(supply["cost_USD_kg"])
    floor = np.zeros(n)
    for objective, unit in zip(rule.objectives, rule.units, strict=True):
        column = objective.column
        if column in supply:
            least = objective.loss(supply[column], unit)
        elif column == MARGIN:
            least = objective.loss(np.full(n, np.inf), unit)
        elif column == COST_PER_FLUX and objective.sign > 0:
            least = objective.loss(supply["cost_USD_kg"] / FLUX_PER_MASS, unit)
        else:
            return np.full(n, -np.inf)
        floor = floor + least
    return np.where(np.isnan(floor), np.inf, floor)


def by_magnetism(
    table: CompositionTable,
    shells: Sequence[str] | None,
    supply: Columns,
    job: Job,
    asked: Set[str] = frozenset(),
) -> Columns:
    """Return how candidates stand to a device, without whether they can be made.

    All their properties, where requirements or `asked` need others than those of a magnet and of
    supply: phases take memory and time.

    Parameters
    ----------
    table : CompositionTable, n rows
    shells : sequence of str, optional
    supply : Columns, n rows
        What `supplies` returns of them.
    job : Job
    asked : set of str
        Columns that are needed beside those of the requirements.

    Returns
    -------
    Columns, n rows
    """
    asked = asked | {r.column for r in job.profile.requirements}
    at = asked_temperatures(job)
    made = magnets(table, shells, at, job.conditions, asked_elsewhere(job))
    known = {*made[0], *supply, COST_PER_FLUX, "performance_margin"}
    if asked <= known:
        found = made[0]
        found |= supply
        per_mass = found["density_kg_m3"], found["cost_USD_kg"]
        found[COST_PER_FLUX] = cost_per_flux(*per_mass, found["remanence_T"])
        found |= verdict_of(table, dict(zip(at, made, strict=True)), job)
        found["formula"] = table.to_arrow()
    else:
        found = evaluate(table, job, None, shells)
    return found


def _arrow(found: Columns, rule: Rule) -> pa.Table:
    return Columns((name, found[name]) for name in rule.columns()).arrow()


def limit_of(loss: NDArray[np.float64], sample: int, rows: int, keep: int) -> float:
    """Return a loss that more than `needed_for` of all candidates stay below, as it seems.

    Parameters
    ----------
    loss : ndarray of float64
        Of those of an even sample that meet the requirements.
    sample, rows : int
        How many were drawn, and of how many.
    keep : int
        How many are asked for.

    Returns
    -------
    float
        Infinite where too few of the sample meet the requirements.
    """
    share = needed_for(keep) * sample / rows
    # Four deviations of a count, and some for a count of few: once in 30 000 it falls short.
    place = int(np.ceil(share + 4.0 * np.sqrt(share) + 8.0))
    if place > len(loss):
        return np.inf
    return float(np.partition(loss, place - 1)[place - 1])


def properties_of(table: CompositionTable, shells: Sequence[str] | None, job: Job) -> Columns:
    """Return the `PROPERTIES` of candidates."""
    found = evaluate(table, job, None, shells)
    return Columns((name, found[name]) for name in PROPERTIES)


def edges_of(samples: Sequence[Columns]) -> dict[str, list[float]]:
    """Return the edges of the histograms: even between the ends of a sample."""
    found = {}
    for name in PROPERTIES:
        values = np.concatenate([np.empty(0), *(found[name] for found in samples)])
        values = values[np.isfinite(values)]
        if len(values):
            found[name] = np.linspace(values.min(), values.max(), BINS + 1).tolist()
    return found
