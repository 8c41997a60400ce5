"""What the candidates of a screening are evaluated for: a device under conditions.

The job is made once, from a profile and what the user asks besides; its process is conditional on
the device's reference magnet.
"""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.special import ndtr

from .._core._requirement_text import parse_requirement
from .._core._toml import validate_record
from .._core._types import IntArray
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
from ..magnetism.conditions import (
    NO_CALIBRATION,
    Conditions,
    calibrated_process,
)
from ..magnetism.process import routes
from ..magnetism.sintered import parse_chord
from ._order import PLAUSIBLE, Rule
from ._profile_parts import (
    MEETS_PROBABILITY,
    SHARE,
    UNITS,
    Objective,
    Requirement,
)

if TYPE_CHECKING:
    from ._profile_parts import Anchor
    from .applications import Profile


# Temperatures closer than this are one, K.
_SAME_K = 1.0
# So many standard deviations away nothing is cut off.
_NO_CUT_DEVIATIONS = 8.0
ASKED = "asked for"
"""Source of a requirement that the user gives beside those of a device."""
AS_SOLD = "as sold: "
"""Before the name of a grade in the column ``route``: it is bought, and its sheets anchor it."""


@dataclass(frozen=True)
class Job:
    """What every candidate of a screening is evaluated for.

    Attributes
    ----------
    profile : Profile
        The device: requirements, objectives, reference magnet.
    temperature : float
        Temperature of the table, and of the requirements that name none, K.
    conditions : Conditions
        Process, calibration, duty and supply.
    threshold : float
        Probability, 0 to 1, from which the requirements count as met.
    trial : float
        Probability from which a candidate is worth a trial.
    """

    profile: "Profile"
    temperature: float
    conditions: Conditions
    threshold: float = MEETS_PROBABILITY
    trial: float = PLAUSIBLE

    @cached_property
    def scales(self) -> dict[str, float]:
        """One unit of regret by column, in its unit; for costs a share.

        It is the profile's (``profile.units``), else that of `UNITS`, else the
        share `SHARE` of the value of the reference, 1 where that is 0 or not
        known. The keys are all columns of the first two, and the objectives. A
        property, computed once and kept: do not change it.
        """
        units = UNITS | {
            unit.column: unit.value for unit in self.profile.units
        }
        columns = [
            Objective.parse(text).column for text in self.profile.objectives
        ]
        if all(column in units for column in columns):
            return units
        row = reference_row(self.profile, self.conditions, self.temperature)
        for column in columns:
            value = abs(float(row[column])) if column in row else np.nan
            units.setdefault(
                column,
                SHARE * value if value > 0.0 and np.isfinite(value) else 1.0,
            )
        return units

    def by(self, route: str) -> "Job":
        """Return the job for magnets made by a route; this job if `route` is empty.

        `route` is a name of `magnetism.process.routes`, such as "hot-deformed", or the text
        "as sold: N42SH" (`AS_SOLD` and a grade), which stands for a grade as its maker sells it:
        the process is that of its sheets alone. With a route all other settings of the process
        stay. InputError for an unknown grade; an unknown route is found where the process is read.
        This job is not changed.
        """
        if not route:
            return self
        if route.startswith(AS_SOLD):
            process = calibrated_process(
                None, route.removeprefix(AS_SOLD), self.temperature
            )
        else:
            process = {**(self.conditions.process or {}), "route": route}
        conditions = dataclasses.replace(self.conditions, process=process)
        return dataclasses.replace(self, conditions=conditions)

    def groups(self, made: Iterable[str]) -> "list[tuple[Job, IntArray]]":
        """Group magnets by the text in their column ``route``.

        Parameters
        ----------
        made : iterable of str
            Name of the route of each magnet, up to a semicolon, or "as sold:
            GRADE", which counts as a route of its own; empty, another text,
            None or NaN for the usual one.

        Returns
        -------
        list of (Job, ndarray of int64)
            The job of each route (`by`), and the numbers of its rows, from 0, ascending; together
            they are all rows. The first is that of the usual route, if any magnet is of it; the
            others follow in alphabetical order. Routes without a magnet are left out.
            InputError if there is no grade of the name behind "as sold: ".
        """
        words = (str(text).split(";")[0] for text in made)
        route_words = [
            w if w in routes() or w.startswith(AS_SOLD) else "" for w in words
        ]
        names = np.array(route_words, dtype=str)
        return [
            (self.by(str(name)), np.flatnonzero(names == name))
            for name in np.unique(names)
        ]

    @cached_property
    def heavy_today(self) -> float:
        """Heavy rare earth of the reference magnet of the device, its shell included, wt.%."""
        reference = self.profile.reference
        shells = [reference.shell or ""]
        supply_columns = supplies(reference.table(), shells, self.conditions)
        return float(supply_columns["heavy_rare_earth_wt_pct"][0])

    @cached_property
    def rule(self) -> Rule:
        """The rule by which the candidates are ranked: objectives, units and thresholds of the job."""
        rule_of_job = Rule.of(
            self.profile.objectives, self.threshold, self.scales
        )
        return dataclasses.replace(rule_of_job, trial=self.trial)


