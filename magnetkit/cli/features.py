"""``magnetkit features``: features of candidates, and how fast they are made."""

from pathlib import Path
from typing import Annotated

import typer

from ._options import Basis, Column, ElementColumns, Group, Quiet, composition_of, shown_in_full

app = typer.Typer(
    cls=Group, help="Features of compositions, and their kernels.", no_args_is_help=True
)


@app.command()
@shown_in_full
def make(
    candidates: Annotated[
        Path,
        typer.Argument(
            help="Table of candidates (.csv, .tsv, .parquet) or a text of one recipe a line."
        ),
    ],
    out: Annotated[Path, typer.Option(help="File to write, .parquet or .csv.")],
    basis: Basis = "auto",
    column: Column = None,
    element_columns: ElementColumns = False,
    quiet: Quiet = False,
) -> None:
    """Write composition statistics and sublattice descriptors of candidates.

    Examples
    --------
      magnetkit features make alloys.csv --basis weight --out features.parquet
    """
    from ..features.featurize import featurize as run

    written, rejected = run(candidates, out, basis, composition_of(column, element_columns))
    note = f", {rejected:,} rejected: {out.with_suffix('.rejected.csv')}" if rejected else ""
    if not quiet:
        typer.echo(f"magnetkit: {written:,} rows in {out}{note}", err=True)


@app.command()
@shown_in_full
def bench(
    rows: Annotated[int, typer.Option(min=1000, help="Compositions of each kernel.")] = 500_000,
    match: Annotated[str, typer.Option(help="Run the kernels whose name holds this.")] = "",
    quick: Annotated[
        bool, typer.Option("--quick", help="Leave out first calls, peers and the cost curve.")
    ] = False,
    crystals: Annotated[
        Path | None,
        typer.Option(help="Time the structure kernels on the crystals of a .jsonl.gz file."),
    ] = None,
) -> None:
    """Time the feature kernels beside the memory they fill and the peers installed.

    Examples
    --------
      magnetkit features bench --quick

      magnetkit features bench --match statistics --rows 2000000
    """
    import pandas as pd
    from rich.console import Console

    from ..evaluation.bench import on_crystals, run, show

    if crystals is not None:
        table, curve = on_crystals(crystals, progress=True), pd.DataFrame()
    else:
        table, curve = run(
            rows, match, first_calls=not quick, peers=not quick, curve=not quick, progress=True
        )
    show(table, curve, Console(width=None if Console().is_terminal else 170))
