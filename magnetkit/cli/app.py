"""The ``magnetkit`` command and its sub-commands."""

from typing import Annotated

import typer

from .._core._version import __version__
from . import data, doctor, features, models, predict, replace, screen
from ._options import shown_in_full

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_SETS = "From candidates to a choice"
_DATA = "Data and models"
_MACHINE = "This machine"


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"magnetkit {__version__}")
        raise typer.Exit


def _verbose(wanted: bool) -> None:
    if wanted:
        from ._start import be_verbose

        be_verbose()


# Runs before each command. The options act by callbacks; the body raises the
# threshold of Python's garbage collection for the whole process and stops it
# at exit.
@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_version,
            is_eager=True,
            help="Print the version.",
        ),
    ] = False,
    verbose: Annotated[
        bool,
        typer.Option(
            "--verbose",
            "-v",
            callback=_verbose,
            is_eager=True,
            help="Print logs and tracebacks.",
        ),
    ] = False,
) -> None:
    """Rank rare-earth magnet alloys that need less heavy rare earth.

    Examples
    --------
      magnetkit screen --application patriot-beam-focusing --out results

      magnetkit predict SmCo5 Nd1.8Dy0.2Fe14B --temperature 150C

      magnetkit report results

      magnetkit doctor
    """
    import atexit
    import gc

    # What imports and tables make stays: looking through it time and again is a tenth of a start,
    # and once more at the end, where all goes, half a second.
    gc.set_threshold(1_000_000)
    atexit.register(gc.freeze)


for command in (
    predict.predict,
    screen.screen,
    replace.replace,
    replace.diffuse,
    predict.curve,
    screen.suggest,
    screen.report,
    replace.grades,
    replace.calibrate,
    predict.phases,
):
    app.command(rich_help_panel=_SETS)(shown_in_full(command))
for name, group in (
    ("supply", data.supply),
    ("applications", data.applications),
    ("data", data.app),
    ("models", models.app),
    ("features", features.app),
):
    app.add_typer(group, name=name, rich_help_panel=_DATA)
app.command(rich_help_panel=_DATA)(shown_in_full(models.validate))
app.command(rich_help_panel=_MACHINE)(shown_in_full(doctor.doctor))
