"""The lower class of today's magnets that is sold and does for a device, as a decision."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from .._core._columnar import Columns
from .._core.columns import COLUMNS
from ..alloy.table import CompositionTable
from ..magnetism import _stages
from ..magnetism._composition_estimate import Recipe, likeliest_recipe
from ..magnetism.grades import OF_LOTS, secondhand
from ..phases.records import root_host
from ._candidates import AMPLE, LOWER_CLASS, is_of_family, sold_figures
from ._decisions import saves_enough
from ._evaluate import evaluate
from ._job import AS_SOLD, Job
from ._profile_parts import CHANCE
from ._request import KNEE
from .probability import limit_deviation, probability_of_grades
from .thresholds import MEETS, SAVING_WT_PCT

if TYPE_CHECKING:
    import pandas as pd

# Grades whose recipe is estimated, and that are named.
_TRIED = 12
_NAMED_MAKERS = 4


class _NotSold(Exception):
    """Why no lower class is to be bought, in a sentence."""


def lower_class(job: Job, today: Columns) -> tuple[pa.Table | None, str]:
    """Find a lower class of today's family to buy for a device.

    Its probability is that its guaranteed values, as makers print them on their own sheets, meet
    the requirements, as in `magnetkit.replace`. Its recipe is an estimate. All other columns are
    those of the recipe as its sheets anchor it.

    Parameters
    ----------
    job : Job
        The device, its temperature and its conditions.
    today : Columns
        Today's magnet, one row, with the arrays (1,) ``remanence_guaranteed_T``
        (T) and ``coercivity_guaranteed_kA_m`` (kA/m), which alone are read.

    Returns
    -------
    row : pyarrow.Table or None
        The class as a candidate, one row with the columns of a result but for
        those of the ranking, and ``copies``, how many classes would do,
        whether they save heavy rare earth or not.
    reason : str
        Why there is none; otherwise a sentence that names what is sold, up to four grades.
    """
    try:
        classes = _able_classes(job, today)
        sold, made = _leanest_class(classes, job, today)
    except _NotSold as reason:
        return None, str(reason)
    record = _record_of_class(sold, made, job) | {"copies": len(classes)}
    names = _maker_names(classes)
    sentence = f"Sold and as good: {names}; their recipes are estimates."
    return pa.Table.from_pylist([record]), sentence


def _able_classes(job: Job, today: Columns) -> "pd.DataFrame":
    """Return the lower classes that meet every requirement likely enough, least coercive first.

    A lower class is of today's family, has less than `LOWER_CLASS` times today's guaranteed H_cJ,
    and a sheet of its maker. Likely enough is a probability of `MEETS` or more.

    Parameters
    ----------
    job : Job
        Device with its requirements, and temperature. A requirement on a column that `_sheets`
        does not have, such as "cost_USD_kg", means that no class is shown.
    today : Columns
        The magnet in use, one row, with ``coercivity_guaranteed_kA_m``.

    Returns
    -------
    pandas.DataFrame
        Columns of `_sheets`, such as ``grade``, ``makers``, ``host``,
        ``remanence_T`` and ``coercivity_kA_m``, and
        ``probability_meets_requirements``; at least one row. The index is that
        of `_sheets`, with gaps.

    Raises
    ------
    _NotSold
        If there is none, or no sheet prints what is required.
    """
    reference = job.profile.reference
    h_cj = float(today[_stages.GUARANTEED["coercivity_kA_m"]][0])
    rows = _sheets(job.temperature, job)
    fits = is_of_family(rows["host"], reference.host)
    fits &= rows["coercivity_kA_m"] < LOWER_CLASS * h_cj
    fits &= ~rows["grade"].isin(secondhand())
    lots: tuple[list[Any], list[Any]] = ([], [])
    widths: tuple[list[Any], list[Any]] = ([], [])
    for ratios, deviations in zip(lots, widths, strict=True):
        ratios.append(np.full(len(rows), AMPLE))
        deviations.append(np.zeros(len(rows)))
    for requirement in job.profile.requirements:
        column = requirement.column
        kelvin = (
            job.profile.requirement_temperature(requirement) or job.temperature
        )
        sheets = _sheets(kelvin, job)
        if column not in sheets:
            label = COLUMNS[column].label
            raise _NotSold(
                f"No lower class is shown: no sheet prints {label}."
            )
        values = sheets[column].to_numpy(float)
        limit = requirement.minimum
        if column in OF_LOTS and limit is not None and limit > 0.0:
            lot, power = OF_LOTS[column]
            ratio = np.maximum(np.nan_to_num(values) / limit, 1e-9)
            lots[lot].append(power * np.log(ratio))
            width = limit_deviation(values, limit, requirement.limit_range)
            widths[lot].append(power * width)
        else:
            fits &= requirement.margin(values) >= 0.0
    chance = probability_of_grades(lots, widths)
    able = rows.assign(**{CHANCE: chance})[fits]
    # Heavy rare earth rises with the class: the least coercive are the leanest.
    able = able[able[CHANCE] >= MEETS].sort_values(
        "coercivity_kA_m", kind="stable"
    )
    if not len(able):
        raise _NotSold(
            "No lower class as sold meets every requirement by its makers’ least values."
        )
    return able


def _leanest_class(
    classes: "pd.DataFrame", job: Job, today: Columns
) -> tuple["pd.Series", Recipe]:
    """Return the class whose likeliest recipe has least heavy rare earth, and the recipe.

    Recipes are estimates: of those within `SAVING_WT_PCT` of the leanest it is
    that of most nearly today's B_r.

    Parameters
    ----------
    classes : pandas.DataFrame
        Rows of `_able_classes`, of which the first twelve (`_TRIED`) are looked at; ``grade`` and
        ``remanence_T`` are read.
    job : Job
        Its ``profile.reference`` is that against which heavy rare earth is
        saved.
    today : Columns
        The magnet in use, one row, with ``remanence_guaranteed_T``.

    Returns
    -------
    sold : pandas.Series
        The row of the class.
    made : Recipe
        Its likeliest recipe, with ``text`` (wt.%), ``shell`` and
        ``heavy_wt_pct``, of the kind of the reference: "diffused" if that has
        a shell, "bulk" otherwise. Classes without one are passed over.

    Raises
    ------
    _NotSold
        If none saves enough (`saves_enough`).
    """
    b_r = float(today[_stages.GUARANTEED["remanence_T"]][0])
    kind = "diffused" if job.profile.reference.shell else "bulk"
    tried = _TRIED if saves_enough(0.0, job) else 0
    ways = []
    for _, sold in classes.head(tried).iterrows():
        made = likeliest_recipe(str(sold["grade"]), kind, job.conditions.curie)
        if made is not None and saves_enough(made.heavy_wt_pct, job):
            ways.append((sold, made))
    if not ways:
        names = _maker_names(classes)
        raise _NotSold(
            f"Lower classes as sold do as well, and save no heavy rare earth: {names}."
        )
    leanest = min(made.heavy_wt_pct for _, made in ways)
    lean = [
        way for way in ways if way[1].heavy_wt_pct <= leanest + SAVING_WT_PCT
    ]
    return min(lean, key=lambda way: abs(way[0]["remanence_T"] - b_r))


def _maker_names(classes: "pd.DataFrame") -> str:
    return ", ".join(classes["grade"].head(_NAMED_MAKERS))


def _record_of_class(
    sold: "pd.Series", made: Recipe, job: Job
) -> dict[str, Any]:
    """Return a grade as sold as a record of results: its recipe evaluated, beside what its sheets say.

    The recipe is evaluated with the model anchored on the sheets of the grade; all values are
    those of the evaluation but for ``probability_meets_requirements``, which is that of the
    sheets. The grade is recorded as meeting all requirements.

    Parameters
    ----------
    sold : pandas.Series
        The grade's row: ``grade``, ``makers`` and ``probability_meets_requirements``.
    made : Recipe
        Estimated recipe of the grade; its ``text`` (wt.%) and ``shell`` are read.
    job : Job
        What is being replaced, and how candidates are evaluated.

    Returns
    -------
    dict
        Value by column of results, None for NaN. ``candidate`` is "GRADE
        (MAKERS)", ``route`` "as sold: GRADE", ``meets_requirements`` True,
        ``failed_requirements`` an empty text and ``evidence_distance`` 0.
        There is no ``rank``.
    """
    table = CompositionTable.from_strings([made.text], "weight")
    route = f"{AS_SOLD}{sold['grade']}"
    row = evaluate(table, [made.shell], job.by(route)).columns
    record = row.arrow().to_pylist()[0]
    record |= {
        "route": route,
        "meets_requirements": True,
        "candidate": f"{sold['grade']} ({sold['makers']})",
        "nearest_grade": sold["grade"],
        "decision": f"{root_host(job.profile.reference.host)}: lower class as sold",
        "failed_requirements": "",
        "evidence_farthest": "",
        "evidence_distance": 0.0,
        CHANCE: sold[CHANCE],
    }
    return record


def _sheets(kelvin: float, job: Job) -> Any:
    """Return `sold_figures` at the temperature `kelvin`, K, with the safety at the duty of `job` added.

    The frame is new: one row a grade, numbered from 0, with the columns of
    `sold_figures`, such as ``grade``, ``remanence_T`` and ``knee_field_kA_m``,
    and ``demagnetization_safety``, the guaranteed knee field over the field at
    the duty of ``job``.
    """
    rows = sold_figures(kelvin)
    b_r, knee, recoil = (
        rows[n].to_numpy(float) for n in ("remanence_T", KNEE, "recoil")
    )
    safety = job.conditions.duty.safety(b_r, 1e3 * knee, recoil)
    return rows.assign(demagnetization_safety=safety)
