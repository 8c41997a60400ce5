"""``magnetkit grades``: commercial grades as their makers print them."""

from typing import TYPE_CHECKING, Annotated

import typer

from .options import Json, Temperature

if TYPE_CHECKING:
    import pandas as pd

_LISTED = (
    "remanence_T",
    "coercivity_kA_m",
    "max_energy_product_kJ_m3",
    "remanence_coefficient_pct_K",
    "coercivity_coefficient_pct_K",
    "max_working_temperature_K",
)
_LABELS = {
    "coercivity_b_kA_m": ("Coercivity HcB, guaranteed", "kA/m"),
    "coercivity_kA_m": ("Coercivity HcJ, guaranteed", "kA/m"),
    "density_kg_m3": ("Density", "kg/m3"),
    "recoil_permeability": ("Recoil permeability", ""),
    "resistivity_uohm_m": ("Resistivity", "µΩ m"),
}
_MARKS = {"estimate": "*", "extrapolated": "!"}


def grades(
    name: Annotated[
        str | None, typer.Argument(help="A grade, with or without maker or family; all otherwise.")
    ] = None,
    temperature: Temperature = None,
    json: Json = False,
) -> None:
    """Show commercial grades: what makers print, how they differ, what stays when hot.

    Examples
    --------
      magnetkit grades N42SH --temperature 150C

      magnetkit grades "EEC 2:17TC-16" --json

      magnetkit grades
    """
    import pandas as pd

    from ..catalogue import grades as table_of
    from ..show.tables import print_json

    table = table_of(name, temperature)
    if json:
        if name is not None:
            sheets = table_of(name, sheets=True).drop(columns=["host", "kind", "grade"])
            table["sheets"] = pd.Series([sheets.to_dict("records")])
        print_json(table)
    elif name is None:
        _list(table)
    else:
        _show(table.iloc[0], table_of(name, sheets=True))


def _list(table: "pd.DataFrame") -> None:
    from ..columns import COLUMNS
    from ..show.tables import number
    from ..show.terminal import Shown, print_table

    shown = [
        Shown("Grade", table["grade"].tolist(), False, 0),
        Shown("Host", table["host"].tolist(), False, 2),
        Shown("Kind", table["kind"].tolist(), False, 3),
        Shown("Makers", [str(m.count(",") + 1) for m in table["makers"]], True, 4),
    ]
    for priority, name in zip((1, 1, 2, 3, 3, 2), _LISTED, strict=True):
        column = COLUMNS[name]
        marks = [_MARKS.get(p, "") for p in table[f"{name}_provenance"]]
        cells = [f"{number(v)}{mark}" for v, mark in zip(table[name], marks, strict=True)]
        shown.append(Shown(f"{column.short}\n{column.unit}", cells, True, priority))
    print_table(f"{len(table)} grades, at {_celsius(table)}", shown)
    _legend()


def _show(row: "pd.Series", sheets: "pd.DataFrame") -> None:
    from ..catalogue import QUANTITIES
    from ..columns import COLUMNS
    from ..show.tables import is_missing, number
    from ..show.terminal import Shown, print_table, say

    cells = []
    for name in QUANTITIES:
        if is_missing(row[name]):
            continue
        known = COLUMNS.get(name)
        label, unit = _LABELS.get(name) or (known.label, known.unit) if known else _LABELS[name]
        span = f"{number(row[f'{name}_lo'], 4)} to {number(row[f'{name}_hi'], 4)}"
        cells.append((label, number(row[name], 4), span, unit, row[f"{name}_provenance"]))
    headings = ("Property", "Value", "Between makers", "Unit", "From")
    print_table(
        f"{row['grade']} ({row['host']}, {row['kind']}), at {_celsius(row)}",
        [
            Shown(heading, list(column), heading == "Value", priority)
            for heading, column, priority in zip(
                headings, zip(*cells, strict=True), (0, 0, 1, 1, 2), strict=True
            )
        ],
    )
    typer.echo(f"Sold by {row['makers']}; {len(sheets)} printed values from:")
    for source in dict.fromkeys(sheets["source"]):
        say(source, "- ")
    for note in dict.fromkeys(n for n in sheets["note"] if n):
        say(f"Note: {note}")
    _legend(short=True)


def _celsius(row: "pd.Series | pd.DataFrame") -> str:
    kelvin = row["temperature_K"]
    first = float(kelvin if isinstance(kelvin, float) else kelvin.iloc[0])
    return f"{first - 273.15:.0f} °C"


def _legend(*, short: bool = False) -> None:
    from ..show.terminal import say

    start = "An" if short else "* estimate, ! extrapolated: an"
    say(
        f"{start} estimate comes from grades of the same crystal that are alike; beyond a "
        "grade's highest temperature its chords are extrapolated; curve: where the curve of "
        "`magnetkit curve` has B = 0. Makers print no composition."
    )
