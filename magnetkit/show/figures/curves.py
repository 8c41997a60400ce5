"""Curves of magnets: properties over temperature, and J(H) and B(H) with the load line."""

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from ...units import MU_0, ZERO_CELSIUS
from .parts import COLOURS, Figure, axis_of, layout_of, line, numbers, points

if TYPE_CHECKING:
    import pandas as pd

    from ...magnetism.demagnetization import Demagnetization

Look = tuple[str, str]
"""Colour and plotly's name of a dash."""


def looks(count: int) -> list[Look]:
    """Return a look for each of `count` curves."""
    return [(COLOURS[i % len(COLOURS)], "solid") for i in range(count)]


def lines_over_temperature(
    frame: "pd.DataFrame",
    column: str,
    styles: Sequence[Look] | None = None,
    *,
    celsius: bool = False,
    bands: int | None = None,
) -> list[Figure]:
    """Return a line for each candidate, and its interval as an area.

    Parameters
    ----------
    frame : DataFrame
        ``candidate``, ``temperature_K``, `column` and, for areas, ``_lo`` and ``_hi``.
    column : str
        Result column.
    styles : sequence of (str, str), optional
        Of each candidate.
    celsius : bool
        Whether the axis is in degrees Celsius, kelvin otherwise.
    bands : int, optional
        How many candidates show their interval; all by default.
    """
    # A candidate that stands there twice is two lines.
    copy = frame.groupby(["candidate", "temperature_K"]).cumcount()
    parts = [(name, part) for (name, _), part in frame.groupby(["candidate", copy], sort=False)]
    styles = styles or looks(len(parts))
    areas, lines = [], []
    known = {f"{column}_lo", f"{column}_hi"} <= set(frame)
    for i, ((name, part), (colour, dash)) in enumerate(zip(parts, styles, strict=True)):
        part = part[part[column].notna()].sort_values("temperature_K")
        x = part["temperature_K"].to_numpy(float) - celsius * ZERO_CELSIUS
        group = {"legendgroup": str(i)}
        if known and (bands is None or i < bands):
            areas.append(_area(x, part[f"{column}_lo"], part[f"{column}_hi"], colour) | group)
        drawn = line(escape(str(name)), x, part[column], color=colour, dash=dash, width=2.5)
        lines.append(drawn | group)
    return [*areas, *lines]


def temperature_axis(celsius: bool) -> Figure:
    """Return the axis of `lines_over_temperature`."""
    return {"title": {"text": "Temperature (°C)"}} if celsius else axis_of("temperature_K")


def _area(x: np.ndarray, low: "pd.Series", high: "pd.Series", colour: str) -> Figure:
    return {
        "type": "scatter",
        "x": numbers([*x, *x[::-1]]),
        "y": numbers([*high, *low.iloc[::-1]]),
        "fill": "toself",
        "fillcolor": colour,
        "opacity": 0.15,
        "line": {"width": 0},
        "mode": "lines",
        "hoverinfo": "skip",
        "showlegend": False,
    }


def demagnetization(
    curves: "Demagnetization",
    names: Sequence[str],
    styles: Sequence[Look] | None = None,
    height: int = 520,
) -> Figure:
    """Return J(H) (thick) and B(H) (thin) against the reverse field, and the load line.

    Parameters
    ----------
    curves : Demagnetization
        n magnets at k temperatures.
    names : sequence of str, length n * k
        Of each curve, the temperatures of a magnet together; plain text.
    styles : sequence of (str, str), length n * k, optional
    height : int
        Of the figure, pixels.
    """
    traces: list[Figure] = []
    places = list(np.ndindex(curves.remanence.shape))
    styles = styles or looks(len(places))
    for name, (colour, dash), at in zip(names, styles, places, strict=True):
        # In a legend plotly knows no entity of quotes.
        label, group = escape(name, quote=False), {"legendgroup": str(len(traces))}
        for kind, values, width in (
            ("J", curves.polarization[at], 2.5),
            ("B", curves.induction[at], 1.2),
        ):
            inside = values >= -1e-9
            drawn = line(
                f"{kind}(H) {label}",
                -1e-3 * curves.field[at][inside],
                values[inside],
                color=colour,
                dash=dash,
                width=width,
            )
            traces.append(drawn | group | {"showlegend": kind == "J"})
        kept = "before the knee" if curves.above_knee[at] else "past the knee: flux is lost"
        working = points(
            f"Working point {label}",
            [-1e-3 * curves.working_field[at]],
            [curves.working_induction[at]],
            {"color": colour, "size": 9, "symbol": "circle" if curves.above_knee[at] else "x"},
            "Working point %{text}<br>H −%{x} kA/m<br>B %{y} T",
            [kept],
        )
        traces.append(working | group | {"showlegend": False})
    traces.append(_load_line(curves))
    layout = layout_of(
        {"title": {"text": "Reverse field −H (kA/m)"}, "autorange": "reversed"},
        {"title": {"text": "J and B (T)"}, "rangemode": "tozero", "side": "right"},
        height,
    )
    return {"data": traces, "layout": layout}


def _load_line(curves: "Demagnetization") -> Figure:
    top = np.nanmax(curves.remanence) if np.isfinite(curves.remanence).any() else 1.0
    most = np.nanmax(curves.coercivity) if np.isfinite(curves.coercivity).any() else 1e6
    reach = np.minimum([0.0, top / (max(curves.load_line, 1e-3) * MU_0)], most)
    return line(
        f"Load line, permeance coefficient {curves.load_line:g}",
        1e-3 * reach,
        curves.load_line * MU_0 * reach,
        color="#666",
        dash="dot",
        width=2,
    )
