"""Tables of results: on the terminal, in a pipe (CSV), as JSON, and in a notebook."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from .._core._progress import message
from .._core.columns import COLUMNS, with_interval
from .._core.errors import InputError
from .._core.units import KILO_GAUSS, KILO_OERSTED, MEGA_GAUSS_OERSTED, celsius_range, kelvin_text
from ..composition.table import listed
from ..magnetism.sintered import VALIDATED_FROM
from ..ranking._profile_parts import MEETS_PROBABILITY
from ._text import (
    AROUND,
    Shown,
    console,
    in_brackets,
    join_rows,
    of_calibration,
    of_cost,
    print_csv,
    print_table,
    say,
    to_terminal,
)

if TYPE_CHECKING:
    import pandas as pd

    from ..ranking.result import Ranked


# Column to the place at which it is dropped where the terminal is narrow: the highest first.
RANKING = {
    "rank": 0, "candidate": 0, "host": 9, "remanence_T": 1, "coercivity_kA_m": 0,
    "coercivity_guaranteed_kA_m": 8, "max_energy_product_kJ_m3": 3,
    "remanence_coefficient_pct_K": 4, "heavy_rare_earth_wt_pct": 0,
    "heavy_rare_earth_saved_wt_pct": 6, "supply_risk": 4, "weakest_link_risk": 9, "cost_USD_kg": 2,
    "cost_per_flux_USD_m3_T": 8, "probability_phase_forms": 7, "probability_meets_requirements": 0,
    "top_ten_share": 5, "tie_group": 8, "simpler_rank": 2,
}  # fmt: skip
_FIRMNESS = {
    "rank": 0, "candidate": 0, "host": 5, "top_ten_share": 0, "meets_share": 3, "rank_lo": 1,
    "rank_median": 2, "rank_hi": 1, "tie_group": 2, "simpler_rank": 1,
}  # fmt: skip
_SIMPLEST = 10
_COPY = "adds an element or a shell to the alloy of that rank and is no better."
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
# Column to (factor, unit, digits) in the units of the cgs tradition.
_CGS = {
    "T": (1.0 / KILO_GAUSS, "kG"),
    "kA/m": (1e3 / KILO_OERSTED, "kOe"),
    "kJ/m3": (1e3 / MEGA_GAUSS_OERSTED, "MGOe"),
}
# What the labels and the units take of a line, and the least of a magnet's column.
_LABEL, _UNIT, _LEAST = 27, 14, 8
_PROPERTIES = {
    "rank": 0, "candidate": 0, "temperature_K": 1, "host": 5, "status": 2, "remanence_T": 0,
    "remanence_guaranteed_T": 4, "coercivity_kA_m": 0, "coercivity_guaranteed_kA_m": 4,
    "max_energy_product_kJ_m3": 2, "curie_temperature_K": 6,
    "max_working_temperature_K": 7, "irreversible_loss_pct": 7, "remanence_coefficient_pct_K": 5,
    "coercivity_coefficient_pct_K": 6, "heavy_rare_earth_wt_pct": 1, "supply_risk": 3,
    "cost_USD_kg": 2, "probability_meets_requirements": 0, "failed_requirements": 3, "in_domain": 8,
}  # fmt: skip
# So many magnets are printed whole, one block each; more make a table.
_MOST_BLOCKS = 2
_REGISTERED = {column for name in COLUMNS for column in with_interval(name)}
ROWS = 10
_MOST = 8
_FIRST = (
    "rank", "candidate", "shell", "temperature_K", "remanence_T", "coercivity_kA_m",
    "max_energy_product_kJ_m3", "heavy_rare_earth_wt_pct", "probability_meets_requirements",
    "cost_USD_kg", "curie_temperature_K", "saturation_polarization_T", "anisotropy_field_T",
    "supply_risk",
)  # fmt: skip
_OUTSIDE = "background:#fff1d6;color:#222"


def is_missing(value: object) -> bool:
    """Return whether a cell holds nothing: None, NaN or pandas' NA."""
    from pandas import isna

    return bool(isna(value))  # type: ignore[call-overload]


def number(value: object, digits: int = 3, factor: float = 1.0) -> str:
    """Return `factor` times a number with `digits` digits, a dash where there is none."""
    if is_missing(value):
        return "–"
    x = factor * float(value)  # type: ignore[arg-type]
    text = f"{x:.{digits}g}"
    return f"{x:.0f}" if "e+" in text else text


