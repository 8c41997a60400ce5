"""Compiling kernels, the folder of their machine code, and sharing their rows among threads.

The folder is named by the source of all kernels and numba's version: numba alone would not see a
change in a kernel that is called. numba trusts what is in it, and an emptied file would end every
later command: files are checked as the first kernel is declared, and those that no list of SHA-256
names are removed. A process that compiled adds a list of its own as it ends, so that none waits for
another; what those that are at work changed meanwhile is left alone.

No kernel has numba's parallel loops: they compile slowly, and their thread pools do not survive a
fork (with GNU OpenMP a forked child is killed, and a pool that awaits it never returns). Kernels
release the GIL and plain threads run them side by side (`share_rows`), with one compiled version of
each, from several threads at once.

``NUMBA_DISABLE_JIT=1`` runs the plain Python functions (numba's own switch), which the tests use
for coverage.
"""

import atexit
import errno
import hashlib
import itertools
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Any, Literal, TypeVar

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

from . import _hooks

# Before numba: who hands the places over has checked what numba would end on.
_PLACES = tuple(_hooks.places())

import numba  # noqa: E402

F = TypeVar("F", bound=Callable[..., Any])

# nnan and ninf stay out: kernels carry NaN as "not known" and must see it.
_FASTMATH = {"nsz", "arcp", "contract", "afn", "reassoc"}

# What makes an array. A kernel that makes none, and calls none that does, holds no reference of its
# own: without counts of them, atomic and shared by all threads, it takes two thirds of the time.
_MAKERS = frozenset(
    {
        "array",
        "arange",
        "copy",
        "empty",
        "empty_like",
        "full",
        "linspace",
        "ones",
        "zeros",
    }
    | {
        "zeros_like",
        "sort",
        "argsort",
        "flatnonzero",
        "unique",
        "concatenate",
        "append",
    }
)

# A process that is still at work lists its files as it ends; what is unlisted for so long is
# nobody's.
_UNLISTED_S = 600.0
# Folders of other states of the source that no one has opened for so long are removed.
_STALE_S = 14 * 86400.0
# All kernels compiled take 20 MB.
_ROOM_BYTES = 50e6

# numba sets its options at run time, where no type checker sees them.
_CONFIG: Any = numba.config


def kernel_sources() -> list[Path]:
    """Return the files whose text decides what is compiled: all kernels, and what they share."""
    package = Path(__file__).parents[1]
    helpers = [
        Path(__file__).with_name(f"{name}.py")
        for name in ("_arrays", "_jit", "_linear")
    ]
    return sorted([*package.glob("*/*_kernels.py"), *helpers])


@lru_cache(maxsize=1)
def folder() -> Path | None:
    """Return the folder of the compiled kernels, looked through; None where none can be kept."""
    digest = hashlib.sha256(numba.__version__.encode())
    for source in kernel_sources():
        digest.update(source.name.encode() + source.read_bytes())
    name = f"kernels-{digest.hexdigest()[:16]}"
    failures = []
    before = None
    for place in _PLACES:
        place_folder = place / name
        try:
            is_new = not place_folder.is_dir()
            place_folder.mkdir(parents=True, exist_ok=True)
            # numba writes to a folder within, and to names as long as this.
            tempfile.NamedTemporaryFile(dir=place_folder, prefix="x" * 128).close()
            if shutil.disk_usage(place_folder).free < _ROOM_BYTES:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            if is_new and before is not None:
                # What an administrator compiled serves every user.
                for file in (*before.glob("*/*.nb[ci]"), *before.glob("*.sha256")):
                    copy = place_folder / file.relative_to(before)
                    copy.parent.mkdir(exist_ok=True)
                    shutil.copyfile(file, copy)
            lines = _remove_damaged(place_folder, _last_work_time(place_folder))
        except OSError as error:
            failures.append(f"{place} ({error.strerror or error})")
            with suppress(OSError):
                before = place_folder if place_folder.is_dir() else before
            continue
        atexit.register(_list_files, place_folder, lines)
        _remove_stale(place, name)
        return place_folder
    if failures:
        _hooks.said(
            f"compiled kernels cannot be kept in {' or '.join(failures)}; each start compiles anew: "
            "free some space, or set MAGNETKIT_CACHE_DIR to a folder you may write to"
        )
    return None


def list_cached_files(found: Path) -> Iterator[tuple[Path, str]]:
    """Yield the files of numba's in a folder, and what a list says of each that is as it was."""
    for file in sorted(found.glob("*/*.nb[ci]")):
        with suppress(FileNotFoundError):
            yield file, f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}"


def read_hash_lists(found: Path) -> set[str]:
    """Return what the lists in a folder say, a line for each file."""
    lists = (file.read_text("ascii", "replace") for file in found.glob("*.sha256"))
    return {line for text in lists for line in text.splitlines()}


