"""Sections of ternary systems: the hull of the snapshot, and candidates on it."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...columns import COLUMNS
from .parts import Figure, colour_bar, layout_of, line, numbers, points

if TYPE_CHECKING:
    from pymatgen.analysis.phase_diagram import PhaseDiagram


def section(
    diagram: "PhaseDiagram",
    shares: NDArray[np.float64],
    odds: ArrayLike,
    texts: Sequence[str],
    name: str = "Candidates",
) -> Figure:
    """Return the stable phases of a system as pymatgen's plotter lays them out, and candidates.

    Parameters
    ----------
    diagram : PhaseDiagram
        Of three elements.
    shares : ndarray of float64, shape (n, 3)
        Of the candidates, in the order of ``diagram.elements``.
    odds : array_like, shape (n,)
        Probability that each forms.
    texts : sequence of str, length n
        What each shows, escaped.
    name : str
        Of the candidates, in the legend.
    """
    from pymatgen.analysis.phase_diagram import PDPlotter, triangular_coord

    lines, labels, _ = PDPlotter(diagram, show_unstable=0, backend="matplotlib").pd_plot_data
    edge = {"hoverinfo": "skip", "showlegend": False}
    edges = [line("", x, y, width=1, color="#888") | edge for x, y in lines]
    known = list(labels.items())
    stable = {
        "type": "scatter",
        "mode": "markers+text",
        "name": "Stable phases, 0 K",
        "x": numbers([at[0] for at, _ in known]),
        "y": numbers([at[1] for at, _ in known]),
        "text": [re.sub(r"([\d.]+)", r"<sub>\1</sub>", entry.name) for _, entry in known],
        "textposition": "top center",
        "textfont": {"size": 10},
        "hoverinfo": "text",
        "marker": {"size": 6, "color": "#222"},
    }
    bare = {"visible": False}
    layout = layout_of(bare, bare | {"scaleanchor": "x"}, height=560)
    traces = [*edges, stable]
    if len(shares):
        # pymatgen measures from its first element: its coordinates are the others' shares.
        x, y = triangular_coord(np.asarray(shares)[:, 1:])
        look = {
            "size": 11, "color": numbers(odds), "cmin": 0.0, "cmax": 1.0, "colorscale": "Viridis",
            "line": {"width": 1, "color": "#222"},
            "colorbar": colour_bar(COLUMNS["probability_phase_forms"].heading),
        }  # fmt: skip
        traces.append(points(name, x, y, look, "%{text}", texts))
    return {"data": traces, "layout": layout}
