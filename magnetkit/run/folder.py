"""The results folder: finished chunks, their manifest, and the files made of them.

While a screening runs, all that it writes lies in `PARTS`: each finished chunk as an Arrow file,
what it rejected beside it, and a manifest that names both with their hash, so that a stopped
screening goes on where it was. The ranked files are written there too. Once all are complete they
are renamed into their place, the manifest last; a stop between is made good by whoever comes next
(`settle`). Until then an earlier result of the folder stands as it was.
"""

import hashlib
import json
import logging
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import pyarrow as pa

from ..composition.blocks import Rejected
from ..datasets import sha256
from ..errors import InputError, StoreError
from ..files import replacing
from ..ranking.order import Judged, Rule
from .dependencies import differences
from .holding import held
from .manifest import (
    FORMAT,
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
from .work import Part, decode, rejected_lines

_log = logging.getLogger(__name__)


class Folder:
    """A results folder, held while the context manager is open.

    Parameters
    ----------
    path : Path
        Created if it is not there.

    Attributes
    ----------
    phase : str
        Which pass over candidates the chunks are of, part of their files' names.

    Raises
    ------
    InputError
        If the folder cannot be written, holds what is not this program's, or another process
        writes into it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.parts = path / PARTS
        self.identity: dict[str, Any] = {}
        self.models: dict[str, str] = {}
        self.phase = "chunk"
        self._chunks: dict[tuple[str, int], dict[str, Any]] = {}
        self._judged: dict[tuple[str, int], Judged] = {}
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

    def __exit__(self, *error: object) -> None:
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

    def _compare(self, before: dict[str, Any]) -> None:
        for key in sorted(set(before) | set(self.identity)):
            changes = list(differences(before.get(key), self.identity.get(key)))
            if changes:
                raise InputError(
                    f"{self.path} holds a screening with another {key.replace('_', ' ')} "
                    f"({'; '.join(changes[:3])}); start anew without --resume, or choose another "
                    "--out folder"
                )

    def _take_up(self, chunks: list[dict[str, Any]]) -> None:
        for chunk in chunks:
            files = chunk.get("files", {})
            damaged = [
                name for name, digest in files.items() if not has_digest(self.parts / name, digest)
            ]
            if damaged:
                _log.warning(
                    "%s is damaged or missing; its chunk is evaluated again",
                    self.parts / damaged[0],
                )
            else:
                chunk.setdefault("phase", "chunk")
                self._chunks[chunk["phase"], chunk["number"]] = chunk
                self._agree(chunk.get("models", {}), chunk["number"])

    def _agree(self, models: Mapping[str, str], number: int) -> None:
        for target, digest in models.items():
            if self.models.setdefault(target, digest) != digest:
                raise InputError(
                    f"chunk {number} was made with another model of {target} "
                    f"({digest[:12]}) than those before it ({self.models[target][:12]}); let all "
                    "workers share one trained model (MAGNETKIT_CACHE_DIR) and start anew without "
                    "--resume"
                )

    def chunk(self, number: int) -> tuple[int, int] | None:
        """Return how many rows a finished chunk has and how many it rejected; None if it is not."""
        chunk = self._chunks.get((self.phase, number))
        return None if chunk is None else (chunk["rows"], chunk["rejected"])

    def add(self, number: int, part: Part) -> None:
        """Store the finished part of a chunk of that number."""
        self._agree(part.models, number)
        files = {}
        for suffix, content in (("arrow", part.table), ("rejected.arrow", part.rejected)):
            if content:
                name = f"{self.phase}-{number:06d}.{suffix}"
                with replacing(self.parts / name) as temporary:
                    temporary.write_bytes(content)
                files[name] = hashlib.sha256(content).hexdigest()
        chunk = {
            "phase": self.phase,
            "number": number,
            "rows": part.rows,
            "rejected": part.lines,
            "models": dict(part.models),
            "files": files,
        }
        if part.tally:
            chunk["tally"] = dict(part.tally)
        self._chunks[self.phase, number] = chunk
        if part.judged is not None:
            self._judged[self.phase, number] = part.judged
        self._write_manifest()

    def tables(self, columns: list[str] | None = None) -> Iterator[pa.Table]:
        """Yield the finished chunks in order, or some columns of them, whose hash is not asked."""
        yield from (table for _, table in self._read("arrow", columns))

    def numbered(self) -> Iterator[tuple[int, pa.Table]]:
        """Yield the finished chunks in order, each with its number."""
        yield from self._read("arrow")

    def tallies(self) -> Iterator[Mapping[str, Any]]:
        """Yield what was counted over each finished chunk."""
        return (chunk["tally"] for chunk in self._of(self.phase) if "tally" in chunk)

    def judged(self, rule: Rule) -> Iterator[Judged]:
        """Yield what the ranking needs of each finished chunk, in order."""
        for chunk in self._of(self.phase):
            known = self._judged.get((self.phase, chunk["number"]))
            if known is not None:
                yield known
                continue
            # It was finished before this process was.
            for _, table in self._read("arrow", rule.columns(), chunk["number"]):
                yield rule.judge(table)

    def rejected(self) -> Iterator[Rejected]:
        """Yield the rejected lines in order."""
        for phase in dict.fromkeys(phase for phase, _ in sorted(self._chunks)):
            for _, table in self._read("rejected.arrow", phase=phase):
                yield from rejected_lines(table)

    def _read(
        self,
        suffix: str,
        columns: list[str] | None = None,
        only: int | None = None,
        phase: str | None = None,
    ) -> Iterator[tuple[int, pa.Table]]:
        for chunk in self._of(phase or self.phase):
            name = f"{chunk['phase']}-{chunk['number']:06d}.{suffix}"
            digest = chunk["files"].get(name)
            if digest is None or only not in (None, chunk["number"]):
                continue
            try:
                if columns is not None:
                    table = decode(pa.memory_map(str(self.parts / name)), columns)
                else:
                    content = (self.parts / name).read_bytes()
                    if hashlib.sha256(content).hexdigest() != digest:
                        raise OSError("its hash differs from what was written")
                    table = decode(content)
            except (OSError, pa.ArrowInvalid) as error:
                raise StoreError(
                    f"{self.parts / name} cannot be read ({str(error).splitlines()[0]}); "
                    "--resume evaluates it again"
                ) from None
            yield chunk["number"], table

    def _of(self, phase: str) -> Iterator[dict[str, Any]]:
        """Yield the records of a phase's chunks in order."""
        return (self._chunks[key] for key in sorted(self._chunks) if key[0] == phase)

    def staged(self, name: str) -> Path:
        """Return where to write a file of the new result."""
        return self.parts / STAGED / name

    def finish(self, summary: dict[str, Any]) -> None:
        """Put the files written in their place, name them in the manifest, remove the parts."""
        files = {
            name: sha256(self.staged(name))
            for name in (RANKED, RANKED_CSV, REJECTED)
            if self.staged(name).is_file()
        }
        content = {"done": True, "summary": summary, "models": self.models, "files": files}
        self._write(self.staged(MANIFEST), content)
        settle(self.path)

    def _write_manifest(self) -> None:
        chunks = [self._chunks[key] for key in sorted(self._chunks)]
        self._write(self.parts / MANIFEST, {"done": False, "chunks": chunks})

    def _write(self, file: Path, content: dict[str, Any]) -> None:
        whole = {"format": FORMAT, "identity": self.identity} | content
        with replacing(file) as temporary:
            temporary.write_text(json.dumps(whole, indent=1, ensure_ascii=False), encoding="utf-8")
