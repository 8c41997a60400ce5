"""Tables of results: on the terminal, in a pipe (CSV), as JSON, and in a notebook."""

import sys
from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from .._core.columns import BRIEF, COLUMNS, layouts, with_interval
from .._core.errors import InputError
from .._core.units import ZERO_CELSIUS, celsius_range, kelvin_text
from ..alloy.table import join_names
from ..choose._profile_parts import MEETS_PROBABILITY
from ..magnetism._figures import describe_missing_comparison
from . import _text

if TYPE_CHECKING:
    import pandas as pd

    from ..choose.result import Ranked


_SHOWN = layouts()
DECIDED = _SHOWN["decided"]
_PROPERTIES = _SHOWN["properties"]
_COPY = (
    "adds an element or a shell to the alloy of that rank and is no better."
)
# Names under which users keep the number of a melt, a lot or a candidate, in German too.
_IDS = ("id", "no", "nr", "number", "heat", "melt", "lot", "batch", "name", "label", "grade",
        "bezeichnung", "charge", "nummer", "schmelze")  # fmt: skip
# Predicted, but bounded: an interval on one side alone, which the files hold.
_BARE = ("energy_above_hull_eV_atom", "probability_phase_forms")
_SHARES = (
    "probability_phase_forms",
    "probability_meets_requirements",
    "top_ten_share",
    "meets_share",
)
# What the labels and the units take of a line, and the least of a magnet's column.
_LABEL = 27
_UNIT = 14
_NARROWEST_COLUMN = 8
# So many magnets are printed whole, one block each; more make a table.
_MOST_BLOCKS = 2
_REGISTERED = {column for name in COLUMNS for column in with_interval(name)}
ROWS = 10
_MOST_COMPARED = 8
_OUTSIDE = "background:#fff1d6;color:#222"


def is_missing(value: object) -> bool:
    """Return whether a cell holds nothing: None, NaN or pandas' NA."""
    from pandas import isna

    return bool(isna(value))  # type: ignore[call-overload]


def number(
    value: object, digits: int = 3, factor: float = 1.0, offset: float = 0.0
) -> str:
    """Format ``factor * value + offset`` with some significant digits.

    Parameters
    ----------
    value : float or missing
        The number; None, NaN and other missing values give a dash "–", a text that is no number
        a ValueError.
    digits : int
        Significant digits.
    factor, offset : float
        As of `Scale`, to the unit that is shown.

    Returns
    -------
    str
        Trailing zeros are dropped. A number with more digits before the point
        is a whole one, such as "1235", without an exponent; one below 1e-4 has
        an exponent. Minus is "-".
    """
    if is_missing(value):
        return "–"
    x = factor * float(value) + offset  # type: ignore[arg-type]
    text = f"{x:.{digits}g}"
    if "e+" in text:
        return f"{x:.0f}"
    return text


def _convert_to_cgs(frame: "pd.DataFrame") -> "pd.DataFrame":
    """Convert a table of results to kG, kOe and MGOe.

    Parameters
    ----------
    frame : pandas.DataFrame
        Results in SI units, no column of which is required; it is not changed.

    Returns
    -------
    pandas.DataFrame
        A copy, in which the units in the columns' names are changed too: ``remanence_T_lo`` becomes
        ``remanence_kG_lo``, ``coercivity_kA_m`` ``coercivity_kOe``. Other columns stay, temperatures
        and ``anisotropy_field_T`` too.
    """
    names = {}
    frame = frame.copy()
    for name in COLUMNS:
        factor, _, unit = _text.display_scale(name, cgs=True)
        if factor == 1.0:
            continue
        for column in {name, f"{name}_lo", f"{name}_hi"} & set(frame.columns):
            frame[column] *= factor
            names[column] = _text.rename_unit(column, name, unit)
    return frame.rename(columns=names)


