"""Rank rare-earth magnet alloys that need less heavy rare earth.

Public names load on first use (see ``__init__.pyi``), so that ``import magnetkit`` stays light::

    import magnetkit as mk

    table = mk.CompositionTable.from_strings(["SmCo5", "Sm0.8Gd0.2Co5"])
    mk.magnetism.sintered(table, temperature=423.15)
"""

import logging
from typing import TYPE_CHECKING

import lazy_loader

from ._core import _hooks, _public_modules
from ._core._version import __version__ as __version__

if TYPE_CHECKING:
    from pathlib import Path

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
_public_modules.install()


def _start_kernels() -> "tuple[Path, ...]":
    """Start the watch over compilations, and return the folders that may keep compiled kernels.

    They are those of `kernel_places`, in the order in which they are tried,
    whether they can be written or not; there may be none. The function is
    called when the first kernel is imported.
    """
    from ._core._progress import watch_compiling
    from ._core.settings import kernel_places

    places = kernel_places()
    watch_compiling()
    return places


def _symbols() -> tuple[str, ...]:
    from ._core.elements import SYMBOLS

    return SYMBOLS


_hooks.places = _start_kernels
_hooks.symbols = _symbols
_hooks.said = logging.getLogger("magnetkit").warning
