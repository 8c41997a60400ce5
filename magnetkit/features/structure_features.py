"""Descriptors of a crystal structure, for models."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from ..arguments import named
from ..elements import N_ELEMENTS, RARE_EARTHS, TRANSITION_METALS, mask
from ..errors import InputError
from ..kernels.crystals import Atoms, describe_crystals
from ..kernels.threads import share_rows
from .structures import (
    CHARGES,
    DIPOLE,
    FOURTH_ORDER,
    MOMENTS,
    SECOND_ORDER,
    Crystals,
    per_element,
)

KINDS = ("R", "T", "X")
REACH = np.array([[4.2, 3.6, 3.6], [3.6, 3.0, 3.0], [3.6, 3.0, 3.0]])
"""Largest distance (A) of neighbours among R, T and X: the first shell in R-T compounds."""
SHORT = 2.45
"""Distance (A) below which iron pairs couple antiparallel (Givord and Lemaire 1974)."""

NAMES = (
    "volume_per_atom_A3",
    *(f"{a}_{b}_neighbours" for a in KINDS for b in KINDS),
    *(
        f"{pair}_distance_{kind}_A"
        for pair in ("R_R", "R_T", "T_T")
        for kind in ("min", "mean", "std")
    ),
    "T_T_short_share",
    "A20_mean_K_a0_2",
    "A20_min_K_a0_2",
    "A20_max_K_a0_2",
    "A40_mean_K_a0_4",
    "R_dipolar_field_T",
    "T_dipolar_field_T",
)
"""Names of the descriptors, in order."""


@named
def structure_descriptors(crystals: Crystals) -> NDArray[np.float64]:
    """Return the descriptors of `NAMES` for each crystal, shape (n, len(NAMES)).

    Parameters
    ----------
    crystals : Crystals
        The crystals.

    Returns
    -------
    ndarray
        NaN where a crystal has no such site or pair.

    Notes
    -----
    R are the rare earths, T are Fe, Co, Ni and Mn, X all else. The axis of crystal and dipolar
    field is the one along which the field gradient, averaged over the rare-earth sites, is
    largest: the unique axis of a uniaxial crystal, however its cell is set.
    """
    kind = 2 - mask(TRANSITION_METALS) - 2 * mask(RARE_EARTHS)
    weights = np.stack([per_element(CHARGES), per_element(MOMENTS)], axis=1)
    assert weights.shape == (N_ELEMENTS, 2)
    atoms = Atoms(
        crystals.begin,
        crystals.lattices,
        crystals.frac,
        kind.astype(np.int64)[crystals.species],
        weights[crystals.species],
    )
    out = np.empty((len(crystals), len(NAMES)))
    share_rows(
        describe_crystals,
        len(crystals),
        atoms,
        REACH,
        SHORT,
        np.array([SECOND_ORDER, FOURTH_ORDER, DIPOLE]),
        out,
        chunk=4,
    )
    return out


class StructureDescriptors(TransformerMixin, BaseEstimator):
    """Neighbours, distances, point-charge crystal field and dipolar field of crystals.

    See Also
    --------
    structure_descriptors : what each column means.
    """

    def fit(self, X: Any = None, y: Any = None) -> "StructureDescriptors":
        """Do nothing: nothing is learnt."""
        return self

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return the descriptors of each crystal, shape (n, n_descriptors).

        Parameters
        ----------
        X : Crystals, or sequence or one-column table of pymatgen structures
            What to describe; sites must be ordered.

        Raises
        ------
        InputError
            If a row is no structure.
        """
        if isinstance(X, Crystals):
            return structure_descriptors(X)
        if hasattr(X, "columns"):
            if len(X.columns) != 1:
                raise InputError(f"expected one column of structures, got {len(X.columns)} columns")
            X = X[X.columns[0]]
        return structure_descriptors(Crystals.from_structures(X))

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Return the column names."""
        return np.array(NAMES, dtype=object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.no_validation = True
        tags.requires_fit = False
        return tags
