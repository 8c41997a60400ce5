"""The sources of candidates: a user's table, or a substitution space."""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain, groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from .._core._types import IntArray
from .._core.datasets import sha256
from .._core.elements import SYMBOLS
from .._core.errors import InputError
from ..alloy._blocks import Block, Rejected
from ..alloy._files import check_file, read_blocks
from ..alloy._read import is_path, join_blocks, read_inputs
from ..alloy._workbook import split_sheet
from ..alloy.notation import Basis
from ..alloy.shells import read_shell
from ..alloy.substitution import Substitutions, substitutions
from ..alloy.table import CompositionTable
from ..magnetism._composition_estimate import recipes, usual_magnets
from ..magnetism.process import routes
from ..magnetism.shells import objection
from ..phases.records import HOSTS

if TYPE_CHECKING:
    from ..choose._profile_parts import Reference
    from ..choose.applications import Profile


# So many that the work once a chunk costs little, so few that its arrays, some of which have a
# hundred values a row, are not new pages of memory each time.
CHUNK_ROWS = 32_768
# Of so few rows most of the work is once a chunk.
_JOINED_ROWS = 4096


@dataclass(frozen=True)
class Chunk:
    """Some consecutive candidates."""

    table: (
        CompositionTable  # n rows; ``row_index`` counts over the whole input
    )
    labels: pa.Array  # the candidates as written, text, (n,)
    # grain-boundary shell of each, None where there are none at all
    shells: Sequence[str] | None = None
    extra: pa.Table | None = None  # the user's other columns, n rows
    rejected: list[Rejected] = field(
        default_factory=list
    )  # rows that could not be read
    route: str = ""  # by which all are made, where that is not the usual one of their host

    def take(self, rows: IntArray) -> "Chunk":
        """Return the candidates at some positions within the chunk as a new chunk, without rejected lines.

        `rows`, int64, are positions from 0, in any order, and may repeat; the
        new chunk has their order and the same route. Its ``table``,
        ``labels``, ``shells`` and ``extra`` are taken alike; this chunk is not
        changed.
        """
        return Chunk(
            self.table[rows],
            self.labels.take(pa.array(rows)),
            None
            if self.shells is None
            else [self.shells[row] for row in rows],
            None if self.extra is None else self.extra.take(pa.array(rows)),
            route=self.route,
        )

    @classmethod
    def join(cls, parts: Sequence["Chunk"]) -> Iterator["Chunk"]:
        """Join neighbouring chunks of `parts` that have one route; yield one chunk for each such run.

        Rejected lines are dropped. Shells and the user's other columns are
        joined where any chunk has them; a chunk without shells counts as bulk.
        One that lacks the other columns (``extra`` is None) adds no rows to
        them, so that these no longer fit the candidates. The columns of all
        must be the same. ``row_index`` stays that of each. Without `parts`
        nothing is yielded.
        """
        for route, group in groupby(parts, lambda part: part.route):
            same = list(group)
            shells = [p.shells or [""] * len(p.table) for p in same]
            extra = [p.extra for p in same if p.extra is not None]
            yield cls(
                CompositionTable.concat(p.table for p in same),
                pa.chunked_array([p.labels for p in same]).combine_chunks(),
                list(chain.from_iterable(shells))
                if any(p.shells for p in same)
                else None,
                pa.concat_tables(extra) if extra else None,
                route=route,
            )


Piece = Callable[[], Chunk]
"""Some consecutive candidates yet to be read; small enough to be sent to another machine."""


