"""What industry adopted since 2010, asked as an engineer of that day would have asked it.

The old magnet is the reference, the new one a candidate among those that `magnetkit.replace` tries;
``datasets/adopted`` says what stands for each. Nothing is tuned to it.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from magnetkit.columns import COLUMNS

from magnetkit import datasets
from magnetkit.calibration._composition_estimate import (
    COMPENSATED,
    CompositionEstimate,
    alpha_range,
)
from magnetkit.composition.table import CompositionTable
from magnetkit.magnetism._figures import kinds
from magnetkit.magnetism._measured import ALPHA
from magnetkit.magnetism._uncertainty import relative_width
from magnetkit.replacement._request import Wish, anchor, candidates, profile, reference_of

from . import written_by

if TYPE_CHECKING:
    import pandas as pd

    from magnetkit.magnetism._measured import Mill

FILE = "adopted/adopted.csv"
TOP = 10


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
    from magnetkit.calibration.grades import grades
    from magnetkit.prediction import Conditions

    kelvin = float(row["temperature_C"]) + 273.15
    room = grades(row["grade"]).iloc[0]
    compensated = abs(float(room[ALPHA])) <= COMPENSATED
    between = alpha_range(str(room["grade"])) if compensated else None
    wish = Wish(Conditions.of(temperature=kelvin), None, (), 1.0, 1000, between)
    here = grades(row["grade"], kelvin).iloc[0]
    made, mill = anchor(here, room, wish, row["reference_recipe"], "weight", None, None)
    process = _process(row, mill)
    judged = _judged(row, here, made, mill, wish, process)
    return {**_compared(row, made, mill, kelvin, process), **judged}


def _process(row: dict[str, Any], mill: "Mill") -> dict[str, Any]:
    process: dict[str, Any] = {"mill": mill.record()}
    if row["route"]:
        process["route"] = row["route"]
    if row["grain_size_um"]:
        process["grain_size_um"] = float(row["grain_size_um"])
    return process


def _compared(
    row: dict[str, Any],
    made: CompositionEstimate,
    mill: "Mill",
    kelvin: float,
    process: dict[str, Any],
) -> dict[str, Any]:
    """Return the claimed quantity, as it is predicted."""
    from magnetkit.magnetism.sintered import sintered_at

    new = CompositionTable.from_strings([row["composition"]], basis="weight")
    old = CompositionTable.from_strings([made.best.text], basis="weight")
    name = row["quantity"]
    (one,) = sintered_at(new, [kelvin], process=process, shell=row["shell"])
    (other,) = sintered_at(
        old, [kelvin], process={"mill": mill.record()}, shell=made.best.shell or None
    )
    value, low, high = (float(one[f"{name}{end}"][0]) for end in ("", "_lo", "_hi"))
    if row["claimed_as"] != "value":
        both = [
            kinds(t, [str(f["host"][0])], [s or ""], with_, kelvin)
            for t, f, s, with_ in (
                (new, one, row["shell"], process),
                (old, other, made.best.shell, {"mill": mill.record()}),
            )
        ]
        width = float(relative_width(both[0], both[1], name, mill)[0])
        ratio = np.log(value / float(other[name][0]))
        logs = ratio, ratio + width * np.log(low / value), ratio + width * np.log(high / value)
        value, low, high = (100.0 * float(np.expm1(x)) for x in logs)
    least = float(row["claimed"])
    agrees = low <= least <= high or (row["claimed_as"] == "at least" and low >= least)
    return {"predicted": value, "predicted_lo": low, "predicted_hi": high, "agrees": agrees}


def _judged(
    row: dict[str, Any],
    here: Any,
    made: CompositionEstimate,
    mill: "Mill",
    wish: Wish,
    process: dict[str, Any],
) -> dict[str, Any]:
    """Return the probability that it does what the old one did, and its place among its kind."""
    import pandas as pd

    from magnetkit.run.screen import screen

    host = str(here["host"])
    frame = candidates(host, made, wish.temperature, wish.between is not None)
    own = pd.DataFrame({"composition": [row["composition"]], "shell": [row["shell"] or ""]})
    frame = pd.concat([own, frame[["composition", "shell"]]], ignore_index=True)
    reference = reference_of(here, wish, made, mill)
    device = profile(str(here["grade"]), reference, made, wish)
    table = screen(
        frame.drop_duplicates(["composition", "shell"]),
        device,
        wish.temperature,
        basis="weight",
        process=process,
    ).table
    other = (table["host"].astype(str) != host).to_numpy()
    shelled = (table["shell"].astype(str) != "").to_numpy()
    kinds = {"other family": other, "diffused": ~other & shelled, "alloy": ~other & ~shelled}
    kind = table[kinds[row["kind"]] & table["rank"].notna().to_numpy()]
    first = table.iloc[0]
    ahead = kind["rank"] < first["rank"] if first["rank"] == first["rank"] else kind["rank"] > 0
    best = kind.sort_values("rank", kind="stable").iloc[0]
    shell = f" + {best['shell']}" if str(best["shell"]) else ""
    return {
        "first_of_its_kind": f"{best['candidate']}{shell}",
        "first_heavy_rare_earth_wt_pct": float(best["heavy_rare_earth_wt_pct"]),
        "heavy_rare_earth_wt_pct": float(first["heavy_rare_earth_wt_pct"]),
        "probability": float(first["probability_meets_requirements"]),
        "place": 1 + int(ahead.sum()),
        "of": len(kind),
        "in_the_way": str(first["failed_requirements"]),
    }


def report(table: "pd.DataFrame") -> str:
    """Return the hindcast as a page of text."""
    able = table[table["expressed"] != "no"]
    agree, top = int(able["agrees"].sum()), int((able["place"] <= TOP).sum())
    lines = [
        "# Hindcast: what industry adopted since 2010",
        "",
        f"{written_by('python -m benchmarks.accuracy hindcast')} Each replacement is asked as an "
        "engineer of "
        "that day would have asked it: the old magnet is the reference, its grade's printed values "
        "anchor the model, and the new magnet stands among the candidates of `magnetkit replace`. "
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
    return "\n".join(lines) + "\n"


def _unit(row: Mapping[Any, Any]) -> str:
    return COLUMNS[row["quantity"]].unit if row["claimed_as"] == "value" else "%"
