"""Options that several commands share."""

import glob
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import typer


def _named(folder: str) -> Callable[[str], list[str]]:
    """Return what completes the name of an embedded TOML file; reads the folder alone."""

    def complete(start: str) -> list[str]:
        from ..datasets import root

        return sorted(f.stem for f in (root() / folder).glob(f"{glob.escape(start)}*.toml"))

    return complete


Application = Annotated[
    str | None,
    typer.Option(
        help="Device: a name of `magnetkit applications list`, or a TOML file; without one, "
        "--require, --reference and --temperature say what is wanted.",
        autocompletion=_named("applications"),
    ),
]
ApplicationName = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        help="Name of a device, or a TOML file.",
        autocompletion=_named("applications"),
    ),
]
Folder = Annotated[
    Path, typer.Argument(metavar="DIR", help="Results folder of `magnetkit screen`.")
]
Basis = Annotated[Literal["auto", "atomic", "weight"], typer.Option(help="What the amounts are.")]
Column = Annotated[
    str | None, typer.Option(help="Composition column; `composition` or the only text otherwise.")
]

ElementColumns = Annotated[
    bool,
    typer.Option("--element-columns", help="One column per element, e.g. Nd, Dy, Fe, B."),
]


def composition_of(column: str | None, element_columns: bool) -> str | None:
    """Return the composition column that two options name.

    Raises
    ------
    InputError
        If both are given.
    """
    from ..composition.columns_of_elements import ELEMENT_COLUMNS
    from ..errors import InputError

    if not element_columns:
        return column
    if column is not None:
        raise InputError("give --column or --element-columns, not both")
    return ELEMENT_COLUMNS


def with_unit(text: str | None) -> str | None:
    """Refuse a temperature without its unit.

    Raises
    ------
    InputError
        If a part of the text is a bare number, or there is no text.
    """
    from ..errors import InputError

    if text is not None and not text.strip():
        raise InputError("--temperature is empty; give a temperature such as 150C")
    parts = [] if text is None else text.split(",")
    ends = [end for part in parts for end in part.split(":")[:2]]
    for end in ends:
        try:
            number = float(end)
        except ValueError:
            continue
        raise InputError(f"temperature {end}: {number:g}C or {number:g}K? Say which, e.g. 150C")
    return text


Temperature = Annotated[
    str | None,
    typer.Option(metavar="TEMPERATURE", callback=with_unit, help="Temperature, e.g. 150C or 423K."),
]
Process = Annotated[
    str | None, typer.Option(metavar="NAME", help="Mill of `magnetkit calibrate` that makes them.")
]
LoadLine = Annotated[
    float | None,
    typer.Option(metavar="NUMBER", help="Permeance coefficient -B / (mu0 H) of the magnet."),
]
Outside = Annotated[
    float | None,
    typer.Option(
        "--outside-field", metavar="NUMBER", help="Field against the magnetization, kA/m."
    ),
]
Hours = Annotated[
    float | None, typer.Option(metavar="NUMBER", help="Time of use at the temperature, h.")
]
Columns = Annotated[
    str | None, typer.Option(metavar="NAMES", help="Columns to print, e.g. rank,candidate.")
]
Wide = Annotated[
    bool, typer.Option("--wide", help="Print all columns, however wide the terminal is.")
]
Shell = Annotated[str | None, typer.Option(help="Grain-boundary shell, e.g. 'Tb 0.5 wt%'.")]
Shells = Annotated[
    list[str] | None,
    typer.Option(
        "--shell",
        metavar="SHELL",
        help="Grain-boundary shell of all candidates, e.g. 'Tb 0.5 wt%'; with --host, one to try "
        "on the host beside its space (repeat).",
    ),
]
Strict = Annotated[
    bool, typer.Option("--strict", help="Fail on the first candidate that cannot be read.")
]
Phases = Annotated[
    Path | None,
    typer.Option(
        "--phases",
        metavar="SNAPSHOT",
        help="Snapshot folder to take phases from, as `magnetkit data freeze` writes it.",
    ),
]
Scenario = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Supply scenario, a name or a TOML file.",
        autocompletion=_named("supply/scenarios"),
    ),
]
Recycled = Annotated[
    list[str] | None,
    typer.Option(
        metavar="ELEMENT=SHARE", help="Share that is recycled, e.g. Co=0.25; may be repeated."
    ),
]
Prices = Annotated[
    list[str] | None,
    typer.Option(
        "--price", metavar="ELEMENT=FACTORx", help="Times its price, e.g. Tb=3x; may be repeated."
    ),
]
ReferenceMagnet = Annotated[
    str | None,
    typer.Option("--reference", help="Composition of today's magnet, instead of the device's."),
]
Require = Annotated[
    list[str] | None,
    typer.Option(
        metavar="REQUIREMENT",
        help="A requirement more, e.g. 'remanence_T>=0.98*reference' or 'coercivity_kA_m>=800 at "
        "150C'; may be repeated.",
    ),
]
Objectives = Annotated[
    list[str] | None,
    typer.Option(
        "--objective",
        metavar="COLUMN:min|max[=WEIGHT]",
        help="Rank by this instead of the device's objectives, e.g. cost:min=2; may be repeated.",
    ),
]
Baseline = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR", help="Results folder to hold the ranking against: entries, exits and moves."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]
Cgs = Annotated[bool, typer.Option("--cgs", help="Show kG, kOe and MGOe.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print no progress.")]


def a_path(text: str | Path) -> Path:
    """Read the path of a folder; an empty text would be the current one.

    Raises
    ------
    typer.BadParameter
        If it is empty.
    """
    if not str(text).strip():
        raise typer.BadParameter("it is empty; expected a folder, e.g. --out results")
    return Path(text)


def a_place(text: str | Path) -> Any:
    """Read the path of a folder, or the URL of one in a store, which stays a text."""
    from ..files import is_url

    return text if is_url(text) else a_path(text)


def pairs(texts: list[str] | None, option: str) -> dict[str, float]:
    """Read ``Element=number`` options.

    Raises
    ------
    InputError
        If one is of another form.
    """
    return _read_pairs(texts, option, lambda number: number, "Dy=0.2")


def factors(texts: list[str] | None, option: str) -> dict[str, float]:
    """Read ``Element=factor`` options; the factor may end in an x, as in ``Tb=3x``.

    Raises
    ------
    InputError
        If one is of another form.
    """
    return _read_pairs(texts, option, lambda number: number.rstrip().removesuffix("x"), "Tb=3x")


def _read_pairs(
    texts: list[str] | None, option: str, number_of: Callable[[str], str], example: str
) -> dict[str, float]:
    from ..errors import InputError

    result = {}
    for text in [part for given in texts or [] for part in given.split(",")]:
        name, _, number = text.partition("=")
        try:
            result[name.strip()] = float(number_of(number))
        except ValueError:
            raise InputError(
                f"{option} {text!r}: expected Element=number, e.g. {example}"
            ) from None
    return result


MeasuredInstead = Annotated[
    Path | None,
    typer.Option(
        "--data",
        help="CSV of measured Curie temperatures (composition, curie_temperature_K, group, source) "
        "to learn from instead of everything else.",
    ),
]
MeasuredBeside = Annotated[
    Path | None,
    typer.Option(
        "--add",
        help="CSV of measured Curie temperatures (composition, curie_temperature_K, group, source) "
        "whose rows stand beside what is known otherwise.",
    ),
]
