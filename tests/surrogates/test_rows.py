"""A process as scikit-learn has regressors."""

from dataclasses import asdict

import numpy as np
import pytest
from sklearn.base import clone, is_regressor
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import cross_val_predict

from magnetkit.surrogates._estimator import ProcessRegressor
from magnetkit.surrogates._process import TrendProcess


def test_a_fitted_process_answers_as_a_regressor_of_scikit_learn():
    x = np.random.default_rng(0).uniform(-1.0, 1.0, (40, 4))
    y = 3.0 * x[:, 0] + np.sin(2.0 * x[:, 1])
    process = TrendProcess(trend=1, local=1, search_iterations=5).fit(x, y)
    estimator = ProcessRegressor.of(process)
    assert is_regressor(estimator)
    np.testing.assert_array_equal(estimator.predict(x), process.estimate(x).mean)
    with pytest.raises(ValueError, match="features"):
        estimator.predict(x[:, 1:])
    blank = clone(estimator)
    assert blank.get_params() == asdict(process)
    with pytest.raises(NotFittedError):
        blank.predict(x)
    left_out = cross_val_predict(blank, x, y, cv=4)
    assert np.abs(left_out - y).mean() < 0.2
