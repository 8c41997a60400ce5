"""Decisions: what an engineer chooses between, and the few that are regretted least.

A decision is a host, a means of sparing heavy rare earth, and a route. Candidates of one differ in
amounts: they are copies of each other, of which the simplest that loses little is shown. The short
list is chosen for the least regret over what its reader may hold dear: random weights of the
objectives, in which the loss of the best on the list is compared with that of the best of all.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from .._core._books import choice
from .._core._columnar import Coded
from .._core._types import BoolArray, FloatArray, IntArray
from .._core.elements import INDEX, N_ELEMENTS
from .._core.settings import get_settings
from .._core.units import kelvin_text
from ..alloy._row_kernels import marks
from ..alloy.shells import read_shell
from ..alloy.table import CompositionTable
from ..magnetism._measured import ALPHA
from ..magnetism.process import routes
from ..phases._coverage import NOT_JUDGED
from ..phases.records import HOST_NAMES, HOSTS, root_host
from ._order import PLAUSIBLE
from ._profile_parts import CHANCE, COST_PER_FLUX, MARGIN
from .exposure import HeavyToday, heavy_exposure
from .rule import recommend
from .thresholds import NONE_WT_PCT as NONE
from .thresholds import SAVING_SHARE, SAVING_WT_PCT, UNLIKELY

if TYPE_CHECKING:
    import pandas as pd

    from ._job import Job
    from ._order import Keys, Ranking, Rule

MOST = 5
BEST = 200
"""Decisions shown at most, and candidates of each that are compared."""
_CHOICES = choice("decision")
_DILUTED = ("Ce", "La", "Y")
_WEIGHT_DRAWS = 800
_LOSS_TOLERANCE = 0.02
"""Draws of the weights, and the mean regret at which a list is long enough."""
_LEAST_PROBABILITY = UNLIKELY
_PROBABILITY_COST = 0.05
"""Probability from which a candidate is worth a trial where today's magnet falls short of
`PLAUSIBLE`, and how much less than that of today's magnet will do there."""
_NEAREST = 5
"""Of so many of the first one is the nearest that is not today's magnet."""
_ENDS = ("copies_heavy_least_wt_pct", "copies_heavy_most_wt_pct")
PROVEN = 2.0
"""Evidence distance from which a candidate is unproven."""

Take = Callable[[IntArray, list[str] | None], pa.Table]
"""Returns columns, or all, of some candidates, whose numbers ascend."""


def classify_decisions(
    table: CompositionTable,
    shells: Sequence[str] | None,
    heavy: FloatArray,
    job: "Job",
    hosts: Any,
) -> Coded:
    """Name the decision that each of n candidates stands for, such as "2:14:1: diffused Tb".

    Parameters
    ----------
    table : CompositionTable
        n candidates.
    shells : sequence of str or None
        Shell of each, a text such as "Tb 0.5 wt%", empty for none; None or an empty list without
        any.
    heavy : ndarray, shape (n,)
        Heavy rare earth of each, wt.%.
    job : Job
        Its reference decides what is leaner; its process names the route.
    hosts : ndarray of int8, shape (n,)
        Indices into `HOST_NAMES`, of `assign_hosts`; -1 for none, which is named "unknown host".

    Returns
    -------
    Coded
        n rows, none missing (``.texts()`` lists them as str); words as of
        `_decision_text`, such as "2:14:1: no heavy rare earth" or "2:14:1:
        alloyed with Dy". Hosts count by their root, shells by the element
        alone.
    """
    rich = [e for e in get_settings().heavy_rare_earths if e not in _DILUTED]
    elements = [*rich, *_DILUTED, "Fe"]
    bits = np.zeros(N_ELEMENTS, np.int64)
    smallest_share = np.full(N_ELEMENTS, _CHOICES.trace)
    for place, element in enumerate(elements):
        bits[INDEX[element]] = 1 << place
    smallest_share[INDEX["Fe"]] = _CHOICES.little_iron
    leaner = heavy <= _CHOICES.leaner * job.heavy_today
    rims = Coded.of(shells or ())
    key = marks(table.rows, bits, smallest_share) | leaner.astype(
        np.int64
    ) << len(elements)
    key |= hosts + np.int64(1) << len(elements) + 1
    if len(rims):
        key |= (rims.codes + 1) << len(elements) + 5
    # There are few: they are not sorted row by row.
    key_codes = pa.array(key).dictionary_encode()
    keys, codes = np.unique(
        key_codes.dictionary.to_numpy(), return_inverse=True
    )
    today_family = root_host(job.profile.reference.host)
    route_name = str((job.conditions.process or {}).get("route") or "")
    words = []
    for one in keys.tolist():
        present_elements = [
            e for place, e in enumerate(elements) if one >> place & 1
        ]
        host = (one >> len(elements) + 1 & 15) - 1
        rim = (one >> len(elements) + 5) - 1
        root = root_host(HOST_NAMES[host]) if host >= 0 else "unknown host"
        lean = bool(one >> len(elements) & 1) and root == today_family
        shell = read_shell(rims.words[rim]) if rim >= 0 else None
        words.append(
            _decision_text(
                root,
                present_elements,
                lean,
                shell.R if shell else "",
                route_name,
            )
        )
    return Coded(codes[key_codes.indices.to_numpy()], tuple(words)).renamed(
        str
    )


