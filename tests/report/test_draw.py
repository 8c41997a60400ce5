"""What matplotlib draws of a figure: looks, places, texts and scales."""

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.colors import to_hex

from magnetkit.report import _figures
from magnetkit.report._draw import _text, draw

mpl.use("Agg")


@pytest.fixture
def ax():
    yield pyplot.subplots()[1]
    pyplot.close("all")


def make_layout(**more):
    layout = _figures.figure_layout(
        _figures.make_axis("x"), _figures.make_axis("y")
    )
    return layout | more


def draw_traces(traces, ax=None, **more):
    return draw({"data": traces, "layout": make_layout(**more)}, ax)


def dots(symbol="circle", name="dots", **look):
    marker = {"color": "#ff0000", "size": 8, "symbol": symbol} | look
    return _figures.points(name, [0, 1, 2], [5, 6, 7], marker, "")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain", "plain"),
        ("a<br>b", "a\nb"),
        ("<b>bold</b>", "bold"),
        ("H<sub>cJ</sub>", "H$_{cJ}$"),
        ("kJ/m<sup>3</sup>", "kJ/m$^{3}$"),
        ("5 $ &amp; &lt;b&gt;", r"5 \$ & <b>"),
    ],
)
def test_plotlys_html_becomes_mathematics(html, text):
    assert _text(html) == text


def test_a_figure_has_the_size_of_its_layout():
    figure = draw_traces([], width=800, height=300).figure
    assert tuple(figure.get_size_inches()) == (8.0, 3.0)
    usual = draw_traces([]).figure
    assert tuple(usual.get_size_inches()) == (6.4, 4.6)


def test_a_line_has_width_dash_colour_and_name(ax):
    name = "a &amp; H<sub>cJ</sub>"
    line = _figures.line(name, [0, 1], [2, 3], color="#0072B2", dash="dash")
    plain = _figures.line("b", [0, 1], [3, 4], color="#000000", width=4)
    hidden = plain | {"showlegend": False}
    draw_traces([line, plain, hidden], ax)
    first, second, _ = ax.lines
    # Three quarters of a point for a pixel.
    assert (first.get_linewidth(), second.get_linewidth()) == (1.5, 3.0)
    assert (first.get_linestyle(), second.get_linestyle()) == ("--", "-")
    assert first.get_color() == "#0072B2"
    assert first.get_xydata().tolist() == [[0, 2], [1, 3]]
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    assert names == ["a & H$_{cJ}$", "b"]
    assert ax.get_legend().get_title().get_text() == ""


def test_no_legend_where_none_is_wanted(ax):
    draw_traces([dots(name="")], ax)
    assert ax.get_legend() is None
    draw_traces([dots()], ax, showlegend=False)
    assert ax.get_legend() is None


def test_a_legend_below_curves_whose_axis_is_on_the_right(ax):
    right = {"yaxis": _figures.make_axis("y") | {"side": "right"}}
    title = {"legend": {"title": {"text": "mm"}}}
    draw_traces([dots(), dots(name="more")], ax, **right, **title)
    legend = ax.get_legend()
    assert legend.get_title().get_text() == "mm"
    assert legend._ncols == 2
    assert ax.yaxis.get_label_position() == "right"


def test_points_have_size_outline_and_opacity(ax):
    edge = {"line": {"width": 2, "color": "#0000ff"}}
    draw_traces([dots("diamond", opacity=0.5, **edge), dots()], ax)
    first, second = ax.collections
    # The area of three quarters of eight pixels.
    assert first.get_sizes().tolist() == [36.0]
    assert first.get_linewidths().tolist() == [1.5]
    assert second.get_linewidths().tolist() == [0.0]
    assert to_hex(first.get_edgecolors()[0]) == "#0000ff"
    assert first.get_alpha() == 0.5
    assert second.get_alpha() is None
    assert to_hex(second.get_facecolors()[0]) == "#ff0000"
    assert first.get_offsets().tolist() == [[0, 5], [1, 6], [2, 7]]


def test_each_symbol_has_its_own_marker(ax):
    symbols = (*_figures._SYMBOLS, "x", "star")
    draw_traces([dots(symbol) for symbol in symbols], ax)
    shapes = {
        tuple(map(tuple, points.get_paths()[0].vertices.round(3)))
        for points in ax.collections
    }
    assert len(shapes) == len(symbols)


def test_a_shared_scale_has_one_bar_from_the_least_to_the_largest(ax):
    shared = {"color": [1.0, 2.0, 3.0], "coloraxis": "coloraxis"}
    traces = [
        dots(**shared),
        dots(**shared | {"color": [4.0, 5.0, 9.0]}),
        dots(**shared | {"color": []}) | {"x": [], "y": []},
    ]
    axis = {"colorscale": "Viridis", "colorbar": _figures.colour_bar("risk")}
    draw_traces(traces, ax, coloraxis=axis)
    assert [c.get_clim() for c in ax.collections] == [(1.0, 9.0)] * 2
    assert ax.collections[0].get_cmap().name == "viridis"
    (bar,) = ax.figure.axes[1:]
    assert bar.get_ylabel() == "risk"
    other = pyplot.subplots()[1]
    draw_traces(traces, other, coloraxis=axis | {"showscale": False})
    assert len(other.figure.axes) == 1


def test_points_with_a_scale_of_their_own_have_a_bar(ax):
    scale = {"color": [0.1, 0.5, 0.9], "cmin": 0.0, "cmax": 1.0}
    scale |= {"colorscale": "Viridis", "reversescale": True}
    bar = {"colorbar": _figures.colour_bar("P")}
    draw_traces([dots(**scale, **bar)], ax)
    (points,) = ax.collections
    assert points.get_clim() == (0.0, 1.0)
    assert points.get_cmap().name == "viridis_r"
    assert [one.get_ylabel() for one in ax.figure.axes[1:]] == ["P"]


