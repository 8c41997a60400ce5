"""Snapshots in the user's cache that stay whole whenever their writer is stopped.

A cached snapshot is a folder of its own under a name made from the question. The file
``current`` beside it names the folder and the hash of its manifest, which names the hashes of
its files; a new snapshot counts from the moment ``current`` is replaced, which is one rename.
"""

import contextlib
import hashlib
import json
import re
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from filelock import FileLock

from ... import datasets
from ...errors import DataError
from ...files import whole
from ...settings import get_settings
from ..snapshot import MANIFEST, Snapshot, read_snapshot


class Cache:
    """The place of one question in the cache, locked while the context manager is open.

    Parameters
    ----------
    kind : str
        Folder in the cache, e.g. ``"pulls"``.
    name : str
        What a person may recognise the place by.
    question : dict
        All that the answer depends on.
    """

    def __init__(self, kind: str, name: str, question: dict[str, Any]) -> None:
        digest = hashlib.sha256(json.dumps(question, sort_keys=True).encode()).hexdigest()
        self.folder = get_settings().cache_dir / kind / f"{name[:60]}-{digest[:12]}"
        self._lock = FileLock(self.folder / "lock", thread_local=False)

    def __enter__(self) -> Self:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            # The system drops the lock with the process, however that ends. Some network file
            # systems know none.
            with contextlib.suppress(NotImplementedError):
                self._lock.acquire()
        except OSError as error:
            raise self._unwritable(error) from error
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def read(self) -> Snapshot | None:
        """Return the cached snapshot, or None where there is none yet.

        Raises
        ------
        DataError
            If a file of it is missing or damaged; the message names it.
        """
        pointer = self.folder / "current"
        if not pointer.is_file():
            return None
        try:
            current = json.loads(pointer.read_bytes())
            name, digest = current["folder"], current["manifest_sha256"]
            sound = re.fullmatch(r"[0-9a-f]{32}", name) is not None
        except (ValueError, KeyError, TypeError):
            sound = False
        if not sound:
            raise DataError(f"the cached file {pointer} is damaged")
        manifest = self.folder / name / MANIFEST
        self._check(manifest, digest)
        for file, expected in json.loads(manifest.read_bytes())["files"].items():
            self._check(self.folder / name / file, expected)
        return read_snapshot(self.folder / name)

    def write(self, make: Callable[[Path], object]) -> Snapshot:
        """Let `make` write a snapshot into a new folder and make it the current one."""
        name = uuid.uuid4().hex
        try:
            make(self.folder / name)
            digest = datasets.sha256(self.folder / name / MANIFEST)
            text = json.dumps({"folder": name, "manifest_sha256": digest})
            with whole(self.folder / "current") as draft:
                draft.write_text(text, encoding="utf-8")
        except OSError as error:
            raise self._unwritable(error) from error
        finally:
            self._tidy()
        return read_snapshot(self.folder / name)

    def _tidy(self) -> None:
        """Remove what is neither current nor the lock: older answers, drafts of stopped pulls."""
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            keep = {"lock", "current", json.loads((self.folder / "current").read_bytes())["folder"]}
            for file in self.folder.iterdir():
                if file.name in keep:
                    continue
                if file.is_dir():
                    shutil.rmtree(file, ignore_errors=True)
                else:
                    file.unlink(missing_ok=True)

    @staticmethod
    def _check(file: Path, digest: str) -> None:
        if not file.is_file():
            raise DataError(f"the cached file {file} is missing")
        if datasets.sha256(file) != digest:
            raise DataError(f"the cached file {file} is damaged (its SHA-256 differs)")

    def _unwritable(self, error: OSError) -> DataError:
        return DataError(
            f"cannot write the cache {self.folder} ({error}); set MAGNETKIT_CACHE_DIR to a folder "
            "with room that you may write to"
        )
