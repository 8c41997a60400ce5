"""Device profiles: what a magnet must do, where, and with which source."""

from .profile import Profile, Reference, Requirement, Space, load, names
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