def display_table(frame: "pd.DataFrame", units: str | None) -> "pd.DataFrame":
    """Choose and convert the columns that people read.

    Parameters
    ----------
    frame : pandas.DataFrame
        Results in SI units; it is not changed. Columns that it lacks are left out, but predicted
        ones of `BRIEF`, such as ``remanence_T``, need their ends ``_lo`` and ``_hi`` (KeyError).
    units : {"si", "cgs"} or None
        None for the setting.

    Returns
    -------
    pandas.DataFrame
        The user's own columns under their names, but for those that end in
        ``_share``; then rank, candidate, shell and the main results in display
        units, temperatures in degrees C. The headings have label and unit,
        such as "Remanence (T)"; the ends of an interval get columns of their
        own, headed by the short label, "low" or "high", and unit. Other
        columns of results are left out. Rows keep their order and their index.
    """
    import pandas as pd

    columns = {}
    for name in frame.columns:
        if name not in _REGISTERED and not str(name).endswith("_share"):
            columns[str(name)] = frame[name]
    for name in ("rank", "candidate", "shell", *_PROPERTIES):
        if name not in frame:
            continue
        column = COLUMNS[name]
        factor, offset, unit = _text.display_scale(
            name, cgs=_text.is_cgs(units)
        )
        head = f" ({unit})" if unit else ""
        if column.kind != "number":
            columns[f"{column.label}{head}"] = frame[name]
            continue
        columns[f"{column.label}{head}"] = (
            factor * frame[name].astype(float) + offset
        )
        for end, word in (("lo", "low"), ("hi", "high")):
            if column.predicted and name in BRIEF:
                values = frame[f"{name}_{end}"].astype(float)
                columns[f"{column.short} {word}{head}"] = (
                    factor * values + offset
                )
    return pd.DataFrame(columns)


def cell(row: "pd.Series", name: str, *, cgs: bool = False) -> str:
    """Write the cell of a row as tables show it: the value with half its interval and marks.

    Parameters
    ----------
    row : pandas.Series
        A row of results, by column. A predicted value needs its ends ``_lo`` and ``_hi``
        (KeyError).
    name : str
        Column, such as "remanence_T", also a user's own; a candidate stands with its shell.
    cgs : bool
        In kG, kOe and MGOe.

    Returns
    -------
    str
        In display units, temperatures in degrees C. Such as "1.23 ±0.05", or "1.23* ±0.05" where
        ``_provenance`` is "extrapolated"; "yes" or "no" of a flag; "–" for a missing number, empty
        for a missing text. A column that the row lacks counts as missing.
    """
    if name == "candidate":
        return _candidate_cell(row)
    column = COLUMNS.get(name)
    value = row.get(name, float("nan"))
    is_text = column is None or column.kind in ("text", "category")
    if is_missing(value):
        return "" if is_text else "–"
    if column is None or is_text:
        return str(value)
    if column.kind == "flag":
        return "yes" if value else "no"
    if column.kind == "integer":
        return str(int(value))
    factor, offset, _ = _text.display_scale(name, cgs=cgs)
    if not column.predicted or name in _BARE:
        return number(value, 2 if name in _SHARES else 3, factor, offset)
    text = number(value, 3, factor, offset)
    half = (float(row[f"{name}_hi"]) - float(row[f"{name}_lo"])) / 2.0
    mark = "*" if row.get(f"{name}_provenance") == "extrapolated" else ""
    return f"{text}{mark} ±{number(half, 2, factor)}"


def _candidate_cell(row: "pd.Series") -> str:
    """Write a candidate with its shell, and the simpler one over which it gains nothing.

    `row` is a row of results: ``candidate``, ``shell`` and ``simpler_rank`` count, where they are;
    without ``candidate`` its name is "nan".
    The text is such as "Nd2Fe14B + Tb 0.5 wt% (no gain over #3)".
    """
    text = str(row.get("candidate", float("nan")))
    shell = row.get("shell", "")
    if not is_missing(shell) and shell:
        text = f"{text} + {shell}"
    simpler = row.get("simpler_rank")
    if is_missing(simpler):
        return text
    return f"{text} (no gain over #{simpler})"


def choose_columns(
    frame: "pd.DataFrame", names: dict[str, int], columns: str | None = None
) -> dict[str, int]:
    """Choose the columns to print, with their priority.

    Parameters
    ----------
    frame : pandas.DataFrame
        Results.
    names : dict of str to int
        Columns printed by default and their priority, 0 for what is never left
        out. Not changed; names that `frame` lacks are left out.
    columns : str, optional
        Names joined by commas, such as "remanence_T, cost_USD_kg", in place of `names`; blanks
        around them do not count. A text without names gives an empty result.

    Returns
    -------
    dict of str to int
        Priority by column, in the order of printing; 0 for all of `columns`. A
        column of the user that identifies rows, the first that is called "id",
        "no", "nr", "number", "heat", "melt", "lot", "batch", "name", "label",
        "grade", "bezeichnung", "charge", "nummer" or "schmelze", in any case
        and with "input_" before it or not, comes first with priority 0, after
        the rank, unless `columns` are given.

    Raises
    ------
    InputError
        If `frame` lacks one of `columns`.
    """
    if columns is not None:
        names_asked_for = [
            name.strip() for name in columns.split(",") if name.strip()
        ]
        missing = [
            name for name in names_asked_for if name not in frame.columns
        ]
        if missing:
            raise InputError(
                f"--columns: no column {missing[0]!r}; there is {join_names(list(frame.columns))}"
            )
        return dict.fromkeys(names_asked_for, 0)
    id_columns = [
        n
        for n in frame.columns
        if str(n).lower().removeprefix("input_") in _IDS
    ]
    priorities = {
        name: p for name, p in names.items() if name in frame.columns
    }
    if id_columns:
        first = {
            name: priorities.pop(name)
            for name in ("rank",)
            if name in priorities
        }
        priorities = {**first, id_columns[0]: 0, **priorities}
    return priorities


