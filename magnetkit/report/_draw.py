"""A figure drawn by matplotlib, for print: PNG, SVG and PDF.

Only what `magnetkit.report.plots` uses of plotly's form is known here: points, lines, areas, texts,
error bars, a map of colours, a second axis on the right, a colour scale, the triangle of shares.
"""

import re
from html import unescape
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .._core.errors import InputError
from ._figures import Part

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection


_Array = NDArray[np.float64]

_DASHES = {"solid": "-", "dash": "--", "dot": ":", "dashdot": "-."}
_MARKERS = {
    "circle": "o", "diamond": "D", "square": "s", "triangle-up": "^", "triangle-down": "v",
    "cross": "P", "x": "X", "star": "*",
}  # fmt: skip
# By plotly's name, as it is and reversed: its red and blue begin at the other end.
_SCALES = {"Viridis": ("viridis", "viridis_r"), "RdBu": ("RdBu_r", "RdBu")}
_HEIGHT = np.sqrt(3.0) / 2.0
_PER_PIXEL = 0.75
"""Points of print for a pixel of the screen."""


def draw(figure: Part, ax: "Axes | None" = None) -> "Axes":
    """Draw a figure (plotly's ``data`` and ``layout``) by matplotlib; return the axes.

    It is drawn into `ax`, or into a new figure.
    """
    layout = figure["layout"]
    ax = _axes(layout) if ax is None else ax
    places = {"y": ax} | ({"y2": ax.twinx()} if "yaxis2" in layout else {})
    if "ternary" in layout:
        _triangle(layout["ternary"], ax)
    traces_on_shared_scale = [
        t for t in figure["data"] if "coloraxis" in t.get("marker", ()) and len(t["x"])
    ]
    if traces_on_shared_scale:
        values = [
            value
            for trace in traces_on_shared_scale
            for value in trace["marker"]["color"]
        ]
        ends = {"cmin": min(values), "cmax": max(values)}
        layout = layout | {"coloraxis": layout["coloraxis"] | ends}
    for trace in figure["data"]:
        own_axes = places[trace.get("yaxis", "y")]
        artist = _trace(trace, layout, own_axes)
        scale = trace.get("marker", {})
        # All traces of a shared scale have one bar.
        if traces_on_shared_scale and trace is traces_on_shared_scale[-1]:
            scale = layout["coloraxis"]
        if artist is not None:
            _colour_bar(artist, scale, own_axes)
    for shape in layout.get("shapes", ()):
        _vertical_line(shape, ax)
    if "ternary" not in layout:
        _axis(layout["xaxis"], ax, "x")
        for name, place in places.items():
            _axis(layout[name.replace("y", "yaxis")], place, "y")
    if "title" in layout:
        ax.set_title(_text(layout["title"]["text"]), fontsize="medium")
    if layout.get("showlegend", True):
        _legend(layout, list(places.values()))
    return ax