@dataclass(frozen=True)
class SpacePiece:
    """Some formulas of a space yet to be written out."""

    space: Substitutions
    numbers: "range | IntArray"  # theirs in the space
    row: int  # number of the first among all candidates
    shell: str = ""  # grain-boundary shell of all

    def __len__(self) -> int:
        return len(self.numbers)

    def __call__(self) -> Chunk:
        """Return all formulas of the piece as a chunk."""
        return self.take(np.arange(len(self)))

    def take(self, rows: IntArray, named: bool = True) -> Chunk:
        """Return the formulas at some positions within the piece as a chunk.

        `rows`, int64, are positions from 0, in the order wanted.
        ``table.row_index`` of the chunk counts from 0 over all candidates. Its
        ``labels`` are the formulas, or null unless `named`; ``shells`` is None
        if the piece has no shell.
        """
        row_numbers = self.numbers
        numbers = (
            row_numbers.start + rows
            if isinstance(row_numbers, range)
            else row_numbers[rows]
        )
        table = replace(self.space[numbers], row_index=self.row + rows)
        shells = [self.shell] * len(rows) if self.shell else None
        labels = (
            self.space.to_arrow(numbers)
            if named
            else pa.nulls(len(rows), pa.string())
        )
        return Chunk(table, labels, shells)


def take_rows(piece: Piece, rows: IntArray) -> Chunk:
    """Return some candidates of a piece, by number within what it yields."""
    if isinstance(piece, SpacePiece):
        return piece.take(rows)
    return piece().take(rows)


def _take_candidates(parts: Sequence[tuple[Piece, IntArray]]) -> Chunk:
    """Read some candidates of several pieces as one chunk, in the order given.

    `parts` are pairs of a piece and int64 positions, from 0, within what it
    yields. There must be at least one (StopIteration otherwise). Several
    pieces must be of one route, that of the chunk: those of another are lost
    without an error. The chunk has ``table``, ``labels``, ``shells``,
    ``extra`` and ``route``, and no rejected lines.
    """
    chunks = [take_rows(*part) for part in parts]
    if len(chunks) == 1:
        return chunks[0]
    return next(Chunk.join(chunks))


def batches(piece: Piece, size: int) -> Iterator[Chunk]:
    """Yield the candidates of a piece as chunks.

    A piece of a space comes in chunks of `size` rows at most, whose ``labels``
    are null. ``table.row_index`` still counts from 0 over all candidates. Any
    other piece, a callable that returns its chunk, is that one chunk, whatever
    `size` says. A `Chunk` has ``table`` (CompositionTable, n rows), ``labels``
    (Arrow texts), ``shells`` (n texts, or None), ``extra`` (Arrow table, or
    None), ``rejected`` (list of `Rejected`) and ``route`` (empty for the usual
    one).
    """
    if not isinstance(piece, SpacePiece):
        yield piece()
        return
    for start in range(0, len(piece), size):
        yield piece.take(
            np.arange(start, min(start + size, len(piece))), named=False
        )


@dataclass(frozen=True)
class TableCandidates:
    """A composition table in memory."""

    table: CompositionTable
    labels: Sequence[str] | None = None
    shells: Sequence[str] | None = None
    extra: pa.Table | None = None
    rejected: Sequence[Rejected] = ()

    def pieces(self, size: int = CHUNK_ROWS) -> Iterator[Piece]:
        """Yield the table in slices of `size` rows; the first also has the lines that were rejected.

        `size` is 32,768 where it is not given. Each item is a callable that
        takes nothing and returns its `Chunk`, with ``table``, ``labels``,
        ``shells``, ``extra`` and ``rejected``. Labels are the candidates as
        written, or the formulas. A table without rows gives one empty chunk.
        """
        bad_rows = [*self.rejected]
        for start in range(0, max(len(self.table), 1), size):
            rows = slice(start, start + size)
            part = replace(self.table[rows], errors=[])
            labels = (
                pa.array(self.labels[rows], pa.string())
                if self.labels
                else part.to_arrow()
            )
            shells = self.shells[rows] if self.shells else None
            extra = (
                None if self.extra is None else self.extra.slice(start, size)
            )
            yield partial(Chunk, part, labels, shells, extra, bad_rows)
            bad_rows = []

    def count(self) -> int:
        """Return the number of rows."""
        return len(self.table)

    def describe(self) -> Mapping[str, object]:
        """Return what identifies the candidates, as JSON values: kind, number of rows and SHA-256.

        The keys are ``kind`` ("table"), ``rows`` (without those rejected) and
        ``sha256``, hexadecimal, which covers compositions, labels, shells and
        the user's other columns, in their order.
        """
        digest = hashlib.sha256()
        for array in (
            self.table.indptr,
            self.table.indices,
            self.table.values,
        ):
            digest.update(np.ascontiguousarray(array).tobytes())
        digest.update(repr((self.labels, self.shells)).encode())
        if self.extra is not None:
            digest.update(repr(self.extra.to_pydict()).encode())
        return {
            "kind": "table",
            "rows": len(self.table),
            "sha256": digest.hexdigest(),
        }


