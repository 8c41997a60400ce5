"""The ``magnetkit`` command and its sub-commands."""

from pathlib import Path
from typing import Annotated, Any

import typer

from .. import _console
from .._version import __version__
from . import (
    anchors,
    applications,
    curves,
    data,
    diffusion,
    doctor,
    features,
    grades,
    limits,
    models,
    phases,
    predict,
    replacement,
    robustness,
    suggest,
    supply,
    warmup,
)
from .options import (
    Application,
    Baseline,
    Basis,
    Cgs,
    Column,
    Columns,
    ElementColumns,
    Folder,
    Hours,
    Json,
    LoadLine,
    MeasuredInstead,
    Objectives,
    Outside,
    Phases,
    Prices,
    Process,
    Quiet,
    Recycled,
    ReferenceMagnet,
    Require,
    Scenario,
    Shells,
    Strict,
    Temperature,
    Wide,
    a_place,
    composition_of,
    factors,
    pairs,
)

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_SETS, _DATA, _MACHINE = "From candidates to a choice", "Data and models", "This machine"


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"magnetkit {__version__}")
        raise typer.Exit


def _verbose(wanted: bool) -> None:
    if wanted:
        from .verbosity import be_verbose

        be_verbose()


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    verbose: Annotated[
        bool,
        typer.Option(
            "--verbose",
            "-v",
            callback=_verbose,
            is_eager=True,
            help="Tell more on stderr: what the libraries log, and where a defect lies.",
        ),
    ] = False,
) -> None:
    """Rank rare-earth magnet alloys that need less heavy rare earth.

    Examples
    --------
      magnetkit screen --application patriot-beam-focusing --out results

      magnetkit predict SmCo5 Nd1.8Dy0.2Fe14B --temperature 150C

      magnetkit explore results

      magnetkit doctor
    """
    import gc

    # What imports and tables make stays: looking through it time and again is a tenth of a start.
    gc.set_threshold(1_000_000)
    _console.at_compiling.append(warmup.start_ahead)


@app.command(rich_help_panel=_SETS)
def screen(
    candidates: Annotated[
        Path | None,
        typer.Argument(
            help="Table of candidates (.csv, .tsv, .parquet) or a text of one recipe a line."
        ),
    ] = None,
    application: Application = None,
    out: Annotated[
        Any,
        typer.Option(
            parser=a_place,
            metavar="PATH|URL",
            help="Folder for the results, or one in a store that all workers reach, e.g. "
            "s3://bucket/run.",
        ),
    ] = Path("results"),
    basis: Basis = "auto",
    column: Column = None,
    element_columns: ElementColumns = False,
    host: Annotated[
        str | None, typer.Option(help="Host to substitute in: 2:14:1, or a formula such as SmCo5.")
    ] = None,
    replace: Annotated[
        list[str] | None,
        typer.Option(metavar="ELEMENT=OTHERS", help="Its substitutes, e.g. Nd=Ce,La,Dy; repeat."),
    ] = None,
    step: Annotated[float, typer.Option(help="Step of a site's fraction.")] = 0.05,
    limit: Annotated[
        list[str] | None,
        typer.Option(metavar="ELEMENT=FRACTION", help="Its largest fraction, e.g. Dy=0.2; repeat."),
    ] = None,
    add: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ELEMENT=ATOMS|FILE",
            help="Minor addition charged on 100 atoms of the host, e.g. Cu=0.15 (repeat); or a CSV "
            "of measured Curie temperatures that stand beside what is known.",
        ),
    ] = None,
    sample: Annotated[
        int | None,
        typer.Option(min=1, help="Formulas to draw, evenly spread, from a large space."),
    ] = None,
    refine: Annotated[
        float | None,
        typer.Option(help="Finer step on which to look around the best, twice."),
    ] = None,
    temperature: Temperature = None,
    scenario: Scenario = None,
    recycled: Recycled = None,
    price: Prices = None,
    reference: ReferenceMagnet = None,
    require: Require = None,
    objective: Objectives = None,
    baseline: Baseline = None,
    shell: Shells = None,
    load_line: LoadLine = None,
    outside_field: Outside = None,
    hours: Hours = None,
    process: Process = None,
    phases: Phases = None,
    data: MeasuredInstead = None,
    keep: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Write so many of the best alone, and count over all; 100000 of a space of more "
            "than ten million.",
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the finished chunks in --out.")
    ] = False,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes to work in (Dask), on this machine.")
    ] = None,
    dask: Annotated[
        str | None, typer.Option(help="Dask scheduler to work on, e.g. tcp://10.0.0.1:8786.")
    ] = None,
    strict: Strict = False,
    top: Annotated[int, typer.Option(min=0, help="Candidates to print.")] = 10,
    columns: Columns = None,
    wide: Wide = False,
    json: Json = False,
    cgs: Cgs = False,
    quiet: Quiet = False,
) -> None:
    """Rank candidates for a device.

    Without candidates and without --host, the device's own substitution space is screened.

    Examples
    --------
      magnetkit screen --application patriot-beam-focusing

      magnetkit screen alloys.csv --basis weight --application f22-engine --out results

      magnetkit screen --host 2:14:1 --replace Nd=Ce,La,Dy --limit Dy=0.2 --application f22-engine

      magnetkit screen --application f22-engine --price Sm=3x --baseline results --out dear

      magnetkit screen --application f22-engine --require "remanence_T>=0.98*reference"

      magnetkit screen alloys.csv --require "coercivity_kA_m>=500" --reference Nd1.8Dy0.2Fe14B
      --temperature 150C

      magnetkit screen --host SmCo5 --replace Sm=Gd,Er --refine 0.01 --application communication-twt

      magnetkit screen --host Nd2Fe14B --replace Nd=Ce,La,Pr,Dy,Tb,Y --replace Fe=Co --step 0.02
      --application energy-traction-motor --keep 10000
    """
    from ..screening import ScreenResult, refined
    from ..screening import screen as run
    from ..show.tables import message, print_changes, print_ranking
    from . import space

    add, measured = space.additions(add)
    earlier = None if baseline is None else ScreenResult.from_folder(baseline)
    device = space.device(application, require, reference, temperature, load_line, basis)
    made = space.of(candidates, host, replace, step, limit, add)
    options: dict[str, Any] = {
        "temperature": temperature,
        "scenario": scenario,
        "recycled": pairs(recycled, "--recycled"),
        "prices": factors(price, "--price"),
        "reference": None if application is None else reference,
        "require": require or (),
        "objectives": objective or (),
        "out": out,
        "resume": resume,
        "workers": workers,
        "dask": dask,
        "strict": strict,
        "progress": not quiet,
        "snapshot": phases,
        "data": None if data is None else str(data),
        "add": measured,
        "shell": None if made is not None else space.one_shell(shell),
        "load_line": load_line,
        "outside_kA_m": outside_field,
        "hours": hours,
        "process": process,
    }
    if made is None:
        space.need(host, add=add, sample=sample, refine=refine)
        result = run(
            candidates,
            device,
            basis=basis,
            column=composition_of(column, element_columns),
            keep=keep,
            **options,
        )
    elif refine is not None:
        space.refuse_with_refine(shell, keep)
        result = refined(made, device, refine, sample=sample, **options)
    else:
        result = run(space.candidates(made, shell, sample), device, keep=keep, **options)
    print_ranking(result, top, as_json=json, cgs=cgs, columns=columns, wide=wide)
    if earlier is not None and not json:
        print_changes(result.changes(earlier, max(top, 1)), max(top, 1))
    result.report(f"{out}/report.html")
    if not quiet:
        rejected = result.manifest["summary"]["rejected"]
        judged = "1 candidate" if result.judged == 1 else f"{result.judged:,} candidates"
        message(f"{judged} judged, {rejected:,} rejected; see {out}")


