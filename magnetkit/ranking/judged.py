"""One chunk of candidates, from compositions to a judged table: the unit of work."""

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

from ..anchors.reference import GUARANTEE, TYPICAL, Seen, anchored_on
from ..applications.grammar import parse_requirement
from ..columnar import Columns
from ..columns import COLUMNS, with_interval
from ..composition import CompositionTable
from ..errors import InputError
from ..magnetism.kinds import kinds
from ..magnetism.likeness import relative_width
from ..magnetism.mill import ALPHA, Mill
from ..magnetism.process import process_record
from ..magnetism.sintered import read_between
from ..prediction.conditions import NO_CALIBRATION, Conditions, calibrated
from ..prediction.properties import GRADED, ROOM_K, describe, magnets
from .requirements import FOLLOWS, MEETS_PROBABILITY, Tables, judge, status_over

if TYPE_CHECKING:
    from ..applications.parts import Anchor, Requirement
    from ..applications.profile import Profile


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
        Further requirements (`magnetkit.applications.grammar`); one on the same side of the same
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
    from ..applications.parts import Requirement

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
    process = job.conditions.process
    hosts, shells = here["host"].texts(), here["shell"].to_pylist()
    own = kinds(table, hosts, shells, process, job.temperature)
    shells = [reference.shell or ""]
    it = kinds(reference.table(), [reference.host], shells, process, job.temperature)
    return {q: relative_width(own, it, q, mill) for q in {FOLLOWS.get(c, c) for c in asked}}
