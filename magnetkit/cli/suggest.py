"""``magnetkit suggest``: the magnets to make next."""

from pathlib import Path
from typing import Annotated

import typer

from .options import Folder, Json, pairs

_ROOM_K = 293.15


def suggest(
    folder: Folder,
    batch: Annotated[int, typer.Option(min=1, help="How many magnets.")] = 5,
    stock: Annotated[
        list[str] | None,
        typer.Option(metavar="ELEMENT=KG", help="What there is, e.g. Nd=5; repeat. All otherwise."),
    ] = None,
    melts: Annotated[
        int | None, typer.Option(min=1, help="At most so many alloys; shells may differ.")
    ] = None,
    limit: Annotated[
        list[str] | None,
        typer.Option(metavar="LIMIT", help="wt.%: 'Nd+Pr>=28', 'Dy<=2', 'shell<=0.5'; repeat."),
    ] = None,
    charge: Annotated[float, typer.Option(help="Alloy that a melt takes, kg.")] = 1.0,
    seed: Annotated[int, typer.Option(help="Of the random draws.")] = 0,
    out: Annotated[
        Path | None, typer.Option(help="CSV file to fill in for `magnetkit calibrate`.")
    ] = None,
    json: Json = False,
) -> None:
    """Name the magnets that tell most about whether a screening's answer holds.

    Examples
    --------
      magnetkit suggest results --batch 5

      magnetkit suggest results --batch 5 --melts 2 --stock Nd=5 --stock Fe=20 --out melts.csv
    """
    from ..run.suggestion import order
    from ..run.suggestion import suggest as run
    from ..screening import ScreenResult
    from ..show.tables import message, print_json
    from ..show.terminal import say

    result = ScreenResult.from_folder(folder)
    store = pairs(stock, "--stock") if stock else None
    found = run(
        result,
        batch,
        stock=store,
        melts=melts,
        limits=limit or (),
        charge_kg=charge,
        seed=seed,
    )
    if json:
        print_json(found)
    else:
        for row in found.to_dict("records"):
            shell = f" + {row['shell']}" if row["shell"] else ""
            say(
                f"{row['candidate']}{shell} (rank {row['rank']}, probability "
                f"{row['probability_meets_requirements']:.2f}); the batch so far saves "
                f"{row['worth']:.2f} units of regret and changes the choice with probability "
                f"{row['chance_of_change']:.2f}"
            )
        if len(found) < batch:
            message(f"{len(found)} of {batch}: no more is allowed")
    if out is not None:
        order(found, sorted({_ROOM_K, result.manifest["identity"]["temperature_K"]})).to_csv(
            out, index=False
        )
        message(f"fill in {out}, then magnetkit calibrate {out} --name NAME")
