"""Magnets side by side on the terminal."""

from typing import TYPE_CHECKING, Any

from ..columns import COLUMNS
from ..units import kelvin_text
from .notes import of_cost
from .tables import is_missing, number, print_json, unit_of
from .terminal import AROUND, Shown, console, print_csv, print_table, say, to_terminal

if TYPE_CHECKING:
    import pandas as pd

# What the labels and the units take of a line, and the least of a magnet's column.
_LABEL, _UNIT, _LEAST = 27, 14, 8


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
    # No column may go: all of them are folded until they fit.
    room = console().width - _LABEL - _UNIT
    most = max(room // len(values) - AROUND, _LEAST)
    columns = [
        Shown("Property", [str(label) for label in frame["label"]], False, 0, _LABEL - AROUND),
        *(_column(frame, str(c), names, units, most) for c in values),
        Shown("Unit", [unit for _, unit in units], number=False, priority=0),
    ]
    print_table("Side by side", columns)
    formulas = [str(frame.loc["formula", c]) for c in values if not str(c).startswith("difference")]
    if note := of_cost(formulas):
        say(note)


def _column(
    frame: "pd.DataFrame", heading: str, names: list[str], units: list[tuple[float, str]], most: int
) -> Shown:
    change = heading.startswith("difference")
    cells = []
    for name, (factor, _), value in zip(names, units, frame[heading], strict=True):
        cells.append(_cell(name, value, factor, change=change))
    title = heading.replace("difference", "Difference").replace("_", " of ")
    return Shown(title if change else heading, cells, False, 0, most)


def _cell(name: str, value: Any, factor: float, *, change: bool) -> str:
    if is_missing(value):
        return ""
    if name == "temperature_K":
        return "" if change else kelvin_text(float(value))
    if COLUMNS[name].kind not in ("number", "integer"):
        return str(value)
    text = number(value, factor=factor)
    return f"+{text}" if change and float(value) > 0 else text
