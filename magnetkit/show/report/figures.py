"""The report's figures, as plain data for plotly.js.

Plotly reads a subset of HTML in texts: every name that a user gave is escaped here.
"""

from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ...columns import COLUMNS
from ...composition import CompositionTable
from ...magnetism.comparators import comparators
from ...prediction.properties import magnets
from ...run.held import SPREAD_ROWS
from ..plots._axes import COLOURS, GREY
from ..plots.series import (
    GRADE_TEMPERATURE_K,
    grade_symbols,
    grades,
    judged,
    objectives,
    rare_earth_shares,
    ternary_corners,
)
from .content import Magnets, label, number
from .layout import Figure, axis_of, layout_of, numbers

if TYPE_CHECKING:
    from ...run.result import Ranked

POINTS = SPREAD_ROWS
"""Points of a scatter plot; the best are kept and the others thinned evenly."""
_SYMBOLS = ("diamond", "square", "triangle-up", "circle", "triangle-down", "cross")
# See-through, so that the grades behind stay visible.
_BLUE = {"color": COLOURS[5], "opacity": 0.45}


def pareto(result: "Ranked", spread: pd.DataFrame, shown: Magnets) -> Figure:
    """Return the candidates on the first and last objective, coloured by the second."""
    goals = objectives(result.profile)
    x, colour, y = (goals[k] for k in (0, min(1, len(goals) - 1), -1))
    points = spread.dropna(subset=[x, y])
    groups = judged(points)
    front = groups["Pareto front"]
    ring = {"size": 12, "line": {"width": 2, "color": "#000"}}
    looks: tuple[dict[str, Any], ...] = ({"size": 5}, {"size": 7}, ring)
    traces = [
        _scatter(part, x, y, name, look | (_coloured(part, colour) if k else {"color": GREY}))
        for k, ((name, part), look) in enumerate(zip(groups.items(), looks, strict=True))
    ]
    traces.append(_reference(shown, x, y))
    layout = layout_of(axis_of(x), axis_of(y))
    if len(front):
        bar = {"title": {"text": COLUMNS[colour].heading, "side": "right"}, "thickness": 12}
        # One value makes no scale: plotly would invent a range around it.
        values = points.loc[points["meets_requirements"], colour]
        several = bool(values.min() < values.max())
        layout["coloraxis"] = {"colorscale": "Viridis", "colorbar": bar, "showscale": several}
    return {"data": traces, "layout": layout}


def grade_map(spread: pd.DataFrame, shown: Magnets, hosts: list[str]) -> Figure:
    """Return B_r and H_cj of the candidates at 20 C in front of commercial grades."""
    x, y = "coercivity_kA_m", "remanence_T"
    traces = []
    listed, symbols = grades(), grade_symbols(_SYMBOLS)
    for host in [h for h in symbols if h in hosts] or list(symbols):
        part = listed[listed["host"] == host]
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": f"Grades {host} (20 °C)",
                "x": numbers(part[x]),
                "y": numbers(part[y]),
                "text": [escape(str(g)) for g in part["grade"]],
                "hovertemplate": "Grade %{text}<br>HcJ ≥ %{x} kA/m<br>Br %{y} T<extra></extra>",
                "marker": {
                    "symbol": symbols[host],
                    "size": 10,
                    "color": "#d0d0d0",
                    "line": {"width": 1, "color": "#555"},
                },
            }
        )
    traces.append(_without_rare_earth(x, y))
    points = spread.reset_index(drop=True)
    table = CompositionTable.from_strings(points["formula"].astype(str).tolist(), basis="atomic")
    shells = points["shell"].astype(object).fillna("").tolist()
    (cold,) = magnets(table, shells, [GRADE_TEMPERATURE_K], shown.conditions)
    points[[x, y]] = cold[[x, y]].to_numpy()
    points = points.dropna(subset=[x, y])
    today = shown.rows.copy()
    today[[x, y]] = shown.at(GRADE_TEMPERATURE_K)[[x, y]].to_numpy()
    met = points["meets_requirements"].astype(bool)
    traces += [
        _scatter(points[~met], x, y, "Misses a requirement", _BLUE | {"size": 5}),
        _scatter(points[met], x, y, "Meets all", {"color": COLOURS[0], "size": 7}),
        _reference(replace(shown, rows=today), x, y),
    ]
    return {"data": traces, "layout": layout_of(axis_of(x), axis_of(y))}


