"""What industry adopted since 2010, asked as an engineer of that day would have asked it.

The old magnet is the one in use, the new one a candidate among those of `magnetkit.replace`; a
value that is claimed of a magnet is another maker's, and predicted without the grade.
``datasets/adopted`` says what stands for each. Nothing is tuned to it.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

import magnetkit as mk
from benchmarks.accuracy import table_row
from magnetkit import datasets
from magnetkit._core.columns import COLUMNS
from magnetkit.alloy.table import CompositionTable
from magnetkit.choose._profile_parts import CHANCE
from magnetkit.choose.thresholds import MEETS
from magnetkit.magnetism._composition_estimate import CompositionEstimate
from magnetkit.magnetism._figures import kinds
from magnetkit.magnetism._uncertainty import relative_width
from magnetkit.magnetism.process import routes

from . import provenance_line

if TYPE_CHECKING:
    import pandas as pd

    from magnetkit.magnetism._measured import Producer
    from magnetkit.run.replace import Replacement

FILE = "adopted/adopted.csv"
TOP = 10
_KINDS = {
    "sintered-fine-grained": "fine-grained",
    "hot-deformed": "hot-deformed",
    "sintered-low-boron": "low-boron",
    "hot-pressed-isotropic": "other-route",
}
_SERIES = {
    "A": "The first twelve",
    "B": "Ten more, written down before any was asked",
}
_LIKELY = 0.5


def hindcast() -> "pd.DataFrame":
    """Return what the model says of each adopted replacement.

    Returns
    -------
    pandas.DataFrame
        The rows of ``datasets/adopted/adopted.csv`` with ``predicted predicted_lo predicted_hi``
        (in the unit of ``claimed``), ``sign_right`` (None where none is
        claimed), ``agrees`` (the claim lies in the 90 % range), ``probability`` that the new magnet
        does what the old one does, ``among_ways`` (its kind is one of those shown), ``place`` among
        the candidates of its kind and how many there are, ``of``; missing where it cannot be
        expressed.
    """
    import pandas as pd

    table = pd.read_csv(datasets.path(FILE), keep_default_na=True)
    results = [
        {} if row["expressed"] == "no" else _ask_replacement(_drop_empty(row))
        for row in table.to_dict("records")
    ]
    return pd.concat([table, pd.DataFrame(results)], axis=1)


def _drop_empty(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a row with None for what is empty."""
    return {str(k): None if v != v or v == "" else v for k, v in row.items()}


def _ask_replacement(row: dict[str, Any]) -> dict[str, Any]:
    """Ask what stands for one replacement."""
    from magnetkit.magnetism._composition_estimate import (
        calibrate_on_grade,
        grade_row,
    )

    kelvin = float(row["temperature_C"]) + 273.15
    process = {"route": row["route"]} if row["route"] else None
    answer = mk.replace(
        row["grade"],
        kelvin,
        recipe=row["reference_recipe"],
        basis="weight",
        process=process,
    )
    assert answer.incumbent is not None
    makeup = answer.incumbent.makeup
    assert makeup is not None
    mill = calibrate_on_grade(grade_row(row["grade"], kelvin), makeup)
    claim = _predict_claim(row, makeup, mill, kelvin, _process(row, mill))
    return {**claim, **_judge_replacement(row, answer)}


def _process(row: dict[str, Any], mill: "Producer") -> dict[str, Any]:
    process: dict[str, Any] = {"producer": mill.record()}
    if row["route"]:
        process["route"] = row["route"]
    # Where no law of it was measured a route takes no grain size.
    route = routes().get(row["route"])
    if row["grain_size_um"] and (
        route is None or "grain_size_um" in route.bounds
    ):
        process["grain_size_um"] = float(row["grain_size_um"])
    return process


