"""The obvious way to describe sublattices, one composition at a time."""

from itertools import pairwise

import numpy as np


def describe_sublattices(
    indptr, indices, values, weights, ions, targets, carbon
):
    """Return ratios, distances, and mean and standard deviation over R, interleaved."""
    return np.array(
        [
            _describe(
                indices[a:b], values[a:b], weights, ions, targets, carbon
            )
            for a, b in pairwise(indptr)
        ]
    )


def _describe(columns, amounts, weights, ions, targets, carbon):
    earth, metal, boron, carbide, *sums = amounts @ weights[columns]
    count = len(sums) // 2
    row = [
        part / whole if whole > 0 else 0.0
        for part, whole in zip(sums[:count], sums[count:], strict=True)
    ]
    for target, counts in zip(targets, carbon, strict=True):
        parts = np.array([earth, metal, boron + counts * carbide])
        parts = parts / parts.sum() if parts.sum() > 0 else parts
        row.append(0.5 * np.abs(parts - target).sum())
    rare = weights[columns, 0] > 0
    for x in ions[columns].T:
        mean = (
            np.average(x[rare], weights=amounts[rare]) if rare.any() else 0.0
        )
        variance = (
            np.average((x[rare] - mean) ** 2, weights=amounts[rare])
            if rare.any()
            else 0.0
        )
        row += [mean, np.sqrt(variance)]
    return row
