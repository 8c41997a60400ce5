"""Compositions as read, and results back in the form in which the compositions came."""

import json
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..errors import InputError
from . import reading
from .blocks import Rejected
from .shells import is_one, read_shell
from .table import CompositionTable

if TYPE_CHECKING:
    import pandas as pd

SHELL_COLUMN = "shell"


class RejectedRows(UserWarning):
    """Some rows of the input could not be used."""


@dataclass(frozen=True, eq=False)
class Inputs:
    """Compositions as read, and what is needed to give results back as they came.

    Attributes
    ----------
    table : CompositionTable, n rows
        What could be read; ``row_index`` counts the rows of the input.
    labels : pyarrow.Array of text, length n, or None
        The compositions as written; None where they came without text.
    shells : list of str or None
        Grain-boundary shell of each row, empty for a bulk alloy; None where no column has any.
    others : frame or None
        The user's other columns in their own library, all rows of the input.
    composition : str or None
        Name of the composition column of `others`' frame.
    index : pandas.Index or None
        Index of the input, all rows.
    library : str
        ``"pandas"``, ``"polars"`` or ``"arrow"``.
    rejected : list of Rejected
        Rows that could not be used.
    lines : ndarray of int64, shape (n,), or None
        Line of the file, or row of the input from 1, of each row.
    total : int
        Rows of the input.
    reported : bool
        Whether the caller knows of them: it gave a table that lists them itself.
    """

    table: CompositionTable
    labels: pa.Array | None = None
    shells: list[str] | None = None
    others: Any = None
    composition: str | None = None
    index: Any = None
    library: str = "pandas"
    rejected: list[Rejected] = field(default_factory=list)
    lines: NDArray[np.int64] | None = None
    total: int = 0
    reported: bool = False

    def shells_with(self, shell: Any) -> Any:
        """Return the shells to use: the column's, or else the argument's.

        Parameters
        ----------
        shell : Shell, dict, str, sequence of them or None
            One for all rows, or one for each row of the input.

        Raises
        ------
        InputError
            If column and argument both name shells, or there are more or fewer than rows.
        """
        if shell is None:
            return self.shells
        if self.shells is not None and any(self.shells):
            raise InputError(
                f"the column {SHELL_COLUMN!r} names shells already; leave the argument shell out, "
                "or the column"
            )
        if is_one(shell):
            read_shell(shell)
            return [shell] * len(self.table)
        each = list(shell)
        if self.reported or len(each) != self.total:
            return each
        return [each[row] for row in self.table.row_index]

    def refusing(self, shells: Mapping[str, str]) -> "Inputs":
        """Return the rows without those of some shells, which are rejected.

        Parameters
        ----------
        shells : mapping of str to str
            Shell as written to the reason why it is refused.
        """
        if not shells or self.shells is None or self.lines is None or self.labels is None:
            return self
        bad = np.array([shell in shells for shell in self.shells], bool)
        texts = self.labels.to_pylist()
        found = [
            Rejected(int(self.lines[i]), str(texts[i]), shells[self.shells[i]])
            for i in np.flatnonzero(bad)
        ]
        kept = np.flatnonzero(~bad)
        return replace(
            self,
            table=self.table[kept],
            labels=self.labels.take(pa.array(kept)),
            shells=[self.shells[i] for i in kept],
            lines=self.lines[kept],
            rejected=sorted([*self.rejected, *found], key=lambda r: r.line),
        )

    def extra(self, *, named: bool = False) -> pa.Table | None:
        """Return the user's other columns of the rows that could be read, as an Arrow table.

        Parameters
        ----------
        named : bool
            Whether to leave the composition column out.
        """
        if self.others is None:
            return None
        rest = reading.other_columns(self.others, self.composition if named else None)
        return rest.take(pa.array(self.table.row_index)) if rest.num_columns else None

    def give(self, *frames: "pd.DataFrame", named: bool = False) -> Any:
        """Return a result as the input came: library, index, the user's other columns.

        Parameters
        ----------
        *frames : DataFrame, n rows each
            Results, one row for each row of `table`; of several, say one a temperature, the rows
            of a composition come together.
        named : bool
            Whether the frames name their candidates: the composition column is left out then.

        Returns
        -------
        DataFrame, polars.DataFrame or pyarrow.Table
            A pandas frame holds the rejected rows in ``.attrs["rejected"]``, an Arrow table in
            its metadata under ``rejected``; all kinds come with a `RejectedRows` warning.
        """
        import pandas as pd

        frame, rows = frames[0], self.table.row_index
        if len(frames) > 1:
            order = np.arange(len(frames) * len(rows)).reshape(len(frames), -1).T.ravel()
            frame = pd.concat(frames, ignore_index=True).iloc[order].reset_index(drop=True)
            rows = np.repeat(rows, len(frames))
        if self.index is not None:
            frame.index = self.index.take(rows)
        elif self.rejected and self.library == "pandas" and not self.reported:
            frame.index = pd.Index(rows)
        if self.rejected and not self.reported:
            self.warn()
        unused = [{"line": r.line, "text": r.text, "reason": r.reason} for r in self.rejected]
        if self.library == "pandas":
            if self.others is not None:
                part = self._pandas().iloc[rows]
                for name in self._carried(named):
                    frame[own_name(name, frame.columns)] = part[name].array
            if unused:
                frame.attrs["rejected"] = unused
            return frame
        table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(
            {"rejected": json.dumps(unused)} if unused else None
        )
        if self.library == "arrow":
            for name in self._carried(named):
                values = self.others[name].take(pa.array(rows))
                table = table.append_column(own_name(name, table.column_names), values)
            return table
        return self._polars(table, rows, named)

    def _pandas(self) -> "pd.DataFrame":
        """Return the user's frame; a file's as pandas reads its columns."""
        return self.others.to_pandas() if isinstance(self.others, pa.Table) else self.others

    def _polars(self, table: pa.Table, rows: NDArray[np.int64], named: bool) -> Any:
        import polars

        frame = polars.DataFrame(table)
        for name in self._carried(named):
            values = self.others[name][rows]
            frame = frame.with_columns(values.alias(own_name(name, frame.columns)))
        return frame

    def _carried(self, named: bool) -> list[str]:
        if self.others is None:
            return []
        return [n for n in column_names(self.others) if not (named and n == self.composition)]

    def values(self, values: NDArray[np.float64], name: str) -> Any:
        """Return one number a composition as the input came; NaN where it could not be read.

        Parameters
        ----------
        values : ndarray of float64, shape (n,)
            One for each row of `table`.
        name : str
            Name of the column, where the input's library has named ones.

        Returns
        -------
        ndarray, pandas.Series, polars.Series or pyarrow.Array
            As many values as the input has rows; a list, path or table of compositions gives an
            ndarray.
        """
        if self.reported:
            return values
        if self.rejected:
            self.warn()
        whole = np.full(self.total, np.nan)
        whole[self.table.row_index] = values
        if self.library == "arrow":
            return pa.array(whole)
        if self.library == "polars":
            import polars

            return polars.Series(name, whole)
        if self.index is None:
            return whole
        import pandas as pd

        return pd.Series(whole, self.index, name=name)

    def warn(self) -> None:
        """Warn of the rows that could not be used."""
        first = self.rejected[0]
        warnings.warn(
            f"{len(self.rejected)} of the rows could not be used; the first, line {first.line} "
            f"({first.text!r}): {first.reason}",
            RejectedRows,
            stacklevel=4,
        )


def own_name(name: str, taken: Any) -> str:
    """Return a name of a user's column that no column of `taken` has."""
    while name in taken:
        name = f"input_{name}"
    return name


def column_names(frame: Any) -> list[str]:
    """Return the names of a frame's columns."""
    return list(frame.column_names if isinstance(frame, pa.Table) else frame.columns)
