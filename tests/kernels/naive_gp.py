"""Slow, obvious twins of magnetkit.kernels.gp."""

import numpy as np


def process(x, descriptors, points, smooth, fractions, rate, variances, weights, residuals):
    """x: dense fractions (n, 118); the rest as the kernel's, in float64."""
    result = []
    for row, d in zip(x, descriptors, strict=True):
        if row.sum() == 0 or np.isnan(d).any():
            result.append([np.nan] * 3)
            continue
        gap = d[:, None] - points
        t = np.sqrt(5 * (gap**2).sum(axis=0))
        matern = (1 + t + t**2 / 3) * np.exp(-t)
        k = variances[0] * (matern if smooth else np.exp(-np.abs(gap).sum(axis=0)))
        k = k + variances[1] * np.exp(-np.abs(row[:, None] * rate - fractions).sum(axis=0))
        local = (k**2 @ residuals) / (k**2).sum() if (k**2).sum() > 0 else 0.0
        result.append([k @ weights, 1 - k.max() / sum(variances), local])
    return np.array(result).T


def distances(x, points, smooth):
    power = 2 if smooth else 1
    return np.array([[(np.abs(row - point) ** power).sum() for point in points.T] for row in x])


def slopes(x, weight, smooth):
    gaps = np.abs(x[:, :, None] - x[:, None, :]) ** (2 if smooth else 1)
    return (weight * gaps).sum(axis=(1, 2))


def descriptors(x, numerators, denominators, which, properties, powers):
    k, p = len(which), properties.shape[1]
    result = np.zeros((len(x), k + p + len(powers)))
    for i, row in enumerate(x):
        for c, q in enumerate(which):
            bottom = row @ denominators[:, q]
            result[i, c] = row @ numerators[:, c] / bottom if bottom > 1e-12 else 0.0
        for c in range(p):
            result[i, k + c] = row @ np.abs(properties[:, c] - row @ properties[:, c])
        for c, power in enumerate(powers):
            result[i, k + p + c] = (row**power).sum() ** (1.0 / power)
    return result
