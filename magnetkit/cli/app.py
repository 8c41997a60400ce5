"""The ``magnetkit`` command and its sub-commands."""

from pathlib import Path
from typing import Annotated

import typer

from .. import __version__
from . import applications, data, features, models, robustness, supply
from .options import Basis, Column, Phases, Recycled, Scenario, Temperature, pairs

app = typer.Typer(
    help="Rank rare-earth magnet alloys that need less heavy rare earth.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"magnetkit {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@app.command()
def screen(
    candidates: Annotated[
        Path | None,
        typer.Argument(
            help="Table of candidates (.csv, .tsv, .parquet) or a text of one recipe a line."
        ),
    ] = None,
    application: Annotated[
        str, typer.Option(help="Device: a name of `magnetkit applications list`, or a TOML file.")
    ] = ...,  # type: ignore[assignment]
    out: Annotated[Path, typer.Option(help="Folder for the results.")] = Path("results"),
    basis: Basis = "auto",
    column: Column = None,
    host: Annotated[
        str | None, typer.Option(help="Host to substitute in: 2:14:1, or a formula such as SmCo5.")
    ] = None,
    replace: Annotated[
        list[str] | None, typer.Option(help="Element=its substitutes, e.g. Nd=Ce,La,Dy.")
    ] = None,
    step: Annotated[float, typer.Option(help="Step of a site's fraction.")] = 0.05,
    limit: Annotated[
        list[str] | None, typer.Option(help="Substitute=largest fraction, e.g. Dy=0.2.")
    ] = None,
    temperature: Temperature = None,
    scenario: Scenario = None,
    recycled: Recycled = None,
    phases: Phases = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the finished chunks in --out.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Fail on the first candidate that cannot be read.")
    ] = False,
    top: Annotated[int, typer.Option(min=0, help="Candidates to print.")] = 10,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print no progress.")] = False,
) -> None:
    """Rank candidates for a device.

    Without candidates and without --host, the device's own substitution space is screened.

    Examples
    --------
      magnetkit screen --application patriot-beam-focusing

      magnetkit screen alloys.csv --basis weight --application f22-engine --out results

      magnetkit screen --host 2:14:1 --replace Nd=Ce,La,Dy --limit Dy=0.2 --application f22-engine
    """
    from ..screening import screen as run
    from .show import message, print_ranking

    source = _source(candidates, host, replace, step, limit)
    result = run(
        source,
        application,
        temperature,
        scenario,
        recycled=pairs(recycled, "--recycled"),
        basis=basis,  # type: ignore[arg-type]
        column=column,
        out=out,
        resume=resume,
        strict=strict,
        progress=not quiet,
        snapshot=phases,
    )
    print_ranking(result, top)
    result.report(out / "report.html")
    if not quiet:
        message(
            f"{len(result.data):,} candidates ranked, {len(result.rejected):,} rejected; see {out}"
        )


def _source(
    candidates: Path | None,
    host: str | None,
    replace: list[str] | None,
    step: float,
    limit: list[str] | None,
) -> object:
    from ..errors import InputError

    if host is None:
        if replace or limit:
            raise InputError("--replace and --limit need --host, e.g. --host 2:14:1")
        return candidates
    if candidates is not None:
        raise InputError("give a candidate table or --host, not both")
    if not replace:
        raise InputError("--host needs --replace, e.g. --replace Nd=Ce,La,Dy")
    from ..composition import substitutions
    from ..phases.hosts import HOSTS

    sites = {}
    for text in replace:
        site, found, substitutes = text.partition("=")
        if not found or not substitutes:
            raise InputError(f"--replace {text!r}: expected Element=Substitute,..., e.g. Nd=Ce,La")
        sites[site.strip()] = [s.strip() for s in substitutes.split(",")]
    formula = HOSTS[host].structure.example if host in HOSTS else host
    return substitutions(formula, sites, step=step, limits=pairs(limit, "--limit"))


@app.command()
def predict(
    formulas: Annotated[list[str], typer.Argument(help="Compositions, e.g. SmCo5.")],
    temperature: Temperature = "300K",
    basis: Basis = "auto",
    shell: Annotated[
        str | None, typer.Option(help="Grain-boundary shell, e.g. 'Tb 0.30 @ 0.10'.")
    ] = None,
    scenario: Scenario = None,
    phases: Phases = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")] = False,
    cgs: Annotated[bool, typer.Option("--cgs", help="Show kG, kOe and MGOe.")] = False,
) -> None:
    """Predict the properties of compositions, each with its 90 % interval.

    Examples
    --------
      magnetkit predict SmCo5 Nd2Fe14B --temperature 150C

      magnetkit predict "Nd30.5Dy1.2Co0.9Cu0.1B1.0Fe bal." --basis weight --json
    """
    from ..composition import CompositionTable
    from ..errors import CompositionError
    from ..screening import predict as run
    from .show import print_properties

    table = CompositionTable.from_strings(formulas, basis=basis)  # type: ignore[arg-type]
    if table.errors:
        first = table.errors[0]
        raise CompositionError(first.reason, first.text, first.position)
    frame = run(
        table,
        temperature or "300K",
        shell=shell,
        scenario=scenario or "baseline",
        snapshot=phases,
    )
    frame["candidate"] = formulas
    print_properties(frame, as_json=json, cgs=cgs)


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(help="Results folder of `magnetkit screen`.")],
    out: Annotated[
        Path | None, typer.Option(help="File to write; report.html in the folder otherwise.")
    ] = None,
) -> None:
    """Write the report of a results folder: one HTML file that needs no network.

    Examples
    --------
      magnetkit report results

      magnetkit report results --out actuator.html
    """
    from ..screening import ScreenResult
    from .show import message

    message(f"see {ScreenResult.from_folder(folder).report(out or folder / 'report.html')}")


app.command()(robustness.robustness)


@app.command()
def explore(
    folder: Annotated[Path, typer.Argument(help="Results folder of `magnetkit screen`.")],
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
    from ..explorer import serve
    from .show import message

    serve(folder, port, lambda address: message(f"open {address} (Ctrl-C ends it)"))
    message("explorer ended")


app.command()(features.featurize)
app.command()(features.bench)
app.command()(models.train)
app.command()(models.validate)
app.add_typer(applications.app, name="applications")
app.add_typer(data.app, name="data")
app.add_typer(supply.app, name="supply")
