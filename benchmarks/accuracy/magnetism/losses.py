"""Irreversible losses in print beside the model's."""

from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.accuracy import table_row
from magnetkit import datasets
from magnetkit.alloy.table import CompositionTable
from magnetkit.magnetism._magnets import alloys, evaluate_magnets
from magnetkit.magnetism.sintered import Duty

from .hot import ROOM

if TYPE_CHECKING:
    import pandas as pd

# Load lines tried where a paper prints none.
_LINES = (1.0, 1.3, 2.0)
# Shares of H_cJ at 20 degrees C that are tried for a published loss.
_SHARES = np.linspace(0.001, 1.0, 1000)


def irreversible() -> "pd.DataFrame":
    """Return published irreversible losses beside the model's, from each magnet's own H_cJ(20 C).

    Where the load line is not printed, several are tried. Columns of the table and ``line``,
    ``predicted`` (%), ``agrees``, ``left`` (H_cJ there over that at 20 degrees C) and ``bound_on``
    (what ``left`` is for the published loss). Above the temperature up to which the model answers
    for the structure (``limit_K``) nothing is predicted, and nothing agrees.
    """
    import pandas as pd

    frame = pd.read_csv(datasets.path("recipes/irreversible.csv"))
    rows = []
    for row in frame.to_dict("records"):
        table = CompositionTable.from_strings(
            [row["recipe"]], basis=row["basis"]
        )
        magnets = evaluate_magnets(alloys(table), [ROOM, row["temperature_K"]])
        h_cj = magnets.coercivity()[0]
        b_r = magnets.remanence()[0]
        printed_remanence = row["remanence_T"]
        level = (
            b_r[1]
            if printed_remanence != printed_remanence
            else printed_remanence * b_r[1] / b_r[0]
        )
        square = magnets.rows["squareness"][0]
        recoil = magnets.rows["recoil"][0]
        share = h_cj[1] / h_cj[0]
        field = 1e3 * row["coercivity_kA_m"] * np.append(share, _SHARES)
        lines = row["load_line"] != row["load_line"]
        for line in _LINES if lines else (row["load_line"],):
            duty = Duty(
                line,
                0.0,
                1.0 if row["hours"] != row["hours"] else row["hours"],
            )
            loss, *bounds = duty.loss(
                np.full_like(field, level),
                field,
                square * field,
                np.full_like(field, recoil),
            )
            agrees = (
                loss >= row["loss_pct"]
                if row["bound"] == "at least"
                else (loss <= row["loss_pct"])
            )
            bound_on = _SHARES[(np.array(bounds) <= row["loss_pct"]).argmax()]
            entry: dict[Any, Any] = {
                "line": line,
                "predicted": float(loss),
                "agrees": bool(agrees),
            }
            entry |= {"left": float(share), "bound_on": float(bound_on)}
            entry["limit_K"] = float(magnets.rows["structure_limit_K"][0])
            rows.append({**row, **entry})
    return pd.DataFrame(rows)


def lines() -> list[str]:
    """Return the section of the report."""
    text = [
        "## Irreversible loss",
        "",
        "Published losses beside the model's, from each magnet's own H_cJ at 20 °C. No series of "
        "loss against temperature with its load line could be found in print. `left`: H_cJ there "
        "over that at 20 °C, by the model; `printed`: what it then is by the published loss.",
        "",
        "| magnet | T, K | hours | load line | published, % | predicted, % | agrees | left "
        "| printed |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in irreversible().to_dict("records"):
        hours = (
            "1 (assumed)"
            if row["hours"] != row["hours"]
            else f"{row['hours']:g}"
        )
        line = f"{row['line']:g}" + (
            " (tried)" if row["load_line"] != row["load_line"] else ""
        )
        other = "at most" if row["bound"] == "at least" else "at least"
        loss = f"{row['predicted']:.3g}"
        agrees = "no"
        share = f"{row['left']:.3f}"
        if row["temperature_K"] > row["limit_K"]:
            loss = "none"
            agrees = ""
            share = "none"
        text.append(
            table_row(
                row["id"],
                f"{row['temperature_K']:.0f}",
                hours,
                line,
                f"{row['bound']} {row['loss_pct']:g}",
                loss,
                "yes" if row["agrees"] else agrees,
                share,
                f"{other} {row['bound_on']:.3f}",
            )
        )
    return text
