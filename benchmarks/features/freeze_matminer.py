"""Write matminer_magpie.csv: what matminer's magpie preset answers for some compositions.

Needs matminer (an environment of its own): ``.venv-peers/bin/python
benchmarks/features/freeze_matminer.py`` from the root of the project.
"""

import csv
import warnings
from pathlib import Path

from matminer.featurizers.composition import ElementProperty
from pymatgen.core import Composition

OUT = Path(__file__).parents[2] / "tests/features/frozen/matminer_magpie.csv"

# In the order of the table: elements that few compounds hold, ties of the mode (exact, within and
# just outside of numpy.isclose), compounds of an element without some property, random magnets.
COMPOSITIONS = """
Og Rn At Eu Lr Th2Fe17 FeCo Sm1Fe1.000009Co1 Sm1Fe1.00002Co1 CoNiCuZn LiF NaCl
GaAs H2O UO2 HeFe ArCo5 XeF2 NeNd2 FrCl BkO2 CfO2 NhCl RfO2
Gd1.171La1.869Ce1.794Ti1.178Al7.708C10.64
Er1.032Tm0.396Lu0.911Zr2.657Mn9.589B6.031
Tb0.441Pr1.396Ho1.311Ga3.091Mo6.165V0.764Al1.765Cu4.742
Yb1.722Ho0.953Dy1.499Si4.682Nb4.416Hf0.265Ti8.775
Y1.645Nd0.214Yb1.098Al5.771Cr1.368N5.002Ti2.085Zr4.875
""".split()


def main() -> None:
    """Write the table."""
    featurizer = ElementProperty.from_preset("magpie")
    with (
        OUT.open("w", newline="", encoding="utf-8") as stream,
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        out = csv.writer(stream, lineterminator="\n")
        out.writerow(["composition", *featurizer.feature_labels()])
        for text in COMPOSITIONS:
            values = map(float, featurizer.featurize(Composition(text)))
            out.writerow(
                [text, *(int(v) if v % 1 == 0 else repr(v) for v in values)]
            )


if __name__ == "__main__":
    main()
