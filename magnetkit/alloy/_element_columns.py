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
    """Return a table and the name of its composition column.

    With `ELEMENT_COLUMNS` that column is joined from columns of elements, such as Nd and Fe.

    Parameters
    ----------
    table : pyarrow.Table
        Table of n rows. It is not changed.
    wanted : str or None
        Name of the composition column, as the user gave it. None has it sought: ``composition``,
        else the only text column. `ELEMENT_COLUMNS`, the text "*", asks for columns of elements.
    path : Path
        File, for messages.

    Returns
    -------
    table : pyarrow.Table
        As it came, or with the column `COMPOSITION_COLUMN` ("composition") of recipes behind the
        others. Joined recipes name no basis.
    name : str
        Name of the composition column, as the table has it.

    Raises
    ------
    InputError
        As from `composition_name`, or if columns of elements cannot be joined. With "*" a table
        that has a column "composition" already is refused, too.
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
    """Join the columns that are named after elements to one recipe a row.

    A unit or more may follow the symbol, as in ``Nd wt%``, behind a blank or a
    bracket; ``Nd_wt`` and ``nd`` name no element. An empty or zero cell is
    none of the element, and ``bal.`` takes what is left to 100. Cells are
    numbers or texts; a decimal comma becomes a point, and what is no number is
    copied into the recipe, which cannot be read then. Columns that are named
    after no element are passed over. Units are not written into the recipes:
    the basis "auto" refuses those that have a balance or sum to 100.

    Parameters
    ----------
    table : pyarrow.Table
        Table of n rows with at least two columns named after elements.
    source : object
        Names the table in messages, such as its path.

    Returns
    -------
    pyarrow.Array, length n
        Recipes such as "Nd30.5B1Fe bal.", the balance last; an empty text for a row without
        amounts.

    Raises
    ------
    InputError
        If fewer than two columns are named after elements, or two after the same.
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
    amounts = table.select(list(columns.values()))
    rows = amounts.rename_columns(list(columns)).to_pylist()
    return pa.array(map(_recipe, rows))


def element_columns(names: Sequence[str]) -> list[tuple[str, str]]:
    """Find the columns whose names begin with the symbol of an element, such as "Nd" or "Nd (wt%)".

    The symbol must be the first word; brackets part words. Names without one are left out. Case
    counts: "nd" is no symbol, and "No" is that of nobelium.

    Parameters
    ----------
    names : sequence of str
        Names of all columns.

    Returns
    -------
    list of (str, str)
        Name of the column and symbol of its element, in the order of `names`.
    """
    columns = []
    for name in names:
        words = name.replace("(", " ").replace("[", " ").split()
        if words and words[0] in INDEX:
            columns.append((name, words[0]))
    return columns


def _recipe(amounts: dict[str, object]) -> str:
    """Write a recipe from the cells of a row; empty and zero cells are left out.

    Parameters
    ----------
    amounts : dict of str to object
        Cells by symbol: number, text (a decimal comma will do), None or NaN
        for empty. "bal", "bal.", "balance", "rest" and "remainder" mark a
        balance, in any case. Another text is copied as it is. An example is
        ``{"Nd": "30,5", "B": 1, "Fe": "bal."}``.

    Returns
    -------
    str
        Such as "Nd30.5B1Fe bal.", the balance last; empty if no cell has an amount.
    """
    parts = []
    balance = []
    for symbol, amount in amounts.items():
        text = (
            "" if amount is None or amount != amount else str(amount).strip()
        )
        if text.lower() in _BALANCE:
            balance.append(f"{symbol} bal.")
        elif text.strip("0.,"):
            # A decimal comma, as half of the world's spreadsheets write it.
            parts.append(f"{symbol}{text.replace(',', '.')}")
    return "".join([*parts, *balance])
