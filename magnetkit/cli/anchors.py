"""``magnetkit calibrate``: a mill's own measured magnets."""

from pathlib import Path
from typing import Annotated

import typer

from .options import Basis, Json


def calibrate(
    magnets: Annotated[
        Path, typer.Argument(help="Table of measured magnets (.csv, .tsv, .parquet).")
    ],
    name: Annotated[str, typer.Option(help="Name of the mill, for --process.")],
    basis: Basis = "auto",
    strict: Annotated[
        bool, typer.Option("--strict", help="Fail on the first row that cannot be used.")
    ] = False,
    json: Json = False,
) -> None:
    """Learn from measured magnets what a mill's magnets have in common.

    A row is a magnet at a temperature: composition, basis, temperature_K, remanence_T and
    coercivity_kA_m (one of the two may be empty); optional magnet, maker, grain_size_um, alignment,
    density, grain_boundary. The name is then a --process; a second call with it replaces it.

    Examples
    --------
      magnetkit calibrate magnets.csv --name my-mill
    """
    import warnings

    from ..anchors import calibration
    from ..magnetism.mill import folder
    from ..show.tables import message, print_json
    from ..show.terminal import say

    with warnings.catch_warnings():
        # What is left out is said in words below.
        warnings.simplefilter("ignore", UserWarning)
        found = calibration(magnets, name, basis, strict=strict)
    if json:
        print_json(found.report)
        for number, why in found.rejected.items():
            message(f"row {number} left out: {why}")
    else:
        for line in found.lines():
            say(line)
    message(f"stored as {folder() / f'{name}.json'}; use it with --process {name}")
