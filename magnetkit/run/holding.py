"""One process at a time in a results folder.

The lock is the operating system's, so that a process that is killed leaves none behind. Who holds
it stands in a file beside the parts, for whoever comes second.
"""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from ..errors import InputError

LOCK = ".magnetkit-lock"
HOLDER = ".magnetkit-holder"
WAIT_S = 10.0
"""How long a reader waits for a writer that is putting finished files in their place."""


@contextmanager
def held(path: Path, wait: float = 0.0) -> Iterator[None]:
    """Hold a results folder, which must be there, while the context manager is open.

    Parameters
    ----------
    path : Path
        The folder.
    wait : float
        How long to wait for whoever holds it, s.

    Raises
    ------
    InputError
        If another process, or another screening of this one, holds it: which, and since when; or
        if the folder cannot be written.
    """
    lock = FileLock(path / LOCK, timeout=wait, thread_local=False)
    try:
        lock.acquire()
    except Timeout:
        raise InputError(
            f"{path} is being written by {_holder(path)}; wait for its end, or choose another "
            "--out folder"
        ) from None
    except (OSError, NotImplementedError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"cannot write to {path}: {reason}; choose another --out folder") from None
    try:
        _sign(path)
        yield
    finally:
        # While the lock is held: who waits for a file that is gone makes a new one.
        for name in (HOLDER, LOCK):
            with suppress(OSError):
                (path / name).unlink()
        lock.release()


def _sign(path: Path) -> None:
    since = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    content = {"pid": os.getpid(), "host": socket.gethostname(), "since": since}
    # Whoever holds the folder holds it without this too.
    with suppress(OSError):
        (path / HOLDER).write_text(json.dumps(content), encoding="utf-8")


def _holder(path: Path) -> str:
    try:
        found = json.loads((path / HOLDER).read_text(encoding="utf-8"))
        return f"process {found['pid']} on {found['host']} since {found['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
