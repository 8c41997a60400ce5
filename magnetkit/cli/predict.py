"""``magnetkit predict`` and ``magnetkit compare``."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .options import (
    Basis,
    Cgs,
    Column,
    Columns,
    ElementColumns,
    Hours,
    Json,
    LoadLine,
    MeasuredBeside,
    MeasuredInstead,
    Objectives,
    Outside,
    Phases,
    Prices,
    Process,
    Recycled,
    ReferenceMagnet,
    Require,
    Scenario,
    Shell,
    Strict,
    Temperature,
    Wide,
    composition_of,
    factors,
    pairs,
)

if TYPE_CHECKING:
    import pandas as pd

_WRITTEN = (".csv", ".tsv", ".parquet", ".xlsx", ".jsonl")


def predict(
    formulas: Annotated[
        list[str],
        typer.Argument(
            metavar="RECIPES|FILE|-",
            help="Compositions, e.g. SmCo5; a table of them, or - to read stdin.",
        ),
    ],
    temperature: Temperature = "300K",
    basis: Basis = "auto",
    column: Column = None,
    element_columns: ElementColumns = False,
    shell: Shell = None,
    load_line: LoadLine = None,
    outside_field: Outside = None,
    hours: Hours = None,
    process: Process = None,
    scenario: Scenario = None,
    recycled: Recycled = None,
    price: Prices = None,
    reference: ReferenceMagnet = None,
    require: Require = None,
    objective: Objectives = None,
    phases: Phases = None,
    data: MeasuredInstead = None,
    add: MeasuredBeside = None,
    strict: Strict = False,
    out: Annotated[
        Path | None,
        typer.Option(help="File to write: .csv, .tsv, .parquet, .xlsx or .jsonl."),
    ] = None,
    columns: Columns = None,
    wide: Wide = False,
    json: Json = False,
    cgs: Cgs = False,
) -> None:
    """Predict the properties of compositions, each with its 90 % interval.

    Several temperatures, as 20C,100C,150C or 20C:200C:10 (first, last, step), give a row each.
    With --require and --reference each is judged too: its probability of meeting what is asked,
    what it fails, its rank among them.

    Examples
    --------
      magnetkit predict SmCo5 Nd2Fe14B --temperature 150C

      magnetkit predict "Nd30.5Dy1.2Co0.9Cu0.1B1.0Fe bal." --basis weight --json

      magnetkit predict alloys.xlsx --temperature 20C,150C --out properties.xlsx

      magnetkit predict alloys.csv --temperature 150C --require "coercivity_kA_m>=500"
      --reference Nd1.8Dy0.2Fe14B
    """
    from ..show.files import write_table
    from ..show.properties import print_properties
    from ..show.tables import message
    from .rejected import reported

    if out is not None:
        check_out(out)
    judged = bool(require or reference or objective)
    options: dict[str, Any] = {
        "basis": basis,
        "column": composition_of(column, element_columns),
        "shell": shell,
        "load_line": load_line,
        "outside_kA_m": outside_field,
        "hours": hours,
        "process": process,
        "scenario": scenario or "baseline",
        "recycled": pairs(recycled, "--recycled"),
        "prices": factors(price, "--price"),
        "snapshot": phases,
        "data": data,
        "add": add,
        "strict": strict,
    }
    at = temperature or "300K"
    if judged:
        frame = _judged(given(formulas), at, require or (), reference, objective or (), options)
    else:
        from ..prediction import predict as run

        frame = reported(run, given(formulas), at, **options)
    if out is not None:
        write_table(frame, out)
        message(f"{len(frame):,} rows in {out}")
        return
    print_properties(frame, as_json=json, cgs=cgs, columns=columns, wide=wide)


def _judged(
    compositions: Any,
    temperature: str,
    require: Sequence[str],
    reference: str | None,
    objectives: Sequence[str],
    options: dict[str, Any],
) -> "pd.DataFrame":
    """Return properties with what the options ask of them judged, in the order of the input."""
    from ..screening import screen
    from ..show.tables import message
    from .space import device

    asked = device(None, require, reference, temperature, options["load_line"], options["basis"])
    result = screen(compositions, asked, require=require, objectives=objectives, **options)
    for row in result.rejected:
        message(f"line {row.line} ({row.text!r}): {row.reason}")
    return result.table


def compare(
    formulas: Annotated[
        list[str], typer.Argument(metavar="A B ...", help="Two compositions or grades, or more.")
    ],
    temperature: Temperature = "300K",
    basis: Basis = "auto",
    shell: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SHELL",
            help="Grain-boundary shell, e.g. 'Tb 0.30 @ 0.10': once for all, or for each in turn.",
        ),
    ] = None,
    load_line: LoadLine = None,
    process: Process = None,
    scenario: Scenario = None,
    phases: Phases = None,
    json: Json = False,
    cgs: Cgs = False,
) -> None:
    """Set magnets side by side, with their differences from the first.

    Examples
    --------
      magnetkit compare Nd2Fe14B Nd1.8Dy0.2Fe14B --temperature 150C

      magnetkit compare N42SH "Nd24Pr6Dy1Co1Cu0.15B0.96Fe bal." --basis weight --temperature 150C
    """
    from ..prediction import compare as run
    from ..show.comparison import print_comparison
    from ..show.terminal import remark

    shells: Any = shell[0] if shell and len(shell) == 1 else shell
    frame = run(
        formulas,
        temperature or "300K",
        basis=basis,
        shell=shells,
        load_line=load_line,
        process=process,
        scenario=scenario or "baseline",
        snapshot=phases,
    )
    print_comparison(frame, as_json=json, cgs=cgs)
    for note in frame.attrs["notes"]:
        remark(note)


def given(formulas: Sequence[str]) -> Any:
    """Return what to read: recipes, the path of a table, or the lines of stdin.

    Raises
    ------
    InputError
        If a file or stdin stands among recipes.
    """
    from ..composition.inputs import is_path
    from ..errors import InputError

    alone = len(formulas) == 1
    mixed = [text for text in formulas if text == "-" or is_path(text)]
    if mixed and not alone:
        raise InputError(f"give recipes, or one file, or -; got {mixed[0]!r} among others")
    if formulas == ["-"]:
        lines = [line.strip() for line in sys.stdin]
        return [line for line in lines if line]
    return formulas[0] if mixed else list(formulas)


def check_out(out: Path) -> None:
    """Refuse a file that cannot be written, before anything is computed.

    Raises
    ------
    InputError
        If its kind is unknown, or it is a folder or in none.
    """
    from ..errors import InputError

    if out.suffix.lower() not in _WRITTEN:
        raise InputError(f"--out {out}: expected a file ending in {', '.join(_WRITTEN)}")
    if out.is_dir() or not out.parent.is_dir():
        raise InputError(f"--out {out}: no file can be written there; is the folder right?")
