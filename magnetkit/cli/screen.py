"""``magnetkit screen``, ``report`` and ``suggest``: from candidates to a choice."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .._core._constants import ROOM_K
from .._core._progress import message
from .._core.errors import InputError
from . import _options as o

if TYPE_CHECKING:
    from ..alloy.substitution import Substitutions


_SPACE = "The space of candidates"
_TOP = 10


# Writes the results folder `out` with report.html in it. Prints the decisions,
# or the `top` best candidates, on stdout (as CSV in a pipe, `columns` of them
# by names joined by commas, as JSON with an object a line), progress and
# counts on stderr. `keywords` are the options of conditions that were given,
# by the names of their fields. A finished screening in `out` is an InputError
# without `force` or `resume`.
@o.with_options("use", "magnet", "supply", "models", without=("host",))
def screen(
    candidates: Annotated[
        Path | None,
        typer.Argument(
            help="Table (.csv, .tsv, .parquet, .xlsx), or a recipe a line; - for stdin."
        ),
    ] = None,
    application: o.Application = None,
    out: o.Place = Path("results"),
    basis: o.Basis = "auto",
    column: o.Column = None,
    element_columns: o.ElementColumns = False,
    sheet: o.Sheet = None,
    header_row: o.HeaderRow = None,
    temperature: o.Temperature = None,
    reference: o.ReferenceMagnet = None,
    require: o.Require = None,
    objective: o.Objectives = None,
    host: Annotated[
        str | None,
        o.option("Host of the space: 2:14:1, or a formula.", panel=_SPACE),
    ] = None,
    replace: Annotated[
        list[str] | None,
        o.option(
            "Its substitutes, e.g. Nd=Ce,La,Dy; repeat.",
            metavar="ELEMENT=OTHERS",
            panel=_SPACE,
        ),
    ] = None,
    step: Annotated[
        float, o.option("Step of a site's fraction.", panel=_SPACE)
    ] = 0.05,
    limit: Annotated[
        list[str] | None,
        o.option(
            "Largest fraction, e.g. Dy=0.2; repeat.",
            metavar="ELEMENT=FRACTION",
            panel=_SPACE,
        ),
    ] = None,
    minor: Annotated[
        list[str] | None,
        o.hidden_option(
            "Addition per 100 atoms, e.g. Cu=0.15; repeat.",
            metavar="ELEMENT=ATOMS",
            panel=_SPACE,
        ),
    ] = None,
    shell: o.Shells = None,
    keep: Annotated[
        int | None,
        o.option(
            "Write the N best; 100000 of over ten million.",
            min=1,
            metavar="N",
            panel=o.RUN,
        ),
    ] = None,
    all_columns: Annotated[
        bool,
        o.hidden_option(
            "--all-columns", "Write all columns of every row.", panel=o.RUN
        ),
    ] = False,
    resume: Annotated[
        bool,
        o.option(
            "--resume",
            "Continue from the finished chunks in --out.",
            panel=o.RUN,
        ),
    ] = False,
    force: o.Force = False,
    workers: Annotated[
        int | None,
        o.option(
            "Processes on this machine.", min=1, metavar="N", panel=o.RUN
        ),
    ] = None,
    dask: Annotated[
        str | None,
        o.hidden_option(
            "Dask scheduler to work on, e.g. tcp://10.0.0.1:8786.", panel=o.RUN
        ),
    ] = None,
    strict: o.Strict = False,
    top: Annotated[
        int | None,
        o.option(
            "Candidates to print; else the decisions.",
            min=0,
            metavar="N",
            panel=o.OUTPUT,
        ),
    ] = None,
    columns: o.Columns = None,
    everything: o.Everything = False,
    json: o.Json = False,
    units: o.Units = None,
    quiet: o.Quiet = False,
    **keywords: Any,
) -> None:
    """Rank candidates for a device.

    Without candidates and without --host, the device's own substitution space is screened.

    Examples
    --------
      magnetkit screen alloys.csv --basis weight --application f22-engine --out results

      magnetkit screen --host 2:14:1 --replace Nd=Ce,La,Dy --limit Dy=0.2 --application f22-engine

      magnetkit screen alloys.csv --require "coercivity_kA_m>=500" --reference Nd1.8Dy0.2Fe14B
      --temperature 150C
    """
    from ..alloy._files import check_file
    from ..report._tables import print_ranking
    from ..run.screen import screen as run

    recipes: Any = candidates
    is_stdin = candidates == Path("-")
    if candidates is not None:
        recipes = o.on_sheet(candidates, sheet, header_row)
        if not is_stdin:
            check_file(recipes)
    check_device(application, require, reference, temperature)
    space = _space(candidates, host, replace, step, limit, minor)
    if is_stdin:
        recipes = o.read_sources(["-"])
    if space is None:
        keywords["shell"] = o.single_shell(
            shell, "several shells need --host; a table has a column shell"
        )
        keywords["column"] = o.composition_column(column, element_columns)
    result = run(
        recipes if space is None else _candidates(space, shell),
        application,
        temperature=temperature,
        reference=reference,
        require=require or (),
        objectives=objective or (),
        basis=basis,
        out=out,
        resume=resume,
        force=force,
        strict=strict,
        keep=keep,
        all_columns=all_columns,
        workers=workers,
        dask=dask,
        progress=not quiet,
        **keywords,
    )
    print_ranking(
        result,
        top,
        as_json=json,
        units=units,
        columns=columns,
        wide=everything,
        quiet=quiet,
    )
    result.report(f"{out}/report.html")
    if not quiet:
        rejected_count = result.manifest["summary"]["rejected"]
        count_text = f"{result.judged:,} candidates"
        if result.judged == 1:
            count_text = "1 candidate"
        message(
            f"{count_text} evaluated, {rejected_count:,} rejected; see {out}"
        )


def check_device(
    application: str | None,
    require: Sequence[str] | None,
    reference: str | None,
    temperature: str | None,
) -> None:
    """Raise typer.BadParameter if a call does not say what the magnet is for.

    It needs `application` (anything but None), or all three of `require`,
    `reference` and `temperature`, none of these empty. What they say is not
    checked.
    """
    if application is None and not (require and reference and temperature):
        raise typer.BadParameter(
            "give --require, --reference and --temperature (or, for screen, --application)"
        )


def _space(
    table: Path | None,
    host: str | None,
    replace: Sequence[str] | None,
    step: float,
    limit: list[str] | None,
    minor: list[str] | None,
) -> "Substitutions | None":
    """Build the space of ``--host`` and ``--replace``; None without ``--host``.

    Parameters
    ----------
    table : Path or None
        A table, which excludes a space (InputError with `host`).
    host : str or None
        Name of a host, such as "2:14:1", whose example is taken, or a formula.
    replace : sequence of str or None
        Texts ``Element=Substitute,...``, such as "Nd=Ce,La"; needed with
        `host`.
    step : float
        Share of a site a step, above 0 and up to 1.
    limit, minor : list of str or None
        Texts ``Element=number``: largest shares, "Dy=0.2", and additions per
        100 atoms, "Cu=0.15".

    Raises
    ------
    InputError
        If the options contradict or cannot be read.
    """
    if host is None:
        if replace or limit:
            raise InputError(
                "--replace and --limit need --host, e.g. --host 2:14:1"
            )
        if minor:
            raise InputError("--minor needs --host and --replace")
        return None
    if table is not None:
        raise InputError("give a candidate table or --host, not both")
    if not replace:
        raise InputError("--host needs --replace, e.g. --replace Nd=Ce,La,Dy")
    from ..alloy.substitution import substitutions
    from ..phases.records import HOSTS

    sites = o.substitutes(replace, "--replace")
    if host in HOSTS:
        formula = HOSTS[host].structure.example
    elif ":" in host:
        raise InputError(
            f"--host {host!r} is not known; give {', '.join(HOSTS)} or a formula"
        )
    else:
        formula = host
    limits = o.pairs(limit, "--limit")
    additions = o.pairs(minor, "--minor")
    return substitutions(
        formula, sites, step=step, limits=limits, additions=additions
    )


def _candidates(space: "Substitutions", shells: Sequence[str] | None) -> Any:
    """Build the candidates to screen: a space, and its host with each shell.

    Parameters
    ----------
    space : Substitutions
        The space; its first formula is the host.
    shells : sequence of str or None
        Shells such as "Tb 0.4 wt%"; None for no shell.

    Returns
    -------
    SpaceCandidates
        All formulas of the space without a shell, and the host once with each
        shell.

    Raises
    ------
    InputError
        If a shell cannot be read or made.
    """
    from ..alloy.shells import read_shell
    from ..magnetism.shells import objection
    from ..run._candidates import SpaceCandidates

    (host,) = space.formulas([0])
    for text in shells or ():
        shell = read_shell(text)
        if shell is not None and (reason := objection(shell)):
            hint = f"this shell cannot be made ({reason}); see `magnetkit predict --shell`"
            raise InputError(hint)
    return SpaceCandidates([space], [(host, shell) for shell in shells or ()])


# Writes a file and prints its path on stderr. With `robustness` it prints the
# first `top` rows of a table on stdout (CSV in a pipe), and writes all rows into
# `out` too if that is given. Without `robustness` and `out` the file is
# report.html in the folder. An existing file is replaced. `json` without
# `robustness` is an InputError.
def report(
    folder: o.Folder,
    out: Annotated[
        Path | None, o.option("File: .html or .xlsx; of --robustness a table.")
    ] = None,
    robustness: Annotated[
        bool, o.option("--robustness", "Show how certain ranks are.")
    ] = False,
    top: o.Top = 2 * _TOP,
    places: Annotated[
        int,
        o.hidden_option("With --robustness: places that count as the top."),
    ] = 10,
    draws: Annotated[
        int,
        o.hidden_option("With --robustness: number of draws that are ranked."),
    ] = 500,
    pool: Annotated[
        int,
        o.hidden_option("With --robustness: how many of the best are ranked."),
    ] = 300,
    seed: Annotated[int, o.hidden_option("Seed of the random draws.")] = 0,
    json: o.Json = False,
    quiet: o.Quiet = False,
) -> None:
    """Write the report of a results folder: one HTML file that needs no network.

    With --robustness it shows how certain the ranks are: properties vary within their 90 %
    intervals, correlated for the magnets of one host; prices within those of five years, supply
    risk by a tenth.

    Examples
    --------
      magnetkit report results

      magnetkit report results --out actuator.xlsx

      magnetkit report results --robustness --draws 2000 --out robustness.csv
    """
    from ..report._tables import print_json, print_robustness
    from ..report._written import write_table
    from ..run.screen import ScreenResult

    if robustness:
        if out is not None:
            o.check_out(out)
        result = ScreenResult.from_folder(folder)
        figures = result.robustness(
            top=places, draws=draws, pool=pool, seed=seed
        )
        if json:
            print_json(figures.head(top))
        else:
            print_robustness(figures.head(top), places)
        if out is not None:
            write_table(figures, out)
            if not quiet:
                message(f"see {out}")
        return
    o.refuse_options("report without --robustness", json=json)
    ending = ".html" if out is None else out.suffix.lower()
    if ending not in (".html", ".htm", ".xlsx"):
        raise InputError(
            f"--out {out}: expected a file ending in .html or .xlsx"
        )
    result = ScreenResult.from_folder(folder)
    if out is not None and ending == ".xlsx":
        path = result.to_excel(out)
    else:
        path = result.report(out or folder / "report.html")
    if not quiet:
        message(f"see {path}")


_CHOICE = (
    "{candidate}{shell} (rank {rank}, probability {probability_meets_requirements:.2f}); the batch "
    "so far saves {worth:.2f} units of regret and changes the choice with probability "
    "{chance_of_change:.2f}"
)
"""What is said of a magnet that is worth making."""


# Prints a sentence a magnet, or JSON, on stdout, and writes `out` if that is
# given. Random draws are seeded: the same call gives the same batch. With
# `stock` an element that is not named is not there. `out` has the columns that
# `magnetkit calibrate` takes.
def suggest(
    folder: o.Folder,
    batch: Annotated[int, o.option("How many magnets.", min=1)] = 5,
    stock: Annotated[
        list[str] | None,
        o.option(
            "Elements in stock, e.g. Nd=5; repeat.", metavar="ELEMENT=KG"
        ),
    ] = None,
    melts: Annotated[
        int | None, o.hidden_option("Most alloys; shells may differ.", min=1)
    ] = None,
    limit: Annotated[
        list[str] | None,
        o.option("wt.%: 'Nd+Pr>=28', 'Dy<=2'; repeat.", metavar="LIMIT"),
    ] = None,
    charge: Annotated[float, o.hidden_option("Alloy of one melt, kg.")] = 1.0,
    seed: Annotated[int, o.hidden_option("Seed of the random draws.")] = 0,
    out: Annotated[
        Path | None, o.option("Table to fill in for `magnetkit calibrate`.")
    ] = None,
    json: o.Json = False,
    quiet: o.Quiet = False,
) -> None:
    """Name the magnets whose measurement is worth most for the choice of a screening.

    Examples
    --------
      magnetkit suggest results --batch 5

      magnetkit suggest results --batch 5 --melts 2 --stock Nd=5 --stock Fe=20 --out melts.csv
    """
    from ..report._tables import print_json
    from ..report._text import say
    from ..report._written import write_table
    from ..run.screen import ScreenResult
    from ..run.suggestion import order
    from ..run.suggestion import suggest as run

    if out is not None:
        o.check_out(out)
    result = ScreenResult.from_folder(folder)
    store = o.pairs(stock, "--stock") if stock else None
    suggestion = run(
        result,
        batch,
        stock=store,
        melts=melts,
        limits=limit or (),
        charge_kg=charge,
        seed=seed,
        progress=not quiet,
    )
    if json:
        print_json(suggestion)
    else:
        for row in suggestion.to_dict("records"):
            shell = f" + {row['shell']}" if row["shell"] else ""
            say(_CHOICE.format_map(row | {"shell": shell}))
        if len(suggestion) < batch:
            message(
                f"{len(suggestion)} of {batch}: stock and limits allow no more"
            )
    if out is not None:
        kelvin = sorted({ROOM_K, result.manifest["identity"]["temperature_K"]})
        write_table(order(suggestion, kelvin), out)
        message(f"fill in {out}, then magnetkit calibrate {out} --name NAME")
