"""Replacements of 2010 to 2026, written down before any was asked.

``python -m benchmarks.accuracy.later`` prints the page, misses first.

``datasets/adopted/later.csv`` has them; each is asked through `magnetkit.replace` alone, and
nothing is fitted to them.
"""

from typing import TYPE_CHECKING, Any

import magnetkit as mk
from magnetkit import datasets

from . import provenance_line

if TYPE_CHECKING:
    import pandas as pd

FILE = "adopted/later.csv"
_MEETS = 0.8
_LIKELY = 0.5
_CHANCE = "probability_meets_requirements"
_NOTHING = {"expressed": False, "inside": None, "first": False, "P": None}


def ask_all() -> "pd.DataFrame":
    """Return the rows of `FILE` with ``expressed inside first P own verdict way_1 note``."""
    import pandas as pd

    table = pd.read_csv(datasets.path(FILE), keep_default_na=False)
    answers = [ask(row) for row in table.to_dict("records")]
    table = table.drop(columns=["expressed"])
    return pd.concat([table, pd.DataFrame(answers)], axis=1)


def ask(row: dict[Any, Any]) -> dict[str, Any]:
    """Return what the public call says of one replacement; a refusal is a note."""
    if row["expressed"] == "no":
        return {**_NOTHING, "note": row["why"]}
    try:
        answer = mk.replace(row["grade"], f"{row['temperature_C']}C")
    except mk.errors.MagnetkitError as error:
        return {**_NOTHING, "note": f"refused: {error}"}
    table = answer.candidates
    rows = table[table["way"] == row["way"]]
    if row["composition"]:
        rows = rows[rows["candidate"] == row["composition"]]
        rows = rows[rows["shell"].fillna("") == row["shell"]]
    said = {
        "own": answer.own_probability,
        "verdict": answer.verdict,
        "way_1": _first_way(answer),
    }
    if not len(rows):
        return {**_NOTHING, **said, "note": "no such candidate"}
    best = rows.sort_values(_CHANCE, ascending=False).iloc[0]
    ways = list(answer.ways)
    return {
        "expressed": True,
        "inside": _is_inside(row, best, answer),
        "first": bool(ways) and ways[0].kind == row["way"],
        "P": float(best[_CHANCE]),
        **said,
        "note": str(best.get("failed_requirements") or ""),
    }


def _first_way(answer: Any) -> str:
    """Name the first way that is shown."""
    if not answer.ways:
        return ""
    way = answer.ways[0]
    return f"{way.kind}: {way.candidate or way.grade}, P {way.probability_meets_requirements:.2f}"


def _is_inside(
    row: dict[Any, Any], best: "pd.Series", answer: Any
) -> bool | None:
    """Say whether the claim lies in the 90 % range; None where no number is claimed."""
    name = row["quantity"]
    if not name:
        return None
    claimed = float(row["claimed"])
    if row["claimed_as"] == "at most":
        return bool(best[name] <= claimed)
    ends = [float(best[f"{name}_lo"]), float(best[f"{name}_hi"])]
    if row["claimed_as"] == "value":
        return ends[0] <= claimed <= ends[1]
    table = answer.candidates
    own = float(table.loc[table["way"] == "own", name].iloc[0])
    ends = [100.0 * (end / own - 1.0) for end in ends]
    if row["claimed_as"] == "at least":
        return ends[1] >= claimed
    return ends[0] <= claimed <= ends[1]


def write_page(table: "pd.DataFrame") -> str:
    """Write the page: counts, then one line a replacement, misses first."""
    asked = table[table["expressed"]]
    claims = asked["inside"].dropna()
    chance = asked["P"]
    lines = [
        "# Replacements of 2010 to 2026 beyond adopted.csv",
        "",
        f"{provenance_line('python -m benchmarks.accuracy.later')} Nothing is fitted to them.",
        "",
        f"{len(asked)} of {len(table)} expressed; the claim lies in the 90 % range of "
        f"{int(claims.sum())} of {len(claims)}; their kind of change is shown first for "
        f"{int(asked['first'].sum())}; P >= {_LIKELY:g} for {int((chance >= _LIKELY).sum())}, "
        f"P >= {_MEETS:g} for {int((chance >= _MEETS).sum())}.",
        "",
        "| | what | for | inside | first | P | own | verdict | shown first | note |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    order = table["P"].fillna(-1.0).sort_values(kind="stable").index
    for row in table.loc[order].to_dict("records"):
        inside = {True: "yes", False: "NO"}.get(row["inside"], "")
        cells = [
            row["id"],
            f"{row['year']} {row['who']}: {row['became']}",
            f"{row['grade']} {row['temperature_C']}",
            inside,
            "yes" if row["first"] else "NO",
            _number(row["P"]),
            _number(row.get("own")),
            _text(row.get("verdict")),
            _text(row.get("way_1")),
            f"{row['note']} [{row['verification']}]",
        ]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines) + "\n"


def _number(value: Any) -> str:
    """Write a number to two decimals, nothing for a missing one."""
    return "" if value is None or value != value else f"{value:.2f}"


def _text(value: Any) -> str:
    """Write a text, nothing for a missing one."""
    return value if isinstance(value, str) else ""


if __name__ == "__main__":
    print(write_page(ask_all()), end="")
