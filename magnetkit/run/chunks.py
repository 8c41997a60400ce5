"""Finished chunks, and the manifest that names them by their hash."""

import hashlib
import json
import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

import pyarrow as pa

from ..composition.blocks import Rejected
from ..errors import InputError, MagnetkitError, StoreError
from ..ranking.order import Judged, Rule
from .dependencies import differences
from .manifest import FORMAT, MANIFEST
from .place import Place
from .work import Part, Work, decode, file_name, rejected_lines, written

_log = logging.getLogger(__name__)

# The manifest of all chunks so far is written after each as long as that takes so many seconds at
# most, and for no more than this share of the time later: with many thousand chunks it would take
# longer than they do.
_AT_ONCE, _SHARE_OF_TIME = 0.05, 0.05


class Chunks:
    """What is finished of a screening, wherever it is kept.

    Parameters
    ----------
    path : Path or str
        The folder of the results, or its URL.
    place : Place
        Where the chunks are.

    Attributes
    ----------
    phase : str
        Which pass over candidates the chunks are of, part of their files' names.
    """

    def __init__(self, path: Any, place: Place) -> None:
        self.path = path
        self.place = place
        self.identity: dict[str, Any] = {}
        self.models: dict[str, str] = {}
        self.phase = "chunk"
        self._chunks: dict[tuple[str, int], dict[str, Any]] = {}
        self._judged: dict[tuple[str, int], Judged] = {}
        self._due, self._unnamed = 0.0, False

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
            damaged = [name for name, digest in files.items() if not self._has(name, digest)]
            if damaged:
                _log.warning(
                    "%s is damaged or missing; its chunk is evaluated again",
                    self.place.of(damaged[0]),
                )
            else:
                chunk.setdefault("phase", "chunk")
                self._chunks[chunk["phase"], chunk["number"]] = chunk
                self._agree(chunk.get("models", {}), chunk["number"])

    def _has(self, name: str, digest: str) -> bool:
        """Return whether a chunk's file is there as it was written."""
        raise NotImplementedError

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

    def prepared(self, work: Work) -> Work:
        """Return the work so that whoever does it writes the chunk."""
        return partial(written, work=work, place=self.place, phase=self.phase)

    def add(self, number: int, part: Part) -> None:
        """Store the finished part of a chunk of that number, and name it in the manifest soon.

        Where the process is killed, a chunk that was not yet named is evaluated again.
        """
        self._agree(part.models, number)
        files = dict(part.files)
        for suffix, content in (("arrow", part.table), ("rejected.arrow", part.rejected)):
            if content:
                name = file_name(self.phase, number, suffix)
                self.place.put(name, content)
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
        begun = time.monotonic()
        self._unnamed = begun < self._due
        if not self._unnamed:
            self._write_manifest()
            took = time.monotonic() - begun
            if took > _AT_ONCE:
                self._due = begun + took / _SHARE_OF_TIME

    def leave_off(self) -> None:
        """Name in the manifest what is finished and not yet named, where a screening ends early."""
        if self._unnamed:
            with suppress(OSError, MagnetkitError):
                self._write_manifest()

    def tables(self, columns: list[str] | None = None) -> Iterator[pa.Table]:
        """Yield the finished chunks in order, or some columns of them, whose hash is not asked."""
        yield from (table for _, table in self._read("arrow", columns))

    def numbered(self) -> Iterator[tuple[int, pa.Table]]:
        """Yield the finished chunks in order, each with its number."""
        yield from self._read("arrow")

    def digests(self) -> dict[int, str]:
        """Return the SHA-256 of each chunk's table, by number."""
        found = {}
        for chunk in self._of(self.phase):
            name = file_name(self.phase, chunk["number"], "arrow")
            if name in chunk["files"]:
                found[chunk["number"]] = chunk["files"][name]
        return found

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
            name = file_name(chunk["phase"], chunk["number"], suffix)
            digest = chunk["files"].get(name)
            if digest is None or only not in (None, chunk["number"]):
                continue
            try:
                if columns is not None:
                    table = decode(self.place.opened(name), columns)
                else:
                    content = self.place.get(name)
                    if hashlib.sha256(content).hexdigest() != digest:
                        raise OSError("its hash differs from what was written")
                    table = decode(content)
            except (OSError, pa.ArrowInvalid) as error:
                raise StoreError(
                    f"{self.place.of(name)} cannot be read ({str(error).splitlines()[0]}); "
                    "--resume evaluates it again"
                ) from None
            yield chunk["number"], table

    def _of(self, phase: str) -> Iterator[dict[str, Any]]:
        """Yield the records of a phase's chunks in order."""
        return (self._chunks[key] for key in sorted(self._chunks) if key[0] == phase)

    def _write_manifest(self) -> None:
        chunks = [self._chunks[key] for key in sorted(self._chunks)]
        self.place.put(MANIFEST, self.manifest({"done": False, "chunks": chunks}))

    def manifest(self, content: Mapping[str, Any]) -> bytes:
        """Return a manifest that says this beside what the results depend on."""
        whole = {"format": FORMAT, "identity": self.identity, **content}
        return json.dumps(whole, indent=1, ensure_ascii=False).encode()
