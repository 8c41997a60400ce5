"""A figure drawn by matplotlib, for print: PNG, SVG and PDF.

Only what `magnetkit.report.plots` uses of plotly's form is known here: points, lines, areas, texts,
error bars, a map of colours, a second axis on the right, a colour scale.
"""

import re
from html import unescape
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core._types import FloatArray
from .._core.errors import InputError
from ._figures import Part

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection


_DASHES = {"solid": "-", "dash": "--", "dot": ":", "dashdot": "-."}
_MARKERS = {
    "circle": "o", "diamond": "D", "square": "s", "triangle-up": "^", "triangle-down": "v",
    "cross": "P", "x": "X", "star": "*",
}  # fmt: skip
# By plotly's name, as it is and reversed: its red and blue begin at the other end.
_SCALES = {"Viridis": ("viridis", "viridis_r"), "RdBu": ("RdBu_r", "RdBu")}
_PER_PIXEL = 0.75
"""Points of print for a pixel of the screen."""


def draw(figure: Part, ax: "Axes | None" = None) -> "Axes":
    """Draw a figure of plotly by matplotlib.

    Parameters
    ----------
    figure : dict
        Plotly's ``data``, a list of traces, and ``layout``, a dict with ``xaxis``, ``yaxis``,
        ``height`` (pixels) and, unless ``showlegend`` is False, ``legend``. It may have
        ``yaxis2``, ``shapes``, ``title``, ``coloraxis`` and ``width``; others have no effect. It
        is not changed.
    ax : matplotlib Axes, optional
        Drawn into; axes in a new figure of the layout's size otherwise.

    Returns
    -------
    matplotlib Axes
        Those drawn into. A second axis on the right has axes of its own in the same figure.

    Raises
    ------
    InputError
        If matplotlib is not installed.
    """
    layout = figure["layout"]
    ax = _axes(layout) if ax is None else ax
    places = {"y": ax}
    if "yaxis2" in layout:
        places["y2"] = ax.twinx()
    _draw_traces(figure["data"], layout, places)
    for shape in layout.get("shapes", ()):
        _vertical_line(shape, ax)
    _axis(layout["xaxis"], ax, "x")
    for name, place in places.items():
        _axis(layout[name.replace("y", "yaxis")], place, "y")
    if "title" in layout:
        ax.set_title(_text(layout["title"]["text"]), fontsize="medium")
    if layout.get("showlegend", True):
        _legend(layout, list(places.values()))
    return ax


def _draw_traces(
    traces: list[Part], layout: Part, places: "dict[str, Axes]"
) -> None:
    """Draw traces, each into its axes, with their colour bars.

    Parameters
    ----------
    traces : list of dict
        Plotly's traces, drawn in their order, as `_trace` takes them. ``yaxis`` names the axes of
        each, "y" without it.
    layout : dict
        Plotly's layout; ``coloraxis`` is a scale that traces share, whose ends are the smallest and
        largest ``color`` of their markers. It is not changed.
    places : dict of str to Axes
        Matplotlib's axes by plotly's name, "y" and "y2"; they are drawn into. KeyError for a trace
        on another.
    """
    shared = [
        t for t in traces if "coloraxis" in t.get("marker", ()) and len(t["x"])
    ]
    if shared:
        values = [
            value for trace in shared for value in trace["marker"]["color"]
        ]
        ends = {"cmin": min(values), "cmax": max(values)}
        layout = layout | {"coloraxis": layout["coloraxis"] | ends}
    for trace in traces:
        ax = places[trace.get("yaxis", "y")]
        artist = _trace(trace, layout, ax)
        scale = trace.get("marker", {})
        # All traces of a shared scale have one bar.
        if shared and trace is shared[-1]:
            scale = layout["coloraxis"]
        if artist is not None:
            _colour_bar(artist, scale, ax)


