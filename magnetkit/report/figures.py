"""The report's figures, as plain data for plotly.js.

Plotly reads a subset of HTML in texts: every name that a user gave is escaped here.
"""

from dataclasses import replace
from html import escape
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..columns import COLUMNS
from ..composition import CompositionTable
from ..magnetism.demagnetization import demagnetization
from ..plots.series import (
    GRADE_TEMPERATURE_K,
    grades,
    rare_earth_shares,
    sweep,
    ternary_corners,
)
from ..screening.properties import magnets
from ..screening.ranking import Objective
from ..units import MU_0
from .content import CURVES, Magnets, label, number, supply_by_scenario

if TYPE_CHECKING:
    from ..screening import ScreenResult

POINTS = 2000
"""Points of a scatter plot; the best are kept and the others thinned evenly."""
TEMPERATURES = 13
# Okabe and Ito's colours, told apart by the colour-blind; the reference is black and dashed.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")
_REFERENCE = "#000000"
_GRADES = {"2:14:1": "diamond", "1:5": "square", "2:17": "triangle-up"}

Figure = dict[str, Any]


def thinned(ranked: pd.DataFrame, most: int = POINTS) -> pd.DataFrame:
    """Return at most `most` rows of a ranked table: half the best, half evenly from the rest."""
    if len(ranked) <= most:
        return ranked
    rest = np.linspace(most // 2, len(ranked) - 1, most - most // 2).astype(int)
    return ranked.iloc[np.concatenate([np.arange(most // 2), rest])]


def pareto(result: "ScreenResult", ranked: pd.DataFrame, shown: Magnets) -> Figure:
    """Return the candidates on the first and last objective, coloured by the second."""
    goals = [Objective.parse(text) for text in result.profile.objectives]
    x, colour, y = (goal.column for goal in goals)
    points = thinned(ranked.dropna(subset=[x, y]))
    front = points[points["pareto_front"].fillna(0) == 1]
    missed = points[~points["meets_requirements"]]
    met = points[points["meets_requirements"] & ~points.index.isin(front.index)]
    traces = [
        _scatter(missed, x, y, "Misses a requirement", {"color": "#9a9a9a", "size": 5}),
        _scatter(met, x, y, "Meets all", {"size": 7} | _coloured(met, colour)),
        _scatter(
            front,
            x,
            y,
            "Pareto front",
            {"size": 12, "line": {"width": 2, "color": "#000"}} | _coloured(front, colour),
        ),
        _reference(shown, x, y),
    ]
    layout = _layout(_axis(x), _axis(y))
    if len(front):
        bar = {"title": {"text": COLUMNS[colour].heading, "side": "right"}, "thickness": 12}
        layout["coloraxis"] = {"colorscale": "Viridis", "colorbar": bar}
    return {"data": traces, "layout": layout}


def grade_map(ranked: pd.DataFrame, shown: Magnets, hosts: list[str]) -> Figure:
    """Return B_r and H_cj of the candidates at 20 C in front of commercial grades."""
    x, y = "coercivity_kA_m", "remanence_T"
    traces = []
    listed = grades()
    for host in [h for h in _GRADES if h in hosts] or list(_GRADES):
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
                "marker": {"symbol": _GRADES[host], "size": 9, "color": "#b8b8b8"},
            }
        )
    points = thinned(ranked).reset_index(drop=True)
    table = CompositionTable.from_strings(points["formula"].astype(str).tolist(), basis="atomic")
    shells = points["shell"].fillna("").astype(str).tolist()
    (cold,) = magnets(table, shells, [GRADE_TEMPERATURE_K], shown.conditions)
    points[[x, y]] = cold[[x, y]].to_numpy()
    points = points.dropna(subset=[x, y])
    today = shown.rows.copy()
    today[[x, y]] = shown.at(GRADE_TEMPERATURE_K)[[x, y]].to_numpy()
    met = points["meets_requirements"].astype(bool)
    traces += [
        _scatter(points[~met], x, y, "Misses a requirement", {"color": "#56B4E9", "size": 5}),
        _scatter(points[met], x, y, "Meets all", {"color": "#0072B2", "size": 7}),
        _reference(replace(shown, rows=today), x, y),
    ]
    return {"data": traces, "layout": _layout(_axis(x), _axis(y))}


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
        for axis, column in (("", "remanence_T"), ("2", "coercivity_kA_m")):
            on = {"xaxis": f"x{axis}", "yaxis": f"y{axis}"}
            there = part[part[column].notna()]
            band = [*there[f"{column}_hi"], *there[f"{column}_lo"].iloc[::-1]]
            traces.append(
                {
                    "type": "scatter",
                    "x": numbers([*there["temperature_K"], *there["temperature_K"].iloc[::-1]]),
                    "y": numbers(band),
                    "fill": "toself",
                    "fillcolor": colour,
                    "opacity": 0.13,
                    "line": {"width": 0},
                    "mode": "lines",
                    "hoverinfo": "skip",
                    "showlegend": False,
                    "legendgroup": str(i),
                }
                | on
            )
            traces.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "name": escape(name),
                    "x": numbers(part["temperature_K"]),
                    "y": numbers(part[column]),
                    "line": {"color": colour, "dash": dash, "width": 2.5},
                    "showlegend": not axis,
                    "legendgroup": str(i),
                }
                | on
            )
    layout = _layout(_axis("temperature_K"), _axis("remanence_T"), height=640)
    layout["yaxis"] |= {"domain": [0.56, 1.0], "rangemode": "tozero"}
    layout["xaxis"] |= {"anchor": "y"}
    layout["xaxis2"] = _axis("temperature_K") | {"anchor": "y2"}
    layout["yaxis2"] = _axis("coercivity_kA_m") | {
        "domain": [0.0, 0.42],
        "rangemode": "tozero",
        "anchor": "x2",
    }
    return {"data": traces, "layout": layout}


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
    field = -1e-3 * curves.field
    traces: list[Figure] = []
    for i, name in enumerate(few.labels):
        colour, dash = _style(i, len(few.labels))
        for kind, values, width in (
            ("J", curves.polarization[i, 0], 2.5),
            ("B", curves.induction[i, 0], 1.2),
        ):
            inside = np.isfinite(values) & (values >= -1e-9)
            traces.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "name": f"{kind}(H) {escape(name)}",
                    "x": numbers(field[inside]),
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
    load = np.minimum(load, -curves.field[-1])
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
    layout = _layout(
        {"title": {"text": "Reverse field −H (kA/m)"}, "autorange": "reversed"},
        {"title": {"text": "J and B (T)"}, "rangemode": "tozero", "side": "right"},
        height=520,
    )
    return {"data": traces, "layout": layout}


def ternary(ranked: pd.DataFrame) -> Figure | None:
    """Return the best margin over the shares of three rare earths, None where there are not."""
    points = ranked.iloc[:20000]
    table = CompositionTable.from_strings(points["formula"].astype(str).tolist(), basis="atomic")
    if len(table) < len(points) or (corners := ternary_corners(table)) is None:
        return None
    shares = rare_earth_shares(table, corners)
    inside = ~np.isnan(shares[:, 0]) & points["performance_margin"].notna().to_numpy()
    frame = pd.DataFrame(np.round(shares[inside], 3), columns=list("abc"))
    frame["text"] = [escape(label(r)) for _, r in points[inside].iterrows()]
    frame["margin"] = points["performance_margin"].to_numpy(float)[inside]
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
    layout = _layout({}, {}, height=520)
    layout["margin"] = {"l": 40, "r": 40, "t": 60, "b": 40}
    layout["ternary"] = {
        f"{axis}axis": {"title": {"text": corner}, "ticks": "outside", "gridcolor": "#ddd"}
        for axis, corner in zip("abc", corners, strict=True)
    } | {"sum": 1}
    return {"data": [trace], "layout": layout}


def supply(shown: Magnets) -> Figure:
    """Return supply risk and cost of the best few and the reference in every scenario."""
    few = _few(shown)
    states = supply_by_scenario(few)
    titles = ["<br>".join(map(escape, wrap(state["title"], 24))) for state in states]
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
    layout = _layout(
        _axis("supply_risk"), {"automargin": True, "autorange": "reversed"}, height=760
    )
    layout["yaxis"] |= {"domain": [0.57, 1.0]}
    layout["xaxis"] |= {"anchor": "y"}
    layout["xaxis2"] = _axis("cost_USD_kg") | {"anchor": "y2"}
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
    return (_REFERENCE, "dash") if i == count - 1 else (_COLOURS[i], "solid")


def _axis(name: str) -> Figure:
    return {"title": {"text": COLUMNS[name].heading}}


def _layout(xaxis: Figure, yaxis: Figure, height: int = 460) -> Figure:
    return {
        "height": height,
        "margin": {"l": 60, "r": 20, "t": 20, "b": 50},
        "xaxis": {"gridcolor": "#e4e4e4", "automargin": True} | xaxis,
        "yaxis": {"gridcolor": "#e4e4e4", "automargin": True} | yaxis,
        "legend": {"orientation": "h", "y": -0.18, "yanchor": "top"},
        "paper_bgcolor": "#fff",
        "plot_bgcolor": "#fff",
        "font": {"family": "system-ui, sans-serif", "size": 13, "color": "#222"},
        "hoverlabel": {"align": "left"},
    }


def numbers(values: Any) -> list[float | None]:
    """Return four significant digits each, None for what is not finite."""
    return [float(f"{v:.4g}") if np.isfinite(v) else None for v in np.asarray(values, float)]


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
