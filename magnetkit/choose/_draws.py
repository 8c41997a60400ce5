"""Random draws of the properties of leading candidates, with prices and scenarios.

In a draw every predicted property has one value, and a requirement is met or not. A property is its
prediction plus a standard score times the standard deviation of that side of its interval. The
scores of the candidates are correlated as the errors of measured magnets are: one part is common
to a host, one depends on the composition, one is each magnet's own; all are conditional on the
reference magnet where it has known values (`magnetkit.magnetism._uncertainty`). One score serves
every temperature, and (BH)max, knee and T_max follow B_r and H_cJ (`FOLLOWS`). Prices, supply risk
and scenario vary as in `magnetkit.supply.sampled_supply`, for all candidates alike.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri

from .._core._books import choice
from .._core._columnar import Columns
from .._core._linear import factor, multiply
from .._core._threads import limit_threads, thread_count
from .._core._types import BoolArray, FloatArray, IntArray
from ..alloy.table import CompositionTable
from ..magnetism._evidence import DISTANCE, cap_probability
from ..magnetism._figures import kinds
from ..magnetism._measured import QUANTITIES, Producer
from ..magnetism._stages import magnets
from ..magnetism._uncertainty import Kinds, covariance
from ._job import Job, get_producer, reference_row
from ._profile_parts import COST_PER_FLUX, MARGIN
from ._requirements import AGAINST, FOLLOWS, OUTSIDE, column_interval
from .probability import sample_limit

_OTHERS_SHARE = choice("decision").others_share
"""Share of the draws in which another embedded scenario holds than the one requested."""

# Share of a variance that rounding may make of nothing.
_LITTLE = 1e-9

# Jobs by route, and the rows of each, as `Job.groups` returns them.
_Groups = Sequence[tuple[Job, IntArray]]


@dataclass(frozen=True, eq=False)
class Samples:
    """How n candidates stand in a number of draws; all arrays are of shape (n, draws).

    Attributes
    ----------
    meets : ndarray of bool
        Whether every requirement is met.
    margin : ndarray of float64
        Smallest slack over the requirements, as a share of the limit, negative
        where one is missed; those that miss are ranked by it.
    loss : ndarray of float64
        Loss over the objectives, in units of regret, with that of a miss where a
        requirement is missed; infinite where an objective is unknown.
    scores : dict of str to ndarray
        Standard scores, by "remanence_T" and "coercivity_kA_m".
    """

    meets: BoolArray
    margin: FloatArray
    loss: FloatArray
    scores: dict[str, FloatArray]

    def place(self, last: BoolArray | None = None) -> IntArray:
        """Return the place of each candidate in each draw, from 1, shape (n, draws).

        The smallest ``loss`` has place 1, NaN the last. Equals keep their
        order. Candidates that `last`, bool (n,), marks as too unlikely to meet
        the requirements stand behind all others in every draw, the largest
        ``margin`` first; None marks none.
        """
        behind = np.zeros(self.loss.shape[0], bool) if last is None else last
        late = np.broadcast_to(behind[:, None], self.loss.shape)
        keys = np.where(late, -self.margin, self.loss), late
        order = np.lexsort(keys, axis=0)
        place = np.empty(order.shape, np.int64)
        np.put_along_axis(
            place, order, np.arange(1, len(order) + 1)[:, None], axis=0
        )
        return place


def sample(leading: pd.DataFrame, job: Job, draws: int, seed: int) -> Samples:
    """Draw the properties of n candidates at random, with prices and scenarios.

    Parameters
    ----------
    leading : pandas.DataFrame
        Evaluated candidates of one screening: ``formula`` (atomic), ``shell`` (a text such as
        "Tb 0.5 wt%"), ``host``, ``route`` (both empty or null for none or the usual one),
        ``density_kg_m3``, ``evidence_distance`` (NaN counts as 0), ``remanence_T`` and the columns
        of requirements and objectives at the job's temperature, the predicted ones with ``_lo`` and
        ``_hi``; not changed.
    job : Job
        Device, temperature and conditions that they were evaluated for.
    draws, seed : int
        Number of draws and seed of the generator.

    Returns
    -------
    Samples
        Arrays of shape (n, draws): ``meets`` (bool), ``margin`` (smallest
        slack as a share of the limit, negative where one is missed), ``loss``
        (in units of regret, smaller is better, infinite where an objective is
        NaN) and, by "remanence_T" and "coercivity_kA_m", ``scores``, standard
        scores of their errors. The same seed gives the same. A host that the
        device does not allow has a margin of `OUTSIDE`, -1, or less.
    """
    from ..supply.ledger import sampled_supply

    rng = np.random.default_rng(seed)
    profile = job.profile
    conditions = job.conditions
    n = len(leading)
    if any(
        requirement.share_of_reference for requirement in profile.requirements
    ):
        # The reference is sampled with the others, so that what they have in common cancels.
        row = reference_row(profile, conditions, job.temperature)
        # Its own probability and margin are sampled below.
        own = pd.DataFrame([row.reindex(leading.columns, fill_value=0.0)])
        leading = pd.concat([leading, own], ignore_index=True)
    table = CompositionTable.from_strings(
        list(leading["formula"]), basis="atomic"
    )
    shells = _texts_of(leading, "shell")
    groups = job.groups(leading["route"].astype(object).fillna(""))
    needed = {r.temperature_K or job.temperature for r in profile.requirements}
    at = sorted(needed - {job.temperature})
    tables = dict(
        zip(at, magnets_by_route(table, shells, at, groups), strict=True)
    )
    hosts = _texts_of(leading, "host")
    magnets_as = _kinds_by_route(table, hosts, shells, job, groups)
    errors = magnets_as, get_producer(conditions.process)
    values = Properties(
        leading, tables, draws, rng, errors, conditions.interval
    )
    values.known |= sampled_supply(
        table,
        draws,
        rng,
        conditions.scenario,
        conditions.recycled,
        shells,
        conditions.prices,
        _OTHERS_SHARE,
    )
    margin = _sample_margin(values, job, len(leading), draws, rng)
    values.known[MARGIN] = margin
    outside = ~leading["host"].isin(list(profile.allowed_hosts)).to_numpy()
    margin[outside] = np.minimum(margin[outside], OUTSIDE)
    # What measured magnets do not bear out is met by chance, as often as the ranking says.
    share = (margin >= 0.0).mean(axis=1)
    distance = np.nan_to_num(leading[DISTANCE].to_numpy(np.float64))
    borne = cap_probability(share, distance) / np.fmax(share, _LITTLE)
    meets = (margin >= 0.0) & (rng.random(margin.shape) < borne[:, None])
    rule = job.rule
    columns = [values.at(o.column, job.temperature) for o in rule.objectives]
    missed = (~meets).astype(np.float64) / rule.miss
    loss = rule.total_loss(columns, missed)
    scores = {quantity: values.score(quantity)[:n] for quantity in QUANTITIES}
    return Samples(meets[:n], margin[:n], loss[:n], scores)


def _texts_of(leading: pd.DataFrame, column: str) -> list[str]:
    return list(leading[column].astype(object).fillna(""))


def _kinds_by_route(
    table: CompositionTable,
    hosts: list[str],
    shells: list[str],
    job: Job,
    groups: _Groups,
) -> Kinds:
    """Return what the errors of n candidates depend on, each with the process of its route.

    Parameters
    ----------
    table : CompositionTable
        n recipes.
    hosts, shells : list of str
        Texts such as "2:14:1" and "Tb 0.5 wt%" (empty for none).
    job : Job
        The job of the screening.
    groups : sequence of (Job, ndarray of int64)
        Jobs by route and the numbers of their rows, as of `Job.groups`. The first group keeps the
        process of `job`, whatever its route.

    Returns
    -------
    Kinds
        Of the n candidates, in the order of `table`: ``table``, ``hosts``,
        ``shells`` and ``effects``, shape (n, 2). The ``effects`` of the rows
        of further groups are those of their route.
    """
    kelvin = job.temperature
    curie = job.conditions.curie
    process = job.conditions.process
    magnets_as = kinds(table, hosts, shells, process, kelvin, curie)
    for route_job, rows in groups[1:]:
        of_route = kinds(
            table[rows],
            [hosts[row] for row in rows],
            [shells[row] for row in rows],
            route_job.conditions.process,
            kelvin,
            curie,
        )
        magnets_as.effects[rows] = of_route.effects
    return magnets_as


def _sample_margin(
    values: "Properties",
    job: Job,
    n: int,
    draws: int,
    rng: np.random.Generator,
) -> FloatArray:
    """Return the smallest slack over the requirements in each draw, as a share of the limit, (n, draws).

    It is negative where a requirement, a minimum or a maximum, is missed,
    infinite without any requirement, and NaN where a value is NaN.

    Parameters
    ----------
    values : Properties
        Draws of each column. The last of the n is the reference, where a requirement is a share
        of its value.
    job : Job
        Device with its requirements, and temperature of those that name none.
    n, draws : int
        Numbers of candidates (the reference counted in, where it is there) and draws.
    rng : Generator
        Advanced, where a limit has a range: once for each quantity.
    """
    margin = np.full((n, draws), np.inf)
    strictness: dict[str, FloatArray] = {}
    for requirement in job.profile.requirements:
        column = requirement.column
        value = values.at(column, requirement.temperature_K or job.temperature)
        share = requirement.share_of_reference
        limit = None if share is None else share * value[-1]
        least, most = requirement.limit_range
        if least < most:
            # Who asks more of one quantity asks more of what follows from it, of all magnets.
            quantity = FOLLOWS.get(column, column)
            if quantity not in strictness:
                strictness[quantity] = rng.standard_normal(draws)
            side = -1 if requirement.minimum is None else 1
            limit = sample_limit(
                requirement.limit, side, (least, most), strictness[quantity]
            )
        margin = np.minimum(margin, requirement.margin(value, limit))
    return margin


def magnets_by_route(
    table: CompositionTable,
    shells: Sequence[str],
    temperatures: Sequence[float],
    groups: _Groups,
) -> list[Columns]:
    """Evaluate the magnets of n candidates at each temperature, each by its own route.

    Parameters
    ----------
    table : CompositionTable
        n recipes.
    shells : sequence of str
        Shell of each, a text such as "Tb 0.5 wt%", empty for none.
    temperatures : sequence of float
        Temperatures, K; in any order.
    groups : sequence of (Job, ndarray of int64)
        Jobs by route and the numbers of their rows, which together are all rows, as of
        `Job.groups`.

    Returns
    -------
    list of Columns
        One for each temperature, in their order, each of n rows in the order
        of the table. `Columns` is a dict by name: it has the columns of a
        magnet, such as ``remanence_T``, that are arrays or `Coded`, as the
        first group has them (KeyError where another lacks one). The list is
        empty without temperatures.
    """
    if not temperatures:
        return []
    found = []
    for made, rows in groups:
        own = [shells[row] for row in rows]
        some = magnets(table[rows], own, temperatures, made.conditions)
        found.append([(rows, columns) for columns in some])
    return [Columns.gather_rows(parts) for parts in zip(*found, strict=True)]


class Properties:
    """Sampled values of any result column, each of shape (n, draws)."""

    def __init__(
        self,
        leading: pd.DataFrame,
        tables: dict[float, Columns],
        draws: int,
        rng: np.random.Generator,
        errors: tuple[Kinds, Producer | None],
        interval: float = 0.9,
    ) -> None:
        """Begin to compute the correlations of the errors, in threads.

        Parameters
        ----------
        leading : pandas.DataFrame
            n evaluated candidates, as of `sample`, with ``density_kg_m3`` where the cost per flux
            is asked for.
        tables : dict of float to Columns
            Their properties at other temperatures than that of `leading`, by temperature in K;
            empty without any.
        draws : int
            Number of draws.
        rng : Generator
            Advanced at the first use of each quantity.
        errors : tuple of (Kinds, Producer or None)
            What the errors depend on, and the calibration on which they are conditional.
        interval : float
            Coverage of the ranges in `leading` and `tables`.
        """
        self.known: dict[str, FloatArray] = {}
        self._leading = leading
        self._tables = tables
        self._draws = draws
        self._rng = rng
        self._scores: dict[str, FloatArray] = {}
        self._end = ndtri(0.5 + interval / 2.0)
        self._errors = errors
        columns_with_range = (
            c for c in leading.columns if f"{c}_lo" in leading.columns
        )
        quantities = {
            *QUANTITIES,
            *(FOLLOWS.get(column, column) for column in columns_with_range),
        }
        # They are worked out while prices are drawn.
        pool = ThreadPoolExecutor(thread_count(), "roots", limit_threads, (1,))
        self._roots = {
            column: pool.submit(self._root, column)
            for column in sorted(quantities)
        }
        pool.shutdown(wait=False)

    def at(self, column: str, temperature: float) -> FloatArray:
        """Return the draws of a column at a temperature, K, shape (n, draws), in its unit.

        `column` is one whose draws are in ``known`` (a dict by column, such as "cost_USD_kg"),
        which then hold at any temperature, or a column of the tables, such as "remanence_T"
        (KeyError if it is in none). At a `temperature` without a table, to the last digit, that of
        the job counts. A column without a range is the same in each draw; a value of NaN stays
        NaN. The array may be shared: do not change it.
        """
        if column in self.known:
            return self.known[column]
        if column == COST_PER_FLUX:
            weight = self._leading["density_kg_m3"].to_numpy(np.float64)[
                :, None
            ]
            return (
                weight
                * self.known["cost_USD_kg"]
                / self.at("remanence_T", temperature)
            )
        table = self._tables.get(temperature, self._leading)
        value, lo, hi = column_interval(
            table if column in table else self._leading, column
        )
        if not (hi > lo).any():
            return np.broadcast_to(value[:, None], (len(value), self._draws))
        z = self.score(FOLLOWS.get(column, column)) / self._end
        z = -z if column in AGAINST else z
        half = np.where(z > 0, (hi - value)[:, None], (value - lo)[:, None])
        return value[:, None] + np.nan_to_num(half) * z

    def score(self, column: str) -> FloatArray:
        """Return the standard scores of a quantity, shape (n, draws); drawn once and then kept.

        `column` is "remanence_T", "coercivity_kA_m" or another column of the
        candidates with a range of its own, none of those that follow these
        (`FOLLOWS`); KeyError otherwise. Rows, the candidates, are correlated
        as their errors are. The array is shared: do not change it.
        """
        if column not in self._scores:
            n = len(self._leading)
            # Latin hypercube: evenly spread.
            place = self._rng.permuted(
                np.tile(np.arange(self._draws), (n, 1)), axis=1
            )
            white = ndtri(
                (place + self._rng.random((n, self._draws))) / self._draws
            )
            self._scores[column] = multiply(
                self._roots[column].result(), white
            )
        return self._scores[column]

    def _root(self, column: str) -> FloatArray:
        """Compute a factor of the correlations of the errors of `column`, shape (n, n).

        `column` is "remanence_T", "coercivity_kA_m" or another column with a
        range of its own, none of those that follow them (`FOLLOWS`). The
        product of the factor with its transpose is 1 on the diagonal. The
        factor times independent standard scores, (n, draws), gives correlated
        ones.
        """
        error_magnets, producer = self._errors
        error_covariance = covariance(
            error_magnets, error_magnets, column, producer
        )
        wide = np.sqrt(np.maximum(error_covariance.diagonal(), _LITTLE))
        error_covariance = error_covariance / np.outer(wide, wide)
        # Of one magnet twice, or of a measured one, no variance of its own is left.
        error_covariance[np.diag_indices_from(error_covariance)] = (
            1.0 + _LITTLE
        )
        return np.asarray(factor(error_covariance))
