"""Sold grades, and the magnets of a producer that predictions are calibrated on.

Names load on first use; `__init__.pyi` lists them.
"""

import warnings
from typing import Any

import lazy_loader

_named, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
_RENAMED = {"makeup": "estimate_composition", "Makeup": "CompositionEstimate"}


def __getattr__(name: str) -> Any:
    if name not in _RENAMED:
        return _named(name)
    new = _RENAMED[name]
    warnings.warn(
        f"{__name__}.{name} is now called {new}; the old name goes with the next release",
        FutureWarning,
        stacklevel=2,
    )
    return _named(new)
