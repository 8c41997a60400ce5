"""``magnetkit models`` and ``magnetkit validate``."""

from json import dumps, loads
from pathlib import Path
from typing import Annotated, Any

import typer

from .._core.errors import InputError
from ._options import Json, Phases, Quiet, shown_in_full

app = typer.Typer(help="Models trained on data.", no_args_is_help=True)

PHASE_TARGET = "formation_energy_eV_atom"


def trained() -> tuple[str, ...]:
    """Return the targets; the distance to the hull follows from the formation energy."""
    from .._core.columns import properties

    return ("curie_temperature_K", PHASE_TARGET, *(record.name for record in properties()))


Data = Annotated[
    Path | None, typer.Option(help="CSV: composition, the target; group, source if known.")
]


@app.callback()
def _models() -> None:
    """Models trained on data."""


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
    snapshot: Phases = None,
    quiet: Quiet = False,
) -> None:
    """Train the surrogate of a target and store it in the cache.

    Examples
    --------
      magnetkit models train

      magnetkit models train curie_temperature_K --data mine.csv
    """
    from ..surrogates.models import train as run

    if data is not None and target is None:
        raise InputError(f"--data needs a target: one of {', '.join(trained())}")
    for name in trained() if target is None else (target,):
        typer.echo(str(run(name, data=_source(name, data, snapshot), progress=not quiet)))


def validate(
    target: Annotated[
        str | None,
        typer.Argument(
            help="A model's target, or magnetism, magnets, grades, phases, hindcast, diffusion.",
            autocompletion=lambda incomplete: [t for t in _stored() if t.startswith(incomplete)],
        ),
    ] = None,
    json: Json = False,
    data: Annotated[Path | None, typer.Option(hidden=True)] = None,
    snapshot: Annotated[Path | None, typer.Option(hidden=True)] = None,
    peers: Annotated[bool, typer.Option(hidden=True)] = True,
    quiet: Quiet = False,
) -> None:
    """Print the errors of predictions on measurements that were not used for training.

    Each table names the date of its figures. In a checkout of the source they can be computed
    again, also with your own data: python -m benchmarks.accuracy TARGET.

    Examples
    --------
      magnetkit validate magnetism

      magnetkit validate hindcast --json
    """
    from ..report._text import remark

    if data is not None or snapshot is not None or not peers:
        raise InputError(
            "magnetkit validate prints stored figures; --data, --snapshot and --no-peers are "
            "options of python -m benchmarks.accuracy TARGET in a checkout of the source"
        )
    stored = _stored()
    if target is not None and target not in stored:
        raise InputError(
            f"no figures of {target!r} are stored, but of {', '.join(stored)}; others are computed "
            "in a checkout of the source: python -m benchmarks.accuracy TARGET"
        )
    chosen = stored if target is None else {target: stored[target]}
    if json:
        return typer.echo(dumps(chosen, ensure_ascii=False))
    for name, tables in chosen.items():
        for table in tables:
            _show(name, table)
    if not quiet:
        remark(f"in a checkout, anew: python -m benchmarks.accuracy {target or 'TARGET'}")


def _stored() -> dict[str, list[dict[str, Any]]]:
    """Return the tables of figures by target."""
    from .._core.datasets import path

    return loads(path("accuracy/figures.json").read_text("utf-8"))


def _show(target: str, table: dict[str, Any]) -> None:
    """Print a stored table below its subject and the page that has all of it."""
    from ..report._text import Shown, print_table, say

    say(f"{target}, {table['date']}: {table['about']} More: {table['page']}")
    columns = []
    for heading, *cells in zip(table["columns"], *table["rows"], strict=True):
        # A sentence may begin with a number.
        number = all(len(cell) < 28 and cell[:1] in "-+.0123456789" for cell in cells)
        columns.append(Shown(heading, cells, number, priority=0))
    print_table("", columns)


def _source(target: str, data: Path | None, phases: Path | None) -> Path | None:
    """Return the training data of a surrogate: the file, or for phases the snapshot."""
    if phases is None or target != PHASE_TARGET:
        return data
    if data is not None:
        raise InputError(f"{target} is trained on --data or on --snapshot, not on both")
    return phases