def print_rows(
    frame: "pd.DataFrame",
    names: dict[str, int],
    about: list[str],
    styles: Sequence[str] = (),
    *,
    cgs: bool,
    wide: bool,
) -> list[str]:
    """Print rows as a table on stdout.

    If all of several rows have the same host, it goes into the title.

    Parameters
    ----------
    frame : pandas.DataFrame
        Results in SI units, one row a line.
    names : dict of str to int
        Columns of `frame` (KeyError for "host" alone, others are shown as missing) and their
        priority, 0 for what is never left out; the largest are dropped first.
    about : list of str
        Parts of the title. Not changed.
    styles : sequence of str
        Style of each row, as rich names it, such as "dim".
    cgs : bool
        Units of kG and kOe.
    wide : bool
        Print all columns, in lines longer than the terminal's.

    Returns
    -------
    list of str
        Names of the columns that fitted, in their order.
    """
    columns_to_print = {}
    for name, priority in names.items():
        if (
            name == "host"
            and len(set(frame[name].astype(str))) == 1
            and len(frame) > 1
        ):
            about = [*about, str(frame[name].iloc[0])]
            continue
        columns_to_print[name] = _shown_column(frame, name, priority, cgs=cgs)
    printed_columns = _text.print_table(
        "; ".join(about),
        list(columns_to_print.values()),
        styles,
        all_columns=wide,
    )
    # Texts that were folded closer made other columns of the same cells.
    printed_cells = {id(column.cells) for column in printed_columns}
    return [
        name
        for name, column in columns_to_print.items()
        if id(column.cells) in printed_cells
    ]


def _shown_column(
    frame: "pd.DataFrame", name: str, priority: int, *, cgs: bool
) -> _text.Shown:
    """Build one column of a table for the terminal: heading with unit, and cells.

    Parameters
    ----------
    frame : pandas.DataFrame
        Results.
    name : str
        Its column, such as "remanence_T".
    priority : int
        Where the terminal is narrow, columns of the highest number are left out first, those of 0
        never.
    cgs : bool
        In kG, kOe and MGOe.

    Returns
    -------
    Shown
        ``heading`` is the short label, or the name of a user's column, with the unit on a second
        line; ``cells`` are texts of `cell`, one a row; ``number`` is False of texts.
    """
    column = COLUMNS.get(name)
    unit = "" if column is None else _text.display_scale(name, cgs=cgs).unit
    heading = name if column is None else column.short
    text = column is None or column.kind in ("text", "category")
    cells = [cell(row, name, cgs=cgs) for _, row in frame.iterrows()]
    return _text.Shown(
        f"{heading}\n{unit}" if unit else heading, cells, not text, priority
    )


def _print_csv(
    frame: "pd.DataFrame",
    names: dict[str, int],
    columns: str | None,
    *,
    cgs: bool,
) -> None:
    """Print rows as CSV to stdout: the columns of the terminal, with shells and intervals.

    A column of `frame` that is predicted adds ``_lo``, ``_hi`` and ``_provenance`` (KeyError
    without them), ``candidate`` adds ``shell``. Each column stands once.

    Parameters
    ----------
    frame : pandas.DataFrame
        Results in SI units.
    names : dict of str to int
        Columns by default, as for `choose_columns`.
    columns : str or None
        Names joined by commas, in place of `names`; InputError if `frame` lacks one.
    cgs : bool
        In kG, kOe and MGOe, the names of the columns too, such as
        "remanence_kG".
    """
    names_to_print: list[str] = []
    for name in choose_columns(frame, names, columns):
        names_to_print += with_interval(name) if name in COLUMNS else (name,)
        if name == "candidate" and "shell" in frame:
            names_to_print.append("shell")
    table_to_print = frame[list(dict.fromkeys(names_to_print))]
    _text.print_csv(_convert_to_cgs(table_to_print) if cgs else table_to_print)


def print_json(frame: "pd.DataFrame") -> None:
    """Print the table `frame` as JSON on stdout, one object a line; without rows nothing.

    Each object has all columns by name; NaN is null, and the index is left out. Letters that the
    encoding of stdout may lack are escaped.
    """
    plain = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    text = frame.to_json(orient="records", lines=True, force_ascii=plain)
    print(text, end="" if text.endswith("\n") or not text else "\n")


