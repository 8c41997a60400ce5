"""Slow twin of magnetkit.alloy._space_kernels: every mixture, in order, by brute force."""

from itertools import product


def mixtures(caps, budget):
    return [k for k in product(*(range(c + 1) for c in caps)) if sum(k) <= budget]


def space(sites):
    """Digits of every row; sites is a list of (caps, budget)."""
    return [sum(row, ()) for row in product(*(mixtures(c, b) for c, b in sites))]
