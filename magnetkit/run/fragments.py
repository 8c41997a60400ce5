"""The table of a result that is kept as many files in a store, and how it gets there."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.dataset as pads
from numpy.typing import NDArray

from ..columns import ordered
from ..composition.blocks import Rejected
from ..files import parquet_bytes
from .bucket import read_result
from .candidates import Piece
from .held import compact
from .manifest import PARTS, REJECTED, rejected_of
from .place import RemotePlace, digest_of
from .pool import Pool, in_order
from .work import Work, decode, encode, recovered


@dataclass(frozen=True)
class Fragments:
    """Rows of a result in the order of the input, with the face of an Arrow table.

    Attributes
    ----------
    place : RemotePlace
        Of the result.
    names : tuple of str
        Its Parquet files, in order.
    """

    place: RemotePlace
    names: tuple[str, ...]

    @cached_property
    def _dataset(self) -> pads.Dataset:
        paths = [self.place.path(name) for name in self.names]
        return pads.dataset(paths, filesystem=self.place.filesystem, format="parquet")

    @property
    def column_names(self) -> list[str]:
        """Names of the columns."""
        return list(self._dataset.schema.names)

    def select(self, names: Sequence[str] | None = None) -> pa.Table:
        """Read some columns, or all."""
        return self._dataset.to_table(columns=None if names is None else list(names))

    def take(self, rows: Any) -> pa.Table:
        """Read some rows, whose numbers ascend."""
        return self._dataset.take(rows)


def opened(url: str) -> tuple[Fragments, dict[str, Any], list[Rejected]]:
    """Open a finished result in a store: its table, its manifest, its rejected lines.

    Raises
    ------
    StoreError
        If it is no result, is not finished, or misses a file.
    """
    base = RemotePlace(url.rstrip("/"))
    manifest = read_result(base)
    names = tuple(sorted(name for name in manifest["files"] if name.endswith(".parquet")))
    lines = base.get(REJECTED).decode("utf-8").splitlines(keepends=True)
    return Fragments(base, names), manifest, rejected_of(lines)


class Crew(NamedTuple):
    """Who works on the chunks of a screening: a pool, and what it needs to make one again."""

    pool: Pool
    pieces: Callable[[], Iterable[Piece]]
    work: Work


class Ranks(NamedTuple):
    """What a fragment gets: an Arrow file of the ranking's columns, and which rows are written.

    ``kept`` is None for all; ``held``: which of those written come back.
    """

    columns: bytes
    kept: NDArray[np.bool_] | None
    held: NDArray[np.int64]


class Fragment(NamedTuple):
    """A file that was written: its name and SHA-256, and rows that come back as an Arrow file."""

    name: str
    digest: str
    held: bytes


Task = tuple[int, Piece, str, Any]


def with_ranks(table: pa.Table, ranks: pa.Table, kept: NDArray[np.bool_] | None = None) -> pa.Table:
    """Return a chunk, or what is kept of it, with the columns of the ranking in order."""
    for name in ranks.column_names:
        table = table.append_column(name, ranks.column(name))
    if kept is not None:
        table = table.filter(pa.array(kept))
    return table.select(ordered(table.column_names))


def write_fragment(task: Task, work: Work, base: RemotePlace, folder: str) -> Fragment:
    """Write a chunk with its ranks, where whoever does it is."""
    number, piece, digest, ranks = task
    table = recovered(number, piece, digest, work, base.under(PARTS))
    table = with_ranks(table, decode(ranks.columns), ranks.kept)
    name = f"{folder}/part-{number:06d}.parquet"
    content = parquet_bytes(table)
    base.put(name, content)
    return Fragment(name, digest_of(content), encode(table.take(pa.array(ranks.held))))


def take_rows(task: Task, work: Work, base: RemotePlace) -> bytes:
    """Return some columns of some rows of a chunk as an Arrow file."""
    number, piece, digest, (rows, columns) = task
    table = recovered(number, piece, digest, work, base.under(PARTS))
    return encode(table.select(columns).take(pa.array(rows)))


def _tasks(store: Any, crew: Crew, ask: Callable[[int, int], Any]) -> Iterable[Task]:
    """Yield a task for each chunk of which something is asked, by its first row and its last."""
    digests, rows, start = store.digests(), dict(store.rows()), 0
    for number, piece in enumerate(crew.pieces()):
        stop = start + rows.get(number, 0)
        if number in digests and (asked := ask(start, stop)) is not None:
            yield number, piece, digests[number], asked
        start = stop


def taken(store: Any, crew: Crew, rows: NDArray[np.int64], columns: list[str]) -> pa.Table:
    """Return some columns of some candidates, which the workers read out of their chunks."""

    def ask(start: int, stop: int) -> Any:
        own = rows[np.searchsorted(rows, start) : np.searchsorted(rows, stop)]
        return (own - start, columns) if len(own) else None

    work = partial(take_rows, work=crew.work, base=store.base)
    return pa.concat_tables(decode(t) for t in in_order(crew.pool, work, _tasks(store, crew, ask)))


def write_fragments(
    store: Any,
    crew: Crew,
    ranking: Any,
    kept: NDArray[np.bool_] | None,
    held: NDArray[np.int64],
    tell: Callable[[int, int | None], None],
) -> pa.Table:
    """Let the workers write every chunk with its ranks; return the rows that are held here."""
    total = len(ranking.place)
    counted = np.concatenate([[0], np.cumsum(np.ones(total, bool) if kept is None else kept)])

    def ask(start: int, stop: int) -> Ranks:
        first, last = counted[start], counted[stop]
        own = held[np.searchsorted(held, first) : np.searchsorted(held, last)] - first
        part = None if kept is None else kept[start:stop]
        return Ranks(encode(ranking.columns(start, stop)), part, own)

    work = partial(write_fragment, work=crew.work, base=store.base, folder=store.folder)
    found = []
    for fragment in in_order(crew.pool, work, _tasks(store, crew, ask)):
        store.fragments[fragment.name] = fragment.digest
        found.append(decode(fragment.held))
        tell(len(found), None)
    return compact(pa.concat_tables(found))