def print_ranking(
    result: "Ranked",
    top: int | None = None,
    *,
    as_json: bool = False,
    units: str | None = None,
    columns: str | None = None,
    wide: bool = False,
    quiet: bool = False,
) -> None:
    """Print the decisions of a screening; with `top` the best candidates by rank.

    On a terminal this is text, in a pipe CSV with the lines on stderr, and JSON
    if `as_json`. Why no candidate meets the requirements is printed too, unless
    it is JSON.

    Parameters
    ----------
    result : Ranked
        The screening, such as `magnetkit.screen` returns.
    top : int, optional
        Number of best candidates, those without a rank left out; the decisions otherwise.
    as_json : bool
        Print one object a line, with all columns.
    units : {"si", "cgs"}, optional
        The setting counts without it, for what a terminal shows and for the decisions in a pipe;
        candidates in a pipe are in SI units then.
    columns : str, optional
        Names joined by commas; InputError if there is no such column.
    wide : bool
        Print columns that do not fit too.
    quiet : bool
        Print no lines beside the CSV of the decisions.
    """
    cgs = _text.is_cgs(units)
    terminal = _text.to_terminal()
    if top is None and as_json:
        return print_json(result.decisions)
    if top is None:
        return _print_decisions(
            result, columns, cgs=cgs, wide=wide, quiet=quiet
        )
    best = result.best(top)
    best = best[best["rank"].notna()]
    if as_json:
        print_json(best)
    elif not terminal:
        _print_csv(best, _SHOWN["ranking"], columns, cgs=units == "cgs")
    elif len(best):
        _print_best(result, best, columns, cgs=cgs, wide=wide)
    if not as_json:
        _explain_failure(result, best)


def _print_best(
    result: "Ranked",
    best: "pd.DataFrame",
    columns: str | None,
    *,
    cgs: bool,
    wide: bool,
) -> None:
    """Print the best candidates by rank as a table, and what its columns mean.

    Parameters
    ----------
    result : Ranked
        The screening, such as `magnetkit.screen` returns.
    best : pandas.DataFrame
        Its best rows, all of which have a rank, one at least; all columns of results.
    columns : str or None
        Names joined by commas, in place of the usual columns; InputError if
        there is no such column.
    cgs : bool
        In kG, kOe and MGOe.
    wide : bool
        Print columns that do not fit too.
    """
    from ._content import calibration

    identity = result.manifest["identity"]
    copies = best["simpler_rank"].notna()
    dim = [
        "" if good else "dim" for good in best["meets_requirements"] & ~copies
    ]
    about = [
        f"{result.profile.title}: best of {result.judged:,}",
        f"at {kelvin_text(float(identity['temperature_K']))}",
    ]
    names = choose_columns(best, _SHOWN["ranking"], columns)
    if columns is None:
        # It stands behind the candidate's name.
        names.pop("simpler_rank", None)
    wide = wide or columns is not None
    printed_columns = print_rows(best, names, about, dim, cgs=cgs, wide=wide)
    _text.say(f"± is half of the {100 * identity['interval']:g} % interval.")
    if "probability_meets_requirements" in printed_columns:
        _text.say(
            "P: probability that every requirement of the device is met."
        )
    if "remanence_coefficient_pct_K" in printed_columns:
        _text.say(
            f"α: chord of Br from {celsius_range(tuple(identity['between']))}."
        )
    notes = [calibration(result)]
    notes += (
        [_text.cost_note(best["formula"])]
        if "cost_USD_kg" in printed_columns
        else []
    )
    notes += (
        [f"Dimmed: misses a requirement. (as #): {_COPY}"]
        if copies.any()
        else []
    )
    for note in filter(None, notes):
        _text.say(note)


def _print_decisions(
    result: "Ranked",
    columns: str | None,
    *,
    cgs: bool,
    wide: bool,
    quiet: bool,
) -> None:
    """Print the decisions in lines; in a pipe as CSV on stdout, with the lines on stderr.

    Parameters
    ----------
    result : Ranked
        The screening, such as `magnetkit.screen` returns.
    columns : str or None
        Names joined by commas: on a terminal a table of these columns comes
        first, in a pipe they are those of the CSV.
    cgs : bool
        In kG, kOe and MGOe.
    wide : bool
        On a terminal a table of the usual columns comes first.
    quiet : bool
        No lines in a pipe.
    """
    from ._content import answer

    decisions = result.decisions
    terminal = _text.to_terminal()
    if not terminal:
        _print_csv(decisions, DECIDED, columns, cgs=cgs)
    elif wide or columns is not None:
        names = choose_columns(decisions, DECIDED, columns)
        print_rows(
            decisions, names, [result.profile.title], cgs=cgs, wide=True
        )
    for line in answer(result, cgs) if terminal or not quiet else ():
        _text.remark(line)
    _explain_failure(result, result.best(1))


