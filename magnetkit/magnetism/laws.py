"""The law book: every constant of a law of magnets, with its deviation, source and status.

The files of ``datasets/laws`` hold a table a constant; see `magnetkit._core._books`, which reads
them.
"""

from typing import TYPE_CHECKING

from .._core._books import (
    LAWS,
    STATUS,
    Constant,
    law,
    read_book,
    shift_constant,
)

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["STATUS", "Constant", "constants", "law", "shift_constant"]


def constants() -> "pd.DataFrame":
    """Return the law book as a table, a row a constant.

    Returns
    -------
    pandas.DataFrame
        ``law name value deviation unit status source meaning rows``: ``value``
        and ``deviation``, one standard deviation, are floats in ``unit``, all
        else is text; ``rows`` says which measured rows it was fitted on, empty
        for none. ``law`` and ``name`` name a constant; rows are numbered from
        0.

    Examples
    --------
    >>> book = constants()
    >>> set(book["status"]) <= {"cited", "fitted", "memory", "assumed"}
    True
    """
    import pandas as pd

    laws = read_book(LAWS).values()
    return pd.DataFrame([vars(constant) for each in laws for constant in each])
