"""The chunks of a screening while it runs: in memory, in a results folder, in a store of many.

In a folder of this machine all files are written to `PARTS`: each finished chunk as an Arrow file,
its rejected lines beside it, and a manifest with the hashes of both, so that a stopped screening
goes on where it was. The ranked files are written there too. Once all are complete they are
renamed into their place, the manifest last (`settle`). Until then an earlier result of the folder
stays as it was.

In a store that many machines reach (``s3://bucket/run``) workers write each finished chunk, and at
the end, with its ranks, as a fragment of one table; only metadata and the ranking's keys come back.
A name means one content: a chunk that two workers made, or that is written twice, is the same. The
fragments of a result have a folder of their own, and count once the manifest, written last, names
them.
"""

import json
import logging
import re
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import pyarrow as pa

from .._core._files import has_seal
from .._core._types import IntArray
from .._core.datasets import sha256
from .._core.errors import InputError, MagnetkitError, StoreError
from ..alloy._blocks import Rejected
from ..choose._decisions import Choices, choices
from ..choose._decisions import columns as columns_of_choices
from ..choose._order import Keys, Rule
from ..choose.result import DECISIONS, slice_rows
from . import _files
from ._work import (
    Part,
    Work,
    decode,
    differences,
    file_name,
    put_part,
    rejected_lines,
    write_piece,
)

_log = logging.getLogger(__name__)

_FRAGMENTS = "ranked"
"""First part of the name of a folder of fragments."""
_FRAGMENT = re.compile(
    rf"{_FRAGMENTS}-[0-9a-f]{{12}}\.parquet/part-\d{{6,}}\.parquet"
)

# The manifest of all chunks so far is written after each as long as that takes so many seconds at
# most, and for no more than this share of the time later: with many thousand chunks it would take
# longer than they do.
_AT_ONCE = 0.05
_SHARE_OF_TIME = 0.05
_TABLE = "arrow"
_REFUSED = "rejected.arrow"
"""Endings of the files of a chunk."""
_NAMED = ("models", "tally", "files")
"""What the manifest says of a chunk besides its rows and rejected lines."""