def _explain_failure(result: "Ranked", best: "pd.DataFrame") -> None:
    """Print why no candidate can be ranked, or which requirements the likeliest one misses, see `remark`.

    Nothing is printed if a candidate meets the requirements.

    Parameters
    ----------
    result : Ranked
        The screening, such as `magnetkit.screen` returns.
    best : pandas.DataFrame
        Its best rows, or none: ``rank``, ``probability_meets_requirements`` and
        ``failed_requirements``. Of these the likeliest is named.
    """
    from ._content import requirement_text

    if not len(result.best(1)):
        counts = result.select(["status"])["status"].to_pandas().value_counts()
        reasons = ", ".join(
            f"{n:,} {why}" for why, n in counts[counts > 0].items()
        )
        _text.remark(f"No candidate can be ranked: {reasons}.")
    elif len(best) and not result.manifest["summary"]["meet_requirements"]:
        likeliest = (
            best["probability_meets_requirements"].to_numpy(float).argmax()
        )
        row = best.iloc[int(likeliest)]
        failures = requirement_text(
            str(row["failed_requirements"]), result.profile
        )
        chance = row["probability_meets_requirements"]
        _text.remark(
            f"No candidate meets all requirements with a probability of {MEETS_PROBABILITY:g}: "
            f"the best of these, #{row['rank']}, reaches {chance:.2g} and misses {failures}."
        )


def print_robustness(frame: "pd.DataFrame", top: int) -> None:
    """Print how certain the ranks are: as a table, in a pipe as CSV.

    `frame` is that of `Ranked.robustness`: ``rank``, ``candidate``, ``host``,
    ``top_ten_share``, ``meets_share``, ``rank_lo``, ``rank_median``, ``rank_hi`` and
    ``tie_group`` are printed. `top` is the number of places that count as the top,
    for the title alone.
    """
    if not _text.to_terminal():
        return _print_csv(frame, _SHOWN["robustness"], None, cgs=False)
    about = [
        f"Share of draws among the best {top}, and 90 % interval of the rank"
    ]
    names = choose_columns(frame, _SHOWN["robustness"])
    printed_columns = print_rows(frame, names, about, cgs=False, wide=False)
    if "tie_group" in printed_columns:
        _text.say(
            "Candidates of one tie group cannot be distinguished from its first."
        )


def print_properties(
    frame: "pd.DataFrame",
    *,
    as_json: bool,
    units: str | None,
    interval: float = 0.9,
    columns: str | None = None,
    wide: bool = False,
) -> None:
    """Print the properties of compositions: a block for each of a few, a table of many.

    In a pipe this is CSV, and JSON if `as_json`. On a terminal notes follow.

    Parameters
    ----------
    frame : pandas.DataFrame
        Results of `magnetkit.predict` in SI units, with all its columns;
        ``attrs["calibration"]`` names the calibration. Three rows or more make a
        table.
    as_json : bool
        Print one object a line, in SI units, with all columns.
    units : {"si", "cgs"} or None
        None for the setting on a terminal, and for SI in a pipe.
    interval : float
        Probability of the ranges.
    columns : str, optional
        Names joined by commas; InputError if `frame` lacks one.
    wide : bool
        Print all columns.
    """
    cgs = _text.is_cgs(units)
    if as_json:
        print_json(frame)
        return
    if not _text.to_terminal():
        table = frame
        if columns is not None:
            table = frame[list(choose_columns(frame, _PROPERTIES, columns))]
        if units == "cgs":
            table = _convert_to_cgs(table)
        _text.print_csv(table)
        return
    if len(frame) > _MOST_BLOCKS or columns is not None:
        printed_columns = _print_property_table(
            frame, columns, cgs=cgs, wide=wide
        )
        print(f"± is half of the {100 * interval:g} % interval.")
    else:
        for _, row in frame.iterrows():
            _print_block(row, cgs=cgs, interval=interval, wide=wide)
        printed_columns = list(frame.columns if wide else BRIEF)
        if not wide:
            _text.say("All columns: --all. Columns of your choice: --columns.")
    _print_notes(frame, printed_columns)


