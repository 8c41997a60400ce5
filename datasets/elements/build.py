"""Write elements.csv: symbol, atomic number, atomic mass.

Run from anywhere: ``python datasets/elements/build.py``. The masses are the IUPAC values that
pymatgen ships, so that weight fractions agree with pymatgen's to the last digit.
"""

import csv
from importlib.metadata import version
from pathlib import Path

from pymatgen.core import Element

OUT = Path(__file__).with_name("elements.csv")


def main() -> None:
    """Write the table."""
    source = f"IUPAC standard atomic weights as in pymatgen-core {version('pymatgen-core')} (MIT)"
    with OUT.open("w", newline="", encoding="utf-8") as stream:
        out = csv.writer(stream, lineterminator="\n")
        out.writerow(["symbol", "atomic_number", "atomic_mass_u", "source"])
        for z in range(1, 119):
            element = Element.from_Z(z)
            out.writerow(
                [element.symbol, z, float(element.atomic_mass), source]
            )


if __name__ == "__main__":
    main()
