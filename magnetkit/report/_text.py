"""Texts on the terminal: notes beside results, sentences, and tables that fit its width."""

import re
import sys
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from .._core._files import put_csv
from .._core._progress import message
from .._core.columns import COLUMNS
from .._core.settings import get_settings
from .._core.units import (
    KILO_GAUSS,
    KILO_OERSTED,
    MEGA_GAUSS_OERSTED,
    ZERO_CELSIUS,
)
from ..alloy.table import CompositionTable
from ..phases.partition import partition

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console


# Column's unit to the factor and the unit of the cgs tradition.
CGS = {
    "T": (1.0 / KILO_GAUSS, "kG"),
    "kA/m": (1e3 / KILO_OERSTED, "kOe"),
    "kJ/m3": (1e3 / MEGA_GAUSS_OERSTED, "MGOe"),
}


def is_cgs(units: str | None = None) -> bool:
    """Say whether to print kG, kOe and MGOe: as `units` says, "cgs" or "si", or else the setting.

    Any other text counts as "si".
    """
    return (units or get_settings().units) == "cgs"


class Scale(NamedTuple):
    """What makes the displayed value of a column's, ``factor * value + offset``, and its unit."""

    factor: float
    offset: float
    unit: str


def display_scale(name: str, *, cgs: bool | None = None) -> Scale:
    """Choose factor, offset and unit by which a column is displayed; temperatures in degrees C.

    Parameters
    ----------
    name : str
        A column of the registry, such as "remanence_T"; KeyError otherwise.
    cgs : bool, optional
        True for kG, kOe and MGOe, False for T, kA/m and kJ/m3; the setting decides otherwise.

    Returns
    -------
    Scale
        The displayed value is ``factor * value + offset``, in ``unit``. Any
        other column has factor 1, offset 0 and the unit of the registry.
    """
    unit = COLUMNS[name].unit
    if unit == "K":
        return Scale(1.0, -ZERO_CELSIUS, "°C")
    # An anisotropy field is quoted in tesla in both traditions' current literature.
    if (
        unit in CGS
        and name != "anisotropy_field_T"
        and (is_cgs() if cgs is None else cgs)
    ):
        factor, unit = CGS[unit]
        return Scale(factor, 0.0, unit)
    return Scale(1.0, 0.0, unit)


def rename_unit(column: str, name: str, unit: str) -> str:
    """Return the name of a column of results with another unit at its end, such as "remanence_kG".

    `column` is `name`, a column of the registry, or one of its ends, such as
    ``remanence_T_lo``, which gives "remanence_kG_lo". A degree sign of `unit` is
    dropped, so that "°C" gives "_C". Values are not converted.
    """
    stem, end = (column[:-3], column[-3:]) if column != name else (column, "")
    return f"{stem.removesuffix(COLUMNS[name].unit.replace('/', '_'))}{unit.strip('°')}{end}"


def with_range(
    row: "pd.Series",
    name: str,
    number: Callable[[object], str],
    ends: Callable[[object], str],
) -> tuple[str, str]:
    """Write a result and its interval as texts, such as ``("587", "419 to 756")``.

    Values are converted to the unit in which `name` is shown, then `number`
    writes the value and `ends` each end. The interval is empty where there is
    none.

    Parameters
    ----------
    row : pandas.Series
        A row of results, by column: `name` is required (KeyError), and with
        ``_lo`` also ``_hi``.
    name : str
        A column of the registry, such as "remanence_T"; KeyError for another.
    number, ends : callable
        Take a number in display units and return its text. `number` is not called
        for a missing value, text or integer.

    Returns
    -------
    text, interval : str
        A missing number is ``–``, a missing text is empty; texts and integers
        are written as they are. The interval is empty of these, and where both
        ends have the same text.
    """
    import pandas as pd

    column = COLUMNS[name]
    value = row[name]
    missing = bool(pd.isna(value))
    if column.kind in ("text", "category"):
        return "" if missing else str(value), ""
    if column.kind == "integer":
        return "–" if missing else str(int(value)), ""
    factor, offset, _ = display_scale(name)
    text = "–" if missing else number(factor * value + offset)
    if not column.predicted or text == "–" or f"{name}_lo" not in row:
        return text, ""
    low, high = (
        ends(factor * row[f"{name}_{end}"] + offset) for end in ("lo", "hi")
    )
    return text, f"{low} to {high}" if low != high else ""


