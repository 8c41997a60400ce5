"""Statistics of element properties over compositions, without scikit-learn.

Tables of element properties: the embedded preset and a user's own.

Composition statistics: element properties averaged over each composition.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from .._core import datasets
from .._core._arguments import named
from .._core.elements import INDEX, N_ELEMENTS
from .._core.errors import DataError, InputError
from ..composition._read import as_table
from ..composition.notation import Basis
from ..composition.table import CompositionTable

PRESETS = {"magpie": ("magpie/magpie.csv", "MagpieData")}
"""Preset name to embedded file and the prefix of its feature names."""


@dataclass(frozen=True, eq=False)
class ElementTable:
    """Properties of the elements.

    Attributes
    ----------
    prefix : str
        First word of the feature names.
    names : tuple of str
        Name of each property.
    values : ndarray of float64, shape (118, n)
        Property of each element, NaN where it is not known; row is the atomic number minus one.
    """

    prefix: str
    names: tuple[str, ...]
    values: NDArray[np.float64]

    def imputed(self) -> "ElementTable":
        """Fill each gap with the mean of its property over the elements that have it."""
        with np.errstate(invalid="ignore"):
            counts = np.sum(~np.isnan(self.values), axis=0)
            means = np.nansum(self.values, axis=0) / counts
        return ElementTable(
            self.prefix, self.names, np.where(np.isnan(self.values), means, self.values)
        )

    def padded(self, multiple: int = 8) -> NDArray[np.float64]:
        """Return the values with zero columns up to a multiple, which kernels vectorise over."""
        width = -(-len(self.names) // multiple) * multiple
        result = np.zeros((N_ELEMENTS, width))
        result[:, : len(self.names)] = self.values
        return result


def read_table(file: str | Path, prefix: str | None = None) -> ElementTable:
    """Read a table of element properties from CSV.

    Parameters
    ----------
    file : str or Path
        A CSV file with a column ``symbol`` and one numeric column a property; text columns such
        as ``source`` are passed over, an empty field means not known.
    prefix : str, optional
        First word of the feature names; the name of the file without its ending by default.

    Raises
    ------
    DataError
        If the file cannot be read as such a table.
    """
    file = Path(file)
    try:
        frame = pd.read_csv(file)
    except OSError as error:
        raise DataError(f"cannot read the element table {file}: {error.strerror}") from None
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise DataError(f"{file} is no CSV table of element properties: {error}") from None
    if "symbol" not in frame.columns:
        raise DataError(
            f"an element table needs a column 'symbol', {file} has {', '.join(frame.columns)}"
        )
    unknown = [str(s) for s in frame["symbol"] if s not in INDEX]
    if unknown:
        raise DataError(f"{file}: {unknown[0]!r} in column 'symbol' is no chemical element")
    if frame["symbol"].duplicated().any():
        twice = frame.loc[frame["symbol"].duplicated(), "symbol"].iloc[0]
        raise DataError(f"{file}: {twice} has two rows; keep one")
    numbers = frame.select_dtypes("number")
    if numbers.shape[1] == 0:
        raise DataError(f"{file} has no numeric column; each property needs one")
    if np.isinf(numbers.to_numpy(np.float64)).any():
        raise DataError(f"{file} holds an infinite number; leave a field empty if it is not known")
    values = np.full((N_ELEMENTS, numbers.shape[1]), np.nan)
    values[[INDEX[s] for s in frame["symbol"]]] = numbers.to_numpy(np.float64)
    return ElementTable(prefix or file.stem, tuple(map(str, numbers.columns)), values)


@lru_cache(maxsize=8)
def _preset(name: str) -> ElementTable:
    file, prefix = PRESETS[name]
    return read_table(datasets.path(file), prefix)


@named
def load_table(preset: str | Path) -> ElementTable:
    """Return an embedded preset, or read the CSV file that `preset` names.

    Parameters
    ----------
    preset : str or Path
        ``"magpie"``, or the path of a CSV file with a column ``symbol``.

    Returns
    -------
    ElementTable

    Raises
    ------
    InputError
        If `preset` is neither a preset nor a path ending in ``.csv``.
    """
    if isinstance(preset, str) and preset in PRESETS:
        return _preset(preset)
    if not isinstance(preset, str | Path) or Path(preset).suffix.lower() != ".csv":
        raise InputError(
            f"preset must be one of {', '.join(PRESETS)} or the path of a CSV element table, "
            f"got {preset!r}"
        )
    return read_table(preset)


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
        C-contiguous array to write into, of float64 or float32; large tables run about twice as
        fast into memory that was used before.

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


class CompositionStatistics(TransformerMixin, BaseEstimator):
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

    def fit(self, X: Any = None, y: Any = None) -> "CompositionStatistics":
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
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        tags.no_validation = True
        tags.requires_fit = True
        return tags
