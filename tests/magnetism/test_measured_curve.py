"""Curves as a hysteresisgraph writes them, against the curve they were made from."""

from io import StringIO

import numpy as np
import pandas as pd
import pytest
from magnetkit.errors import InputError
from magnetkit.units import MU_0

import magnetkit as mk
from magnetkit.magnetism.measured_curve import (
    is_curve,
    read_curve,
    read_curves,
)
from tests import command


@pytest.fixture(scope="module")
def prediction():
    return mk.curve("N42SH", "20C").curves


H_CJ = 1.477e6


def loop(shift=0.0):
    """Fields, A/m, and J, T, of both branches of a loop, the one that goes up shifted."""
    h = np.linspace(2.4e6, -2.4e6, 481)

    def branch(field):
        reverse = np.maximum(-field, 0.0) / H_CJ
        reversal = reverse**18 / (1.0 + reverse**18)
        level = 1.28 + 0.05 * MU_0 * np.minimum(field, 0.0)
        return level * (1.0 - 2.0 * reversal)

    return h, branch(h), -branch(-(h[::-1] - shift))[::-1]


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
        ("µ0H (mT),4πM/kG", -1e-3 / MU_0, 0.1, False),
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


def test_a_spreadsheets_wide_text_is_read(write):
    path = write("H (A/m),J (T)", loop()[:2])
    plain = read_curve(path).remanence_T
    path.write_text(path.read_text(encoding="utf-8"), encoding="utf-16")
    assert read_curve(path).remanence_T == plain


@pytest.mark.parametrize(
    ("order", "shift"),
    [
        ("down first", 25e3),
        ("up first", 25e3),
        ("sorted", 0.0),
        ("sorted", 25e3),
        ("after the first", 25e3),
        ("after a minor loop", 25e3),
        ("with recoil lines", 0.0),
    ],
)
def test_reads_the_falling_branch_of_a_loop(write, order, shift):
    h, down, up = loop(shift)
    falling = np.array([h, down])
    rising = np.array([h, up])[:, ::-1]
    # A magnetization curve from the demagnetized state.
    first = np.array([np.linspace(0, 2.4e6, 50), np.linspace(0, 1.28, 50)])
    both = np.concatenate([falling, rising], axis=1)
    minor = np.array([h[120:], 0.7 * down[120:]])
    back = np.linspace(h[300], 0.0, 20)
    recoil = np.array([back, down[300] + 0.05 * MU_0 * (back - h[300])])
    parts = {
        "down first": [falling, rising],
        "up first": [rising, falling],
        "sorted": [both[:, np.argsort(both[0], kind="stable")]],
        "after the first": [first, falling, rising],
        # Of a sample that was not saturated.
        "after a minor loop": [minor, falling, rising],
        "with recoil lines": [
            falling[:, 240:301],
            recoil,
            recoil[:, ::-1],
            falling[:, 301:],
        ],
    }
    curve = read_curve(write("H (A/m),J (T)", *parts[order]))
    assert 1e3 * curve.coercivity_kA_m == pytest.approx(H_CJ, rel=2e-4)
    assert curve.remanence_T == pytest.approx(1.28, abs=1e-4)
    assert curve.recoil_permeability == pytest.approx(1.05, abs=1e-3)


def test_reads_several_curves_by_temperature(write):
    h, down, _ = loop()
    hot = 0.3 * h
    low = 0.85 * down
    by_head = write(
        "H (A/m),J (T) 20C,H (A/m),J (T) 150C", (h, down, hot, low)
    )
    # A furnace drifts by a hundredth of a degree a point.
    by_column = write(
        "T (F),H (A/m),J (T)",
        (np.linspace(67.0, 69.0, h.size), h, down),
        (np.full(h.size, 302.0), hot, low),
        name="d.csv",
    )
    for path in (by_head, by_column):
        cold, warm = read_curves(path)
        kelvin = [cold.temperature_K, warm.temperature_K]
        assert kelvin == pytest.approx([293.15, 423.15], abs=0.01)
        ratio = warm.coercivity_kA_m / cold.coercivity_kA_m
        assert ratio == pytest.approx(0.3, rel=1e-4)
        with pytest.raises(InputError, match="holds curves at 20, 150 °C"):
            read_curve(path)


def test_names_unused_columns(write):
    h, down, _ = loop()
    with pytest.warns(UserWarning, match="columns not used: operator"):
        read_curve(write("H (A/m),J (T),operator", (h, down, h)))


@pytest.mark.parametrize(
    ("head", "factor", "says"),
    [
        ("H (A/m)", 1e-3, r"H_cJ is 1.477 kA/m.*is 'H \(A/m\)' in kA/m\?"),
        ("H (kA/m)", 1.0, r"is 'H \(kA/m\)' in A/m\?"),
        ("H (kA/m)", 1 / 79.5775, r"is 'H \(kA/m\)' in Oe\?"),
    ],
)
def test_questions_a_wrong_unit(write, head, factor, says):
    h, down, _ = loop()
    with pytest.raises(InputError, match=says):
        read_curve(write(f"{head},J (T)", (factor * h, down)))


@pytest.mark.parametrize(
    ("fields", "levels", "says"),
    [
        ([0.0, -1.0], [1.0, 1.0], "5 points or more at fields of their own"),
        ([0.0] * 9, range(9), "fields of their own, got 1"),
        (range(1, 10), range(9), "5 points or more with H <= 0 and J > 0"),
        (range(-580, -500, 10), [1.0] * 8, "begins near"),
    ],
)
def test_names_points_that_make_no_curve(write, fields, levels, says):
    with pytest.raises(InputError, match=says):
        read_curve(write("H (kA/m),J (T)", (fields, levels)))


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
