"""What measured magnets say of constants that are from memory or assumed.

``python -m benchmarks.accuracy constants`` prints it and ``datasets/laws/WEIGHED.md`` keeps it. Each
constant of the boundary of sintered Nd-Fe-B is a prior, its value and deviation, beside what is
fitted by family (`recipes.FREE`). All are weighed at once against ln H_cJ of the magnets of
``magnets.csv`` that laws are fitted to, each paper having a level of its own. Laws are taken as
linear about today's values.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.accuracy import table_row
from magnetkit.magnetism import process
from magnetkit.magnetism.laws import Constant, law, shift_constant
from magnetkit.magnetism.sintered import sintered

from .. import provenance_line
from . import recipes

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]

HOST = "2:14:1"
# A step of half a deviation to each side shows the slope; of fitted parameters a tenth.
_SLOPE_STEP = 0.5
_FITTED_STEP = 0.1
# Constants are listed up to this share of their deviation that the magnets leave.
_LISTED = 0.99


class Weighed(NamedTuple):
    """A constant weighed against measured magnets.

    ``name``, ``status``; ``value``, ``deviation``: as in the book; ``moved``: by how many
    deviations the magnets move it; ``left``: the share of its deviation that they leave.
    """

    name: str
    status: str
    value: float
    deviation: float
    moved: float
    left: float


def weigh_constants() -> list[Weighed]:
    """Weigh the constants of the boundary, those that are best told first."""
    data = recipes.recipes()
    rows = data[(data["host"] == HOST) & data["fit"].str.contains("H")]
    rows = rows[rows["coercivity_bound"] == ""].reset_index(drop=True)
    log_measured = np.log(rows["coercivity_kA_m"].to_numpy(float))
    misfit = log_measured - _log_coercivity(rows)
    is_finite = np.isfinite(misfit)
    constants = [*law("boundary")]
    slopes = [_slope_of_constant(rows, constant) for constant in constants]
    priors = recipes.FREE[HOST].prior
    slopes += [
        _slope_of_parameter(rows, name, prior[1])
        for name, prior in priors.items()
    ]
    deviations = [constant.deviation for constant in constants]
    deviations += [deviation for _, deviation in priors.values()]
    whiten = recipes._whitening(rows[is_finite].reset_index(drop=True))
    design = whiten @ np.nan_to_num(np.array(slopes).T[is_finite])
    prior_precision = np.diag(np.array(deviations) ** -2.0)
    posterior = np.linalg.inv(prior_precision + design.T @ design)
    shift = posterior @ (design.T @ (whiten @ misfit[is_finite]))
    ratios = np.sqrt(np.diag(posterior)) / deviations
    weighed = []
    for i, constant in enumerate(constants):
        shift_share = float(shift[i] / constant.deviation)
        weighed.append(
            Weighed(
                constant.name,
                constant.status,
                constant.value,
                constant.deviation,
                shift_share,
                float(ratios[i]),
            )
        )
    return sorted(weighed, key=lambda one: one.left)


def _log_coercivity(rows: "pd.DataFrame") -> Array:
    """Return ln H_cJ, kA/m, of measured magnets by the laws as they are."""
    values = []
    for row in rows.to_dict("records"):
        grain = row["grain_size_um"]
        settings = {"grain_size_um": grain} if grain == grain else None
        answer = sintered(
            row["recipe"],
            row["temperature_K"],
            basis=row["basis"],
            process=settings,
        )
        values.append(float(answer["coercivity_kA_m"].iloc[0]))
    return np.log(values)


def _slope_of_constant(rows: "pd.DataFrame", constant: Constant) -> Array:
    """Return the derivative of ln H_cJ by a constant of the book."""
    ends = []
    for sign in (-1.0, 1.0):
        with shift_constant(
            constant, constant.value + sign * _SLOPE_STEP * constant.deviation
        ):
            ends.append(_log_coercivity(rows))
    return (ends[1] - ends[0]) / (2.0 * _SLOPE_STEP * constant.deviation)


def _slope_of_parameter(
    rows: "pd.DataFrame", name: str, deviation: float
) -> Array:
    """Return the derivative of ln H_cJ by a parameter that is fitted by family."""
    ends = []
    for sign in (-1.0, 1.0):
        with _shift_parameter(name, sign * _FITTED_STEP * deviation):
            ends.append(_log_coercivity(rows))
    return (ends[1] - ends[0]) / (2.0 * _FITTED_STEP * deviation)


@contextmanager
def _shift_parameter(name: str, by: float) -> Iterator[None]:
    """Let a fitted parameter of the family be another for the time."""
    families = process.parameters().families
    family = families[HOST]
    families[HOST] = replace(family, **{name: getattr(family, name) + by})
    process.usual_of_hosts.cache_clear()
    try:
        yield
    finally:
        families[HOST] = family
        process.usual_of_hosts.cache_clear()


def report() -> str:
    """Return the page."""
    lines = [
        "# Constants of the boundary against measured magnets",
        "",
        provenance_line("python -m benchmarks.accuracy constants"),
        "",
        "Each constant is a prior beside what is fitted by family; all are weighed at once against",
        "ln H_cJ of the sintered magnets that laws are fitted to, each paper with a level of its",
        "own. Moved: by how many of its deviations. Left: share of its deviation that the magnets",
        f"leave. Those of which more than {_LISTED:g} is left are not told by any magnet at hand;",
        "none is moved by as much as its deviation, and the values of the book stand.",
        "",
        "| constant | status | value | deviation | moved | left |",
        "|---|---|---|---|---|---|",
    ]
    for one in weigh_constants():
        if one.left > _LISTED:
            break
        lines.append(
            table_row(
                one.name,
                one.status,
                f"{one.value:g}",
                f"{one.deviation:g}",
                f"{one.moved:+.2f}",
                f"{one.left:.2f}",
            )
        )
    return "\n".join([*lines, ""])
