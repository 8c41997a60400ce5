"""Measured loops through the files of solvers and back, against the loop they were made from."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from magnetkit.errors import InputError
from magnetkit.units import MU_0

import magnetkit as mk
from magnetkit.curves import _measured
from magnetkit.curves._measured import interpolate_curves
from magnetkit.magnetism._composition_estimate import grade_magnet
from magnetkit.magnetism.demagnetization import CURVE_POINTS
from magnetkit.magnetism.measured_curve import (
    MeasuredCurve,
    find_largest_product,
)
from tests.curves.readers import read_elmer, read_femm, read_table

B_R = {20: 1.29, 100: 1.18, 150: 1.10}
H_CJ = {20: 1.62e6, 100: 0.87e6, 150: 0.50e6}
NOISE_T = 1e-3
MOST_T = 4 * NOISE_T
"""Largest deviation in a file: that of the noise, of 500 points."""


def branch(h, b_r, h_cj, power=22.0):
    """J of the branch that comes down from saturation, T, at fields of either sign, A/m."""
    reverse = np.maximum(-h, 0.0) / h_cj
    return (b_r - 0.05 * MU_0 * -h * (h < 0)) * (
        1.0 - 2.0 * reverse**power / (1.0 + reverse**power)
    )


def write_loop(path, celsius, noise=NOISE_T):
    """Write the branch that comes down from saturation."""
    fields = np.linspace(1.6, -1.6, 521) * H_CJ[celsius]
    levels = branch(fields, B_R[celsius], H_CJ[celsius])
    levels += np.random.default_rng(celsius).normal(0.0, noise, levels.size)
    rows = [
        f"{1e-3 * field:.4f},{level:.6f},{celsius}"
        for field, level in zip(fields, levels, strict=True)
    ]
    text = "\n".join(["H (kA/m),J (T),T (C)", *rows])
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def pair(tmp_path):
    return [write_loop(tmp_path / f"m{t}.csv", t) for t in (20, 150)]


def from_csv(text):
    return np.transpose(read_table(text))


def without_shift(source, points):
    """Return field and B of points that a file shifts by H_cB, but for the last, beyond B_r."""
    induction, field = points[:-1].T
    return field - source, induction


def from_maxwell(text, at):
    (material,) = json.loads(text)["materials"].values()
    one = material["permeability"]["Temperatures"]["Temperature"][at]
    return np.array(one["BHCoordinates"]["Points"]).reshape(-1, 2).T


def from_comsol(text, at):
    lines = [line for line in text.splitlines() if line[0] != "%"]
    return np.array(lines[0].split(), float), np.array(
        lines[2 + at].split(), float
    )


def largest_deviation(field, induction, celsius):
    truth = branch(field, B_R[celsius], H_CJ[celsius]) + MU_0 * field
    return float(np.abs(induction - truth).max())


def test_points_survive_a_solver_round_trip(pair, tmp_path):
    curve = mk.curve(pair)
    assert curve.curves.temperature == pytest.approx([293.15, 423.15])
    assert (curve.name, curve.bound) == ("m20 + m150", "centre")
    start = f"measured at 20, 150 °C: {pair[0]}, {pair[1]}"
    assert curve.source.startswith(start)
    b_r = curve.measured[0].remanence_T
    assert curve.room_remanence_T == pytest.approx(b_r)
    assert np.isnan([curve.density_kg_m3, curve.resistivity_uohm_m]).all()
    for at, celsius in enumerate((20, 150)):
        for field, induction in (
            from_csv(curve.text("csv", at)),
            from_maxwell(curve.text("maxwell"), at),
        ):
            assert field.size > 50
            assert largest_deviation(field, induction, celsius) < MOST_T
        # Between the fields of one temperature the grid holds those of the other.
        field, induction = from_comsol(curve.text("comsol"), at)
        inside = field > -0.98 * H_CJ[celsius]
        deviation = largest_deviation(
            field[inside], induction[inside], celsius
        )
        assert deviation < MOST_T


def test_a_noiseless_curve_is_not_redrawn(tmp_path):
    curve = mk.curve(write_loop(tmp_path / "clean.csv", 20, noise=0.0))
    field, induction = from_csv(curve.text("csv"))
    # The corner of this loop is none that three figures can draw.
    assert largest_deviation(field, induction, 20) < 2e-4


def test_knee_moves_between_two_temperatures(pair, tmp_path):
    between = mk.curve(pair, "100C")
    curves = between.curves
    assert between.source.endswith("; between measured temperatures")
    # That of 20 degrees C, whatever is asked.
    assert between.room_remanence_T == pytest.approx(1.29, abs=0.005)
    assert 1.10 < curves.remanence[0, 0] < 1.29
    assert curves.coercivity[0, 0] == pytest.approx(
        H_CJ[20] * (H_CJ[150] / H_CJ[20]) ** (80 / 130), rel=0.01
    )
    j = curves.polarization[0, 0]
    assert (np.diff(j) <= 1e-12).all()
    # One knee: J falls from 0.9 to 0.1 B_r within a tenth of H_cJ or so, as in both curves.
    inside = (j < 0.9 * j[0]) & (j > 0.1 * j[0])
    width = np.ptp(curves.field[0, 0][inside]) / curves.coercivity[0, 0]
    ends = mk.curve(pair).curves
    edge = (ends.polarization[0, 0] < 0.9 * 1.29) & (
        ends.polarization[0, 0] > 0.129
    )
    edge_width = np.ptp(ends.field[0, 0][edge])
    assert width == pytest.approx(edge_width / ends.coercivity[0, 0], rel=0.3)
    three = [*pair, write_loop(tmp_path / "m100.csv", 100)]
    nearer = mk.curve(three, "120C").curves.coercivity[0, 0]
    assert H_CJ[150] < nearer < H_CJ[100]
    with pytest.raises(
        InputError, match="measured at 20 to 150 °C, asked at 180"
    ):
        mk.curve(pair, "180C")


def straight_curve(kelvin, b_r, h_cj, recoil=1.05, knee=0.9):
    """A curve that recoils to a share `knee` of H_cJ, from where what is left falls evenly."""
    field = h_cj * np.array([0.0, knee, 0.5 * (1.0 + knee), 1.0])
    share = np.array([1.0, 1.0, 0.5, 0.0])
    level = share * (b_r - (recoil - 1.0) * MU_0 * field)
    # Nothing is read of the other figures.
    none = (np.nan,) * 4
    return MeasuredCurve(b_r, 1e-3 * h_cj, *none, recoil, kelvin, field, level)


def test_between_two_straight_curves_lies_a_straight_one():
    share = 0.25
    cold = (1.3, 1.0e6, 1.05, 0.9)
    hot = (1.1, 0.4e6, 1.15, 0.7)
    curves = [straight_curve(300.0, *cold), straight_curve(400.0, *hot)]
    kelvin = 300.0 + 100.0 * share
    curves_between, (figures,) = interpolate_curves(curves, [kelvin], 1.5)
    # By hand: B_r, permeability and the knee's share of H_cJ go evenly, H_cJ by its logarithm.
    between = (1.0 - share) * np.array(cold) + share * np.array(hot)
    b_r, _, recoil, knee = between
    h_cj = 1.0e6 * 0.4**share
    assert (figures.remanence_T, figures.recoil_permeability) == pytest.approx(
        (b_r, recoil)
    )
    assert 1e3 * figures.coercivity_kA_m == pytest.approx(h_cj)
    assert figures.temperature_K == kelvin
    assert figures.note == "between measured temperatures"
    ratio = figures.knee_field_kA_m / figures.coercivity_kA_m
    assert figures.squareness == pytest.approx(ratio)
    for part, remainder in (
        (0.5 * knee, 1.0),
        (knee, 1.0),
        (0.5 * (1.0 + knee), 0.5),
    ):
        level = remainder * (b_r - (recoil - 1.0) * MU_0 * part * h_cj)
        assert np.interp(
            part * h_cj, figures.field, figures.polarization
        ) == pytest.approx(level, rel=2e-3)
    # B = B_r - mu mu_0 H up to the knee: the load line, and half way to zero the largest product.
    assert curves_between.working_field[0, 0] == pytest.approx(
        -b_r / (MU_0 * (1.5 + recoil)), rel=1e-4
    )
    product = 1e-3 * b_r**2 / (4.0 * recoil * MU_0)
    assert figures.max_energy_product_kJ_m3 == pytest.approx(product, rel=1e-4)
    # H_cB, where what is left of J is mu_0 H.
    falls = np.poly1d([-1.0 / h_cj, 1.0]) / (1.0 - knee)
    induction = falls * np.poly1d([-(recoil - 1.0) * MU_0, b_r]) - np.poly1d(
        [MU_0, 0.0]
    )
    h_cb = min(root for root in induction.roots if root > knee * h_cj)
    assert 1e3 * figures.coercivity_b_kA_m == pytest.approx(h_cb, rel=1e-3)
    # H_k, where J is 0.9 B_r.
    drop = falls * np.poly1d([-(recoil - 1.0) * MU_0, b_r]) - 0.9 * b_r
    h_k = min(root for root in drop.roots if root > knee * h_cj)
    assert 1e3 * figures.knee_field_kA_m == pytest.approx(h_k, rel=1e-3)
    for load_line, is_above in ((1.5, True), (0.1, False)):
        drawn, _ = interpolate_curves(curves, [kelvin], load_line)
        assert drawn.above_knee.tolist() == [[is_above]]
    # A drawn curve starts at no field and passes H_cB.
    fields = -curves_between.field[0, 0]
    assert fields[0] == 0.0
    # One measured at few points is drawn by as many as any other.
    few = [replace(curves[0], coercivity_b_kA_m=900.0)]
    few, _ = interpolate_curves(few, [300.0], 1.5)
    assert few.field.shape == (1, 1, CURVE_POINTS)
    assert np.abs(fields - 1e3 * figures.coercivity_b_kA_m).min() < 1e-6 * h_cb


def test_among_three_curves_figures_go_smoothly():
    b_r = {300.0: 1.3, 400.0: 1.2, 500.0: 0.9}
    curves = [straight_curve(k, b, 1e6) for k, b in b_r.items()]
    _, figures = interpolate_curves(curves, [350.0, 450.0], 1.5)
    # Hermite's cubics, by hand: a slope of 0 at 300 K, at 400 K the harmonic
    # mean of -1 and -3 mT/K, at 500 K -4 mT/K.
    assert [one.remanence_T for one in figures] == pytest.approx(
        [1.25 + 12.5 * 0.0015, 1.05 + 12.5 * (0.004 - 0.0015)]
    )


def test_the_largest_product_lies_between_points():
    # B = 1.2 - 2e-6 H: 1.2 / 4e-6 A/m times 0.6 T, whatever points draw the line.
    for points in ([0.0, 6e5], [0.0, 1e5, 4e5, 4e5, 6e5]):
        field = np.array(points)
        assert find_largest_product(
            field, 1.2 - 2e-6 * field
        ) == pytest.approx(1.8e5)
    assert (
        find_largest_product(np.array([0.0, 1e5]), np.array([0.0, -1.0]))
        == 0.0
    )


def test_supplier_curves_calibrate_without_a_recipe(tmp_path):
    files = [str(write_loop(tmp_path / f"s{t}.csv", t)) for t in (20, 150)]
    table = pd.DataFrame(
        {"grade": ["N42SH"] * 2, "magnet": ["a"] * 2, "curve": files}
    )
    report = mk.magnetism.calibration(table, "supplier", keep=False)
    values = report.report.set_index(["temperature_K", "quantity"])["measured"]
    for celsius in (20, 150):
        at = celsius + 273.15
        assert values[at, "coercivity_kA_m"] == pytest.approx(
            1e-3 * H_CJ[celsius], rel=1e-3
        )
        assert values[at, "remanence_T"] == pytest.approx(
            B_R[celsius], rel=2e-3
        )
    # The likeliest recipe of the grade, as of this supplier, has what was measured.
    magnet = grade_magnet("N42SH", 293.15)
    for celsius, within in ((20, 0.03), (150, 0.10)):
        row = mk.predict(
            magnet.table,
            f"{celsius}C",
            shell=magnet.shell,
            process=report.process,
        )
        coercivity = float(row["coercivity_kA_m"].iloc[0])
        assert coercivity == pytest.approx(1e-3 * H_CJ[celsius], rel=within)


PUBLIC = Path(__file__).with_name("vacodym-633.csv")
"""Points of a maker's curve that somebody gave a solver, typed by hand; the file names its source."""


