"""Tables with one column per element, as spreadsheets of melts have them."""

import pyarrow as pa

from ..elements import INDEX
from ..errors import InputError

ELEMENT_COLUMNS = "*"
"""As the name of the composition column: one column per element instead."""

_BALANCE = ("bal", "bal.", "balance", "rest", "remainder")


def recipes(table: pa.Table, source: object) -> pa.Array:
    """Return the recipe of each row, from the columns that are named after elements.

    A unit or more may follow the symbol, as in ``Nd wt%``; an empty cell is none of the element,
    and ``bal.`` takes what is left to 100.

    Parameters
    ----------
    table : pyarrow.Table, n rows
    source : object
        What the table is, for the message.

    Returns
    -------
    pyarrow.Array of string, length n

    Raises
    ------
    InputError
        If fewer than two columns are named after elements, or two after the same.
    """
    named: dict[str, str] = {}
    for column in table.column_names:
        words = column.replace("(", " ").replace("[", " ").split()
        if not words or words[0] not in INDEX:
            continue
        if words[0] in named:
            raise InputError(
                f"{source}: columns {named[words[0]]!r} and {column!r} are both {words[0]}"
            )
        named[words[0]] = column
    if len(named) < 2:
        raise InputError(
            f"{source}: expected a column for each element, such as Nd, Fe and B, found "
            f"{', '.join(table.column_names)}"
        )
    cells = {symbol: table.column(column).to_pylist() for symbol, column in named.items()}
    return pa.array([_recipe({s: c[i] for s, c in cells.items()}) for i in range(len(table))])


def _recipe(amounts: dict[str, object]) -> str:
    written, balance = [], []
    for symbol, amount in amounts.items():
        text = "" if amount is None or amount != amount else str(amount).strip()
        if text.lower() in _BALANCE:
            balance.append(f"{symbol} bal.")
        elif text and text.strip("0.,") != "":
            # A decimal comma, as half of the world's spreadsheets write it.
            written.append(f"{symbol}{text.replace(',', '.')}")
    return "".join([*written, *balance])
