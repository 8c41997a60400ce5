"""Results on the terminal: tables to stdout, messages to stderr."""

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ..columns import COLUMNS, with_interval
from ..composition.reading import listed
from ..errors import InputError
from ..ranking.requirements import MEETS_PROBABILITY
from ..units import KILO_GAUSS, KILO_OERSTED, MEGA_GAUSS_OERSTED, celsius_range, kelvin_text
from .notes import of_cost, of_mill
from .terminal import Shown, print_csv, print_table, say, to_terminal

if TYPE_CHECKING:
    import pandas as pd

    from ..run.result import Ranked

# Column to the place at which it is dropped where the terminal is narrow: the highest first.
RANKING = {
    "rank": 0, "candidate": 0, "host": 9, "remanence_T": 1, "coercivity_kA_m": 0,
    "max_energy_product_kJ_m3": 3, "remanence_coefficient_pct_K": 4, "heavy_rare_earth_wt_pct": 0,
    "heavy_rare_earth_saved_wt_pct": 6, "supply_risk": 4, "weakest_link_risk": 9, "cost_USD_kg": 2,
    "cost_per_flux_USD_m3_T": 8, "probability_phase_forms": 7, "probability_meets_requirements": 0,
    "top_ten_share": 5, "tie_group": 8, "simpler_rank": 2,
}  # fmt: skip
FIRMNESS = {
    "rank": 0, "candidate": 0, "host": 5, "top_ten_share": 0, "meets_share": 3, "rank_lo": 1,
    "rank_median": 2, "rank_hi": 1, "tie_group": 2, "simpler_rank": 1,
}  # fmt: skip
DIFFERING = 10
COPY = "adds an element to the alloy of that rank and gains nothing that counts."
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


def message(text: str) -> None:
    """Print a message to stderr."""
    print(f"magnetkit: {text}", file=sys.stderr)


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
        _piped(best, RANKING, columns, cgs=cgs)
        _explain(result, best, tell)
        return
    reference = result.find(result.profile.reference.formula)
    rows = _concat(best, reference)
    copies = best["simpler_rank"].notna()
    dim = ["" if good else "dim" for good in best["meets_requirements"] & ~copies]
    about = [
        f"{result.profile.title}: best of {result.judged:,}",
        f"at {kelvin_text(float(identity['temperature_K']))}",
    ]
    if len(rows):
        kept = print_rows(
            rows,
            _without_copies(chosen(rows, RANKING, columns), columns),
            about,
            [*dim, *["italic"] * len(reference)],
            {len(best)} if len(reference) else set(),
            cgs=cgs,
            wide=wide or columns is not None,
        )
        _legend(kept, len(reference) > 0, identity)
        if "cost_USD_kg" in kept and (note := of_cost(rows["formula"])):
            say(note)
        if copies.any():
            say(_differing(firm, result.manifest["summary"]["meet_requirements"]))
    _explain(result, best, tell)


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
    """Print rows; a column that says the same in all of them goes into the title."""
    shown = {}
    for name, priority in names.items():
        if name == "host" and len(set(frame[name].astype(str))) == 1 and len(frame) > 1:
            about = [*about, str(frame[name].iloc[0])]
            continue
        shown[name] = _shown(frame, name, priority, cgs=cgs)
    kept = print_table("; ".join(about), list(shown.values()), styles, sections, all_columns=wide)
    # Texts that were folded closer made other columns of the same cells.
    return [name for name, column in shown.items() if any(column.cells is k.cells for k in kept)]


def _shown(frame: "pd.DataFrame", name: str, priority: int, *, cgs: bool) -> Shown:
    column = COLUMNS.get(name)
    unit = "" if column is None else unit_of(name, cgs=cgs)[1]
    heading = name if column is None else column.short
    text = column is None or column.kind in ("text", "category")
    cells = [cell(row, name, cgs=cgs) for _, row in frame.iterrows()]
    return Shown(f"{heading}\n{unit}" if unit else heading, cells, not text, priority)


def chosen(
    frame: "pd.DataFrame", names: dict[str, int], columns: str | None = None
) -> dict[str, int]:
    """Return the columns to print with their priority, the user's own identifier among them.

    Parameters
    ----------
    frame : DataFrame
        What there is.
    names : dict of str to int
        What is printed without a wish.
    columns : str, optional
        Names joined by commas to print instead.

    Raises
    ------
    InputError
        If a column that is wished for is none of `frame`.
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


def _piped(frame: "pd.DataFrame", names: dict[str, int], columns: str | None, *, cgs: bool) -> None:
    """Print rows as CSV: the columns of the terminal, with shells and intervals."""
    wanted: list[str] = []
    for name in chosen(frame, names, columns):
        wanted += with_interval(name) if name in COLUMNS else (name,)
        if name == "candidate" and "shell" in frame:
            wanted.append("shell")
    shown = frame[list(dict.fromkeys(wanted))]
    print_csv(in_cgs(shown) if cgs else shown)


def in_cgs(frame: "pd.DataFrame") -> "pd.DataFrame":
    """Return a table in kG, kOe and MGOe, with these units in the columns' names."""
    names = {}
    frame = frame.copy()
    for name in COLUMNS:
        factor, unit = unit_of(name, cgs=True)
        if factor == 1.0:
            continue
        for column in {name, f"{name}_lo", f"{name}_hi"} & set(frame.columns):
            frame[column] *= factor
            stem, end = (column[:-3], column[-3:]) if column != name else (column, "")
            suffix = COLUMNS[name].unit.replace("/", "_")
            names[column] = f"{stem.removesuffix(suffix)}{unit}{end}"
    return frame.rename(columns=names)


