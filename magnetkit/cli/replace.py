"""``magnetkit replace``, ``diffuse``, ``grades`` and ``calibrate``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from .._core._progress import message
from .._core.errors import InputError
from ..choose.thresholds import MEETS
from . import _options as o
from ._parts import answer_parts_list, is_parts_list

if TYPE_CHECKING:
    import pandas as pd


_LABELS = {
    "coercivity_b_kA_m": ("Coercivity HcB, guaranteed", "kA/m"),
    "coercivity_kA_m": ("Coercivity HcJ, guaranteed", "kA/m"),
    "density_kg_m3": ("Density", "kg/m3"),
    "recoil_permeability": ("Recoil permeability", ""),
    "resistivity_uohm_m": ("Resistivity", "µΩ m"),
}
_MARKS = {"estimate": "*", "extrapolated": "!"}

_OTHER = "Other questions"
_PARTS = "A parts list"
# Characters of a line that is printed as it stands.
_LINE_WIDTH = 80


# Prints the answer on stdout, with `json` as one object, what was written on
# stderr. `out` is a folder, of a parts list a workbook. A text of `values` is
# at 20 degrees C unless it has T. Without `temperature` a grade is judged at the
# highest that its maker states, or at the upper end of the alpha of a
# compensated one; without a grade it is an InputError. `keywords` are the
# options of conditions that were given.
@o.with_options(
    "load_line",
    "outside_field_kA_m",
    "hours",
    "process",
    "calibration",
    "supply",
    "add",
)
def replace(
    grade: Annotated[
        str | None,
        typer.Argument(
            metavar="GRADE|PARTS.xlsx",
            help="A grade; or a parts list (.xlsx, .csv, .tsv), or patriot, f22-engine.",
        ),
    ] = None,
    temperature: o.Temperature = None,
    recipe: o.Recipe = None,
    basis: o.Basis = "auto",
    shell: o.Shell = None,
    values: Annotated[
        str | None,
        o.option(
            "What was measured, as B_r=1.29,H_cJ=1650 (T, kA/m); alpha, beta, %/K, if known.",
            metavar="NAME=NUMBER",
        ),
    ] = None,
    measured: Annotated[
        Path | None,
        o.option(
            "Your measured magnets, as `calibrate` takes them, or a curve."
        ),
    ] = None,
    require: o.Require = None,
    spread: Annotated[
        str | None,
        o.hidden_option(
            "Spread of one lot, %, as B_r=1.5,H_cJ=6.", metavar="NAME=PERCENT"
        ),
    ] = None,
    mass: o.Mass = 1.0,
    per_year: o.PerYear = None,
    family: Annotated[
        Literal["own", "any"],
        o.option("May a magnet of another family stand first? own or any."),
    ] = "own",
    most_cost: Annotated[
        float | None,
        o.hidden_option(
            "Largest cost per flux over today's; 1.1 otherwise.",
            metavar="NUMBER",
        ),
    ] = None,
    offer: Annotated[
        str | None,
        o.option(
            "A supplier's offer to judge: a recipe, a grade, or B_r=1.31,H_cJ=1600,T=20C,Dy=1.2.",
            metavar="RECIPE|GRADE|VALUES",
        ),
    ] = None,
    diffused: Annotated[
        Literal["Tb", "Dy"] | None,
        o.option("What is diffused into today's magnet, if known."),
    ] = None,
    compensated: Annotated[
        bool,
        o.option(
            "--compensated",
            "Effect of a compensated grade's Gd and Er.",
            panel=_OTHER,
        ),
    ] = False,
    circuit: Annotated[
        float,
        o.hidden_option(
            "With --compensated: alpha of poles and gap.",
            metavar="PCT_K",
            panel=_OTHER,
        ),
    ] = 0.0,
    sheet: o.Sheet = None,
    header_row: o.HeaderRow = None,
    unit: Annotated[
        list[str] | None,
        o.option(
            "Unit of a column of a parts list, e.g. 'Max temp=C'; repeat.",
            metavar="HEADER=UNIT",
            panel=_PARTS,
        ),
    ] = None,
    shortage: Annotated[
        list[str] | None,
        o.option(
            "Of a parts list: dy-tb-stop, licence-delay and dy-tb-price-x3 are answered always; "
            "embargo or another scenario, or a file; repeat.",
            metavar="NAME|FILE",
            panel=_PARTS,
        ),
    ] = None,
    quiet: o.Quiet = False,
    out: o.Place = None,
    force: o.Force = False,
    everything: Annotated[
        bool,
        o.option(
            "--all",
            "Ways of every kind, risk by scenario, the charge.",
            panel=o.OUTPUT,
        ),
    ] = False,
    units: o.Units = None,
    json: o.Json = False,
    **keywords: Any,
) -> None:
    """Find what takes the place of a magnet with less heavy rare earth, and how likely it does.

    By its drawing, or, with a load line, an outside field or hours, by its duty. A parts list is
    answered row by row: its columns (part, grade or material, kg/year, or pieces with mass or size,
    max temperature, load line, maker) are found by their headers in English, German or Chinese, and
    --out ANSWER.xlsx is a workbook with verdicts, order lines, kilograms, dollars and shortages.
    The embedded devices rest on assumptions, stated in `datasets/devices`.

    Examples
    --------
      magnetkit replace N42SH --temperature 150C

      magnetkit replace N42SH --temperature 75C --load-line 2 --outside-field 400

      magnetkit replace N42SH --temperature 150C --offer "N45SH"

      magnetkit replace --values B_r=1.29,H_cJ=1650 --temperature 140C

      magnetkit replace 2:17TC-16 --compensated --temperature=-50C:150C

      magnetkit replace parts.xlsx --out answer.xlsx

      magnetkit replace patriot --per-year 100
    """
    from ..run.replace import replace as run

    shell = o.single_shell(shell, "give --shell once: the magnet is one")
    if measured is not None:
        measured = o.on_sheet(measured, sheet, header_row)
        sheet = None
        header_row = None
    beside = {
        "shell": shell,
        "measured": measured,
        "values": values,
        "spread": spread,
        "offer": offer,
        "diffused": diffused,
        "mass": o.drop_default(mass, 1.0),
        "all": everything,
        "units": units,
    }
    of_circuit = o.drop_default(circuit, 0.0)
    if grade is not None and is_parts_list(grade):
        o.refuse_options(
            "a parts list",
            compensated=compensated,
            circuit=of_circuit,
            recipe=recipe,
            basis=o.drop_default(basis, "auto"),
            **beside,
        )
        return answer_parts_list(
            o.on_sheet(grade, sheet, header_row),
            temperature=temperature,
            per_year=per_year,
            units=unit or (),
            shortages=shortage or (),
            out=out,
            force=force,
            quiet=quiet,
            json=json,
            keywords={
                "require": require,
                "family": family,
                "most_cost": most_cost,
                **keywords,
            },
        )
    o.refuse_options(
        "a grade",
        sheet=sheet,
        header_row=header_row,
        unit=unit,
        shortage=shortage,
    )
    if compensated:
        o.refuse_options(
            "--compensated",
            require=require,
            per_year=per_year,
            family=o.drop_default(family, "own"),
            most_cost=most_cost,
            out=out,
            force=force,
            **beside,
            **keywords,
        )
        return _compensate(grade, temperature, recipe, basis, circuit, json)
    o.refuse_options("without --compensated", circuit=of_circuit)
    if per_year is not None:
        keywords["per_year"] = per_year
    result = run(
        grade,
        temperature,
        recipe=recipe,
        basis=basis,
        shell=shell,
        measured=measured,
        values=_numbers(values, "--values"),
        require=require or (),
        spread=_numbers(spread, "--spread"),
        mass_kg=mass,
        family=family,
        most_cost=most_cost,
        offer=offer,
        diffused=diffused,
        out=out,
        force=force,
        **keywords,
    )
    if json:
        typer.echo(result.to_json())
    else:
        _print_replacement(result, units, everything)
    if out is not None:
        message(f"see {out}/report.html, which prints on two pages")


def _print_replacement(
    result: Any, units: str | None, everything: bool
) -> None:
    """Print the answer on stdout, what is to be said of an offer first.

    Parameters
    ----------
    result : Replacement
        Of `magnetkit.replace`; its ``offer`` (None without one) and its lines
        are printed.
    units : {"si", "cgs"} or None
        None for the setting.
    everything : bool
        Print ways of every kind, risk by scenario and the charge too.
    """
    from ..report._text import is_cgs, say

    if result.offer is not None:
        for line in result.offer.lines():
            say(line)
    system = "cgs" if is_cgs(units) else "si"
    for line in result.lines(system, everything=everything):
        # A table stands as it is.
        if len(line) <= _LINE_WIDTH:
            typer.echo(line)
        else:
            say(line)


def _numbers(text: str | None, name: str) -> dict[str, Any] | None:
    """Read ``NAME=NUMBER,NAME=NUMBER`` into a dictionary.

    Parameters
    ----------
    text : str or None
        Such as "B_r=1.29,H_cJ=1650,T=20C".
    name : str
        Name of the option for messages, such as "--values".

    Returns
    -------
    dict or None
        Numbers by name; the value of T, a temperature, stays a text with its
        unit. None for None. Names are not checked.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    if text is None:
        return None
    values: dict[str, Any] = o.pairs([text], name, str)
    try:
        for key, value in values.items():
            if key != "T":
                values[key] = float(value)
    except ValueError:
        example = "expected NAME=NUMBER, e.g. B_r=1.29,H_cJ=1650"
        raise InputError(f"{name} {text!r}: {example}") from None
    return values