def _decision_text(
    host: str, held: list[str], lean: bool, shell: str, route: str
) -> str:
    """Write a decision in words, e.g. ``2:14:1: diffused Tb, Dy in the alloy``.

    Parameters
    ----------
    host : str
        Name of the host's root, such as "2:14:1", or "unknown host".
    held : list of str
        Symbols of the elements that count and are contained: heavy rare earths, Ce, La, Y and Fe.
    lean : bool
        Less heavy rare earth than today's magnet; says "leaner in Dy" in place
        of "alloyed with Dy". With a shell it changes nothing.
    shell : str
        Diffused element, such as "Tb", empty without one.
    route : str
        Name of the route, such as "hot-deformed"; empty for the usual one.

    Returns
    -------
    str
        ``HOST: MEANS``, then "with Ce+La", the route and "little iron" where
        they apply, separated by commas. "little iron" stands where the host
        hardens by cells (2:17) and `held` has no Fe. MEANS are "diffused Tb",
        with "Dy in the alloy" where that is so, "leaner in" or "alloyed with"
        heavy rare earths joined by "+", or "no heavy rare earth".

    Examples
    --------
    >>> _decision_text("2:14:1", ["Dy", "Ce", "Fe"], False, "", "hot-deformed")
    '2:14:1: alloyed with Dy, with Ce, hot-deformed'
    """
    heavy = "+".join(e for e in held if e not in (*_DILUTED, "Fe"))
    light = "+".join(e for e in held if e in _DILUTED)
    if shell:
        means = f"diffused {shell}" + (
            f", {heavy} in the alloy" if heavy else ""
        )
    elif heavy:
        means = f"leaner in {heavy}" if lean else f"alloyed with {heavy}"
    else:
        means = "no heavy rare earth"
    parts = [means, f"with {light}" if light else "", route]
    if (
        host in HOSTS
        and HOSTS[host].magnet.hardening == "cells"
        and "Fe" not in held
    ):
        parts.append("little iron")
    return f"{host}: {', '.join(filter(None, parts))}"


def _without_dilution(decision: str) -> str:
    """Return a decision, as of `_decision_text`, without Ce, La and Y; one without them as it is."""
    return re.sub(r", with [A-Za-z+]+", "", decision)


def saves_enough(heavy: Any, job: "Job") -> Any:
    """Say where an amount of heavy rare earth is less than today's by what is worth a change.

    `heavy` is a number or array, wt.%; the result is a bool, or bool of its
    shape, False for NaN. The saving must reach `SAVING_WT_PCT`, 0.3 wt.%, and
    the share `SAVING_SHARE`, 0.2, of what the reference of `job` holds, its
    shell included; so no amount does where that holds less than 0.3 wt.%.
    """
    return heavy <= job.heavy_today - max(
        SAVING_WT_PCT, SAVING_SHARE * job.heavy_today
    )


class Choices(NamedTuple):
    """The best of each decision among some candidates, and how many meet the requirements.

    Attributes
    ----------
    counts : Counter of str
        How many of all candidates meet the requirements, by decision.
    rows : ndarray of int64, shape (m,)
        Numbers of the candidates, from 0, ascending.
    decision : ndarray of object, shape (m,)
        Decision of each, a text such as "2:14:1: diffused Tb".
    meets : ndarray of bool, shape (m,)
        Whether each meets the requirements.
    loss : ndarray of float64, shape (m, k)
        Loss, in units of regret, in each objective but the margin, then that of
        the probability of a miss.
    total : ndarray of float64, shape (m,)
        The loss by which they are ranked.
    hashes : ndarray of uint64, shape (m,)
        They break ties.
    """

    counts: Counter[str]
    rows: IntArray
    decision: NDArray[np.object_]
    meets: BoolArray
    loss: FloatArray
    total: FloatArray
    hashes: NDArray[np.uint64]

    def best(self) -> "Choices":
        """Return the best candidates of each decision, of those that meet and of the others.

        At most `BEST`, 200, of either are kept: those of the smallest
        ``total``, of equals those of the smallest hash. The `Choices` are new.
        Rows stay in their order; ``counts`` stay those of all.
        """
        _, code = np.unique(self.decision.astype(str), return_inverse=True)
        order = np.lexsort((self.hashes, self.total, ~self.meets, code))
        group = (code * 2 + ~self.meets)[order]
        first = np.searchsorted(group, group)
        best_rows = np.sort(order[np.arange(len(order)) - first < BEST])
        return Choices._make(
            [self.counts, *(part[best_rows] for part in self[1:])]
        )


