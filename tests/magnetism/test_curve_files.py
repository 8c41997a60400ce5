"""Files of measured curves: heads, units, temperatures, and which columns belong together."""

import numpy as np
import pytest
from magnetkit.errors import InputError

from magnetkit.magnetism import _curve_files as files


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        ("H (kA/m)", "field"),
        ("mu0 H (T)", "field"),
        ("Applied field [Oe]", "field"),
        ("J (T)", "polarization"),
        ("M (emu/cm3)", "polarization"),
        ("4 pi M (kG)", "polarization"),
        ("m (emu)", "moment"),
        ("B (kG)", "induction"),
        ("Temperature (K)", "temperature"),
        ("T", "temperature"),
        ("Time (s)", ""),
    ],
)
def test_a_head_names_a_quantity(head, kind):
    assert files._column_quantity(head) == kind


@pytest.mark.parametrize(
    ("head", "kind", "factor"),
    [
        ("H (kA/m)", "field", 1e3),
        ("H [Oe]", "field", 79.5775),
        ("mu0 H (T)", "field", 795774.7),
        ("J (mT)", "polarization", 1e-3),
        ("J, 20 C (T)", "polarization", 1.0),
        ("M (emu/cm³)", "polarization", 1.256637e-3),
        ("B (G)", "induction", 1e-4),
        ("m (emu)", "moment", 1.256637e-9),
        ("T (F)", "temperature", 5 / 9),
        ("H (A/m)", "field", 1.0),
        ("H (MA/m)", "field", 1e6),
        ("H_kOe", "field", 79577.5),
        ("mu0 H (mT)", "field", 795.7747),
        ("mu0 H (kG)", "field", 79577.47),
        ("mu0 H (G)", "field", 79.57747),
        ("J (kG)", "polarization", 0.1),
        ("J (Gauss)", "polarization", 1e-4),
        ("M (A/m)", "polarization", 1.256637e-6),
        ("M_kA_m", "polarization", 1.256637e-3),
        ("M (MA/m)", "polarization", 1.256637),
        ("M (emu/cc)", "polarization", 1.256637e-3),
        ("B (mT)", "induction", 1e-3),
        ("m (A m2)", "moment", 1.256637e-6),
        ("m (A·m²)", "moment", 1.256637e-6),
        ("m (mA m^2)", "moment", 1.256637e-9),
        ("T (K)", "temperature", 1.0),
        ("T [degC]", "temperature", 1.0),
    ],
)
def test_a_unit_is_read_from_the_head(head, kind, factor):
    assert files._factor("a", head, kind) == pytest.approx(factor, rel=1e-5)


@pytest.mark.parametrize(
    ("head", "kind", "says"),
    [
        ("H", "field", "column 'H': it has no unit; expected"),
        ("H (foo)", "field", "the unit 'foo' is not known; expected"),
        ("M (emu/g)", "polarization", "is per mass: multiply by the density"),
        ("M (Am2/kg)", "polarization", "is per mass"),
        ("temperature", "temperature", "it has no unit; expected K, C"),
        ("T (R)", "temperature", "the unit 'R' is not known"),
    ],
)
def test_a_unit_that_is_missing_is_asked_for(head, kind, says):
    with pytest.raises(InputError, match=says):
        files._factor("a.csv", head, kind)


def test_a_head_may_name_its_temperature():
    first, second = files._find_columns("a", ["H (kA/m)", "J 150 C (T)"])
    assert (first.place, first.kind, first.kelvin) == (0, "field", None)
    assert (second.place, second.kind) == (1, "polarization")
    assert second.kelvin == pytest.approx(423.15)
    (third,) = files._find_columns("a", ["x", "J at 300 K (T)"])
    assert (third.place, third.kelvin) == (1, 300.0)


def pairs(*heads):
    columns = files._find_columns("a", heads)
    found = files._pair_columns("a", heads, columns)
    return [(field.head, flux.head) for field, flux in found]


def test_columns_belong_to_the_field_before_them():
    assert pairs("H (T)", "J (T)") == [("H (T)", "J (T)")]
    assert pairs("J (T)", "H (T)") == [("H (T)", "J (T)")]
    # B and J beside one field are one curve; two of a kind are two.
    assert pairs("H (T)", "B (T)", "J (T)") == [("H (T)", "J (T)")]
    assert pairs("H (T)", "J 20 C (T)", "J 80 C (T)") == [
        ("H (T)", "J 20 C (T)"),
        ("H (T)", "J 80 C (T)"),
    ]
    assert pairs("H (T)", "J (T)", "H (Oe)", "B (T)") == [
        ("H (T)", "J (T)"),
        ("H (Oe)", "B (T)"),
    ]
    with pytest.raises(InputError, match="no J or B stands beside column 'H"):
        pairs("H (T)", "J (T)", "H (Oe)")
    with pytest.raises(InputError, match="expected a column of the field"):
        pairs("J (T)", "Time")


