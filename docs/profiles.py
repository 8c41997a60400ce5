"""Write docs/profiles: a page for each device.

``python docs/profiles.py`` writes all of them, ``python docs/profiles.py f22-engine`` one. A page
holds what to decide between, what the answer rests on, and what would overturn it.
"""

import sys
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from magnetkit.columns import COLUMNS

from benchmarks import use_embedded_data
from magnetkit import applications
from magnetkit.report._content import answer
from magnetkit.run.suggestion import suggest

if TYPE_CHECKING:
    import pandas as pd

    from magnetkit.choose.applications import Profile
    from magnetkit.run.screen import ScreenResult

FOLDER = Path(__file__).resolve().parent / "profiles"
SCENARIOS = ("controls-2026-all", "embargo")
_OTHERS: dict[str, dict[str, Any]] = {
    "terbium and dysprosium at three times their price": {"prices": {"Tb": "3x", "Dy": "3x"}},
    **{f"scenario {name}": {"scenario": name} for name in SCENARIOS},
}


def page(name: str) -> str:
    """Return the page of a device.

    Parameters
    ----------
    name : str
        Of an embedded profile.

    Returns
    -------
    str
        Markdown.
    """
    from magnetkit.run.screen import screen

    profile = applications.load(name)
    result = screen(application=profile)
    lines = [
        f"# {_text(profile.title)}",
        "",
        f"Written by `python docs/profiles.py`; the profile is `{name}`.",
        "",
        *_reference(profile, result),
        "",
        _text(profile.description.replace("\n", " ").strip()),
        "",
        *(f"{_text(line)}  " for line in answer(result)),
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
    (formula,) = reference.table().formulas()
    rows = table[table["formula"] == formula]
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


PICTURED = "weapon-fin-actuator"
"""The device of ``make demo``, whose picture stands in the README."""


def main() -> None:
    """Write the pages, and the picture of the README."""
    from magnetkit.report import plots
    from magnetkit.run.screen import screen

    names = sys.argv[1:] or applications.names()
    for name in names:
        (FOLDER / f"{name}.md").write_text(page(name), encoding="utf-8")
    if PICTURED in names:
        drawn = plots.pareto(screen(application=PICTURED), y="coercivity_kA_m")
        drawn.save(FOLDER.parent / "decisions.png")


if __name__ == "__main__":
    use_embedded_data()
    main()
