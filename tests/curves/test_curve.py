import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from magnetkit.errors import InputError
from magnetkit.units import MU_0
from numpy.testing import assert_array_equal

import magnetkit as mk
from magnetkit.curves import _formats
from magnetkit.curves._formats import Curve, _header_lines, _name
from magnetkit.curves.curve import (
    _as_list,
    _demagnetization,
    _grade_figures,
    _interpolate_temperatures,
    _Promise,
    _read_recipe,
    _sheet_extrapolation_reason,
)
from magnetkit.magnetism import Conditions
from magnetkit.magnetism.demagnetization import magnet_curves
from magnetkit.magnetism.spread import lots


def test_a_grade_follows_its_sheet():
    # Arnold's N42SH: 1.28 to 1.34 T and -0.12 %/K, 1592 kA/m and -0.55 %/K, H_cB 987 kA/m.
    curve = mk.curve("N42SH", "20C,150C")
    assert curve.source.startswith("sheets of")
    curves = curve.curves
    assert curves.remanence[0, 0] == pytest.approx(1.31, abs=0.01)
    assert curves.remanence[0, 1] == pytest.approx(
        1.31 * (1 - 0.0012 * 130), rel=0.01
    )
    assert curves.coercivity[0, 1] == pytest.approx(
        1592e3 * (1 - 0.0055 * 130), rel=0.01
    )
    assert curves.coercivity_b[0, 0] == pytest.approx(987e3, rel=0.015)


def test_a_recipe_has_the_figures_of_predict():
    curve = mk.curve("Nd1.8Dy0.2Fe14B", "150C", shell="Tb 0.5 wt%")
    row = mk.magnetism.sintered(
        "Nd1.8Dy0.2Fe14B", "150C", shell="Tb 0.5 wt%"
    ).iloc[0]
    assert curve.name == "Nd1.8Dy0.2Fe14B + Tb 0.5 wt%"
    assert curve.curves.remanence[0, 0] == row["remanence_T"]
    assert curve.curves.coercivity[0, 0] == 1e3 * row["coercivity_kA_m"]
    assert curve.curves.knee_field[0, 0] == 1e3 * row["knee_field_kA_m"]


@pytest.mark.parametrize("magnet", ["N42SH", "Nd2Fe14B"])
def test_bounds_enclose_the_centre(magnet):
    low = mk.curve(magnet, "150C", bound="low").curves
    centre = mk.curve(magnet, "150C", bound="centre").curves
    high = mk.curve(magnet, "150C", bound="high").curves
    assert low.remanence < centre.remanence < high.remanence
    assert low.coercivity <= centre.coercivity < high.coercivity


def test_a_candidate_is_found_by_its_rank(tmp_path):
    result = mk.screen(
        ["Nd2Fe14B", "Nd1.6Dy0.4Fe14B"],
        application="energy-traction-motor",
        out=tmp_path / "r",
    )
    first = result.best(1).iloc[0]
    curve = mk.curve(f"{tmp_path / 'r'}:1", f"{first['temperature_K']}K")
    assert curve.name == first["candidate"]
    assert curve.curves.remanence[0, 0] == pytest.approx(
        first["remanence_T"], rel=1e-6
    )
    with pytest.raises(InputError, match="no candidate of rank 9"):
        mk.curve(f"{tmp_path / 'r'}:9")
    with pytest.raises(InputError, match="rank 0; ranks begin at 1"):
        mk.curve(f"{tmp_path / 'r'}:0")


def test_columns_rise_more_steeply_than_empty_space():
    points = np.loadtxt(
        io.StringIO(mk.curve("N42SH", "150C").text()),
        comments="%",
        delimiter=",",
    )
    # Maxwell refuses a B(H) curve that is anywhere flatter than empty space.
    slope = np.diff(points[:, 1]) / np.diff(points[:, 0])
    assert (np.diff(points[:, 0]) > 0.0).all()
    assert (slope > MU_0 * (1.0 - 1e-5)).all()


@pytest.mark.parametrize(
    ("magnet", "options", "message"),
    [
        (["Nd2Fe14B", "SmCo5"], {}, "takes one magnet, got 2"),
        ("Y2Co17", {}, "no demagnetization curve"),
        ("N42SH", {"shell": "Tb 0.5 wt%"}, "shell are of a recipe"),
        ("N42", {"temperature": "250C"}, "no coercivity left at 250 C"),
        ("Nd2Fe14B", {"bound": "worst"}, "bound must be low, centre, high or"),
        ("N42SXX", {}, "N42SXX"),
        # No folder of results, so a recipe that cannot be read.
        ("nowhere:1", {}, "nowhere:1"),
    ],
)
def test_names_magnets_without_a_curve(magnet, options, message):
    with pytest.raises(mk.errors.MagnetkitError, match=message):
        mk.curve(magnet, **options)


