"""Write matminer_magpie.csv: what matminer's magpie preset answers for some compositions.

Needs matminer (an environment of its own): ``.venv-peers/bin/python
benchmarks/features/freeze_matminer.py`` from the root of the project.
"""

import csv
import random
import warnings
from pathlib import Path

from matminer.featurizers.composition import ElementProperty
from pymatgen.core import Composition

OUT = Path(__file__).parents[2] / "tests/features/frozen/matminer_magpie.csv"

CHOSEN = [
    *("Fe", "Nd", "He", "Og", "Rn", "At", "Eu", "Lr"),
    *(
        "SmCo5",
        "Sm2Co17",
        "Nd2Fe14B",
        "Pr2Fe14C",
        "Sm2Fe17N3",
        "NdFe11Ti",
        "CeCo5",
        "YFe12",
    ),
    *(
        "NdFe12N",
        "Sm2Fe17N2.7",
        "GdCo5",
        "Y2Fe14B",
        "La2Co14B",
        "Th2Fe17",
        "Sm2Fe15Ga2C2",
    ),
    # ties of the mode: exact, within and just outside of numpy.isclose
    *(
        "FeCo",
        "NdSm",
        "Fe2Co2Sm",
        "Sm1Fe1.000009Co1",
        "Sm1Fe1.00002Co1",
        "Nd0.1Pr0.1Fe0.4Co0.4",
    ),
    *(
        "Nd0.3333Pr0.3333Dy0.3334",
        "Nd0.33333Pr0.33333Dy0.33334",
        "CoNiCuZn",
        "LaCePrNdSm",
    ),
    *("Fe2O3", "LiF", "NaCl", "GaAs", "HfZrTiCuNi", "BCN", "H2O", "UO2"),
    # a property that is missing for an element
    *(
        "HeFe",
        "ArCo5",
        "XeF2",
        "RnF2",
        "NeNd2",
        "FrCl",
        "BkO2",
        "CfO2",
        "NhCl",
        "RfO2",
        "OgF2",
    ),
    *(
        "Sm0.8Gd0.2Co4.9Fe0.1",
        "Nd1.6Dy0.4Fe12.5Co1.5B",
        "Sm2Co12.2Fe3.5Cu1.0Zr0.3",
    ),
    "Nd1.5Pr0.3Dy0.2Fe13.2Co0.4Cu0.1Al0.1Ga0.1Nb0.1B1.0",
]
RARE_EARTHS = "La Ce Pr Nd Sm Gd Tb Dy Ho Er Tm Yb Lu Y".split()
OTHERS = "Fe Co Ni Mn Cu Zr Ti V Cr Mo Nb Hf Al Ga Si B C N".split()


def compositions(n: int = 120) -> list[str]:
    """Return the chosen formulas, filled up to `n` with random magnet-like ones."""
    rng = random.Random(14)
    result = list(CHOSEN)
    while len(result) < n:
        rare = rng.sample(RARE_EARTHS, rng.randint(1, 3))
        other = rng.sample(OTHERS, rng.randint(1, 5))
        parts = [f"{e}{round(rng.uniform(0.01, 2.0), 3)}" for e in rare]
        parts += [f"{e}{round(rng.uniform(0.05, 12.0), 3)}" for e in other]
        result.append("".join(parts))
    return result


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
        for text in compositions():
            values = map(float, featurizer.featurize(Composition(text)))
            out.writerow(
                [text, *(int(v) if v % 1 == 0 else repr(v) for v in values)]
            )


if __name__ == "__main__":
    main()
