"""Tables of element properties: the embedded preset and a user's own."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .. import datasets
from ..arguments import named
from ..elements import INDEX, N_ELEMENTS
from ..errors import DataError, InputError

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
