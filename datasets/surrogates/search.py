"""Compare settings of the surrogates on groups left out, and write the scores.

    python datasets/surrogates/search.py curie_temperature_K [--folds 5] [--leave hosts]

Left out are chemical systems, or all compositions of a host with and without interstitials at a
time (then only these count).

Settings are chosen by these scores alone; compilations kept for validation take no part.
"""

import argparse
import csv
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from sklearn.base import clone
from threadpoolctl import threadpool_limits

from magnetkit import conformal as intervals
from magnetkit.elements import INDEX
from magnetkit.evaluation.surrogates import figures, rivals
from magnetkit.hosts.partition import HOST_NAMES, assign_hosts
from magnetkit.surrogates import CompositionProcess, PhysicsResidual, ProcessAverage
from magnetkit.surrogates.surrogate import make_estimator
from magnetkit.surrogates.training_sets import ENERGY, TARGETS, TrainingSet, training_set

FIELDS = ["target", "model", "folds", "rows", "mae", "median", "r2", "pairs", "seconds", "source"]
_LEFT_OUT = {"systems": "chemical systems", "hosts": "hosts"}
CURIE = "curie_temperature_K"
RICH = 0.4
"""Least atomic share of iron and cobalt of the rows that the Curie temperature is scored on."""


def settings(target: str) -> list[CompositionProcess | ProcessAverage | PhysicsResidual]:
    """Return what is compared for a target, the present estimator first."""
    present = make_estimator(target)
    # The processes themselves are compared; distilling them costs the same for each.
    if target == ENERGY:
        return [present.exact, clone(present.exact).set_params(smooth=True)]
    present = PhysicsResidual(present.process.exact, target)
    pooled = present.process.pool_rare_earths
    return [
        present,
        PhysicsResidual(ProcessAverage(target, pool_rare_earths=not pooled), target),
        PhysicsResidual(ProcessAverage("magnet", pool_rare_earths=pooled), target),
        ProcessAverage(target, pool_rare_earths=pooled),
        ProcessAverage("magnet", pool_rare_earths=pooled),
        PhysicsResidual(CompositionProcess(target, smooth=False, pool_rare_earths=pooled), target),
    ]


def scored(known: TrainingSet, leave: str) -> np.ndarray:
    """Return the rows that count."""
    rows = np.ones(len(known), bool) if leave == "systems" else assign_hosts(known.table) >= 0
    if known.target == CURIE:
        dense = known.table.to_array()
        rows &= dense[:, INDEX["Fe"]] + dense[:, INDEX["Co"]] >= RICH
    return rows


def splits(known: TrainingSet, leave: str, folds: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield training and test rows."""
    if leave == "systems":
        yield from intervals.folds(known.groups, folds)
        return
    names = np.array([*HOST_NAMES, "none"])[assign_hosts(known.table)]
    for host in ("2:14:1", "1:5", "2:17", "1:12"):
        out = np.char.startswith(names, host)
        yield np.flatnonzero(~out), np.flatnonzero(out)


def predict(model: object, known: TrainingSet, leave: str, folds: int) -> np.ndarray:
    """Return the prediction of every row by a model that has not seen its group."""
    predicted = np.full(len(known), np.nan)
    for inside, outside in splits(known, leave, folds):
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
    parser.add_argument("--leave", choices=("systems", "hosts"), default="systems")
    arguments = parser.parse_args()
    known = training_set(arguments.target)
    leave = arguments.leave
    rows = scored(known, leave)
    file = Path(__file__).with_name("search_scores.csv")
    new = not file.exists()
    limit = 1 if len(known) < 2000 else None
    with file.open("a", newline="") as stream, threadpool_limits(limits=limit):
        writer = csv.DictWriter(stream, FIELDS, lineterminator="\n")
        if new:
            writer.writeheader()
        for model in ("statistics + extra trees", *settings(arguments.target)):
            begun = time.perf_counter()
            predicted = predict(model, known, leave, arguments.folds)[rows]
            scores = figures.accuracy(
                known.values[rows], predicted, known.groups[rows], figures.TOLERANCE[known.target]
            )
            row = {
                "target": known.target,
                "model": " ".join(str(model).split()),
                "folds": arguments.folds if leave == "systems" else 4,
                **{k: v if k == "rows" else f"{v:.4g}" for k, v in scores.items()},
                "seconds": f"{time.perf_counter() - begun:.0f}",
                "source": f"measured on {known.origin}, {_LEFT_OUT[leave]} left out"
                + ("" if known.target != CURIE else f", Fe + Co {RICH:.0%} of the atoms or more"),
            }
            writer.writerow(row)
            stream.flush()
            print(row, flush=True)


if __name__ == "__main__":
    main()
