"""Machine code of kernels on disk, each file led by the SHA-256 of what follows.

numba's own cache trusts its files: one that is empty, cut or has a bit turned ends the process by
a signal, at every start. Here such a file is dropped, the kernel compiled anew, and that is said
once. A file holds one kernel for one signature and processor and is renamed into place, so
processes that start at once need no lock.
"""

import hashlib
import logging
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import llvmlite
import numba
from numba.core.caching import _Cache
from numba.core.compiler_lock import global_compiler_lock
from numba.core.runtime import rtsys

from . import at_first_compiling
from ._compiled import packed, unpacked

SUFFIX = ".kernel"
MAGIC = b"magnetkit kernel 1\n"
_DIGEST = hashlib.sha256().digest_size

_log = logging.getLogger("magnetkit")
_said: set[str] = set()

# A start takes most of a second before it compiles, and nothing is silent for two.
_FIRST_S, _AGAIN_S = 0.9, 1.5
# What takes no longer, once the first kernels are compiled, is not spoken of.
_SHORT_S = 0.4
# What `magnetkit predict SmCo5` compiles on two cores of 2026 (3 GHz) where nothing is kept, s.
_ABOUT_S = 20


def _say_once(kind: str, text: str) -> None:
    if kind not in _said:
        _said.add(kind)
        _log.warning(text)


def _is_compiling() -> bool:
    """Return whether some thread compiles: it holds numba's lock all the while."""
    lock = global_compiler_lock._lock
    if lock.acquire(blocking=False):
        lock.release()
        return False
    return True


class _Compiling:
    """Says that kernels are compiled, once that has taken a while, and again while it lasts."""

    def __init__(self) -> None:
        self.count = self.open = 0
        self.since = self.told = self.ended = 0.0
        self._lock, self._idle = threading.Lock(), threading.Event()

    def begin(self) -> None:
        with self._lock:
            self.open += 1
            if self.open > 1:
                return
            now = time.monotonic()
            if now - self.ended > _AGAIN_S:
                self.since = now
            self._idle.clear()
        threading.Thread(target=self._watch, daemon=True).start()

    def end(self) -> None:
        with self._lock:
            self.count += 1
            self.open = max(0, self.open - 1)
            self.ended = time.monotonic()
            if not self.open:
                self._idle.set()

    def _watch(self) -> None:
        while True:
            again = max(self.told + _AGAIN_S, self.since + _SHORT_S)
            due = again if self.told else self.since + _FIRST_S
            if self._idle.wait(max(0.0, due - time.monotonic())):
                return
            if not _is_compiling():
                # Interrupted, or refused by numba: nothing is written, and nobody said the end.
                with self._lock:
                    self.open = 0
                    self._idle.set()
                return
            if self.told:
                _log.warning(f"still compiling, {self.count} kernels so far")
            else:
                _log.warning(
                    f"compiling kernels, once, about {_ABOUT_S} s (`magnetkit warmup` does it "
                    "beforehand)"
                )
            self.told = time.monotonic()


_compiling = _Compiling()


def sound(file: Path) -> bool:
    """Return whether a file holds what was written to it."""
    try:
        return _content(file) is not None
    except OSError:
        return False


def is_writable(folder: Path) -> bool:
    """Return whether files can be written to a folder, which need not exist yet."""
    while not folder.exists() and folder.parent != folder:
        folder = folder.parent
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError:
        return False
    return True


def _content(file: Path) -> bytes | None:
    """Return what a file holds after its hash; None where that does not match."""
    raw = file.read_bytes()
    start = len(MAGIC) + _DIGEST
    body = raw[start:]
    if not raw.startswith(MAGIC) or raw[len(MAGIC) : start] != hashlib.sha256(body).digest():
        return None
    return body


def _write(file: Path, body: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, work = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(MAGIC + hashlib.sha256(body).digest() + body)
        # What root compiled at installation is for every user to read.
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(work, 0o666 & ~umask)
        os.replace(work, file)
    finally:
        Path(work).unlink(missing_ok=True)


class Kept(_Cache):
    """The cache of one kernel, in the place of numba's.

    Parameters
    ----------
    function : callable
        The kernel's source; it has no closure.
    folders : tuple of Path
        Read in this order; written to the first that can be written. Without any, nothing is
        kept.
    """

    def __init__(self, function: Callable[..., Any], folders: tuple[Path, ...]) -> None:
        code = function.__code__
        name = function.__qualname__.replace("<", "").replace(">", "")
        self._base = f"{name}-{code.co_firstlineno}"
        self._about = (sys.version, numba.__version__, llvmlite.__version__, code.co_code.hex())
        self._folders = folders

    @property
    def cache_path(self) -> str | None:
        """The folder that is read first, which numba shows in its statistics."""
        return str(self._folders[0]) if self._folders else None

    def enable(self) -> None:
        """Do nothing: numba asks for it, magnetkit never switches a kernel's cache."""

    def disable(self) -> None:
        """Do nothing, as `enable`."""

    def holds_any(self) -> bool:
        """Return whether the kernel is kept, for this signature or that."""
        return any(any(f.glob(f"{self._base}-*{SUFFIX}")) for f in self._folders)

    def flush(self) -> None:
        """Remove what is kept of this kernel."""
        for folder in self._folders:
            for file in folder.glob(f"{self._base}-*{SUFFIX}"):
                with suppress(OSError):
                    file.unlink()

    def _name(self, sig: Any, codegen: Any) -> str:
        key = repr((sig, codegen.magic_tuple(), self._about))
        return f"{self._base}-{hashlib.sha256(key.encode()).hexdigest()[:24]}{SUFFIX}"

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the compiled kernel for a signature, None if it is not kept or damaged."""
        # What is compiled already needs the run time of references and none of the compiler's
        # implementations, whose import takes longer than all else here.
        rtsys.initialize(target_context)
        name = self._name(sig, target_context.codegen())
        damaged = None
        for folder in self._folders:
            file = folder / name
            try:
                body = _content(file)
            except OSError:
                continue
            if body is not None:
                return unpacked(body, target_context)
            damaged = file
            with suppress(OSError):
                file.unlink()
        if damaged is not None:
            _say_once(
                "damaged",
                f"compiled kernels in {damaged.parent.parent} were damaged; compiling them anew",
            )
        _compiling.begin()
        while at_first_compiling:
            at_first_compiling.pop()()
        return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep the compiled kernel for a signature; where nothing can be written, say so once."""
        _compiling.end()
        if not self._folders or data.library.has_dynamic_globals:
            return
        name, body, failed = self._name(sig, data.codegen), packed(data), []
        for folder in self._folders:
            try:
                _write(folder / name, body)
            except OSError as error:
                failed.append(f"{folder.parent} ({error.strerror or error})")
                continue
            return
        if failed:
            _say_once(
                "unkept",
                f"compiled kernels cannot be kept in {' or '.join(failed)}; each start compiles "
                "anew: free some space, or set MAGNETKIT_CACHE_DIR to a folder you may write to",
            )
