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


def write_curve(path, heads, h, values, mark=","):
    rows = []
    for field, value in zip(h, values, strict=True):
        rows.append(f"{field:.6f}{mark}{value:.7f}")
    path.write_text(
        "\n".join(["# hysteresisgraph", mark.join(heads), *rows]),
        encoding="utf-8",
    )
    return path


@pytest.mark.parametrize(
    ("heads", "field", "flux", "induction", "sign"),
    [
        (("H (kA/m)", "J (T)"), 1e3, 1.0, False, -1),
        (("H [kOe]", "4piM [kG]"), 79577.47, 0.1, False, 1),
        (("field_A_m", "induction_T"), 1.0, 1.0, True, -1),
        (("H (Oe)", "B (G)"), 79.57747, 1e-4, True, -1),
        (("µ0H (mT)", "4πM/kG"), 1e-3 / MU_0, 0.1, False, -1),
        (("H/Oe", "M (emu/cm³)"), 79.57747, 1e3 * MU_0, False, 1),
        (("H [MA/m]", "M_kA_m"), 1e6, 1e3 * MU_0, False, -1),
    ],
)
def test_a_curve_gives_back_its_figures(
    tmp_path, prediction, heads, field, flux, induction, sign
):
    h = prediction.field[0, 0]
    j = prediction.polarization[0, 0]
    values = j + MU_0 * h if induction else j
    curve = read_curve(
        write_curve(
            tmp_path / "c.csv", heads, -sign * -h / field, values / flux
        )
        if sign > 0
        else write_curve(tmp_path / "c.csv", heads, h / field, values / flux)
    )
    assert curve.remanence_T == pytest.approx(
        prediction.remanence[0, 0], rel=1e-4
    )
    assert 1e3 * curve.coercivity_kA_m == pytest.approx(
        prediction.coercivity[0, 0], rel=1e-3
    )
    assert 1e3 * curve.coercivity_b_kA_m == pytest.approx(
        prediction.coercivity_b[0, 0], rel=1e-3
    )
    assert 1e3 * curve.knee_field_kA_m == pytest.approx(
        prediction.knee_field[0, 0], rel=1e-3
    )
    assert curve.squareness == pytest.approx(
        prediction.knee_field[0, 0] / prediction.coercivity[0, 0], 1e-3
    )
    assert curve.recoil_permeability == pytest.approx(1.05, abs=1e-3)
    product = (
        np.max(-prediction.field[0, 0] * prediction.induction[0, 0]) / 1e3
    )
    assert curve.max_energy_product_kJ_m3 == pytest.approx(product, rel=1e-3)


def test_a_spreadsheets_wide_text_is_read(tmp_path, prediction):
    plain = write_curve(
        tmp_path / "a.csv",
        ("H (A/m)", "J (T)"),
        prediction.field[0, 0],
        prediction.polarization[0, 0],
    )
    wide = tmp_path / "b.csv"
    wide.write_text(plain.read_text(encoding="utf-8"), encoding="utf-16")
    assert read_curve(wide).remanence_T == read_curve(plain).remanence_T


def loop(shift=0.0):
    """Fields, A/m, and J, T, of both branches of a loop, the one that goes up shifted."""
    h = np.linspace(2.4e6, -2.4e6, 481)

    def branch(field):
        reverse = np.maximum(-field, 0.0) / H_CJ
        reversal = reverse**18 / (1.0 + reverse**18)
        return (1.28 + 0.05 * MU_0 * np.minimum(field, 0.0)) * (
            1.0 - 2.0 * reversal
        )

    return h, branch(h), -branch(-(h[::-1] - shift))[::-1]


H_CJ = 1.477e6


def join_columns(*columns):
    rows = []
    for row in zip(*columns, strict=True):
        rows.append(",".join(f"{value:.7g}" for value in row))
    return "\n".join(rows)


