"""Each file is read back: by pyleecan itself, or by readers after FEMM's and Elmer's manuals."""

import configparser
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from unittest.mock import MagicMock

import numpy as np
import pytest
from magnetkit.errors import InputError
from magnetkit.units import MU_0
from numpy.testing import assert_allclose, assert_array_equal

import magnetkit as mk
from magnetkit.diffusion._shapes import Cells, SelfField, read_shape
from tests.curves.readers import read_elmer, read_femm, read_table

ROOT = Path(__file__).resolve().parents[2]
PYLEECAN = Path(
    os.environ.get("MAGNETKIT_PYLEECAN", ROOT / ".venv-pyleecan/bin/python")
)


@pytest.fixture(scope="module")
def curve():
    return mk.curve("N42SH", "20C,150C", bound="low")


def _solve_for_induction(b, h, source, load):
    """Return B where a magnet H = h(B) - source meets a load line, as a field solver would."""
    low = 0.0
    high = b[-1]
    for _ in range(80):
        middle = 0.5 * (low + high)
        field = np.interp(middle, b, h) - source
        low, high = (
            (middle, high) if middle < -load * MU_0 * field else (low, middle)
        )
    return low


@pytest.mark.parametrize("at", [0, 1])
def test_femm_and_elmer_find_the_working_point(curve, at):
    mu, source, points = read_femm(curve.text("femm", at))
    assert mu == curve.curves.recoil[0, at]
    magnetization, same = read_elmer(curve.text("elmer", at))
    assert (
        magnetization
        == source
        == pytest.approx(curve.curves.coercivity_b[0, at])
    )
    assert_array_equal(points, same)
    b, h = points.T
    assert b[0] == h[0] == 0.0
    assert (np.diff(b) > 0.0).all()
    assert (np.diff(h) > 0.0).all()
    # Prolonged beyond remanence along the recoil line.
    slope = (b[-1] - b[-2]) / (h[-1] - h[-2])
    assert slope == pytest.approx(MU_0 * mu, rel=1e-3)
    curves = curve.curves
    for load in (0.5, 2.0):
        want = mk.curve("N42SH", "20C,150C", bound="low", load_line=load)
        flux = _solve_for_induction(b, h, source, load)
        assert flux == pytest.approx(
            want.curves.working_induction[0, at], rel=1e-4
        )
    assert np.interp(curves.remanence[0, at], b, h) - source == pytest.approx(
        0.0, abs=5.0
    )


def test_marks_that_end_a_text_in_a_script_are_written_as_lines_below(curve):
    text = replace(curve, name='N42SH "new", 5%').text("femm", 0)
    (name,) = re.findall(r'^mi_addmaterial\("([^"]*)",', text, re.MULTILINE)
    assert name == "N42SH _new__ 5_ 20C low"


def test_the_pyleecan_file_holds_its_classes(curve):
    material = json.loads(curve.text("pyleecan", 1))
    assert material["__class__"] == "Material"
    magnet = material["mag"]
    # What pyleecan's own get_Brm makes of it at 150 degrees C.
    hot = magnet["Brm20"] * (1.0 + magnet["alpha_Br"] * (150.0 - 20.0))
    assert hot == pytest.approx(curve.curves.remanence[0, 1])
    assert magnet["Hc"] == pytest.approx(
        magnet["Brm20"] / (MU_0 * magnet["mur_lin"])
    )
    assert json.loads(curve.text("pyleecan", 0))["mag"]["alpha_Br"] == 0.0


@pytest.mark.peer
def test_files_carry_the_resistivity_that_makers_print():
    # Sintered Nd-Fe-B 1.6 micro-ohm metres (two makers), Sm2Co17 0.86: 0.625 and 1.16 MS/m.
    for recipe, rho in (("Nd1.8Dy0.2Fe14B", 1.6), ("Sm2Co17", 0.86)):
        curve_of_recipe = mk.curve(recipe, "20C")
        material = json.loads(curve_of_recipe.text("pyleecan", 0))
        assert material["elec"]["rho"] == pytest.approx(1e-6 * rho)
        conducts = float(
            curve_of_recipe.text("femm", 0)
            .split("mi_addmaterial(")[1]
            .split(",")[5]
        )
        assert conducts == pytest.approx(1.0 / rho, rel=1e-3)
        assert (
            f"Electric Conductivity = Real {1e6 / rho:.6g}"
            in curve_of_recipe.text("elmer", 0)
        )
    # No resistivity of SmCo5 was found in print.
    assert "elec" not in json.loads(
        mk.curve("SmCo5", "20C").text("pyleecan", 0)
    )