def columns(rule: "Rule") -> list[str]:
    """Return the columns that `choices` reads."""
    return [*rule.columns(), "decision"]


def choices(
    table: pa.Table, rule: "Rule", near: "Keys | None" = None
) -> Choices:
    """Collect the best candidates of each decision that are worth a trial.

    Parameters
    ----------
    table : pyarrow.Table
        n evaluated candidates with the columns of `Rule.columns` and ``decision``, a
        dictionary-encoded text.
    rule : Rule
        By what they are ranked.
    near : Keys, optional
        Their keys of `Rule.near`; computed otherwise.

    Returns
    -------
    Choices
        Of each decision at most 200 (`BEST`) that meet the requirements, and
        as many trials; those of infinite loss are left out. ``rows`` are row
        numbers of `table`, from 0, ascending; ``counts`` says how many meet,
        by decision, a decision of which none does being left out; ``loss``,
        shape (m, k), has a column for each objective but the margin, then that of
        the miss. ``decision``, ``meets`` (bool), ``total`` (the loss by which
        they are ranked) and ``hashes`` have one entry for each of ``rows``.
    """
    near = rule.near(table) if near is None else near
    has_loss = np.isfinite(near.loss)
    rows = np.flatnonzero(near.meets)[has_loss]
    chance = near.chance[has_loss]
    losses = []
    for objective, unit in zip(rule.objectives, rule.units, strict=True):
        if objective.column != MARGIN:
            values = table[objective.column].to_numpy()[rows]
            losses.append(objective.loss(values, unit))
    loss = np.column_stack([*losses, (1.0 - chance) / rule.miss])
    meets = chance >= rule.threshold
    decision = (
        table["decision"]
        .take(pa.array(rows))
        .to_pandas()
        .astype(object)
        .to_numpy(object)
    )
    counts: Counter[str] = Counter(decision[meets].tolist())
    return Choices(
        counts,
        rows,
        decision,
        meets,
        loss,
        near.loss[has_loss],
        near.hashes[rows],
    ).best()


def join_choices(parts: Iterable[tuple[int, Choices]]) -> Choices | None:
    """Join the choices over consecutive parts of the candidates; None if they hold no row.

    `parts` yields (number of candidates, their `Choices`) of each part, in
    order. Row numbers (``rows``) then count over all parts, from 0. Of each
    decision the best `BEST` that meet and as many that do not are kept; counts
    stay those of all.
    """
    start = 0
    counts = Counter[str]()
    pieces = []
    for size, part in parts:
        counts.update(part.counts)
        pieces.append(part._replace(rows=part.rows + start))
        start += size
    if not sum(len(part.rows) for part in pieces):
        return None
    arrays = map(np.concatenate, list(zip(*pieces, strict=True))[1:])
    return Choices._make([counts, *arrays]).best()


class Pick(NamedTuple):
    """A decision on the short list: a candidate of `Choices`, and how often its kind is best.

    Attributes
    ----------
    row : int
        Position of the candidate in the arrays of `Choices`, from 0; -1 where it
        is in none.
    share : float
        Share of the weights, 0 to 1, with which its decision is best; 0 for what
        fills the list.
    heavy : mapping of str to float
        ``copies_heavy_least_wt_pct`` and ``copies_heavy_most_wt_pct``: least and
        most heavy rare earth among the best copies that stand as it does, wt.%;
        or empty.
    """

    row: int
    share: float
    heavy: Mapping[str, float] = MappingProxyType({})


def weights(objectives: int) -> FloatArray:
    """Return random weights of so many `objectives`, of mean 1, shape (objectives, draws).

    The array is new, but the numbers are the same at each call: 800 draws, 0
    or more each; the mean of each draw over the objectives is 1.
    """
    draws = np.random.default_rng(0).dirichlet(
        np.ones(objectives), _WEIGHT_DRAWS
    )
    return objectives * draws.T


