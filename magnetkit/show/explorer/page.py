"""The explorer's page: what stands on it and what happens when a control moves."""

import math
from collections.abc import Sequence
from functools import lru_cache
from html import escape
from typing import Any

import dash
import flask
import numpy as np
from dash import ALL, ClientsideFunction, Input, Output, State, ctx, dcc, html, no_update
from numpy.typing import NDArray

from ...columns import COLUMNS
from ...supply import load_scenario, scenarios
from ...units import ZERO_CELSIUS
from ..report.content import kelvin, number
from .figure import pareto
from .results import MAGNET, Question, Results

PAGE = 25
GOALS = ("performance_margin", *MAGNET)
SHOWN = (
    "rank",
    "candidate",
    "shell",
    "host",
    *MAGNET,
    "heavy_rare_earth_wt_pct",
    "supply_risk",
    "cost_USD_kg",
    "performance_margin",
    "probability_meets_requirements",
)
# Without the button that would send the figure to plotly's server.
_CONFIG: Any = {
    "displaylogo": False,
    "plotlyServerURL": "",
    "modeBarButtonsToRemove": ["lasso2d", "select2d", "sendChartToCloud"],
}


def application(results: Results) -> dash.Dash:
    """Return the explorer of a results folder as a Dash application."""
    app = dash.Dash(
        __name__,
        # Dash puts it into the page as it stands.
        title=f"{escape(results.profile.title)}: magnetkit",
        update_title="",
        serve_locally=True,
        index_string=_INDEX,
    )
    app.layout = _layout(results)
    _connect(app, results)
    return app


_INDEX = """<!doctype html>
<html lang="en">
<head>{%metas%}<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{%title%}</title>{%favicon%}{%css%}</head>
<body>{%app_entry%}<footer>{%config%}{%scripts%}{%renderer%}</footer></body>
</html>"""


def _layout(results: Results) -> html.Div:
    names = [name for name in SHOWN if name != "shell" or not results.bare]
    heads = [
        html.Th(
            html.Button(
                [COLUMNS[name].short, html.Small(COLUMNS[name].unit)],
                id={"sort": name},
                title=f"Sort by {COLUMNS[name].heading}",
                disabled=name in results.texts,
            ),
            scope="col",
            className=_side(name),
        )
        for name in names
    ]
    return html.Div(
        [
            html.H1(results.profile.title),
            html.Div(
                [
                    html.Form(_controls(results), id="controls"),
                    html.Main(
                        [
                            html.P(id="summary", role="status"),
                            dcc.Graph(id="pareto", config=_CONFIG, style={"height": "460px"}),
                            html.Div(
                                html.Table([html.Thead(html.Tr(heads)), html.Tbody(id="rows")]),
                                className="wide",
                                tabIndex="0",
                                role="region",
                                **_called("Candidates"),
                            ),
                            html.Div(
                                [
                                    html.Button("Previous", id="before"),
                                    html.Button("Next", id="after"),
                                    html.Span(id="count"),
                                ],
                                className="pages",
                            ),
                            html.P(_note(results), className="note"),
                        ]
                    ),
                ],
                id="columns",
            ),
            dcc.Store(id="view", data={"by": "rank", "descending": False, "page": 0}),
            dcc.Store(id="shown"),
            dcc.Store(id="drawn"),
            dcc.Interval(id="tick", interval=700),
        ]
    )


def _note(results: Results) -> str:
    return (
        "Remanence, coercivity and energy product are computed by the model of the screening at "
        "each stop of the temperature control, none is interpolated. Supply risk and cost follow "
        "scenario and recycling. Rank, margin and probability stay as screened, at "
        f"{kelvin(results.temperatures[0])} under the scenario “{results.conditions.scenario}”. "
        "The front is the candidates within the limits that no other beats in heavy rare earth, "
        "supply risk and the vertical axis together."
    )


