"""The explorer's page: its layout and controls, what happens when one moves, and its figures."""

import io
import math
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from html import escape
from typing import Any

import dash
import flask
import numpy as np
import pandas as pd
from dash import (
    ALL,
    ClientsideFunction,
    Input,
    Output,
    State,
    ctx,
    dcc,
    html,
    no_update,
)

from .._core._files import put_csv
from .._core._types import IntArray
from .._core.columns import COLUMNS, layouts
from .._core.units import ZERO_CELSIUS
from ..report import _figures
from ..report._content import (
    demagnetization_curves,
    kelvin,
    number,
    probability_text,
    scenarios_to_show,
)
from ..report._figures import BLACK, COLOURS, GREY, Part
from ..report._text import display_scale
from ..supply.scenario import load_scenario
from ._results import MAGNET, Question, Results

CONTROLS = (
    "temperature", "remanence", "coercivity", "heavy", "meets", "goal", "scenario", "elements",
    "share",
)  # fmt: skip
"""Names of the controls."""
_Select = Callable[[Question], IntArray]
_GOALS = ("performance_margin", *MAGNET)
_SHOWN = layouts()["explorer"]
_X = "heavy_rare_earth_wt_pct"
_COLOUR = "supply_risk"
PLOTTED_ROWS = 600
"""Points drawn off the front, and at most as many on it, both thinned evenly."""
ROWS_A_PAGE = 25
"""Rows of the table."""
_PAGING = ("before", "after")
# What `_page_outputs` sets: a property of each part of the page.
_SET = {
    "summary": "children",
    "today": "children",
    "pareto": "figure",
    "shown": "data",
    "count": "children",
    "before": "disabled",
    "after": "disabled",
    "view": "data",
}
# Without the button that would send the figure to plotly's server.
_CONFIG: Any = {
    "displaylogo": False,
    "plotlyServerURL": "",
    "modeBarButtonsToRemove": ["lasso2d", "select2d", "sendChartToCloud"],
}


def application(results: Results) -> dash.Dash:
    """Build the Dash application that shows the candidates of a results folder.

    `results`, such as ``Results(Path("screening"))``, are read by its
    callbacks while it is served.

    Its ``server`` is the WSGI application. Nothing is served yet.
    """
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
    """Build the page of `results`: controls, pictures, table and stores, with their identifiers.

    Identifiers are those of the controls, ``controls``, ``summary``, ``today``,
    ``pareto``, ``curve``, ``rows``, ``before``, ``after``, ``count``, ``save``,
    ``file``, ``columns``, ``view``, ``shown``, ``drawn`` and ``tick``. Pictures
    and table are empty until a callback fills them.
    """
    return html.Div(
        [
            html.H1(results.profile.title),
            html.Div(
                [
                    html.Form(_controls(results), id="controls"),
                    html.Main(
                        [
                            html.P(id="summary", role="status"),
                            html.P(id="today", className="note"),
                            dcc.Graph(
                                id="pareto",
                                config=_CONFIG,
                                style={"height": "460px"},
                            ),
                            dcc.Graph(
                                id="curve",
                                config=_CONFIG,
                                style={"height": "400px"},
                            ),
                            _table(results),
                            html.Div(
                                [
                                    html.Button("Previous", id="before"),
                                    html.Button("Next", id="after"),
                                    html.Span(id="count"),
                                    html.Button("Download CSV", id="save"),
                                    dcc.Download(id="file"),
                                ],
                                className="pages",
                            ),
                            html.P(_note(results), className="note"),
                        ]
                    ),
                ],
                id="columns",
            ),
            dcc.Store(
                id="view", data={"by": "rank", "descending": False, "page": 0}
            ),
            dcc.Store(id="shown"),
            dcc.Store(id="drawn"),
            dcc.Interval(id="tick", interval=700),
        ]
    )


