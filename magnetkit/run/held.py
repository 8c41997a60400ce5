"""Rows of a result that are in memory when a screening ends, and which those are."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

HELD_ROWS, SPREAD_ROWS = 10_000, 2000
"""The first by rank, and how many are spread over all ranks: what printing and report show."""


@dataclass(frozen=True)
class Held:
    """Some rows of a result.

    Attributes
    ----------
    rows : ndarray of int64, shape (m,)
        Their numbers, ascending.
    table : pyarrow.Table, m rows
    """

    rows: NDArray[np.int64]
    table: pa.Table

    def has(self, rows: NDArray[np.int64]) -> bool:
        """Return whether all of some rows are among them."""
        return bool(np.isin(rows, self.rows, assume_unique=True).all())

    def take(self, rows: NDArray[np.int64]) -> pa.Table:
        """Return some of them."""
        return self.table.take(pa.array(np.searchsorted(self.rows, rows)))


def held_rows(place: NDArray[np.int64], first: int) -> NDArray[np.int64]:
    """Return which rows are worth holding, ascending.

    Parameters
    ----------
    place : ndarray of int64, shape (n,)
        Rank from 1; 0 for none.
    first : int
        Where fewer have a rank, so many rows are made up with others.
    """
    ranked = np.count_nonzero(place)
    wanted = np.zeros(ranked + 1, bool)
    wanted[1 : HELD_ROWS + 1] = True
    wanted[spread_places(ranked, SPREAD_ROWS)] = True
    others = np.flatnonzero(place == 0)[: max(first - ranked, 0)]
    return np.sort(np.concatenate([np.flatnonzero(wanted[place]), others]))


def spread_places(ranked: int, n: int) -> NDArray[np.int64]:
    """Return at most `n` of the places 1 to `ranked`: half the first, half evenly of the rest."""
    places = np.arange(1, ranked + 1)
    if ranked <= n:
        return places
    rest = np.linspace(n // 2, ranked - 1, n - n // 2).astype(int)
    return places[np.concatenate([np.arange(n // 2), rest])]