@pytest.mark.parametrize("shift", [0.0, 1e3, 25e3])
@pytest.mark.parametrize(
    "order", ["down first", "up first", "sorted", "beside", "after the first"]
)
def test_reads_the_falling_branch_of_a_loop(tmp_path, order, shift):
    h, down, up = loop(shift)
    kilo = 1e-3 * h
    parts = {"down": (kilo, down), "up": (kilo[::-1], up[::-1])}
    if order == "beside":
        text = "H (kA/m),J (T)\n" + join_columns(kilo, down)
    elif order == "sorted":
        fields = np.append(kilo, kilo)
        levels = np.append(down, up)
        by_field = np.argsort(fields, kind="stable")
        text = "H (kA/m),J (T)\n" + join_columns(
            fields[by_field], levels[by_field]
        )
    else:
        # A magnetization curve from the demagnetized state comes before the prediction.
        first = (np.linspace(0, 2400, 50), np.linspace(0, 1.28, 50))
        names = {"down first": ("down", "up"), "up first": ("up", "down")}.get(
            order
        )
        branches = (
            [parts[n] for n in names]
            if names
            else [first, parts["down"], parts["up"]]
        )
        text = "H (kA/m),J (T)\n" + "\n".join(
            join_columns(*part) for part in branches
        )
    path = tmp_path / "l.csv"
    path.write_text(text, encoding="utf-8")
    curve = read_curve(path)
    assert 1e3 * curve.coercivity_kA_m == pytest.approx(H_CJ, rel=2e-4)
    assert curve.remanence_T == pytest.approx(1.28, abs=1e-4)
    assert curve.recoil_permeability == pytest.approx(1.05, abs=1e-3)


def test_ignores_recoil_lines_within_a_curve(tmp_path):
    h, down, _ = loop()
    second = h <= 0
    h = h[second]
    down = down[second]
    back = np.linspace(h[60], 0.0, 20)
    recoil = down[60] + 0.05 * MU_0 * (back - h[60])
    fields = np.concatenate([h[:61], back, back[::-1], h[61:]])
    levels = np.concatenate([down[:61], recoil, recoil[::-1], down[61:]])
    path = tmp_path / "r.csv"
    path.write_text(
        "H (kA/m),J (T)\n" + join_columns(1e-3 * fields, levels),
        encoding="utf-8",
    )
    assert 1e3 * read_curve(path).coercivity_kA_m == pytest.approx(
        H_CJ, rel=2e-4
    )


def test_reads_several_curves_by_temperature(tmp_path):
    h, down, _ = loop()
    kilo = 1e-3 * h
    hot = 0.3e-3 * h
    texts = [
        "H (kA/m),J (T) 20C,H (kA/m),J (T) 150C\n"
        + join_columns(kilo, down, hot, 0.85 * down),
        "T (C),H (kA/m),J (T)\n"
        + join_columns(np.full(h.size, 20.0), kilo, down)
        + "\n"
        + join_columns(np.full(h.size, 150.0), hot, 0.85 * down),
        # A furnace drifts by a hundredth of a degree a point.
        "T (F),H (kA/m),J (T)\n"
        + join_columns(np.linspace(67.0, 69.0, h.size), kilo, down)
        + "\n"
        + join_columns(np.full(h.size, 302.0), hot, 0.85 * down),
    ]
    for text in texts:
        path = tmp_path / "several.csv"
        path.write_text(text, encoding="utf-8")
        cold, warm = read_curves(path)
        assert [cold.temperature_K, warm.temperature_K] == pytest.approx(
            [293.15, 423.15], abs=0.01
        )
        assert warm.coercivity_kA_m == pytest.approx(
            0.3 * cold.coercivity_kA_m, rel=1e-4
        )
        with pytest.raises(InputError, match="holds curves at 20, 150 °C"):
            read_curve(path)


def test_names_a_second_curve_and_unused_columns(tmp_path):
    h, down, up = loop(25e3)
    path = tmp_path / "two.csv"
    path.write_text(
        "H (kA/m),J down (T),J up (T)\n" + join_columns(1e-3 * h, down, up)
    )
    with pytest.warns(
        UserWarning,
        match="a second curve at 20 °C has H_cJ 1502 kA/m beside 1477",
    ):
        assert read_curve(path).coercivity_kA_m == pytest.approx(
            1477, rel=1e-3
        )
    path.write_text(
        "H (kA/m),J (T),operator\n" + join_columns(1e-3 * h, down, h)
    )
    with pytest.warns(UserWarning, match="columns not used: operator"):
        read_curve(path)


