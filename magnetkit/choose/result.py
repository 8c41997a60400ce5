"""The outcome of a screening."""

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from .._core._arguments import parse_whole_number
from .._core._files import write_parquet
from .._core._types import IntArray
from .._core.columns import COLUMNS, order_columns
from .._core.errors import InputError
from ..alloy._blocks import Rejected
from ._leading import DRAWS, SEED, TOP, changes, robustness
from .applications import Profile

if TYPE_CHECKING:
    from ._job import Job


TOP_ROWS = 1000
"""Rows of ``ranked.csv``."""
LEADING_ROWS = 10_000
SPREAD_ROWS = 2000
"""The first by rank, and how many are spread over all ranks: those that printing and report show,
in memory when a screening ends."""
DECISIONS = "decisions"
"""Records of the short list in a manifest."""
WRITTEN = "columns"
"""In the identity of a screening: the columns that every row has, none where that is all."""
REPLACEMENT = "replacement"
"""What the head of a replacement's report shows, in a manifest."""
ANSWER = "answer"
"""Sentences in a manifest that its reports begin with."""
REPORT = "report.html"

# Arrow has no masked integers; a missing rank must not turn ranks into floats.
_MASKED = {"rank": "Int64", "pareto_front": "Int32", "simpler_rank": "Int64"}


class Rows(Protocol):
    """Every row of a result in the order of the input: an Arrow table, or a reader of files."""

    def __len__(self) -> int: ...

    @property
    def column_names(self) -> list[str]:
        """Names of the columns."""

    def select(self, columns: list[str]) -> pa.Table:
        """Return some columns of every row."""

    def take(self, rows: IntArray) -> pa.Table:
        """Return some rows, whose numbers ascend."""


