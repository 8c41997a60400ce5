"""One chunk of candidates, from compositions to a judged table: the unit of work.

What a device asks, and how likely a candidate gives it.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import ValidationError
from scipy.special import ndtr

from .._core._columnar import Coded, Columns
from .._core._requirement_text import parse_requirement
from .._core.columns import COLUMNS, STATUSES, with_interval
from .._core.errors import InputError
from ..calibration._reference import GUARANTEE, TYPICAL, Seen, anchored_on
from ..composition.table import CompositionTable
from ..magnetism._figures import kinds
from ..magnetism._measured import ALPHA, Mill
from ..magnetism._uncertainty import relative_width
from ..magnetism.process import process_record
from ..magnetism.sintered import read_between
from ..prediction._stages import GRADED, ROOM_K, describe, magnets
from ..prediction.conditions import NO_CALIBRATION, Conditions, calibrated

if TYPE_CHECKING:
    from ._profile_parts import Anchor, Requirement
    from .applications import Profile


MEETS_PROBABILITY = 0.8
"""A candidate meets the requirements from this probability on."""

Tables = Mapping[float, Columns]
"""Properties by temperature, K; the rows are the same in each."""

FOLLOWS = {
    "max_energy_product_kJ_m3": "remanence_T",
    "knee_field_kA_m": "coercivity_kA_m",
    "max_working_temperature_K": "coercivity_kA_m",
    "demagnetization_safety": "coercivity_kA_m",
    "irreversible_loss_pct": "coercivity_kA_m",
}
"""Column to the one whose error it shares: (BH)max goes with B_r^2, the knee and what follows from
it with H_cj."""

AGAINST = frozenset({"irreversible_loss_pct"})
"""Columns of `FOLLOWS` that fall as what they follow rises."""

OUTSIDE = -1.0
"""Largest margin of a host that the device does not allow: it misses the whole of a limit."""

Window = tuple[NDArray[np.float64] | float, NDArray[np.float64] | float]
"""Lowest and highest standard score of a prediction at which a requirement is met, shape (n,); one
number where all rows share it."""


@dataclass(frozen=True)
class Verdict:
    """How a set of candidates stands to the requirements of a device.

    Attributes
    ----------
    probability : ndarray, shape (n,)
        Probability that every requirement is met. Requirements on quantities that share an error
        (`FOLLOWS`, and one quantity at several temperatures) rise and fall together; the others
        are taken as independent.
    margin : ndarray, shape (n,)
        Smallest slack over the requirements as a share of the limit; below zero is a miss.
    failed : Coded, length n
        The requirements whose own probability is too small, by name; the least likely of all
        where only their product is too small.
    """

    probability: NDArray[np.float64]
    margin: NDArray[np.float64]
    failed: Coded


def judge(
    profile: "Profile",
    tables: Tables,
    temperature: float,
    threshold: float = MEETS_PROBABILITY,
    interval: float = 0.9,
    beside: Mapping[str, NDArray[np.float64]] | None = None,
) -> Verdict:
    """Judge candidates by the requirements of a device.

    Parameters
    ----------
    profile : Profile
        The device.
    tables : mapping of float to Columns
        Properties at each temperature the requirements name, and at `temperature`.
    temperature : float
        Temperature of requirements that name none, K.
    threshold : float
        A requirement counts as failed below this probability.
    interval : float
        Coverage of the intervals in `tables`.
    beside : mapping of str to ndarray, shape (n,), optional
        By quantity (the values of `FOLLOWS`, or the column itself) the width of the difference to
        the reference magnet over that of the value itself, where requirements are relative to it;
        two magnets that share nothing, a factor of sqrt(2), otherwise.

    Returns
    -------
    Verdict
    """
    from scipy.special import ndtr

    host = tables[temperature]["host"]
    windows: dict[tuple[str, bool], tuple[Window, NDArray[np.float64]]] = {}
    margin = np.full(len(host), np.inf)
    least, least_bit = np.ones(len(host)), np.zeros(len(host), np.int64)
    failed = np.zeros(len(host), np.int64)
    names = [str(requirement) for requirement in profile.requirements]
    for bit, requirement in enumerate(profile.requirements):
        table = tables[requirement.temperature_K or temperature]
        column = requirement.column
        width = None
        if requirement.share_of_reference is not None:
            width = (beside or {}).get(FOLLOWS.get(column, column), 2.0**0.5)
        low, high = _window(requirement, table, interval, width)
        if column in AGAINST:
            low, high = -high, -low
        chance = ndtr(high) - ndtr(low)
        failed[chance < threshold] |= 1 << bit
        least_bit[chance < least] = 1 << bit
        least = np.fmin(chance, least)
        margin = np.fmin(margin, requirement.margin(table[column]))
        # A difference to the reference has another error than the value itself.
        key = FOLLOWS.get(column, column), requirement.share_of_reference is not None
        if key in windows:
            (lowest, highest), _ = windows[key]
            low, high = np.maximum(low, lowest), np.minimum(high, highest)
            chance = ndtr(high) - ndtr(low)
        windows[key] = (low, high), chance
    probability = np.ones(len(host))
    for _, chance in windows.values():
        probability *= np.maximum(chance, 0.0)
    together = (probability < threshold) & (failed == 0)
    failed[together] = least_bit[together]
    outside = ~host.says(*profile.allowed_hosts)
    probability[outside] = 0.0
    failed[outside] |= 1 << len(names)
    names.append("host in " + ", ".join(profile.hosts))
    # Of what is not known there is no margin, whatever its host.
    margin[~np.isfinite(margin)] = np.nan
    margin[outside] = np.minimum(margin[outside], OUTSIDE)
    return Verdict(probability, margin, name_sets(failed, names))


def status_over(tables: Tables, temperature: float) -> Coded:
    """Return the status over the whole range: the first that is not ok, the table's own first.

    The table is that of `temperature`, K.
    """
    found = tables[temperature]["status"].codes
    for table in tables.values():
        found = np.where(found == STATUSES.index("ok"), table["status"].codes, found)
    return Coded(found, STATUSES)


def interval_of(table: Any, column: str) -> tuple[NDArray[np.float64], ...]:
    """Return value, lower and upper end of a column; the value thrice where it is exact.

    The table is of `Columns` or a frame.
    """
    value = np.asarray(table[column], np.float64)
    if not COLUMNS[column].predicted:
        return value, value, value
    lower, upper = (np.asarray(table[f"{column}_{end}"], np.float64) for end in ("lo", "hi"))
    return value, lower, upper


def _window(
    requirement: "Requirement",
    table: Columns,
    interval: float,
    width: NDArray[np.float64] | float | None,
) -> Window:
    """Return where the standard score of a prediction must lie; an empty window for NaN."""
    value, lo, hi = interval_of(table, requirement.column)
    if width is not None:
        lo, hi = value - width * (value - lo), value + width * (hi - value)
    limit = requirement.limit
    low: NDArray[np.float64] | float = -np.inf
    high: NDArray[np.float64] | float = np.inf
    unknown = np.isnan(value)
    if requirement.minimum is not None:
        low = score(limit, 1, value, lo, hi, interval)
    else:
        high = score(limit, -1, value, lo, hi, interval)
        if requirement.absolute_maximum is not None:
            low = score(-limit, 1, value, lo, hi, interval)
    for end, empty in ((low, np.inf), (high, -np.inf)):
        if isinstance(end, np.ndarray):
            end[unknown] = empty
    return low, high


def score(
    bound: float,
    side: int,
    value: NDArray[np.float64],
    lo: NDArray[np.float64],
    hi: NDArray[np.float64],
    interval: float = 0.9,
) -> NDArray[np.float64]:
    """Return the standard score at which a predicted quantity reaches a bound.

    The prediction is read as a normal distribution about `value`, with the standard deviation of
    each side from its own half of the interval: the quantity is ``value + z sigma``.

    Parameters
    ----------
    bound : float
        The bound, in the unit of `value`.
    side : {1, -1}
        1 where being at the bound or above is good, -1 for at or below: an exact value at the
        bound is good.
    value, lo, hi : ndarray, shape (n,)
        Prediction and its interval.
    interval : float
        Share of the distribution inside the interval.

    Returns
    -------
    ndarray, shape (n,)
        z, infinite where the interval has no width.
    """
    from scipy.special import ndtri

    half = np.where(bound > value, hi - value, value - lo)
    distance = bound - value
    with np.errstate(divide="ignore", invalid="ignore"):
        found = ndtri(0.5 + interval / 2.0) * distance / half
    certain = ~(half > 0)
    away = distance[certain]
    found[certain] = np.where(away == 0, -side, np.sign(away)) * np.inf
    return found


def name_sets(bits: NDArray[np.int64], names: Sequence[str]) -> Coded:
    """Return each bit set as the joined names."""
    distinct, codes = np.unique(bits, return_inverse=True)
    texts = ["; ".join(n for k, n in enumerate(names) if int(b) >> k & 1) for b in distinct]
    return Coded(codes, tuple(texts))


# Temperatures closer than this are one, K.
_SAME_K = 1.0
# So many standard deviations away nothing is cut off.
_FAR = 8.0


@dataclass(frozen=True)
class Job:
    """What every chunk is evaluated for.

    Attributes
    ----------
    profile : Profile
        The device.
    temperature : float
        Temperature of the table, and of the requirements that name none, K.
    conditions : Conditions
    threshold : float
        Probability from which the requirements count as met.
    """

    profile: "Profile"
    temperature: float
    conditions: Conditions
    threshold: float = MEETS_PROBABILITY


def job_for(
    profile: "Profile",
    temperature: float | None = None,
    *,
    require: Sequence[str] = (),
    objectives: Sequence[str] = (),
    **conditions: Any,
) -> Job:
    """Return the job of a device; what is not given comes from its profile.

    Parameters
    ----------
    profile : Profile
        The device.
    temperature : float, optional
        K.
    require : sequence of str
        Further requirements (`magnetkit._core._requirement_text`); one on the same side of the same
        column at the same temperature takes the place of the profile's.
    objectives : sequence of str
        Objectives in place of the profile's.
    **conditions
        As of `magnetkit.predict`; see `Conditions.of`.

    Returns
    -------
    Job

    Raises
    ------
    InputError
        If a condition, a requirement or an objective cannot be used.
    """
    if conditions.get("between") is None:
        conditions["between"] = (profile.temperature_min_K, profile.temperature_max_K)
    own = {
        "load_line": profile.load_line,
        "outside_field_kA_m": profile.outside_field_kA_m,
        "hours": profile.service_hours,
    }
    conditions |= {name: value for name, value in own.items() if conditions.get(name) is None}
    reference = CompositionTable.from_strings(
        [profile.reference.formula], basis=profile.reference.basis
    )
    kelvin, calibration = temperature or profile.temperature_K, conditions.pop("calibration", None)
    process = calibrated(conditions.get("process"), calibration, kelvin)
    if calibration != NO_CALIBRATION:
        process = _anchored(process, profile, reference, read_between(conditions["between"]))
    made = Conditions.of(
        **conditions | {"process": process},
        reference=reference,
        reference_shell=profile.reference.shell or "",
        whole_range=True,
    )
    made = dataclasses.replace(made, calibration=calibration)
    if objectives is not None and len(objectives):
        profile = replace(profile, objectives=tuple(objectives))
    added = [requirement_of(text, profile, made, kelvin) for text in require]
    if added:
        taken = {_side(new) for new in added}
        kept = [old for old in profile.requirements if _side(old) not in taken]
        profile = replace(profile, requirements=(*kept, *added))
    return Job(profile, kelvin, made)


def _anchored(
    process: Any, profile: "Profile", reference: CompositionTable, between: tuple[float, float]
) -> Any:
    """Return a process conditional on the reference magnet, unless it has measured magnets."""
    own = process_record(process)
    if not profile.reference.anchors or (own is not None and own.get("mill") is not None):
        return process
    seen = []
    for one in profile.reference.anchors:
        value, doubt = one.value, one.spread
        if one.column != ALPHA:
            value, doubt = value * (TYPICAL if one.guaranteed else 1.0), doubt / value
        if one.guaranteed:
            doubt = float(np.hypot(doubt, GUARANTEE))
        value, doubt = _working(value, doubt, one, profile)
        seen.append(Seen(one.column, value, one.temperature_K, doubt))
    grade, shell = profile.reference.grade, profile.reference.shell
    mill = anchored_on(grade, reference, shell, seen, between)
    return {**(own or {}), "mill": mill.record()}


def _working(
    value: float, doubt: float, anchor: "Anchor", profile: "Profile"
) -> tuple[float, float]:
    """Return what a magnet keeps and its deviation, given that it does its work in the device.

    Today's magnet works today: what is believed of it is cut off at what the device asks, and mean
    and variance of what is left stand for it.
    """
    low, high = -np.inf, np.inf
    for asked in profile.requirements:
        at = profile.temperature_of(asked)
        if asked.column != anchor.column or asked.share_of_reference is not None:
            continue
        if at is not None and abs(at - anchor.temperature_K) > _SAME_K:
            continue
        low = max(low, asked.minimum if asked.minimum is not None else -np.inf)
        if asked.absolute_maximum is not None:
            low, high = max(low, -asked.absolute_maximum), min(high, asked.absolute_maximum)
    if not low < high or not np.isfinite([low, high]).any():
        return value, doubt
    logarithm = anchor.column != ALPHA
    if logarithm:
        value, low = float(np.log(value)), float(np.log(low))
    # Mean and variance of a normal distribution that is cut off.
    ends = np.clip((np.array([low, high]) - value) / doubt, -_FAR, _FAR)
    inside = float(np.diff(ndtr(ends))[0])
    density = np.exp(-0.5 * ends**2) / np.sqrt(2.0 * np.pi) / inside
    shift = float(density[0] - density[1])
    share = 1.0 + float(ends[0] * density[0] - ends[1] * density[1]) - shift**2
    mean, left = value + shift * doubt, doubt * float(np.sqrt(share))
    return (float(np.exp(mean)) if logarithm else mean), left


def replace(profile: "Profile", **fields: object) -> "Profile":
    """Return a profile with other fields, checked as when it is read."""
    try:
        return type(profile).model_validate({**dict(profile), **fields})
    except ValidationError as error:
        raise InputError(error.errors()[0]["msg"].removeprefix("Value error, ")) from None


def requirement_of(
    text: str, profile: "Profile", conditions: Conditions, kelvin: float
) -> "Requirement":
    """Return a requirement that was asked for in one line, its reference value put in.

    Raises
    ------
    InputError
        If it cannot be read, names no numeric column, or the reference has no such value.
    """
    from ._profile_parts import Requirement

    asked = parse_requirement(text)
    limit = asked.limit
    if limit is None or asked.share is not None:
        at = asked.temperature_K or kelvin
        row = reference_row(profile, conditions, at)
        value = float(row[asked.column]) if asked.column in row else np.nan
        if asked.column in COLUMNS and not np.isfinite(value):
            raise InputError(f"requirement {text!r}: the reference magnet has none at {at:g} K")
        limit = (asked.share or 1.0) * value if np.isfinite(value) else 0.0
    side = "minimum" if asked.sign == ">=" else "maximum"
    try:
        return Requirement.model_validate(
            {
                "column": asked.column,
                "absolute_maximum" if asked.absolute else side: limit,
                "temperature_K": asked.temperature_K,
                "share_of_reference": asked.share,
                "source": "asked for",
                "status": "assumption",
            }
        )
    except ValidationError as error:
        reason = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise InputError(f"requirement {text!r}: {reason}") from None


def _side(requirement: "Requirement") -> tuple[str, bool, float | None]:
    return requirement.column, requirement.minimum is not None, requirement.temperature_K


def reference_row(profile: "Profile", conditions: Conditions, kelvin: float) -> pd.Series:
    """Return every property of a device's reference magnet at a temperature, K."""
    shell = [profile.reference.shell] if profile.reference.shell else None
    found = describe(profile.reference.table(), kelvin, conditions, shells=shell)
    return found.frame().iloc[0]