def _predict_claim(
    row: dict[str, Any],
    makeup: CompositionEstimate,
    mill: "Producer",
    kelvin: float,
    process: dict[str, Any],
) -> dict[str, Any]:
    """Return the claimed quantity, as it is predicted."""
    from magnetkit.magnetism.sintered import sintered_at

    if row["claimed_as"] == "value":
        # Another maker's magnet: what the grade says of its mill does not hold for it.
        process = {
            name: value
            for name, value in process.items()
            if name != "producer"
        }
    new = CompositionTable.from_strings([row["composition"]], basis="weight")
    old = CompositionTable.from_strings([makeup.best.text], basis="weight")
    name = row["quantity"]
    (one,) = sintered_at(new, [kelvin], process=process, shell=row["shell"])
    (other,) = sintered_at(
        old,
        [kelvin],
        process={"producer": mill.record()},
        shell=makeup.best.shell or None,
    )
    value = float(one[f"{name}"][0])
    low = float(one[f"{name}_lo"][0])
    high = float(one[f"{name}_hi"][0])
    if row["claimed_as"] != "value":
        error_kinds = [
            kinds(t, [str(f["host"][0])], [s or ""], with_, kelvin)
            for t, f, s, with_ in (
                (new, one, row["shell"], process),
                (old, other, makeup.best.shell, {"producer": mill.record()}),
            )
        ]
        width = float(
            relative_width(error_kinds[0], error_kinds[1], name, mill)[0]
        )
        ratio = np.log(value / float(other[name][0]))
        logs = (
            ratio,
            ratio + width * np.log(low / value),
            ratio + width * np.log(high / value),
        )
        value, low, high = (100.0 * float(np.expm1(x)) for x in logs)
    minimum = float(row["claimed"])
    agrees = low <= minimum <= high or (
        row["claimed_as"] == "at least" and low >= minimum
    )
    # Of a magnet that is as good as the old one there is no sign to be right.
    sign = None
    if row["claimed_as"] == "at least":
        sign = value >= minimum
    elif row["claimed_as"] == "difference" and minimum:
        sign = value * minimum > 0.0
    return {
        "predicted": value,
        "predicted_lo": low,
        "predicted_hi": high,
        "sign_right": sign,
        "agrees": agrees,
    }


def _judge_replacement(
    row: dict[str, Any], answer: "Replacement"
) -> dict[str, Any]:
    """Return the probability that it does what the old one did, and its place among its kind.

    Of another family that is of the likeliest grade sold: magnets of one mill alone are compared.
    """
    table = answer.candidates[answer.candidates["status"] == "ok"]
    ways = {way.kind for way in answer.ways}
    if row["kind"] == "other family":
        competitors = table[table["way"] == "other-family"].sort_values(
            CHANCE, ascending=False
        )
        first: Mapping[Any, Any] = {"grade": "nothing", CHANCE: 0.0}
        if len(competitors):
            first = competitors.iloc[0].to_dict()
        return {
            "among_ways": "other-family" in ways,
            "first_of_its_kind": f"{first['grade']} as sold",
            "first_heavy_rare_earth_wt_pct": 0.0,
            "heavy_rare_earth_wt_pct": 0.0,
            "probability": float(first[CHANCE]),
            "place": 1,
            "of": len(competitors),
            "in_the_way": "" if len(competitors) else "nothing sold",
        }
    kind = _KINDS.get(row["route"], "bulk")
    if row["shell"] and not row["route"]:
        kind = "diffused"
    this = answer.judge(row["composition"], row["shell"], basis="weight")
    rest = table[table["way"] == kind]
    meets = rest[CHANCE] >= MEETS
    ahead = meets | (rest[CHANCE] > this.chance)
    if this.likely:
        ahead = meets & (rest["exposure_USD_kg"] < this.exposure_USD_kg)
    first_name = this.name
    first_heavy = this.heavy_rare_earth_wt_pct
    if ahead.any():
        best = rest[ahead].iloc[0]
        shell = f" + {best['shell']}" if best["shell"] else ""
        first_name = f"{best['candidate']}{shell}"
        first_heavy = float(best["heavy_rare_earth_wt_pct"])
    return {
        "among_ways": kind in ways,
        "first_of_its_kind": first_name,
        "first_heavy_rare_earth_wt_pct": first_heavy,
        "heavy_rare_earth_wt_pct": this.heavy_rare_earth_wt_pct,
        "probability": this.chance,
        "place": 1 + int(ahead.sum()),
        "of": len(rest) + 1,
        "in_the_way": this.failed_requirements,
    }


CONTROLS = (
    ("N42SH", 150.0, "Nd24.64Pr6.16Co1Cu0.15B0.96Fe bal.", ""),
    ("N38UH", 180.0, "Nd24.64Pr6.16Co1Cu0.15B0.96Fe bal.", ""),
    ("N38UH", 180.0, "Nd24.64Pr6.16Co1Cu0.15B0.96Fe bal.", "Tb 0.2 wt%"),
    ("N45SH", 130.0, "Nd19.84Pr4.96Ce6Co1Cu0.15B0.96Fe bal.", ""),
    ("N48H", 100.0, "Nd20.64Pr5.16Dy5Co1Cu0.15B0.96Fe bal.", ""),
)
"""Replacements that fail: without heavy rare earth at a class's rating, too little of it, with a
fifth cerium, and one with so much dysprosium that its remanence falls short."""


