"""Modules that are found under a shorter name, and the names that 0.1 had for what moved."""

import importlib
import sys
import warnings
from collections.abc import Callable, Sequence
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

# What follows goes with the next release; docs/renamed.md says it to users.
ROOMS = {
    "anchors": "calibration",
    "catalogue": "calibration",
    "screening": "run",
    "show.explorer": "explorer",
}
"""Rooms of 0.1, and which one has their public names."""

NAMES = {
    "anchors.Makeup": "calibration.CompositionEstimate",
    "anchors.makeup": "calibration.estimate_composition",
    "calibration.Makeup": "calibration.CompositionEstimate",
    "calibration.makeup": "calibration.estimate_composition",
    "catalogue.find": "composition.find",
    "catalogue.is_grade": "composition.is_grade",
    "catalogue.nearest": "composition.nearest",
    "magnetism.use_limits": "curves.use_limits",
    "supply.heavy_rare_earth_ledger": "ranking.heavy_rare_earth_ledger",
}
"""Names of 0.1 that moved by themselves, or are called otherwise."""

GONE = {
    "evaluation": "is benchmarks.accuracy in a checkout; `magnetkit validate` prints its figures",
    "phases.site_check": "is benchmarks.accuracy.phases.sites.site_check in a checkout",
    **{
        f"phases.{name}": f"is benchmarks.accuracy.phases.substituted.{name} in a checkout"
        for name in ("dilute", "host_cell", "substitute", "substitution_table")
    },
    "phases.freeze": "is `magnetkit data pull --out`, or write_snapshot of pull_snapshot",
    "calibration.nearest_grades": "is the column nearest_grade of magnetkit.predict",
    "features.SublatticeRatios": "left: RareEarthDescriptors holds what is learnt over",
    "surrogates.predict_all": "is load(target).predict(compositions) for each of TARGETS",
}
"""What left the package, and where it is."""


def with_old_names(package: str, known: Callable[[str], Any]) -> Callable[[str], Any]:
    """Return the ``__getattr__`` of a package that knows its names of 0.1 beside those of today."""
    room = package.partition(".")[2]

    def find(name: str) -> Any:
        old = f"{room}.{name}" if room else name
        if old in ROOMS:
            return importlib.import_module(f"magnetkit.{old}")
        if old in GONE:
            raise AttributeError(f"magnetkit.{old} {GONE[old]}", name=name)
        if old not in NAMES:
            return known(name)
        _warn(old, NAMES[old])
        module, _, leaf = NAMES[old].rpartition(".")
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
        if package != "magnetkit" or room not in _PUBLIC | ROOMS | GONE:
            return None
        if room in GONE:
            raise ModuleNotFoundError(f"{name} {GONE[room]}", name=name)
        # It is a loader too; the base classes of importlib would load more than all of this.
        loader: Any = self
        return ModuleSpec(name, loader)

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        room = module.__name__.partition(".")[2]
        real = importlib.import_module(f"magnetkit.{(_PUBLIC | ROOMS)[room]}")
        if room in _PUBLIC:
            # The importer returns what stands here: the module itself, not a copy of it.
            sys.modules[module.__name__] = real
            return
        _warn(room, ROOMS[room])
        # A module's own __getattr__ gives what it does not hold.
        found = with_old_names(module.__name__, lambda name: getattr(real, name))
        vars(module).update(__getattr__=found, __all__=real.__all__)


if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
    sys.meta_path.append(_Finder())