def _motorcad(text):
    file = configparser.RawConfigParser(strict=True)
    file.optionxform = str
    file.read_string(text)
    (name,) = file.sections()
    keys = ("Temperature", "HValue_Magnet", "BValue_Magnet")
    count = sum(key.startswith("BValue_Magnet[") for key in file[name])
    columns = []
    for key in keys:
        columns.append(
            [float(file[name][f"{key}[{i}]"]) for i in range(count)]
        )
    return name, file[name], np.transpose(columns)


@pytest.mark.parametrize("bound", ["centre", "guaranteed"])
def test_one_file_holds_all_temperatures(bound, tmp_path):
    curve = mk.curve("N42SH", "150C,20C", bound=bound)
    (file,) = curve.write(str(tmp_path / "all.txt"), "comsol")
    # COMSOL's grid format: H, T, and B, a row a temperature.
    h, t, *b = map(np.array, read_table(file.read_text(), mark=" "))
    curves = curve.curves
    assert t.tolist() == [293.15, 423.15]
    assert (np.diff(h) > 0.0).all()
    assert h[0] == pytest.approx(-curves.coercivity_b.max())
    name, section, rows = _motorcad(curve.text("motorcad"))
    assert name == ("N42SH" if bound == "centre" else f"N42SH {bound}")
    # What a reader of the scalars alone makes of it at 20 degrees C; Arnold prints -0.12 %/K at
    # 20 degrees C, which is -0.142 %/K of the value at 150.
    hot = float(section["MagnetBrValue"])
    chord = float(section["MagnetTempCoefBr"])
    assert hot * (1.0 - 1.3 * chord) == pytest.approx(
        curves.remanence[0, 1], rel=1e-6
    )
    assert chord == pytest.approx(-0.12 / (1.0 - 0.0012 * 130), abs=0.002)
    table = np.array(read_table(curve.text("table")))
    for k, celsius in enumerate((150.0, 20.0)):
        points = rows[rows[:, 0] == celsius][:, 1:]
        assert points[0, 0] == pytest.approx(-curves.coercivity[0, k])
        two = table[table[:, 0] == celsius][:, 1:]
        assert_allclose(
            two, read_table(curve.text("csv", k)), rtol=1e-7, atol=1e-7
        )
        for load in (0.5, 2.0):
            duty_curve = mk.curve(
                "N42SH", f"{celsius}C", bound=bound, load_line=load
            ).curves
            for field, values in (points.T, (h, b[1 - k])):
                balance = values + load * MU_0 * field
                at = np.interp(0.0, balance, field)
                assert at == pytest.approx(
                    duty_curve.working_field[0, 0], rel=2e-4
                )


@pytest.mark.peer
def test_pyaedt_reads_its_file(curve, tmp_path):
    permeability = json.loads(curve.text("maxwell"))["materials"]["N42SH low"][
        "permeability"
    ]
    first, second = permeability["Temperatures"]["Temperature"]
    assert (first["TempRef"], second["TempRef"]) == ("20cel", "150cel")
    points = np.reshape(second["BHCoordinates"]["Points"], (-1, 2))
    assert points[-1].tolist() == [
        0.0,
        pytest.approx(curve.curves.remanence[0, 1]),
    ]
    # Maxwell refuses a curve that is anywhere flatter than empty space.
    slope = np.diff(points[:, 1]) / np.diff(points[:, 0])
    assert (slope > MU_0 * (1.0 - 1e-5)).all()
    library = pytest.importorskip(
        "ansys.aedt.core.modules.material_lib", reason="needs pyaedt"
    )
    app = MagicMock()
    app.odefinition_manager.GetProjectMaterialNames.return_value = []
    materials = library.Materials.__new__(library.Materials)
    materials.__dict__ |= {"_app": app, "logger": app.logger, "_color_id": 0}
    materials.__dict__ |= {
        "_Materials__material_keys": {},
        "_oproject": app.oproject,
    }
    (file,) = curve.write(tmp_path / "n42sh.json", "maxwell")
    (material,) = materials.import_materials_from_file(str(file))
    assert_allclose(
        material.permeability.value[-1], [0.0, curve.curves.remanence[0, 0]]
    )
    (arguments,) = app.odefinition_manager.AddMaterial.call_args.args
    properties = {p[0]: p[1:] for p in arguments if isinstance(p, list)}
    hot = {
        p[0]: p[1:]
        for p in properties["NAME:permeability"]
        if isinstance(p, list)
    }
    assert properties["NAME:permeability"][8:10] == [
        "IsTemperatureDependent:=",
        True,
    ]
    heads = [one[:3] for one in hot["NAME:Temperatures"]]
    assert heads == [
        ["NAME:Temperature", "TempRef:=", f"{t}cel"] for t in (20, 150)
    ]


