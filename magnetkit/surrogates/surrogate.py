"""Trained surrogates: predictions with interval and domain, cached by what they were made from."""

import hashlib
import json
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from .. import conformal as intervals
from ..columns import COLUMNS
from ..composition import CompositionTable
from ..composition.inputs import read_inputs
from ..composition.notation import Basis
from ..errors import InputError, StoreError
from ..settings import get_settings
from . import store
from .average import ProcessAverage
from .distilled import DistilledProcess
from .fingerprint import fingerprint
from .pieces import in_pieces, joined
from .process import CompositionProcess
from .regressor import Estimate
from .residual import PhysicsResidual
from .training_sets import ENERGY, HULL_DISTANCE, TrainingSet, check_target, training_set

if TYPE_CHECKING:
    import pandas as pd

SIGNED = ("formation_energy_eV_atom", "anisotropy_constant_MJ_m3")
"""Targets that may be negative."""

FOLDS = 5
"""Folds of group-left-out refits that calibrate the intervals; three on a large set."""

SMALL = 300
"""Rows up to which the search of the scales is repeated in each fold."""

_LARGE = 2000

EDGE = 0.90
"""Share of left-out compositions that counts as inside the domain."""

_CLIP = 0.98
"""Residuals beyond this quantile do not pull at the difficulty."""


@dataclass(frozen=True, eq=False)
class Surrogate:
    """A trained model of one property.

    Attributes
    ----------
    target : str
        What it predicts.
    estimator_ : DistilledProcess, or PhysicsResidual of one
        The scikit-learn regressor; ``estimator_.predict(table)`` has shape (n,).
    residuals, scores : ndarray of float64
        Absolute residual of every training row when its group was left out, and the same over
        its difficulty.
    coefficients : ndarray of float64, shape (3,)
        The difficulty is their sum over one, the novelty and the local residual.
    edge : float
        Novelty at the edge of the domain.
    known : TrainingSet
        What it was trained and calibrated on.
    manifest : dict
        Where it comes from: data, parameters, counts, hashes, versions.
    """

    target: str
    estimator_: Any
    residuals: NDArray[np.float64]
    scores: NDArray[np.float64]
    coefficients: NDArray[np.float64]
    edge: float
    known: TrainingSet
    manifest: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return what was trained, how well and where it is kept, in one line."""
        unit = COLUMNS[self.target].unit
        return (
            f"{self.target}: {self.manifest['rows']} compositions in {self.manifest['groups']} "
            f"groups, mean error {self.residuals.mean():.3g} {unit} on groups left out; {self.file}"
        )

    @property
    def file(self) -> Path:
        """Where the model is kept."""
        return _file(self.known)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the numbers that its answers are made of."""
        parts = (self.estimator_, self.scores, self.coefficients, float(self.edge))
        return fingerprint((self.target, *parts))

    def predict(
        self,
        compositions: Any,
        interval: float = 0.9,
        *,
        basis: Basis = "auto",
        strict: bool = False,
    ) -> Any:
        """Predict with interval and domain.

        Parameters
        ----------
        compositions : text, list, column, frame, path, pymatgen Composition or CompositionTable
            What to predict; see `magnetkit.predict`.
        interval : float
            Probability that the true value lies inside, for compositions of a series or chemical
            system the model has not seen.
        basis : {"auto", "atomic", "weight"}
            What the amounts of a text are.
        strict : bool
            Fail on the first row that cannot be read; it is left out with a warning otherwise.

        Returns
        -------
        DataFrame, or frame of the input's library
            One row a composition: the target, its ``_lo`` and ``_hi``, ``in_domain`` and
            ``domain_distance`` (1 at the edge).
        """

        def predict(part: CompositionTable) -> "pd.DataFrame":
            return self.frame(part, self.estimator_.estimate(part), interval)

        inputs = read_inputs(compositions, basis, strict=strict)
        return inputs.give(joined(in_pieces(predict, inputs.table)))

    def frame(
        self, table: CompositionTable, estimate: Estimate, interval: float = 0.9
    ) -> "pd.DataFrame":
        """Return what `predict` does, of an estimate that is at hand.

        Parameters
        ----------
        table : CompositionTable
            n compositions.
        estimate : Estimate
            What the estimator says of them.
        interval : float
            As of `predict`.

        Returns
        -------
        DataFrame
            As of `predict`.
        """
        import pandas as pd

        half = intervals.quantile(self.scores, interval) * difficulty(self.coefficients, estimate)
        values = estimate.mean
        if self.target == HULL_DISTANCE:
            from ..phases import hull_energy

            values = values - hull_energy(table)
        low, high = values - half, values + half
        if self.target not in SIGNED:
            for bound in (values, low, high):
                np.maximum(bound, 0.0, out=bound, where=~np.isnan(bound))
        distance = estimate.novelty / self.edge
        return pd.DataFrame(
            {
                self.target: values,
                f"{self.target}_lo": low,
                f"{self.target}_hi": high,
                "in_domain": distance <= 1.0,
                "domain_distance": distance,
            },
            copy=False,
        )


