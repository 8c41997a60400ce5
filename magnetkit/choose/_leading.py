"""The first of a ranking: their order by regret, how firm it is, and how it changes.

Leading candidates are ranked again, by their loss, in many random draws (`_draws.sample`): for the
order itself and for its robustness. Besides: which of them add an element to a simpler recipe and
gain nothing that counts, and how the top differs between two screenings.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import chain

import numpy as np
import pandas as pd
import pyarrow as pa

from .._core._arguments import parse_whole_number
from .._core._books import choice
from .._core._types import BoolArray, FloatArray, IntArray
from .._core.columns import ROBUSTNESS, with_interval
from .._core.errors import InputError
from ..alloy.shells import read_shell
from ..alloy.table import CompositionTable
from ..magnetism._evidence import DISTANCE
from ..phases.records import root_host
from ._draws import sample
from ._job import Job
from ._order import Ranking
from ._profile_parts import CHANCE

DRAWS = 500
POOL = 1000
SEED = 0
TOP = 10
"""Draws, leading candidates that they re-order, seed of the random numbers, and how many are
the best of a draw; those of `robustness`, so that a rank and its share agree."""

_Take = Callable[[IntArray, list[str]], pa.Table]
"""Returns some columns of some candidates, whose numbers ascend."""


def by_regret(ranking: Ranking, take: _Take, job: Job) -> Ranking:
    """Return the ranking with its leaders ordered by how often they are among the best.

    The first 1000 (`POOL`) that meet the requirements are drawn 500 times (`DRAWS`) within their
    errors, and ordered by the share of draws in which they are among the best 10 (`TOP`). Equal
    ones follow by mean loss, the expected regret. All others keep their places, but for those
    that leaders beat or are beaten by.

    Parameters
    ----------
    ranking : Ranking
        Of all candidates; not changed, and returned itself with fewer than two leaders.
    take : callable
        ``take(rows, columns)`` returns a `pyarrow.Table` of the columns (list of str) of these
        candidates (int64, numbers from 0 that ascend), in that order.
    job : Job
        Device, temperature and conditions that they were evaluated for.

    Returns
    -------
    Ranking
        A new one that differs in ``place`` and ``simpler``. The latter is filled in: number of
        the row of a leader to the rank, from 1, of the first simpler candidate that is as good
        (`simpler_rank`); leaders without one are left out.
    """
    rows = ranking.leading(POOL)
    if len(rows) < 2:
        return ranking
    order = np.argsort(rows)
    frame = take(rows[order], _columns(job)).unify_dictionaries().to_pandas()
    leading = frame.iloc[np.argsort(order)].reset_index(drop=True)
    rank_samples = sample(leading, job, DRAWS, SEED)
    share = (rank_samples.place() <= TOP).mean(axis=1)
    ranking = ranking.reorder_leaders(
        rows,
        share,
        rank_samples.loss.mean(axis=1),
        rank_samples.meets.mean(axis=1),
    )
    place = ranking.place[rows]
    order = np.argsort(place)
    leading = leading.iloc[order].assign(rank=place[order])
    simpler = {}
    for row, rank in zip(rows[order], simpler_rank(leading, job), strict=True):
        if rank:
            simpler[int(row)] = int(rank)
    return replace(ranking, simpler=simpler)


def _columns(job: Job) -> list[str]:
    """List the columns that `sample` and `simpler_rank` read for `job`, each once.

    They are ``formula``, ``shell``, ``host``, ``route``,
    ``evidence_distance``, ``density_kg_m3``, ``remanence_T``, those of the
    requirements and of the ranking (`Rule.columns`), in this order. A
    predicted one is followed by its ends ``_lo`` and ``_hi``; its
    ``_provenance`` is left out.
    """
    requirement_columns = [r.column for r in job.profile.requirements]
    requirement_columns += job.rule.columns()
    columns = chain.from_iterable(map(with_interval, requirement_columns))
    fixed_columns = [
        "formula",
        "shell",
        "host",
        "route",
        DISTANCE,
        "density_kg_m3",
    ]
    fixed_columns += with_interval("remanence_T")
    return [
        n
        for n in dict.fromkeys([*fixed_columns, *columns])
        if not n.endswith("_provenance")
    ]


_LEAST_SHARE = choice("decision").simpler_gain
"""Units of regret that count as a gain."""


def simpler_rank(leading: pd.DataFrame, job: Job) -> IntArray:
    """Find for each candidate the first simpler recipe that is as good.

    Simpler is an alloy of the same host that lacks an element of the candidate, or its shell, and
    contains none that the candidate lacks. It is as good if the candidate is better in no
    objective of the device, nor in the probability of meeting its requirements, by 0.25
    (`_LEAST_SHARE`) of a unit of regret or more.

    Parameters
    ----------
    leading : pandas.DataFrame
        n evaluated candidates in order of rank: ``rank`` (whole numbers, none missing),
        ``formula`` (atomic), ``shell`` (a text such as "Tb 0.5 wt%"; empty or null for none),
        ``host``, ``probability_meets_requirements`` and the columns of the objectives. Not
        changed.
    job : Job
        Its rule names the objectives and their units.

    Returns
    -------
    ndarray of int64, shape (n,)
        The ``rank`` of that recipe, the first in the order of the rows, which
        may stand before or behind the candidate; 0 where there is none. A loss
        of NaN counts as no gain.
    """
    holds = _ingredients(leading)
    loss = _losses(leading, job)
    held_elements = holds[:, holds.any(axis=0)].astype(np.int32)
    hosts = pd.factorize(leading["host"].astype(str).map(root_host))[0]
    rank = leading["rank"]
    # Of row i, whether j contains nothing else; and whether i gains on it.
    within = (1 - held_elements) @ held_elements.T == 0
    gains = np.zeros(within.shape, bool)
    for loss_column in loss.T:
        gains |= loss_column - loss_column[:, None] >= _LEAST_SHARE
    as_good = within & ~within.T & ~gains & np.equal.outer(hosts, hosts)
    return np.where(
        as_good.any(axis=1), rank.to_numpy(np.int64)[as_good.argmax(axis=1)], 0
    )


def _ingredients(leading: pd.DataFrame) -> BoolArray:
    """Say of what each candidate is made, bool (n, 118 + shells).

    Column k is the element of atomic number k + 1 of the alloy; then comes one
    for each element that is diffused into any candidate (a carrier such as Cu
    does not count), in alphabetical order, amounts apart. `leading` has
    ``formula`` (atomic) and ``shell`` (a text such as "Tb 0.5 wt%"; empty or
    null for none).
    """
    alloy = (
        CompositionTable.from_strings(
            list(leading["formula"]), basis="atomic"
        ).to_array()
        > 0
    )
    shells = [
        read_shell(text or None)
        for text in leading["shell"].astype(object).fillna("")
    ]
    rims = np.array(["" if shell is None else shell.R for shell in shells])
    in_shell = [
        rims == element for element in sorted(set(rims.tolist()) - {""})
    ]
    return np.column_stack([alloy, *in_shell])


def _losses(leading: pd.DataFrame, job: Job) -> FloatArray:
    """Compute the loss in each objective of `job` and by the chance of a miss, (n, objectives + 1).

    `leading` are candidates with the columns of the objectives of ``job.rule``
    and ``probability_meets_requirements``. The smaller a loss the better. It
    is weight times signed value (of costs its logarithm) over the unit of
    regret, of the miss 1 less the probability over its unit (``rule.miss``):
    differences between candidates count, and 0 is not the best. The columns
    follow the order of the objectives, the miss last. NaN stays NaN.
    """
    rule = job.rule
    columns = [
        o.loss(leading[o.column].to_numpy(np.float64), unit)
        for o, unit in zip(rule.objectives, rule.units, strict=True)
    ]
    miss_chance = 1.0 - leading[CHANCE].to_numpy(np.float64)
    return np.column_stack([*columns, miss_chance / rule.miss])


_IDENTITY = ("rank", "candidate", "formula", "shell", "host")


def robustness(
    leading: pd.DataFrame,
    job: Job,
    top: int,
    draws: int,
    seed: int,
    interval: float,
) -> pd.DataFrame:
    """Count how often each of the best rows stays at the top; see `Ranked.robustness`.

    Parameters
    ----------
    leading : pandas.DataFrame
        Evaluated candidates in order of rank, with all columns of a result, among them ``rank``,
        ``candidate``, ``meets_requirements`` and those that `sample` reads; not changed.
    job : Job
        Device, temperature and conditions that they were evaluated for.
    top : int
        Places that count as the top, 1 or more.
    draws, seed : int
        Number of draws, 1 or more, and seed of the generator, 0 or more.
    interval : float
        Probability of the range of a rank, above 0.5 and below 1.

    Returns
    -------
    pandas.DataFrame
        The rows of `leading` in their order, numbered from 0: ``rank``,
        ``candidate``, ``formula``, ``shell`` (empty for none), ``host`` and
        the columns `ROBUSTNESS`: ``top_ten_share`` (share of the draws in
        which the place is `top` or better, whatever `top` is) and
        ``meets_share``, 0 to 1, ``rank_median``, ``rank_lo``, ``rank_hi``
        (places among these rows, from 1) and ``tie_group`` (from 1; candidates
        of one group are not told apart). The other columns are left out. No
        row where `leading` has none.

    Raises
    ------
    InputError
        If a number is out of its range.
    """
    for name, value in (("top", top), ("draws", draws)):
        parse_whole_number(name, value)
    parse_whole_number("seed", seed, 0)
    if not 0.5 < interval < 1.0:
        raise InputError(
            f"interval must lie between 0.5 and 1, got {interval}"
        )
    leading = leading.reset_index(drop=True)
    leading["shell"] = leading["shell"].astype(object).fillna("")
    frame = leading[[*_IDENTITY]].copy()
    if not len(frame):
        return frame.assign(**dict.fromkeys(ROBUSTNESS, np.array([])))
    rank_samples = sample(leading, job, draws, seed)
    # As in the ranking itself, none that is too unlikely to meet passes one that is likely to.
    place = rank_samples.place(~leading["meets_requirements"].to_numpy(bool))
    tail = (1.0 - interval) / 2.0
    low, middle, high = np.quantile(
        place, [tail, 0.5, 1.0 - tail], axis=1, method="nearest"
    )
    frame["top_ten_share"] = (place <= top).mean(axis=1)
    frame["meets_share"] = rank_samples.meets.mean(axis=1)
    frame["rank_median"] = middle
    frame["rank_lo"] = low
    frame["rank_hi"] = high
    frame["tie_group"] = _tie_groups(place, interval)
    return frame


def _tie_groups(place: IntArray, interval: float) -> IntArray:
    """Group candidates that the draws do not distinguish; int64 (n,), the number of each group, from 1.

    A group ends where its first stands before a candidate in a share
    `interval` (0 to 1) of the draws or more; that candidate is the first of
    the next. `place`, int (n, draws), is the place of each in each draw, of
    which the order alone counts; rows are in order of rank.
    """
    group = np.empty(len(place), np.int64)
    first = number = 0
    for i in range(len(place)):
        if i == 0 or (place[first] < place[i]).mean() >= interval:
            first = i
            number = number + 1
        group[i] = number
    return group


_KEY = ["formula", "shell"]


def changes(result: pa.Table, baseline: pa.Table, n: int) -> pd.DataFrame:
    """Compare the best `n` places of two screenings; see `Ranked.changes`.

    Parameters
    ----------
    result, baseline : pyarrow.Table
        Ranked candidates of the new and the old screening: ``candidate``, ``formula``, ``shell``
        (null or empty for none) and ``rank`` (null for none). A candidate is told by formula and
        shell; of one that was screened twice the best rank counts.
    n : int
        Number of places, 1 or more.

    Returns
    -------
    pandas.DataFrame
        One row for each candidate that is among the first `n` of either: ``candidate`` (the new
        name where there is one), ``shell``, ``rank``, ``rank_before`` (missing where it has none),
        ``places`` (rank before less rank: above 0 is better; missing without both) and ``change``
        ("entered", "left", "rose", "fell" or "stayed"), by rank, then by the rank before, rows
        without a rank last.
        ``formula`` is left out; rows are numbered from 0.

    Raises
    ------
    InputError
        If `n` is below 1.
    """
    if n < 1:
        raise InputError(f"the top takes 1 place or more, got {n}")
    now = _ranks(result)
    before = _ranks(baseline)
    merged = now.merge(before, on=_KEY, how="outer", suffixes=("", "_before"))
    merged["candidate"] = merged["candidate"].fillna(
        merged["candidate_before"]
    )
    inside = merged["rank"].le(n).fillna(False)
    was = merged["rank_before"].le(n).fillna(False)
    merged = merged.assign(inside=inside, was=was)[inside | was]
    merged["places"] = merged["rank_before"] - merged["rank"]
    places_gain = merged["places"].fillna(0)
    merged["change"] = np.select(
        [
            merged["inside"] & ~merged["was"],
            merged["was"] & ~merged["inside"],
            places_gain > 0,
            places_gain < 0,
        ],
        ["entered", "left", "rose", "fell"],
        "stayed",
    )
    merged = merged.sort_values(["rank", "rank_before"], kind="stable")
    columns = ["candidate", "shell", "rank", "rank_before", "places", "change"]
    return merged[columns].reset_index(drop=True)


def _ranks(result: pa.Table) -> pd.DataFrame:
    """Return the ranked candidates of `result`, each formula with its shell once, by rank.

    `result` has ``candidate``, ``formula``, ``shell`` and ``rank``, which are
    the columns of the frame; its index is not in order. Where one was screened
    twice the row of its best rank is kept. An empty shell is an empty text; a
    rank is Int64, and a missing one stands last.
    """
    frame = result.to_pandas()
    frame["shell"] = frame["shell"].astype(object).fillna("")
    frame["rank"] = frame["rank"].astype("Int64")
    return frame.sort_values("rank", kind="stable").drop_duplicates(_KEY)
