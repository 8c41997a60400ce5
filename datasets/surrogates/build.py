"""Write split.csv, the fold of each paper in the validation of Curie temperatures, or energy.npz.

    python datasets/surrogates/build.py split
    python datasets/surrogates/build.py energy

The split needs both fetched sets (`magnetkit data fetch curie`, or the mirror). The energy is the
model of the formation energy, fitted to the embedded snapshot: anew whenever that, the columns of
`magnetkit.surrogates.energy` or the process change (two minutes).
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from magnetkit.surrogates import energy
from magnetkit.surrogates._measured import NO_PAPER, curie_set, fold
from magnetkit.surrogates.training_sets import training_set

HERE = Path(__file__).parent


def split() -> None:
    """Write split.csv."""
    known = curie_set()
    papers = [
        group
        for group in np.unique(known.groups)
        if not group.startswith(NO_PAPER)
    ]
    frame = pd.DataFrame(
        {"paper": papers, "fold": [fold(paper) for paper in papers]}
    )
    frame["source"] = "build.py: hash of the paper"
    frame.to_csv(HERE / "split.csv", index=False, lineterminator="\n")


def packed(model: energy.EnergyModel) -> dict[str, np.ndarray]:
    """Return a model as arrays; the rows it learnt from are named by their hash."""
    process, known = model.process, model.known
    return {
        **{name: np.asarray(getattr(process, name)) for name in process.kept},
        "coefficients": model.coefficients,
        "inside": model.scores[0],
        "outside": model.scores[1],
        "edge": np.array(model.edge),
        "error": np.array(model.manifest["error"]),
        "columns": energy.columns(known.table[known.learn]).mean(axis=0),
        "data_sha256": np.array(known.sha256),
    }


def fitted_energy() -> None:
    """Write energy.npz."""
    model = energy.fit(training_set(energy.ENERGY))
    np.savez_compressed(HERE / "energy.npz", **packed(model))
    print(model)


if __name__ == "__main__":
    {"split": split, "energy": fitted_energy}[sys.argv[1]]()
