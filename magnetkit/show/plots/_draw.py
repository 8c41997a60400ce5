"""Drawing a figure's description into matplotlib's axes.

Only what `magnetkit.show.figures` uses of plotly's form is known here: points, lines, areas, texts,
error bars, a colour scale, and the triangle of three shares.
"""

import re
from html import unescape
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...columns import COLUMNS
from ..figures.parts import Figure
from ._axes import heading

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DASHES = {"solid": "-", "dash": "--", "dot": ":"}
_MARKERS = {
    "circle": "o", "diamond": "D", "square": "s", "triangle-up": "^", "triangle-down": "v",
    "cross": "P", "x": "X", "star": "*",
}  # fmt: skip
_SCALES = {"Viridis": "viridis", "RdBu": "RdBu_r"}
_HEIGHT = np.sqrt(3.0) / 2.0
_PER_PIXEL = 0.75
"""Points of print for a pixel of the screen."""


def draw(figure: Figure, ax: "Axes") -> "Axes":
    """Draw all traces of a figure with its axes, scale and legend.

    Parameters
    ----------
    figure : dict
        As the functions of `magnetkit.show.figures` return them.
    ax : Axes

    Returns
    -------
    Axes
    """
    layout = figure["layout"]
    if "ternary" in layout:
        _triangle(layout["ternary"], ax)
    for trace in figure["data"]:
        _trace(trace, layout, ax)
    if "ternary" not in layout:
        _axis(layout["xaxis"], ax, "x")
        _axis(layout["yaxis"], ax, "y")
    if ax.get_legend_handles_labels()[1]:
        _legend(layout, ax)
    _apart(ax)
    return ax


def _trace(trace: Figure, layout: Figure, ax: "Axes") -> None:
    x, y = _places(trace)
    name = _text(trace.get("name", "")) if trace.get("showlegend", True) else ""
    label = name or "_nolegend_"
    line = trace.get("line", {})
    if trace.get("fill"):
        ax.fill(x, y, color=trace["fillcolor"], alpha=trace["opacity"], linewidth=0)
        return
    across, along = _ends(trace.get("error_x")), _ends(trace.get("error_y"))
    if across is not None or along is not None:
        bars = trace.get("error_x") or trace["error_y"]
        ax.errorbar(x, y, along, across, fmt="none", ecolor=bars["color"], alpha=0.4, zorder=2)
    if "lines" in trace["mode"]:
        look = {"linestyle": _DASHES[line.get("dash", "solid")], "color": line["color"]}
        ax.plot(x, y, linewidth=_PER_PIXEL * line["width"], label=label, **look)
    if "markers" in trace["mode"]:
        _points(trace["marker"], x, y, label, layout, ax)
    if "text" in trace["mode"]:
        size = _PER_PIXEL * trace["textfont"]["size"]
        for at, text in zip(zip(x, y, strict=True), trace["text"], strict=True):
            ax.annotate(_text(text), at, (0, 3), textcoords="offset points", ha="center", size=size)


def _points(
    marker: Figure,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    label: str,
    layout: Figure,
    ax: "Axes",
) -> None:
    edge = marker.get("line", {"width": 0.0})
    look: dict[str, Any] = {
        "s": (_PER_PIXEL * marker["size"]) ** 2,
        "marker": _MARKERS[marker.get("symbol", "circle")],
        "alpha": marker.get("opacity"),
        "linewidths": _PER_PIXEL * edge["width"],
        "edgecolors": edge.get("color", "none"),
        "label": label,
        "zorder": 3,
    }
    if isinstance(marker["color"], str):
        ax.scatter(x, y, color=marker["color"], **look)
        return
    scale = layout.get("coloraxis", marker)
    drawn = ax.scatter(
        x,
        y,
        c=np.array(marker["color"], float),
        cmap=_SCALES[scale["colorscale"]],
        vmin=scale.get("cmin"),
        vmax=scale.get("cmax"),
        **look,
    )
    # All traces of a shared scale have one bar, which the last of them gets.
    last = "coloraxis" not in layout or edge["width"]
    if last and scale.get("showscale", True) and len(x):
        ax.figure.colorbar(
            drawn, ax=ax, label=_text(scale["colorbar"]["title"]["text"]), shrink=0.8
        )


