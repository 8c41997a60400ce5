"""Timing the feature kernels beside the memory they fill and the packages that do the same."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .crystals import on_crystals as on_crystals
    from .printing import show as show
    from .timing import run as run

_NAMES = {"on_crystals": "crystals", "run": "timing", "show": "printing"}

__all__ = list(_NAMES)


def __getattr__(name: str) -> Any:
    # numba and the kernels load when a benchmark runs, not with the command line.
    if name in _NAMES:
        value = getattr(import_module(f"{__name__}.{_NAMES[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
