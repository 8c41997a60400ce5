"""Modules that users import by a shorter name: ``import magnetkit.columns``."""

import importlib
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

MODULES = {
    "applications": "choose.applications",
    "columns": "_core.columns",
    "datasets": "_core.datasets",
    "elements": "_core.elements",
    "errors": "_core.errors",
    "plots": "report.plots",
    "settings": "_core.settings",
    "units": "_core.units",
}
"""Module by the short name under which users import it."""


class _Finder:
    """Finds a module by its short name; the importer gets the module itself, not a copy."""

    def find_spec(
        self,
        name: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        """Return the spec of a public module by its short name; None for any other module.

        Parameters
        ----------
        name : str
            Full name of the import, such as "magnetkit.errors".
        path, target
            Not used; importlib passes them.

        Returns
        -------
        importlib.machinery.ModuleSpec or None
            This finder is its loader. Short names are the keys of `MODULES`, such as "errors".
        """
        package, _, module = name.partition(".")
        if package != "magnetkit" or module not in MODULES:
            return None
        # It is a loader too; the base classes of importlib would load more than all of this.
        loader: Any = self
        return ModuleSpec(name, loader)

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Put the real module in the place of a public name.

        ``magnetkit.errors`` so becomes ``magnetkit._core.errors`` itself. KeyError if the name is
        none of `MODULES`.
        """
        short_name = module.__name__.partition(".")[2]
        sys.modules[module.__name__] = importlib.import_module(
            f"magnetkit.{MODULES[short_name]}"
        )


def install() -> None:
    """Make ``import magnetkit.NAME`` find the modules of `MODULES`; further calls do nothing."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.append(_Finder())
