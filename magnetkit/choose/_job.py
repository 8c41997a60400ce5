"""What the candidates of a screening are evaluated for: a device under conditions.

The job is made once, from a profile and what the user asks besides; its process is conditional on
the device's reference magnet.
"""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr

from .._core._requirement_text import parse_requirement
from .._core._toml import validate_record
from .._core.columns import COLUMNS
from .._core.errors import InputError
from ..alloy.table import CompositionTable
from ..magnetism._measured import ALPHA, Producer
from ..magnetism._reference import (
    GUARANTEE,
    KnownValue,
    calibrate_on_reference,
    typical_over_minimum,
)
from ..magnetism._stages import describe, supplies
from ..magnetism.conditions import NO_CALIBRATION, Conditions, calibrated_process
from ..magnetism.process import process_record, routes
from ..magnetism.sintered import parse_chord
from ._order import PLAUSIBLE, Rule
from ._profile_parts import MEETS_PROBABILITY, SHARE, UNITS, Objective, Requirement

if TYPE_CHECKING:
    from ._profile_parts import Anchor
    from .applications import Profile


# Temperatures closer than this are one, K.
_SAME_K = 1.0
# So many standard deviations away nothing is cut off.
_NO_CUT_DEVIATIONS = 8.0
AS_SOLD = "as sold: "
"""Before the name of a grade in the column ``route``: it is bought, and its sheets anchor it."""


@dataclass(frozen=True)
class Job:
    """What every candidate of a screening is evaluated for."""

    profile: "Profile"
    temperature: float  # of the table, and of the requirements that name none, K
    conditions: Conditions
    threshold: float = MEETS_PROBABILITY  # from which the requirements count as met
    trial: float = PLAUSIBLE  # probability from which a candidate is worth a trial

    @cached_property
    def scales(self) -> dict[str, float]:
        """One unit of regret by column: the profile's, `UNITS`, or a share of the reference."""
        found = UNITS | {unit.column: unit.value for unit in self.profile.units}
        columns = [Objective.parse(text).column for text in self.profile.objectives]
        if all(column in found for column in columns):
            return found
        row = reference_row(self.profile, self.conditions, self.temperature)
        for column in columns:
            value = abs(float(row[column])) if column in row else np.nan
            found.setdefault(
                column, SHARE * value if value > 0.0 and np.isfinite(value) else 1.0
            )
        return found

    def by(self, route: str) -> "Job":
        """Return the job for magnets made by a route; this one if `route` is empty.

        ``as sold: GRADE`` stands for a grade as its maker sells it.
        """
        if not route:
            return self
        if route.startswith(AS_SOLD):
            process = calibrated_process(
                None, route.removeprefix(AS_SOLD), self.temperature
            )
        else:
            process = {
                **(process_record(self.conditions.process) or {}),
                "route": route,
            }
        conditions = dataclasses.replace(self.conditions, process=process)
        return dataclasses.replace(self, conditions=conditions)

    def groups(self, made: Iterable[str]) -> "list[tuple[Job, NDArray[np.int64]]]":
        """Return the jobs of magnets by the column ``route``, each with the numbers of its rows."""
        words = (str(text).split(";")[0] for text in made)
        known = [w if w in routes() or w.startswith(AS_SOLD) else "" for w in words]
        names = np.array(known, dtype=str)
        return [
            (self.by(str(name)), np.flatnonzero(names == name))
            for name in np.unique(names)
        ]

    @cached_property
    def heavy_today(self) -> float:
        """Heavy rare earth of the reference magnet, wt.%."""
        shell = [self.profile.reference.shell] if self.profile.reference.shell else None
        found = supplies(self.profile.reference.table(), shell, self.conditions)
        return float(found["heavy_rare_earth_wt_pct"][0])

    @cached_property
    def rule(self) -> Rule:
        """The rule by which the candidates are ranked."""
        found = Rule.of(self.profile.objectives, self.threshold, self.scales)
        return dataclasses.replace(found, trial=self.trial)


