"""Whether alpha, beta and T_max of commercial grades follow from B_r and H_cJ at 20 degrees C.

The recipe is inferred from the two values; what the sheet prints of the rest is held against what
is predicted. Alpha of no sheet is fitted anywhere. Beta is: the decay of coercivity was calibrated
on the classes' printed ranges (`hot` leaves one class out at a time) and on some sheets of Sm-Co
(`recipes.left_out` leaves out one maker), so that beta here is no blind test.

T_max is by one definition on both sides: at a load line of 1 the knee, 0.92 H_cJ, is used up; no
time, no outside field. The sheet's side takes its own B_r and least H_cJ along its own alpha and
beta, straight lines; the model's side takes the same B_r and H_cJ along its own curves. What makers
rate their grades for stands beside: they name no load line.
"""

from typing import TYPE_CHECKING

import numpy as np
from magnetkit.units import MU_0

from benchmarks.accuracy import table_row
from magnetkit.alloy.table import CompositionTable
from magnetkit.magnetism._composition_estimate import (
    ROOM_K,
    estimate_composition,
)
from magnetkit.magnetism._family_ranges import families
from magnetkit.magnetism.grades import grades, printed_values

from .. import provenance_line

if TYPE_CHECKING:
    import pandas as pd

ALPHA = "remanence_coefficient_pct_K"
BETA = "coercivity_coefficient_pct_K"
HOTTEST = "max_working_temperature_K"
FAMILY_ALPHA = {"2:14:1": -0.12, "1:5": -0.043, "2:17": -0.033}
"""What the trade takes for a whole family, %/K: sdsdxt.com, magnetsales.com."""

_COMPENSATED = 0.025
_HOT_GRADE_K = 673.15
# Sources of magnets.csv that are sheets of a maker: its grades are judged without them.
_SHEETS_OF = {
    ("1:5", "Arnold"): "arnold-recoma",
    ("1:5", "Bomatec"): "bomatec-1:5",
    ("1:5", "Horizon"): "catalogue-1:5",
    ("2:17", "Arnold"): "arnold-recoma-217",
    ("2:17", "Horizon"): "catalogue-2:17",
}
_NEAR_K = 40.0
# One magnet on which printed betas are compared, T and kA/m, with alpha of the family.
_ONE = {"1:5": (0.92, 1592.0), "2:17": (1.08, 1433.0)}
_ALLOWED = {ALPHA: 0.015, BETA: 0.15, HOTTEST: 10.0}
# The definition of T_max: load line, knee over H_cJ, recoil permeability.
_LINE = 1.0
_KNEE = 0.92
_RECOIL = 1.05
_ABOUT_PRINTED = (
    "One maker prints -0.12 %/K for nearly every class and range. J_s of Nd2Fe14B itself falls by "
    "0.103 %/K from 20 to 80 °C and by 0.120 from 20 to 150 °C (M_s(T) of Herbst, Rev. Mod. Phys. "
    "63 (1991) 819): a chord of 0.12 over the shorter range is none that such a magnet has. Of "
    "class N sheets with a range print beta of -0.62 %/K, tables without one down to -0.76; T_max "
    "takes the former where the grade's sheet has it. AH, one sheet, keeps more coercivity at "
    "220 °C than the law makes of any class."
)
# Temperatures at which the model is tried for it, K.
_TRIED = np.arange(173.15, 1150.0, 5.0)


def compare_sheets() -> "pd.DataFrame":
    """Return printed and predicted values of every sintered grade.

    Returns
    -------
    pandas.DataFrame
        ``grade host quantity from_K to_K printed predicted constant rated error inside``:
        `constant` is the family's own alpha, `rated` what makers rate a grade for, where `printed_values`
        is what the definition makes of the sheet; `error` is in %/K for alpha, a share for beta, K
        for T_max.
    """
    import pandas as pd

    table = grades()
    is_printed = (table["remanence_T_provenance"] == "catalogue") & (
        table["coercivity_kA_m_provenance"] == "catalogue"
    )
    rows = []
    for _, grade in table[
        is_printed & (table["kind"] == "sintered")
    ].iterrows():
        rows += _grade_rows(grade)
    frame = pd.DataFrame(rows)
    frame["error"] = frame["predicted"] - frame["printed"]
    beta = frame["quantity"] == BETA
    frame.loc[beta, "error"] /= frame.loc[beta, "printed"].abs()
    frame["inside"] = frame["error"].abs() <= frame["quantity"].map(_ALLOWED)
    return frame


