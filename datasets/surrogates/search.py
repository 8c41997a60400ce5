"""Compare settings of the surrogates on chemical systems left out, and write the scores.

    python datasets/surrogates/search.py curie_temperature_K [--folds 3]

Settings are chosen by these scores alone; compilations kept for validation take no part.
"""

import argparse
import csv
import time
from pathlib import Path

import numpy as np
from sklearn.base import clone
from threadpoolctl import threadpool_limits

from magnetkit.surrogates import CompositionProcess, EnergyEnsemble, figures, intervals
from magnetkit.surrogates.training_sets import TARGETS, training_set

SETTINGS = {
    "formation_energy_eV_atom": [
        EnergyEnsemble(width=0.3),
        EnergyEnsemble(width=0.6),
        EnergyEnsemble(width=1.0),
    ]
}
PROCESSES = [
    CompositionProcess(support=512),
    CompositionProcess(support=1024),
    CompositionProcess(support=1024, robust=None),
    CompositionProcess(support=1024, robust=2.0),
]
FIELDS = ["target", "model", "folds", "rows", "mae", "median", "r2", "pairs", "seconds", "source"]


def main() -> None:
    """Score the settings of one target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--folds", type=int, default=3)
    arguments = parser.parse_args()
    known = training_set(arguments.target)
    file = Path(__file__).with_name("search_scores.csv")
    new = not file.exists()
    with file.open("a", newline="") as stream, threadpool_limits(limits=1):
        writer = csv.DictWriter(stream, FIELDS, lineterminator="\n")
        if new:
            writer.writeheader()
        for estimator in SETTINGS.get(arguments.target, PROCESSES):
            begun = time.perf_counter()
            predicted = np.empty(len(known))
            for inside, outside in intervals.folds(known.groups, arguments.folds):
                fitted = clone(estimator).fit(known.table[inside], known.values[inside])
                predicted[outside] = fitted.predict(known.table[outside])
            scores = figures.accuracy(
                known.values, predicted, known.groups, figures.TOLERANCE[known.target]
            )
            row = {
                "target": known.target,
                "model": repr(estimator).replace("\n", " "),
                "folds": arguments.folds,
                **{k: v if k == "rows" else f"{v:.4g}" for k, v in scores.items()},
                "seconds": f"{time.perf_counter() - begun:.0f}",
                "source": f"measured on {known.origin}",
            }
            writer.writerow(row)
            stream.flush()
            print(row)


if __name__ == "__main__":
    main()