def test_names_the_end_of_an_exceeded_sheet():
    # Arnold's sheet of N42SH gives coefficients from 20 to 150 degrees C.
    cold, *between, hot = mk.curve("N42SH", "-60C,20C,150C,170C").beyond
    assert "begin at 20 C" in cold
    assert between == ["", ""]
    assert "end at 150 C" in hot


def test_melt_has_the_recoil_of_its_producer():
    recipe = "Nd24.64Pr6.16Co1Cu0.15B0.96Fe bal."
    ask = {"temperature": "60C", "basis": "weight", "bound": "guaranteed"}
    recoil = mk.curve(
        "VACODYM 238 TP", "60C", bound="guaranteed"
    ).curves.recoil[0, 0]
    assert recoil == pytest.approx(1.03)
    beside = mk.curve(
        recipe, calibration="VACODYM 238 TP", **ask
    ).curves.recoil[0, 0]
    assert beside == pytest.approx(recoil)
    assert mk.curve(recipe, **ask).curves.recoil[0, 0] == pytest.approx(1.05)


@pytest.fixture(scope="module")
def plain():
    """Return a magnet of 1.2 T whose line is straight to a knee, at two temperatures."""
    curves = magnet_curves(
        np.array([293.15, 423.15]),
        np.array([[1.2, 1.1]]),
        np.array([[1.6e6, 6.0e5]]),
        np.array([[1.5e6, 5.0e5]]),
        np.array([[1.05, 1.06]]),
        None,
        2.0,
    )
    return Curve(
        name="N42 <SH>",
        bound="low",
        source="a sheet",
        room_remanence_T=1.2,
        density_kg_m3=7550.0,
        resistivity_uohm_m=1.4,
        curves=curves,
        beyond=("", "hotter than its sheets"),
    )


def test_its_head_has_name_figures_and_source(plain):
    h_cb = float(plain.curves.coercivity_b[0, 0])
    assert _header_lines(plain, 0) == [
        "N42 <SH> at 20 C (293.15 K), lower end",
        "B_r = 1.2000 T",
        f"H_cB = {h_cb:.0f} A/m",
        "H_cJ = 1600000 A/m",
        "H_k = 1500000 A/m (J = 0.9 B_r)",
        "mu_rec = 1.05",
        "From: a sheet",
    ]
    hot = _header_lines(plain, 1)
    assert hot[0] == "EXTRAPOLATED: hotter than its sheets"
    assert hot[1] == "N42 <SH> at 150 C (423.15 K), lower end"
    for bound, words in (
        ("high", "upper end"),
        ("centre", "centre"),
        ("guaranteed", "guaranteed"),
    ):
        other = replace(plain, bound=bound, beyond=())
        assert _header_lines(other, 1)[0].endswith(f"(423.15 K), {words}")


def test_its_name_is_one_that_every_program_takes(plain):
    assert _name(plain) == "N42 _SH_ low"
    assert _name(plain, 1) == "N42 _SH_ 150C low"
    centre = replace(plain, bound="centre")
    assert _name(centre) == "N42 _SH_"
    assert _name(centre, 0) == "N42 _SH_ 20C"


def test_columns_of_one_and_of_all_temperatures(plain):
    text = plain.text("csv", 1, "JH")
    head = [line for line in text.splitlines() if line.startswith("%")]
    assert head[:-1] == [f"% {line}" for line in _header_lines(plain, 1)]
    assert head[-1] == "% Columns: field H (A/m), polarization J (T)"
    rows = plain.text("csv", 1, "JH", True).splitlines()
    assert text.splitlines()[len(head) :] == rows
    first, last = (list(map(float, r.split(","))) for r in (rows[0], rows[-1]))
    assert first == pytest.approx([-6.0e5, 0.0], abs=1e-6)
    assert last == pytest.approx([0.0, 1.1])
    whole = plain.text("table").splitlines()
    assert whole[0] == "% " + "; ".join(_header_lines(plain, 0)[:-1])
    assert whole[1] == "% " + "; ".join(_header_lines(plain, 1)[:-1])
    assert whole[2] == "% From: a sheet"
    columns = "temperature (C), field H (A/m), magnetic flux density B (T)"
    assert whole[3] == f"% Columns: {columns}"
    celsius = [line.split(",")[0] for line in whole[4:]]
    assert list(dict.fromkeys(celsius)) == ["20", "150"]
    assert plain.text("femm").endswith("\n")
    # B(H) from -H_cB on, where B is exactly nothing.
    points = _formats._points(plain, 0, "BH")
    h_cb = float(plain.curves.coercivity_b[0, 0])
    assert points[0].tolist() == [pytest.approx(-h_cb), 0.0]


