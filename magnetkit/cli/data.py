"""``magnetkit data``, ``applications`` and ``supply``: data sets, devices, supply tables."""

import warnings
from itertools import compress
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .._core._progress import message
from .._core.errors import CompositionError, InputError
from . import _options as o

if TYPE_CHECKING:
    import pandas as pd

    from .._core._toml import Evidence
    from ..phases.snapshot import Snapshot
    from ..supply.scenario import Scenario as State


_PACKAGE = Path(__file__).resolve().parents[1]
_SHOWN_SYSTEMS = 6
"""Chemical systems that are named after a pull; the manifest names all."""

Systems = Annotated[
    list[str] | None,
    typer.Argument(help="E.g. Sm-Co Nd-Fe-B; their subsystems come along."),
]
Device = Annotated[
    str | None,
    o.option(
        "--application",
        "Device: systems of four of its elements.",
        metavar="NAME",
    ),
]

app = typer.Typer(
    help="Embedded, fetched and pulled data.", no_args_is_help=True
)


# Prints on stdout; with `json` an object a line: `name`, `embedded` (bool) and
# what the registry has of the file.
@app.command("list")
def list_(json: o.Json = False) -> None:
    """List the embedded files and the sets that can be fetched.

    Examples
    --------
      magnetkit data list
    """
    from .._core.datasets import registry, root

    if json:
        for kind in ("files", "remote"):
            for name, entry in registry().get(kind, {}).items():
                typer.echo(
                    dumps({"name": name, "embedded": kind == "files", **entry})
                )
        return
    typer.echo(f"Embedded in {root()}:")
    for name in registry()["files"]:
        typer.echo(f"  {name}")
    typer.echo("To fetch with `magnetkit data fetch NAME`:")
    for name, entry in registry().get("remote", {}).items():
        typer.echo(f"  {name:12s} {entry['title']} ({entry['licence']})")


# Prints on stdout, with `json` an object a line for each file: `name` and
# `state` ("ok", "missing" or "changed"). It always ends in typer.Exit: 1 if a
# file differs or is missing, else 0.
@app.command()
def verify(json: o.Json = False) -> None:
    """Check every embedded file against its hash.

    Examples
    --------
      magnetkit data verify
    """
    from .._core.datasets import verify as check

    states = check()
    bad = sum(state != "ok" for state in states.values())
    for name, state in states.items():
        if json:
            typer.echo(dumps({"name": name, "state": state}))
        elif state != "ok":
            typer.echo(f"{name}: {state}")
    if not json:
        typer.echo(
            f"{len(states) - bad} of {len(states)} embedded files are as published"
        )
    raise typer.Exit(bad > 0)


# The files go into the cache; their paths are printed on stdout, one a line,
# progress on stderr.
@app.command()
def fetch(
    name: Annotated[str, typer.Argument(help="Name of the set, e.g. curie.")],
    quiet: o.Quiet = False,
) -> None:
    """Download a public data set and those that belong to it, checked by SHA-256; print where.

    Examples
    --------
      magnetkit data fetch curie
    """
    from .._core._fetch import fetch as get
    from .._core._fetch import parts

    for part in parts(name):
        typer.echo(str(get(part, progress=not quiet)))


