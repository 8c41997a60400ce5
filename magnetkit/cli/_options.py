"""Options shared by commands, and those made from `Conditions`."""

import glob
import inspect
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from dataclasses import Field
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from .._core._progress import message
from .._core.errors import InputError
from ..magnetism.conditions import GROUPS, condition_fields

if TYPE_CHECKING:
    import pandas as pd


_WRITTEN = (".csv", ".tsv", ".parquet", ".xlsx", ".jsonl")
OUTPUT = "Output"
RUN = "The run"
"""Headings of options."""


def option(*words: str, panel: str | None = None, **kind: Any) -> Any:
    """Build an option of Typer from its names, where these are not the parameter's, and its help.

    `words` are the names such as "--json", if any, and last the help, at least
    that. `panel` is the heading below which help shows it; `kind` are other
    arguments of ``typer.Option``.

    The result stands in ``Annotated[type, ...]`` of a command's parameter.
    """
    *names, meaning = words
    return typer.Option(*names, help=meaning, rich_help_panel=panel, **kind)


def hidden_option(*words: str, panel: str | None = None, **kind: Any) -> Any:
    """Build an option that only ``--help-all`` shows; arguments are those of `option`."""
    return option(*words, panel=panel, hidden=True, **kind)


def _completion(folder: str) -> Callable[[str], list[str]]:
    """Build the function that completes names of the TOML files in an embedded folder.

    Parameters
    ----------
    folder : str
        Folder of the embedded data, such as "applications" or
        "supply/scenarios".

    Returns
    -------
    callable
        Takes the start of a name and returns the names that begin so, sorted, without suffix. A
        folder that does not exist has none.
    """

    def complete(start: str) -> list[str]:
        """Return the names, sorted and without ".toml", of files in `folder` that begin with `start`."""
        from .._core.datasets import root

        return sorted(
            f.stem
            for f in (root() / folder).glob(f"{glob.escape(start)}*.toml")
        )

    return complete


_device = _completion("applications")
Application = Annotated[
    str | None,
    option(
        "Device of `magnetkit applications list`, or a file; else --require, --reference, "
        "--temperature.",
        metavar="NAME|FILE",
        autocompletion=_device,
    ),
]
ApplicationName = Annotated[
    str,
    typer.Argument(
        metavar="NAME", help="A device, or a file.", autocompletion=_device
    ),
]
Folder = Annotated[
    Path, typer.Argument(metavar="DIR", help="Results of `magnetkit screen`.")
]
Basis = Annotated[
    Literal["auto", "atomic", "weight"], option("What the amounts are.")
]
Sheet = Annotated[
    str | None,
    hidden_option("Sheet of a workbook; the first otherwise.", metavar="NAME"),
]
HeaderRow = Annotated[
    int | None,
    hidden_option("Row of the header, where it is not found.", min=1),
]
Column = Annotated[
    str | None,
    hidden_option(
        "Composition column, if not `composition` or the only text."
    ),
]

ElementColumns = Annotated[
    bool,
    hidden_option(
        "--element-columns", "One column per element, e.g. Nd, Dy, Fe, B."
    ),
]


def read_sources(formulas: Sequence[str]) -> Any:
    """Choose what to read from the arguments of a command.

    Parameters
    ----------
    formulas : sequence of str
        Recipes, one path of a table, or "-" alone. A path is a text with the
        ending of a table, or the name of a file that is there.

    Returns
    -------
    list of str or str
        Recipes; the path of a table; for "-" the lines of stdin, which is read
        here, without blanks at their ends; empty ones are left out.

    Raises
    ------
    InputError
        If a path or "-" stands among others.
    """
    from ..alloy._read import is_path

    alone = len(formulas) == 1
    sources = [text for text in formulas if text == "-" or is_path(text)]
    if sources and not alone:
        raise InputError(
            f"give recipes, or one file, or -; got {sources[0]!r} among others"
        )
    if "-" in formulas:
        lines = [line.strip() for line in sys.stdin]
        return [line for line in lines if line]
    if sources:
        return formulas[0]
    return list(formulas)


