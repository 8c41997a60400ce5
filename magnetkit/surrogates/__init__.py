"""Surrogates: properties learnt from data, with intervals and the domain they hold in.

Names load on first use.
"""

from importlib import import_module
from typing import Any

_NAMES = {
    "TARGETS": "training_sets",
    "CompositionProcess": "process",
    "EnergyEnsemble": "energy",
    "ModelCard": "card",
    "Surrogate": "surrogate",
    "TrainingSet": "training_sets",
    "explain": "explanation",
    "load": "surrogate",
    "suggest": "suggestion",
    "train": "surrogate",
    "training_set": "training_sets",
    "validate": "validation",
}

__all__ = sorted(_NAMES)


def __getattr__(name: str) -> Any:
    if name in _NAMES:
        value = getattr(import_module(f"{__name__}.{_NAMES[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return list(__all__)