@dataclass(frozen=True)
class Ranked:
    """Ranked candidates for a device, read when they are needed.

    Attributes
    ----------
    source : pyarrow.Table or Rows
        Every candidate with its rank, in the order of the input: in memory, or in files.
    profile : Profile
        The device.
    manifest : dict
        Arguments, data and versions, and a summary.
    unread : sequence of Rejected or callable
        Lines of the input that could not be read, or a function that reads them.
    known_job : Job or None
        The job of the screening, where it was done in this process.
    """

    source: Rows
    profile: Profile
    manifest: dict[str, Any]
    unread: Sequence[Rejected] | Callable[[], list[Rejected]]
    known_job: "Job | None" = None

    def __len__(self) -> int:
        summary = self.manifest["summary"]
        return int(summary.get("kept", summary["candidates"]))

    @property
    def judged(self) -> int:
        """How many candidates were evaluated; with ``keep`` more than there are rows."""
        return int(self.manifest["summary"]["candidates"])

    @property
    def data(self) -> pa.Table:
        """Every candidate as an Arrow table; read at each call, so keep it if you need it twice."""
        return self.select()

    def select(self, columns: Sequence[str] | None = None) -> pa.Table:
        """Return some columns of every candidate, in the order of the input.

        Parameters
        ----------
        columns : sequence of str, optional
            Names as in `magnetkit.columns`, in a list or tuple (a single text counts as its
            letters); all without it.

        Returns
        -------
        pyarrow.Table
            n rows, the columns in the order asked for. What is not known is null.

        Raises
        ------
        InputError
            If there is no such column.
        StoreError
            If the file is damaged, or the folder was screened anew.
        """
        own_columns = self.source.column_names
        names = own_columns if columns is None else list(columns)
        missing = [name for name in names if name not in own_columns]
        if missing:
            near_names = difflib.get_close_matches(
                missing[0], own_columns, n=1
            )
            hint = f" (did you mean {near_names[0]}?)" if near_names else ""
            if (
                missing[0] in COLUMNS
                and self.manifest["identity"].get(WRITTEN) is not None
            ):
                hint = "; ranked.csv has it of the best 10,000, --all-columns writes it for all"
            raise InputError(f"the result has no column {missing[0]!r}{hint}")
        return self.source.select(names)

    @cached_property
    def table(self) -> pd.DataFrame:
        """Every candidate, in the order of the input; columns as in `magnetkit.columns`.

        A property, computed once. All of it is in memory: for millions of
        candidates take `best`, `pareto` or `select`. Rows are numbered from 0.
        It is of pandas whatever the input; ``polars.DataFrame(result)`` and
        ``pyarrow.table(result)`` give other frames.
        """
        return _result_frame(self.data)

    @cached_property
    def rejected(self) -> list[Rejected]:
        """Lines of the input that could not be read."""
        if callable(self.unread):
            return self.unread()
        return list(self.unread)

    @cached_property
    def job(self) -> "Job":
        """What the candidates were evaluated for.

        A property. Where the screening was not done in this process it is
        built of the ``identity`` in the manifest, and the files that this
        names must be there.
        """
        from ._job import restore_job

        return self.known_job or restore_job(
            self.profile, self.manifest["identity"]
        )

    @property
    def pareto(self) -> pd.DataFrame:
        """The first Pareto front of those that meet the requirements, by rank.

        A property. A frame with all columns; the index is that of `table`. No
        row where none meets them.
        """
        front = self.select(["pareto_front"])["pareto_front"]
        return self._rows(pc.equal(front, 1))

    @cached_property
    def decisions(self) -> pd.DataFrame:
        """What to choose between: today's magnet, then up to four others, copies folded.

        A property, computed once. Columns as in `magnetkit.columns`, among
        them ``decision_status`` ("keep", "ready" to melt, "buy" as sold, or
        "trial"), ``copies``, how many candidates of the decision meet the
        requirements (of a space of which the best are kept at least so many;
        NaN for today's magnet, so a column of floats), and ``next_test``. One
        row per decision, numbered from 0.
        """
        return decisions_frame(self.manifest[DECISIONS])

    def best(self, n: int | None = None) -> pd.DataFrame:
        """Return the decisions, or the first `n` candidates in order of rank.

        Parameters
        ----------
        n : int, optional
            How many candidates; without it `decisions`. Those that miss the requirements follow
            those that meet them; those without a rank are left out.

        Returns
        -------
        DataFrame
            Columns as in `magnetkit.columns`; the index is that of `table`, but counts from 0 for
            the decisions. No row for 0.

        Raises
        ------
        InputError
            If `n` is no whole number of 0 or more.
        """
        if n is None:
            return self.decisions.copy()
        parse_whole_number("n", n, 0)
        rank = self.select(["rank"])["rank"]
        return self._rows(pc.less_equal(rank, n))

    def find(self, candidate: str) -> pd.DataFrame:
        """Return the rows of a candidate by its name, bulk and with shells, in order of rank.

        Parameters
        ----------
        candidate : str
            As given or generated, letter by letter: the column ``candidate``, not the formula.

        Returns
        -------
        DataFrame
            Columns as in `magnetkit.columns`; the index is that of `table`,
            the number of the row. No row where there is none; rows without a
            rank come last.

        Raises
        ------
        InputError
            If `candidate` is no text.
        """
        if not isinstance(candidate, str):
            raise InputError(
                f"candidate must be a name as in the result, got {candidate!r:.60}"
            )
        names = self.select(["candidate"])["candidate"]
        return self._rows(pc.equal(names, candidate))

    def sample_ranks(self, n: int) -> pd.DataFrame:
        """Return at most `n` ranked candidates by rank: half the best, half evenly of the rest.

        Parameters
        ----------
        n : int
            How many at most. All that are ranked where there are no more.

        Returns
        -------
        DataFrame
            By rank, the best first: `n` // 2 of the best, the others evenly;
            none for 0. Columns as in `magnetkit.columns`; the index is that of
            `table`.

        Raises
        ------
        InputError
            If `n` is no whole number of 0 or more.
        """
        parse_whole_number("n", n, 0)
        rank = self.select(["rank"])["rank"]
        places = spread_places(len(rank) - rank.null_count, n)
        return self._rows(pc.is_in(rank, pa.array(places)))

    def robustness(
        self,
        top: int = TOP,
        draws: int = DRAWS,
        pool: int = 300,
        seed: int = SEED,
        interval: float = 0.9,
    ) -> pd.DataFrame:
        """Return how often each leading candidate stays at the top when inputs move.

        Parameters
        ----------
        top : int
            Places that count as the top, 1 or more; 10 by default.
        draws : int
            How often to sample and rank again, 1 or more; 500 by default.
        pool : int
            How many of the best are ranked again, 1 or more.
        seed : int
            Of the random draws, 0 or more.
        interval : float
            Certainty with which a candidate must beat another to be distinct from it, and coverage
            of the range of ranks; above 0.5 and below 1.

        Returns
        -------
        DataFrame
            The best `pool` candidates by rank, numbered from 0, those that
            miss the requirements last: ``rank``, ``candidate``, ``formula``,
            ``shell``, ``host``, then the columns of
            `magnetkit.columns.ROBUSTNESS`: ``top_ten_share`` (share of the
            draws among the first `top`), ``meets_share``, ``rank_median``,
            ``rank_lo``, ``rank_hi`` and ``tie_group``, a number from 1.
            Candidates of one ``tie_group`` are not distinct from its first,
            which beats them in fewer than `interval` of the draws.

        Raises
        ------
        InputError
            If a number is out of its range.
        """
        parse_whole_number("pool", pool)
        return robustness(
            self.best(pool), self.job, top, draws, seed, interval
        )

    def changes(self, baseline: "Ranked", n: int = 10) -> pd.DataFrame:
        """Return how the best candidates moved against another screening.

        Parameters
        ----------
        baseline : Ranked
            The one that this is compared with.
        n : int
            Places that count as the top, 1 or more.

        Returns
        -------
        DataFrame
            The first `n` of either, a candidate told by formula and shell, by
            the new rank, then the old: ``candidate``, ``shell``, ``rank``,
            ``rank_before``, ``places`` gained (negative where lost) and
            ``change``: ``entered`` the top, ``left`` it, ``rose``, ``fell`` or
            ``stayed``. The rank of what has none, or was not screened, is
            missing (``rank`` and ``rank_before`` are Int64). Rows are numbered
            from 0.

        Raises
        ------
        InputError
            If `n` is below 1.
        """
        names = ["candidate", "formula", "shell", "rank"]
        return changes(self.select(names), baseline.select(names), n)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Give `data` to any library that reads Arrow: ``polars.DataFrame(result)``."""
        return self.data.__arrow_c_stream__(requested_schema)

    def to_parquet(self, path: str | Path) -> None:
        """Write every candidate to a Parquet file.

        Rows are in the order of the input, and columns as of `data`.

        Parameters
        ----------
        path : str or Path
            File to write, whatever its suffix; one that is there is replaced. InputError if it
            cannot be written, as where its folder is missing.
        """
        write_parquet([self.data], self.data.schema, Path(path))

    def __repr__(self) -> str:
        """Return device and counts in a line."""
        summary = self.manifest["summary"]
        return (
            f"<{type(self).__name__} for {self.profile.name}: {summary['candidates']:,} candidates, "
            f"{summary['meet_requirements']:,} meet the requirements, "
            f"{summary['rejected']:,} rejected>"
        )

    def _rows(self, mask: pa.ChunkedArray) -> pd.DataFrame:
        """Return the rows for which `mask`, bool (n,), holds, by rank, with the index of `table`.

        The index is the number of the row, from 0. A null of the mask counts
        as False. The frame has all columns and is new; rows without a rank
        come last.
        """
        rows = np.flatnonzero(pc.fill_null(mask, False).to_numpy())
        frame = compact(self.source.take(rows))
        return (
            _result_frame(frame)
            .set_axis(rows)
            .sort_values("rank", kind="stable")
        )


def slice_rows(rows: IntArray, start: int, stop: int) -> IntArray:
    """Return those of some ascending numbers that are from `start` up to but not `stop`.

    `rows`, int64, holds the numbers themselves, of which `start` and `stop` are values, not
    positions.
    """
    return rows[np.searchsorted(rows, start) : np.searchsorted(rows, stop)]


def spread_places(ranked: int, n: int) -> IntArray:
    """Return at most `n` of the places 1 to `ranked`: the first n // 2, then evenly over the rest.

    The result is int64 and ascending, and from `n` of 3 on holds the last place; all places where
    there are no more than `n`. It is empty for `n` of 0, or where `ranked` is 0.

    Examples
    --------
    >>> spread_places(10, 4).tolist()
    [1, 2, 3, 10]
    """
    places = np.arange(1, ranked + 1)
    if ranked <= n:
        return places
    rest = np.linspace(n // 2, ranked - 1, n - n // 2).astype(int)
    return places[np.concatenate([np.arange(n // 2), rest])]


def compact(table: pa.Table) -> pa.Table:
    """Return a table in one chunk whose dictionaries have only the texts of its rows.

    The dictionaries of a larger table have the texts of all its rows, which makes a few rows slow
    to read. Rows, nulls, names and order of columns stay; `table` is not changed. Metadata of the
    schema are dropped.
    """
    columns = []
    for column in table.columns:
        if pa.types.is_dictionary(column.type):
            texts = column.cast(column.type.value_type).combine_chunks()
            columns.append(texts.dictionary_encode())
        else:
            columns.append(column.combine_chunks())
    return pa.table(columns, names=table.column_names)


def decisions_frame(records: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Convert records of decisions to the data frame of a result, one row a record.

    `records` are dicts by column, as of `decide` or in a manifest, in the
    order of the rows; none give an empty frame. Columns stand in the
    registry's order, others last; a key that not all have is missing in the
    other rows. Rows are numbered from 0. ``rank``, ``pareto_front`` and
    ``simpler_rank`` become integers that may be missing, numbers of the
    registry and columns that end in ``_lo``, ``_hi`` or ``_share`` float, None
    NaN. All else stays as it is.
    """
    frame: Any = pd.DataFrame.from_records(list(records))
    frame = frame[order_columns(frame.columns)]
    for name in frame:
        column = COLUMNS.get(name)
        if name in _MASKED:
            frame[name] = frame[name].astype(_MASKED[name])
        elif (
            column.kind == "number"
            if column
            else name.endswith(("_lo", "_hi", "_share"))
        ):
            frame[name] = frame[name].astype(float)
    return frame


def _result_frame(table: pa.Table) -> pd.DataFrame:
    """Convert rows of a result to pandas, ranks and fronts as integers that may be missing.

    `table` is of Arrow and is not changed. Those columns are ``rank``,
    ``pareto_front`` and ``simpler_rank``, where they are there. Other nulls
    become NaN or None, columns of dictionary-encoded text categories. Rows are
    numbered from 0.
    """
    frame = table.to_pandas()
    for name, kind in _MASKED.items():
        if name in frame:
            frame[name] = frame[name].astype(kind)
    return frame
