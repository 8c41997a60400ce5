"""The page of the explorer: its controls, what they ask for, and what is shown."""

import csv
import io
import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from dash import html
from werkzeug.exceptions import BadRequest

from magnetkit.explorer import page
from magnetkit.explorer._results import MAGNET, Question, _stops

GIVEN = {
    "remanence": 0.0,
    "coercivity": 0.0,
    "heavy": None,
    "meets": [],
    "goal": "remanence_T",
    "scenario": "baseline",
    "elements": [],
    "share": 25.0,
}
VIEW = {"by": "rank", "descending": False, "page": 0}
ALL = Question()


@pytest.fixture
def given(results):
    return GIVEN | {"temperature": celsius(results)[0]}


@pytest.fixture(scope="module")
def app(results):
    return page.application(results)


def celsius(results):
    return [round(kelvin - 273.15) for kelvin in results.temperatures]


def parts(node):
    """Return all components of a page by identifier, and those without one in a list."""
    named = {}
    others = []
    for part in [node, *node._traverse()]:
        name = getattr(part, "id", None)
        if isinstance(name, str):
            named[name] = part
        else:
            others.append(part)
    return named, others


def trigger(monkeypatch, name):
    monkeypatch.setattr(page, "ctx", SimpleNamespace(triggered_id=name))


def test_the_page_has_its_parts_in_order(app, results):
    named, others = parts(app.layout)
    order = list(named)
    shown = ["summary", "today", "pareto", "curve", "rows", "before", "after"]
    assert [n for n in order if n in shown] == shown
    assert {"view", "shown", "drawn", "tick", "file", "save"} <= set(order)
    assert named["view"].data == VIEW
    assert named["tick"].interval == 700
    assert named["summary"].role == "status"
    notes = [p for p in others if getattr(p, "className", "") == "note"]
    assert [note.children for note in notes] == [page._note(results)]
    assert named["today"].className == "note"
    assert named["pareto"].style["height"] == "460px"
    assert named["curve"].style["height"] == "400px"
    config = named["pareto"].config
    assert config["plotlyServerURL"] == ""
    assert config["displaylogo"] is False
    assert "sendChartToCloud" in config["modeBarButtonsToRemove"]
    assert app.title == f"{results.profile.title}: magnetkit"
    assert app.layout.children[0].children == results.profile.title
    labels = [named[name].children for name in ("before", "after", "save")]
    assert labels == ["Previous", "Next", "Download CSV"]


def test_each_control_has_a_name_and_the_range_of_the_results(app, results):
    named, others = parts(app.layout)
    groups = [part for part in others if getattr(part, "role", "") == "group"]
    heads = [part.children[0].children for part in groups]
    assert heads == [
        "Temperature (°C)",
        "Remanence at least (T)",
        "Coercivity at least (kA/m)",
        "Heavy rare earth at most (wt.%)",
        "Vertical axis",
        "Supply scenario",
        "Recycled elements",
        "Recycled share of each (%)",
    ]
    said = [part.to_plotly_json()["props"]["aria-label"] for part in groups]
    assert said == heads
    assert {part.className for part in groups} == {"control"}
    assert {part.children[0].className for part in groups} == {"label"}
    stops = celsius(results)
    slider = named["temperature"]
    ends = (slider.min, slider.max, slider.value)
    assert ends == (min(stops), max(stops), stops[0])
    assert sorted(slider.marks) == sorted(stops)
    assert slider.step is None
    assert slider.included is False
    strongest = results.column("remanence_T", ALL).max()
    assert named["remanence"].max == pytest.approx(1.25 * strongest, abs=0.05)
    assert named["remanence"].step == 0.01
    hardest = results.column("coercivity_kA_m", ALL).max()
    highest = named["coercivity"].max
    # A quarter above the largest, in steps of 100 kA/m.
    assert 1.25 * hardest <= highest < 1.25 * hardest + 100.0
    assert highest % 100.0 == 0.0
    assert named["coercivity"].step == 10.0
    heaviest = results.column("heavy_rare_earth_wt_pct", ALL).max()
    end = named["heavy"].max
    assert heaviest <= end < heaviest + 0.6
    assert end % 0.5 == 0.0
    assert named["heavy"].value == end
    starts = [named[name].value for name in ("remanence", "coercivity")]
    assert starts == [0.0, 0.0]
    for name in ("remanence", "coercivity", "heavy", "share"):
        assert named[name].min == 0.0
        assert named[name].marks is None
    share = named["share"]
    assert (share.max, share.step, share.value) == (100.0, 5.0, 25.0)


