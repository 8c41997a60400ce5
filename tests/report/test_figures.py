"""The figures' data, and that matplotlib draws the same of it as plotly.js."""

from types import SimpleNamespace

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from magnetkit.columns import COLUMNS
from matplotlib import pyplot

import magnetkit as mk
from magnetkit.choose._job import AS_SOLD
from magnetkit.choose.applications import load
from magnetkit.phases.hull import hull_section
from magnetkit.phases.snapshot import open_snapshot
from magnetkit.report import _figures
from magnetkit.report._draw import _text
from magnetkit.report._figures import grades

mpl.use("Agg")


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
    assert trace["name"] == "Candidates"
    assert "error_x" not in mk.plots.grade_map(frame)["data"][-1]


def test_magnets_differ_by_hue_and_temperatures_by_dash():
    first, second = _figures.looks(2, 2)[:2], _figures.looks(2, 2)[2:]
    a, b = first
    c, d = second
    assert a[0] == b[0] != c[0] == d[0]
    assert (a[1], b[1]) == (c[1], d[1]) == ("solid", "dash")
    assert _figures.looks(1, 2)[1] == (_figures.COLOURS[1], "solid")


def test_places_labels_or_drops_them():
    # Five letters are 0.08 wide.
    distant = np.array([[9.0, 9.0]])

    def places(columns):
        points = np.array([[x, 0.0] for x in columns])
        return _figures._label_positions(points, [5] * len(columns), distant)

    assert places([0.0, 0.09]) == ["top center", "top center"]
    assert places([0.0, 0.07, 0.035]) == ["top center", "bottom center", ""]
    # What stands where a text would hides it as well.
    at = np.array([[0.0, 0.0], [0.01, 0.0], [0.5, 0.5]])
    below = np.vstack([at, [[0.0, -0.035]]])
    assert _figures._label_positions(at, [6, 6, 6], below) == [
        "top center",
        "",
        "top center",
    ]


@pytest.fixture
def decided():
    """Return today's magnet, a ranked one, a grade to buy and one without a rank."""
    return pd.DataFrame(
        {
            "candidate": ["Today", "Sm<5>", "N42SH", "Left out"],
            "shell": [None, "Tb 1 wt%", "Dy 1 wt%", ""],
            "route": ["sintered", "sintered", f"{AS_SOLD} N42SH", "sintered"],
            "rank": [None, 3, None, None],
            "decision_status": ["keep", "ready", "buy", "trial"],
            "decision": ["Keep", "Least & best", "Buy", "Trial"],
            "nearest_grade": ["N35", "N40", "N42SH", "N45"],
            "supply_risk": [0.5, 0.4, 0.3, 0.2],
            "remanence_T": [1.0, 1.1, 1.2, 1.3],
        }
    )


def test_decisions_go_by_rank_grade_or_letter(decided):
    assert _figures.decision_numbers(decided) == ["0", "3", "N42SH", "a"]
    more = pd.concat([decided, decided.iloc[3:]])
    assert _figures.decision_numbers(more)[-2:] == ["a", "b"]
    assert _figures.decision_names(decided) == [
        "0. Today’s magnet",
        "3. Least & best",
        "N42SH. Buy",
        "a. Trial",
    ]


def test_a_shell_diffused_into_a_sold_grade_is_not_in_its_name(decided):
    names = ["Today", "Sm<5> + Tb 1 wt%", "N42SH", "Left out"]
    assert _figures.candidate_names(decided) == names
    names[2] = "N42SH + Dy 1 wt%"
    without_route = decided.drop(columns="route")
    assert _figures.candidate_names(without_route) == names


