"""Composition statistics: element properties averaged over each composition."""

from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from .._core._types import FloatArray
from ..alloy._read import as_table, read_inputs
from ..alloy.notation import Basis
from ._dataframe import DataFrameFeaturizer
from ._elements import composition_statistics, load_table


class RowTransformer(DataFrameFeaturizer, TransformerMixin, BaseEstimator):
    """Base of transformers of compositions or crystals that learn nothing."""

    def fit(self, X: Any = None, y: Any = None) -> Self:
        """Return this object: nothing is learnt. `X` and `y` are not used."""
        return self

    def __sklearn_tags__(self) -> Any:
        """Return the tags of scikit-learn: any input, no checks and no fit are needed."""
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.no_validation = True
        tags.requires_fit = False
        return tags


class CompositionTransformer(RowTransformer):
    """Base of transformers of compositions."""

    basis: Basis

    def _features_of_column(
        self, column: Any, ignore_errors: bool
    ) -> tuple[FloatArray, list[str]]:
        """Compute the features of a column of compositions.

        Parameters
        ----------
        column : sequence
            n compositions: texts in the notation of `parse_composition`, or
            pymatgen compositions; a missing one cannot be read.
        ignore_errors : bool
            Give NaN for unreadable rows; they raise otherwise.

        Returns
        -------
        values : ndarray, shape (n, features)
            float64, NaN for a row that is not read.
        reasons : list of str
            Why a row is not read, empty where it is. One for each row.

        Raises
        ------
        InputError
            If a row cannot be read and `ignore_errors` is False.
        """
        inputs = read_inputs(
            column, self.basis, strict=not ignore_errors, empty=ignore_errors
        )
        values = np.full(
            (len(column), len(self.get_feature_names_out())), np.nan
        )
        if len(inputs.table):
            values[inputs.table.row_index] = self.transform(inputs.table)
        reasons = [""] * len(column)
        for row in inputs.rejected:
            reasons[row.line - 1] = row.reason
        return values, reasons

    def transform(self, X: Any) -> NDArray[Any]:
        """Return the features of each composition, shape (n, k)."""
        raise NotImplementedError


class CompositionStatistics(CompositionTransformer):
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
        """Store the parameters, which the class explains, unchecked: `fit` reads the preset.

        They are `preset`, `impute`, `dtype` and `basis`.
        """
        self.preset = preset
        self.impute = impute
        self.dtype = dtype
        self.basis = basis

    def fit(self, X: Any = None, y: Any = None) -> Self:
        """Load the properties into ``elements_`` and return this object.

        `X` and `y` are not used, so nothing is learnt. ``elements_`` is an
        `ElementTable`. ``preset`` is "magpie" or the path of a CSV file:
        InputError if it is neither, DataError if its file cannot be read.
        """
        elements = load_table(self.preset)
        self.elements_ = elements.fill_gaps() if self.impute else elements
        return self

    def transform(self, X: Any) -> NDArray[Any]:
        """Return the statistics of each composition, shape (n, 6 * properties).

        The columns are those of `get_feature_names_out`: minimum, maximum,
        range, mean, mean absolute deviation and mode of each property. The
        type is ``dtype``. NaN where a property is not known of an element;
        with ``impute`` only where no element has it.

        Parameters
        ----------
        X : CompositionTable, or column of recipes or pymatgen compositions
            What to describe: also a list, or a frame with a column "composition" or one column of
            texts. A single text is one recipe. Recipes are read by ``basis``. An empty list gives
            no rows.

        Raises
        ------
        NotFittedError
            If `fit` was not called.
        CompositionError
            If a row cannot be read. It is an InputError, as is what is no such column.
        """
        check_is_fitted(self)
        return composition_statistics(
            as_table(X, self.basis), self.elements_, self.dtype
        )

    def get_feature_names_out(
        self, input_features: Any = None
    ) -> NDArray[np.object_]:
        """Return the column names, e.g. ``"MagpieData mean Electronegativity"``.

        There are six for each property, property by property, in the order of the statistics.
        `input_features` is not used. NotFittedError if `fit` was not called. The statistics are
        minimum, maximum, range, mean, avg_dev and mode.
        """
        from ._descriptor_kernels import STATISTICS

        check_is_fitted(self)
        prefix = self.elements_.prefix
        names: list[str] = []
        for name in self.elements_.names:
            names += [f"{prefix} {kind} {name}" for kind in STATISTICS]
        return np.array(names, dtype=object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.requires_fit = True
        return tags
