"""Axes and labels that the plots share."""

from typing import TYPE_CHECKING

from ...columns import COLUMNS
from ...errors import InputError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def axes(ax: "Axes | None") -> "Axes":
    """Return `ax`, or those of a new figure.

    Raises
    ------
    InputError
        If matplotlib is not installed.
    """
    if ax is not None:
        return ax
    try:
        from matplotlib import pyplot
    except ImportError:
        raise InputError("plots need matplotlib; install it with pip install matplotlib") from None
    return pyplot.subplots(layout="constrained")[1]


def heading(name: str) -> str:
    """Return an axis label in the field's notation: ``Remanence $B_r$ (T)``.

    Raises
    ------
    InputError
        If `name` is no result column.
    """
    column = COLUMNS.get(name)
    if column is None:
        raise InputError(f"{name!r} is no result column; magnetkit.columns.COLUMNS lists them")
    # Mathtext knows no Greek letters outside its commands; those symbols stand as plain text.
    symbol = column.symbol if column.symbol.replace("_", "") not in column.label else ""
    if symbol:
        symbol = f"${symbol}$" if symbol.isascii() else symbol
    unit = f"({column.unit.replace('m3', 'm$^3$')})" if column.unit else ""
    return " ".join(filter(None, (column.label, symbol, unit)))


def need(frame: "pd.DataFrame", *names: str) -> None:
    """Check that a table has the columns a plot draws.

    Raises
    ------
    InputError
        If one is missing.
    """
    missing = [name for name in names if name not in frame]
    if missing:
        raise InputError(
            f"the table has no column {', '.join(missing)}; give a table of magnetkit.screen, "
            "predict or magnetism.sintered"
        )
