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
    list[str], typer.Argument(help="Chemical systems, e.g. Sm-Co Nd-Fe-B; subsystems come along.")
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
    systems: Systems,
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
    """
    typer.echo(str(_pulled(systems, endpoint, thermo_type, refresh, quiet).folder))


@app.command()
def freeze(
    systems: Systems,
    out: Annotated[Path, typer.Option(help="Folder of the snapshot to write.")],
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

    pulled = _pulled(systems, endpoint, thermo_type, refresh, quiet)
    typer.echo(str(write_snapshot(out, pulled.entries, pulled.manifest, pulled.structures())))
    if cif is not None:
        write_cifs(pulled, cif)
    if poscar is not None:
        write_poscars(pulled, poscar)


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
