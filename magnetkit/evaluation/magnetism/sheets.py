"""Whether alpha, beta and T_max of commercial grades follow from B_r and H_cJ at 20 degrees C.

The recipe is inferred from the two values, they anchor the model, and what the sheet prints of the
rest is held against what is predicted. Alpha of no sheet is fitted anywhere. Beta is: the decay of
coercivity was calibrated on the classes' printed ranges (`hot` leaves one class out at a time), so
that beta here is no blind test for Nd-Fe-B, and is one for Sm-Co.
"""

from typing import TYPE_CHECKING

import numpy as np

from ...anchors.reference import TYPICAL, Seen, anchored_on
from ...composition.table import CompositionTable
from ...replacement.makeup import ROOM_K, makeup

if TYPE_CHECKING:
    import pandas as pd

ALPHA, BETA = "remanence_coefficient_pct_K", "coercivity_coefficient_pct_K"
HOTTEST = "max_working_temperature_K"
FAMILY_ALPHA = {"2:14:1": -0.12, "1:5": -0.043, "2:17": -0.033}
"""What the trade takes for a whole family, %/K: sdsdxt.com, magnetsales.com."""

_COMPENSATED = 0.025
_ALLOWED = {ALPHA: 0.015, BETA: 0.15, HOTTEST: 10.0}


def compared() -> "pd.DataFrame":
    """Return printed and predicted values of every sintered grade.

    Returns
    -------
    pandas.DataFrame
        ``grade host quantity from_K to_K printed predicted constant error inside``: `constant` is
        the family's own alpha; `error` is in %/K for alpha, a share for beta, K for T_max.
    """
    import pandas as pd

    from ...catalogue import grades

    table = grades()
    told = (table["remanence_T_provenance"] == "catalogue") & (
        table["coercivity_kA_m_provenance"] == "catalogue"
    )
    rows = []
    for _, grade in table[told & (table["kind"] == "sintered")].iterrows():
        rows += _of(grade)
    frame = pd.DataFrame(rows)
    frame["error"] = frame["predicted"] - frame["printed"]
    beta = frame["quantity"] == BETA
    frame.loc[beta, "error"] /= frame.loc[beta, "printed"].abs()
    frame["inside"] = frame["error"].abs() <= frame["quantity"].map(_ALLOWED)
    return frame


def _of(grade: "pd.Series") -> list[dict[str, object]]:
    from ...catalogue import grades
    from ...magnetism.sintered import sintered_at

    known = grade.copy()
    known[ALPHA] = np.nan
    made = makeup(known)
    recipe = CompositionTable.from_strings([made.best.text], basis="weight")
    shell = made.best.shell or None
    seen = [
        Seen("coercivity_kA_m", TYPICAL * float(grade["coercivity_kA_m"]), ROOM_K, 0.06),
        Seen("remanence_T", float(grade["remanence_T"]), ROOM_K, 0.01),
    ]
    process = {"mill": anchored_on(str(grade["grade"]), recipe, shell, seen).record()}
    sheets = grades(str(grade["grade"]), sheets=True)
    chords = sheets[sheets["quantity"].isin([ALPHA, BETA]) & sheets["to_K"].notna()]
    chords = chords.drop_duplicates(["quantity", "temperature_K", "to_K", "value"])
    head = {"grade": grade["grade"], "host": grade["host"]}
    found: list[dict[str, object]] = []
    for _, one in chords.iterrows():
        ends = float(one["temperature_K"]), float(one["to_K"])
        (frame,) = sintered_at(recipe, [ROOM_K], process, shell, between=ends)
        found.append(
            {
                **head,
                "quantity": one["quantity"],
                "from_K": ends[0],
                "to_K": ends[1],
                "printed": float(one["value"]),
                "predicted": float(frame[one["quantity"]][0]),
                "constant": FAMILY_ALPHA[str(grade["host"])],
            }
        )
    if grade[f"{HOTTEST}_provenance"] == "catalogue":
        (frame,) = sintered_at(recipe, [ROOM_K], process, shell)
        hottest = float(frame[HOTTEST][0])
        found.append(
            {**head, "quantity": HOTTEST, "printed": float(grade[HOTTEST]), "predicted": hottest}
        )
    return found


def report(frame: "pd.DataFrame") -> str:
    """Return the comparison as a page of text."""
    lines = [
        "# Grades, from B_r and H_cJ at 20 °C alone",
        "",
        "Written by `magnetkit validate grades`. The recipe is inferred from the two values, which "
        "anchor the model too; alpha and beta are chords over the printed range, T_max is at a "
        "load line of 1, where sheets name none. Alpha of no sheet is fitted; the decay of "
        "coercivity of 2:14:1 was calibrated on printed ranges of its classes, so that beta is "
        "blind for Sm-Co alone.",
        "",
        "| quantity | host | pairs | within | mean error | median size | family's alpha within |",
        "|---|---|---|---|---|---|---|",
    ]
    for (quantity, host), part in frame.groupby(["quantity", "host"], sort=True):
        plain = ""
        if quantity == ALPHA:
            near = (part["constant"] - part["printed"]).abs() <= _ALLOWED[ALPHA]
            plain = f"{int(near.sum())} of {len(part)}"
        lines.append(
            f"| {quantity} | {host} | {len(part)} | {int(part['inside'].sum())} "
            f"(±{_ALLOWED[str(quantity)]:g}) | {part['error'].mean():+.3g} "
            f"| {part['error'].abs().median():.3g} | {plain} |"
        )
    odd = frame[(frame["quantity"] == ALPHA) & (frame["printed"].abs() <= _COMPENSATED)]
    lines += [
        "",
        f"{len(odd)} of the alphas are of compensated grades, which B_r and H_cJ cannot tell.",
        "",
        "| grade | host | quantity | from, K | to, K | printed | predicted | within |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in frame.sort_values(["quantity", "host", "grade"], kind="stable").to_dict("records"):
        ends = ["" if row[k] != row[k] else f"{row[k]:.0f}" for k in ("from_K", "to_K")]
        lines.append(
            f"| {row['grade']} | {row['host']} | {row['quantity']} | {ends[0]} | {ends[1]} "
            f"| {row['printed']:.4g} | {row['predicted']:.4g} "
            f"| {'yes' if row['inside'] else 'no'} |"
        )
    return "\n".join(lines) + "\n"
