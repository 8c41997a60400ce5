"""A results folder in a store that many machines reach: ``s3://bucket/run``.

Workers write each finished chunk there, and at the end, with its ranks, as a fragment of one
table; only metadata and what the ranking needs come back. A file is whole or not there, and a name
means one content, so that a chunk that was given to two workers, or written twice, is the same. The
fragments of a result are its own folder, and count once the manifest names them: it is written
last. There is no lock: two screenings into one place at once are the user's to avoid.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

from ..errors import InputError, StoreError
from .chunks import Chunks
from .manifest import FORMAT, MANIFEST, PARTS, RANKED_CSV, REJECTED
from .place import RemotePlace, digest_of

FRAGMENTS = "ranked"
"""First part of the name of a result's folder of fragments."""
_FRAGMENT = re.compile(rf"{FRAGMENTS}-[0-9a-f]{{12}}\.parquet/part-\d{{6,}}\.parquet")


class Bucket(Chunks):
    """Where a screening is kept in a store.

    Parameters
    ----------
    url : str
        ``s3://bucket/run``, ``gs://`` or ``abfs://``.

    Raises
    ------
    InputError
        If it cannot be reached or holds what is not this program's.
    """

    def __init__(self, url: str) -> None:
        self.base = RemotePlace(url.rstrip("/"))
        super().__init__(url.rstrip("/"), self.base.under(PARTS))
        self.fragments: dict[str, str] = {}

    def __enter__(self) -> Self:
        self._staged = TemporaryDirectory()
        return self

    def __exit__(self, kind: object, *error: object) -> None:
        if kind is not None:
            self.leave_off()
        self._staged.cleanup()

    @property
    def parts(self) -> Path:
        """A folder of this machine for what is written before it is sent."""
        return Path(self._staged.name)

    def staged(self, name: str) -> Path:
        """Return where to write a file of the new result."""
        return self.parts / name

    def begin(self, identity: Mapping[str, Any], resume: bool = False) -> bool:
        """Begin a screening, or go on with one, as `Folder.begin` does."""
        self.identity = json.loads(json.dumps(identity))
        self._names = self.base.names()
        there = self._manifest(MANIFEST)
        running = self._manifest(f"{PARTS}/{MANIFEST}")
        foreign = {n for n in self._names if not n.startswith(f"{PARTS}/")}
        if running is not None:
            # What was written of a result whose manifest was not.
            own = {n for n in foreign if _FRAGMENT.fullmatch(n)}
            foreign -= own | {RANKED_CSV, REJECTED}
        if foreign and there is None:
            raise InputError(
                f"{self.path} holds {sorted(foreign)[0]}, and no manifest of magnetkit: nothing is "
                "written beside files of yours; choose another --out"
            )
        if resume:
            done = (there or {}).get("done") and (there or {}).get("identity") == self.identity
            if there and done and set(there["files"]) <= self._names:
                return False
            before = running or {}
            self._compare(before.get("identity", self.identity))
            self._take_up(before.get("chunks", []))
        else:
            self._remove({n for n in self._names if n.startswith(f"{PARTS}/")})
        self._write_manifest()
        return True

    def _manifest(self, name: str) -> dict[str, Any] | None:
        if name not in self._names:
            return None
        try:
            found = json.loads(self.base.get(name))
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) and found.get("format") == FORMAT else None

    def _has(self, name: str, digest: str) -> bool:
        file = f"{PARTS}/{name}"
        try:
            return file in self._names and digest_of(self.base.get(file)) == digest
        except OSError:
            return False

    def _remove(self, names: set[str]) -> None:
        self.base.remove(names)

    @property
    def folder(self) -> str:
        """Name of the folder of the result's fragments: another for another question."""
        digest = digest_of(json.dumps(self.identity, sort_keys=True).encode())
        return f"{FRAGMENTS}-{digest[:12]}.parquet"

    def rows(self) -> Iterator[tuple[int, int]]:
        """Yield number and rows of each finished chunk in order."""
        return ((chunk["number"], chunk["rows"]) for chunk in self._of(self.phase))

    def finish(self, summary: dict[str, Any]) -> None:
        """Write what is left to write, the manifest last, and remove parts and old fragments."""
        files = dict(self.fragments)
        for name in (RANKED_CSV, REJECTED):
            content = self.staged(name).read_bytes()
            self.base.put(name, content)
            files[name] = digest_of(content)
        told = {"done": True, "summary": summary, "models": self.models, "files": files}
        self.base.put(MANIFEST, self.manifest(told))
        # Of an earlier result or attempt; what a user keeps beside is left alone.
        own = {n for n in self.base.names() if n.startswith(f"{PARTS}/") or _FRAGMENT.fullmatch(n)}
        self._remove(own - set(files))


def read_result(base: RemotePlace) -> dict[str, Any]:
    """Read the manifest of a finished result in a store.

    Raises
    ------
    StoreError
        If it is no result, is not finished, or misses a file.
    """
    names = base.names()
    if MANIFEST not in names:
        raise StoreError(f"{base.url} is no finished result: it has no {MANIFEST}")
    try:
        found = json.loads(base.get(MANIFEST))
        missing = sorted(set(found["files"]) - names)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{base.of(MANIFEST)} is damaged ({error}); screen again") from None
    if missing:
        raise StoreError(f"{base.of(missing[0])} is missing; screen again")
    return found
