"""Curves as a hysteresisgraph writes them, against the curve they were made from."""

from io import StringIO

import numpy as np
import pandas as pd
import pytest
from magnetkit.errors import InputError
from magnetkit.units import MU_0

import magnetkit as mk
from magnetkit.magnetism.measured_curve import is_curve, read_curve
from tests import command


@pytest.fixture(scope="module")
def known():
    return mk.curve("N42SH", "20C").curves


def written(path, heads, h, values, mark=","):
    rows = [f"{a:.6f}{mark}{b:.7f}" for a, b in zip(h, values, strict=True)]
    path.write_text("\n".join(["# hysteresisgraph", mark.join(heads), *rows]), encoding="utf-8")
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
def test_a_curve_gives_back_its_figures(tmp_path, known, heads, field, flux, induction, sign):
    h, j = known.field[0, 0], known.polarization[0, 0]
    values = j + MU_0 * h if induction else j
    found = read_curve(
        written(tmp_path / "c.csv", heads, -sign * -h / field, values / flux)
        if sign > 0
        else written(tmp_path / "c.csv", heads, h / field, values / flux)
    )
    assert found.remanence_T == pytest.approx(known.remanence[0, 0], rel=1e-4)
    assert 1e3 * found.coercivity_kA_m == pytest.approx(known.coercivity[0, 0], rel=1e-3)
    assert 1e3 * found.coercivity_b_kA_m == pytest.approx(known.coercivity_b[0, 0], rel=1e-3)
    assert 1e3 * found.knee_field_kA_m == pytest.approx(known.knee_field[0, 0], rel=1e-3)
    assert found.squareness == pytest.approx(known.knee_field[0, 0] / known.coercivity[0, 0], 1e-3)
    assert found.recoil_permeability == pytest.approx(1.05, abs=1e-3)
    product = np.max(-known.field[0, 0] * known.induction[0, 0]) / 1e3
    assert found.max_energy_product_kJ_m3 == pytest.approx(product, rel=1e-3)


def test_a_spreadsheets_wide_text_is_read(tmp_path, known):
    plain = written(
        tmp_path / "a.csv", ("H (A/m)", "J (T)"), known.field[0, 0], known.polarization[0, 0]
    )
    wide = tmp_path / "b.csv"
    wide.write_text(plain.read_text(encoding="utf-8"), encoding="utf-16")
    assert read_curve(wide).remanence_T == read_curve(plain).remanence_T


def test_a_whole_loop_is_read_in_its_second_quadrant(tmp_path, known):
    h, j = known.field[0, 0], known.polarization[0, 0]
    down = np.concatenate([[1.5e6], h, [2 * h[-1]]]), np.concatenate([[1.35], j, [-1.3]])
    loop = [np.concatenate([part, -part]) for part in down]
    found = read_curve(written(tmp_path / "l.csv", ("H (kA/m)", "J (T)"), loop[0] / 1e3, loop[1]))
    assert found.remanence_T == pytest.approx(known.remanence[0, 0], rel=1e-3)
    assert 1e3 * found.coercivity_kA_m == pytest.approx(known.coercivity[0, 0], rel=0.01)


def test_curve_calibrate_and_replace_take_it(tmp_path, known):
    path = written(tmp_path / "m.csv", ("H (kA/m)", "J (T)"), known.field[0, 0] / 1e3,
                   known.polarization[0, 0])  # fmt: skip
    assert is_curve(path)
    drawn = mk.curve(path).curves
    assert drawn.coercivity_b[0, 0] == pytest.approx(known.coercivity_b[0, 0], rel=1e-3)
    rows = {"composition": ["Nd28Dy3Co1Cu0.1B1Fe bal."], "basis": ["weight"], "curve": [str(path)]}
    report = mk.magnetism.calibration(pd.DataFrame(rows), "x", keep=False).report
    assert report["measured"].tolist() == pytest.approx([1591.75, 1.3125], rel=1e-3)
    found = mk.replace(None, "100C", measured=path)
    assert "measured by you" in found.evidence
    assert mk.replace("N42SH", "100C", measured=path).reference["grade"] == "N42SH"