def test_today_is_a_star_and_each_decision_a_numbered_diamond(decided):
    today, first, second, _ = _figures.decisions(
        decided, "supply_risk", "remanence_T"
    )
    assert (today["name"], today["text"]) == (
        "0. Today’s magnet",
        ["Today<br>0. Today’s magnet"],
    )
    assert (today["x"], today["y"]) == ([0.5], [1.0])
    assert (today["marker"]["symbol"], today["marker"]["size"]) == ("star", 16)
    assert today["mode"] == "markers"
    assert first["name"] == "3. Least &amp; best"
    assert first["text"] == ["3"]
    assert first["hovertext"] == [
        "Sm&lt;5&gt; + Tb 1 wt%<br>3. Least &amp; best"
    ]
    assert first["mode"] == "markers+text"
    assert first["textposition"] == "top center"
    marker = first["marker"]
    assert (marker["symbol"], marker["size"]) == ("diamond", 12)
    assert marker["line"] == {"width": 2, "color": _figures.COLOURS[0]}
    assert second["marker"]["line"]["color"] == _figures.COLOURS[1]
    hover = "<br>Risk %{x} <br>Br %{y} T<extra></extra>"
    assert first["hovertemplate"] == f"%{{hovertext}}{hover}"
    assert today["hovertemplate"] == f"%{{text}}{hover}"


def test_a_number_stands_where_it_covers_no_other_decision(decided):
    # The second lies right below the first, the third apart.
    close = decided.assign(
        supply_risk=[0.9, 0.5, 0.5, 0.1], remanence_T=[1.0, 1.22, 1.2, 1.3]
    )
    figure = _figures.pareto(
        ranked().iloc[:0],
        close.assign(cost_USD_kg=15.0),
        "supply_risk",
        "remanence_T",
        "cost_USD_kg",
    )
    numbered = figure["data"][-3:]
    sides = [trace["textposition"] for trace in numbered]
    assert sides == ["top center", "middle right", "top center"]
    nowhere = close.assign(supply_risk=np.nan, cost_USD_kg=15.0)
    names = ("supply_risk", "remanence_T", "cost_USD_kg")
    empty = _figures.pareto(ranked().iloc[:0], nowhere, *names)
    assert empty["data"][-1]["textposition"] == "top center"


def test_numbers_of_a_figure_have_four_digits():
    values = [1.23456, 123456.0, float("nan"), float("inf"), 0.0]
    assert _figures.numbers(values) == [1.235, 123500.0, None, None, 0.0]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("remanence_T", "Remanence B<sub>r</sub> (T)"),
        ("coercivity_kA_m", "Intrinsic coercivity H<sub>cJ</sub> (kA/m)"),
        ("supply_risk", "Supply risk"),
        (
            "max_energy_product_kJ_m3",
            "Energy product (BH)<sub>max</sub> (kJ/m<sup>3</sup>)",
        ),
        (
            "anisotropy_field_T",
            "Anisotropy field μ<sub>0</sub> H<sub>a</sub> (T)",
        ),
        # Its symbol stands in the label already.
        (
            "anisotropy_constant_MJ_m3",
            "Anisotropy constant K1 (MJ/m<sup>3</sup>)",
        ),
    ],
)
def test_an_axis_has_label_symbol_and_unit(name, text):
    title = _figures.column_axis(name)["title"]["text"]
    assert title == text


def test_matplotlib_draws_every_heading():
    # Mathematics and layout fail only when drawn.
    figure = pyplot.figure()
    for name, column in COLUMNS.items():
        if column.symbol or "3" in column.unit:
            text = _text(_figures.column_axis(name)["title"]["text"])
            assert column.label in text
            figure.text(0.5, 0.5, text)
    figure.canvas.draw()
    pyplot.close(figure)


def test_a_layout_leaves_room_for_its_title():
    bare = _figures.figure_layout({}, {"side": "right"})
    assert "title" not in bare
    assert bare["height"] == 460
    assert bare["margin"] == {"l": 60, "r": 20, "t": 20, "b": 50}
    assert bare["yaxis"] == _figures.AXIS | {"side": "right"}
    assert bare["legend"]["y"] == pytest.approx(-83 / 390)
    assert bare["legend"]["orientation"] == "h"
    long = "Magnets of <small> & large radars, without any terbium"
    layout = _figures.figure_layout({}, {}, 270, long)
    text = layout["title"]["text"]
    first, second = text.split("<br>")
    assert first == "Magnets of &lt;small&gt; &amp; large radars, without"
    assert second == "any terbium"
    assert layout["margin"]["t"] == 85
    assert layout["legend"]["y"] == pytest.approx(-83 / 200)
    assert layout["title"]["yanchor"] == "bottom"


