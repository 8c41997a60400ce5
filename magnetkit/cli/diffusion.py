"""``magnetkit diffuse``: the least heavy rare earth on the faces of a magnet in its field."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from .options import Basis, Json, LoadLine, Prices, Process, Temperature, factors


def diffuse(
    recipe: Annotated[
        str,
        typer.Argument(
            metavar="RECIPE|GRADE", help="Base alloy, of the host 2:14:1, or a grade of it."
        ),
    ],
    shape: Annotated[
        str, typer.Option(help="40x15x5mm, disc:20x5mm or ring:40x20x5mm (diameters, height).")
    ],
    along: Annotated[str, typer.Option(help="Direction of magnetization: x, y or z.")] = "z",
    faces: Annotated[
        str,
        typer.Option(help="all, poles, sides, edges, field, names as z+,z-, or a mask (.csv)."),
    ] = "all",
    element: Annotated[str | None, typer.Option(help="Tb or Dy; both if not given.")] = None,
    temperature: Temperature = "150C",
    field: Annotated[
        Path | None, typer.Option(help="Field inside the magnet from a field solver (.csv).")
    ] = None,
    load_line: LoadLine = None,
    outside: Annotated[
        float, typer.Option(help="Outside field against the magnetization, kA/m.")
    ] = 0.0,
    require: Annotated[
        str,
        typer.Option(
            metavar="REQUIREMENT", help="'irreversible_loss_pct<=3', or 'margin_kA_m>=50' anywhere."
        ),
    ] = "irreversible_loss_pct<=3",
    probability: Annotated[float, typer.Option(help="With which it has to be met.")] = 0.9,
    hours: Annotated[float | None, typer.Option(help="Duration of the anneal.")] = None,
    anneal: Annotated[
        str | None, typer.Option(metavar="TEMPERATURE", help="Of the anneal, e.g. 900C.")
    ] = None,
    law: Annotated[
        Literal["component", "coherent"], typer.Option(help="What counts of a field at an angle.")
    ] = "component",
    basis: Basis = "auto",
    process: Process = None,
    price: Prices = None,
    pieces: Annotated[int, typer.Option(min=1, help="Magnets a year.")] = 1,
    out: Annotated[
        Path | None, typer.Option(help="Folder for designs.csv, coating.csv and margins.csv.")
    ] = None,
    json: Json = False,
) -> None:
    """Say how much terbium or dysprosium goes on which faces of a magnet, against other ways.

    Exit code 1 where no coating does it; what remains undone is said.

    Examples
    --------
      magnetkit diffuse Nd2Fe14B --shape 40x15x5mm --load-line 2 --temperature 120C

      magnetkit diffuse "Nd30.5Co0.9B1.0Fe bal." --basis weight --shape 40x15x5mm --field map.csv
    """
    from ..diffusion import diffuse as run
    from ..show.tables import message
    from ..show.terminal import say
    from ..units import ZERO_CELSIUS, parse_temperature
    from .options import with_unit

    heat = with_unit(anneal)
    found = run(
        recipe,
        shape,
        along=along,
        faces=faces,
        element=element,
        temperature=temperature or "150C",
        field=field,
        load_line=load_line,
        outside_kA_m=outside,
        require=require,
        probability=probability,
        hours=hours,
        anneal=None if heat is None else parse_temperature(heat) - ZERO_CELSIUS,
        law=law,
        basis=basis,
        process=process,
        price=factors(price, "--price"),
        pieces=pieces,
    )
    if json:
        typer.echo(found.to_json())
    else:
        for line in found.lines():
            say(line, "- ")
    if out is not None:
        found.write(out)
        message(f"see {out / 'designs.csv'}")
    if not found.meets:
        raise typer.Exit(1)
