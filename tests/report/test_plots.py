"""What `mk.plots` draws is what it was given, and each way out of a figure works."""

import json
import sys
from base64 import b64decode
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from magnetkit.errors import InputError

import magnetkit as mk
from magnetkit.report.plots import Figure, sweep

BASE = "Nd30.5Co0.9Cu0.1B1.0Fe bal."
ASK = {
    "basis": "weight",
    "load_line": 2,
    "anneal": 900,
    "anneal_hours": 8,
    "cells": 1000,
}


@pytest.fixture(scope="module")
def table():
    shares = [
        (0.8, 0.1, 0.1),
        (0.6, 0.3, 0.1),
        (0.5, 0.25, 0.25),
        (1.0, 0.0, 0.0),
    ]
    return mk.CompositionTable.from_strings(
        [f"Sm{s}Gd{g}Er{e}Co5" for s, g, e in shares]
    )


@pytest.fixture(scope="module")
def designs():
    return mk.diffuse(
        BASE, "20x10x3mm", temperature="150C", element="Tb", **ASK
    )


@pytest.fixture
def figure():
    return mk.plots.parity([1.0, 2.0], [1.1, 1.9], "remanence_T")


def title(figure):
    return figure["layout"]["title"]["text"]


def test_property_has_a_line_and_a_band(table):
    frame = sweep(table[:2], [300.0, 400.0, 500.0], ["a", "b"])
    *bands, first, second = mk.plots.property_against_temperature(
        frame, "remanence_T"
    )["data"]
    assert [first["name"], second["name"]] == ["a", "b"]
    assert [band["fill"] for band in bands] == ["toself", "toself"]
    assert first["x"] == [300.0, 400.0, 500.0]


def test_demagnetization_meets_the_load_line(table):
    curves = mk.magnetism.demagnetization(
        table[:1], [300.0, 400.0], load_line=1.0
    )
    figure = mk.plots.demagnetization(curves, ["magnet"])
    names = [t["name"] for t in figure["data"] if t.get("showlegend", True)]
    line = "Load line, permeance coefficient 1"
    assert names == ["J(H) magnet, 27 °C", "J(H) magnet, 127 °C", line]


def test_parity_shows_the_mean_error_of_known_values():
    figure = mk.plots.parity(
        [1.0, 2.0, np.nan], [1.1, 1.9, 3.0], "remanence_T"
    )
    assert title(figure) == "mean absolute error 0.1 T, 2 rows"
    assert figure["data"][-1]["y"] == [1.1, 1.9]
    # The line of equal values reaches from the least of both to the largest.
    assert figure["data"][0]["x"] == [1.0, 2.0]
    wide = mk.plots.parity([1.0, 2.0], [0.5, 2.5], "remanence_T")
    assert wide["data"][0]["x"] == [0.5, 2.5]


def test_user_property_keeps_its_name():
    layout = mk.plots.parity([1.0, 2.0], [1.0, 2.5], "creep_pct")["layout"]
    assert layout["xaxis"]["title"]["text"] == "measured: creep_pct"
    assert layout["yaxis"]["title"]["text"] == "predicted: creep_pct"


def test_measured_points_lie_over_the_curves():
    sheet = mk.curve("N42SH")
    points = SimpleNamespace(
        field=np.array([0.0, 1e5]), polarization=np.array([1.2, 1.1])
    )
    mine = SimpleNamespace(name="mine", curves=sheet.curves, measured=[points])
    figure = mk.plots.overlay([sheet, mine])
    names = [trace.get("name") for trace in figure["data"]]
    assert names.count("Measured J(H)") == 1
    assert {"J(H) N42SH, 20 °C", "J(H) mine, 20 °C"} <= set(names)


def test_bad_input_says_what_to_give():
    with pytest.raises(InputError, match="no column coercivity_kA_m"):
        mk.plots.grade_map(pd.DataFrame({"remanence_T": [1.0]}))
    with pytest.raises(InputError, match="same length"):
        mk.plots.parity([1.0], [1.0, 2.0], "remanence_T")
    with pytest.raises(InputError, match="no row"):
        mk.plots.parity([np.nan], [1.0], "remanence_T")


