"""The figures, each described once as plotly's data and layout.

The report hands them to plotly.js, `magnetkit.report.plots` to notebooks and files. Plotly
reads a subset of HTML in texts: every name that a user gave is escaped where it enters.
"""

import re
from collections.abc import Sequence
from html import escape
from math import isfinite
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from .._core import datasets
from .._core._constants import ROOM_K
from .._core._types import FloatArray
from .._core.columns import COLUMNS
from .._core.units import MU_0, ZERO_CELSIUS
from ..choose._job import AS_SOLD
from ..choose._profile_parts import Objective
from ..choose.result import SPREAD_ROWS
from ..magnetism.sintered import comparators
from ..phases.hull import Others, Section
from ..phases.records import HOST_NAMES
from ._text import CGS, is_cgs

if TYPE_CHECKING:
    import pandas as pd

    from ..choose.applications import Profile
    from ..magnetism.demagnetization import Demagnetization


Part = dict[str, Any]
"""Data and layout of a figure, or a part of them such as a trace."""
Look = tuple[str, str]
"""Colour and plotly's name of a dash."""

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Okabe and Ito's colours, decided apart by the colour-blind."""
GREY = "#9a9a9a"
BLACK = "#000000"
EDGE = {"width": 0.5, "color": "#444"}
"""Around a point, so that a pale one is seen."""
POINTS = SPREAD_ROWS
"""Points of a scatter plot; the best are kept and the others thinned evenly."""
GRADE_TEMPERATURE_K = ROOM_K
"""Temperature at which makers guarantee their grades, K."""
X = "coercivity_kA_m"
Y = "remanence_T"
"""Axes of the map of grades."""
# With ticks outside, the labels of two axes keep apart where these meet.
AXIS = {
    "gridcolor": "#e4e4e4", "automargin": True, "ticks": "outside", "ticklen": 9,
    "tickcolor": "#fff",
}  # fmt: skip
_SYMBOLS = (
    "diamond",
    "square",
    "triangle-up",
    "circle",
    "triangle-down",
    "cross",
)
_DASHES = ("solid", "dash", "dot", "dashdot")
# Where each element of a section stands.
_CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(0.75)]])


def make_axis(text: str) -> Part:
    """Return plotly's layout of an axis with the title `text`, HTML: ``{"title": {"text": text}}``."""
    return {"title": {"text": text}}


def column_axis(name: str) -> Part:
    """Build the layout of an axis for a result column.

    Parameters
    ----------
    name : str
        A column of the registry, such as "remanence_T"; KeyError otherwise.

    Returns
    -------
    dict
        Plotly's layout of an axis, ``{"title": {"text": ...}}``, with label,
        symbol and SI unit in HTML, such as "Remanence B<sub>r</sub> (T)"; see
        `convert_axes` for other units. A missing symbol or unit is left out.
    """
    column = COLUMNS[name]
    symbol = (
        column.symbol
        if column.symbol.replace("_", "") not in column.label
        else ""
    )
    symbol = re.sub(
        r"_\{?(\w+)\}?", r"<sub>\1</sub>", symbol.replace(r"\mu", "μ")
    )
    unit = (
        f"({column.unit.replace('m3', 'm<sup>3</sup>')})"
        if column.unit
        else ""
    )
    return make_axis(" ".join(filter(None, (column.label, symbol, unit))))


def convert_axes(figure: Part) -> Part:
    """Convert a figure's axes of T, kA/m and kJ/m3 to the units of the setting, in place.

    Data, titles of axes and hover texts are converted to kG, kOe and MGOe if
    the setting is CGS, otherwise nothing is; the same figure is returned,
    plotly's ``data`` and ``layout``. An axis counts whose title ends in "(T)",
    "(kA/m)" or "(kJ/m<sup>3</sup>)". Axes of anisotropy fields stay in tesla.
    Error bars are converted with their points.
    """
    for key, axis in figure["layout"].items() if is_cgs() else ():
        text = (
            axis["title"]["text"]
            if key[1:5] == "axis" and "title" in axis
            else ""
        )
        unit = next(
            (
                u
                for u in CGS
                if text.endswith(f"({u.replace('m3', 'm<sup>3</sup>')})")
            ),
            "",
        )
        if not unit or "Anisotropy field" in text:
            continue
        factor, new = CGS[unit]
        axis["title"]["text"] = f"{text[: text.rindex('(')]}({new})"
        for trace in figure["data"]:
            if (
                trace.get(f"{key[0]}axis", key[0]) == key[0] + key[5:]
                and key[0] in trace
            ):
                trace[key[0]] = numbers(
                    factor * np.asarray(trace[key[0]], float)
                )
                bars = trace.get(f"error_{key[0]}", {})
                for side in {"array", "arrayminus"} & bars.keys():
                    bars[side] = numbers(
                        factor * np.asarray(bars[side], float)
                    )
                hover = trace.get("hovertemplate", "")
                at = f"%{{{key[0]}}} "
                trace["hovertemplate"] = hover.replace(at + unit, at + new)
    return figure