def controls() -> "pd.DataFrame":
    """Return the probability of each of `CONTROLS`, for the grade as an alloy."""
    import pandas as pd

    rows = []
    for grade, celsius, recipe, shell in CONTROLS:
        answer = mk.replace(grade, celsius + 273.15)
        alloys = [one for one in answer.answers if one.kind == "bulk"]
        answer = replace(answer, answers=tuple(alloys) or answer.answers)
        chance = answer.judge(recipe, shell or None, basis="weight").chance
        one = {
            "grade": grade,
            "celsius": celsius,
            "control": f"{recipe} {shell}".strip(),
        }
        rows.append(
            {**one, "probability": chance, "own": answer.own_probability}
        )
    return pd.DataFrame(rows)


def _summary(name: str, table: "pd.DataFrame") -> str:
    """Return the counts of some rows in a line."""
    able = table[table["expressed"] != "no"]
    claiming = able["sign_right"].dropna()
    sign_text = f"{int(claiming.astype(bool).sum())} of {len(claiming)}"
    whole = int((able["expressed"] == "yes").sum())
    width = (able["predicted_hi"] - able["predicted_lo"]).where(
        able["claimed_as"] != "value",
        100.0
        * (able["predicted_hi"] - able["predicted_lo"])
        / able["predicted"],
    )
    return (
        f"- {name}: {len(able)} of {len(table)} can be expressed ({whole} wholly); the claim lies "
        f"in the 90 % range of {int(able['agrees'].sum())}, the sign is right of {sign_text} that "
        f"claim one; {int((able['place'] <= TOP).sum())} stand among the ten best of their kind of "
        f"change, which {int(able['among_ways'].astype(bool).sum())} times is among the ways that "
        f"are shown; P is {_LIKELY:g} or more for "
        f"{int((able['probability'] >= _LIKELY).sum())}; the range is {width.median():.0f} % wide "
        "in the median."
    )


def report(table: "pd.DataFrame") -> str:
    """Return the hindcast as a page of text."""
    lines = [
        "# Hindcast: what industry adopted since 2010",
        "",
        f"{provenance_line('python -m benchmarks.accuracy hindcast')} Each replacement is asked as an "
        "engineer of "
        "that day would have asked it: the old magnet is the one in use, what its grade guarantees "
        "is the drawing, and the new magnet stands among the candidates of `magnetkit replace`. "
        "What stands for each magnet is in `datasets/adopted`; nothing is tuned to them.",
        "",
        *(
            _summary(name, table[table["id"].str.startswith(letter)])
            for letter, name in _SERIES.items()
        ),
        "",
        "| | what | quantity | claimed | predicted (90 %) | agrees | P | place in its kind |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in table.to_dict("records"):
        what = f"{row['year']} {row['who']}: {row['became']}"
        if row["expressed"] == "no":
            lines.append(f"| {row['id']} | {what} | | | not expressed | | | |")
            continue
        unit = _unit(row)
        ends = f"{row['predicted_lo']:+.3g} to {row['predicted_hi']:+.3g}"
        lines.append(
            table_row(
                row["id"],
                what,
                f"{row['quantity']} at {row['temperature_C']:g} °C",
                f"{row['claimed']:+g} {unit}",
                f"{row['predicted']:+.3g} ({ends}) {unit}",
                "yes" if row["agrees"] else "NO",
                f"{row['probability']:.2f}",
                f"{row['place']:.0f} of {row['of']:.0f}",
            )
        )
    lines += [
        "",
        "What was chosen, what cannot be expressed, and what stands in the way:",
        "",
    ]
    for row in table.to_dict("records"):
        text = f"- {row['id']}, {row['claim']} ({row['source']}): {row['why']}"
        if row["expressed"] != "no" and row["in_the_way"]:
            text += f"; less likely than 0.8: {row['in_the_way']}"
        if row["expressed"] != "no" and row["place"] > TOP:
            text += (
                f"; ahead stands {row['first_of_its_kind']} with "
                f"{row['first_heavy_rare_earth_wt_pct']:.2f} instead of "
                f"{row['heavy_rare_earth_wt_pct']:.2f} wt.% heavy rare earth"
            )
        lines.append(text + ".")
    lines += [
        "",
        "Controls, which have to fail (P of the recipe in use beside them):",
        "",
    ]
    lines += [
        f"- {row['control']} for {row['grade']} at {row['celsius']:g} °C: P "
        f"{row['probability']:.2f} ({row['own']:.2f})"
        for row in controls().to_dict("records")
    ]
    return "\n".join(lines) + "\n"


def _unit(row: Mapping[Any, Any]) -> str:
    if row["claimed_as"] == "value":
        return COLUMNS[row["quantity"]].unit
    return "%"
