"""Writing ``report.html``: one file, no network."""

import json
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from ..columns import COLUMNS
from ..screening.folder import replacing
from . import content, figures

if TYPE_CHECKING:
    from ..screening import ScreenResult

ROWS = 10_000
"""Candidates embedded in the table, the best of them."""
REJECTED = 200
SHOWN = (
    "rank",
    "candidate",
    "shell",
    "host",
    "remanence_T",
    "coercivity_kA_m",
    "max_energy_product_kJ_m3",
    "max_working_temperature_K",
    "remanence_coefficient_pct_K",
    "heavy_rare_earth_wt_pct",
    "heavy_rare_earth_saved_wt_pct",
    "supply_risk",
    "cost_USD_kg",
    "energy_above_hull_eV_atom",
    "probability_meets_requirements",
    "performance_margin",
)
_RANGES = ("remanence_T", "coercivity_kA_m", "max_energy_product_kJ_m3")
_TEXTS = ("text", "category")


def write_report(result: "ScreenResult", path: Path) -> Path:
    """Write the report of a screening.

    Parameters
    ----------
    result : ScreenResult
    path : Path
        File to write; replaced as a whole.

    Returns
    -------
    Path
        `path`.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    environment = Environment(
        loader=PackageLoader("magnetkit.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("report.html.jinja").render(**_content(result))
    with replacing(path) as temporary:
        temporary.write_text(page, encoding="utf-8")
    return path


def _content(result: "ScreenResult") -> dict[str, Any]:
    ranked = result.table[result.table["rank"].notna()].sort_values("rank")
    shown = content.shown_magnets(result, ranked.head(content.BEST))
    ledger_headings, ledger = content.heavy_ledger(result, shown)
    drawn = _figures(result, ranked, shown)
    bare = not any(shown.shells) and not (ranked["shell"].fillna("").astype(str) != "").any()
    names = tuple(name for name in SHOWN if name != "shell" or not bare)
    return {
        "profile": result.profile,
        "temperature": shown.temperature,
        "conditions": shown.conditions,
        "objectives": content.objectives(result.profile),
        "answer": content.answer(result, shown),
        "requirements": content.requirements(result, shown),
        "total": len(result.table),
        "headings": [COLUMNS[name] for name in names],
        "best": [[_cell(row, name) for name in names] for _, row in shown.rows.iterrows()],
        "failures": content.failures(result),
        "ledger_headings": ledger_headings,
        "ledger": ledger,
        "drawn": set(drawn),
        "points": figures.POINTS,
        "curves": content.CURVES,
        "embedded": min(len(ranked), ROWS),
        "rejected": result.rejected[:REJECTED],
        "rejected_count": len(result.rejected),
        "changed": content.changed_since(result),
        "sources": content.sources(),
        "identity": result.manifest["identity"],
        "data": in_script({"figures": drawn, "table": _table(ranked.head(ROWS), names)}),
        "plotly": _plotly(),
    }


def _figures(
    result: "ScreenResult", ranked: pd.DataFrame, shown: content.Magnets
) -> dict[str, figures.Figure]:
    profile = result.profile
    drawn = {
        "pareto": figures.pareto(result, ranked, shown),
        "grades": figures.grade_map(ranked, shown, list(profile.hosts)),
        "temperature": figures.over_temperature(
            shown, profile.temperature_min_K, profile.temperature_max_K
        ),
        "demagnetization": figures.demagnetization_curves(shown),
        "supply": figures.supply(shown),
    }
    triangle = figures.ternary(ranked)
    return drawn if triangle is None else drawn | {"ternary": triangle}


def _cell(row: pd.Series, name: str) -> dict[str, str]:
    """Return a cell's text, and its interval beneath where it has one."""
    column, value = COLUMNS[name], row[name]
    if column.kind in _TEXTS:
        return {"text": "" if pd.isna(value) else str(value), "range": ""}
    if column.kind == "integer":
        return {"text": "–" if pd.isna(value) else str(int(value)), "range": ""}
    text = content.number(value, 2 if name == "probability_meets_requirements" else 3)
    if not column.predicted or text == "–":
        return {"text": text, "range": ""}
    lo, hi = content.number(row[f"{name}_lo"]), content.number(row[f"{name}_hi"])
    return {"text": text, "range": f"{lo} to {hi}"}


def _table(ranked: pd.DataFrame, names: tuple[str, ...]) -> dict[str, Any]:
    """Return the ranked rows by column: four digits each, texts of few values as codes."""
    columns = []
    for name in (n for shown in names for n in _with_range(shown)):
        base = name.removesuffix("_lo").removesuffix("_hi")
        column = COLUMNS[base]
        entry: dict[str, Any] = {
            "name": name,
            "label": column.short,
            "unit": column.unit,
            "title": column.heading,
            "text": column.kind in _TEXTS,
            "shown": name == base,
        }
        if not entry["text"]:
            values = ranked[name].astype(float).to_numpy(copy=True)
            whole = column.kind == "integer"
            entry["values"] = (
                [None if v != v else int(v) for v in values] if whole else figures.numbers(values)
            )
        elif name == "candidate":
            entry["values"] = ranked[name].astype(str).tolist()
        else:
            codes, texts = pd.factorize(ranked[name].astype(object).fillna("").astype(str))
            entry["values"], entry["texts"] = codes.tolist(), list(texts)
        columns.append(entry)
    return {"columns": columns, "rows": len(ranked)}


def _with_range(name: str) -> tuple[str, ...]:
    return (name, f"{name}_lo", f"{name}_hi") if name in _RANGES else (name,)


def in_script(value: Any) -> str:
    """Return JSON that no text inside can end the script element around it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _plotly() -> str:
    """Return plotly.js as the plotly package carries it (MIT licence)."""
    return (files("plotly") / "package_data" / "plotly.min.js").read_text(encoding="utf-8")
