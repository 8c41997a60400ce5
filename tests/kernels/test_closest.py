"""The nearest of some points, beside whole arrays."""

import numpy as np

from magnetkit.kernels._rows import closest


def test_it_is_the_first_of_the_least_distances():
    rng = np.random.default_rng(1)
    x, y, points = rng.random(300), rng.random(300), rng.random((2, 17))
    points[:, 9] = points[:, 4]
    unit = np.array([0.3, 2.0])
    apart = ((x[:, None] - points[0]) / unit[0]) ** 2 + ((y[:, None] - points[1]) / unit[1]) ** 2
    found = closest(x, y, points, unit)
    assert found.tolist() == apart.argmin(axis=1).tolist()
    assert 4 in found
    assert 9 not in found
