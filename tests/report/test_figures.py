"""The figures' data, and that matplotlib draws the same of it as plotly.js."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from magnetkit.columns import COLUMNS
from matplotlib import pyplot
from numpy.testing import assert_allclose, assert_array_equal

import magnetkit as mk
from magnetkit.report import _figures
from magnetkit.report._draw import _text, draw

mpl.use("Agg")


@pytest.fixture
def ax():
    yield pyplot.subplots()[1]
    pyplot.close("all")


@pytest.fixture(scope="module")
def sweep():
    return pd.DataFrame(
        {
            "candidate": ["<b>", "A & B"] * 2,
            "temperature_K": [393.15, 393.15, 293.15, 293.15],
            "coercivity_kA_m": [500.0, 600.0, 1000.0, 1200.0],
            "coercivity_kA_m_lo": [400.0, 500.0, 900.0, 1100.0],
            "coercivity_kA_m_hi": [700.0, 800.0, 1300.0, 1500.0],
        }
    )


def test_lines_rise_with_temperature_under_plain_names(sweep):
    *areas, first, second = _figures.lines_over_temperature(
        sweep, "coercivity_kA_m", celsius=True
    )
    assert (first["name"], second["name"]) == ("&lt;b&gt;", "A &amp; B")
    assert first["x"] == [20.0, 120.0]
    assert first["y"] == [1000.0, 500.0]
    assert len(areas) == 2
    # Up along the upper end, back along the lower.
    assert areas[0]["y"] == [1300.0, 700.0, 400.0, 900.0]
    assert areas[0]["x"] == [20.0, 120.0, 120.0, 20.0]
    only = _figures.lines_over_temperature(sweep, "coercivity_kA_m", bands=1)
    assert [trace.get("fill") for trace in only] == ["toself", None, None]


def test_a_candidate_given_twice_is_two_lines(sweep):
    twice = sweep.assign(candidate="SmCo5")
    lines = _figures.lines_over_temperature(
        twice, "coercivity_kA_m", _figures.looks(2), bands=0
    )
    assert [line["y"] for line in lines] == [[1000.0, 500.0], [1200.0, 600.0]]


def test_matplotlib_draws_what_the_page_does(sweep, ax):
    layout = _figures.figure_layout(
        _figures.temperature_axis(celsius=True),
        _figures.column_axis("coercivity_kA_m") | {"rangemode": "tozero"},
    )
    traces = _figures.lines_over_temperature(
        sweep, "coercivity_kA_m", celsius=True
    )
    draw({"data": traces, "layout": layout}, ax)
    assert [t.get_text() for t in ax.get_legend().get_texts()] == [
        "<b>",
        "A & B",
    ]
    assert_allclose(ax.lines[1].get_data(), ([20.0, 120.0], [1200.0, 600.0]))
    assert ax.get_ylabel() == "Intrinsic coercivity H$_{cJ}$ (kA/m)"
    assert ax.get_xlabel() == "Temperature (°C)"
    assert ax.get_ylim()[0] == 0.0


def test_working_point_past_the_knee_is_a_cross():
    hot = mk.magnetism.demagnetization(
        "Nd2Fe14B", [293.15, 473.15], load_line=0.5
    )
    assert hot.above_knee.tolist() == [[True, False]]
    figure = _figures.demagnetization(
        [hot], ["cold", "hot"], _figures.looks(1, 2)
    )
    working = [t for t in figure["data"] if t["mode"] == "markers"]
    assert [t["marker"]["symbol"] for t in working] == ["circle", "x"]
    assert working[1]["text"] == ["past the knee: flux is lost"]
    # On the load line: B = 0.5 mu_0 H, with mu_0 = 1.2566e-3 T m/kA.
    (field,), (flux,) = working[0]["x"], working[0]["y"]
    assert flux == pytest.approx(0.5 * 1.2566e-3 * field, rel=1e-3)


def test_intervals_are_measured_from_the_value():
    frame = pd.DataFrame(
        {
            "remanence_T": [1.2],
            "remanence_T_lo": [1.1],
            "remanence_T_hi": [1.25],
            "coercivity_kA_m": [1000.0],
            "coercivity_kA_m_lo": [800.0],
            "coercivity_kA_m_hi": [1300.0],
        }
    )
    trace = mk.plots.grade_map(frame, intervals=True)["data"][-1]
    bars = [
        trace[f"error_{axis}"][end]
        for axis in "xy"
        for end in ("array", "arrayminus")
    ]
    assert bars == [[300.0], [200.0], [0.05], [0.1]]


def test_red_means_a_negative_margin(ax):
    trace = {
        "type": "heatmap",
        "x": [0.0, 1.0],
        "y": [0.0, 1.0],
        "z": [[-0.3, 0.3], [0.0, 0.1]],
        "colorscale": "RdBu",
        "reversescale": True,
        "zmin": -0.3,
        "zmax": 0.3,
        "colorbar": _figures.colour_bar("margin"),
    }
    collection = draw(
        {"data": [trace], "layout": _figures.figure_layout({}, {})}, ax
    ).collections[0]
    # As plotly.js has it.
    low = collection.cmap(collection.norm(-0.3))
    high = collection.cmap(collection.norm(0.3))
    assert low[0] > low[2]
    assert high[2] > high[0]


def test_phase_names_overlap_nothing():
    at = np.array([[0.0, 0.0], [0.01, 0.0], [0.5, 0.5]])
    six = [6, 6, 6]
    assert _figures._label_positions(at, six, at) == [
        "top center",
        "bottom center",
        "top center",
    ]
    below = np.vstack([at, [[0.0, -0.035]]])
    assert _figures._label_positions(at, six, below) == [
        "top center",
        "",
        "top center",
    ]


def test_magnets_differ_by_hue_and_temperatures_by_dash():
    first, second = _figures.looks(2, 2)[:2], _figures.looks(2, 2)[2:]
    a, b = first
    c, d = second
    assert a[0] == b[0] != c[0] == d[0]
    assert (a[1], b[1]) == (c[1], d[1]) == ("solid", "dash")
    assert _figures.looks(1, 2)[1] == (_figures.COLOURS[1], "solid")


@pytest.mark.parametrize(
    "name", [n for n, c in COLUMNS.items() if c.symbol or "3" in c.unit]
)
def test_draws_every_heading(name, ax):
    # Mathematics and layout fail only when drawn.
    ax.set_xlabel(_text(_figures.column_axis(name)["title"]["text"]))
    ax.figure.canvas.draw()
    assert COLUMNS[name].label in ax.get_xlabel()


def test_draws_a_second_axis_and_a_colour_map(ax):
    layout = _figures.figure_layout(
        _figures.make_axis("x"), _figures.make_axis("y"), title="A & B"
    )
    layout["yaxis2"] = (
        _figures.AXIS | _figures.make_axis("right") | {"side": "right"}
    )
    first_line = _figures.line("left", [0, 1], [0, 1], color="#000")
    right = _figures.line("right", [0, 1], [0, 500], color="#000") | {
        "yaxis": "y2"
    }
    draw({"data": [first_line, right], "layout": layout}, ax)
    _, twin = ax.figure.axes
    assert ax.get_ylim()[1] < 2 < 500 < twin.get_ylim()[1]
    assert [t.get_text() for t in twin.get_legend().get_texts()] == [
        "left",
        "right",
    ]
    assert (ax.get_title(), twin.get_ylabel()) == ("A & B", "right")
    grid = {
        "x": [0.0, 1.0],
        "y": [0.0, 2.0, 4.0],
        "z": [[1, 2], [3, 4], [5, 6]],
        "zmin": -6,
        "zmax": 6,
        "colorscale": "RdBu",
        "reversescale": True,
    }
    trace = {"type": "heatmap", "colorbar": _figures.colour_bar("T")} | grid
    ax.figure.clear()
    axes = draw(
        {"data": [trace], "layout": _figures.figure_layout({}, {})},
        ax.figure.add_subplot(),
    )
    assert_array_equal(axes.collections[0].get_array(), grid["z"])
    assert axes.collections[0].get_clim() == (-6, 6)


def test_places_labels_or_drops_them():
    # Five letters are 0.08 wide.
    distant = np.array([[9.0, 9.0]])

    def places(columns):
        points = np.array([[x, 0.0] for x in columns])
        return _figures._label_positions(points, [5] * len(columns), distant)

    assert places([0.0, 0.09]) == ["top center", "top center"]
    assert places([0.0, 0.07, 0.035]) == ["top center", "bottom center", ""]