def read_public_points():
    """Return field, A/m, and B, T, of the points that were typed."""
    lines = [
        line
        for line in PUBLIC.read_text(encoding="utf-8").splitlines()
        if line[0] in "0-"
    ]
    field, induction, _ = np.array(
        [line.split(",") for line in lines], float
    ).T
    return 1e3 * field, induction


def test_public_curve_survives_five_solver_files(tmp_path):
    field, induction = read_public_points()
    curve = mk.curve(PUBLIC)
    # By hand: J is 0 where B is mu_0 H; -1.9000 T is mu_0 times 1,512.0 kA/m.
    assert curve.curves.coercivity[0, 0] == pytest.approx(1512e3, abs=100.0)
    assert curve.curves.remanence[0, 0] == pytest.approx(1.275)
    table = from_csv(curve.text("table"))
    files = {
        "csv": from_csv(curve.text("csv", 0)),
        "femm": without_shift(*read_femm(curve.text("femm", 0))[1:]),
        "elmer": without_shift(*read_elmer(curve.text("elmer", 0))),
        "table": table[1:],
        "comsol": from_comsol(curve.text("comsol"), 0),
        "maxwell": from_maxwell(curve.text("maxwell"), 0),
    }
    counts = {}
    for form, (x, y) in files.items():
        order = np.argsort(x)
        # B against H ends where a solver needs it to: at B = 0, of Maxwell at H_cJ.
        inside = field >= x.min()
        counts[form] = int(inside.sum())
        back = np.interp(field[inside], x[order], y[order])
        assert np.abs(back - induction[inside]).max() < 1e-6, form
    assert counts["femm"] == 5
    assert counts["maxwell"] == 14


