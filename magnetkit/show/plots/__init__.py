"""Matplotlib plots with units and labels from the column registry.

Each takes ``ax=`` to draw into and returns the Axes. Matplotlib is imported when a plot is drawn.
Those that report and explorer show too are described in `magnetkit.show.figures`.
"""

from ..figures.series import sweep
from .curves import demagnetization, property_against_temperature
from .diffusion import depth_profile, margin_map, terbium_against_temperature
from .maps import grade_map, pareto, ternary
from .phases import section
from .tables import table
from .validation import coverage, parity

__all__ = [
    "coverage",
    "demagnetization",
    "depth_profile",
    "grade_map",
    "margin_map",
    "pareto",
    "parity",
    "property_against_temperature",
    "section",
    "sweep",
    "table",
    "terbium_against_temperature",
    "ternary",
]