def _trace(trace: Part, layout: Part, ax: "Axes") -> "PathCollection | None":
    """Draw one trace of plotly: a heat map, an area, lines, points or error bars.

    Parameters
    ----------
    trace : dict
        The trace, with ``type``, "heatmap" or another. A heat map has ``x``,
        ``y``, ``z``, ``colorscale`` and ``colorbar``. Any other has ``x`` and
        ``y``, where None is a gap, and may have ``error_x`` and ``error_y``;
        an area has ``fill``, ``fillcolor`` and ``opacity``. Others have
        ``mode``, in which "lines" needs ``line`` with ``width`` and ``color``,
        "markers" ``marker``, and "text" ``text``, ``textfont``,
        ``textposition`` and ``marker``. ``name`` goes to the legend unless
        ``showlegend`` is False.
    layout : dict
        Plotly's layout, for a shared scale of colours, ``coloraxis``.
    ax : matplotlib Axes
        Drawn into.

    Returns
    -------
    matplotlib PathCollection or None
        Points whose colours have a scale, for a colour bar; None for all else. A heat map draws its
        own.
    """
    if trace["type"] == "heatmap":
        grid = [np.array(trace[axis], float) for axis in "xyz"]
        mesh = ax.pcolormesh(*grid, shading="nearest", **_scale(trace, "z"))
        ax.figure.colorbar(
            mesh, ax=ax, label=_text(trace["colorbar"]["title"]["text"])
        )
        return None
    x = np.array(trace["x"], float)
    y = np.array(trace["y"], float)
    if trace.get("fill"):
        ax.fill(
            x, y, color=trace["fillcolor"], alpha=trace["opacity"], linewidth=0
        )
        return None
    _error_bars(trace, x, y, ax)
    coloured = None
    label = "_nolegend_"
    if trace.get("name") and trace.get("showlegend", True):
        label = _text(trace["name"]) or label
    if "lines" in trace["mode"]:
        look = trace["line"]
        ax.plot(
            x,
            y,
            linewidth=_PER_PIXEL * look["width"],
            linestyle=_DASHES[look.get("dash", "solid")],
            color=look["color"],
            label=label,
        )
        # Line and points have one entry in the legend.
        label = "_nolegend_"
    if "markers" in trace["mode"]:
        coloured = _points(trace["marker"], x, y, label, layout, ax)
    if "text" in trace["mode"]:
        _annotate_points(trace, x, y, ax)
    return coloured


def _error_bars(trace: Part, x: FloatArray, y: FloatArray, ax: "Axes") -> None:
    """Draw the ranges of a trace's points into axes; nothing if it has none.

    Parameters
    ----------
    trace : dict
        Plotly's trace: ``error_x`` and ``error_y``, if there are any, each with
        ``array`` (upward) and ``arrayminus`` (downward), n lengths of 0 or more
        from the point, and ``color``. Of two the colour of ``error_y`` counts.
    x, y : ndarray, shape (n,)
        Places of the points.
    ax : matplotlib Axes
        Drawn into.
    """
    ends: dict[str, Any] = {}
    for axis in "xy":
        bars = trace.get(f"error_{axis}")
        if bars:
            ends[f"{axis}err"] = np.array(
                [bars["arrayminus"], bars["array"]], float
            )
            colour = bars["color"]
    if ends:
        ax.errorbar(
            x, y, **ends, fmt="none", ecolor=colour, alpha=0.4, zorder=2
        )


def _axes(layout: Part) -> "Axes":
    """Create axes in a new matplotlib figure of the layout's size; InputError without matplotlib.

    `layout` is plotly's: ``height`` is required, ``width`` is 640 without it, in pixels, 100 an
    inch.
    """
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
    """Draw a shape of the layout as a vertical line over the whole height.

    Parameters
    ----------
    shape : dict
        Plotly's shape: ``x0``, in data coordinates, and ``line`` with ``width`` (pixels),
        ``color`` and ``dash``: "solid", "dash", "dot" or "dashdot" (KeyError for another). All are
        required; its other ends do not count.
    ax : matplotlib Axes
        Drawn into.
    """
    line = shape["line"]
    ax.axvline(
        shape["x0"],
        linewidth=_PER_PIXEL * line["width"],
        color=line["color"],
        linestyle=_DASHES[line["dash"]],
    )


def _annotate_points(trace: Part, x: Any, y: Any, ax: "Axes") -> None:
    """Write the texts of a trace above, below or beside its points.

    Parameters
    ----------
    trace : dict
        Plotly's trace: ``text`` (one for each point), ``textfont`` and ``marker`` with ``size``
        (pixels), and ``textposition``, one for all points or one for each, such as "top center" or
        "bottom left"; what begins with neither "bottom" nor "middle" stands above.
    x, y : ndarray, shape (n,)
        Places of the points, in data coordinates.
    ax : matplotlib Axes
        Drawn into.
    """
    size = _PER_PIXEL * trace["textfont"]["size"]
    places = np.broadcast_to(trace["textposition"], len(x))
    points = zip(x, y, strict=True)
    for at, text, place in zip(points, trace["text"], places, strict=True):
        height, side = place.split()
        off = 2.0 + 0.6 * _PER_PIXEL * trace["marker"]["size"]
        shift = (0.0, -off if height == "bottom" else off)
        if height == "middle":
            shift = (-off if side == "left" else off, 0.0)
        ax.annotate(
            _text(text),
            at,
            size=size,
            # plotly names where the text stands, matplotlib which end of it is at the point.
            va=_HEIGHTS.get(height, "bottom"),
            ha=_ENDS.get(side, "center"),
            xytext=shift,
            textcoords="offset points",
        )