def test_figures_of_each_temperature_by_hand(plain):
    frame = plain.figures()
    assert frame["candidate"].tolist() == ["N42 <SH>"] * 2
    assert frame["remanence_T"].tolist() == [1.2, 1.1]
    assert frame["coercivity_kA_m"].tolist() == pytest.approx([1600, 600])
    assert frame["knee_field_kA_m"].tolist() == pytest.approx([1500, 500])
    squareness = frame["squareness"].tolist()
    assert squareness == pytest.approx([1500 / 1600, 500 / 600])
    assert frame["recoil_permeability"].tolist() == [1.05, 1.06]
    assert frame["load_line"].tolist() == [2.0, 2.0]
    # B = 2 mu_0 H on the recoil line of B_r: H = B_r / (mu_0 (2 + 1.05)).
    field = 1.2 / (1.256637e-3 * 3.05)
    cold = frame.iloc[0]
    assert cold["working_field_kA_m"] == pytest.approx(field, rel=2e-3)
    flux = 2.0 * 1.256637e-3 * field
    assert cold["working_induction_T"] == pytest.approx(flux, rel=2e-3)
    # B_r^2 / (4 mu_0 mu_rec).
    products = [
        b_r**2 / (4 * 1.256637e-3 * recoil)
        for b_r, recoil in ((1.2, 1.05), (1.1, 1.06))
    ]
    assert frame["max_energy_product_kJ_m3"].tolist() == pytest.approx(
        products, rel=0.01
    )
    h_cb = 1e-3 * plain.curves.coercivity_b[0]
    assert frame["coercivity_b_kA_m"].tolist() == pytest.approx(h_cb)
    # On a load line of 0.3 B_r makes 644 kA/m against the hot magnet, more than its H_cJ.
    flat = replace(plain, curves=replace(plain.curves, load_line=0.3))
    for curve, (least, most) in ((plain, (0.0, 0.01)), (flat, (10.0, 90.0))):
        cold_loss, hot_loss = curve.figures()["irreversible_loss_pct"]
        assert cold_loss == 0.0
        assert least < hot_loss < most


def test_points_say_which_are_extrapolated(plain):
    frame = plain.to_frame()
    hot = frame["temperature_K"] > 400.0
    assert (frame["extrapolated"] == hot).all()
    assert hot.any()
    text = repr(plain)
    at = "293 K (20 °C), 423 K (150 °C)"
    assert text == f"<Curve of N42 <SH>, low, at {at}: a sheet>"


@pytest.mark.parametrize(
    ("form", "at", "kind", "says"),
    [
        ("xml", 0, "BH", "form must be one of csv, femm, .*, got 'xml'"),
        ("csv", 0, "HB", "kind must be one of BH, JH, got 'HB'"),
        ("csv", 2, "BH", "the curve has 2 temperatures, got 2"),
        ("csv", -1, "BH", "the curve has 2 temperatures, got -1"),
    ],
)
def test_names_another_form_or_temperature(plain, form, at, kind, says):
    with pytest.raises(InputError, match=says):
        plain.text(form, at, kind)


def test_files_of_all_temperatures_or_of_each(plain, tmp_path):
    each = plain.write(tmp_path / "a.csv")
    assert [file.name for file in each] == ["a-20C.csv", "a-150C.csv"]
    assert each[1].read_text("utf-8") == plain.text("csv", 1)
    (one,) = plain.write(tmp_path / "b.txt", "table")
    assert one == tmp_path / "b.txt"
    assert one.read_text("utf-8") == plain.text("table")


def test_close_temperatures_have_files_of_their_own(tmp_path):
    curve = mk.curve("N42SH", ["150.01C", "150.02C"])
    names = [file.name for file in curve.write(tmp_path / "a.csv")]
    assert names == ["a-150.01C.csv", "a-150.02C.csv"]


