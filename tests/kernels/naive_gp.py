"""Slow, obvious twins of magnetkit.kernels.gp."""

import numpy as np


def matern(d2):
    t = np.sqrt(5.0 * d2)
    return (1.0 + t + t * t / 3.0) * np.exp(-t)


def process(x, descriptors, points, fractions, shrink, variances, weights, factor):
    """x: dense fractions (n, 118); the rest as the kernel's, in float64."""
    mean, spread = [], []
    for row, d in zip(x, descriptors, strict=True):
        if row.sum() == 0:
            mean.append(np.nan)
            spread.append(np.nan)
            continue
        k = variances[0] * matern(((d[:, None] - points) ** 2).sum(axis=0))
        k = k + variances[1] * matern(((row[:, None] * shrink - fractions) ** 2).sum(axis=0))
        mean.append(k @ weights)
        prior = sum(variances)
        spread.append(max(prior - ((factor @ k) ** 2).sum(), 0.0) / prior)
    return np.array(mean), np.array(spread)


def ratios(x, numerators, denominators, which):
    result = np.zeros((len(x), len(which)))
    for i, row in enumerate(x):
        for c, q in enumerate(which):
            bottom = row @ denominators[:, q]
            result[i, c] = row @ numerators[:, c] / bottom if bottom > 1e-12 else 0.0
    return result