def _ends(bars: Figure | None) -> NDArray[np.float64] | None:
    return None if bars is None else np.array([bars["arrayminus"], bars["array"]], float)


def _places(trace: Figure) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if trace["type"] == "scatterternary":
        return _plane(np.column_stack([np.array(trace[axis], float) for axis in "abc"]))
    return np.array(trace["x"], float), np.array(trace["y"], float)


def _plane(shares: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the plane coordinates of shares, top corner first."""
    return shares[:, 2] + shares[:, 0] / 2.0, shares[:, 0] * _HEIGHT


def _triangle(layout: Figure, ax: "Axes") -> None:
    for level in layout["aaxis"]["tickvals"]:
        rest = 1.0 - level
        for ends in (
            [(level, rest, 0.0), (level, 0.0, rest)],
            [(rest, level, 0.0), (0.0, level, rest)],
            [(rest, 0.0, level), (0.0, rest, level)],
        ):
            ax.plot(*_plane(np.array(ends)), color="0.88", linewidth=0.8, zorder=0)
    rim = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]], dtype=np.float64)
    ax.plot(*_plane(rim), color="black", linewidth=1.0)
    top, left, right = (_text(layout[f"{axis}axis"]["title"]["text"]).strip() for axis in "abc")
    ax.text(0.5, _HEIGHT + 0.03, top, ha="center", va="bottom")
    ax.text(-0.03, -0.03, left, ha="right", va="top")
    ax.text(1.03, -0.03, right, ha="left", va="top")
    # The names of the corners belong inside, or the layout cuts them.
    ax.set(xlim=(-0.12, 1.12), ylim=(-0.1, _HEIGHT + 0.1), aspect="equal")
    ax.set_axis_off()


def _axis(layout: Figure, ax: "Axes", axis: str) -> None:
    if layout.get("visible") is False:
        ax.set_axis_off()
    if "title" in layout:
        ax.set(**{f"{axis}label": _text(layout["title"]["text"])})
    if layout.get("autorange") == "reversed":
        ax.set(**{f"{axis}lim": ax.get_xlim()[::-1] if axis == "x" else ax.get_ylim()[::-1]})
    if layout.get("rangemode") == "tozero":
        ax.set(**{f"{axis}lim": (0.0, None)})
    if layout.get("side") == "right":
        ax.yaxis.tick_right()
        ax.yaxis.set_label_position("right")
    if "scaleanchor" in layout:
        ax.set_aspect("equal", adjustable="box")
    # Longer numbers would touch if there were more of them.
    if axis == "x" and ax.axison:
        ax.locator_params(axis="x", nbins=5)


def _legend(layout: Figure, ax: "Axes") -> None:
    # Beside the axes where curves fill them.
    if layout["yaxis"].get("side") == "right":
        ax.legend(fontsize="small", loc="upper right", bbox_to_anchor=(-0.02, 1.0))
    else:
        ax.legend(fontsize="small")


def _text(text: str) -> str:
    """Return plotly's text as matplotlib's: symbols and subscripts as mathematics."""
    if text in _HEADINGS:
        return _HEADINGS[text]
    plain = text.replace("<br>", "\n").replace("<b>", "").replace("</b>", "").replace("$", r"\$")
    return unescape(re.sub(r"<sub>(.*?)</sub>", r"$_{\1}$", plain))


_HEADINGS = {column.heading: heading(name) for name, column in COLUMNS.items()}


def _apart(ax: "Axes") -> None:
    """Leave out the names of points that would lie on another's."""
    ax.figure.canvas.draw()
    kept: list[Any] = []
    for text in list(ax.texts):
        box = text.get_window_extent()
        if any(box.overlaps(other) for other in kept):
            text.remove()
        else:
            kept.append(box)
