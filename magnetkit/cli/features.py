"""``magnetkit features``: features of candidates."""

from pathlib import Path
from typing import Annotated

import typer

from .._core._progress import message
from . import _options as o

app = typer.Typer(help="Features of compositions.", no_args_is_help=True)


# Writes `out` and, if rows were rejected, a list of them beside it, its suffix
# replaced by .rejected.csv; prints counts on stderr unless `quiet`. Columns of
# `out` are `row_index` (from 0), `candidate` (the recipe) and the descriptors;
# others of the table are left out.
@app.command()
@o.shown_in_full
def make(
    candidates: Annotated[
        Path,
        typer.Argument(
            help="Table (.csv, .tsv, .parquet, .xlsx), or a recipe a line."
        ),
    ],
    out: Annotated[
        Path, typer.Option(help="File to write, .parquet or .csv.")
    ],
    basis: o.Basis = "auto",
    column: o.Column = None,
    element_columns: o.ElementColumns = False,
    sheet: o.Sheet = None,
    header_row: o.HeaderRow = None,
    quiet: o.Quiet = False,
) -> None:
    """Write composition statistics and sublattice descriptors of candidates.

    Examples
    --------
      magnetkit features make alloys.csv --basis weight --out features.parquet
    """
    from ..features._tables import featurize as run

    o.check_folder(out)
    candidates = o.on_sheet(candidates, sheet, header_row)
    row_count, rejected_count = run(
        candidates, out, basis, o.composition_column(column, element_columns)
    )
    note = (
        f", {rejected_count:,} rejected: {out.with_suffix('.rejected.csv')}"
        if rejected_count
        else ""
    )
    if not quiet:
        message(
            f"{row_count:,} row{'s' if row_count != 1 else ''} in {out}{note}"
        )
