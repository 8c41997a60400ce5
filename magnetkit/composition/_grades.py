"""Keeping the names of commercial grades from being read as formulas.

``N42SH`` is a spelling of nitrogen, sulphur and hydrogen, ``SmCo 26`` one of samarium and cobalt.
Texts are looked at only where what they were read as could be such a name.
"""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..catalogue.names import refusal
from ..elements import INDEX
from .table import CompositionTable, ParseError

# The heaviest element of a grade that can be spelt with elements: BNP6, N35, S2809, N50VH, N38UH.
_HEAVIEST = np.array([INDEX[s] for s in ("B", "N", "P", "S", "V", "U")])
# NdFeB N35 is mostly nitrogen, SmCo 18 mostly cobalt, SmCo 26HS too, beside hydrogen.
_NITROGEN, _COBALT, _COBALT_BESIDE_HYDROGEN = 0.75, 0.94, 0.89


def without_grades(table: CompositionTable, texts: Any, start: int) -> CompositionTable:
    """Return a table whose grades have gone from its rows to its errors.

    Parameters
    ----------
    table : CompositionTable
        As read; its rows are those of `texts`, counted from `start`.
    texts : pyarrow.Array
        The texts.
    start : int
        Row of the input at which `texts` begins.
    """
    errors = [
        e if (why := refusal(e.text)) is None else ParseError(e.row, e.text, -1, why)
        for e in table.errors
    ]
    grades = []
    for row in table.row_index[_suspicious(table)].tolist():
        text = texts[row - start].as_py()
        if (why := refusal(text)) is not None:
            grades.append(ParseError(row, text, -1, why))
    if grades:
        table = table[~np.isin(table.row_index, [e.row for e in grades])]
        errors = sorted([*errors, *grades], key=lambda e: e.row)
    return replace(table, errors=errors)


def _suspicious(table: CompositionTable) -> NDArray[np.bool_]:
    """Return which rows a grade's name could have been read as."""
    if not len(table):
        return np.zeros(0, bool)
    heaviest = table.indices[table.indptr[1:] - 1]
    lightest = table.indices[table.indptr[:-1]]
    share = np.maximum.reduceat(table.values, table.indptr[:-1])
    # Elements stand in order of atomic number: cobalt is the last but one beside samarium.
    samarium = heaviest == INDEX["Sm"]
    hydride = samarium & (lightest == INDEX["H"])
    cobalt = samarium & (share > _COBALT) | hydride & (share > _COBALT_BESIDE_HYDROGEN)
    nitride = (share > _NITROGEN) & (lightest <= INDEX["N"])
    return np.isin(heaviest, _HEAVIEST) | cobalt | nitride
