"""``magnetkit applications``: the devices known."""

from typing import Annotated

import typer

app = typer.Typer(help="Device profiles.", no_args_is_help=True)


@app.command("list")
def list_() -> None:
    """List the embedded device profiles."""
    from ..applications import load, names

    for name in names():
        typer.echo(f"{name:36s} {load(name).title}")


@app.command()
def show(name: Annotated[str, typer.Argument(help="Name of a device, or a TOML file.")]) -> None:
    """Show what a device asks of its magnet, and where each number comes from."""
    from ..applications import load

    profile = load(name)
    celsius = [t - 273.15 for t in (profile.temperature_min_K, profile.temperature_max_K)]
    typer.echo(f"{profile.name}: {profile.title}\n\n{profile.description.strip()}\n")
    typer.echo(f"Temperature     {celsius[0]:.0f} to {celsius[1]:.0f} C")
    typer.echo(f"Load line       -B/(mu0 H) = {profile.load_line:g}")
    typer.echo(f"Magnet          {profile.magnet_mass_kg:g} kg per device")
    typer.echo(f"Reference       {profile.reference.formula} ({profile.reference.grade})")
    typer.echo(f"Hosts           {', '.join(profile.hosts)}")
    typer.echo(f"Objectives      {', '.join(profile.objectives)}\n")
    for requirement in profile.requirements:
        typer.echo(f"- {requirement}\n  {requirement.status}: {requirement.source}")