def test_limits_and_goals_are_in_the_units_of_the_setting(
    results, monkeypatch
):
    plain, _ = parts(page._layout(results))
    monkeypatch.setattr("magnetkit.report._text.is_cgs", lambda *_: True)
    named, others = parts(page._layout(results))
    groups = [part for part in others if getattr(part, "role", "") == "group"]
    assert [part.children[0].children for part in groups[1:4]] == [
        "Remanence at least (kG)",
        "Coercivity at least (kOe)",
        "Heavy rare earth at most (wt.%)",
    ]
    assert named["goal"].options["remanence_T"] == "Remanence (kG)"
    # 1 T is 10 kG, 1 kOe is 79.5775 kA/m.
    most = 10.0 * plain["remanence"].max
    assert named["remanence"].max == pytest.approx(most, abs=0.6)
    most = plain["coercivity"].max / 79.5775
    assert named["coercivity"].max == pytest.approx(most, rel=1e-4)
    steps = [named[name].step for name in ("remanence", "coercivity", "heavy")]
    assert steps == pytest.approx([0.1, 0.1, 0.1])


def test_the_choices_say_what_they_choose(app, results):
    named, _ = parts(app.layout)
    assert named["goal"].options == {
        "performance_margin": "Margin",
        "remanence_T": "Remanence (T)",
        "coercivity_kA_m": "Intrinsic coercivity (kA/m)",
        "max_energy_product_kJ_m3": "Energy product (kJ/m3)",
    }
    assert named["goal"].value == "performance_margin"
    assert named["scenario"].value == results.conditions.scenario == "baseline"
    assert {"baseline", "embargo"} <= set(named["scenario"].options)
    assert "embargo" not in named["scenario"].options["embargo"][:3]
    for name in ("goal", "scenario"):
        assert named[name].clearable is False
        assert named[name].searchable is False
    assert named["elements"].options == results.elements
    assert named["elements"].multi is True
    assert named["elements"].value == []
    # Elements of shells are among them.
    assert {"B", "Co", "Dy", "Fe", "Nd", "Tb"} <= set(results.elements)
    only = named["meets"]
    assert only.options == [
        {"label": " The decisions alone", "value": "decisions"},
        {"label": " Meets every requirement", "value": "meets"},
    ]
    assert only.value == (["decisions"] if results.meets.any() else [])


def test_heads_of_the_table_sort_by_numbers(app, results):
    _, others = parts(app.layout)
    buttons = [
        part for part in others if isinstance(getattr(part, "id", None), dict)
    ]
    names = [button.id["sort"] for button in buttons]
    assert names == page._names(results)
    by_name = dict(zip(names, buttons, strict=True))
    assert by_name["candidate"].disabled
    assert by_name["shell"].disabled
    assert not by_name["remanence_T"].disabled
    heading = by_name["remanence_T"]
    assert heading.title == "Sort by Remanence (T)"
    assert heading.children[0] == "Br"
    assert heading.children[1].children == "T"
    (table,) = [part for part in others if isinstance(part, html.Table)]
    head, body = table.children
    assert isinstance(head, html.Thead)
    assert body.id == "rows"
    heads = [part for part in others if getattr(part, "scope", "") == "col"]
    classes = [part.className for part in heads]
    assert classes == [page._cell_class(name) for name in names]
    (region,) = [part for part in others if hasattr(part, "tabIndex")]
    assert region.children is table
    assert (region.role, region.className) == ("region", "wide")
    props = region.to_plotly_json()["props"]
    assert props["aria-label"] == "Candidates"
    assert {part.tabIndex for part in others if hasattr(part, "tabIndex")} == {
        "0"
    }


