"""The obvious way to describe sublattices, one composition at a time."""

from itertools import pairwise

import numpy as np


def describe_sublattices(
    indptr, indices, values, weights, names, ions, targets, carbon
):
    """Return ratios, distances, and mean and standard deviation over R, interleaved."""
    return np.array(
        [
            _describe(
                indices[a:b],
                values[a:b],
                weights,
                names,
                ions,
                targets,
                carbon,
            )
            for a, b in pairwise(indptr)
        ]
    )


def _describe(columns, amounts, weights, names, ions, targets, carbon):
    s = {
        name: float(amounts @ weights[columns, i])
        for i, name in enumerate(names)
    }

    def ratio(part, whole):
        if whole > 0:
            return part / whole
        return 0.0

    metals = s["R"] + s["M"]
    row = [s["R"], s["T"], ratio(s["R"], metals)]
    row += [ratio(s[name], s["R"]) for name in ("light", "heavy")]
    row.append(ratio(s["light"] - s["heavy"], s["R"]))
    row += [
        ratio(s[name], s["R"])
        for name in ("cerium", "nonmagnetic", "oblate", "prolate")
    ]
    row.append(ratio(s["electrons"], s["T"]))
    row.append(ratio(s["cobalt"], s["cobalt"] + s["iron"]))
    row.append(s["valence"])
    row.append(ratio(s["valence_M"], s["M"]))
    row.append(ratio(s["M"] - s["T"], s["M"]))
    row += [ratio(s[name], metals) for name in ("B", "C", "N", "H")]
    for target, counts in zip(targets, carbon, strict=True):
        parts = np.array([s["R"], s["M"], s["B"] + counts * s["C"]])
        parts = parts / parts.sum() if parts.sum() > 0 else parts
        row.append(0.5 * np.abs(parts - target).sum())
    rare = weights[columns, names.index("R")] > 0
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
