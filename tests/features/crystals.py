"""Two crystals that everybody knows."""

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