def identity_of(job: Job) -> dict[str, Any]:
    """Return what `job_from` needs to build a job anew, as plain values for the manifest."""
    conditions = job.conditions
    return {
        "application": job.profile.model_dump(mode="json"),
        "temperature_K": job.temperature,
        "scenario": conditions.scenario,
        "recycled": conditions.recycled,
        "prices": conditions.prices,
        "process": _plain(conditions.process),
        "calibration": conditions.calibration,
        "load_line": conditions.load_line,
        "outside_field_kA_m": conditions.outside_field_kA_m,
        "hours": conditions.hours,
        "interval": conditions.interval,
        "between": list(conditions.between),
        "phases": None if conditions.snapshot is None else str(conditions.snapshot),
        "belief": {"data": conditions.data, "add": conditions.add},
    }


def _plain(process: Any) -> Any:
    """Return what the user gave as `process` as JSON values."""
    if is_dataclass(process) and not isinstance(process, type):
        process = {k: v for k, v in asdict(process).items() if v is not None}
    if not isinstance(process, Mapping):
        return process
    return {k: v.tolist() if hasattr(v, "tolist") else v for k, v in process.items()}


def job_from(profile: "Profile", identity: Mapping[str, Any]) -> Job:
    """Return the job that a result of this identity was made for."""
    return job_for(
        profile,
        identity["temperature_K"],
        scenario=identity["scenario"],
        recycled=identity["recycled"],
        prices=identity.get("prices"),
        process=identity["process"],
        # Of others the magnets are in the process already.
        calibration=NO_CALIBRATION if identity.get("calibration") == NO_CALIBRATION else None,
        load_line=identity.get("load_line"),
        # A folder of 0.1 has it by its old name.
        outside_field_kA_m=identity.get("outside_field_kA_m", identity.get("outside_kA_m")),
        hours=identity.get("hours"),
        interval=identity.get("interval", 0.9),
        between=identity.get("between"),
        snapshot=identity["phases"],
        **identity.get("belief", {}),
    )