class _Chunks:
    """Finished chunks by phase, the pass over candidates that makes them, and number."""

    shared = False

    def __init__(self) -> None:
        self.phase = "chunk"
        self._parts: dict[tuple[str, int], Part] = {}

    def _chunks_of(self, phase: str) -> list[tuple[int, Part]]:
        """Return the finished chunks of a phase in order, each with its number.

        `phase` is "chunk", or "bound0", "bound1" and so on; any other has no
        chunks. Numbers count from 0 and ascend; those that are not finished
        are left out. A `Part` may be without its content: ``table`` and
        ``rejected`` are empty bytes then.
        """
        return [
            (key[1], self._parts[key])
            for key in sorted(self._parts)
            if key[0] == phase
        ]

    def _table(
        self,
        phase: str,
        number: int,
        kind: str,
        columns: list[str] | None = None,
    ) -> pa.Table | None:
        """Return a chunk's table, or its rejected lines; None where it has none.

        Parameters
        ----------
        phase : str
            The pass over the candidates, "chunk", or "bound0" and so on.
        number : int
            Number of the chunk, from 0.
        kind : str
            `_TABLE`, "arrow", for candidates; `_REFUSED`, "rejected.arrow", for
            rejected lines, with the columns ``line``, ``text`` and ``reason``.
        columns : list of str, optional
            Columns to return; all otherwise.
        """
        raise NotImplementedError

    def number_chunks(self) -> Iterator[tuple[int, pa.Table]]:
        """Yield number and table of each finished chunk of the present phase."""
        for number, _ in self._chunks_of(self.phase):
            if (table := self._table(self.phase, number, _TABLE)) is not None:
                yield number, table

    def tables(self) -> Iterator[pa.Table]:
        """Yield the chunks in order."""
        return (table for _, table in self.number_chunks())

    def keys(self, rule: Rule) -> Iterator[Keys]:
        """Yield the ranking keys of each chunk of the present phase in order, by `rule`.

        They are read from its table if not in memory; a chunk without a table
        is left out. Of the `Keys` of n candidates, m of which meet the
        requirements, ``meets`` and ``missed`` (can be ranked, but misses them)
        are bool (n,), ``margin`` (the negative of ``performance_margin``) and
        ``hashes``, uint64, are (n,); ``loss``, ``chance``, (m,), ``burden`` and
        ``points`` have m rows.

        `rule` says which columns the ranking reads, as ``job.rule``.
        """
        for number, part in self._chunks_of(self.phase):
            if part.keys is not None:
                yield part.keys
                continue
            # It was finished before this process was.
            table = self._table(self.phase, number, _TABLE, rule.columns())
            if table is not None:
                yield rule.keys(table)

    def choices(self, rule: Rule) -> Iterator[tuple[int, Choices]]:
        """Yield number of rows and best candidates by decision of each chunk, in order.

        Items are tuples of these two. Of the `Choices` ``counts`` says how
        many meet the requirements, by decision (a text such as "2:14:1:
        diffused Tb"); ``rows``, numbers from 0 within the chunk, ascending,
        ``decision``, ``meets``, ``loss`` (by objective), ``total`` (the loss
        that ranks) and ``hashes`` are of the best. They
        are found in its table by `rule`, such as ``job.rule``, if not in
        memory; a chunk without a table is left out. Chunks are those of the
        present phase.
        """
        for number, part in self._chunks_of(self.phase):
            if part.choices is not None:
                yield part.rows, part.choices
                continue
            table = self._table(
                self.phase, number, _TABLE, columns_of_choices(rule)
            )
            if table is not None:
                yield part.rows, choices(table, rule)

    def take(
        self, rows: IntArray, columns: list[str] | None = None
    ) -> pa.Table:
        """Return some rows over all chunks of the present phase as one table, with some `columns` or all.

        `rows`, int64, are numbers from 0 over all chunks and ascend; the table
        has their order, and `columns` theirs. There must be at least one
        (ArrowInvalid otherwise); numbers beyond the last row are passed over.
        The chunks of a column of dictionaries get one dictionary.
        """
        stop = 0
        tables = []
        for number, part in self._chunks_of(self.phase):
            start = stop
            stop = stop + part.rows
            own_rows = slice_rows(rows, start, stop)
            if len(own_rows):
                table: Any = self._table(self.phase, number, _TABLE, columns)
                tables.append(table.take(pa.array(own_rows - start)))
        return pa.concat_tables(tables).unify_dictionaries()

    def tallies(self) -> Iterator[Mapping[str, Any]]:
        """Yield what was counted over each chunk."""
        return (part.tally for _, part in self._chunks_of(self.phase))

    def rejected(self) -> Iterator[Rejected]:
        """Yield the rejected lines in order."""
        for phase, number in sorted(self._parts):
            if (table := self._table(phase, number, _REFUSED)) is not None:
                yield from rejected_lines(table)


class Memory(_Chunks):
    """Finished chunks in memory."""

    def chunk(self, number: int) -> None:
        """Return None: no chunk is finished before."""

    def prepare_work(self, work: Work) -> Work:
        """Return the work unchanged."""
        return work

    def add(self, number: int, part: Part) -> None:
        """Add the finished part of chunk `number`."""
        self._parts[self.phase, number] = part

    def _table(
        self,
        phase: str,
        number: int,
        kind: str,
        columns: list[str] | None = None,
    ) -> pa.Table | None:
        """Return the table of a chunk of a phase; None if it is empty.

        `number`, from 0, is that of the chunk, `phase` the pass over the
        candidates, "chunk", or "bound0" and so on; KeyError if it is not
        finished. `kind` is `_TABLE`, "arrow", for candidates, anything else
        for the lines that were rejected. `columns` None are all.
        """
        part = self._parts[phase, number]
        content = part.table if kind == _TABLE else part.rejected
        if content:
            return decode(content, columns)
        return None


