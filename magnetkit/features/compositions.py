"""Composition statistics: element properties averaged over each composition."""

from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from .._core._arguments import named
from .._core.errors import InputError
from ..composition._read import as_table
from ..composition.notation import Basis
from ..composition.table import CompositionTable
from ._elements import ElementTable, load_table


@named
def composition_statistics(
    table: CompositionTable,
    elements: ElementTable,
    dtype: Any = np.float64,
    out: NDArray[Any] | None = None,
) -> NDArray[Any]:
    """Return minimum, maximum, range, mean, average deviation and mode of each property.

    Parameters
    ----------
    table : CompositionTable
        The compositions.
    elements : ElementTable
        The properties, e.g. ``load_table("magpie").imputed()``.
    dtype : float64 or float32
        Type of a new result.
    out : ndarray, shape (n, 6 * properties), optional
        C-contiguous float64 or float32 array to write into; large tables run about twice as fast
        into memory that was used before.

    Returns
    -------
    ndarray, shape (n, 6 * properties)
        Property by property, six statistics each, weighted by atomic fraction. A property that
        is not known (NaN) for an element of the row makes the row's statistics of it NaN; the
        mode only if that element is among the most frequent.

    Raises
    ------
    InputError
        If `out` does not fit or the type is neither float64 nor float32.
    """
    from ..kernels._descriptors import STATISTICS
    from ..kernels._descriptors import composition_statistics as kernel
    from ..kernels._jit import share_rows

    shape = (len(table), len(STATISTICS) * len(elements.names))
    if out is None:
        if np.dtype(dtype) not in (np.float64, np.float32):
            raise InputError(f"dtype must be float64 or float32, got {dtype!r}")
        out = np.empty(shape, dtype)
    elif (
        out.shape != shape
        or out.dtype not in (np.float64, np.float32)
        or not out.flags.c_contiguous
    ):
        raise InputError(
            f"out must be a C-contiguous float64 or float32 array of shape {shape}, "
            f"got {out.dtype} {out.shape}"
        )
    share_rows(
        kernel,
        len(table),
        table.indptr,
        table.indices,
        table.values,
        elements.padded(),
        len(elements.names),
        out,
    )
    return out


class RowTransformer(TransformerMixin, BaseEstimator):
    """Base of transformers of compositions or crystals that learn nothing."""

    def fit(self, X: Any = None, y: Any = None) -> Self:
        """Do nothing: nothing is learnt."""
        return self

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.no_validation = True
        tags.requires_fit = False
        return tags


class CompositionStatistics(RowTransformer):
    """Six statistics of each element property, weighted by atomic fraction.

    Names and values are those of matminer's ``ElementProperty.from_preset("magpie")``.

    Parameters
    ----------
    preset : str or Path
        ``"magpie"`` (22 properties, 132 columns), or a CSV file with a column ``symbol`` and one
        numeric column a property.
    impute : bool
        Fill a property that is not known for an element with its mean over the elements that
        have it; otherwise it gives NaN.
    dtype : {"float64", "float32"}
        Type of the result.
    basis : {"auto", "atomic", "weight"}
        Basis of recipes given as text.

    Attributes
    ----------
    elements_ : ElementTable
        The properties in use.
    """

    def __init__(
        self,
        preset: str | Path = "magpie",
        *,
        impute: bool = True,
        dtype: Literal["float64", "float32"] = "float64",
        basis: Basis = "auto",
    ) -> None:
        self.preset = preset
        self.impute = impute
        self.dtype = dtype
        self.basis = basis

    def fit(self, X: Any = None, y: Any = None) -> Self:
        """Load the properties; nothing is learnt from `X`."""
        elements = load_table(self.preset)
        self.elements_ = elements.imputed() if self.impute else elements
        return self

    def transform(self, X: Any) -> NDArray[Any]:
        """Return the statistics of each composition, shape (n, 6 * properties).

        Parameters
        ----------
        X : CompositionTable, or column of recipes or pymatgen compositions
            What to describe.
        """
        check_is_fitted(self)
        return composition_statistics(as_table(X, self.basis), self.elements_, self.dtype)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Return the column names, e.g. ``"MagpieData mean Electronegativity"``."""
        from ..kernels._descriptors import STATISTICS

        check_is_fitted(self)
        prefix = self.elements_.prefix
        names = [f"{prefix} {s} {name}" for name in self.elements_.names for s in STATISTICS]
        return np.array(names, dtype=object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.requires_fit = True
        return tags