def _table(results: Results) -> html.Div:
    """Build the table of candidates of `results`, each head a button that sorts by its column.

    A button's identifier is ``{"sort": column}``, that of the body is "rows".
    The columns are those of `_names`. Columns of texts cannot be sorted by:
    their buttons are disabled. The body is empty until the page's script fills it.
    """
    heads = []
    for name in _names(results):
        button = html.Button(
            [COLUMNS[name].short, html.Small(display_scale(name).unit)],
            id={"sort": name},
            title=f"Sort by {COLUMNS[name].heading}",
            disabled=name in results.texts,
        )
        heads.append(html.Th(button, scope="col", className=_cell_class(name)))
    return html.Div(
        html.Table([html.Thead(html.Tr(heads)), html.Tbody(id="rows")]),
        className="wide",
        tabIndex="0",
        role="region",
        **_accessible_name("Candidates"),
    )


def _note(results: Results) -> str:
    """Write the note below the table of `results`: what is computed, and under which conditions.

    It is plain text. It names the temperature of the screening, the first of
    ``results.temperatures`` (K), and its scenario, the text
    ``results.conditions.scenario``.
    """
    return (
        "Remanence, coercivity and energy product are computed by the model of the screening at "
        "each temperature, not interpolated. Supply risk and cost are those of the chosen scenario "
        "and recycling. Rank, margin and probability are those of the screening, at "
        f"{kelvin(results.temperatures[0])} under the scenario “{results.conditions.scenario}”. "
        "The curves are of the best candidate, or of the last point clicked. The front holds the "
        "candidates within the limits that no other surpasses in heavy rare earth, supply risk and "
        "the vertical axis together."
    )


def _controls(results: Results) -> list[Any]:
    """Build the form's controls, each in a group with its name.

    Their ranges and first values follow from `results`: temperatures in degrees
    C, limits in the units of the setting. Their identifiers are ``temperature``,
    ``remanence``, ``coercivity``, ``heavy``, ``meets``, ``goal``, ``scenario``,
    ``elements`` and ``share``, in this order. The first value of ``temperature``
    is that of the screening. "decisions" of ``meets`` is ticked if any candidate
    meets the requirements.
    """
    stops = [round(kelvin - ZERO_CELSIUS) for kelvin in results.temperatures]
    conditions = results.conditions
    share = 100.0 * max(conditions.recycled.values(), default=0.25)
    titles = {
        name: load_scenario(name).title
        for name in scenarios_to_show(conditions.scenario)
    }
    labels = {
        "decisions": " The decisions alone",
        "meets": " Meets every requirement",
    }
    only = [{"label": text, "value": name} for name, text in labels.items()]
    temperature = dcc.Slider(
        id="temperature",
        min=min(stops),
        max=max(stops),
        step=None,
        marks=_marks(sorted(stops)),
        value=stops[0],
        included=False,
        allow_direct_input=False,
    )
    return [
        _add_label(
            "Temperature (°C)",
            temperature,
            html.Small(id="evaluated", role="status"),
        ),
        *_limit_sliders(results),
        dcc.Checklist(
            only, ["decisions"] if results.meets.any() else [], id="meets"
        ),
        _choice(
            "Vertical axis",
            "goal",
            {n: _heading(n) for n in _GOALS},
            _GOALS[0],
        ),
        _choice("Supply scenario", "scenario", titles, conditions.scenario),
        _add_label(
            "Recycled elements",
            dcc.Dropdown(
                results.elements,
                list(conditions.recycled),
                id="elements",
                multi=True,
            ),
        ),
        _slider("Recycled share of each (%)", "share", 100.0, 5.0, share),
    ]


