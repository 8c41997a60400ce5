"""Candidates of a screening beside the grade that its predictions rest on, as in a replacement.

Where a calibration is a grade, the producer of today's magnet makes the candidates: what they
guarantee, their margin and their probability are those of `magnetkit.replace`, by one function.
"""

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .._core._columnar import Coded, Columns
from .._core.elements import SYMBOLS
from ..alloy._grade_names import is_grade
from ..alloy.table import CompositionTable
from ..magnetism._composition_estimate import MELTED, Recipe
from ..magnetism._measured import COERCIVITY
from ..magnetism._stages import GUARANTEED
from ..phases.records import HOSTS, root_host
from ._candidates import SUPPORTED_LIMITS, judge_melts
from ._profile_parts import CHANCE, Requirement
from ._request import (
    KNEE,
    MARGIN_OF_DUTY,
    REMANENCE,
    Incumbent,
    Limits,
    Request,
    incumbent_of_grade,
    route_of_candidates,
    with_makeup,
)

if TYPE_CHECKING:
    from ._job import Job

_SAME_TEMPERATURE_K = 0.5
_JUDGED = (REMANENCE, COERCIVITY, KNEE, MARGIN_OF_DUTY, *GUARANTEED.values())


def is_beside_grade(job: "Job") -> bool:
    """Return whether the candidates of `job` are judged beside the grade of their calibration.

    They are if ``job.conditions.calibration`` (a text or None) names a grade of
    `magnetkit.grades`, such as "N42SH", and `magnetkit.replace` can ask for every requirement of
    the device (``job.profile.requirements``). It can ask for some columns, at
    the temperature of the job and for a number, no share of a reference.
    """
    calibration = job.conditions.calibration
    if calibration is None or not is_grade(calibration):
        return False
    return all(_is_supported(one, job) for one in job.profile.requirements)


def _is_supported(requirement: Requirement, job: "Job") -> bool:
    """Say whether `magnetkit.replace` can ask for `requirement`, one of the device of `job`.

    It can if its ``column`` is one of `SUPPORTED_LIMITS`, its ``temperature_K`` is None or within
    0.5 K of ``job.temperature``, and its ``share_of_reference`` is None.
    """
    kelvin = requirement.temperature_K or job.temperature
    if (
        abs(kelvin - job.temperature) > _SAME_TEMPERATURE_K
        or requirement.share_of_reference is not None
    ):
        return False
    return requirement.column in SUPPORTED_LIMITS


def _find_request(job: "Job") -> tuple[Request, Limits]:
    """Build the request of a replacement that corresponds to the screening of `job`.

    Of `job` its ``profile.requirements``, ``conditions`` and ``temperature``
    (K) are read.

    Returns
    -------
    request : Request
        Conditions of the job at its one temperature, without process and
        calibration; ``on_duty`` if the device requires
        ``demagnetization_safety``, ``lasting`` if the time of use
        (``job.conditions.hours``) is above 0. All other fields are the usual
        ones; it has no ``require``.
    limits : dict of str to Requirement
        All requirements of the profile by column, also those that no
        replacement is asked for. Of several on one column the last is kept.
    """
    limits = {one.column: one for one in job.profile.requirements}
    conditions = dataclasses.replace(
        job.conditions,
        temperature=(job.temperature,),
        process=None,
        calibration=None,
    )
    request = Request(
        conditions,
        on_duty=MARGIN_OF_DUTY in limits,
        lasting=bool(conditions.hours),
    )
    return request, limits


def judge_beside_grade(
    table: CompositionTable,
    shells: Sequence[str] | None,
    here: Columns,
    job: "Job",
) -> Columns:
    """Return the columns of n candidates, those replaced that depend on the grade in use.

    The grade is the calibration of `job`. Only candidates of the grade's host family whose status
    is "ok" are judged anew. Replaced for them are ``probability_meets_requirements``,
    ``failed_requirements``, the guaranteed values (`GUARANTEED`), ``remanence_T``,
    ``coercivity_kA_m`` and ``knee_field_kA_m`` of a usual lot with their ends ``_lo`` and ``_hi``,
    each where `here` has it, and ``demagnetization_safety``, which becomes that of what 99 % of
    lots reach. All other columns stay, the ends of ``demagnetization_safety`` too.

    Parameters
    ----------
    table : CompositionTable
        n candidates.
    shells : sequence of str or None
        Shell of each, a text such as "Tb 0.5 wt%", empty for none; None if no candidate has one.
    here : Columns
        Their evaluated columns of n rows by name, numbers as arrays; not
        changed. ``host``, ``status`` and ``failed_requirements`` are required,
        each a `Coded` (``Coded.of(texts)`` builds one of n texts).
    job : Job
        Device (``profile``), ``temperature`` (K) and ``conditions`` that they
        are evaluated for. `is_beside_grade` must be True of it: its
        ``conditions.calibration`` names a grade, and a replacement can be
        asked for all its requirements.

    Returns
    -------
    Columns
        New columns of n rows; `here` itself where the grade is not melted, its host has no model,
        or no candidate is to be judged.

    Raises
    ------
    InputError
        If the grade is unknown, or is no magnet at the temperature, or a
        requirement is one that no replacement can be asked for.
    """
    request, limits = _find_request(job)
    incumbent = with_makeup(
        incumbent_of_grade(str(job.conditions.calibration), request), request
    )
    if incumbent.kind not in MELTED or incumbent.host not in HOSTS:
        return here
    hosts = [
        root_host(host) if host in HOSTS else ""
        for host in here["host"].texts()
    ]
    same = np.array(hosts, object) == root_host(incumbent.host)
    rows = np.flatnonzero(same & here["status"].says("ok"))
    if not len(rows):
        return here
    candidate_rows = _judge_rows(
        table, shells, rows, incumbent, request, limits, job
    )
    columns = Columns(here)
    for name in (CHANCE, *_JUDGED):
        for column in (name, f"{name}_lo", f"{name}_hi"):
            if column in here and column in candidate_rows:
                values = np.array(here[column], np.float64)
                values[rows] = candidate_rows[column].to_numpy(float)
                columns[column] = values
    failure_texts = np.array(here["failed_requirements"].texts(), object)
    failure_texts[rows] = _failed_texts(candidate_rows, limits)
    columns["failed_requirements"] = Coded.of(list(map(str, failure_texts)))
    return columns


