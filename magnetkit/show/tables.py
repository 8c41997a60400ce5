"""Results on the terminal: tables to stdout, messages to stderr."""

import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ..columns import COLUMNS
from ..ranking.requirements import MEETS_PROBABILITY
from ..units import KILO_GAUSS, KILO_OERSTED, MEGA_GAUSS_OERSTED

if TYPE_CHECKING:
    import pandas as pd

    from ..run.result import Ranked

RANKING = (
    "rank",
    "candidate",
    "shell",
    "host",
    "remanence_T",
    "coercivity_kA_m",
    "max_energy_product_kJ_m3",
    "remanence_coefficient_pct_K",
    "heavy_rare_earth_wt_pct",
    "heavy_rare_earth_saved_wt_pct",
    "supply_risk",
    "weakest_link_risk",
    "cost_USD_kg",
    "cost_per_flux_USD_m3_T",
    "energy_above_hull_eV_atom",
    "probability_meets_requirements",
    "top_ten_share",
    "tie_group",
)
FIRMNESS = (
    "rank",
    "candidate",
    "shell",
    "host",
    "top_ten_share",
    "meets_share",
    "rank_lo",
    "rank_median",
    "rank_hi",
    "tie_group",
)
_SHARES = ("probability_meets_requirements", "top_ten_share", "meets_share")
# Column to (factor, unit, digits) in the units of the cgs tradition.
_CGS = {
    "T": (1.0 / KILO_GAUSS, "kG"),
    "kA/m": (1e3 / KILO_OERSTED, "kOe"),
    "kJ/m3": (1e3 / MEGA_GAUSS_OERSTED, "MGOe"),
}


# What is left of the table on a terminal narrower than all of it.
_WIDE = 150
_NARROW = (
    "rank",
    "candidate",
    "shell",
    "host",
    "remanence_T",
    "coercivity_kA_m",
    "heavy_rare_earth_wt_pct",
    "probability_meets_requirements",
)


def message(text: str) -> None:
    """Print a message to stderr."""
    print(f"magnetkit: {text}", file=sys.stderr)


def is_missing(value: object) -> bool:
    """Return whether a cell holds nothing: None, NaN or pandas' NA."""
    from pandas import isna

    return bool(isna(value))  # type: ignore[call-overload]


def number(value: object, digits: int = 3, factor: float = 1.0) -> str:
    """Return `factor` times a number with `digits` digits, a dash where there is none."""
    if is_missing(value):
        return "–"
    x = factor * float(value)  # type: ignore[arg-type]
    text = f"{x:.{digits}g}"
    return f"{x:.0f}" if "e+" in text else text


def print_ranking(result: "Ranked", top: int, *, as_json: bool = False, cgs: bool = False) -> None:
    """Print the best candidates and the reference magnet."""
    best = result.best(top)
    best = best[best["rank"].notna()].merge(_firmness(result), on="rank", how="left")
    if as_json:
        print_json(best)
        return
    console = _console(190)
    temperature = float(result.manifest["identity"]["temperature_K"])
    about = f"{escape(result.profile.title)}: best of {len(result):,}, at {temperature:.0f} K"
    shown = Table(title=about, title_justify="left")
    names = [n for n in RANKING if n != "shell" or (best["shell"].astype(str) != "").any()]
    if console.width < _WIDE:
        names = [n for n in names if n in _NARROW]
    for name in names:
        column, (_, unit) = COLUMNS[name], _unit(name, cgs=cgs)
        text = column.kind in ("text", "category")
        heading = f"{column.short}\n{unit}" if unit else column.short
        shown.add_column(heading, justify="left" if text else "right", no_wrap=True)
    for _, row in best.iterrows():
        style = "" if row["meets_requirements"] else "dim"
        shown.add_row(*_cells(row, names, cgs=cgs), style=style)
    reference = result.find(result.profile.reference.formula)
    for _, row in reference.iterrows():
        shown.add_section()
        shown.add_row(*_cells(row, names, cgs=cgs), style="italic")
    if len(best) or len(reference):
        console.print(shown)
    _explain(result, best, names, len(reference) > 0, console)


def _explain(
    result: "Ranked", best: "pd.DataFrame", names: list[str], today: bool, console: Console
) -> None:
    """Say below the table what needs to be said about it."""
    from .report.content import requirement_text

    if today:
        console.print("Last row: the reference magnet. ± is half of the 90 % interval.")
    if len(best) and "top_ten_share" in names:
        console.print(
            "Top 10: how often it stays among the ten best while all moves within its interval. "
            "Those of one tie cannot be told apart."
        )
    if not len(result.best(1)):
        counts = result.select(["status"])["status"].to_pandas().value_counts()
        reasons = ", ".join(f"{n:,} {why}" for why, n in counts[counts > 0].items())
        console.print(escape(f"No candidate can be ranked: {reasons}."))
    elif len(best) and not result.manifest["summary"]["meet_requirements"]:
        first = best.iloc[0]
        missed = requirement_text(str(first["failed_requirements"]), result.profile)
        chance = first["probability_meets_requirements"]
        text = (
            f"No candidate meets every requirement with a probability of {MEETS_PROBABILITY:g}: "
            f"the best has {chance:.2g} and misses {missed}."
        )
        console.print(escape(text))


