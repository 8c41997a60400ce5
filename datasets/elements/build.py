"""Write elements.csv and the list of its columns in SOURCE.md: numbers of the 118 elements.

Run from anywhere: ``python datasets/elements/build.py``. The masses are the IUPAC values that
pymatgen ships, so that weight fractions agree with pymatgen's to the last digit.
"""

import csv
import re
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from pymatgen.core import Element

HERE = Path(__file__).parent


class Column(NamedTuple):
    """A number of the elements.

    Attributes
    ----------
    unit : str
        Unit, empty where there is none.
    meaning : str
        What it is, in a few words.
    source : str
        Where pymatgen has it from.
    number : callable
        From an Element of pymatgen to its number; None where it is not known, an empty cell.
    """

    unit: str
    meaning: str
    source: str
    number: Callable[[Element], Any]


# `magnetkit._core.elements.PROPERTIES` has each of them by its name.
COLUMNS = {
    "atomic_mass_u": Column(
        unit="u",
        meaning="atomic mass",
        source="IUPAC standard atomic weights",
        number=lambda element: element.atomic_mass,
    ),
}


def _format_number(number: Any) -> str:
    """Return a number as the text of a cell, empty for None."""
    return "" if number is None else str(float(number))


def write_table() -> None:
    """Write elements.csv."""
    sources = "; ".join(column.source for column in COLUMNS.values())
    source = f"{sources} as in pymatgen-core {version('pymatgen-core')} (MIT)"
    file = HERE / "elements.csv"
    with file.open("w", newline="", encoding="utf-8") as stream:
        out = csv.writer(stream, lineterminator="\n")
        out.writerow(["symbol", "atomic_number", *COLUMNS, "source"])
        for z in range(1, 119):
            element = Element.from_Z(z)
            numbers = [
                _format_number(column.number(element))
                for column in COLUMNS.values()
            ]
            out.writerow([element.symbol, z, *numbers, source])


def list_columns() -> None:
    """Put the table of columns into SOURCE.md."""
    file = HERE / "SOURCE.md"
    lines = [
        "| column | unit | meaning |",
        "|---|---|---|",
        "| symbol | | chemical symbol |",
        "| atomic_number | | Z |",
    ]
    for name, column in COLUMNS.items():
        unit = f" {column.unit}" if column.unit else ""
        lines.append(f"| {name} |{unit} | {column.meaning} |")
    lines.append("| source | | where the value comes from |")
    table = "\n".join(lines) + "\n"
    text = file.read_text("utf-8")
    file.write_text(re.sub(r"(?:\|.*\n)+", table, text), "utf-8")


if __name__ == "__main__":
    write_table()
    list_columns()
