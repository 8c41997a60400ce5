"""``magnetkit data``: embedded, fetched and pulled data."""

import warnings
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import Json, Quiet

if TYPE_CHECKING:
    from ..phases.snapshot import Snapshot

Systems = Annotated[
    list[str] | None,
    typer.Argument(help="Chemical systems, e.g. Sm-Co Nd-Fe-B; subsystems come along."),
]
For = Annotated[
    str | None,
    typer.Option(
        "--application",
        metavar="NAME",
        help="Device whose substitutes are pulled: every system of four of their elements.",
    ),
]
KeyFromEnv = Annotated[
    bool,
    typer.Option(
        "--key-from-env",
        help="Read the key from MP_API_KEY. This is always so: a key in the command would be "
        "seen by others.",
    ),
]
Endpoint = Annotated[
    str | None, typer.Option(help="Address of the server; else MP_API_ENDPOINT or the public one.")
]
ThermoType = Annotated[
    str | None, typer.Option(help="Scheme of the energies: GGA_GGA+U, GGA_GGA+U_R2SCAN, R2SCAN.")
]
Refresh = Annotated[bool, typer.Option("--refresh", help="Ask again even if it is in the cache.")]

app = typer.Typer(help="Embedded, fetched and pulled data.", no_args_is_help=True)


@app.command("list")
def list_(json: Json = False) -> None:
    """List the embedded files and the sets that can be fetched.

    Examples
    --------
      magnetkit data list
    """
    from ..datasets import registry, root

    if json:
        for kind in ("files", "remote"):
            for name, entry in registry().get(kind, {}).items():
                typer.echo(dumps({"name": name, "embedded": kind == "files", **entry}))
        return
    typer.echo(f"Embedded in {root()}:")
    for name in registry()["files"]:
        typer.echo(f"  {name}")
    typer.echo("To fetch with `magnetkit data fetch NAME`:")
    for name, entry in registry().get("remote", {}).items():
        typer.echo(f"  {name:12s} {entry['title']} ({entry['licence']})")


@app.command()
def verify(json: Json = False) -> None:
    """Check every embedded file against its hash.

    Examples
    --------
      magnetkit data verify
    """
    from ..datasets import verify as check

    states = check()
    if json:
        for name, state in states.items():
            typer.echo(dumps({"name": name, "state": state}))
        raise typer.Exit(any(state != "ok" for state in states.values()))
    for name, state in states.items():
        if state != "ok":
            typer.echo(f"{name}: {state}")
    bad = sum(state != "ok" for state in states.values())
    typer.echo(f"{len(states) - bad} of {len(states)} embedded files are as published")
    if bad:
        raise typer.Exit(1)


@app.command()
def fetch(
    name: Annotated[str, typer.Argument(help="Name of the set, e.g. curie.")],
    quiet: Quiet = False,
) -> None:
    """Download a public data set and those that belong to it, checked by SHA-256; print where.

    Examples
    --------
      magnetkit data fetch curie
    """
    from ..fetch import fetch as get
    from ..fetch import parts

    for part in parts(name):
        typer.echo(str(get(part, progress=not quiet)))


@app.command()
def pull(
    systems: Systems = None,
    application: For = None,
    key_from_env: KeyFromEnv = True,
    endpoint: Endpoint = None,
    thermo_type: ThermoType = None,
    refresh: Refresh = False,
    quiet: Quiet = False,
) -> None:
    """Pull phases from the Materials Project into the cache; print the snapshot's folder.

    Examples
    --------
      magnetkit data pull Sm-Co Nd-Fe-B Sm-Co-Fe-Cu-Zr --key-from-env

      magnetkit data pull --application f22-engine
    """
    wanted = _systems(systems, application)
    typer.echo(str(_pulled(wanted, endpoint, thermo_type, refresh, quiet).folder))


