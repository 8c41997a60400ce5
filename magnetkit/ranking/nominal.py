"""Remanence and coercivity of candidates without their ranges: what can be said before all else."""

from collections.abc import Sequence

import numpy as np

from ..applications.objective import MARGIN
from ..columnar import Columns
from ..composition import CompositionTable
from ..magnetism.two_sublattices import status_column
from ..prediction.properties import cost_per_flux, nominal_magnets
from .draws import COST_PER_FLUX
from .judged import Job
from .requirements import name_sets

REMANENCE, COERCIVITY = "remanence_T", "coercivity_kA_m"
HALF = 0.5
"""A requirement is met with no larger probability where the nominal value misses it."""
# Rounding of what is computed in another order.
_SLACK = 1e-6


def nominal(
    table: CompositionTable, shells: Sequence[str] | None, supply: Columns, job: Job
) -> Columns:
    """Return what nominal remanence and coercivity say of candidates.

    Parameters
    ----------
    table : CompositionTable, n rows
    shells : sequence of str, optional
        Grain-boundary shell of each.
    supply : Columns, n rows
        What `supplies` returns of them.
    job : Job

    Returns
    -------
    Columns, n rows
        Those of `supply`; ``remanence_T``, ``coercivity_kA_m`` and
        ``cost_per_flux_USD_m3_T`` as a full evaluation has them; ``performance_margin``: the
        largest it can be; ``status`` at the temperatures that are asked, the table's own first;
        ``failed_requirements``: those that the nominal value misses.
    """
    asked = [
        (requirement.temperature_K or job.temperature, requirement)
        for requirement in job.profile.requirements
        if requirement.column in (REMANENCE, COERCIVITY)
    ]
    at = [job.temperature, *sorted({kelvin for kelvin, _ in asked} - {job.temperature})]
    made = nominal_magnets(table, shells, at, job.conditions)
    values = {REMANENCE: made.remanence(), COERCIVITY: 1e-3 * made.coercivity()}
    margin = np.full(len(table), np.inf)
    failed = np.zeros(len(table), np.int64)
    for bit, (kelvin, requirement) in enumerate(asked):
        inside = requirement.margin(values[requirement.column][:, at.index(kelvin)])
        margin = np.fmin(margin, inside)
        failed[inside < -_SLACK] |= 1 << bit
    status = made.status[:, 0].copy()
    for other in made.status.T[1:]:
        status = np.where(status == 0, other, status)
    here = Columns(supply | {name: column[:, 0] for name, column in values.items()})
    density, cost = made.alloys.density(), here["cost_USD_kg"]
    here[COST_PER_FLUX] = cost_per_flux(density, cost, here[REMANENCE])
    here[MARGIN] = margin
    here["status"] = status_column(status)
    here["failed_requirements"] = name_sets(failed, [str(requirement) for _, requirement in asked])
    return here