def test_ratios_between_temperatures_are_straight_and_bounded():
    kelvin = np.array([300.0, 350.0, 400.0, 450.0])
    values = np.array([[1.0, 2.0], [np.nan, 20.0], [-1.0, 1.0]])
    between = _interpolate_temperatures(kelvin, kelvin[::2], values)
    assert between.tolist() == [
        [1.0, 1.5, 2.0, 2.0],
        [1.0, 5.5, 10.0, 10.0],
        [0.0, 0.5, 1.0, 1.0],
    ]


def test_a_list_of_numbers():
    assert _as_list("hours", 5) == [5.0]
    assert _as_list("hours", [1, "2"]) == [1.0, 2.0]
    for odd in ([], "x", [[1.0]]):
        with pytest.raises(InputError, match="hours must be a number or a"):
            _as_list("hours", odd)


@pytest.mark.parametrize("temperature", [0.0, [], ""])
def test_no_temperature_is_not_twenty_degrees(temperature):
    with pytest.raises(InputError, match="temperature"):
        mk.curve("N42SH", temperature)


def test_temperatures_may_be_an_array():
    kelvin = np.array([300.0, 400.0])
    assert_array_equal(mk.curve("N42SH", kelvin).curves.temperature, kelvin)


def test_a_modelled_curve_says_what_it_rests_on():
    recipe = "Nd2Fe14B"
    curve = mk.curve(recipe, "77K,20C", interval=0.5)
    cold = "no coercivity so cold was compared with a measurement"
    assert curve.beyond == (cold, "")
    start = "model of magnetkit, 50 % interval of B_r and H_cJ each"
    assert curve.source.startswith(f"{start}; calibration: none; ")
    warm = mk.curve(recipe, "150C")
    assert warm.source == (
        "model of magnetkit, 90 % interval of B_r and H_cJ each; calibration: none"
    )
    assert warm.beyond == ("",)
    room = mk.curve(recipe, "20C").curves.remanence[0, 0]
    assert warm.room_remanence_T == pytest.approx(room)
    assert warm.density_kg_m3 == pytest.approx(7600.0, abs=100.0)
    assert 1.0 < warm.resistivity_uohm_m < 2.0
    assert warm.bound == "centre"


def test_guaranteed_figures_are_those_of_99_lots_in_100():
    centre = mk.curve("Nd2Fe14B", "150C")
    least = mk.curve("Nd2Fe14B", "150C", bound="guaranteed")
    spread = lots("2:14:1")
    flux, hardness = map(spread.share, ("remanence_T", "coercivity_kA_m"))
    for name, share in (
        ("remanence", flux),
        ("coercivity", hardness),
        ("knee_field", hardness),
    ):
        ratio = getattr(least.curves, name) / getattr(centre.curves, name)
        assert ratio[0, 0] == pytest.approx(share)
    ratio = least.room_remanence_T / centre.room_remanence_T
    assert ratio == pytest.approx(flux)


@pytest.mark.parametrize(
    ("provenance", "kelvin", "says"),
    [
        ("sheet", 500.0, ""),
        ("extrapolated", 293.0, "below the sheets, which begin at 20 C"),
        ("extrapolated", 500.0, "beyond the sheets, which end at 150 C"),
        ("extrapolated", 293.15, "beyond the sheets"),
    ],
)
def test_a_sheet_is_left_on_either_side(provenance, kelvin, says):
    sheet = pd.Series(
        {
            "coercivity_kA_m_provenance": provenance,
            "max_working_temperature_K": 423.15,
        }
    )
    text = _sheet_extrapolation_reason(sheet, kelvin)
    assert text.startswith(says)
    assert bool(text) is bool(says)


def test_figures_of_a_grade_by_its_bounds():
    kelvin = [293.15, 423.15]
    low, centre, high, least = (
        _grade_figures("N42SH", kelvin, bound)
        for bound in ("low", "centre", "high", "guaranteed")
    )
    # Arnold prints 1.28 to 1.34 T, K&J 1.30 to 1.34; both guarantee 1592 kA/m.
    assert low[0][0] == pytest.approx(1.28)
    assert high[0][0] == pytest.approx(1.34, abs=0.01)
    assert low[0][0] < centre[0][0] < high[0][0]
    assert least[0][0] == pytest.approx(1.29, abs=0.002)
    assert least[1][0] == pytest.approx(1592.0, abs=1.0)
    for b_r, h_cj, h_k in (low, centre, high, least):
        assert (h_k < h_cj).all()
        assert (np.diff([b_r, h_cj, h_k]) < 0.0).all()