def _limit_sliders(results: Results) -> list[html.Div]:
    """Build the sliders of least remanence and coercivity and most heavy rare earth.

    They reach somewhat further than the largest values of `results` at the
    temperature of the screening, in the units of the setting, and limit nothing
    at first.

    Their identifiers are ``remanence``, ``coercivity`` and ``heavy`` (wt.%), in
    this order.
    """
    remanence, coercivity = (
        float(np.nanmax(results.column(n, Question()))) for n in MAGNET[:2]
    )
    (to_b, _, b_unit), (to_h, _, h_unit) = map(display_scale, MAGNET[:2])
    strongest = np.ceil(coercivity / 80.0) * 100.0 * to_h
    maximum = round(1.25 * remanence * to_b, 1)
    step = 10.0 if to_h == 1.0 else 0.1
    heaviest = np.ceil(_largest_heavy(results) * 2.0) / 2.0
    return [
        _slider(
            f"Remanence at least ({b_unit})",
            "remanence",
            maximum,
            0.01 * to_b,
            0.0,
        ),
        _slider(
            f"Coercivity at least ({h_unit})",
            "coercivity",
            strongest,
            step,
            0.0,
        ),
        _slider(
            "Heavy rare earth at most (wt.%)", "heavy", heaviest, 0.1, heaviest
        ),
    ]


def _heading(name: str) -> str:
    return COLUMNS[name].heading.replace(
        f"({COLUMNS[name].unit})", f"({display_scale(name).unit})"
    )


def _add_label(text: str, *children: Any) -> html.Div:
    """Build a group with a visible and an accessible label, `text`, around `children`.

    `children` are components of dash.
    """
    return html.Div(
        [html.Div(text, className="label"), *children],
        className="control",
        role="group",
        **_accessible_name(text),
    )


def _accessible_name(text: str) -> dict[str, Any]:
    """Return the attribute that names a part of the page to those who do not see it."""
    return {"aria-label": text}


def _slider(
    text: str, name: str, high: float, step: float, value: float
) -> html.Div:
    """Build a slider from 0 to `high` in steps of `step`, first at `value`, under the label `text`.

    `name` is its identifier. The slider stands in a labelled group, see
    `_add_label`.
    """
    slider = dcc.Slider(
        id=name,
        min=0.0,
        max=float(high),
        step=step,
        value=float(value),
        marks=None,
    )
    return _add_label(text, slider)


def _choice(
    text: str, name: str, options: dict[str, str], value: str
) -> html.Div:
    """Build a menu of one choice under the label `text`.

    `name` is its identifier; `options` maps values to what is shown, and
    `value`, one of its keys, is the first choice, which cannot be cleared.
    """
    menu = dcc.Dropdown(
        options, value, id=name, clearable=False, searchable=False
    )
    return _add_label(text, menu)


def _marks(stops: list[int]) -> dict[int, str]:
    """Return a mark for every stop of the slider; without text where labels would touch.

    `stops` are degrees C, at least one, rising. The keys are these, the values
    texts such as "−40", empty where a label would be closer to its neighbours
    than a seventh of the range. The first and the last always have a text.
    """
    room = (stops[-1] - stops[0]) / 7.0
    labels = [stops[0]]
    for stop in stops[1:-1]:
        if stop - labels[-1] >= room and stops[-1] - stop >= room:
            labels.append(stop)
    labels.append(stops[-1])
    return {
        stop: str(stop).replace("-", "−") if stop in labels else ""
        for stop in stops
    }


def _largest_heavy(results: Results) -> float:
    """Return the largest content of heavy rare earth among `results`, rounded up, wt.%; at least 1.

    It is rounded up to a tenth. NaN does not count. `results` has at least one
    row.
    """
    largest = float(
        np.nanmax(results.column("heavy_rare_earth_wt_pct", Question()))
    )
    return max(1.0, float(np.ceil(10.0 * largest) / 10.0))


def _connect(app: dash.Dash, results: Results) -> None:
    """Register the callbacks of the page with `app`: progress, table, curve and download.

    `app` is changed and must have the layout of `_layout`. They read `results`,
    whose columns may still be filled in. Answers to a few questions are kept.
    """
    app.clientside_callback(
        ClientsideFunction("explorer", "draw"),
        Output("drawn", "data"),
        Input("shown", "data"),
    )

    @app.callback(
        Output("evaluated", "children"),
        Output("temperature", "disabled"),
        Output("tick", "disabled"),
        Input("tick", "n_intervals"),
    )
    def progress(_: int) -> tuple[str, bool, bool]:
        """Say how far the evaluation is, and whether slider and timer are disabled: (text, slider, timer)."""
        if results.ready:
            return "", False, True
        share = results.evaluated / len(results)
        return f"Computing the other temperatures: {share:.0%}", True, False

    select = lru_cache(maxsize=4)(results.select)
    _connect_table(app, results, select)
    _connect_curve(app, results, select)