def test_the_note_says_what_is_computed(results):
    note = page._note(results)
    kelvin = results.temperatures[0]
    at = f"at {kelvin:.0f} K ({kelvin - 273.15:.0f} °C)"
    assert f"{at} under the scenario “baseline”." in note
    assert "not interpolated" in note


def test_columns_without_a_shell_where_no_candidate_has_one(results):
    names = page._names(results)
    assert names[:3] == ["rank", "candidate", "shell"]
    bare = page._names(SimpleNamespace(bare=True))
    assert bare == [name for name in names if name != "shell"]


@pytest.mark.parametrize(
    ("stops", "labelled"),
    [
        ([-40, 0, 100], [-40, 0, 100]),
        # A seventh of the range at least lies between two labels.
        ([0, 9, 10, 20, 60, 61, 70], [0, 10, 20, 60, 70]),
        ([0, 65, 70], [0, 70]),
    ],
)
def test_marks_do_not_touch(stops, labelled):
    marks = page._marks(stops)
    assert list(marks) == stops
    assert [stop for stop in stops if marks[stop]] == labelled
    assert marks[stops[0]] == str(stops[0]).replace("-", "−")


@pytest.mark.parametrize(
    ("low", "high", "screened", "stops"),
    [
        # Steps of 5 degrees: twelve of them are the range.
        (20, 80, 80, [80, *range(20, 80, 5)]),
        # Steps of 10; what is nearer than a third of one to a stop is left out.
        (18, 102, 60, [60, 18, 30, 40, 50, 70, 80, 90, 100]),
        (-60, 240, 150, [150, -60, *range(-50, 150, 25), 175, 200, 225, 240]),
    ],
)
def test_stops_are_the_screenings_the_ends_and_round_degrees(
    low, high, screened, stops
):
    profile = SimpleNamespace(
        temperature_min_K=low + 273.15, temperature_max_K=high + 273.15
    )
    kelvins = _stops(profile, screened + 273.15)
    assert [round(kelvin - 273.15, 6) for kelvin in kelvins] == stops


def test_controls_become_a_question_in_si_units(results, given, monkeypatch):
    assert page._question(results, given) == Question()
    stop = len(results.temperatures) - 1
    changes = {
        "temperature": celsius(results)[stop],
        "remanence": 1.1,
        "coercivity": 800.0,
        "heavy": 0.5,
        "meets": ["meets"],
        "scenario": "embargo",
        "elements": ["Nd", "Dy"],
        "share": 40.0,
    }
    assert page._question(results, given | changes) == Question(
        stop,
        (("remanence_T", 1.1), ("coercivity_kA_m", 800.0)),
        (("heavy_rare_earth_wt_pct", 0.5),),
        "embargo",
        (("Dy", 0.4), ("Nd", 0.4)),
        frozenset({"meets"}),
    )
    # At the end of its slider there is no limit.
    end = page._largest_heavy(results)
    assert page._question(results, given | {"heavy": end}).at_most == ()
    near = page._question(results, given | {"heavy": end - 0.1})
    assert near.at_most == (("heavy_rare_earth_wt_pct", end - 0.1),)
    empty = {"elements": None, "meets": None, "share": None}
    assert page._question(results, given | empty) == Question()
    monkeypatch.setattr("magnetkit.report._text.is_cgs", lambda *_: True)
    gauss = page._question(results, given | {"remanence": 11.0})
    assert gauss.at_least == (("remanence_T", pytest.approx(1.1)),)


