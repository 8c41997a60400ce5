"""Compiling kernels with numba, kept on disk, each by one process while others wait.

``NUMBA_DISABLE_JIT=1`` runs the plain Python functions (numba's own switch), which the tests use
for coverage.
"""

from collections.abc import Callable
from typing import Any, Literal, TypeVar

from ._compiling import compile_in_turn
from ._kernel_files import KernelFiles, folder, numba

F = TypeVar("F", bound=Callable[..., Any])

# nnan and ninf stay out: kernels carry NaN as "not known" and must see it.
_FASTMATH = {"nsz", "arcp", "contract", "afn", "reassoc"}

# What makes an array. A kernel that makes none, and calls none that does, holds no reference of its
# own: without counts of them, atomic and shared by all threads, it takes two thirds of the time.
_MAKERS = frozenset(
    {
        "array",
        "arange",
        "copy",
        "empty",
        "empty_like",
        "full",
        "linspace",
        "ones",
        "zeros",
    }
    | {
        "zeros_like",
        "sort",
        "argsort",
        "flatnonzero",
        "unique",
        "concatenate",
        "append",
    }
)

# numba sets its options at run time, where no type checker sees them.
_CONFIG: Any = numba.config


def jit(
    function: F | None = None,
    *,
    fastmath: bool = False,
    makes_arrays: bool | None = None,
    part: Literal["copied", "merged", "linked"] | None = None,
) -> Any:
    """Compile a kernel in nopython mode, without the GIL, and keep it on disk.

    It is compiled for each set of types at its first call. With numba switched off the function
    itself is returned.

    Parameters
    ----------
    function : callable, optional
        The kernel; without it a decorator is returned.
    fastmath : bool
        Allow reassociation and contraction (named flags; NaN and infinity stay exact).
    makes_arrays : bool, optional
        Whether the kernel allocates arrays; its names decide otherwise. Arithmetic of whole arrays
        has no such name: a kernel of it that does not say so is refused as it is compiled.
    part : {"copied", "merged", "linked"}, optional
        How it becomes a part of the kernels that call it. Copied: its source, into each call, which
        is best for what one kernel calls. Merged: compiled, into each call. Linked: once for all
        calls in a kernel; kernels that share one take it from the one loaded first. Merged and
        linked parts are not kept on disk themselves.

    Returns
    -------
    numba dispatcher or decorator
    """

    def wrap(f: F) -> Any:
        """Compile the function `f` with the options of `jit`; with numba switched off it is returned."""
        counts = _makes_arrays(f) if makes_arrays is None else makes_arrays
        if _CONFIG.DISABLE_JIT:
            return f
        options: dict[str, Any] = {
            "nogil": True,
            "fastmath": _FASTMATH if fastmath else False,
            "error_model": "numpy",
            # What C would call.
            "no_cfunc_wrapper": True,
            # numba's run time of references.
            "_nrt": counts,
        }
        if part == "copied":
            options["inline"] = "always"
        elif part is not None:
            options["forceinline"] = part == "merged"
        place = (
            folder()
            if part in (None, "copied") and f.__closure__ is None
            else None
        )
        before = _CONFIG.CACHE_DIR
        _CONFIG.CACHE_DIR = str(place or "")
        try:
            kernel = numba.njit(cache=place is not None, **options)(f)
        finally:
            _CONFIG.CACHE_DIR = before
        if place is not None:
            name = f"{f.__module__.rpartition('.')[2]}.{f.__name__}"
            kernel.compile = compile_in_turn(kernel, KernelFiles(place, name))
        kernel.counts = counts
        return kernel

    if function is None:
        return wrap
    return wrap(function)


def _makes_arrays(f: Callable[..., Any]) -> bool:
    """Say whether the function `f`, or a kernel that it names, names a maker of arrays."""
    names = f.__code__.co_names
    callees = (f.__globals__.get(name) for name in names)
    return not _MAKERS.isdisjoint(names) or any(
        getattr(k, "counts", False) for k in callees
    )


def is_switched_off() -> bool:
    """Return whether kernels run as plain Python: ``NUMBA_DISABLE_JIT``."""
    return bool(_CONFIG.DISABLE_JIT)
