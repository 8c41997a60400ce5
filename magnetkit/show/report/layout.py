"""What the report's figures share: axes, layout and numbers for plotly.js."""

from typing import Any

import numpy as np

from ...columns import COLUMNS

Figure = dict[str, Any]

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
    return [float(f"{v:.4g}") if np.isfinite(v) else None for v in np.asarray(values, float)]