# Writes into the cache and into the folders that are given. `replaced` is the
# option --for, `completed` is --complete. Warnings and counts go to stderr.
# InputError without a key. `out` may hold a snapshot, which is replaced.
@app.command()
@o.shown_in_full
def pull(
    systems: Systems = None,
    application: Device = None,
    replaced: Annotated[
        list[str] | None,
        o.option(
            "--for",
            "Substitutions to come: their systems too.",
            metavar="Nd=Ce,La",
        ),
    ] = None,
    completed: Annotated[
        bool,
        o.option(
            "--complete",
            "Take what lacks from the embedded snapshot, corrected.",
        ),
    ] = False,
    out: Annotated[
        Path | None, o.option("Folder to freeze the pull into.")
    ] = None,
    cif: Annotated[
        Path | None, o.hidden_option("Folder for crystals as CIF files.")
    ] = None,
    poscar: Annotated[
        Path | None,
        o.hidden_option("The same as POSCAR files, as VASP reads them."),
    ] = None,
    endpoint: Annotated[
        str | None,
        o.hidden_option(
            "Address of the server; else MP_API_ENDPOINT or the public one."
        ),
    ] = None,
    thermo_type: Annotated[
        str | None,
        o.hidden_option(
            "Scheme of the energies: GGA_GGA+U, GGA_GGA+U_R2SCAN, R2SCAN."
        ),
    ] = None,
    refresh: Annotated[
        bool,
        o.hidden_option("--refresh", "Request again what is in the cache."),
    ] = False,
    quiet: o.Quiet = False,
) -> None:
    """Pull phases from the Materials Project into the cache; print the snapshot's folder.

    The key is read from MP_API_KEY, since others could see it in the command. With --out the pull
    is frozen, and that folder printed; what is in the cache is not requested again.

    Examples
    --------
      magnetkit data pull Sm-Co Nd-Fe-B --for "Nd=Pr,Ce,La,Dy"

      magnetkit data pull --application f22-engine --out phases
    """
    from ..phases.pull import systems_of_substitutes
    from ..phases.snapshot import write_cifs, write_poscars

    systems_to_pull = _systems(systems, application)
    if replaced:
        systems_to_pull = systems_of_substitutes(
            systems_to_pull, o.substitutes(replaced, "--for")
        )
    snapshot = _pull(
        systems_to_pull,
        endpoint=endpoint,
        thermo_type=thermo_type,
        refresh=refresh,
        completed=completed,
        quiet=quiet,
    )
    typer.echo(str(snapshot.save(out)))
    if cif is not None:
        write_cifs(snapshot, cif)
    if poscar is not None:
        write_poscars(snapshot, poscar)


def _systems(systems: list[str] | None, application: str | None) -> list[str]:
    """List the chemical systems named and those that a device's candidates need.

    Parameters
    ----------
    systems : list of str or None
        Texts such as "Sm-Co", taken over as they are.
    application : str or None
        Name of a device, or path of its file; the melts and the spaces of its
        candidates count.

    Returns
    -------
    list of str
        Sorted, none twice, such as ["Co-Fe-Sm", "Sm-Co"].

    Raises
    ------
    InputError
        If there are none, or there is no such device.
    """
    import numpy as np

    from .._core.elements import SYMBOLS
    from ..alloy.notation import read_amounts
    from ..alloy.table import CompositionTable
    from ..choose.applications import load
    from ..phases.pull import largest_systems
    from ..run._candidates import charges

    result = list(systems or [])
    if application is not None:
        profile = load(application)
        melts = []
        for melts_of_route in charges(profile).values():
            melts += [text for text, _ in melts_of_route]
        table = CompositionTable.from_strings(melts, basis="weight")
        present = np.unique(table.to_array() > 0.0, axis=0)
        for elements_of_system in present:
            result += largest_systems(compress(SYMBOLS, elements_of_system))
        for part in profile.space:
            elements = {*read_amounts(part.formula)[0], *part.replace}
            for substitutes in part.replace.values():
                elements.update(substitutes)
            result += largest_systems(elements)
    if not result:
        raise InputError(
            "name chemical systems such as Sm-Co, or a device by --application"
        )
    return sorted(set(result))


