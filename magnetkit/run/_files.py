"""A results folder, here or in a store: its files, their ownership, and how they are read.

A folder is written to only where it is empty or its manifest is this program's, and a file is
replaced only where the manifest names it by its hash. A new result is renamed into its place once
it is whole; after a stop on the way the next process completes it. One process at a time writes
into a folder of this machine; a store has no lock: users avoid two screenings into one place.
"""

import csv
import hashlib
import io
import json
import os
import shutil
import socket
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.dataset as pads
from filelock import FileLock, Timeout
from pyarrow import fs

from .._core._files import is_sealed, is_url, plain_cell, replacing, write_csv
from .._core._types import IntArray
from .._core.datasets import sha256
from .._core.errors import InputError, StoreError
from ..alloy._files import Rejected
from ..choose.applications import Profile
from ..choose.result import (
    ANSWER,
    DECISIONS,
    REPLACEMENT,
    REPORT,
    Ranked,
    slice_rows,
)

if TYPE_CHECKING:
    from ..choose._job import Job


FORMAT = "magnetkit screening 1"
"""The format that a manifest of this program names."""
MANIFEST = "manifest.json"
PARTS = ".magnetkit-parts"
STAGED = "staged"
RANKED = "ranked.parquet"
RANKED_CSV = "ranked.csv"
REJECTED = "rejected.csv"
_LOCK = ".magnetkit-lock"
_HOLDER = ".magnetkit-holder"
_WAIT_S = 10.0
"""How long a reader waits for a writer that is putting finished files in their place."""

R = TypeVar("R", bound=Ranked)


@dataclass(frozen=True)
class Place:
    """A folder of this machine, or one in a store that Arrow reaches.

    A file is whole or not there: here it is written beside its place and renamed, in a store by one
    upload. An instance can be sent to another machine, which finds its own credentials.
    """

    address: str  # path, or ``s3://bucket/run``, ``gs://`` or ``abfs://``

    def __getstate__(self) -> dict[str, str]:
        return {"address": self.address}

    @classmethod
    def of(cls, path: str | Path) -> "Place":
        """Return the place that a user named."""
        return cls(
            str(path).rstrip("/") if is_url(path) else os.path.normpath(path)
        )

    @property
    def is_local(self) -> bool:
        """Whether it is a folder of this machine."""
        return not is_url(self.address)

    @cached_property
    def _location(self) -> tuple[fs.FileSystem, str]:
        """File system of the address, and the folder's path within it; a property.

        A path of this machine gives ``fs.LocalFileSystem`` and the path as it
        is. InputError if a URL cannot be reached, or is one of a folder of
        this machine ("file:///...").
        """
        if self.is_local:
            return fs.LocalFileSystem(), self.address
        try:
            filesystem, root = fs.FileSystem.from_uri(self.address)
        except (OSError, ValueError) as error:
            raise InputError(
                f"{self.address} cannot be reached ({str(error).splitlines()[0]}); expected a "
                "place such as s3://bucket/run, gs://bucket/run or abfs://container@account/run"
            ) from None
        if isinstance(filesystem, fs.LocalFileSystem):
            raise InputError(
                f"{self.address} is a folder of this machine; give its path, {root}"
            )
        return filesystem, root

    @property
    def filesystem(self) -> fs.FileSystem:
        """The folder's file system, as Arrow has it."""
        return self._location[0]

    def path(self, name: str) -> str:
        """Return a file's path within the file system."""
        return f"{self._location[1]}/{name}"

    def subfolder(self, name: str) -> "Place":
        """Return a folder within."""
        return Place(self.path_text(name))

    def path_text(self, name: str) -> str:
        """Return the path or URL of the file `name` in the place, as a user writes it.

        A path stays relative if that of the place is; `name` may hold "/".
        Options of a URL, behind its question mark, stay at the end.
        """
        if self.is_local:
            return str(Path(self.address, name))
        address, mark, options = self.address.partition("?")
        return f"{address.rstrip('/')}/{name}{mark}{options}"

    def put(self, name: str, content: bytes) -> None:
        """Write `content` to the file `name` of the place, as a whole or not at all.

        An existing file is replaced. The folder of a file of this machine must
        exist. InputError with the way out if that fails.
        """
        if self.is_local:
            with replacing(Path(self.address, name)) as temporary:
                temporary.write_bytes(content)
            return
        with (
            _explain_error(self.path_text(name), "write"),
            self.filesystem.open_output_stream(self.path(name)) as stream,
        ):
            stream.write(content)

    def get(self, name: str) -> bytes:
        """Read the whole file `name` of the place; OSError where that fails."""
        if self.is_local:
            return Path(self.address, name).read_bytes()
        with self.filesystem.open_input_file(self.path(name)) as stream:
            return stream.readall()

    def open_content(self, name: str) -> bytes | pa.MemoryMappedFile:
        """Return the content of the file `name` for Arrow to read in parts; OSError where that fails.

        A file of this machine is mapped into memory, one of a store is read as
        bytes. `name` is relative to the place.
        """
        if self.is_local:
            return pa.memory_map(self.path_text(name))
        return self.get(name)

    def has(self, name: str) -> bool:
        """Return whether a file is there."""
        return self.filesystem.get_file_info(self.path(name)).is_file

    def names(self) -> set[str]:
        """Return the paths of all files below the place, relative to it.

        The set is empty if the place does not exist. InputError if it cannot be
        listed.

        Paths are separated by "/", such as
        "ranked.parquet/part-000000.parquet".
        """
        root = self._location[1]
        selector = fs.FileSelector(root, recursive=True, allow_not_found=True)
        with _explain_error(self.address, "list"):
            infos = self.filesystem.get_file_info(selector)
        return {
            f.path.removeprefix(f"{root}/")
            for f in infos
            if f.type == fs.FileType.File
        }

    def remove(self, names: set[str]) -> None:
        """Delete the files `names`, relative to the place; InputError if one is not there or stays."""
        with _explain_error(self.address, "remove files from"):
            for name in sorted(names):
                self.filesystem.delete_file(self.path(name))


