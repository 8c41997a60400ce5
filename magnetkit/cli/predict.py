"""``magnetkit predict``, ``curve`` and ``phases``: properties, curves and stability."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from .._core._progress import message
from .._core._words import write_count
from .._core.errors import InputError
from . import _options as o

if TYPE_CHECKING:
    import pandas as pd

    from ..curves._formats import Curve


_FORMS = "probability_phase_forms"


# Prints on stdout: text on a terminal, CSV in a pipe, or JSON. With `out` it
# writes that file in place of printing. Rejected rows are listed on stderr.
# `keywords` are the options of conditions that were given, by the names of
# their fields. `shape` is such as "40x15x5mm", `units` "si" or "cgs". With
# `compare` the options of tables and requirements are an InputError, as is
# `shape` without it. JSON is an object a row and line. A temperature without
# its unit is an InputError.
@o.with_options("use", "magnet", "supply", "models")
def predict(
    formulas: Annotated[
        list[str],
        typer.Argument(
            metavar="RECIPES|FILE|-",
            help="Compositions, e.g. SmCo5; a table; - for stdin.",
        ),
    ],
    temperature: o.Temperature = "300K",
    basis: o.Basis = "auto",
    column: o.Column = None,
    element_columns: o.ElementColumns = False,
    sheet: o.Sheet = None,
    header_row: o.HeaderRow = None,
    compare: Annotated[
        bool,
        o.option(
            "--compare",
            "Set magnets side by side: margins, thickness for equal flux.",
        ),
    ] = False,
    shape: Annotated[
        str | None,
        o.hidden_option(
            "Shape of the first magnet in open circuit, for --compare.",
            metavar="SHAPE",
        ),
    ] = None,
    along: Annotated[
        Literal["x", "y", "z"],
        o.hidden_option("--along", "Its direction of magnetization."),
    ] = "z",
    require: o.Require = None,
    reference: o.ReferenceMagnet = None,
    objective: o.Objectives = None,
    strict: o.Strict = False,
    out: Annotated[
        Path | None,
        o.option(
            "File: .csv, .tsv, .parquet, .xlsx or .jsonl.", panel=o.OUTPUT
        ),
    ] = None,
    columns: o.Columns = None,
    everything: o.Everything = False,
    json: o.Json = False,
    units: o.Units = None,
    **keywords: Any,
) -> None:
    """Predict the properties of compositions, each with its 90 % interval.

    Several temperatures, as 20C,100C,150C or 20C:200C:10 (first, last, step), give a row each.
    With --require and --reference each is evaluated too: the probability that it meets the
    requirements, those that it fails, its rank.

    Examples
    --------
      magnetkit predict SmCo5 Nd2Fe14B --temperature 150C

      magnetkit predict alloys.xlsx --basis weight --temperature 20C,150C --out properties.xlsx

      magnetkit predict alloys.csv --temperature 150C --require "coercivity_kA_m>=500"
      --reference Nd1.8Dy0.2Fe14B

      magnetkit predict --compare N42SH N38UH --load-line 2 --temperature 150C
    """
    from ..report._tables import print_properties

    at = temperature or "300K"
    if compare:
        o.refuse_options(
            "--compare",
            column=column,
            element_columns=element_columns,
            out=out,
            require=require,
            reference=reference,
            objective=objective,
            strict=strict,
            columns=columns,
        )
        request = {"basis": basis, "shape": shape, "along": along, **keywords}
        return _compare(
            formulas,
            at,
            request,
            json=json,
            units=units,
            everything=everything,
        )
    if shape is not None:
        raise InputError(
            "--shape is of --compare: thickness for the flux of the first magnet"
        )
    if out is not None:
        o.check_out(out)
    named_in = o.composition_column(column, element_columns)
    options = {
        "basis": basis,
        "column": named_in,
        "strict": strict,
        **keywords,
    }
    rows = o.on_sheet(o.read_sources(formulas), sheet, header_row)
    if require or reference or objective:
        options |= {"require": require or (), "objectives": objective or ()}
        frame = _evaluate(rows, at, {"reference": reference, **options})
    else:
        from ..magnetism.predict import predict as run

        frame = o.call_reporting(run, rows, at, **options)
    if out is not None:
        asked_for = {"temperature": at, **keywords}
        _write_predictions(frame, out, require or (), asked_for, units)
        return
    print_properties(
        frame,
        as_json=json,
        units=units,
        interval=keywords.get("interval", 0.9),
        columns=columns,
        wide=everything,
    )
    if not json:
        _print_margins(rows, at, {"basis": basis, **keywords})


def _write_predictions(
    frame: "pd.DataFrame",
    out: Path,
    require: Sequence[str],
    conditions: dict[str, Any],
    units: Any,
) -> None:
    """Write predictions to the file `out`, and say on stderr what was written.

    A workbook also says what was asked.

    Parameters
    ----------
    frame : pandas.DataFrame
        Predictions with attributes ``calibration`` (a name, "none" for the bare
        model; KeyError without it) and, for a workbook, ``rejected``, a list of
        dicts of ``line``, ``text`` and ``reason`` in this order. With `require`
        a workbook needs the column ``meets_requirements``.
    out : Path
        .xlsx, or what `write_table` takes: .csv, .tsv, .parquet, .jsonl. An
        existing file is replaced.
    require : sequence of str
        Requirements, texts such as "coercivity_kA_m>=500"; empty for none.
    conditions : dict
        What was asked, value by name, for the sentences.
    units : {"si", "cgs"} or None
        Of the workbook; None for the setting.
    """
    from ..report._text import calibration_note
    from ..report._written import write_results, write_table

    rests = calibration_note(frame.attrs["calibration"])
    if out.suffix.lower() == ".xlsx":
        unread = [
            tuple(row.values()) for row in frame.attrs.get("rejected", ())
        ]
        condition_text = "; ".join(f"{k}: {v}" for k, v in conditions.items())
        sentences = [
            f"{write_count(len(frame), 'row')} predicted, {len(unread):,} refused. Asked: {condition_text}.",
            rests,
        ]
        if require:
            count = int(frame["meets_requirements"].sum())
            sentences.append(f"{count:,} meet {', '.join(require)}.")
        write_results(frame, out, sentences, rejected=unread, units=units)
    else:
        write_table(frame, out)
    message(f"{write_count(len(frame), 'row')} in {out}. {rests}")


_DUTY = ("load_line", "outside_field_kA_m", "hours")
# So many magnets have their margins printed.
_MOST_MARGINS = 2


def _print_margins(rows: Any, temperature: str, asked: dict[str, Any]) -> None:
    """Print the margin of each recipe if a duty is given and the recipes are few.

    Margins go below a table on a terminal, otherwise to stderr. A recipe
    without one is passed over.

    Parameters
    ----------
    rows : list of str, or other
        Recipes, at most two; anything else, and a longer list, has no margins.
    temperature : str
        One or several with units, such as "20C,150C".
    asked : dict
        Options as given, by the name of the keyword: a duty is ``load_line``,
        ``outside_field_kA_m`` or ``hours``; ``process``, ``calibration`` and
        ``shell`` count too, and ``basis`` must be among them.
    """
    from ..curves.compare import find_margin
    from ..magnetism.conditions import Conditions
    from ..report._text import remark

    given_duty = {
        name: asked[name] for name in _DUTY if asked.get(name) is not None
    }
    if (
        not given_duty
        or not isinstance(rows, list)
        or len(rows) > _MOST_MARGINS
    ):
        return
    made_by = {
        name: asked.get(name) for name in ("process", "calibration", "shell")
    }
    conditions = Conditions.of(
        temperature=temperature, **given_duty, **made_by
    )
    recipe_options = {
        "process": conditions.process,
        "shell": conditions.shell,
        "basis": asked["basis"],
    }
    for text in rows:
        for kelvin in conditions.temperature:
            try:
                margin = find_margin(
                    text,
                    replace(conditions, temperature=(kelvin,)),
                    **recipe_options,
                )
            except InputError:
                continue
            remark(f"{text}: {margin}")


def _evaluate(
    compositions: Any, temperature: str, asked: dict[str, Any]
) -> "pd.DataFrame":
    """Predict compositions and judge them by the requirements.

    Rejected rows are listed on stderr and are not in the result.

    Parameters
    ----------
    compositions : list of str, str or Path
        Recipes, or the path of a table.
    temperature : str
        With its unit, such as "150C".
    asked : dict
        Options as given, by the names of the arguments of `magnetkit.screen`;
        ``require`` (a sequence of texts) and ``reference`` (a recipe) must be
        among them and not empty, typer.BadParameter otherwise. ``host`` is an
        InputError.

    Returns
    -------
    pandas.DataFrame
        Columns of a screening, among them ``rank``, ``meets_requirements`` and
        ``probability_meets_requirements``, in the order of the input;
        ``attrs["calibration"]`` names the calibration, "none" without one.
    """
    from ..magnetism.conditions import calibration_name
    from ..run.screen import screen
    from .screen import check_device

    o.refuse_options("--require", host=asked.get("host"))
    check_device(None, asked["require"], asked["reference"], temperature)
    result = screen(compositions, None, temperature, **asked)
    for row in result.rejected:
        message(f"line {row.line} ({row.text!r}): {row.reason}")
    frame = result.table
    frame.attrs["calibration"] = calibration_name(
        result.job.conditions.process
    )
    return frame


def _compare(
    formulas: list[str],
    temperature: str,
    asked: dict[str, Any],
    *,
    json: bool,
    units: str | None,
    everything: bool,
) -> None:
    """Print magnets side by side, with margins and notes.

    Parameters
    ----------
    formulas : list of str
        Recipes or grades.
    temperature : str
        One, with its unit, such as "150C".
    asked : dict
        Options as given, by the names of the arguments of `magnetkit.compare`:
        ``basis``, ``shape``, ``along`` and conditions such as ``load_line``.
    json : bool
        Print JSON. Margins and notes follow on a terminal, in a pipe they go
        to stderr.
    units : {"si", "cgs"} or None
        None for the setting.
    everything : bool
        Print all rows, not the main ones alone.
    """
    from ..curves.compare import SHORT
    from ..curves.compare import compare as run
    from ..report._tables import print_comparison
    from ..report._text import remark

    frame = run(formulas, temperature, **asked)
    print_comparison(
        frame, as_json=json, units=units, short=() if everything else SHORT
    )
    for name, margin in frame.attrs["margins"].items():
        remark(f"{name}: {margin}")
    for note in frame.attrs["notes"]:
        remark(note)


# Prints the curve on stdout without `out`, else the path on stderr. Several
# magnets, or a picture as `out`, print figures side by side; `out` must then
# be a picture, but several measured curves are one magnet in a solver's file.
# Several temperatures without `out` are an InputError, but for the forms that
# hold all. `hours`, `json` and --outside-field without `limits`, and `out` or
# `bare` with it, are an InputError. `keywords` are the options of conditions
# that were given. Without `temperature` 20 degrees C, or those measured.
@o.with_options(
    "outside_field_kA_m",
    "magnet",
    "interval",
    "data",
    "add",
    without=("host",),
)
def curve(
    magnets: Annotated[
        list[str],
        typer.Argument(
            metavar="RECIPE|GRADE|DIR:RANK|CURVE.csv",
            help="Recipes, grades, ranked candidates (results:1); measured curves of one magnet.",
        ),
    ],
    temperature: o.Temperature = None,
    basis: o.Basis = "auto",
    limits: Annotated[
        bool,
        o.option(
            "--limits",
            "Up to which temperature flux is kept: knee at the working point; 0.2, 1, 5 % lost.",
        ),
    ] = False,
    bound: Annotated[
        Literal["low", "centre", "high", "guaranteed"],
        o.option(
            "End of the intervals; guaranteed: what 99 % of a producer's lots reach."
        ),
    ] = "centre",
    load_line: Annotated[
        str | None,
        o.option(
            "Permeance coefficient; with --limits several, as 1,2.",
            metavar="NUMBER",
        ),
    ] = None,
    hours: Annotated[
        str | None,
        o.hidden_option("Hours of --limits, as 1,100.", metavar="NUMBERS"),
    ] = None,
    application: Annotated[
        str | None,
        o.hidden_option(
            "Device whose temperatures and load line are taken.",
            metavar="NAME|FILE",
        ),
    ] = None,
    form: Annotated[
        Literal[
            "csv",
            "femm",
            "elmer",
            "pyleecan",
            "table",
            "comsol",
            "maxwell",
            "motorcad",
        ],
        o.option(
            "--format",
            "Two columns or a material; the last four hold all temperatures.",
            panel=o.OUTPUT,
        ),
    ] = "csv",
    kind: Annotated[
        Literal["BH", "JH"],
        o.hidden_option(
            "--curve", "Which curve the two columns hold.", panel=o.OUTPUT
        ),
    ] = "BH",
    bare: Annotated[
        bool, o.hidden_option("--bare", "Numbers alone, without comment.")
    ] = False,
    out: Annotated[
        Path | None,
        o.option(
            "File; of several each is named by its temperature.",
            panel=o.OUTPUT,
        ),
    ] = None,
    json: o.Json = False,
    **keywords: Any,
) -> None:
    """Write B(H) to exactly H_cB, or J(H) to exactly H_cJ, for a field solver.

    Examples
    --------
      magnetkit curve N42SH --temperature 20C,150C --format femm --out n42sh.lua

      magnetkit curve results:1 --temperature 150C --format pyleecan --out best.json

      magnetkit curve measured.csv N42SH --out overlay.png

      magnetkit curve at20.csv at150.csv --temperature 20C,100C,150C --format femm --out mine.lua

      magnetkit curve --limits N42SH Nd1.8Dy0.2Fe14B --load-line 1,2
    """
    from ..curves.curve import curve as run
    from ..magnetism.measured_curve import is_curve

    if application is not None:
        temperature, load_line = _read_device(
            application, temperature, load_line
        )
    if limits:
        o.refuse_options(
            "--limits",
            out=out,
            bare=bare,
            format=o.drop_default(form, "csv"),
            curve=o.drop_default(kind, "BH"),
        )
        options = {"basis": basis, "bound": bound, **keywords}
        return _limits(magnets, temperature, load_line, hours, json, options)
    if hours is not None or "outside_field_kA_m" in keywords or json:
        raise InputError("--hours, --outside-field and --json are of --limits")
    if out is not None:
        o.check_folder(out)
    if load_line is not None:
        keywords["load_line"] = _read_load_line(load_line)
    keywords |= {"bound": bound, "basis": basis}
    is_picture = out is not None and out.suffix.lower() in _DRAWN
    # Several files of measured curves that go into a solver's file are one magnet.
    is_one = len(magnets) == 1 or (
        out is not None and not is_picture and is_curve(magnets)
    )
    if is_picture or not is_one:
        return _print_curves(magnets, temperature, out, keywords)
    result = run(
        magnets[0] if len(magnets) == 1 else magnets, temperature, **keywords
    )
    _report_origin(result)
    _write_curve(result, out, form, kind, bare)


def _write_curve(
    result: "Curve", out: Path | None, form: Any, kind: Any, bare: bool
) -> None:
    """Write a curve in a solver's form into files, or print it on stdout.

    Parameters
    ----------
    result : Curve
        Of `magnetkit.curve`.
    out : Path or None
        File; of several temperatures each is named by its own. None prints.
        The paths written are printed on stderr.
    form : str
        As of `Curve.text`: "csv", "femm", "elmer", "pyleecan", "table",
        "comsol", "maxwell" or "motorcad", of which the last four hold all
        temperatures.
    kind : {"BH", "JH"}
        Which curve the columns hold.
    bare : bool
        Leave out the comment.

    Raises
    ------
    InputError
        If several temperatures are to be printed in a form of one, there is no
        such form or kind, or a file cannot be written.
    """
    from ..curves._formats import WHOLE

    if out is not None:
        for file in result.write(out, form, kind, bare):
            message(f"see {file}")
        return
    if result.curves.temperature.size > 1 and form not in WHOLE:
        raise InputError(
            "several temperatures need --out; each curve is a file of its own"
        )
    typer.echo(result.text(form, 0, kind, bare), nl=False)


def _read_load_line(text: str) -> float:
    """Read the load line of a curve, a permeance coefficient, from the text of an option.

    `text` is one number such as "2", which becomes 2.0; any size and sign pass.
    Several, as "1,2", and a text that is no number are an InputError, whose
    message names --load-line.
    """
    lines = numbers(text, "--load-line")
    if len(lines) != 1:
        raise InputError(
            f"--load-line {text}: a curve has one, --limits takes several"
        )
    return lines[0]


def _report_origin(result: "Curve") -> None:
    """Print on stderr where measured curves come from, and which temperatures are extrapolated.

    `result` is that of `magnetkit.curve`: ``measured`` (its points, or
    nothing), ``source`` (a text), ``curves.temperature`` (K) and ``beyond``
    (for each temperature why it is extrapolated, empty otherwise) count; of a
    curve of the model nothing is printed about its origin.
    """
    from .._core.units import ZERO_CELSIUS

    if result.measured:
        message(result.source)
    for kelvin, why in zip(
        result.curves.temperature, result.beyond, strict=False
    ):
        if why:
            message(f"extrapolated at {kelvin - ZERO_CELSIUS:.4g} C: {why}")


def _read_device(
    name: str, temperature: str | None, load_line: str | None
) -> tuple[str, str]:
    """Fill in temperatures and load line of a device where None is given.

    An empty option counts as None.

    Parameters
    ----------
    name : str
        Name of a device, as of `magnetkit applications list`, or path of its
        file; InputError for any other.
    temperature : str or None
        Option as given, such as "150C".
    load_line : str or None
        Option as given, such as "2".

    Returns
    -------
    temperature : str
        As given, or all of the device's, rising, such as "293.15K,423.15K".
    load_line : str
        As given, or the device's, a text such as "2".
    """
    from ..choose.applications import load

    profile = load(name)
    kelvin = ",".join(f"{one:g}K" for one in profile.temperatures)
    return temperature or kelvin, load_line or f"{profile.load_line:g}"


_DRAWN = (".html", ".png", ".svg", ".pdf")


def _print_curves(
    magnets: list[str],
    temperature: str | None,
    out: Path | None,
    keywords: dict[str, Any],
) -> None:
    """Print the figures of curves side by side, in a pipe as CSV, and draw the curves into `out`.

    Parameters
    ----------
    magnets : list of str
        Recipes, grades or files of measured curves, at least one.
    temperature : str or None
        One or several with units, such as "20C,150C"; those of the first curve
        otherwise, if it is measured, else 20 degrees C.
    out : Path or None
        Picture to write: .html, .png, .svg or .pdf.
    keywords : dict
        Keywords of `magnetkit.curve`.

    Raises
    ------
    InputError
        If `out` is no picture.
    """
    import pandas as pd

    from .._core.columns import COLUMNS, layouts
    from ..curves.curve import curve as run
    from ..report import plots
    from ..report._tables import number
    from ..report._text import (
        Shown,
        display_scale,
        print_csv,
        print_table,
        to_terminal,
    )

    if out is not None and out.suffix.lower() not in _DRAWN:
        raise InputError(
            f"--out {out}: several magnets are drawn, into {', '.join(_DRAWN)}; a solver's file "
            "holds one magnet"
        )
    first = run(magnets[0], temperature, **keywords)
    if first.measured and temperature is None:
        # The others at the temperatures of the measurement.
        temperature = ",".join(
            f"{kelvin}K" for kelvin in first.curves.temperature
        )
    results = [
        first,
        *(run(one, temperature, **keywords) for one in magnets[1:]),
    ]
    frame = pd.concat([one.figures() for one in results], ignore_index=True)
    if out is not None:
        plots.overlay(results).save(out)
        message(f"see {out}")
    if not to_terminal():
        return print_csv(frame)
    rows = []
    for name in frame.columns[1:]:
        label, like = layouts()["curve"].get(name) or (
            COLUMNS[name].label,
            name,
        )
        factor, offset, unit = display_scale(like)
        rows.append(
            (label, *(number(v, 4, factor, offset) for v in frame[name]), unit)
        )
    columns = []
    for place, head in enumerate(["Property", *frame["candidate"], "Unit"]):
        cells = [row[place] for row in rows]
        is_number = head not in ("Property", "Unit")
        columns.append(Shown(head, cells, is_number, priority=0))
    print_table("Curves", columns)


def _limits(
    recipes: list[str],
    temperature: str | None,
    load_line: str | None,
    hours: str | None,
    json: bool,
    given: dict[str, Any],
) -> None:
    """Print up to which temperature magnets keep their flux, for each load line and time.

    In a pipe this is CSV, and the notes go to stderr.

    Parameters
    ----------
    recipes : list of str
        Recipes or grades.
    temperature : str or None
        Also print the margins at these temperatures, such as "20C,150C".
    load_line, hours : str or None
        Numbers separated by commas; "0.5,1,2,3" and "100,87600" otherwise.
    json : bool
        Print JSON.
    given : dict
        Other options as given, by the name of the keyword: ``process``,
        ``calibration``, ``outside_field_kA_m``, ``shell``, ``basis`` and
        ``bound`` count; ``interval``, ``data`` and ``add`` are an InputError,
        any other is ignored.

    Raises
    ------
    InputError
        If an option has no effect here.
    """
    from .._core.units import ROOM_K, parse_temperatures
    from ..curves.curve import use_limits
    from ..magnetism.conditions import calibrated_process
    from ..report._tables import print_json
    from ..report._text import print_csv, remark, to_terminal

    o.refuse_options(
        "--limits", **{n: given.get(n) for n in ("interval", "data", "add")}
    )
    lines = numbers(load_line or "0.5,1,2,3", "--load-line")
    times = numbers(hours or "100,87600", "--hours")
    # A grade anchors at the temperature of use, if that is said.
    anchor = ROOM_K
    if temperature is not None:
        anchor = parse_temperatures(temperature)[0]
    made_by = calibrated_process(
        given.get("process"), given.get("calibration"), anchor
    )
    names = {"outside_field_kA_m", "shell", "basis", "bound"} & set(given)
    arguments = {name: given[name] for name in names}
    frame = use_limits(recipes, lines, times, process=made_by, **arguments)
    if json:
        print_json(frame)
    elif to_terminal():
        _show_limits(frame)
    else:
        print_csv(frame)
    if temperature is not None:
        duties = [(line, hour) for line in lines for hour in times]
        _print_all_margins(recipes, temperature, duties, made_by, arguments)
    for note in frame.attrs["notes"]:
        remark(note)


def _print_all_margins(
    magnets: list[str],
    temperature: str,
    duties: list[tuple[float, float]],
    process: Any,
    asked: dict[str, Any],
) -> None:
    """Print the margin of each magnet at each temperature, load line and time.

    Margins go below a table on a terminal, otherwise to stderr.

    Parameters
    ----------
    magnets : list of str
        Recipes or grades.
    temperature : str
        One or several with units, such as "20C,150C".
    duties : list of (float, float)
        Permeance coefficient and hours of each.
    process : Process, dict, str or None
        How recipes are made; not used for grades.
    asked : dict
        Other options as given: ``outside_field_kA_m`` (0 without it), ``shell``
        and ``basis`` count, the last two not for grades.

    Raises
    ------
    InputError
        If a magnet has no curve at a temperature.
    """
    from ..alloy._grade_names import is_grade
    from ..curves.compare import find_margin
    from ..magnetism.conditions import Conditions
    from ..report._text import remark

    outside = asked.get("outside_field_kA_m", 0.0)
    recipe = {
        "process": process,
        "shell": asked.get("shell"),
        "basis": asked.get("basis", "auto"),
    }
    for magnet in magnets:
        recipe_options = {} if is_grade(magnet) else recipe
        for load_line, hours in duties:
            conditions = Conditions.of(
                temperature=temperature,
                load_line=load_line,
                outside_field_kA_m=outside,
                hours=hours,
            )
            for kelvin in conditions.temperature:
                margin = find_margin(
                    magnet,
                    replace(conditions, temperature=(kelvin,)),
                    **recipe_options,
                )
                remark(f"{magnet}, {hours:g} h: {margin}")


def numbers(text: str, option: str) -> list[float]:
    """Read numbers separated by commas.

    Parameters
    ----------
    text : str
        Such as "1,2.5"; an empty part is an error. "nan" and "inf" pass.
    option : str
        Name of the option for the message, such as "--hours".

    Returns
    -------
    list of float

    Raises
    ------
    InputError
        If a part is no number.
    """
    try:
        return list(map(float, text.split(",")))
    except ValueError:
        raise InputError(
            f"{option} must be numbers separated by commas, such as 1,2; got {text!r}"
        ) from None


def _show_limits(frame: "pd.DataFrame") -> None:
    """Print the limits of use in a block for each magnet, temperatures in degrees C.

    `frame` is that of `magnetkit.curves.curve.use_limits`: ``candidate``,
    ``shell`` ("" for none), ``load_line``, ``hours``, ``knee_K`` and the
    columns of losses, such as ``loss_5_pct_K``. Temperatures are K there; NaN
    is printed as "nan °C".
    """
    from .._core.units import ZERO_CELSIUS

    losses = [c for c in frame.columns if c.startswith("loss_")]
    heads = [f"{c.split('_')[1]} % lost" for c in losses]
    for name, rows in frame.groupby(["candidate", "shell"], sort=False):
        typer.echo(" + ".join(str(part) for part in name if part))
        columns = "".join(f"{head:>12}" for head in heads)
        typer.echo(f"  {'load line':>9} {'hours':>8} {'knee':>10}{columns}")
        for row in rows.to_dict("records"):
            cells = [
                f"{row[c] - ZERO_CELSIUS:.0f} °C" for c in ("knee_K", *losses)
            ]
            row_text = "".join(f"{cell:>12}" for cell in cells[1:])
            duty_text = f"  {row['load_line']:9g} {row['hours']:8g}"
            typer.echo(f"{duty_text} {cells[0]:>10}{row_text}")


# Prints a block for each phase on stdout, or JSON; with `section` it draws
# them into `out` too. Exits 1 if no phase is known. `section` and `out` go
# together, InputError otherwise. JSON has an object a line: `formula`, `state`
# (as of `_state`) and the columns of `stability`.
def phases(
    formulas: Annotated[
        list[str],
        typer.Argument(
            metavar="FORMULAS|FILE|-", help="Compositions; a table."
        ),
    ],
    temperature: o.Temperature = None,
    basis: o.Basis = "auto",
    snapshot: o.Phases = None,
    section: Annotated[
        str | None,
        o.option(
            "Draw them on a ternary section, e.g. Sm-Co-Fe.", metavar="SYSTEM"
        ),
    ] = None,
    out: Annotated[
        Path | None, o.option("Picture of it: .png, .svg, .pdf or .html.")
    ] = None,
    json: o.Json = False,
) -> None:
    """Predict whether phases form at a temperature, and into which phases they decompose.

    By default at the temperature at which the host is made. A formula with a host's exact ratio
    names that phase; of any other recipe the hard phase is evaluated.

    Examples
    --------
      magnetkit phases Sm2Co17 --temperature 1150C

      magnetkit phases SmCo5 Sm2Fe17 SmFe11Ti --section Sm-Co-Fe --out section.png
    """
    import pandas as pd

    from .._core.units import parse_temperature
    from ..alloy._read import read_inputs
    from ..phases.stability import stability
    from ..report._tables import print_json

    if (section is None) != (out is None):
        raise InputError(
            "--section names the system and --out the picture; give both"
        )
    inputs = read_inputs(o.read_sources(formulas), basis)
    for rejected in inputs.rejected:
        message(f"line {rejected.line} ({rejected.text!r}): {rejected.reason}")
    kelvin = None if temperature is None else parse_temperature(temperature)
    names = (
        inputs.table.formulas()
        if inputs.labels is None
        else inputs.labels.to_pylist()
    )
    result = stability(inputs.table, snapshot=snapshot)
    display = result.copy()
    if kelvin is not None:
        display = stability(
            inputs.table, temperature=kelvin, snapshot=snapshot
        )
    pairs = zip(display[_FORMS], result[_FORMS], strict=True)
    display.insert(0, "state", [_state(*pair) for pair in pairs])
    display.insert(0, "formula", names)
    if json:
        print_json(display)
    else:
        for _, row in display.iterrows():
            _show_phase(row, kelvin)
    if section is not None and out is not None:
        from ..report import plots

        plots.section(
            section, inputs.table, temperature=kelvin, snapshot=snapshot
        ).save(out)
        message(f"section written to {out}")
    if pd.isna(display[_FORMS]).all():
        raise typer.Exit(1)


def _state(here: float, made: float) -> str:
    """Name the state of a phase.

    Parameters
    ----------
    here : float
        Its probability of forming at a temperature, 0 to 1, or NaN.
    made : float
        That at its making temperature.

    Returns
    -------
    str
        "forms" from a probability of 0.5 on; "metastable" where `here` is
        above 0 and `made` 0.5 or more; "does not form" otherwise; "unknown" if
        `here` is NaN.
    """
    from ..phases._forming import FORMS

    if here != here:
        return "unknown"
    if here >= FORMS:
        return "forms"
    if made >= FORMS and here > 0.0:
        return "metastable"
    return "does not form"


def _show_phase(row: "pd.Series", kelvin: float | None) -> None:
    """Print the state of a phase on stdout: its probability, energy and products.

    Parameters
    ----------
    row : pandas.Series
        Row of `stability`, with ``formula`` and ``state`` (of `_state`):
        ``decomposes_to``, ``missing_end_members``, and
        ``probability_phase_forms`` and ``energy_above_hull_eV_atom`` with
        ``_lo`` and ``_hi`` are printed. Of an "unknown" one only
        ``decomposes_to``, which says why.
    kelvin : float or None
        Temperature, K; None for that at which it is made.
    """
    from .._core.units import kelvin_text

    at = (
        "at the temperature at which it is made"
        if kelvin is None
        else f"at {kelvin_text(kelvin)}"
    )
    typer.echo(f"{row['formula']}: {row['state']} {at}")
    if row["state"] == "unknown":
        return typer.echo(f"  {row['decomposes_to']}")
    ends = f"{row[_FORMS + '_lo']:.2f} to {row[_FORMS + '_hi']:.2f}"
    typer.echo(f"  probability of forming  {row[_FORMS]:.2f}  (90 %: {ends})")
    above = "energy_above_hull_eV_atom"
    if row[above] == row[above]:
        low, high = (1000.0 * row[f"{above}_{end}"] for end in ("lo", "hi"))
        typer.echo(
            f"  above what competes     {1000.0 * row[above]:.1f} meV/atom  "
            f"(90 %: {low:.1f} to {high:.1f})"
        )
    typer.echo(f"  phases at 0 K           {row['decomposes_to']}")
    if row["missing_end_members"]:
        typer.echo(f"  not in the snapshot     {row['missing_end_members']}")
