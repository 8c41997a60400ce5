"""Any property that a table of compositions and values is at hand of, as a model with a frame."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core import _intervals
from .._core.columns import COLUMNS
from ..alloy.table import CompositionTable
from ..features._elements import load_table
from . import _store
from ._measured import TrainingSet
from ._prediction import TrainedModel, prediction_frame
from .regressor import CompositionRegressor

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class PropertyModel(TrainedModel):
    """A property learnt from compositions alone.

    Attributes
    ----------
    target : str
        Its name, any text.
    known : TrainingSet
        What it was trained on.
    estimator_ : CompositionRegressor
        What answers.
    manifest : dict
        Where it comes from.
    """

    target: str
    known: TrainingSet
    estimator_: CompositionRegressor
    manifest: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return what was trained and how well, in one line.

        The manifest must have ``rows`` and ``groups``. The unit is missing for a target that is no
        column of results.
        """
        rows = self.manifest["rows"]
        groups = self.manifest["groups"]
        error = f"{self.estimator_.mixture_.error:.3g} {target_unit(self.target)}".rstrip()
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
        return _store.fingerprint((self.target, self.estimator_.to_content()))

    def _predict_table(
        self, table: CompositionTable, interval: float
    ) -> "pd.DataFrame":
        """Build the frame of `predict` for n compositions of `table`, in the unit of the target.

        `interval` is the probability of the ranges, between 0 and 1. The columns are the target,
        its ``_lo`` and ``_hi``, ``in_domain`` and ``domain_distance``, one row a composition in
        order, numbered from 0.
        """
        low, high = self.estimator_.predict_interval(table, interval).T
        value = self.estimator_.predict(table)
        distance = self.estimator_.domain_distance(table)
        return prediction_frame(self.target, value, low, high, distance)


def target_unit(target: str) -> str:
    """Return the unit of a registered result column; empty for any other name."""
    if target in COLUMNS:
        return COLUMNS[target].unit
    return ""


def fit(known: TrainingSet) -> PropertyModel:
    """Train a `CompositionRegressor` on the rows of the set `known` where ``learn`` is True.

    The values of these rows must be finite. The `PropertyModel` has
    ``target``, ``known`` (the set), ``estimator_`` and ``manifest``, that of
    `TrainingSet.manifest` (``target``, ``origin``, ``rows``, ``groups``,
    ``removed`` and ``data_sha256``). No file is written.
    """
    learn = np.flatnonzero(known.learn)
    regressor = CompositionRegressor(
        known.target, unit=target_unit(known.target)
    )
    regressor.learn_compositions(
        known.table[learn], known.values[learn], known.groups[learn]
    )
    return PropertyModel(known.target, known, regressor, known.manifest())


# Models in memory by their file, whose name says what they were trained on.
_loaded: dict[Path, PropertyModel] = {}
# Threads that ask for an untrained model at the same time must not each train it.
_LOADING = Lock()


def load(known: TrainingSet) -> PropertyModel:
    """Return the model of the set `known`, trained at first use; it is kept in memory and in the cache.

    `known` is a `TrainingSet` of any target. The key is a hash of the set and the code; the same
    key gives the same object. A file that cannot be written leaves a warning.
    """

    def unpack(
        content: dict[str, Any], manifest: dict[str, Any]
    ) -> PropertyModel:
        """Build the model of the set from the `content` and `manifest` of its file, as of `_pack`.

        `content` is used up.
        """
        regressor = CompositionRegressor.from_content(content)
        return PropertyModel(known.target, known, regressor, manifest)

    file = _store.model_file(known.target, model_key(known))
    with _LOADING:
        if file not in _loaded:
            _loaded[file] = _store.load_or_train(
                file, lambda: fit(known), _pack, unpack
            )
        return _loaded[file]


def retrain(known: TrainingSet) -> PropertyModel:
    """Train a model on the set `known` and write it to the cache folder, in place of one that is there.

    `load` of the same set gives this model afterwards. StoreError if the file cannot be written.
    """
    model = fit(known)
    _loaded[_store.save(model.file, *_pack(model))] = model
    return model


def model_key(known: TrainingSet) -> str:
    """Compute a hash, 16 hexadecimal digits, of what decides the model trained on the set `known`."""
    return _store.key(
        (known.sha256, load_table("magpie").fill_gaps()), _fitting_modules()
    )


def _fitting_modules() -> list[ModuleType]:
    """List the modules, as objects, whose code decides a fitted model; this one is not among them."""
    from ..features import _descriptor_kernels, _elements, rare_earths
    from . import (
        _forest,
        _gaussian_process_kernels,
        _mixture,
        _process,
        regressor,
    )

    features = [_elements, _descriptor_kernels, rare_earths]
    fits = [_mixture, _forest, _process, _gaussian_process_kernels, _intervals]
    return [*features, *fits, regressor, _store]


def _pack(model: PropertyModel) -> _store.Packed:
    """Return the content of a model and its manifest, as `_store.save` takes them."""
    return model.estimator_.to_content(), model.manifest
