"""What surrounds each command: Ctrl-C ends it soon, messages go to stderr, ``--verbose``.

Python handles a signal between two of its own instructions, and a kernel may run for seconds
between them. The system's part of the handler writes to a socket at once, where a thread waits: if
the command has not ended in time, the thread ends it. Results and caches stay whole, since their
files are renamed into place.
"""

import logging
import os
import signal
import socket
import sys
import threading
import time
import warnings
from contextlib import suppress
from typing import NoReturn

from .._core._progress import message
from .._core.errors import InputError

_INTERRUPTED = 130
PATIENCE_S = 1.5
MESSAGE = "magnetkit: interrupted; finished work is kept, a screening goes on from there with --resume"

_ended = threading.Lock()


def watch() -> None:
    """Let SIGINT end this process, at the latest `PATIENCE_S` seconds after it came.

    It returns at once; a thread waits for the signal. The status is 130. Where
    Python would print an interruption and go on, the process ends too. Nothing
    happens outside the main thread.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    reading, writing = socket.socketpair()
    writing.setblocking(False)
    signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)

    def wait() -> None:
        """Wait for SIGINT, then for `PATIENCE_S` seconds, and end the process with status 130."""
        # Kept alive here: the signal handler only knows the number of the other end.
        _ = writing
        while reading.recv(1) != bytes([signal.SIGINT]):
            pass
        time.sleep(PATIENCE_S)
        end()

    threading.Thread(
        target=wait, name="magnetkit-interruption", daemon=True
    ).start()
    sys.unraisablehook = _unraisable


def _unraisable(what: "sys.UnraisableHookArgs") -> None:
    """End where Python would print an interruption and go on: in a finalizer, or as LLVM calls."""
    if isinstance(what.exc_value, KeyboardInterrupt):
        end()
    sys.__unraisablehook__(what)


def end() -> NoReturn:
    """Print on stderr that the command was interrupted, and end the process with status 130.

    A second thread that calls it waits for that. Python itself would die of
    the signal instead, if it came in code that was being compiled from a text,
    as parts of numba are.

    It never returns, and no cleaning up is done: stdout is flushed, open files
    are not.
    """
    if _ended.acquire(blocking=False):
        print(f"\n{MESSAGE}", file=sys.stderr, flush=True)
        with suppress(OSError, ValueError):
            sys.stdout.flush()
        os._exit(_INTERRUPTED)
    while True:
        time.sleep(1.0)


def is_interruption(error: BaseException) -> bool:
    """Say whether an interruption is among the causes of `error`; numba may wrap it in a SystemError.

    An interruption is a KeyboardInterrupt, or a SystemExit with status 130.
    `error` itself counts too. A cause is ``__cause__``, else ``__context__``.
    """
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, KeyboardInterrupt):
            return True
        if isinstance(cause, SystemExit) and cause.code == _INTERRUPTED:
            return True
        cause = cause.__cause__ or cause.__context__
    return False


_verbose = False
_SHOWN = warnings.showwarning


class _Stderr(logging.Handler):
    """Writes to the present stderr, or nowhere once that is closed."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record."""
        with suppress(ValueError, OSError):
            print(self.format(record), file=sys.stderr)


# Addresses a command may take, in bytes: with fewer, LLVM or the C library was seen to abort
# the process while kernels are compiled, where Python can catch nothing.
_ROOM = 2_950_000_000


def check_room() -> None:
    """Raise InputError if the shell limits memory below what a command needs.

    The limit is that of ``ulimit -v`` (soft), the least 2.95e9 bytes. Where
    the limits cannot be read, as on another system than Linux, nothing
    happens.
    """
    with (
        suppress(OSError),
        open("/proc/self/limits", encoding="utf-8") as limits,
    ):
        (limit,) = [
            line.split()[3]
            for line in limits
            if line.startswith("Max address space")
        ]
        if limit.isdigit() and int(limit) < _ROOM:
            raise InputError(
                f"memory is limited to {int(limit) / 1e9:.2f} GB of addresses (ulimit -v), "
                "a command needs 3: ulimit -v 3000000"
            )


def _plain_warning(text: Warning | str, *_: object, **__: object) -> None:
    message(" ".join(str(text).split()))


def show_messages() -> None:
    """Show messages of magnetkit, of level WARNING or above, and all warnings, on stderr, a line each.

    Warnings of other libraries are shown too, as their text alone. A second
    call adds nothing.
    """
    warnings.showwarning = _plain_warning  # type: ignore[assignment]
    logger = logging.getLogger("magnetkit")
    if any(isinstance(handler, _Stderr) for handler in logger.handlers):
        return
    handler = _Stderr()
    handler.setFormatter(logging.Formatter("magnetkit: %(message)s"))
    logger.addHandler(handler)


def be_verbose() -> None:
    """Show warnings and messages of every library, and tracebacks of defects, from now on.

    It undoes `show_messages`, sets the root logger, and `verbose` returns True.

    Messages have the level INFO or above.
    """
    global _verbose
    _verbose = True
    warnings.showwarning = _SHOWN
    logging.getLogger("magnetkit").handlers.clear()
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")


def verbose() -> bool:
    """Return whether `be_verbose` was called."""
    return _verbose
