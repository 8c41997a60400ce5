"""How likely a candidate meets the requirements of a device, and by what margin."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from .._core._columnar import Coded, Columns
from .._core._types import FloatArray, IntArray
from .._core.columns import COLUMNS, GATES, STATUSES, with_interval
from ..alloy.table import CompositionTable
from ..magnetism._evidence import DISTANCE, cap_probability
from ..magnetism._figures import kinds
from ..magnetism._stages import GRADED, ROOM_K
from ..magnetism._uncertainty import relative_width
from ._job import Job, get_producer
from ._profile_parts import CHANCE, MARGIN, MEETS_PROBABILITY
from .probability import score_at_limit

if TYPE_CHECKING:
    from ._profile_parts import Requirement
    from .applications import Profile


_Tables = Mapping[float, Columns]
"""Properties by temperature, K; the rows are the same in each."""

FOLLOWS = {
    "max_energy_product_kJ_m3": "remanence_T",
    "knee_field_kA_m": "coercivity_kA_m",
    "max_working_temperature_K": "coercivity_kA_m",
    "demagnetization_safety": "coercivity_kA_m",
    "irreversible_loss_pct": "coercivity_kA_m",
}
"""Column to the one whose error it shares: (BH)max goes with B_r^2, the knee and what follows from
it with H_cJ."""

AGAINST = frozenset({"irreversible_loss_pct"})
"""Columns of `FOLLOWS` that fall as what they follow rises."""

UNPROVEN = "evidence: too far from measured magnets"
"""What is failed where a candidate would meet all requirements were it not for its evidence."""

OUTSIDE = -1.0
"""Largest margin of a host that the device does not allow: it misses the whole of a limit."""

_Window = tuple[FloatArray | float, FloatArray | float]
"""Lowest and highest standard score of a prediction at which a requirement is met, shape (n,); one
number where all rows share it."""


@dataclass(frozen=True)
class _Verdict:
    """How n candidates meet the requirements of a device."""

    probability: FloatArray  # (n,), that every requirement is met
    margin: NDArray[
        np.float64
    ]  # (n,), smallest slack as a share of the limit; below 0 is a miss
    # those whose own probability is too small; the least likely where only their product is
    failed: Coded


def evaluate_requirements(
    profile: "Profile",
    tables: _Tables,
    temperature: float,
    threshold: float = MEETS_PROBABILITY,
    interval: float = 0.9,
    widths: Mapping[str, FloatArray] | None = None,
) -> _Verdict:
    """Judge how n candidates meet the requirements of a device.

    Requirements on quantities that share an error (`FOLLOWS`, and one quantity at several
    temperatures) rise and fall together, and so do limits on these that have a range: who asks
    more of one asks more of the other. The others count as independent.

    Parameters
    ----------
    profile : Profile
        The device: its ``requirements`` and ``allowed_hosts`` are read. The
        limit of one with a ``share_of_reference`` is the number that it has.
    tables : mapping of float to Columns
        Properties of the n candidates by temperature, K: each that a
        requirement names (its ``temperature_K``, to the last digit), and
        `temperature`. Each has the columns that are required there, the
        predicted ones with ``_lo`` and ``_hi``; that at `temperature` also
        ``host``, a `Coded`.
    temperature : float
        Temperature of requirements that name none, K.
    threshold : float
        Probability, 0 to 1, below which a requirement counts as failed.
    interval : float
        Coverage of the ranges in `tables`.
    widths : mapping of str to ndarray, shape (n,), optional
        By quantity (the values of `FOLLOWS`, or the column itself): width of the difference to
        the reference magnet over that of the value itself, where requirements are relative to it;
        sqrt(2) otherwise, that of two magnets that share nothing.

    Returns
    -------
    _Verdict
        ``probability``, (n,), that all are met, 0 where a value is NaN; ``margin``, (n,), the
        smallest slack as a share of the limit among those that are known, below 0 for a miss, NaN
        where none is; and ``failed``, a
        `Coded` of the names of failed requirements, such as "remanence_T >= 1.1" or
        "remanence_T >= 1.1 at 293.15 K", in the profile's order, separated by "; ", an empty word
        for none. A host that the device does not allow
        has probability 0, a margin of `OUTSIDE` at most, and fails "host in ..." last.
    """
    host = tables[temperature]["host"]
    windows: dict[tuple[str, bool], tuple[_Window, FloatArray]] = {}
    margin = np.full(len(host), np.inf)
    smallest_chance = np.ones(len(host))
    least_bit = np.zeros(len(host), np.int64)
    failure_codes = np.zeros(len(host), np.int64)
    names = list(map(str, profile.requirements))
    for bit, requirement in enumerate(profile.requirements):
        table = tables[requirement.temperature_K or temperature]
        column = requirement.column
        width = None
        if requirement.share_of_reference is not None:
            width = (widths or {}).get(FOLLOWS.get(column, column), 2.0**0.5)
        low, high = _window(requirement, table, interval, width)
        if column in AGAINST:
            low, high = -high, -low
        chance = ndtr(high) - ndtr(low)
        failure_codes[chance < threshold] |= 1 << bit
        least_bit[chance < smallest_chance] = 1 << bit
        smallest_chance = np.fmin(chance, smallest_chance)
        margin = np.fmin(margin, requirement.margin(table[column]))
        # A difference to the reference has another error than the value itself.
        key = (
            FOLLOWS.get(column, column),
            requirement.share_of_reference is not None,
        )
        if key in windows:
            (lowest, highest), _ = windows[key]
            low = np.maximum(low, lowest)
            high = np.minimum(high, highest)
            chance = ndtr(high) - ndtr(low)
        windows[key] = (low, high), chance
    probability = np.ones(len(host))
    for _, chance in windows.values():
        probability *= np.maximum(chance, 0.0)
    together = (probability < threshold) & (failure_codes == 0)
    failure_codes[together] = least_bit[together]
    outside = ~host.says(*profile.allowed_hosts)
    probability[outside] = 0.0
    failure_codes[outside] |= 1 << len(names)
    names.append(host_condition(profile))
    # What has no value has no margin, whatever its host.
    margin[~np.isfinite(margin)] = np.nan
    margin[outside] = np.minimum(margin[outside], OUTSIDE)
    return _Verdict(probability, margin, name_sets(failure_codes, names))


def host_condition(profile: "Profile") -> str:
    """Return the condition of a device on the host as results name it, such as "host in 2:14:1"."""
    return "host in " + ", ".join(profile.hosts)


def _first_status(tables: _Tables, temperature: float) -> Coded:
    """Return for each row the first status that is not ok, that at `temperature` (K) before the others.

    `tables` maps temperatures, K, `temperature` among them, to columns of n magnets, each with
    ``status``, a `Coded` whose codes are positions in `STATUSES`, as are those of the result. The
    other temperatures count in the order of `tables`. A row that is "ok" at every temperature is
    "ok".
    """
    status_codes = tables[temperature]["status"].codes
    for table in tables.values():
        status_codes = np.where(
            status_codes == STATUSES.index("ok"),
            table["status"].codes,
            status_codes,
        )
    return Coded(status_codes, STATUSES)


def column_interval(table: Any, column: str) -> tuple[FloatArray, ...]:
    """Return value, lower end and upper end of a column, float64 (n,) each.

    `table` is `Columns` or a frame, `column` one of `COLUMNS` such as "remanence_T" (KeyError
    otherwise). All three are the value where a column by its kind has no range, such as
    "cost_USD_kg"; one that should have it must have its ``_lo`` and ``_hi`` in `table` (KeyError).
    """
    value = np.asarray(table[column], np.float64)
    if not COLUMNS[column].predicted:
        return value, value, value
    lower, upper = (
        np.asarray(table[f"{column}_{end}"], np.float64)
        for end in ("lo", "hi")
    )
    return value, lower, upper


def _window(
    requirement: "Requirement",
    table: Columns,
    interval: float,
    width: FloatArray | float | None,
) -> _Window:
    """Return the ends between which the standard score of a prediction must lie to meet a limit.

    Parameters
    ----------
    requirement : Requirement
        The limit on ``column``: one of ``minimum``, ``maximum`` and
        ``absolute_maximum``, with its ``limit_range``, the tuple (low, high)
        in the column's unit, which adds to the width of the prediction.
    table : Columns
        n magnets at its temperature: its column, with the ends ``_lo`` and ``_hi`` of the range.
    interval : float
        Coverage of the ranges in `table`, 0 to 1.
    width : ndarray, shape (n,), or float or None
        Factor on the ranges; None for 1.

    Returns
    -------
    low, high : float or ndarray, shape (n,)
        A float, infinite, at the side without a limit: `high` of a minimum, `low` of a maximum.
        A value of NaN has an empty window: both ends are inf for a minimum and -inf for a
        maximum, and low is inf and high -inf for an absolute maximum; test for low >= high.
    """
    value, lo, hi = column_interval(table, requirement.column)
    if width is not None:
        lo = value - width * (value - lo)
        hi = value + width * (hi - value)
    limit = requirement.limit
    lower_limit, upper_limit = requirement.limit_range
    low: FloatArray | float = -np.inf
    high: FloatArray | float = np.inf
    unknown = np.isnan(value)
    score = partial(
        score_at_limit,
        values=value,
        low=lo,
        high=hi,
        interval=interval,
    )
    if requirement.minimum is not None:
        low = score(limit, 1, limit_range=(lower_limit, upper_limit))
    else:
        high = score(limit, -1, limit_range=(lower_limit, upper_limit))
        if requirement.absolute_maximum is not None:
            low = score(-limit, 1, limit_range=(-upper_limit, -lower_limit))
    for end, empty in ((low, np.inf), (high, -np.inf)):
        if isinstance(end, np.ndarray):
            end[unknown] = empty
    return low, high


def name_sets(bits: IntArray, names: Sequence[str]) -> Coded:
    """Name each set of bits: the names of the bits that are set, joined by "; ".

    `bits` are integers from 0, (n,); bit k, of value 2**k, stands for ``names[k]``, so there are at
    most 63 names. Names of a set come in the order of `names`. A set without bits is the word ""
    (not a missing text). The `Coded` has n rows; its ``texts()`` lists them.

    Examples
    --------
    >>> name_sets(np.array([0, 1, 3]), ["B_r", "H_cJ"]).texts()
    ['', 'B_r', 'B_r; H_cJ']
    """
    distinct, codes = np.unique(bits, return_inverse=True)
    texts = []
    for number in distinct.tolist():
        members = [
            name for place, name in enumerate(names) if number >> place & 1
        ]
        texts.append("; ".join(members))
    return Coded(codes, tuple(texts))


def needed_temperatures(job: Job) -> list[float]:
    """List the temperatures, K, at which magnets of `job` are evaluated, its own first, others ascending.

    The result is a list. The others are those of ``job.profile.requirements``,
    each once. The ends of the device's range (``temperature_min_K``,
    ``temperature_max_K``) are added unless the status, which is that over the
    whole of `Conditions.between`, covers them already.
    """
    profile = job.profile
    kelvins = {
        r.temperature_K or job.temperature for r in profile.requirements
    }
    ends = {profile.temperature_min_K, profile.temperature_max_K} - set(
        job.conditions.between
    )
    return [job.temperature, *sorted((kelvins | ends) - {job.temperature})]


def needed_elsewhere(job: Job) -> dict[float, set[str]]:
    """Return the columns needed at temperatures other than that of `job`, by temperature in K.

    The keys are the `needed_temperatures` and 293.15 K, without the
    temperature of `job`. The columns are those of requirements there, with
    their ``_lo``, ``_hi`` and ``_provenance`` if they have them, and at 293.15
    K ``remanence_T`` and ``coercivity_kA_m``, which name a grade. A set is
    empty where the status alone is needed, as at an end of the device's range
    that `Conditions.between` does not cover.
    """
    columns_by_kelvin: dict[float, set[str]] = {
        kelvin: set() for kelvin in needed_temperatures(job)
    }
    columns_by_kelvin.setdefault(ROOM_K, set()).update(GRADED)
    for requirement in job.profile.requirements:
        kelvin = requirement.temperature_K or job.temperature
        columns_by_kelvin[kelvin].update(with_interval(requirement.column))
    del columns_by_kelvin[job.temperature]
    return columns_by_kelvin


def verdict_columns(
    table: CompositionTable, tables: _Tables, job: Job
) -> Columns:
    """Judge how n candidates meet the requirements of a device, as columns of results.

    Parameters
    ----------
    table : CompositionTable
        n candidates.
    tables : dict of float to Columns
        Their properties by temperature, K, at each of the
        `needed_temperatures`: ``status`` and the required columns, predicted
        ones with their ``_lo`` and ``_hi``; at that of the job also ``host``,
        ``shell`` and ``evidence_distance``.
    job : Job
        The device, its temperature and its conditions.

    Returns
    -------
    Columns
        ``status``, a `Coded`, the first that is not "ok" over the whole range;
        ``probability_meets_requirements`` (0 where the status is not "ok"; no
        more than the evidence bears out); ``failed_requirements``, a `Coded`
        of texts separated by "; " (empty where none fails), or `UNPROVEN`
        where only the evidence is lacking; and ``performance_margin``, the
        smallest slack as a share of the limit (NaN where the status is one of
        `GATES`). The last two columns do not depend on the status otherwise.
    """
    profile = job.profile
    kelvin = job.temperature
    widths = _relative_widths(table, tables[kelvin], job)
    verdict = evaluate_requirements(
        profile, tables, kelvin, job.threshold, job.conditions.interval, widths
    )
    status = _first_status(tables, kelvin)
    chance = cap_probability(verdict.probability, tables[kelvin][DISTANCE])
    unproven = verdict.failed.says("") & (chance < job.threshold)
    columns = Columns(
        status=status,
        failed_requirements=verdict.failed.put(unproven, UNPROVEN),
    )
    columns[CHANCE] = np.where(status.says("ok"), chance, 0.0)
    columns[MARGIN] = np.where(status.says(*GATES), np.nan, verdict.margin)
    return columns


def _relative_widths(
    table: CompositionTable, here: Columns, job: Job
) -> dict[str, FloatArray]:
    """Compute how wide the difference to the reference is, for requirements that are a share of it.

    Parameters
    ----------
    table : CompositionTable
        n candidates.
    here : Columns
        Their ``host``, a `Coded`, and ``shell``, a column of Arrow, n rows.
    job : Job
        Names the requirements and the reference.

    Returns
    -------
    dict of str to ndarray, shape (n,)
        By quantity, such as "coercivity_kA_m" (that of `FOLLOWS`, or the column itself), width of
        the difference divided by that of the value; empty without such requirements.
    """
    relative = [
        r.column
        for r in job.profile.requirements
        if r.share_of_reference is not None
    ]
    if not relative:
        return {}
    process = job.conditions.process
    reference = job.profile.reference
    curie = job.conditions.curie
    hosts = here["host"].texts()
    shells = here["shell"].to_pylist()
    own_magnets = kinds(table, hosts, shells, process, job.temperature, curie)
    shells = [reference.shell or ""]
    it = kinds(
        reference.table(),
        [reference.host],
        shells,
        process,
        job.temperature,
        curie,
    )
    quantities = {FOLLOWS.get(column, column) for column in relative}
    return {
        q: relative_width(own_magnets, it, q, get_producer(process))
        for q in quantities
    }