def test_shares_of_the_screening_stay_while_their_control_does(
    results, given, monkeypatch
):
    recycled = {"Nd": 0.3, "Dy": 0.1}
    conditions = replace(results.conditions, recycled=recycled)
    monkeypatch.setattr(results, "conditions", conditions)
    named = given | {"elements": ["Nd", "Dy"], "share": 30.0}
    for changes, shares in (
        ({}, (("Dy", 0.1), ("Nd", 0.3))),
        ({"share": 40.0}, (("Dy", 0.4), ("Nd", 0.4))),
        ({"elements": ["Nd"]}, (("Nd", 0.3),)),
        ({"elements": ["Dy"]}, (("Dy", 0.3),)),
    ):
        assert page._question(results, named | changes).recycled == shares


@pytest.mark.parametrize(
    "bad",
    [
        {"temperature": -300},
        {"goal": "rank"},
        {"scenario": "none"},
        {"meets": ["all"]},
        {"remanence": float("nan")},
        {"coercivity": "5"},
        {"heavy": float("inf")},
        {"share": []},
        {"elements": "Nd"},
        {"elements": ["Xx"]},
    ],
)
def test_refuses_what_no_control_sends(results, given, bad):
    with pytest.raises(BadRequest, match="no control of the explorer"):
        page._question(results, given | bad)


@pytest.mark.parametrize(
    ("view", "is_view"),
    [
        (VIEW, True),
        (VIEW | {"page": 3, "descending": True}, True),
        (VIEW | {"by": "cost"}, False),
        (VIEW | {"descending": 1}, False),
        (VIEW | {"page": -1}, False),
        (VIEW | {"page": True}, False),
        (VIEW | {"page": 1.0}, False),
        ([], False),
        (None, False),
    ],
)
def test_a_view_is_an_order_and_a_page(view, is_view):
    assert page._is_view(view, ["rank", "candidate"]) is is_view


@pytest.mark.parametrize(
    ("trigger", "change"),
    [
        ("after", {"page": 3}),
        ("before", {"page": 1}),
        ("heavy", {"page": 0}),
        (None, {"page": 0}),
        ({"sort": "cost"}, {"page": 0, "by": "cost", "descending": False}),
        ({"sort": "rank"}, {"page": 0, "descending": True}),
    ],
)
def test_a_click_turns_pages_or_sorts(trigger, change):
    view = VIEW | {"page": 2}
    assert page._table_view(view, trigger) == view | change
    assert view["page"] == 2


def test_no_page_lies_before_the_first_and_a_third_click_sorts_up():
    assert page._table_view(VIEW, "before") == VIEW
    down = VIEW | {"descending": True}
    assert page._table_view(down, {"sort": "rank"}) == VIEW


@pytest.mark.parametrize(
    ("clicked", "row"),
    [
        (None, None),
        ({"points": []}, None),
        ({"points": [{"customdata": 0}]}, 0),
        ({"points": [{"customdata": 4}]}, 4),
        ({"points": [{"customdata": 5}]}, None),
        ({"points": [{"customdata": -1}]}, None),
        ({"points": [{"customdata": "1"}]}, None),
        ({"points": [{"x": 1}]}, None),
    ],
)
def test_a_clicked_point_names_a_row(clicked, row):
    assert page._clicked_row(clicked, 5) == row


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("candidate", "SmCo5", "SmCo5"),
        ("rank", 12, "12"),
        ("remanence_T", 1.23456, "1.23"),
        ("probability_meets_requirements", 0.456, "0.46"),
    ],
)
def test_a_cell_in_display_units(name, value, text):
    assert page._cell(name, value) == text


def test_a_cell_in_units_of_cgs(monkeypatch):
    monkeypatch.setattr("magnetkit.report._text.is_cgs", lambda *_: True)
    # 1 kOe is 79.577 kA/m.
    assert page._cell("coercivity_kA_m", 1591.55) == "20.0"
    assert page._cell("remanence_T", 1.23) == "12.3"
    assert page._cell("supply_risk", np.nan) == "–"


def test_cells_are_styled_by_their_kind():
    names = [
        "candidate",
        "shell",
        "host",
        "rank",
        "supply_risk",
        "cost_USD_kg",
    ]
    assert [page._cell_class(name) for name in names] == [
        "text name",
        "text",
        "text minor",
        "",
        "minor",
        "",
    ]