def on_sheet(table: Any, sheet: str | None, header_row: int | None) -> Any:
    """Append sheet and header row of two options to the path of a table, as ``FILE#SHEET:ROW``.

    Parameters
    ----------
    table : str or Path
        Path of the table, without sheet or row of its own.
    sheet : str or None
        Name of a sheet.
    header_row : int or None
        Row of the header, from 1.

    Returns
    -------
    str or Path
        Of the type of `table`, such as "parts.xlsx#Motors:3",
        "parts.xlsx#Motors" or "parts.xlsx#:3"; without both options `table`
        itself, whatever it is.

    Raises
    ------
    InputError
        If one is given and the file is no workbook (.xlsx, in any case).
    """
    if sheet is None and header_row is None:
        return table
    if not str(table).lower().endswith(".xlsx"):
        raise InputError(
            "--sheet and --header-row are of a workbook, a file ending in .xlsx"
        )
    place = f"{table}#{sheet or ''}{'' if header_row is None else f':{header_row}'}"
    if isinstance(table, Path):
        return Path(place)
    return place


def composition_column(
    column: str | None, element_columns: bool
) -> str | None:
    """Return the value of ``--column``, or the mark that stands for one column per element.

    `column` is None where ``--column`` was not given; `element_columns` says
    whether ``--element-columns`` was. InputError if both were.

    The mark is `magnetkit.alloy._element_columns.ELEMENT_COLUMNS`; None if
    neither was given.
    """
    from ..alloy._element_columns import ELEMENT_COLUMNS

    if not element_columns:
        return column
    if column is not None:
        raise InputError("give --column or --element-columns, not both")
    return ELEMENT_COLUMNS


def single_shell(shells: Sequence[str] | None, why: str) -> str | None:
    """Return the only shell that is given.

    Parameters
    ----------
    shells : sequence of str or None
        Texts such as "Tb 0.4 wt%".
    why : str
        Message of the error for several, a full sentence.

    Returns
    -------
    str or None
        The shell as given; None for None or an empty sequence.

    Raises
    ------
    InputError
        If there are several.
    """
    if len(shells or ()) > 1:
        raise InputError(why)
    if shells:
        return shells[0]
    return None


def with_unit(text: str | None) -> str | None:
    """Check that a text of temperatures names their units, and return it unchanged.

    Parameters
    ----------
    text : str or None
        Temperatures such as "150C", "20C,100C" or "20C:200C:10" (first, last,
        step); the step needs no unit. None passes, and so does whatever is no
        bare number, such as "300F" or "hot".

    Returns
    -------
    str or None

    Raises
    ------
    InputError
        If the text is empty, or a temperature has no unit.
    """
    if text is not None and not text.strip():
        raise InputError(
            "--temperature is empty; give a temperature such as 150C"
        )
    ends = []
    for part in (text or "").split(","):
        ends += part.split(":")[:2]
    for end in ends:
        try:
            number = float(end)
        except ValueError:
            continue
        raise InputError(
            f"temperature {end}: {number:g}C or {number:g}K? Say which, e.g. 150C"
        )
    return text


Columns = Annotated[
    str | None,
    hidden_option(
        "Columns to print, e.g. rank,candidate.", metavar="NAMES", panel=OUTPUT
    ),
]
Everything = Annotated[
    bool,
    hidden_option("--all", "Print all columns, however wide.", panel=OUTPUT),
]
Shells = Annotated[
    list[str] | None,
    option(
        "--shell",
        "Diffused shell, e.g. 'Tb 0.5 wt%'; with --host one to try on it; repeat.",
        metavar="SHELL",
        panel=GROUPS["magnet"],
    ),
]
Strict = Annotated[
    bool,
    hidden_option(
        "--strict", "Fail on the first row that cannot be used.", panel=RUN
    ),
]
ReferenceMagnet = Annotated[
    str | None,
    option(
        "--reference",
        "Today's magnet, instead of the device's.",
        metavar="RECIPE",
    ),
]
Require = Annotated[
    list[str] | None,
    option(
        "E.g. 'remanence_T>=0.98*reference', 'coercivity_kA_m>=800 at 150C'; repeat.",
        metavar="REQUIREMENT",
    ),
]
Objectives = Annotated[
    list[str] | None,
    option(
        "--objective",
        "Instead of the device's, e.g. cost:min=2; repeat.",
        metavar="COLUMN:min|max",
    ),
]
Json = Annotated[
    bool, option("--json", "Print JSON, one object a line.", panel=OUTPUT)
]
Units = Annotated[
    Literal["si", "cgs"] | None,
    option(
        "Of tables, else as MAGNETKIT_UNITS; cgs: kG, kOe, MGOe.", panel=OUTPUT
    ),
]
Force = Annotated[
    bool,
    option("--force", "Replace the finished results in --out.", panel=OUTPUT),
]
Quiet = Annotated[
    bool, option("--quiet", "-q", "Print no progress.", panel=OUTPUT)
]
Top = Annotated[int, option("Candidates to print.", min=0, panel=OUTPUT)]
Mass = Annotated[float, hidden_option("Mass of one magnet, kg.", metavar="KG")]
PerYear = Annotated[
    int | None, option("Magnets, or devices, a year.", min=1, panel=OUTPUT)
]
Recipe = Annotated[
    str | None, option("What the grade is made of, if known; else estimated.")
]


