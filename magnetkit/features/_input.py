"""What the composition transformers take."""

from typing import Any

import numpy as np

from ..composition import CompositionTable
from ..composition.notation import Basis
from ..errors import CompositionError, InputError


def as_table(X: Any, basis: Basis = "auto") -> CompositionTable:
    """Return a composition table with one row for each row of `X`.

    Parameters
    ----------
    X : CompositionTable, or column of recipes or pymatgen compositions
        A list, NumPy array, pandas or polars series, or Arrow array; or a pandas, polars or
        Arrow table with a column ``composition`` or a single column.
    basis : {"auto", "atomic", "weight"}
        Basis of recipes given as text.

    Raises
    ------
    CompositionError
        If a recipe cannot be read: a transformer returns as many rows as it is given. Build a
        CompositionTable to leave such rows out.
    """
    if isinstance(X, CompositionTable):
        return X
    column = _column(X)
    if _exports_text(column):
        return _complete(CompositionTable.from_arrow(column, basis=basis))
    items = column.tolist() if hasattr(column, "tolist") else list(column)
    if all(isinstance(item, str) for item in items):
        return _complete(CompositionTable.from_strings(items, basis=basis))
    if all(hasattr(item, "element_composition") for item in items):
        return _complete(CompositionTable.from_pymatgen(items))
    odd = next(i for i in items if not isinstance(i, str) and not hasattr(i, "element_composition"))
    raise InputError(
        "expected recipes as text, pymatgen compositions or a CompositionTable, "
        f"got {type(odd).__name__} ({odd!r:.60})"
    )


def _complete(table: CompositionTable) -> CompositionTable:
    """Refuse a table that left rows out."""
    if table.errors:
        first = table.errors[0]
        raise CompositionError(
            f"row {first.row}: {first.reason} ({len(table.errors)} such rows; "
            "CompositionTable.from_strings leaves them out)",
            first.text,
            first.position,
        )
    return table


def _exports_text(column: Any) -> bool:
    """Whether a column hands out its text as an Arrow array."""
    if str(getattr(column, "dtype", "")) == "object":
        return False
    return hasattr(column, "__arrow_c_array__") or hasattr(column, "__arrow_c_stream__")


def _column(X: Any) -> Any:
    """Return the one column of `X` that holds compositions."""
    if isinstance(X, str):
        raise InputError(f"expected many recipes, got one text {X!r}; give a list")
    names = list(map(str, getattr(X, "column_names", getattr(X, "columns", []))))
    if names:
        if "composition" not in names and len(names) != 1:
            raise InputError(
                f"expected a column 'composition' or a single column, got {', '.join(names)}"
            )
        X = X["composition" if "composition" in names else names[0]]
    if isinstance(X, np.ndarray) and X.ndim == 2 and X.shape[1] == 1:
        X = X[:, 0]
    return X
