"""Ratios of sums over the elements: what the belief on magnets is learnt over.

Amounts are counted per rare-earth and metal atom (the lattice), without boron, carbon, nitrogen and
hydrogen, so that a nitride lies beside its parent. Ion properties and the magnetic valence are
those of `magnetkit.features.descriptors`.
"""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from ..composition import CompositionTable
from ..composition.inputs import as_table
from ..composition.notation import Basis
from ..elements import INTERSTITIALS, LIGHT_RARE_EARTHS, N_ELEMENTS, RARE_EARTHS, mask
from .descriptors import ION_PROPERTIES, ion_properties, magnetic_valence

if TYPE_CHECKING:
    from ..kernels.ratios import Sums

Array = NDArray[np.float64]

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


class SublatticeRatios(TransformerMixin, BaseEstimator):
    """Ratios of sums over the elements of a composition.

    Parameters
    ----------
    basis : {"auto", "atomic", "weight"}
        Basis of recipes given as text.
    """

    def __init__(self, *, basis: Basis = "auto") -> None:
        self.basis = basis

    def fit(self, X: Any = None, y: Any = None) -> "SublatticeRatios":
        """Do nothing: nothing is learnt."""
        return self

    def transform(self, X: Any) -> Array:
        """Return the ratios of each composition, shape (n, k).

        Parameters
        ----------
        X : CompositionTable, or column of recipes or pymatgen compositions
            What to describe.
        """
        from ..kernels.arrays import Rows
        from ..kernels.ratios import ratios

        table: CompositionTable = as_table(X, self.basis)
        return ratios(Rows(table.indptr, table.indices, table.values), ratio_sums()[1])

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Return the column names."""
        return np.array(ratio_sums()[0], dtype=object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        tags.no_validation = True
        tags.requires_fit = False
        return tags
