import numpy as np
import pytest
from magnetkit.errors import InputError
from magnetkit.units import MU_0

import magnetkit as mk


def _points(text, comment="%"):
    return np.array(
        [
            line.split(",")
            for line in text.splitlines()
            if not line.startswith(comment)
        ],
        float,
    )


def test_a_grade_follows_its_sheet():
    # Arnold's N42SH: 1.28 to 1.34 T and -0.12 %/K, 1592 kA/m and -0.55 %/K, H_cB 987 kA/m.
    curves = mk.curve("N42SH", "20C,150C").curves
    assert curves.remanence[0, 0] == pytest.approx(1.31, abs=0.01)
    assert curves.remanence[0, 1] == pytest.approx(
        1.31 * (1 - 0.0012 * 130), rel=0.01
    )
    assert curves.coercivity[0, 1] == pytest.approx(
        1592e3 * (1 - 0.0055 * 130), rel=0.01
    )
    assert curves.coercivity_b[0, 0] == pytest.approx(987e3, rel=0.015)


def test_at_a_prompt_it_says_what_it_is():
    text = repr(mk.curve("N42SH", "20C,150C"))
    assert text.startswith(
        "<Curve of N42SH, centre, at 293 K (20 °C), 423 K (150 °C): sheets of"
    )


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


def test_columns_rise_from_h_cb_to_remanence():
    curve = mk.curve("N42SH", "150C")
    points = _points(curve.text())
    assert points[0].tolist() == [
        pytest.approx(-curve.curves.coercivity_b[0, 0]),
        0.0,
    ]
    assert points[-1].tolist() == [
        0.0,
        pytest.approx(curve.curves.remanence[0, 0]),
    ]
    # Maxwell refuses a B(H) curve that is anywhere flatter than empty space.
    slope = np.diff(points[:, 1]) / np.diff(points[:, 0])
    assert (np.diff(points[:, 0]) > 0.0).all()
    assert (slope > MU_0 * (1.0 - 1e-5)).all()
    jh = _points(curve.text(kind="JH"))
    assert jh[0].tolist() == [
        pytest.approx(-curve.curves.coercivity[0, 0]),
        0.0,
    ]
    assert curve.text(bare=True) == "".join(
        f"{line}\n"
        for line in curve.text().splitlines()
        if not line.startswith("%")
    )


def test_the_head_says_what_a_designer_reads_first():
    head = [
        line
        for line in mk.curve("N42SH", "150C").text().splitlines()
        if line[0] == "%"
    ]
    assert "N42SH at 150 C (423.15 K), centre" in head[0]
    for name in ("B_r = ", "H_cB = ", "H_cJ = ", "H_k = ", "mu_rec = "):
        assert any(name in line for line in head)


def test_each_temperature_is_a_file_of_its_own(tmp_path):
    files = mk.curve("N42SH", "20C,150C").write(tmp_path / "n42sh.lua", "femm")
    assert [f.name for f in files] == ["n42sh-20C.lua", "n42sh-150C.lua"]
    (one,) = mk.curve("N42SH", "150C").write(tmp_path / "one.lua", "femm")
    assert one.read_text() == files[1].read_text()


@pytest.mark.parametrize(
    ("magnet", "options", "message"),
    [
        (["Nd2Fe14B", "SmCo5"], {}, "takes one magnet, got 2"),
        ("Y2Co17", {}, "no demagnetization curve"),
        ("N42SH", {"shell": "Tb 0.5 wt%"}, "shell are of a recipe"),
        ("N42", {"temperature": "250C"}, "no coercivity left at 250 C"),
        ("Nd2Fe14B", {"bound": "worst"}, "bound must be low, centre, high or"),
        ("N42SXX", {}, "N42SXX"),
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


def test_refuses_an_unknown_format():
    curve = mk.curve("N42SH")
    with pytest.raises(
        InputError, match="form must be one of csv, femm, elmer, pyleecan"
    ):
        curve.text("jmag")
    with pytest.raises(InputError, match="kind must be one of BH, JH"):
        curve.text(kind="MH")
    with pytest.raises(InputError, match="1 temperatures"):
        curve.text(at=3)


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
