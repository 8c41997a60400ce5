"""Modules that are found under a shorter name, and the names that 0.1 had for what moved."""

import importlib
import sys
import warnings
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

_PUBLIC = {
    "applications": "ranking.applications",
    "columns": "_core.columns",
    "datasets": "_core.datasets",
    "elements": "_core.elements",
    "errors": "_core.errors",
    "plots": "show.plots",
    "settings": "_core.settings",
    "units": "_core.units",
}
"""Module by the short name under which users import it."""


@lru_cache(maxsize=1)
def renamed() -> dict[str, dict[str, Any]]:
    """Return what 0.1 called otherwise: rooms, names, commands, options, and what is gone."""
    from .datasets import toml

    return toml("columns/renamed.toml")


def with_old_names(package: str, known: Callable[[str], Any]) -> Callable[[str], Any]:
    """Return the ``__getattr__`` of a package that knows its names of 0.1 beside those of today."""
    room = package.partition(".")[2]

    def find(name: str) -> Any:
        old, before = f"{room}.{name}" if room else name, renamed()
        if old in before["rooms"]:
            return importlib.import_module(f"magnetkit.{old}")
        if old in before["gone"]:
            raise AttributeError(f"magnetkit.{old} {before['gone'][old]}", name=name)
        if old not in before["names"]:
            return known(name)
        _warn(old, before["names"][old])
        module, _, leaf = before["names"][old].rpartition(".")
        return getattr(importlib.import_module(f"magnetkit.{module}"), leaf)

    return find


def _warn(old: str, new: str) -> None:
    warnings.warn(
        f"magnetkit.{old} is magnetkit.{new} now; the old name goes with the next release",
        FutureWarning,
        stacklevel=3,
    )


class _Finder:
    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        package, _, room = name.partition(".")
        if package != "magnetkit":
            return None
        if room not in _PUBLIC and room in renamed()["gone"]:
            raise ModuleNotFoundError(f"{name} {renamed()['gone'][room]}", name=name)
        if room not in _PUBLIC and room not in renamed()["rooms"]:
            return None
        # It is a loader too; the base classes of importlib would load more than all of this.
        loader: Any = self
        return ModuleSpec(name, loader)

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        room = module.__name__.partition(".")[2]
        real = importlib.import_module(f"magnetkit.{_PUBLIC.get(room) or renamed()['rooms'][room]}")
        if room in _PUBLIC:
            # The importer returns what stands here: the module itself, not a copy of it.
            sys.modules[module.__name__] = real
            return
        _warn(room, renamed()["rooms"][room])
        # A module's own __getattr__ gives what it does not hold.
        found = with_old_names(module.__name__, lambda name: getattr(real, name))
        vars(module).update(__getattr__=found, __all__=real.__all__)


if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
    sys.meta_path.append(_Finder())
