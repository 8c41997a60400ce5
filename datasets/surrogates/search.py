"""Compare settings of the surrogates on chemical systems left out, and write the scores.

    python datasets/surrogates/search.py curie_temperature_K [--folds 5]

Settings are chosen by these scores alone; compilations kept for validation take no part.
"""

import argparse
import csv
import time
from pathlib import Path

import numpy as np
from sklearn.base import clone
from threadpoolctl import threadpool_limits

from magnetkit.elements import INDEX
from magnetkit.surrogates import CompositionProcess, ProcessAverage, figures, intervals, rivals
from magnetkit.surrogates.training_sets import ENERGY, TARGETS, TrainingSet, training_set

FIELDS = ["target", "model", "folds", "rows", "mae", "median", "r2", "pairs", "seconds", "source"]
RICH = 0.4
"""Least atomic share of iron and cobalt of the rows that the Curie temperature is scored on."""


def settings(target: str) -> list[CompositionProcess | ProcessAverage]:
    """Return what is compared for a target."""
    if target == ENERGY:
        rough = CompositionProcess("statistics", smooth=False, search_iterations=30)
        return [rough, clone(rough).set_params(smooth=True)]
    rough = CompositionProcess(smooth=False)
    others = [clone(rough).set_params(robust=robust) for robust in (2.0, None)]
    return [ProcessAverage(), CompositionProcess(smooth=True), rough, *others]


def scored(known: TrainingSet) -> np.ndarray:
    """Return the rows that count."""
    if known.target != "curie_temperature_K":
        return np.ones(len(known), bool)
    dense = known.table.to_array()
    return dense[:, INDEX["Fe"]] + dense[:, INDEX["Co"]] >= RICH


def predict(model: object, known: TrainingSet, folds: int) -> np.ndarray:
    """Return the prediction of every row by a model that has not seen its group."""
    predicted = np.empty(len(known))
    for inside, outside in intervals.folds(known.groups, folds):
        learnt = known[inside[known.learn[inside]]]
        if not isinstance(model, str):
            fitted = clone(model).fit(learnt.table, learnt.values)
            predicted[outside] = fitted.predict(known.table[outside])
        else:
            fitted = rivals.rivals()[model].fit(rivals.inputs(model, learnt.table), learnt.values)
            predicted[outside] = fitted.predict(rivals.inputs(model, known.table[outside]))
    return predicted


def main() -> None:
    """Score the settings of one target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--folds", type=int, default=5)
    arguments = parser.parse_args()
    known = training_set(arguments.target)
    rows = scored(known)
    file = Path(__file__).with_name("search_scores.csv")
    new = not file.exists()
    limit = 1 if len(known) < 2000 else None
    with file.open("a", newline="") as stream, threadpool_limits(limits=limit):
        writer = csv.DictWriter(stream, FIELDS, lineterminator="\n")
        if new:
            writer.writeheader()
        for model in ("statistics + extra trees", *settings(arguments.target)):
            begun = time.perf_counter()
            predicted = predict(model, known, arguments.folds)[rows]
            scores = figures.accuracy(
                known.values[rows], predicted, known.groups[rows], figures.TOLERANCE[known.target]
            )
            row = {
                "target": known.target,
                "model": " ".join(str(model).split()),
                "folds": arguments.folds,
                **{k: v if k == "rows" else f"{v:.4g}" for k, v in scores.items()},
                "seconds": f"{time.perf_counter() - begun:.0f}",
                "source": f"measured on {known.origin}, chemical systems left out"
                + ("" if rows.all() else f", Fe + Co {RICH:.0%} of the atoms or more"),
            }
            writer.writerow(row)
            stream.flush()
            print(row, flush=True)


if __name__ == "__main__":
    main()