def make_estimator(target: str) -> Any:
    """Return the estimator of a target, not yet fitted."""
    if target == ENERGY:
        exact = CompositionProcess("statistics", smooth=False, search_iterations=30)
        return DistilledProcess(exact, reach=0.1)
    # By far the most measured property: there the rare earth's own chemistry brings nothing that
    # its ion's properties do not say (datasets/surrogates/search_scores.csv).
    pooled = target == "curie_temperature_K"
    process = ProcessAverage(target, pool_rare_earths=pooled, count_foreign=False)
    return PhysicsResidual(DistilledProcess(process, hidden=128, reach=0.2), target)


def parameters(estimator: Any) -> dict[str, Any]:
    """Return an estimator's parameters as plain values, those of the one inside it too."""
    found = estimator.get_params()
    return {k: type(v).__name__ if hasattr(v, "get_params") else v for k, v in found.items()}


def difficulty(coefficients: NDArray[np.float64], estimate: Estimate) -> NDArray[np.float64]:
    """Return what the error is taken to be proportional to, in the target's unit."""
    constant, new, near = coefficients
    return constant + new * estimate.novelty + near * estimate.local


def fit(data: TrainingSet, advance: Any = lambda: None) -> Surrogate:
    """Train on a set; `advance` is called after each of its folds and once before."""
    from threadpoolctl import threadpool_limits

    # On small matrices BLAS threads that spin for each other cost more than they bring, seven
    # times the time where other work shares the cores.
    limit = 1 if len(data) < _LARGE else None
    with threadpool_limits(limits=limit, user_api="blas"):
        return _fit(data, advance)


def _folds(data: TrainingSet) -> int:
    return FOLDS if len(data) < _LARGE else 3


def _fit(data: TrainingSet, advance: Any) -> Surrogate:
    learnt = data[data.learn]
    estimator = make_estimator(data.target).fit(learnt.table, learnt.values)
    advance()
    left_out = np.empty((3, len(data)))
    for inside, outside in intervals.folds(data.groups, _folds(data)):
        rows = inside[data.learn[inside]]
        # On a small set the search itself is a large part of the error.
        train = clone(estimator).fit if len(data) <= SMALL else estimator.refit
        other = train(data.table[rows], data.values[rows])
        left_out[:, outside] = other.estimate(data.table[outside])
        advance()
    estimate = Estimate(*left_out)
    residuals = np.abs(data.values - estimate.mean)
    coefficients = intervals.fit_difficulty(residuals, estimate.novelty, estimate.local, _CLIP)
    scores = residuals / difficulty(coefficients, estimate)
    manifest = {
        "target": data.target,
        "origin": data.origin,
        "rows": len(learnt),
        "groups": len(np.unique(learnt.groups)),
        "removed": data.removed,
        "data_sha256": data.sha256,
        "estimator": type(estimator).__name__,
        "parameters": parameters(estimator),
    }
    edge = max(float(np.quantile(estimate.novelty[data.learn], EDGE)), 1e-3)
    return Surrogate(data.target, estimator, residuals, scores, coefficients, edge, data, manifest)


@contextmanager
def bar(title: str, steps: int, shown: bool) -> Iterator[Callable[[], None]]:
    """Show a progress bar of `steps` on stderr, or nothing; yields what advances it."""
    if not shown:
        yield lambda: None
        return
    from rich.progress import Progress

    from .._console import progress_console

    with Progress(console=progress_console(), transient=True) as progress:
        task = progress.add_task(title, total=steps)
        yield lambda: progress.advance(task)


