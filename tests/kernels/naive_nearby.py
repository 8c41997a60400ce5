import numpy as np


def distances(x, z, points, shares, rate):
    """Distances of rows (descriptors, fractions) from points, both scaled but for the rate."""
    near = np.abs(x[:, None, :] - points[None]).sum(axis=2)
    return near + rate * np.abs(z[:, None, :] - shares[None]).sum(axis=2)