def _connect_table(app: dash.Dash, results: Results, select: _Select) -> None:
    """Register the callbacks of picture, table and download with `app`.

    `select` takes a `Question` and returns the numbers of the rows of `results`
    that keep its limits, int64, as `Results.select`.
    """
    names = _names(results)

    @app.callback(
        output=tuple(Output(part, what) for part, what in _SET.items()),
        inputs={
            "given": _control_values(Input),
            "clicks": [
                Input({"sort": ALL}, "n_clicks"),
                *(Input(n, "n_clicks") for n in _PAGING),
            ],
        },
        state={"view": State("view", "data")},
    )
    def update(
        given: dict[str, Any], clicks: Any, view: dict[str, Any]
    ) -> tuple[Any, ...]:
        """Update summary, picture and table after a control or the table was used.

        `given` are the values of the controls by name, `view` order and page
        of the table (``by``, ``descending``, ``page`` from 0); `clicks` only
        start the update, dash says where they were. A request with impossible
        values is refused with status 400. `given` is that of `_question`, the
        result that of `_page_outputs`.
        """
        _check(_is_view(view, names))
        question = _question(results, given)
        return _page_outputs(
            results,
            select(question),
            question,
            _table_view(view, ctx.triggered_id),
            given,
        )

    @app.callback(
        output=Output("file", "data"),
        inputs={"clicks": Input("save", "n_clicks")},
        state={"given": _control_values(State)},
        prevent_initial_call=True,
    )
    def save(clicks: int, given: dict[str, Any]) -> dict[str, Any]:
        """Return the rows that keep the limits of the controls `given` as a CSV file for dash to download."""
        question = _question(results, given)
        content = _csv(results, select(question), question, names)
        return {"content": content, "filename": "candidates.csv"}


def _connect_curve(app: dash.Dash, results: Results, select: _Select) -> None:
    """Register the callback of the curves with `app`: it draws a candidate of `results`.

    `select` takes a `Question` and returns the numbers of the rows that keep
    its limits, int64, best first. The best is drawn until a point is clicked,
    and the first row of all if none keeps the limits.
    """

    @app.callback(
        output=Output("curve", "figure"),
        inputs={
            "given": _control_values(Input),
            "clicked": Input("pareto", "clickData"),
        },
    )
    def draw_curve(given: dict[str, Any], clicked: Any) -> Any:
        """Draw the curves of the last point clicked, or else of the best candidate within the limits.

        `given` are the values of the controls by name, as of `_question`,
        `clicked` is plotly's record of the click, as of `_clicked_row`, or
        None. Without any such candidate it is the best of all. The result is
        plotly's figure, a dict of ``data`` and ``layout``.
        """
        question = _question(results, given)
        rows = select(question)
        row = _clicked_row(clicked, len(results))
        best = int(rows[0]) if len(rows) else 0
        return _curves(results, best if row is None else row, question.stop)


def _control_values(kind: Any) -> dict[str, Any]:
    """Return dash's `kind`, `Input` or `State`, of the value of each control."""
    return {name: kind(name, "value") for name in CONTROLS}


def _check(*sound: bool) -> None:
    """Refuse what no control of the page sends, unless all of `sound` are true, as a bad request."""
    if not all(sound):
        flask.abort(400, "no control of the explorer sends this")


def _is_view(view: Any, names: Sequence[str]) -> bool:
    """Say whether `view`, a value from the browser, is an order and a page of the table.

    It must be a dict of ``by``, one of `names`, ``descending``, a bool, and
    ``page``, an int from 0.
    """
    return (
        isinstance(view, dict)
        and view.get("by") in names
        and isinstance(view.get("descending"), bool)
        and type(view.get("page")) is int
        and view["page"] >= 0
    )


def _is_number_or_empty(value: Any) -> bool:
    if value is None:
        return True
    return isinstance(value, int | float) and math.isfinite(value)