def evaluate(
    table: CompositionTable,
    job: Job,
    labels: pa.Array | Sequence[str] | None = None,
    shells: Sequence[str] | None = None,
) -> Columns:
    """Return the judged properties of some candidates, all but the columns of the ranking.

    Parameters
    ----------
    table : CompositionTable, n rows
    job : Job
    labels, shells : optional
        See `describe`.

    Returns
    -------
    Columns, n rows
        Those of the registry in their order.
    """
    at = asked_temperatures(job)
    *made, room = magnets(table, shells, [*at, ROOM_K], job.conditions, asked_elsewhere(job))
    here = describe(table, at[0], job.conditions, labels, shells, made[0], room)
    here |= verdict_of(table, dict(zip(at, [here, *made[1:]], strict=True)), job)
    return here.ordered()


def asked_temperatures(job: Job) -> list[float]:
    """Return at which temperatures a magnet is judged, K: the table's own first.

    They are those of requirements, and the ends of the device's range but for what the status, that
    over the whole of `Conditions.between`, says already.
    """
    profile = job.profile
    asked = {r.temperature_K or job.temperature for r in profile.requirements}
    ends = {profile.temperature_min_K, profile.temperature_max_K} - set(job.conditions.between)
    return [job.temperature, *sorted((asked | ends) - {job.temperature})]