@pytest.mark.parametrize(
    ("head", "factor", "says"),
    [
        (
            ("H (A/m)", "J (T)"),
            (1e-3, 1.0),
            r"H_cJ is 1.477 kA/m.*is 'H \(A/m\)' in kA/m\?",
        ),
        (("H (kA/m)", "J (T)"), (1.0, 1.0), r"is 'H \(kA/m\)' in A/m\?"),
        (
            ("H (kA/m)", "J (T)"),
            (1 / 79.5775, 1.0),
            r"is 'H \(kA/m\)' in Oe\?",
        ),
        (
            ("H (kA/m)", "J (T)"),
            (1e-3, 1e4),
            r"B_r is 1.28e\+04 T.*'J \(T\)' in gauss, kG or mT",
        ),
        (
            ("H (kA/m)", "B (T)"),
            (1e-3, 1.0),
            "J rises against the field.*0.05",
        ),
        (
            ("H (kA/m)", "J"),
            (1e-3, 1.0),
            "column 'J': it has no unit; expected A/m|column 'J'",
        ),
        (
            ("H (parsec)", "J (T)"),
            (1e-3, 1.0),
            "the unit 'parsec' is not known; expected kA/m",
        ),
        (
            ("H (kA/m)", "M (emu/g)"),
            (1e-3, 100.0),
            "is per mass: multiply by the density",
        ),
        (
            ("H (kA/m)", "M (emu)"),
            (1e-3, 100.0),
            "is a moment; give the shape of the sample",
        ),
    ],
)
def test_questions_a_wrong_unit(tmp_path, head, factor, says):
    h, down, _ = loop()
    path = tmp_path / "slip.csv"
    path.write_text(
        ",".join(head) + "\n" + join_columns(factor[0] * h, factor[1] * down)
    )
    with pytest.raises(InputError, match=says):
        read_curve(path)


def test_questions_induction_called_polarization(tmp_path):
    h, down, _ = loop()
    path = tmp_path / "b.csv"
    path.write_text(
        "H (kA/m),J (T)\n" + join_columns(1e-3 * h, down + MU_0 * h)
    )
    with pytest.raises(InputError, match="as B does and J does not: is it B"):
        read_curve(path)


@pytest.mark.parametrize(
    ("column", "values", "says"),
    [
        (
            "temperature",
            20.0,
            "column 'temperature': it has no unit; expected K, C",
        ),
        ("T (R)", 540.0, "the unit 'R' is not known"),
        (
            "T (C)",
            np.linspace(20, 60, 481),
            "drifts by 40.0 K within one curve",
        ),
    ],
)
def test_refuses_a_temperature_without_unit(tmp_path, column, values, says):
    h, down, _ = loop()
    path = tmp_path / "t.csv"
    columns = join_columns(1e-3 * h, down, np.broadcast_to(values, h.shape))
    path.write_text(f"H (kA/m),J (T),{column}\n{columns}")
    with pytest.raises(InputError, match=says):
        read_curve(path)


def test_curve_calibrate_and_replace_take_it(tmp_path, prediction):
    path = write_curve(
        tmp_path / "m.csv",
        ("H (kA/m)", "J (T)"),
        prediction.field[0, 0] / 1e3,
        prediction.polarization[0, 0],
    )
    assert is_curve(path)
    curves = mk.curve(path).curves
    assert curves.coercivity_b[0, 0] == pytest.approx(
        prediction.coercivity_b[0, 0], rel=1e-3
    )
    rows = {
        "composition": ["Nd28Dy3Co1Cu0.1B1Fe bal."],
        "basis": ["weight"],
        "curve": [str(path)],
    }
    report = mk.magnetism.calibration(
        pd.DataFrame(rows), "x", keep=False
    ).report
    assert report["measured"].tolist() == pytest.approx(
        [1591.75, 1.3125], rel=1e-3
    )
    answer = mk.replace(None, "100C", measured=path)
    assert "measured by you" in answer.evidence
    assert (
        mk.replace("N42SH", "100C", measured=path).reference["grade"]
        == "N42SH"
    )