class Store(_Chunks):
    """Finished chunks in a results folder, here or in a store; open as a context manager.

    `path` is a folder, created if it is not there, or the URL of one in a store; `near` says
    whether all workers reach it and write the chunks themselves, as in a store; `shared`, whether
    it is in one. The result goes to `place`, the chunks are in `parts`; `hashed` has the SHA-256 of
    files of the new result, as far as known from writing them. Raises InputError if it cannot be
    reached or written, has files that are not this program's, or another process writes into it.
    """

    def __init__(self, path: Path | str, near: bool = True) -> None:
        """Keep the place that `path` names, a folder or a URL.

        Nothing is read or written before the store is entered. `near` says whether
        all workers reach a folder; of a URL it is taken as true.
        """
        super().__init__()
        self.place = _files.Place.of(path)
        self.path = Path(path) if self.place.is_local else self.place.address
        self.shared = not self.place.is_local
        self.parts = self.place.subfolder(_files.PARTS)
        self.hashed: dict[str, str] = {}
        self.identity: dict[str, Any] = {}
        self.models: dict[str, str] = {}
        self._workers_write = near or self.shared
        self._due = 0.0
        self._unnamed = False
        self._open = ExitStack()

    def __enter__(self) -> Self:
        """Create the folder if need be, lock it, complete a result that a stop left, and return the store.

        In a store that many reach only its names are checked. InputError as the
        class says.
        """
        with ExitStack() as opening:
            if self.shared:
                self._staged = Path(
                    opening.enter_context(TemporaryDirectory())
                )
                self._check_names(self.place.names())
            else:
                self._staged = Path(self.parts.address, _files.STAGED)
                folder = Path(self.place.address)
                _files.check_place(folder)
                _make(folder, folder)
                opening.enter_context(_files.lock(folder))
                _files.settle(folder)
                _files.check_own(folder)
            self._open = opening.pop_all()
        return self

    def __exit__(self, kind: object, *error: object) -> None:
        if kind is not None:
            self.name_finished_chunks()
        self._open.close()

    def _check_names(self, names: set[str]) -> None:
        """Raise InputError if a place in a store has files of others and no manifest of this program.

        `names` are the paths of its files, relative to the place. Parts do not
        count; nor, if they have a manifest of this program, fragments,
        ``ranked.csv`` and ``rejected.csv``.
        """
        foreign = {
            name for name in names if not name.startswith(f"{_files.PARTS}/")
        }
        if _files.own_manifest(self.parts) is not None:
            # Files of a result whose manifest was not written.
            own_names = {name for name in foreign if _FRAGMENT.fullmatch(name)}
            foreign -= own_names | {_files.RANKED_CSV, _files.REJECTED}
        if foreign and _files.own_manifest(self.place) is None:
            raise InputError(
                f"{self.path} holds {min(foreign)}, and no manifest of magnetkit: nothing is "
                "written beside files of yours; choose another --out"
            )

    def begin(self, identity: Mapping[str, Any], resume: bool = False) -> bool:
        """Begin a screening, or resume one; return False if its finished result is there already.

        Parts of an earlier screening are removed, or with `resume` taken over.
        The manifest of an unfinished screening is written unless False is
        returned.

        False comes with `resume` alone. Without it the identity that is there
        does not count. A finished result of another identity stays until
        `finish`.

        Parameters
        ----------
        identity : mapping
            What the results depend on, as of `screen.identity`: arguments,
            input, versions, data. JSON values, kept as ``self.identity``.
        resume : bool
            Keep finished chunks, or the finished result, of the same identity.

        Raises
        ------
        InputError
            With `resume`, if the identity there is another, or its chunks were
            made with different models of one target; or if nothing can be
            written.
        StoreError
            If the manifest is damaged.
        """
        self.identity = json.loads(json.dumps(identity))
        if resume:
            manifest = _files.own_manifest(self.place) or {}
            if (
                manifest.get("done")
                and manifest["identity"] == self.identity
                and self._is_whole(manifest)
            ):
                self._clear_parts()
                return False
            before = _files.own_manifest(self.parts)
            if before is None and self.parts.has(_files.MANIFEST):
                raise StoreError(
                    f"{self.parts.path_text(_files.MANIFEST)} is damaged; start anew without --resume"
                )
            before = before or manifest
            self._compare(before.get("identity", self.identity))
            self._take_up(before.get("chunks", []))
        else:
            self._clear_parts()
        if not self.shared:
            _make(self._staged, Path(self.place.address))
        self._write_manifest()
        return True

    def _clear_parts(self) -> None:
        """Remove the folder of parts, or in a store all files in it.

        In a folder errors are ignored; in a store they are an InputError.
        """
        if self.shared:
            self.parts.remove(self.parts.names())
        else:
            shutil.rmtree(self.parts.address, ignore_errors=True)

    def _is_whole(self, manifest: dict[str, Any]) -> bool:
        """Say whether a finished result has all its files; on this machine their hashes are checked too.

        `manifest` is that of the result; its ``files`` maps names to SHA-256.
        Without ``ranked.parquet`` among them a result on this machine is not
        whole. In a store only the names are compared.
        """
        files = _files.named_files(manifest)
        folder = Path(self.place.address)
        if self.shared:
            return bool(files) and set(files) <= self.place.names()
        digests = (_files.has_digest(folder / n, d) for n, d in files.items())
        return _files.RANKED in files and all(digests)

    def _compare(self, before: dict[str, Any]) -> None:
        """Raise InputError if the identity of an earlier screening differs; the message says in what.

        `before` is the identity in its manifest, a dict of JSON values, compared with that of this
        screening.

        The message names up to three differences of the first key that differs.
        A version of magnetkit comes before all else, then keys go by the
        alphabet.
        """
        keys = sorted(set(before) | set(self.identity))
        # Where the version differs, that is the reason, and code and packages follow from it.
        for key in sorted(keys, key=lambda key: key != "magnetkit"):
            changes = list(
                differences(before.get(key), self.identity.get(key))
            )
            if changes:
                raise InputError(
                    f"{self.path} holds a screening with another {key.replace('_', ' ')} "
                    f"({'; '.join(changes[:3])}); start anew without --resume, or choose another "
                    "--out folder"
                )

    def _take_up(self, chunks: list[dict[str, Any]]) -> None:
        """Take over the finished chunks of an earlier screening; those with damaged files are dropped.

        A warning is logged for each dropped chunk. The models of the chunks taken over are
        recorded.

        Parameters
        ----------
        chunks : list of dict
            ``manifest["chunks"]``: each has ``phase``, ``number`` (from 0),
            ``rows``, ``lines`` (how many were rejected), ``models``
            (fingerprint by target), ``tally`` and ``files`` (SHA-256 by name).
            KeyError if one is missing.

        Raises
        ------
        InputError
            If chunks were made with different models of one target.
        """
        for chunk in chunks:
            files = chunk.get("files", {})
            damaged_files = [
                name
                for name, digest in files.items()
                if not self._has(name, digest)
            ]
            if damaged_files:
                _log.warning(
                    "%s is damaged or missing; its chunk is evaluated again",
                    self.parts.path_text(damaged_files[0]),
                )
            else:
                record = {
                    name: chunk[name] for name in ("rows", "lines", *_NAMED)
                }
                part = Part(table=b"", rejected=b"", first=None, **record)
                self._parts[chunk["phase"], chunk["number"]] = part
                self._agree(part.models, chunk["number"])

    def _has(self, name: str, digest: str) -> bool:
        """Say whether the file `name` of a chunk is there and has the SHA-256 `digest`.

        `digest` is hexadecimal. False for a file that cannot be read.
        """
        try:
            return _files.file_digest(self.parts.get(name)) == digest
        except OSError:
            return False

    def _agree(self, models: Mapping[str, str], number: int) -> None:
        """Record the models that a chunk was made with; InputError if they differ from earlier ones.

        `models` maps targets such as "curie_temperature_K" to fingerprints;
        new targets are entered in ``self.models``, those before the one that
        differs too. `number`, from 0, is that of the chunk, for the message. A
        target with the same fingerprint passes.
        """
        for target, digest in models.items():
            if self.models.setdefault(target, digest) != digest:
                raise InputError(
                    f"chunk {number} was made with another model of {target} "
                    f"({digest[:12]}) than those before it ({self.models[target][:12]}); let all "
                    "workers share one trained model (MAGNETKIT_CACHE_DIR) and start anew without "
                    "--resume"
                )

    def chunk(self, number: int) -> tuple[int, int] | None:
        """Return how many candidates chunk `number` has and how many of its lines were rejected.

        None if it is not finished in the present phase. Numbers count from 0.
        The candidates are those without the rejected lines, and may be 0.
        """
        part = self._parts.get((self.phase, number))
        if part is None:
            return None
        return (part.rows, part.lines)

    def prepare_work(self, work: Work) -> Work:
        """Return `work`, or, if the workers reach the folder, a function that also writes its part there.

        `work` takes one argument, the tuple (number, piece), and returns the
        number and a `Part`, and so does the result, whose `Part` then has
        hashes (``files``) in place of content. Its files are named by the
        phase at this call.
        """
        is_remote = not self._workers_write
        if is_remote:
            return work
        return partial(
            write_piece, work=work, place=self.parts, phase=self.phase
        )

    def add(self, number: int, part: Part) -> None:
        """Store the finished part of chunk `number`; the manifest names it soon after.

        Its files are written to the folder of parts. If the process is killed, a chunk that was not
        yet named is evaluated again. InputError if it was made with other models than those before
        it, or cannot be written.

        The place keeps the bytes of `part`, not this object.
        """
        self._agree(part.models, number)
        self._parts[self.phase, number] = put_part(
            number, part, self.parts, self.phase
        )
        start_time = time.monotonic()
        self._unnamed = start_time < self._due
        if not self._unnamed:
            self._write_manifest()
            took = time.monotonic() - start_time
            if took > _AT_ONCE:
                self._due = start_time + took / _SHARE_OF_TIME

    def name_finished_chunks(self) -> None:
        """Write the manifest with all finished chunks, where a screening ends early; errors are ignored."""
        if self._unnamed:
            with suppress(OSError, MagnetkitError):
                self._write_manifest()

    def digests(self) -> dict[int, tuple[str, int]]:
        """Return SHA-256 of the table and number of rows of each chunk of the present phase, by number.

        Keys are the numbers of chunks, from 0, values tuples (SHA-256,
        hexadecimal; rows). A chunk without a table is left out.
        """
        digest_of_name = {}
        for number, part in self._chunks_of(self.phase):
            name = file_name(self.phase, number, _TABLE)
            if name in part.files:
                digest_of_name[number] = part.files[name], part.rows
        return digest_of_name

    def _table(
        self,
        phase: str,
        number: int,
        kind: str,
        columns: list[str] | None = None,
    ) -> pa.Table | None:
        """Read the table of a chunk of a phase, or its rejected lines; None if it has none.

        `number`, from 0, is that of the chunk, `phase` the pass over the
        candidates, "chunk", or "bound0" and so on. `kind` is `_TABLE`,
        "arrow", for candidates, `_REFUSED`, "rejected.arrow", for rejected
        lines. KeyError if the chunk is not finished. With some `columns` the
        table has them in this order, and the hash is not checked. StoreError
        if the file is damaged or missing, or has no such column.
        """
        name = file_name(phase, number, kind)
        digest = self._parts[phase, number].files.get(name)
        if digest is None:
            return None
        try:
            if columns is not None:
                return decode(self.parts.open_content(name), columns)
            content = self.parts.get(name)
            if _files.file_digest(content) != digest:
                raise OSError("its hash differs from what was written")
            return decode(content)
        except (OSError, pa.ArrowInvalid) as error:
            raise StoreError(
                f"{self.parts.path_text(name)} cannot be read ({str(error).splitlines()[0]}); "
                "--resume evaluates it again"
            ) from None

    def _write_manifest(self) -> None:
        """Write the manifest of the unfinished screening into the parts, with a record for each chunk.

        The file ``manifest.json`` is replaced. It has ``format``,
        ``identity``, ``done`` (false) and ``chunks``, a list of dicts of
        ``phase``, ``number`` (from 0), ``rows``, ``lines``, ``models``,
        ``tally`` and ``files``, one for each finished chunk, in order of phase
        and number. InputError if it cannot be written.
        """
        chunks = []
        for (phase, number), part in sorted(self._parts.items()):
            chunk = {
                "phase": phase,
                "number": number,
                "rows": part.rows,
                "lines": part.lines,
            }
            chunks.append(
                chunk | {name: dict(getattr(part, name)) for name in _NAMED}
            )
        self.parts.put(
            _files.MANIFEST,
            self._make_manifest({"done": False, "chunks": chunks}),
        )

    def _make_manifest(self, content: Mapping[str, Any]) -> bytes:
        """Return a manifest with this content and the identity."""
        whole = {"format": _files.FORMAT, "identity": self.identity, **content}
        return json.dumps(whole, indent=1, ensure_ascii=False).encode()

    def staging_path(self, name: str) -> Path:
        """Return where to write a file of the new result on this machine."""
        return self._staged / name

    def list_rejected_lines(self) -> str:
        """Write the rejected lines as CSV into the folder of parts; return path or URL of that file.

        It is ``rejected.csv`` with the columns line, text and reason. The
        result is a text. An earlier result in the place stays as it was.
        """
        _files.write_rejections(
            self.rejected(), self.staging_path(_files.REJECTED)
        )
        self.parts.put(
            _files.REJECTED, self.staging_path(_files.REJECTED).read_bytes()
        )
        return self.parts.path_text(_files.REJECTED)

    def finish(
        self, summary: dict[str, Any], decisions: Sequence[dict[str, Any]] = ()
    ) -> dict[str, Any]:
        """Move the files of the result to their place and remove the parts; return the new manifest.

        The files must have been written: to `staging_path`, or, as
        ``self.hashed`` names them, in the store. InputError if the place cannot
        be written.

        The manifest, which is also written, is a dict of ``format``,
        ``identity``, ``done`` (true), ``summary``, ``decisions``, ``models``
        and ``files`` (SHA-256 by name).

        Parameters
        ----------
        summary : dict
            JSON values for the manifest, such as ``candidates`` and
            ``rejected``.
        decisions : sequence of dict
            Records of the decisions as JSON values, as `decide` returns them.
        """
        files = dict(self.hashed)
        for name in (_files.RANKED, _files.RANKED_CSV, _files.REJECTED):
            if name not in files and self.staging_path(name).is_file():
                files[name] = sha256(self.staging_path(name))
        content = self._make_manifest(
            {
                "done": True,
                "summary": summary,
                DECISIONS: list(decisions),
                "models": self.models,
                "files": files,
            }
        )
        if self.shared:
            for name in (_files.RANKED_CSV, _files.REJECTED):
                self.place.put(name, self.staging_path(name).read_bytes())
            self.place.put(_files.MANIFEST, content)
            # Of an earlier result or attempt; other files are the user's.
            own_names = set[str]()
            names = self.place.names()
            for name in names - set(files):
                is_part = name.startswith(f"{_files.PARTS}/")
                if is_part or _FRAGMENT.fullmatch(name):
                    own_names.add(name)
            # As in a folder, the report of the earlier result goes with it.
            if _files.REPORT in names and has_seal(
                self.place.get(_files.REPORT)
            ):
                own_names.add(_files.REPORT)
            self.place.remove(own_names)
        else:
            _files.Place(str(self._staged)).put(_files.MANIFEST, content)
            _files.settle(Path(self.place.address))
        return json.loads(content)


def fragments_folder(identity: Mapping[str, Any]) -> str:
    """Return the name of the folder of a result's fragments: another for another question."""
    digest = _files.file_digest(json.dumps(identity, sort_keys=True).encode())
    return f"{_FRAGMENTS}-{digest[:12]}.parquet"


def _make(folder: Path, named: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _files.unwritable(named, error) from None
