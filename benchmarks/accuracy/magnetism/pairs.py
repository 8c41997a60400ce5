"""Pairs of magnets of one paper: before and after an addition, a treatment or a diffusion.

``python -m benchmarks.accuracy papers`` prints them below the families. What a pair has in common,
the mill and much of the model's error, cancels: its difference is known better than either magnet.
The paper is left out as in `papers`.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.accuracy import table_row
from magnetkit._core._constants import DEVIATIONS_90
from magnetkit.alloy.table import CompositionTable
from magnetkit.magnetism import sintered
from magnetkit.magnetism._figures import kinds
from magnetkit.magnetism._uncertainty import relative_width
from magnetkit.magnetism.measured_magnets import measured_magnets, uses

from . import papers, shells

if TYPE_CHECKING:
    import pandas as pd

# A measured change of less is none: that of two measurements of one magnet (ln).
_NO_CHANGE = {papers.COERCIVITY: 0.05, papers.REMANENCE: 0.01}
_HEAVY = ("Tb", "Dy")


def addition_pairs(ranges_without: Any) -> "pd.DataFrame":
    """Predict the change of H_cJ and B_r from one magnet of a paper to another.

    Parameters
    ----------
    ranges_without : callable
        As of `papers.predictions`.

    Returns
    -------
    pandas.DataFrame
        ``first second paper family quantity measured predicted half_width``: ln of the second
        value over the first, and half the width of its 90 % range. Pairs of one temperature and
        route whose magnets are both answered and asked for in different words: of two magnets of
        one recipe, which differ by the mill or a step that no route knows, none is said.
    """
    import pandas as pd

    rows = papers.compared_rows()
    rows["key"] = papers.family_keys(rows)
    by_id = rows.set_index("id")
    records: list[dict[str, Any]] = []
    for _, second in rows[rows["pair"].isin(rows["id"])].iterrows():
        first = by_id.loc[second["pair"]]
        same = all(
            first[name] == second[name] for name in ("temperature_K", "route")
        )
        if not same or _is_asked_alike(first, second):
            continue
        with papers.leave_paper_out(
            second["paper"], ranges_without(second["paper"])
        ):
            records += _predict_pair(first, second)
    return pd.DataFrame(records)


def _is_asked_alike(first: Any, second: Any) -> bool:
    """Say whether nothing that a user can ask tells two magnets apart."""
    same_recipe = (
        first["recipe"] == second["recipe"]
        and first["basis"] == second["basis"]
    )
    return bool(
        same_recipe and papers.request(first) == papers.request(second)
    )


def _predict_pair(first: Any, second: Any) -> list[dict[str, Any]]:
    """Return a record for each quantity of which both magnets have a value and an answer."""
    kelvin = float(second["temperature_K"])
    answers = []
    alike = []
    for row in (first, second):
        arguments = papers.request(row)
        answers.append(sintered([row["recipe"]], kelvin, **arguments).iloc[0])
        table = CompositionTable.from_strings(
            [row["recipe"]], basis=row["basis"]
        )
        alike.append(
            kinds(table, [row["host"]], [""], arguments["process"], kelvin)
        )
    records = []
    for quantity in (papers.COERCIVITY, papers.REMANENCE):
        is_positive = second[quantity] > 0.0 and first[quantity] > 0.0
        is_usable = all(
            uses(row.to_frame().T, quantity).iloc[0] for row in (first, second)
        )
        values = [float(answer[quantity]) for answer in answers]
        is_finite = np.isfinite(values).all() and min(values) > 0.0
        if not is_positive or not is_usable or not is_finite:
            continue
        width = relative_width(alike[1], alike[0], quantity)[0]
        end = answers[1]
        half = (
            np.log(
                float(end[f"{quantity}_hi"])
                / max(float(end[f"{quantity}_lo"]), 1e-3)
            )
            / 2.0
        )
        records.append(
            {
                "first": second["pair"],
                "second": second["id"],
                "paper": second["paper"],
                "family": second["key"],
                "quantity": quantity,
                "measured": float(np.log(second[quantity] / first[quantity])),
                "predicted": float(np.log(values[1] / values[0])),
                "half_width": float(width * half),
            }
        )
    return records


def diffusion_pairs() -> "pd.DataFrame":
    """Predict the gain of H_cJ by each published diffusion of Tb or Dy, its paper left out.

    Returns
    -------
    pandas.DataFrame
        As `addition_pairs`, ``measured`` and ``predicted`` being ln of the gain in kA/m; where no
        amount is printed the range holds all that diffusion puts in (`shells.AMOUNTS`).
    """
    import pandas as pd

    gains = pd.concat(
        [shells.published_gains(), _gains_of_table()], ignore_index=True
    )
    predictions = shells.left_out(gains)
    deviation = shells.deviation(gains)["deviation"]
    return pd.DataFrame(
        {
            "first": "",
            "second": predictions["id"],
            "paper": predictions["paper"],
            "family": "diffused " + predictions["R"],
            "quantity": papers.COERCIVITY,
            "measured": np.log(predictions["gain_kA_m"]),
            "predicted": np.log(predictions["law_kA_m"]),
            "half_width": DEVIATIONS_90
            * np.sqrt(deviation**2 + predictions["unknown"]),
        }
    )


def _gains_of_table() -> "pd.DataFrame":
    """Return the gains by Tb or Dy in the table of magnets, as rows of `shells.published_gains`.

    None of them is fitted.
    """
    import pandas as pd

    table = measured_magnets().set_index("id")
    records = []
    for name, row in table[
        (table["diffused"] != "") & (table["pair"] != "")
    ].iterrows():
        before = table.loc[row["pair"], papers.COERCIVITY]
        heavy = [symbol for symbol in _HEAVY if symbol in row["diffused"]]
        gain = row[papers.COERCIVITY] - before
        if (
            heavy
            and row["host"] == "2:14:1"
            and row["family"] == "sintered"
            and gain > 0.0
        ):
            amount = row["diffused_wt_pct"]
            records.append(
                (name, heavy[0], row["paper"], amount, before, gain, False)
            )
    return pd.DataFrame(records, columns=shells.COLUMNS)


def lines(ranges_without: Any) -> list[str]:
    """Return the section on pairs of the validation page."""
    import pandas as pd

    frame = pd.concat(
        [addition_pairs(ranges_without), diffusion_pairs()], ignore_index=True
    )
    is_diffusion = frame["family"].str.startswith("diffused")
    # A gain has a sign of its own: ln of it says nothing of it.
    change = frame["measured"].abs() > frame["quantity"].map(_NO_CHANGE)
    right = (
        np.sign(frame["measured"]) == np.sign(frame["predicted"])
    ) | is_diffusion
    inside = (frame["measured"] - frame["predicted"]).abs() <= frame[
        "half_width"
    ]
    text = [
        "## Pairs of one paper",
        "",
        "ln of the second value over the first; of diffusions ln of the gain in kA/m, on a base as "
        "coercive as printed. Sign: of changes beyond 5 % of H_cJ and 1 % of B_r.",
        "",
        "| pairs | number | sign right | size inside |",
        "|---|---|---|---|",
    ]
    for words, rows in (
        (
            "additions, H_cJ",
            ~is_diffusion & (frame["quantity"] == papers.COERCIVITY),
        ),
        (
            "additions, B_r",
            ~is_diffusion & (frame["quantity"] == papers.REMANENCE),
        ),
        ("diffusions, H_cJ", is_diffusion),
        ("all", pd.Series(True, index=frame.index)),
    ):
        counts = rows & change
        text.append(
            table_row(
                words,
                int(rows.sum()),
                f"{int(right[counts].sum())} of {int(counts.sum())}",
                f"{int(inside[rows].sum())} of {int(rows.sum())}",
            )
        )
    text += [
        "",
        "| first | second | family | quantity | measured | predicted | half width |",
    ]
    text.append("|---|---|---|---|---|---|---|")
    for row in frame.to_dict("records"):
        text.append(
            table_row(
                row["first"],
                row["second"],
                row["family"],
                row["quantity"],
                f"{row['measured']:+.3f}",
                f"{row['predicted']:+.3f}",
                f"{row['half_width']:.3f}",
            )
        )
    return text