def ranked():
    frame = pd.DataFrame(
        {
            "candidate": list("abcd"),
            "shell": ["", "", "Tb 1 wt%", ""],
            "rank": [1, 2, 3, 4],
            "probability_meets_requirements": [0.91, 0.82, 0.3, 0.123],
            "pareto_front": pd.array([1, 2, 1, None], dtype="Int64"),
            "meets_requirements": [True, True, False, False],
            "supply_risk": [0.1, 0.2, 0.3, 0.4],
            "remanence_T": [1.0, 1.1, 1.2, 1.3],
            "cost_USD_kg": [10.0, 20.0, 30.0, 40.0],
        }
    )
    return frame


def test_ranked_candidates_miss_meet_or_are_on_the_front(decided):
    decided["cost_USD_kg"] = 15.0

    def draw(rows, **more):
        return _figures.pareto(
            rows, decided, "supply_risk", "remanence_T", "cost_USD_kg", **more
        )

    figure = draw(ranked(), title="Radar")
    misses, meets, front = figure["data"][:3]
    names = ["Misses a requirement", "Meets all", "Pareto front"]
    assert [t["name"] for t in (misses, meets, front)] == names
    assert (misses["x"], meets["x"], front["x"]) == ([0.4], [0.2], [0.1, 0.3])
    assert front["y"] == [1.0, 1.2]
    assert front["marker"]["color"] == [10.0, 30.0]
    assert front["marker"]["line"] == {"width": 2, "color": "#000"}
    sizes = [t["marker"]["size"] for t in (misses, meets, front)]
    assert sizes == [5, 7, 12]
    assert misses["marker"]["color"] == _figures.GREY
    assert front["text"] == [
        "a<br>rank 1, P 0.91",
        "c + Tb 1 wt%<br>rank 3, P 0.3",
    ]
    assert len(figure["data"]) == 3 + len(decided)
    layout = figure["layout"]
    assert layout["title"]["text"] == "Radar"
    assert layout["xaxis"]["title"]["text"] == "Supply risk"
    scale = layout["coloraxis"]
    assert scale["showscale"] is True
    assert scale["colorscale"] == "Viridis"
    bar = scale["colorbar"]["title"]
    assert bar == {"text": "Material cost (USD/kg)", "side": "right"}
    alike = ranked().assign(cost_USD_kg=10.0)
    assert draw(alike)["layout"]["coloraxis"]["showscale"] is False
    missing = ranked()
    missing.loc[0, "remanence_T"] = None
    assert draw(missing)["data"][2]["x"] == [0.3]


def test_the_trade_off_is_over_what_sets_decisions_apart():
    profile = load("energy-traction-motor")
    goals = _figures.objectives(profile)
    assert len(goals) > 2
    frame = pd.DataFrame({goal: [0.0, 100.0] for goal in goals})
    alike = pd.DataFrame({goal: [50.0, 60.0] for goal in goals})
    first = _figures.trade_off_axes(profile, alike, frame)
    assert first == (goals[0], goals[-1], goals[1])
    apart = alike.assign(**{goals[1]: [50.0, 60.1]})
    second = _figures.trade_off_axes(profile, apart, frame)
    assert second == (goals[1], goals[-1], goals[2])


def test_the_map_of_grades_has_a_symbol_for_each_family():
    own = _figures.points("mine", [900.0], [1.1], {"size": 7}, "")
    figure = _figures.grade_map(["1:5"], own)
    sold, other, mine = figure["data"]
    table = grades()
    part = table[table["host"] == "1:5"]
    assert sold["name"] == "Grades 1:5 (20 °C)"
    assert sold["text"] == part["grade"].tolist()
    assert sold["x"] == pytest.approx(part["coercivity_kA_m"], rel=1e-3)
    assert sold["y"] == pytest.approx(part["remanence_T"], rel=1e-3)
    assert sold["hovertemplate"] == (
        "Grade %{text}<br>HcJ ≥ %{x} kA/m<br>Br %{y} T<extra></extra>"
    )
    assert other["name"] == "Without rare earth (20 °C)"
    assert other["marker"]["symbol"] == "x"
    assert mine == own
    every = _figures.grade_map(None)["data"][:-1]
    hosts = set(table["host"])
    assert {trace["name"][7:-8] for trace in every} == hosts
    assert len({trace["marker"]["symbol"] for trace in every}) == len(hosts)
    unsold = _figures.grade_map(["no such host"])["data"][:-1]
    assert len(unsold) == len(every)


