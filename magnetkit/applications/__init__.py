"""Device profiles: what a magnet must do, where, and with which source."""

from .parts import Reference, Requirement, Space
from .profile import Profile, load, names
from .referred import asked, with_reference

__all__ = [
    "Profile",
    "Reference",
    "Requirement",
    "Space",
    "asked",
    "load",
    "names",
    "with_reference",
]
