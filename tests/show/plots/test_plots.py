import numpy as np
import pandas as pd
import pytest

import magnetkit as mk
from magnetkit.columns import COLUMNS
from magnetkit.errors import InputError
from magnetkit.show.figures.series import grades, rare_earth_shares, sweep, ternary_corners
from magnetkit.show.plots._axes import heading

matplotlib = pytest.importorskip("matplotlib", reason="matplotlib is not installed")
matplotlib.use("Agg")
pyplot = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(scope="module")
def table():
    shares = [(0.8, 0.1, 0.1), (0.6, 0.3, 0.1), (0.5, 0.25, 0.25), (1.0, 0.0, 0.0)]
    return mk.CompositionTable.from_strings([f"Sm{s}Gd{g}Er{e}Co5" for s, g, e in shares])


@pytest.fixture(autouse=True)
def _close():
    yield
    pyplot.close("all")


def draw(ax):
    """Draw for real: mathtext and layout fail only then."""
    ax.figure.canvas.draw()
    return ax


@pytest.mark.parametrize("name", COLUMNS)
def test_every_heading_can_be_drawn(name):
    ax = pyplot.subplots()[1]
    ax.set_xlabel(heading(name))
    draw(ax)
    assert COLUMNS[name].label in ax.get_xlabel()


def test_grade_map_shows_all_grades_behind_the_candidates(table):
    ax = draw(mk.plots.grade_map(mk.magnetism.sintered(table, 293.15), intervals=True))
    drawn = sum(len(c.get_offsets()) for c in ax.collections if hasattr(c, "get_sizes"))
    assert drawn >= len(grades()) + len(table)
    assert "kA/m" in ax.get_xlabel()
    assert "(T)" in ax.get_ylabel()


def test_property_against_temperature_has_a_line_and_a_band_each(table):
    frame = sweep(table[:2], [300.0, 400.0, 500.0], ["a", "b"])
    ax = draw(mk.plots.property_against_temperature(frame, "remanence_T"))
    assert [line.get_label() for line in ax.lines] == ["a", "b"]
    assert len(ax.patches) == 2
    assert len(ax.lines[0].get_xdata()) == 3


def test_demagnetization_meets_the_load_line(table):
    curves = mk.magnetism.demagnetization(table[:1], [300.0, 400.0], load_line=1.0)
    ax = draw(mk.plots.demagnetization(curves, ["magnet"]))
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == [
        "J(H) magnet, 300 K",
        "J(H) magnet, 400 K",
        "Load line, permeance coefficient 1",
    ]


def test_shares_of_another_rare_earth_are_not_a_number():
    table = mk.CompositionTable.from_strings(["Sm0.8Gd0.2Co5", "Sm0.8Y0.2Co5", "Fe2O3"])
    shares = rare_earth_shares(table, ("Sm", "Gd", "Er"))
    np.testing.assert_allclose(shares[0], [0.8, 0.2, 0.0], atol=1e-12)
    assert np.isnan(shares[1:]).all()


def test_ternary(table):
    assert ternary_corners(table) == ("Sm", "Gd", "Er")
    ax = draw(mk.plots.ternary(table, np.arange(4.0), "remanence_T"))
    points = ax.collections[0].get_offsets()
    assert len(points) == 4
    # Pure samarium is the top corner.
    np.testing.assert_allclose(points[3], [0.5, np.sqrt(0.75)], atol=1e-9)


def test_ternary_needs_three_rare_earths(table):
    pair = mk.CompositionTable.from_strings(["Sm0.8Gd0.2Co5", "SmCo5"])
    with pytest.raises(InputError, match="three rare earths"):
        mk.plots.ternary(pair, [1.0, 2.0], "remanence_T")
    with pytest.raises(InputError, match="expected 4 values"):
        mk.plots.ternary(table, [1.0], "remanence_T")


def test_parity_leaves_out_unknown_rows():
    ax = draw(mk.plots.parity([1.0, 2.0, np.nan], [1.1, 1.9, 3.0], "remanence_T"))
    assert len(ax.collections[0].get_offsets()) == 2
    assert "0.1" in ax.get_title()


def test_coverage_of_a_normal_error_lies_on_the_diagonal():
    rng = np.random.default_rng(7)
    measured = rng.normal(size=4000)
    half = 1.6449
    guess = np.zeros(4000)
    ax = draw(mk.plots.coverage(measured, guess, guess - half, guess + half))
    nominal, observed = ax.lines[1].get_data()
    np.testing.assert_allclose(observed, nominal, atol=0.03)


def test_bad_input_says_what_to_give():
    with pytest.raises(InputError, match="no column coercivity_kA_m"):
        mk.plots.grade_map(pd.DataFrame({"remanence_T": [1.0]}))
    with pytest.raises(InputError, match="no result column"):
        mk.plots.parity([1.0], [1.0], "remanence")
    with pytest.raises(InputError, match="same length"):
        mk.plots.parity([1.0], [1.0, 2.0], "remanence_T")
    with pytest.raises(InputError, match="no row"):
        mk.plots.coverage([np.nan], [1.0], [0.0], [2.0])
