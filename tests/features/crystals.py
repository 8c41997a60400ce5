"""Random and degenerate crystals, and two that everybody knows."""

import numpy as np
from pymatgen.core import Lattice, Structure

IRON = Structure(
    Lattice.cubic(2.87), ["Fe", "Fe"], [[0, 0, 0], [0.5, 0.5, 0.5]]
)
SMCO5 = Structure.from_spacegroup(
    "P6/mmm",
    Lattice.hexagonal(5.002, 3.964),
    ["Sm", "Co", "Co"],
    [[0, 0, 0], [1 / 3, 2 / 3, 0], [0.5, 0, 0.5]],
)


def random_crystal(rng, n, skewed=True, outside=True):
    """Return a lattice of about 30 A3 an atom and fractional coordinates."""
    lattice = np.diag(rng.uniform(0.6, 1.8, 3))
    if skewed:
        lattice = lattice + rng.uniform(-0.5, 0.5, (3, 3))
    if np.linalg.det(lattice) < 0:
        lattice[0] *= -1
    lattice *= (30.0 * max(n, 1) / abs(np.linalg.det(lattice))) ** (1 / 3)
    frac = rng.uniform(-1.5, 1.5, (n, 3)) if outside else rng.random((n, 3))
    return lattice, frac