@dataclass(frozen=True)
class SpaceCandidates:
    """Single magnets, then substitution spaces; a formula that comes again is left out."""

    spaces: Sequence[Substitutions]
    leading: Sequence[
        tuple[str, str]
    ] = ()  # (formula, shell) besides: the reference, and shells
    shell: str = ""  # grain-boundary shell of every formula of the spaces
    # melts (charge in wt.%, shell) by route, "" for the usual one of their host
    charges: Mapping[str, Sequence[tuple[str, str]]] = field(
        default_factory=dict
    )

    def pieces(self, size: int = CHUNK_ROWS) -> Iterator[Piece]:
        """Yield the leading magnets, the charges by route, then the spaces in pieces.

        A piece of a space has `size` formulas (32,768 where it is not given),
        less those that are a leading magnet with the same shell or stood in an
        earlier space; where none is left there is no piece. Each item is a
        callable that takes nothing and returns its `Chunk`. Leading magnets,
        if there are any, are one piece, and so are the charges of a route,
        whatever `size` says.
        """
        row = 0
        if self.leading:
            yield partial(_leading_chunk, self.leading)
            row = len(self.leading)
        for route, melts in self.charges.items():
            yield partial(_leading_chunk, melts, row, "weight", route)
            row += len(melts)
        same = []
        for label, shell in self.leading:
            if shell != self.shell:
                continue
            same.append(label)
            # A space writes its formulas without brackets.
            if "(" in label:
                same += substitutions(label, {}).formulas()
        earlier_formulas = pa.array(same, pa.large_string())
        for place, space in enumerate(self.spaces):
            last = place == len(self.spaces) - 1
            for start in range(0, len(space), size):
                numbers: Any = range(start, min(start + size, len(space)))
                if len(earlier_formulas) or not last:
                    numbers = np.array(numbers)
                    labels = space.to_arrow(numbers)
                    fresh = pc.invert(pc.is_in(labels, earlier_formulas))
                    numbers = numbers[fresh.to_numpy(zero_copy_only=False)]
                    if not last:
                        earlier_formulas = pa.concat_arrays(
                            [earlier_formulas, labels.filter(fresh)]
                        )
                if len(numbers):
                    yield SpacePiece(space, numbers, row, self.shell)
                    row += len(numbers)

    def sample(self, n: int) -> list[Chunk]:
        """Draw about `n` formulas of all spaces at random, with a fixed seed, as a chunk for each space.

        A space gives a share of `n` by its size, at least one formula, at most
        all, none twice, in the order of the space. Leading magnets and charges
        are not drawn. ``table.row_index`` counts from 0 in each chunk. Without
        spaces the list is empty.
        """
        samples = []
        rng = np.random.default_rng(0)
        for space in self.spaces:
            many = min(
                len(space), max(1, round(n * len(space) / self.count()))
            )
            rows = np.sort(
                rng.choice(len(space), many, replace=False, shuffle=False)
            )
            samples.append(SpacePiece(space, rows, 0, self.shell)())
        return samples

    def count(self) -> int:
        """Return the number of candidates; those in two spaces count twice."""
        singles = len(self.leading) + sum(map(len, self.charges.values()))
        return singles + sum(map(len, self.spaces))

    def describe(self) -> Mapping[str, object]:
        """Return what identifies the candidates as JSON values.

        The keys are ``kind`` ("space"), ``leading`` (a list of lists of recipe
        and shell), ``charges`` (such lists by route), ``shell`` (a text, ""
        for none) and ``spaces`` (a list of what each `Substitutions`
        describes).
        """
        return {
            "kind": "space",
            "leading": list(map(list, self.leading)),
            "charges": {
                route: list(map(list, melts))
                for route, melts in self.charges.items()
            },
            "shell": self.shell,
            "spaces": [space.describe() for space in self.spaces],
        }


