"""The formation energy of any compound, by a Gaussian process on composition statistics."""

import sys
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core import _intervals, datasets
from .._core._types import FloatArray
from .._core.elements import N_ELEMENTS
from .._core.settings import get_settings
from ..alloy.table import CompositionTable
from ..features._elements import composition_statistics, load_table
from . import _store
from ._measured import TrainingSet, content_digest
from ._prediction import TrainedModel, prediction_frame
from ._process import Estimate, TrendProcess
from ._store import fingerprint
from .training_sets import ENERGY, HULL_DISTANCE, training_set

if TYPE_CHECKING:
    import pandas as pd


ENERGY_FOLDS = 3
"""Folds of chemical systems left out that calibrate the intervals."""

# Share of left-out compositions that counts as inside the domain; errors beyond the quantile do
# not pull at their size.
_INSIDE_QUANTILE = 0.90
_CLIP = 0.98
_LEAST_FOREIGN = 20
# Norms of the fractions tell stoichiometries apart whatever the elements.
_NORMS = (2, 3, 10)
# Atomic fraction of elements no training row holds from which a composition is wholly new.
_FOREIGN = 0.1
# More rows and steps gain less than 1 meV/atom.
_SEARCH: dict[str, Any] = {"search_rows": 2500, "search_iterations": 60}
FITTED = "surrogates/energy.npz"
"""The model of the embedded snapshot as it was fitted (``datasets/surrogates/build.py``)."""


def columns(table: CompositionTable) -> FloatArray:
    """Compute the columns that are learnt from of n compositions of `table`, float64 (n, d).

    They are, in this order, a constant (1), Magpie's composition statistics, three norms of the
    fractions, and the 118 atomic fractions by atomic number. The columns have no names.
    """
    atoms = table.to_array()
    norms = [(atoms**power).sum(axis=1) ** (1.0 / power) for power in _NORMS]
    statistics = composition_statistics(
        table, load_table("magpie").fill_gaps()
    )
    return np.column_stack([np.ones(len(table)), statistics, *norms, atoms])