def _print_property_table(
    frame: "pd.DataFrame", columns: str | None, *, cgs: bool, wide: bool
) -> list[str]:
    """Print a row for each composition on stdout.

    Without `columns`, what all rows share, a temperature or the status ``ok``, is no column.

    Parameters
    ----------
    frame : pandas.DataFrame
        Results of a prediction; ``temperature_K`` and ``status`` are required.
    columns : str or None
        Names joined by commas; InputError if `frame` lacks one. All of them are printed.
    cgs : bool
        In kG, kOe and MGOe.
    wide : bool
        Print columns that do not fit too.

    Returns
    -------
    list of str
        Names of the columns that were printed, in their order.
    """
    about = [f"{len(frame):,} row{'s' if len(frame) != 1 else ''}"]
    names = choose_columns(frame, _PROPERTIES, columns)
    if columns is not None:
        return print_rows(frame, names, about, cgs=cgs, wide=True)
    kelvins = set(frame["temperature_K"])
    if len(kelvins) == 1:
        about.append(f"at {kelvin_text(kelvins.pop())}")
        names.pop("temperature_K")
    if set(frame["status"]) == {"ok"}:
        names.pop("status")
    return print_rows(frame, names, about, cgs=cgs, wide=wide)


def _print_notes(frame: "pd.DataFrame", printed_columns: list[str]) -> None:
    """Print on stdout which calibration was used, what is extrapolated, and what costs leave out.

    `frame` are the results, whose ``attrs["calibration"]`` names the
    calibration, "none" without it. A value counts as extrapolated where
    ``coercivity_kA_m_provenance`` is "extrapolated". Costs are noted if
    ``cost_USD_kg`` is among `printed_columns` and `frame` has ``formula``.
    """
    _text.say(_text.calibration_note(frame.attrs.get("calibration", "none")))
    if "extrapolated" in set(frame.get("coercivity_kA_m_provenance", ())):
        _text.say(f"* Extrapolated. {describe_missing_comparison(0.0)}.")
    has_costs = "cost_USD_kg" in printed_columns and "formula" in frame
    if has_costs and (note := _text.cost_note(frame["formula"])):
        _text.say(note)


def _print_block(
    row: "pd.Series", *, cgs: bool, interval: float, wide: bool
) -> None:
    """Print one row as a block on stdout, a line for each property.

    A row whose status is not "ok" gets the same lines, a dash where there is no
    value, and one more for the status.

    Parameters
    ----------
    row : pandas.Series
        A row of a prediction, by column: ``candidate``, ``status`` and what `_property_cells` needs
        of each.
    cgs : bool
        In kG, kOe and MGOe.
    interval : float
        Probability of the ranges, such as 0.9, for the heading.
    wide : bool
        Print all columns.
    """
    names = _block_names(row, wide=wide)
    rows = [_property_cells(row, name, cgs=cgs) for name in names]
    headings = {
        "Property": 0,
        "Value": 0,
        f"{100 * interval:g} % interval": 1,
        "From": 2,
    }
    columns = []
    for place, (heading, priority) in enumerate(headings.items()):
        cells = [texts[place] for texts in rows]
        columns.append(_text.Shown(heading, cells, False, priority))
    _text.print_table(cell(row, "candidate"), columns)


def _block_names(row: "pd.Series", *, wide: bool) -> list[str]:
    """List the columns of a prediction's `row` that a block shows, in their order.

    The user's own, all that the registry lacks, come last. ``candidate`` and
    ``row_index`` are left out. Unless `wide`, of the registry's only those of
    `BRIEF` count, and no share of data (``_data_share``) and no ``status`` that is
    "ok"; `row` must have ``status`` then.
    """
    own_names = [name for name in row.index if name not in _REGISTERED]
    left_out = {"candidate", "row_index"}
    if wide:
        shown_names = list(COLUMNS)
    else:
        shown_names = list(BRIEF)
        left_out.update(n for n in own_names if n.endswith("_data_share"))
        if row["status"] == "ok":
            left_out.add("status")
    names = [name for name in shown_names if name in row.index]
    return [name for name in names + own_names if name not in left_out]


