"""A fitted process as an estimator of scikit-learn, which nothing else here has to load."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from ._process import TrendProcess


class ProcessRegressor(RegressorMixin, BaseEstimator, TrendProcess):
    """A `TrendProcess` for scikit-learn's tools: of rows of columns, not of compositions."""

    @classmethod
    def of(cls, process: TrendProcess) -> "ProcessRegressor":
        """Return a regressor that a fitted process answers for."""
        made = cls()
        made.__dict__.update(vars(process))
        return made

    def predict(self, X: Any) -> NDArray[np.float64]:
        """Return the mean of each row, shape (n,).

        Raises
        ------
        NotFittedError
            If it was not fitted.
        """
        check_is_fitted(self)
        return self.estimate(validate_data(self, X, reset=False, dtype=np.float64)).mean