_HEIGHTS = {"bottom": "top", "middle": "center"}
_ENDS = {"left": "right", "right": "left"}


def _points(
    marker: Part,
    x: FloatArray,
    y: FloatArray,
    label: str,
    layout: Part,
    ax: "Axes",
) -> "PathCollection | None":
    """Draw points in the look of a plotly marker into `ax`.

    Parameters
    ----------
    marker : dict
        Plotly's marker: ``color``, one text or a number for each point, and ``size``, one number of
        pixels, are required. ``symbol`` ("circle" without it; KeyError for one that is not in `_MARKERS`),
        ``opacity`` and ``line`` with ``width`` and ``color`` may be there. Of numbers the scale is
        ``coloraxis`` of the layout if the marker has that key, otherwise the marker's own
        ``colorscale``.
    x, y : ndarray, shape (n,)
        Places of the points.
    label : str
        Text in the legend, "_nolegend_" for none.
    layout : dict
        Plotly's layout, which may hold the scale of the colours.
    ax : matplotlib Axes
        Changed in place.

    Returns
    -------
    matplotlib PathCollection or None
        The points if their colours have a scale; None too if there are none.
    """
    edge = marker.get("line", {"width": 0.0})
    size = (_PER_PIXEL * marker["size"]) ** 2
    look = {
        "s": size,
        "marker": _MARKERS[marker.get("symbol", "circle")],
        "label": label,
    }
    look |= {
        "alpha": marker.get("opacity"),
        "edgecolors": edge.get("color", "none"),
    }
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
    """Choose matplotlib's name (``cmap``) and ends (``vmin``, ``vmax``) of a colour scale, as keywords.

    `scale` is plotly's: ``colorscale``, ``reversescale`` (False without it) and
    the ends ``cmin`` and ``cmax``, or ``zmin`` and ``zmax``; `ends` is the
    letter, "c" or "z". ``colorscale`` must be "Viridis" or "RdBu"; KeyError for
    any other. "Viridis" gives "viridis", reversed "viridis_r". Plotly's "RdBu"
    runs the other way: it gives "RdBu_r", reversed "RdBu". A missing end is
    None.
    """
    cmap = _SCALES[scale["colorscale"]][bool(scale.get("reversescale"))]
    return {"cmap": cmap} | {
        f"v{end}": scale.get(f"{ends}{end}") for end in ("min", "max")
    }


def _axis(layout: Part, ax: "Axes", axis: str) -> None:
    """Apply plotly's layout of one axis to matplotlib's axes: title, range and side.

    Parameters
    ----------
    layout : dict
        Layout of the axis, such as ``layout["xaxis"]``. These keys have an effect: ``visible``
        (False hides both axes), ``title`` with ``text``, ``autorange`` ("reversed"), ``rangemode``
        ("tozero"), ``range`` (two ends), ``side`` ("right", of y) and ``scaleanchor`` (equal units
        on both axes).
    ax : matplotlib Axes
        Changed in place, after its traces are drawn.
    axis : {"x", "y"}
        Which one.
    """
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
    """Draw one legend for all axes, each label once; nothing if no trace has a label.

    Parameters
    ----------
    layout : dict
        Plotly's layout, with ``legend``, whose ``title`` has ``text`` if it is
        there, and ``yaxis``. The legend is below the axes if the ``side`` of
        the y axis is "right".
    places : list of Axes
        Axes with traces; the last one gets the legend.
    """
    handle_of_label: dict[str, Any] = {}
    for ax in places:
        handles, labels = ax.get_legend_handles_labels()
        handle_of_label.update(zip(labels, handles, strict=True))
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
    """Convert a text with plotly's HTML to matplotlib's.

    ``<sub>`` and ``<sup>`` become mathematics, as "B<sub>r</sub>" becomes
    "B$_{r}$", and ``<br>`` a new line; ``<b>`` is dropped. A dollar sign is
    escaped, and entities such as ``&lt;`` become their letters. Other tags
    stay as they are.
    """
    plain = (
        text.replace("<br>", "\n")
        .replace("<b>", "")
        .replace("</b>", "")
        .replace("$", r"\$")
    )
    plain = re.sub(r"<sub>(.*?)</sub>", r"$_{\1}$", plain)
    return unescape(re.sub(r"<sup>(.*?)</sup>", r"$^{\1}$", plain))
