"""Field maps and masks of the user's own, and what is wrong with them."""

import numpy as np
import pandas as pd
import pytest
from magnetkit.errors import InputError
from magnetkit.units import MU_0

from magnetkit.diffusion._local import Circuit, map_cases, reverse_field
from magnetkit.diffusion._profile import (
    Spreading,
    face_groups,
    read_field,
    read_mask,
)
from magnetkit.diffusion._shapes import cut, read_shape

CELLS = cut(read_shape("40x15x5mm"), 1500)


def field(
    size=(40, 15, 5), unit="kA_m", axial=-300.0, kind="H", shift=0.0, **columns
):
    lines = [
        np.linspace(-0.5 * s, 0.5 * s, n) + shift
        for s, n in zip(size, (9, 5, 4), strict=True)
    ]
    x, y, z = (g.ravel() for g in np.meshgrid(*lines, indexing="ij"))
    data = {"x_mm": x, "y_mm": y, "z_mm": z}
    data |= {f"{kind}_{a}_{unit}": np.zeros(len(x)) for a in "xy"}
    return pd.DataFrame(data | {f"{kind}_z_{unit}": axial + 2.0 * x} | columns)


def test_a_linear_field_comes_back():
    (one,) = read_field(field())
    expected = 1e3 * (-300.0 + 2.0 * 1e3 * CELLS.points[:, 0])
    assert np.allclose(one.at(CELLS)[:, 2], expected, rtol=1e-6)


def test_h_of_b_subtracts_the_magnetization():
    # B = mu_0 mu_rec H + B_r: 0.8 T at B_r 1.2 T is 303 kA/m against the magnet.
    frame = field(unit="T", axial=0.8, kind="B")
    frame["B_z_T"] = 0.8
    (case,) = map_cases(frame, CELLS, Circuit("z"), 300.0, lambda k: 1.2, 1.05)
    assert np.allclose(case.reverse, 0.4 / MU_0 / 1.05, rtol=1e-9)


def test_operating_points_have_their_own_temperatures():
    two = pd.concat(
        [
            field(operating_point="load", temperature="120C"),
            field(operating_point="fault", temperature="150C", axial=-500.0),
        ]
    )
    cases = map_cases(two, CELLS, Circuit("z"), 300.0, lambda k: 1.2, 1.05)
    assert [round(c.kelvin) for c in cases] == [393, 423]
    assert cases[1].reverse.mean() > cases[0].reverse.mean()


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (field((20, 15, 5)), "does not cover the magnet"),
        (field((0.04, 0.015, 0.005)), "looks like metres"),
        (field(shift=20.0), "take the middle"),
        (field(unit="T", axial=800.0, kind="B"), "mT"),
        (field(unit="A_m", axial=-4000.0), "Oe"),
        (field(unit="A_m", axial=-400.0), "kA/m"),
        (field(unit="kA_m", axial=-300000.0), "A/m"),
        (field(axial=300.0), "runs along the magnetization"),
        (field().drop(columns="H_y_kA_m"), "three components"),
        (
            field().assign(B_x_T=0.0, B_y_T=0.0, B_z_T=0.8),
            "along x, got H_x_kA_m and B_x_T: leave one set out",
        ),
        (field().assign(Hz_T=-0.4), "along z, got H_z_kA_m and Hz_T"),
        (field().assign(H_z_kA_m="x"), "line 2 holds no number"),
        (field().head(5), "8 points"),
        (
            pd.concat(
                [
                    field(operating_point="load"),
                    field(operating_point="fault").head(3),
                ]
            ),
            "got 3 at the operating point fault",
        ),
        (
            pd.concat([field(temperature="150C"), field()]),
            "rows without temperature",
        ),
        ("absent.csv", "cannot be read"),
        (5, "expected a field map"),
    ],
)
def test_wrong_maps_are_told_with_the_way_out(frame, message):
    with pytest.raises(InputError, match=message):
        map_cases(frame, CELLS, Circuit("z"), 300.0, lambda k: 1.2, 1.05)


def test_a_field_that_helps_in_most_places_is_one():
    (case,) = map_cases(
        field(axial=10.0), CELLS, Circuit("z"), 300.0, lambda k: 1.2, 1.05
    )
    assert case.reverse.mean() == pytest.approx(-1e4, rel=1e-3)
    assert case.reverse.max() > 2.5e4


def test_the_component_along_the_axis_counts():
    vectors = np.array([[0.0, 0.0, -3.0], [4.0, 0.0, -3.0], [4.0, 0.0, 3.0]])
    assert reverse_field(vectors, "z").tolist() == [3.0, 3.0, -3.0]
    # Stoner and Wohlfarth: least at 45 degrees, where half the anisotropy field turns a particle.
    reverse = reverse_field(
        np.array([[-1.0, 0.0, -1.0]]) / np.sqrt(2.0), "z", "coherent"
    )
    assert reverse[0] == pytest.approx(2.0, rel=1e-9)
    # Across the axis it takes the whole anisotropy field.
    assert reverse_field(vectors[1:2] * [1, 1, 0], "z", "coherent") == [4.0]
    with pytest.raises(InputError, match="law"):
        reverse_field(vectors, "z", "whole")


