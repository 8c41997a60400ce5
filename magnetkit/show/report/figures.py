"""The report's figures: its magnets, as `magnetkit.show._figures` draws them."""

from dataclasses import replace
from html import escape
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ...composition import CompositionTable
from ...elements import RARE_EARTHS
from ...hosts import HOSTS
from ...magnetism.demagnetization import demagnetization as curves_of
from ...phases import open_snapshot
from ...phases.section import hull_section
from ...prediction.properties import magnets
from .. import _figures as figures
from .._figures import AXIS, BLACK, COLOURS, Part, X, Y, axis_of, layout_of, numbers
from ..plots import sweep
from .content import CURVES, Magnets, number
from .supply import by_scenario

if TYPE_CHECKING:
    from ...run.result import Ranked

TEMPERATURES = 13


def pareto(result: "Ranked", spread: pd.DataFrame, shown: Magnets) -> Part:
    """Return the candidates on the first and last objective, coloured by the second."""
    goals = figures.objectives(result.profile)
    x, colour, y = (goals[k] for k in (0, min(1, len(goals) - 1), -1))
    return figures.pareto(spread, x, y, colour, _star(shown.rows, shown, x, y))


def grade_map(spread: pd.DataFrame, shown: Magnets, hosts: list[str]) -> Part:
    """Return B_r and H_cj of the candidates at 20 C in front of commercial grades."""
    points = spread.reset_index(drop=True)
    table, today = _table(points), shown.rows.copy()
    shells = points["shell"].astype(object).fillna("").tolist()
    (cold,) = magnets(table, shells, [figures.GRADE_TEMPERATURE_K], shown.conditions)
    points[X], points[Y] = cold[X], cold[Y]
    points = points.dropna(subset=[X, Y])
    today[[X, Y]] = shown.at(figures.GRADE_TEMPERATURE_K)[[X, Y]].to_numpy()
    met = points["meets_requirements"].astype(bool)
    # See-through, so that the grades behind stay visible.
    blue = {"color": COLOURS[5], "opacity": 0.45, "size": 5}
    traces = [
        figures.candidates(part, X, Y, name, look, figures.hover_texts(part))
        for part, name, look in (
            (points[~met], "Misses a requirement", blue),
            (points[met], "Meets all", {"color": COLOURS[0], "size": 7}),
        )
    ]
    return figures.grade_map(hosts, *traces, _star(today, shown, X, Y))


def ternary(ranked: pd.DataFrame) -> Part | None:
    """Return the best margin over the shares of three rare earths, None where there are not."""
    table = _table(ranked)
    if len(table) < len(ranked) or (corners := figures.ternary_corners(table)) is None:
        return None
    shares = np.round(figures.rare_earth_shares(table, corners), 3)
    margin = ranked["performance_margin"].to_numpy(float)
    inside = np.flatnonzero(~np.isnan(shares[:, 0]) & np.isfinite(margin))
    # The ranking is the order of the rows: the best of each composition of the site is kept.
    _, first = np.unique(shares[inside], axis=0, return_index=True)
    best = inside[np.sort(first)][: figures.POINTS]
    if len(best) < 4:
        return None
    texts = [escape(name) for name in figures.names_of(ranked.iloc[best])]
    return figures.ternary(shares[best], margin[best], corners, "Margin", texts, diverging=True)


def section(best: pd.DataFrame, snapshot: Path | str | None) -> Part | None:
    """Return the section of the best candidate's host, None where that has none.

    `best` are the best candidates, in order. Those of more elements stand where they lie when every
    rare earth counts as the section's, and other elements are left aside.
    """
    host = str(best["host"].iloc[0]) if len(best) else ""
    source = open_snapshot(snapshot)
    system = HOSTS[host].section if host in HOSTS else ()
    if not system or not set(system) <= set(source.manifest.get("elements", system)):
        return None
    sites = [RARE_EARTHS, *((element,) for element in system[1:])]
    table = _table(best)
    share = np.column_stack([table.fraction(*site) for site in sites])
    share /= share.sum(axis=1, keepdims=True)
    odds = best["probability_phase_forms"].to_numpy(float)
    rows = zip(figures.names_of(best), odds, best["decomposes_to"], strict=True)
    texts = [
        f"{escape(name)}<br>forms with probability {number(p, 2)}<br>{escape(str(products))}"
        for name, p, products in rows
    ]
    return figures.section(hull_section(source, system), share, odds, texts, "Best candidates")


