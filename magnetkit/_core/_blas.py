"""One thread for linear algebra: more add in another order and change last digits.

SciPy's is loaded once it is asked for.
"""

import importlib
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

_lock = threading.Lock()
_own = threading.local()
# How many threads are inside, and the limits that the first of them found.
_inside = 0
_first: Any = None


class _Later(ModuleType):
    def __getattr__(self, name: str) -> Any:
        # Cython's functions; who goes through all modules asks for other things.
        if name != "__pyx_capi__":
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


def load_later(name: str = "scipy.linalg.cython_blas") -> None:
    """Let a module of Cython's functions load when one of them is asked for.

    numba imports this one, and so all of scipy.linalg, only to see whether it is there.
    """
    sys.modules.setdefault(name, _Later(name))


def _let_any_thread() -> None:
    """Let this thread set limits: threadpoolctl ignores others while the one that did lives."""
    import threadpoolctl

    openblas: Any = getattr(threadpoolctl, "OpenBLASController", None)
    if hasattr(openblas, "clear_controlling_thread"):
        openblas.clear_controlling_thread(force=True)


@contextmanager
def one_thread() -> Iterator[None]:
    """Run the matrix products and factorizations of NumPy and SciPy inside on one thread.

    Most libraries keep one limit for the whole process: the limit that the first thread found is
    restored by the last to leave, or it would be loosened under the others.
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
