"""Writing ``report.html``: one file, no network."""

import json
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from ...columns import COLUMNS
from ...files import replacing, seal
from ...magnetism.comparators import comparators
from ...run.result import LEADING_ROWS
from .._figures import POINTS, Part, numbers
from ..notes import of_cost, of_mill, with_range
from . import content, figures, supply

if TYPE_CHECKING:
    from ...run.result import Ranked

ROWS = LEADING_ROWS
"""Candidates embedded in the table, the best of them."""
REJECTED = 200
SHOWN = (
    "rank", "candidate", "shell", "host", "remanence_T", "coercivity_kA_m",
    "max_energy_product_kJ_m3", "max_working_temperature_K", "remanence_coefficient_pct_K",
    "heavy_rare_earth_wt_pct", "heavy_rare_earth_saved_wt_pct", "supply_risk", "cost_USD_kg",
    "probability_phase_forms", "probability_meets_requirements", "performance_margin",
)  # fmt: skip
DOWNLOADED = ("heavy_rare_earth_saved_wt_pct",)
"""Columns of all candidates that the download holds and the page does not show."""
ON_A_PHONE = ("rank", "candidate", "shell", "remanence_T", "coercivity_kA_m",
              "heavy_rare_earth_wt_pct", "probability_meets_requirements")  # fmt: skip
FIRM = ("top_ten_share", "tie_group")
"""How firm the ranks of the ten best are."""
COMPARED = (
    "candidate", "remanence_T", "coercivity_kA_m", "max_energy_product_kJ_m3",
    "max_working_temperature_K", "remanence_coefficient_pct_K",
)  # fmt: skip
"""What is shown of the magnets without rare earth."""
_RANGES = ("remanence_T", "coercivity_kA_m", "max_energy_product_kJ_m3")
_TEXTS = ("text", "category")


def write_report(result: "Ranked", path: Path) -> Path:
    """Write the report of a screening.

    Parameters
    ----------
    result : Ranked
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
        loader=PackageLoader("magnetkit.show.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["kelvin"] = content.kelvin
    page = environment.get_template("report.html.jinja").render(**_content(result))
    with replacing(path) as temporary:
        temporary.write_text(seal(page), encoding="utf-8", newline="\n")
    return path


def _content(result: "Ranked") -> dict[str, Any]:
    # Never the whole table, which may hold many millions.
    ranked, spread = result.best(ROWS), result.thinned(POINTS)
    firm = result.robustness()[["rank", *FIRM, "simpler_rank"]].astype({"rank": "Int64"})
    best = ranked.head(content.BEST).astype({"rank": "Int64"}).merge(firm, on="rank", how="left")
    shown = content.shown_magnets(result, best)
    ledger_headings, ledger = content.heavy_ledger(result, shown, ranked)
    drawn = _figures(result, ranked, spread, shown)
    bare = not any(shown.shells) and not (ranked["shell"].astype(object).fillna("") != "").any()
    hosts = [*ranked["host"].astype(str), *shown.rows["host"].astype(str)]
    common = hosts[0] if len(set(hosts)) == 1 else ""
    constant = {"shell": bare, "host": bool(common)}
    # Results of an earlier version may lack a column.
    names = tuple(n for n in SHOWN if n in ranked and not constant.get(n))
    table = _table(ranked, names)
    # What all share is said once.
    best_names = (*(n for n in names if n not in DOWNLOADED), *FIRM)
    return {
        "profile": result.profile,
        "temperature": shown.temperature,
        "conditions": shown.conditions,
        "host": common,
        "objectives": content.objectives(result.profile),
        "lead": content.lead(result),
        "answer": content.answer(result, shown),
        "notes": [
            note for note in (of_mill(result.manifest["identity"]), of_cost(shown.table)) if note
        ],
        "requirements": content.requirements(result, shown),
        "total": len(result),
        "headings": [COLUMNS[name] for name in best_names],
        "best": [[_cell(row, name) for name in best_names] for _, row in shown.rows.iterrows()],
        "comparator_headings": [COLUMNS[name] for name in COMPARED],
        "comparators": _comparators(shown.temperature),
        "stages": content.stages(result),
        "failures": content.failures(result),
        "ledger_headings": ledger_headings,
        "ledger": ledger,
        "break_even": supply.break_even(shown),
        "elements": supply.elements(shown),
        "claims": supply.claims(),
        "late": supply.late(shown),
        "drawn": set(drawn),
        "points": POINTS,
        **content.constants(result),
        "curves": len(figures.few(shown).labels) - 1,
        "embedded": len(ranked),
        "rejected": result.rejected[:REJECTED],
        "rejected_count": len(result.rejected),
        "changed": content.changed_since(result),
        "sources": content.sources(),
        "validations": content.validations(),
        "identity": result.manifest["identity"],
        "columns": table["columns"],
        "data": in_script({"figures": drawn, "table": table}),
        "plotly": _plotly(),
    }


def _comparators(temperature: float) -> list[dict[str, Any]]:
    """Return the magnets without rare earth that are more than a film, as cells and notes."""
    rows = comparators(temperature)
    rows = rows[
        rows["max_working_temperature_K"].notna() & rows["remanence_coefficient_pct_K"].notna()
    ]
    return [
        {"cells": [_cell(row, name) for name in COMPARED]}
        | {name: _plain(row[name]) for name in ("kind", "source", "confidence", "note")}
        for _, row in rows.iterrows()
    ]


def _plain(value: object) -> str:
    return "" if pd.isna(value) else str(value)  # type: ignore[call-overload]


def _figures(
    result: "Ranked", ranked: pd.DataFrame, spread: pd.DataFrame, shown: content.Magnets
) -> dict[str, Part]:
    profile = result.profile
    drawn = {
        "pareto": figures.pareto(result, spread, shown),
        "grades": figures.grade_map(spread, shown, list(profile.hosts)),
        "temperature": figures.over_temperature(
            shown, profile.temperature_min_K, profile.temperature_max_K
        ),
        "demagnetization": figures.demagnetization(shown),
        "supply": figures.supply(shown),
    }
    maps = {
        "ternary": figures.ternary(ranked),
        "section": figures.section(ranked.head(content.BEST), shown.conditions.snapshot),
    }
    return drawn | {name: figure for name, figure in maps.items() if figure is not None}


def _cell(row: pd.Series, name: str) -> dict[str, str]:
    """Return a cell's text, and its interval beneath where it has one."""
    digits = 2 if name in ("probability_meets_requirements", *FIRM) else 3
    ends = 2 if name == "remanence_coefficient_pct_K" else 3
    text, interval = with_range(
        row, name, lambda v: content.number(v, digits), lambda v: content.number(v, ends)
    )
    if name == "candidate" and not pd.isna(row.get("simpler_rank")):
        interval = f"no gain over #{row['simpler_rank']}"
    return {"text": text, "range": interval}


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
            "shown": name == base and name not in DOWNLOADED,
            "minor": base not in ON_A_PHONE,
        }
        if not entry["text"]:
            values = ranked[name].astype(float).to_numpy(copy=True)
            whole = column.kind == "integer"
            entry["values"] = (
                [None if v != v else int(v) for v in values] if whole else numbers(values)
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
    """Return plotly.js (MIT licence), which plotly's Python package carries."""
    # Found, not imported, which would take half a second.
    found = find_spec("plotly")
    assert found is not None
    file = Path(str(found.origin)).parent / "package_data" / "plotly.min.js"
    # No script may end the element that holds it; in a string of JavaScript this changes nothing.
    return file.read_text(encoding="utf-8").replace("</script", "<\\/script")
