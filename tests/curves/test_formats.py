"""Each file is read back: by pyleecan itself, or by readers after FEMM's and Elmer's manuals."""

import json
import os
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from magnetkit.units import MU_0

import magnetkit as mk

ROOT = Path(__file__).resolve().parents[2]
PYLEECAN = Path(os.environ.get("MAGNETKIT_PYLEECAN", ROOT / ".venv-pyleecan/bin/python"))


@pytest.fixture(scope="module")
def curve():
    return mk.curve("N42SH", "20C,150C", bound="low")


def _solved(b, h, source, load):
    """Return B where a magnet H = h(B) - source meets a load line, as a field solver would."""
    low, high = 0.0, b[-1]
    for _ in range(80):
        middle = 0.5 * (low + high)
        field = np.interp(middle, b, h) - source
        low, high = (middle, high) if middle < -load * MU_0 * field else (low, middle)
    return low


def _femm(text):
    """Read a Lua script as FEMM 4.2's manual defines its two functions."""
    number = r"([-+.\deE]+)"
    (made,) = re.findall(r'^mi_addmaterial\("([^"]+)", (.*)\)$', text, re.MULTILINE)
    name, rest = made
    # Name, mu_x, mu_y, H_c, J, Cduct, Lam_d, Phi_hmax, lam_fill, LamType, Phi_hx, Phi_hy.
    numbers = [float(x) for x in rest.split(", ")]
    assert len(numbers) == 11
    points = re.findall(rf'^mi_addbhpoint\("([^"]+)", {number}, {number}\)$', text, re.MULTILINE)
    assert {own for own, _, _ in points} == {name}
    other = [line for line in text.splitlines() if not line.startswith(("--", "mi_add"))]
    assert not other
    return numbers[0], numbers[2], np.array([p[1:] for p in points], float)


def _elmer(text):
    """Read a Material section as Elmer's solver input file defines it."""
    lines = [line.strip() for line in text.splitlines() if not line.startswith("!")]
    assert re.fullmatch(r"Material \d+", lines[0])
    assert lines[-1] == "End"
    start = lines.index('H-B Curve = Variable "dummy"')
    assert lines[start + 1] == "Real Monotone Cubic"
    end = lines.index("End", start)
    points = np.array([line.split() for line in lines[start + 2 : end]], float)
    rest = dict(line.split(" = ") for line in [*lines[1:start], *lines[end + 1 : -1]])
    kind, value = rest["Magnetization 1"].split()
    assert kind == "Real"
    return float(value), points


@pytest.mark.parametrize("at", [0, 1])
def test_femm_and_elmer_find_the_working_point(curve, at):
    mu, source, points = _femm(curve.text("femm", at))
    assert mu == curve.curves.recoil[0, at]
    magnetization, same = _elmer(curve.text("elmer", at))
    assert magnetization == source == pytest.approx(curve.curves.coercivity_b[0, at])
    np.testing.assert_array_equal(points, same)
    b, h = points.T
    assert b[0] == h[0] == 0.0
    assert (np.diff(b) > 0.0).all()
    assert (np.diff(h) > 0.0).all()
    # Prolonged beyond remanence along the recoil line.
    slope = (b[-1] - b[-2]) / (h[-1] - h[-2])
    assert slope == pytest.approx(MU_0 * mu, rel=1e-3)
    own = curve.curves
    for load in (0.5, 2.0):
        want = mk.curve("N42SH", "20C,150C", bound="low", load_line=load)
        found = _solved(b, h, source, load)
        assert found == pytest.approx(want.curves.working_induction[0, at], rel=1e-4)
    assert np.interp(own.remanence[0, at], b, h) - source == pytest.approx(0.0, abs=5.0)


def test_the_pyleecan_file_holds_its_classes(curve):
    material = json.loads(curve.text("pyleecan", 1))
    assert material["__class__"] == "Material"
    own = material["mag"]
    # What pyleecan's own get_Brm makes of it at 150 degrees C.
    hot = own["Brm20"] * (1.0 + own["alpha_Br"] * (150.0 - 20.0))
    assert hot == pytest.approx(curve.curves.remanence[0, 1])
    assert own["Hc"] == pytest.approx(own["Brm20"] / (MU_0 * own["mur_lin"]))
    assert json.loads(curve.text("pyleecan", 0))["mag"]["alpha_Br"] == 0.0


@pytest.mark.peer
def test_files_carry_the_resistivity_that_makers_print():
    # Sintered Nd-Fe-B 1.6 micro-ohm metres (two makers), Sm2Co17 0.86: 0.625 and 1.16 MS/m.
    for recipe, rho in (("Nd1.8Dy0.2Fe14B", 1.6), ("Sm2Co17", 0.86)):
        own = mk.curve(recipe, "20C")
        material = json.loads(own.text("pyleecan", 0))
        assert material["elec"]["rho"] == pytest.approx(1e-6 * rho)
        conducts = float(own.text("femm", 0).split("mi_addmaterial(")[1].split(",")[5])
        assert conducts == pytest.approx(1.0 / rho, rel=1e-3)
        assert f"Electric Conductivity = Real {1e6 / rho:.6g}" in own.text("elmer", 0)
    # No resistivity of SmCo5 was found in print.
    assert "elec" not in json.loads(mk.curve("SmCo5", "20C").text("pyleecan", 0))


@pytest.mark.skipif(not PYLEECAN.is_file(), reason="needs pyleecan: make pyleecan")
def test_pyleecan_reads_its_file(curve, tmp_path):
    file = tmp_path / "material.json"
    file.write_text(curve.text("pyleecan", 1))
    script = Path(__file__).with_name("pyleecan_reader.py")
    done = subprocess.run(
        [PYLEECAN, script, file, "150"],
        capture_output=True,
        text=True,
        check=True,
        env={"HOME": str(tmp_path), "MPLBACKEND": "Agg"},
        timeout=120,
    )
    read = json.loads(done.stdout.splitlines()[-1])
    own = curve.curves
    assert read["class"] == "Material"
    assert read["name"] == "N42SH 150C low"
    assert read["remanence"] == pytest.approx(own.remanence[0, 1], rel=1e-9)
    straight = own.remanence[0, 1] / (MU_0 * own.recoil[0, 1])
    assert read["coercivity"] == pytest.approx(straight, rel=1e-6)
    points = np.array(read["curve"])
    np.testing.assert_allclose(points[:, 0], own.field[0, 1, ::-1])
    np.testing.assert_allclose(points[:, 1], own.induction[0, 1, ::-1])
    assert read["density"] == pytest.approx(curve.density_kg_m3)