def test_masks_are_rectangles_of_faces():
    spreading = Spreading(CELLS)
    mask = pd.DataFrame(
        {
            "face": ["z+", "z-"],
            "from_1_mm": [-20, -20],
            "to_1_mm": [0, 20],
            "from_2_mm": -8,
            "to_2_mm": 8,
            "group": ["a", "b"],
        }
    )
    first, second = read_mask(mask, spreading)
    assert spreading.patch_area(second[0]) == pytest.approx(600e-6)
    assert spreading.patch_area(first[0]) == pytest.approx(300e-6, rel=0.06)
    for wrong, message in (
        ({"face": "top"}, "no face"),
        ({"from_1_mm": 300}, "covers nothing"),
    ):
        with pytest.raises(InputError, match=message):
            read_mask(mask.head(1).assign(**wrong), spreading)
    with pytest.raises(InputError, match="lack"):
        read_mask(mask.drop(columns="to_2_mm"), spreading)
    with pytest.raises(InputError, match="mask: line 3 holds no number in"):
        read_mask(mask.assign(to_1_mm=[0, "x"]), spreading)
    with pytest.raises(InputError, match="mask, line 3: 'top' is no face"):
        read_mask(mask.assign(face=["z+", "top"]), spreading)


def test_rectangles_of_a_group_lie_on_one_patch(tmp_path):
    spreading = Spreading(CELLS)
    rectangle = {"from_1_mm": -8, "to_1_mm": 8, "from_2_mm": -3, "to_2_mm": 3}
    mask = pd.DataFrame({"face": ["x+", "z-", "x+", "y-"], **rectangle})
    mask.loc[0, ["from_1_mm", "to_1_mm"]] = [-8, 0]
    mask.loc[2, ["from_1_mm", "to_1_mm"]] = [0, 8]
    file = tmp_path / "mask.csv"
    mask.to_csv(file, index=False)
    (group,) = face_groups(str(file), spreading, "z")
    assert [patch.face for patch in group] == ["x+", "z-", "y-"]
    assert group[0].where.all()
    # On y- the first direction is x, of 40 mm.
    x = np.abs(spreading.middles("y-")[0])
    assert (group[2].where.any(axis=1) == (x <= 8e-3)).all()
    apart = mask.assign(group=["b", "a", "b", "a"])
    first, second = face_groups(apart, spreading, "z")
    assert [patch.face for patch in first] == ["x+"]
    assert [patch.face for patch in second] == ["z-", "y-"]
    assert read_mask(mask.head(0), spreading) == []


def test_masks_of_a_ring_go_along_one_direction():
    spreading = Spreading(cut(read_shape("ring:40x20x8mm"), 2000))
    mask = pd.DataFrame(
        {"face": ["outer", "z+"], "from_1_mm": [0, 15], "to_1_mm": [4, 20]}
    )
    ((outer, top),) = read_mask(mask, spreading)
    heights = spreading.middles("outer")[0]
    assert (outer.where == (heights >= 0)).all()
    radii = spreading.middles("z+")[0]
    assert (top.where == (radii >= 15e-3)).all()
    with pytest.raises(InputError, match="from_1_mm, to_1_mm; to_1_mm lack"):
        read_mask(mask.drop(columns="to_1_mm"), spreading)


@pytest.mark.parametrize(
    ("kind", "unit", "factor"),
    [
        ("H", "A_m", 1.0),
        ("H", "kA_m", 1e3),
        # 1 Oe is 1000 / (4 pi) A/m.
        ("H", "Oe", 79.5774715),
        ("H", "kOe", 79577.4715),
        ("B", "T", 795774.715),
        ("B", "mT", 795.774715),
        ("B", "kG", 79577.4715),
    ],
)
def test_fields_are_read_in_their_unit(kind, unit, factor):
    table = field(unit=unit, axial=0.0, kind=kind)
    table[f"{kind}_z_{unit}"] = -3e5 / factor
    (one,) = read_field(table)
    assert one.vectors[0] == pytest.approx([0.0, 0.0, -3e5])
    assert one.points.max(axis=0) == pytest.approx([20e-3, 7.5e-3, 2.5e-3])
    assert (one.name, one.kelvin) == ("", None)
    assert one.induction == (kind == "B")


def test_fields_of_magnets_are_believed():
    def largest(value):
        table = field(unit="T", axial=0.0)
        return read_field(table.assign(H_x_T=0.0, H_z_T=-value))

    for tesla in (0.03001, 2.9999):
        assert largest(tesla)
    for tesla in (0.02999, 3.0001):
        with pytest.raises(InputError, match="no magnet at work sees that"):
            largest(tesla)
    # 400 Oe, 32 kA/m, is too little to be meant.
    with pytest.raises(
        InputError, match=r"is it in kA/m\? Name the columns H_x_kA_m$"
    ):
        read_field(field(unit="A_m", axial=-400.0))
    assert read_field(field().head(8))
    with pytest.raises(InputError, match=r"8 points or more, got 7$"):
        read_field(field().head(7))


def test_temperatures_alone_tell_maps_apart():
    two = pd.concat(
        [field(temperature=400.0), field(temperature=350.0, axial=-200.0)]
    )
    first, second = read_field(two)
    assert [first.kelvin, second.kelvin] == [400.0, 350.0]
    assert first.name == second.name == ""
    assert first.vectors[:, 2].mean() == pytest.approx(-3e5)
    named = read_field(two.rename(columns={"temperature": "operating_point"}))
    assert [one.name for one in named] == ["400.0", "350.0"]
    assert [one.kelvin for one in named] == [None, None]


def test_cells_beyond_the_points_get_the_nearest():
    # Points end a millimetre within the faces at x.
    (one,) = read_field(field((38, 15, 5)))
    vectors = one.at(CELLS)
    x = 1e3 * CELLS.points[:, 0]
    beyond = x > 19.0
    assert beyond.any()
    assert vectors[beyond, 2] == pytest.approx(-262e3)
    assert vectors[~beyond & (x > 17.0), 2].max() < -262e3
