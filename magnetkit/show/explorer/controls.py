"""The explorer's controls."""

from typing import Any

import numpy as np
from dash import dcc, html

from ...columns import COLUMNS
from ...supply import load_scenario, scenarios
from ...units import ZERO_CELSIUS
from .results import MAGNET, Question, Results

CONTROLS = (
    "temperature",
    "remanence",
    "coercivity",
    "heavy",
    "meets",
    "goal",
    "scenario",
    "elements",
    "share",
)
"""Names of the controls."""
GOALS = ("performance_margin", *MAGNET)


def controls(results: Results) -> list[Any]:
    """Return the controls, each in a group with its name."""
    order = np.argsort(results.temperatures)
    celsius = {int(i): round(results.temperatures[i] - ZERO_CELSIUS) for i in order}
    marks = _marks(sorted(celsius.values()))
    most = {name: float(np.nanmax(results.column(name, Question()))) for name in MAGNET[:2]}
    most_heavy = heaviest(results)
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
                np.ceil(most_heavy * 2.0) / 2.0 or 1.0,
                0.1,
                np.ceil(most_heavy * 2.0) / 2 or 1.0,
            ),
        ),
        dcc.Checklist(
            [{"label": " Meets every requirement", "value": "meets"}],
            ["meets"] if results.meets.any() else [],
            id="meets",
        ),
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
                {name: load_scenario(name).title for name in scenarios_of(results)},
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


def scenarios_of(results: Results) -> list[str]:
    """Return what may be chosen: the embedded scenarios, and the screening's own."""
    own = results.conditions.scenario
    return scenarios() if own in scenarios() else [own, *scenarios()]


def _marks(stops: list[int]) -> dict[int, str]:
    """Return a mark for every stop, labelled where its label has room beside the others."""
    room = (stops[-1] - stops[0]) / 7.0
    labelled = [stops[0]]
    for stop in stops[1:-1]:
        if stop - labelled[-1] >= room and stops[-1] - stop >= room:
            labelled.append(stop)
    labelled.append(stops[-1])
    return {stop: str(stop).replace("-", "−") if stop in labelled else "" for stop in stops}


def heaviest(results: Results) -> float:
    """Return the end of the heavy-rare-earth control: the largest content, rounded up."""
    most = float(np.nanmax(results.column("heavy_rare_earth_wt_pct", Question())))
    return max(1.0, float(np.ceil(10.0 * most) / 10.0))


def _labelled(text: str, *children: Any) -> html.Div:
    return html.Div(
        [html.Div(text, className="label"), *children],
        className="control",
        role="group",
        **called(text),
    )


def called(text: str) -> dict[str, Any]:
    """Return the attribute that names a part of the page to those who do not see it."""
    return {"aria-label": text}


def _slider(name: str, low: float, high: float, step: float, value: float) -> dcc.Slider:
    return dcc.Slider(id=name, min=low, max=float(high), step=step, value=float(value), marks=None)