def make_job(
    profile: "Profile",
    temperature: float | None = None,
    *,
    require: Sequence[str] = (),
    objectives: Sequence[str] = (),
    **conditions: Any,
) -> Job:
    """Return the job of a device; what is not given comes from its profile.

    Of further requirements (`require`) one on the same side of the same column at the same
    temperature replaces the profile's; `objectives` stand in place of the profile's. `temperature`
    is in K, `conditions` are those of `Conditions.of`.
    """
    if conditions.get("between") is None:
        conditions["between"] = (profile.temperature_min_K, profile.temperature_max_K)
    own = {
        "load_line": profile.load_line,
        "outside_field_kA_m": profile.outside_field_kA_m,
        "hours": profile.service_hours,
    }
    conditions |= {
        name: value for name, value in own.items() if conditions.get(name) is None
    }
    reference = profile.reference.table()
    kelvin = temperature or profile.temperature_K
    calibration = conditions.pop("calibration", None)
    process = calibrated_process(conditions.get("process"), calibration, kelvin)
    if calibration != NO_CALIBRATION:
        process = _anchor_process(
            process, profile, reference, parse_chord(conditions["between"])
        )
    made = Conditions.of(
        **conditions | {"process": process},
        reference=reference,
        reference_shell=profile.reference.shell or "",
        whole_range=True,
    )
    made = dataclasses.replace(made, calibration=calibration)
    if objectives is not None and len(objectives):
        profile = with_fields(profile, objectives=tuple(objectives))
    added = [resolve_requirement(text, profile, made, kelvin) for text in require]
    if added:
        replaced = {_side_of_limit(new) for new in added}
        kept = [
            old for old in profile.requirements if _side_of_limit(old) not in replaced
        ]
        profile = with_fields(profile, requirements=(*kept, *added))
    return Job(profile, kelvin, made)


def _anchor_process(
    process: Any,
    profile: "Profile",
    reference: CompositionTable,
    between: tuple[float, float],
) -> Any:
    """Return a process conditional on the reference magnet, unless it has measured magnets."""
    own = process_record(process)
    if not profile.reference.anchors or (
        own is not None and own.get("producer") is not None
    ):
        return process
    seen = []
    for one in profile.reference.anchors:
        value = one.value
        deviation = one.spread
        if one.column != ALPHA:
            ratio = (
                typical_over_minimum(profile.reference.host) if one.guaranteed else 1.0
            )
            value, deviation = value * ratio, deviation / value
        if one.guaranteed:
            deviation = float(np.hypot(deviation, GUARANTEE))
        value, deviation = _working(value, deviation, one, profile)
        seen.append(KnownValue(one.column, value, one.temperature_K, deviation))
    grade = profile.reference.grade
    shell = profile.reference.shell
    producer = calibrate_on_reference(grade, reference, shell, seen, between)
    return {**(own or {}), "producer": producer.record()}


def _working(
    value: float, deviation: float, anchor: "Anchor", profile: "Profile"
) -> tuple[float, float]:
    """Return the value of an anchor and its deviation, given that the magnet works in the device.

    Its distribution is cut off at the device's requirements; mean and variance of the rest count.
    """
    low = -np.inf
    high = np.inf
    for requirement in profile.requirements:
        at = profile.requirement_temperature(requirement)
        if (
            requirement.column != anchor.column
            or requirement.share_of_reference is not None
        ):
            continue
        if at is not None and abs(at - anchor.temperature_K) > _SAME_K:
            continue
        low = max(
            low, requirement.minimum if requirement.minimum is not None else -np.inf
        )
        if (largest := requirement.absolute_maximum) is not None:
            low = max(low, -largest)
            high = min(high, largest)
    if not low < high or not np.isfinite([low, high]).any():
        return value, deviation
    logarithm = anchor.column != ALPHA
    if logarithm:
        value = float(np.log(value))
        low = float(np.log(low))
    # Mean and variance of a normal distribution that is cut off.
    ends = np.clip(
        (np.array([low, high]) - value) / deviation,
        -_NO_CUT_DEVIATIONS,
        _NO_CUT_DEVIATIONS,
    )
    inside = float(np.diff(ndtr(ends))[0])
    density = np.exp(-0.5 * ends**2) / np.sqrt(2.0 * np.pi) / inside
    shift = float(density[0] - density[1])
    share = 1.0 + float(ends[0] * density[0] - ends[1] * density[1]) - shift**2
    mean = value + shift * deviation
    left = deviation * float(np.sqrt(share))
    return (float(np.exp(mean)) if logarithm else mean), left