def test_a_grade_stands_at_the_middle_of_its_remanence():
    file = mk.datasets.path("grades/grades.csv")
    row = pd.read_csv(file).iloc[0]
    first = grades().iloc[0]
    middle = (row["remanence_min_T"] + row["remanence_max_T"]) / 2
    assert first["remanence_T"] == pytest.approx(middle)
    assert first["coercivity_kA_m"] == row["coercivity_min_kA_m"]
    heads = ["host", "grade", "remanence_T", "coercivity_kA_m", "source"]
    assert list(grades().columns) == heads


def test_curves_stop_where_flux_turns_and_one_entry_names_both():
    curves = mk.magnetism.demagnetization("SmCo5", "20C", load_line=2.0)
    figure = _figures.demagnetization([curves], ["a & 'b'"], [("#123", "dot")])
    polarization, induction, working, line = figure["data"]
    assert polarization["name"] == "J(H) a &amp; 'b'"
    assert induction["name"] == "B(H) a &amp; 'b'"
    assert polarization["legendgroup"] == induction["legendgroup"]
    assert (polarization["showlegend"], induction["showlegend"]) == (
        True,
        False,
    )
    look = {"color": "#123", "dash": "dot"}
    assert polarization["line"] == look | {"width": 2.5}
    assert induction["line"] == look | {"width": 1.2}
    coercivity = 1e-3 * float(curves.coercivity[0, 0])
    assert max(polarization["x"]) == pytest.approx(coercivity, rel=0.02)
    assert min(*polarization["y"], *induction["y"]) >= 0.0
    assert working["text"] == ["before the knee"]
    assert working["hovertemplate"] == (
        "Working point %{text}<br>H −%{x} kA/m<br>B %{y} T<extra></extra>"
    )
    assert line["name"] == "Load line, permeance coefficient 2"
    # Up to the remanence: 2 mu_0 H is B_r.
    top = float(curves.remanence[0, 0])
    assert line["y"] == pytest.approx([0.0, top], rel=1e-3)
    assert line["x"][1] == pytest.approx(top / (2 * 1.25664e-3), rel=1e-3)
    layout = figure["layout"]
    assert layout["height"] == 520
    assert layout["xaxis"]["autorange"] == "reversed"
    assert layout["yaxis"]["rangemode"] == "tozero"
    assert layout["yaxis"]["side"] == "right"
    flat = mk.magnetism.demagnetization("SmCo5", "20C", load_line=0.1)
    steep = _figures.demagnetization([flat], ["a"], [("#123", "dot")])
    reach = 1e-3 * float(flat.coercivity[0, 0])
    assert steep["data"][-1]["x"][1] == pytest.approx(reach, rel=1e-3)


def test_a_triangle_has_edges_phases_and_candidates():
    snapshot = open_snapshot(None)
    hull = hull_section(snapshot, ("Sm", "Co", "Fe"))
    shares = np.array([[1 / 6, 5 / 6, 0.0]])
    figure = _figures.section(hull, shares, [0.9], ["here"], "Mine", "Title")
    *edges, stable, mine = figure["data"]
    assert len(edges) == len(hull.edges)
    assert {edge["showlegend"] for edge in edges} == {False}
    assert stable["name"] == "Stable phases, 0 K"
    assert len(stable["x"]) == len(hull.names)
    lowered = "Sm<sub>2</sub>Co<sub>17</sub>"
    assert lowered in stable["hovertext"]
    assert set(stable["text"]) <= {*stable["hovertext"], ""}
    assert mine["name"] == "Mine"
    assert mine["text"] == ["here"]
    assert mine["hovertemplate"] == "%{text}<extra></extra>"
    marker = mine["marker"]
    assert (marker["color"], marker["cmin"], marker["cmax"]) == ([0.9], 0, 1)
    assert marker["size"] == 11
    assert marker["colorbar"]["title"]["text"] == "Phase forms"
    layout = figure["layout"]
    assert layout["height"] == 560
    assert layout["yaxis"]["scaleanchor"] == "x"
    assert layout["xaxis"]["visible"] is False
    none = _figures.section(hull, np.empty((0, 3)), [], [])
    assert len(none["data"]) == len(figure["data"]) - 1


