"""A time limit on a whole answer, and on what may be shown of it.

The time-outs of requests hold for each part that arrives, so that a server which sends a byte a
second is never done. Here the connection is shut once the time is up, wherever in the answer that
is: status line, ``100 Continue``, headers, or the head of a packed body.
"""

import base64
import os
import socket
from contextlib import suppress
from functools import lru_cache
from threading import Lock, Timer
from types import TracebackType
from typing import Any, Self

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

_TELLING = 8
"""Characters of a key in a row that count as telling it."""


class Watch:
    """Shuts the connection in use when its time is up, while the context manager is open.

    Parameters
    ----------
    seconds : float
        The time, s.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = Lock()
        self._socket: Any = None
        self._timer: Timer | None = None
        # Which use of the context manager this is: a timer of an earlier one may come late.
        self._use = 0
        self.over = False

    def __enter__(self) -> Self:
        with self._lock:
            self._use += 1
            self.over = False
            self._timer = Timer(self._seconds, self._end, [self._use])
        self._timer.daemon = True
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        with self._lock:
            self._use += 1
            self._socket = None

    def take(self, used: Any) -> None:
        """Watch this socket from now on."""
        with self._lock:
            self._socket = used
            if self.over:
                self._shut()

    def _end(self, use: int) -> None:
        with self._lock:
            if use == self._use:
                self.over = True
                self._shut()

    def _shut(self) -> None:
        if self._socket is None:
            return
        # The connection itself: what encrypts it is in use by the thread that reads.
        with (
            suppress(OSError),
            socket.socket(fileno=os.dup(self._socket.fileno())) as plain,
        ):
            plain.shutdown(socket.SHUT_RDWR)


class WatchedAdapter(HTTPAdapter):
    """The adapter of requests, with connections that tell a `Watch` which socket they use."""

    def __init__(self, watch: Watch) -> None:
        class Plain(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                made = super()._new_conn()
                watch.take(made)
                return made

            def getresponse(self) -> Any:
                watch.take(self.sock)
                return super().getresponse()

        class Secure(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                made = super()._new_conn()
                watch.take(made)
                return made

            def getresponse(self) -> Any:
                watch.take(self.sock)
                return super().getresponse()

        plain = type("Pool", (HTTPConnectionPool,), {"ConnectionCls": Plain})
        secure = type("SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": Secure})
        self._pools = {"http": plain, "https": secure}
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """Make the pools of connections."""
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, *arguments: Any, **options: Any) -> Any:
        """Make the pools of connections by way of a proxy."""
        manager = super().proxy_manager_for(*arguments, **options)
        manager.pool_classes_by_scheme = self._pools
        return manager


def printable(text: str) -> str:
    """Return a text in one line, with nothing in it that a terminal would obey."""
    return "".join(c if c.isprintable() else "?" for c in " ".join(text.split()))


def reveals(key: str, text: str) -> bool:
    """Return whether a text gives a key away: in part, in other letters, spread, or encoded."""
    shown = "".join(c for c in text.lower() if c.isalnum())
    return any(part in shown or part[::-1] in shown for part in _parts(key))


@lru_cache(maxsize=4)
def _parts(key: str) -> tuple[str, ...]:
    """Return what must not be shown, each in small letters and digits alone."""
    forms = [key, key.encode().hex()]
    # Base64 of a longer text holds the key at one of three places in its groups of three bytes.
    for before in range(3):
        packed = base64.b64encode(b"\0" * before + key.encode() + b"\0" * 3).decode()
        forms.append(packed[4 if before else 0 : -4])
    plain = ["".join(c for c in form.lower() if c.isalnum()) for form in forms]
    return tuple(
        form[i : i + length]
        for form in plain
        for length in [min(len(form), _TELLING if form != plain[1] else 2 * _TELLING)]
        for i in range(len(form) - length + 1)
        if length
    )
