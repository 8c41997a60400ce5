"""Properties of magnets on the terminal: a block for each of a few, a table of many."""

from typing import TYPE_CHECKING

from ..columns import COLUMNS, with_interval
from ..magnetism.sintered import VALIDATED_FROM
from ..units import kelvin_text
from .notes import of_cost
from .tables import cell, chosen, in_cgs, is_missing, number, print_json, print_rows, unit_of
from .terminal import Shown, print_csv, print_table, say, to_terminal

if TYPE_CHECKING:
    import pandas as pd

PROPERTIES = {
    "rank": 0, "candidate": 0, "temperature_K": 1, "host": 5, "status": 2, "remanence_T": 0,
    "coercivity_kA_m": 0, "max_energy_product_kJ_m3": 2, "curie_temperature_K": 6,
    "max_working_temperature_K": 7, "irreversible_loss_pct": 7, "remanence_coefficient_pct_K": 5,
    "coercivity_coefficient_pct_K": 6, "heavy_rare_earth_wt_pct": 1, "supply_risk": 3,
    "cost_USD_kg": 2, "probability_meets_requirements": 0, "failed_requirements": 3, "in_domain": 8,
}  # fmt: skip
# So many magnets are printed whole, one block each; more make a table.
_MOST_BLOCKS = 2
_REGISTERED = {column for name in COLUMNS for column in with_interval(name)}


def print_properties(
    frame: "pd.DataFrame",
    *,
    as_json: bool,
    cgs: bool,
    interval: float = 0.9,
    columns: str | None = None,
    wide: bool = False,
) -> None:
    """Print the properties of some compositions: a block for each of a few, a table of many."""
    kept: list[str] = []
    if as_json:
        print_json(frame)
    elif not to_terminal():
        table = frame if columns is None else frame[list(chosen(frame, PROPERTIES, columns))]
        print_csv(in_cgs(table) if cgs else table)
    elif len(frame) > _MOST_BLOCKS or columns is not None:
        kelvin = sorted(set(frame["temperature_K"]))
        about = [f"{len(frame):,} rows"]
        names = chosen(frame, PROPERTIES, columns)
        if len(kelvin) == 1 and columns is None:
            about.append(f"at {kelvin_text(kelvin[0])}")
            names.pop("temperature_K")
        if set(frame["status"]) == {"ok"} and columns is None:
            names.pop("status")
        wide = wide or columns is not None
        kept = print_rows(frame, names, about, [], set(), cgs=cgs, wide=wide)
        print(f"± is half of the {100 * interval:g} % interval.")
    else:
        for _, row in frame.iterrows():
            _print_block(row, cgs=cgs, interval=interval)
        kept = list(frame.columns)
    if to_terminal() and not as_json:
        if _cold(frame):
            say(
                "* extrapolated: no coercivity was compared with a measured one below "
                f"{VALIDATED_FROM:g} K."
            )
        if "cost_USD_kg" in kept and "formula" in frame and (note := of_cost(frame["formula"])):
            say(note)


def _cold(frame: "pd.DataFrame") -> bool:
    name = "coercivity_kA_m_provenance"
    return name in frame and bool((frame[name] == "extrapolated").any())


def _print_block(row: "pd.Series", *, cgs: bool, interval: float) -> None:
    names = [n for n in COLUMNS if n in row.index and n not in ("candidate", "row_index")]
    names += [n for n in row.index if n not in _REGISTERED]
    cells = list(zip(*(_property(row, name, cgs=cgs) for name in names), strict=True))
    headings = ("Property", "Value", f"{100 * interval:g} % interval", "From")
    columns = [
        Shown(heading, list(column), heading == "Value", priority)
        for heading, column, priority in zip(headings, cells, (0, 0, 1, 2), strict=True)
    ]
    columns[1].number = False
    print_table(cell(row, "candidate"), columns)


def _property(row: "pd.Series", name: str, *, cgs: bool) -> tuple[str, ...]:
    learnt = name.removesuffix("_data_share")
    if learnt != name and learnt in COLUMNS:
        return f"{COLUMNS[learnt].label}: share of data", number(row[name]), "", ""
    if name not in COLUMNS:
        return name, "" if is_missing(row[name]) else str(row[name]), "", ""
    column, value, (factor, unit) = COLUMNS[name], row[name], unit_of(name, cgs=cgs)
    label = column.label
    if name.endswith("coefficient_pct_K") and not is_missing(row.get("coefficients_between")):
        label = f"{label}, {row['coefficients_between']}"
    if name == "temperature_K":
        return label, kelvin_text(float(value)), "", ""
    if column.kind not in ("number", "integer"):
        return label, cell(row, name), "", ""
    label = f"{label} ({unit})" if unit else label
    if not column.predicted:
        return label, number(value, factor=factor), "", ""
    lo, hi = (number(row[f"{name}_{end}"], factor=factor) for end in ("lo", "hi"))
    source = row[f"{name}_provenance"]
    return (
        label,
        number(value, factor=factor),
        "" if is_missing(value) else f"{lo} to {hi}",
        "" if is_missing(source) else str(source),
    )
