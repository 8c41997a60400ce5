"""``magnetkit models`` and ``magnetkit validate``."""

from pathlib import Path
from typing import Annotated

import typer

from ._options import Group, Phases, Quiet, shown_in_full

app = typer.Typer(cls=Group, help="Models that are learnt from data.", no_args_is_help=True)

PHASE_TARGET = "formation_energy_eV_atom"
_OTHERS = ("magnetism", "magnets", "phases", "hindcast", "diffusion", "grades")


def trained() -> tuple[str, ...]:
    """Return what can be trained; the distance to the hull follows from the formation energy."""
    from ..added import properties

    return ("curie_temperature_K", PHASE_TARGET, *(record.name for record in properties()))


def validated() -> tuple[str, ...]:
    """Return what can be validated."""
    return (*trained(), *_OTHERS)


Data = Annotated[
    Path | None,
    typer.Option(help="CSV to learn from: composition, the target, and group, source if known."),
]


@app.callback()
def _models() -> None:
    """Models that are learnt from data."""


@app.command()
@shown_in_full
def train(
    target: Annotated[
        str | None,
        typer.Argument(
            help="Target, e.g. curie_temperature_K; all if not given.",
            autocompletion=lambda incomplete: [t for t in trained() if t.startswith(incomplete)],
        ),
    ] = None,
    data: Data = None,
    phases: Phases = None,
    quiet: Quiet = False,
) -> None:
    """Train the surrogate of a target and keep it in the cache.

    Examples
    --------
      magnetkit models train

      magnetkit models train curie_temperature_K --data mine.csv
    """
    from ..errors import InputError
    from ..surrogates import train as run

    if data is not None and target is None:
        raise InputError(f"--data needs a target: one of {', '.join(trained())}")
    for name in trained() if target is None else (target,):
        typer.echo(str(run(name, data=_source(name, data, phases), progress=not quiet)))


def validate(
    target: Annotated[
        str | None,
        typer.Argument(
            help="A surrogate's target, magnetism, magnets, phases, hindcast, diffusion or "
            "grades; all if not given.",
            autocompletion=lambda incomplete: [t for t in validated() if t.startswith(incomplete)],
        ),
    ] = None,
    data: Data = None,
    phases: Phases = None,
    peers: Annotated[
        bool,
        typer.Option(
            help="Beside the surrogates, the recipes that others use (magnetkit[evaluation])."
        ),
    ] = True,
    quiet: Quiet = False,
) -> None:
    """Compare models with measurements they have not seen, misses included.

    Sets that may not be shipped are read from the folder of MAGNETKIT_MIRROR where it is set.

    Examples
    --------
      magnetkit validate magnetism

      magnetkit validate hindcast

      magnetkit validate curie_temperature_K --data mine.csv
    """
    from ..errors import InputError

    if target is not None and target not in validated():
        raise InputError(f"{target!r} is not validated; use one of {', '.join(validated())}")
    for name in validated() if target is None else (target,):
        typer.echo(_validation(name, data, phases, peers, quiet))


def _source(target: str, data: Path | None, phases: Path | None) -> Path | None:
    """Return what a surrogate learns from: the file, or the snapshot where phases are learnt."""
    from ..errors import InputError

    if phases is None or target != PHASE_TARGET:
        return data
    if data is not None:
        raise InputError(f"{target} is learnt from --data or from --phases, not from both")
    return phases


def _validation(
    target: str, data: Path | None, snapshot: Path | None, peers: bool, quiet: bool
) -> str:
    if target == "magnetism":
        from ..evaluation.magnetism.validation import validate as physics

        done = physics(report=lambda text: None if quiet else typer.echo(text, err=True))
        return done.attrs["report"]
    if target == "diffusion":
        from ..evaluation.diffusion.validation import validate as diffusion

        return diffusion(
            report=lambda text: None if quiet else typer.echo(text, err=True)
        ).to_text()
    if target == "phases":
        from ..evaluation.phases.validation import validate as phases

        return phases(snapshot, report=lambda text: typer.echo(text, err=True)).to_text()
    if target == "grades":
        from ..evaluation.magnetism.sheets import compared
        from ..evaluation.magnetism.sheets import report as page

        return page(compared()).rstrip()
    if target == "magnets":
        from ..evaluation.magnetism.left_out import report as magnets

        return magnets().rstrip()
    if target == "hindcast":
        from ..evaluation.hindcast import hindcast, report

        return report(hindcast()).rstrip()
    from ..evaluation.surrogates.validation import validate as surrogate

    learnt = _source(target, data, snapshot)
    return surrogate(target, data=learnt, progress=not quiet, peers=peers).to_markdown()
