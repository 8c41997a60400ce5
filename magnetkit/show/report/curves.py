"""The report's figures of the best few magnets beside the reference, as data for plotly.js.

Plotly reads a subset of HTML in texts: every name that a user gave is escaped here.
"""

from dataclasses import replace
from html import escape
from textwrap import wrap
from typing import TYPE_CHECKING

import numpy as np

from ...magnetism.demagnetization import demagnetization
from ...units import MU_0, ZERO_CELSIUS
from ..plots._axes import COLOURS
from ..plots.series import sweep
from .content import CURVES, Magnets
from .layout import AXIS, Figure, axis_of, layout_of, numbers
from .supply import by_scenario

if TYPE_CHECKING:
    import pandas as pd

TEMPERATURES = 13
_REFERENCE = "#000000"


def over_temperature(shown: Magnets, low: float, high: float) -> Figure:
    """Return B_r and H_cj over temperature, with their intervals, of the best few."""
    few = _few(shown)
    frame = sweep(
        few.table,
        [float(t) for t in np.linspace(low, high, TEMPERATURES)],
        few.labels,
        shell=few.shells,
        process=few.conditions.process,
        between=few.conditions.between,
        load_line=few.conditions.load_line,
    )
    traces: list[Figure] = []
    for i, name in enumerate(few.labels):
        part = frame.iloc[i :: len(few.labels)]
        colour, dash = _style(i, len(few.labels))
        celsius = part["temperature_K"] - ZERO_CELSIUS
        for axis, column in (("", "remanence_T"), ("2", "coercivity_kA_m")):
            on = {"xaxis": f"x{axis}", "yaxis": f"y{axis}", "legendgroup": str(i)}
            if i == 0:
                # One band: four of them on each other hide what they say.
                traces.append(_band(part[part[column].notna()], column, colour) | on)
            line = {
                "type": "scatter",
                "mode": "lines",
                "name": escape(name),
                "x": numbers(celsius),
                "y": numbers(part[column]),
                "line": {"color": colour, "dash": dash, "width": 2.5},
                "showlegend": not axis,
            }
            traces.append(line | on)
    celsius_axis = {"title": {"text": "Temperature (°C)"}}
    layout = layout_of(celsius_axis, axis_of("remanence_T"), height=640)
    layout["yaxis"] |= {"domain": [0.56, 1.0]}
    layout["xaxis"] |= {"anchor": "y"}
    layout["xaxis2"] = AXIS | celsius_axis | {"anchor": "y2"}
    layout["yaxis2"] = (
        AXIS
        | axis_of("coercivity_kA_m")
        | {
            "domain": [0.0, 0.42],
            "rangemode": "tozero",
            "anchor": "x2",
        }
    )
    return {"data": traces, "layout": layout}


def _band(there: "pd.DataFrame", column: str, colour: str) -> Figure:
    """Return the interval of a property over temperature as an area."""
    celsius = there["temperature_K"] - ZERO_CELSIUS
    return {
        "type": "scatter",
        "x": numbers([*celsius, *celsius.iloc[::-1]]),
        "y": numbers([*there[f"{column}_hi"], *there[f"{column}_lo"].iloc[::-1]]),
        "fill": "toself",
        "fillcolor": colour,
        "opacity": 0.15,
        "line": {"width": 0},
        "mode": "lines",
        "hoverinfo": "skip",
        "showlegend": False,
    }