def without_maker() -> "pd.DataFrame":
    """Return T_max of the Sm-Co grades, the sheets of their own maker left out of the fit.

    Returns
    -------
    pandas.DataFrame
        As of `compared`, with ``maker``, ``low`` and ``high``: by the definition, the predicted
        beta at the ends of its 90 % range.
    """
    import pandas as pd
    from scipy.optimize import brentq

    from .left_out import leave_source_out

    table = grades()
    rows = printed_values()
    makers = (
        rows[rows["host"].isin(["1:5", "2:17"])]
        .groupby("grade")["maker"]
        .first()
    )
    mask = table["grade"].isin(makers.index) & (table["kind"] == "sintered")
    for name in ("remanence_T", "coercivity_kA_m", ALPHA, BETA, HOTTEST):
        mask &= table[f"{name}_provenance"] == "catalogue"
    found = []
    for _, grade in table[mask].iterrows():
        host = str(grade["host"])
        maker = makers[grade["grade"]]
        names = "remanence_T", "coercivity_kA_m", ALPHA
        b_r, h_cj, alpha = (float(grade[name]) for name in names)
        # A maker none of whose sheets is fitted has none to leave out.
        with leave_source_out(host, _SHEETS_OF.get((host, maker), "")):
            temperatures = [
                row for row in _grade_rows(grade) if row["quantity"] == HOTTEST
            ]
            factor = families()[host][
                "coercivity_coefficient_pct_K"
            ].half_width
        for row in temperatures:
            off = float(row["predicted"])  # type: ignore[arg-type]
            beta = brentq(
                _temperature_excess, -2.0, -0.05, args=(b_r, h_cj, alpha, off)
            )
            low = by_definition(b_r, h_cj, alpha, beta * (1.0 + factor))
            high = by_definition(b_r, h_cj, alpha, beta * (1.0 - factor))
            found.append({**row, "maker": maker, "low": low, "high": high})
    return pd.DataFrame(found)


def _maker_lines(frame: "pd.DataFrame") -> list[str]:
    """Say how T_max stands with the maker's own sheets left out, and why it cannot be nearer."""
    off = frame["predicted"] - frame["printed"]
    hits = frame["printed"].between(frame["low"], frame["high"])
    lines = [
        "## T_max of Sm-Co, the maker's own sheets left out",
        "",
        f"{int((off.abs() <= _NEAR_K).sum())} of {len(frame)} within {_NEAR_K:g} K, "
        f"{int(hits.sum())} within the range that beta's gives. No rule from B_r and H_cJ alone "
        "meets them all: for one magnet the betas that makers print make these:",
        "",
        "| host | B_r, T | H_cJ, kA/m | maker | beta printed, %/K | T_max, K |",
        "|---|---|---|---|---|---|",
    ]
    rows = printed_values()
    for host, (b_r, h_cj) in _ONE.items():
        group = rows[
            (rows["host"] == host)
            & (rows["quantity"] == BETA)
            & (rows["kind"] == "sintered")
        ]
        for maker, values in group.groupby("maker")["value"]:
            betas = sorted(values.unique())
            hot = [
                by_definition(b_r, h_cj, FAMILY_ALPHA[host], beta)
                for beta in betas
            ]
            lines.append(
                f"| {host} | {b_r:g} | {h_cj:g} | {maker} | {', '.join(f'{b:g}' for b in betas)} "
                f"| {', '.join(f'{k:.0f}' for k in hot)} |"
            )
    lines += [
        "",
        "| maker | host | grades | mean error, K | least | most | within | in range |",
    ]
    lines.append("|---|---|---|---|---|---|---|---|")
    for names, part in frame.groupby(["maker", "host"]):
        apart = off[part.index]
        lines.append(
            f"| {' | '.join(map(str, names))} | {len(part)} | {apart.mean():+.0f} "
            f"| {apart.min():+.0f} | {apart.max():+.0f} | {(apart.abs() <= _NEAR_K).sum()} "
            f"| {hits[part.index].sum()} |"
        )
    return [*lines, ""]


def _temperature_excess(
    beta: float,
    remanence: float,
    coercivity: float,
    alpha: float,
    hottest: float,
) -> float:
    """Return by how much T_max of a beta is more than `hottest`, K."""
    return by_definition(remanence, coercivity, alpha, beta) - hottest


def by_definition(
    remanence: float, coercivity: float, alpha: float, beta: float
) -> float:
    """Return T_max, K, of B_r (T) and H_cJ (kA/m) that fall along straight lines, %/K."""
    self_field = remanence / MU_0 / 1e3 / (_LINE + _RECOIL)
    knee = _KNEE * coercivity
    return ROOM_K + 100.0 * (knee - self_field) / (
        self_field * alpha - knee * beta
    )


def by_model(
    recipe: CompositionTable,
    shell: str,
    remanence: float,
    coercivity: float,
    process: dict[str, float] | None = None,
) -> float:
    """Return T_max, K, of B_r (T) and H_cJ (kA/m) that fall as the model says of a recipe."""
    from magnetkit.alloy.shell_rows import read_shells
    from magnetkit.magnetism._magnets import alloys, evaluate_magnets

    at = np.append(_TRIED, ROOM_K)
    magnets = evaluate_magnets(
        alloys(recipe, process, read_shells(shell or None, 1)), at
    )
    b_r = magnets.remanence()[0]
    h_cj = magnets.coercivity()[0]
    with np.errstate(invalid="ignore"):
        knee = _KNEE * coercivity * h_cj / h_cj[-1]
        room = knee - remanence * b_r / b_r[-1] / MU_0 / 1e3 / (
            _LINE + _RECOIL
        )
    is_over = ~(room[:-1] > 0.0) & (_TRIED > ROOM_K - 100.0)
    end = int(np.argmax(is_over))
    low = room[end - 1]
    high = room[end]
    part = low / (low - high) if np.isfinite(high) and low > 0.0 else 0.0
    return float(_TRIED[end - 1] + part * (_TRIED[end] - _TRIED[end - 1]))


