"""What stands in a results folder: manifests, whose the files are, and the way to read them.

A folder is written to only where it is empty or its manifest is this program's, and a file only
where the manifest names it by its hash. A new result is renamed into its place once it is whole;
a stop on the way is made good by whoever comes next.
"""

import csv
import json
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..composition.blocks import Rejected
from ..datasets import sha256
from ..errors import InputError, StoreError
from ..files import plain_cell, sealed, write_csv
from .holding import HOLDER, LOCK, WAIT_S, held

FORMAT = "magnetkit screening 1"
"""What a manifest of this program says of itself."""
MANIFEST = "manifest.json"
PARTS = ".magnetkit-parts"
STAGED = "staged"
RANKED = "ranked.parquet"
RANKED_CSV = "ranked.csv"
REJECTED = "rejected.csv"
REPORT = "report.html"
ANSWER = "answer"
"""Sentences in a manifest that its reports begin with."""

_OLDER = ("application", "candidates", "chunk_rows", "code", "magnetkit")
"""What the identity in a manifest has, also in those that have no `FORMAT` yet."""


def write_rejected(rejected: Iterable[Rejected], path: Path) -> None:
    """Write the lines that could not be used."""
    rows = ((r.line, r.text, r.reason) for r in rejected)
    write_csv(("line", "text", "reason"), rows, path)


def unwritable(path: Path, error: OSError) -> InputError:
    """Return the error of a results folder that cannot be written."""
    return InputError(
        f"cannot write to {path}: {error.strerror or error}; choose another --out folder"
    )


def has_digest(file: Path, digest: object) -> bool:
    """Return whether a file is there and has that SHA-256."""
    try:
        return sha256(file) == digest
    except OSError:
        return False