def _console(width: int) -> Console:
    """Return the console of stdout: as wide as the terminal, or `width` where there is none."""
    return Console(width=None if sys.stdout.isatty() else width, highlight=False)


def _firmness(result: "Ranked") -> "pd.DataFrame":
    return result.robustness()[["rank", "top_ten_share", "tie_group"]]


def print_robustness(frame: "pd.DataFrame", top: int) -> None:
    """Print how firmly candidates hold their rank."""
    console = _console(160)
    names = [n for n in FIRMNESS if n != "shell" or (frame["shell"] != "").any()]
    shown = Table(title=f"How often among the best {top}, and ranks (90 %)", title_justify="left")
    for name in names:
        column = COLUMNS[name]
        text = column.kind in ("text", "category")
        heading = f"Top {top}" if name == "top_ten_share" else column.short
        shown.add_column(heading, justify="left" if text else "right", no_wrap=True)
    for _, row in frame.iterrows():
        shown.add_row(*_cells(row, names))
    console.print(shown)
    console.print("Candidates of one tie group cannot be told from the first of it.")


def print_changes(frame: "pd.DataFrame", top: int) -> None:
    """Print what changed among the first `top` against another ranking."""
    if (frame["change"] == "stayed").all():
        print(f"Against the baseline the first {top} are the same.")
        return
    shown = Table(title=f"Against the baseline, the first {top}", title_justify="left")
    for heading in ("#", "was", "candidate", "shell", ""):
        shown.add_column(heading, justify="right" if heading in ("#", "was") else "left")
    for _, row in frame.iterrows():
        ranks = ["–" if is_missing(row[n]) else str(int(row[n])) for n in ("rank", "rank_before")]
        texts = (str(row[n]) for n in ("candidate", "shell", "change"))
        shown.add_row(*ranks, *(escape(text) for text in texts))
    _console(120).print(shown)


def print_json(frame: "pd.DataFrame") -> None:
    """Print a table as JSON, one object a line."""
    plain = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    text = frame.to_json(orient="records", lines=True, force_ascii=plain)
    print(text, end="" if text.endswith("\n") or not text else "\n")


def _unit(name: str, *, cgs: bool) -> tuple[float, str]:
    """Return the factor to the unit shown, and that unit."""
    unit = COLUMNS[name].unit
    # An anisotropy field is quoted in tesla in both traditions' current literature.
    return (1.0, unit) if not cgs or name == "anisotropy_field_T" else _CGS.get(unit, (1.0, unit))


def _cells(row: "pd.Series", names: list[str], *, cgs: bool = False) -> list[str]:
    cells = []
    for name in names:
        column, value = COLUMNS[name], row.get(name, float("nan"))
        factor, _ = _unit(name, cgs=cgs)
        if column.kind in ("text", "category"):
            cells.append(escape(str(value)))
        elif column.kind == "integer":
            cells.append("–" if is_missing(value) else str(int(value)))
        elif is_missing(value):
            cells.append("–")
        elif column.predicted and name != "energy_above_hull_eV_atom":
            half = (float(row[f"{name}_hi"]) - float(row[f"{name}_lo"])) / 2.0
            cells.append(f"{number(value, factor=factor)} ±{number(half, 2, factor)}")
        else:
            cells.append(number(value, 2 if name in _SHARES else 3, factor))
    return cells


def print_properties(frame: "pd.DataFrame", *, as_json: bool, cgs: bool) -> None:
    """Print the properties of some compositions, one block each."""
    if as_json:
        print_json(frame)
        return
    console = _console(120)
    for _, row in frame.iterrows():
        shown = Table(title=escape(str(row["candidate"])), title_justify="left")
        for heading in ("Property", "Value", "90 % interval", "Unit", "From"):
            shown.add_column(heading, justify="right" if heading == "Value" else "left")
        for name in COLUMNS:
            if name in frame.columns and name not in ("candidate", "row_index"):
                shown.add_row(*_property(row, name, cgs=cgs))
        console.print(shown)


def _property(row: "pd.Series", name: str, *, cgs: bool) -> tuple[str, ...]:
    column, value, (factor, unit) = COLUMNS[name], row[name], _unit(name, cgs=cgs)
    if column.kind not in ("number", "integer"):
        return column.label, escape(str(value)), "", "", ""
    if not column.predicted:
        return column.label, number(value, factor=factor), "", unit, ""
    lo, hi = (number(row[f"{name}_{end}"], factor=factor) for end in ("lo", "hi"))
    source = row[f"{name}_provenance"]
    return (
        column.label,
        number(value, factor=factor),
        f"{lo} … {hi}",
        unit,
        "" if is_missing(source) else str(source),
    )
