"""One thread for linear algebra: more add in another order and change last digits."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_lock = threading.Lock()
_own = threading.local()
# How many threads are inside, and the limits that the first of them found.
_inside = 0
_first: Any = None


def _let_any_thread() -> None:
    """Make threadpoolctl accept limits from the next thread that sets one, whichever it is.

    It ignores all threads but one otherwise, which loses its control by this: call it under a lock,
    right before limits are set or restored.
    """
    import threadpoolctl

    openblas: Any = getattr(threadpoolctl, "OpenBLASController", None)
    if hasattr(openblas, "clear_controlling_thread"):
        openblas.clear_controlling_thread(force=True)


@contextmanager
def one_thread() -> Iterator[None]:
    """Run matrix products and factorizations of NumPy and SciPy in a ``with`` block on one thread.

    Most libraries keep one limit for the whole process, so that other threads run on one as well
    meanwhile. The last thread that leaves restores the limit that the first one found. A block
    within a block does nothing. The block gets nothing (None).
    """
    global _inside, _first
    if getattr(_own, "inside", False):
        yield
        return
    # SciPy brings a library of its own, which is limited only once it is loaded.
    import scipy.linalg  # noqa: F401
    import threadpoolctl

    with _lock:
        _let_any_thread()
        limits = threadpoolctl.threadpool_limits(limits=1, user_api="blas")
        if not _inside:
            _first = limits
        _inside += 1
    _own.inside = True
    try:
        yield
    finally:
        _own.inside = False
        with _lock:
            _let_any_thread()
            _inside -= 1
            # A later thread found the limit itself, or a number of its own thread alone.
            if limits is not _first:
                limits.restore_original_limits()
            if not _inside:
                _first.restore_original_limits()
                _let_any_thread()
