"""The results folder: finished chunks, their manifest, and the files made of them.

While a screening runs, each finished chunk lies in ``parts/`` and is named with its hash in the
manifest, so that a stopped screening goes on where it was. At the end the ranked files are
written and the parts removed. Every file is written beside its place and renamed into it.
"""

import csv
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ..datasets import sha256
from ..errors import InputError, StoreError
from .reading import Rejected

MANIFEST = "manifest.json"
PARTS = "parts"
RANKED = "ranked.parquet"
RANKED_CSV = "ranked.csv"
REJECTED = "rejected.csv"
REPORT = "report.html"
# A cell that starts so is run as a formula by spreadsheet programs.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path` and rename it into place if all went well."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield temporary
        os.replace(temporary, path)
    except OSError as error:
        raise InputError(
            f"cannot write {path}: {error.strerror or error}; choose another folder with --out"
        ) from None
    finally:
        with suppress(OSError):
            temporary.unlink()


def write_parquet(tables: Iterable[pa.Table], schema: pa.Schema, path: Path) -> None:
    """Write tables of one schema to a Parquet file, one after the other."""
    with (
        replacing(path) as temporary,
        pq.ParquetWriter(temporary, schema, compression="zstd") as out,
    ):
        for table in tables:
            out.write_table(table)


def safe_cell(text: object) -> object:
    """Return a cell that no spreadsheet program runs; `plain_cell` gives the text back.

    A text that begins with ``= + - @``, a tab or a line end, or with apostrophes before one, gets
    an apostrophe in front. A plain number such as -0.5 stays as it is.
    """
    if isinstance(text, str) and _like_formula(text):
        return "'" + text
    return text


def plain_cell(cell: str) -> str:
    """Return the text that `safe_cell` made a cell of."""
    return cell[1:] if cell.startswith("'") and _like_formula(cell) else cell


def _like_formula(text: str) -> bool:
    if not text.lstrip("'").startswith(_FORMULA_STARTS):
        return False
    return not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text)


def write_csv(header: Iterable[str], rows: Iterable[Iterable[object]], path: Path) -> None:
    """Write rows to a CSV file."""
    with replacing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as stream:
        out = csv.writer(stream, lineterminator="\n")
        out.writerow([safe_cell(name) for name in header])
        out.writerows([safe_cell(cell) for cell in row] for row in rows)


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
    """

    def __init__(self, path: Path, identity: dict[str, Any], resume: bool = False) -> None:
        self.path = path
        self.identity = identity
        self.chunks: list[dict[str, Any]] = []
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
            if before.get(key) != json.loads(json.dumps(self.identity.get(key))):
                raise InputError(
                    f"{self.path} holds a screening with another {key.replace('_', ' ')}; "
                    "start anew without --resume, or choose another --out folder"
                )
        for chunk in manifest.get("chunks", []):
            part = self._part(chunk["number"])
            if chunk["rows"] and (not part.is_file() or sha256(part) != chunk["sha256"]):
                # A damaged chunk and all after it are made again.
                break
            self.chunks.append(chunk)

    @property
    def finished(self) -> int:
        """How many chunks are finished."""
        return len(self.chunks)

    def _part(self, number: int) -> Path:
        return self.path / PARTS / f"chunk-{number:06d}.parquet"

    def add(self, table: pa.Table | None, rejected: list[Rejected]) -> None:
        """Store the next finished chunk; None where no row of it could be read."""
        number = self.finished
        part = self._part(number)
        if table is not None:
            write_parquet([table], table.schema, part)
        self.chunks.append(
            {
                "number": number,
                "rows": 0 if table is None else len(table),
                "sha256": "" if table is None else sha256(part),
                "rejected": [[r.line, r.text, r.reason] for r in rejected],
            }
        )
        self._write_manifest()

    def tables(self, columns: list[str] | None = None) -> Iterator[pa.Table]:
        """Yield the finished chunks in order."""
        for chunk in self.chunks:
            if chunk["rows"]:
                yield pq.read_table(self._part(chunk["number"]), columns=columns)

    def rejected(self) -> Iterator[Rejected]:
        """Yield the rejected lines in order."""
        for chunk in self.chunks:
            for line, text, reason in chunk["rejected"]:
                yield Rejected(line, text, reason)

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
            content["chunks"] = self.chunks
        with replacing(self.path / MANIFEST) as temporary:
            temporary.write_text(
                json.dumps(content | more, indent=1, ensure_ascii=False), encoding="utf-8"
            )


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
    except FileNotFoundError:
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


def digest(content: Any) -> str:
    """Return the SHA-256 of anything that JSON can write."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
