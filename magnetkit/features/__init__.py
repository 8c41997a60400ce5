"""Scikit-learn transformers over the feature kernels."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .descriptors import RareEarthDescriptors as RareEarthDescriptors
    from .descriptors import rare_earth_descriptors as rare_earth_descriptors
    from .element_table import load_table as load_table
    from .ions import load_ions as load_ions
    from .statistics import CompositionStatistics as CompositionStatistics
    from .statistics import composition_statistics as composition_statistics

_NAMES = {
    "CompositionStatistics": "statistics",
    "composition_statistics": "statistics",
    "RareEarthDescriptors": "descriptors",
    "rare_earth_descriptors": "descriptors",
    "load_ions": "ions",
    "load_table": "element_table",
}

__all__ = list(_NAMES)


def __getattr__(name: str) -> Any:
    # scikit-learn and pandas load with the first transformer, not with the package.
    if name in _NAMES:
        value = getattr(import_module(f"{__name__}.{_NAMES[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
