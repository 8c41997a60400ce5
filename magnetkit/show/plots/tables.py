"""A table of results for a notebook."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...arguments import named
from ..notebook import ROWS, table_html

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Table:
    """A table that a notebook shows by its HTML.

    Attributes
    ----------
    html : str
    """

    html: str

    def _repr_html_(self) -> str:
        return self.html


@named
def table(frame: "pd.DataFrame", rows: int = ROWS) -> Table:
    """Show results in a notebook: eight columns, intervals in brackets, the domain coloured.

    Parameters
    ----------
    frame : DataFrame
        As `magnetkit.predict` returns it.
    rows : int
        How many at most.

    Returns
    -------
    Table

    Examples
    --------
    >>> import magnetkit as mk
    >>> "HcJ (kA/m)" in table(mk.predict("Nd2Fe14B", "150C")).html
    True
    """
    return Table(table_html(frame, rows))