def a_place(text: str | Path) -> Any:
    """Convert the text of an option to a path, or return the URL of a folder in a store as text.

    A URL is any text with "://", such as "s3://bucket/run", which is returned
    as it is; any other `text` becomes a `Path`. Whether it exists is not
    checked. An empty text, or one of blanks, is a typer.BadParameter, an error
    of usage.
    """
    from .._core._files import is_url

    # An empty text would be the current folder.
    if not str(text).strip():
        raise typer.BadParameter(
            "it is empty; expected a folder, e.g. --out results"
        )
    if is_url(text):
        return text
    return Path(text)


Place = Annotated[
    Any,
    option(
        "Folder for the results, or its URL, e.g. s3://bucket/run.",
        parser=a_place,
        metavar="PATH|URL",
        panel=OUTPUT,
    ),
]


def check_out(out: Path) -> None:
    """Raise InputError if `out` has no suffix that can be written, or no file can be written there.

    Suffixes are .csv, .tsv, .parquet, .xlsx and .jsonl, in any case. The
    folder of `out` must exist; a file that is there passes. The message names
    the option ``--out``.
    """
    if out.suffix.lower() not in _WRITTEN:
        raise InputError(
            f"--out {out}: expected a file ending in {', '.join(_WRITTEN)}"
        )
    check_folder(out)


def check_folder(out: Path) -> None:
    """Check that a file can be written at the path `out`: its folder exists, and no folder is there.

    InputError otherwise; the message names the option ``--out``. A file that is
    there passes. Nothing is written.
    """
    from .._core._files import describe_no_file

    if kind := describe_no_file(Path(os.path.realpath(out))):
        raise InputError(f"--out {out}: it is {kind}; name a file")
    if not out.parent.is_dir():
        raise InputError(
            f"--out {out}: no file can be written there; check the folder"
        )


def pairs(
    texts: list[str] | None, option: str, kind: type = float
) -> dict[str, Any]:
    """Read the texts ``Element=value`` of an option into a dictionary.

    Parameters
    ----------
    texts : list of str or None
        Each may hold several pairs, separated by commas, such as
        "Dy=0.2,Tb=0.1". Blanks around a name or value are dropped.
    option : str
        Name of the option for messages, such as "--limit".
    kind : callable
        Converts the text of each value, empty where there is no "="; ValueError
        means that it cannot.

    Returns
    -------
    dict of str to object
        By the text before "=", values that `kind` returned. Empty for None. Names
        are not checked.

    Raises
    ------
    InputError
        If a value cannot be converted, or an element is given twice.
    """
    result: dict[str, Any] = {}
    parts: list[str] = []
    for text_of_pairs in texts or []:
        parts += text_of_pairs.split(",")
    for text in parts:
        name, _, value = map(str.strip, text.partition("="))
        if name in result:
            raise InputError(f"{option}: {name} is given twice; give it once")
        try:
            result[name] = kind(value)
        except ValueError:
            raise InputError(
                f"{option} {text!r}: expected Element=number, e.g. Dy=0.2"
            ) from None
    return result