def own_manifest(file: Path) -> dict[str, Any] | None:
    """Return a manifest that this program wrote; None where there is none or it is another's."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    identity = content.get("identity") if isinstance(content, dict) else None
    if not isinstance(identity, dict):
        return None
    older = "format" not in content and all(key in identity for key in _OLDER)
    return content if older or content.get("format") == FORMAT else None


def named_files(manifest: dict[str, Any] | None) -> dict[str, Any]:
    """Return the files that a manifest names, with their SHA-256."""
    files = (manifest or {}).get("files")
    return files if isinstance(files, dict) else {}


def check_place(path: Path) -> None:
    """Refuse a folder that is neither absent, nor empty, nor one whose manifest is this program's.

    Raises
    ------
    InputError
        Naming what stands there, and the way out.
    """
    hidden = path / PARTS
    if hidden.is_symlink() or (hidden.exists() and not hidden.is_dir()):
        raise InputError(
            f"{hidden} is not a folder that magnetkit made; move it away, or choose another --out "
            "folder"
        )
    try:
        names = sorted({entry.name for entry in path.iterdir()} - {PARTS, LOCK, HOLDER})
    except FileNotFoundError:
        return
    except OSError as error:
        raise unwritable(path, error) from None
    if not names or own_manifest(path / MANIFEST) is not None:
        return
    if MANIFEST in names or own_manifest(hidden / MANIFEST) is None:
        shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        raise InputError(
            f"{path} holds {shown}, and no manifest of magnetkit: nothing is written beside files "
            "of yours; choose another --out folder, one that is new or empty"
        )


def check_own(path: Path) -> None:
    """Refuse what `check_place` does, and files in the way that the manifest does not name.

    The folder must be held.

    Raises
    ------
    InputError
        Naming what stands there, and the way out.
    """
    check_place(path)
    manifest = own_manifest(path / MANIFEST)
    staged = named_files(own_manifest(path / PARTS / STAGED / MANIFEST))
    for name in (RANKED, RANKED_CSV, REJECTED):
        known = [files.get(name) for files in (named_files(manifest), staged)]
        if os.path.lexists(path / name) and not any(has_digest(path / name, d) for d in known if d):
            raise _foreign(path / name)
    check_report(path / REPORT)


def _foreign(file: Path) -> InputError:
    return InputError(
        f"{file} is not as magnetkit wrote it: it is yours, or was changed since; move it away, or "
        "choose another --out folder"
    )


def _older_report(file: Path) -> bool:
    """Return whether a report is of a version that sealed none."""
    try:
        with file.open("rb") as stream:
            return b": magnetkit</title>" in stream.read(4096)
    except OSError:
        return False


def settle(path: Path) -> None:
    """Put a complete new result in its place, where a screening has come so far.

    Each step is a rename, and what is done of them does not matter: after a stop at any point
    this goes on. The folder must be held.

    Raises
    ------
    InputError
        If a file is in the way that is not this program's, or one cannot be written.
    """
    staged = path / PARTS / STAGED
    new = own_manifest(staged / MANIFEST)
    if new is None:
        return
    check_own(path)
    for name in named_files(new):
        if name in (RANKED, RANKED_CSV, REJECTED) and (staged / name).is_file():
            _move(staged / name, path / name)
    # It is of the result before; `report` writes another.
    (path / REPORT).unlink(missing_ok=True)
    _move(staged / MANIFEST, path / MANIFEST)
    shutil.rmtree(path / PARTS, ignore_errors=True)


def _move(source: Path, target: Path) -> None:
    try:
        os.replace(source, target)
    except OSError as error:
        raise InputError(
            f"cannot write {target}: {error.strerror or error}; the screening goes on with --resume"
        ) from None


def read_manifest(path: Path) -> dict[str, Any]:
    """Read the manifest of a results folder: of its result, or else of what is under way.

    Raises
    ------
    StoreError
        If there is none or it cannot be read.
    """
    file, running = path / MANIFEST, path / PARTS / MANIFEST
    if running.is_file() and not (file.is_file() and (own_manifest(file) or {}).get("done")):
        file = running
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise StoreError(f"{path} is no results folder: it has no {MANIFEST}") from None
    except (OSError, ValueError) as error:
        raise StoreError(f"{file} is damaged ({error}); screen into another folder") from None
    if own_manifest(file) is None:
        raise StoreError(f"{file} is no manifest of magnetkit; screen into another folder")
    return content


def read_finished(path: Path) -> dict[str, Any]:
    """Read the manifest of a finished results folder, and check its files against their hashes.

    A new result that a stop left complete is put in its place before.

    Raises
    ------
    StoreError
        If it is no results folder, is not finished, or a file is not what was written.
    """
    if (path / PARTS / STAGED / MANIFEST).is_file():
        with held(path, WAIT_S):
            settle(path)
    while True:
        manifest = read_manifest(path)
        if not manifest.get("done"):
            raise StoreError(f"{path} holds an unfinished screening; go on with screen --resume")
        try:
            _check_files(path, manifest)
        except StoreError:
            # Unless another process put a new result there meanwhile.
            if read_manifest(path) == manifest:
                raise
        else:
            return manifest


def _check_files(path: Path, manifest: dict[str, Any]) -> None:
    files = named_files(manifest)
    if RANKED not in files:
        raise StoreError(f"{path / MANIFEST} does not name {RANKED}; screen into another folder")
    for name in (RANKED, REJECTED):
        if name in files and not has_digest(path / name, files[name]):
            raise StoreError(
                f"{path / name} is missing or damaged (its hash differs); screen again"
            )


def check_report(file: Path) -> None:
    """Refuse to write a report over a file that is none of this program's.

    Parameters
    ----------
    file : Path
        Where the report is to go.

    Raises
    ------
    InputError
        If a file stands there that does not carry the seal of a report.
    """
    if not os.path.lexists(file) or sealed(file):
        return
    manifest = own_manifest(file.with_name(MANIFEST))
    older = manifest is not None and "format" not in manifest
    if not (older and _older_report(file)):
        raise _foreign(file)


def read_rejected(file: Path) -> list[Rejected]:
    """Read the lines that were rejected; none where there is no such file."""
    if not file.is_file():
        return []
    with file.open(newline="", encoding="utf-8") as stream:
        return rejected_of(stream)


def rejected_of(lines: Iterable[str]) -> list[Rejected]:
    """Read what `write_rejected` wrote."""
    return [
        Rejected(int(row["line"]), plain_cell(row["text"]), plain_cell(row["reason"]))
        for row in csv.DictReader(lines)
    ]
