"""One chunk of candidates, from compositions to a judged table: the unit of work."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from ..columns import NAMES, ordered, with_interval
from ..composition import CompositionTable
from ..prediction.properties import Conditions, conditions_for, describe, magnets
from .requirements import MEETS_PROBABILITY, judge

if TYPE_CHECKING:
    from ..applications.profile import Profile


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


def job_for(profile: "Profile", temperature: float | None = None, **conditions: Any) -> Job:
    """Return the job of a device; what is not given comes from its profile.

    Parameters
    ----------
    profile : Profile
        The device.
    temperature : float, optional
        K.
    **conditions
        As of `magnetkit.predict`; see `conditions_for`.

    Raises
    ------
    InputError
        If a condition cannot be used.
    """
    if conditions.get("between") is None:
        conditions["between"] = (profile.temperature_min_K, profile.temperature_max_K)
    if conditions.get("load_line") is None:
        conditions["load_line"] = profile.load_line
    reference = CompositionTable.from_strings(
        [profile.reference.formula], basis=profile.reference.basis
    )
    made = conditions_for(
        **conditions,
        reference=reference,
        reference_shell=profile.reference.shell or "",
        whole_range=True,
    )
    return Job(profile, temperature or profile.temperature_K, made)


def identity_of(job: Job) -> dict[str, Any]:
    """Return what `job_from` needs to build a job anew, as plain values for the manifest."""
    conditions = job.conditions
    return {
        "application": job.profile.model_dump(mode="json"),
        "temperature_K": job.temperature,
        "scenario": conditions.scenario,
        "recycled": conditions.recycled,
        "process": _plain(conditions.process),
        "load_line": conditions.load_line,
        "interval": conditions.interval,
        "between": list(conditions.between),
        "phases": None if conditions.snapshot is None else str(conditions.snapshot),
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
        process=identity["process"],
        load_line=identity.get("load_line"),
        interval=identity.get("interval", 0.9),
        between=identity.get("between"),
        snapshot=identity["phases"],
    )


def evaluate(
    table: CompositionTable,
    job: Job,
    labels: pa.Array | Sequence[str] | None = None,
    shells: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Return the judged properties of some candidates, all but the columns of the ranking.

    Parameters
    ----------
    table : CompositionTable, n rows
    job : Job
    labels, shells : optional
        See `describe`.

    Returns
    -------
    DataFrame, n rows
        Registry columns in their order.
    """
    profile = job.profile
    asked = {r.temperature_K or job.temperature for r in profile.requirements}
    ends = {profile.temperature_min_K, profile.temperature_max_K}
    at = [job.temperature, *sorted((asked | ends) - {job.temperature})]
    frames = dict(zip(at, magnets(table, shells, at, job.conditions), strict=True))
    here = describe(table, job.temperature, job.conditions, labels, shells, frames[at[0]])
    frames[at[0]] = here
    verdict = judge(profile, frames, job.temperature, job.threshold, job.conditions.interval)
    here["status"] = _status_over(frames, job.temperature)
    here["probability_meets_requirements"] = np.where(
        here["status"] == "ok", verdict.probability, 0.0
    )
    here["failed_requirements"] = verdict.failed
    here["performance_margin"] = verdict.margin
    return here[ordered(here.columns)]


def _status_over(frames: dict[float, pd.DataFrame], temperature: float) -> pd.Series:
    """Return the status over the whole range: the first that is not ok, the table's own first."""
    status = frames[temperature]["status"].astype(object)
    for frame in frames.values():
        status = status.where(status != "ok", frame["status"].astype(object))
    return status.astype("category")


def columns_of_result() -> list[str]:
    """Return every column of a result, in order."""
    return [c for name in NAMES for c in with_interval(name)]
