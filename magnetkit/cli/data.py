"""``magnetkit data``: embedded, fetched and pulled data."""

import typer

app = typer.Typer(help="Embedded, fetched and pulled data.", no_args_is_help=True)


@app.command("list")
def list_() -> None:
    """List the embedded files and the sets that can be fetched."""
    from ..datasets import registry, root

    typer.echo(f"Embedded in {root()}:")
    for name in registry()["files"]:
        typer.echo(f"  {name}")
    typer.echo("To fetch with `magnetkit data fetch NAME`:")
    for name, entry in registry().get("remote", {}).items():
        typer.echo(f"  {name:12s} {entry['title']} ({entry['licence']})")


@app.command()
def verify() -> None:
    """Check every embedded file against its hash."""
    from ..datasets import verify as check

    states = check()
    for name, state in states.items():
        if state != "ok":
            typer.echo(f"{name}: {state}")
    bad = sum(state != "ok" for state in states.values())
    typer.echo(f"{len(states) - bad} of {len(states)} embedded files are as published")
    if bad:
        raise typer.Exit(1)


@app.command()
def fetch(name: str = typer.Argument(help="Name of the set, e.g. curie.")) -> None:
    """Download a public data set, checked by its SHA-256."""
    from ..fetch import fetch as get

    typer.echo(str(get(name, progress=True)))
