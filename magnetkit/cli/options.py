"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Basis = Annotated[str, typer.Option(help="What the amounts are: auto, atomic or weight.")]
Column = Annotated[
    str | None, typer.Option(help="Composition column; `composition` or the only text otherwise.")
]
Temperature = Annotated[str | None, typer.Option(help="Temperature, e.g. 150C or 423K.")]
Phases = Annotated[
    Path | None,
    typer.Option(
        "--phases",
        metavar="SNAPSHOT",
        help="Snapshot folder to take phases from, as `magnetkit data freeze` writes it.",
    ),
]
Scenario = Annotated[str | None, typer.Option(help="Supply scenario, a name or a TOML file.")]
Recycled = Annotated[
    list[str] | None, typer.Option(help="Element=recycled share, e.g. Co=0.25; may be repeated.")
]


def pairs(texts: list[str] | None, option: str) -> dict[str, float]:
    """Read ``Element=number`` options.

    Raises
    ------
    InputError
        If one is of another form.
    """
    from ..errors import InputError

    result = {}
    for text in [part for given in texts or [] for part in given.split(",")]:
        name, _, number = text.partition("=")
        try:
            result[name.strip()] = float(number)
        except ValueError:
            raise InputError(f"{option} {text!r}: expected Element=number, e.g. Dy=0.2") from None
    return result
