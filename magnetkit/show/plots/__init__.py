"""Matplotlib plots with units and labels from the column registry.

Each takes ``ax=`` to draw into and returns the Axes. Matplotlib is imported when a plot is drawn.
"""

from .composition import ternary
from .curves import demagnetization, property_against_temperature
from .maps import grade_map, pareto
from .phases import section
from .series import sweep
from .tables import table
from .validation import coverage, parity

__all__ = [
    "coverage",
    "demagnetization",
    "grade_map",
    "pareto",
    "parity",
    "property_against_temperature",
    "section",
    "sweep",
    "table",
    "ternary",
]
