"""Results as files: by the suffix CSV, TSV, Parquet, JSON lines or an Excel workbook."""

import io
import re
from collections.abc import Iterable, Sequence
from datetime import date
from math import floor, isfinite, log10
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._core._files import replacing, write_csv
from .._core.columns import COLUMNS, with_interval
from .._core.errors import InputError

if TYPE_CHECKING:
    import pandas as pd


# Rows of a sheet, without its header.
_SHEET_ROWS = 1_048_575
# What XML, and so a workbook, cannot hold.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_CELL = 32_767


def write_table(frame: "pd.DataFrame", path: Path) -> Path:
    """Write a table of results as .xlsx, .csv, .tsv, .parquet or JSON lines, by suffix; return the path.

    Case of the suffix does not count, and any other suffix gives JSON lines.
    The index of `frame` is left out. Missing values are empty cells, in JSON
    null. All columns are written under their names; a workbook has a sheet
    "results" and one, "columns", of their meanings. An existing file is
    replaced. InputError if it cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    suffix = path.suffix.lower()
    if suffix == ".xlsx":
        return write_workbook({"results": frame}, path)
    plain = frame.astype(object).where(frame.notna(), None)
    if suffix in (".csv", ".tsv"):
        write_csv(frame.columns, plain.itertuples(index=False), path)
        return path
    with replacing(path) as temporary:
        if suffix == ".parquet":
            pq.write_table(
                pa.Table.from_pandas(frame, preserve_index=False), temporary
            )
        else:
            frame.to_json(
                temporary, orient="records", lines=True, force_ascii=False
            )
    return path


def write_results(
    frame: "pd.DataFrame",
    path: Path,
    said: Sequence[str],
    rejected: Iterable[Sequence[Any]] = (),
    units: str | None = None,
) -> Path:
    """Write results as a workbook that people read; return the path.

    Its sheets are "Answer", the sentences `said`; "Rows", the rows in their
    order, the user's own columns first, then the main results in display
    units; "Refused", the rejected lines, with headings alone if there are
    none; "columns", the meaning of the columns; "All columns", `frame` as it
    is.

    Parameters
    ----------
    frame : pandas.DataFrame
        Results, with the columns that `display_table` needs.
    path : Path
        File, replaced if it exists; InputError if it does not end in .xlsx.
    said : sequence of str
        Sentences of the answer, a row each.
    rejected : iterable of (line, text, reason)
        Lines that could not be read, three values each, in this order.
    units : {"si", "cgs"}, optional
        Of the rows that people read; the setting's otherwise.
    """
    import pandas as pd

    from ._tables import display_table

    sheets = {"Answer": pd.DataFrame({"Answer": said}, dtype=object)}
    sheets["Rows"] = display_table(frame, units)
    refusal_table = pd.DataFrame(
        rejected, columns=["Line", "Text", "Why refused"]
    )
    return write_workbook(
        {**sheets, "Refused": refusal_table, "All columns": frame}, path
    )


def _column_width(name: str, column: list[Any]) -> int:
    """Return the width of a column of a workbook, 10 to 40 characters.

    It is that of the longest text among its `name` and the cells `column`, and 2 more. Cells that
    are no text do not count.
    """
    longest = max(
        (len(c) for c in (name, *column) if isinstance(c, str)), default=0
    )
    return min(max(longest + 2, 10), 40)


def write_workbook(sheets: "dict[str, pd.DataFrame]", path: Path) -> Path:
    """Write an Excel workbook, a sheet for each table and one for the meaning of the columns.

    `sheets` maps titles to frames, one at least, whose index is left out; the
    meanings are of the columns of the last one. Their sheet, "columns", stands
    before the last one, or behind a single one. Missing values are empty cells.
    Texts stay texts: one that begins like a formula is not run. Dates and truth
    values keep their kind. Texts of a user's column that are all numbers become
    numbers. An existing file is replaced, and the `path` returned. InputError if
    the suffix is another than .xlsx, a frame has more than 1,048,575 rows, the
    clock stands before 1980, or the file cannot be written.
    """
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter

    check_workbook(path)
    if date.today().year < 1980:
        raise InputError(
            f"cannot write {path}: set the clock ({date.today()}); workbooks begin in 1980"
        )
    book = Workbook(write_only=True)
    last = list(sheets)[-1]
    meanings = {str(name): meaning(str(name)) for name in sheets[last].columns}
    for title, frame in sheets.items():
        # What people read comes before all columns; a table alone is read from the first sheet.
        if title == last and len(sheets) > 1:
            _put_meanings(book, meanings)
        if len(frame) > _SHEET_ROWS:
            raise InputError(
                f"{len(frame):,} rows do not fit into a sheet of {_SHEET_ROWS:,}; write .parquet"
            )
        sheet = book.create_sheet(title)
        sheet.freeze_panes = "A2"
        names = list(map(str, frame.columns))
        plain = frame.astype(object).where(frame.notna(), None)
        columns = [
            _as_numbers(plain.iloc[:, i].tolist(), name)
            for i, name in enumerate(names)
        ]
        formats = [_number_format(column) for column in columns]
        for i, (name, column) in enumerate(
            zip(names, columns, strict=True), start=1
        ):
            width = 110 if len(names) == 1 else _column_width(name, column)
            sheet.column_dimensions[get_column_letter(i)].width = width
        sheet.append(_cells(sheet, names, bold=True))
        for row in zip(*columns, strict=True):
            sheet.append(_cells(sheet, row, formats))
    if len(sheets) == 1:
        _put_meanings(book, meanings)
    save_workbook(book, path)
    return path


def check_workbook(path: Path) -> None:
    """Raise InputError if `path` does not end in .xlsx."""
    if path.suffix.lower() != ".xlsx":
        raise InputError(
            f"{path} names no workbook; expected a file that ends in .xlsx"
        )


def save_workbook(book: Any, path: Path) -> None:
    """Write a workbook of openpyxl to the file `path`, replacing that; InputError if that fails.

    `book` is an ``openpyxl.Workbook``, which cannot be saved again if it is write-only. The suffix
    of `path` is not checked.
    """
    # Packed in memory: on a full disk the parts of a half-written archive each print their own.
    buffer = io.BytesIO()
    book.save(buffer)
    with replacing(path) as temporary:
        temporary.write_bytes(buffer.getbuffer())


def _put_meanings(
    book: Any, meanings: dict[str, tuple[str, str, str]]
) -> None:
    """Add the sheet ``columns`` to a workbook, in place: name, label, unit and meaning of each.

    Parameters
    ----------
    book : openpyxl.Workbook
        A write-only workbook; the sheet is its last then.
    meanings : dict of str to tuple of three str
        Label, unit and meaning by the column's name, as `meaning` returns them. A row each, in
        their order.
    """
    sheet = book.create_sheet("columns")
    for letter, width in zip("ABCD", (42, 28, 10, 90), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.append(
        _cells(sheet, ["column", "label", "unit", "meaning"], bold=True)
    )
    for name, text in meanings.items():
        sheet.append(_cells(sheet, [name, *text]))


_NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d+)?")


def _as_numbers(values: list[Any], name: str) -> list[Any]:
    """Convert the texts of a user's column to numbers if all of them are; a text file has no types.

    Parameters
    ----------
    values : list
        Cells of the column; None and "" are empty.
    name : str
        Its name; a column of `magnetkit.columns.COLUMNS` is left alone.

    Returns
    -------
    list
        int or float for each text, None for an empty one; `values` itself if any cell is another
        type, or a text such as "007", "1e5", "+1" or "1,5", or there is no text.
    """
    texts = [value for value in values if value is not None and value != ""]
    if (
        name in COLUMNS
        or not texts
        or not all(isinstance(t, str) for t in texts)
    ):
        return values
    if not all(map(_NUMBER.fullmatch, texts)):
        return values
    return [
        float(v) if v and "." in v else int(v) if v else None for v in values
    ]


def _number_format(values: list[Any]) -> str:
    """Choose the Excel number format of a column: four digits of its largest value.

    `values` are the cells, of any type. The result is such as "0.000", with at most six digits
    behind the point, "0" from 1000 on, or "General" where no cell is a finite float other than 0.
    """
    sizes = [
        abs(v) for v in values if isinstance(v, float) and isfinite(v) and v
    ]
    digits = max(3 - floor(log10(max(sizes))), 0) if sizes else 0
    if digits:
        return f"0.{'0' * min(digits, 6)}"
    if sizes:
        return "0"
    return "General"


def _cells(
    sheet: Any,
    values: Iterable[Any],
    formats: Sequence[str] = (),
    *,
    bold: bool = False,
) -> Sequence[Any]:
    """Build the cells of one row for a write-only sheet.

    Parameters
    ----------
    sheet : openpyxl worksheet
        Sheet that the cells belong to; they are not appended.
    values : iterable
        Values; control characters are replaced, texts cut after 32,767 letters, and types other
        than str, number, bool, date and None written as text.
    formats : sequence of str
        Number format of each column, such as "0.00", for floats, as many as `values`; none if
        empty.
    bold : bool
        Bold font.

    Returns
    -------
    list of openpyxl WriteOnlyCell
    """
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    cells = []
    for place, value in enumerate(values):
        plain_value = value.item() if hasattr(value, "item") else value
        if isinstance(plain_value, str):
            plain_value = _CONTROL.sub("\ufffd", plain_value)[:_CELL]
        elif plain_value is not None and not isinstance(
            plain_value, int | float | date
        ):
            plain_value = str(plain_value)
        cell = WriteOnlyCell(sheet, plain_value)
        if isinstance(plain_value, float) and formats:
            cell.number_format = formats[place]
        if isinstance(plain_value, str):
            # A text that begins with = would be taken as a formula.
            cell.data_type = "s"
        if bold:
            cell.font = Font(bold=True)
        cells.append(cell)
    return cells


def meaning(name: str) -> tuple[str, str, str]:
    """Explain a column of a table.

    Parameters
    ----------
    name : str
        A column of results, such as "remanence_T", an end or the provenance of one, such as
        "remanence_T_lo", or the user's own.

    Returns
    -------
    label : str
        For the user's own, its name.
    unit : str
        In which the column is stored; empty for the user's own, and for texts.
    meaning : str
        A sentence; of the user's own "Column of the input.", and so of a name that is not known.
    """
    if name in COLUMNS:
        column = COLUMNS[name]
        return column.label, column.unit, column.meaning
    for base, column in COLUMNS.items():
        if column.predicted and name in with_interval(base):
            texts_of_endings = {
                "lo": "Lower end of the interval.",
                "hi": "Upper end of the interval.",
                "provenance": "What the value rests on.",
            }.get(name.rsplit("_", 1)[1], "")
            return (
                column.label,
                "" if name.endswith("provenance") else column.unit,
                texts_of_endings,
            )
    return name, "", "Column of the input."
