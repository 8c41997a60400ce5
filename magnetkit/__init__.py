"""Rank rare-earth magnet alloys that need less heavy rare earth.

Public names load on first use (see ``__init__.pyi``), so that ``import magnetkit`` stays light::

    import magnetkit as mk

    table = mk.CompositionTable.from_strings(["SmCo5", "Sm0.8Gd0.2Co5"])
    mk.magnetism.sintered(table, temperature=423.15)
"""

import lazy_loader

from ._version import __version__ as __version__

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
