"""Slow twin of magnetkit.alloy._space_kernels: every mixture, in order, by brute force."""

from itertools import product


def mixtures(caps, budget):
    ranges = [range(cap + 1) for cap in caps]
    return [digits for digits in product(*ranges) if sum(digits) <= budget]


def space(sites):
    """Digits of every row; sites is a list of (caps, budget)."""
    digits_by_site = [mixtures(caps, budget) for caps, budget in sites]
    return [sum(row, ()) for row in product(*digits_by_site)]
