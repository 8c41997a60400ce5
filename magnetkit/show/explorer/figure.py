"""The explorer's figure, as plain data for plotly.js."""

from html import escape

import numpy as np
from numpy.typing import NDArray

from ...columns import COLUMNS
from ...composition import CompositionTable
from ...magnetism import demagnetization
from ..figures.curves import demagnetization as curves_of
from ..figures.parts import (
    BLACK,
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
from ..report.content import number
from .results import Question, Results

POINTS = 600
"""Points drawn off the front, and at most as many on it, both thinned evenly."""
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
        "colorbar": colour_bar(COLUMNS[COLOUR].heading),
    }
    others = _trace(results, off, question, goal, f"Others ({_drawn(off, rows, len(front))})")
    others["marker"] = {"size": 5, "color": GREY, "opacity": 0.6}
    traces = [others, best]
    traces.append(_today(results, question.stop, goal))
    layout = layout_of(axis_of(X), axis_of(goal))
    # The same axes stay zoomed while limits move.
    layout["uirevision"] = goal
    return {"data": traces, "layout": layout}


def curves(results: Results, row: int, stop: int) -> Figure:
    """Return J(H) and B(H) of a candidate and of today's magnet at a stop, with the load line."""
    rows = np.array([row])
    shell, name = results.text("shell", rows)[0], results.text("candidate", rows)[0]
    today = results.profile.reference
    drawn = demagnetization(
        CompositionTable.concat([results.table[row : row + 1], today.table()]),
        [results.temperatures[stop]],
        process=results.conditions.process,
        shell=[shell, today.shell or ""],
        load_line=results.conditions.duty.load_line,
    )
    names = (name, f"Today's magnet, {today.formula}")
    labels = [f"{n} + {s}" if s else n for n, s in zip(names, (shell, today.shell), strict=True)]
    return curves_of(drawn, labels, [(COLOURS[0], "solid"), (BLACK, "dash")], height=400)


def _today(results: Results, stop: int, goal: str) -> Figure:
    today = results.reference[goal]
    return reference(
        results.reference[X],
        today if today.size == 1 else today[stop : stop + 1],
        escape(results.profile.reference.formula),
        "Today's magnet",
        hover="%{text}",
    )


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
    x, y = results.column(X, question)[rows], results.column(goal, question)[rows]
    trace = points(name, x, y, {}, f"%{{text}}<br>{two_columns(X, goal)}", texts)
    return trace | {"customdata": rows.tolist()}
