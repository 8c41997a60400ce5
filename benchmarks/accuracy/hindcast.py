"""What industry adopted since 2010, asked as an engineer of that day would have asked it.

The old magnet is the one in use, the new one a candidate among those of `magnetkit.replace`; a
value that is claimed of a magnet is another maker's, and predicted without the grade.
``datasets/adopted`` says what stands for each. Nothing is tuned to it.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from magnetkit.columns import COLUMNS

from magnetkit import datasets
from magnetkit.alloy.table import CompositionTable
from magnetkit.choose._request import Request
from magnetkit.magnetism._composition_estimate import CompositionEstimate
from magnetkit.magnetism._figures import kinds
from magnetkit.magnetism._measured import ALPHA
from magnetkit.magnetism._uncertainty import relative_width
from magnetkit.magnetism.process import routes

from . import written_by

if TYPE_CHECKING:
    import pandas as pd

    from magnetkit.choose._request import Incumbent
    from magnetkit.magnetism._measured import Producer

FILE = "adopted/adopted.csv"
TOP = 10
_KINDS = {"sintered-fine-grained": "fine-grained", "hot-deformed": "hot-deformed"}


def hindcast() -> "pd.DataFrame":
    """Return what the model says of each adopted replacement.

    Returns
    -------
    pandas.DataFrame
        The rows of ``datasets/adopted/adopted.csv`` with ``predicted predicted_lo predicted_hi``
        (in the unit of ``claimed``), ``agrees`` (the claim lies in the 90 % range), ``probability``
        that the new magnet does what the old one does, ``place`` among the candidates of its kind
        by rank and how many there are, ``of``; missing where it cannot be expressed.
    """
    import pandas as pd

    table = pd.read_csv(datasets.path(FILE), keep_default_na=True)
    found = [
        {} if row["expressed"] == "no" else _asked(_plain(row)) for row in table.to_dict("records")
    ]
    return pd.concat([table, pd.DataFrame(found)], axis=1)


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a row with None for what is empty."""
    return {str(k): None if v != v or v == "" else v for k, v in row.items()}


def _asked(row: dict[str, Any]) -> dict[str, Any]:
    """Ask what stands for one replacement."""
    from magnetkit.choose._request import incumbent_of_grade, with_makeup
    from magnetkit.magnetism import Conditions
    from magnetkit.magnetism._composition_estimate import calibrate_on_grade, grade_row

    kelvin = float(row["temperature_C"]) + 273.15
    recipe: Any = {"recipe": row["reference_recipe"], "basis": "weight"}
    request = Request(Conditions.of(temperature=kelvin), **recipe)
    incumbent = with_makeup(incumbent_of_grade(row["grade"], request), request)
    made = incumbent.makeup
    assert made is not None
    mill = calibrate_on_grade(grade_row(row["grade"], kelvin), made)
    process = _process(row, mill)
    return {**_compared(row, made, mill, kelvin, process), **_judged(row, incumbent, request)}


def _process(row: dict[str, Any], mill: "Producer") -> dict[str, Any]:
    process: dict[str, Any] = {"producer": mill.record()}
    if row["route"]:
        process["route"] = row["route"]
    # Where no law of it was measured a route takes no grain size.
    route = routes().get(row["route"])
    if row["grain_size_um"] and (route is None or "grain_size_um" in route.bounds):
        process["grain_size_um"] = float(row["grain_size_um"])
    return process


def _compared(
    row: dict[str, Any],
    made: CompositionEstimate,
    mill: "Producer",
    kelvin: float,
    process: dict[str, Any],
) -> dict[str, Any]:
    """Return the claimed quantity, as it is predicted."""
    from magnetkit.magnetism.sintered import sintered_at

    if row["claimed_as"] == "value":
        # Another maker's magnet: what the grade says of its mill does not hold for it.
        process = {name: value for name, value in process.items() if name != "producer"}
    new = CompositionTable.from_strings([row["composition"]], basis="weight")
    old = CompositionTable.from_strings([made.best.text], basis="weight")
    name = row["quantity"]
    (one,) = sintered_at(new, [kelvin], process=process, shell=row["shell"])
    (other,) = sintered_at(
        old, [kelvin], process={"producer": mill.record()}, shell=made.best.shell or None
    )
    value, low, high = (float(one[f"{name}{end}"][0]) for end in ("", "_lo", "_hi"))
    if row["claimed_as"] != "value":
        both = [
            kinds(t, [str(f["host"][0])], [s or ""], with_, kelvin)
            for t, f, s, with_ in (
                (new, one, row["shell"], process),
                (old, other, made.best.shell, {"producer": mill.record()}),
            )
        ]
        width = float(relative_width(both[0], both[1], name, mill)[0])
        ratio = np.log(value / float(other[name][0]))
        logs = ratio, ratio + width * np.log(low / value), ratio + width * np.log(high / value)
        value, low, high = (100.0 * float(np.expm1(x)) for x in logs)
    least = float(row["claimed"])
    agrees = low <= least <= high or (row["claimed_as"] == "at least" and low >= least)
    return {"predicted": value, "predicted_lo": low, "predicted_hi": high, "agrees": agrees}


