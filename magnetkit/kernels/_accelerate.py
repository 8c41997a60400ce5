"""One place that decides how kernels are compiled and where the machine code is kept.

Compiled kernels are kept beside the package, or in the user's cache where the package cannot
be written, or nowhere if neither can. A module's folder is named by the source of the module and
of the kernels it imports: numba alone would not see a change in a kernel that is called.

``MAGNETKIT_NUMBA_CACHE=0`` switches the cache off, ``NUMBA_CACHE_DIR`` moves it.
``NUMBA_DISABLE_JIT=1`` runs the plain Python functions (numba's own switch), which the tests use
for coverage.
"""

import hashlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import numba

F = TypeVar("F", bound=Callable[..., Any])

# nnan and ninf stay out: kernels carry NaN as "not known" and must see it.
FASTMATH = {"nsz", "arcp", "contract", "afn", "reassoc"}

# Folders of other states of the source that no one has opened for so long are removed.
_STALE_SECONDS = 14 * 86400

_HERE = Path(__file__).parent

# numba sets its options at run time, where no type checker sees them.
_CONFIG: Any = numba.config

prange = numba.prange


@lru_cache(maxsize=256)
def _sources(module: str) -> frozenset[str]:
    """Return the modules of this folder that make up a module: itself and what it imports."""
    found: set[str] = set()
    left = [module]
    while left:
        name = left.pop()
        file = _HERE / f"{name}.py"
        if name in found or not file.exists():
            continue
        found.add(name)
        left += re.findall(r"^from \.(\w+) import", file.read_text(encoding="utf-8"), re.MULTILINE)
    return frozenset(found)


def _folder_name(module: str) -> str:
    digest = hashlib.sha256()
    for name in sorted(_sources(module)):
        digest.update((_HERE / f"{name}.py").read_bytes())
    return f"{module}-{digest.hexdigest()[:16]}"


def _candidates() -> Iterator[Path]:
    if _CONFIG.CACHE_DIR:
        yield Path(_CONFIG.CACHE_DIR)
        return
    yield _HERE / "__pycache__"
    from ..settings import get_settings

    yield get_settings().cache_dir / "kernels"


@lru_cache(maxsize=256)
def cache_folder(module: str) -> Path | None:
    """Return the folder for a module's compiled kernels, made if need be; None without one.

    Parameters
    ----------
    module : str
        Name of a module of this folder, e.g. ``"parse"``.
    """
    if os.environ.get("MAGNETKIT_NUMBA_CACHE", "1") == "0" or not _sources(module):
        return None
    name = _folder_name(module)
    for parent in _candidates():
        folder = parent / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=folder).close()
            os.utime(folder)
        except OSError:
            continue
        _remove_stale(parent, module, name)
        return folder
    return None


def _remove_stale(parent: Path, module: str, current: str) -> None:
    for folder in parent.glob(f"{module}-{'?' * 16}"):
        try:
            if folder.name != current and folder.stat().st_mtime < time.time() - _STALE_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Let one process at a time write: numba reads, numbers and rewrites its index unguarded."""
    try:
        import fcntl
    except ImportError:  # not a POSIX system
        yield
        return
    with (folder / "lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _keep(kernel: Any, folder: Path) -> None:
    """Have numba keep the machine code of `kernel` in `folder`."""
    before = _CONFIG.CACHE_DIR
    _CONFIG.CACHE_DIR = str(folder)
    try:
        kernel.enable_caching()
    finally:
        _CONFIG.CACHE_DIR = before
    cache = kernel._cache
    save = cache.save_overload

    def save_alone(*arguments: Any) -> None:
        # On a full disk the kernel runs all the same; it is compiled again next time.
        with suppress(OSError), _locked(folder):
            save(*arguments)

    cache.save_overload = save_alone


def jit(function: F | None = None, *, parallel: bool = False, fastmath: bool = False) -> Any:
    """Compile a kernel in nopython mode, without the GIL, kept on disk.

    Parameters
    ----------
    function : callable, optional
        The kernel; absent when used with arguments.
    parallel : bool
        Let ``prange`` loops use all numba threads.
    fastmath : bool
        Allow reassociation and contraction (named flags; NaN and infinity stay exact).
    """

    def wrap(f: F) -> Any:
        kernel = numba.njit(
            f,
            nogil=True,
            parallel=parallel,
            fastmath=FASTMATH if fastmath else False,
            error_model="numpy",
        )
        folder = None if _CONFIG.DISABLE_JIT else cache_folder(f.__module__.split(".")[-1])
        if folder is not None:
            _keep(kernel, folder)
        return kernel

    return wrap if function is None else wrap(function)


def threads() -> int:
    """Return how many threads ``prange`` uses."""
    return numba.get_num_threads()
