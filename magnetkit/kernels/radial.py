"""Radial distributions, coordination and distance statistics from lists of pairs."""

import numpy as np

from ._accelerate import jit


# first, second int32[m]; distance float64[m]   pairs, each once
# kinds int[n]               class of each atom, from 0; a negative one takes no part
# width float                width of a bin (A)
# out   int64[k, k, bins]    atoms of kind b in each bin of distance around all atoms of kind a;
#                            out[a, b] = out[b, a]
@jit
def radial_histogram(first, second, distance, kinds, width, out):
    """Add the pairs to histograms of distance, by kinds."""
    bins = out.shape[2]
    for p in range(len(first)):
        a, b = kinds[first[p]], kinds[second[p]]
        slot = int(distance[p] / width)
        if a >= 0 and b >= 0 and slot < bins:
            out[a, b, slot] += 1
            out[b, a, slot] += 1


# first, second, distance, kinds   as above
# reach float64[k, k]   largest distance (A) at which kind b is counted around kind a
# out   int64[n, k]     neighbours of each kind around each atom
@jit(part="copied")
def coordination_numbers(first, second, distance, kinds, reach, out):
    """Add the pairs to the number of neighbours of each kind."""
    for p in range(len(first)):
        i, j = first[p], second[p]
        a, b = kinds[i], kinds[j]
        if a < 0 or b < 0:
            continue
        if distance[p] <= reach[a, b]:
            out[i, b] += 1
        if distance[p] <= reach[b, a]:
            out[j, a] += 1


# first, second, distance, kinds   as above
# a, b  int      kinds
# reach float    largest distance (A)
# short float    distance (A) below which a pair is a short one
# returns least, mean, standard deviation (A) of the distances between a and b, and the share of
#   short ones; NaN without any such pair
@jit(part="copied")
def distance_statistics(first, second, distance, kinds, a, b, reach, short):
    """Return least, mean and spread of the distances between two kinds, and the short share."""
    count = 0
    few = 0
    least = np.inf
    total = 0.0
    square = 0.0
    for p in range(len(first)):
        u, v = kinds[first[p]], kinds[second[p]]
        if distance[p] <= reach and ((u == a and v == b) or (u == b and v == a)):
            d = distance[p]
            count += 1
            least = min(least, d)
            total += d
            few += 1 if d < short else 0
    if count == 0:
        return np.nan, np.nan, np.nan, np.nan
    mean = total / count
    for p in range(len(first)):
        u, v = kinds[first[p]], kinds[second[p]]
        if distance[p] <= reach and ((u == a and v == b) or (u == b and v == a)):
            square += (distance[p] - mean) ** 2
    return least, mean, np.sqrt(square / count), few / count
