"""The outcome of a screening."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ..applications.profile import Profile
from ..arguments import whole
from ..composition.blocks import Rejected
from ..errors import InputError, StoreError
from ..files import is_url, write_parquet
from . import manifest as folders
from .fragments import Fragments, opened
from .held import Held, compact, frame_of, rows_of_file, spread_places

TOP_ROWS = 1000
"""Rows of ``ranked.csv``."""


@dataclass(frozen=True)
class Ranked:
    """Ranked candidates for a device, read from their file as they are asked for.

    Attributes
    ----------
    source : pyarrow.Table, Fragments or Path
        Every candidate with its rank, in the order of the input: in memory, in a store, or the
        Parquet file.
    profile : Profile
        The device.
    manifest : dict
        What was asked, of which data, with which versions.
    unread : list of Rejected or Path
        Lines of the input that could not be read, or the file of them.
    held : Held or None
        Rows of the file that are in memory already.
    """

    source: pa.Table | Fragments | Path
    profile: Profile
    manifest: dict[str, Any]
    unread: list[Rejected] | Path
    held: Held | None = None

    def __len__(self) -> int:
        return self._row_count()

    def _row_count(self) -> int:
        """Return how many rows there are by the manifest, which may say anything."""
        found = self.manifest["summary"]
        return int(found["kept" if "kept" in found else "candidates"])

    @property
    def judged(self) -> int:
        """How many candidates were judged; with ``keep`` more than there are rows."""
        return int(self.manifest["summary"]["candidates"])

    @property
    def data(self) -> pa.Table:
        """Every candidate as an Arrow table; not held, so keep it if you need it twice."""
        return self.select()

    def select(self, columns: Sequence[str] | None = None) -> pa.Table:
        """Return some columns of every candidate, in the order of the input.

        Parameters
        ----------
        columns : sequence of str, optional
            Names as in `magnetkit.columns`; all without it.

        Returns
        -------
        pyarrow.Table, n rows

        Raises
        ------
        InputError
            If there is no such column.
        StoreError
            If the file is damaged, or the folder was screened anew.
        """
        names = None if columns is None else list(columns)
        if not isinstance(self.source, Path):
            self._check(names, self.source.column_names)
            table = isinstance(self.source, pa.Table) and names is None
            return self.source if table else self.source.select(names)
        self._check_current(self.source)
        with _readable(self.source):
            own = pq.read_schema(self.source).names
        self._check(names, own)
        with _readable(self.source):
            return pq.read_table(self.source, columns=names)

    @staticmethod
    def _check(wanted: list[str] | None, own: list[str]) -> None:
        missing = [name for name in wanted or () if name not in own]
        if missing:
            near = difflib.get_close_matches(missing[0], own, n=1)
            hint = f" (did you mean {near[0]}?)" if near else ""
            raise InputError(f"the result has no column {missing[0]!r}{hint}")

    def _check_current(self, file: Path) -> None:
        """Refuse the rows of a later screening into the same folder."""
        named = folders.named_files(self.manifest).get(file.name)
        now = folders.named_files(folders.own_manifest(file.with_name(folders.MANIFEST)))
        if named is not None and now.get(file.name, named) != named:
            raise StoreError(
                f"{file.parent} was screened anew since this result was opened; open it again with "
                "ScreenResult.from_folder"
            )

    @cached_property
    def table(self) -> pd.DataFrame:
        """Every candidate, in the order of the input; columns as in `magnetkit.columns`.

        All of it is held in memory: for millions of candidates take `best`, `pareto` or `select`.
        It is of pandas whatever was given: a result opened from its folder does not know what that
        was. ``polars.DataFrame(result)`` and ``pyarrow.table(result)`` are of others.
        """
        return frame_of(self.data)

    @cached_property
    def rejected(self) -> list[Rejected]:
        """Lines of the input that could not be read."""
        if isinstance(self.unread, Path):
            with _readable(self.unread):
                return folders.read_rejected(self.unread)
        return self.unread

    @property
    def pareto(self) -> pd.DataFrame:
        """The first Pareto front of those that meet the requirements, by rank."""
        front = self.select(["pareto_front"])["pareto_front"]
        return self._rows(np.flatnonzero(pc.fill_null(pc.equal(front, 1), False).to_numpy()))

    def best(self, n: int = 10) -> pd.DataFrame:
        """Return the first `n` candidates in order of rank.

        Parameters
        ----------
        n : int
            How many.

        Returns
        -------
        DataFrame
            Columns as in `magnetkit.columns`; the index is that of `table`.

        Raises
        ------
        InputError
            If `n` is no whole number of 0 or more.
        """
        whole("n", n, 0)
        rank = self.select(["rank"])["rank"]
        return self._rows(np.flatnonzero(pc.fill_null(pc.less_equal(rank, n), False).to_numpy()))

    def find(self, candidate: str) -> pd.DataFrame:
        """Return the rows of a candidate by its name, bulk and with shells.

        Parameters
        ----------
        candidate : str
            As given or generated.

        Returns
        -------
        DataFrame
            Columns as in `magnetkit.columns`; no row where there is none.

        Raises
        ------
        InputError
            If `candidate` is no text.
        """
        if not isinstance(candidate, str):
            raise InputError(f"candidate must be a name as in the result, got {candidate!r:.60}")
        names = self.select(["candidate"])["candidate"]
        return self._rows(np.flatnonzero(pc.fill_null(pc.equal(names, candidate), False)))

    def thinned(self, n: int) -> pd.DataFrame:
        """Return at most `n` ranked candidates by rank: half the best, half evenly of the rest.

        Parameters
        ----------
        n : int
            How many at most.

        Returns
        -------
        DataFrame
            Columns as in `magnetkit.columns`.
        """
        whole("n", n, 0)
        rank = self.select(["rank"])["rank"]
        places = spread_places(len(rank) - rank.null_count, n)
        return self._rows(np.flatnonzero(pc.is_in(rank, pa.array(places)).to_numpy()))

    def weighted(self, weights: Mapping[str, float], n: int = 10) -> pd.DataFrame:
        """Return the best by weights of your own among those that meet the requirements.

        Parameters
        ----------
        weights : mapping of str to float
            Goal to its weight, for example
            ``{"heavy_rare_earth_wt_pct:min": 2, "cost_USD_kg:min": 1}``.
        n : int
            How many.

        Returns
        -------
        DataFrame
            Rows of `table` with ``weighted_score``, 0 for the best in every goal; see
            `magnetkit.ranking.order.weighted_scores`.

        Raises
        ------
        InputError
            If a goal cannot be read or is no column, or the weights are negative or all zero.
        """
        from ..ranking.order import weighted_scores

        meets = self.table[self.table["meets_requirements"]]
        meets = meets.assign(weighted_score=weighted_scores(meets, weights))
        return meets.sort_values(["weighted_score", "rank"]).head(n)

    def robustness(self, **options: Any) -> pd.DataFrame:
        """Return how firmly the best candidates hold their rank when inputs move.

        Parameters
        ----------
        **options
            ``top``, ``draws``, ``pool``, ``seed`` and ``interval`` of
            `magnetkit.ranking.robustness.robustness`.

        Returns
        -------
        DataFrame
            Leading candidates by rank with the columns of `magnetkit.columns.ROBUSTNESS`.

        Raises
        ------
        InputError
            If a number is out of its range.
        """
        from ..ranking.robustness import robustness

        return robustness(self, **options) if options else self._firmness.copy()

    @cached_property
    def _firmness(self) -> pd.DataFrame:
        from ..ranking.robustness import robustness

        return robustness(self)

    def changes(self, baseline: "Ranked", n: int = 10) -> pd.DataFrame:
        """Return how the best candidates moved against another screening.

        Parameters
        ----------
        baseline : Ranked
            What this one is held against.
        n : int
            Places that count as the top.

        Returns
        -------
        DataFrame
            See `magnetkit.ranking.changes.changes`.

        Raises
        ------
        InputError
            If `n` is below 1.
        """
        from ..ranking.changes import changes

        return changes(self, baseline, n)

    def ledger(self, n: int | None = None) -> pd.DataFrame:
        """Return what the best candidates save of heavy rare earth, and what they pay.

        Parameters
        ----------
        n : int, optional
            How many, by rank; all if not given.

        Returns
        -------
        DataFrame
            ``rank``, ``candidate``, ``shell`` and the columns of
            `magnetkit.supply.heavy_rare_earth_ledger`; bulk at equal coercivity is looked for
            among all candidates.
        """
        from ..composition import CompositionTable
        from ..prediction.properties import magnets
        from ..ranking.robustness import job_of
        from ..supply import heavy_rare_earth_ledger

        rows = self.table[self.table["rank"].notna()].sort_values("rank").reset_index(drop=True)
        table = CompositionTable.from_strings(list(rows["formula"]), basis="atomic")
        job = job_of(self)
        reference = self.profile.reference
        shell = [reference.shell] if reference.shell else None
        today = magnets(reference.table(), shell, [job.temperature], job.conditions)[0].frame()
        ledger = heavy_rare_earth_ledger(rows, table, self.profile, today)
        return pd.concat([rows[["rank", "candidate", "shell"]], ledger], axis=1).head(
            len(rows) if n is None else n
        )

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Hand `data` to anything that speaks Arrow: ``polars.DataFrame(result)``."""
        return self.data.__arrow_c_stream__(requested_schema)

    def to_parquet(self, path: str | Path) -> None:
        """Write every candidate to a Parquet file.

        Parameters
        ----------
        path : str or Path
            File to write.
        """
        data = self.data
        write_parquet([data], data.schema, Path(path))

    @classmethod
    def from_folder(cls, path: str | Path, held: Held | None = None) -> Self:
        """Open a finished results folder.

        Parameters
        ----------
        path : str or Path
            Folder that `magnetkit.screen` wrote, or its URL in a store.
        held : Held, optional
            Rows that are in memory already.

        Returns
        -------
        Ranked

        Raises
        ------
        StoreError
            If it is no results folder, is not finished or is damaged.
        """
        if is_url(path):
            fragments, manifest, rejected = opened(str(path))
            profile = Profile.model_validate(manifest["identity"]["application"])
            return cls(fragments, profile, manifest, rejected, held)
        path = Path(path)
        manifest = folders.read_finished(path)
        with _readable(path):
            profile = Profile.model_validate(manifest["identity"]["application"])
            rows = pq.ParquetFile(path / folders.RANKED, memory_map=True).metadata.num_rows
            found = cls(path / folders.RANKED, profile, manifest, path / folders.REJECTED, held)
            if rows != found._row_count():
                raise ValueError(f"{folders.RANKED} has {rows:,} rows")
        return found

    def __repr__(self) -> str:
        found = self.manifest["summary"]
        return (
            f"<{type(self).__name__} for {self.profile.name}: {found['candidates']:,} candidates, "
            f"{found['meet_requirements']:,} meet the requirements, "
            f"{found['rejected']:,} rejected>"
        )

    def _rows(self, rows: NDArray[np.int64]) -> pd.DataFrame:
        """Return some rows, by ascending number, in order of rank, with the index of `table`."""
        if self.held is not None and self.held.has(rows):
            if isinstance(self.source, Path):
                self._check_current(self.source)
            found = self.held.take(rows)
        elif not isinstance(self.source, Path):
            found = compact(self.source.take(pa.array(rows)))
        else:
            self._check_current(self.source)
            with _readable(self.source):
                found = rows_of_file(self.source, rows)
        return frame_of(found).set_axis(rows).sort_values("rank", kind="stable")


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, KeyError, TypeError, ValueError, pa.ArrowException) as error:
        raise StoreError(f"{path} is damaged ({error}); screen again") from None
