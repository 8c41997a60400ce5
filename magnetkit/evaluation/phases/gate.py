"""What the probability of forming changes for the candidates of the devices, beside a gate."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from ...applications import load
from ...applications.profile import names
from ...composition.substitution import substitutions
from ...phases import stability
from ...phases.forming import FORMS

if TYPE_CHECKING:
    import pandas as pd

GATE_EV_ATOM = 0.050
"""Distance to the hull up to which every phase counted as makeable before."""


def beside_gate(
    applications: Iterable[str] | None = None, most: int = 100_000, seed: int = 0
) -> "pd.DataFrame":
    """Count candidates whose status differs from that of a gate at `GATE_EV_ATOM`.

    Parameters
    ----------
    applications : iterable of str, optional
        Devices; all embedded ones without it.
    most : int
        Candidates of a space; more are drawn at random.
    seed : int
        Of the draw.

    Returns
    -------
    DataFrame
        One row a device and a space of it: ``application``, ``host``, ``formula``, ``candidates``,
        ``tried``; of these ``form`` (probability `magnetkit.phases.forming.FORMS` or more),
        ``gate`` (within the gate at the making temperature), ``refused`` (within it, and do not
        form), ``admitted`` (beyond it, and form); ``least_refused``, the refused one nearest to
        the hull, and ``farthest_admitted``.
    """
    import pandas as pd

    rng, rows = np.random.default_rng(seed), []
    for name in names() if applications is None else applications:
        for part in load(name).space:
            space = substitutions(
                part.formula, {k: list(v) for k, v in part.replace.items()},
                step=part.step, limits=part.limits,
            )  # fmt: skip
            n = len(space)
            tried = np.arange(n) if n <= most else np.sort(rng.choice(n, most, replace=False))
            rows.append({"application": name, "host": part.host, "formula": part.formula,
                         "candidates": n, "tried": len(tried)} | _counts(space, tried))  # fmt: skip
    return pd.DataFrame(rows)


def _counts(space: Any, tried: Any) -> dict[str, Any]:
    table = space[tried]
    found = stability(table)
    above = found["energy_above_hull_eV_atom"].to_numpy()
    form = found["probability_phase_forms"].to_numpy() >= FORMS
    gate = above <= GATE_EV_ATOM
    refused, admitted = np.flatnonzero(gate & ~form), np.flatnonzero(~gate & form)
    nearest = refused[np.argsort(above[refused])[:1]]
    farthest = admitted[np.argsort(-above[admitted])[:1]]
    return {
        "form": int(form.sum()),
        "gate": int(gate.sum()),
        "refused": len(refused),
        "admitted": len(admitted),
        "least_refused": "".join(table[nearest].formulas()),
        "farthest_admitted": "".join(table[farthest].formulas()),
    }
