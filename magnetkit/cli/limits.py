"""``magnetkit limits``: up to which temperature a magnet keeps its flux."""

from typing import TYPE_CHECKING, Annotated

import typer

from .options import Basis, Json, Outside, Process, Shell

if TYPE_CHECKING:
    import pandas as pd


def limits(
    recipes: Annotated[
        list[str],
        typer.Argument(
            metavar="RECIPE|GRADE ...", help="Compositions, e.g. Nd1.8Dy0.2Fe14B, or grades."
        ),
    ],
    load_line: Annotated[
        str, typer.Option(metavar="NUMBERS", help="Permeance coefficients -B / (mu0 H).")
    ] = "0.5,1,2,3",
    hours: Annotated[
        str, typer.Option(metavar="NUMBERS", help="Times at the temperature, h.")
    ] = "100,87600",
    outside_field: Outside = None,
    basis: Basis = "auto",
    shell: Shell = None,
    process: Process = None,
    json: Json = False,
) -> None:
    """Tell where the knee is used up and 0.2, 1 and 5 % of the flux are lost for good.

    Examples
    --------
      magnetkit limits Nd1.8Dy0.2Fe14B --load-line 1,2

      magnetkit limits N42SH --load-line 1

      magnetkit limits Nd2Fe14B --shell "Tb 0.5 wt%" --outside-field 110 --hours 1000
    """
    from .. import magnetism
    from ..show.tables import print_json
    from ..show.terminal import print_csv, remark, to_terminal

    frame = magnetism.use_limits(
        recipes,
        numbers(load_line, "--load-line"),
        numbers(hours, "--hours"),
        outside_kA_m=outside_field or 0.0,
        process=process,
        shell=shell,
        basis=basis,
    )
    if json:
        print_json(frame)
    elif to_terminal():
        _show(frame)
    else:
        print_csv(frame)
    for note in frame.attrs["notes"]:
        remark(note)


def numbers(text: str, option: str) -> list[float]:
    """Return the numbers of a text such as ``"1,2.5"``.

    Raises
    ------
    InputError
        If it is another text.
    """
    from ..errors import InputError

    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise InputError(
            f"{option} must be numbers separated by commas, such as 1,2; got {text!r}"
        ) from None


def _show(frame: "pd.DataFrame") -> None:
    """Print a block for each magnet, temperatures in degrees C."""
    from ..units import ZERO_CELSIUS

    losses = [c for c in frame.columns if c.startswith("loss_")]
    heads = [f"{c.split('_')[1]} % lost" for c in losses]
    for name, rows in frame.groupby(["candidate", "shell"], sort=False):
        typer.echo(" + ".join(str(part) for part in name if part))
        columns = "".join(f"{head:>12}" for head in heads)
        typer.echo(f"  {'load line':>9} {'hours':>8} {'knee':>10}{columns}")
        for row in rows.to_dict("records"):
            cells = [f"{row[c] - ZERO_CELSIUS:.0f} °C" for c in ("knee_K", *losses)]
            typer.echo(
                f"  {row['load_line']:9g} {row['hours']:8g} {cells[0]:>10}"
                + "".join(f"{c:>12}" for c in cells[1:])
            )