def _judged(row: dict[str, Any], incumbent: "Incumbent", request: Request) -> dict[str, Any]:
    """Return the probability that it does what the old one did, and its place among its kind.

    Of another family that is of the likeliest grade sold: magnets of one mill alone are compared.
    """
    import pandas as pd

    from magnetkit.choose._candidates import (
        CHANCE,
        enter_comparison,
        heavy_today,
        judge_melts,
        judge_sold,
        list_melts,
        order_candidates,
    )
    from magnetkit.choose._request import find_limits
    from magnetkit.phases.records import root_host

    reference = {**incumbent.least, ALPHA: float(incumbent.sheet[ALPHA])}
    limits = find_limits(reference, request)
    if row["kind"] == "other family":
        sold = judge_sold(incumbent, request, limits)
        own_family = [root_host(str(host)) == root_host(incumbent.host) for host in sold["host"]]
        sold = sold[~np.array(own_family, bool)]
        if not len(sold):
            return {"first_of_its_kind": "", "heavy_rare_earth_wt_pct": 0.0, "probability": 0.0,
                    "first_heavy_rare_earth_wt_pct": 0.0, "place": 1, "of": 0,
                    "in_the_way": "nothing sold"}  # fmt: skip
        best = sold.iloc[0]
        return {
            "first_of_its_kind": f"{best['grade']} as sold", "heavy_rare_earth_wt_pct": 0.0,
            "first_heavy_rare_earth_wt_pct": 0.0, "probability": float(best[CHANCE]),
            "place": 1, "of": len(sold), "in_the_way": "",
        }  # fmt: skip
    assert incumbent.makeup is not None
    own = incumbent.makeup.best
    kind = "diffused" if row["shell"] and not row["route"] else _KINDS.get(row["route"], "bulk")
    new = pd.DataFrame({"composition": [row["composition"]], "shell": [row["shell"] or ""],
                        "way": ["adopted"], "route": [row["route"]]})  # fmt: skip
    rest = list_melts(incumbent, own, request)
    frame = pd.concat([rest, new], ignore_index=True)
    frame = frame.drop_duplicates(["composition", "shell", "route"], keep="last")
    table = judge_melts(incumbent, own, request, limits, frame.reset_index(drop=True)).table
    enter_comparison(table, heavy_today(incumbent.makeup, request), table.iloc[0])
    table = order_candidates(table)
    table["rank"] = np.arange(len(table))
    alike = table[table["way"].isin([kind, "adopted"]) & (table["status"] == "ok")]
    this = table[table["way"] == "adopted"].iloc[0]
    best = alike.iloc[0]
    shell = f" + {best['shell']}" if best["shell"] else ""
    return {
        "first_of_its_kind": f"{best['candidate']}{shell}",
        "first_heavy_rare_earth_wt_pct": float(best["heavy_rare_earth_wt_pct"]),
        "heavy_rare_earth_wt_pct": float(this["heavy_rare_earth_wt_pct"]),
        "probability": float(this[CHANCE]),
        "place": 1 + int((alike["rank"] < this["rank"]).sum()),
        "of": len(alike),
        "in_the_way": str(this["failed_requirements"]),
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

    from magnetkit.choose._candidates import CHANCE, judge_melts, list_melts
    from magnetkit.choose._request import find_limits, incumbent_of_grade, with_makeup
    from magnetkit.magnetism import Conditions

    found = []
    for grade, celsius, recipe, shell in CONTROLS:
        request = Request(Conditions.of(temperature=celsius + 273.15))
        incumbent = with_makeup(incumbent_of_grade(grade, request), request)
        assert incumbent.makeup is not None
        own = next(r for r in incumbent.makeup.recipes if r.kind == "bulk")
        new = pd.DataFrame({"composition": [recipe], "shell": [shell], "way": ["control"],
                            "route": [None]})  # fmt: skip
        frame = pd.concat([list_melts(incumbent, own, request).head(1), new], ignore_index=True)
        reference = {**incumbent.least, ALPHA: float(incumbent.sheet[ALPHA])}
        limits = find_limits(reference, request)
        table = judge_melts(incumbent, own, request, limits, frame).table
        chance = table.set_index("way")[CHANCE]
        one = {"grade": grade, "celsius": celsius, "control": f"{recipe} {shell}".strip()}
        found.append({**one, "probability": chance["control"], "own": chance["own"]})
    return pd.DataFrame(found)


def report(table: "pd.DataFrame") -> str:
    """Return the hindcast as a page of text."""
    able = table[table["expressed"] != "no"]
    agree, top = int(able["agrees"].sum()), int((able["place"] <= TOP).sum())
    lines = [
        "# Hindcast: what industry adopted since 2010",
        "",
        f"{written_by('python -m benchmarks.accuracy hindcast')} Each replacement is asked as an "
        "engineer of "
        "that day would have asked it: the old magnet is the one in use, what its grade guarantees "
        "is the drawing, and the new magnet stands among the candidates of `magnetkit replace`. "
        "What stands for each magnet is in `datasets/adopted`; nothing is tuned to them.",
        "",
        f"{len(able)} of {len(table)} can be expressed "
        f"({int((able['expressed'] == 'yes').sum())} wholly); the claim lies in the 90 % range of "
        f"{agree}; {top} stand among the ten best of their kind of change.",
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
            f"| {row['id']} | {what} | {row['quantity']} at {row['temperature_C']:g} °C "
            f"| {row['claimed']:+g} {unit} | {row['predicted']:+.3g} ({ends}) {unit} "
            f"| {'yes' if row['agrees'] else 'NO'} | {row['probability']:.2f} "
            f"| {row['place']:.0f} of {row['of']:.0f} |"
        )
    lines += ["", "What was chosen, what cannot be expressed, and what stands in the way:", ""]
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
    lines += ["", "Controls, which have to fail (P of the recipe in use beside them):", ""]
    lines += [
        f"- {row['control']} for {row['grade']} at {row['celsius']:g} °C: P "
        f"{row['probability']:.2f} ({row['own']:.2f})"
        for row in controls().to_dict("records")
    ]
    return "\n".join(lines) + "\n"


def _unit(row: Mapping[Any, Any]) -> str:
    return COLUMNS[row["quantity"]].unit if row["claimed_as"] == "value" else "%"
