"""The slow, obvious twin of magnetkit.choose._ranking_kernels."""

import numpy as np


def dominates(a, b):
    return bool(np.all(a <= b) and np.any(a < b))


def fronts(points):
    points = np.asarray(points, float)
    remaining = {
        i for i in range(len(points)) if not np.isnan(points[i]).any()
    }
    result = np.zeros(len(points), int)
    number = 0
    while remaining:
        number += 1
        free = set()
        for i in remaining:
            rest = remaining - {i}
            if not any(dominates(points[j], points[i]) for j in rest):
                free.add(i)
        for i in free:
            result[i] = number
        remaining -= free
    return result