def figure_layout(
    xaxis: Part, yaxis: Part, height: int = 460, title: str = ""
) -> Part:
    """Build the layout that all figures have.

    Parameters
    ----------
    xaxis, yaxis : dict
        Layout of the axes, as `make_axis` or `column_axis` returns it, added to what all
        axes have.
    height : int
        Pixels.
    title : str
        Plain text, wrapped and escaped here; none if empty.

    Returns
    -------
    dict
        Plotly's layout, a new one: ``height``, ``margin``, ``xaxis``, ``yaxis``, ``legend``,
        colours, ``font`` and, unless `title` is empty, ``title``.
    """
    lines = wrap(title, 44)
    layout = {
        "height": height,
        "margin": {
            "l": 60,
            "r": 20,
            "t": 45 + 20 * len(lines) if lines else 20,
            "b": 50,
        },
        "xaxis": AXIS | xaxis,
        "yaxis": AXIS | yaxis,
        # Below the title of the axis, however low the figure is.
        "legend": {
            "orientation": "h",
            "y": -83.0 / (height - 70.0),
            "yanchor": "top",
        },
        "paper_bgcolor": "#fff",
        "plot_bgcolor": "#fff",
        "font": {
            "family": "system-ui, sans-serif",
            "size": 13,
            "color": "#222",
        },
        "hoverlabel": {"align": "left"},
    }
    # Next to what it is of, below plotly's buttons.
    at = {
        "yref": "paper",
        "y": 1,
        "yanchor": "bottom",
        "pad": {"b": 10},
        "font": {"size": 15},
    }
    text = "<br>".join(map(escape, lines))
    if lines:
        return layout | {"title": {"text": text} | at}
    return layout


def numbers(values: Any) -> list[float | None]:
    """Round `values`, a vector, to four significant digits each, as a list of floats for JSON.

    None stands for what is not finite. None in `values` counts as NaN; a text that is no number is a
    ValueError.
    """
    return [
        float(f"{v:.4g}") if isfinite(v) else None
        for v in np.asarray(values, float).tolist()
    ]


def points(
    name: str,
    x: Any,
    y: Any,
    marker: Part,
    hover: str,
    texts: Sequence[str] = (),
) -> Part:
    """Build a scatter trace of points.

    Parameters
    ----------
    name : str
        Name in the legend, escaped already.
    x, y : array_like, shape (n,)
        Coordinates.
    marker : dict
        Plotly's marker; it becomes part of the trace.
    hover : str
        Plotly's template; ``%{x}``, ``%{y}`` and ``%{text}`` stand for those of each point.
    texts : sequence of str
        Texts of the points, escaped already; none if empty.

    Returns
    -------
    dict
        Plotly's trace: ``type`` "scatter", ``mode`` "markers", ``name``,
        ``x``, ``y`` (None for NaN), ``hovertemplate``, ``marker`` and ``text``
        (a list, empty without texts).
    """
    return {
        "type": "scatter", "mode": "markers", "name": name, "x": numbers(x), "y": numbers(y),
        "hovertemplate": f"{hover}<extra></extra>", "marker": marker, "text": list(texts),
    }  # fmt: skip


def line(name: str, x: Any, y: Any, **look: Any) -> Part:
    """Build a trace of points joined by a line.

    `name` stands in the legend, escaped already; `x` and `y` are vectors of
    equal length, and `look` are entries of plotly's ``line``: ``color``,
    ``dash`` and ``width`` (2 without it). The trace has ``type`` "scatter",
    ``mode`` "lines", ``name``, ``x``, ``y`` and ``line``; None stands for NaN.
    """
    return {
        "type": "scatter", "mode": "lines", "name": name, "x": numbers(x), "y": numbers(y),
        "line": {"width": 2} | look,
    }  # fmt: skip


def candidates(
    frame: "pd.DataFrame",
    x: str,
    y: str,
    name: str,
    marker: Part,
    texts: Sequence[str],
) -> Part:
    """Build a scatter trace of candidates on two result columns.

    Parameters
    ----------
    frame : pandas.DataFrame
        Results, with the columns `x` and `y`, in the registry's units.
    x, y : str
        Columns of the registry, such as "remanence_T"; KeyError for another.
    name : str
        Name in the legend, escaped already.
    marker : dict
        Plotly's marker, such as ``{"size": 7, "color": "#0072B2"}``.
    texts : sequence of str
        One for each row, shown when pointed at, escaped already.

    Returns
    -------
    dict
        Plotly's trace, as of `points`; a row without a value is a point with None.
    """
    shown_columns = (
        (COLUMNS[column], axis) for column, axis in ((x, "x"), (y, "y"))
    )
    hover = "<br>".join(
        f"{c.short} %{{{axis}}} {c.unit}" for c, axis in shown_columns
    )
    return points(
        name, frame[x], frame[y], marker, f"%{{text}}<br>{hover}", texts
    )


def star(frame: "pd.DataFrame", x: str, y: str, text: str, name: str) -> Part:
    """Build the star of the magnet that all others are compared with, on two result columns.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row, with the columns `x` and `y`, in the registry's units.
    x, y : str
        Columns of the registry, such as "remanence_T"; KeyError for another.
    text : str
        Shown when pointed at, escaped already.
    name : str
        Name in the legend, escaped already.

    Returns
    -------
    dict
        Plotly's trace, as of `candidates`: units are not converted.
    """
    look = {
        "symbol": "star",
        "size": 16,
        "color": BLACK,
        "line": {"width": 1, "color": "#fff"},
    }
    return candidates(frame, x, y, name, look, [text])