def test_a_line_of_two_elements_names_phases_on_their_sides():
    hull = hull_section(open_snapshot(None), ("Sm", "Co"))
    figure = _figures.binary_section(
        hull, np.array([0.5]), np.array([-0.1]), [0.2], ["here"]
    )
    line, above, stable, mine = figure["data"]
    assert line["x"] == stable["x"] == sorted(stable["x"])
    assert (line["x"][0], line["x"][-1]) == (0.0, 100.0)
    lowest = stable["y"].index(min(stable["y"]))
    sides = stable["textposition"]
    assert sides[lowest] == "bottom center"
    assert set(sides[:lowest]) == {"bottom left"}
    assert set(sides[lowest + 1 :]) == {"bottom right"}
    assert above["name"] == "Above the hull"
    assert len(above["x"]) == len(hull.others.names)
    assert max(above["x"]) <= 100.0
    assert (mine["x"], mine["y"]) == ([50.0], [-0.1])
    assert figure["layout"]["xaxis"]["title"]["text"] == "Co (at.%)"
    assert figure["layout"]["height"] == 480
    title = figure["layout"]["yaxis"]["title"]["text"]
    assert title == "Formation energy E<sub>f</sub> (eV/atom)"


def test_measured_points_are_circles_of_j_against_the_reverse_field():
    curve = SimpleNamespace(
        field=np.array([0.0, 1e5]), polarization=np.array([1.2, 1.1])
    )
    given = mk.magnetism.demagnetization("SmCo5", "20C")
    figure = _figures.demagnetization(
        [given], ["a"], [("#123", "solid")], measured=[curve]
    )
    points = figure["data"][0]
    assert points["name"] == "Measured J(H)"
    assert (points["x"], points["y"]) == ([0.0, 100.0], [1.2, 1.1])
    assert points["marker"]["symbol"] == "circle"
    assert points["hovertemplate"].startswith("Measured<br>H −%{x} kA/m")


def make_cgs_figure():
    axes = {
        "xaxis": "Field H (kA/m)",
        "yaxis": "Induction B (T)",
        "yaxis2": "Energy product (kJ/m<sup>3</sup>)",
        "yaxis3": "Anisotropy field (T)",
        "xaxis2": "Temperature (°C)",
    }
    layout = {name: {"title": {"text": title}} for name, title in axes.items()}
    data = [
        {
            "x": [-795.774715, 0.0],
            "y": [0.5, 1.0],
            "error_y": {"array": [0.1, 0.2], "arrayminus": [0.2, 0.1]},
        },
        {"x": [795.774715], "y": [79.5774715], "yaxis": "y2"},
        {"x": [20.0], "xaxis": "x2", "y": [7.0], "yaxis": "y3"},
    ]
    return {"layout": layout | {"height": 400}, "data": data}


def test_axes_are_converted_with_points_and_bars(monkeypatch):
    monkeypatch.setattr(_figures, "is_cgs", lambda: False)
    assert _figures.convert_axes(make_cgs_figure()) == make_cgs_figure()
    monkeypatch.setattr(_figures, "is_cgs", lambda: True)
    figure = _figures.convert_axes(make_cgs_figure())
    titles = [
        axis["title"]["text"]
        for name, axis in figure["layout"].items()
        if name != "height"
    ]
    assert titles == [
        "Field H (kOe)",
        "Induction B (kG)",
        "Energy product (MGOe)",
        "Anisotropy field (T)",
        "Temperature (°C)",
    ]
    first, second, third = figure["data"]
    # 10 kOe are 795.774715 kA/m, 10 MGOe 79.5774715 kJ/m3.
    assert first["x"] == pytest.approx([-10.0, 0.0])
    assert first["y"] == pytest.approx([5.0, 10.0])
    assert first["error_y"]["array"] == pytest.approx([1.0, 2.0])
    assert first["error_y"]["arrayminus"] == pytest.approx([2.0, 1.0])
    assert (second["x"], second["y"]) == (
        pytest.approx([10.0]),
        pytest.approx([10.0]),
    )
    assert (third["x"], third["y"]) == ([20.0], [7.0])
