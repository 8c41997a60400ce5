"""``magnetkit curve``: demagnetization curves for field solvers."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from .options import Basis, LoadLine, Process, Shell, Temperature


def curve(
    magnet: Annotated[
        str,
        typer.Argument(
            metavar="RECIPE|GRADE|DIR:RANK",
            help="A recipe, a grade such as N42SH, or a ranked candidate such as results:1.",
        ),
    ],
    temperature: Temperature = "20C",
    bound: Annotated[
        Literal["low", "centre", "high"],
        typer.Option(help="Which end of the intervals of B_r and H_cJ; a safe design takes low."),
    ] = "centre",
    form: Annotated[
        Literal["csv", "femm", "elmer", "pyleecan"],
        typer.Option("--format", help="Two columns (COMSOL, JMAG, Maxwell), or a material file."),
    ] = "csv",
    kind: Annotated[
        Literal["BH", "JH"], typer.Option("--curve", help="Which curve the two columns hold.")
    ] = "BH",
    bare: Annotated[bool, typer.Option("--bare", help="Numbers alone, without comment.")] = False,
    basis: Basis = "auto",
    shell: Shell = None,
    process: Process = None,
    load_line: LoadLine = None,
    out: Annotated[
        Path | None, typer.Option(help="File to write; one a temperature, named by it.")
    ] = None,
) -> None:
    """Write B(H) to exactly H_cB, or J(H) to exactly H_cJ, for a field solver.

    Examples
    --------
      magnetkit curve N42SH --temperature 20C,150C --format femm --out n42sh.lua

      magnetkit curve Nd1.8Dy0.2Fe14B --temperature 150C --bound low

      magnetkit curve results:1 --temperature 150C --format pyleecan --out best.json
    """
    from ..curves import curve as run
    from ..errors import InputError
    from ..show.tables import message

    if out is not None and (out.is_dir() or not out.parent.is_dir()):
        raise InputError(f"--out {out}: no file can be written there; is the folder right?")
    found = run(
        magnet,
        temperature or "20C",
        bound=bound,
        basis=basis,
        process=process,
        shell=shell,
        load_line=load_line,
    )
    if out is not None:
        for file in found.write(out, form, kind, bare):
            message(f"see {file}")
        return
    if found.curves.temperature.size > 1:
        raise InputError("several temperatures need --out; each curve is a file of its own")
    typer.echo(found.text(form, 0, kind, bare), nl=False)