@contextmanager
def _explain_error(address: str, what: str) -> Iterator[None]:
    """Convert an OSError of the block to an InputError with cause and way out.

    `what` is the verb of the message, such as ``"write"``, and `address` its
    object: the URL of the place or file.

    It is a context manager. Other errors pass. The way out is that for a
    store.
    """
    try:
        yield
    except OSError as error:
        reason = str(error).strip().splitlines()
        raise InputError(
            f"cannot {what} {address}: {reason[0] if reason else type(error).__name__}; check that "
            "the bucket is there and that you may write to it, or choose another --out"
        ) from None


def file_digest(content: bytes) -> str:
    """Return the SHA-256 of a file's content."""
    return hashlib.sha256(content).hexdigest()


@contextmanager
def lock(path: Path, wait: float = 0.0) -> Iterator[None]:
    """Lock a results folder against other processes; a context manager.

    The folder must exist, and is locked within the block.

    The lock is the operating system's, so that a killed process leaves none
    behind. The file ``.magnetkit-holder`` in the folder names its owner; it
    and the file of the lock are removed at the end.

    Parameters
    ----------
    path : Path
        The folder.
    wait : float
        Seconds to wait for the lock; 0 does not wait.

    Raises
    ------
    InputError
        If another process, or another screening of this one, still has the lock; the message says
        which, and since when. Also if the folder cannot be written.
    """
    file_lock = FileLock(path / _LOCK, timeout=wait, thread_local=False)
    try:
        file_lock.acquire()
    except Timeout:
        raise InputError(
            f"{path} is being written by {_holder(path)}; wait for its end, or choose another "
            "--out folder"
        ) from None
    except (OSError, NotImplementedError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(
            f"cannot write to {path}: {reason}; choose another --out folder"
        ) from None
    try:
        _sign(path)
        yield
    finally:
        # While it is locked: a process that waits for the file makes a new one.
        for name in (_HOLDER, _LOCK):
            with suppress(OSError):
                (path / name).unlink()
        file_lock.release()


def _sign(path: Path) -> None:
    """Write process, machine and time (UTC) of this lock into a JSON file in the folder `path`.

    An error of writing is ignored.

    The file is ``.magnetkit-holder``, an object of ``pid``, ``host`` and
    ``since``, a text such as "2026-12-01 03:53:52 UTC"; one that is there is
    replaced.
    """
    since = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    content = {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "since": since,
    }
    # The lock does not depend on this file.
    with suppress(OSError):
        (path / _HOLDER).write_text(json.dumps(content), encoding="utf-8")


def _holder(path: Path) -> str:
    """Describe in words who has the lock of the folder `path`, from the file that `_sign` wrote.

    "another process" if that file is missing or cannot be read.

    The text is "process PID on HOST since TIME".
    """
    try:
        record = json.loads((path / _HOLDER).read_text(encoding="utf-8"))
        return "process {pid} on {host} since {since}".format_map(record)
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"


def write_rejections(rejected: Iterable[Rejected], path: Path) -> None:
    """Write the lines `rejected`, which could not be used, as the CSV file `path`.

    Each is a `Rejected` with ``line`` (from 1), ``text`` and ``reason``, which
    are the columns. Without any only the header is written. An existing file is
    replaced; InputError if it cannot be written.
    """
    rows = ((r.line, r.text, r.reason) for r in rejected)
    write_csv(("line", "text", "reason"), rows, path)


def unwritable(path: Path, error: OSError) -> InputError:
    """Return the error of a results folder that cannot be written."""
    return InputError(
        f"cannot write to {path}: {error.strerror or error}; choose another --out folder"
    )


def has_digest(file: Path, digest: object) -> bool:
    """Return whether `file` is there, can be read and has the SHA-256 `digest`, a hexadecimal text."""
    try:
        return sha256(file) == digest
    except OSError:
        return False


def own_manifest(folder: Place | Path) -> dict[str, Any] | None:
    """Read the manifest of a folder or place as a dict of JSON values.

    ``identity`` is a dict of what the result depends on, ``files`` maps names
    to SHA-256 (hexadecimal), ``done`` says whether the result is finished.
    None if there is no manifest, it cannot be read, the place cannot be
    reached, or it is of another ``format`` than this program writes.

    Keys that the program may have left out are not checked, but for ``format``
    and ``identity``. `folder` is a folder of this machine as `Path`, or any
    `Place`.
    """
    place = folder if isinstance(folder, Place) else Place.of(folder)
    try:
        manifest = json.loads(place.get(MANIFEST))
    except (OSError, ValueError):
        return None
    is_result = isinstance(manifest, dict) and isinstance(
        manifest.get("identity"), dict
    )
    if is_result and manifest.get("format") == FORMAT:
        return manifest
    return None


def named_files(manifest: dict[str, Any] | None) -> dict[str, Any]:
    """Return the files that a manifest names, with their SHA-256 by name.

    `manifest` is what `own_manifest` returned; its dict ``files`` itself is
    returned. The dict is empty for None, and where there is none.
    """
    files = (manifest or {}).get("files")
    if isinstance(files, dict):
        return files
    return {}


def check_place(path: Path) -> None:
    """Raise InputError unless the folder `path` is absent, empty, or has a manifest of this program.

    Nothing is written. A folder whose parts have a manifest, and which has none
    itself, passes too. The folder of parts must be no link and no file. The
    message names the files there and the way out.

    Files of the lock do not count.
    """
    parts_folder = path / PARTS
    if parts_folder.is_symlink() or (
        parts_folder.exists() and not parts_folder.is_dir()
    ):
        raise InputError(
            f"{parts_folder} is not a folder that magnetkit made; move it away, or choose another --out "
            "folder"
        )
    try:
        names = sorted(
            {entry.name for entry in path.iterdir()} - {PARTS, _LOCK, _HOLDER}
        )
    except FileNotFoundError:
        return
    except OSError as error:
        raise unwritable(path, error) from None
    if not names or own_manifest(path) is not None:
        return
    if MANIFEST in names or own_manifest(parts_folder) is None:
        first_names = ", ".join(names[:3]) + (
            f" and {len(names) - 3} more" if len(names) > 3 else ""
        )
        raise InputError(
            f"{path} holds {first_names}, and no manifest of magnetkit: nothing is written beside files "
            "of yours; choose another --out folder, one that is new or empty"
        )


def check_own(path: Path) -> None:
    """Raise InputError if a file that the run would write into the folder `path` is not its own.

    It raises where `check_place` does; for ``ranked.parquet``, ``ranked.csv``
    or ``rejected.csv`` that no manifest names, or whose content has changed
    since their manifest was written; and for a ``report.html`` without the
    program's seal. Nothing is written. The folder must be locked; what is not
    there is fine.
    """
    check_place(path)
    manifest = own_manifest(path)
    staged_files = named_files(own_manifest(path / PARTS / STAGED))
    for name in (RANKED, RANKED_CSV, REJECTED):
        digests = [
            files.get(name) for files in (named_files(manifest), staged_files)
        ]
        if os.path.lexists(path / name) and not any(
            has_digest(path / name, d) for d in digests if d
        ):
            raise _foreign_files(path / name)
    check_report(path / REPORT)


def _foreign_files(file: Path) -> InputError:
    return InputError(
        f"{file} is not as magnetkit wrote it: it is yours, or was changed since; move it away, or "
        "choose another --out folder"
    )


def settle(path: Path) -> None:
    """Move a complete new result, if there is one, from the staging folder within `path` into `path`.

    Files that are moved are ``ranked.parquet``, ``ranked.csv``,
    ``rejected.csv`` and, last, the manifest. Each step is a rename, so that
    after a stop at any point this can be done again. Without a staged manifest
    nothing happens. The report of an earlier result and the folder of parts are
    removed. The folder must be locked. InputError if a file in the way is not
    this program's, or one cannot be written.
    """
    staging_folder = path / PARTS / STAGED
    new = own_manifest(staging_folder)
    if new is None:
        return
    check_own(path)
    for name in named_files(new):
        if (
            name in (RANKED, RANKED_CSV, REJECTED)
            and (staging_folder / name).is_file()
        ):
            _move(staging_folder / name, path / name)
    # That of the earlier result; `report` writes another.
    (path / REPORT).unlink(missing_ok=True)
    _move(staging_folder / MANIFEST, path / MANIFEST)
    shutil.rmtree(path / PARTS, ignore_errors=True)


def _move(source: Path, target: Path) -> None:
    """Rename the file `source` to `target`, replacing that; InputError if it fails."""
    try:
        os.replace(source, target)
    except OSError as error:
        raise InputError(
            f"cannot write {target}: {error.strerror or error}; the screening goes on with --resume"
        ) from None


def read_manifest(path: Path) -> dict[str, Any]:
    """Read the manifest of the results folder `path` as a dict of JSON values, as `own_manifest`.

    It is that of the finished result, or of an unfinished screening, from the
    folder of parts, if there is no finished result; ``done`` says which.
    StoreError if `path` has none, or it cannot be read or is none of this
    program's, in this ``format``.
    """
    file = path / MANIFEST
    running = path / PARTS / MANIFEST
    if running.is_file() and not (
        file.is_file() and (own_manifest(path) or {}).get("done")
    ):
        file = running
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        reason = f"it has no {MANIFEST}"
        if not path.is_dir():
            reason = "it is a file" if path.exists() else "it is not there"
        raise StoreError(
            f"{path} is no results folder: {reason}; give one that --out of `magnetkit screen` or "
            "`magnetkit replace` wrote"
        ) from None
    except (OSError, ValueError) as error:
        raise StoreError(
            f"{file} is damaged ({error}); screen into another folder"
        ) from None
    if own_manifest(file.parent) is None:
        raise StoreError(
            f"{file} is no manifest of magnetkit; screen into another folder"
        )
    return content


def read_finished_manifest(path: Path) -> dict[str, Any]:
    """Read the manifest of the finished result in the folder `path`; check its tables by their hashes.

    A new result that a stop left complete is moved into its place first, for
    which the folder is locked: InputError if another process keeps the lock for
    ten seconds. StoreError if `path` is no results folder, is not finished, or
    a table was changed.

    It is a dict of ``format``, ``identity`` (dict), ``done`` (true),
    ``summary`` (dict of counts and texts), ``decisions`` (list of dicts),
    ``models`` (fingerprint by target) and ``files`` (SHA-256 by name);
    ``answer`` and ``replacement`` where they were saved.
    """
    if (path / PARTS / STAGED / MANIFEST).is_file():
        with lock(path, _WAIT_S):
            settle(path)
    while True:
        manifest = read_manifest(path)
        if not manifest.get("done"):
            raise StoreError(
                f"{path} holds an unfinished screening; go on with screen --resume"
            )
        try:
            _check_files(path, manifest)
        except StoreError:
            # Unless another process put a new result there meanwhile.
            if read_manifest(path) == manifest:
                raise
        else:
            return manifest


def _check_files(path: Path, manifest: dict[str, Any]) -> None:
    """Raise StoreError if a table of the results folder `path` is missing or has another hash.

    `manifest` is the content of its manifest, whose ``files`` maps names to
    SHA-256. StoreError too if it does not name ``ranked.parquet``. That file
    and, where it is named, ``rejected.csv`` are checked, ``ranked.csv`` is
    not.
    """
    files = named_files(manifest)
    if RANKED not in files:
        raise StoreError(
            f"{path / MANIFEST} does not name {RANKED}; screen into another folder"
        )
    for name in (RANKED, REJECTED):
        if name in files and not has_digest(path / name, files[name]):
            raise StoreError(
                f"{path / name} is missing or damaged (its hash differs); screen again"
            )


def check_report(file: Path) -> None:
    """Raise InputError if `file` exists and does not carry the seal of a report."""
    if os.path.lexists(file) and not is_sealed(file):
        raise _foreign_files(file)


def save_answer(out: str | Path, manifest: Mapping[str, Any]) -> None:
    """Write answer and decisions into the manifest file of a finished result; its other entries stay.

    A folder is locked meanwhile: InputError if another process keeps the lock
    for ten seconds.

    Parameters
    ----------
    out : str or Path
        Folder or URL of the result.
    manifest : mapping
        Manifest of the result in memory: ``files`` (SHA-256 by name) says which
        result it is; ``answer``, a list of sentences, is written (KeyError
        without it), and ``decisions`` and ``replacement``, JSON values, where
        they are there.

    Raises
    ------
    StoreError
        If the place has no manifest, or that of another result (other
        ``files``). A folder that does not exist is made all the same.
    InputError
        If the manifest cannot be written.
    """
    place = Place.of(out)
    with lock(Path(out), _WAIT_S) if place.is_local else nullcontext():
        try:
            stored_manifest = json.loads(place.get(MANIFEST))
            same = stored_manifest["files"] == manifest["files"]
        except (OSError, ValueError, KeyError, TypeError):
            raise StoreError(
                f"{out} is no results folder, or is damaged; screen again"
            ) from None
        if not same:
            raise StoreError(
                f"{out} was screened anew meanwhile; choose another --out folder"
            )
        stored_manifest[ANSWER] = manifest[ANSWER]
        for name in (DECISIONS, REPLACEMENT):
            if name in manifest:
                stored_manifest[name] = manifest[name]
        place.put(
            MANIFEST,
            json.dumps(stored_manifest, indent=1, ensure_ascii=False).encode(),
        )


def read_rejections(place: Place) -> list[Rejected]:
    """Read the lines that `write_rejections` wrote; an empty list without the file.

    `place` is that of the result. Each `Rejected` has ``line`` (from 1),
    ``text`` and ``reason``, in the order of the file. Apostrophes that kept
    texts from running as formulas are taken off. StoreError if the file is
    damaged.
    """
    with _readable(place.path_text(REJECTED)):
        try:
            text = io.StringIO(place.get(REJECTED).decode("utf-8"), newline="")
        except FileNotFoundError:
            return []
        rejected = []
        for row in csv.DictReader(text):
            line = int(row["line"])
            reason = plain_cell(row["reason"])
            rejected.append(Rejected(line, plain_cell(row["text"]), reason))
        return rejected


@contextmanager
def _readable(name: str) -> Iterator[None]:
    """Convert an error of reading in the block to a StoreError that says `name` is damaged.

    It is a context manager. `name` is a path or URL. The errors are OSError
    (so a missing file too), ArrowException, AttributeError, KeyError,
    TypeError and ValueError; but InputError, of a store that cannot be
    reached, passes.
    """
    try:
        yield
    except InputError:
        raise
    except (
        OSError,
        AttributeError,
        KeyError,
        TypeError,
        ValueError,
        pa.ArrowException,
    ) as error:
        raise StoreError(
            f"{name} is damaged ({error}); screen again"
        ) from None


@dataclass(frozen=True)
class RowsInMemory:
    """Some rows of a result."""

    rows: IntArray  # their numbers, (m,), ascending
    table: pa.Table  # m rows

    def has(self, rows: IntArray) -> bool:
        """Return whether all of some rows are among them."""
        return bool(np.isin(rows, self.rows, assume_unique=True).all())

    def take(self, rows: IntArray) -> pa.Table:
        """Return a table of the rows whose ascending numbers are given; all must be in memory."""
        return self.table.take(pa.array(np.searchsorted(self.rows, rows)))


@dataclass(frozen=True)
class StoredRows:
    """Rows of a result in files, in the order of the input, as `ranking.result.Rows`."""

    place: Place  # of the result
    files: Mapping[
        str, str
    ]  # its Parquet files in order, and their SHA-256 as the manifest has it
    in_memory: RowsInMemory | None = None  # rows that are in memory already

    def _check_current(self) -> None:
        """Raise StoreError if the folder was screened anew since this result was opened.

        It was if the manifest there names another SHA-256 of a file of this
        result, or lacks the file. A place without a manifest of this program
        raises nothing.
        """
        now = named_files(own_manifest(self.place))
        if now and any(
            now.get(name) != digest for name, digest in self.files.items()
        ):
            raise StoreError(
                f"{self.place.address} was screened anew since this result was opened; open it "
                "again with ScreenResult.from_folder"
            )

    @cached_property
    def _dataset(self) -> pads.Dataset:
        """Arrow data set of the Parquet files, rows in their order; a property that is kept.

        StoreError if they were replaced or cannot be read. Their hashes are
        not checked.
        """
        self._check_current()
        with _readable(self._name):
            paths = [self.place.path(name) for name in self.files]
            return pads.dataset(
                paths, filesystem=self.place.filesystem, format="parquet"
            )

    @property
    def _name(self) -> str:
        return self.place.path_text(next(iter(self.files), MANIFEST))

    def __len__(self) -> int:
        return int(self._dataset.count_rows())

    @property
    def column_names(self) -> list[str]:
        """Names of the columns."""
        return list(self._dataset.schema.names)

    def select(self, columns: Sequence[str]) -> pa.Table:
        """Read the given `columns` of every row as a table, in their order; StoreError if that fails.

        Rows have the order of the input, those without a rank among them. An
        unknown column is a StoreError too.
        """
        dataset = self._dataset
        self._check_current()
        with _readable(self._name):
            return dataset.to_table(columns=list(columns))

    def take(self, rows: IntArray) -> pa.Table:
        """Return all columns of some rows as a table, in their order.

        `rows`, int64, are numbers of rows from 0 and ascend, else wrong rows
        are returned. Rows in memory are not read again; of files, only the row
        groups that are needed. StoreError if the files are damaged or were
        replaced.

        The table is empty for no rows. Columns are those of the files.
        """
        self._check_current()
        if self.in_memory is not None and self.in_memory.has(rows):
            return self.in_memory.take(rows)
        parts = [self._dataset.schema.empty_table()]
        stop = 0
        with _readable(self._name):
            for file in self._dataset.get_fragments():
                for group in file.row_groups:
                    start = stop
                    stop = stop + group.num_rows
                    own_rows = slice_rows(rows, start, stop)
                    if len(own_rows):
                        table = file.subset(
                            row_group_ids=[group.id]
                        ).to_table()
                        parts.append(table.take(pa.array(own_rows - start)))
        return pa.concat_tables(parts)


def load_result(
    place: Place,
    manifest: dict[str, Any],
    kind: type[R],
    in_memory: RowsInMemory | None = None,
    job: "Job | None" = None,
) -> R:
    """Build the result of a place from its manifest; the rows are read when they are needed.

    Parameters
    ----------
    place : Place
        Where the files are.
    manifest : dict
        Its finished manifest: ``files`` (SHA-256 by name, of which those that
        end in ".parquet" hold the rows, in the order of their names) and
        ``identity``, whose ``application`` is the device's profile as JSON
        values.
    kind : type
        Class of the result, `Ranked` or a subclass such as `ScreenResult`.
    in_memory : RowsInMemory, optional
        Rows that need not be read.
    job : Job, optional
        Job of the screening, if it ran in this process. Its device is that of
        the result, otherwise the one of the manifest.

    Returns
    -------
    Ranked
        An instance of `kind`; the files themselves are not checked.

    Raises
    ------
    StoreError
        If the manifest has another form.
    """
    with _readable(place.address):
        device = manifest["identity"]["application"]
        profile = (
            Profile.model_validate(device) if job is None else job.profile
        )
        names_and_digests = sorted(named_files(manifest).items())
        rows = StoredRows(
            place,
            {n: d for n, d in names_and_digests if n.endswith(".parquet")},
            in_memory,
        )
        return kind(
            rows, profile, manifest, partial(read_rejections, place), job
        )


def open_result(path: str | Path, kind: type[R]) -> R:
    """Open the finished results folder or URL `path` as a result of class `kind`.

    `kind` is `Ranked` or a subclass, such as `ScreenResult`. InputError if a
    URL cannot be reached. In a folder the hashes of the tables are checked, in
    a store only that they exist. StoreError if it is no results folder, is not
    finished or is damaged.
    """
    place = Place.of(path)
    if not place.is_local:
        return load_result(place, _read_remote_manifest(place), kind)
    result = load_result(place, read_finished_manifest(Path(path)), kind)
    with _readable(place.address):
        rows = len(result.source)
        if rows != len(result):
            raise ValueError(f"{RANKED} has {rows:,} rows")
    return result


def _read_remote_manifest(place: Place) -> dict[str, Any]:
    """Read the manifest of a finished result in the store at `place`, as a dict of JSON values.

    Its ``files`` maps names to SHA-256. StoreError if it is missing or damaged,
    or one of its files does not exist. Hashes are not checked.
    """
    names = place.names()
    if MANIFEST not in names:
        raise StoreError(
            f"{place.address} is no finished result: it has no {MANIFEST}"
        )
    try:
        manifest = json.loads(place.get(MANIFEST))
        missing = sorted(set(manifest["files"]) - names)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(
            f"{place.path_text(MANIFEST)} is damaged ({error}); screen again"
        ) from None
    if missing:
        raise StoreError(
            f"{place.path_text(missing[0])} is missing; screen again"
        )
    return manifest