@pytest.mark.parametrize(
    ("head", "kelvin"),
    [
        ("T (K)", [20.0, 100.0]),
        ("T (°C)", [293.15, 373.15]),
        ("Temp [F]", [266.4833, 310.9278]),
        ("T", [20.0, 100.0]),
    ],
)
def test_a_column_of_temperatures_becomes_kelvin(head, kelvin):
    values = files._kelvin(np.array([20.0, 100.0]), head)
    assert values == pytest.approx(kelvin)


@pytest.mark.parametrize(
    ("name", "comments", "kelvin", "note"),
    [
        ("a.csv", ["N42 at 150 C (423.15 K), centre"], 423.15, ""),
        ("n42-80C.csv", [], 353.15, "80C by the name of the file"),
        ("n42 300 K.csv", [], 300.0, "300 K by the name of the file"),
        ("n42 -40C.csv", [], 233.15, "-40C by the name of the file"),
        ("n42--40.5C.csv", [], 232.65, "-40.5C by the name of the file"),
        ("80C 90C.csv", ["at 20 C"], 353.15, "80C by the name of the file"),
        ("x80C.csv", [], 293.15, "no column of temperature: taken at 20 °C"),
        (
            "a.csv",
            ["nothing"],
            293.15,
            "no column of temperature: taken at 20 °C",
        ),
    ],
)
def test_a_temperature_without_a_column(name, comments, kelvin, note):
    found = files._temperature_from_name(name, comments)
    assert found == (pytest.approx(kelvin), note)


@pytest.mark.parametrize(
    ("lines", "cells"),
    [
        (["a,b", "1, 2.5"], [["a", "b"], ["1", "2.5"]]),
        (["a;b", "1,5;2,5"], [["a", "b"], ["1.5", "2.5"]]),
        (["a;b", "1,5;2", "1.5;3"], [["a", "b"], ["1,5", "2"], ["1.5", "3"]]),
        (["a\tb", "1,5\t2.5"], [["a", "b"], ["1,5", "2.5"]]),
        (['"a,b";c', "1;2"], [["a,b", "c"], ["1", "2"]]),
    ],
)
def test_cells_are_split_at_the_mark_of_the_first_line(lines, cells):
    assert files._split_cells(lines) == cells


def test_numbers_leave_empty_cells_and_strange_columns_out():
    heads = ["H (T)", "J (T)", "Comment"]
    body = [["1", "2", "x", "9"], ["", "3"]]
    table = files._numbers("a", heads, body)
    assert table[0, :2].tolist() == [1.0, 2.0]
    assert np.isnan(table[0, 2])
    assert np.isnan(table[1, [0, 2]]).all()
    for cell, says in (("x", "holds no numbers: 'x'"), ("inf", "no finite")):
        with pytest.raises(InputError, match=says):
            files._numbers("a", heads, [[cell, "1", ""]])


