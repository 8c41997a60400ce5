"""Working through candidates piece by piece, with what is finished kept in a store."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol

import pyarrow as pa

from ..composition.blocks import Rejected
from ..errors import CompositionError
from ..ranking.order import Judged, Rule
from .candidates import Piece
from .pool import Pool, in_order
from .progress import Progress
from .work import Part, Work, decode, rejected_lines


class Store(Protocol):
    """Where finished chunks are: `Memory`, `folder.Folder` or `bucket.Bucket`."""

    phase: str

    def chunk(self, number: int) -> tuple[int, int] | None:
        """Return rows and rejected lines of a chunk that is finished already."""
        ...

    def prepared(self, work: Work) -> Work:
        """Return the work as it is to be done: here, or so that workers write its result."""
        ...

    def add(self, number: int, part: Part) -> None:
        """Take a finished chunk."""
        ...

    def tables(self, columns: list[str] | None = None) -> Iterator[pa.Table]:
        """Yield the chunks of this phase in order."""
        ...

    def numbered(self) -> Iterator[tuple[int, pa.Table]]:
        """Yield the chunks of this phase in order, each with its number."""
        ...

    def judged(self, rule: Rule) -> Iterator[Judged]:
        """Yield what the ranking needs of each."""
        ...

    def tallies(self) -> Iterator[Mapping[str, Any]]:
        """Yield what was counted over each."""
        ...

    def rejected(self) -> Iterator[Rejected]:
        """Yield the rejected lines of all phases in order."""
        ...


class Memory:
    """Finished chunks in memory."""

    path = None

    def __init__(self) -> None:
        self.phase = "chunk"
        self._parts: dict[str, list[tuple[int, Part]]] = {}

    def chunk(self, number: int) -> None:
        """Nothing is finished before."""

    def prepared(self, work: Work) -> Work:
        """Return the work as it is."""
        return work

    def add(self, number: int, part: Part) -> None:
        """Take the next chunk."""
        self._parts.setdefault(self.phase, []).append((number, part))

    def numbered(self, columns: list[str] | None = None) -> Iterator[tuple[int, pa.Table]]:
        """Yield the chunks in order, each with its number."""
        for number, part in self._parts.get(self.phase, ()):
            if part.table:
                yield number, decode(part.table, columns)

    def tables(self, columns: list[str] | None = None) -> Iterator[pa.Table]:
        """Yield the chunks in order."""
        return (table for _, table in self.numbered(columns))

    def judged(self, rule: Rule) -> Iterator[Judged]:
        """Yield what the ranking needs of each chunk."""
        return (part.judged for _, part in self._parts.get(self.phase, ()) if part.judged)

    def tallies(self) -> Iterator[Mapping[str, Any]]:
        """Yield what was counted over each chunk."""
        return (part.tally for _, part in self._parts.get(self.phase, ()))

    def rejected(self) -> Iterator[Rejected]:
        """Yield the rejected lines in order."""
        for parts in self._parts.values():
            for _, part in parts:
                if part.rejected:
                    yield from rejected_lines(decode(part.rejected))


class Counts(NamedTuple):
    """Candidates judged, and lines rejected."""

    rows: int
    rejected: int


def through(
    pieces: Iterable[Piece],
    work: Work,
    store: Store,
    pool: Pool,
    tell: Callable[[int], None],
    strict: bool = False,
) -> Counts:
    """Work through the pieces that are not finished yet.

    Parameters
    ----------
    pieces : iterable of Piece
        In order.
    work : callable
        `work.finished` or `work.sieved`.
    store : Store
    pool : Pool
    tell : callable
        Takes the candidates done.
    strict : bool
        Fail on the first line that cannot be read.

    Raises
    ------
    CompositionError
        With `strict`, on that line.
    """
    rows = lines = 0

    def unfinished() -> Iterator[tuple[int, Piece]]:
        nonlocal rows, lines
        for number, piece in enumerate(pieces):
            before = store.chunk(number)
            if before is None:
                yield number, piece
            else:
                rows, lines = rows + before[0], lines + before[1]
                tell(rows)

    for number, part in in_order(pool, store.prepared(work), unfinished()):
        if strict and part.first is not None:
            first = part.first
            raise CompositionError(f"line {first.line}: {first.reason}", first.text)
        store.add(number, part)
        rows, lines = rows + part.rows, lines + part.lines
        tell(rows)
    return Counts(rows, lines)


def telling(tell: Progress, total: int | None) -> Callable[[int], None]:
    """Return what tells progress towards a total."""
    return lambda done: tell(done, total)
