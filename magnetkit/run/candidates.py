"""Where candidates come from: a table of the user's, or a substitution space."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ..composition import CompositionTable, Substitutions, reading
from ..composition.blocks import Block, Rejected, check_file, composition_column, read_blocks
from ..composition.notation import Basis
from ..datasets import sha256
from ..errors import InputError

if TYPE_CHECKING:
    from ..applications.profile import Profile

CHUNK_ROWS = 65_536
SHELL_COLUMN = "shell"


@dataclass(frozen=True)
class Chunk:
    """Some consecutive candidates.

    Attributes
    ----------
    table : CompositionTable, n rows
        Compositions; ``row_index`` counts over the whole input.
    labels : pyarrow.Array of text, length n
        The candidates as written.
    shells : list of str or None
        Grain-boundary shell of each, None where there are none at all.
    extra : pyarrow.Table or None
        The user's other columns, n rows.
    rejected : list of Rejected
        Rows that could not be read.
    """

    table: CompositionTable
    labels: pa.Array
    shells: Sequence[str] | None = None
    extra: pa.Table | None = None
    rejected: list[Rejected] = field(default_factory=list)


Piece = Callable[[], Chunk]
"""Some consecutive candidates yet to be read; small enough to be sent to another machine."""


class Candidates(Protocol):
    """A stream of candidates that can be read from the start any number of times."""

    def pieces(self, size: int = CHUNK_ROWS) -> Iterator[Piece]:
        """Yield the candidates in order, at most `size` a piece."""
        ...

    def count(self) -> int | None:
        """Return how many rows there are, None if not known before reading."""
        ...

    def describe(self) -> Mapping[str, object]:
        """Return what identifies the candidates, for the manifest."""
        ...


@dataclass(frozen=True)
class TableCandidates:
    """A composition table in memory."""

    table: CompositionTable
    labels: Sequence[str] | None = None
    shells: Sequence[str] | None = None
    extra: pa.Table | None = None
    rejected: Sequence[Rejected] = ()

    def pieces(self, size: int = CHUNK_ROWS) -> Iterator[Piece]:
        """Yield the table in slices."""
        rejected = [Rejected(e.row + 1, e.text, e.reason) for e in self.table.errors]
        rejected += self.rejected
        for start in range(0, max(len(self.table), 1), size):
            rows = slice(start, start + size)
            part = replace(self.table[rows], errors=[])
            labels = pa.array(self.labels[rows], pa.string()) if self.labels else part.to_arrow()
            shells = self.shells[rows] if self.shells else None
            extra = None if self.extra is None else self.extra.slice(start, size)
            yield partial(Chunk, part, labels, shells, extra, rejected)
            rejected = []

    def count(self) -> int:
        """Return the number of rows."""
        return len(self.table)

    def describe(self) -> Mapping[str, object]:
        """Return what identifies the candidates: their number and hash."""
        found = hashlib.sha256()
        for array in (self.table.indptr, self.table.indices, self.table.values):
            found.update(np.ascontiguousarray(array).tobytes())
        found.update(repr((self.labels, self.shells)).encode())
        if self.extra is not None:
            found.update(repr(self.extra.to_pydict()).encode())
        return {"kind": "table", "rows": len(self.table), "sha256": found.hexdigest()}


@dataclass(frozen=True)
class SpaceCandidates:
    """Single magnets, then substitution spaces; a formula that comes again is left out.

    Attributes
    ----------
    spaces : sequence of Substitutions
    leading : sequence of (formula, shell)
        Magnets to judge beside the spaces: the reference, and shells.
    """

    spaces: Sequence[Substitutions]
    leading: Sequence[tuple[str, str]] = ()

    def pieces(self, size: int = CHUNK_ROWS) -> Iterator[Piece]:
        """Yield the candidates in order."""
        row = 0
        if self.leading:
            yield partial(_leading_chunk, self.leading)
            row = len(self.leading)
        seen = pa.array([label for label, shell in self.leading if not shell], pa.large_string())
        for place, space in enumerate(self.spaces):
            last = place == len(self.spaces) - 1
            for start in range(0, len(space), size):
                numbers = np.arange(start, min(start + size, len(space)))
                if len(seen) or not last:
                    labels = space.to_arrow(numbers)
                    fresh = pc.invert(pc.is_in(labels, seen))
                    numbers = numbers[fresh.to_numpy(zero_copy_only=False)]
                    if not last:
                        seen = pa.concat_arrays([seen, labels.filter(fresh)])
                if len(numbers):
                    yield partial(_space_chunk, space, numbers, row)
                    row += len(numbers)

    def count(self) -> int:
        """Return the number of candidates, those that stand in two spaces counted twice."""
        return len(self.leading) + sum(len(space) for space in self.spaces)

    def describe(self) -> Mapping[str, object]:
        """Return what identifies the candidates."""
        return {
            "kind": "space",
            "leading": [list(pair) for pair in self.leading],
            "spaces": [space.describe() for space in self.spaces],
        }


def _leading_chunk(leading: Sequence[tuple[str, str]]) -> Chunk:
    labels, shells = (list(column) for column in zip(*leading, strict=True))
    table = CompositionTable.from_strings(labels, basis="atomic")
    return Chunk(table, pa.array(labels, pa.string()), shells)


def _space_chunk(space: Substitutions, numbers: NDArray[np.int64], row: int) -> Chunk:
    table = replace(space[numbers], row_index=np.arange(len(numbers)) + row)
    return Chunk(table, space.to_arrow(numbers))


@dataclass(frozen=True)
class FileCandidates:
    """A table of the user's: CSV (comma, semicolon or tab), Parquet, or text of one recipe a line.

    Attributes
    ----------
    path : Path
    column : str or None
        Composition column; ``composition`` or the only text column otherwise.
    basis : {"auto", "atomic", "weight"}
    """

    path: Path
    column: str | None = None
    basis: Basis = "auto"

    def __post_init__(self) -> None:
        check_file(self.path)

    def pieces(self, size: int = CHUNK_ROWS) -> Iterator[Piece]:
        """Yield the rows in pieces; a row that cannot be read is listed as rejected."""
        for block in read_blocks(self.path, size):
            yield partial(self._chunk, block)

    def _chunk(self, block: Block) -> Chunk:
        name = composition_column(block.table, self.column, self.path)
        texts = block.table.column(name).combine_chunks()
        table = CompositionTable.from_arrow(texts, basis=self.basis)
        rest = block.table.drop_columns([name])
        chunk = _chunk_of(table, texts, rest, block.lines, block.rejected)
        moved = replace(chunk.table, row_index=chunk.table.row_index + block.start)
        return replace(chunk, table=moved)

    def count(self) -> int | None:
        """Return the number of rows where the file says so."""
        if self.path.suffix.lower() == ".parquet":
            return pq.ParquetFile(self.path).metadata.num_rows
        return None

    def describe(self) -> Mapping[str, object]:
        """Return what identifies the candidates: name, size and hash of the file."""
        return {
            "kind": "file",
            "name": self.path.name,
            "sha256": sha256(self.path),
            "column": self.column,
            "basis": self.basis,
        }


def _chunk_of(
    table: CompositionTable,
    texts: pa.Array,
    rest: pa.Table,
    lines: NDArray[np.int64],
    rejected: Sequence[Rejected] = (),
) -> Chunk:
    """Join what was read of n rows with their other columns; what is wrong goes to `rejected`."""
    found = [*rejected, *(Rejected(int(lines[e.row]), e.text, e.reason) for e in table.errors)]
    shells: list[str] | None = None
    if SHELL_COLUMN in rest.column_names:
        written = [str(s or "").strip() for s in rest.column(SHELL_COLUMN).to_pylist()]
        rest = rest.drop_columns([SHELL_COLUMN])
        wrong = _wrong_shells(written)
        bad = np.array([written[row] in wrong for row in table.row_index], bool)
        for row in table.row_index[bad]:
            found.append(Rejected(int(lines[row]), str(texts[int(row)]), wrong[written[row]]))
        table = table[~bad]
        shells = [written[row] for row in table.row_index]
    kept = pa.array(table.row_index)
    return Chunk(
        replace(table, errors=[]),
        texts.take(kept),
        shells,
        rest.take(kept) if rest.num_columns else None,
        sorted(found, key=lambda r: r.line),
    )


def _wrong_shells(written: Sequence[str]) -> dict[str, str]:
    """Return the shells that cannot be read or made, with the reason."""
    from ..magnetism.shell import read_shell

    wrong = {}
    for text in set(written):
        try:
            shell = read_shell(text)
        except InputError as error:
            wrong[text] = str(error)
            continue
        if shell is not None and (reason := shell.objection()):
            wrong[text] = f"no furnace makes this shell ({reason}); predict it, do not rank it"
    return wrong


def _frame_candidates(frame: Any, column: str | None, basis: Basis) -> TableCandidates:
    name = reading.composition_name(frame, column)
    array, odd = reading.frame_column(frame, name)
    table = reading.read(array, odd, basis)
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    lines = np.arange(1, len(array) + 1)
    chunk = _chunk_of(table, array, reading.other_columns(frame, name), lines)
    labels = chunk.labels.to_pylist()
    return TableCandidates(chunk.table, labels, chunk.shells, chunk.extra, chunk.rejected)


def as_candidates(
    given: Any, profile: "Profile", basis: Basis = "auto", column: str | None = None
) -> Candidates:
    """Take candidates in any form `screen` accepts."""
    if given is None:
        return profile_space(profile)
    if isinstance(given, CompositionTable):
        return TableCandidates(given)
    if isinstance(given, Substitutions):
        return SpaceCandidates([given])
    if isinstance(given, (str, Path)):
        return FileCandidates(Path(given), column, basis)
    if hasattr(given, "__arrow_c_stream__") and hasattr(given, "columns"):
        # A pandas or polars frame, or an Arrow table.
        return _frame_candidates(given, column, basis)
    if hasattr(given, "pieces"):
        return given
    if hasattr(given, "__iter__") and not isinstance(given, (Mapping, Set)):
        # A list, or a series or array of any package.
        texts = given.to_pylist() if hasattr(given, "to_pylist") else list(given)
        if texts and all(hasattr(item, "element_composition") for item in texts):
            return TableCandidates(CompositionTable.from_pymatgen(texts))
        table = CompositionTable.from_strings(texts, basis=basis)
        return TableCandidates(table, [texts[row] for row in table.row_index])
    raise InputError(
        "candidates must be a CompositionTable, substitutions, a pandas or polars frame, an "
        "Arrow table, a list, series or array of recipes, or the path of a table; got "
        f"{type(given).__name__}"
    )


def profile_space(profile: "Profile") -> SpaceCandidates:
    """Return the default candidates of a device: its reference magnet, then its space."""
    from ..composition import substitutions

    if not profile.space:
        raise InputError(
            f"application {profile.name} has no substitution space; give a candidate table, or "
            "--host and --replace"
        )
    leading = [(profile.reference.formula, profile.reference.shell or "")]
    spaces = []
    for part in profile.space:
        spaces.append(substitutions(part.formula, part.replace, step=part.step, limits=part.limits))
        leading += [(part.formula, shell) for shell in part.shell]
    return SpaceCandidates(spaces, leading)
