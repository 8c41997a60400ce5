"""The best candidates on a ternary section of the hull, as plain data for plotly.js.

The section is pymatgen's plotter's; candidates of more elements stand where they lie when every
rare earth counts as the section's, and other elements are left aside.
"""

from html import escape

import numpy as np
import pandas as pd

from ...composition import CompositionTable
from ...elements import RARE_EARTHS
from ...phases import open_snapshot
from ...phases.diagram import phase_diagram
from .content import label, number
from .layout import Figure, layout_of, numbers

SYSTEMS = {"2:14:1": ("Nd", "Fe", "B"), "1:5": ("Sm", "Co", "Fe"), "2:17": ("Sm", "Co", "Fe")}
"""The section that shows each host best."""


def section(best: pd.DataFrame, snapshot: str | None) -> Figure | None:
    """Return the section of the best candidate's host; None where that has none.

    Parameters
    ----------
    best : DataFrame
        The best candidates, in order.
    snapshot : str or None
        Of the phases.
    """
    from pymatgen.analysis.phase_diagram import PDPlotter, triangular_coord

    host = str(best["host"].iloc[0]) if len(best) else ""
    source = open_snapshot(snapshot)
    system = SYSTEMS.get(host)
    if system is None or not set(system) <= set(source.manifest.get("elements", system)):
        return None
    earth = system[0]
    diagram = phase_diagram(source, "-".join(system))
    lines, labels, _ = PDPlotter(diagram, show_unstable=0, backend="matplotlib").pd_plot_data
    edges = [_line(x, y) for x, y in lines]
    known = list(labels.items())
    table = CompositionTable.from_strings(best["formula"].astype(str).tolist(), basis="atomic")
    others = [element.symbol for element in diagram.elements]
    share = np.column_stack(
        [table.fraction(*(RARE_EARTHS if s == earth else (s,))) for s in others]
    )
    share /= share.sum(axis=1, keepdims=True)
    # pymatgen measures from its first element; the first two coordinates are the others' shares.
    place = triangular_coord(share[:, 1:])
    rows = [row for _, row in best.iterrows()]
    odds = best["probability_phase_forms"].to_numpy(float)
    candidates = {
        "type": "scatter",
        "mode": "markers",
        "name": "Best candidates",
        "x": numbers(place[0]),
        "y": numbers(place[1]),
        "text": [
            f"{escape(label(row))}<br>forms with probability {number(p, 2)}<br>"
            f"{escape(str(row['decomposes_to']))}"
            for row, p in zip(rows, odds, strict=True)
        ],
        "hovertemplate": "%{text}<extra></extra>",
        "marker": {
            "size": 11, "color": numbers(odds), "cmin": 0.0, "cmax": 1.0, "colorscale": "RdYlGn",
            "line": {"width": 1, "color": "#222"},
            "colorbar": {"title": {"text": "Forms"}, "thickness": 12},
        },
    }  # fmt: skip
    stable = {
        "type": "scatter",
        "mode": "markers+text",
        "name": "Stable phases, 0 K",
        "x": numbers([at[0] for at, _ in known]),
        "y": numbers([at[1] for at, _ in known]),
        "text": [entry.name for _, entry in known],
        "textposition": "top center",
        "textfont": {"size": 10},
        "hoverinfo": "text",
        "marker": {"size": 6, "color": "#222"},
    }
    bare = {"visible": False}
    layout = layout_of(bare, bare | {"scaleanchor": "x"}, height=560)
    return {"data": [*edges, stable, candidates], "layout": layout}


def _line(x: list[float], y: list[float]) -> Figure:
    return {
        "type": "scatter", "mode": "lines", "x": numbers(x), "y": numbers(y), "hoverinfo": "skip",
        "showlegend": False, "line": {"width": 1, "color": "#888"},
    }  # fmt: skip
