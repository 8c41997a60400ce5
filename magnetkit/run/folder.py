"""The results folder: finished chunks, their manifest, and the files made of them.

While a screening runs, all that it writes lies in `PARTS`: each finished chunk as an Arrow file,
what it rejected beside it, and a manifest that names both with their hash, so that a stopped
screening goes on where it was. The ranked files are written there too. Once all are complete they
are renamed into their place, the manifest last; a stop between is made good by whoever comes next
(`settle`). Until then an earlier result of the folder stands as it was.
"""

import json
import logging
import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from ..datasets import sha256
from ..errors import StoreError
from ..files import replacing
from .chunks import Chunks
from .holding import held
from .manifest import (
    MANIFEST,
    PARTS,
    RANKED,
    RANKED_CSV,
    REJECTED,
    STAGED,
    check_own,
    check_place,
    has_digest,
    named_files,
    own_manifest,
    settle,
    unwritable,
)
from .place import LocalPlace
from .work import Work

_log = logging.getLogger(__name__)


class Folder(Chunks):
    """A results folder, held while the context manager is open.

    Parameters
    ----------
    path : Path
        Created if it is not there.
    near : bool
        Whether all who work are on this machine, and write what they finish.

    Attributes
    ----------
    hashed : dict of str to str
        SHA-256 of files of the new result, where whoever wrote one knows it.

    Raises
    ------
    InputError
        If the folder cannot be written, holds what is not this program's, or another process
        writes into it.
    """

    def __init__(self, path: Path, near: bool = True) -> None:
        self.near = near
        self.parts = path / PARTS
        self.hashed: dict[str, str] = {}
        super().__init__(path, LocalPlace(self.parts))
        self._held = ExitStack()

    def __enter__(self) -> Self:
        check_place(self.path)
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(self.path, error) from None
        with ExitStack() as held_now:
            held_now.enter_context(held(self.path))
            settle(self.path)
            check_own(self.path)
            self._held = held_now.pop_all()
        return self

    def __exit__(self, kind: object, *error: object) -> None:
        if kind is not None:
            self.leave_off()
        self._held.close()

    def begin(self, identity: Mapping[str, Any], resume: bool = False) -> bool:
        """Begin a screening, or go on with one; return False where its result is there already.

        Parameters
        ----------
        identity : mapping
            What the results depend on: arguments, input, versions, data. Part of the manifest.
        resume : bool
            Keep the finished chunks, or the finished result, of the same identity.

        Raises
        ------
        InputError
            If `resume` meets another identity, or the folder cannot be written.
        StoreError
            If the manifest of a folder to resume is damaged.
        """
        self.identity = json.loads(json.dumps(identity))
        if resume:
            there = own_manifest(self.path / MANIFEST) or {}
            if there.get("done") and there["identity"] == self.identity and self._is_whole(there):
                self._clear()
                return False
            running = self.parts / MANIFEST
            before = own_manifest(running) or there
            if running.is_file() and before is there:
                raise StoreError(f"{running} is damaged; start anew without --resume")
            self._compare(before.get("identity", self.identity))
            self._take_up(before.get("chunks", []))
        else:
            self._clear()
        try:
            (self.parts / STAGED).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(self.path, error) from None
        self._write_manifest()
        return True

    def _clear(self) -> None:
        shutil.rmtree(self.parts, ignore_errors=True)

    def _is_whole(self, manifest: dict[str, Any]) -> bool:
        files = named_files(manifest)
        return RANKED in files and all(
            has_digest(self.path / n, digest) for n, digest in files.items()
        )

    def _has(self, name: str, digest: str) -> bool:
        return has_digest(self.parts / name, digest)

    def prepared(self, work: Work) -> Work:
        """Return the work so that its result is written where it is done, if that is here."""
        return super().prepared(work) if self.near else work

    def staged(self, name: str) -> Path:
        """Return where to write a file of the new result."""
        return self.parts / STAGED / name

    def finish(self, summary: dict[str, Any]) -> None:
        """Put the files written in their place, name them in the manifest, remove the parts."""
        files = {
            name: self.hashed.get(name) or sha256(self.staged(name))
            for name in (RANKED, RANKED_CSV, REJECTED)
            if self.staged(name).is_file()
        }
        content = {"done": True, "summary": summary, "models": self.models, "files": files}
        with replacing(self.staged(MANIFEST)) as temporary:
            temporary.write_bytes(self.manifest(content))
        settle(self.path)
