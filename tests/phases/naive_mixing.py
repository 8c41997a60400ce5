"""Slow, obvious twin of the mixing kernel: one phase, shares by site."""

import math

import numpy as np


def interpolate(earth, third, metal, sites, node, mean, covariance, noise):
    """Energy, deviation and entropy of one phase (shares as lists, `third` empty without site)."""
    weight = np.zeros(len(mean))
    for r, x in enumerate(earth):
        for k, z in enumerate(third or [1.0]):
            for i, y in enumerate(metal):
                weight[node[r, k, i, i]] += x * z * y * (2 * y - 1)
                for j in range(i):
                    weight[node[r, k, i, j]] += x * z * 4 * y * metal[j]
    variance = weight @ covariance @ weight + noise[0]
    variance += noise[1] * 2 * (1 - sum(x * x for x in earth))
    variance += noise[2] * 2 * (1 - sum(y * y for y in metal))
    entropy = 0.0
    for count, shares in zip(sites, (earth, metal, third), strict=True):
        entropy -= (
            count / sum(sites) * sum(s * math.log(s) for s in shares if s > 0)
        )
    return weight @ mean, math.sqrt(variance), entropy


def compare(shares, sites, has, borrowed, significant, trace):
    """Whether a phase borrows a slope, and which end members it lacks.

    `shares` holds a dict of element to share for each site: rare earth, metal, interstitial.
    """
    earths, metals, thirds = shares
    major = max(metals, key=lambda m: metals[m])
    borrows = any(borrowed[major, m] and y >= trace for m, y in metals.items())
    lacking = {
        (r, k, m)
        for r, x in earths.items()
        for k, z in (thirds or {None: 1.0}).items()
        for m, y in metals.items()
        if x * y * z >= significant and not has[r, k, m]
    }
    return borrows, lacking