def _compensate(
    grade: str | None,
    temperature: str | None,
    recipe: str | None,
    basis: Any,
    circuit: float,
    json: bool,
) -> None:
    """Print what the additions of a compensated grade do, and the least that suffices.

    Parameters
    ----------
    grade : str or None
        Its name, such as "2:17TC-16"; InputError for None.
    temperature : str or None
        Range of use, such as "-50C:150C"; that of the maker's alpha for None.
    recipe : str or None
        Composition of the grade, if it is known; an estimate otherwise.
    basis : str
        Basis of the recipe: "auto", "atomic" or "weight".
    circuit : float
        Change of the circuit's own field, %/K.
    json : bool
        Print JSON, one object a line for each variant, with the columns of
        `magnetkit.run.compensation.compensation`; else sentences, then the
        recipes.
    """
    from ..report._tables import print_json
    from ..report._text import say
    from ..run.compensation import compensation, sentences

    if grade is None:
        raise InputError("--compensated needs a grade")
    result = compensation(
        grade, temperature, recipe=recipe, basis=basis, circuit=circuit
    )
    if json:
        return print_json(result)
    for line in sentences(result):
        say(line)
    for row in result.to_dict("records"):
        typer.echo(f"  {row['what']}: {row['composition']}")


# Prints the design on stdout, with `json` as one object, what was written on
# stderr. `anneal` needs a unit. `out` gets designs.csv and others, and a
# picture.
@o.with_options(
    "load_line",
    "outside_field_kA_m",
    "hours",
    "process",
    "calibration",
    "scenario",
    "prices",
)
def diffuse(
    recipe: Annotated[
        str,
        typer.Argument(
            metavar="RECIPE|GRADE",
            help="Base alloy, of the host 2:14:1, or a grade.",
        ),
    ],
    shape: Annotated[
        str,
        o.option(
            "40x15x5mm, disc:20x5mm (diameter, height) or ring:40x20x5mm."
        ),
    ],
    along: Annotated[
        str, o.option("Direction of magnetization: x, y or z.")
    ] = "z",
    faces: Annotated[
        str,
        o.option(
            "all, poles, sides, edges, field, names as z+,z-, or a mask (.csv)."
        ),
    ] = "all",
    element: Annotated[
        str | None, o.option("Tb or Dy; both if not given.")
    ] = None,
    temperature: o.Temperature = "150C",
    field: Annotated[
        Path | None, o.option("Field inside the magnet (.csv).")
    ] = None,
    require: Annotated[
        str,
        o.option(
            "'irreversible_loss_pct<=3', or 'demagnetization_safety>=1.1' everywhere.",
            metavar="REQUIREMENT",
        ),
    ] = "irreversible_loss_pct<=3",
    probability: Annotated[
        float,
        o.hidden_option("Least probability that the requirement is met."),
    ] = MEETS,
    anneal: Annotated[
        str | None,
        o.hidden_option("Anneal, e.g. 900C.", metavar="TEMPERATURE"),
    ] = None,
    anneal_hours: Annotated[
        float | None, o.hidden_option("Hours of the anneal.", metavar="NUMBER")
    ] = None,
    law: Annotated[
        Literal["component", "coherent"],
        o.hidden_option("Which part of a field at an angle demagnetizes."),
    ] = "component",
    basis: o.Basis = "auto",
    per_year: o.PerYear = None,
    out: Annotated[
        Path | None,
        o.option(
            "Folder for the tables of designs and their picture.",
            panel=o.OUTPUT,
        ),
    ] = None,
    plot: Annotated[
        Path | None,
        o.option("Picture of the design: .png, .svg or .pdf.", panel=o.OUTPUT),
    ] = None,
    json: o.Json = False,
    **keywords: Any,
) -> None:
    """Find how much terbium or dysprosium to coat on which faces of a magnet.

    Other designs are compared; where the magnet does as it is, none is needed.

    Examples
    --------
      magnetkit diffuse N42 --shape 40x15x5mm --load-line 2 --temperature 110C

      magnetkit diffuse "Nd30.5Co0.9B1.0Fe bal." --basis weight --shape 40x15x5mm --field map.csv
    """
    from .._core.units import ZERO_CELSIUS, parse_temperature
    from ..diffusion.diffuse import diffuse as run
    from ..report._design_picture import PICTURE, check_picture, save_design
    from ..report._text import say
    from ._options import with_unit

    check_picture(plot)
    heat = with_unit(anneal)
    result = run(
        recipe,
        shape,
        along=along,
        faces=faces,
        element=element,
        field=field,
        temperature=temperature or "150C",
        require=require,
        law=law,
        basis=basis,
        probability=probability,
        anneal_hours=anneal_hours,
        per_year=per_year or 1,
        anneal=None
        if heat is None
        else parse_temperature(heat) - ZERO_CELSIUS,
        **keywords,
    )
    if json:
        typer.echo(result.to_json())
    else:
        for line in result.lines():
            say(line, "- ")
    if out is not None:
        result.write(out)
        save_design(result, out / PICTURE)
        message(f"see {out / 'designs.csv'} and {out / PICTURE}")
    if plot is not None:
        save_design(result, plot)
        message(f"see {plot}")