def decision_numbers(decided: "pd.DataFrame") -> list[str]:
    """List how each decision is called: today's magnet ``0``, the others by their rank.

    `decided` has the rows of the decisions, today's magnet first: ``rank`` (from 1,
    or missing), ``decision_status`` ("keep", "ready", "buy" or "trial") and
    ``nearest_grade``. The result has one text for each row, the first always "0",
    the others such as "3". The rank is that of ``DIR:n`` and of the column
    ``rank`` of every file. What is bought as sold is no candidate and has no
    rank: it goes by its grade, as `magnetkit.curve` takes it. What a search for
    the best left out of its files has a letter, "a" to "j" in order; of more than
    ten the next is a StopIteration.
    """
    import pandas as pd

    letters = iter("abcdefghij")
    numbers = ["0"]
    for row in decided.iloc[1:].to_dict("records"):
        if not pd.isna(row["rank"]):
            numbers.append(str(int(row["rank"])))
        elif row["decision_status"] == "buy":
            numbers.append(str(row["nearest_grade"]))
        else:
            numbers.append(next(letters))
    return numbers


def decision_names(decided: "pd.DataFrame") -> list[str]:
    """List the names of a screening's decisions with their numbers, such as "0. Today's magnet".

    Parameters
    ----------
    decided : pandas.DataFrame
        Rows of the decisions, today's magnet first: ``decision``, its name, and what
        `decision_numbers` needs: ``rank``, ``decision_status`` and ``nearest_grade``.

    Returns
    -------
    list of str
        One for each row, in their order, plain text, such as "3. Less dysprosium". The first is
        "0. Today’s magnet", whatever its name.
    """
    names = ["Today’s magnet", *decided["decision"].iloc[1:].astype(str)]
    return [
        f"{number}. {name}"
        for number, name in zip(decision_numbers(decided), names, strict=True)
    ]


def decisions(decided: "pd.DataFrame", x: str, y: str) -> list[Part]:
    """Build the traces of the decisions on two result columns.

    Today's magnet is a star, the others have the numbers of
    `decision_numbers`.

    Parameters
    ----------
    decided : pandas.DataFrame
        Rows of the decisions, today's magnet first: `x`, `y`, ``candidate``, ``shell``,
        ``decision``, ``rank``, ``decision_status`` and ``nearest_grade``; ``route`` may be there.
    x, y : str
        Columns of the registry, such as "remanence_T".

    Returns
    -------
    list of dict
        Plotly's traces, one a row, in the registry's units.
    """
    traces = []
    look = {
        "symbol": "diamond",
        "size": 12,
        "color": "#fff",
        "line": {"width": 2},
    }
    names = decision_names(decided)
    for n, number in enumerate(decision_numbers(decided)):
        name = names[n]
        part = decided.iloc[n : n + 1]
        text = [f"{escape(candidate_names(part)[0])}<br>{escape(name)}"]
        if n == 0:
            traces.append(star(part, x, y, text[0], name))
            continue
        colour = COLOURS[(n - 1) % len(COLOURS)]
        marker = look | {"line": {"width": 2, "color": colour}}
        trace = candidates(part, x, y, escape(name), marker, [number])
        trace["hovertemplate"] = trace["hovertemplate"].replace(
            "%{text}", "%{hovertext}"
        )
        at = {
            "textposition": "top center",
            "textfont": {"size": 13},
            "hovertext": text,
        }
        traces.append(trace | {"mode": "markers+text"} | at)
    return traces


_AREA_PX = np.array([450.0, 275.0])
"""Least width and height between the axes, in pixels: of a saved picture, and of the report."""
_MARKER_PX = np.array([8.0, 8.0])
_LETTER_PX = np.array([4.0, 8.0])
"""Half the width and height of a decision's marker, and of a letter of its number."""
_SIDES = {
    "top center": np.array([0.0, 1.0]),
    "middle right": np.array([1.0, 0.0]),
    "middle left": np.array([-1.0, 0.0]),
    "bottom center": np.array([0.0, -1.0]),
}
"""Where a number may stand, plotly's ``textposition``, and the direction from its point."""


def _place_numbers(traces: Sequence[Part]) -> list[Part]:
    """Place the number of each decision above, beside or below its point, where it covers no other.

    Parameters
    ----------
    traces : sequence of dict
        All traces of a figure, of plotly, as `points` returns them: ``x``, ``y`` (None for NaN),
        ``mode``, ``marker`` and ``text``. Those of the mode "markers+text" and the star are
        decisions of one point each, see `decisions`. They are not changed.

    Returns
    -------
    list of dict
        The traces, those with a number with another ``textposition``.
    """
    drawn = [
        np.array([trace["x"], trace["y"]], np.float64).T for trace in traces
    ]
    everywhere = np.concatenate(drawn)
    everywhere = everywhere[np.isfinite(everywhere).all(axis=1)]
    if not len(everywhere):
        return list(traces)
    scale = _AREA_PX / np.maximum(np.ptp(everywhere, axis=0), 1e-30)
    markers = {
        place: (drawn[place][0] * scale, _MARKER_PX)
        for place, trace in enumerate(traces)
        if trace["mode"] == "markers+text"
        or trace["marker"].get("symbol") == "star"
    }
    numbers_placed: list[tuple[FloatArray, FloatArray]] = []
    with_numbers = list(traces)
    for place, (point, _) in markers.items():
        trace = traces[place]
        if trace["mode"] != "markers+text":
            continue
        half = _LETTER_PX * (len(trace["text"][0]), 1)
        others = [box for other, box in markers.items() if other != place]
        side, centre = _choose_side(point, half, others + numbers_placed)
        numbers_placed.append((centre, half))
        with_numbers[place] = trace | {"textposition": side}
    return with_numbers


