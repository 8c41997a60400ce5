"""Any model of compositions as a scikit-learn regressor."""

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted

from ..columns import COLUMNS
from ..composition import CompositionTable
from ..composition.inputs import as_table
from ..elements import N_ELEMENTS
from ..errors import InputError
from ..learning.sets import TrainingSet, chemical_systems
from . import energy
from .training_sets import CURIE

if TYPE_CHECKING:
    from ..magnetism.belief import Belief
    from .computed import Computed

    Model: TypeAlias = Belief | energy.EnergyModel | Computed


class CompositionRegressor(RegressorMixin, BaseEstimator):
    """A model of compositions for pipelines, cross-validation and search.

    Parameters
    ----------
    target : str
        Result column that is learnt; the Curie temperature has the physics as its mean, any other
        number is learnt from composition statistics alone.

    Attributes
    ----------
    model_ : Belief, EnergyModel or Computed
        What answers, with intervals and domain.

    Examples
    --------
    >>> measured = {"SmCo5": 1.07, "PrCo5": 1.203, "NdCo5": 1.228, "YCo5": 1.06}
    >>> model = CompositionRegressor("saturation_polarization_T")
    >>> model.fit(list(measured), list(measured.values())).predict(["Sm0.5Pr0.5Co5"]).shape
    (1,)
    """

    model_: "Model"

    def __init__(self, target: str = CURIE) -> None:
        self.target = target

    @classmethod
    def of(cls, model: "Model") -> "CompositionRegressor":
        """Return a regressor that a model already answers for.

        Parameters
        ----------
        model : Belief, EnergyModel or Computed
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
            from ..magnetism.training import train

            self.model_ = train(data)
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
