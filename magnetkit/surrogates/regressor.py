"""What the regressors over compositions have in common."""

from abc import abstractmethod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, RegressorMixin

Array = NDArray[np.float64]


class Estimate(NamedTuple):
    """What a model says of each composition, three arrays of shape (n,).

    ``mean``; ``novelty``, one less the correlation with the most similar known composition (0 to
    1); ``local``, how far known compositions like it lie from what the others say of them, in
    the target's unit.
    """

    mean: Array
    novelty: Array
    local: Array


class CompositionRegressor(RegressorMixin, BaseEstimator):
    """A scikit-learn regressor whose X is a CompositionTable, or a column that makes one."""

    @abstractmethod
    def estimate(self, X: Any) -> Estimate:
        """Return mean, novelty and local residual of each composition.

        Parameters
        ----------
        X : CompositionTable, or column of recipes or pymatgen compositions
            What to predict. A composition without elements gives NaN.

        Returns
        -------
        Estimate
        """

    def predict(self, X: Any) -> Array:
        """Return the mean for each composition, shape (n,)."""
        return self.estimate(X).mean

    @property
    def undistilled(self) -> "CompositionRegressor":
        """The fitted model without approximation: itself, unless it was distilled."""
        return self

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        tags.no_validation = True
        return tags
