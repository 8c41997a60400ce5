"""Sections of ternary systems: the hull of the snapshot, and candidates on it."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...columns import COLUMNS
from ...phases.section import Section
from .parts import Figure, colour_bar, layout_of, line, numbers, points

# Where each element stands.
_CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(0.75)]])


def section(
    hull: Section,
    shares: NDArray[np.float64],
    odds: ArrayLike,
    texts: Sequence[str],
    name: str = "Candidates",
) -> Figure:
    """Return the stable phases of a system in a triangle, and candidates.

    Parameters
    ----------
    hull : Section
        Of three elements.
    shares : ndarray of float64, shape (n, 3)
        Of the candidates, in the order of the elements.
    odds : array_like, shape (n,)
        Probability that each forms.
    texts : sequence of str, length n
        What each shows, escaped.
    name : str
        Of the candidates, in the legend.
    """
    at = hull.shares @ _CORNERS
    edge = {"hoverinfo": "skip", "showlegend": False}
    edges = [line("", *at[side].T, width=1, color="#888") | edge for side in hull.edges]
    stable = {
        "type": "scatter",
        "mode": "markers+text",
        "name": "Stable phases, 0 K",
        "x": numbers(at[:, 0]),
        "y": numbers(at[:, 1]),
        "text": [re.sub(r"([\d.]+)", r"<sub>\1</sub>", name) for name in hull.names],
        "textposition": "top center",
        "textfont": {"size": 10},
        "hoverinfo": "text",
        "marker": {"size": 6, "color": "#222"},
    }
    bare = {"visible": False}
    layout = layout_of(bare, bare | {"scaleanchor": "x"}, height=560)
    traces = [*edges, stable]
    if len(shares):
        x, y = (shares @ _CORNERS).T
        look = {
            "size": 11, "color": numbers(odds), "cmin": 0.0, "cmax": 1.0, "colorscale": "Viridis",
            "line": {"width": 1, "color": "#222"},
            "colorbar": colour_bar(COLUMNS["probability_phase_forms"].heading),
        }  # fmt: skip
        traces.append(points(name, x, y, look, "%{text}", texts))
    return {"data": traces, "layout": layout}
