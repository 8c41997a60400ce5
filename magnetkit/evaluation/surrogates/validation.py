"""Validation of a surrogate on what was left out, against rivals in the same run."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ... import conformal as intervals
from ...elements import RARE_EARTHS
from ...hosts.partition import HOST_NAMES, assign_hosts
from ...surrogates.surrogate import FOLDS, SMALL, Surrogate, bar, fit, load
from ...surrogates.training_sets import (
    ENERGY,
    HULL_DISTANCE,
    TrainingSet,
    merge_duplicates,
    training_set,
)
from . import figures, rivals
from .card import ModelCard

COVERAGE = 0.9
# Fewer rows than this say nothing about a host or an element.
_LEAST = 10
# Shares of groups that a small set is left out by: one alone would decide its figures.
_SHARES = 4
# Rows that the permutation importance is measured on.
_SHUFFLED = 500
_FEW_ELEMENTS = ("Ce", "Nd", "Sm", "Dy", "Co")
"""Elements left out of the formation energies; all would take many minutes."""
_STABLE = 0.05
"""Energy above the hull (eV/atom) up to which a phase counts as makeable."""

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
    ``groups left out`` and ``holdout`` train everything anew: scales, model and intervals.
    ``hosts``, ``elements`` and ``random rows left out`` keep the scales of the whole set. The
    distance to the hull is part of the card of the formation energy.
    """
    if target == HULL_DISTANCE:
        target = ENERGY
    known = training_set(target, data)
    with bar(f"validating {target}", FOLDS * _shares(known) + 2, progress) as advance:
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
    if not known.learn.all():
        learnt = known.learn
        for name, predicted in made.items():
            if name == "mean" or name.startswith("rival:statistics"):
                title = "model" if name == "mean" else name[6:]
                result[f"{title}; rows of the training rule"] = figures.accuracy(
                    values[learnt], predicted[learnt], known.groups[learnt], tolerance
                )
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
    learnt = train[train.learn]
    exact = model.estimator_.undistilled
    made["rival:process before distilling"] = exact.predict(test.table)
    for name, rival in rivals.rivals().items():
        rival.fit(rivals.inputs(name, learnt.table), learnt.values)
        made[f"rival:{name}"] = rival.predict(rivals.inputs(name, test.table))
    if len(learnt) < len(train):
        name = "statistics + extra trees"
        rival = rivals.rivals()[name].fit(rivals.inputs(name, train.table), train.values)
        made[f"rival:{name}, on all rows"] = rival.predict(rivals.inputs(name, test.table))
    return made


def _shares(known: TrainingSet) -> int:
    return _SHARES if len(known) <= SMALL else 1


def _groups(known: TrainingSet, advance: Callable[[], None]) -> dict[str, Any]:
    shares, n = _shares(known), len(known)
    made: dict[str, Array] = {}
    for share in range(shares):
        for inside, outside in intervals.folds(known.groups, FOLDS, share):
            train, test = known[inside], known[outside]
            parts = _made(fit(train), train, test)
            if known.target == ENERGY:
                parts["hull"] = _hull(train, test)
            for name, part in parts.items():
                made.setdefault(name, np.full(shares * n, np.nan))[share * n + outside] = part
            advance()
    result = _measure(known[np.tile(np.arange(n), shares)], made)
    if shares > 1:
        result["rows"] = f"each of {n} left out {shares} times, with other groups each time"
    if known.target == ENERGY:
        result["energy above the hull"] = _stability(known, made)
    return result


def _hull(train: TrainingSet, test: TrainingSet) -> Array:
    """Return the hull of the phases of `train` alone at the compositions of `test`."""
    from ...phases.hull import solve
    from ...phases.space import build_space

    space = build_space(train.table.formulas(), train.values)
    return np.asarray(solve(test.table, space).energy, np.float64)


def _stability(known: TrainingSet, made: dict[str, Array]) -> dict[str, Any]:
    """Return how well phases are called makeable, with what was left out missing from the hull."""
    from ...phases import hull_energy

    distance = known.values - np.asarray(hull_energy(known.table), np.float64)
    predicted = np.maximum(made["mean"] - made["hull"], 0.0)
    known_hull = np.isfinite(predicted)
    true, called = distance < _STABLE, predicted < _STABLE
    both = float((true & called)[known_hull].sum())
    return {
        "rows with a hull": int(known_hull.sum()),
        "mean absolute error": float(np.abs(predicted - distance)[known_hull].mean()),
        f"below {_STABLE} eV/atom": int(true[known_hull].sum()),
        "precision": both / max(1, int(called[known_hull].sum())),
        "recall": both / max(1, int(true[known_hull].sum())),
        "share below, the precision of calling all": float(true[known_hull].mean()),
    }


def _host_masks(known: TrainingSet) -> dict[str, NDArray[np.bool_]]:
    codes = assign_hosts(known.table)
    return {name: codes == i for i, name in enumerate(HOST_NAMES)}


def _element_masks(known: TrainingSet) -> dict[str, NDArray[np.bool_]]:
    elements = (*RARE_EARTHS, "Co") if known.target != ENERGY else _FEW_ELEMENTS
    return {symbol: known.table.fraction(symbol) > 0 for symbol in elements}


def _left_out(
    model: Surrogate, known: TrainingSet, masks: dict[str, NDArray[np.bool_]]
) -> dict[str, Any]:
    result = {}
    tolerance = figures.TOLERANCE[known.target]
    for name, rows in masks.items():
        if rows.sum() < _LEAST or (~rows).sum() < _LEAST:
            continue
        train = known[~rows & known.learn]
        other = model.estimator_.refit(train.table, train.values)
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
        train = known[inside[known.learn[inside]]]
        other = model.estimator_.refit(train.table, train.values)
        predicted[outside] = other.predict(known.table[outside])
    tolerance = figures.TOLERANCE[known.target]
    return figures.accuracy(known.values, predicted, known.groups, tolerance)


def _importance(model: Surrogate, known: TrainingSet) -> dict[str, float]:
    """Return the rise of the mean absolute error when an input is shuffled, largest first."""
    known = known[np.random.default_rng(0).permutation(len(known))[:_SHUFFLED]]
    order = np.roll(np.arange(len(known)), 1)
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
    from ...composition import CompositionTable

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