def format_interval(
    row: "pd.Series", name: str, number: Callable[[object], str]
) -> str:
    """Write a result with its interval behind it, ``563 (419 to 756)``; without one if it has none.

    `row` is a row of results with the column `name`, one of the registry such
    as "coercivity_kA_m" (KeyError for another, or without it), and, if it has
    an interval, its ends ``_lo`` and ``_hi``. `number` takes a value or an
    end, in display units, and returns its text. A missing number is "–", a
    missing text empty.
    """
    text, interval = with_range(row, name, number, number)
    if interval:
        return f"{text} ({interval})"
    return text


def cost_note(formulas: Iterable[str] | CompositionTable) -> str:
    """Say what the cost of bare formulas leaves out.

    Parameters
    ----------
    formulas : iterable of str, or CompositionTable
        Texts are atomic, as in the column ``formula``; each must be readable. A single text is no
        iterable of them.

    Returns
    -------
    str
        One sentence; empty where no bare formula such as Nd2Fe14B is among them.
    """
    if not isinstance(formulas, CompositionTable):
        formulas = CompositionTable.from_strings(
            list(dict.fromkeys(formulas)), basis="atomic"
        )
    if not partition(formulas).bare.any():
        return ""
    return (
        "Cost of a bare formula, such as Nd2Fe14B, is that of its own elements: a melt is charged "
        "with more rare earth and costs more; give the full recipe for that."
    )


def calibration_note(name: str, today: str = "") -> str:
    """Return whose magnets values rest on, as a header says it; `today` is the magnet in use."""
    return f"Calibration: {'as today’s ' if name == today else ''}{name}."


# A longer text is folded over lines rather than let it push figures out; folded closer before a
# column that matters is dropped.
_WIDEST_TEXT = 28
_FOLDED_TEXT = 20
_MATTERS = 1
# Between these a formula may be broken.
_ELEMENTS = re.compile(r"[(A-Z][^(A-Z]*|[^(A-Z]+")
# What rich puts around a column: two spaces and a rule.
COLUMN_PADDING = 3


@dataclass
class Shown:
    """A column of a table on the terminal; numbers are set flush right.

    Columns of the highest `priority` are dropped first, those of 0 never; `most` is the longest
    line of a text, what is longer is folded.
    """

    heading: str
    cells: list[str] = field(default_factory=list)
    number: bool = True
    priority: int = 1
    most: int = _WIDEST_TEXT

    @property
    def width(self) -> int:
        """Width it needs, an attribute: that of its longest line, the heading too, texts up to ``most``."""
        longest = max(
            map(len, [*self.heading.splitlines(), *self.cells]), default=0
        )
        if self.number:
            return longest
        return min(longest, self.most)


def to_terminal() -> bool:
    """Return whether stdout is a terminal."""
    return sys.stdout.isatty()


def console() -> "Console":
    """Return the console of stdout."""
    from rich.console import Console

    return Console(highlight=False)


def say(text: str, mark: str = "") -> None:
    """Print the sentence `text` on stdout behind `mark`; on a terminal its lines break between words.

    `mark` is such as "- ". Further lines are indented as far as it is long. In
    a pipe `mark` and `text` are printed as they are. Words are not broken, and
    line breaks of `text` are blanks on a terminal.
    """
    if to_terminal():
        text = textwrap.fill(
            text,
            console().width,
            initial_indent=mark,
            subsequent_indent=" " * len(mark),
            break_long_words=False,
            break_on_hyphens=False,
        )
        print(text)
    else:
        print(f"{mark}{text}")


def remark(text: str) -> None:
    """Print `text`, a note to a table: under it on a terminal, otherwise on stderr."""
    if to_terminal():
        say(text)
    else:
        message(text)