def test_today_stands_in_a_sentence_at_the_chosen_temperature(results):
    stop = 1
    today = results.reference
    b, h, product = (today[name][stop] for name in MAGNET)
    text = page._today(results, Question(stop))
    formula = results.profile.reference.formula
    assert text.startswith(f"Today’s magnet, {formula}: Br {b:.3g} T, HcJ ")
    assert f"HcJ {h:.0f} kA/m, (BH)max {product:.0f} kJ/m3, heavy" in text
    heavy = today["heavy_rare_earth_wt_pct"][0]
    margin = today["performance_margin"][0]
    assert f"rare earth {page.number(heavy)} wt.%" in text
    assert text.endswith(f"margin {page.number(margin)}")


def test_a_moved_control_draws_and_counts(results, given, monkeypatch):
    trigger(monkeypatch, "heavy")
    rows = results.select(ALL)
    outputs = page._page_outputs(results, rows, ALL, dict(VIEW), given)
    summary, today, figure, table, count, is_first, is_last, view = outputs
    front = results.front(rows, ALL, "remanence_T")
    kelvin = results.temperatures[0]
    assert summary == (
        f"{len(rows)} of {len(results)} ranked candidates at {kelvin:.0f} K "
        f"({kelvin - 273.15:.0f} °C), {len(front)} on the front"
    )
    assert today == page._today(results, ALL)
    others, best, star = figure["data"]
    assert others["name"] == f"Others ({len(rows) - len(front)})"
    assert best["name"] == f"Front ({len(front)})"
    assert star["name"] == "Today's magnet"
    assert best["customdata"] == front.tolist()
    assert set(others["customdata"]) == set(rows) - set(front)
    heads = dict(zip(page._names(results), table["cells"], strict=True))
    assert heads["rank"] == [str(i + 1) for i in range(min(25, len(rows)))]
    assert heads["candidate"] == results.text("candidate", rows[:25])
    assert table["order"] == ["ascending", *["none"] * (len(heads) - 1)]
    assert table["classes"] == [page._cell_class(name) for name in heads]
    pages = -(-len(rows) // 25)
    assert count == f"Page 1 of {pages}"
    assert (is_first, is_last, view) == (True, pages == 1, VIEW)


def test_a_turned_page_leaves_the_picture(results, given, monkeypatch):
    rows = results.select(ALL)
    monkeypatch.setattr(page, "ROWS_A_PAGE", 10)
    pages = -(-len(rows) // 10)
    for name in ("after", {"sort": "remanence_T"}):
        trigger(monkeypatch, name)
        view = {"by": "remanence_T", "descending": True, "page": 99}
        outputs = page._page_outputs(results, rows, ALL, view, given)
        assert outputs[0] is outputs[2] is page.no_update
        cells = dict(
            zip(page._names(results), outputs[3]["cells"], strict=True)
        )
        rest = len(rows) - 10 * (pages - 1)
        assert len(cells["rank"]) == rest
        # The weakest stand on the last page.
        weakest = np.sort(results.column("remanence_T", ALL))[:rest][::-1]
        assert cells["remanence_T"] == [page.number(b) for b in weakest]
        place = page._names(results).index("remanence_T")
        assert outputs[3]["order"][place] == "descending"
        assert outputs[4:7] == (f"Page {pages} of {pages}", False, True)
        assert outputs[7]["page"] == pages - 1
    nothing = page._page_outputs(
        results, rows[:0], ALL, VIEW | {"page": 4}, given
    )
    assert nothing[4:7] == ("Page 1 of 1", True, True)


def test_the_picture_has_the_axes_asked_for_and_the_risk_as_colour(results):
    rows = results.select(ALL)
    front = results.front(rows, ALL, "coercivity_kA_m")
    figure = page._pareto(results, rows, front, ALL, "coercivity_kA_m")
    others, best, star = figure["data"]
    layout = figure["layout"]
    assert layout["uirevision"] == "coercivity_kA_m"
    assert layout["xaxis"]["title"]["text"] == "Heavy rare earth (wt.%)"
    title = layout["yaxis"]["title"]["text"]
    assert title == "Intrinsic coercivity H<sub>cJ</sub> (kA/m)"
    values = results.column("coercivity_kA_m", ALL)[front]
    assert best["y"] == pytest.approx(values, rel=1e-3)
    risks = results.column("supply_risk", ALL)[front]
    marker = best["marker"]
    assert marker["color"] == pytest.approx(risks, rel=1e-3)
    assert marker["colorbar"]["title"]["text"] == "Supply risk"
    assert (marker["size"], marker["colorscale"]) == (9, "Viridis")
    assert (others["marker"]["color"], others["marker"]["size"]) == (
        page.GREY,
        5,
    )
    assert "colorbar" not in others["marker"]
    shells = results.text("shell", front)
    first = results.text("candidate", front)[0]
    name = f"{first} + {shells[0]}" if shells[0] else first
    risk = page.number(risks[0])
    assert best["text"][0] == f"{name}<br>rank {front[0] + 1}, risk {risk}"
    assert star["text"] == [results.profile.reference.formula]
    assert star["marker"]["symbol"] == "star"


def test_very_many_points_are_thinned_and_counted(results, monkeypatch):
    monkeypatch.setattr(page, "PLOTTED_ROWS", 4)
    rows = results.select(ALL)
    figure = page._pareto(results, rows, rows[:1], ALL, "remanence_T")
    others = figure["data"][0]
    assert others["name"] == f"Others (4 of {len(rows) - 1} drawn)"
    drawn = others["customdata"]
    assert len(drawn) == 4
    assert (drawn[0], drawn[-1]) == (rows[1], rows[-1])
    # From the first to the last, in steps that differ by one at most.
    assert np.ptp(np.diff(np.searchsorted(rows, drawn))) <= 1
    assert page._thin_rows(rows[:4]).tolist() == rows[:4].tolist()


def test_curves_are_of_the_candidate_and_of_today(results):
    with_shell = next(i for i, text in enumerate(results.shells) if text)
    figure = page._curves(results, with_shell, 1)
    names = [t["name"] for t in figure["data"] if t.get("showlegend", True)]
    today = results.profile.reference
    shell = results.shells[with_shell]
    label = f"Today's magnet, {today.formula}"
    if today.shell:
        label = f"{label} + {today.shell}"
    candidate = results.text("candidate", np.array([with_shell]))[0]
    assert names[:2] == [f"J(H) {candidate} + {shell}", f"J(H) {label}"]
    plain = results.shells.index("")
    (candidate,) = results.text("candidate", np.array([plain]))
    name = page._curves(results, plain, 0)["data"][0]["name"]
    assert name == f"J(H) {candidate}"
    assert names[2].startswith("Load line, permeance coefficient")
    assert figure["layout"]["height"] == 400
    lines = [t for t in figure["data"] if t["mode"] == "lines"]
    assert lines[0]["line"]["color"] == page.COLOURS[0]
    assert (lines[2]["line"]["color"], lines[2]["line"]["dash"]) == (
        page.BLACK,
        "dash",
    )
    # J at no field is the remanence at that stop.
    remanence = results.column("remanence_T", Question(1))[with_shell]
    assert max(lines[0]["y"]) == pytest.approx(remanence, rel=1e-3)
    assert max(lines[2]["y"]) == pytest.approx(
        results.reference["remanence_T"][1], rel=1e-3
    )


def name_value(triple):
    """Return part, property and value as dash sends them; an empty list of no parts."""
    keys = ("id", "property", "value")
    return dict(zip(keys, triple, strict=True)) if triple else []


def post(app, output, inputs, state=()):
    """Send a callback to the page; return the server's answer."""
    *ids, last = [
        part.rsplit(".", 1) for part in output.strip(".").split("...")
    ]
    outputs = [{"id": i, "property": p} for i, p in [*ids, last]]
    question = {
        "output": output,
        "outputs": outputs if "..." in output else outputs[0],
        "inputs": [name_value(triple) for triple in inputs],
        "state": [name_value(triple) for triple in state],
        "changedPropIds": [f"{inputs[0][0]}.{inputs[0][1]}"],
    }
    client = app.server.test_client()
    return client.post("/_dash-update-component", json=question)


def ask(app, output, inputs, state=()):
    """Send a callback that the page itself could send; return what it sets."""
    answer = post(app, output, inputs, state)
    assert answer.status_code == 200, answer.text
    return json.loads(answer.text)["response"]


def test_the_table_answers_its_own_controls_alone(app, given):
    output = "...".join(f"{part}.{what}" for part, what in page._SET.items())

    def turn(view=VIEW, **changes):
        inputs = controls(given | changes)
        # The heads of the table, none of which was clicked.
        inputs.append(())
        inputs += [(name, "n_clicks", None) for name in page._PAGING]
        state = [("view", "data", view)]
        return post(app, f"..{output}..", inputs, state)

    assert turn().status_code == 200
    for bad in (
        {"scenario": "/etc/passwd"},
        {"temperature": "x"},
        {"view": VIEW | {"by": "../x"}},
        {"view": VIEW | {"page": 1e9}},
    ):
        answer = turn(**bad)
        assert answer.status_code == 400, bad
        assert "no control of the explorer sends this" in answer.text


def test_progress_opens_the_temperatures_at_its_end(app, results, monkeypatch):
    output = "..evaluated.children...temperature.disabled...tick.disabled.."
    done = ask(app, output, [("tick", "n_intervals", 1)])
    assert done["evaluated"]["children"] == ""
    assert done["temperature"]["disabled"] is False
    assert done["tick"]["disabled"] is True
    monkeypatch.setattr(results, "evaluated", len(results) // 2)
    share = (len(results) // 2) / len(results)
    going = ask(app, output, [("tick", "n_intervals", 1)])
    text = f"Computing the other temperatures: {share:.0%}"
    assert going["evaluated"]["children"] == text
    assert going["temperature"]["disabled"] is True
    assert going["tick"]["disabled"] is False


def controls(given):
    return [(name, "value", given[name]) for name in page.CONTROLS]


def test_the_download_has_the_rows_within_the_limits(app, results, given):
    limits = given | {"heavy": 0.0}
    clicks = [("save", "n_clicks", 1)]
    file = ask(app, "file.data", clicks, controls(limits))["file"]["data"]
    assert file["filename"] == "candidates.csv"
    rows = list(csv.DictReader(io.StringIO(file["content"])))
    names = [*page._names(results), "temperature_K"]
    assert list(rows[0]) == names
    bare = results.column("heavy_rare_earth_wt_pct", ALL) <= 0.0
    assert 0 < len(rows) == bare.sum() < len(results)
    ranks = np.flatnonzero(bare) + 1
    assert [int(row["rank"]) for row in rows] == ranks.tolist()
    remanence = results.column("remanence_T", ALL)[bare]
    assert [float(row["remanence_T"]) for row in rows] == pytest.approx(
        remanence, rel=1e-6
    )
    kelvins = {float(row["temperature_K"]) for row in rows}
    assert kelvins == {results.temperatures[0]}


def test_the_curve_is_of_the_clicked_point_or_of_the_best(app, results, given):
    def name(clicked, **changes):
        inputs = controls(given | changes)
        inputs.append(("pareto", "clickData", clicked))
        figure = ask(app, "curve.figure", inputs)["curve"]["figure"]
        return figure["data"][0]["name"]

    def label(row):
        return page._curves(results, row, 0)["data"][0]["name"]

    assert name(None) == label(0)
    assert name({"points": [{"customdata": 3}]}) == label(3)
    bare = np.flatnonzero(
        results.column("heavy_rare_earth_wt_pct", ALL) <= 0.0
    )
    assert name(None, heavy=0.0) == label(int(bare[0]))
    # Nothing keeps such a limit: the best of all is drawn.
    assert name(None, remanence=9.0) == label(0)