def _pull(
    systems: list[str],
    endpoint: str | None,
    thermo_type: str | None,
    refresh: bool,
    completed: bool,
    quiet: bool,
) -> "Snapshot":
    """Pull chemical systems into the cache, and print on stderr what came.

    Parameters
    ----------
    systems : list of str
        Systems such as "Sm-Co", at least one.
    endpoint, thermo_type : str or None
        URL of the server and scheme of energies, such as "GGA_GGA+U"; the usual
        ones for None.
    refresh : bool
        Ask the server even if the cache has the answer.
    completed : bool
        Add what is missing from the embedded snapshot.
    quiet : bool
        Print warnings alone.

    Returns
    -------
    Snapshot
        The phases pulled, with those added. It is not frozen into a folder.

    Raises
    ------
    MagnetkitError
        If the server or the systems cannot be used.
    """
    from ..phases.pull import pull

    with warnings.catch_warnings(record=True) as warnings_of_pull:
        warnings.simplefilter("always", UserWarning)
        snapshot = pull(
            systems,
            endpoint=endpoint,
            thermo_type=thermo_type,
            refresh=refresh,
            progress=not quiet,
        )
        whole = snapshot.completed() if completed else snapshot
    for warning in warnings_of_pull:
        message(f"warning: {warning.message}")
    if not quiet:
        facts = snapshot.manifest
        systems = facts["query"]["systems"]
        names = ", ".join(systems[:_SHOWN_SYSTEMS])
        if len(systems) > _SHOWN_SYSTEMS:
            names = f"{names} and {len(systems) - _SHOWN_SYSTEMS} systems more"
        message(
            f"{len(snapshot.entries)} phases of {names}: "
            f"{facts['thermo_type']} energies, database {facts['database_version']}, "
            f"pulled {facts['date']}"
        )
    if completed and not quiet:
        facts = whole.manifest["completed"]
        message(
            f"{facts['entries']} phases more from the embedded snapshot, corrected by "
            f"{facts['shared_compounds']} compounds that both have, "
            f"to within {1000.0 * facts['error_eV_atom']:.0f} meV/atom"
        )
    return whole


applications = typer.Typer(help="Device profiles.", no_args_is_help=True)
_LISTED = {"name", "title", "temperature_min_K", "temperature_max_K", "hosts"}


# Prints a line a device on stdout; with `json` an object a line: `name`,
# `title`, `temperature_min_K`, `temperature_max_K` and `hosts`. The text has
# degrees C.
@applications.command("list")
def list_applications(json: o.Json = False) -> None:
    """List the embedded device profiles: temperature range of the magnet, hosts, what it is.

    Examples
    --------
      magnetkit applications list
    """
    from ..choose.applications import load, names

    for name in names():
        profile = load(name)
        if json:
            typer.echo(profile.model_dump_json(include=_LISTED))
            continue
        low, high = (
            t - 273.15
            for t in (profile.temperature_min_K, profile.temperature_max_K)
        )
        hosts = ", ".join(profile.hosts)
        typer.echo(
            f"{name:26s}{low:4.0f} to {high:3.0f} °C  {hosts:18s}{profile.title}"
        )


# Writes NAME.toml in the current folder, and its path on stderr. InputError if
# the file exists, or the name has other characters than small letters, digits
# and hyphens.
@applications.command("new")
def new_application(
    name: Annotated[
        str,
        typer.Argument(help="Its name, e.g. my-pump; also that of the file."),
    ],
) -> None:
    """Write a profile of your own device to fill in: commented, and valid as it stands.

    Examples
    --------
      magnetkit applications new my-pump
    """
    from .._core._toml import write_new

    template = _PACKAGE / "choose/new.toml"
    message(f"see {write_new(name, template, Path.cwd())}")


# Prints on stdout; with `json` the whole profile as one object.
@applications.command("show")
def show_application(name: o.ApplicationName, json: o.Json = False) -> None:
    """Show the requirements of a device on its magnet, and the source of each number.

    Examples
    --------
      magnetkit applications show aviation-actuator

      magnetkit applications show my-device.toml --json
    """
    from ..alloy.substitution import substitutions
    from ..choose.applications import load
    from ..report._content import requirement_in_words
    from ..report._text import say

    profile = load(name)
    if json:
        return typer.echo(profile.model_dump_json())
    reference = profile.reference
    low, high = (
        t - 273.15
        for t in (profile.temperature_min_K, profile.temperature_max_K)
    )
    shell = f" + {reference.shell}" if reference.shell else ""
    typer.echo(f"{profile.name}: {profile.title}\n")
    say(" ".join(profile.description.split()))
    typer.echo()
    _say(
        "Temperature",
        f"{low:.0f} to {high:.0f} °C",
        profile.sources.temperature,
    )
    _say(
        "Load line",
        f"-B/(mu0 H) = {profile.load_line:g}",
        profile.sources.load_line,
    )
    if profile.sources.outside_field is not None:
        field = f"{profile.outside_field_kA_m:g} kA/m against the magnet"
        _say("Outside field", field, profile.sources.outside_field)
    _say(
        "Magnet",
        f"{profile.magnet_mass_kg:g} kg per device",
        profile.sources.magnet_mass,
    )
    _say(
        "Today's magnet",
        f"{reference.formula}{shell} ({reference.grade})",
        reference,
    )
    say(", ".join(profile.hosts), "Hosts           ")
    say(profile.atmosphere, "Surroundings    ")
    say(", ".join(profile.objectives), "Objectives      ")
    typer.echo(
        f"\nRequirements, at {profile.temperature_K - 273.15:.0f} °C where none is named"
    )
    for requirement in profile.requirements:
        _say("", requirement_in_words(requirement), requirement)
    if profile.space:
        typer.echo("\nDefault candidates")
    for part in profile.space:
        swaps = "; ".join(
            f"{site} = {', '.join(by)}" for site, by in part.replace.items()
        )
        space = substitutions(
            part.formula, part.replace, step=part.step, limits=part.limits
        )
        size = f"{len(space):,}"
        if part.shell:
            plural = "s" if len(part.shell) > 1 else ""
            size += f", {len(part.shell)} shell{plural}"
        say(f"{part.formula}: {swaps} ({size})", f"  {part.host:7s}")