def substitutes(texts: Sequence[str], option: str) -> dict[str, list[str]]:
    """Read the texts ``Element=Substitute,...`` of an option.

    Parameters
    ----------
    texts : sequence of str
        Such as "Nd=Ce,La".
    option : str
        Name of the option for messages, such as "--replace".

    Returns
    -------
    dict of str to list of str
        Substitutes by element, such as ``{"Nd": ["Ce", "La"]}``, without
        blanks. Symbols are not checked; "Nd=Ce,,La" gives an empty one.

    Raises
    ------
    InputError
        If a text has another form, or an element is given twice.
    """
    sites: dict[str, list[str]] = {}
    for text in texts:
        site, _, texts_of_substitutes = map(str.strip, text.partition("="))
        if not site or not texts_of_substitutes:
            raise InputError(
                f"{option} {text!r}: expected Element=Substitute,..., e.g. Nd=Ce,La"
            )
        if site in sites:
            raise InputError(
                f"{option}: {site} is given twice; give it once, e.g. Nd=Ce,La"
            )
        sites[site] = [
            symbol.strip() for symbol in texts_of_substitutes.split(",")
        ]
    return sites


# Types of the options that are no texts, what else Typer is told of one, and how a text is read,
# where the text itself is not the value.
_TYPES: dict[str, Any] = {
    **dict.fromkeys(
        ("load_line", "outside_field_kA_m", "hours", "interval"), float | None
    ),
    **dict.fromkeys(("shell", "recycled", "prices"), list[str] | None),
    **dict.fromkeys(("snapshot", "data", "add"), Path | None),
}
_TOLD: dict[str, dict[str, Any]] = {
    "temperature": {"callback": with_unit},
    "scenario": {"autocompletion": _completion("supply/scenarios")},
}
_READ: dict[str, Callable[[Any], Any]] = {
    "between": lambda text: tuple((with_unit(text) or "").split(",")),
    "shell": lambda texts: texts[0] if len(texts) == 1 else texts,
    "recycled": lambda texts: pairs(texts, "--recycled"),
    "prices": lambda texts: pairs(texts, "--price", str),
}


def condition_option(one: "Field[Any]") -> Any:
    """Build the annotation of the command-line option for a field of `Conditions`.

    `one` is the field as `dataclasses.fields` gives it; its metadata have
    ``option``, ``meaning``, ``example``, ``metavar`` (texts), ``group`` (a key
    of `magnetkit.magnetism.conditions.GROUPS`) and ``common`` (a bool: others
    are hidden). The result is ``Annotated[type, option]`` for Typer. The type
    is ``float | None``, ``list[str] | None``, ``Path | None`` or else ``str |
    None``. It sets no default.
    """
    facts = one.metadata
    example = f"; {facts['example']}" if facts["example"] else ""
    result = option(
        facts["option"],
        f"{facts['meaning']}{example}.".replace("``", ""),
        metavar=facts["metavar"],
        panel=GROUPS[facts["group"]],
        hidden=not facts["common"],
        **_TOLD.get(one.name, {}),
    )
    return Annotated[_TYPES.get(one.name, str | None), result]


_MADE = {one.name: condition_option(one) for one in condition_fields(*GROUPS)}
_NAMES = {
    one.name: one.metadata["option"] for one in condition_fields(*GROUPS)
}
Temperature = _MADE["temperature"]
Scenario = _MADE["scenario"]
Recycled = _MADE["recycled"]
Phases = _MADE["snapshot"]
Shell = _MADE["shell"]
Prices = _MADE["prices"]


def with_options(
    *names: str, without: tuple[str, ...] = ()
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Build a decorator that replaces ``**keywords`` of a command by options of conditions.

    `names` are fields of `Conditions`, such as "hours", or its groups, such as
    "use" and "supply", but for the fields `without`. A name that is neither
    does nothing. An option of the command's own with the name of a field
    stays. The new command takes keywords alone; it passes on the values of
    options that were given, as numbers, texts, paths, tuples or dicts by the
    name of the field; those not given are left out.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        """Return a new command, which calls `command`, with the options in place of ``**keywords``.

        A parameter of `command` with the name of a field stays as it is.

        Options that were not given are not passed to `command`.
        """
        signature = inspect.signature(command)
        parameters = [
            p
            for p in signature.parameters.values()
            if p.kind is not p.VAR_KEYWORD
        ]
        names_present = {p.name for p in parameters}
        new_names = [
            f.name
            for f in condition_fields(*names, without=without)
            if f.name not in names_present
        ]

        @wraps(command)
        def run(**given: Any) -> None:
            """Call `command` with the options that were given, read; None and [] are left out."""
            for name in new_names:
                value = given.pop(name)
                if value is not None and value != []:
                    given[name] = _READ.get(name, lambda text: text)(value)
            command(**given)

        return _with_parameters(
            run,
            parameters
            + [_parameter(name, None, _MADE[name]) for name in new_names],
        )

    return decorate


def _parameter(name: str, default: Any, annotation: Any) -> inspect.Parameter:
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(
        name, kind, default=default, annotation=annotation
    )


def _with_parameters(
    run: Callable[..., None], parameters: list[inspect.Parameter]
) -> Callable[..., None]:
    """Set signature and annotations of a function, in place, to parameters that Typer reads.

    Parameters
    ----------
    run : callable
        The function; it is changed and returned.
    parameters : list of inspect.Parameter
        Each with an annotation, ``Annotated[type, option]``. They become the
        whole signature.

    Returns
    -------
    callable
        `run` itself.
    """
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in parameters} | {
        "return": None
    }
    return run


