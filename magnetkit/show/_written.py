"""Results as files: by the suffix CSV, TSV, Parquet, JSON lines or an Excel workbook."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._core._files import replacing, write_csv
from .._core.columns import COLUMNS, with_interval

if TYPE_CHECKING:
    import pandas as pd


# Rows of a sheet, without its header.
_SHEET_ROWS = 1_048_575
# What XML, and so a workbook, cannot hold.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_CELL = 32_767


def write_table(frame: "pd.DataFrame", path: Path) -> Path:
    """Write a table of results, of the kind that the suffix names; return the file."""
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
            pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), temporary)
        else:
            frame.to_json(temporary, orient="records", lines=True, force_ascii=False)
    return path


def write_workbook(sheets: "dict[str, pd.DataFrame]", path: Path) -> Path:
    """Write an Excel workbook, a sheet for each table and one that says what the columns mean.

    Texts stay texts: one that begins like a formula is not run.
    """
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter

    from .._core.errors import InputError

    book = Workbook(write_only=True)
    meanings: dict[str, tuple[str, str, str]] = {}
    for title, frame in sheets.items():
        if len(frame) > _SHEET_ROWS:
            raise InputError(
                f"{len(frame):,} rows do not fit into a sheet of {_SHEET_ROWS:,}; write .parquet"
            )
        sheet = book.create_sheet(title)
        sheet.freeze_panes = "A2"
        names = [str(name) for name in frame.columns]
        for i, name in enumerate(names, start=1):
            sheet.column_dimensions[get_column_letter(i)].width = min(max(len(name) + 2, 10), 40)
        sheet.append(_cells(sheet, names, bold=True))
        for row in frame.astype(object).where(frame.notna(), None).itertuples(index=False):
            sheet.append(_cells(sheet, row))
        meanings |= {name: meaning(name) for name in names}
    sheet = book.create_sheet("columns")
    for i, width in enumerate((42, 28, 10, 90), start=1):
        sheet.column_dimensions[get_column_letter(i)].width = width
    sheet.append(_cells(sheet, ["column", "label", "unit", "meaning"], bold=True))
    for name, said in meanings.items():
        sheet.append(_cells(sheet, [name, *said]))
    with replacing(path) as temporary:
        book.save(temporary)
    return path


def _cells(sheet: Any, values: Iterable[Any], *, bold: bool = False) -> Sequence[Any]:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    cells = []
    for value in values:
        own = value.item() if hasattr(value, "item") else value
        if isinstance(own, str):
            own = _CONTROL.sub("\ufffd", own)[:_CELL]
        elif own is not None and not isinstance(own, int | float):
            own = str(own)
        cell = WriteOnlyCell(sheet, own)
        if isinstance(own, str):
            # A text that begins with = would be taken as a formula.
            cell.data_type = "s"
        if bold:
            cell.font = Font(bold=True)
        cells.append(cell)
    return cells


def meaning(name: str) -> tuple[str, str, str]:
    """Return label, unit and meaning of a column of results; a user's own has none."""
    if name in COLUMNS:
        column = COLUMNS[name]
        return column.label, column.unit, column.meaning
    for base, column in COLUMNS.items():
        if column.predicted and name in with_interval(base):
            said = {
                "lo": "Lower end of the interval.",
                "hi": "Upper end of the interval.",
                "provenance": "What the value rests on.",
            }.get(name.rsplit("_", 1)[1], "")
            return column.label, "" if name.endswith("provenance") else column.unit, said
    if name == "answer":
        return "Answer", "", "What the screening was made to answer, in sentences."
    return name, "", "Column of the input."