def asked_elsewhere(job: Job) -> dict[float, set[str]]:
    """Return the columns that are needed at other temperatures than the table's own, K.

    They are what requirements ask there, and at room temperature what names a grade.
    """
    asked: dict[float, set[str]] = {kelvin: set() for kelvin in asked_temperatures(job)}
    asked.setdefault(ROOM_K, set()).update(GRADED)
    for requirement in job.profile.requirements:
        kelvin = requirement.temperature_K or job.temperature
        asked[kelvin].update(with_interval(requirement.column))
    del asked[job.temperature]
    return asked


def verdict_of(table: CompositionTable, tables: Tables, job: Job) -> Columns:
    """Return how candidates stand to a device, by column.

    Parameters
    ----------
    table : CompositionTable, n rows
    tables : mapping of float to Columns
        Properties at the temperatures of `asked_temperatures`.
    job : Job

    Returns
    -------
    Columns, n rows
        ``status`` over the whole range, ``probability_meets_requirements``,
        ``failed_requirements`` and ``performance_margin``.
    """
    beside = _beside(table, tables[job.temperature], job)
    verdict = judge(
        job.profile, tables, job.temperature, job.threshold, job.conditions.interval, beside
    )
    status = status_over(tables, job.temperature)
    return Columns(
        status=status,
        probability_meets_requirements=np.where(status.says("ok"), verdict.probability, 0.0),
        failed_requirements=verdict.failed,
        performance_margin=verdict.margin,
    )


def mill_of(process: Any) -> Mill | None:
    """Return the measured magnets that a process is conditional on, None if there are none."""
    record = process.get("mill") if isinstance(process, Mapping) else None
    return None if record is None else Mill.from_record(record)


def _beside(table: CompositionTable, here: Columns, job: Job) -> dict[str, NDArray[np.float64]]:
    """Return how wide differences to the reference are over values, see `judge`."""
    asked = [r.column for r in job.profile.requirements if r.share_of_reference is not None]
    if not asked:
        return {}
    mill, reference = mill_of(job.conditions.process), job.profile.reference
    process, curie = job.conditions.process, job.conditions.curie
    hosts, shells = here["host"].texts(), here["shell"].to_pylist()
    own = kinds(table, hosts, shells, process, job.temperature, curie)
    shells = [reference.shell or ""]
    it = kinds(reference.table(), [reference.host], shells, process, job.temperature, curie)
    return {q: relative_width(own, it, q, mill) for q in {FOLLOWS.get(c, c) for c in asked}}
