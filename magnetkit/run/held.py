"""Rows of a result that are in memory when a screening ends, and which those are."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

HELD_ROWS, SPREAD_ROWS = 10_000, 2000
"""The first by rank, and how many are spread over all ranks: what printing and report show."""

# Arrow has no masked integers; a missing rank must not turn ranks into floats.
_MASKED = {"rank": "Int64", "pareto_front": "Int32"}


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
    ranked = int(np.count_nonzero(place))
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


def compact(table: pa.Table) -> pa.Table:
    """Return a table in one piece, whose dictionaries hold no text but that of its rows.

    Those of a chunk are of all its rows; what is made of a few rows would look through them all.
    """
    columns = []
    for column in table.columns:
        if pa.types.is_dictionary(column.type):
            texts = column.cast(column.type.value_type).combine_chunks()
            columns.append(texts.dictionary_encode())
        else:
            columns.append(column.combine_chunks())
    return pa.table(columns, names=table.column_names)


def rows_of_file(path: Path, rows: NDArray[np.int64]) -> pa.Table:
    """Return some rows of a Parquet file, by ascending number."""
    with pq.ParquetFile(path) as file:
        parts, stop = [file.schema_arrow.empty_table()], 0
        for group in range(file.num_row_groups):
            start, stop = stop, stop + file.metadata.row_group(group).num_rows
            own = rows[np.searchsorted(rows, start) : np.searchsorted(rows, stop)]
            if len(own):
                parts.append(file.read_row_group(group).take(pa.array(own - start)))
    return compact(pa.concat_tables(parts))


def frame_of(table: pa.Table) -> pd.DataFrame:
    """Return rows of a result as pandas has them."""
    frame = table.to_pandas()
    for name, kind in _MASKED.items():
        if name in frame:
            frame[name] = frame[name].astype(kind)
    return frame
