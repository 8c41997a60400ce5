"""Keeping the names of commercial grades from being read as formulas.

``N42SH`` is a spelling of nitrogen, sulphur and hydrogen, ``SmCo 26`` one of samarium and cobalt.
Texts are looked at only where what they were read as could be such a name.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..catalogue.names import refusal
from ..elements import mask

# The heaviest element of a grade that can be spelt with elements: BNP6, N35, S2809, N50VH, N38UH.
_HEAVIEST = mask(("B", "N", "P", "S", "V", "U")) > 0.0


def grade_rows(table: Any, texts: Any, start: int) -> dict[int, str]:
    """Return, by row of the input, why a text is refused as the name of a grade.

    Parameters
    ----------
    table : CompositionTable
        As read; its rows and errors are those of `texts`, counted from `start`.
    texts : pyarrow.Array
        The texts.
    start : int
        Row of the input at which `texts` begins.
    """
    rows = [e.row for e in table.errors] + table.row_index[_suspicious(table)].tolist()
    found = {row: refusal(texts[row - start].as_py() or "") for row in rows}
    return {row: why for row, why in found.items() if why is not None}


def _suspicious(table: Any) -> NDArray[np.bool_]:
    """Return which rows a grade's name could have been read as."""
    from ..kernels.parse import grade_like
    from ..kernels.threads import share_rows

    found = np.empty(len(table), np.bool_)
    share_rows(grade_like, len(table), table.rows, _HEAVIEST, found)
    return found