def test_overlays_the_prediction(tmp_path, prediction):
    weaker = 0.9 * prediction.polarization[0, 0]
    rows = []
    for field, value in zip(prediction.field[0, 0], weaker, strict=True):
        rows.append(f"{field:.1f},{value:.6f},20")
    path = tmp_path / "mine.csv"
    path.write_text(
        "\n".join(["H (A/m),J (T),T (°C)", *rows]), encoding="utf-8"
    )
    assert read_curve(path).temperature_K == pytest.approx(293.15)
    done = command.run(
        "curve",
        f"{path}",
        "N42SH",
        "--load-line",
        "2",
        "--out",
        f"{tmp_path}/o.svg",
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "o.svg").stat().st_size > 5000
    mine, sheet = pd.read_csv(StringIO(done.stdout)).to_dict("records")
    assert (mine["candidate"], sheet["candidate"]) == ("mine", "N42SH")
    assert mine["remanence_T"] == pytest.approx(
        0.9 * sheet["remanence_T"], rel=1e-4
    )
    assert mine["coercivity_kA_m"] == pytest.approx(
        sheet["coercivity_kA_m"], rel=1e-4
    )
    # On B = -2 mu_0 H, before the knee: B_r less (mu_rec - 1) mu_0 |H|, mu_rec - 1 being 0.045.
    b_r = 0.9 * prediction.remanence[0, 0]
    recoil = 1.0 + 0.9 * 0.05
    assert mine["working_field_kA_m"] == pytest.approx(
        1e-3 * b_r / MU_0 / (2.0 + recoil), rel=1e-3
    )
    assert mine["irreversible_loss_pct"] == pytest.approx(0.0, abs=0.01)
    # Half of its coercivity does not stand the field of such a load line.
    half = []
    for field, value in zip(prediction.field[0, 0], weaker, strict=True):
        half.append(f"{0.5 * field:.1f},{value:.6f}")
    path.write_text("\n".join(["H (A/m),J (T)", *half]), encoding="utf-8")
    out = f"{tmp_path}/o.html"
    hot = command.run(
        "curve", f"{path}", "--load-line", "0.2", "--out", out
    ).stdout
    loss = pd.read_csv(StringIO(hot))["irreversible_loss_pct"][0]
    assert 0.0 < loss < 100.0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("H (kA/m),J (T)\n", "no points below it"),
        ("H (kA/m),x\n0,1\n", "expected a column of the field"),
        ("H (kA/m),J (T)\n0,1\n-1,1\n", "5 points or more"),
        (
            "H (kA/m),J (T)\n"
            + "".join(f"-{500 + 10 * i},1\n" for i in range(9)),
            "begins near",
        ),
        ("H (kA/m),J (T)\n0,a\n", "holds no numbers"),
    ],
)
def test_names_tables_without_a_curve(tmp_path, text, says):
    path = tmp_path / "c.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=says):
        read_curve(path)


def test_a_guaranteed_curve_is_what_lots_reach():
    lots = mk.curve("N42SH", "150C", bound="guaranteed").curves
    # Arnold guarantees 1.28 T, K&J 1.30 T; -0.12 %/K.
    assert lots.remanence[0, 0] == pytest.approx(
        1.29 * (1 - 0.0012 * 130), abs=1e-3
    )
    one = [
        mk.curve("Nd2Fe14B", "100C", bound=b).curves
        for b in ("centre", "guaranteed")
    ]
    for name, deviation in (("remanence", 0.008), ("coercivity", 0.04)):
        values = [getattr(curves, name)[0, 0] for curves in one]
        ratio = values[1] / values[0]
        assert ratio == pytest.approx(np.exp(-2.33 * deviation), rel=1e-6)
    row = mk.predict("Nd2Fe14B", "100C").iloc[0]
    assert row["coercivity_guaranteed_kA_m"] == pytest.approx(
        1e-3 * one[1].coercivity[0, 0]
    )


@pytest.mark.parametrize("cell", ["nan", "inf", "1e400"])
def test_names_a_point_that_is_no_number(tmp_path, cell):
    file = tmp_path / "curve.csv"
    file.write_text(f"H (kA/m),J (T)\n0,1.3\n-100,{cell}\n-1500,0.0\n")
    with pytest.raises(InputError, match="no finite number"):
        read_curve(file)


@pytest.mark.parametrize("fields", [[0.0], [0.0] * 40])
def test_refuses_a_curve_without_fields(tmp_path, fields):
    file = tmp_path / "curve.csv"
    rows = ""
    for i, h in enumerate(fields):
        rows += f"{h},{1.3 - 0.01 * i}\n"
    file.write_text(f"H (kA/m),J (T)\n{rows}")
    with pytest.raises(InputError, match="fields of their own, got 1"):
        read_curve(file)