def demagnetization_curves(shown: Magnets) -> Figure:
    """Return J(H) and B(H) of the best few with the load line, at the temperature judged."""
    few = _few(shown)
    curves = demagnetization(
        few.table,
        [few.temperature],
        shell=few.shells,
        process=few.conditions.process,
        load_line=few.conditions.load_line,
    )
    traces: list[Figure] = []
    for i, name in enumerate(few.labels):
        colour, dash = _style(i, len(few.labels))
        for kind, values, width in (
            ("J", curves.polarization[i, 0], 2.5),
            ("B", curves.induction[i, 0], 1.2),
        ):
            inside = values >= -1e-9
            traces.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "name": f"{kind}(H) {escape(name)}",
                    "x": numbers(-1e-3 * curves.field[i, 0][inside]),
                    "y": numbers(values[inside]),
                    "line": {"color": colour, "dash": dash, "width": width},
                    "legendgroup": str(i),
                    "showlegend": kind == "J",
                }
            )
        kept = "before the knee" if curves.above_knee[i, 0] else "past the knee: flux is lost"
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": f"Working point {escape(name)}",
                "x": numbers([-1e-3 * curves.working_field[i, 0]]),
                "y": numbers([curves.working_induction[i, 0]]),
                "text": [kept],
                "hovertemplate": "Working point %{text}<br>H −%{x} kA/m<br>B %{y} T<extra></extra>",
                "marker": {"color": colour, "size": 9},
                "legendgroup": str(i),
                "showlegend": False,
            }
        )
    top = np.nanmax(curves.remanence) if np.isfinite(curves.remanence).any() else 1.0
    load = np.array([0.0, top / (max(curves.load_line, 1e-3) * MU_0)])
    most = np.nanmax(curves.coercivity) if np.isfinite(curves.coercivity).any() else 1e6
    load = np.minimum(load, most)
    traces.append(
        {
            "type": "scatter",
            "mode": "lines",
            "name": f"Load line, permeance coefficient {curves.load_line:g}",
            "x": numbers(1e-3 * load),
            "y": numbers(curves.load_line * MU_0 * load),
            "line": {"color": "#666", "dash": "dot", "width": 2},
        }
    )
    layout = layout_of(
        {"title": {"text": "Reverse field −H (kA/m)"}, "autorange": "reversed"},
        {"title": {"text": "J and B (T)"}, "rangemode": "tozero", "side": "right"},
        height=520,
    )
    return {"data": traces, "layout": layout}


def supply(shown: Magnets) -> Figure:
    """Return supply risk and cost of the best few and the reference in every scenario."""
    few = _few(shown)
    states = by_scenario(few)
    titles = ["<br>".join(map(escape, wrap(state["title"], 26))) for state in states]
    traces = []
    for i, name in enumerate(few.labels):
        for axis, column in (("", "supply_risk"), ("2", "cost_USD_kg")):
            traces.append(
                {
                    "type": "bar",
                    "orientation": "h",
                    "name": escape(name),
                    "y": titles,
                    "x": numbers([state[column][i] for state in states]),
                    "xaxis": f"x{axis}",
                    "yaxis": f"y{axis}",
                    "marker": {"color": _style(i, len(few.labels))[0]},
                    "legendgroup": str(i),
                    "showlegend": not axis,
                }
            )
    layout = layout_of(
        axis_of("supply_risk"), {"automargin": True, "autorange": "reversed"}, height=1060
    )
    layout["yaxis"] |= {"domain": [0.57, 1.0]}
    layout["xaxis"] |= {"anchor": "y"}
    layout["xaxis2"] = AXIS | axis_of("cost_USD_kg") | {"anchor": "y2"}
    layout["yaxis2"] = layout["yaxis"] | {"domain": [0.0, 0.43], "anchor": "x2"}
    layout["barmode"] = "group"
    return {"data": traces, "layout": layout}


def _few(shown: Magnets) -> Magnets:
    """Return the first few of the best, and the reference."""
    last = len(shown.labels) - 1
    rows = [*range(min(CURVES, last)), last]
    return replace(
        shown,
        table=shown.table[np.array(rows)],
        shells=[shown.shells[i] for i in rows],
        labels=[shown.labels[i] for i in rows],
        rows=shown.rows.iloc[rows],
    )


def _style(i: int, count: int) -> tuple[str, str]:
    return (_REFERENCE, "dash") if i == count - 1 else (COLOURS[i], "solid")
