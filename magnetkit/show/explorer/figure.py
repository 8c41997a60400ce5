"""The explorer's figures, as plain data for plotly.js."""

from html import escape

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...columns import COLUMNS
from ...composition import CompositionTable
from ...magnetism import demagnetization
from .. import _figures as figures
from .._figures import BLACK, COLOURS, GREY, Part
from ..report.content import number
from .results import Question, Results

Rows = NDArray[np.int64]

POINTS = 600
"""Points drawn off the front, and at most as many on it, both thinned evenly."""
X, COLOUR = "heavy_rare_earth_wt_pct", "supply_risk"


def pareto(results: Results, rows: Rows, front: Rows, question: Question, goal: str) -> Part:
    """Return the rows on heavy rare earth and the goal, the front ringed and coloured by risk."""
    traces = []
    for name, part, look in (
        (
            "Others",
            rows[~np.isin(rows, front, assume_unique=True)],
            {"size": 5, "color": GREY, "opacity": 0.6},
        ),
        ("Front", front, {"size": 9, "line": {"width": 1, "color": "#000"}}),
    ):
        drawn, total = thinned(part), f"{len(part):,}"
        count = total if len(drawn) == len(part) else f"{len(drawn):,} of {total} drawn"
        columns = (X, goal, COLOUR)
        values = pd.DataFrame({c: results.column(c, question)[drawn] for c in columns})
        scale = {
            "color": figures.numbers(values[COLOUR]),
            "colorscale": "Viridis",
            "colorbar": figures.colour_bar(COLUMNS[COLOUR].heading),
        }
        texts = [
            f"{escape(f'{candidate} + {shell}' if shell else candidate)}<br>"
            f"rank {row + 1}, risk {number(risk)}"
            for candidate, shell, row, risk in zip(
                *(results.text(c, drawn) for c in ("candidate", "shell")),
                drawn.tolist(),
                values[COLOUR].tolist(),
                strict=True,
            )
        ]
        marker = look if "color" in look else scale | look
        trace = figures.candidates(values, X, goal, f"{name} ({count})", marker, texts)
        traces.append(trace | {"customdata": drawn.tolist()})
    today = {name: results.reference[name] for name in (X, goal)}
    if today[goal].size > 1:
        today[goal] = today[goal][question.stop : question.stop + 1]
    formula = escape(results.profile.reference.formula)
    traces.append(figures.star(pd.DataFrame(today), X, goal, formula, "Today's magnet"))
    # The same axes stay zoomed while limits move.
    layout = figures.layout_of(figures.axis_of(X), figures.axis_of(goal)) | {"uirevision": goal}
    return {"data": traces, "layout": layout}


def curves(results: Results, row: int, stop: int) -> Part:
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
    looks = [(COLOURS[0], "solid"), (BLACK, "dash")]
    return figures.demagnetization(drawn, labels, looks, height=400)


def thinned(rows: Rows, most: int = POINTS) -> Rows:
    """Return at most `most` of the rows, evenly over their order."""
    if len(rows) <= most:
        return rows
    return rows[np.linspace(0, len(rows) - 1, most).astype(int)]
