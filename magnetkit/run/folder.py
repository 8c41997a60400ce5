"""The results folder: finished chunks, their manifest, and the files made of them.

While a screening runs, each finished chunk lies in ``parts/`` as an Arrow file, what it rejected
beside it, and the manifest names both with their hash, so that a stopped screening goes on where
it was. At the end the ranked files are written and the parts removed.
"""

import csv
import hashlib
import json
import logging
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from ..composition.blocks import Rejected
from ..datasets import sha256
from ..errors import InputError, StoreError
from ..files import plain_cell, replacing, write_csv
from .work import Part, decode, rejected_lines

MANIFEST = "manifest.json"
PARTS = "parts"
RANKED = "ranked.parquet"
RANKED_CSV = "ranked.csv"
REJECTED = "rejected.csv"
REPORT = "report.html"

_log = logging.getLogger(__name__)


def write_rejected(rejected: Iterable[Rejected], path: Path) -> None:
    """Write the lines that could not be used."""
    rows = ((r.line, r.text, r.reason) for r in rejected)
    write_csv(("line", "text", "reason"), rows, path)


class Folder:
    """A results folder.

    Parameters
    ----------
    path : Path
        Created if it is not there.
    identity : dict
        What the results depend on: arguments, input, versions, data. Part of the manifest.
    resume : bool
        Keep the finished chunks of an earlier run with the same identity.

    Raises
    ------
    InputError
        If the folder cannot be written, or `resume` meets another identity.
    StoreError
        If the manifest of a folder to resume is damaged.
    """

    def __init__(self, path: Path, identity: dict[str, Any], resume: bool = False) -> None:
        self.path = path
        self.identity = json.loads(json.dumps(identity))
        self._chunks: dict[int, dict[str, Any]] = {}
        try:
            (path / PARTS).mkdir(parents=True, exist_ok=True)
            probe = path / PARTS / ".probe"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise InputError(
                f"cannot write to {path}: {error.strerror or error}; choose another --out folder"
            ) from None
        if resume:
            self._take_up()
        else:
            shutil.rmtree(path / PARTS)
            (path / PARTS).mkdir()
        self._write_manifest()

    def _take_up(self) -> None:
        manifest = read_manifest(self.path) if (self.path / MANIFEST).is_file() else {}
        before = manifest.get("identity", self.identity)
        for key in sorted(set(before) | set(self.identity)):
            changes = list(differences(before.get(key), self.identity.get(key)))
            if changes:
                raise InputError(
                    f"{self.path} holds a screening with another {key.replace('_', ' ')} "
                    f"({'; '.join(changes[:3])}); start anew without --resume, or choose another "
                    "--out folder"
                )
        for chunk in manifest.get("chunks", []):
            files = chunk.get("files", {})
            damaged = [name for name, digest in files.items() if not self._is(name, digest)]
            if damaged:
                _log.warning(
                    "%s is damaged or missing; its chunk is evaluated again",
                    self.path / PARTS / damaged[0],
                )
            else:
                self._chunks[chunk["number"]] = chunk

    def _is(self, name: str, digest: str) -> bool:
        try:
            return sha256(self.path / PARTS / name) == digest
        except OSError:
            return False

    def chunk(self, number: int) -> tuple[int, int] | None:
        """Return how many rows a finished chunk has and how many it rejected; None if it is not."""
        chunk = self._chunks.get(number)
        return None if chunk is None else (chunk["rows"], chunk["rejected"])

    def add(self, number: int, part: Part) -> None:
        """Store the finished part of a chunk of that number."""
        files = {}
        for suffix, content in (("arrow", part.table), ("rejected.arrow", part.rejected)):
            if content:
                name = f"chunk-{number:06d}.{suffix}"
                with replacing(self.path / PARTS / name) as temporary:
                    temporary.write_bytes(content)
                files[name] = hashlib.sha256(content).hexdigest()
        chunk = {"number": number, "rows": part.rows, "rejected": part.lines, "files": files}
        self._chunks[number] = chunk
        self._write_manifest()

    def tables(self, columns: list[str] | None = None) -> Iterator[pa.Table]:
        """Yield the finished chunks in order."""
        yield from self._read("arrow", columns)

    def rejected(self) -> Iterator[Rejected]:
        """Yield the rejected lines in order."""
        for table in self._read("rejected.arrow"):
            yield from rejected_lines(table)

    def _read(self, suffix: str, columns: list[str] | None = None) -> Iterator[pa.Table]:
        for number in sorted(self._chunks):
            name = f"chunk-{number:06d}.{suffix}"
            if name in self._chunks[number]["files"]:
                path = self.path / PARTS / name
                try:
                    with pa.memory_map(str(path)) as source:
                        table = decode(source, columns)
                except (OSError, pa.ArrowInvalid) as error:
                    raise StoreError(
                        f"{path} cannot be read ({str(error).splitlines()[0]}); "
                        "--resume evaluates it again"
                    ) from None
                yield table

    def finish(self, summary: dict[str, Any]) -> None:
        """Name the files written in the manifest, and remove the parts."""
        files = {
            name: sha256(self.path / name)
            for name in (RANKED, RANKED_CSV, REJECTED)
            if (self.path / name).is_file()
        }
        self._write_manifest(summary=summary, files=files, done=True)
        shutil.rmtree(self.path / PARTS, ignore_errors=True)

    def _write_manifest(self, *, done: bool = False, **more: Any) -> None:
        content: dict[str, Any] = {"identity": self.identity, "done": done}
        if not done:
            content["chunks"] = [self._chunks[number] for number in sorted(self._chunks)]
        with replacing(self.path / MANIFEST) as temporary:
            temporary.write_text(
                json.dumps(content | more, indent=1, ensure_ascii=False), encoding="utf-8"
            )


