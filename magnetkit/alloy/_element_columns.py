"""Recipes from one column per element, as spreadsheets of melts have them."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from .._core.elements import INDEX
from .._core.errors import InputError
from ._blocks import COMPOSITION_COLUMN
from .table import composition_name

ELEMENT_COLUMNS = "*"
"""Name of the composition column that means one column per element instead."""

_BALANCE = ("bal", "bal.", "balance", "rest", "remainder")


def with_composition_column(
    table: pa.Table, wanted: str | None, path: Path
) -> tuple[pa.Table, str]:
    """Return the table and the name of its composition column.

    Parameters
    ----------
    table : pyarrow.Table
        Table of n rows.
    wanted : str or None
        Name of the composition column, as the user gave it. None has it sought. `ELEMENT_COLUMNS`
        asks for columns of elements, such as Nd and Fe, which are joined to recipes.
    path : Path
        File, for messages.

    Returns
    -------
    table : pyarrow.Table
        As it came, or with the column `COMPOSITION_COLUMN` of recipes behind the others.
    name : str
        Name of the composition column.

    Raises
    ------
    InputError
        As from `composition_name`, or if columns of elements cannot be joined.
    """
    if wanted != ELEMENT_COLUMNS:
        return table, composition_name(table, wanted, f"{path}: ")
    if COMPOSITION_COLUMN in table.column_names:
        raise InputError(
            f"{path} has a column {COMPOSITION_COLUMN!r} and need not be joined"
        )
    recipes = _joined_recipes(table, path)
    return table.append_column(COMPOSITION_COLUMN, recipes), COMPOSITION_COLUMN


def _joined_recipes(table: pa.Table, source: object) -> pa.Array:
    """Join the columns that are named after elements to one recipe a row, length n.

    A unit or more may follow the symbol, as in ``Nd wt%``. An empty cell is none of the element,
    and ``bal.`` takes what is left to 100. InputError if fewer than two columns are named after
    elements, or two after the same; `source` names the table in messages. A recipe is a text such
    as "Nd30.5B1Fe bal.", the balance last. Columns that are named after no element are passed over.
    """
    columns: dict[str, str] = {}
    for column, symbol in element_columns(table.column_names):
        if symbol in columns:
            raise InputError(
                f"{source}: columns {columns[symbol]!r} and {column!r} are both {symbol}"
            )
        columns[symbol] = column
    if len(columns) < 2:
        raise InputError(
            f"{source}: expected a column for each element, such as Nd, Fe and B, found "
            f"{', '.join(table.column_names)}"
        )
    cells = {
        symbol: table.column(column).to_pylist()
        for symbol, column in columns.items()
    }
    rows = zip(*cells.values(), strict=True)
    return pa.array(
        [_recipe(dict(zip(cells, row, strict=True))) for row in rows]
    )


def element_columns(names: Sequence[str]) -> list[tuple[str, str]]:
    """Return the names of columns that begin with an element, and the element of each."""
    words = [
        (name, name.replace("(", " ").replace("[", " ").split())
        for name in names
    ]
    return [
        (name, word[0]) for name, word in words if word and word[0] in INDEX
    ]


def _recipe(amounts: dict[str, object]) -> str:
    """Write a recipe from the cells of a row, by symbol; empty and zero cells are left out.

    `amounts` maps symbols to cells. An example is ``{"Nd": "30,5", "B": 1, "Fe": "bal."}``, which
    gives "Nd30.5B1Fe bal.".
    """
    parts = []
    balance = []
    for symbol, amount in amounts.items():
        text = "" if amount is None or amount != amount else str(amount).strip()
        if text.lower() in _BALANCE:
            balance.append(f"{symbol} bal.")
        elif text and text.strip("0.,") != "":
            # A decimal comma, as half of the world's spreadsheets write it.
            parts.append(f"{symbol}{text.replace(',', '.')}")
    return "".join([*parts, *balance])