def shortlist(
    found: Choices,
    simplicity: IntArray,
    open_: BoolArray,
    today: FloatArray,
    spare: int = 0,
) -> list[Pick]:
    """Return the candidates, one a decision, that together are regretted least, the best first.

    In turn that is taken which lowers the mean regret most; of its decision the simplest that
    does so almost as well is shown. What Ce, La or Y dilute does not stand without the same
    undiluted: no objective knows its corrosion. Decisions that differ from these fill the list
    (`_contrast`).

    Parameters
    ----------
    found : Choices
        m candidates: ``decision``, ``meets`` and ``loss`` are read.
    simplicity : ndarray of int64, shape (m,)
        Number of elements of the alloy, and one for a shell; the smallest is the simplest.
    open_ : ndarray of bool, shape (m,)
        Which may be shown; not changed.
    today : ndarray of float64, shape (t, k)
        Losses of what is shown anyway, today's magnet and a lower class, in the columns of
        ``found.loss``; infinite where they miss. At least one row.
    spare : int
        Places that are left to trials, 0 or more. With any, they are filled
        with trials first.

    Returns
    -------
    list of Pick
        At most 5 (`MOST`) less t, each with ``row``, ``share`` and ``heavy``;
        ``row`` is a position among the m, from 0, ``share`` in what share of
        the weights its decision is best of those that meet, 0 for one that fills
        the list. ``heavy`` is empty.
    """
    place_count = MOST - len(today) - spare
    w = weights(found.loss.shape[1])
    losses = found.loss @ w
    now = (today @ w).min(axis=0)
    able = np.flatnonzero(found.meets)
    winner = (
        found.decision[able][losses[able].argmin(axis=0)]
        if len(able)
        else np.empty(0)
    )
    smallest_loss = np.minimum(losses[able].min(axis=0, initial=np.inf), now)
    open_ = open_.copy()
    picks: list[Pick] = []
    while (
        len(picks) < place_count
        and (rows := np.flatnonzero(open_ & found.meets)).size
    ):
        regret = now - smallest_loss
        if regret.mean() <= _LOSS_TOLERANCE:
            break
        after = np.minimum(now, losses[rows]).mean(axis=1)
        best = found.decision[rows[after.argmin()]]
        plain = _without_dilution(best)
        is_same_decision = found.decision[rows] == (
            plain if plain in found.decision[rows] else best
        )
        near_rows = np.flatnonzero(
            is_same_decision
            & (after <= after[is_same_decision].min() + _LOSS_TOLERANCE)
        )
        # `rows` ascend, and the sort is stable: of equals the first comes first.
        order = np.lexsort((after[near_rows], simplicity[rows[near_rows]]))
        index = int(rows[near_rows[order[0]]])
        now = np.minimum(now, losses[index])
        open_ &= found.decision != found.decision[index]
        picks.append(
            Pick(index, float((winner == found.decision[index]).mean()))
        )
    return _contrast(found, simplicity, open_, today, picks, spare)


def _contrast(
    found: Choices,
    simplicity: IntArray,
    open_: BoolArray,
    today: FloatArray,
    picks: list[Pick],
    spare: int,
) -> list[Pick]:
    """Fill the short list with decisions that differ from those on it, and return it.

    Decisions of other families come first, then those that gain in an objective. Those that meet
    the requirements go before trials, unless places are kept for trials. `picks` is extended in
    place.

    Parameters
    ----------
    found : Choices
        m candidates: ``decision``, ``meets`` and ``loss`` are read.
    simplicity : ndarray of int, shape (m,)
        As for `shortlist`; of equal loss, the sum over the columns to 0.1, the
        simplest, with the smallest number, is taken.
    open_ : ndarray of bool, shape (m,)
        Candidates that may be picked.
    today : ndarray, shape (t, k)
        As for `shortlist`.
    picks : list of Pick
        The list so far.
    spare : int
        Places that are kept for trials. With any, trials go before what meets.

    Returns
    -------
    list of Pick
        `picks`, of at most `MOST` - t. What is added has ``row``, a position
        among the m from 0, and ``share`` 0.
    """
    rows = np.flatnonzero(open_)
    total = found.loss.sum(axis=1)
    later = found.meets[rows] == bool(spare)
    order = rows[
        np.lexsort((rows, simplicity[rows], np.round(total[rows], 1), later))
    ]
    words, decision = np.unique(
        found.decision.astype(str), return_inverse=True
    )
    family = np.unique(
        [word.split(": ")[0] for word in words], return_inverse=True
    )[1][decision]
    # Another family has to better something, too.
    better = (found.loss <= np.min(today, axis=0) - _CHOICES.gain).any(axis=1)
    smallest_contrast = np.where(
        found.meets, _CHOICES.gain, _CHOICES.change_gain
    )[:, None]
    for new_family in (True, False):
        rest = order
        while len(picks) < MOST - len(today):
            # Today's magnet saves nothing: what is like it in another objective counts.
            pick_rows = np.array([p.row for p in picks], int)
            shown_loss = found.loss[pick_rows] if picks else today
            may = ~np.isin(decision, decision[pick_rows])
            if new_family:
                may &= better & ~np.isin(family, family[pick_rows])
            else:
                may &= (
                    found.loss
                    <= np.min(shown_loss, axis=0) - smallest_contrast
                ).any(axis=1)
            # What a longer list leaves no room for stays outside.
            rest = rest[may[rest]]
            if not len(rest):
                break
            picks.append(Pick(int(rest[0]), 0.0))
    return picks