def _controls(results: Results) -> list[Any]:
    order = np.argsort(results.temperatures)
    celsius = {int(i): round(results.temperatures[i] - ZERO_CELSIUS) for i in order}
    marks = _marks(sorted(celsius.values()))
    most = {name: float(np.nanmax(results.column(name, Question()))) for name in MAGNET[:2]}
    heavy = _heaviest(results)
    asked = results.conditions
    return [
        _labelled(
            "Temperature (°C)",
            dcc.Slider(
                id="temperature",
                min=min(celsius.values()),
                max=max(celsius.values()),
                step=None,
                marks=marks,
                value=celsius[0],
                included=False,
                allow_direct_input=False,
            ),
            html.Small(id="evaluated", role="status"),
        ),
        _labelled(
            "Remanence at least (T)",
            _slider("remanence", 0.0, round(1.25 * most["remanence_T"], 1), 0.01, 0.0),
        ),
        _labelled(
            "Coercivity at least (kA/m)",
            _slider("coercivity", 0.0, np.ceil(most["coercivity_kA_m"] / 80.0) * 100.0, 10.0, 0.0),
        ),
        _labelled(
            "Heavy rare earth at most (wt.%)",
            _slider(
                "heavy",
                0.0,
                np.ceil(heavy * 2.0) / 2.0 or 1.0,
                0.1,
                np.ceil(heavy * 2.0) / 2 or 1.0,
            ),
        ),
        dcc.Checklist([{"label": " Meets every requirement", "value": "meets"}], [], id="meets"),
        _labelled(
            "Vertical axis",
            dcc.Dropdown(
                {name: COLUMNS[name].heading for name in GOALS},
                "performance_margin",
                id="goal",
                clearable=False,
                searchable=False,
            ),
        ),
        _labelled(
            "Supply scenario",
            dcc.Dropdown(
                {name: load_scenario(name).title for name in _scenarios(results)},
                asked.scenario,
                id="scenario",
                clearable=False,
                searchable=False,
            ),
        ),
        _labelled(
            "Recycled elements",
            dcc.Dropdown(results.elements, list(asked.recycled), id="elements", multi=True),
        ),
        _labelled(
            "Recycled share of each (%)",
            _slider("share", 0.0, 100.0, 5.0, 100.0 * max(asked.recycled.values(), default=0.25)),
        ),
    ]


def _scenarios(results: Results) -> list[str]:
    """Return what may be chosen: the embedded scenarios, and the screening's own."""
    own = results.conditions.scenario
    return scenarios() if own in scenarios() else [own, *scenarios()]


def _view_of(view: Any, names: Sequence[str]) -> bool:
    """Return whether this is an order and a page of the table."""
    return (
        isinstance(view, dict)
        and view.get("by") in names
        and isinstance(view.get("descending"), bool)
        and type(view.get("page")) is int
        and view["page"] >= 0
    )


def _check(
    sound: Sequence[bool], numbers: Sequence[Any], elements: Any, present: Sequence[str]
) -> None:
    """Refuse what no control of the page sends, as a bad request."""
    finite = all(n is None or (isinstance(n, int | float) and math.isfinite(n)) for n in numbers)
    known = isinstance(elements, list) and all(e in present for e in elements)
    if not (all(sound) and finite and known):
        flask.abort(400, "no control of the explorer sends this")


def _marks(stops: list[int]) -> dict[int, str]:
    """Return a mark for every stop, labelled where its label has room beside the others."""
    room = (stops[-1] - stops[0]) / 7.0
    labelled = [stops[0]]
    for stop in stops[1:-1]:
        if stop - labelled[-1] >= room and stops[-1] - stop >= room:
            labelled.append(stop)
    labelled.append(stops[-1])
    return {stop: str(stop).replace("-", "−") if stop in labelled else "" for stop in stops}


def _heaviest(results: Results) -> float:
    """Return the end of the heavy-rare-earth control: the largest content, rounded up."""
    most = float(np.nanmax(results.column("heavy_rare_earth_wt_pct", Question())))
    return max(1.0, float(np.ceil(10.0 * most) / 10.0))


def _labelled(text: str, *children: Any) -> html.Div:
    return html.Div(
        [html.Div(text, className="label"), *children],
        className="control",
        role="group",
        **_called(text),
    )


def _called(text: str) -> dict[str, Any]:
    return {"aria-label": text}


def _slider(name: str, low: float, high: float, step: float, value: float) -> dcc.Slider:
    return dcc.Slider(id=name, min=low, max=float(high), step=step, value=float(value), marks=None)


