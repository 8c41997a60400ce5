"""Magnets side by side on the terminal."""

from typing import TYPE_CHECKING, Any

from ..columns import COLUMNS
from ..units import kelvin_text
from .tables import is_missing, number, print_json, unit_of
from .terminal import Shown, print_csv, print_table, to_terminal

if TYPE_CHECKING:
    import pandas as pd


def print_comparison(frame: "pd.DataFrame", *, as_json: bool, cgs: bool) -> None:
    """Print what `magnetkit.compare` returns: as a table, in a pipe as CSV."""
    if as_json:
        print_json(frame.reset_index())
        return
    if not to_terminal():
        print_csv(frame.reset_index())
        return
    names = [str(name) for name in frame.index]
    units = [unit_of(name, cgs=cgs) for name in names]
    values = [c for c in frame.columns if c not in ("label", "unit")]
    columns = [
        Shown("Property", [str(label) for label in frame["label"]], number=False, priority=0),
        *(_column(frame, str(c), names, units) for c in values),
        Shown("Unit", [unit for _, unit in units], number=False, priority=0),
    ]
    print_table("Side by side", columns)


def _column(
    frame: "pd.DataFrame", heading: str, names: list[str], units: list[tuple[float, str]]
) -> Shown:
    change = heading.startswith("difference")
    cells = []
    for name, (factor, _), value in zip(names, units, frame[heading], strict=True):
        cells.append(_cell(name, value, factor, change=change))
    title = heading.replace("difference", "Difference").replace("_", " of ")
    return Shown(title if change else heading, cells, number=False, priority=0)


def _cell(name: str, value: Any, factor: float, *, change: bool) -> str:
    if is_missing(value):
        return ""
    if name == "temperature_K":
        return "" if change else kelvin_text(float(value))
    if COLUMNS[name].kind not in ("number", "integer"):
        return str(value)
    text = number(value, factor=factor)
    return f"+{text}" if change and float(value) > 0 else text
