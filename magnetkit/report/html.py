"""Writing ``report.html``: one file, no network."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from ..columns import COLUMNS
from ..screening.folder import replacing

if TYPE_CHECKING:
    from ..screening import ScreenResult

BEST = 10
SHOWN = (
    "rank",
    "candidate",
    "host",
    "remanence_T",
    "coercivity_kA_m",
    "max_energy_product_kJ_m3",
    "remanence_coefficient_pct_K",
    "heavy_rare_earth_wt_pct",
    "heavy_rare_earth_saved_wt_pct",
    "supply_risk",
    "cost_USD_kg",
    "energy_above_hull_eV_atom",
    "probability_meets_requirements",
)


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
        loader=PackageLoader("magnetkit.report"), autoescape=True, undefined=StrictUndefined
    )
    page = environment.get_template("report.html.jinja").render(**_content(result))
    with replacing(path) as temporary:
        temporary.write_text(page, encoding="utf-8")
    return path


def _content(result: "ScreenResult") -> dict[str, Any]:
    table = result.table
    reference = table[table["candidate"] == result.profile.reference.formula]
    return {
        "profile": result.profile,
        "total": len(table),
        "meeting": int(table["meets_requirements"].sum()),
        "headings": [COLUMNS[name].heading for name in SHOWN],
        "best": _rows(result.best(BEST)),
        "reference": _rows(reference),
        "rejected": result.rejected[:100],
        "rejected_count": len(result.rejected),
        "identity": result.manifest["identity"],
    }


def _rows(frame: "pd.DataFrame") -> list[list[str]]:
    return [[_cell(row, name) for name in SHOWN] for _, row in frame.iterrows()]


def _cell(row: "pd.Series", name: str) -> str:
    column, value = COLUMNS[name], row[name]
    if column.kind in ("text", "category"):
        return str(value)
    if pd.isna(value):
        return "–"
    text = f"{float(value):.3g}"
    if column.predicted:
        text += f" ({float(row[name + '_lo']):.2g}…{float(row[name + '_hi']):.2g})"
    return text