def trial_threshold(today: float) -> float:
    """Return the probability from which candidates are worth a trial beside today's magnet.

    `today` is the probability, 0 to 1, that today's magnet meets the
    requirements. Where that is above `PLAUSIBLE`, 0.5, by more than 0.1 the
    result is `PLAUSIBLE`, otherwise (NaN too) it is `UNLIKELY`, 0.3.
    """
    # Today's magnet among the candidates may be off by the rounding of its formula.
    if today > PLAUSIBLE + 2.0 * _PROBABILITY_COST:
        return PLAUSIBLE
    return _LEAST_PROBABILITY


def decide(
    found: Choices | None,
    ranking: "Ranking",
    take: Take,
    job: "Job",
    anyway: list[pa.Table],
) -> list[dict[str, Any]]:
    """Build the records of the short list.

    Parameters
    ----------
    found : Choices or None
        Best candidates of each decision; None where no candidate is worth a trial.
    ranking : Ranking
        Of all candidates.
    take : callable
        ``take(rows, columns)`` returns the columns (list of str) of those rows (int64, numbers
        from 0 that ascend) as a `pyarrow.Table`; all columns for None.
    job : Job
        Device, temperature and conditions that they were evaluated for.
    anyway : list of pyarrow.Table
        Today's magnet as evaluated for the job and, if there is one, a lower class; one row each,
        with the columns of a result.

    Returns
    -------
    list of dict
        One record a decision, at most `MOST`: today's magnet first, then the
        lower class, then candidates, trials last. The keys are columns of the
        result, among them ``decision_status`` ("keep", "buy", "ready" or
        "trial"), ``share_best`` and ``next_test``. What is not known is None,
        as is ``copies`` of today's magnet.
        Where no candidate is likely enough and there is no lower class, the
        nearest by rank is shown. ``heavy_rare_earth_saved_wt_pct`` is None
        throughout where today's magnet meets the requirements with less than
        the probability `PLAUSIBLE`.
    """
    if found is not None:
        anyway = [_with_chance_among(found, take, job, anyway[0]), *anyway[1:]]
    today = anyway[0]
    none: dict[str, Any] = dict.fromkeys(
        ("rank", "copies", "simpler_rank", *_ENDS)
    )
    none["share_best"] = 0.0
    records = [
        none | table.to_pylist()[0] | {"decision_status": status}
        for table, status in zip(anyway, ("keep", "buy"), strict=False)
    ]
    picks: dict[int, Pick] = {}
    if found is not None:
        now = [choices(table, job.rule).loss for table in anyway]
        picks = _pick_record(found, ranking, take, job, today, now)
    if not picks and len(anyway) == 1:
        # Nothing is likely enough: the nearest is shown, and what it misses.
        picks = _pick_nearest(ranking, take, job, today)
    records += _records_of_picks(picks, ranking, take, job)
    if not (records[0][CHANCE] or 0.0) >= PLAUSIBLE:
        # A magnet that does not do the job is no measure of what is saved.
        for record in records:
            record["heavy_rare_earth_saved_wt_pct"] = None
    for record in records:
        record["next_test"] = _next_test(record, job)
    return records


def _with_chance_among(
    found: Choices, take: Take, job: "Job", today: pa.Table
) -> pa.Table:
    """Return today's magnet with the probability that it has as one of the candidates, if it is one.

    Parameters
    ----------
    found : Choices
        Candidates that are looked at: ``rows`` are their numbers, from 0.
    take : callable
        ``take(rows, columns)`` returns the columns (list of str) of rows of
        the candidates as a `pyarrow.Table`.
    job : Job
        Its reference has the shell of today's magnet.
    today : pyarrow.Table
        Today's magnet, one row, with ``formula`` and ``probability_meets_requirements``; returned
        itself if it is no candidate.
    """
    texts = take(found.rows, ["formula", "shell", CHANCE])
    own = texts[CHANCE].filter(pa.array(_is_today(texts, today, job)))
    if not len(own):
        return today
    place = today.schema.get_field_index(CHANCE)
    return today.set_column(place, CHANCE, own.slice(0, 1))