def test_the_profile_is_richest_at_the_faces(designs):
    figure = mk.plots.depth_profile(designs)
    content, before, after, _ = figure["data"]
    middle = len(content["y"]) // 2
    assert min(content["y"][0], content["y"][-1]) > content["y"][middle]
    assert figure["layout"]["yaxis"]["title"]["text"] == "Tb (wt.%)"
    assert min(np.subtract(after["y"], before["y"])) >= 0.0
    assert {trace.get("yaxis") for trace in (before, after)} == {"y2"}


def test_the_map_has_the_margins_of_its_layer(designs):
    margins = designs.margins()
    for when in ("before", "after"):
        (trace,) = mk.plots.margin_map(designs, when)["data"]
        assert np.min(trace["z"]) == pytest.approx(
            margins[f"{when}_kA_m"].min(), rel=1e-3
        )
    with pytest.raises(InputError, match="before or after"):
        mk.plots.margin_map(designs, "later")


def test_hotter_and_thicker_take_more():
    table = mk.diffusion.needed_by_temperature(
        BASE, "20x10x3mm", [2, 3], "130C,140C", **ASK
    )
    two, three = mk.plots.terbium_against_temperature(table)["data"]
    assert [two["name"], three["name"]] == ["2 mm", "3 mm"]
    assert three["x"] == pytest.approx([130.0, 140.0])
    assert three["y"][1] > three["y"][0] > 0.0
    assert three["y"][1] > two["y"][1]
    subset = table.assign(
        amount_wt_pct=table["amount_wt_pct"].where(table["thickness_mm"] < 3)
    )
    figure = mk.plots.terbium_against_temperature(subset)
    (shape,) = figure["layout"]["shapes"]
    assert shape["x0"] == pytest.approx(130.0)
    assert figure.draw().lines[-1].get_xdata()[0] == pytest.approx(130.0)
    with pytest.raises(InputError, match="thickness"):
        mk.diffusion.needed_by_temperature(
            BASE, "20x10x3mm", [], "140C", **ASK
        )


def test_candidates_stand_where_their_composition_is():
    figure = mk.plots.section("Sm-Co-Fe", ["SmCo5", "Sm2Fe17", "Nd2Fe14B"])
    *_, phases, candidates = figure["data"]
    assert "Sm<sub>2</sub>Co<sub>17</sub>" in phases["hovertext"]
    # Corners at (0, 0), (1, 0) and (0.5, 0.866): SmCo5 a sixth of the way from cobalt.
    assert (candidates["x"][0], candidates["y"][0]) == pytest.approx(
        (5 / 6, 0.0), abs=1e-3
    )
    assert (candidates["x"][1], candidates["y"][1]) == pytest.approx(
        (17 / 38, 17 / 19 * 0.75**0.5), abs=1e-3
    )
    assert (
        0.5
        < min(candidates["marker"]["color"])
        <= max(candidates["marker"]["color"])
        <= 1.0
    )


@pytest.mark.parametrize(
    "system", ["Sm", "Sm-Co-Xx", "Sm-Co-Co", "Nd-Fe-Co-B"]
)
def test_a_section_takes_two_or_three_elements(system):
    with pytest.raises(InputError, match="two or three elements"):
        mk.plots.section(system)
    with pytest.raises(InputError, match="no phases of Eu"):
        mk.plots.section("Eu-Co-Fe")


def test_binary_hull_is_energy_over_composition():
    """SmCo5 has 83.3 at.% cobalt and lies above the line from SmCo3 to Sm2Co17."""
    figure = mk.plots.section("Sm-Co", ["SmCo5", "Nd2Fe14B"])
    hull, above, stable, candidates = figure["data"]
    assert stable["text"][-2:] == ["Sm<sub>2</sub>Co<sub>17</sub>", "Co"]
    assert hull["x"] == stable["x"] == sorted(stable["x"])
    assert candidates["x"] == [pytest.approx(500 / 6, abs=0.005)]
    assert candidates["y"][0] > np.interp(
        candidates["x"][0], hull["x"], hull["y"]
    )
    assert (
        np.array(above["y"]) > np.interp(above["x"], hull["x"], hull["y"])
    ).all()


