"""One place that decides how kernels are compiled.

``MAGNETKIT_NUMBA_CACHE=0`` switches the on-disk cache off. ``NUMBA_DISABLE_JIT=1`` runs the
plain Python functions (numba's own switch), which the tests use for coverage.
"""

import os
from collections.abc import Callable
from typing import Any, TypeVar

import numba

F = TypeVar("F", bound=Callable[..., Any])

_CACHE = os.environ.get("MAGNETKIT_NUMBA_CACHE", "1") != "0"

# nnan and ninf stay out: kernels carry NaN as "not known" and must see it.
FASTMATH = {"nsz", "arcp", "contract", "afn", "reassoc"}

prange = numba.prange


def jit(function: F | None = None, *, parallel: bool = False, fastmath: bool = False) -> Any:
    """Compile a kernel in nopython mode, without the GIL, cached on disk.

    Parameters
    ----------
    function : callable, optional
        The kernel; absent when used with arguments.
    parallel : bool
        Let ``prange`` loops use all numba threads.
    fastmath : bool
        Allow reassociation and contraction (named flags; NaN and infinity stay exact).
    """

    def wrap(f: F) -> Any:
        return numba.njit(
            f,
            nogil=True,
            cache=_CACHE,
            parallel=parallel,
            fastmath=FASTMATH if fastmath else False,
            error_model="numpy",
        )

    return wrap if function is None else wrap(function)