def _pick_nearest(
    ranking: "Ranking", take: Take, job: "Job", today: pa.Table
) -> dict[int, Pick]:
    """Return the first by rank that is not today's magnet, as {number of the candidate: `Pick`}.

    The number is that of its row, from 0. The pick has the row -1 and the share 0. The dict is
    empty without one among the first five (`_NEAREST`).

    Parameters
    ----------
    ranking : Ranking
        Of all candidates.
    take : callable
        ``take(rows, columns)`` returns the columns (list of str) of rows
        (numbers that ascend) of the candidates as a `pyarrow.Table`.
    job : Job
        Its reference has the shell of today's magnet.
    today : pyarrow.Table
        Today's magnet, one row, with ``formula``.
    """
    near = np.flatnonzero((ranking.place > 0) & (ranking.place <= _NEAREST))
    if len(near):
        near = near[~_is_today(take(near, ["formula", "shell"]), today, job)]
    first = near[np.argsort(ranking.place[near])][:1]
    return {int(number): Pick(-1, 0.0) for number in first}


def _records_of_picks(
    picks: dict[int, Pick], ranking: "Ranking", take: Take, job: "Job"
) -> list[dict[str, Any]]:
    """Return the picked candidates as records, in the order of the picks, trials last.

    A record is a dict of all columns of the candidate, and ``meets_requirements`` (bool), ``rank``,
    ``pareto_front``, ``simpler_rank`` (each None for none), ``copies`` (int), ``share_best``,
    ``decision_status`` ("ready" or "trial") and, where the pick has them, the ends of heavy rare
    earth ``copies_heavy_least_wt_pct`` and ``copies_heavy_most_wt_pct``. The list is empty
    without picks.

    Parameters
    ----------
    picks : dict of int to Pick
        By number of the candidate, from 0, which is not the ``row`` of the
        pick. ``share`` (0 to 1) becomes ``share_best``; ``heavy`` is a dict of
        further columns, or empty.
    ranking : Ranking
        Of all candidates.
    take : callable
        ``take(rows, None)`` returns all columns of rows, numbers that ascend,
        as a `pyarrow.Table`.
    job : Job
        Decides the status, see `_status`.
    """
    rows = np.array(sorted(picks), np.int64)
    if not len(rows):
        return []
    records = dict(
        zip(rows.tolist(), take(rows, None).to_pylist(), strict=True)
    )
    for number, record in records.items():
        added: dict[str, Any] = {
            "rank": int(ranking.place[number]) or None,
            "meets_requirements": bool(ranking.meets[number]),
            "pareto_front": int(ranking.front[number]) or None,
            "simpler_rank": ranking.simpler.get(number),
            "copies": ranking.copies.get(record["decision"], 0),
            "share_best": picks[number].share,
            "decision_status": _status(record, job),
        }
        record |= added | dict(picks[number].heavy)
    in_order = [records[number] for number in picks]
    return sorted(
        in_order, key=lambda record: record["decision_status"] == "trial"
    )


def _pick_record(
    found: Choices,
    ranking: "Ranking",
    take: Take,
    job: "Job",
    today: pa.Table,
    now: list[FloatArray],
) -> dict[int, Pick]:
    """Pick the candidates of the short list.

    Parameters
    ----------
    found : Choices
        Best candidates of each decision.
    ranking, take, job
        As for `decide`.
    today : pyarrow.Table
        The magnet in use, one row: ``formula`` and
        ``probability_meets_requirements`` are read.
    now : list of ndarray, shape (1, k)
        Losses of the magnet in use and, if there is one, of a lower class, as of `Choices`; shape
        (0, k) for one that is not worth a trial, or whose loss is infinite: an objective is not
        known.

    Returns
    -------
    dict of int to Pick
        By number of the candidate among all, from 0, in the order of the list,
        each with its ``heavy``: ``copies_heavy_least_wt_pct`` and
        ``copies_heavy_most_wt_pct``, wt.%. Empty where nothing is worth a
        place.
    """
    texts = take(found.rows, ["formula", "shell", "heavy_rare_earth_wt_pct"])
    elements = pc.count_substring_regex(
        texts["formula"].cast(pa.string()), "[A-Z]"
    ).to_numpy()
    heavy = texts["heavy_rare_earth_wt_pct"].to_numpy()
    chance = float(today[CHANCE][0].as_py() or 0.0)
    # A magnet that misses, or of which an objective is not known, is no measure.
    losses_today = np.full((1, found.loss.shape[1]), np.inf)
    if chance >= PLAUSIBLE and len(now[0]):
        losses_today = now[0]
    keeps = np.concatenate([losses_today, *now[1:]])
    open_ = ~_is_today(texts, today, job)
    open_ &= ~np.isin(found.rows, list(ranking.simpler))
    open_ &= _is_worth_showing(found, heavy, job, chance, keeps[0])
    simplicity = elements + (_shell_texts(texts) != "")
    saves = (open_ & found.meets & saves_enough(heavy, job)).any()
    picks = {}
    for pick in shortlist(found, simplicity, open_, keeps, int(not saves)):
        alike = found.meets == found.meets[pick.row]
        alike &= found.decision == found.decision[pick.row]
        amounts = heavy[open_ & alike]
        ends = (float(amounts.min()), float(amounts.max()))
        picks[int(found.rows[pick.row])] = pick._replace(
            heavy=dict(zip(_ENDS, ends, strict=True))
        )
    return picks