def _last_work_time(found: Path) -> float:
    """Return since when other processes are at work here, as a time of files, s; inf if none is.

    This process counts as at work until it ends: it shares a lock, which no crash leaves behind.
    """
    lock = os.open(found / "in-use", os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o666)
    since = math.inf
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with suppress(PermissionError):
                os.utime(lock)
        except BlockingIOError:
            since = os.fstat(lock).st_mtime
        # Never closed.
        fcntl.flock(lock, fcntl.LOCK_SH)
    except (AttributeError, OSError):
        # No locks on this system, or in this file system.
        since = time.time() - _UNLISTED_S
    return since


def _remove_damaged(found: Path, work_since: float) -> set[str]:
    """Remove what is damaged, or nobody's, and return what is listed."""
    lines = read_hash_lists(found)
    names = {line.partition("  ")[2] for line in lines}
    has_damage = False
    for file, line in list_cached_files(found):
        if line not in lines:
            state = file.stat()
            is_new = (
                file.name not in names and time.time() - state.st_mtime < _UNLISTED_S
            )
            if not (is_new or state.st_mtime >= work_since) or not state.st_size:
                has_damage |= file.name in names or not state.st_size
                file.unlink(missing_ok=True)
    if has_damage:
        _hooks.said(
            f"compiled kernels in {found.parent} were damaged; compiling them anew"
        )
    return lines


def _list_files(found: Path, listed: set[str]) -> None:
    """List what was compiled meanwhile, here or by other processes."""
    with suppress(OSError):
        new = {
            line for file, line in list_cached_files(found) if file.stat().st_size
        } - listed
        if new:
            handle, work = tempfile.mkstemp(dir=found)
            with os.fdopen(handle, "w", encoding="ascii") as stream:
                stream.write("\n".join(sorted(new)))
            os.replace(work, f"{work}.sha256")


def _remove_stale(place: Path, current: str) -> None:
    """Note that a folder is in use, and remove those of other states of the source."""
    with suppress(OSError):
        os.utime(place / current)
        for other in place.glob(f"*-{'?' * 16}"):
            if other.name != current and other.stat().st_mtime < time.time() - _STALE_S:
                shutil.rmtree(other, ignore_errors=True)


_held: set[Path] = set()


def _compile_in_turn(compile_: Callable[..., Any], path: Path) -> Callable[..., Any]:
    """Return what compiles a kernel in one process at a time, or reads it."""

    def once(sig: Any) -> Any:
        # numba itself lets one thread of a process compile, and whoever comes later may read.
        if path in _held or ((exists := path.exists()) and path.stat().st_size):
            return compile_(sig)
        if not exists:
            have_help()
        with ExitStack() as stack, suppress(AttributeError, OSError):
            _await_turn(stack.enter_context(path.open("a")))
            _held.add(path)
            stack.callback(_held.discard, path)
            compile_(sig)
            path.write_bytes(b"compiled")
        return compile_(sig)

    return once


def _await_turn(lock: Any) -> None:
    # As long as the slowest kernel may take the process that compiles it.
    end = time.monotonic() + 90.0
    while time.monotonic() < end:
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.02)


# A kernel and the types of its arguments a line, at the end those of a first prediction in their
# order; `python -m benchmarks.first_start` writes it.
_LISTED = Path(__file__).with_name("first.txt")


@lru_cache(maxsize=1)
def have_help() -> None:
    """Let a second process compile what is listed, from its end, while this one compiles.

    Where compiled kernels, a second processor and locks are there to share; nothing rests on it.
    """
    can_help = (
        Path(sys.executable or "").name.startswith("python") and _LISTED.is_file()
    )
    if folder() is None or fcntl is None or most_threads() < 2 or not can_help:
        return
    code = f"from {__name__} import compile_kernel_list; compile_kernel_list({os.getpid()})"
    command = [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path}; {code}"]
    apart: dict[str, Any] = dict.fromkeys(
        ("stdin", "stdout", "stderr"), subprocess.DEVNULL
    )
    # On one thread, so that it asks for no help itself.
    apart["env"] = os.environ | {"NUMBA_NUM_THREADS": "1"}
    Thread(target=subprocess.run, args=(command,), kwargs=apart, daemon=True).start()


def compile_kernel_list(helped: int = 0) -> None:
    """Compile what is listed; as the help of another process from its end, while that one lives."""
    text = _LISTED.read_text("ascii")
    names = set(re.findall(r"\b(_\w+)\.", text))
    package = __name__.partition(".")[0]
    modules = {
        file.stem: import_module(f"{package}.{file.parent.name}.{file.stem}")
        for file in kernel_sources()
        if file.stem in names
    }
    for line in text.splitlines()[:: -1 if helped else 1]:
        if helped not in (0, os.getppid()):
            return
        name, _, types = line.partition(" ")
        # An edit may have made it another kernel: that is compiled as it is called.
        with suppress(numba.NumbaError, AttributeError, TypeError):
            eval(name, {}, modules).compile(eval(types, vars(numba.types), modules))