def _choose_side(
    point: FloatArray,
    half: FloatArray,
    boxes: Sequence[tuple[FloatArray, FloatArray]],
) -> tuple[str, FloatArray]:
    """Choose where a number stands beside its point so that it covers none of the boxes.

    Parameters
    ----------
    point, half : ndarray, shape (2,)
        The point, and half the width and height of the number, in pixels, to the right and up.
    boxes : sequence of pairs of ndarray, shape (2,)
        Centre of each box, and half its width and height, in pixels.

    Returns
    -------
    side : str
        The first of `_SIDES` that covers none; if all do, the first.
    centre : ndarray, shape (2,)
        Centre of the number there.
    """
    reach = _MARKER_PX + half + 1.0
    for side, direction in _SIDES.items():
        centre = point + direction * reach
        if not any(
            (np.abs(centre - other) < half + size).all()
            for other, size in boxes
        ):
            return side, centre
    side = next(iter(_SIDES))
    return side, point + _SIDES[side] * reach


def colour_bar(title: str) -> Part:
    """Return plotly's ``colorbar``, the scale beside a figure, with `title`, HTML, on its right."""
    return {"title": {"text": title, "side": "right"}, "thickness": 12}


def looks(magnets: int, temperatures: int = 1) -> list[Look]:
    """Choose a look for each curve: a hue for a magnet, a dash for its temperature.

    `magnets` and `temperatures` are numbers. If there is one magnet alone, each
    temperature has its own hue. The result is a list of ``magnets * temperatures``
    tuples (colour, dash) such as ("#0072B2", "solid"), those of a magnet
    together; hues repeat after six, dashes after four.
    """
    if magnets == 1:
        magnets = temperatures
        temperatures = 1
    places = [(i, j) for i in range(magnets) for j in range(temperatures)]
    return [
        (COLOURS[i % len(COLOURS)], _DASHES[j % len(_DASHES)])
        for i, j in places
    ]


def lines_over_temperature(
    frame: "pd.DataFrame",
    column: str,
    styles: Sequence[Look] | None = None,
    *,
    celsius: bool = False,
    bands: int | None = None,
) -> list[Part]:
    """Build a line over temperature for each candidate, and its interval as an area.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``candidate``, ``temperature_K``, `column` and, for areas, its ``_lo`` and ``_hi``, in any
        order of rows. Rows without a value are left out. A candidate that stands twice at a
        temperature is two lines.
    column : str
        The result column that is drawn, such as "remanence_T".
    styles : sequence of (colour, dash), optional
        Look of each line, in the order in which candidates come first, at least as many as there
        are lines; those of `looks` otherwise.
    celsius : bool
        Axis in degrees Celsius, in kelvin otherwise.
    bands : int, optional
        Number of first candidates that get an area; all otherwise.

    Returns
    -------
    list of dict
        Plotly's traces: all areas, then the lines, each named by its candidate, escaped.
    """
    # A candidate that stands there twice is two lines.
    copy = frame.groupby(["candidate", "temperature_K"]).cumcount()
    parts = [
        (name, part)
        for (name, _), part in frame.groupby(["candidate", copy], sort=False)
    ]
    areas = []
    lines = []
    has_range = {f"{column}_lo", f"{column}_hi"} <= set(frame)
    for i, (name, part) in enumerate(parts):
        colour, dash = (styles or looks(len(parts)))[i]
        part = part[part[column].notna()].sort_values("temperature_K")
        x = part["temperature_K"].to_numpy(float) - celsius * ZERO_CELSIUS
        group = {"legendgroup": str(i)}
        if has_range and (bands is None or i < bands):
            # Up along the upper end, back along the lower.
            ends = [*part[f"{column}_hi"], *part[f"{column}_lo"].iloc[::-1]]
            areas.append(
                line("", [*x, *x[::-1]], ends, width=0)
                | {"fill": "toself", "fillcolor": colour, "opacity": 0.15}
                | {"hoverinfo": "skip", "showlegend": False}
                | group
            )
        trace = line(
            escape(str(name)),
            x,
            part[column],
            color=colour,
            dash=dash,
            width=2.5,
        )
        lines.append(trace | group)
    return [*areas, *lines]


def temperature_axis(celsius: bool) -> Part:
    """Return the axis of `lines_over_temperature`."""
    if celsius:
        return make_axis("Temperature (°C)")
    return column_axis("temperature_K")