@dataclass(frozen=True, eq=False)
class EnergyModel(TrainedModel):
    """A trained model of the formation energy, or of the distance to the hull that follows.

    Attributes
    ----------
    target : str
        "formation_energy_eV_atom" or the distance to the hull, eV/atom.
    process : TrendProcess
        What answers, over `columns`.
    coefficients : ndarray of float64, shape (3,)
        The size of an error is their sum over one, the novelty and the local residual.
    scores : tuple of ndarray
        Errors on what was left out over that size, inside and outside the domain.
    edge : float
        Novelty at the edge of the domain.
    known : TrainingSet
        What it was trained and calibrated on.
    manifest : dict
        Where it comes from.
    estimator_ : CompositionRegressor or None
        The same as a scikit-learn regressor, where `magnetkit.surrogates` loaded it.
    """

    target: str
    process: TrendProcess
    coefficients: FloatArray
    scores: tuple[FloatArray, FloatArray]
    edge: float
    known: TrainingSet
    manifest: dict[str, Any] = field(default_factory=dict)
    estimator_: Any = field(default=None, repr=False)

    def __str__(self) -> str:
        """Return what was trained and how well, in one line.

        The manifest must have ``rows``, ``groups`` and ``error`` (eV/atom).
        """
        rows = self.manifest["rows"]
        groups = self.manifest["groups"]
        error = f"{self.manifest['error']:.3g} eV/atom"
        return (
            f"{self.target}: {rows} rows of {groups} groups, mean error {error} on groups left "
            f"out; {self.file}"
        )

    __repr__ = __str__

    @property
    def file(self) -> Path:
        """Where the model is kept."""
        return _store.model_file(self.target, model_key(self.known))

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256, in hexadecimal digits, of the numbers that the answers depend on."""
        content = [self.target, self.process, self.coefficients, *self.scores]
        return fingerprint((*content, float(self.edge)))

    def _predict_table(
        self, table: CompositionTable, interval: float
    ) -> "pd.DataFrame":
        """Build the frame of `predict` for n compositions of `table`, eV/atom, one row each in order.

        `interval` is the probability of the ranges, between 0 and 1; InputError otherwise. The
        columns are the target, its ``_lo`` and ``_hi``, ``in_domain`` and ``domain_distance``. An
        empty composition is NaN. For the distance to the hull the hull energy is subtracted, and
        values and ends below 0 are 0; they are NaN where an element has no phases in the embedded
        snapshot.
        """
        estimate = self.process.estimate(columns(table))
        foreign = _foreign_amount(table, self.known.table)
        estimate = estimate._replace(
            novelty=np.maximum(estimate.novelty, foreign)
        )
        distance = estimate.novelty / self.edge
        inside, outside = (
            _intervals.quantile(s, interval) for s in self.scores
        )
        width = np.where(distance <= 1.0, inside, outside)
        half = width * size(self.coefficients, estimate)
        value = np.where(np.diff(table.indptr) > 0, estimate.mean, np.nan)
        low = value - half
        high = value + half
        if self.target == HULL_DISTANCE:
            from ..phases.stability import hull_energy

            hull = hull_energy(table)
            value = np.maximum(value - hull, 0.0)
            low = np.maximum(low - hull, 0.0)
            high = np.maximum(high - hull, 0.0)
        return prediction_frame(self.target, value, low, high, distance)


def size(coefficients: FloatArray, found: Estimate) -> FloatArray:
    """Compute the size to which an error is proportional, eV/atom, (n,).

    `coefficients`, (3,), eV/atom, eV/atom and 1, are constant, per novelty and per local part;
    `found` is the `Estimate` of n rows, whose ``novelty`` (0 to 1) and ``local`` (eV/atom) they
    multiply.
    """
    return (
        coefficients[0]
        + coefficients[1] * found.novelty
        + coefficients[2] * found.local
    )


def _foreign_amount(
    table: CompositionTable, known: CompositionTable
) -> FloatArray:
    """Compute how much of n compositions of `table` consists of elements that none of `known` has, (n,).

    The amount is 0 to 1: the atomic fraction of these elements over 0.1, at most 1. An element
    counts as known if it has an entry in any row of `known`. An empty composition has 0.
    """
    other = np.ones(N_ELEMENTS, bool)
    other[np.unique(known.indices)] = False
    rows = np.repeat(np.arange(len(table)), np.diff(table.indptr))
    amount = np.bincount(rows, table.values * other[table.indices], len(table))
    return np.minimum(amount / _FOREIGN, 1.0)


def model_key(data: TrainingSet) -> str:
    """Compute a hash, 16 hexadecimal digits, of all that decides the model trained on the set `data`.

    That is ``data.sha256``, the table of element properties, the code that fits and the versions of
    its packages; sources and origin of the rows are not in it.
    """
    from ..features import _descriptor_kernels as _descriptors
    from ..features import _elements
    from . import _gaussian_process_kernels as _gaussian_process
    from . import _process

    ingredients = (data.sha256, load_table("magpie").fill_gaps())
    modules = [sys.modules[__name__], _process, _intervals, _gaussian_process]
    return _store.key(ingredients, (*modules, _elements, _descriptors, _store))


def blank() -> TrendProcess:
    """Return the process that is fitted."""
    return TrendProcess(1, N_ELEMENTS, **_SEARCH)


def fit(data: TrainingSet, advance: Any = lambda: None) -> EnergyModel:
    """Train the model of the formation energy on a set, and calibrate its intervals.

    Parameters
    ----------
    data : TrainingSet
        Formation energies, eV/atom, finite: ``table``, ``values``, ``groups`` and ``learn`` are
        used. Only rows where ``learn`` is True are learnt; all are tested, each with its group, the
        chemical system, left out. Two groups or more (InputError otherwise).
    advance : callable
        Called without arguments once, and after each fold.

    Returns
    -------
    EnergyModel
        Its target is that of `data`; ``manifest`` has the keys of `TrainingSet.manifest` and
        ``error``, the mean absolute error of rows left out, eV/atom. No file is written.
    """
    learn = data.learn
    x = columns(data.table[learn])
    process = blank().fit(x, data.values[learn])
    advance()
    estimates = left_out(process, data, advance)
    residual = np.abs(data.values - estimates.mean)
    error_sources = np.column_stack([estimates.novelty, estimates.local])
    coefficients = _intervals.fit_difficulty(residual, error_sources, _CLIP)
    edge = max(
        float(np.quantile(estimates.novelty[learn], _INSIDE_QUANTILE)), 1e-3
    )
    score = residual / size(coefficients, estimates)
    inside = estimates.novelty <= edge
    outside = score if (~inside).sum() < _LEAST_FOREIGN else score[~inside]
    return EnergyModel(
        target=data.target,
        process=process,
        coefficients=coefficients,
        scores=(score[inside], outside),
        edge=edge,
        known=data,
        manifest=data.manifest() | {"error": float(residual.mean())},
    )


def left_out(
    process: TrendProcess, data: TrainingSet, advance: Any = lambda: None
) -> Estimate:
    """Predict each phase with its chemical system left out; scales stay those of `process`.

    Returned is an `Estimate` of all n rows of `data`, those not learnt from too: ``mean``
    (eV/atom), ``novelty`` (0 to 1) and ``local`` residual (eV/atom), (n,) each. The groups of
    `data` are left out in three parts. `process`, which must be fitted, is not changed. `advance`
    is called without arguments after each fold. InputError with fewer than two groups.
    """
    x = columns(data.table)
    learn = data.learn
    figures = np.full((3, len(data)), np.nan)
    for inside, outside in _intervals.folds(data.groups, ENERGY_FOLDS):
        rows = inside[learn[inside]]
        figures[:, outside] = process.refit(
            x[rows], data.values[rows]
        ).estimate(x[outside])
        advance()
    return Estimate(*figures)


_LOADING = Lock()


def load(
    data: "str | Path | None" = None, progress: bool = False
) -> EnergyModel:
    """Return the model of the formation energy, trained at first use and kept in memory and in the cache.

    `data` is the path of a CSV file with ``composition`` and ``formation_energy_eV_atom``, or of
    the folder of a phase snapshot, to learn from; a frame is not taken. The shipped model answers
    without, if it fits the embedded set. `progress` shows a bar on stderr while training. The
    target of the model is ``formation_energy_eV_atom``. InputError if a column
    is missing or a value is impossible, DataError if the file cannot be read
    or holds too few rows.
    """
    data = None if data is None else str(data)
    with _LOADING:
        return _load(data, progress, str(get_settings()), content_digest(data))


def stored_model(known: TrainingSet) -> EnergyModel | None:
    """Return the shipped model of the set `known`; None if there is none.

    A shipped model does not fit, and None is returned, where the hash of the set or the mean of its
    columns is not that of the file. `known` must be the embedded set of formation energies,
    eV/atom. The model's ``manifest`` has the keys of `TrainingSet.manifest` and ``error``, eV/atom.
    """
    with np.load(datasets.path(FITTED), allow_pickle=False) as file:
        arrays = dict(file)
    if str(arrays["data_sha256"]) != known.sha256:
        return None
    x = columns(known.table[known.learn])
    mean = arrays["columns"]
    if len(mean) != x.shape[1] or not np.allclose(
        mean, x.mean(axis=0), rtol=1e-9, atol=1e-12
    ):
        return None
    process = blank().from_arrays(x, known.values[known.learn], arrays)
    return EnergyModel(
        target=ENERGY,
        process=process,
        coefficients=arrays["coefficients"],
        scores=(arrays["inside"], arrays["outside"]),
        edge=float(arrays["edge"]),
        known=known,
        manifest=known.manifest() | {"error": float(arrays["error"])},
    )


@lru_cache(maxsize=4)
def _load(
    data: str | None, progress: bool, settings: str, digest: str
) -> EnergyModel:
    """Return the model of a file, or the shipped one; cached for each combination of arguments.

    A model trained anew is written to the cache folder.

    Parameters
    ----------
    data : str or None
        Path of a CSV file or snapshot folder to learn from; None for the built-in set.
    progress : bool
        Show a bar on stderr while training.
    settings, digest : str
        Parts of the key of the cache and not used otherwise; `digest` is that of `content_digest`.

    Returns
    -------
    EnergyModel
        Of ``formation_energy_eV_atom``; the same object at each call, do not change it.
    """
    training_data = training_set(ENERGY, data)
    if data is None and (model := stored_model(training_data)) is not None:
        return model
    file = _store.model_file(ENERGY, model_key(training_data))
    train = partial(_train_with_progress, training_data, progress)
    unpack = partial(_unpack, training_data)
    return _store.load_or_train(file, train, _pack, unpack)


def retrain(known: TrainingSet, progress: bool = False) -> EnergyModel:
    """Train a model on the set `known` and write it to the cache folder, in place of one that is there.

    `known` is a `TrainingSet` of formation energies, eV/atom. Models kept in memory are forgotten.
    `progress` shows a bar on stderr. InputError if `known` has fewer than two groups, StoreError if
    the file cannot be written.
    """
    model = _train_with_progress(known, progress)
    _store.save(model.file, *_pack(model))
    _load.cache_clear()
    return model


def _train_with_progress(known: TrainingSet, progress: bool) -> EnergyModel:
    """Train a model on the set `known`; `progress` shows a bar on stderr. No file is written.

    `known` is a `TrainingSet` of formation energies, eV/atom, of two groups or more.
    """
    from .._core._progress import bar

    with bar(
        f"training {known.target}", ENERGY_FOLDS + 1, progress
    ) as advance:
        return fit(known, advance)


def _pack(model: EnergyModel) -> _store.Packed:
    """Return the content of a model and its manifest, in this order, as `_store.save` takes them.

    The content, a dict, has ``process``, ``coefficients`` (3,), ``inside`` and ``outside`` (arrays
    of scores) and ``edge`` (a float). The manifest is that of the model, the same object. Target
    and training set are not in the content.
    """
    content = {
        "process": model.process,
        "coefficients": model.coefficients,
        "inside": model.scores[0],
        "outside": model.scores[1],
        "edge": model.edge,
    }
    return content, model.manifest


def _unpack(
    known: TrainingSet, content: dict[str, Any], manifest: dict[str, Any]
) -> EnergyModel:
    """Build a model of the set `known` that it was fitted to, and the content and manifest of its file.

    `content` has the keys of `_pack`; ``inside`` and ``outside`` are removed from it, and another
    key is a TypeError. The target is that of `known`.
    """
    scores = content.pop("inside"), content.pop("outside")
    return EnergyModel(
        known.target, scores=scores, known=known, manifest=manifest, **content
    )