def _unit_of(name: str, *, cgs: bool) -> tuple[float, str]:
    """Return the factor to the displayed unit, and that unit."""
    unit = COLUMNS[name].unit
    # An anisotropy field is quoted in tesla in both traditions' current literature.
    return (1.0, unit) if not cgs or name == "anisotropy_field_T" else _CGS.get(unit, (1.0, unit))


def _in_cgs(frame: "pd.DataFrame") -> "pd.DataFrame":
    """Return a table in kG, kOe and MGOe, with these units in the columns' names."""
    names = {}
    frame = frame.copy()
    for name in COLUMNS:
        factor, unit = _unit_of(name, cgs=True)
        if factor == 1.0:
            continue
        for column in {name, f"{name}_lo", f"{name}_hi"} & set(frame.columns):
            frame[column] *= factor
            stem, end = (column[:-3], column[-3:]) if column != name else (column, "")
            suffix = COLUMNS[name].unit.replace("/", "_")
            names[column] = f"{stem.removesuffix(suffix)}{unit}{end}"
    return frame.rename(columns=names)


def cell(row: "pd.Series", name: str, *, cgs: bool = False) -> str:
    """Return what a cell of a table shows."""
    column, value = COLUMNS.get(name), row.get(name, float("nan"))
    if column is None:
        return "" if is_missing(value) else str(value)
    if name == "candidate":
        shell, simpler = row.get("shell", ""), row.get("simpler_rank")
        text = str(value) if is_missing(shell) or not shell else f"{value} + {shell}"
        return text if is_missing(simpler) else f"{text} (as #{simpler})"
    if name == "temperature_K" and not is_missing(value):
        return kelvin_text(float(value))
    factor, _ = _unit_of(name, cgs=cgs)
    if column.kind in ("text", "category"):
        return "" if is_missing(value) else str(value)
    if is_missing(value):
        return "–"
    if column.kind == "flag":
        return "yes" if value else "no"
    if column.kind == "integer":
        return str(int(value))
    if column.predicted and name not in _BARE:
        half = (float(row[f"{name}_hi"]) - float(row[f"{name}_lo"])) / 2.0
        mark = "*" if row.get(f"{name}_provenance") == "extrapolated" else ""
        return f"{number(value, factor=factor)}{mark} ±{number(half, 2, factor)}"
    return number(value, 2 if name in _SHARES else 3, factor)


def chosen(
    frame: "pd.DataFrame", names: dict[str, int], columns: str | None = None
) -> dict[str, int]:
    """Return the columns to print with their priority, the user's own identifier among them.

    `names` are printed by default, `columns`, joined by commas, in their place.
    """
    if columns is not None:
        wanted = [name.strip() for name in columns.split(",") if name.strip()]
        missing = [name for name in wanted if name not in frame.columns]
        if missing:
            raise InputError(
                f"--columns: no column {missing[0]!r}; there is {listed(list(frame.columns))}"
            )
        return dict.fromkeys(wanted, 0)
    own = [n for n in frame.columns if str(n).lower().removeprefix("input_") in _IDS]
    found = {name: p for name, p in names.items() if name in frame.columns}
    if own:
        first = {name: found.pop(name) for name in ("rank",) if name in found}
        found = {**first, own[0]: 0, **found}
    return found


def print_rows(
    frame: "pd.DataFrame",
    names: dict[str, int],
    about: list[str],
    styles: list[str],
    sections: set[int],
    *,
    cgs: bool,
    wide: bool,
) -> list[str]:
    """Print rows; where all have the same host it goes into the title. Return what is printed."""
    shown = {}
    for name, priority in names.items():
        if name == "host" and len(set(frame[name].astype(str))) == 1 and len(frame) > 1:
            about = [*about, str(frame[name].iloc[0])]
            continue
        shown[name] = _shown_column(frame, name, priority, cgs=cgs)
    kept = print_table("; ".join(about), list(shown.values()), styles, sections, all_columns=wide)
    # Texts that were folded closer made other columns of the same cells.
    return [name for name, column in shown.items() if any(column.cells is k.cells for k in kept)]


def _shown_column(frame: "pd.DataFrame", name: str, priority: int, *, cgs: bool) -> Shown:
    column = COLUMNS.get(name)
    unit = "" if column is None else _unit_of(name, cgs=cgs)[1]
    heading = name if column is None else column.short
    text = column is None or column.kind in ("text", "category")
    cells = [cell(row, name, cgs=cgs) for _, row in frame.iterrows()]
    return Shown(f"{heading}\n{unit}" if unit else heading, cells, not text, priority)