def _say(heading: str, text: str, evidence: "Evidence") -> None:
    """Print on stdout a fact behind its heading, and below it what it rests on.

    `heading` is a short text, or empty for an item of a list, and `text` the
    fact. `evidence` has ``status`` and ``source``, printed as "status:
    source".
    """
    from ..report._text import say

    say(text, f"{heading:16s}" if heading else "- ")
    say(f"{evidence.status}: {evidence.source}", " " * (16 if heading else 2))


supply = typer.Typer(
    help="Supply of elements and alloys.", no_args_is_help=True
)


# Writes NAME.toml in the current folder, and its path on stderr. InputError if
# the file exists, or the name has other characters than small letters, digits
# and hyphens.
@supply.command("new")
def new_scenario(
    name: Annotated[
        str,
        typer.Argument(
            help="Its name, e.g. my-scenario; also that of the file."
        ),
    ],
) -> None:
    """Write a supply scenario of your own to fill in: commented, and valid as it stands.

    Examples
    --------
      magnetkit supply new my-scenario
    """
    from .._core._toml import write_new

    template = _PACKAGE / "supply/new.toml"
    message(f"see {write_new(name, template, Path.cwd())}")


def _state(scenario: str | None, prices: list[str] | None) -> "State":
    """Return the scenario of two options."""
    from ..supply.scenario import with_prices

    return with_prices(scenario or "baseline", o.pairs(prices, "--price", str))


# Prints a table on stdout (CSV in a pipe, or JSON), overdue facts on stderr.
# Columns are `element`, `import_reliance`, `stage`, `concentration`,
# `largest_producer`, `largest_share`, `supply_risk`, `price_USD_kg`,
# `price_low_USD_kg`, `price_high_USD_kg`, lists and `recycling_eol_pct`; JSON
# has all of `element_table`.
@supply.command()
@o.shown_in_full
def elements(
    scenario: o.Scenario = None,
    recycled: o.Recycled = None,
    price: o.Prices = None,
    json: o.Json = False,
) -> None:
    """List the elements: import reliance, concentration, risk, price, lists.

    Stage is where the chain is riskiest, HHI the concentration of production there, low and high
    the yearly prices of five years. Export controls: `magnetkit supply controls`.

    Examples
    --------
      magnetkit supply elements --scenario controls-2025 --recycled Co=0.25
    """
    from .._core.columns import layouts
    from ..supply.tables import element_table

    table = element_table(
        _state(scenario, price), o.pairs(recycled, "--recycled")
    )
    _print(table, layouts()["elements"], as_json=json)
    _say_overdue()