def write(tmp_path, text, name="a.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_is_split_into_heads_rows_and_comments(tmp_path):
    plain = write(tmp_path, "% one\nH (T),J (T)\n\n0,1\n# two\n1,0\n")
    heads, body, comments = files._split_lines(plain)
    assert heads == ["H (T)", "J (T)"]
    assert body == [["0", "1"], ["1", "0"]]
    assert comments == ["one", "two"]
    below = write(tmp_path, "H,J,x\nkA/m,T,\n0,1,2\n")
    assert files._split_lines(below)[0] == ["H (kA/m)", "J (T)", "x"]
    bare = write(tmp_path, "% Columns: field H (A/m), J (T)\n0,1\n1,0\n")
    heads, body, _ = files._split_lines(bare)
    assert heads == ["field H (A/m)", "J (T)"]
    assert len(body) == 2
    data = write(tmp_path, "INFO,x\n[Data]\nH (T),J (T)\n0,1\n")
    assert files._split_lines(data)[0] == ["H (T)", "J (T)"]
    with pytest.raises(InputError, match="begins with numbers; its first"):
        files._split_lines(write(tmp_path, "0,1\n1,0\n"))
    with pytest.raises(InputError, match="holds no points"):
        files._split_lines(write(tmp_path, "% nothing\n"))
    with pytest.raises(InputError, match="cannot be read: No such file"):
        files._split_lines(tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("head", "name", "is_curve"),
    [
        ("H,J", "a.csv", True),
        ("H (T),B (T)", "a.csv", True),
        ("H,x", "a.csv", False),
        ("J,x", "a.csv", False),
        ("H,J", "a.exe", False),
    ],
)
def test_a_file_of_curves_is_known_by_its_heads(
    tmp_path, head, name, is_curve
):
    path = write(tmp_path, f"{head}\n0,1\n", name)
    assert files.is_curve_file(str(path)) == is_curve
    assert files.is_curve_file(path) == is_curve


@pytest.mark.parametrize("source", ["none.csv", "SmCo5", 5])
def test_a_recipe_is_no_file_of_curves(source):
    assert not files.is_curve_file(source)


def test_curves_of_two_temperatures_are_two(tmp_path):
    text = "H (kA/m),J (T),T (C),x\n0,1,20,a\n100,0.5,21,b\n0,0.8,80,c\n"
    curves, unused = files.read_raw_curves(write(tmp_path, text))
    assert unused == ["x"]
    cold, hot = curves
    assert cold.kelvin == pytest.approx(293.65)
    assert hot.kelvin == pytest.approx(353.15)
    assert cold.field.tolist() == [0.0, 1e5]
    assert (cold.flux.tolist(), hot.flux.tolist()) == ([1.0, 0.5], [0.8])
    assert (cold.kind, cold.note, cold.field_factor) == (
        "polarization",
        "",
        1e3,
    )
    heads = (cold.field_head, cold.flux_head)
    assert heads == ("H (kA/m)", "J (T)")
    named = write(tmp_path, "H (T),J 80 C (T)\n0,1\n", "b-20C.csv")
    ((one,), _) = files.read_raw_curves(named)
    assert (one.kelvin, one.note) == (pytest.approx(353.15), "")
    bare = write(tmp_path, "H (T),J (T)\n0,1\n", "b-20C.csv")
    ((one,), _) = files.read_raw_curves(bare)
    assert one.note == "20C by the name of the file"


def test_a_furnace_may_drift_by_five_kelvin(tmp_path):
    # Steps of two kelvin are one curve, larger ones part two.
    lines = "".join(
        f"{k},1,{t}\n" for k, t in enumerate((300, 302, 303.5, 305))
    )
    path = write(tmp_path, f"H (T),J (T),T (K)\n{lines}9,1,307.1\n10,1,\n")
    first, second = files.read_raw_curves(path)[0]
    assert (first.field.size, second.field.size) == (4, 1)
    assert (first.kelvin, second.kelvin) == (302.625, 307.1)


def test_each_curve_may_have_its_temperatures(tmp_path):
    head = "H (T),J (T),T (K),H (T),J (T),T (K)"
    path = write(tmp_path, f"{head}\n0,1,300,0,0.5,400\n")
    cold, hot = files.read_raw_curves(path)[0]
    assert (cold.kelvin, hot.kelvin) == (300.0, 400.0)
    assert (cold.flux[0], hot.flux[0]) == (1.0, 0.5)
    # One column is that of all curves.
    path = write(tmp_path, "H (T),J (T),J (G),T (K)\n0,1,5000,350\n")
    curves, _ = files.read_raw_curves(path)
    assert [one.kelvin for one in curves] == [350.0] * 2
    assert [one.flux[0] for one in curves] == pytest.approx([1.0, 0.5])


def test_a_magnetometers_other_columns_are_not_named(tmp_path):
    heads = "Temperature (K),Field Status (code),Magnetic Field (Oe)"
    text = f"{heads},Moment (emu)\n300,7,10,2\n"
    ((one,), unused) = files.read_raw_curves(write(tmp_path, text, "m.dat"))
    assert unused == []
    assert (one.kind, one.kelvin) == ("moment", 300.0)
    assert one.field[0] == pytest.approx(795.7747)
    # Twice 1e-3 A m2, times mu_0.
    assert one.flux[0] == pytest.approx(2.513274e-9)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("H (T),J (T)\n", "has a header, and no points"),
        (
            "H (T),J (T),J (G),T (K),T (K),T (K)\n0,1,1,300,300,300\n",
            "3 columns of temperature for 2 curves",
        ),
        ("H (T),J (T)\n0,\n,1\n", "no row holds both 'H"),
        (
            "H (T),J (T),T (K)\n0,1,300\n1,1,302\n2,1,304\n3,1,306\n",
            "drifts by 6.0 K within one curve",
        ),
    ],
)
def test_names_what_makes_no_curve(tmp_path, text, says):
    with pytest.raises(InputError, match=says):
        files.read_raw_curves(write(tmp_path, text))


def dat_columns(heads):
    return files._find_columns("m.dat", files._blank_heads_of_dat(heads))


def test_a_magnetometer_has_columns_of_its_own():
    moment = "DC Moment Free Ctr (emu)"
    heads = ["Time", "Temperature (K)", "Magnetic Field (Oe)", moment]
    assert files._is_dat(heads)
    assert not files._is_dat(heads[:3])
    assert not files._is_dat(["Moment (emu)"])
    columns = dat_columns(heads)
    assert [(one.place, one.kind) for one in columns] == [
        (1, "temperature"),
        (2, "field"),
        (3, "moment"),
    ]
    assert columns[1].factor == pytest.approx(79.5775, rel=1e-5)
    both = [*heads, "Moment (emu)"]
    assert dat_columns(both)[-1].head == "Moment (emu)"