def test_a_figure_is_saved_by_its_suffix(figure, tmp_path):
    pytest.importorskip("matplotlib")
    assert figure.save(tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    picture = figure.save(tmp_path / "a.svg").read_bytes()
    assert b"<svg" in picture
    figure.savefig(tmp_path / "c.svg")
    assert (tmp_path / "c.svg").read_bytes() == picture
    # Made again it is the same file.
    assert figure.save(tmp_path / "b.svg").read_bytes() == picture
    page = figure.save(str(tmp_path / "a.HTML")).read_text("utf-8")
    assert "mean absolute error 0.1 T" in page
    assert "plotly.js v" in page
    with pytest.raises(InputError, match=r"\.html, \.png, \.svg or \.pdf"):
        figure.save(tmp_path / "a.bmp")
    with pytest.raises(InputError, match="cannot write"):
        figure.save(tmp_path / "none" / "a.html")


def test_a_notebook_gets_data_and_a_picture(figure):
    pytest.importorskip("matplotlib")
    bundle = figure._repr_mimebundle_(include=None, exclude=None)
    plain = json.loads(
        json.dumps(bundle["application/vnd.plotly.v1+json"], allow_nan=False)
    )
    assert plain == figure
    assert b64decode(bundle["image/png"]).startswith(b"\x89PNG")
    assert bundle["text/plain"] == repr(figure)
    assert len(repr(figure)) < 100
    assert sorted(dir(mk.plots)) == sorted(mk.plots.__all__)


def test_names_the_extra_without_matplotlib(figure, tmp_path, monkeypatch):
    for name in [
        name for name in sys.modules if name.split(".")[0] == "matplotlib"
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(InputError, match=r"magnetkit\[plots\]"):
        figure.save(tmp_path / "a.png")
    assert "image/png" not in figure._repr_mimebundle_()
    assert figure.save(tmp_path / "a.html").exists()


def test_plotly_makes_its_own_figure_of_each(table, designs):
    objects = pytest.importorskip("plotly.graph_objects")
    figures = [
        mk.plots.grade_map(
            mk.magnetism.sintered(table, 293.15), intervals=True
        ),
        mk.plots.parity([1.0], [2.0], "remanence_T", lo=[1.5], hi=[2.5]),
        mk.plots.depth_profile(designs),
        mk.plots.margin_map(designs),
        mk.plots.section("Sm-Co-Fe", ["SmCo5"]),
        mk.plots.section("Sm-Co", ["SmCo5"]),
        mk.plots.demagnetization(
            mk.magnetism.demagnetization("SmCo5", "20C,250C")
        ),
    ]
    for figure in figures:
        assert isinstance(figure, Figure)
        # Its validators refuse what plotly.js would pass over in silence.
        assert len(objects.Figure(figure).data) == len(figure["data"])
        # Matplotlib knows all that they use.
        figure.draw().figure.canvas.draw()


def test_figures_obey_the_setting_of_units(monkeypatch):
    curves = mk.magnetism.demagnetization("Nd1.8Dy0.2Fe14B", "20C")
    plain = mk.plots.demagnetization(curves)
    monkeypatch.setattr("magnetkit.report._figures.is_cgs", lambda: True)
    figure = mk.plots.demagnetization(curves)
    titles = [
        figure["layout"][axis]["title"]["text"] for axis in ("xaxis", "yaxis")
    ]
    assert titles == ["Reverse field −H (kOe)", "J and B (kG)"]
    for trace, other in zip(figure["data"], plain["data"], strict=True):
        # 1 kOe is 79.5775 kA/m, 1 T is 10 kG.
        assert trace["x"] == pytest.approx(
            [x / 79.5775 for x in other["x"]], rel=1e-3
        )
        assert trace["y"] == pytest.approx(
            [10.0 * y for y in other["y"]], rel=1e-3
        )
    assert "kOe<br>B %{y} kG" in figure["data"][2]["hovertemplate"]