def make_job(
    profile: "Profile",
    temperature: float | None = None,
    *,
    require: Sequence[str] = (),
    objectives: Sequence[str] = (),
    **conditions: Any,
) -> Job:
    """Build the job of a device; what is not given comes from its profile.

    Parameters
    ----------
    profile : Profile
        The device; not changed.
    temperature : float, optional
        Temperature, a number in K, no text, which is not checked; the
        profile's ``temperature_K`` for None or 0.
    require : sequence of str
        Further requirements, such as "remanence_T >= 1.1", "coercivity_kA_m>=0.9*reference at
        150C" or "|remanence_coefficient_pct_K| <= 0.03"; a list or tuple, no single text. One on
        the same side of the same column at the same temperature replaces the profile's; where none
        is named it is `temperature`. All others hold beside it.
    objectives : sequence of str
        Such as "cost_USD_kg:min", in place of all of the profile's; empty for those.
    **conditions
        Keywords of `Conditions.of`, such as ``scenario`` and ``process``, and ``calibration``.
        ``between``, ``load_line``, ``outside_field_kA_m`` and ``hours`` are the profile's where
        they are None or not given.

    Returns
    -------
    Job
        With ``profile``, a new `Profile` where requirements or objectives are given, else the same;
        ``temperature``, K; ``conditions``, whose own ``temperature`` does not
        count; and the usual thresholds, ``threshold`` (0.8) and
        ``trial`` (0.5). Its process, ``conditions.process``, is a dict or None. It is anchored on
        the reference magnet of the device, unless ``calibration`` is "none" (`NO_CALIBRATION`) or
        a grade, or ``calibration`` or ``process`` names a producer.

    Raises
    ------
    InputError
        If a requirement, an objective or a condition cannot be used.
    TypeError
        If there is no condition of a name.
    """
    if conditions.get("between") is None:
        conditions["between"] = (
            profile.temperature_min_K,
            profile.temperature_max_K,
        )
    own_duty = {
        "load_line": profile.load_line,
        "outside_field_kA_m": profile.outside_field_kA_m,
        "hours": profile.service_hours,
    }
    for name, value in own_duty.items():
        if conditions.get(name) is None:
            conditions[name] = value
    reference = profile.reference.table()
    kelvin = temperature or profile.temperature_K
    calibration = conditions.pop("calibration", None)
    process = calibrated_process(
        conditions.get("process"), calibration, kelvin
    )
    if calibration != NO_CALIBRATION:
        process = _anchor_process(
            process, profile, reference, parse_chord(conditions["between"])
        )
    conditions_of_job = Conditions.of(
        **conditions | {"process": process},
        reference=reference,
        reference_shell=profile.reference.shell or "",
        whole_range=True,
    )
    conditions_of_job = dataclasses.replace(
        conditions_of_job, calibration=calibration
    )
    if objectives is not None and len(objectives):
        profile = with_fields(profile, objectives=tuple(objectives))
    new_requirements = [
        resolve_requirement(text, profile, conditions_of_job, kelvin)
        for text in require
    ]
    if new_requirements:
        new_sides = {
            (_side_of_limit(new), new.temperature_K or kelvin)
            for new in new_requirements
        }
        profile_requirements = [
            old
            for old in profile.requirements
            if (_side_of_limit(old), old.temperature_K or kelvin)
            not in new_sides
        ]
        profile = with_fields(
            profile, requirements=(*profile_requirements, *new_requirements)
        )
    return Job(profile, kelvin, conditions_of_job)


def _anchor_process(
    process: Any,
    profile: "Profile",
    reference: CompositionTable,
    between: tuple[float, float],
) -> Any:
    """Anchor a process on the reference magnet of the device.

    Parameters
    ----------
    process : dict or None
        How magnets are made, as plain settings, such as ``route`` and ``producer``; not changed.
    profile : Profile
        The device, whose reference has known values: ``profile.reference.anchors``, each with
        ``column``, ``value``, ``temperature_K``, ``spread`` and ``guaranteed``.
    reference : CompositionTable
        Recipe of the reference, one row.
    between : tuple of float
        Chord of alpha, K, the lower temperature first.

    Returns
    -------
    dict or None
        New settings with ``producer``, the record of the anchors (a dict,
        ``Producer.record()``), beside those of `process`. The process as it is
        if it names a producer already, or the profile names no known values.
    """
    if not profile.reference.anchors or get_producer(process) is not None:
        return process
    alpha_values = []
    for one in profile.reference.anchors:
        value = one.value
        deviation = one.spread
        if one.column != ALPHA:
            deviation = deviation / value
        # Of H_cJ alone.
        if one.guaranteed:
            value = value * typical_over_minimum(profile.reference.host)
            deviation = float(np.hypot(deviation, GUARANTEE))
        value, deviation = _working(value, deviation, one, profile)
        alpha_values.append(
            KnownValue(one.column, value, one.temperature_K, deviation)
        )
    grade = profile.reference.grade
    shell = profile.reference.shell
    producer = calibrate_on_reference(
        grade, reference, shell, alpha_values, between
    )
    return {**(process or {}), "producer": producer.record()}


