"""Write magpie.csv: the element table behind matminer's magpie preset.

Needs matminer (an environment of its own, see benchmarks/peers.txt):
``.venv-peers/bin/python datasets/magpie/build.py``. Values are written as matminer reads them,
before it fills gaps; a gap is an empty field.
"""

import csv
import math
from importlib.metadata import version
from pathlib import Path

from matminer.featurizers.composition import ElementProperty
from matminer.utils.data import MagpieData
from pymatgen.core import Element

OUT = Path(__file__).with_name("magpie.csv")


def main() -> None:
    """Write the table."""
    names = ElementProperty.from_preset("magpie").features
    data = MagpieData(impute_nan=False).all_elemental_props
    source = f"Magpie element tables as in matminer {version('matminer')}"
    with OUT.open("w", newline="", encoding="utf-8") as stream:
        out = csv.writer(stream, lineterminator="\n")
        out.writerow(["symbol", *names, "source"])
        for z in range(1, 119):
            symbol = Element.from_Z(z).symbol
            values = [data[name][symbol] for name in names]
            row = [
                "" if math.isnan(v) else int(v) if v % 1 == 0 else repr(v)
                for v in values
            ]
            out.writerow([symbol, *row, source])


if __name__ == "__main__":
    main()