def _print_piped(
    frame: "pd.DataFrame", names: dict[str, int], columns: str | None, *, cgs: bool
) -> None:
    """Print rows as CSV: the columns of the terminal, with shells and intervals."""
    wanted: list[str] = []
    for name in chosen(frame, names, columns):
        wanted += with_interval(name) if name in COLUMNS else (name,)
        if name == "candidate" and "shell" in frame:
            wanted.append("shell")
    shown = frame[list(dict.fromkeys(wanted))]
    print_csv(_in_cgs(shown) if cgs else shown)


def print_json(frame: "pd.DataFrame") -> None:
    """Print a table as JSON, one object a line."""
    plain = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    text = frame.to_json(orient="records", lines=True, force_ascii=plain)
    print(text, end="" if text.endswith("\n") or not text else "\n")


def print_ranking(
    result: "Ranked",
    top: int,
    *,
    as_json: bool = False,
    cgs: bool = False,
    columns: str | None = None,
    wide: bool = False,
) -> None:
    """Print the best candidates and the reference magnet."""
    best, firm = result.best(top), result.robustness()
    known = firm[["rank", "top_ten_share", "tie_group", "simpler_rank"]]
    best = best[best["rank"].notna()].merge(known, on="rank", how="left")
    if as_json:
        print_json(best)
        return
    terminal = to_terminal()
    tell = say if terminal else message
    identity = result.manifest["identity"]
    if not terminal:
        _print_piped(best, RANKING, columns, cgs=cgs)
        _explain_failure(result, best, tell)
        return
    reference = result.find(result.profile.reference.formula)
    rows = join_rows(best, reference)
    copies = best["simpler_rank"].notna()
    dim = ["" if good else "dim" for good in best["meets_requirements"] & ~copies]
    about = [
        f"{result.profile.title}: best of {result.judged:,}",
        f"at {kelvin_text(float(identity['temperature_K']))}",
    ]
    if len(rows):
        names = chosen(rows, RANKING, columns)
        if columns is None:
            # It stands behind the candidate's name.
            names.pop("simpler_rank", None)
        kept = print_rows(
            rows,
            names,
            about,
            [*dim, *["italic"] * len(reference)],
            {len(best)} if len(reference) else set(),
            cgs=cgs,
            wide=wide or columns is not None,
        )
        _print_legend(kept, len(reference) > 0, identity)
        if "cost_USD_kg" in kept and (note := of_cost(rows["formula"])):
            say(note)
        if copies.any():
            say(_name_simplest(firm, result.manifest["summary"]["meet_requirements"]))
    _explain_failure(result, best, tell)


def _print_legend(kept: list[str], today: bool, identity: Mapping[str, Any]) -> None:
    """Print what the columns of the table mean."""
    share = f"{100 * identity.get('interval', 0.9):g}"
    if note := of_calibration(identity):
        say(note)
    if today:
        say(f"Last row: the reference magnet. ± is half of the {share} % interval.")
    if "probability_meets_requirements" in kept:
        say("P: probability that every requirement of the device is met.")
    if "remanence_coefficient_pct_K" in kept and identity.get("between"):
        say(f"α: chord of Br from {celsius_range(tuple(identity['between']))}.")
    if "top_ten_share" in kept:
        say(
            "Top 10: how often it stays among the ten best while all properties vary within their "
            "intervals. Candidates of one tie group cannot be distinguished."
        )


def _explain_failure(result: "Ranked", best: "pd.DataFrame", tell: Callable[[str], None]) -> None:
    """Print why no candidate can be ranked, or none meets the requirements."""
    from ._content import requirement_text

    if not len(result.best(1)):
        counts = result.select(["status"])["status"].to_pandas().value_counts()
        reasons = ", ".join(f"{n:,} {why}" for why, n in counts[counts > 0].items())
        tell(f"No candidate can be ranked: {reasons}.")
    elif len(best) and not result.manifest["summary"]["meet_requirements"]:
        likeliest = best["probability_meets_requirements"].to_numpy(float).argmax()
        row = best.iloc[int(likeliest)]
        missed = requirement_text(str(row["failed_requirements"]), result.profile)
        chance = row["probability_meets_requirements"]
        tell(
            f"No candidate meets all requirements with a probability of {MEETS_PROBABILITY:g}: "
            f"the best of these, #{row['rank']}, reaches {chance:.2g} and misses {missed}."
        )


def _name_simplest(firm: "pd.DataFrame", able: int) -> str:
    """Return which of the best that meet the requirements have no simpler equivalent."""
    own = firm["rank"][firm["simpler_rank"].isna() & (firm["rank"] <= able)]
    ranks = ", ".join(map(str, own[:_SIMPLEST]))
    others = f" Without a simpler equivalent: rank {ranks}." if ranks else ""
    return f"Dimmed: misses a requirement. (as #): {_COPY}{others}"


