"""Matplotlib plots with units and labels from the column registry.

Each takes ``ax=`` to draw into and returns the Axes. Matplotlib is imported when a plot is drawn.
Report and explorer draw what `series` gives with plotly.js instead: their pages need hovering and
zooming without Python, notebooks and papers need axes to draw into and files for print.
"""

from .composition import ternary
from .curves import demagnetization, property_against_temperature
from .diffusion import depth_profile, margin_map, terbium_against_temperature
from .maps import grade_map, pareto
from .phases import section
from .series import sweep
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
