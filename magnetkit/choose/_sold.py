"""The lower class of today's magnets that is sold and does for a device, as a decision."""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from .._core._columnar import Columns
from .._core.columns import COLUMNS
from ..alloy.table import CompositionTable
from ..magnetism import _stages
from ..magnetism._composition_estimate import likeliest_recipe
from ..magnetism.grades import OF_LOTS, secondhand
from ..phases.records import root_host
from ._candidates import sold_figures
from ._decisions import saves_enough
from ._evaluate import evaluate
from ._job import AS_SOLD, Job
from ._profile_parts import CHANCE
from ._request import KNEE
from .probability import limit_deviation, probability_of_grades
from .thresholds import MEETS, SAVING_WT_PCT

_LOWER = 0.9
_TRIED = 12
_NAMED_MAKERS = 4
_AMPLE = 10.0
"""Share of today's guaranteed H_cJ from which down a class is a lower one (one sheet differs from
another by less); grades whose recipe is estimated, and that are named; and ln of a ratio where
nothing is asked."""


def lower_class(job: Job, today: Columns) -> tuple[pa.Table | None, str]:
    """Find a lower class of today's family to buy for a device.

    Its probability is that its guaranteed values, as makers print them on their own sheets, meet
    the requirements, as in `magnetkit.replace`. Its recipe is an estimate. All other columns are
    those of the recipe as its sheets anchor it.

    Parameters
    ----------
    job : Job
        The device.
    today : Columns
        Today's magnet, one row.

    Returns
    -------
    row : pyarrow.Table or None
        The class as a candidate, one row.
    reason : str
        Why there is none; empty otherwise.
    """
    reference = job.profile.reference
    b_r, h_cj = (float(today[name][0]) for name in _stages.GUARANTEED.values())
    rows = _sheets(job.temperature, job)
    fits: NDArray[np.bool_] = np.array(
        [root_host(str(host)) == root_host(reference.host) for host in rows["host"]]
    )
    fits &= (rows["coercivity_kA_m"] < _LOWER * h_cj) & ~rows["grade"].isin(
        secondhand()
    )
    lots: tuple[list[Any], list[Any]] = ([], [])
    widths: tuple[list[Any], list[Any]] = ([], [])
    for ratios, deviations in zip(lots, widths, strict=True):
        ratios.append(np.full(len(rows), _AMPLE))
        deviations.append(np.zeros(len(rows)))
    for one in job.profile.requirements:
        sheets = _sheets(
            job.profile.requirement_temperature(one) or job.temperature, job
        )
        if one.column not in sheets:
            return (
                None,
                f"No lower class is shown: no sheet prints {COLUMNS[one.column].label}.",
            )
        values = sheets[one.column].to_numpy(float)
        if one.column in OF_LOTS and one.minimum is not None and one.minimum > 0.0:
            lot, power = OF_LOTS[one.column]
            ratio = np.maximum(np.nan_to_num(values) / one.minimum, 1e-9)
            lots[lot].append(power * np.log(ratio))
            width = limit_deviation(values, one.minimum, one.limit_range)
            widths[lot].append(power * width)
        else:
            fits &= one.margin(values) >= 0.0
    chance = probability_of_grades(lots, widths)
    able = rows.assign(**{CHANCE: chance})[fits]
    # Heavy rare earth rises with the class: the least coercive are the leanest.
    able = able[able[CHANCE] >= MEETS].sort_values("coercivity_kA_m", kind="stable")
    if not len(able):
        return (
            None,
            "No lower class as sold meets every requirement by its makers’ least values.",
        )
    names = ", ".join(able["grade"].head(_NAMED_MAKERS))
    ways = []
    for _, sold_row in able.head(_TRIED if saves_enough(0.0, job) else 0).iterrows():
        kind = "diffused" if reference.shell else "bulk"
        recipe = likeliest_recipe(str(sold_row["grade"]), kind, job.conditions.curie)
        if recipe is not None and saves_enough(recipe.heavy_wt_pct, job):
            ways.append(
                (
                    recipe.heavy_wt_pct,
                    abs(sold_row["remanence_T"] - b_r),
                    sold_row,
                    recipe,
                )
            )
    if not ways:
        return (
            None,
            f"Lower classes as sold do as well, and save no heavy rare earth: {names}.",
        )
    # Recipes are estimates: of those that are as lean that of most nearly today's flux.
    leanest = min(heavy for heavy, *_ in ways)
    lean = [way for way in ways if way[0] <= leanest + SAVING_WT_PCT]
    _, _, sold_row, recipe = min(lean, key=lambda way: way[1])
    table = CompositionTable.from_strings([recipe.text], "weight")
    route = f"{AS_SOLD}{sold_row['grade']}"
    row = evaluate(
        table, [recipe.shell] if recipe.shell else None, job.by(route)
    ).columns
    record = row.arrow().to_pylist()[0] | {"route": route, "meets_requirements": True}
    record |= {
        "candidate": f"{sold_row['grade']} ({sold_row['makers']})",
        "nearest_grade": sold_row["grade"],
    }
    record |= {
        "decision": f"{root_host(reference.host)}: lower class as sold",
        "copies": len(able),
    }
    record |= {
        "failed_requirements": "",
        "evidence_farthest": "",
        "evidence_distance": 0.0,
    }
    record |= {CHANCE: sold_row[CHANCE]}
    record |= {
        guaranteed_column: float(sold_row[q])
        for q, guaranteed_column in _stages.GUARANTEED.items()
    }
    sentence = f"Sold and as good: {names}; their recipes are estimates."
    return pa.Table.from_pylist([record]), sentence


def _sheets(kelvin: float, job: Job) -> Any:
    """Return `sold_figures` at a temperature, K, with the safety at the device's duty added."""
    rows = sold_figures(kelvin)
    b_r, knee, recoil = (
        rows[n].to_numpy(float) for n in ("remanence_T", KNEE, "recoil")
    )
    safety = job.conditions.duty.safety(b_r, 1e3 * knee, recoil)
    return rows.assign(demagnetization_safety=safety)
