"""Results as a notebook shows them: eight columns, intervals in words, the domain coloured."""

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from ..columns import COLUMNS
from .notes import of_cost, with_range
from .tables import number

if TYPE_CHECKING:
    import pandas as pd

ROWS = 10
_MOST = 8
_FIRST = (
    "rank", "candidate", "shell", "temperature_K", "remanence_T", "coercivity_kA_m",
    "max_energy_product_kJ_m3", "heavy_rare_earth_wt_pct", "probability_meets_requirements",
    "cost_USD_kg", "curie_temperature_K", "saturation_polarization_T", "anisotropy_field_T",
    "supply_risk",
)  # fmt: skip
_OUTSIDE = "background:#fff1d6;color:#222"


@dataclass(frozen=True)
class Table:
    """A table that a notebook shows by its HTML.

    Attributes
    ----------
    html : str
    """

    html: str

    def _repr_html_(self) -> str:
        return self.html


def table_html(frame: "pd.DataFrame", rows: int = ROWS) -> str:
    """Return the first rows of a table of results as HTML.

    Parameters
    ----------
    frame : DataFrame
        Columns as in `magnetkit.columns`.
    rows : int
        How many at most.

    Returns
    -------
    str
        Eight columns at most; an interval as ``563 (419 to 756)``; rows outside the domain of
        what was learnt are coloured.
    """
    names = [name for name in _FIRST if name in frame and _tells(frame, name)][:_MOST]
    heads = "".join(
        f'<th title="{escape(COLUMNS[n].meaning)}">{escape(COLUMNS[n].short)}'
        f"{f' ({escape(COLUMNS[n].unit)})' if COLUMNS[n].unit else ''}</th>"
        for n in names
    )
    body, coloured = [], False
    for _, row in frame.head(rows).iterrows():
        outside = "in_domain" in frame and not bool(row["in_domain"])
        coloured |= outside
        cells = "".join(f"<td>{escape(_cell(row, name))}</td>" for name in names)
        body.append(f'<tr style="{_OUTSIDE}">{cells}</tr>' if outside else f"<tr>{cells}</tr>")
    notes = [
        f"{min(rows, len(frame)):,} of {len(frame):,} rows, {len(names)} of {len(frame.columns)} "
        "columns; intervals in brackets (90 % unless asked otherwise)."
    ]
    if coloured:
        notes.append("Coloured: no compound of known Curie temperature lies near.")
    if "cost_USD_kg" in names and "formula" in frame:
        notes.append(escape(of_cost(frame["formula"].head(rows))))
    return (
        f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(body)}</tbody></table>"
        f"<p><small>{' '.join(notes)}</small></p>"
    )


def _tells(frame: "pd.DataFrame", name: str) -> bool:
    """Whether a column says anything: an empty shell does not."""
    values = frame[name]
    return bool((values.notna() & (values.astype(object) != "")).any())


def _cell(row: "pd.Series", name: str) -> str:
    text, interval = with_range(row, name, number, number)
    return f"{text} ({interval})" if interval else text
