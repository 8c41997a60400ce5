"""Crystal hosts, phase data of the Materials Project, and the hull of competing phases.

Names load on first use.
"""

from importlib import import_module
from typing import Any

_NAMES = {
    "HOSTS": "hosts",
    "Snapshot": "snapshot",
    "assign_hosts": "hosts",
    "dilute": "substituted",
    "energy_above_hull": "makeable",
    "freeze": "live",
    "hull_energy": "hull",
    "load": "snapshot",
    "open_snapshot": "snapshot",
    "partition": "hosts",
    "pull": "live",
    "pull_snapshot": "live",
    "read_snapshot": "snapshot",
    "substitution_table": "substituted",
    "stability": "makeable",
    "subsystems": "live",
    "validate": "leave_one_out",
    "write_snapshot": "snapshot",
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