def _question(results: Results, given: dict[str, Any]) -> Question:
    """Convert the values of the controls to a question.

    Parameters
    ----------
    results : Results
        The candidates.
    given : dict
        Values by the controls' names, all needed: ``temperature`` (whole
        degrees C of a stop), ``remanence``, ``coercivity`` (in the units
        shown), ``heavy`` (wt.%) and ``share`` (%), numbers or None; ``goal``
        ("performance_margin" or a column of `MAGNET`), ``scenario`` (a name
        that the page offers), ``meets`` (a list of "decisions" and "meets", or
        None) and ``elements`` (a list of symbols among those of the results, or
        None).

    Returns
    -------
    Question
        In SI units: ``stop``, a number in ``results.temperatures`` from 0,
        ``at_least`` and ``at_most`` (tuples of pairs of column and limit),
        ``scenario``, ``recycled`` (pairs of symbol and share, 0 to 1; the
        ``share``, 0 where it is None, holds for each of ``elements``) and
        ``only``. The shares of the screening stay as they are while its
        elements are named and ``share`` is the largest of them. A limit of 0
        or None is left out, and so is one of heavy rare earth that no
        candidate exceeds; there 0 is a limit. A request with impossible values
        is refused by `_check`, as status 400.
    """
    by_celsius = {
        round(t - ZERO_CELSIUS): i for i, t in enumerate(results.temperatures)
    }
    elements = given["elements"] or []
    share = given["share"]
    heavy = given["heavy"]
    recycled_shares = results.conditions.recycled
    numbers = given["remanence"], given["coercivity"], heavy, share
    _check(
        given["temperature"] in by_celsius,
        given["goal"] in _GOALS,
        given["scenario"] in scenarios_to_show(results.conditions.scenario),
        set(given["meets"] or ()) <= {"decisions", "meets"},
        all(map(_is_number_or_empty, numbers)),
        isinstance(elements, list)
        and all(e in results.elements for e in elements),
    )
    shares = dict.fromkeys(elements, (share or 0.0) / 100.0)
    if set(shares) == set(recycled_shares) and share == 100.0 * max(
        recycled_shares.values(), default=0.25
    ):
        shares = recycled_shares
    limits = zip(MAGNET, numbers[:2], strict=False)
    has_limit = heavy is not None and heavy < _largest_heavy(results)
    return Question(
        by_celsius[given["temperature"]],
        tuple(
            (name, value / display_scale(name).factor)
            for name, value in limits
            if value
        ),
        (("heavy_rare_earth_wt_pct", heavy),) if has_limit else (),
        given["scenario"],
        tuple(sorted(shares.items())),
        frozenset(given["meets"] or ()),
    )


def _clicked_row(clicked: Any, count: int) -> int | None:
    """Return the number of the row whose point was clicked.

    `clicked` is plotly's record of the click from the browser, whose
    ``["points"][0]["customdata"]`` is the number, or None; `count` is the
    number of rows. The result is None if the record names no row from 0 to
    `count` - 1.
    """
    try:
        row = clicked["points"][0]["customdata"]
    except (TypeError, KeyError, IndexError):
        return None
    if type(row) is int and 0 <= row < count:
        return row
    return None


def _table_view(view: dict[str, Any], trigger: Any) -> dict[str, Any]:
    """Compute order and page of the table after a click.

    Parameters
    ----------
    view : dict
        ``by`` (a column), ``descending`` and ``page`` (from 0). It is not changed.
    trigger : str, dict or None
        Dash's identifier of what was clicked: "before" or "after",
        ``{"sort": column}``, or another control or None, which returns to the
        first page.

    Returns
    -------
    dict
        A new one with the same keys. "before" does not go below page 0; "after"
        is not bounded. Another column is sorted ascending; a second click on a
        column turns the order round. Both return to page 0.
    """
    if trigger in _PAGING:
        return view | {
            "page": max(0, view["page"] + (1 if trigger == "after" else -1))
        }
    if isinstance(trigger, dict):
        again = trigger["sort"] == view["by"]
        return {
            "by": trigger["sort"],
            "descending": again and not view["descending"],
            "page": 0,
        }
    return view | {"page": 0}