def test_an_area_has_its_colour_and_no_edge(ax):
    area = _figures.line("", [0, 1, 1, 0], [0, 0, 1, 1], width=0)
    look = {"fill": "toself", "fillcolor": "#009E73", "opacity": 0.15}
    draw_traces([area | look], ax)
    (patch,) = ax.patches
    assert patch.get_alpha() == 0.15
    assert patch.get_linewidth() == 0
    assert to_hex(patch.get_facecolor()) == "#009e73"
    assert not ax.lines


def test_error_bars_reach_below_and_above(ax):
    bars = {"array": [1.0] * 3, "arrayminus": [2.0] * 3, "color": "#000"}
    draw_traces([dots() | {"error_x": bars}], ax)
    (segments,) = [c for c in ax.collections if hasattr(c, "get_segments")]
    ends = [segment[:, 0].tolist() for segment in segments.get_segments()]
    assert ends == [[-2.0, 1.0], [-1.0, 2.0], [0.0, 3.0]]
    assert segments.get_alpha() == 0.4


def test_texts_stand_above_or_below_their_points(ax):
    texts = {
        "mode": "markers+text",
        "text": ["Sm<sub>2</sub>", "b", "c"],
        "textfont": {"size": 10},
        "textposition": ["top center", "bottom left", "bottom right"],
    }
    draw_traces([dots() | texts], ax)
    first, left, right = ax.texts
    assert first.get_text() == "Sm$_{2}$"
    assert first.get_size() == 7.5
    # Two points, and six tenths of the dot.
    assert [t.xyann for t in ax.texts] == [(0, 5.6), (0, -5.6), (0, -5.6)]
    assert [t.get_va() for t in ax.texts] == ["bottom", "top", "top"]
    assert (left.get_ha(), right.get_ha()) == ("right", "left")
    assert first.get_ha() == "center"
    assert [t.xy[0] for t in ax.texts] == [0.0, 1.0, 2.0]
    sides = ["middle left", "middle right", "top center"]
    draw_traces([dots() | texts | {"textposition": sides}], ax)
    left, right, _ = ax.texts[3:]
    assert (left.xyann, left.get_va(), left.get_ha()) == (
        (-5.6, 0),
        "center",
        "right",
    )
    assert (right.xyann, right.get_ha()) == ((5.6, 0), "left")


def test_axes_turn_start_at_nothing_or_keep_their_range(ax):
    reverse = {"autorange": "reversed"} | _figures.make_axis("H")
    zero = _figures.make_axis("J") | {"rangemode": "tozero"}
    line = _figures.line("a", [1, 9], [2, 3], color="#000")
    draw_traces([line], ax, xaxis=reverse, yaxis=zero)
    left, right = ax.get_xlim()
    assert left > 9 > 1 > right
    assert ax.get_ylim()[0] == 0.0
    assert ax.get_ylim()[1] > 3.0
    other = pyplot.subplots()[1]
    fixed = {"range": [-1.0, 4.0]}
    equal = {"scaleanchor": "x", "visible": False}
    draw_traces([line], other, xaxis=fixed, yaxis=equal)
    assert other.get_xlim() == (-1.0, 4.0)
    assert other.get_aspect() == 1.0
    assert not other.axison


def test_a_shape_is_a_line_over_the_whole_height(ax):
    look = {"width": 2, "color": "#444444", "dash": "dot"}
    draw_traces([dots()], ax, shapes=[{"x0": 0.5, "line": look}])
    (line,) = ax.lines
    assert line.get_xdata() == [0.5, 0.5]
    assert line.get_ydata() == [0, 1]
    assert (line.get_linestyle(), line.get_linewidth()) == (":", 1.5)
    assert line.get_color() == "#444444"


def test_a_map_of_colours_has_its_bar(ax):
    grid = {"x": [0, 1], "y": [0, 1], "z": [[1, 2], [3, 4]]}
    look = {"colorscale": "RdBu", "zmin": -4, "zmax": 4}
    trace = {"type": "heatmap", "colorbar": _figures.colour_bar("T")}
    draw_traces([trace | grid | look], ax)
    (mesh,) = ax.collections
    assert mesh.get_cmap().name == "RdBu_r"
    assert np.asarray(mesh.get_array()).tolist() == grid["z"]
    assert mesh.get_clim() == (-4, 4)
    assert [one.get_ylabel() for one in ax.figure.axes[1:]] == ["T"]
    other = pyplot.subplots()[1]
    draw_traces([trace | grid | look | {"reversescale": True}], other)
    (mesh,) = other.collections
    # Red is the lower end, as of plotly.js.
    low, high = mesh.cmap(0.0), mesh.cmap(1.0)
    assert low[0] > low[2]
    assert high[0] < high[2]


def test_a_second_axis_stands_on_the_right(ax):
    title = {"text": "A &amp; B"}
    right = _figures.make_axis("C<sub>r</sub>") | {"side": "right"}
    left_line = _figures.line("left", [0, 1], [0, 1], color="#000")
    line = _figures.line("right", [0, 1], [0, 500], color="#000")
    traces = [left_line, line | {"yaxis": "y2"}]
    draw_traces(traces, ax, title=title, yaxis2=_figures.AXIS | right)
    _, twin = ax.figure.axes
    assert ax.get_ylim()[1] < 2 < 500 < twin.get_ylim()[1]
    names = [text.get_text() for text in twin.get_legend().get_texts()]
    assert names == ["left", "right"]
    assert (ax.get_title(), twin.get_ylabel()) == ("A & B", "C$_{r}$")
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("x", "y")