# Prints a table on stdout (CSV in a pipe, or JSON), a row a formula; overdue
# facts go to stderr. Of several shells the first counts, for all formulas.
# Columns are `formula`, `heavy_rare_earth_wt_pct`,
# `dysprosium_terbium_wt_pct`, `cobalt_wt_pct`, `import_reliance`,
# `supply_risk` and `cost_USD_kg`; JSON has all of `ledger`. CompositionError
# for the first formula that cannot be read.
@supply.command()
@o.shown_in_full
def alloys(
    formulas: Annotated[
        list[str], typer.Argument(help="Compositions, e.g. SmCo5.")
    ],
    basis: o.Basis = "auto",
    scenario: o.Scenario = None,
    recycled: o.Recycled = None,
    price: o.Prices = None,
    shell: o.Shell = None,
    json: o.Json = False,
) -> None:
    """Show heavy rare earth, supply risk and cost of alloys.

    Examples
    --------
      magnetkit supply alloys SmCo5 Nd2Fe14B --scenario embargo --recycled Co=0.25
    """
    from .._core.columns import layouts
    from ..alloy.table import CompositionTable
    from ..report._text import cost_note, remark
    from ..supply.ledger import ledger

    table = CompositionTable.from_strings(formulas, basis=basis)
    if table.errors:
        first = table.errors[0]
        raise CompositionError(first.reason, first.text, first.position)
    shells = [(shell or [""])[0]] * len(formulas)
    shares = o.pairs(recycled, "--recycled")
    frame = ledger(table, _state(scenario, price), shares, shell=shells)
    frame.insert(0, "formula", formulas)
    _print(frame, layouts()["alloys"], as_json=json)
    if not json and (note := cost_note(table)):
        remark(note)
    _say_overdue()


# Prints on stdout, or JSON, an object a row; overdue facts go to stderr. Keys
# are those of `magnetkit.supply.tables.controls`, such as `country`,
# `elements`, `measure` and `effective`.
@supply.command()
def controls(json: o.Json = False) -> None:
    """List export controls and purchase rules, with their last known state and its date.

    Examples
    --------
      magnetkit supply controls
    """
    from ..report._tables import print_json
    from ..report._text import say
    from ..supply.tables import controls as table

    _say_overdue()
    if json:
        return print_json(table())
    for row in table().to_dict("records"):
        until = ""
        if row["until"]:
            until = f" to {row['until']}"
        say(
            "{country}, {effective}{until}: {measure}".format_map(
                row | {"until": until}
            )
        )
        say(row["elements"], "    ")
        say(
            "{status_2026_11} (as of {known_as_of}); {verification}".format_map(
                row
            ),
            "    ",
        )


_CLAIM = (
    "{topic}: {claimed} {claimed_unit} ({claimed_as_of}), today {today} {today_unit} "
    "({today_as_of})"
)
"""What is said of a common statement."""


# Prints on stdout, or JSON, an object a row. Keys are those of
# `magnetkit.supply.tables.claims`, such as `topic`, `claimed`, `today` and
# `today_as_of`.
@supply.command()
def claims(json: o.Json = False) -> None:
    """Compare common statements on US supply with today's figures, each with its date.

    Examples
    --------
      magnetkit supply claims
    """
    from ..report._tables import print_json
    from ..report._text import say
    from ..supply.tables import claims as table

    if json:
        return print_json(table())
    for row in table().to_dict("records"):
        say(_CLAIM.format_map(row))
        say(row["today_source"], "    ")


def _say_overdue() -> None:
    """Print on stderr which facts are due for a review.

    Each is a line that begins with "note:"; without any nothing is printed.
    """
    from ..supply.tables import overdue

    for late in overdue():
        message(f"note: {late}")


def _print(
    frame: "pd.DataFrame", headings: dict[str, str], *, as_json: bool
) -> None:
    """Print a table on stdout: as JSON, in a pipe as CSV, else on the terminal.

    Parameters
    ----------
    frame : pandas.DataFrame
        The table.
    headings : dict of str to str
        Heading on the terminal by column of `frame`, in the order of printing;
        CSV has these columns too, under their own names. KeyError for one that
        the frame has not.
    as_json : bool
        Print JSON, one object a line for each row, with all columns.
    """
    from .._core.columns import layouts
    from ..report._tables import number, print_json
    from ..report._text import Shown, print_csv, print_table, to_terminal

    if as_json:
        return print_json(frame)
    if not to_terminal():
        return print_csv(frame[list(headings)])
    columns = []
    first = layouts()["supply_first"]
    for place, (name, heading) in enumerate(headings.items()):
        cells = [v if isinstance(v, str) else number(v) for v in frame[name]]
        text = any(isinstance(v, str) for v in frame[name])
        columns.append(Shown(heading, cells, not text, first.get(name, place)))
    print_table("", columns)