def differences(before: Any, now: Any, name: str = "") -> Iterator[str]:
    """Yield in what two JSON values differ, by name."""
    if isinstance(before, dict) and isinstance(now, dict):
        for key in sorted(set(before) | set(now)):
            yield from differences(before.get(key), now.get(key), f"{name} {key}".strip())
    elif before != now:
        there, here = (_short(value) for value in (before, now))
        yield f"{name} {there} there, {here} here".strip()


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else f"{text[:12]}..."


def read_manifest(path: Path) -> dict[str, Any]:
    """Read the manifest of a results folder.

    Raises
    ------
    StoreError
        If there is none or it cannot be read.
    """
    file = path / MANIFEST
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise StoreError(f"{path} is no results folder: it has no {MANIFEST}") from None
    except (OSError, ValueError) as error:
        raise StoreError(f"{file} is damaged ({error}); screen again") from None
    if not isinstance(content, dict) or not isinstance(content.get("identity"), dict):
        raise StoreError(f"{file} is no manifest of magnetkit; screen again")
    return content


def check_files(path: Path, manifest: dict[str, Any]) -> None:
    """Check the files of a finished results folder against the hashes of its manifest.

    Raises
    ------
    StoreError
        If one is missing or is not what was written.
    """
    files = manifest.get("files")
    if not isinstance(files, dict) or RANKED not in files:
        raise StoreError(f"{path / MANIFEST} does not name {RANKED}; screen again")
    for name in (RANKED, REJECTED):
        if name in files and (not (path / name).is_file() or sha256(path / name) != files[name]):
            raise StoreError(
                f"{path / name} is missing or damaged (its hash differs); screen again"
            )


def read_rejected(file: Path) -> list[Rejected]:
    """Read the lines that were rejected; none where there is no such file."""
    if not file.is_file():
        return []
    with file.open(newline="", encoding="utf-8") as stream:
        rows = csv.DictReader(stream)
        return [
            Rejected(int(row["line"]), plain_cell(row["text"]), plain_cell(row["reason"]))
            for row in rows
        ]
