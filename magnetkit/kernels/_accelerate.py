"""One place that decides how kernels are compiled and where the machine code is kept.

Compiled kernels are kept beside the package, or in the user's cache where the package cannot
be written, or nowhere if neither can; both are read, so what an administrator compiled serves every
user. A module's folder is named by the source of the module and of the kernels it imports: numba
alone would not see a change in a kernel that is called.

No kernel has parallel loops of numba's: their thread pools do not outlive a fork, and take long
to compile. ``threads.share_rows`` shares rows among plain threads.

``MAGNETKIT_NUMBA_CACHE=0`` switches the cache off, ``NUMBA_CACHE_DIR`` moves it.
``NUMBA_DISABLE_JIT=1`` runs the plain Python functions (numba's own switch), which the tests use
for coverage.
"""

import hashlib
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from ..errors import InputError

_asked_threads = os.environ.get("NUMBA_NUM_THREADS", "")
if _asked_threads and not re.fullmatch(r"0*[1-9]\d*", _asked_threads):
    # numba itself would end in a ValueError as it is imported, or take no notice.
    raise InputError(
        f"NUMBA_NUM_THREADS is {_asked_threads!r}; expected a whole number of 1 or more, or none"
    )

import numba  # noqa: E402

from ._compiled import Kernel  # noqa: E402
from ._kept import Kept  # noqa: E402

F = TypeVar("F", bound=Callable[..., Any])

# nnan and ninf stay out: kernels carry NaN as "not known" and must see it.
FASTMATH = {"nsz", "arcp", "contract", "afn", "reassoc"}

# What makes an array. A kernel that makes none, and calls none that does, holds no reference of its
# own: without counts of them, atomic and shared by all threads, it takes two thirds of the time.
_MAKERS = frozenset(
    {"array", "arange", "copy", "empty", "empty_like", "full", "linspace", "ones", "zeros"}
    | {"zeros_like", "sort", "argsort", "flatnonzero", "unique", "concatenate", "append"}
)

# Folders of other states of the source that no one has opened for so long are removed.
_STALE_SECONDS = 14 * 86400

_HERE = Path(__file__).parent

# numba sets its options at run time, where no type checker sees them.
_CONFIG: Any = numba.config


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
def cache_folders(module: str) -> tuple[Path, ...]:
    """Return the folders of a module's compiled kernels; none of them need exist.

    They are searched in order, and the first that can be written is written to.

    Parameters
    ----------
    module : str
        Name of a module of this folder, e.g. ``"parse"``.
    """
    if os.environ.get("MAGNETKIT_NUMBA_CACHE", "1") == "0" or not _sources(module):
        return ()
    name = _folder_name(module)
    for parent in _candidates():
        with suppress(OSError):
            os.utime(parent / name)
        _remove_stale(parent, module, name)
    return tuple(parent / name for parent in _candidates())


def _remove_stale(parent: Path, module: str, current: str) -> None:
    for folder in parent.glob(f"{module}-{'?' * 16}"):
        try:
            if folder.name != current and folder.stat().st_mtime < time.time() - _STALE_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue


def jit(
    function: F | None = None, *, fastmath: bool = False, makes_arrays: bool | None = None
) -> Any:
    """Compile a kernel in nopython mode, without the GIL, kept on disk.

    Parameters
    ----------
    function : callable, optional
        The kernel; absent when used with arguments.
    fastmath : bool
        Allow reassociation and contraction (named flags; NaN and infinity stay exact).
    makes_arrays : bool, optional
        Whether it does; what its names say otherwise. Arithmetic of whole arrays has no name: a
        kernel of such that did not say so is refused as it is compiled.
    """

    def wrap(f: F) -> Any:
        counts = _makes_arrays(f) if makes_arrays is None else makes_arrays
        if _CONFIG.DISABLE_JIT:
            return f
        kernel: Any = Kernel(
            f,
            targetoptions={
                "nopython": True,
                "nogil": True,
                "fastmath": FASTMATH if fastmath else False,
                "error_model": "numpy",
                # What C would call.
                "no_cfunc_wrapper": True,
                # numba's run time of references.
                "_nrt": counts,
            },
        )
        kernel.counts = counts
        if f.__closure__ is None:
            kernel._cache = Kept(f, cache_folders(f.__module__.split(".")[-1]))
        return kernel

    return wrap if function is None else wrap(function)


def _makes_arrays(f: Callable[..., Any]) -> bool:
    """Return whether a kernel, or one that it calls, names what makes an array."""
    names = f.__code__.co_names
    known = (f.__globals__.get(name) for name in names)
    return not _MAKERS.isdisjoint(names) or any(getattr(k, "counts", False) for k in known)


def is_switched_off() -> bool:
    """Return whether kernels run as plain Python: ``NUMBA_DISABLE_JIT``."""
    return bool(_CONFIG.DISABLE_JIT)


def kernel_places() -> tuple[Path, ...]:
    """Return the folders that hold those of `cache_folders`; none where nothing is kept."""
    return tuple(folder.parent for folder in cache_folders("threads"))


def most_threads() -> int:
    """Return how many threads kernels may use at most: ``NUMBA_NUM_THREADS``."""
    return int(_CONFIG.NUMBA_NUM_THREADS)
