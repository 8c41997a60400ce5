"""``magnetkit applications``: the devices known."""

from typing import TYPE_CHECKING, Annotated

import typer

from .options import ApplicationName, Json

if TYPE_CHECKING:
    from .._toml import Evidence

_LISTED = {"name", "title", "temperature_min_K", "temperature_max_K", "hosts"}

app = typer.Typer(help="Device profiles.", no_args_is_help=True)


@app.command("list")
def list_(json: Json = False) -> None:
    """List the embedded device profiles: temperature range of the magnet, hosts, what it is.

    Examples
    --------
      magnetkit applications list
    """
    from ..applications import load, names

    for name in names():
        profile = load(name)
        if json:
            typer.echo(profile.model_dump_json(include=_LISTED))
            continue
        low, high = (t - 273.15 for t in (profile.temperature_min_K, profile.temperature_max_K))
        hosts = ", ".join(profile.hosts)
        typer.echo(f"{name:26s}{low:4.0f} to {high:3.0f} °C  {hosts:18s}{profile.title}")


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Its name, e.g. my-pump; also that of the file.")],
) -> None:
    """Write a profile of your own device to fill in: commented, and valid as it stands.

    Examples
    --------
      magnetkit applications new my-pump
    """
    from pathlib import Path

    from .. import applications
    from .._toml import write_new
    from ..show.tables import message

    template = Path(applications.__file__).with_name("new.toml")
    message(f"see {write_new(name, template, Path.cwd())}")


@app.command()
def show(name: ApplicationName, json: Json = False) -> None:
    """Show what a device asks of its magnet, and where each number comes from.

    Examples
    --------
      magnetkit applications show aviation-actuator

      magnetkit applications show my-device.toml --json
    """
    from ..applications import load
    from ..composition import substitutions
    from ..show.terminal import say

    profile = load(name)
    if json:
        typer.echo(profile.model_dump_json())
        return
    reference = profile.reference
    low, high = (t - 273.15 for t in (profile.temperature_min_K, profile.temperature_max_K))
    shell = f" + {reference.shell}" if reference.shell else ""
    typer.echo(f"{profile.name}: {profile.title}\n")
    say(" ".join(profile.description.split()))
    typer.echo()
    _say("Temperature", f"{low:.0f} to {high:.0f} °C", profile.sources.temperature)
    _say("Load line", f"-B/(mu0 H) = {profile.load_line:g}", profile.sources.load_line)
    if profile.sources.outside_field is not None:
        field = f"{profile.outside_field_kA_m:g} kA/m against the magnet"
        _say("Outside field", field, profile.sources.outside_field)
    _say("Magnet", f"{profile.magnet_mass_kg:g} kg per device", profile.sources.magnet_mass)
    _say("Today's magnet", f"{reference.formula}{shell} ({reference.grade})", reference)
    say(", ".join(profile.hosts), "Hosts           ")
    say(profile.atmosphere, "Surroundings    ")
    say(", ".join(profile.objectives), "Objectives      ")
    typer.echo(f"\nRequirements, at {profile.temperature_K - 273.15:.0f} °C where none is named")
    for requirement in profile.requirements:
        _say("", str(requirement), requirement)
    if profile.space:
        typer.echo("\nDefault candidates")
    for part in profile.space:
        swaps = "; ".join(f"{site} = {', '.join(by)}" for site, by in part.replace.items())
        space = substitutions(part.formula, part.replace, step=part.step, limits=part.limits)
        shells = f", {len(part.shell)} shells" if part.shell else ""
        say(f"{part.formula}: {swaps} ({len(space):,}{shells})", f"  {part.host:7s}")


def _say(heading: str, text: str, evidence: "Evidence") -> None:
    from ..show.terminal import say

    say(text, f"{heading:16s}" if heading else "- ")
    say(f"{evidence.status}: {evidence.source}", " " * (16 if heading else 2))
