"""The answer of a parts list as a workbook: one sheet to read, and what it rests on behind it."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..report._written import check_workbook, save_workbook

if TYPE_CHECKING:
    import pandas as pd

_SHEETS_OF_PARTS = 60
"""Largest number of parts that have a sheet each; more share one sheet of ways."""
_WIDE = {
    "Order line": 70,
    "Why": 45,
    "In words": 110,
    "Replacement": 34,
    "What": 40,
}
_WIDE |= {"Change to": 40, "Text": 60, "Note": 130, "Shortage": 34}
_DIGITS = {
    "P": "0.00",
    "Margin H_k / H": "0.00",
    "Row": "0",
    "Order": "0",
    "Way": "0",
}
_LONGEST_TITLE = 31
_FORBIDDEN = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_LONGEST_TEXT = 32_767


def write_parts_workbook(answer: Any, path: Path) -> Path:
    """Write the answer of a parts list as the .xlsx file `path`; return that path.

    `answer` is a `PartsAnswer`, as `magnetkit.replace_parts` returns it. The
    sheets are Answer (one row a part), Totals (kilograms by element),
    Shortages, Order of change, Not understood, Assumptions, and one for the
    ways of each part (or one for all). An existing file is replaced.
    InputError if the suffix is another than .xlsx, or the file cannot be
    written.

    Of `answer` the frames ``frame``, ``totals``, ``shortages``, ``changes``,
    ``refused`` and ``ways`` (with the columns ``Row`` and ``What``), ``notes``
    and ``parts`` (``line``, ``name``) are used. Up to 60 parts have a sheet of
    ways each, named by line and name, without columns that are empty; a part
    without ways has none.
    """
    from openpyxl import Workbook

    check_workbook(path)
    book = Workbook()
    book.remove(book.active)
    _add_sheet(book, "Answer", answer.frame, frozen="C2")
    _add_sheet(book, "Totals", answer.totals)
    _add_sheet(book, "Shortages", answer.shortages)
    _add_sheet(book, "Order of change", answer.changes)
    _add_sheet(book, "Not understood", answer.refused)
    _add_sheet(book, "Assumptions", _as_notes(answer.notes))
    if len(answer.parts) > _SHEETS_OF_PARTS:
        _add_sheet(book, "Ways", answer.ways)
    else:
        for part in answer.parts:
            ways = answer.ways[answer.ways["Row"] == part.line]
            if len(ways):
                _add_sheet(
                    book,
                    f"{part.line} {part.name}",
                    ways.dropna(axis=1, how="all"),
                )
    save_workbook(book, path)
    return path


def _as_notes(notes: list[str]) -> "pd.DataFrame":
    import pandas as pd

    return pd.DataFrame({"Note": notes}, dtype=object)


def _add_sheet(
    book: Any, title: str, frame: "pd.DataFrame", frozen: str = "A2"
) -> None:
    """Append a sheet with a table that can be sorted and filtered to a workbook.

    Parameters
    ----------
    book : openpyxl.Workbook
        Changed in place: the sheet becomes its last.
    title : str
        Title; characters that Excel forbids become blanks, it is cut to 31 and
        made unique.
    frame : pandas.DataFrame
        The table; its columns become the first row, in bold, its index is left
        out. Missing values are empty cells; an empty frame gives the heads
        alone.
    frozen : str
        Cell, such as "A2", above and left of which rows and columns stay in
        view.
    """
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(_title(title, set(book.sheetnames)))
    names = list(map(str, frame.columns))
    sheet.append([_text(name) for name in names])
    plain = frame.astype(object).where(frame.notna(), None)
    for values in plain.itertuples(index=False):
        sheet.append([_plain_value(value) for value in values])
    fill = PatternFill("solid", fgColor="DDE6EE")
    for cell in sheet[1]:
        cell.font = Font(bold=True)
        cell.fill = fill
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    for place, name in enumerate(names, start=1):
        width = _WIDE.get(name) or _width(
            name, plain.iloc[:, place - 1].tolist()
        )
        sheet.column_dimensions[get_column_letter(place)].width = width
        _format_column(sheet, place, name, wrapped=name in _WIDE)
    sheet.freeze_panes = frozen
    if names:
        sheet.auto_filter.ref = sheet.dimensions
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A3
    sheet.print_title_rows = "1:1"
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _format_column(
    sheet: Any, place: int, name: str, *, wrapped: bool
) -> None:
    """Format the cells of a column below its header, in place.

    Parameters
    ----------
    sheet : openpyxl worksheet
        Changed in place; its first row is the header and stays. Texts become
        texts even if they begin like a formula.
    place : int
        Number of the column, from 1.
    name : str
        Its header, by which `_number_format` formats floats; integers stay.
    wrapped : bool
        Wrap long texts.
    """
    from openpyxl.styles import Alignment

    # A style is worked out once for each kind of value: of a long list that takes longest.
    styles: dict[type, Any] = {}
    for (cell,) in sheet.iter_rows(min_row=2, min_col=place, max_col=place):
        kind = type(cell.value)
        if kind not in styles:
            # Beside a number, which stands to the right, a text needs room.
            cell.alignment = Alignment(
                horizontal="left" if kind is str else None,
                vertical="top",
                wrap_text=wrapped,
                indent=int(kind is str),
            )
            if kind is float:
                cell.number_format = _number_format(name)
            styles[kind] = cell
        cell._style = styles[kind]._style
        if kind is str:
            # A text that begins like a formula stays a text.
            cell.data_type = "s"


def _number_format(name: str) -> str:
    """Return the Excel number format of a column by its header `name`, such as "0.00" for wt.%.

    "0.00" for ``P``, ``Margin H_k / H``, and headers that end in "wt.%" or
    "USD/kg"; "0" for ``Row``, ``Order``, ``Way``, "kA/m" and "°C"; "0.000" for
    " T"; "#,##0" for "USD a year" anywhere and ", USD"; "#,##0.0" for "kg a year",
    "magnets", ", low" and ", high". "General" for any other header.
    """
    if name in _DIGITS:
        return _DIGITS[name]
    if "USD a year" in name or name.endswith(
        (", USD", "kg a year", "magnets")
    ):
        if "USD" in name:
            return "#,##0"
        return "#,##0.0"
    if name.endswith((", low", ", high")):
        return "#,##0.0"
    if name.endswith(" T"):
        return "0.000"
    if name.endswith(("kA/m", "°C")):
        return "0"
    if name.endswith(("wt.%", "USD/kg")):
        return "0.00"
    return "General"


def _width(name: str, values: list[Any]) -> float:
    """Return the width of a column, 10 to 34 characters, from its header `name` and the texts in `values`.

    The longest text counts, with 2 characters more, and the longest word of
    the header, with 3 more; values that are no texts do not.
    """
    longest = max(
        (len(value) for value in values if isinstance(value, str)), default=0
    )
    words = max(map(len, name.split()), default=0)
    return float(min(max(longest + 2, words + 3, 10), 34))


def _plain_value(value: Any) -> Any:
    """Convert a value of a table for a cell of the workbook.

    Numbers, truth values, dates and None stay, numpy's become Python's. NaN
    and NaT stay too. All else becomes a text without control characters, each
    replaced by a blank but for tabs and line breaks, and cut to 32,767
    characters.
    """
    if hasattr(value, "item"):
        value = value.item()
    if value is None or isinstance(value, bool | int | float):
        return value
    if hasattr(value, "isoformat"):
        return value
    return _text(str(value))


def _text(text: str) -> str:
    return _CONTROL.sub(" ", text)[:_LONGEST_TEXT]


def _title(text: str, taken: set[str]) -> str:
    """Return `text` as a title that Excel allows and that is not in `taken`, compared without case.

    Characters that Excel forbids become blanks, and it is cut to 31 characters;
    "part" stands for an empty one. A title that is taken is cut to 27
    characters and gets a blank and a number from 2. `taken` is not changed.
    """
    plain = _FORBIDDEN.sub(" ", text).strip()[:_LONGEST_TITLE] or "part"
    title = plain
    number = 1
    while title.casefold() in {one.casefold() for one in taken}:
        number += 1
        title = f"{plain[: _LONGEST_TITLE - 4]} {number}"
    return title