def demagnetization(
    given: Sequence["Demagnetization"],
    names: Sequence[str],
    styles: Sequence[Look],
    height: int = 520,
    measured: Sequence[Any] = (),
) -> Part:
    """Build the figure of J(H) (thick) and B(H) (thin) against the reverse field, with the load line.

    Parameters
    ----------
    given : sequence of Demagnetization
        Curves, at least one, each of one or more magnets and temperatures, as
        `magnetkit.magnetism.demagnetization` returns them. A single one goes
        in a list.
    names : sequence of str
        Plain text, for each magnet at each temperature, those of a magnet
        together. ValueError if there are more or fewer.
    styles : sequence of (colour, dash)
        Such as ("#0072B2", "solid"), in the same order and number (ValueError
        otherwise).
    height : int
        Pixels.
    measured : sequence of MeasuredCurve
        Points of their own: ``field`` (A/m, positive) and ``polarization`` (T).

    Returns
    -------
    dict
        Plotly's ``data`` and ``layout``, in kA/m and T; x is the reverse field
        -H, positive. The load line is that of the first of `given`.
    """
    traces = [_measured_points(curve) for curve in measured]
    places = [
        (curves, at)
        for curves in given
        for at in np.ndindex(curves.remanence.shape)
    ]
    for name, look, (curves, at) in zip(names, styles, places, strict=True):
        # In a legend plotly knows no entity of quotes.
        label = escape(name, quote=False)
        traces += _magnet_traces(
            curves, at, label, look, group=str(len(traces))
        )
    traces.append(_load_line(given))
    layout = figure_layout(
        make_axis("Reverse field −H (kA/m)") | {"autorange": "reversed"},
        make_axis("J and B (T)") | {"rangemode": "tozero", "side": "right"},
        height,
    )
    return {"data": traces, "layout": layout}


def _measured_points(curve: Any) -> Part:
    """Build the points of a measured curve as circles of J against -H.

    `curve` has ``field`` (A/m, the reverse field, positive) and
    ``polarization`` (T). The result is a trace of plotly, in kA/m and T; x is
    positive too.
    """
    dot = {
        "color": "#fff",
        "size": 7,
        "symbol": "circle",
        "line": {"width": 1.5, "color": BLACK},
    }
    field = 1e-3 * curve.field
    hover_text = "Measured<br>H −%{x} kA/m<br>J %{y} T"
    return points("Measured J(H)", field, curve.polarization, dot, hover_text)


def _magnet_traces(
    curves: "Demagnetization",
    at: tuple[int, ...],
    label: str,
    look: Look,
    group: str,
) -> list[Part]:
    """Build J(H), B(H) and the working point of one magnet at one temperature.

    Parameters
    ----------
    curves : Demagnetization
        n magnets at k temperatures.
    at : tuple of two ints
        Magnet and temperature, from 0: the place in the arrays of `curves`.
    label : str
        Name of the magnet, escaped already.
    look : tuple of two str
        Colour and dash, such as ("#0072B2", "solid").
    group : str
        Group of these traces in the legend.

    Returns
    -------
    list of dict
        Plotly's three traces, in kA/m and T, x being the reverse field -H,
        positive: J(H), B(H) and the working point, a cross where it lies past
        the knee. Points of negative J or B are left out. In the legend stands
        J(H) alone.
    """
    colour, dash = look
    traces = []
    for kind, whole, width in (
        ("J", curves.polarization, 2.5),
        ("B", curves.induction, 1.2),
    ):
        values = whole[at]
        inside = values >= -1e-9
        field = -1e-3 * curves.field[at][inside]
        name = f"{kind}(H) {label}"
        trace = line(
            name, field, values[inside], color=colour, dash=dash, width=width
        )
        traces.append(
            trace | {"legendgroup": group, "showlegend": kind == "J"}
        )
    is_kept = bool(curves.above_knee[at])
    working = points(
        f"Working point {label}",
        [-1e-3 * curves.working_field[at]],
        [curves.working_induction[at]],
        {"color": colour, "size": 9, "symbol": "circle" if is_kept else "x"},
        "Working point %{text}<br>H −%{x} kA/m<br>B %{y} T",
        ["before the knee" if is_kept else "past the knee: flux is lost"],
    )
    traces.append(working | {"legendgroup": group, "showlegend": False})
    return traces


def _load_line(given: Sequence["Demagnetization"]) -> Part:
    """Build the load line of magnets, up to the largest remanence or coercivity of them.

    Parameters
    ----------
    given : sequence of Demagnetization
        One or more; ``load_line`` is that of the first, ``remanence`` (T) and ``coercivity``
        (A/m) of all magnets and temperatures count, NaN left aside.

    Returns
    -------
    dict
        Plotly's trace of two points, the first (0, 0), in kA/m and T; x is the
        reverse field -H, positive.
    """
    remanences = [one.remanence.ravel() for one in given]
    coercivities = [one.coercivity.ravel() for one in given]
    top = np.nanmax([1e-9, *np.concatenate(remanences)])
    largest_field = np.nanmax([1e-9, *np.concatenate(coercivities)])
    slope = given[0].load_line
    reach = np.minimum([0.0, top / (max(slope, 1e-3) * MU_0)], largest_field)
    name = f"Load line, permeance coefficient {slope:g}"
    induction = slope * MU_0 * reach
    return line(name, 1e-3 * reach, induction, color="#666", dash="dot")


