"""Timing the feature kernels beside the memory they fill and the packages that do the same."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .run import run as run

__all__ = ["run"]


def __getattr__(name: str) -> Any:
    # numba and the kernels load when a benchmark runs, not with the command line.
    if name == "run":
        from .run import run

        return run
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