def print_robustness(frame: "pd.DataFrame", top: int) -> None:
    """Print how certain the ranks are."""
    if not to_terminal():
        _print_piped(frame, _FIRMNESS, None, cgs=False)
        return
    about = [f"Share of draws among the best {top}, and 90 % interval of the rank"]
    names = chosen(frame, _FIRMNESS)
    names.pop("simpler_rank", None)
    kept = print_rows(frame, names, about, [], set(), cgs=False, wide=False)
    if "tie_group" in kept:
        say("Candidates of one tie group cannot be distinguished from its first.")
    say(f"(as #): {_COPY}")


def print_changes(frame: "pd.DataFrame", top: int) -> None:
    """Print what changed among the first `top` against another ranking."""
    if (frame["change"] == "stayed").all():
        print(f"The first {top} are the same as in the baseline.")
        return
    print(f"Changes among the first {top} against the baseline:")
    for _, row in frame.iterrows():
        now, was = (
            "–" if is_missing(row[n]) else str(int(row[n])) for n in ("rank", "rank_before")
        )
        magnet = f"{row['candidate']} {row['shell']}".rstrip()
        print(f"{now:>6}  was {was:>6}  {row['change']:<8} {magnet}")


def print_properties(
    frame: "pd.DataFrame",
    *,
    as_json: bool,
    cgs: bool,
    interval: float = 0.9,
    columns: str | None = None,
    wide: bool = False,
) -> None:
    """Print the properties of some compositions: a block for each of a few, a table of many."""
    kept: list[str] = []
    if as_json:
        print_json(frame)
    elif not to_terminal():
        table = frame if columns is None else frame[list(chosen(frame, _PROPERTIES, columns))]
        print_csv(_in_cgs(table) if cgs else table)
    elif len(frame) > _MOST_BLOCKS or columns is not None:
        kelvin = sorted(set(frame["temperature_K"]))
        about = [f"{len(frame):,} row{'s' if len(frame) != 1 else ''}"]
        names = chosen(frame, _PROPERTIES, columns)
        if len(kelvin) == 1 and columns is None:
            about.append(f"at {kelvin_text(kelvin[0])}")
            names.pop("temperature_K")
        if set(frame["status"]) == {"ok"} and columns is None:
            names.pop("status")
        wide = wide or columns is not None
        kept = print_rows(frame, names, about, [], set(), cgs=cgs, wide=wide)
        print(f"± is half of the {100 * interval:g} % interval.")
    else:
        for _, row in frame.iterrows():
            _print_block(row, cgs=cgs, interval=interval)
        kept = list(frame.columns)
    if to_terminal() and not as_json:
        if _is_extrapolated(frame):
            say(
                "* extrapolated: below "
                f"{VALIDATED_FROM:g} K no coercivity was compared with a measurement."
            )
        if "cost_USD_kg" in kept and "formula" in frame and (note := of_cost(frame["formula"])):
            say(note)


def _is_extrapolated(frame: "pd.DataFrame") -> bool:
    name = "coercivity_kA_m_provenance"
    return name in frame and bool((frame[name] == "extrapolated").any())


def _print_block(row: "pd.Series", *, cgs: bool, interval: float) -> None:
    names = [n for n in COLUMNS if n in row.index and n not in ("candidate", "row_index")]
    names += [n for n in row.index if n not in _REGISTERED]
    cells = list(zip(*(_property_cells(row, name, cgs=cgs) for name in names), strict=True))
    headings = ("Property", "Value", f"{100 * interval:g} % interval", "From")
    columns = [
        Shown(heading, list(column), heading == "Value", priority)
        for heading, column, priority in zip(headings, cells, (0, 0, 1, 2), strict=True)
    ]
    columns[1].number = False
    print_table(cell(row, "candidate"), columns)


