"""The explorer's figure, as plain data for plotly.js."""

from html import escape

import numpy as np
from numpy.typing import NDArray

from ...columns import COLUMNS
from ...magnetism import demagnetization
from ..report.content import number
from ..report.layout import Figure, axis_of, layout_of, numbers
from .results import Question, Results

POINTS = 600
"""Points drawn off the front, and at most as many on it, both thinned evenly."""
_STYLES = (("#0072B2", "solid"), ("#000000", "dash"))
X, COLOUR = "heavy_rare_earth_wt_pct", "supply_risk"


def pareto(
    results: Results,
    rows: NDArray[np.int64],
    front: NDArray[np.int64],
    question: Question,
    goal: str,
) -> Figure:
    """Return the rows on heavy rare earth and the goal, the front ringed and coloured by risk."""
    off = thinned(rows[~np.isin(rows, front, assume_unique=True)])
    on = thinned(front)
    best = _trace(results, on, question, goal, f"Front ({_drawn(on, front)})")
    best["marker"] = {
        "size": 9,
        "color": numbers(results.column(COLOUR, question)[on]),
        "colorscale": "Viridis",
        "line": {"width": 1, "color": "#000"},
        "colorbar": {"title": {"text": COLUMNS[COLOUR].heading, "side": "right"}, "thickness": 12},
    }
    others = _trace(results, off, question, goal, f"Others ({_drawn(off, rows, len(front))})")
    others["marker"] = {"size": 5, "color": "#9a9a9a", "opacity": 0.6}
    traces = [others, best]
    traces.append(_today(results, question.stop, goal))
    layout = layout_of(axis_of(X), axis_of(goal))
    # The same axes stay zoomed while limits move.
    layout["uirevision"] = goal
    return {"data": traces, "layout": layout}


def curves(results: Results, row: int, stop: int) -> Figure:
    """Return J(H) and B(H) of a candidate and of today's magnet at a stop, with the load line."""
    shells = results.text("shell", np.array([row]))
    today = results.profile.reference
    drawn = (
        (results.table[row : row + 1], shells[0], results.text("candidate", np.array([row]))[0]),
        (today.table(), today.shell or "", f"Today's magnet, {today.formula}"),
    )
    traces: list[Figure] = []
    kelvin, conditions = results.temperatures[stop], results.conditions
    for (table, shell, name), (colour, dash) in zip(drawn, _STYLES, strict=True):
        # In a legend plotly knows no entity of quotes.
        label = escape(f"{name} + {shell}" if shell else name, quote=False)
        own = demagnetization(
            table,
            [kelvin],
            process=conditions.process,
            shell=[shell] if shell else None,
            load_line=conditions.duty.load_line,
        )
        for kind, values, width in (
            ("J", own.polarization[0, 0], 2.5),
            ("B", own.induction[0, 0], 1.2),
        ):
            inside = values >= -1e-9
            traces.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "name": f"{kind}(H) {label}",
                    "x": numbers(-1e-3 * own.field[0, 0][inside]),
                    "y": numbers(values[inside]),
                    "line": {"color": colour, "dash": dash, "width": width},
                    "showlegend": kind == "J",
                }
            )
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": numbers(-1e-3 * own.working_field[:, 0]),
                "y": numbers(own.working_induction[:, 0]),
                "marker": {"color": colour, "size": 9},
                "hovertemplate": "Working point<br>H −%{x} kA/m<br>B %{y} T<extra></extra>",
                "showlegend": False,
            }
        )
    xaxis = {"title": {"text": "Reverse field −H (kA/m)"}, "autorange": "reversed"}
    yaxis = {"title": {"text": "J and B (T)"}, "rangemode": "tozero", "side": "right"}
    return {"data": traces, "layout": layout_of(xaxis, yaxis, height=400)}


def _today(results: Results, stop: int, goal: str) -> Figure:
    today = results.reference[goal]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "Today's magnet",
        "x": numbers(results.reference[X]),
        "y": numbers(today if today.size == 1 else today[stop : stop + 1]),
        "text": [escape(results.profile.reference.formula)],
        "hovertemplate": "%{text}<extra></extra>",
        "marker": {"symbol": "star", "size": 15, "color": "#000"},
    }


def thinned(rows: NDArray[np.int64], most: int = POINTS) -> NDArray[np.int64]:
    """Return at most `most` of the rows, evenly over their order."""
    if len(rows) <= most:
        return rows
    return rows[np.linspace(0, len(rows) - 1, most).astype(int)]


def _drawn(drawn: NDArray[np.int64], rows: NDArray[np.int64], less: int = 0) -> str:
    total = len(rows) - less
    return f"{total:,}" if len(drawn) == total else f"{len(drawn):,} of {total:,} drawn"


def _trace(
    results: Results, rows: NDArray[np.int64], question: Question, goal: str, name: str
) -> Figure:
    risk = results.column(COLOUR, question)[rows].tolist()
    shells = results.text("shell", rows)
    texts = [
        f"{escape(candidate)}{' + ' + escape(shell) if shell else ''}<br>"
        f"rank {row + 1}, risk {number(value)}"
        for candidate, shell, row, value in zip(
            results.text("candidate", rows), shells, rows.tolist(), risk, strict=True
        )
    ]
    x, y = COLUMNS[X], COLUMNS[goal]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": numbers(results.column(X, question)[rows]),
        "y": numbers(results.column(goal, question)[rows]),
        "text": texts,
        "customdata": rows.tolist(),
        "hovertemplate": f"%{{text}}<br>{x.short} %{{x}} {x.unit}<br>"
        f"{y.short} %{{y}} {y.unit}<extra></extra>",
    }
