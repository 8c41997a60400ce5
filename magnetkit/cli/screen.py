"""``magnetkit screen``, ``report``, ``suggest`` and ``explore``: from candidates to a choice."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .._core._progress import message
from .._core.errors import InputError
from ._options import (
    OUTPUT,
    RUN,
    Application,
    Basis,
    Column,
    Columns,
    ElementColumns,
    Everything,
    Folder,
    Json,
    Objectives,
    Quiet,
    ReferenceMagnet,
    Require,
    Shells,
    Strict,
    Temperature,
    Top,
    Units,
    a_place,
    composition_of,
    more,
    option,
    pairs,
    refuse_beside,
    with_options,
)

if TYPE_CHECKING:
    from ..composition.substitution import Substitutions
    from ..ranking.applications import Profile


_ROOM_K = 293.15
_SPACE = "The space of candidates"
_TOP = 10


@with_options("use", "magnet", "supply", "models", without=("host",))
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
        option(
            "Folder for the results, or its URL in a store, e.g. s3://bucket/run.",
            parser=a_place,
            metavar="PATH|URL",
        ),
    ] = Path("results"),
    basis: Basis = "auto",
    column: Column = None,
    element_columns: ElementColumns = False,
    temperature: Temperature = None,
    reference: ReferenceMagnet = None,
    require: Require = None,
    objective: Objectives = None,
    host: Annotated[
        str | None,
        option("Host to substitute in: 2:14:1, or a formula such as SmCo5.", panel=_SPACE),
    ] = None,
    replace: Annotated[
        list[str] | None,
        option(
            "Its substitutes, e.g. Nd=Ce,La,Dy; repeat.", metavar="ELEMENT=OTHERS", panel=_SPACE
        ),
    ] = None,
    step: Annotated[float, option("Step of a site's fraction.", panel=_SPACE)] = 0.05,
    limit: Annotated[
        list[str] | None,
        option(
            "Its largest fraction, e.g. Dy=0.2; repeat.", metavar="ELEMENT=FRACTION", panel=_SPACE
        ),
    ] = None,
    add: Annotated[
        list[str] | None,
        more(
            "Minor addition per 100 atoms of the host, e.g. Cu=0.15 (repeat); or a CSV of measured "
            "Curie temperatures, used together with those known.",
            metavar="ELEMENT=ATOMS|FILE",
            panel=_SPACE,
        ),
    ] = None,
    sample: Annotated[
        int | None,
        more("Formulas to sample, evenly spread, from a large space.", min=1, panel=_SPACE),
    ] = None,
    refine: Annotated[
        float | None, more("Finer step for two searches around the best.", panel=_SPACE)
    ] = None,
    baseline: Annotated[
        Path | None,
        more(
            "Results folder to compare the ranking with: entries, exits and moves.",
            metavar="DIR",
            panel=OUTPUT,
        ),
    ] = None,
    shell: Shells = None,
    keep: Annotated[
        int | None,
        option(
            "Write only so many of the best; 100000 of a space of over ten million.",
            min=1,
            metavar="N",
            panel=RUN,
        ),
    ] = None,
    resume: Annotated[
        bool, option("--resume", "Continue from the finished chunks in --out.", panel=RUN)
    ] = False,
    workers: Annotated[
        int | None, option("Processes to work in, on this machine.", min=1, metavar="N", panel=RUN)
    ] = None,
    dask: Annotated[
        str | None, more("Dask scheduler to work on, e.g. tcp://10.0.0.1:8786.", panel=RUN)
    ] = None,
    strict: Strict = False,
    top: Annotated[
        int | None,
        option(
            "Candidates to print, in order of rank; without it the decisions.",
            min=0,
            metavar="N",
            panel=OUTPUT,
        ),
    ] = None,
    columns: Columns = None,
    everything: Everything = False,
    json: Json = False,
    units: Units = "si",
    quiet: Quiet = False,
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
    from ..run.screen import ScreenResult, refined
    from ..run.screen import screen as run
    from ..show._tables import print_changes, print_ranking

    add, measured = _additions(add)
    earlier = None if baseline is None else ScreenResult.from_folder(baseline)
    line = keywords.get("load_line")
    wanted = device(application, require, reference, temperature, line, basis)
    made = _space(candidates, host, replace, step, limit, add)
    options: dict[str, Any] = {
        **keywords,
        "temperature": temperature,
        "reference": None if application is None else reference,
        "require": require or (),
        "objectives": objective or (),
        "out": out,
        "resume": resume,
        "workers": workers,
        "dask": dask,
        "strict": strict,
        "progress": not quiet,
        "add": measured,
        "shell": None if made is not None else _one_shell(shell),
    }
    if made is None:
        _need(host, add=add, sample=sample, refine=refine)
        result = run(
            candidates,
            wanted,
            basis=basis,
            column=composition_of(column, element_columns),
            keep=keep,
            **options,
        )
    elif refine is not None:
        refuse_beside("--refine", shell=shell, keep=keep)
        result = refined(made, wanted, refine, sample=sample, **options)
    else:
        result = run(_candidates(made, shell, sample), wanted, keep=keep, **options)
    wished: dict[str, Any] = {"columns": columns, "wide": everything, "quiet": quiet}
    print_ranking(result, top, as_json=json, cgs=units == "cgs", **wished)
    if earlier is not None and not json:
        most = max(_TOP if top is None else top, 1)
        print_changes(result.changes(earlier, most), most)
    result.report(f"{out}/report.html")
    if not quiet:
        rejected = result.manifest["summary"]["rejected"]
        evaluated = "1 candidate" if result.judged == 1 else f"{result.judged:,} candidates"
        message(f"{evaluated} evaluated, {rejected:,} rejected; see {out}")


def device(
    application: str | None,
    require: Sequence[str] | None,
    reference: str | None,
    temperature: str | None,
    load_line: float | None,
    basis: str,
) -> "str | Profile":
    """Return the device of ``--application``, or that of the other options."""
    from ..ranking.applications import asked

    if application is not None:
        return application
    if not (require and reference and temperature):
        raise typer.BadParameter(
            "give --require, --reference and --temperature (or, for screen, --application)"
        )
    return asked(require, reference, temperature, load_line or 1.0, basis=basis)


def _space(
    table: Path | None,
    host: str | None,
    replace: Sequence[str] | None,
    step: float,
    limit: list[str] | None,
    add: list[str] | None,
) -> "Substitutions | None":
    """Return the space of ``--host`` and ``--replace``, None without them."""
    if host is None:
        if replace or limit:
            raise InputError("--replace and --limit need --host, e.g. --host 2:14:1")
        return None
    if table is not None:
        raise InputError("give a candidate table or --host, not both")
    if not replace:
        raise InputError("--host needs --replace, e.g. --replace Nd=Ce,La,Dy")
    from ..composition.substitution import substitutions
    from ..hosts.records import HOSTS

    sites = {}
    for text in replace:
        site, found, substitutes = text.partition("=")
        if not found or not substitutes:
            raise InputError(f"--replace {text!r}: expected Element=Substitute,..., e.g. Nd=Ce,La")
        sites[site.strip()] = [s.strip() for s in substitutes.split(",")]
    if host in HOSTS:
        formula = HOSTS[host].structure.example
    elif ":" in host:
        raise InputError(f"--host {host!r} is not known; give {', '.join(HOSTS)} or a formula")
    else:
        formula = host
    limits, additions = pairs(limit, "--limit"), pairs(add, "--add")
    return substitutions(formula, sites, step=step, limits=limits, additions=additions)


def _candidates(space: "Substitutions", shells: Sequence[str] | None, sample: int | None) -> Any:
    """Return what to screen: the space or a sample of it, and the host with each shell."""
    from ..composition.shells import read_shell
    from ..magnetism.shells import objection
    from ..run._candidates import SpaceCandidates
    from ..run.screen import some_of

    if sample is not None:
        if shells:
            raise InputError("--shell is for the host itself; leave --sample out")
        return some_of(space, sample)
    (host,) = space.formulas([0])
    for text in shells or ():
        shell = read_shell(text)
        if shell is not None and (reason := objection(shell)):
            raise InputError(
                f"this shell cannot be made ({reason}); see `magnetkit predict --shell`"
            )
    return SpaceCandidates([space], [(host, shell) for shell in shells or ()])


def _one_shell(shells: Sequence[str] | None) -> str | None:
    """Return the shell of all candidates."""
    if not shells:
        return None
    if len(shells) > 1:
        raise InputError("several shells need --host; a table has a column shell")
    return shells[0]


def _need(host: str | None, **given: object) -> None:
    """Refuse options that only a space has."""
    for name, value in given.items():
        if value is not None and host is None:
            raise InputError(f"--{name} needs --host and --replace")


def _additions(given: list[str] | None) -> tuple[list[str] | None, str | None]:
    """Return the minor additions of ``--add``, and the table of measurements among them."""
    minor = [text for text in given or () if "=" in text]
    files = [text for text in given or () if "=" not in text]
    if len(files) > 1:
        raise InputError(f"--add takes one table of measurements, got {', '.join(files)}")
    if files and not Path(files[0]).is_file():
        raise InputError(
            f"--add {files[0]!r}: expected Element=number, or an existing table of measurements"
        )
    return minor or None, files[0] if files else None


def report(
    folder: Folder,
    out: Annotated[
        Path | None, option("File to write: .html, .xlsx for a workbook, or .csv of --robustness.")
    ] = None,
    robustness: Annotated[
        bool,
        option(
            "--robustness",
            "Instead show how certain the ranks are: rank draws from the intervals.",
        ),
    ] = False,
    top: Top = 2 * _TOP,
    places: Annotated[int, more("With --robustness: places that count as the top.")] = 10,
    draws: Annotated[int, more("With --robustness: number of draws that are ranked.")] = 500,
    pool: Annotated[int, more("With --robustness: how many of the best are ranked.")] = 300,
    seed: Annotated[int, more("Seed of the random draws.")] = 0,
    json: Json = False,
    quiet: Quiet = False,
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
    from ..run.screen import ScreenResult
    from ..show._tables import print_json, print_robustness

    if robustness:
        result = ScreenResult.from_folder(folder)
        found = result.robustness(top=places, draws=draws, pool=pool, seed=seed)
        if json:
            print_json(found.head(top))
        else:
            print_robustness(found.head(top), places)
        if out is not None:
            found.to_csv(out, index=False)
            if not quiet:
                message(f"see {out}")
        return
    refuse_beside("report without --robustness", json=json)
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


def suggest(
    folder: Folder,
    batch: Annotated[int, option("How many magnets.", min=1)] = 5,
    stock: Annotated[
        list[str] | None,
        option("Elements in stock, e.g. Nd=5; repeat; by default all.", metavar="ELEMENT=KG"),
    ] = None,
    melts: Annotated[int | None, more("Most alloys; shells may differ.", min=1)] = None,
    limit: Annotated[
        list[str] | None,
        option("wt.%: 'Nd+Pr>=28', 'Dy<=2', 'shell<=0.5'; repeat.", metavar="LIMIT"),
    ] = None,
    charge: Annotated[float, more("Alloy of one melt, kg.")] = 1.0,
    seed: Annotated[int, more("Seed of the random draws.")] = 0,
    out: Annotated[Path | None, option("CSV file to fill in for `magnetkit calibrate`.")] = None,
    json: Json = False,
) -> None:
    """Name the magnets whose measurement is worth most for the choice of a screening.

    Examples
    --------
      magnetkit suggest results --batch 5

      magnetkit suggest results --batch 5 --melts 2 --stock Nd=5 --stock Fe=20 --out melts.csv
    """
    from ..run.screen import ScreenResult
    from ..run.suggestion import order
    from ..run.suggestion import suggest as run
    from ..show._tables import print_json
    from ..show._text import say

    result = ScreenResult.from_folder(folder)
    store = pairs(stock, "--stock") if stock else None
    found = run(
        result, batch, stock=store, melts=melts, limits=limit or (), charge_kg=charge, seed=seed
    )
    if json:
        print_json(found)
    else:
        for row in found.to_dict("records"):
            shell = f" + {row['shell']}" if row["shell"] else ""
            say(
                f"{row['candidate']}{shell} (rank {row['rank']}, probability "
                f"{row['probability_meets_requirements']:.2f}); the batch so far saves "
                f"{row['worth']:.2f} units of regret and changes the choice with probability "
                f"{row['chance_of_change']:.2f}"
            )
        if len(found) < batch:
            message(f"{len(found)} of {batch}: stock and limits allow no more")
    if out is not None:
        order(found, sorted({_ROOM_K, result.manifest["identity"]["temperature_K"]})).to_csv(
            out, index=False
        )
        message(f"fill in {out}, then magnetkit calibrate {out} --name NAME")


def explore(
    folder: Folder,
    port: Annotated[int, option("Port on 127.0.0.1; 0 takes a free one.", min=0, max=65535)] = 8050,
) -> None:
    """Serve a page with sliders over a results folder, to this machine alone, until Ctrl-C.

    Limits on temperature, remanence, coercivity and heavy rare earth, supply scenario and
    recycled share move the Pareto front and the table. Needs the extra `explore`.

    Examples
    --------
      magnetkit explore results

      magnetkit explore results --port 8051
    """
    from ..explorer.server import serve

    serve(folder, port, lambda address: message(f"open {address} (Ctrl-C ends it)"))
    raise KeyboardInterrupt