def _property_cells(row: "pd.Series", name: str, *, cgs: bool) -> tuple[str, ...]:
    learnt = name.removesuffix("_data_share")
    if learnt != name and learnt in COLUMNS:
        return f"{COLUMNS[learnt].label}: share of data", number(row[name]), "", ""
    if name not in COLUMNS:
        return name, "" if is_missing(row[name]) else str(row[name]), "", ""
    column, value, (factor, unit) = COLUMNS[name], row[name], _unit_of(name, cgs=cgs)
    label = column.label
    if name.endswith("coefficient_pct_K") and not is_missing(row.get("coefficients_between")):
        label = f"{label}, {row['coefficients_between']}"
    if name == "temperature_K":
        return label, kelvin_text(float(value)), "", ""
    if column.kind not in ("number", "integer"):
        return label, cell(row, name), "", ""
    label = f"{label} ({unit})" if unit else label
    if not column.predicted:
        return label, number(value, factor=factor), "", ""
    lo, hi = (number(row[f"{name}_{end}"], factor=factor) for end in ("lo", "hi"))
    source = row[f"{name}_provenance"]
    return (
        label,
        number(value, factor=factor),
        "" if is_missing(value) else f"{lo} to {hi}",
        "" if is_missing(source) else str(source),
    )


def print_comparison(frame: "pd.DataFrame", *, as_json: bool, cgs: bool) -> None:
    """Print what `magnetkit.compare` returns: as a table, in a pipe as CSV."""
    if as_json:
        print_json(frame.reset_index())
        return
    if not to_terminal():
        print_csv(frame.reset_index())
        return
    names = [str(name) for name in frame.index]
    units = [_unit_of(name, cgs=cgs) for name in names]
    values = [c for c in frame.columns if c not in ("label", "unit")]
    # No column may go: all of them are folded until they fit.
    room = console().width - _LABEL - _UNIT
    most = max(room // len(values) - AROUND, _LEAST)
    columns = [
        Shown("Property", [str(label) for label in frame["label"]], False, 0, _LABEL - AROUND),
        *(_compared_column(frame, str(c), names, units, most) for c in values),
        Shown("Unit", [unit for _, unit in units], number=False, priority=0),
    ]
    print_table("Side by side", columns)
    formulas = [str(frame.loc["formula", c]) for c in values if not str(c).startswith("difference")]
    if note := of_cost(formulas):
        say(note)


def _compared_column(
    frame: "pd.DataFrame", heading: str, names: list[str], units: list[tuple[float, str]], most: int
) -> Shown:
    change = heading.startswith("difference")
    cells = []
    for name, (factor, _), value in zip(names, units, frame[heading], strict=True):
        cells.append(_compared_cell(name, value, factor, change=change))
    title = heading.replace("difference", "Difference").replace("_", " of ")
    return Shown(title if change else heading, cells, False, 0, most)


def _compared_cell(name: str, value: Any, factor: float, *, change: bool) -> str:
    if is_missing(value):
        return ""
    if name == "temperature_K":
        return "" if change else kelvin_text(float(value))
    if COLUMNS[name].kind not in ("number", "integer"):
        return str(value)
    text = number(value, factor=factor)
    return f"+{text}" if change and float(value) > 0 else text


@dataclass(frozen=True)
class Table:
    """A table that a notebook shows by its HTML."""

    html: str

    def _repr_html_(self) -> str:
        return self.html


def table_html(frame: "pd.DataFrame", rows: int = ROWS) -> str:
    """Return the first rows of a table of results as HTML, eight columns at most.

    An interval is written ``563 (419 to 756)``; rows outside the domain of the training data are
    coloured.
    """
    names = [name for name in _FIRST if name in frame and _has_values(frame, name)][:_MOST]
    heads = "".join(
        f'<th title="{escape(COLUMNS[n].meaning)}">{escape(COLUMNS[n].short)}'
        f"{f' ({escape(COLUMNS[n].unit)})' if COLUMNS[n].unit else ''}</th>"
        for n in names
    )
    body, coloured = [], False
    for _, row in frame.head(rows).iterrows():
        outside = "in_domain" in frame and not bool(row["in_domain"])
        coloured |= outside
        cells = "".join(f"<td>{escape(in_brackets(row, name, number))}</td>" for name in names)
        body.append(f'<tr style="{_OUTSIDE}">{cells}</tr>' if outside else f"<tr>{cells}</tr>")
    notes = [
        f"{min(rows, len(frame)):,} of {len(frame):,} rows, {len(names)} of {len(frame.columns)} "
        "columns; intervals in brackets (90 % unless requested otherwise)."
    ]
    if coloured:
        notes.append("Coloured: no similar compound has a measured Curie temperature.")
    if "cost_USD_kg" in names and "formula" in frame:
        notes.append(escape(of_cost(frame["formula"].head(rows))))
    return (
        f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(body)}</tbody></table>"
        f"<p><small>{' '.join(notes)}</small></p>"
    )


def _has_values(frame: "pd.DataFrame", name: str) -> bool:
    """Return whether a column has a value other than an empty shell."""
    values = frame[name]
    return bool((values.notna() & (values.astype(object) != "")).any())
