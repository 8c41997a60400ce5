"""Slow, obvious twins of the hull kernels."""

import numpy as np
from scipy.optimize import linprog


def hull(phases, energy, x):
    """Hull energy and amounts of one composition (dense rows) with a general solver."""
    solution = linprog(
        energy, A_eq=phases.T, b_eq=x, bounds=(0, None), method="highs"
    )
    return solution.fun, solution.x


def highest(price, compositions):
    """Largest price over all facets of each composition, and the facet."""
    worth = np.asarray(compositions) @ np.asarray(price).T
    return worth.max(axis=1), worth.argmax(axis=1)