def _leading_chunk(
    leading: Sequence[tuple[str, str]],
    row: int = 0,
    basis: Basis = "atomic",
    route: str = "",
) -> Chunk:
    """Build the chunk of single magnets.

    Parameters
    ----------
    leading : sequence of (str, str)
        Recipe and shell of each, at least one (ValueError otherwise); the shell
        is empty for none.
    row : int
        Number of the first among all candidates.
    basis : {"atomic", "weight"}
        Of the recipes: formulas in atoms, or amounts in wt.%.
    route : str
        Route of all, empty for the usual one.

    Returns
    -------
    Chunk
        Its ``labels`` are the recipes as written, its ``shells`` a list of
        texts; ``table.row_index`` counts from `row`. A recipe that cannot be
        read is missing in ``table`` alone, without an error: all must be
        readable.
    """
    labels, shells = map(list, zip(*leading, strict=True))
    table = CompositionTable.from_strings(labels, basis=basis)
    table = replace(table, row_index=table.row_index + row)
    return Chunk(table, pa.array(labels, pa.string()), shells, route=route)


@dataclass(frozen=True)
class Chosen:
    """Some candidates of another source."""

    source: "Candidates"
    size: int  # candidates in each of its pieces
    rows: Mapping[int, IntArray]  # piece to its rows, ascending

    def pieces(self, size: int = CHUNK_ROWS) -> Iterator[Piece]:
        """Yield the chosen candidates in order, joining small pieces of a space up to `size` rows.

        ``rows`` of this object maps numbers of the source's pieces to int64
        positions within them; pieces that it does not name are left out.
        Joined pieces have 4096 rows at most. `size` is 32,768 where it is not
        given. Each item is a callable that takes nothing and returns its
        `Chunk`.
        """
        waiting: list[tuple[Piece, IntArray]] = []
        for number, piece in enumerate(self.source.pieces(self.size)):
            rows = self.rows.get(number, np.empty(0, np.int64))
            for start in range(0, len(rows), size):
                candidates_to_join = [
                    *waiting,
                    (piece, rows[start : start + size]),
                ]
                few = sum(
                    len(numbers_of_piece)
                    for _, numbers_of_piece in candidates_to_join
                ) <= min(size, _JOINED_ROWS)
                if waiting and not (
                    few
                    and all(
                        isinstance(one, SpacePiece)
                        for one, _ in candidates_to_join
                    )
                ):
                    yield partial(_take_candidates, waiting)
                    candidates_to_join = candidates_to_join[-1:]
                waiting = candidates_to_join
        if waiting:
            yield partial(_take_candidates, waiting)

    def count(self) -> int:
        """Return how many there are."""
        return sum(map(len, self.rows.values()))

    def describe(self) -> Mapping[str, object]:
        """Return what identifies the source."""
        return self.source.describe()