app.command(rich_help_panel=_SETS)(predict.predict)
app.command(rich_help_panel=_SETS)(predict.compare)
app.command(rich_help_panel=_SETS)(curves.curve)
app.command(rich_help_panel=_SETS)(limits.limits)


@app.command(rich_help_panel=_SETS)
def report(
    folder: Folder,
    out: Annotated[
        Path | None, typer.Option(help="File to write: .html, or .xlsx for a workbook.")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Write the report of a results folder: one HTML file that needs no network.

    Examples
    --------
      magnetkit report results

      magnetkit report results --out actuator.xlsx
    """
    from ..errors import InputError
    from ..screening import ScreenResult
    from ..show.tables import message

    ending = ".html" if out is None else out.suffix.lower()
    if ending not in (".html", ".htm", ".xlsx"):
        raise InputError(f"--out {out}: expected a file ending in .html or .xlsx")
    result = ScreenResult.from_folder(folder)
    if out is not None and ending == ".xlsx":
        written = result.to_excel(out)
    else:
        written = result.report(out or folder / "report.html")
    if not quiet:
        message(f"see {written}")


app.command(rich_help_panel=_SETS)(robustness.robustness)
app.command(rich_help_panel=_SETS)(replacement.replace)
app.command(rich_help_panel=_SETS)(replacement.parts)
app.command(rich_help_panel=_SETS)(diffusion.diffuse)
app.command(rich_help_panel=_SETS)(replacement.compensate)
app.command(rich_help_panel=_SETS)(suggest.suggest)
app.command(rich_help_panel=_SETS)(grades.grades)
app.command(rich_help_panel=_SETS)(phases.phases)
app.command(rich_help_panel=_SETS)(anchors.calibrate)


@app.command(rich_help_panel=_SETS)
def explore(
    folder: Folder,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 takes a free one.")
    ] = 8050,
) -> None:
    """Open a results folder to sliders: a page for this machine alone, until Ctrl-C.

    Limits on temperature, remanence, coercivity and heavy rare earth, supply scenario and
    recycled share move the Pareto front and the table. Needs the extra `explore`.

    Examples
    --------
      magnetkit explore results

      magnetkit explore results --port 8051
    """
    from ..show.explorer import serve
    from ..show.tables import message

    serve(folder, port, lambda address: message(f"open {address} (Ctrl-C ends it)"))
    raise KeyboardInterrupt


app.command(rich_help_panel=_DATA)(features.featurize)
app.command(rich_help_panel=_DATA)(models.train)
app.command(rich_help_panel=_DATA)(models.validate)
app.add_typer(applications.app, name="applications", rich_help_panel=_DATA)
app.add_typer(data.app, name="data", rich_help_panel=_DATA)
app.add_typer(supply.app, name="supply", rich_help_panel=_DATA)
app.command(rich_help_panel=_MACHINE)(doctor.doctor)
app.command(rich_help_panel=_MACHINE)(warmup.warmup)
app.command(rich_help_panel=_MACHINE)(features.bench)