def _without_rare_earth(x: str, y: str) -> Figure:
    listed = comparators(GRADE_TEMPERATURE_K).dropna(subset=[x, y])
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "Without rare earth (20 °C)",
        "x": numbers(listed[x]),
        "y": numbers(listed[y]),
        "text": [escape(str(name)) for name in listed["candidate"]],
        "hovertemplate": "%{text}<br>HcJ %{x} kA/m<br>Br %{y} T<extra></extra>",
        "marker": {"symbol": "x", "size": 9, "color": "#6b4c00"},
    }


def ternary(ranked: pd.DataFrame) -> Figure | None:
    """Return the best margin over the shares of three rare earths, None where there are not."""
    table = CompositionTable.from_strings(ranked["formula"].astype(str).tolist(), basis="atomic")
    if len(table) < len(ranked) or (corners := ternary_corners(table)) is None:
        return None
    shares = rare_earth_shares(table, corners)
    inside = ~np.isnan(shares[:, 0]) & ranked["performance_margin"].notna().to_numpy()
    frame = pd.DataFrame(np.round(shares[inside], 3), columns=list("abc"))
    frame["text"] = [escape(label(r)) for _, r in ranked[inside].iterrows()]
    frame["margin"] = ranked["performance_margin"].to_numpy(float)[inside]
    # The ranking is the order of the rows: the best of each composition of the site is kept.
    frame = frame.drop_duplicates(["a", "b", "c"]).iloc[:POINTS]
    if len(frame) < 4:
        return None
    largest = float(np.nanmax(np.abs(frame["margin"]))) or 1.0
    trace = {
        "type": "scatterternary",
        "cliponaxis": False,
        "mode": "markers",
        **{axis: numbers(frame[axis]) for axis in "abc"},
        "text": frame["text"].tolist(),
        "customdata": numbers(frame["margin"]),
        "hovertemplate": "%{text}<br>margin %{customdata}<extra></extra>",
        "marker": {
            "size": 11,
            "color": numbers(frame["margin"]),
            "colorscale": "RdBu",
            "reversescale": True,
            "cmin": -largest,
            "cmax": largest,
            "line": {"width": 0.5, "color": "#444"},
            "colorbar": {"title": {"text": "Margin"}, "thickness": 12},
        },
    }
    layout = layout_of({}, {}, height=520)
    layout["margin"] = {"l": 40, "r": 40, "t": 60, "b": 40}
    layout["ternary"] = {
        f"{axis}axis": {
            "title": {"text": f"<b>{corner}</b><br> "},
            "ticks": "outside",
            "tickvals": [0.2, 0.4, 0.6, 0.8],
            "gridcolor": "#ddd",
        }
        for axis, corner in zip("abc", corners, strict=True)
    } | {"sum": 1}
    return {"data": [trace], "layout": layout}


def _scatter(points: pd.DataFrame, x: str, y: str, name: str, marker: Figure) -> Figure:
    texts = [
        f"{escape(label(row))}<br>rank {row['rank']}, P "
        f"{number(row['probability_meets_requirements'], 2)}"
        for _, row in points.iterrows()
    ]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": numbers(points[x]),
        "y": numbers(points[y]),
        "text": texts,
        "hovertemplate": f"%{{text}}<br>{_short(x)} %{{x}}<br>{_short(y)} %{{y}}<extra></extra>",
        "marker": marker,
    }


def _coloured(points: pd.DataFrame, column: str) -> Figure:
    return {"color": numbers(points[column]), "coloraxis": "coloraxis"}


def _reference(shown: Magnets, x: str, y: str) -> Figure:
    row = shown.rows.iloc[-1:]
    trace = _scatter(row, x, y, "Reference magnet", {"symbol": "star", "size": 15, "color": "#000"})
    trace["text"] = [escape(shown.labels[-1])]
    return trace


def _short(name: str) -> str:
    return COLUMNS[name].short
