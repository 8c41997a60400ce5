"""``magnetkit robustness``: how firmly the best candidates hold their rank."""

from pathlib import Path
from typing import Annotated

import typer

from .options import Folder, Json, Quiet


def robustness(
    folder: Folder,
    top: Annotated[int, typer.Option(help="Places that count as the top.")] = 10,
    draws: Annotated[int, typer.Option(help="How often to draw and rank anew.")] = 500,
    pool: Annotated[int, typer.Option(help="How many of the best are ranked anew.")] = 300,
    seed: Annotated[int, typer.Option(help="Of the random draws.")] = 0,
    rows: Annotated[int, typer.Option(min=1, help="Candidates to print.")] = 20,
    out: Annotated[Path | None, typer.Option(help="CSV file to write all of them to.")] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Rank the best candidates anew while everything moves within its interval.

    Properties move within their 90 % intervals, alike for the magnets of one host up to what is
    the composition's own; prices within those of five years, supply risk by a tenth.

    Examples
    --------
      magnetkit robustness results

      magnetkit robustness results --top 5 --draws 2000 --out robustness.csv
    """
    from ..screening import ScreenResult
    from ..show.tables import message, print_json, print_robustness

    found = ScreenResult.from_folder(folder).robustness(top=top, draws=draws, pool=pool, seed=seed)
    if json:
        print_json(found.head(rows))
    else:
        print_robustness(found.head(rows), top)
    if out is not None:
        found.to_csv(out, index=False)
        if not quiet:
            message(f"see {out}")