def _axes(layout: Part) -> "Axes":
    """Create axes in a new matplotlib figure of the layout's size; InputError without matplotlib."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise InputError(
            "pictures are drawn by matplotlib, which is not installed: pip install "
            "'magnetkit[plots]'; .html needs none"
        ) from None
    size = (layout.get("width", 640) / 100.0, layout["height"] / 100.0)
    return Figure(size, layout="constrained").subplots()


def _colour_bar(artist: "PathCollection", scale: Part, ax: "Axes") -> None:
    if "colorbar" in scale and scale.get("showscale", True):
        title = _text(scale["colorbar"]["title"]["text"])
        ax.figure.colorbar(artist, ax=ax, label=title, shrink=0.8)


def _vertical_line(shape: Part, ax: "Axes") -> None:
    """Draw a shape of the layout as a vertical line over the whole height of `ax`."""
    line = shape["line"]
    ax.axvline(
        shape["x0"],
        linewidth=_PER_PIXEL * line["width"],
        color=line["color"],
        linestyle=_DASHES[line["dash"]],
    )


def _annotate_points(trace: Part, x: Any, y: Any, ax: "Axes") -> None:
    """Write the texts of a trace above or below its points, at data coordinates `x` and `y`, into `ax`."""
    size = _PER_PIXEL * trace["textfont"]["size"]
    places = np.broadcast_to(trace["textposition"], len(x))
    points = zip(x, y, strict=True)
    for at, text, place in zip(points, trace["text"], places, strict=True):
        is_below = place.startswith("bottom")
        off = 2.0 + 0.6 * _PER_PIXEL * trace["marker"]["size"]
        ax.annotate(
            _text(text),
            at,
            size=size,
            va="top" if is_below else "bottom",
            # plotly names where the text stands, matplotlib which end of it is at the point.
            ha=_ENDS.get(place.split()[-1], "center"),
            xytext=(0, -off if is_below else off),
            textcoords="offset points",
        )


def _trace(trace: Part, layout: Part, ax: "Axes") -> "PathCollection | None":
    """Draw one trace of plotly's into `ax`: a heat map, an area, lines, points or error bars.

    Returns
    -------
    matplotlib PathCollection or None
        Points whose colours have a scale, for a colour bar.
    """
    colour_points = None
    if trace["type"] == "heatmap":
        grid = [np.array(trace[axis], float) for axis in "xyz"]
        mesh = ax.pcolormesh(*grid, shading="nearest", **_scale(trace, "z"))
        ax.figure.colorbar(mesh, ax=ax, label=_text(trace["colorbar"]["title"]["text"]))
        return None
    x, y = _places(trace)
    label = "_nolegend_"
    if trace.get("name") and trace.get("showlegend", True):
        label = _text(trace["name"]) or label
    look = trace.get("line", {})
    if trace.get("fill"):
        ax.fill(x, y, color=trace["fillcolor"], alpha=trace["opacity"], linewidth=0)
        return None
    bars = (trace.get(f"error_{axis}") for axis in "xy")
    across, along = (b and np.array([b["arrayminus"], b["array"]], float) for b in bars)
    if across is not None or along is not None:
        colour = (trace.get("error_x") or trace["error_y"])["color"]
        ax.errorbar(x, y, along, across, fmt="none", ecolor=colour, alpha=0.4, zorder=2)
    if "lines" in trace["mode"]:
        style = {
            "linestyle": _DASHES[look.get("dash", "solid")],
            "color": look["color"],
        }
        ax.plot(x, y, linewidth=_PER_PIXEL * look["width"], label=label, **style)
    if "markers" in trace["mode"]:
        has_lines = "lines" in trace["mode"]
        colour_points = _points(
            trace["marker"], x, y, "_nolegend_" if has_lines else label, layout, ax
        )
    if "text" in trace["mode"]:
        _annotate_points(trace, x, y, ax)
    return colour_points


_ENDS = {"left": "right", "right": "left"}


def _points(
    marker: Part, x: _Array, y: _Array, label: str, layout: Part, ax: "Axes"
) -> "PathCollection | None":
    """Draw points in the look of a plotly marker into `ax`.

    Parameters
    ----------
    marker : Part
        Plotly's marker: colours, size, outline.
    x, y : ndarray, shape (n,)
        Places of the points.
    label : str
        Text in the legend, empty for none.
    layout : Part
        Plotly's layout, which may hold the scale of the colours.
    ax : matplotlib Axes
        Changed in place.

    Returns
    -------
    matplotlib PathCollection or None
        The points if their colours have a scale.
    """
    edge = marker.get("line", {"width": 0.0})
    size = (_PER_PIXEL * marker["size"]) ** 2
    look = {
        "s": size,
        "marker": _MARKERS[marker.get("symbol", "circle")],
        "label": label,
    }
    look |= {"alpha": marker.get("opacity"), "edgecolors": edge.get("color", "none")}
    look |= {"linewidths": _PER_PIXEL * edge["width"], "zorder": 3}
    if isinstance(marker["color"], str):
        ax.scatter(x, y, color=marker["color"], **look)
        return None
    scale = layout["coloraxis"] if "coloraxis" in marker else marker
    colours = np.array(marker["color"], float)
    if len(x):
        return ax.scatter(x, y, c=colours, **look, **_scale(scale, "c"))
    return None


def _scale(scale: Part, ends: str) -> dict[str, Any]:
    """Return matplotlib's name and ends of a colour scale."""
    cmap = _SCALES[scale["colorscale"]][bool(scale.get("reversescale"))]
    return {"cmap": cmap} | {
        f"v{end}": scale.get(f"{ends}{end}") for end in ("min", "max")
    }