def _judge_rows(
    table: CompositionTable,
    shells: Sequence[str] | None,
    rows: np.ndarray,
    incumbent: Incumbent,
    request: Request,
    limits: Limits,
    job: "Job",
) -> pd.DataFrame:
    """Judge some candidates beside the recipe of today's magnet.

    Parameters
    ----------
    table : CompositionTable
        All n candidates.
    shells : sequence of str or None
        Shell of each, a text such as "Tb 0.5 wt%", empty for none; None if no candidate has one.
    rows : ndarray of int
        Numbers of those to judge, from 0.
    incumbent : Incumbent
        Today's magnet, with its ``makeup``.
    request : Request
        Of `_find_request`.
    limits : dict of str to Requirement
        By column, of `_find_request`.
    job : Job
        Names the reference and the route of the candidates.

    Returns
    -------
    pandas.DataFrame
        Columns of the table of `judge_melts`, such as ``candidate`` (the
        recipe in wt.%), ``remanence_T``, ``remanence_guaranteed_T``, ``demagnetization_safety``
        and ``probability_meets_requirements``; one row for each of `rows`, in
        their order. The row of today's magnet is left out, so the index begins
        at 1.
    """
    today_recipe = _recipe_in_use(incumbent, job)
    route = route_of_candidates(job.conditions.process)
    texts = [weight_text(table, row) for row in rows.tolist()]
    put_in = [""] * len(rows)
    if shells is not None:
        put_in = [shells[row] or "" for row in rows.tolist()]
    frame = pd.DataFrame(
        {
            "composition": [today_recipe.text, *texts],
            "shell": [today_recipe.shell, *put_in],
            "way": ["own", *["bulk"] * len(rows)],
            "route": [None, *[route] * len(rows)],
        }
    )
    return judge_melts(
        incumbent, today_recipe, request, limits, frame
    ).table.iloc[1:]


def _recipe_in_use(incumbent: Incumbent, job: "Job") -> Recipe:
    """Return the recipe of today's magnet: ``text`` in wt.%, such as "B1Fe69Nd30", and ``shell`` (or "").

    It is that of the reference of the device of `job` if its grade is that of
    `incumbent`; its field ``heavy_wt_pct`` is 0, whatever heavy rare earth
    ``text`` and ``shell`` hold. Otherwise it is the likeliest recipe of the
    grade, whose composition must be known (``incumbent.makeup``) in this case.
    """
    reference = job.profile.reference
    if reference.grade == incumbent.name:
        return Recipe(
            weight_text(reference.table(), 0), reference.shell or "", 0.0, 1.0
        )
    assert incumbent.makeup is not None
    return incumbent.makeup.best


def weight_text(table: CompositionTable, row: int) -> str:
    """Return the composition of row number `row`, from 0, of `table` in wt.%, such as "B1Fe69Nd30".

    Elements come by atomic number, with at most four decimals and six digits; one of less than
    0.00005 wt.% is left out. Row numbers are places in the table, not those
    of ``row_index``. The text names no unit: read it with the basis "weight".
    """
    weights = np.round(100.0 * table[np.array([row])].weight_fractions()[0], 4)
    present_elements = np.flatnonzero(weights)
    return "".join(f"{SYMBOLS[i]}{weights[i]:g}" for i in present_elements)


def _failed_texts(judged: pd.DataFrame, limits: Limits) -> list[str]:
    """List for each row the requirements that its guaranteed values miss.

    `limits` maps columns such as "remanence_T" to `Requirement`. `judged`, the
    table of `judge_melts`, must have ``remanence_guaranteed_T`` for a limit on
    ``remanence_T``, ``coercivity_guaranteed_kA_m`` for one on
    ``coercivity_kA_m``, and the column itself for any other (KeyError
    otherwise). A text is ``str`` of each requirement, such as "remanence_T >=
    1.1" or "remanence_T >= 1.1 at 423.15 K", in the order of `limits`,
    separated by "; "; it is empty where none is missed. A value at its
    limit counts as not missed, NaN as missed.
    """
    misses_by_row: list[list[str]] = [[] for _ in range(len(judged))]
    for column, limit in limits.items():
        values = judged[GUARANTEED.get(column, column)].to_numpy(float)
        for row in np.flatnonzero(~(limit.margin(values) >= -1e-9)):
            misses_by_row[row].append(str(limit))
    return ["; ".join(texts) for texts in misses_by_row]