def _connect(app: dash.Dash, results: Results) -> None:
    names = [name for name in SHOWN if name != "shell" or not results.bare]
    by_celsius = {round(t - ZERO_CELSIUS): i for i, t in enumerate(results.temperatures)}
    asked = results.conditions
    heaviest = _heaviest(results)
    known = _scenarios(results)

    @lru_cache(maxsize=4)
    def selected(question: Question) -> NDArray[np.int64]:
        return results.select(question)

    app.clientside_callback(
        ClientsideFunction("explorer", "draw"), Output("drawn", "data"), Input("shown", "data")
    )

    @app.callback(
        Output("evaluated", "children"),
        Output("temperature", "disabled"),
        Output("tick", "disabled"),
        Input("tick", "n_intervals"),
    )
    def progress(_: int) -> tuple[str, bool, bool]:
        if results.ready:
            return "", False, True
        share = results.evaluated / len(results)
        return f"Computing the other temperatures: {share:.0%}", True, False

    @app.callback(
        Output("summary", "children"),
        Output("pareto", "figure"),
        Output("shown", "data"),
        Output("count", "children"),
        Output("before", "disabled"),
        Output("after", "disabled"),
        Output("view", "data"),
        Input("temperature", "value"),
        Input("remanence", "value"),
        Input("coercivity", "value"),
        Input("heavy", "value"),
        Input("meets", "value"),
        Input("goal", "value"),
        Input("scenario", "value"),
        Input("elements", "value"),
        Input("share", "value"),
        Input({"sort": ALL}, "n_clicks"),
        Input("before", "n_clicks"),
        Input("after", "n_clicks"),
        State("view", "data"),
    )
    def update(
        celsius: int,
        remanence: float,
        coercivity: float,
        heavy: float,
        meets: list[str],
        goal: str,
        scenario: str,
        elements: list[str],
        share: float,
        _sorts: list[int],
        _before: int,
        _after: int,
        view: dict[str, Any],
    ) -> tuple[Any, ...]:
        _check(
            (celsius in by_celsius, goal in GOALS, scenario in known, _view_of(view, names)),
            (remanence, coercivity, heavy, share),
            elements or [],
            results.elements,
        )
        recycled = dict.fromkeys(elements or [], (share or 0.0) / 100.0)
        if set(recycled) == set(asked.recycled) and share == 100.0 * max(
            asked.recycled.values(), default=0.25
        ):
            recycled = asked.recycled
        question = Question(
            by_celsius[celsius],
            tuple((n, v) for n, v in zip(MAGNET, (remanence, coercivity), strict=False) if v),
            (("heavy_rare_earth_wt_pct", heavy),) if heavy is not None and heavy < heaviest else (),
            scenario,
            tuple(sorted(recycled.items())),
            bool(meets),
        )
        rows = selected(question)
        view = _moved(view, ctx.triggered_id)
        figure: Any = no_update
        summary: Any = no_update
        if ctx.triggered_id not in ("before", "after") and not isinstance(ctx.triggered_id, dict):
            front = results.front(rows, question, goal)
            figure = pareto(results, rows, front, question, goal)
            summary = (
                f"{len(rows):,} of {len(results):,} ranked candidates at "
                f"{kelvin(results.temperatures[question.stop])}, {len(front):,} on the front"
            )
        pages = max(1, -(-len(rows) // PAGE))
        page = view["page"] = min(view["page"], pages - 1)
        shown = results.page(
            rows, question, view["by"], view["descending"], slice(page * PAGE, (page + 1) * PAGE)
        )
        return (
            summary,
            figure,
            {
                "cells": _cells(results, shown, question, names),
                "classes": [_side(name) for name in names],
                "order": [_direction(view) if name == view["by"] else "none" for name in names],
            },
            f"Page {page + 1:,} of {pages:,}",
            page == 0,
            page == pages - 1,
            view,
        )


def _moved(view: dict[str, Any], trigger: Any) -> dict[str, Any]:
    """Return the order and page of the table after a click; other controls go to the start."""
    if trigger in ("before", "after"):
        return view | {"page": max(0, view["page"] + (1 if trigger == "after" else -1))}
    if isinstance(trigger, dict):
        again = trigger["sort"] == view["by"]
        return {"by": trigger["sort"], "descending": again and not view["descending"], "page": 0}
    return view | {"page": 0}


def _direction(view: dict[str, Any]) -> str:
    return "descending" if view["descending"] else "ascending"


def _cells(
    results: Results, rows: NDArray[np.int64], question: Question, names: list[str]
) -> list[list[str]]:
    """Return the texts of the table, by column."""
    return [
        results.text(name, rows)
        if name in results.texts
        else [_cell(name, v) for v in results.column(name, question)[rows].tolist()]
        for name in names
    ]


def _cell(name: str, value: float) -> str:
    if COLUMNS[name].kind == "integer":
        return str(value)
    return number(value, 2 if name == "probability_meets_requirements" else 3)


def _side(name: str) -> str:
    text = "text" if COLUMNS[name].kind in ("text", "category") else ""
    return f"{text} name" if name == "candidate" else text