def _property_cells(
    row: "pd.Series", name: str, *, cgs: bool
) -> tuple[str, ...]:
    """Write the cells of one property in a block.

    Parameters
    ----------
    row : pandas.Series
        A row of a prediction, by column: `name` and, of a predicted value, ``_lo``, ``_hi`` and
        ``_provenance`` are required.
    name : str
        One of its columns, such as "remanence_T"; also a user's own, or a ``_data_share``.
    cgs : bool
        In kG, kOe and MGOe.

    Returns
    -------
    tuple of four str
        Label with unit, value, interval such as "1.18 to 1.28" and provenance; the last two are
        empty where there is none. A missing number is "–", a missing text empty.
    """
    column_of_share = name.removesuffix("_data_share")
    if column_of_share != name and column_of_share in COLUMNS:
        return (
            f"{COLUMNS[column_of_share].label}: share of data",
            number(row[name]),
            "",
            "",
        )
    if name not in COLUMNS:
        return name, "" if is_missing(row[name]) else str(row[name]), "", ""
    column = COLUMNS[name]
    value = row[name]
    factor, offset, unit = _text.display_scale(name, cgs=cgs)
    label = column.label
    if name.endswith("coefficient_pct_K") and not is_missing(
        row.get("coefficients_between")
    ):
        label = f"{label}, {row['coefficients_between']}"
    if column.kind not in ("number", "integer"):
        return label, cell(row, name), "", ""
    label = f"{label} ({unit})" if unit else label
    if not column.predicted:
        return label, number(value, 3, factor, offset), "", ""
    text, *ends = (
        number(row[n], 3, factor, offset)
        for n in (name, f"{name}_lo", f"{name}_hi")
    )
    source = row[f"{name}_provenance"]
    source_text = "" if is_missing(source) else str(source)
    return (
        label,
        text,
        "" if is_missing(value) else " to ".join(ends),
        source_text,
    )


def print_comparison(
    frame: "pd.DataFrame",
    *,
    as_json: bool,
    units: str | None,
    short: Iterable[str] = (),
) -> None:
    """Print what `magnetkit.compare` returns: as a table, in a pipe as CSV, or as JSON if `as_json`.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a property, whose index, called "property", has the names of
        the rows: ``label``, ``unit``, a column a magnet, and ``difference`` or
        ``difference_2`` and so on. Rows "formula" and "status" are required. A
        magnet's name must not begin like one of the other columns.
    as_json : bool
        Print all rows, one object a line, with the name of the row as ``property``.
    units : {"si", "cgs"} or None
        Of the table alone; None for the setting.
    short : iterable of str
        Names of the rows that are printed where it is not JSON, beside a status
        that is not ok (KeyError for one that `frame` lacks); all without it.
    """
    if as_json:
        return print_json(frame.reset_index())
    magnets = [
        c
        for c in frame.columns
        if not str(c).startswith(("label", "unit", "difference"))
    ]
    formulas = [str(frame.loc["formula", c]) for c in magnets]
    calibration = frame.attrs.get("calibration", "none")
    if short:
        failed = (
            ["status"] if (frame.loc["status", magnets] != "ok").any() else []
        )
        frame = frame.loc[[*failed, *short]]
    if not _text.to_terminal():
        return _text.print_csv(frame.reset_index())
    _text.print_table(
        "Side by side", _compared_columns(frame, _text.is_cgs(units))
    )
    _text.say(_text.calibration_note(calibration))
    if note := _text.cost_note(formulas):
        _text.say(note)


def _compared_columns(frame: "pd.DataFrame", cgs: bool) -> list[_text.Shown]:
    """Build a comparison as columns for the terminal, folded until all of them fit.

    Parameters
    ----------
    frame : pandas.DataFrame
        As of `magnetkit.compare`: one row a property, whose index is its name, with ``label``,
        ``unit``, a column a magnet, and ``difference`` or ``difference_2`` and so on.
    cgs : bool
        In kG, kOe and MGOe.

    Returns
    -------
    list of Shown
        Property, each magnet and difference in the order of the frame, unit; all of priority 0.
    """
    names = list(map(str, frame.index))
    scales = [
        _scale_of_row(name, str(frame.loc[name, "unit"]), cgs=cgs)
        for name in names
    ]
    headings = [str(c) for c in frame.columns if c not in ("label", "unit")]
    longest = max(len(scale.unit) for scale in scales) + _text.COLUMN_PADDING
    room = _text.console().width - _LABEL - max(longest, _UNIT)
    fair_width = room // len(headings) - _text.COLUMN_PADDING
    width = max(fair_width, _NARROWEST_COLUMN)
    labels = list(map(str, frame["label"]))
    label_width = _LABEL - _text.COLUMN_PADDING
    columns = [_text.Shown("Property", labels, False, 0, label_width)]
    for heading in headings:
        columns.append(_compared_column(frame, heading, names, scales, width))
    units = [scale.unit for scale in scales]
    columns.append(_text.Shown("Unit", units, number=False, priority=0))
    return columns


def _scale_of_row(name: str, unit: str, *, cgs: bool) -> _text.Scale:
    """Choose factor, offset and unit by which a row of a comparison is displayed.

    Parameters
    ----------
    name : str
        A column of results, such as "remanence_T", or the name of another row.
    unit : str
        Unit of a row that is no column of results, which stays in it; "K" becomes "°C".
    cgs : bool
        Columns of results in kG, kOe and MGOe.

    Returns
    -------
    Scale
        The displayed value is ``factor * value + offset``, in ``unit``.
    """
    if name in COLUMNS:
        return _text.display_scale(name, cgs=cgs)
    if unit == "K":
        return _text.Scale(1.0, -ZERO_CELSIUS, "°C")
    return _text.Scale(1.0, 0.0, unit)