def objectives(profile: "Profile") -> list[str]:
    """List the columns that the ranking for a device strives for, in the order of its profile.

    Of `profile`, such as `magnetkit.applications.load` returns, the
    ``objectives`` count, such as "supply_risk:min", which gives "supply_risk".
    """
    return [Objective.parse(text).column for text in profile.objectives]


def trade_off_axes(
    profile: "Profile", decided: "pd.DataFrame", frame: "pd.DataFrame"
) -> tuple[str, str, str]:
    """Choose the columns of the trade-off picture.

    The column x is that of the first objective, the last one left aside, that sets decisions apart:
    their values in it, none of them NaN, span more than a tenth of those of the candidates. Without
    one it is that of the first objective.

    Parameters
    ----------
    profile : Profile
        The device, with its ``objectives``, such as ``"supply_risk:min"``.
    decided : pandas.DataFrame
        Rows of the decisions, with the columns of the objectives. Without rows it is a ValueError,
        unless there is one objective alone.
    frame : pandas.DataFrame
        Candidates, with the same columns.

    Returns
    -------
    x : str
    y : str
        Column of the last objective.
    colour : str
        Column of the first objective behind the first one that is not x, so
        of two y; of the first where there is none.
    """
    goals = objectives(profile)
    wide = [
        g
        for g in goals[:-1]
        if np.ptp(decided[g]) > 0.1 * (frame[g].max() - frame[g].min())
    ]
    x = wide[0] if wide else goals[0]
    return x, goals[-1], next((g for g in goals[1:] if g != x), goals[0])


def candidate_names(frame: "pd.DataFrame") -> list[str]:
    """List the names of candidates, with their shells, such as ``"Nd2Fe14B + Tb 0.5 wt%"``.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``candidate`` and ``shell`` (a text such as "Tb 0.5 wt%"; missing or empty for none), and
        ``route`` if there is one: where that begins with "as sold: " the shell, which is diffused
        into a sold grade, is left out.

    Returns
    -------
    list of str
        One for each row, plain text.
    """
    shells = frame["shell"].astype(object).fillna("").astype(str)
    if "route" in frame:
        # What is diffused into a sold grade is an estimate, and not to be ordered.
        shells = shells.mask(
            frame["route"].astype(str).str.startswith(AS_SOLD), ""
        )
    pairs = zip(frame["candidate"], shells, strict=True)
    return [
        f"{name} + {shell}" if shell else str(name) for name, shell in pairs
    ]


def hover_texts(frame: "pd.DataFrame") -> list[str]:
    """Write the hover text of each candidate: name, rank and probability, escaped.

    `frame` has ``candidate``, ``shell``, ``rank`` and
    ``probability_meets_requirements``; ``route`` may be there. The result is a
    list of one text for each row, such as "Nd2Fe14B<br>rank 3, P 0.92".
    """
    chance = frame["probability_meets_requirements"]
    rows = zip(candidate_names(frame), frame["rank"], chance, strict=True)
    return [
        f"{escape(name)}<br>rank {rank}, P {p:.2g}" for name, rank, p in rows
    ]


def pareto(
    frame: "pd.DataFrame",
    decided: "pd.DataFrame",
    x: str,
    y: str,
    colour: str,
    title: str = "",
) -> Part:
    """Build the figure of ranked candidates on two objectives.

    Candidates that meet the requirements are coloured, those of the front
    ringed, and the decisions named. Rows without a value in `x` or `y` are left
    out.

    Parameters
    ----------
    frame : pandas.DataFrame
        Ranked candidates: ``pareto_front`` (1 for the first front, missing for
        none), ``meets_requirements`` (bool), the three columns, and what
        `hover_texts` needs: ``candidate``, ``shell``, ``rank`` and
        ``probability_meets_requirements``.
    decided : pandas.DataFrame
        Rows of the decisions, today's magnet first, with `x`, `y`,
        ``candidate``, ``shell``, ``decision``, ``rank``, ``decision_status``
        and ``nearest_grade``.
    x, y, colour : str
        Columns of the registry, such as "supply_risk". `colour` is that of the
        dots of candidates that meet the requirements or are on the front.
    title : str
        Plain text; none if empty.

    Returns
    -------
    dict
        Plotly's ``data`` and ``layout``.
    """
    points_frame = frame.dropna(subset=[x, y])
    front = (points_frame["pareto_front"].fillna(0) == 1).to_numpy(bool)
    meets = points_frame["meets_requirements"].to_numpy(bool)
    ring = {"size": 12, "line": {"width": 2, "color": "#000"}}
    traces = []
    for name, rows, look in (
        ("Misses a requirement", ~meets & ~front, {"size": 5, "color": GREY}),
        (
            "Meets all",
            meets & ~front,
            {"size": 7, "line": EDGE, "coloraxis": "coloraxis"},
        ),
        ("Pareto front", front, ring | {"coloraxis": "coloraxis"}),
    ):
        part = points_frame[rows]
        marker = {"color": numbers(part[colour])} | look
        traces.append(candidates(part, x, y, name, marker, hover_texts(part)))
    layout = figure_layout(column_axis(x), column_axis(y), title=title)
    # One value makes no scale: plotly would invent a range around it.
    layout["coloraxis"] = {
        "colorscale": "Viridis",
        "colorbar": colour_bar(COLUMNS[colour].heading),
        "showscale": len(set(points_frame.loc[meets, colour])) > 1,
    }
    traces += decisions(decided, x, y)
    return {"data": _place_numbers(traces), "layout": layout}