def jit(
    function: F | None = None,
    *,
    fastmath: bool = False,
    makes_arrays: bool | None = None,
    part: Literal["copied", "merged", "linked"] | None = None,
) -> Any:
    """Compile a kernel in nopython mode, without the GIL, kept on disk.

    `fastmath` allows reassociation and contraction (named flags; NaN and infinity stay exact).
    `makes_arrays` says whether it does; what its names say otherwise. Arithmetic of whole arrays
    has no name: a kernel of such that did not say so is refused as it is compiled.
    `part` is how it becomes a part of the kernels that call it. Copied: its source, into each call,
    and best for what one kernel calls. Merged: compiled, into each call. Linked: once for all calls
    in a kernel; kernels that share one take it from the one loaded first.
    """

    def wrap(f: F) -> Any:
        counts = _makes_arrays(f) if makes_arrays is None else makes_arrays
        if _CONFIG.DISABLE_JIT:
            return f
        options: dict[str, Any] = {
            "nogil": True,
            "fastmath": _FASTMATH if fastmath else False,
            "error_model": "numpy",
            # What C would call.
            "no_cfunc_wrapper": True,
            # numba's run time of references.
            "_nrt": counts,
        }
        if part == "copied":
            options["inline"] = "always"
        elif part is not None:
            options["forceinline"] = part == "merged"
        place = folder() if part in (None, "copied") and f.__closure__ is None else None
        before = _CONFIG.CACHE_DIR
        _CONFIG.CACHE_DIR = str(place or "")
        try:
            kernel = numba.njit(cache=place is not None, **options)(f)
        finally:
            _CONFIG.CACHE_DIR = before
        if place is not None:
            path = place / f"{f.__module__.rpartition('.')[2]}.{f.__name__}.lock"
            kernel.compile = _compile_in_turn(kernel.compile, path)
        kernel.counts = counts
        return kernel

    if function is None:
        return wrap
    return wrap(function)


def _makes_arrays(f: Callable[..., Any]) -> bool:
    """Return whether a kernel, or one that it calls, names what makes an array."""
    names = f.__code__.co_names
    callees = (f.__globals__.get(name) for name in names)
    return not _MAKERS.isdisjoint(names) or any(
        getattr(k, "counts", False) for k in callees
    )


def is_switched_off() -> bool:
    """Return whether kernels run as plain Python: ``NUMBA_DISABLE_JIT``."""
    return bool(_CONFIG.DISABLE_JIT)


def most_threads() -> int:
    """Return how many threads kernels may use at most: ``NUMBA_NUM_THREADS``."""
    return int(_CONFIG.NUMBA_NUM_THREADS)


# Large enough that the call costs nothing.
_ROWS_A_PIECE = 8192
# A thread takes so many pieces, so that threads finish together; what a kernel makes once a piece
# is then not made once for every few rows.
PIECES = 8

_own = threading.local()


def thread_count() -> int:
    """Return how many threads kernels called from this thread use.

    ``NUMBA_NUM_THREADS`` of them, all processors where it is not set, unless `limit_threads` or
    `limited_threads` said otherwise. numba's own count is not asked: that starts its thread pool.
    """
    return int(getattr(_own, "limit", None) or most_threads())


def limit_threads(count: int | None) -> None:
    """Let kernels called from this thread use `count` threads, all again with None."""
    _own.limit = count


@contextmanager
def limited_threads(count: int) -> Iterator[None]:
    """Let kernels called from this thread use `count` threads meanwhile."""
    before = getattr(_own, "limit", None)
    limit_threads(count)
    try:
        yield
    finally:
        limit_threads(before)


def share_rows(
    kernel: Callable[..., Any], n: int, *args: Any, chunk: int = _ROWS_A_PIECE
) -> None:
    """Run ``kernel(*args, start, stop)`` over ``range(n)`` in pieces, on `thread_count` threads.

    The compiled kernel writes its rows ``start`` to ``stop`` and no others. A piece has at least
    `chunk` rows; one thread alone takes all at once. An exception in any thread is raised again
    here.
    """
    # A small table is one piece: nothing to share.
    threads = 1 if n <= chunk else min(thread_count(), -(-n // chunk))
    if threads == 1:
        if n:
            kernel(*args, 0, n)
        return
    piece = chunk * -(-n // (chunk * threads * PIECES))
    pieces = itertools.count(0, piece)
    failures: list[BaseException] = []

    def work() -> None:
        try:
            # next() on a count is atomic: each piece goes to one thread.
            while (start := next(pieces)) < n:
                kernel(*args, start, min(n, start + piece))
        except BaseException as error:
            failures.append(error)

    helpers = [Thread(target=work) for _ in range(threads - 1)]
    for helper in helpers:
        helper.start()
    work()
    for helper in helpers:
        helper.join()
    if failures:
        raise failures[0]
