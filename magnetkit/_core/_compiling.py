"""Each kernel compiled by one process while others wait, and a second process that helps."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Any

from ._kernel_files import KernelFiles, folder, kernel_sources, numba

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

# numba sets its options at run time, where no type checker sees them.
_CONFIG: Any = numba.config


def most_threads() -> int:
    """Return how many threads kernels may use at most: ``NUMBA_NUM_THREADS``."""
    return int(_CONFIG.NUMBA_NUM_THREADS)


# Kernels whose turn this process has.
_in_turn: set[Path] = set()


def compile_in_turn(kernel: Any, files: KernelFiles) -> Callable[..., Any]:
    """Return a replacement of ``kernel.compile`` with which one process at a time compiles it.

    Other processes wait and then read the files. After 90 s of waiting they
    compile themselves. Where locks do not work, all compile.

    Parameters
    ----------
    kernel : numba dispatcher
        The compiled function that is to have the replacement; it is not changed here.
    files : KernelFiles
        The kernel's files in the folder of compiled kernels.

    Returns
    -------
    callable
        Takes a signature, as ``kernel.compile`` does, and returns what that returns.
    """
    compile_ = kernel.compile

    def compile_and_list(sig: Any) -> Any:
        """Call the kernel's own ``compile`` with `sig` and return what it does.

        It reads the files of this signature or compiles; if it compiled, the kernel's files are
        listed.
        """
        misses = sum(kernel.stats.cache_misses.values())
        result = compile_(sig)
        if sum(kernel.stats.cache_misses.values()) > misses:
            files.write_list()
        return result

    def read_or_compile(sig: Any) -> Any:
        """Read the compiled kernel of the signature `sig`, or compile it when it is this process's turn.

        What ``kernel.compile`` returns is returned. Files that are not whole are removed before.
        """
        # numba itself lets one thread of a process compile, and whoever comes later may read.
        if files.lock in _in_turn or files.are_ready():
            return compile_and_list(sig)
        start_helper()
        with ExitStack() as stack, suppress(AttributeError, OSError):
            _await_turn(stack.enter_context(files.lock.open("a")))
            _in_turn.add(files.lock)
            stack.callback(_in_turn.discard, files.lock)
            if not files.are_ready():
                # What a process left that ended before it listed them.
                files.remove()
            return compile_and_list(sig)
        return compile_and_list(sig)

    return read_or_compile


def _await_turn(lock: Any) -> None:
    """Lock the open file `lock`, and wait until that is possible, at most 90 s.

    The slowest kernel may take as long to compile. After that the function returns without the
    lock; an OSError of the lock passes.
    """
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
def start_helper() -> None:
    """Start a second process that compiles the listed kernels, from the last on.

    Meanwhile this process compiles what it calls. The second one stops when
    this one ends. Nothing is started unless compiled kernels are kept and
    there are a second processor and locks; further calls do nothing. No result
    depends on it.
    """
    can_help = (
        Path(sys.executable or "").name.startswith("python")
        and _LISTED.is_file()
    )
    if folder() is None or fcntl is None or most_threads() < 2 or not can_help:
        return
    code = f"from {__name__} import compile_kernel_list; compile_kernel_list({os.getpid()})"
    command = [
        sys.executable,
        "-c",
        f"import sys; sys.path[:] = {sys.path}; {code}",
    ]
    apart: dict[str, Any] = dict.fromkeys(
        ("stdin", "stdout", "stderr"), subprocess.DEVNULL
    )
    # On one thread, so that it asks for no help itself.
    apart["env"] = os.environ | {"NUMBA_NUM_THREADS": "1"}
    Thread(
        target=subprocess.run, args=(command,), kwargs=apart, daemon=True
    ).start()


def compile_kernel_list(helped: int = 0) -> None:
    """Compile all listed kernels into the folder of compiled kernels.

    `helped` is the id of the process that this one helps, 0 for none: a helper
    begins with the last kernel and stops when that process ends. A line of the
    list that fits no kernel is passed over. The list is the package's
    ``first.txt``; without it a FileNotFoundError is raised.
    """
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
            eval(name, {}, modules).compile(
                eval(types, vars(numba.types), modules)
            )
