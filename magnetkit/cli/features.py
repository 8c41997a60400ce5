"""``magnetkit features``: features of candidates, and how fast they are made."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from .._core._progress import message
from .._core.errors import InputError
from . import _options as o

app = typer.Typer(help="Features of compositions, and their kernels.", no_args_is_help=True)


@app.command()
@o.shown_in_full
def make(
    candidates: Annotated[
        Path, typer.Argument(help="Table (.csv, .tsv, .parquet, .xlsx), or a recipe a line.")
    ],
    out: Annotated[Path, typer.Option(help="File to write, .parquet or .csv.")],
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
    written, rejected = run(candidates, out, basis, o.composition_of(column, element_columns))
    note = f", {rejected:,} rejected: {out.with_suffix('.rejected.csv')}" if rejected else ""
    if not quiet:
        message(f"{written:,} row{'s' if written != 1 else ''} in {out}{note}")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def bench(context: typer.Context) -> None:
    """Time the feature kernels beside the memory they fill and the peers installed.

    Runs in a checkout of the source, as python -m benchmarks.features, whose options it takes.

    Examples
    --------
      magnetkit features bench --quick

      magnetkit features bench --match statistics --rows 2000000
    """
    checkout = Path(__file__).resolve().parents[2]
    if not (checkout / "benchmarks/features/__main__.py").is_file():
        raise InputError(
            "magnetkit features bench runs in a checkout of the source, got an installed package; "
            "clone the source, then `make bench` there"
        )
    command = [sys.executable, "-m", "benchmarks.features", *context.args]
    raise typer.Exit(subprocess.run(command, cwd=checkout, check=False).returncode)