# Prints on stdout, at one temperature, 20 degrees C if none is given. JSON is
# an object a grade and line, with all columns in SI units; of one grade also
# `sheets`, a list of its printed values. InputError, with the nearest names,
# for an unknown grade.
def grades(
    name: Annotated[
        str | None,
        typer.Argument(
            help="A grade, with or without maker or family; all otherwise."
        ),
    ] = None,
    temperature: o.Temperature = None,
    json: o.Json = False,
) -> None:
    """Show commercial grades: makers' values, how they differ, and values when hot.

    Examples
    --------
      magnetkit grades N42SH --temperature 150C

      magnetkit grades "EEC 2:17TC-16" --json

      magnetkit grades
    """
    import pandas as pd

    from ..magnetism.grades import grades as table_of
    from ..report._tables import print_json

    table = table_of(name, temperature)
    if json:
        if name is not None:
            sheets = table_of(name, sheets=True).drop(
                columns=["host", "kind", "grade"]
            )
            table["sheets"] = pd.Series([sheets.to_dict("records")])
        print_json(table)
    elif name is None:
        _list(table)
    else:
        _show_grade(table.iloc[0], table_of(name, sheets=True))


def _list(table: "pd.DataFrame") -> None:
    """Print grades as a table on stdout with marks for estimates, and the legend.

    `table` is that of `magnetkit.grades` for all grades, one row a grade:
    ``grade``, ``host``, ``kind``, ``makers`` (separated by commas),
    ``temperature_K``, and each quantity shown with its ``_provenance``.
    """
    from .._core.columns import COLUMNS, layouts
    from ..report._tables import number
    from ..report._text import Shown, display_scale, print_table

    columns = [
        Shown("Grade", table["grade"].tolist(), False, 0),
        Shown("Structure", table["host"].tolist(), False, 2),
        Shown("Kind", table["kind"].tolist(), False, 3),
    ]
    counts = [str(makers.count(",") + 1) for makers in table["makers"]]
    columns.append(Shown("Makers", counts, True, 4))
    for name, priority in layouts()["grades"].items():
        factor, offset, unit = display_scale(name)
        marks = [_MARKS.get(p, "") for p in table[f"{name}_provenance"]]
        values = [number(value, 3, factor, offset) for value in table[name]]
        cells = [
            f"{value}{mark}" for value, mark in zip(values, marks, strict=True)
        ]
        columns.append(
            Shown(f"{COLUMNS[name].short}\n{unit}", cells, True, priority)
        )
    print_table(f"{len(table)} grades, at {_celsius(table)}", columns)
    _legend()


