"""Curves as a hysteresisgraph writes them, against the curve they were made from."""

from io import StringIO

import numpy as np
import pandas as pd
import pytest
from magnetkit.errors import InputError
from magnetkit.units import MU_0

import magnetkit as mk
from magnetkit.magnetism.measured_curve import (
    find_crossing,
    is_curve,
    read_curve,
    read_curves,
)
from tests import command


@pytest.fixture(scope="module")
def prediction():
    return mk.curve("N42SH", "20C").curves


@pytest.fixture
def write(tmp_path):
    """Give a function that writes parts of columns below one another."""

    def write(head, *parts, name="c.csv", comment=""):
        lines = [comment + head]
        for columns in parts:
            for row in zip(*columns, strict=True):
                lines.append(",".join(f"{value:.9g}" for value in row))
        path = tmp_path / name
        path.write_text("\n".join(lines), encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize(
    ("head", "field", "flux", "induction"),
    [
        ("H (kA/m),J (T)", 1e3, 1.0, False),
        # Reverse fields without a sign.
        ("µ0H (T),J (kG)", -1.0 / MU_0, 0.1, False),
        ("H (Oe),B (G)", 79.57747, 1e-4, True),
    ],
)
def test_a_curve_gives_back_its_figures(
    write, prediction, head, field, flux, induction
):
    h = prediction.field[0, 0]
    j = prediction.polarization[0, 0]
    values = prediction.induction[0, 0] if induction else j
    points = (h / field, values / flux)
    curve = read_curve(write(head, points, comment="# hysteresisgraph\n"))
    assert curve.remanence_T == pytest.approx(
        prediction.remanence[0, 0], rel=1e-4
    )
    for name in ("coercivity", "coercivity_b", "knee_field"):
        expected = getattr(prediction, name)[0, 0]
        value = 1e3 * getattr(curve, f"{name}_kA_m")
        assert value == pytest.approx(expected, rel=1e-3)
    square = prediction.knee_field[0, 0] / prediction.coercivity[0, 0]
    assert curve.squareness == pytest.approx(square, rel=1e-3)
    assert curve.recoil_permeability == pytest.approx(1.05, abs=1e-3)
    product = np.max(-h * prediction.induction[0, 0]) / 1e3
    assert curve.max_energy_product_kJ_m3 == pytest.approx(product, rel=1e-3)


H = np.linspace(0.0, -1600.0, 17)
J = [1.2] * 8 + [1.19, 1.18, 1.17, 1.1, 1.0, 0.8, 0.4, 0.1, -0.5]


@pytest.mark.parametrize(
    ("head", "columns", "says"),
    [
        ("H (kA/m),M (emu/cm3)", (H, J), "holds a moment or a magnetization"),
        ("H (kA/m),J (T),J (T)", (H, J, J), "holds several curves"),
        ("H (kA/m),flux", (H, J), "expected columns such as"),
        ("0,1.2", (H, J), "expected columns such as"),
        ("H (kA/m),J (emu)", (H, J), "the unit 'emu' is not known"),
        ("H (kA/m),J (T)", ([*H, *H[::-1]], [*J, *J]), "is a loop or has rec"),
        ("H (kA/m),J (T)", (H[:3], J[:3]), "expected 5 points or more, got 3"),
        ("H (kA/m),J (T)", (-H, [-j for j in J]), "with H <= 0 and J > 0"),
        ("H (kA/m),J (T)", (H[5:13], J[5:13]), "a curve begins near H = 0"),
        ("H (A/m),J (T)", (H, J), "H_cJ is 1.517 kA/m.*unit of H right"),
        ("H (kA/m),J (mT)", (H, J), "B_r is 0.0012 T.*unit of J or B right"),
        ("H (kA/m),B (T)", (H, J), "J rises against the field"),
        ("H (kA/m),J (T),T (C)", (H, J, 20 + H / 100), "drifts by 16.0 K"),
        ("H (kA/m),J (T)", (H, 1.2 + 1.1 * MU_0 * 1e3 * H), "is it B?"),
    ],
)
def test_another_form_is_refused_by_name(write, head, columns, says):
    with pytest.raises(InputError, match=says):
        read_curve(write(head, columns))


def test_a_crossing_lies_between_two_points():
    field = np.array([0.0, 1.0, 2.0, 4.0])
    values = np.array([1.0, 0.8, 0.4, 0.0])
    assert find_crossing(field, values, 0.6) == pytest.approx(1.5)
    assert find_crossing(field, values, 0.0) == 4.0
    for level in (-0.1, 1.0, 2.0):
        assert np.isnan(find_crossing(field, values, level))


def test_cells_that_are_no_numbers_are_refused(tmp_path):
    path = tmp_path / "c.csv"
    rows = [
        f"{h:g};{j:g}".replace(".", ",") for h, j in zip(H, J, strict=True)
    ]
    path.write_text("\n".join(["H (kA/m);J (T)", *rows]), "utf-8")
    # A decimal comma is one where the columns are parted by semicolons.
    assert read_curve(path).remanence_T == pytest.approx(1.2)
    path.write_text("\n".join(["H (kA/m);J (T)", "0;x", *rows]), "utf-8")
    with pytest.raises(InputError, match=r"'J \(T\)' holds no numbers"):
        read_curve(path)


def test_a_curve_that_ends_before_zero_has_no_coercivity(write):
    curve = read_curve(write("H (kA/m),J (T)", (H[:12], J[:12])))
    assert np.isnan([curve.coercivity_kA_m, curve.squareness]).all()


@pytest.mark.parametrize(
    ("name", "kelvin", "note"),
    [
        ("m150C.csv", 293.15, "no column of temperature: taken at 20 °C"),
        ("m-150C.csv", 423.15, "150C by the name of the file"),
        ("m 77 K.csv", 77.0, "77 K by the name of the file"),
    ],
)
def test_temperature_by_the_name_of_the_file(write, name, kelvin, note):
    name = name.replace("m-150C", "m_-_150C") if "-" in name else name
    curve = read_curve(write("H (kA/m),J (T)", (H, J), name=name))
    assert (curve.temperature_K, curve.note) == (kelvin, note)


def test_one_curve_a_temperature(write):
    warm = write("H (kA/m),J (T),T (C)", (H, J, 0 * H + 100), name="w.csv")
    cold = write("H (kA/m),J (T),T (K)", (H, J, 0 * H + 293), name="c.csv")
    with pytest.warns(UserWarning, match="a second curve at 100 °C is left"):
        curves = read_curves([warm, cold, warm])
    assert [one.temperature_K for one in curves] == [293.0, 373.15]


@pytest.fixture
def sheet_file(write, prediction):
    points = (prediction.field[0, 0], prediction.polarization[0, 0])
    return write("H (A/m),J (T)", points, name="m.csv")


def test_curve_calibrate_and_replace_take_it(sheet_file, prediction):
    assert is_curve(sheet_file)
    assert is_curve([sheet_file, str(sheet_file)])
    assert is_curve([]) is False
    assert not is_curve([sheet_file, "none.csv"])
    curves = mk.curve(sheet_file).curves
    assert curves.coercivity_b[0, 0] == pytest.approx(
        prediction.coercivity_b[0, 0], rel=1e-3
    )
    rows = {
        "composition": ["Nd28Dy3Co1Cu0.1B1Fe bal."],
        "basis": ["weight"],
        "curve": [str(sheet_file)],
    }
    report = mk.magnetism.calibration(rows, "x", keep=False).report
    values = report["measured"].tolist()
    assert values == pytest.approx([1591.75, 1.3125], rel=1e-3)
    answer = mk.replace(None, "100C", measured=sheet_file)
    assert "measured by you" in answer.evidence
    answer = mk.replace("N42SH", "100C", measured=sheet_file)
    assert answer.reference["grade"] == "N42SH"


def test_overlays_the_prediction(tmp_path, write, prediction):
    def run_curve(*arguments):
        done = command.run("curve", *map(str, arguments))
        assert done.returncode == 0, done.stderr
        return pd.read_csv(StringIO(done.stdout)).to_dict("records")

    field = prediction.field[0, 0]
    weaker = 0.9 * prediction.polarization[0, 0]
    twenty = np.full(field.size, 20.0)
    path = write(
        "H (A/m),J (T),T (°C)", (field, weaker, twenty), name="mine.csv"
    )
    figure = tmp_path / "o.svg"
    mine, sheet = run_curve(path, "N42SH", "--load-line", 2, "--out", figure)
    assert figure.stat().st_size > 5000
    assert (mine["candidate"], sheet["candidate"]) == ("mine", "N42SH")
    for name, share in (("remanence_T", 0.9), ("coercivity_kA_m", 1.0)):
        assert mine[name] == pytest.approx(share * sheet[name], rel=1e-4)
    # On B = -2 mu_0 H, before the knee: B_r less (mu_rec - 1) mu_0 |H|, mu_rec - 1 being 0.045.
    b_r = 0.9 * prediction.remanence[0, 0]
    working_field = 1e-3 * b_r / MU_0 / (2.0 + 1.0 + 0.9 * 0.05)
    assert mine["working_field_kA_m"] == pytest.approx(working_field, rel=1e-3)
    assert mine["irreversible_loss_pct"] == pytest.approx(0.0, abs=0.01)
    # Half of its coercivity does not stand the field of such a load line.
    path = write("H (A/m),J (T)", (0.5 * field, weaker), name="half.csv")
    out = tmp_path / "o.html"
    (half,) = run_curve(path, "--load-line", 0.2, "--out", out)
    assert 0.0 < half["irreversible_loss_pct"] < 100.0


def test_a_guaranteed_curve_is_what_lots_reach():
    lots = mk.curve("N42SH", "150C", bound="guaranteed").curves
    # Arnold guarantees 1.28 T, K&J 1.30 T; -0.12 %/K.
    assert lots.remanence[0, 0] == pytest.approx(
        1.29 * (1 - 0.0012 * 130), abs=1e-3
    )
    centre, least = (
        mk.curve("Nd2Fe14B", "100C", bound=bound).curves
        for bound in ("centre", "guaranteed")
    )
    for name, deviation in (("remanence", 0.008), ("coercivity", 0.04)):
        ratio = getattr(least, name)[0, 0] / getattr(centre, name)[0, 0]
        assert ratio == pytest.approx(np.exp(-2.33 * deviation), rel=1e-6)
    row = mk.predict("Nd2Fe14B", "100C").iloc[0]
    assert row["coercivity_guaranteed_kA_m"] == pytest.approx(
        1e-3 * least.coercivity[0, 0]
    )