def _grade_rows(grade: "pd.Series") -> list[dict[str, object]]:
    from magnetkit.magnetism.sintered import sintered_at

    values = grade.copy()
    values[ALPHA] = np.nan
    makeup = estimate_composition(values)
    recipe = CompositionTable.from_strings([makeup.best.text], basis="weight")
    shell = makeup.best.shell or None
    # Cellular magnets are aged for what makers rate them for: ordinary grades, or those to 500 C.
    aged = {"aged_for_C": 500.0 if grade[HOTTEST] >= _HOT_GRADE_K else 300.0}
    process = aged if grade["host"] == "2:17" else None
    sheets = grades(str(grade["grade"]), sheets=True)
    chords = sheets[
        sheets["quantity"].isin([ALPHA, BETA]) & sheets["to_K"].notna()
    ]
    chords = chords.drop_duplicates(
        ["quantity", "temperature_K", "to_K", "value"]
    )
    head = {"grade": grade["grade"], "host": grade["host"]}
    rows: list[dict[str, object]] = []
    for _, one in chords.iterrows():
        ends = float(one["temperature_K"]), float(one["to_K"])
        (frame,) = sintered_at(recipe, [ROOM_K], process, shell, between=ends)
        rows.append(
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
    b_r = float(grade["remanence_T"])
    h_cj = float(grade["coercivity_kA_m"])
    # A chord with its range is a statement; one without may be of any range.
    betas = chords.loc[chords["quantity"] == BETA, "value"]
    beta = float(betas.iloc[0] if len(betas) else grade[BETA])
    if all(
        grade[f"{name}_provenance"] == "catalogue"
        for name in (ALPHA, BETA, HOTTEST)
    ):
        rows.append(
            {
                **head,
                "quantity": HOTTEST,
                "printed": by_definition(b_r, h_cj, float(grade[ALPHA]), beta),
                "predicted": by_model(
                    recipe, makeup.best.shell, b_r, h_cj, process
                ),
                "rated": float(grade[HOTTEST]),
            }
        )
    return rows


def report(frame: "pd.DataFrame", makers: "pd.DataFrame | None" = None) -> str:
    """Return the comparison as a page of text; `makers`: of `without_maker`."""
    lines = [
        "# Grades, from B_r and H_cJ at 20 °C alone",
        "",
        f"{provenance_line('python -m benchmarks.accuracy grades')} The recipe is inferred from the two "
        "values; alpha "
        "and beta are chords over the printed range. T_max is where, at a load line of 1, the knee "
        "of 0.92 H_cJ is used up: `printed_values` is what that makes of the sheet's own B_r, least "
        "H_cJ, alpha and beta, `predicted` what it makes of the same B_r and H_cJ along the "
        "model's curves; what makers rate the grade for stands beside. Alpha of no sheet is "
        "fitted; beta is, on printed ranges of the classes of 2:14:1 and on a few sheets of Sm-Co. "
        "A 2:17 grade counts as aged for 500 °C if rated for 400 °C, for 300 °C otherwise.",
        "",
        _ABOUT_PRINTED,
        "",
        "| quantity | host | pairs | within | mean error | median size | family's alpha within |",
        "|---|---|---|---|---|---|---|",
    ]
    for (quantity, host), part in frame.groupby(
        ["quantity", "host"], sort=True
    ):
        plain = ""
        if quantity == ALPHA:
            hits = (part["constant"] - part["printed"]).abs() <= _ALLOWED[
                ALPHA
            ]
            plain = f"{int(hits.sum())} of {len(part)}"
        lines.append(
            table_row(
                quantity,
                host,
                len(part),
                f"{int(part['inside'].sum())} (±{_ALLOWED[str(quantity)]:g})",
                f"{part['error'].mean():+.3g}",
                f"{part['error'].abs().median():.3g}",
                plain,
            )
        )
    odd = frame[
        (frame["quantity"] == ALPHA) & (frame["printed"].abs() <= _COMPENSATED)
    ]
    lines += [
        "",
        f"{len(odd)} of the alphas are of compensated grades, which B_r and H_cJ cannot tell.",
        "",
        *([] if makers is None else _maker_lines(makers)),
        "| grade | host | quantity | from, K | to, K | printed | predicted | within | rated |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in frame.sort_values(
        ["quantity", "host", "grade"], kind="stable"
    ).to_dict("records"):
        ends = [
            "" if row[k] != row[k] else f"{row[k]:.0f}"
            for k in ("from_K", "to_K")
        ]
        lines.append(
            table_row(
                row["grade"],
                row["host"],
                row["quantity"],
                ends[0],
                ends[1],
                f"{row['printed']:.4g}",
                f"{row['predicted']:.4g}",
                "yes" if row["inside"] else "no",
                ""
                if row["rated"] != row["rated"]
                else format(row["rated"], ".4g"),
            )
        )
    return "\n".join(lines) + "\n"