def fold_lines(text: str, width: int) -> str:
    """Break a text into lines of at most `width` letters, between words and elements of a formula.

    A single word, or element with its amount, may be longer. A word that has a
    digit counts as a formula. The lines are joined by line breaks.

    Examples
    --------
    >>> print(fold_lines("Sm0.6Er0.4Co5.94Cu0.68 + Tb 1 wt%", 18))
    Sm0.6Er0.4Co5.94
    Cu0.68 + Tb 1 wt%
    """
    lines = [""]
    for i, word in enumerate(text.split(" ")):
        formula = any(c.isdigit() for c in word)
        for j, piece in enumerate(
            _ELEMENTS.findall(word) if formula else [word]
        ):
            gap = " " if i and not j else ""
            if lines[-1] and len(lines[-1]) + len(gap) + len(piece) > width:
                lines.append(piece)
            else:
                lines[-1] += gap + piece
    return "\n".join(lines)


def fitting(columns: Sequence[Shown], width: int) -> list[Shown]:
    """Choose the columns that fit into the width of a terminal.

    Columns of the highest `priority` number are dropped first, of equals the last. Long texts are
    folded more narrowly before columns of priority 1 are dropped.

    Parameters
    ----------
    columns : sequence of Shown
        Columns of a table, made as ``Shown(heading, cells, number,
        priority)``; ``width`` and ``priority`` count. They are not changed.
    width : int
        Characters. A column takes three more than its text, and the table one more.

    Returns
    -------
    list of Shown
        In their order; the objects given, or copies, all of them, with ``most`` at most 20 where
        texts are folded. Columns of priority 0 stay even if they do not fit.
    """
    columns_that_fit = list(columns)
    is_folding = False
    while sum(c.width + COLUMN_PADDING for c in columns_that_fit) + 1 > width:
        droppable = [
            c
            for c in columns_that_fit
            if c.priority > (0 if is_folding else _MATTERS)
        ]
        if not droppable and not is_folding:
            columns_that_fit = [
                replace(c, most=min(c.most, _FOLDED_TEXT))
                for c in columns_that_fit
            ]
            is_folding = True
            continue
        if not droppable:
            break
        worst = max(reversed(droppable), key=lambda c: c.priority)
        columns_that_fit = [c for c in columns_that_fit if c is not worst]
    return columns_that_fit


def print_table(
    title: str,
    columns: Sequence[Shown],
    styles: Sequence[str] = (),
    *,
    all_columns: bool = False,
) -> list[Shown]:
    """Print the columns that fit on the terminal, as a table on stdout.

    Parameters
    ----------
    title : str
        Title above.
    columns : sequence of Shown
        Made as ``Shown(heading, cells, number, priority)``. ``cells`` are
        texts, as many in each (ValueError); ``number`` is True for numbers,
        which stand to the right and are not folded; a column of priority 0
        stays.
    styles : sequence of str
        Style of each row, as rich names it, such as "dim"; rows beyond them
        have none.
    all_columns : bool
        Print all of them, in lines longer than the terminal's.

    Returns
    -------
    list of Shown
        The columns that were printed; narrower copies where texts were folded.
    """
    from rich.table import Table
    from rich.text import Text

    out = console()
    columns_that_fit = list(columns)
    if all_columns:
        out.width = max(
            out.width,
            sum(c.width + COLUMN_PADDING for c in columns_that_fit) + 1,
        )
    else:
        columns_that_fit = fitting(columns_that_fit, out.width)
    table_to_print = Table(title=Text(title), title_justify="left")
    for column in columns_that_fit:
        table_to_print.add_column(
            Text(column.heading),
            justify="right" if column.number else "left",
            overflow="fold",
            no_wrap=column.number,
            min_width=min(column.width, out.width),
            max_width=None if column.number else column.width,
        )
    for i, cells in enumerate(
        zip(*(c.cells for c in columns_that_fit), strict=True)
    ):
        lines = [
            cell if column.number else fold_lines(cell, column.width)
            for cell, column in zip(cells, columns_that_fit, strict=True)
        ]
        table_to_print.add_row(
            *map(Text, lines), style=styles[i] if i < len(styles) else ""
        )
    out.print(table_to_print, soft_wrap=all_columns)
    return columns_that_fit


def print_csv(frame: "pd.DataFrame") -> None:
    """Print a table as CSV, for a pipe or a file."""
    rows = (
        frame.astype(object).where(frame.notna(), "").itertuples(index=False)
    )
    put_csv(frame.columns, rows, sys.stdout)