def _page_outputs(
    results: Results,
    rows: IntArray,
    question: Question,
    view: dict[str, Any],
    given: dict[str, Any],
) -> tuple[Any, ...]:
    """Compute the contents of the page after a control moved, in the order of the outputs.

    It runs in a callback of dash, which knows what was clicked; elsewhere dash
    raises a MissingCallbackContextException.

    Parameters
    ----------
    results : Results
        The candidates.
    rows : ndarray of int64
        Numbers from 0 of the rows within the limits, best first; may be empty.
    question : Question
        Values of the controls, as of `_question`.
    view : dict
        ``by`` (a column of numbers), ``descending`` and ``page`` (from 0, of
        25 rows, `ROWS_A_PAGE`), which is limited in place to the last page.
    given : dict
        Raw values of the controls, of which ``goal``, the column of the
        vertical axis, counts.

    Returns
    -------
    summary : str
        Counts of candidates, in words; dash's ``no_update``, as for `figure`,
        if only the table moves.
    today : str
        Today's magnet in a sentence.
    figure : dict
        The picture, plotly's ``data`` and ``layout``.
    table : dict
        ``cells`` (for each column a list of texts, one a row of the page),
        ``classes`` of the columns, and their ``order`` ("ascending",
        "descending" or "none").
    count : str
        Page and number of pages, in words.
    first, last : bool
        Whether the page is the first, or the last.
    view : dict
        The argument.
    """
    names = _names(results)
    figure: Any = no_update
    summary: Any = no_update
    if ctx.triggered_id not in _PAGING and not isinstance(
        ctx.triggered_id, dict
    ):
        front = results.front(rows, question, given["goal"])
        figure = _pareto(results, rows, front, question, given["goal"])
        summary = (
            f"{len(rows):,} of {len(results):,} ranked candidates at "
            f"{kelvin(results.temperatures[question.stop])}, {len(front):,} on the front"
        )
    pages = max(1, -(-len(rows) // ROWS_A_PAGE))
    page = view["page"] = min(view["page"], pages - 1)
    part = slice(page * ROWS_A_PAGE, (page + 1) * ROWS_A_PAGE)
    page_rows = results.page(
        rows, question, view["by"], view["descending"], part
    )
    direction = "descending" if view["descending"] else "ascending"
    table = {
        "cells": _cells(results, page_rows, question, names),
        "classes": [_cell_class(name) for name in names],
        "order": [
            direction if name == view["by"] else "none" for name in names
        ],
    }
    count = f"Page {page + 1:,} of {pages:,}"
    today = _today(results, question)
    return (
        summary,
        today,
        figure,
        table,
        count,
        page == 0,
        page == pages - 1,
        view,
    )


def _names(results: Results) -> list[str]:
    return [
        name for name in _SHOWN["shown"] if name != "shell" or not results.bare
    ]


def _today(results: Results, question: Question) -> str:
    """Describe today's magnet in one sentence, under the conditions of `question`.

    Heavy rare earth and margin are those of the screening of `results`. Of
    ``results.reference`` the value at ``question.stop`` counts. Values are in
    display units.
    """
    today = results.reference
    texts = []
    for name in MAGNET:
        value = _cell(name, today[name][question.stop])
        texts.append(
            f"{COLUMNS[name].short} {value} {display_scale(name).unit}"
        )
    figures = ", ".join(texts)
    return (
        f"Today’s magnet, {results.profile.reference.formula}: {figures}, heavy rare earth "
        f"{number(today['heavy_rare_earth_wt_pct'][0])} wt.%, margin "
        f"{number(today['performance_margin'][0])}"
    )


def _cells(
    results: Results, rows: IntArray, question: Question, names: list[str]
) -> list[list[str]]:
    """Write the texts of the table's cells: for each column in `names` a list with one text a row.

    `rows` are numbers from 0 of candidates in `results`, int64; values are
    those under `question`, in display units without the unit, NaN as "–". A
    name that is no column of `_values` is a KeyError.
    """
    values = _values(results, rows, question, names)
    return [
        list(map(partial(_cell, name), column))
        for name, column in zip(names, values, strict=True)
    ]


def _values(
    results: Results, rows: IntArray, question: Question, names: list[str]
) -> list[list[Any]]:
    """Collect texts and numbers of some rows by column.

    Parameters
    ----------
    results : Results
        The candidates.
    rows : ndarray of int64
        Numbers of the rows, from 0.
    question : Question
        ``stop``, ``scenario`` and ``recycled`` of the numbers.
    names : list of str
        Columns: "candidate", "formula", "host", "shell" and "route", and those
        of numbers of `Results.column`; KeyError for any other.

    Returns
    -------
    list of list
        For each column, in the order of `names`, a list with one value a row:
        texts, "" for a missing one, or Python numbers in the units of results,
        NaN for a missing one.
    """
    columns = []
    for name in names:
        if name in results.texts:
            columns.append(results.text(name, rows))
        else:
            columns.append(results.column(name, question)[rows].tolist())
    return columns


def _cell(name: str, value: Any) -> str:
    """Write a value of the column `name`, in the units of results, in display units.

    Texts, and values of columns of whole numbers such as "rank", are written as
    they are. Others have three significant digits, a probability two; NaN is
    the dash "–". The unit is not written. `name` is a column of
    `magnetkit.columns`, KeyError otherwise.
    """
    if isinstance(value, str) or COLUMNS[name].kind == "integer":
        return str(value)
    value *= display_scale(name).factor
    if name == "probability_meets_requirements":
        return probability_text(value)
    return number(value)


def _cell_class(name: str) -> str:
    """Return the CSS classes of a column's cells, separated by a blank; "" for none.

    ``text`` is for words, ``minor`` for columns that a narrow screen hides;
    "candidate" gives "text name".

    `name` is a column of `magnetkit.columns`, KeyError otherwise.
    """
    text = "text" if COLUMNS[name].kind in ("text", "category") else ""
    if name == "candidate":
        return f"{text} name"
    if name in _SHOWN["minor"]:
        return f"{text} minor".strip()
    return text


def _csv(
    results: Results, rows: IntArray, question: Question, names: list[str]
) -> str:
    """Write candidates as CSV text with the columns `names` and the temperature, K.

    The first line has `names` and ``temperature_K``. `rows` are numbers from 0
    of candidates in `results`, in the order to write; values are those under
    `question`, in the units of results; the temperature is the same in every
    line. A text that would run as a formula in a spreadsheet gets an
    apostrophe. Names are as for `_values`.
    """
    out = io.StringIO()
    columns = _values(results, rows, question, names)
    kelvins = [results.temperatures[question.stop]] * len(rows)
    put_csv(
        [*names, "temperature_K"], zip(*columns, kelvins, strict=True), out
    )
    return out.getvalue()


def _point_texts(
    results: Results, rows: IntArray, risks: list[float]
) -> list[str]:
    """Write the hover text of each point: escaped name, rank and risk.

    Such as "SmCo5<br>rank 3, risk 0.21"; the name has " + " and the shell
    behind it where there is one. `rows` are numbers from 0 of candidates in
    `results`, which stand in order of rank; `risks` is the supply risk of
    each, 0 to 1.
    """
    candidates = results.text("candidate", rows)
    shells = results.text("shell", rows)
    texts = []
    for candidate, shell, row, risk in zip(
        candidates, shells, rows.tolist(), risks, strict=True
    ):
        name = escape(f"{candidate} + {shell}" if shell else candidate)
        texts.append(f"{name}<br>rank {row + 1}, risk {number(risk)}")
    return texts


def _pareto(
    results: Results,
    rows: IntArray,
    front: IntArray,
    question: Question,
    goal: str,
) -> Part:
    """Build the picture of candidates on heavy rare earth and another column, the front ringed.

    The front's colours show supply risk; today's magnet is a star. Of very many rows some are
    drawn.

    Parameters
    ----------
    results : Results
        The candidates.
    rows : ndarray of int64
        Numbers from 0 of the rows to draw; of more than 600 off the front, and
        of more than 600 on it, 600 are drawn.
    front : ndarray of int64
        Those of them on the front, each also among `rows`.
    question : Question
        ``stop``, ``scenario`` and ``recycled`` of the values.
    goal : str
        Column of the vertical axis: "performance_margin", "remanence_T",
        "coercivity_kA_m" or "max_energy_product_kJ_m3".

    Returns
    -------
    dict
        Plotly's ``data`` and ``layout`` in the units of the setting; the traces
        are the others, the front and today's magnet, and ``customdata`` of the
        first two are the numbers of the rows.
    """
    traces = []
    other_rows = rows[~np.isin(rows, front, assume_unique=True)]
    for name, part, look in (
        ("Others", other_rows, {"size": 5, "color": GREY, "opacity": 0.6}),
        ("Front", front, {"size": 9, "line": {"width": 1, "color": "#000"}}),
    ):
        thin_rows = _thin_rows(part)
        total = f"{len(part):,}"
        count = (
            total
            if len(thin_rows) == len(part)
            else f"{len(thin_rows):,} of {total} drawn"
        )
        columns = (_X, goal, _COLOUR)
        values = pd.DataFrame(
            {c: results.column(c, question)[thin_rows] for c in columns}
        )
        scale = {
            "color": _figures.numbers(values[_COLOUR]),
            "colorscale": "Viridis",
            "colorbar": _figures.colour_bar(COLUMNS[_COLOUR].heading),
        }
        texts = _point_texts(results, thin_rows, values[_COLOUR].tolist())
        marker = look if "color" in look else scale | look
        trace = _figures.candidates(
            values, _X, goal, f"{name} ({count})", marker, texts
        )
        traces.append(trace | {"customdata": thin_rows.tolist()})
    today = {name: results.reference[name] for name in (_X, goal)}
    if today[goal].size > 1:
        today[goal] = today[goal][question.stop : question.stop + 1]
    formula = escape(results.profile.reference.formula)
    traces.append(
        _figures.star(pd.DataFrame(today), _X, goal, formula, "Today's magnet")
    )
    # The same axes stay zoomed while limits move.
    layout = _figures.figure_layout(
        _figures.column_axis(_X), _figures.column_axis(goal)
    ) | {"uirevision": goal}
    return _figures.convert_axes({"data": traces, "layout": layout})


def _curves(results: Results, row: int, stop: int) -> Part:
    """Build J(H) and B(H) of a candidate and of today's magnet, with the load line.

    Parameters
    ----------
    results : Results
        The candidates.
    row : int
        Number of the candidate's row, from 0.
    stop : int
        Number of the temperature in ``results.temperatures``, from 0.

    Returns
    -------
    dict
        Plotly's ``data`` and ``layout`` in the units of the setting; the
        candidate comes before today's magnet.
    """
    rows = np.array([row])
    today = results.profile.reference
    shell, name, route = (
        results.text(n, rows)[0] for n in ("shell", "candidate", "route")
    )
    alloy = (
        results.table[row : row + 1],
        shell,
        results.job.groups([route])[0][0],
    )
    curves = [
        demagnetization_curves(table, rim, results.temperatures[stop], job)
        for table, rim, job in (
            alloy,
            (today.table(), today.shell or "", results.job),
        )
    ]
    labels = []
    for label, rim in (
        (name, shell),
        (f"Today's magnet, {today.formula}", today.shell),
    ):
        labels.append(f"{label} + {rim}" if rim else label)
    looks = [(COLOURS[0], "solid"), (BLACK, "dash")]
    return _figures.convert_axes(
        _figures.demagnetization(curves, labels, looks, height=400)
    )


def _thin_rows(rows: IntArray) -> IntArray:
    """Return at most `PLOTTED_ROWS` of the rows, evenly over their order."""
    if len(rows) <= PLOTTED_ROWS:
        return rows
    return rows[np.linspace(0, len(rows) - 1, PLOTTED_ROWS).astype(int)]