def _show_grade(row: "pd.Series", sheets: "pd.DataFrame") -> None:
    """Print one grade: its values with the range between makers, its sources and notes.

    Parameters
    ----------
    row : pandas.Series
        Row of `magnetkit.grades`: ``grade``, ``host``, ``kind``, ``makers``
        (empty where no sheet is known), ``temperature_K``, and each quantity
        with ``_lo``, ``_hi`` and ``_provenance``. A quantity that is missing
        is not printed.
    sheets : pandas.DataFrame
        Its printed values, one a row, with ``source`` and ``note`` (empty for
        none).
    """
    from .._core.columns import COLUMNS
    from ..magnetism.grades import QUANTITIES
    from ..report._tables import is_missing, number
    from ..report._text import Shown, display_scale, print_table, say

    cells = []
    for name in QUANTITIES:
        if is_missing(row[name]):
            continue
        like = "coercivity_kA_m" if name == "coercivity_b_kA_m" else name
        factor, offset, unit = (
            display_scale(like) if like in COLUMNS else (1.0, 0.0, "")
        )
        label, plain = _LABELS.get(name) or (COLUMNS[name].label, unit)
        ends = (f"{name}{end}" for end in ("", "_lo", "_hi"))
        value, low, high = (
            number(row[end], 4, factor, offset) for end in ends
        )
        span = f"{low} to {high}"
        cells.append(
            (label, value, span, unit or plain, row[f"{name}_provenance"])
        )
    headings = {
        "Property": 0,
        "Value": 0,
        "Between makers": 1,
        "Unit": 1,
        "From": 2,
    }
    columns = []
    for place, (head, priority) in enumerate(headings.items()):
        texts = [cells_of_row[place] for cells_of_row in cells]
        columns.append(Shown(head, texts, head == "Value", priority))
    print_table(
        f"{row['grade']} ({row['host']}, {row['kind']}), at {_celsius(row)}",
        columns,
    )
    if row["makers"]:
        typer.echo(
            f"Sold by {row['makers']}; {len(sheets)} published values from:"
        )
    else:
        say(
            "No maker's sheet is known: number and class stand for it, as of its neighbours."
        )
    for source in dict.fromkeys(sheets["source"]):
        say(source, "- ")
    for note in dict.fromkeys(n for n in sheets["note"] if n):
        say(f"Note: {note}")
    _legend(short=True)