def test_it_is_laid_over_what_is_predicted(tmp_path, known):
    weaker = 0.9 * known.polarization[0, 0]
    rows = [f"{a:.1f},{b:.6f},20" for a, b in zip(known.field[0, 0], weaker, strict=True)]
    path = tmp_path / "mine.csv"
    path.write_text("\n".join(["H (A/m),J (T),T (°C)", *rows]), encoding="utf-8")
    assert read_curve(path).temperature_K == pytest.approx(293.15)
    done = command.run(
        "curve", f"{path}", "N42SH", "--load-line", "2", "--out", f"{tmp_path}/o.svg"
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "o.svg").stat().st_size > 5000
    mine, sheet = pd.read_csv(StringIO(done.stdout)).to_dict("records")
    assert (mine["candidate"], sheet["candidate"]) == ("mine", "N42SH")
    assert mine["remanence_T"] == pytest.approx(0.9 * sheet["remanence_T"], rel=1e-4)
    assert mine["coercivity_kA_m"] == pytest.approx(sheet["coercivity_kA_m"], rel=1e-4)
    # On B = -2 mu_0 H, before the knee: B_r less (mu_rec - 1) mu_0 |H|, mu_rec - 1 being 0.045.
    b_r, recoil = 0.9 * known.remanence[0, 0], 1.0 + 0.9 * 0.05
    assert mine["working_field_kA_m"] == pytest.approx(1e-3 * b_r / MU_0 / (2.0 + recoil), rel=1e-3)
    assert mine["irreversible_loss_pct"] == pytest.approx(0.0, abs=0.01)
    # Half of its coercivity does not stand the field of such a load line.
    half = [f"{0.5 * h:.1f},{j:.6f}" for h, j in zip(known.field[0, 0], weaker, strict=True)]
    path.write_text("\n".join(["H (A/m),J (T)", *half]), encoding="utf-8")
    out = f"{tmp_path}/o.html"
    hot = command.run("curve", f"{path}", "--load-line", "0.2", "--out", out).stdout
    loss = pd.read_csv(StringIO(hot))["irreversible_loss_pct"][0]
    assert 0.0 < loss < 100.0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("H (kA/m),J (T)\n", "no points below it"),
        ("H (kA/m),x\n0,1\n", "expected a column of the field"),
        ("H (kA/m),J (T)\n0,1\n-1,1\n", "5 points or more"),
        ("H (kA/m),J (T)\n" + "".join(f"-{500 + 10 * i},1\n" for i in range(9)), "begins near"),
        ("H (kA/m),J (T)\n0,a\n", "holds no numbers"),
    ],
)
def test_what_is_no_curve_is_said(tmp_path, text, says):
    path = tmp_path / "c.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=says):
        read_curve(path)


def test_a_guaranteed_curve_is_what_lots_reach():
    lots = mk.curve("N42SH", "150C", bound="guaranteed").curves
    # Arnold guarantees 1.28 T, K&J 1.30 T; -0.12 %/K.
    assert lots.remanence[0, 0] == pytest.approx(1.29 * (1 - 0.0012 * 130), abs=1e-3)
    one = [mk.curve("Nd2Fe14B", "100C", bound=b).curves for b in ("centre", "guaranteed")]
    for name, deviation in (("remanence", 0.008), ("coercivity", 0.04)):
        ratio = getattr(one[1], name)[0, 0] / getattr(one[0], name)[0, 0]
        assert ratio == pytest.approx(np.exp(-2.33 * deviation), rel=1e-6)
    row = mk.predict("Nd2Fe14B", "100C").iloc[0]
    assert row["coercivity_guaranteed_kA_m"] == pytest.approx(1e-3 * one[1].coercivity[0, 0])
