"""The obvious way to sum over a crystal: every image within reach, one pair at a time."""

from itertools import product

import numpy as np


def pairs(lattice, frac, cutoff):
    """Return (i, j, image, vector, distance) of all pairs within the cutoff, both ways."""
    neighbours = []
    heights = 1 / np.linalg.norm(np.linalg.inv(lattice), axis=0)
    # Coordinates may lie outside of the cell.
    extent = np.ptp(frac, axis=0) if len(frac) else np.zeros(3)
    images = np.ceil(cutoff / heights + extent).astype(int)
    for i, j in product(range(len(frac)), repeat=2):
        for image in product(*(range(-m, m + 1) for m in images)):
            if i == j and image == (0, 0, 0):
                continue
            vector = (frac[j] + image - frac[i]) @ lattice
            distance = np.linalg.norm(vector)
            if distance <= cutoff:
                neighbours.append((i, j, image, vector, distance))
    return neighbours


def dipole_tensors(lattice, frac, weights, cutoff):
    """Return the second-order tensors of a plain sphere, shape (n, w, 3, 3)."""
    out = np.zeros((len(frac), weights.shape[1], 3, 3))
    for i, j, _, v, d in pairs(lattice, frac, cutoff):
        tensor = (3 * np.outer(v, v) - d**2 * np.eye(3)) / d**5
        out[i] += weights[j][:, None, None] * tensor
    return out


def fourth_order_sums(lattice, frac, weights, axis, cutoff):
    """Return the fourth-order sums of a plain sphere, shape (n,)."""
    out = np.zeros(len(frac))
    for i, j, _, v, d in pairs(lattice, frac, cutoff):
        c = v @ axis / d
        legendre = (35 * c**4 - 30 * c**2 + 3) / 8
        out[i] += weights[j] * legendre / d**5
    return out


def radial_histogram(neighbours, kinds, width, bins):
    """Return atoms of each kind in bins of distance around those of each kind."""
    k = max(kinds) + 1
    out = np.zeros((k, k, bins), int)
    for i, j, _, _, d in neighbours:
        if kinds[i] >= 0 and kinds[j] >= 0 and d < width * bins:
            out[kinds[i], kinds[j], int(d / width)] += 1
    return out


def coordination_numbers(neighbours, kinds, reach):
    """Return the neighbours of each kind around each atom."""
    out = np.zeros((len(kinds), len(reach)), int)
    for i, j, _, _, d in neighbours:
        if kinds[i] >= 0 and kinds[j] >= 0 and d <= reach[kinds[i], kinds[j]]:
            out[i, kinds[j]] += 1
    return out


def distance_statistics(neighbours, kinds, a, b, reach, short):
    """Return least, mean, standard deviation and short share of the distances of two kinds."""
    d = np.array(
        [
            d
            for i, j, _, _, d in neighbours
            if (kinds[i], kinds[j]) in ((a, b), (b, a)) and d <= reach
        ]
    )
    if not len(d):
        return (np.nan,) * 4
    return d.min(), d.mean(), d.std(), (d < short).mean()
