"""Validation of a surrogate on what was left out, against rivals in the same run."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..elements import RARE_EARTHS
from ..phases.hosts import HOST_NAMES, assign_hosts
from . import figures, intervals, rivals
from .card import ModelCard
from .surrogate import FOLDS, Surrogate, bar, fit, load
from .training_sets import TrainingSet, merge_duplicates, training_set

COVERAGE = 0.9
# Fewer rows than this say nothing about a host or an element.
_LEAST = 10

Array = NDArray[np.float64]
Rows = NDArray[np.int64]


def validate(
    target: str,
    data: "str | Path | None" = None,
    holdout: "str | Path | TrainingSet | None" = None,
    progress: bool = False,
) -> ModelCard:
    """Validate the surrogate of a target and write its model card beside the model.

    Parameters
    ----------
    target : str
        A name of `magnetkit.surrogates.TARGETS`.
    data : str or Path, optional
        A CSV file to learn from, see `magnetkit.surrogates.train`.
    holdout : str, Path or TrainingSet, optional
        Measurements kept for validation alone: a CSV file with columns ``composition``, the
        target and ``group``. Compositions of it are taken out of the training set.
    progress : bool
        Show a progress bar on stderr.

    Returns
    -------
    ModelCard
        What was measured; ``to_markdown()`` and ``to_json()``, already written to the cache.

    Notes
    -----
    ``groups left out`` and ``holdout`` train everything anew: length scales, model and intervals.
    ``hosts`` and ``elements left out`` keep the length scales of the whole set.
    """
    from threadpoolctl import threadpool_limits

    known = training_set(target, data)
    with (
        threadpool_limits(limits=1),
        bar(f"validating {target}", FOLDS + 2, progress) as advance,
    ):
        model = load(target, data, progress=False)
        content: dict[str, Any] = {
            "groups left out": _groups(known, advance),
            "hosts left out": _left_out(model, known, _host_masks(known)),
            "elements left out": _left_out(model, known, _element_masks(known)),
            "random rows left out (not honest, for published figures)": _random(model, known),
            "permutation importance": _importance(model, known),
        }
        advance()
        if holdout is not None:
            content["holdout"] = _holdout(known, holdout)
        advance()
    card = ModelCard(target, model.manifest, content)
    card.write(model.file)
    return card


def _measure(known: TrainingSet, made: dict[str, Array]) -> dict[str, Any]:
    """Return every figure of left-out predictions `made` of `known`."""
    values, tolerance = known.values, figures.TOLERANCE[known.target]
    mean = made["mean"]
    result: dict[str, Any] = {
        "model": {
            **figures.accuracy(values, mean, known.groups, tolerance),
            **figures.calibration(
                values, mean, made["low"], made["high"], known.groups, made["constant"], COVERAGE
            ),
            "domain": figures.distance_evidence(np.abs(values - mean), made["distance"]),
            "mae in domain": _mean_error(values, mean, made["distance"] <= 1.0),
            "mae outside": _mean_error(values, mean, made["distance"] > 1.0),
            "share in domain": float(np.mean(made["distance"] <= 1.0)),
        }
    }
    for name, predicted in made.items():
        if name.startswith("rival:"):
            result[name[6:]] = figures.accuracy(values, predicted, known.groups, tolerance)
    return result


def _mean_error(values: Array, mean: Array, rows: NDArray[np.bool_]) -> float:
    return float(np.abs(values - mean)[rows].mean()) if rows.any() else float("nan")


def _made(model: Surrogate, train: TrainingSet, test: TrainingSet) -> dict[str, Array]:
    """Return predictions of `test` by the model and by rivals trained on the same rows."""
    frame = model.predict(test.table, COVERAGE)
    made = {
        "mean": frame[model.target].to_numpy(),
        "low": frame[f"{model.target}_lo"].to_numpy(),
        "high": frame[f"{model.target}_hi"].to_numpy(),
        "distance": frame["domain_distance"].to_numpy(),
        "constant": np.full(len(test), intervals.quantile(model.residuals, COVERAGE)),
    }
    for name, rival in rivals.rivals().items():
        rival.fit(rivals.inputs(name, train.table), train.values)
        made[f"rival:{name}"] = rival.predict(rivals.inputs(name, test.table))
    return made


def _groups(known: TrainingSet, advance: Callable[[], None]) -> dict[str, Any]:
    made: dict[str, Array] = {}
    for inside, outside in intervals.folds(known.groups, FOLDS):
        train, test = known[inside], known[outside]
        for name, part in _made(fit(train), train, test).items():
            made.setdefault(name, np.full(len(known), np.nan))[outside] = part
        advance()
    result = _measure(known, made)
    if known.target == "formation_energy_eV_atom":
        result["hull distance below 0.05 eV/atom"] = _stability(known, made["mean"])
    return result


def _stability(known: TrainingSet, mean: Array) -> dict[str, Any]:
    """Return precision and recall of calling a phase stable by its predicted energy."""
    from ..phases import hull_energy

    hull = np.asarray(hull_energy(known.table), np.float64)
    true, called = known.values - hull < 0.05, mean - hull < 0.05
    both = float((true & called).sum())
    return {
        "stable": int(true.sum()),
        "precision": both / max(1, int(called.sum())),
        "recall": both / max(1, int(true.sum())),
    }


def _host_masks(known: TrainingSet) -> dict[str, NDArray[np.bool_]]:
    codes = assign_hosts(known.table)
    return {name: codes == i for i, name in enumerate(HOST_NAMES)}


def _element_masks(known: TrainingSet) -> dict[str, NDArray[np.bool_]]:
    return {symbol: known.table.fraction(symbol) > 0 for symbol in (*RARE_EARTHS, "Co")}


def _left_out(
    model: Surrogate, known: TrainingSet, masks: dict[str, NDArray[np.bool_]]
) -> dict[str, Any]:
    result = {}
    tolerance = figures.TOLERANCE[known.target]
    for name, rows in masks.items():
        if rows.sum() < _LEAST or (~rows).sum() < _LEAST:
            continue
        other = model.estimator_.refit(known.table[~rows], known.values[~rows])
        predicted = other.predict(known.table[rows])
        result[name] = figures.accuracy(
            known.values[rows], predicted, known.groups[rows], tolerance
        )
    return result


def _random(model: Surrogate, known: TrainingSet) -> dict[str, Any]:
    from sklearn.model_selection import KFold

    predicted = np.empty(len(known))
    folds = KFold(min(5, len(known)), shuffle=True, random_state=0)
    for inside, outside in folds.split(known.values):
        other = model.estimator_.refit(known.table[inside], known.values[inside])
        predicted[outside] = other.predict(known.table[outside])
    tolerance = figures.TOLERANCE[known.target]
    return figures.accuracy(known.values, predicted, known.groups, tolerance)


def _importance(model: Surrogate, known: TrainingSet) -> dict[str, float]:
    """Return the rise of the mean absolute error when an input is shuffled, largest first."""
    order = np.random.default_rng(0).permutation(len(known))
    before = np.abs(model.estimator_.predict(known.table) - known.values).mean()
    rises = {
        name: float(np.abs(predicted - known.values).mean() - before)
        for name, predicted in model.estimator_.shuffled(known.table, order)
    }
    return dict(sorted(rises.items(), key=lambda item: -item[1]))


def _holdout(known: TrainingSet, holdout: "str | Path | TrainingSet") -> dict[str, Any]:
    held = holdout if isinstance(holdout, TrainingSet) else training_set(known.target, holdout)
    train = without(known, held)
    result = _measure(held, _made(fit(train), train, held))
    result["taken out of training"] = len(known) - len(train)
    return result


def without(known: TrainingSet, held: TrainingSet) -> TrainingSet:
    """Return `known` less every composition (to 0.1 at.%) that `held` has."""
    from ..composition import CompositionTable

    dense = np.vstack([held.table.to_array(), known.table.to_array()])
    rows, columns = np.nonzero(dense)
    joined = CompositionTable(
        np.searchsorted(rows, np.arange(len(dense) + 1)).astype(np.int64),
        columns.astype(np.int32),
        dense[rows, columns],
        np.arange(len(dense)),
    )
    first, _, _ = merge_duplicates(joined, np.zeros(len(dense)), digits=3)
    keep = np.isin(np.arange(len(known)) + len(held), first)
    # Duplicates inside `known` itself stay out of it as well: `first` names each only once.
    return known[keep]