@pytest.mark.peer
@pytest.mark.parametrize(
    "shape", ["40x15x5mm", "disc:20x5mm", "ring:40x20x5mm"]
)
def test_magpylib_magnet_has_the_field_of_its_shape(shape, monkeypatch):
    curve = mk.curve("N42SH", "150C")
    monkeypatch.setitem(sys.modules, "magpylib", None)
    with pytest.raises(
        InputError, match=r"pip install 'magnetkit\[magpylib\]'"
    ):
        curve.to_magpylib(shape)
    monkeypatch.undo()
    magpylib = pytest.importorskip("magpylib")
    magnet = curve.to_magpylib(shape)
    volume = read_shape(shape).volume
    # Far away it is a dipole of moment B_r V / mu_0 at 150 degrees C.
    distant = magpylib.getB(magnet, (0.0, 0.0, 5.0))[2]
    dipole = curve.curves.remanence[0, 0] * volume / (2.0 * np.pi * 5.0**3)
    assert distant == pytest.approx(dipole, rel=1e-3)
    with pytest.raises(InputError, match="along must be x, y or z"):
        curve.to_magpylib(shape, "w")


@pytest.mark.peer
def test_material_response_finds_the_working_point():
    pytest.importorskip("magpylib_material_response")
    from magpylib_material_response.demag import apply_demag
    from magpylib_material_response.meshing import mesh_Cuboid

    curve = mk.curve("Nd1.8Dy0.2Fe14B", "100C")
    magnet = curve.to_magpylib("12x8x4mm", "x")
    mesh = mesh_Cuboid(magnet, (6, 4, 4))
    mesh_solution = apply_demag(
        mesh, susceptibility=magnet.susceptibility, interaction="newell"
    )
    cells = Cells(read_shape("12x8x4mm"), (6, 4, 4), np.ones((6, 4, 4)))
    b_r = curve.curves.remanence[0, 0]
    recoil = curve.curves.recoil[0, 0]
    remanent = np.full(96, b_r / MU_0)
    field = SelfField(cells, "x").responding(remanent, recoil, 1.0)[:, 0]
    expected = b_r + (recoil - 1.0) * MU_0 * field
    for cell in mesh_solution:
        at = np.argmin(np.linalg.norm(cells.points - cell.position, axis=1))
        assert cell.polarization[0] == pytest.approx(expected[at], abs=2e-5)


@pytest.mark.skipif(
    not PYLEECAN.is_file(), reason="needs pyleecan: make pyleecan"
)
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
        timeout=600,
    )
    material = json.loads(done.stdout.splitlines()[-1])
    curves = curve.curves
    assert material["class"] == "Material"
    assert material["name"] == "N42SH 150C low"
    assert material["remanence"] == pytest.approx(
        curves.remanence[0, 1], rel=1e-9
    )
    straight = curves.remanence[0, 1] / (MU_0 * curves.recoil[0, 1])
    assert material["coercivity"] == pytest.approx(straight, rel=1e-6)
    points = np.array(material["curve"])
    assert_allclose(points[:, 0], curves.field[0, 1, ::-1])
    assert_allclose(points[:, 1], curves.induction[0, 1, ::-1])
    assert material["density"] == pytest.approx(curve.density_kg_m3)