@dataclass(frozen=True)
class FileCandidates:
    """A user's table: CSV (comma, semicolon or tab), Parquet, or text of one recipe a line."""

    path: Path
    # composition column; ``composition`` or the only text column otherwise
    column: str | None = None
    basis: Basis = "auto"
    shell: str = ""  # grain-boundary shell of all, where the file has no column of shells

    def __post_init__(self) -> None:
        check_file(self.path)

    def pieces(self, size: int = CHUNK_ROWS) -> Iterator[Piece]:
        """Read the file and yield its rows in pieces of `size`, each a callable that returns its `Chunk`.

        `size` is 32,768 where it is not given. The callable takes nothing. A
        row that cannot be read is listed in ``rejected`` of its chunk and is
        not among its candidates; a chunk may have no candidates.
        """
        for block in read_blocks(self.path, size):
            yield partial(self._chunk, block)

    def _chunk(self, block: Block) -> Chunk:
        """Convert a block of lines to a chunk; lines that cannot be read are its rejected ones.

        Rows whose shell no furnace makes are rejected too: ``rejected`` is a
        list of `Rejected`. ``table.row_index`` counts from 0 over the rows of
        the whole file. `block` is one of `read_blocks`; this object is not
        changed.
        """
        inputs = join_blocks([block], self.path, self.basis, self.column)
        inputs = inputs.refusing(_unmakeable(inputs.shells or ()))
        table = inputs.table
        return Chunk(
            replace(table, row_index=table.row_index + block.start, errors=[]),
            inputs.labels,
            inputs.shells_with(self.shell or None),
            inputs.extra(named=True),
            inputs.rejected,
        )

    def count(self) -> int | None:
        """Return the number of rows where the file says so."""
        if self.path.suffix.lower() == ".parquet":
            return pq.ParquetFile(self.path).metadata.num_rows
        return None

    def exceeds(self, rows: int) -> bool:
        """Say whether the file has more than `rows` rows, reading no more of it than that takes."""
        return any(
            block.start >= rows for block in read_blocks(self.path, rows)
        )

    def describe(self) -> Mapping[str, object]:
        """Return what identifies the candidates, as JSON values.

        The keys are ``kind`` ("file"), ``name`` (without its folder),
        ``sha256`` of the file, ``column`` (None where none was named),
        ``basis`` and ``shell`` (a text, "" for none).
        """
        return {
            "kind": "file",
            "name": self.path.name,
            "sha256": sha256(split_sheet(self.path)[0]),
            "column": self.column,
            "basis": self.basis,
            "shell": self.shell,
        }


Candidates = TableCandidates | SpaceCandidates | Chosen | FileCandidates
"""A stream of candidates that can be read from the start any number of times.

`pieces` yields them in order, `count` says how many there are (None where that is not known before
reading), `describe` what identifies them, for the manifest.
"""


def _unmakeable(shells: Iterable[str]) -> dict[str, str]:
    """Return the shells that no furnace makes, each with the reason, as a dict of texts.

    `shells` are texts such as "Tb 0.5 wt%"; InputError for one that cannot be
    read.

    The keys are texts as given. Empty texts, which stand for no shell, are left
    out.
    """
    reasons = {}
    for text in set(shells):
        shell = read_shell(text)
        if shell is not None and (reason := objection(shell)):
            reasons[text] = (
                f"no furnace makes this shell ({reason}); predict it, do not rank it"
            )
    return reasons


def as_candidates(
    given: Any,
    profile: "Profile",
    basis: Basis = "auto",
    column: str | None = None,
    shell: Any = None,
) -> Candidates:
    """Convert any form of candidates that `screen` accepts.

    Parameters
    ----------
    given : object
        None for the device's own space, a `Substitutions`, a path (`Path`, or a
        text that names a file), or any input of `read_inputs`: a frame, a
        `CompositionTable`, a recipe, or a column of recipes; a `Candidates` is
        returned as it is. A file is read when its pieces are.
    profile : Profile
        The device, such as `magnetkit.applications.load` returns; it counts
        for None alone.
    basis : {"auto", "atomic", "weight"}
        What the amounts of a text are. With "auto" a formula is in atoms, and
        a text with a balance, or whose amounts sum to 100, is rejected unless
        it names "wt.%" or "at.%" itself.
    column : str, optional
        Column of the compositions in a table; ``composition`` or the only text
        column otherwise.
    shell : str or Shell, optional
        Shell of all candidates, such as "Tb 0.5 wt%", of which then none may
        name its own; for the device's space it is that of its formulas.

    Returns
    -------
    Candidates
        `SpaceCandidates`, `FileCandidates` or `TableCandidates`. All have
        ``pieces()``, ``count()`` and ``describe()``. Rows of a table in memory
        that cannot be read are among its ``rejected``.

    Raises
    ------
    InputError
        If no candidates can be made of `given`, or `shell` is given with a
        `Candidates` or a table whose column names shells (of a file when its
        pieces are read).
    """
    text = str(read_shell(shell) or "")
    if given is None:
        return replace(profile_space(profile), shell=text)
    if isinstance(given, Substitutions):
        return SpaceCandidates([given], shell=text)
    if hasattr(given, "pieces"):
        if text:
            raise InputError(
                "a shell goes with a space, a table or recipes; leave shell out"
            )
        return given
    if isinstance(given, os.PathLike) or (
        isinstance(given, str) and is_path(given)
    ):
        return FileCandidates(Path(given), column, basis, text)
    inputs = read_inputs(given, basis, column, empty=True)
    inputs = inputs.refusing(_unmakeable(inputs.shells or ()))
    shells = inputs.shells_with(text or None)
    labels = None
    if inputs.labels is not None:
        labels = inputs.labels.to_pylist()
    table = replace(inputs.table, errors=[])
    extra = inputs.extra(named=True)
    return TableCandidates(table, labels, shells, extra, inputs.rejected)