def _working(
    value: float, deviation: float, anchor: "Anchor", profile: "Profile"
) -> tuple[float, float]:
    """Condition the value of an anchor on the fact that the magnet works in the device.

    The distribution is cut off at the device's requirements on the same column within 1 K of the
    same temperature; mean and standard deviation of the rest are returned. Minima and absolute
    maxima cut; plain maxima and shares of the reference do not. Without such requirements, or
    where they leave no room, both stay.

    Parameters
    ----------
    value : float
        Value of the anchor, in the column's unit.
    deviation : float
        Standard deviation of its ln; of alpha that of the value, %/K.
    anchor : Anchor
        Its ``column`` and ``temperature_K`` are read, not its value.
    profile : Profile
        The device.

    Returns
    -------
    value, deviation : float
        In the same units: the value is the mean, of B_r and H_cJ exp of the
        mean of ln; the deviation is no larger than before.
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
        if requirement.minimum is not None:
            low = max(low, requirement.minimum)
        if (largest := requirement.absolute_maximum) is not None:
            low = max(low, -largest)
            high = min(high, largest)
    if not low < high or not np.isfinite([low, high]).any():
        return value, deviation
    logarithm = anchor.column != ALPHA
    centre = float(np.log(value)) if logarithm else value
    if logarithm:
        # The lower end of an absolute maximum is negative, and cuts nothing of what is positive.
        low = float(np.log(low)) if low > 0.0 else -np.inf
        high = float(np.log(high))
    # Mean and variance of a normal distribution that is cut off.
    ends = np.clip(
        (np.array([low, high]) - centre) / deviation,
        -_NO_CUT_DEVIATIONS,
        _NO_CUT_DEVIATIONS,
    )
    inside = float(np.diff(ndtr(ends))[0])
    if inside <= 0.0:
        return value, deviation
    density = np.exp(-0.5 * ends**2) / np.sqrt(2.0 * np.pi) / inside
    shift = float(density[0] - density[1])
    moments = ends * density
    share = 1.0 + float(moments[0] - moments[1]) - shift**2
    mean = centre + shift * deviation
    remaining_width = deviation * float(np.sqrt(share))
    return (float(np.exp(mean)) if logarithm else mean), remaining_width


def with_fields(profile: "Profile", **fields: object) -> "Profile":
    """Return a new profile with other `fields`, by name, checked as when it is read.

    Fields are those of `Profile`, such as ``objectives`` (tuple of str) or ``requirements`` (tuple
    of `Requirement`); all others stay. InputError if one is unknown or out of range.
    """
    return validate_record(type(profile), {**dict(profile), **fields})


def resolve_requirement(
    text: str, profile: "Profile", conditions: Conditions, kelvin: float
) -> Requirement:
    """Read a requirement given as one line of text, its share of the reference as a number.

    Parameters
    ----------
    text : str
        Such as "remanence_T >= 1.1" or "coercivity_kA_m>=0.9*reference at 150C".
    profile : Profile
        The device, whose reference magnet is predicted for a share.
    conditions : Conditions
        Those of the screening.
    kelvin : float
        Temperature at which the reference is predicted for a share that names none, K; it is not
        entered in the result.

    Returns
    -------
    Requirement
        Its ``column`` is that of the text, its ``temperature_K`` too, None
        without one; its limit, ``minimum`` for ">=", ``maximum`` for "<=" or
        ``absolute_maximum`` for "|COLUMN| <=", is a number, and
        ``share_of_reference`` the share, None where the text has a number. The
        source is "asked for".

    Raises
    ------
    InputError
        If it cannot be read, names no numeric column, or the reference has no such value.
    """
    parts = parse_requirement(text)
    limit = parts.limit
    if limit is None or parts.share is not None:
        at = parts.temperature_K or kelvin
        row = reference_row(profile, conditions, at)
        value = row.get(parts.column, np.nan)
        # A text is refused below: it is no number.
        value = 0.0 if isinstance(value, str) else float(value)
        if parts.column in COLUMNS and not np.isfinite(value):
            raise InputError(
                f"requirement {text!r}: the reference magnet has none at {at:g} K"
            )
        limit = (parts.share or 1.0) * value if np.isfinite(value) else 0.0
    return validate_record(
        Requirement,
        {
            "column": parts.column,
            parts.limit_field: limit,
            "temperature_K": parts.temperature_K,
            "share_of_reference": parts.share,
            "source": ASKED,
            "status": "assumption",
        },
        f"requirement {text!r}: ",
    )


def _side_of_limit(requirement: Requirement) -> tuple[str, bool]:
    """Return column of `requirement`, and whether it is a minimum.

    Maximum and absolute maximum are one side.
    """
    return requirement.column, requirement.minimum is not None


def held_beside(profile: "Profile") -> list[Requirement]:
    """List the requirements of a device that hold beside one that the user asks at another temperature.

    `profile` is that of a job. Both are of one column and on one side: what is asked does not
    replace the device's. The list is in the order of ``profile.requirements``, and empty where the
    user asks nothing.
    """
    sides = {
        _side_of_limit(one)
        for one in profile.requirements
        if one.source == ASKED
    }
    return [
        one
        for one in profile.requirements
        if one.source != ASKED and _side_of_limit(one) in sides
    ]


def reference_row(
    profile: "Profile", conditions: Conditions, kelvin: float
) -> pd.Series:
    """Predict every property of a device's reference magnet at a temperature.

    `profile` is the device, whose ``reference`` (formula and shell) is
    predicted; `conditions` are those of the screening, whose temperatures do
    not count; `kelvin` is in K. The Series is one row of results by column,
    such as "remanence_T" and "cost_USD_kg", without those of the requirements
    and the ranking. A value that is not known is NaN.
    """
    reference = profile.reference
    shells = [reference.shell or ""]
    columns = describe(reference.table(), kelvin, conditions, shells=shells)
    return columns.frame().iloc[0]


# Conditions that a manifest holds by their own names.
_KEPT = (
    "scenario",
    "recycled",
    "prices",
    "process",
    "calibration",
    "load_line",
    "outside_field_kA_m",
    "hours",
    "interval",
    "between",
)


def job_identity(job: Job) -> dict[str, Any]:
    """Return what `restore_job` needs to build `job` anew, as plain values for the manifest.

    Returns
    -------
    dict
        ``application`` (the profile as a dict), ``temperature_K``; the
        conditions ``scenario``, ``recycled``, ``prices``, ``process``,
        ``calibration``, ``load_line``, ``outside_field_kA_m``, ``hours``,
        ``interval`` and ``between`` (a list of two, K); ``phases`` (path of
        the snapshot or None) and ``curie`` (a dict of ``data`` and ``add``,
        each a path or None). All are keys of one flat dict, which can be
        written as JSON. The thresholds of the job are left out.
    """
    own_conditions = job.conditions
    identity: dict[str, Any] = {
        "application": job.profile.model_dump(mode="json")
    }
    identity["temperature_K"] = job.temperature
    identity |= {name: getattr(own_conditions, name) for name in _KEPT}
    identity["between"] = list(own_conditions.between)
    identity["phases"] = None
    if own_conditions.snapshot is not None:
        identity["phases"] = str(own_conditions.snapshot)
    identity["curie"] = {
        "data": own_conditions.data,
        "add": own_conditions.add,
    }
    return identity


def restore_job(profile: "Profile", identity: Mapping[str, Any]) -> Job:
    """Build the job that a result was made for, from the identity in its manifest.

    `profile` is the device with the requirements and objectives of the job; the ``application`` of
    the identity is not read. The `Job` is as of `make_job`. `identity` is what `job_identity`
    returned (KeyError if a part is missing). The phase data and Curie files that it names must be
    there. Thresholds are the usual ones, and a calibration by name becomes None, since its magnets
    are in the process.
    """
    stored_keywords = {name: identity[name] for name in _KEPT} | identity[
        "curie"
    ]
    if stored_keywords["calibration"] != NO_CALIBRATION:
        # The magnets of others are in the process already.
        stored_keywords["calibration"] = None
    return make_job(
        profile,
        identity["temperature_K"],
        snapshot=identity["phases"],
        **stored_keywords,
    )


def get_producer(process: Any) -> Producer | None:
    """Return the measured magnets that a process is conditional on, None if there are none.

    `process` is a dict of settings, whose ``producer`` is a record (a dict, as
    of ``Producer.record()``), None or missing; or it is None. The `Producer`
    is a new one, with ``name``, ``magnets`` (a tuple of dicts, one a measured
    value) and ``stated``, a tuple of levels that are stated. StoreError if the
    record is damaged.
    """
    record = (process or {}).get("producer")
    if record is None:
        return None
    return Producer.from_record(record)
