"""Rank rare-earth magnet alloys that need less heavy rare earth.

Public names load on first use, so that ``import magnetkit`` stays light::

    import magnetkit as mk

    table = mk.CompositionTable.from_strings(["SmCo5", "Sm0.8Gd0.2Co5"])
    mk.magnetism.sintered(table, temperature=423.15)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_SUBMODULES = frozenset(
    {
        "applications",
        "columns",
        "composition",
        "elements",
        "errors",
        "features",
        "kernels",
        "magnetism",
        "phases",
        "plots",
        "report",
        "screening",
        "settings",
        "supply",
        "surrogates",
        "units",
    }
)
_NAMES = {
    "CompositionTable": "composition",
    "parse_composition": "composition",
    "substitutions": "composition",
    "explain": "surrogates",
    "predict": "screening",
    "screen": "screening",
    "suggest": "surrogates",
}

__all__ = sorted(["__version__", *_SUBMODULES, *_NAMES])

if TYPE_CHECKING:
    from .composition import CompositionTable as CompositionTable
    from .composition import parse_composition as parse_composition
    from .composition import substitutions as substitutions


def __getattr__(name: str) -> Any:
    if name in _SUBMODULES:
        return import_module(f"{__name__}.{name}")
    if name in _NAMES:
        value = getattr(import_module(f"{__name__}.{_NAMES[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return list(__all__)