def over_temperature(shown: Magnets, low: float, high: float) -> Part:
    """Return B_r and H_cj over temperature of the best few, the first with its interval."""
    best = few(shown)
    frame = sweep(
        best.table,
        [float(t) for t in np.linspace(low, high, TEMPERATURES)],
        best.labels,
        shell=best.shells,
        process=best.conditions.process,
        between=best.conditions.between,
        load_line=best.conditions.duty.load_line,
    )
    upper, lower = (
        # One band: four of them on each other hide what they say.
        figures.lines_over_temperature(frame, column, _styles(best), celsius=True, bands=1)
        for column in (Y, X)
    )
    on = {"xaxis": "x2", "yaxis": "y2", "showlegend": False}
    celsius = figures.temperature_axis(celsius=True)
    layout = layout_of(celsius, axis_of(Y), height=640)
    _below(layout, celsius, axis_of(X) | {"rangemode": "tozero"}, (0.42, 0.56))
    return {"data": [*upper, *(trace | on for trace in lower)], "layout": layout}


def demagnetization(shown: Magnets) -> Part:
    """Return J(H) and B(H) of the best few with the load line, at the temperature judged."""
    best = few(shown)
    drawn = curves_of(
        best.table,
        [best.temperature],
        shell=best.shells,
        process=best.conditions.process,
        load_line=best.conditions.duty.load_line,
    )
    return figures.demagnetization(drawn, best.labels, _styles(best))


def supply(shown: Magnets) -> Part:
    """Return supply risk and cost of the best few and the reference in every scenario."""
    best = few(shown)
    states = by_scenario(best)
    titles = ["<br>".join(map(escape, wrap(state["title"], 26))) for state in states]
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "name": escape(name),
            "y": titles,
            "x": numbers([state[column][i] for state in states]),
            "xaxis": f"x{axis}",
            "yaxis": f"y{axis}",
            "marker": {"color": colour},
            "legendgroup": str(i),
            "showlegend": not axis,
        }
        for i, (name, (colour, _)) in enumerate(zip(best.labels, _styles(best), strict=True))
        for axis, column in (("", "supply_risk"), ("2", "cost_USD_kg"))
    ]
    rows = {"automargin": True, "autorange": "reversed"}
    layout = layout_of(axis_of("supply_risk"), rows, height=1060)
    _below(layout, axis_of("cost_USD_kg"), rows, (0.43, 0.57))
    return {"data": traces, "layout": layout | {"barmode": "group"}}


def _below(layout: Part, x: Part, y: Part, gap: tuple[float, float]) -> None:
    """Put a second pair of axes below the first, with a gap between."""
    layout["yaxis"] |= {"domain": [gap[1], 1.0]}
    layout["xaxis"] |= {"anchor": "y"}
    layout["xaxis2"] = AXIS | x | {"anchor": "y2"}
    layout["yaxis2"] = AXIS | y | {"domain": [0.0, gap[0]], "anchor": "x2"}


def few(shown: Magnets) -> Magnets:
    """Return the first few of the best that are no copies of another, and the reference."""
    last = len(shown.labels) - 1
    best = np.arange(last)
    if "simpler_rank" in shown.rows:
        own = best[shown.rows["simpler_rank"].isna().to_numpy()[:last]]
        best = own if own.size else best
    rows = [*best[:CURVES].tolist(), last]
    return replace(
        shown,
        table=shown.table[np.array(rows)],
        shells=[shown.shells[i] for i in rows],
        labels=[shown.labels[i] for i in rows],
        rows=shown.rows.iloc[rows],
    )


def _table(frame: pd.DataFrame) -> CompositionTable:
    return CompositionTable.from_strings(frame["formula"].astype(str).tolist(), basis="atomic")


def _styles(best: Magnets) -> list[figures.Look]:
    """Return the looks of the best few and, dashed, of the reference."""
    return [*figures.looks(len(best.labels) - 1), (BLACK, "dash")]


def _star(rows: pd.DataFrame, shown: Magnets, x: str, y: str) -> Part:
    return figures.star(rows.iloc[-1:], x, y, escape(shown.labels[-1]))
