"""Sharing the rows of a kernel among threads.

Kernels release the GIL, so plain threads run them side by side. Unlike numba's parallel loops
this keeps one compiled version per kernel, may be called from several threads at once, and
leaves no thread pool behind that a forked worker would trip over: with GNU OpenMP a forked child
is killed, and a pool that awaits it never returns.
"""

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from ._accelerate import most_threads

# Large enough that the call costs nothing.
CHUNK = 8192
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


def share_rows(kernel: Callable[..., Any], n: int, *args: Any, chunk: int = CHUNK) -> None:
    """Run ``kernel(*args, start, stop)`` over ``range(n)`` in pieces, on `thread_count` threads.

    Parameters
    ----------
    kernel : callable
        A compiled kernel that writes its rows ``start`` to ``stop`` and no others.
    n : int
        Number of rows.
    *args
        Leading arguments of the kernel.
    chunk : int
        Least rows of one piece. One thread alone takes all rows at once.

    Notes
    -----
    An exception in any thread is raised again here.
    """
    threads = max(1, min(thread_count(), -(-n // chunk)))
    piece = n if threads == 1 else chunk * -(-n // (chunk * threads * PIECES))
    pieces = itertools.count(0, max(1, piece))
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