def _compared_column(
    frame: "pd.DataFrame",
    heading: str,
    names: list[str],
    units: list[_text.Scale],
    most: int,
) -> _text.Shown:
    """Build one column of a comparison for the terminal.

    Parameters
    ----------
    frame : pandas.DataFrame
        The comparison, one row a property.
    heading : str
        Its column: a magnet, or a difference, which gets signs.
    names : list of str
        Names of all its rows, in their order.
    units : list of Scale
        How each is displayed, in the same order.
    most : int
        Largest width of a line, characters; longer texts are folded.

    Returns
    -------
    Shown
        Of a difference the heading is such as "Difference" or "Difference of 2".
    """
    change = heading.startswith("difference")
    cells_of_rows = zip(names, frame[heading], units, strict=True)
    cells = [_compared_cell(*one, change=change) for one in cells_of_rows]
    title = heading.replace("difference", "Difference").replace("_", " of ")
    return _text.Shown(title if change else heading, cells, False, 0, most)


def _compared_cell(
    name: str, value: Any, scale: _text.Scale, *, change: bool
) -> str:
    """Format one value of a comparison.

    Parameters
    ----------
    name : str
        Name of its row, such as "remanence_T". One that is no column of results holds numbers.
    value : object
        Number or text, in the unit of the row.
    scale : Scale
        Factor and offset to the unit that is shown.
    change : bool
        The value is a difference: it gets its sign, and no offset of the scale counts.

    Returns
    -------
    str
        Three significant digits at most, trailing zeros dropped, with "+"
        before a positive difference. Empty where it is missing, and for a
        difference of ``temperature_K``.
    """
    if is_missing(value) or (change and name == "temperature_K"):
        return ""
    if name in COLUMNS and COLUMNS[name].kind not in ("number", "integer"):
        return str(value)
    text = number(value, 3, scale.factor, 0.0 if change else scale.offset)
    if change and float(value) > 0:
        return f"+{text}"
    return text


def table_html(
    frame: "pd.DataFrame",
    rows: int = ROWS,
    first: Iterable[str] = _SHOWN["notebook"],
) -> str:
    """Write the first rows of a table of results as HTML.

    An interval is written ``563 (419 to 756)``. Rows outside the domain of the training data are
    coloured.

    Parameters
    ----------
    frame : pandas.DataFrame
        Results in SI units. A column without ``_lo`` and ``_hi`` is written without an interval.
        ``in_domain`` (bool) says which rows are outside; without it none is.
    rows : int
        Number of rows, 10 where it is not given.
    first : iterable of str
        Columns of the registry in their order (KeyError for another that `frame` has), of which the
        first eight that `frame` has with values are written.

    Returns
    -------
    str
        A table and a paragraph of notes, escaped, in the units of the setting. A missing number is
        "–", a missing text empty.
    """
    names = [
        name for name in first if name in frame and _has_values(frame, name)
    ][:_MOST_COMPARED]
    heads = ""
    for name in names:
        unit = _text.display_scale(name).unit
        label = COLUMNS[name].short
        if unit:
            label = f"{label} ({unit})"
        meaning = escape(COLUMNS[name].meaning)
        heads += f'<th title="{meaning}">{escape(label)}</th>'
    body = []
    is_coloring = False
    for _, row in frame.head(rows).iterrows():
        outside = "in_domain" in frame and not bool(row["in_domain"])
        is_coloring |= outside
        texts = (_text.format_interval(row, name, number) for name in names)
        cells = "".join(f"<td>{escape(text)}</td>" for text in texts)
        body.append(
            f'<tr style="{_OUTSIDE}">{cells}</tr>'
            if outside
            else f"<tr>{cells}</tr>"
        )
    total, columns = frame.shape
    notes = [
        f"{min(rows, total):,} of {total:,} rows, {len(names)} of {columns} columns; intervals in "
        "brackets (90 % unless requested otherwise)."
    ]
    if is_coloring:
        notes.append(
            "Coloured: no similar compound has a measured Curie temperature."
        )
    if "cost_USD_kg" in names and "formula" in frame:
        notes.append(escape(_text.cost_note(frame["formula"].head(rows))))
    return (
        f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(body)}</tbody></table>"
        f"<p><small>{' '.join(notes)}</small></p>"
    )


def _has_values(frame: "pd.DataFrame", name: str) -> bool:
    """Return whether a column has a value other than an empty shell."""
    values = frame[name]
    return bool((values.notna() & (values.astype(object) != "")).any())