def grades() -> "pd.DataFrame":
    """Read commercial grades at 20 C as points of the B_r-H_cj map.

    Returns
    -------
    pandas.DataFrame
        One row for each row of the data file ``grades/grades.csv``: ``host`` (such as "2:14:1"),
        ``grade``, ``remanence_T`` (the middle of the maker's range, or its one end),
        ``coercivity_kA_m`` (the guaranteed minimum) and ``source``. A new frame.
    """
    import pandas as pd

    grade_table = pd.read_csv(datasets.path("grades/grades.csv"))
    grade_table[Y] = grade_table[["remanence_min_T", "remanence_max_T"]].mean(
        axis=1
    )
    return grade_table.rename(columns={"coercivity_min_kA_m": X})[
        ["host", "grade", Y, X, "source"]
    ]


def grade_map(hosts: Sequence[str] | None, *more: Part) -> Part:
    """Build the map of remanence and coercivity at 20 C: grades, and magnets without rare earth.

    Parameters
    ----------
    hosts : sequence of str or None
        Host families such as "2:14:1", whose grades are drawn; all for None or none, and where no
        grades of them are sold. Unknown names have no effect.
    *more : dict
        Each is one trace of plotly, such as `candidates` returns. They stand
        last in ``data``, in front of the grades.

    Returns
    -------
    dict
        Plotly's ``data`` and ``layout``, with H_cJ (kA/m) across and B_r (T) up.
    """
    grade_table = grades()
    sold_hosts = [
        host for host in HOST_NAMES if (grade_table["host"] == host).any()
    ]
    symbols = dict(zip(sold_hosts, _SYMBOLS, strict=False))
    traces = []
    for host in [h for h in symbols if h in (hosts or symbols)] or list(
        symbols
    ):
        part = grade_table[grade_table["host"] == host]
        look = {"symbol": symbols[host], "size": 10, "color": "#d0d0d0"}
        look["line"] = {"width": 1, "color": "#555"}
        hover = "Grade %{text}<br>HcJ ≥ %{x} kA/m<br>Br %{y} T"
        texts = [escape(str(grade)) for grade in part["grade"]]
        traces.append(
            points(
                f"Grades {host} (20 °C)", part[X], part[Y], look, hover, texts
            )
        )
    other = comparators(GRADE_TEMPERATURE_K).dropna(subset=[X, Y])
    look = {"symbol": "x", "size": 9, "color": "#6b4c00"}
    texts = [escape(str(name)) for name in other["candidate"]]
    traces.append(
        candidates(other, X, Y, "Without rare earth (20 °C)", look, texts)
    )
    return {
        "data": _place_numbers([*traces, *more]),
        "layout": figure_layout(column_axis(X), column_axis(Y)),
    }


def section(
    hull: Section,
    shares: FloatArray,
    odds: ArrayLike,
    texts: Sequence[str],
    name: str = "Candidates",
    title: str = "",
) -> Part:
    """Build the triangle of the stable phases of three elements, with n candidates.

    Parameters
    ----------
    hull : Section
        Phases of the three elements, of `magnetkit.phases.hull.hull_section`: ``names``,
        ``shares`` and ``edges`` count.
    shares : ndarray, shape (n, 3)
        Atomic shares of the elements in the candidates, 0 to 1, in the order of the section; n may
        be 0.
    odds : array_like, shape (n,)
        Probability that each forms, 0 to 1.
    texts : sequence of str
        Hover texts, escaped already.
    name : str
        Name of the candidates in the legend.
    title : str
        Plain text; none if empty.

    Returns
    -------
    dict
        Plotly's ``data`` and ``layout``.
    """
    at = hull.shares @ _CORNERS
    edge = {"hoverinfo": "skip", "showlegend": False}
    traces = [
        line("", *at[side].T, width=1, color="#888") | edge
        for side in hull.edges
    ]
    formulas = [_lower_numbers(name) for name in hull.names]
    corners = np.vstack([at, shares @ _CORNERS]) if len(shares) else at
    places = _label_positions(at, list(map(len, hull.names)), corners)
    # The name of a phase that would lie on another's is shown when pointed at.
    labels = [
        text if place else ""
        for text, place in zip(formulas, places, strict=True)
    ]
    dot = {"size": 6, "color": "#222"}
    stable = points("Stable phases, 0 K", at[:, 0], at[:, 1], dot, "", labels)
    stable |= {
        "hovertemplate": "%{hovertext}<extra></extra>",
        "hovertext": formulas,
    }
    stable |= {"textposition": [place or "top center" for place in places]}
    stable |= {"textfont": {"size": 10}, "mode": "markers+text"}
    traces.append(stable)
    bare = {"visible": False}
    layout = figure_layout(
        bare, bare | {"scaleanchor": "x"}, height=560, title=title
    )
    if len(shares):
        x, y = (shares @ _CORNERS).T
        look = _probability_look(odds)
        traces.append(points(name, x, y, look, "%{text}", texts))
    return {"data": traces, "layout": layout}


