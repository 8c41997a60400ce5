"""What the figures share: colours, axes, layout, points and numbers.

Plotly reads a subset of HTML in texts: every name that a user gave is escaped where it enters.
"""

from collections.abc import Sequence
from math import isfinite
from typing import Any

import numpy as np

from ...columns import COLUMNS
from ...run.result import SPREAD_ROWS

Figure = dict[str, Any]

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Okabe and Ito's colours, told apart by the colour-blind."""
GREY = "#9a9a9a"
BLACK = "#000000"

POINTS = SPREAD_ROWS
"""Points of a scatter plot; the best are kept and the others thinned evenly."""

# With ticks outside, the labels of two axes keep apart where these meet.
AXIS = {
    "gridcolor": "#e4e4e4",
    "automargin": True,
    "ticks": "outside",
    "ticklen": 9,
    "tickcolor": "#fff",
}


def axis_of(name: str) -> Figure:
    """Return an axis labelled with a result column and its unit."""
    return {"title": {"text": COLUMNS[name].heading}}


def layout_of(xaxis: Figure, yaxis: Figure, height: int = 460) -> Figure:
    """Return the layout that all figures have."""
    return {
        "height": height,
        "margin": {"l": 60, "r": 20, "t": 20, "b": 50},
        "xaxis": AXIS | xaxis,
        "yaxis": AXIS | yaxis,
        # Below the title of the axis, however low the figure is.
        "legend": {"orientation": "h", "y": -83.0 / (height - 70.0), "yanchor": "top"},
        "paper_bgcolor": "#fff",
        "plot_bgcolor": "#fff",
        "font": {"family": "system-ui, sans-serif", "size": 13, "color": "#222"},
        "hoverlabel": {"align": "left"},
    }


def numbers(values: Any) -> list[float | None]:
    """Return four significant digits each, None for what is not finite."""
    return [float(f"{v:.4g}") if isfinite(v) else None for v in np.asarray(values, float).tolist()]


def points(
    name: str, x: Any, y: Any, marker: Figure, hover: str, texts: Sequence[str] | None = None
) -> Figure:
    """Return points with a text each, shown when pointed at.

    Parameters
    ----------
    name : str
        In the legend.
    x, y : array_like, shape (n,)
    marker : dict
        Symbol, size and colours.
    hover : str
        Plotly's template of what is shown; ``%{text}`` stands for the point's own text.
    texts : sequence of str, length n, optional
        Escaped.
    """
    trace = {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": numbers(x),
        "y": numbers(y),
        "hovertemplate": f"{hover}<extra></extra>",
        "marker": marker,
    }
    return trace if texts is None else trace | {"text": list(texts)}


def line(name: str, x: Any, y: Any, **look: Any) -> Figure:
    """Return points joined by a line; `look` is plotly's ``line``."""
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": numbers(x),
        "y": numbers(y),
        "line": look,
    }


def two_columns(x: str, y: str) -> str:
    """Return what a point of two result columns shows: both with their units."""
    shown = ((COLUMNS[name], axis) for name, axis in ((x, "x"), (y, "y")))
    return "<br>".join(f"{column.short} %{{{axis}}} {column.unit}" for column, axis in shown)


def reference(x: Any, y: Any, text: str, name: str = "Reference magnet", *, hover: str) -> Figure:
    """Return the star of the magnet that all others are compared with."""
    look = {"symbol": "star", "size": 15, "color": BLACK}
    return points(name, x, y, look, hover, [text])


def colour_bar(title: str) -> Figure:
    """Return the scale beside a figure."""
    return {"title": {"text": title, "side": "right"}, "thickness": 12}
