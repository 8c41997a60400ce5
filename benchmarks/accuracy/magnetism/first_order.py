"""First-order magnetization processes by the model in force, beside what was measured."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from magnetkit.units import MU_0

from magnetkit import datasets
from magnetkit.alloy.table import CompositionTable
from magnetkit.compound.parameters import prior_parameters
from magnetkit.magnetism.transitions import ANGLES, alloys, critical, processes
from magnetkit.phases.partition import partition
from magnetkit.surrogates.intrinsic import evaluate

HIGHEST_T = 30.0
"""Inner field up to which processes are looked for, T: no measured one is above 17 T."""

_VALUES = ("fitted", "published", "rigid")


def rigid(constants: Sequence[float], polarization: float, fields: np.ndarray) -> np.ndarray:
    """Return the energy of one rigid moment in fields across the axis, by `ANGLES`.

    Parameters
    ----------
    constants : sequence of float
        K_1, K_2 and so on of sin^2, sin^4 and so on, MJ/m3.
    polarization : float
        T.
    fields : ndarray of float64, shape (k,)
        Inner fields, T.
    """
    across = np.cos(ANGLES)
    orders = 2 * np.arange(1, len(constants) + 1)
    own = across[:, None] ** orders @ np.asarray(constants)
    return own[:, None] - 1e-6 / MU_0 * polarization * np.outer(across, fields)


def table() -> pd.DataFrame:
    """Return measured critical fields beside those calculated, T; NaN where there is none.

    Returns
    -------
    DataFrame
        Rows of ``datasets/intrinsic/first_order.csv`` with ``fitted`` (the parameters in force) and
        its ``kind``, ``published`` (the crystal and exchange fields of datasets/ions unmoved, the
        metals by their priors) and ``rigid`` (K_1 to K_3 in force, and one moment).
    """
    rows = pd.read_csv(datasets.path("intrinsic/first_order.csv"))
    found = []
    for row in rows.to_dict("records"):
        hard = partition(CompositionTable.from_strings([row["formula"]], basis="atomic"))
        given = hard.hard_phase, hard.host, row["temperature_K"]
        values = []
        for parameters in (None, prior_parameters()):
            alloy = alloys(*given, parameters)[0]
            some = [] if alloy is None else processes(alloy, HIGHEST_T)
            own = [one[1:3] for one in some if one[0] == row["direction"]]
            values.append(own[0] if own else (np.nan, ""))
        j_s, *constants = evaluate(hard, row["temperature_K"], spread=False).value[0, 0, :4]
        fields = np.linspace(0.0, HIGHEST_T, 9)
        jumps = critical(fields, rigid(constants, j_s, fields))[1]
        expansion = jumps[0].field if jumps else np.nan
        found.append((*values[0], values[1][0], expansion))
    names = ["fitted", "kind", "published", "rigid"]
    return rows.join(pd.DataFrame(found, columns=names))


def lines() -> list[str]:
    """Return the section of the validation report."""
    found = [
        "",
        "## First-order magnetization processes",
        "",
        "Critical field (T) as measured (`datasets/intrinsic/first_order.csv`, typed from memory),",
        "by exact diagonalization in the field with the fitted and with the published crystal",
        "fields, and by K_1 to K_3 with one rigid moment. Nothing was fitted to them.",
        "",
        "| compound | T (K) | along | measured | fitted | kind | published fields | K_1 to K_3 |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for r in table().to_dict("records"):
        measured = "none"
        if r["field_T"] == r["to_T"]:
            measured = f"{r['field_T']:g}"
        elif r["field_T"] > 0.0:
            measured = f"{r['field_T']:g} to {r['to_T']:g}"
        values = ["none" if np.isnan(r[v]) else f"{r[v]:.1f}" for v in _VALUES]
        found.append(
            f"| {r['formula']} | {r['temperature_K']:g} | {r['direction']} | {measured} "
            f"| {values[0]} | {r['kind']} | {values[1]} | {values[2]} |"
        )
    return found
