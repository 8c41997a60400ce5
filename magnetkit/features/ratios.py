"""Ratios of sums over the elements, see `magnetkit.features.ratio_sums`, as a transformer."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from ..composition import CompositionTable
from ..composition.inputs import as_table
from ..composition.notation import Basis
from .ratio_sums import ratio_sums

Array = NDArray[np.float64]


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
        from ..kernels.ratios import ratios

        table: CompositionTable = as_table(X, self.basis)
        return ratios(table.rows, ratio_sums()[1])

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