def _celsius(row: "pd.Series | pd.DataFrame") -> str:
    kelvin = row["temperature_K"]
    return f"{(kelvin if isinstance(kelvin, float) else kelvin.iloc[0]) - 273.15:.0f} °C"


def _legend(*, short: bool = False) -> None:
    """Print on stdout what the marks of grades mean; a `short` legend leaves the marks out."""
    from ..report._text import say

    start = "An" if short else "* estimate, ! extrapolated: an"
    rest = "estimate comes from similar grades of the same structure; beyond a grade's highest "
    rest += "temperature its coefficients are extrapolated; curve: where the curve of "
    say(
        f"{start} {rest}`magnetkit curve` has B = 0. Makers publish no composition."
    )


# Stores the calibration in the cache under its name; prints the report on
# stdout. Rejected rows are listed, or, with `strict`, the first one is an
# error.
def calibrate(
    magnets: Annotated[
        Path,
        typer.Argument(help="Measured magnets (.xlsx, .csv, .tsv, .parquet)."),
    ],
    name: Annotated[
        str, o.option("Name of the calibration, for --calibration.")
    ],
    basis: o.Basis = "auto",
    sheet: o.Sheet = None,
    header_row: o.HeaderRow = None,
    strict: o.Strict = False,
    json: o.Json = False,
) -> None:
    """Calibrate the predictions on measured magnets of one producer.

    A row is a magnet at a temperature: composition (or grade), basis, temperature_K,
    remanence_T and coercivity_kA_m (one of the two may be empty); optional magnet,
    maker, grain_size_um, alignment, density, grain_boundary. Headers are found as
    people write them, with their units (HcJ kOe, T °C), and what was done with each is
    said. A second call with the same name replaces the calibration.

    Examples
    --------
      magnetkit calibrate magnets.csv --name my-producer
    """
    import warnings

    from ..magnetism._measured import folder
    from ..magnetism.calibrate import calibration
    from ..report._tables import print_json
    from ..report._text import say

    with warnings.catch_warnings():
        # Rejected rows are printed below.
        warnings.simplefilter("ignore", UserWarning)
        table = o.on_sheet(magnets, sheet, header_row)
        result = calibration(table, name, basis, strict=strict)
    if json:
        print_json(result.report)
        for number, why in result.rejected.items():
            message(f"row {number} left out: {why}")
    else:
        for line in result.lines():
            say(line)
    message(
        f"stored as {folder() / f'{name}.json'}; use it with --calibration {name}"
    )
