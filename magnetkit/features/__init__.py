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
    from .structure_features import StructureDescriptors as StructureDescriptors
    from .structure_features import structure_descriptors as structure_descriptors
    from .structures import Crystals as Crystals
    from .structures import coordination as coordination
    from .structures import crystal_field as crystal_field
    from .structures import dipolar_field as dipolar_field
    from .structures import neighbour_list as neighbour_list
    from .structures import radial_distribution as radial_distribution

_NAMES = {
    "CompositionStatistics": "statistics",
    "composition_statistics": "statistics",
    "RareEarthDescriptors": "descriptors",
    "rare_earth_descriptors": "descriptors",
    "StructureDescriptors": "structure_features",
    "structure_descriptors": "structure_features",
    "Crystals": "structures",
    "coordination": "structures",
    "crystal_field": "structures",
    "dipolar_field": "structures",
    "neighbour_list": "structures",
    "radial_distribution": "structures",
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
