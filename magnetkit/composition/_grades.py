"""Keeping the names of commercial grades from being read as formulas.

``N42SH`` is a spelling of nitrogen, sulphur and hydrogen, ``SmCo 26`` one of samarium and cobalt.
Texts are looked at only where what they were read as could be such a name.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..catalogue.names import refusal
from ..elements import INDEX, mask

# The heaviest element of a grade that can be spelt with elements: BNP6, N35, S2809, N50VH, N38UH.
_HEAVIEST = mask(("B", "N", "P", "S", "V", "U")) > 0.0
# What else can be spelt is nearly one element: NdFeB N35 is mostly nitrogen, SmCo 18 mostly cobalt,
# SmCo 26HS too, beside hydrogen.
_MOST = mask(("N", "Co")) > 0.0
_NITROGEN, _COBALT, _COBALT_BESIDE_HYDROGEN = 0.75, 0.94, 0.89


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
    if not len(table):
        return np.zeros(0, bool)
    heaviest = table.indices[table.indptr[1:] - 1]
    found = _HEAVIEST[heaviest]
    # Few rows hold so much of one element; of these alone the rest is asked.
    entries = np.flatnonzero(table.values > _NITROGEN)
    entries = entries[_MOST[table.indices[entries]]]
    share, element = table.values[entries], table.indices[entries]
    rows = np.searchsorted(table.indptr, entries, side="right") - 1
    # Elements stand in order of atomic number: cobalt is the last but one beside samarium.
    hydride = table.indices[table.indptr[rows]] == INDEX["H"]
    cobalt = (element == INDEX["Co"]) & (heaviest[rows] == INDEX["Sm"])
    cobalt &= share > np.where(hydride, _COBALT_BESIDE_HYDROGEN, _COBALT)
    found[rows[cobalt | (element == INDEX["N"])]] = True
    return found