def _concat(best: "pd.DataFrame", reference: "pd.DataFrame") -> "pd.DataFrame":
    import pandas as pd

    if not len(reference):
        return best
    # pandas 2 minds columns without any value in one of the two, unless both are of objects.
    parts = [best.astype(object), reference.astype(object)]
    return pd.concat(parts, ignore_index=True) if len(best) else reference


def _legend(kept: list[str], today: bool, identity: Mapping[str, Any]) -> None:
    """Say what the figures of the table are."""
    share = f"{100 * identity.get('interval', 0.9):g}"
    if mill := of_mill(identity):
        say(mill)
    if today:
        say(f"Last row: the reference magnet. ± is half of the {share} % interval.")
    if "probability_meets_requirements" in kept:
        say("P: probability that every requirement of the device is met.")
    if "remanence_coefficient_pct_K" in kept and identity.get("between"):
        say(f"α: chord of Br from {celsius_range(tuple(identity['between']))}.")
    if "top_ten_share" in kept:
        say(
            "Top 10: how often it stays among the ten best while all moves within its interval. "
            "Those of one tie cannot be told apart."
        )


def _explain(result: "Ranked", best: "pd.DataFrame", tell: Callable[[str], None]) -> None:
    """Say why nothing can be ranked, or meets the requirements."""
    from .report.content import requirement_text

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
            f"No candidate meets every requirement with a probability of {MEETS_PROBABILITY:g}: "
            f"the likeliest of these, #{row['rank']}, has {chance:.2g} and misses {missed}."
        )


def _differing(firm: "pd.DataFrame", able: int) -> str:
    """Say which of the best that meet the requirements are no copies."""
    own = firm["rank"][firm["simpler_rank"].isna() & (firm["rank"] <= able)]
    others = f" The others: rank {', '.join(map(str, own[:DIFFERING]))}." if len(own) else ""
    return f"Dim: misses a requirement, or (as #) {COPY}{others}"


def print_robustness(frame: "pd.DataFrame", top: int) -> None:
    """Print how firmly candidates hold their rank."""
    if not to_terminal():
        _piped(frame, FIRMNESS, None, cgs=False)
        return
    about = [f"How often among the best {top}, and ranks (90 %)"]
    names = _without_copies(chosen(frame, FIRMNESS), None)
    kept = print_rows(frame, names, about, [], set(), cgs=False, wide=False)
    if "tie_group" in kept:
        say("Candidates of one tie group cannot be told from the first of it.")
    say(f"(as #): {COPY}")


def _without_copies(names: dict[str, int], columns: str | None) -> dict[str, int]:
    """Return columns without that of copies, which are told beside the name unless asked for."""
    return {n: p for n, p in names.items() if columns is not None or n != "simpler_rank"}


def print_changes(frame: "pd.DataFrame", top: int) -> None:
    """Print what changed among the first `top` against another ranking."""
    if (frame["change"] == "stayed").all():
        print(f"Against the baseline the first {top} are the same.")
        return
    print(f"Against the baseline, the first {top}:")
    for _, row in frame.iterrows():
        now, was = (
            "–" if is_missing(row[n]) else str(int(row[n])) for n in ("rank", "rank_before")
        )
        magnet = f"{row['candidate']} {row['shell']}".rstrip()
        print(f"{now:>6}  was {was:>6}  {row['change']:<8} {magnet}")


def print_json(frame: "pd.DataFrame") -> None:
    """Print a table as JSON, one object a line."""
    plain = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    text = frame.to_json(orient="records", lines=True, force_ascii=plain)
    print(text, end="" if text.endswith("\n") or not text else "\n")


def unit_of(name: str, *, cgs: bool) -> tuple[float, str]:
    """Return the factor to the unit shown, and that unit."""
    unit = COLUMNS[name].unit
    # An anisotropy field is quoted in tesla in both traditions' current literature.
    return (1.0, unit) if not cgs or name == "anisotropy_field_T" else _CGS.get(unit, (1.0, unit))


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
    factor, _ = unit_of(name, cgs=cgs)
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