def test_a_temperature_lies_between_the_measured_ones():
    cold = straight_curve(293.15, 1.2, 1.6e6)
    hot = straight_curve(423.15, 1.0, 4e5)
    at = _measured._interpolate_curve
    assert at([cold, hot], 293.2) is cold
    assert at([cold, hot], 423.1) is hot
    # Two kelvin from a measured one is at it, beyond the ends too.
    warm = straight_curve(300.0, 1.2, 1.6e6)
    for kelvin in (298.0, 302.0):
        assert at([warm, hot], kelvin) is warm
    assert at([warm, hot], 302.1).temperature_K == 302.1
    with pytest.raises(InputError, match="measured at 27 to 150"):
        at([warm, hot], 297.9)
    says = "measured at 20 to 150 °C, asked at 180 °C: give a curve"
    with pytest.raises(InputError, match=says):
        at([cold, hot], 453.15)
    with pytest.raises(InputError, match="measured at 20 °C, asked at 50"):
        at([cold], 323.15)


def test_a_curve_that_ends_early_has_no_coercivity():
    early = replace(
        straight_curve(293.15, 1.2, 1.6e6), coercivity_kA_m=float("nan")
    )
    says = "the curve at 20 °C ends at 1600 kA/m, before J = 0"
    with pytest.raises(InputError, match=says):
        _measured.interpolate_curves([early], [293.15], 1.0)
