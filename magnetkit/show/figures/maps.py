"""Candidates as points: on two properties, among commercial grades, on three rare earths."""

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...columns import COLUMNS
from ...magnetism.comparators import comparators
from .parts import (
    COLOURS,
    GREY,
    Figure,
    axis_of,
    colour_bar,
    layout_of,
    numbers,
    points,
    reference,
    two_columns,
)
from .series import GRADE_TEMPERATURE_K, grade_symbols, grades, judged

if TYPE_CHECKING:
    import pandas as pd

X, Y = "coercivity_kA_m", "remanence_T"
"""Axes of the map of grades."""
_SYMBOLS = ("diamond", "square", "triangle-up", "circle", "triangle-down", "cross")


def candidates(
    frame: "pd.DataFrame", x: str, y: str, name: str, marker: Figure, texts: Sequence[str]
) -> Figure:
    """Return candidates on two result columns."""
    return points(
        name, frame[x], frame[y], marker, f"%{{text}}<br>{two_columns(x, y)}", list(texts)
    )


def star(
    frame: "pd.DataFrame", x: str, y: str, text: str, name: str = "Reference magnet"
) -> Figure:
    """Return the reference magnet on two result columns; `text` is escaped already."""
    hover = f"%{{text}}<br>{two_columns(x, y)}"
    return reference(frame[x], frame[y], text, name, hover=hover)


def names_of(frame: "pd.DataFrame") -> list[str]:
    """Return the candidates' names, each with its shell."""
    shells = frame["shell"].astype(object).fillna("").astype(str)
    return [
        f"{name} + {shell}" if shell else str(name)
        for name, shell in zip(frame["candidate"], shells, strict=True)
    ]


def hover_texts(frame: "pd.DataFrame") -> list[str]:
    """Return what a candidate of a ranking shows: its name, rank and probability."""
    chance = frame["probability_meets_requirements"]
    return [
        f"{escape(name)}<br>rank {rank}, P {p:.2g}"
        for name, rank, p in zip(names_of(frame), frame["rank"], chance, strict=True)
    ]


def pareto(frame: "pd.DataFrame", x: str, y: str, colour: str, *more: Figure) -> Figure:
    """Return the candidates of a ranking on two objectives, the first front ringed.

    Parameters
    ----------
    frame : DataFrame
        Rows of a ranking.
    x, y, colour : str
        Result columns: of the axes, and that colours what meets the requirements.
    *more : dict
        Traces drawn after, such as the reference.
    """
    shown = frame.dropna(subset=[x, y])
    groups = judged(shown)
    on_scale = [
        {"color": numbers(part[colour]), "coloraxis": "coloraxis"} for part in groups.values()
    ]
    ring = {"size": 12, "line": {"width": 2, "color": "#000"}}
    markers: tuple[Figure, ...] = (
        {"size": 5, "color": GREY},
        {"size": 7} | on_scale[1],
        ring | on_scale[2],
    )
    traces = [
        candidates(part, x, y, name, marker, hover_texts(part))
        for (name, part), marker in zip(groups.items(), markers, strict=True)
    ]
    layout = layout_of(axis_of(x), axis_of(y))
    if len(groups["Pareto front"]):
        # One value makes no scale: plotly would invent a range around it.
        values = shown.loc[shown["meets_requirements"], colour]
        several = bool(values.min() < values.max())
        layout["coloraxis"] = {
            "colorscale": "Viridis",
            "colorbar": colour_bar(COLUMNS[colour].heading),
            "showscale": several,
        }
    return {"data": [*traces, *more], "layout": layout}


def grade_map(hosts: Sequence[str] | None, *more: Figure) -> Figure:
    """Return remanence and coercivity at 20 C of grades, and of magnets without rare earth.

    Parameters
    ----------
    hosts : sequence of str, optional
        Hosts whose grades are drawn; all of which grades are sold where none of these is.
    *more : dict
        Traces drawn before them: candidates.
    """
    listed, symbols = grades(), grade_symbols(_SYMBOLS)
    traces = []
    for host in [h for h in symbols if h in (hosts or symbols)] or list(symbols):
        part = listed[listed["host"] == host]
        look = {
            "symbol": symbols[host],
            "size": 10,
            "color": "#d0d0d0",
            "line": {"width": 1, "color": "#555"},
        }
        hover = "Grade %{text}<br>HcJ ≥ %{x} kA/m<br>Br %{y} T"
        texts = [escape(str(grade)) for grade in part["grade"]]
        traces.append(points(f"Grades {host} (20 °C)", part[X], part[Y], look, hover, texts))
    other = comparators(GRADE_TEMPERATURE_K).dropna(subset=[X, Y])
    bare = points(
        "Without rare earth (20 °C)",
        other[X],
        other[Y],
        {"symbol": "x", "size": 9, "color": "#6b4c00"},
        f"%{{text}}<br>{two_columns(X, Y)}",
        [escape(str(name)) for name in other["candidate"]],
    )
    return {"data": [*traces, bare, *more], "layout": layout_of(axis_of(X), axis_of(Y))}


def plain(frame: "pd.DataFrame", intervals: bool) -> Figure:
    """Return magnets that nobody judged as points of the map of grades, with their intervals."""
    named = frame.get("candidate", frame.index)
    trace = candidates(
        frame, X, Y, "Candidates", {"color": COLOURS[0], "size": 7}, [escape(str(n)) for n in named]
    )
    if intervals:
        for axis, name in (("x", X), ("y", Y)):
            trace[f"error_{axis}"] = {
                "array": numbers(frame[f"{name}_hi"] - frame[name]),
                "arrayminus": numbers(frame[name] - frame[f"{name}_lo"]),
                "color": COLOURS[5],
            }
    return trace


def ternary(
    shares: NDArray[np.float64],
    values: ArrayLike,
    corners: Sequence[str],
    title: str,
    *,
    texts: Sequence[str] | None = None,
    diverging: bool = False,
) -> Figure:
    """Return values over the shares of three rare earths.

    Parameters
    ----------
    shares : ndarray of float64, shape (n, 3)
    values : array_like, shape (n,)
    corners : sequence of str, length 3
        Symbols: top, left, right.
    title : str
        Of the scale.
    texts : sequence of str, length n, optional
        Of each point, escaped.
    diverging : bool
        Whether the scale has its middle at zero.
    """
    known = np.asarray(values, float)
    scale: Figure = {"colorscale": "Viridis"}
    if diverging:
        largest = float(np.nanmax(np.abs(known))) or 1.0
        scale = {"colorscale": "RdBu", "reversescale": True, "cmin": -largest, "cmax": largest}
    trace: dict[str, Any] = {
        "type": "scatterternary",
        "cliponaxis": False,
        "mode": "markers",
        **{axis: numbers(np.round(shares[:, k], 3)) for k, axis in enumerate("abc")},
        "text": list(texts or []),
        "customdata": numbers(known),
        "hovertemplate": f"%{{text}}<br>{title} %{{customdata}}<extra></extra>",
        "marker": {
            "size": 11,
            "color": numbers(known),
            "line": {"width": 0.5, "color": "#444"},
            "colorbar": colour_bar(title),
        }
        | scale,
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
