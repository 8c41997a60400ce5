"""Modules under a shorter public name, and rooms under their name of 0.1."""

import importlib
import sys
import warnings
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

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

_RENAMED = {
    "anchors": "calibration",
    "catalogue": "calibration",
    "screening": "run",
}
"""Room by its name of 0.1; the old names go with the next release."""


class _Finder(MetaPathFinder, Loader):
    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        package, _, room = name.partition(".")
        if package != "magnetkit" or room not in _PUBLIC | _RENAMED:
            return None
        return ModuleSpec(name, self)

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        room = module.__name__.partition(".")[2]
        if room in _RENAMED:
            warnings.warn(
                f"magnetkit.{room} is magnetkit.{_RENAMED[room]} now; the old name goes with the "
                "next release",
                FutureWarning,
                stacklevel=2,
            )
        # The importer returns this entry: the module itself, not a copy of it.
        real = importlib.import_module(f"magnetkit.{(_PUBLIC | _RENAMED)[room]}")
        sys.modules[module.__name__] = real


if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
    sys.meta_path.append(_Finder())