def _file(data: TrainingSet) -> Path:
    parts = {
        "data": data.sha256,
        "code": store.code_sha256(),
        "versions": store.versions(),
        "parameters": parameters(make_estimator(data.target)),
    }
    key = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]
    return get_settings().cache_dir / "surrogates" / f"{data.target}-{key}.model"


def _read(file: Path, data: TrainingSet) -> Surrogate:
    content, manifest = store.read(file)
    if manifest.get("data_sha256") != data.sha256 or manifest.get("target") != data.target:
        raise StoreError(f"{file} was trained on other data; delete it and train again")
    return Surrogate(
        target=data.target,
        estimator_=content.pop("estimator"),
        known=data,
        manifest=manifest,
        **content,
    )


def train(
    target: str,
    training_set: TrainingSet | None = None,
    data: "str | Path | None" = None,
    progress: bool = False,
) -> Surrogate:
    """Train the surrogate of a target and keep it in the cache.

    Parameters
    ----------
    target : str
        A name of `magnetkit.surrogates.TARGETS`.
    training_set : TrainingSet, optional
        What to learn from, instead of the built-in set.
    data : str or Path, optional
        A CSV file to learn from: columns ``composition``, the target, and as you have them
        ``group`` and ``source``.
    progress : bool
        Show a progress bar on stderr.

    Returns
    -------
    Surrogate

    Raises
    ------
    InputError
        If the target is not known, both a set and a file are given, or either for the distance to
        the hull, which is the formation energy less the hull's.
    DataError
        If the file holds nothing usable.
    StoreError
        If the cache cannot be written.
    """
    chosen = _choose(target, training_set, data)
    if target == HULL_DISTANCE:
        return replace(train(ENERGY, progress=progress), target=target)
    model = _fit_shown(chosen, progress)
    _keep(model)
    return model


def _fit_shown(data: TrainingSet, progress: bool) -> Surrogate:
    with bar(f"training {data.target}", _folds(data) + 1, progress) as advance:
        return fit(data, advance)


def _keep(model: Surrogate) -> None:
    content = {
        "estimator": model.estimator_,
        "residuals": model.residuals,
        "scores": model.scores,
        "coefficients": model.coefficients,
        "edge": model.edge,
    }
    store.save(model.file, content, model.manifest)
    _load.cache_clear()


def _choose(target: str, given: TrainingSet | None, data: "str | Path | None") -> TrainingSet:
    check_target(target)
    if target == HULL_DISTANCE and (given is not None or data is not None):
        raise InputError(
            f"{HULL_DISTANCE} follows from {ENERGY}: train that on your data, the hull is known"
        )
    if given is None:
        return training_set(target, data)
    if data is not None:
        raise InputError("give a training set or a CSV file, not both")
    if given.target != target:
        raise InputError(f"the training set is of {given.target}, not of {target}")
    return given


def load(target: str, data: "str | Path | None" = None, progress: bool = True) -> Surrogate:
    """Return the surrogate of a target, trained at first use and cached.

    The cache is keyed by data, code, versions and parameters: with the larger Curie-temperature
    set fetched, another model answers than without.

    Parameters
    ----------
    target : str
        A name of `magnetkit.surrogates.TARGETS`.
    data : str or Path, optional
        A CSV file to learn from, see `train`.
    progress : bool
        Show a progress bar on stderr while training.

    Returns
    -------
    Surrogate
    """
    check_target(target)
    settings = get_settings()
    with _LOADING:
        return _load(target, None if data is None else str(data), progress, str(settings))


# Threads that ask for an untrained model at the same time must not each train it.
_LOADING = Lock()


@lru_cache(maxsize=16)
def _load(target: str, data: str | None, progress: bool, settings: str) -> Surrogate:
    if target == HULL_DISTANCE and data is None:
        return replace(_load(ENERGY, None, progress, settings), target=target)
    chosen = training_set(target, data)
    file = _file(chosen)
    if file.is_file():
        return _read(file, chosen)
    model = _fit_shown(chosen, progress)
    try:
        _keep(model)
    except StoreError as error:
        # Whoever only wants a prediction gets it.
        warnings.warn(f"{error}; this model will be trained again next time", stacklevel=3)
    return model
