"""The split of what the model misses, found again in magnets that were drawn from it."""

import numpy as np
import pytest

from benchmarks.accuracy.magnetism.split import Residuals, deviations


def test_the_split_is_found_again_in_its_own_magnets():
    # Twenty groups whose sample covariance is exactly that of the split.
    iron = np.array([0.0, 0.0, 0.02, 0.1])
    apart = 2.0 * np.abs(iron[:, None] - iron[None, :])
    likeness = 0.15**2 + 0.12**2 * np.exp(-apart / 0.05)
    total = likeness + (0.07**2 + 0.03**2) * np.eye(4)
    draws = np.random.default_rng(0).normal(size=(20, 4))
    whitened = np.linalg.svd(draws, full_matrices=False)[0] * np.sqrt(20.0)
    values = whitened @ np.linalg.cholesky(total).T
    names = [str(i) for i in range(80)]
    groups = np.repeat(np.arange(20), 4)
    distance = np.tile(apart, (20, 20))
    residuals = Residuals(0.03, 0.05, names, groups, values.ravel(), distance)
    expected = (0.15, 0.12, 0.07)
    assert deviations(residuals) == pytest.approx(expected, abs=0.006)
