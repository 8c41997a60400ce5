"""Rows of a kernel shared among plain threads.

No kernel has numba's parallel loops: they compile slowly, and their thread pools do not survive a
fork (with GNU OpenMP a forked child is killed, and a pool that awaits it never returns). Kernels
release the GIL and plain threads run them side by side, with one compiled version of each, from
several threads at once.
"""

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from ._compiling import most_threads

# Large enough that the call costs nothing.
_ROWS_A_PIECE = 8192
# A thread takes so many pieces, so that threads finish together; what a kernel makes once a piece
# is then not made once for every few rows.
PIECES = 8

_limits = threading.local()


def thread_count() -> int:
    """Return how many threads kernels called from this thread use.

    They are ``NUMBA_NUM_THREADS``, or all processors where that is not set, unless `limit_threads`
    or `limited_threads` set another number. numba's own count is not asked, since that starts its
    thread pool.
    """
    return int(getattr(_limits, "limit", None) or most_threads())


def limit_threads(count: int | None) -> None:
    """Limit kernels called from this thread to `count` threads; None lifts the limit."""
    _limits.limit = count


@contextmanager
def limited_threads(count: int) -> Iterator[None]:
    """Limit kernels called from this thread to `count` threads within a ``with`` block.

    The limit before comes back at its end. `count` is 1 or more, and not
    checked; it may be more than there are processors. The block gets nothing
    (None).
    """
    before = getattr(_limits, "limit", None)
    limit_threads(count)
    try:
        yield
    finally:
        limit_threads(before)


def share_rows(
    kernel: Callable[..., Any], n: int, *args: Any, chunk: int = _ROWS_A_PIECE
) -> None:
    """Run ``kernel(*args, start, stop)`` over ``range(n)`` in pieces, on `thread_count` threads.

    It returns when all pieces are done.

    Parameters
    ----------
    kernel : callable
        Compiled without the GIL. It writes its rows ``start`` to ``stop`` - 1 and no others.
    n : int
        Number of rows; 0 calls nothing.
    *args
        Arguments of the kernel before ``start`` and ``stop``: the same arrays for each piece.
    chunk : int
        Fewest rows in a piece, but for the last; 8192 by default. A single
        thread takes all rows at once.

    Raises
    ------
    BaseException
        What the first thread that fails raises; some rows are then not written.
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
        """Run the kernel on pieces until none is left; an exception is kept for the caller."""
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