def test_curves_are_built_of_as_many_figures_as_temperatures():
    figures = [[1.2, 1.0, 9.0], [800.0, 400.0, 9.0], [700.0, 300.0, 9.0]]
    curves = _demagnetization([300.0, 400.0], figures, 1.05, 2.0)
    assert curves.remanence.tolist() == [[1.2, 1.0]]
    assert curves.coercivity.tolist() == [[8e5, 4e5]]
    assert curves.knee_field.tolist() == [[7e5, 3e5]]
    assert curves.recoil.tolist() == [[1.05, 1.05]]
    assert curves.temperature.tolist() == [300.0, 400.0]
    assert curves.load_line == 2.0


def test_a_promise_is_compared_with_the_model():
    spread = lots("2:14:1")
    row = pd.Series(
        {
            "host": "2:14:1",
            "remanence_T": 1.0,
            "coercivity_kA_m": 1000.0,
            "knee_field_kA_m": 800.0,
        }
    )
    guaranteed = [
        1.1 * spread.share("remanence_T"),
        900.0 * spread.share("coercivity_kA_m"),
    ]
    ratios = _Promise(423.15, guaranteed, 600.0).ratios(row)
    # What is guaranteed is a usual lot's 1.1 T and 900 kA/m; the knee is one already.
    assert ratios == pytest.approx([1.1, 0.9, 0.75])


def test_one_recipe_has_a_name_and_a_shell():
    def read(magnet, basis="auto", shell=None):
        conditions = Conditions.of(temperature=300.0, shell=shell)
        return _read_recipe(magnet, basis, conditions)

    table, name, shell = read("SmCo5")
    assert (len(table), name, shell) == (1, "SmCo5", None)
    assert read("SmCo5", shell="Tb 0.5 wt%")[2] == "Tb 0.5 wt%"
    frame = pd.DataFrame({"composition": ["Nd2Fe14B"], "shell": ["Tb 1 wt%"]})
    assert read(frame)[2] == "Tb 1 wt%"
    assert read(table)[1] == table.formulas()[0]


def test_a_shifted_curve_starts_at_nothing_and_passes_remanence(plain):
    induction, field = _formats._shifted_curve(plain, 1)
    h_cb = float(plain.curves.coercivity_b[0, 1])
    assert induction[0] == field[0] == 0.0
    assert (np.diff(field) > 0.0).all()
    # Remanence stands at H_cB; as far behind it, the recoil line.
    assert np.interp(h_cb, field, induction) == pytest.approx(1.1)
    assert field[-1] == pytest.approx(2.0 * h_cb)
    assert induction[-1] == pytest.approx(1.1 + 1.06 * MU_0 * h_cb)
    # On the recoil line, half way to it.
    half = 1.1 - 1.06 * MU_0 * 0.5 * h_cb
    assert np.interp(0.5 * h_cb, field, induction) == pytest.approx(
        half, abs=0.002
    )


def test_a_grid_has_rising_temperatures_and_common_fields(plain):
    warm, cold = 423.15, 293.15
    curves = magnet_curves(
        np.array([warm, cold]),
        np.array([[1.1, 1.2]]),
        np.array([[6.0e5, 1.6e6]]),
        np.array([[5.0e5, 1.5e6]]),
        np.array([[1.06, 1.05]]),
        None,
        2.0,
    )
    fields, kelvin, rows = _formats._grid(replace(plain, curves=curves))
    assert kelvin == [cold, warm]
    assert fields[-1] == 0.0
    largest = float(curves.coercivity_b.max())
    assert fields[0] == pytest.approx(-largest, abs=0.1)
    assert rows[0][-1] == pytest.approx(1.2)
    assert rows[1][-1] == pytest.approx(1.1)
    # Beyond its own H_cJ nothing is left of J.
    assert rows[1][0] == pytest.approx(-MU_0 * largest)
    assert rows[0][0] == pytest.approx(0.0, abs=1e-4)


def test_what_is_not_known_is_left_to_the_template():
    assert _formats._without_nan(float("nan")) is None
    assert _formats._without_nan(0.0) == 0.0
