"""Where files of a screening are kept: a folder of this machine, or a store that Arrow reaches."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
from pyarrow import fs

from ..errors import InputError
from ..files import replacing


class Place(Protocol):
    """A folder, wherever it is."""

    def of(self, name: str) -> str:
        """Return how a user knows a file."""
        ...

    def put(self, name: str, content: bytes) -> None:
        """Write a file whole."""
        ...

    def get(self, name: str) -> bytes:
        """Read a file; OSError where that fails."""
        ...

    def opened(self, name: str) -> Any:
        """Return a file for Arrow to read some columns of."""
        ...


@dataclass(frozen=True)
class LocalPlace:
    """A folder of this machine."""

    path: Path

    def of(self, name: str) -> str:
        """Return the file's path."""
        return str(self.path / name)

    def put(self, name: str, content: bytes) -> None:
        """Write a file beside its place and rename it."""
        with replacing(self.path / name) as temporary:
            temporary.write_bytes(content)

    def get(self, name: str) -> bytes:
        """Read a file."""
        return (self.path / name).read_bytes()

    def opened(self, name: str) -> Any:
        """Return a file mapped into memory."""
        return pa.memory_map(self.of(name))


@dataclass(frozen=True)
class RemotePlace:
    """A folder in a store that Arrow reaches: ``s3://bucket/run``, ``gs://``, ``abfs://``.

    A file there is written by one upload, and is whole or not there at all. An instance can be
    sent to another machine, which finds its own credentials.
    """

    url: str

    @cached_property
    def _found(self) -> "tuple[fs.FileSystem, str]":
        try:
            store, root = fs.FileSystem.from_uri(self.url.rstrip("/"))
        except (OSError, ValueError) as error:
            raise InputError(
                f"{self.url} cannot be reached ({str(error).splitlines()[0]}); expected a place "
                "such as s3://bucket/run, gs://bucket/run or abfs://container@account/run"
            ) from None
        if isinstance(store, fs.LocalFileSystem):
            raise InputError(f"{self.url} is a folder of this machine; give its path, {root}")
        return store, root

    def __getstate__(self) -> dict[str, str]:
        return {"url": self.url}

    def __setstate__(self, state: dict[str, str]) -> None:
        object.__setattr__(self, "url", state["url"])

    def under(self, name: str) -> "RemotePlace":
        """Return a folder within."""
        address, mark, options = self.url.partition("?")
        return RemotePlace(f"{address.rstrip('/')}/{name}{mark}{options}")

    def of(self, name: str) -> str:
        """Return the file's URL."""
        return self.under(name).url

    @property
    def filesystem(self) -> fs.FileSystem:
        """The store."""
        return self._found[0]

    def path(self, name: str) -> str:
        """Return a file's path within the store."""
        return f"{self._found[1]}/{name}"

    def put(self, name: str, content: bytes) -> None:
        """Write a file."""
        with _explained(self.of(name), "write"):
            store, path = self._found[0], self.path(name)
            with store.open_output_stream(path) as stream:
                stream.write(content)

    def get(self, name: str) -> bytes:
        """Read a file."""
        store, path = self._found[0], self.path(name)
        with store.open_input_file(path) as stream:
            return bytes(stream.readall())

    def names(self) -> set[str]:
        """Return the names of all files, with the folders that they are in."""
        store, root = self._found
        chosen = fs.FileSelector(root, recursive=True, allow_not_found=True)
        with _explained(self.url, "list"):
            found = store.get_file_info(chosen)
        return {f.path.removeprefix(f"{root}/") for f in found if f.type == fs.FileType.File}

    def opened(self, name: str) -> Any:
        """Return the content of a file."""
        return self.get(name)

    def remove(self, names: set[str]) -> None:
        """Remove files that are there."""
        store = self._found[0]
        with _explained(self.url, "remove files from"):
            for name in sorted(names):
                store.delete_file(self.path(name))


@contextmanager
def _explained(url: str, what: str) -> Iterator[None]:
    """Say what a store refuses: no such bucket, no rights, no credentials, no answer."""
    try:
        yield
    except OSError as error:
        reason = str(error).strip().splitlines()
        raise InputError(
            f"cannot {what} {url}: {reason[0] if reason else type(error).__name__}; check that the "
            "bucket is there and that you may write to it, or choose another --out"
        ) from None


def digest_of(content: bytes) -> str:
    """Return the SHA-256 of a file's content."""
    return hashlib.sha256(content).hexdigest()