def with_fields(profile: "Profile", **fields: object) -> "Profile":
    """Return a profile with other fields, checked as when it is read."""
    return validate_record(type(profile), {**dict(profile), **fields})


def resolve_requirement(
    text: str, profile: "Profile", conditions: Conditions, kelvin: float
) -> Requirement:
    """Return a requirement given as one line of text, its share of the reference as a number.

    Raises `InputError` if it cannot be read, names no numeric column, or the reference has no such
    value.
    """
    given = parse_requirement(text)
    limit = given.limit
    if limit is None or given.share is not None:
        at = given.temperature_K or kelvin
        row = reference_row(profile, conditions, at)
        value = float(row[given.column]) if given.column in row else np.nan
        if given.column in COLUMNS and not np.isfinite(value):
            raise InputError(
                f"requirement {text!r}: the reference magnet has none at {at:g} K"
            )
        limit = (given.share or 1.0) * value if np.isfinite(value) else 0.0
    side = "minimum" if given.sign == ">=" else "maximum"
    return validate_record(
        Requirement,
        {
            "column": given.column,
            "absolute_maximum" if given.absolute else side: limit,
            "temperature_K": given.temperature_K,
            "share_of_reference": given.share,
            "source": "asked for",
            "status": "assumption",
        },
        f"requirement {text!r}: ",
    )


def _side_of_limit(requirement: Requirement) -> tuple[str, bool, float | None]:
    return (
        requirement.column,
        requirement.minimum is not None,
        requirement.temperature_K,
    )


def reference_row(
    profile: "Profile", conditions: Conditions, kelvin: float
) -> pd.Series:
    """Return every property of a device's reference magnet at a temperature, K."""
    shell = [profile.reference.shell] if profile.reference.shell else None
    found = describe(profile.reference.table(), kelvin, conditions, shells=shell)
    return found.frame().iloc[0]


# Conditions that a manifest holds by their own names.
_KEPT = (
    *("scenario", "recycled", "prices", "process", "calibration", "load_line"),
    *("outside_field_kA_m", "hours", "interval", "between"),
)


def job_identity(job: Job) -> dict[str, Any]:
    """Return what `restore_job` needs to build a job anew, as plain values for the manifest."""
    own = job.conditions
    found: dict[str, Any] = {"application": job.profile.model_dump(mode="json")}
    found["temperature_K"] = job.temperature
    found |= {name: getattr(own, name) for name in _KEPT}
    found |= {"process": _process_values(own.process), "between": list(own.between)}
    found["phases"] = None if own.snapshot is None else str(own.snapshot)
    return found | {"curie": {"data": own.data, "add": own.add}}


def _process_values(process: Any) -> Any:
    """Return what the user gave as `process` as JSON values."""
    if is_dataclass(process) and not isinstance(process, type):
        process = {k: v for k, v in asdict(process).items() if v is not None}
    if not isinstance(process, Mapping):
        return process
    return {k: v.tolist() if hasattr(v, "tolist") else v for k, v in process.items()}


def restore_job(profile: "Profile", identity: Mapping[str, Any]) -> Job:
    """Return the job that a result of this identity was made for."""
    kept = {name: identity[name] for name in _KEPT} | identity["curie"]
    if kept["calibration"] != NO_CALIBRATION:
        # The magnets of others are in the process already.
        kept["calibration"] = None
    return make_job(
        profile, identity["temperature_K"], snapshot=identity["phases"], **kept
    )


def get_producer(process: Any) -> Producer | None:
    """Return the measured magnets that a process is conditional on, None if there are none."""
    record = process.get("producer") if isinstance(process, Mapping) else None
    if record is None:
        return None
    return Producer.from_record(record)