def _is_worth_showing(
    found: Choices,
    heavy: FloatArray,
    job: "Job",
    chance: float,
    today: FloatArray,
) -> BoolArray:
    """Say which of m candidates are worth a place on the short list, bool (m,).

    A candidate that misses the requirements is not worth one where another of
    its decision meets them, nor where it is less likely to meet them than
    today's magnet and than `PLAUSIBLE`. Where today's magnet holds heavy rare
    earth and is likely enough to meet the requirements, a candidate must save
    heavy rare earth, or be sure to meet where today's magnet is not, or better
    an objective with no more heavy rare earth.

    Parameters
    ----------
    found : Choices
        The candidates: ``decision``, ``meets`` and ``loss`` are read.
    heavy : ndarray, shape (m,)
        Their heavy rare earth, wt.%.
    job : Job
        Thresholds, and the reference, against which heavy rare earth is saved.
    chance : float
        Probability that today's magnet meets the requirements, 0 to 1.
    today : ndarray, shape (k,)
        Its losses, in the columns of ``found.loss``; infinite where it misses.
    """
    # A trial is for what no candidate of its kind does.
    able = set(found.decision[found.meets])
    is_worth = found.meets | np.array(
        [word not in able for word in found.decision], bool
    )
    if chance >= PLAUSIBLE and job.heavy_today > NONE:
        # What is sure where today's magnet is not need save nothing.
        sure = found.meets & (chance < job.threshold)
        gains = today[:-1] - found.loss[:, :-1] >= _CHOICES.change_gain
        is_leaner = found.meets & (heavy <= job.heavy_today)
        is_worth &= (
            saves_enough(heavy, job) | sure | (gains.any(axis=1) & is_leaner)
        )
    # What is as likely as today's magnet is worth a trial.
    smallest_chance = min(PLAUSIBLE, chance - _PROBABILITY_COST)
    return is_worth & (
        found.loss[:, -1] <= (1.0 - smallest_chance) / job.rule.miss
    )


def _shell_texts(table: pa.Table) -> NDArray[np.object_]:
    """Return the column ``shell`` of `table` as texts, an empty one for null, object (n,)."""
    texts = pc.fill_null(table["shell"].cast(pa.string()), "")
    return texts.to_numpy(zero_copy_only=False)


def _is_today(texts: pa.Table, today: pa.Table, job: "Job") -> BoolArray:
    """Say which rows of `texts` are today's magnet by formula and shell, bool (n,).

    `texts` has ``formula`` and ``shell``; `today` is a table of one row with
    ``formula``. The formulas must be written alike, letter by letter; a null
    among them is a TypeError. The shell is that of the reference of `job`, not
    of `today`, and compared as a text; null counts as none.
    """
    same = pc.equal(
        texts["formula"].cast(pa.string()), today["formula"][0].as_py()
    ).to_numpy()
    return same & (_shell_texts(texts) == (job.profile.reference.shell or ""))


