"""Slow, obvious twin of magnetkit.kernels.laplace."""

import numpy as np


def laplace(x, points, weights):
    """Value and largest kernel of each row, in float64."""
    kernel = [[np.exp(-np.abs(row - point).sum()) for point in points.T] for row in x]
    return np.array(kernel) @ weights, np.max(kernel, axis=1)