def _places(trace: Part) -> tuple[_Array, _Array]:
    if trace["type"] == "scatterternary":
        return _plane(np.column_stack([np.array(trace[axis], float) for axis in "abc"]))
    return np.array(trace["x"], float), np.array(trace["y"], float)


def _plane(shares: _Array) -> tuple[_Array, _Array]:
    """Return the plane coordinates of shares, top corner first."""
    return shares[:, 2] + shares[:, 0] / 2.0, shares[:, 0] * _HEIGHT


def _triangle(layout: Part, ax: "Axes") -> None:
    """Draw the frame, grid and corner names of a ternary diagram into `ax`."""
    corners = np.eye(3)
    for level in layout["aaxis"]["tickvals"]:
        for i in range(3):
            # Where the share of one element is the same.
            ends = level * corners[i] + (1.0 - level) * np.delete(corners, i, axis=0)
            ax.plot(*_plane(ends), color="0.88", linewidth=0.8, zorder=0)
    ax.plot(*_plane(corners[[0, 1, 2, 0]]), color="black", linewidth=1.0)
    top, left_label, right = (
        _text(layout[f"{axis}axis"]["title"]["text"]).strip() for axis in "abc"
    )
    ax.text(0.5, _HEIGHT + 0.03, top, ha="center", va="bottom")
    ax.text(-0.03, -0.03, left_label, ha="right", va="top")
    ax.text(1.03, -0.03, right, ha="left", va="top")
    # The names of the corners belong inside, or the layout cuts them.
    ax.set(xlim=(-0.12, 1.12), ylim=(-0.1, _HEIGHT + 0.1), aspect="equal")
    ax.set_axis_off()


def _axis(layout: Part, ax: "Axes", axis: str) -> None:
    """Apply plotly's layout of one axis, ``"x"`` or ``"y"``, to matplotlib's `ax`: title, range, side."""
    if layout.get("visible") is False:
        ax.set_axis_off()
    if "title" in layout:
        ax.set(**{f"{axis}label": _text(layout["title"]["text"])})
    limits = getattr(ax, f"get_{axis}lim")()
    if layout.get("autorange") == "reversed":
        ax.set(**{f"{axis}lim": limits[::-1]})
    if layout.get("rangemode") == "tozero":
        ax.set(**{f"{axis}lim": (0.0, None)})
    if "range" in layout:
        ax.set(**{f"{axis}lim": layout["range"]})
    if layout.get("side") == "right":
        ax.yaxis.tick_right()
        ax.yaxis.set_label_position("right")
    if "scaleanchor" in layout:
        ax.set_aspect("equal", adjustable="box")
    # Longer numbers would touch if there were more of them.
    if axis == "x" and ax.axison:
        ax.locator_params(axis="x", nbins=5)


def _legend(layout: Part, places: "list[Axes]") -> None:
    """Draw one legend for all axes, each label once; nothing if no trace has a label."""
    handles_and_labels = [
        zip(*ax.get_legend_handles_labels(), strict=True) for ax in places
    ]
    handle_of_label = dict(
        reversed(pair) for pairs in handles_and_labels for pair in pairs
    )
    if not handle_of_label:
        return
    title = _text(layout["legend"].get("title", {"text": ""})["text"]) or None
    # Below the axes where curves fill them.
    below: dict[str, Any] = {
        "loc": "upper center",
        "bbox_to_anchor": (0.5, -0.12),
        "ncols": 2,
    }
    aside = below if layout["yaxis"].get("side") == "right" else {}
    places[-1].legend(
        handle_of_label.values(),
        handle_of_label.keys(),
        fontsize="small",
        title=title,
        **aside,
    )


def _text(text: str) -> str:
    """Convert a text with plotly's HTML to matplotlib's, subscripts and superscripts as mathematics."""
    plain = (
        text.replace("<br>", "\n")
        .replace("<b>", "")
        .replace("</b>", "")
        .replace("$", r"\$")
    )
    plain = re.sub(r"<sub>(.*?)</sub>", r"$_{\1}$", plain)
    return unescape(re.sub(r"<sup>(.*?)</sup>", r"$^{\1}$", plain))