def shown_in_full(command: Callable[..., None]) -> Callable[..., None]:
    """Add the option ``--help-all``, which prints all options and exits, to a command that has hidden ones.

    Each annotation must be ``Annotated[type, option]``, else AttributeError.

    Parameters
    ----------
    command : callable
        A function whose parameters all have annotations of Typer. It is not
        changed.

    Returns
    -------
    callable
        A new function with the parameter ``help_all`` last; `command` itself
        if it has no hidden option.
    """
    signature = inspect.signature(command)
    options = [
        p.annotation.__metadata__[0] for p in signature.parameters.values()
    ]
    if not any(getattr(option, "hidden", False) for option in options):
        return command

    @wraps(command)
    def run(help_all: bool, **given: Any) -> None:
        command(**given)

    help_all = _parameter("help_all", False, _HelpAll)
    return _with_parameters(run, [*signature.parameters.values(), help_all])


def _show_all(ctx: typer.Context, wanted: bool) -> None:
    """Print the help with all hidden options and exit, if ``--help-all`` was given.

    Nothing happens otherwise, or while a shell completes. It is a callback of
    Typer: `ctx` is the command's context, whose options are changed, `wanted`
    whether the option was given.
    """
    if wanted and not ctx.resilient_parsing:
        for parameter in ctx.command.params:
            if hasattr(parameter, "hidden"):
                parameter.hidden = False
        typer.echo(ctx.get_help(), nl=False)
        raise typer.Exit


_HelpAll = Annotated[
    bool,
    option(
        "--help-all",
        "Show every option and exit.",
        is_eager=True,
        callback=_show_all,
    ),
]


def call_reporting(
    function: "Callable[..., pd.DataFrame]", *given: Any, **options: Any
) -> Any:
    """Call a function of compositions and return its frame; rejected rows are listed on stderr.

    Parameters
    ----------
    function : callable
        Returns a pandas DataFrame without the rejected rows, or with NaN in
        them. It lists them in ``frame.attrs["rejected"]``, if it has any, as
        dicts of ``line`` (int), ``text`` and ``reason``. Its warnings
        `RejectedRows` are silenced; its errors are raised.
    *given, **options
        Arguments of `function`.

    Returns
    -------
    pandas.DataFrame
        What `function` returned, not changed.
    """
    from ..alloy._read import RejectedRows

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RejectedRows)
        frame = function(*given, **options)
    for row in frame.attrs.get("rejected", ()):
        message("line {line} ({text!r}): {reason}".format_map(row))
    return frame


def drop_default(value: Any, default: Any) -> Any:
    """Return the value of an option for `refuse_options`; None, as if not given, where it is the default."""
    if value == default:
        return None
    return value


def refuse_options(option: str, **given: object) -> None:
    """Raise InputError for the first of some options that was given and has no effect with another.

    `option` is the other one, or a text such as "a grade", for the message.
    `given` maps names of parameters to their values: None, False, and empty
    lists and tuples count as not given; 0, an empty text and an empty dict are
    given. The message names the flag of the option, such as --outside-field.
    """
    for name, value in given.items():
        if value is not None and value is not False and value not in ([], ()):
            flag = _NAMES.get(name, f"--{name.replace('_', '-')}")
            raise InputError(
                f"{option}: leave {flag} out, it has no effect there"
            )
