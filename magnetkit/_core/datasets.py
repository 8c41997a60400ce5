"""The data files that magnetkit carries: found, read and checked.

A wheel has them as ``magnetkit/_datasets``, a checkout as ``datasets/`` beside the package.
"""

import csv
import hashlib
import os
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

from .errors import DataError

_PACKAGE = Path(__file__).resolve().parents[1]


@lru_cache(maxsize=1)
def root() -> Path:
    """Return the folder of the embedded data, or the one that MAGNETKIT_DATASETS names.

    DataError if it does not exist or has no ``registry.toml``. The path is absolute, and cached.
    """
    if folder := os.environ.get("MAGNETKIT_DATASETS"):
        if not (Path(folder) / "registry.toml").is_file():
            raise DataError(
                f"MAGNETKIT_DATASETS is {folder!r}, which holds no registry.toml; give a copy of "
                "magnetkit's datasets"
            )
        return Path(folder).resolve()
    for candidate in (_PACKAGE / "_datasets", _PACKAGE.parent / "datasets"):
        if (candidate / "registry.toml").is_file():
            return candidate
    raise DataError(
        f"no datasets folder beside {_PACKAGE}; the installation is incomplete, install it again"
    )


def path(name: str) -> Path:
    """Return the path of an embedded file.

    The hash of the file is computed, and recorded at the first call for `check_for_changes`. The
    result is absolute.

    Parameters
    ----------
    name : str
        Path below the folder of data sets, such as "elements/elements.csv".

    Returns
    -------
    Path
        Of an existing file.

    Raises
    ------
    DataError
        If it is missing or, in an installed package, damaged.
    """
    file = root() / name
    if not file.is_file():
        raise DataError(
            f"embedded data file {name!r} is missing; `magnetkit data verify` lists all"
        )
    digest = _first_read.setdefault(file, _digest(file))
    # In a checkout and in a folder of one's own, tables may be edited.
    if (
        root() == _PACKAGE / "_datasets"
        and digest != registry()["files"][name]["sha256"]
    ):
        raise DataError(
            f"embedded data file {name!r} is damaged; install again: "
            "pip install --force-reinstall magnetkit"
        )
    return file


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of an embedded CSV file, each by column.

    All cells are texts, empty for an empty cell. `name` is the path below the
    folder of data sets, such as "supply/inputs.csv"; DataError if there is no
    such file. The list is new at each call.
    """
    with path(name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def toml(name: str) -> dict[str, Any]:
    """Return the content of an embedded TOML file.

    `name` is the path below the folder of data sets, such as
    "supply/criteria.toml"; DataError if there is no such file. The dict is new
    at each call.
    """
    return tomllib.loads(path(name).read_text("utf-8"))


@lru_cache(maxsize=1)
def registry() -> dict[str, Any]:
    """Return ``registry.toml``: tables ``files`` (embedded) and ``remote`` (fetched on demand).

    ``files`` has ``sha256`` and more by the path below the folder of data sets, ``remote`` has
    ``title``, ``file``, ``url``, ``sha256`` and more by the name of a set. The dict is cached and
    must not be changed.
    """
    return tomllib.loads((root() / "registry.toml").read_text("utf-8"))


def sha256(file: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal digits."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


# By file: its hash when this process first read it; its time stamps and hash when last hashed.
_first_read: dict[Path, str] = {}
_known: dict[Path, tuple[tuple[int, ...], str]] = {}


def _digest(file: Path) -> str:
    """Return the SHA-256 of a file, hexadecimal.

    It is kept in memory; the file is read again only if its times, size or inode changed since.
    """
    now = file.stat()
    mark = (now.st_mtime_ns, now.st_ctime_ns, now.st_size, now.st_ino)
    before = _known.get(file)
    if before is None or before[0] != mark:
        before = _known[file] = (mark, sha256(file))
    return before[1]


def digests() -> dict[str, str]:
    """Return the SHA-256 of each file of the registry that exists, by name.

    Names are paths below the folder of data sets; hashes are hexadecimal.
    """
    files = ((name, root() / name) for name in registry()["files"])
    return {name: _digest(file) for name, file in files if file.is_file()}


def check_for_changes() -> None:
    """Raise DataError if an embedded file was changed since this process read it.

    What is in memory would then differ from the file. A file that was removed counts as changed.
    Only files that `path` was asked for are looked at.
    """
    for file, before in _first_read.items():
        if file.is_relative_to(root()) and (
            not file.is_file() or _digest(file) != before
        ):
            raise DataError(
                f"embedded data file {str(file.relative_to(root()))!r} was changed after this "
                "process had read it; start the process again"
            )


def verify() -> dict[str, str]:
    """Compare the embedded files with the registry's hashes.

    The hashes are computed anew.

    Returns
    -------
    dict of str to str
        By the path of the file below the folder of data sets, such as "elements/elements.csv":
        "ok", "missing" or "changed". Files that the registry does not list are left out.
    """
    result = {}
    for name, entry in registry()["files"].items():
        file = root() / name
        same = file.is_file() and sha256(file) == entry["sha256"]
        result[name] = (
            "ok" if same else "changed" if file.is_file() else "missing"
        )
    return result
