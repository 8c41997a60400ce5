"""``magnetkit models`` and ``magnetkit validate``."""

from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .._core.errors import InputError
from ._options import Json, Phases, Quiet, shown_in_full

if TYPE_CHECKING:
    from ..run.validation import Validation

app = typer.Typer(help="Models trained on data.", no_args_is_help=True)

PHASE_TARGET = "formation_energy_eV_atom"


def _trained_targets() -> tuple[str, ...]:
    """List the targets that have a model of their own; the distance to the hull has none.

    They are "curie_temperature_K", "formation_energy_eV_atom" and the names of
    `magnetkit._core.columns.properties`, in this order.
    """
    from .._core.columns import properties

    return (
        "curie_temperature_K",
        PHASE_TARGET,
        *(record.name for record in properties()),
    )


Data = Annotated[
    Path | None,
    typer.Option(
        help="Table to learn from in place of the built-in set: .csv, .tsv, .xlsx or .parquet with "
        "columns composition and TARGET (in the unit of its name); if known group (paper or "
        "series), source, basis (atomic or weight, the same on all rows) and learn (false: the "
        "row only tests; not for curie_temperature_K)."
    ),
]


@app.callback()
def _models() -> None:
    """Models trained on data."""


# Prints the path of each trained model on stdout; `snapshot` counts for
# energies alone. InputError for `data` without `target`.
@app.command()
@shown_in_full
def train(
    target: Annotated[
        str | None,
        typer.Argument(
            help="Target, e.g. curie_temperature_K; all if not given.",
            autocompletion=lambda incomplete: [
                t for t in _trained_targets() if t.startswith(incomplete)
            ],
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
        raise InputError(
            f"--data needs a target: one of {', '.join(_trained_targets())}"
        )
    for name in _trained_targets() if target is None else (target,):
        typer.echo(
            str(
                run(
                    name,
                    data=_source(name, data, snapshot),
                    progress=not quiet,
                )
            )
        )


def _print_validation(
    target: str, validation: "Validation", *, as_json: bool
) -> None:
    """Print the figures of a validation on stdout.

    Parameters
    ----------
    target : str
        What was predicted, such as "curie_temperature_K".
    validation : Validation
        Its ``table``, a row a model with the columns that `_print_figures`
        needs, and ``about`` are printed.
    as_json : bool
        Print JSON: the target as its only key, with a list of the rows of
        ``table``, rounded to four decimals, null for NaN; ``about`` is left
        out. Else print a sentence and a table.
    """
    from ..report._text import say

    figures = validation.table.round(4).reset_index()
    if as_json:
        records = figures.astype(object).where(figures.notna(), None)
        content = {target: records.to_dict("records")}
        typer.echo(dumps(content, ensure_ascii=False))
        return
    say(f"{target}, {validation.about}")
    _print_figures(figures)


# Prints tables on stdout, or JSON; `plot` gets a picture of rows of `data`.
# `groups`, `plot` and `learn_from` without `data`, and `data` without
# `target`, are an InputError. JSON has the target as key. Without `groups` the
# column `group` of `data` counts, else the chemical systems.
def validate(
    target: Annotated[
        str | None,
        typer.Argument(
            help="A model's target, or magnetism, magnets, grades, phases, hindcast, diffusion; "
            "with --data any column of it.",
            autocompletion=lambda incomplete: [
                t for t in _stored_figures() if t.startswith(incomplete)
            ],
        ),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            help="Your measurements: .csv, .tsv, .xlsx or .parquet with columns composition and "
            "TARGET; if known group (paper or series), source, basis (atomic or weight, the same "
            "on all rows)."
        ),
    ] = None,
    groups: Annotated[
        str | None,
        typer.Option(help="Column of --data: its rows are left out together."),
    ] = None,
    learn_from: Annotated[
        str,
        typer.Option(
            help="data: the models learn from the other groups of --data; known: from magnetkit's "
            "own set less groups and compounds of --data."
        ),
    ] = "data",
    plot: Annotated[
        Path | None,
        typer.Option(help="Parity plot of --data: .html, .png, .svg or .pdf."),
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Print the errors of predictions on measurements that were not used for training.

    Without --data these are stored figures; each table names their date. With --data every row is
    predicted by models that saw neither its group nor its compound, ExtraTrees, RandomForest and
    GaussianProcess of scikit-learn beside them.

    Examples
    --------
      magnetkit validate magnetism

      magnetkit validate hindcast --json

      magnetkit validate curie_temperature_K --data mine.csv --groups paper --plot parity.png
    """
    if data is not None:
        if target is None:
            raise InputError(
                "--data needs a target: the column of the file to validate"
            )
        from ..run.validation import validate as run

        validation = run(
            target,
            data=data,
            groups=groups,
            learn_from=learn_from,
            progress=not quiet,
        )
        if plot is not None:
            validation.plot().save(plot)
        return _print_validation(target, validation, as_json=json)
    if groups is not None or plot is not None or learn_from != "data":
        raise InputError(
            "--groups, --plot and --learn-from are of your own rows: give --data"
        )
    _print_stored(target, as_json=json)
    if not quiet and not json:
        from ..report._text import remark

        remark(
            f"in a checkout, anew: python -m benchmarks.accuracy {target or 'TARGET'}"
        )


def _print_stored(target: str | None, *, as_json: bool) -> None:
    """Print the stored figures of a target on stdout.

    Parameters
    ----------
    target : str or None
        Such as "curie_temperature_K" or "magnetism"; None for all.
    as_json : bool
        Print JSON in place of tables: by target a list of tables, dicts of
        ``date``, ``about``, ``page``, ``columns`` and ``rows``.

    Raises
    ------
    InputError
        If no figures of the target are stored.
    """
    tables_of_targets = _stored_figures()
    if target is not None and target not in tables_of_targets:
        raise InputError(
            f"no figures of {target!r} are stored, but of {', '.join(tables_of_targets)}; --data "
            "takes measurements of anything else"
        )
    if target is not None:
        tables_of_targets = {target: tables_of_targets[target]}
    if as_json:
        typer.echo(dumps(tables_of_targets, ensure_ascii=False))
        return
    for name, tables in tables_of_targets.items():
        for table in tables:
            _show(name, table)


def _stored_figures() -> dict[str, list[dict[str, Any]]]:
    """Return the tables of figures by target."""
    from ..run.validation import stored_figures

    return stored_figures()


_HEADINGS = {
    "model": "model",
    "rows": "values",
    "mean_absolute_error": "mean error",
    "pairs_in_order": "pairs",
    "coverage": "in range",
    "half_width": "half width",
    "error_gain": "gain on it",
}
"""Heading on the terminal of each figure that is shown there."""
_PRIORITIES = {"rows": 2, "half_width": 1, "coverage": 1, "pairs_in_order": 1}
"""Figures left out where the terminal is too narrow: the highest first, of equals the last column."""


def _print_figures(figures: Any) -> None:
    """Print the figures of models as a table on stdout; the gain with its range.

    `figures` is a frame with a row a model and the columns ``model``,
    ``rows``, ``mean_absolute_error``, ``pairs_in_order``, ``coverage``,
    ``half_width``, ``error_gain``, ``error_gain_lo`` and ``error_gain_hi``
    (KeyError otherwise). Numbers are printed as they are, with four digits,
    two at the ends of a range, shares not as percent. A narrow terminal shows
    fewer columns. NaN is an empty cell; a gain without a range stands
    alone.
    """
    from ..report._text import Shown, print_table

    columns = []
    for name, heading in _HEADINGS.items():
        cells = [
            "" if value != value else _cell(value) for value in figures[name]
        ]
        if name == "error_gain":
            ends = zip(
                figures["error_gain_lo"], figures["error_gain_hi"], strict=True
            )
            ranges = [
                "" if low != low else f" ({low:.2g} to {high:.2g})"
                for low, high in ends
            ]
            cells = [
                cell + text for cell, text in zip(cells, ranges, strict=True)
            ]
        columns.append(
            Shown(
                heading,
                cells,
                number=name != "model",
                priority=_PRIORITIES.get(name, 0),
            )
        )
    print_table("", columns)


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    return f"{value:.4g}"


def _show(target: str, table: dict[str, Any]) -> None:
    """Print a stored table of figures on stdout below a line of date, subject and page.

    Parameters
    ----------
    target : str
        What the figures are of.
    table : dict
        ``date``, ``about``, ``page`` (texts), ``columns`` (a list of headings)
        and ``rows`` (lists of texts, one for each heading).
    """
    from ..report._text import Shown, print_table, say

    say(
        "{target}, {date}: {about} More: {page}".format(target=target, **table)
    )
    columns = []
    for heading, *cells in zip(table["columns"], *table["rows"], strict=True):
        # A sentence may begin with a number.
        number = all(
            len(cell) < 28 and cell[:1] in "-+.0123456789" for cell in cells
        )
        columns.append(Shown(heading, cells, number, priority=0))
    print_table("", columns)


def _source(
    target: str, data: Path | None, phases: Path | None
) -> Path | None:
    """Choose the training data of a target.

    Parameters
    ----------
    target : str
        Such as "curie_temperature_K"; "formation_energy_eV_atom" is that of
        energies.
    data : Path or None
        File of the user.
    phases : Path or None
        Snapshot of phases, which counts for the target of energies alone.

    Returns
    -------
    Path or None
        `data`, or for the target of energies `phases`; None for the embedded
        data.

    Raises
    ------
    InputError
        If both are given for the target of energies.
    """
    if phases is None or target != PHASE_TARGET:
        return data
    if data is not None:
        raise InputError(
            f"{target} is trained on --data or on --snapshot, not on both"
        )
    return phases