def _atomic_formula(reference: "Reference") -> str:
    """Return the formula of today's magnet in atoms, as candidates of a space are, and so exact.

    The ``formula`` of a `reference` whose amounts are not wt.%, by its
    ``basis`` or its own text, is returned as it is written. Its shell does not
    count.
    """
    table = reference.table()
    if not table.is_by_weight[0]:
        return reference.formula
    amounts = zip(table.indices, table.values, strict=True)
    return "".join(
        f"{SYMBOLS[place]}{amount:.12g}" for place, amount in amounts
    )


def profile_space(profile: "Profile") -> SpaceCandidates:
    """Return the default candidates of the device `profile`.

    `profile` is such as `magnetkit.applications.load` returns. Of its
    ``space`` each part has ``formula``, ``replace``, ``step``, ``limits`` and
    ``shell`` (texts). They are, in this order, its reference magnet and the
    formula of each part with each of its shells (``leading``, pairs of formula
    and shell), the charges by route as of `charges` (``charges``), and the
    spaces (``spaces``). InputError if the device has no space and no charge of
    its hosts is known.
    """
    leading = [
        (_atomic_formula(profile.reference), profile.reference.shell or "")
    ]
    spaces = []
    for part in profile.space:
        spaces.append(
            substitutions(
                part.formula, part.replace, step=part.step, limits=part.limits
            )
        )
        leading += [(part.formula, shell) for shell in part.shell]
    melts = charges(profile)
    if not spaces and not melts:
        raise InputError(
            f"application {profile.name} has no substitution space, and no charge is known of its "
            "hosts; give a candidate table, or --host and --replace"
        )
    return SpaceCandidates(spaces, leading, charges=melts)


def charges(profile: "Profile") -> dict[str, list[tuple[str, str]]]:
    """List the melts for the device `profile` by route.

    `profile` is such as `magnetkit.applications.load` returns. The melts are
    of every host that the device allows and whose magnets are sold up to its
    temperature, less the routes that do not bear it: ``allowed_hosts`` (names
    such as "2:14:1"), ``temperature_max_K`` and ``is_compensated`` of the
    profile count.

    Returns
    -------
    dict of list of (str, str)
        By name of the route, empty for the usual one: recipes in wt.% and their
        shells (empty for none), without duplicates. Routes without any are left
        out.
    """
    kinds = {"own", "device"} | (
        {"compensated"} if profile.is_compensated else set()
    )
    hottest = profile.temperature_max_K
    melts_by_route: dict[str, list[tuple[str, str]]] = {}
    for host, magnet in usual_magnets().items():
        if host not in profile.allowed_hosts:
            continue
        if hottest > HOSTS[host].magnet.sold_below_K:
            continue
        for grid in magnet.candidates:
            borne = routes()[grid.route].bears_K[1] if grid.route else np.inf
            if grid.beside in kinds and hottest <= borne:
                melts_by_route.setdefault(grid.route or "", []).extend(
                    recipes(host, grid)
                )
    return {
        name: list(dict.fromkeys(melts))
        for name, melts in melts_by_route.items()
    }
