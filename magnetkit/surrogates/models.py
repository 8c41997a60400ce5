"""Train and load what is learnt, by target.

Any model of compositions as a scikit-learn regressor.
"""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted

from .._core._arguments import named
from .._core.columns import COLUMNS
from .._core.elements import N_ELEMENTS
from .._core.errors import InputError
from ..alloy._read import as_table
from ..alloy.table import CompositionTable
from . import _curie_training, energy
from ._measured import TARGET as CURIE
from ._measured import TrainingSet, chemical_systems
from .training_sets import COMPUTED, ENERGY, HULL_DISTANCE, Computed, check_target, training_set

if TYPE_CHECKING:
    from ._curie import CurieModel
    from .energy import EnergyModel


File = str | Path | None


@named
def train(
    target: str, training_set: TrainingSet | None = None, data: Any = None, progress: bool = False
) -> "CurieModel | EnergyModel":
    """Train the model of a target and keep it in the cache.

    Parameters
    ----------
    target : str
        A name of `magnetkit.surrogates.TARGETS`; with a file of your own also
        ``saturation_polarization_T`` or ``anisotropy_constant_MJ_m3``.
    training_set : TrainingSet, optional
        What to learn from, instead of the built-in set.
    data : path or frame, optional
        A CSV file, or a frame of pandas, polars or Arrow, to learn from instead of it: columns
        ``composition``, the target, and as you have them ``group`` (paper or series) and
        ``source``. Nothing fetched and no typed value of the target enters.
    progress : bool
        Show a progress bar on stderr.

    Returns
    -------
    CurieModel or EnergyModel

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
    if target == CURIE:
        return _regressing(_curie_training.retrain(chosen, progress))
    return _regressing(replace(energy.retrain(chosen, progress), target=target))


@named
def load(
    target: str, data: File = None, add: File = None, progress: bool = True
) -> "CurieModel | EnergyModel | Computed":
    """Return the model of a target, trained at first use and cached.

    The cache is keyed by data, code and versions: with the larger Curie-temperature sets fetched,
    another model answers than without.

    Parameters
    ----------
    target : str
        A name of `magnetkit.surrogates.TARGETS`, or ``saturation_polarization_T`` or
        ``anisotropy_constant_MJ_m3``, which the physics answers.
    data : str or Path, optional
        A CSV file to learn from instead of everything else, see `train`.
    add : str or Path, optional
        A CSV file whose rows stand beside what is known otherwise; the Curie temperature's alone.
    progress : bool
        Show a progress bar on stderr while training.

    Returns
    -------
    CurieModel, EnergyModel or Computed
        Its ``estimator_`` is a scikit-learn regressor of compositions.

    Raises
    ------
    InputError
        If both files are given, or `add` for another target than the Curie temperature.
    """
    check_target(target)
    for name, given in (("data", data), ("add", add)):
        if given is not None and not isinstance(given, str | Path):
            raise InputError(
                f"load: {name} must be the path of a CSV file, got a {type(given).__name__}; "
                "train(target, data=frame) returns what is learnt from a frame"
            )
    if target == CURIE:
        return _regressing(_curie_training.load(data, add, progress))
    if target in COMPUTED and data is add is None:
        return _regressing(Computed(target))
    if add is not None:
        raise InputError(f"add= takes rows of {CURIE}, not of {target}; use data= for a whole set")
    if target == HULL_DISTANCE and data is not None:
        raise InputError(_HULL)
    learnt = ENERGY if target == HULL_DISTANCE else target
    return _regressing(replace(energy.load(data, progress, learnt), target=target))


Model = TypeVar("Model", "CurieModel", "EnergyModel", Computed)


def _regressing(model: Model) -> Model:
    """Return a model with itself as a regressor."""
    return replace(model, estimator_=CompositionRegressor.of(model))


_HULL = f"{HULL_DISTANCE} follows from {ENERGY}: train that on your data, the hull is known"


def _choose(target: str, given: TrainingSet | None, data: Any) -> TrainingSet:
    check_target(target)
    if target == HULL_DISTANCE:
        if given is not None or data is not None:
            raise InputError(_HULL)
        target = ENERGY
    if given is None:
        return training_set(target, data)
    if data is not None:
        raise InputError("give a training set or a CSV file, not both")
    if given.target != target:
        raise InputError(f"the training set is of {given.target}, not of {target}")
    return given


if TYPE_CHECKING:
    AnyModel: TypeAlias = CurieModel | energy.EnergyModel | Computed


class CompositionRegressor(RegressorMixin, BaseEstimator):
    """A model of compositions for pipelines, cross-validation and search.

    Parameters
    ----------
    target : str
        Result column that is learnt; the Curie temperature has the physics as its mean, any other
        number is learnt from composition statistics alone.

    Attributes
    ----------
    model_ : CurieModel, EnergyModel or Computed
        What answers, with intervals and domain.

    Examples
    --------
    >>> measured = {"SmCo5": 1.07, "PrCo5": 1.203, "NdCo5": 1.228, "YCo5": 1.06}
    >>> model = CompositionRegressor("saturation_polarization_T")
    >>> model.fit(list(measured), list(measured.values())).predict(["Sm0.5Pr0.5Co5"]).shape
    (1,)
    """

    model_: "AnyModel"

    def __init__(self, target: str = CURIE) -> None:
        self.target = target

    @classmethod
    def of(cls, model: "AnyModel") -> "CompositionRegressor":
        """Return a regressor that a model already answers for.

        Parameters
        ----------
        model : CurieModel, EnergyModel or Computed
            As `magnetkit.surrogates.load` returns it.

        Returns
        -------
        CompositionRegressor
        """
        made = cls(model.target)
        made.model_ = model
        return made

    def fit(self, X: Any, y: ArrayLike, groups: Any = None) -> "CompositionRegressor":
        """Train anew.

        Parameters
        ----------
        X : compositions in any form, or array_like of shape (n, 118)
            What was measured; an array holds atomic fractions by atomic number.
        y : array_like, shape (n,)
            The target, in its unit.
        groups : array_like, shape (n,), optional
            Paper or series of each row, left out together to know the errors; its chemical system
            otherwise.

        Returns
        -------
        CompositionRegressor

        Raises
        ------
        InputError
            If the target is no result column, or `y` is not one number for each composition.
        """
        if self.target not in COLUMNS:
            raise InputError(f"{self.target!r} is no result column; magnetkit.columns lists them")
        table, values = _table(X), np.asarray(y, np.float64)
        if values.shape != (len(table),) or not np.isfinite(values).all():
            raise InputError(
                f"y must be {len(table)} numbers, one a composition; got shape {values.shape}"
            )
        given = chemical_systems(table) if groups is None else np.asarray(groups).astype(str)
        source = np.full(len(table), "given")
        data = TrainingSet(self.target, table, values, given, source, "given", {})
        if self.target == CURIE:
            self.model_, _ = _curie_training.trained(data)
        else:
            self.model_ = energy.fit(data)
        return self

    def predict(self, X: Any) -> NDArray[np.float64]:
        """Return the target of each composition, shape (n,); NaN where nothing is known.

        Raises
        ------
        NotFittedError
            If it was neither fitted nor loaded.
        """
        check_is_fitted(self, "model_")
        return self.model_.predict(_table(X))[self.target].to_numpy(np.float64)


def _table(X: Any) -> CompositionTable:
    if isinstance(X, np.ndarray) and X.ndim == 2 and X.shape[1] == N_ELEMENTS:
        return CompositionTable.from_array(X.astype(np.float64))
    return as_table(X)
