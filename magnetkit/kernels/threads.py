"""Sharing the rows of a kernel among threads.

Kernels release the GIL, so plain threads run them side by side. Unlike numba's parallel loops
this keeps one compiled version per kernel, may be called from several threads at once, and
leaves no thread pool behind that a forked worker would trip over.
"""

import itertools
from collections.abc import Callable
from functools import lru_cache
from threading import Thread
from typing import Any

import numba

from ._accelerate import jit, prange

# Large enough that the call costs nothing, small enough that threads finish together.
CHUNK = 8192


def share_rows(kernel: Callable[..., Any], n: int, *args: Any, chunk: int = CHUNK) -> None:
    """Run ``kernel(*args, start, stop)`` over ``range(n)`` in pieces, on numba's thread count.

    Parameters
    ----------
    kernel : callable
        A compiled kernel that writes its rows ``start`` to ``stop`` and no others.
    n : int
        Number of rows.
    *args
        Leading arguments of the kernel.
    chunk : int
        Rows of one piece.

    Notes
    -----
    ``numba.set_num_threads`` and ``NUMBA_NUM_THREADS`` set how many threads are used. An
    exception in any thread is raised again here.
    """
    pieces = itertools.count(0, chunk)
    failures: list[BaseException] = []

    def work() -> None:
        try:
            # next() on a count is atomic: each piece goes to one thread.
            while (start := next(pieces)) < n:
                kernel(*args, start, min(n, start + chunk))
        except BaseException as error:
            failures.append(error)

    helpers = min(numba.get_num_threads(), -(-n // chunk)) - 1
    threads = [Thread(target=work) for _ in range(helpers)]
    for thread in threads:
        thread.start()
    work()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


@lru_cache(maxsize=1)
def may_overlap() -> bool:
    """Return whether several threads may call kernels with parallel loops at the same time.

    Numba's own scheduler, which it takes where neither OpenMP nor TBB is there, cannot bear it.
    """
    if not hasattr(_count, "py_func"):
        return True  # compilation is off
    _count(1)  # The scheduler is chosen when the first loop runs.
    return str(numba.threading_layer()) != "workqueue"


@jit(parallel=True)
def _count(n):
    total = 0
    for _ in prange(n):
        total += 1
    return total
