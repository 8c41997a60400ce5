"""The sums over the elements whose ratios the belief on magnets is learnt over.

Amounts are counted per rare-earth and metal atom (the lattice), without boron, carbon, nitrogen and
hydrogen, so that a nitride lies beside its parent. Ion properties and the magnetic valence are
those of `magnetkit.features.ion_properties`.
"""

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ..elements import INTERSTITIALS, LIGHT_RARE_EARTHS, N_ELEMENTS, RARE_EARTHS, mask
from .ion_properties import ION_PROPERTIES, ion_properties, magnetic_valence

if TYPE_CHECKING:
    from ..kernels.ratios import Sums

_EARLY = ("Sc", "Ti", "V", "Cr", "Zr", "Nb", "Mo", "Hf", "Ta", "W")
_LATE = ("Cu", "Pd", "Pt", "Rh", "Ir", "Ru", "Re", "Os", "Ag", "Au")
_MAIN = ("Be", "Mg", "Zn", "Cd", "Al", "Ga", "In", "Si", "Ge", "Sn", "Pb", "P", "As", "Sb", "Bi")
_SOLUTES = ("Al", "Si", "Ga", "Ge", "Ti", "V", "Cr", "Mo", "W", "Nb", "Zr", "Cu")


@lru_cache(maxsize=1)
def ratio_sums() -> "tuple[tuple[str, ...], Sums]":
    """Return the names of the ratios, and what the kernel takes."""
    from ..kernels.ratios import Sums

    rare, every = mask(RARE_EARTHS), np.ones(N_ELEMENTS)
    lattice = every - mask(INTERSTITIALS)
    metals = lattice - rare
    valence = magnetic_valence()
    ion = dict(zip(ION_PROPERTIES, ion_properties().T, strict=True))
    lower = {
        "all": every,
        "lattice": lattice,
        "metals": metals,
        "magnetic": mask(("Fe", "Co")),
        "R": rare,
    }
    upper = {
        "R_lattice": (rare, "lattice"),
        "cobalt_share": (mask(("Co",)), "magnetic"),
        "Fe_metals": (mask(("Fe",)), "metals"),
        "Co_metals": (mask(("Co",)), "metals"),
        "main_group_lattice": (mask(_MAIN), "lattice"),
        "early_metals_lattice": (mask(_EARLY), "lattice"),
        "late_metals_lattice": (mask(_LATE), "lattice"),
        **{f"{s}_lattice": (mask((s,)), "lattice") for s in ("Ni", "Mn", "B", "C", "N", "H")},
        "magnetic_valence": (valence, "all"),
        "magnetic_valence_metals": (valence * metals, "metals"),
        "de_gennes_R": (ion["de_gennes"], "R"),
        "de_gennes_lattice": (ion["de_gennes"], "lattice"),
        "spin_projection_R": (ion["spin_projection"], "R"),
        "coupled_moment_lattice": (ion["coupled_moment_muB"], "lattice"),
        "quadrupole_R": (ion["quadrupole_a0_2"], "R"),
        "radius_R": (ion["ionic_radius_A"] * rare, "R"),
        **{f"{s}_R": (mask((s,)), "R") for s in ("Ce", "Y", "La")},
        "light_R": (mask(LIGHT_RARE_EARTHS), "R"),
        **{f"{s}_lattice": (mask((s,)), "lattice") for s in _SOLUTES},
    }
    order = list(lower)
    return tuple(upper), Sums(
        np.column_stack([weights for weights, _ in upper.values()]),
        np.column_stack(list(lower.values())),
        np.array([order.index(name) for _, name in upper.values()], np.int64),
    )