def binary_section(
    hull: Section,
    shares: FloatArray,
    energies: FloatArray,
    odds: ArrayLike,
    texts: Sequence[str],
    title: str = "",
) -> Part:
    """Build the hull of two elements, formation energy over composition, with n candidates.

    Parameters
    ----------
    hull : Section
        Phases of the two elements, of `magnetkit.phases.hull.hull_section`: ``elements``,
        ``names``, ``shares``, ``energies`` and ``others`` count.
    shares : ndarray, shape (n,)
        Share of the second element in each candidate, 0 to 1; n may be 0.
    energies : ndarray, shape (n,)
        Formation energy, eV/atom.
    odds : array_like, shape (n,)
        Probability that each forms, 0 to 1.
    texts : sequence of str
        Hover texts, escaped already.
    title : str
        Plain text; none if empty.

    Returns
    -------
    dict
        Plotly's ``data`` and ``layout``, in at.% and eV/atom.
    """
    order = np.argsort(hull.shares[:, 1])
    x = 100.0 * hull.shares[order, 1]
    y = hull.energies[order]
    formulas = [_lower_numbers(hull.names[k]) for k in order]
    traces = [
        line("", x, y, width=1, color="#888")
        | {"hoverinfo": "skip", "showlegend": False}
    ]
    if len(hull.others.names):
        traces.append(_points_above_hull(hull.others))
    dot = {"size": 7, "color": "#222"}
    stable = points("Stable phases, 0 K", x, y, dot, "%{text}", formulas)
    lowest = int(np.argmin(y))
    sides = (
        ["bottom left"] * lowest
        + ["bottom center"]
        + ["bottom right"] * (len(y) - lowest - 1)
    )
    stable |= {
        "mode": "markers+text",
        "textposition": sides,
        "textfont": {"size": 10},
    }
    traces.append(stable)
    if len(shares):
        look = _probability_look(odds)
        traces.append(
            points(
                "Candidates", 100.0 * shares, energies, look, "%{text}", texts
            )
        )
    across = make_axis(f"{hull.elements[1]} (at.%)")
    return {
        "data": traces,
        "layout": figure_layout(
            across,
            column_axis("formation_energy_eV_atom"),
            height=480,
            title=title,
        ),
    }


def _points_above_hull(above: Others) -> Part:
    """Build the trace of the unstable phases of two elements, pale dots.

    `above` holds the phases: ``names``, ``shares`` (n, 2) and ``energies`` (of
    formation), eV/atom. They stand over the second element's at.%, in eV/atom.
    The result is plotly's trace, named "Above the hull".
    """
    names = [_lower_numbers(name) for name in above.names]
    edge = {"width": 1, "color": "#888"}
    dot = {"size": 6, "color": "#fff", "line": edge}
    at = 100.0 * above.shares[:, 1]
    return points("Above the hull", at, above.energies, dot, "%{text}", names)


def _probability_look(odds: ArrayLike) -> Part:
    """Build plotly's marker for n dots coloured by the probability that each forms.

    `odds`, shape (n,), are 0 to 1. The marker, a dict, has a colour bar of its own
    and the scale "Viridis" from 0 to 1.
    """
    return {
        "size": 11,
        "color": numbers(odds),
        "cmin": 0.0,
        "cmax": 1.0,
        "colorscale": "Viridis",
        "line": {"width": 1, "color": "#222"},
        "colorbar": colour_bar(COLUMNS["probability_phase_forms"].heading),
    }


def _lower_numbers(formula: str) -> str:
    """Return a formula with its numbers as subscripts of HTML."""
    return re.sub(r"([\d.]+)", r"<sub>\1</sub>", formula)


_PLACED = {"top center": 0.035, "bottom center": -0.035}
_LETTER = 0.016
_LINE_HEIGHT = 0.045
"""Width and height of a letter, as shares of the side of a section's triangle."""


def _label_positions(
    at: FloatArray, letters: Sequence[int], dots: FloatArray
) -> list[str]:
    """Choose where the name of each point stands: above or below it.

    Parameters
    ----------
    at : ndarray, shape (n, 2)
        Points, in the plane of the picture, in shares of the side of the triangle.
    letters : sequence of int
        Number of letters of each name.
    dots : ndarray, shape (k, 2)
        Dots that must stay free.

    Returns
    -------
    list of str
        Plotly's ``textposition`` of each: "top center" where that is free,
        otherwise "bottom center"; empty where the name would cover a name
        before it or a dot on both sides.
    """
    boxes: list[tuple[float, float, float]] = []
    positions = []
    for (x, y), count in zip(at.tolist(), letters, strict=True):
        for place, up in _PLACED.items():
            half = 0.5 * _LETTER * count
            free = (
                all(
                    abs(x - other) > half + wide
                    or abs(y + up - high) > _LINE_HEIGHT
                    for other, high, wide in boxes
                )
                and not (
                    (
                        np.abs(dots - (x, y + up)) < (half, 0.4 * _LINE_HEIGHT)
                    ).all(axis=1)
                ).any()
            )
            if free:
                boxes.append((x, y + up, half))
                positions.append(place)
                break
        else:
            positions.append("")
    return positions
