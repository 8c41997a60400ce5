"""Features put beside a frame, by the names that matminer's featurizers have for it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .._core._types import FloatArray
from .._core.errors import InputError

if TYPE_CHECKING:
    import pandas as pd


class DataFrameFeaturizer:
    """Base of transformers that stand where a featurizer of matminer stood."""

    if TYPE_CHECKING:

        def fit(self, X: Any = None, y: Any = None) -> Any: ...

        def get_feature_names_out(
            self, input_features: Any = None
        ) -> NDArray[np.object_]: ...

    def feature_labels(self) -> list[str]:
        """Return the column names.

        `fit` is called, without data. The list is new.

        Returns
        -------
        list of str
            In the order of the features, such as "MagpieData mean Electronegativity".
        """
        self.fit()
        return list(map(str, self.get_feature_names_out()))

    def featurize_dataframe(
        self,
        df: "pd.DataFrame",
        col_id: str | Sequence[str],
        ignore_errors: bool = False,
        return_errors: bool = False,
        inplace: bool = False,
        multiindex: bool = False,
        pbar: bool = True,
    ) -> "pd.DataFrame":
        """Return a frame with the features of one of its columns beside it.

        Parameters
        ----------
        df : DataFrame
            Rows to describe.
        col_id : str or list of one str
            Column of compositions or crystals. Of a frame with names on two levels it is a list of
            one tuple, such as ``[("Input Data", "composition")]``.
        ignore_errors : bool
            Give NaN for a row that cannot be read; it is an error otherwise.
        return_errors : bool
            Add a column of the reasons behind the features, such as
            "RareEarthDescriptors Exceptions", NaN where there is none; needs
            `ignore_errors`.
        inplace : bool
            Add the columns to `df` itself.
        multiindex : bool
            Put the columns on two levels: the name of the class, such as
            "RareEarthDescriptors", for features and reasons, or ``Input Data``
            for those of `df`; and the name.
        pbar : bool
            Not used: there is nothing to wait for.

        Returns
        -------
        DataFrame
            `df`, or a copy, with `feature_labels` after its own columns. Rows and index stay. A
            feature of a row that cannot be read is NaN.

        Raises
        ------
        InputError
            If the column is missing, the frame has a column of a feature already, or a row cannot
            be read. Also for names on two levels without `multiindex`, and for `return_errors`
            without `ignore_errors`.
        """
        import pandas as pd

        name = _only_column(df, col_id)
        if return_errors and not ignore_errors:
            raise InputError("return_errors=True needs ignore_errors=True")
        if df.columns.nlevels > 1 and not multiindex:
            raise InputError(
                "the frame has column names on two levels; pass multiindex=True"
            )
        labels = self.feature_labels()
        values, reasons = self._features_of_column(df[name], ignore_errors)
        features = pd.DataFrame(values, index=df.index, columns=labels)
        kind = type(self).__name__
        if return_errors:
            features[f"{kind} Exceptions"] = [
                reason or np.nan for reason in reasons
            ]
        if multiindex:
            features.columns = pd.MultiIndex.from_product(
                [[kind], features.columns]
            )
            if df.columns.nlevels == 1:
                levels = pd.MultiIndex.from_product(
                    [["Input Data"], df.columns]
                )
                df = df if inplace else df.copy(deep=False)
                df.columns = levels
        present = [
            column for column in features.columns if column in df.columns
        ]
        if present:
            raise InputError(
                f"the frame has a column {present[0]!r} already; rename or drop it"
            )
        if inplace:
            df[features.columns] = features
            return df
        return pd.concat([df, features], axis=1)

    def _features_of_column(
        self, column: "pd.Series", ignore_errors: bool
    ) -> tuple[FloatArray, list[str]]:
        """Return the features of n rows, (n, k), and of each the reason why it has none.

        `column` is a series of n compositions or crystals. With
        `ignore_errors` a row that cannot be read is NaN and has a reason; it
        is an InputError otherwise. Features are in the order of
        ``feature_labels()``, rows in that of `column`. Other reasons are
        empty. Each class has its own; this one raises NotImplementedError.
        """
        raise NotImplementedError


def _only_column(df: "pd.DataFrame", col_id: str | Sequence[str]) -> Any:
    """Return the name of the only column that `col_id` names; InputError if there are more or none.

    `col_id` is a column name, such as "composition", or a list of one. The error names the first
    columns that there are if the name is none of them. `df` is a pandas frame. A tuple is not one
    name: a column on two levels is given as a list of one tuple.
    """
    names = [col_id] if isinstance(col_id, str) else list(col_id)
    if len(names) != 1:
        raise InputError(f"expected one column, got {len(names)}")
    if names[0] not in df.columns:
        columns = ", ".join(map(str, df.columns[:10]))
        raise InputError(
            f"the frame has no column {names[0]!r}; it has {columns}"
        )
    return names[0]