def _status(record: dict[str, Any], job: "Job") -> str:
    """Return "ready" (to melt) or "trial".

    A recipe is a trial if it is not likely enough to meet the requirements
    (``job.threshold``), too far from measured magnets (above `PROVEN`, 2), or
    made by a named route, which no producer uses today. Recipes of another
    family than the reference's are trials too unless any family is asked for
    (``profile.first_family`` is not "own"): no producer of
    today's magnet melts them, and what is sold are grades
    (`magnetkit.choose._sold`), no recipes.

    `record` is a candidate by column: ``evidence_distance`` and ``route`` (missing or None counts
    as 0 and the usual one), ``host`` such as "2:14:1" and ``probability_meets_requirements``, a
    number, are read. `job` has threshold, reference and family (``profile.first_family``).
    """
    unproven = (record.get("evidence_distance") or 0.0) > PROVEN
    # No producer makes magnets of a special route today.
    special = str(record.get("route") or "").split(";")[0] in routes()
    if record[CHANCE] < job.threshold or unproven or special:
        return "trial"
    today_family = root_host(job.profile.reference.host) == root_host(
        str(record["host"])
    )
    if not today_family and job.profile.first_family == "own":
        return "trial"
    return "ready"


def _next_test(record: dict[str, Any], job: "Job") -> str:
    """Say in a few words what to do next about a decision: what to melt, diffuse or buy, and measure.

    `record` is one of `decide`: ``decision_status`` ("keep", "buy", "ready" or
    "trial"), ``failed_requirements`` (a text or None), ``shell`` (None or
    empty for none) and ``decision`` are read, and ``stability_status`` if it
    is there. `job` names the temperatures. Of "keep" the measurement alone is
    named. Such as "samples of two makers: Br and HcJ at 20 °C and 423 K (150
    °C)", without a full stop.
    """
    hot = kelvin_text(job.temperature)
    status = record["decision_status"]
    profile = job.profile
    steady = profile.is_compensated or ALPHA in str(
        record["failed_requirements"]
    )
    ends = map(
        kelvin_text, (profile.temperature_min_K, profile.temperature_max_K)
    )
    figures = f"α from {' to '.join(ends)}, " if steady else ""
    if status == "keep":
        return f"measure its {figures}HcJ at {hot}: all differences count from there"
    what = "one melt beside today's"
    if record["shell"]:
        # What a carrier adds is measured (datasets/diffusion/carriers.csv), and follows no law.
        what = "two thicknesses diffused, with and without a carrier such as Pr-Cu"
    if status == "buy":
        what = "samples of two makers"
    rust = ""
    if _without_dilution(record["decision"]) != record["decision"]:
        rust = ", and corrosion"
    data = str(record.get("stability_status") or "")
    doubt = f"; stability {data}" if data.startswith(NOT_JUDGED) else ""
    return f"{what}: {figures}Br and HcJ at 20 °C and {hot}{rust}{doubt}"


def recommended_row(records: "pd.DataFrame", job: "Job") -> int | None:
    """Apply the one rule, `recommend`, to the short list; None to keep today's magnet.

    Parameters
    ----------
    records : pandas.DataFrame
        One decision a row, today's magnet first, as `decide` builds them (`decisions_frame`):
        ``formula`` (atomic), ``shell`` (null for none), ``host``, ``decision``,
        ``decision_status``, ``heavy_rare_earth_wt_pct``, ``cost_per_flux_USD_m3_T`` and
        ``probability_meets_requirements``. Of ``decision_status`` "ready" and "buy" may be taken.
    job : Job
        Names supply scenario, allowed family (``profile.first_family``) and largest cost
        (``profile.most_cost_per_flux``).

    Returns
    -------
    int or None
        Position of the row, from 0; the first is never returned.
    """
    import pandas as pd

    table = CompositionTable.from_strings(
        records["formula"].astype(str).tolist(), basis="atomic"
    )
    shells = records["shell"].astype(object).fillna("").tolist()
    exposure = heavy_exposure(table, shells, job.conditions.supply_scenario)
    family = np.array(
        [root_host(str(host)) for host in records["host"]], object
    )
    is_allowed_row = (
        records["decision_status"].isin(("ready", "buy")).to_numpy(bool)
    )
    if job.profile.first_family == "own":
        is_allowed_row = is_allowed_row & (family == family[0])
    cost = records[COST_PER_FLUX].to_numpy(float)
    ratio = cost / cost[0]
    # A lower class sells for no more, whatever its estimated elements cost.
    lower = (records["decision_status"] == "buy").to_numpy(bool) & (
        family == family[0]
    )
    ratio[lower] = np.minimum(ratio[lower], 1.0)
    ways = pd.DataFrame(
        {
            CHANCE: records[CHANCE].to_numpy(float),
            "exposure_USD_kg": exposure,
            "cost_per_flux_ratio": ratio,
            "open": is_allowed_row,
            "diluted": [
                _without_dilution(str(text)) != str(text)
                for text in records["decision"]
            ],
        }
    )
    today = HeavyToday(
        float(records["heavy_rare_earth_wt_pct"].iloc[0]), float(exposure[0])
    )
    return recommend(ways, today, most_cost=job.profile.most_cost_per_flux)