@app.command()
def freeze(
    out: Annotated[Path, typer.Option(help="Folder of the snapshot to write.")],
    systems: Systems = None,
    application: For = None,
    cif: Annotated[
        Path | None, typer.Option(help="Also write the crystals as CIF files into this folder.")
    ] = None,
    poscar: Annotated[
        Path | None, typer.Option(help="The same as POSCAR files, as VASP reads them.")
    ] = None,
    key_from_env: KeyFromEnv = True,
    endpoint: Endpoint = None,
    thermo_type: ThermoType = None,
    refresh: Refresh = False,
    quiet: Quiet = False,
) -> None:
    """Write a pull as a snapshot folder for --phases; pull what is not in the cache.

    Examples
    --------
      magnetkit data freeze Sm-Co Nd-Fe-B --out phases
    """
    from ..phases import write_snapshot
    from ..phases.crystal_files import write_cifs, write_poscars

    wanted = _systems(systems, application)
    pulled = _pulled(wanted, endpoint, thermo_type, refresh, quiet)
    typer.echo(str(write_snapshot(out, pulled.entries, pulled.manifest, pulled.structures())))
    if cif is not None:
        write_cifs(pulled, cif)
    if poscar is not None:
        write_poscars(pulled, poscar)


@app.command()
def diff(
    before: Annotated[Path, typer.Argument(help="Snapshot folder, or `embedded`.")],
    after: Annotated[Path, typer.Argument(help="Snapshot folder, or `embedded`.")],
    application: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Device whose candidates are ranked on both; who moved is named."
        ),
    ] = None,
    top: Annotated[int, typer.Option(min=1, help="Best candidates to compare.")] = 50,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Show what moved between two snapshots: phases new, gone or moved by over 10 meV/atom.

    Examples
    --------
      magnetkit data diff embedded phases

      magnetkit data diff phases-2024 phases-2025 --application f22-engine
    """
    from ..phases import differences
    from ..show.tables import print_json

    sides = [None if str(path) == "embedded" else path for path in (before, after)]
    found = differences(*sides)
    if json:
        print_json(found)
    else:
        counts = found["change"].value_counts()
        told = ", ".join(f"{counts.get(c, 0)} {c}" for c in ("new", "gone", "moved"))
        typer.echo(f"{told} by more than 10 meV/atom, over the elements that both have")
        for _, row in found[found["change"] == "moved"].iterrows():
            was, now = (1000.0 * row[f"energy_above_hull_eV_atom{e}"] for e in ("_before", ""))
            typer.echo(f"  {row['formula']:20s} {was:8.1f} -> {now:8.1f} meV/atom above the hull")
    if application is not None:
        _moved(application, sides, top, json, quiet)


def _moved(application: str, sides: "list[Path | None]", top: int, json: bool, quiet: bool) -> None:
    """Rank a device's candidates on both snapshots; print whose status or rank changed."""
    from ..screening import screen
    from ..show.tables import print_changes, print_json

    old, new = (screen(None, application, snapshot=side, progress=not quiet) for side in sides)
    changed = new.changes(old, top)
    changed = changed[changed["change"] != "stayed"]
    if json:
        print_json(changed)
    elif changed.empty:
        typer.echo(f"the first {top} of {application} are the same on both")
    else:
        print_changes(changed, top)


def _systems(systems: list[str] | None, application: str | None) -> list[str]:
    """Return the systems named, and those that a device's substitutes touch."""
    from ..applications import load
    from ..composition.notation import read_amounts
    from ..errors import InputError
    from ..phases import touched_systems

    found = list(systems or [])
    if application is not None:
        for part in load(application).space:
            elements = {*read_amounts(part.formula)[0], *part.replace}
            for others in part.replace.values():
                elements.update(others)
            found += touched_systems(elements)
    if not found:
        raise InputError("name chemical systems such as Sm-Co, or a device by --application")
    return sorted(set(found))


def _pulled(
    systems: list[str], endpoint: str | None, thermo_type: str | None, refresh: bool, quiet: bool
) -> "Snapshot":
    from ..phases.materials_project.pull import pull_snapshot
    from ..show.tables import message

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", UserWarning)
        pulled = pull_snapshot(
            systems,
            endpoint=endpoint,
            thermo_type=thermo_type,
            refresh=refresh,
            progress=not quiet,
        )
    for warning in told:
        message(f"warning: {warning.message}")
    if not quiet:
        facts = pulled.manifest
        message(
            f"{len(pulled.entries)} phases of {', '.join(facts['query']['systems'])}: "
            f"{facts['thermo_type']} energies, database {facts['database_version']}, "
            f"pulled {facts['date']}"
        )
    return pulled
