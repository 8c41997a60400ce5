"""Write docs/profiles: a page for each device, with the judgements of judgements.toml.

``python docs/profiles.py`` writes all of them, ``python docs/profiles.py f22-engine`` one. A page
holds best and runner-up, what the answer rests on, and what would overturn it.
"""

import sys
import tomllib
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from magnetkit.columns import COLUMNS

from magnetkit import applications
from magnetkit.run.suggestion import suggest

if TYPE_CHECKING:
    import pandas as pd

    from magnetkit.ranking.applications import Profile
    from magnetkit.run.screen import ScreenResult

FOLDER = Path(__file__).resolve().parent / "profiles"
TOP = 10
_SHOWN = (
    "candidate",
    "shell",
    "host",
    "remanence_T",
    "coercivity_kA_m",
    "heavy_rare_earth_wt_pct",
    "cost_USD_kg",
    "supply_risk",
    "probability_meets_requirements",
    "nearest_grade",
)
_DIGITS = {"remanence_T": 3, "coercivity_kA_m": 0, "cost_USD_kg": 0}
SCENARIOS = ("controls-2026-all", "embargo")
_OTHERS: dict[str, dict[str, Any]] = {
    "terbium and dysprosium at three times their price": {"prices": {"Tb": "3x", "Dy": "3x"}},
    **{f"scenario {name}": {"scenario": name} for name in SCENARIOS},
}


def page(name: str, judgement: str) -> str:
    """Return the page of a device.

    Parameters
    ----------
    name : str
        Of an embedded profile.
    judgement : str
        What an engineer says of the list, a paragraph.

    Returns
    -------
    str
        Markdown.
    """
    from magnetkit.run.screen import screen

    profile = applications.load(name)
    result = screen(application=profile)
    firm = result.robustness()
    lines = [
        f"# {_text(profile.title)}",
        "",
        f"Written by `python docs/profiles.py`; the profile is `{name}`.",
        "",
        *_reference(profile, result),
        "",
        judgement.strip(),
        "",
        *_best(result, firm),
        "",
        "## What it rests on",
        "",
        *_rests(profile, result),
        "",
        "## What would overturn it",
        "",
        *_overturned(profile, result, lambda **options: screen(application=profile, **options)),
    ]
    return "\n".join(lines) + "\n"


def _name(row: "pd.Series") -> str:
    shell = str(row["shell"]) if row["shell"] == row["shell"] and row["shell"] else ""
    return _text(f"{row['candidate']}{f' + {shell}' if shell else ''}")


def _text(value: object) -> str:
    """Return a text so that it is neither markup nor the end of a cell."""
    return escape(str(value), quote=False).replace("|", "\\|")


def _reference(profile: "Profile", result: "ScreenResult") -> Iterator[str]:
    table, reference = result.table, profile.reference
    rows = table[table["candidate"] == reference.formula]
    if reference.shell is None and len(rows):
        rows = rows[rows["shell"].astype(object).fillna("") == ""]
    yield (
        f"Today's magnet: {_text(reference.grade)}, {_text(reference.formula)}, at "
        f"{profile.temperature_K - 273.15:.0f} °C and a load line of {profile.load_line:g}."
    )
    if len(rows):
        row = rows.iloc[0]
        yield (
            f"It does its work with probability {row['probability_meets_requirements']:.2f}, holds "
            f"{row['heavy_rare_earth_wt_pct']:.1f} wt.% heavy rare earth, costs "
            f"{row['cost_USD_kg']:.0f} USD/kg and has rank {row['rank']} of {len(table)}."
        )


def _best(result: "ScreenResult", firm: "pd.DataFrame") -> Iterator[str]:
    from pandas import NA

    best = result.best(TOP)
    able = int(result.manifest["summary"]["meet_requirements"])
    yield (
        f"{able} of {len(result.table)} candidates meet the requirements. The ten best; one that "
        "stands as another adds an element, or a shell, to it and gains nothing that counts:"
    )
    yield ""
    heads = [f"{COLUMNS[n].short}{_unit(n)}" for n in _SHOWN]
    yield "| # | " + " | ".join(heads) + " | stays in the ten | as # |"
    yield "|" + "---|" * (len(_SHOWN) + 3)
    firm = firm.set_index("rank")
    for _, row in best.iterrows():
        cells = [_cell(n, row[n]) for n in _SHOWN]
        held = firm.loc[int(row["rank"])]
        simpler = held["simpler_rank"]
        cells += [f"{held['top_ten_share']:.2f}", "" if simpler is NA else f"{simpler}"]
        yield f"| {row['rank']} | " + " | ".join(cells) + " |"


def _unit(name: str) -> str:
    return f", {COLUMNS[name].unit}" if COLUMNS[name].unit else ""


def _cell(name: str, value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.{_DIGITS.get(name, 2)}f}"
    return "" if value != value else _text(value)


def _rests(profile: "Profile", result: "ScreenResult") -> Iterator[str]:
    anchors = profile.reference.anchors
    for anchor in anchors:
        column = COLUMNS[anchor.column]
        least = ", guaranteed" if anchor.guaranteed else ""
        yield (
            f"- Today's magnet keeps {column.short} {anchor.value:g} ± {anchor.spread:g} "
            f"{column.unit}{least} at {anchor.temperature_K - 273.15:.0f} °C: "
            f"{_text(anchor.source)} ({anchor.status})."
        )
    if not anchors:
        yield "- Nothing that today's magnet keeps in service is known: no prediction is anchored."
    first = result.best(1).iloc[0]
    h = "coercivity_kA_m"
    low, high = first[f"{h}_lo"] / first[h] - 1.0, first[f"{h}_hi"] / first[h] - 1.0
    yield (
        f"- H_cJ of the first is known to {100 * low:+.0f} and {100 * high:+.0f} % (90 %); its "
        f"margin over the nearest requirement is {100 * first['performance_margin']:.0f} %."
    )
    for unit in profile.units:
        label = COLUMNS[unit.column].label.lower()
        source = _text(unit.source)
        yield f"- One unit of regret is {unit.value:g} in {label}: {source} ({unit.status})."


def _overturned(
    profile: "Profile", result: "ScreenResult", again: "Callable[..., ScreenResult]"
) -> Iterator[str]:
    best = result.best(2)
    first = _name(best.iloc[0])
    if len(best) > 1:
        yield f"- Runner-up: {_name(best.iloc[1])}."
    others = dict(_OTHERS)
    for text in profile.objectives:
        column, direction = text.partition("=")[0].split(":")
        weighed = [
            f"{text}={3}" if text.startswith(column) else text for text in profile.objectives
        ]
        label = COLUMNS[column].label.lower() if column in COLUMNS else column
        if direction == "min":
            others[f"{label} thrice as important"] = {"objectives": weighed}
    for label, options in others.items():
        now = _name(again(**options).best(1).iloc[0])
        verdict = "the first stays" if now == first else f"the first is {now}"
        yield f"- With {label}: {verdict}."
    if not int(result.manifest["summary"]["meet_requirements"]):
        yield "- Nothing meets the requirements: any that does would stand first."
        return
    melt = suggest(result, 1).iloc[0]
    yield (
        f"- The melt that tells most is {_name(melt)}: it saves {melt['worth']:.2f} units of "
        f"regret in the mean and changes the choice with probability "
        f"{melt['chance_of_change']:.2f}."
    )


def main() -> None:
    """Write the pages."""
    with (FOLDER / "judgements.toml").open("rb") as stream:
        judgements = tomllib.load(stream)
    for name in sys.argv[1:] or applications.names():
        text = page(name, judgements[name])
        (FOLDER / f"{name}.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
